/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Numbers from and to text, exact and without the locale.
 *
 * Most numbers in tables have few digits. Up to 15 digits with a power of ten up to 22, both
 * are exact doubles and one multiplication or division rounds correctly (W. D. Clinger, How to
 * read floating point numbers accurately, PLDI 1990). Where long double has a 64-bit mantissa
 * the same holds up to 19 digits and 10^27 in that type; rounding its result once more to
 * double is right unless the cut bits are exactly half, and only then strtod must decide. */

#include "config.h"

#include "sx-number.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double powers[] = {
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

/* digits * 10^exponent */
typedef struct
{
  guint64  digits;
  int      n_digits; /* significant ones; digits is exact when <= 19 */
  int      exponent;
  gboolean is_negative;
} Decimal;

static inline gboolean
is_digit (char c)
{
  return (guchar)(c - '0') <= 9;
}

static const char *
scan_digits (const char *p, const char *end, Decimal *decimal, gboolean is_fraction)
{
  for (; p < end && is_digit (*p); p++)
    {
      if (decimal->n_digits < 19)
        {
          decimal->digits = decimal->digits * 10 + (guint64)(*p - '0');
          decimal->n_digits += decimal->digits != 0;
          decimal->exponent -= is_fraction;
        }
      else
        {
          decimal->n_digits++; /* too many: the slow way will read the text itself */
          decimal->exponent += !is_fraction;
        }
    }
  return p;
}

static gboolean
scan (const char *text, gsize size, Decimal *decimal)
{
  const char *p = text, *end = text + size, *from;
  gsize       n_places;

  if (p < end && (*p == '-' || *p == '+'))
    decimal->is_negative = *p++ == '-';
  from = p;
  p = scan_digits (p, end, decimal, FALSE);
  n_places = (gsize)(p - from);
  if (p < end && *p == '.')
    {
      from = ++p;
      p = scan_digits (p, end, decimal, TRUE);
      n_places += (gsize)(p - from);
    }
  if (n_places == 0)
    return FALSE;
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      gboolean is_negative = FALSE;
      int      exponent = 0;

      if (++p < end && (*p == '-' || *p == '+'))
        is_negative = *p++ == '-';
      if (p == end)
        return FALSE;
      for (; p < end && is_digit (*p); p++)
        exponent = MIN (exponent * 10 + (*p - '0'), 99999);
      decimal->exponent += is_negative ? -exponent : exponent;
    }
  return p == end;
}

static double
parse_slowly (const char *text, gsize size)
{
  char             small[128];
  g_autofree char *large = NULL;
  char            *copy = small;

  if (size >= sizeof small)
    copy = large = g_malloc (size + 1);
  memcpy (copy, text, size);
  copy[size] = '\0';
  return g_ascii_strtod (copy, NULL);
}

#if LDBL_MANT_DIG == 64
static gboolean
convert_extended (const Decimal *decimal, double *value)
{
  static const long double wide[] = { 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L };
  int                      magnitude = ABS (decimal->exponent);
  long double              scale, x;
  guint64                  mantissa;

  if (decimal->n_digits > 19 || magnitude > 27)
    return FALSE;
  scale = magnitude < 22 ? (long double)powers[magnitude] : wide[magnitude - 22];
  x = decimal->exponent < 0 ? (long double)decimal->digits / scale : (long double)decimal->digits * scale;
  memcpy (&mantissa, &x, sizeof mantissa);
  if ((mantissa & 0x7ff) == 0x400)
    return FALSE;
  *value = (double)x;
  return TRUE;
}
#else
static gboolean
convert_extended (const Decimal *decimal, double *value)
{
  return FALSE;
}
#endif

static gboolean
parse_infinity (const char *text, gsize size, double *value)
{
  gboolean is_negative = size > 0 && text[0] == '-';
  gsize    skip = size > 0 && (text[0] == '-' || text[0] == '+');

  if ((size - skip == 3 && g_ascii_strncasecmp (text + skip, "inf", 3) == 0) ||
      (size - skip == 8 && g_ascii_strncasecmp (text + skip, "infinity", 8) == 0))
    {
      *value = is_negative ? -HUGE_VAL : HUGE_VAL;
      return TRUE;
    }
  return FALSE;
}

gboolean
sx_number_parse (const char *text, gsize size, double *value)
{
  Decimal decimal = { 0 };
  double  x;

  if (!scan (text, size, &decimal))
    return parse_infinity (text, size, value);
  if (decimal.digits == 0)
    x = 0.0;
  else if (decimal.n_digits <= 15 && ABS (decimal.exponent) <= 22)
    {
      x = (double)decimal.digits;
      x = decimal.exponent < 0 ? x / powers[-decimal.exponent] : x * powers[decimal.exponent];
    }
  else if (!convert_extended (&decimal, &x))
    {
      *value = parse_slowly (text, size);
      return TRUE;
    }
  *value = decimal.is_negative ? -x : x;
  return TRUE;
}

gboolean
sx_number_parse_int64 (const char *text, gsize size, gint64 *value)
{
  const char *p = text, *end = text + size;
  gboolean    is_negative = FALSE;
  guint64     x = 0, limit;

  if (p < end && (*p == '-' || *p == '+'))
    is_negative = *p++ == '-';
  if (p == end)
    return FALSE;
  /* 18 digits cannot overflow; beyond that every step is watched. */
  limit = is_negative ? (guint64)G_MAXINT64 + 1 : (guint64)G_MAXINT64;
  if (end - p <= 18)
    for (; p < end && is_digit (*p); p++)
      x = x * 10 + (guint64)(*p - '0');
  else
    for (; p < end && is_digit (*p); p++)
      {
        guint64 digit = (guint64)(*p - '0');

        if (x > (limit - digit) / 10)
          return FALSE;
        x = x * 10 + digit;
      }
  if (p != end)
    return FALSE;
  *value = (gint64)(is_negative ? -x : x);
  return TRUE;
}

gboolean
sx_number_parse_bool (const char *text, gsize size, gboolean *value)
{
  static const struct
  {
    const char *word;
    gboolean    value;
  } words[] = { { "true", TRUE }, { "false", FALSE }, { "yes", TRUE }, { "no", FALSE }, { "t", TRUE }, { "f", FALSE }, { "y", TRUE }, { "n", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i].word) == size && g_ascii_strncasecmp (text, words[i].word, size) == 0)
      {
        *value = words[i].value;
        return TRUE;
      }
  return FALSE;
}

gsize
sx_number_print_int64 (gint64 value, char out[SX_NUMBER_MAX_SIZE])
{
  char    digits[24];
  guint64 x = value < 0 ? -(guint64)value : (guint64)value;
  gsize   n = 0, size = 0;

  do
    digits[n++] = (char)('0' + x % 10);
  while ((x /= 10) != 0);
  if (value < 0)
    out[size++] = '-';
  while (n > 0)
    out[size++] = digits[--n];
  out[size] = '\0';
  return size;
}

gsize
sx_number_print (double value, char out[SX_NUMBER_MAX_SIZE])
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };

  if (isnan (value))
    return g_strlcpy (out, "nan", SX_NUMBER_MAX_SIZE);
  if (isinf (value))
    return g_strlcpy (out, value < 0 ? "-inf" : "inf", SX_NUMBER_MAX_SIZE);
  if (fabs (value) < 1e15 && (double)(gint64)value == value && !(value == 0.0 && signbit (value)))
    return sx_number_print_int64 ((gint64)value, out);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double   back;
      gboolean is_number;

      g_ascii_formatd (out, SX_NUMBER_MAX_SIZE, formats[i], value);
      is_number = sx_number_parse (out, strlen (out), &back);
      g_assert (is_number);
      if (back == value)
        break;
    }
  return strlen (out);
}

char *
sx_number_dup_grouped (guint64 value)
{
  char  digits[SX_NUMBER_MAX_SIZE];
  gsize n = (gsize)g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, value);
  char *grouped = g_malloc (n + n / 3 + 1), *p = grouped;

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0)
        *p++ = ',';
      *p++ = digits[i];
    }
  *p = '\0';
  return grouped;
}
