/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The values of a page, one encoding after the other, without the missing ones. Values of fixed size come out end to end, as stored; bytes
 * come out end to end with the length of each. */

#include "config.h"

#include "sx-parquet-private.h"

#include <string.h>

#define SHORT_TEXT 32 /* copied whole, whatever the length; there is room for it behind every dictionary */

void
sx_parquet_values_clear (SxParquetValues *self)
{
  g_clear_pointer (&self->dictionary, g_free);
  g_clear_pointer (&self->dictionary_ends, g_free);
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->numbers, g_free);
  g_clear_pointer (&self->prefixes, g_free);
  sx_buffer_clear (&self->before);
  sx_buffer_clear (&self->split);
}

static guint32
load_uint32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, 4);
  return GUINT32_FROM_LE (value);
}

/* ---- the dictionary ---- */

gboolean
sx_parquet_values_set_dictionary (SxParquetValues *self, const guint8 *data, gsize size, gsize n)
{
  gsize at = 0, end = 0;

  g_clear_pointer (&self->dictionary, g_free);
  g_clear_pointer (&self->dictionary_ends, g_free);
  g_clear_pointer (&self->places, g_hash_table_unref);
  self->n_dictionary = n;
  if (self->leaf->physical == SX_PARQUET_BOOLEAN || n > size)
    return FALSE;
  if (self->leaf->size > 0)
    {
      if (n > size / self->leaf->size)
        return FALSE;
      self->dictionary = g_malloc (n * self->leaf->size + SHORT_TEXT);
      memcpy (self->dictionary, data, n * self->leaf->size);
      return TRUE;
    }
  self->dictionary = g_malloc (size + SHORT_TEXT);
  self->dictionary_ends = g_new (guint32, n + 1);
  self->dictionary_ends[0] = 0;
  for (gsize i = 0; i < n; i++)
    {
      guint32 length;

      if (size - at < 4)
        return FALSE;
      length = load_uint32 (data + at);
      at += 4;
      if (length > size - at)
        return FALSE;
      memcpy (self->dictionary + end, data + at, length);
      at += length;
      end += length;
      self->dictionary_ends[i + 1] = (guint32)end;
    }
  return TRUE;
}

/* ---- the beginning of a page ---- */

static gboolean
begin_numbers (SxParquetValues *self, gsize n_values)
{
  self->source = SX_PARQUET_FROM_NUMBERS;
  self->numbers = sx_parquet_read_deltas (&self->at, self->end, n_values, &self->n_numbers);
  return self->numbers != NULL && (self->leaf->physical == SX_PARQUET_INT32 || self->leaf->physical == SX_PARQUET_INT64);
}

static gboolean
begin_lengths (SxParquetValues *self, gsize n_values)
{
  self->source = SX_PARQUET_FROM_LENGTHS;
  self->numbers = sx_parquet_read_deltas (&self->at, self->end, n_values, &self->n_numbers);
  return self->numbers != NULL && self->leaf->physical == SX_PARQUET_BYTES;
}

static gboolean
begin_prefixes (SxParquetValues *self, gsize n_values)
{
  gsize n_prefixes;

  self->source = SX_PARQUET_FROM_PREFIXES;
  self->before.size = 0;
  self->prefixes = sx_parquet_read_deltas (&self->at, self->end, n_values, &n_prefixes);
  if (self->prefixes == NULL)
    return FALSE;
  self->numbers = sx_parquet_read_deltas (&self->at, self->end, n_values, &self->n_numbers);
  return self->numbers != NULL && self->n_numbers == n_prefixes && (self->leaf->physical == SX_PARQUET_BYTES || self->leaf->physical == SX_PARQUET_FIXED);
}

/* Byte k of every value in stream k: put together again. */
static gboolean
begin_split (SxParquetValues *self)
{
  gsize         size = self->leaf->size, n;
  const guint8 *data = self->at;

  self->source = SX_PARQUET_FROM_BYTES;
  if (size == 0 || self->leaf->physical == SX_PARQUET_BOOLEAN)
    return FALSE;
  n = (gsize)(self->end - self->at) / size;
  sx_buffer_reserve (&self->split, n * size);
  for (gsize k = 0; k < size; k++)
    for (gsize i = 0; i < n; i++)
      self->split.data[i * size + k] = data[k * n + i];
  self->at = self->split.data;
  self->end = self->split.data + n * size;
  return TRUE;
}

/* Booleans as runs have their size before them. */
static gboolean
begin_runs (SxParquetValues *self)
{
  gsize size;

  self->source = SX_PARQUET_FROM_RUNS;
  if (self->end - self->at < 4 || self->leaf->physical != SX_PARQUET_BOOLEAN)
    return FALSE;
  size = load_uint32 (self->at);
  if (size > (gsize)(self->end - self->at) - 4)
    return FALSE;
  sx_parquet_runs_init (&self->runs, self->at + 4, self->at + 4 + size, 1);
  return TRUE;
}

static gboolean
begin_indices (SxParquetValues *self)
{
  self->source = SX_PARQUET_FROM_INDICES;
  if (self->at == self->end) /* a page of missing values only */
    {
      sx_parquet_runs_init (&self->runs, self->at, self->end, 0);
      return TRUE;
    }
  if (*self->at > 32 || self->dictionary == NULL)
    return FALSE;
  sx_parquet_runs_init (&self->runs, self->at + 1, self->end, *self->at);
  return TRUE;
}

gboolean
sx_parquet_values_begin (SxParquetValues *self, SxParquetEncoding encoding, const guint8 *data, gsize size, gsize n_values, gboolean *is_known)
{
  self->at = data;
  self->end = data + size;
  self->number = self->n_numbers = 0;
  self->bit = 0;
  g_clear_pointer (&self->numbers, g_free);
  g_clear_pointer (&self->prefixes, g_free);
  *is_known = TRUE;
  switch (encoding)
    {
    case SX_PARQUET_PLAIN:
      self->source = self->leaf->physical == SX_PARQUET_BOOLEAN ? SX_PARQUET_FROM_BITS : SX_PARQUET_FROM_BYTES;
      return TRUE;
    case SX_PARQUET_PLAIN_DICTIONARY:
    case SX_PARQUET_RLE_DICTIONARY:
      return begin_indices (self);
    case SX_PARQUET_RLE:
      return begin_runs (self);
    case SX_PARQUET_DELTA_BINARY:
      return size == 0 || begin_numbers (self, n_values);
    case SX_PARQUET_DELTA_LENGTH:
      return size == 0 || begin_lengths (self, n_values);
    case SX_PARQUET_DELTA_BYTES:
      return size == 0 || begin_prefixes (self, n_values);
    case SX_PARQUET_STREAM_SPLIT:
      return begin_split (self);
    case SX_PARQUET_BIT_PACKED:
    default:
      *is_known = FALSE;
      return FALSE;
    }
}

/* ---- values of fixed size ---- */

static gboolean
gather (SxParquetValues *self, gsize n, guint8 *out)
{
  guint32 indices[1024];
  gsize   size = self->leaf->size;

  while (n > 0)
    {
      gsize   step = MIN (n, G_N_ELEMENTS (indices));
      guint32 largest = 0;

      if (!sx_parquet_runs_read (&self->runs, indices, step))
        return FALSE;
      for (gsize i = 0; i < step; i++)
        largest = MAX (largest, indices[i]);
      if (largest >= self->n_dictionary)
        return FALSE;
      if (size == 8)
        for (gsize i = 0; i < step; i++)
          memcpy (out + i * 8, self->dictionary + (gsize)indices[i] * 8, 8);
      else if (size == 4)
        for (gsize i = 0; i < step; i++)
          memcpy (out + i * 4, self->dictionary + (gsize)indices[i] * 4, 4);
      else
        for (gsize i = 0; i < step; i++)
          memcpy (out + i * size, self->dictionary + (gsize)indices[i] * size, size);
      out += step * size;
      n -= step;
    }
  return TRUE;
}

static gboolean
take_numbers (SxParquetValues *self, gsize n, guint8 *out)
{
  if (n > self->n_numbers - self->number)
    return FALSE;
  if (self->leaf->size == 8)
    memcpy (out, self->numbers + self->number, n * 8);
  else
    for (gsize i = 0; i < n; i++)
      {
        gint32 value = (gint32)self->numbers[self->number + i];
        memcpy (out + i * 4, &value, 4);
      }
  self->number += n;
  return TRUE;
}

static gboolean
take_bits (SxParquetValues *self, gsize n, guint8 *out)
{
  if ((guint64)(self->end - self->at) * 8 < self->bit + (guint64)n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    out[i] = self->at[(self->bit + i) / 8] >> (self->bit + i) % 8 & 1;
  self->at += (self->bit + n) / 8;
  self->bit = (self->bit + n) % 8;
  return TRUE;
}

/* The next value of a page of prefixes, in @before. */
static gboolean
next_prefixed (SxParquetValues *self)
{
  gint64 prefix, length;

  if (self->number == self->n_numbers)
    return FALSE;
  prefix = self->prefixes[self->number];
  length = self->numbers[self->number++];
  if (prefix < 0 || (guint64)prefix > self->before.size || length < 0 || length > self->end - self->at)
    return FALSE;
  sx_buffer_reserve (&self->before, (gsize)(prefix + length));
  if (length > 0)
    memcpy (self->before.data + prefix, self->at, (gsize)length);
  self->before.size = (gsize)(prefix + length);
  self->at += length;
  return TRUE;
}

static gboolean
take_prefixed (SxParquetValues *self, gsize n, guint8 *out)
{
  for (gsize i = 0; i < n; i++, out += self->leaf->size)
    {
      if (!next_prefixed (self) || self->before.size != self->leaf->size)
        return FALSE;
      memcpy (out, self->before.data, self->leaf->size);
    }
  return TRUE;
}

gboolean
sx_parquet_values_read (SxParquetValues *self, gsize n, SxBuffer *out)
{
  gsize   size = n * self->leaf->size;
  guint8 *to;

  if (n == 0)
    return TRUE;
  sx_buffer_reserve (out, out->size + size);
  to = out->data + out->size;
  out->size += size;
  switch (self->source)
    {
    case SX_PARQUET_FROM_BYTES:
      if (size > (gsize)(self->end - self->at))
        return FALSE;
      memcpy (to, self->at, size);
      self->at += size;
      return TRUE;
    case SX_PARQUET_FROM_INDICES:
      return gather (self, n, to);
    case SX_PARQUET_FROM_NUMBERS:
      return take_numbers (self, n, to);
    case SX_PARQUET_FROM_PREFIXES:
      return take_prefixed (self, n, to);
    case SX_PARQUET_FROM_RUNS:
      return sx_parquet_runs_read_bytes (&self->runs, to, n);
    case SX_PARQUET_FROM_BITS:
      return take_bits (self, n, to);
    case SX_PARQUET_FROM_LENGTHS:
    default:
      return FALSE;
    }
}

/* ---- bytes ---- */

static gboolean
take_plain_bytes (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths)
{
  const guint8 *at = self->at;
  gsize         left = (gsize)(self->end - at);

  /* All that is left of the page is room enough. */
  sx_buffer_reserve (out, out->size + left);
  for (gsize i = 0; i < n; i++)
    {
      guint32 length;

      if (left < 4)
        return FALSE;
      length = load_uint32 (at);
      at += 4;
      left -= 4;
      if (length > left)
        return FALSE;
      /* Short texts are the rule: a fixed number of bytes at once while there are as many, and as much room as is left. */
      if (length <= SHORT_TEXT && left >= SHORT_TEXT)
        memcpy (out->data + out->size, at, SHORT_TEXT);
      else
        memcpy (out->data + out->size, at, length);
      out->size += length;
      lengths[i] = length;
      at += length;
      left -= length;
    }
  memset (out->data + out->size, 0, MIN (SHORT_TEXT, out->n_alloc - out->size));
  self->at = at;
  return TRUE;
}

static gboolean
gather_bytes (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths, guint32 *indices)
{
  gsize   size = out->size;
  guint8 *to;

  if (!sx_parquet_runs_read (&self->runs, indices, n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (indices[i] >= self->n_dictionary)
        return FALSE;
      lengths[i] = self->dictionary_ends[indices[i] + 1] - self->dictionary_ends[indices[i]];
      size += lengths[i];
    }
  if (size > SX_PARQUET_MAX_TEXT)
    {
      self->is_too_large = TRUE;
      return FALSE;
    }
  sx_buffer_reserve (out, size + SHORT_TEXT);
  to = out->data + out->size;
  for (gsize i = 0; i < n; i++)
    {
      const guint8 *from = self->dictionary + self->dictionary_ends[indices[i]];

      /* As above; both have room behind. */
      if (lengths[i] <= SHORT_TEXT)
        memcpy (to, from, SHORT_TEXT);
      else
        memcpy (to, from, lengths[i]);
      to += lengths[i];
    }
  /* What is not in use of a buffer is zero. */
  memset (to, 0, SHORT_TEXT);
  out->size = size;
  return TRUE;
}

/* ---- codes of categories ---- */

/* The place of a text in the dictionary, at the end of which it is put when it is new. */
static guint32
intern (SxParquetValues *self, const guint8 *text, gsize size)
{
  g_autoptr (GBytes) key = g_bytes_new (text, size);
  gpointer place;
  gsize    end = self->n_dictionary > 0 ? self->dictionary_ends[self->n_dictionary] : 0;

  if (g_hash_table_lookup_extended (self->places, key, NULL, &place))
    return GPOINTER_TO_UINT (place);
  self->dictionary = g_realloc (self->dictionary, end + size + SHORT_TEXT);
  self->dictionary_ends = g_renew (guint32, self->dictionary_ends, self->n_dictionary + 2);
  memcpy (self->dictionary + end, text, size);
  self->dictionary_ends[0] = 0;
  self->dictionary_ends[self->n_dictionary + 1] = (guint32)(end + size);
  g_hash_table_insert (self->places, g_steal_pointer (&key), GUINT_TO_POINTER ((guint)self->n_dictionary));
  return (guint32)self->n_dictionary++;
}

/* A page that does not use the dictionary: its texts are looked up in it. */
static gboolean
read_foreign_codes (SxParquetValues *self, gsize n, guint32 *codes)
{
  SxBuffer            texts = { 0 };
  g_autofree guint32 *lengths = g_new (guint32, n), *indices = g_new (guint32, n);
  gsize               at = 0;
  gboolean            is_done = sx_parquet_values_read_bytes (self, n, &texts, lengths, indices);

  if (self->places == NULL)
    {
      self->places = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
      for (gsize i = 0; i < self->n_dictionary; i++)
        g_hash_table_insert (self->places, g_bytes_new (self->dictionary + self->dictionary_ends[i], self->dictionary_ends[i + 1] - self->dictionary_ends[i]), GUINT_TO_POINTER ((guint)i));
    }
  for (gsize i = 0; is_done && i < n; at += lengths[i++])
    codes[i] = intern (self, texts.data + at, lengths[i]);
  sx_buffer_clear (&texts);
  return is_done;
}

gboolean
sx_parquet_values_read_codes (SxParquetValues *self, gsize n, SxBuffer *out)
{
  guint32 *codes, largest = 0;

  if (n == 0)
    return TRUE;
  sx_buffer_reserve (out, out->size + n * sizeof (guint32));
  codes = (guint32 *)(gpointer)(out->data + out->size);
  out->size += n * sizeof (guint32);
  if (self->source != SX_PARQUET_FROM_INDICES)
    return read_foreign_codes (self, n, codes);
  if (!sx_parquet_runs_read (&self->runs, codes, n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, codes[i]);
  return largest < self->n_dictionary;
}

static gboolean
take_lengths (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths)
{
  gsize size = 0;

  if (n > self->n_numbers - self->number)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      gint64 length = self->numbers[self->number + i];

      if (length < 0 || (guint64)length > (guint64)(self->end - self->at) - size)
        return FALSE;
      lengths[i] = (guint32)length;
      size += (gsize)length;
    }
  self->number += n;
  sx_buffer_reserve (out, out->size + size);
  if (size > 0)
    memcpy (out->data + out->size, self->at, size);
  out->size += size;
  self->at += size;
  return TRUE;
}

static gboolean
take_prefixed_bytes (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths)
{
  for (gsize i = 0; i < n; i++)
    {
      if (!next_prefixed (self))
        return FALSE;
      if (out->size + self->before.size > SX_PARQUET_MAX_TEXT)
        {
          self->is_too_large = TRUE;
          return FALSE;
        }
      sx_buffer_reserve (out, out->size + self->before.size);
      if (self->before.size > 0)
        memcpy (out->data + out->size, self->before.data, self->before.size);
      out->size += self->before.size;
      lengths[i] = (guint32)self->before.size;
    }
  return TRUE;
}

gboolean
sx_parquet_values_read_bytes (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths, guint32 *indices)
{
  if (n == 0)
    return TRUE;
  switch ((int)self->source)
    {
    case SX_PARQUET_FROM_BYTES:
      return take_plain_bytes (self, n, out, lengths);
    case SX_PARQUET_FROM_INDICES:
      return gather_bytes (self, n, out, lengths, indices);
    case SX_PARQUET_FROM_LENGTHS:
      return take_lengths (self, n, out, lengths);
    case SX_PARQUET_FROM_PREFIXES:
      return take_prefixed_bytes (self, n, out, lengths);
    default:
      return FALSE;
    }
}
