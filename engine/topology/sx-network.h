/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "model/sx-predictor.h"

G_BEGIN_DECLS

/* Networks of layers, trained by gradients: the part `network:` of a topology file. See sx-network.c. */
extern const SxFamily sx_family_network;

G_END_DECLS
