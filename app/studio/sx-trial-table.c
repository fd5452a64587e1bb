/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-trial-table.h"

#include <glib/gi18n-lib.h>
#include <sx-charts.h>
#include <math.h>
#include <string.h>

struct _SxTrialTable
{
  GtkWidget parent_instance;

  GtkWidget           *scroller;
  GtkColumnView       *view;
  GtkColumnViewColumn *value_column;
  GtkSelectionModel   *selection;
};

enum {
  SELECTION_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxTrialTable, sx_trial_table, GTK_TYPE_WIDGET)

/* ---- columns ---- */

static char *
dup_number (SxTrialItem *item)
{
  return g_strdup_printf (sx_trial_item_get_is_best (item) ? "★ %u" : "%u", sx_trial_item_get_number (item));
}

static char *
dup_state (SxTrialItem *item)
{
  return g_strdup (sx_trial_item_get_state_title (item));
}

static char *
dup_value (SxTrialItem *item)
{
  return sx_scale_format (SX_SCALE_LINEAR, sx_trial_item_get_value (item), 0.0);
}

static char *
dup_seconds (SxTrialItem *item)
{
  double seconds = sx_trial_item_get_seconds (item);

  if (sx_trial_item_get_state (item) == SX_TRIAL_RUNNING || !isfinite (seconds))
    return g_strdup ("–");
  return g_strdup_printf (_ ("%.1f s"), seconds);
}

static char *
dup_origin (SxTrialItem *item)
{
  return g_strdup (sx_trial_item_get_origin_title (item));
}

/* Why it failed is more than what it was given. */
static char *
dup_config (SxTrialItem *item)
{
  const char      *message = sx_trial_item_get_message (item);
  g_autofree char *config = sx_trial_item_dup_config_text (item);

  return message ? g_strdup_printf ("%s — %s", message, config) : g_steal_pointer (&config);
}

static int
compare_numbers (double a, double b)
{
  return (a > b) - (a < b);
}

static int
compare_number (gconstpointer a, gconstpointer b, gpointer data)
{
  return compare_numbers (sx_trial_item_get_number ((SxTrialItem *)a), sx_trial_item_get_number ((SxTrialItem *)b));
}

static int
compare_state (gconstpointer a, gconstpointer b, gpointer data)
{
  return compare_numbers (sx_trial_item_get_state ((SxTrialItem *)a), sx_trial_item_get_state ((SxTrialItem *)b));
}

/* Trials without a value come last when the values rise. */
static int
compare_value (gconstpointer a, gconstpointer b, gpointer data)
{
  double x = sx_trial_item_get_value ((SxTrialItem *)a), y = sx_trial_item_get_value ((SxTrialItem *)b);

  return compare_numbers (isnan (x) ? G_MAXDOUBLE : x, isnan (y) ? G_MAXDOUBLE : y);
}

static int
compare_seconds (gconstpointer a, gconstpointer b, gpointer data)
{
  return compare_numbers (sx_trial_item_get_seconds ((SxTrialItem *)a), sx_trial_item_get_seconds ((SxTrialItem *)b));
}

static int
compare_origin (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (sx_trial_item_get_origin ((SxTrialItem *)a), sx_trial_item_get_origin ((SxTrialItem *)b));
}

static const struct
{
  const char *title;
  char *(*dup) (SxTrialItem *item);
  GCompareDataFunc compare; /* (nullable) */
  gboolean         is_number;
  gboolean         expands;
} columns[] = {
  { N_ ("Trial"), dup_number, compare_number, TRUE, FALSE },
  { N_ ("State"), dup_state, compare_state, FALSE, FALSE },
  { N_ ("Value"), dup_value, compare_value, TRUE, FALSE },
  { N_ ("Time"), dup_seconds, compare_seconds, TRUE, FALSE },
  { N_ ("Found by"), dup_origin, compare_origin, FALSE, FALSE },
  { N_ ("Configuration"), dup_config, NULL, FALSE, TRUE },
};
#define VALUE_COLUMN 2

/* ---- cells ---- */

static guint
get_column (GtkSignalListItemFactory *factory)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
}

static void
update_cell (SxTrialItem *item, GtkLabel *label)
{
  guint            column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (label), "column"));
  g_autofree char *text = columns[column].dup (item);

  gtk_label_set_text (label, text);
  if (columns[column].expands)
    gtk_widget_set_tooltip_text (GTK_WIDGET (label), text);
  if (sx_trial_item_get_is_best (item))
    gtk_widget_add_css_class (GTK_WIDGET (label), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (label), "heading");
  if (column == 1 && sx_trial_item_get_state (item) == SX_TRIAL_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (label), "error");
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  guint      column = get_column (factory);
  GtkWidget *label = gtk_label_new (NULL);

  g_object_set_data (G_OBJECT (label), "column", GUINT_TO_POINTER (column));
  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_number ? 1.0f : 0.0f);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (columns[column].expands)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (columns[column].is_number)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (list_item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  SxTrialItem *item = gtk_list_item_get_item (list_item);
  GtkWidget   *label = gtk_list_item_get_child (list_item);

  g_signal_connect_object (item, "changed", G_CALLBACK (update_cell), label, 0);
  update_cell (item, GTK_LABEL (label));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer data)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), update_cell, gtk_list_item_get_child (list_item));
}

static void
add_column (SxTrialTable *self, guint column)
{
  GtkListItemFactory  *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *view_column;

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  view_column = gtk_column_view_column_new (_ (columns[column].title), factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, columns[column].expands);
  if (columns[column].compare != NULL)
    {
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (columns[column].compare, NULL, NULL));

      gtk_column_view_column_set_sorter (view_column, sorter);
    }
  gtk_column_view_append_column (self->view, view_column);
  if (column == VALUE_COLUMN)
    self->value_column = view_column; /* the view holds it */
  g_object_unref (view_column);
}

/* ---- selection ---- */

static void
selection_changed_cb (GtkSelectionModel *selection, guint position, guint n_items, SxTrialTable *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

GPtrArray *
sx_trial_table_list_selected (SxTrialTable *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) selected = NULL;

  g_return_val_if_fail (SX_IS_TRIAL_TABLE (self), items);

  selected = gtk_selection_model_get_selection (self->selection);
  for (guint64 i = 0; i < gtk_bitset_get_size (selected); i++)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->selection), gtk_bitset_get_nth (selected, (guint)i)));
  return items;
}

void
sx_trial_table_unselect (SxTrialTable *self)
{
  g_return_if_fail (SX_IS_TRIAL_TABLE (self));
  gtk_selection_model_unselect_all (self->selection);
}

static void
append_row (GString *text, SxTrialItem *item)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char *cell = columns[i].dup (item);

      g_string_append_printf (text, i ? "\t%s" : "%s", cell);
    }
  g_string_append_c (text, '\n');
}

char *
sx_trial_table_dup_text (SxTrialTable *self)
{
  g_autoptr (GPtrArray) items = sx_trial_table_list_selected (self);
  GString *text = g_string_new (NULL);

  if (items->len == 0)
    for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selection)); i++)
      g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->selection), i));
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (text, i ? "\t%s" : "%s", i == VALUE_COLUMN ? gtk_column_view_column_get_title (self->value_column) : _ (columns[i].title));
  g_string_append_c (text, '\n');
  for (guint i = 0; i < items->len; i++)
    append_row (text, items->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = sx_trial_table_dup_text (SX_TRIAL_TABLE (widget));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

/* ---- widget ---- */

void
sx_trial_table_set_value_title (SxTrialTable *self, const char *title)
{
  g_return_if_fail (SX_IS_TRIAL_TABLE (self));

  if (g_strcmp0 (gtk_column_view_column_get_title (self->value_column), title) != 0)
    gtk_column_view_column_set_title (self->value_column, title);
}

void
sx_trial_table_refresh (SxTrialTable *self)
{
  g_return_if_fail (SX_IS_TRIAL_TABLE (self));
  gtk_sorter_changed (gtk_column_view_get_sorter (self->view), GTK_SORTER_CHANGE_DIFFERENT);
}

static void
sx_trial_table_dispose (GObject *object)
{
  SxTrialTable *self = SX_TRIAL_TABLE (object);

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_func (self->selection, selection_changed_cb, self);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (sx_trial_table_parent_class)->dispose (object);
}

static void
sx_trial_table_class_init (SxTrialTableClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_trial_table_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "trials.copy", NULL, copy_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "trials.copy", NULL);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", SX_TYPE_TRIAL_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sx_trial_table_init (SxTrialTable *self)
{
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  gtk_column_view_set_reorderable (self->view, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    add_column (self, i);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Trials"), -1);
}

GtkWidget *
sx_trial_table_new (GListModel *trials)
{
  SxTrialTable     *self = g_object_new (SX_TYPE_TRIAL_TABLE, NULL);
  GtkSortListModel *sorted = gtk_sort_list_model_new (g_object_ref (trials), g_object_ref (gtk_column_view_get_sorter (self->view)));

  self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (sorted)));
  g_signal_connect (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self);
  gtk_column_view_set_model (self->view, self->selection);
  return GTK_WIDGET (self);
}
