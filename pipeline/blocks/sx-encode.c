/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-encode-private.h"

#include "sx-row-number-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The texts as a list, in the order of @texts or of the texts themselves. */
static const char **
list_texts (GArray *texts, guint n)
{
  const char **list = g_new0 (const char *, n + 1);

  for (guint i = 0; i < n; i++)
    list[i] = g_array_index (texts, SxTextCount, i).text;
  return list;
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

void
sx_encode_one_hot (SxSteps *steps, const char *column, GArray *texts, guint max)
{
  guint                   n = MIN (texts->len, max);
  g_autofree const char **list = list_texts (texts, n);
  g_auto (GStrv) outputs = g_new0 (char *, n + 1);
  const char *inputs[] = { column, NULL };

  if (n == 0)
    return;
  qsort (list, n, sizeof *list, compare_strings);
  for (guint i = 0; i < n; i++)
    outputs[i] = g_strdup_printf ("%s=%s", column, list[i]);
  sx_steps_add (steps, SX_STEP_ONE_HOT, inputs, (const char *const *)outputs, NULL, 0, list, 0);
}

void
sx_encode_ordinal (SxSteps *steps, const char *column, GArray *texts)
{
  g_autofree const char **list = list_texts (texts, texts->len);
  double                  numbers[] = { texts->len, NAN };

  qsort (list, texts->len, sizeof *list, compare_strings);
  sx_fit_add_step (steps, SX_STEP_ORDINAL, column, column, numbers, 2, list);
}

void
sx_encode_count (SxSteps *steps, const char *column, GArray *texts, guint64 n_rows)
{
  g_autofree const char **list = list_texts (texts, texts->len);
  g_autofree double      *numbers = g_new0 (double, texts->len + 2);
  double                  n_present = 0;

  for (guint i = 0; i < texts->len; i++)
    {
      numbers[i + 2] = (double)g_array_index (texts, SxTextCount, i).count / (double)MAX (n_rows, 1);
      n_present += (double)g_array_index (texts, SxTextCount, i).count;
    }
  numbers[1] = MAX (1 - n_present / (double)MAX (n_rows, 1), 0); /* missing is a text like others */
  sx_fit_add_step (steps, SX_STEP_LOOKUP, column, column, numbers, texts->len + 2, list);
}

void
sx_encode_target (SxSteps *steps, const char *column, GArray *texts, double mean, double smoothing)
{
  g_autofree const char **list = list_texts (texts, texts->len);
  g_autofree double      *numbers = g_new0 (double, texts->len + 2);

  numbers[0] = numbers[1] = mean;
  for (guint i = 0; i < texts->len; i++)
    {
      const SxTextCount *text = &g_array_index (texts, SxTextCount, i);

      numbers[i + 2] = (text->target_sum + smoothing * mean) / ((double)text->count + smoothing);
    }
  sx_fit_add_step (steps, SX_STEP_LOOKUP, column, column, numbers, texts->len + 2, list);
}

/* SplitMix64 (Steele, Lea, Flood 2014), of a place instead of a state. */
static guint
draw_fold (guint64 row, guint64 seed, guint n_folds)
{
  guint64 z = seed + (row + 1) * 0x9e3779b97f4a7c15u;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (guint)((z ^ (z >> 31)) % n_folds);
}

/* How many rows with a target there are of a text (or of all), and the sum of their targets. */
typedef struct
{
  double n, sum;
} Share;

/* Texts and parts: shares[text * n_folds + fold]; in place n_texts those of all texts. */
static Share *
share_out (const guint32 *texts, guint32 n_texts, const guint *folds, guint n_folds, const double *target, guint64 n_rows)
{
  Share *shares = g_new0 (Share, ((gsize)n_texts + 1) * n_folds);

  for (guint64 row = 0; row < n_rows; row++)
    {
      if (isnan (target[row]))
        continue;
      for (guint pass = 0; pass < 2; pass++)
        {
          guint32 text = pass == 0 ? texts[row] : n_texts;

          if (text == SX_NO_KEY)
            continue;
          shares[(gsize)text * n_folds + folds[row]].n++;
          shares[(gsize)text * n_folds + folds[row]].sum += target[row];
        }
    }
  return shares;
}

/* All parts but @fold together. The others are added up, not @fold taken away from a total: taking away would leave rounding that tells of it. */
static Share
sum_others (const Share *shares, guint n_folds, guint fold)
{
  Share sum = { 0, 0 };

  for (guint i = 0; i < n_folds; i++)
    if (i != fold)
      {
        sum.n += shares[i].n;
        sum.sum += shares[i].sum;
      }
  return sum;
}

double *
sx_encode_target_rows (SxFrame *training, guint column, const double *target, guint64 min_count, double smoothing, guint n_folds, guint64 seed)
{
  const guint *const columns = &column;
  g_autoptr (SxRowNumbers) texts = sx_row_numbers_new (&training, &columns, 1, 1, TRUE, NULL, NULL);
  guint64           n_rows = sx_frame_get_n_rows (training);
  g_autofree guint *folds = g_new (guint, n_rows + 1);
  g_autofree Share *shares = NULL;
  double           *codes = g_new (double, n_rows + 1);

  for (guint64 row = 0; row < n_rows; row++)
    folds[row] = draw_fold (row, seed, n_folds);
  shares = share_out (texts->ids[0], texts->n_keys, folds, n_folds, target, n_rows);
  for (guint64 row = 0; row < n_rows; row++)
    {
      guint32 id = texts->ids[0][row];
      Share   all = sum_others (shares + (gsize)texts->n_keys * n_folds, n_folds, folds[row]);
      Share   own = id != SX_NO_KEY ? sum_others (shares + (gsize)id * n_folds, n_folds, folds[row]) : (Share){ 0, 0 };
      double  mean = all.n > 0 ? all.sum / all.n : 0;

      codes[row] = own.n > 0 && own.n >= (double)min_count ? (own.sum + smoothing * mean) / (own.n + smoothing) : mean;
    }
  return codes;
}

/* 0 or 1 for a target of two classes. */
static double *
read_classes (const SxColumn *column, GArray *labels)
{
  double     *values = g_new (double, MAX (column->n_rows, 1));
  const char *first = g_array_index (labels, SxTextCount, 0).text, *second = g_array_index (labels, SxTextCount, 1).text;
  const char *later = strcmp (first, second) > 0 ? first : second;

  for (gsize row = 0; row < column->n_rows; row++)
    {
      g_autofree char *cell = sx_column_dup_cell (column, row);

      values[row] = sx_column_is_missing (column, row) ? NAN : g_str_equal (cell, later);
    }
  return values;
}

double *
sx_encode_read_target (SxFrame *frame, const char *target, double *mean)
{
  int index = target != NULL ? sx_schema_find (sx_frame_get_schema (frame), target) : -1;
  g_autoptr (SxColumn) column = index >= 0 ? sx_frame_concat_column (frame, (guint)index) : NULL;
  double *values = NULL;
  double  sum = 0;
  guint64 n = 0;

  if (column == NULL)
    return NULL;
  if (sx_type_is_numeric (column->type) && column->type != SX_TYPE_TIMESTAMP)
    {
      values = g_new (double, MAX (column->n_rows, 1));
      sx_column_to_doubles (column, values);
    }
  else
    {
      g_autoptr (GArray) labels = sx_fit_texts (frame, (guint)index, NULL);

      if (labels->len != 2)
        return NULL;
      values = read_classes (column, labels);
    }
  for (gsize row = 0; row < column->n_rows; row++)
    if (!isnan (values[row]))
      {
        sum += values[row];
        n++;
      }
  *mean = n > 0 ? sum / (double)n : 0;
  return values;
}

static void
clear_text (gpointer data)
{
  g_clear_pointer (&((SxTextCount *)data)->text, g_free);
}

GArray *
sx_encode_drop_rare (GArray *texts, guint64 min)
{
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (SxTextCount));

  g_array_set_clear_func (kept, clear_text);
  for (guint i = 0; i < texts->len; i++)
    {
      SxTextCount text = g_array_index (texts, SxTextCount, i);

      if (text.count < min)
        continue;
      text.text = g_strdup (text.text);
      g_array_append_val (kept, text);
    }
  return kept;
}
