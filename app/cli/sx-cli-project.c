/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant new, check: projects without running them. */

#include "config.h"

#include "sx-cli-project.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define MAX_SHOWN_WARNINGS 20

/* ---- what others use too ---- */

/* “churn” of “data/churn.csv.gz”. */
static char *
dup_stem (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  char            *dot = strchr (name + 1, '.');

  if (dot != NULL)
    *dot = '\0';
  return g_utf8_make_valid (name, -1);
}

/* The data's place as the project says it; what is no plain path stays as it is. */
static char *
dup_source (const char *data, const char *project)
{
  g_autofree char *folder = g_path_get_dirname (project);
  const char      *colon = strchr (data, ':');

  if (g_file_test (data, G_FILE_TEST_EXISTS) || colon == NULL)
    return sx_cli_dup_relative (data, folder);
  {
    g_auto (GStrv) parts = g_strsplit (colon + 1, "?", 2);
    g_autofree char *relative = sx_cli_dup_relative (parts[0] != NULL ? parts[0] : "", folder);
    g_autofree char *scheme = g_strndup (data, (gsize)(colon + 1 - data));

    return g_strconcat (scheme, relative, parts[0] != NULL && parts[1] != NULL ? "?" : NULL, parts[1], NULL);
  }
}

static gboolean
fill_limits (SxProposal *proposal, const SxCliWish *wish, GError **error)
{
  if (wish->trials < 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "%s", _ ("--trials must be at least 1"));
      return FALSE;
    }
  proposal->max_trials = (guint)wish->trials;
  return (wish->budget == NULL || sx_cli_parse_duration (wish->budget, &proposal->budget_seconds, error)) &&
         (wish->seed == NULL || sx_cli_parse_seed (wish->seed, &proposal->seed, error));
}

/* A name that is like none says where the names are. */
static gboolean
check_target (const SxCliWish *wish, SxFrame *frame, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);

  if (sx_schema_find (schema, wish->target) >= 0 || sx_schema_suggest (schema, wish->target) != NULL)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("%s: there is no column “%s”; “sextant profile %s” lists the columns"),
               wish->data, wish->target, wish->data);
  return FALSE;
}

SxGraph *
sx_cli_propose (const SxCliWish *wish, const char *path, GError **error)
{
  g_autoptr (SxCliTableFile) file = NULL;
  g_autofree char *source = dup_source (wish->data, path);
  g_autofree char *title = dup_stem (wish->data);
  SxProposal       proposal = { .path = source, .target = wish->target, .topology = wish->topology, .title = title };

  if (!fill_limits (&proposal, wish, error))
    return NULL;
  if (!g_utf8_validate (wish->target, -1, NULL) || !g_utf8_validate (source, -1, NULL))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "%s", _ ("A project can only name files and columns in UTF-8"));
      return NULL;
    }
  file = sx_cli_read_table (wish->data, wish->columns, error);
  if (file == NULL)
    return NULL;
  if (!check_target (wish, file->frame, error))
    return NULL;
  proposal.read_options = file->options;
  proposal.format = file->format->id;
  return sx_propose_project (&proposal, file->frame, error);
}

static void
print_warnings (const GPtrArray *problems)
{
  guint n_warnings = 0;

  for (guint i = 0; i < problems->len; i++)
    {
      const SxProblem *problem = problems->pdata[i];

      if (problem->is_warning && n_warnings++ < MAX_SHOWN_WARNINGS)
        sx_cli_warn ("%s%s", _ ("warning: "), problem->message);
    }
  if (n_warnings > MAX_SHOWN_WARNINGS)
    sx_cli_warn (ngettext ("and %u more warning", "and %u more warnings", n_warnings - MAX_SHOWN_WARNINGS), n_warnings - MAX_SHOWN_WARNINGS);
}

/* Puts the file before the message, and the line of the block that is to blame. */
static void
name_place (SxGraph *graph, const char *path, const GPtrArray *problems, GError **error)
{
  guint line = 0;

  if (error == NULL || g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  for (guint i = 0; problems != NULL && i < problems->len && line == 0; i++)
    {
      const SxProblem *problem = problems->pdata[i];
      SxBlock         *block = !problem->is_warning && problem->block != NULL ? sx_graph_find_block (graph, problem->block) : NULL;

      line = block != NULL ? sx_block_get_line (block) : 0;
    }
  if (line > 0)
    g_prefix_error (error, "%s:%u: ", path, line);
  else
    g_prefix_error (error, "%s: ", path);
}

SxJob *
sx_cli_compile (SxGraph *graph, const char *path, const char *model, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *text = g_strdup_printf (_ ("Reading %s…"), path);
  g_autoptr (GPtrArray) problems = NULL;
  SxJob *job;

  sx_cli_progress_begin (text, NULL, NULL);
  job = sx_compile (graph, folder, model, &problems, sx_cli_get_cancellable (), error);
  sx_cli_progress_end ();
  if (problems != NULL)
    print_warnings (problems);
  if (job == NULL)
    name_place (graph, path, problems, error);
  return job;
}

/* ---- new ---- */

static struct
{
  char *data, *target, *output, *columns, *budget, *seed;
  int   trials;
} wanted;

static int
run_new (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = NULL;
  SxCliWish wish = { wanted.data, wanted.columns, wanted.target, arguments[0], wanted.budget, wanted.trials, wanted.seed };

  if (wanted.data == NULL || wanted.target == NULL || wanted.output == NULL)
    return sx_cli_usage (verb, "%s", _ ("“sextant new” needs --data, --target and --output"));
  if (g_file_test (wanted.output, G_FILE_TEST_EXISTS))
    {
      sx_cli_warn (_ ("%s is there already; choose another name or remove it first"), wanted.output);
      return SX_CLI_USAGE;
    }
  graph = sx_cli_propose (&wish, wanted.output, &error);
  if (graph == NULL || !sx_project_save (graph, wanted.output, &error))
    return sx_cli_fail (error);
  sx_cli_print (_ ("%s is ready; “sextant run %s” trains it\n"), wanted.output, wanted.output);
  return SX_CLI_DONE;
}

static const GOptionEntry new_entries[] = {
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &wanted.data, N_ ("The table to learn from"), "FILE|URI" },
  { "target", 0, 0, G_OPTION_ARG_FILENAME, &wanted.target, N_ ("The column to predict"), "COLUMN" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &wanted.output, N_ ("The project to write"), "PROJECT" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &wanted.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { "budget", 0, 0, G_OPTION_ARG_STRING, &wanted.budget, N_ ("How long to search: 90s, 5m, 1.5h"), "TIME" },
  { "trials", 0, 0, G_OPTION_ARG_INT, &wanted.trials, N_ ("How many configurations to try at most"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &wanted.seed, N_ ("The seed of every random choice"), "N" },
  { NULL },
};

static const SxVerbExample new_examples[] = {
  { "sextant new trees --data churn.csv --target left -o churn.sextant", N_ ("A project that predicts “left” with boosted trees.") },
  { NULL },
};

const SxVerb sx_verb_new = {
  .name = "new",
  .arguments = "TOPOLOGY",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("Make a project from a table"),
  .description = N_ ("Reads the table, decides how to prepare it, and writes a project with every decision in it, to be opened in the studio or run."),
  .examples = new_examples,
  .options = new_entries,
  .run = run_new,
};

/* ---- check ---- */

static struct
{
  char    *model;
  gboolean job;
} checked;

static int
run_check (const SxVerb *verb, char **arguments, guint n_arguments)
{
  const char *path = arguments[0];
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = sx_project_load (path, &error);
  g_autoptr (SxJob) job = graph != NULL ? sx_cli_compile (graph, path, checked.model, &error) : NULL;

  if (job == NULL)
    return sx_cli_fail (error);
  if (checked.job)
    {
      gsize            size;
      g_autofree char *text = sx_job_to_text (job, &size);

      sx_cli_put (text, size);
    }
  else
    sx_cli_print (_ ("%s: fine; predicts “%s” with %s\n"), path, job->target, sx_topology_get_title (job->topology));
  return SX_CLI_DONE;
}

static const GOptionEntry check_entries[] = {
  { "model", 0, 0, G_OPTION_ARG_STRING, &checked.model, N_ ("The model block, when the project has several"), "BLOCK" },
  { "job", 0, 0, G_OPTION_ARG_NONE, &checked.job, N_ ("Print the compiled job"), NULL },
  { NULL },
};

static const SxVerbExample check_examples[] = {
  { "sextant check churn.sextant", N_ ("Says what keeps it from running, and where.") },
  { NULL },
};

const SxVerb sx_verb_check = {
  .name = "check",
  .arguments = "PROJECT",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("Check a project without running it"),
  .description = N_ ("Reads the project, checks every block and link, looks at the data’s columns, and compiles the job: leaks from the test rows into training are refused here, with the block and the way out."),
  .examples = check_examples,
  .options = check_entries,
  .run = run_check,
};
