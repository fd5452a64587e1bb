/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-application.h"

G_BEGIN_DECLS

/**
 * SxWindow:
 *
 * One document: its header bar, and the pages Design, Progress and Result.
 */
#define SX_TYPE_WINDOW (sx_window_get_type ())
G_DECLARE_FINAL_TYPE (SxWindow, sx_window, SX, WINDOW, AdwApplicationWindow)

GtkWidget *sx_window_new (SxApplication *application) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
