/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Works on a run in this process and tells how it goes: a line on the terminal, or events as lines of JSON; at the end what came of it. */

#include "config.h"

#include "sx-cli-work.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const SxCliWork *work;
  gint64           started_us;
  guint            n_trials;
  double           best;
  guint            best_trial;
} Progress;

/* ---- while it works ---- */

static void
print_event (const char *name, GVariant *details)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "event", "s", name);
  g_variant_dict_insert_value (&dict, "details", details);
  sx_cli_print_json (g_variant_dict_end (&dict));
  /* Nobody reads on: there is nobody to work for. */
  if (!sx_cli_flush ())
    sx_cli_cancel ();
}

static void
note_trial (Progress *self, GVariant *details)
{
  guint  trial = 0, best = 0;
  double value = NAN;

  g_variant_lookup (details, "trial", "u", &trial);
  g_variant_lookup (details, "best", "u", &best);
  g_variant_lookup (details, "value", "d", &value);
  self->n_trials = MAX (self->n_trials, trial);
  if (best == trial)
    self->best = value;
  self->best_trial = best;
}

static void
event_cb (const char *name, GVariant *details, gpointer user_data)
{
  Progress   *self = user_data;
  double      seconds = (double)(g_get_monotonic_time () - self->started_us) / G_USEC_PER_SEC;
  const char *text = "", *level = "";

  if (self->work->json)
    print_event (name, details);
  else if (g_str_equal (name, "log") && g_variant_lookup (details, "level", "&s", &level) && g_str_equal (level, "warning") &&
           g_variant_lookup (details, "message", "&s", &text))
    sx_cli_warn ("%s%s", _ ("warning: "), text);
  else if (g_str_equal (name, "phase") && g_variant_lookup (details, "text", "&s", &text))
    sx_cli_progress_say ("%s", text);
  else if (g_str_equal (name, "trial-finished"))
    note_trial (self, details);
  if (!self->work->json && self->best_trial > 0)
    sx_cli_progress_say (_ ("%u trials, best %.6g, %.0f s"), self->n_trials, self->best, seconds);
}

/* ---- what came of it ---- */

static void
print_metrics (GVariant *report)
{
  static const char *const titles[] = { "", ">", "", NULL };
  g_autoptr (GVariant) metrics = g_variant_lookup_value (report, "metrics", G_VARIANT_TYPE ("a{sd}"));
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);
  GVariantIter iter;
  const char  *id;
  double       value;

  if (metrics == NULL)
    return;
  g_variant_iter_init (&iter, metrics);
  while (g_variant_iter_next (&iter, "{&sd}", &id, &value))
    {
      const SxMetric  *metric = sx_metric_find (id);
      g_autofree char *text = g_strdup_printf ("%.6g", value);

      sx_cli_table_add (table, id, text, metric != NULL ? _ (metric->title) : "", NULL);
    }
  sx_cli_table_print (table, "  ");
}

static void
print_confusion (GVariant *report)
{
  g_autoptr (GVariant) classes = g_variant_lookup_value (report, "classes", G_VARIANT_TYPE_STRING_ARRAY);
  g_autoptr (GVariant) confusion = g_variant_lookup_value (report, "confusion", G_VARIANT_TYPE ("at"));
  g_autofree const char **labels = classes != NULL ? g_variant_get_strv (classes, NULL) : NULL;
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SxCliTable) table = NULL;
  guint n = labels != NULL ? g_strv_length ((char **)labels) : 0;

  if (n == 0 || confusion == NULL || g_variant_n_children (confusion) != (gsize)n * n)
    return;
  g_ptr_array_add (titles, g_strdup (_ ("truth \\ predicted")));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (titles, g_strconcat (">", labels[i], NULL));
  g_ptr_array_add (titles, NULL);
  table = sx_cli_table_new_literal ((const char *const *)titles->pdata);
  for (guint i = 0; i < n; i++)
    {
      GPtrArray *row = g_ptr_array_new ();

      g_ptr_array_add (row, g_strdup (labels[i]));
      for (guint j = 0; j < n; j++)
        {
          guint64 count;

          g_variant_get_child (confusion, (gsize)i * n + j, "t", &count);
          g_ptr_array_add (row, g_strdup_printf ("%" G_GUINT64_FORMAT, count));
        }
      sx_cli_table_take (table, row);
    }
  sx_cli_print ("\n");
  sx_cli_table_print (table, "  ");
}

void
sx_cli_print_report (GVariant *report)
{
  const char *measured_on = "", *metric = "";
  double      validation;

  if (g_variant_lookup (report, "validation", "d", &validation) && g_variant_lookup (report, "metric", "&s", &metric))
    sx_cli_print ("%s\n  %s  %.6g\n\n", _ ("Validation:"), metric, validation);
  g_variant_lookup (report, "measured-on", "&s", &measured_on);
  sx_cli_print ("%s\n", g_str_equal (measured_on, "test") ? _ ("Test:") : _ ("Metrics:"));
  print_metrics (report);
  print_confusion (report);
}

static gboolean
copy_model (const char *from, const char *to, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize            size;

  return g_file_get_contents (from, &bytes, &size, error) && sx_file_replace (to, bytes, (gssize)size, error);
}

static void
print_result_json (SxRun *run, const char *model)
{
  g_autoptr (GVariant) report = sx_run_dup_report (run);
  GVariantDict dict;

  g_variant_dict_init (&dict, report);
  g_variant_dict_insert (&dict, "run", "s", sx_run_get_folder (run));
  g_variant_dict_insert (&dict, "model", "s", model);
  print_event ("report", g_variant_dict_end (&dict));
}

static void
print_result (SxRun *run, const char *model)
{
  g_autoptr (GVariant) report = sx_run_dup_report (run);
  g_autoptr (GPtrArray) trials = sx_run_list_trials (run, NULL);
  guint n_trials = trials != NULL ? trials->len : 0;

  sx_cli_print (ngettext ("%u trial; the best is trial %u.\n", "%u trials; the best is trial %u.\n", n_trials), n_trials, sx_run_get_best (run));
  sx_cli_print ("\n");
  if (report != NULL)
    sx_cli_print_report (report);
  sx_cli_print ("\n");
  sx_cli_print (_ ("Run:    %s\n"), sx_run_get_folder (run));
  sx_cli_print (_ ("Model:  %s\n"), model);
}

static int
tell_result (const char *folder, const SxCliWork *work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRun) run = sx_run_open (folder, &error);
  g_autofree char *path = run != NULL ? sx_run_dup_model_path (run) : NULL;

  if (run == NULL)
    return sx_cli_fail (error);
  if (path == NULL)
    {
      sx_cli_warn ("%s", _ ("No trial finished, so there is no model; give the run more time or more trials"));
      return SX_CLI_FAILED;
    }
  if (work->output != NULL && !copy_model (path, work->output, &error))
    return sx_cli_fail (error);
  if (work->json)
    print_result_json (run, work->output != NULL ? work->output : path);
  else
    print_result (run, work->output != NULL ? work->output : path);
  return SX_CLI_DONE;
}

/* ---- the whole ---- */

gboolean
sx_cli_limit_job (SxJob *job, const SxCliLimits *limits, GError **error)
{
  if (limits->trials < 0 || limits->threads < 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "%s", limits->trials < 0 ? _ ("--trials must be at least 1") : _ ("--threads must be at least 1"));
      return FALSE;
    }
  if (limits->seed != NULL && !sx_cli_parse_seed (limits->seed, &job->seed, error))
    return FALSE;
  /* So many trials take the time that they take: with the project's budget the result would depend on the machine. */
  if (limits->trials > 0)
    {
      job->max_trials = (guint)limits->trials;
      job->budget_seconds = 0;
    }
  if (limits->budget != NULL && !sx_cli_parse_duration (limits->budget, &job->budget_seconds, error))
    return FALSE;
  if (limits->threads > 0)
    job->n_threads = (guint)limits->threads;
  if (job->budget_seconds > 0 || job->max_trials > 0)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "%s", _ ("Without a budget and a number of trials the search would never end; say --budget or --trials"));
  return FALSE;
}

gboolean
sx_cli_check_output (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR, _ ("“%s” is a folder; name a file to write"), path);
  else if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _ ("There is no folder “%s” to write “%s” into; make it first"), folder, path);
  else
    return TRUE;
  return FALSE;
}

int
sx_cli_work_on (const char *folder, const SxCliWork *work)
{
  Progress progress = { .work = work, .started_us = g_get_monotonic_time (), .best = NAN };
  g_autoptr (GError) error = NULL;
  gboolean is_done;
  int      status;

  is_done = sx_run_work (folder, sx_cli_get_cancelled (), event_cb, &progress, &error);
  sx_cli_progress_end ();
  if (is_done)
    return tell_result (folder, work);
  status = sx_cli_fail (error);
  if (status == SX_CLI_CANCELLED)
    fprintf (stderr, _ ("sextant: go on with “sextant runs resume %s”\n"), folder);
  return status;
}

int
sx_cli_run_job (SxJob *job, const char *folder, const SxCliWork *work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRun) run = NULL;
  g_autofree char *path = NULL;

  if (work->output != NULL && !sx_cli_check_output (work->output, &error))
    return sx_cli_fail (error);
  run = sx_run_create (job, folder, &error);
  if (run == NULL)
    return sx_cli_fail (error);
  path = g_strdup (sx_run_get_folder (run));
  g_clear_pointer (&run, sx_run_free);
  return sx_cli_work_on (path, work);
}
