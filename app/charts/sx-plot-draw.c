/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Axes and series, by cairo, for the screen and for pictures alike.
 *
 *   y title
 *   1.0 ┊┄┄┄┄┄┄┄┄┄┄┄┄
 *   0.5 ┊┄┄┄┄┄┄┄┄┄┄┄┄          In right-to-left text the numbers of y stand on the right; x grows to the right
 *   0.0 └────────────          everywhere, as in mathematics.
 *       0   10   20
 *         x title                                                                                                  */

#include "config.h"

#include "sx-plot.h"

#include <math.h>

#define GAP 6.0
#define PADDING 6.0
#define LABEL_GAP 14.0 /* between labels of x */

void
sx_plot_frame_clear (SxPlotFrame *self)
{
  for (guint side = 0; side < SX_N_AXES; side++)
    g_clear_pointer (&self->ticks[side], g_array_unref);
}

static double
measure (PangoLayout *layout, const char *text, double *height)
{
  int width, text_height;

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &text_height);
  if (height != NULL)
    *height = text_height;
  return width;
}

static double
measure_widest (PangoLayout *layout, GArray *ticks)
{
  double widest = 0.0;

  for (guint i = 0; i < ticks->len; i++)
    widest = MAX (widest, measure (layout, g_array_index (ticks, SxTick, i).label, NULL));
  return widest;
}

/* As many labels as fit beside each other: fewer are tried until they do. */
static GArray *
choose_x_ticks (PangoLayout *layout, const SxPlotArea *area)
{
  guint n_max = (guint)CLAMP (area->width / 60.0, 2.0, 12.0);

  for (;; n_max--)
    {
      GArray *ticks = sx_ticks_new (area->x_scale, area->x_low, area->x_high, n_max);
      guint   n_labels = 0;

      for (guint i = 0; i < ticks->len; i++)
        n_labels += *g_array_index (ticks, SxTick, i).label != '\0';
      if (n_max <= 2 || n_labels * (measure_widest (layout, ticks) + LABEL_GAP) <= area->width + LABEL_GAP)
        return ticks;
      g_array_unref (ticks);
    }
}

static gboolean
has_title (SxPlot *plot, SxAxisSide side)
{
  return plot->axes[side].title != NULL && *plot->axes[side].title != '\0';
}

gboolean
sx_plot_frame_init (SxPlotFrame *self, SxPlot *plot, const SxChartStyle *style, double width, double height)
{
  g_autoptr (PangoLayout) layout = sx_chart_style_new_layout (GTK_WIDGET (plot), 1.0);
  SxPlotArea *area = &self->area;
  double      labels, top, bottom;

  self->ticks[SX_AXIS_X] = self->ticks[SX_AXIS_Y] = NULL;
  self->width = width;
  area->x_scale = plot->axes[SX_AXIS_X].scale;
  area->y_scale = plot->axes[SX_AXIS_Y].scale;
  if (!sx_plot_get_range (plot, SX_AXIS_X, &area->x_low, &area->x_high) || !sx_plot_get_range (plot, SX_AXIS_Y, &area->y_low, &area->y_high))
    return FALSE;
  measure (layout, "0", &self->line_height);
  top = PADDING + (has_title (plot, SX_AXIS_Y) ? self->line_height + GAP : self->line_height / 2.0);
  bottom = PADDING + self->line_height + GAP + (has_title (plot, SX_AXIS_X) ? self->line_height + 2.0 : 0.0);
  area->y = floor (top);
  area->height = floor (height - top - bottom);
  if (area->height < 8.0)
    return FALSE;
  self->ticks[SX_AXIS_Y] = sx_ticks_new (area->y_scale, area->y_low, area->y_high, (guint)CLAMP (area->height / (self->line_height * 2.4), 2.0, 10.0));
  labels = measure_widest (layout, self->ticks[SX_AXIS_Y]);
  area->x = floor (style->is_rtl ? PADDING * 2.0 : PADDING + labels + GAP);
  area->width = floor (width - labels - GAP - PADDING * 3.0);
  if (area->width < 8.0)
    {
      sx_plot_frame_clear (self);
      return FALSE;
    }
  self->ticks[SX_AXIS_X] = choose_x_ticks (layout, area);
  return TRUE;
}

/* ---- drawing ---- */

static void
show (cairo_t *cr, PangoLayout *layout, double x, double y, double align)
{
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, floor (x - width * align), floor (y));
  pango_cairo_show_layout (cr, layout);
}

static void
draw_grid (const SxPlotFrame *frame, const SxChartStyle *style, cairo_t *cr)
{
  const SxPlotArea *area = &frame->area;

  cairo_set_line_width (cr, 1.0);
  gdk_cairo_set_source_rgba (cr, &style->grid);
  for (guint i = 0; i < frame->ticks[SX_AXIS_Y]->len; i++)
    {
      double y = floor (sx_plot_area_get_y (area, g_array_index (frame->ticks[SX_AXIS_Y], SxTick, i).value)) + 0.5;

      cairo_move_to (cr, area->x, y);
      cairo_line_to (cr, area->x + area->width, y);
    }
  cairo_stroke (cr);
  gdk_cairo_set_source_rgba (cr, &style->border);
  cairo_move_to (cr, area->x, area->y + area->height + 0.5);
  cairo_line_to (cr, area->x + area->width, area->y + area->height + 0.5);
  for (guint i = 0; i < frame->ticks[SX_AXIS_X]->len; i++)
    {
      const SxTick *tick = &g_array_index (frame->ticks[SX_AXIS_X], SxTick, i);
      double        x = floor (sx_plot_area_get_x (area, tick->value)) + 0.5;

      cairo_move_to (cr, x, area->y + area->height + 0.5);
      cairo_line_to (cr, x, area->y + area->height + (*tick->label ? 4.5 : 2.5));
    }
  cairo_stroke (cr);
}

static void
draw_labels (SxPlot *self, const SxPlotFrame *frame, const SxChartStyle *style, PangoLayout *layout, cairo_t *cr)
{
  const SxPlotArea *area = &frame->area;
  double            edge = style->is_rtl ? area->x + area->width + GAP : area->x - GAP;
  double            below = area->y + area->height + GAP;

  gdk_cairo_set_source_rgba (cr, &style->dim);
  for (guint i = 0; i < frame->ticks[SX_AXIS_Y]->len; i++)
    {
      const SxTick *tick = &g_array_index (frame->ticks[SX_AXIS_Y], SxTick, i);

      sx_chart_style_set_number (layout, tick->label);
      show (cr, layout, edge, sx_plot_area_get_y (area, tick->value) - frame->line_height / 2.0, style->is_rtl ? 0.0 : 1.0);
    }
  for (guint i = 0; i < frame->ticks[SX_AXIS_X]->len; i++)
    {
      const SxTick *tick = &g_array_index (frame->ticks[SX_AXIS_X], SxTick, i);

      sx_chart_style_set_number (layout, tick->label);
      show (cr, layout, sx_plot_area_get_x (area, tick->value), below, 0.5);
    }
  if (has_title (self, SX_AXIS_X))
    {
      pango_layout_set_text (layout, self->axes[SX_AXIS_X].title, -1);
      show (cr, layout, area->x + area->width / 2.0, below + frame->line_height + 2.0, 0.5);
    }
  if (has_title (self, SX_AXIS_Y))
    {
      pango_layout_set_text (layout, self->axes[SX_AXIS_Y].title, -1);
      show (cr, layout, style->is_rtl ? frame->width : 0.0, PADDING / 2.0, style->is_rtl ? 1.0 : 0.0);
    }
}

void
sx_plot_get_series_color (SxSeries *series, const SxChartStyle *style, GdkRGBA *color)
{
  sx_chart_style_get_color (style, sx_series_get_kind (series) == SX_SERIES_REFERENCE ? SX_SERIES_COLOR_DIM : sx_series_get_color (series), color);
}

static void
draw_series (SxPlot *self, const SxPlotArea *area, const SxChartStyle *style, SxEmphasis emphasis, cairo_t *cr)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      SxSeries *series = self->series->pdata[i];
      GdkRGBA   color;

      if (!sx_series_get_visible (series) || sx_series_get_emphasis (series) != emphasis || sx_series_get_n_points (series) == 0)
        continue;
      sx_plot_get_series_color (series, style, &color);
      sx_layer_find (sx_series_get_kind (series))->draw (series, area, style, &color, cr);
    }
}

void
sx_plot_draw (SxPlot *self, const SxPlotFrame *frame, const SxChartStyle *style, cairo_t *cr)
{
  g_autoptr (PangoLayout) layout = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
  const SxPlotArea *area = &frame->area;

  draw_grid (frame, style, cr);
  draw_labels (self, frame, style, layout, cr);
  cairo_save (cr);
  /* A little more than the area, so that lines along its edge keep their width. */
  cairo_rectangle (cr, area->x - 5.0, area->y - 5.0, area->width + 10.0, area->height + 10.0);
  cairo_clip (cr);
  draw_series (self, area, style, SX_EMPHASIS_FAINT, cr);
  draw_series (self, area, style, SX_EMPHASIS_NORMAL, cr);
  draw_series (self, area, style, SX_EMPHASIS_STRONG, cr);
  cairo_restore (cr);
}
