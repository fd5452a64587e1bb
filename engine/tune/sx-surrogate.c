/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-surrogate.h"

#include <string.h>

#define N_STEPS 50 /* refitted when the table has grown by one part in so many, or twice that */

guint
sx_surrogate_choose_n_fit (guint n)
{
  guint step = 1;
  while (n / step >= N_STEPS)
    step *= 2;
  return n - n % step;
}

void
sx_surrogate_init (SxSurrogate *self, guint n_dims, const gboolean *is_category)
{
  memset (self, 0, sizeof *self);
  self->n_dims = n_dims;
  self->is_category = g_memdup2 (is_category, n_dims * sizeof *is_category);
}

static void
forget (SxSurrogate *self)
{
  g_clear_pointer (&self->gp, sx_gp_free);
  g_clear_pointer (&self->fit_x, g_free);
  g_clear_pointer (&self->fit_y, g_free);
  g_clear_pointer (&self->x, g_free);
  self->is_fitted = FALSE;
}

void
sx_surrogate_clear (SxSurrogate *self)
{
  forget (self);
  g_clear_pointer (&self->is_category, g_free);
}

static gsize
get_size (const SxSurrogate *self, guint n)
{
  return (gsize)n * 2 * self->n_dims * sizeof (double);
}

static gboolean
fit (SxSurrogate *self, const double *x, const double *fit_y, guint n_fit, const double *mean)
{
  forget (self);
  self->gp = sx_gp_new (self->n_dims, self->is_category);
  self->gp->is_unit = self->is_unit;
  self->gp->has_mean = mean != NULL;
  self->gp->mean = mean ? *mean : 0;
  sx_gp_set_data (self->gp, x, fit_y, n_fit);
  self->fit_x = g_memdup2 (x, get_size (self, n_fit));
  self->fit_y = g_memdup2 (fit_y, n_fit * sizeof *fit_y);
  self->x = g_memdup2 (x, get_size (self, n_fit));
  self->n_fit = n_fit;
  self->is_fitted = sx_gp_fit (self->gp);
  return self->is_fitted;
}

gboolean
sx_surrogate_update (SxSurrogate *self, const double *x, const double *y, guint n, const double *fit_y, guint n_fit, const double *mean)
{
  gsize    width = 2 * self->n_dims;
  gboolean is_same = self->gp && self->n_fit == n_fit && memcmp (self->fit_y, fit_y, n_fit * sizeof *fit_y) == 0 && memcmp (self->fit_x, x, get_size (self, n_fit)) == 0;

  g_return_val_if_fail (n_fit > 0 && n_fit <= n, FALSE);
  if (is_same ? !self->is_fitted : !fit (self, x, fit_y, n_fit, mean))
    return FALSE;
  if (self->gp->n > n || memcmp (self->x, x, get_size (self, self->gp->n)) != 0)
    {
      sx_gp_set_data (self->gp, x, y, n);
      self->is_fitted = sx_gp_factor (self->gp);
    }
  else
    {
      guint n_before = self->gp->n;
      self->is_fitted = sx_gp_append (self->gp, x + n_before * width, y + n_before, n - n_before, FALSE);
      if (self->is_fitted)
        sx_gp_set_values (self->gp, y);
    }
  g_free (self->x);
  self->x = g_memdup2 (x, get_size (self, n));
  return self->is_fitted;
}
