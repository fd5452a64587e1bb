/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Parquet's packed integers: runs for levels, indices and booleans; deltas for numbers and lengths (Encodings.md of the format). */

#include "config.h"

#include "sx-parquet-private.h"

#include <string.h>

/* Bits [bit, bit + width) of the bytes from @at, least significant first; at most 32 of them. */
static inline guint32
get_bits (const guint8 *at, const guint8 *end, guint64 bit, guint width)
{
  const guint8 *from = at + bit / 8;
  guint64       word = 0;

  if (G_LIKELY (end - from >= 8))
    memcpy (&word, from, 8);
  else
    memcpy (&word, from, (gsize)(end - from));
  return (guint32)(GUINT64_FROM_LE (word) >> bit % 8 & (((guint64)1 << width) - 1));
}

void
sx_parquet_runs_init (SxParquetRuns *self, const guint8 *at, const guint8 *end, guint width)
{
  *self = (SxParquetRuns){ .at = at, .end = end, .width = width };
}

/* The head of the next run: FALSE at the end. */
static gboolean
next_run (SxParquetRuns *self)
{
  guint64 head = 0;
  guint   shift = 0;
  gsize   size = (self->width + 7) / 8;

  self->at += (self->bit + 7) / 8;
  self->bit = 0;
  do
    {
      if (self->at >= self->end || shift > 35)
        return FALSE;
      head |= (guint64)(*self->at & 0x7f) << shift;
      shift += 7;
    }
  while (*self->at++ & 0x80);
  if (head & 1)
    {
      guint64 n_bits = (guint64)(self->end - self->at) * 8;

      /* Some writers leave the unused end of the last stretch out. */
      self->n_packed = (head >> 1) * 8;
      if (self->width > 0)
        self->n_packed = MIN (self->n_packed, n_bits / self->width);
      return self->n_packed > 0;
    }
  if ((gsize)(self->end - self->at) < size)
    return FALSE;
  self->value = get_bits (self->at, self->at + size, 0, self->width);
  self->at += size;
  self->n_same = head >> 1;
  return self->n_same > 0;
}

/* Values of a packed stretch. Its bytes are there: next_run() saw to it. */
static void
unpack (SxParquetRuns *self, guint32 *out, gsize n)
{
  guint64 bit = self->bit, mask = ((guint64)1 << self->width) - 1;
  gsize   i = 0, per_word = self->width > 0 ? 57 / self->width : 1; /* of 64 bits, up to 7 are of the value before */

  for (; i + per_word <= n && self->end - (self->at + bit / 8) >= 8; i += per_word, bit += per_word * self->width)
    {
      guint64 word;

      memcpy (&word, self->at + bit / 8, 8);
      word = GUINT64_FROM_LE (word) >> bit % 8;
      for (gsize k = 0; k < per_word; k++, word >>= self->width)
        out[i + k] = (guint32)(word & mask);
    }
  for (; i < n; i++, bit += self->width)
    out[i] = get_bits (self->at, self->end, bit, self->width);
  /* Whole bytes are left behind, so that the count of bits stays small. */
  self->at += bit / 8;
  self->bit = (guint)(bit % 8);
  self->n_packed -= n;
}

/* The old way: one stretch with the most significant bit of each value first. */
static gboolean
read_old (SxParquetRuns *self, guint32 *out, gsize n)
{
  if ((guint64)(self->end - self->at) * 8 < self->bit + (guint64)n * self->width)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      out[i] = 0;
      for (guint k = 0; k < self->width; k++)
        {
          out[i] = out[i] << 1 | (*self->at >> (7 - self->bit) & 1);
          self->bit = (self->bit + 1) % 8;
          self->at += self->bit == 0;
        }
    }
  return TRUE;
}

gboolean
sx_parquet_runs_read (SxParquetRuns *self, guint32 *out, gsize n)
{
  if (self->is_old)
    return read_old (self, out, n);
  while (n > 0)
    {
      gsize step;

      if (self->n_same > 0)
        {
          step = (gsize)MIN (self->n_same, n);
          for (gsize i = 0; i < step; i++)
            out[i] = self->value;
          self->n_same -= step;
        }
      else if (self->n_packed > 0)
        {
          step = (gsize)MIN (self->n_packed, n);
          unpack (self, out, step);
        }
      else if (next_run (self))
        continue;
      else
        return FALSE;
      out += step;
      n -= step;
    }
  return TRUE;
}

gboolean
sx_parquet_runs_read_bytes (SxParquetRuns *self, guint8 *out, gsize n)
{
  guint32 values[256];

  g_assert (self->width <= 8);
  while (n > 0)
    {
      gsize step = MIN (n, G_N_ELEMENTS (values));

      if (self->n_same > 0)
        {
          step = (gsize)MIN (self->n_same, n);
          memset (out, (int)self->value, step);
          self->n_same -= step;
        }
      else
        {
          if (!sx_parquet_runs_read (self, values, step))
            return FALSE;
          for (gsize i = 0; i < step; i++)
            out[i] = (guint8)values[i];
        }
      out += step;
      n -= step;
    }
  return TRUE;
}

/* ---- deltas ---- */

static gboolean
read_varint (const guint8 **at, const guint8 *end, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; shift < 70; shift += 7)
    {
      guint8 byte;

      if (*at >= end)
        return FALSE;
      byte = *(*at)++;
      if (shift < 64)
        *value |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

static guint64
from_zigzag (guint64 value)
{
  return value >> 1 ^ -(value & 1);
}

/* Up to 64 bits from anywhere. */
static guint64
get_wide_bits (const guint8 *at, const guint8 *end, guint64 bit, guint width)
{
  if (width <= 32)
    return get_bits (at, end, bit, width);
  return get_bits (at, end, bit, 32) | (guint64)get_bits (at, end, bit + 32, width - 32) << 32;
}

typedef struct
{
  guint64 block, n_miniblocks, per_miniblock, n_values;
  guint64 value; /* the last; sums may wrap round */
} Deltas;

static gboolean
read_delta_head (Deltas *self, const guint8 **at, const guint8 *end)
{
  if (!read_varint (at, end, &self->block) || !read_varint (at, end, &self->n_miniblocks) || !read_varint (at, end, &self->n_values) || !read_varint (at, end, &self->value))
    return FALSE;
  self->value = from_zigzag (self->value);
  if (self->block == 0 || self->block > 1 << 24 || self->n_miniblocks == 0 || self->n_miniblocks > self->block || self->block % self->n_miniblocks != 0)
    return FALSE;
  self->per_miniblock = self->block / self->n_miniblocks;
  return self->per_miniblock % 8 == 0;
}

/* One block: the smallest delta, the widths of its miniblocks, then these; those behind the last value may be absent. */
static gboolean
read_delta_block (Deltas *self, const guint8 **at, const guint8 *end, gint64 *out, gsize n)
{
  guint64       least;
  const guint8 *widths;

  if (!read_varint (at, end, &least) || (guint64)(end - *at) < self->n_miniblocks)
    return FALSE;
  least = from_zigzag (least);
  widths = *at;
  *at += self->n_miniblocks;
  for (guint64 i = 0; i < self->n_miniblocks && n > 0; i++)
    {
      gsize   step = (gsize)MIN (self->per_miniblock, n);
      guint   width = widths[i];
      guint64 size = self->per_miniblock / 8 * width;

      /* The last miniblock may stop with its last value. */
      if (width > 64 || (guint64)(end - *at) < (step * width + 7) / 8)
        return FALSE;
      for (gsize k = 0; k < step; k++)
        {
          self->value += least + (width > 0 ? get_wide_bits (*at, end, k * width, width) : 0);
          out[k] = (gint64)self->value;
        }
      *at += MIN (size, (guint64)(end - *at));
      out += step;
      n -= step;
    }
  return TRUE;
}

gint64 *
sx_parquet_read_deltas (const guint8 **at, const guint8 *end, gsize max, gsize *n)
{
  Deltas             deltas;
  g_autofree gint64 *out = NULL;

  if (!read_delta_head (&deltas, at, end) || deltas.n_values > max)
    return NULL;
  *n = (gsize)deltas.n_values;
  out = g_new (gint64, *n + 1);
  out[0] = (gint64)deltas.value;
  for (gsize done = 1; done < *n; done += (gsize)deltas.block)
    if (!read_delta_block (&deltas, at, end, out + done, MIN ((gsize)deltas.block, *n - done)))
      return NULL;
  return g_steal_pointer (&out);
}
