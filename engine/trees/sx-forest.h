/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "model/sx-predictor.h"

G_BEGIN_DECLS

#define SX_FOREST_MAX_NODES 50000000u
#define SX_FOREST_MAX_MARGINS 1000u

/* One node. An inner node sends a row left when its feature is below the threshold, or missing and missing goes left; children lie behind
 * their parent, so that every walk ends. */
typedef struct
{
  gint32  feature;     /* -1: leaf */
  float   value;       /* threshold, or what the leaf adds */
  guint32 left, right; /* from the tree's first node */
  guint32 missing_left;
} SxTreeNode;

/**
 * SxForest:
 *
 * Boosted trees as they predict: tree t adds to margin t % n_margins. Binary: one margin, the logit of class 1; several classes: one each,
 * through a softmax; regression: the value.
 */
typedef struct
{
  SxPredictor base;
  guint       n_margins;
  float      *base_margins; /* n_margins */
  guint       n_trees;
  guint32    *starts; /* n_trees + 1, into nodes */
  SxTreeNode *nodes;
} SxForest;

/* From the JSON that libxgboost saves; the first @n_rounds rounds only. @base_margins: n_margins, copied. */
SxForest *sx_forest_new_from_xgboost (const char *json, SxTask task, guint n_features, guint n_outputs, const float *base_margins, guint n_rounds, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void      sx_forest_free (SxPredictor *self);
gboolean  sx_forest_predict (SxPredictor *self, const float *x, gsize n_rows, guint n_threads, float *out, GError **error);
/* The part “trees.bin”: little-endian, checked at reading. */
gboolean     sx_forest_save (SxPredictor *self, GHashTable *parts, GError **error);
SxPredictor *sx_forest_load (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error);
char        *sx_forest_to_onnx (SxPredictor *self, SxOnnx *onnx, const char *input, GError **error);

G_END_DECLS
