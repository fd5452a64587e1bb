/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-source-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "file", N_ ("File"), N_ ("The database file."), SX_PARAM_FILE, SX_PARAM_REQUIRED },
  { "table", N_ ("Table"), N_ ("The table or view to read; empty when there is only one, or for a query."), SX_PARAM_STRING },
  { "query", N_ ("Query"), N_ ("A SELECT to read instead of a table."), SX_PARAM_TEXT },
  { "types", N_ ("Types"), N_ ("The types of some columns: int64, float64, bool, string, category, timestamp."), SX_PARAM_MAPPING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_describe (self, "sqlite", "sqlite", context, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_run (self, "sqlite", "sqlite", context, error);
}

const SxBlockKind sx_block_source_sqlite = {
  .id = "source.sqlite",
  .title = N_ ("SQLite database"),
  .help = N_ ("Reads a table or a query of an SQLite database, which is opened read-only."),
  .aliases = N_ ("sqlite, sql, database, query, table, open, import"),
  .icon = "drive-harddisk-symbolic",
  .category = SX_BLOCK_SOURCE,
  .ports = sx_ports_source,
  .params = params,
  .describe = describe,
  .run = run,
};
