/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-fields-private.h"

G_BEGIN_DECLS

/* What learning blocks measure of a column of training rows. */

/* The present values in rising order; @n of them. */
double *sx_fit_sorted (SxFrame *frame, guint column, gsize *n) G_GNUC_WARN_UNUSED_RESULT;
/* Quantile @q of sorted values, interpolated linearly (Hyndman and Fan 1996, type 7); NaN for none. */
double  sx_fit_quantile (const double *sorted, gsize n, double q);
double  sx_fit_mean (const double *values, gsize n);
double  sx_fit_sd (const double *values, gsize n, double mean); /* of the population */
guint64 sx_fit_count_missing (SxFrame *frame, guint column);

/* One text of a column and how often it stands there. */
typedef struct
{
  char   *text;
  guint64 count;
  double  target_sum; /* sx_fit_texts() with a target: of the rows with this text */
} SxTextCount;

/* The texts of a column (numbers and truths as they are printed), most frequent first, equals by text. @target: (nullable): a number a row, for the
 * sums; rows in which it is NaN are left out. (element-type SxTextCount) */
GArray *sx_fit_texts (SxFrame *frame, guint column, const double *target) G_GNUC_WARN_UNUSED_RESULT;

/* Steps of one column, in place or to other names. */
void sx_fit_add_step (SxSteps *steps, SxStepOp op, const char *input, const char *output, const double *numbers, gsize n_numbers, const char *const *texts);

G_END_DECLS
