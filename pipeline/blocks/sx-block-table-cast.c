/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "types", N_ ("Types"), N_ ("The type of each column to change: int64, float64, bool, string, category, timestamp."), SX_PARAM_MAPPING, SX_PARAM_REQUIRED },
  { NULL },
};

static SxSteps *
make_steps (const SxParams *self, SxSchema *input, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  GVariantIter iter;
  const char  *name, *nick;

  g_variant_iter_init (&iter, sx_params_get (self, "types"));
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &nick))
    {
      const char *columns[] = { name, NULL };
      SxType      type;

      if (sx_schema_find_for (input, "types", name, error) < 0)
        return NULL;
      if (!sx_type_from_nick (nick, &type))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“types”: there is no type “%s”. There are int64, float64, bool, string, category and timestamp."), nick);
          return NULL;
        }
      sx_steps_add (steps, SX_STEP_CAST, columns, columns, NULL, 0, NULL, type);
    }
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_table_cast = {
  .id = "table.cast",
  .title = N_ ("Change types"),
  .help = N_ ("Gives columns another type: text to numbers, numbers to categories, text to times."),
  .aliases = N_ ("type, convert, cast, number, text, category, date"),
  .icon = "preferences-other-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_steps,
  .run = sx_verb_run_steps,
  .steps = make_steps,
};
