/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* How far a run is, and how long it will take. A run ends when either of its limits is reached, its seconds or its trials; then the best
 * configuration is fitted once more, which nothing here foresees. */

#include "config.h"

#include "sx-runner.h"

#include <math.h>

/* Trials finished, and of the one under way the part that is done. */
static double
count_trials (SxRunner *self)
{
  SxTrialItem *current = sx_runner_get_current (self);
  double       n_trials = sx_runner_get_n_finished (self);
  SxJob       *job = sx_runner_get_job (self);
  double       n_folds, n_iterations;

  if (current == NULL || sx_trial_item_get_number (current) == 0 || sx_trial_item_get_n_iterations (current) == 0)
    return n_trials;
  n_folds = job != NULL && job->split.n_folds > 0 ? job->split.n_folds : 1.0;
  n_iterations = sx_trial_item_get_n_iterations (current);
  return n_trials + MIN ((sx_trial_item_get_fold (current) + sx_trial_item_get_iteration (current) / n_iterations) / n_folds, 0.99);
}

static gboolean
is_last_fit (SxRunner *self)
{
  SxTrialItem *current = sx_runner_get_current (self);

  return current != NULL && sx_trial_item_get_number (current) == 0;
}

double
sx_runner_get_fraction (SxRunner *self)
{
  SxJob *job;
  double fraction = -1.0;

  g_return_val_if_fail (SX_IS_RUNNER (self), -1.0);

  job = sx_runner_get_job (self);
  if (sx_runner_get_state (self) == SX_RUNNER_DONE)
    return 1.0;
  if (job == NULL || sx_runner_get_state (self) == SX_RUNNER_COMPILING || is_last_fit (self))
    return -1.0;
  if (job->max_trials > 0)
    fraction = count_trials (self) / job->max_trials;
  if (job->budget_seconds > 0.0)
    fraction = MAX (fraction, sx_runner_get_elapsed (self) / job->budget_seconds);
  return MIN (fraction, 1.0);
}

double
sx_runner_get_time_left (SxRunner *self)
{
  SxJob *job;
  double left = INFINITY, elapsed, n_trials;

  g_return_val_if_fail (SX_IS_RUNNER (self), -1.0);

  job = sx_runner_get_job (self);
  if (job == NULL || sx_runner_get_state (self) != SX_RUNNER_RUNNING || is_last_fit (self))
    return -1.0;
  elapsed = sx_runner_get_elapsed (self);
  n_trials = count_trials (self);
  if (job->budget_seconds > 0.0)
    left = MAX (job->budget_seconds - elapsed, 0.0);
  /* The first trial tells little: what is known to be good is often small. */
  if (job->max_trials > 0 && n_trials >= 1.0)
    left = MIN (left, MAX (job->max_trials - n_trials, 0.0) * elapsed / n_trials);
  return isfinite (left) ? left : -1.0;
}
