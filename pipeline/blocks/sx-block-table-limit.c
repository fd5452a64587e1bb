/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "skip", N_ ("Skip"), N_ ("How many rows to leave out at the beginning."), SX_PARAM_INT, 0, "0", 0, 0x1p53, N_ ("rows") },
  { "rows", N_ ("Rows"), N_ ("How many rows to keep behind those; 0 keeps all that follow."), SX_PARAM_INT, 0, "0", 0, 0x1p53, N_ ("rows") },
  { "from-end", N_ ("From the end"), N_ ("Counts both from the last row backwards; the rows keep their order."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

static GArray *
list_rows (const SxParams *self, SxFrame *frame, const SxBlockContext *context, GError **error)
{
  guint64 n_rows = sx_frame_get_n_rows (frame);
  guint64 n_skipped = MIN ((guint64)sx_params_get_int (self, "skip"), n_rows);
  guint64 n_asked = (guint64)sx_params_get_int (self, "rows");
  guint64 n = n_asked > 0 ? MIN (n_asked, n_rows - n_skipped) : n_rows - n_skipped;
  guint64 first = sx_params_get_bool (self, "from-end") ? n_rows - n_skipped - n : n_skipped;
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint)n);

  for (guint64 row = first; row < first + n; row++)
    g_array_append_val (rows, row);
  return rows;
}

const SxBlockKind sx_block_table_limit = {
  .id = "table.limit",
  .title = N_ ("Skip and limit rows"),
  .help = N_ ("Leaves rows out at the beginning of a table, or at its end, and keeps so many of those that follow. Sort the table before it to keep the greatest, the least or the latest rows. When the model predicts, no row is left out."),
  .aliases = N_ ("skip, head, tail, first, last, top, limit, offset, slice"),
  .icon = "view-list-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_same,
  .run = sx_verb_run_rows,
  .rows = list_rows,
};
