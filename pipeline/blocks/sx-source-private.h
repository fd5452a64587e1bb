/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-kinds-private.h"

#include "io/sx-reader.h"

G_BEGIN_DECLS

/* describe and run of the sources. @format: id of the reader's format; NULL: any whose id begins with @family.
 * Parameters that are called like an option of the format are handed to it when they are set. */
SxSchema *sx_source_describe (const SxParams *params, const char *format, const char *family, const SxBlockContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxFrame  *sx_source_run (const SxParams *params, const char *format, const char *family, const SxBlockContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
