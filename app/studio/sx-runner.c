/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The states of a run, and the way between them:
 *
 *   idle ─start─▶ compiling ─▶ running ─▶ done │ failed │ cancelled ─resume─▶ running
 *                     └──────────────── cancelling ─────────┘
 *
 * While the worker works, its events are all that is known. At its end the run folder is read once more, for the folder is the truth; only
 * then the state says that it is over, so that whoever waits for it finds everything. -load reads in threads, -progress reckons how far it is. */

#include "config.h"

#include "sx-runner-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _SxRunner
{
  GObject parent_instance;

  /* Owned */
  SxWorker     *worker;
  GCancellable *cancellable; /* of what is read or compiled now */
  GListStore   *trials;      /* of SxTrialItem, by number */
  SxTrialItem  *final_fit;   /* (nullable) */
  SxJob        *job;
  GPtrArray    *problems;
  GVariant     *report;
  char         *folder;
  char         *model_block;
  char         *message;
  char         *notice;
  char         *phase;

  SxRunnerState state;
  guint         current; /* trial under way; G_MAXUINT: none */
  guint         best;
  guint         n_finished;
  guint64       n_rows;
  guint         n_columns;
  gint64        started;        /* monotonic; 0: the clock stands */
  double        seconds_before; /* of earlier sittings, and of this one once it is over */
  guint         poll;           /* source: a run that another process works on is read again */
  guint         is_resumable : 1;
};

enum {
  PROP_STATE = 1,
  PROP_MESSAGE,
  PROP_FOLDER,
  PROP_PHASE,
  PROP_N_TRIALS,
  PROP_BEST,
  PROP_IS_BUSY,
  PROP_CAN_RESUME,
  N_PROPS,
};

enum {
  CHANGED,
  POINTS_ADDED,
  FINISHED,
  N_SIGNALS,
};

#define NO_TRIAL G_MAXUINT
#define CODE_CANCELLED 130
#define POLL_SECONDS 2

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxRunner, sx_runner, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (SxRunnerState, sx_runner_state, G_DEFINE_ENUM_VALUE (SX_RUNNER_IDLE, "idle"), G_DEFINE_ENUM_VALUE (SX_RUNNER_COMPILING, "compiling"), G_DEFINE_ENUM_VALUE (SX_RUNNER_RUNNING, "running"), G_DEFINE_ENUM_VALUE (SX_RUNNER_CANCELLING, "cancelling"), G_DEFINE_ENUM_VALUE (SX_RUNNER_DONE, "done"), G_DEFINE_ENUM_VALUE (SX_RUNNER_FAILED, "failed"), G_DEFINE_ENUM_VALUE (SX_RUNNER_CANCELLED, "cancelled"))

/* ---- what changes ---- */

static void
say_changed (SxRunner *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_text (SxRunner *self, char **field, const char *text, guint property)
{
  if (text != NULL && *text == '\0')
    text = NULL;
  if (g_strcmp0 (*field, text) == 0)
    return;
  g_free (*field);
  *field = g_strdup (text);
  if (property != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_state (SxRunner *self, SxRunnerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_BUSY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_RESUME]);
  say_changed (self);
}

static void
set_best (SxRunner *self, guint best)
{
  SxTrialItem *item;

  if (self->best == best)
    return;
  item = self->best ? sx_runner_get_trial (self, self->best) : NULL;
  if (item != NULL)
    sx_trial_item_set_is_best (item, FALSE);
  self->best = best;
  item = best ? sx_runner_get_trial (self, best) : NULL;
  if (item != NULL)
    sx_trial_item_set_is_best (item, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BEST]);
}

static void
stop_clock (SxRunner *self)
{
  self->seconds_before = sx_runner_get_elapsed (self);
  self->started = 0;
}

/* Nothing is known of any run. */
static void
forget (SxRunner *self)
{
  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->poll, g_source_remove);
  set_best (self, 0);
  g_list_store_remove_all (self->trials);
  g_clear_object (&self->final_fit);
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->report, g_variant_unref);
  set_text (self, &self->folder, NULL, PROP_FOLDER);
  set_text (self, &self->message, NULL, PROP_MESSAGE);
  set_text (self, &self->phase, NULL, PROP_PHASE);
  set_text (self, &self->notice, NULL, 0);
  set_text (self, &self->model_block, NULL, 0);
  self->current = NO_TRIAL;
  self->n_finished = 0;
  self->n_rows = 0;
  self->n_columns = 0;
  self->started = 0;
  self->seconds_before = 0.0;
  self->is_resumable = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_TRIALS]);
}

static void
set_trials_paused (SxRunner *self, gboolean is_paused)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->trials)); i++)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (G_LIST_MODEL (self->trials), i);

      sx_trial_item_set_is_paused (item, is_paused);
    }
}

static void
end (SxRunner *self, SxRunnerState state, const char *message)
{
  stop_clock (self);
  set_trials_paused (self, TRUE);
  self->current = NO_TRIAL;
  set_text (self, &self->message, message, PROP_MESSAGE);
  set_text (self, &self->phase, NULL, PROP_PHASE);
  set_state (self, state);
  g_signal_emit (self, signals[FINISHED], 0);
}

/* ---- trials ---- */

static guint
find_place (SxRunner *self, guint number, SxTrialItem **found)
{
  guint place = g_list_model_get_n_items (G_LIST_MODEL (self->trials));

  *found = NULL;
  while (place > 0)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (G_LIST_MODEL (self->trials), place - 1);

      if (sx_trial_item_get_number (item) < number)
        break;
      place--;
      if (sx_trial_item_get_number (item) == number)
        {
          *found = item; /* the list holds it */
          break;
        }
    }
  return place;
}

SxTrialItem *
sx_runner_get_trial (SxRunner *self, guint number)
{
  SxTrialItem *found;

  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);

  if (number == 0)
    return self->final_fit;
  find_place (self, number, &found);
  return found;
}

static SxTrialItem *
ensure_trial (SxRunner *self, guint number, GVariant *config, const char *origin)
{
  SxTrialItem *found;
  guint        place;
  g_autoptr (SxTrialItem) item = NULL;

  if (number == 0)
    {
      if (self->final_fit == NULL)
        self->final_fit = sx_trial_item_new (0, config, origin);
      return self->final_fit;
    }
  place = find_place (self, number, &found);
  if (found != NULL)
    return found;
  item = sx_trial_item_new (number, config, origin);
  g_list_store_insert (self->trials, place, item);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_TRIALS]);
  return item;
}

static void
count_finished (SxRunner *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->trials));

  self->n_finished = 0;
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (G_LIST_MODEL (self->trials), i);

      self->n_finished += sx_trial_item_get_state (item) != SX_TRIAL_RUNNING;
    }
}

/* ---- what the worker says ---- */

static double
get_double (GVariant *details, const char *key)
{
  double value = NAN;

  g_variant_lookup (details, key, "d", &value);
  return value;
}

static guint
get_uint (GVariant *details, const char *key)
{
  guint32 value = 0;

  g_variant_lookup (details, key, "u", &value);
  return value;
}

static const char *
get_text (GVariant *details, const char *key)
{
  const char *text = NULL;

  g_variant_lookup (details, key, "&s", &text);
  return text;
}

static void
take_phase (SxRunner *self, GVariant *details)
{
  set_text (self, &self->phase, get_text (details, "text"), PROP_PHASE);
}

static void
take_data (SxRunner *self, GVariant *details)
{
  g_variant_lookup (details, "rows", "t", &self->n_rows);
  self->n_columns = get_uint (details, "columns");
}

static void
take_trial_started (SxRunner *self, GVariant *details)
{
  g_autoptr (GVariant) config = g_variant_lookup_value (details, "config", G_VARIANT_TYPE_VARDICT);
  guint number = get_uint (details, "trial");

  if (number == 0)
    return;
  ensure_trial (self, number, config, get_text (details, "origin"));
  sx_trial_item_set_is_paused (sx_runner_get_trial (self, number), FALSE);
  self->current = number;
}

static void
take_epoch (SxRunner *self, GVariant *details)
{
  SxRunPoint point = {
    .trial = get_uint (details, "trial"),
    .fold = get_uint (details, "fold"),
    .iteration = get_uint (details, "iteration"),
    .training_loss = get_double (details, "training-loss"),
    .validation_loss = get_double (details, "validation-loss"),
    .seconds = NAN,
  };
  SxTrialItem *item = ensure_trial (self, point.trial, NULL, NULL);

  self->current = point.trial;
  sx_trial_item_add_point (item, &point, get_uint (details, "n-iterations"));
  g_signal_emit (self, signals[POINTS_ADDED], 0, item);
}

static SxTrialState
parse_state (const char *nick)
{
  if (g_strcmp0 (nick, "done") == 0)
    return SX_TRIAL_DONE;
  return g_strcmp0 (nick, "pruned") == 0 ? SX_TRIAL_PRUNED : SX_TRIAL_FAILED;
}

static void
take_trial_finished (SxRunner *self, GVariant *details)
{
  guint        number = get_uint (details, "trial");
  SxTrialItem *item;

  if (number == 0)
    return;
  item = ensure_trial (self, number, NULL, NULL);
  sx_trial_item_finish (item, parse_state (get_text (details, "state")), get_double (details, "value"), get_double (details, "seconds"), get_text (details, "message"));
  if (self->current == number)
    self->current = NO_TRIAL;
  count_finished (self);
  set_best (self, get_uint (details, "best"));
}

static void
take_log (SxRunner *self, GVariant *details)
{
  if (g_strcmp0 (get_text (details, "level"), "warning") == 0)
    set_text (self, &self->notice, get_text (details, "message"), 0);
}

static const struct
{
  const char *name;
  void (*take) (SxRunner *self, GVariant *details);
} events[] = {
  { "phase", take_phase },
  { "data", take_data },
  { "trial-started", take_trial_started },
  { "epoch", take_epoch },
  { "trial-finished", take_trial_finished },
  { "log", take_log },
};

void
sx_runner_take_event (SxRunner *self, const char *name, GVariant *details)
{
  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (name != NULL && details != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_str_equal (events[i].name, name))
      {
        events[i].take (self, details);
        say_changed (self);
        return;
      }
}

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

      sx_trial_item_set_record (ensure_trial (self, trial->number, trial->config, trial->origin), trial);
      seconds += isfinite (trial->seconds) ? trial->seconds : 0.0;
    }
  count_finished (self);
  set_best (self, record->best);
  self->seconds_before = MAX (self->seconds_before, seconds);
  if (self->job == NULL)
    self->job = sx_job_ref (record->job);
  set_text (self, &self->model_block, self->job->model_block, 0);
  g_clear_pointer (&self->report, g_variant_unref);
  self->report = record->report ? g_variant_ref (record->report) : NULL;
  set_text (self, &self->folder, record->folder, PROP_FOLDER);
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
  end (ending->self, ending->state, ending->message);
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
  stop_clock (self);
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
      end (self, SX_RUNNER_DONE, NULL);
      break;
    case SX_RUN_FAILED:
      end (self, SX_RUNNER_FAILED, record->message);
      break;
    case SX_RUN_INTERRUPTED:
      end (self, SX_RUNNER_FAILED, _ ("The run was interrupted. It can be resumed."));
      break;
    case SX_RUN_QUEUED:
    case SX_RUN_RUNNING:
    case SX_RUN_CANCELLED:
    default:
      if (record->owner == 0)
        {
          end (self, SX_RUNNER_CANCELLED, NULL);
          break;
        }
      {
        g_autofree char *text = g_strdup_printf (_ ("Process %d is working on this run."), (int)record->owner);

        set_text (self, &self->phase, text, PROP_PHASE);
      }
      set_state (self, SX_RUNNER_RUNNING);
      self->poll = g_timeout_add_seconds (POLL_SECONDS, poll_cb, self);
      say_changed (self);
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
      end (self, SX_RUNNER_FAILED, error->message);
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
  forget (self);
  set_text (self, &self->folder, run_folder, PROP_FOLDER);
  set_state (self, SX_RUNNER_COMPILING);
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
  set_text (self, &self->model_block, self->job ? self->job->model_block : NULL, 0);
  set_text (self, &self->folder, run_folder, PROP_FOLDER);
  set_text (self, &self->message, NULL, PROP_MESSAGE);
  set_text (self, &self->notice, NULL, 0);
  self->is_resumable = FALSE;
  self->started = g_get_monotonic_time ();
  set_state (self, SX_RUNNER_RUNNING);
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
      set_text (self, &self->folder, run_folder, PROP_FOLDER);
      self->is_resumable = TRUE;
      end (self, SX_RUNNER_FAILED, error->message);
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
    end (self, SX_RUNNER_CANCELLED, NULL);
  else
    end (self, SX_RUNNER_FAILED, error->message);
}

void
sx_runner_start (SxRunner *self, SxGraph *graph, const char *folder, const char *model_block)
{
  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (SX_IS_GRAPH (graph));

  if (sx_runner_is_busy (self) && self->poll == 0)
    return;
  forget (self);
  set_text (self, &self->model_block, model_block, 0);
  set_state (self, SX_RUNNER_COMPILING);
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
  set_state (self, SX_RUNNER_CANCELLING);
}

/* ---- questions ---- */

SxRunnerState
sx_runner_get_state (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), SX_RUNNER_IDLE);
  return self->state;
}

gboolean
sx_runner_is_busy (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), FALSE);
  return self->state == SX_RUNNER_COMPILING || self->state == SX_RUNNER_RUNNING || self->state == SX_RUNNER_CANCELLING;
}

gboolean
sx_runner_is_live (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), FALSE);
  return sx_runner_is_busy (self) && self->poll == 0;
}

gboolean
sx_runner_can_resume (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), FALSE);
  return self->folder != NULL && self->is_resumable && (self->state == SX_RUNNER_FAILED || self->state == SX_RUNNER_CANCELLED);
}

const char *
sx_runner_get_message (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->message;
}

const char *
sx_runner_get_notice (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->notice;
}

const char *
sx_runner_get_phase (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->phase;
}

const char *
sx_runner_get_folder (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->folder;
}

const char *
sx_runner_get_model_block (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->model_block;
}

SxJob *
sx_runner_get_job (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->job;
}

GPtrArray *
sx_runner_get_problems (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->problems;
}

GVariant *
sx_runner_get_report (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->report;
}

char *
sx_runner_dup_model_path (SxRunner *self)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);

  if (self->folder == NULL)
    return NULL;
  path = g_build_filename (self->folder, "model.sxm", NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

GListModel *
sx_runner_get_trials (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return G_LIST_MODEL (self->trials);
}

SxTrialItem *
sx_runner_get_current (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);
  return self->current == NO_TRIAL ? NULL : sx_runner_get_trial (self, self->current);
}

guint
sx_runner_get_best (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), 0);
  return self->best;
}

guint
sx_runner_get_n_finished (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), 0);
  return self->n_finished;
}

guint64
sx_runner_get_n_rows (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), 0);
  return self->n_rows;
}

guint
sx_runner_get_n_columns (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), 0);
  return self->n_columns;
}

const SxMetric *
sx_runner_get_metric (SxRunner *self)
{
  const char *id = NULL;

  g_return_val_if_fail (SX_IS_RUNNER (self), NULL);

  if (self->job != NULL && self->job->metric != NULL)
    return sx_metric_find (self->job->metric);
  if (self->report != NULL && g_variant_lookup (self->report, "metric", "&s", &id))
    return sx_metric_find (id);
  return self->job != NULL && self->job->task >= 0 ? sx_metric_default ((SxTask)self->job->task) : NULL;
}

double
sx_runner_get_elapsed (SxRunner *self)
{
  g_return_val_if_fail (SX_IS_RUNNER (self), 0.0);
  return self->seconds_before + (self->started ? (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC : 0.0);
}

/* ---- object ---- */

static void
sx_runner_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SxRunner *self = SX_RUNNER (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_FOLDER:
      g_value_set_string (value, self->folder);
      break;
    case PROP_PHASE:
      g_value_set_string (value, self->phase);
      break;
    case PROP_N_TRIALS:
      g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (self->trials)));
      break;
    case PROP_BEST:
      g_value_set_uint (value, self->best);
      break;
    case PROP_IS_BUSY:
      g_value_set_boolean (value, sx_runner_is_busy (self));
      break;
    case PROP_CAN_RESUME:
      g_value_set_boolean (value, sx_runner_can_resume (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sx_runner_dispose (GObject *object)
{
  SxRunner *self = SX_RUNNER (object);

  g_clear_handle_id (&self->poll, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->worker != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->worker, self);
      sx_worker_cancel (self->worker);
      g_clear_object (&self->worker);
    }
  G_OBJECT_CLASS (sx_runner_parent_class)->dispose (object);
}

static void
sx_runner_finalize (GObject *object)
{
  SxRunner *self = SX_RUNNER (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->trials);
  g_clear_object (&self->final_fit);
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->report, g_variant_unref);
  g_free (self->folder);
  g_free (self->model_block);
  g_free (self->message);
  g_free (self->notice);
  g_free (self->phase);
  G_OBJECT_CLASS (sx_runner_parent_class)->finalize (object);
}

static void
sx_runner_class_init (SxRunnerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sx_runner_get_property;
  object_class->dispose = sx_runner_dispose;
  object_class->finalize = sx_runner_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SX_TYPE_RUNNER_STATE, SX_RUNNER_IDLE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER] = g_param_spec_string ("folder", NULL, NULL, NULL, flags);
  properties[PROP_PHASE] = g_param_spec_string ("phase", NULL, NULL, NULL, flags);
  properties[PROP_N_TRIALS] = g_param_spec_uint ("n-trials", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_BEST] = g_param_spec_uint ("best", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_IS_BUSY] = g_param_spec_boolean ("is-busy", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_RESUME] = g_param_spec_boolean ("can-resume", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", SX_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[POINTS_ADDED] = g_signal_new ("points-added", SX_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, SX_TYPE_TRIAL_ITEM);
  signals[FINISHED] = g_signal_new ("finished", SX_TYPE_RUNNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sx_runner_init (SxRunner *self)
{
  self->trials = g_list_store_new (SX_TYPE_TRIAL_ITEM);
  self->cancellable = g_cancellable_new ();
  self->current = NO_TRIAL;
}

SxRunner *
sx_runner_new (void)
{
  return g_object_new (SX_TYPE_RUNNER, NULL);
}
