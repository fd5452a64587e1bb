/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A job's data, ready for training.
 *
 *   table ─ run → raw table
 *   chain before the split: row-wise steps; dropped rows are gone for every part
 *   rows without a target are dropped; the target is coded on what is left; rows are split
 *   per fold: training rows go through the whole chain, and what learns is fitted on the way, to these rows alone.
 *             Validation rows go through the steps that came of it, as rows to predict will: from raw columns, without the target.
 *
 * So a validation row cannot reach anything that is fitted, wherever on the canvas the learning block stands. A block that drops rows
 * behind the split drops training rows only: what a model is judged on is never thinned out. */

#include "config.h"

#include "sx-chain-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  GMutex     lock;
  SxSteps   *steps;  /* NULL: not fitted yet */
  GStrv      inputs; /* raw columns that the steps need, sorted */
  SxDataset *training;
  SxDataset *validation; /* (nullable) */
} Fold;

struct _SxPrepared
{
  /* Owned */
  SxJob    *job;
  SxFrame  *raw; /* rows that have a target */
  float    *y;   /* of each row of @raw */
  SxTarget *target;
  GStrv     target_inputs; /* raw columns the target is computed from; no feature may be */
  SxSplit  *split;
  SxSchema *inputs; /* raw columns of the final steps, in the raw table's order */
  Fold     *folds;  /* n_folds + 1 */
  /* Borrowed */
  const SxMetric *metric;
};

static SxChainContext
make_context (const SxJob *job, GCancellable *cancellable)
{
  return (SxChainContext){ .folder = job->folder, .target = job->target, .seed = job->seed, .cancellable = cancellable };
}

/* ---- sources ---- */

static gboolean
check_sources (const SxJob *job, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < job->sources->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (job->sources->pdata[i], "\t", 3);
      g_autofree char *path = sx_job_resolve_path (job->folder, parts[1]);
      g_autofree char *hash = sx_job_hash_file (path, cancellable, error);

      if (hash == NULL)
        {
          g_prefix_error (error, _ ("Block “%s”: "), parts[0]);
          return FALSE;
        }
      if (!g_str_equal (hash, parts[2]))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Block “%s”: “%s” has changed since this run was set up. Start a new run to train on the new data."), parts[0], path);
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- rows and target ---- */

/* Three views of the same rows. */
typedef struct
{
  SxFrame *raw;
  SxFrame *at_split;
  SxFrame *at_target; /* after all steps that need no fitting */
  SxSteps *steps;     /* from raw to at_target */
} Views;

static void
clear_views (Views *views)
{
  g_clear_pointer (&views->raw, sx_frame_unref);
  g_clear_pointer (&views->at_split, sx_frame_unref);
  g_clear_pointer (&views->at_target, sx_frame_unref);
  g_clear_pointer (&views->steps, sx_steps_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Views, clear_views)

static void
replace_frame (SxFrame **frame, SxFrame *by)
{
  g_clear_pointer (frame, sx_frame_unref);
  *frame = by;
}

/* Appends the block's steps to the views' and applies them to @frame. */
static gboolean
pass_steps (Views *views, SxFrame **frame, const SxJobBlock *block, const SxChainContext *context, GError **error)
{
  g_autoptr (SxSteps) steps = sx_chain_make_steps (block, *frame, context, error);
  SxFrame *applied;

  if (steps == NULL)
    return FALSE;
  applied = sx_steps_apply (steps, *frame, context->cancellable, error);
  if (applied == NULL)
    return FALSE;
  sx_steps_append (views->steps, steps);
  replace_frame (frame, applied);
  return TRUE;
}

static gboolean
pass_dropping (Views *views, SxFrame **frame, const SxJobBlock *block, const SxChainContext *context, GError **error)
{
  g_autofree guint64 *rows = NULL;
  SxFrame            *kept = sx_chain_drop_rows (block, *frame, context, &rows, error);

  if (kept == NULL)
    return FALSE;
  replace_frame (&views->raw, sx_frame_take (views->raw, rows, sx_frame_get_n_rows (kept)));
  replace_frame (frame, kept);
  return TRUE;
}

static gboolean
make_views (Views *views, const SxJob *job, const SxChainContext *context, GError **error)
{
  g_autoptr (SxFrame) frame = NULL;

  views->raw = sx_chain_run_table (job->table, context, error);
  if (views->raw == NULL)
    return FALSE;
  views->steps = sx_steps_new ();
  frame = sx_frame_ref (views->raw);
  for (guint i = 0; i < job->chain->len; i++)
    {
      const SxJobBlock *block = job->chain->pdata[i];

      if (i == job->n_before_split)
        views->at_split = sx_frame_ref (frame);
      if (sx_chain_block_learns (block))
        break;
      if (sx_chain_block_drops (block))
        {
          if (i < job->n_before_split && !pass_dropping (views, &frame, block, context, error))
            return FALSE;
        }
      else if (!pass_steps (views, &frame, block, context, error))
        return FALSE;
    }
  if (views->at_split == NULL)
    views->at_split = sx_frame_ref (frame);
  views->at_target = g_steal_pointer (&frame);
  return TRUE;
}

static gboolean
keep_rows_with_target (Views *views, const char *target, GError **error)
{
  int column = sx_schema_find (sx_frame_get_schema (views->at_target), target);
  g_autoptr (SxColumn) cells = NULL;
  g_autofree guint64 *rows = NULL;
  guint64             n = 0;

  if (column < 0) /* said well by sx_target_new() */
    return TRUE;
  cells = sx_frame_concat_column (views->at_target, (guint)column);
  if (cells->n_rows == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, "%s", _ ("No rows are left to train on"));
      return FALSE;
    }
  if (cells->n_missing == 0 || cells->n_missing == cells->n_rows)
    return TRUE;
  rows = g_new (guint64, cells->n_rows);
  for (gsize row = 0; row < cells->n_rows; row++)
    if (!sx_column_is_missing (cells, row))
      rows[n++] = row;
  replace_frame (&views->raw, sx_frame_take (views->raw, rows, n));
  replace_frame (&views->at_split, sx_frame_take (views->at_split, rows, n));
  replace_frame (&views->at_target, sx_frame_take (views->at_target, rows, n));
  return TRUE;
}

/* The steps that make the target of a raw table, beginning with a selection of what they need; none when it stands there as it is. */
static void
keep_target_steps (SxPrepared *self, const SxSteps *all)
{
  const char *wanted[] = { self->target->column, NULL };
  g_autoptr (SxSteps) slice = sx_steps_slice (all, wanted, &self->target_inputs);
  gboolean does_something = FALSE;

  for (guint i = 0; i < sx_steps_get_n (slice); i++)
    does_something |= sx_steps_get (slice, i)->op != SX_STEP_SELECT;
  if (!does_something)
    return;
  self->target->steps = sx_steps_new ();
  sx_steps_add (self->target->steps, SX_STEP_SELECT, (const char *const *)self->target_inputs, (const char *const *)self->target_inputs, NULL, 0, NULL, 0);
  sx_steps_append (self->target->steps, slice);
}

/* What sx_split_new() asks for: the target, and the column to split by. They may come from different places of the chain. */
static SxFrame *
make_split_frame (const SxJob *job, const Views *views, GError **error)
{
  SxFrame    *frames[] = { views->at_target, views->at_split };
  const char *names[] = { job->target, job->split.column };
  SxField     fields[2];
  SxColumn   *columns[2];
  guint       n = 0;
  g_autoptr (SxSchema) schema = NULL;
  SxFrame *frame;

  for (guint i = 0; i < 2 && names[i] != NULL; i++)
    {
      int column = sx_schema_find (sx_frame_get_schema (frames[i]), names[i]);

      if (column < 0 || (i == 1 && g_str_equal (names[0], names[1])))
        continue;
      fields[n] = *sx_schema_get_field (sx_frame_get_schema (frames[i]), (guint)column);
      columns[n++] = sx_frame_concat_column (frames[i], (guint)column);
    }
  schema = sx_schema_new (fields, n, error);
  frame = schema ? sx_frame_new_from_columns (schema, columns) : NULL;
  for (guint i = 0; i < n; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static gboolean
check_task (SxPrepared *self, GError **error)
{
  SxTask      task = self->target->task;
  const char *title = sx_topology_get_title (self->job->topology);

  self->metric = self->job->metric ? sx_metric_find (self->job->metric) : sx_metric_default (task);
  if (!sx_topology_supports (self->job->topology, task))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” makes this the task “%s”, which “%s” cannot do"), self->target->column, sx_task_get_nick (task), title);
      return FALSE;
    }
  if (self->metric == NULL || (self->metric->tasks & (1u << task)) == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” makes this the task “%s”, which the metric “%s” does not measure"), self->target->column, sx_task_get_nick (task), self->job->metric);
      return FALSE;
    }
  return TRUE;
}

/* ---- folds ---- */

static SxFrame *
take_rows (SxFrame *frame, const guint32 *rows, gsize n_rows)
{
  g_autofree guint64 *wide = g_new (guint64, n_rows + 1);

  for (gsize i = 0; i < n_rows; i++)
    wide[i] = rows[i];
  return sx_frame_take (frame, wide, n_rows);
}

/* The target was coded before anything was fitted; whatever comes later must leave it alone. */
static gboolean
check_target_untouched (const SxSteps *steps, const SxJobBlock *block, const char *target, GError **error)
{
  for (guint i = 0; i < sx_steps_get_n (steps); i++)
    {
      const SxStep *step = sx_steps_get (steps, i);

      if (step->op == SX_STEP_SELECT || !g_strv_contains ((const char *const *)step->outputs, target))
        continue;
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, _ ("Block “%s” changes the target “%s” behind a block that learns. Move it before that block, or leave the target out of its columns."), block->id, target);
      return FALSE;
    }
  return TRUE;
}

/* Sends training rows through the chain, fitting what learns. @frame becomes the prepared table. */
static SxSteps *
fit_chain (SxPrepared *self, SxFrame **frame, const SxChainContext *context, GError **error)
{
  g_autoptr (SxSteps) all = sx_steps_new ();
  gboolean has_learned = FALSE;

  for (guint i = 0; i < self->job->chain->len; i++)
    {
      const SxJobBlock *block = self->job->chain->pdata[i];
      g_autoptr (SxSteps) steps = NULL;
      SxFrame *next;

      has_learned |= sx_chain_block_learns (block);
      if (sx_chain_block_drops (block))
        {
          if (i < self->job->n_before_split)
            continue;
          next = sx_chain_drop_rows (block, *frame, context, NULL, error);
        }
      else
        {
          steps = sx_chain_make_steps (block, *frame, context, error);
          if (steps != NULL && has_learned && !check_target_untouched (steps, block, self->job->target, error))
            return NULL;
          next = steps ? sx_chain_apply_training (block, *frame, steps, context, error) : NULL;
        }
      if (next == NULL)
        return NULL;
      if (steps != NULL)
        sx_steps_append (all, steps);
      replace_frame (frame, next);
    }
  return g_steal_pointer (&all);
}

static gboolean
is_subset (const char *const *texts, const char *const *of)
{
  for (guint i = 0; texts[i]; i++)
    if (!g_strv_contains (of, texts[i]))
      return FALSE;
  return TRUE;
}

/* The columns of the prepared table to learn from: all but the target, or those that are, or come of, the features asked for. */
static SxSchema *
select_features (SxPrepared *self, const SxSteps *steps, SxSchema *prepared, GError **error)
{
  const char *const  *asked = (const char *const *)self->job->features;
  guint               n = sx_schema_get_n_fields (prepared);
  g_autofree SxField *fields = g_new (SxField, n + 1);
  guint               n_kept = 0;

  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (prepared, i);
      const char    *wanted[] = { field->name, NULL };
      g_auto (GStrv) needed = NULL;
      g_autoptr (SxSteps) slice = NULL;

      if (g_str_equal (field->name, self->job->target))
        continue;
      if (asked != NULL && !g_strv_contains (asked, field->name))
        {
          slice = sx_steps_slice (steps, wanted, &needed);
          if (!is_subset ((const char *const *)needed, asked))
            continue;
        }
      fields[n_kept++] = *field;
    }
  return sx_schema_new (fields, n_kept, error);
}

/* The compile step has seen to this; a job from elsewhere has not been through it. */
static gboolean
check_inputs (SxPrepared *self, const char *const *inputs, GError **error)
{
  for (guint i = 0; inputs[i]; i++)
    if (g_strv_contains ((const char *const *)self->target_inputs, inputs[i]))
      {
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("A feature is computed from column “%s”, which the target “%s” comes from: the model would be told the answer. Leave that feature out."), inputs[i], self->target->column);
        return FALSE;
      }
  return TRUE;
}

/* Rows as they will come to be predicted: raw columns through the fitted steps. */
static SxDataset *
make_validation (SxPrepared *self, const Fold *fold, const guint32 *rows, gsize n_rows, const SxFeature *features, guint n_features, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxFrame) selected = sx_frame_select (self->raw, (const char *const *)fold->inputs, error);
  g_autoptr (SxFrame) taken = selected ? take_rows (selected, rows, n_rows) : NULL;
  g_autoptr (SxFrame) prepared = taken ? sx_steps_apply (fold->steps, taken, cancellable, error) : NULL;
  SxDataset *dataset = prepared ? sx_dataset_new (prepared, features, n_features, NULL, error) : NULL;
  float     *y;

  if (dataset == NULL)
    return NULL;
  y = g_new (float, n_rows + 1);
  for (gsize i = 0; i < n_rows; i++)
    y[i] = self->y[rows[i]];
  sx_dataset_take_target (dataset, self->target, y);
  return dataset;
}

static gboolean
fit_fold (SxPrepared *self, Fold *fold, const guint32 *training, gsize n_training, const guint32 *validation, gsize n_validation, GCancellable *cancellable, GError **error)
{
  SxChainContext context = make_context (self->job, cancellable);
  g_autoptr (SxFrame) frame = take_rows (self->raw, training, n_training);
  g_autoptr (SxSteps) all = fit_chain (self, &frame, &context, error);
  g_autoptr (SxSchema) schema = all ? select_features (self, all, sx_frame_get_schema (frame), error) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  SxFeature *features;
  guint      n_features;
  gboolean   ok;

  if (schema == NULL)
    return FALSE;
  features = sx_features_from_steps (all, schema, self->job->target, &n_features, error);
  if (features == NULL)
    return FALSE;
  for (guint i = 0; i < n_features; i++)
    g_ptr_array_add (names, features[i].name);
  g_ptr_array_add (names, NULL);
  fold->steps = sx_steps_slice (all, (const char *const *)names->pdata, &fold->inputs);
  ok = check_inputs (self, (const char *const *)fold->inputs, error) &&
       (fold->training = sx_dataset_new (frame, features, n_features, self->target, error)) != NULL &&
       (n_validation == 0 ||
        (fold->validation = make_validation (self, fold, validation, n_validation, features, n_features, cancellable, error)) != NULL);
  sx_features_free (features, n_features);
  return ok;
}

static void
clear_fold (Fold *fold)
{
  g_clear_pointer (&fold->steps, sx_steps_unref);
  g_clear_pointer (&fold->inputs, g_strfreev);
  g_clear_pointer (&fold->training, sx_dataset_unref);
  g_clear_pointer (&fold->validation, sx_dataset_unref);
}

/* All rows but the test rows. */
static guint32 *
list_all_but_test (SxPrepared *self, gsize *n)
{
  gsize    n_rows = sx_frame_get_n_rows (self->raw);
  guint32 *rows = g_new (guint32, n_rows + 1);
  gsize    next = 0;

  *n = 0;
  for (gsize row = 0; row < n_rows; row++)
    if (next < self->split->n_test && self->split->test[next] == row)
      next++;
    else
      rows[(*n)++] = (guint32)row;
  return rows;
}

static gboolean
ensure_fold (SxPrepared *self, guint index, GCancellable *cancellable, GError **error)
{
  const SxSplit *split = self->split;
  Fold          *fold = &self->folds[index];
  gboolean       ok;

  if (fold->training != NULL)
    return TRUE;
  if (index < split->n_folds)
    ok = fit_fold (self, fold, split->training[index], split->n_training[index], split->validation[index], split->n_validation[index], cancellable, error);
  else
    {
      gsize               n;
      g_autofree guint32 *rows = list_all_but_test (self, &n);

      ok = fit_fold (self, fold, rows, n, split->test, split->n_test, cancellable, error);
    }
  if (!ok)
    clear_fold (fold);
  return ok;
}

/* ---- the whole ---- */

/* The final steps' raw columns, in the raw table's order. */
static SxSchema *
make_inputs (SxPrepared *self, GError **error)
{
  SxSchema           *schema = sx_frame_get_schema (self->raw);
  guint               n = sx_schema_get_n_fields (schema);
  g_autofree SxField *fields = g_new (SxField, n + 1);
  guint               n_kept = 0;

  for (guint i = 0; i < n; i++)
    if (g_strv_contains ((const char *const *)self->folds[self->split->n_folds].inputs, sx_schema_get_field (schema, i)->name))
      fields[n_kept++] = *sx_schema_get_field (schema, i);
  return sx_schema_new (fields, n_kept, error);
}

static gboolean
load (SxPrepared *self, GCancellable *cancellable, GError **error)
{
  SxChainContext context = make_context (self->job, cancellable);
  g_auto (Views) views = { 0 };
  g_autoptr (SxFrame) to_split = NULL;

  if (!check_sources (self->job, cancellable, error) || !make_views (&views, self->job, &context, error) ||
      !keep_rows_with_target (&views, self->job->target, error))
    return FALSE;
  self->target = sx_target_new (views.at_target, self->job->target, self->job->task, NULL, error);
  if (self->target == NULL || !check_task (self, error) || !sx_target_code_frame (self->target, views.at_target, &self->y, error))
    return FALSE;
  keep_target_steps (self, views.steps);
  to_split = make_split_frame (self->job, &views, error);
  self->split = to_split ? sx_split_new (&self->job->split, to_split, self->target, error) : NULL;
  if (self->split == NULL)
    return FALSE;
  self->raw = g_steal_pointer (&views.raw);
  self->folds = g_new0 (Fold, self->split->n_folds + 1);
  for (guint i = 0; i <= self->split->n_folds; i++)
    g_mutex_init (&self->folds[i].lock);
  /* Fitting the last fold at once finds what is wrong with the chain before the search starts, and says which columns it needs. */
  if (!ensure_fold (self, self->split->n_folds, cancellable, error))
    return FALSE;
  self->inputs = make_inputs (self, error);
  return self->inputs != NULL;
}

SxPrepared *
sx_prepared_new (SxJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxPrepared) self = g_new0 (SxPrepared, 1);

  self->job = sx_job_ref (job);
  return load (self, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

void
sx_prepared_free (SxPrepared *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->folds && i <= self->split->n_folds; i++)
    {
      clear_fold (&self->folds[i]);
      g_mutex_clear (&self->folds[i].lock);
    }
  g_free (self->folds);
  g_clear_pointer (&self->raw, sx_frame_unref);
  g_clear_pointer (&self->target, sx_target_free);
  g_clear_pointer (&self->split, sx_split_free);
  g_clear_pointer (&self->inputs, sx_schema_unref);
  g_strfreev (self->target_inputs);
  g_free (self->y);
  sx_job_unref (self->job);
  g_free (self);
}

SxFrame *
sx_prepared_get_frame (SxPrepared *self)
{
  return self->raw;
}

const SxTarget *
sx_prepared_get_target (SxPrepared *self)
{
  return self->target;
}

const SxSplit *
sx_prepared_get_split (SxPrepared *self)
{
  return self->split;
}

const SxMetric *
sx_prepared_get_metric (SxPrepared *self)
{
  return self->metric;
}

SxSchema *
sx_prepared_get_input_schema (SxPrepared *self)
{
  return self->inputs;
}

gboolean
sx_prepared_get_fold (SxPrepared *self, guint fold, SxSteps **steps, SxDataset **training, SxDataset **validation, GCancellable *cancellable, GError **error)
{
  Fold    *slot;
  gboolean ok;

  g_return_val_if_fail (fold <= self->split->n_folds, FALSE);

  slot = &self->folds[fold];
  g_mutex_lock (&slot->lock);
  ok = ensure_fold (self, fold, cancellable, error);
  g_mutex_unlock (&slot->lock);
  if (!ok)
    return FALSE;
  if (steps != NULL)
    *steps = slot->steps;
  if (training != NULL)
    *training = slot->training;
  if (validation != NULL)
    *validation = slot->validation;
  return TRUE;
}
