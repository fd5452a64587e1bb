/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Parquet files. The file is mapped; row groups are decoded a wave at a time, every column of every group of the wave by a thread of
 * its own choice, and handed out in the order of the file. What comes out does not depend on the number of threads: each column of a group is
 * decoded by one, and errors are reported in the order of the file too. */

#include "config.h"

#include "sx-parquet-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_THREADS 16
/* A wave ends with the row group that brings it to so many rows or bytes, or to so many tasks for each thread. */
#define WAVE_ROWS ((guint64)1 << 20)
#define WAVE_TASKS 4
#define WAVE_BYTES ((guint64)1 << 28)
/* What a column of a batch should take, when row groups have few, large rows. */
#define BATCH_BYTES ((guint64)1 << 26)

typedef struct _SxParquetReader SxParquetReader;

/* One column of one row group. */
typedef struct
{
  SxParquetReader *reader;
  guint            group, column; /* the place of it among those read */
  guint64          first_row;
  gsize            batch_rows;
  GCancellable    *cancellable; /* (nullable) */
  /* Result */
  GPtrArray *columns; /* of SxColumn, one a batch */
  guint      remarks;
  GError    *error;
} Task;

struct _SxParquetReader
{
  SxReader        base;
  GBytes         *file;
  const guint8   *data;
  gsize           size;
  SxParquetFooter footer;
  SxArrowField   *root;
  GPtrArray      *leaves; /* of SxParquetLeaf, by the fields of root */
  SxArrowColumns  columns;
  guint          *sources; /* of each column read, its leaf */
  guint64         n_rows, n_read;
  guint           group;   /* the first of the next wave */
  GQueue          batches; /* of SxBatch, ready to be handed out */
};

static const SxFormatOption parquet_options[] = {
  { "columns", "as", N_ ("all"), N_ ("The columns to read") },
  { "types", "a{ss}", N_ ("as in the file"), N_ ("The types of some columns, by name") },
  { "compression", "s", N_ ("snappy"), N_ ("For writing: none, snappy, gzip, zstd or lz4") },
  { NULL }
};

/* ---- one column of one row group ---- */

static gboolean
decode_column (Task *task, const SxParquetLeaf *leaf, SxParquetColumn *chunk, guint64 n_rows)
{
  SxParquetReader *self = task->reader;

  for (guint64 row = 0; row < n_rows;)
    {
      gsize n = (gsize)MIN (task->batch_rows, n_rows - row);
      g_auto (SxArrowView) view = { 0 };
      g_autoptr (SxArrowOwner) owner = sx_arrow_owner_new (NULL, NULL);
      SxColumn *column;

      if (g_cancellable_set_error_if_cancelled (task->cancellable, &task->error))
        return FALSE;
      sx_arrow_view_init (&view, 0, 1);
      view.n_rows = n;
      if (!sx_parquet_column_read (chunk, n, &view.children[0], owner, &task->error))
        return FALSE;
      column = sx_arrow_columns_convert (&self->columns, task->column, &view, 0, n, owner, task->first_row + row, &task->remarks, &task->error);
      if (column == NULL)
        return FALSE;
      g_ptr_array_add (task->columns, column);
      row += n;
    }
  return TRUE;
}

static void
decode_cb (gpointer data, gpointer user_data)
{
  Task                 *task = data;
  SxParquetReader      *self = task->reader;
  const SxParquetLeaf  *leaf = g_ptr_array_index (self->leaves, self->sources[task->column]);
  const SxParquetChunk *chunk = &g_array_index (self->footer.chunks, SxParquetChunk, task->group * self->footer.n_columns + leaf->column);
  g_autoptr (SxParquetColumn) column = NULL;

  task->columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  if (chunk->codec < 0 || chunk->codec > SX_CODEC_LZ4_RAW)
    {
      g_set_error (&task->error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” is compressed in a way that is not known (%d). Write it with Snappy or Zstandard."), self->base.path, (int)chunk->codec);
      return;
    }
  if (!sx_codec_check ((SxCodec)chunk->codec, self->base.path, &task->error))
    return;
  column = sx_parquet_column_new (leaf, chunk, self->data, self->size, self->base.path);
  decode_column (task, leaf, column, g_array_index (self->footer.group_rows, guint64, task->group));
}

static void
clear_task (gpointer data)
{
  Task *task = data;

  g_clear_pointer (&task->columns, g_ptr_array_unref);
  g_clear_error (&task->error);
}

/* ---- waves ---- */

static const SxParquetChunk *
get_chunk (SxParquetReader *self, guint group, guint column)
{
  const SxParquetLeaf *leaf = g_ptr_array_index (self->leaves, self->sources[column]);

  return &g_array_index (self->footer.chunks, SxParquetChunk, group * self->footer.n_columns + leaf->column);
}

/* Fewer rows in a batch when the cells are large. */
static gsize
choose_batch_rows (SxParquetReader *self, guint group)
{
  guint64 n_rows = g_array_index (self->footer.group_rows, guint64, group);
  guint64 largest = 1;

  for (guint i = 0; i < self->columns.leaves->len; i++)
    largest = MAX (largest, MIN (get_chunk (self, group, i)->size, G_MAXINT64));
  if (largest <= BATCH_BYTES)
    return SX_BATCH_MAX_ROWS;
  return (gsize)CLAMP ((guint64)((double)n_rows * ((double)BATCH_BYTES / (double)largest)), 1, SX_BATCH_MAX_ROWS);
}

static GArray *
plan_wave (SxParquetReader *self, guint *n_groups, GCancellable *cancellable)
{
  GArray *tasks = g_array_new (FALSE, TRUE, sizeof (Task));
  guint64 n_rows = 0, n_bytes = 0;
  guint   enough = WAVE_TASKS * g_get_num_processors ();

  g_array_set_clear_func (tasks, clear_task);
  for (*n_groups = 0; self->group + *n_groups < self->footer.group_rows->len && n_rows < WAVE_ROWS && n_bytes < WAVE_BYTES && tasks->len < enough; ++*n_groups)
    {
      guint group = self->group + *n_groups;
      gsize batch_rows = choose_batch_rows (self, group);

      for (guint i = 0; i < self->columns.leaves->len; i++)
        {
          Task task = { .reader = self, .group = group, .column = i, .first_row = self->n_read + n_rows, .batch_rows = batch_rows, .cancellable = cancellable };

          g_array_append_val (tasks, task);
          n_bytes += MIN (get_chunk (self, group, i)->size, WAVE_BYTES);
        }
      n_rows += g_array_index (self->footer.group_rows, guint64, group);
    }
  return tasks;
}

static void
run_tasks (GArray *tasks)
{
  guint n_threads = MIN (MIN (g_get_num_processors (), MAX_THREADS), tasks->len);

  if (n_threads <= 1)
    {
      for (guint i = 0; i < tasks->len; i++)
        decode_cb (&g_array_index (tasks, Task, i), NULL);
      return;
    }
  GThreadPool *pool = g_thread_pool_new (decode_cb, NULL, (int)n_threads, TRUE, NULL);
  for (guint i = 0; i < tasks->len; i++)
    g_thread_pool_push (pool, &g_array_index (tasks, Task, i), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
}

/* The batches of one group, put together from its tasks. */
static void
queue_group (SxParquetReader *self, const Task *tasks)
{
  guint                 n_columns = self->columns.leaves->len;
  g_autofree SxColumn **row = g_new (SxColumn *, n_columns);

  for (guint b = 0; b < tasks[0].columns->len; b++)
    {
      for (guint i = 0; i < n_columns; i++)
        row[i] = g_ptr_array_index (tasks[i].columns, b);
      g_queue_push_tail (&self->batches, sx_batch_new (self->base.schema, row, row[0]->n_rows));
    }
}

static void
drop_batches (SxParquetReader *self)
{
  g_queue_clear_full (&self->batches, (GDestroyNotify)sx_batch_unref);
}

static gboolean
sx_parquet_reader_rewind (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxParquetReader *self = (SxParquetReader *)reader;

  drop_batches (self);
  self->group = 0;
  self->n_read = 0;
  return TRUE;
}

/* Decodes the next row groups. A column that became wider sends the reader back to the first. */
static gboolean
load_wave (SxParquetReader *self, GCancellable *cancellable, GError **error)
{
  guint n_groups;
  g_autoptr (GArray) tasks = plan_wave (self, &n_groups, cancellable);
  gboolean is_wider = FALSE;

  run_tasks (tasks);
  for (guint i = 0; i < tasks->len; i++)
    {
      Task *task = &g_array_index (tasks, Task, i);

      is_wider |= sx_arrow_columns_note (&self->columns, task->column, task->remarks);
      if (task->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&task->error));
          return FALSE;
        }
    }
  if (is_wider)
    return sx_parquet_reader_rewind (&self->base, NULL, NULL);
  for (guint i = 0; i < n_groups; i++)
    {
      queue_group (self, &g_array_index (tasks, Task, i * self->columns.leaves->len));
      self->n_read += g_array_index (self->footer.group_rows, guint64, self->group + i);
    }
  self->group += n_groups;
  sx_reader_set_progress (&self->base, (double)self->n_read / (double)MAX (self->n_rows, 1));
  return TRUE;
}

static SxBatch *
sx_parquet_reader_next (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxParquetReader *self = (SxParquetReader *)reader;

  while (g_queue_is_empty (&self->batches) && self->group < self->footer.group_rows->len)
    if (!load_wave (self, cancellable, error))
      return NULL;
  return g_queue_pop_head (&self->batches);
}

static GVariant *
sx_parquet_reader_dup_options (SxReader *reader)
{
  return sx_arrow_columns_dup_options (&((SxParquetReader *)reader)->columns);
}

static void
sx_parquet_reader_free (SxReader *reader)
{
  SxParquetReader *self = (SxParquetReader *)reader;

  drop_batches (self);
  sx_arrow_columns_clear (&self->columns);
  g_clear_pointer (&self->sources, g_free);
  g_clear_pointer (&self->leaves, g_ptr_array_unref);
  g_clear_pointer (&self->root, sx_arrow_field_free);
  sx_parquet_footer_clear (&self->footer);
  g_clear_pointer (&self->file, g_bytes_unref);
}

static const SxReaderClass parquet_class = {
  sx_parquet_reader_next, sx_parquet_reader_rewind, sx_parquet_reader_dup_options, sx_parquet_reader_free
};

/* ---- opening ---- */

static gboolean
map_file (SxParquetReader *self, GError **error)
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

/* Leaves of the columns that are read are decoded as the one child of a table of their own. */
static void
find_sources (SxParquetReader *self)
{
  self->sources = g_new (guint, self->columns.leaves->len);
  for (guint i = 0; i < self->columns.leaves->len; i++)
    {
      SxArrowLeaf *leaf = g_ptr_array_index (self->columns.leaves, i);

      self->sources[i] = leaf->path[0];
      leaf->path[0] = 0;
    }
  for (guint i = 0; i < self->footer.group_rows->len; i++)
    self->n_rows += g_array_index (self->footer.group_rows, guint64, i);
}

static SxReader *
open_parquet (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  SxParquetReader *self = g_new0 (SxParquetReader, 1);
  g_autoptr (SxReader) reader = &self->base;

  sx_reader_init (&self->base, &parquet_class, &sx_format_parquet, path);
  g_queue_init (&self->batches);
  self->leaves = g_ptr_array_new_with_free_func (g_free);
  if (!map_file (self, error) || !sx_parquet_footer_parse (&self->footer, self->data, self->size, path, error))
    return NULL;
  self->root = sx_parquet_footer_list_leaves (&self->footer, self->leaves, path, error);
  if (self->root == NULL || !sx_arrow_columns_init (&self->columns, &self->base, self->root, options, error))
    return NULL;
  find_sources (self);
  return g_steal_pointer (&reader);
}

static int
sniff_parquet (const guint8 *head, gsize size, const char *name)
{
  return size >= 4 && (memcmp (head, SX_PARQUET_MAGIC, 4) == 0 || memcmp (head, "PARE", 4) == 0) ? 100 : 0;
}

static const char *const parquet_suffixes[] = { ".parquet", ".parq", ".pq", NULL };

const SxFormat sx_format_parquet = {
  .id = "parquet",
  .title = N_ ("Parquet"),
  .suffixes = parquet_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = parquet_options,
  .sniff = sniff_parquet,
  .open = open_parquet,
  .write = sx_parquet_write,
};
