/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-row-number-private.h"

#include <glib/gi18n-lib.h>

static const SxChoice choices[] = {
  { "first", N_ ("The first of them") },
  { "last", N_ ("The last of them") },
  { "none", N_ ("None of them") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("Rows that are equal in these columns count as one; none means all columns. Missing cells equal each other."), SX_PARAM_COLUMNS },
  { "keep", N_ ("Keep"), N_ ("Which of several equal rows stays."), SX_PARAM_CHOICE, 0, "'first'", .choices = choices },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);

  return columns != NULL ? sx_schema_ref (inputs[0]) : NULL;
}

/* Rows stay in order. */
static GArray *
keep_rows (const SxRowNumbers *numbers, guint64 n_rows, const char *keep)
{
  g_autofree guint32 *counts = g_new0 (guint32, (gsize)numbers->n_keys + 1);
  g_autofree guint32 *seen = g_new0 (guint32, (gsize)numbers->n_keys + 1);
  GArray             *rows = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint64 row = 0; row < n_rows; row++)
    counts[numbers->ids[0][row]]++;
  for (guint64 row = 0; row < n_rows; row++)
    {
      guint32 key = numbers->ids[0][row], place = ++seen[key];

      if (*keep == 'f' ? place == 1 : *keep == 'l' ? place == counts[key]
                                                   : counts[key] == 1)
        g_array_append_val (rows, row);
    }
  return rows;
}

static GArray *
list_rows (const SxParams *self, SxFrame *frame, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  g_auto (GStrv) names = sx_params_dup_columns (self, "columns", schema, NULL, error);
  g_autofree guint  *keys = names != NULL ? sx_schema_find_all (schema, (const char *const *)names) : NULL;
  const guint *const columns = keys;
  g_autoptr (SxRowNumbers) numbers = NULL;

  if (keys == NULL)
    return NULL;
  numbers = sx_row_numbers_new (&frame, &columns, 1, g_strv_length (names), FALSE, context != NULL ? context->cancellable : NULL, error);
  return numbers != NULL ? keep_rows (numbers, sx_frame_get_n_rows (frame), sx_params_get_string (self, "keep")) : NULL;
}

const SxBlockKind sx_block_table_distinct = {
  .id = "table.distinct",
  .title = N_ ("Drop duplicates"),
  .help = N_ ("Keeps one of several rows that are equal, in all columns or in some. Put it before the split: a row that stands both among those trained on and among those tested makes a model look better than it is. When the model predicts, no row is left out."),
  .aliases = N_ ("unique, distinct, duplicates, dedupe, repeated rows"),
  .icon = "edit-clear-all-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = sx_verb_run_rows,
  .rows = list_rows,
};
