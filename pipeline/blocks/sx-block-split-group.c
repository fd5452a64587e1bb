/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "column", N_ ("Group column"), N_ ("Rows with the same value here always stay in the same part: a customer, a patient, a device."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED },
  { "folds", N_ ("Folds"), N_ ("Into how many parts the groups are dealt; 1 holds out one part for validation."), SX_PARAM_INT, 0, "5", 1, 50 },
  { "test", N_ ("Test share"), N_ ("The share of rows, in whole groups, that the search never sees. 0 keeps none."), SX_PARAM_DOUBLE, 0, "0.2", 0, 0.9 },
  { "validation", N_ ("Validation share"), N_ ("The share of the remaining rows, in whole groups, on which configurations are compared."), SX_PARAM_DOUBLE, 0, "0.2", 0.01, 0.9, .visible_if = "folds=1" },
  { "seed", N_ ("Seed"), N_ ("Another seed draws other groups; the same seed always draws the same. 0 takes the project's seed."), SX_PARAM_INT, SX_PARAM_ADVANCED, "0", 0, 0x1p53 },
  { NULL },
};

/* Passes the table through, once the column is known to be there. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  if (sx_schema_find_for (inputs[0], "column", sx_params_get_string (self, "column"), error) < 0)
    return NULL;
  return sx_schema_ref (inputs[0]);
}

const SxBlockKind sx_block_split_group = {
  .id = "split.group",
  .title = N_ ("Split by group"),
  .help = N_ ("Keeps rows that belong together in one part, so that a model is judged on groups it has never met."),
  .aliases = N_ ("grouped, customer, patient, leak, cross-validation"),
  .icon = "system-users-symbolic",
  .category = SX_BLOCK_SPLIT,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = sx_verb_run_same,
};
