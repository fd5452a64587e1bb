/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fit-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double *
sx_fit_sorted (SxFrame *frame, guint column, gsize *n)
{
  double *values = g_new (double, sx_frame_get_n_rows (frame) + 1);

  *n = 0;
  for (guint i = 0; i < sx_frame_get_n_batches (frame); i++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, i), column);

      for (gsize row = 0; row < cells->n_rows; row++)
        if (!sx_column_is_missing (cells, row))
          {
            double value = sx_column_get_double (cells, row);

            if (isfinite (value))
              values[(*n)++] = value;
          }
    }
  qsort (values, *n, sizeof *values, compare_doubles);
  return values;
}

double
sx_fit_quantile (const double *sorted, gsize n, double q)
{
  double place;
  gsize  low;

  if (n == 0)
    return NAN;
  place = q * (double)(n - 1);
  low = (gsize)place;
  return low + 1 < n ? sorted[low] + (sorted[low + 1] - sorted[low]) * (place - (double)low) : sorted[n - 1];
}

double
sx_fit_mean (const double *values, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return n > 0 ? sum / (double)n : NAN;
}

double
sx_fit_sd (const double *values, gsize n, double mean)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 0 ? sqrt (sum / (double)n) : NAN;
}

guint64
sx_fit_count_missing (SxFrame *frame, guint column)
{
  guint64 n = 0;

  for (guint i = 0; i < sx_frame_get_n_batches (frame); i++)
    n += sx_batch_get_column (sx_frame_get_batch (frame, i), column)->n_missing;
  return n;
}

static void
clear_text (gpointer data)
{
  g_clear_pointer (&((SxTextCount *)data)->text, g_free);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  const SxTextCount *x = a, *y = b;

  return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : strcmp (x->text, y->text);
}

/* Codes of one batch count by code first, so that each text is looked up once. */
static void
count_batch (const SxColumn *category, const double *target, GHashTable *index, GArray *texts)
{
  gsize               n = category->dictionary->n_rows;
  g_autofree guint64 *counts = g_new0 (guint64, n + 1);
  g_autofree double  *sums = g_new0 (double, n + 1);

  for (gsize row = 0; row < category->n_rows; row++)
    if (!sx_column_is_missing (category, row) && (target == NULL || !isnan (target[row])))
      {
        gint32 code = sx_column_get_code (category, row);

        counts[code]++;
        sums[code] += target != NULL ? target[row] : 0;
      }
  for (gsize code = 0; code < n; code++)
    {
      gsize            size;
      const char      *bytes = sx_column_get_text (category->dictionary, code, &size);
      g_autofree char *text = g_strndup (bytes, size);
      gpointer         at;

      if (counts[code] == 0)
        continue;
      at = g_hash_table_lookup (index, text);
      if (at == NULL)
        {
          SxTextCount count = { g_strdup (text), 0, 0 };

          g_array_append_val (texts, count);
          at = GUINT_TO_POINTER (texts->len);
          g_hash_table_insert (index, g_strdup (text), at);
        }
      g_array_index (texts, SxTextCount, GPOINTER_TO_UINT (at) - 1).count += counts[code];
      g_array_index (texts, SxTextCount, GPOINTER_TO_UINT (at) - 1).target_sum += sums[code];
    }
}

GArray *
sx_fit_texts (SxFrame *frame, guint column, const double *target)
{
  GArray *texts = g_array_new (FALSE, FALSE, sizeof (SxTextCount));
  g_autoptr (GHashTable) index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gsize first = 0;

  g_array_set_clear_func (texts, clear_text);
  for (guint i = 0; i < sx_frame_get_n_batches (frame); i++)
    {
      SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, i), column);
      g_autoptr (SxColumn) category = sx_column_cast (cells, SX_TYPE_CATEGORY, "", 0, NULL);

      count_batch (category, target != NULL ? target + first : NULL, index, texts);
      first += cells->n_rows;
    }
  g_array_sort (texts, compare_texts);
  return texts;
}

void
sx_fit_add_step (SxSteps *steps, SxStepOp op, const char *input, const char *output, const double *numbers, gsize n_numbers, const char *const *texts)
{
  const char *inputs[] = { input, NULL };
  const char *outputs[] = { output, NULL };

  sx_steps_add (steps, op, inputs, outputs, numbers, n_numbers, texts, SX_TYPE_FLOAT64);
}
