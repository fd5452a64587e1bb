/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to look in; none means all that hold text."), SX_PARAM_COLUMNS, .column_types = SX_MASK_TEXTS },
  { "mapping", N_ ("Mapping"), N_ ("Each text and what it becomes."), SX_PARAM_MAPPING, SX_PARAM_REQUIRED },
  { NULL },
};

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", input, NULL, error);
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  GVariantIter iter;
  const char  *from, *to;

  if (columns == NULL)
    return NULL;
  g_variant_iter_init (&iter, sx_params_get (self, "mapping"));
  while (g_variant_iter_next (&iter, "{&s&s}", &from, &to))
    g_strv_builder_add (texts, from);
  g_variant_iter_init (&iter, sx_params_get (self, "mapping"));
  while (g_variant_iter_next (&iter, "{&s&s}", &from, &to))
    g_strv_builder_add (texts, to);
  all = g_strv_builder_end (texts);
  if (columns[0] != NULL)
    sx_steps_add (steps, SX_STEP_REPLACE, (const char *const *)columns, (const char *const *)columns, NULL, 0, (const char *const *)all, 0);
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_table_replace = {
  .id = "table.replace",
  .title = N_ ("Replace values"),
  .help = N_ ("Writes texts another way: yes. becomes yes. Texts that are not named stay. The trained model carries the mapping, for the target too."),
  .aliases = N_ ("map, recode, rename values, spelling, labels, translate"),
  .icon = "edit-find-replace-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
