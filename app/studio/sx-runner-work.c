/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The states of a run, and the way between them:
 *
 *   idle ─start─▶ compiling ─▶ running ─▶ done │ failed │ cancelled ─resume─▶ running
 *                     └──────────────── cancelling ─────────┘
 *
 * While the worker works, its events are all that is known. At its end the run folder is read once more, for the folder is the truth; only
 * then the state says that it is over, so that whoever waits for it finds everything. */

#include "config.h"

#include "sx-runner-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define CODE_CANCELLED 130
#define POLL_SECONDS 2

/* ---- the run folder ---- */

void
sx_runner_take_record (SxRunner *self, const SxRunRecord *record)
{
  double seconds = 0.0;

  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (record != NULL);

  for (guint i = 0; i < record->trials->len; i++)
    {
      const SxRunTrial *trial = record->trials->pdata[i];

      sx_trial_item_set_record (sx_runner_ensure_trial (self, trial->number, trial->config, trial->origin), trial);
      seconds += isfinite (trial->seconds) ? trial->seconds : 0.0;
    }
  sx_runner_count_finished (self);
  sx_runner_set_best (self, record->best);
  self->seconds_before = MAX (self->seconds_before, seconds);
  if (self->job == NULL)
    self->job = sx_job_ref (record->job);
  sx_runner_set_text (self, &self->model_block, self->job->model_block);
  g_clear_pointer (&self->report, g_variant_unref);
  self->report = record->report ? g_variant_ref (record->report) : NULL;
  sx_runner_set_text (self, &self->folder, record->folder);
  self->is_resumable = record->state != SX_RUN_DONE && record->owner == 0;
}

typedef struct
{
  SxRunner     *self;
  SxRunnerState state;
  char         *message;
} Ending;

static void
ending_free (Ending *ending)
{
  g_object_unref (ending->self);
  g_free (ending->message);
  g_free (ending);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Ending *ending = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunRecord) record = sx_run_record_read_finish (result, &error);

  if (record != NULL)
    sx_runner_take_record (ending->self, record);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      ending_free (ending);
      return;
    }
  else if (ending->state == SX_RUNNER_DONE)
    {
      ending->state = SX_RUNNER_FAILED;
      ending->message = g_strdup (error->message);
    }
  else
    ending->self->is_resumable = TRUE;
  sx_runner_end (ending->self, ending->state, ending->message);
  ending_free (ending);
}

void
sx_runner_take_end (SxRunner *self, gboolean ok, const char *message, guint code)
{
  Ending *ending;

  g_return_if_fail (SX_IS_RUNNER (self));

  ending = g_new0 (Ending, 1);
  ending->self = g_object_ref (self);
  ending->state = ok ? SX_RUNNER_DONE : code == CODE_CANCELLED ? SX_RUNNER_CANCELLED
                                                               : SX_RUNNER_FAILED;
  if (ending->state == SX_RUNNER_FAILED)
    ending->message = g_strdup (message && *message ? message : _ ("The worker process ended unexpectedly. The run can be resumed."));
  sx_runner_stop_clock (self);
  sx_run_record_read_async (self->folder, self->cancellable, ended_cb, ending);
}

static void open_cb (GObject *source, GAsyncResult *result, gpointer data);

static gboolean
poll_cb (gpointer data)
{
  SxRunner *self = data;

  self->poll = 0;
  sx_run_record_read_async (self->folder, self->cancellable, open_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* What a folder that nobody here works on says about its state. */
static void
show_record_state (SxRunner *self, const SxRunRecord *record)
{
  switch (record->state)
    {
    case SX_RUN_DONE:
      sx_runner_end (self, SX_RUNNER_DONE, NULL);
      break;
    case SX_RUN_FAILED:
      sx_runner_end (self, SX_RUNNER_FAILED, record->message);
      break;
    case SX_RUN_INTERRUPTED:
      sx_runner_end (self, SX_RUNNER_FAILED, _ ("The run was interrupted. It can be resumed."));
      break;
    case SX_RUN_QUEUED:
    case SX_RUN_RUNNING:
    case SX_RUN_CANCELLED:
    default:
      if (record->owner == 0)
        {
          sx_runner_end (self, SX_RUNNER_CANCELLED, NULL);
          break;
        }
      {
        g_autofree char *text = g_strdup_printf (_ ("Process %d is working on this run."), (int)record->owner);

        sx_runner_set_text (self, &self->phase, text);
      }
      sx_runner_set_state (self, SX_RUNNER_RUNNING);
      self->poll = g_timeout_add_seconds (POLL_SECONDS, poll_cb, self);
      sx_runner_say_changed (self);
      break;
    }
}

static void
open_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SxRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRunRecord) record = sx_run_record_read_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (record == NULL)
    {
      sx_runner_end (self, SX_RUNNER_FAILED, error->message);
      return;
    }
  sx_runner_take_record (self, record);
  show_record_state (self, record);
}

void
sx_runner_open (SxRunner *self, const char *run_folder)
{
  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (run_folder != NULL);

  if (sx_runner_is_busy (self) && self->poll == 0)
    return;
  sx_runner_forget (self);
  sx_runner_set_text (self, &self->folder, run_folder);
  sx_runner_set_state (self, SX_RUNNER_COMPILING);
  sx_run_record_read_async (run_folder, self->cancellable, open_cb, g_object_ref (self));
}

/* ---- work ---- */

void
sx_runner_begin (SxRunner *self, SxJob *job, const char *run_folder)
{
  g_return_if_fail (SX_IS_RUNNER (self));

  if (job != NULL && job != self->job)
    {
      g_clear_pointer (&self->job, sx_job_unref);
      self->job = sx_job_ref (job);
    }
  sx_runner_set_text (self, &self->model_block, self->job ? self->job->model_block : NULL);
  sx_runner_set_text (self, &self->folder, run_folder);
  sx_runner_set_text (self, &self->message, NULL);
  sx_runner_set_text (self, &self->notice, NULL);
  self->is_resumable = FALSE;
  self->started = g_get_monotonic_time ();
  sx_runner_set_state (self, SX_RUNNER_RUNNING);
}

static void
worker_event_cb (SxWorker *worker, const char *name, GVariant *details, SxRunner *self)
{
  sx_runner_take_event (self, name, details);
}

static void
worker_finished_cb (SxWorker *worker, gboolean ok, const char *message, guint code, SxRunner *self)
{
  g_signal_handlers_disconnect_by_data (worker, self);
  g_clear_object (&self->worker);
  sx_runner_take_end (self, ok, message, code);
}

static void
work (SxRunner *self, SxJob *job, const char *run_folder)
{
  g_autoptr (GError) error = NULL;

  self->worker = sx_worker_start (run_folder, &error);
  if (self->worker == NULL)
    {
      sx_runner_set_text (self, &self->folder, run_folder);
      self->is_resumable = TRUE;
      sx_runner_end (self, SX_RUNNER_FAILED, error->message);
      return;
    }
  g_signal_connect (self->worker, "event", G_CALLBACK (worker_event_cb), self);
  g_signal_connect (self->worker, "finished", G_CALLBACK (worker_finished_cb), self);
  sx_runner_begin (self, job, run_folder);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SxRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autofree char *run_folder = NULL;
  g_autoptr (SxJob) job = sx_run_make_finish (result, &run_folder, &problems, &error);

  g_clear_pointer (&self->problems, g_ptr_array_unref);
  self->problems = g_steal_pointer (&problems);
  if (job != NULL)
    {
      g_clear_pointer (&self->job, sx_job_unref);
      self->job = sx_job_ref (job);
      work (self, job, run_folder);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sx_runner_end (self, SX_RUNNER_CANCELLED, NULL);
  else
    sx_runner_end (self, SX_RUNNER_FAILED, error->message);
}

void
sx_runner_start (SxRunner *self, SxGraph *graph, const char *folder, const char *model_block)
{
  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (SX_IS_GRAPH (graph));

  if (sx_runner_is_busy (self) && self->poll == 0)
    return;
  sx_runner_forget (self);
  sx_runner_set_text (self, &self->model_block, model_block);
  sx_runner_set_state (self, SX_RUNNER_COMPILING);
  sx_run_make_async (graph, folder, model_block, self->cancellable, made_cb, g_object_ref (self));
}

void
sx_runner_resume (SxRunner *self)
{
  g_autofree char *folder = NULL;

  g_return_if_fail (SX_IS_RUNNER (self));

  if (!sx_runner_can_resume (self))
    return;
  folder = g_strdup (self->folder);
  work (self, NULL, folder);
}

void
sx_runner_cancel (SxRunner *self)
{
  g_return_if_fail (SX_IS_RUNNER (self));

  if (self->state == SX_RUNNER_COMPILING)
    g_cancellable_cancel (self->cancellable);
  else if (self->state != SX_RUNNER_RUNNING || self->worker == NULL)
    return;
  else
    sx_worker_cancel (self->worker);
  sx_runner_set_state (self, SX_RUNNER_CANCELLING);
}
