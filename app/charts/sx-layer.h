/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-chart-style.h"
#include "sx-series.h"
#include "sx-ticks.h"

G_BEGIN_DECLS

/* Where data lie on the picture: a rectangle in pixels, and the values at its ends. */
typedef struct
{
  double  x, y, width, height;
  SxScale x_scale, y_scale;
  double  x_low, x_high, y_low, y_high;
} SxPlotArea;

/* Pixels of a value, and back; y grows upwards in values. */
double sx_plot_area_get_x (const SxPlotArea *self, double value);
double sx_plot_area_get_y (const SxPlotArea *self, double value);
double sx_plot_area_find_x (const SxPlotArea *self, double x);
double sx_plot_area_find_y (const SxPlotArea *self, double y);

/* How series of one kind are drawn. The area is clipped; @color is the series' own. */
typedef struct
{
  void (*draw) (SxSeries *series, const SxPlotArea *area, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr);
  void (*draw_key) (SxSeries *series, double width, double height, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr); /* for the legend */
} SxLayer;

extern const SxLayer sx_layer_line;
extern const SxLayer sx_layer_points;
extern const SxLayer sx_layer_bars;
const SxLayer       *sx_layer_find (SxSeriesKind kind);

/* Dashes of a series: of the kind, the pair, and in high contrast of its colour. */
void   sx_layer_set_dash (SxSeries *series, const SxChartStyle *style, int color, cairo_t *cr);
double sx_layer_get_line_width (SxSeries *series);

G_END_DECLS
