/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-engine-error.h"

G_DEFINE_QUARK (sx_engine_error, sx_engine_error)
