/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-encode-private.h"
#include "sx-step-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers are judged, everything else stays: which columns a model sees is learned from training rows, so that the validation rows have no say. */

static const SxChoice methods[] = {
  { "constant", N_ ("Leave out what does not vary") },
  { "target", N_ ("Keep what goes along with the target") },
  { "redundant", N_ ("Leave out what goes along with another column") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to judge; none means all numbers but the target. Others stay."), SX_PARAM_COLUMNS, .column_types = SX_MASK_NUMBERS },
  { "method", N_ ("Method"), N_ ("What decides whether a column stays."), SX_PARAM_CHOICE, 0, "'target'", .choices = methods },
  { "keep", N_ ("Keep"), N_ ("How many columns stay: those with the strongest correlation to the target, up or down. Of a target of two classes one counts as 1, the other as 0."), SX_PARAM_INT, 0, "10", 1, 100000, N_ ("columns"), .visible_if = "method=target" },
  { "limit", N_ ("Limit"), N_ ("Of two columns with a correlation beyond this, up or down, the later one goes."), SX_PARAM_DOUBLE, 0, "0.95", 0, 1, .visible_if = "method=redundant" },
  { NULL },
};

/* Pearson's correlation over the rows in which both are there; 0 where either does not vary. */
static double
correlate (const double *a, const double *b, gsize n)
{
  double n_both = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (a[i]) && isfinite (b[i]))
      {
        n_both++;
        mean_a += a[i];
        mean_b += b[i];
      }
  mean_a /= MAX (n_both, 1);
  mean_b /= MAX (n_both, 1);
  for (gsize i = 0; i < n; i++)
    if (isfinite (a[i]) && isfinite (b[i]))
      {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
      }
  return aa > 0 && bb > 0 ? ab / sqrt (aa) / sqrt (bb) : 0;
}

static double *
read_column (SxFrame *frame, const char *name)
{
  g_autoptr (SxColumn) column = sx_frame_concat_column (frame, (guint)sx_schema_find (sx_frame_get_schema (frame), name));
  double *values = g_new (double, column->n_rows + 1);

  sx_column_to_doubles (column, values);
  return values;
}

/* Each gets a flag: does it go? */
static void
judge_constant (SxFrame *training, char *const *columns, gboolean *goes)
{
  for (guint i = 0; columns[i] != NULL; i++)
    {
      guint              column = (guint)sx_schema_find (sx_frame_get_schema (training), columns[i]);
      gsize              n;
      g_autofree double *sorted = sx_fit_sorted (training, column, &n);

      /* Where gaps stand beside one value, the gaps tell something. */
      goes[i] = n == 0 || (sorted[0] == sorted[n - 1] && sx_fit_count_missing (training, column) == 0);
    }
}

typedef struct
{
  double strength;
  guint  column;
} Rank;

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const Rank *x = a, *y = b;

  return x->strength != y->strength ? (x->strength < y->strength) - (x->strength > y->strength) : (x->column > y->column) - (x->column < y->column);
}

static gboolean
judge_target (SxFrame *training, char *const *columns, const char *target, gint64 n_kept, gboolean *goes, GError **error)
{
  double             mean;
  g_autofree double *values = sx_encode_read_target (training, target, &mean);
  guint              n = g_strv_length ((char **)columns);
  g_autofree Rank   *ranks = g_new0 (Rank, n + 1);

  if (values == NULL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Choosing by the target needs a target that is a number or has two classes. Choose another method."));
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autofree double *column = read_column (training, columns[i]);

      ranks[i] = (Rank){ fabs (correlate (column, values, sx_frame_get_n_rows (training))), i };
    }
  qsort (ranks, n, sizeof *ranks, compare_ranks);
  for (guint i = 0; i < n; i++)
    goes[ranks[i].column] = i >= n_kept;
  return TRUE;
}

static gboolean
judge_redundant (SxFrame *training, char *const *columns, double limit, const SxBlockContext *context, gboolean *goes, GError **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; columns[i] != NULL; i++)
    g_ptr_array_add (values, read_column (training, columns[i]));
  for (guint i = 0; columns[i] != NULL; i++)
    {
      if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      for (guint j = 0; j < i && !goes[i]; j++)
        goes[i] = !goes[j] && fabs (correlate (values->pdata[i], values->pdata[j], sx_frame_get_n_rows (training))) > limit;
    }
  return TRUE;
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema   *schema = sx_frame_get_schema (training);
  const char *method = sx_params_get_string (self, "method");
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, target, error);
  g_autofree gboolean *goes = columns != NULL ? g_new0 (gboolean, g_strv_length (columns) + 1) : NULL;
  g_autoptr (GPtrArray) dropped = g_ptr_array_new ();

  if (columns == NULL)
    return NULL;
  if (g_str_equal (method, "constant"))
    judge_constant (training, columns, goes);
  else if (g_str_equal (method, "target") && !judge_target (training, columns, target, sx_params_get_int (self, "keep"), goes, error))
    return NULL;
  else if (g_str_equal (method, "redundant") && !judge_redundant (training, columns, sx_params_get_double (self, "limit"), context, goes, error))
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    if (goes[i])
      g_ptr_array_add (dropped, columns[i]);
  if (dropped->len == 0)
    return g_steal_pointer (&steps);
  g_ptr_array_add (dropped, NULL);
  return sx_steps_drop (steps, schema, (const char *const *)dropped->pdata, error) ? g_steal_pointer (&steps) : NULL;
}

/* Without data it is not known which columns go: all are shown. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);

  return columns != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

const SxBlockKind sx_block_prepare_select = {
  .id = "prepare.select",
  .title = N_ ("Choose features"),
  .help = N_ ("Leaves columns out that help little: those that do not vary, those that go along least with the target, or those that say what another column says already. Learned from the training rows of each fold, so that the choice itself does not leak; choosing by the target on the whole table would make every measurement too good."),
  .aliases = N_ ("feature selection, variance, correlation, redundant, collinear, drop columns, k best"),
  .icon = "view-list-bullet-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
};
