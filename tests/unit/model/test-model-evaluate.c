/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <model/sx-model-private.h>

#include <math.h>

static double
get_metric (GVariant *report, const char *id)
{
  g_autoptr (GVariant) metrics = g_variant_lookup_value (report, "metrics", G_VARIANT_TYPE ("a{sd}"));
  double value = NAN;

  g_assert_nonnull (metrics);
  return g_variant_lookup (metrics, id, "d", &value) ? value : NAN;
}

static guint64
get_n_rows (GVariant *report)
{
  guint64 n_rows;

  g_assert_true (g_variant_lookup (report, "n-rows", "t", &n_rows));
  return n_rows;
}

static void
assert_values (GVariant *report, const char *key, const double *expected, gsize n_expected)
{
  g_autoptr (GVariant) array = g_variant_lookup_value (report, key, G_VARIANT_TYPE ("ad"));
  const double *values;
  gsize         n;

  g_assert_nonnull (array);
  values = g_variant_get_fixed_array (array, &n, sizeof *values);
  g_assert_cmpmem (values, n * sizeof *values, expected, n_expected * sizeof *expected);
}

/* Worked out by hand: five rows, of which one has no answer; one of the four others is wrong. */
static void
test_report_of_classes (void)
{
  char          *classes[] = { (char *)"no", (char *)"yes", NULL };
  const SxTarget target = { (char *)"left", SX_TASK_BINARY, classes, NULL };
  const float    p[] = { 0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, 0.4f, 0.6f, 0.6f, 0.4f };
  const float    y[] = { 0, 1, NAN, 0, 0 };
  const guint64  expected[] = { 2, 1, 0, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) report = sx_model_report (&target, sx_metric_find ("auc"), p, y, 5, &error);
  g_autoptr (GVariant) confusion = NULL;
  g_autofree const char **labels = NULL;
  const char             *text;
  gsize                   n;
  const guint64          *counts;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (report, "task", "&s", &text));
  g_assert_cmpstr (text, ==, "binary");
  g_assert_true (g_variant_lookup (report, "metric", "&s", &text));
  g_assert_cmpstr (text, ==, "auc");
  g_assert_cmpuint (get_n_rows (report), ==, 4);
  g_assert_cmpfloat_with_epsilon (get_metric (report, "accuracy"), 0.75, 1e-12);
  g_assert_cmpfloat_with_epsilon (get_metric (report, "auc"), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (get_metric (report, "log-loss"), -(log (0.9) + log (0.8) + log (0.4) + log (0.6)) / 4, 1e-6);
  g_assert_true (isnan (get_metric (report, "rmse")));
  confusion = g_variant_lookup_value (report, "confusion", G_VARIANT_TYPE ("at"));
  counts = g_variant_get_fixed_array (confusion, &n, sizeof *counts);
  g_assert_cmpmem (counts, n * sizeof *counts, expected, sizeof expected);
  g_assert_true (g_variant_lookup (report, "classes", "^a&s", &labels));
  g_assert_cmpstr (labels[1], ==, "yes");
  assert_values (report, "truth", (const double[]){ 0, 1, 0, 0 }, 4);
  assert_values (report, "predicted", (const double[]){ 0.1f, 0.8f, 0.6f, 0.4f }, 4);
}

/* One class alone has no ROC curve: the metric is left out, not written as a NaN. */
static void
test_report_leaves_out_nan (void)
{
  char          *classes[] = { (char *)"no", (char *)"yes", NULL };
  const SxTarget target = { (char *)"left", SX_TASK_BINARY, classes, NULL };
  const float    p[] = { 0.9f, 0.1f };
  const float    y[] = { 0 };
  g_autoptr (GVariant) report = sx_model_report (&target, sx_metric_find ("log-loss"), p, y, 1, NULL);
  g_autoptr (GVariant) metrics = g_variant_lookup_value (report, "metrics", NULL);

  g_assert_false (g_variant_lookup (metrics, "auc", "d", NULL));
  g_assert_cmpfloat_with_epsilon (get_metric (report, "accuracy"), 1, 1e-12);
}

/* A plot has so many points however long the table is, from its begin to its end, each point a row. */
static void
test_report_samples_evenly (void)
{
  static const gsize sizes[] = { 1, 37, SX_MODEL_N_PLOTTED, SX_MODEL_N_PLOTTED + 1, 3 * SX_MODEL_N_PLOTTED + 7, 1000003 };
  const SxTarget     target = { (char *)"price", SX_TASK_REGRESSION, NULL, NULL };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autofree float *p = g_new (float, sizes[s]);
      g_autofree float *y = g_new (float, sizes[s]);
      g_autoptr (GVariant) report = NULL;
      g_autoptr (GVariant) truth = NULL;
      g_autoptr (GVariant) predicted = NULL;
      const double *t, *q;
      gsize         n, m;
      double        step = (double)sizes[s] / (double)MIN (sizes[s], SX_MODEL_N_PLOTTED);

      for (gsize i = 0; i < sizes[s]; i++)
        {
          y[i] = (float)i;
          p[i] = (float)i + 0.5f;
        }
      report = sx_model_report (&target, sx_metric_find ("rmse"), p, y, sizes[s], NULL);
      g_assert_cmpfloat_with_epsilon (get_metric (report, "mae"), 0.5, 1e-6);
      truth = g_variant_lookup_value (report, "truth", G_VARIANT_TYPE ("ad"));
      predicted = g_variant_lookup_value (report, "predicted", G_VARIANT_TYPE ("ad"));
      t = g_variant_get_fixed_array (truth, &n, sizeof *t);
      q = g_variant_get_fixed_array (predicted, &m, sizeof *q);
      g_assert_cmpuint (n, ==, MIN (sizes[s], SX_MODEL_N_PLOTTED));
      g_assert_cmpuint (m, ==, n);
      for (gsize i = 0; i < n; i++)
        {
          g_assert_cmpfloat (fabs (t[i] - step * (double)i), <=, 1);
          g_assert_cmpfloat_with_epsilon (q[i] - t[i], 0.5, 1e-12);
        }
      g_assert_cmpfloat (t[n - 1], >=, (double)sizes[s] - step - 1);
    }
}

static void
test_report_needs_an_answer (void)
{
  const SxTarget target = { (char *)"price", SX_TASK_REGRESSION, NULL, NULL };
  const float    p[] = { 1, 2 };
  const float    y[] = { NAN, NAN };
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_model_report (&target, sx_metric_find ("rmse"), p, y, 2, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_cmpstr (error->message, ==, "No row has a value in column “price” to compare with");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/report/classes", test_report_of_classes);
  g_test_add_func ("/model/report/leaves-out-nan", test_report_leaves_out_nan);
  g_test_add_func ("/model/report/samples-evenly", test_report_samples_evenly);
  g_test_add_func ("/model/report/needs-an-answer", test_report_needs_an_answer);
  return g_test_run ();
}
