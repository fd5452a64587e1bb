/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-fit-private.h"

G_BEGIN_DECLS

/* The ways from text to numbers, for prepare.encode and prepare.auto. @texts: of SxTextCount, most frequent first. */

/* A column of 0 and 1 for each text, called “COLUMN=TEXT”; the texts' own column stays. At most the @max first texts. */
void sx_encode_one_hot (SxSteps *steps, const char *column, GArray *texts, guint max);
/* Codes 0 … n - 1 in the order of the texts themselves; n for a text unknown, missing for a missing cell. In place. */
void sx_encode_ordinal (SxSteps *steps, const char *column, GArray *texts);
/* The share of training rows with that text; 0 for one unknown. In place. */
void sx_encode_count (SxSteps *steps, const char *column, GArray *texts, guint64 n_rows);
/* The mean of the target among the rows with that text, drawn to the mean of all as if by @smoothing further rows (Micci-Barreca 2001, with a fixed
 * weight); texts with a target sum. In place. */
void sx_encode_target (SxSteps *steps, const char *column, GArray *texts, double mean, double smoothing);

/* The code of each row by sx_encode_target(), learned from the rows that are not in the same of @n_folds parts, which @seed draws: its own target has no part in it. */
double *sx_encode_target_rows (SxFrame *training, guint column, const double *target, guint64 min_count, double smoothing, guint n_folds, guint64 seed) G_GNUC_WARN_UNUSED_RESULT;

/* The target as a number a row, NaN where missing: numbers as they are; of two classes 1 for the later one in the order of texts. NULL when it is
 * neither. */
double *sx_encode_read_target (SxFrame *frame, const char *target, double *mean) G_GNUC_WARN_UNUSED_RESULT;

/* @texts without those that stand fewer than @min times. */
GArray *sx_encode_drop_rare (GArray *texts, guint64 min) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
