/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A frame as a new SQLite database of one table. It is made beside @path and takes its name when it is whole. Truth values are
 * 0 and 1 in a column declared BOOLEAN and times are ISO 8601 text in one declared TIMESTAMP, which our reader reads back so;
 * a list is its JSON text. */

#include "config.h"

#include "sx-reader-private.h"

#include "frame/sx-timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
get_declaration (SxType type)
{
  switch (type)
    {
    case SX_TYPE_INT64:
      return "INTEGER";
    case SX_TYPE_FLOAT64:
      return "REAL";
    case SX_TYPE_BOOL:
      return "BOOLEAN";
    case SX_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    case SX_TYPE_IMAGE:
      return "BLOB";
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_LIST:
    default:
      return "TEXT";
    }
}

static gboolean
set_write_error (const char *path, const char *message, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("Cannot write “%s”: %s. What was there before is unchanged."), path, message);
  return FALSE;
}

static void
append_name (GString *text, const char *name)
{
  char *quoted = sqlite3_mprintf ("\"%w\"", name);

  g_string_append (text, quoted);
  sqlite3_free (quoted);
}

/* The statement that takes one row. */
static sqlite3_stmt *
create_table (sqlite3 *db, SxSchema *schema, const char *table)
{
  g_autoptr (GString) create = g_string_new ("CREATE TABLE ");
  g_autoptr (GString) insert = g_string_new ("INSERT INTO ");
  sqlite3_stmt *statement = NULL;

  append_name (create, table);
  append_name (insert, table);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);
      g_string_append (create, i == 0 ? " (" : ", ");
      append_name (create, field->name);
      g_string_append_printf (create, " %s", get_declaration (field->type));
      g_string_append (insert, i == 0 ? " VALUES (?" : ", ?");
    }
  g_string_append (create, ")");
  g_string_append (insert, ")");
  if (sqlite3_exec (db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_exec (db, create->str, NULL, NULL, NULL) != SQLITE_OK || sqlite3_prepare_v2 (db, insert->str, -1, &statement, NULL) != SQLITE_OK)
    return NULL;
  return statement;
}

static int
bind_cell (sqlite3_stmt *statement, int place, const SxColumn *column, gsize row)
{
  char        time[SX_TIMESTAMP_MAX_SIZE];
  const char *text;
  gsize       size;

  if (sx_column_is_missing (column, row))
    return sqlite3_bind_null (statement, place);
  switch (column->type)
    {
    case SX_TYPE_INT64:
      return sqlite3_bind_int64 (statement, place, sx_column_get_int64 (column, row));
    case SX_TYPE_FLOAT64:
      return sqlite3_bind_double (statement, place, ((const double *)column->values)[row]);
    case SX_TYPE_BOOL:
      return sqlite3_bind_int (statement, place, sx_column_get_bool (column, row));
    case SX_TYPE_TIMESTAMP:
      size = sx_timestamp_print (sx_column_get_int64 (column, row), time);
      return sqlite3_bind_text64 (statement, place, time, size, SQLITE_TRANSIENT, SQLITE_UTF8);
    case SX_TYPE_IMAGE:
      text = sx_column_get_text (column, row, &size);
      return sqlite3_bind_blob64 (statement, place, text, size, SQLITE_STATIC);
    case SX_TYPE_LIST:
      return sqlite3_bind_text (statement, place, sx_column_dup_cell (column, row), -1, g_free);
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    default:
      text = sx_column_get_text (column, row, &size);
      return sqlite3_bind_text64 (statement, place, size > 0 ? text : "", size, SQLITE_STATIC, SQLITE_UTF8);
    }
}

/* SQLITE_OK, or what went wrong; SQLITE_INTERRUPT when cancelled. */
static int
insert_rows (sqlite3_stmt *statement, SxFrame *frame, GCancellable *cancellable)
{
  guint n = sx_schema_get_n_fields (sx_frame_get_schema (frame));

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);
      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        {
          int code;
          if ((row & 4095) == 0 && g_cancellable_is_cancelled (cancellable))
            return SQLITE_INTERRUPT;
          for (guint i = 0; i < n; i++)
            if ((code = bind_cell (statement, (int)i + 1, sx_batch_get_column (batch, i), row)) != SQLITE_OK)
              return code;
          if ((code = sqlite3_step (statement)) != SQLITE_DONE)
            return code;
          sqlite3_reset (statement);
        }
    }
  return SQLITE_OK;
}

static gboolean
fill_database (SxFrame *frame, const char *temporary, const char *path, const char *table, GCancellable *cancellable, GError **error)
{
  sqlite3      *db = NULL;
  sqlite3_stmt *statement = NULL;
  int           code = sqlite3_open_v2 (temporary, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  if (code == SQLITE_OK)
    {
      statement = create_table (db, sx_frame_get_schema (frame), table);
      code = statement ? insert_rows (statement, frame, cancellable) : sqlite3_errcode (db);
    }
  sqlite3_finalize (statement);
  if (code == SQLITE_OK)
    code = sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  if (code == SQLITE_INTERRUPT)
    g_cancellable_set_error_if_cancelled (cancellable, error);
  else if (code != SQLITE_OK)
    set_write_error (path, sqlite3_errmsg (db), error);
  sqlite3_close (db);
  return code == SQLITE_OK;
}

static gboolean
take_place (const char *temporary, const char *target, const char *path, GError **error)
{
  struct stat status;
  int         fd = g_open (temporary, O_RDWR | O_CLOEXEC, 0);
  mode_t      mode = umask (0);
  gboolean    is_done;

  umask (mode);
  mode = stat (target, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mode;
  is_done = fd >= 0 && fsync (fd) == 0 && fchmod (fd, mode) == 0 && g_rename (temporary, target) == 0;
  if (!is_done)
    set_write_error (path, g_strerror (errno), error);
  if (fd >= 0)
    close (fd);
  return is_done;
}

gboolean
sx_sqlite_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  const char      *table = sx_options_get_string (options, "table");
  char            *resolved = realpath (path, NULL);
  g_autofree char *target = g_strdup (resolved ? resolved : path);
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *temporary = g_build_filename (folder, ".sextant-XXXXXX", NULL);
  int              fd;
  gboolean         is_done;

  free (resolved);
  if (g_file_test (target, G_FILE_TEST_IS_DIR))
    return set_write_error (path, g_strerror (EISDIR), error);
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return set_write_error (path, g_strerror (errno), error);
  close (fd);
  is_done = fill_database (frame, temporary, path, table && *table ? table : "data", cancellable, error) && take_place (temporary, target, path, error);
  if (!is_done)
    g_unlink (temporary);
  return is_done;
}
