/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A frame as Arrow IPC, file or stream. Bodies begin at multiples of 64 bytes of the file, so that a mapped column is as well aligned as one
 * in memory. Each category has one dictionary for the whole file, written before the batches. */

#include "config.h"

#include "sx-arrow-ipc-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ALIGNMENT 64
#define METADATA_V5 4
#define UNIT_MICROSECOND 2

/* ---- schema ---- */

static gsize
build_type (SxFlatBuilder *builder, gsize field, SxType type)
{
  static const guint8 ids[SX_N_TYPES] = {
    [SX_TYPE_INT64] = SX_ARROW_TYPE_INT,
    [SX_TYPE_FLOAT64] = SX_ARROW_TYPE_FLOAT,
    [SX_TYPE_BOOL] = SX_ARROW_TYPE_BOOL,
    [SX_TYPE_STRING] = SX_ARROW_TYPE_UTF8,
    [SX_TYPE_TIMESTAMP] = SX_ARROW_TYPE_TIMESTAMP,
    [SX_TYPE_CATEGORY] = SX_ARROW_TYPE_UTF8,
    [SX_TYPE_IMAGE] = SX_ARROW_TYPE_BINARY,
    [SX_TYPE_LIST] = SX_ARROW_TYPE_LIST,
  };
  gsize table = sx_flat_builder_add_table (builder, 2);

  sx_flat_builder_set_number (builder, field, 2, ids[type]);
  sx_flat_builder_set_link (builder, field, 3, table);
  return table;
}

/* A 64-bit or 32-bit signed Int. */
static void
fill_int (SxFlatBuilder *builder, gsize table, guint width)
{
  sx_flat_builder_set_number (builder, table, 0, width);
  sx_flat_builder_set_number (builder, table, 1, TRUE);
}

static gsize
build_field (SxFlatBuilder *builder, const char *name, SxType type, guint place)
{
  gsize field = sx_flat_builder_add_table (builder, 7);
  gsize table, index, items;

  sx_flat_builder_set_string (builder, field, 0, name);
  sx_flat_builder_set_number (builder, field, 1, TRUE);
  table = build_type (builder, field, type);
  if (type == SX_TYPE_INT64)
    fill_int (builder, table, 64);
  else if (type == SX_TYPE_FLOAT64)
    sx_flat_builder_set_number (builder, table, 0, 2); /* double */
  else if (type == SX_TYPE_TIMESTAMP)
    {
      sx_flat_builder_set_number (builder, table, 0, UNIT_MICROSECOND);
      sx_flat_builder_set_string (builder, table, 1, "UTC");
    }
  else if (type == SX_TYPE_CATEGORY)
    {
      table = sx_flat_builder_add_table (builder, 4);
      sx_flat_builder_set_link (builder, field, 4, table);
      sx_flat_builder_set_number (builder, table, 0, place);
      index = sx_flat_builder_add_table (builder, 2);
      sx_flat_builder_set_link (builder, table, 1, index);
      fill_int (builder, index, 32);
    }
  items = sx_flat_builder_set_tables (builder, field, 5, type == SX_TYPE_LIST ? 1 : 0);
  if (type == SX_TYPE_LIST)
    sx_flat_builder_set_item (builder, items, 0, build_field (builder, "item", SX_TYPE_FLOAT64, place));
  return field;
}

static void
build_schema (SxSchema *schema, SxFlatBuilder *builder, gsize table)
{
  guint n = sx_schema_get_n_fields (schema);
  gsize fields = sx_flat_builder_set_tables (builder, table, 1, n);

  for (guint i = 0; i < n; i++)
    sx_flat_builder_set_item (builder, fields, i, build_field (builder, sx_schema_get_field (schema, i)->name, sx_schema_get_field (schema, i)->type, i));
}

/* A message of @kind, its header a table of @n_slots. */
static gsize
begin_message (SxFlatBuilder *builder, SxArrowMessageKind kind, guint n_slots, guint64 body_size)
{
  gsize message = sx_flat_builder_begin (builder, 5);
  gsize header;

  sx_flat_builder_set_number (builder, message, 0, METADATA_V5);
  sx_flat_builder_set_number (builder, message, 1, kind);
  sx_flat_builder_set_number (builder, message, 3, body_size);
  header = sx_flat_builder_add_table (builder, n_slots);
  sx_flat_builder_set_link (builder, message, 2, header);
  return header;
}

GByteArray *
sx_arrow_schema_to_message (SxSchema *schema)
{
  SxFlatBuilder builder = { g_byte_array_new () };

  build_schema (schema, &builder, begin_message (&builder, SX_ARROW_MESSAGE_SCHEMA, 4, 0));
  return builder.bytes;
}

/* ---- the file ---- */

typedef struct
{
  gint64 offset, metadata_size, body_size;
} Block;

typedef struct
{
  SxFileWriter *file;
  guint64       at; /* bytes written */
  SxCodec       codec;
  GArray       *dictionaries, *batches; /* of Block */
} Writer;

static void
append (Writer *self, const void *data, gsize size)
{
  sx_file_writer_append (self->file, data, size);
  self->at += size;
}

static void
pad (Writer *self, gsize alignment)
{
  static const char zeros[ALIGNMENT] = { 0 };

  append (self, zeros, (alignment - self->at % alignment) % alignment);
}

/* Mark, size and metadata, so that what follows is aligned. Gives the bytes that all this took. */
static gint64
append_metadata (Writer *self, GByteArray *metadata)
{
  guint32 prefix[2];
  guint64 begin = self->at;
  gsize   size = metadata->len + (ALIGNMENT - (self->at + 8 + metadata->len) % ALIGNMENT) % ALIGNMENT;

  prefix[0] = GUINT32_TO_LE (0xffffffffu);
  prefix[1] = GUINT32_TO_LE ((guint32)size);
  append (self, prefix, sizeof prefix);
  append (self, metadata->data, metadata->len);
  pad (self, ALIGNMENT);
  return (gint64)(self->at - begin);
}

/* The buffers of a batch in the making. */
typedef struct
{
  const Writer *writer;
  GArray       *nodes;   /* of gint64: rows and missing rows in turns */
  GArray       *places;  /* of gint64: offset and size in turns */
  GArray       *buffers; /* of SxArrowBytes */
  GPtrArray    *own;     /* compressed ones */
  gsize         size;    /* of the body */
} Body;

static void
body_init (Body *self, const Writer *writer)
{
  *self = (Body){
    .writer = writer,
    .nodes = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .places = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .buffers = g_array_new (FALSE, FALSE, sizeof (SxArrowBytes)),
    .own = g_ptr_array_new_with_free_func (g_aligned_free),
  };
}

static void
body_clear (Body *self)
{
  g_array_unref (self->nodes);
  g_array_unref (self->places);
  g_array_unref (self->buffers);
  g_ptr_array_unref (self->own);
}

/* Before a compressed buffer stands its size; -1 where compression did not pay. */
static SxArrowBytes
compress (Body *self, SxArrowBytes bytes)
{
  SxBuffer out = { 0 };
  gint64   size = (gint64)bytes.size;

  sx_buffer_reserve (&out, 8);
  out.size = 8;
  sx_codec_compress (self->writer->codec, bytes.data, bytes.size, &out);
  if (out.size >= 8 + bytes.size)
    {
      size = -1;
      out.size = 8;
      sx_codec_compress (SX_CODEC_NONE, bytes.data, bytes.size, &out);
    }
  size = GINT64_TO_LE (size);
  memcpy (out.data, &size, 8);
  bytes.size = out.size;
  bytes.data = sx_buffer_steal (&out);
  g_ptr_array_add (self->own, (gpointer)bytes.data);
  return bytes;
}

static void
add_buffer (Body *self, const void *data, gsize size)
{
  SxArrowBytes bytes = { data, size };
  gint64       place[2];

  if (size > 0 && self->writer->codec != SX_CODEC_NONE)
    bytes = compress (self, bytes);
  place[0] = (gint64)self->size;
  place[1] = (gint64)bytes.size;
  g_array_append_vals (self->places, place, 2);
  g_array_append_val (self->buffers, bytes);
  self->size += (bytes.size + ALIGNMENT - 1) & ~(gsize)(ALIGNMENT - 1);
}

static void
add_node (Body *self, gsize n_rows, gsize n_missing, const guint8 *validity)
{
  gint64 node[2] = { (gint64)n_rows, (gint64)n_missing };

  g_array_append_vals (self->nodes, node, 2);
  add_buffer (self, validity, n_missing > 0 ? (n_rows + 7) / 8 : 0);
}

static void
add_column (Body *self, const SxColumn *column)
{
  gsize n = column->n_rows, n_items;

  add_node (self, n, column->n_missing, column->validity);
  switch (column->type)
    {
    case SX_TYPE_BOOL:
      add_buffer (self, column->values, (n + 7) / 8);
      break;
    case SX_TYPE_CATEGORY:
      add_buffer (self, column->values, n * sizeof (gint32));
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_IMAGE:
      add_buffer (self, column->offsets, (n + 1) * sizeof (gint32));
      add_buffer (self, column->values, (gsize)column->offsets[n]);
      break;
    case SX_TYPE_LIST:
      n_items = (gsize)column->offsets[n];
      add_buffer (self, column->offsets, (n + 1) * sizeof (gint32));
      add_node (self, n_items, 0, NULL);
      add_buffer (self, column->values, n_items * sizeof (double));
      break;
    case SX_TYPE_INT64:
    case SX_TYPE_FLOAT64:
    case SX_TYPE_TIMESTAMP:
    default:
      add_buffer (self, column->values, n * sizeof (gint64));
    }
}

static void
set_pairs (SxFlatBuilder *builder, gsize table, guint slot, const GArray *pairs)
{
  guint8 *out = sx_flat_builder_set_structs (builder, table, slot, 16, pairs->len / 2);

  for (guint i = 0; i < pairs->len; i++)
    {
      gint64 value = GINT64_TO_LE (g_array_index (pairs, gint64, i));
      memcpy (out + 8 * i, &value, 8);
    }
}

/* @batch: the table of a RecordBatch. */
static void
fill_batch (Body *self, SxFlatBuilder *builder, gsize batch, gsize n_rows)
{
  sx_flat_builder_set_number (builder, batch, 0, n_rows);
  set_pairs (builder, batch, 1, self->nodes);
  set_pairs (builder, batch, 2, self->places);
  if (self->writer->codec != SX_CODEC_NONE)
    {
      gsize compression = sx_flat_builder_add_table (builder, 2);

      sx_flat_builder_set_link (builder, batch, 3, compression);
      sx_flat_builder_set_number (builder, compression, 0, self->writer->codec == SX_CODEC_ZSTD ? 1 : 0);
    }
}

static void
append_message (Writer *self, GByteArray *metadata, const Body *body, GArray *blocks)
{
  Block block = { .offset = (gint64)self->at };

  block.metadata_size = append_metadata (self, metadata);
  for (guint i = 0; i < body->buffers->len; i++)
    {
      const SxArrowBytes *bytes = &g_array_index (body->buffers, SxArrowBytes, i);

      append (self, bytes->data, bytes->size);
      pad (self, ALIGNMENT);
    }
  block.body_size = (gint64)body->size;
  g_array_append_val (blocks, block);
}

static void
append_dictionary (Writer *self, guint id, const SxColumn *texts)
{
  SxFlatBuilder builder = { g_byte_array_new () };
  Body          body;
  gsize         header, batch;

  body_init (&body, self);
  add_column (&body, texts);
  header = begin_message (&builder, SX_ARROW_MESSAGE_DICTIONARY, 3, body.size);
  sx_flat_builder_set_number (&builder, header, 0, id);
  batch = sx_flat_builder_add_table (&builder, 5);
  sx_flat_builder_set_link (&builder, header, 1, batch);
  fill_batch (&body, &builder, batch, texts->n_rows);
  append_message (self, builder.bytes, &body, self->dictionaries);
  g_byte_array_unref (builder.bytes);
  body_clear (&body);
}

static void
append_batch (Writer *self, SxColumn *const *columns, guint n_columns, gsize n_rows)
{
  SxFlatBuilder builder = { g_byte_array_new () };
  Body          body;

  body_init (&body, self);
  for (guint i = 0; i < n_columns; i++)
    add_column (&body, columns[i]);
  fill_batch (&body, &builder, begin_message (&builder, SX_ARROW_MESSAGE_BATCH, 5, body.size), n_rows);
  append_message (self, builder.bytes, &body, self->batches);
  g_byte_array_unref (builder.bytes);
  body_clear (&body);
}

/* ---- a whole frame ---- */

static void
free_columns (gpointer data)
{
  SxColumn **columns = data;

  for (guint i = 0; columns[i] != NULL; i++)
    sx_column_unref (columns[i]);
  g_free (columns);
}

/* Of each column its batches, with one dictionary over all of them. */
static GPtrArray *
list_columns (SxFrame *frame)
{
  GPtrArray            *all = g_ptr_array_new_with_free_func (free_columns);
  guint                 n_batches = sx_frame_get_n_batches (frame);
  g_autofree SxColumn **columns = g_new0 (SxColumn *, n_batches + 1);

  for (guint i = 0; i < sx_schema_get_n_fields (sx_frame_get_schema (frame)); i++)
    {
      for (guint b = 0; b < n_batches; b++)
        columns[b] = sx_batch_get_column (sx_frame_get_batch (frame, b), i);
      g_ptr_array_add (all, sx_columns_unify (columns, n_batches));
    }
  return all;
}

static void
append_dictionaries (Writer *self, SxSchema *schema, GPtrArray *columns)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
  g_autoptr (SxColumn) empty = sx_column_builder_finish (builder);

  for (guint i = 0; i < columns->len; i++)
    {
      SxColumn **batches = g_ptr_array_index (columns, i);

      if (sx_schema_get_field (schema, i)->type == SX_TYPE_CATEGORY)
        append_dictionary (self, i, batches[0] != NULL ? batches[0]->dictionary : empty);
    }
}

static gboolean
append_batches (Writer *self, SxFrame *frame, GPtrArray *columns, GCancellable *cancellable, GError **error)
{
  g_autofree SxColumn **row = g_new0 (SxColumn *, columns->len + 1);

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (guint i = 0; i < columns->len; i++)
        row[i] = ((SxColumn **)g_ptr_array_index (columns, i))[b];
      append_batch (self, row, columns->len, sx_batch_get_n_rows (sx_frame_get_batch (frame, b)));
    }
  return TRUE;
}

static void
set_blocks (SxFlatBuilder *builder, gsize table, guint slot, const GArray *blocks)
{
  guint8 *out = sx_flat_builder_set_structs (builder, table, slot, sizeof (Block), blocks->len);

  /* The size of the metadata has 32 bits and 32 bits of padding: one little-endian number of 64. */
  for (guint i = 0; i < 3 * blocks->len; i++)
    {
      gint64 value = GINT64_TO_LE (((const gint64 *)(gconstpointer)blocks->data)[i]);
      memcpy (out + 8 * i, &value, 8);
    }
}

static void
append_footer (Writer *self, SxSchema *schema)
{
  SxFlatBuilder builder = { g_byte_array_new () };
  gsize         footer = sx_flat_builder_begin (&builder, 5);
  gsize         table = sx_flat_builder_add_table (&builder, 4);
  guint32       size;

  sx_flat_builder_set_number (&builder, footer, 0, METADATA_V5);
  sx_flat_builder_set_link (&builder, footer, 1, table);
  build_schema (schema, &builder, table);
  set_blocks (&builder, footer, 2, self->dictionaries);
  set_blocks (&builder, footer, 3, self->batches);
  append (self, builder.bytes->data, builder.bytes->len);
  size = GUINT32_TO_LE (builder.bytes->len);
  append (self, &size, sizeof size);
  append (self, SX_ARROW_MAGIC, SX_ARROW_MAGIC_SIZE);
  g_byte_array_unref (builder.bytes);
}

static gboolean
append_frame (Writer *self, SxFrame *frame, gboolean is_stream, GCancellable *cancellable, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  g_autoptr (GByteArray) message = sx_arrow_schema_to_message (schema);
  g_autoptr (GPtrArray) columns = list_columns (frame);
  guint32 end[2] = { 0xffffffffu, 0 };

  if (!is_stream)
    append (self, SX_ARROW_MAGIC "\0", 8);
  append_metadata (self, message);
  append_dictionaries (self, schema, columns);
  if (!append_batches (self, frame, columns, cancellable, error))
    return FALSE;
  append (self, end, sizeof end);
  if (!is_stream)
    append_footer (self, schema);
  return TRUE;
}

static gboolean
choose_codec (const char *name, const char *path, SxCodec *codec, GError **error)
{
  *codec = SX_CODEC_NONE;
  if (name == NULL || g_str_equal (name, "none"))
    return TRUE;
  if (!g_str_equal (name, "lz4") && !g_str_equal (name, "zstd"))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“compression” must be one of: %s."), "none, lz4, zstd");
      return FALSE;
    }
  *codec = g_str_equal (name, "lz4") ? SX_CODEC_LZ4_FRAME : SX_CODEC_ZSTD;
  return sx_codec_check (*codec, path, error);
}

gboolean
sx_arrow_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  gboolean is_stream = sx_options_get_bool (options, "stream", g_str_has_suffix (path, ".arrows"));
  g_autoptr (GArray) dictionaries = g_array_new (FALSE, FALSE, sizeof (Block));
  g_autoptr (GArray) batches = g_array_new (FALSE, FALSE, sizeof (Block));
  g_autoptr (SxFileWriter) file = NULL;
  Writer writer = { .dictionaries = dictionaries, .batches = batches };

  if (!choose_codec (sx_options_get_string (options, "compression"), path, &writer.codec, error))
    return FALSE;
  writer.file = file = sx_file_writer_new (path);
  if (!append_frame (&writer, frame, is_stream, cancellable, error))
    return FALSE;
  return sx_file_writer_commit (g_steal_pointer (&file), error);
}
