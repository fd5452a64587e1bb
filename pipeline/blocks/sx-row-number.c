/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Numbering rows by their keys, column by column. Each column is numbered by itself: whole numbers of a narrow range by their place in an
 * array, others by a hash table of 64-bit words, categories by code, texts by a hash table of their bytes. Further columns are combined with what
 * came before as pairs of numbers, which are 64-bit words again. All is done in the order of rows, so numbers stand in order of first appearance. */

#include "config.h"

#include "sx-row-number-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* An array in place of a hash table may be this many times longer than the rows are many. */
#define MAX_SPARSE 4
#define MIN_ARRAY 65536

/* ---- 64-bit words ---- */

typedef struct
{
  guint64 word;
  guint32 number; /* + 1; 0: free */
} WordSlot;

typedef struct
{
  WordSlot *slots;
  gsize     n_slots; /* a power of two */
  guint32   n;
} WordTable;

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
static inline guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void
word_table_init (WordTable *self)
{
  self->n_slots = 1024;
  self->slots = g_new0 (WordSlot, self->n_slots);
  self->n = 0;
}

static void
word_table_grow (WordTable *self)
{
  WordSlot *old = self->slots;
  gsize     n_old = self->n_slots;

  self->n_slots *= 4;
  self->slots = g_new0 (WordSlot, self->n_slots);
  for (gsize i = 0; i < n_old; i++)
    if (old[i].number != 0)
      {
        gsize at = mix (old[i].word) & (self->n_slots - 1);

        while (self->slots[at].number != 0)
          at = (at + 1) & (self->n_slots - 1);
        self->slots[at] = old[i];
      }
  g_free (old);
}

static inline guint32
word_table_number (WordTable *self, guint64 word)
{
  gsize at = mix (word) & (self->n_slots - 1);

  while (self->slots[at].number != 0)
    {
      if (self->slots[at].word == word)
        return self->slots[at].number - 1;
      at = (at + 1) & (self->n_slots - 1);
    }
  self->slots[at] = (WordSlot){ word, ++self->n };
  if (G_UNLIKELY ((gsize)self->n * 2 > self->n_slots))
    word_table_grow (self);
  return self->n - 1;
}

/* ---- texts ---- */

typedef struct
{
  const char *text; /* in a column, which outlives the table */
  gsize       size;
} Text;

typedef struct
{
  guint64 *slots; /* hash in the upper half, number + 1 in the lower; 0: free */
  gsize    n_slots;
  GArray  *texts; /* of Text, by number */
} TextTable;

static guint32
hash_text (const char *text, gsize size)
{
  guint64 hash = size * 0x9e3779b97f4a7c15u, word;

  for (; size >= sizeof word; text += sizeof word, size -= sizeof word)
    {
      memcpy (&word, text, sizeof word);
      hash = mix (hash ^ word);
    }
  word = 0;
  if (size > 0)
    memcpy (&word, text, size);
  return (guint32)(mix (hash ^ word) >> 32);
}

static void
text_table_init (TextTable *self)
{
  self->n_slots = 1024;
  self->slots = g_new0 (guint64, self->n_slots);
  self->texts = g_array_new (FALSE, FALSE, sizeof (Text));
}

static void
text_table_grow (TextTable *self)
{
  guint64 *old = self->slots;
  gsize    n_old = self->n_slots;

  self->n_slots *= 4;
  self->slots = g_new0 (guint64, self->n_slots);
  for (gsize i = 0; i < n_old; i++)
    if (old[i] != 0)
      {
        gsize at = (old[i] >> 32) & (self->n_slots - 1);

        while (self->slots[at] != 0)
          at = (at + 1) & (self->n_slots - 1);
        self->slots[at] = old[i];
      }
  g_free (old);
}

static guint32
text_table_number (TextTable *self, const char *text, gsize size)
{
  guint32 hash = hash_text (text, size);
  gsize   at = hash & (self->n_slots - 1);
  Text    added = { text, size };

  for (; self->slots[at] != 0; at = (at + 1) & (self->n_slots - 1))
    if (self->slots[at] >> 32 == hash)
      {
        guint32     number = (guint32)self->slots[at] - 1;
        const Text *known = &g_array_index (self->texts, Text, number);

        if (known->size == size && (size == 0 || memcmp (known->text, text, size) == 0))
          return number;
      }
  g_array_append_val (self->texts, added);
  self->slots[at] = (guint64)hash << 32 | self->texts->len;
  if ((gsize)self->texts->len * 2 > self->n_slots)
    text_table_grow (self);
  return self->texts->len - 1;
}

/* ---- one column ---- */

/* What numbers the cells of one column, over all frames. */
typedef struct
{
  guint32   missing; /* the number of missing cells; SX_NO_KEY: none, or none yet */
  gboolean  skip_missing;
  guint32   n;
  WordTable words;
  TextTable texts;
  /* Whole numbers of a narrow range: numbers + 1 by value - least. */
  guint32 *by_value;
  gint64   least;
} Numbering;

static inline guint32
number_missing (Numbering *self)
{
  if (!self->skip_missing && self->missing == SX_NO_KEY)
    self->missing = self->n++;
  return self->missing;
}

static inline gboolean
is_whole (SxType type)
{
  return type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP;
}

static inline guint64
get_word (const SxColumn *column, gsize row)
{
  union
  {
    double  value;
    guint64 word;
  } bits;

  if (is_whole (column->type))
    return (guint64)sx_column_get_int64 (column, row);
  bits.value = (column->type == SX_TYPE_FLOAT64 ? ((const double *)column->values)[row] : sx_column_get_bool (column, row)) + 0.0; /* -0 is 0 */
  return bits.word;
}

/* Numbers count on from table to table: those that the table gives are its own, without missing cells. */
static void
number_words (Numbering *self, const SxColumn *column, guint32 *ids)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      guint32 before, number;

      if (sx_column_is_missing (column, row))
        {
          ids[row] = number_missing (self);
          continue;
        }
      before = self->words.n;
      number = word_table_number (&self->words, get_word (column, row));
      self->n += self->words.n - before;
      /* A missing cell that came first took a number from the row. */
      ids[row] = self->missing != SX_NO_KEY && number >= self->missing ? number + 1 : number;
    }
}

static void
number_by_value (Numbering *self, const SxColumn *column, guint32 *ids)
{
  const gint64 *values = column->values;

  for (gsize row = 0; row < column->n_rows; row++)
    {
      guint32 *number;

      if (sx_column_is_missing (column, row))
        {
          ids[row] = number_missing (self);
          continue;
        }
      number = &self->by_value[values[row] - self->least];
      if (*number == 0)
        *number = ++self->n;
      ids[row] = *number - 1;
    }
}

static inline guint32
number_text (Numbering *self, const char *text, gsize size)
{
  guint   before = self->texts.texts->len;
  guint32 number = text_table_number (&self->texts, text, size);

  self->n += self->texts.texts->len - before;
  return self->missing != SX_NO_KEY && number >= self->missing ? number + 1 : number;
}

static void
number_category (Numbering *self, const SxColumn *column, guint32 *ids)
{
  const SxColumn     *dictionary = column->dictionary;
  g_autofree guint32 *map = g_new0 (guint32, dictionary->n_rows + 1); /* numbers + 1 by code */

  for (gsize row = 0; row < column->n_rows; row++)
    {
      gint32 code = sx_column_get_code (column, row);

      if (sx_column_is_missing (column, row))
        {
          ids[row] = number_missing (self);
          continue;
        }
      if (map[code] == 0)
        {
          gsize       size;
          const char *text = sx_column_get_text (dictionary, (gsize)code, &size);

          map[code] = number_text (self, text, size) + 1;
        }
      ids[row] = map[code] - 1;
    }
}

static void
number_texts (Numbering *self, const SxColumn *column, guint32 *ids)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      const char *text;
      gsize       size;

      if (sx_column_is_missing (column, row))
        {
          ids[row] = number_missing (self);
          continue;
        }
      if (column->type == SX_TYPE_LIST)
        {
          text = (const char *)((const double *)column->values + column->offsets[row]);
          size = (gsize)(column->offsets[row + 1] - column->offsets[row]) * sizeof (double);
        }
      else
        text = sx_column_get_text (column, row, &size);
      ids[row] = number_text (self, text, size);
    }
}

/* Widens [*least, *most] to the present values of a column of whole numbers. */
static void
widen_range (const SxColumn *column, gint64 *least, gint64 *most)
{
  const gint64 *values = column->values;

  for (gsize row = 0; row < column->n_rows; row++)
    if (!sx_column_is_missing (column, row))
      {
        *least = MIN (*least, values[row]);
        *most = MAX (*most, values[row]);
      }
}

/* An array by value, where all frames have whole numbers of a range that is worth one. */
static void
try_by_value (Numbering *self, SxFrame *const *frames, const guint *const *columns, guint n_frames, guint column)
{
  gint64  least = G_MAXINT64, most = G_MININT64;
  guint64 n_rows = 0, range;

  for (guint f = 0; f < n_frames; f++)
    {
      if (!is_whole (sx_schema_get_field (sx_frame_get_schema (frames[f]), columns[f][column])->type))
        return;
      for (guint b = 0; b < sx_frame_get_n_batches (frames[f]); b++)
        widen_range (sx_batch_get_column (sx_frame_get_batch (frames[f], b), columns[f][column]), &least, &most);
      n_rows += sx_frame_get_n_rows (frames[f]);
    }
  range = (guint64)most - (guint64)least;
  if (least > most || range >= MAX (MAX_SPARSE * n_rows, MIN_ARRAY))
    return;
  self->by_value = g_new0 (guint32, range + 1);
  self->least = least;
}

static void
number_cells (Numbering *self, const SxColumn *column, guint32 *ids)
{
  if (self->by_value != NULL)
    number_by_value (self, column, ids);
  else if (column->type == SX_TYPE_CATEGORY)
    number_category (self, column, ids);
  else if (sx_type_is_numeric (column->type))
    number_words (self, column, ids);
  else
    number_texts (self, column, ids);
}

/* Numbers one key column of all frames into @ids; returns how many there are, or SX_NO_KEY when cancelled. */
static guint32
number_column (SxFrame *const *frames, const guint *const *columns, guint n_frames, guint column, gboolean skip_missing, guint32 *const *ids, GCancellable *cancellable)
{
  Numbering self = { .missing = SX_NO_KEY, .skip_missing = skip_missing };
  gboolean  is_cancelled = FALSE;

  word_table_init (&self.words);
  text_table_init (&self.texts);
  try_by_value (&self, frames, columns, n_frames, column);
  for (guint f = 0; f < n_frames; f++)
    {
      gsize first = 0;

      for (guint b = 0; b < sx_frame_get_n_batches (frames[f]) && !is_cancelled; b++)
        {
          const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frames[f], b), columns[f][column]);

          number_cells (&self, cells, ids[f] + first);
          first += cells->n_rows;
          is_cancelled = g_cancellable_is_cancelled (cancellable);
        }
    }
  g_free (self.words.slots);
  g_free (self.texts.slots);
  g_array_unref (self.texts.texts);
  g_free (self.by_value);
  return is_cancelled ? SX_NO_KEY : self.n;
}

/* ---- all columns ---- */

/* The number of a pair, from the array of numbers + 1 by pair where there is one. */
static inline guint32
number_pair (guint32 *by_pair, WordTable *words, guint32 *n, guint32 x, guint32 y, guint32 n_y)
{
  guint32 *number;

  if (x == SX_NO_KEY || y == SX_NO_KEY)
    return SX_NO_KEY;
  if (by_pair == NULL)
    {
      x = word_table_number (words, (guint64)x << 32 | y);
      *n = words->n;
      return x;
    }
  number = &by_pair[(guint64)x * n_y + y];
  if (*number == 0)
    *number = ++*n;
  return *number - 1;
}

/* Pairs over several lists of rows, which go on from each other's numbers. */
static guint32
combine (guint32 *const *a, guint32 n_a, const guint32 *const *b, guint32 n_b, const guint64 *n_rows, guint n_lists)
{
  guint64             n_all = 0, n_pairs = (guint64)n_a * n_b;
  g_autofree guint32 *by_pair = NULL;
  WordTable           words;
  guint32             n = 0;

  for (guint i = 0; i < n_lists; i++)
    n_all += n_rows[i];
  if (n_pairs <= MAX (MAX_SPARSE * n_all, MIN_ARRAY))
    by_pair = g_new0 (guint32, n_pairs + 1);
  word_table_init (&words);
  for (guint i = 0; i < n_lists; i++)
    for (guint64 row = 0; row < n_rows[i]; row++)
      a[i][row] = number_pair (by_pair, &words, &n, a[i][row], b[i][row], n_b);
  g_free (words.slots);
  return n;
}

guint32
sx_row_numbers_combine (guint32 *a, guint32 n_a, const guint32 *b, guint32 n_b, guint64 n_rows)
{
  return combine (&a, n_a, &b, n_b, &n_rows, 1);
}

static guint32 **
new_ids (SxFrame *const *frames, guint n_frames)
{
  guint32 **ids = g_new0 (guint32 *, n_frames + 1);

  for (guint f = 0; f < n_frames; f++)
    ids[f] = g_new0 (guint32, sx_frame_get_n_rows (frames[f]) + 1);
  return ids;
}

static void
free_ids (guint32 **ids, guint n_frames)
{
  for (guint f = 0; f < n_frames; f++)
    g_free (ids[f]);
  g_free (ids);
}

SxRowNumbers *
sx_row_numbers_new (SxFrame *const *frames, const guint *const *columns, guint n_frames, guint n_columns, gboolean skip_missing, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxRowNumbers) self = g_new0 (SxRowNumbers, 1);
  g_autofree guint64 *counts = g_new0 (guint64, n_frames + 1);
  guint64             n_rows = 0;

  for (guint f = 0; f < n_frames; f++)
    n_rows += counts[f] = sx_frame_get_n_rows (frames[f]);
  if (n_rows >= SX_NO_KEY)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The tables have more than four thousand million rows. Filter or sample them first."));
      return NULL;
    }
  self->n_frames = n_frames;
  self->ids = new_ids (frames, n_frames);
  self->n_keys = n_rows > 0;
  for (guint i = 0; i < n_columns; i++)
    {
      guint32 **ids = i == 0 ? self->ids : new_ids (frames, n_frames);
      guint32   n = number_column (frames, columns, n_frames, i, skip_missing, ids, cancellable);

      if (i > 0)
        {
          self->n_keys = n != SX_NO_KEY ? combine (self->ids, self->n_keys, (const guint32 *const *)ids, n, counts, n_frames) : 0;
          free_ids (ids, n_frames);
        }
      else
        self->n_keys = n;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
sx_row_numbers_free (SxRowNumbers *self)
{
  if (self->ids != NULL)
    free_ids (self->ids, self->n_frames);
  g_free (self);
}

/* ---- lists ---- */

void
sx_row_lists_init (SxRowLists *self, const guint32 *ids, guint64 n_rows, guint32 n_keys)
{
  self->starts = g_new0 (guint64, (gsize)n_keys + 2);
  for (guint64 row = 0; row < n_rows; row++)
    if (ids[row] != SX_NO_KEY)
      self->starts[(gsize)ids[row] + 2]++;
  for (gsize key = 2; key < (gsize)n_keys + 2; key++)
    self->starts[key] += self->starts[key - 1];
  /* starts[k + 1] counts up from the first to one past the last row of key k. */
  self->rows = g_new (guint32, self->starts[(gsize)n_keys + 1] + 1);
  for (guint64 row = 0; row < n_rows; row++)
    if (ids[row] != SX_NO_KEY)
      self->rows[self->starts[(gsize)ids[row] + 1]++] = (guint32)row;
}

void
sx_row_lists_clear (SxRowLists *self)
{
  g_clear_pointer (&self->starts, g_free);
  g_clear_pointer (&self->rows, g_free);
}
