/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Metrics: a table, and one function each.
 *
 * All sums run in double and in row order, so that a score repeats bit for bit. A score that has no meaning for the rows at hand (no rows;
 * the ROC curve of a single class) is NaN, which a search takes as a failure, never as a good value. */

#include "config.h"

#include "sx-metric.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

/* The class with the largest probability; the first of equals. */
static guint
find_largest (const float *p, guint n_classes)
{
  guint best = 0;

  for (guint k = 1; k < n_classes; k++)
    if (p[k] > p[best])
      best = k;
  return best;
}

void
sx_confusion (const float *p, const float *y, gsize n_rows, guint n_classes, guint64 *counts)
{
  g_return_if_fail (n_classes > 0);

  for (gsize i = 0; i < (gsize)n_classes * n_classes; i++)
    counts[i] = 0;
  for (gsize row = 0; row < n_rows; row++)
    {
      guint truth = (guint)y[row];

      g_return_if_fail (truth < n_classes);
      counts[(gsize)truth * n_classes + find_largest (p + row * n_classes, n_classes)]++;
    }
}

/* ---- classes ---- */

static double
compute_accuracy (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  gsize n_right = 0;

  for (gsize row = 0; row < n_rows; row++)
    n_right += find_largest (p + row * n_classes, n_classes) == (guint)y[row];
  return n_rows > 0 ? (double)n_right / (double)n_rows : NAN;
}

/* What one class got: rows of it, rows taken for it, and rows that are both. */
typedef struct
{
  guint64 n_true, n_predicted, n_right;
} Tally;

static Tally *
tally_classes (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  Tally *tallies = g_new0 (Tally, n_classes);

  for (gsize row = 0; row < n_rows; row++)
    {
      guint truth = (guint)y[row];
      guint predicted = find_largest (p + row * n_classes, n_classes);

      tallies[truth].n_true++;
      tallies[predicted].n_predicted++;
      tallies[truth].n_right += truth == predicted;
    }
  return tallies;
}

static double
compute_balanced_accuracy (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  g_autofree Tally *tallies = tally_classes (p, y, n_rows, n_classes);
  double            sum = 0;
  guint             n_present = 0;

  for (guint k = 0; k < n_classes; k++)
    if (tallies[k].n_true > 0)
      {
        sum += (double)tallies[k].n_right / (double)tallies[k].n_true;
        n_present++;
      }
  return n_present > 0 ? sum / n_present : NAN;
}

/* 2·TP / (2·TP + FP + FN); 0 where nothing of the class is there and nothing was taken for it. */
static double
compute_class_f1 (const Tally *tally)
{
  guint64 n = tally->n_true + tally->n_predicted;

  return n > 0 ? 2.0 * (double)tally->n_right / (double)n : 0;
}

static double
compute_f1 (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  g_autofree Tally *tallies = tally_classes (p, y, n_rows, n_classes);
  double            sum = 0;
  guint             n_seen = 0;

  if (n_rows == 0)
    return NAN;
  if (n_classes == 2)
    return compute_class_f1 (&tallies[1]);
  for (guint k = 0; k < n_classes; k++)
    if (tallies[k].n_true + tallies[k].n_predicted > 0)
      {
        sum += compute_class_f1 (&tallies[k]);
        n_seen++;
      }
  return sum / n_seen;
}

static double
compute_log_loss (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  double sum = 0;

  for (gsize row = 0; row < n_rows; row++)
    {
      double probability = (double)p[row * n_classes + (guint)y[row]];

      if (isnan (probability))
        return NAN;
      /* A float says no more than this about being certain: an exact 0 costs 16, not infinity. */
      sum -= log (CLAMP (probability, (double)FLT_EPSILON, 1.0));
    }
  return n_rows > 0 ? sum / (double)n_rows : NAN;
}

/* ---- the ROC curve ---- */

typedef struct
{
  float    score;
  gboolean is_positive;
} Scored;

static int
compare_scored (const void *a, const void *b)
{
  float left = ((const Scored *)a)->score;
  float right = ((const Scored *)b)->score;

  return (left > right) - (left < right);
}

/* The probability that a random row of @positive scores above a random other row, ties counting half: the Mann–Whitney statistic with mid-ranks.
 * NaN when either side is empty or a score is NaN. */
static double
compute_class_auc (const float *p, const float *y, gsize n_rows, guint n_classes, guint positive, Scored *scratch)
{
  double n_positive = 0;
  double rank_sum = 0;
  double n_negative;

  for (gsize row = 0; row < n_rows; row++)
    {
      scratch[row].score = p[row * n_classes + positive];
      scratch[row].is_positive = (guint)y[row] == positive;
      n_positive += scratch[row].is_positive;
      if (isnan (scratch[row].score))
        return NAN;
    }
  n_negative = (double)n_rows - n_positive;
  if (n_positive < 1 || n_negative < 1)
    return NAN;
  qsort (scratch, n_rows, sizeof *scratch, compare_scored);
  for (gsize first = 0, end; first < n_rows; first = end)
    {
      gsize n_tied_positive = 0;

      for (end = first; end < n_rows && !(scratch[end].score > scratch[first].score); end++)
        n_tied_positive += (gsize)scratch[end].is_positive;
      rank_sum += (double)n_tied_positive * ((double)first + 1 + (double)end) / 2;
    }
  return (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative);
}

static double
compute_auc (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  g_autofree Scored *scratch = g_new (Scored, n_rows);
  double             sum = 0;
  guint              n_present = 0;

  if (n_classes == 2)
    return compute_class_auc (p, y, n_rows, n_classes, 1, scratch);
  for (guint k = 0; k < n_classes; k++)
    {
      double auc = compute_class_auc (p, y, n_rows, n_classes, k, scratch);

      if (!isnan (auc)) /* a class that is not among these rows says nothing */
        {
          sum += auc;
          n_present++;
        }
    }
  return n_present > 0 ? sum / n_present : NAN;
}

/* ---- numbers ---- */

static double
sum_squared_errors (const float *p, const float *y, gsize n_rows)
{
  double sum = 0;

  for (gsize row = 0; row < n_rows; row++)
    {
      double difference = (double)p[row] - (double)y[row];

      sum += difference * difference;
    }
  return sum;
}

static double
compute_rmse (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  return n_rows > 0 ? sqrt (sum_squared_errors (p, y, n_rows) / (double)n_rows) : NAN;
}

static double
compute_mae (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  double sum = 0;

  for (gsize row = 0; row < n_rows; row++)
    sum += fabs ((double)p[row] - (double)y[row]);
  return n_rows > 0 ? sum / (double)n_rows : NAN;
}

static double
compute_r2 (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  double residual = sum_squared_errors (p, y, n_rows);
  double mean = 0;
  double total = 0;

  if (n_rows == 0)
    return NAN;
  for (gsize row = 0; row < n_rows; row++)
    mean += (double)y[row];
  mean /= (double)n_rows;
  /* Two passes: the one-pass variance loses all digits when mean² >> variance. */
  for (gsize row = 0; row < n_rows; row++)
    total += ((double)y[row] - mean) * ((double)y[row] - mean);
  if (total > 0)
    return 1 - residual / total;
  return residual > 0 ? 0 : 1; /* nothing to explain */
}

/* ---- the table ---- */

#define CLASSES (1u << SX_TASK_BINARY | 1u << SX_TASK_MULTICLASS)
#define NUMBERS (1u << SX_TASK_REGRESSION)

static const SxMetric table[] = {
  { "accuracy", N_ ("Accuracy"), N_ ("The share of rows whose most probable class is the true one."), CLASSES, TRUE, compute_accuracy },
  { "balanced-accuracy", N_ ("Balanced accuracy"), N_ ("The share of rows found, averaged over the classes, so that rare classes count as much as common ones."), CLASSES, TRUE, compute_balanced_accuracy },
  { "auc", N_ ("Area under the ROC curve"), N_ ("How often a row of a class scores higher than a row of another; 0.5 is chance. With several classes, the mean of each class against the rest. (Hanley and McNeil 1982)"), CLASSES, TRUE, compute_auc },
  { "log-loss", N_ ("Log loss"), N_ ("The mean negative logarithm of the probability given to the true class; it punishes false certainty. (Good 1952)"), CLASSES, FALSE, compute_log_loss },
  { "f1", N_ ("F1"), N_ ("The harmonic mean of precision and recall of the positive class; with several classes, the mean over the classes. (van Rijsbergen 1979)"), CLASSES, TRUE, compute_f1 },
  { "rmse", N_ ("Root mean squared error"), N_ ("The root of the mean squared error, in the unit of the target; large errors weigh most."), NUMBERS, FALSE, compute_rmse },
  { "mae", N_ ("Mean absolute error"), N_ ("The mean distance from the true value, in the unit of the target."), NUMBERS, FALSE, compute_mae },
  { "r2", N_ ("R²"), N_ ("The share of the target's variance that is explained; 0 is what predicting the mean gives."), NUMBERS, TRUE, compute_r2 },
};

static const SxMetric *const list[] = { &table[0], &table[1], &table[2], &table[3], &table[4], &table[5], &table[6], &table[7], NULL };

G_STATIC_ASSERT (G_N_ELEMENTS (list) == G_N_ELEMENTS (table) + 1);

const SxMetric *const *
sx_metric_list (void)
{
  return list;
}

const SxMetric *
sx_metric_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].id, id))
      return &table[i];
  return NULL;
}

const SxMetric *
sx_metric_default (SxTask task)
{
  return sx_metric_find (task == SX_TASK_REGRESSION ? "rmse" : "log-loss");
}

double
sx_metric_to_loss (const SxMetric *self, double value)
{
  return self->greater_is_better ? -value : value;
}
