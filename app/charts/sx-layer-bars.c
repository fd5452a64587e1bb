/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-layer.h"

#include <math.h>

static void
draw_bars (SxSeries *series, const SxPlotArea *area, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  const double *xs = sx_series_get_x (series), *ys = sx_series_get_y (series);
  double        zero = sx_plot_area_get_y (area, area->y_scale == SX_SCALE_LOG ? area->y_low : 0.0);

  cairo_new_path (cr);
  for (guint i = 0; i < sx_series_get_n_points (series); i++)
    {
      double left, right, top;

      if (isnan (ys[i]))
        continue;
      left = sx_plot_area_get_x (area, xs[i]);
      right = sx_plot_area_get_x (area, xs[i] + sx_series_get_bar_width (series));
      top = sx_plot_area_get_y (area, ys[i]);
      /* A pixel between bars, where they have that much. */
      if (right - left > 3.0)
        right -= 1.0;
      cairo_rectangle (cr, left, MIN (top, zero), right - left, fabs (zero - top));
    }
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.8);
  cairo_fill (cr);
}

static void
draw_bars_key (SxSeries *series, double width, double height, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  cairo_rectangle (cr, width / 2.0 - 5.0, height / 2.0 - 5.0, 10.0, 10.0);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

const SxLayer sx_layer_bars = { draw_bars, draw_bars_key };
