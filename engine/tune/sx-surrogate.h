/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-gp.h"

G_BEGIN_DECLS

/**
 * SxSurrogate:
 *
 * A Gaussian process that follows a growing table. Its lengthscales are fitted to the first rows of the table only, sx_surrogate_choose_n_fit() of them, which
 * changes with every row at first and ever more rarely later; rows beyond are appended to the factor. What it gives is a function of the table alone: what it
 * remembers of earlier tables saves time and changes nothing.
 */
typedef struct
{
  guint     n_dims;
  gboolean *is_category;
  gboolean  is_unit; /* see SxGp */
  SxGp     *gp;
  double   *fit_x, *fit_y; /* what theta was fitted to */
  guint     n_fit;
  gboolean  is_fitted;
  double   *x; /* the gp's rows */
} SxSurrogate;

/* How many of @n rows the lengthscales are fitted to. */
guint sx_surrogate_choose_n_fit (guint n);
void  sx_surrogate_init (SxSurrogate *self, guint n_dims, const gboolean *is_category);
void  sx_surrogate_clear (SxSurrogate *self);
/* @x: (n, 2 n_dims); @y: n; @fit_y: the values of the first @n_fit rows for fitting; @mean (nullable): a known mean. FALSE when there is no model. */
gboolean sx_surrogate_update (SxSurrogate *self, const double *x, const double *y, guint n, const double *fit_y, guint n_fit, const double *mean);

G_END_DECLS
