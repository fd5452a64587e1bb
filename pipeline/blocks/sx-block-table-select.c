/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxChoice modes[] = {
  { "keep", N_ ("Keep these columns") },
  { "drop", N_ ("Drop these columns") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to keep, in this order, or to drop. None means all of them."), SX_PARAM_COLUMNS },
  { "mode", N_ ("What to do"), N_ ("Whether the columns named are the ones that stay or the ones that go."), SX_PARAM_CHOICE, 0, "'keep'", .choices = modes },
  { "rename", N_ ("New names"), N_ ("From the old name of a column to its new one. Columns that are not kept cannot be renamed."), SX_PARAM_MAPPING },
  { NULL },
};

/* The names that stay, in order. */
static GStrv
list_kept (const SxParams *self, SxSchema *input, GError **error)
{
  g_auto (GStrv) named = sx_params_dup_columns (self, "columns", input, NULL, error);
  g_autoptr (GStrvBuilder) builder = NULL;

  if (named == NULL)
    return NULL;
  if (g_variant_n_children (sx_params_get (self, "columns")) == 0 || g_str_equal (sx_params_get_string (self, "mode"), "keep"))
    return g_steal_pointer (&named);
  builder = g_strv_builder_new ();
  for (guint i = 0; i < sx_schema_get_n_fields (input); i++)
    {
      const char *name = sx_schema_get_field (input, i)->name;

      if (!g_strv_contains ((const char *const *)named, name))
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) kept = list_kept (self, input, error);
  g_autoptr (GStrvBuilder) from = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) to = g_strv_builder_new ();
  g_auto (GStrv) inputs = NULL;
  g_auto (GStrv) outputs = NULL;
  GVariantIter iter;
  const char  *old_name, *new_name;

  if (kept == NULL)
    return NULL;
  sx_steps_add (steps, SX_STEP_SELECT, (const char *const *)kept, (const char *const *)kept, NULL, 0, NULL, 0);
  g_variant_iter_init (&iter, sx_params_get (self, "rename"));
  while (g_variant_iter_next (&iter, "{&s&s}", &old_name, &new_name))
    {
      if (sx_schema_find_for (input, "rename", old_name, error) < 0)
        return NULL;
      if (!g_strv_contains ((const char *const *)kept, old_name))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“rename”: column “%s” is not kept"), old_name);
          return NULL;
        }
      g_strv_builder_add (from, old_name);
      g_strv_builder_add (to, new_name);
    }
  inputs = g_strv_builder_end (from);
  outputs = g_strv_builder_end (to);
  if (inputs[0] != NULL)
    sx_steps_add (steps, SX_STEP_RENAME, (const char *const *)inputs, (const char *const *)outputs, NULL, 0, NULL, 0);
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_table_select = {
  .id = "table.select",
  .title = N_ ("Select columns"),
  .help = N_ ("Keeps some columns, drops others, changes their order and their names."),
  .aliases = N_ ("keep, drop, remove, rename, reorder, columns, project"),
  .icon = "view-dual-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
