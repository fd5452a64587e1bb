/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-step-private.h"

#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to join, in this order. Numbers and times are written as text."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED, .column_types = SX_MASK_ORDERED },
  { "into", N_ ("Into"), N_ ("The name of the new column."), SX_PARAM_STRING, SX_PARAM_REQUIRED },
  { "separator", N_ ("Separator"), N_ ("What stands between the texts."), SX_PARAM_STRING, 0, "' '" },
  { "missing", N_ ("Missing cells are left out"), N_ ("Joins those that are there; else the result is missing as soon as one of them is."), SX_PARAM_BOOL, 0, "true" },
  { "keep", N_ ("Keep the columns"), N_ ("Leaves the columns beside the new one."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

/* join("-", text(a), text(b)), or concat(text(a), "-", text(b)), of which one missing cell makes all missing. */
static char *
make_expression (const SxParams *self, char *const *columns)
{
  g_autofree char *separator = sx_expr_quote_text (sx_params_get_string (self, "separator"));
  gboolean         skips = sx_params_get_bool (self, "missing");
  GString         *text = g_string_new (NULL);

  g_string_append_printf (text, skips ? "join(%s" : "concat(\"\"", separator);
  for (guint i = 0; columns[i] != NULL; i++)
    {
      g_autofree char *name = sx_expr_quote_column (columns[i]);

      if (!skips && i > 0)
        g_string_append_printf (text, ", %s", separator);
      g_string_append_printf (text, ", text(%s)", name);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", input, NULL, error);
  g_autofree char *text = columns != NULL ? make_expression (self, columns) : NULL;
  const char      *into = sx_params_get_string (self, "into");
  const char      *outputs[] = { into, NULL };
  const char      *texts[] = { text, NULL };
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (SxSchema) all = NULL;
  g_autoptr (GPtrArray) dropped = g_ptr_array_new ();

  if (columns == NULL)
    return NULL;
  sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const *)columns, outputs, NULL, 0, texts, 0);
  for (guint i = 0; columns[i] != NULL && !sx_params_get_bool (self, "keep"); i++)
    if (!g_str_equal (columns[i], into))
      g_ptr_array_add (dropped, columns[i]);
  if (dropped->len == 0)
    return g_steal_pointer (&steps);
  g_ptr_array_add (dropped, NULL);
  all = sx_steps_describe (steps, input, error);
  return all != NULL && sx_steps_drop (steps, all, (const char *const *)dropped->pdata, error) ? g_steal_pointer (&steps) : NULL;
}

const SxBlockKind sx_block_table_merge_text = {
  .id = "table.merge-text",
  .title = N_ ("Merge text"),
  .help = N_ ("Joins the cells of several columns into one text, with a separator between them: a key of several columns, an address, a text to learn from. The trained model carries it; ONNX cannot express it."),
  .aliases = N_ ("concat, concatenate, join text, paste, combine columns, unite"),
  .icon = "insert-text-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
