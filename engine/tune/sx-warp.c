/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-warp.h"

#include <math.h>
#include <stdlib.h>

/* Abramowitz and Stegun 26.2.23, then two steps of Halley's method on erfc. */
double
sx_normal_quantile (double p)
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

/* Mean 0 and variance 1 over all values, copies counted (@counts). */
static void
standardise (SxWarp *self, const guint *counts, guint n_all)
{
  double mean = 0, square = 0;

  for (guint i = 0; i < self->n; i++)
    mean += self->warped[i] * counts[i] / n_all;
  for (guint i = 0; i < self->n; i++)
    square += (self->warped[i] - mean) * (self->warped[i] - mean) * counts[i] / n_all;
  double scale = square > 1e-24 ? sqrt (square) : 1;
  for (guint i = 0; i < self->n; i++)
    self->warped[i] = (self->warped[i] - mean) / scale;
}

void
sx_warp_init (SxWarp *self, double *values, guint n)
{
  g_autofree guint *counts = g_new0 (guint, n + 1);
  double            median, spread = 0;
  guint             n_good = 0;

  g_return_if_fail (n > 0);
  qsort (values, n, sizeof *values, compare_doubles);
  median = n % 2 ? values[n / 2] : values[n / 2 - 1] / 2 + values[n / 2] / 2;
  self->values = g_new (double, n);
  self->warped = g_new (double, n);
  self->n = 0;
  for (guint i = 0; i < n; i++)
    {
      if (i == 0 || values[i] > values[i - 1])
        self->values[self->n++] = values[i];
      counts[self->n - 1]++;
    }
  while (n_good < self->n && self->values[n_good] <= median)
    n_good++;
  for (guint i = 0; i < n_good; i++)
    spread = hypot (spread, (self->values[i] - median) / sqrt (n_good));
  if (!(spread > 0) || !isfinite (spread))
    spread = MAX (fabs (median) * 1e-6, 1e-300);
  double denominator = self->n - n_good + (n_good > 0 && self->values[n_good - 1] >= median ? 0.5 : 0);
  for (guint i = 0; i < self->n; i++)
    {
      guint rank = self->n - i; /* 1: the worst */
      self->warped[i] = i < n_good ? (self->values[i] - median) / spread : -sx_normal_quantile (0.5 * (rank - 0.5) / denominator);
    }
  standardise (self, counts, n);
}

void
sx_warp_clear (SxWarp *self)
{
  g_clear_pointer (&self->values, g_free);
  g_clear_pointer (&self->warped, g_free);
  self->n = 0;
}

/* The straight line through the pairs of @from and @to next to @x. */
static double
interpolate (const double *from, const double *to, guint n, double x)
{
  guint low = 0, high = n - 1;

  if (n == 1)
    return to[0] + (x - from[0]);
  while (high - low > 1)
    {
      guint middle = (low + high) / 2;
      *(from[middle] <= x ? &low : &high) = middle;
    }
  if (!(from[high] > from[low])) /* so close that they are one after warping */
    return to[low];
  double share = (x - from[low]) / (from[high] - from[low]);
  return share <= 0.5 ? to[low] + share * (to[high] - to[low]) : to[high] - (1 - share) * (to[high] - to[low]);
}

double
sx_warp_apply (const SxWarp *self, double value)
{
  return interpolate (self->values, self->warped, self->n, value);
}

double
sx_warp_invert (const SxWarp *self, double warped)
{
  return interpolate (self->warped, self->values, self->n, warped);
}
