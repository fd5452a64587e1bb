/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-charts.h>

#include <math.h>

static void
test_range (void)
{
  const double x[] = { 1, 2, 3, 4, NAN, 5 }, y[] = { -2, NAN, 0.5, INFINITY, 1, NAN };
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "a");
  double low, high;

  g_assert_false (sx_series_get_range (series, FALSE, FALSE, &low, &high));
  sx_series_set_data (series, x, y, G_N_ELEMENTS (x));
  g_assert_cmpuint (sx_series_get_n_points (series), ==, 5); /* one stands nowhere */
  g_assert_true (sx_series_get_range (series, FALSE, FALSE, &low, &high));
  g_assert_cmpfloat (low, ==, -2);
  g_assert_cmpfloat (high, ==, 0.5);
  g_assert_true (sx_series_get_range (series, FALSE, TRUE, &low, &high));
  g_assert_cmpfloat (low, ==, 0.5);
  g_assert_true (sx_series_get_range (series, TRUE, FALSE, &low, &high));
  g_assert_cmpfloat (low, ==, 1);
  g_assert_cmpfloat (high, ==, 4); /* where there is no value there is no x */
  sx_series_clear (series);
  g_assert_false (sx_series_get_range (series, TRUE, FALSE, &low, &high));
}

static void
test_find_x (void)
{
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "a");
  guint index;

  g_assert_false (sx_series_find_x (series, 0, &index));
  for (guint i = 0; i < 100; i++)
    sx_series_append (series, i, i % 10 == 5 ? NAN : i);
  for (double x = -3; x < 104; x += 0.37)
    {
      guint best = 0;

      for (guint i = 0; i < 100; i++)
        if (i % 10 != 5 && fabs (i - x) < fabs (best - x))
          best = i;
      g_assert_true (sx_series_find_x (series, x, &index));
      g_assert_cmpfloat_with_epsilon (fabs (index - x), fabs (best - x), 1e-12);
      g_assert_cmpuint (index % 10, !=, 5);
    }
  sx_series_append (series, 3, 3);
  g_assert_false (sx_series_is_sorted (series));
  g_assert_false (sx_series_find_x (series, 3, &index));
}

static void
count_cb (SxSeries *series, gboolean data, guint *counts)
{
  counts[data]++;
}

static void
test_says_changed (void)
{
  g_autoptr (SxSeries) series = sx_series_new (SX_SERIES_LINE, "a");
  guint counts[2] = { 0 };

  g_signal_connect (series, "changed", G_CALLBACK (count_cb), counts);
  sx_series_append (series, 1, 1);
  sx_series_set_visible (series, TRUE);
  sx_series_set_name (series, "a");
  g_assert_cmpuint (counts[TRUE], ==, 1);
  g_assert_cmpuint (counts[FALSE], ==, 0);
  sx_series_set_visible (series, FALSE);
  sx_series_set_color (series, 3);
  g_assert_cmpuint (counts[FALSE], ==, 2);
  sx_series_clear (series);
  sx_series_clear (series);
  g_assert_cmpuint (counts[TRUE], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/series/range", test_range);
  g_test_add_func ("/charts/series/find-x", test_find_x);
  g_test_add_func ("/charts/series/says-changed", test_says_changed);
  return g_test_run ();
}
