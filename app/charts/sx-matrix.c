/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-matrix.h"

#include "sx-matrix-grid.h"
#include "sx-picture.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

#define PICTURE_WIDTH 640.0
#define PICTURE_HEIGHT 520.0
#define MARGIN 16.0

struct _SxMatrix
{
  GtkWidget parent_instance;

  GtkWidget    *heading, *title_label, *menu_button, *sentence;
  SxMatrixGrid *grid;
  char         *title;
};

G_DEFINE_FINAL_TYPE (SxMatrix, sx_matrix, GTK_TYPE_WIDGET)

/* ---- numbers ---- */

guint
sx_matrix_get_n_classes (SxMatrix *self)
{
  g_return_val_if_fail (SX_IS_MATRIX (self), 0);
  return self->grid->n_classes;
}

guint64
sx_matrix_get_count (SxMatrix *self, guint truth, guint predicted)
{
  g_return_val_if_fail (SX_IS_MATRIX (self), 0);
  g_return_val_if_fail (truth < self->grid->n_classes && predicted < self->grid->n_classes, 0);
  return self->grid->counts[truth * self->grid->n_classes + predicted];
}

double
sx_matrix_get_share (SxMatrix *self, guint truth, guint predicted)
{
  guint64 sum;

  g_return_val_if_fail (SX_IS_MATRIX (self), NAN);
  g_return_val_if_fail (truth < self->grid->n_classes && predicted < self->grid->n_classes, NAN);

  sum = self->grid->sums[truth];
  return sum > 0 ? (double)sx_matrix_get_count (self, truth, predicted) / (double)sum : NAN;
}

char *
sx_matrix_dup_cell_text (SxMatrix *self, guint truth, guint predicted)
{
  double share;

  g_return_val_if_fail (SX_IS_MATRIX (self), NULL);
  g_return_val_if_fail (truth < self->grid->n_classes && predicted < self->grid->n_classes, NULL);

  share = sx_matrix_get_share (self, truth, predicted);
  return g_strdup_printf (_ ("%" PRIu64 " of %" PRIu64 " rows (%.1f %%) of class “%s” were predicted as “%s”."), (uint64_t)sx_matrix_get_count (self, truth, predicted), (uint64_t)self->grid->sums[truth], isnan (share) ? 0.0 : 100.0 * share, self->grid->classes[truth], self->grid->classes[predicted]);
}

char *
sx_matrix_dup_description (SxMatrix *self)
{
  GString *text = g_string_new (NULL);
  guint64  right = 0, sum = 0;
  guint    n_classes;

  g_return_val_if_fail (SX_IS_MATRIX (self), NULL);

  n_classes = self->grid->n_classes;
  for (guint i = 0; i < n_classes; i++)
    {
      right += sx_matrix_get_count (self, i, i);
      sum += self->grid->sums[i];
    }
  g_string_append_printf (text, _ ("%" PRIu64 " of %" PRIu64 " rows were predicted right."), (uint64_t)right, (uint64_t)sum);
  for (guint i = 0; i < n_classes && n_classes <= 8; i++)
    {
      g_autofree char *cell = sx_matrix_dup_cell_text (self, i, i);

      g_string_append_printf (text, " %s", cell);
    }
  return g_string_free (text, FALSE);
}

static void
update_sentence (SxMatrix *self)
{
  g_autofree char *text = NULL;

  if (self->grid->row >= 0)
    text = sx_matrix_dup_cell_text (self, (guint)self->grid->row, (guint)self->grid->column);
  else
    text = g_strdup (_ ("Each row is a true class, and shares are of its rows."));
  gtk_label_set_text (GTK_LABEL (self->sentence), text);
  if (self->grid->row >= 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

void
sx_matrix_set_counts (SxMatrix *self, const guint64 *counts, const char *const *classes, guint n_classes)
{
  SxMatrixGrid    *grid;
  g_autofree char *text = NULL;

  g_return_if_fail (SX_IS_MATRIX (self));
  g_return_if_fail (n_classes == 0 || (counts != NULL && classes != NULL));

  grid = self->grid;
  g_free (grid->counts);
  g_free (grid->sums);
  g_strfreev (grid->classes);
  grid->counts = g_memdup2 (counts, sizeof (guint64) * n_classes * n_classes);
  grid->sums = g_new0 (guint64, MAX (n_classes, 1));
  grid->classes = g_new0 (char *, n_classes + 1);
  grid->n_classes = n_classes;
  grid->row = grid->column = -1;
  for (guint i = 0; i < n_classes; i++)
    {
      grid->classes[i] = g_strdup (classes[i]);
      for (guint j = 0; j < n_classes; j++)
        grid->sums[i] += counts[i * n_classes + j];
    }
  sx_matrix_grid_changed (grid);
  update_sentence (self);
  text = sx_matrix_dup_description (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (grid), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* ---- files ---- */

char *
sx_matrix_to_csv (SxMatrix *self)
{
  GString *csv = g_string_new ("truth,predicted,count,share\r\n");

  g_return_val_if_fail (SX_IS_MATRIX (self), NULL);

  for (guint i = 0; i < self->grid->n_classes; i++)
    for (guint j = 0; j < self->grid->n_classes; j++)
      {
        sx_csv_append_text (csv, self->grid->classes[i]);
        g_string_append_c (csv, ',');
        sx_csv_append_text (csv, self->grid->classes[j]);
        g_string_append_printf (csv, ",%" PRIu64 ",", (uint64_t)sx_matrix_get_count (self, i, j));
        sx_csv_append_number (csv, sx_matrix_get_share (self, i, j));
        g_string_append (csv, "\r\n");
      }
  return g_string_free (csv, FALSE);
}

static void
draw_cb (cairo_t *cr, double width, double height, gpointer data)
{
  SxMatrix    *self = data;
  SxChartStyle style;
  g_autoptr (PangoLayout) title = sx_chart_style_new_layout (GTK_WIDGET (self), 1.4);
  int title_width, title_height;

  sx_chart_style_set_paper (&style, GTK_WIDGET (self));
  pango_layout_set_text (title, self->title, -1);
  pango_layout_get_pixel_size (title, &title_width, &title_height);
  gdk_cairo_set_source_rgba (cr, &style.foreground);
  cairo_move_to (cr, style.is_rtl ? width - MARGIN - title_width : MARGIN, MARGIN / 2.0);
  pango_cairo_show_layout (cr, title);
  cairo_translate (cr, MARGIN, MARGIN + title_height);
  sx_matrix_grid_draw (self->grid, &style, cr, width - 2.0 * MARGIN, height - 2.0 * MARGIN - title_height);
}

gboolean
sx_matrix_export (SxMatrix *self, const char *path, GError **error)
{
  g_autofree char *csv = NULL;

  g_return_val_if_fail (SX_IS_MATRIX (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_str_has_suffix (path, ".csv"))
    csv = sx_matrix_to_csv (self);
  return sx_picture_write (path, PICTURE_WIDTH, PICTURE_HEIGHT, draw_cb, self, csv, error);
}

static gboolean
export_cb (GtkWidget *widget, const char *path, GError **error)
{
  return sx_matrix_export (SX_MATRIX (widget), path, error);
}

static void
save_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_picture_save (widget, SX_MATRIX (widget)->title, FALSE, export_cb);
}

static void
save_data_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_picture_save (widget, SX_MATRIX (widget)->title, TRUE, export_cb);
}

/* ---- widget ---- */

static void
sx_matrix_dispose (GObject *object)
{
  SxMatrix  *self = SX_MATRIX (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sx_matrix_parent_class)->dispose (object);
}

static void
sx_matrix_finalize (GObject *object)
{
  g_free (SX_MATRIX (object)->title);
  G_OBJECT_CLASS (sx_matrix_parent_class)->finalize (object);
}

static void
sx_matrix_class_init (SxMatrixClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_matrix_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_matrix_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget_class, "chart.save-picture", NULL, save_picture_action);
  gtk_widget_class_install_action (widget_class, "chart.save-data", NULL, save_data_action);
}

static void
sx_matrix_init (SxMatrix *self)
{
  GtkBoxLayout *layout = GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self)));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (layout, 6);
  self->heading = sx_picture_new_heading ("", NULL, &self->title_label, &self->menu_button);
  self->grid = SX_MATRIX_GRID (sx_matrix_grid_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->grid), TRUE);
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  /* Two lines always, so that nothing moves when the sentence changes. */
  gtk_label_set_lines (GTK_LABEL (self->sentence), 2);
  gtk_label_set_ellipsize (GTK_LABEL (self->sentence), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->sentence, "dim-label");
  gtk_widget_add_css_class (self->sentence, "caption");
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_parent (self->heading, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->grid), GTK_WIDGET (self));
  gtk_widget_set_parent (self->sentence, GTK_WIDGET (self));
  g_signal_connect_swapped (self->grid, "selected", G_CALLBACK (update_sentence), self);
  sx_picture_add_menu_gesture (GTK_WIDGET (self->grid), self->menu_button);
  update_sentence (self);
}

GtkWidget *
sx_matrix_new (const char *title)
{
  SxMatrix *self = g_object_new (SX_TYPE_MATRIX, NULL);

  self->title = g_strdup (title ? title : _ ("Confusion matrix"));
  gtk_label_set_text (GTK_LABEL (self->title_label), self->title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_LABEL, self->title, -1);
  return GTK_WIDGET (self);
}
