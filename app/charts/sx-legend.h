/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-plot.h"

G_BEGIN_DECLS

/* Private to app/charts: the names of a plot's series, each a button that shows and hides it. Lines are filled from the start, as text is. */
#define SX_TYPE_LEGEND (sx_legend_get_type ())
G_DECLARE_FINAL_TYPE (SxLegend, sx_legend, SX, LEGEND, GtkWidget)

GtkWidget *sx_legend_new (SxPlot *plot);
void       sx_legend_refresh (SxLegend *self);

G_END_DECLS
