/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Matching rows of two tables. The keys of both are numbered together, the right rows listed by number; then each left row finds its partners
 * in one place. For the nearest row, each of these lists stands in the order of what is near, and is searched by halving. */

#include "config.h"

#include "sx-join-private.h"

#include "sx-row-number-private.h"
#include "sx-row-order-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_ROWS ((guint64)1 << 31)
#define DAY_MICROSECONDS 86400e6

void
sx_join_pairs_clear (SxJoinPairs *self)
{
  g_clear_pointer (&self->left, g_free);
  g_clear_pointer (&self->right, g_free);
}

static inline guint64
count_partners (const SxRowLists *lists, guint32 key)
{
  return key != SX_NO_KEY ? lists->starts[(gsize)key + 1] - lists->starts[key] : 0;
}

static gboolean
make_room (SxJoinPairs *pairs, guint64 n, gboolean both, GError **error)
{
  if (n > MAX_ROWS)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The join would give more than two thousand million rows: the key is far from unique."));
      return FALSE;
    }
  pairs->left = g_try_new (guint32, n + 1);
  pairs->right = both ? g_try_new (guint32, n + 1) : NULL;
  if (pairs->left != NULL && (!both || pairs->right != NULL))
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("There is not enough memory for the %" G_GUINT64_FORMAT " rows that the join would give: the key is far from unique."), n);
  return FALSE;
}

/* ---- which left rows are found ---- */

static gboolean
match_semi (const guint32 *ids, guint64 n_rows, const SxRowLists *lists, gboolean wanted, SxJoinPairs *pairs, GError **error)
{
  if (!make_room (pairs, n_rows, FALSE, error))
    return FALSE;
  for (guint64 row = 0; row < n_rows; row++)
    if ((count_partners (lists, ids[row]) > 0) == wanted)
      pairs->left[pairs->n++] = (guint32)row;
  return TRUE;
}

/* ---- pairs ---- */

static void
add_left (const guint32 *ids, guint64 n_rows, const SxRowLists *lists, gboolean keep_left, SxJoinPairs *pairs)
{
  for (guint64 row = 0; row < n_rows; row++)
    {
      guint64        n = count_partners (lists, ids[row]);
      const guint32 *partners = n > 0 ? lists->rows + lists->starts[ids[row]] : NULL;

      if (n == 0 && keep_left)
        {
          pairs->left[pairs->n] = (guint32)row;
          pairs->right[pairs->n++] = SX_NO_ROW;
        }
      for (guint64 i = 0; i < n; i++)
        {
          pairs->left[pairs->n] = (guint32)row;
          pairs->right[pairs->n++] = partners[i];
        }
    }
}

/* Right rows whose key no left row has, in order. */
static void
add_right (const SxRowNumbers *numbers, guint64 n_left, guint64 n_right, SxJoinPairs *pairs)
{
  g_autofree guint8 *is_found = g_new0 (guint8, (gsize)numbers->n_keys + 1);

  for (guint64 row = 0; row < n_left; row++)
    if (numbers->ids[0][row] != SX_NO_KEY)
      is_found[numbers->ids[0][row]] = TRUE;
  for (guint64 row = 0; row < n_right; row++)
    if (numbers->ids[1][row] == SX_NO_KEY || !is_found[numbers->ids[1][row]])
      {
        pairs->left[pairs->n] = SX_NO_ROW;
        pairs->right[pairs->n++] = (guint32)row;
      }
}

gboolean
sx_join_match (SxFrame *const *frames, const guint *const *keys, guint n_keys, const char *kind, GCancellable *cancellable, SxJoinPairs *pairs, GError **error)
{
  g_autoptr (SxRowNumbers) numbers = sx_row_numbers_new (frames, keys, 2, n_keys, TRUE, cancellable, error);
  g_auto (SxRowLists) lists = { NULL };
  gboolean keep_left = g_str_equal (kind, "left") || g_str_equal (kind, "full");
  gboolean keep_right = g_str_equal (kind, "right") || g_str_equal (kind, "full");
  guint64  n_left = sx_frame_get_n_rows (frames[0]), n_right = sx_frame_get_n_rows (frames[1]), n = 0;

  if (numbers == NULL)
    return FALSE;
  sx_row_lists_init (&lists, numbers->ids[1], n_right, numbers->n_keys);
  if (g_str_equal (kind, "semi") || g_str_equal (kind, "anti"))
    return match_semi (numbers->ids[0], n_left, &lists, g_str_equal (kind, "semi"), pairs, error);
  for (guint64 row = 0; row < n_left; row++)
    n += MAX (count_partners (&lists, numbers->ids[0][row]), keep_left ? 1 : 0);
  if (!make_room (pairs, n + (keep_right ? n_right : 0), TRUE, error))
    return FALSE;
  add_left (numbers->ids[0], n_left, &lists, keep_left, pairs);
  if (keep_right)
    add_right (numbers, n_left, n_right, pairs);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* ---- the nearest ---- */

typedef struct
{
  const SxColumn *left, *right;
  gboolean        is_whole;
  double          unit;
  SxJoinDirection direction;
  double          tolerance;
} Near;

static inline int
compare (const Near *near, gsize left, gsize right)
{
  if (near->is_whole)
    {
      gint64 x = sx_column_get_int64 (near->left, left), y = sx_column_get_int64 (near->right, right);

      return (x > y) - (x < y);
    }
  {
    double x = ((const double *)near->left->values)[left], y = ((const double *)near->right->values)[right];

    return (x > y) - (x < y);
  }
}

static double
distance (const Near *near, gsize left, gsize right)
{
  if (near->is_whole)
    {
      gint64 x = sx_column_get_int64 (near->left, left), y = sx_column_get_int64 (near->right, right);

      return (double)(x > y ? (guint64)x - (guint64)y : (guint64)y - (guint64)x) / near->unit;
    }
  {
    double x = ((const double *)near->left->values)[left], y = ((const double *)near->right->values)[right];

    return x == y ? 0 : fabs (x - y); /* infinities too */
  }
}

/* How many of the @n right rows stand before (@inclusive: at or before) left row @row. */
static gsize
count_before (const Near *near, gsize row, const guint32 *rights, gsize n, gboolean inclusive)
{
  gsize low = 0, high = n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (compare (near, row, rights[middle]) >= !inclusive)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static guint32
find_nearest (const Near *near, gsize row, const guint32 *rights, gsize n)
{
  gsize   n_before = near->direction != SX_JOIN_AFTER ? count_before (near, row, rights, n, TRUE) : 0;
  gsize   after = near->direction != SX_JOIN_BEFORE ? count_before (near, row, rights, n, FALSE) : n;
  guint32 best = n_before > 0 ? rights[n_before - 1] : SX_NO_ROW;

  if (after < n && (best == SX_NO_ROW || distance (near, row, rights[after]) < distance (near, row, best)))
    best = rights[after];
  return best != SX_NO_ROW && distance (near, row, best) <= near->tolerance ? best : SX_NO_ROW;
}

/* The right rows of each key, in the order of what is near; those without it or a key are left out. */
static void
list_in_order (SxRowLists *lists, const guint32 *ids, const guint32 *order, const SxColumn *near, guint32 n_keys)
{
  g_autofree guint32 *ordered = g_new (guint32, near->n_rows + 1);

  for (gsize i = 0; i < near->n_rows; i++)
    ordered[i] = sx_column_is_missing (near, order[i]) ? SX_NO_KEY : ids[order[i]];
  sx_row_lists_init (lists, ordered, near->n_rows, n_keys);
  for (guint64 i = 0; i < lists->starts[n_keys]; i++)
    lists->rows[i] = order[lists->rows[i]];
}

gboolean
sx_join_match_near (SxFrame *const *frames, const guint *const *keys, guint n_keys, guint left_near, guint right_near, SxJoinDirection direction, double tolerance, GCancellable *cancellable, SxJoinPairs *pairs, GError **error)
{
  g_autoptr (SxRowNumbers) numbers = sx_row_numbers_new (frames, keys, 2, n_keys, TRUE, cancellable, error);
  g_autofree guint32 *order = numbers != NULL ? sx_row_order_new (frames[1], &right_near, NULL, 1, cancellable, error) : NULL;
  g_autoptr (SxColumn) left = sx_frame_concat_column (frames[0], left_near);
  g_autoptr (SxColumn) right = sx_frame_concat_column (frames[1], right_near);
  g_auto (SxRowLists) lists = { NULL };
  Near near = { left, right, left->type != SX_TYPE_FLOAT64, left->type == SX_TYPE_TIMESTAMP ? DAY_MICROSECONDS : 1, direction, tolerance };

  if (order == NULL || !make_room (pairs, left->n_rows, TRUE, error))
    return FALSE;
  list_in_order (&lists, numbers->ids[1], order, right, numbers->n_keys);
  pairs->n = left->n_rows;
  for (gsize row = 0; row < left->n_rows; row++)
    {
      guint32 key = numbers->ids[0][row];
      guint64 n = sx_column_is_missing (left, row) ? 0 : count_partners (&lists, key);

      if (row % SX_BATCH_MAX_ROWS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      pairs->left[row] = (guint32)row;
      pairs->right[row] = n > 0 ? find_nearest (&near, row, lists.rows + lists.starts[key], (gsize)n) : SX_NO_ROW;
    }
  return TRUE;
}
