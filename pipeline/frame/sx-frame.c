/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A frame: a schema and batches, with the row at which each batch starts. Selecting rows gathers batch by batch of the result from
 * whatever batches hold the rows; a category's dictionaries are unified once for the whole frame, on the first selection. */

#include "config.h"

#include "sx-column-private.h"
#include "sx-frame.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _SxFrame
{
  gatomicrefcount ref_count;
  SxSchema       *schema;
  GPtrArray      *batches;
  guint64        *starts; /* n_batches + 1: the first row of each batch, then the number of rows */
};

SxFrame *
sx_frame_new (SxSchema *schema, GPtrArray *batches)
{
  SxFrame *self = g_new0 (SxFrame, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->schema = sx_schema_ref (schema);
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  self->starts = g_new0 (guint64, (batches != NULL ? batches->len : 0) + 1);
  for (guint i = 0; batches != NULL && i < batches->len; i++)
    {
      SxBatch *batch = g_ptr_array_index (batches, i);

      g_assert (sx_batch_get_schema (batch) == schema || sx_schema_equal (sx_batch_get_schema (batch), schema));
      g_ptr_array_add (self->batches, sx_batch_ref (batch));
      self->starts[i + 1] = self->starts[i] + sx_batch_get_n_rows (batch);
    }
  return self;
}

SxFrame *
sx_frame_ref (SxFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_frame_unref (SxFrame *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->batches);
  sx_schema_unref (self->schema);
  g_free (self->starts);
  g_free (self);
}

SxSchema *
sx_frame_get_schema (const SxFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->schema;
}

guint64
sx_frame_get_n_rows (const SxFrame *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->starts[self->batches->len];
}

guint
sx_frame_get_n_batches (const SxFrame *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->batches->len;
}

SxBatch *
sx_frame_get_batch (const SxFrame *self, guint batch)
{
  g_return_val_if_fail (self != NULL && batch < self->batches->len, NULL);
  return g_ptr_array_index (self->batches, batch);
}

/* The index of the batch that holds @row. */
static guint
find_batch (const SxFrame *self, guint64 row)
{
  guint low = 0, high = self->batches->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (self->starts[middle] <= row)
        low = middle;
      else
        high = middle;
    }
  /* Empty batches share their start with the next one. */
  while (self->starts[low + 1] <= row)
    low++;
  return low;
}

SxBatch *
sx_frame_locate (const SxFrame *self, guint64 row, gsize *row_in_batch)
{
  guint batch;

  g_return_val_if_fail (self != NULL && row < sx_frame_get_n_rows (self), NULL);
  batch = find_batch (self, row);
  *row_in_batch = (gsize)(row - self->starts[batch]);
  return g_ptr_array_index (self->batches, batch);
}

gsize
sx_frame_get_memory_size (const SxFrame *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint n_columns = sx_schema_get_n_fields (self->schema);
  gsize size = 0;

  for (guint i = 0; i < self->batches->len; i++)
    for (guint column = 0; column < n_columns; column++)
      {
        SxColumn *cells = sx_batch_get_column (g_ptr_array_index (self->batches, i), column);

        if (g_hash_table_add (seen, (gpointer)cells->values))
          size += sx_column_get_buffer_size (cells);
        if (cells->dictionary != NULL && g_hash_table_add (seen, (gpointer)cells->dictionary->values))
          size += sx_column_get_buffer_size (cells->dictionary);
      }
  return size;
}

/* Column @column of every batch, dictionaries unified; NULL-ended, (transfer full). */
static SxColumn **
list_column (SxFrame *self, guint column)
{
  g_autofree SxColumn **columns = g_new (SxColumn *, self->batches->len + 1);

  for (guint i = 0; i < self->batches->len; i++)
    columns[i] = sx_batch_get_column (g_ptr_array_index (self->batches, i), column);
  return sx_columns_unify (columns, self->batches->len);
}

static void
free_columns (gpointer data)
{
  SxColumn **columns = data;

  for (guint i = 0; columns[i] != NULL; i++)
    sx_column_unref (columns[i]);
  g_free (columns);
}

static SxBatch *
take_batch (SxFrame *self, GPtrArray *columns, const guint64 *rows, gsize n_rows)
{
  g_autofree guint32 *which = g_new (guint32, n_rows);
  g_autofree guint32 *row_in_batch = g_new (guint32, n_rows);
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  guint batch = 0;

  for (gsize i = 0; i < n_rows; i++)
    {
      g_assert (rows[i] < sx_frame_get_n_rows (self));
      if (rows[i] < self->starts[batch] || rows[i] >= self->starts[batch + 1])
        {
          /* Most tables have full batches: then it is found by division. */
          batch = (guint)(rows[i] / SX_BATCH_MAX_ROWS);
          if (batch >= self->batches->len || rows[i] < self->starts[batch] || rows[i] >= self->starts[batch + 1])
            batch = find_batch (self, rows[i]);
        }
      which[i] = batch;
      row_in_batch[i] = (guint32)(rows[i] - self->starts[batch]);
    }
  for (guint i = 0; i < columns->len; i++)
    g_ptr_array_add (taken, sx_column_gather (g_ptr_array_index (columns, i), which, row_in_batch, n_rows));
  return sx_batch_new (self->schema, (SxColumn **)taken->pdata, n_rows);
}

SxFrame *
sx_frame_take (SxFrame *self, const guint64 *rows, guint64 n_rows)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (free_columns);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  g_return_val_if_fail (self != NULL, NULL);
  if (n_rows > 0)
    for (guint i = 0; i < sx_schema_get_n_fields (self->schema); i++)
      g_ptr_array_add (columns, list_column (self, i));
  for (guint64 first = 0; first < n_rows; first += SX_BATCH_MAX_ROWS)
    g_ptr_array_add (batches, take_batch (self, columns, rows + first, (gsize)MIN (SX_BATCH_MAX_ROWS, n_rows - first)));
  return sx_frame_new (self->schema, batches);
}

static SxBatch *
slice_batch (SxBatch *batch, gsize first, gsize n_rows)
{
  SxSchema *schema = sx_batch_get_schema (batch);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (first == 0 && n_rows == sx_batch_get_n_rows (batch))
    return sx_batch_ref (batch);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    g_ptr_array_add (columns, sx_column_slice (sx_batch_get_column (batch, i), first, n_rows));
  return sx_batch_new (schema, (SxColumn **)columns->pdata, n_rows);
}

SxFrame *
sx_frame_slice (SxFrame *self, guint64 first_row, guint64 n_rows)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  guint64 end;

  g_return_val_if_fail (self != NULL, NULL);
  first_row = MIN (first_row, sx_frame_get_n_rows (self));
  end = first_row + MIN (n_rows, sx_frame_get_n_rows (self) - first_row);
  for (guint i = 0; i < self->batches->len; i++)
    {
      guint64 from = MAX (first_row, self->starts[i]);
      guint64 to = MIN (end, self->starts[i + 1]);

      if (from < to)
        g_ptr_array_add (batches, slice_batch (g_ptr_array_index (self->batches, i), (gsize)(from - self->starts[i]), (gsize)(to - from)));
    }
  return sx_frame_new (self->schema, batches);
}

/* The indices of @names; fails naming the first that is not there. */
static guint *
find_columns (SxSchema *schema, const char *const *names, GError **error)
{
  g_autofree guint *indices = g_new (guint, g_strv_length ((char **)names) + 1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      int         index = sx_schema_find (schema, names[i]);
      const char *near = index < 0 ? sx_schema_suggest (schema, names[i]) : NULL;

      if (index < 0)
        {
          if (near != NULL)
            g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("There is no column “%s”. Did you mean “%s”?"), names[i], near);
          else
            g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("There is no column “%s”."), names[i]);
          return NULL;
        }
      indices[i] = (guint)index;
    }
  return g_steal_pointer (&indices);
}

SxFrame *
sx_frame_select (SxFrame *self, const char *const *names, GError **error)
{
  guint                 n = g_strv_length ((char **)names);
  g_autofree guint     *indices = find_columns (self->schema, names, error);
  g_autofree SxField   *fields = NULL;
  g_autofree SxColumn **columns = NULL;
  g_autoptr (SxSchema) schema = NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  if (indices == NULL)
    return NULL;
  fields = g_new0 (SxField, n + 1);
  columns = g_new0 (SxColumn *, n + 1);
  for (guint i = 0; i < n; i++)
    fields[i] = *sx_schema_get_field (self->schema, indices[i]);
  schema = sx_schema_new (fields, n, error);
  if (schema == NULL)
    return NULL;
  for (guint batch = 0; batch < self->batches->len; batch++)
    {
      SxBatch *source = g_ptr_array_index (self->batches, batch);

      for (guint i = 0; i < n; i++)
        columns[i] = sx_batch_get_column (source, indices[i]);
      g_ptr_array_add (batches, sx_batch_new (schema, columns, sx_batch_get_n_rows (source)));
    }
  return sx_frame_new (schema, batches);
}

SxColumn *
sx_frame_concat_column (SxFrame *self, guint column)
{
  g_autofree SxColumn **columns = NULL;

  g_return_val_if_fail (self != NULL && column < sx_schema_get_n_fields (self->schema), NULL);
  columns = g_new (SxColumn *, self->batches->len + 1);
  for (guint i = 0; i < self->batches->len; i++)
    columns[i] = sx_batch_get_column (g_ptr_array_index (self->batches, i), column);
  return sx_column_concat (sx_schema_get_field (self->schema, column)->type, columns, self->batches->len);
}

SxFrame *
sx_frame_new_from_columns (SxSchema *schema, SxColumn *const *columns)
{
  guint n_columns = sx_schema_get_n_fields (schema);
  gsize n_rows = n_columns > 0 ? columns[0]->n_rows : 0;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  for (gsize first = 0; first < n_rows; first += SX_BATCH_MAX_ROWS)
    {
      gsize n = MIN (SX_BATCH_MAX_ROWS, n_rows - first);
      g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

      for (guint i = 0; i < n_columns; i++)
        g_ptr_array_add (parts, sx_column_slice (columns[i], first, n));
      g_ptr_array_add (batches, sx_batch_new (schema, (SxColumn **)parts->pdata, n));
    }
  return sx_frame_new (schema, batches);
}
