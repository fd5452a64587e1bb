/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* The numbers of @frame's rows in the order of its columns @columns, the first of them first; equal rows keep their order. Missing cells come
 * last, whatever the direction. Texts are ordered by their bytes, which is by code point. @descending: (nullable): one a column. Fails when
 * cancelled, or at 2^32 - 1 rows. (transfer full) */
guint32 *sx_row_order_new (SxFrame *frame, const guint *columns, const gboolean *descending, guint n_columns, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
