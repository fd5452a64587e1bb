/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* How numbers are centred and scaled, learned on the training rows. Robust scaling as in RealMLP (Holzmüller et al. 2024): the median, and
 * one over the distance of the quartiles; where those coincide, twice one over the range; a constant counts for nothing. */

#include "config.h"

#include "sx-network-private.h"

#include <math.h>

#define MAX_SAMPLE 16384

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;

  return (x > y) - (x < y);
}

static double
get_quantile (const float *sorted, gsize n, double p)
{
  double at = p * (double)(n - 1);
  gsize  low = (gsize)at;
  gsize  high = MIN (low + 1, n - 1);

  return (double)sorted[low] + (at - (double)low) * ((double)sorted[high] - (double)sorted[low]);
}

static void
scale_robustly (const SxDataset *dataset, gsize feature, float *centre, float *scale)
{
  gsize             n_sample = MIN (dataset->n_rows, MAX_SAMPLE), n = 0;
  double            low = INFINITY, high = -INFINITY, range;
  g_autofree float *sample = g_new (float, n_sample);

  for (gsize i = 0; i < n_sample; i++)
    {
      float x = dataset->x[(i * dataset->n_rows / n_sample) * dataset->n_features + feature];
      if (isfinite (x))
        sample[n++] = x;
    }
  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      double x = (double)dataset->x[row * dataset->n_features + feature];
      if (isfinite (x))
        {
          low = MIN (low, x);
          high = MAX (high, x);
        }
    }
  *centre = 0.0f;
  *scale = 0.0f;
  if (n == 0)
    return;
  qsort (sample, n, sizeof (float), compare_floats);
  *centre = (float)get_quantile (sample, n, 0.5);
  range = get_quantile (sample, n, 0.75) - get_quantile (sample, n, 0.25);
  if (!(range > 0.0))
    range = (high - low) / 2.0;
  if (range > 0.0)
    *scale = (float)(1.0 / range);
}

static void
scale_standard (const SxDataset *dataset, gsize feature, float *centre, float *scale)
{
  double sum = 0.0, squares = 0.0, mean, sd;
  gsize  n = 0;

  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      double x = (double)dataset->x[row * dataset->n_features + feature];
      if (isfinite (x))
        {
          sum += x;
          n++;
        }
    }
  mean = n > 0 ? sum / (double)n : 0.0;
  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      double x = (double)dataset->x[row * dataset->n_features + feature];
      if (isfinite (x))
        squares += (x - mean) * (x - mean);
    }
  sd = n > 0 ? sqrt (squares / (double)n) : 0.0;
  *centre = (float)mean;
  *scale = sd > 0.0 ? (float)(1.0 / sd) : 0.0f;
}

void
sx_network_fit_scaling (SxNetwork *self, const SxDataset *dataset)
{
  for (gsize i = 0; i < dataset->n_features; i++)
    {
      self->centres[i] = 0.0f;
      self->scales[i] = 1.0f;
      if (self->n_categories[i] > 0)
        continue;
      if (self->spec->scaling == SX_SCALING_ROBUST)
        scale_robustly (dataset, i, &self->centres[i], &self->scales[i]);
      else if (self->spec->scaling == SX_SCALING_STANDARD)
        scale_standard (dataset, i, &self->centres[i], &self->scales[i]);
      if (!isfinite (self->scales[i]))
        self->scales[i] = 0.0f;
    }
}
