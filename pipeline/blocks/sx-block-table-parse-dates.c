/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include "expr/sx-expr.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns of text to read as times. They are replaced."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED, .column_types = SX_MASK_TEXTS },
  { "format", N_ ("Format"), N_ ("How the texts are written: %d.%m.%Y, %m/%d/%y %I:%M %p, %d %b %Y, … with %Y year, %y its last two digits, %m month, %b or %B its English name, %d day, %j day of the year, %H hour, %I hour with %p AM or PM, %M minute, %S second, %f its fraction, %z offset from UTC, %a or %A weekday. Empty reads ISO 8601."), SX_PARAM_STRING, 0, "''" },
  { "zone", N_ ("Time zone"), N_ ("Whose clocks the texts were read from, such as Europe/Rome, where they do not say it themselves. An hour that clocks skip in spring is read as the one after it, one that they show twice in autumn as the later."), SX_PARAM_STRING, 0, "'UTC'" },
  { NULL },
};

static char *
make_expression (const SxParams *self, const char *column)
{
  g_autofree char *name = sx_expr_quote_column (column);
  const char      *format = sx_params_get_string (self, "format"), *zone = sx_params_get_string (self, "zone");
  g_autofree char *quoted_format = sx_expr_quote_text (format);
  g_autofree char *quoted_zone = sx_expr_quote_text (zone);
  gboolean         is_utc = g_str_equal (zone, "UTC") || *zone == '\0';

  if (*format == '\0')
    return g_strdup_printf (is_utc ? "time(%s)" : "time(%s, %s)", name, quoted_zone);
  return g_strdup_printf (is_utc ? "parse_time(%s, %s)" : "parse_time(%s, %s, %s)", name, quoted_format, quoted_zone);
}

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", input, NULL, error);
  g_autoptr (SxSteps) steps = sx_steps_new ();

  for (guint i = 0; columns != NULL && columns[i] != NULL; i++)
    {
      g_autofree char *text = make_expression (self, columns[i]);
      const char      *names[] = { columns[i], NULL };
      const char      *texts[] = { text, NULL };

      sx_steps_add (steps, SX_STEP_EXPRESSION, names, names, NULL, 0, texts, 0);
    }
  return columns != NULL ? g_steal_pointer (&steps) : NULL;
}

/* The same, and a note of texts that were not read. */
static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (inputs[0]);
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", schema, NULL, error);
  SxFrame *frame = columns != NULL ? sx_verb_run_steps (self, inputs, n_inputs, context, error) : NULL;

  for (guint i = 0; frame != NULL && columns[i] != NULL; i++)
    {
      guint   column = (guint)sx_schema_find (schema, columns[i]);
      guint64 n_lost = 0;

      for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
        n_lost += sx_batch_get_column (sx_frame_get_batch (frame, b), column)->n_missing - sx_batch_get_column (sx_frame_get_batch (inputs[0], b), column)->n_missing;
      if (n_lost > 0)
        sx_block_context_note (context, columns[i], _ ("%" G_GUINT64_FORMAT " texts of column “%s” do not fit the format; they are missing now."), n_lost, columns[i]);
    }
  return frame;
}

const SxBlockKind sx_block_table_parse_dates = {
  .id = "table.parse-dates",
  .title = N_ ("Read dates"),
  .help = N_ ("Reads texts as times, in whatever form dates and clocks are written, and in the time zone of a place. A text that does not fit the format becomes missing. The trained model carries it; ONNX cannot express it."),
  .aliases = N_ ("parse, date, time, datetime, strptime, time zone, timestamp"),
  .icon = "x-office-calendar-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = run,
  .steps = make_steps,
};
