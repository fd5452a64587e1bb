/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-dataset.h"

G_BEGIN_DECLS

/**
 * SxMetric:
 *
 * A score of predictions against truth, one entry of a table. For classes, @p is (n_rows, n_classes) probabilities; for
 * regression (n_rows, 1) values. @y: class indices or values. Sums in double, in row order.
 */
typedef struct
{
  const char *id;       /* “auc” */
  const char *title;    /* N_() */
  const char *help;     /* N_(): definition and source */
  guint       tasks;    /* mask of 1 << SxTask */
  gboolean    greater_is_better;
  double    (*compute) (const float *p, const float *y, gsize n_rows, guint n_classes);
} SxMetric;

const SxMetric *const *sx_metric_list (void); /* NULL-ended: accuracy, balanced-accuracy, auc (binary; one-vs-rest macro), log-loss, f1 (binary: class 1; else macro), rmse, mae, r2 */
const SxMetric *sx_metric_find (const char *id);
const SxMetric *sx_metric_default (SxTask task); /* what the search minimises: log-loss, rmse */
/* @value turned so that less is better. */
double sx_metric_to_loss (const SxMetric *self, double value);

/* Counts (n_classes, n_classes), row = truth, column = predicted (argmax). */
void sx_confusion (const float *p, const float *y, gsize n_rows, guint n_classes, guint64 *counts);

G_END_DECLS
