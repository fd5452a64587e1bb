/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "model/sx-predictor.h"
#include "train/sx-metric.h"

G_BEGIN_DECLS

/* One block of the project as the job carries it. */
typedef struct
{
  char              *id;
  const SxBlockKind *kind;
  GVariant          *params; /* a{sv} */
  GStrv              inputs; /* ids of table blocks that feed it, in port order */
} SxJobBlock;

typedef enum {
  SX_SPLIT_HOLDOUT,
  SX_SPLIT_KFOLD,
  SX_SPLIT_GROUP,
  SX_SPLIT_TIME,
} SxSplitMethod;

typedef struct
{
  SxSplitMethod method;
  double        test;       /* fraction of rows never seen by the search; 0: none */
  double        validation; /* HOLDOUT: fraction of the rest */
  guint         n_folds;    /* 1 for holdout */
  gboolean      stratify;
  char         *column;     /* GROUP, TIME */
  guint64       gap;        /* TIME: rows left out between training and validation, and before the test rows */
  gboolean      keep_order; /* HOLDOUT: no shuffling: the last rows are test rows, those before them validation rows */
  guint64       seed;
} SxSplitSpec;

/**
 * SxSplit:
 *
 * Row indices of one data set: test rows, and per fold training and validation rows. Sorted, disjoint, deterministic by seed.
 */
typedef struct
{
  guint32  *test;
  gsize     n_test;
  guint     n_folds;
  guint32 **training;
  gsize    *n_training;
  guint32 **validation;
  gsize    *n_validation;
} SxSplit;

/* @frame: rows that have a target. @target: for stratifying. Fails with SX_ENGINE_ERROR_DATA when a part would be empty. */
SxSplit *sx_split_new (const SxSplitSpec *spec, SxFrame *frame, const SxTarget *target, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void     sx_split_free (SxSplit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSplit, sx_split_free)

/**
 * SxJob:
 *
 * A self-contained training job (YAML, “sextant-job: 1”). The graph upstream of the model falls into three parts:
 *   table   blocks up to the last that mixes rows (or the source): their output is the *raw table*, whose columns the trained model takes
 *   chain   the blocks from there to the model, in order: row-wise verbs and learning blocks become steps; blocks that drop rows
 *           act on the training table only; the split block is lifted out into `split`
 *   model   topology, target, features, task, metric, space, budget
 * Leakage rules: learning blocks are fitted inside each fold on its training rows; a block that mixes rows downstream of the split or of a
 * learning block, and a feature computed from the target, do not compile.
 */
typedef struct
{
  char       *name;
  char       *folder;         /* absolute; relative source files start here */
  GPtrArray  *table;          /* of SxJobBlock, in topological order; the last gives the raw table */
  GPtrArray  *sources;        /* of char *: “id\tpath\tsha256 of the bytes”, to notice changed data */
  GPtrArray  *chain;          /* of SxJobBlock */
  guint       n_before_split; /* of chain: rows that these drop are dropped from every part; rows that later ones drop, from training rows only */
  SxSplitSpec split;
  char       *model_block; /* id */
  char       *target;
  GStrv       features; /* raw columns to use; NULL: all but the target */
  int         task;     /* SxTask, or -1: decide from the data */
  char       *metric;   /* id or NULL: default of the task */
  SxTopology *topology;
  GVariant   *overrides; /* (nullable) a{sv}: narrows the topology's space */
  guint64     seed;
  double      budget_seconds; /* 0: none */
  guint       max_trials;     /* 0: none; at least one of the two is set */
  guint       n_threads;      /* 0: as the machine has */
  gsize       memory_limit;   /* bytes; 0: three quarters of what is free at start */
  GPtrArray  *exports;        /* of SxJobBlock: evaluate and export blocks behind the model */
  /*< private >*/
  gatomicrefcount ref_count;
} SxJob;
#define SX_JOB_VERSION 1
#define SX_JOB_MAX_BLOCKS 10000
#define SX_JOB_MAX_FOLDS 50

SxJob *sx_job_ref (SxJob *self);
void   sx_job_unref (SxJob *self);
/* YAML: the same job gives the same bytes, and parsing them gives the same job. */
char *sx_job_to_text (const SxJob *self, gsize *size) G_GNUC_WARN_UNUSED_RESULT;
/* @name: what errors call the text. Everything is checked: kinds, parameters, references, ranges; errors have file, line and column. */
SxJob *sx_job_parse (const char *text, gssize size, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxJob, sx_job_unref)

/**
 * sx_compile:
 * @model_block: (nullable): id of a model block; may be NULL when there is exactly one
 * @problems: (out) (optional): of SxProblem; warnings too (target copies, id-like columns, constant columns, imbalance)
 */
SxJob *sx_compile (SxGraph *graph, const char *folder, const char *model_block, GPtrArray **problems, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * SxPrepared:
 *
 * A job's data, loaded once: the training table after dropping rows, its target coding and split; gives per fold the steps fitted on that
 * fold's training rows and the two datasets. Thread-safe after creation; folds are fitted on first use and kept.
 */
typedef struct _SxPrepared SxPrepared;

SxPrepared     *sx_prepared_new (SxJob *job, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void            sx_prepared_free (SxPrepared *self);
SxFrame        *sx_prepared_get_frame (SxPrepared *self); /* raw columns of the rows that count (those with a target) */
const SxTarget *sx_prepared_get_target (SxPrepared *self);
const SxSplit  *sx_prepared_get_split (SxPrepared *self);
const SxMetric *sx_prepared_get_metric (SxPrepared *self);
SxSchema       *sx_prepared_get_input_schema (SxPrepared *self); /* the raw columns the model will ask for */
/* Steps fitted on fold @fold's training rows, and its datasets; borrowed. @fold == n_folds: fitted on all rows but the test rows; validation is then the test set (or NULL). */
gboolean sx_prepared_get_fold (SxPrepared *self, guint fold, SxSteps **steps, SxDataset **training, SxDataset **validation, GCancellable *cancellable, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxPrepared, sx_prepared_free)

G_END_DECLS
