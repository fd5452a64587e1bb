/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A column: buffers in Arrow layout, one owner that frees them, a reference count.
 *
 * Building is in sx-column-builder.c, selecting and joining in sx-column-select.c, changing
 * the type in sx-column-cast.c. What is here: life, memory, and reading one cell. */

#include "config.h"

#include "sx-column-private.h"

#include "sx-number.h"
#include "sx-timestamp.h"

#include <math.h>
#include <string.h>

typedef struct
{
  void *buffers[3];
} OwnedBuffers;

static gsize
round_to_line (gsize size)
{
  return (MAX (size, 1) + SX_COLUMN_ALIGNMENT - 1) & ~(gsize)(SX_COLUMN_ALIGNMENT - 1);
}

void *
sx_aligned_new0 (gsize size)
{
  gsize n = round_to_line (size);

  return memset (g_aligned_alloc (1, n, SX_COLUMN_ALIGNMENT), 0, n);
}

void
sx_buffer_grow (SxBuffer *self, gsize size)
{
  gsize   n_alloc = round_to_line (MAX (size, self->n_alloc + self->n_alloc / 2));
  guint8 *data = g_aligned_alloc (1, n_alloc, SX_COLUMN_ALIGNMENT);

  if (self->n_alloc > 0)
    memcpy (data, self->data, self->n_alloc);
  memset (data + self->n_alloc, 0, n_alloc - self->n_alloc);
  g_aligned_free (self->data);
  self->data = data;
  self->n_alloc = n_alloc;
}

void *
sx_buffer_steal (SxBuffer *self)
{
  void *data;

  sx_buffer_reserve (self, 1);
  data = self->data;
  *self = (SxBuffer){ 0 };
  return data;
}

void
sx_buffer_clear (SxBuffer *self)
{
  g_aligned_free (self->data);
  *self = (SxBuffer){ 0 };
}

void
sx_bits_copy (guint8 *to, gsize to_bit, const guint8 *from, gsize from_bit, gsize n)
{
  gsize i = 0;

  if ((to_bit & 7) == 0 && (from_bit & 7) == 0)
    {
      if (from != NULL)
        memcpy (to + (to_bit >> 3), from + (from_bit >> 3), n >> 3);
      else
        memset (to + (to_bit >> 3), 0xff, n >> 3);
      i = n & ~(gsize)7;
    }
  for (; i < n; i++)
    if (from == NULL || sx_bits_get (from, from_bit + i))
      sx_bits_set (to, to_bit + i);
}

gsize
sx_bits_count (const guint8 *bits, gsize n)
{
  gsize count = 0;

  for (gsize i = 0; i < n >> 3; i++)
    count += (gsize)__builtin_popcount (bits[i]);
  for (gsize i = n & ~(gsize)7; i < n; i++)
    count += sx_bits_get (bits, i);
  return count;
}

static void
free_buffers (void *owner)
{
  OwnedBuffers *owned = owner;

  for (guint i = 0; i < G_N_ELEMENTS (owned->buffers); i++)
    g_aligned_free (owned->buffers[i]);
  g_free (owned);
}

SxColumn *
sx_column_new_borrowed (SxType type, gsize n_rows, gsize n_missing, const void *validity, const void *values, const void *offsets, SxColumn *dictionary, void *owner, GDestroyNotify release)
{
  SxColumn *self = g_new0 (SxColumn, 1);

  g_assert (n_missing <= n_rows);
  g_assert (n_missing == 0 || validity != NULL);
  g_assert ((dictionary != NULL) == (type == SX_TYPE_CATEGORY));
  self->type = type;
  self->n_rows = n_rows;
  self->n_missing = n_missing;
  self->validity = n_missing > 0 ? validity : NULL;
  self->values = values;
  self->offsets = offsets;
  self->dictionary = dictionary;
  g_atomic_ref_count_init (&self->ref_count);
  self->owner = owner;
  self->release = release;
  return self;
}

SxColumn *
sx_column_new_take (SxType type, gsize n_rows, gsize n_missing, void *validity, void *values, void *offsets, SxColumn *dictionary)
{
  OwnedBuffers *owned = g_new (OwnedBuffers, 1);

  if (n_missing == 0)
    g_clear_pointer (&validity, g_aligned_free);
  *owned = (OwnedBuffers){ { validity, values, offsets } };
  return sx_column_new_borrowed (type, n_rows, n_missing, validity, values, offsets, dictionary, owned, free_buffers);
}

SxColumn *
sx_column_ref (SxColumn *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_column_unref (SxColumn *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->dictionary, sx_column_unref);
  if (self->release != NULL)
    self->release (self->owner);
  g_free (self);
}

gsize
sx_column_get_buffer_size (const SxColumn *self)
{
  gsize size = self->validity != NULL ? (self->n_rows + 7) / 8 : 0;

  switch (self->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_FLOAT64:
    case SX_TYPE_TIMESTAMP:
      return size + self->n_rows * 8;
    case SX_TYPE_BOOL:
      return size + (self->n_rows + 7) / 8;
    case SX_TYPE_CATEGORY:
      return size + self->n_rows * 4;
    case SX_TYPE_STRING:
    case SX_TYPE_IMAGE:
      return size + (self->n_rows + 1) * 4 + (gsize)self->offsets[self->n_rows];
    case SX_TYPE_LIST:
      return size + (self->n_rows + 1) * 4 + (gsize)self->offsets[self->n_rows] * 8;
    default:
      g_assert_not_reached ();
    }
}

const char *
sx_column_get_text (const SxColumn *self, gsize row, gsize *size)
{
  g_return_val_if_fail (self != NULL && row < self->n_rows, NULL);

  if (self->type == SX_TYPE_CATEGORY)
    {
      if (sx_column_is_missing (self, row))
        {
          *size = 0;
          return "";
        }
      row = (gsize)sx_column_get_code (self, row);
      self = self->dictionary;
    }
  g_return_val_if_fail (self->type == SX_TYPE_STRING || self->type == SX_TYPE_IMAGE, NULL);
  *size = (gsize)(self->offsets[row + 1] - self->offsets[row]);
  return (const char *)self->values + self->offsets[row];
}

double
sx_column_get_double (const SxColumn *self, gsize row)
{
  g_return_val_if_fail (self != NULL && row < self->n_rows, NAN);
  if (sx_column_is_missing (self, row))
    return NAN;
  switch ((int)self->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_TIMESTAMP:
      return (double)sx_column_get_int64 (self, row);
    case SX_TYPE_FLOAT64:
      return ((const double *)self->values)[row];
    case SX_TYPE_BOOL:
      return sx_column_get_bool (self, row) ? 1.0 : 0.0;
    default:
      g_return_val_if_reached (NAN);
    }
}

void
sx_column_to_doubles (const SxColumn *self, double *out)
{
  g_return_if_fail (self != NULL && sx_type_is_numeric (self->type));
  if (self->type == SX_TYPE_FLOAT64)
    memcpy (out, self->values, self->n_rows * sizeof (double));
  else if (self->type == SX_TYPE_BOOL)
    for (gsize i = 0; i < self->n_rows; i++)
      out[i] = sx_column_get_bool (self, i) ? 1.0 : 0.0;
  else
    for (gsize i = 0; i < self->n_rows; i++)
      out[i] = (double)sx_column_get_int64 (self, i);
  if (self->validity != NULL)
    for (gsize i = 0; i < self->n_rows; i++)
      if (sx_column_is_missing (self, i))
        out[i] = NAN;
}

static char *
dup_list (const SxColumn *self, gsize row)
{
  GString *text = g_string_new ("[");
  char     number[SX_NUMBER_MAX_SIZE];

  for (gint32 i = self->offsets[row]; i < self->offsets[row + 1]; i++)
    {
      if (i > self->offsets[row])
        g_string_append (text, ", ");
      sx_number_print (((const double *)self->values)[i], number);
      g_string_append (text, number);
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

char *
sx_column_dup_cell (const SxColumn *self, gsize row)
{
  char        number[MAX (SX_NUMBER_MAX_SIZE, SX_TIMESTAMP_MAX_SIZE)];
  const char *text;
  gsize       size;

  g_return_val_if_fail (self != NULL && row < self->n_rows, NULL);
  if (sx_column_is_missing (self, row))
    return g_strdup ("");
  switch (self->type)
    {
    case SX_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, sx_column_get_int64 (self, row));
    case SX_TYPE_FLOAT64:
      sx_number_print (((const double *)self->values)[row], number);
      return g_strdup (number);
    case SX_TYPE_BOOL:
      return g_strdup (sx_column_get_bool (self, row) ? "true" : "false");
    case SX_TYPE_TIMESTAMP:
      sx_timestamp_print (sx_column_get_int64 (self, row), number);
      return g_strdup (number);
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
      text = sx_column_get_text (self, row, &size);
      if (self->type == SX_TYPE_IMAGE && !g_utf8_validate (text, (gssize)size, NULL))
        return g_strdup_printf ("(%" G_GSIZE_FORMAT " B)", size);
      return g_strndup (text, size);
    case SX_TYPE_LIST:
      return dup_list (self, row);
    default:
      g_assert_not_reached ();
    }
}
