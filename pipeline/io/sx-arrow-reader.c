/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Arrow IPC: the file (Feather version 2 is the same) and the stream.
 *
 * The file is mapped, and columns that are not compressed and have our layout stay there: they cost no memory until they are looked at. Opening
 * looks at every message's metadata but at no body. A dictionary is read together with all deltas that follow it before
 * the next that replaces it, as batches in between only know a part of the same values. */

#include "config.h"

#include "sx-arrow-ipc-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CONTINUATION 0xffffffffu
#define BLOCK_SIZE 24 /* of the footer's structs */

/* Where a message lies. */
typedef struct
{
  gsize    metadata, metadata_size;
  gsize    body, body_size;
  gboolean is_dictionary, is_delta;
  gint64   id;
  guint    next; /* the next delta of the same dictionary; 0 when there is none */
} Block;

typedef struct
{
  SxReader       base;
  GBytes        *file;
  const guint8  *data;
  gsize          size;
  SxArrowField  *root;
  SxArrowColumns columns;
  GArray        *blocks; /* of Block */
  GHashTable    *dictionaries;
  guint          block; /* the next */
  SxArrowView    view;  /* the batch at hand */
  SxArrowOwner  *owner; /* (nullable) */
  gsize          view_row;
  guint64        row;
  guint64        n_rows;  /* claimed so far */
  guint64        n_bytes; /* of all messages */
} SxArrowReader;

static const SxFormatOption arrow_options[] = {
  { "columns", "as", N_ ("all"), N_ ("The columns to read") },
  { "types", "a{ss}", N_ ("as in the file"), N_ ("The types of some columns, by name") },
  { "compression", "s", N_ ("none"), N_ ("For writing: none, lz4 or zstd") },
  { "stream", "b", N_ ("for .arrows"), N_ ("Whether to write a stream instead of a file") },
  { NULL }
};

static gboolean
set_damaged (SxArrowReader *self, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is damaged: %s. Get a whole copy of it, or write it again."), self->base.path, what);
  return FALSE;
}

static guint32
load_uint32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, 4);
  return GUINT32_FROM_LE (value);
}

/* The message that begins at @at: its size stands before it, since 2019 after a mark. FALSE with *size 0 at the end of a stream. */
static gboolean
measure_message (SxArrowReader *self, gsize at, gsize *metadata, gsize *size, GError **error)
{
  *size = 0;
  if (at == self->size)
    return TRUE;
  if (self->size - at < 4)
    return set_damaged (self, _ ("it is cut off"), error);
  *size = load_uint32 (self->data + at);
  *metadata = at + 4;
  if (*size == CONTINUATION)
    {
      if (self->size - at < 8)
        return set_damaged (self, _ ("it is cut off"), error);
      *size = load_uint32 (self->data + at + 4);
      *metadata = at + 8;
    }
  if (*size > self->size - *metadata || *size > SX_ARROW_MAX_METADATA)
    return set_damaged (self, _ ("it is cut off"), error);
  return TRUE;
}

static gboolean
add_block (SxArrowReader *self, gsize metadata, gsize metadata_size, const SxArrowMessage *message, GError **error)
{
  Block block = {
    .metadata = metadata,
    .metadata_size = metadata_size,
    .body = metadata + metadata_size,
    .body_size = (gsize)message->body_size,
    .is_dictionary = message->kind == SX_ARROW_MESSAGE_DICTIONARY,
    .id = message->dictionary_id,
    .is_delta = message->is_delta,
  };

  if (message->body_size > self->size - block.body)
    return set_damaged (self, _ ("it is cut off"), error);
  /* Messages lie beside each other: no byte is there to be decompressed twice. */
  self->n_bytes += block.metadata_size + block.body_size;
  if (self->n_bytes > self->size)
    return set_damaged (self, _ ("its footer points to the same bytes more than once"), error);
  if (message->kind != SX_ARROW_MESSAGE_DICTIONARY && message->kind != SX_ARROW_MESSAGE_BATCH)
    return set_damaged (self, _ ("it holds messages that are not of a table"), error);
  g_array_append_val (self->blocks, block);
  return TRUE;
}

/* ---- opening ---- */

static gboolean
read_schema (SxArrowReader *self, SxFlat *flat, gsize schema, GError **error)
{
  self->root = sx_arrow_schema_parse (flat, schema, self->base.path, error);
  return self->root != NULL;
}

static gboolean
scan_stream (SxArrowReader *self, GError **error)
{
  gsize at = 0;

  while (TRUE)
    {
      SxArrowMessage message;
      gsize          metadata, size;

      if (!measure_message (self, at, &metadata, &size, error))
        return FALSE;
      if (size == 0)
        break;
      if (!sx_arrow_message_parse (&message, self->data + metadata, size, self->base.path, error))
        return FALSE;
      at = metadata + size;
      if (self->root == NULL)
        {
          if (message.kind != SX_ARROW_MESSAGE_SCHEMA)
            return set_damaged (self, _ ("it does not begin with a schema"), error);
          if (!read_schema (self, &message.flat, message.header, error))
            return FALSE;
        }
      else if (!add_block (self, metadata, size, &message, error))
        return FALSE;
      if (message.body_size > self->size - at)
        return set_damaged (self, _ ("it is cut off"), error);
      at += (gsize)message.body_size;
    }
  return self->root != NULL || set_damaged (self, _ ("it does not begin with a schema"), error);
}

static gboolean
scan_blocks (SxArrowReader *self, SxFlat *footer, gsize table, guint slot, GError **error)
{
  gsize         n;
  const guint8 *blocks = sx_flat_get_vector (footer, table, slot, BLOCK_SIZE, &n);

  for (gsize i = 0; i < n; i++)
    {
      SxArrowMessage message;
      gint64         offset;
      gsize          metadata, size;

      memcpy (&offset, blocks + i * BLOCK_SIZE, 8);
      offset = GINT64_FROM_LE (offset);
      if (offset < 0 || (guint64)offset >= self->size)
        return set_damaged (self, _ ("its footer points out of it"), error);
      if (!measure_message (self, (gsize)offset, &metadata, &size, error) || (size == 0 && !set_damaged (self, _ ("its footer points out of it"), error)) ||
          !sx_arrow_message_parse (&message, self->data + metadata, size, self->base.path, error) || !add_block (self, metadata, size, &message, error))
        return FALSE;
    }
  return !footer->is_bad || set_damaged (self, _ ("its footer cannot be understood"), error);
}

static gboolean
scan_file (SxArrowReader *self, GError **error)
{
  SxFlat footer;
  gsize  size, table, schema;

  /* Magic, padding, …, footer, its size, magic. */
  if (self->size < 8 + 4 + SX_ARROW_MAGIC_SIZE || memcmp (self->data + self->size - SX_ARROW_MAGIC_SIZE, SX_ARROW_MAGIC, SX_ARROW_MAGIC_SIZE) != 0)
    return set_damaged (self, _ ("its end is not there"), error);
  size = load_uint32 (self->data + self->size - SX_ARROW_MAGIC_SIZE - 4);
  if (size > self->size - 8 - 4 - SX_ARROW_MAGIC_SIZE)
    return set_damaged (self, _ ("its footer cannot be understood"), error);
  footer = (SxFlat){ self->data + self->size - SX_ARROW_MAGIC_SIZE - 4 - size, size, FALSE };
  table = sx_flat_get_root (&footer);
  schema = sx_flat_get_table (&footer, table, 1);
  if (footer.is_bad || schema == 0)
    return set_damaged (self, _ ("its footer cannot be understood"), error);
  return read_schema (self, &footer, schema, error) && scan_blocks (self, &footer, table, 2, error) && scan_blocks (self, &footer, table, 3, error);
}

/* Links every delta to what it adds to. */
static gboolean
chain_deltas (SxArrowReader *self, GError **error)
{
  g_autoptr (GHashTable) last = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < self->blocks->len; i++)
    {
      Block *block = &g_array_index (self->blocks, Block, i);

      if (!block->is_dictionary)
        continue;
      if (block->is_delta)
        {
          Block *before = g_hash_table_lookup (last, &block->id);

          if (before == NULL)
            return set_damaged (self, _ ("a part of a dictionary comes before its beginning"), error);
          before->next = i;
        }
      g_hash_table_replace (last, &block->id, block);
    }
  return TRUE;
}

/* ---- reading ---- */

static const SxArrowField *
find_dictionary (const SxArrowField *field, gint64 id)
{
  if (field->index_width > 0 && field->dictionary_id == id)
    return field->is_skipped ? NULL : field;
  for (guint i = 0; i < field->children->len; i++)
    {
      const SxArrowField *found = find_dictionary (g_ptr_array_index (field->children, i), id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static SxArrowOwner *
new_owner (SxArrowReader *self)
{
  return sx_arrow_owner_new (g_bytes_ref (self->file), (GDestroyNotify)g_bytes_unref);
}

/* The values in one dictionary message. */
static SxColumn *
read_values (SxArrowReader *self, const Block *block, const SxArrowField *field, GError **error)
{
  g_autoptr (SxArrowField) root = sx_arrow_field_new (NULL, SX_ARROW_STRUCT);
  g_autoptr (SxArrowOwner) owner = new_owner (self);
  g_auto (SxArrowView) view = { 0 };
  SxArrowField   plain = *field;
  SxArrowMessage message;
  SxColumn      *column = NULL;

  plain.index_width = 0;
  g_ptr_array_set_free_func (root->children, NULL);
  g_ptr_array_add (root->children, &plain);
  if (sx_arrow_message_parse (&message, self->data + block->metadata, block->metadata_size, self->base.path, error) &&
      sx_arrow_batch_parse (&message, root, self->data + block->body, self->dictionaries, owner, self->base.path, &view, error))
    {
      if (view.children[0].n_rows > G_MAXINT32 || !sx_arrow_cells_are_plausible (view.children[0].n_rows, 1, self->size))
        set_damaged (self, _ ("it claims too many rows"), error);
      else
        column = sx_arrow_convert (&plain, &view.children[0], owner, error);
    }
  return column;
}

static gboolean
load_dictionary (SxArrowReader *self, guint index, GError **error)
{
  const Block        *block = &g_array_index (self->blocks, Block, index);
  const SxArrowField *field = find_dictionary (self->root, block->id);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autoptr (SxColumn) values = NULL;
  gsize size = 0;

  if (block->is_delta || field == NULL)
    return TRUE;
  do
    {
      SxColumn *part = read_values (self, &g_array_index (self->blocks, Block, index), field, error);

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (parts, part);
      size += sx_column_get_buffer_size (part);
      if (size > SX_COLUMN_MAX_TEXT)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The dictionary of column “%s” has more than 2 GiB, which is not read."), field->name);
          return FALSE;
        }
      index = g_array_index (self->blocks, Block, index).next;
    }
  while (index != 0);
  values = sx_column_concat (((SxColumn *)parts->pdata[0])->type, (SxColumn **)parts->pdata, parts->len);
  g_hash_table_replace (self->dictionaries, g_memdup2 (&block->id, sizeof block->id), sx_arrow_dictionary_new (values));
  return TRUE;
}

static void
drop_batch (SxArrowReader *self)
{
  sx_arrow_view_clear (&self->view);
  self->view = (SxArrowView){ 0 };
  g_clear_pointer (&self->owner, sx_arrow_owner_unref);
  self->view_row = 0;
}

/* The next message, whatever it is; FALSE with an error only. */
static gboolean
load_block (SxArrowReader *self, GError **error)
{
  const Block   *block = &g_array_index (self->blocks, Block, self->block++);
  SxArrowMessage message;

  drop_batch (self);
  if (block->is_dictionary)
    return load_dictionary (self, self->block - 1, error);
  self->owner = new_owner (self);
  if (!sx_arrow_message_parse (&message, self->data + block->metadata, block->metadata_size, self->base.path, error) ||
      !sx_arrow_batch_parse (&message, self->root, self->data + block->body, self->dictionaries, self->owner, self->base.path, &self->view, error))
    {
      drop_batch (self);
      return FALSE;
    }
  self->n_rows += self->view.n_rows;
  if (self->view.n_rows > G_MAXINT64 / 2 || !sx_arrow_cells_are_plausible (self->n_rows, self->columns.leaves->len, self->size))
    {
      drop_batch (self);
      return set_damaged (self, _ ("it claims too many rows"), error);
    }
  return TRUE;
}

static gboolean
sx_arrow_reader_rewind (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxArrowReader *self = (SxArrowReader *)reader;

  drop_batch (self);
  g_hash_table_remove_all (self->dictionaries);
  self->block = 0;
  self->row = self->n_rows = 0;
  return TRUE;
}

/* The next rows of the batch at hand; NULL without an error when a column became wider. */
static SxBatch *
make_batch (SxArrowReader *self, GError **error)
{
  guint n_columns = self->columns.leaves->len;
  gsize n_rows = MIN (SX_BATCH_MAX_ROWS, self->view.n_rows - self->view_row);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < n_columns && n_rows > 0; i++)
    n_rows = sx_arrow_leaf_fit (g_ptr_array_index (self->columns.leaves, i), &self->view, self->view_row, n_rows, error);
  if (n_rows == 0)
    return NULL;
  for (guint i = 0; i < n_columns; i++)
    {
      guint     remarks = 0;
      SxColumn *column = sx_arrow_columns_convert (&self->columns, i, &self->view, self->view_row, n_rows, self->owner, self->row, &remarks, error);

      if (column != NULL)
        g_ptr_array_add (columns, column);
      if (sx_arrow_columns_note (&self->columns, i, remarks))
        sx_arrow_reader_rewind (&self->base, NULL, NULL);
      if (column == NULL)
        return NULL;
    }
  self->view_row += n_rows;
  self->row += n_rows;
  return sx_batch_new (self->base.schema, (SxColumn **)columns->pdata, n_rows);
}

static SxBatch *
sx_arrow_reader_next (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxArrowReader *self = (SxArrowReader *)reader;
  GError        *problem = NULL;

  while (problem == NULL)
    {
      SxBatch *batch;

      while (problem == NULL && self->view_row == self->view.n_rows && self->block < self->blocks->len)
        {
          sx_reader_set_progress (reader, (double)self->block / self->blocks->len);
          if (!g_cancellable_set_error_if_cancelled (cancellable, &problem))
            load_block (self, &problem);
        }
      if (problem != NULL || self->view_row == self->view.n_rows)
        break;
      batch = make_batch (self, &problem);
      if (batch != NULL)
        return batch;
    }
  if (problem != NULL)
    g_propagate_error (error, problem);
  return NULL;
}

static GVariant *
sx_arrow_reader_dup_options (SxReader *reader)
{
  return sx_arrow_columns_dup_options (&((SxArrowReader *)reader)->columns);
}

static void
sx_arrow_reader_free (SxReader *reader)
{
  SxArrowReader *self = (SxArrowReader *)reader;

  drop_batch (self);
  sx_arrow_columns_clear (&self->columns);
  g_clear_pointer (&self->root, sx_arrow_field_free);
  g_clear_pointer (&self->blocks, g_array_unref);
  g_clear_pointer (&self->dictionaries, g_hash_table_unref);
  g_clear_pointer (&self->file, g_bytes_unref);
}

static const SxReaderClass arrow_class = {
  sx_arrow_reader_next, sx_arrow_reader_rewind, sx_arrow_reader_dup_options, sx_arrow_reader_free
};

static gboolean
map_file (SxArrowReader *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  GMappedFile *mapped = g_mapped_file_new (self->base.path, FALSE, &problem);

  if (mapped == NULL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("Cannot open “%s”: %s."), self->base.path, problem->message);
      return FALSE;
    }
  self->file = g_mapped_file_get_bytes (mapped);
  g_mapped_file_unref (mapped);
  self->data = g_bytes_get_data (self->file, &self->size);
  return TRUE;
}

static SxReader *
open_arrow (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  SxArrowReader *self = g_new0 (SxArrowReader, 1);
  g_autoptr (SxReader) reader = &self->base;
  gboolean is_file;

  sx_reader_init (&self->base, &arrow_class, &sx_format_arrow, path);
  self->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  self->dictionaries = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)sx_arrow_dictionary_unref);
  if (!map_file (self, error))
    return NULL;
  is_file = self->size >= SX_ARROW_MAGIC_SIZE && memcmp (self->data, SX_ARROW_MAGIC, SX_ARROW_MAGIC_SIZE) == 0;
  if (!(is_file ? scan_file (self, error) : scan_stream (self, error)))
    {
      if (!is_file && self->root == NULL && error != NULL && g_error_matches (*error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE))
        {
          g_clear_error (error);
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is no Arrow file, or its beginning is damaged."), path);
        }
      return NULL;
    }
  if (!chain_deltas (self, error))
    return NULL;
  if (!sx_arrow_columns_init (&self->columns, &self->base, self->root, options, error))
    return NULL;
  sx_arrow_skip_others (self->root, self->columns.leaves);
  return g_steal_pointer (&reader);
}

/* A file by its magic; a stream by a first message that is a schema. */
static int
sniff_arrow (const guint8 *head, gsize size, const char *name)
{
  SxFlat flat = { 0 };
  gsize  message;

  if (size >= 8 && memcmp (head, SX_ARROW_MAGIC "\0", 8) == 0)
    return 100;
  if (size < 16 || load_uint32 (head) != CONTINUATION || load_uint32 (head + 4) == 0)
    return 0;
  flat.data = head + 8;
  flat.size = MIN (size - 8, load_uint32 (head + 4));
  message = sx_flat_get_root (&flat);
  return sx_flat_get_number (&flat, message, 1, 1, 0) == SX_ARROW_MESSAGE_SCHEMA && !flat.is_bad ? 95 : 0;
}

static const char *const arrow_suffixes[] = { ".arrow", ".feather", ".ipc", ".arrows", NULL };

const SxFormat sx_format_arrow = {
  .id = "arrow",
  .title = N_ ("Arrow, Feather"),
  .suffixes = arrow_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = arrow_options,
  .sniff = sniff_arrow,
  .open = open_arrow,
  .write = sx_arrow_write,
};
