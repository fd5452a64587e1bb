/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the cursor stands at: for lines all of them at the nearest x, for marks the nearest one. */

#include "config.h"

#include "sx-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_ROWS 10
#define NEAR 24.0 /* pixels */
#define PADDING 8.0
#define KEY_SIZE 10.0

typedef struct
{
  SxSeries *series;
  guint     index;
  double    x, y; /* pixels */
  double    distance;
} Hit;

static gboolean
is_read (SxSeries *series)
{
  return sx_series_get_visible (series) && sx_series_get_n_points (series) > 0 && sx_series_get_kind (series) != SX_SERIES_REFERENCE;
}

/* A bar is found anywhere in its width. */
static gboolean
find_index (SxPlot *self, SxSeries *series, guint *index)
{
  double x = self->cursor_x;

  if (sx_series_get_kind (series) == SX_SERIES_BARS && !self->is_cursor_exact)
    x -= sx_series_get_bar_width (series) / 2.0;
  return sx_series_find_x (series, x, index);
}

static gboolean
find_mark (SxPlot *self, SxSeries *series, Hit *hit)
{
  const SxPlotArea *area = &self->frame.area;
  const double     *xs = sx_series_get_x (series), *ys = sx_series_get_y (series);
  double            cursor_x = sx_plot_area_get_x (area, self->cursor_x), cursor_y = sx_plot_area_get_y (area, self->cursor_y);

  hit->distance = NEAR;
  hit->series = NULL;
  for (guint i = 0; i < sx_series_get_n_points (series); i++)
    {
      double x = sx_plot_area_get_x (area, xs[i]), y = sx_plot_area_get_y (area, ys[i]);
      double distance = hypot (x - cursor_x, y - cursor_y);

      if (distance < hit->distance)
        *hit = (Hit){ series, i, x, y, distance };
    }
  return hit->series != NULL;
}

static gboolean
find_hit (SxPlot *self, SxSeries *series, Hit *hit)
{
  const SxPlotArea *area = &self->frame.area;

  if (sx_series_get_kind (series) == SX_SERIES_POINTS)
    return find_mark (self, series, hit);
  if (!find_index (self, series, &hit->index))
    return FALSE;
  hit->series = series;
  hit->x = sx_plot_area_get_x (area, sx_series_get_x (series)[hit->index]);
  hit->y = sx_plot_area_get_y (area, sx_series_get_y (series)[hit->index]);
  if (sx_series_get_kind (series) == SX_SERIES_BARS)
    hit->x = (hit->x + sx_plot_area_get_x (area, sx_series_get_x (series)[hit->index] + sx_series_get_bar_width (series))) / 2.0;
  hit->distance = hypot (hit->x - sx_plot_area_get_x (area, self->cursor_x), hit->y - sx_plot_area_get_y (area, self->cursor_y));
  return TRUE;
}

/* The hits to show, in the order of the series: those of the nearest x, and of the faint ones only what the cursor is at. */
static GArray *
find_hits (SxPlot *self)
{
  GArray *hits = g_array_new (FALSE, FALSE, sizeof (Hit));
  double  cursor = sx_plot_area_get_x (&self->frame.area, self->cursor_x), nearest = G_MAXDOUBLE;
  Hit     mark = { .distance = NEAR };

  for (guint i = 0; i < self->series->len; i++)
    {
      SxSeries *series = self->series->pdata[i];
      Hit       hit;

      if (!is_read (series) || !find_hit (self, series, &hit))
        continue;
      if (sx_series_get_kind (series) == SX_SERIES_POINTS || sx_series_get_emphasis (series) == SX_EMPHASIS_FAINT)
        {
          if (hit.distance < mark.distance)
            mark = hit;
          continue;
        }
      g_array_append_val (hits, hit);
      nearest = MIN (nearest, fabs (hit.x - cursor));
    }
  for (guint i = hits->len; i > 0; i--)
    if (fabs (fabs (g_array_index (hits, Hit, i - 1).x - cursor) - nearest) > 1.0)
      g_array_remove_index (hits, i - 1);
  if (mark.series != NULL)
    g_array_append_val (hits, mark);
  if (hits->len > MAX_ROWS)
    g_array_set_size (hits, MAX_ROWS);
  return hits;
}

/* The difference that a pixel makes: more digits than that say nothing. */
static double
get_resolution (SxPlot *self, SxAxisSide side)
{
  const SxPlotArea *area = &self->frame.area;

  if (side == SX_AXIS_X)
    return (area->x_high - area->x_low) / MAX (area->width, 1.0) / 2.0;
  return (area->y_high - area->y_low) / MAX (area->height, 1.0) / 2.0;
}

static char *
format_value (SxPlot *self, SxAxisSide side, double value)
{
  return sx_scale_format (self->axes[side].scale, value, get_resolution (self, side));
}

static char *
dup_heading (SxPlot *self, const Hit *hit)
{
  double           value = sx_series_get_x (hit->series)[hit->index];
  g_autofree char *x = format_value (self, SX_AXIS_X, value);

  if (sx_series_get_kind (hit->series) == SX_SERIES_BARS)
    {
      g_autofree char *end = format_value (self, SX_AXIS_X, value + sx_series_get_bar_width (hit->series));

      return g_strdup_printf ("%s – %s", x, end);
    }
  if (self->axes[SX_AXIS_X].title == NULL || *self->axes[SX_AXIS_X].title == '\0')
    return g_steal_pointer (&x);
  return g_strdup_printf ("%s %s", self->axes[SX_AXIS_X].title, x);
}

char *
sx_plot_dup_readout (SxPlot *self)
{
  g_autoptr (GArray) hits = NULL;
  g_autofree char *heading = NULL;
  GString         *text;

  if (!self->has_cursor || self->frame.ticks[SX_AXIS_X] == NULL)
    return NULL;
  hits = find_hits (self);
  if (hits->len == 0)
    return NULL;
  heading = dup_heading (self, &g_array_index (hits, Hit, 0));
  text = g_string_new (heading);
  for (guint i = 0; i < hits->len; i++)
    {
      const Hit       *hit = &g_array_index (hits, Hit, i);
      g_autofree char *y = format_value (self, SX_AXIS_Y, sx_series_get_y (hit->series)[hit->index]);

      g_string_append_printf (text, "; %s: %s", sx_series_get_name (hit->series), y);
    }
  return g_string_free (text, FALSE);
}

/* ---- drawing ---- */

static void
draw_cross (SxPlot *self, cairo_t *cr, GArray *hits)
{
  const SxPlotArea *area = &self->frame.area;
  double            x = floor (g_array_index (hits, Hit, 0).x) + 0.5;

  gdk_cairo_set_source_rgba (cr, &self->style.border);
  cairo_set_line_width (cr, 1.0);
  cairo_move_to (cr, x, area->y);
  cairo_line_to (cr, x, area->y + area->height);
  cairo_stroke (cr);
  for (guint i = 0; i < hits->len; i++)
    {
      const Hit *hit = &g_array_index (hits, Hit, i);
      GdkRGBA    color;

      sx_plot_get_series_color (hit->series, &self->style, &color);
      cairo_arc (cr, hit->x, hit->y, 4.5, 0.0, 2.0 * G_PI);
      gdk_cairo_set_source_rgba (cr, &self->style.card);
      cairo_fill_preserve (cr);
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_line_width (cr, 2.0);
      cairo_stroke (cr);
    }
}

static void
trace_box (cairo_t *cr, double x, double y, double width, double height)
{
  double radius = 8.0;

  cairo_new_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0.0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0.0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 3.0 * G_PI_2);
  cairo_close_path (cr);
}

typedef struct
{
  PangoLayout *name, *value;
  GdkRGBA      color;
  SxSeries    *series;
} Row;

static void
clear_row (gpointer data)
{
  Row *row = data;

  g_clear_object (&row->name);
  g_clear_object (&row->value);
}

static PangoLayout *
new_text (SxPlot *self, const char *text)
{
  PangoLayout *layout = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);

  pango_layout_set_text (layout, text, -1);
  return layout;
}

static PangoLayout *
new_number (SxPlot *self, const char *number)
{
  PangoLayout *layout = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);

  sx_chart_style_set_number (layout, number);
  return layout;
}

static GArray *
make_rows (SxPlot *self, GArray *hits, double *name_width, double *value_width, double *height)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (Row));
  int     width;

  g_array_set_clear_func (rows, clear_row);
  *name_width = *value_width = 0.0;
  for (guint i = 0; i < hits->len; i++)
    {
      const Hit       *hit = &g_array_index (hits, Hit, i);
      g_autofree char *value = format_value (self, SX_AXIS_Y, sx_series_get_y (hit->series)[hit->index]);
      Row              row = { new_text (self, sx_series_get_name (hit->series)), new_number (self, value), { 0 }, hit->series };
      int              row_height;

      sx_plot_get_series_color (hit->series, &self->style, &row.color);
      pango_layout_get_pixel_size (row.name, &width, &row_height);
      *name_width = MAX (*name_width, width);
      *height = row_height + 2.0;
      pango_layout_get_pixel_size (row.value, &width, NULL);
      *value_width = MAX (*value_width, width);
      g_array_append_val (rows, row);
    }
  return rows;
}

static void
draw_row (SxPlot *self, cairo_t *cr, const Row *row, double x, double y, double width, double height)
{
  gboolean is_rtl = self->style.is_rtl;
  int      name_width, value_width;

  pango_layout_get_pixel_size (row->name, &name_width, NULL);
  pango_layout_get_pixel_size (row->value, &value_width, NULL);
  cairo_save (cr);
  cairo_translate (cr, is_rtl ? x + width - KEY_SIZE : x, y + floor ((height - KEY_SIZE) / 2.0));
  sx_layer_find (sx_series_get_kind (row->series))->draw_key (row->series, KEY_SIZE, KEY_SIZE, &self->style, &row->color, cr);
  cairo_restore (cr);
  gdk_cairo_set_source_rgba (cr, &self->style.dim);
  cairo_move_to (cr, is_rtl ? x + width - KEY_SIZE - 6.0 - name_width : x + KEY_SIZE + 6.0, y);
  pango_cairo_show_layout (cr, row->name);
  gdk_cairo_set_source_rgba (cr, &self->style.foreground);
  cairo_move_to (cr, is_rtl ? x : x + width - value_width, y);
  pango_cairo_show_layout (cr, row->value);
}

static void
draw_box (SxPlot *self, cairo_t *cr, GArray *hits)
{
  g_autofree char *heading = dup_heading (self, &g_array_index (hits, Hit, 0));
  g_autoptr (PangoLayout) title = new_text (self, heading);
  double name_width, value_width, row_height = 0.0, width, height, x, y;
  g_autoptr (GArray) rows = make_rows (self, hits, &name_width, &value_width, &row_height);
  const Hit *first = &g_array_index (hits, Hit, 0);
  double     total = gtk_widget_get_width (GTK_WIDGET (self));
  int        title_width, title_height;

  pango_layout_get_pixel_size (title, &title_width, &title_height);
  width = MAX (KEY_SIZE + 6.0 + name_width + 16.0 + value_width, title_width);
  height = title_height + 4.0 + rows->len * row_height;
  /* Beside the cursor, on the side where there is room. */
  x = first->x + 12.0;
  if (x + width + 2.0 * PADDING > total)
    x = MAX (first->x - 12.0 - width - 2.0 * PADDING, 0.0);
  y = self->frame.area.y;
  trace_box (cr, floor (x) + 0.5, floor (y) + 0.5, width + 2.0 * PADDING, height + 2.0 * PADDING);
  cairo_set_source_rgba (cr, self->style.card.red, self->style.card.green, self->style.card.blue, 0.94);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &self->style.border);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
  x = floor (x) + PADDING;
  y = floor (y) + PADDING;
  gdk_cairo_set_source_rgba (cr, &self->style.foreground);
  cairo_move_to (cr, self->style.is_rtl ? x + width - title_width : x, y);
  pango_cairo_show_layout (cr, title);
  y += title_height + 4.0;
  for (guint i = 0; i < rows->len; i++, y += row_height)
    draw_row (self, cr, &g_array_index (rows, Row, i), x, y, width, row_height);
}

void
sx_plot_draw_readout (SxPlot *self, GtkSnapshot *snapshot)
{
  g_autoptr (GArray) hits = find_hits (self);
  cairo_t *cr;

  if (hits->len == 0)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)gtk_widget_get_width (GTK_WIDGET (self)), (float)gtk_widget_get_height (GTK_WIDGET (self))));
  draw_cross (self, cr, hits);
  draw_box (self, cr, hits);
  cairo_destroy (cr);
}

/* ---- by keys ---- */

static SxSeries *
get_lead (SxPlot *self)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      guint place = (self->lead + i) % self->series->len;

      if (is_read (self->series->pdata[place]))
        {
          self->lead = place;
          return self->series->pdata[place];
        }
    }
  return NULL;
}

static guint
find_nearest (SxPlot *self, SxSeries *series)
{
  const double *xs = sx_series_get_x (series), *ys = sx_series_get_y (series);
  guint         best = 0;

  if (!self->has_cursor)
    return 0;
  for (guint i = 0; i < sx_series_get_n_points (series); i++)
    {
      double dx = fabs (xs[i] - self->cursor_x), best_dx = fabs (xs[best] - self->cursor_x);

      if (dx < best_dx || (dx <= best_dx && fabs (ys[i] - self->cursor_y) < fabs (ys[best] - self->cursor_y)))
        best = i;
    }
  return best;
}

gboolean
sx_plot_move_cursor (SxPlot *self, int n_steps)
{
  SxSeries *series = get_lead (self);
  gint64    index, n_points;

  if (series == NULL)
    return FALSE;
  n_points = sx_series_get_n_points (series);
  index = find_nearest (self, series);
  if (self->has_cursor)
    index = CLAMP (index + n_steps, 0, n_points - 1);
  else
    index = n_steps < 0 ? n_points - 1 : 0;
  self->has_cursor = TRUE;
  self->is_cursor_exact = TRUE;
  self->cursor_x = sx_series_get_x (series)[index];
  self->cursor_y = sx_series_get_y (series)[index];
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

gboolean
sx_plot_change_lead (SxPlot *self, int direction)
{
  for (guint i = 1; i <= self->series->len; i++)
    {
      guint place = (self->lead + self->series->len + (direction > 0 ? i : self->series->len - i)) % self->series->len;

      if (!is_read (self->series->pdata[place]) || sx_series_get_emphasis (self->series->pdata[place]) == SX_EMPHASIS_FAINT)
        continue;
      self->lead = place;
      return sx_plot_move_cursor (self, 0);
    }
  return FALSE;
}
