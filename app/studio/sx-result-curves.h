/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

#include <sx-charts.h>

G_BEGIN_DECLS

/* Charts of a report. @truth: 1 where the row is of the positive class; @score: its probability. */

/* The ROC curve, from (0, 0) to (1, 1); returns the area under it, ties counted half. NaN when one class is missing. */
double sx_result_curves_roc (const double *truth, const double *score, guint n_rows, SxSeries *series);
/* Precision by recall; returns the average precision. NaN when no row is positive. */
double sx_result_curves_precision_recall (const double *truth, const double *score, guint n_rows, SxSeries *series);
/* A histogram: bars of equal width (Freedman and Diaconis 1981, at most 60). */
void sx_result_curves_histogram (const double *values, guint n_values, SxSeries *series);

/* The charts that the report has data for, in the order to show them; (transfer full) GPtrArray of GtkWidget. */
GPtrArray *sx_result_curves_new_charts (GVariant *report) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
