/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Everything of pipeline/ that others may use. */
#include "sx-data-dir.h"
#include "frame/sx-frame.h"
#include "frame/sx-arrow.h"
#include "io/sx-reader.h"
#include "expr/sx-expr.h"
#include "blocks/sx-block-kind.h"
#include "blocks/sx-step.h"
#include "graph/sx-yaml.h"
#include "graph/sx-graph.h"
