/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-belief.h"

#include "tune/sx-dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values are warped before they are modelled. Under noise, and with other trials running, the improvement is averaged over draws of what the function may be at those
 * trials and at the best finished ones. Without noise two suggestions of three are the lower confidence bound's, which exploits less early and more late. */

#define MAX_TRIALS 1024
#define MIN_TRIALS 4
#define MAX_FAILURES 512
#define N_DRAWS 32
#define N_UNCERTAIN 20 /* the best finished trials, whose true values are drawn under noise */
#define MAX_PENDING 64
#define MAX_BOUND_DIMS 20 /* beyond, the bound wanders from corner to corner */
#define NOISY 0.05        /* of the variance, above which values are treated as noisy whatever was said */

void
sx_belief_init (SxBelief *self, SxSpace *space, gboolean is_noisy)
{
  guint                n = sx_space_get_n_parameters (space);
  g_autofree gboolean *is_category = g_new0 (gboolean, n + 1);

  memset (self, 0, sizeof *self);
  self->space = sx_space_ref (space);
  self->dims = g_new0 (guint, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = sx_space_get_parameter (space, i);
      if (sx_parameter_get_n_values (p) == 1)
        continue;
      is_category[self->n_dims] = p->type == SX_PARAMETER_CATEGORY;
      self->dims[self->n_dims++] = i;
    }
  sx_surrogate_init (&self->objective, self->n_dims, is_category);
  sx_surrogate_init (&self->viability, self->n_dims, is_category);
  self->objective.is_unit = is_noisy; /* what is noise and what is signal is hard enough to tell */
  self->finished = g_ptr_array_new ();
}

void
sx_belief_clear (SxBelief *self)
{
  sx_surrogate_clear (&self->objective);
  sx_surrogate_clear (&self->viability);
  sx_warp_clear (&self->warp);
  g_clear_pointer (&self->finished, g_ptr_array_unref);
  g_clear_pointer (&self->dims, g_free);
  g_clear_pointer (&self->space, sx_space_unref);
}

void
sx_belief_touch (SxBelief *self)
{
  self->is_current = FALSE;
}

gboolean
sx_trial_has_value (const SxTrial *self)
{
  return self->state == SX_TRIAL_DONE || self->state == SX_TRIAL_PRUNED;
}

static void
fill_row (const SxBelief *self, const double *unit, double *row)
{
  guint n_parameters = sx_space_get_n_parameters (self->space);
  for (guint i = 0; i < self->n_dims; i++)
    {
      row[i] = unit[self->dims[i]];
      row[self->n_dims + i] = unit[n_parameters + self->dims[i]];
    }
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double *
dup_values (GPtrArray *trials, guint n)
{
  double *values = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    values[i] = ((SxTrial *)trials->pdata[i])->value;
  return values;
}

/* Of more trials than the process can bear, among those that the lengthscales are fitted to: the best and the latest half. Later ones stay. */
static void
thin_out (GPtrArray *finished)
{
  guint              n_old = sx_surrogate_choose_n_fit (finished->len), n_kept = 0, n_left = n_old;
  g_autofree double *values = dup_values (finished, n_old);
  double             limit;

  if (finished->len <= MAX_TRIALS)
    return;
  qsort (values, n_old, sizeof *values, compare_doubles);
  limit = values[MAX_TRIALS / 2];
  for (guint i = 0; i < finished->len; i++)
    {
      const SxTrial *trial = finished->pdata[i];
      if (i >= n_old || trial->value < limit || n_left <= MAX_TRIALS / 2)
        finished->pdata[n_kept++] = finished->pdata[i];
      n_left -= i < n_old;
    }
  g_ptr_array_set_size (finished, (int)n_kept);
}

static gboolean
update_objective (SxBelief *self, GPtrArray *trials)
{
  guint              n, n_fit;
  g_autofree double *x = NULL, *y = NULL, *fit_y = NULL, *values = NULL, *fit_values = NULL;
  g_auto (SxWarp) fit_warp = { 0 };

  g_ptr_array_set_size (self->finished, 0);
  for (guint i = 0; i < trials->len; i++)
    if (sx_trial_has_value (trials->pdata[i]))
      g_ptr_array_add (self->finished, trials->pdata[i]);
  n_fit = sx_surrogate_choose_n_fit (self->finished->len);
  n = self->finished->len;
  thin_out (self->finished);
  n_fit -= n - self->finished->len;
  n = self->finished->len;
  if (n < MIN_TRIALS || self->n_dims == 0)
    return FALSE;
  x = g_new (double, (gsize)n * 2 * self->n_dims);
  y = g_new (double, n);
  fit_y = g_new (double, n_fit);
  values = dup_values (self->finished, n);
  fit_values = dup_values (self->finished, n_fit);
  sx_warp_clear (&self->warp);
  sx_warp_init (&self->warp, values, n);
  sx_warp_init (&fit_warp, fit_values, n_fit);
  if (self->warp.n == 1) /* equal values teach nothing: points of the design spread better */
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const SxTrial *trial = self->finished->pdata[i];
      fill_row (self, trial->unit, x + (gsize)i * 2 * self->n_dims);
      y[i] = sx_warp_apply (&self->warp, trial->value);
      if (i < n_fit)
        fit_y[i] = sx_warp_apply (&fit_warp, trial->value);
    }
  return sx_surrogate_update (&self->objective, x, y, n, fit_y, n_fit, NULL);
}

/* Of the trials that ended either way; prior to any knowledge a trial is expected to finish. */
static gboolean
update_viability (SxBelief *self, GPtrArray *trials)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();
  g_autofree double *x = NULL, *y = NULL;
  guint              n_failed = 0, n;
  double             mean = 1;

  for (guint i = trials->len; i-- > 0 && ended->len < MAX_TRIALS;)
    {
      const SxTrial *trial = trials->pdata[i];
      n_failed += trial->state == SX_TRIAL_FAILED;
      if (sx_trial_has_value (trial) || (trial->state == SX_TRIAL_FAILED && n_failed <= MAX_FAILURES))
        g_ptr_array_insert (ended, 0, trials->pdata[i]);
    }
  n = ended->len;
  if (n_failed == 0 || self->n_dims == 0)
    return FALSE;
  x = g_new (double, (gsize)n * 2 * self->n_dims);
  y = g_new (double, n);
  for (guint i = 0; i < n; i++)
    {
      const SxTrial *trial = ended->pdata[i];
      fill_row (self, trial->unit, x + (gsize)i * 2 * self->n_dims);
      y[i] = trial->state == SX_TRIAL_FAILED ? -1 : 1;
    }
  return sx_surrogate_update (&self->viability, x, y, n, y, sx_surrogate_choose_n_fit (n), &mean);
}

gboolean
sx_belief_update (SxBelief *self, GPtrArray *trials)
{
  if (!self->is_current)
    {
      self->is_ready = update_objective (self, trials);
      self->has_failures = self->is_ready && update_viability (self, trials);
      self->is_current = TRUE;
    }
  return self->is_ready;
}

void
sx_belief_predict (const SxBelief *self, const double *unit, double *mean, double *variance)
{
  g_autofree double *row = g_new (double, 2 * self->n_dims);
  fill_row (self, unit, row);
  sx_gp_predict (self->objective.gp, row, mean, variance, NULL, NULL);
}

/* What is not known yet */

typedef struct
{
  double score;
  guint  index;
} Ranked;

static int
compare_ranked (const void *a, const void *b)
{
  const Ranked *x = a, *y = b;
  if (x->score < y->score || x->score > y->score)
    return x->score < y->score ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

/* The finished trials, the most promising first; @by_sd: how many deviations count in favour. */
static Ranked *
rank_finished (const SxBelief *self, double by_sd)
{
  const SxGp        *gp = self->objective.gp;
  g_autofree double *means = g_new (double, gp->n), *variances = g_new (double, gp->n);
  Ranked            *ranked = g_new (Ranked, gp->n);

  sx_gp_predict_many (gp, self->objective.x, gp->n, gp->alpha, 1, means, variances);
  for (guint i = 0; i < gp->n; i++)
    ranked[i] = (Ranked){ means[i] - by_sd * sqrt (variances[i]), i };
  qsort (ranked, gp->n, sizeof *ranked, compare_ranked);
  return ranked;
}

static guint
append_pending (const SxBelief *self, GPtrArray *trials, double *rows)
{
  guint n = 0;
  for (guint i = trials->len; i-- > 0 && n < MAX_PENDING;)
    if (((SxTrial *)trials->pdata[i])->state == SX_TRIAL_RUNNING)
      fill_row (self, ((SxTrial *)trials->pdata[i])->unit, rows + (gsize)n++ * 2 * self->n_dims);
  return n;
}

/* @draws: (N_DRAWS, n) values of the function at the rows; a matrix that is nearly singular gets some jitter. */
static gboolean
draw_values (const SxGp *gp, const double *rows, guint n, guint64 seed, guint number, double *draws)
{
  gsize              stride = sx_dense_stride (n);
  g_autofree double *means = g_new (double, n), *covariance = g_new (double, (gsize)n *n), *factor = g_new0 (double, stride *n);
  gboolean           is_done = FALSE;
  SxRandom           random;

  sx_gp_predict_jointly (gp, rows, n, means, covariance);
  for (double jitter = 1e-10; !is_done && jitter < 1; jitter *= 100)
    {
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j <= i; j++)
          factor[i * stride + j] = covariance[i * n + j] + (i == j ? jitter : 0);
      is_done = sx_dense_factor (factor, stride, 0, n);
    }
  sx_random_init (&random, seed, number, SX_PURPOSE_DRAWS);
  for (guint draw = 0; draw < N_DRAWS; draw++) /* in pairs of opposite signs */
    for (guint i = 0; i < n; i++)
      draws[(gsize)draw * n + i] = draw % 2 ? -draws[(gsize)(draw - 1) * n + i] : sx_random_normal (&random);
  for (guint draw = 0; draw < N_DRAWS; draw++)
    for (guint i = n; i-- > 0;)
      draws[(gsize)draw * n + i] = means[i] + sx_dense_dot (factor + i * stride, draws + (gsize)draw * n, i + 1);
  return is_done;
}

typedef struct
{
  SxGp   *gp; /* owned, NULL: the model's */
  double *alphas, *bests;
} Unknown;

static void
unknown_clear (Unknown *self)
{
  g_clear_pointer (&self->gp, sx_gp_free);
  g_clear_pointer (&self->alphas, g_free);
  g_clear_pointer (&self->bests, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Unknown, unknown_clear)

/* Running trials at the process's own mean: all that the bound needs. */
static gboolean
believe (const SxBelief *self, const double *rows, guint n, Unknown *unknown)
{
  const SxGp        *gp = self->objective.gp;
  g_autofree double *means = g_new (double, n);

  unknown->gp = sx_gp_copy (gp);
  sx_gp_predict_many (gp, rows, n, gp->alpha, 1, means, NULL);
  return sx_gp_append (unknown->gp, rows, means, n, TRUE);
}

/* Draws at @n rows, of which the first @n_pending run; the rest are finished trials whose values are noisy. */
static gboolean
draw_unknown (const SxBelief *self, const double *rows, guint n, double best, guint64 seed, guint number, Unknown *unknown)
{
  g_autofree double *draws = g_new (double, (gsize)N_DRAWS *n);
  guint              n_known = self->objective.gp->n;

  if (!draw_values (self->objective.gp, rows, n, seed, number, draws))
    return FALSE;
  unknown->gp = sx_gp_copy (self->objective.gp);
  if (!sx_gp_append (unknown->gp, rows, draws, n, TRUE))
    return FALSE;
  unknown->gp->mean = self->objective.gp->mean;
  unknown->alphas = g_new0 (double, unknown->gp->stride *N_DRAWS);
  unknown->bests = g_new (double, N_DRAWS);
  for (guint draw = 0; draw < N_DRAWS; draw++)
    {
      double *values = unknown->alphas + draw * unknown->gp->stride;
      memcpy (values, self->objective.gp->y, n_known * sizeof *values);
      memcpy (values + n_known, draws + (gsize)draw * n, n * sizeof *values);
      unknown->bests[draw] = best;
      for (guint i = 0; i < n; i++)
        unknown->bests[draw] = MIN (unknown->bests[draw], values[n_known + i]);
    }
  sx_gp_solve (unknown->gp, unknown->alphas, N_DRAWS);
  return TRUE;
}

guint
sx_belief_suggest (SxBelief *self, GPtrArray *trials, const SxStudyOptions *options, guint number, double *rows, guint n_rows)
{
  guint              width = 2 * self->n_dims, n_unknown;
  g_autofree double *unknown_rows = g_new (double, (gsize)(MAX_PENDING + N_UNCERTAIN) * width + 1);
  g_autofree Ranked *ranked = NULL;
  g_auto (Unknown) unknown = { 0 };
  SxAcquisition acquisition = { .space = self->space, .dims = self->dims, .n_draws = 1, .seed = options->seed, .trial = number };
  gboolean      is_noisy;
  double        best;

  if (!sx_belief_update (self, trials))
    return 0;
  is_noisy = options->is_noisy || exp (self->objective.gp->theta[self->n_dims]) > NOISY;
  acquisition.gp = self->objective.gp;
  acquisition.viability = self->has_failures ? self->viability.gp : NULL;
  acquisition.is_bound = !is_noisy && self->n_dims <= MAX_BOUND_DIMS && number % 3 != 0;
  if (is_noisy)
    ranked = rank_finished (self, 0);
  best = HUGE_VAL;
  for (guint i = 0; i < self->finished->len; i++)
    {
      const SxTrial *trial = self->finished->pdata[i];
      if (is_noisy ? i == ranked[0].index : self->objective.gp->y[i] < best)
        {
          acquisition.incumbent = trial->unit;
          best = is_noisy ? HUGE_VAL : self->objective.gp->y[i];
        }
    }
  n_unknown = append_pending (self, trials, unknown_rows);
  if (is_noisy)
    {
      g_free (ranked);
      ranked = rank_finished (self, 1);
      for (guint i = 0; i < MIN (N_UNCERTAIN, self->finished->len); i++)
        memcpy (unknown_rows + (gsize)n_unknown++ * width, self->objective.x + (gsize)ranked[i].index * width, width * sizeof *rows);
    }
  if (n_unknown > 0 && !(acquisition.is_bound ? believe (self, unknown_rows, n_unknown, &unknown) : draw_unknown (self, unknown_rows, n_unknown, best, options->seed, number, &unknown)))
    return 0;
  if (unknown.gp)
    acquisition.gp = unknown.gp;
  acquisition.alphas = unknown.alphas ? unknown.alphas : acquisition.gp->alpha;
  acquisition.bests = unknown.bests ? unknown.bests : &best;
  acquisition.n_draws = unknown.alphas ? N_DRAWS : 1;
  return sx_acquisition_maximise (&acquisition, rows, n_rows);
}
