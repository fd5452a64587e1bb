/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-source-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "file", N_ ("File"), N_ ("The file to read."), SX_PARAM_FILE, SX_PARAM_REQUIRED },
  { "types", N_ ("Types"), N_ ("The types of some columns: int64, float64, bool, string, category, timestamp."), SX_PARAM_MAPPING, SX_PARAM_GUESSED },
  { "encoding", N_ ("Encoding"), N_ ("UTF-8, UTF-16LE, …; empty to find out."), SX_PARAM_STRING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_describe (self, NULL, "json", context, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_run (self, NULL, "json", context, error);
}

const SxBlockKind sx_block_source_json = {
  .id = "source.json",
  .title = N_ ("JSON file"),
  .help = N_ ("Reads an array of records, an object of columns, or JSON Lines. Records within records become columns with a dot in their names."),
  .aliases = N_ ("json, jsonl, ndjson, lines, records, open, import"),
  .icon = "text-x-generic-symbolic",
  .category = SX_BLOCK_SOURCE,
  .ports = sx_ports_source,
  .params = params,
  .describe = describe,
  .run = run,
};
