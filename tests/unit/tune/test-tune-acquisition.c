/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "tune/sx-acquisition.h"

#include <math.h>

/* Against the integral of u-t over the normal density below u. */
static void
test_improvement (void)
{
  for (double u = -30; u <= 4; u += 0.37)
    {
      double sum = 0, step = 1e-4, derivative;
      double log_h = sx_log_expected_improvement (u, &derivative);
      for (double t = step / 2; t < 12; t += step) /* t: improvement; density at u - t, over density at u */
        sum += t * exp (-(u - t) * (u - t) / 2 + u * u / 2) * step;
      g_assert_cmpfloat_with_epsilon (log_h, log (sum) - u * u / 2 - 0.5 * log (2 * G_PI), 2e-6);
      double numeric = (sx_log_expected_improvement (u + 1e-5, NULL) - sx_log_expected_improvement (u - 1e-5, NULL)) / 2e-5;
      g_assert_cmpfloat_with_epsilon (derivative, numeric, 1e-4);
    }
  for (double u = -99; u > -1e12; u *= 1.01)
    {
      double derivative;
      g_assert_true (isfinite (sx_log_expected_improvement (u, &derivative)));
      g_assert_cmpfloat_with_epsilon (derivative / -u, 1, 1e-3);
    }
}

/* Continued fractions in 80 digits. */
static void
test_tail (void)
{
  static const struct
  {
    double u, improvement, derivative, cumulative;
  } cases[] = {
    { -1, -2.48512102571264126283, 1.90427123332969183700, -1.84102164500926357427 },
    { -5, -16.7443011626609887799, 5.36181624128808831387, -15.0649983939887253115 },
    { -38, -730.196183402113774719, 38.0525227600413273876, -726.557216018820099634 },
    { -1e3, -500014.734452091157436, 1000.00199999400001616, -500007.826694812159985 },
    { -1e6, -5.00000000028549987793e11, 1000000.00000200001523, -5.00000000014734436035e11 },
    { -1e9, -5.00000000000000064e17, 1e9, -5e17 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double derivative, value = sx_log_expected_improvement (cases[i].u, &derivative);
      g_assert_cmpfloat_with_epsilon (value / cases[i].improvement, 1, 1e-12);
      g_assert_cmpfloat_with_epsilon (derivative / cases[i].derivative, 1, 1e-8);
      g_assert_cmpfloat_with_epsilon (sx_log_normal_cumulative (cases[i].u, &derivative) / cases[i].cumulative, 1, 1e-14);
    }
  for (double z = -30; z < 5; z += 0.37)
    {
      double derivative, numeric = (sx_log_normal_cumulative (z + 1e-5, NULL) - sx_log_normal_cumulative (z - 1e-5, NULL)) / 2e-5;
      sx_log_normal_cumulative (z, &derivative);
      g_assert_cmpfloat_with_epsilon (derivative, numeric, 1e-6 * MAX (1, -z));
    }
}

static SxGp *
make_gp (guint n, guint64 seed)
{
  static const gboolean is_category[2] = { FALSE, FALSE };
  g_autofree double    *x = g_new0 (double, n * 4), *y = g_new (double, n);
  SxGp                 *gp = sx_gp_new (2, is_category);
  SxRandom              random;

  sx_random_init (&random, seed, 0, SX_PURPOSE_RANDOM);
  for (guint i = 0; i < n; i++)
    {
      x[i * 4] = sx_random_uniform (&random);
      x[i * 4 + 1] = sx_random_uniform (&random);
      y[i] = sx_random_normal (&random);
    }
  sx_gp_set_data (gp, x, y, n);
  gp->theta[0] = -0.5;
  gp->theta[1] = -0.9;
  gp->theta[2] = -3;
  gp->theta[3] = 0.3;
  g_assert_true (sx_gp_factor (gp));
  return gp;
}

/* The bound, the improvement of one draw and of several, each with and without failures, against differences. */
static void
test_slopes (void)
{
  g_autoptr (SxYaml) root = sx_yaml_parse ("{a: {type: float, low: 0, high: 1}, b: {type: float, low: 0, high: 1}}", -1, "s", NULL);
  g_autoptr (SxSpace) space = sx_space_read (root, NULL);
  g_autoptr (SxGp) gp = make_gp (17, 1);
  g_autoptr (SxGp) viability = make_gp (9, 2);
  const guint        dims[] = { 0, 1 };
  const double       bests[] = { -1.2, -0.4, 0.3 };
  g_autofree double *alphas = g_new0 (double, gp->stride * 3);
  double             unit[4] = { 0.37, 0.81, 0, 0 }, gradient[2];

  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < gp->n; j++)
      alphas[i * gp->stride + j] = gp->alpha[j] * (1 + 0.2 * i) + 0.1 * i * sin (j);
  for (guint kind = 0; kind < 6; kind++)
    {
      SxAcquisition acquisition = { .space = space, .gp = gp, .dims = dims, .alphas = alphas, .bests = bests, .n_draws = kind % 3 == 2 ? 3 : 1, .is_bound = kind % 3 == 0 };
      acquisition.viability = kind >= 3 ? viability : NULL;
      double score = sx_acquisition_slope (&acquisition, unit, gradient);
      g_assert_cmpfloat_with_epsilon (score, sx_acquisition_score (&acquisition, unit), 1e-12);
      for (guint i = 0; i < 2; i++)
        {
          double at = unit[i], up, down;
          unit[i] = at + 1e-6;
          up = sx_acquisition_score (&acquisition, unit);
          unit[i] = at - 1e-6;
          down = sx_acquisition_score (&acquisition, unit);
          unit[i] = at;
          g_assert_cmpfloat_with_epsilon ((up - down) / 2e-6, gradient[i], 1e-6 * MAX (1, fabs (gradient[i])));
        }
    }
}

/* The maximum over the square is at least as good as the best of a fine grid. */
static void
test_maximise (void)
{
  g_autoptr (SxYaml) root = sx_yaml_parse ("{a: {type: float, low: 0, high: 1}, b: {type: float, low: 0, high: 1}}", -1, "s", NULL);
  g_autoptr (SxSpace) space = sx_space_read (root, NULL);
  const guint dims[] = { 0, 1 };
  for (guint seed = 1; seed < 6; seed++)
    for (guint kind = 0; kind < 2; kind++)
      {
        g_autoptr (SxGp) gp = make_gp (25, seed);
        double        best = -1.5, incumbent[4] = { 0.5, 0.5, 0, 0 }, rows[4], top = -HUGE_VAL;
        SxAcquisition acquisition = { .space = space, .gp = gp, .dims = dims, .alphas = gp->alpha, .bests = &best, .n_draws = 1, .is_bound = kind == 0, .incumbent = incumbent, .seed = seed };
        g_assert_cmpuint (sx_acquisition_maximise (&acquisition, rows, 1), ==, 1);
        for (guint i = 0; i <= 100; i++)
          for (guint j = 0; j <= 100; j++)
            {
              double unit[4] = { i / 100.0, j / 100.0, 0, 0 };
              top = MAX (top, sx_acquisition_score (&acquisition, unit));
            }
        g_assert_cmpfloat (sx_acquisition_score (&acquisition, rows), >=, top - 1e-6);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/acquisition/improvement", test_improvement);
  g_test_add_func ("/tune/acquisition/tail", test_tail);
  g_test_add_func ("/tune/acquisition/slopes", test_slopes);
  g_test_add_func ("/tune/acquisition/maximise", test_maximise);
  return g_test_run ();
}
