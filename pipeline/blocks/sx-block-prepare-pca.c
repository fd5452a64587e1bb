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

/* The directions in which training rows vary most: eigenvectors of the covariance matrix, by Jacobi's rotations (Golub and Van Loan, Matrix
 * Computations, 8.5), which are slow for large matrices but exact to the last digits. A component is a sum of products, said as an expression over columns that
 * an affine step has centred, so that every exporter knows it. The sign of a component is free: its greatest weight is positive. */

#define MAX_COLUMNS 200
#define MAX_SWEEPS 60

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to take components of; none means all numbers but the target. Fill missing cells before: a row with one has no components."), SX_PARAM_COLUMNS, .column_types = SX_MASK_NUMBERS },
  { "components", N_ ("Components"), N_ ("How many; 0 takes as many as explain the share below."), SX_PARAM_INT, 0, "0", 0, MAX_COLUMNS, N_ ("columns") },
  { "share", N_ ("Share of the variance"), N_ ("How much of the variance the components explain together."), SX_PARAM_DOUBLE, 0, "0.95", 0.01, 1 },
  { "scale", N_ ("Scale first"), N_ ("Brings every column to standard deviation 1, so that none counts more for being written in small units."), SX_PARAM_BOOL, 0, "true" },
  { "keep", N_ ("Keep the columns"), N_ ("Leaves the columns beside the components."), SX_PARAM_BOOL, SX_PARAM_ADVANCED, "false" },
  { NULL },
};

typedef struct
{
  guint   n;       /* columns */
  double *centers; /* n */
  double *scales;  /* n: what a centred cell is multiplied with */
  double *matrix;  /* n * n: covariances, then on its diagonal the eigenvalues */
  double *vectors; /* n * n, one a row */
  guint  *order;   /* rows of vectors, greatest eigenvalue first */
} Analysis;

static void
analysis_clear (Analysis *self)
{
  g_free (self->centers);
  g_free (self->scales);
  g_free (self->matrix);
  g_free (self->vectors);
  g_free (self->order);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Analysis, analysis_clear)

/* Rows without a gap, one behind the other; @n_rows of them. */
static double *
read_rows (SxFrame *training, char *const *columns, guint n, gsize *n_rows)
{
  SxSchema          *schema = sx_frame_get_schema (training);
  double            *rows = g_new (double, sx_frame_get_n_rows (training) * n + 1);
  g_autofree double *cells = g_new (double, (gsize)SX_BATCH_MAX_ROWS *n);

  *n_rows = 0;
  for (guint b = 0; b < sx_frame_get_n_batches (training); b++)
    {
      SxBatch *batch = sx_frame_get_batch (training, b);

      for (guint i = 0; i < n; i++)
        sx_column_to_doubles (sx_batch_get_column (batch, (guint)sx_schema_find (schema, columns[i])), cells + (gsize)i * SX_BATCH_MAX_ROWS);
      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        {
          gboolean is_whole = TRUE;

          for (guint i = 0; i < n; i++)
            {
              double value = cells[(gsize)i * SX_BATCH_MAX_ROWS + row];

              rows[*n_rows * n + i] = value;
              is_whole &= isfinite (value) != 0;
            }
          *n_rows += is_whole;
        }
    }
  return rows;
}

static void
measure (Analysis *self, double *rows, gsize n_rows, gboolean scale)
{
  guint n = self->n;

  for (guint i = 0; i < n; i++)
    {
      double sum = 0, squares = 0;

      for (gsize row = 0; row < n_rows; row++)
        sum += rows[row * n + i];
      self->centers[i] = sum / (double)n_rows;
      for (gsize row = 0; row < n_rows; row++)
        {
          rows[row * n + i] -= self->centers[i];
          squares += rows[row * n + i] * rows[row * n + i];
        }
      self->scales[i] = scale && squares > 0 ? 1 / sqrt (squares / (double)n_rows) : 1;
    }
  for (gsize row = 0; row < n_rows; row++)
    for (guint i = 0; i < n; i++)
      for (guint j = 0; j <= i; j++)
        self->matrix[i * n + j] += rows[row * n + i] * rows[row * n + j];
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      self->matrix[i * n + j] = self->matrix[j * n + i] = self->matrix[i * n + j] * self->scales[i] * self->scales[j] / (double)n_rows;
}

/* Turns coordinates @p and @q so that their covariance is 0. */
static void
rotate (Analysis *self, guint p, guint q)
{
  double *a = self->matrix, *v = self->vectors;
  guint   n = self->n;
  double  theta, t, c, s;

  if (a[p * n + q] == 0)
    return;
  theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  t = (theta < 0 ? -1 : 1) / (fabs (theta) + sqrt (theta * theta + 1));
  c = 1 / sqrt (t * t + 1);
  s = t * c;
  for (guint i = 0; i < n; i++)
    {
      double x = a[i * n + p], y = a[i * n + q];

      a[i * n + p] = c * x - s * y;
      a[i * n + q] = s * x + c * y;
    }
  for (guint i = 0; i < n; i++)
    {
      double x = a[p * n + i], y = a[q * n + i], u = v[p * n + i], w = v[q * n + i];

      a[p * n + i] = c * x - s * y;
      a[q * n + i] = s * x + c * y;
      v[p * n + i] = c * u - s * w;
      v[q * n + i] = s * u + c * w;
    }
}

static void
diagonalize (Analysis *self)
{
  guint n = self->n;

  for (guint i = 0; i < n; i++)
    self->vectors[i * n + i] = 1;
  for (guint sweep = 0; sweep < MAX_SWEEPS; sweep++)
    {
      double outside = 0, inside = 0;

      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
          *(i == j ? &inside : &outside) += self->matrix[i * n + j] * self->matrix[i * n + j];
      if (outside <= 1e-30 * inside)
        break;
      for (guint p = 0; p + 1 < n; p++)
        for (guint q = p + 1; q < n; q++)
          rotate (self, p, q);
    }
}

static int
compare_values (gconstpointer a, gconstpointer b, gpointer data)
{
  const Analysis *self = data;
  guint           i = *(const guint *)a, j = *(const guint *)b;
  double          x = self->matrix[i * self->n + i], y = self->matrix[j * self->n + j];

  return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

static void
order_components (Analysis *self)
{
  guint n = self->n;

  for (guint i = 0; i < n; i++)
    {
      double *vector = self->vectors + i * n;
      guint   greatest = 0;

      self->order[i] = i;
      for (guint j = 1; j < n; j++)
        if (fabs (vector[j]) > fabs (vector[greatest]) + 1e-12)
          greatest = j;
      for (guint j = 0; vector[greatest] < 0 && j < n; j++)
        vector[j] = -vector[j];
    }
  g_qsort_with_data (self->order, (gint)n, sizeof *self->order, compare_values, self);
}

/* How many components are asked for. */
static guint
count_components (const SxParams *self, const Analysis *analysis)
{
  guint  n = analysis->n, n_asked = (guint)sx_params_get_int (self, "components"), n_taken = 0;
  double total = 0, sum = 0;

  if (n_asked > 0)
    return MIN (n_asked, n);
  for (guint i = 0; i < n; i++)
    total += MAX (analysis->matrix[i * n + i], 0);
  while (n_taken < n && (n_taken == 0 || sum < sx_params_get_double (self, "share") * total * (1 - 1e-12)))
    {
      guint i = analysis->order[n_taken++];

      sum += MAX (analysis->matrix[i * n + i], 0);
    }
  return n_taken;
}

static void
add_component (SxSteps *steps, const Analysis *analysis, guint component, char *const *centred)
{
  const double    *vector = analysis->vectors + analysis->order[component] * analysis->n;
  g_autofree char *output = g_strdup_printf ("component %u", component + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *outputs[] = { output, NULL };
  const char *texts[2] = { NULL };

  for (guint i = 0; i < analysis->n; i++)
    {
      g_autofree char *name = sx_expr_quote_column (centred[i]);
      char             weight[SX_NUMBER_MAX_SIZE];

      sx_number_print (fabs (vector[i]), weight);
      g_string_append_printf (text, "%s%s * %s", i > 0 ? vector[i] < 0 ? " - " : " + " : vector[i] < 0 ? "-"
                                                                                                       : "",
                              name, weight);
    }
  texts[0] = text->str;
  sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const *)centred, outputs, NULL, 0, texts, 0);
}

static gboolean
analyse (const SxParams *self, Analysis *analysis, SxFrame *training, char *const *columns, GError **error)
{
  guint              n = analysis->n = g_strv_length ((char **)columns);
  gsize              n_rows = 0;
  g_autofree double *rows = n <= MAX_COLUMNS ? read_rows (training, columns, n, &n_rows) : NULL;

  if (n < 2 || n > MAX_COLUMNS)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“columns”: components need between 2 and %d columns of numbers; there are %u."), MAX_COLUMNS, n);
      return FALSE;
    }
  if (n_rows < 2)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Fewer than two training rows are without a missing cell. Fill missing values before this block."));
      return FALSE;
    }
  analysis->centers = g_new0 (double, n);
  analysis->scales = g_new0 (double, n);
  analysis->matrix = g_new0 (double, (gsize)n *n);
  analysis->vectors = g_new0 (double, (gsize)n *n);
  analysis->order = g_new0 (guint, n);
  measure (analysis, rows, n_rows, sx_params_get_bool (self, "scale"));
  diagonalize (analysis);
  order_components (analysis);
  return TRUE;
}

/* Centred and scaled columns under names of their own, which are dropped behind the components. */
static char **
add_centred (SxSteps *steps, const Analysis *analysis, char *const *columns, SxSchema *schema)
{
  char             **centred = g_new0 (char *, analysis->n + 1);
  g_autofree double *numbers = g_new (double, (gsize)analysis->n * 2);

  for (guint i = 0; i < analysis->n; i++)
    {
      centred[i] = g_strdup_printf ("(centred) %s", columns[i]);
      while (sx_schema_find (schema, centred[i]) >= 0)
        {
          char *longer = g_strdup_printf ("(%s)", centred[i]);

          g_free (centred[i]);
          centred[i] = longer;
        }
      numbers[2 * i] = analysis->centers[i];
      numbers[2 * i + 1] = analysis->scales[i];
    }
  sx_steps_add (steps, SX_STEP_AFFINE, (const char *const *)columns, (const char *const *)centred, numbers, (gsize)analysis->n * 2, NULL, 0);
  return centred;
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);
  g_auto (GStrv) centred = NULL;
  g_auto (Analysis) analysis = { 0 };
  g_autoptr (GPtrArray) dropped = g_ptr_array_new ();
  g_autoptr (SxSchema) all = NULL;
  guint n;

  if (columns == NULL || !analyse (self, &analysis, training, columns, error))
    return NULL;
  centred = add_centred (steps, &analysis, columns, schema);
  n = count_components (self, &analysis);
  for (guint i = 0; i < n; i++)
    add_component (steps, &analysis, i, centred);
  for (guint i = 0; i < analysis.n; i++)
    {
      g_ptr_array_add (dropped, centred[i]);
      if (!sx_params_get_bool (self, "keep"))
        g_ptr_array_add (dropped, columns[i]);
    }
  g_ptr_array_add (dropped, NULL);
  all = sx_steps_describe (steps, schema, error);
  return all != NULL && sx_steps_drop (steps, all, (const char *const *)dropped->pdata, error) ? g_steal_pointer (&steps) : NULL;
}

/* Without data the components are not known: the columns are shown as they are. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);

  return columns != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

const SxBlockKind sx_block_prepare_pca = {
  .id = "prepare.pca",
  .title = N_ ("Principal components"),
  .help = N_ ("Replaces many numbers by few that hold most of their variance: each component is a weighted sum of the columns, in the direction in which the training rows vary most and at right angles to those before it. It helps where columns say nearly the same. Fill missing values before it."),
  .aliases = N_ ("pca, principal component analysis, dimensionality reduction, compress, svd"),
  .icon = "network-workgroup-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
