/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Arrow's numbers, decimals and times as int64, double and microseconds. int64, float64 and timestamp[us] are borrowed as they are when no
 * cell is missing; otherwise missing cells may hold anything there, and ours hold zero. Values are read with memcpy(), as nobody promises
 * that foreign buffers are aligned. */

#include "config.h"

#include "sx-arrow-convert-private.h"

#include "sx-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define DAY_SECONDS 86400
#define MICROSECONDS G_GINT64_CONSTANT (1000000)

#define WIDEN(to_type, from_type)                                   \
  for (gsize i = 0; i < n; i++)                                     \
    {                                                               \
      from_type value;                                              \
      memcpy (&value, from + i * sizeof (from_type), sizeof value); \
      to[i] = (to_type)value;                                       \
    }

static void
widen_to_int64 (gint64 *restrict to, const guint8 *restrict from, gsize n, guint width, gboolean is_signed)
{
  if (width == 8 && is_signed)
    WIDEN (gint64, gint8)
  else if (width == 8)
    WIDEN (gint64, guint8)
  else if (width == 16 && is_signed)
    WIDEN (gint64, gint16)
  else if (width == 16)
    WIDEN (gint64, guint16)
  else if (width == 32 && is_signed)
    WIDEN (gint64, gint32)
  else if (width == 32)
    WIDEN (gint64, guint32)
  else if (n > 0)
    memcpy (to, from, n * 8);
}

/* IEEE 754 binary16. */
static double
half_to_double (guint16 half)
{
  int    exponent = half >> 10 & 31;
  int    fraction = half & 1023;
  double size = exponent == 0 ? ldexp (fraction, -24) : ldexp (1024 + fraction, exponent - 25);

  if (exponent == 31)
    size = fraction != 0 ? (double)NAN : (double)INFINITY;
  return half & 0x8000 ? -size : size;
}

static void
widen_to_double (double *restrict to, const guint8 *restrict from, gsize n, guint width)
{
  if (width == 32)
    WIDEN (double, float)
  else if (width == 64 && n > 0)
    memcpy (to, from, n * 8);
  else
    for (gsize i = 0; i < n; i++)
      {
        guint16 half;
        memcpy (&half, from + i * 2, 2);
        to[i] = half_to_double (half);
      }
}

/* A two's complement number of @size bytes, little-endian, by the power of ten: correctly rounded, as it goes through its digits. */
static double
decimal_to_double (const guint8 *bytes, gsize size, int scale)
{
  guint32  words[8] = { 0 };
  char     digits[96], *first = digits + 80;
  gboolean is_negative = bytes[size - 1] & 0x80;
  guint64  carry = is_negative;
  guint    n_words = (guint)size / 4;
  double   value = 0;

  memcpy (words, bytes, size);
  for (guint i = 0; is_negative && i < n_words; i++)
    {
      carry += (guint32)~words[i];
      words[i] = (guint32)carry;
      carry >>= 32;
    }
  *first = '\0';
  do
    {
      guint64 rest = 0;

      for (guint i = n_words; i-- > 0;)
        {
          rest = rest << 32 | words[i];
          words[i] = (guint32)(rest / 10);
          rest %= 10;
        }
      *--first = (char)('0' + rest);
      while (n_words > 0 && words[n_words - 1] == 0)
        n_words--;
    }
  while (n_words > 0);
  if (is_negative)
    *--first = '-';
  g_snprintf (digits + 80, 16, "e%d", -scale);
  sx_number_parse (first, strlen (first), &value);
  return value;
}

static void
convert_decimals (double *to, const guint8 *from, gsize n, guint width, int scale)
{
  static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  gsize               size = width / 8;

  for (gsize i = 0; i < n; i++, from += size)
    {
      gint64   low;
      gint32   small;
      gboolean is_small = scale >= 0 && scale < (int)G_N_ELEMENTS (powers);

      if (size == 4)
        {
          memcpy (&small, from, 4);
          low = small;
        }
      else
        memcpy (&low, from, 8);
      for (gsize byte = 8; byte < size && is_small; byte++)
        is_small = from[byte] == (low < 0 ? 0xff : 0);
      /* Both exact in a double: one division rounds once. */
      if (is_small && low >= -(G_GINT64_CONSTANT (1) << 53) && low <= G_GINT64_CONSTANT (1) << 53)
        to[i] = (double)low / powers[scale];
      else
        to[i] = decimal_to_double (from, size, scale);
    }
}

static gboolean
set_time_error (const SxArrowPiece *self, gsize row, GError **error)
{
  g_autofree char *number = sx_number_dup_grouped (self->first_row + row + 1);

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s”, row %s: the time lies more than 290,000 years from now. Choose the other columns with “columns”."), self->name, number);
  return FALSE;
}

/* Counts of some unit, in @values, to microseconds. */
static gboolean
scale_times (SxArrowPiece *self, gint64 *values, GError **error)
{
  gint64 factor = self->field->kind == SX_ARROW_DATE && self->field->width == 32 ? DAY_SECONDS * MICROSECONDS : MICROSECONDS / MIN (self->field->per_second, MICROSECONDS);

  if (self->field->per_second > MICROSECONDS && !(self->field->kind == SX_ARROW_DATE))
    {
      for (gsize i = 0; i < self->n_rows; i++)
        {
          gint64 rest = values[i] % 1000;

          if (rest != 0 && !sx_arrow_piece_is_missing (self, i))
            *self->remarks |= SX_ARROW_ROUNDED;
          values[i] = values[i] / 1000 - (rest < 0);
        }
      return TRUE;
    }
  for (gsize i = 0; i < self->n_rows; i++)
    if (__builtin_mul_overflow (values[i], factor, &values[i]) && !sx_arrow_piece_is_missing (self, i))
      return set_time_error (self, i, error);
  return TRUE;
}

/* uint64 above what int64 holds. */
static gboolean
has_too_wide (const SxArrowPiece *self, const gint64 *values)
{
  if (self->field->kind != SX_ARROW_INT || self->field->is_signed || self->field->width != 64)
    return FALSE;
  for (gsize i = 0; i < self->n_rows; i++)
    if (values[i] < 0 && !sx_arrow_piece_is_missing (self, i))
      return TRUE;
  return FALSE;
}

static void
clear_missing (SxArrowPiece *self, guint64 *values)
{
  for (gsize i = 0; self->validity != NULL && !self->view->is_clean && i < self->n_rows; i++)
    if (!sx_bits_get (self->validity, i))
      values[i] = 0;
}

void
sx_arrow_piece_own_validity (SxArrowPiece *self)
{
  if (self->own_validity != NULL)
    return;
  self->own_validity = sx_aligned_new0 ((self->n_rows + 7) / 8);
  sx_bits_copy (self->own_validity, 0, self->validity, 0, self->n_rows);
  self->validity = self->own_validity;
}

/* NaN is missing, and missing is zero. */
static void
clear_nans (SxArrowPiece *self)
{
  const double *values = self->values;
  gboolean      any = FALSE;

  for (gsize i = 0; i < self->n_rows; i++)
    any |= isnan (values[i]);
  if (!any)
    return;
  if (self->own_values == NULL)
    {
      self->own_values = sx_aligned_new0 (self->n_rows * 8);
      memcpy (self->own_values, values, self->n_rows * 8);
      self->values = values = self->own_values;
    }
  sx_arrow_piece_own_validity (self);
  for (gsize i = 0; i < self->n_rows; i++)
    if (isnan (values[i]) && sx_bits_get (self->own_validity, i))
      {
        self->own_validity[i >> 3] &= (guint8) ~(1u << (i & 7));
        self->n_missing++;
        ((double *)self->own_values)[i] = 0;
      }
}

/* Whether the values stand in the buffer as we keep them. */
static gboolean
can_borrow (const SxArrowPiece *self, const guint8 *from)
{
  const SxArrowField *field = self->field;

  if ((self->n_missing > 0 && !self->view->is_clean) || (gsize)from % sizeof (gint64) != 0)
    return FALSE;
  if (field->kind == SX_ARROW_INT)
    return field->width == 64 && field->is_signed && self->type == SX_TYPE_INT64;
  if (field->kind == SX_ARROW_FLOAT)
    return field->width == 64;
  return (field->kind == SX_ARROW_TIMESTAMP || (field->kind == SX_ARROW_TIME && field->width == 64)) && field->per_second == MICROSECONDS;
}

static gboolean
take_doubles (SxArrowPiece *self, const guint8 *from)
{
  const SxArrowField *field = self->field;
  double             *values = self->own_values;

  if (field->kind == SX_ARROW_FLOAT)
    widen_to_double (values, from, self->n_rows, field->width);
  else if (field->kind == SX_ARROW_DECIMAL)
    convert_decimals (values, from, self->n_rows, field->width, field->scale);
  else if (field->kind == SX_ARROW_DURATION)
    for (gsize i = 0; i < self->n_rows; i++)
      {
        gint64 count;
        memcpy (&count, from + i * 8, 8);
        values[i] = (double)count / (double)field->per_second;
      }
  else
    for (gsize i = 0; i < self->n_rows; i++)
      {
        guint64 whole;
        memcpy (&whole, from + i * 8, 8);
        values[i] = (double)whole;
      }
  return TRUE;
}

static gboolean
take_whole (SxArrowPiece *self, const guint8 *from, GError **error)
{
  const SxArrowField *field = self->field;
  gint64             *values = self->own_values;
  gboolean            is_signed = field->kind != SX_ARROW_INT || field->is_signed;

  widen_to_int64 (values, from, self->n_rows, field->kind == SX_ARROW_TIMESTAMP ? 64 : field->width, is_signed);
  if (has_too_wide (self, values))
    {
      *self->remarks |= SX_ARROW_TOO_WIDE;
      return FALSE;
    }
  return self->type != SX_TYPE_TIMESTAMP || scale_times (self, values, error);
}

gboolean
sx_arrow_piece_take_numbers (SxArrowPiece *self, GError **error)
{
  const SxArrowField *field = self->field;
  gsize               size = field->kind == SX_ARROW_TIMESTAMP || field->kind == SX_ARROW_DURATION ? 8 : field->width / 8;
  const guint8       *from = self->n_rows > 0 ? self->view->buffers[1].data + self->at * size : NULL;

  if (from != NULL && can_borrow (self, from))
    self->values = from;
  else
    {
      self->own_values = sx_aligned_new0 (self->n_rows * 8);
      self->values = self->own_values;
      if (self->type == SX_TYPE_FLOAT64 ? !take_doubles (self, from) : !take_whole (self, from, error))
        return FALSE;
      clear_missing (self, self->own_values);
    }
  if (self->type == SX_TYPE_FLOAT64)
    clear_nans (self);
  return TRUE;
}
