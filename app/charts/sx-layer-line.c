/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Lines, steps, areas and lines of reference: one path through the points that are left of the series at this width. */

#include "config.h"

#include "sx-layer.h"

#include "sx-decimate.h"

#include <math.h>

/* Powers become even steps, so that a column is as wide everywhere. */
static double *
make_logarithms (const double *x, guint n_points)
{
  double *logs = g_new (double, n_points);

  for (guint i = 0; i < n_points; i++)
    logs[i] = x[i] > 0.0 ? log10 (x[i]) : -1e300;
  return logs;
}

static GArray *
decimate (SxSeries *series, const SxPlotArea *area)
{
  GArray       *points = g_array_new (FALSE, FALSE, sizeof (SxChartPoint));
  guint         n_points = sx_series_get_n_points (series), n_columns = (guint)MAX (ceil (area->width), 1.0);
  const double *x = sx_series_get_x (series), *y = sx_series_get_y (series);

  if (!sx_series_is_sorted (series))
    {
      for (guint i = 0; i < n_points; i++)
        {
          SxChartPoint point = { x[i], y[i] };

          g_array_append_val (points, point);
        }
    }
  else if (area->x_scale == SX_SCALE_LOG)
    {
      g_autofree double *logs = make_logarithms (x, n_points);

      sx_decimate (logs, y, n_points, log10 (area->x_low), log10 (area->x_high), n_columns, points);
      for (guint i = 0; i < points->len; i++)
        g_array_index (points, SxChartPoint, i).x = pow (10.0, g_array_index (points, SxChartPoint, i).x);
    }
  else
    sx_decimate (x, y, n_points, area->x_low, area->x_high, n_columns, points);
  return points;
}

/* Whether anything is not broken off on both sides; those that are become dots, which no line would show. */
static void
trace (GArray *points, const SxPlotArea *area, gboolean is_step, cairo_t *cr)
{
  gboolean is_drawing = FALSE;
  double   before = 0.0;

  cairo_new_path (cr);
  for (guint i = 0; i < points->len; i++)
    {
      const SxChartPoint *point = &g_array_index (points, SxChartPoint, i);
      double              x, y;

      if (isnan (point->y))
        {
          is_drawing = FALSE;
          continue;
        }
      x = sx_plot_area_get_x (area, point->x);
      y = sx_plot_area_get_y (area, point->y);
      if (!is_drawing)
        {
          cairo_move_to (cr, x, y);
          cairo_line_to (cr, x, y); /* with round caps a dot, should nothing follow */
        }
      else
        {
          if (is_step)
            cairo_line_to (cr, x, before);
          cairo_line_to (cr, x, y);
        }
      is_drawing = TRUE;
      before = y;
    }
}

static void
fill_below (GArray *points, const SxPlotArea *area, const GdkRGBA *color, cairo_t *cr)
{
  double zero = CLAMP (sx_plot_area_get_y (area, 0.0), area->y, area->y + area->height);
  guint  start = 0;

  cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.16);
  while (start < points->len)
    {
      guint end = start;

      cairo_new_path (cr);
      while (end < points->len && !isnan (g_array_index (points, SxChartPoint, end).y))
        {
          const SxChartPoint *point = &g_array_index (points, SxChartPoint, end);

          if (end == start)
            cairo_move_to (cr, sx_plot_area_get_x (area, point->x), zero);
          cairo_line_to (cr, sx_plot_area_get_x (area, point->x), sx_plot_area_get_y (area, point->y));
          end++;
        }
      if (end > start)
        {
          cairo_line_to (cr, sx_plot_area_get_x (area, g_array_index (points, SxChartPoint, end - 1).x), zero);
          cairo_close_path (cr);
          cairo_fill (cr);
        }
      start = end + 1;
    }
}

static void
draw_line (SxSeries *series, const SxPlotArea *area, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  g_autoptr (GArray) points = decimate (series, area);
  SxSeriesKind kind = sx_series_get_kind (series);
  double       alpha = sx_series_get_emphasis (series) == SX_EMPHASIS_FAINT ? 0.45 : 1.0;

  if (kind == SX_SERIES_AREA)
    fill_below (points, area, color, cr);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * alpha);
  cairo_set_line_width (cr, sx_layer_get_line_width (series));
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  /* Round joins cost as much as the lines themselves, and are not seen where there is a point in each pixel. */
  cairo_set_line_join (cr, points->len > 2000 ? CAIRO_LINE_JOIN_BEVEL : CAIRO_LINE_JOIN_ROUND);
  sx_layer_set_dash (series, style, sx_series_get_color (series), cr);
  trace (points, area, kind == SX_SERIES_STEP, cr);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
}

static void
draw_line_key (SxSeries *series, double width, double height, const SxChartStyle *style, const GdkRGBA *color, cairo_t *cr)
{
  double middle = floor (height / 2.0);

  if (sx_series_get_kind (series) == SX_SERIES_AREA)
    {
      cairo_set_source_rgba (cr, color->red, color->green, color->blue, 0.25);
      cairo_rectangle (cr, 0.0, middle, width, height / 2.0);
      cairo_fill (cr);
    }
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, MAX (sx_layer_get_line_width (series), 2.0));
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  sx_layer_set_dash (series, style, sx_series_get_color (series), cr);
  cairo_move_to (cr, 0.0, middle);
  cairo_line_to (cr, width, middle);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0.0);
}

const SxLayer sx_layer_line = { draw_line, draw_line_key };
