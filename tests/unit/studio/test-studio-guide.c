/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#define _GNU_SOURCE /* nftw() */

#include "config.h"

#include "studio-fixture.h"
#include "sx-data-source.h"
#include "sx-guide-bar.h"

#include <sx-engine.h>

/* From a file to a project that compiles, as the guide bar goes. */

typedef struct
{
  SxDocument *document;
  GtkWidget  *window;
  SxGuideBar *guide;
  char       *path;
  char       *block;
  GError     *error;
  gboolean    is_ready, is_added;
} Fixture;

static void
ready_cb (SxGuideBar *guide, Fixture *fixture)
{
  fixture->is_ready = TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->path = make_table ();
  fixture->document = sx_document_new ();
  fixture->guide = SX_GUIDE_BAR (sx_guide_bar_new (fixture->document));
  g_signal_connect (fixture->guide, "ready", G_CALLBACK (ready_cb), fixture);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 100);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->guide));
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sx_document_discard (fixture->document);
  g_object_unref (fixture->document);
  g_free (fixture->path);
  g_free (fixture->block);
  g_clear_error (&fixture->error);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  fixture->block = sx_data_source_add_finish (SX_DOCUMENT (source), result, &fixture->error);
  fixture->is_added = TRUE;
}

static void
add_data (Fixture *fixture, const char *path)
{
  sx_data_source_add_async (fixture->document, path, 0, 0, NULL, added_cb, fixture);
  WAIT_UNTIL (fixture->is_added);
}

static gboolean
is_shown (Fixture *fixture)
{
  return gtk_revealer_get_reveal_child (GTK_REVEALER (gtk_widget_get_first_child (GTK_WIDGET (fixture->guide))));
}

static void
check_compiles (Fixture *fixture, const char *topology)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxJob) job = sx_compile (sx_document_get_graph (fixture->document), NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (job->target, ==, "left");
  g_assert_cmpstr (sx_topology_get_id (job->topology), ==, topology);
}

static void
test_build (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (is_shown (fixture));
  g_assert_false (sx_guide_bar_build (fixture->guide, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  add_data (fixture, fixture->path);
  g_assert_no_error (fixture->error);
  WAIT_UNTIL (fixture->is_ready);
  g_assert_true (is_shown (fixture));
  /* The last column, of two classes. */
  g_assert_cmpstr (sx_guide_bar_get_target (fixture->guide), ==, "left");
  before = sx_project_to_text (sx_document_get_graph (fixture->document), NULL);
  sx_guide_bar_set_topology (fixture->guide, data);
  g_assert_true (sx_guide_bar_build (fixture->guide, &error));
  g_assert_no_error (error);
  check_compiles (fixture, data);
  WAIT_UNTIL (!is_shown (fixture));

  sx_history_undo (sx_document_get_history (fixture->document));
  after = sx_project_to_text (sx_document_get_graph (fixture->document), NULL);
  g_assert_cmpstr (after, ==, before);
  sx_history_redo (sx_document_get_history (fixture->document));
  check_compiles (fixture, data);
}

/* What the user put behind the source already is built upon. */
static void
test_extend (Fixture *fixture, gconstpointer data)
{
  SxGraph *graph = sx_document_get_graph (fixture->document);
  g_autoptr (GPtrArray) links = NULL;

  add_data (fixture, fixture->path);
  insert (fixture->document, "holdout", "table.sample", NULL, NULL);
  join (fixture->document, fixture->block, "holdout");
  fixture->is_ready = FALSE;
  WAIT_UNTIL (fixture->is_ready);
  g_assert_true (sx_guide_bar_build (fixture->guide, &fixture->error));
  g_assert_no_error (fixture->error);
  links = sx_graph_list_links (graph, "holdout", SX_PORT_OUT, NULL);
  g_assert_cmpuint (links->len, ==, 1);
  check_compiles (fixture, "trees");
}

static void
test_no_table (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "empty.csv", NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  add_data (fixture, path);
  g_assert_null (fixture->block);
  g_assert_nonnull (fixture->error);
  g_assert_nonnull (strstr (fixture->error->message, "empty.csv"));
  g_assert_cmpuint (sx_graph_get_n_blocks (sx_document_get_graph (fixture->document)), ==, 0);
}

int
main (int argc, char **argv)
{
  if (!init_widgets (&argc, &argv))
    return 0;
  g_test_add ("/studio/guide/build/trees", Fixture, "trees", set_up, test_build, tear_down);
  g_test_add ("/studio/guide/build/mlp", Fixture, "mlp", set_up, test_build, tear_down);
  g_test_add ("/studio/guide/extend", Fixture, NULL, set_up, test_extend, tear_down);
  g_test_add ("/studio/guide/no-table", Fixture, NULL, set_up, test_no_table, tear_down);
  return g_test_run ();
}
