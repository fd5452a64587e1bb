/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant convert: from any readable format to any writable one. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

static struct
{
  char *columns;
} options;

static int
run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  const char *out = arguments[1];
  g_autoptr (GError) error = NULL;
  g_autoptr (SxCliTableFile) file = NULL;
  g_autofree char *n_rows = NULL;

  /* Before a large file is read for nothing. */
  if (!sx_cli_check_writable (out, &error))
    return sx_cli_fail (error);
  file = sx_cli_read_table (arguments[0], options.columns, &error);
  if (file == NULL || !sx_cli_write_table (file->frame, out, &error))
    return sx_cli_fail (error);
  n_rows = sx_number_dup_grouped (sx_frame_get_n_rows (file->frame));
  if (!g_str_equal (out, "-"))
    fprintf (stderr, _ ("%s rows written to %s\n"), n_rows, out);
  return SX_CLI_DONE;
}

static const GOptionEntry entries[] = {
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &options.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { NULL },
};

static const SxVerbExample examples[] = {
  { "sextant convert orders.json orders.csv", N_ ("JSON to CSV.") },
  { "sextant convert 'sqlite:shop.db?table=orders' orders.jsonl", N_ ("A database table to JSON Lines.") },
  { "sextant convert orders.jsonl - | sort", N_ ("To standard output, as CSV.") },
  { NULL },
};

const SxVerb sx_verb_convert = {
  .name = "convert",
  .arguments = "IN OUT",
  .n_min = 2,
  .n_max = 2,
  .summary = N_ ("Convert a table from any readable format to any writable one"),
  .description = N_ ("Reads IN, whose format is found out, and writes OUT in the format that its suffix names. OUT is replaced only when all has been written."),
  .examples = examples,
  .options = entries,
  .run = run,
};
