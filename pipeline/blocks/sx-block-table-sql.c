/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-sql-private.h"

#include <glib/gi18n-lib.h>

static const SxPortSpec ports[] = {
  { "tables", N_ ("Tables"), SX_PORT_IN, SX_PORT_TABLE, SX_PORT_MANY },
  { "table", N_ ("Table"), SX_PORT_OUT, SX_PORT_TABLE, 0 },
  { NULL },
};

static const SxParamSpec params[] = {
  { "query", N_ ("Query"), N_ ("A query of SQLite: select customer, avg(price) as mean from t1 group by customer. It can read the linked tables and nothing else."), SX_PARAM_TEXT, SX_PARAM_REQUIRED },
  { "names", N_ ("Names of tables"), N_ ("What the linked tables are called in the query, in the order in which they are linked; the others are t1, t2, …"), SX_PARAM_STRINGS },
  { NULL },
};

/* t1, t2, …, or what the parameter says. */
static GStrv
list_names (const SxParams *self, guint n_tables, GError **error)
{
  gsize                   n;
  g_autofree const char **given = sx_params_get_strings (self, "names", &n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n_tables; i++)
    {
      char *name = i < n && *given[i] != '\0' ? g_strdup (given[i]) : g_strdup_printf ("t%u", i + 1);

      for (guint j = 0; j < names->len; j++)
        if (g_ascii_strcasecmp (names->pdata[j], name) == 0)
          {
            g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“names”: two tables are called “%s”."), name);
            g_free (name);
            return NULL;
          }
      g_ptr_array_add (names, name);
    }
  g_ptr_array_add (names, NULL);
  return g_strdupv ((char **)names->pdata);
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) names = list_names (self, n_inputs, error);
  g_autoptr (SxSql) sql = names != NULL ? sx_sql_new_sample (inputs, (const char *const *)names, n_inputs, error) : NULL;

  return sql != NULL ? sx_sql_describe (sql, sx_params_get_string (self, "query"), error) : NULL;
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) names = list_names (self, n_inputs, error);
  g_autoptr (SxSql) sql = names != NULL ? sx_sql_new (inputs, (const char *const *)names, n_inputs, context != NULL ? context->cancellable : NULL, error) : NULL;

  return sql != NULL ? sx_sql_run (sql, sx_params_get_string (self, "query"), error) : NULL;
}

const SxBlockKind sx_block_table_sql = {
  .id = "table.sql",
  .title = N_ ("SQL query"),
  .help = N_ ("Runs a query over the linked tables, in a database that lives in memory as long as the query does. It can join, group, filter and compute whatever SQLite can, but not write, nor reach any file. Times are texts of ISO 8601 in it, so that date() and strftime() work, and truths are 0 and 1; columns that are handed on keep their types."),
  .aliases = N_ ("sql, query, select, sqlite, database, join, group by"),
  .icon = "utilities-terminal-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = ports,
  .params = params,
  .describe = describe,
  .run = run,
};
