/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "tune/sx-acquisition.h"

#include <math.h>

static SxSpace *
read_space (const char *yaml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse (yaml, -1, "s.yaml", &error);
  g_assert_no_error (error);
  SxSpace *space = sx_space_read (root, &error);
  g_assert_no_error (error);
  return space;
}

static double
get (GVariant *point, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (point, name, NULL);
  double x = NAN;
  if (value)
    sx_value_get_number (value, &x);
  return x;
}

static double
branin (GVariant *point)
{
  double x = get (point, "x"), y = get (point, "y");
  double a = y - 5.1 / (4 * G_PI * G_PI) * x * x + 5 / G_PI * x - 6;
  return a * a + 10 * (1 - 1 / (8 * G_PI)) * cos (x) + 10 - 0.397887;
}

/* An int, a category and a number alive under one choice only; 0 at n = 37, k = b, z = 0.3. */
static double
mixed (GVariant *point)
{
  double n = get (point, "n") - 37, z = get (point, "z");
  return n * n / 400 + (isnan (z) ? 1 : (z - 0.3) * (z - 0.3) * 4);
}

static double
run_study (SxSpace *space, double (*function) (GVariant *), SxSampler sampler, guint64 seed, guint n_trials)
{
  SxStudyOptions options = { sampler, seed, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  double best = NAN;
  for (guint i = 0; i < n_trials; i++)
    {
      guint trial;
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      g_assert_nonnull (point);
      g_assert_true (sx_study_tell (study, trial, SX_TRIAL_DONE, function (point), NULL));
    }
  g_assert_cmpuint (sx_study_get_best (study, &best), >, 0);
  return best;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double
get_median (SxSpace *space, double (*function) (GVariant *), SxSampler sampler, guint n_trials)
{
  double best[5];
  for (guint seed = 0; seed < 5; seed++)
    best[seed] = run_study (space, function, sampler, seed, n_trials);
  qsort (best, 5, sizeof *best, compare);
  return best[2];
}

#define BRANIN "x: {type: float, low: -5, high: 10}\ny: {type: float, low: 0, high: 15}\n"
#define MIXED "n: {type: int, low: 1, high: 100}\nk: {type: category, choices: [a, b, c]}\nz: {type: float, low: 0, high: 1, when: {k: b}}\n"

static void
test_branin (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  double ours = get_median (space, branin, SX_SAMPLER_BAYES, 35), random = get_median (space, branin, SX_SAMPLER_RANDOM, 35);
  g_test_message ("regret %g, random %g", ours, random);
  g_assert_cmpfloat (ours, <, 0.01);
  g_assert_cmpfloat (ours * 20, <, random);
}

static void
test_mixed (void)
{
  g_autoptr (SxSpace) space = read_space (MIXED);
  double ours = get_median (space, mixed, SX_SAMPLER_BAYES, 30), random = get_median (space, mixed, SX_SAMPLER_RANDOM, 30);
  g_test_message ("regret %g, random %g", ours, random);
  g_assert_cmpfloat (ours, <, 0.01);
  g_assert_cmpfloat (ours * 5, <, random);
}

static void
test_resume (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  SxStudyOptions options = { SX_SAMPLER_BAYES, 3, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  GVariant *points[14];
  for (guint i = 0; i < 14; i++)
    {
      guint trial, again;
      g_autoptr (SxStudy) other = sx_study_new (space, &options);
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      points[i] = g_variant_ref (point);
      for (guint j = 0; j < i; j++)
        g_assert_true (sx_study_add (other, j + 1, points[j], j == i - 1 ? SX_TRIAL_RUNNING : SX_TRIAL_DONE, branin (points[j]), NULL));
      g_autoptr (GVariant) same = sx_study_ask (other, &again, NULL);
      g_assert_cmpuint (again, ==, trial);
      g_assert_true (g_variant_equal (same, point));
      if (i > 0)
        sx_study_tell (study, trial - 1, SX_TRIAL_DONE, branin (points[i - 1]), NULL);
    }
  for (guint i = 0; i < 14; i++)
    g_variant_unref (points[i]);
}

static void
test_exhausted (void)
{
  g_autoptr (SxSpace) space = read_space ("a: {type: int, low: 1, high: 3}\nb: {type: ordinal, choices: [1, 2, 4, 8]}\nc: {type: category, choices: [p, q, r, s, t]}\n");
  SxStudyOptions options = { SX_SAMPLER_BAYES, 1, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  guint trial;
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, &error);
      g_assert_no_error (error);
      g_assert_true (g_hash_table_add (seen, g_variant_print (point, FALSE)));
      sx_study_tell (study, trial, i % 7 == 0 ? SX_TRIAL_FAILED : SX_TRIAL_DONE, get (point, "a") + get (point, "b"), NULL);
    }
  g_assert_null (sx_study_ask (study, &trial, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE);
}

static void
test_halving (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  SxStudyOptions options = { SX_SAMPLER_RANDOM, 1, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  for (guint i = 0; i < 6; i++)
    {
      guint trial;
      g_variant_unref (sx_study_ask (study, &trial, NULL));
      g_assert_false (sx_study_report (study, trial, 1, 100));
      g_assert_true (sx_study_report (study, trial, 3, i) == (i >= 3));
    }
  g_assert_true (sx_study_report (study, 1, 4, NAN));
}

static void
test_gradient (void)
{
  gboolean is_category[3] = { FALSE, TRUE, FALSE };
  double   x[12 * 6], y[12], theta[4] = { -0.7, 0.2, -1.1, -3 }, gradient[4];
  SxRandom random;
  sx_random_init (&random, 1, 2, SX_PURPOSE_RANDOM);
  for (guint i = 0; i < 12; i++)
    {
      for (guint j = 0; j < 6; j++)
        x[i * 6 + j] = j == 1 ? i % 3 : j < 3 ? sx_random_uniform (&random)
                                              : (j == 5 && i % 4 == 0);
      y[i] = sx_random_normal (&random);
    }
  g_autoptr (SxGp) gp = sx_gp_new (3, is_category);
  sx_gp_set_data (gp, x, y, 12);
  sx_gp_loss (gp, theta, gradient);
  for (guint i = 0; i < 4; i++)
    {
      double up[4], down[4];
      for (guint j = 0; j < 4; j++)
        up[j] = down[j] = theta[j];
      up[i] += 1e-5;
      down[i] -= 1e-5;
      g_assert_cmpfloat_with_epsilon ((sx_gp_loss (gp, up, NULL) - sx_gp_loss (gp, down, NULL)) / 2e-5, gradient[i], 1e-6);
    }
  g_assert_true (sx_gp_fit (gp));
  double row[6] = { 0.3, 1, 0.6, 0, 0, 0 }, mean, variance, dm[3], dv[3];
  sx_gp_predict (gp, row, &mean, &variance, dm, dv);
  for (guint i = 0; i < 3; i += 2)
    {
      double m1, m2, v1, v2, at = row[i];
      row[i] = at + 1e-5;
      sx_gp_predict (gp, row, &m1, &v1, NULL, NULL);
      row[i] = at - 1e-5;
      sx_gp_predict (gp, row, &m2, &v2, NULL, NULL);
      row[i] = at;
      g_assert_cmpfloat_with_epsilon ((m1 - m2) / 2e-5, dm[i], 1e-6);
      g_assert_cmpfloat_with_epsilon ((v1 - v2) / 2e-5, dv[i], 1e-6);
    }
}

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

/* Copies of few points, equal values, huge values: there is always a next point. */
static void
test_degenerate (void)
{
  static const double values[] = { 0, 1e300, -1e300, 1e-300 };
  g_autoptr (SxSpace) space = read_space (BRANIN);
  for (guint kind = 0; kind < 4; kind++)
    {
      SxStudyOptions options = { SX_SAMPLER_BAYES, 1, kind == 1 };
      g_autoptr (SxStudy) study = sx_study_new (space, &options);
      for (guint i = 0; i < 60; i++)
        {
          g_autoptr (GVariant) point = g_variant_ref_sink (g_variant_new_parsed ("{'x': <%d>}", (double)(i % 3)));
          g_assert_true (sx_study_add (study, 0, point, SX_TRIAL_DONE, kind == 0 ? 0 : values[i % 4], NULL));
        }
      guint trial;
      g_autoptr (GVariant) next = sx_study_ask (study, &trial, NULL);
      g_assert_nonnull (next);
      double mean, sd;
      if (sx_study_predict (study, next, &mean, &sd))
        g_assert_false (isnan (mean));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/gp/gradient", test_gradient);
  g_test_add_func ("/tune/acquisition/improvement", test_improvement);
  g_test_add_func ("/tune/study/branin", test_branin);
  g_test_add_func ("/tune/study/mixed", test_mixed);
  g_test_add_func ("/tune/study/resume", test_resume);
  g_test_add_func ("/tune/study/exhausted", test_exhausted);
  g_test_add_func ("/tune/study/halving", test_halving);
  g_test_add_func ("/tune/study/degenerate", test_degenerate);
  return g_test_run ();
}
