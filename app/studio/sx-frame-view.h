/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>
#include <sx-pipeline.h>

G_BEGIN_DECLS

/* Wider tables are cut off here, and the view says so: each cell on the screen costs a widget. */
#define SX_FRAME_VIEW_MAX_COLUMNS 60

/**
 * SxFrameView:
 *
 * The rows of a table, scrolled lazily: cells are made for what is on the screen. Headings say the type and how much is missing.
 */
#define SX_TYPE_FRAME_VIEW (sx_frame_view_get_type ())
G_DECLARE_FINAL_TYPE (SxFrameView, sx_frame_view, SX, FRAME_VIEW, GtkWidget)

GtkWidget *sx_frame_view_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* @frame: (nullable). A table with the columns of the one before keeps widths and place. */
void     sx_frame_view_set_frame (SxFrameView *self, SxFrame *frame);
SxFrame *sx_frame_view_get_frame (SxFrameView *self);

G_END_DECLS
