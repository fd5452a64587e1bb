/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>
#include <sx-pipeline.h>

G_BEGIN_DECLS

/**
 * SxProfileView:
 *
 * One line a column: type, missing, different values, range and how the values are spread, and what is odd about it.
 */
#define SX_TYPE_PROFILE_VIEW (sx_profile_view_get_type ())
G_DECLARE_FINAL_TYPE (SxProfileView, sx_profile_view, SX, PROFILE_VIEW, GtkWidget)

GtkWidget *sx_profile_view_new (void) G_GNUC_WARN_UNUSED_RESULT;
void       sx_profile_view_set_frame (SxProfileView *self, SxFrame *frame); /* @frame: (nullable) */

G_END_DECLS
