/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-row-key-private.h"

#include <math.h>
#include <string.h>

struct _SxRowKeys
{
  GPtrArray  *columns; /* of SxColumn, whole */
  GByteArray *bytes;
};

SxRowKeys *
sx_row_keys_new (SxFrame *frame, const guint *columns, guint n_columns)
{
  SxRowKeys *self = g_new0 (SxRowKeys, 1);

  self->columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  self->bytes = g_byte_array_new ();
  for (guint i = 0; i < n_columns; i++)
    g_ptr_array_add (self->columns, sx_frame_concat_column (frame, columns[i]));
  return self;
}

void
sx_row_keys_free (SxRowKeys *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->columns);
  g_byte_array_unref (self->bytes);
  g_free (self);
}

static void
append (SxRowKeys *self, char tag, const void *data, gsize size)
{
  guint32 length = (guint32)size;

  g_byte_array_append (self->bytes, (const guint8 *)&tag, 1);
  g_byte_array_append (self->bytes, (const guint8 *)&length, sizeof length);
  g_byte_array_append (self->bytes, data, (guint)size);
}

/* A whole number is keyed as such, from whatever type it comes. */
static void
append_number (SxRowKeys *self, const SxColumn *column, gsize row)
{
  double value;
  gint64 whole;

  if (column->type == SX_TYPE_INT64 || column->type == SX_TYPE_TIMESTAMP)
    {
      whole = sx_column_get_int64 (column, row);
      append (self, 'i', &whole, sizeof whole);
      return;
    }
  value = sx_column_get_double (column, row);
  if (value == floor (value) && fabs (value) < 0x1p63)
    {
      whole = (gint64)value;
      append (self, 'i', &whole, sizeof whole);
    }
  else
    append (self, 'd', &value, sizeof value);
}

GBytes *
sx_row_keys_get (SxRowKeys *self, guint64 row, gboolean skip_missing)
{
  g_byte_array_set_size (self->bytes, 0);
  for (guint i = 0; i < self->columns->len; i++)
    {
      const SxColumn *column = g_ptr_array_index (self->columns, i);

      if (sx_column_is_missing (column, row))
        {
          if (skip_missing)
            return NULL;
          append (self, '-', "", 0);
        }
      else if (sx_type_is_numeric (column->type))
        append_number (self, column, row);
      else if (column->type == SX_TYPE_LIST)
        append (self, 'l', (const double *)column->values + column->offsets[row], (gsize)(column->offsets[row + 1] - column->offsets[row]) * sizeof (double));
      else
        {
          gsize       size;
          const char *text = sx_column_get_text (column, row, &size);

          append (self, 't', text, size);
        }
    }
  return g_bytes_new (self->bytes->data, self->bytes->len);
}
