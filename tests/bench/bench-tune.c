/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "bench-problem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How good the search is: regret on test problems, and seconds a suggestion. The first points of a seed are given (mode shared), the rest are asked for one or
 * a few at a time. Of noisy problems the recommended trial counts. With --out every run leaves its trace as JSON lines. */

static const char smoke_problems[] =
  "{\"problems\": [{\"name\": \"branin\", \"kind\": \"branin\", \"n_init\": 6, \"N\": 24, \"optimum\": 0.39788735772973816,"
  " \"params\": [{\"name\": \"x1\", \"type\": \"float\", \"low\": -5, \"high\": 10}, {\"name\": \"x2\", \"type\": \"float\", \"low\": 0, \"high\": 15}],"
  " \"minimizers\": [{\"x1\": -3.141592653589793, \"x2\": 12.275}, {\"x1\": 3.141592653589793, \"x2\": 2.275}],"
  " \"checks\": [{\"x\": {\"x1\": 7.577315728301496, \"x2\": 4.827978038831789}, \"f\": 24.666698734596125}],"
  " \"init_check\": [0.23354244428094337, 0.6754738566864412]},"
  " {\"name\": \"func2c\", \"kind\": \"func2c\", \"n_init\": 10, \"N\": 24, \"optimum\": -0.20632569069782689,"
  " \"params\": [{\"name\": \"c1\", \"type\": \"cat\", \"choices\": [\"0\", \"1\", \"2\"]}, {\"name\": \"c2\", \"type\": \"cat\", \"choices\": [\"0\", \"1\", \"2\", \"3\", \"4\"]},"
  " {\"name\": \"x1\", \"type\": \"float\", \"low\": -1, \"high\": 1}, {\"name\": \"x2\", \"type\": \"float\", \"low\": -1, \"high\": 1}],"
  " \"minimizers\": [{\"c1\": \"1\", \"c2\": \"1\", \"x1\": -0.044920808327225226, \"x2\": 0.3563281252370782}],"
  " \"checks\": [{\"x\": {\"c1\": \"0\", \"c2\": \"2\", \"x1\": -0.9203496581689499, \"x2\": 0.23765158956766608}, \"f\": 3.6111920888063174}],"
  " \"init_check\": [2.0, 3.0, 0.7376165637854621, 0.12326682781937481]},"
  " {\"name\": \"jenatton\", \"kind\": \"jenatton\", \"n_init\": 10, \"N\": 20, \"optimum\": 0.1,"
  " \"params\": [{\"name\": \"x1\", \"type\": \"cat\", \"choices\": [\"0\", \"1\"]}, {\"name\": \"x2\", \"type\": \"cat\", \"choices\": [\"0\", \"1\"], \"active_if\": {\"param\": \"x1\", \"in\": [\"0\"]}},"
  " {\"name\": \"x3\", \"type\": \"cat\", \"choices\": [\"0\", \"1\"], \"active_if\": {\"param\": \"x1\", \"in\": [\"1\"]}}, {\"name\": \"x4\", \"type\": \"float\", \"low\": -1, \"high\": 1, \"active_if\": {\"param\": \"x2\", \"in\": [\"0\"]}},"
  " {\"name\": \"x5\", \"type\": \"float\", \"low\": -1, \"high\": 1, \"active_if\": {\"param\": \"x2\", \"in\": [\"1\"]}}, {\"name\": \"x6\", \"type\": \"float\", \"low\": -1, \"high\": 1, \"active_if\": {\"param\": \"x3\", \"in\": [\"0\"]}},"
  " {\"name\": \"x7\", \"type\": \"float\", \"low\": -1, \"high\": 1, \"active_if\": {\"param\": \"x3\", \"in\": [\"1\"]}}, {\"name\": \"r8\", \"type\": \"float\", \"low\": 0, \"high\": 1, \"active_if\": {\"param\": \"x1\", \"in\": [\"0\"]}},"
  " {\"name\": \"r9\", \"type\": \"float\", \"low\": 0, \"high\": 1, \"active_if\": {\"param\": \"x1\", \"in\": [\"1\"]}}],"
  " \"minimizers\": [{\"x1\": \"0\", \"x2\": \"0\", \"x4\": 0.0, \"r8\": 0.0}], \"init_check\": [0.0, 1.0, 0.776742671965065, 0.21196815349183434]}]}";

typedef struct
{
  const BenchProblem *problem;
  SxStudy            *study;
  FILE               *trace;
  guint               seed, n_told;
  double             *f; /* n_told, without noise; NaN: failed */
  double             *y;
  GHashTable         *seen;
} Run;

static double
get_cpu_seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void
append_number (GString *out, double x)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (out, isfinite (x) ? g_ascii_dtostr (text, sizeof text, x) : "null");
}

static char *
dup_json (GVariant *point)
{
  GString     *out = g_string_new ("{");
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_variant_iter_init (&iter, point);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_string_append_printf (out, "%s\"%s\": ", out->len > 1 ? ", " : "", name);
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        g_string_append_printf (out, "\"%s\"", g_variant_get_string (value, NULL));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        g_string_append_printf (out, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
      else
        append_number (out, g_variant_get_double (value));
      g_variant_unref (value);
    }
  g_string_append (out, "}");
  return g_string_free (out, FALSE);
}

/* f of the best by @key among the first @n. */
static double
get_best (const Run *self, const double *key, guint n)
{
  double best = HUGE_VAL, f = NAN;
  for (guint i = 0; i < n; i++)
    if (key[i] < best)
      {
        best = key[i];
        f = self->f[i];
      }
  return f;
}

static double
get_recommended (Run *self)
{
  guint trial = sx_study_get_best (self->study, NULL);
  return trial > 0 ? self->f[trial - 1] : NAN;
}

static void
write_step (Run *self, GVariant *point, double recommended, double seconds)
{
  g_autofree char *x = dup_json (point);
  g_autoptr (GString) line = g_string_new (NULL);
  guint n = self->n_told, t = n - 1;

  g_string_append_printf (line, "{\"t\": %u, \"x\": %s, \"y\": ", t, x);
  append_number (line, self->y[t]);
  g_string_append (line, ", \"f\": ");
  append_number (line, self->f[t]);
  g_string_append (line, ", \"best_f\": ");
  append_number (line, get_best (self, self->f, n));
  g_string_append (line, ", \"obs_f\": ");
  append_number (line, get_best (self, self->y, n));
  g_string_append (line, ", \"rec_f\": ");
  append_number (line, recommended);
  g_string_append (line, ", \"cpu_s\": ");
  append_number (line, seconds);
  g_string_append_printf (line, ", \"fit_s\": 0, \"acq_s\": 0, \"dup\": %s}\n", g_hash_table_add (self->seen, g_steal_pointer (&x)) ? "false" : "true");
  fputs (line->str, self->trace);
}

static void
evaluate (Run *self, GVariant *point, double *y)
{
  double f = bench_problem_run (self->problem, point);
  self->f[self->n_told] = f;
  *y = self->y[self->n_told] = f + bench_problem_get_noise (self->problem, self->seed, self->n_told);
  self->n_told++;
}

/* One run; @seconds gets the CPU seconds of each suggestion. @regret: at N/2 and N. */
static void
run_problem (const BenchProblem *problem, guint seed, guint n_parallel, gboolean is_own, FILE *trace, GArray *seconds, double *regret)
{
  guint              n = bench_problem_get_n_trials (problem);
  SxStudyOptions     options = { SX_SAMPLER_BAYES, seed, bench_problem_is_noisy (problem) };
  g_autofree double *f = g_new (double, n + n_parallel), *y = g_new (double, n + n_parallel);
  g_autoptr (SxStudy) study = sx_study_new (bench_problem_get_space (problem), &options);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) start = bench_problem_get_start (problem, seed);
  Run run = { problem, study, trace, seed, 0, f, y, seen };

  while (run.n_told < n)
    {
      g_autoptr (GPtrArray) points = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
      guint  trial, first = run.n_told + 1;
      double spent = 0, begin, value, recommended = NAN;
      for (guint i = 0; i < n_parallel && first + i <= n; i++)
        {
          g_autoptr (GError) error = NULL;
          gboolean given = !is_own && first - 1 + i < start->len;
          begin = get_cpu_seconds ();
          g_ptr_array_add (points, given ? g_variant_ref (start->pdata[first - 1 + i]) : sx_study_ask (study, &trial, &error));
          g_assert_no_error (error);
          spent += get_cpu_seconds () - begin;
          if (given)
            sx_study_add (study, first + i, points->pdata[i], SX_TRIAL_RUNNING, NAN, &error);
          g_assert_no_error (error);
        }
      for (guint i = 0; i < points->len; i++)
        {
          evaluate (&run, points->pdata[i], &value);
          begin = get_cpu_seconds ();
          sx_study_tell (study, first + i, isnan (value) ? SX_TRIAL_FAILED : SX_TRIAL_DONE, value, NULL);
          spent += get_cpu_seconds () - begin;
          if (options.is_noisy && i == points->len - 1)
            recommended = get_recommended (&run);
          if (trace)
            write_step (&run, points->pdata[i], recommended, spent / points->len);
          if (run.n_told == n / 2 || run.n_told == n)
            regret[run.n_told == n] = (options.is_noisy ? get_recommended (&run) : get_best (&run, f, run.n_told)) - bench_problem_get_optimum (problem);
        }
      spent /= points->len;
      if (is_own || first > start->len)
        g_array_append_val (seconds, spent);
    }
}

/* Reporting */

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double
get_quantile (const double *sorted, guint n, double share)
{
  double at = share * (n - 1);
  guint  low = (guint)at;
  return low + 1 < n ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
}

static void
report (const char *name, double *half, double *full, guint n, GArray *seconds)
{
  qsort (half, n, sizeof *half, compare);
  qsort (full, n, sizeof *full, compare);
  g_array_sort (seconds, compare);
  printf ("tune-%s seeds=%u half=%.3g half_q1=%.3g half_q3=%.3g regret=%.3g q1=%.3g q3=%.3g cpu_ms=%.2f\n", name, n,
          get_quantile (half, n, 0.5), get_quantile (half, n, 0.25), get_quantile (half, n, 0.75),
          get_quantile (full, n, 0.5), get_quantile (full, n, 0.25), get_quantile (full, n, 0.75),
          1e3 * get_quantile ((double *)(gpointer)seconds->data, seconds->len, 0.5));
  fflush (stdout);
}

static FILE *
open_trace (const char *folder, const BenchProblem *problem, guint seed, gboolean is_own)
{
  g_autofree char *file = g_strdup_printf ("sextant.%s.%u.jsonl", bench_problem_get_name (problem), seed);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  FILE            *trace = fopen (path, "w");

  if (!trace)
    g_error ("%s cannot be written", path);
  fprintf (trace, "{\"meta\": {\"peer\": \"sextant\", \"version\": \"%s\", \"problem\": \"%s\", \"seed\": %u, \"N\": %u, \"init\": \"%s\", \"n_init\": %u, \"optimum\": %.17g, \"threads\": 1}}\n", SX_VERSION,
           bench_problem_get_name (problem), seed, bench_problem_get_n_trials (problem), is_own ? "own" : "shared", bench_problem_get_n_start (problem), bench_problem_get_optimum (problem));
  return trace;
}

typedef struct
{
  char    *problems, *only, *seeds, *out, *times;
  gboolean is_own, is_smoke, checks;
  int      n_parallel;
} Options;

static void
run_seeds (const BenchProblem *problem, const Options *options, guint first, guint last)
{
  guint              n = last - first;
  g_autofree double *half = g_new (double, n), *full = g_new (double, n);
  g_autoptr (GArray) seconds = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint seed = first; seed < last; seed++)
    {
      FILE  *trace = options->out ? open_trace (options->out, problem, seed, options->is_own) : NULL;
      double regret[2] = { NAN, NAN };
      run_problem (problem, seed, (guint)options->n_parallel, options->is_own, trace, seconds, regret);
      half[seed - first] = regret[0];
      full[seed - first] = regret[1];
      if (trace)
        {
          fprintf (trace, "{\"final\": {\"rec_f\": %.17g}}\n", bench_problem_get_optimum (problem) + regret[1]);
          fclose (trace);
        }
    }
  report (bench_problem_get_name (problem), half, full, n, seconds);
}

/* Seconds a suggestion after @n trials at random points of six parameters: the first (a cold fit), and the median of the ten next. */
static void
time_suggestions (guint n)
{
  g_autoptr (SxYaml) root = sx_yaml_parse ("{a: {type: float, low: 0, high: 1}, b: {type: float, low: 0, high: 1}, c: {type: float, low: 0, high: 1},"
                                           " d: {type: float, low: 0, high: 1}, e: {type: float, low: 0, high: 1}, f: {type: float, low: 0, high: 1}}",
                                           -1, "time", NULL);
  g_autoptr (SxSpace) space = sx_space_read (root, NULL);
  SxStudyOptions random = { SX_SAMPLER_RANDOM, 1, FALSE }, bayes = { SX_SAMPLER_BAYES, 1, FALSE };
  g_autoptr (SxStudy) source = sx_study_new (space, &random);
  g_autoptr (SxStudy) study = sx_study_new (space, &bayes);
  double seconds[11], x;
  guint  trial;

  for (guint i = 0; i < n + G_N_ELEMENTS (seconds); i++)
    {
      double begin = get_cpu_seconds (), value = 0;
      g_autoptr (GVariant) point = sx_study_ask (i < n ? source : study, &trial, NULL);
      if (i >= n)
        seconds[i - n] = get_cpu_seconds () - begin;
      for (const char *name = "a\0b\0c\0d\0e\0f\0"; *name; name += 2)
        if (g_variant_lookup (point, name, "d", &x))
          value += sin (5 * x + *name) * (1 + x);
      if (i < n)
        sx_study_add (study, 0, point, SX_TRIAL_DONE, value, NULL);
      else
        sx_study_tell (study, trial, SX_TRIAL_DONE, value, NULL);
    }
  double cold = seconds[0];
  qsort (seconds + 1, 10, sizeof *seconds, compare);
  printf ("tune-time n=%u cold_ms=%.2f warm_ms=%.2f warm_max_ms=%.2f\n", n, 1e3 * cold, 5e2 * (seconds[5] + seconds[6]), 1e3 * seconds[10]);
}

int
main (int argc, char **argv)
{
  Options            options = { .n_parallel = 1 };
  const GOptionEntry entries[] = {
    { "problems", 0, 0, G_OPTION_ARG_FILENAME, &options.problems, "Test problems", "FILE" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &options.only, "These problems only", "A,B" },
    { "seeds", 0, 0, G_OPTION_ARG_STRING, &options.seeds, "Seeds, the last not counted", "FIRST:LAST" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "Folder for the traces", "DIR" },
    { "parallel", 0, 0, G_OPTION_ARG_INT, &options.n_parallel, "Points asked for at a time", "N" },
    { "own", 0, 0, G_OPTION_ARG_NONE, &options.is_own, "Start by the study's own points", NULL },
    { "time", 0, 0, G_OPTION_ARG_STRING, &options.times, "Seconds a suggestion after so many trials", "N,N" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &options.checks, "Check the problems only", NULL },
    { "smoke", 0, 0, G_OPTION_ARG_NONE, &options.is_smoke, "A few seconds of everything", NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) problems = NULL;
  g_auto (GStrv) only = NULL, seeds = NULL, times = NULL;
  gboolean is_good = TRUE;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || options.n_parallel < 1)
    g_error ("%s", error ? error->message : "--parallel: at least 1");
  times = options.times || options.is_smoke ? g_strsplit (options.times ? options.times : "30", ",", 0) : NULL;
  for (guint i = 0; times && times[i]; i++)
    time_suggestions ((guint)g_ascii_strtoull (times[i], NULL, 10));
  if (!options.problems && !options.is_smoke)
    return 0;
  problems = options.problems ? bench_problems_load (options.problems, &error) : bench_problems_parse (smoke_problems, ".", &error);
  g_assert_no_error (error);
  only = options.only ? g_strsplit (options.only, ",", 0) : NULL;
  seeds = g_strsplit (options.seeds ? options.seeds : options.is_smoke ? "0:2"
                                                                       : "0:20",
                      ":", 2);
  for (guint i = 0; i < problems->len; i++)
    {
      const BenchProblem *problem = problems->pdata[i];
      if (only && !g_strv_contains ((const char *const *)only, bench_problem_get_name (problem)))
        continue;
      is_good = bench_problem_check (problem) && is_good;
      if (!options.checks && g_strv_length (seeds) == 2)
        run_seeds (problem, &options, (guint)g_ascii_strtoull (seeds[0], NULL, 10), (guint)g_ascii_strtoull (seeds[1], NULL, 10));
    }
  return is_good ? 0 : 1;
}
