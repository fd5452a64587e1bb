/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-network-private.h"

G_BEGIN_DECLS

/* What a training knows between two epochs, beyond its data: from here it goes on as if it had never stopped. */
typedef struct
{
  guint64 identity;   /* hash of all that the training is a function of; another training's checkpoint is not taken */
  guint64 epoch;      /* epochs done */
  guint64 step;       /* steps done */
  guint64 best_epoch; /* 0: none yet */
  double  best_loss;
  double  seconds;   /* spent */
  gsize   n;         /* floats of each array */
  float  *arrays[4]; /* weights, first and second moments, best weights; borrowed */
} SxNetworkState;

guint64 sx_network_identity (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context);
/* FALSE when there is none that fits; @state keeps its values then. */
gboolean sx_network_state_load (SxNetworkState *state, const char *path);
gboolean sx_network_state_save (const SxNetworkState *state, const char *path, GError **error);

G_END_DECLS
