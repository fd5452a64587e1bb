/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Times as text and back. Dates are counted in eras of 400 years, which all have 146,097 days, from March on, so that the leap
 * day comes last. */

#include "config.h"

#include "sx-timestamp.h"

#include "sx-number.h"

#include <string.h>

#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define MICROSECONDS ((gint64)1000000)
#define DAY_MICROSECONDS (86400 * MICROSECONDS)

gint64
sx_days_from_date (gint64 year, guint month, guint day)
{
  gint64 shifted = year - (month <= 2);
  gint64 era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  gint64 year_of_era = shifted - era * 400;
  gint64 day_of_year = (153 * ((gint64)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_1970;
}

void
sx_date_from_days (gint64 days, gint64 *year, guint *month, guint *day)
{
  gint64 z = days + DAYS_TO_1970;
  gint64 era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
  gint64 day_of_era = z - era * DAYS_PER_ERA;
  gint64 year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  gint64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  gint64 shifted_month = (5 * day_of_year + 2) / 153;

  *day = (guint)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  *month = (guint)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

static guint
days_in_month (guint year, guint month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean            is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return days[month - 1] + (month == 2 && is_leap);
}

/* Reads exactly @n digits at *@at. */
static gboolean
read_digits (const char **at, const char *end, guint n, guint *value)
{
  guint result = 0;

  if (end - *at < (gssize)n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      char c = (*at)[i];

      if (!g_ascii_isdigit (c))
        return FALSE;
      result = result * 10 + (guint)(c - '0');
    }
  *at += n;
  *value = result;
  return TRUE;
}

static gboolean
read_date (const char **at, const char *end, gint64 *days)
{
  guint year, month, day;
  char  separator;

  if (!read_digits (at, end, 4, &year) || *at == end || (**at != '-' && **at != '/'))
    return FALSE;
  separator = *(*at)++;
  if (!read_digits (at, end, 2, &month) || *at == end || **at != separator)
    return FALSE;
  (*at)++;
  if (!read_digits (at, end, 2, &day))
    return FALSE;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month (year, month))
    return FALSE;
  *days = sx_days_from_date (year, month, day);
  return TRUE;
}

/* Digits after the point, to microseconds; further ones are dropped. */
static gboolean
read_fraction (const char **at, const char *end, gint64 *microseconds)
{
  gint64 unit = MICROSECONDS / 10;

  if (*at == end || !g_ascii_isdigit (**at))
    return FALSE;
  for (; *at < end && g_ascii_isdigit (**at); (*at)++, unit /= 10)
    *microseconds += (**at - '0') * unit;
  return TRUE;
}

static gboolean
read_clock (const char **at, const char *end, gint64 *microseconds)
{
  guint hour, minute, second = 0;

  if (!read_digits (at, end, 2, &hour) || *at == end || *(*at)++ != ':' || !read_digits (at, end, 2, &minute))
    return FALSE;
  *microseconds = 0;
  if (*at < end && **at == ':')
    {
      (*at)++;
      if (!read_digits (at, end, 2, &second))
        return FALSE;
      if (*at < end && **at == '.')
        {
          (*at)++;
          if (!read_fraction (at, end, microseconds))
            return FALSE;
        }
    }
  if (hour > 23 || minute > 59 || second > 60)
    return FALSE;
  *microseconds += ((gint64)hour * 3600 + minute * 60 + second) * MICROSECONDS;
  return TRUE;
}

/* Z, +HH:MM, +HHMM, +HH or nothing. */
static gboolean
read_zone (const char **at, const char *end, gint64 *microseconds)
{
  guint    hour, minute = 0;
  gboolean is_east;

  *microseconds = 0;
  if (*at == end)
    return TRUE;
  if (**at == 'Z' || **at == 'z')
    {
      (*at)++;
      return TRUE;
    }
  if (**at != '+' && **at != '-')
    return FALSE;
  is_east = *(*at)++ == '+';
  if (!read_digits (at, end, 2, &hour))
    return FALSE;
  if (*at < end && **at == ':')
    (*at)++;
  if (*at < end && !read_digits (at, end, 2, &minute))
    return FALSE;
  if (hour > 18 || minute > 59)
    return FALSE;
  *microseconds = (is_east ? 1 : -1) * ((gint64)hour * 3600 + minute * 60) * MICROSECONDS;
  return TRUE;
}

gboolean
sx_timestamp_parse (const char *text, gsize size, gint64 *value)
{
  const char *at = text;
  const char *end = text + size;
  gint64      days, clock = 0, zone = 0;

  if (!read_date (&at, end, &days))
    return FALSE;
  if (at < end)
    {
      if (*at != 'T' && *at != 't' && *at != ' ')
        return FALSE;
      at++;
      if (!read_clock (&at, end, &clock) || !read_zone (&at, end, &zone) || at != end)
        return FALSE;
    }
  *value = days * DAY_MICROSECONDS + clock - zone;
  return TRUE;
}

gsize
sx_timestamp_print (gint64 value, char out[SX_TIMESTAMP_MAX_SIZE])
{
  gint64 days = value / DAY_MICROSECONDS - (value % DAY_MICROSECONDS < 0);
  gint64 clock = value % DAY_MICROSECONDS + (value % DAY_MICROSECONDS < 0 ? DAY_MICROSECONDS : 0);
  gint64 seconds = clock / MICROSECONDS;
  gint64 fraction = clock % MICROSECONDS;
  gint64 year;
  guint  month, day;
  int    n;

  sx_date_from_days (days, &year, &month, &day);
  n = g_snprintf (out, SX_TIMESTAMP_MAX_SIZE, "%04" G_GINT64_FORMAT "-%02u-%02u", year, month, day);
  if (clock == 0)
    return (gsize)n;
  n += g_snprintf (out + n, SX_TIMESTAMP_MAX_SIZE - (gulong)n, "T%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
  if (fraction != 0)
    n += g_snprintf (out + n, SX_TIMESTAMP_MAX_SIZE - (gulong)n, ".%06d", (int)fraction);
  return (gsize)n;
}
