/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Tables made of rows of others. A missing cell is gathered like any other, from a column of one row that is missing. */

#include "config.h"

#include "sx-row-take-private.h"

#include "frame/sx-column-private.h"

#include <glib/gi18n-lib.h>

/* The batches of one or two columns, and behind them one missing cell. */
typedef struct
{
  SxColumn **columns; /* NULL-ended, owned */
  guint      n_first; /* batches of the first frame */
  guint      missing; /* index of the missing cell */
} Cells;

static SxColumn *
make_missing (SxType type, SxColumn *dictionary)
{
  g_autoptr (SxColumnBuilder) builder = NULL;

  /* Of the others' dictionary, so that they need not be recoded. */
  if (type == SX_TYPE_CATEGORY && dictionary != NULL)
    return sx_column_new_take (type, 1, 1, sx_aligned_new0 (1), sx_aligned_new0 (sizeof (gint32)), NULL, sx_column_ref (dictionary));
  builder = sx_column_builder_new (type);
  sx_column_builder_append_missing (builder);
  return sx_column_builder_finish (builder);
}

static void
add_batches (GPtrArray *list, SxFrame *frame, guint column, SxType type)
{
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      g_ptr_array_add (list, cells->type == type ? sx_column_ref (cells) : sx_column_cast (cells, type, "", 0, NULL));
    }
}

static Cells
list_cells (const SxRowSource *source, SxType type)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  Cells cells = { NULL };

  add_batches (list, source->frame, source->column, type);
  cells.n_first = list->len;
  if (source->other != NULL)
    add_batches (list, source->other, source->other_column, type);
  cells.missing = list->len;
  g_ptr_array_add (list, make_missing (type, list->len > 0 ? ((SxColumn *)list->pdata[0])->dictionary : NULL));
  cells.columns = sx_columns_unify ((SxColumn *const *)list->pdata, list->len);
  return cells;
}

static void
clear_cells (Cells *cells)
{
  for (guint i = 0; cells->columns[i] != NULL; i++)
    sx_column_unref (cells->columns[i]);
  g_free (cells->columns);
}

/* The first row of each batch, then the number of rows. */
static guint64 *
list_starts (SxFrame *frame)
{
  guint    n = frame != NULL ? sx_frame_get_n_batches (frame) : 0;
  guint64 *starts = g_new0 (guint64, n + 1);

  for (guint b = 0; b < n; b++)
    starts[b + 1] = starts[b] + sx_batch_get_n_rows (sx_frame_get_batch (frame, b));
  return starts;
}

/* The batch of @row. Most tables have full batches, so that it is found by division; else it is looked for. */
static inline guint
find_batch (const guint64 *starts, guint n, guint64 row)
{
  guint low = (guint)(row / SX_BATCH_MAX_ROWS), high = n;

  if (low < n && starts[low] <= row && row < starts[low + 1])
    return low;
  for (low = 0; high - low > 1;)
    {
      guint middle = low + (high - low) / 2;

      if (starts[middle] <= row)
        low = middle;
      else
        high = middle;
    }
  while (starts[low + 1] <= row) /* empty batches share their start with the next one */
    low++;
  return low;
}

typedef struct
{
  guint64 *starts, *other_starts;
  guint32 *which, *at; /* of one batch of the result */
} Places;

static void
find_places (const Places *places, const SxRowSource *source, const Cells *cells, guint64 first, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 row = source->rows[first + i];
      guint   batch;

      if (row != SX_NO_ROW)
        {
          batch = find_batch (places->starts, cells->n_first, row);
          places->which[i] = batch;
          places->at[i] = (guint32)(row - places->starts[batch]);
          continue;
        }
      row = source->other != NULL ? source->other_rows[first + i] : SX_NO_ROW;
      batch = row != SX_NO_ROW ? find_batch (places->other_starts, cells->missing - cells->n_first, row) : 0;
      places->which[i] = row != SX_NO_ROW ? cells->n_first + batch : cells->missing;
      places->at[i] = row != SX_NO_ROW ? (guint32)(row - places->other_starts[batch]) : 0;
    }
}

/* The batches of one column of the result. */
static GPtrArray *
take_column (const SxRowSource *source, SxType type, guint64 n_rows, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  Cells               cells = list_cells (source, type);
  g_autofree guint64 *starts = list_starts (source->frame);
  g_autofree guint64 *other_starts = list_starts (source->other);
  g_autofree guint32 *which = g_new (guint32, SX_BATCH_MAX_ROWS);
  g_autofree guint32 *at = g_new (guint32, SX_BATCH_MAX_ROWS);
  Places              places = { starts, other_starts, which, at };
  gboolean            is_cancelled = FALSE;

  for (guint64 first = 0; first < n_rows && !is_cancelled; first += SX_BATCH_MAX_ROWS)
    {
      gsize n = (gsize)MIN (SX_BATCH_MAX_ROWS, n_rows - first);

      find_places (&places, source, &cells, first, n);
      g_ptr_array_add (batches, sx_column_gather (cells.columns, which, at, n));
      is_cancelled = g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  clear_cells (&cells);
  return is_cancelled ? NULL : g_steal_pointer (&batches);
}

SxFrame *
sx_rows_take (SxSchema *schema, const SxRowSource *sources, guint64 n_rows, GCancellable *cancellable, GError **error)
{
  guint n_columns = sx_schema_get_n_fields (schema);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  g_autofree SxColumn **row_of = g_new0 (SxColumn *, n_columns + 1);

  for (guint i = 0; i < n_columns; i++)
    {
      GPtrArray *column = take_column (&sources[i], sx_schema_get_field (schema, i)->type, n_rows, cancellable, error);

      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
    }
  for (guint b = 0; n_columns > 0 && b < ((GPtrArray *)columns->pdata[0])->len; b++)
    {
      for (guint i = 0; i < n_columns; i++)
        row_of[i] = ((GPtrArray *)columns->pdata[i])->pdata[b];
      g_ptr_array_add (batches, sx_batch_new (schema, row_of, row_of[0]->n_rows));
    }
  return sx_frame_new (schema, batches);
}

/* Whole columns hold so much text and no more. */
static gboolean
check_size (const GPtrArray *batches, const char *name, GError **error)
{
  gsize size = 0;

  for (guint i = 0; i < batches->len; i++)
    {
      const SxColumn *column = batches->pdata[i];

      size += column->offsets != NULL ? (gsize)column->offsets[column->n_rows] * (column->type == SX_TYPE_LIST ? sizeof (double) : 1) : 0;
    }
  if (size <= SX_COLUMN_MAX_TEXT)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("Column “%s” would hold more than two thousand million bytes. Leave it out, or filter rows first."), name);
  return FALSE;
}

SxColumn *
sx_frame_dup_column (SxFrame *frame, guint column, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new ();

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    g_ptr_array_add (batches, sx_batch_get_column (sx_frame_get_batch (frame, b), column));
  return check_size (batches, sx_schema_get_field (sx_frame_get_schema (frame), column)->name, error) ? sx_frame_concat_column (frame, column) : NULL;
}

SxColumn *
sx_rows_take_column (SxFrame *frame, guint column, const guint32 *rows, guint64 n_rows, GCancellable *cancellable, GError **error)
{
  const SxField *field = sx_schema_get_field (sx_frame_get_schema (frame), column);
  SxRowSource    source = { .frame = frame, .column = column, .rows = rows };
  g_autoptr (GPtrArray) batches = take_column (&source, field->type, n_rows, cancellable, error);

  return batches != NULL && check_size (batches, field->name, error) ? sx_column_concat (field->type, (SxColumn *const *)batches->pdata, batches->len) : NULL;
}

SxFrame *
sx_frame_put_columns (SxFrame *frame, SxSchema *schema, const char *const *names, SxColumn *const *columns)
{
  SxSchema *input = sx_frame_get_schema (frame);
  guint     n = sx_schema_get_n_fields (schema);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  gsize first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);
      gsize    n_rows = sx_batch_get_n_rows (batch);
      g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

      for (guint i = 0; i < n; i++)
        {
          const char *name = sx_schema_get_field (schema, i)->name;
          guint       j = 0;

          while (names[j] != NULL && !g_str_equal (names[j], name))
            j++;
          g_ptr_array_add (cells, names[j] != NULL ? sx_column_slice (columns[j], first, n_rows) : sx_column_ref (sx_batch_get_column (batch, (guint)sx_schema_find (input, name))));
        }
      g_ptr_array_add (batches, sx_batch_new (schema, (SxColumn *const *)cells->pdata, n_rows));
      first += n_rows;
    }
  return sx_frame_new (schema, batches);
}
