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
/* Card of the model for people who read: Markdown. */
char *sx_model_make_card (SxModel *self) G_GNUC_WARN_UNUSED_RESULT;

/* A table without a header line, whose columns readers call column_1 … column_N, with the names of the raw table that the model was trained on, if that had
 * as many; any other table as it is. (transfer full). The three functions below do this by themselves; it is for whoever shows the table's columns. */
SxFrame *sx_model_name_columns (SxModel *self, SxFrame *frame) G_GNUC_WARN_UNUSED_RESULT;
/* Probabilities (n_rows, n_classes) or values (n_rows, 1) for @frame, whose columns are matched by name and cast where they can be (whole numbers take any
 * number). Other columns do not matter. Fails naming what is missing, or the first cell that does not fit. @n_threads changes no bit of the result. */
float *sx_model_predict_raw (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same as a table, one row a row: `prediction` (text for classes, else float64), “probability_CLASS” columns, and `flags`: “age: out of range; city: unknown
 * category; income: missing”, all that is to be said of the row, or missing. */
SxFrame *sx_model_predict (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Metrics on a frame that holds the target: `a{sv}` as sx_run_dup_report(). Rows without an answer do not count. Target labels are matched as text; labels
 * unknown to the model are an error that lists them and says how to map them. */
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
