/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-job-private.h"

G_BEGIN_DECLS

/* Running the blocks of a job: the table part over whole tables, the chain block by block. Shared by the compile step, which tries the chain
 * out, and by SxPrepared, which fits it. */

typedef struct
{
  const char   *folder;      /* (nullable) */
  const char   *target;      /* name at the model */
  guint64       seed;        /* of the job */
  GCancellable *cancellable; /* (nullable) */
} SxChainContext;

/* What a block of the chain does. */
gboolean sx_chain_block_learns (const SxJobBlock *block);
gboolean sx_chain_block_drops (const SxJobBlock *block);

/* The table of the last of @blocks, and of nothing that it does not need. Errors name the block. */
SxFrame *sx_chain_run_table (GPtrArray *blocks, const SxChainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The steps of a row-wise block for @frame's schema, or of a learning block fitted to its rows; marked with the block's id. */
SxSteps *sx_chain_make_steps (const SxJobBlock *block, SxFrame *frame, const SxChainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The rows that a block was fitted to, as the model is to be trained on them: by @steps, or as the kind says otherwise. */
SxFrame *sx_chain_apply_training (const SxJobBlock *block, SxFrame *frame, const SxSteps *steps, const SxChainContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The rows of @frame that a row-dropping block keeps, in its order. @rows: (out) (optional) (transfer full): their indices in @frame. */
SxFrame *sx_chain_drop_rows (const SxJobBlock *block, SxFrame *frame, const SxChainContext *context, guint64 **rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * sx_steps_slice:
 * @wanted: columns of the table after @steps
 * @needed: (out) (optional) (transfer full): the columns of the table before them, sorted
 *
 * The part of @steps that @wanted depend on. Applied to a table of just the columns @needed it gives @wanted, and maybe others.
 */
SxSteps *sx_steps_slice (const SxSteps *steps, const char *const *wanted, GStrv *needed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
