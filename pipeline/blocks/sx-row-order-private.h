/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-row-number-private.h"

G_BEGIN_DECLS

/* The numbers of @frame's rows in the order of its columns @columns, the first of them first; equal rows keep their order. Missing cells come
 * last, whatever the direction. Texts are ordered by their bytes, which is by code point. @descending: (nullable): one a column. Fails when
 * cancelled, or at 2^32 - 1 rows. (transfer full) */
guint32 *sx_row_order_new (SxFrame *frame, const guint *columns, const gboolean *descending, guint n_columns, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The rows of each group, in the order of some columns, or as they stand: sequences. Groups stand in the order in which their keys first appear; missing cells of a
 * key equal each other, and without @by all rows are one group. Clear in either case. */
gboolean sx_row_sequences_init (SxRowLists *self, SxFrame *frame, char *const *by, char *const *order, guint32 *n_groups, GCancellable *cancellable, GError **error);

G_END_DECLS
