/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One trial: a training a fold, each from its checkpoint if there is one.
 *
 * The study hears of the first fold while it is trained, and may stop the trial there. What it is told stands in the record before anything that a
 * resumed run could begin from: every point is written before the family writes the checkpoint of the same iteration. A resumed training tells
 * the study the points up to where it begins, then its own, so that the study has heard the same in the same order. */

#include "config.h"

#include "sx-search-private.h"

#include "nn/sx-nn-kernels.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

/* A trial is judged at a ninth, a third and the end of its iterations. Earlier the loss says how fast a configuration learns, not how far it will come. */
#define N_STEPS 9
#define EPOCH_INTERVAL (G_USEC_PER_SEC / 20)
#define ROWS_AT_ONCE 65536
#define SMALLEST_LIMIT 0.001     /* seconds; 0 would be none */
#define SHARE_OF_FIRST_TRIAL 0.1 /* of the budget: what a first trial gets even if reading the data took it all */

guint64
sx_search_get_seed (SxSearch *self, guint trial, guint fold)
{
  return sx_nn_hash (self->job->seed, trial, fold);
}

/* ---- a training ---- */

typedef struct
{
  SxSearch   *search;
  SxTraining *training;
  GArray     *recorded; /* (nullable): of SxRunPoint, of earlier sittings */
  gint64      started;
  double      seconds_before;
  guint       n_points;
  gboolean    is_stale; /* the checkpoint is further on than the record: what the study should hear is not known */
  GError     *error;
} Progress;

static gboolean
is_told (const SxTraining *training)
{
  return training->trial != NULL && training->fold == 0;
}

static guint
get_number (const SxTraining *training)
{
  return training->trial ? training->trial->number : 0;
}

/* TRUE: the trial should stop here. */
static gboolean
tell_study (SxSearch *search, const SxRunTrial *trial, guint iteration, double loss)
{
  guint step = (guint)((guint64)iteration * N_STEPS / MAX (trial->n_planned, 1));

  return sx_study_report (search->study, trial->number, step, loss) && !(search->n_folds == 1 && iteration >= trial->n_planned);
}

/* Tells the study the recorded @points before @iteration; returns the last of them, or 0. */
static guint
tell_points (SxSearch *search, const SxRunTrial *trial, const GArray *points, guint iteration)
{
  guint last = 0;

  for (guint i = 0; points && i < points->len; i++)
    {
      const SxRunPoint *point = &g_array_index (points, SxRunPoint, i);

      if (point->iteration >= iteration)
        break;
      tell_study (search, trial, point->iteration, point->validation_loss);
      last = point->iteration;
    }
  return last;
}

/* Before the study hears the first of this sitting. FALSE: @error, or the record does not reach as far as the checkpoint. */
static gboolean
begin_telling (Progress *self, guint iteration, guint n_iterations)
{
  SxRunTrial *trial = self->training->trial;

  if (trial->n_planned != n_iterations)
    {
      trial->n_planned = n_iterations;
      if (!sx_run_store_put_trial (self->search->store, trial, &self->error))
        return FALSE;
    }
  self->is_stale = tell_points (self->search, trial, self->recorded, iteration) + 1 != iteration;
  return !self->is_stale;
}

static void
send_epoch (SxSearch *search, const SxRunPoint *point, guint n_iterations)
{
  gint64       now = g_get_monotonic_time ();
  GVariantDict dict;

  if (search->event == NULL || now - search->sent < EPOCH_INTERVAL)
    return;
  search->sent = now;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "trial", "u", point->trial);
  g_variant_dict_insert (&dict, "fold", "u", point->fold);
  g_variant_dict_insert (&dict, "iteration", "u", point->iteration);
  g_variant_dict_insert (&dict, "n-iterations", "u", n_iterations);
  g_variant_dict_insert (&dict, "training-loss", "d", point->training_loss);
  g_variant_dict_insert (&dict, "validation-loss", "d", point->validation_loss);
  sx_search_send_details (search, "epoch", &dict);
}

static double
get_seconds (const Progress *self)
{
  return self->seconds_before + (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
}

static gboolean
progress_cb (guint iteration, guint n_iterations, double training_loss, double validation_loss, gpointer user_data)
{
  Progress   *self = user_data;
  SxTraining *training = self->training;
  SxRunPoint  point = { get_number (training), training->fold, iteration, training_loss, validation_loss, get_seconds (self) };

  if (self->n_points++ == 0 && is_told (training) && !begin_telling (self, iteration, n_iterations))
    return TRUE;
  if (training->is_silent)
    return FALSE;
  if (!sx_run_store_put_points (self->search->store, &point, 1, &self->error) || !sx_search_save_seconds (self->search, &self->error))
    return TRUE;
  send_epoch (self->search, &point, n_iterations);
  if (is_told (training))
    training->is_pruned = tell_study (self->search, training->trial, iteration, validation_loss);
  return training->is_pruned;
}

/* The points of one training that are on record. */
static GArray *
list_recorded (SxSearch *self, guint trial, guint fold, GError **error)
{
  g_autoptr (GArray) all = sx_run_store_list_points (self->store, trial, error);
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (SxRunPoint));

  for (guint i = 0; all && i < all->len; i++)
    {
      const SxRunPoint *point = &g_array_index (all, SxRunPoint, i);

      if (point->trial == trial && point->fold == fold)
        g_array_append_vals (own, point, 1);
    }
  return all ? g_steal_pointer (&own) : NULL;
}

gboolean
sx_search_tell_trial (SxSearch *self, const SxRunTrial *trial, GError **error)
{
  g_autoptr (GArray) points = list_recorded (self, trial->number, 0, error);

  if (points == NULL)
    return FALSE;
  tell_points (self, trial, points, G_MAXUINT);
  return TRUE;
}

/* Memory that a training may take beside what the process holds already. */
static gsize
get_memory_left (SxSearch *self)
{
  gsize resident = sx_memory_get_resident ();

  return self->memory_limit > resident ? self->memory_limit - resident : 1;
}

static SxPredictor *
train_once (SxSearch *self, SxTraining *training, Progress *progress, GError **error)
{
  SxTopology    *topology = self->job->topology;
  SxTrainContext context = {
    .topology = topology,
    .config = training->config,
    .seed = training->seed,
    .n_threads = self->n_threads,
    .max_iterations = training->max_iterations,
    .memory_limit = get_memory_left (self),
    .cancelled = sx_watch_get_flag (self->watch),
    .checkpoint_path = training->checkpoint,
    .progress = progress_cb,
    .user_data = progress,
  };
  SxPredictor *predictor;

  if (training->checkpoint != NULL && g_file_test (training->checkpoint, G_FILE_TEST_EXISTS) && progress->recorded != NULL && progress->recorded->len > 0)
    progress->seconds_before = g_array_index (progress->recorded, SxRunPoint, progress->recorded->len - 1).seconds;
  if (training->limit > 0)
    context.seconds = MAX (training->limit, SMALLEST_LIMIT) + progress->seconds_before;
  progress->started = g_get_monotonic_time ();
  predictor = sx_topology_get_family (topology)->train (training->training, training->validation, &context, error);
  training->seconds = get_seconds (progress);
  if (predictor != NULL && is_told (training) && progress->n_points == 0) /* the checkpoint was that of the end */
    progress->is_stale = tell_points (self, training->trial, progress->recorded, G_MAXUINT) == 0;
  if (progress->error == NULL && !progress->is_stale)
    return predictor;
  g_clear_pointer (&predictor, sx_predictor_unref);
  if (progress->error != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&progress->error));
    }
  return NULL;
}

SxPredictor *
sx_search_train (SxSearch *self, SxTraining *training, GError **error)
{
  g_autoptr (GArray) recorded = list_recorded (self, get_number (training), training->fold, error);
  g_autoptr (GError) problem = NULL;
  Progress     progress = { .search = self, .training = training, .recorded = recorded };
  SxPredictor *predictor;

  if (recorded == NULL)
    return NULL;
  predictor = train_once (self, training, &progress, &problem);
  if (progress.is_stale && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* No report can be told twice, but those told so far were told as they were the first time. */
      g_clear_error (&problem);
      g_unlink (training->checkpoint);
      progress = (Progress){ .search = self, .training = training };
      predictor = train_once (self, training, &progress, &problem);
    }
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return predictor;
}

/* ---- predictions ---- */

float *
sx_search_predict (SxSearch *self, SxPredictor *predictor, const SxDataset *data, GError **error)
{
  gsize             n_outputs = predictor->n_outputs;
  g_autofree float *p = g_try_malloc_n (MAX (data->n_rows * n_outputs, 1), sizeof (float));

  if (p == NULL)
    {
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("The predictions do not fit into memory"));
      return NULL;
    }
  for (gsize row = 0; row < data->n_rows; row += ROWS_AT_ONCE)
    {
      gsize n = MIN (ROWS_AT_ONCE, data->n_rows - row);

      if (g_cancellable_set_error_if_cancelled (sx_watch_get_cancellable (self->watch), error) ||
          !sx_predictor_predict (predictor, data->x + row * data->n_features, n, self->n_threads, p + row * n_outputs, error))
        return NULL;
    }
  return g_steal_pointer (&p);
}

static gboolean
measure (SxSearch *self, SxPredictor *predictor, const SxDataset *data, double *value, GError **error)
{
  const SxMetric   *metric = sx_prepared_get_metric (self->prepared);
  g_autofree float *p = sx_search_predict (self, predictor, data, error);

  if (p == NULL)
    return FALSE;
  *value = metric->compute (p, data->y, data->n_rows, predictor->n_outputs);
  if (isfinite (*value))
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("The metric “%s” cannot be computed"), _ (metric->title));
  return FALSE;
}

/* ---- the clock ---- */

static double
get_rows_ratio (SxSearch *self)
{
  const SxSplit *split = sx_prepared_get_split (self->prepared);
  double         n_all = (double)(sx_frame_get_n_rows (sx_prepared_get_frame (self->prepared)) - split->n_test), n_fold = 0;

  for (guint fold = 0; fold < split->n_folds; fold++)
    n_fold += (double)split->n_training[fold] / split->n_folds;
  return n_all / MAX (n_fold, 1);
}

/* How long the next of @n_left folds may be trained: so long that the others come to their share, and there is time for the final fit of the best
 * so far, or of this trial should it become the best. */
static double
get_limit (SxSearch *self, guint n_left)
{
  double left = sx_search_get_left (self) - self->overhead, limit;

  if (isinf (left))
    return 0;
  limit = MIN ((left - self->final_seconds) / n_left, left / (n_left + get_rows_ratio (self)));
  if (self->best == 0)
    limit = MAX (limit, SHARE_OF_FIRST_TRIAL * self->job->budget_seconds / self->n_folds);
  return MAX (limit, SMALLEST_LIMIT);
}

gboolean
sx_search_predict_final (SxSearch *self, const SxRunTrial *trial, guint *n_iterations, double *seconds, GError **error)
{
  g_autoptr (GArray) folds = sx_run_store_list_folds (self->store, trial->number, error);
  g_autoptr (GArray) points = sx_run_store_list_points (self->store, trial->number, error);
  g_autofree guint *trained = g_new0 (guint, self->n_folds);
  double            spent = 0, n_kept = 0, n_trained = 0;

  if (folds == NULL || points == NULL)
    return FALSE;
  for (guint i = 0; i < points->len; i++)
    {
      const SxRunPoint *point = &g_array_index (points, SxRunPoint, i);

      if (point->trial == trial->number && point->fold < self->n_folds)
        trained[point->fold] = MAX (trained[point->fold], point->iteration);
    }
  for (guint i = 0; i < folds->len; i++)
    {
      const SxRunFold *fold = &g_array_index (folds, SxRunFold, i);

      spent += fold->seconds;
      n_kept += fold->n_iterations;
      n_trained += fold->fold < self->n_folds ? MAX (trained[fold->fold], fold->n_iterations) : 0;
    }
  *n_iterations = MAX ((guint)(n_kept / MAX (folds->len, 1) + 0.5), 1);
  *seconds = spent / MAX (n_trained, 1) * *n_iterations * get_rows_ratio (self);
  if (sx_prepared_get_split (self->prepared)->n_test == 0) /* the folds are trained once more, to be measured */
    *seconds += spent / MAX (n_trained, 1) * n_kept;
  return TRUE;
}

/* ---- a trial ---- */

char *
sx_search_dup_checkpoint (SxSearch *self, const SxRunTrial *trial, guint fold)
{
  g_autofree char *name = trial ? g_strdup_printf ("trial-%u-fold-%u", trial->number, fold) : g_strdup ("final");

  return g_build_filename (sx_run_get_folder (self->run), "checkpoints", name, NULL);
}

/* What is the matter with this trial alone; everything else ends the run. */
static gboolean
is_trial_error (SxSearch *self, const GError *error)
{
  return error->domain == SX_ENGINE_ERROR && error->code != SX_ENGINE_ERROR_RUN && !g_atomic_int_get (sx_watch_get_flag (self->watch));
}

/* Trains a fold and measures it. */
static gboolean
run_fold (SxSearch *self, SxRunTrial *trial, guint index, SxRunFold *fold, gboolean *is_pruned, GError **error)
{
  g_autofree char *checkpoint = sx_search_dup_checkpoint (self, trial, index);
  g_autoptr (SxPredictor) predictor = NULL;
  SxTraining training = { .trial = trial, .fold = index, .seed = sx_search_get_seed (self, trial->number, index), .config = trial->config, .checkpoint = checkpoint };

  if (!sx_prepared_get_fold (self->prepared, index, NULL, &training.training, &training.validation, sx_watch_get_cancellable (self->watch), error))
    return FALSE;
  training.limit = get_limit (self, self->n_folds - index);
  predictor = sx_search_train (self, &training, error);
  if (predictor == NULL || !measure (self, predictor, training.validation, &fold->value, error))
    return FALSE;
  fold->trial = trial->number;
  fold->fold = index;
  fold->n_iterations = predictor->n_iterations;
  fold->seconds = training.seconds;
  *is_pruned = training.is_pruned;
  if (!*is_pruned && !sx_run_store_put_fold (self->store, fold, error))
    return FALSE;
  g_unlink (checkpoint);
  return TRUE;
}

static void
settle (SxSearch *self, SxRunTrial *trial, const GArray *folds, gboolean is_pruned)
{
  double sum = 0, n_iterations = 0;

  trial->seconds = 0;
  for (guint i = 0; i < folds->len; i++)
    {
      const SxRunFold *fold = &g_array_index (folds, SxRunFold, i);

      sum += fold->value;
      n_iterations += fold->n_iterations;
      trial->seconds += fold->seconds;
    }
  trial->state = is_pruned ? SX_TRIAL_PRUNED : SX_TRIAL_DONE;
  trial->value = sum / folds->len;
  trial->loss = sx_metric_to_loss (sx_prepared_get_metric (self->prepared), trial->value);
  trial->n_iterations = (guint)(n_iterations / folds->len + 0.5);
}

static void
fail (SxRunTrial *trial, const char *message, double seconds)
{
  trial->state = SX_TRIAL_FAILED;
  trial->value = trial->loss = NAN;
  trial->seconds = seconds;
  g_free (trial->message);
  trial->message = g_strdup (message);
}

gboolean
sx_search_run_trial (SxSearch *self, SxRunTrial *trial, GError **error)
{
  g_autoptr (GArray) folds = sx_run_store_list_folds (self->store, trial->number, error);
  gboolean is_pruned = FALSE;
  gint64   started = g_get_monotonic_time ();

  if (folds == NULL || (folds->len > 0 && !sx_search_tell_trial (self, trial, error)))
    return FALSE;
  for (guint index = folds->len; index < self->n_folds && !is_pruned; index++)
    {
      g_autoptr (GError) problem = NULL;
      SxRunFold fold = { 0 };

      if (run_fold (self, trial, index, &fold, &is_pruned, &problem))
        {
          g_array_append_val (folds, fold);
          continue;
        }
      if (!is_trial_error (self, problem))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      fail (trial, problem->message, (double)(g_get_monotonic_time () - started) / G_USEC_PER_SEC);
      return TRUE;
    }
  settle (self, trial, folds, is_pruned);
  return TRUE;
}
