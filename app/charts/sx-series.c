/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-series.h"

#include "sx-decimate.h"

#include <math.h>

typedef struct
{
  double low, high; /* low > high: none yet */
  double low_positive;
} Range;

struct _SxSeries
{
  GObject parent_instance;

  SxSeriesKind kind;
  char        *name;
  GArray      *x, *y; /* of double */
  Range        x_range, y_range;
  double       bar_width;
  int          color;
  SxEmphasis   emphasis;
  guint        is_sorted : 1;
  guint        is_visible : 1;
  guint        in_legend : 1;
  guint        is_dashed : 1;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxSeries, sx_series, G_TYPE_OBJECT)

static void
clear_range (Range *range)
{
  range->low = range->low_positive = G_MAXDOUBLE;
  range->high = -G_MAXDOUBLE;
}

static void
widen (Range *range, double value)
{
  if (!isfinite (value))
    return;
  range->low = MIN (range->low, value);
  range->high = MAX (range->high, value);
  if (value > 0.0)
    range->low_positive = MIN (range->low_positive, value);
}

static void
sx_series_finalize (GObject *object)
{
  SxSeries *self = SX_SERIES (object);

  g_array_unref (self->x);
  g_array_unref (self->y);
  g_free (self->name);
  G_OBJECT_CLASS (sx_series_parent_class)->finalize (object);
}

static void
sx_series_class_init (SxSeriesClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sx_series_finalize;
  signals[CHANGED] = g_signal_new ("changed", SX_TYPE_SERIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
sx_series_init (SxSeries *self)
{
  self->x = g_array_new (FALSE, FALSE, sizeof (double));
  self->y = g_array_new (FALSE, FALSE, sizeof (double));
  self->color = SX_SERIES_COLOR_AUTO;
  self->bar_width = 1.0;
  self->is_sorted = TRUE;
  self->is_visible = TRUE;
  self->in_legend = TRUE;
  clear_range (&self->x_range);
  clear_range (&self->y_range);
}

SxSeries *
sx_series_new (SxSeriesKind kind, const char *name)
{
  SxSeries *self = g_object_new (SX_TYPE_SERIES, NULL);

  self->kind = kind;
  self->name = g_strdup (name ? name : "");
  return self;
}

static void
say_changed (SxSeries *self, gboolean data)
{
  g_signal_emit (self, signals[CHANGED], 0, data);
}

/* ---- points ---- */

static void
add (SxSeries *self, double x, double y)
{
  /* A point that stands nowhere would break the search for x. */
  if (!isfinite (x))
    return;
  if (self->x->len > 0 && x < g_array_index (self->x, double, self->x->len - 1))
    self->is_sorted = FALSE;
  g_array_append_val (self->x, x);
  g_array_append_val (self->y, y);
  if (!isnan (y))
    widen (&self->x_range, x);
  widen (&self->y_range, y);
}

void
sx_series_append (SxSeries *self, double x, double y)
{
  g_return_if_fail (SX_IS_SERIES (self));

  add (self, x, y);
  say_changed (self, TRUE);
}

static void
forget (SxSeries *self)
{
  g_array_set_size (self->x, 0);
  g_array_set_size (self->y, 0);
  clear_range (&self->x_range);
  clear_range (&self->y_range);
  self->is_sorted = TRUE;
}

void
sx_series_set_data (SxSeries *self, const double *x, const double *y, guint n_points)
{
  g_return_if_fail (SX_IS_SERIES (self));
  g_return_if_fail (n_points == 0 || (x != NULL && y != NULL));

  forget (self);
  for (guint i = 0; i < n_points; i++)
    add (self, x[i], y[i]);
  say_changed (self, TRUE);
}

void
sx_series_clear (SxSeries *self)
{
  g_return_if_fail (SX_IS_SERIES (self));

  if (self->x->len == 0)
    return;
  forget (self);
  say_changed (self, TRUE);
}

guint
sx_series_get_n_points (SxSeries *self)
{
  return self->x->len;
}

const double *
sx_series_get_x (SxSeries *self)
{
  return (const double *)(gpointer)self->x->data;
}

const double *
sx_series_get_y (SxSeries *self)
{
  return (const double *)(gpointer)self->y->data;
}

gboolean
sx_series_is_sorted (SxSeries *self)
{
  return self->is_sorted;
}

gboolean
sx_series_get_range (SxSeries *self, gboolean of_x, gboolean positive, double *low, double *high)
{
  const Range *range;

  g_return_val_if_fail (SX_IS_SERIES (self), FALSE);

  range = of_x ? &self->x_range : &self->y_range;
  *low = positive ? range->low_positive : range->low;
  *high = range->high;
  if (of_x && self->kind == SX_SERIES_BARS && *low <= *high)
    *high += self->bar_width;
  return *low <= *high;
}

gboolean
sx_series_find_x (SxSeries *self, double x, guint *index)
{
  const double *xs, *ys;
  guint         place, before, after;

  g_return_val_if_fail (SX_IS_SERIES (self), FALSE);

  xs = sx_series_get_x (self);
  ys = sx_series_get_y (self);
  if (!self->is_sorted)
    return FALSE;
  place = sx_decimate_find (xs, self->x->len, x);
  after = place;
  while (after < self->x->len && isnan (ys[after]))
    after++;
  before = place;
  while (before > 0 && isnan (ys[before - 1]))
    before--;
  if (before == 0 && after == self->x->len)
    return FALSE;
  if (after == self->x->len || (before > 0 && x - xs[before - 1] <= xs[after] - x))
    *index = before - 1;
  else
    *index = after;
  return TRUE;
}

/* ---- looks ---- */

SxSeriesKind
sx_series_get_kind (SxSeries *self)
{
  return self->kind;
}

const char *
sx_series_get_name (SxSeries *self)
{
  return self->name;
}

void
sx_series_set_name (SxSeries *self, const char *name)
{
  if (g_strcmp0 (self->name, name) == 0)
    return;
  g_free (self->name);
  self->name = g_strdup (name ? name : "");
  say_changed (self, FALSE);
}

int
sx_series_get_color (SxSeries *self)
{
  return self->color;
}

void
sx_series_set_color (SxSeries *self, int color)
{
  if (self->color == color)
    return;
  self->color = color;
  say_changed (self, FALSE);
}

SxEmphasis
sx_series_get_emphasis (SxSeries *self)
{
  return self->emphasis;
}

void
sx_series_set_emphasis (SxSeries *self, SxEmphasis emphasis)
{
  if (self->emphasis == emphasis)
    return;
  self->emphasis = emphasis;
  say_changed (self, FALSE);
}

gboolean
sx_series_get_visible (SxSeries *self)
{
  return self->is_visible;
}

void
sx_series_set_visible (SxSeries *self, gboolean visible)
{
  if (self->is_visible == !!visible)
    return;
  self->is_visible = !!visible;
  say_changed (self, FALSE);
}

gboolean
sx_series_get_in_legend (SxSeries *self)
{
  return self->in_legend;
}

void
sx_series_set_in_legend (SxSeries *self, gboolean in_legend)
{
  if (self->in_legend == !!in_legend)
    return;
  self->in_legend = !!in_legend;
  say_changed (self, FALSE);
}

double
sx_series_get_bar_width (SxSeries *self)
{
  return self->bar_width;
}

void
sx_series_set_bar_width (SxSeries *self, double width)
{
  self->bar_width = width;
  say_changed (self, TRUE);
}

gboolean
sx_series_get_dashed (SxSeries *self)
{
  return self->is_dashed;
}

void
sx_series_set_dashed (SxSeries *self, gboolean dashed)
{
  if (self->is_dashed == !!dashed)
    return;
  self->is_dashed = !!dashed;
  say_changed (self, FALSE);
}
