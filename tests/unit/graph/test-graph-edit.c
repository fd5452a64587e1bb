/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Edits, history, journal and project file, over random edits: whatever is done can be undone exactly, said again from the journal, and
 * written and read without a byte of difference. */

#include <graph/sx-graph.h>

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static guint
n_kinds (void)
{
  guint n = 0;

  while (sx_block_kind_list ()[n] != NULL)
    n++;
  return n;
}

static SxBlock *
random_block (SxGraph *graph)
{
  guint n = sx_graph_get_n_blocks (graph);

  return n > 0 ? sx_graph_get_block (graph, (guint)g_test_rand_int_range (0, (int)n)) : NULL;
}

static const SxPortSpec *
random_port (const SxBlockKind *kind)
{
  guint n = 0;

  while (kind->ports[n].id != NULL)
    n++;
  return n > 0 ? &kind->ports[g_test_rand_int_range (0, (int)n)] : NULL;
}

static SxEdit *
random_link (SxGraph *graph, SxBlock *a, SxBlock *b)
{
  const SxPortSpec *from = random_port (sx_block_get_kind (a)), *to = random_port (sx_block_get_kind (b));
  g_autofree char  *id = sx_graph_make_link_id (graph);

  return from != NULL && to != NULL ? sx_edit_new_insert_link (id, sx_block_get_id (a), from->id, sx_block_get_id (b), to->id) : NULL;
}

static SxEdit *
random_param (SxBlock *block)
{
  for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec->id != NULL; spec++)
    {
      if (g_test_rand_int_range (0, 2) == 0)
        continue;
      if (spec->type == SX_PARAM_STRING || spec->type == SX_PARAM_COLUMN)
        return sx_edit_new_set_param (sx_block_get_id (block), spec->id, g_test_rand_int_range (0, 3) ? g_variant_new_string ("a: “b” # c") : NULL);
      if (spec->type == SX_PARAM_BOOL)
        return sx_edit_new_set_param (sx_block_get_id (block), spec->id, g_variant_new_boolean (g_test_rand_int_range (0, 2)));
      if (spec->type == SX_PARAM_COLUMNS)
        return sx_edit_new_set_param (sx_block_get_id (block), spec->id, g_variant_new_strv ((const char *[]){ "x", "12", "no" }, 3));
    }
  return NULL;
}

static SxEdit *
random_edit (SxGraph *graph)
{
  SxBlock           *a = random_block (graph), *b = random_block (graph);
  const SxBlockKind *kind = sx_block_kind_list ()[g_test_rand_int_range (0, (int)n_kinds ())];
  g_autofree char   *id = sx_graph_make_block_id (graph, kind);
  SxGraphFrame       frame = { (char *)"f1", (char *)"Frame", NULL, 1, 2, g_test_rand_int_range (3, 500), 4 };
  GPtrArray         *pair;

  if (a == NULL)
    return sx_edit_new_insert_block (id, kind, 1.5, -2, NULL, NULL);
  switch (g_test_rand_int_range (0, 14))
    {
    case 0:
    case 1:
      return sx_edit_new_insert_block (id, kind, g_test_rand_int_range (-1000, 1000), g_test_rand_double_range (-9, 9), NULL, g_test_rand_int_range (0, 2) ? "Label: 1" : NULL);
    case 2:
      return sx_edit_new_remove_block (sx_block_get_id (a));
    case 3:
      return sx_edit_new_move_block (sx_block_get_id (a), g_test_rand_int_range (-1000, 1000), 7);
    case 4:
      return random_param (a);
    case 5:
      return sx_edit_new_set_label (sx_block_get_id (a), g_test_rand_int_range (0, 2) ? "true" : NULL);
    case 6:
      return sx_edit_new_set_flag (sx_block_get_id (a), g_test_rand_int_range (0, 2) ? "muted" : "collapsed", g_test_rand_int_range (0, 2));
    case 7:
      return sx_graph_get_n_links (graph) > 0 ? sx_edit_new_remove_link (sx_graph_get_link (graph, 0)->id) : NULL;
    case 8:
      return g_test_rand_int_range (0, 3) ? sx_edit_new_insert_frame (&frame) : sx_edit_new_remove_frame ("f1");
    case 9:
      return sx_edit_new_set_frame (&frame);
    case 10:
      return sx_edit_new_set_meta ("title", g_test_rand_int_range (0, 2) ? "Ein Titel" : NULL);
    case 11:
      pair = g_ptr_array_new ();
      g_ptr_array_add (pair, sx_edit_new_move_block (sx_block_get_id (a), 3, 3));
      g_ptr_array_add (pair, sx_edit_new_remove_block (sx_block_get_id (b)));
      g_ptr_array_add (pair, sx_edit_new_move_block (sx_block_get_id (a), 4, 4)); /* fails when a is b */
      return sx_edit_new_group (pair, "Pair");
    default:
      return random_link (graph, a, b);
    }
}

/* All that a graph is, order in its lists included. */
static char *
to_text (SxGraph *graph)
{
  g_autofree char *project = sx_project_to_text (graph, NULL);
  GString         *text = g_string_new (project);

  for (guint i = 0; i < sx_graph_get_n_blocks (graph); i++)
    g_string_append_printf (text, "%s ", sx_block_get_id (sx_graph_get_block (graph, i)));
  for (guint i = 0; i < sx_graph_get_n_links (graph); i++)
    g_string_append_printf (text, "%s ", sx_graph_get_link (graph, i)->id);
  return g_string_free (text, FALSE);
}

static void
test_inverse_restores_every_byte (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  guint n_applied = 0;

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *before = to_text (graph);
      g_autofree char *after = NULL;
      g_autoptr (SxEdit) edit = random_edit (graph);
      g_autoptr (SxEdit) inverse = NULL;
      g_autoptr (SxEdit) again = NULL;
      g_autoptr (GError) error = NULL;

      if (edit == NULL)
        continue;
      inverse = sx_graph_apply (graph, edit, &error);
      if (inverse == NULL)
        {
          after = to_text (graph);
          g_assert_nonnull (error);
          g_assert_cmpstr (before, ==, after);
          continue;
        }
      n_applied++;
      after = to_text (graph);
      again = sx_graph_apply (graph, inverse, &error);
      g_assert_no_error (error);
      {
        g_autofree char *back = to_text (graph);
        g_autoptr (SxEdit) undone = NULL;

        g_assert_cmpstr (before, ==, back);
        undone = sx_graph_apply (graph, again, &error);
        g_assert_no_error (error);
      }
      {
        g_autofree char *forth = to_text (graph);

        g_assert_cmpstr (after, ==, forth);
      }
    }
  g_assert_cmpuint (n_applied, >, 1000);
}

static void
test_history (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (SxHistory) history = sx_history_new (graph);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (texts, to_text (graph));
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (SxEdit) edit = random_edit (graph);

      if (edit != NULL && sx_history_do (history, edit, sx_history_begin_gesture (history), NULL))
        g_ptr_array_add (texts, to_text (graph));
    }
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = texts->len - 1; i > 0; i--)
        {
          g_autofree char *text = NULL;

          g_assert_true (sx_history_undo (history));
          text = to_text (graph);
          g_assert_cmpstr (text, ==, g_ptr_array_index (texts, i - 1));
        }
      g_assert_false (sx_history_undo (history));
      for (guint i = 1; i < texts->len; i++)
        {
          g_autofree char *text = NULL;

          g_assert_true (sx_history_redo (history));
          text = to_text (graph);
          g_assert_cmpstr (text, ==, g_ptr_array_index (texts, i));
        }
      g_assert_false (sx_history_redo (history));
    }
}

static void
test_gesture_is_one_step (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (SxHistory) history = sx_history_new (graph);
  g_autoptr (SxEdit) insert = sx_edit_new_insert_block ("split", sx_block_kind_find ("split.holdout"), 0, 0, NULL, NULL);
  guint  gesture;
  double x, y;

  g_assert_true (sx_history_do (history, insert, 0, NULL));
  gesture = sx_history_begin_gesture (history);
  for (guint i = 1; i <= 50; i++)
    {
      g_autoptr (SxEdit) move = sx_edit_new_move_block ("split", i, i);

      g_assert_true (sx_history_do (history, move, gesture, NULL));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (history)), ==, 2);
  g_assert_true (sx_history_undo (history));
  sx_block_get_position (sx_graph_find_block (graph, "split"), &x, &y);
  g_assert_cmpfloat (x, ==, 0);
  g_assert_true (sx_history_redo (history));
  sx_block_get_position (sx_graph_find_block (graph, "split"), &x, &y);
  g_assert_cmpfloat (x, ==, 50);
}

static void
test_project_round_trip (void)
{
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (SxGraph) graph = sx_graph_new ();
      g_autoptr (SxGraph) read = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;

      for (guint n = 0; n < 150; n++)
        {
          g_autoptr (SxEdit) edit = random_edit (graph);
          g_autoptr (SxEdit) inverse = edit != NULL ? sx_graph_apply (graph, edit, NULL) : NULL;
        }
      first = sx_project_to_text (graph, NULL);
      read = sx_project_parse (first, -1, "p.sextant", &error);
      g_assert_no_error (error);
      second = sx_project_to_text (read, NULL);
      g_assert_cmpstr (first, ==, second);
    }
}

static void
test_project_errors (void)
{
  const struct
  {
    const char *text, *message;
  } cases[] = {
    { "a: 1\n", "p.sextant:1:1: this is not a Sextant project: it has no “sextant: 1”." },
    { "sextant: 9\n", "p.sextant:1:10: this project is of format 9; this Sextant reads up to 1. Open it with a newer Sextant." },
    { "sextant: 1\nblocks:\n  a:\n    kind: split.holdot\n", "p.sextant:4:11: there is no block kind “split.holdot”. Did you mean “split.holdout”?" },
    { "sextant: 1\nblocks:\n  a:\n    label: x\n", "p.sextant:4:5: a block needs a “kind”." },
    { "sextant: 1\nblocks:\n  a:\n    kind: split.holdout\n    params:\n      tests: 0.5\n", "p.sextant:6:7: a block of kind “split.holdout” has no parameter “tests”. Did you mean “test”?" },
    { "sextant: 1\nblocks:\n  a b:\n    kind: split.holdout\n", "p.sextant:4:5: “a b” is no id: letters, digits, - and _, at most 64." },
    { "sextant: 1\nlinks:\n  - from: a.table\n    to: b.table\n", "p.sextant:3:11: there is no block “a”." },
    { "sextant: 1\nblocks:\n  a:\n    kind: split.holdout\n  b:\n    kind: split.holdout\nlinks:\n  - {from: a.table, to: b.input}\n  - {from: b.table, to: a.input}\n",
      "p.sextant:9:5: This would make a circle: “Hold out rows” feeds “Hold out rows” already." },
    { "sextant: 1\nlayout:\n  a: [1, 2]\n", "p.sextant:3:3: there is no block “a”." },
    { "sextant: 1\nblocks:\n  a:\n    kind: split.holdout\nlayout:\n  a: [1, x]\n", "p.sextant:6:10: a number is expected here." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sx_project_parse (cases[i].text, -1, "p.sextant", &error));
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_journal_says_all_again (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (SxGraph) back = sx_graph_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  g_auto (GStrv) listed = NULL;
  SxJournal *journal = sx_journal_open ("doc-1", graph, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (SxEdit) edit = random_edit (graph);
      g_autoptr (SxEdit) inverse = edit != NULL ? sx_graph_apply (graph, edit, NULL) : NULL;
    }
  sx_journal_close (journal);
  listed = sx_journal_list ();
  g_assert_true (g_strv_contains ((const char *const *)listed, "doc-1"));
  g_assert_cmpuint (sx_journal_recover ("doc-1", back, &error), >, 100);
  g_assert_no_error (error);
  text = to_text (graph);
  again = to_text (back);
  g_assert_cmpstr (text, ==, again);
  sx_journal_discard ("doc-1");
  g_assert_cmpuint (sx_journal_recover ("doc-1", back, &error), ==, 0);
}

/* However the file is cut, what comes back is the first so many edits, whole. */
static void
test_journal_torn_anywhere (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (GDir) dir = NULL;
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "sextant", "journal", NULL);
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  SxJournal       *journal = sx_journal_open ("torn", graph, NULL);
  guint            last = 0;
  gsize            n;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", i);
      g_autoptr (SxEdit) edit = sx_edit_new_insert_block (id, sx_block_kind_find ("split.holdout"), i, 0, NULL, NULL);
      g_autoptr (SxEdit) inverse = sx_graph_apply (graph, edit, NULL);
    }
  sx_journal_close (journal);
  dir = g_dir_open (folder, 0, NULL);
  path = g_build_filename (folder, g_dir_read_name (dir), NULL);
  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  for (gsize cut = 0; cut <= n; cut++)
    {
      g_autoptr (SxGraph) back = sx_graph_new ();
      g_autoptr (GError) error = NULL;
      guint count;

      g_assert_true (g_file_set_contents (path, data, (gssize)cut, NULL));
      count = sx_journal_recover ("torn", back, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (count, ==, sx_graph_get_n_blocks (back));
      g_assert_cmpuint (count, >=, last);
      last = count;
    }
  g_assert_cmpuint (last, ==, 6);
  sx_journal_discard ("torn");
}

/* A child that edits without end is killed; what it had said to be on disk must be there. */
static void
test_journal_survives_kill (void)
{
  for (guint round = 0; round < 5; round++)
    {
      int   pipe_fds[2], status;
      guint confirmed = 0, count;
      pid_t child;
      g_autoptr (SxGraph) back = sx_graph_new ();
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (pipe (pipe_fds), ==, 0);
      child = fork ();
      if (child == 0)
        {
          g_autoptr (SxGraph) graph = sx_graph_new ();
          SxJournal *journal = sx_journal_open ("killed", graph, NULL);

          for (guint i = 1;; i++)
            {
              g_autofree char *id = g_strdup_printf ("b%u", i);
              g_autoptr (SxEdit) edit = sx_edit_new_insert_block (id, sx_block_kind_find ("split.holdout"), i, 0, NULL, NULL);
              g_autoptr (SxEdit) inverse = sx_graph_apply (graph, edit, NULL);

              if (i % 7 == 0)
                {
                  sx_journal_flush (journal);
                  if (write (pipe_fds[1], &i, sizeof i) < 0)
                    _exit (1);
                }
            }
        }
      close (pipe_fds[1]);
      g_usleep ((gulong)g_test_rand_int_range (20000, 120000));
      kill (child, SIGKILL);
      waitpid (child, &status, 0);
      for (guint i; read (pipe_fds[0], &i, sizeof i) == sizeof i;)
        confirmed = i;
      close (pipe_fds[0]);
      count = sx_journal_recover ("killed", back, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (count, >=, confirmed);
      sx_journal_discard ("killed");
    }
}

static void
test_large_graph (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  const SxBlockKind *kind = sx_block_kind_find ("split.holdout");
  g_autoptr (GTimer) timer = g_timer_new ();
  g_autoptr (GPtrArray) sorted = NULL;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", i);
      g_autofree char *before = g_strdup_printf ("b%u", i - 1);
      g_autofree char *link = g_strdup_printf ("l%u", i);
      g_autoptr (SxEdit) edit = sx_edit_new_insert_block (id, kind, i, 0, NULL, NULL);
      g_autoptr (SxEdit) inverse = sx_graph_apply (graph, edit, NULL);

      if (i > 0)
        {
          g_autoptr (SxEdit) join = sx_edit_new_insert_link (link, before, "table", id, "input");
          g_autoptr (SxEdit) back = sx_graph_apply (graph, join, NULL);

          g_assert_nonnull (back);
        }
    }
  sorted = sx_graph_sort_upstream (graph, "b9999");
  g_assert_cmpuint (sorted->len, ==, 10000);
  g_assert_cmpstr (sx_block_get_id (g_ptr_array_index (sorted, 0)), ==, "b0");
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, 5);
}

int
main (int argc, char **argv)
{
  g_autofree char *state = g_dir_make_tmp ("sextant-test-XXXXXX", NULL);
  int              status;

  g_setenv ("XDG_STATE_HOME", state, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/inverse", test_inverse_restores_every_byte);
  g_test_add_func ("/history/undo-redo", test_history);
  g_test_add_func ("/history/gesture", test_gesture_is_one_step);
  g_test_add_func ("/project/round-trip", test_project_round_trip);
  g_test_add_func ("/project/errors", test_project_errors);
  g_test_add_func ("/journal/says-all-again", test_journal_says_all_again);
  g_test_add_func ("/journal/torn", test_journal_torn_anywhere);
  g_test_add_func ("/journal/kill", test_journal_survives_kill);
  g_test_add_func ("/graph/large", test_large_graph);
  status = g_test_run ();
  {
    g_autofree char *journals = g_build_filename (state, "sextant", "journal", NULL);
    g_autofree char *folder = g_path_get_dirname (journals);

    g_rmdir (journals);
    g_rmdir (folder);
    g_rmdir (state);
  }
  return status;
}
