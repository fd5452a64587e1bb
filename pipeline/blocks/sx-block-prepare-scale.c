/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fit-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The points of a quantile map; between them it is straight. */
#define N_POINTS 101

static const SxChoice methods[] = {
  { "standard", N_ ("Mean 0, standard deviation 1") },
  { "min-max", N_ ("From 0 to 1") },
  { "robust", N_ ("Median 0, quartiles 1 apart") },
  { "quantile", N_ ("By rank, from 0 to 1") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to scale; none means all numbers but the target."), SX_PARAM_COLUMNS, .column_types = SX_MASK_NUMBERS },
  { "method", N_ ("Method"), N_ ("What the training rows are brought to."), SX_PARAM_CHOICE, 0, "'standard'", .choices = methods },
  { NULL },
};

/* (x - center) * scale; a column that does not vary is only shifted. */
static void
choose_affine (const char *method, const double *sorted, gsize n, double numbers[2])
{
  double center = 0, spread = 0;

  if (n > 0 && g_str_equal (method, "standard"))
    {
      center = sx_fit_mean (sorted, n);
      spread = sx_fit_sd (sorted, n, center);
    }
  else if (n > 0 && g_str_equal (method, "min-max"))
    {
      center = sorted[0];
      spread = sorted[n - 1] - sorted[0];
    }
  else if (n > 0)
    {
      center = sx_fit_quantile (sorted, n, 0.5);
      spread = sx_fit_quantile (sorted, n, 0.75) - sx_fit_quantile (sorted, n, 0.25);
    }
  numbers[0] = center;
  numbers[1] = spread > 0 && isfinite (1 / spread) ? 1 / spread : 1;
}

/* Where quantiles coincide, their ranks are averaged, so that a frequent value has one place. */
static void
add_quantiles (SxSteps *steps, const char *name, const double *sorted, gsize n)
{
  double x[N_POINTS], y[N_POINTS], numbers[2 * N_POINTS];
  gsize  n_points = 0;

  for (guint i = 0; i < N_POINTS;)
    {
      double value = sx_fit_quantile (sorted, n, (double)i / (N_POINTS - 1));
      guint  first = i;

      while (i < N_POINTS && sx_fit_quantile (sorted, n, (double)i / (N_POINTS - 1)) == value)
        i++;
      x[n_points] = value;
      y[n_points++] = ((double)first + (double)(i - 1)) / 2 / (N_POINTS - 1);
    }
  if (n_points < 2)
    {
      numbers[0] = n_points > 0 ? x[0] : 0;
      numbers[1] = 1;
      sx_fit_add_step (steps, SX_STEP_AFFINE, name, name, numbers, 2, NULL);
      return;
    }
  for (gsize i = 0; i < n_points; i++)
    {
      numbers[i] = x[i];
      numbers[n_points + i] = y[i];
    }
  sx_fit_add_step (steps, SX_STEP_QUANTILE, name, name, numbers, 2 * n_points, NULL);
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema   *schema = sx_frame_get_schema (training);
  const char *method = sx_params_get_string (self, "method");
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    {
      gsize              n;
      g_autofree double *sorted = sx_fit_sorted (training, (guint)sx_schema_find (schema, columns[i]), &n);
      double             numbers[2];

      if (g_str_equal (method, "quantile") && n > 0)
        {
          add_quantiles (steps, columns[i], sorted, n);
          continue;
        }
      choose_affine (method, sorted, n, numbers);
      sx_fit_add_step (steps, SX_STEP_AFFINE, columns[i], columns[i], numbers, 2, NULL);
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

const SxBlockKind sx_block_prepare_scale = {
  .id = "prepare.scale",
  .title = N_ ("Scale numbers"),
  .help = N_ ("Brings numbers to a common range, as measured on the training rows. Networks need it, trees do not."),
  .aliases = N_ ("normalise, standardise, min-max, z-score, quantile, robust"),
  .icon = "zoom-fit-best-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
