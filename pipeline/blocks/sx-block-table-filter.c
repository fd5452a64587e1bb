/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "condition", N_ ("Condition"), N_ ("An expression that is true for the rows to keep: age >= 18 and city != \"Rome\". A row for which it is missing is left out."), SX_PARAM_EXPRESSION, SX_PARAM_REQUIRED },
  { NULL },
};

static SxExpr *
parse (const SxParams *self, SxSchema *schema, GError **error)
{
  g_autoptr (SxExpr) expr = sx_expr_new (sx_params_get_string (self, "condition"), schema, error);

  if (expr == NULL)
    {
      g_prefix_error (error, _ ("“%s”: "), "condition");
      return NULL;
    }
  if (sx_expr_get_type (expr) != SX_TYPE_BOOL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("The condition must be true or false; this one gives “%s”. Compare it with something."), sx_type_get_title (sx_expr_get_type (expr)));
      return NULL;
    }
  return g_steal_pointer (&expr);
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxExpr) expr = parse (self, inputs[0], error);

  return expr != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

/* The rows, counted from @first, where @keep is true. */
static void
add_rows (GArray *rows, const SxColumn *keep, guint64 first)
{
  guint    n = rows->len;
  guint64 *numbers;

  g_array_set_size (rows, n + (guint)keep->n_rows);
  numbers = (guint64 *)(gpointer)rows->data;
  for (gsize row = 0; row < keep->n_rows; row++)
    {
      numbers[n] = first + row;
      n += !sx_column_is_missing (keep, row) && sx_column_get_bool (keep, row);
    }
  g_array_set_size (rows, n);
}

static GArray *
list_rows (const SxParams *self, SxFrame *frame, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxExpr) expr = parse (self, sx_frame_get_schema (frame), error);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 first = 0;

  if (expr == NULL)
    return NULL;
  for (guint i = 0; i < sx_frame_get_n_batches (frame); i++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, i);
      g_autoptr (SxColumn) keep = NULL;

      if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return NULL;
      keep = sx_expr_eval (expr, batch, error);
      if (keep == NULL)
        return NULL;
      add_rows (rows, keep, first);
      first += keep->n_rows;
    }
  return g_steal_pointer (&rows);
}

const SxBlockKind sx_block_table_filter = {
  .id = "table.filter",
  .title = N_ ("Filter rows"),
  .help = N_ ("Keeps the rows for which a condition holds. When the model predicts, no row is left out."),
  .aliases = N_ ("where, condition, keep, drop, rows, subset"),
  .icon = "edit-find-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = sx_verb_run_rows,
  .rows = list_rows,
};
