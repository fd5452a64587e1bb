/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* The cells of some columns of one row as bytes: equal rows have equal keys, whatever the columns' storage (3 and 3.0, string and category).
 * Used by join and group. */
typedef struct _SxRowKeys SxRowKeys;

/* @columns: indices, n_columns of them. */
SxRowKeys *sx_row_keys_new (SxFrame *frame, const guint *columns, guint n_columns) G_GNUC_WARN_UNUSED_RESULT;
void       sx_row_keys_free (SxRowKeys *self);
/* (transfer full); NULL when a cell is missing and @skip_missing. */
GBytes *sx_row_keys_get (SxRowKeys *self, guint64 row, gboolean skip_missing) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRowKeys, sx_row_keys_free)

G_END_DECLS
