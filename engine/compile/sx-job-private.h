/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-job.h"

G_BEGIN_DECLS

/* A job of nothing: every list empty, one fold held out. */
SxJob *sx_job_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* @params: (nullable): a{sv}, checked against @kind and put into its order, so that equal blocks write equal bytes; sunk if floating.
 * @inputs: (nullable). Fails with SX_PIPELINE_ERROR_PARAM. */
SxJobBlock *sx_job_block_new (const char *id, const SxBlockKind *kind, GVariant *params, const char *const *inputs, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxJobBlock *sx_job_block_copy (const SxJobBlock *self) G_GNUC_WARN_UNUSED_RESULT;
void        sx_job_block_free (SxJobBlock *self);
/* The block's checked parameters; never fails, as they were checked when it was made. */
SxParams *sx_job_block_dup_params (const SxJobBlock *self) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxJobBlock, sx_job_block_free)

/* Is a block of @kind at home in the table part, in the chain? */
gboolean sx_job_kind_is_table (const SxBlockKind *kind);
gboolean sx_job_kind_is_chain (const SxBlockKind *kind);

const char *sx_split_method_get_nick (SxSplitMethod method);

/* SHA-256 of the bytes of the file @path, as 64 hex digits; read in pieces. */
char *sx_job_hash_file (const char *path, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Absolute path of what a FILE parameter says. */
char *sx_job_resolve_path (const char *folder, const char *file) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
