/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxParamSpec params[] = {
  { "folds", N_ ("Folds"), N_ ("Into how many parts the rows are dealt. Each part is the validation part once."), SX_PARAM_INT, 0, "5", 2, 50 },
  { "test", N_ ("Test share"), N_ ("The share of rows that the search never sees; the final score is measured on them. 0 keeps none."), SX_PARAM_DOUBLE, 0, "0.2", 0, 0.9 },
  { "stratify", N_ ("Keep class shares"), N_ ("Gives every part the same share of each class. Has no effect on numbers."), SX_PARAM_BOOL, 0, "true" },
  { "seed", N_ ("Seed"), N_ ("Another seed draws other rows; the same seed always draws the same. 0 takes the project's seed."), SX_PARAM_INT, SX_PARAM_ADVANCED, "0", 0, 0x1p53 },
  { NULL },
};

const SxBlockKind sx_block_split_kfold = {
  .id = "split.kfold",
  .title = N_ ("Cross-validate"),
  .help = N_ ("Deals the rows into folds and trains once for each, validating on the fold left out. Slower than holding out, and surer with few rows."),
  .aliases = N_ ("k-fold, cross-validation, folds, stratified"),
  .icon = "view-grid-symbolic",
  .category = SX_BLOCK_SPLIT,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_same,
  .run = sx_verb_run_same,
};
