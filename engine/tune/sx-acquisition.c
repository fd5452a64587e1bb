/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-acquisition.h"

#include "tune/sx-dense.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

/* Where to try next. Scattered points and points round the incumbent are scored, the best of them climb: the numbers by L-BFGS with the
 * rest held, then the choices and whole numbers by exhaustive or neighbouring moves, in turns. Everything returned is snapped to the space
 * and scored again where it really lies. */

#define N_SCATTERED 512
#define N_LOCAL 128
#define N_GLOBAL_STARTS 5
#define N_LOCAL_STARTS 3
#define N_ROUNDS 3
#define N_EVALUATIONS 50
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

double
sx_log_normal_cumulative (double z, double *derivative)
{
  double half_log_2pi = 0.91893853320467274178, value;

  if (z > -1)
    {
      double cumulative = erfc (-z / G_SQRT2) / 2;
      if (derivative)
        *derivative = exp (-z * z / 2 - half_log_2pi) / cumulative;
      return log (cumulative);
    }
  value = mills (z);
  if (derivative)
    *derivative = 1 / value;
  return -z * z / 2 - half_log_2pi + log (value);
}

/* Scoring */

typedef struct
{
  double *k, *slopes, *v, *along, *shares, *row, *gradient;
} Scratch;

static void
scratch_init (Scratch *self, const SxAcquisition *acquisition)
{
  gsize   stride = acquisition->gp->stride, n_dims = acquisition->gp->n_dims;
  double *all = g_new0 (double, 4 * stride + acquisition->n_draws + 3 * n_dims + 1);

  self->k = all;
  self->slopes = self->k + stride;
  self->v = self->slopes + stride;
  self->along = self->v + stride;
  self->shares = self->along + stride;
  self->row = self->shares + acquisition->n_draws;
  self->gradient = self->row + 2 * n_dims;
}

static void
scratch_clear (Scratch *self)
{
  g_clear_pointer (&self->k, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scratch, scratch_clear)

/* The objective's part, by the draws' means. @shares (nullable): of each draw in the gradient along its alpha; @by_variance: d score / d variance. */
static double
score_objective (const SxAcquisition *self, const double *means, double variance, double *shares, double *by_variance)
{
  double sd = sqrt (variance), top = -HUGE_VAL, sum = 0;
  double logs[SX_ACQUISITION_MAX_DRAWS], slopes[SX_ACQUISITION_MAX_DRAWS];

  if (self->is_bound)
    {
      if (shares)
        {
          shares[0] = -1;
          *by_variance = BOUND_FACTOR / (2 * sd);
        }
      return BOUND_FACTOR * sd - means[0];
    }
  for (guint i = 0; i < self->n_draws; i++)
    {
      logs[i] = sx_log_expected_improvement ((self->bests[i] - means[i]) / sd, &slopes[i]);
      top = MAX (top, logs[i]);
    }
  for (guint i = 0; i < self->n_draws; i++)
    sum += exp (logs[i] - top);
  if (shares)
    *by_variance = 1 / (2 * variance);
  for (guint i = 0; shares && i < self->n_draws; i++)
    {
      double share = exp (logs[i] - top) / sum * slopes[i];
      shares[i] = -share / sd;
      *by_variance -= share * (self->bests[i] - means[i]) / sd / (2 * variance);
    }
  return top + log (sum / self->n_draws) + log (sd);
}

static double
score_viability (const SxAcquisition *self, const double *row, double *gradient)
{
  guint              n = self->gp->n_dims;
  g_autofree double *slopes = gradient ? g_new (double, 2 * n + 1) : NULL;
  double             mean, variance, derivative, score;

  sx_gp_predict (self->viability, row, &mean, &variance, slopes, slopes ? slopes + n : NULL);
  score = sx_log_normal_cumulative (mean / sqrt (variance), &derivative);
  for (guint i = 0; gradient && i < n; i++)
    gradient[i] += derivative / sqrt (variance) * (slopes[i] - mean * slopes[n + i] / (2 * variance));
  return score;
}

/* Score of a row of the gp, with gradient over its coordinates (nullable). */
static double
score_row (const SxAcquisition *self, Scratch *scratch, const double *row, double *gradient)
{
  const SxGp *gp = self->gp;
  double      means[SX_ACQUISITION_MAX_DRAWS], by_variance = 0, score;
  double      variance = sx_gp_weigh (gp, row, scratch->k, gradient ? scratch->slopes : NULL, scratch->v);

  for (guint i = 0; i < self->n_draws; i++)
    means[i] = gp->mean + sx_dense_dot (scratch->k, self->alphas + i * gp->stride, gp->n);
  score = score_objective (self, means, variance, gradient ? scratch->shares : NULL, &by_variance);
  if (gradient)
    {
      for (guint i = 0; i < gp->n; i++)
        scratch->along[i] = -2 * by_variance * scratch->v[i];
      for (guint draw = 0; draw < (self->is_bound ? 1 : self->n_draws); draw++)
        for (guint i = 0; i < gp->n; i++)
          scratch->along[i] += scratch->shares[draw] * self->alphas[draw * gp->stride + i];
      sx_gp_slope (gp, row, scratch->slopes, scratch->along, gradient);
    }
  return self->viability ? score + score_viability (self, row, gradient) : score;
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
sx_acquisition_slope (const SxAcquisition *self, const double *unit, double *gradient)
{
  g_auto (Scratch) scratch = { 0 };

  scratch_init (&scratch, self);
  fill_row (self, unit, scratch.row);
  return score_row (self, &scratch, scratch.row, gradient);
}

double
sx_acquisition_score (const SxAcquisition *self, const double *unit)
{
  return sx_acquisition_slope (self, unit, NULL);
}

/* Snaps and scores many. */
static void
score_units (const SxAcquisition *self, double *units, guint n_units, double *scores)
{
  guint              width = 2 * sx_space_get_n_parameters (self->space), row_width = 2 * self->gp->n_dims;
  g_autofree double *rows = g_new (double, (gsize)n_units *row_width + 1), *means = g_new (double, (gsize)n_units * self->n_draws + 1);
  g_autofree double *variances = g_new (double, n_units + 1), *viable = g_new (double, n_units + 1);

  for (guint i = 0; i < n_units; i++)
    {
      sx_space_snap (self->space, units + (gsize)i * width);
      fill_row (self, units + (gsize)i * width, rows + (gsize)i * row_width);
    }
  sx_gp_predict_many (self->gp, rows, n_units, self->alphas, self->n_draws, means, variances);
  for (guint i = 0; i < n_units; i++)
    scores[i] = score_objective (self, means + (gsize)i * self->n_draws, variances[i], NULL, NULL);
  if (!self->viability)
    return;
  sx_gp_predict_many (self->viability, rows, n_units, self->viability->alpha, 1, viable, variances);
  for (guint i = 0; i < n_units; i++)
    scores[i] += sx_log_normal_cumulative (viable[i] / sqrt (variances[i]), NULL);
}

static double
snap_and_score (const SxAcquisition *self, double *unit)
{
  sx_space_snap (self->space, unit);
  return sx_acquisition_score (self, unit);
}

/* Climbing over the numbers */

typedef struct
{
  const SxAcquisition *acquisition;
  Scratch              scratch;
  guint               *moving; /* n_moving coordinates of the gp */
  double              *best;
  double               best_score;
} Climb;

static double
climb_cb (unsigned n, const double *x, double *gradient, void *data)
{
  Climb  *climb = data;
  double *slopes = climb->scratch.gradient, score;

  for (unsigned i = 0; i < n; i++)
    climb->scratch.row[climb->moving[i]] = x[i];
  score = score_row (climb->acquisition, &climb->scratch, climb->scratch.row, gradient ? slopes : NULL);
  for (unsigned i = 0; gradient && i < n; i++)
    gradient[i] = isfinite (slopes[climb->moving[i]]) ? -slopes[climb->moving[i]] : 0;
  if (!isfinite (score))
    return 1e100;
  if (score > climb->best_score)
    {
      climb->best_score = score;
      memcpy (climb->best, x, n * sizeof *x);
    }
  return -score;
}

/* Whether L-BFGS moves it: a number of many values, alive. */
static gboolean
is_moving (const SxAcquisition *self, const double *unit, guint at)
{
  const SxParameter *p = sx_space_get_parameter (self->space, at);
  guint64            n_values = sx_parameter_get_n_values (p);

  return p->type != SX_PARAMETER_CATEGORY && (n_values == 0 || n_values > MAX_SWEEP) && unit[sx_space_get_n_parameters (self->space) + at] < 0.5;
}

static void
climb_numbers (const SxAcquisition *self, double *unit)
{
  guint              n = self->gp->n_dims, n_moving = 0;
  g_autofree double *best = g_new (double, n + 1), *x = g_new (double, n + 1);
  g_autofree guint  *moving = g_new (guint, n + 1);
  Climb              climb = { self, { 0 }, moving, best, -HUGE_VAL };
  double             loss;

  for (guint i = 0; i < n; i++)
    if (is_moving (self, unit, self->dims[i]))
      {
        x[n_moving] = unit[self->dims[i]];
        moving[n_moving++] = i;
      }
  if (n_moving == 0)
    return;
  scratch_init (&climb.scratch, self);
  fill_row (self, unit, climb.scratch.row);
  nlopt_opt opt = nlopt_create (NLOPT_LD_LBFGS, n_moving);
  nlopt_set_lower_bounds1 (opt, 0);
  nlopt_set_upper_bounds1 (opt, 1);
  nlopt_set_min_objective (opt, climb_cb, &climb);
  nlopt_set_ftol_rel (opt, 1e-7);
  nlopt_set_maxeval (opt, N_EVALUATIONS);
  nlopt_optimize (opt, x, &loss);
  nlopt_destroy (opt);
  scratch_clear (&climb.scratch);
  if (isfinite (climb.best_score))
    for (guint i = 0; i < n_moving; i++)
      unit[self->dims[moving[i]]] = best[i];
}

/* Single changes of values */

/* The values of parameter @at to try instead of @unit's: all of a few, else the nearest ones. */
static void
get_alternatives (const SxAcquisition *self, const double *unit, guint at, guint64 *first, guint64 *last)
{
  const SxParameter *p = sx_space_get_parameter (self->space, at);
  guint64            n_values = sx_parameter_get_n_values (p), low = 0, high = n_values - 1;

  *first = 0;
  *last = high;
  if (n_values <= MAX_SWEEP || p->type == SX_PARAMETER_CATEGORY)
    return;
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;
      if (sx_parameter_get_unit (p, middle) < unit[at] - 1e-12)
        low = middle + 1;
      else
        high = middle;
    }
  *first = low > 0 ? low - 1 : 0;
  *last = MIN (low + 1, *last);
}

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

typedef struct
{
  guint   at;
  guint64 value;
} Change;

/* Scores every change of one value at once, then makes those that help, the best first, as long as they do. Returns whether @unit changed. */
static gboolean
sweep_values (const SxAcquisition *self, double *unit, double *score)
{
  guint width = 2 * sx_space_get_n_parameters (self->space);
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_autofree double *trial = g_new (double, width), *units = NULL, *scores = NULL;
  g_autofree Scored *order = NULL;
  gboolean           is_changed = FALSE;

  for (guint i = 0; i < self->gp->n_dims; i++)
    {
      Change  change = { self->dims[i], 0 };
      guint64 last;
      if (sx_parameter_get_n_values (sx_space_get_parameter (self->space, change.at)) == 0 || unit[width / 2 + change.at] > 0.5)
        continue;
      for (get_alternatives (self, unit, change.at, &change.value, &last); change.value <= last; change.value++)
        g_array_append_val (changes, change);
    }
  if (changes->len == 0)
    return FALSE;
  units = g_new (double, (gsize)changes->len *width);
  scores = g_new (double, changes->len);
  order = g_new (Scored, changes->len);
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);
      memcpy (units + (gsize)i * width, unit, width * sizeof *unit);
      units[(gsize)i * width + change->at] = sx_parameter_get_unit (sx_space_get_parameter (self->space, change->at), change->value);
    }
  score_units (self, units, changes->len, scores);
  for (guint i = 0; i < changes->len; i++)
    order[i] = (Scored){ scores[i], i };
  qsort (order, changes->len, sizeof *order, compare_scored);
  double before = *score;
  for (guint i = 0; i < changes->len && order[i].score > before + 1e-12; i++)
    {
      const Change *change = &g_array_index (changes, Change, order[i].index);
      double        other;
      memcpy (trial, unit, width * sizeof *trial);
      trial[change->at] = sx_parameter_get_unit (sx_space_get_parameter (self->space, change->at), change->value);
      other = snap_and_score (self, trial);
      if (other > *score + 1e-12)
        {
          *score = other;
          memcpy (unit, trial, width * sizeof *trial);
          is_changed = TRUE;
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

static void
scatter (const SxAcquisition *self, double *unit, SxRandom *random)
{
  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      unit[i] = sx_random_uniform (random);
      if (p->type == SX_PARAMETER_CATEGORY)
        unit[i] = floor (unit[i] * p->n_choices);
    }
}

/* Beside the incumbent: all coordinates changed, or some, or few, by steps of several sizes; few values are drawn anew. */
static void
step_aside (const SxAcquisition *self, double *unit, guint index, SxRandom *random)
{
  static const double spreads[] = { 0.01, 0.03, 0.08, 0.2 };
  guint               n = self->gp->n_dims, kind = index / 4 % 3;
  double              share = kind == 0 ? 1 : kind == 1 ? 0.4
                                                        : 1.5 / n;

  memcpy (unit, self->incumbent, 2 * sx_space_get_n_parameters (self->space) * sizeof *unit);
  for (guint i = 0; i < n; i++)
    {
      guint              at = self->dims[i];
      const SxParameter *p = sx_space_get_parameter (self->space, at);
      guint64            n_values = sx_parameter_get_n_values (p);
      double             chance = sx_random_uniform (random), normal = sx_random_normal (random), uniform = sx_random_uniform (random);
      if (p->type == SX_PARAMETER_CATEGORY || (n_values > 0 && n_values <= MAX_SWEEP))
        {
          if (chance < MIN (share, MAX (0.15, 2.0 / n)))
            unit[at] = sx_parameter_get_unit (p, (guint64)(uniform * (double)n_values));
        }
      else if (chance < share)
        unit[at] = CLAMP (unit[at] + spreads[index % 4] * normal, 0, 1);
    }
}

guint
sx_acquisition_maximise (const SxAcquisition *self, double *rows, guint n_rows)
{
  guint              width = 2 * sx_space_get_n_parameters (self->space), n = N_SCATTERED + N_LOCAL, n_starts = 0, n_best = 0;
  g_autofree double *units = g_new0 (double, (gsize)n *width), *scores = g_new (double, n);
  g_autofree Scored *scored = g_new (Scored, n);
  Scored             starts[N_GLOBAL_STARTS + N_LOCAL_STARTS];
  SxRandom           random, local;

  sx_random_init (&random, self->seed, self->trial, SX_PURPOSE_CANDIDATES);
  sx_random_init (&local, self->seed, self->trial, SX_PURPOSE_LOCAL);
  for (guint i = 0; i < N_SCATTERED; i++)
    scatter (self, units + (gsize)i * width, &random);
  for (guint i = 0; i < N_LOCAL; i++)
    step_aside (self, units + (gsize)(N_SCATTERED + i) * width, i, &local);
  score_units (self, units, n, scores);
  for (guint i = 0; i < n; i++)
    scored[i] = (Scored){ scores[i], i };
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
