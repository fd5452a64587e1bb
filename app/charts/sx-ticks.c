/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Steps are 1, 2 or 5 times a power of ten, or what clocks and calendars have. Labels of an axis all have the same number of decimals, just as
 * many as its step needs. */

#include "config.h"

#include "sx-ticks.h"

#include <math.h>
#include <string.h>

#define MAX_TICKS 1000

static const char *const superscripts[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };

/* ---- texts ---- */

/* A real minus, not a hyphen. */
static char *
mend_minus (char *text)
{
  if (text[0] == '-')
    {
      char *mended = g_strconcat ("−", text + 1, NULL);

      g_free (text);
      return mended;
    }
  return text;
}

static void
append_power (GString *text, int exponent)
{
  g_autofree char *digits = g_strdup_printf ("%d", ABS (exponent));

  g_string_append (text, "10");
  if (exponent < 0)
    g_string_append (text, "⁻");
  for (const char *c = digits; *c; c++)
    g_string_append (text, superscripts[*c - '0']);
}

/* “3.2×10⁷” */
static char *
format_power (double value, int n_digits)
{
  GString *text = g_string_new (NULL);
  int      exponent = (int)floor (log10 (fabs (value)));
  double   mantissa = value / pow (10.0, exponent);

  if (fabs (mantissa) >= 10.0 - 0.5 * pow (10.0, -n_digits))
    {
      mantissa /= 10.0;
      exponent++;
    }
  if (n_digits > 0 || fabs (mantissa - 1.0) > 1e-9)
    g_string_append_printf (text, "%.*f×", n_digits, mantissa);
  append_power (text, exponent);
  return mend_minus (g_string_free (text, FALSE));
}

/* Decimals that @step has, so that 0.25 is not shown as 0.3. */
static int
count_decimals (double step)
{
  int n_decimals = (int)ceil (-log10 (step) - 1e-9);

  n_decimals = CLAMP (n_decimals, 0, 12);
  if (n_decimals < 12 && fabs (step * pow (10.0, n_decimals) - round (step * pow (10.0, n_decimals))) > 1e-6)
    n_decimals++;
  return n_decimals;
}

static char *
format_number (double value, double resolution)
{
  double size = fabs (value);
  int    n_decimals;

  if (resolution <= 0.0)
    resolution = size > 0.0 ? pow (10.0, floor (log10 (size)) - 3.0) : 1.0;
  if (size < resolution * 1e-6)
    value = 0.0; /* what is left of a sum that should be zero */
  if (size >= 1e7 && resolution >= 1.0)
    return format_power (value, CLAMP ((int)(floor (log10 (size)) - floor (log10 (resolution))), 0, 3));
  if (size > 0.0 && size < 1e-4 && resolution < 1e-5)
    return format_power (value, CLAMP ((int)(floor (log10 (size)) - floor (log10 (resolution))), 0, 3));
  n_decimals = count_decimals (resolution);
  return mend_minus (g_strdup_printf ("%'.*f", n_decimals, value));
}

static char *
format_duration (double value, double resolution)
{
  gint64 seconds = (gint64)llround (fabs (value));

  if (fabs (value) < 60.0 && resolution > 0.0 && resolution < 1.0)
    return format_number (value, resolution);
  if (seconds < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d", seconds / 60, (int)(seconds % 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static char *
format_time (double value, const char *format)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc ((gint64)floor (value));
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;
  char *text = local ? g_date_time_format (local, format) : NULL;

  return text ? text : format_number (value, 1.0);
}

char *
sx_scale_format (SxScale scale, double value, double resolution)
{
  if (!isfinite (value))
    return g_strdup (isnan (value) ? "–" : value > 0.0 ? "∞"
                                                       : "−∞");
  switch (scale)
    {
    case SX_SCALE_COUNT:
      return mend_minus (g_strdup_printf ("%'.0f", value));
    case SX_SCALE_TIME:
      return format_time (value, resolution >= 86400.0 ? "%x" : "%x %X");
    case SX_SCALE_DURATION:
      return format_duration (value, resolution);
    case SX_SCALE_LOG:
      return format_number (value, 0.0);
    case SX_SCALE_LINEAR:
    default:
      return format_number (value, resolution > 0.0 ? pow (10.0, floor (log10 (resolution))) : 0.0);
    }
}

/* ---- steps ---- */

static void
clear_tick (gpointer data)
{
  g_free (((SxTick *)data)->label);
}

static void
add_tick (GArray *ticks, double value, char *label)
{
  SxTick tick = { value, label };

  g_array_append_val (ticks, tick);
}

/* The least step of 1, 2, 5 × 10ⁿ that gives at most @n_max ticks. */
static double
find_step (double low, double high, guint n_max, double least)
{
  static const double factors[] = { 1.0, 2.0, 5.0 };
  double              rough = (high - low) / n_max;
  double              power = pow (10.0, floor (log10 (MAX (rough, G_MINDOUBLE))));

  for (;; power *= 10.0)
    for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
      {
        double step = factors[i] * power;

        if (step >= least && floor (high / step + 1e-9) - ceil (low / step - 1e-9) + 1.0 <= n_max)
          return step;
      }
}

static void
add_linear (GArray *ticks, double low, double high, guint n_max, double least)
{
  double step = find_step (low, high, n_max, least);
  double first = ceil (low / step - 1e-9), last = floor (high / step + 1e-9);

  for (double i = first; i <= last && ticks->len < MAX_TICKS; i += 1.0)
    add_tick (ticks, i * step, format_number (i * step, step));
}

/* How many of 1, 2 and 5 times a power of ten there are. */
static guint
count_thirds (double low, double high)
{
  static const double factors[] = { 1.0, 2.0, 5.0 };
  guint               n_thirds = 0;

  for (double decade = floor (log10 (low) - 1e-9); decade <= ceil (log10 (high) + 1e-9) && n_thirds < MAX_TICKS; decade += 1.0)
    for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
      {
        double value = factors[i] * pow (10.0, decade);

        n_thirds += value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9);
      }
  return n_thirds;
}

/* Decades; marks without a text at 2 … 9 between them where there is room, and with one where there are few decades. */
static void
add_log (GArray *ticks, double low, double high, guint n_max)
{
  double   first = floor (log10 (low) - 1e-9), last = ceil (log10 (high) + 1e-9);
  double   n_decades = floor (log10 (high) + 1e-9) - ceil (log10 (low) - 1e-9) + 1.0;
  double   stride = MAX (1.0, ceil (n_decades / n_max));
  gboolean has_thirds = count_thirds (low, high) <= n_max;

  for (double decade = first; decade <= last && ticks->len < MAX_TICKS; decade += 1.0)
    for (int i = 1; i <= 9; i++)
      {
        double   value = i * pow (10.0, decade);
        gboolean is_labelled = i == 1 ? fmod (decade, stride) == 0.0 : has_thirds && (i == 2 || i == 5);

        if (value < low * (1.0 - 1e-9) || value > high * (1.0 + 1e-9))
          continue;
        if (i == 1 && (decade < -3.0 || decade > 5.0) && is_labelled)
          {
            GString *text = g_string_new (NULL);

            append_power (text, (int)decade);
            add_tick (ticks, value, g_string_free (text, FALSE));
          }
        else if (is_labelled)
          add_tick (ticks, value, format_number (value, pow (10.0, decade)));
        else if (stride == 1.0)
          add_tick (ticks, value, g_strdup (""));
      }
}

static void
add_duration (GArray *ticks, double low, double high, guint n_max)
{
  static const double steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
  double              step = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (steps) && step <= 0.0; i++)
    if (floor (high / steps[i] + 1e-9) - ceil (low / steps[i] - 1e-9) + 1.0 <= n_max)
      step = steps[i];
  if (step <= 0.0)
    step = 3600.0 * find_step (low / 3600.0, high / 3600.0, n_max, 1.0);
  if (high - low < 2.0)
    {
      add_linear (ticks, low, high, n_max, 0.0);
      return;
    }
  for (double i = ceil (low / step - 1e-9); i <= floor (high / step + 1e-9) && ticks->len < MAX_TICKS; i += 1.0)
    add_tick (ticks, i * step, format_duration (i * step, 1.0));
}

/* ---- calendar ---- */

typedef enum {
  UNIT_SECOND,
  UNIT_DAY,
  UNIT_MONTH,
} Unit;

static const struct
{
  Unit        unit;
  int         count;
  double      seconds; /* about */
  const char *format;
} periods[] = {
  { UNIT_SECOND, 1, 1, "%X" },
  { UNIT_SECOND, 5, 5, "%X" },
  { UNIT_SECOND, 15, 15, "%X" },
  { UNIT_SECOND, 30, 30, "%X" },
  { UNIT_SECOND, 60, 60, "%H:%M" },
  { UNIT_SECOND, 300, 300, "%H:%M" },
  { UNIT_SECOND, 900, 900, "%H:%M" },
  { UNIT_SECOND, 1800, 1800, "%H:%M" },
  { UNIT_SECOND, 3600, 3600, "%H:%M" },
  { UNIT_SECOND, 10800, 10800, "%H:%M" },
  { UNIT_SECOND, 21600, 21600, "%H:%M" },
  { UNIT_SECOND, 43200, 43200, "%H:%M" },
  { UNIT_DAY, 1, 86400, "%-d %b" },
  { UNIT_DAY, 7, 604800, "%-d %b" },
  { UNIT_MONTH, 1, 2629800, "%b %Y" },
  { UNIT_MONTH, 3, 7889400, "%b %Y" },
  { UNIT_MONTH, 6, 15778800, "%b %Y" },
  { UNIT_MONTH, 12, 31557600, "%Y" },
  { UNIT_MONTH, 24, 63115200, "%Y" },
  { UNIT_MONTH, 60, 157788000, "%Y" },
  { UNIT_MONTH, 120, 315576000, "%Y" },
  { UNIT_MONTH, 240, 631152000, "%Y" },
  { UNIT_MONTH, 600, 1577880000, "%Y" },
  { UNIT_MONTH, 1200, 3155760000, "%Y" },
};

/* The last turn of the period at or before @low, in local time. */
static GDateTime *
find_turn (guint period, double low)
{
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_local ((gint64)floor (low));
  int count = periods[period].count, months, second;

  if (start == NULL)
    return NULL;
  switch (periods[period].unit)
    {
    case UNIT_SECOND:
      second = g_date_time_get_hour (start) * 3600 + g_date_time_get_minute (start) * 60 + g_date_time_get_second (start);
      second = second / count * count;
      return g_date_time_new_local (g_date_time_get_year (start), g_date_time_get_month (start), g_date_time_get_day_of_month (start), second / 3600, second / 60 % 60, second % 60);
      case UNIT_DAY: {
        g_autoptr (GDateTime) day = g_date_time_new_local (g_date_time_get_year (start), g_date_time_get_month (start), g_date_time_get_day_of_month (start), 0, 0, 0.0);

        return g_date_time_add_days (day, count == 7 ? 1 - g_date_time_get_day_of_week (day) : 0);
      }
    case UNIT_MONTH:
    default:
      months = (g_date_time_get_year (start) * 12 + g_date_time_get_month (start) - 1) / count * count;
      return g_date_time_new_local (MAX (months / 12, 1), months % 12 + 1, 1, 0, 0, 0.0);
    }
}

static GDateTime *
next_turn (guint period, GDateTime *turn)
{
  switch (periods[period].unit)
    {
    case UNIT_SECOND:
      return g_date_time_add_seconds (turn, periods[period].count);
    case UNIT_DAY:
      return g_date_time_add_days (turn, periods[period].count);
    case UNIT_MONTH:
    default:
      return g_date_time_add_months (turn, periods[period].count);
    }
}

static void
add_time (GArray *ticks, double low, double high, guint n_max)
{
  guint      period = 0;
  GDateTime *turn;

  /* Months and years are so long only about; a tick too many is left out below. */
  while (period + 1 < G_N_ELEMENTS (periods) && (high - low) / periods[period].seconds * 0.98 > n_max - 1.0)
    period++;
  turn = find_turn (period, low);
  while (turn != NULL && ticks->len < n_max)
    {
      double     value = (double)g_date_time_to_unix (turn);
      GDateTime *next;

      if (value > high)
        break;
      if (value >= low)
        add_tick (ticks, value, g_date_time_format (turn, periods[period].format));
      next = next_turn (period, turn);
      g_date_time_unref (turn);
      turn = next;
    }
  g_clear_pointer (&turn, g_date_time_unref);
}

GArray *
sx_ticks_new (SxScale scale, double low, double high, guint n_max)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (SxTick));

  g_array_set_clear_func (ticks, clear_tick);
  if (!isfinite (low) || !isfinite (high) || low >= high)
    return ticks;
  n_max = MAX (n_max, 2);
  if (scale == SX_SCALE_LOG && low > 0.0 && high / low >= 5.0)
    add_log (ticks, low, high, n_max);
  else if (scale == SX_SCALE_TIME)
    add_time (ticks, low, high, n_max);
  else if (scale == SX_SCALE_DURATION)
    add_duration (ticks, low, high, n_max);
  else
    add_linear (ticks, low, high, n_max, scale == SX_SCALE_COUNT ? 1.0 : 0.0);
  return ticks;
}

void
sx_scale_round_range (SxScale scale, double *low, double *high)
{
  double step;

  if (scale == SX_SCALE_LOG)
    {
      double margin = *low > 0.0 && *high > *low ? pow (*high / *low, 0.04) : 2.0;

      *low /= margin;
      *high *= margin;
      return;
    }
  if (*high - *low <= MAX (fabs (*low), fabs (*high)) * 1e-12)
    {
      double half = *low != 0.0 ? fabs (*low) * 0.1 : 0.5;

      if (scale == SX_SCALE_COUNT || scale == SX_SCALE_TIME)
        half = MAX (half, 1.0);
      *low -= half;
      *high += half;
    }
  if (scale == SX_SCALE_TIME)
    return;
  step = find_step (*low, *high, 6, 0.0);
  *low = MAX (floor (*low / step + 1e-9) * step, *low - step / 2.0);
  *high = MIN (ceil (*high / step - 1e-9) * step, *high + step / 2.0);
}
