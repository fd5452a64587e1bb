/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fit-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const SxChoice methods[] = {
  { "quantile", N_ ("Shares of the rows") },
  { "quartiles", N_ ("Quartiles and their distance") },
  { "deviations", N_ ("Mean and standard deviation") },
  { "limits", N_ ("Limits as given") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to clip; none means all numbers but the target."), SX_PARAM_COLUMNS, .column_types = (1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) },
  { "method", N_ ("Limits from"), N_ ("Where the limits come from: measured on the training rows, or given."), SX_PARAM_CHOICE, 0, "'quartiles'", .choices = methods },
  { "share", N_ ("Share"), N_ ("The share of rows at each end that counts as outlying."), SX_PARAM_DOUBLE, 0, "0.01", 0, 0.49, .visible_if = "method=quantile" },
  { "factor", N_ ("Factor"), N_ ("How many distances between the quartiles a number may lie beyond them (Tukey 1977: 1.5), or how many standard deviations away from the mean."), SX_PARAM_DOUBLE, 0, "1.5", 0, 1000, .visible_if = "method=quartiles|deviations" },
  { "low", N_ ("Lower limit"), N_ ("The least number."), SX_PARAM_DOUBLE, 0, "0.0", .visible_if = "method=limits" },
  { "high", N_ ("Upper limit"), N_ ("The greatest number."), SX_PARAM_DOUBLE, 0, "1.0", .visible_if = "method=limits" },
  { NULL },
};

static void
measure (const SxParams *self, const double *sorted, gsize n, double limits[2])
{
  const char *method = sx_params_get_string (self, "method");
  double      factor = sx_params_get_double (self, "factor"), share = sx_params_get_double (self, "share");
  double      low, high, distance;

  if (g_str_equal (method, "quantile"))
    {
      limits[0] = sx_fit_quantile (sorted, n, share);
      limits[1] = sx_fit_quantile (sorted, n, 1 - share);
      return;
    }
  if (g_str_equal (method, "quartiles"))
    {
      low = sx_fit_quantile (sorted, n, 0.25);
      high = sx_fit_quantile (sorted, n, 0.75);
      distance = high - low;
    }
  else
    {
      low = high = sx_fit_mean (sorted, n);
      distance = sx_fit_sd (sorted, n, low);
    }
  limits[0] = low - factor * distance;
  limits[1] = high + factor * distance;
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);
  gboolean is_given = g_str_equal (sx_params_get_string (self, "method"), "limits");
  double   limits[2] = { sx_params_get_double (self, "low"), sx_params_get_double (self, "high") };

  if (columns == NULL)
    return NULL;
  if (is_given && limits[0] > limits[1])
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“low” lies above “high”. Change one of the limits."));
      return NULL;
    }
  for (guint i = 0; columns[i] != NULL; i++)
    {
      gsize              n;
      g_autofree double *sorted = sx_fit_sorted (training, (guint)sx_schema_find (schema, columns[i]), &n);

      if (!is_given && n == 0)
        {
          sx_block_context_note (context, columns[i], _ ("All training cells of “%s” are missing; it is not clipped."), columns[i]);
          continue;
        }
      if (!is_given)
        measure (self, sorted, n, limits);
      sx_fit_add_step (steps, SX_STEP_CLIP, columns[i], columns[i], limits, 2, NULL);
    }
  return g_steal_pointer (&steps);
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], (guint)sx_schema_find (inputs[0], columns[i]));

      sx_fields_put (fields, field->name, SX_TYPE_FLOAT64, (const char *const *)field->origins);
    }
  return sx_fields_end (fields, error);
}

const SxBlockKind sx_block_prepare_clip = {
  .id = "prepare.clip",
  .title = N_ ("Clip outliers"),
  .help = N_ ("Brings numbers that lie far out to a limit measured on the training rows: a share of the rows, so many distances between the quartiles, so many standard deviations, or limits as given. One wild number then no longer decides what a model learns. Missing cells stay missing."),
  .aliases = N_ ("outlier, winsorize, winsorise, clamp, limit, extreme, Tukey"),
  .icon = "object-select-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
