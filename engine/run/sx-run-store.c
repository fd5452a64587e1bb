/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* SQLite in WAL mode: a reader never waits for the writer, and a writer that is killed leaves the last whole transaction. Points come in
 * transactions of many. Configurations are text in GVariant's own notation, which keeps doubles bit for bit; the report is its bytes. */

#include "config.h"

#include "sx-run-store.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#define MAX_CONFIG_SIZE (1024 * 1024)
#define MAX_REPORT_SIZE (64 * 1024 * 1024)
#define BUSY_TIMEOUT_MS 10000

struct _SxRunStore
{
  sqlite3 *db;
  char    *path;
};

static const char schema[] =
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
  "CREATE TABLE trials (number INTEGER PRIMARY KEY, state INTEGER NOT NULL, config TEXT NOT NULL, value REAL, loss REAL, seconds REAL NOT NULL,"
  " n_iterations INTEGER NOT NULL, origin TEXT NOT NULL, message TEXT, n_planned INTEGER NOT NULL);"
  "CREATE TABLE folds (trial INTEGER NOT NULL, fold INTEGER NOT NULL, value REAL, n_iterations INTEGER NOT NULL, seconds REAL NOT NULL,"
  " PRIMARY KEY (trial, fold)) WITHOUT ROWID;"
  "CREATE TABLE points (trial INTEGER NOT NULL, fold INTEGER NOT NULL, iteration INTEGER NOT NULL, training REAL, validation REAL, seconds REAL NOT NULL,"
  " PRIMARY KEY (trial, fold, iteration)) WITHOUT ROWID;";

/* ---- statements ---- */

static gboolean
set_error (SxRunStore *self, GError **error)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s”: %s"), self->path, sqlite3_errmsg (self->db));
  return FALSE;
}

static gboolean
execute (SxRunStore *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || set_error (self, error);
}

static sqlite3_stmt *
prepare (SxRunStore *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    set_error (self, error);
  return statement;
}

/* Runs a statement that gives no rows, and frees it. */
static gboolean
finish (SxRunStore *self, sqlite3_stmt *statement, GError **error)
{
  gboolean ok = sqlite3_step (statement) == SQLITE_DONE || set_error (self, error);

  sqlite3_finalize (statement);
  return ok;
}

/* SQLite has no NaN: it stores NULL. */
static double
get_double (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL ? NAN : sqlite3_column_double (statement, column);
}

static guint
get_uint (sqlite3_stmt *statement, int column)
{
  return (guint)CLAMP (sqlite3_column_int64 (statement, column), 0, G_MAXUINT);
}

static char *
dup_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);

  return text ? g_utf8_make_valid (text, -1) : NULL;
}

/* ---- opening ---- */

static SxRunStore *
open_database (const char *folder, int flags, GError **error)
{
  g_autoptr (SxRunStore) self = g_new0 (SxRunStore, 1);

  self->path = g_build_filename (folder, "run.db", NULL);
  if (sqlite3_open_v2 (self->path, &self->db, flags, NULL) != SQLITE_OK)
    {
      set_error (self, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return g_steal_pointer (&self);
}

SxRunStore *
sx_run_store_create (const char *folder, GError **error)
{
  g_autoptr (SxRunStore) self = open_database (folder, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  g_autofree char *version = g_strdup_printf ("PRAGMA user_version = %d", SX_RUN_STORE_VERSION);

  if (self == NULL || !execute (self, "PRAGMA journal_mode = WAL", error) || !execute (self, "BEGIN IMMEDIATE", error) ||
      !execute (self, schema, error) || !execute (self, version, error) || !execute (self, "COMMIT", error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
check_version (SxRunStore *self, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "PRAGMA user_version", error);
  int           version;

  if (statement == NULL)
    return FALSE;
  if (sqlite3_step (statement) != SQLITE_ROW)
    {
      set_error (self, error);
      sqlite3_finalize (statement);
      return FALSE;
    }
  version = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  if (version == SX_RUN_STORE_VERSION)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, version > SX_RUN_STORE_VERSION ? _ ("“%s” was written by a newer version of Sextant. Update Sextant to open it.") : _ ("“%s” is not the record of a run"), self->path);
  return FALSE;
}

SxRunStore *
sx_run_store_open (const char *folder, gboolean is_writer, GError **error)
{
  /* A reader too needs to write, to the index of the WAL; in a folder that nobody may write to, reading alone must do. */
  g_autoptr (SxRunStore) self = open_database (folder, SQLITE_OPEN_READWRITE, is_writer ? error : NULL);

  if (self == NULL && !is_writer)
    self = open_database (folder, SQLITE_OPEN_READONLY, error);
  if (self == NULL || !check_version (self, error) || !execute (self, "PRAGMA synchronous = NORMAL", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sx_run_store_free (SxRunStore *self)
{
  if (self == NULL)
    return;
  sqlite3_close_v2 (self->db);
  g_free (self->path);
  g_free (self);
}

/* ---- single values ---- */

static sqlite3_stmt *
prepare_put (SxRunStore *self, const char *key, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "INSERT OR REPLACE INTO meta VALUES (?, ?)", error);

  if (statement != NULL)
    sqlite3_bind_text (statement, 1, key, -1, SQLITE_TRANSIENT);
  return statement;
}

/* A statement that stands on the value's row, or NULL. */
static sqlite3_stmt *
find (SxRunStore *self, const char *key)
{
  sqlite3_stmt *statement = prepare (self, "SELECT value FROM meta WHERE key = ?", NULL);

  if (statement == NULL)
    return NULL;
  sqlite3_bind_text (statement, 1, key, -1, SQLITE_TRANSIENT);
  if (sqlite3_step (statement) == SQLITE_ROW)
    return statement;
  sqlite3_finalize (statement);
  return NULL;
}

static gboolean
put_int (SxRunStore *self, const char *key, gint64 value, GError **error)
{
  sqlite3_stmt *statement = prepare_put (self, key, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, value);
  return finish (self, statement, error);
}

static gboolean
put_text (SxRunStore *self, const char *key, const char *value, GError **error)
{
  sqlite3_stmt *statement = prepare_put (self, key, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 2, value, -1, SQLITE_TRANSIENT);
  return finish (self, statement, error);
}

static gboolean
commit (SxRunStore *self, gboolean ok, GError **error)
{
  if (ok && execute (self, "COMMIT", error))
    return TRUE;
  execute (self, "ROLLBACK", NULL);
  return FALSE;
}

gboolean
sx_run_store_set_state (SxRunStore *self, SxRunState state, const char *message, GError **error)
{
  if (!execute (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  return commit (self, put_int (self, "state", state, error) && put_text (self, "message", message, error), error);
}

SxRunState
sx_run_store_get_state (SxRunStore *self, char **message)
{
  sqlite3_stmt *statement = find (self, "state");
  SxRunState    state = SX_RUN_QUEUED;

  if (message != NULL)
    *message = NULL;
  if (statement == NULL)
    return state;
  state = (SxRunState)CLAMP (sqlite3_column_int (statement, 0), SX_RUN_QUEUED, SX_RUN_INTERRUPTED);
  sqlite3_finalize (statement);
  if (message != NULL && (statement = find (self, "message")) != NULL)
    {
      *message = dup_text (statement, 0);
      sqlite3_finalize (statement);
    }
  return state;
}

gboolean
sx_run_store_set_seconds (SxRunStore *self, double seconds, GError **error)
{
  sqlite3_stmt *statement = prepare_put (self, "seconds", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_double (statement, 2, seconds);
  return finish (self, statement, error);
}

double
sx_run_store_get_seconds (SxRunStore *self)
{
  sqlite3_stmt *statement = find (self, "seconds");
  double        seconds;

  if (statement == NULL)
    return 0;
  seconds = sqlite3_column_double (statement, 0);
  sqlite3_finalize (statement);
  return MAX (seconds, 0);
}

gboolean
sx_run_store_set_report (SxRunStore *self, GVariant *report, guint best, GError **error)
{
  sqlite3_stmt *statement = prepare_put (self, "report", error);
  gboolean      ok;

  if (statement == NULL)
    return FALSE;
  if (!execute (self, "BEGIN IMMEDIATE", error))
    {
      sqlite3_finalize (statement);
      return FALSE;
    }
  sqlite3_bind_blob64 (statement, 2, g_variant_get_data (report), g_variant_get_size (report), SQLITE_TRANSIENT);
  ok = finish (self, statement, error);
  return commit (self, ok && put_int (self, "best", best, error) && put_int (self, "order", G_BYTE_ORDER, error), error);
}

GVariant *
sx_run_store_dup_report (SxRunStore *self, guint *best)
{
  sqlite3_stmt *statement = find (self, "report");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) report = NULL;

  if (statement == NULL)
    return NULL;
  if (sqlite3_column_bytes (statement, 0) <= MAX_REPORT_SIZE)
    bytes = g_bytes_new (sqlite3_column_blob (statement, 0), (gsize)sqlite3_column_bytes (statement, 0));
  sqlite3_finalize (statement);
  if (bytes == NULL)
    return NULL;
  report = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));
  if ((statement = find (self, "order")) != NULL)
    {
      if (sqlite3_column_int (statement, 0) != G_BYTE_ORDER)
        {
          GVariant *swapped = g_variant_byteswap (report);

          g_variant_unref (report);
          report = swapped;
        }
      sqlite3_finalize (statement);
    }
  if (!g_variant_is_normal_form (report))
    return NULL;
  if (best != NULL && (statement = find (self, "best")) != NULL)
    {
      *best = get_uint (statement, 0);
      sqlite3_finalize (statement);
    }
  return g_steal_pointer (&report);
}

/* ---- trials ---- */

void
sx_run_trial_free (SxRunTrial *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->config, g_variant_unref);
  g_free (self->origin);
  g_free (self->message);
  g_free (self);
}

gboolean
sx_run_store_put_trial (SxRunStore *self, const SxRunTrial *trial, GError **error)
{
  sqlite3_stmt    *statement = prepare (self, "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
  g_autofree char *config = g_variant_print (trial->config, TRUE);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, trial->number);
  sqlite3_bind_int (statement, 2, (int)trial->state);
  sqlite3_bind_text (statement, 3, config, -1, SQLITE_TRANSIENT);
  sqlite3_bind_double (statement, 4, trial->value);
  sqlite3_bind_double (statement, 5, trial->loss);
  sqlite3_bind_double (statement, 6, trial->seconds);
  sqlite3_bind_int64 (statement, 7, trial->n_iterations);
  sqlite3_bind_text (statement, 8, trial->origin, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 9, trial->message, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 10, trial->n_planned);
  return finish (self, statement, error);
}

static SxRunTrial *
read_trial (SxRunStore *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (SxRunTrial) trial = g_new0 (SxRunTrial, 1);
  g_autoptr (GError) problem = NULL;
  const char *config = (const char *)sqlite3_column_text (statement, 2);

  trial->number = get_uint (statement, 0);
  trial->state = (SxTrialState)CLAMP (sqlite3_column_int (statement, 1), SX_TRIAL_RUNNING, SX_TRIAL_PRUNED);
  if (config != NULL && strlen (config) <= MAX_CONFIG_SIZE)
    trial->config = g_variant_parse (G_VARIANT_TYPE_VARDICT, config, NULL, NULL, &problem);
  if (trial->config == NULL || trial->number == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s”: the record of trial %u is damaged"), self->path, trial->number);
      return NULL;
    }
  g_variant_take_ref (trial->config);
  trial->value = get_double (statement, 3);
  trial->loss = get_double (statement, 4);
  trial->seconds = sqlite3_column_double (statement, 5);
  trial->n_iterations = get_uint (statement, 6);
  trial->origin = dup_text (statement, 7);
  trial->message = dup_text (statement, 8);
  trial->n_planned = get_uint (statement, 9);
  return g_steal_pointer (&trial);
}

GPtrArray *
sx_run_store_list_trials (SxRunStore *self, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "SELECT * FROM trials ORDER BY number", error);
  g_autoptr (GPtrArray) trials = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_run_trial_free);
  int code;

  if (statement == NULL)
    return NULL;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      SxRunTrial *trial = read_trial (self, statement, error);

      if (trial == NULL)
        {
          sqlite3_finalize (statement);
          return NULL;
        }
      g_ptr_array_add (trials, trial);
    }
  if (code != SQLITE_DONE)
    set_error (self, error);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE ? g_steal_pointer (&trials) : NULL;
}

gboolean
sx_run_store_put_fold (SxRunStore *self, const SxRunFold *fold, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "INSERT OR REPLACE INTO folds VALUES (?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, fold->trial);
  sqlite3_bind_int64 (statement, 2, fold->fold);
  sqlite3_bind_double (statement, 3, fold->value);
  sqlite3_bind_int64 (statement, 4, fold->n_iterations);
  sqlite3_bind_double (statement, 5, fold->seconds);
  return finish (self, statement, error);
}

GArray *
sx_run_store_list_folds (SxRunStore *self, guint trial, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "SELECT * FROM folds WHERE trial = ? ORDER BY fold", error);
  g_autoptr (GArray) folds = g_array_new (FALSE, FALSE, sizeof (SxRunFold));
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, trial);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      SxRunFold fold = { trial, get_uint (statement, 1), get_double (statement, 2), get_uint (statement, 3), sqlite3_column_double (statement, 4) };

      g_array_append_val (folds, fold);
    }
  if (code != SQLITE_DONE)
    set_error (self, error);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE ? g_steal_pointer (&folds) : NULL;
}

/* ---- points ---- */

static gboolean
put_point (SxRunStore *self, sqlite3_stmt *statement, const SxRunPoint *point, GError **error)
{
  sqlite3_bind_int64 (statement, 1, point->trial);
  sqlite3_bind_int64 (statement, 2, point->fold);
  sqlite3_bind_int64 (statement, 3, point->iteration);
  sqlite3_bind_double (statement, 4, point->training_loss);
  sqlite3_bind_double (statement, 5, point->validation_loss);
  sqlite3_bind_double (statement, 6, point->seconds);
  if (sqlite3_step (statement) != SQLITE_DONE)
    return set_error (self, error);
  sqlite3_reset (statement);
  return TRUE;
}

gboolean
sx_run_store_put_points (SxRunStore *self, const SxRunPoint *points, guint n_points, GError **error)
{
  sqlite3_stmt *statement;
  gboolean      ok = TRUE;

  if (n_points == 0)
    return TRUE;
  if (!execute (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  statement = prepare (self, "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)", error);
  ok = statement != NULL;
  for (guint i = 0; ok && i < n_points; i++)
    ok = put_point (self, statement, &points[i], error);
  sqlite3_finalize (statement);
  return commit (self, ok, error);
}

GArray *
sx_run_store_list_points (SxRunStore *self, guint trial, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "SELECT * FROM points WHERE ?1 = 0 OR trial = ?1 ORDER BY trial, fold, iteration", error);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (SxRunPoint));
  int code;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, trial);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      SxRunPoint point = { get_uint (statement, 0), get_uint (statement, 1), get_uint (statement, 2), get_double (statement, 3), get_double (statement, 4), sqlite3_column_double (statement, 5) };

      g_array_append_val (points, point);
    }
  if (code != SQLITE_DONE)
    set_error (self, error);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE ? g_steal_pointer (&points) : NULL;
}
