/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "model/sx-predictor.h"

G_BEGIN_DECLS

/* Boosted trees, trained by libxgboost. */
extern const SxFamily sx_family_trees;

G_END_DECLS
