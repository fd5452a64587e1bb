/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* How good predictions are: the report that ends a run, and that of a model on data with known answers. Both are one function, so that the same rows
 * always give the same figures.
 *
 * The report is an a{sv}:
 *   task        s      nick of the task
 *   metric      s      id of the metric that the search improved
 *   n-rows      t      rows that were compared: those with a value in the target's column
 *   metrics     a{sd}  each metric of the task, by id; one without meaning for these rows (the ROC curve of one class) is left out
 *   classes     as     classes only: the labels, in the order of the confusion matrix
 *   confusion   at     classes only: counts, row by row; a row is a true class, a column a predicted one
 *   truth       ad     numbers and two classes: true values for a plot, of all rows or of SX_MODEL_N_PLOTTED spread evenly over them; of classes 0 or 1
 *   predicted   ad     the predictions of the same rows; of classes the probability of the second
 */

#include "config.h"

#include "sx-model-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Rows that have an answer. */
typedef struct
{
  float *p; /* (n_rows, n_outputs) */
  float *y; /* n_rows */
  gsize  n_rows;
  guint  n_outputs;
} Answers;

static void
clear_answers (Answers *self)
{
  g_free (self->p);
  g_free (self->y);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answers, clear_answers)

static guint
count_outputs (const SxTarget *target)
{
  return target->task == SX_TASK_REGRESSION ? 1 : g_strv_length (target->classes);
}

static gboolean
keep_answers (Answers *self, const SxTarget *target, const float *p, const float *y, gsize n_rows, GError **error)
{
  guint n_outputs = count_outputs (target);

  self->n_outputs = n_outputs;
  for (gsize row = 0; row < n_rows; row++)
    self->n_rows += !isnan (y[row]);
  if (self->n_rows == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("No row has a value in column “%s” to compare with"), target->column);
      return FALSE;
    }
  self->p = g_try_malloc_n (self->n_rows, n_outputs * sizeof *self->p);
  self->y = g_try_malloc_n (self->n_rows, sizeof *self->y);
  if (self->p == NULL || self->y == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("The predictions of %'" G_GSIZE_FORMAT " rows do not fit into memory"), self->n_rows);
      return FALSE;
    }
  for (gsize row = 0, kept = 0; row < n_rows; row++)
    if (!isnan (y[row]))
      {
        memcpy (self->p + kept * n_outputs, p + row * n_outputs, n_outputs * sizeof *p);
        self->y[kept++] = y[row];
      }
  return TRUE;
}

static GVariant *
compute_metrics (const Answers *answers, const SxTarget *target)
{
  const SxMetric *const *metrics = sx_metric_list ();
  guint                  n_classes = target->classes ? answers->n_outputs : 0;
  GVariantBuilder        builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sd}"));
  for (guint i = 0; metrics[i] != NULL; i++)
    {
      double value = metrics[i]->tasks & (1u << target->task) ? metrics[i]->compute (answers->p, answers->y, answers->n_rows, n_classes) : NAN;

      if (!isnan (value))
        g_variant_builder_add (&builder, "{sd}", metrics[i]->id, value);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
count_confusion (const Answers *answers)
{
  gsize               n = (gsize)answers->n_outputs * answers->n_outputs;
  g_autofree guint64 *counts = g_new (guint64, n);

  sx_confusion (answers->p, answers->y, answers->n_rows, answers->n_outputs, counts);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, counts, n, sizeof *counts);
}

/* Values of at most SX_MODEL_N_PLOTTED rows, which stand @stride apart: where there are more, every so many-th. */
static GVariant *
sample_values (const float *values, gsize n_rows, gsize stride)
{
  gsize              n = MIN (n_rows, SX_MODEL_N_PLOTTED);
  g_autofree double *sample = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    sample[i] = (double)values[(gsize)((double)i * ((double)n_rows / (double)n)) * stride];
  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, sample, n, sizeof *sample);
}

GVariant *
sx_model_report (const SxTarget *target, const SxMetric *metric, const float *p, const float *y, gsize n_rows, GError **error)
{
  g_auto (Answers) answers = { 0 };
  GVariantDict dict;

  g_return_val_if_fail (target != NULL && metric != NULL && p != NULL && y != NULL, NULL);

  if (!keep_answers (&answers, target, p, y, n_rows, error))
    return NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "task", "s", sx_task_get_nick (target->task));
  g_variant_dict_insert (&dict, "metric", "s", metric->id);
  g_variant_dict_insert (&dict, "n-rows", "t", (guint64)answers.n_rows);
  g_variant_dict_insert_value (&dict, "metrics", compute_metrics (&answers, target));
  if (target->task != SX_TASK_MULTICLASS)
    {
      g_variant_dict_insert_value (&dict, "truth", sample_values (answers.y, answers.n_rows, 1));
      /* Of two classes the second: what curves over a threshold are made from. */
      g_variant_dict_insert_value (&dict, "predicted", sample_values (answers.p + answers.n_outputs - 1, answers.n_rows, answers.n_outputs));
    }
  if (target->task != SX_TASK_REGRESSION)
    {
      g_variant_dict_insert_value (&dict, "classes", g_variant_new_strv ((const char *const *)target->classes, -1));
      g_variant_dict_insert_value (&dict, "confusion", count_confusion (&answers));
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* ---- a model on data with known answers ---- */

/* The metric that the model was chosen by, if it was. */
static const SxMetric *
find_metric (SxModel *self)
{
  const char     *id = "";
  const SxMetric *metric = g_variant_lookup (self->provenance, "metric", "&s", &id) ? sx_metric_find (id) : NULL;

  return metric && (metric->tasks & (1u << self->target->task)) ? metric : sx_metric_default (self->target->task);
}

/* The target's cells as classes or values. Its steps make the target's column of the raw table, in the types that the model was trained on. */
static gboolean
code_truth (SxModel *self, SxFrame *frame, GCancellable *cancellable, float **y, GError **error)
{
  g_autoptr (SxFrame) cast = NULL;
  g_autoptr (SxFrame) made = NULL;

  if (self->target->steps == NULL)
    return sx_target_code_frame (self->target, frame, y, error);
  cast = sx_model_cast_inputs (self, frame, 0, error);
  made = cast ? sx_steps_apply (self->target->steps, cast, cancellable, error) : NULL;
  return made && sx_target_code_frame (self->target, made, y, error);
}

GVariant *
sx_model_evaluate (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxFrame) named = NULL;
  g_autofree float *y = NULL;
  g_autofree float *p = NULL;

  g_return_val_if_fail (self != NULL && frame != NULL, NULL);

  named = sx_model_name_columns (self, frame);
  /* The answers first: a label that the model does not know is said before the work is done. */
  if (!code_truth (self, named, cancellable, &y, error))
    return NULL;
  p = sx_model_predict_raw (self, named, n_threads, cancellable, error);
  return p ? sx_model_report (self->target, find_metric (self), p, y, (gsize)sx_frame_get_n_rows (named), error) : NULL;
}
