/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "train/sx-dataset.h"
#include "tune/sx-space.h"

G_BEGIN_DECLS

/* A family is a way to learn: networks (engine/topology) or boosted trees (engine/trees). A topology file names its family; all that
 * training, packages and exports need to know of a family is this table. The registry is in sx-family.c, one line each. */

typedef struct _SxFamily SxFamily;
typedef struct _SxOnnx SxOnnx; /* export/sx-onnx.h */

/**
 * SxPredictor:
 *
 * What training gives: from a feature matrix to probabilities or values. Immutable; predict is safe from several threads.
 * A family's own struct starts with this one.
 */
typedef struct
{
  const SxFamily *family;
  gatomicrefcount ref_count;
  SxTask          task;
  guint           n_features;
  guint           n_outputs;   /* classes, or 1 for regression */
  guint           n_iterations; /* epochs or trees that it was trained for (the best ones kept) */
} SxPredictor;

SxPredictor *sx_predictor_ref (SxPredictor *self);
void sx_predictor_unref (SxPredictor *self);
/* @x: (n_rows, n_features); @out: (n_rows, n_outputs). The result for a row does not depend on the other rows. */
gboolean sx_predictor_predict (SxPredictor *self, const float *x, gsize n_rows, guint n_threads, float *out, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxPredictor, sx_predictor_unref)

/**
 * SxTopology:
 *
 * A topology file, read and checked: which family, which tasks, search space, portfolio, and the family's own part.
 */
typedef struct _SxTopology SxTopology;
SxTopology *sx_topology_read (const SxYaml *root, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* errors with file:line:column */
SxTopology *sx_topology_load (const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;     /* from the data folders */
SxTopology *sx_topology_ref (SxTopology *self);
void sx_topology_unref (SxTopology *self);
const char *sx_topology_get_id (const SxTopology *self);
const char *sx_topology_get_title (const SxTopology *self);
const SxFamily *sx_topology_get_family (const SxTopology *self);
gboolean sx_topology_supports (const SxTopology *self, SxTask task);
SxSpace *sx_topology_get_space (const SxTopology *self, SxTask task);     /* borrowed */
GPtrArray *sx_topology_get_portfolio (const SxTopology *self, SxTask task); /* borrowed, of GVariant a{sv}: points, best first */
const SxYaml *sx_topology_get_root (const SxTopology *self);             /* the whole document */
const char *sx_topology_get_preparation (const SxTopology *self);        /* “network” or “trees”: what prepare.auto aims for */
char *sx_topology_dup_text (const SxTopology *self);                      /* YAML, for the job */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxTopology, sx_topology_unref)

/**
 * SxTrainContext:
 *
 * How one training goes. @config is a complete point of the topology's space. Training is a pure function of (topology, config,
 * datasets, seed, max_iterations); @n_threads changes nothing but the time.
 */
typedef struct
{
  SxTopology   *topology;
  GVariant     *config;
  guint64       seed;
  guint         n_threads;
  guint         max_iterations;  /* 0: as the configuration says; else exactly that many, no early stopping (the final refit) */
  double        seconds;         /* 0: no limit; else stop after so many and keep the best so far */
  gsize         memory_limit;    /* bytes; 0: none. Checked before allocating. */
  const int    *cancelled;       /* (nullable): polled with g_atomic_int_get() in the innermost loop, at least every 50 ms */
  const char   *checkpoint_path; /* (nullable): file to resume from and to write after each iteration worth keeping (at most one a second), atomically */
  /* After each iteration (epoch, or some trees): losses on training rows (NaN if not computed) and the validation loss and metric.
   * Returns TRUE to stop here (pruned). Called on the training thread. */
  gboolean    (*progress) (guint iteration, guint n_iterations, double training_loss, double validation_loss, gpointer user_data);
  gpointer      user_data;
} SxTrainContext;

struct _SxFamily
{
  const char *id; /* “network”, “trees” */
  /* Checks the family's part of a topology file. */
  gboolean     (*check)   (const SxTopology *topology, GError **error);
  /* @validation: (nullable): for early stopping. Fails with SX_ENGINE_ERROR_DIVERGED, _MEMORY, _DATA or G_IO_ERROR_CANCELLED. */
  SxPredictor *(*train)   (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context, GError **error);
  gboolean     (*predict) (SxPredictor *self, const float *x, gsize n_rows, guint n_threads, float *out, GError **error);
  void         (*free)    (SxPredictor *self);
  /* Parts of the model package: adds name → GBytes (“weights.safetensors”, “plan.yaml”, “trees.ubj”), and back. Everything read is hostile until checked. */
  gboolean     (*save)    (SxPredictor *self, GHashTable *parts, GError **error);
  SxPredictor *(*load)    (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error);
  /* Adds nodes that map the float tensor @input (N, n_features) to (N, n_outputs) probabilities or values; returns that tensor's name. */
  char        *(*to_onnx) (SxPredictor *self, SxOnnx *onnx, const char *input, GError **error);
};

const SxFamily *sx_family_find (const char *id);

G_END_DECLS
