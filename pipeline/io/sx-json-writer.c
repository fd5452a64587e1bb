/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A table as JSON records, one a line; in an array (“json”) or bare (“jsonl”). Every record has every key, missing ones as null,
 * so that columns keep their order. A whole float64 is written 2.0, so that it is read as one again; JSON has no infinity, and
 * 1e999 is read as it. */

#include "config.h"

#include "sx-json-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
write_string (SxFileWriter *file, const char *text, gsize size)
{
  gsize from = 0;
  char  escape[8];

  sx_file_writer_append (file, "\"", 1);
  for (gsize i = 0; i < size; i++)
    {
      guchar c = (guchar)text[i];
      if (c >= 32 && c != '"' && c != '\\')
        continue;
      sx_file_writer_append (file, text + from, i - from);
      from = i + 1;
      if (c == '"' || c == '\\')
        g_snprintf (escape, sizeof escape, "\\%c", c);
      else if (c == '\n')
        g_strlcpy (escape, "\\n", sizeof escape);
      else if (c == '\t')
        g_strlcpy (escape, "\\t", sizeof escape);
      else
        g_snprintf (escape, sizeof escape, "\\u%04x", c);
      sx_file_writer_append (file, escape, strlen (escape));
    }
  sx_file_writer_append (file, text + from, size - from);
  sx_file_writer_append (file, "\"", 1);
}

static void
write_double (SxFileWriter *file, double value)
{
  char  text[SX_NUMBER_MAX_SIZE + 2];
  gsize size;

  if (isnan (value))
    size = g_strlcpy (text, "null", sizeof text);
  else if (isinf (value))
    size = g_strlcpy (text, value < 0 ? "-1e999" : "1e999", sizeof text);
  else
    {
      size = sx_number_print (value, text);
      if (strcspn (text, ".eE") == size)
        size = g_strlcat (text, ".0", sizeof text);
    }
  sx_file_writer_append (file, text, size);
}

static gboolean
write_text (SxFileWriter *file, const SxColumn *column, gsize row, const char *name, GError **error)
{
  gsize       size;
  const char *text = sx_column_get_text (column, row, &size);

  if (column->type == SX_TYPE_IMAGE && (memchr (text, 0, size) != NULL || !g_utf8_validate (text, (gssize)size, NULL)))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED,
                   _ ("Column “%s” holds pictures, which a text file cannot. Leave it out or keep paths instead."), name);
      return FALSE;
    }
  write_string (file, text, size);
  return TRUE;
}

static gboolean
write_cell (SxFileWriter *file, const SxColumn *column, gsize row, const char *name, GError **error)
{
  char        text[MAX (SX_NUMBER_MAX_SIZE, SX_TIMESTAMP_MAX_SIZE)];
  const char *word;

  if (sx_column_is_missing (column, row))
    {
      sx_file_writer_append (file, "null", 4);
      return TRUE;
    }
  switch (column->type)
    {
    case SX_TYPE_INT64:
      sx_file_writer_append (file, text, sx_number_print_int64 (sx_column_get_int64 (column, row), text));
      return TRUE;
    case SX_TYPE_FLOAT64:
      write_double (file, ((const double *)column->values)[row]);
      return TRUE;
    case SX_TYPE_BOOL:
      word = sx_column_get_bool (column, row) ? "true" : "false";
      sx_file_writer_append (file, word, strlen (word));
      return TRUE;
    case SX_TYPE_TIMESTAMP:
      write_string (file, text, sx_timestamp_print (sx_column_get_int64 (column, row), text));
      return TRUE;
    case SX_TYPE_LIST:
      for (gint32 i = column->offsets[row]; i < column->offsets[row + 1]; i++)
        {
          sx_file_writer_append (file, i == column->offsets[row] ? "[" : ",", 1);
          write_double (file, ((const double *)column->values)[i]);
        }
      sx_file_writer_append (file, "[]", column->offsets[row] == column->offsets[row + 1] ? 2 : 0);
      sx_file_writer_append (file, "]", column->offsets[row] == column->offsets[row + 1] ? 0 : 1);
      return TRUE;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      return write_text (file, column, row, name, error);
    }
}

static gboolean
write_record (SxFileWriter *file, SxBatch *batch, gsize row, GError **error)
{
  SxSchema *schema = sx_batch_get_schema (batch);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const char *name = sx_schema_get_field (schema, i)->name;
      sx_file_writer_append (file, i == 0 ? "{" : ",", 1);
      write_string (file, name, strlen (name));
      sx_file_writer_append (file, ":", 1);
      if (!write_cell (file, sx_batch_get_column (batch, i), row, name, error))
        return FALSE;
    }
  sx_file_writer_append (file, "}", 1);
  return TRUE;
}

static gboolean
write_frame (SxFrame *frame, const char *path, gboolean is_lines, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxFileWriter) file = sx_file_writer_new (path);
  gboolean is_first = TRUE;

  if (!is_lines)
    sx_file_writer_append (file, "[", 1);
  for (guint b = 0; b < sx_frame_get_n_batches (frame) && !sx_file_writer_has_failed (file); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);
      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        {
          if ((row & 4095) == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          if (!is_lines)
            sx_file_writer_append (file, is_first ? "\n" : ",\n", is_first ? 1 : 2);
          is_first = FALSE;
          if (!write_record (file, batch, row, error))
            return FALSE;
          if (is_lines)
            sx_file_writer_append (file, "\n", 1);
        }
    }
  if (!is_lines)
    sx_file_writer_append (file, "\n]\n", 3);
  return sx_file_writer_commit (g_steal_pointer (&file), error);
}

gboolean
sx_json_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return write_frame (frame, path, FALSE, cancellable, error);
}

gboolean
sx_json_write_lines (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return write_frame (frame, path, TRUE, cancellable, error);
}
