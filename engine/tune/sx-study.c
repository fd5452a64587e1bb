/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-acquisition.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A study keeps its trials in order of their numbers and makes its model anew from them for each question, with fixed starts; so what it
 * suggests depends on the trials, the seed and the next number only, and telling the trials again resumes it.
 *
 * Values pass through the half-rank warp of Vizier (the better half is left as it is, the worse half becomes normal scores below it), which
 * tames the long tails of losses. Pending trials enter at the model's own mean (kriging believer), failed ones as worse than the worst. */

#define MAX_MODEL_TRIALS 300
#define MIN_MODEL_TRIALS 4
#define MAX_ENUMERATED 65536
#define N_RUNGS 20
#define ETA 3
#define N_PROTECTED 3
#define N_CANDIDATES 64

typedef struct
{
  guint        number;
  GVariant    *point;
  double      *unit;
  SxTrialState state;
  double       value;
  double       lowest;         /* of the reports */
  double       rungs[N_RUNGS]; /* NaN until reached */
} Trial;

struct _SxStudy
{
  SxSpace       *space;
  SxStudyOptions options;
  GPtrArray     *trials; /* of Trial, by number */
  GQueue         queue;  /* of GVariant */
  GHashTable    *tried;  /* points as bytes */
  guint         *dims;
  guint          n_dims;
  guint64        n_points; /* distinct; 0: too many to count */
  /* The model, until the next change */
  SxGp   *gp;
  double *warped; /* of the model's finished trials, ascending, beside */
  double *values; /* their values */
  guint   n_values;
  double  centre, scale; /* of the standardising after the warp */
};

static void
trial_free (Trial *trial)
{
  g_variant_unref (trial->point);
  g_free (trial->unit);
  g_free (trial);
}

static void
forget_model (SxStudy *self)
{
  g_clear_pointer (&self->gp, sx_gp_free);
  g_clear_pointer (&self->warped, g_free);
  g_clear_pointer (&self->values, g_free);
  self->n_values = 0;
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
  guint    n = sx_space_get_n_parameters (space);
  guint64  n_points = sx_space_get_n_points (space);

  g_return_val_if_fail (space && options, NULL);
  self = g_new0 (SxStudy, 1);
  self->space = sx_space_ref (space);
  self->options = *options;
  self->trials = g_ptr_array_new_with_free_func ((GDestroyNotify)trial_free);
  self->tried = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_queue_init (&self->queue);
  self->dims = g_new0 (guint, n + 1);
  for (guint i = 0; i < n; i++)
    if (sx_parameter_get_n_values (sx_space_get_parameter (space, i)) != 1)
      self->dims[self->n_dims++] = i;
  if (n_points > 0 && n_points <= MAX_ENUMERATED)
    self->n_points = enumerate (self, 0, NULL);
  return self;
}

void
sx_study_free (SxStudy *self)
{
  g_return_if_fail (self);
  forget_model (self);
  g_queue_clear_full (&self->queue, (GDestroyNotify)g_variant_unref);
  g_ptr_array_unref (self->trials);
  g_hash_table_unref (self->tried);
  g_free (self->dims);
  sx_space_unref (self->space);
  g_free (self);
}

static Trial *
find_trial (const SxStudy *self, guint number)
{
  for (guint i = 0; i < self->trials->len; i++)
    if (((Trial *)self->trials->pdata[i])->number == number)
      return self->trials->pdata[i];
  return NULL;
}

static guint
get_next_number (const SxStudy *self)
{
  guint n = self->trials->len;
  return n == 0 ? 1 : ((Trial *)self->trials->pdata[n - 1])->number + 1;
}

/* @point (transfer full) is complete. */
static void
insert_trial (SxStudy *self, guint number, GVariant *point, SxTrialState state, double value)
{
  Trial *trial = g_new0 (Trial, 1);
  guint  at = self->trials->len;

  trial->number = number;
  trial->point = point;
  trial->unit = g_new0 (double, get_width (self) + 1);
  trial->state = state;
  trial->value = value;
  trial->lowest = HUGE_VAL;
  for (guint i = 0; i < N_RUNGS; i++)
    trial->rungs[i] = NAN;
  sx_space_encode (self->space, point, trial->unit);
  g_hash_table_add (self->tried, make_key (self, trial->unit));
  while (at > 0 && ((Trial *)self->trials->pdata[at - 1])->number > number)
    at--;
  g_ptr_array_insert (self->trials, (int)at, trial);
  forget_model (self);
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
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Trial %u is in the study already."), trial);
      return FALSE;
    }
  insert_trial (self, trial, g_steal_pointer (&complete), settle_state (state, value), value);
  return TRUE;
}

gboolean
sx_study_tell (SxStudy *self, guint number, SxTrialState state, double value, GError **error)
{
  Trial *trial = find_trial (self, number);

  if (!trial)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("The study has no trial %u."), number);
      return FALSE;
    }
  trial->state = settle_state (state, value);
  trial->value = value;
  forget_model (self);
  return TRUE;
}

gboolean
sx_study_report (SxStudy *self, guint number, guint step, double value)
{
  Trial  *trial = find_trial (self, number);
  guint64 at = ETA;

  g_return_val_if_fail (trial, FALSE);
  if (!isfinite (value))
    return TRUE;
  trial->lowest = MIN (trial->lowest, value);
  for (guint rung = 0; rung < N_RUNGS && at <= step; rung++, at *= ETA)
    {
      guint n_seen = 1, n_better = 0;
      if (!isnan (trial->rungs[rung]))
        continue;
      trial->rungs[rung] = trial->lowest;
      for (guint i = 0; i < self->trials->len; i++)
        {
          const Trial *other = self->trials->pdata[i];
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

static gboolean
has_value (const Trial *trial)
{
  return trial->state == SX_TRIAL_DONE || trial->state == SX_TRIAL_PRUNED;
}

/* The warp */

/* Acklam's rational start, one step of Halley's method on erfc. */
static double
normal_quantile (double p)
{
  double t = sqrt (-2 * log (MIN (p, 1 - p)));
  double z = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);

  z = p < 0.5 ? -z : z;
  for (guint i = 0; i < 2; i++)
    {
      double e = (erfc (-z / G_SQRT2) / 2 - p) * sqrt (2 * G_PI) * exp (z * z / 2);
      z -= e / (1 + z * e / 2);
    }
  return z;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Fills values (distinct, ascending) and warped (the same, standardised later by centre and scale). */
static void
make_warp (SxStudy *self, double *sorted, guint n)
{
  double median, spread = 0;
  guint  n_unique = 0, n_good = 0;

  qsort (sorted, n, sizeof *sorted, compare_doubles);
  median = n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
  self->values = g_new (double, n);
  self->warped = g_new (double, n);
  for (guint i = 0; i < n; i++)
    if (i == 0 || sorted[i] > sorted[i - 1])
      self->values[n_unique++] = sorted[i];
  self->n_values = n_unique;
  while (n_good < n_unique && self->values[n_good] <= median)
    n_good++;
  for (guint i = 0; i < n_good; i++)
    spread = hypot (spread, (self->values[i] - median) / sqrt (n_good));
  if (!(spread > 0) || !isfinite (spread))
    spread = MAX (fabs (median) * 1e-6, 1e-12);
  guint  n_bad = n_unique - n_good;
  double denominator = n_bad + (n_good > 0 && self->values[n_good - 1] >= median ? 0.5 : 0);
  for (guint i = 0; i < n_unique; i++)
    {
      guint rank = n_unique - i; /* 1: the worst */
      self->warped[i] = (i < n_good ? self->values[i] - median : -spread * normal_quantile (0.5 * (rank - 0.5) / denominator)) / spread;
    }
  self->centre = median;
}

static double
warp (const SxStudy *self, double value)
{
  guint low = 0, high = self->n_values - 1;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (self->values[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }
  return self->warped[low];
}

/* The way back: straight lines between the known pairs, and beyond them. */
static double
unwarp (const SxStudy *self, double warped)
{
  guint n = self->n_values, at = 0;
  if (n == 1)
    return self->values[0];
  while (at + 2 < n && self->warped[at + 1] < warped)
    at++;
  double share = (warped - self->warped[at]) / (self->warped[at + 1] - self->warped[at]);
  return self->values[at] + share * (self->values[at + 1] - self->values[at]);
}

/* The model */

/* The finished trials that the model is made of: all, or the better and the later half of as many as it can bear. */
static GPtrArray *
choose_trials (const SxStudy *self)
{
  GPtrArray         *chosen = g_ptr_array_new ();
  g_autofree double *values = g_new (double, self->trials->len + 1);
  guint              n = 0, n_left = 0;
  double             limit = HUGE_VAL;

  for (guint i = 0; i < self->trials->len; i++)
    if (has_value (self->trials->pdata[i]))
      values[n++] = ((Trial *)self->trials->pdata[i])->value;
  if (n > MAX_MODEL_TRIALS)
    {
      qsort (values, n, sizeof *values, compare_doubles);
      limit = values[MAX_MODEL_TRIALS / 2];
    }
  n_left = n;
  for (guint i = 0; i < self->trials->len; i++)
    {
      Trial *trial = self->trials->pdata[i];
      if (has_value (trial) && (trial->value < limit || n_left <= MAX_MODEL_TRIALS / 2))
        g_ptr_array_add (chosen, trial);
      n_left -= has_value (trial);
    }
  return chosen;
}

static void
add_row (const SxStudy *self, const Trial *trial, double *row)
{
  guint n_parameters = sx_space_get_n_parameters (self->space);
  for (guint i = 0; i < self->n_dims; i++)
    {
      row[i] = trial->unit[self->dims[i]];
      row[self->n_dims + i] = trial->unit[n_parameters + self->dims[i]];
    }
}

static gboolean
make_model (SxStudy *self)
{
  g_autoptr (GPtrArray) chosen = choose_trials (self);
  guint                n = chosen->len, n_all, width = 2 * self->n_dims;
  g_autofree double   *x = NULL, *y = NULL, *sorted = NULL;
  g_autofree gboolean *is_category = g_new0 (gboolean, self->n_dims + 1);
  double               mean = 0, square = 0, worst;

  if (self->gp)
    return TRUE;
  if (n < MIN_MODEL_TRIALS || self->n_dims == 0)
    return FALSE;
  for (guint i = 0; i < self->n_dims; i++)
    is_category[i] = sx_space_get_parameter (self->space, self->dims[i])->type == SX_PARAMETER_CATEGORY;
  sorted = g_new (double, n);
  for (guint i = 0; i < n; i++)
    sorted[i] = ((Trial *)chosen->pdata[i])->value;
  forget_model (self);
  make_warp (self, sorted, n);
  x = g_new0 (double, (gsize)(self->trials->len + 1) * width);
  y = g_new0 (double, self->trials->len + 1);
  for (guint i = 0; i < n; i++)
    {
      const Trial *trial = chosen->pdata[i];
      add_row (self, trial, x + (gsize)i * width);
      y[i] = warp (self, trial->value);
      mean += y[i] / n;
    }
  worst = self->warped[self->n_values - 1] + 0.5;
  n_all = n;
  for (guint i = self->trials->len; i-- > 0 && n_all < MAX_MODEL_TRIALS + 100;)
    if (((Trial *)self->trials->pdata[i])->state == SX_TRIAL_FAILED)
      {
        add_row (self, self->trials->pdata[i], x + (gsize)n_all * width);
        y[n_all++] = worst;
      }
  for (guint i = 0; i < n; i++)
    square += (y[i] - mean) * (y[i] - mean) / n;
  self->centre = mean;
  self->scale = square > 1e-24 ? sqrt (square) : 1;
  for (guint i = 0; i < n_all; i++)
    y[i] = (y[i] - self->centre) / self->scale;
  self->gp = sx_gp_new (self->n_dims, is_category);
  sx_gp_set_data (self->gp, x, y, n_all);
  if (sx_gp_fit (self->gp))
    return TRUE;
  forget_model (self);
  return FALSE;
}

/* The model with the running trials at its own mean (transfer full). */
static SxGp *
add_pending (SxStudy *self)
{
  SxGp              *gp = sx_gp_new (self->n_dims, self->gp->is_category);
  guint              n = self->gp->n, width = 2 * self->n_dims;
  g_autofree double *x = g_new0 (double, (gsize)(n + self->trials->len) * width + 1), *y = g_new0 (double, n + self->trials->len);

  memcpy (x, self->gp->x, (gsize)n * width * sizeof *x);
  memcpy (y, self->gp->y, n * sizeof *y);
  memcpy (gp->theta, self->gp->theta, (self->n_dims + 1) * sizeof *y);
  for (guint i = 0; i < self->trials->len; i++)
    if (((Trial *)self->trials->pdata[i])->state == SX_TRIAL_RUNNING)
      {
        double variance;
        add_row (self, self->trials->pdata[i], x + (gsize)n * width);
        sx_gp_predict (self->gp, x + (gsize)n * width, &y[n], &variance, NULL, NULL);
        n++;
      }
  sx_gp_set_data (gp, x, y, n);
  if (!sx_gp_factor (gp))
    g_clear_pointer (&gp, sx_gp_free);
  return gp;
}

/* With is_noisy the trial of the lowest posterior mean, else of the lowest value; done ones before pruned ones. */
static const Trial *
find_best (SxStudy *self, double *score)
{
  const Trial       *best = NULL;
  g_autofree double *row = g_new0 (double, 2 * self->n_dims + 1);
  gboolean           by_model = self->options.is_noisy && make_model (self);

  for (guint i = 0; i < self->trials->len; i++)
    {
      const Trial *trial = self->trials->pdata[i];
      double       value = trial->value, variance;
      if (!has_value (trial) || (best && best->state == SX_TRIAL_DONE && trial->state == SX_TRIAL_PRUNED))
        continue;
      if (by_model)
        {
          add_row (self, trial, row);
          sx_gp_predict (self->gp, row, &value, &variance, NULL, NULL);
        }
      if (!best || value < *score || (best->state == SX_TRIAL_PRUNED && trial->state == SX_TRIAL_DONE))
        {
          best = trial;
          *score = value;
        }
    }
  if (best && by_model)
    *score = unwarp (self, *score * self->scale + self->centre);
  return best;
}

guint
sx_study_get_best (SxStudy *self, double *value)
{
  double       score = NAN;
  const Trial *best = find_best (self, &score);

  if (value)
    *value = score;
  return best ? best->number : 0;
}

gboolean
sx_study_predict (SxStudy *self, GVariant *point, double *mean, double *sd)
{
  g_autoptr (GVariant) complete = sx_space_complete (self->space, point, NULL);
  g_autofree double *row = g_new0 (double, 2 * self->n_dims + 1);
  Trial              trial = { 0 };
  double             variance, centre, half;

  if (!complete || !make_model (self))
    return FALSE;
  trial.unit = g_new0 (double, get_width (self) + 1);
  sx_space_encode (self->space, complete, trial.unit);
  add_row (self, &trial, row);
  g_free (trial.unit);
  sx_gp_predict (self->gp, row, &centre, &variance, NULL, NULL);
  half = sqrt (variance) * self->scale;
  centre = centre * self->scale + self->centre;
  *mean = unwarp (self, centre);
  *sd = (unwarp (self, centre + half) - unwarp (self, centre - half)) / 2;
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
  guint              width = get_width (self);
  g_autofree double *rows = g_new0 (double, (gsize)N_CANDIDATES *width);
  g_autofree double *row = g_new0 (double, 2 * self->n_dims + 1);
  g_autoptr (SxGp) gp = NULL;
  SxAcquisition acquisition = { .space = self->space, .dims = self->dims, .seed = self->options.seed, .trial = number };
  double        score = 0, variance, noise;
  guint         n_rows;

  if (!make_model (self))
    return FALSE;
  const Trial *best = find_best (self, &score);
  gp = add_pending (self);
  if (!gp || !best)
    return FALSE;
  acquisition.gp = gp;
  acquisition.incumbent = best->unit;
  noise = exp (gp->theta[self->n_dims]);
  acquisition.is_bound = !self->options.is_noisy && noise < 0.05 && number % 3 != 0;
  add_row (self, best, row);
  sx_gp_predict (gp, row, &acquisition.best, &variance, NULL, NULL);
  if (!self->options.is_noisy)
    acquisition.best = (warp (self, best->value) - self->centre) / self->scale;
  n_rows = sx_acquisition_maximise (&acquisition, rows, N_CANDIDATES);
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
  guint    n_start = CLAMP (self->n_dims + 2, 4, 12);
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
