/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One column of one row group as a chunk: pages of version 1, values plain or as indices into a dictionary, whichever is smaller. Every column
 * may miss cells, so each page has definition levels; a list has the three levels that LogicalTypes.md of the format asks for. */

#include "config.h"

#include "sx-parquet-encode-private.h"
#include "sx-thrift-private.h"

#include <math.h>
#include <string.h>

#define PAGE_ROWS 20000
#define PAGE_BYTES ((gsize)1 << 20)
#define MAX_DICTIONARY 16384 /* entries */
#define N_SLOTS (4 * MAX_DICTIONARY)
#define TRIAL_ROWS 4096 /* after which a dictionary of as many texts is given up */
#define MAX_BOUND 64    /* bytes of a text in the statistics */

/* ---- packing ---- */

static void
append (SxBuffer *out, const void *data, gsize size)
{
  sx_buffer_reserve (out, out->size + size);
  if (size > 0)
    memcpy (out->data + out->size, data, size);
  out->size += size;
}

static void
append_uint32 (SxBuffer *out, gsize value)
{
  guint32 little = GUINT32_TO_LE ((guint32)value);

  append (out, &little, 4);
}

static void
append_varint (SxBuffer *out, guint64 value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7)
    {
      byte = (guint8)(value | 0x80);
      append (out, &byte, 1);
    }
  byte = (guint8)value;
  append (out, &byte, 1);
}

/* @n numbers of @width bits: one run if they are all the same, else one packed stretch. */
static void
append_runs (SxBuffer *out, const guint32 *values, gsize n, guint width)
{
  gsize   n_same = 1, size = (n + 7) / 8 * width;
  guint32 little = GUINT32_TO_LE (n > 0 ? values[0] : 0);
  guint8 *to;

  while (n_same < n && values[n_same] == values[0])
    n_same++;
  if (n_same >= n)
    {
      append_varint (out, (guint64)n << 1);
      append (out, &little, (width + 7) / 8);
      return;
    }
  append_varint (out, (guint64)((n + 7) / 8) << 1 | 1);
  sx_buffer_reserve (out, out->size + size + 8);
  to = out->data + out->size;
  for (gsize i = 0; i < n; i++)
    {
      gsize   bit = i * width;
      guint64 word;

      memcpy (&word, to + bit / 8, 8);
      word |= GUINT64_TO_LE ((guint64)values[i] << bit % 8);
      memcpy (to + bit / 8, &word, 8);
    }
  out->size += size;
}

/* Levels have their size before them. */
static void
append_levels (SxBuffer *out, const guint32 *levels, gsize n, guint width)
{
  gsize   at = out->size;
  guint32 size;

  append_uint32 (out, 0);
  append_runs (out, levels, n, width);
  size = GUINT32_TO_LE ((guint32)(out->size - at - 4));
  memcpy (out->data + at, &size, 4);
}

/* ---- dictionaries ---- */

/* Codes of all rows of the group, those of missing ones 0. */
typedef struct
{
  guint32 *codes;
  gsize    n;      /* entries */
  SxBuffer values; /* plain */
  guint    width;  /* bits of a code */
} Dictionary;

static void
dictionary_clear (Dictionary *self)
{
  g_clear_pointer (&self->codes, g_free);
  sx_buffer_clear (&self->values);
}

static guint
get_width (gsize n)
{
  return n > 1 ? g_bit_storage (n - 1) : 1;
}

/* Numbers by their bits; FALSE when there are too many. */
static gboolean
find_numbers (Dictionary *self, SxColumn *const *columns, guint n_columns)
{
  g_autofree guint32 *slots = g_new0 (guint32, N_SLOTS);
  guint32            *code = self->codes;

  for (guint b = 0; b < n_columns; b++)
    for (gsize row = 0; row < columns[b]->n_rows; row++, code++)
      {
        guint64 value = ((const guint64 *)columns[b]->values)[row];
        gsize   slot = (gsize)((value * 0x9e3779b97f4a7c15u) >> 40) % N_SLOTS;

        if (sx_column_is_missing (columns[b], row))
          continue;
        while (slots[slot] != 0 && ((const guint64 *)(gconstpointer)self->values.data)[slots[slot] - 1] != value)
          slot = (slot + 1) % N_SLOTS;
        if (slots[slot] == 0)
          {
            if (self->n == MAX_DICTIONARY)
              return FALSE;
            append (&self->values, &value, 8);
            slots[slot] = (guint32)++self->n;
          }
        *code = slots[slot] - 1;
      }
  return TRUE;
}

static void
append_text (SxBuffer *out, const SxColumn *column, gsize row)
{
  gsize       size;
  const char *text = sx_column_get_text (column, row, &size);

  append_uint32 (out, size);
  append (out, text, size);
}

static gboolean
find_texts (Dictionary *self, SxColumn *const *columns, guint n_columns)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_CATEGORY);
  guint32 *code = self->codes;
  gsize    n_values = 0;

  for (guint b = 0; b < n_columns; b++)
    for (gsize first = 0; first < columns[b]->n_rows; first += TRIAL_ROWS)
      {
        gsize n = MIN (TRIAL_ROWS, columns[b]->n_rows - first);
        g_autoptr (SxColumn) part = NULL;

        for (gsize i = 0; i < n; i++)
          sx_column_builder_append_cell (builder, columns[b], first + i);
        part = sx_column_builder_finish (builder);
        n_values += n - part->n_missing;
        for (gsize i = 0; i < n; i++)
          *code++ = sx_column_is_missing (part, i) ? 0 : (guint32)sx_column_get_code (part, i);
        if (part->dictionary->n_rows > MAX_DICTIONARY || (n_values >= TRIAL_ROWS / 2 && part->dictionary->n_rows * 2 > n_values))
          return FALSE;
        for (; self->n < part->dictionary->n_rows; self->n++)
          append_text (&self->values, part->dictionary, self->n);
      }
  return TRUE;
}

/* Bytes of the values as they stand. */
static gsize
measure_plain (SxColumn *const *columns, guint n_columns)
{
  gsize size = 0;

  for (guint b = 0; b < n_columns; b++)
    for (gsize row = 0; row < columns[b]->n_rows; row++)
      {
        gsize n = 8;

        if (sx_column_is_missing (columns[b], row))
          continue;
        if (columns[b]->type == SX_TYPE_STRING || columns[b]->type == SX_TYPE_CATEGORY)
          {
            sx_column_get_text (columns[b], row, &n);
            n += 4;
          }
        size += n;
      }
  return size;
}

/* FALSE when plain values are as small. */
static gboolean
make_dictionary (Dictionary *self, SxColumn *const *columns, guint n_columns, gsize n_rows)
{
  SxType   type = columns[0]->type;
  gboolean pays = FALSE;

  self->codes = g_new0 (guint32, n_rows + 1);
  if (type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY)
    pays = find_texts (self, columns, n_columns);
  else if (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP || type == SX_TYPE_FLOAT64)
    pays = find_numbers (self, columns, n_columns);
  self->width = get_width (self->n);
  return pays && self->n > 0 && self->values.size + n_rows * self->width / 8 < measure_plain (columns, n_columns);
}

/* ---- pages ---- */

static void
append_page (SxParquetChunkWriter *self, SxParquetPageType type, SxParquetEncoding encoding, gsize n_values, const SxBuffer *body)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  SxBuffer packed = { 0 };
  gint16   field = 0, inner = 0;

  sx_codec_compress (self->codec, body->data, body->size, &packed);
  sx_thrift_put_int (header, &field, 1, SX_THRIFT_I32, type);
  sx_thrift_put_int (header, &field, 2, SX_THRIFT_I32, (gint64)body->size);
  sx_thrift_put_int (header, &field, 3, SX_THRIFT_I32, (gint64)packed.size);
  sx_thrift_put_struct (header, &field, type == SX_PARQUET_PAGE_DATA ? 5 : 7);
  sx_thrift_put_int (header, &inner, 1, SX_THRIFT_I32, (gint64)n_values);
  sx_thrift_put_int (header, &inner, 2, SX_THRIFT_I32, encoding);
  if (type == SX_PARQUET_PAGE_DATA)
    {
      sx_thrift_put_int (header, &inner, 3, SX_THRIFT_I32, SX_PARQUET_RLE);
      sx_thrift_put_int (header, &inner, 4, SX_THRIFT_I32, SX_PARQUET_RLE);
    }
  sx_thrift_put_stop (header);
  sx_thrift_put_stop (header);
  append (&self->out, header->data, header->len);
  append (&self->out, packed.data, packed.size);
  self->plain_size += header->len + body->size;
  sx_buffer_clear (&packed);
}

/* Present values of rows [first, first + n). */
static void
append_values (SxBuffer *body, const SxColumn *column, gsize first, gsize n)
{
  gsize n_bits = 0;

  if (column->type == SX_TYPE_BOOL)
    sx_buffer_reserve (body, body->size + n / 8 + 1);
  for (gsize row = first; row < first + n; row++)
    {
      if (sx_column_is_missing (column, row))
        continue;
      switch ((int)column->type)
        {
        case SX_TYPE_BOOL:
          if (sx_column_get_bool (column, row))
            sx_bits_set (body->data + body->size, n_bits);
          n_bits++;
          break;
        case SX_TYPE_STRING:
        case SX_TYPE_CATEGORY:
        case SX_TYPE_IMAGE:
          append_text (body, column, row);
          break;
        default:
          append (body, (const guint64 *)column->values + row, 8);
        }
    }
  body->size += (n_bits + 7) / 8;
}

static void
append_indices (SxBuffer *body, const SxColumn *column, gsize first, gsize n, const Dictionary *dictionary, const guint32 *codes)
{
  g_autofree guint32 *present = g_new (guint32, n + 1);
  guint8              width = (guint8)dictionary->width;
  gsize               n_present = 0;

  for (gsize i = 0; i < n; i++)
    if (!sx_column_is_missing (column, first + i))
      present[n_present++] = codes[i];
  append (body, &width, 1);
  append_runs (body, present, n_present, width);
}

static void
append_flat_page (SxParquetChunkWriter *self, const SxColumn *column, gsize first, gsize n, const Dictionary *dictionary, const guint32 *codes)
{
  g_autofree guint32 *levels = g_new (guint32, n + 1);
  SxBuffer            body = { 0 };

  for (gsize i = 0; i < n; i++)
    levels[i] = !sx_column_is_missing (column, first + i);
  append_levels (&body, levels, n, 1);
  if (dictionary != NULL)
    append_indices (&body, column, first, n, dictionary, codes);
  else
    append_values (&body, column, first, n);
  append_page (self, SX_PARQUET_PAGE_DATA, dictionary != NULL ? SX_PARQUET_RLE_DICTIONARY : SX_PARQUET_PLAIN, n, &body);
  self->n_values += n;
  sx_buffer_clear (&body);
}

/* A list: 0 missing, 1 empty, 2 an item is missing, 3 it is there. */
static void
append_list_page (SxParquetChunkWriter *self, const SxColumn *column, gsize first, gsize n)
{
  gsize               n_levels = 0, n_max = n + (gsize)(column->offsets[first + n] - column->offsets[first]);
  g_autofree guint32 *repetitions = g_new (guint32, n_max + 1);
  g_autofree guint32 *definitions = g_new (guint32, n_max + 1);
  SxBuffer            body = { 0 };

  for (gsize row = first; row < first + n; row++)
    {
      gint32 begin = column->offsets[row], end = column->offsets[row + 1];

      if (begin == end || sx_column_is_missing (column, row))
        {
          repetitions[n_levels] = 0;
          definitions[n_levels++] = sx_column_is_missing (column, row) ? 0 : 1;
          continue;
        }
      for (gint32 i = begin; i < end; i++)
        {
          repetitions[n_levels] = i > begin;
          definitions[n_levels++] = isnan (((const double *)column->values)[i]) ? 2 : 3;
        }
    }
  append_levels (&body, repetitions, n_levels, 1);
  append_levels (&body, definitions, n_levels, 2);
  for (gint32 i = column->offsets[first]; i < column->offsets[first + n]; i++)
    if (!isnan (((const double *)column->values)[i]))
      append (&body, (const double *)column->values + i, 8);
  append_page (self, SX_PARQUET_PAGE_DATA, SX_PARQUET_PLAIN, n_levels, &body);
  self->n_values += n_levels;
  sx_buffer_clear (&body);
}

/* How many rows from @first make a page. */
static gsize
measure_page (const SxColumn *column, gsize first)
{
  gsize n = 0, size = 0;

  while (n < PAGE_ROWS && first + n < column->n_rows && size < PAGE_BYTES)
    {
      if (column->offsets != NULL)
        size += (gsize)(column->offsets[first + n + 1] - column->offsets[first + n]) * (column->type == SX_TYPE_LIST ? 8 : 1);
      n++;
    }
  return n;
}

/* ---- statistics ---- */

static gint
compare_bounds (SxType type, const guint8 *a, gsize n_a, const guint8 *b, gsize n_b)
{
  gint64 whole_a, whole_b;
  double number_a, number_b;
  int    order;

  if (type == SX_TYPE_FLOAT64)
    {
      memcpy (&number_a, a, 8);
      memcpy (&number_b, b, 8);
      return (number_a > number_b) - (number_a < number_b);
    }
  if (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP)
    {
      memcpy (&whole_a, a, 8);
      memcpy (&whole_b, b, 8);
      return (whole_a > whole_b) - (whole_a < whole_b);
    }
  order = memcmp (a, b, MIN (n_a, n_b));
  return order != 0 ? order : (n_a > n_b) - (n_a < n_b);
}

/* The smallest and the largest cell, borrowed; *n_low 0 and *low NULL when there are none. */
typedef struct
{
  const guint8 *low, *high;
  gsize         n_low, n_high;
} Bounds;

static Bounds
find_bounds (SxColumn *const *columns, guint n_columns)
{
  Bounds bounds = { 0 };

  for (guint b = 0; b < n_columns; b++)
    for (gsize row = 0; row < columns[b]->n_rows; row++)
      {
        const guint8 *cell = (const guint8 *)columns[b]->values + row * 8;
        gsize         n = 8;

        if (sx_column_is_missing (columns[b], row))
          continue;
        if (!sx_type_is_numeric (columns[b]->type))
          cell = (const guint8 *)sx_column_get_text (columns[b], row, &n);
        if (bounds.low == NULL || compare_bounds (columns[b]->type, cell, n, bounds.low, bounds.n_low) < 0)
          {
            bounds.low = cell;
            bounds.n_low = n;
          }
        if (bounds.high == NULL || compare_bounds (columns[b]->type, cell, n, bounds.high, bounds.n_high) > 0)
          {
            bounds.high = cell;
            bounds.n_high = n;
          }
      }
  return bounds;
}

static void
keep_bounds (SxParquetChunkWriter *self, SxColumn *const *columns, guint n_columns)
{
  SxType       type = columns[0]->type;
  Bounds       bounds;
  const guint8 zero[8] = { 0 }, minus_zero[8] = { 0, 0, 0, 0, 0, 0, 0, 0x80 };

  if (type == SX_TYPE_BOOL || type == SX_TYPE_LIST || type == SX_TYPE_IMAGE)
    return;
  bounds = find_bounds (columns, n_columns);
  if (bounds.low == NULL || bounds.n_low > MAX_BOUND || bounds.n_high > MAX_BOUND)
    return;
  /* The format asks for zeros of the sign that cannot mislead. */
  if (type == SX_TYPE_FLOAT64 && compare_bounds (type, bounds.low, 8, zero, 8) == 0)
    bounds.low = minus_zero;
  if (type == SX_TYPE_FLOAT64 && compare_bounds (type, bounds.high, 8, zero, 8) == 0)
    bounds.high = zero;
  self->low = g_bytes_new (bounds.low, bounds.n_low);
  self->high = g_bytes_new (bounds.high, bounds.n_high);
}

/* ---- a chunk ---- */

void
sx_parquet_chunk_writer_run (SxParquetChunkWriter *self, SxColumn *const *columns, guint n_columns, gsize n_rows)
{
  Dictionary     dictionary = { 0 };
  gboolean       is_indexed = make_dictionary (&dictionary, columns, n_columns, n_rows);
  const guint32 *codes = dictionary.codes;

  self->has_dictionary = is_indexed;
  if (is_indexed)
    append_page (self, SX_PARQUET_PAGE_DICTIONARY, SX_PARQUET_PLAIN, dictionary.n, &dictionary.values);
  self->data_offset = self->out.size;
  for (guint b = 0; b < n_columns; b++)
    {
      self->n_missing += columns[b]->n_missing;
      for (gsize first = 0, n; first < columns[b]->n_rows; first += n, codes += n)
        {
          n = measure_page (columns[b], first);
          if (columns[b]->type == SX_TYPE_LIST)
            append_list_page (self, columns[b], first, n);
          else
            append_flat_page (self, columns[b], first, n, is_indexed ? &dictionary : NULL, codes);
        }
    }
  keep_bounds (self, columns, n_columns);
  dictionary_clear (&dictionary);
}

void
sx_parquet_chunk_writer_clear (SxParquetChunkWriter *self)
{
  sx_buffer_clear (&self->out);
  g_clear_pointer (&self->low, g_bytes_unref);
  g_clear_pointer (&self->high, g_bytes_unref);
}
