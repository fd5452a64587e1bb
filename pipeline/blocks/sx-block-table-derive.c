/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The name of each column and the expression that gives it: bmi → weight / height ^ 2. A name that exists is replaced."), SX_PARAM_MAPPING, SX_PARAM_REQUIRED },
  { NULL },
};

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (SxSchema) schema = sx_schema_ref (input);
  GVariantIter iter;
  const char  *name, *text;

  g_variant_iter_init (&iter, sx_params_get (self, "columns"));
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text))
    {
      g_autoptr (SxExpr) expr = sx_expr_new (text, schema, error);
      g_auto (GStrv) columns = NULL;
      const char *outputs[] = { name, NULL };
      const char *texts[] = { text, NULL };

      if (expr == NULL)
        {
          g_prefix_error (error, _ ("“%s”: "), name);
          return NULL;
        }
      columns = sx_expr_dup_columns (expr);
      sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const *)columns, outputs, NULL, 0, texts, 0);
      /* Later expressions may use what earlier ones gave. */
      sx_schema_unref (schema);
      schema = sx_steps_describe (steps, input, error);
      if (schema == NULL)
        return NULL;
    }
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_table_derive = {
  .id = "table.derive",
  .title = N_ ("Derive columns"),
  .help = N_ ("Computes columns from others by expressions. The trained model carries the computation."),
  .aliases = N_ ("compute, calculate, formula, expression, new column, mutate, feature"),
  .icon = "accessories-calculator-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
