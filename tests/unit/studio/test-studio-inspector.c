/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#define _GNU_SOURCE /* nftw() */

#include "config.h"

#include "studio-fixture.h"
#include "sx-inspector.h"

/* The inspector over every block kind there is: each parameter has a row that shows the graph, changes it, and follows undo. */

typedef struct
{
  SxDocument  *document;
  GtkWidget   *window;
  SxInspector *inspector;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->document = sx_document_new ();
  fixture->inspector = SX_INSPECTOR (sx_inspector_new (fixture->document));
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 360, 800);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->inspector));
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sx_document_discard (fixture->document);
  g_object_unref (fixture->document);
}

static GtkWidget *
find_nth (GtkWidget *parent, GType type, guint *n)
{
  if (g_type_is_a (G_OBJECT_TYPE (parent), type) && (*n)-- == 0)
    return parent;
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_nth (child, type, n);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find (GtkWidget *parent, GType type, guint n)
{
  return find_nth (parent, type, &n);
}

static guint
count (GtkWidget *parent, GType type)
{
  guint n = 0;

  while (find (parent, type, n) != NULL)
    n++;
  return n;
}

static GtkWidget *
find_button (GtkWidget *parent, const char *label)
{
  GtkWidget *button;

  for (guint n = 0; (button = find (parent, GTK_TYPE_BUTTON, n)) != NULL; n++)
    if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) == 0)
      return button;
  return NULL;
}

static void
type_text (GtkWidget *parent, guint n, const char *text)
{
  GtkWidget *entry = find (parent, GTK_TYPE_ENTRY, n);

  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
check_first_column (GtkWidget *row)
{
  GtkWidget *button = find (row, GTK_TYPE_MENU_BUTTON, 0), *check;

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  check = find (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button))), GTK_TYPE_CHECK_BUTTON, 0);
  g_assert_nonnull (check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
}

/* As a user would, something other than what is there. */
static void
enter (GtkWidget *row, const SxParamSpec *spec)
{
  GtkWidget       *widget;
  g_autofree char *text = NULL;

  switch (spec->type)
    {
    case SX_PARAM_BOOL:
      widget = find (row, GTK_TYPE_SWITCH, 0);
      gtk_switch_set_active (GTK_SWITCH (widget), !gtk_switch_get_active (GTK_SWITCH (widget)));
      break;
    case SX_PARAM_INT:
      widget = find (row, GTK_TYPE_SPIN_BUTTON, 0);
      gtk_spin_button_spin (GTK_SPIN_BUTTON (widget), GTK_SPIN_STEP_FORWARD, 1);
      break;
    case SX_PARAM_DOUBLE:
      text = g_strdup_printf ("%g", spec->min < spec->max ? spec->min + (spec->max - spec->min) * 0.3125 : 0.3125);
      type_text (row, 0, text);
      break;
    case SX_PARAM_TEXT:
      gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (find (row, GTK_TYPE_TEXT_VIEW, 0))), "one\ntwo", -1);
      break;
    case SX_PARAM_CHOICE:
      widget = find (row, GTK_TYPE_DROP_DOWN, 0);
      gtk_drop_down_set_selected (GTK_DROP_DOWN (widget), gtk_drop_down_get_selected (GTK_DROP_DOWN (widget)) == 0);
      break;
    case SX_PARAM_COLUMN:
      gtk_drop_down_set_selected (GTK_DROP_DOWN (find (row, GTK_TYPE_DROP_DOWN, 0)), 1);
      break;
    case SX_PARAM_COLUMNS:
      check_first_column (row);
      break;
    case SX_PARAM_MAPPING:
    case SX_PARAM_STRINGS:
      g_signal_emit_by_name (find_button (row, "Add an Entry"), "clicked");
      type_text (row, spec->type == SX_PARAM_MAPPING ? count (row, GTK_TYPE_ENTRY) - 2 : count (row, GTK_TYPE_ENTRY) - 1, "new");
      break;
    case SX_PARAM_SPACE:
      widget = find (row, GTK_TYPE_ENTRY, 0);
      gtk_editable_set_text (GTK_EDITABLE (widget), gtk_entry_get_placeholder_text (GTK_ENTRY (widget)));
      break;
    case SX_PARAM_EXPRESSION:
      type_text (row, 0, "`a bool`");
      break;
    case SX_PARAM_STRING:
    case SX_PARAM_FILE:
    default:
      type_text (row, 0, "something");
      break;
    }
}

/* What the row shows, in words. */
static char *
read_row (GtkWidget *row, const SxParamSpec *spec)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkTextIter start, end;
  GtkWidget  *widget;

  if (spec->type == SX_PARAM_BOOL)
    g_string_append_printf (text, "%d", gtk_switch_get_active (GTK_SWITCH (find (row, GTK_TYPE_SWITCH, 0))));
  if (spec->type == SX_PARAM_CHOICE || spec->type == SX_PARAM_COLUMN)
    g_string_append_printf (text, "%u", gtk_drop_down_get_selected (GTK_DROP_DOWN (find (row, GTK_TYPE_DROP_DOWN, 0))));
  if (spec->type == SX_PARAM_COLUMNS)
    g_string_append (text, gtk_menu_button_get_label (GTK_MENU_BUTTON (find (row, GTK_TYPE_MENU_BUTTON, 0))));
  if (spec->type == SX_PARAM_INT)
    g_string_append_printf (text, "%g", gtk_spin_button_get_value (GTK_SPIN_BUTTON (find (row, GTK_TYPE_SPIN_BUTTON, 0))));
  if (spec->type == SX_PARAM_TEXT)
    {
      GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (find (row, GTK_TYPE_TEXT_VIEW, 0)));

      gtk_text_buffer_get_bounds (buffer, &start, &end);
      g_autofree char *all = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
      g_string_append (text, all);
    }
  else
    for (guint n = 0; (widget = find (row, GTK_TYPE_ENTRY, n)) != NULL; n++)
      g_string_append_printf (text, "|%s", gtk_editable_get_text (GTK_EDITABLE (widget)));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static SxSchema *
make_schema (void)
{
  SxField fields[SX_N_TYPES];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < SX_N_TYPES; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("a %s", sx_type_get_nick (i)));
      fields[i] = (SxField){ names->pdata[i], i, NULL };
    }
  return sx_schema_new (fields, SX_N_TYPES, NULL);
}

static void
check_visibility (Fixture *fixture)
{
  SxBlock *block = sx_graph_find_block (sx_document_get_graph (fixture->document), "b");
  g_autoptr (SxParams) params = sx_block_dup_params (block, NULL);

  for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec->id != NULL; spec++)
    g_assert_cmpint (gtk_widget_get_visible (GTK_WIDGET (sx_inspector_find_row (fixture->inspector, spec->id))), ==, sx_param_spec_is_visible (spec, params));
}

static void
check_param (Fixture *fixture, const SxParamSpec *spec, SxSchema *schema)
{
  SxParamRow      *row = sx_inspector_find_row (fixture->inspector, spec->id);
  SxHistory       *history = sx_document_get_history (fixture->document);
  SxGraph         *graph = sx_document_get_graph (fixture->document);
  g_autofree char *before = sx_project_to_text (graph, NULL), *shown_before = NULL, *shown_after = NULL, *after = NULL, *shown_redone = NULL;

  g_assert_nonnull (row);
  sx_param_row_set_schema (row, schema);
  /* What is folded away is not among the widgets. */
  if (find (GTK_WIDGET (row), GTK_TYPE_EXPANDER, 0) != NULL)
    gtk_expander_set_expanded (GTK_EXPANDER (find (GTK_WIDGET (row), GTK_TYPE_EXPANDER, 0)), TRUE);
  shown_before = read_row (GTK_WIDGET (row), spec);
  enter (GTK_WIDGET (row), spec);
  g_assert_null (sx_param_row_get_problem (row));
  g_assert_true (g_variant_lookup (sx_block_get_params (sx_graph_find_block (graph, "b")), spec->id, "*", NULL));
  after = sx_project_to_text (graph, NULL);
  g_assert_cmpstr (after, !=, before);
  shown_after = read_row (GTK_WIDGET (row), spec);
  check_visibility (fixture);

  sx_history_undo (history);
  {
    g_autofree char *undone = sx_project_to_text (graph, NULL), *shown = read_row (GTK_WIDGET (row), spec);

    g_assert_cmpstr (undone, ==, before);
    g_assert_cmpstr (shown, ==, shown_before);
  }
  sx_history_redo (history);
  shown_redone = read_row (GTK_WIDGET (row), spec);
  g_assert_cmpstr (shown_redone, ==, shown_after);
  sx_history_undo (history);
}

static void
test_sweep (Fixture *fixture, gconstpointer data)
{
  const SxBlockKind *kind = sx_block_kind_find (data);
  g_autoptr (SxSchema) schema = make_schema ();

  insert (fixture->document, "b", kind->id, NULL, NULL);
  sx_inspector_set_block (fixture->inspector, "b");
  check_visibility (fixture);
  for (const SxParamSpec *spec = kind->params; spec->id != NULL; spec++)
    check_param (fixture, spec, schema);
  do_edit (fixture->document, sx_edit_new_remove_block ("b"));
  g_assert_null (sx_inspector_get_block (fixture->inspector));
}

static void
test_expression (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_table ();
  SxParamRow      *row;

  insert (fixture->document, "csv", "source.csv", "file", g_variant_new_string (path));
  insert (fixture->document, "filter", "table.filter", NULL, NULL);
  join (fixture->document, "csv", "filter");
  sx_inspector_set_block (fixture->inspector, "filter");
  row = NULL;
  for (const SxParamSpec *spec = sx_block_kind_find ("table.filter")->params; spec->id != NULL; spec++)
    if (spec->type == SX_PARAM_EXPRESSION)
      row = sx_inspector_find_row (fixture->inspector, spec->id);
  g_assert_nonnull (row);
  /* The columns are found in a thread; then what was typed is checked again. */
  type_text (GTK_WIDGET (row), 0, "agee > 30");
  WAIT_UNTIL (sx_param_row_get_problem (row) != NULL);
  g_assert_nonnull (strstr (sx_param_row_get_problem (row), "age"));
  type_text (GTK_WIDGET (row), 0, "age > ");
  g_assert_nonnull (sx_param_row_get_problem (row));
  type_text (GTK_WIDGET (row), 0, "age > 30");
  g_assert_null (sx_param_row_get_problem (row));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  SxParamRow      *row;
  g_autofree char *before = NULL, *after = NULL;

  insert (fixture->document, "b", "model.trees", NULL, NULL);
  sx_inspector_set_block (fixture->inspector, "b");
  before = sx_project_to_text (sx_document_get_graph (fixture->document), NULL);
  row = sx_inspector_find_row (fixture->inspector, "budget");
  type_text (GTK_WIDGET (row), 0, "soon");
  g_assert_cmpstr (sx_param_row_get_problem (row), ==, "This is not a number.");
  type_text (GTK_WIDGET (row), 0, "-5");
  g_assert_nonnull (sx_param_row_get_problem (row));
  row = sx_inspector_find_row (fixture->inspector, "space");
  gtk_expander_set_expanded (GTK_EXPANDER (find (GTK_WIDGET (row), GTK_TYPE_EXPANDER, 0)), TRUE);
  type_text (GTK_WIDGET (row), 0, "1e9 … 2e9");
  g_assert_nonnull (sx_param_row_get_problem (row));
  after = sx_project_to_text (sx_document_get_graph (fixture->document), NULL);
  g_assert_cmpstr (after, ==, before);
}

/* What is written there, as the search takes it. */
static void
test_space (Fixture *fixture, gconstpointer data)
{
  SxGraph    *graph = sx_document_get_graph (fixture->document);
  SxParamRow *row;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) expected = NULL;

  insert (fixture->document, "b", "model.trees", NULL, NULL);
  sx_inspector_set_block (fixture->inspector, "b");
  row = sx_inspector_find_row (fixture->inspector, "space");
  gtk_expander_set_expanded (GTK_EXPANDER (find (GTK_WIDGET (row), GTK_TYPE_EXPANDER, 0)), TRUE);
  type_text (GTK_WIDGET (row), 0, "0.05 … 0.1");
  type_text (GTK_WIDGET (row), 1, "3, 5");
  type_text (GTK_WIDGET (row), 2, "4");
  value = g_variant_lookup_value (sx_block_get_params (sx_graph_find_block (graph, "b")), "space", NULL);
  expected = g_variant_parse (G_VARIANT_TYPE_VARDICT, "{'learning-rate': <{'low': <0.05>, 'high': <0.1>}>, 'depth': <[<int64 3>, <int64 5>]>, 'min-child-weight': <int64 4>}", NULL, NULL, NULL);
  g_assert_true (g_variant_equal (value, expected));
}

static void
test_name (Fixture *fixture, gconstpointer data)
{
  GtkWidget *name = find (GTK_WIDGET (fixture->inspector), ADW_TYPE_ENTRY_ROW, 0);
  SxBlock   *block;

  insert (fixture->document, "b", "table.filter", NULL, NULL);
  sx_inspector_set_block (fixture->inspector, "b");
  block = sx_graph_find_block (sx_document_get_graph (fixture->document), "b");
  gtk_editable_set_text (GTK_EDITABLE (name), "A");
  gtk_editable_set_text (GTK_EDITABLE (name), "Ad");
  gtk_editable_set_text (GTK_EDITABLE (name), "Adults");
  g_assert_cmpstr (sx_block_get_label (block), ==, "Adults");
  sx_history_undo (sx_document_get_history (fixture->document));
  g_assert_null (sx_block_get_label (block));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "");
}

int
main (int argc, char **argv)
{
  if (!init_widgets (&argc, &argv))
    return 0;
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    {
      g_autofree char *path = g_strconcat ("/studio/inspector/sweep/", (*kind)->id, NULL);

      g_test_add (path, Fixture, (*kind)->id, set_up, test_sweep, tear_down);
    }
  g_test_add ("/studio/inspector/expression", Fixture, NULL, set_up, test_expression, tear_down);
  g_test_add ("/studio/inspector/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/studio/inspector/space", Fixture, NULL, set_up, test_space, tear_down);
  g_test_add ("/studio/inspector/name", Fixture, NULL, set_up, test_name, tear_down);
  return g_test_run ();
}
