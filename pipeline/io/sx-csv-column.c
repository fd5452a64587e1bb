/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One column of cells: what it may be, and its cells as that.
 *
 * `may` is the set of types that every cell so far would fit; it only ever shrinks. A whole number with a leading zero, or too
 * large for 64 bits, is a name of something and not a quantity: it leaves only text. */

#include "config.h"

#include "sx-csv-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <string.h>

/* The first N_SURE mean missing in any column; the others may be a text's own value (Namibia, the kind “None”). */
const char *const sx_csv_default_missing[] = {
  "?", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "NA", "None", "-", ".", NULL
};
#define N_SURE 9

void
sx_missing_init (SxMissing *self, char **words)
{
  double number;

  *self = (SxMissing){ .words = words, .is_given = words != NULL };
  if (words == NULL)
    self->words = g_strdupv ((char **)sx_csv_default_missing);
  self->n_words = MIN (g_strv_length (self->words), 64);
  self->sizes = g_new (gsize, self->n_words);
  for (guint i = 0; i < self->n_words; i++)
    {
      self->sizes[i] = strlen (self->words[i]);
      self->begins[(guchar)*self->words[i]] = TRUE;
      self->has_numbers |= sx_number_parse (self->words[i], self->sizes[i], &number);
    }
}

void
sx_missing_clear (SxMissing *self)
{
  g_clear_pointer (&self->words, g_strfreev);
  g_clear_pointer (&self->sizes, g_free);
}

int
sx_missing_find (const SxMissing *self, const char *text, gsize size)
{
  if (size == 0 || !self->begins[(guchar)*text])
    return -1;
  for (guint i = 0; i < self->n_words; i++)
    if (self->sizes[i] == size && memcmp (self->words[i], text, size) == 0)
      return (int)i;
  return -1;
}

gboolean
sx_missing_is_sure (const SxMissing *self, guint word)
{
  return self->is_given || word < N_SURE;
}

void
sx_csv_column_clear (SxCsvColumn *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->builder, sx_column_builder_free);
}

SxType
sx_csv_column_guess_type (const SxCsvColumn *self, gboolean is_whole)
{
  if (self->may == SX_CSV_MAY_ALL)
    return is_whole ? SX_TYPE_FLOAT64 : SX_TYPE_INT64; /* nothing but missing cells so far */
  if (self->may & SX_CSV_MAY_INT)
    return SX_TYPE_INT64;
  if (self->may & SX_CSV_MAY_FLOAT)
    return SX_TYPE_FLOAT64;
  if (self->may & SX_CSV_MAY_BOOL)
    return SX_TYPE_BOOL;
  /* Days and months that could be either are left as text rather than guessed: one wrong guess is a wrong year of data. */
  if (self->may & SX_CSV_MAY_TIME || self->may == SX_CSV_MAY_DAY_FIRST || self->may == SX_CSV_MAY_MONTH_FIRST)
    return SX_TYPE_TIMESTAMP;
  return self->is_string ? SX_TYPE_STRING : SX_TYPE_CATEGORY;
}

static inline gboolean
is_padded (const char *text, gsize size)
{
  gsize skip = size > 0 && (*text == '-' || *text == '+');

  return size > skip + 1 && text[skip] == '0' && g_ascii_isdigit (text[skip + 1]);
}

static gboolean
is_digits (const char *text, gsize size)
{
  gsize i = size > 0 && (*text == '-' || *text == '+');

  while (i < size && g_ascii_isdigit (text[i]))
    i++;
  return i == size;
}

static inline gboolean
read_int (const char *text, gsize size, gint64 *value)
{
  return !is_padded (text, size) && sx_number_parse_int64 (text, size, value);
}

/* “1.234.567,8”: points part thousands, the comma is the decimal point. */
static gboolean
read_comma_number (const char *text, gsize size, double *value)
{
  char     plain[64];
  gsize    n = 0, since_point = 0;
  gboolean has_point = FALSE, has_comma = FALSE;

  if (size >= sizeof plain)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '.')
        {
          if (has_comma || i == 0 || (has_point && since_point != 3) || since_point > 3)
            return FALSE;
          has_point = TRUE;
          since_point = 0;
          continue;
        }
      if (text[i] == ',')
        {
          if (has_comma || (has_point && since_point != 3))
            return FALSE;
          has_comma = TRUE;
          plain[n++] = '.';
          continue;
        }
      since_point += !has_comma && g_ascii_isdigit (text[i]);
      plain[n++] = text[i];
    }
  if (has_point && !has_comma && since_point != 3)
    return FALSE;
  return sx_number_parse (plain, n, value);
}

static inline gboolean
read_double (const char *text, gsize size, char decimal, double *value)
{
  if (G_UNLIKELY (decimal == ','))
    return read_comma_number (text, size, value);
  return sx_number_parse (text, size, value);
}

/* Inferred truth is only the two words; yes and no stay words, since a model should answer with them. */
static gboolean
read_truth_word (const char *text, gsize size, gboolean *value)
{
  return size >= 4 && sx_number_parse_bool (text, size, value);
}

static gboolean
read_truth (const char *text, gsize size, gboolean *value)
{
  if (size == 1 && (*text == '0' || *text == '1'))
    {
      *value = *text == '1';
      return TRUE;
    }
  return sx_number_parse_bool (text, size, value);
}

/* A time, or a month: “1949-01” is its first day. */
static inline gboolean
read_time (const char *text, gsize size, gint64 *value)
{
  char day[10];

  if (size == 7 && text[4] == '-')
    {
      memcpy (day, text, 7);
      memcpy (day + 7, "-01", 3);
      return sx_timestamp_parse (day, sizeof day, value);
    }
  return sx_timestamp_parse (text, size, value);
}

/* Up to two digits at *@p, and the character after them. */
static gboolean
read_part (const char **p, const char *end, guint *value, char *after)
{
  const char *from = *p;

  *value = 0;
  while (*p < end && *p - from < 2 && g_ascii_isdigit (**p))
    *value = *value * 10 + (guint)(*(*p)++ - '0');
  *after = *p < end ? *(*p)++ : 0;
  return *p > from && g_ascii_isdigit (*from);
}

/* 31/12/2024, 31.12.2024 8:05, 12-31-2024 08:05:30: the two first parts, and the rest as ISO 8601 without its month and day. */
static gboolean
read_parts (const char *text, gsize size, guint parts[2], const char **year, char clock[9])
{
  const char *p = text, *end = text + size;
  guint       value, n = 0;
  char        mark, after;

  if (size < 8 || !read_part (&p, end, &parts[0], &mark) || !strchr ("/.-", mark) || !read_part (&p, end, &parts[1], &after) || after != mark)
    return FALSE;
  *year = p;
  for (; p < end && g_ascii_isdigit (*p); p++)
    n++;
  if (n != 4)
    return FALSE;
  memcpy (clock, "00:00:00", 9);
  if (p == end)
    return TRUE;
  if (*p++ != ' ')
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      if (!read_part (&p, end, &value, &after) || (after != ':' && after != 0) || value > 59)
        return FALSE;
      clock[3 * i] = (char)('0' + value / 10);
      clock[3 * i + 1] = (char)('0' + value % 10);
      if (after == 0)
        return i > 0;
    }
  return FALSE;
}

static gboolean
read_local_time (const char *text, gsize size, gboolean is_day_first, gint64 *value)
{
  guint       parts[2];
  const char *year;
  char        clock[9], iso[32];
  int         n;

  if (!read_parts (text, size, parts, &year, clock))
    return FALSE;
  n = g_snprintf (iso, sizeof iso, "%.4s-%02u-%02uT%s", year, parts[is_day_first ? 1 : 0], parts[is_day_first ? 0 : 1], clock);
  return sx_timestamp_parse (iso, (gsize)n, value);
}

/* What a single cell fits. */
static guint
narrow_cell (guint may, const char *text, gsize size, char decimal)
{
  gint64   whole;
  double   number;
  gboolean truth;

  if ((may & SX_CSV_MAY_INT) && read_int (text, size, &whole))
    return may & (SX_CSV_MAY_INT | SX_CSV_MAY_FLOAT);
  if ((may & SX_CSV_MAY_FLOAT) && !is_padded (text, size) && !(is_digits (text, size) && size > 18 && !sx_number_parse_int64 (text, size, &whole)) &&
      read_double (text, size, decimal, &number))
    return SX_CSV_MAY_FLOAT;
  if ((may & SX_CSV_MAY_BOOL) && read_truth_word (text, size, &truth))
    return SX_CSV_MAY_BOOL;
  if ((may & SX_CSV_MAY_TIME) && size >= 7 && read_time (text, size, &whole))
    return SX_CSV_MAY_TIME;
  if ((may & SX_CSV_MAY_DAY_FIRST) && !read_local_time (text, size, TRUE, &whole))
    may &= ~(guint)SX_CSV_MAY_DAY_FIRST;
  if ((may & SX_CSV_MAY_MONTH_FIRST) && !read_local_time (text, size, FALSE, &whole))
    may &= ~(guint)SX_CSV_MAY_MONTH_FIRST;
  return may & (SX_CSV_MAY_DAY_FIRST | SX_CSV_MAY_MONTH_FIRST);
}

gboolean
sx_csv_column_narrow (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize n_rows, SxMissing *missing, char decimal, gsize *row)
{
  gboolean has_changed = FALSE;

  for (gsize i = 0; i < n_rows && self->may != 0; i++)
    {
      gsize       size;
      gboolean    is_quoted;
      const char *text = sx_csv_cells_get (cells, i, column, &size, &is_quoted);
      guint       may;

      if (size == 0)
        continue;
      may = narrow_cell (self->may, text, size, decimal);
      if (may == self->may)
        continue;
      if (sx_missing_find (missing, text, size) >= 0)
        continue;
      self->may = may;
      has_changed = TRUE;
      *row = i;
    }
  return has_changed;
}

/* A cell that is no value of the type: a missing word, or a misfit. */
static inline gboolean
append_other (SxCsvColumn *self, SxMissing *missing, const char *text, gsize size)
{
  int word = size == 0 ? -1 : sx_missing_find (missing, text, size);

  if (size > 0 && word < 0)
    return FALSE;
  if (word >= 0)
    missing->seen |= G_GUINT64_CONSTANT (1) << word;
  sx_column_builder_append_missing (self->builder);
  return TRUE;
}

/* The caller may have said that -1 means missing. */
static gboolean
append_number_word (SxCsvColumn *self, SxMissing *missing, const char *text, gsize size)
{
  return sx_missing_find (missing, text, size) >= 0 && append_other (self, missing, text, size);
}

static gsize
append_int64 (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize row, gsize n_rows, SxMissing *missing)
{
  for (; row < n_rows; row++)
    {
      gsize       size;
      gboolean    is_quoted;
      gint64      value;
      const char *text = sx_csv_cells_get (cells, row, column, &size, &is_quoted);

      if (G_UNLIKELY (missing->has_numbers) && append_number_word (self, missing, text, size))
        continue;
      if (G_LIKELY (self->is_fixed ? sx_number_parse_int64 (text, size, &value) : read_int (text, size, &value)))
        sx_column_builder_append_int64 (self->builder, value);
      else if (!append_other (self, missing, text, size))
        return row;
    }
  return n_rows;
}

static gsize
append_double (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize row, gsize n_rows, SxMissing *missing, char decimal)
{
  for (; row < n_rows; row++)
    {
      gsize       size;
      gboolean    is_quoted;
      double      value;
      const char *text = sx_csv_cells_get (cells, row, column, &size, &is_quoted);

      if (G_UNLIKELY (missing->has_numbers) && append_number_word (self, missing, text, size))
        continue;
      if (G_LIKELY (read_double (text, size, decimal, &value)) &&
          (self->is_fixed || (G_LIKELY (!is_padded (text, size)) && G_LIKELY (size < 19 || narrow_cell (SX_CSV_MAY_FLOAT, text, size, decimal)))))
        sx_column_builder_append_double (self->builder, value);
      else if (!append_other (self, missing, text, size))
        return row;
    }
  return n_rows;
}

static gsize
append_bool (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize row, gsize n_rows, SxMissing *missing)
{
  for (; row < n_rows; row++)
    {
      gsize       size;
      gboolean    is_quoted, value;
      const char *text = sx_csv_cells_get (cells, row, column, &size, &is_quoted);

      if (self->is_fixed ? read_truth (text, size, &value) : read_truth_word (text, size, &value))
        sx_column_builder_append_bool (self->builder, value);
      else if (!append_other (self, missing, text, size))
        return row;
    }
  return n_rows;
}

static gsize
append_time (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize row, gsize n_rows, SxMissing *missing)
{
  gboolean is_local = !self->is_fixed && !(self->may & SX_CSV_MAY_TIME);
  gboolean is_day_first = (self->may & SX_CSV_MAY_DAY_FIRST) != 0;

  for (; row < n_rows; row++)
    {
      gsize       size;
      gboolean    is_quoted;
      gint64      value;
      const char *text = sx_csv_cells_get (cells, row, column, &size, &is_quoted);

      if (is_local ? read_local_time (text, size, is_day_first, &value) : read_time (text, size, &value))
        sx_column_builder_append_int64 (self->builder, value);
      else if (!append_other (self, missing, text, size))
        return row;
    }
  return n_rows;
}

/* Text takes any cell. A quoted cell says what it says, even “NA” or nothing. */
static gsize
append_text (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize row, gsize n_rows, SxMissing *missing)
{
  for (; row < n_rows; row++)
    {
      gsize       size;
      gboolean    is_quoted;
      const char *text = sx_csv_cells_get (cells, row, column, &size, &is_quoted);
      int         word = is_quoted ? -1 : sx_missing_find (missing, text, size);

      if (word >= 0 && !sx_missing_is_sure (missing, (guint)word))
        {
          self->n_ambiguous++;
          self->ambiguous_word = word;
          word = -1;
        }
      if (word >= 0)
        missing->seen |= G_GUINT64_CONSTANT (1) << word;
      if (word >= 0 || (size == 0 && !is_quoted))
        sx_column_builder_append_missing (self->builder);
      else
        sx_column_builder_append_text (self->builder, text, size);
    }
  return n_rows;
}

gsize
sx_csv_column_append (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize first, gsize n_rows, SxMissing *missing, char decimal)
{
  switch (self->type)
    {
    case SX_TYPE_INT64:
      return append_int64 (self, cells, column, first, n_rows, missing);
    case SX_TYPE_FLOAT64:
      return append_double (self, cells, column, first, n_rows, missing, decimal);
    case SX_TYPE_BOOL:
      return append_bool (self, cells, column, first, n_rows, missing);
    case SX_TYPE_TIMESTAMP:
      return append_time (self, cells, column, first, n_rows, missing);
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
      return append_text (self, cells, column, first, n_rows, missing);
    case SX_TYPE_LIST:
    default:
      g_assert_not_reached ();
    }
}
