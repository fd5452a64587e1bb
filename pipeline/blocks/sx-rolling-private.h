/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Figures of a window that slides over a sequence of numbers. */

/* A window of more rows than this is no window. */
#define SX_ROLLING_MAX_ROWS 1000000
/* Medians keep the window in order, which costs its length at every step. */
#define SX_ROLLING_MAX_MEDIAN 10000

typedef enum {
  SX_ROLLING_COUNT,
  SX_ROLLING_SUM,
  SX_ROLLING_MEAN,
  SX_ROLLING_SD,
  SX_ROLLING_VAR,
  SX_ROLLING_MIN,
  SX_ROLLING_MAX,
  SX_ROLLING_MEDIAN,
} SxRolling;

/* @values, NaN being missing, to the figures of the @window values up to and with each, or, @before, up to it without it. @window 0: all from the
 * first on. Figures of fewer than @least present values are NaN. */
void sx_rolling (SxRolling figure, const double *values, gsize n, gsize window, gboolean before, gsize least, double *out);

G_END_DECLS
