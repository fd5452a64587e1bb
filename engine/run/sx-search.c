/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The work of a run: read the data, search, finish.
 *
 * A run is a pure function of (job, data), as long as no budget of seconds ends it. So resuming makes the same calls to the study again: the study is asked
 * for each trial that is on record, told what it heard of it, and told its end; where the record ends, the search goes on. Should the study
 * suggest another point than is on record, then another version began the run; its trials are handed to the study as they are. */

#include "config.h"

#include "sx-search-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

#define SECONDS_BETWEEN_SAVES 1.0
#define MAX_FAILURES 20              /* from the start on, without one trial that gave a model */
#define SMALLEST_SHARE 0.02          /* of the budget, and … */
#define SMALLEST_SHARE_OF_TRIAL 0.25 /* … of a mean trial: with less time left no trial is begun */
#define SECONDS_TO_WRITE 0.2
#define SHARE_TO_WRITE 0.1 /* of what reading took: the ends of the run are about as long as the table */

/* ---- events ---- */

void
sx_search_send_details (SxSearch *self, const char *name, GVariantDict *details)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_dict_end (details));

  if (self->event != NULL)
    self->event (name, value, self->user_data);
}

void
sx_search_send_phase (SxSearch *self, const char *text)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", text);
  sx_search_send_details (self, "phase", &dict);
}

void
sx_search_send_log (SxSearch *self, const char *level, const char *message)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "level", "s", level);
  g_variant_dict_insert (&dict, "message", "s", message);
  sx_search_send_details (self, "log", &dict);
}

static void
send_started (SxSearch *self, const SxRunTrial *trial)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "trial", "u", trial->number);
  g_variant_dict_insert_value (&dict, "config", trial->config);
  g_variant_dict_insert (&dict, "origin", "s", trial->origin);
  sx_search_send_details (self, "trial-started", &dict);
}

static void
send_finished (SxSearch *self, const SxRunTrial *trial)
{
  static const char *const states[] = { [SX_TRIAL_RUNNING] = "running", [SX_TRIAL_DONE] = "done", [SX_TRIAL_FAILED] = "failed", [SX_TRIAL_PRUNED] = "pruned" };
  GVariantDict             dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "trial", "u", trial->number);
  g_variant_dict_insert (&dict, "state", "s", states[trial->state]);
  g_variant_dict_insert (&dict, "value", "d", trial->value);
  g_variant_dict_insert (&dict, "seconds", "d", trial->seconds);
  g_variant_dict_insert (&dict, "best", "u", self->best);
  g_variant_dict_insert (&dict, "message", "s", trial->message ? trial->message : "");
  sx_search_send_details (self, "trial-finished", &dict);
}

/* ---- the clock ---- */

double
sx_search_get_seconds (SxSearch *self)
{
  return self->seconds_before + (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
}

gboolean
sx_search_save_seconds (SxSearch *self, GError **error)
{
  double seconds = sx_search_get_seconds (self);

  if (seconds - self->seconds_saved < SECONDS_BETWEEN_SAVES)
    return TRUE;
  self->seconds_saved = seconds;
  return sx_run_store_set_seconds (self->store, seconds, error);
}

double
sx_search_get_left (SxSearch *self)
{
  return self->job->budget_seconds > 0 ? self->job->budget_seconds - sx_search_get_seconds (self) : INFINITY;
}

/* ---- the study ---- */

/* A point of the topology's portfolio as one of the narrowed space: what lies outside of that takes its default. */
static GVariant *
adapt_point (const SxSpace *space, GVariant *point)
{
  GVariantDict dict;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;
  g_autoptr (GVariant) kept = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_iter_init (&iter, point);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      GVariantDict one;
      g_autoptr (GVariant) alone = NULL;
      g_autoptr (GVariant) complete = NULL;

      g_variant_dict_init (&one, NULL);
      g_variant_dict_insert_value (&one, name, value);
      alone = g_variant_ref_sink (g_variant_dict_end (&one));
      complete = sx_space_complete (space, alone, NULL);
      if (complete != NULL)
        g_variant_dict_insert_value (&dict, name, value);
      g_variant_unref (value);
    }
  kept = g_variant_ref_sink (g_variant_dict_end (&dict));
  return sx_space_complete (space, kept, NULL);
}

static gboolean
open_space (SxSearch *self, GError **error)
{
  SxTopology *topology = self->job->topology;
  SxTask      task = sx_prepared_get_target (self->prepared)->task;
  SxSpace    *space = sx_topology_get_space (topology, task);
  GPtrArray  *points = sx_topology_get_portfolio (topology, task);

  self->space = self->job->overrides ? sx_space_narrow (space, self->job->overrides, error) : sx_space_ref (space);
  if (self->space == NULL)
    return FALSE;
  self->portfolio = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  for (guint i = 0; points && i < points->len; i++)
    {
      GVariant *point = adapt_point (self->space, points->pdata[i]);

      if (point != NULL)
        g_ptr_array_add (self->portfolio, point);
    }
  return TRUE;
}

static gboolean
open_study (SxSearch *self, GError **error)
{
  SxStudyOptions options = { .sampler = SX_SAMPLER_BAYES, .seed = self->job->seed };

  g_clear_pointer (&self->study, sx_study_free);
  self->study = sx_study_new (self->space, &options);
  for (guint i = 0; i < self->portfolio->len; i++)
    if (!sx_study_enqueue (self->study, self->portfolio->pdata[i], error))
      return FALSE;
  return TRUE;
}

static const char *
get_origin (SxSearch *self, GVariant *point)
{
  for (guint i = 0; i < self->portfolio->len; i++)
    if (g_variant_equal (self->portfolio->pdata[i], point))
      return "portfolio";
  return "bayes";
}

SxRunTrial *
sx_search_get_trial (SxSearch *self, guint number)
{
  for (guint i = 0; i < self->trials->len; i++)
    if (((SxRunTrial *)self->trials->pdata[i])->number == number)
      return self->trials->pdata[i];
  return NULL;
}

/* Is @trial, finished, the best so far? Then its final fit is what time must be left for. */
static gboolean
weigh (SxSearch *self, const SxRunTrial *trial, GError **error)
{
  const SxRunTrial *best = self->best ? sx_search_get_trial (self, self->best) : NULL;
  guint             n_iterations;

  if (trial->state != SX_TRIAL_DONE || (best != NULL && !(trial->loss < best->loss)))
    return TRUE;
  self->best = trial->number;
  return sx_search_predict_final (self, trial, &n_iterations, &self->final_seconds, error);
}

/* ---- taking up a run ---- */

/* Asks and tells what was asked and told before @trial of the record. */
static gboolean
repeat_trial (SxSearch *self, const SxRunTrial *trial, gboolean *is_same, GError **error)
{
  guint number;
  g_autoptr (GVariant) point = sx_study_ask (self->study, &number, NULL);

  *is_same = point != NULL && number == trial->number && g_variant_equal (point, trial->config);
  if (!*is_same || trial->state == SX_TRIAL_RUNNING)
    return TRUE;
  return sx_search_tell_trial (self, trial, error) && sx_study_tell (self->study, number, trial->state, trial->loss, error);
}

/* The record of another version. */
static gboolean
add_trials (SxSearch *self, GError **error)
{
  sx_search_send_log (self, "warning", _ ("This run was begun by another version: its trials are kept, what follows may differ"));
  if (!open_study (self, error))
    return FALSE;
  for (guint i = 0; i < self->trials->len; i++)
    {
      const SxRunTrial *trial = self->trials->pdata[i];

      if (!sx_study_add (self->study, trial->number, trial->config, trial->state, trial->loss, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_up (SxSearch *self, GError **error)
{
  gboolean is_same = TRUE;

  self->trials = sx_run_store_list_trials (self->store, error);
  if (self->trials == NULL || !open_study (self, error))
    return FALSE;
  for (guint i = 0; i < self->trials->len && is_same; i++)
    if (!repeat_trial (self, self->trials->pdata[i], &is_same, error))
      return FALSE;
  if (!is_same && !add_trials (self, error))
    return FALSE;
  for (guint i = 0; i < self->trials->len; i++)
    if (!weigh (self, self->trials->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* ---- the loop ---- */

/* Is there time, and are there trials, for one more? */
static gboolean
has_room (SxSearch *self)
{
  guint  n = self->trials->len;
  double left = sx_search_get_left (self) - self->overhead - self->final_seconds, spent = 0;

  if (self->job->max_trials > 0 && n >= self->job->max_trials)
    return FALSE;
  if (n == 0 || isinf (left))
    return self->best != 0 || n < MAX_FAILURES;
  if (self->best == 0 && n >= MAX_FAILURES)
    return FALSE;
  for (guint i = 0; i < n; i++)
    spent += ((SxRunTrial *)self->trials->pdata[i])->seconds;
  return left > MAX (SMALLEST_SHARE * self->job->budget_seconds, SMALLEST_SHARE_OF_TRIAL * spent / n);
}

static gboolean
check_stop (SxSearch *self, GError **error)
{
  sx_watch_look (self->watch);
  return !g_cancellable_set_error_if_cancelled (sx_watch_get_cancellable (self->watch), error);
}

/* The trial to work on: the one that was interrupted, or a new one. NULL without @error: there is no more to try. */
static SxRunTrial *
next_trial (SxSearch *self, GError **error)
{
  SxRunTrial *last = self->trials->len ? self->trials->pdata[self->trials->len - 1] : NULL;
  g_autoptr (SxRunTrial) trial = NULL;

  if (last != NULL && last->state == SX_TRIAL_RUNNING)
    return last;
  if (!has_room (self))
    return NULL;
  trial = g_new0 (SxRunTrial, 1);
  trial->config = sx_study_ask (self->study, &trial->number, NULL);
  if (trial->config == NULL) /* a space of few points */
    return NULL;
  trial->state = SX_TRIAL_RUNNING;
  trial->value = trial->loss = NAN;
  trial->origin = g_strdup (get_origin (self, trial->config));
  if (!sx_run_store_put_trial (self->store, trial, error))
    return NULL;
  g_ptr_array_add (self->trials, trial);
  return g_steal_pointer (&trial);
}

static gboolean
run_trial (SxSearch *self, SxRunTrial *trial, GError **error)
{
  send_started (self, trial);
  if (!sx_search_run_trial (self, trial, error) || !sx_run_store_put_trial (self->store, trial, error) ||
      !sx_study_tell (self->study, trial->number, trial->state, trial->loss, error) || !weigh (self, trial, error))
    return FALSE;
  send_finished (self, trial);
  return TRUE;
}

static gboolean
search (SxSearch *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  SxRunTrial *trial;

  sx_search_send_phase (self, _ ("Searching"));
  while (check_stop (self, &problem) && (trial = next_trial (self, &problem)) != NULL)
    if (!run_trial (self, trial, &problem))
      break;
  if (problem == NULL && self->best == 0)
    {
      const SxRunTrial *last = self->trials->len ? self->trials->pdata[self->trials->len - 1] : NULL;

      g_set_error (&problem, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("None of %u trials gave a model. The last said: %s"), self->trials->len, last && last->message ? last->message : "");
    }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* ---- the whole ---- */

static void
send_data (SxSearch *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "rows", "t", sx_frame_get_n_rows (sx_prepared_get_frame (self->prepared)));
  g_variant_dict_insert (&dict, "columns", "u", sx_schema_get_n_fields (sx_prepared_get_input_schema (self->prepared)));
  sx_search_send_details (self, "data", &dict);
}

static gboolean
load (SxSearch *self, GError **error)
{
  double before = sx_search_get_seconds (self);

  sx_search_send_phase (self, _ ("Reading and preparing the data"));
  self->prepared = sx_prepared_new (self->job, sx_watch_get_cancellable (self->watch), error);
  if (self->prepared == NULL)
    return FALSE;
  self->overhead = SECONDS_TO_WRITE + SHARE_TO_WRITE * (sx_search_get_seconds (self) - before);
  self->n_folds = sx_prepared_get_split (self->prepared)->n_folds;
  send_data (self);
  return TRUE;
}

static gboolean
work (SxSearch *self, GError **error)
{
  return sx_run_store_set_state (self->store, SX_RUN_RUNNING, NULL, error) && check_stop (self, error) && load (self, error) && open_space (self, error) &&
         take_up (self, error) && search (self, error) && sx_search_finish (self, error);
}

/* What the outer world asked for, or the lack of memory, shows as many an error inside. */
static void
translate_error (SxSearch *self, GError **error)
{
  g_autofree char *size = g_format_size (self->memory_limit);

  if (!g_atomic_int_get (sx_watch_get_flag (self->watch)))
    return;
  g_clear_error (error);
  if (sx_watch_is_over_limit (self->watch))
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("The run needs more than the %s of memory it may use. Use fewer rows or columns, or allow more."), size);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
}

/* The run's last word, as far as it can be written. @problem: why it is not done. */
static gboolean
record_end (SxSearch *self, GError *problem, GError **error)
{
  gboolean is_cancelled;

  if (problem == NULL)
    return sx_run_store_set_seconds (self->store, sx_search_get_seconds (self), error) && sx_run_store_set_state (self->store, SX_RUN_DONE, NULL, error);
  translate_error (self, &problem);
  is_cancelled = g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sx_run_store_set_seconds (self->store, sx_search_get_seconds (self), NULL);
  sx_run_store_set_state (self->store, is_cancelled ? SX_RUN_CANCELLED : SX_RUN_FAILED, is_cancelled ? NULL : problem->message, NULL);
  g_propagate_error (error, problem);
  return FALSE;
}

static void
clear (SxSearch *self)
{
  g_clear_pointer (&self->study, sx_study_free);
  g_clear_pointer (&self->space, sx_space_unref);
  g_clear_pointer (&self->portfolio, g_ptr_array_unref);
  g_clear_pointer (&self->trials, g_ptr_array_unref);
  g_clear_pointer (&self->prepared, sx_prepared_free);
  g_clear_pointer (&self->watch, sx_watch_free);
  g_clear_pointer (&self->store, sx_run_store_free);
}

/* Under the lock. */
static gboolean
work_in (SxRun *run, const int *cancelled, SxEventFunc event, gpointer user_data, GError **error)
{
  SxSearch         self = { .run = run, .job = sx_run_get_job (run), .event = event, .user_data = user_data, .started = g_get_monotonic_time () };
  g_autofree char *model = sx_run_dup_model_path (run);
  GError          *problem = NULL;
  gboolean         is_done;

  self.store = sx_run_store_open (sx_run_get_folder (run), TRUE, error);
  if (self.store == NULL)
    return FALSE;
  is_done = sx_run_store_get_state (self.store, NULL) == SX_RUN_DONE && model != NULL;
  if (!is_done)
    {
      self.seconds_before = self.seconds_saved = sx_run_store_get_seconds (self.store);
      self.n_threads = self.job->n_threads ? self.job->n_threads : g_get_num_processors ();
      self.memory_limit = self.job->memory_limit ? self.job->memory_limit : sx_memory_get_free () / 4 * 3;
      self.watch = sx_watch_new (cancelled, self.memory_limit);
      work (&self, &problem);
      is_done = record_end (&self, problem, error);
    }
  clear (&self);
  return is_done;
}

gboolean
sx_run_work (const char *folder, const int *cancelled, SxEventFunc event, gpointer user_data, GError **error)
{
  g_autoptr (SxRun) run = NULL;
  int      lock;
  gboolean is_done;

  g_return_val_if_fail (folder != NULL, FALSE);

  run = sx_run_open (folder, error);
  if (run == NULL)
    return FALSE;
  lock = sx_run_lock (sx_run_get_folder (run), error);
  if (lock < 0)
    return FALSE;
  is_done = work_in (run, cancelled, event, user_data, error);
  sx_run_unlock (lock);
  return is_done;
}
