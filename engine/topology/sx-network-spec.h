/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "model/sx-predictor.h"
#include "nn/sx-plan.h"

G_BEGIN_DECLS

/* What `network:` of a topology file says for one point of its space: every value decided, every repetition written out. */

#define SX_NETWORK_MAX_LAYERS 200
#define SX_NETWORK_MAX_EPOCHS 100000

typedef enum {
  SX_LAYER_SCALE,
  SX_LAYER_LINEAR,
  SX_LAYER_ACTIVATION,
  SX_LAYER_DROPOUT,
  SX_LAYER_NORM,
  SX_LAYER_RESIDUAL_BEGIN,
  SX_LAYER_RESIDUAL_END,
} SxLayerKind;

typedef struct
{
  SxLayerKind    kind;
  guint          width;      /* LINEAR */
  SxNnActivation activation; /* ACTIVATION */
  double         value;      /* DROPOUT: rate; SCALE: factor of the learning rate */
} SxLayer;

typedef enum {
  SX_SCHEDULE_CONSTANT,
  SX_SCHEDULE_COSINE,
  SX_SCHEDULE_FLAT_COSINE, /* flat for a half, then cosine */
  SX_SCHEDULE_COSLOG4,     /* Holzmüller et al. 2024: four cosine waves, ever longer */
  SX_SCHEDULE_ONE_CYCLE,   /* Smith 2018: up for a third, then cosine */
} SxSchedule;
double sx_schedule_at (SxSchedule schedule, double progress);

typedef enum {
  SX_SCALING_NONE,
  SX_SCALING_STANDARD, /* mean and standard deviation */
  SX_SCALING_ROBUST,   /* median and quartiles */
} SxScaling;

typedef struct
{
  SxScaling scaling;
  double    clip; /* numbers squashed to ± this; 0: not */
  gboolean  is_periodic;
  guint     n_frequencies;
  guint     number_width; /* columns of a number, with itself */
  double    sigma;
  guint     max_one_hot; /* more categories than this are embedded */
  guint     category_width;
  gboolean  is_ntk;
  double    bias_rate; /* factor of the learning rate */
  GArray   *layers;    /* of SxLayer */
  /* Training; not part of a package */
  double     learning_rate, beta1, beta2, weight_decay, smoothing, max_norm;
  SxSchedule schedule, decay_schedule, dropout_schedule;
  guint      epochs, patience, batch;
} SxNetworkSpec;

/* @space, @config: (nullable): what “$name” refers to; NULL for a package, where nothing does. */
SxNetworkSpec *sx_network_spec_read (const SxYaml *network, const SxSpace *space, GVariant *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The architecture as `network:`, which sx_network_spec_read() reads. */
void sx_network_spec_write (const SxNetworkSpec *self, SxYamlWriter *writer);
void sx_network_spec_free (SxNetworkSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxNetworkSpec, sx_network_spec_free)

/* The plan of a network over features with so many categories each (0: a number). The scaling of numbers is left to the caller. */
SxNnPlan *sx_network_spec_build (const SxNetworkSpec *self, const guint *n_categories, guint n_features, guint n_outputs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
