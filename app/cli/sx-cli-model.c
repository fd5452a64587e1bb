/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant predict, evaluate: what a trained model says about data. */

#include "config.h"

#include "sx-cli-work.h"

#include <glib/gi18n.h>
#include <stdio.h>

static struct
{
  char    *output, *columns;
  int      threads;
  gboolean json;
} options;

static guint
get_n_threads (void)
{
  return options.threads > 0 ? (guint)options.threads : g_get_num_processors ();
}

/* ---- predict ---- */

static int
run_predict (const SxVerb *verb, char **arguments, guint n_arguments)
{
  const char *output = options.output != NULL ? options.output : "-";
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = NULL;
  g_autoptr (SxCliTableFile) file = NULL;
  g_autoptr (SxFrame) predictions = NULL;

  if (!sx_cli_check_writable (output, &error))
    return sx_cli_fail (error);
  model = sx_model_load (arguments[0], &error);
  file = model != NULL ? sx_cli_read_table (arguments[1], options.columns, &error) : NULL;
  if (file == NULL)
    return sx_cli_fail (error);
  predictions = sx_model_predict (model, file->frame, get_n_threads (), sx_cli_get_cancellable (), &error);
  if (predictions == NULL || !sx_cli_write_table (predictions, output, &error))
    return sx_cli_fail (error);
  if (!g_str_equal (output, "-"))
    {
      g_autofree char *n_rows = sx_number_dup_grouped (sx_frame_get_n_rows (predictions));

      fprintf (stderr, _ ("%s rows written to %s\n"), n_rows, output);
    }
  return SX_CLI_DONE;
}

static const GOptionEntry predict_entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write the predictions; as CSV on standard output otherwise"), "OUT" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &options.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("How many threads to use; all cores otherwise"), "N" },
  { NULL },
};

static const SxVerbExample predict_examples[] = {
  { "sextant predict churn.sxm customers.csv -o predictions.csv", N_ ("One line a customer: the prediction, its probabilities, and what is odd about the row.") },
  { NULL },
};

const SxVerb sx_verb_predict = {
  .name = "predict",
  .arguments = "MODEL DATA",
  .n_min = 2,
  .n_max = 2,
  .summary = N_ ("Predict with a trained model"),
  .description = N_ ("Reads DATA, takes the columns that the model needs by their names, and writes one line of predictions for each row, in order. The column “flags” says which rows hold categories, missing cells or ranges that the model has not seen."),
  .examples = predict_examples,
  .options = predict_entries,
  .run = run_predict,
};

/* ---- evaluate ---- */

static int
run_evaluate (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = sx_model_load (arguments[0], &error);
  g_autoptr (SxCliTableFile) file = model != NULL ? sx_cli_read_table (arguments[1], options.columns, &error) : NULL;
  g_autoptr (GVariant) report = NULL;

  if (file == NULL)
    return sx_cli_fail (error);
  report = sx_model_evaluate (model, file->frame, get_n_threads (), sx_cli_get_cancellable (), &error);
  if (report == NULL)
    return sx_cli_fail (error);
  if (options.json)
    sx_cli_print_json (report);
  else
    sx_cli_print_report (report);
  return SX_CLI_DONE;
}

static const GOptionEntry evaluate_entries[] = {
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &options.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_ ("How many threads to use; all cores otherwise"), "N" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { NULL },
};

const SxVerb sx_verb_evaluate = {
  .name = "evaluate",
  .arguments = "MODEL DATA",
  .n_min = 2,
  .n_max = 2,
  .summary = N_ ("Measure a trained model on data with known answers"),
  .description = N_ ("Predicts every row of DATA and compares with its target column: the metrics of the task, and for classes the confusion matrix."),
  .options = evaluate_entries,
  .run = run_evaluate,
};
