/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A run that is killed at any instant and taken up again ends as if nothing had happened. The work is done in a process of its own: this
 * program again, with --work. */

#include "run-fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

static char *own_path;

/* ---- the process that works and is killed ---- */

typedef struct
{
  guint events_left;   /* to live; 0: no end */
  guint trial, epochs; /* of which trial to make the first epoch last so long that a checkpoint is due, and die in the next */
} Fate;

static void
live_cb (const char *name, GVariant *details, gpointer user_data)
{
  Fate *fate = user_data;
  guint trial = 0;

  if (fate->events_left > 0 && --fate->events_left == 0)
    raise (SIGKILL);
  if (fate->trial == 0 || !g_variant_lookup (details, "trial", "u", &trial) || trial != fate->trial)
    return;
  if (g_str_equal (name, "trial-started"))
    g_usleep (60000); /* epochs are told of at most 20 times a second */
  if (!g_str_equal (name, "epoch"))
    return;
  if (fate->epochs++ > 0)
    raise (SIGKILL);
  g_usleep (1050000);
}

static gpointer
die_later (gpointer data)
{
  g_usleep (GPOINTER_TO_UINT (data));
  kill (getpid (), SIGKILL);
  return NULL;
}

/* FOLDER EVENTS MICROSECONDS TRIAL, numbers that are 0 mean never. */
static int
work (char **arguments)
{
  Fate  fate = { .events_left = (guint)atoi (arguments[1]), .trial = (guint)atoi (arguments[3]) };
  guint us = (guint)atoi (arguments[2]);

  if (us > 0)
    g_thread_unref (g_thread_new ("death", die_later, GUINT_TO_POINTER (us)));
  return sx_run_work (arguments[0], NULL, live_cb, &fate, NULL) ? 0 : 1;
}

/* TRUE: it lived to its end. */
static gboolean
work_and_die (const char *folder, guint n_events, guint us, guint trial)
{
  g_autofree char  *events_text = g_strdup_printf ("%u", n_events);
  g_autofree char  *us_text = g_strdup_printf ("%u", us);
  g_autofree char  *trial_text = g_strdup_printf ("%u", trial);
  const char *const arguments[] = { own_path, "--work", folder, events_text, us_text, trial_text, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  if (g_subprocess_get_if_signaled (process))
    {
      g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);
      return FALSE;
    }
  g_assert_true (g_subprocess_get_successful (process));
  return TRUE;
}

/* ---- comparing ---- */

static void
assert_same_model (const char *a, const char *b)
{
  g_autofree char *path = g_build_filename (a, "model.sxm", NULL);
  g_autofree char *other_path = g_build_filename (b, "model.sxm", NULL);
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;
  gsize            one_size, other_size;

  g_assert_true (g_file_get_contents (path, &one, &one_size, NULL) && g_file_get_contents (other_path, &other, &other_size, NULL));
  g_assert_cmpmem (one, one_size, other, other_size);
}

static void
assert_same_run (const char *a, const char *b)
{
  g_autoptr (GPtrArray) left = fixture_list_trials (a);
  g_autoptr (GPtrArray) right = fixture_list_trials (b);
  g_autoptr (SxRun) one = fixture_open (a);
  g_autoptr (SxRun) other = fixture_open (b);

  g_assert_cmpuint (left->len, ==, right->len);
  for (guint i = 0; i < left->len; i++)
    {
      const SxRunTrial *x = left->pdata[i], *y = right->pdata[i];

      g_assert_cmpuint (x->number, ==, y->number);
      g_assert_cmpint (x->state, ==, y->state);
      g_assert_true (g_variant_equal (x->config, y->config));
      g_assert_cmpmem (&x->value, sizeof (double), &y->value, sizeof (double));
      g_assert_cmpmem (&x->loss, sizeof (double), &y->loss, sizeof (double));
      g_assert_cmpuint (x->n_iterations, ==, y->n_iterations);
      g_assert_cmpstr (x->origin, ==, y->origin);
    }
  g_assert_cmpuint (sx_run_get_best (one), ==, sx_run_get_best (other));
  assert_same_model (a, b);
}

static guint
count_state (const char *folder, SxTrialState state)
{
  g_autoptr (GPtrArray) trials = fixture_list_trials (folder);
  guint n = 0;

  for (guint i = 0; i < trials->len; i++)
    n += ((SxRunTrial *)trials->pdata[i])->state == state;
  return n;
}

/* ---- tests ---- */

static SxJob *
make_job (const char *topology)
{
  SxJob *job = fixture_make_job (topology, "class", 300, 14, 0);

  job->n_threads = 1;
  if (g_str_equal (topology, "trees"))
    return job;
  fixture_make_small (job);
  job->split.method = SX_SPLIT_KFOLD;
  job->split.n_folds = 2;
  return job;
}

/* Killed ten times, by the count of events and by the clock. */
static void
test_killed_at_random (gconstpointer data)
{
  const char *topology = data;
  g_autoptr (SxJob) job = make_job (topology);
  g_autofree char *undisturbed_name = g_strdup_printf ("%s-undisturbed", topology);
  g_autofree char *killed_name = g_strdup_printf ("%s-killed", topology);
  g_autofree char *undisturbed = fixture_create (job, undisturbed_name);
  g_autofree char *killed = fixture_create (job, killed_name);
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  gint64 started = g_get_monotonic_time (), whole;
  guint  n_kills = 0;

  g_assert_true (work_and_die (undisturbed, 0, 0, 0));
  whole = g_get_monotonic_time () - started;
  if (g_str_equal (topology, "mlp"))
    g_assert_cmpuint (count_state (undisturbed, SX_TRIAL_PRUNED), >, 0);
  for (guint i = 0; i < 10; i++)
    {
      guint n_events = i % 2 ? 0 : (guint)g_rand_int_range (random, 3, 10);
      guint us = i % 2 ? (guint)g_rand_int_range (random, 1000, (gint32)MAX (whole / 4, 2000)) : 0;

      if (work_and_die (killed, n_events, us, 0))
        break;
      n_kills++;
      if (n_events > 2)
        fixture_assert_state (killed, SX_RUN_INTERRUPTED, NULL);
    }
  g_test_message ("killed %u times", n_kills);
  g_assert_cmpuint (n_kills, >=, 3);
  g_assert_true (work_and_die (killed, 0, 0, 0));
  fixture_assert_state (killed, SX_RUN_DONE, NULL);
  assert_same_run (undisturbed, killed);
}

typedef struct
{
  guint trial, first;
} Beginning;

static void
note_cb (const char *name, GVariant *details, gpointer user_data)
{
  Beginning *beginning = user_data;

  if (g_str_equal (name, "epoch") && beginning->first == 0)
    g_assert_true (g_variant_lookup (details, "iteration", "u", &beginning->first) && g_variant_lookup (details, "trial", "u", &beginning->trial));
}

/* What the study heard of a training is taken away, all but the first so many points. */
static void
forget_points (const char *folder, guint trial)
{
  g_autofree char *path = g_build_filename (folder, "run.db", NULL);
  g_autofree char *sql = g_strdup_printf ("DELETE FROM points WHERE trial = %u", trial);
  sqlite3         *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* Killed amid a training that has a checkpoint: it goes on from there. With @forgets the record is less far than the checkpoint, as it may be
 * when the machine itself went down: then the training begins anew. */
static void
test_checkpoint (gconstpointer data)
{
  gboolean forgets = GPOINTER_TO_INT (data);
  g_autoptr (SxJob) job = make_job ("mlp");
  g_autofree char *undisturbed = fixture_create (job, forgets ? "forgotten-undisturbed" : "checkpoint-undisturbed");
  g_autofree char *killed = fixture_create (job, forgets ? "forgotten-killed" : "checkpoint-killed");
  g_autofree char *checkpoint = g_build_filename (killed, "checkpoints", "trial-2-fold-0", NULL);
  g_autoptr (GError) error = NULL;
  Beginning beginning = { 0 };

  fixture_work (undisturbed);
  g_assert_false (work_and_die (killed, 0, 0, 2));
  g_assert_true (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  fixture_assert_state (killed, SX_RUN_INTERRUPTED, NULL);
  if (forgets)
    forget_points (killed, 2);
  g_assert_true (sx_run_work (killed, NULL, note_cb, &beginning, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (beginning.trial, ==, 2);
  g_assert_cmpuint (beginning.first, ==, forgets ? 1 : 2);
  g_assert_false (g_file_test (checkpoint, G_FILE_TEST_EXISTS));
  assert_same_run (undisturbed, killed);
}

static void
warn_cb (const char *name, GVariant *details, gpointer user_data)
{
  guint *n_warnings = user_data;

  *n_warnings += g_str_equal (name, "log");
}

/* A record that this version would not have made: its trials are kept, and the search goes on. */
static void
test_other_version (void)
{
  g_autoptr (SxJob) job = make_job ("trees");
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunStore) store = NULL;
  g_autoptr (GPtrArray) trials = NULL;
  g_autoptr (SxRunTrial) trial = g_new0 (SxRunTrial, 1);
  GVariant    *point = sx_space_ref_default (sx_topology_get_space (job->topology, SX_TASK_BINARY));
  guint        n_warnings = 0;
  gint64       depth = 0;
  GVariantDict dict;

  job->max_trials = 3;
  folder = fixture_create (job, "other-version");
  g_variant_dict_init (&dict, point);
  g_variant_dict_insert (&dict, "depth", "x", (gint64)11);
  g_variant_unref (point);
  *trial = (SxRunTrial){ .number = 1, .state = SX_TRIAL_FAILED, .config = g_variant_ref_sink (g_variant_dict_end (&dict)), .value = NAN, .loss = NAN, .origin = g_strdup ("bayes") };
  store = sx_run_store_open (folder, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (sx_run_store_put_trial (store, trial, &error));
  g_assert_true (sx_run_work (folder, NULL, warn_cb, &n_warnings, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_warnings, ==, 1);
  trials = fixture_list_trials (folder);
  g_assert_cmpuint (trials->len, ==, 3);
  g_assert_true (g_variant_lookup (((SxRunTrial *)trials->pdata[0])->config, "depth", "x", &depth));
  g_assert_cmpint (depth, ==, 11);
}

int
main (int argc, char **argv)
{
  int status;

  if (argc == 6 && g_str_equal (argv[1], "--work"))
    return work (argv + 2);
  own_path = g_file_read_link ("/proc/self/exe", NULL);
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_data_func ("/run/resume/killed-at-random/trees", "trees", test_killed_at_random);
  g_test_add_data_func ("/run/resume/killed-at-random/mlp", "mlp", test_killed_at_random);
  g_test_add_data_func ("/run/resume/checkpoint", GINT_TO_POINTER (FALSE), test_checkpoint);
  g_test_add_data_func ("/run/resume/checkpoint-ahead-of-the-record", GINT_TO_POINTER (TRUE), test_checkpoint);
  g_test_add_func ("/run/resume/other-version", test_other_version);
  status = g_test_run ();
  fixture_end ();
  g_free (own_path);
  return status;
}
