/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-model.h"

G_BEGIN_DECLS

struct _SxModel
{
  gatomicrefcount ref_count;
  char           *name;
  SxSchema       *inputs;
  SxSteps        *steps;
  SxFeature      *features;
  guint           n_features;
  SxTarget       *target;
  SxPredictor    *predictor;
  GVariant       *provenance; /* a{sv}, only of types that YAML knows */
  SxFrame        *golden;     /* columns as `inputs`; at most SX_MODEL_N_GOLDEN rows */
};
#define SX_MODEL_N_GOLDEN 32

/* @value with its whole numbers as x, and its maps as a{sv}: what comes back from YAML. (transfer full) */
GVariant *sx_model_plain_variant (GVariant *value);

/* From the parts of a package, name → GBytes. All hostile until checked. (transfer full) */
SxModel *sx_model_read_parts (GHashTable *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The report on predictions @p (n_rows, n_outputs) against @y, rows whose @y is NaN left out: task, metric, n-rows, metrics, classes, confusion, truth,
 * predicted; sx-model-evaluate.c has their types. truth and predicted, for plots, hold at most SX_MODEL_N_PLOTTED rows, spread evenly over all.
 * (transfer full). Fails with SX_ENGINE_ERROR_DATA when no row is left. */
#define SX_MODEL_N_PLOTTED 5000
GVariant *sx_model_report (const SxTarget *target, const SxMetric *metric, const float *p, const float *y, gsize n_rows, GError **error);

/* The model's inputs as columns of @frame (after sx_model_name_columns()), in the model's order, of the types they have there. (transfer full); fails naming
 * the columns that are missing. */
SxFrame *sx_model_match_inputs (SxModel *self, SxFrame *frame, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @frame with the columns that are inputs of the model cast to their types; other columns stay. Messages count rows from @first_row + 1. (transfer full) */
SxFrame *sx_model_cast_inputs (SxModel *self, SxFrame *frame, guint64 first_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Says of rows what the model has not seen. */
typedef struct _SxModelFlagger SxModelFlagger;
SxModelFlagger *sx_model_flagger_new (SxModel *model) G_GNUC_WARN_UNUSED_RESULT; /* while @model lives */
void sx_model_flagger_free (SxModelFlagger *self);
/* @inputs: n_rows rows of the model's inputs, cast. A text for each row, “age: out of range; city: unknown category”, or missing. (transfer full) */
SxColumn *sx_model_flagger_flag (SxModelFlagger *self, SxFrame *inputs, gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxModelFlagger, sx_model_flagger_free)

G_END_DECLS
