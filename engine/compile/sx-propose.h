/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-job.h"

G_BEGIN_DECLS

/**
 * SxProposal:
 * @path: the data file or URI, as the project should say it
 * @read_options: (nullable): `a{sv}` as sx_reader_get_options() gives: what was given or guessed
 * @format: id of the format it was read with
 * @target: column to predict
 * @topology: (nullable): id; “trees” when `NULL`
 * @title: (nullable): of the project
 * @budget_seconds: 0: none
 * @max_trials: 0: none
 * @seed: of the search
 */
typedef struct
{
  const char *path;
  GVariant   *read_options;
  const char *format;
  const char *target;
  const char *topology;
  const char *title;
  double      budget_seconds;
  guint       max_trials;
  guint64     seed;
} SxProposal;

/**
 * sx_propose_project:
 * @frame: the table, or its first rows
 *
 * A whole project that predicts @target from the rest: source, spelling of the labels, preparation, split, model, metrics, laid
 * out in a row. Everything that was decided stands in the project, to be seen and changed.
 *
 * Fails with SX_ENGINE_ERROR_DATA when the target is not a column.
 */
SxGraph *sx_propose_project (const SxProposal *proposal, SxFrame *frame, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A project of the source block alone: what opening a data file in an empty studio gives. @proposal needs path, format and read_options. */
SxGraph *sx_propose_source (const SxProposal *proposal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The columns of @frame most likely to be predicted, best first: few classes, last columns, telling names. */
GStrv sx_propose_targets (SxFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
