/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Selecting and joining rows. Everything is one kernel, sx_column_gather(), which copies cells from several sources; categories
 * are brought to one dictionary before. */

#include "config.h"

#include "sx-column-private.h"

#include <string.h>

static inline const SxColumn *
source_of (SxColumn *const *columns, const guint32 *which, gsize i)
{
  return columns[which != NULL ? which[i] : 0];
}

/* The validity bits of the result; NULL when nothing is missing. */
static guint8 *
gather_validity (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows, gsize *n_missing)
{
  guint8 *validity = NULL;

  *n_missing = 0;
  if (which == NULL && columns[0]->validity == NULL)
    return NULL;
  for (gsize i = 0; i < n_rows; i++)
    *n_missing += sx_column_is_missing (source_of (columns, which, i), rows[i]);
  if (*n_missing == 0)
    return NULL;
  validity = sx_aligned_new0 ((n_rows + 7) / 8);
  for (gsize i = 0; i < n_rows; i++)
    if (!sx_column_is_missing (source_of (columns, which, i), rows[i]))
      sx_bits_set (validity, i);
  return validity;
}

static void *
gather_fixed (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows, gsize cell_size)
{
  void *values = sx_aligned_new0 (n_rows * cell_size);

  if (cell_size == 8)
    for (gsize i = 0; i < n_rows; i++)
      ((guint64 *)values)[i] = ((const guint64 *)source_of (columns, which, i)->values)[rows[i]];
  else
    for (gsize i = 0; i < n_rows; i++)
      ((guint32 *)values)[i] = ((const guint32 *)source_of (columns, which, i)->values)[rows[i]];
  return values;
}

static void *
gather_bits (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows)
{
  guint8 *values = sx_aligned_new0 ((n_rows + 7) / 8);

  for (gsize i = 0; i < n_rows; i++)
    if (sx_bits_get (source_of (columns, which, i)->values, rows[i]))
      sx_bits_set (values, i);
  return values;
}

static void *
gather_ragged (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows, gsize item_size, gint32 **offsets)
{
  gsize   end = 0;
  guint8 *values;

  *offsets = sx_aligned_new0 ((n_rows + 1) * sizeof (gint32));
  for (gsize i = 0; i < n_rows; i++)
    {
      const SxColumn *source = source_of (columns, which, i);

      end += (gsize)(source->offsets[rows[i] + 1] - source->offsets[rows[i]]);
      g_assert (end <= SX_COLUMN_MAX_TEXT);
      (*offsets)[i + 1] = (gint32)end;
    }
  values = sx_aligned_new0 (end * item_size);
  for (gsize i = 0; i < n_rows; i++)
    {
      const SxColumn *source = source_of (columns, which, i);
      gsize           n = (gsize)((*offsets)[i + 1] - (*offsets)[i]);

      if (n > 0)
        memcpy (values + (gsize)(*offsets)[i] * item_size, (const guint8 *)source->values + (gsize)source->offsets[rows[i]] * item_size, n * item_size);
    }
  return values;
}

SxColumn *
sx_column_gather (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows)
{
  SxType    type = columns[0]->type;
  gsize     n_missing;
  guint8   *validity = gather_validity (columns, which, rows, n_rows, &n_missing);
  gint32   *offsets = NULL;
  void     *values;
  SxColumn *dictionary = NULL;

  switch (type)
    {
    case SX_TYPE_BOOL:
      values = gather_bits (columns, which, rows, n_rows);
      break;
    case SX_TYPE_CATEGORY:
      values = gather_fixed (columns, which, rows, n_rows, sizeof (gint32));
      dictionary = sx_column_ref (columns[0]->dictionary);
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_IMAGE:
      values = gather_ragged (columns, which, rows, n_rows, 1, &offsets);
      break;
    case SX_TYPE_LIST:
      values = gather_ragged (columns, which, rows, n_rows, sizeof (double), &offsets);
      break;
    case SX_TYPE_INT64:
    case SX_TYPE_FLOAT64:
    case SX_TYPE_TIMESTAMP:
    default:
      values = gather_fixed (columns, which, rows, n_rows, sizeof (gint64));
      break;
    }
  return sx_column_new_take (type, n_rows, n_missing, validity, values, offsets, dictionary);
}

SxColumn *
sx_column_take (SxColumn *self, const guint32 *rows, gsize n_rows)
{
  g_return_val_if_fail (self != NULL, NULL);
  return sx_column_gather (&self, NULL, rows, n_rows);
}

static void
release_column (gpointer column)
{
  sx_column_unref (column);
}

/* Fixed-size cells of a slice that starts at a byte of the bit buffers need no copy. */
static SxColumn *
slice_view (SxColumn *self, gsize first, gsize n_rows)
{
  gsize         cell = self->type == SX_TYPE_CATEGORY ? sizeof (gint32) : sizeof (gint64);
  const guint8 *validity = self->validity != NULL ? self->validity + first / 8 : NULL;
  gsize         n_missing = validity != NULL ? n_rows - sx_bits_count (validity, n_rows) : 0;

  return sx_column_new_borrowed (self->type, n_rows, n_missing, validity, (const guint8 *)self->values + first * cell, NULL,
                                 self->dictionary != NULL ? sx_column_ref (self->dictionary) : NULL, sx_column_ref (self), release_column);
}

SxColumn *
sx_column_slice (SxColumn *self, gsize first, gsize n_rows)
{
  g_autofree guint32 *rows = NULL;

  g_assert (first + n_rows <= self->n_rows);
  if (first == 0 && n_rows == self->n_rows)
    return sx_column_ref (self);
  if (first % (8 * SX_COLUMN_ALIGNMENT) == 0 && self->offsets == NULL && self->type != SX_TYPE_BOOL)
    return slice_view (self, first, n_rows);
  rows = g_new (guint32, n_rows);
  for (gsize i = 0; i < n_rows; i++)
    rows[i] = (guint32)(first + i);
  return sx_column_gather (&self, NULL, rows, n_rows);
}

/* The codes of @column in the dictionary that @builder is interning. */
static gint32 *
map_dictionary (const SxColumn *dictionary, GHashTable *codes, SxColumnBuilder *texts)
{
  gint32 *map = g_new (gint32, MAX (dictionary->n_rows, 1));

  for (gsize i = 0; i < dictionary->n_rows; i++)
    {
      gsize       size;
      const char *text = sx_column_get_text (dictionary, i, &size);
      g_autoptr (GBytes) key = g_bytes_new (text, size);
      gpointer code;

      if (!g_hash_table_lookup_extended (codes, key, NULL, &code))
        {
          code = GINT_TO_POINTER ((int)sx_column_builder_get_n_rows (texts));
          g_hash_table_insert (codes, g_bytes_ref (key), code);
          sx_column_builder_append_text (texts, text, size);
        }
      map[i] = GPOINTER_TO_INT (code);
    }
  return map;
}

static SxColumn *
recode (SxColumn *self, const gint32 *map, SxColumn *dictionary)
{
  gint32 *codes = sx_aligned_new0 (self->n_rows * sizeof (gint32));
  void   *validity = NULL;

  for (gsize i = 0; i < self->n_rows; i++)
    if (!sx_column_is_missing (self, i))
      codes[i] = map[sx_column_get_code (self, i)];
  if (self->validity != NULL)
    {
      validity = sx_aligned_new0 ((self->n_rows + 7) / 8);
      memcpy (validity, self->validity, (self->n_rows + 7) / 8);
    }
  return sx_column_new_take (SX_TYPE_CATEGORY, self->n_rows, self->n_missing, validity, codes, NULL, sx_column_ref (dictionary));
}

SxColumn **
sx_columns_unify (SxColumn *const *columns, guint n_columns)
{
  SxColumn **result = g_new0 (SxColumn *, n_columns + 1);
  gboolean   differ = FALSE;

  for (guint i = 0; i < n_columns; i++)
    differ |= columns[i]->dictionary != columns[0]->dictionary;
  if (!differ)
    {
      for (guint i = 0; i < n_columns; i++)
        result[i] = sx_column_ref (columns[i]);
      return result;
    }

  g_autoptr (GHashTable) codes = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_autoptr (SxColumnBuilder) texts = sx_column_builder_new (SX_TYPE_STRING);
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SxColumn) dictionary = NULL;

  for (guint i = 0; i < n_columns; i++)
    g_ptr_array_add (maps, map_dictionary (columns[i]->dictionary, codes, texts));
  dictionary = sx_column_builder_finish (texts);
  for (guint i = 0; i < n_columns; i++)
    result[i] = recode (columns[i], g_ptr_array_index (maps, i), dictionary);
  return result;
}

static void
free_columns (SxColumn **columns)
{
  for (guint i = 0; columns[i] != NULL; i++)
    sx_column_unref (columns[i]);
  g_free (columns);
}

SxColumn *
sx_column_concat (SxType type, SxColumn *const *columns, guint n_columns)
{
  SxColumn          **unified;
  SxColumn           *result;
  g_autofree guint32 *which = NULL, *rows = NULL;
  gsize               n_rows = 0, at = 0;

  if (n_columns == 0)
    {
      g_autoptr (SxColumnBuilder) empty = sx_column_builder_new (type);

      return sx_column_builder_finish (empty);
    }
  if (n_columns == 1)
    return sx_column_ref (columns[0]);
  for (guint i = 0; i < n_columns; i++)
    n_rows += columns[i]->n_rows;
  which = g_new (guint32, MAX (n_rows, 1));
  rows = g_new (guint32, MAX (n_rows, 1));
  for (guint i = 0; i < n_columns; i++)
    for (gsize row = 0; row < columns[i]->n_rows; row++, at++)
      {
        which[at] = i;
        rows[at] = (guint32)row;
      }
  unified = sx_columns_unify (columns, n_columns);
  result = sx_column_gather (unified, which, rows, n_rows);
  free_columns (unified);
  return result;
}
