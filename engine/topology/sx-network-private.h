/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "nn/sx-team.h"
#include "sx-network-spec.h"
#include "sx-network.h"

G_BEGIN_DECLS

/* A trained network. */
typedef struct
{
  SxPredictor    base;
  SxNetworkSpec *spec;
  guint         *n_categories; /* n_features; 0: a number */
  SxNnPlan      *plan;
  float         *parameters; /* sx_nn_allocate() */
  float         *centres;    /* n_features: numbers enter as (x - centre) · scale */
  float         *scales;
  double         target_mean, target_sd;  /* regression: the network speaks in standard deviations … */
  double         target_low, target_high; /* … and never outside of what it has seen */
} SxNetwork;

/* @spec: (transfer full). Centres and scales are zero, parameters not there until sx_network_allocate(). */
SxNetwork *sx_network_new (SxNetworkSpec *spec, SxTask task, const guint *n_categories, guint n_features, guint n_outputs, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean   sx_network_allocate (SxNetwork *self, GError **error); /* the parameters, zero */
void       sx_network_free (SxPredictor *predictor);
static inline void
sx_network_unref (SxNetwork *self)
{
  sx_predictor_unref (&self->base);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxNetwork, sx_network_unref)

/* Learns centres and scales on the rows of @dataset. */
void         sx_network_fit_scaling (SxNetwork *self, const SxDataset *dataset);
SxPredictor *sx_network_train (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context, GError **error);
gboolean     sx_network_save (SxPredictor *predictor, GHashTable *parts, GError **error);
SxPredictor *sx_network_load (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error);
char        *sx_network_to_onnx (SxPredictor *predictor, SxOnnx *onnx, const char *input, GError **error);

G_END_DECLS
