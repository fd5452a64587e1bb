/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant auto, run: from a table or a project to a model. */

#include "config.h"

#include "sx-cli-project.h"
#include "sx-cli-work.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define MAX_BACKUPS 10000

static struct
{
  char    *target, *columns, *topology;
  char    *budget, *seed, *run_dir, *output, *model;
  int      trials, threads;
  gboolean json;
} options;

static SxCliLimits
get_limits (void)
{
  return (SxCliLimits){ options.budget, options.trials, options.threads, options.seed };
}

static int
run_graph (SxGraph *graph, const char *path, const char *output)
{
  SxCliWork   work = { output, options.json };
  SxCliLimits limits = get_limits ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SxJob) job = NULL;

  if (output != NULL && !sx_cli_check_output (output, &error))
    return sx_cli_fail (error);
  job = sx_cli_compile (graph, path, options.model, &error);
  if (job == NULL || !sx_cli_limit_job (job, &limits, &error))
    return sx_cli_fail (error);
  return sx_cli_run_job (job, options.run_dir, &work);
}

/* ---- auto ---- */

/* “churn.sxm” for “data/churn.csv”, in the current folder. */
static char *
make_output (const char *data)
{
  const char      *query = strchr (data, '?');
  g_autofree char *file = query != NULL ? g_strndup (data, (gsize)(query - data)) : g_strdup (data);
  g_autofree char *name = g_path_get_basename (file);
  char            *dot = strchr (name + 1, '.');

  if (dot != NULL)
    *dot = '\0';
  if (strrchr (name, ':') != NULL)
    return g_strconcat (strrchr (name, ':') + 1, ".sxm", NULL);
  return g_strconcat (name, ".sxm", NULL);
}

static char *
make_project_path (const char *output)
{
  g_autofree char *stem = g_str_has_suffix (output, ".sxm") ? g_strndup (output, strlen (output) - strlen (".sxm")) : g_strdup (output);

  return g_strconcat (stem, ".sextant", NULL);
}

/* A project that is there may hold somebody's decisions: it is kept beside the new one. */
static gboolean
keep_old_project (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  for (guint i = 1; i < MAX_BACKUPS; i++)
    {
      g_autofree char *backup = g_strdup_printf ("%s.~%u~", path, i);

      if (g_file_test (backup, G_FILE_TEST_EXISTS))
        continue;
      if (g_rename (path, backup) == 0)
        {
          sx_cli_warn (_ ("the project that was there is kept as %s"), backup);
          return TRUE;
        }
      g_set_error (error, G_FILE_ERROR, (gint)g_file_error_from_errno (errno), _ ("“%s” cannot be renamed: %s"), path, g_strerror (errno));
      return FALSE;
    }
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST, _ ("%s is there already; choose another name or remove it first"), path);
  return FALSE;
}

static gboolean
save_project (SxGraph *graph, const char *path, GError **error)
{
  g_autofree char *old = NULL;
  gsize            size;
  g_autofree char *text = sx_project_to_text (graph, &size);

  if (g_file_get_contents (path, &old, NULL, NULL) && g_str_equal (old, text))
    return TRUE;
  return keep_old_project (path, error) && sx_project_save (graph, path, error);
}

static int
run_auto (const SxVerb *verb, char **arguments, guint n_arguments)
{
  SxCliWish wish = { arguments[0], options.columns, options.target, options.topology, options.budget, options.trials, options.seed };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = NULL;
  g_autofree char *made = make_output (arguments[0]);
  const char      *output = options.output != NULL ? options.output : made;
  g_autofree char *path = make_project_path (output);

  if (options.target == NULL)
    return sx_cli_usage (verb, _ ("“sextant auto” needs --target: the column to predict; “sextant profile %s” lists the columns"), arguments[0]);
  if (!sx_cli_check_output (output, &error))
    return sx_cli_fail (error);
  graph = sx_cli_propose (&wish, path, &error);
  if (graph == NULL || !save_project (graph, path, &error))
    return sx_cli_fail (error);
  if (!options.json)
    sx_cli_print (_ ("Project: %s\n"), path);
  return run_graph (graph, path, output);
}

static const GOptionEntry auto_entries[] = {
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &options.target, N_ ("The column to predict"), "COLUMN" },
  { "budget", 0, 0, G_OPTION_ARG_STRING, &options.budget, N_ ("How long to search: 90s, 5m, 1.5h"), "TIME" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write the model; a project of the same name is written beside it"), "MODEL" },
  { "topology", 0, 0, G_OPTION_ARG_STRING, &options.topology, N_ ("What to train; “sextant topologies” lists them"), "NAME" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &options.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { "trials", 0, 0, G_OPTION_ARG_INT, &options.trials, N_ ("How many configurations to try at most"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, N_ ("The seed of every random choice"), "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("How many threads to use; all cores otherwise"), "N" },
  { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &options.run_dir, N_ ("The run folder to make"), "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print each event as a line of JSON"), NULL },
  { NULL },
};

static const SxVerbExample auto_examples[] = {
  { "sextant auto churn.csv --target left --budget 5m -o churn.sxm", N_ ("Five minutes of search; churn.sxm is the model, churn.sextant the project that made it.") },
  { NULL },
};

const SxVerb sx_verb_auto = {
  .name = "auto",
  .arguments = "FILE|URI",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("From a table to a trained model in one step"),
  .description = N_ ("Profiles the table, makes a project that predicts the target from the other columns, and runs it: the known-good configurations first, then a Bayesian search until the budget is used.\n\nThe project is kept beside the model, so that every decision can be looked at and changed."),
  .examples = auto_examples,
  .options = auto_entries,
  .trains = TRUE,
  .run = run_auto,
};

/* ---- run ---- */

static int
run_run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = sx_project_load (arguments[0], &error);

  return graph != NULL ? run_graph (graph, arguments[0], options.output) : sx_cli_fail (error);
}

static const GOptionEntry run_entries[] = {
  { "budget", 0, 0, G_OPTION_ARG_STRING, &options.budget, N_ ("How long to search: 90s, 5m, 1.5h"), "TIME" },
  { "trials", 0, 0, G_OPTION_ARG_INT, &options.trials, N_ ("How many configurations to try at most"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, N_ ("The seed of every random choice"), "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("How many threads to use; all cores otherwise"), "N" },
  { "model", 0, 0, G_OPTION_ARG_STRING, &options.model, N_ ("The model block, when the project has several"), "BLOCK" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write the model too"), "MODEL" },
  { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &options.run_dir, N_ ("The run folder to make"), "DIR" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print each event as a line of JSON"), NULL },
  { NULL },
};

static const SxVerbExample run_examples[] = {
  { "sextant run churn.sextant --trials 20 --seed 7", N_ ("Twenty configurations; the same result on every machine and every time.") },
  { NULL },
};

const SxVerb sx_verb_run = {
  .name = "run",
  .arguments = "PROJECT",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("Search and train what a project describes"),
  .description = N_ ("Compiles the project and works on it in a run folder of its own. What the studio runs, this runs, with the same result.\n\nA run that was interrupted, even by the power going, goes on with “sextant runs resume”."),
  .examples = run_examples,
  .options = run_entries,
  .trains = TRUE,
  .run = run_run,
};
