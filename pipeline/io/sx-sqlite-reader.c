/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Tables and queries of an SQLite database.
 *
 * SQLite types values, not columns: a column declared INTEGER may hold text. So opening looks at every row once and keeps, a
 * column, what kinds of values there are; reading is then sure. Both passes stand in one read transaction, so that a writer
 * beside us cannot come between them. The file is opened read-only, and a query that would write is refused. */

#include "config.h"

#include "sx-reader-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <sqlite3.h>
#include <string.h>

#define MAX_CATEGORIES 1000
/* Between two looks at the cancellable, in SQLite's virtual machine steps. */
#define PROGRESS_STEPS 20000

typedef struct
{
  char       *name;
  char       *declared; /* upper case, maybe empty */
  guint       seen;     /* bit an SQLITE_INTEGER… */
  gboolean    is_truth; /* all whole numbers were 0 or 1 */
  gboolean    is_time;  /* all texts were times */
  guint64     n_present;
  GHashTable *words; /* (nullable): texts so far, NULL when too many */
} Column;

typedef struct
{
  SxReader          base;
  sqlite3          *db;
  sqlite3_stmt     *statement;
  char             *table;
  char             *query;
  GVariant         *types; /* (nullable) a{ss} */
  Column           *columns;
  SxColumnBuilder **builders;
  guint             n_columns;
  guint64           n_rows, row;
  gboolean          is_done;
} SxSqliteReader;

static const SxFormatOption sqlite_options[] = {
  { "table", "s", N_ ("the only table"), N_ ("The table or view to read; the table to write, “data” when not said") },
  { "query", "s", N_ ("the whole table"), N_ ("A SELECT to read instead of a table") },
  { "types", "a{ss}", N_ ("by all values"), N_ ("The types of some columns, by name") },
  { NULL }
};

static gboolean
set_sqlite_error (sqlite3 *db, const char *path, GError **error)
{
  int code = sqlite3_errcode (db) & 0xff;

  if (code == SQLITE_INTERRUPT)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Reading was cancelled."));
  else if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” is no SQLite database, or it is damaged: %s."), path, sqlite3_errmsg (db));
  else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("Another program is writing to “%s”. Try again when it is done."), path);
  else
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s”: %s."), path, sqlite3_errmsg (db));
  return FALSE;
}

static sqlite3 *
open_database (const char *path, GError **error)
{
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      set_sqlite_error (db, path, error);
      sqlite3_close (db);
      return NULL;
    }
  sqlite3_busy_timeout (db, 2000);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
  return db;
}

static char **
list_tables (sqlite3 *db, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement = NULL;
  int           step;

  if (sqlite3_prepare_v2 (db, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
                          -1, &statement, NULL) != SQLITE_OK)
    {
      set_sqlite_error (db, path, error);
      return NULL;
    }
  while ((step = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (names, g_strdup ((const char *)sqlite3_column_text (statement, 0)));
  if (step != SQLITE_DONE)
    set_sqlite_error (db, path, error);
  sqlite3_finalize (statement);
  if (step != SQLITE_DONE)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static char **
sqlite_tables (const char *path, GError **error)
{
  sqlite3 *db;
  char   **tables;

  if (!sx_source_check (path, error) || (db = open_database (path, error)) == NULL)
    return NULL;
  tables = list_tables (db, path, error);
  sqlite3_close (db);
  return tables;
}

static int
sqlite_progress_cb (void *data)
{
  return g_cancellable_is_cancelled (data);
}

/* The table the caller named, or the only one. */
static gboolean
choose_table (SxSqliteReader *self, GError **error)
{
  g_auto (GStrv) tables = list_tables (self->db, self->base.path, error);
  g_autofree char *names = tables ? g_strjoinv (", ", tables) : NULL;

  if (tables == NULL)
    return FALSE;
  if (self->table != NULL && !g_strv_contains ((const char *const *)tables, self->table))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” has no table “%s”. It has: %s."), self->base.path, self->table,
                   tables[0] ? names : _ ("none"));
      return FALSE;
    }
  if (self->table == NULL && g_strv_length (tables) != 1)
    {
      if (tables[0] == NULL)
        g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” has no tables."), self->base.path);
      else
        g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” has several tables. Choose one with “table”: %s."), self->base.path, names);
      return FALSE;
    }
  if (self->table == NULL)
    self->table = g_strdup (tables[0]);
  return TRUE;
}

static gboolean
prepare (SxSqliteReader *self, GError **error)
{
  const char *tail = NULL;
  char       *made = self->query ? NULL : sqlite3_mprintf ("SELECT * FROM \"%w\"", self->table);
  int         code = sqlite3_prepare_v2 (self->db, self->query ? self->query : made, -1, &self->statement, &tail);

  if (code == SQLITE_OK && self->query != NULL)
    {
      while (g_ascii_isspace (*tail) || *tail == ';')
        tail++;
      if (self->statement == NULL || *tail != '\0' || !sqlite3_stmt_readonly (self->statement) || sqlite3_column_count (self->statement) == 0)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“query” must be a single SELECT; it may change nothing."));
          sqlite3_free (made);
          return FALSE;
        }
    }
  sqlite3_free (made);
  return code == SQLITE_OK || set_sqlite_error (self->db, self->base.path, error);
}

static void
look_at_text (Column *column, const char *text, gsize size)
{
  gint64 time;

  if (column->is_time && (size < 8 || !sx_timestamp_parse (text, size, &time)))
    column->is_time = FALSE;
  if (column->words == NULL)
    return;
  /* A text with a zero inside is counted by what stands before it; that only makes it look more like a category. */
  if (!g_hash_table_contains (column->words, text))
    g_hash_table_add (column->words, g_strndup (text, size));
  if (g_hash_table_size (column->words) > MAX_CATEGORIES)
    g_clear_pointer (&column->words, g_hash_table_unref);
}

static void
look_at_value (SxSqliteReader *self, guint i)
{
  Column *column = &self->columns[i];
  int     kind = sqlite3_column_type (self->statement, (int)i);
  gint64  value;

  if (kind == SQLITE_NULL)
    return;
  column->seen |= 1u << kind;
  column->n_present++;
  if (kind == SQLITE_INTEGER)
    {
      value = sqlite3_column_int64 (self->statement, (int)i);
      column->is_truth &= value == 0 || value == 1;
    }
  else if (kind == SQLITE_TEXT)
    {
      const char *text = (const char *)sqlite3_column_text (self->statement, (int)i);
      look_at_text (column, text, (gsize)sqlite3_column_bytes (self->statement, (int)i));
    }
}

/* Every row once. */
static gboolean
look_at_rows (SxSqliteReader *self, GError **error)
{
  int step;

  while ((step = sqlite3_step (self->statement)) == SQLITE_ROW)
    {
      for (guint i = 0; i < self->n_columns; i++)
        look_at_value (self, i);
      self->n_rows++;
    }
  if (step != SQLITE_DONE)
    return set_sqlite_error (self->db, self->base.path, error);
  sqlite3_reset (self->statement);
  return TRUE;
}

static SxType
guess_type (const Column *column)
{
  const char *declared = column->declared;

  if (column->seen == 0)
    {
      if (strstr (declared, "INT"))
        return SX_TYPE_INT64;
      if (strstr (declared, "CHAR") || strstr (declared, "TEXT") || strstr (declared, "CLOB"))
        return SX_TYPE_STRING;
      return SX_TYPE_FLOAT64;
    }
  if (column->seen == 1u << SQLITE_INTEGER)
    return g_str_has_prefix (declared, "BOOL") && column->is_truth ? SX_TYPE_BOOL : SX_TYPE_INT64;
  if ((column->seen & ~(1u << SQLITE_INTEGER | 1u << SQLITE_FLOAT)) == 0)
    return SX_TYPE_FLOAT64;
  if (column->seen & 1u << SQLITE_BLOB)
    return SX_TYPE_IMAGE;
  if (column->seen == 1u << SQLITE_TEXT && column->is_time)
    return SX_TYPE_TIMESTAMP;
  if (column->seen == 1u << SQLITE_TEXT && column->words != NULL && (guint64)g_hash_table_size (column->words) * 2 <= column->n_present)
    return SX_TYPE_CATEGORY;
  return SX_TYPE_STRING;
}

static void
begin_columns (SxSqliteReader *self)
{
  self->n_columns = (guint)sqlite3_column_count (self->statement);
  self->columns = g_new0 (Column, self->n_columns);
  self->builders = g_new0 (SxColumnBuilder *, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *declared = sqlite3_column_decltype (self->statement, (int)i);
      self->columns[i] = (Column){
        .name = g_strdup (sqlite3_column_name (self->statement, (int)i)),
        .declared = g_ascii_strup (declared ? declared : "", -1),
        .is_truth = TRUE,
        .is_time = TRUE,
        .words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
      };
    }
}

static gboolean
make_schema (SxSqliteReader *self, GError **error)
{
  g_autofree SxType *types = g_new (SxType, self->n_columns);
  g_autofree char  **names = g_new (char *, self->n_columns);
  SxSchema          *schema;

  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *nick;
      names[i] = self->columns[i].name;
      types[i] = guess_type (&self->columns[i]);
      if (self->types != NULL && g_variant_lookup (self->types, names[i], "&s", &nick) && (!sx_type_from_nick (nick, &types[i]) || types[i] == SX_TYPE_LIST))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“types” gives column “%s” the type “%s”, which it cannot have."), names[i], nick);
          return FALSE;
        }
    }
  sx_reader_tidy_names (&self->base, names, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    {
      self->columns[i].name = names[i]; /* tidying may have replaced it */
      self->builders[i] = sx_column_builder_new (types[i]);
      g_clear_pointer (&self->columns[i].words, g_hash_table_unref);
    }
  schema = sx_reader_build_schema (names, types, self->n_columns, error);
  if (schema != NULL)
    sx_reader_set_schema (&self->base, schema);
  return schema != NULL;
}

/* A value as the column's type; FALSE when a type the caller fixed does not hold. */
static gboolean
append_value (SxColumnBuilder *builder, sqlite3_stmt *statement, int i)
{
  int         kind = sqlite3_column_type (statement, i);
  const char *text;
  gsize       size;
  gint64      whole;
  double      number;
  gboolean    truth;

  if (kind == SQLITE_NULL)
    {
      sx_column_builder_append_missing (builder);
      return TRUE;
    }
  switch (sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      if (kind == SQLITE_INTEGER)
        {
          sx_column_builder_append_int64 (builder, sqlite3_column_int64 (statement, i));
          return TRUE;
        }
      break;
    case SX_TYPE_FLOAT64:
      if (kind == SQLITE_INTEGER || kind == SQLITE_FLOAT)
        {
          sx_column_builder_append_double (builder, sqlite3_column_double (statement, i));
          return TRUE;
        }
      break;
    case SX_TYPE_BOOL:
      if (kind == SQLITE_INTEGER)
        {
          sx_column_builder_append_bool (builder, sqlite3_column_int64 (statement, i) != 0);
          return TRUE;
        }
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
      text = (const char *)sqlite3_column_text (statement, i);
      size = (gsize)sqlite3_column_bytes (statement, i);
      if (!g_utf8_validate (text, (gssize)size, NULL))
        {
          g_autofree char *valid = g_utf8_make_valid (text, (gssize)size);
          sx_column_builder_append_text (builder, valid, strlen (valid));
        }
      else
        sx_column_builder_append_text (builder, text, size);
      return TRUE;
    case SX_TYPE_IMAGE:
      text = sqlite3_column_blob (statement, i);
      sx_column_builder_append_text (builder, text ? text : "", (gsize)sqlite3_column_bytes (statement, i));
      return TRUE;
    case SX_TYPE_TIMESTAMP:
    case SX_TYPE_LIST:
    default:
      break;
    }
  text = (const char *)sqlite3_column_text (statement, i);
  size = (gsize)sqlite3_column_bytes (statement, i);
  if (sx_column_builder_get_type (builder) == SX_TYPE_TIMESTAMP && sx_timestamp_parse (text, size, &whole))
    sx_column_builder_append_int64 (builder, whole);
  else if (sx_column_builder_get_type (builder) == SX_TYPE_INT64 && sx_number_parse_int64 (text, size, &whole))
    sx_column_builder_append_int64 (builder, whole);
  else if (sx_column_builder_get_type (builder) == SX_TYPE_FLOAT64 && sx_number_parse (text, size, &number))
    sx_column_builder_append_double (builder, number);
  else if (sx_column_builder_get_type (builder) == SX_TYPE_BOOL && sx_number_parse_bool (text, size, &truth))
    sx_column_builder_append_bool (builder, truth);
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_misfit (SxSqliteReader *self, guint i, GError **error)
{
  g_autofree char *number = sx_number_dup_grouped (self->row + 1);
  g_autofree char *cell = g_utf8_make_valid ((const char *)sqlite3_column_text (self->statement, (int)i), -1);

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s”, row %s: “%.60s” is not of the type %s. Choose another type for the column."),
               self->columns[i].name, number, cell, sx_type_get_nick (sx_column_builder_get_type (self->builders[i])));
  return FALSE;
}

static gboolean
append_rows (SxSqliteReader *self, gsize *n_rows, GError **error)
{
  int   step = SQLITE_ROW;
  gsize n_bytes = 0; /* of text, over all columns */

  for (*n_rows = 0; *n_rows < SX_BATCH_MAX_ROWS && n_bytes < SX_READER_MAX_TEXT && (step = sqlite3_step (self->statement)) == SQLITE_ROW; ++*n_rows, self->row++)
    for (guint i = 0; i < self->n_columns; i++)
      {
        if (!append_value (self->builders[i], self->statement, (int)i))
          return set_misfit (self, i, error);
        if (!sx_type_is_numeric (sx_column_builder_get_type (self->builders[i])))
          n_bytes += (gsize)sqlite3_column_bytes (self->statement, (int)i);
      }
  self->is_done = step == SQLITE_DONE;
  return step == SQLITE_ROW || step == SQLITE_DONE || set_sqlite_error (self->db, self->base.path, error);
}

static SxBatch *
sx_sqlite_reader_next (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxSqliteReader       *self = (SxSqliteReader *)reader;
  g_autofree SxColumn **columns = NULL;
  SxBatch              *batch;
  gsize                 n_rows;

  if (self->is_done)
    return NULL;
  sqlite3_progress_handler (self->db, PROGRESS_STEPS, cancellable ? sqlite_progress_cb : NULL, cancellable);
  if (!append_rows (self, &n_rows, error) || n_rows == 0)
    return NULL;
  columns = g_new0 (SxColumn *, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    columns[i] = sx_column_builder_finish (self->builders[i]);
  batch = sx_batch_new (reader->schema, columns, n_rows);
  for (guint i = 0; i < self->n_columns; i++)
    sx_column_unref (columns[i]);
  sx_reader_set_progress (reader, .5 + .5 * (double)self->row / (double)MAX (1, self->n_rows));
  return batch;
}

static gboolean
sx_sqlite_reader_rewind (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxSqliteReader *self = (SxSqliteReader *)reader;

  sqlite3_reset (self->statement);
  self->row = 0;
  self->is_done = FALSE;
  return TRUE;
}

static GVariant *
sx_sqlite_reader_dup_options (SxReader *reader)
{
  SxSqliteReader *self = (SxSqliteReader *)reader;
  GVariantDict    dict;

  g_variant_dict_init (&dict, NULL);
  if (self->query != NULL)
    g_variant_dict_insert (&dict, "query", "s", self->query);
  else
    g_variant_dict_insert (&dict, "table", "s", self->table);
  if (self->types != NULL)
    g_variant_dict_insert_value (&dict, "types", self->types);
  return g_variant_dict_end (&dict);
}

static void
sx_sqlite_reader_free (SxReader *reader)
{
  SxSqliteReader *self = (SxSqliteReader *)reader;

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_free (self->columns[i].name);
      g_free (self->columns[i].declared);
      g_clear_pointer (&self->columns[i].words, g_hash_table_unref);
      g_clear_pointer (&self->builders[i], sx_column_builder_free);
    }
  g_free (self->columns);
  g_free (self->builders);
  sqlite3_finalize (self->statement);
  sqlite3_close (self->db);
  g_free (self->table);
  g_free (self->query);
  g_clear_pointer (&self->types, g_variant_unref);
}

static const SxReaderClass sqlite_class = {
  sx_sqlite_reader_next, sx_sqlite_reader_rewind, sx_sqlite_reader_dup_options, sx_sqlite_reader_free
};

static SxReader *
open_sqlite (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  SxSqliteReader *self = g_new0 (SxSqliteReader, 1);
  g_autoptr (SxReader) reader = &self->base;

  sx_reader_init (&self->base, &sqlite_class, &sx_format_sqlite, path);
  self->table = g_strdup (sx_options_get_string (options, "table"));
  self->query = g_strdup (sx_options_get_string (options, "query"));
  if (options != NULL)
    self->types = g_variant_lookup_value (options, "types", G_VARIANT_TYPE ("a{ss}"));
  if (self->table != NULL && self->query != NULL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Give either “table” or “query”, not both."));
      return NULL;
    }
  self->db = open_database (path, error);
  if (self->db == NULL)
    return NULL;
  sqlite3_progress_handler (self->db, PROGRESS_STEPS, cancellable ? sqlite_progress_cb : NULL, cancellable);
  if (sqlite3_exec (self->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    {
      set_sqlite_error (self->db, path, error);
      return NULL;
    }
  if ((self->query == NULL && !choose_table (self, error)) || !prepare (self, error))
    return NULL;
  begin_columns (self);
  if (!look_at_rows (self, error) || !make_schema (self, error))
    return NULL;
  sqlite3_progress_handler (self->db, 0, NULL, NULL);
  return g_steal_pointer (&reader);
}

static int
sniff_sqlite (const guint8 *head, gsize size, const char *name)
{
  return size >= 16 && memcmp (head, "SQLite format 3", 16) == 0 ? 100 : 0;
}

static const char *const sqlite_suffixes[] = { ".sqlite", ".sqlite3", ".db", ".db3", NULL };

const SxFormat sx_format_sqlite = {
  .id = "sqlite",
  .title = N_ ("SQLite database"),
  .suffixes = sqlite_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES | SX_FORMAT_HAS_TABLES,
  .options = sqlite_options,
  .sniff = sniff_sqlite,
  .open = open_sqlite,
  .tables = sqlite_tables,
  .write = sx_sqlite_write,
};
