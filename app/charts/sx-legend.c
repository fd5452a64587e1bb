/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-legend.h"

#include <glib/gi18n-lib.h>

#define SPACING 2
#define PADDING 8 /* of the buttons: the keys stand below the title's first letter */
#define KEY_WIDTH 16
#define KEY_HEIGHT 12

/* Lower than other buttons, and flat though they are pressed: what is hidden is pale, which says enough. */
static const char css[] =
  "sx-legend > button { min-height: 20px; padding: 2px 8px; margin: 0; border-radius: 6px; }"
  "sx-legend > button:checked:not(:hover):not(:active) { background: none; }";

static void
load_css (GdkDisplay *display)
{
  static gboolean is_loaded;
  g_autoptr (GtkCssProvider) provider = NULL;

  if (is_loaded)
    return;
  is_loaded = TRUE;
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_data (provider, css, -1);
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION - 1);
}

/* ---- the sign of a series ---- */

#define SX_TYPE_LEGEND_KEY (sx_legend_key_get_type ())
G_DECLARE_FINAL_TYPE (SxLegendKey, sx_legend_key, SX, LEGEND_KEY, GtkWidget)

struct _SxLegendKey
{
  GtkWidget parent_instance;

  SxSeries *series; /* owned */
};

G_DEFINE_FINAL_TYPE (SxLegendKey, sx_legend_key, GTK_TYPE_WIDGET)

static void
sx_legend_key_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? KEY_WIDTH : KEY_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
sx_legend_key_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxLegendKey *self = SX_LEGEND_KEY (widget);
  double       width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  SxChartStyle style;
  GdkRGBA      color;
  cairo_t     *cr;

  sx_chart_style_update (&style, widget);
  sx_plot_get_series_color (self->series, &style, &color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  sx_layer_find (sx_series_get_kind (self->series))->draw_key (self->series, width, height, &style, &color, cr);
  cairo_destroy (cr);
}

static void
sx_legend_key_finalize (GObject *object)
{
  g_object_unref (SX_LEGEND_KEY (object)->series);
  G_OBJECT_CLASS (sx_legend_key_parent_class)->finalize (object);
}

static void
sx_legend_key_class_init (SxLegendKeyClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sx_legend_key_finalize;
  GTK_WIDGET_CLASS (class)->measure = sx_legend_key_measure;
  GTK_WIDGET_CLASS (class)->snapshot = sx_legend_key_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sx_legend_key_init (SxLegendKey *self)
{
}

static GtkWidget *
new_key (SxSeries *series)
{
  SxLegendKey *self = g_object_new (SX_TYPE_LEGEND_KEY, NULL);

  self->series = g_object_ref (series);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  return GTK_WIDGET (self);
}

/* ---- the legend ---- */

struct _SxLegend
{
  GtkWidget parent_instance;

  SxPlot    *plot;   /* borrowed: it stands beside it */
  GPtrArray *series; /* of SxSeries, one a child */
};

G_DEFINE_FINAL_TYPE (SxLegend, sx_legend, GTK_TYPE_WIDGET)

static int
get_width (GtkWidget *child)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

/* Sets the children down from the start, line after line; returns the height. With @allocate FALSE it only reckons. */
static int
lay_out (SxLegend *self, int width, gboolean allocate)
{
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int      x = -PADDING, y = 0, line_height = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int child_width = MIN (get_width (child), MAX (width, 1)), child_height;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, child_width, NULL, &child_height, NULL, NULL);
      if (x > 0 && x + child_width > width)
        {
          x = -PADDING;
          y += line_height + SPACING;
          line_height = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (child, &(GtkAllocation){ is_rtl ? width - x - child_width : x, y, child_width, child_height }, -1);
      x += child_width + SPACING;
      line_height = MAX (line_height, child_height);
    }
  return y + line_height;
}

static void
sx_legend_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  SxLegend *self = SX_LEGEND (widget);

  *minimum_baseline = *natural_baseline = -1;
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = lay_out (self, for_size < 0 ? G_MAXINT / 2 : for_size, FALSE);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int least, wish;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wish, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += wish + SPACING;
    }
}

static GtkSizeRequestMode
sx_legend_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sx_legend_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (SX_LEGEND (widget), width, TRUE);
}

static void
toggled_cb (GtkToggleButton *button, SxSeries *series)
{
  sx_series_set_visible (series, gtk_toggle_button_get_active (button));
  gtk_widget_set_opacity (gtk_button_get_child (GTK_BUTTON (button)), gtk_toggle_button_get_active (button) ? 1.0 : 0.4);
}

static GtkWidget *
new_button (SxSeries *series)
{
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (sx_series_get_name (series));

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 3);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), new_key (series));
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Show or hide this series"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), sx_series_get_visible (series));
  gtk_widget_set_opacity (box, sx_series_get_visible (series) ? 1.0 : 0.4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, sx_series_get_name (series), -1);
  g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), series, 0);
  return button;
}

/* Whether the buttons stand for other series than before, or under other names. */
static gboolean
is_outdated (SxLegend *self, GPtrArray *wanted)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (wanted->len != self->series->len)
    return TRUE;
  for (guint i = 0; i < wanted->len; i++, child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *label = gtk_widget_get_last_child (gtk_button_get_child (GTK_BUTTON (child)));

      if (wanted->pdata[i] != self->series->pdata[i] || g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), sx_series_get_name (wanted->pdata[i])) != 0)
        return TRUE;
    }
  return FALSE;
}

static void
remove_children (SxLegend *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

void
sx_legend_refresh (SxLegend *self)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->plot->series->len; i++)
    if (sx_series_get_in_legend (self->plot->series->pdata[i]))
      g_ptr_array_add (wanted, g_object_ref (self->plot->series->pdata[i]));
  /* A single series is what the title names. */
  if (wanted->len < 2)
    g_ptr_array_set_size (wanted, 0);
  gtk_widget_set_visible (GTK_WIDGET (self), wanted->len > 0);
  if (!is_outdated (self, wanted))
    return;
  remove_children (self);
  for (guint i = 0; i < wanted->len; i++)
    gtk_widget_set_parent (new_button (wanted->pdata[i]), GTK_WIDGET (self));
  g_ptr_array_unref (self->series);
  self->series = g_steal_pointer (&wanted);
}

static void
sx_legend_dispose (GObject *object)
{
  remove_children (SX_LEGEND (object));
  G_OBJECT_CLASS (sx_legend_parent_class)->dispose (object);
}

static void
sx_legend_finalize (GObject *object)
{
  g_ptr_array_unref (SX_LEGEND (object)->series);
  G_OBJECT_CLASS (sx_legend_parent_class)->finalize (object);
}

static void
sx_legend_class_init (SxLegendClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_legend_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_legend_finalize;
  widget_class->measure = sx_legend_measure;
  widget_class->get_request_mode = sx_legend_get_request_mode;
  widget_class->size_allocate = sx_legend_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "sx-legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sx_legend_init (SxLegend *self)
{
  self->series = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Legend"), -1);
}

GtkWidget *
sx_legend_new (SxPlot *plot)
{
  SxLegend *self = g_object_new (SX_TYPE_LEGEND, NULL);

  load_css (gtk_widget_get_display (GTK_WIDGET (self)));
  self->plot = plot;
  return GTK_WIDGET (self);
}
