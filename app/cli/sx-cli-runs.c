/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant runs: the runs there are. They are only read here; resume works on one. */

#include "config.h"

#include "sx-cli-work.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct
{
  char    *output;
  gboolean json;
} options;

/* A folder, or the name of one where runs lie. */
static char *
find_folder (const char *word)
{
  g_autofree char *job = g_build_filename (word, "job.yaml", NULL);
  g_autofree char *root = sx_run_default_root ();

  if (strchr (word, G_DIR_SEPARATOR) != NULL || g_file_test (job, G_FILE_TEST_EXISTS))
    return g_strdup (word);
  return g_build_filename (root, word, NULL);
}

static SxRun *
open_run (const char *word, GError **error)
{
  g_autofree char *folder = find_folder (word);

  return sx_run_open (folder, error);
}

static char *
dup_name (SxRun *run)
{
  return g_path_get_basename (sx_run_get_folder (run));
}

static double
get_best_value (const GPtrArray *trials, guint best)
{
  for (guint i = 0; trials != NULL && i < trials->len; i++)
    if (((const SxRunTrial *)trials->pdata[i])->number == best)
      return ((const SxRunTrial *)trials->pdata[i])->value;
  return NAN;
}

/* ---- list ---- */

static void
list_run (SxCliTable *table, GVariantBuilder *builder, SxRun *run)
{
  g_autoptr (GPtrArray) trials = sx_run_list_trials (run, NULL);
  g_autofree char *name = dup_name (run);
  SxRunState       state = sx_run_get_state (run, NULL);
  guint            best = sx_run_get_best (run);
  double           value = get_best_value (trials, best);
  g_autofree char *n_trials = g_strdup_printf ("%u", trials != NULL ? trials->len : 0);
  g_autofree char *value_text = best != 0 ? sx_cli_dup_number (value) : g_strdup ("");

  sx_cli_table_add (table, name, sx_run_state_get_title (state), n_trials, value_text, sx_run_get_job (run)->target, NULL);
  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "run", g_variant_new_string (name));
  g_variant_builder_add (builder, "{sv}", "folder", g_variant_new_string (sx_run_get_folder (run)));
  g_variant_builder_add (builder, "{sv}", "state", g_variant_new_string (sx_run_state_get_nick (state)));
  g_variant_builder_add (builder, "{sv}", "trials", g_variant_new_uint32 (trials != NULL ? trials->len : 0));
  g_variant_builder_add (builder, "{sv}", "best", g_variant_new_double (best != 0 ? value : NAN));
  g_variant_builder_add (builder, "{sv}", "target", g_variant_new_string (sx_run_get_job (run)->target));
  g_variant_builder_close (builder);
}

static int
run_list (const SxVerb *verb, char **arguments, guint n_arguments)
{
  static const char *const titles[] = { N_ ("run"), N_ ("state"), N_ (">trials"), N_ (">best"), N_ ("target"), NULL };
  g_auto (GStrv) folders = sx_run_list (NULL);
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxRun) run = sx_run_open (*folder, &error);

      if (run != NULL)
        list_run (table, &builder, run);
      else
        sx_cli_warn ("%s", error->message); /* one that is damaged does not hide the others */
    }
  if (options.json)
    sx_cli_print_json (g_variant_builder_end (&builder));
  else
    {
      g_variant_builder_clear (&builder);
      sx_cli_table_print (table, "");
    }
  return SX_CLI_DONE;
}

/* ---- show ---- */

static const char *
get_trial_state (SxTrialState state)
{
  switch (state)
    {
    case SX_TRIAL_RUNNING:
      return _ ("running");
    case SX_TRIAL_DONE:
      return _ ("done");
    case SX_TRIAL_FAILED:
      return _ ("failed");
    case SX_TRIAL_PRUNED:
      return _ ("stopped early");
    default:
      g_assert_not_reached ();
    }
}

/* “depth 6, learning-rate 0.08” */
static char *
dup_config (GVariant *config)
{
  GString     *text = g_string_new (NULL);
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  g_variant_iter_init (&iter, config);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *number = g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE)   ? g_strdup_printf ("%.4g", g_variant_get_double (value))
                                : g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                                                      : g_variant_print (value, FALSE);

      g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", key, number);
    }
  return g_string_free (text, FALSE);
}

static void
print_trials (const GPtrArray *trials)
{
  static const char *const titles[] = { N_ (">trial"), N_ ("state"), N_ (">value"), N_ (">seconds"), N_ ("from"), N_ ("configuration"), NULL };
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);

  for (guint i = 0; i < trials->len; i++)
    {
      const SxRunTrial *trial = trials->pdata[i];
      g_autofree char  *number = g_strdup_printf ("%u", trial->number);
      g_autofree char  *value = sx_cli_dup_number (trial->value);
      g_autofree char  *seconds = g_strdup_printf ("%.1f", trial->seconds);
      g_autofree char  *config = trial->message != NULL && *trial->message != '\0' ? g_strdup (trial->message) : dup_config (trial->config);

      sx_cli_table_add (table, number, get_trial_state (trial->state), value, seconds, trial->origin, config, NULL);
    }
  sx_cli_table_print (table, "");
}

static GVariant *
trial_to_variant (const SxRunTrial *trial)
{
  static const char *const nicks[] = { [SX_TRIAL_RUNNING] = "running", [SX_TRIAL_DONE] = "done", [SX_TRIAL_FAILED] = "failed", [SX_TRIAL_PRUNED] = "pruned" };
  GVariantBuilder          builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "trial", g_variant_new_uint32 (trial->number));
  g_variant_builder_add (&builder, "{sv}", "state", g_variant_new_string (nicks[trial->state]));
  g_variant_builder_add (&builder, "{sv}", "value", g_variant_new_double (trial->value));
  g_variant_builder_add (&builder, "{sv}", "seconds", g_variant_new_double (trial->seconds));
  g_variant_builder_add (&builder, "{sv}", "iterations", g_variant_new_uint32 (trial->n_iterations));
  g_variant_builder_add (&builder, "{sv}", "origin", g_variant_new_string (trial->origin));
  g_variant_builder_add (&builder, "{sv}", "config", trial->config);
  if (trial->message != NULL && *trial->message != '\0')
    g_variant_builder_add (&builder, "{sv}", "message", g_variant_new_string (trial->message));
  return g_variant_builder_end (&builder);
}

static void
print_run_json (SxRun *run, const GPtrArray *trials)
{
  g_autofree char *message = NULL;
  SxRunState       state = sx_run_get_state (run, &message);
  g_autoptr (GVariant) report = sx_run_dup_report (run);
  g_autofree char *model = sx_run_dup_model_path (run);
  g_autofree char *name = dup_name (run);
  SxJob           *job = sx_run_get_job (run);
  GVariantBuilder  builder, list;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "run", g_variant_new_string (name));
  g_variant_builder_add (&builder, "{sv}", "folder", g_variant_new_string (sx_run_get_folder (run)));
  g_variant_builder_add (&builder, "{sv}", "state", g_variant_new_string (sx_run_state_get_nick (state)));
  if (message != NULL && *message != '\0')
    g_variant_builder_add (&builder, "{sv}", "message", g_variant_new_string (message));
  g_variant_builder_add (&builder, "{sv}", "target", g_variant_new_string (job->target));
  g_variant_builder_add (&builder, "{sv}", "topology", g_variant_new_string (sx_topology_get_id (job->topology)));
  g_variant_builder_add (&builder, "{sv}", "best", g_variant_new_uint32 (sx_run_get_best (run)));
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < trials->len; i++)
    g_variant_builder_add_value (&list, trial_to_variant (trials->pdata[i]));
  g_variant_builder_add (&builder, "{sv}", "trials", g_variant_builder_end (&list));
  if (report != NULL)
    g_variant_builder_add (&builder, "{sv}", "report", report);
  if (model != NULL)
    g_variant_builder_add (&builder, "{sv}", "model", g_variant_new_string (model));
  sx_cli_print_json (g_variant_builder_end (&builder));
}

static int
run_show (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRun) run = open_run (arguments[0], &error);
  g_autoptr (GPtrArray) trials = run != NULL ? sx_run_list_trials (run, &error) : NULL;
  g_autoptr (GVariant) report = NULL;
  g_autofree char *message = NULL;
  g_autofree char *model = NULL;
  SxRunState       state;

  if (trials == NULL)
    return sx_cli_fail (error);
  if (options.json)
    {
      print_run_json (run, trials);
      return SX_CLI_DONE;
    }
  state = sx_run_get_state (run, &message);
  sx_cli_print ("%s: %s%s%s\n\n", sx_run_get_folder (run), sx_run_state_get_title (state), message != NULL && *message != '\0' ? ": " : "", message != NULL ? message : "");
  print_trials (trials);
  report = sx_run_dup_report (run);
  if (report != NULL)
    {
      sx_cli_print ("\n");
      sx_cli_print_report (report);
    }
  model = sx_run_dup_model_path (run);
  if (model != NULL)
    {
      sx_cli_print ("\n");
      sx_cli_print (_ ("Model:  %s\n"), model);
    }
  return SX_CLI_DONE;
}

/* ---- resume, cancel ---- */

static int
run_resume (const SxVerb *verb, char **arguments, guint n_arguments)
{
  SxCliWork work = { options.output, options.json };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = find_folder (arguments[0]);
  g_autoptr (SxRun) run = sx_run_open (folder, &error);
  g_autofree char *model = NULL;

  if (run == NULL || (options.output != NULL && !sx_cli_check_output (options.output, &error)))
    return sx_cli_fail (error);
  model = sx_run_dup_model_path (run);
  if (sx_run_get_state (run, NULL) == SX_RUN_DONE && model != NULL && options.output == NULL)
    {
      fprintf (stderr, _ ("sextant: %s is done already\n"), arguments[0]);
      return SX_CLI_DONE;
    }
  g_clear_pointer (&run, sx_run_free);
  return sx_cli_work_on (folder, &work);
}

static int
run_cancel (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxRun) run = open_run (arguments[0], &error);
  GPid pid;

  if (run == NULL)
    return sx_cli_fail (error);
  pid = sx_run_get_worker_pid (run);
  if (pid == 0)
    {
      sx_cli_warn (_ ("Nobody is working on %s"), arguments[0]);
      return SX_CLI_USAGE;
    }
  if (kill (pid, SIGTERM) != 0)
    {
      fprintf (stderr, _ ("sextant: could not stop process %d: %s\n"), (int)pid, g_strerror (errno));
      return SX_CLI_FAILED;
    }
  return SX_CLI_DONE;
}

/* ---- compare ---- */

static GVariant *
load_metrics (const char *word, char **name, GError **error)
{
  g_autoptr (SxRun) run = open_run (word, error);
  g_autoptr (GVariant) report = run != NULL ? sx_run_dup_report (run) : NULL;
  GVariant *metrics = report != NULL ? g_variant_lookup_value (report, "metrics", G_VARIANT_TYPE ("a{sd}")) : NULL;

  if (run == NULL)
    return NULL;
  *name = dup_name (run);
  if (metrics == NULL)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("%s has not finished, so there is nothing to compare yet"), word);
  return metrics;
}

static void
print_comparison (const char *const *names, GVariant *a, GVariant *b)
{
  g_autofree char *left = g_strconcat (">A: ", names[0], NULL);
  g_autofree char *right = g_strconcat (">B: ", names[1], NULL);
  const char      *titles[] = { _ ("metric"), left, right, _ (">B − A"), NULL };
  g_autoptr (SxCliTable) table = sx_cli_table_new_literal (titles);
  GVariantIter iter;
  const char  *id;
  double       first, second;

  g_variant_iter_init (&iter, a);
  while (g_variant_iter_next (&iter, "{&sd}", &id, &first))
    if (g_variant_lookup (b, id, "d", &second))
      {
        g_autofree char *first_text = g_strdup_printf ("%.6g", first);
        g_autofree char *second_text = g_strdup_printf ("%.6g", second);
        g_autofree char *difference = g_strdup_printf ("%+.3g", second - first);

        sx_cli_table_add (table, id, first_text, second_text, difference, NULL);
      }
  sx_cli_table_print (table, "");
}

static int
run_compare (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GVariant) a = load_metrics (arguments[0], &first, &error);
  g_autoptr (GVariant) b = a != NULL ? load_metrics (arguments[1], &second, &error) : NULL;

  if (b == NULL)
    return sx_cli_fail (error);
  if (options.json)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, first, a);
      g_variant_dict_insert_value (&dict, second, b);
      sx_cli_print_json (g_variant_dict_end (&dict));
    }
  else
    print_comparison ((const char *const[]){ first, second }, a, b);
  return SX_CLI_DONE;
}

/* ---- the verb ---- */

static const struct
{
  const char *name;
  guint       n_runs;
  int (*run) (const SxVerb *verb, char **arguments, guint n_arguments);
} actions[] = {
  { "list", 0, run_list },
  { "show", 1, run_show },
  { "resume", 1, run_resume },
  { "cancel", 1, run_cancel },
  { "compare", 2, run_compare },
};

static int
run_runs (const SxVerb *verb, char **arguments, guint n_arguments)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (arguments[0], actions[i].name))
      {
        if (n_arguments - 1 == actions[i].n_runs)
          return actions[i].run (verb, arguments + 1, n_arguments - 1);
        sx_cli_warn (_ ("“sextant runs %s” takes %d run(s); see “sextant runs --help”"), actions[i].name, (int)actions[i].n_runs);
        return SX_CLI_USAGE;
      }
  sx_cli_warn (_ ("“sextant runs” knows list, show, resume, cancel and compare, not “%s”"), arguments[0]);
  return SX_CLI_USAGE;
}

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write the model too"), "MODEL" },
  { NULL },
};

static const SxVerbExample examples[] = {
  { "sextant runs list", N_ ("The runs there are, newest first.") },
  { "sextant runs show RUN", N_ ("The trials of one, and its result.") },
  { "sextant runs resume RUN", N_ ("Go on with a run that was interrupted or cancelled.") },
  { "sextant runs compare A B", N_ ("The metrics of two, side by side.") },
  { NULL },
};

const SxVerb sx_verb_runs = {
  .name = "runs",
  .arguments = "list|show|resume|cancel|compare [RUN…]",
  .n_min = 1,
  .n_max = 3,
  .summary = N_ ("List, show, resume, cancel or compare runs"),
  .description = N_ ("A run is a folder that holds the whole truth about a search. RUN is that folder, or its name."),
  .examples = examples,
  .options = entries,
  .trains = TRUE,
  .run = run_runs,
};
