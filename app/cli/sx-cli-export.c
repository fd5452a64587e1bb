/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant export: a trained model for other programs. */

#include "config.h"

#include "sx-cli-work.h"

#include <glib/gi18n.h>

static struct
{
  char *format, *output;
} options;

static char *
dup_formats (void)
{
  GString *text = g_string_new (NULL);

  for (const SxExportFormat *const *format = sx_export_list (); *format != NULL; format++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", (*format)->id);
  return g_string_free (text, FALSE);
}

/* By its name or the output's suffix; NULL when there is none. */
static const SxExportFormat *
find_format (void)
{
  if (options.format != NULL)
    return sx_export_find (options.format);
  for (const SxExportFormat *const *format = sx_export_list (); *format != NULL; format++)
    if (g_str_has_suffix (options.output, (*format)->suffix))
      return *format;
  return NULL;
}

static int
run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  const SxExportFormat *format;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = NULL;

  if (options.output == NULL)
    return sx_cli_usage (verb, "%s", _ ("“sextant export” needs --output: the file to write"));
  format = find_format ();
  if (format == NULL)
    {
      g_autofree char *formats = dup_formats ();

      return sx_cli_usage (verb, _ ("“%s” is no format to export to; there is %s"), options.format != NULL ? options.format : options.output, formats);
    }
  if (!sx_cli_check_output (options.output, &error))
    return sx_cli_fail (error);
  model = sx_model_load (arguments[0], &error);
  if (model == NULL || !format->write (model, options.output, &error))
    return sx_cli_fail (error);
  sx_cli_print (_ ("%s written\n"), options.output);
  return SX_CLI_DONE;
}

static const GOptionEntry entries[] = {
  { "format", 0, 0, G_OPTION_ARG_STRING, &options.format, N_ ("The format; by the suffix of OUT otherwise"), "FORMAT" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("The file to write"), "OUT" },
  { NULL },
};

static const SxVerbExample examples[] = {
  { "sextant export churn.sxm --format onnx -o churn.onnx", N_ ("Raw columns in, predictions out, in any program that runs ONNX.") },
  { NULL },
};

const SxVerb sx_verb_export = {
  .name = "export",
  .arguments = "MODEL",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("Export a trained model for other programs"),
  .description = N_ ("Writes the model with its preprocessing inside. What was exported is computed again on the model’s own golden rows and refused if it differs."),
  .examples = examples,
  .options = entries,
  .run = run,
};
