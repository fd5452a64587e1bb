/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Times in other forms than ISO's, and on the clocks of other places. Formats are those of strptime() and strftime(), with English names, whatever the
 * language of the user: a project means the same everywhere. Time zones are those of the system's database. */

#include "config.h"

#include "sx-expr-private.h"

#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SECOND ((gint64)1000000)
#define DAY (86400 * SECOND)
/* Two digits of a year below this are of this century, as in POSIX. */
#define CENTURY_TURN 69

static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" };
static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };

/* ---- reading ---- */

typedef struct
{
  const char *at, *end;
  gint64      year, month, day, hour, minute, second, microsecond;
  gint64      yearday; /* 0: not said */
  gint64      zone;    /* seconds east of UTC */
  gboolean    has_zone, is_pm, has_half;
} Reading;

/* One to @max digits. */
static gboolean
read_digits (Reading *self, guint max, gint64 least, gint64 most, gint64 *value)
{
  const char *start = self->at;

  for (*value = 0; self->at < self->end && g_ascii_isdigit (*self->at) && self->at - start < (gssize)max; self->at++)
    *value = *value * 10 + (*self->at - '0');
  return self->at > start && *value >= least && *value <= most;
}

/* A name or its first three letters, in any case. */
static gboolean
read_name (Reading *self, const char *const *names, guint n, gint64 *value)
{
  for (guint i = 0; i < n; i++)
    for (guint pass = 0; pass < 2; pass++)
      {
        gsize size = pass == 0 ? strlen (names[i]) : 3;

        if ((gsize)(self->end - self->at) < size || g_ascii_strncasecmp (self->at, names[i], size) != 0)
          continue;
        self->at += size;
        *value = i + 1;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_fraction (Reading *self)
{
  gint64 unit = SECOND / 10;

  if (self->at == self->end || !g_ascii_isdigit (*self->at))
    return FALSE;
  for (self->microsecond = 0; self->at < self->end && g_ascii_isdigit (*self->at); self->at++, unit /= 10)
    self->microsecond += (*self->at - '0') * unit;
  return TRUE;
}

/* Z, +0130, +01:30 or +01. */
static gboolean
read_zone (Reading *self)
{
  gint64   hours, minutes = 0;
  gboolean is_west;

  self->has_zone = TRUE;
  if (self->at < self->end && (*self->at == 'Z' || *self->at == 'z'))
    {
      self->at++;
      return TRUE;
    }
  if (self->at == self->end || (*self->at != '+' && *self->at != '-'))
    return FALSE;
  is_west = *self->at++ == '-';
  if (!read_digits (self, 2, 0, 18, &hours))
    return FALSE;
  if (self->at < self->end && *self->at == ':')
    self->at++;
  if (self->at < self->end && g_ascii_isdigit (*self->at) && !read_digits (self, 2, 0, 59, &minutes))
    return FALSE;
  self->zone = (is_west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return TRUE;
}

static gboolean
read_half (Reading *self)
{
  if (self->end - self->at < 2 || g_ascii_tolower (self->at[1]) != 'm' || (g_ascii_tolower (*self->at) != 'a' && g_ascii_tolower (*self->at) != 'p'))
    return FALSE;
  self->has_half = TRUE;
  self->is_pm = g_ascii_tolower (*self->at) == 'p';
  self->at += 2;
  return TRUE;
}

static gboolean
read_year_of_century (Reading *self)
{
  if (!read_digits (self, 2, 0, 99, &self->year))
    return FALSE;
  self->year += self->year < CENTURY_TURN ? 2000 : 1900;
  return TRUE;
}

static gboolean
read_field (Reading *self, char letter)
{
  gint64 ignored;

  switch (letter)
    {
    case 'Y':
      return read_digits (self, 4, 0, 9999, &self->year);
    case 'y':
      return read_year_of_century (self);
    case 'm':
      return read_digits (self, 2, 1, 12, &self->month);
    case 'b':
    case 'B':
      return read_name (self, months, G_N_ELEMENTS (months), &self->month);
    case 'a':
    case 'A':
      return read_name (self, days, G_N_ELEMENTS (days), &ignored);
    case 'd':
    case 'e':
      return read_digits (self, 2, 1, 31, &self->day);
    case 'j':
      return read_digits (self, 3, 1, 366, &self->yearday);
    case 'H':
      return read_digits (self, 2, 0, 23, &self->hour);
    case 'I':
      return read_digits (self, 2, 1, 12, &self->hour);
    case 'M':
      return read_digits (self, 2, 0, 59, &self->minute);
    case 'S':
      return read_digits (self, 2, 0, 60, &self->second);
    case 'f':
      return read_fraction (self);
    case 'p':
      return read_half (self);
    case 'z':
      return read_zone (self);
    case '%':
      return self->at < self->end && *self->at++ == '%';
    default:
      return FALSE;
    }
}

static void
skip_blanks (Reading *self)
{
  while (self->at < self->end && g_ascii_isspace (*self->at))
    self->at++;
}

/* A blank of the format stands for any number of blanks, as in strptime(). */
static gboolean
read_all (Reading *self, const SxTextCell *format)
{
  skip_blanks (self);
  for (const char *p = format->text; p < format->text + format->size; p++)
    {
      if (g_ascii_isspace (*p))
        skip_blanks (self);
      else if (*p == '%' && p + 1 < format->text + format->size)
        {
          if (!read_field (self, *++p))
            return FALSE;
        }
      else if (self->at == self->end || *self->at++ != *p)
        return FALSE;
    }
  skip_blanks (self);
  return self->at == self->end;
}

/* From the clock of @zone, or of UTC, to UTC. An hour that a zone skips is read as the one after it, one that it has twice as the later. */
static gint64
from_zone (gint64 local, GTimeZone *zone)
{
  gint64 seconds = (local - ((local % SECOND + SECOND) % SECOND)) / SECOND, adjusted = seconds;
  int    interval;

  if (zone == NULL)
    return local;
  interval = g_time_zone_adjust_time (zone, G_TIME_TYPE_STANDARD, &adjusted);
  return local + (adjusted - seconds - g_time_zone_get_offset (zone, interval)) * SECOND;
}

static double
finish_reading (Reading *self, GTimeZone *zone)
{
  gint64 n_days, local;

  if (self->yearday > 0)
    n_days = sx_days_from_date (self->year, 1, 1) + self->yearday - 1;
  else
    n_days = sx_days_from_date (self->year, (guint)self->month, (guint)self->day);
  /* There is no February 30th, nor a day 366 in most years. */
  if (self->yearday > 0 ? n_days >= sx_days_from_date (self->year + 1, 1, 1)
                        : n_days >= (self->month == 12 ? sx_days_from_date (self->year + 1, 1, 1) : sx_days_from_date (self->year, (guint)self->month + 1, 1)))
    return NAN;
  if (self->has_half)
    self->hour = self->hour % 12 + (self->is_pm ? 12 : 0);
  local = n_days * DAY + ((self->hour * 60 + self->minute) * 60 + self->second) * SECOND + self->microsecond;
  return (double)(self->has_zone ? local - self->zone * SECOND : from_zone (local, zone));
}

/* ---- zones and formats, kept from row to row ---- */

typedef struct
{
  SxTextCell cell;
  GTimeZone *zone;
} Zone;

/* NULL where there is no such zone. */
static GTimeZone *
get_zone (Zone *self, const SxTextCell *cell)
{
  g_autofree char *name = NULL;

  if (cell->text == self->cell.text && cell->size == self->cell.size && self->cell.text != NULL)
    return self->zone;
  g_clear_pointer (&self->zone, g_time_zone_unref);
  self->cell = *cell;
  name = cell->text != NULL ? g_strndup (cell->text, cell->size) : NULL;
  return self->zone = name != NULL ? g_time_zone_new_identifier (name) : NULL;
}

static char *
check_zone_at (const SxExpr *call, guint arg)
{
  const SxExpr *zone = arg < sx_expr_get_n_args (call) ? sx_expr_get_arg (call, arg) : NULL;
  g_autoptr (GTimeZone) found = NULL;

  if (zone == NULL || sx_expr_get_kind (zone) != SX_EXPR_TEXT)
    return NULL;
  found = g_time_zone_new_identifier (sx_expr_get_text (zone));
  return found == NULL ? g_strdup_printf (_ ("There is no time zone “%s”. Zones are called like Europe/Rome, or +01:00."), sx_expr_get_text (zone)) : NULL;
}

static char *
check_local (const SxExpr *call)
{
  return check_zone_at (call, 1);
}

static char *
check_format (const SxExpr *call)
{
  const SxExpr *arg = sx_expr_get_arg (call, 1);

  for (const char *p = sx_expr_get_kind (arg) == SX_EXPR_TEXT ? strchr (sx_expr_get_text (arg), '%') : NULL; p != NULL; p = strchr (p + 2, '%'))
    if (p[1] == '\0' || strchr ("YymbBaAdejHIMSfpz%", p[1]) == NULL)
      return g_strdup_printf (_ ("The format “%s” has a %% that is none of %%Y %%y %%m %%b %%B %%d %%e %%j %%H %%I %%M %%S %%f %%p %%z %%a %%A %%%%."), sx_expr_get_text (arg));
  return check_zone_at (call, 2);
}

static void
eval_parse_time (SxExprCall *call)
{
  Zone zone = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *format = sx_values_text (&call->args[1], row);
      GTimeZone        *at = call->n_args > 2 ? get_zone (&zone, sx_values_text (&call->args[2], row)) : NULL;
      Reading           reading = { .at = cell->text, .end = cell->text + cell->size, .year = 1970, .month = 1, .day = 1 };
      gboolean          ok = cell->text != NULL && format->text != NULL && (call->n_args < 3 || at != NULL) && read_all (&reading, format);

      call->out->numbers[row] = ok ? finish_reading (&reading, at) : NAN;
    }
  g_clear_pointer (&zone.zone, g_time_zone_unref);
}

/* Does an ISO time say its offset itself? It does behind the date's ten characters. */
static gboolean
has_offset (const SxTextCell *cell)
{
  for (gsize i = 10; i < cell->size; i++)
    if (strchr ("Zz+-", cell->text[i]) != NULL && cell->text[i] != '\0')
      return TRUE;
  return FALSE;
}

static void
eval_time (SxExprCall *call)
{
  Zone zone = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);
      GTimeZone        *at = call->n_args > 1 ? get_zone (&zone, sx_values_text (&call->args[1], row)) : NULL;
      gint64            value;
      gboolean          ok = cell->text != NULL && (call->n_args < 2 || at != NULL) && sx_timestamp_parse (cell->text, cell->size, &value);

      call->out->numbers[row] = !ok ? NAN : (double)(has_offset (cell) ? value : from_zone (value, at));
    }
  g_clear_pointer (&zone.zone, g_time_zone_unref);
}

/* ---- the clocks of other places ---- */

static double
to_zone (double time, GTimeZone *zone)
{
  gint64 seconds = (gint64)floor (time / (double)SECOND);
  int    interval;

  if (isnan (time) || zone == NULL)
    return NAN;
  interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, seconds);
  return time + (double)g_time_zone_get_offset (zone, interval) * (double)SECOND;
}

static void
eval_local (SxExprCall *call)
{
  Zone zone = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    call->out->numbers[row] = to_zone (sx_values_number (&call->args[0], row), get_zone (&zone, sx_values_text (&call->args[1], row)));
  g_clear_pointer (&zone.zone, g_time_zone_unref);
}

/* ---- writing ---- */

static void
write_field (GString *out, char letter, gint64 time)
{
  gint64 n_days = time / DAY - (time % DAY < 0), clock = time - n_days * DAY, hour = clock / (3600 * SECOND), year;
  guint  month, day, weekday = (guint)(((n_days + 3) % 7 + 7) % 7);

  sx_date_from_days (n_days, &year, &month, &day);
  switch (letter)
    {
    case 'Y':
      g_string_append_printf (out, "%04" G_GINT64_FORMAT, year);
      break;
    case 'y':
      g_string_append_printf (out, "%02d", (int)((year % 100 + 100) % 100));
      break;
    case 'm':
      g_string_append_printf (out, "%02u", month);
      break;
    case 'b':
      g_string_append_len (out, months[month - 1], 3);
      break;
    case 'B':
      g_string_append (out, months[month - 1]);
      break;
    case 'a':
      g_string_append_len (out, days[weekday], 3);
      break;
    case 'A':
      g_string_append (out, days[weekday]);
      break;
    case 'd':
      g_string_append_printf (out, "%02u", day);
      break;
    case 'e':
      g_string_append_printf (out, "%2u", day);
      break;
    case 'j':
      g_string_append_printf (out, "%03d", (int)(n_days - sx_days_from_date (year, 1, 1) + 1));
      break;
    case 'H':
      g_string_append_printf (out, "%02d", (int)hour);
      break;
    case 'I':
      g_string_append_printf (out, "%02d", (int)((hour + 11) % 12 + 1));
      break;
    case 'M':
      g_string_append_printf (out, "%02d", (int)(clock / (60 * SECOND) % 60));
      break;
    case 'S':
      g_string_append_printf (out, "%02d", (int)(clock / SECOND % 60));
      break;
    case 'f':
      g_string_append_printf (out, "%06d", (int)(clock % SECOND));
      break;
    case 'p':
      g_string_append (out, hour < 12 ? "AM" : "PM");
      break;
    case 'z':
      g_string_append (out, "+0000");
      break;
    default:
      g_string_append_c (out, letter);
      break;
    }
}

static void
eval_format_time (SxExprCall *call)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize row = 0; row < call->n_rows; row++)
    {
      double            time = sx_values_number (&call->args[0], row);
      const SxTextCell *format = sx_values_text (&call->args[1], row);

      call->out->texts[row] = (SxTextCell){ NULL, 0 };
      if (isnan (time) || format->text == NULL)
        continue;
      g_string_truncate (result, 0);
      for (const char *p = format->text; p < format->text + format->size; p++)
        if (*p == '%' && p + 1 < format->text + format->size)
          write_field (result, *++p, (gint64)time);
        else
          g_string_append_c (result, *p);
      call->out->texts[row] = (SxTextCell){ g_string_chunk_insert_len (call->texts, result->str, (gssize)result->len), result->len };
    }
}

const SxExprOp sx_expr_calendar_ops[] = {
  { "format_time", "dt", 't', eval_format_time, NULL, "format_time(time, format) → text", N_ ("The time as text: format_time(day, \"%d.%m.%Y %H:%M\"). Names of months and days are English."), check_format },
  { "local", "dt", 'd', eval_local, NULL, "local(time, zone) → time", N_ ("What clocks show at that time in a time zone such as \"Europe/Rome\": for parts of times and for showing."), check_local },
  { "parse_time", "ttt?", 'd', eval_parse_time, NULL, "parse_time(text, format, zone = \"UTC\") → time", N_ ("A text of that format read as a time: parse_time(day, \"%d/%m/%Y\"). Missing when it does not fit. Without a zone in the text it is the clock of the zone given."), check_format },
  { "time", "tt?", 'd', eval_time, NULL, "time(text, zone = \"UTC\") → time", N_ ("A date or time in ISO form, such as time(\"2024-03-01\")."), check_local },
};

const guint sx_expr_n_calendar_ops = G_N_ELEMENTS (sx_expr_calendar_ops);
