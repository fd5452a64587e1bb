/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* Which rows of the left table stand beside which of the right one; SX_NO_ROW where there is none. */
typedef struct
{
  guint32 *left, *right; /* right: (nullable): only rows of the left table were asked for */
  guint64  n;
} SxJoinPairs;

void sx_join_pairs_clear (SxJoinPairs *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxJoinPairs, sx_join_pairs_clear)

/* By equal keys; @frames and @keys: left, right. @kind as in table.join. */
gboolean sx_join_match (SxFrame *const *frames, const guint *const *keys, guint n_keys, const char *kind, GCancellable *cancellable, SxJoinPairs *pairs, GError **error);

typedef enum {
  SX_JOIN_BEFORE,
  SX_JOIN_AFTER,
  SX_JOIN_NEAREST, /* of two that are equally far the earlier */
} SxJoinDirection;

/* Each left row with the one right row that has an equal key and whose number or time is nearest; of equal ones the last when looking back, else the first. @tolerance in
 * days for times. */
gboolean sx_join_match_near (SxFrame *const *frames, const guint *const *keys, guint n_keys, guint left_near, guint right_near, SxJoinDirection direction, double tolerance, GCancellable *cancellable, SxJoinPairs *pairs, GError **error);

G_END_DECLS
