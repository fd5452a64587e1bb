/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxWelcomePage:
 *
 * What a window without a document shows: ways to begin. Its buttons activate actions of the window: open-data, open, new, open-path,
 * open-sample, start-model.
 */
#define SX_TYPE_WELCOME_PAGE (sx_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (SxWelcomePage, sx_welcome_page, SX, WELCOME_PAGE, GtkWidget)

GtkWidget *sx_welcome_page_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
