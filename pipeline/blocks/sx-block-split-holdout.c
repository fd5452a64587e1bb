/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

/* Split blocks change no row: they mark where training, validation and test rows part. The compile step reads their parameters. */

static const SxParamSpec params[] = {
  { "test", N_ ("Test share"), N_ ("The share of rows that the search never sees; the final score is measured on them."), SX_PARAM_DOUBLE, 0, "0.2", 0, 0.9 },
  { "validation", N_ ("Validation share"), N_ ("The share of the remaining rows on which configurations are compared."), SX_PARAM_DOUBLE, 0, "0.2", 0.01, 0.9 },
  { "stratify", N_ ("Keep class shares"), N_ ("Gives every part the same share of each class. Has no effect on numbers."), SX_PARAM_BOOL, 0, "true" },
  { "shuffle", N_ ("Shuffle"), N_ ("Draws rows at random. Without it the last rows are the test rows."), SX_PARAM_BOOL, SX_PARAM_ADVANCED, "true" },
  { "seed", N_ ("Seed"), N_ ("Another seed draws other rows; the same seed always draws the same. 0 takes the project's seed."), SX_PARAM_INT, SX_PARAM_ADVANCED, "0", 0, 0x1p53 },
  { NULL },
};

const SxBlockKind sx_block_split_holdout = {
  .id = "split.holdout",
  .title = N_ ("Hold out rows"),
  .help = N_ ("Sets rows aside for validation and for the final test. The quickest way to judge a model; good from some thousand rows on."),
  .aliases = N_ ("train, test, validation, partition, sample"),
  .icon = "view-dual-symbolic",
  .category = SX_BLOCK_SPLIT,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_same,
  .run = sx_verb_run_same,
};
