/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-belief.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A study keeps its trials in order of their numbers. Its model is a function of them, and what it suggests depends on the trials, the seed and
 * the next number only; so telling the trials again resumes it. */

#define MAX_ENUMERATED 65536
#define ETA 3
#define N_PROTECTED 3
#define N_CANDIDATES 64

struct _SxStudy
{
  SxSpace       *space;
  SxStudyOptions options;
  GPtrArray     *trials;   /* of SxTrial, by number */
  GQueue         queue;    /* of GVariant */
  GHashTable    *tried;    /* points as bytes */
  guint64        n_points; /* distinct; 0: too many to count */
  SxBelief       belief;
};

static void
trial_free (SxTrial *trial)
{
  g_variant_unref (trial->point);
  g_free (trial->unit);
  g_free (trial);
}

static guint
get_width (const SxStudy *self)
{
  return 2 * sx_space_get_n_parameters (self->space);
}

static GBytes *
make_key (const SxStudy *self, const double *unit)
{
  return g_bytes_new (unit, get_width (self) * sizeof *unit);
}

static gboolean
is_tried (const SxStudy *self, const double *unit)
{
  g_autoptr (GBytes) key = make_key (self, unit);
  return g_hash_table_contains (self->tried, key);
}

/* Calls for every distinct point of a countable space: counts them, or copies the @wanted-th untried one to @unit. */
static guint64
enumerate (const SxStudy *self, guint64 wanted, double *unit)
{
  guint64 n_all = sx_space_get_n_points (self->space), n_found = 0;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_autofree double *row = g_new0 (double, get_width (self) + 1);

  for (guint64 index = 0; index < n_all; index++)
    {
      guint64 rest = index;
      for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
        {
          const SxParameter *p = sx_space_get_parameter (self->space, i);
          guint64            n = sx_parameter_get_n_values (p);
          row[i] = sx_parameter_get_unit (p, rest % n);
          rest /= n;
        }
      g_variant_unref (g_variant_ref_sink (sx_space_decode (self->space, row)));
      if (!g_hash_table_add (seen, make_key (self, row)) || (unit && is_tried (self, row)))
        continue;
      if (unit && n_found == wanted)
        {
          memcpy (unit, row, get_width (self) * sizeof *row);
          return n_found + 1;
        }
      n_found++;
    }
  return n_found;
}

SxStudy *
sx_study_new (SxSpace *space, const SxStudyOptions *options)
{
  SxStudy *self;
  guint64  n_points = sx_space_get_n_points (space);

  g_return_val_if_fail (space && options, NULL);
  self = g_new0 (SxStudy, 1);
  self->space = sx_space_ref (space);
  self->options = *options;
  self->trials = g_ptr_array_new_with_free_func ((GDestroyNotify)trial_free);
  self->tried = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_queue_init (&self->queue);
  sx_belief_init (&self->belief, space, options->is_noisy);
  if (n_points > 0 && n_points <= MAX_ENUMERATED)
    self->n_points = enumerate (self, 0, NULL);
  return self;
}

void
sx_study_free (SxStudy *self)
{
  g_return_if_fail (self);
  sx_belief_clear (&self->belief);
  g_queue_clear_full (&self->queue, (GDestroyNotify)g_variant_unref);
  g_ptr_array_unref (self->trials);
  g_hash_table_unref (self->tried);
  sx_space_unref (self->space);
  g_free (self);
}

static SxTrial *
find_trial (const SxStudy *self, guint number)
{
  for (guint i = 0; i < self->trials->len; i++)
    if (((SxTrial *)self->trials->pdata[i])->number == number)
      return self->trials->pdata[i];
  return NULL;
}

static guint
get_next_number (const SxStudy *self)
{
  guint n = self->trials->len;
  return n == 0 ? 1 : ((SxTrial *)self->trials->pdata[n - 1])->number + 1;
}

/* @point (transfer full) is complete. */
static void
insert_trial (SxStudy *self, guint number, GVariant *point, SxTrialState state, double value)
{
  SxTrial *trial = g_new0 (SxTrial, 1);
  guint    at = self->trials->len;

  trial->number = number;
  trial->point = point;
  trial->unit = g_new0 (double, get_width (self) + 1);
  trial->state = state;
  trial->value = value;
  trial->lowest = HUGE_VAL;
  for (guint i = 0; i < SX_TRIAL_N_RUNGS; i++)
    trial->rungs[i] = NAN;
  sx_space_encode (self->space, point, trial->unit);
  g_hash_table_add (self->tried, make_key (self, trial->unit));
  while (at > 0 && ((SxTrial *)self->trials->pdata[at - 1])->number > number)
    at--;
  g_ptr_array_insert (self->trials, (int)at, trial);
  sx_belief_touch (&self->belief);
}

static SxTrialState
settle_state (SxTrialState state, double value)
{
  return (state == SX_TRIAL_DONE || state == SX_TRIAL_PRUNED) && !isfinite (value) ? SX_TRIAL_FAILED : state;
}

gboolean
sx_study_enqueue (SxStudy *self, GVariant *point, GError **error)
{
  GVariant *complete = sx_space_complete (self->space, point, error);

  if (!complete)
    return FALSE;
  g_queue_push_tail (&self->queue, complete);
  return TRUE;
}

gboolean
sx_study_add (SxStudy *self, guint trial, GVariant *point, SxTrialState state, double value, GError **error)
{
  g_autoptr (GVariant) complete = sx_space_complete (self->space, point, error);

  if (!complete)
    return FALSE;
  if (trial == 0)
    trial = get_next_number (self);
  if (find_trial (self, trial))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("SxTrial %u is in the study already."), trial);
      return FALSE;
    }
  insert_trial (self, trial, g_steal_pointer (&complete), settle_state (state, value), value);
  return TRUE;
}

gboolean
sx_study_tell (SxStudy *self, guint number, SxTrialState state, double value, GError **error)
{
  SxTrial *trial = find_trial (self, number);

  if (!trial)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("The study has no trial %u."), number);
      return FALSE;
    }
  trial->state = settle_state (state, value);
  trial->value = value;
  sx_belief_touch (&self->belief);
  return TRUE;
}

gboolean
sx_study_report (SxStudy *self, guint number, guint step, double value)
{
  SxTrial *trial = find_trial (self, number);
  guint64  at = ETA;

  g_return_val_if_fail (trial, FALSE);
  if (!isfinite (value))
    return TRUE;
  trial->lowest = MIN (trial->lowest, value);
  for (guint rung = 0; rung < SX_TRIAL_N_RUNGS && at <= step; rung++, at *= ETA)
    {
      guint n_seen = 1, n_better = 0;
      if (!isnan (trial->rungs[rung]))
        continue;
      trial->rungs[rung] = trial->lowest;
      for (guint i = 0; i < self->trials->len; i++)
        {
          const SxTrial *other = self->trials->pdata[i];
          if (other == trial || isnan (other->rungs[rung]))
            continue;
          n_seen++;
          n_better += other->rungs[rung] <= trial->lowest;
        }
      if (n_better >= N_PROTECTED && n_better * ETA >= n_seen)
        return TRUE;
    }
  return FALSE;
}

guint
sx_study_get_n_trials (const SxStudy *self)
{
  return self->trials->len;
}

/* With is_noisy the trial of the lowest posterior mean, else of the lowest value; done ones before pruned ones. */
static const SxTrial *
find_best (SxStudy *self, double *score)
{
  const SxTrial *best = NULL;
  gboolean       by_model = self->options.is_noisy && sx_belief_update (&self->belief, self->trials);

  for (guint i = 0; i < self->trials->len; i++)
    {
      const SxTrial *trial = self->trials->pdata[i];
      double         value = trial->value, variance;
      if (!sx_trial_has_value (trial) || (best && best->state == SX_TRIAL_DONE && trial->state == SX_TRIAL_PRUNED))
        continue;
      if (by_model)
        sx_belief_predict (&self->belief, trial->unit, &value, &variance);
      if (!best || value < *score || (best->state == SX_TRIAL_PRUNED && trial->state == SX_TRIAL_DONE))
        {
          best = trial;
          *score = value;
        }
    }
  if (best && by_model)
    *score = sx_warp_invert (&self->belief.warp, *score);
  return best;
}

guint
sx_study_get_best (SxStudy *self, double *value)
{
  double         score = NAN;
  const SxTrial *best = find_best (self, &score);

  if (value)
    *value = score;
  return best ? best->number : 0;
}

gboolean
sx_study_predict (SxStudy *self, GVariant *point, double *mean, double *sd)
{
  g_autoptr (GVariant) complete = sx_space_complete (self->space, point, NULL);
  g_autofree double *unit = g_new0 (double, get_width (self) + 1);
  double             variance, centre, half;

  if (!complete || !sx_belief_update (&self->belief, self->trials))
    return FALSE;
  sx_space_encode (self->space, complete, unit);
  sx_belief_predict (&self->belief, unit, &centre, &variance);
  half = sqrt (variance);
  *mean = sx_warp_invert (&self->belief.warp, centre);
  *sd = (sx_warp_invert (&self->belief.warp, centre + half) - sx_warp_invert (&self->belief.warp, centre - half)) / 2;
  return TRUE;
}

/* Asking */

static void
draw_random (SxStudy *self, SxRandom *random, double *unit)
{
  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      unit[i] = sx_random_uniform (random);
      if (p->type == SX_PARAMETER_CATEGORY)
        unit[i] = floor (unit[i] * p->n_choices);
    }
  g_variant_unref (g_variant_ref_sink (sx_space_decode (self->space, unit)));
}

static void
draw_design (SxStudy *self, guint number, double *unit)
{
  sx_halton (self->options.seed, number, sx_space_get_n_parameters (self->space), unit);
  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      if (p->type == SX_PARAMETER_CATEGORY)
        unit[i] = floor (unit[i] * p->n_choices);
    }
  g_variant_unref (g_variant_ref_sink (sx_space_decode (self->space, unit)));
}

static gboolean
draw_model (SxStudy *self, guint number, double *unit)
{
  guint              width = get_width (self), n_rows;
  g_autofree double *rows = g_new0 (double, (gsize)N_CANDIDATES *width);

  n_rows = sx_belief_suggest (&self->belief, self->trials, &self->options, number, rows, N_CANDIDATES);
  for (guint i = 0; i < n_rows; i++)
    if (!is_tried (self, rows + (gsize)i * width))
      {
        memcpy (unit, rows + (gsize)i * width, width * sizeof *unit);
        return TRUE;
      }
  return FALSE;
}

static gboolean
draw_fresh (SxStudy *self, guint number, double *unit)
{
  SxRandom random;

  sx_random_init (&random, self->options.seed, number, SX_PURPOSE_FRESH);
  for (guint repeat = 0; repeat < 200; repeat++)
    {
      draw_random (self, &random, unit);
      if (!is_tried (self, unit))
        return TRUE;
    }
  if (self->n_points == 0)
    return TRUE;
  guint64 n_left = self->n_points - MIN (self->n_points, g_hash_table_size (self->tried));
  if (n_left == 0)
    return FALSE;
  enumerate (self, sx_random_next (&random) % n_left, unit);
  return TRUE;
}

static gboolean
choose_point (SxStudy *self, guint number, double *unit)
{
  guint    n_start = CLAMP (self->belief.n_dims + 2, 4, 12);
  SxRandom random;

  if (self->options.sampler == SX_SAMPLER_RANDOM)
    {
      sx_random_init (&random, self->options.seed, number, SX_PURPOSE_RANDOM);
      draw_random (self, &random, unit);
    }
  else if (self->trials->len == 0)
    {
      g_autoptr (GVariant) point = sx_space_ref_default (self->space);
      sx_space_encode (self->space, point, unit);
    }
  else if (self->trials->len < n_start)
    draw_design (self, number, unit);
  else if (!draw_model (self, number, unit))
    draw_design (self, number, unit);
  return !is_tried (self, unit) || draw_fresh (self, number, unit);
}

GVariant *
sx_study_ask (SxStudy *self, guint *trial, GError **error)
{
  guint              number = get_next_number (self);
  g_autofree double *unit = g_new0 (double, get_width (self) + 1);
  GVariant          *point = NULL;

  g_return_val_if_fail (trial, NULL);
  while (!point && (point = g_queue_pop_head (&self->queue)))
    {
      sx_space_encode (self->space, point, unit);
      if (is_tried (self, unit))
        g_clear_pointer (&point, g_variant_unref);
    }
  if (!point)
    {
      if ((self->n_points > 0 && g_hash_table_size (self->tried) >= self->n_points) || !choose_point (self, number, unit))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("All %u points of the search space have been tried."), g_hash_table_size (self->tried));
          return NULL;
        }
      point = g_variant_ref_sink (sx_space_decode (self->space, unit));
    }
  insert_trial (self, number, g_variant_ref (point), SX_TRIAL_RUNNING, NAN);
  *trial = number;
  return point;
}
