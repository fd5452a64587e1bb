/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SxRunPage:
 *
 * Progress: what the run does now, how far it is, its curves and its trials. The button of the empty page activates “win.run”; cancelling and
 * resuming it does itself.
 */
#define SX_TYPE_RUN_PAGE (sx_run_page_get_type ())
G_DECLARE_FINAL_TYPE (SxRunPage, sx_run_page, SX, RUN_PAGE, GtkWidget)

GtkWidget *sx_run_page_new (SxRunner *runner) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
