/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "column", N_ ("Time column"), N_ ("What orders the rows: a timestamp or a number that grows with time."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED,
    .column_types = SX_MASK_TIMES | (1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) },
  { "folds", N_ ("Folds"), N_ ("How many times to train on what came before and validate on what came next; 1 validates once, on the latest rows."), SX_PARAM_INT, 0, "1", 1, 50 },
  { "gap", N_ ("Gap"), N_ ("Rows left out between training and validation, so that values that reach ahead in time do not leak."), SX_PARAM_INT, 0, "0", 0, 1e9, N_ ("rows") },
  { "test", N_ ("Test share"), N_ ("The share of the latest rows that the search never sees. 0 keeps none."), SX_PARAM_DOUBLE, 0, "0.2", 0, 0.9 },
  { "validation", N_ ("Validation share"), N_ ("The share of the remaining rows, the latest, on which configurations are compared."), SX_PARAM_DOUBLE, 0, "0.2", 0.01, 0.9, .visible_if = "folds=1" },
  { NULL },
};

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  const char *name = sx_params_get_string (self, "column");
  int         index = sx_schema_find_for (inputs[0], "column", name, error);
  SxType      type;

  if (index < 0)
    return NULL;
  type = sx_schema_get_field (inputs[0], (guint)index)->type;
  if (!sx_type_is_numeric (type) || type == SX_TYPE_BOOL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“column”: column “%s” is of type %s, which has no order in time. Convert it to a timestamp."), name, sx_type_get_nick (type));
      return NULL;
    }
  return sx_schema_ref (inputs[0]);
}

const SxBlockKind sx_block_split_time = {
  .id = "split.time",
  .title = N_ ("Split by time"),
  .help = N_ ("Trains on earlier rows and validates on later ones, as the model will be used. Take it whenever rows follow each other in time."),
  .aliases = N_ ("forward chaining, forecast, series, date, walk forward"),
  .icon = "x-office-calendar-symbolic",
  .category = SX_BLOCK_SPLIT,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = sx_verb_run_same,
};
