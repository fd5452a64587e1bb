/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-result-curves.h>

#include <math.h>

/* The area under the curve is the metric of the engine, which counts pairs; scores are rounded, so that there are ties. */
static void
test_roc_area_is_the_metric (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint round = 0; round < 30; round++)
    {
      guint              n_rows = (guint)g_rand_int_range (rand, 2, 400);
      g_autofree double *truth = g_new (double, n_rows), *score = g_new (double, n_rows);
      g_autofree float  *p = g_new (float, 2 * n_rows), *y = g_new (float, n_rows);
      g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "roc");
      double area;

      for (guint i = 0; i < n_rows; i++)
        {
          truth[i] = i < 2 ? i : (guint)g_rand_int_range (rand, 0, 2);
          score[i] = round % 3 == 0 ? 0.5 : floor (CLAMP (g_rand_double (rand) * 0.7 + truth[i] * 0.3, 0, 1) * 16) / 16;
          y[i] = (float)truth[i];
          p[2 * i] = (float)(1 - score[i]);
          p[2 * i + 1] = (float)score[i];
        }
      area = sx_result_curves_roc (truth, score, n_rows, series);
      g_assert_cmpfloat_with_epsilon (area, sx_metric_find ("auc")->compute (p, y, n_rows, 2), 1e-9);
      g_assert_true (sx_series_is_sorted (series));
      g_assert_cmpfloat (sx_series_get_x (series)[0], ==, 0);
      g_assert_cmpfloat (sx_series_get_y (series)[0], ==, 0);
      g_assert_cmpfloat (sx_series_get_x (series)[sx_series_get_n_points (series) - 1], ==, 1);
      g_assert_cmpfloat (sx_series_get_y (series)[sx_series_get_n_points (series) - 1], ==, 1);
    }
}

static void
test_roc_of_one_class (void)
{
  const double truth[] = { 1, 1 }, score[] = { 0.3, 0.4 };
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "roc");

  g_assert_true (isnan (sx_result_curves_roc (truth, score, 2, series)));
  g_assert_cmpuint (sx_series_get_n_points (series), ==, 0);
}

/* Worked out by hand: by falling score + − + + −. */
static void
test_precision_recall (void)
{
  const double truth[] = { 1, 0, 1, 0, 1 }, score[] = { 0.9, 0.8, 0.7, 0.1, 0.6 };
  const double recall[] = { 1 / 3.0, 1 / 3.0, 2 / 3.0, 1, 1 }, precision[] = { 1, 1 / 2.0, 2 / 3.0, 3 / 4.0, 3 / 5.0 };
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "pr");
  double average = sx_result_curves_precision_recall (truth, score, 5, series);

  g_assert_cmpuint (sx_series_get_n_points (series), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpfloat_with_epsilon (sx_series_get_x (series)[i], recall[i], 1e-12);
      g_assert_cmpfloat_with_epsilon (sx_series_get_y (series)[i], precision[i], 1e-12);
    }
  g_assert_cmpfloat_with_epsilon (average, (1 + 2 / 3.0 + 3 / 4.0) / 3, 1e-12);
}

static void
test_histogram (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_BARS, "rows");
  static const guint sizes[] = { 1, 2, 7, 1000, 20000 };

  for (guint size = 0; size < G_N_ELEMENTS (sizes); size++)
    {
      guint              n_values = sizes[size];
      g_autofree double *values = g_new (double, n_values);
      double             sum = 0;

      for (guint i = 0; i < n_values; i++)
        values[i] = size == 1 ? 3.0 : g_rand_double_range (rand, -5, 5) * g_rand_double (rand);
      sx_result_curves_histogram (values, n_values, series);
      g_assert_cmpuint (sx_series_get_n_points (series), <=, 60);
      for (guint i = 0; i < sx_series_get_n_points (series); i++)
        {
          double left = sx_series_get_x (series)[i], count = 0;

          for (guint j = 0; j < n_values; j++)
            count += values[j] >= left && (values[j] < left + sx_series_get_bar_width (series) || i + 1 == sx_series_get_n_points (series));
          /* A value on the edge may fall to either side of it. */
          g_assert_cmpfloat (fabs (count - sx_series_get_y (series)[i]), <=, 2);
          sum += sx_series_get_y (series)[i];
        }
      g_assert_cmpfloat (sum, ==, n_values);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/studio/curves/roc/area-is-the-metric", test_roc_area_is_the_metric);
  g_test_add_func ("/studio/curves/roc/one-class", test_roc_of_one_class);
  g_test_add_func ("/studio/curves/precision-recall", test_precision_recall);
  g_test_add_func ("/studio/curves/histogram", test_histogram);
  return g_test_run ();
}
