/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What a run folder remembers, and who may work in it. */

#include "run-fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
make_folder (const char *name)
{
  char *path = g_build_filename (fixture_folder, name, NULL);

  g_assert_cmpint (g_mkdir (path, 0777), ==, 0);
  return path;
}

static SxRunStore *
open_store (const char *folder, gboolean is_writer)
{
  g_autoptr (GError) error = NULL;
  SxRunStore *store = sx_run_store_open (folder, is_writer, &error);

  g_assert_no_error (error);
  return store;
}

/* ---- the store ---- */

static void
test_single_values (void)
{
  g_autofree char *folder = make_folder ("values");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunStore) store = sx_run_store_create (folder, &error);
  g_autoptr (SxRunStore) reader = open_store (folder, FALSE);
  g_autofree char *message = NULL;
  g_autoptr (GVariant) report = g_variant_ref_sink (g_variant_new_parsed ("{'metrics': <{'auc': 0.1}>, 'confusion': <[uint64 3, 4]>}"));
  g_autoptr (GVariant) read = NULL;
  guint best = 0;

  g_assert_no_error (error);
  g_assert_cmpint (sx_run_store_get_state (reader, &message), ==, SX_RUN_QUEUED);
  g_assert_null (message);
  g_assert_true (sx_run_store_set_state (store, SX_RUN_FAILED, "no “rows”", &error));
  g_assert_cmpint (sx_run_store_get_state (reader, &message), ==, SX_RUN_FAILED);
  g_assert_cmpstr (message, ==, "no “rows”");
  g_assert_cmpfloat (sx_run_store_get_seconds (reader), ==, 0);
  g_assert_true (sx_run_store_set_seconds (store, 12.5, &error));
  g_assert_cmpfloat (sx_run_store_get_seconds (reader), ==, 12.5);
  g_assert_null (sx_run_store_dup_report (reader, &best));
  g_assert_true (sx_run_store_set_report (store, report, 7, &error));
  read = sx_run_store_dup_report (reader, &best);
  g_assert_true (g_variant_equal (read, report));
  g_assert_cmpuint (best, ==, 7);
  g_assert_no_error (error);
}

static void
put_trial (SxRunStore *store, guint number, SxTrialState state, double value, GVariant *config)
{
  SxRunTrial trial = { .number = number, .state = state, .config = config, .value = value, .loss = -value, .seconds = 1.5, .n_iterations = 9, .origin = (char *)"bayes", .message = (char *)"why", .n_planned = 40 };
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_run_store_put_trial (store, &trial, &error));
  g_assert_no_error (error);
}

/* Doubles come back bit for bit, those without a decimal form of few digits and those that are none. */
static void
test_trials (void)
{
  const double     values[] = { 0.1 + 0.2, 1e-300, -1.0 / 3, NAN, INFINITY };
  g_autofree char *folder = make_folder ("trials");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunStore) store = sx_run_store_create (folder, &error);
  g_autoptr (GPtrArray) trials = NULL;
  g_autoptr (GVariant) config = g_variant_ref_sink (g_variant_new_parsed ("{'rate': <%d>, 'depth': <int64 3>, 'kind': <\"it's\">, 'deep': <true>}", 0.1 * 3));

  for (guint i = G_N_ELEMENTS (values); i-- > 0;)
    put_trial (store, i + 1, SX_TRIAL_RUNNING, 0, config);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    put_trial (store, i + 1, SX_TRIAL_DONE, values[i], config);
  trials = sx_run_store_list_trials (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trials->len, ==, G_N_ELEMENTS (values));
  for (guint i = 0; i < trials->len; i++)
    {
      const SxRunTrial *trial = trials->pdata[i];

      g_assert_cmpuint (trial->number, ==, i + 1);
      g_assert_cmpint (trial->state, ==, SX_TRIAL_DONE);
      g_assert_true (g_variant_equal (trial->config, config));
      g_assert_true (isnan (values[i]) ? isnan (trial->value) : memcmp (&trial->value, &values[i], sizeof (double)) == 0);
      g_assert_cmpuint (trial->n_planned, ==, 40);
      g_assert_cmpstr (trial->message, ==, "why");
    }
}

static void
test_folds_and_points (void)
{
  g_autofree char *folder = make_folder ("points");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunStore) store = sx_run_store_create (folder, &error);
  const SxRunPoint points[] = { { 2, 1, 1, 0.5, NAN, 0.1 }, { 2, 0, 2, 0.4, 0.3, 0.2 }, { 2, 0, 1, 0.6, 0.5, 0.1 }, { 0, 0, 1, 0.2, NAN, 0.1 } };
  g_autoptr (GArray) of_trial = NULL;
  g_autoptr (GArray) all = NULL;
  g_autoptr (GArray) folds = NULL;

  g_assert_true (sx_run_store_put_points (store, points, G_N_ELEMENTS (points), &error));
  g_assert_true (sx_run_store_put_points (store, points, 1, &error)); /* once more is no error */
  of_trial = sx_run_store_list_points (store, 2, &error);
  all = sx_run_store_list_points (store, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (of_trial->len, ==, 3);
  g_assert_cmpuint (all->len, ==, 4);
  g_assert_cmpuint (g_array_index (of_trial, SxRunPoint, 0).iteration, ==, 1);
  g_assert_cmpfloat (g_array_index (of_trial, SxRunPoint, 0).validation_loss, ==, 0.5);
  g_assert_cmpuint (g_array_index (of_trial, SxRunPoint, 2).fold, ==, 1);
  g_assert_true (isnan (g_array_index (of_trial, SxRunPoint, 2).validation_loss));
  for (guint fold = 3; fold-- > 0;)
    g_assert_true (sx_run_store_put_fold (store, &(SxRunFold){ 2, fold, 0.1 * fold, 5 + fold, 1 }, &error));
  folds = sx_run_store_list_folds (store, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folds->len, ==, 3);
  g_assert_cmpuint (g_array_index (folds, SxRunFold, 2).n_iterations, ==, 7);
}

static void
refuse (const char *folder, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_run_store_open (folder, FALSE, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, message);
}

static void
test_refuses_what_is_no_record (void)
{
  g_autofree char *folder = make_folder ("nonsense");
  g_autofree char *path = g_build_filename (folder, "run.db", NULL);
  g_autoptr (SxRunStore) store = NULL;
  sqlite3 *db;

  refuse (folder, "unable to open");
  g_assert_true (g_file_set_contents (path, "sixteen and more bytes of something else", -1, NULL));
  refuse (folder, "not a database");
  g_unlink (path);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "CREATE TABLE x (y)", NULL, NULL, NULL);
  refuse (folder, "is not the record of a run");
  sqlite3_exec (db, "PRAGMA user_version = 2", NULL, NULL, NULL);
  refuse (folder, "newer version");
  sqlite3_close (db);
}

/* ---- the lock ---- */

/* A process that holds the lock of @folder until it is killed. */
static pid_t
start_holder (const char *folder)
{
  int   ready[2];
  char  byte;
  pid_t child;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      if (sx_run_lock (folder, NULL) < 0 || write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return child;
}

static void
test_lock_of_another_process (void)
{
  g_autofree char *folder = make_folder ("locked");
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;
  pid_t child = start_holder (folder);
  int   lock;

  message = g_strdup_printf ("Process %d is working on “%s”. Wait for it, or cancel it.", (int)child, folder);
  g_assert_cmpint (sx_run_lock_get_owner (folder), ==, child);
  g_assert_cmpint (sx_run_lock (folder, &error), ==, -1);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN);
  g_assert_cmpstr (error->message, ==, message);
  g_clear_error (&error);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  g_assert_cmpint (sx_run_lock_get_owner (folder), ==, 0);
  lock = sx_run_lock (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sx_run_lock_get_owner (folder), ==, getpid ());
  sx_run_unlock (lock);
  g_assert_cmpint (sx_run_lock_get_owner (folder), ==, 0);
}

/* The pid of a dead owner may belong to somebody else by now: the start time tells. */
static void
test_lock_names_a_pid_used_again (void)
{
  g_autofree char *folder = make_folder ("stale");
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autofree char *text = g_strdup_printf ("%d 1\n", (int)getppid ());
  int              lock;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (sx_run_lock_get_owner (folder), ==, 0);
  lock = sx_run_lock (folder, NULL);
  g_assert_cmpint (lock, >=, 0);
  sx_run_unlock (lock);
}

static void
test_work_waits_for_nobody (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 100, 1, 0);
  g_autofree char *folder = fixture_create (job, "worked-on");
  g_autoptr (GError) error = NULL;
  pid_t child = start_holder (folder);

  g_assert_false (sx_run_work (folder, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN);
  g_assert_true (g_str_has_prefix (error->message, "Process "));
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  fixture_assert_state (folder, SX_RUN_QUEUED, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/run/store/single-values", test_single_values);
  g_test_add_func ("/run/store/trials", test_trials);
  g_test_add_func ("/run/store/folds-and-points", test_folds_and_points);
  g_test_add_func ("/run/store/refuses-what-is-no-record", test_refuses_what_is_no_record);
  g_test_add_func ("/run/lock/another-process", test_lock_of_another_process);
  g_test_add_func ("/run/lock/pid-used-again", test_lock_names_a_pid_used_again);
  g_test_add_func ("/run/lock/work-waits-for-nobody", test_work_waits_for_nobody);
  status = g_test_run ();
  fixture_end ();
  return status;
}
