/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Frames through the Arrow C Data Interface. Every array that is given out, children too, keeps what it shows by itself: a consumer may
 * move a child away and release the rest. */

#include "config.h"

#include "sx-arrow.h"
#include "sx-column-private.h"

#include <errno.h>
#include <string.h>

static const char *const formats[SX_N_TYPES] = {
  [SX_TYPE_INT64] = "l",
  [SX_TYPE_FLOAT64] = "g",
  [SX_TYPE_BOOL] = "b",
  [SX_TYPE_STRING] = "u",
  [SX_TYPE_TIMESTAMP] = "tsu:UTC",
  [SX_TYPE_CATEGORY] = "i",
  [SX_TYPE_IMAGE] = "z",
  [SX_TYPE_LIST] = "+l",
};

/* ---- schemas ---- */

typedef struct
{
  char                *name;
  struct ArrowSchema  *children;
  struct ArrowSchema **pointers;
  struct ArrowSchema   dictionary;
} SchemaParts;

static void
release_schema (struct ArrowSchema *schema)
{
  SchemaParts *parts = schema->private_data;

  for (gint64 i = 0; i < schema->n_children; i++)
    if (parts->children[i].release != NULL)
      parts->children[i].release (&parts->children[i]);
  if (schema->dictionary != NULL && schema->dictionary->release != NULL)
    schema->dictionary->release (schema->dictionary);
  g_free (parts->children);
  g_free (parts->pointers);
  g_free (parts->name);
  g_free (parts);
  schema->release = NULL;
}

static void
begin_schema (struct ArrowSchema *schema, const char *format, const char *name, guint n_children)
{
  SchemaParts *parts = g_new0 (SchemaParts, 1);

  parts->name = g_strdup (name);
  parts->children = g_new0 (struct ArrowSchema, MAX (n_children, 1));
  parts->pointers = g_new0 (struct ArrowSchema *, MAX (n_children, 1));
  for (guint i = 0; i < n_children; i++)
    parts->pointers[i] = &parts->children[i];
  *schema = (struct ArrowSchema){
    .format = format,
    .name = parts->name,
    .flags = ARROW_FLAG_NULLABLE,
    .n_children = n_children,
    .children = parts->pointers,
    .release = release_schema,
    .private_data = parts,
  };
}

static void
export_field (const SxField *field, struct ArrowSchema *schema)
{
  begin_schema (schema, formats[field->type], field->name, field->type == SX_TYPE_LIST ? 1 : 0);
  if (field->type == SX_TYPE_LIST)
    begin_schema (schema->children[0], "g", "item", 0);
  if (field->type == SX_TYPE_CATEGORY)
    {
      schema->dictionary = &((SchemaParts *)schema->private_data)->dictionary;
      begin_schema (schema->dictionary, "u", "", 0);
    }
}

void
sx_schema_export_arrow (SxSchema *self, struct ArrowSchema *schema)
{
  guint n_fields = sx_schema_get_n_fields (self);

  begin_schema (schema, "+s", "", n_fields);
  schema->flags = 0;
  for (guint i = 0; i < n_fields; i++)
    export_field (sx_schema_get_field (self, i), schema->children[i]);
}

/* ---- arrays ---- */

typedef struct
{
  SxBatch            *batch;  /* (nullable) */
  SxColumn           *column; /* (nullable) */
  const void         *buffers[3];
  struct ArrowArray  *children;
  struct ArrowArray **pointers;
  struct ArrowArray   dictionary;
} ArrayParts;

static void
release_array (struct ArrowArray *array)
{
  ArrayParts *parts = array->private_data;

  for (gint64 i = 0; i < array->n_children; i++)
    if (parts->children[i].release != NULL)
      parts->children[i].release (&parts->children[i]);
  if (array->dictionary != NULL && array->dictionary->release != NULL)
    array->dictionary->release (array->dictionary);
  g_clear_pointer (&parts->batch, sx_batch_unref);
  g_clear_pointer (&parts->column, sx_column_unref);
  g_free (parts->children);
  g_free (parts->pointers);
  g_free (parts);
  array->release = NULL;
}

static ArrayParts *
begin_array (struct ArrowArray *array, gsize n_rows, guint n_buffers, guint n_children)
{
  ArrayParts *parts = g_new0 (ArrayParts, 1);

  parts->children = g_new0 (struct ArrowArray, MAX (n_children, 1));
  parts->pointers = g_new0 (struct ArrowArray *, MAX (n_children, 1));
  for (guint i = 0; i < n_children; i++)
    parts->pointers[i] = &parts->children[i];
  *array = (struct ArrowArray){
    .length = (gint64)n_rows,
    .n_buffers = n_buffers,
    .buffers = parts->buffers,
    .n_children = n_children,
    .children = parts->pointers,
    .release = release_array,
    .private_data = parts,
  };
  return parts;
}

static void
export_column (SxColumn *column, struct ArrowArray *array)
{
  gboolean    has_offsets = column->type == SX_TYPE_STRING || column->type == SX_TYPE_IMAGE;
  ArrayParts *parts = begin_array (array, column->n_rows, has_offsets ? 3 : 2, column->type == SX_TYPE_LIST ? 1 : 0);

  array->null_count = (gint64)column->n_missing;
  parts->column = sx_column_ref (column);
  parts->buffers[0] = column->validity;
  parts->buffers[1] = column->offsets != NULL ? (const void *)column->offsets : column->values;
  if (has_offsets)
    parts->buffers[2] = column->values;
  if (column->type == SX_TYPE_LIST)
    {
      ArrayParts *items = begin_array (array->children[0], (gsize)column->offsets[column->n_rows], 2, 0);

      items->column = sx_column_ref (column);
      items->buffers[1] = column->values;
    }
  if (column->type == SX_TYPE_CATEGORY)
    {
      array->dictionary = &parts->dictionary;
      export_column (column->dictionary, array->dictionary);
    }
}

void
sx_batch_export_arrow (SxBatch *self, struct ArrowArray *array)
{
  guint       n_columns = sx_schema_get_n_fields (sx_batch_get_schema (self));
  ArrayParts *parts = begin_array (array, sx_batch_get_n_rows (self), 1, n_columns);

  parts->batch = sx_batch_ref (self);
  for (guint i = 0; i < n_columns; i++)
    export_column (sx_batch_get_column (self, i), array->children[i]);
}

/* ---- streams ---- */

typedef struct
{
  SxFrame *frame;
  guint    batch; /* the next */
} Stream;

static int
stream_get_schema (struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
  Stream *self = stream->private_data;

  sx_schema_export_arrow (sx_frame_get_schema (self->frame), schema);
  return 0;
}

static int
stream_get_next (struct ArrowArrayStream *stream, struct ArrowArray *array)
{
  Stream *self = stream->private_data;

  memset (array, 0, sizeof *array);
  if (self->batch < sx_frame_get_n_batches (self->frame))
    sx_batch_export_arrow (sx_frame_get_batch (self->frame, self->batch++), array);
  return 0;
}

static const char *
stream_get_last_error (struct ArrowArrayStream *stream)
{
  return NULL;
}

static void
stream_release (struct ArrowArrayStream *stream)
{
  Stream *self = stream->private_data;

  sx_frame_unref (self->frame);
  g_free (self);
  stream->release = NULL;
}

void
sx_frame_export_arrow (SxFrame *self, struct ArrowArrayStream *stream)
{
  Stream *parts = g_new0 (Stream, 1);

  parts->frame = sx_frame_ref (self);
  *stream = (struct ArrowArrayStream){ stream_get_schema, stream_get_next, stream_get_last_error, stream_release, parts };
}
