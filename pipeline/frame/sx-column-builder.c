/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Building a column row by row. The validity bits come into being with the first missing cell; until then the column costs none.
 * Categories are interned in an open-addressing table of dictionary indices: the text itself lies only in the dictionary's buffers. */

#include "config.h"

#include "sx-column-private.h"

#include "sx-number.h"

#include <math.h>
#include <string.h>

#define DICTIONARY_MIN_SLOTS 64

/* The texts of a category so far, and where each is found by its hash. */
typedef struct
{
  SxBuffer offsets; /* gint32[n + 1] */
  SxBuffer bytes;
  gint32   n;
  gint32  *slots;  /* index + 1, or 0 */
  guint32 *hashes; /* of the texts, by index */
  gsize    n_hashes;
  gsize    n_slots; /* a power of two */
} Dictionary;

struct _SxColumnBuilder
{
  SxType     type;
  gsize      n_rows;
  gsize      n_missing;
  SxBuffer   validity;
  SxBuffer   values;
  SxBuffer   offsets;
  gint32     last_code; /* the cell before is often the same */
  Dictionary dictionary;
  SxColumn  *shared; /* (nullable): dictionary given out last; valid while no text was added */
};

static guint32
hash_text (const char *text, gsize size)
{
  guint64 hash = 0xcbf29ce484222325u ^ size;
  guint64 word;

  for (; size >= 8; text += 8, size -= 8)
    {
      memcpy (&word, text, 8);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32;
    }
  word = 0;
  memcpy (&word, text, size);
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return (guint32)(hash ^ (hash >> 29));
}

static void
dictionary_init (Dictionary *self)
{
  sx_buffer_reserve (&self->offsets, sizeof (gint32));
  self->offsets.size = sizeof (gint32);
  self->n_slots = DICTIONARY_MIN_SLOTS;
  self->slots = g_new0 (gint32, self->n_slots);
  self->n_hashes = self->n_slots / 2;
  self->hashes = g_new (guint32, self->n_hashes);
}

static void
dictionary_clear (Dictionary *self)
{
  sx_buffer_clear (&self->offsets);
  sx_buffer_clear (&self->bytes);
  g_clear_pointer (&self->slots, g_free);
  g_clear_pointer (&self->hashes, g_free);
}

static void
dictionary_rehash (Dictionary *self)
{
  self->n_slots *= 2;
  g_free (self->slots);
  self->slots = g_new0 (gint32, self->n_slots);
  self->n_hashes = self->n_slots / 2;
  self->hashes = g_renew (guint32, self->hashes, self->n_hashes);
  for (gint32 i = 0; i < self->n; i++)
    {
      gsize slot = self->hashes[i] & (self->n_slots - 1);

      while (self->slots[slot] != 0)
        slot = (slot + 1) & (self->n_slots - 1);
      self->slots[slot] = i + 1;
    }
}

static inline gboolean
dictionary_is (const Dictionary *self, gint32 code, const char *text, gsize size)
{
  const gint32 *offsets = (gconstpointer)self->offsets.data;

  return (gsize)(offsets[code + 1] - offsets[code]) == size && memcmp (self->bytes.data + offsets[code], text, size) == 0;
}

static gint32
dictionary_add (Dictionary *self, const char *text, gsize size, guint32 hash)
{
  gint32 *ends;

  g_assert (self->bytes.size + size <= SX_COLUMN_MAX_TEXT);
  sx_buffer_reserve (&self->bytes, self->bytes.size + size + 1);
  memcpy (self->bytes.data + self->bytes.size, text, size);
  self->bytes.size += size;
  sx_buffer_reserve (&self->offsets, self->offsets.size + sizeof (gint32));
  ends = (gpointer)self->offsets.data;
  ends[self->n + 1] = (gint32)self->bytes.size;
  self->offsets.size += sizeof (gint32);
  self->hashes[self->n] = hash;
  return self->n++;
}

/* The code of @text, which is added when new. */
static gint32
dictionary_intern (Dictionary *self, const char *text, gsize size, gboolean *is_new)
{
  guint32 hash = hash_text (text, size);
  gsize   slot = hash & (self->n_slots - 1);
  gint32  code;

  *is_new = FALSE;
  for (; self->slots[slot] != 0; slot = (slot + 1) & (self->n_slots - 1))
    {
      code = self->slots[slot] - 1;
      if (self->hashes[code] == hash && dictionary_is (self, code, text, size))
        return code;
    }
  *is_new = TRUE;
  code = dictionary_add (self, text, size, hash);
  self->slots[slot] = code + 1;
  if ((gsize)self->n == self->n_hashes)
    dictionary_rehash (self);
  return code;
}

/* A copy of the texts so far as a string column. */
static SxColumn *
dictionary_to_column (const Dictionary *self)
{
  SxBuffer offsets = { 0 }, bytes = { 0 };

  sx_buffer_reserve (&offsets, self->offsets.size);
  memcpy (offsets.data, self->offsets.data, self->offsets.size);
  sx_buffer_reserve (&bytes, MAX (self->bytes.size, 1));
  if (self->bytes.size > 0)
    memcpy (bytes.data, self->bytes.data, self->bytes.size);
  return sx_column_new_take (SX_TYPE_STRING, (gsize)self->n, 0, NULL, sx_buffer_steal (&bytes), sx_buffer_steal (&offsets), NULL);
}

static gsize
value_size (SxType type)
{
  return type == SX_TYPE_CATEGORY ? sizeof (gint32) : sizeof (gint64);
}

static gboolean
has_offsets (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_IMAGE || type == SX_TYPE_LIST;
}

static void
start_offsets (SxColumnBuilder *self)
{
  if (!has_offsets (self->type))
    return;
  sx_buffer_reserve (&self->offsets, sizeof (gint32));
  self->offsets.size = sizeof (gint32);
}

SxColumnBuilder *
sx_column_builder_new (SxType type)
{
  SxColumnBuilder *self = g_new0 (SxColumnBuilder, 1);

  self->type = type;
  if (type == SX_TYPE_CATEGORY)
    dictionary_init (&self->dictionary);
  start_offsets (self);
  return self;
}

void
sx_column_builder_free (SxColumnBuilder *self)
{
  if (self == NULL)
    return;
  sx_buffer_clear (&self->validity);
  sx_buffer_clear (&self->values);
  sx_buffer_clear (&self->offsets);
  dictionary_clear (&self->dictionary);
  g_clear_pointer (&self->shared, sx_column_unref);
  g_free (self);
}

SxType
sx_column_builder_get_type (const SxColumnBuilder *self)
{
  g_return_val_if_fail (self != NULL, SX_TYPE_INT64);
  return self->type;
}

gsize
sx_column_builder_get_n_rows (const SxColumnBuilder *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_rows;
}

/* Counts one row in; its value must be stored. */
static inline void
count_present (SxColumnBuilder *self)
{
  if (G_UNLIKELY (self->n_missing > 0))
    {
      sx_buffer_reserve (&self->validity, self->n_rows / 8 + 1);
      sx_bits_set (self->validity.data, self->n_rows);
    }
  self->n_rows++;
}

static inline void *
push_value (SxColumnBuilder *self, gsize size)
{
  void *at;

  sx_buffer_reserve (&self->values, self->values.size + size);
  at = self->values.data + self->values.size;
  self->values.size += size;
  return at;
}

static inline void
push_offset (SxColumnBuilder *self, gsize end)
{
  g_assert (end <= SX_COLUMN_MAX_TEXT);
  sx_buffer_reserve (&self->offsets, self->offsets.size + sizeof (gint32));
  *(gint32 *)(gpointer)(self->offsets.data + self->offsets.size) = (gint32)end;
  self->offsets.size += sizeof (gint32);
}

void
sx_column_builder_append_missing (SxColumnBuilder *self)
{
  g_return_if_fail (self != NULL);
  if (self->n_missing == 0)
    {
      sx_buffer_reserve (&self->validity, self->n_rows / 8 + 1);
      sx_bits_copy (self->validity.data, 0, NULL, 0, self->n_rows);
    }
  else
    sx_buffer_reserve (&self->validity, self->n_rows / 8 + 1);
  self->n_missing++;
  if (self->type == SX_TYPE_BOOL)
    sx_buffer_reserve (&self->values, self->n_rows / 8 + 1);
  else if (has_offsets (self->type))
    push_offset (self, self->type == SX_TYPE_LIST ? self->values.size / sizeof (double) : self->values.size);
  else
    memset (push_value (self, value_size (self->type)), 0, value_size (self->type));
  self->n_rows++;
}

void
sx_column_builder_append_int64 (SxColumnBuilder *self, gint64 value)
{
  g_return_if_fail (self->type == SX_TYPE_INT64 || self->type == SX_TYPE_TIMESTAMP);
  *(gint64 *)push_value (self, sizeof value) = value;
  count_present (self);
}

void
sx_column_builder_append_double (SxColumnBuilder *self, double value)
{
  g_return_if_fail (self->type == SX_TYPE_FLOAT64);
  if (isnan (value))
    {
      sx_column_builder_append_missing (self);
      return;
    }
  *(double *)push_value (self, sizeof value) = value;
  count_present (self);
}

void
sx_column_builder_append_bool (SxColumnBuilder *self, gboolean value)
{
  g_return_if_fail (self->type == SX_TYPE_BOOL);
  sx_buffer_reserve (&self->values, self->n_rows / 8 + 1);
  if (value)
    sx_bits_set (self->values.data, self->n_rows);
  count_present (self);
}

static void
append_category (SxColumnBuilder *self, const char *text, gsize size)
{
  gint32   code = self->last_code;
  gboolean is_new = FALSE;

  if (code >= self->dictionary.n || !dictionary_is (&self->dictionary, code, text, size))
    code = dictionary_intern (&self->dictionary, text, size, &is_new);
  if (is_new)
    g_clear_pointer (&self->shared, sx_column_unref);
  self->last_code = code;
  *(gint32 *)push_value (self, sizeof code) = code;
  count_present (self);
}

void
sx_column_builder_append_text (SxColumnBuilder *self, const char *text, gsize size)
{
  g_return_if_fail (self->type == SX_TYPE_STRING || self->type == SX_TYPE_CATEGORY || self->type == SX_TYPE_IMAGE);
  if (self->type == SX_TYPE_CATEGORY)
    {
      append_category (self, text, size);
      return;
    }
  if (size > 0)
    memcpy (push_value (self, size), text, size);
  push_offset (self, self->values.size);
  count_present (self);
}

void
sx_column_builder_append_list (SxColumnBuilder *self, const double *values, gsize n_values)
{
  g_return_if_fail (self->type == SX_TYPE_LIST);
  if (n_values > 0)
    memcpy (push_value (self, n_values * sizeof (double)), values, n_values * sizeof (double));
  push_offset (self, self->values.size / sizeof (double));
  count_present (self);
}

void
sx_column_builder_append_cell (SxColumnBuilder *self, const SxColumn *column, gsize row)
{
  const char *text;
  gsize       size;

  g_return_if_fail (self != NULL && row < column->n_rows);
  if (sx_column_is_missing (column, row))
    {
      sx_column_builder_append_missing (self);
      return;
    }
  switch (self->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_TIMESTAMP:
      g_assert (column->type == self->type);
      sx_column_builder_append_int64 (self, sx_column_get_int64 (column, row));
      break;
    case SX_TYPE_FLOAT64:
      sx_column_builder_append_double (self, sx_column_get_double (column, row));
      break;
    case SX_TYPE_BOOL:
      g_assert (column->type == SX_TYPE_BOOL);
      sx_column_builder_append_bool (self, sx_column_get_bool (column, row));
      break;
    case SX_TYPE_LIST:
      g_assert (column->type == SX_TYPE_LIST);
      sx_column_builder_append_list (self, (const double *)column->values + column->offsets[row], (gsize)(column->offsets[row + 1] - column->offsets[row]));
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      text = sx_column_get_text (column, row, &size);
      sx_column_builder_append_text (self, text, size);
      break;
    }
}

SxColumn *
sx_column_builder_finish (SxColumnBuilder *self)
{
  SxColumn *column, *dictionary = NULL;
  void     *validity = NULL, *offsets = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  if (self->n_missing > 0)
    {
      sx_buffer_reserve (&self->validity, (self->n_rows + 7) / 8);
      validity = sx_buffer_steal (&self->validity);
    }
  if (has_offsets (self->type))
    offsets = sx_buffer_steal (&self->offsets);
  if (self->type == SX_TYPE_CATEGORY)
    {
      if (self->shared == NULL)
        self->shared = dictionary_to_column (&self->dictionary);
      dictionary = sx_column_ref (self->shared);
    }
  column = sx_column_new_take (self->type, self->n_rows, self->n_missing, validity, sx_buffer_steal (&self->values), offsets, dictionary);
  sx_buffer_clear (&self->validity);
  self->n_rows = self->n_missing = 0;
  start_offsets (self);
  return column;
}
