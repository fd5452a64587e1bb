/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-encode-private.h"

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
