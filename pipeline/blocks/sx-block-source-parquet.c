/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-source-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "file", N_ ("File"), N_ ("The file to read."), SX_PARAM_FILE, SX_PARAM_REQUIRED },
  { "columns", N_ ("Columns"), N_ ("The columns to read; empty for all."), SX_PARAM_STRINGS },
  { "types", N_ ("Types"), N_ ("The types of some columns: int64, float64, bool, string, category, timestamp."), SX_PARAM_MAPPING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_describe (self, "parquet", "parquet", context, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_run (self, "parquet", "parquet", context, error);
}

const SxBlockKind sx_block_source_parquet = {
  .id = "source.parquet",
  .title = N_ ("Parquet file"),
  .help = N_ ("Reads Parquet files. Types are those of the file; structs become columns with a dot in their names, and lists of numbers stay lists."),
  .aliases = N_ ("parquet, columnar, open, import"),
  .icon = "x-office-spreadsheet-symbolic",
  .category = SX_BLOCK_SOURCE,
  .ports = sx_ports_source,
  .params = params,
  .describe = describe,
  .run = run,
};
