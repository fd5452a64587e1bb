/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A job's data: what validation rows must never touch, what a model is given, what is refused. */

#include "compile-fixture.h"

#include <glib/gstdio.h>

static SxPrepared *
prepare (SxJob *job)
{
  g_autoptr (GError) error = NULL;
  SxPrepared *prepared = sx_prepared_new (job, NULL, &error);

  g_assert_no_error (error);
  return prepared;
}

static void
check_refusal (SxJob *job, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_prepared_new (job, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, message);
}

static void
get_fold (SxPrepared *prepared, guint fold, SxSteps **steps, SxDataset **training, SxDataset **validation)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_prepared_get_fold (prepared, fold, steps, training, validation, NULL, &error));
  g_assert_no_error (error);
}

/* The area under the curve when feature @feature is the score. */
static double
score_feature (const SxDataset *dataset, guint feature)
{
  g_autofree float *p = g_new (float, dataset->n_rows * 2);

  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      p[2 * row + 1] = dataset->x[row * dataset->n_features + feature];
      p[2 * row] = 1 - p[2 * row + 1];
    }
  return sx_metric_find ("auc")->compute (p, dataset->y, dataset->n_rows, 2);
}

/* Labels are coin flips and ids nearly unique: whoever fits the encoding on the rows it is judged on finds a wonderful model. */
static void
test_planted_leak (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (6000, 2500, 1, 0, "yes", NULL);

  fixture_frame = frame;
  for (guint n_folds = 1; n_folds <= 3; n_folds += 2)
    {
      g_autoptr (SxJob) job = fixture_make_job ();
      g_autoptr (SxPrepared) prepared = NULL;

      job->split.n_folds = n_folds;
      job->split.method = n_folds == 1 ? SX_SPLIT_HOLDOUT : SX_SPLIT_KFOLD;
      job->split.stratify = TRUE;
      fixture_add_block (job->chain, "mean", &fixture_target_mean);
      fixture_add_block (job->chain, "fill", &fixture_fill);
      prepared = prepare (job);
      for (guint fold = 0; fold <= n_folds; fold++)
        {
          SxDataset *training, *validation;

          get_fold (prepared, fold, NULL, &training, &validation);
          g_assert_cmpstr (training->features[0].name, ==, "id");
          g_assert_cmpfloat (score_feature (training, 0), >, 0.75); /* there is something to leak */
          g_assert_cmpfloat (fabs (score_feature (validation, 0) - 0.5), <, 0.05);
        }
    }
}

static void
assert_same_steps (const SxSteps *a, const SxSteps *b)
{
  g_assert_cmpuint (sx_steps_get_n (a), ==, sx_steps_get_n (b));
  for (guint i = 0; i < sx_steps_get_n (a); i++)
    {
      const SxStep *left = sx_steps_get (a, i);
      const SxStep *right = sx_steps_get (b, i);

      g_assert_cmpint (left->op, ==, right->op);
      g_assert_true (g_strv_equal ((const char *const *)left->inputs, (const char *const *)right->inputs));
      g_assert_cmpmem (left->numbers, left->n_numbers * sizeof (double), right->numbers, right->n_numbers * sizeof (double));
      if (left->texts != NULL)
        g_assert_true (g_strv_equal ((const char *const *)left->texts, (const char *const *)right->texts));
    }
}

static void
assert_same_data (const SxDataset *a, const SxDataset *b)
{
  g_assert_cmpuint (a->n_rows, ==, b->n_rows);
  g_assert_cmpmem (a->x, a->n_rows * a->n_features * sizeof (float), b->x, b->n_rows * b->n_features * sizeof (float));
  g_assert_cmpmem (a->y, a->n_rows * sizeof (float), b->y, b->n_rows * sizeof (float));
}

/* Change every validation and test row, ids, numbers and labels: what is fitted stays the same to the last bit. */
static void
test_fit_sees_training_only (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (900, 100, 2, 0, "yes", NULL);

  for (guint fold = 0; fold <= 3; fold++)
    {
      g_autofree guint8 *change = g_new0 (guint8, 900);
      g_autoptr (SxJob) job = fixture_make_job ();
      g_autoptr (SxPrepared) before = NULL;
      g_autoptr (SxPrepared) after = NULL;
      g_autoptr (SxFrame) changed = NULL;
      const SxSplit *split;
      SxSteps       *steps_before, *steps_after;
      SxDataset     *training_before, *training_after, *validation_before, *validation_after;

      job->split.method = SX_SPLIT_KFOLD;
      job->split.n_folds = 3;
      fixture_add_block (job->chain, "fill", &fixture_fill);
      fixture_add_block (job->chain, "mean", &fixture_target_mean);
      fixture_frame = frame;
      before = prepare (job);
      split = sx_prepared_get_split (before);
      for (gsize i = 0; i < split->n_test; i++)
        change[split->test[i]] = 1;
      for (gsize i = 0; fold < 3 && i < split->n_validation[fold]; i++)
        change[split->validation[fold][i]] = 1;
      changed = fixture_make_table (900, 100, 2, 0, "yes", change);
      fixture_frame = changed;
      after = prepare (job);
      get_fold (before, fold, &steps_before, &training_before, &validation_before);
      get_fold (after, fold, &steps_after, &training_after, &validation_after);
      assert_same_steps (steps_before, steps_after);
      assert_same_data (training_before, training_after);
      g_assert_cmpint (memcmp (validation_before->x, validation_after->x, validation_before->n_rows * validation_before->n_features * sizeof (float)), !=, 0);
    }
}

static void
test_deterministic (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 20, 5, 0.05, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) first = NULL;
  g_autoptr (SxPrepared) second = NULL;

  fixture_frame = frame;
  fixture_add_block (job->chain, "fill", &fixture_fill);
  fixture_add_block (job->chain, "mean", &fixture_target_mean);
  first = prepare (job);
  second = prepare (job);
  for (guint fold = 0; fold <= 1; fold++)
    {
      SxSteps   *a, *b;
      SxDataset *training[2], *validation[2];

      get_fold (first, fold, &a, &training[0], &validation[0]);
      get_fold (second, fold, &b, &training[1], &validation[1]);
      assert_same_steps (a, b);
      assert_same_data (training[0], training[1]);
      assert_same_data (validation[0], validation[1]);
    }
}

/* Validation rows are the fitted steps applied to raw rows; the holes get the mean of the training rows. */
static void
test_validation_values (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (400, 5, 8, 0, "yes", NULL);
  g_autoptr (SxColumn) x = sx_frame_concat_column (frame, 1);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  const SxSplit *split;
  SxDataset     *validation;
  double         mean = 0, n = 0;

  fixture_frame = frame;
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  fixture_add_block (job->chain, "fill", &fixture_fill);
  prepared = prepare (job);
  split = sx_prepared_get_split (prepared);
  get_fold (prepared, 0, NULL, NULL, &validation);
  for (gsize i = 0; i < split->n_training[0]; i++)
    if (!sx_column_is_missing (x, split->training[0][i]))
      {
        mean += sx_column_get_double (x, split->training[0][i]);
        n++;
      }
  mean /= n;
  g_assert_cmpuint (validation->n_features, ==, 1);
  g_assert_cmpuint (validation->n_rows, ==, split->n_validation[0]);
  for (gsize i = 0; i < validation->n_rows; i++)
    {
      guint32 row = split->validation[0][i];

      g_assert_cmpfloat (validation->x[i], ==, (float)(sx_column_is_missing (x, row) ? mean : sx_column_get_double (x, row)));
    }
}

/* ---- rows ---- */

static void
test_rows_without_target (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (500, 5, 3, 0.3, "yes", NULL);
  g_autoptr (SxColumn) y = sx_frame_concat_column (frame, 2);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  SxDataset *training, *test;

  fixture_frame = frame;
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  prepared = prepare (job);
  g_assert_cmpuint (y->n_missing, >, 100);
  g_assert_cmpuint (sx_frame_get_n_rows (sx_prepared_get_frame (prepared)), ==, 500 - y->n_missing);
  get_fold (prepared, 1, NULL, &training, &test);
  g_assert_cmpuint (training->n_rows + test->n_rows, ==, 500 - y->n_missing);
}

static gsize
count_below (const SxDataset *dataset, float limit)
{
  gsize n = 0;

  for (gsize i = 0; i < dataset->n_rows; i++)
    n += !(dataset->x[i] >= limit);
  return n;
}

/* Rows dropped before the split are gone; rows dropped behind it are missing from training only. */
static void
test_dropped_rows (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (500, 5, 4, 0, "yes", NULL);

  fixture_frame = frame;
  for (guint n_before = 2; n_before >= 1; n_before--)
    {
      g_autoptr (SxJob) job = fixture_make_job ();
      g_autoptr (SxPrepared) prepared = NULL;
      SxDataset *training, *validation;

      fixture_add_block (job->chain, "drop", &fixture_no_id);
      fixture_add_block (job->chain, "filter", &fixture_filter);
      job->n_before_split = n_before;
      prepared = prepare (job);
      get_fold (prepared, 0, NULL, &training, &validation);
      g_assert_cmpuint (count_below (training, 10), ==, 0);
      if (n_before == 2)
        {
          g_assert_cmpuint (sx_frame_get_n_rows (sx_prepared_get_frame (prepared)), <, 450);
          g_assert_cmpuint (count_below (validation, 10), ==, 0);
        }
      else
        {
          g_assert_cmpuint (sx_frame_get_n_rows (sx_prepared_get_frame (prepared)), ==, 500);
          g_assert_cmpuint (validation->n_rows, ==, 100);
          g_assert_cmpuint (count_below (validation, 10), >, 5);
          g_assert_cmpuint (training->n_rows, <, 300);
        }
    }
}

/* As fixture_fill, but the rows that it learned from come out with 500 for x. */
static SxFrame *
fit_rows_marked (const SxParams *params, SxFrame *training, const char *target, const SxSteps *steps, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxFrame) applied = sx_steps_apply (steps, training, NULL, error);
  SxSchema *schema = sx_frame_get_schema (applied);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    g_ptr_array_add (columns, sx_frame_concat_column (applied, i));
  for (guint i = 0; i < columns->len; i++)
    if (g_str_equal (sx_schema_get_field (schema, i)->name, "x"))
      {
        g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

        for (guint64 row = 0; row < sx_frame_get_n_rows (applied); row++)
          sx_column_builder_append_double (builder, 500);
        sx_column_unref (columns->pdata[i]);
        columns->pdata[i] = sx_column_builder_finish (builder);
      }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
}
FIXTURE_KIND (fixture_marked, "test.marked", SX_BLOCK_PREPARE, SX_BLOCK_LEARNS, .fit = fixture_fit_fill, .fit_rows = fit_rows_marked);

/* Where a kind says that training rows come out otherwise, they do, and validation rows do not. */
static void
test_training_rows_by_themselves (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 4, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  SxDataset *training, *validation;

  fixture_frame = frame;
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  fixture_add_block (job->chain, "marked", &fixture_marked);
  prepared = prepare (job);
  get_fold (prepared, 0, NULL, &training, &validation);
  g_assert_cmpuint (count_below (training, 500), ==, 0);
  g_assert_cmpuint (count_below (validation, 500), ==, validation->n_rows);
}

/* Rows that differ from each other; some with a hole repeat by chance. */
static guint
count_distinct (SxFrame *frame)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    {
      gsize            at;
      SxBatch         *batch = sx_frame_locate (frame, row, &at);
      g_autofree char *id = sx_column_dup_cell (sx_batch_get_column (batch, 0), at);
      g_autofree char *x = sx_column_dup_cell (sx_batch_get_column (batch, 1), at);
      g_autofree char *y = sx_column_dup_cell (sx_batch_get_column (batch, 2), at);

      g_hash_table_add (seen, g_strjoin ("|", id, x, y, NULL));
    }
  return g_hash_table_size (seen);
}

/* A table in which every row stands twice. Before the split one of each goes; behind it training rows alone lose theirs. */
static void
test_dropped_duplicates (void)
{
  g_autoptr (SxFrame) half = fixture_make_table (250, 5, 4, 0, "yes", NULL);
  guint   n_distinct = count_distinct (half);
  guint64 rows[500];
  g_autoptr (SxFrame) frame = NULL;

  for (guint i = 0; i < 500; i++)
    rows[i] = i % 250;
  fixture_frame = frame = sx_frame_take (half, rows, 500);
  for (guint n_before = 0; n_before <= 1; n_before++)
    {
      g_autoptr (SxJob) job = fixture_make_job ();
      g_autoptr (SxPrepared) prepared = NULL;
      SxDataset *training, *validation;

      fixture_add_block (job->chain, "distinct", sx_block_kind_find ("table.distinct"));
      fixture_add_block (job->chain, "drop", &fixture_no_id);
      job->n_before_split = n_before;
      prepared = prepare (job);
      get_fold (prepared, 0, NULL, &training, &validation);
      g_assert_cmpuint (sx_frame_get_n_rows (sx_prepared_get_frame (prepared)), ==, n_before == 0 ? 500 : n_distinct);
      g_assert_cmpuint (training->n_rows, <, n_before == 0 ? 240 : 151);
      if (n_before == 0)
        g_assert_cmpuint (validation->n_rows, ==, 100);
    }
}

/* ---- the target ---- */

/* A respelled target: the model's steps know nothing of it, and the target's own steps score a raw table. */
static void
test_respelled_target (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes.", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  g_autoptr (SxFrame) respelled = NULL;
  g_autofree char  *classes = NULL;
  g_autofree float *y = NULL;
  const SxTarget   *target;
  SxSchema         *inputs;
  SxSteps          *steps;
  g_autoptr (GError) error = NULL;

  fixture_frame = frame;
  fixture_add_block (job->chain, "respell", &fixture_replace);
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  fixture_add_block (job->chain, "fill", &fixture_fill);
  prepared = prepare (job);
  target = sx_prepared_get_target (prepared);
  classes = g_strjoinv ("|", target->classes);
  g_assert_cmpstr (classes, ==, "no|yes");
  inputs = sx_prepared_get_input_schema (prepared);
  g_assert_cmpuint (sx_schema_get_n_fields (inputs), ==, 1);
  g_assert_cmpstr (sx_schema_get_field (inputs, 0)->name, ==, "x");
  get_fold (prepared, 1, &steps, NULL, NULL);
  for (guint i = 0; i < sx_steps_get_n (steps); i++)
    g_assert_false (g_strv_contains ((const char *const *)sx_steps_get (steps, i)->inputs, "y"));
  g_assert_nonnull (target->steps);
  respelled = sx_steps_apply (target->steps, frame, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_target_code_frame (target, respelled, &y, &error));
  g_assert_no_error (error);
}

static void
test_plain_target (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;

  fixture_frame = frame;
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  prepared = prepare (job);
  g_assert_null (sx_prepared_get_target (prepared)->steps);
  g_assert_cmpstr (sx_prepared_get_metric (prepared)->id, ==, "log-loss");
}

static void
test_features_asked_for (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  SxDataset *training;

  fixture_frame = frame;
  job->features = g_strsplit ("id", ",", -1);
  fixture_add_block (job->chain, "mean", &fixture_target_mean);
  prepared = prepare (job);
  get_fold (prepared, 0, NULL, &training, NULL);
  g_assert_cmpuint (training->n_features, ==, 1);
  g_assert_cmpstr (training->features[0].name, ==, "id");
}

static void
test_refuses (void)
{
  g_autoptr (SxFrame) plain = fixture_make_table (300, 5, 6, 0, "yes", NULL);
  g_autoptr (SxFrame) constant = fixture_make_table (300, 5, 6, 0, "no", NULL);
  g_autoptr (SxFrame) empty = sx_frame_slice (plain, 0, 0);
  const struct
  {
    SxFrame           *frame;
    const SxBlockKind *kinds[2];
    const char        *target, *metric, *message;
    int                task, code;
  } cases[] = {
    { constant, { &fixture_no_id }, "y", NULL, "“no” in every row", -1, SX_ENGINE_ERROR_DATA },
    { plain, { &fixture_no_id }, "income", NULL, "There is no column “income” to predict", -1, SX_ENGINE_ERROR_DATA },
    { plain, { &fixture_no_id }, "y", "rmse", "does not measure", -1, SX_ENGINE_ERROR_DATA },
    { plain, { &fixture_no_id }, "y", NULL, "is text", SX_TASK_REGRESSION, SX_ENGINE_ERROR_DATA },
    { plain, { NULL }, "y", NULL, "Column “id” is of type string", -1, SX_ENGINE_ERROR_DATA },
    { empty, { &fixture_no_id }, "y", NULL, "No rows are left", -1, SX_ENGINE_ERROR_DATA },
    { plain, { &fixture_teller, &fixture_target_mean }, "y", NULL, "computed from column “y”", -1, SX_ENGINE_ERROR_DATA },
    { plain, { &fixture_target_mean, &fixture_replace }, "y", NULL, "changes the target “y” behind a block that learns", -1, SX_ENGINE_ERROR_COMPILE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SxJob) job = fixture_make_job ();

      fixture_frame = cases[i].frame;
      g_free (job->target);
      job->target = g_strdup (cases[i].target);
      job->metric = g_strdup (cases[i].metric);
      job->task = cases[i].task;
      for (guint j = 0; j < 2 && cases[i].kinds[j]; j++)
        fixture_add_block (job->chain, cases[i].kinds[j]->id, cases[i].kinds[j]);
      check_refusal (job, cases[i].code, cases[i].message);
    }
}

static void
test_changed_source (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autofree char *path = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (SxPrepared) prepared = NULL;
  int fd = g_file_open_tmp ("sx-XXXXXX.csv", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  fixture_frame = frame;
  g_assert_true (g_file_set_contents (path, "a,b\n1,2\n", -1, NULL));
  hash = sx_job_hash_file (path, NULL, NULL);
  g_ptr_array_add (job->sources, g_strjoin ("\t", "source", path, hash, NULL));
  fixture_add_block (job->chain, "drop", &fixture_no_id);
  prepared = prepare (job);
  g_assert_true (g_file_set_contents (path, "a,b\n1,3\n", -1, NULL));
  check_refusal (job, SX_ENGINE_ERROR_DATA, "has changed since this run was set up");
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
test_cancelled (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fixture_frame = frame;
  g_cancellable_cancel (cancellable);
  g_assert_null (sx_prepared_new (job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- threads ---- */

static gpointer
ask_for_folds (gpointer data)
{
  SxDataset *sum = NULL;

  for (guint fold = 0; fold <= 4; fold++)
    {
      SxDataset *training;

      get_fold (data, fold, NULL, &training, NULL);
      sum = training;
    }
  return sum;
}

static void
test_threads (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (600, 50, 9, 0, "yes", NULL);
  g_autoptr (SxJob) job = fixture_make_job ();
  g_autoptr (SxPrepared) prepared = NULL;
  GThread *threads[4];
  gpointer results[4];

  fixture_frame = frame;
  job->split.method = SX_SPLIT_KFOLD;
  job->split.n_folds = 4;
  fixture_add_block (job->chain, "mean", &fixture_target_mean);
  prepared = prepare (job);
  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("folds", ask_for_folds, prepared);
  for (guint i = 0; i < 4; i++)
    results[i] = g_thread_join (threads[i]);
  for (guint i = 1; i < 4; i++)
    g_assert_true (results[i] == results[0]); /* fitted once and kept */
}

/* ---- slices ---- */

static void
test_slice (void)
{
  const char *const ab[] = { "a", "b", NULL };
  const char *const ba[] = { "b", "a", NULL };
  const char *const kept[] = { "a", "b", "y", NULL };
  const char *const wanted[] = { "b", NULL };
  g_autoptr (SxSteps) all = sx_steps_new ();
  g_autoptr (SxSteps) slice = NULL;
  g_auto (GStrv) needed = NULL;
  const SxStep *step;

  /* a and b change names; each is scaled; b is wanted: which was a, scaled by the second pair */
  sx_steps_add (all, SX_STEP_SELECT, kept, kept, NULL, 0, NULL, 0);
  sx_steps_add (all, SX_STEP_RENAME, ab, ba, NULL, 0, NULL, 0);
  sx_steps_add (all, SX_STEP_AFFINE, ab, ab, (const double[]){ 1, 2, 3, 4 }, 4, NULL, SX_TYPE_FLOAT64);
  fixture_add_step (all, SX_STEP_REPLACE, "y", "y", NULL, 0, (const char *const[]){ "p", "q", NULL });
  slice = sx_steps_slice (all, wanted, &needed);
  g_assert_cmpuint (g_strv_length (needed), ==, 1);
  g_assert_cmpstr (needed[0], ==, "a");
  g_assert_cmpuint (sx_steps_get_n (slice), ==, 4); /* select, select, rename, affine */
  step = sx_steps_get (slice, 2);
  g_assert_cmpint (step->op, ==, SX_STEP_RENAME);
  g_assert_cmpstr (step->inputs[0], ==, "a");
  g_assert_cmpstr (step->outputs[0], ==, "b");
  g_assert_null (step->outputs[1]);
  step = sx_steps_get (slice, 3);
  g_assert_cmpint (step->op, ==, SX_STEP_AFFINE);
  g_assert_cmpuint (step->n_numbers, ==, 2);
  g_assert_cmpfloat (step->numbers[0], ==, 3);
  g_assert_cmpfloat (step->numbers[1], ==, 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/prepared/leak/target-encoding-of-noise", test_planted_leak);
  g_test_add_func ("/compile/prepared/leak/fit-sees-training-rows-only", test_fit_sees_training_only);
  g_test_add_func ("/compile/prepared/new/deterministic", test_deterministic);
  g_test_add_func ("/compile/prepared/fold/validation-values", test_validation_values);
  g_test_add_func ("/compile/prepared/rows/without-target", test_rows_without_target);
  g_test_add_func ("/compile/prepared/rows/dropped", test_dropped_rows);
  g_test_add_func ("/compile/prepared/rows/training-by-themselves", test_training_rows_by_themselves);
  g_test_add_func ("/compile/prepared/rows/duplicates", test_dropped_duplicates);
  g_test_add_func ("/compile/prepared/target/respelled", test_respelled_target);
  g_test_add_func ("/compile/prepared/target/plain", test_plain_target);
  g_test_add_func ("/compile/prepared/features/asked-for", test_features_asked_for);
  g_test_add_func ("/compile/prepared/new/refuses", test_refuses);
  g_test_add_func ("/compile/prepared/new/changed-source", test_changed_source);
  g_test_add_func ("/compile/prepared/new/cancelled", test_cancelled);
  g_test_add_func ("/compile/prepared/fold/threads", test_threads);
  g_test_add_func ("/compile/slice/rename-and-affine", test_slice);
  return g_test_run ();
}
