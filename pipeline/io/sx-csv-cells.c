/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* libcsv's callbacks into rows of cells, with the number of the line each began on.
 *
 * libcsv does not say whether a cell was quoted; but it asks about every first character of a cell whether it is a blank, and
 * that question shows us the opening quote. Its callbacks cannot stop it, so blocks are small and an error waits for the end of
 * the block. Blank lines are rows without cells. */

#include "config.h"

#include "sx-csv-private.h"

#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static _Thread_local gboolean saw_quote;
static _Thread_local guchar   quote_character;

static int
is_blank (guchar c)
{
  if (G_UNLIKELY (c == quote_character))
    saw_quote = TRUE;
  return c == ' ' || c == '\t';
}

static void G_GNUC_PRINTF (3, 4)
  fail (SxCsvCells *self, guint64 line, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *number = sx_number_dup_grouped (line);
  g_autofree char *name = g_path_get_basename (self->reader->path);
  va_list          args;

  if (self->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  self->error = g_error_new (SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s”, line %s: %s"), name, number, message);
}

static void
append_cell (SxCsvCells *self, const char *text, gsize size, gboolean is_quoted)
{
  if (G_UNLIKELY (self->n_bytes + size > self->n_bytes_alloc))
    {
      self->n_bytes_alloc = MAX (self->n_bytes + size, self->n_bytes_alloc * 2);
      self->bytes = g_realloc (self->bytes, self->n_bytes_alloc);
    }
  if (G_UNLIKELY (self->n_cells + 2 > self->n_cells_alloc))
    {
      self->n_cells_alloc *= 2;
      self->ends = g_renew (guint32, self->ends, self->n_cells_alloc);
    }
  memcpy (self->bytes + self->n_bytes, text, size);
  self->n_bytes += size;
  self->ends[++self->n_cells] = (guint32)self->n_bytes | (is_quoted ? SX_CSV_QUOTED : 0);
}

static void
cell_cb (void *text, size_t size, void *data)
{
  SxCsvCells *self = data;
  gboolean    is_quoted = saw_quote;

  saw_quote = FALSE;
  self->after_return = FALSE;
  if (G_UNLIKELY (is_quoted))
    {
      const char *p = text, *end = p + size;
      while (p < end && (p = memchr (p, '\n', (gsize)(end - p))) != NULL)
        self->n_newlines++, p++;
    }
  self->n_in_row++;
  if (G_UNLIKELY (self->is_header))
    g_ptr_array_add (self->header, g_strndup (text, size));
  else if (self->n_columns == 0 || self->n_in_row <= self->n_columns)
    append_cell (self, text, size, is_quoted);
}

static void
take_back_row (SxCsvCells *self)
{
  self->n_bytes = self->row_bytes;
  self->n_cells = self->row_cells;
}

/* A row of another width than the table. Returns whether it stays. */
static gboolean
accept_ragged (SxCsvCells *self, guint64 line)
{
  switch (self->on_error)
    {
    case SX_CSV_SKIP:
      take_back_row (self);
      self->n_skipped++;
      sx_reader_note (self->reader, line, NULL, _ ("The row was skipped: it has %u cells instead of %u."), self->n_in_row, self->n_columns);
      return FALSE;
    case SX_CSV_MISSING:
      sx_reader_note (self->reader, line, NULL,
                      self->n_in_row < self->n_columns ? _ ("The row has %u cells instead of %u; the others were read as missing.")
                                                       : _ ("The row has %u cells instead of %u; those beyond were left out."),
                      self->n_in_row, self->n_columns);
      for (guint i = self->n_in_row; i < self->n_columns; i++)
        append_cell (self, "", 0, FALSE);
      return TRUE;
    case SX_CSV_FAIL:
    default:
      fail (self, line,
            _ ("the row has %u cells instead of %u. Check delimiter and quotes, or set “on-error” to “skip” or “missing”."),
            self->n_in_row, self->n_columns);
      take_back_row (self);
      return FALSE;
    }
}

static void
finish_row (SxCsvCells *self, guint64 line)
{
  gboolean stays = TRUE;

  if (self->is_header)
    {
      self->is_header = FALSE;
      self->n_columns = self->header->len + self->is_row_named;
      return;
    }
  if (self->n_columns == 0)
    self->n_columns = self->n_in_row;
  if (self->n_in_row != self->n_columns)
    stays = accept_ragged (self, line);
  if (self->n_bytes - self->row_bytes > SX_CSV_MAX_ROW_SIZE)
    fail (self, line, _ ("the row is longer than 16 MB. Perhaps a quote is not closed: set “quote” to none."));
  if (!stays)
    return;
  if (self->n_rows == self->n_rows_alloc)
    {
      self->n_rows_alloc *= 2;
      self->lines = g_renew (guint64, self->lines, self->n_rows_alloc);
    }
  self->lines[self->n_rows++] = line;
  self->row_bytes = self->n_bytes;
  self->row_cells = self->n_cells;
}

static void
row_cb (int terminator, void *data)
{
  SxCsvCells *self = data;

  if (self->n_in_row > 0)
    {
      self->line += self->n_newlines;
      if (self->error == NULL)
        finish_row (self, self->line - self->n_newlines);
      self->n_in_row = 0;
      self->n_newlines = 0;
    }
  else if (terminator == '\n' && self->after_return)
    {
      self->after_return = FALSE; /* the second half of CR LF */
      return;
    }
  self->line++;
  self->after_return = terminator == '\r';
}

gboolean
sx_csv_cells_init (SxCsvCells *self, SxReader *reader, const SxDialect *dialect, SxCsvOnError on_error, gboolean wants_header, GError **error)
{
  *self = (SxCsvCells){ .reader = reader, .on_error = on_error, .is_header = wants_header };
  if (csv_init (&self->parser, CSV_REPALL_NL) != 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("There is not enough memory to read a table."));
      return FALSE;
    }
  csv_set_delim (&self->parser, (guchar)dialect->delimiter);
  csv_set_quote (&self->parser, (guchar)dialect->quote);
  csv_set_space_func (&self->parser, is_blank);
  csv_set_blk_size (&self->parser, 64 * 1024);
  self->header = g_ptr_array_new_with_free_func (g_free);
  self->n_bytes_alloc = 1024 * 1024;
  self->bytes = g_malloc (self->n_bytes_alloc);
  self->n_cells_alloc = 64 * 1024;
  self->ends = g_new (guint32, self->n_cells_alloc);
  self->ends[0] = 0;
  self->n_rows_alloc = 4096;
  self->lines = g_new (guint64, self->n_rows_alloc);
  self->line = dialect->n_preamble + 1;
  self->is_row_named = dialect->is_row_named;
  self->n_columns = wants_header ? 0 : dialect->width;
  return TRUE;
}

void
sx_csv_cells_clear (SxCsvCells *self)
{
  if (self->bytes == NULL)
    return;
  csv_free (&self->parser);
  g_clear_pointer (&self->header, g_ptr_array_unref);
  g_clear_pointer (&self->bytes, g_free);
  g_clear_pointer (&self->ends, g_free);
  g_clear_pointer (&self->lines, g_free);
  g_clear_error (&self->error);
}

static gboolean
check (SxCsvCells *self, GError **error)
{
  if (self->error == NULL && self->n_in_row > SX_CSV_MAX_COLUMNS)
    fail (self, self->line, _ ("the row has more than %u cells. Check delimiter and quotes."), SX_CSV_MAX_COLUMNS);
  if (self->error == NULL && csv_get_buffer_size (&self->parser) > SX_CSV_MAX_ROW_SIZE)
    fail (self, self->line, _ ("a cell is longer than 16 MB. Perhaps a quote is not closed: set “quote” to none."));
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

gboolean
sx_csv_cells_parse (SxCsvCells *self, const char *text, gsize size, GError **error)
{
  quote_character = csv_get_quote (&self->parser);
  saw_quote = self->saw_quote;
  if (memchr (text, 0, size) != NULL)
    {
      fail (self, self->line, _ ("here or shortly after stands a zero byte, so this is no text, or it is damaged."));
      return check (self, error);
    }
  /* A call for every byte is dear: without a quote in sight libcsv's own idea of a blank, which is the same, will do. */
  csv_set_space_func (&self->parser, saw_quote || memchr (text, quote_character, size) != NULL ? is_blank : NULL);
  if (csv_parse (&self->parser, text, size, cell_cb, row_cb, self) != size)
    fail (self, self->line, _ ("%s."), csv_strerror (csv_error (&self->parser)));
  self->saw_quote = saw_quote;
  return check (self, error);
}

gboolean
sx_csv_cells_finish (SxCsvCells *self, GError **error)
{
  guint64 line = self->line;

  saw_quote = self->saw_quote;
  /* Strict only now: inside rows a lone quote is a character like others. */
  csv_set_opts (&self->parser, CSV_STRICT | CSV_STRICT_FINI);
  if (csv_fini (&self->parser, cell_cb, row_cb, self) != 0)
    fail (self, line, _ ("a quote that opens in this row is never closed. Close it, or set “quote” to none."));
  return check (self, error);
}

void
sx_csv_cells_drop (SxCsvCells *self, gsize n_rows)
{
  gsize   first_cell = n_rows * self->n_columns;
  guint32 from = self->ends[first_cell] & ~SX_CSV_QUOTED;

  g_assert (n_rows <= self->n_rows);
  if (n_rows == 0)
    return;
  memmove (self->bytes, self->bytes + from, self->n_bytes - from);
  self->ends[0] = 0;
  for (gsize i = 1; i <= self->n_cells - first_cell; i++)
    self->ends[i] = self->ends[first_cell + i] - from; /* the quote bit stays as it is */
  memmove (self->lines, self->lines + n_rows, (self->n_rows - n_rows) * sizeof *self->lines);
  self->n_bytes -= from;
  self->n_cells -= first_cell;
  self->n_rows -= n_rows;
  self->row_bytes -= from;
  self->row_cells -= first_cell;
}
