/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SxResultPage:
 *
 * What came of a run: its metrics, what it gets wrong, its configuration; saves the model and exports it. The button of the empty page activates
 * “win.run”.
 *
 * Signal: message (const char *text): something to say in a toast.
 */
#define SX_TYPE_RESULT_PAGE (sx_result_page_get_type ())
G_DECLARE_FINAL_TYPE (SxResultPage, sx_result_page, SX, RESULT_PAGE, GtkWidget)

GtkWidget *sx_result_page_new (SxRunner *runner) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
