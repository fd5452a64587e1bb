/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Functions that calculate with times. A time is microseconds since 1970 in UTC; months and years are those of the Gregorian calendar. What reads and writes
 * times in other forms is in sx-expr-calendar.c. */

#include "config.h"

#include "sx-expr-private.h"

#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SECOND 1e6
#define DAY 86400e6

static const struct
{
  const char *name;
  double      microseconds; /* 0: counted in months */
  guint       months;
} units[] = {
  { "second", SECOND, 0 },
  { "minute", 60 * SECOND, 0 },
  { "hour", 3600 * SECOND, 0 },
  { "day", DAY, 0 },
  { "week", 7 * DAY, 0 },
  { "month", 0, 1 },
  { "quarter", 0, 3 },
  { "year", 0, 12 },
};

/* “day” or “days”; G_N_ELEMENTS (units) for what is none. */
static guint
find_unit (const SxTextCell *cell)
{
  guint i = 0;

  for (; i < G_N_ELEMENTS (units) && cell->text != NULL; i++)
    {
      gsize size = strlen (units[i].name);

      if (cell->size >= size && memcmp (cell->text, units[i].name, size) == 0 && (cell->size == size || (cell->size == size + 1 && cell->text[size] == 's')))
        return i;
    }
  return G_N_ELEMENTS (units);
}

static char *
check_unit (const SxExpr *call)
{
  const SxExpr *arg = sx_expr_get_arg (call, sx_expr_get_n_args (call) - 1);
  SxTextCell    cell = { sx_expr_get_text (arg), sx_expr_get_kind (arg) == SX_EXPR_TEXT ? strlen (sx_expr_get_text (arg)) : 0 };

  if (sx_expr_get_kind (arg) != SX_EXPR_TEXT || find_unit (&cell) < G_N_ELEMENTS (units))
    return NULL;
  return g_strdup_printf (_ ("“%s” is no unit of time. There are second, minute, hour, day, week, month, quarter and year."), cell.text);
}

/* ---- calendar ---- */

static double
part_of_day (double time)
{
  return time - floor (time / DAY) * DAY;
}

/* Months since the year 0, and the day of the month. */
static double
split_months (double time, guint *day)
{
  gint64 year;
  guint  month;

  sx_date_from_days ((gint64)floor (time / DAY), &year, &month, day);
  return (double)year * 12 + month - 1;
}

static double
from_months (double months, guint day)
{
  gint64 year = (gint64)floor (months / 12);

  return (double)sx_days_from_date (year, (guint)(months - (double)year * 12) + 1, day) * DAY;
}

/* The last day of a month stays one: a month after January 31st is the end of February. */
static double
add_months (double time, double n)
{
  guint  day;
  double months = split_months (time, &day) + n;
  double n_days = (from_months (months + 1, 1) - from_months (months, 1)) / DAY;

  return from_months (months, (guint)MIN (day, n_days)) + part_of_day (time);
}

#define MAX_TIME 9e18 /* microseconds; beyond it no int64 goes */

static double
within_range (double time)
{
  return fabs (time) < MAX_TIME ? time : NAN;
}

static double
add_time (double time, double n, guint unit)
{
  if (isnan (time) || isnan (n) || unit >= G_N_ELEMENTS (units))
    return NAN;
  if (units[unit].months == 0)
    return within_range (time + floor (n * units[unit].microseconds + 0.5));
  n *= units[unit].months;
  return n == floor (n) && fabs (n) < 1e6 ? within_range (add_months (time, n)) : NAN;
}

static double
floor_time (double time, guint unit)
{
  guint  day;
  double months;

  if (isnan (time) || unit >= G_N_ELEMENTS (units))
    return NAN;
  if (units[unit].months > 0)
    {
      months = split_months (time, &day);
      return from_months (floor (months / units[unit].months) * units[unit].months, 1);
    }
  /* 1970 began on a Thursday; weeks begin on Mondays. */
  if (g_str_equal (units[unit].name, "week"))
    return floor ((time + 3 * DAY) / (7 * DAY)) * 7 * DAY - 3 * DAY;
  return floor (time / units[unit].microseconds) * units[unit].microseconds;
}

/* Whole units of the calendar that have passed, as for an age; of shorter units fractions too. */
static double
time_between (double from, double to, guint unit)
{
  guint  day;
  double n;

  if (isnan (from) || isnan (to) || unit >= G_N_ELEMENTS (units))
    return NAN;
  if (units[unit].months == 0)
    return (to - from) / units[unit].microseconds;
  if (to < from)
    return -time_between (to, from, unit);
  n = split_months (to, &day) - split_months (from, &day);
  if (n > 0 && add_months (from, n) > to)
    n--;
  return floor (n / units[unit].months);
}

static void
eval_add_time (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    call->out->numbers[row] = add_time (sx_values_number (&call->args[0], row), sx_values_number (&call->args[1], row), find_unit (sx_values_text (&call->args[2], row)));
}

static void
eval_floor_time (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    call->out->numbers[row] = floor_time (sx_values_number (&call->args[0], row), find_unit (sx_values_text (&call->args[1], row)));
}

static void
eval_time_between (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    call->out->numbers[row] = time_between (sx_values_number (&call->args[0], row), sx_values_number (&call->args[1], row), find_unit (sx_values_text (&call->args[2], row)));
}

/* ---- parts ---- */

static double
second_of (double time)
{
  return isnan (time) ? time : floor (fmod (part_of_day (time), 60 * SECOND) / SECOND);
}

static double
quarter_of (double time)
{
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  sx_date_from_days ((gint64)floor (time / DAY), &year, &month, &day);
  return (month + 2) / 3;
}

/* ISO 8601: the week of a day is that of its Thursday. */
static double
week_of (double time)
{
  double thursday;
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  thursday = floor_time (time, 4) / DAY + 3;
  sx_date_from_days ((gint64)thursday, &year, &month, &day);
  return floor ((thursday - (double)sx_days_from_date (year, 1, 1)) / 7) + 1;
}

/* make_time(year, month, day, hour, minute, second): a date that there is not is missing. */
static void
eval_make_time (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      double year = sx_values_number (&call->args[0], row), month = sx_values_number (&call->args[1], row), day = sx_values_number (&call->args[2], row);
      double n_days = 0;

      if (year >= -9999 && year <= 9999 && year == floor (year) && month >= 1 && month <= 12 && month == floor (month))
        n_days = (from_months (year * 12 + month, 1) - from_months (year * 12 + month - 1, 1)) / DAY;
      call->out->numbers[row] = day >= 1 && day <= n_days && day == floor (day) ? from_months (year * 12 + month - 1, (guint)day) : NAN;
    }
}

const SxExprOp sx_expr_time_ops[] = {
  { "add_time", "dnt", 'd', eval_add_time, NULL, "add_time(time, number, unit) → time", N_ ("The time so many units later: add_time(day, 3, \"months\"). A month after the 31st is the last day of the next one."), check_unit },
  { "floor_time", "dt", 'd', eval_floor_time, NULL, "floor_time(time, unit) → time", N_ ("The beginning of the second, minute, hour, day, week, month, quarter or year in which the time lies."), check_unit },
  { "make_time", "nnn", 'd', eval_make_time, NULL, "make_time(year, month, day) → time", N_ ("The time at which that day begins; missing when there is no such day."), NULL },
  { "quarter", "d", 'n', NULL, quarter_of, "quarter(time) → number", N_ ("Quarter of the year, 1 to 4."), NULL },
  { "second", "d", 'n', NULL, second_of, "second(time) → number", N_ ("Second of the minute, 0 to 59."), NULL },
  { "time_between", "ddt", 'n', eval_time_between, NULL, "time_between(from, to, unit) → number", N_ ("How many units lie between two times; whole ones of months, quarters and years, as for an age."), check_unit },
  { "week", "d", 'n', NULL, week_of, "week(time) → number", N_ ("Week of the year by ISO 8601, 1 to 53."), NULL },
};

const guint sx_expr_n_time_ops = G_N_ELEMENTS (sx_expr_time_ops);
