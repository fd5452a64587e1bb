/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A chart is a heading, a legend and a plot. The plot (sx-plot.c) has axes and series; how a series is drawn is a layer (sx-layer-*.c). */

#include "config.h"

#include "sx-chart.h"

#include "sx-legend.h"
#include "sx-picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define PICTURE_WIDTH 800.0
#define PICTURE_HEIGHT 480.0
#define MARGIN 16.0
#define KEY_SIZE 14.0

struct _SxChart
{
  GtkWidget parent_instance;

  GtkWidget *heading, *title_label, *menu_button, *legend;
  SxPlot    *plot;
  char      *title;
  SxScale    y_scale; /* as it was set, before the user chose logarithms */
};

enum {
  PROP_LOGARITHMIC = 1,
};

G_DEFINE_FINAL_TYPE (SxChart, sx_chart, GTK_TYPE_WIDGET)

/* ---- axes ---- */

void
sx_chart_set_title (SxChart *self, const char *title)
{
  g_return_if_fail (SX_IS_CHART (self));

  g_free (self->title);
  self->title = g_strdup (title ? title : "");
  gtk_label_set_text (GTK_LABEL (self->title_label), self->title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->plot), GTK_ACCESSIBLE_PROPERTY_LABEL, self->title, -1);
}

static void
set_axis (SxChart *self, SxAxisSide side, SxScale scale, const char *title)
{
  SxAxis *axis = &self->plot->axes[side];

  if (axis->scale == scale && g_strcmp0 (axis->title, title) == 0)
    return;
  if (axis->scale != scale)
    axis->is_zoomed = FALSE;
  axis->scale = scale;
  g_free (axis->title);
  axis->title = g_strdup (title);
  sx_plot_invalidate (self->plot);
}

void
sx_chart_set_x_axis (SxChart *self, SxScale scale, const char *title)
{
  g_return_if_fail (SX_IS_CHART (self));
  set_axis (self, SX_AXIS_X, scale, title);
}

void
sx_chart_set_y_axis (SxChart *self, SxScale scale, const char *title)
{
  g_return_if_fail (SX_IS_CHART (self));
  self->y_scale = scale;
  set_axis (self, SX_AXIS_Y, scale, title);
}

static void
set_range (SxChart *self, SxAxisSide side, double low, double high)
{
  self->plot->axes[side].fixed_low = low;
  self->plot->axes[side].fixed_high = high;
  sx_plot_invalidate (self->plot);
}

void
sx_chart_set_x_range (SxChart *self, double low, double high)
{
  g_return_if_fail (SX_IS_CHART (self));
  set_range (self, SX_AXIS_X, low, high);
}

void
sx_chart_set_y_range (SxChart *self, double low, double high)
{
  g_return_if_fail (SX_IS_CHART (self));
  set_range (self, SX_AXIS_Y, low, high);
}

void
sx_chart_set_placeholder (SxChart *self, const char *text)
{
  g_return_if_fail (SX_IS_CHART (self));

  g_free (self->plot->placeholder);
  self->plot->placeholder = g_strdup (text);
  sx_plot_invalidate (self->plot);
}

/* ---- series ---- */

static void
series_changed_cb (SxSeries *series, gboolean data, SxChart *self)
{
  if (!data)
    sx_legend_refresh (SX_LEGEND (self->legend));
}

void
sx_chart_add (SxChart *self, SxSeries *series)
{
  g_return_if_fail (SX_IS_CHART (self));
  g_return_if_fail (SX_IS_SERIES (series));

  if (sx_series_get_color (series) == SX_SERIES_COLOR_AUTO)
    sx_series_set_color (series, (int)self->plot->series->len % SX_CHART_N_COLORS);
  sx_plot_add (self->plot, series);
  g_signal_connect_object (series, "changed", G_CALLBACK (series_changed_cb), self, 0);
  sx_legend_refresh (SX_LEGEND (self->legend));
}

void
sx_chart_remove (SxChart *self, SxSeries *series)
{
  g_return_if_fail (SX_IS_CHART (self));
  g_return_if_fail (SX_IS_SERIES (series));

  g_signal_handlers_disconnect_by_func (series, series_changed_cb, self);
  sx_plot_remove (self->plot, series);
  sx_legend_refresh (SX_LEGEND (self->legend));
}

void
sx_chart_remove_all (SxChart *self)
{
  g_return_if_fail (SX_IS_CHART (self));

  while (self->plot->series->len > 0)
    {
      g_autoptr (SxSeries) series = g_object_ref (self->plot->series->pdata[self->plot->series->len - 1]);

      g_signal_handlers_disconnect_by_func (series, series_changed_cb, self);
      sx_plot_remove (self->plot, series);
    }
  sx_plot_reset_zoom (self->plot);
  sx_legend_refresh (SX_LEGEND (self->legend));
}

guint
sx_chart_get_n_series (SxChart *self)
{
  g_return_val_if_fail (SX_IS_CHART (self), 0);
  return self->plot->series->len;
}

SxSeries *
sx_chart_get_series (SxChart *self, guint index)
{
  g_return_val_if_fail (SX_IS_CHART (self), NULL);
  g_return_val_if_fail (index < self->plot->series->len, NULL);
  return self->plot->series->pdata[index];
}

gboolean
sx_chart_get_view (SxChart *self, double *x_low, double *x_high, double *y_low, double *y_high)
{
  g_return_val_if_fail (SX_IS_CHART (self), FALSE);
  return sx_plot_get_range (self->plot, SX_AXIS_X, x_low, x_high) && sx_plot_get_range (self->plot, SX_AXIS_Y, y_low, y_high);
}

void
sx_chart_zoom_x (SxChart *self, double low, double high)
{
  g_return_if_fail (SX_IS_CHART (self));
  sx_plot_zoom (self->plot, SX_AXIS_X, low, high);
}

void
sx_chart_reset_zoom (SxChart *self)
{
  g_return_if_fail (SX_IS_CHART (self));
  sx_plot_reset_zoom (self->plot);
}

/* ---- words and files ---- */

char *
sx_chart_dup_description (SxChart *self)
{
  g_return_val_if_fail (SX_IS_CHART (self), NULL);
  return sx_plot_dup_description (self->plot);
}

char *
sx_chart_to_csv (SxChart *self)
{
  GString    *csv = g_string_new (NULL);
  const char *x_title, *y_title;

  g_return_val_if_fail (SX_IS_CHART (self), NULL);

  x_title = self->plot->axes[SX_AXIS_X].title;
  y_title = self->plot->axes[SX_AXIS_Y].title;
  g_string_append (csv, "series,");
  sx_csv_append_text (csv, x_title && *x_title ? x_title : "x");
  g_string_append_c (csv, ',');
  sx_csv_append_text (csv, y_title && *y_title ? y_title : "y");
  g_string_append (csv, "\r\n");
  for (guint i = 0; i < self->plot->series->len; i++)
    {
      SxSeries *series = self->plot->series->pdata[i];

      for (guint j = 0; j < sx_series_get_n_points (series); j++)
        {
          sx_csv_append_text (csv, sx_series_get_name (series));
          g_string_append_c (csv, ',');
          sx_csv_append_number (csv, sx_series_get_x (series)[j]);
          g_string_append_c (csv, ',');
          sx_csv_append_number (csv, sx_series_get_y (series)[j]);
          g_string_append (csv, "\r\n");
        }
    }
  return g_string_free (csv, FALSE);
}

/* Names in a row under the title; those that find no room any more are left out. */
static double
draw_legend (SxChart *self, const SxChartStyle *style, cairo_t *cr, double width, double y)
{
  g_autoptr (PangoLayout) layout = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
  double x = MARGIN, line = 0.0;
  guint  n_named = 0;

  for (guint i = 0; i < self->plot->series->len; i++)
    n_named += sx_series_get_in_legend (self->plot->series->pdata[i]) && sx_series_get_visible (self->plot->series->pdata[i]);
  for (guint i = 0; i < self->plot->series->len && n_named > 1; i++)
    {
      SxSeries *series = self->plot->series->pdata[i];
      int       text_width, text_height;
      GdkRGBA   color;

      if (!sx_series_get_in_legend (series) || !sx_series_get_visible (series))
        continue;
      pango_layout_set_text (layout, sx_series_get_name (series), -1);
      pango_layout_get_pixel_size (layout, &text_width, &text_height);
      line = text_height + 8.0;
      if (x + KEY_SIZE + 6.0 + text_width > width - MARGIN)
        break;
      sx_plot_get_series_color (series, style, &color);
      cairo_save (cr);
      cairo_translate (cr, x, y + floor ((text_height - KEY_SIZE) / 2.0));
      sx_layer_find (sx_series_get_kind (series))->draw_key (series, KEY_SIZE, KEY_SIZE, style, &color, cr);
      cairo_restore (cr);
      gdk_cairo_set_source_rgba (cr, &style->foreground);
      cairo_move_to (cr, x + KEY_SIZE + 6.0, y);
      pango_cairo_show_layout (cr, layout);
      x += KEY_SIZE + 6.0 + text_width + 18.0;
    }
  return y + line;
}

static void
draw_cb (cairo_t *cr, double width, double height, gpointer data)
{
  SxChart     *self = data;
  SxChartStyle style;
  SxPlotFrame  frame;
  g_autoptr (PangoLayout) title = sx_chart_style_new_layout (GTK_WIDGET (self), 1.4);
  int    title_width, title_height;
  double y;

  sx_chart_style_set_paper (&style, GTK_WIDGET (self));
  pango_layout_set_text (title, self->title, -1);
  pango_layout_get_pixel_size (title, &title_width, &title_height);
  gdk_cairo_set_source_rgba (cr, &style.foreground);
  cairo_move_to (cr, style.is_rtl ? width - MARGIN - title_width : MARGIN, MARGIN / 2.0);
  pango_cairo_show_layout (cr, title);
  y = draw_legend (self, &style, cr, width, MARGIN / 2.0 + title_height + 6.0);
  if (!sx_plot_frame_init (&frame, self->plot, &style, width - 2.0 * MARGIN, height - y - MARGIN / 2.0))
    return;
  cairo_translate (cr, MARGIN, y);
  sx_plot_draw (self->plot, &frame, &style, cr);
  sx_plot_frame_clear (&frame);
}

static gboolean
export_cb (GtkWidget *widget, const char *path, GError **error)
{
  return sx_chart_export (SX_CHART (widget), path, error);
}

gboolean
sx_chart_export (SxChart *self, const char *path, GError **error)
{
  g_autofree char *csv = NULL;

  g_return_val_if_fail (SX_IS_CHART (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_str_has_suffix (path, ".csv"))
    csv = sx_chart_to_csv (self);
  return sx_picture_write (path, PICTURE_WIDTH, PICTURE_HEIGHT, draw_cb, self, csv, error);
}

/* ---- actions ---- */

static void
save_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_picture_save (widget, SX_CHART (widget)->title, FALSE, export_cb);
}

static void
save_data_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_picture_save (widget, SX_CHART (widget)->title, TRUE, export_cb);
}

static void
reset_zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_chart_reset_zoom (SX_CHART (widget));
}

/* ---- widget ---- */

static void
sx_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SxChart *self = SX_CHART (object);

  if (id == PROP_LOGARITHMIC)
    g_value_set_boolean (value, self->plot->axes[SX_AXIS_Y].scale == SX_SCALE_LOG);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sx_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SxChart *self = SX_CHART (object);
  SxAxis  *axis = &self->plot->axes[SX_AXIS_Y];

  if (id == PROP_LOGARITHMIC)
    {
      axis->scale = g_value_get_boolean (value) ? SX_SCALE_LOG : self->y_scale == SX_SCALE_LOG ? SX_SCALE_LINEAR
                                                                                               : self->y_scale;
      axis->is_zoomed = FALSE;
      sx_plot_invalidate (self->plot);
    }
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sx_chart_dispose (GObject *object)
{
  SxChart *self = SX_CHART (object);

  if (self->plot != NULL)
    for (guint i = 0; i < self->plot->series->len; i++)
      g_signal_handlers_disconnect_by_func (self->plot->series->pdata[i], series_changed_cb, self);
  g_clear_pointer (&self->heading, gtk_widget_unparent);
  g_clear_pointer (&self->legend, gtk_widget_unparent);
  if (self->plot != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->plot));
  self->plot = NULL;
  G_OBJECT_CLASS (sx_chart_parent_class)->dispose (object);
}

static void
sx_chart_finalize (GObject *object)
{
  g_free (SX_CHART (object)->title);
  G_OBJECT_CLASS (sx_chart_parent_class)->finalize (object);
}

static void
sx_chart_class_init (SxChartClass *class)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = sx_chart_get_property;
  object_class->set_property = sx_chart_set_property;
  object_class->dispose = sx_chart_dispose;
  object_class->finalize = sx_chart_finalize;
  g_object_class_install_property (object_class, PROP_LOGARITHMIC, g_param_spec_boolean ("logarithmic", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sx-chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget_class, "chart.save-picture", NULL, save_picture_action);
  gtk_widget_class_install_action (widget_class, "chart.save-data", NULL, save_data_action);
  gtk_widget_class_install_action (widget_class, "chart.reset-zoom", NULL, reset_zoom_action);
  gtk_widget_class_install_property_action (widget_class, "chart.logarithmic", "logarithmic");
}

static void
sx_chart_init (SxChart *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  g_menu_append (menu, _ ("Show _All"), "chart.reset-zoom");
  g_menu_append (menu, _ ("_Logarithmic Scale"), "chart.logarithmic");
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->title = g_strdup ("");
  self->plot = SX_PLOT (sx_plot_new ());
  self->heading = sx_picture_new_heading ("", G_MENU_MODEL (menu), &self->title_label, &self->menu_button);
  self->legend = sx_legend_new (self->plot);
  gtk_widget_set_visible (self->legend, FALSE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->plot), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->plot), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_parent (self->heading, GTK_WIDGET (self));
  gtk_widget_set_parent (self->legend, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->plot), GTK_WIDGET (self));
  sx_picture_add_menu_gesture (GTK_WIDGET (self->plot), self->menu_button);
}

GtkWidget *
sx_chart_new (const char *title)
{
  SxChart *self = g_object_new (SX_TYPE_CHART, NULL);

  sx_chart_set_title (self, title);
  return GTK_WIDGET (self);
}
