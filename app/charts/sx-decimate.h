/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y; /* y NaN: the line is broken here */
} SxChartPoint;

/**
 * sx_decimate:
 * @x: rising, or equal to the one before; not NaN
 * @y: NaN: missing
 * @points: of SxChartPoint: what is added to
 *
 * What a line through the points needs where [@low, @high] is @n_columns pixels wide: of each column the first, the least, the greatest and
 * the last point, in their order. A line through these covers the very same pixels as one through all. One neighbour outside on
 * either side is kept, so that the line runs to the frame. Time is linear in the points that are seen.
 */
void sx_decimate (const double *x, const double *y, guint n_points, double low, double high, guint n_columns, GArray *points);

/* The first index whose x is not below @value (n_points: none). */
guint sx_decimate_find (const double *x, guint n_points, double value);

G_END_DECLS
