/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Guessing how a table is written.
 *
 * Every delimiter and quote is tried on the first rows, and scored by how even the rows become and by how many of the cells are
 * something one knows: a number, a time, a word (the measure of G. J. J. van den Burg, A. Nazábal and C. Sutton, Wrangling
 * messy CSV files by detecting row and type patterns, 2019). A wrong delimiter makes few columns or uneven rows, and cells with
 * other delimiters in them. Ties go to the order of the table below, comma first. */

#include "config.h"

#include "sx-csv-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <math.h>
#include <string.h>

#define SAMPLE_ROWS 300
#define MAX_WIDTHS 64
/* What a table of one column is worth beside one of many: more than a sentence cut at its commas. */
#define ONE_COLUMN .02

static const char delimiters[] = { ',', ';', '\t', '|', ':', '^', ' ', SX_CSV_BLANK_RUN, SX_CSV_NO_DELIMITER };
static const char quotes[] = { '"', 0, '\'' };

typedef struct
{
  const char *text;
  gsize       size;
  gboolean    is_quoted;
} Cell;

typedef struct
{
  GArray  *cells;  /* of Cell */
  guint   *starts; /* n_rows + 1, into cells */
  guint   *lines;  /* physical line of each row, from 0 */
  guint    n_rows;
  gboolean is_broken; /* a quote was not closed */
  char    *collapsed; /* (nullable): the text cells point into, when runs of blanks were replaced */
} Sample;

static gboolean
is_number (const char *text, gsize size)
{
  double value;
  gsize  n_digits = 0;

  /* “inf” and “Infinity” may be names. */
  if (sx_number_parse (text, size, &value))
    return isfinite (value);
  /* 1.234,5  $12  45%  */
  for (gsize i = 0; i < size; i++)
    {
      if (g_ascii_isdigit (text[i]))
        n_digits++;
      else if (!strchr (".,%$-+", text[i]))
        return FALSE;
    }
  return n_digits > 0 && (g_ascii_isdigit (text[size - 1]) || text[size - 1] == '%');
}

gsize
sx_dialect_skip_lines (const char *text, gsize size, guint *n_left, gboolean *after_return)
{
  gsize i = 0;

  for (;; i++)
    {
      if (*after_return && i < size && text[i] == '\n')
        i++;
      if (i < size)
        *after_return = FALSE;
      if (*n_left == 0 || i >= size)
        return i;
      while (i < size && text[i] != '\n' && text[i] != '\r')
        i++;
      if (i == size)
        return size;
      *after_return = text[i] == '\r';
      (*n_left)--;
    }
}

gboolean
sx_dialect_is_value (const char *text, gsize size)
{
  gint64   time;
  gboolean truth;

  if (sx_timestamp_parse (text, size, &time))
    return TRUE;
  if (size > 2 && sx_number_parse_bool (text, size, &truth))
    return TRUE;
  return size > 0 && is_number (text, size);
}

/* A cell of a kind one knows, of which a right delimiter makes many. */
static gboolean
is_known (const Cell *cell)
{
  gint64 time;
  gsize  n_odd = 0;

  if (cell->size == 0 || is_number (cell->text, cell->size) || sx_timestamp_parse (cell->text, cell->size, &time))
    return TRUE;
  if (cell->is_quoted)
    return TRUE;
  for (gsize i = 0; i < cell->size; i++)
    {
      guchar c = (guchar)cell->text[i];
      if (c >= 128 || g_ascii_isalnum (c) || strchr (" _-./?!()&'#%+*@", c))
        continue;
      if (strchr (",;\t|^\"", c))
        return FALSE;
      n_odd++;
    }
  /* A time of the day or an address has colons; a sentence of many marks is not a word. */
  return n_odd <= 1 + cell->size / 8;
}

static void
add_cell (Sample *sample, const char *from, const char *to, gboolean is_quoted)
{
  while (!is_quoted && from < to && (*from == ' ' || *from == '\t'))
    from++;
  while (!is_quoted && to > from && (to[-1] == ' ' || to[-1] == '\t'))
    to--;
  Cell cell = { from, (gsize)(to - from), is_quoted };
  g_array_append_val (sample->cells, cell);
}

/* One cell from @p; returns where its delimiter or line end stands. */
static const char *
split_cell (Sample *sample, const char *p, const char *end, char delimiter, char quote, guint *line)
{
  const char *from = p, *open = p;

  while (open < end && *open == ' ' && delimiter != ' ')
    open++;
  if (quote != 0 && open < end && *open == quote)
    {
      from = ++open;
      for (p = open; p < end; p++)
        {
          if (*p == '\r' || (*p == '\n' && p[-1] != '\r'))
            (*line)++;
          if (*p != quote)
            continue;
          if (p + 1 < end && p[1] == quote)
            p++;
          else
            break;
        }
      if (p >= end)
        {
          sample->is_broken = TRUE;
          add_cell (sample, from, end, TRUE);
          return end;
        }
      add_cell (sample, from, p, TRUE);
      p++;
      while (p < end && *p != delimiter && *p != '\n' && *p != '\r')
        {
          /* Something after the closing quote that is no blank: the quote was none. */
          sample->is_broken |= *p != ' ' && *p != '\t';
          p++;
        }
      return p;
    }
  while (p < end && *p != delimiter && *p != '\n' && *p != '\r')
    p++;
  add_cell (sample, from, p, FALSE);
  return p;
}

static void
sample_init (Sample *self, const char *text, gsize size, char delimiter, char quote)
{
  const char *p, *end;
  guint       line = 0;
  SxBlankRun  run = { 0 };

  self->collapsed = NULL;
  if (delimiter == SX_CSV_BLANK_RUN)
    {
      self->collapsed = g_malloc (size + 1);
      size = sx_blank_run_collapse (&run, text, size, quote, self->collapsed);
      text = self->collapsed;
    }
  p = text;
  end = text + size;
  self->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  self->starts = g_new0 (guint, SAMPLE_ROWS + 1);
  self->lines = g_new0 (guint, SAMPLE_ROWS + 1);
  self->n_rows = 0;
  self->is_broken = FALSE;
  while (p < end && self->n_rows < SAMPLE_ROWS)
    {
      const char *row = p;
      guint       row_line = line;

      for (;;)
        {
          p = split_cell (self, p, end, delimiter, quote, &line);
          if (p < end && *p == delimiter)
            p++;
          else
            break;
        }
      if (p == row)
        g_array_set_size (self->cells, self->starts[self->n_rows]); /* a blank line */
      else
        {
          self->lines[self->n_rows] = row_line;
          self->starts[++self->n_rows] = self->cells->len;
        }
      if (p + 1 < end && p[0] == '\r' && p[1] == '\n')
        p++;
      p++;
      line++;
    }
}

static void
sample_clear (Sample *self)
{
  g_array_unref (self->cells);
  g_free (self->starts);
  g_free (self->lines);
  g_free (self->collapsed);
}

static guint
get_width (const Sample *self, guint row)
{
  return self->starts[row + 1] - self->starts[row];
}

static const Cell *
get_cell (const Sample *self, guint row, guint column)
{
  return &g_array_index (self->cells, Cell, self->starts[row] + column);
}

/* The width of most rows, the wider of two as frequent; and in how many different ways rows are wide. */
static guint
find_width (const Sample *self, guint first, guint *n_widths, guint *n_most, double *pattern)
{
  guint widths[MAX_WIDTHS], counts[MAX_WIDTHS], n = 0, best = 0;

  *pattern = 0;
  *n_most = 0;
  for (guint row = first; row < self->n_rows; row++)
    {
      guint k = 0;
      while (k < n && widths[k] != get_width (self, row))
        k++;
      if (k == MAX_WIDTHS)
        continue;
      if (k == n)
        {
          widths[n] = get_width (self, row);
          counts[n++] = 0;
        }
      counts[k]++;
    }
  for (guint k = 0; k < n; k++)
    {
      *pattern += counts[k] * MAX (widths[k] - 1.0, ONE_COLUMN) / widths[k];
      if (counts[k] > *n_most || (counts[k] == *n_most && widths[k] > best))
        {
          *n_most = counts[k];
          best = widths[k];
        }
    }
  *n_widths = n;
  if (n > 0)
    *pattern /= n;
  return best;
}

/* Whether the lines above @first may be passed over: the rest is a table of two rows or more, not shorter than what is above, or
 * the lines above are comments. */
static gboolean
is_table_below (const Sample *self, guint first, guint width)
{
  guint n_fitting = 0, n_comments = 0;

  for (guint row = first; row < self->n_rows; row++)
    n_fitting += get_width (self, row) == width;
  for (guint row = 0; row < first; row++)
    n_comments += get_cell (self, row, 0)->size > 0 && *get_cell (self, row, 0)->text == '#';
  return n_comments == first || (n_fitting >= 2 && n_fitting >= first && n_fitting * 2 >= self->n_rows - first);
}

/* Lines before the table: as many as stand before the first of two rows that are as wide as most. */
static guint
find_first_row (const Sample *self, guint width)
{
  guint limit = MIN (self->n_rows, SX_CSV_MAX_PREAMBLE);

  if (width < 2)
    {
      guint row = 0;
      while (row < limit && row + 1 < self->n_rows && get_cell (self, row, 0)->size > 0 && *get_cell (self, row, 0)->text == '#')
        row++;
      return row;
    }
  for (guint row = 0; row < limit; row++)
    if (get_width (self, row) == width && (row + 1 >= self->n_rows || get_width (self, row + 1) == width))
      return row == 0 || is_table_below (self, row, width) ? row : 0;
  return 0;
}

static double
score_sample (const Sample *self, char delimiter, char quote)
{
  double pattern;
  guint  n_widths, n_most, n_known = 0, n_quoted = 0, first, n_rows;

  if (self->n_rows == 0)
    return 0;
  first = find_first_row (self, find_width (self, 0, &n_widths, &n_most, &pattern));
  n_rows = self->n_rows - first;
  find_width (self, first, &n_widths, &n_most, &pattern);
  for (guint i = self->starts[first]; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);
      /* Two blanks in a row are rather a wide gap than a cell between them. */
      n_known += is_known (cell) && !(delimiter == ' ' && cell->size == 0 && !cell->is_quoted);
      n_quoted += cell->is_quoted;
    }
  double score = pattern / n_rows * MAX (n_known, 1e-6) / (self->cells->len - self->starts[first]);
  score *= (double)n_most / n_rows * n_most / n_rows * (1 - .02 * first);
  /* Blanks and colons stand in texts and times; as delimiters they must cut nearly every row alike. */
  if (strchr (" :^\v", delimiter) && n_most < .95 * n_rows)
    score *= 1e-3;
  /* Sentences cut at their commas: hardly two rows alike. */
  if (n_most * 2 < n_rows && n_rows >= 5)
    score *= .1;
  if (self->is_broken)
    score *= .1;
  /* A quote that never quotes anything is worth no more than none. */
  if (quote == '\'' && n_quoted == 0)
    score *= .9;
  return score;
}

static gboolean
is_lettered (const Cell *cell)
{
  return cell->size > 0 && cell->size <= 100 && !sx_dialect_is_value (cell->text, cell->size);
}

/* Whether a word of the first row stands again in its own column below. */
static gboolean
stands_below (const Sample *self, guint first, guint column)
{
  const Cell *cell = get_cell (self, first, column);

  for (guint row = first + 1; row < self->n_rows; row++)
    {
      if (column >= get_width (self, row))
        continue;
      const Cell *other = get_cell (self, row, column);
      if (other->size == cell->size && memcmp (other->text, cell->text, cell->size) == 0)
        return TRUE;
    }
  return FALSE;
}

/* A line alone is a name when it is a few words, and a sentence otherwise. */
static gboolean
is_short_name (const Cell *cell)
{
  guint n_blanks = 0;

  for (gsize i = 0; i < cell->size; i++)
    n_blanks += cell->text[i] == ' ';
  return n_blanks <= 3 && cell->size <= 40;
}

/* Names in the first row: words that do not come again below, and no number or time among them. */
static gboolean
guess_header (const Sample *self, guint first)
{
  guint width = first < self->n_rows ? get_width (self, first) : 0;
  guint n_named = 0, n_values_below = 0;

  for (guint column = 0; column < width; column++)
    {
      const Cell *cell = get_cell (self, first, column);
      guint       n_values = 0, n_below = 0;

      if (cell->size == 0)
        continue;
      if (!is_lettered (cell) || (cell->size == 1 && *cell->text == '?'))
        return FALSE;
      n_named++;
      for (guint row = first + 1; row < self->n_rows; row++)
        if (column < get_width (self, row) && get_cell (self, row, column)->size > 0)
          {
            n_below++;
            n_values += sx_dialect_is_value (get_cell (self, row, column)->text, get_cell (self, row, column)->size);
          }
      n_values_below += n_below > 0 && n_values * 2 > n_below;
    }
  if (n_named * 2 <= width && n_named + 1 < width)
    return FALSE;
  if (n_values_below > 0)
    return TRUE;
  if (width == 1 && !is_short_name (get_cell (self, first, 0)))
    return FALSE;
  for (guint column = 0; column < width; column++)
    if (get_cell (self, first, column)->size > 0 && stands_below (self, first, column))
      return FALSE;
  return n_named > 0;
}

/* Commas as decimal points: only where commas do not part cells, and only when the numbers say so. */
static char
guess_decimal (const Sample *self, char delimiter)
{
  guint n_comma = 0, n_point = 0;

  if (delimiter == ',')
    return '.';
  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);
      const char *comma = memchr (cell->text, ',', cell->size), *point = memchr (cell->text, '.', cell->size);
      gboolean    is_all = cell->size > 1;

      for (gsize k = 0; k < cell->size && is_all; k++)
        is_all = g_ascii_isdigit (cell->text[k]) || strchr (".,-+eE", cell->text[k]) != NULL;
      if (!is_all)
        continue;
      n_comma += comma != NULL && (point == NULL || point < comma);
      /* Two points are a date's, or part thousands. */
      n_point += point != NULL && comma == NULL && memchr (point + 1, '.', (gsize)(cell->text + cell->size - point - 1)) == NULL;
    }
  return n_comma > n_point ? ',' : '.';
}

static void
describe_rows (SxDialect *self, const Sample *sample)
{
  guint  n_widths, n_most, first;
  double pattern;

  self->width = sample->n_rows == 0 ? 0 : MAX (1, find_width (sample, 0, &n_widths, &n_most, &pattern));
  first = find_first_row (sample, self->width);
  self->is_row_named = FALSE;
  /* A header that is one cell short directly above the table. */
  if (first == 1 && self->width >= 3 && get_width (sample, 0) == self->width - 1 && (self->fixed_header ? self->has_header : guess_header (sample, 0)))
    {
      first = 0;
      self->is_row_named = TRUE;
      self->is_trailing = TRUE;
      for (guint row = 1; row < sample->n_rows && self->is_trailing; row++)
        self->is_trailing = get_width (sample, row) < self->width || get_cell (sample, row, self->width - 1)->size == 0;
    }
  /* Lines the caller told us to skip are not in the sample, and no others are passed over. */
  if (self->fixed_preamble)
    first = 0;
  else
    self->n_preamble = first == 0 ? 0 : sample->lines[first]; /* blank lines alone are passed over anyway */
  if (first > 0)
    self->width = MAX (1, find_width (sample, first, &n_widths, &n_most, &pattern));
  if (!self->fixed_header)
    self->has_header = guess_header (sample, first);
}

/* Whether a delimiter is worth trying. */
static gboolean
may_delimit (const char *text, gsize size, char delimiter)
{
  if (delimiter == ',' || delimiter == SX_CSV_NO_DELIMITER)
    return TRUE;
  /* Single blanks are delimiters of their own. */
  if (delimiter == SX_CSV_BLANK_RUN)
    return g_strstr_len (text, (gssize)size, "  ") != NULL || g_strstr_len (text, (gssize)size, "\n ") != NULL || g_strstr_len (text, (gssize)size, " \t") != NULL;
  return memchr (text, delimiter, size) != NULL;
}

/* Whether a quote, or none, is worth trying. The double one always is: it may come later in the file. */
static gboolean
may_quote (const char *text, gsize size, char quote, char delimiter, gboolean is_fixed)
{
  if (delimiter == SX_CSV_NO_DELIMITER && !is_fixed)
    return quote == 0; /* nothing to protect */
  if (quote == 0)
    return memchr (text, '"', size) != NULL;
  return quote == '"' || memchr (text, quote, size) != NULL;
}

void
sx_dialect_guess (SxDialect *self, const char *text, gsize size, gboolean is_whole)
{
  char   best_delimiter = ',', best_quote = '"';
  double best = -1;
  Sample sample;

  /* A row cut by the end of the sample would look ragged. */
  if (!is_whole)
    {
      const char *end = g_strrstr_len (text, (gssize)size, "\n");
      if (end != NULL)
        size = (gsize)(end - text) + 1;
    }
  if (self->fixed_preamble)
    {
      guint    n_left = self->n_preamble;
      gboolean after_return = FALSE;
      gsize    n = sx_dialect_skip_lines (text, size, &n_left, &after_return);
      text += n;
      size -= n;
    }
  for (guint q = 0; q < G_N_ELEMENTS (quotes); q++)
    for (guint d = 0; d < G_N_ELEMENTS (delimiters); d++)
      {
        char delimiter = self->fixed_delimiter ? self->delimiter : delimiters[d];
        char quote = self->fixed_quote ? self->quote : quotes[q];

        if ((self->fixed_delimiter && d > 0) || (self->fixed_quote && q > 0) || (!self->fixed_delimiter && !may_delimit (text, size, delimiter)) ||
            (!self->fixed_quote && !may_quote (text, size, quote, delimiter, self->fixed_delimiter)))
          continue;
        sample_init (&sample, text, size, delimiter, quote);
        double score = score_sample (&sample, delimiter, quote);
        sample_clear (&sample);
        if (score > best * 1.000001)
          {
            best = score;
            best_delimiter = delimiter;
            best_quote = quote;
          }
      }
  self->delimiter = self->fixed_delimiter ? self->delimiter : best_delimiter;
  self->quote = self->fixed_quote ? self->quote : best_quote;
  sample_init (&sample, text, size, self->delimiter, self->quote);
  describe_rows (self, &sample);
  if (!self->fixed_decimal)
    self->decimal = guess_decimal (&sample, self->delimiter);
  sample_clear (&sample);
}
