/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What a runner has done in threads: compiling a snapshot of the graph, which reads the data, and reading a run folder, whose database may be long
 * and on a slow disk. */

#include "config.h"

#include "sx-runner-private.h"

/* ---- a graph becomes a run folder ---- */

typedef struct
{
  SxGraph   *graph;
  char      *folder;
  char      *model_block;
  GPtrArray *problems;
  char      *run_folder;
} Making;

static void
making_free (Making *self)
{
  g_clear_object (&self->graph);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_free (self->folder);
  g_free (self->model_block);
  g_free (self->run_folder);
  g_free (self);
}

static void
make_run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Making *self = data;
  g_autoptr (SxJob) job = NULL;
  g_autoptr (SxRun) run = NULL;
  GError *error = NULL;

  job = sx_compile (self->graph, self->folder, self->model_block, &self->problems, cancellable, &error);
  if (job != NULL && !g_cancellable_set_error_if_cancelled (cancellable, &error))
    run = sx_run_create (job, NULL, &error);
  if (run == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->run_folder = g_strdup (sx_run_get_folder (run));
  g_task_return_pointer (task, g_steal_pointer (&job), (GDestroyNotify)sx_job_unref);
}

void
sx_run_make_async (SxGraph *graph, const char *folder, const char *model_block, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Making *self = g_new0 (Making, 1);

  self->graph = sx_graph_snapshot (graph);
  self->folder = g_strdup (folder);
  self->model_block = g_strdup (model_block);
  g_task_set_task_data (task, self, (GDestroyNotify)making_free);
  g_task_set_source_tag (task, sx_run_make_async);
  g_task_run_in_thread (task, make_run);
}

SxJob *
sx_run_make_finish (GAsyncResult *result, char **run_folder, GPtrArray **problems, GError **error)
{
  Making *self = g_task_get_task_data (G_TASK (result));

  *run_folder = g_strdup (self->run_folder);
  *problems = self->problems ? g_ptr_array_ref (self->problems) : NULL;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- what a run folder says ---- */

void
sx_run_record_free (SxRunRecord *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->trials, g_ptr_array_unref);
  g_clear_pointer (&self->report, g_variant_unref);
  g_free (self->folder);
  g_free (self->message);
  g_free (self);
}

static void
read_record (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (SxRunRecord) self = g_new0 (SxRunRecord, 1);
  GError *error = NULL;
  g_autoptr (SxRun) run = sx_run_open (data, &error);

  if (run != NULL)
    self->trials = sx_run_list_trials (run, &error);
  if (self->trials == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->folder = g_strdup (sx_run_get_folder (run));
  self->job = sx_job_ref (sx_run_get_job (run));
  self->owner = sx_run_get_worker_pid (run);
  self->state = sx_run_get_state (run, &self->message);
  self->report = sx_run_dup_report (run);
  self->best = sx_run_get_best (run);
  g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify)sx_run_record_free);
}

void
sx_run_record_read_async (const char *folder, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_set_source_tag (task, sx_run_record_read_async);
  g_task_run_in_thread (task, read_record);
}

SxRunRecord *
sx_run_record_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the points of a trial ---- */

typedef struct
{
  char *folder;
  guint trial;
} Wanted;

static void
wanted_free (Wanted *self)
{
  g_free (self->folder);
  g_free (self);
}

/* The last fit is trial 0, which to sx_run_list_points() means all: they are picked from these. */
static GArray *
pick_points (GArray *all, guint trial)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (SxRunPoint));

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, SxRunPoint, i).trial == trial)
      g_array_append_val (points, g_array_index (all, SxRunPoint, i));
  g_array_unref (all);
  return points;
}

static void
read_points (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Wanted *self = data;
  GError *error = NULL;
  g_autoptr (SxRun) run = sx_run_open (self->folder, &error);
  GArray *points = run ? sx_run_list_points (run, self->trial, &error) : NULL;

  if (points == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, pick_points (points, self->trial), (GDestroyNotify)g_array_unref);
}

void
sx_run_points_read_async (const char *folder, guint trial, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Wanted *self = g_new0 (Wanted, 1);

  self->folder = g_strdup (folder);
  self->trial = trial;
  g_task_set_task_data (task, self, (GDestroyNotify)wanted_free);
  g_task_set_source_tag (task, sx_run_points_read_async);
  g_task_run_in_thread (task, read_points);
}

GArray *
sx_run_points_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  SxRunner    *runner;
  SxTrialItem *item;
} Loading;

static void
points_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = sx_run_points_read_finish (result, &error);

  if (points != NULL)
    {
      sx_trial_item_set_points (loading->item, points);
      g_signal_emit_by_name (loading->runner, "points-added", loading->item);
      g_signal_emit_by_name (loading->runner, "changed");
    }
  else
    g_debug ("The points of trial %u are not there: %s", sx_trial_item_get_number (loading->item), error->message);
  g_object_unref (loading->runner);
  g_object_unref (loading->item);
  g_free (loading);
}

void
sx_runner_load_points (SxRunner *self, SxTrialItem *item)
{
  Loading *loading;

  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (SX_IS_TRIAL_ITEM (item));

  if (sx_runner_get_folder (self) == NULL || !sx_trial_item_claim_points (item))
    return;
  loading = g_new0 (Loading, 1);
  loading->runner = g_object_ref (self);
  loading->item = g_object_ref (item);
  sx_run_points_read_async (sx_runner_get_folder (self), sx_trial_item_get_number (item), NULL, points_cb, loading);
}
