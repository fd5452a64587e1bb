/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-profile-view.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_COLUMNS 500
#define BARS_WIDTH 120
#define BARS_HEIGHT 28
#define MAX_BARS 24

struct _SxProfileView
{
  GtkWidget parent_instance;

  GtkWidget    *scroller, *list;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (SxProfileView, sx_profile_view, GTK_TYPE_WIDGET)

/* ---- bars ---- */

static void
draw_bars_cb (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  GArray  *counts = g_object_get_data (G_OBJECT (area), "sx-counts");
  GdkRGBA  color;
  double   most = 1.0, step = (double)width / MAX (counts->len, 1u);
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (area)) == GTK_TEXT_DIR_RTL;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (area)), &color);
  for (guint i = 0; i < counts->len; i++)
    most = MAX (most, g_array_index (counts, double, i));
  gdk_cairo_set_source_rgba (cr, &color);
  for (guint i = 0; i < counts->len; i++)
    {
      double count = g_array_index (counts, double, i);
      double bar = count > 0 ? MAX (1.0, (height - 1) * count / most) : 0.0;

      cairo_rectangle (cr, (is_rtl ? counts->len - 1 - i : i) * step, height - bar, MAX (1.0, step - 1.0), bar);
    }
  cairo_fill (cr);
}

static GtkWidget *
make_bars (const SxColumnProfile *profile)
{
  GtkWidget *area = gtk_drawing_area_new ();
  GArray    *counts = g_array_new (FALSE, FALSE, sizeof (double));
  guint      n_bins = profile->bins != NULL ? profile->bins->len : 0, n_bars = MIN (n_bins, MAX_BARS);

  for (guint i = 0; i < n_bars; i++)
    {
      double sum = 0;

      for (guint b = i * n_bins / n_bars; b < (i + 1) * n_bins / n_bars; b++)
        sum += (double)g_array_index (profile->bins, SxProfileBin, b).count;
      g_array_append_val (counts, sum);
    }
  for (guint i = 0; n_bins == 0 && profile->top != NULL && i < profile->top->len; i++)
    {
      double count = (double)((SxProfileValue *)profile->top->pdata[i])->count;

      g_array_append_val (counts, count);
    }
  g_object_set_data_full (G_OBJECT (area), "sx-counts", counts, (GDestroyNotify)g_array_unref);
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), BARS_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), BARS_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_bars_cb, NULL, NULL);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (area, "sx-bars");
  return area;
}

/* ---- lines ---- */

static char *
describe_values (const SxColumnProfile *profile)
{
  if (!isnan (profile->mean) && profile->type != SX_TYPE_TIMESTAMP && profile->type != SX_TYPE_BOOL)
    /* Translators: the range of a column's numbers and their mean */
    return g_strdup_printf (_ ("%.6g … %.6g, mean %.4g"), profile->min, profile->max, profile->mean);
  if (profile->top != NULL && profile->top->len > 0)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint i = 0; i < MIN (profile->top->len, 3); i++)
        g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", ((SxProfileValue *)profile->top->pdata[i])->text);
      if (profile->top->len > 3)
        g_string_append (text, ", …");
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
  return g_strdup ("");
}

static char *
describe_counts (const SxColumnProfile *profile)
{
  double           missing = profile->n_rows > 0 ? 100.0 * (double)profile->n_missing / (double)profile->n_rows : 0.0;
  g_autofree char *distinct = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u different value", "%u different values", (gulong)profile->n_distinct), (guint)profile->n_distinct);

  if (profile->n_missing == 0)
    return g_strdup_printf ("%s · %s", sx_type_get_title (profile->type), distinct);
  /* Translators: a column's type, “7 different values”, how many cells are missing */
  return g_strdup_printf (_ ("%s · %s · %.1f %% missing"), sx_type_get_title (profile->type), distinct, missing);
}

static GtkWidget *
make_label (const char *text, const char *class, gboolean wraps)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  if (wraps)
    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  else
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
add_column (SxProfileView *self, const SxColumnProfile *profile)
{
  GtkWidget       *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *row;
  g_autofree char *counts = describe_counts (profile), *values = describe_values (profile);
  GtkWidget       *name = make_label (profile->name, "heading", FALSE), *range = make_label (values, "numeric", FALSE);

  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), make_label (counts, "caption", FALSE));
  for (guint i = 0; profile->warnings != NULL && profile->warnings[i] != NULL; i++)
    {
      GtkWidget *warning = make_label (profile->warnings[i], "caption", TRUE);

      gtk_widget_add_css_class (warning, "warning");
      gtk_box_append (GTK_BOX (texts), warning);
    }
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_label_set_xalign (GTK_LABEL (range), 1.0f);
  gtk_box_append (GTK_BOX (line), texts);
  gtk_box_append (GTK_BOX (line), range);
  gtk_box_append (GTK_BOX (line), make_bars (profile));
  gtk_list_box_append (GTK_LIST_BOX (self->list), line);
  row = gtk_widget_get_parent (line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
}

static void
clear (SxProfileView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
}

/* ---- computing ---- */

static void
profile_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError    *error = NULL;
  SxProfile *profile = sx_profile_new (data, cancellable, &error);

  if (profile != NULL)
    g_task_return_pointer (task, profile, (GDestroyNotify)sx_profile_free);
  else
    g_task_return_error (task, error);
}

static void
profile_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SxProfileView *self = SX_PROFILE_VIEW (source);
  g_autoptr (SxProfile) profile = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (profile == NULL)
    return;
  clear (self);
  for (guint i = 0; i < MIN (profile->columns->len, MAX_COLUMNS); i++)
    add_column (self, profile->columns->pdata[i]);
}

void
sx_profile_view_set_frame (SxProfileView *self, SxFrame *frame)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (SX_IS_PROFILE_VIEW (self));
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (frame == NULL)
    {
      clear (self);
      return;
    }
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, profile_done_cb, NULL);
  g_task_set_task_data (task, sx_frame_ref (frame), (GDestroyNotify)sx_frame_unref);
  g_task_run_in_thread (task, profile_thread);
}

static void
sx_profile_view_dispose (GObject *object)
{
  SxProfileView *self = SX_PROFILE_VIEW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (sx_profile_view_parent_class)->dispose (object);
}

static void
sx_profile_view_class_init (SxProfileViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_profile_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-profile-view");
}

static void
sx_profile_view_init (SxProfileView *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_list_box_set_show_separators (GTK_LIST_BOX (self->list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Columns"), -1);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->list);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
sx_profile_view_new (void)
{
  return g_object_new (SX_TYPE_PROFILE_VIEW, NULL);
}
