/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

#define SX_NO_ROW G_MAXUINT32

/* Where the cells of one column of a new table come from: row i of it is row rows[i] of @frame; where that is SX_NO_ROW, row other_rows[i] of
 * @other; where that is none either, missing. */
typedef struct
{
  SxFrame       *frame;
  guint          column;
  const guint32 *rows;
  SxFrame       *other; /* (nullable) */
  guint          other_column;
  const guint32 *other_rows;
} SxRowSource;

/* A table of @schema, one source a column, each of the field's type (texts of either storage). Fails when cancelled. */
SxFrame *sx_rows_take (SxSchema *schema, const SxRowSource *sources, guint64 n_rows, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The cells of one column at @rows, SX_NO_ROW giving a missing one, as one column of any length. */
SxColumn *sx_rows_take_column (SxFrame *frame, guint column, const guint32 *rows, guint64 n_rows, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One whole column; fails where it would be longer than a column can be. */
SxColumn *sx_frame_dup_column (SxFrame *frame, guint column, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @frame with further columns, each of the whole length, behind its own, or in the place of those called the same; @schema says what comes out. Columns
 * are cut to the frame's batches. */
SxFrame *sx_frame_put_columns (SxFrame *frame, SxSchema *schema, const char *const *names, SxColumn *const *columns) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
