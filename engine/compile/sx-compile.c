/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From a graph and one of its model blocks to a job.
 *
 *   shape     every block's parameters and links; chain and table part; order          sx-compile-check.c
 *   settings  model, split, sources, exports                                           here
 *   columns   the chain tried on the data; target, features, leaks, preparation        sx-compile-columns.c
 *   lint      warnings about the data                                                  sx-compile-lint.c
 *
 * Each stage stops at what keeps it from going on; within a stage, problems of different blocks are collected, so that a user sees all that
 * is unset at once. The error is the first problem that is no warning. */

#include "config.h"

#include "sx-compile-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_TEST 0.2
#define DEFAULT_VALIDATION 0.2

/* ---- problems ---- */

static void
add_problem (SxCompiler *self, const char *block, const char *param, const char *message, gboolean is_warning)
{
  SxProblem *problem = g_new0 (SxProblem, 1);

  problem->block = g_strdup (block);
  problem->param = g_strdup (param);
  problem->message = g_strdup (message);
  problem->is_warning = is_warning;
  g_ptr_array_add (self->problems, problem);
}

gboolean
sx_compiler_refuse (SxCompiler *self, const char *block, const char *param, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  add_problem (self, block, param, message, FALSE);
  return FALSE;
}

gboolean
sx_compiler_warn (SxCompiler *self, const char *block, const char *param, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  add_problem (self, block, param, message, TRUE);
  return FALSE;
}

gboolean
sx_compiler_take_error (SxCompiler *self, const char *block, const char *param, GError *cause)
{
  g_autofree char *prefix = g_strdup_printf (_ ("Block “%s”: "), block ? block : "");
  const char      *message = cause->message;

  /* Said again by whoever names the block. */
  if (block != NULL && g_str_has_prefix (message, prefix))
    message += strlen (prefix);
  add_problem (self, block, param, message, FALSE);
  g_error_free (cause);
  return FALSE;
}

static void
set_error (SxCompiler *self, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return;
  for (guint i = 0; i < self->problems->len; i++)
    {
      const SxProblem *problem = self->problems->pdata[i];
      SxBlock         *block = problem->block ? sx_graph_find_block (self->graph, problem->block) : NULL;

      if (problem->is_warning)
        continue;
      if (block != NULL)
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, _ ("Block “%s” (%s): %s"), sx_block_get_title (block), problem->block, problem->message);
      else
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, "%s", problem->message);
      return;
    }
  g_assert_not_reached ();
}

/* ---- model ---- */

static gboolean
find_only_model (SxCompiler *self)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  guint n_models = 0;

  for (guint i = 0; i < sx_graph_get_n_blocks (self->graph); i++)
    {
      SxBlock *block = sx_graph_get_block (self->graph, i);

      if (sx_block_get_kind (block)->category != SX_BLOCK_MODEL || sx_block_is_muted (block))
        continue;
      self->model = block;
      g_string_append_printf (ids, "%s“%s”", n_models++ > 0 ? ", " : "", sx_block_get_id (block));
    }
  if (n_models == 1)
    return TRUE;
  if (n_models == 0)
    return sx_compiler_refuse (self, NULL, NULL, _ ("The project has no model block. Add one and link a table to it."));
  return sx_compiler_refuse (self, NULL, NULL, _ ("The project has several models: %s. Say which one to train."), ids->str);
}

static gboolean
find_model (SxCompiler *self, const char *id)
{
  SxBlock *block;

  if (id == NULL)
    return find_only_model (self);
  block = sx_graph_find_block (self->graph, id);
  if (block == NULL)
    return sx_compiler_refuse (self, NULL, NULL, _ ("The project has no block “%s”"), id);
  if (sx_block_get_kind (block)->category != SX_BLOCK_MODEL)
    return sx_compiler_refuse (self, id, NULL, _ ("It is no model, and cannot be trained"));
  self->model = block;
  return TRUE;
}

/* A number of the project's settings, or @fallback. */
static double
get_meta_number (SxGraph *graph, const char *key, double fallback)
{
  const char *text = sx_graph_get_meta (graph, key);
  char       *end;
  double      value;

  if (text == NULL || *text == '\0')
    return fallback;
  value = g_ascii_strtod (text, &end);
  return *end == '\0' && value >= 0 && value <= 0x1p53 ? value : fallback;
}

static gboolean
take_search (SxCompiler *self)
{
  SxJob      *job = self->job;
  SxParams   *params = self->model_params;
  const char *id = sx_block_get_id (self->model);

  job->seed = (guint64)get_meta_number (self->graph, "seed", 0);
  job->budget_seconds = sx_params_get_double (params, "budget");
  job->max_trials = (guint)sx_params_get_int (params, "trials");
  if (!sx_params_is_set (params, "budget"))
    job->budget_seconds = get_meta_number (self->graph, "budget", job->budget_seconds);
  if (!sx_params_is_set (params, "trials"))
    job->max_trials = (guint)MIN (get_meta_number (self->graph, "trials", job->max_trials), 1000000);
  if (job->budget_seconds <= 0 && job->max_trials == 0)
    return sx_compiler_refuse (self, id, "budget", _ ("Without a time budget and a number of trials the search would never end. Set one of the two."));
  return TRUE;
}

static gboolean
take_model (SxCompiler *self)
{
  SxJob      *job = self->job;
  SxParams   *params = self->model_params;
  const char *id = sx_block_get_id (self->model);
  const char *task = sx_params_get_string (params, "task");
  const char *metric = sx_params_get_string (params, "metric");
  GVariant   *space = sx_params_get (params, "space");
  g_autoptr (GError) cause = NULL;
  SxTask parsed;

  job->model_block = g_strdup (id);
  job->target = g_strdup (sx_params_get_string (params, "target"));
  job->topology = sx_topology_load (strchr (sx_block_get_kind (self->model)->id, '.') + 1, &cause);
  if (job->topology == NULL)
    return sx_compiler_take_error (self, id, NULL, g_steal_pointer (&cause));
  if (sx_task_from_nick (task, &parsed))
    job->task = (int)parsed;
  if (!sx_params_is_set (params, "metric") && sx_graph_get_meta (self->graph, "metric") != NULL)
    metric = sx_graph_get_meta (self->graph, "metric");
  if (!g_str_equal (metric, "auto"))
    {
      if (sx_metric_find (metric) == NULL)
        return sx_compiler_refuse (self, id, "metric", _ ("“%s” is not a metric"), metric);
      job->metric = g_strdup (metric);
    }
  if (g_variant_n_children (space) > 0)
    job->overrides = g_variant_ref (space);
  return take_search (self);
}

/* ---- split ---- */

static SxBlock *
find_split (SxCompiler *self)
{
  for (guint i = 0; i < self->path->len; i++)
    if (sx_block_get_kind (self->path->pdata[i])->category == SX_BLOCK_SPLIT)
      return self->path->pdata[i];
  return NULL;
}

static gboolean
has_param (const SxParams *params, const char *id)
{
  return sx_block_kind_find_param (sx_params_get_kind (params), id) != NULL;
}

static SxSplitMethod
get_method (const SxBlockKind *kind)
{
  const char *name = strchr (kind->id, '.') + 1;

  for (guint method = SX_SPLIT_HOLDOUT; method <= SX_SPLIT_TIME; method++)
    if (g_str_equal (name, sx_split_method_get_nick ((SxSplitMethod)method)))
      return (SxSplitMethod)method;
  g_return_val_if_reached (SX_SPLIT_HOLDOUT);
}

static gboolean
take_split (SxCompiler *self)
{
  SxSplitSpec *spec = &self->job->split;
  SxBlock     *block = find_split (self);
  g_autoptr (SxParams) params = NULL;

  *spec = (SxSplitSpec){ SX_SPLIT_HOLDOUT, DEFAULT_TEST, DEFAULT_VALIDATION, 1, TRUE, .seed = self->job->seed };
  if (block == NULL)
    return TRUE;
  params = sx_block_dup_params (block, NULL);
  spec->method = get_method (sx_block_get_kind (block));
  spec->test = sx_params_get_double (params, "test");
  spec->stratify = has_param (params, "stratify") && sx_params_get_bool (params, "stratify");
  spec->n_folds = has_param (params, "folds") ? (guint)sx_params_get_int (params, "folds") : 1;
  spec->validation = spec->n_folds == 1 && has_param (params, "validation") ? sx_params_get_double (params, "validation") : 0;
  spec->column = has_param (params, "column") ? g_strdup (sx_params_get_string (params, "column")) : NULL;
  spec->gap = has_param (params, "gap") ? (guint64)sx_params_get_int (params, "gap") : 0;
  spec->keep_order = has_param (params, "shuffle") && !sx_params_get_bool (params, "shuffle");
  if (spec->keep_order)
    spec->stratify = FALSE;
  if (has_param (params, "seed") && sx_params_get_int (params, "seed") != 0)
    spec->seed = (guint64)sx_params_get_int (params, "seed");
  return TRUE;
}

/* ---- sources ---- */

static gboolean
add_source_file (SxCompiler *self, const SxJobBlock *block, const SxParamSpec *spec, const char *file)
{
  g_autofree char *path = sx_job_resolve_path (self->job->folder, file);
  g_autoptr (GError) cause = NULL;
  g_autofree char *hash = NULL;

  if (strpbrk (file, "\t\n\r") != NULL)
    return sx_compiler_refuse (self, block->id, spec->id, _ ("A path with tabs or line ends cannot be used. Rename the file."));
  hash = sx_job_hash_file (path, self->cancellable, &cause);
  if (hash == NULL)
    return sx_compiler_take_error (self, block->id, spec->id, g_steal_pointer (&cause));
  g_ptr_array_add (self->job->sources, g_strjoin ("\t", block->id, file, hash, NULL));
  return TRUE;
}

static gboolean
take_sources (SxCompiler *self)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < self->job->table->len; i++)
    {
      const SxJobBlock *block = self->job->table->pdata[i];
      g_autoptr (SxParams) params = sx_job_block_dup_params (block);

      if (block->kind->category != SX_BLOCK_SOURCE)
        continue;
      for (const SxParamSpec *spec = block->kind->params; spec->id; spec++)
        if (spec->type == SX_PARAM_FILE && *sx_params_get_string (params, spec->id) != '\0')
          ok &= add_source_file (self, block, spec, sx_params_get_string (params, spec->id));
    }
  return ok;
}

/* ---- exports ---- */

static gboolean
add_export (SxCompiler *self, SxBlock *block)
{
  static const char *const no_inputs[] = { NULL };
  g_autoptr (GError) cause = NULL;
  SxJobBlock *copy;

  copy = sx_job_block_new (sx_block_get_id (block), sx_block_get_kind (block), sx_block_get_params (block), no_inputs, &cause);
  if (copy == NULL)
    return sx_compiler_take_error (self, sx_block_get_id (block), NULL, g_steal_pointer (&cause));
  g_ptr_array_add (self->job->exports, copy);
  return TRUE;
}

/* What is linked behind the model. */
static gboolean
take_exports (SxCompiler *self)
{
  g_autoptr (GPtrArray) links = sx_graph_list_links (self->graph, sx_block_get_id (self->model), SX_PORT_OUT, NULL);
  gboolean ok = TRUE;

  for (guint i = 0; i < links->len; i++)
    {
      SxBlock *block = sx_graph_find_block (self->graph, ((const SxLink *)links->pdata[i])->to_block);

      if (!sx_block_is_muted (block))
        ok &= add_export (self, block);
    }
  return ok;
}

/* ---- the whole ---- */

static gboolean
compile (SxCompiler *self, const char *model_block)
{
  if (!find_model (self, model_block) || !sx_compiler_check_blocks (self) || !sx_compiler_find_path (self))
    return FALSE;
  self->model_params = sx_block_dup_params (self->model, NULL);
  if (!take_model (self) || !take_split (self) || !take_exports (self) || !sx_compiler_add_table (self, self->table_end))
    return FALSE;
  return take_sources (self) && sx_compiler_check_columns (self);
}

static void
clear_compiler (SxCompiler *self)
{
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->model_params, sx_params_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->path, g_ptr_array_unref);
  g_clear_pointer (&self->prepared, sx_frame_unref);
  g_clear_pointer (&self->steps, sx_steps_unref);
}

SxJob *
sx_compile (SxGraph *graph, const char *folder, const char *model_block, GPtrArray **problems, GCancellable *cancellable, GError **error)
{
  SxCompiler self = { .graph = graph, .folder = folder, .cancellable = cancellable };
  SxJob     *job = NULL;

  g_return_val_if_fail (SX_IS_GRAPH (graph), NULL);

  self.problems = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_problem_free);
  self.job = sx_job_new ();
  self.job->name = g_strdup (sx_graph_get_meta (graph, "title"));
  self.job->folder = g_canonicalize_filename (folder ? folder : ".", NULL);
  if (compile (&self, model_block))
    job = g_steal_pointer (&self.job);
  else
    set_error (&self, error);
  if (problems != NULL)
    *problems = g_steal_pointer (&self.problems);
  clear_compiler (&self);
  return job;
}
