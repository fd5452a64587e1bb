/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Reading, typing and profiling a table, in turns with pandas reading the same file.
 *
 *   bench-import [--repeat N] [--turns N] FILE
 *
 * The file's lines are repeated N times (30) into a temporary one. One line a measure: name key=value. Without FILE, or without
 * python3 and pandas, what cannot be measured is left out. */

#include <sx-pipeline.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 + (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static double
get_seconds (void)
{
  return (double)g_get_monotonic_time () / G_USEC_PER_SEC;
}

static char *
repeat_file (const char *path, guint n_times, gsize *total)
{
  g_autofree char *content = NULL;
  g_autofree char *copy = g_build_filename (g_get_tmp_dir (), "sextant-bench-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  int   fd;

  if (!g_file_get_contents (path, &content, &size, &error) || (fd = g_mkstemp (copy)) < 0)
    g_error ("%s: %s", path, error ? error->message : "no temporary file");
  while (size > 0 && content[size - 1] == '\n')
    size--;
  content[size++] = '\n';
  FILE *file = fdopen (fd, "w");
  for (guint i = 0; i < n_times; i++)
    if (fwrite (content, 1, size, file) != size)
      g_error ("disk full");
  fclose (file);
  *total = size * n_times;
  return g_steal_pointer (&copy);
}

typedef struct
{
  double read, profile, cpu;
} Times;

static Times
import (const char *path)
{
  g_autoptr (GError) error = NULL;
  double begin = get_seconds (), cpu = get_cpu_seconds ();
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
  double middle = get_seconds ();

  g_assert_no_error (error);
  g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, &error);
  g_assert_no_error (error);
  return (Times){ middle - begin, get_seconds () - middle, get_cpu_seconds () - cpu };
}

/* Seconds pandas takes, or 0. */
static double
import_with_pandas (const char *path)
{
  const char      *script = "import sys, time, pandas\n"
                            "t = time.perf_counter()\n"
                            "d = pandas.read_csv(sys.argv[1], header=None, skipinitialspace=True, na_values=['?'])\n"
                            "print(time.perf_counter() - t)\n";
  const char      *arguments[] = { "/usr/bin/python3", "-c", script, path, NULL };
  g_autofree char *output = NULL;
  int              status = 1;

  if (!g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL, &status, NULL) || status != 0)
    return 0;
  return g_ascii_strtod (output, NULL);
}

int
main (int argc, char **argv)
{
  const char *path = NULL;
  guint       n_times = 30, n_turns = 3;
  gsize       size;

  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "--repeat") && i + 1 < argc)
      n_times = (guint)g_ascii_strtoull (argv[++i], NULL, 10);
    else if (g_str_equal (argv[i], "--turns") && i + 1 < argc)
      n_turns = (guint)g_ascii_strtoull (argv[++i], NULL, 10);
    else
      path = argv[i];
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_print ("import skipped=no-file\n");
      return 77;
    }
  g_autofree char *copy = repeat_file (path, n_times, &size);
  for (guint turn = 0; turn < n_turns; turn++)
    {
      Times  times = import (copy);
      double pandas = import_with_pandas (copy);
      double megabytes = (double)size / 1e6;
      g_print ("import MB=%.1f read_s=%.3f profile_s=%.3f cpu_s=%.3f read_MB_per_s=%.0f total_MB_per_s=%.0f", megabytes, times.read, times.profile, times.cpu,
               megabytes / times.read, megabytes / (times.read + times.profile));
      if (pandas > 0)
        g_print (" pandas_s=%.3f pandas_MB_per_s=%.0f times_pandas=%.2f", pandas, megabytes / pandas, pandas / (times.read + times.profile));
      g_print ("\n");
    }
  remove (copy);
  return 0;
}
