/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-frame-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- rows as a list model ---- */

#define SX_TYPE_FRAME_ROW (sx_frame_row_get_type ())
G_DECLARE_FINAL_TYPE (SxFrameRow, sx_frame_row, SX, FRAME_ROW, GObject)

struct _SxFrameRow
{
  GObject parent_instance;

  guint row;
};

G_DEFINE_FINAL_TYPE (SxFrameRow, sx_frame_row, G_TYPE_OBJECT)

static void
sx_frame_row_class_init (SxFrameRowClass *class)
{
}

static void
sx_frame_row_init (SxFrameRow *self)
{
}

#define SX_TYPE_FRAME_ROWS (sx_frame_rows_get_type ())
G_DECLARE_FINAL_TYPE (SxFrameRows, sx_frame_rows, SX, FRAME_ROWS, GObject)

struct _SxFrameRows
{
  GObject parent_instance;

  guint n_rows;
};

static GType
sx_frame_rows_get_item_type (GListModel *model)
{
  return SX_TYPE_FRAME_ROW;
}

static guint
sx_frame_rows_get_n_items (GListModel *model)
{
  return SX_FRAME_ROWS (model)->n_rows;
}

static gpointer
sx_frame_rows_get_item (GListModel *model, guint position)
{
  SxFrameRow *row;

  if (position >= SX_FRAME_ROWS (model)->n_rows)
    return NULL;
  row = g_object_new (SX_TYPE_FRAME_ROW, NULL);
  row->row = position;
  return row;
}

static void
sx_frame_rows_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sx_frame_rows_get_item_type;
  iface->get_n_items = sx_frame_rows_get_n_items;
  iface->get_item = sx_frame_rows_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SxFrameRows, sx_frame_rows, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sx_frame_rows_list_model_init))

static void
sx_frame_rows_class_init (SxFrameRowsClass *class)
{
}

static void
sx_frame_rows_init (SxFrameRows *self)
{
}

/* ---- the view ---- */

#define MAX_CELL_BYTES 200
/* Rows that the width of a column is guessed from. */
#define N_MEASURED 40
#define CHARACTER_WIDTH 8
#define MIN_WIDTH 84
#define MAX_WIDTH 260

struct _SxFrameView
{
  GtkWidget parent_instance;

  GtkWidget *box, *columns, *note;
  SxFrame   *frame; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SxFrameView, sx_frame_view, GTK_TYPE_WIDGET)

static gboolean
is_number (SxType type)
{
  return type == SX_TYPE_INT64 || type == SX_TYPE_FLOAT64;
}

/* One line of at most MAX_CELL_BYTES; NULL when missing. */
static char *
dup_cell (SxFrame *frame, guint column, guint64 row)
{
  gsize     in_batch;
  SxBatch  *batch = sx_frame_locate (frame, row, &in_batch);
  SxColumn *cells = sx_batch_get_column (batch, column);
  char     *text;

  if (sx_column_is_missing (cells, in_batch))
    return NULL;
  text = sx_column_dup_cell (cells, in_batch);
  if (strlen (text) > MAX_CELL_BYTES)
    {
      char *end = text + MAX_CELL_BYTES;

      /* Back to where a character begins. */
      while (end > text && ((guint8)*end & 0xc0) == 0x80)
        end--;
      *end = '\0';
    }
  return g_strdelimit (text, "\n\r\t", ' ');
}

static void
set_up_cell_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (cell), GPOINTER_TO_INT (data) ? 1.0f : 0.0f);
  gtk_widget_add_css_class (cell, "numeric");
  gtk_list_item_set_child (item, cell);
}

static void
bind_cell_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SxFrameView *self)
{
  guint            column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "sx-column"));
  GtkWidget       *cell = gtk_list_item_get_child (item);
  SxFrameRow      *row = gtk_list_item_get_item (item);
  g_autofree char *text = NULL;

  if (self->frame == NULL || row->row >= sx_frame_get_n_rows (self->frame) || column >= sx_schema_get_n_fields (sx_frame_get_schema (self->frame)))
    return;
  text = dup_cell (self->frame, column, row->row);
  if (text == NULL)
    gtk_widget_add_css_class (cell, "sx-missing");
  else
    gtk_widget_remove_css_class (cell, "sx-missing");
  /* Translators: a cell without a value, in the preview of a table */
  gtk_inscription_set_text (GTK_INSCRIPTION (cell), text != NULL ? text : _ ("missing"));
}

static char *
make_heading (SxFrame *frame, guint column)
{
  const SxField *field = sx_schema_get_field (sx_frame_get_schema (frame), column);
  guint64        n_missing = 0, n_rows = sx_frame_get_n_rows (frame);

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    n_missing += sx_batch_get_column (sx_frame_get_batch (frame, b), column)->n_missing;
  if (n_missing == 0 || n_rows == 0)
    return g_strdup_printf ("%s\n%s", field->name, sx_type_get_title (field->type));
  /* Translators: a column's name, its type, and how many of its cells are missing */
  return g_strdup_printf (_ ("%s\n%s, %.0f %% missing"), field->name, sx_type_get_title (field->type), CLAMP (100.0 * (double)n_missing / (double)n_rows, 1.0, 100.0));
}

static int
guess_width (SxFrame *frame, guint column, const char *heading)
{
  g_auto (GStrv) lines = g_strsplit (heading, "\n", 2);
  glong n = MAX (g_utf8_strlen (lines[0], -1), g_utf8_strlen (lines[1], -1));

  for (guint64 row = 0; row < MIN (N_MEASURED, sx_frame_get_n_rows (frame)); row++)
    {
      g_autofree char *text = dup_cell (frame, column, row);

      n = MAX (n, text != NULL ? g_utf8_strlen (text, -1) : 0);
    }
  return (int)CLAMP (n * CHARACTER_WIDTH + 24, MIN_WIDTH, MAX_WIDTH);
}

static void
add_column (SxFrameView *self, SxFrame *frame, guint column)
{
  const SxField       *field = sx_schema_get_field (sx_frame_get_schema (frame), column);
  g_autofree char     *heading = make_heading (frame, column);
  GtkListItemFactory  *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *view_column;

  g_object_set_data (G_OBJECT (factory), "sx-column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (set_up_cell_cb), GINT_TO_POINTER (is_number (field->type)));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell_cb), self);
  view_column = gtk_column_view_column_new (heading, factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_fixed_width (view_column, guess_width (frame, column, heading));
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->columns), view_column);
  g_object_unref (view_column);
}

static void
rebuild_columns (SxFrameView *self, SxFrame *frame, guint n_shown)
{
  GListModel *columns = gtk_column_view_get_columns (GTK_COLUMN_VIEW (self->columns));

  gtk_column_view_set_model (GTK_COLUMN_VIEW (self->columns), NULL);
  while (g_list_model_get_n_items (columns) > 0)
    {
      g_autoptr (GtkColumnViewColumn) first = g_list_model_get_item (columns, 0);

      gtk_column_view_remove_column (GTK_COLUMN_VIEW (self->columns), first);
    }
  for (guint i = 0; i < n_shown; i++)
    add_column (self, frame, i);
}

static void
refresh_headings (SxFrameView *self, SxFrame *frame)
{
  GListModel *columns = gtk_column_view_get_columns (GTK_COLUMN_VIEW (self->columns));

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      g_autofree char *heading = make_heading (frame, i);

      gtk_column_view_column_set_title (column, heading);
    }
}

void
sx_frame_view_set_frame (SxFrameView *self, SxFrame *frame)
{
  g_autoptr (SxFrame) before = NULL;
  SxFrameRows *rows;
  guint        n_fields, n_shown;

  g_return_if_fail (SX_IS_FRAME_VIEW (self));
  before = g_steal_pointer (&self->frame);
  self->frame = frame != NULL ? sx_frame_ref (frame) : NULL;
  if (frame == NULL)
    {
      gtk_column_view_set_model (GTK_COLUMN_VIEW (self->columns), NULL);
      gtk_widget_hide (self->note);
      return;
    }
  n_fields = sx_schema_get_n_fields (sx_frame_get_schema (frame));
  n_shown = MIN (n_fields, SX_FRAME_VIEW_MAX_COLUMNS);
  if (before == NULL || !sx_schema_equal (sx_frame_get_schema (before), sx_frame_get_schema (frame)))
    rebuild_columns (self, frame, n_shown);
  else
    refresh_headings (self, frame);
  rows = g_object_new (SX_TYPE_FRAME_ROWS, NULL);
  rows->n_rows = (guint)MIN (sx_frame_get_n_rows (frame), G_MAXUINT - 1);
  {
    g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (G_LIST_MODEL (rows));

    gtk_column_view_set_model (GTK_COLUMN_VIEW (self->columns), GTK_SELECTION_MODEL (selection));
  }
  gtk_widget_set_visible (self->note, n_shown < n_fields);
  if (n_shown < n_fields)
    {
      g_autofree char *text = g_strdup_printf (_ ("The first %d of %u columns are shown."), SX_FRAME_VIEW_MAX_COLUMNS, n_fields);

      gtk_label_set_text (GTK_LABEL (self->note), text);
    }
}

SxFrame *
sx_frame_view_get_frame (SxFrameView *self)
{
  g_return_val_if_fail (SX_IS_FRAME_VIEW (self), NULL);
  return self->frame;
}

static void
sx_frame_view_dispose (GObject *object)
{
  SxFrameView *self = SX_FRAME_VIEW (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->frame, sx_frame_unref);
  G_OBJECT_CLASS (sx_frame_view_parent_class)->dispose (object);
}

static void
sx_frame_view_class_init (SxFrameViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_frame_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-frame-view");
}

static void
sx_frame_view_init (SxFrameView *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->columns = gtk_column_view_new (NULL);
  gtk_column_view_set_show_column_separators (GTK_COLUMN_VIEW (self->columns), TRUE);
  gtk_column_view_set_reorderable (GTK_COLUMN_VIEW (self->columns), FALSE);
  gtk_widget_add_css_class (self->columns, "data-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->columns), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Rows"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->columns);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_set_hexpand (scroller, TRUE);
  self->note = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->note, "caption");
  gtk_widget_add_css_class (self->note, "dim-label");
  gtk_widget_set_margin_top (self->note, 3);
  gtk_widget_set_margin_bottom (self->note, 3);
  gtk_widget_hide (self->note);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_box_append (GTK_BOX (self->box), self->note);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
sx_frame_view_new (void)
{
  return g_object_new (SX_TYPE_FRAME_VIEW, NULL);
}
