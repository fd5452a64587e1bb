/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fit-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const SxChoice methods[] = {
  { "median", N_ ("The median") },
  { "mean", N_ ("The mean") },
  { "most-frequent", N_ ("The most frequent value") },
  { "constant", N_ ("A fixed value") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to fill; none means all but the target."), SX_PARAM_COLUMNS, .column_types = SX_MASK_NUMBERS | SX_MASK_TEXTS | SX_MASK_TIMES },
  { "method", N_ ("Fill with"), N_ ("What stands for a missing cell, learned from training rows. Text is always filled with the most frequent value, or the fixed one."), SX_PARAM_CHOICE, 0, "'median'", .choices = methods },
  { "value", N_ ("Value"), N_ ("The fixed value."), SX_PARAM_STRING, 0, "'0'", .visible_if = "method=constant" },
  { "indicator", N_ ("Mark what was missing"), N_ ("Adds a column for each that says with 1 where a cell was missing."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY;
}

/* The number to fill with; 0, with a note, when there is nothing to learn from. */
static double
choose_number (const SxParams *self, SxFrame *training, guint column, const SxBlockContext *context)
{
  const char        *method = sx_params_get_string (self, "method");
  const SxField     *field = sx_schema_get_field (sx_frame_get_schema (training), column);
  gsize              n;
  g_autofree double *sorted = sx_fit_sorted (training, column, &n);

  if (n == 0)
    {
      sx_block_context_note (context, field->name, _ ("All training cells of “%s” are missing; it is filled with 0."), field->name);
      return 0;
    }
  if (g_str_equal (method, "mean"))
    return sx_fit_mean (sorted, n);
  if (g_str_equal (method, "most-frequent"))
    {
      gsize best = 0, best_length = 0;

      for (gsize start = 0, end; start < n; start = end)
        {
          for (end = start; end < n && sorted[end] == sorted[start]; end++)
            ;
          if (end - start > best_length)
            {
              best = start;
              best_length = end - start;
            }
        }
      return sorted[best];
    }
  return sx_fit_quantile (sorted, n, 0.5);
}

static gboolean
fill_constant (const SxParams *self, SxSteps *steps, const SxField *field, GError **error)
{
  const char *value = sx_params_get_string (self, "value");
  char       *end = NULL;
  double      number;

  if (is_text (field->type))
    {
      sx_fit_add_step (steps, SX_STEP_FILL, field->name, field->name, NULL, 0, (const char *const[]){ value, NULL });
      return TRUE;
    }
  number = g_ascii_strtod (value, &end);
  if (end == value || *end != '\0' || !isfinite (number))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“value”: “%s” is not a number, but column “%s” holds numbers."), value, field->name);
      return FALSE;
    }
  sx_fit_add_step (steps, SX_STEP_FILL, field->name, field->name, &number, 1, NULL);
  return TRUE;
}

static void
fill_text (SxSteps *steps, SxFrame *training, guint column)
{
  const SxField *field = sx_schema_get_field (sx_frame_get_schema (training), column);
  g_autoptr (GArray) texts = sx_fit_texts (training, column, NULL);
  const char *text = texts->len > 0 ? g_array_index (texts, SxTextCount, 0).text : "";

  sx_fit_add_step (steps, SX_STEP_FILL, field->name, field->name, NULL, 0, (const char *const[]){ text, NULL });
}

static char *
indicator_name (const char *column)
{
  return g_strconcat (column, " missing", NULL);
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);
  gboolean is_constant = g_str_equal (sx_params_get_string (self, "method"), "constant");

  if (columns == NULL)
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    {
      guint          column = (guint)sx_schema_find (schema, columns[i]);
      const SxField *field = sx_schema_get_field (schema, column);
      double         number;

      if (sx_params_get_bool (self, "indicator"))
        {
          g_autofree char *name = indicator_name (field->name);

          sx_fit_add_step (steps, SX_STEP_INDICATOR, field->name, name, NULL, 0, NULL);
        }
      if (is_constant)
        {
          if (!fill_constant (self, steps, field, error))
            return NULL;
        }
      else if (is_text (field->type))
        fill_text (steps, training, column);
      else
        {
          number = choose_number (self, training, column, context);
          sx_fit_add_step (steps, SX_STEP_FILL, field->name, field->name, &number, 1, NULL);
        }
    }
  return g_steal_pointer (&steps);
}

/* Without data: a whole number filled with a median may become a fraction, which the preview shows. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; sx_params_get_bool (self, "indicator") && columns[i] != NULL; i++)
    {
      g_autofree char *name = indicator_name (columns[i]);
      const char      *from[] = { columns[i], NULL };
      g_auto (GStrv) origins = sx_schema_dup_origins (inputs[0], from);

      sx_fields_put (fields, name, SX_TYPE_FLOAT64, (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

const SxBlockKind sx_block_prepare_impute = {
  .id = "prepare.impute",
  .title = N_ ("Fill missing values"),
  .help = N_ ("Fills missing cells with a value learned from the training rows."),
  .aliases = N_ ("impute, missing, nan, null, fill, median, mean"),
  .icon = "format-justify-fill-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
