/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A query over tables: they are copied into a database in memory, a guard is set that lets nothing pass but reading, and the result is read row by row. SQLite types cells,
 * not columns: a column of the result begins with the narrowest type and is widened when a cell does not fit.
 *
 * Times are stored as text of ISO 8601, which the date functions of SQLite understand, truths as 0 and 1; columns that a query hands on as they are
 * become times and truths again. */

#include "config.h"

#include "sx-sql-private.h"

#include "sx-fields-private.h"

#include "frame/sx-column-private.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <sqlite3.h>
#include <string.h>

#define MAX_QUERY 1000000
#define OPERATIONS_PER_POLL 10000
/* What a query may do over the sample: one that does not end must not hold up whoever asks for its columns. */
#define MAX_SAMPLE_POLLS 50

struct _SxSql
{
  sqlite3      *database;
  GCancellable *cancellable;
  char        **names;   /* of the tables */
  SxSchema    **schemas; /* of the tables */
  guint         n_tables;
  gboolean      is_sample;
  guint         n_polls;
};

/* The words of the tables' declarations say the type again when a column comes back. */
static const char *const declarations[SX_N_TYPES] = {
  [SX_TYPE_INT64] = "INTEGER",
  [SX_TYPE_FLOAT64] = "REAL",
  [SX_TYPE_BOOL] = "BOOLEAN",
  [SX_TYPE_STRING] = "TEXT",
  [SX_TYPE_TIMESTAMP] = "TEXT TIME",
  [SX_TYPE_CATEGORY] = "TEXT CATEGORY",
};

static gboolean
fail (SxSql *self, GError **error)
{
  if (!g_cancellable_set_error_if_cancelled (self->cancellable, error))
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“query”: %s."), sqlite3_errmsg (self->database));
  return FALSE;
}

/* ---- the guard ---- */

static int
authorize_cb (void *data, int action, const char *a, const char *b, const char *database, const char *trigger)
{
  if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
    return SQLITE_OK;
  return action == SQLITE_FUNCTION && g_strcmp0 (b, "load_extension") != 0 ? SQLITE_OK : SQLITE_DENY;
}

static int
poll_cb (void *data)
{
  SxSql *self = data;

  return g_cancellable_is_cancelled (self->cancellable) || (self->is_sample && ++self->n_polls > MAX_SAMPLE_POLLS);
}

static void
guard (SxSql *self)
{
  sqlite3_db_config (self->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_limit (self->database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit (self->database, SQLITE_LIMIT_SQL_LENGTH, MAX_QUERY);
  sqlite3_set_authorizer (self->database, authorize_cb, NULL);
}

/* ---- filling ---- */

static gboolean
is_stored (SxType type)
{
  return declarations[type] != NULL;
}

static gboolean
create_table (SxSql *self, const char *name, SxSchema *schema, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char *quoted = sqlite3_mprintf ("CREATE TABLE \"%w\" (", name);
  guint n = 0;

  g_string_append (text, quoted);
  sqlite3_free (quoted);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);

      if (!is_stored (field->type))
        continue;
      quoted = sqlite3_mprintf ("%s\"%w\" %s", n++ > 0 ? ", " : "", field->name, declarations[field->type]);
      g_string_append (text, quoted);
      sqlite3_free (quoted);
    }
  g_string_append_c (text, ')');
  if (n == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Table “%s” has no columns that a query can read."), name);
      return FALSE;
    }
  return sqlite3_exec (self->database, text->str, NULL, NULL, NULL) == SQLITE_OK || fail (self, error);
}

static sqlite3_stmt *
prepare_insert (SxSql *self, const char *name, SxSchema *schema, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char         *quoted = sqlite3_mprintf ("INSERT INTO \"%w\" VALUES (", name);
  sqlite3_stmt *statement = NULL;

  g_string_append (text, quoted);
  sqlite3_free (quoted);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    if (is_stored (sx_schema_get_field (schema, i)->type))
      g_string_append (text, "?,");
  text->str[text->len - 1] = ')';
  if (sqlite3_prepare_v2 (self->database, text->str, -1, &statement, NULL) != SQLITE_OK)
    fail (self, error);
  return statement;
}

static void
bind_cell (sqlite3_stmt *statement, int place, const SxColumn *column, gsize row)
{
  char        buffer[SX_TIMESTAMP_MAX_SIZE];
  const char *text;
  gsize       size;

  if (sx_column_is_missing (column, row))
    sqlite3_bind_null (statement, place);
  else if (column->type == SX_TYPE_INT64)
    sqlite3_bind_int64 (statement, place, sx_column_get_int64 (column, row));
  else if (column->type == SX_TYPE_FLOAT64)
    sqlite3_bind_double (statement, place, sx_column_get_double (column, row));
  else if (column->type == SX_TYPE_BOOL)
    sqlite3_bind_int64 (statement, place, sx_column_get_bool (column, row));
  else if (column->type == SX_TYPE_TIMESTAMP)
    {
      size = sx_timestamp_print (sx_column_get_int64 (column, row), buffer);
      sqlite3_bind_text (statement, place, buffer, (int)size, SQLITE_TRANSIENT);
    }
  else
    {
      text = sx_column_get_text (column, row, &size);
      sqlite3_bind_text (statement, place, text, (int)size, SQLITE_STATIC);
    }
}

static gboolean
insert_batch (SxSql *self, sqlite3_stmt *statement, SxBatch *batch, GError **error)
{
  SxSchema *schema = sx_batch_get_schema (batch);

  for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
    {
      int place = 0;

      for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
        if (is_stored (sx_schema_get_field (schema, i)->type))
          bind_cell (statement, ++place, sx_batch_get_column (batch, i), row);
      if (sqlite3_step (statement) != SQLITE_DONE)
        return fail (self, error);
      sqlite3_reset (statement);
    }
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gboolean
fill_table (SxSql *self, const char *name, SxFrame *frame, GError **error)
{
  sqlite3_stmt *statement = prepare_insert (self, name, sx_frame_get_schema (frame), error);
  gboolean      ok = statement != NULL;

  for (guint b = 0; ok && b < sx_frame_get_n_batches (frame); b++)
    ok = insert_batch (self, statement, sx_frame_get_batch (frame, b), error);
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
add_table (SxSql *self, const char *name, SxSchema *schema, SxFrame *frame, GError **error)
{
  self->names[self->n_tables] = g_strdup (name);
  self->schemas[self->n_tables++] = sx_schema_ref (schema);
  return create_table (self, name, schema, error) && fill_table (self, name, frame, error);
}

static SxSql *
open_database (guint n_tables, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxSql) self = g_new0 (SxSql, 1);

  self->names = g_new0 (char *, n_tables + 1);
  self->schemas = g_new0 (SxSchema *, n_tables + 1);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  if (sqlite3_open_v2 (":memory:", &self->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      fail (self, error);
      return NULL;
    }
  sqlite3_progress_handler (self->database, OPERATIONS_PER_POLL, poll_cb, self);
  sqlite3_exec (self->database, "BEGIN", NULL, NULL, NULL);
  return g_steal_pointer (&self);
}

SxSql *
sx_sql_new (SxFrame *const *frames, const char *const *names, guint n_frames, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxSql) self = open_database (n_frames, cancellable, error);

  for (guint i = 0; self != NULL && i < n_frames; i++)
    if (!add_table (self, names[i], sx_frame_get_schema (frames[i]), frames[i], error))
      return NULL;
  if (self != NULL)
    guard (self);
  return g_steal_pointer (&self);
}

/* One row: 1, 1.5, true, “text”, 2024-01-01. */
static SxFrame *
make_sample (SxSchema *schema)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      SxType type = sx_schema_get_field (schema, i)->type;
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

      if (type == SX_TYPE_INT64)
        sx_column_builder_append_int64 (builder, 1);
      else if (type == SX_TYPE_TIMESTAMP)
        sx_column_builder_append_int64 (builder, sx_days_from_date (2024, 1, 1) * 86400000000);
      else if (type == SX_TYPE_FLOAT64)
        sx_column_builder_append_double (builder, 1.5);
      else if (type == SX_TYPE_BOOL)
        sx_column_builder_append_bool (builder, TRUE);
      else if (type == SX_TYPE_LIST)
        sx_column_builder_append_missing (builder);
      else
        sx_column_builder_append_text (builder, "text", 4);
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
    }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
}

SxSql *
sx_sql_new_sample (SxSchema *const *schemas, const char *const *names, guint n_schemas, GError **error)
{
  g_autoptr (SxSql) self = open_database (n_schemas, NULL, error);

  for (guint i = 0; self != NULL && i < n_schemas; i++)
    {
      g_autoptr (SxFrame) sample = make_sample (schemas[i]);

      if (!add_table (self, names[i], schemas[i], sample, error))
        return NULL;
    }
  if (self == NULL)
    return NULL;
  guard (self);
  self->is_sample = TRUE;
  return g_steal_pointer (&self);
}

void
sx_sql_free (SxSql *self)
{
  sqlite3_close (self->database);
  for (guint i = 0; i < self->n_tables; i++)
    sx_schema_unref (self->schemas[i]);
  g_free (self->schemas);
  g_strfreev (self->names);
  g_clear_object (&self->cancellable);
  g_free (self);
}

/* ---- asking ---- */

static sqlite3_stmt *
prepare (SxSql *self, const char *query, GError **error)
{
  sqlite3_stmt *statement = NULL;
  const char   *rest = NULL;

  if (sqlite3_prepare_v2 (self->database, query, -1, &statement, &rest) != SQLITE_OK)
    fail (self, error);
  else if (statement == NULL || sqlite3_column_count (statement) == 0)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“query”: it gives no table. Write one that begins with SELECT."));
  else if (strspn (rest, " \t\r\n;") != strlen (rest))
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“query”: behind the first query stands another one. Only one can be run."));
  else
    return statement;
  sqlite3_finalize (statement);
  return NULL;
}

/* The field of a table that column @column hands on as it is; NULL for a computed one. */
static const SxField *
find_field (SxSql *self, sqlite3_stmt *statement, int column)
{
  const char *table = sqlite3_column_table_name (statement, column), *name = sqlite3_column_origin_name (statement, column);

  for (guint i = 0; i < self->n_tables && table != NULL && name != NULL; i++)
    if (g_ascii_strcasecmp (self->names[i], table) == 0)
      {
        int index = sx_schema_find (self->schemas[i], name);

        return index >= 0 ? sx_schema_get_field (self->schemas[i], (guint)index) : NULL;
      }
  return NULL;
}

static SxType
type_of_cell (sqlite3_stmt *statement, int column)
{
  int type = sqlite3_column_type (statement, column);

  return type == SQLITE_INTEGER ? SX_TYPE_INT64 : type == SQLITE_TEXT || type == SQLITE_BLOB ? SX_TYPE_STRING
                                                                                             : SX_TYPE_FLOAT64;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (c & 0x80) != 0;
}

/* Does @name stand in [at, end) as a word of its own? */
static gboolean
has_word (const char *at, const char *end, const char *name)
{
  gsize size = strlen (name);

  for (const char *p = at; p + size <= end; p++)
    if (g_ascii_strncasecmp (p, name, size) == 0 && (p == at || !is_word (p[-1]) || !is_word (*name)) && (p + size == end || !is_word (p[size]) || !is_word (name[size - 1])))
      return TRUE;
  return FALSE;
}

/* One past the end of the item of a list of results that begins at @at: at a comma or FROM outside all brackets and quotes. */
static const char *
skip_item (const char *at)
{
  int depth = 0;

  for (; *at != '\0'; at++)
    {
      if (*at == '\'' || *at == '"' || *at == '`')
        {
          const char *close = strchr (at + 1, *at);

          if (close == NULL)
            break;
          at = close;
        }
      else if (*at == '(')
        depth++;
      else if (*at == ')')
        depth--;
      else if (depth == 0 && (*at == ',' || (g_ascii_strncasecmp (at, "from", 4) == 0 && !is_word (at[4]) && !is_word (at[-1]))))
        break;
    }
  return at;
}

/* Columns of the tables that stand in item @column of the query's list of results: that is where a computed column comes from. A query that does not begin with that
 * list, or has a star in it, tells nothing. */
static GStrv
find_origins (SxSql *self, const char *query, int column, int n_columns)
{
  const char *at = query + strspn (query, " \t\r\n"), *start = NULL, *end = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  int n = 0;

  if (g_ascii_strncasecmp (at, "select", 6) != 0 || is_word (at[6]))
    return NULL;
  for (at += 6;; at++)
    {
      const char *next = skip_item (at);

      start = n == column ? at : start;
      end = n++ == column ? next : end;
      at = next;
      if (*at != ',')
        break;
    }
  if (n != n_columns || start == NULL)
    return NULL;
  for (guint i = 0; i < self->n_tables; i++)
    for (guint j = 0; j < sx_schema_get_n_fields (self->schemas[i]); j++)
      {
        const char *name[] = { sx_schema_get_field (self->schemas[i], j)->name, NULL };
        g_auto (GStrv) origins = has_word (start, end, name[0]) ? sx_schema_dup_origins (self->schemas[i], name) : NULL;

        for (guint k = 0; origins != NULL && origins[k] != NULL; k++)
          g_ptr_array_add (found, g_strdup (origins[k]));
      }
  g_ptr_array_add (found, NULL);
  return g_strdupv ((char **)found->pdata);
}

/* @types: (nullable): of the columns, where they are known. */
static SxSchema *
make_schema (SxSql *self, sqlite3_stmt *statement, const char *query, const SxType *types, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (NULL);
  int      n = sqlite3_column_count (statement);
  gboolean has_row = types == NULL && sqlite3_step (statement) == SQLITE_ROW;

  for (int i = 0; i < n; i++)
    {
      const SxField *field = find_field (self, statement, i);
      const char    *from[] = { field != NULL ? field->name : NULL, NULL };
      g_auto (GStrv) origins = NULL;
      SxType type = types != NULL ? types[i] : field != NULL ? field->type
                                             : has_row       ? type_of_cell (statement, i)
                                                             : SX_TYPE_FLOAT64;

      for (guint j = 0; j < self->n_tables && field != NULL && origins == NULL; j++)
        if (sx_schema_find (self->schemas[j], field->name) >= 0 && sx_schema_get_field (self->schemas[j], (guint)sx_schema_find (self->schemas[j], field->name)) == field)
          origins = sx_schema_dup_origins (self->schemas[j], from);
      if (field == NULL)
        origins = find_origins (self, query, i, n);
      sx_fields_add (fields, sqlite3_column_name (statement, i), type, (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

SxSchema *
sx_sql_describe (SxSql *self, const char *query, GError **error)
{
  sqlite3_stmt *statement = prepare (self, query, error);
  SxSchema     *schema = statement != NULL ? make_schema (self, statement, query, NULL, error) : NULL;

  sqlite3_finalize (statement);
  return schema;
}

/* ---- reading ---- */

/* A column of the result under way. */
typedef struct
{
  SxType           type; /* INT64, FLOAT64 or STRING so far */
  gboolean         has_cell;
  SxType           wanted; /* of the column of a table that it is; SX_N_TYPES: computed */
  SxColumnBuilder *builder;
  GPtrArray       *parts; /* of SxColumn, of the type so far */
} Result;

static void
clear_result (gpointer data)
{
  Result *self = data;

  g_clear_pointer (&self->builder, sx_column_builder_free);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
}

/* Ends the part under way; all parts become @type. */
static void
widen (Result *self, SxType type)
{
  g_ptr_array_add (self->parts, sx_column_builder_finish (self->builder));
  sx_column_builder_free (self->builder);
  self->builder = sx_column_builder_new (type);
  for (guint i = 0; i < self->parts->len && type != self->type; i++)
    {
      SxColumn *part = self->parts->pdata[i];

      /* To a wider type there is always a way. */
      self->parts->pdata[i] = sx_column_cast (part, type, "", 0, NULL);
      sx_column_unref (part);
    }
  self->type = type;
}

static void
append (Result *self, sqlite3_stmt *statement, int column)
{
  SxType type = type_of_cell (statement, column);

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    {
      sx_column_builder_append_missing (self->builder);
      return;
    }
  if (!self->has_cell || (self->type == SX_TYPE_INT64 && type == SX_TYPE_FLOAT64) || (self->type != SX_TYPE_STRING && type == SX_TYPE_STRING))
    widen (self, type);
  self->has_cell = TRUE;
  if (self->type == SX_TYPE_INT64)
    sx_column_builder_append_int64 (self->builder, sqlite3_column_int64 (statement, column));
  else if (self->type == SX_TYPE_FLOAT64)
    sx_column_builder_append_double (self->builder, sqlite3_column_double (statement, column));
  else
    {
      const char *text = (const char *)sqlite3_column_text (statement, column);

      sx_column_builder_append_text (self->builder, text != NULL ? text : "", (gsize)sqlite3_column_bytes (statement, column));
    }
}

/* The whole column, of the type of the table's column that it is, if its cells still are. */
static SxColumn *
finish (Result *self)
{
  g_autoptr (SxColumn) column = NULL;
  SxColumn *wanted;

  widen (self, self->type);
  column = sx_column_concat (self->type, (SxColumn *const *)self->parts->pdata, self->parts->len);
  wanted = self->wanted < SX_N_TYPES && self->wanted != self->type ? sx_column_cast (column, self->wanted, "", 0, NULL) : NULL;
  return wanted != NULL ? wanted : g_steal_pointer (&column);
}

static SxFrame *
read_rows (SxSql *self, sqlite3_stmt *statement, const char *query, GArray *results, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autofree SxType *types = g_new (SxType, results->len + 1);
  g_autoptr (SxSchema) schema = NULL;
  int code;

  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    for (guint i = 0; i < results->len; i++)
      append (&g_array_index (results, Result, i), statement, (int)i);
  if (code != SQLITE_DONE)
    {
      fail (self, error);
      return NULL;
    }
  for (guint i = 0; i < results->len; i++)
    {
      g_ptr_array_add (columns, finish (&g_array_index (results, Result, i)));
      types[i] = ((SxColumn *)columns->pdata[i])->type;
    }
  schema = make_schema (self, statement, query, types, error);
  return schema != NULL ? sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata) : NULL;
}

SxFrame *
sx_sql_run (SxSql *self, const char *query, GError **error)
{
  sqlite3_stmt *statement = prepare (self, query, error);
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (Result));
  SxFrame *frame = NULL;

  if (statement == NULL)
    return NULL;
  g_array_set_clear_func (results, clear_result);
  for (int i = 0; i < sqlite3_column_count (statement); i++)
    {
      const SxField *field = find_field (self, statement, i);
      Result         result = { .type = SX_TYPE_FLOAT64, .wanted = field != NULL ? field->type : SX_N_TYPES };

      result.builder = sx_column_builder_new (result.type);
      result.parts = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
      g_array_append_val (results, result);
    }
  frame = read_rows (self, statement, query, results, error);
  sqlite3_finalize (statement);
  return frame;
}
