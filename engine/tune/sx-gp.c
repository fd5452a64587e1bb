/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-gp.h"

#include "tune/sx-dense.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

#define MIN_LOG_NOISE (-13.815510557964274)  /* 1e-6 */
#define MIN_LOG_LENGTH (-3.6888794541139363) /* 0.025 */
#define MAX_LOG_LENGTH 6.907755278982137     /* 1e3 */
#define MAX_LOG_SCALE 4
#define SCALE_SD 0.5 /* of the log of the variance: values come standardised, so it is near 1 */
#define MIN_VARIANCE 1e-12
#define EXACT_NOISE 1e-6
#define N_BATCH 64
#define N_COARSE 256 /* more rows than that are fitted on a part first */

SxGp *
sx_gp_new (guint n_dims, const gboolean *is_category)
{
  SxGp *self = g_new0 (SxGp, 1);
  self->n_dims = n_dims;
  self->is_category = g_memdup2 (is_category, n_dims * sizeof *is_category);
  self->has_dead = g_new0 (gboolean, n_dims + 1);
  self->theta = g_new0 (double, n_dims + 2);
  return self;
}

static void
allocate (SxGp *self, guint n)
{
  self->stride = sx_dense_stride (n);
  self->columns = g_new0 (double, self->stride * 2 * MAX (self->n_dims, 1));
  self->y = g_new0 (double, self->stride);
  self->alpha = g_new0 (double, self->stride);
  self->factor = g_new0 (double, self->stride *n);
}

static void
release (SxGp *self)
{
  g_clear_pointer (&self->columns, g_free);
  g_clear_pointer (&self->y, g_free);
  g_clear_pointer (&self->alpha, g_free);
  g_clear_pointer (&self->factor, g_free);
}

/* With room for @n rows. */
static SxGp *
copy_with_room (const SxGp *self, guint n)
{
  SxGp *copy = sx_gp_new (self->n_dims, self->is_category);

  memcpy (copy->has_dead, self->has_dead, self->n_dims * sizeof *self->has_dead);
  memcpy (copy->theta, self->theta, (self->n_dims + 2) * sizeof *self->theta);
  allocate (copy, n);
  copy->n = self->n;
  copy->n_exact = self->n_exact;
  copy->jitter = self->jitter;
  copy->mean = self->mean;
  copy->has_mean = self->has_mean;
  copy->is_unit = self->is_unit;
  for (guint i = 0; i < 2 * self->n_dims; i++)
    memcpy (copy->columns + i * copy->stride, self->columns + i * self->stride, self->n * sizeof *self->columns);
  for (guint i = 0; i < self->n; i++)
    memcpy (copy->factor + i * copy->stride, self->factor + i * self->stride, (i + 1) * sizeof *self->factor);
  memcpy (copy->y, self->y, self->n * sizeof *self->y);
  memcpy (copy->alpha, self->alpha, self->n * sizeof *self->alpha);
  return copy;
}

SxGp *
sx_gp_copy (const SxGp *self)
{
  return copy_with_room (self, self->n);
}

void
sx_gp_free (SxGp *self)
{
  release (self);
  g_free (self->is_category);
  g_free (self->has_dead);
  g_free (self->theta);
  g_free (self);
}

static void
add_row (SxGp *self, const double *row, double y)
{
  for (guint i = 0; i < 2 * self->n_dims; i++)
    self->columns[i * self->stride + self->n] = row[i];
  for (guint i = 0; i < self->n_dims; i++)
    self->has_dead[i] = self->has_dead[i] || row[self->n_dims + i] > 0;
  self->y[self->n++] = y;
}

void
sx_gp_set_data (SxGp *self, const double *x, const double *y, guint n)
{
  g_return_if_fail (n > 0);
  release (self);
  allocate (self, n);
  memset (self->has_dead, 0, self->n_dims * sizeof *self->has_dead);
  self->n = self->n_exact = 0;
  for (guint i = 0; i < n; i++)
    add_row (self, x + (gsize)i * 2 * self->n_dims, y[i]);
}

/* The kernel */

static void
get_weights (const SxGp *self, const double *theta, double *weights)
{
  for (guint dim = 0; dim < self->n_dims; dim++)
    weights[dim] = exp (-2 * theta[dim]);
  weights[self->n_dims] = exp (theta[self->n_dims + 1]);
}

/* Adds scale · d² of coordinate @dim between @row and the first @n rows of the data. */
static void
add_squares (const SxGp *self, const double *row, guint dim, double scale, guint n, double *squares)
{
  const double *column = self->columns + dim * self->stride;

  if (self->is_category[dim])
    sx_dense_add_mismatches (column, row[dim], scale, n, squares);
  else
    sx_dense_add_squares (column, row[dim], scale, n, squares);
  if (self->has_dead[dim] || row[self->n_dims + dim] > 0)
    sx_dense_add_squares (self->columns + (self->n_dims + dim) * self->stride, row[self->n_dims + dim], scale, n, squares);
}

/* k (row, i) for the first @n rows; @slopes (nullable): 5/3 (1 + s) e^-s, so that dk / dlog l = slope · weight · d². */
static void
fill_kernel (const SxGp *self, const double *row, const double *weights, guint n, double *k, double *slopes)
{
  double scale = weights[self->n_dims];
  memset (k, 0, n * sizeof *k);
  for (guint dim = 0; dim < self->n_dims; dim++)
    add_squares (self, row, dim, 5 * weights[dim], n, k);
  for (guint i = 0; i < n; i++)
    {
      double s = sqrt (k[i]), decay = exp (-s);
      k[i] = scale * (1 + s + s * s / 3) * decay;
      if (slopes)
        slopes[i] = scale * 5.0 / 3 * (1 + s) * decay;
    }
}

static void
get_row (const SxGp *self, guint i, double *row)
{
  for (guint dim = 0; dim < 2 * self->n_dims; dim++)
    row[dim] = self->columns[dim * self->stride + i];
}

double
sx_gp_kernel (const SxGp *self, const double *a, const double *b)
{
  double square = 0, s;
  for (guint dim = 0; dim < self->n_dims; dim++)
    {
      double difference = a[dim] - b[dim], dead = a[self->n_dims + dim] - b[self->n_dims + dim];
      if (self->is_category[dim])
        difference = fabs (difference) > 0.5;
      square += 5 * exp (-2 * self->theta[dim]) * (difference * difference + dead * dead);
    }
  s = sqrt (square);
  return exp (self->theta[self->n_dims + 1]) * (1 + s + s * s / 3) * exp (-s);
}

/* alpha and the mean, by the factor. */
static void
solve_values (SxGp *self)
{
  guint              n = self->n;
  g_autofree double *pair = g_new0 (double, 2 * self->stride);
  double            *ones = pair, *values = pair + self->stride;

  for (guint i = 0; i < n; i++)
    {
      ones[i] = 1;
      values[i] = self->y[i];
    }
  sx_dense_solve (self->factor, self->stride, n, pair, self->stride, 2);
  if (!self->has_mean)
    self->mean = sx_dense_dot (ones, values, n) / sx_dense_dot (ones, ones, n);
  for (guint i = 0; i < n; i++)
    self->alpha[i] = values[i] - self->mean * ones[i];
}

/* Rows @from to n of the kernel matrix, and of @slopes (nullable). */
static void
fill_matrix (SxGp *self, const double *theta, guint from, double jitter, double *slopes)
{
  g_autofree double *weights = g_new (double, self->n_dims + 2), *row = g_new (double, 2 * self->n_dims + 1);
  double             noise = exp (theta[self->n_dims]);

  get_weights (self, theta, weights);
  for (guint i = from; i < self->n; i++)
    {
      get_row (self, i, row);
      fill_kernel (self, row, weights, i, self->factor + i * self->stride, slopes ? slopes + i * self->stride : NULL);
      self->factor[i * self->stride + i] = weights[self->n_dims] + (i < self->n - self->n_exact ? noise : EXACT_NOISE) + jitter;
    }
}

/* Leaves L^-1 (y - mean) in alpha. */
static gboolean
factor_at (SxGp *self, const double *theta, double *slopes)
{
  for (self->jitter = 0; self->jitter <= 2e-4; self->jitter = self->jitter > 0 ? self->jitter * 10 : 1e-8)
    {
      fill_matrix (self, theta, 0, self->jitter, slopes);
      if (!sx_dense_factor (self->factor, self->stride, 0, self->n))
        continue;
      solve_values (self);
      return TRUE;
    }
  return FALSE;
}

gboolean
sx_gp_factor (SxGp *self)
{
  if (!factor_at (self, self->theta, NULL))
    return FALSE;
  sx_dense_solve_transposed (self->factor, self->stride, self->n, self->alpha);
  return TRUE;
}

void
sx_gp_set_values (SxGp *self, const double *y)
{
  memcpy (self->y, y, self->n * sizeof *y);
  solve_values (self);
  sx_dense_solve_transposed (self->factor, self->stride, self->n, self->alpha);
}

void
sx_gp_solve (const SxGp *self, double *values, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j < self->n; j++)
      values[i * self->stride + j] -= self->mean;
  sx_dense_solve (self->factor, self->stride, self->n, values, self->stride, n_rows);
  for (guint i = 0; i < n_rows; i++)
    sx_dense_solve_transposed (self->factor, self->stride, self->n, values + i * self->stride);
}

gboolean
sx_gp_append (SxGp *self, const double *x, const double *y, guint n, gboolean is_exact)
{
  guint from = self->n;

  g_return_val_if_fail (is_exact || self->n_exact == 0, FALSE);
  if (n == 0)
    return TRUE;
  if (from + n > self->stride)
    {
      SxGp *copy = copy_with_room (self, from + MAX (n, from / 4));
      SxGp  swapped = *self;
      *self = *copy;
      *copy = swapped;
      sx_gp_free (copy);
    }
  else
    self->factor = g_renew (double, self->factor, self->stride *(from + n));
  for (guint i = 0; i < n; i++)
    add_row (self, x + (gsize)i * 2 * self->n_dims, y[i]);
  self->n_exact += is_exact ? n : 0;
  fill_matrix (self, self->theta, from, self->jitter, NULL);
  if (!sx_dense_factor (self->factor, self->stride, from, self->n))
    return sx_gp_factor (self);
  solve_values (self);
  sx_dense_solve_transposed (self->factor, self->stride, self->n, self->alpha);
  return TRUE;
}

/* Fitting */

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
  double size = theta[self->n_dims + 1] / SCALE_SD;
  loss += size * size / 2;
  if (gradient)
    gradient[self->n_dims + 1] += size / SCALE_SD;
  if (gradient)
    gradient[self->n_dims] += 1 + z;
  return loss + theta[self->n_dims] + z * z / 2;
}

/* Half the trace of (K^-1 - alpha alpha') dK/dtheta, row by row. @slopes is used up. */
static void
add_likelihood_gradient (SxGp *self, const double *theta, double *gradient, double *slopes)
{
  guint              n = self->n;
  gsize              stride = self->stride;
  g_autofree double *weights = g_new (double, self->n_dims + 2), *row = g_new (double, 2 * self->n_dims + 1);
  g_autofree double *inverse = g_new0 (double, stride *n), *scratch = g_new (double, stride *n);

  get_weights (self, theta, weights);
  sx_dense_invert (self->factor, stride, n, inverse, scratch);
  for (guint i = 0; i < n; i++)
    {
      double *q = inverse + i * stride, *slope = slopes + i * stride, *squares = scratch;
      gradient[self->n_dims] += 0.5 * (q[i] - self->alpha[i] * self->alpha[i]) * exp (theta[self->n_dims]);
      gradient[self->n_dims + 1] += 0.5 * (1 - self->alpha[i] * (self->y[i] - self->mean)) - 0.5 * (q[i] - self->alpha[i] * self->alpha[i]) * (exp (theta[self->n_dims]) + self->jitter);
      for (guint j = 0; j < i; j++)
        slope[j] *= q[j] - self->alpha[i] * self->alpha[j];
      get_row (self, i, row);
      for (guint dim = 0; dim < self->n_dims; dim++)
        {
          memset (squares, 0, i * sizeof *squares);
          add_squares (self, row, dim, weights[dim], i, squares);
          gradient[dim] += sx_dense_dot (slope, squares, i);
        }
    }
}

double
sx_gp_loss (SxGp *self, const double *theta, double *gradient)
{
  g_autofree double *slopes = gradient ? g_new (double, self->stride * self->n) : NULL;
  double             loss;

  if (gradient)
    memset (gradient, 0, (self->n_dims + 2) * sizeof *gradient);
  if (!factor_at (self, theta, slopes))
    return HUGE_VAL;
  loss = 0.5 * sx_dense_dot (self->alpha, self->alpha, self->n) + 0.5 * self->n * log (2 * G_PI);
  for (guint i = 0; i < self->n; i++)
    loss += log (self->factor[i * self->stride + i]);
  sx_dense_solve_transposed (self->factor, self->stride, self->n, self->alpha);
  if (gradient)
    add_likelihood_gradient (self, theta, gradient, slopes);
  return loss + add_priors (self, theta, gradient);
}

/* NLopt's L-BFGS at times returns a failure at a fine optimum, so the best point seen is kept here and its word not asked. */

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

static void
descend (Fit *fit, double *theta, double tolerance, int n_evaluations)
{
  guint              n = fit->gp->n_dims + 2;
  g_autofree double *low = g_new (double, n), *high = g_new (double, n);
  nlopt_opt          opt = nlopt_create (NLOPT_LD_LBFGS, n);
  double             loss;

  for (guint i = 0; i < n; i++)
    {
      low[i] = MIN_LOG_LENGTH;
      high[i] = MAX_LOG_LENGTH;
    }
  low[n - 2] = MIN_LOG_NOISE;
  high[n - 2] = 0;
  high[n - 1] = fit->gp->is_unit ? 0 : MAX_LOG_SCALE;
  low[n - 1] = -high[n - 1];
  nlopt_set_lower_bounds (opt, low);
  nlopt_set_upper_bounds (opt, high);
  nlopt_set_min_objective (opt, fit_cb, fit);
  nlopt_set_ftol_rel (opt, tolerance);
  nlopt_set_maxeval (opt, n_evaluations);
  nlopt_optimize (opt, theta, &loss);
  nlopt_destroy (opt);
}

static gboolean
fit_from_starts (SxGp *self)
{
  static const double start_noise[] = { -6.907755278982137, -4 };
  guint               n = self->n_dims + 2;
  g_autofree double  *best = g_new0 (double, n), *theta = g_new (double, n);
  Fit                 fit = { self, best, HUGE_VAL };

  for (guint start = 0; start < G_N_ELEMENTS (start_noise); start++)
    {
      double middle = start == 0 ? log (0.5) + 0.25 * log (MAX (self->n_dims, 1) / 2.0) : log (MAX (self->n_dims, 1)) / 2;
      for (guint i = 0; i < n; i++)
        theta[i] = i + 2 < n ? middle : i + 1 < n ? start_noise[start]
                                                  : 0;
      descend (&fit, theta, 1e-6, 120);
    }
  if (!isfinite (fit.best_loss))
    return FALSE;
  memcpy (self->theta, best, n * sizeof *best);
  return TRUE;
}

/* Every so many rows of the data, evenly; gives theta. */
static gboolean
fit_part (SxGp *self)
{
  g_autoptr (SxGp) part = sx_gp_new (self->n_dims, self->is_category);
  g_autofree double *x = g_new (double, (gsize)N_COARSE * 2 * self->n_dims + 1);
  double             y[N_COARSE];

  for (guint i = 0; i < N_COARSE; i++)
    {
      guint at = (guint)((guint64)i * self->n / N_COARSE);
      get_row (self, at, x + (gsize)i * 2 * self->n_dims);
      y[i] = self->y[at];
    }
  part->is_unit = self->is_unit;
  sx_gp_set_data (part, x, y, N_COARSE);
  if (!fit_from_starts (part))
    return FALSE;
  memcpy (self->theta, part->theta, (self->n_dims + 2) * sizeof *self->theta);
  return TRUE;
}

gboolean
sx_gp_fit (SxGp *self)
{
  if (self->n > N_COARSE && fit_part (self))
    {
      g_autofree double *best = g_memdup2 (self->theta, (self->n_dims + 2) * sizeof *self->theta);
      g_autofree double *theta = g_memdup2 (self->theta, (self->n_dims + 2) * sizeof *self->theta);
      Fit                fit = { self, best, HUGE_VAL };
      descend (&fit, theta, 1e-5, 8);
      memcpy (self->theta, best, (self->n_dims + 2) * sizeof *best);
      return sx_gp_factor (self);
    }
  return fit_from_starts (self) && sx_gp_factor (self);
}

/* Predicting */

void
sx_gp_predict_many (const SxGp *self, const double *rows, guint n_rows, const double *alphas, guint n_alphas, double *means, double *variances)
{
  g_autofree double *weights = g_new (double, self->n_dims + 2), *k = g_new0 (double, self->stride *N_BATCH);

  get_weights (self, self->theta, weights);
  for (guint begin = 0; begin < n_rows; begin += N_BATCH)
    {
      guint n_here = MIN (N_BATCH, n_rows - begin);
      for (guint i = 0; i < n_here; i++)
        {
          fill_kernel (self, rows + (gsize)(begin + i) * 2 * self->n_dims, weights, self->n, k + i * self->stride, NULL);
          for (guint j = 0; j < n_alphas; j++)
            means[(gsize)(begin + i) * n_alphas + j] = self->mean + sx_dense_dot (k + i * self->stride, alphas + j * self->stride, self->n);
        }
      if (!variances)
        continue;
      sx_dense_solve (self->factor, self->stride, self->n, k, self->stride, n_here);
      for (guint i = 0; i < n_here; i++)
        variances[begin + i] = MAX (exp (self->theta[self->n_dims + 1]) - sx_dense_dot (k + i * self->stride, k + i * self->stride, self->n), MIN_VARIANCE);
    }
}

void
sx_gp_predict_jointly (const SxGp *self, const double *rows, guint n_rows, double *means, double *covariance)
{
  g_autofree double *weights = g_new (double, self->n_dims + 2), *k = g_new0 (double, self->stride *n_rows);
  guint              width = 2 * self->n_dims;

  get_weights (self, self->theta, weights);
  for (guint i = 0; i < n_rows; i++)
    {
      fill_kernel (self, rows + (gsize)i * width, weights, self->n, k + i * self->stride, NULL);
      means[i] = self->mean + sx_dense_dot (k + i * self->stride, self->alpha, self->n);
    }
  sx_dense_solve (self->factor, self->stride, self->n, k, self->stride, n_rows);
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j <= i; j++)
      {
        double prior = sx_gp_kernel (self, rows + (gsize)i * width, rows + (gsize)j * width);
        covariance[i * n_rows + j] = covariance[j * n_rows + i] = prior - sx_dense_dot (k + i * self->stride, k + j * self->stride, self->n);
      }
}

double
sx_gp_weigh (const SxGp *self, const double *row, double *k, double *slopes, double *v)
{
  g_autofree double *weights = g_new (double, self->n_dims + 2);
  double             variance;

  get_weights (self, self->theta, weights);
  fill_kernel (self, row, weights, self->n, k, slopes);
  memcpy (v, k, self->n * sizeof *v);
  sx_dense_solve (self->factor, self->stride, self->n, v, self->stride, 1);
  variance = MAX (exp (self->theta[self->n_dims + 1]) - sx_dense_dot (v, v, self->n), MIN_VARIANCE);
  if (slopes)
    sx_dense_solve_transposed (self->factor, self->stride, self->n, v);
  return variance;
}

void
sx_gp_slope (const SxGp *self, const double *row, const double *slopes, const double *along, double *gradient)
{
  guint              n = self->n;
  g_autofree double *weighted = g_new (double, n);
  double             total = 0;

  for (guint i = 0; i < n; i++)
    {
      weighted[i] = slopes[i] * along[i];
      total += weighted[i];
    }
  for (guint dim = 0; dim < self->n_dims; dim++)
    gradient[dim] = self->is_category[dim] ? 0 : -exp (-2 * self->theta[dim]) * (row[dim] * total - sx_dense_dot (weighted, self->columns + dim * self->stride, n));
}

void
sx_gp_predict (const SxGp *self, const double *row, double *mean, double *variance, double *mean_gradient, double *variance_gradient)
{
  g_autofree double *all = g_new (double, 3 * self->stride);
  double            *k = all, *slopes = k + self->stride, *v = slopes + self->stride;

  *variance = sx_gp_weigh (self, row, k, mean_gradient ? slopes : NULL, v);
  *mean = self->mean + sx_dense_dot (k, self->alpha, self->n);
  if (!mean_gradient)
    return;
  sx_gp_slope (self, row, slopes, self->alpha, mean_gradient);
  sx_gp_slope (self, row, slopes, v, variance_gradient);
  for (guint dim = 0; dim < self->n_dims; dim++)
    variance_gradient[dim] *= -2;
}
