/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Figures of groups. Sums and what comes of them are gathered in one pass over the rows, in their order; figures that are one of the cells find its row;
 * those that need all cells of a group at once lay them out group by group. */

#include "config.h"

#include "sx-figure-private.h"

#include "sx-row-take-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- “mean(price)” ---- */

gboolean
sx_call_parse (SxCall *call, const char *text)
{
  const char      *open = strchr (text, '('), *close = strrchr (text, ')'), *comma;
  g_autofree char *inner = NULL;
  char            *end = NULL;
  gsize            size;

  *call = (SxCall){ NULL };
  if (open == NULL || close == NULL || close < open || close[1] != '\0')
    return FALSE;
  call->name = g_strstrip (g_strndup (text, (gsize)(open - text)));
  inner = g_strstrip (g_strndup (open + 1, (gsize)(close - open - 1)));
  comma = strrchr (inner, ',');
  if (comma != NULL && strchr (comma, '`') == NULL)
    {
      call->number = g_ascii_strtod (comma + 1, &end);
      while (end != comma + 1 && g_ascii_isspace (*end))
        end++;
      call->has_number = end != comma + 1 && *end == '\0' && isfinite (call->number);
      if (call->has_number)
        inner[comma - inner] = '\0';
    }
  g_strchomp (inner);
  size = strlen (inner);
  call->column = size >= 2 && inner[0] == '`' && inner[size - 1] == '`' ? g_strndup (inner + 1, size - 2) : g_strdup (inner);
  return *call->name != '\0';
}

void
sx_call_clear (SxCall *call)
{
  g_clear_pointer (&call->name, g_free);
  g_clear_pointer (&call->column, g_free);
}

/* ---- the figures ---- */

typedef struct
{
  SxFrame       *frame;
  guint          column;
  const guint32 *ids;
  guint32        n_groups;
  double         number;
  GCancellable  *cancellable;
} Work;

typedef enum {
  TAKES_ALL,
  TAKES_ORDERED, /* numbers, times and texts */
  TAKES_NUMBERS,
} Takes;

typedef enum {
  GIVES_COUNT,
  GIVES_NUMBER,
  GIVES_CELL,
} Gives;

struct _SxFigure
{
  const char *name;
  Takes       takes;
  Gives       gives;
  gboolean    needs_number;
  gboolean (*count) (const Work *work, gint64 *counts, GError **error);
  gboolean (*compute) (const Work *work, double *values, GError **error);
  gboolean (*find) (const Work *work, guint32 *rows, GError **error);
};

static guint64
count_rows (const Work *work)
{
  return sx_frame_get_n_rows (work->frame);
}

static gboolean
is_over (const Work *work, GError **error)
{
  return g_cancellable_set_error_if_cancelled (work->cancellable, error);
}

static const SxColumn *
get_cells (const Work *work, guint batch)
{
  return sx_batch_get_column (sx_frame_get_batch (work->frame, batch), work->column);
}

static gboolean
count_cells (const Work *work, gint64 *counts, gboolean wanted)
{
  const guint32 *ids = work->ids;

  for (guint b = 0; b < sx_frame_get_n_batches (work->frame); b++)
    {
      const SxColumn *cells = get_cells (work, b);

      for (gsize row = 0; row < cells->n_rows; row++)
        counts[ids[row]] += sx_column_is_missing (cells, row) == wanted;
      ids += cells->n_rows;
    }
  return TRUE;
}

static gboolean
count_present (const Work *work, gint64 *counts, GError **error)
{
  return count_cells (work, counts, FALSE);
}

static gboolean
count_missing (const Work *work, gint64 *counts, GError **error)
{
  return count_cells (work, counts, TRUE);
}

/* Numbers the pairs of group and cell; those with a missing cell have none. */
static guint32 *
number_pairs (const Work *work, guint32 *n_pairs, GError **error)
{
  const guint *columns = &work->column;
  g_autoptr (SxRowNumbers) cells = sx_row_numbers_new (&work->frame, &columns, 1, 1, TRUE, work->cancellable, error);
  guint32 *pairs;

  if (cells == NULL)
    return NULL;
  pairs = g_memdup2 (work->ids, (count_rows (work) + 1) * sizeof *pairs);
  *n_pairs = sx_row_numbers_combine (pairs, work->n_groups, cells->ids[0], cells->n_keys, count_rows (work));
  return pairs;
}

static gboolean
count_distinct (const Work *work, gint64 *counts, GError **error)
{
  guint32             n_pairs, n_seen = 0;
  g_autofree guint32 *pairs = number_pairs (work, &n_pairs, error);

  if (pairs == NULL)
    return FALSE;
  /* Numbers stand in order of first appearance: the next new pair is the one called n_seen. */
  for (guint64 row = 0; row < count_rows (work); row++)
    if (pairs[row] == n_seen && n_seen < n_pairs)
      {
        counts[work->ids[row]]++;
        n_seen++;
      }
  return TRUE;
}

/* The most frequent cell; of several the one that comes first. */
static gboolean
find_mode (const Work *work, guint32 *rows, GError **error)
{
  guint32             n_pairs, n_seen = 0;
  g_autofree guint32 *pairs = number_pairs (work, &n_pairs, error);
  g_autofree gint64  *counts = NULL, *best = NULL;

  if (pairs == NULL)
    return FALSE;
  counts = g_new0 (gint64, (gsize)n_pairs + 1);
  best = g_new0 (gint64, (gsize)work->n_groups + 1);
  for (guint64 row = 0; row < count_rows (work); row++)
    if (pairs[row] != SX_NO_KEY)
      counts[pairs[row]]++;
  for (guint64 row = 0; row < count_rows (work); row++)
    if (pairs[row] == n_seen && n_seen < n_pairs)
      {
        guint32 group = work->ids[row];

        if (counts[n_seen] > best[group])
          {
            best[group] = counts[n_seen];
            rows[group] = (guint32)row;
          }
        n_seen++;
      }
  return TRUE;
}

static gboolean
find_end (const Work *work, guint32 *rows, gboolean is_last)
{
  guint32 first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (work->frame); b++)
    {
      const SxColumn *cells = get_cells (work, b);

      for (gsize row = 0; row < cells->n_rows; row++)
        {
          guint32 *found = &rows[work->ids[first + row]];

          if ((is_last || *found == SX_NO_ROW) && !sx_column_is_missing (cells, row))
            *found = first + (guint32)row;
        }
      first += (guint32)cells->n_rows;
    }
  return TRUE;
}

static gboolean
find_first (const Work *work, guint32 *rows, GError **error)
{
  return find_end (work, rows, FALSE);
}

static gboolean
find_last (const Work *work, guint32 *rows, GError **error)
{
  return find_end (work, rows, TRUE);
}

/* ---- numbers ---- */

typedef void (*AddFunc) (double value, double *sum, const double *means, guint32 id);

/* Calls @add for each present cell, as a number. */
static inline void
for_each_number (const Work *work, double *sums, const double *means, AddFunc add)
{
  g_autofree double *values = g_new (double, SX_BATCH_MAX_ROWS);
  const guint32     *ids = work->ids;

  for (guint b = 0; b < sx_frame_get_n_batches (work->frame); b++)
    {
      const SxColumn *cells = get_cells (work, b);
      const double   *numbers = cells->values;

      if (cells->type != SX_TYPE_FLOAT64 || cells->n_missing > 0)
        {
          sx_column_to_doubles (cells, values);
          numbers = values;
        }
      for (gsize row = 0; row < cells->n_rows; row++)
        if (!isnan (numbers[row]))
          add (numbers[row], &sums[ids[row]], means, ids[row]);
      ids += cells->n_rows;
    }
}

static inline void
add_value (double value, double *sum, const double *means, guint32 id)
{
  *sum += value;
}

static inline void
add_square (double value, double *sum, const double *means, guint32 id)
{
  *sum += (value - means[id]) * (value - means[id]);
}

static gint64 *
make_counts (const Work *work)
{
  gint64 *counts = g_new0 (gint64, (gsize)work->n_groups + 1);

  count_cells (work, counts, FALSE);
  return counts;
}

static gboolean
compute_sum (const Work *work, double *values, GError **error)
{
  g_autofree gint64 *counts = make_counts (work);

  for_each_number (work, values, NULL, add_value);
  for (guint32 group = 0; group < work->n_groups; group++)
    values[group] = counts[group] > 0 ? values[group] : NAN;
  return TRUE;
}

static gboolean
compute_mean (const Work *work, double *values, GError **error)
{
  g_autofree gint64 *counts = make_counts (work);

  for_each_number (work, values, NULL, add_value);
  for (guint32 group = 0; group < work->n_groups; group++)
    values[group] = counts[group] > 0 ? values[group] / (double)counts[group] : NAN;
  return TRUE;
}

/* Of a sample: over n - 1. */
static gboolean
compute_var (const Work *work, double *values, GError **error)
{
  g_autofree gint64 *counts = make_counts (work);
  g_autofree double *means = g_new0 (double, (gsize)work->n_groups + 1);

  compute_mean (work, means, error);
  for_each_number (work, values, means, add_square);
  for (guint32 group = 0; group < work->n_groups; group++)
    values[group] = counts[group] > 1 ? values[group] / (double)(counts[group] - 1) : NAN;
  return TRUE;
}

static gboolean
compute_sd (const Work *work, double *values, GError **error)
{
  compute_var (work, values, error);
  for (guint32 group = 0; group < work->n_groups; group++)
    values[group] = sqrt (values[group]);
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double
sx_figure_quantile (double *values, gsize n, double q)
{
  double place;
  gsize  low;

  if (n == 0)
    return NAN;
  qsort (values, n, sizeof *values, compare_doubles);
  place = q * (double)(n - 1);
  low = (gsize)place;
  /* Two infinities have no middle, but are equal. */
  return low + 1 < n && values[low] != values[low + 1] ? values[low] + (values[low + 1] - values[low]) * (place - (double)low) : values[low];
}

/* The present numbers laid out group by group; ends[g] is where those of group g end. */
static double *
lay_out (const Work *work, guint64 *ends)
{
  g_autofree gint64 *counts = make_counts (work);
  guint64            n = 0, first = 0;
  double            *laid;
  g_autofree double *values = g_new (double, SX_BATCH_MAX_ROWS);

  for (guint32 group = 0; group < work->n_groups; group++)
    {
      ends[group] = n;
      n += (guint64)counts[group];
    }
  laid = g_new (double, n + 1);
  for (guint b = 0; b < sx_frame_get_n_batches (work->frame); b++)
    {
      const SxColumn *cells = get_cells (work, b);

      sx_column_to_doubles (cells, values);
      for (gsize row = 0; row < cells->n_rows; row++)
        if (!isnan (values[row]))
          laid[ends[work->ids[first + row]]++] = values[row];
      first += cells->n_rows;
    }
  return laid;
}

static gboolean
compute_quantile (const Work *work, double *values, GError **error)
{
  g_autofree guint64 *ends = g_new0 (guint64, (gsize)work->n_groups + 1);
  g_autofree double  *laid = lay_out (work, ends);

  for (guint32 group = 0; group < work->n_groups; group++)
    {
      guint64 start = group > 0 ? ends[group - 1] : 0;

      if (group % 65536 == 0 && is_over (work, error))
        return FALSE;
      values[group] = sx_figure_quantile (laid + start, (gsize)(ends[group] - start), work->number);
    }
  return TRUE;
}

static gboolean
compute_median (const Work *work, double *values, GError **error)
{
  Work half = *work;

  half.number = 0.5;
  return compute_quantile (&half, values, error);
}

/* ---- least and greatest ---- */

static int
compare_text (const SxColumn *a, gsize row_a, const SxColumn *b, gsize row_b)
{
  gsize       size_a, size_b;
  const char *text_a = sx_column_get_text (a, row_a, &size_a), *text_b = sx_column_get_text (b, row_b, &size_b);
  gsize       size = MIN (size_a, size_b);
  int         order = size > 0 ? memcmp (text_a, text_b, size) : 0;

  return order != 0 ? order : (size_a > size_b) - (size_a < size_b);
}

static int
compare_cells (const SxColumn *a, gsize row_a, const SxColumn *b, gsize row_b)
{
  if (a->type == SX_TYPE_INT64 || a->type == SX_TYPE_TIMESTAMP)
    {
      gint64 x = sx_column_get_int64 (a, row_a), y = sx_column_get_int64 (b, row_b);

      return (x > y) - (x < y);
    }
  if (sx_type_is_numeric (a->type))
    {
      double x = sx_column_get_double (a, row_a), y = sx_column_get_double (b, row_b);

      return (x > y) - (x < y);
    }
  return compare_text (a, row_a, b, row_b);
}

/* The row of the cell that is furthest in direction @sign. */
static gboolean
find_extreme (const Work *work, guint32 *rows, int sign, GError **error)
{
  guint32 first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (work->frame); b++)
    {
      const SxColumn *cells = get_cells (work, b);

      if (is_over (work, error))
        return FALSE;
      for (gsize row = 0; row < cells->n_rows; row++)
        {
          guint32 *best = &rows[work->ids[first + row]];
          gsize    at;
          SxBatch *batch;

          if (sx_column_is_missing (cells, row))
            continue;
          if (*best != SX_NO_ROW)
            {
              batch = *best >= first ? NULL : sx_frame_locate (work->frame, *best, &at);
              if (batch == NULL)
                at = *best - first;
              if (sign * compare_cells (cells, row, batch != NULL ? sx_batch_get_column (batch, work->column) : cells, at) <= 0)
                continue;
            }
          *best = first + (guint32)row;
        }
      first += (guint32)cells->n_rows;
    }
  return TRUE;
}

static gboolean
find_min (const Work *work, guint32 *rows, GError **error)
{
  return find_extreme (work, rows, -1, error);
}

static gboolean
find_max (const Work *work, guint32 *rows, GError **error)
{
  return find_extreme (work, rows, 1, error);
}

static const SxFigure figures[] = {
  { "count", TAKES_ALL, GIVES_COUNT, FALSE, count_present, NULL, NULL },
  { "missing", TAKES_ALL, GIVES_COUNT, FALSE, count_missing, NULL, NULL },
  { "distinct", TAKES_ALL, GIVES_COUNT, FALSE, count_distinct, NULL, NULL },
  { "first", TAKES_ALL, GIVES_CELL, FALSE, NULL, NULL, find_first },
  { "last", TAKES_ALL, GIVES_CELL, FALSE, NULL, NULL, find_last },
  { "mode", TAKES_ALL, GIVES_CELL, FALSE, NULL, NULL, find_mode },
  { "min", TAKES_ORDERED, GIVES_CELL, FALSE, NULL, NULL, find_min },
  { "max", TAKES_ORDERED, GIVES_CELL, FALSE, NULL, NULL, find_max },
  { "sum", TAKES_NUMBERS, GIVES_NUMBER, FALSE, NULL, compute_sum, NULL },
  { "mean", TAKES_NUMBERS, GIVES_NUMBER, FALSE, NULL, compute_mean, NULL },
  { "median", TAKES_NUMBERS, GIVES_NUMBER, FALSE, NULL, compute_median, NULL },
  { "quantile", TAKES_NUMBERS, GIVES_NUMBER, TRUE, NULL, compute_quantile, NULL },
  { "sd", TAKES_NUMBERS, GIVES_NUMBER, FALSE, NULL, compute_sd, NULL },
  { "var", TAKES_NUMBERS, GIVES_NUMBER, FALSE, NULL, compute_var, NULL },
};

const SxFigure *
sx_figure_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (g_str_equal (figures[i].name, name))
      return &figures[i];
  return NULL;
}

gboolean
sx_figure_takes (const SxFigure *figure, SxType type)
{
  if (figure->takes == TAKES_NUMBERS)
    return sx_type_is_numeric (type);
  return figure->takes == TAKES_ALL || (type != SX_TYPE_LIST && type != SX_TYPE_IMAGE);
}

gboolean
sx_figure_needs_number (const SxFigure *figure)
{
  return figure->needs_number;
}

SxType
sx_figure_get_type (const SxFigure *figure, SxType type)
{
  return figure->gives == GIVES_CELL ? type : figure->gives == GIVES_COUNT ? SX_TYPE_INT64
                                                                           : SX_TYPE_FLOAT64;
}

static SxColumn *
make_counts_column (const gint64 *counts, guint32 n)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_INT64);

  for (guint32 i = 0; i < n; i++)
    sx_column_builder_append_int64 (builder, counts[i]);
  return sx_column_builder_finish (builder);
}

SxColumn *
sx_figure_compute (const SxFigure *figure, double number, SxFrame *frame, int column, const guint32 *ids, guint32 n_groups, GCancellable *cancellable, GError **error)
{
  Work                work = { frame, (guint)MAX (column, 0), ids, n_groups, number, cancellable };
  g_autofree gint64  *counts = NULL;
  g_autofree double  *values = NULL;
  g_autofree guint32 *rows = NULL;

  if (is_over (&work, error))
    return NULL;
  if (figure->gives == GIVES_COUNT)
    {
      counts = g_new0 (gint64, (gsize)n_groups + 1);
      for (guint64 row = 0; column < 0 && row < sx_frame_get_n_rows (frame); row++)
        counts[ids[row]]++;
      return column < 0 || figure->count (&work, counts, error) ? make_counts_column (counts, n_groups) : NULL;
    }
  if (figure->gives == GIVES_CELL)
    {
      rows = g_new (guint32, (gsize)n_groups + 1);
      memset (rows, 0xff, ((gsize)n_groups + 1) * sizeof *rows); /* SX_NO_ROW */
      return figure->find (&work, rows, error) ? sx_rows_take_column (frame, work.column, rows, n_groups, cancellable, error) : NULL;
    }
  values = g_new0 (double, (gsize)n_groups + 1);
  if (!figure->compute (&work, values, error))
    return NULL;
  {
    g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

    for (guint32 group = 0; group < n_groups; group++)
      sx_column_builder_append_double (builder, values[group]);
    return sx_column_builder_finish (builder);
  }
}
