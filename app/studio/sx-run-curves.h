/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

#include <sx-charts.h>

G_BEGIN_DECLS

/* What the charts of a run show: series made from trials and their points. */

/* Every finished trial by its value, and the best so far. */
void sx_run_curves_show_trials (SxChart *chart, SxRunner *runner);
/* One trial: its losses by iteration, fold by fold. Several: their validation losses over each other. @items: of SxTrialItem */
void sx_run_curves_show_losses (SxChart *chart, GPtrArray *items);

G_END_DECLS
