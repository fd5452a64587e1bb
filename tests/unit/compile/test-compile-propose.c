/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "compile/sx-propose.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static SxFrame *
read_table (const char *csv, GVariant **options)
{
  g_autofree char *path = g_build_filename (folder, "people.csv", NULL);
  g_autoptr (GError) error = NULL;
  SxFrame *frame;

  g_assert_true (g_file_set_contents (path, csv, -1, NULL));
  frame = sx_read_file (path, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  return frame;
}

static char *
make_people (void)
{
  GString *csv = g_string_new ("age,city,income\n");

  for (guint i = 0; i < 60; i++)
    g_string_append_printf (csv, "%u,%s,%s\n", 20 + i, i % 3 ? "Rome" : "Oslo", i % 4 ? "low" : "high");
  return g_string_free (csv, FALSE);
}

/* What is proposed compiles, and says all that was decided. */
static void
test_project_compiles (void)
{
  g_autofree char *csv = make_people ();
  g_autoptr (GVariant) options = NULL;
  g_autoptr (SxFrame) frame = read_table (csv, &options);
  SxProposal proposal = { .path = "people.csv", .read_options = options, .format = "csv", .target = "income", .max_trials = 3, .seed = 11 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = sx_propose_project (&proposal, frame, &error);
  g_autoptr (SxJob) job = NULL;
  g_autofree char *text = NULL;
  g_autoptr (SxGraph) read = NULL;

  g_assert_no_error (error);
  text = sx_project_to_text (graph, NULL);
  g_assert_nonnull (strstr (text, "file: people.csv"));
  g_assert_nonnull (strstr (text, "high.: high"));
  g_assert_nonnull (strstr (text, "kind: model.trees"));
  read = sx_project_parse (text, -1, "p", &error);
  g_assert_no_error (error);
  job = sx_compile (read, folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (job->target, ==, "income");
  g_assert_cmpuint (job->max_trials, ==, 3);
  g_assert_cmpuint (job->seed, ==, 11);
}

static void
test_names_what_is_missing (void)
{
  g_autofree char *csv = make_people ();
  g_autoptr (SxFrame) frame = read_table (csv, NULL);
  SxProposal proposal = { .path = "people.csv", .format = "csv", .target = "incme" };
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_propose_project (&proposal, frame, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "did you mean “income”"));
}

static void
test_guesses_the_target (void)
{
  g_autofree char *csv = make_people ();
  g_autoptr (SxFrame) frame = read_table (csv, NULL);
  g_auto (GStrv) targets = sx_propose_targets (frame);

  g_assert_cmpstr (targets[0], ==, "income");
}

static void
test_source_alone (void)
{
  SxProposal proposal = { .path = "orders.tsv", .format = "tsv" };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = sx_propose_source (&proposal, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sx_graph_get_n_blocks (graph), ==, 1);
  g_assert_cmpstr (sx_block_get_kind (sx_graph_get_block (graph, 0))->id, ==, "source.csv");
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  int              status;

  folder = g_dir_make_tmp ("sextant-propose-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/propose/compiles", test_project_compiles);
  g_test_add_func ("/propose/errors", test_names_what_is_missing);
  g_test_add_func ("/propose/targets", test_guesses_the_target);
  g_test_add_func ("/propose/source", test_source_alone);
  status = g_test_run ();
  path = g_build_filename (folder, "people.csv", NULL);
  g_unlink (path);
  g_rmdir (folder);
  return status;
}
