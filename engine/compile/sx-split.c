/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Which rows are trained on, validated on and tested on.
 *
 * Every method ends as one number a row: test, left out, or the fold whose validation rows it is among. Rows are drawn with a generator
 * of our own (splitmix64, Steele, Lea and Flood 2014), so that a seed gives the same rows on every machine and in every version.
 *
 * Holdout is the case of one fold with a part that is only trained on. Stratified draws deal each class by itself: shares by largest
 * remainder, so that a part's size is what was asked for and each class is within one row of its share. Groups are dealt whole. By time, the
 * boundary between two parts never falls between rows of the same time. */

#include "config.h"

#include "sx-job.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PART_TEST -1
#define PART_NONE -2 /* in no part: the gap, or rows only trained on */

/* ---- random numbers ---- */

static guint64
draw (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* A number below @n, each as likely. */
static guint32
draw_below (guint64 *state, guint32 n)
{
  guint64 limit = G_MAXUINT64 - G_MAXUINT64 % n;
  guint64 number;

  do
    number = draw (state);
  while (number >= limit);
  return (guint32)(number % n);
}

static void
shuffle (guint32 *items, gsize n, guint64 *state)
{
  for (gsize i = n; i > 1; i--)
    {
      gsize   j = draw_below (state, (guint32)i);
      guint32 swapped = items[i - 1];

      items[i - 1] = items[j];
      items[j] = swapped;
    }
}

/* ---- counts ---- */

/* The rows of a share: at least one where the share is more than nothing. */
static gsize
count_share (double share, gsize n)
{
  gsize count = (gsize)floor (share * (double)n + 0.5);

  return share > 0 && count == 0 ? 1 : MIN (count, n);
}

/* @total parted over strata in proportion to their sizes, by largest remainder; the first of equals. */
static void
apportion (const gsize *sizes, guint n_strata, gsize n, gsize total, gsize *counts)
{
  g_autofree double *remainders = g_new (double, n_strata);
  gsize              given = 0;

  for (guint s = 0; s < n_strata; s++)
    {
      double exact = (double)sizes[s] * (double)total / (double)MAX (n, 1);

      counts[s] = (gsize)floor (exact);
      remainders[s] = exact - floor (exact);
      given += counts[s];
    }
  while (given < total)
    {
      guint best = 0;

      for (guint s = 1; s < n_strata; s++)
        if (remainders[s] > remainders[best])
          best = s;
      if (remainders[best] < 0)
        break;
      remainders[best] = -1;
      if (counts[best] < sizes[best])
        {
          counts[best]++;
          given++;
        }
    }
}

/* ---- drawing rows ---- */

/* The rows, stratum by stratum, shuffled within each. */
typedef struct
{
  guint    n_strata;
  guint32 *rows;
  gsize   *sizes;
} Strata;

static void
clear_strata (Strata *strata)
{
  g_free (strata->rows);
  g_free (strata->sizes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Strata, clear_strata)

/* @codes: (nullable): class of each row, below @n_strata */
static void
init_strata (Strata *strata, const float *codes, guint n_strata, gsize n_rows, guint64 *state)
{
  g_autofree gsize *next = g_new0 (gsize, n_strata + 1);

  strata->n_strata = n_strata;
  strata->rows = g_new (guint32, n_rows);
  strata->sizes = g_new0 (gsize, n_strata);
  for (gsize row = 0; row < n_rows; row++)
    strata->sizes[codes ? (guint)codes[row] : 0]++;
  for (guint s = 0; s < n_strata; s++)
    next[s + 1] = next[s] + strata->sizes[s];
  for (gsize row = 0; row < n_rows; row++)
    strata->rows[next[codes ? (guint)codes[row] : 0]++] = (guint32)row;
  for (gsize s = 0, first = 0; s < n_strata; first += strata->sizes[s++])
    shuffle (strata->rows + first, strata->sizes[s], state);
}

/* Takes @total rows off the strata, in proportion, and puts them into @part. */
static void
deal_share (Strata *strata, gsize total, int part, int *parts)
{
  g_autofree gsize *counts = g_new (gsize, strata->n_strata);
  gsize             n = 0, from = 0, to = 0;

  for (guint s = 0; s < strata->n_strata; s++)
    n += strata->sizes[s];
  apportion (strata->sizes, strata->n_strata, n, total, counts);
  for (guint s = 0; s < strata->n_strata; s++)
    {
      gsize n_left = strata->sizes[s] - counts[s];

      for (gsize i = 0; i < counts[s]; i++)
        parts[strata->rows[from + i]] = part;
      memmove (strata->rows + to, strata->rows + from + counts[s], n_left * sizeof (guint32));
      from += strata->sizes[s];
      to += n_left;
      strata->sizes[s] = n_left;
    }
}

static void
deal_rows (const SxSplitSpec *spec, const float *codes, guint n_strata, gsize n_rows, int *parts)
{
  g_auto (Strata) strata = { 0 };
  guint64 state = spec->seed;
  gsize   n_test = count_share (spec->test, n_rows);
  gsize   n_rest = n_rows - n_test;

  init_strata (&strata, codes, n_strata, n_rows, &state);
  deal_share (&strata, n_test, PART_TEST, parts);
  if (spec->n_folds == 1)
    {
      deal_share (&strata, count_share (spec->validation, n_rest), 0, parts);
      return;
    }
  /* One after the other over the strata: folds differ by one row at most, and so do their shares of a class. */
  for (gsize i = 0; i < n_rest; i++)
    parts[strata.rows[i]] = (int)(i % spec->n_folds);
}

static void
deal_last_rows (const SxSplitSpec *spec, gsize n_rows, int *parts)
{
  gsize n_test = count_share (spec->test, n_rows);
  gsize n_validation = count_share (spec->validation, n_rows - n_test);

  for (gsize row = n_rows - n_test; row < n_rows; row++)
    parts[row] = PART_TEST;
  for (gsize row = n_rows - n_test - n_validation; row < n_rows - n_test; row++)
    parts[row] = 0;
}

/* ---- groups ---- */

/* @groups: group of each row, numbered by first appearance. Rows without a value are one group. */
static guint
number_groups (const SxColumn *column, guint32 *groups)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint32 missing = G_MAXUINT32;
  guint   n_groups = 0;

  for (gsize row = 0; row < column->n_rows; row++)
    {
      char    *text;
      gpointer number;

      if (sx_column_is_missing (column, row))
        {
          if (missing == G_MAXUINT32)
            missing = n_groups++;
          groups[row] = missing;
          continue;
        }
      text = sx_column_dup_cell (column, row);
      if (g_hash_table_lookup_extended (numbers, text, NULL, &number))
        {
          groups[row] = GPOINTER_TO_UINT (number);
          g_free (text);
          continue;
        }
      groups[row] = n_groups;
      g_hash_table_insert (numbers, text, GUINT_TO_POINTER (n_groups++));
    }
  return n_groups;
}

/* Groups from @order, in that order, until adding another would miss @wanted rows by more; at least one, and one is always left for training. */
static guint
take_groups (const guint32 *order, guint first, guint n_groups, const gsize *sizes, gsize wanted, int part, int *group_parts)
{
  gsize taken = 0;
  guint next = first;

  while (next + 1 < n_groups && taken < wanted)
    {
      gsize after = taken + sizes[order[next]];

      if (taken > 0 && after > wanted && after - wanted > wanted - taken)
        break;
      group_parts[order[next++]] = part;
      taken = after;
    }
  return next;
}

typedef struct
{
  gsize   size;
  guint32 place; /* in the drawn order, which decides among equals */
  guint32 group;
} Group;

static int
compare_groups (const void *a, const void *b)
{
  const Group *left = a, *right = b;

  if (left->size != right->size)
    return left->size > right->size ? -1 : 1;
  return (left->place > right->place) - (left->place < right->place);
}

/* Deals whole groups, the largest first, each to the fold with the fewest rows. */
static void
deal_groups_to_folds (const guint32 *order, guint n_groups, const gsize *sizes, guint n_folds, int *group_parts)
{
  g_autofree gsize *filled = g_new0 (gsize, n_folds);
  g_autofree Group *groups = g_new (Group, n_groups);

  for (guint i = 0; i < n_groups; i++)
    groups[i] = (Group){ sizes[order[i]], i, order[i] };
  qsort (groups, n_groups, sizeof *groups, compare_groups);
  for (guint i = 0; i < n_groups; i++)
    {
      guint best = 0;

      for (guint f = 1; f < n_folds; f++)
        if (filled[f] < filled[best])
          best = f;
      group_parts[groups[i].group] = (int)best;
      filled[best] += groups[i].size;
    }
}

static gboolean
deal_groups (const SxSplitSpec *spec, const SxColumn *column, int *parts, GError **error)
{
  gsize               n_rows = column->n_rows;
  g_autofree guint32 *groups = g_new (guint32, n_rows);
  guint               n_groups = number_groups (column, groups);
  guint               n_needed = MAX (spec->n_folds, 2) + (spec->test > 0 ? 1 : 0);
  g_autofree guint32 *order = g_new (guint32, n_groups);
  g_autofree gsize   *sizes = g_new0 (gsize, n_groups);
  g_autofree int     *group_parts = g_new (int, n_groups);
  guint64             state = spec->seed;
  gsize               n_test = count_share (spec->test, n_rows);
  guint               next = 0;

  if (n_groups < n_needed)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Column “%s” has %u groups, too few for the split: at least %u are needed. Take fewer folds or another column."), spec->column, n_groups, n_needed);
      return FALSE;
    }
  for (guint g = 0; g < n_groups; g++)
    {
      order[g] = g;
      group_parts[g] = PART_NONE;
    }
  for (gsize row = 0; row < n_rows; row++)
    sizes[groups[row]]++;
  shuffle (order, n_groups, &state);
  if (n_test > 0) /* leave as many groups as there are folds to fill */
    next = take_groups (order, 0, n_groups - MAX (spec->n_folds, 2) + 1, sizes, n_test, PART_TEST, group_parts);
  if (spec->n_folds == 1)
    take_groups (order, next, n_groups, sizes, count_share (spec->validation, n_rows - n_test), 0, group_parts);
  else
    deal_groups_to_folds (order + next, n_groups - next, sizes, spec->n_folds, group_parts);
  for (gsize row = 0; row < n_rows; row++)
    parts[row] = group_parts[groups[row]];
  return TRUE;
}

/* ---- from parts to lists ---- */

static SxSplit *
new_split (guint n_folds)
{
  SxSplit *self = g_new0 (SxSplit, 1);

  self->n_folds = n_folds;
  self->training = g_new0 (guint32 *, n_folds + 1);
  self->validation = g_new0 (guint32 *, n_folds + 1);
  self->n_training = g_new0 (gsize, n_folds + 1);
  self->n_validation = g_new0 (gsize, n_folds + 1);
  return self;
}

static SxSplit *
collect_parts (const int *parts, gsize n_rows, guint n_folds)
{
  SxSplit *self = new_split (n_folds);

  self->test = g_new (guint32, n_rows + 1);
  for (guint fold = 0; fold < n_folds; fold++)
    {
      self->training[fold] = g_new (guint32, n_rows + 1);
      self->validation[fold] = g_new (guint32, n_rows + 1);
    }
  for (gsize row = 0; row < n_rows; row++)
    {
      if (parts[row] == PART_TEST)
        {
          self->test[self->n_test++] = (guint32)row;
          continue;
        }
      for (guint fold = 0; fold < n_folds; fold++)
        if (parts[row] == (int)fold)
          self->validation[fold][self->n_validation[fold]++] = (guint32)row;
        else
          self->training[fold][self->n_training[fold]++] = (guint32)row;
    }
  return self;
}

/* ---- time ---- */

typedef struct
{
  double  time;
  guint32 row;
} Moment;

static int
compare_moments (const void *a, const void *b)
{
  const Moment *left = a, *right = b;

  if (left->time < right->time || left->time > right->time)
    return left->time < right->time ? -1 : 1;
  return (left->row > right->row) - (left->row < right->row);
}

static int
compare_rows (const void *a, const void *b)
{
  guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

  return (left > right) - (left < right);
}

/* The rows of moments @first … @end, in row order. */
static guint32 *
list_moments (const Moment *moments, gsize first, gsize end, gsize *n)
{
  guint32 *rows = g_new (guint32, end > first ? end - first + 1 : 1);

  *n = end > first ? end - first : 0;
  for (gsize i = 0; i < *n; i++)
    rows[i] = moments[first + i].row;
  qsort (rows, *n, sizeof *rows, compare_rows);
  return rows;
}

/* The nearest place at or after @at, or else before it, where the time changes, so that rows of one time stay together. */
static gsize
find_boundary (const Moment *moments, gsize at, gsize end)
{
  gsize later = at, earlier = at;

  if (at == 0 || at >= end)
    return at;
  while (later < end && !(moments[later].time > moments[later - 1].time))
    later++;
  if (later < end)
    return later;
  while (earlier > 0 && !(moments[earlier].time > moments[earlier - 1].time))
    earlier--;
  return earlier;
}

static SxSplit *
chain_forward (const SxSplitSpec *spec, const Moment *moments, gsize n_rows)
{
  SxSplit *self = new_split (spec->n_folds);
  gsize    n_test = count_share (spec->test, n_rows);
  gsize    test = find_boundary (moments, n_rows - n_test, n_rows);
  gsize    end = n_test > 0 ? test - MIN (test, spec->gap) : n_rows;

  self->test = list_moments (moments, n_test > 0 ? test : n_rows, n_rows, &self->n_test);
  for (guint fold = 0; fold < spec->n_folds; fold++)
    {
      gsize first, last, trained;

      if (spec->n_folds == 1)
        {
          first = end - count_share (spec->validation, end);
          last = end;
        }
      else
        {
          first = end * (fold + 1) / (spec->n_folds + 1);
          last = end * (fold + 2) / (spec->n_folds + 1);
        }
      first = find_boundary (moments, first, end);
      last = find_boundary (moments, last, end);
      trained = first - MIN (first, spec->gap);
      self->training[fold] = list_moments (moments, 0, trained, &self->n_training[fold]);
      self->validation[fold] = list_moments (moments, first, last, &self->n_validation[fold]);
    }
  return self;
}

static SxSplit *
split_by_time (const SxSplitSpec *spec, const SxColumn *column, GError **error)
{
  g_autofree Moment *moments = g_new (Moment, column->n_rows + 1);

  if (!sx_type_is_numeric (column->type))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Column “%s” is of type %s, which has no order in time. Convert it to a timestamp."), spec->column, sx_type_get_nick (column->type));
      return NULL;
    }
  for (gsize row = 0; row < column->n_rows; row++)
    {
      if (sx_column_is_missing (column, row))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Column “%s” is missing in %'" G_GSIZE_FORMAT " rows, the first being row %'" G_GSIZE_FORMAT ": they stand nowhere in time. Drop them with a Filter block."), spec->column, column->n_missing, row + 1);
          return NULL;
        }
      moments[row] = (Moment){ sx_column_get_double (column, row), (guint32)row };
    }
  qsort (moments, column->n_rows, sizeof *moments, compare_moments);
  return chain_forward (spec, moments, column->n_rows);
}

/* ---- the whole ---- */

static SxColumn *
find_split_column (const SxSplitSpec *spec, SxFrame *frame, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  int       index = spec->column ? sx_schema_find (schema, spec->column) : -1;

  if (index >= 0)
    return sx_frame_concat_column (frame, (guint)index);
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("There is no column “%s” to split by"), spec->column ? spec->column : "");
  return NULL;
}

static gboolean
check_parts (const SxSplit *self, double test, gsize n_rows, GError **error)
{
  for (guint fold = 0; fold < self->n_folds; fold++)
    if (self->n_training[fold] == 0 || self->n_validation[fold] == 0)
      {
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA,
                     self->n_training[fold] == 0
                       ? _ ("%'" G_GSIZE_FORMAT " rows are too few for this split: fold %u would have no training rows")
                       : _ ("%'" G_GSIZE_FORMAT " rows are too few for this split: fold %u would have no validation rows"),
                     n_rows, fold + 1);
        return FALSE;
      }
  if (test > 0 && self->n_test == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("%'" G_GSIZE_FORMAT " rows are too few for this split: there would be no test rows"), n_rows);
      return FALSE;
    }
  return TRUE;
}

static SxSplit *
split_at_random (const SxSplitSpec *spec, SxFrame *frame, const SxTarget *target, GError **error)
{
  gsize             n_rows = sx_frame_get_n_rows (frame);
  g_autofree int   *parts = g_new (int, n_rows + 1);
  g_autofree float *codes = NULL;
  g_autoptr (SxColumn) column = NULL;
  guint n_strata = 1;

  for (gsize row = 0; row < n_rows; row++)
    parts[row] = PART_NONE;
  if (spec->method == SX_SPLIT_GROUP)
    {
      column = find_split_column (spec, frame, error);
      if (column == NULL || !deal_groups (spec, column, parts, error))
        return NULL;
      return collect_parts (parts, n_rows, spec->n_folds);
    }
  if (spec->method == SX_SPLIT_HOLDOUT && spec->keep_order)
    {
      deal_last_rows (spec, n_rows, parts);
      return collect_parts (parts, n_rows, spec->n_folds);
    }
  if (spec->stratify && target != NULL && target->classes != NULL)
    {
      if (!sx_target_code_frame (target, frame, &codes, error))
        return NULL;
      n_strata = g_strv_length (target->classes);
      for (gsize row = 0; row < n_rows; row++)
        g_return_val_if_fail (!isnan (codes[row]), NULL);
    }
  deal_rows (spec, codes, n_strata, n_rows, parts);
  return collect_parts (parts, n_rows, spec->n_folds);
}

SxSplit *
sx_split_new (const SxSplitSpec *spec, SxFrame *frame, const SxTarget *target, GError **error)
{
  g_autoptr (SxSplit) self = NULL;

  g_return_val_if_fail (spec != NULL && frame != NULL && spec->n_folds >= 1, NULL);

  if (sx_frame_get_n_rows (frame) > G_MAXUINT32 / 2)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, "%s", _ ("The table has more rows than can be trained on. Sample it first."));
      return NULL;
    }
  if (spec->method == SX_SPLIT_TIME)
    {
      g_autoptr (SxColumn) column = find_split_column (spec, frame, error);

      self = column ? split_by_time (spec, column, error) : NULL;
    }
  else
    self = split_at_random (spec, frame, target, error);
  if (self == NULL || !check_parts (self, spec->test, sx_frame_get_n_rows (frame), error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sx_split_free (SxSplit *self)
{
  if (self == NULL)
    return;
  for (guint fold = 0; fold < self->n_folds; fold++)
    {
      g_free (self->training[fold]);
      g_free (self->validation[fold]);
    }
  g_free (self->test);
  g_free (self->training);
  g_free (self->validation);
  g_free (self->n_training);
  g_free (self->n_validation);
  g_free (self);
}
