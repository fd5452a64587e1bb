/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-chain-private.h"

G_BEGIN_DECLS

/* What the compile step knows while it works. */
typedef struct
{
  /* Borrowed */
  SxGraph      *graph;
  const char   *folder;
  GCancellable *cancellable;
  SxBlock      *model;
  /* Owned */
  SxJob     *job;
  SxParams  *model_params;
  GPtrArray *problems;  /* of SxProblem */
  GPtrArray *path;      /* of borrowed SxBlock: chain and split, in order */
  SxBlock   *table_end; /* borrowed: the block that gives the raw table */
  SxFrame   *prepared;  /* what reaches the model, of the rows tried */
  SxSteps   *steps;     /* from the raw table to @prepared */
} SxCompiler;

/* A problem of @block (nullable), parameter @param (nullable). Returns FALSE, so that a check can end with it. */
gboolean sx_compiler_refuse (SxCompiler *self, const char *block, const char *param, const char *format, ...) G_GNUC_PRINTF (4, 5);
gboolean sx_compiler_warn (SxCompiler *self, const char *block, const char *param, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Takes over what a callee said about a block. Returns FALSE. */
gboolean sx_compiler_take_error (SxCompiler *self, const char *block, const char *param, GError *cause);

/* sx-compile-check.c: the shape of the graph. Finds path and table part, and refuses what would leak. */
gboolean sx_compiler_check_blocks (SxCompiler *self);
gboolean sx_compiler_find_path (SxCompiler *self);
gboolean sx_compiler_add_table (SxCompiler *self, SxBlock *last); /* @last and all that it needs, to the job's table */
/* The block whose table reaches @port of @block, past muted blocks; NULL when nothing is linked. */
SxBlock *sx_compiler_find_input (SxCompiler *self, SxBlock *block, const char *port);

/* sx-compile-columns.c: the columns that reach the model. */
gboolean sx_compiler_check_columns (SxCompiler *self);

/* sx-compile-lint.c: warnings about the data. @feature_names: NULL-ended */
void sx_compiler_lint (SxCompiler *self, const SxTarget *target, const char *const *feature_names);

G_END_DECLS
