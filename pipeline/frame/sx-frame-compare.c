/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What a frame says, whatever its batches: equality and the hash that stands for the data. Both walk cells column by column in row
 * order; a category cell counts as its text, and so does a string cell, but their types differ. */

#include "config.h"

#include "sx-frame.h"

#include <string.h>

/* The bytes that a present cell stands for; @number is room for one that is not text. */
static const void *
cell_bytes (const SxColumn *column, gsize row, gint64 *number, gsize *size)
{
  double value;

  *size = sizeof *number;
  switch (column->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_TIMESTAMP:
      *number = sx_column_get_int64 (column, row);
      return number;
    case SX_TYPE_FLOAT64:
      value = ((const double *)column->values)[row];
      value = value == 0 ? 0 : value; /* no sign on zero */
      memcpy (number, &value, sizeof value);
      return number;
    case SX_TYPE_BOOL:
      *number = sx_column_get_bool (column, row);
      return number;
    case SX_TYPE_LIST:
      *size = (gsize)(column->offsets[row + 1] - column->offsets[row]) * sizeof (double);
      return (const double *)column->values + column->offsets[row];
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      return sx_column_get_text (column, row, size);
    }
}

static gboolean
cells_equal (const SxColumn *a, gsize row_a, const SxColumn *b, gsize row_b)
{
  gint64      number_a, number_b;
  gsize       size_a, size_b;
  const void *bytes_a, *bytes_b;

  if (sx_column_is_missing (a, row_a) || sx_column_is_missing (b, row_b))
    return sx_column_is_missing (a, row_a) == sx_column_is_missing (b, row_b);
  bytes_a = cell_bytes (a, row_a, &number_a, &size_a);
  bytes_b = cell_bytes (b, row_b, &number_b, &size_b);
  return size_a == size_b && (size_a == 0 || memcmp (bytes_a, bytes_b, size_a) == 0);
}

gboolean
sx_frame_equal (SxFrame *a, SxFrame *b)
{
  guint n_columns;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  if (!sx_schema_equal (sx_frame_get_schema (a), sx_frame_get_schema (b)) || sx_frame_get_n_rows (a) != sx_frame_get_n_rows (b))
    return FALSE;
  n_columns = sx_schema_get_n_fields (sx_frame_get_schema (a));
  for (guint64 row = 0; row < sx_frame_get_n_rows (a); row++)
    {
      gsize    row_a, row_b;
      SxBatch *batch_a = sx_frame_locate (a, row, &row_a);
      SxBatch *batch_b = sx_frame_locate (b, row, &row_b);

      for (guint i = 0; i < n_columns; i++)
        if (!cells_equal (sx_batch_get_column (batch_a, i), row_a, sx_batch_get_column (batch_b, i), row_b))
          return FALSE;
    }
  return TRUE;
}

/* Sizes and numbers are hashed in little-endian order, so that the hash means the same everywhere. */
static void
hash_uint64 (GChecksum *checksum, guint64 value)
{
  value = GUINT64_TO_LE (value);
  g_checksum_update (checksum, (const guchar *)&value, sizeof value);
}

static void
hash_column (GChecksum *checksum, const SxColumn *column)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      gint64      number;
      gsize       size;
      const void *bytes;

      if (sx_column_is_missing (column, row))
        {
          hash_uint64 (checksum, G_MAXUINT64);
          continue;
        }
      bytes = cell_bytes (column, row, &number, &size);
      if (bytes == &number)
        {
          hash_uint64 (checksum, (guint64)number);
          continue;
        }
      hash_uint64 (checksum, size);
      g_checksum_update (checksum, bytes, (gssize)size);
    }
}

char *
sx_frame_dup_hash (SxFrame *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  SxSchema *schema = sx_frame_get_schema (self);

  hash_uint64 (checksum, sx_frame_get_n_rows (self));
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);

      g_checksum_update (checksum, (const guchar *)field->name, (gssize)strlen (field->name) + 1);
      hash_uint64 (checksum, field->type);
      for (guint batch = 0; batch < sx_frame_get_n_batches (self); batch++)
        hash_column (checksum, sx_batch_get_column (sx_frame_get_batch (self, batch), i));
    }
  return g_strdup (g_checksum_get_string (checksum));
}
