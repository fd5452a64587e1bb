/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SxWarp:
 *
 * The half-rank warp of Vizier (Golovin et al. 2017; output_warpers.py), then standardising: values up to the median stay as they are, worse ones become the
 * normal scores of their ranks above it. It tames the long tails that losses have. Smaller is better. Made of finite values.
 */
typedef struct
{
  guint   n;      /* distinct values */
  double *values; /* n, ascending */
  double *warped; /* n, ascending, standardised */
} SxWarp;

/* @values, in any order, is used up; those equal to another count once for the ranks, and each for the standardising. */
void sx_warp_init (SxWarp *self, double *values, guint n);
void sx_warp_clear (SxWarp *self);
/* Between known values and beyond them by straight lines, both ways. */
double sx_warp_apply (const SxWarp *self, double value);
double sx_warp_invert (const SxWarp *self, double warped);

double sx_normal_quantile (double p);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxWarp, sx_warp_clear)

G_END_DECLS
