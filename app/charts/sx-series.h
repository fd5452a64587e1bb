/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* How a series is drawn; each is a layer, in a file of its own. */
typedef enum {
  SX_SERIES_LINE,
  SX_SERIES_STEP,      /* a line that keeps its value until the next point */
  SX_SERIES_AREA,      /* a line, filled down to zero */
  SX_SERIES_POINTS,    /* a mark a point, in any order */
  SX_SERIES_BARS,      /* x is the left edge of a bar, sx_series_set_bar_width() its width */
  SX_SERIES_REFERENCE, /* what others are measured against: a dashed line that does not widen the axes */
} SxSeriesKind;

typedef enum {
  SX_EMPHASIS_NORMAL,
  SX_EMPHASIS_STRONG,
  SX_EMPHASIS_FAINT, /* one of many in the background */
} SxEmphasis;

#define SX_SERIES_COLOR_AUTO (-1) /* by its place in the chart */
#define SX_SERIES_COLOR_DIM (-2)  /* grey */

/**
 * SxSeries:
 *
 * Points with a name. Missing values (NaN) break a line. All kinds but points want x in rising order.
 *
 * Signal: changed (gboolean data): its points (TRUE), or how it looks.
 */
#define SX_TYPE_SERIES (sx_series_get_type ())
G_DECLARE_FINAL_TYPE (SxSeries, sx_series, SX, SERIES, GObject)

SxSeries *sx_series_new (SxSeriesKind kind, const char *name) G_GNUC_WARN_UNUSED_RESULT;

void sx_series_append (SxSeries *self, double x, double y);
void sx_series_set_data (SxSeries *self, const double *x, const double *y, guint n_points);
void sx_series_clear (SxSeries *self);

guint         sx_series_get_n_points (SxSeries *self);
const double *sx_series_get_x (SxSeries *self);
const double *sx_series_get_y (SxSeries *self);
gboolean      sx_series_is_sorted (SxSeries *self); /* x never falls */
/* Least and greatest finite values; FALSE when there are none. With @positive, of those above zero only. */
gboolean sx_series_get_range (SxSeries *self, gboolean of_x, gboolean positive, double *low, double *high);
/* The point with the nearest x that is not missing; FALSE when there is none. Only for sorted series. */
gboolean sx_series_find_x (SxSeries *self, double x, guint *index);

SxSeriesKind sx_series_get_kind (SxSeries *self);
const char  *sx_series_get_name (SxSeries *self);
void         sx_series_set_name (SxSeries *self, const char *name);
int          sx_series_get_color (SxSeries *self);
void         sx_series_set_color (SxSeries *self, int color); /* of the palette, or SX_SERIES_COLOR_… */
SxEmphasis   sx_series_get_emphasis (SxSeries *self);
void         sx_series_set_emphasis (SxSeries *self, SxEmphasis emphasis);
gboolean     sx_series_get_visible (SxSeries *self);
void         sx_series_set_visible (SxSeries *self, gboolean visible);
gboolean     sx_series_get_in_legend (SxSeries *self);
void         sx_series_set_in_legend (SxSeries *self, gboolean in_legend);
double       sx_series_get_bar_width (SxSeries *self);
void         sx_series_set_bar_width (SxSeries *self, double width);
/* A dashed line of the same colour: the other half of a pair. */
gboolean sx_series_get_dashed (SxSeries *self);
void     sx_series_set_dashed (SxSeries *self, gboolean dashed);

G_END_DECLS
