/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The operators and the plain functions of the expression language: one table. Adding one is one row here, with its kernel above, or in the tables of
 * sx-expr-text.c, sx-expr-time.c and sx-expr-calendar.c, which take up where this one ends (sx-expr-functions.c). Numbers are
 * double precision; an operation on a missing cell is missing, save where the table says otherwise; “and” and “or” are three-valued
 * (missing or true = true). Texts compare by code point. */

#define _GNU_SOURCE /* memmem() */

#include "config.h"

#include "sx-expr-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define DAY_MICROSECONDS 86400000000.0

#define NUMBER_BINARY(name, expression)                    \
  static void name (SxExprCall *call)                      \
  {                                                        \
    for (gsize row = 0; row < call->n_rows; row++)         \
      {                                                    \
        double a = sx_values_number (&call->args[0], row); \
        double b = sx_values_number (&call->args[1], row); \
                                                           \
        call->out->numbers[row] = (expression);            \
      }                                                    \
  }

/* The remainder with the sign of the divisor, so that hours wrap. */
static double
modulo (double a, double b)
{
  double r = fmod (a, b);

  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

NUMBER_BINARY (eval_add, a + b)
NUMBER_BINARY (eval_subtract, a - b)
NUMBER_BINARY (eval_multiply, a *b)
NUMBER_BINARY (eval_divide, b == 0 ? NAN : a / b)
NUMBER_BINARY (eval_modulo, modulo (a, b))
NUMBER_BINARY (eval_days_between, (b - a) / DAY_MICROSECONDS)
/* pow (NaN, 0) and pow (1, NaN) are 1 in C; here they are missing. */
NUMBER_BINARY (eval_power, isnan (a) || isnan (b) ? NAN : pow (a, b))

static double
negate (double x)
{
  return -x;
}

static double
sign (double x)
{
  return isnan (x) ? x : (x > 0) - (x < 0);
}

/* -1, 0, 1; 2 when either is missing. */
static int
compare_cells (const SxValues *a, const SxValues *b, gsize row)
{
  if (a->kind == SX_KIND_TEXT)
    {
      const SxTextCell *x = sx_values_text (a, row), *y = sx_values_text (b, row);
      int               order;

      if (x->text == NULL || y->text == NULL)
        return 2;
      order = memcmp (x->text, y->text, MIN (x->size, y->size));
      return order != 0 ? (order > 0) - (order < 0) : (x->size > y->size) - (x->size < y->size);
    }
  if (a->kind == SX_KIND_BOOL)
    {
      gint8 x = sx_values_truth (a, row), y = sx_values_truth (b, row);

      return x < 0 || y < 0 ? 2 : (x > y) - (x < y);
    }
  if (a->kind == SX_KIND_NONE)
    return 2;
  {
    double x = sx_values_number (a, row), y = sx_values_number (b, row);

    return isnan (x) || isnan (y) ? 2 : (x > y) - (x < y);
  }
}

/* -1, 0, 1; 2 when either is missing: of two numbers. */
static inline int
compare_numbers (double x, double y)
{
  return isnan (x) || isnan (y) ? 2 : (x > y) - (x < y);
}

#define COMPARISON(name, condition)                                                                                   \
  static void name (SxExprCall *call)                                                                                 \
  {                                                                                                                   \
    gboolean is_number = call->args[0].numbers != NULL;                                                               \
                                                                                                                      \
    for (gsize row = 0; row < call->n_rows && is_number; row++)                                                       \
      {                                                                                                               \
        int order = compare_numbers (sx_values_number (&call->args[0], row), sx_values_number (&call->args[1], row)); \
                                                                                                                      \
        call->out->truths[row] = order == 2 ? -1 : (condition);                                                       \
      }                                                                                                               \
    for (gsize row = 0; row < call->n_rows && !is_number; row++)                                                      \
      {                                                                                                               \
        int order = compare_cells (&call->args[0], &call->args[1], row);                                              \
                                                                                                                      \
        call->out->truths[row] = order == 2 ? -1 : (condition);                                                       \
      }                                                                                                               \
  }

COMPARISON (eval_equal, order == 0)
COMPARISON (eval_unequal, order != 0)
COMPARISON (eval_less, order < 0)
COMPARISON (eval_less_equal, order <= 0)
COMPARISON (eval_greater, order > 0)
COMPARISON (eval_greater_equal, order >= 0)

static void
eval_in (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      gint8 found = 0;

      for (guint i = 1; i < call->n_args && found != 1; i++)
        {
          int order = compare_cells (&call->args[0], &call->args[i], row);

          found = order == 0 ? 1 : order == 2 ? -1
                                              : found;
        }
      call->out->truths[row] = found;
    }
}

static void
eval_and (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      gint8 a = sx_values_truth (&call->args[0], row), b = sx_values_truth (&call->args[1], row);

      /* Without branches, which rows would mispredict. */
      call->out->truths[row] = (gint8)(((a != 0) & (b != 0)) * (1 - 2 * ((a | b) < 0)));
    }
}

static void
eval_or (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      gint8 a = sx_values_truth (&call->args[0], row), b = sx_values_truth (&call->args[1], row);

      gint8 either = (a == 1) | (b == 1);

      call->out->truths[row] = (gint8)(either - (!either & ((a | b) < 0)));
    }
}

static void
eval_not (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      gint8 a = sx_values_truth (&call->args[0], row);

      call->out->truths[row] = a < 0 ? -1 : !a;
    }
}

static gboolean
is_missing_at (const SxValues *values, gsize row)
{
  switch (values->kind)
    {
    case SX_KIND_NUMBER:
    case SX_KIND_TIME:
      return isnan (sx_values_number (values, row));
    case SX_KIND_TEXT:
      return sx_values_text (values, row)->text == NULL;
    case SX_KIND_BOOL:
      return sx_values_truth (values, row) < 0;
    case SX_KIND_NONE:
    default:
      return TRUE;
    }
}

/* Gives row @row of @from to the result. */
static void
put (SxExprCall *call, gsize row, const SxValues *from)
{
  gboolean is_missing = from == NULL || is_missing_at (from, row);

  switch (call->out->kind)
    {
    case SX_KIND_TEXT:
      call->out->texts[row] = is_missing ? (SxTextCell){ NULL, 0 } : *sx_values_text (from, row);
      break;
    case SX_KIND_BOOL:
      call->out->truths[row] = is_missing ? -1 : sx_values_truth (from, row);
      break;
    case SX_KIND_NUMBER:
    case SX_KIND_TIME:
    case SX_KIND_NONE:
    default:
      call->out->numbers[row] = is_missing ? NAN : sx_values_number (from, row);
      break;
    }
}

static void
eval_is_missing (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    call->out->truths[row] = is_missing_at (&call->args[0], row);
}

static void
eval_coalesce (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      guint i = 0;

      while (i + 1 < call->n_args && is_missing_at (&call->args[i], row))
        i++;
      put (call, row, &call->args[i]);
    }
}

static void
eval_if (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      gint8 truth = sx_values_truth (&call->args[0], row);

      put (call, row, truth < 0 ? NULL : &call->args[truth ? 1 : 2]);
    }
}

static void
eval_round (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      double x = sx_values_number (&call->args[0], row);
      double digits = call->n_args > 1 ? sx_values_number (&call->args[1], row) : 0;
      double scale = pow (10, CLAMP (digits, -300, 300));

      call->out->numbers[row] = isnan (digits) ? NAN : digits == 0 || !isfinite (x * scale) ? rint (x)
                                                                                            : rint (x * scale) / scale;
    }
}

static void
eval_min (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      double least = sx_values_number (&call->args[0], row);

      for (guint i = 1; i < call->n_args; i++)
        {
          double x = sx_values_number (&call->args[i], row);

          least = isnan (x) || isnan (least) ? NAN : MIN (x, least);
        }
      call->out->numbers[row] = least;
    }
}

static void
eval_max (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      double most = sx_values_number (&call->args[0], row);

      for (guint i = 1; i < call->n_args; i++)
        {
          double x = sx_values_number (&call->args[i], row);

          most = isnan (x) || isnan (most) ? NAN : MAX (x, most);
        }
      call->out->numbers[row] = most;
    }
}

static void
eval_between (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      int low = compare_cells (&call->args[0], &call->args[1], row), high = compare_cells (&call->args[0], &call->args[2], row);

      /* One bound that is not kept decides. */
      call->out->truths[row] = low == -1 || high == 1 ? 0 : low == 2 || high == 2 ? -1
                                                                                  : 1;
    }
}

static void
eval_missing_if (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    put (call, row, compare_cells (&call->args[0], &call->args[1], row) == 0 ? NULL : &call->args[0]);
}

NUMBER_BINARY (eval_atan2, atan2 (a, b))

static void
eval_clip (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      double x = sx_values_number (&call->args[0], row);
      double low = sx_values_number (&call->args[1], row), high = sx_values_number (&call->args[2], row);

      call->out->numbers[row] = isnan (low) || isnan (high) ? NAN : x < low  ? low
                                                                  : x > high ? high
                                                                             : x;
    }
}

static void
set_text (SxExprCall *call, gsize row, const char *text, gsize size)
{
  /* A chunk of zero bytes has an address too: an empty text is not a missing one. */
  call->out->texts[row] = (SxTextCell){ g_string_chunk_insert_len (call->texts, text, (gssize)size), size };
}

typedef char *(*TextFunc) (const char *text, gsize size);

static void
map_text (SxExprCall *call, TextFunc change)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);

      if (cell->text == NULL)
        {
          call->out->texts[row] = *cell;
          continue;
        }
      g_autofree char *changed = change (cell->text, cell->size);
      set_text (call, row, changed, strlen (changed));
    }
}

static char *
lower_text (const char *text, gsize size)
{
  return g_utf8_strdown (text, (gssize)size);
}

static char *
upper_text (const char *text, gsize size)
{
  return g_utf8_strup (text, (gssize)size);
}

static char *
trim_text (const char *text, gsize size)
{
  return g_strstrip (g_strndup (text, size));
}

static void
eval_lower (SxExprCall *call)
{
  map_text (call, lower_text);
}

static void
eval_upper (SxExprCall *call)
{
  map_text (call, upper_text);
}

static void
eval_trim (SxExprCall *call)
{
  map_text (call, trim_text);
}

static void
eval_length (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);

      call->out->numbers[row] = cell->text == NULL ? NAN : (double)g_utf8_strlen (cell->text, (gssize)cell->size);
    }
}

/* Where @part stands in @cell from @from on; NULL when nowhere. */
static const char *
find_text (const SxTextCell *cell, gsize from, const SxTextCell *part)
{
  return part->size == 0 ? cell->text + from : memmem (cell->text + from, cell->size - from, part->text, part->size);
}

typedef gboolean (*TextTest) (const SxTextCell *cell, const SxTextCell *part);

static void
test_text (SxExprCall *call, TextTest test)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *part = sx_values_text (&call->args[1], row);

      call->out->truths[row] = cell->text == NULL || part->text == NULL ? -1 : test (cell, part);
    }
}

static gboolean
contains (const SxTextCell *cell, const SxTextCell *part)
{
  return find_text (cell, 0, part) != NULL;
}

static gboolean
starts_with (const SxTextCell *cell, const SxTextCell *part)
{
  return cell->size >= part->size && memcmp (cell->text, part->text, part->size) == 0;
}

static gboolean
ends_with (const SxTextCell *cell, const SxTextCell *part)
{
  return cell->size >= part->size && memcmp (cell->text + cell->size - part->size, part->text, part->size) == 0;
}

static void
eval_contains (SxExprCall *call)
{
  test_text (call, contains);
}

static void
eval_starts_with (SxExprCall *call)
{
  test_text (call, starts_with);
}

static void
eval_ends_with (SxExprCall *call)
{
  test_text (call, ends_with);
}

static void
eval_replace (SxExprCall *call)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);
      const SxTextCell *from = sx_values_text (&call->args[1], row), *to = sx_values_text (&call->args[2], row);
      const char       *at, *found;

      if (cell->text == NULL || from->text == NULL || to->text == NULL || from->size == 0)
        {
          call->out->texts[row] = from->text != NULL && to->text != NULL ? *cell : (SxTextCell){ NULL, 0 };
          continue;
        }
      g_string_truncate (result, 0);
      for (at = cell->text; (found = find_text (cell, (gsize)(at - cell->text), from)) != NULL; at = found + from->size)
        {
          g_string_append_len (result, at, found - at);
          g_string_append_len (result, to->text, (gssize)to->size);
        }
      g_string_append_len (result, at, cell->text + cell->size - at);
      set_text (call, row, result->str, result->len);
    }
}

static void
eval_concat (SxExprCall *call)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize row = 0; row < call->n_rows; row++)
    {
      gboolean is_missing = FALSE;

      g_string_truncate (result, 0);
      for (guint i = 0; i < call->n_args; i++)
        {
          const SxTextCell *cell = sx_values_text (&call->args[i], row);

          is_missing |= cell->text == NULL;
          if (cell->text != NULL)
            g_string_append_len (result, cell->text, (gssize)cell->size);
        }
      if (is_missing)
        call->out->texts[row] = (SxTextCell){ NULL, 0 };
      else
        set_text (call, row, result->str, result->len);
    }
}

static void
eval_substring (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);
      double            start = sx_values_number (&call->args[1], row);
      double            length = call->n_args > 2 ? sx_values_number (&call->args[2], row) : HUGE_VAL;
      const char       *from, *to;
      glong             n;

      if (cell->text == NULL || isnan (start) || isnan (length))
        {
          call->out->texts[row] = (SxTextCell){ NULL, 0 };
          continue;
        }
      n = g_utf8_strlen (cell->text, (gssize)cell->size);
      start = CLAMP (floor (start), 1, (double)n + 1);
      length = CLAMP (floor (length), 0, (double)n + 1 - start);
      from = g_utf8_offset_to_pointer (cell->text, (glong)start - 1);
      to = g_utf8_offset_to_pointer (from, (glong)length);
      set_text (call, row, from, (gsize)(to - from));
    }
}

static void
eval_number (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);
      double            value = NAN;

      if (cell->text != NULL && !sx_number_parse (cell->text, cell->size, &value))
        value = NAN;
      call->out->numbers[row] = value;
    }
}

static void
eval_text (SxExprCall *call)
{
  const SxValues *from = &call->args[0];

  for (gsize row = 0; row < call->n_rows; row++)
    {
      char  buffer[MAX (SX_NUMBER_MAX_SIZE, SX_TIMESTAMP_MAX_SIZE)];
      gsize size;

      if (is_missing_at (from, row) || from->kind == SX_KIND_TEXT)
        {
          put (call, row, from);
          continue;
        }
      if (from->kind == SX_KIND_BOOL)
        size = g_strlcpy (buffer, sx_values_truth (from, row) ? "true" : "false", sizeof buffer);
      else if (from->kind == SX_KIND_TIME)
        size = sx_timestamp_print ((gint64)sx_values_number (from, row), buffer);
      else
        size = sx_number_print (sx_values_number (from, row), buffer);
      set_text (call, row, buffer, size);
    }
}

/* The parts of a time; one kernel each, over the day and the clock. */
static double
part_of_day (double time, double unit, double wrap)
{
  double clock = time - floor (time / DAY_MICROSECONDS) * DAY_MICROSECONDS;

  return fmod (floor (clock / unit), wrap);
}

static void
split_date (double time, gint64 *year, guint *month, guint *day)
{
  sx_date_from_days ((gint64)floor (time / DAY_MICROSECONDS), year, month, day);
}

static double
year_of (double time)
{
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  split_date (time, &year, &month, &day);
  return (double)year;
}

static double
month_of (double time)
{
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  split_date (time, &year, &month, &day);
  return month;
}

static double
day_of (double time)
{
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  split_date (time, &year, &month, &day);
  return day;
}

static double
yearday_of (double time)
{
  gint64 year;
  guint  month, day;

  if (isnan (time))
    return time;
  split_date (time, &year, &month, &day);
  return (double)(sx_days_from_date (year, month, day) - sx_days_from_date (year, 1, 1) + 1);
}

static double
weekday_of (double time)
{
  return isnan (time) ? time : modulo (floor (time / DAY_MICROSECONDS) + 3, 7) + 1; /* 1970-01-01 was a Thursday */
}

static double
hour_of (double time)
{
  return isnan (time) ? time : part_of_day (time, 3600e6, 24);
}

static double
minute_of (double time)
{
  return isnan (time) ? time : part_of_day (time, 60e6, 60);
}

const SxExprOp sx_expr_core_ops[] = {
  { "+", "nn", 'n', eval_add, NULL, NULL, NULL },
  { "-", "nn", 'n', eval_subtract, NULL, NULL, NULL },
  { "*", "nn", 'n', eval_multiply, NULL, NULL, NULL },
  { "/", "nn", 'n', eval_divide, NULL, NULL, NULL },
  { "%", "nn", 'n', eval_modulo, NULL, NULL, NULL },
  { "^", "nn", 'n', eval_power, NULL, NULL, NULL },
  { "neg", "n", 'n', NULL, negate, NULL, NULL },
  { "=", "ss", 'b', eval_equal, NULL, NULL, NULL },
  { "!=", "ss", 'b', eval_unequal, NULL, NULL, NULL },
  { "<", "oo", 'b', eval_less, NULL, NULL, NULL },
  { "<=", "oo", 'b', eval_less_equal, NULL, NULL, NULL },
  { ">", "oo", 'b', eval_greater, NULL, NULL, NULL },
  { ">=", "oo", 'b', eval_greater_equal, NULL, NULL, NULL },
  { "and", "bb", 'b', eval_and, NULL, NULL, NULL },
  { "or", "bb", 'b', eval_or, NULL, NULL, NULL },
  { "not", "b", 'b', eval_not, NULL, NULL, NULL },
  { "in", "ss*", 'b', eval_in, NULL, NULL, NULL },
  { "abs", "n", 'n', NULL, fabs, "abs(number) → number", N_ ("The number without its sign.") },
  { "acos", "n", 'n', NULL, acos, "acos(number) → number", N_ ("The angle in radians with that cosine; missing outside of -1 to 1.") },
  { "asin", "n", 'n', NULL, asin, "asin(number) → number", N_ ("The angle in radians with that sine; missing outside of -1 to 1.") },
  { "atan", "n", 'n', NULL, atan, "atan(number) → number", N_ ("The angle in radians with that tangent.") },
  { "atan2", "nn", 'n', eval_atan2, NULL, "atan2(y, x) → number", N_ ("The angle in radians from the x axis to the point (x, y).") },
  { "between", "ooo", 'b', eval_between, NULL, "between(value, low, high) → true or false", N_ ("Whether a number, time or text lies between two others, or is one of them.") },
  { "ceil", "n", 'n', NULL, ceil, "ceil(number) → number", N_ ("The next whole number upwards.") },
  { "clip", "nnn", 'n', eval_clip, NULL, "clip(number, low, high) → number", N_ ("The number, kept between low and high.") },
  { "coalesce", "ss*", 's', eval_coalesce, NULL, "coalesce(a, b, …) → value", N_ ("The first that is not missing.") },
  { "concat", "tt*", 't', eval_concat, NULL, "concat(text, text, …) → text", N_ ("The texts joined together.") },
  { "contains", "tt", 'b', eval_contains, NULL, "contains(text, part) → true or false", N_ ("Whether part stands anywhere in the text.") },
  { "cos", "n", 'n', NULL, cos, "cos(number) → number", N_ ("Cosine of an angle in radians.") },
  { "day", "d", 'n', NULL, day_of, "day(time) → number", N_ ("Day of the month, 1 to 31.") },
  { "days_between", "dd", 'n', eval_days_between, NULL, "days_between(from, to) → number", N_ ("Days from one time to another, with fractions.") },
  { "ends_with", "tt", 'b', eval_ends_with, NULL, "ends_with(text, part) → true or false", N_ ("Whether the text ends with part.") },
  { "exp", "n", 'n', NULL, exp, "exp(number) → number", N_ ("e to the power of the number.") },
  { "expm1", "n", 'n', NULL, expm1, "expm1(number) → number", N_ ("e to the power of the number, less 1; exact near 0.") },
  { "floor", "n", 'n', NULL, floor, "floor(number) → number", N_ ("The next whole number downwards.") },
  { "hour", "d", 'n', NULL, hour_of, "hour(time) → number", N_ ("Hour of the day, 0 to 23.") },
  { "if", "bss", 's', eval_if, NULL, "if(condition, then, else) → value", N_ ("One of two values; missing when the condition is.") },
  { "is_missing", "a", 'b', eval_is_missing, NULL, "is_missing(value) → true or false", N_ ("Whether the cell is missing.") },
  { "length", "t", 'n', eval_length, NULL, "length(text) → number", N_ ("Number of characters.") },
  { "log", "n", 'n', NULL, log, "log(number) → number", N_ ("Natural logarithm.") },
  { "log10", "n", 'n', NULL, log10, "log10(number) → number", N_ ("Logarithm to base 10.") },
  { "log1p", "n", 'n', NULL, log1p, "log1p(number) → number", N_ ("Natural logarithm of the number and 1; exact near 0.") },
  { "log2", "n", 'n', NULL, log2, "log2(number) → number", N_ ("Logarithm to base 2.") },
  { "lower", "t", 't', eval_lower, NULL, "lower(text) → text", N_ ("The text in lower case.") },
  { "max", "nn*", 'n', eval_max, NULL, "max(a, b, …) → number", N_ ("The greatest of several numbers.") },
  { "min", "nn*", 'n', eval_min, NULL, "min(a, b, …) → number", N_ ("The least of several numbers.") },
  { "minute", "d", 'n', NULL, minute_of, "minute(time) → number", N_ ("Minute of the hour, 0 to 59.") },
  { "missing_if", "ss", 's', eval_missing_if, NULL, "missing_if(value, other) → value", N_ ("The value, missing where it equals the other: missing_if(age, -1).") },
  { "month", "d", 'n', NULL, month_of, "month(time) → number", N_ ("Month of the year, 1 to 12.") },
  { "number", "t", 'n', eval_number, NULL, "number(text) → number", N_ ("The text read as a number; missing when it is none.") },
  { "replace", "ttt", 't', eval_replace, NULL, "replace(text, from, to) → text", N_ ("The text with every “from” become “to”.") },
  { "round", "nn?", 'n', eval_round, NULL, "round(number, digits = 0) → number", N_ ("The number rounded to so many decimals; halves to even.") },
  { "sign", "n", 'n', NULL, sign, "sign(number) → number", N_ ("-1, 0 or 1.") },
  { "sin", "n", 'n', NULL, sin, "sin(number) → number", N_ ("Sine of an angle in radians.") },
  { "sqrt", "n", 'n', NULL, sqrt, "sqrt(number) → number", N_ ("Square root; missing below zero.") },
  { "starts_with", "tt", 'b', eval_starts_with, NULL, "starts_with(text, part) → true or false", N_ ("Whether the text starts with part.") },
  { "substring", "tnn?", 't', eval_substring, NULL, "substring(text, start, length) → text", N_ ("So many characters from start on, the first being 1.") },
  { "tan", "n", 'n', NULL, tan, "tan(number) → number", N_ ("Tangent of an angle in radians.") },
  { "tanh", "n", 'n', NULL, tanh, "tanh(number) → number", N_ ("Hyperbolic tangent: squeezes every number between -1 and 1.") },
  { "text", "a", 't', eval_text, NULL, "text(value) → text", N_ ("The value as text.") },
  { "trim", "t", 't', eval_trim, NULL, "trim(text) → text", N_ ("The text without blanks around it.") },
  { "trunc", "n", 'n', NULL, trunc, "trunc(number) → number", N_ ("The whole number towards 0: what stands before the point.") },
  { "upper", "t", 't', eval_upper, NULL, "upper(text) → text", N_ ("The text in upper case.") },
  { "weekday", "d", 'n', NULL, weekday_of, "weekday(time) → number", N_ ("Day of the week, 1 (Monday) to 7.") },
  { "year", "d", 'n', NULL, year_of, "year(time) → number", N_ ("Year.") },
  { "yearday", "d", 'n', NULL, yearday_of, "yearday(time) → number", N_ ("Day of the year, 1 to 366.") },
};

const guint sx_expr_n_core_ops = G_N_ELEMENTS (sx_expr_core_ops);
