/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-step-private.h"

#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxChoice methods[] = {
  { "separator", N_ ("At a separator") },
  { "pattern", N_ ("By the groups of a regular expression") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "column", N_ ("Column"), N_ ("The column of text to take apart."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED, .column_types = SX_MASK_TEXTS },
  { "into", N_ ("Into"), N_ ("The names of the new columns, one for each part from the left on. Parts that a text does not have are missing."), SX_PARAM_STRINGS, SX_PARAM_REQUIRED },
  { "method", N_ ("Method"), N_ ("How the parts are found."), SX_PARAM_CHOICE, 0, "'separator'", .choices = methods },
  { "separator", N_ ("Separator"), N_ ("What stands between the parts."), SX_PARAM_STRING, 0, "','", .visible_if = "method=separator" },
  { "rest", N_ ("The last one takes the rest"), N_ ("The last new column gets all that is left, separators included; else what is left is dropped."), SX_PARAM_BOOL, 0, "false", .visible_if = "method=separator" },
  { "pattern", N_ ("Pattern"), N_ ("A regular expression with a group in brackets for each new column: ([A-Z]+)-([0-9]+)."), SX_PARAM_STRING, SX_PARAM_REQUIRED, .visible_if = "method=pattern" },
  { "trim", N_ ("Trim"), N_ ("Takes blanks off both ends of each part."), SX_PARAM_BOOL, 0, "true" },
  { "keep", N_ ("Keep the text itself"), N_ ("Leaves the column beside its parts."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

static char *
make_expression (const SxParams *self, const char *column, guint part, gboolean is_last)
{
  g_autofree char *name = sx_expr_quote_column (column);
  gboolean         by_pattern = g_str_equal (sx_params_get_string (self, "method"), "pattern");
  g_autofree char *how = sx_expr_quote_text (sx_params_get_string (self, by_pattern ? "pattern" : "separator"));
  const char      *function = by_pattern ? "extract" : is_last && sx_params_get_bool (self, "rest") ? "split_rest"
                                                                                                    : "split";
  gboolean         trim = sx_params_get_bool (self, "trim");

  return g_strdup_printf ("%s%s(%s, %s, %u)%s", trim ? "trim(" : "", function, name, how, part, trim ? ")" : "");
}

/* A step for each new column; tells whether the column itself is one of them. That one goes last: until then the column is read. */
static gboolean
add_parts (const SxParams *self, SxSteps *steps, const char *column)
{
  gsize                   n, own;
  g_autofree const char **names = sx_params_get_strings (self, "into", &n);
  const char             *columns[] = { column, NULL };

  for (own = 0; own < n && !g_str_equal (names[own], column); own++)
    ;
  for (gsize i = 0; i <= n; i++)
    {
      gsize            part = i < n ? i : own;
      g_autofree char *text = make_expression (self, column, (guint)part + 1, part + 1 == n);
      const char      *outputs[] = { part < n ? names[part] : NULL, NULL };
      const char      *texts[] = { text, NULL };

      if (part < n && (part != own || i == n))
        sx_steps_add (steps, SX_STEP_EXPRESSION, columns, outputs, NULL, 0, texts, 0);
    }
  return own < n;
}

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  const char *column = sx_params_get_string (self, "column");
  const char *columns[] = { column, NULL };
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (SxSchema) all = NULL;

  if (sx_params_find_column (self, "column", input, error) < 0)
    return NULL;
  if (g_str_equal (sx_params_get_string (self, "method"), "separator") && *sx_params_get_string (self, "separator") == '\0')
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“separator”: say what stands between the parts."));
      return NULL;
    }
  if (add_parts (self, steps, column) || sx_params_get_bool (self, "keep"))
    return g_steal_pointer (&steps);
  all = sx_steps_describe (steps, input, error);
  return all != NULL && sx_steps_drop (steps, all, columns, error) ? g_steal_pointer (&steps) : NULL;
}

const SxBlockKind sx_block_table_split_text = {
  .id = "table.split-text",
  .title = N_ ("Split text"),
  .help = N_ ("Takes a column of text apart into several: at a separator such as a comma, or by the groups of a regular expression. The trained model carries it, so that it predicts from the whole text; ONNX cannot express it."),
  .aliases = N_ ("split, separate, tokenize, regex, extract, text to columns, parts"),
  .icon = "edit-cut-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
