/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxGuideBar:
 *
 * From a table to a whole project: shown while there is a table and no model. It asks for the column to predict and for what to train, and adds all
 * that is between as one step.
 *
 * Signals: `built (const char *model_block)`; `message (const char *text)`; `ready ()`: the columns are known.
 */
#define SX_TYPE_GUIDE_BAR (sx_guide_bar_get_type ())
G_DECLARE_FINAL_TYPE (SxGuideBar, sx_guide_bar, SX, GUIDE_BAR, GtkWidget)

GtkWidget *sx_guide_bar_new (SxDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* What to train is chosen beforehand: id of a topology. */
void sx_guide_bar_set_topology (SxGuideBar *self, const char *topology);
void sx_guide_bar_set_target (SxGuideBar *self, const char *column);
/* (nullable): borrowed */
const char *sx_guide_bar_get_target (SxGuideBar *self);
gboolean    sx_guide_bar_build (SxGuideBar *self, GError **error);

G_END_DECLS
