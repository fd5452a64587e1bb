/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A sliding window without subtraction: taking a value out of a sum again would leave its rounding behind. The window is two pieces. Of the older
 * piece the sums from each place to its end are known, of the newer one the sum of all; the window's is the two together. When the older piece
 * is used up, the newer takes its place, and its sums are formed from the end: two additions a value in all. Means and squares are joined as in Chan,
 * Golub and LeVeque 1983. */

#include "config.h"

#include "sx-rolling-private.h"

#include <math.h>
#include <string.h>

/* What is known of some values. */
typedef struct
{
  double n, sum, mean, squares, least, most;
} State;

static const State nothing = { 0, 0, 0, 0, INFINITY, -INFINITY };

static inline State
state_of (double value)
{
  return isnan (value) ? nothing : (State){ 1, value, value, 0, value, value };
}

static inline State
join (State a, State b)
{
  double n = a.n + b.n, delta = b.mean - a.mean;

  if (b.n == 0 || a.n == 0)
    return b.n == 0 ? a : b;
  return (State){ n, a.sum + b.sum, a.mean + delta * b.n / n, a.squares + b.squares + delta * delta * a.n * b.n / n, MIN (a.least, b.least), MAX (a.most, b.most) };
}

static double
read_state (SxRolling figure, const State *state, gsize least)
{
  if (figure == SX_ROLLING_COUNT)
    return state->n;
  if (state->n < (double)MAX (least, 1))
    return NAN;
  switch (figure)
    {
    case SX_ROLLING_SUM:
      return state->sum;
    case SX_ROLLING_MEAN:
      return state->sum / state->n;
    case SX_ROLLING_SD:
      return state->n > 1 ? sqrt (state->squares / (state->n - 1)) : NAN;
    case SX_ROLLING_VAR:
      return state->n > 1 ? state->squares / (state->n - 1) : NAN;
    case SX_ROLLING_MIN:
      return state->least;
    case SX_ROLLING_MAX:
      return state->most;
    case SX_ROLLING_COUNT:
    case SX_ROLLING_MEDIAN:
    default:
      return NAN;
    }
}

/* Where the window of place @place begins. */
static inline gsize
begin_of (gsize place, gsize window, gboolean before)
{
  gsize end = place + !before;

  return window == 0 || end < window ? 0 : end - window;
}

static void
roll_states (SxRolling figure, const double *values, gsize n, gsize window, gboolean before, gsize least, double *out)
{
  g_autofree State *older = window > 0 ? g_new (State, n + 1) : NULL; /* sums from each place to the end of the older piece */
  State             newer = nothing;
  gsize             middle = 0, end = 0; /* the older piece ends at middle, the newer at end */

  for (gsize place = 0; place < n; place++)
    {
      gsize begin = begin_of (place, window, before);
      State state;

      for (; end < place + !before; end++)
        newer = join (newer, state_of (values[end]));
      if (older != NULL && begin >= middle && end > begin)
        {
          State sum = nothing;

          for (gsize i = end; i > begin; i--)
            older[i - 1] = sum = join (state_of (values[i - 1]), sum);
          middle = end;
          newer = nothing;
        }
      state = begin < middle ? join (older[begin], newer) : newer;
      out[place] = read_state (figure, &state, least);
    }
}

/* ---- medians ---- */

/* Where @value stands, or would, among @n sorted ones. */
static gsize
find_place (const double *sorted, gsize n, double value)
{
  gsize low = 0, high = n;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (sorted[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
roll_medians (const double *values, gsize n, gsize window, gboolean before, gsize least, double *out)
{
  g_autofree double *sorted = g_new (double, MIN (n, window) + 2);
  gsize              n_sorted = 0, begin = 0, end = 0;

  for (gsize place = 0; place < n; place++)
    {
      for (; begin < begin_of (place, window, before); begin++)
        if (!isnan (values[begin]))
          {
            gsize at = find_place (sorted, n_sorted, values[begin]);

            memmove (sorted + at, sorted + at + 1, (--n_sorted - at) * sizeof *sorted);
          }
      for (; end < place + !before; end++)
        if (!isnan (values[end]))
          {
            gsize at = find_place (sorted, n_sorted, values[end]);

            memmove (sorted + at + 1, sorted + at, (n_sorted++ - at) * sizeof *sorted);
            sorted[at] = values[end];
          }
      out[place] = n_sorted < MAX (least, 1) ? NAN : n_sorted % 2 == 1 ? sorted[n_sorted / 2]
                                                                       : (sorted[n_sorted / 2 - 1] + sorted[n_sorted / 2]) / 2;
    }
}

void
sx_rolling (SxRolling figure, const double *values, gsize n, gsize window, gboolean before, gsize least, double *out)
{
  if (figure == SX_ROLLING_MEDIAN)
    roll_medians (values, n, window, before, least, out);
  else
    roll_states (figure, values, n, window, before, least, out);
}
