/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Small jobs on a generated table, and run folders to work in. */

#include <sx-engine.h>

#include "compile/sx-propose.h"
#include "run/sx-run-store.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *fixture_folder;

static inline void
fixture_begin (void)
{
  g_autoptr (GError) error = NULL;

  fixture_folder = g_dir_make_tmp ("sextant-run-XXXXXX", &error);
  g_assert_no_error (error);
}

static inline void
fixture_remove (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      fixture_remove (child);
    }
  g_remove (path);
}

static inline void
fixture_end (void)
{
  fixture_remove (fixture_folder);
  g_clear_pointer (&fixture_folder, g_free);
}

/* Columns a, b (numbers, b with gaps), c (text), class (depends on them, with noise), value (the same as a number). */
static inline char *
fixture_write_table (guint n_rows)
{
  static const char *const towns[] = { "Rome", "Oslo", "Lima" };
  GString                 *csv = g_string_new ("a,b,c,class,value\n");
  g_autofree char         *name = g_strdup_printf ("table-%u.csv", n_rows);
  char                    *path = g_build_filename (fixture_folder, name, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (guint row = 0; row < n_rows; row++)
    {
      double a = g_rand_double_range (random, -2, 2), b = g_rand_double_range (random, 0, 10);
      guint  c = (guint)g_rand_int_range (random, 0, 3);
      double value = a * a + (c == 1 ? 2 : 0) + b / 10 + g_rand_double_range (random, -0.3, 0.3);

      g_string_append_printf (csv, "%.4f,", a);
      if (g_rand_double (random) > 0.05)
        g_string_append_printf (csv, "%.3f", b);
      g_string_append_printf (csv, ",%s,%s,%.4f\n", towns[c], value > 2.2 ? "high" : "low", value);
    }
  g_assert_true (g_file_set_contents (path, csv->str, (gssize)csv->len, NULL));
  g_string_free (csv, TRUE);
  return path;
}

static inline SxJob *
fixture_make_job (const char *topology, const char *target, guint n_rows, guint max_trials, double budget)
{
  g_autofree char *path = fixture_write_table (n_rows);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) options = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, &options, NULL, NULL, &error);
  g_autoptr (SxGraph) graph = NULL;
  SxProposal proposal = { .path = path, .read_options = options, .format = "csv", .target = target, .topology = topology, .budget_seconds = budget, .max_trials = max_trials, .seed = 7 };
  SxJob     *job;

  g_assert_no_error (error);
  graph = sx_propose_project (&proposal, frame, &error);
  g_assert_no_error (error);
  job = sx_compile (graph, fixture_folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_strfreev (job->features);
  job->features = g_strdupv ((char **)(const char *const[]){ "a", "b", "c", NULL }); /* the other target tells the answer */
  return job;
}

static inline void
fixture_override_value (SxJob *job, const char *name, GVariant *value)
{
  GVariant    *before = job->overrides;
  GVariantDict dict;

  g_variant_dict_init (&dict, before);
  g_variant_dict_insert_value (&dict, name, value);
  job->overrides = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_clear_pointer (&before, g_variant_unref);
}

static inline void
fixture_override (SxJob *job, const char *name, gint64 value)
{
  fixture_override_value (job, name, g_variant_new_int64 (value));
}

static inline void
fixture_override_double (SxJob *job, const char *name, double value)
{
  fixture_override_value (job, name, g_variant_new_double (value));
}

/* Networks so small that a training takes a moment. */
static inline void
fixture_make_small (SxJob *job)
{
  fixture_override (job, "epochs", 12);
  fixture_override (job, "width", 32);
  fixture_override (job, "layers", 1);
}

/* Makes a run folder and returns its path. */
static inline char *
fixture_create (SxJob *job, const char *name)
{
  g_autofree char *path = g_build_filename (fixture_folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRun) run = sx_run_create (job, path, &error);

  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

static inline SxRun *
fixture_open (const char *folder)
{
  g_autoptr (GError) error = NULL;
  SxRun *run = sx_run_open (folder, &error);

  g_assert_no_error (error);
  return run;
}

static inline GPtrArray *
fixture_list_trials (const char *folder)
{
  g_autoptr (SxRun) run = fixture_open (folder);
  g_autoptr (GError) error = NULL;
  GPtrArray *trials = sx_run_list_trials (run, &error);

  g_assert_no_error (error);
  return trials;
}

static inline void
fixture_work (const char *folder)
{
  g_autoptr (GError) error = NULL;

  sx_run_work (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static inline void
fixture_assert_state (const char *folder, SxRunState state, const char *message)
{
  g_autoptr (SxRun) run = fixture_open (folder);
  g_autofree char *said = NULL;

  g_assert_cmpint (sx_run_get_state (run, &said), ==, state);
  if (message != NULL && (said == NULL || strstr (said, message) == NULL))
    g_error ("“%s” does not say “%s”", said, message);
}
