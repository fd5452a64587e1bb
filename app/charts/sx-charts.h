/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Everything of app/charts that others may use. */
#include "sx-chart.h"
#include "sx-matrix.h"
#include "sx-series.h"
#include "sx-ticks.h"
