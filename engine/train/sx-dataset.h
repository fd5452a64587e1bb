/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-pipeline.h>

#include "sx-engine-error.h"

G_BEGIN_DECLS

typedef enum
{
  SX_TASK_BINARY,
  SX_TASK_MULTICLASS,
  SX_TASK_REGRESSION,
} SxTask;
#define SX_N_TASKS 3
const char *sx_task_get_nick (SxTask task); /* “binary” */
const char *sx_task_get_title (SxTask task);
gboolean sx_task_from_nick (const char *nick, SxTask *task);

/**
 * SxFeature:
 * @name: column name after preparation
 * @n_categories: 0 for a number; else the cells are whole numbers 0 … n_categories - 1, NaN when missing,
 *   n_categories itself for a category unknown at training
 */
typedef struct
{
  char *name;
  guint n_categories;
} SxFeature;

/**
 * SxDataset:
 *
 * What a model is trained on and predicts from: a float32 matrix, row-major, NaN where missing, with its features, and,
 * for training, the target. Immutable, reference-counted. Built from a prepared frame.
 */
typedef struct
{
  gsize      n_rows;
  gsize      n_features;
  float     *x;           /* (n_rows, n_features), 64-byte aligned */
  SxFeature *features;    /* n_features */
  SxTask     task;
  guint      n_classes;   /* 2 for binary; 0 for regression */
  char     **classes;     /* (nullable): n_classes labels, in order of their text (numbers by value) */
  float     *y;           /* (nullable): n_rows values, or class indices as floats */
  /*< private >*/
  gatomicrefcount ref_count;
} SxDataset;

/* The target's coding, fixed once on all rows that have a target: class labels in order. */
typedef struct
{
  char  *column;
  SxTask task;
  GStrv  classes;  /* NULL for regression */
  /* (nullable): what turns a raw table into one that holds `column`, where the project derives or respells the target: row-wise steps that
   * begin by selecting the raw columns they need. Whoever compares predictions with a raw table's labels applies them first. */
  SxSteps *steps;
} SxTarget;
/* @task: -1 to decide: text/category/bool or ≤ 20 distinct whole numbers → classes; else regression. Fails when the column is missing, has
 * one distinct value, or (classes) more than 1,000. Rows whose target is missing are not trained on. @positive: (nullable): class to stand last. */
SxTarget *sx_target_new (SxFrame *frame, const char *column, int task, const char *positive, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxTarget *sx_target_copy (const SxTarget *self) G_GNUC_WARN_UNUSED_RESULT;
void sx_target_free (SxTarget *self);
/* The cells of @column (after `steps`, if any) as class indices or values; NaN where missing. Labels are matched as text, whatever the column's type.
 * @y has room for all rows. Fails with SX_ENGINE_ERROR_DATA naming the labels the target does not know, or the value that is no number. */
gboolean sx_target_code (const SxTarget *self, SxColumn *column, float *y, GError **error);
/* The same for the target's column of @frame, which is not raw: `steps` are not applied. @y: (out) (transfer full): one a row. */
gboolean sx_target_code_frame (const SxTarget *self, SxFrame *frame, float **y, GError **error);
#define SX_TARGET_MAX_CLASSES 1000
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxTarget, sx_target_free)

/* Which columns after @steps are features, and which of them are category codes (outputs of ORDINAL steps), leaving out the target. Columns that
 * are not numeric fail, naming the column and the block kind that would prepare it. @n_features out. */
SxFeature *sx_features_from_steps (const SxSteps *steps, SxSchema *prepared, const char *target, guint *n_features, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sx_features_free (SxFeature *features, guint n_features);

/* @target: (nullable): NULL when predicting. Every row of @prepared, which must hold every feature's column. */
SxDataset *sx_dataset_new (SxFrame *prepared, const SxFeature *features, guint n_features, const SxTarget *target, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives a data set made without a target its target: @y (transfer full), one number a row, as sx_target_code() gives. Only before the data set is shared. */
void sx_dataset_take_target (SxDataset *self, const SxTarget *target, float *y);
SxDataset *sx_dataset_ref (SxDataset *self);
void sx_dataset_unref (SxDataset *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxDataset, sx_dataset_unref)

G_END_DECLS
