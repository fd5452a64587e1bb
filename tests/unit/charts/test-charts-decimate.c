/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-charts.h>
#include <sx-decimate.h>

#include <math.h>

#define N_COLUMNS 37

static GArray *
decimate (const double *x, const double *y, guint n_points, double low, double high)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (SxChartPoint));

  sx_decimate (x, y, n_points, low, high, N_COLUMNS, points);
  return points;
}

static int
find_column (double x, double low, double high)
{
  return (int)CLAMP (floor ((x - low) * (N_COLUMNS / (high - low))), -1.0, N_COLUMNS);
}

/* What a column shows of a set of points: its first, last, least and greatest. */
typedef struct
{
  guint  n_points;
  double first, last, least, greatest;
} Column;

static void
take (Column *column, double y)
{
  if (column->n_points++ == 0)
    column->first = column->least = column->greatest = y;
  column->last = y;
  column->least = MIN (column->least, y);
  column->greatest = MAX (column->greatest, y);
}

static void
check_against_all (const double *x, const double *y, guint n_points, double low, double high)
{
  g_autoptr (GArray) points = decimate (x, y, n_points, low, high);
  Column all[N_COLUMNS] = { 0 }, kept[N_COLUMNS] = { 0 };

  for (guint i = 0; i < n_points; i++)
    {
      int column = find_column (x[i], low, high);

      if (column >= 0 && column < N_COLUMNS && !isnan (y[i]))
        take (&all[column], y[i]);
    }
  for (guint i = 0; i < points->len; i++)
    {
      const SxChartPoint *point = &g_array_index (points, SxChartPoint, i);
      int                 column = find_column (point->x, low, high);

      g_assert_true (i == 0 || point->x >= g_array_index (points, SxChartPoint, i - 1).x);
      if (column >= 0 && column < N_COLUMNS && !isnan (point->y))
        take (&kept[column], point->y);
    }
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      g_assert_cmpint (kept[i].n_points > 0, ==, all[i].n_points > 0);
      g_assert_cmpuint (kept[i].n_points, <=, 4);
      g_assert_cmpfloat (kept[i].first, ==, all[i].first);
      g_assert_cmpfloat (kept[i].last, ==, all[i].last);
      g_assert_cmpfloat (kept[i].least, ==, all[i].least);
      g_assert_cmpfloat (kept[i].greatest, ==, all[i].greatest);
    }
}

static void
test_keeps_what_is_seen (void)
{
  static const guint sizes[] = { 0, 1, 2, 7, 37, 64, 65, 1000, 20000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint round = 0; round < 20; round++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        guint              n_points = sizes[i];
        g_autofree double *x = g_new (double, n_points + 1), *y = g_new (double, n_points + 1);
        double             at = 0;

        for (guint j = 0; j < n_points; j++)
          {
            x[j] = at;
            y[j] = round % 4 == 3 && g_rand_int_range (rand, 0, 5) == 0 ? NAN : g_rand_double_range (rand, -1, 1);
            /* Equal places, and holes, too. */
            at += round % 3 == 0 ? g_rand_int_range (rand, 0, 3) : g_rand_double (rand);
          }
        check_against_all (x, y, n_points, 0, MAX (at, 1));
        check_against_all (x, y, n_points, at * 0.3, MAX (at * 0.7, at * 0.3 + 1e-3));
      }
}

/* One point beyond either end, so that the line runs to the frame. */
static void
test_keeps_neighbours (void)
{
  double x[100], y[100];
  g_autoptr (GArray) points = NULL;

  for (guint i = 0; i < 100; i++)
    x[i] = y[i] = i;
  points = decimate (x, y, 100, 50.2, 50.8);
  g_assert_cmpuint (points->len, ==, 2);
  g_assert_cmpfloat (g_array_index (points, SxChartPoint, 0).x, ==, 50);
  g_assert_cmpfloat (g_array_index (points, SxChartPoint, 1).x, ==, 51);
}

static void
test_breaks_at_missing (void)
{
  const double x[] = { 0, 10, 20, 30 }, y[] = { 1, NAN, 2, 3 };
  g_autoptr (GArray) points = decimate (x, y, 4, 0, 30);

  g_assert_cmpuint (points->len, ==, 4);
  g_assert_true (isnan (g_array_index (points, SxChartPoint, 1).y));
  g_assert_cmpfloat (g_array_index (points, SxChartPoint, 2).y, ==, 2);
}

/* A million points: at most four a pixel are left, and it takes milliseconds. */
static void
test_million (void)
{
  guint              n_points = 1000000;
  g_autofree double *x = g_new (double, n_points), *y = g_new (double, n_points);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (SxChartPoint));
  gint64 start;

  for (guint i = 0; i < n_points; i++)
    {
      x[i] = i;
      y[i] = sin (i * 0.001) + (i % 7) * 0.01;
    }
  start = g_get_monotonic_time ();
  sx_decimate (x, y, n_points, 0, n_points, 1200, points);
  g_test_minimized_result ((double)(g_get_monotonic_time () - start) / 1000.0, "%.2f ms for a million points", (double)(g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpuint (points->len, <=, 4 * 1200);
  g_assert_cmpuint (points->len, >, 1200);
}

static void
test_find (void)
{
  const double x[] = { 1, 2, 2, 5 };

  g_assert_cmpuint (sx_decimate_find (x, 4, 0), ==, 0);
  g_assert_cmpuint (sx_decimate_find (x, 4, 2), ==, 1);
  g_assert_cmpuint (sx_decimate_find (x, 4, 3), ==, 3);
  g_assert_cmpuint (sx_decimate_find (x, 4, 6), ==, 4);
  g_assert_cmpuint (sx_decimate_find (x, 0, 6), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/decimate/keeps-what-is-seen", test_keeps_what_is_seen);
  g_test_add_func ("/charts/decimate/keeps-neighbours", test_keeps_neighbours);
  g_test_add_func ("/charts/decimate/breaks-at-missing", test_breaks_at_missing);
  g_test_add_func ("/charts/decimate/million", test_million);
  g_test_add_func ("/charts/decimate/find", test_find);
  return g_test_run ();
}
