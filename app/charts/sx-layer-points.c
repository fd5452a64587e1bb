/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Marks. However many points there are, a pixel is marked once: a million points cost a pass over them and at most one mark a pixel. */

#include "config.h"

#include "sx-layer.h"

#include <math.h>
#include <string.h>

#define MANY 1000

/* In high contrast the colours of the palette have shapes too. */
static void
trace_mark (cairo_t *cr, double x, double y, double radius, int shape)
{
  switch (shape)
    {
    case 1:
      cairo_rectangle (cr, x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
      break;
    case 2:
      cairo_move_to (cr, x, y - radius * 1.25);
      cairo_line_to (cr, x + radius * 1.2, y + radius);
      cairo_line_to (cr, x - radius * 1.2, y + radius);
      cairo_close_path (cr);
      break;
    case 3:
      cairo_move_to (cr, x, y - radius * 1.3);
      cairo_line_to (cr, x + radius * 1.3, y);
      cairo_line_to (cr, x, y + radius * 1.3);
      cairo_line_to (cr, x - radius * 1.3, y);
      cairo_close_path (cr);
      break;
    default:
      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, radius, 0.0, 2.0 * G_PI);
      break;
    }
}

static double
get_radius (SxSeries *series)
{
  guint  n_points = sx_series_get_n_points (series);
  double radius = n_points <= 100 ? 3.5 : n_points <= MANY ? 2.5
                                                           : 1.5;

  if (sx_series_get_emphasis (series) == SX_EMPHASIS_STRONG)
    radius += 1.5;
  return radius;
}

static int
get_shape (SxSeries *series, const SxChartStyle *style)
{
  int color = sx_series_get_color (series);

  return style->is_high_contrast && color > 0 ? color % 4 : 0;
}

static void
draw_points (SxSeries *series, const SxPlotArea *area, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  const double      *xs = sx_series_get_x (series), *ys = sx_series_get_y (series);
  guint              n_points = sx_series_get_n_points (series);
  gsize              n_columns = (gsize)ceil (area->width) + 1, n_rows = (gsize)ceil (area->height) + 1;
  g_autofree guint8 *marked = n_points > MANY ? g_malloc0 (n_columns * n_rows) : NULL;
  double             radius = get_radius (series);
  int                shape = get_shape (series, style);

  cairo_new_path (cr);
  for (guint i = 0; i < n_points; i++)
    {
      double x, y;

      if (isnan (ys[i]))
        continue;
      x = sx_plot_area_get_x (area, xs[i]);
      y = sx_plot_area_get_y (area, ys[i]);
      if (x < area->x - radius || x > area->x + area->width + radius || y < area->y - radius || y > area->y + area->height + radius)
        continue;
      if (marked != NULL)
        {
          gsize column = (gsize)CLAMP (x - area->x, 0.0, n_columns - 1.0), row = (gsize)CLAMP (y - area->y, 0.0, n_rows - 1.0);

          if (marked[row * n_columns + column])
            continue;
          marked[row * n_columns + column] = 1;
        }
      if (n_points > MANY)
        cairo_rectangle (cr, x - radius, y - radius, 2.0 * radius, 2.0 * radius);
      else
        trace_mark (cr, x, y, radius, shape);
    }
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, sx_series_get_emphasis (series) == SX_EMPHASIS_FAINT ? 0.4 : n_points > 100 ? 0.6
                                                                                                                                                : 0.85);
  cairo_fill (cr);
}

static void
draw_points_key (SxSeries *series, double width, double height, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  cairo_new_path (cr);
  trace_mark (cr, width / 2.0, height / 2.0, 4.0, get_shape (series, style));
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

const SxLayer sx_layer_points = { draw_points, draw_points_key };
