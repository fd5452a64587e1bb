/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-frame.h"

struct _SxBatch
{
  gatomicrefcount ref_count;
  SxSchema       *schema;
  gsize           n_rows;
  guint           n_columns;
  SxColumn       *columns[];
};

SxBatch *
sx_batch_new (SxSchema *schema, SxColumn *const *columns, gsize n_rows)
{
  guint    n_columns = sx_schema_get_n_fields (schema);
  SxBatch *self = g_malloc0 (sizeof (SxBatch) + n_columns * sizeof (SxColumn *));

  g_atomic_ref_count_init (&self->ref_count);
  self->schema = sx_schema_ref (schema);
  self->n_rows = n_rows;
  self->n_columns = n_columns;
  for (guint i = 0; i < n_columns; i++)
    {
      g_assert (columns[i]->n_rows == n_rows);
      g_assert (columns[i]->type == sx_schema_get_field (schema, i)->type);
      self->columns[i] = sx_column_ref (columns[i]);
    }
  return self;
}

SxBatch *
sx_batch_ref (SxBatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_batch_unref (SxBatch *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_columns; i++)
    sx_column_unref (self->columns[i]);
  sx_schema_unref (self->schema);
  g_free (self);
}

SxSchema *
sx_batch_get_schema (const SxBatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->schema;
}

gsize
sx_batch_get_n_rows (const SxBatch *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_rows;
}

SxColumn *
sx_batch_get_column (const SxBatch *self, guint column)
{
  g_return_val_if_fail (self != NULL && column < self->n_columns, NULL);
  return self->columns[column];
}
