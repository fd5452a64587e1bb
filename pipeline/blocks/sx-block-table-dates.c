/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-step-private.h"

#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to take apart; none means all that hold times."), SX_PARAM_COLUMNS, .column_types = SX_MASK_TIMES },
  { "parts", N_ ("Parts"), N_ ("Which parts: year, quarter, month, week, day, weekday, hour, minute, second, yearday."), SX_PARAM_STRINGS, 0, "['year', 'month', 'day', 'weekday', 'hour']" },
  { "keep", N_ ("Keep the time itself"), N_ ("Leaves the column beside its parts."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

/* Parts that the step itself does not know are functions of expressions. */
static const char *const further_parts[] = { "quarter", "week", "second", NULL };

static gboolean
add_parts (const SxParams *self, SxSteps *steps, const char *column, GError **error)
{
  gsize                   n_parts;
  g_autofree const char **parts = sx_params_get_strings (self, "parts", &n_parts);

  for (gsize i = 0; i < n_parts; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s %s", column, parts[i]);
      const char      *inputs[] = { column, NULL };
      const char      *outputs[] = { name, NULL };
      const char      *texts[] = { parts[i], NULL };

      if (g_strv_contains (further_parts, parts[i]))
        {
          g_autofree char *quoted = sx_expr_quote_column (column);
          g_autofree char *call = g_strdup_printf ("%s(%s)", parts[i], quoted);

          texts[0] = call;
          sx_steps_add (steps, SX_STEP_EXPRESSION, inputs, outputs, NULL, 0, texts, 0);
          continue;
        }
      if (!g_strv_contains (sx_date_parts, parts[i]))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“parts”: a time has no “%s”. It has year, quarter, month, week, day, weekday, hour, minute, second and yearday."), parts[i]);
          return FALSE;
        }
      sx_steps_add (steps, SX_STEP_DATE_PART, inputs, outputs, NULL, 0, texts, 0);
    }
  return TRUE;
}

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", input, NULL, error);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    if (!add_parts (self, steps, columns[i], error))
      return NULL;
  if (!sx_params_get_bool (self, "keep") && columns[0] != NULL)
    {
      g_autoptr (SxSchema) all = sx_steps_describe (steps, input, error);

      if (all == NULL || !sx_steps_drop (steps, all, (const char *const *)columns, error))
        return NULL;
    }
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_table_dates = {
  .id = "table.dates",
  .title = N_ ("Parts of dates"),
  .help = N_ ("Takes times apart into numbers: year, quarter, month, week by ISO 8601, day, weekday from Monday on, hour, minute, second, day of the year. Read texts as dates first. The trained model carries it."),
  .aliases = N_ ("date, time, timestamp, month, weekday, hour, calendar"),
  .icon = "x-office-calendar-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
