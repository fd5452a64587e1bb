/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SxGp:
 *
 * A Gaussian process over rows of 2 d numbers (d coordinates, d marks of the dead; see sx_space_encode()): Matérn-5/2 kernel with one
 * lengthscale a coordinate, output scale 1 (values come standardised), constant mean by generalised least squares, noise. Lengthscales
 * and noise have log-normal priors (Hvarfner et al. 2024, arXiv 2402.02229) and are fitted to the posterior's maximum. All algebra is
 * done here in one fixed order on one thread, so results depend on nothing but the data.
 */
typedef struct
{
  guint     n_dims;
  gboolean *is_category; /* n_dims */
  guint     n;
  double   *x;      /* (n, 2 n_dims) */
  double   *y;      /* n, standardised */
  double   *theta;  /* n_dims log lengthscales, log noise variance */
  double   *factor; /* (n, n): lower Cholesky factor of kernel + noise */
  double   *alpha;  /* n: (K + noise)^-1 (y - mean) */
  double    mean;
} SxGp;

SxGp *sx_gp_new (guint n_dims, const gboolean *is_category) G_GNUC_WARN_UNUSED_RESULT;
void  sx_gp_free (SxGp *self);
/* Copies the data; keeps theta. */
void sx_gp_set_data (SxGp *self, const double *x, const double *y, guint n);
/* Minus the log posterior at @theta and its gradient (nullable); HUGE_VAL when the matrix is not positive definite. */
double sx_gp_loss (SxGp *self, const double *theta, double *gradient);
/* Fits theta to the data, from fixed starts, and factors. FALSE when no start gave a usable model. */
gboolean sx_gp_fit (SxGp *self);
/* Factors with the present theta, after sx_gp_set_data(). */
gboolean sx_gp_factor (SxGp *self);
/* Of the noiseless function. Gradients (nullable): n_dims each, zero for categories. */
void sx_gp_predict (const SxGp *self, const double *row, double *mean, double *variance, double *mean_gradient, double *variance_gradient);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxGp, sx_gp_free)

G_END_DECLS
