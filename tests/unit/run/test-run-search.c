/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A run from its job to its model: what it leaves behind, and how it ends when it cannot go on. */

#include "run-fixture.h"

#include "model/sx-model-private.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- what it leaves behind ---- */

static double
get_double (GVariant *map, const char *key)
{
  double value = NAN;

  g_assert_true (g_variant_lookup (map, key, "d", &value));
  return value;
}

/* The report, against the model's own predictions of the test rows. */
static void
check_report (const char *folder, SxJob *job, SxModel *model)
{
  g_autoptr (SxRun) run = fixture_open (folder);
  g_autoptr (GVariant) report = sx_run_dup_report (run);
  g_autoptr (GVariant) metrics = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxPrepared) prepared = sx_prepared_new (job, NULL, &error);
  const SxSplit *split;
  g_autoptr (SxFrame) test = NULL;
  g_autofree guint64 *rows = NULL;
  g_autoptr (GVariant) again = NULL;
  const char *on = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (report);
  g_assert_true (g_variant_lookup (report, "measured-on", "&s", &on));
  g_assert_cmpstr (on, ==, "test");
  metrics = g_variant_lookup_value (report, "metrics", G_VARIANT_TYPE ("a{sd}"));
  for (const SxMetric *const *metric = sx_metric_list (); *metric; metric++)
    if ((*metric)->tasks & (1u << sx_prepared_get_target (prepared)->task))
      g_assert_true (isfinite (get_double (metrics, (*metric)->id)));
  split = sx_prepared_get_split (prepared);
  rows = g_new (guint64, split->n_test);
  for (gsize i = 0; i < split->n_test; i++)
    rows[i] = split->test[i];
  test = sx_frame_take (sx_prepared_get_frame (prepared), rows, split->n_test);
  again = sx_model_evaluate (model, test, 1, NULL, &error);
  g_assert_no_error (error);
  {
    g_autoptr (GVariant) same = g_variant_lookup_value (again, "metrics", G_VARIANT_TYPE ("a{sd}"));

    g_assert_true (g_variant_equal (metrics, same));
  }
}

static void
check_provenance (SxModel *model, const char *topology)
{
  GVariant *provenance = sx_model_get_provenance (model);
  g_autoptr (GVariant) ranges = g_variant_lookup_value (provenance, "ranges", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) categories = g_variant_lookup_value (provenance, "categories", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) range = g_variant_lookup_value (ranges, "a", NULL);
  g_auto (GStrv) towns = NULL;
  const char *const wanted[] = { "Lima", "Oslo", "Rome", NULL };
  const char       *id = NULL;

  for (const char *const *key = (const char *const[]){ "columns", "config", "metric", "validation", "metrics", "job-hash", "data-hash", "version", NULL }; *key; key++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (provenance, *key, NULL);

      if (value == NULL)
        g_error ("The provenance has no “%s”", *key);
    }
  g_assert_true (g_variant_lookup (provenance, "topology", "&s", &id));
  g_assert_cmpstr (id, ==, topology);
  g_assert_cmpuint (g_variant_n_children (range), ==, 2);
  g_assert_true (g_variant_lookup (categories, "c", "^as", &towns));
  g_assert_true (g_strv_equal ((const char *const *)towns, wanted));
}

typedef struct
{
  GString *names;
  guint    n_epochs;
  guint    last_best;
} Heard;

static void
hear_cb (const char *name, GVariant *details, gpointer user_data)
{
  Heard *heard = user_data;

  if (g_str_equal (name, "epoch"))
    heard->n_epochs++;
  else
    g_string_append_printf (heard->names, "%s ", name);
  if (g_str_equal (name, "trial-finished"))
    g_assert_true (g_variant_lookup (details, "best", "u", &heard->last_best));
}

static void
test_whole (gconstpointer data)
{
  const char *const *names = data; /* topology, target */
  g_autoptr (SxJob) job = fixture_make_job (names[0], names[1], 400, 3, 0);
  g_autofree char *folder = NULL;
  g_autofree char *model_path = NULL;
  g_autoptr (SxModel) model = NULL;
  g_autoptr (GPtrArray) trials = NULL;
  g_autoptr (GError) error = NULL;
  Heard heard = { .names = g_string_new (NULL) };

  if (g_str_equal (names[0], "mlp"))
    fixture_make_small (job);
  folder = fixture_create (job, names[2]);
  fixture_assert_state (folder, SX_RUN_QUEUED, NULL);
  sx_run_work (folder, NULL, hear_cb, &heard, &error);
  g_assert_no_error (error);
  fixture_assert_state (folder, SX_RUN_DONE, NULL);
  g_assert_cmpstr (heard.names->str, ==, "phase data phase trial-started trial-finished trial-started trial-finished trial-started trial-finished phase ");
  g_assert_cmpuint (heard.n_epochs, >, 0);
  g_string_free (heard.names, TRUE);
  trials = fixture_list_trials (folder);
  g_assert_cmpuint (trials->len, ==, 3);
  for (guint i = 0; i < trials->len; i++)
    {
      const SxRunTrial *trial = trials->pdata[i];

      g_assert_cmpuint (trial->number, ==, i + 1);
      g_assert_cmpstr (trial->origin, ==, "portfolio");
      g_assert_true (isfinite (trial->value) && isfinite (trial->loss) && trial->n_iterations > 0);
    }
  {
    g_autoptr (SxRun) run = fixture_open (folder);

    g_assert_cmpuint (sx_run_get_best (run), ==, heard.last_best);
    model_path = sx_run_dup_model_path (run);
  }
  model = sx_model_load (model_path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (sx_model_get_golden (model)), ==, SX_MODEL_N_GOLDEN);
  check_report (folder, job, model);
  check_provenance (model, names[0]);
  fixture_work (folder); /* done is done */
}

static void
add_export (SxJob *job, const char *id, const char *format, const char *file)
{
  SxJobBlock  *block = g_new0 (SxJobBlock, 1);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "format", "s", format);
  g_variant_dict_insert (&dict, "file", "s", file);
  block->id = g_strdup (id);
  block->kind = sx_block_kind_find ("export.model");
  block->params = g_variant_ref_sink (g_variant_dict_end (&dict));
  block->inputs = g_new0 (char *, 1);
  g_ptr_array_add (job->exports, block);
}

static void
hear_log_cb (const char *name, GVariant *details, gpointer user_data)
{
  const char *level;

  if (g_str_equal (name, "log") && g_variant_lookup (details, "level", "&s", &level))
    g_string_append_printf (user_data, "%s ", level);
}

/* Export blocks are carried out, from the project's folder on; one that fails takes nothing away. */
static void
test_exports (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 200, 1, 0);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *model = NULL, *copy = NULL, *onnx = g_build_filename (job->folder, "out.onnx", NULL);
  g_autofree char *model_path = NULL, *copy_path = g_build_filename (job->folder, "out.sxm", NULL);
  gsize            model_size, copy_size;

  add_export (job, "one", "sxm", "out.sxm");
  add_export (job, "none", "sxm", "no/such/folder/out.sxm");
  add_export (job, "other", "onnx", onnx);
  folder = fixture_create (job, "exports");
  sx_run_work (folder, NULL, hear_log_cb, log, &error);
  g_assert_no_error (error);
  fixture_assert_state (folder, SX_RUN_DONE, NULL);
  g_assert_cmpstr (log->str, ==, "info warning info ");
  model_path = g_build_filename (folder, "model.sxm", NULL);
  g_assert_true (g_file_get_contents (model_path, &model, &model_size, NULL) && g_file_get_contents (copy_path, &copy, &copy_size, NULL));
  g_assert_cmpmem (model, model_size, copy, copy_size);
  g_assert_true (g_file_test (onnx, G_FILE_TEST_IS_REGULAR));
}

/* What can be learned is learned. */
static void
test_learns (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 1200, 3, 0);
  g_autofree char *folder = fixture_create (job, "learns");
  g_autoptr (SxRun) run = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) metrics = NULL;

  fixture_work (folder);
  run = fixture_open (folder);
  report = sx_run_dup_report (run);
  metrics = g_variant_lookup_value (report, "metrics", NULL);
  g_assert_cmpfloat (get_double (metrics, "auc"), >, 0.95);
  g_assert_cmpfloat (get_double (metrics, "accuracy"), >, 0.85);
}

/* Without test rows the folds are what it is measured on; and every row is trained on. */
static void
test_folds_without_test (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 300, 2, 0);
  g_autofree char *folder = NULL;
  g_autoptr (SxRun) run = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) metrics = NULL;
  g_autoptr (GPtrArray) trials = NULL;
  const char *on = NULL;
  guint64     n_rows = 0, n_training = 0;
  guint       best;

  job->split.method = SX_SPLIT_KFOLD;
  job->split.n_folds = 3;
  job->split.test = 0;
  folder = fixture_create (job, "folds");
  fixture_work (folder);
  run = fixture_open (folder);
  report = sx_run_dup_report (run);
  g_assert_true (g_variant_lookup (report, "measured-on", "&s", &on) && g_variant_lookup (report, "n-rows", "t", &n_rows) && g_variant_lookup (report, "n-training", "t", &n_training));
  g_assert_cmpstr (on, ==, "validation");
  g_assert_cmpuint (n_rows, ==, 300);
  g_assert_cmpuint (n_training, ==, 300);
  /* Folds of one size: the mean over the folds is the mean over all rows. */
  metrics = g_variant_lookup_value (report, "metrics", NULL);
  trials = fixture_list_trials (folder);
  best = sx_run_get_best (run);
  g_assert_cmpfloat_with_epsilon (((SxRunTrial *)trials->pdata[best - 1])->value, get_double (metrics, "log-loss"), 1e-6);
}

/* Overrides of the project narrow what the known-good points say as well. */
static void
test_overrides (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "value", 200, 7, 0);
  g_autofree char *folder = NULL;
  g_autoptr (GPtrArray) trials = NULL;

  fixture_override (job, "depth", 3);
  fixture_override (job, "rounds", 2000);
  folder = fixture_create (job, "overrides");
  fixture_work (folder);
  trials = fixture_list_trials (folder);
  g_assert_cmpuint (trials->len, ==, 7);
  for (guint i = 0; i < trials->len; i++)
    {
      const SxRunTrial *trial = trials->pdata[i];
      gint64            depth = 0;

      g_assert_true (g_variant_lookup (trial->config, "depth", "x", &depth));
      g_assert_cmpint (depth, ==, 3);
      g_assert_cmpstr (trial->origin, ==, i < 5 ? "portfolio" : "bayes");
    }
}

/* The number of threads changes nothing but the time. The network is large enough for several. */
static void
test_threads (void)
{
  GPtrArray *trials[2];
  SxModel   *models[2];

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SxJob) job = fixture_make_job ("mlp", "value", 700, 2, 0);
      g_autofree char *folder = NULL;
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;

      fixture_make_small (job);
      fixture_override (job, "width", 128);
      fixture_override (job, "layers", 3);
      fixture_override (job, "batch", 256);
      job->n_threads = i == 0 ? 1 : 3;
      folder = fixture_create (job, i == 0 ? "one-thread" : "three-threads");
      fixture_work (folder);
      trials[i] = fixture_list_trials (folder);
      path = g_build_filename (folder, "model.sxm", NULL);
      models[i] = sx_model_load (path, &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < trials[0]->len; i++)
    {
      const SxRunTrial *a = trials[0]->pdata[i], *b = trials[1]->pdata[i];

      g_assert_true (g_variant_equal (a->config, b->config));
      g_assert_cmpmem (&a->value, sizeof (double), &b->value, sizeof (double));
    }
  {
    SxFrame          *golden = sx_model_get_golden (models[0]);
    gsize             size = sx_frame_get_n_rows (golden) * sizeof (float);
    g_autofree float *one = sx_model_predict_raw (models[0], golden, 1, NULL, NULL);
    g_autofree float *other = sx_model_predict_raw (models[1], golden, 1, NULL, NULL);

    g_assert_cmpmem (one, size, other, size);
  }
  for (guint i = 0; i < 2; i++)
    {
      g_ptr_array_unref (trials[i]);
      sx_model_unref (models[i]);
    }
}

/* ---- how it ends when it cannot go on ---- */

typedef struct
{
  int    flag;
  guint  after; /* epochs */
  gint64 set_at;
} Canceller;

static void
cancel_cb (const char *name, GVariant *details, gpointer user_data)
{
  Canceller *canceller = user_data;

  if (!g_str_equal (name, "epoch") || canceller->after == 0 || --canceller->after > 0)
    return;
  canceller->set_at = g_get_monotonic_time ();
  g_atomic_int_set (&canceller->flag, TRUE);
}

/* Cancelled amid a training that would take many times as long as is allowed here: it ends at once. */
static void
test_cancel (gconstpointer data)
{
  const char *topology = data;
  g_autoptr (SxJob) job = fixture_make_job (topology, "value", 20000, 1, 0);
  g_autofree char *name = g_strdup_printf ("cancel-%s", topology);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  Canceller canceller = { .after = 2 };
  double    seconds;

  if (g_str_equal (topology, "trees"))
    {
      fixture_override (job, "depth", 10);
      fixture_override_double (job, "learning-rate", 0.01);
    }
  folder = fixture_create (job, name);
  g_assert_false (sx_run_work (folder, &canceller.flag, cancel_cb, &canceller, &error));
  seconds = (double)(g_get_monotonic_time () - canceller.set_at) / G_USEC_PER_SEC;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "Cancelled");
  g_test_message ("gone %.0f ms after the flag", seconds * 1000);
  g_assert_cmpfloat (seconds, <, 1.0); /* 0.2 on a machine that has nothing else to do */
  fixture_assert_state (folder, SX_RUN_CANCELLED, NULL);
}

/* What was cancelled can be taken up again. */
static void
test_cancel_and_resume (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("mlp", "class", 300, 2, 0);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  Canceller canceller = { .after = 1 };

  fixture_make_small (job);
  folder = fixture_create (job, "cancel-and-resume");
  g_assert_false (sx_run_work (folder, &canceller.flag, cancel_cb, &canceller, &error));
  fixture_assert_state (folder, SX_RUN_CANCELLED, NULL);
  fixture_work (folder);
  fixture_assert_state (folder, SX_RUN_DONE, NULL);
}

static void
test_cancelled_before (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 100, 2, 0);
  g_autofree char *folder = fixture_create (job, "cancelled-before");
  g_autoptr (GError) error = NULL;
  int flag = TRUE;

  g_assert_false (sx_run_work (folder, &flag, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture_assert_state (folder, SX_RUN_CANCELLED, NULL);
}

static void
test_memory_limit (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 100, 2, 0);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;

  job->memory_limit = 1024 * 1024; /* less than any process holds */
  folder = fixture_create (job, "memory");
  g_assert_false (sx_run_work (folder, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY);
  g_assert_cmpstr (error->message, ==, "The run needs more than the 1.0\302\240MB of memory it may use. Use fewer rows or columns, or allow more.");
  fixture_assert_state (folder, SX_RUN_FAILED, "of memory it may use");
}

/* A trial that would take too much is refused before anything is allocated; when all are, the run says why. */
static void
test_no_trial_gives_a_model (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("mlp", "class", 300, 3, 0);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *statm = NULL;
  g_autoptr (GPtrArray) trials = NULL;
  gsize resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  resident = (gsize)g_ascii_strtoull (strchr (statm, ' '), NULL, 10) * 4096;
  fixture_make_small (job);
  fixture_override (job, "width", 512);
  fixture_override (job, "layers", 4);
  fixture_override (job, "batch", 512);
  job->memory_limit = resident + 12 * 1024 * 1024;
  folder = fixture_create (job, "no-model");
  g_assert_false (sx_run_work (folder, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_true (g_str_has_prefix (error->message, "None of 3 trials gave a model. The last said: Training this network takes "));
  fixture_assert_state (folder, SX_RUN_FAILED, "None of 3 trials gave a model.");
  trials = fixture_list_trials (folder);
  g_assert_cmpuint (trials->len, ==, 3);
  g_assert_cmpint (((SxRunTrial *)trials->pdata[2])->state, ==, SX_TRIAL_FAILED);
}

static void
test_changed_data (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 101, 2, 0);
  g_autofree char *folder = fixture_create (job, "changed");
  g_autofree char *path = g_build_filename (fixture_folder, "table-101.csv", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "a,b,c,class,value\n1,2,Rome,low,3\n", -1, NULL));
  g_assert_false (sx_run_work (folder, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "has changed since this run was set up"));
  fixture_assert_state (folder, SX_RUN_FAILED, "has changed since");
}

/* A disk that is full, as far as a process can make one for itself: no file may grow beyond some size. */
static void
test_full_disk (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 300, 4, 0);
  g_autofree char *folder = fixture_create (job, "full");
  pid_t            child = fork ();
  int              status;

  if (child == 0)
    {
      const struct rlimit limit = { 24 * 1024, 24 * 1024 };
      g_autoptr (GError) error = NULL;

      signal (SIGXFSZ, SIG_IGN);
      setrlimit (RLIMIT_FSIZE, &limit);
      _exit (!sx_run_work (folder, NULL, NULL, NULL, &error) && error != NULL && strstr (error->message, "run.db") != NULL ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  fixture_work (folder); /* there is room again */
  fixture_assert_state (folder, SX_RUN_DONE, NULL);
}

static void
test_no_folder (void)
{
  g_autofree char *folder = g_build_filename (fixture_folder, "nowhere", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (sx_run_work (folder, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN);
}

/* A budget of seconds ends the run, final fit included. What is checked is generous: other processes come and go. */
static void
test_budget (void)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", 2000, 0, 3);
  g_autofree char *folder = fixture_create (job, "budget");
  gint64           started = g_get_monotonic_time ();
  double           seconds;
  g_autoptr (GPtrArray) trials = NULL;

  fixture_work (folder);
  seconds = (double)(g_get_monotonic_time () - started) / G_USEC_PER_SEC;
  trials = fixture_list_trials (folder);
  g_test_message ("%u trials, %.2f s of 3", trials->len, seconds);
  g_assert_cmpuint (trials->len, >=, 1);
  g_assert_cmpfloat (seconds, <, 6);
  g_assert_cmpfloat (seconds, >, 1.5);
}

int
main (int argc, char **argv)
{
  static const char *const classes_trees[] = { "trees", "class", "whole-1" }, *const numbers_trees[] = { "trees", "value", "whole-2" };
  static const char *const classes_mlp[] = { "mlp", "class", "whole-3" }, *const numbers_mlp[] = { "mlp", "value", "whole-4" };
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_data_func ("/run/search/whole/trees-class", classes_trees, test_whole);
  g_test_add_data_func ("/run/search/whole/trees-value", numbers_trees, test_whole);
  g_test_add_data_func ("/run/search/whole/mlp-class", classes_mlp, test_whole);
  g_test_add_data_func ("/run/search/whole/mlp-value", numbers_mlp, test_whole);
  g_test_add_func ("/run/search/learns", test_learns);
  g_test_add_func ("/run/search/folds-without-test", test_folds_without_test);
  g_test_add_func ("/run/search/overrides", test_overrides);
  g_test_add_func ("/run/search/threads", test_threads);
  g_test_add_data_func ("/run/search/cancel/trees", "trees", test_cancel);
  g_test_add_data_func ("/run/search/cancel/mlp", "mlp", test_cancel);
  g_test_add_func ("/run/search/cancel-and-resume", test_cancel_and_resume);
  g_test_add_func ("/run/search/cancelled-before", test_cancelled_before);
  g_test_add_func ("/run/search/memory-limit", test_memory_limit);
  g_test_add_func ("/run/search/no-trial-gives-a-model", test_no_trial_gives_a_model);
  g_test_add_func ("/run/search/exports", test_exports);
  g_test_add_func ("/run/search/changed-data", test_changed_data);
  g_test_add_func ("/run/search/full-disk", test_full_disk);
  g_test_add_func ("/run/search/no-folder", test_no_folder);
  g_test_add_func ("/run/search/budget", test_budget);
  status = g_test_run ();
  fixture_end ();
  return status;
}
