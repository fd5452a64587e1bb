/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-predictor.h"
#include "train/sx-metric.h"

G_BEGIN_DECLS

/**
 * SxModel:
 *
 * A trained model with everything it needs: raw columns in, predictions out. `model.sxm` is a zip: manifest.yaml (format version, input schema,
 * target, task, classes, metrics, provenance), steps.yaml, the family's parts, golden.json (32 raw rows with their predictions, checked at
 * every opening), card.md. Immutable, reference-counted, thread-safe.
 */
#define SX_MODEL_VERSION 1
#define SX_MODEL_MAX_PART_SIZE ((gsize) 2 * 1024 * 1024 * 1024)
typedef struct _SxModel SxModel;

SxModel *sx_model_new (const char *name, SxSchema *inputs, SxSteps *steps, const SxFeature *features, guint n_features, const SxTarget *target,
                       SxPredictor *predictor, GVariant *provenance, SxFrame *golden, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxModel *sx_model_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sx_model_save (SxModel *self, const char *path, GError **error); /* atomic */
SxModel *sx_model_ref (SxModel *self);
void sx_model_unref (SxModel *self);
const char *sx_model_get_name (SxModel *self);
SxSchema *sx_model_get_inputs (SxModel *self);
SxSteps *sx_model_get_steps (SxModel *self);
const SxFeature *sx_model_get_features (SxModel *self, guint *n_features);
const SxTarget *sx_model_get_target (SxModel *self);
SxPredictor *sx_model_get_predictor (SxModel *self);
GVariant *sx_model_get_provenance (SxModel *self); /* a{sv}: metrics, hashes, configuration, date, version */
SxFrame *sx_model_get_golden (SxModel *self);

/* Probabilities (n_rows, n_classes) or values (n_rows, 1) for @frame, whose columns are matched by name; text is cast where it can be. Fails naming what is missing. */
float *sx_model_predict_raw (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same as a table: prediction, then “probability_CLASS” columns, then `flags` (text: unknown category, missing, out of range), one row a row. */
SxFrame *sx_model_predict (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Metrics on a frame that holds the target: `a{sv}` as sx_run_dup_report(). Target labels are matched as text; labels unknown to the model are an error that
 * lists them and says how to map them. */
GVariant *sx_model_evaluate (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxModel, sx_model_unref)

/* An export format is one file in engine/export and one line in sx-export.c. */
typedef struct
{
  const char *id;     /* “onnx” */
  const char *title;  /* N_() */
  const char *suffix; /* “.onnx” */
  gboolean  (*write) (SxModel *model, const char *path, GError **error);
} SxExportFormat;
const SxExportFormat *const *sx_export_list (void);
const SxExportFormat *sx_export_find (const char *id);

G_END_DECLS
