/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The columns that reach the model.
 *
 * The chain is tried out on the table, or on rows spread evenly over a long one: what learns is fitted, looked at, and thrown away. That
 * finds in seconds what would otherwise fail after the search has begun, and shows the columns and holes that a description without data
 * cannot know. Then the target is found, features made from it are refused, and a preparation is put in where the topology needs one. */

#include "config.h"

#include "sx-compile-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TRIED_ROWS 50000

/* ---- trying the chain ---- */

static SxFrame *
spread_rows (SxFrame *frame)
{
  guint64             n_rows = sx_frame_get_n_rows (frame);
  g_autofree guint64 *rows = NULL;

  if (n_rows <= MAX_TRIED_ROWS)
    return sx_frame_ref (frame);
  rows = g_new (guint64, MAX_TRIED_ROWS);
  for (guint64 i = 0; i < MAX_TRIED_ROWS; i++)
    rows[i] = i * n_rows / MAX_TRIED_ROWS;
  return sx_frame_take (frame, rows, MAX_TRIED_ROWS);
}

/* One block of the chain over what was tried so far. */
static gboolean
try_block (SxCompiler *self, const SxJobBlock *block, const SxChainContext *context)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (SxSteps) steps = NULL;
  SxFrame *next;

  if (sx_chain_block_drops (block))
    next = sx_chain_drop_rows (block, self->prepared, context, NULL, &cause);
  else
    {
      steps = sx_chain_make_steps (block, self->prepared, context, &cause);
      next = steps ? sx_steps_apply (steps, self->prepared, context->cancellable, &cause) : NULL;
    }
  if (next == NULL)
    return sx_compiler_take_error (self, block->id, NULL, g_steal_pointer (&cause));
  sx_frame_unref (self->prepared);
  self->prepared = next;
  if (steps != NULL)
    sx_steps_append (self->steps, steps);
  if (sx_frame_get_n_rows (next) == 0)
    return sx_compiler_refuse (self, block->id, NULL, _ ("It leaves no rows to train on"));
  return TRUE;
}

static gboolean
changes_target (const SxSteps *steps, guint from, const char *target)
{
  for (guint i = from; i < sx_steps_get_n (steps); i++)
    if (sx_steps_get (steps, i)->op != SX_STEP_SELECT && g_strv_contains ((const char *const *)sx_steps_get (steps, i)->outputs, target))
      return TRUE;
  return FALSE;
}

static gboolean
try_chain (SxCompiler *self, const SxChainContext *context, SxFrame *raw)
{
  SxJob   *job = self->job;
  gboolean has_learned = FALSE;

  self->prepared = spread_rows (raw);
  self->steps = sx_steps_new ();
  for (guint i = 0; i < job->chain->len; i++)
    {
      const SxJobBlock *block = job->chain->pdata[i];
      gboolean          had = sx_schema_find (sx_frame_get_schema (self->prepared), job->target) >= 0;
      guint             n_steps = sx_steps_get_n (self->steps);

      has_learned |= sx_chain_block_learns (block);
      if (!try_block (self, block, context))
        return FALSE;
      if (had && sx_schema_find (sx_frame_get_schema (self->prepared), job->target) < 0)
        return sx_compiler_refuse (self, block->id, NULL, _ ("It drops column “%s”, which is to be predicted. Keep the column."), job->target);
      if (has_learned && changes_target (self->steps, n_steps, job->target))
        return sx_compiler_refuse (self, block->id, NULL, _ ("It changes the target “%s” behind a block that learns. Move it before that block, or leave the target out of its columns."), job->target);
    }
  return TRUE;
}

/* ---- target and features ---- */

static gboolean
check_target (SxCompiler *self)
{
  SxSchema   *schema = sx_frame_get_schema (self->prepared);
  const char *suggestion;

  if (sx_schema_find (schema, self->job->target) >= 0)
    return TRUE;
  suggestion = sx_schema_suggest (schema, self->job->target);
  if (suggestion != NULL)
    return sx_compiler_refuse (self, self->job->model_block, "target", _ ("There is no column “%s” to predict. Did you mean “%s”?"), self->job->target, suggestion);
  return sx_compiler_refuse (self, self->job->model_block, "target", _ ("There is no column “%s” to predict"), self->job->target);
}

/* Adds where the raw columns @names come from, as far as descriptions tell; a column as read comes from itself. */
static void
add_origins (SxSchema *schema, const char *const *names, GHashTable *origins)
{
  for (guint i = 0; names[i]; i++)
    {
      int            index = sx_schema_find (schema, names[i]);
      const SxField *field = index >= 0 ? sx_schema_get_field (schema, (guint)index) : NULL;

      if (field == NULL || field->origins == NULL)
        g_hash_table_add (origins, g_strdup (names[i]));
      for (guint j = 0; field && field->origins && field->origins[j]; j++)
        g_hash_table_add (origins, g_strdup (field->origins[j]));
    }
}

/* Where column @name of the prepared table comes from: columns as read. */
static GHashTable *
find_origins (SxCompiler *self, SxSchema *described, const char *name)
{
  const char *wanted[] = { name, NULL };
  g_auto (GStrv) needed = NULL;
  g_autoptr (SxSteps) slice = sx_steps_slice (self->steps, wanted, &needed);
  GHashTable *origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  add_origins (described, (const char *const *)needed, origins);
  return origins;
}

/* The block that last wrote column @name; NULL when it stands as in the raw table. */
static const char *
find_maker (SxCompiler *self, const char *name)
{
  for (guint i = sx_steps_get_n (self->steps); i > 0; i--)
    {
      const SxStep *step = sx_steps_get (self->steps, i - 1);

      if (step->op != SX_STEP_SELECT && g_strv_contains ((const char *const *)step->outputs, name))
        return step->block;
    }
  return NULL;
}

static gboolean
check_leak (SxCompiler *self, SxSchema *described, GHashTable *target_origins, const char *name)
{
  g_autoptr (GHashTable) origins = find_origins (self, described, name);
  const char    *maker = find_maker (self, name);
  const char    *target = self->job->target;
  const char    *block = maker ? maker : sx_block_get_id (self->table_end);
  GHashTableIter iter;
  gpointer       origin;

  g_hash_table_iter_init (&iter, origins);
  while (g_hash_table_iter_next (&iter, &origin, NULL))
    {
      if (!g_hash_table_contains (target_origins, origin))
        continue;
      if (g_str_equal (origin, name))
        return sx_compiler_refuse (self, block, NULL, _ ("The target “%s” is computed from column “%s”, so the model would be told the answer. Leave “%s” out of the features."), target, name, name);
      return sx_compiler_refuse (self, block, NULL, _ ("Column “%s” is computed from “%s”, as the target “%s” is, so the model would be told the answer. Leave “%s” out of the features."), name, (const char *)origin, target, name);
    }
  return TRUE;
}

static SxSchema *
describe_raw (SxCompiler *self, SxFrame *raw)
{
  SxSchema *described = sx_graph_describe (self->graph, sx_block_get_id (self->table_end), self->folder, self->cancellable, NULL);

  return described ? described : sx_schema_ref (sx_frame_get_schema (raw));
}

/* ---- which features ---- */

static gboolean
has_columns (SxSchema *schema, const char *const *names)
{
  for (guint i = 0; names[i]; i++)
    if (sx_schema_find (schema, names[i]) < 0)
      return FALSE;
  return TRUE;
}

/* Features are named as they reach the model, or, when preparation replaced them, as in the raw table. The first are kept by a selection
 * that ends the chain, so that whatever is put behind it sees nothing else; the others stand in the job. */
static gboolean
place_features (SxCompiler *self, const SxChainContext *context, SxFrame *raw)
{
  SxSchema               *schema = sx_frame_get_schema (self->prepared);
  SxSchema               *raw_schema = sx_frame_get_schema (raw);
  gsize                   n_names;
  g_autofree const char **names = sx_params_get_strings (self->model_params, "features", &n_names);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) features = NULL;
  g_auto (GStrv) columns = NULL;
  SxJobBlock *select;

  if (n_names == 0)
    return TRUE;
  for (gsize i = 0; i < n_names; i++)
    {
      if (sx_schema_find (schema, names[i]) < 0 && sx_schema_find (raw_schema, names[i]) < 0)
        {
          const char *suggestion = sx_schema_suggest (schema, names[i]);

          if (suggestion != NULL)
            return sx_compiler_refuse (self, self->job->model_block, "features", _ ("There is no column “%s”. Did you mean “%s”?"), names[i], suggestion);
          return sx_compiler_refuse (self, self->job->model_block, "features", _ ("There is no column “%s”"), names[i]);
        }
      if (!g_str_equal (names[i], self->job->target))
        g_strv_builder_add (builder, names[i]);
    }
  features = g_strv_builder_end (builder);
  if (features[0] == NULL)
    return sx_compiler_refuse (self, self->job->model_block, "features", _ ("The target alone cannot predict itself. Choose other features."));
  if (!has_columns (schema, (const char *const *)features))
    {
      self->job->features = g_steal_pointer (&features);
      return TRUE;
    }
  g_strv_builder_addv (builder, (const char **)features); /* taken out by the first end */
  g_strv_builder_add (builder, self->job->target);
  columns = g_strv_builder_end (builder);
  select = sx_job_block_new ("(features)", sx_block_kind_find ("table.select"), g_variant_new_parsed ("{'columns': <%^as>}", columns), NULL, NULL);
  g_ptr_array_add (self->job->chain, select);
  return try_block (self, select, context);
}

static gboolean
is_asked_for (SxCompiler *self, const char *name)
{
  const char        *wanted[] = { name, NULL };
  const char *const *asked = (const char *const *)self->job->features;
  g_auto (GStrv) needed = NULL;
  g_autoptr (SxSteps) slice = NULL;

  if (asked == NULL || g_strv_contains (asked, name))
    return TRUE;
  slice = sx_steps_slice (self->steps, wanted, &needed);
  for (guint i = 0; needed[i]; i++)
    if (!g_strv_contains (asked, needed[i]))
      return FALSE;
  return TRUE;
}

/* The columns of the prepared table that are features, as things stand. */
static GStrv
list_features (SxCompiler *self)
{
  SxSchema *schema = sx_frame_get_schema (self->prepared);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const char *name = sx_schema_get_field (schema, i)->name;

      if (!g_str_equal (name, self->job->target) && is_asked_for (self, name))
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

/* ---- preparation ---- */

static gboolean
has_missing (SxFrame *frame, const char *name)
{
  int column = sx_schema_find (sx_frame_get_schema (frame), name);

  for (guint b = 0; column >= 0 && b < sx_frame_get_n_batches (frame); b++)
    if (sx_batch_get_column (sx_frame_get_batch (frame, b), (guint)column)->n_missing > 0)
      return TRUE;
  return FALSE;
}

static gboolean
needs_preparation (SxCompiler *self, SxFrame *raw, const char *const *features)
{
  SxSchema *schema = sx_frame_get_schema (self->prepared);
  gboolean  is_network = g_str_equal (sx_topology_get_preparation (self->job->topology), "network");
  gboolean  has_learner = FALSE;
  g_auto (GStrv) needed = NULL;
  g_autoptr (SxSteps) slice = sx_steps_slice (self->steps, features, &needed);

  for (guint i = 0; i < self->job->chain->len; i++)
    has_learner |= sx_chain_block_learns (self->job->chain->pdata[i]);
  for (guint i = 0; features[i]; i++)
    {
      SxType type = sx_schema_get_field (schema, (guint)sx_schema_find (schema, features[i]))->type;

      if (type != SX_TYPE_INT64 && type != SX_TYPE_FLOAT64 && type != SX_TYPE_BOOL)
        return TRUE;
      if (is_network && has_missing (self->prepared, features[i]))
        return TRUE;
    }
  /* A hole in a row that was not tried counts too. */
  for (guint i = 0; is_network && !has_learner && needed[i]; i++)
    if (has_missing (raw, needed[i]))
      return TRUE;
  return FALSE;
}

static gboolean
add_preparation (SxCompiler *self, const SxChainContext *context)
{
  const SxBlockKind *kind = sx_block_kind_find ("prepare.auto");
  g_autoptr (GError) cause = NULL;
  SxJobBlock *block;

  if (kind == NULL)
    return sx_compiler_refuse (self, self->job->model_block, NULL, _ ("Text or missing values reach the model. Put blocks before it that encode and fill them."));
  block = sx_job_block_new ("(preparation)", kind, g_variant_new_parsed ("{'for': <%s>}", sx_topology_get_preparation (self->job->topology)), NULL, &cause);
  if (block == NULL)
    return sx_compiler_take_error (self, self->job->model_block, NULL, g_steal_pointer (&cause));
  g_ptr_array_add (self->job->chain, block);
  return try_block (self, block, context);
}

/* ---- task ---- */

static SxTarget *
decide_target (SxCompiler *self)
{
  SxJob *job = self->job;
  g_autoptr (GError) cause = NULL;
  g_autoptr (SxTarget) target = sx_target_new (self->prepared, job->target, job->task, NULL, &cause);
  g_autoptr (SxSpace) narrowed = NULL;
  const SxMetric *metric;

  if (target == NULL)
    {
      sx_compiler_take_error (self, job->model_block, "target", g_steal_pointer (&cause));
      return NULL;
    }
  if (!sx_topology_supports (job->topology, target->task))
    {
      sx_compiler_refuse (self, job->model_block, "target", _ ("Predicting “%s” is the task “%s”, which “%s” cannot do. Choose another model."), job->target, sx_task_get_title (target->task), sx_topology_get_title (job->topology));
      return NULL;
    }
  metric = job->metric ? sx_metric_find (job->metric) : NULL;
  if (metric != NULL && (metric->tasks & (1u << target->task)) == 0)
    {
      sx_compiler_refuse (self, job->model_block, "metric", _ ("“%s” does not measure the task “%s”. Choose another metric."), _ (metric->title), sx_task_get_title (target->task));
      return NULL;
    }
  if (job->overrides != NULL)
    narrowed = sx_space_narrow (sx_topology_get_space (job->topology, target->task), job->overrides, &cause);
  if (job->overrides != NULL && narrowed == NULL)
    {
      sx_compiler_take_error (self, job->model_block, "space", g_steal_pointer (&cause));
      return NULL;
    }
  return g_steal_pointer (&target);
}

/* Rows with a date often follow each other, and then a random split lets a model learn from the future. */
static void
ask_about_dates (SxCompiler *self, SxSchema *raw)
{
  for (guint i = 0; i < sx_schema_get_n_fields (raw); i++)
    {
      const SxField *field = sx_schema_get_field (raw, i);

      if (field->type != SX_TYPE_TIMESTAMP || self->job->split.method == SX_SPLIT_TIME)
        continue;
      sx_compiler_warn (self, self->job->model_block, NULL, _ ("Column “%s” is a time. If the model is to predict later rows from earlier ones, split by time."), field->name);
      return;
    }
}

/* ---- the whole ---- */

static gboolean
check_features (SxCompiler *self, const SxChainContext *context, SxFrame *raw)
{
  g_auto (GStrv) features = list_features (self);
  g_autoptr (SxSchema) described = describe_raw (self, raw);
  g_autoptr (GHashTable) target_origins = find_origins (self, described, self->job->target);
  g_autoptr (SxTarget) target = NULL;

  if (features[0] == NULL)
    return sx_compiler_refuse (self, self->job->model_block, "features", _ ("No column but the target reaches the model"));
  for (guint i = 0; features[i]; i++)
    if (!check_leak (self, described, target_origins, features[i]))
      return FALSE;
  target = decide_target (self);
  if (target == NULL)
    return FALSE;
  sx_compiler_lint (self, target, (const char *const *)features);
  ask_about_dates (self, sx_frame_get_schema (raw));
  if (!needs_preparation (self, raw, (const char *const *)features))
    return TRUE;
  return add_preparation (self, context);
}

gboolean
sx_compiler_check_columns (SxCompiler *self)
{
  SxJob         *job = self->job;
  SxChainContext context = { .folder = job->folder, .target = job->target, .seed = job->seed, .cancellable = self->cancellable };
  g_autoptr (GError) cause = NULL;
  g_autoptr (SxFrame) raw = sx_chain_run_table (job->table, &context, &cause);

  if (raw == NULL)
    return sx_compiler_take_error (self, NULL, NULL, g_steal_pointer (&cause));
  if (sx_frame_get_n_rows (raw) == 0)
    return sx_compiler_refuse (self, sx_block_get_id (self->table_end), NULL, _ ("The table has no rows"));
  return try_chain (self, &context, raw) && check_target (self) && place_features (self, &context, raw) && check_features (self, &context, raw);
}
