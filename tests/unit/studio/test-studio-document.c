/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-document.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is on disk and in the journal is compared with what the project's text says, never with what the document thinks of itself. */

#define STORM "SX_TEST_STORM"

static char *program;

static char *
make_path (const char *name)
{
  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  return g_build_filename (g_get_user_cache_dir (), name, NULL);
}

static void
do_edit (SxDocument *document, SxEdit *edit)
{
  g_autoptr (SxEdit) owned = edit;
  g_autoptr (GError) error = NULL;

  sx_history_do (sx_document_get_history (document), owned, 0, &error);
  g_assert_no_error (error);
}

static void
add_source (SxDocument *document, const char *id, const char *file)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "file", "s", file);
  do_edit (document, sx_edit_new_insert_block (id, sx_block_kind_find ("source.csv"), 0, 0, g_variant_dict_end (&dict), NULL));
}

static char *
get_text (SxDocument *document)
{
  return sx_project_to_text (sx_document_get_graph (document), NULL);
}

static const char *
get_file (SxDocument *document, const char *id)
{
  const char *text = NULL;

  g_variant_lookup (sx_block_get_params (sx_graph_find_block (sx_document_get_graph (document), id)), "file", "&s", &text);
  return text;
}

static void
test_save (void)
{
  g_autoptr (SxDocument) document = sx_document_new ();
  g_autoptr (SxDocument) again = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) unsaved = NULL;
  g_autofree char *path = make_path ("a.sextant"), *text = NULL, *on_disk = NULL;

  g_assert_false (sx_document_is_modified (document));
  g_assert_cmpstr (sx_document_get_title (document), ==, "Untitled");
  add_source (document, "csv", "/data/a.csv");
  g_assert_true (sx_document_is_modified (document));
  g_assert_true (sx_document_save (document, path, &error));
  g_assert_no_error (error);
  g_assert_false (sx_document_is_modified (document));
  g_assert_cmpstr (sx_document_get_title (document), ==, "a");
  g_assert_true (g_file_get_contents (path, &on_disk, NULL, NULL));
  text = get_text (document);
  g_assert_cmpstr (on_disk, ==, text);

  do_edit (document, sx_edit_new_move_block ("csv", 40, 40));
  g_assert_true (sx_document_is_modified (document));
  sx_history_undo (sx_document_get_history (document));
  g_assert_false (sx_document_is_modified (document));
  g_clear_object (&document);
  unsaved = sx_document_list_unsaved ();
  g_assert_null (unsaved[0]);

  again = sx_document_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_document_get_n_recovered (again), ==, 0);
  g_assert_false (sx_document_is_modified (again));
}

static void
test_save_fails (void)
{
  g_autoptr (SxDocument) document = sx_document_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = make_path ("nowhere/deep/a.sextant"), *before = NULL, *after = NULL;

  add_source (document, "csv", "/data/a.csv");
  before = get_text (document);
  g_assert_false (sx_document_save (document, path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, path));
  after = get_text (document);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (sx_document_is_modified (document));
  g_assert_null (sx_document_get_path (document));
}

/* A project that moves away from its data still names them. */
static void
test_save_as_keeps_files (void)
{
  g_autoptr (SxDocument) document = sx_document_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *first = make_path ("one/a.sextant"), *second = make_path ("two/a.sextant"), *data = make_path ("one/data/x.csv");
  g_autofree char *folder = g_path_get_dirname (data), *other = g_path_get_dirname (second), *reference = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_mkdir_with_parents (other, 0700);
  add_source (document, "csv", data);
  g_assert_true (sx_document_save (document, first, &error));
  g_assert_cmpstr (get_file (document, "csv"), ==, "data/x.csv");
  reference = sx_document_dup_reference (document, data);
  g_assert_cmpstr (reference, ==, "data/x.csv");
  g_assert_true (sx_document_save (document, second, &error));
  g_assert_cmpstr (get_file (document, "csv"), ==, data);
  g_assert_true (sx_document_save (document, first, &error));
  g_assert_cmpstr (get_file (document, "csv"), ==, "data/x.csv");
  g_assert_no_error (error);
}

static void
test_reload (void)
{
  g_autoptr (SxDocument) document = sx_document_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = make_path ("b.sextant"), *before = NULL, *after = NULL, *foreign = NULL;
  gboolean         is_told = FALSE;

  add_source (document, "csv", "/data/a.csv");
  do_edit (document, sx_edit_new_insert_block ("filter", sx_block_kind_find ("table.filter"), 260, 0, NULL, NULL));
  do_edit (document, sx_edit_new_insert_link ("l1", "csv", "table", "filter", "input"));
  g_assert_true (sx_document_save (document, path, &error));
  g_assert_no_error (error);
  before = get_text (document);
  g_signal_connect_swapped (document, "changed-on-disk", G_CALLBACK (g_atomic_int_inc), &is_told);
  g_assert_true (g_file_set_contents (path, "sextant: 1\ntitle: Foreign\nblocks:\n  other: {kind: source.json, params: {file: x.json}}\n", -1, NULL));
  while (!is_told)
    g_main_context_iteration (NULL, TRUE);
  after = get_text (document);
  g_assert_cmpstr (after, ==, before);

  g_assert_true (sx_document_reload (document, &error));
  g_assert_no_error (error);
  g_assert_false (sx_document_is_modified (document));
  g_assert_cmpstr (sx_document_get_title (document), ==, "Foreign");
  g_assert_nonnull (sx_graph_find_block (sx_document_get_graph (document), "other"));
  g_assert_null (sx_graph_find_block (sx_document_get_graph (document), "csv"));
  g_assert_true (sx_history_undo (sx_document_get_history (document)));
  foreign = get_text (document);
  g_assert_cmpstr (foreign, ==, before);
  g_assert_true (sx_document_is_modified (document));
}

static void
test_discard (void)
{
  SxDocument *document = sx_document_new ();
  g_auto (GStrv) kept = NULL;
  g_auto (GStrv) gone = NULL;

  add_source (document, "csv", "/data/a.csv");
  g_object_unref (document);
  kept = sx_document_list_unsaved ();
  g_assert_cmpuint (g_strv_length (kept), ==, 1);

  document = sx_document_recover (kept[0], NULL);
  g_assert_cmpuint (sx_document_get_n_recovered (document), ==, 1);
  g_assert_cmpstr (get_file (document, "csv"), ==, "/data/a.csv");
  sx_document_discard (document);
  g_object_unref (document);
  gone = sx_document_list_unsaved ();
  g_assert_null (gone[0]);
}

/* The file was changed between the crash and the next start, so that not every edit fits: those before it come back, and the journal holds them
 * for the crash after. */
static void
test_recover_part (void)
{
  SxDocument *document = sx_document_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = make_path ("c.sextant");

  add_source (document, "csv", "/data/a.csv");
  g_assert_true (sx_document_save (document, path, &error));
  do_edit (document, sx_edit_new_set_meta ("title", "Kept"));
  do_edit (document, sx_edit_new_move_block ("csv", 99, 0));
  g_object_unref (document);
  g_assert_true (g_file_set_contents (path, "sextant: 1\n", -1, NULL));

  document = sx_document_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_document_get_n_recovered (document), ==, 1);
  g_assert_cmpstr (sx_document_get_title (document), ==, "Kept");
  g_assert_true (sx_document_is_modified (document));
  do_edit (document, sx_edit_new_set_meta ("description", "Later"));
  g_object_unref (document);

  document = sx_document_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sx_document_get_title (document), ==, "Kept");
  g_assert_cmpstr (sx_graph_get_meta (sx_document_get_graph (document), "description"), ==, "Later");
  sx_document_discard (document);
  g_object_unref (document);
}

static void
test_open_copy (void)
{
  g_autofree char *path = make_path ("samples/s.sextant"), *folder = g_path_get_dirname (path), *data = g_build_filename (folder, "x.csv", NULL);
  g_autoptr (SxDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "sextant: 1\ntitle: Sample\nblocks:\n  csv: {kind: source.csv, params: {file: x.csv}}\n", -1, NULL));
  document = sx_document_open_copy (path, &error);
  g_assert_no_error (error);
  g_assert_null (sx_document_get_path (document));
  g_assert_cmpstr (get_file (document, "csv"), ==, data);
  g_assert_false (sx_document_is_modified (document));
  g_assert_true (sx_history_undo (sx_document_get_history (document)));
  g_assert_cmpuint (sx_graph_get_n_blocks (sx_document_get_graph (document)), ==, 0);
  sx_document_discard (document);
}

/* ---- a crash ---- */

/* In a process of its own: edits without end, each told on standard output with its time when it is done. */
static int
run_storm (const char *path)
{
  SxDocument *document = sx_document_open (path, NULL);

  for (guint i = 1;; i++)
    {
      gint64 line[2];

      do_edit (document, sx_edit_new_move_block ("csv", i, 0));
      line[0] = i;
      line[1] = g_get_monotonic_time ();
      if (write (STDOUT_FILENO, line, sizeof line) != sizeof line)
        return 1;
      g_usleep (500);
    }
}

static void
test_storm (void)
{
  g_autofree char *path = make_path ("d.sextant"), *clean = NULL, *undone = NULL;
  g_auto (GStrv) environment = g_get_environ ();
  char       *arguments[] = { program, NULL };
  SxDocument *document = sx_document_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 killed = 0, line[2];
  double x, y, again;
  GPid   pid;
  int    out;

  add_source (document, "csv", "/data/a.csv");
  g_assert_true (sx_document_save (document, path, &error));
  clean = get_text (document);
  g_object_unref (document);

  environment = g_environ_setenv (environment, STORM, path, TRUE);
  environment = g_environ_setenv (environment, "XDG_STATE_HOME", g_get_user_state_dir (), TRUE);
  g_assert_true (g_spawn_async_with_pipes (NULL, arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL, &error));
  while (read (out, line, sizeof line) == sizeof line)
    {
      g_array_append_val (times, line[1]);
      if (killed == 0 && line[1] - g_array_index (times, gint64, 0) > 1500000)
        {
          kill (pid, SIGKILL);
          killed = g_get_monotonic_time ();
        }
    }
  close (out);
  waitpid (pid, NULL, 0);
  g_assert_cmpuint (times->len, >, 100);

  document = sx_document_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_document_get_n_recovered (document), >, 0);
  sx_block_get_position (sx_graph_find_block (sx_document_get_graph (document), "csv"), &x, &y);
  g_test_message ("%u edits told, the last one back is %.0f", times->len, x);
  /* Whatever was done a second before the end or earlier is there. */
  for (guint i = (guint)x; i < times->len; i++)
    g_assert_cmpint (killed - g_array_index (times, gint64, i), <, 1000000);
  g_assert_true (sx_document_is_modified (document));
  g_assert_true (sx_history_undo (sx_document_get_history (document)));
  undone = get_text (document);
  g_assert_cmpstr (undone, ==, clean);
  /* And the journal goes on: a second crash loses no more than the first. */
  g_assert_true (sx_history_redo (sx_document_get_history (document)));
  do_edit (document, sx_edit_new_set_meta ("title", "After"));
  g_object_unref (document);
  document = sx_document_open (path, &error);
  g_assert_no_error (error);
  sx_block_get_position (sx_graph_find_block (sx_document_get_graph (document), "csv"), &again, &y);
  g_assert_cmpfloat (again, ==, x);
  g_assert_cmpstr (sx_document_get_title (document), ==, "After");
  sx_document_discard (document);
  g_object_unref (document);
}

int
main (int argc, char **argv)
{
  const char *storm = g_getenv (STORM);

  program = argv[0];
  if (storm != NULL)
    return run_storm (storm);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/studio/document/save", test_save);
  g_test_add_func ("/studio/document/save/fails-without-loss", test_save_fails);
  g_test_add_func ("/studio/document/save/as-keeps-files", test_save_as_keeps_files);
  g_test_add_func ("/studio/document/reload", test_reload);
  g_test_add_func ("/studio/document/discard", test_discard);
  g_test_add_func ("/studio/document/recover/part", test_recover_part);
  g_test_add_func ("/studio/document/open-copy", test_open_copy);
  g_test_add_func ("/studio/document/recover/killed", test_storm);
  return g_test_run ();
}
