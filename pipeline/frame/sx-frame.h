/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-column.h"

G_BEGIN_DECLS

/* The most rows of a batch: small enough for the cache, large enough to forget per-batch cost. */
#define SX_BATCH_MAX_ROWS 65536

/**
 * SxBatch:
 *
 * At most %SX_BATCH_MAX_ROWS rows: a schema and one column a field. Immutable, reference-counted.
 */
typedef struct _SxBatch SxBatch;

/* @columns: one a field, of the field's type, all of one length; referenced, not consumed. */
SxBatch *sx_batch_new (SxSchema *schema, SxColumn *const *columns, gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;
SxBatch *sx_batch_ref (SxBatch *self);
void sx_batch_unref (SxBatch *self);
SxSchema *sx_batch_get_schema (const SxBatch *self);
gsize sx_batch_get_n_rows (const SxBatch *self);
SxColumn *sx_batch_get_column (const SxBatch *self, guint column);

/**
 * SxFrame:
 *
 * An immutable, reference-counted table: a schema and a list of batches. Cheap to pass between
 * threads; columns are shared between frames that hold the same data.
 */
typedef struct _SxFrame SxFrame;

/* @batches: (element-type SxBatch): all of @schema; referenced. */
SxFrame *sx_frame_new (SxSchema *schema, GPtrArray *batches) G_GNUC_WARN_UNUSED_RESULT;
SxFrame *sx_frame_ref (SxFrame *self);
void sx_frame_unref (SxFrame *self);
SxSchema *sx_frame_get_schema (const SxFrame *self);
guint64 sx_frame_get_n_rows (const SxFrame *self);
guint sx_frame_get_n_batches (const SxFrame *self);
SxBatch *sx_frame_get_batch (const SxFrame *self, guint batch);
/* The batch that holds @row, and the row within it. O(log n). */
SxBatch *sx_frame_locate (const SxFrame *self, guint64 row, gsize *row_in_batch);
gsize sx_frame_get_memory_size (const SxFrame *self); /* bytes of all buffers, shared ones once */

/* The given rows, in that order (repeats allowed), as batches of the maximal size. */
SxFrame *sx_frame_take (SxFrame *self, const guint64 *rows, guint64 n_rows) G_GNUC_WARN_UNUSED_RESULT;
SxFrame *sx_frame_slice (SxFrame *self, guint64 first_row, guint64 n_rows) G_GNUC_WARN_UNUSED_RESULT;
/* The named columns in the given order; NULL with SX_PIPELINE_ERROR_SCHEMA when one is missing. */
SxFrame *sx_frame_select (SxFrame *self, const char *const *names, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One column over all batches, category dictionaries unified. May exceed SX_BATCH_MAX_ROWS. */
SxColumn *sx_frame_concat_column (SxFrame *self, guint column) G_GNUC_WARN_UNUSED_RESULT;
/* Equal schema and cells, whatever the batches; category compares as text. */
gboolean sx_frame_equal (SxFrame *a, SxFrame *b);
/* A frame from whole columns of any length, cut into batches. Columns are referenced. */
SxFrame *sx_frame_new_from_columns (SxSchema *schema, SxColumn *const *columns) G_GNUC_WARN_UNUSED_RESULT;
/* SHA-256 over schema and cells, independent of batching: the identity of the data, as 64 hex digits. */
char *sx_frame_dup_hash (SxFrame *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxBatch, sx_batch_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxFrame, sx_frame_unref)

G_END_DECLS
