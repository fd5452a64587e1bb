/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-acquisition.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

/* Where to try next. Scattered points and points round the incumbent are scored, the best of them climb: the numbers by L-BFGS with the
 * rest held, then the choices and whole numbers by exhaustive or neighbouring moves, in turns. Everything returned is snapped to the space
 * and scored again where it really lies. */

#define N_SCATTERED 384
#define N_LOCAL 96
#define N_GLOBAL_STARTS 5
#define N_LOCAL_STARTS 3
#define N_ROUNDS 2
#define MAX_SWEEP 16 /* a parameter of so many values is searched through, a larger one moved by L-BFGS and one value up and down */
#define BOUND_FACTOR 2.0

/* Phi (u) / phi (u) for u <= -1: a continued fraction from the end (Abramowitz and Stegun 7.1.14), or erfc where that is exact. */
static double
mills (double u)
{
  double x = -u / G_SQRT2, fraction = x;

  if (x < 2)
    return sqrt (G_PI_2) * exp (x * x) * erfc (x);
  for (int i = 80; i > 0; i--)
    fraction = x + i / 2.0 / fraction;
  return 1 / (G_SQRT2 * fraction);
}

double
sx_log_expected_improvement (double u, double *derivative)
{
  double half_log_2pi = 0.91893853320467274178;

  if (u > -1)
    {
      double phi = exp (-u * u / 2 - half_log_2pi), cumulative = erfc (-u / G_SQRT2) / 2;
      if (derivative)
        *derivative = cumulative / (phi + u * cumulative);
      return log (phi + u * cumulative);
    }
  double ratio, square = 1 / (u * u);
  double rest = u > -100 ? 1 + u * mills (u) : square * (1 - 3 * square * (1 - 5 * square * (1 - 7 * square)));
  ratio = u > -100 ? mills (u) : (1 - rest) / -u;
  if (derivative)
    *derivative = ratio / rest;
  return -u * u / 2 - half_log_2pi + (u > -1e100 ? log (rest) : -2 * log (-u));
}

/* Score of a row of the gp, with gradient over its coordinates (nullable). */
static double
score_row (const SxAcquisition *self, const double *row, double *gradient)
{
  guint              n = self->gp->n_dims;
  g_autofree double *slopes = gradient ? g_new (double, 2 * n + 1) : NULL;
  double             mean, variance, sd, u, derivative;

  sx_gp_predict (self->gp, row, &mean, &variance, slopes, slopes ? slopes + n : NULL);
  sd = sqrt (variance);
  if (self->is_bound)
    {
      for (guint i = 0; gradient && i < n; i++)
        gradient[i] = BOUND_FACTOR * slopes[n + i] / (2 * sd) - slopes[i];
      return BOUND_FACTOR * sd - mean;
    }
  u = (self->best - mean) / sd;
  double log_h = sx_log_expected_improvement (u, &derivative);
  for (guint i = 0; gradient && i < n; i++)
    {
      double relative = slopes[n + i] / (2 * variance);
      gradient[i] = derivative * (-slopes[i] / sd - u * relative) + relative;
    }
  return log_h + log (sd);
}

static void
fill_row (const SxAcquisition *self, const double *unit, double *row)
{
  guint n = self->gp->n_dims, n_parameters = sx_space_get_n_parameters (self->space);
  for (guint i = 0; i < n; i++)
    {
      row[i] = unit[self->dims[i]];
      row[n + i] = unit[n_parameters + self->dims[i]];
    }
}

double
sx_acquisition_score (const SxAcquisition *self, const double *unit)
{
  g_autofree double *row = g_new (double, 2 * self->gp->n_dims + 1);
  fill_row (self, unit, row);
  return score_row (self, row, NULL);
}

static double
snap_and_score (const SxAcquisition *self, double *unit)
{
  g_variant_unref (g_variant_ref_sink (sx_space_decode (self->space, unit)));
  return sx_acquisition_score (self, unit);
}

/* Climbing over the numbers */

typedef struct
{
  const SxAcquisition *acquisition;
  double              *row, *gradient;
  guint               *moving; /* n_moving coordinates of the gp */
  double              *best;
  double               best_score;
} Climb;

static double
climb_cb (unsigned n, const double *x, double *gradient, void *data)
{
  Climb *climb = data;
  double score;

  for (unsigned i = 0; i < n; i++)
    climb->row[climb->moving[i]] = x[i];
  score = score_row (climb->acquisition, climb->row, gradient ? climb->gradient : NULL);
  for (unsigned i = 0; gradient && i < n; i++)
    gradient[i] = isfinite (climb->gradient[climb->moving[i]]) ? -climb->gradient[climb->moving[i]] : 0;
  if (!isfinite (score))
    return 1e100;
  if (score > climb->best_score)
    {
      climb->best_score = score;
      memcpy (climb->best, x, n * sizeof *x);
    }
  return -score;
}

static void
climb_numbers (const SxAcquisition *self, double *unit)
{
  guint              n = self->gp->n_dims, n_moving = 0, n_parameters = sx_space_get_n_parameters (self->space);
  g_autofree double *row = g_new (double, 2 * n + 1), *gradient = g_new (double, n + 1), *best = g_new (double, n + 1);
  g_autofree double *x = g_new (double, n + 1);
  g_autofree guint  *moving = g_new (guint, n + 1);
  Climb              climb = { self, row, gradient, moving, best, -HUGE_VAL };
  double             loss;

  fill_row (self, unit, row);
  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, self->dims[i]);
      guint64            n_values = sx_parameter_get_n_values (p);
      if (p->type != SX_PARAMETER_CATEGORY && (n_values == 0 || n_values > MAX_SWEEP) && unit[n_parameters + self->dims[i]] < 0.5)
        {
          x[n_moving] = unit[self->dims[i]];
          moving[n_moving++] = i;
        }
    }
  if (n_moving == 0)
    return;
  nlopt_opt opt = nlopt_create (NLOPT_LD_LBFGS, n_moving);
  nlopt_set_lower_bounds1 (opt, 0);
  nlopt_set_upper_bounds1 (opt, 1);
  nlopt_set_min_objective (opt, climb_cb, &climb);
  nlopt_set_ftol_rel (opt, 1e-7);
  nlopt_set_maxeval (opt, 60);
  nlopt_optimize (opt, x, &loss);
  nlopt_destroy (opt);
  if (isfinite (climb.best_score))
    for (guint i = 0; i < n_moving; i++)
      unit[self->dims[moving[i]]] = best[i];
}

/* Tries the other values of every parameter that has values; returns whether @unit changed. */
static gboolean
sweep_values (const SxAcquisition *self, double *unit, double *score)
{
  guint              width = 2 * sx_space_get_n_parameters (self->space);
  g_autofree double *trial = g_new (double, width);
  gboolean           is_changed = FALSE;

  for (guint i = 0; i < self->gp->n_dims; i++)
    {
      guint              at = self->dims[i];
      const SxParameter *p = sx_space_get_parameter (self->space, at);
      guint64            n_values = sx_parameter_get_n_values (p), first = 0, last;
      if (n_values == 0)
        continue;
      last = n_values - 1;
      if (n_values > MAX_SWEEP && p->type != SX_PARAMETER_CATEGORY)
        {
          guint64 low = 0, high = last;
          while (low < high)
            {
              guint64 middle = low + (high - low) / 2;
              if (sx_parameter_get_unit (p, middle) < unit[at] - 1e-12)
                low = middle + 1;
              else
                high = middle;
            }
          first = low > 0 ? low - 1 : 0;
          last = MIN (low + 1, last);
        }
      for (guint64 value = first; value <= last; value++)
        {
          double other;
          memcpy (trial, unit, width * sizeof *trial);
          trial[at] = sx_parameter_get_unit (p, value);
          other = snap_and_score (self, trial);
          if (other > *score + 1e-12)
            {
              *score = other;
              memcpy (unit, trial, width * sizeof *trial);
              is_changed = TRUE;
            }
        }
    }
  return is_changed;
}

static double
climb (const SxAcquisition *self, double *unit)
{
  guint              width = 2 * sx_space_get_n_parameters (self->space);
  g_autofree double *trial = g_memdup2 (unit, width * sizeof *unit);
  double             score = snap_and_score (self, unit);

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      memcpy (trial, unit, width * sizeof *trial);
      climb_numbers (self, trial);
      double other = snap_and_score (self, trial);
      if (other > score)
        {
          score = other;
          memcpy (unit, trial, width * sizeof *trial);
        }
      if (!sweep_values (self, unit, &score))
        break;
    }
  return score;
}

/* Candidates */

typedef struct
{
  double score;
  guint  index;
} Scored;

static int
compare_scored (const void *a, const void *b)
{
  const Scored *x = a, *y = b;
  if (x->score > y->score || x->score < y->score)
    return x->score > y->score ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

static void
scatter (const SxAcquisition *self, double *unit, guint index)
{
  SxRandom random;
  guint64  seed;

  sx_random_init (&random, self->seed, self->trial, SX_PURPOSE_CANDIDATES);
  seed = sx_random_next (&random);
  sx_random_init (&random, seed, index, SX_PURPOSE_CANDIDATES);
  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      unit[i] = sx_random_uniform (&random);
      if (p->type == SX_PARAMETER_CATEGORY)
        unit[i] = floor (unit[i] * p->n_choices);
    }
}

static void
step_aside (const SxAcquisition *self, double *unit, guint index)
{
  static const double spreads[] = { 0.01, 0.03, 0.08, 0.2 };
  SxRandom            random;

  sx_random_init (&random, self->seed ^ ((guint64)index << 32), self->trial, SX_PURPOSE_LOCAL);
  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      unit[i] = self->incumbent[i];
      if (p->type == SX_PARAMETER_CATEGORY)
        {
          if (sx_random_uniform (&random) < 0.15)
            unit[i] = floor (sx_random_uniform (&random) * p->n_choices);
        }
      else
        unit[i] = CLAMP (unit[i] + spreads[index % 4] * sx_random_normal (&random), 0, 1);
    }
}

guint
sx_acquisition_maximise (const SxAcquisition *self, double *rows, guint n_rows)
{
  guint              width = 2 * sx_space_get_n_parameters (self->space), n = N_SCATTERED + N_LOCAL, n_starts = 0, n_best = 0;
  g_autofree double *units = g_new0 (double, (gsize)n *width);
  g_autofree Scored *scored = g_new (Scored, n);
  Scored             starts[N_GLOBAL_STARTS + N_LOCAL_STARTS];

  for (guint i = 0; i < n; i++)
    {
      double *unit = units + (gsize)i * width;
      if (i < N_SCATTERED)
        scatter (self, unit, i);
      else
        step_aside (self, unit, i - N_SCATTERED);
      scored[i] = (Scored){ snap_and_score (self, unit), i };
    }
  qsort (scored, N_SCATTERED, sizeof *scored, compare_scored);
  qsort (scored + N_SCATTERED, N_LOCAL, sizeof *scored, compare_scored);
  for (guint i = 0; i < N_GLOBAL_STARTS; i++)
    starts[n_starts++] = scored[i];
  for (guint i = 0; i < N_LOCAL_STARTS; i++)
    starts[n_starts++] = scored[N_SCATTERED + i];
  for (guint i = 0; i < n_starts; i++)
    starts[i].score = climb (self, units + (gsize)starts[i].index * width);
  qsort (starts, n_starts, sizeof *starts, compare_scored);
  for (guint i = 0; i < n_starts && n_best < n_rows; i++)
    memcpy (rows + (gsize)n_best++ * width, units + (gsize)starts[i].index * width, width * sizeof *rows);
  qsort (scored, n, sizeof *scored, compare_scored);
  for (guint i = 0; i < n && n_best < n_rows; i++)
    memcpy (rows + (gsize)n_best++ * width, units + (gsize)scored[i].index * width, width * sizeof *rows);
  return n_best;
}
