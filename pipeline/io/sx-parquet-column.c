/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A column chunk, read so many rows at a time, over the borders of its pages.
 *
 * A page has levels and values. The definition level says whether a value is there; for lists the repetition level says whether a new
 * row begins. Values are decoded end to end into the piece at hand and then spread to their rows, from the back, with zeros between. */

#include "config.h"

#include "sx-parquet-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Some old writers forgot the header of the dictionary in the size of a chunk. */
#define CHUNK_SLACK 128

struct _SxParquetColumn
{
  const SxParquetLeaf *leaf;
  const char          *place; /* the file */
  const guint8        *at, *end;
  SxCodec              codec;
  guint64              n_left; /* levels of pages not begun yet */
  /* The page at hand */
  SxBuffer           bytes;  /* decompressed */
  gsize              n_page; /* levels of it that are left */
  SxParquetRuns      definitions;
  guint8            *levels; /* lists: repetition, then definition levels of the whole page */
  gsize              n_levels, level;
  SxParquetValues    values;
  SxArrowDictionary *dictionary; /* (nullable): of a category */
  /* The piece at hand */
  gsize    n_rows, n_missing;
  SxBuffer validity, data, offsets; /* of rows, or of the items of lists */
  gsize    n_items, n_items_missing;
  SxBuffer item_validity;
  gsize    n_scratch;
  guint8  *present;
  guint32 *lengths, *indices;
};

SxParquetColumn *
sx_parquet_column_new (const SxParquetLeaf *leaf, const SxParquetChunk *chunk, const guint8 *data, gsize size, const char *place)
{
  SxParquetColumn *self = g_new0 (SxParquetColumn, 1);

  self->leaf = self->values.leaf = leaf;
  self->place = place;
  self->at = data + chunk->start;
  self->end = data + MIN (size, chunk->start + chunk->compressed_size + CHUNK_SLACK);
  self->codec = (SxCodec)chunk->codec;
  self->n_left = chunk->n_values;
  return self;
}

void
sx_parquet_column_free (SxParquetColumn *self)
{
  if (self == NULL)
    return;
  sx_parquet_values_clear (&self->values);
  g_clear_pointer (&self->dictionary, sx_arrow_dictionary_unref);
  sx_buffer_clear (&self->bytes);
  sx_buffer_clear (&self->validity);
  sx_buffer_clear (&self->data);
  sx_buffer_clear (&self->offsets);
  sx_buffer_clear (&self->item_validity);
  g_free (self->levels);
  g_free (self->present);
  g_free (self->lengths);
  g_free (self->indices);
  g_free (self);
}

static gboolean
set_damaged (SxParquetColumn *self, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is damaged at column “%s”: %s. Get a whole copy of it, or write it again."), self->place, self->leaf->field->name, what);
  return FALSE;
}

/* ---- pages ---- */

/* The bytes of a page from @data on: as they stand, or decompressed. */
static gboolean
unpack (SxParquetColumn *self, const guint8 *data, gsize compressed_size, gsize size, gboolean is_compressed, const guint8 **out, GError **error)
{
  *out = data;
  if (!is_compressed || self->codec == SX_CODEC_NONE)
    return compressed_size == size || set_damaged (self, _ ("a page has two sizes"), error);
  if (!sx_codec_is_plausible (self->codec, compressed_size, size))
    return set_damaged (self, _ ("a page claims a size that it cannot have"), error);
  /* Eight bytes more, which a page of no bytes has as well. */
  sx_buffer_reserve (&self->bytes, size + 8);
  *out = self->bytes.data;
  if (size == 0)
    return TRUE;
  return sx_codec_decompress (self->codec, data, compressed_size, self->bytes.data, size) || set_damaged (self, _ ("a page cannot be decompressed"), error);
}

static gboolean
read_dictionary (SxParquetColumn *self, const SxParquetPage *page, GError **error)
{
  const guint8 *data;

  if (!unpack (self, self->at, page->compressed_size, page->size, TRUE, &data, error))
    return FALSE;
  if (self->values.dictionary != NULL || (page->encoding != SX_PARQUET_PLAIN && page->encoding != SX_PARQUET_PLAIN_DICTIONARY) || !sx_parquet_values_set_dictionary (&self->values, data, page->size, page->n_values))
    return set_damaged (self, _ ("its dictionary cannot be understood"), error);
  return TRUE;
}

static guint
get_width (guint max)
{
  return max > 0 ? g_bit_storage (max) : 0;
}

/* Levels of a page of version 1: after their size, unless they are packed in the old way. */
static gboolean
begin_levels (SxParquetColumn *self, SxParquetRuns *runs, guint max, SxParquetEncoding encoding, gsize n_values, const guint8 **at, const guint8 *end)
{
  guint   width = get_width (max);
  guint32 size;

  if (width == 0)
    return TRUE;
  if (encoding == SX_PARQUET_BIT_PACKED)
    {
      size = (guint32)(((guint64)n_values * width + 7) / 8);
      if (size > (gsize)(end - *at))
        return FALSE;
      sx_parquet_runs_init (runs, *at, *at + size, width);
      runs->is_old = TRUE;
      *at += size;
      return TRUE;
    }
  if (encoding != SX_PARQUET_RLE || end - *at < 4)
    return FALSE;
  memcpy (&size, *at, 4);
  size = GUINT32_FROM_LE (size);
  *at += 4;
  if (size > (gsize)(end - *at))
    return FALSE;
  sx_parquet_runs_init (runs, *at, *at + size, width);
  *at += size;
  return TRUE;
}

static gboolean
begin_data_v1 (SxParquetColumn *self, const SxParquetPage *page, SxParquetRuns *repetitions, const guint8 **at, const guint8 **end, GError **error)
{
  if (!unpack (self, self->at, page->compressed_size, page->size, TRUE, at, error))
    return FALSE;
  *end = *at + page->size;
  return (begin_levels (self, repetitions, self->leaf->max_repetition, page->repetition_encoding, page->n_values, at, *end) &&
          begin_levels (self, &self->definitions, self->leaf->max_definition, page->definition_encoding, page->n_values, at, *end)) ||
         set_damaged (self, _ ("the levels of a page cannot be understood"), error);
}

static gboolean
begin_data_v2 (SxParquetColumn *self, const SxParquetPage *page, SxParquetRuns *repetitions, const guint8 **at, const guint8 **end, GError **error)
{
  gsize n_levels = page->repetition_size + page->definition_size;

  if (n_levels > page->compressed_size || n_levels > page->size)
    return set_damaged (self, _ ("the levels of a page cannot be understood"), error);
  sx_parquet_runs_init (repetitions, self->at, self->at + page->repetition_size, get_width (self->leaf->max_repetition));
  sx_parquet_runs_init (&self->definitions, self->at + page->repetition_size, self->at + n_levels, get_width (self->leaf->max_definition));
  if (!unpack (self, self->at + n_levels, page->compressed_size - n_levels, page->size - n_levels, page->is_compressed, at, error))
    return FALSE;
  *end = *at + page->size - n_levels;
  return TRUE;
}

/* A list's rows end where the next begins: its levels are had whole, to look ahead. */
static gboolean
read_levels (SxParquetColumn *self, SxParquetRuns *repetitions, GError **error)
{
  g_free (self->levels);
  self->levels = g_malloc (2 * self->n_page + 1);
  self->n_levels = self->n_page;
  self->level = 0;
  return (sx_parquet_runs_read_bytes (repetitions, self->levels, self->n_levels) && sx_parquet_runs_read_bytes (&self->definitions, self->levels + self->n_levels, self->n_levels)) ||
         set_damaged (self, _ ("the levels of a page cannot be understood"), error);
}

static gboolean
begin_data (SxParquetColumn *self, const SxParquetPage *page, GError **error)
{
  SxParquetRuns repetitions = { 0 };
  const guint8 *at, *end;
  gboolean      is_known;

  if (page->n_values > self->n_left)
    return set_damaged (self, _ ("a page has more values than the footer says"), error);
  self->n_left -= page->n_values;
  self->n_page = page->n_values;
  if (!(page->type == SX_PARQUET_PAGE_DATA ? begin_data_v1 (self, page, &repetitions, &at, &end, error) : begin_data_v2 (self, page, &repetitions, &at, &end, error)))
    return FALSE;
  if (self->leaf->max_repetition > 0 && !read_levels (self, &repetitions, error))
    return FALSE;
  if (sx_parquet_values_begin (&self->values, page->encoding, at, (gsize)(end - at), page->n_values, &is_known))
    return TRUE;
  if (is_known)
    return set_damaged (self, _ ("the values of a page cannot be understood"), error);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” has column “%s” in encoding %d, which is not read. Choose the other columns with “columns”."), self->place, self->leaf->field->name, (int)page->encoding);
  return FALSE;
}

/* The next page with rows. */
static gboolean
next_page (SxParquetColumn *self, GError **error)
{
  while (self->n_page == 0)
    {
      SxParquetPage page;

      if (self->n_left == 0)
        return set_damaged (self, _ ("it has fewer rows than the footer says"), error);
      if (!sx_parquet_page_parse (&page, &self->at, self->end))
        return set_damaged (self, _ ("the header of a page cannot be understood"), error);
      if (page.type == SX_PARQUET_PAGE_DICTIONARY ? !read_dictionary (self, &page, error) : page.type != SX_PARQUET_PAGE_INDEX && !begin_data (self, &page, error))
        return FALSE;
      self->at += page.compressed_size;
    }
  return TRUE;
}

/* ---- from values to rows ---- */

static void
reserve_scratch (SxParquetColumn *self, gsize n)
{
  if (n <= self->n_scratch)
    return;
  self->n_scratch = n;
  self->present = g_realloc (self->present, n);
  self->lengths = g_renew (guint32, self->lengths, n);
  self->indices = g_renew (guint32, self->indices, n);
}

/* @n values, of which the first @n_present stand at the front, to the places that are present. */
static inline void
spread_sized (guint8 *values, gsize size, const guint8 *present, gsize n, gsize n_present)
{
  gsize from = n_present;

  for (gsize to = n; to-- > 0 && from <= to;)
    if (present[to])
      {
        from--;
        memmove (values + to * size, values + from * size, size);
      }
    else
      memset (values + to * size, 0, size);
}

static void
spread (guint8 *values, gsize size, const guint8 *present, gsize n, gsize n_present)
{
  if (n_present == n)
    return;
  if (size == 8)
    spread_sized (values, 8, present, n, n_present);
  else if (size == 4)
    spread_sized (values, 4, present, n, n_present);
  else if (size == 1)
    spread_sized (values, 1, present, n, n_present);
  else
    spread_sized (values, size, present, n, n_present);
}

static gboolean
set_value_error (SxParquetColumn *self, GError **error)
{
  if (!self->values.is_too_large)
    return set_damaged (self, _ ("a page has fewer values than it says, or others"), error);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("Column “%s” has more than %d MiB of text in %d rows, which is not read."), self->leaf->field->name, (int)(SX_PARQUET_MAX_TEXT >> 20), SX_BATCH_MAX_ROWS);
  return FALSE;
}

/* Bytes become text that grows, and an end for each row. */
static gboolean
append_bytes (SxParquetColumn *self, gsize n, gsize n_present, GError **error)
{
  gint32 *ends;
  gsize   end = self->data.size, value = 0;

  if (!sx_parquet_values_read_bytes (&self->values, n_present, &self->data, self->lengths, self->indices))
    return set_value_error (self, error);
  if (self->data.size > SX_PARQUET_MAX_TEXT)
    {
      self->values.is_too_large = TRUE;
      return set_value_error (self, error);
    }
  if (self->offsets.size == 0)
    self->offsets.size = sizeof (gint32);
  sx_buffer_reserve (&self->offsets, self->offsets.size + n * sizeof (gint32));
  ends = (gint32 *)(gpointer)(self->offsets.data + self->offsets.size);
  self->offsets.size += n * sizeof (gint32);
  for (gsize i = 0; i < n; i++)
    {
      if (n_present == n || self->present[i])
        end += self->lengths[value++];
      ends[i] = (gint32)end;
    }
  return TRUE;
}

static gboolean
append_fixed (SxParquetColumn *self, gsize n, gsize n_present, GError **error)
{
  gsize size = self->leaf->size, before = self->data.size;

  if (!sx_parquet_values_read (&self->values, n_present, &self->data))
    return set_value_error (self, error);
  if (n_present == n)
    return TRUE;
  sx_buffer_reserve (&self->data, before + n * size);
  self->data.size = before + n * size;
  spread (self->data.data + before, size, self->present, n, n_present);
  return TRUE;
}

static gboolean
append_codes (SxParquetColumn *self, gsize n, gsize n_present, GError **error)
{
  gsize before = self->data.size;

  if (!sx_parquet_values_read_codes (&self->values, n_present, &self->data))
    return set_value_error (self, error);
  sx_buffer_reserve (&self->data, before + n * sizeof (guint32));
  self->data.size = before + n * sizeof (guint32);
  spread (self->data.data + before, sizeof (guint32), self->present, n, n_present);
  return TRUE;
}

/* Bytes of 0 and 1 to bits. */
static void
pack_bits (guint8 *bits, gsize at, const guint8 *present, gsize n)
{
  gsize i = 0;

  /* Eight at once: the product moves bit 0 of byte i to bit i of the highest byte. */
  for (; at % 8 == 0 && i + 8 <= n; i += 8)
    {
      guint64 word;

      memcpy (&word, present + i, 8);
      bits[(at + i) / 8] = (guint8)(GUINT64_FROM_LE (word) * 0x0102040810204080u >> 56);
    }
  for (; i < n; i++)
    if (present[i])
      sx_bits_set (bits, at + i);
}

/* Marks @n cells behind the first @before; the bits come into being with the first missing one. */
static void
append_validity (const guint8 *present, SxBuffer *bits, gsize before, gsize *n_missing, gsize n, gsize n_present)
{
  if (n_present == n && *n_missing == 0)
    return;
  sx_buffer_reserve (bits, (before + n + 7) / 8);
  if (*n_missing == 0)
    sx_bits_copy (bits->data, 0, NULL, 0, before);
  if (n_present == n)
    sx_bits_copy (bits->data, before, NULL, 0, n);
  else
    pack_bits (bits->data, before, present, n);
  *n_missing += n - n_present;
}

static gboolean
append_cells (SxParquetColumn *self, SxBuffer *bits, gsize before, gsize *n_missing, gsize n, gsize n_present, GError **error)
{
  append_validity (self->present, bits, before, n_missing, n, n_present);
  if (self->leaf->field->index_width > 0)
    return append_codes (self, n, n_present, error);
  return self->leaf->size > 0 ? append_fixed (self, n, n_present, error) : append_bytes (self, n, n_present, error);
}

/* ---- flat columns ---- */

/* Levels to 0 and 1; gives the number of the latter. In blocks, whose counts fit into a byte, so that the compiler can take many at once. */
static gsize
mark_present (guint8 *levels, guint8 max, gsize n)
{
  gsize n_present = 0;

  for (gsize first = 0; first < n; first += 128)
    {
      guint8 *block = levels + first;
      gsize   n_block = MIN (128, n - first);
      guint8  count = 0;

      for (gsize i = 0; i < n_block; i++)
        {
          block[i] = block[i] == max;
          count = (guint8)(count + block[i]);
        }
      n_present += count;
    }
  return n_present;
}

/* Which of the next @n rows have a value; how many that are. */
static gboolean
read_present (SxParquetColumn *self, gsize n, gsize *n_present, GError **error)
{
  guint8 max = (guint8)self->leaf->max_definition;

  *n_present = n;
  if (max == 0)
    return TRUE;
  if (!sx_parquet_runs_read_bytes (&self->definitions, self->present, n))
    return set_damaged (self, _ ("the levels of a page cannot be understood"), error);
  *n_present = mark_present (self->present, max, n);
  return TRUE;
}

static gboolean
read_flat (SxParquetColumn *self, gsize n_rows, GError **error)
{
  sx_buffer_reserve (&self->data, n_rows * self->leaf->size);
  while (self->n_rows < n_rows)
    {
      gsize n, n_present;

      if (!next_page (self, error))
        return FALSE;
      n = MIN (self->n_page, n_rows - self->n_rows);
      reserve_scratch (self, n);
      if (!read_present (self, n, &n_present, error) || !append_cells (self, &self->validity, self->n_rows, &self->n_missing, n, n_present, error))
        return FALSE;
      self->n_rows += n;
      self->n_page -= n;
    }
  return TRUE;
}

/* ---- lists ---- */

/* A row that begins, and may end, after @n_items. */
static void
append_row (SxParquetColumn *self, gboolean is_present, gsize n_items)
{
  guint8 present = is_present ? 1 : 0;

  append_validity (&present, &self->validity, self->n_rows, &self->n_missing, 1, present);
  if (self->offsets.size == 0)
    self->offsets.size = sizeof (gint32);
  sx_buffer_reserve (&self->offsets, self->offsets.size + sizeof (gint32));
  *(gint32 *)(gpointer)(self->offsets.data + self->offsets.size) = (gint32)n_items;
  self->offsets.size += sizeof (gint32);
  self->n_rows++;
}

/* The levels of the page at hand up to the end of row @n_rows or of the page: rows are begun, items counted and marked. */
static gsize
walk_levels (SxParquetColumn *self, gsize n_rows, gsize *n_items, gsize *n_present)
{
  const guint8 *repetitions = self->levels, *definitions = self->levels + self->n_levels;
  gsize         at = self->level;

  *n_items = *n_present = 0;
  for (; at < self->n_levels; at++)
    {
      guint definition = definitions[at];

      if (repetitions[at] == 0)
        {
          if (self->n_rows == n_rows)
            break;
          append_row (self, definition + 1 >= self->leaf->list_definition, self->n_items + *n_items);
        }
      if (definition < self->leaf->list_definition)
        continue;
      self->present[*n_items] = definition == self->leaf->max_definition;
      *n_present += self->present[*n_items];
      ++*n_items;
      /* The end of the row so far. */
      *(gint32 *)(gpointer)(self->offsets.data + self->offsets.size - sizeof (gint32)) = (gint32)(self->n_items + *n_items);
    }
  return at;
}

static gboolean
read_lists (SxParquetColumn *self, gsize n_rows, GError **error)
{
  while (TRUE)
    {
      gsize at, n_items, n_present;

      /* The last row may go on in the next page. */
      if (self->n_page == 0 && self->n_left == 0 && self->n_rows == n_rows)
        return TRUE;
      if (!next_page (self, error))
        return FALSE;
      if (self->n_rows == 0 && self->levels[self->level] != 0)
        return set_damaged (self, _ ("a page goes on with a row that was not begun"), error);
      reserve_scratch (self, self->n_levels - self->level);
      at = walk_levels (self, n_rows, &n_items, &n_present);
      if (self->n_items + n_items > SX_PARQUET_MAX_TEXT / sizeof (double))
        {
          self->values.is_too_large = TRUE;
          return set_value_error (self, error);
        }
      if (!append_cells (self, &self->item_validity, self->n_items, &self->n_items_missing, n_items, n_present, error))
        return FALSE;
      self->n_items += n_items;
      self->n_page -= at - self->level;
      self->level = at;
      if (self->n_page > 0)
        return TRUE; /* the next row begins here */
    }
}

/* ---- steps from stored values to Arrow's ---- */

/* INT96: nanoseconds of the day, then the Julian day. */
static void
convert_julian (SxParquetColumn *self, gsize n)
{
  SxBuffer out = { 0 };

  sx_buffer_reserve (&out, n * 8 + 1);
  for (gsize i = 0; i < n; i++)
    {
      guint64 nanoseconds;
      guint32 day;
      gint64  value;

      memcpy (&nanoseconds, self->data.data + i * 12, 8);
      memcpy (&day, self->data.data + i * 12 + 8, 4);
      nanoseconds = GUINT64_FROM_LE (nanoseconds);
      /* Within 32 bits of days nothing overflows but the extremes, which wrap round. */
      value = (gint64)((guint64)((gint64)GUINT32_FROM_LE (day) - 2440588) * G_GUINT64_CONSTANT (86400000000) + nanoseconds / 1000);
      if (day == 0 && nanoseconds == 0)
        value = 0; /* a missing cell */
      memcpy (out.data + i * 8, &value, 8);
    }
  sx_buffer_clear (&self->data);
  self->data = out;
}

/* Decimals of bytes are big-endian; Arrow's little-endian and of one size. FALSE for one that is too long. */
static gboolean
convert_big_endian (SxParquetColumn *self, gsize n, gsize size)
{
  SxBuffer      out = { 0 };
  const gint32 *ends = self->leaf->size == 0 ? (const gint32 *)(gpointer)self->offsets.data : NULL;

  sx_buffer_reserve (&out, n * size + 1);
  for (gsize i = 0; i < n; i++)
    {
      gsize         begin = ends != NULL ? (gsize)ends[i] : i * self->leaf->size;
      gsize         length = ends != NULL ? (gsize)(ends[i + 1] - ends[i]) : self->leaf->size;
      const guint8 *from = self->data.data + begin;
      guint8       *to = out.data + i * size;

      if (length > size)
        {
          sx_buffer_clear (&out);
          return FALSE;
        }
      memset (to, length > 0 && from[0] & 0x80 ? 0xff : 0, size);
      for (gsize k = 0; k < length; k++)
        to[k] = from[length - 1 - k];
    }
  sx_buffer_clear (&self->data);
  sx_buffer_clear (&self->offsets);
  self->data = out;
  return TRUE;
}

static void
convert_uuids (SxParquetColumn *self, gsize n)
{
  static const char digits[] = "0123456789abcdef";
  SxBuffer          text = { 0 }, offsets = { 0 };

  sx_buffer_reserve (&text, n * 36 + 1);
  sx_buffer_reserve (&offsets, (n + 1) * sizeof (gint32));
  for (gsize i = 0; i < n; i++)
    {
      gboolean is_missing = self->n_missing > 0 && !sx_bits_get (self->validity.data, i);

      for (gsize k = 0; !is_missing && k < 16; k++)
        {
          guint8 byte = self->data.data[i * 16 + k];

          if (k == 4 || k == 6 || k == 8 || k == 10)
            text.data[text.size++] = '-';
          text.data[text.size++] = (guint8)digits[byte >> 4];
          text.data[text.size++] = (guint8)digits[byte & 15];
        }
      ((gint32 *)(gpointer)offsets.data)[i + 1] = (gint32)text.size;
    }
  offsets.size = (n + 1) * sizeof (gint32);
  sx_buffer_clear (&self->data);
  self->data = text;
  self->offsets = offsets;
}

/* Booleans are decoded as bytes. */
static void
convert_booleans (SxParquetColumn *self, gsize n)
{
  SxBuffer out = { 0 };

  sx_buffer_reserve (&out, n / 8 + 1);
  pack_bits (out.data, 0, self->data.data, n);
  sx_buffer_clear (&self->data);
  self->data = out;
}

static gboolean
convert (SxParquetColumn *self, gsize n, GError **error)
{
  const SxArrowField *field = self->leaf->max_repetition > 0 ? g_ptr_array_index (self->leaf->field->children, 0) : self->leaf->field;

  if (self->leaf->physical == SX_PARQUET_BOOLEAN)
    convert_booleans (self, n);
  switch (self->leaf->step)
    {
    case SX_PARQUET_JULIAN:
      convert_julian (self, n);
      break;
    case SX_PARQUET_BIG_ENDIAN:
      return convert_big_endian (self, n, field->width / 8) || set_damaged (self, _ ("a decimal has more digits than there are"), error);
    case SX_PARQUET_HYPHENS:
      convert_uuids (self, n);
      break;
    case SX_PARQUET_KEEP:
    default:
      break;
    }
  return TRUE;
}

/* ---- the array ---- */

static void
give_buffer (SxArrowOwner *owner, SxBuffer *buffer, SxArrowBytes *bytes, gsize size)
{
  bytes->size = size;
  bytes->data = sx_buffer_steal (buffer);
  sx_arrow_owner_take (owner, (gpointer)bytes->data);
}

/* Values of @n cells: one buffer, or offsets and text. */
static void
give_values (SxParquetColumn *self, gsize n, const SxArrowField *field, SxArrowView *view, SxArrowOwner *owner)
{
  if ((field->kind == SX_ARROW_UTF8 || field->kind == SX_ARROW_BINARY) && field->index_width == 0)
    {
      sx_buffer_reserve (&self->offsets, (n + 1) * sizeof (gint32));
      give_buffer (owner, &self->offsets, &view->buffers[1], (n + 1) * sizeof (gint32));
      give_buffer (owner, &self->data, &view->buffers[2], self->data.size);
    }
  else
    give_buffer (owner, &self->data, &view->buffers[1], G_MAXSIZE);
}

static void
give_array (SxParquetColumn *self, SxArrowView *view, SxArrowOwner *owner)
{
  const SxArrowField *field = self->leaf->field;
  gboolean            is_list = self->leaf->max_repetition > 0;

  sx_arrow_view_init (view, 3, is_list ? 1 : 0);
  view->n_rows = self->n_rows;
  view->n_missing = (gint64)self->n_missing;
  view->is_clean = TRUE;
  if (self->n_missing > 0)
    give_buffer (owner, &self->validity, &view->buffers[0], (self->n_rows + 7) / 8);
  if (!is_list)
    {
      give_values (self, self->n_rows, field, view, owner);
      return;
    }
  /* The offsets are those of the rows: items of a list are never bytes of different sizes. */
  give_buffer (owner, &self->offsets, &view->buffers[1], (self->n_rows + 1) * sizeof (gint32));
  sx_arrow_view_init (&view->children[0], 3, 0);
  view->children[0].n_rows = self->n_items;
  view->children[0].n_missing = (gint64)self->n_items_missing;
  if (self->n_items_missing > 0)
    give_buffer (owner, &self->item_validity, &view->children[0].buffers[0], (self->n_items + 7) / 8);
  give_values (self, self->n_items, g_ptr_array_index (field->children, 0), &view->children[0], owner);
}

/* All texts of the dictionary so far, as a column. */
static SxColumn *
make_texts (SxParquetColumn *self, GError **error)
{
  const SxParquetValues *values = &self->values;
  gsize                  n = values->n_dictionary, size = n > 0 ? values->dictionary_ends[n] : 0;
  guint8                *ends = sx_aligned_new0 ((n + 1) * sizeof (gint32)), *bytes = sx_aligned_new0 (size);
  SxArrowField           field = *self->leaf->field;
  g_autoptr (SxArrowOwner) owner = sx_arrow_owner_new (NULL, NULL);
  g_auto (SxArrowView) plain = { 0 };

  sx_arrow_owner_take (owner, ends);
  sx_arrow_owner_take (owner, bytes);
  if (n > 0)
    {
      memcpy (ends, values->dictionary_ends, (n + 1) * sizeof (gint32));
      memcpy (bytes, values->dictionary, size);
    }
  field.index_width = 0;
  sx_arrow_view_init (&plain, 3, 0);
  plain.n_rows = n;
  plain.n_missing = 0;
  plain.buffers[1] = (SxArrowBytes){ ends, (n + 1) * sizeof (gint32) };
  plain.buffers[2] = (SxArrowBytes){ bytes, size };
  return sx_arrow_convert (&field, &plain, owner, error);
}

/* The dictionary of a category, made anew when it has grown. */
static gboolean
give_dictionary (SxParquetColumn *self, SxArrowView *view, GError **error)
{
  if (self->dictionary == NULL || self->dictionary->given->n_rows != self->values.n_dictionary)
    {
      g_autoptr (SxColumn) texts = make_texts (self, error);

      if (texts == NULL)
        return FALSE;
      g_clear_pointer (&self->dictionary, sx_arrow_dictionary_unref);
      self->dictionary = sx_arrow_dictionary_new (texts);
    }
  view->dictionary = sx_arrow_dictionary_ref (self->dictionary);
  return TRUE;
}

gboolean
sx_parquet_column_read (SxParquetColumn *self, gsize n_rows, SxArrowView *view, SxArrowOwner *owner, GError **error)
{
  gboolean is_list = self->leaf->max_repetition > 0;

  self->n_rows = self->n_missing = self->n_items = self->n_items_missing = 0;
  sx_buffer_clear (&self->validity);
  sx_buffer_clear (&self->item_validity);
  sx_buffer_clear (&self->data);
  sx_buffer_clear (&self->offsets);
  if (self->leaf->field->kind == SX_ARROW_NULL)
    {
      sx_arrow_view_init (view, 0, 0);
      view->n_rows = n_rows;
      return TRUE;
    }
  if (!(is_list ? read_lists (self, n_rows, error) : read_flat (self, n_rows, error)) || !convert (self, is_list ? self->n_items : self->n_rows, error))
    return FALSE;
  give_array (self, view, owner);
  return self->leaf->field->index_width == 0 || give_dictionary (self, view, error);
}
