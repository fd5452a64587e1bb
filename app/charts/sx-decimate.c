/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The four points of a column are those of Jugel et al., “M4: A Visualization-Oriented Time Series Data Aggregation”, VLDB 2014. */

#include "config.h"

#include "sx-decimate.h"

#include <math.h>

typedef struct
{
  const double *x, *y;
  GArray       *points;
  guint         first, least, greatest, last; /* indices in the column */
  gint64        column;                       /* G_MININT64: none yet */
  gboolean      is_broken;                    /* points were missing since the last one */
} Column;

guint
sx_decimate_find (const double *x, guint n_points, double value)
{
  guint low = 0, high = n_points;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (x[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
add (Column *self, guint index)
{
  SxChartPoint point = { self->x[index], self->y[index] };

  g_array_append_val (self->points, point);
}

static void
flush (Column *self)
{
  guint a = MIN (self->least, self->greatest), b = MAX (self->least, self->greatest);

  if (self->column == G_MININT64)
    return;
  add (self, self->first);
  if (a != self->first && a != self->last)
    add (self, a);
  if (b != a && b != self->first && b != self->last)
    add (self, b);
  if (self->last != self->first)
    add (self, self->last);
}

static void
begin (Column *self, gint64 column, guint index)
{
  flush (self);
  if (self->is_broken && self->column != G_MININT64)
    {
      SxChartPoint gap = { self->x[index], NAN };

      g_array_append_val (self->points, gap);
    }
  self->column = column;
  self->first = self->least = self->greatest = self->last = index;
}

static void
take (Column *self, guint index)
{
  if (self->y[index] < self->y[self->least])
    self->least = index;
  if (self->y[index] > self->y[self->greatest])
    self->greatest = index;
  self->last = index;
}

void
sx_decimate (const double *x, const double *y, guint n_points, double low, double high, guint n_columns, GArray *points)
{
  guint  start = sx_decimate_find (x, n_points, low);
  Column self = { x, y, points, 0, 0, 0, 0, G_MININT64, FALSE };
  double scale = n_columns / (high - low);

  g_return_if_fail (points != NULL);
  g_return_if_fail (low < high && n_columns > 0);

  start -= start > 0;
  for (guint i = start; i < n_points; i++)
    {
      double column;

      if (isnan (y[i]))
        {
          self.is_broken = TRUE;
          continue;
        }
      /* Outside everything is one column: −1 and n_columns. */
      column = CLAMP (floor ((x[i] - low) * scale), -1.0, n_columns);
      if ((gint64)column != self.column)
        begin (&self, (gint64)column, i);
      else
        take (&self, i);
      self.is_broken = FALSE;
      if (x[i] > high)
        break;
    }
  flush (&self);
}
