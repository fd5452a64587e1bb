/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-kinds-private.h"

#include <glib/gi18n-lib.h>

static const SxPortSpec ports[] = {
  { "model", N_ ("Model"), SX_PORT_IN, SX_PORT_MODEL, 0 },
  { "report", N_ ("Report"), SX_PORT_OUT, SX_PORT_REPORT, 0 },
  { NULL },
};

static const SxParamSpec params[] = {
  { NULL },
};

const SxBlockKind sx_block_evaluate_metrics = {
  .id = "evaluate.metrics",
  .title = N_ ("Evaluate"),
  .help = N_ ("Measures the model on the test rows that were held out."),
  .aliases = N_ ("score, metrics, accuracy, confusion, test"),
  .icon = "emblem-ok-symbolic",
  .category = SX_BLOCK_EVALUATE,
  .ports = ports,
  .params = params,
};
