/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-gp.h"
#include "tune/sx-sampler.h"
#include "tune/sx-space-private.h"

G_BEGIN_DECLS

#define SX_ACQUISITION_MAX_DRAWS 64

/* log (phi (u) + u Phi (u)), exact to rounding for every u, and its derivative (nullable). Ament et al. 2023, arXiv 2310.20708. */
double sx_log_expected_improvement (double u, double *derivative);

/* log Phi (z) and its derivative (nullable). */
double sx_log_normal_cumulative (double z, double *derivative);

/**
 * SxAcquisition:
 *
 * What makes a point worth trying. The objective's process stands for one or several draws of what is not known yet, the values of running trials and, under noise, of
 * the best points: each draw is a vector like the process's alpha and an incumbent's value, and the improvement is the mean over the draws.
 */
typedef struct
{
  SxSpace      *space;
  const SxGp   *gp;
  const guint  *dims;   /* coordinate of the gp → parameter of the space */
  const double *alphas; /* (n_draws, the gp's stride) */
  const double *bests;  /* n_draws, in the gp's units */
  guint         n_draws;
  const double *incumbent; /* its row in the space's cube */
  gboolean      is_bound;  /* lower confidence bound of the first draw instead of expected improvement */
  const SxGp   *viability; /* (nullable): of +1 where trials finish, -1 where they fail */
  guint64       seed;
  guint64       trial;
} SxAcquisition;

/* How good it would be to try @unit (a row of the space's cube, already snapped). More is better. */
double sx_acquisition_score (const SxAcquisition *self, const double *unit);
/* The gradient over the coordinates of the gp, zero for categories; for tests. */
double sx_acquisition_slope (const SxAcquisition *self, const double *unit, double *gradient);
/* The best points found, best first: rows of the cube, snapped. At most @n_rows; returns how many. */
guint sx_acquisition_maximise (const SxAcquisition *self, double *rows, guint n_rows);

G_END_DECLS
