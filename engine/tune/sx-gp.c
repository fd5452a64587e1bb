/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-gp.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

#define MIN_LOG_NOISE (-13.815510557964274)  /* 1e-6 */
#define MIN_LOG_LENGTH (-3.6888794541139363) /* 0.025 */
#define MAX_LOG_LENGTH 6.907755278982137     /* 1e3 */
#define MIN_VARIANCE 1e-12

SxGp *
sx_gp_new (guint n_dims, const gboolean *is_category)
{
  SxGp *self = g_new0 (SxGp, 1);
  self->n_dims = n_dims;
  self->is_category = g_memdup2 (is_category, n_dims * sizeof *is_category);
  self->theta = g_new0 (double, n_dims + 1);
  return self;
}

void
sx_gp_free (SxGp *self)
{
  g_free (self->is_category);
  g_free (self->x);
  g_free (self->y);
  g_free (self->theta);
  g_free (self->factor);
  g_free (self->alpha);
  g_free (self);
}

void
sx_gp_set_data (SxGp *self, const double *x, const double *y, guint n)
{
  g_return_if_fail (n > 0);
  g_free (self->x);
  g_free (self->y);
  self->x = g_memdup2 (x, (gsize)n * 2 * self->n_dims * sizeof *x);
  self->y = g_memdup2 (y, n * sizeof *y);
  self->factor = g_renew (double, self->factor, (gsize)n *n);
  self->alpha = g_renew (double, self->alpha, n);
  self->n = n;
}

/* Linear algebra: plain loops, four sums at a time, always in the same order. */

static double
dot (const double *a, const double *b, guint n)
{
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  guint  i = 0;
  for (; i + 4 <= n; i += 4)
    {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
  for (; i < n; i++)
    s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

/* The lower triangle of @a becomes its Cholesky factor. */
static gboolean
cholesky (double *a, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      double *row = a + (gsize)i * n;
      for (guint j = 0; j < i; j++)
        row[j] = (row[j] - dot (row, a + (gsize)j * n, j)) / a[(gsize)j * n + j];
      row[i] -= dot (row, row, i);
      if (!(row[i] > 1e-14) || !isfinite (row[i]))
        return FALSE;
      row[i] = sqrt (row[i]);
    }
  return TRUE;
}

static void
solve_lower (const double *l, guint n, double *b)
{
  for (guint i = 0; i < n; i++)
    b[i] = (b[i] - dot (l + (gsize)i * n, b, i)) / l[(gsize)i * n + i];
}

static void
solve_upper (const double *l, guint n, double *b)
{
  for (guint i = n; i-- > 0;)
    {
      b[i] /= l[(gsize)i * n + i];
      for (guint j = 0; j < i; j++)
        b[j] -= l[(gsize)i * n + j] * b[i];
    }
}

/* @inverse: (n, n), row k = the k-th column of L^-1, zero before k. */
static void
invert_lower (const double *l, guint n, double *inverse)
{
  for (guint k = 0; k < n; k++)
    {
      double *column = inverse + (gsize)k * n;
      memset (column, 0, n * sizeof *column);
      column[k] = 1 / l[(gsize)k * n + k];
      for (guint i = k + 1; i < n; i++)
        column[i] = -dot (l + (gsize)i * n + k, column + k, i - k) / l[(gsize)i * n + i];
    }
}

/* The kernel */

static double
get_square (const SxGp *self, const double *a, const double *b, guint dim)
{
  double difference = a[dim] - b[dim], dead = a[self->n_dims + dim] - b[self->n_dims + dim];
  if (self->is_category[dim])
    difference = difference > 0.5 || difference < -0.5;
  return difference * difference + dead * dead;
}

/* @weights: n_dims inverse squared lengthscales. Gives √5 r. */
static double
get_distance (const SxGp *self, const double *a, const double *b, const double *weights)
{
  double square = 0;
  for (guint dim = 0; dim < self->n_dims; dim++)
    square += weights[dim] * get_square (self, a, b, dim);
  return sqrt (5 * square);
}

static double
matern (double s)
{
  return (1 + s + s * s / 3) * exp (-s);
}

static void
get_weights (const SxGp *self, const double *theta, double *weights)
{
  for (guint dim = 0; dim < self->n_dims; dim++)
    weights[dim] = exp (-2 * theta[dim]);
}

static gboolean
factor_at (SxGp *self, const double *theta)
{
  g_autofree double *weights = g_new (double, self->n_dims + 1);
  g_autofree double *ones = g_new (double, self->n);
  guint              n = self->n, width = 2 * self->n_dims;
  double             noise = exp (theta[self->n_dims]), top, bottom;

  get_weights (self, theta, weights);
  for (double jitter = 0; jitter <= 2e-4; jitter = jitter > 0 ? jitter * 10 : 1e-8)
    {
      for (guint i = 0; i < n; i++)
        {
          for (guint j = 0; j < i; j++)
            self->factor[(gsize)i * n + j] = matern (get_distance (self, self->x + i * width, self->x + j * width, weights));
          self->factor[(gsize)i * n + i] = 1 + noise + jitter;
        }
      if (!cholesky (self->factor, n))
        continue;
      for (guint i = 0; i < n; i++)
        ones[i] = 1;
      memcpy (self->alpha, self->y, n * sizeof *self->y);
      solve_lower (self->factor, n, ones);
      solve_lower (self->factor, n, self->alpha);
      top = dot (ones, self->alpha, n);
      bottom = dot (ones, ones, n);
      self->mean = top / bottom;
      for (guint i = 0; i < n; i++)
        self->alpha[i] -= self->mean * ones[i];
      return TRUE;
    }
  return FALSE;
}

/* Priors as densities of the lengthscale and the noise, hence the terms - theta. */
static double
add_priors (const SxGp *self, const double *theta, double *gradient)
{
  double centre = G_SQRT2 + log (MAX (self->n_dims, 1)) / 2, loss = 0;

  for (guint dim = 0; dim < self->n_dims; dim++)
    {
      double z = theta[dim] - centre;
      loss += theta[dim] + z * z / 6;
      if (gradient)
        gradient[dim] += 1 + z / 3;
    }
  double z = theta[self->n_dims] + 4;
  if (gradient)
    gradient[self->n_dims] += 1 + z;
  return loss + theta[self->n_dims] + z * z / 2;
}

/* Half the trace of (K^-1 - alpha alpha') dK/dtheta, pair by pair. */
static void
add_likelihood_gradient (SxGp *self, const double *theta, double *gradient)
{
  guint              n = self->n, width = 2 * self->n_dims;
  g_autofree double *weights = g_new (double, self->n_dims + 1);
  g_autofree double *inverse = g_new (double, (gsize)n *n);

  get_weights (self, theta, weights);
  invert_lower (self->factor, n, inverse);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      {
        const double *a = self->x + i * width, *b = self->x + j * width;
        double        q = dot (inverse + (gsize)i * n + i, inverse + (gsize)j * n + i, n - i) - self->alpha[i] * self->alpha[j];
        double        s;
        if (i == j)
          {
            gradient[self->n_dims] += 0.5 * q * exp (theta[self->n_dims]);
            continue;
          }
        s = get_distance (self, a, b, weights);
        q *= 5.0 / 3 * (1 + s) * exp (-s);
        for (guint dim = 0; dim < self->n_dims; dim++)
          gradient[dim] += q * weights[dim] * get_square (self, a, b, dim);
      }
}

double
sx_gp_loss (SxGp *self, const double *theta, double *gradient)
{
  double loss;

  if (gradient)
    memset (gradient, 0, (self->n_dims + 1) * sizeof *gradient);
  if (!factor_at (self, theta))
    return HUGE_VAL;
  loss = 0.5 * dot (self->alpha, self->alpha, self->n) + 0.5 * self->n * log (2 * G_PI);
  for (guint i = 0; i < self->n; i++)
    loss += log (self->factor[(gsize)i * self->n + i]);
  solve_upper (self->factor, self->n, self->alpha);
  if (gradient)
    add_likelihood_gradient (self, theta, gradient);
  return loss + add_priors (self, theta, gradient);
}

gboolean
sx_gp_factor (SxGp *self)
{
  if (!factor_at (self, self->theta))
    return FALSE;
  solve_upper (self->factor, self->n, self->alpha);
  return TRUE;
}

/* Fitting. NLopt's L-BFGS at times returns a failure at a fine optimum, so the best point seen is kept here and its word not asked. */

typedef struct
{
  SxGp   *gp;
  double *best;
  double  best_loss;
} Fit;

static double
fit_cb (unsigned n, const double *theta, double *gradient, void *data)
{
  Fit   *fit = data;
  double loss = sx_gp_loss (fit->gp, theta, gradient);

  for (unsigned i = 0; gradient && i < n; i++)
    if (!isfinite (gradient[i]))
      gradient[i] = 0;
  if (!isfinite (loss))
    return 1e100;
  if (loss < fit->best_loss)
    {
      fit->best_loss = loss;
      memcpy (fit->best, theta, n * sizeof *theta);
    }
  return loss;
}

gboolean
sx_gp_fit (SxGp *self)
{
  static const double start_noise[] = { -6.907755278982137, -4 };
  guint               n = self->n_dims + 1;
  g_autofree double  *best = g_new0 (double, n), *theta = g_new (double, n), *low = g_new (double, n), *high = g_new (double, n);
  Fit                 fit = { self, best, HUGE_VAL };

  for (guint i = 0; i < n; i++)
    {
      low[i] = i < self->n_dims ? MIN_LOG_LENGTH : MIN_LOG_NOISE;
      high[i] = i < self->n_dims ? MAX_LOG_LENGTH : 0;
    }
  for (guint start = 0; start < G_N_ELEMENTS (start_noise); start++)
    {
      nlopt_opt opt = nlopt_create (NLOPT_LD_LBFGS, n);
      double    loss, middle = start == 0 ? log (0.5) + 0.25 * log (MAX (self->n_dims, 1) / 2.0) : log (MAX (self->n_dims, 1)) / 2;
      for (guint i = 0; i < n; i++)
        theta[i] = i < self->n_dims ? middle : start_noise[start];
      nlopt_set_lower_bounds (opt, low);
      nlopt_set_upper_bounds (opt, high);
      nlopt_set_min_objective (opt, fit_cb, &fit);
      nlopt_set_ftol_rel (opt, 1e-6);
      nlopt_set_maxeval (opt, 80);
      nlopt_optimize (opt, theta, &loss);
      nlopt_destroy (opt);
    }
  if (!isfinite (fit.best_loss))
    return FALSE;
  memcpy (self->theta, best, n * sizeof *best);
  return sx_gp_factor (self);
}

void
sx_gp_predict (const SxGp *self, const double *row, double *mean, double *variance, double *mean_gradient, double *variance_gradient)
{
  guint              n = self->n, n_dims = self->n_dims;
  g_autofree double *weights = g_new (double, n_dims + 1), *k = g_new (double, n), *slope = g_new (double, n);
  g_autofree double *v = g_new (double, n);

  get_weights (self, self->theta, weights);
  for (guint i = 0; i < n; i++)
    {
      double s = get_distance (self, row, self->x + (gsize)i * 2 * n_dims, weights);
      double decay = exp (-s);
      k[i] = (1 + s + s * s / 3) * decay;
      slope[i] = -5.0 / 3 * (1 + s) * decay;
    }
  *mean = self->mean + dot (k, self->alpha, n);
  memcpy (v, k, n * sizeof *v);
  solve_lower (self->factor, n, v);
  *variance = MAX (1 - dot (v, v, n), MIN_VARIANCE);
  if (!mean_gradient)
    return;
  solve_upper (self->factor, n, v);
  for (guint dim = 0; dim < n_dims; dim++)
    {
      mean_gradient[dim] = variance_gradient[dim] = 0;
      if (self->is_category[dim])
        continue;
      for (guint i = 0; i < n; i++)
        {
          double dk = slope[i] * weights[dim] * (row[dim] - self->x[(gsize)i * 2 * n_dims + dim]);
          mean_gradient[dim] += dk * self->alpha[i];
          variance_gradient[dim] -= 2 * dk * v[i];
        }
    }
}
