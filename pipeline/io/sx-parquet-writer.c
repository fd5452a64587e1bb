/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A frame as a Parquet file: row groups of some batches each, and the footer. Beside the format's own schema stands Arrow's, so that categories
 * come back as such, here and in other programs. */

#include "config.h"

#include "sx-parquet-encode-private.h"
#include "sx-thrift-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define GROUP_ROWS (2 * SX_BATCH_MAX_ROWS)
#define CREATED_BY "sextant version " SX_VERSION

/* What of a chunk goes into the footer. */
typedef struct
{
  guint64  start, size, plain_size, data_offset;
  gboolean has_dictionary;
  guint64  n_values, n_missing;
  GBytes  *low, *high;
} Chunk;

typedef struct
{
  SxFileWriter *file;
  guint64       at;
  SxCodec       codec;
  GArray       *chunks;     /* of Chunk, the columns of a group together */
  GArray       *group_rows; /* of guint64 */
} Writer;

static void
clear_chunk (gpointer data)
{
  Chunk *self = data;

  g_clear_pointer (&self->low, g_bytes_unref);
  g_clear_pointer (&self->high, g_bytes_unref);
}

static void
append (Writer *self, const void *data, gsize size)
{
  sx_file_writer_append (self->file, data, size);
  self->at += size;
}

/* ---- row groups ---- */

static void
append_chunk (Writer *self, SxColumn *const *columns, guint n_columns, gsize n_rows)
{
  SxParquetChunkWriter writer = { .codec = self->codec };
  Chunk                chunk = { .start = self->at };

  sx_parquet_chunk_writer_run (&writer, columns, n_columns, n_rows);
  chunk.size = writer.out.size;
  chunk.plain_size = writer.plain_size;
  chunk.data_offset = writer.data_offset;
  chunk.has_dictionary = writer.has_dictionary;
  chunk.n_values = writer.n_values;
  chunk.n_missing = writer.n_missing;
  chunk.low = g_steal_pointer (&writer.low);
  chunk.high = g_steal_pointer (&writer.high);
  append (self, writer.out.data, writer.out.size);
  g_array_append_val (self->chunks, chunk);
  sx_parquet_chunk_writer_clear (&writer);
}

static gboolean
append_groups (Writer *self, SxFrame *frame, GCancellable *cancellable, GError **error)
{
  guint                 n_batches = sx_frame_get_n_batches (frame), n_fields = sx_schema_get_n_fields (sx_frame_get_schema (frame));
  g_autofree SxColumn **columns = g_new0 (SxColumn *, n_batches + 1);

  for (guint batch = 0; batch < n_batches;)
    {
      guint   end = batch;
      guint64 n_rows = 0;

      while (end < n_batches && (n_rows == 0 || n_rows + sx_batch_get_n_rows (sx_frame_get_batch (frame, end)) <= GROUP_ROWS))
        n_rows += sx_batch_get_n_rows (sx_frame_get_batch (frame, end++));
      for (guint i = 0; n_rows > 0 && i < n_fields; i++)
        {
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          for (guint b = batch; b < end; b++)
            columns[b - batch] = sx_batch_get_column (sx_frame_get_batch (frame, b), i);
          append_chunk (self, columns, end - batch, (gsize)n_rows);
        }
      if (n_rows > 0)
        g_array_append_val (self->group_rows, n_rows);
      batch = end;
    }
  return TRUE;
}

/* ---- the footer: field numbers are those of parquet.thrift ---- */

static const struct
{
  SxParquetPhysical physical;
  int               converted; /* -1: none */
} storage[SX_N_TYPES] = {
  [SX_TYPE_INT64] = { SX_PARQUET_INT64, -1 },
  [SX_TYPE_FLOAT64] = { SX_PARQUET_DOUBLE, -1 },
  [SX_TYPE_BOOL] = { SX_PARQUET_BOOLEAN, -1 },
  [SX_TYPE_STRING] = { SX_PARQUET_BYTES, 0 },
  [SX_TYPE_TIMESTAMP] = { SX_PARQUET_INT64, 10 },
  [SX_TYPE_CATEGORY] = { SX_PARQUET_BYTES, 0 },
  [SX_TYPE_IMAGE] = { SX_PARQUET_BYTES, -1 },
  [SX_TYPE_LIST] = { SX_PARQUET_DOUBLE, -1 },
};

/* A union of which field @which is an empty struct. */
static void
put_choice (GByteArray *out, gint16 *last, gint16 field, gint16 which)
{
  gint16 inner = 0;

  sx_thrift_put_struct (out, last, field);
  sx_thrift_put_struct (out, &inner, which);
  sx_thrift_put_stop (out);
  sx_thrift_put_stop (out);
}

/* Microseconds of UTC. */
static void
put_timestamp_type (GByteArray *out, gint16 *last)
{
  gint16 choice = 0, field = 0;

  sx_thrift_put_struct (out, last, 10);
  sx_thrift_put_struct (out, &choice, 8);
  sx_thrift_put_bool (out, &field, 1, TRUE);
  put_choice (out, &field, 2, 2);
  sx_thrift_put_stop (out);
  sx_thrift_put_stop (out);
}

static void
put_value_element (GByteArray *out, const char *name, SxType type)
{
  gint16 field = 0;

  sx_thrift_put_int (out, &field, 1, SX_THRIFT_I32, storage[type].physical);
  sx_thrift_put_int (out, &field, 3, SX_THRIFT_I32, SX_PARQUET_OPTIONAL);
  sx_thrift_put_bytes (out, &field, 4, name, strlen (name));
  if (storage[type].converted >= 0)
    sx_thrift_put_int (out, &field, 6, SX_THRIFT_I32, storage[type].converted);
  if (type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY)
    put_choice (out, &field, 10, 1);
  else if (type == SX_TYPE_TIMESTAMP)
    put_timestamp_type (out, &field);
  sx_thrift_put_stop (out);
}

static void
put_group_element (GByteArray *out, const char *name, SxParquetRepetition repetition, guint n_children, gboolean is_list)
{
  gint16 field = 0;

  if (repetition != SX_PARQUET_REQUIRED)
    sx_thrift_put_int (out, &field, 3, SX_THRIFT_I32, repetition);
  sx_thrift_put_bytes (out, &field, 4, name, strlen (name));
  sx_thrift_put_int (out, &field, 5, SX_THRIFT_I32, n_children);
  if (is_list)
    {
      sx_thrift_put_int (out, &field, 6, SX_THRIFT_I32, 3);
      put_choice (out, &field, 10, 3);
    }
  sx_thrift_put_stop (out);
}

static void
put_schema (GByteArray *out, gint16 *last, SxSchema *schema)
{
  guint n = sx_schema_get_n_fields (schema), n_elements = 1 + n;

  for (guint i = 0; i < n; i++)
    n_elements += sx_schema_get_field (schema, i)->type == SX_TYPE_LIST ? 2 : 0;
  sx_thrift_put_list (out, last, 2, SX_THRIFT_STRUCT, n_elements);
  put_group_element (out, "schema", SX_PARQUET_REQUIRED, n, FALSE);
  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);

      if (field->type == SX_TYPE_LIST)
        {
          put_group_element (out, field->name, SX_PARQUET_OPTIONAL, 1, TRUE);
          put_group_element (out, "list", SX_PARQUET_REPEATED, 1, FALSE);
        }
      put_value_element (out, field->type == SX_TYPE_LIST ? "element" : field->name, field->type);
    }
}

static void
put_statistics (GByteArray *out, gint16 *last, const Chunk *chunk)
{
  gint16 field = 0;

  sx_thrift_put_struct (out, last, 12);
  sx_thrift_put_int (out, &field, 3, SX_THRIFT_I64, (gint64)chunk->n_missing);
  if (chunk->low != NULL)
    {
      sx_thrift_put_bytes (out, &field, 5, g_bytes_get_data (chunk->high, NULL), g_bytes_get_size (chunk->high));
      sx_thrift_put_bytes (out, &field, 6, g_bytes_get_data (chunk->low, NULL), g_bytes_get_size (chunk->low));
    }
  sx_thrift_put_stop (out);
}

static void
put_path (GByteArray *out, gint16 *last, const SxField *field)
{
  gboolean is_list = field->type == SX_TYPE_LIST;

  sx_thrift_put_list (out, last, 3, SX_THRIFT_BINARY, is_list ? 3 : 1);
  sx_thrift_put_item_bytes (out, field->name, strlen (field->name));
  if (is_list)
    {
      sx_thrift_put_item_bytes (out, "list", 4);
      sx_thrift_put_item_bytes (out, "element", 7);
    }
}

static void
put_chunk (GByteArray *out, const Chunk *chunk, const SxField *column, SxCodec codec)
{
  gint16 outer = 0, field = 0;

  sx_thrift_put_int (out, &outer, 2, SX_THRIFT_I64, (gint64)chunk->start);
  sx_thrift_put_struct (out, &outer, 3);
  sx_thrift_put_int (out, &field, 1, SX_THRIFT_I32, storage[column->type].physical);
  sx_thrift_put_list (out, &field, 2, SX_THRIFT_I32, chunk->has_dictionary ? 3 : 2);
  sx_thrift_put_item (out, SX_PARQUET_PLAIN);
  sx_thrift_put_item (out, SX_PARQUET_RLE);
  if (chunk->has_dictionary)
    sx_thrift_put_item (out, SX_PARQUET_RLE_DICTIONARY);
  put_path (out, &field, column);
  sx_thrift_put_int (out, &field, 4, SX_THRIFT_I32, codec);
  sx_thrift_put_int (out, &field, 5, SX_THRIFT_I64, (gint64)chunk->n_values);
  sx_thrift_put_int (out, &field, 6, SX_THRIFT_I64, (gint64)chunk->plain_size);
  sx_thrift_put_int (out, &field, 7, SX_THRIFT_I64, (gint64)chunk->size);
  sx_thrift_put_int (out, &field, 9, SX_THRIFT_I64, (gint64)(chunk->start + chunk->data_offset));
  if (chunk->has_dictionary)
    sx_thrift_put_int (out, &field, 11, SX_THRIFT_I64, (gint64)chunk->start);
  put_statistics (out, &field, chunk);
  sx_thrift_put_stop (out);
  sx_thrift_put_stop (out);
}

static void
put_groups (GByteArray *out, gint16 *last, const Writer *writer, SxSchema *schema)
{
  guint n_fields = sx_schema_get_n_fields (schema);

  sx_thrift_put_list (out, last, 4, SX_THRIFT_STRUCT, writer->group_rows->len);
  for (guint g = 0; g < writer->group_rows->len; g++)
    {
      const Chunk *chunks = &g_array_index (writer->chunks, Chunk, g * n_fields);
      gint16       field = 0;
      guint64      size = 0;

      sx_thrift_put_list (out, &field, 1, SX_THRIFT_STRUCT, n_fields);
      for (guint i = 0; i < n_fields; i++)
        {
          put_chunk (out, &chunks[i], sx_schema_get_field (schema, i), writer->codec);
          size += chunks[i].plain_size;
        }
      sx_thrift_put_int (out, &field, 2, SX_THRIFT_I64, (gint64)size);
      sx_thrift_put_int (out, &field, 3, SX_THRIFT_I64, (gint64)g_array_index (writer->group_rows, guint64, g));
      sx_thrift_put_stop (out);
    }
}

/* The base64 of an IPC message with its mark and size. */
static void
put_arrow_schema (GByteArray *out, gint16 *last, SxSchema *schema)
{
  g_autoptr (GByteArray) message = sx_arrow_schema_to_message (schema);
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autofree char *text = NULL;
  guint32          head[2] = { 0xffffffffu, GUINT32_TO_LE (message->len) };
  gint16           field = 0;

  g_byte_array_append (whole, (const guint8 *)head, sizeof head);
  g_byte_array_append (whole, message->data, message->len);
  text = g_base64_encode (whole->data, whole->len);
  sx_thrift_put_list (out, last, 5, SX_THRIFT_STRUCT, 1);
  sx_thrift_put_bytes (out, &field, 1, "ARROW:schema", 12);
  sx_thrift_put_bytes (out, &field, 2, text, strlen (text));
  sx_thrift_put_stop (out);
}

/* Bounds in the statistics count only with the order that they were found by. */
static void
put_orders (GByteArray *out, gint16 *last, guint n)
{
  sx_thrift_put_list (out, last, 7, SX_THRIFT_STRUCT, n);
  for (guint i = 0; i < n; i++)
    {
      gint16 field = 0;

      sx_thrift_put_struct (out, &field, 1);
      sx_thrift_put_stop (out);
      sx_thrift_put_stop (out);
    }
}

static void
append_footer (Writer *self, SxFrame *frame)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  SxSchema *schema = sx_frame_get_schema (frame);
  gint16    field = 0;
  guint32   size;

  sx_thrift_put_int (out, &field, 1, SX_THRIFT_I32, 2);
  put_schema (out, &field, schema);
  sx_thrift_put_int (out, &field, 3, SX_THRIFT_I64, (gint64)sx_frame_get_n_rows (frame));
  put_groups (out, &field, self, schema);
  put_arrow_schema (out, &field, schema);
  sx_thrift_put_bytes (out, &field, 6, CREATED_BY, strlen (CREATED_BY));
  put_orders (out, &field, sx_schema_get_n_fields (schema));
  sx_thrift_put_stop (out);
  append (self, out->data, out->len);
  size = GUINT32_TO_LE (out->len);
  append (self, &size, sizeof size);
  append (self, SX_PARQUET_MAGIC, 4);
}

/* ---- a whole frame ---- */

static gboolean
choose_codec (const char *name, const char *path, SxCodec *codec, GError **error)
{
  static const struct
  {
    const char *name;
    SxCodec     codec;
  } codecs[] = {
    { "none", SX_CODEC_NONE },
    { "snappy", SX_CODEC_SNAPPY },
    { "gzip", SX_CODEC_GZIP },
    { "zstd", SX_CODEC_ZSTD },
    { "lz4", SX_CODEC_LZ4_RAW },
  };

  /* Unasked, the first of the usual ones that this build has. */
  *codec = SX_HAVE_SNAPPY ? SX_CODEC_SNAPPY : SX_HAVE_ZSTD ? SX_CODEC_ZSTD
                                                           : SX_CODEC_NONE;
  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_str_equal (codecs[i].name, name))
      {
        *codec = codecs[i].codec;
        return sx_codec_check (*codec, path, error);
      }
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“compression” must be one of: %s."), "none, snappy, gzip, zstd, lz4");
  return FALSE;
}

gboolean
sx_parquet_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  g_autoptr (GArray) group_rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (SxFileWriter) file = NULL;
  Writer writer = { .chunks = chunks, .group_rows = group_rows };

  g_array_set_clear_func (chunks, clear_chunk);
  if (!choose_codec (sx_options_get_string (options, "compression"), path, &writer.codec, error))
    return FALSE;
  writer.file = file = sx_file_writer_new (path);
  append (&writer, SX_PARQUET_MAGIC, 4);
  if (!append_groups (&writer, frame, cancellable, error))
    return FALSE;
  append_footer (&writer, frame);
  return sx_file_writer_commit (g_steal_pointer (&file), error);
}
