/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A table as delimited text that our reader reads back equal: missing is an empty cell; text is quoted where a reader would
 * split it, trim it, or take it for something else than text (a number's digits are left alone: types are not kept in CSV). */

#include "config.h"

#include "sx-csv-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  SxFileWriter *file;
  char          delimiter;
  char          quote; /* 0: never quote */
  char          decimal;
  gboolean      is_alone; /* a single column: an empty line would vanish */
  SxMissing     missing;
  gboolean      is_special[256]; /* characters that make a cell be quoted */
} Writer;

static void
write_quoted (Writer *self, const char *text, gsize size)
{
  const char *end = text + size, *quote;

  sx_file_writer_append (self->file, &self->quote, 1);
  while ((quote = memchr (text, self->quote, (gsize)(end - text))) != NULL)
    {
      sx_file_writer_append (self->file, text, (gsize)(quote - text) + 1);
      sx_file_writer_append (self->file, &self->quote, 1);
      text = quote + 1;
    }
  sx_file_writer_append (self->file, text, (gsize)(end - text));
  sx_file_writer_append (self->file, &self->quote, 1);
}

static gboolean
needs_quote (const Writer *self, const char *text, gsize size)
{
  if (size == 0 || text[0] == ' ' || text[0] == '\t' || text[size - 1] == ' ' || text[size - 1] == '\t' || text[0] == '#')
    return TRUE;
  for (gsize i = 0; i < size; i++)
    if (self->is_special[(guchar)text[i]])
      return TRUE;
  return sx_missing_find (&self->missing, text, size) >= 0;
}

static void
write_text (Writer *self, const char *text, gsize size)
{
  if (self->quote != 0 && needs_quote (self, text, size))
    write_quoted (self, text, size);
  else
    sx_file_writer_append (self->file, text, size);
}

static void
write_number (Writer *self, double value)
{
  char  text[SX_NUMBER_MAX_SIZE];
  gsize size = sx_number_print (value, text);
  char *point = self->decimal == '.' ? NULL : memchr (text, '.', size);

  if (point != NULL)
    *point = self->decimal;
  /* With a decimal comma and a comma between cells the number itself needs quotes. */
  write_text (self, text, size);
}

static void
write_cell (Writer *self, const SxColumn *column, gsize row)
{
  char        number[MAX (SX_NUMBER_MAX_SIZE, SX_TIMESTAMP_MAX_SIZE)];
  const char *text;
  gsize       size;

  if (sx_column_is_missing (column, row))
    {
      if (self->is_alone)
        sx_file_writer_append (self->file, "NaN", 3);
      return;
    }
  switch (column->type)
    {
    case SX_TYPE_INT64:
      size = sx_number_print_int64 (sx_column_get_int64 (column, row), number);
      sx_file_writer_append (self->file, number, size);
      break;
    case SX_TYPE_FLOAT64:
      write_number (self, ((const double *)column->values)[row]);
      break;
    case SX_TYPE_BOOL:
      text = sx_column_get_bool (column, row) ? "true" : "false";
      sx_file_writer_append (self->file, text, strlen (text));
      break;
    case SX_TYPE_TIMESTAMP:
      size = sx_timestamp_print (sx_column_get_int64 (column, row), number);
      write_text (self, number, size);
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
      text = sx_column_get_text (column, row, &size);
      write_text (self, text, size);
      break;
      case SX_TYPE_LIST: {
        g_autofree char *list = sx_column_dup_cell (column, row);
        write_text (self, list, strlen (list));
        break;
      }
    default:
      g_assert_not_reached ();
    }
}

static void
write_header (Writer *self, SxSchema *schema)
{
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const char *name = sx_schema_get_field (schema, i)->name;
      if (i > 0)
        sx_file_writer_append (self->file, &self->delimiter, 1);
      write_text (self, name, strlen (name));
    }
  sx_file_writer_append (self->file, "\n", 1);
}

static gboolean
write_batch (Writer *self, SxBatch *batch, GCancellable *cancellable, GError **error)
{
  guint n_columns = sx_schema_get_n_fields (sx_batch_get_schema (batch));

  for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
    {
      if ((row & 4095) == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (guint i = 0; i < n_columns; i++)
        {
          if (i > 0)
            sx_file_writer_append (self->file, &self->delimiter, 1);
          write_cell (self, sx_batch_get_column (batch, i), row);
        }
      sx_file_writer_append (self->file, "\n", 1);
    }
  return TRUE;
}

/* Bytes of pictures cannot stand in a text file; paths to them can. */
static gboolean
check_columns (SxFrame *frame, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    for (guint b = 0; sx_schema_get_field (schema, i)->type == SX_TYPE_IMAGE && b < sx_frame_get_n_batches (frame); b++)
      {
        const SxColumn *column = sx_batch_get_column (sx_frame_get_batch (frame, b), i);
        for (gsize row = 0; row < column->n_rows; row++)
          {
            gsize       size;
            const char *text = sx_column_get_text (column, row, &size);
            if (memchr (text, 0, size) != NULL || !g_utf8_validate (text, (gssize)size, NULL))
              {
                g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED,
                             _ ("Column “%s” holds pictures, which a text file cannot. Leave it out or keep paths instead."),
                             sx_schema_get_field (schema, i)->name);
                return FALSE;
              }
          }
      }
  return TRUE;
}

static char
get_mark (GVariant *options, const char *key, char fallback)
{
  const char *text = sx_options_get_string (options, key);

  if (text == NULL || *text == '\0')
    return fallback;
  if (g_str_equal (text, "tab") || g_str_equal (text, "\\t"))
    return '\t';
  if (g_str_equal (text, "blanks"))
    return ' ';
  return g_str_equal (text, "none") ? 0 : *text;
}

gboolean
sx_csv_write (SxFrame *frame, const char *path, char delimiter, GVariant *options, GCancellable *cancellable, GError **error)
{
  Writer   self = { .delimiter = get_mark (options, "delimiter", delimiter), .quote = get_mark (options, "quote", '"'), .decimal = get_mark (options, "decimal", '.') };
  gboolean is_done = TRUE;

  if (self.delimiter == 0)
    self.delimiter = SX_CSV_NO_DELIMITER;
  if (!check_columns (frame, error))
    return FALSE;
  self.file = sx_file_writer_new (path);
  self.is_alone = sx_schema_get_n_fields (sx_frame_get_schema (frame)) == 1;
  self.is_special[(guchar)self.delimiter] = self.is_special[(guchar)self.quote] = TRUE;
  self.is_special['\n'] = self.is_special['\r'] = TRUE;
  sx_missing_init (&self.missing, NULL);
  if (sx_options_get_bool (options, "header", TRUE))
    write_header (&self, sx_frame_get_schema (frame));
  for (guint b = 0; is_done && b < sx_frame_get_n_batches (frame) && !sx_file_writer_has_failed (self.file); b++)
    is_done = write_batch (&self, sx_frame_get_batch (frame, b), cancellable, error);
  sx_missing_clear (&self.missing);
  if (!is_done)
    {
      sx_file_writer_abandon (self.file);
      return FALSE;
    }
  return sx_file_writer_commit (self.file, error);
}

gboolean
sx_csv_write_comma (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return sx_csv_write (frame, path, ',', options, cancellable, error);
}

gboolean
sx_csv_write_tab (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return sx_csv_write (frame, path, '\t', options, cancellable, error);
}
