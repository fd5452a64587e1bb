/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A stable sort of row numbers: equal rows keep their order. Missing cells come last, whatever the direction. */

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to sort by, the first one first."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED },
  { "descending", N_ ("Descending"), N_ ("The columns that are sorted from high to low."), SX_PARAM_COLUMNS },
  { NULL },
};

typedef struct
{
  SxColumn *column;
  gboolean  is_descending;
} Key;

typedef struct
{
  Key  *keys;
  guint n_keys;
} Order;

static int
compare_text (const SxColumn *column, gsize a, gsize b)
{
  gsize       size_a, size_b;
  const char *text_a = sx_column_get_text (column, a, &size_a), *text_b = sx_column_get_text (column, b, &size_b);
  int         order = memcmp (text_a, text_b, MIN (size_a, size_b));

  return order != 0 ? order : (size_a > size_b) - (size_a < size_b);
}

static int
compare_present (const SxColumn *column, gsize a, gsize b)
{
  if (column->type == SX_TYPE_INT64 || column->type == SX_TYPE_TIMESTAMP)
    {
      gint64 x = sx_column_get_int64 (column, a), y = sx_column_get_int64 (column, b);

      return (x > y) - (x < y);
    }
  if (sx_type_is_numeric (column->type))
    {
      double x = sx_column_get_double (column, a), y = sx_column_get_double (column, b);

      return (x > y) - (x < y);
    }
  return compare_text (column, a, b);
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Order *order = user_data;
  guint64      x = *(const guint64 *)a, y = *(const guint64 *)b;

  for (guint i = 0; i < order->n_keys; i++)
    {
      const SxColumn *column = order->keys[i].column;
      gboolean        missing_x = sx_column_is_missing (column, x), missing_y = sx_column_is_missing (column, y);
      int             result;

      if (missing_x || missing_y)
        {
          if (missing_x != missing_y)
            return missing_x ? 1 : -1;
          continue;
        }
      result = compare_present (column, x, y);
      if (result != 0)
        return order->keys[i].is_descending ? -result : result;
    }
  return (x > y) - (x < y);
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_auto (GStrv) descending = columns != NULL ? sx_params_dup_columns (self, "descending", inputs[0], NULL, error) : NULL;

  return descending != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (inputs[0]);
  guint64   n_rows = sx_frame_get_n_rows (inputs[0]);
  gsize     n_columns, n_descending;
  g_autoptr (SxSchema) checked = describe (self, &schema, 1, context, error);
  g_autofree const char **columns = sx_params_get_strings (self, "columns", &n_columns);
  g_autofree const char **descending = sx_params_get_strings (self, "descending", &n_descending);
  g_autofree Key         *keys = g_new0 (Key, n_columns + 1);
  g_autofree guint64     *rows = NULL;
  Order                   order = { keys, (guint)n_columns };
  SxFrame                *frame;

  if (checked == NULL)
    return NULL;
  for (gsize i = 0; i < n_columns; i++)
    {
      keys[i].column = sx_frame_concat_column (inputs[0], (guint)sx_schema_find (schema, columns[i]));
      for (gsize j = 0; j < n_descending; j++)
        keys[i].is_descending |= g_str_equal (columns[i], descending[j]);
    }
  rows = g_new (guint64, MAX (n_rows, 1));
  for (guint64 row = 0; row < n_rows; row++)
    rows[row] = row;
  g_qsort_with_data (rows, (gint)n_rows, sizeof *rows, compare_rows, &order);
  frame = sx_frame_take (inputs[0], rows, n_rows);
  for (gsize i = 0; i < n_columns; i++)
    sx_column_unref (keys[i].column);
  return frame;
}

const SxBlockKind sx_block_table_sort = {
  .id = "table.sort",
  .title = N_ ("Sort rows"),
  .help = N_ ("Puts the rows in order. Missing cells come last."),
  .aliases = N_ ("order, arrange, rank, ascending, descending"),
  .icon = "view-sort-ascending-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
