/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Sorting row numbers. Each key column becomes words that order as its cells do: whole numbers with the sign bit turned round, doubles by
 * their bits, texts by their rank among the distinct ones. Then the rows go through a radix sort from the least digit of the last column to the
 * greatest of the first, which is stable, so that one column does not disturb what those behind it have done. Digits that all rows share are
 * left out, so a narrow range is quick. */

#include "config.h"

#include "sx-row-order-private.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 11
#define N_DIGITS 6 /* of 11 bits each in 64 */
#define RADIX (1u << DIGIT_BITS)

#define SIGN ((guint64)1 << 63)

/* ---- words that order ---- */

static inline guint64
word_of_int64 (gint64 value)
{
  return (guint64)value ^ SIGN;
}

/* IEEE 754: positive doubles order as their bits do, negative ones the other way round. */
static inline guint64
word_of_double (double value)
{
  union
  {
    double  value;
    guint64 word;
  } bits = { value + 0.0 }; /* -0 is 0 */

  return (bits.word & SIGN) != 0 ? ~bits.word : bits.word | SIGN;
}

static void
fill_numbers (const SxColumn *column, guint64 *words)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      if (sx_column_is_missing (column, row))
        words[row] = 0;
      else if (column->type == SX_TYPE_INT64 || column->type == SX_TYPE_TIMESTAMP)
        words[row] = word_of_int64 (sx_column_get_int64 (column, row));
      else if (column->type == SX_TYPE_FLOAT64)
        words[row] = word_of_double (((const double *)column->values)[row]);
      else
        words[row] = 1 + (guint64)sx_column_get_bool (column, row);
    }
}

typedef struct
{
  const char *text;
  gsize       size;
  guint32     number;
} Text;

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  const Text *x = a, *y = b;
  gsize       size = MIN (x->size, y->size);
  int         order = size > 0 ? memcmp (x->text, y->text, size) : 0;

  return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* The distinct texts of a column, by number. */
static Text *
list_texts (SxFrame *frame, guint column, const guint32 *ids, guint32 n)
{
  Text *texts = g_new0 (Text, (gsize)n + 1);
  gsize first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      for (gsize row = 0; row < cells->n_rows; row++)
        {
          guint32 id = ids[first + row];

          if (id == SX_NO_KEY || texts[id].text != NULL)
            continue;
          texts[id].text = sx_column_get_text (cells, row, &texts[id].size);
          texts[id].number = id;
        }
      first += cells->n_rows;
    }
  return texts;
}

static gboolean
fill_texts (SxFrame *frame, guint column, guint64 *words, GCancellable *cancellable, GError **error)
{
  const guint *columns = &column;
  g_autoptr (SxRowNumbers) numbers = sx_row_numbers_new (&frame, &columns, 1, 1, TRUE, cancellable, error);
  g_autofree Text    *texts = NULL;
  g_autofree guint32 *ranks = NULL;

  if (numbers == NULL)
    return FALSE;
  texts = list_texts (frame, column, numbers->ids[0], numbers->n_keys);
  ranks = g_new (guint32, (gsize)numbers->n_keys + 1);
  qsort (texts, numbers->n_keys, sizeof *texts, compare_texts);
  for (guint32 i = 0; i < numbers->n_keys; i++)
    ranks[texts[i].number] = i;
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    words[row] = numbers->ids[0][row] != SX_NO_KEY ? (guint64)ranks[numbers->ids[0][row]] + 1 : 0;
  return TRUE;
}

/* For each row a word that orders as its cells do; that of a missing cell means nothing. */
static guint64 *
make_words (SxFrame *frame, guint column, GCancellable *cancellable, GError **error)
{
  g_autofree guint64 *words = g_new (guint64, sx_frame_get_n_rows (frame) + 1);
  SxType              type = sx_schema_get_field (sx_frame_get_schema (frame), column)->type;
  gsize               first = 0;

  if (!sx_type_is_numeric (type))
    return fill_texts (frame, column, words, cancellable, error) ? g_steal_pointer (&words) : NULL;
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      fill_numbers (cells, words + first);
      first += cells->n_rows;
    }
  return g_steal_pointer (&words);
}

typedef void (*CellFunc) (guint64 *word, gboolean is_missing, guint64 numbers[3]);

static void
for_each_cell (SxFrame *frame, guint column, guint64 *words, CellFunc function, guint64 numbers[3])
{
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      for (gsize row = 0; row < cells->n_rows; row++)
        function (words++, sx_column_is_missing (cells, row), numbers);
    }
}

static inline void
widen_range (guint64 *word, gboolean is_missing, guint64 numbers[3])
{
  if (is_missing)
    return;
  numbers[0] = MIN (numbers[0], *word);
  numbers[1] = MAX (numbers[1], *word);
}

static inline void
count_from_least (guint64 *word, gboolean is_missing, guint64 numbers[3])
{
  *word = is_missing ? numbers[2] : *word - numbers[0];
}

static inline void
count_from_most (guint64 *word, gboolean is_missing, guint64 numbers[3])
{
  *word = is_missing ? numbers[2] : numbers[1] - *word;
}

static inline void
mark_missing (guint64 *word, gboolean is_missing, guint64 numbers[3])
{
  *word = is_missing;
}

/* ---- radix sort ---- */

typedef struct
{
  guint64 word;
  guint32 row;
} Wide;

/* A range below 2^32 fits into one word with the row. */
static void
sort_narrow (guint32 *rows, guint64 n, const guint64 *words, guint64 most)
{
  g_autofree guint64 *a = g_new (guint64, n + 1);
  g_autofree guint64 *b = g_new (guint64, n + 1);

  for (guint64 i = 0; i < n; i++)
    a[i] = words[rows[i]] << 32 | rows[i];
  for (guint shift = 32; shift < 64 && most >> (shift - 32) != 0; shift += DIGIT_BITS)
    {
      guint64 starts[RADIX + 1] = { 0 }, *swap = a;

      for (guint64 i = 0; i < n; i++)
        starts[((a[i] >> shift) & (RADIX - 1)) + 1]++;
      for (guint digit = 1; digit <= RADIX; digit++)
        starts[digit] += starts[digit - 1];
      for (guint64 i = 0; i < n; i++)
        b[starts[(a[i] >> shift) & (RADIX - 1)]++] = a[i];
      a = b;
      b = swap;
    }
  for (guint64 i = 0; i < n; i++)
    rows[i] = (guint32)a[i];
}

static void
sort_wide (guint32 *rows, guint64 n, const guint64 *words)
{
  g_autofree Wide    *a = g_new (Wide, n + 1);
  g_autofree Wide    *b = g_new (Wide, n + 1);
  g_autofree guint64 *counts = g_new0 (guint64, N_DIGITS * RADIX);

  for (guint64 i = 0; i < n; i++)
    {
      a[i] = (Wide){ words[rows[i]], rows[i] };
      for (guint digit = 0; digit < N_DIGITS; digit++)
        counts[digit * RADIX + ((a[i].word >> (digit * DIGIT_BITS)) & (RADIX - 1))]++;
    }
  for (guint digit = 0; digit < N_DIGITS; digit++)
    {
      guint64 *starts = counts + digit * RADIX, sum = 0;
      Wide    *swap = a;

      if (starts[(a[0].word >> (digit * DIGIT_BITS)) & (RADIX - 1)] == n)
        continue;
      for (guint i = 0; i < RADIX; i++)
        {
          guint64 count = starts[i];

          starts[i] = sum;
          sum += count;
        }
      for (guint64 i = 0; i < n; i++)
        b[starts[(a[i].word >> (digit * DIGIT_BITS)) & (RADIX - 1)]++] = a[i];
      a = b;
      b = swap;
    }
  for (guint64 i = 0; i < n; i++)
    rows[i] = a[i].row;
}

/* Sorts @rows, stably, by one column. */
static gboolean
sort_column (SxFrame *frame, guint column, gboolean is_descending, guint32 *rows, GCancellable *cancellable, GError **error)
{
  guint64             n = sx_frame_get_n_rows (frame);
  g_autofree guint64 *words = make_words (frame, column, cancellable, error);
  guint64             numbers[3] = { G_MAXUINT64, 0, 0 }; /* least, most, and what stands for missing cells */

  if (words == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  for_each_cell (frame, column, words, widen_range, numbers);
  if (numbers[0] > numbers[1]) /* all missing */
    return TRUE;
  numbers[2] = numbers[1] - numbers[0] + 1;
  for_each_cell (frame, column, words, is_descending ? count_from_most : count_from_least, numbers);
  if (numbers[2] != 0 && numbers[2] <= G_MAXUINT32)
    sort_narrow (rows, n, words, numbers[2]);
  else
    sort_wide (rows, n, words);
  if (numbers[2] == 0)
    {
      /* Cells of the whole range of 64 bits left no word for missing ones. */
      for_each_cell (frame, column, words, mark_missing, numbers);
      sort_narrow (rows, n, words, 1);
    }
  return TRUE;
}

guint32 *
sx_row_order_new (SxFrame *frame, const guint *columns, const gboolean *descending, guint n_columns, GCancellable *cancellable, GError **error)
{
  guint64             n = sx_frame_get_n_rows (frame);
  g_autofree guint32 *rows = NULL;

  if (n >= G_MAXUINT32)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The tables have more than four thousand million rows. Filter or sample them first."));
      return NULL;
    }
  rows = g_new (guint32, n + 1);
  for (guint64 row = 0; row < n; row++)
    rows[row] = (guint32)row;
  for (guint i = n_columns; i > 0 && n > 0; i--)
    if (!sort_column (frame, columns[i - 1], descending != NULL && descending[i - 1], rows, cancellable, error))
      return NULL;
  return g_steal_pointer (&rows);
}

gboolean
sx_row_sequences_init (SxRowLists *self, SxFrame *frame, char *const *by, char *const *order, guint32 *n_groups, GCancellable *cancellable, GError **error)
{
  SxSchema          *schema = sx_frame_get_schema (frame);
  guint64            n_rows = sx_frame_get_n_rows (frame);
  g_autofree guint  *keys = sx_schema_find_all (schema, (const char *const *)by);
  g_autofree guint  *columns = sx_schema_find_all (schema, (const char *const *)order);
  const guint *const list = keys;
  g_autoptr (SxRowNumbers) numbers = sx_row_numbers_new (&frame, &list, 1, g_strv_length ((char **)by), FALSE, cancellable, error);
  g_autofree guint32 *rows = numbers != NULL ? sx_row_order_new (frame, columns, NULL, g_strv_length ((char **)order), cancellable, error) : NULL;
  g_autofree guint32 *ids = NULL;

  *self = (SxRowLists){ NULL };
  if (rows == NULL)
    return FALSE;
  ids = g_new (guint32, n_rows + 1);
  for (guint64 i = 0; i < n_rows; i++)
    ids[i] = numbers->ids[0][rows[i]];
  sx_row_lists_init (self, ids, n_rows, numbers->n_keys);
  for (guint64 i = 0; i < n_rows; i++)
    self->rows[i] = rows[self->rows[i]];
  *n_groups = numbers->n_keys;
  return TRUE;
}
