/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-gp.h"
#include "tune/sx-sampler.h"
#include "tune/sx-space-private.h"

G_BEGIN_DECLS

/* log (phi (u) + u Phi (u)), exact to rounding for every u, and its derivative (nullable). Ament et al. 2023, arXiv 2310.20708. */
double sx_log_expected_improvement (double u, double *derivative);

typedef struct
{
  SxSpace      *space;
  const SxGp   *gp;
  const guint  *dims;      /* coordinate of the gp → parameter of the space */
  double        best;      /* the incumbent, in the gp's units */
  const double *incumbent; /* its row in the space's cube */
  gboolean      is_bound;  /* lower confidence bound instead of expected improvement */
  guint64       seed;
  guint64       trial;
} SxAcquisition;

/* How good it would be to try @unit (a row of the space's cube, already snapped). More is better. */
double sx_acquisition_score (const SxAcquisition *self, const double *unit);
/* The best points found, best first: rows of the cube, snapped. At most @n_rows; returns how many. */
guint sx_acquisition_maximise (const SxAcquisition *self, double *rows, guint n_rows);

G_END_DECLS
