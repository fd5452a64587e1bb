/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fit-private.h"
#include "sx-step-private.h"

#include "expr/sx-expr.h"
#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bins are told by the edges between them, rising: bin i holds what is at least edge i and below edge i + 1. As a step that is the number of
 * edges that a number has reached, said as an expression, which every exporter knows. */

#define MAX_BINS 100

static const SxChoice methods[] = {
  { "quantile", N_ ("As many rows in each") },
  { "width", N_ ("Equally wide") },
  { "edges", N_ ("Edges as given") },
  { NULL },
};

static const SxChoice results[] = {
  { "number", N_ ("The number of the bin") },
  { "columns", N_ ("A column for each bin") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to bin; none means all numbers but the target."), SX_PARAM_COLUMNS, .column_types = (1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) },
  { "method", N_ ("Bins"), N_ ("Where bins end, as measured on the training rows or as given."), SX_PARAM_CHOICE, 0, "'quantile'", .choices = methods },
  { "bins", N_ ("How many"), N_ ("The number of bins; fewer where many rows have one value."), SX_PARAM_INT, 0, "5", 2, MAX_BINS, N_ ("bins"), .visible_if = "method=quantile|width" },
  { "edges", N_ ("Edges"), N_ ("The numbers at which the next bin begins: 18, 30, 65."), SX_PARAM_STRINGS, SX_PARAM_REQUIRED, .visible_if = "method=edges" },
  { "result", N_ ("Result"), N_ ("The number of the bin from 0 on, in place of the column, or a column of 0 and 1 for each bin. A missing cell stays missing, or gives 0 in every column."), SX_PARAM_CHOICE, 0, "'number'", .choices = results },
  { NULL },
};

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* In rising order, without repeats. */
static gboolean
read_edges (const SxParams *self, GArray *edges, GError **error)
{
  gsize                   n, n_kept = 0;
  g_autofree const char **texts = sx_params_get_strings (self, "edges", &n);
  double                 *values;

  for (gsize i = 0; i < n; i++)
    {
      double value;

      if (!sx_number_parse (texts[i], strlen (texts[i]), &value) || !isfinite (value))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“edges”: “%s” is not a number."), texts[i]);
          return FALSE;
        }
      g_array_append_val (edges, value);
    }
  if (n == 0 || n >= MAX_BINS)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“edges”: give between 1 and %d numbers."), MAX_BINS - 1);
      return FALSE;
    }
  values = (double *)(gpointer)edges->data;
  qsort (values, n, sizeof *values, compare_doubles);
  for (gsize i = 0; i < n; i++)
    if (i == 0 || values[i] > values[i - 1])
      values[n_kept++] = values[i];
  g_array_set_size (edges, (guint)n_kept);
  return TRUE;
}

/* What every training row has reached is no edge. */
static void
measure_edges (const SxParams *self, GArray *edges, const double *sorted, gsize n)
{
  gint64 n_bins = sx_params_get_int (self, "bins");

  for (gint64 i = 1; i < n_bins && n > 0; i++)
    {
      double share = (double)i / (double)n_bins;
      double edge = g_str_equal (sx_params_get_string (self, "method"), "width") ? sorted[0] + (sorted[n - 1] - sorted[0]) * share : sx_fit_quantile (sorted, n, share);

      if (edge > sorted[0] && (edges->len == 0 || edge > g_array_index (edges, double, edges->len - 1)))
        g_array_append_val (edges, edge);
    }
}

static void
add_expression (SxSteps *steps, const char *column, const char *output, const char *text)
{
  sx_fit_add_step (steps, SX_STEP_EXPRESSION, column, output, NULL, 0, (const char *const[]){ text, NULL });
}

/* if(x >= 1, 1, 0) + if(x >= 2, 1, 0): missing as soon as x is. */
static void
add_number (SxSteps *steps, const char *column, const double *edges, guint n)
{
  g_autofree char *name = sx_expr_quote_column (column);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      char edge[SX_NUMBER_MAX_SIZE];

      sx_number_print (edges[i], edge);
      g_string_append_printf (text, "%sif(%s >= %s, 1, 0)", i > 0 ? " + " : "", name, edge);
    }
  if (n == 0)
    g_string_append_printf (text, "%s * 0", name);
  add_expression (steps, column, column, text->str);
}

static void
add_columns (SxSteps *steps, const char *column, const double *edges, guint n)
{
  g_autofree char *name = sx_expr_quote_column (column);

  for (guint i = 0; i <= n; i++)
    {
      char low[SX_NUMBER_MAX_SIZE], high[SX_NUMBER_MAX_SIZE];
      g_autoptr (GString) condition = g_string_new (NULL);
      g_autofree char *output = NULL;
      g_autofree char *text = NULL;

      g_string_append_printf (condition, "not is_missing(%s)", name);
      if (i > 0)
        {
          sx_number_print (edges[i - 1], low);
          g_string_append_printf (condition, " and %s >= %s", name, low);
        }
      if (i < n)
        {
          sx_number_print (edges[i], high);
          g_string_append_printf (condition, " and %s < %s", name, high);
        }
      output = i == 0 && i == n ? g_strdup_printf ("%s present", column) : i == 0 ? g_strdup_printf ("%s < %s", column, high)
                                                                         : i == n ? g_strdup_printf ("%s ≥ %s", column, low)
                                                                                  : g_strdup_printf ("%s %s to %s", column, low, high);
      text = g_strdup_printf ("if(%s, 1, 0)", condition->str);
      add_expression (steps, column, output, text);
    }
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);
  gboolean is_given = g_str_equal (sx_params_get_string (self, "method"), "edges");
  gboolean as_columns = g_str_equal (sx_params_get_string (self, "result"), "columns");
  g_autoptr (SxSchema) all = NULL;

  for (guint i = 0; columns != NULL && columns[i] != NULL; i++)
    {
      g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (double));
      gsize              n;
      g_autofree double *sorted = sx_fit_sorted (training, (guint)sx_schema_find (schema, columns[i]), &n);

      if (is_given && !read_edges (self, edges, error))
        return NULL;
      if (!is_given)
        measure_edges (self, edges, sorted, n);
      (as_columns ? add_columns : add_number) (steps, columns[i], (const double *)(gpointer)edges->data, edges->len);
    }
  if (columns == NULL || !as_columns || columns[0] == NULL)
    return columns != NULL ? g_steal_pointer (&steps) : NULL;
  all = sx_steps_describe (steps, schema, error);
  return all != NULL && sx_steps_drop (steps, all, (const char *const *)columns, error) ? g_steal_pointer (&steps) : NULL;
}

/* Without data the columns of bins are not known: then the numbers are shown as they are. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; g_str_equal (sx_params_get_string (self, "result"), "number") && columns[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], (guint)sx_schema_find (inputs[0], columns[i]));

      sx_fields_put (fields, field->name, SX_TYPE_FLOAT64, (const char *const *)field->origins);
    }
  return sx_fields_end (fields, error);
}

const SxBlockKind sx_block_prepare_bin = {
  .id = "prepare.bin",
  .title = N_ ("Put numbers into bins"),
  .help = N_ ("Turns numbers into the number of the bin that they fall into, or into a column for each bin. Bins hold as many training rows each, are equally wide, or end where you say; a number belongs to the bin whose lower edge it has reached. It lets a linear model bend, and makes small differences not count."),
  .aliases = N_ ("bin, discretize, cut, qcut, histogram, bucket, quantile, categories from numbers"),
  .icon = "view-grid-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
