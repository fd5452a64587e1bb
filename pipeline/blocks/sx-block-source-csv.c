/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-source-private.h"

#include <glib/gi18n-lib.h>

static const SxChoice headers[] = {
  { "auto", N_ ("Find out") },
  { "yes", N_ ("The first line names the columns") },
  { "no", N_ ("There is no header line") },
  { NULL },
};

static const SxChoice on_errors[] = {
  { "fail", N_ ("Stop and say where") },
  { "skip", N_ ("Leave the row out") },
  { "missing", N_ ("Take the cell as missing") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "file", N_ ("File"), N_ ("The file to read."), SX_PARAM_FILE, SX_PARAM_REQUIRED },
  { "header", N_ ("Header"), N_ ("Whether the first line names the columns."), SX_PARAM_CHOICE, SX_PARAM_GUESSED, "'auto'", .choices = headers },
  { "columns", N_ ("Column names"), N_ ("The names of all columns, for a file without a header line."), SX_PARAM_STRINGS, SX_PARAM_GUESSED },
  { "types", N_ ("Types"), N_ ("The types of some columns: int64, float64, bool, string, category, timestamp."), SX_PARAM_MAPPING, SX_PARAM_GUESSED },
  { "on-error", N_ ("A row that does not fit"), N_ ("What to do with a row that has too many or too few cells, or a cell of another type."), SX_PARAM_CHOICE, 0, "'fail'", .choices = on_errors },
  { "delimiter", N_ ("Delimiter"), N_ ("The character between cells, or “tab”; empty to find out."), SX_PARAM_STRING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { "quote", N_ ("Quote"), N_ ("The character around cells that contain a delimiter; empty to find out."), SX_PARAM_STRING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { "decimal", N_ ("Decimal point"), N_ ("“.” or “,”; empty to find out."), SX_PARAM_STRING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { "encoding", N_ ("Encoding"), N_ ("UTF-8, UTF-16LE, WINDOWS-1252, …; empty to find out."), SX_PARAM_STRING, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { "missing", N_ ("Missing values"), N_ ("The words that stand for a missing value, beside an empty cell."), SX_PARAM_STRINGS, SX_PARAM_GUESSED | SX_PARAM_ADVANCED },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_describe (self, "csv", "csv", context, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_source_run (self, "csv", "csv", context, error);
}

const SxBlockKind sx_block_source_csv = {
  .id = "source.csv",
  .title = N_ ("CSV file"),
  .help = N_ ("Reads delimited text. Delimiter, header, encoding and types are found out; each guess can be changed here."),
  .aliases = N_ ("csv, tsv, text, delimited, table, open, import"),
  .icon = "x-office-spreadsheet-symbolic",
  .category = SX_BLOCK_SOURCE,
  .ports = sx_ports_source,
  .params = params,
  .describe = describe,
  .run = run,
};
