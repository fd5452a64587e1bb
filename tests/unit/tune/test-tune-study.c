/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "tune/sx-space-private.h"

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

/* What a study suggests, as text. */
static GPtrArray *
collect (SxSpace *space, const SxStudyOptions *options, double (*function) (GVariant *), guint n_trials, double scale, double offset)
{
  g_autoptr (SxStudy) study = sx_study_new (space, options);
  GPtrArray *points = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n_trials; i++)
    {
      guint trial;
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      double value = function (point);
      g_ptr_array_add (points, g_variant_print (point, FALSE));
      g_assert_true (sx_study_tell (study, trial, isnan (value) ? SX_TRIAL_FAILED : SX_TRIAL_DONE, value * scale + offset, NULL));
    }
  return points;
}

typedef struct
{
  SxSpace   *space;
  GPtrArray *points;
} Job;

static gpointer
collect_cb (gpointer data)
{
  Job           *job = data;
  SxStudyOptions options = { SX_SAMPLER_BAYES, 5, FALSE };
  job->points = collect (job->space, &options, branin, 25, 1, 0);
  return NULL;
}

/* Eight at once give what one gives. */
static void
test_threads (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  Job      jobs[9];
  GThread *threads[8];
  for (guint i = 0; i < 9; i++)
    jobs[i].space = space;
  collect_cb (&jobs[8]);
  for (guint i = 0; i < 8; i++)
    threads[i] = g_thread_new ("study", collect_cb, &jobs[i]);
  for (guint i = 0; i < 8; i++)
    {
      g_thread_join (threads[i]);
      for (guint j = 0; j < 25; j++)
        g_assert_cmpstr (jobs[i].points->pdata[j], ==, jobs[8].points->pdata[j]);
      g_ptr_array_unref (jobs[i].points);
    }
  g_ptr_array_unref (jobs[8].points);
}

/* Powers of two, so that the change of units is exact and the suggestions are the same to the last bit. */
static void
test_affine (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  g_autoptr (SxSpace) wide = read_space ("x: {type: float, low: -20, high: 40}\ny: {type: float, low: 0, high: 60}\n");
  SxStudyOptions options = { SX_SAMPLER_BAYES, 5, FALSE };
  g_autoptr (GPtrArray) plain = collect (space, &options, branin, 25, 1, 0);
  g_autoptr (GPtrArray) scaled = collect (space, &options, branin, 25, 1024, 0);
  g_autoptr (SxStudy) study = sx_study_new (wide, &options);
  for (guint i = 0; i < 25; i++)
    {
      guint trial;
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      g_autoptr (GVariant) small = g_variant_ref_sink (g_variant_new_parsed ("{'x': <%d>, 'y': <%d>}", get (point, "x") / 4, get (point, "y") / 4));
      g_autoptr (GVariant) known = g_variant_ref_sink (g_variant_new_parsed (plain->pdata[i]));
      g_assert_cmpstr (plain->pdata[i], ==, scaled->pdata[i]);
      g_assert_cmpfloat_with_epsilon (get (small, "x"), get (known, "x"), 1e-4);
      g_assert_cmpfloat_with_epsilon (get (small, "y"), get (known, "y"), 1e-4);
      sx_study_tell (study, trial, SX_TRIAL_DONE, branin (known), NULL);
    }
}

/* Fails where the point lies far from the corner: four fifths of the square. */
static double
fragile (GVariant *point)
{
  double x = (get (point, "x") + 5) / 15, y = get (point, "y") / 15;
  return hypot (x, y) > 0.5 ? NAN : (x - 0.3) * (x - 0.3) + (y - 0.25) * (y - 0.25);
}

static void
test_failures (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  guint n_failed = 0;
  for (guint64 seed = 0; seed < 4; seed++)
    {
      SxStudyOptions options = { SX_SAMPLER_BAYES, seed, FALSE };
      g_autoptr (GPtrArray) points = collect (space, &options, fragile, 50, 1, 0);
      for (guint i = 20; i < 50; i++)
        {
          g_autoptr (GVariant) point = g_variant_ref_sink (g_variant_new_parsed (points->pdata[i]));
          n_failed += isnan (fragile (point));
        }
    }
  g_test_message ("%u of 120 failed", n_failed);
  g_assert_cmpuint (n_failed, <, 30);
}

/* Nothing but failures: points go on differing. */
static void
test_all_fail (void)
{
  g_autoptr (SxSpace) space = read_space (MIXED);
  SxStudyOptions options = { SX_SAMPLER_BAYES, 2, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < 40; i++)
    {
      guint trial;
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      g_assert_nonnull (point);
      g_assert_true (g_hash_table_add (seen, g_variant_print (point, FALSE)));
      g_assert_true (sx_study_tell (study, trial, SX_TRIAL_DONE, i % 2 ? NAN : HUGE_VAL, NULL));
    }
  g_assert_cmpuint (sx_study_get_best (study, NULL), ==, 0);
}

/* Four at a time, one told late: no point twice, and little is lost against one at a time. */
static void
test_parallel (void)
{
  g_autoptr (SxSpace) space = read_space (BRANIN);
  double best[5];
  for (guint seed = 0; seed < 5; seed++)
    {
      SxStudyOptions options = { SX_SAMPLER_BAYES, seed, FALSE };
      g_autoptr (SxStudy) study = sx_study_new (space, &options);
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      double values[44];
      for (guint i = 0; i < 40; i++)
        {
          guint trial;
          g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
          g_assert_true (g_hash_table_add (seen, g_variant_print (point, FALSE)));
          values[trial] = branin (point);
          if (i >= 4)
            sx_study_tell (study, i - 3, SX_TRIAL_DONE, values[i - 3], NULL);
        }
      g_assert_cmpuint (sx_study_get_best (study, &best[seed]), >, 0);
    }
  qsort (best, 5, sizeof *best, compare);
  g_assert_cmpfloat (best[2], <, 0.02);
}

/* Equal values everywhere: suggestions spread instead of crowding. */
static void
test_constant (void)
{
  g_autoptr (SxSpace) space = read_space ("x: {type: float, low: 0, high: 1}\n");
  SxStudyOptions options = { SX_SAMPLER_BAYES, 1, FALSE };
  g_autoptr (SxStudy) study = sx_study_new (space, &options);
  double at[34] = { 0, 1 }, gap = 0;
  for (guint i = 0; i < 32; i++)
    {
      guint trial;
      g_autoptr (GVariant) point = sx_study_ask (study, &trial, NULL);
      at[i + 2] = get (point, "x");
      sx_study_tell (study, trial, SX_TRIAL_DONE, 7, NULL);
    }
  qsort (at, 34, sizeof *at, compare);
  for (guint i = 1; i < 34; i++)
    gap = MAX (gap, at[i] - at[i - 1]);
  g_test_message ("largest gap %g", gap);
  g_assert_cmpfloat (gap, <, 0.125);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/study/branin", test_branin);
  g_test_add_func ("/tune/study/mixed", test_mixed);
  g_test_add_func ("/tune/study/threads", test_threads);
  g_test_add_func ("/tune/study/affine", test_affine);
  g_test_add_func ("/tune/study/failures", test_failures);
  g_test_add_func ("/tune/study/all-fail", test_all_fail);
  g_test_add_func ("/tune/study/parallel", test_parallel);
  g_test_add_func ("/tune/study/constant", test_constant);
  g_test_add_func ("/tune/study/resume", test_resume);
  g_test_add_func ("/tune/study/exhausted", test_exhausted);
  g_test_add_func ("/tune/study/halving", test_halving);
  g_test_add_func ("/tune/study/degenerate", test_degenerate);
  return g_test_run ();
}
