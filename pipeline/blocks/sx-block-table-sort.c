/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-row-order-private.h"

#include <glib/gi18n-lib.h>

/* A stable sort of row numbers: equal rows keep their order. Missing cells come last, whatever the direction. */

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to sort by, the first one first."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED, .column_types = SX_MASK_ORDERED },
  { "descending", N_ ("Descending"), N_ ("The columns that are sorted from high to low."), SX_PARAM_COLUMNS, .column_types = SX_MASK_ORDERED },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_auto (GStrv) descending = columns != NULL ? sx_params_dup_columns (self, "descending", inputs[0], NULL, error) : NULL;

  return descending != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

/* One flag for each of @columns: is it among those to be sorted from high to low? */
static gboolean *
list_directions (const SxParams *self, char *const *columns)
{
  gsize                   n;
  g_autofree const char **descending = sx_params_get_strings (self, "descending", &n);
  gboolean               *flags = g_new0 (gboolean, g_strv_length ((char **)columns) + 1);

  for (guint i = 0; columns[i] != NULL; i++)
    for (gsize j = 0; j < n; j++)
      flags[i] |= g_str_equal (columns[i], descending[j]);
  return flags;
}

static GArray *
list_rows (const SxParams *self, SxFrame *frame, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  g_autoptr (SxSchema) checked = describe (self, &schema, 1, context, error);
  g_auto (GStrv) columns = checked != NULL ? sx_params_dup_columns (self, "columns", schema, NULL, error) : NULL;
  g_autofree guint    *keys = NULL;
  g_autofree gboolean *descending = NULL;
  g_autofree guint32  *order = NULL;

  if (columns == NULL)
    return NULL;
  keys = sx_schema_find_all (schema, (const char *const *)columns);
  descending = list_directions (self, columns);
  order = sx_row_order_new (frame, keys, descending, g_strv_length (columns), context != NULL ? context->cancellable : NULL, error);
  return order != NULL ? sx_rows_widen (order, sx_frame_get_n_rows (frame)) : NULL;
}

const SxBlockKind sx_block_table_sort = {
  .id = "table.sort",
  .title = N_ ("Sort rows"),
  .help = N_ ("Puts the rows in order. Missing cells come last, whatever the direction; texts go by code point, so that capital letters stand before small ones. Rows that are equal keep their order."),
  .aliases = N_ ("order, arrange, rank, ascending, descending"),
  .icon = "view-sort-ascending-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = sx_verb_run_rows,
  .rows = list_rows,
};
