/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-column.h"

G_BEGIN_DECLS

#define SX_COLUMN_ALIGNMENT 64
/* Offsets are int32, so one column holds at most this many bytes of text. */
#define SX_COLUMN_MAX_TEXT ((gsize)G_MAXINT32)

/* A growing, 64-byte aligned buffer. Bytes between size and n_alloc are zero. */
typedef struct
{
  guint8 *data;
  gsize   size;    /* bytes in use */
  gsize   n_alloc; /* bytes allocated */
} SxBuffer;

void sx_buffer_grow (SxBuffer *self, gsize size);
/* Gives the memory away (never NULL; free with g_aligned_free()) and starts anew. */
void *sx_buffer_steal (SxBuffer *self);
void  sx_buffer_clear (SxBuffer *self);

/* Makes room for @size bytes in all; does not change size. */
static inline void
sx_buffer_reserve (SxBuffer *self, gsize size)
{
  if (G_UNLIKELY (size > self->n_alloc))
    sx_buffer_grow (self, size);
}

void *sx_aligned_new0 (gsize size); /* at least one cache line, zeroed */

static inline void
sx_bits_set (guint8 *bits, gsize i)
{
  bits[i >> 3] |= (guint8)(1u << (i & 7));
}

static inline gboolean
sx_bits_get (const guint8 *bits, gsize i)
{
  return (bits[i >> 3] >> (i & 7)) & 1;
}

/* Copies @n bits; @to must be zero there. @from NULL stands for all ones. */
void  sx_bits_copy (guint8 *to, gsize to_bit, const guint8 *from, gsize from_bit, gsize n);
gsize sx_bits_count (const guint8 *bits, gsize n);

/* Takes the buffers (from g_aligned_alloc) and the reference to @dictionary. */
SxColumn *sx_column_new_take (SxType type, gsize n_rows, gsize n_missing, void *validity, void *values, void *offsets, SxColumn *dictionary) G_GNUC_WARN_UNUSED_RESULT;
/* A column over foreign memory, kept alive by @owner until @release. */
SxColumn *sx_column_new_borrowed (SxType type, gsize n_rows, gsize n_missing, const void *validity, const void *values, const void *offsets, SxColumn *dictionary, void *owner, GDestroyNotify release) G_GNUC_WARN_UNUSED_RESULT;

/**
 * sx_column_gather:
 * @columns: sources, all of one type
 * @which: (nullable): the source of each row; `NULL` when all come from columns[0]
 * @rows: the row within its source
 *
 * The kernel below every row selection. Category columns with different dictionaries must be
 * unified first (sx_columns_unify()).
 */
SxColumn *sx_column_gather (SxColumn *const *columns, const guint32 *which, const guint32 *rows, gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;

/* The columns with one dictionary between them: (transfer full) array of n_columns references.
 * Those that share one already, and any but categories, are merely referenced. */
SxColumn **sx_columns_unify (SxColumn *const *columns, guint n_columns) G_GNUC_WARN_UNUSED_RESULT;

/* Rows [first, first + n) copied. */
SxColumn *sx_column_slice (SxColumn *self, gsize first, gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;

/* All of @columns, one below the other; dictionaries are unified. */
SxColumn *sx_column_concat (SxType type, SxColumn *const *columns, guint n_columns) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of the buffers, without the dictionary's. */
gsize sx_column_get_buffer_size (const SxColumn *self);

G_END_DECLS
