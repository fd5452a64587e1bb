/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SxGp:
 *
 * A Gaussian process over rows of 2 d numbers (d coordinates, d marks of the dead; see sx_space_encode()): Matérn-5/2 kernel with one
 * lengthscale a coordinate and a variance near 1 (values come standardised), constant mean by generalised least squares or given, noise. Lengthscales,
 * variance and noise have log-normal priors (Hvarfner et al. 2024, arXiv 2402.02229) and are fitted to the posterior's maximum. All algebra is
 * done here in one fixed order on one thread, so results depend on nothing but the data; a row that is appended gives the same model, bit by
 * bit, as if it had been there from the start.
 */
typedef struct
{
  guint     n_dims;
  gboolean *is_category; /* n_dims */
  guint     n;
  guint     n_exact; /* the last rows, whose values are without noise */
  gsize     stride;
  double   *columns;  /* (2 n_dims, stride): the rows, turned */
  gboolean *has_dead; /* n_dims: some row is dead in it */
  double   *y;        /* n, standardised */
  double   *theta;    /* n_dims log lengthscales, log noise variance, log variance */
  double   *factor;   /* (n, stride): lower Cholesky factor of kernel + noise */
  double   *alpha;    /* n: (K + noise)^-1 (y - mean) */
  double    jitter;
  double    mean;
  gboolean  has_mean; /* it was given */
  gboolean  is_unit;  /* the variance is 1, whatever the data say */
} SxGp;

SxGp *sx_gp_new (guint n_dims, const gboolean *is_category) G_GNUC_WARN_UNUSED_RESULT;
SxGp *sx_gp_copy (const SxGp *self) G_GNUC_WARN_UNUSED_RESULT;
void  sx_gp_free (SxGp *self);
/* Copies the data, @n rows; keeps theta. */
void sx_gp_set_data (SxGp *self, const double *x, const double *y, guint n);
/* Other values for the same rows; sx_gp_factor() again afterwards unless it was factored before. */
void sx_gp_set_values (SxGp *self, const double *y);
/* Adds rows to a factored model. FALSE when it cannot be factored any more. */
gboolean sx_gp_append (SxGp *self, const double *x, const double *y, guint n, gboolean is_exact) G_GNUC_WARN_UNUSED_RESULT;
/* @n_rows rows of values, each of the stride's length, become what alpha would be for them under the present mean. */
void sx_gp_solve (const SxGp *self, double *values, guint n_rows);
/* Minus the log posterior at @theta and its gradient (nullable); HUGE_VAL when the matrix is not positive definite. */
double sx_gp_loss (SxGp *self, const double *theta, double *gradient);
/* Fits theta to the data, from fixed starts, and factors. FALSE when no start gave a usable model. */
gboolean sx_gp_fit (SxGp *self);
/* Factors with the present theta, after sx_gp_set_data(). */
gboolean sx_gp_factor (SxGp *self);
/* Of the noiseless function. Gradients (nullable): n_dims each, zero for categories. */
void sx_gp_predict (const SxGp *self, const double *row, double *mean, double *variance, double *mean_gradient, double *variance_gradient);
/* The parts of a prediction, for other values than y: the mean is mean + k · alpha, its gradient sx_gp_slope() along alpha; returns the variance, whose gradient is
 * - 2 sx_gp_slope() along @v. All of the stride's length; without @slopes (nullable) @v is of no use. */
double sx_gp_weigh (const SxGp *self, const double *row, double *k, double *slopes, double *v);
void   sx_gp_slope (const SxGp *self, const double *row, const double *slopes, const double *along, double *gradient);
/* Many rows at once, which is quicker, for @n_alphas vectors like alpha, a stride apart; @means: (n_rows, n_alphas), @variances (nullable): n_rows. */
void sx_gp_predict_many (const SxGp *self, const double *rows, guint n_rows, const double *alphas, guint n_alphas, double *means, double *variances);
/* Means of @n_rows rows and the covariance of the noiseless function between them, (n_rows, n_rows). */
void sx_gp_predict_jointly (const SxGp *self, const double *rows, guint n_rows, double *means, double *covariance);
/* The prior covariance of two rows. */
double sx_gp_kernel (const SxGp *self, const double *a, const double *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxGp, sx_gp_free)

G_END_DECLS
