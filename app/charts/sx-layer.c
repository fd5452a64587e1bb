/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-layer.h"

#include <math.h>

/* Beyond this cairo's fixed-point numbers overflow. */
#define FAR_AWAY 100000.0

static double
to_unit (SxScale scale, double low, double high, double value)
{
  if (scale == SX_SCALE_LOG)
    return value > 0.0 ? log (value / low) / log (high / low) : -FAR_AWAY;
  return (value - low) / (high - low);
}

static double
from_unit (SxScale scale, double low, double high, double unit)
{
  if (scale == SX_SCALE_LOG)
    return low * pow (high / low, unit);
  return low + (high - low) * unit;
}

double
sx_plot_area_get_x (const SxPlotArea *self, double value)
{
  return CLAMP (self->x + self->width * to_unit (self->x_scale, self->x_low, self->x_high, value), -FAR_AWAY, FAR_AWAY);
}

double
sx_plot_area_get_y (const SxPlotArea *self, double value)
{
  return CLAMP (self->y + self->height * (1.0 - to_unit (self->y_scale, self->y_low, self->y_high, value)), -FAR_AWAY, FAR_AWAY);
}

double
sx_plot_area_find_x (const SxPlotArea *self, double x)
{
  return from_unit (self->x_scale, self->x_low, self->x_high, (x - self->x) / self->width);
}

double
sx_plot_area_find_y (const SxPlotArea *self, double y)
{
  return from_unit (self->y_scale, self->y_low, self->y_high, 1.0 - (y - self->y) / self->height);
}

const SxLayer *
sx_layer_find (SxSeriesKind kind)
{
  switch (kind)
    {
    case SX_SERIES_POINTS:
      return &sx_layer_points;
    case SX_SERIES_BARS:
      return &sx_layer_bars;
    case SX_SERIES_LINE:
    case SX_SERIES_STEP:
    case SX_SERIES_AREA:
    case SX_SERIES_REFERENCE:
    default:
      return &sx_layer_line;
    }
}

void
sx_layer_set_dash (SxSeries *series, const SxChartStyle *style, int color, cairo_t *cr)
{
  static const struct
  {
    double lengths[4];
    int    n_lengths;
  } dashes[] = {
    { { 0 }, 0 },
    { { 8, 3 }, 2 },
    { { 2, 3 }, 2 },
    { { 8, 3, 2, 3 }, 4 },
    { { 14, 4 }, 2 },
    { { 4, 4 }, 2 },
  };
  guint which = 0;

  if (sx_series_get_kind (series) == SX_SERIES_REFERENCE || sx_series_get_dashed (series))
    which = 5;
  else if (style->is_high_contrast && color > 0)
    which = (guint)color % G_N_ELEMENTS (dashes);
  cairo_set_dash (cr, dashes[which].lengths, dashes[which].n_lengths, 0.0);
}

double
sx_layer_get_line_width (SxSeries *series)
{
  if (sx_series_get_kind (series) == SX_SERIES_REFERENCE)
    return 1.25;
  switch (sx_series_get_emphasis (series))
    {
    case SX_EMPHASIS_STRONG:
      return 2.5;
    case SX_EMPHASIS_FAINT:
      return 1.0;
    case SX_EMPHASIS_NORMAL:
    default:
      return 1.75;
    }
}
