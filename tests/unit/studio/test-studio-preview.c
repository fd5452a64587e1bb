/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#define _GNU_SOURCE /* nftw() */

#include "config.h"

#include "studio-fixture.h"
#include "sx-frame-view.h"
#include "sx-preview.h"

typedef struct
{
  SxDocument *document;
  GtkWidget  *window;
  SxPreview  *preview;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = make_table ();

  fixture->document = sx_document_new ();
  insert (fixture->document, "csv", "source.csv", "file", g_variant_new_string (path));
  insert (fixture->document, "filter", "table.filter", NULL, NULL);
  insert (fixture->document, "impute", "prepare.impute", NULL, NULL);
  insert (fixture->document, "model", "model.trees", "target", g_variant_new_string ("left"));
  join (fixture->document, "csv", "filter");
  join (fixture->document, "filter", "impute");
  join (fixture->document, "impute", "model");
  fixture->preview = SX_PREVIEW (sx_preview_new (fixture->document));
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 600, 300);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->preview));
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sx_document_discard (fixture->document);
  g_object_unref (fixture->document);
}

static const char *
find_expression_param (void)
{
  for (const SxParamSpec *spec = sx_block_kind_find ("table.filter")->params; spec->id != NULL; spec++)
    if (spec->type == SX_PARAM_EXPRESSION)
      return spec->id;
  return NULL;
}

static guint64
get_n_rows (Fixture *fixture)
{
  SxFrame *frame = sx_preview_get_frame (fixture->preview);

  return frame != NULL ? sx_frame_get_n_rows (frame) : G_MAXUINT64;
}

static void
test_follows (Fixture *fixture, gconstpointer data)
{
  WAIT_UNTIL (!sx_preview_is_busy (fixture->preview));
  g_assert_cmpstr (sx_preview_get_message (fixture->preview), ==, "Select a block to see its data.");
  sx_preview_set_block (fixture->preview, "csv");
  WAIT_UNTIL (get_n_rows (fixture) == 40);

  /* As it is typed. */
  do_edit (fixture->document, sx_edit_new_set_param ("filter", find_expression_param (), g_variant_new_string ("city = \"Paris\"")));
  sx_preview_set_block (fixture->preview, "filter");
  WAIT_UNTIL (get_n_rows (fixture) == 14);
  do_edit (fixture->document, sx_edit_new_set_param ("filter", find_expression_param (), g_variant_new_string ("city = \"Rome\"")));
  WAIT_UNTIL (get_n_rows (fixture) == 26);

  /* Where it goes wrong, with the block's name. */
  do_edit (fixture->document, sx_edit_new_set_param ("filter", find_expression_param (), g_variant_new_string ("town = \"Rome\"")));
  WAIT_UNTIL (sx_preview_get_message (fixture->preview) != NULL && !sx_preview_is_busy (fixture->preview));
  g_assert_nonnull (strstr (sx_preview_get_message (fixture->preview), "town"));
  do_edit (fixture->document, sx_edit_new_set_param ("filter", find_expression_param (), g_variant_new_string ("age > 0")));
  WAIT_UNTIL (get_n_rows (fixture) == 36);
}

static void
test_learner (Fixture *fixture, gconstpointer data)
{
  SxColumn *age;

  do_edit (fixture->document, sx_edit_new_set_param ("filter", find_expression_param (), g_variant_new_string ("true")));
  sx_preview_set_block (fixture->preview, "impute");
  WAIT_UNTIL (get_n_rows (fixture) == 40);
  age = sx_batch_get_column (sx_frame_get_batch (sx_preview_get_frame (fixture->preview), 0), 0);
  g_assert_cmpuint (age->n_missing, ==, 0);
}

static void
test_input (Fixture *fixture, gconstpointer data)
{
  SxGraph         *graph = sx_document_get_graph (fixture->document);
  gboolean         is_input;
  g_autofree char *of_model = sx_preview_find_table (graph, "model", &is_input), *of_source = NULL;

  g_assert_cmpstr (of_model, ==, "impute");
  g_assert_true (is_input);
  of_source = sx_preview_find_table (graph, "csv", &is_input);
  g_assert_cmpstr (of_source, ==, "csv");
  g_assert_false (is_input);
  insert (fixture->document, "alone", "model.mlp", NULL, NULL);
  g_assert_null (sx_preview_find_table (graph, "alone", &is_input));
  sx_preview_set_block (fixture->preview, "alone");
  WAIT_UNTIL (!sx_preview_is_busy (fixture->preview));
  g_assert_cmpstr (sx_preview_get_message (fixture->preview), ==, "Link a table to this block to see its data.");
}

static guint
count_cells (GtkWidget *widget)
{
  guint n = GTK_IS_INSCRIPTION (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_cells (child);
  return n;
}

/* A table of two million cells costs what is on the screen. */
static void
test_lazy (void)
{
  GtkWidget *window = gtk_window_new (), *view = sx_frame_view_new ();
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_INT64);
  g_autoptr (SxSchema) schema = sx_schema_new ((SxField[]){ { (char *)"a", SX_TYPE_INT64, NULL }, { (char *)"b", SX_TYPE_INT64, NULL } }, 2, NULL);
  g_autoptr (SxColumn) column = NULL;
  g_autoptr (SxFrame) frame = NULL;

  for (gint64 i = 0; i < 1000000; i++)
    sx_column_builder_append_int64 (builder, i);
  column = sx_column_builder_finish (builder);
  frame = sx_frame_new_from_columns (schema, (SxColumn *[]){ column, column });
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_set_child (GTK_WINDOW (window), view);
  sx_frame_view_set_frame (SX_FRAME_VIEW (view), frame);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_UNTIL (count_cells (view) > 10);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_cells (view), <, 1000);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!init_widgets (&argc, &argv))
    return 0;
  g_test_add ("/studio/preview/follows", Fixture, NULL, set_up, test_follows, tear_down);
  g_test_add ("/studio/preview/learner", Fixture, NULL, set_up, test_learner, tear_down);
  g_test_add ("/studio/preview/input", Fixture, NULL, set_up, test_input, tear_down);
  g_test_add_func ("/studio/preview/lazy", test_lazy);
  return g_test_run ();
}
