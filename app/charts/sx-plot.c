/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

G_DEFINE_FINAL_TYPE (SxPlot, sx_plot, GTK_TYPE_WIDGET)

#define MIN_WIDTH 160
#define MIN_HEIGHT 120
#define NATURAL_WIDTH 420
#define NATURAL_HEIGHT 240
#define MAX_DESCRIBED 8

/* ---- ranges ---- */

static void
widen (SxSeries *series, SxAxisSide side, SxScale scale, double *low, double *high)
{
  double from, to;

  if (!sx_series_get_visible (series) || sx_series_get_kind (series) == SX_SERIES_REFERENCE)
    return;
  if (!sx_series_get_range (series, side == SX_AXIS_X, scale == SX_SCALE_LOG, &from, &to))
    return;
  /* Bars and areas are read from zero. */
  if (side == SX_AXIS_Y && scale != SX_SCALE_LOG && (sx_series_get_kind (series) == SX_SERIES_BARS || sx_series_get_kind (series) == SX_SERIES_AREA))
    {
      from = MIN (from, 0.0);
      to = MAX (to, 0.0);
    }
  *low = MIN (*low, from);
  *high = MAX (*high, to);
}

static gboolean
has_marks (SxPlot *self)
{
  for (guint i = 0; i < self->series->len; i++)
    if (sx_series_get_kind (self->series->pdata[i]) == SX_SERIES_POINTS && sx_series_get_visible (self->series->pdata[i]))
      return TRUE;
  return FALSE;
}

gboolean
sx_plot_get_range (SxPlot *self, SxAxisSide side, double *low, double *high)
{
  SxAxis *axis = &self->axes[side];

  *low = G_MAXDOUBLE;
  *high = -G_MAXDOUBLE;
  for (guint i = 0; i < self->series->len; i++)
    widen (self->series->pdata[i], side, axis->scale, low, high);
  if (*low > *high)
    return FALSE;
  if (axis->is_zoomed)
    {
      *low = axis->zoom_low;
      *high = axis->zoom_high;
      return TRUE;
    }
  if (side == SX_AXIS_Y || *low >= *high)
    sx_scale_round_range (axis->scale, low, high);
  else if (has_marks (self) && axis->scale != SX_SCALE_LOG)
    {
      /* Marks have a size, and should not stand on the frame. */
      double margin = (*high - *low) * 0.02;

      *low -= margin;
      *high += margin;
    }
  if (!isnan (axis->fixed_low))
    *low = axis->fixed_low;
  if (!isnan (axis->fixed_high))
    *high = axis->fixed_high;
  if (*low >= *high)
    sx_scale_round_range (axis->scale, low, high);
  return TRUE;
}

void
sx_plot_zoom (SxPlot *self, SxAxisSide side, double low, double high)
{
  SxAxis *axis = &self->axes[side];
  double  least = MAX (fabs (low), fabs (high)) * 1e-9;

  if (!isfinite (low) || !isfinite (high) || high - low <= least || (axis->scale == SX_SCALE_LOG && low <= 0.0))
    return;
  axis->zoom_low = low;
  axis->zoom_high = high;
  axis->is_zoomed = TRUE;
  sx_plot_invalidate (self);
}

gboolean
sx_plot_is_zoomed (SxPlot *self)
{
  return self->axes[SX_AXIS_X].is_zoomed || self->axes[SX_AXIS_Y].is_zoomed;
}

void
sx_plot_reset_zoom (SxPlot *self)
{
  for (guint side = 0; side < SX_N_AXES; side++)
    self->axes[side].is_zoomed = FALSE;
  sx_plot_invalidate (self);
}

/* ---- what it says of itself ---- */

static void
describe_series (SxPlot *self, SxSeries *series, GString *text)
{
  guint            n_points = sx_series_get_n_points (series);
  double           low[SX_N_AXES], high[SX_N_AXES];
  g_autofree char *from_x = NULL, *from_y = NULL, *to_x = NULL, *to_y = NULL, *last = NULL;

  if (!sx_series_get_range (series, TRUE, FALSE, &low[SX_AXIS_X], &high[SX_AXIS_X]) || !sx_series_get_range (series, FALSE, FALSE, &low[SX_AXIS_Y], &high[SX_AXIS_Y]))
    return;
  from_x = sx_scale_format (self->axes[SX_AXIS_X].scale, low[SX_AXIS_X], 0.0);
  to_x = sx_scale_format (self->axes[SX_AXIS_X].scale, high[SX_AXIS_X], 0.0);
  from_y = sx_scale_format (self->axes[SX_AXIS_Y].scale, low[SX_AXIS_Y], 0.0);
  to_y = sx_scale_format (self->axes[SX_AXIS_Y].scale, high[SX_AXIS_Y], 0.0);
  last = sx_scale_format (self->axes[SX_AXIS_Y].scale, sx_series_get_y (series)[n_points - 1], 0.0);
  g_string_append_c (text, ' ');
  /* TRANSLATORS: “Validation: 120 points, x from 1 to 120, y from 0.12 to 0.69, the last 0.13.” */
  g_string_append_printf (text, ngettext ("%s: %u point, x from %s to %s, y from %s to %s, the last %s.", "%s: %u points, x from %s to %s, y from %s to %s, the last %s.", n_points), sx_series_get_name (series), n_points, from_x, to_x, from_y, to_y, last);
}

char *
sx_plot_dup_description (SxPlot *self)
{
  GString *text = g_string_new (NULL);
  guint    n_shown = 0;

  for (guint i = 0; i < self->series->len; i++)
    n_shown += sx_series_get_visible (self->series->pdata[i]) && sx_series_get_n_points (self->series->pdata[i]) > 0;
  if (n_shown == 0)
    {
      g_string_append (text, self->placeholder ? self->placeholder : _ ("Nothing to show yet"));
      return g_string_free (text, FALSE);
    }
  g_string_append_printf (text, ngettext ("A chart of %u series.", "A chart of %u series.", n_shown), n_shown);
  if (self->axes[SX_AXIS_X].title != NULL && self->axes[SX_AXIS_Y].title != NULL)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _ ("x: %s; y: %s."), self->axes[SX_AXIS_X].title, self->axes[SX_AXIS_Y].title);
    }
  n_shown = 0;
  for (guint i = 0; i < self->series->len && n_shown < MAX_DESCRIBED; i++)
    {
      SxSeries *series = self->series->pdata[i];

      if (!sx_series_get_visible (series) || sx_series_get_n_points (series) == 0 || sx_series_get_emphasis (series) == SX_EMPHASIS_FAINT)
        continue;
      describe_series (self, series, text);
      n_shown++;
    }
  return g_string_free (text, FALSE);
}

static gboolean
describe_cb (gpointer data)
{
  SxPlot          *self = data;
  g_autofree char *text = sx_plot_dup_description (self);

  self->describe = 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  return G_SOURCE_REMOVE;
}

/* ---- series ---- */

void
sx_plot_invalidate (SxPlot *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  /* After drawing, and seldom: a screen reader should not be flooded while a curve grows. */
  if (self->describe == 0)
    self->describe = g_timeout_add_full (G_PRIORITY_LOW, 250, describe_cb, self, NULL);
}

static void
series_changed_cb (SxSeries *series, gboolean data, SxPlot *self)
{
  sx_plot_invalidate (self);
}

void
sx_plot_add (SxPlot *self, SxSeries *series)
{
  g_ptr_array_add (self->series, g_object_ref (series));
  g_signal_connect_object (series, "changed", G_CALLBACK (series_changed_cb), self, 0);
  sx_plot_invalidate (self);
}

void
sx_plot_remove (SxPlot *self, SxSeries *series)
{
  g_signal_handlers_disconnect_by_func (series, series_changed_cb, self);
  if (g_ptr_array_remove (self->series, series))
    sx_plot_invalidate (self);
}

/* ---- widget ---- */

static void
sx_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  gboolean is_wide = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = is_wide ? MIN_WIDTH : MIN_HEIGHT;
  *natural = is_wide ? NATURAL_WIDTH : NATURAL_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
draw_node (SxPlot *self, double width, double height)
{
  cairo_t *cr;

  sx_plot_frame_clear (&self->frame);
  self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  cr = gsk_cairo_node_get_draw_context (self->node);
  if (sx_plot_frame_init (&self->frame, self, &self->style, width, height))
    sx_plot_draw (self, &self->frame, &self->style, cr);
  cairo_destroy (cr);
}

static void
draw_placeholder (SxPlot *self, GtkSnapshot *snapshot, double width, double height)
{
  g_autoptr (PangoLayout) layout = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
  int text_width, text_height;

  pango_layout_set_text (layout, self->placeholder ? self->placeholder : _ ("Nothing to show yet"), -1);
  pango_layout_set_width (layout, (int)(MAX (width - 24.0, 1.0) * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (12.0f, (float)floor ((height - text_height) / 2.0)));
  gtk_snapshot_append_layout (snapshot, layout, &self->style.dim);
  gtk_snapshot_restore (snapshot);
}

static void
draw_band (SxPlot *self, GtkSnapshot *snapshot)
{
  GdkRGBA         fill = self->style.accent;
  graphene_rect_t rect = GRAPHENE_RECT_INIT ((float)self->band_x, (float)self->band_y, (float)self->band_width, (float)self->band_height);
  GskRoundedRect  outline;
  float           widths[4] = { 1, 1, 1, 1 };
  GdkRGBA         colors[4] = { fill, fill, fill, fill };

  graphene_rect_normalize (&rect);
  fill.alpha = 0.15f;
  gtk_snapshot_append_color (snapshot, &fill, &rect);
  gsk_rounded_rect_init_from_rect (&outline, &rect, 0.0f);
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

static void
sx_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxPlot *self = SX_PLOT (widget);
  double  width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double  low, high;

  if (!sx_plot_get_range (self, SX_AXIS_X, &low, &high) || !sx_plot_get_range (self, SX_AXIS_Y, &low, &high))
    {
      draw_placeholder (self, snapshot, width, height);
      return;
    }
  if (self->node == NULL)
    draw_node (self, width, height);
  gtk_snapshot_append_node (snapshot, self->node);
  if (self->is_banding)
    draw_band (self, snapshot);
  else if (self->has_cursor && self->frame.ticks[SX_AXIS_X] != NULL)
    sx_plot_draw_readout (self, snapshot);
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 0.0, 0.0, width, height);
}

static void
sx_plot_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&SX_PLOT (widget)->node, gsk_render_node_unref);
}

static void
sx_plot_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  SxPlot *self = SX_PLOT (widget);

  GTK_WIDGET_CLASS (sx_plot_parent_class)->css_changed (widget, change);
  sx_chart_style_update (&self->style, widget);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (widget);
}

static void
sx_plot_direction_changed (GtkWidget *widget, GtkTextDirection before)
{
  SxPlot *self = SX_PLOT (widget);

  sx_chart_style_update (&self->style, widget);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (widget);
}

static void
sx_plot_dispose (GObject *object)
{
  SxPlot *self = SX_PLOT (object);

  g_clear_handle_id (&self->describe, g_source_remove);
  for (guint i = 0; i < self->series->len; i++)
    g_signal_handlers_disconnect_by_func (self->series->pdata[i], series_changed_cb, self);
  g_ptr_array_set_size (self->series, 0);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  G_OBJECT_CLASS (sx_plot_parent_class)->dispose (object);
}

static void
sx_plot_finalize (GObject *object)
{
  SxPlot *self = SX_PLOT (object);

  for (guint side = 0; side < SX_N_AXES; side++)
    g_free (self->axes[side].title);
  sx_plot_frame_clear (&self->frame);
  g_ptr_array_unref (self->series);
  g_free (self->title);
  g_free (self->placeholder);
  G_OBJECT_CLASS (sx_plot_parent_class)->finalize (object);
}

static void
sx_plot_class_init (SxPlotClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_plot_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_plot_finalize;
  widget_class->measure = sx_plot_measure;
  widget_class->snapshot = sx_plot_snapshot;
  widget_class->size_allocate = sx_plot_size_allocate;
  widget_class->css_changed = sx_plot_css_changed;
  widget_class->direction_changed = sx_plot_direction_changed;
  gtk_widget_class_set_css_name (widget_class, "sx-plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  sx_plot_class_add_keys (widget_class);
}

static void
sx_plot_init (SxPlot *self)
{
  self->series = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint side = 0; side < SX_N_AXES; side++)
    self->axes[side].fixed_low = self->axes[side].fixed_high = NAN;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  sx_plot_add_gestures (self);
}

GtkWidget *
sx_plot_new (void)
{
  return g_object_new (SX_TYPE_PLOT, NULL);
}
