/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* No key: a cell of it is missing, and such rows were to be left out. */
#define SX_NO_KEY G_MAXUINT32

/**
 * SxRowNumbers:
 * @ids: for each frame, a number for each row: rows with equal keys have equal numbers, over all frames
 * @n_keys: the numbers are 0 … n_keys - 1, in the order in which keys first appear
 *
 * The rows of some frames by the cells of their key columns. Whatever looks for equal rows (group, join, distinct, pivot, windows) goes on
 * from here with small whole numbers. Texts are equal whether they are stored as strings or categories; missing cells equal each other,
 * or make no key at all.
 */
typedef struct
{
  guint32 **ids;
  guint     n_frames;
  guint32   n_keys;
} SxRowNumbers;

/* @columns: for each frame the indices of its key columns, n_columns of them, pairwise of like types (texts of either storage). Without any
 * column all rows have one key. Fails when cancelled, or at 2^32 - 1 rows. */
SxRowNumbers *sx_row_numbers_new (SxFrame *const *frames, const guint *const *columns, guint n_frames, guint n_columns, gboolean skip_missing, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void          sx_row_numbers_free (SxRowNumbers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRowNumbers, sx_row_numbers_free)

/* Numbers the pairs (a[row], b[row]) into @a, in order of first appearance; SX_NO_KEY in either stays. Returns how many there are. */
guint32 sx_row_numbers_combine (guint32 *a, guint32 n_a, const guint32 *b, guint32 n_b, guint64 n_rows);

/* The rows of each key in order: those of key k are rows[starts[k]] … rows[starts[k + 1] - 1]. Rows without a key are left out. */
typedef struct
{
  guint64 *starts; /* n_keys + 1 */
  guint32 *rows;
} SxRowLists;

void sx_row_lists_init (SxRowLists *self, const guint32 *ids, guint64 n_rows, guint32 n_keys);
void sx_row_lists_clear (SxRowLists *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxRowLists, sx_row_lists_clear)

G_END_DECLS
