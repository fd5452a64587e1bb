/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Training boosted trees with libxgboost, one round at a time, so that cancelling, reporting and early stopping are ours. Losses are computed
 * here in double from the margins, which the library keeps for the rows it trains and validates on.
 *
 * A training that is interrupted begins anew: a round takes milliseconds, a whole training seconds, and sums that were taken up again from a
 * checkpoint would differ from the undisturbed ones in their last bits. */

#include "config.h"

#include "sx-trees.h"

#include "sx-forest.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <xgboost/c_api.h>

/* How many reports a training makes at most. */
#define MAX_REPORTS 200
/* Rows that the training loss is estimated on. */
#define MAX_LOSS_ROWS 20000
#define LOSS_FLOOR 1e-15
/* Cells of a table below which the library's threads wait for each other longer than they work, on a busy machine many times as long. */
#define CELLS_WORTH_THREADS 200000

static const char *const part_keys[] = { "bins", "patience", NULL };

/* How the points of the space are called here and there. */
static const struct
{
  const char *name, *parameter;
} parameters[] = {
  { "learning-rate", "eta" },
  { "depth", "max_depth" },
  { "min-child-weight", "min_child_weight" },
  { "rows-share", "subsample" },
  { "columns-share", "colsample_bytree" },
  { "lambda", "lambda" },
  { "alpha", "alpha" },
  { "min-gain", "gamma" },
};

typedef struct
{
  const SxDataset      *data[2]; /* training, validation (nullable) */
  const SxTrainContext *context;
  DMatrixHandle         matrices[2];
  BoosterHandle         booster;
  guint                 n_margins;
  float                 base_score;   /* as the library takes it */
  float                *base_margins; /* n_margins: as it adds it */
  guint                 n_rounds, patience;
} Training;

/* ---- the topology file ---- */

static gboolean
check (const SxTopology *topology, GError **error)
{
  const SxYaml *root = sx_topology_get_root (topology);
  const SxYaml *part = sx_yaml_find (root, "trees");
  gint64        value;

  if (part == NULL)
    return TRUE;
  if (sx_yaml_get_type (part) != SX_YAML_MAP)
    return sx_yaml_set_error (part, SX_PIPELINE_ERROR_PARSE, error, _ ("“trees” must be a mapping."));
  return sx_yaml_check_keys (part, part_keys, error) && sx_yaml_read_int (part, "bins", 256, &value, error) && sx_yaml_read_int (part, "patience", 50, &value, error);
}

static gint64
read_part (const SxTopology *topology, const char *key, gint64 fallback)
{
  const SxYaml *part = sx_yaml_find (sx_topology_get_root (topology), "trees");
  gint64        value = fallback;

  if (part != NULL && !sx_yaml_read_int (part, key, fallback, &value, NULL))
    return fallback;
  return value;
}

/* ---- the library ---- */

static gboolean
ask (int status, GError **error)
{
  if (status == 0)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Training the trees failed: %.300s"), XGBGetLastError ());
  return FALSE;
}

static void
silence (const char *message)
{
  g_debug ("%s", message);
}

static double
read_number (GVariant *config, const char *name, double fallback)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (config, name, NULL);

  if (value == NULL)
    return fallback;
  return g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? (double)g_variant_get_int64 (value) : g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) ? g_variant_get_double (value)
                                                                                                                                                        : fallback;
}

static gboolean
set_number (Training *self, const char *name, double value, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return ask (XGBoosterSetParam (self->booster, name, g_ascii_dtostr (text, sizeof text, value)), error);
}

static gboolean
set_text (Training *self, const char *name, const char *value, GError **error)
{
  return ask (XGBoosterSetParam (self->booster, name, value), error);
}

/* The mean of the target, where boosting starts. */
static void
choose_base (Training *self)
{
  const SxDataset *training = self->data[0];
  double           sum = 0, mean;

  for (gsize i = 0; i < training->n_rows; i++)
    sum += (double)training->y[i];
  mean = sum / (double)training->n_rows;
  self->base_margins = g_new0 (float, self->n_margins);
  switch (training->task)
    {
    case SX_TASK_BINARY:
      self->base_score = (float)CLAMP (mean, 1e-6, 1 - 1e-6);
      self->base_margins[0] = -logf (1.0f / self->base_score - 1.0f);
      break;
    case SX_TASK_MULTICLASS:
      self->base_score = 0.5f; /* the same for all classes: without effect */
      break;
    case SX_TASK_REGRESSION:
    default:
      self->base_score = (float)mean;
      self->base_margins[0] = self->base_score;
      break;
    }
}

static guint
get_n_threads (const Training *self)
{
  const SxDataset *training = self->data[0];

  return training->n_rows * training->n_features < CELLS_WORTH_THREADS ? 1 : MAX (self->context->n_threads, 1);
}

static gboolean
set_parameters (Training *self, GError **error)
{
  static const char *const objectives[] = { [SX_TASK_BINARY] = "binary:logistic", [SX_TASK_MULTICLASS] = "multi:softprob", [SX_TASK_REGRESSION] = "reg:squarederror" };
  const SxTrainContext    *context = self->context;
  SxTask                   task = self->data[0]->task;

  if (!set_text (self, "objective", objectives[task], error) || !set_text (self, "tree_method", "hist", error) || !set_text (self, "disable_default_eval_metric", "1", error) ||
      !set_text (self, "seed_per_iteration", "1", error) || !set_text (self, "verbosity", "0", error) || !set_number (self, "seed", (double)(context->seed & 0x7fffffff), error) ||
      !set_number (self, "nthread", get_n_threads (self), error) || !set_number (self, "base_score", (double)self->base_score, error) ||
      !set_number (self, "max_bin", (double)read_part (context->topology, "bins", 256), error))
    return FALSE;
  if (task == SX_TASK_MULTICLASS && !set_number (self, "num_class", self->data[0]->n_classes, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      double value = read_number (context->config, parameters[i].name, NAN);

      if (!isnan (value) && !set_number (self, parameters[i].parameter, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_matrix (Training *self, guint which, GError **error)
{
  const SxDataset *data = self->data[which];

  return ask (XGDMatrixCreateFromMat_omp (data->x, data->n_rows, data->n_features, NAN, &self->matrices[which], (int)get_n_threads (self)), error) &&
         ask (XGDMatrixSetFloatInfo (self->matrices[which], "label", data->y, data->n_rows), error);
}

/* The library holds a copy of the rows, their bins, and gradients of every row and class. */
static gboolean
check_memory (const Training *self, GError **error)
{
  gsize needed = 0;

  for (guint i = 0; i < 2; i++)
    if (self->data[i] != NULL)
      needed += self->data[i]->n_rows * (self->data[i]->n_features * 20 + self->n_margins * 24);
  if (self->context->memory_limit == 0 || needed <= self->context->memory_limit)
    return TRUE;
  {
    g_autofree char *size = g_format_size (needed);
    g_autofree char *limit = g_format_size (self->context->memory_limit);

    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("Training these trees takes about %s; %s may be used."), size, limit);
  }
  return FALSE;
}

static gboolean
prepare (Training *self, GError **error)
{
  DMatrixHandle handles[2];

  if (!check_memory (self, error))
    return FALSE;
  XGBRegisterLogCallback (silence);
  choose_base (self);
  if (!make_matrix (self, 0, error) || (self->data[1] != NULL && !make_matrix (self, 1, error)))
    return FALSE;
  memcpy (handles, self->matrices, sizeof handles);
  return ask (XGBoosterCreate (handles, self->data[1] != NULL ? 2 : 1, &self->booster), error) && set_parameters (self, error);
}

static void
clear (Training *self)
{
  if (self->booster != NULL)
    XGBoosterFree (self->booster);
  for (guint i = 0; i < 2; i++)
    if (self->matrices[i] != NULL)
      XGDMatrixFree (self->matrices[i]);
  g_free (self->base_margins);
}

/* ---- losses ---- */

static double
row_loss (const Training *self, const float *margins, float y)
{
  double margin = (double)margins[0], most = margin, sum = 0;

  switch (self->data[0]->task)
    {
    case SX_TASK_BINARY:
      margin = y > 0.5f ? -margin : margin;
      return margin > 30 ? margin : log1p (exp (margin));
    case SX_TASK_MULTICLASS:
      for (guint i = 1; i < self->n_margins; i++)
        most = MAX (most, (double)margins[i]);
      for (guint i = 0; i < self->n_margins; i++)
        sum += exp ((double)margins[i] - most);
      return log (sum) + most - (double)margins[(guint)y];
    case SX_TASK_REGRESSION:
    default:
      return (margin - (double)y) * (margin - (double)y);
    }
}

/* The mean loss over the rows of part @which, or the first of them; for regression its root. */
static gboolean
compute_loss (Training *self, guint which, gsize max_rows, double *loss, GError **error)
{
  static const char config[] = "{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, \"strict_shape\": false}";
  const SxDataset  *data = self->data[which];
  gsize             n = MIN (data->n_rows, max_rows);
  const bst_ulong  *shape;
  bst_ulong         n_dims;
  const float      *margins;
  double            sum = 0;

  if (!ask (XGBoosterPredictFromDMatrix (self->booster, self->matrices[which], config, &shape, &n_dims, &margins), error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    sum += row_loss (self, margins + i * self->n_margins, data->y[i]);
  *loss = sum / (double)n;
  if (data->task == SX_TASK_REGRESSION)
    *loss = sqrt (*loss);
  return TRUE;
}

/* ---- rounds ---- */

static gboolean
is_cancelled (const Training *self, GError **error)
{
  if (self->context->cancelled == NULL || !g_atomic_int_get (self->context->cancelled))
    return FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  return TRUE;
}

/* Trains round by round; @n_kept: the rounds to keep. */
static gboolean
boost (Training *self, guint *n_kept, GError **error)
{
  const SxTrainContext *context = self->context;
  gboolean              stops_early = self->data[1] != NULL && context->max_iterations == 0;
  guint                 every = MAX (self->n_rounds / MAX_REPORTS, 1);
  gint64                start = g_get_monotonic_time ();
  double                best = INFINITY, training_loss, validation_loss = NAN;

  *n_kept = 0;
  for (guint round = 0; round < self->n_rounds; round++)
    {
      gboolean is_last = round + 1 == self->n_rounds;

      if (is_cancelled (self, error) || !ask (XGBoosterUpdateOneIter (self->booster, (int)round, self->matrices[0]), error))
        return FALSE;
      if (self->data[1] != NULL && !compute_loss (self, 1, G_MAXSIZE, &validation_loss, error))
        return FALSE;
      if (self->data[1] != NULL && !isfinite (validation_loss))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DIVERGED, _ ("The loss became infinite in round %u."), round + 1);
          return FALSE;
        }
      if (!stops_early || validation_loss < best)
        {
          best = validation_loss;
          *n_kept = round + 1;
        }
      if (context->progress != NULL && (is_last || round % every == 0))
        {
          if (!compute_loss (self, 0, MAX_LOSS_ROWS, &training_loss, error))
            return FALSE;
          if (context->progress (round + 1, self->n_rounds, training_loss, validation_loss, context->user_data))
            break;
        }
      if (stops_early && round + 1 - *n_kept >= self->patience)
        break;
      if (context->seconds > 0 && (double)(g_get_monotonic_time () - start) > context->seconds * G_USEC_PER_SEC)
        break;
    }
  return TRUE;
}

static SxForest *
take_forest (Training *self, guint n_kept, GError **error)
{
  const SxDataset *training = self->data[0];
  bst_ulong        size;
  const char      *json;
  g_autofree char *text = NULL;

  if (!ask (XGBoosterSaveModelToBuffer (self->booster, "{\"format\": \"json\"}", &size, &json), error))
    return NULL;
  text = g_strndup (json, size);
  return sx_forest_new_from_xgboost (text, training->task, (guint)training->n_features, training->task == SX_TASK_REGRESSION ? 1 : training->n_classes, self->base_margins, n_kept, error);
}

static SxPredictor *
train (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context, GError **error)
{
  Training  self = { .data = { training, validation }, .context = context };
  SxForest *forest = NULL;
  guint     n_kept;

  g_return_val_if_fail (training->y != NULL && training->n_rows > 0 && training->n_features > 0, NULL);
  self.n_margins = training->task == SX_TASK_MULTICLASS ? training->n_classes : 1;
  self.n_rounds = context->max_iterations > 0 ? context->max_iterations : (guint)read_number (context->config, "rounds", 500);
  self.patience = (guint)MAX (read_part (context->topology, "patience", 50), 1);
  if (prepare (&self, error) && boost (&self, &n_kept, error))
    forest = take_forest (&self, n_kept, error);
  clear (&self);
  return forest != NULL ? &forest->base : NULL;
}

const SxFamily sx_family_trees = {
  .id = "trees",
  .check = check,
  .train = train,
  .predict = sx_forest_predict,
  .free = sx_forest_free,
  .save = sx_forest_save,
  .load = sx_forest_load,
  .to_onnx = sx_forest_to_onnx,
};
