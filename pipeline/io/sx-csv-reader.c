/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Reading delimited text.
 *
 * Opening reads one batch of cells and decides the types by all of them. Later batches are appended column by column. When a
 * cell does not fit its column, the rest of the file is only looked at, to find every type that will not hold; then the stream
 * begins anew with types that do. So a file is parsed twice at the worst for its types, and never half in one type.
 * The same happens when a category turns out to have too many different words. */

#include "config.h"

#include "sx-csv-private.h"

#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
parse_block (SxCsvReader *self, const char *text, gsize size, GError **error)
{
  if (self->dialect.delimiter == SX_CSV_BLANK_RUN)
    {
      size = sx_blank_run_collapse (&self->blank_run, text, size, self->dialect.quote, self->collapsed);
      text = self->collapsed;
    }
  return sx_csv_cells_parse (&self->cells, text, size, error);
}

/* Cells until there is a full batch or the file ends. */
gboolean
sx_csv_reader_fill (SxCsvReader *self, GCancellable *cancellable, GError **error)
{
  while (!self->at_end && self->cells.n_rows < SX_BATCH_MAX_ROWS && self->cells.n_bytes < SX_READER_MAX_TEXT)
    {
      gssize n = sx_text_input_read (self->input, self->block, cancellable, error);

      if (n < 0)
        return FALSE;
      if (n == 0)
        {
          self->at_end = TRUE;
          return sx_csv_cells_finish (&self->cells, error);
        }
      if (!parse_block (self, self->block, (gsize)n, error))
        return FALSE;
      sx_reader_set_progress (&self->base, sx_text_input_get_progress (self->input));
    }
  return TRUE;
}

/* What a new pass will find again is forgotten; what opening found, and why the pass is made, stays. */
static void
reset_notes (SxCsvReader *self)
{
  if (self->n_open_notes > 0 || self->columns != NULL)
    g_ptr_array_set_size (self->base.notes, (int)self->n_open_notes);
  self->base.n_hidden_notes = 0;
  for (guint i = 0; i < self->late_notes->len; i++)
    {
      const SxReadNote *late = g_ptr_array_index (self->late_notes, i);
      sx_reader_note (&self->base, late->line, late->column, "%s", late->message);
    }
}

/* The input at the table's first byte, and empty cells. */
gboolean
sx_csv_reader_begin (SxCsvReader *self, GError **error)
{
  guint    n_left = self->dialect.n_preamble;
  gssize   n = 0;
  gboolean after_return = FALSE;

  sx_csv_cells_clear (&self->cells);
  self->at_end = FALSE;
  self->missing.seen = 0;
  self->blank_run = (SxBlankRun){ 0 };
  self->is_ready = FALSE;
  self->has_ended = FALSE;
  reset_notes (self);
  if (!sx_text_input_rewind (self->input, error) ||
      !sx_csv_cells_init (&self->cells, &self->base, &self->dialect, self->on_error, self->dialect.has_header, error))
    return FALSE;
  while (n_left > 0 || after_return)
    {
      gsize skipped;

      n = sx_text_input_read (self->input, self->block, NULL, error);
      if (n <= 0)
        break;
      skipped = sx_dialect_skip_lines (self->block, (gsize)n, &n_left, &after_return);
      n -= (gssize)skipped;
      if (n > 0)
        return parse_block (self, self->block + skipped, (gsize)n, error);
    }
  return n >= 0;
}

static void
set_builder (SxCsvColumn *column, SxType type)
{
  g_clear_pointer (&column->builder, sx_column_builder_free);
  column->type = type;
  column->builder = sx_column_builder_new (type);
}

/* Types by what lies in cells; a first batch settles category or string. */
gboolean
sx_csv_reader_decide_types (SxCsvReader *self, GError **error)
{
  gsize              n_rows = MIN (self->cells.n_rows, SX_BATCH_MAX_ROWS);
  gboolean           is_whole = self->at_end && n_rows == self->cells.n_rows;
  g_autofree SxType *types = g_new (SxType, self->n_columns);
  g_autofree char  **names = g_new (char *, self->n_columns);
  SxSchema          *schema;

  for (guint i = 0; i < self->n_columns; i++)
    {
      SxCsvColumn *column = &self->columns[i];
      gsize        row;

      if (!column->is_fixed)
        sx_csv_column_narrow (column, &self->cells, i, n_rows, &self->missing, self->dialect.decimal, &row);
      set_builder (column, column->is_fixed ? column->type : sx_csv_column_guess_type (column, is_whole));
      if (!column->is_fixed && column->type == SX_TYPE_CATEGORY && !column->is_decided)
        {
          g_autoptr (SxColumn) probe = NULL;
          gsize n_probe = MIN (n_rows, 8192), n_distinct, n_present;

          /* A part of the rows tells a name from a kind; the whole is counted only when it may be a kind. */
          sx_csv_column_append (column, &self->cells, i, 0, n_probe, &self->missing, self->dialect.decimal);
          probe = sx_column_builder_finish (column->builder);
          n_present = probe->n_rows - probe->n_missing;
          n_distinct = probe->dictionary->n_rows;
          column->is_string = n_distinct > SX_CSV_MAX_CATEGORIES || n_distinct * 2 > n_present;
          column->is_decided = TRUE;
          column->n_ambiguous = 0;
          set_builder (column, sx_csv_column_guess_type (column, is_whole));
        }
      types[i] = column->type;
      names[i] = column->name;
    }
  schema = sx_reader_build_schema (names, types, self->n_columns, error);
  if (schema == NULL)
    return FALSE;
  sx_reader_set_schema (&self->base, schema);
  self->is_ready = TRUE;
  return TRUE;
}

static char *
dup_cell (SxCsvReader *self, gsize row, guint column)
{
  gsize       size;
  gboolean    is_quoted;
  const char *text = sx_csv_cells_get (&self->cells, row, column, &size, &is_quoted);

  if (size <= 40)
    return g_strndup (text, size);
  g_autofree char *start = g_strndup (text, 40);
  g_autofree char *valid = g_utf8_make_valid (start, -1);
  return g_strconcat (valid, "…", NULL);
}

/* A cell that is not of the type the caller fixed. */
static gboolean
set_misfit (SxCsvReader *self, guint i, gsize row, guint8 *dropped, GError **error)
{
  SxCsvColumn     *column = &self->columns[i];
  g_autofree char *cell = dup_cell (self, row, i);
  g_autofree char *line = sx_number_dup_grouped (self->cells.lines[row]);

  switch (self->on_error)
    {
    case SX_CSV_SKIP:
      dropped[row] = 1;
      sx_reader_note (&self->base, self->cells.lines[row], column->name, _ ("The row was skipped: “%s” is not of the type %s."), cell,
                      sx_type_get_nick (column->type));
      break;
    case SX_CSV_MISSING:
      sx_reader_note (&self->base, self->cells.lines[row], column->name, _ ("“%s” is not of the type %s and was read as missing."), cell,
                      sx_type_get_nick (column->type));
      break;
    case SX_CSV_FAIL:
    default:
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE,
                   _ ("Column “%s”, line %s: “%s” is not of the type %s. Add it to “missing”, choose another type, or set “on-error”."),
                   column->name, line, cell, sx_type_get_nick (column->type));
      return FALSE;
    }
  sx_column_builder_append_missing (column->builder);
  return TRUE;
}

static void
note_narrowed (SxCsvReader *self, guint i, gsize row)
{
  SxCsvColumn     *column = &self->columns[i];
  g_autofree char *cell = dup_cell (self, row, i);

  SxReadNote *note = g_new0 (SxReadNote, 1);
  note->line = self->cells.lines[row];
  note->column = g_strdup (column->name);
  note->message = g_strdup_printf (_ ("The column became %s because of “%s”. If that stands for a missing value, add it to “missing”."),
                                   sx_type_get_nick (sx_csv_column_guess_type (column, FALSE)), cell);
  g_ptr_array_add (self->late_notes, note);
}

/* One column of the batch, or NULL: with @error, or when the column's type does not hold. */
static SxColumn *
build_column (SxCsvReader *self, guint i, gsize n_rows, guint8 *dropped, GError **error)
{
  SxCsvColumn *column = &self->columns[i];
  SxColumn    *built;
  gsize        row = 0;

  while ((row = sx_csv_column_append (column, &self->cells, i, row, n_rows, &self->missing, self->dialect.decimal)) < n_rows)
    {
      if (!column->is_fixed)
        break;
      if (!set_misfit (self, i, row++, dropped, error))
        return NULL;
    }
  built = sx_column_builder_finish (column->builder);
  if (row < n_rows)
    {
      g_clear_pointer (&built, sx_column_unref);
      if (sx_csv_column_narrow (column, &self->cells, i, n_rows, &self->missing, self->dialect.decimal, &row))
        note_narrowed (self, i, row);
      else
        column->may = 0; /* never the same type again, or there would be no end of passes */
      self->is_scanning = TRUE;
    }
  else if (!column->is_fixed && built->type == SX_TYPE_CATEGORY && built->dictionary->n_rows > SX_CSV_MAX_CATEGORIES)
    {
      g_clear_pointer (&built, sx_column_unref);
      column->is_string = TRUE;
      self->is_scanning = TRUE;
    }
  return built;
}

/* The rows that were not dropped. */
static SxBatch *
make_batch (SxCsvReader *self, SxColumn **columns, gsize n_rows, const guint8 *dropped)
{
  g_autofree guint32 *keep = NULL;
  gsize               n_kept = 0;

  if (memchr (dropped, 1, n_rows) == NULL)
    return sx_batch_new (self->base.schema, columns, n_rows);
  keep = g_new (guint32, n_rows);
  for (gsize row = 0; row < n_rows; row++)
    if (!dropped[row])
      keep[n_kept++] = (guint32)row;
  for (guint i = 0; i < self->n_columns; i++)
    {
      SxColumn *whole = columns[i];
      columns[i] = sx_column_take (whole, keep, n_kept);
      sx_column_unref (whole);
    }
  return sx_batch_new (self->base.schema, columns, n_kept);
}

/* NULL with @error, or without when scanning began. */
static SxBatch *
build_batch (SxCsvReader *self, gsize n_rows, GError **error)
{
  g_autofree SxColumn **columns = g_new0 (SxColumn *, self->n_columns);
  g_autofree guint8    *dropped = g_malloc0 (n_rows + 1);
  SxBatch              *batch = NULL;
  GError               *problem = NULL;

  for (guint i = 0; i < self->n_columns && problem == NULL; i++)
    columns[i] = build_column (self, i, n_rows, dropped, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (!self->is_scanning)
    batch = make_batch (self, columns, n_rows, dropped);
  for (guint i = 0; i < self->n_columns; i++)
    g_clear_pointer (&columns[i], sx_column_unref);
  return batch;
}

/* Looks at the rest of the file for what else does not hold, then begins anew. */
static gboolean
scan_rest (SxCsvReader *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      gsize n_rows = MIN (self->cells.n_rows, SX_BATCH_MAX_ROWS);
      gsize row;

      for (guint i = 0; i < self->n_columns; i++)
        if (!self->columns[i].is_fixed && sx_csv_column_narrow (&self->columns[i], &self->cells, i, n_rows, &self->missing, self->dialect.decimal, &row))
          note_narrowed (self, i, row);
      sx_csv_cells_drop (&self->cells, n_rows);
      if (self->at_end && self->cells.n_rows == 0)
        break;
      if (!sx_csv_reader_fill (self, cancellable, error))
        return FALSE;
    }
  self->is_scanning = FALSE;
  sx_reader_start_anew (&self->base);
  return sx_csv_reader_begin (self, error) && sx_csv_reader_fill (self, cancellable, error) && sx_csv_reader_decide_types (self, error);
}

static void
note_end (SxCsvReader *self)
{
  guint64 n_invalid = sx_text_input_get_n_invalid (self->input);

  for (guint i = 0; i < self->n_columns; i++)
    if (self->columns[i].n_ambiguous > 0)
      {
        sx_reader_note (&self->base, 0, self->columns[i].name,
                        _ ("%" G_GUINT64_FORMAT " cells say “%s” and were kept as text. To read them as missing, add it to “missing”."),
                        self->columns[i].n_ambiguous, self->missing.words[self->columns[i].ambiguous_word]);
        self->columns[i].n_ambiguous = 0;
      }
  for (guint i = 0; i < self->missing.n_words; i++)
    if (self->missing.seen >> i & 1)
      sx_reader_note (&self->base, 0, NULL, _ ("Cells that say “%s” were read as missing."), self->missing.words[i]);
  for (guint i = 0; i < self->n_columns; i++)
    if (!self->columns[i].is_fixed && self->columns[i].may == (SX_CSV_MAY_DAY_FIRST | SX_CSV_MAY_MONTH_FIRST))
      sx_reader_note (&self->base, 0, self->columns[i].name,
                      _ ("The dates may be day before month or month before day, and were kept as text. Write them as 2024-12-31 to have them read as times."));
  if (n_invalid > 0)
    sx_reader_note (&self->base, 0, NULL, _ ("%" G_GUINT64_FORMAT " bytes are no characters in %s and were read as “\xef\xbf\xbd”. Set “encoding” if the file is in another."),
                    n_invalid, sx_text_input_get_encoding (self->input));
}

static SxBatch *
sx_csv_reader_next (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxCsvReader *self = (SxCsvReader *)reader;

  for (;;)
    {
      GError  *problem = NULL;
      SxBatch *batch;
      gsize    n_rows;

      if (!self->is_ready && !sx_csv_reader_fill (self, cancellable, error))
        return NULL;
      self->is_ready = FALSE;
      n_rows = MIN (self->cells.n_rows, SX_BATCH_MAX_ROWS);
      if (n_rows == 0)
        {
          if (!self->has_ended)
            note_end (self);
          self->has_ended = TRUE;
          return NULL;
        }
      batch = build_batch (self, n_rows, &problem);
      if (problem != NULL)
        {
          g_propagate_error (error, problem);
          return NULL;
        }
      if (batch == NULL)
        {
          if (!scan_rest (self, cancellable, error))
            return NULL;
          continue;
        }
      sx_csv_cells_drop (&self->cells, n_rows);
      return batch;
    }
}

static gboolean
sx_csv_reader_rewind (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxCsvReader *self = (SxCsvReader *)reader;

  return sx_csv_reader_begin (self, error) && sx_csv_reader_fill (self, cancellable, error) && sx_csv_reader_decide_types (self, error);
}

static void
sx_csv_reader_free (SxReader *reader)
{
  SxCsvReader *self = (SxCsvReader *)reader;

  for (guint i = 0; i < self->n_columns && self->columns != NULL; i++)
    sx_csv_column_clear (&self->columns[i]);
  g_free (self->columns);
  sx_csv_cells_clear (&self->cells);
  sx_missing_clear (&self->missing);
  g_clear_pointer (&self->late_notes, g_ptr_array_unref);
  g_clear_pointer (&self->input, sx_text_input_free);
  g_clear_pointer (&self->types, g_variant_unref);
  g_strfreev (self->names);
}

const SxReaderClass sx_csv_reader_class = {
  sx_csv_reader_next, sx_csv_reader_rewind, sx_csv_reader_dup_options, sx_csv_reader_free
};
