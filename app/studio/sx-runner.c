/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What a runner is, and how it says that it has changed. -work is the way through its states, -events what a worker says, -load reads in threads,
 * -progress reckons how far it is. */

#include "config.h"

#include "sx-runner-private.h"

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

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxRunner, sx_runner, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (SxRunnerState, sx_runner_state, G_DEFINE_ENUM_VALUE (SX_RUNNER_IDLE, "idle"), G_DEFINE_ENUM_VALUE (SX_RUNNER_COMPILING, "compiling"), G_DEFINE_ENUM_VALUE (SX_RUNNER_RUNNING, "running"), G_DEFINE_ENUM_VALUE (SX_RUNNER_CANCELLING, "cancelling"), G_DEFINE_ENUM_VALUE (SX_RUNNER_DONE, "done"), G_DEFINE_ENUM_VALUE (SX_RUNNER_FAILED, "failed"), G_DEFINE_ENUM_VALUE (SX_RUNNER_CANCELLED, "cancelled"))

/* ---- what changes ---- */

void
sx_runner_say_changed (SxRunner *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sx_runner_say_points (SxRunner *self, SxTrialItem *item)
{
  g_signal_emit (self, signals[POINTS_ADDED], 0, item);
}

void
sx_runner_set_text (SxRunner *self, char **field, const char *text)
{
  if (text != NULL && *text == '\0')
    text = NULL;
  if (g_strcmp0 (*field, text) == 0)
    return;
  g_free (*field);
  *field = g_strdup (text);
  if (field == &self->message)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  else if (field == &self->folder)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER]);
  else if (field == &self->phase)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PHASE]);
}

void
sx_runner_set_state (SxRunner *self, SxRunnerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_BUSY]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_RESUME]);
  sx_runner_say_changed (self);
}

void
sx_runner_set_best (SxRunner *self, guint best)
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

void
sx_runner_stop_clock (SxRunner *self)
{
  self->seconds_before = sx_runner_get_elapsed (self);
  self->started = 0;
}

/* Nothing is known of any run. */
void
sx_runner_forget (SxRunner *self)
{
  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->poll, g_source_remove);
  sx_runner_set_best (self, 0);
  g_list_store_remove_all (self->trials);
  g_clear_object (&self->final_fit);
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->report, g_variant_unref);
  sx_runner_set_text (self, &self->folder, NULL);
  sx_runner_set_text (self, &self->message, NULL);
  sx_runner_set_text (self, &self->phase, NULL);
  sx_runner_set_text (self, &self->notice, NULL);
  sx_runner_set_text (self, &self->model_block, NULL);
  self->current = SX_RUNNER_NO_TRIAL;
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

void
sx_runner_end (SxRunner *self, SxRunnerState state, const char *message)
{
  sx_runner_stop_clock (self);
  set_trials_paused (self, TRUE);
  self->current = SX_RUNNER_NO_TRIAL;
  sx_runner_set_text (self, &self->message, message);
  sx_runner_set_text (self, &self->phase, NULL);
  sx_runner_set_state (self, state);
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

SxTrialItem *
sx_runner_ensure_trial (SxRunner *self, guint number, GVariant *config, const char *origin)
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

void
sx_runner_count_finished (SxRunner *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->trials));

  self->n_finished = 0;
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (G_LIST_MODEL (self->trials), i);

      self->n_finished += sx_trial_item_get_state (item) != SX_TRIAL_RUNNING;
    }
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
  return self->current == SX_RUNNER_NO_TRIAL ? NULL : sx_runner_get_trial (self, self->current);
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
  self->current = SX_RUNNER_NO_TRIAL;
}

SxRunner *
sx_runner_new (void)
{
  return g_object_new (SX_TYPE_RUNNER, NULL);
}
