/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Functions over texts: parts, places, patterns. Those that every small expression needs (lower, trim, replace, …) are in sx-expr-ops.c. Places and lengths are
 * counted in characters. */

#define _GNU_SOURCE /* memmem() */

#include "config.h"

#include "sx-expr-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A text longer than this is not padded to. */
#define MAX_WIDTH 1000

static const SxTextCell missing_cell = { NULL, 0 };

static void
set_text (SxExprCall *call, gsize row, const char *text, gsize size)
{
  call->out->texts[row] = (SxTextCell){ g_string_chunk_insert_len (call->texts, text, (gssize)size), size };
}

static const char *
find (const char *text, gsize size, const SxTextCell *part)
{
  return part->size == 0 || size < part->size ? NULL : memmem (text, size, part->text, part->size);
}

/* ---- parts ---- */

static gsize
count_parts (const SxTextCell *cell, const SxTextCell *separator)
{
  const char *at = cell->text, *end = cell->text + cell->size;
  gsize       n = 1;

  for (; (at = find (at, (gsize)(end - at), separator)) != NULL; at += separator->size)
    n++;
  return n;
}

/* Part @number of @cell, from 1, or from the end with -1; with @rest all that follows it too. A text of a cell, or missing. */
static SxTextCell
get_part (const SxTextCell *cell, const SxTextCell *separator, double number, gboolean rest)
{
  const char *at = cell->text, *end = cell->text + cell->size, *next;
  double      n = number < 0 ? (double)count_parts (cell, separator) + number + 1 : number;

  if (isnan (n) || n < 1 || n != floor (n))
    return missing_cell;
  for (; n > 1; n--)
    {
      at = find (at, (gsize)(end - at), separator);
      if (at == NULL)
        return missing_cell;
      at += separator->size;
    }
  next = rest ? NULL : find (at, (gsize)(end - at), separator);
  return (SxTextCell){ at, (gsize)((next != NULL ? next : end) - at) };
}

static void
split (SxExprCall *call, gboolean rest)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *separator = sx_values_text (&call->args[1], row);

      call->out->texts[row] = cell->text == NULL || separator->text == NULL ? missing_cell : get_part (cell, separator, sx_values_number (&call->args[2], row), rest);
    }
}

static void
eval_split (SxExprCall *call)
{
  split (call, FALSE);
}

static void
eval_split_rest (SxExprCall *call)
{
  split (call, TRUE);
}

/* join(separator, a, b, …): those that are there; missing when none is. */
static void
eval_join (SxExprCall *call)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *separator = sx_values_text (&call->args[0], row);
      guint             n = 0;

      g_string_truncate (result, 0);
      for (guint i = 1; i < call->n_args && separator->text != NULL; i++)
        {
          const SxTextCell *cell = sx_values_text (&call->args[i], row);

          if (cell->text == NULL)
            continue;
          if (n++ > 0)
            g_string_append_len (result, separator->text, (gssize)separator->size);
          g_string_append_len (result, cell->text, (gssize)cell->size);
        }
      if (n == 0)
        call->out->texts[row] = missing_cell;
      else
        set_text (call, row, result->str, result->len);
    }
}

/* ---- places ---- */

static void
eval_position (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *part = sx_values_text (&call->args[1], row);
      const char       *at = cell->text != NULL && part->text != NULL ? find (cell->text, cell->size, part) : NULL;

      call->out->numbers[row] = cell->text == NULL || part->text == NULL ? NAN : at == NULL ? (part->size == 0)
                                                                                            : (double)g_utf8_strlen (cell->text, at - cell->text) + 1;
    }
}

static void
pad (SxExprCall *call, gboolean at_start)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *filling = sx_values_text (&call->args[2], row);
      double            width = sx_values_number (&call->args[1], row);
      gsize             size;

      if (cell->text == NULL || filling->text == NULL || !(width <= MAX_WIDTH))
        {
          call->out->texts[row] = missing_cell;
          continue;
        }
      if (filling->size == 0)
        {
          call->out->texts[row] = *cell;
          continue;
        }
      size = (gsize)(g_utf8_next_char (filling->text) - filling->text);
      g_string_truncate (result, 0);
      g_string_append_len (result, cell->text, (gssize)cell->size);
      for (double length = (double)g_utf8_strlen (cell->text, (gssize)cell->size); length < width; length++)
        g_string_insert_len (result, at_start ? 0 : -1, filling->text, (gssize)size);
      set_text (call, row, result->str, result->len);
    }
}

static void
eval_pad_start (SxExprCall *call)
{
  pad (call, TRUE);
}

static void
eval_pad_end (SxExprCall *call)
{
  pad (call, FALSE);
}

/* Runs of what is no blank. */
static void
eval_words (SxExprCall *call)
{
  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row);
      gboolean          in_word = FALSE;
      double            n = 0;

      for (const char *at = cell->text; at != NULL && at < cell->text + cell->size; at = g_utf8_next_char (at))
        {
          gboolean is_blank = g_unichar_isspace (g_utf8_get_char (at));

          n += !is_blank && !in_word;
          in_word = !is_blank;
        }
      call->out->numbers[row] = cell->text != NULL ? n : NAN;
    }
}

/* ---- patterns ---- */

/* The pattern of the row before, which is nearly always that of this one. */
typedef struct
{
  SxTextCell cell;
  GRegex    *regex;
} Pattern;

static GRegex *
get_regex (Pattern *self, const SxTextCell *cell)
{
  g_autofree char *text = NULL;

  if (cell->text == self->cell.text && cell->size == self->cell.size && self->cell.text != NULL)
    return self->regex;
  g_clear_pointer (&self->regex, g_regex_unref);
  self->cell = *cell;
  if (cell->text == NULL)
    return NULL;
  text = g_strndup (cell->text, cell->size);
  return self->regex = g_regex_new (text, G_REGEX_OPTIMIZE, 0, NULL);
}

static char *
check_pattern (const SxExpr *call)
{
  const SxExpr *arg = sx_expr_get_arg (call, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = sx_expr_get_kind (arg) == SX_EXPR_TEXT ? g_regex_new (sx_expr_get_text (arg), 0, 0, &error) : NULL;

  return error != NULL ? g_strdup_printf (_ ("“%s” is no pattern: %s"), sx_expr_get_text (arg), error->message) : NULL;
}

/* The match of a row; NULL with @fails set where there is no telling: a cell is missing, the pattern is none, or matching took too long. */
static GMatchInfo *
match (SxExprCall *call, Pattern *pattern, gsize row, gboolean *fails)
{
  const SxTextCell *cell = sx_values_text (&call->args[0], row);
  GRegex           *regex = get_regex (pattern, sx_values_text (&call->args[1], row));
  GMatchInfo       *info = NULL;
  g_autoptr (GError) error = NULL;

  *fails = cell->text == NULL || regex == NULL;
  if (*fails || g_regex_match_full (regex, cell->text, (gssize)cell->size, 0, 0, &info, &error))
    return info;
  *fails = error != NULL;
  g_clear_pointer (&info, g_match_info_unref);
  return NULL;
}

static void
eval_matches (SxExprCall *call)
{
  Pattern pattern = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    {
      gboolean fails;
      g_autoptr (GMatchInfo) info = match (call, &pattern, row, &fails);

      call->out->truths[row] = fails ? -1 : info != NULL;
    }
  g_clear_pointer (&pattern.regex, g_regex_unref);
}

static void
eval_extract (SxExprCall *call)
{
  Pattern pattern = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    {
      double   group = call->n_args > 2 ? sx_values_number (&call->args[2], row) : 0;
      gboolean fails;
      g_autoptr (GMatchInfo) info = match (call, &pattern, row, &fails);
      int start = -1, end = -1;

      if (info != NULL && group >= 0 && group < 100)
        g_match_info_fetch_pos (info, (int)group, &start, &end);
      call->out->texts[row] = start >= 0 ? (SxTextCell){ sx_values_text (&call->args[0], row)->text + start, (gsize)(end - start) } : missing_cell;
    }
  g_clear_pointer (&pattern.regex, g_regex_unref);
}

static void
eval_substitute (SxExprCall *call)
{
  Pattern pattern = { { NULL, 0 }, NULL };

  for (gsize row = 0; row < call->n_rows; row++)
    {
      const SxTextCell *cell = sx_values_text (&call->args[0], row), *to = sx_values_text (&call->args[2], row);
      GRegex           *regex = get_regex (&pattern, sx_values_text (&call->args[1], row));
      g_autofree char  *replacement = to->text != NULL ? g_strndup (to->text, to->size) : NULL;
      g_autofree char  *result = regex != NULL && cell->text != NULL && to->text != NULL ? g_regex_replace (regex, cell->text, (gssize)cell->size, 0, replacement, 0, NULL) : NULL;

      if (result == NULL)
        call->out->texts[row] = missing_cell;
      else
        set_text (call, row, result, strlen (result));
    }
  g_clear_pointer (&pattern.regex, g_regex_unref);
}

static char *
check_substitute (const SxExpr *call)
{
  const SxExpr *arg = sx_expr_get_arg (call, 2);
  g_autoptr (GError) error = NULL;

  if (sx_expr_get_kind (arg) == SX_EXPR_TEXT && !g_regex_check_replacement (sx_expr_get_text (arg), NULL, &error))
    return g_strdup_printf (_ ("“%s” cannot stand for what was found: %s"), sx_expr_get_text (arg), error->message);
  return check_pattern (call);
}

const SxExprOp sx_expr_text_ops[] = {
  { "extract", "ttn?", 't', eval_extract, NULL, "extract(text, pattern, group = 0) → text", N_ ("The first part of the text that matches a regular expression, or a group of it; missing when none does."), check_pattern },
  { "join", "ttt*", 't', eval_join, NULL, "join(separator, text, text, …) → text", N_ ("The texts that are not missing, with a separator between them."), NULL },
  { "matches", "tt", 'b', eval_matches, NULL, "matches(text, pattern) → true or false", N_ ("Whether a regular expression matches anywhere in the text; ^ and $ tie it to the ends."), check_pattern },
  { "pad_end", "tnt", 't', eval_pad_end, NULL, "pad_end(text, length, filling) → text", N_ ("The text, made so many characters long at its end."), NULL },
  { "pad_start", "tnt", 't', eval_pad_start, NULL, "pad_start(text, length, filling) → text", N_ ("The text, made so many characters long at its start, such as pad_start(zip, 5, \"0\")."), NULL },
  { "position", "tt", 'n', eval_position, NULL, "position(text, part) → number", N_ ("At which character part first stands in the text; 0 when nowhere."), NULL },
  { "split", "ttn", 't', eval_split, NULL, "split(text, separator, part) → text", N_ ("One part of the text between separators, the first being 1 and the last -1; missing when there are fewer."), NULL },
  { "split_rest", "ttn", 't', eval_split_rest, NULL, "split_rest(text, separator, part) → text", N_ ("All of the text from that part on."), NULL },
  { "substitute", "ttt", 't', eval_substitute, NULL, "substitute(text, pattern, to) → text", N_ ("The text with every match of a regular expression replaced; \\1 stands for its first group."), check_substitute },
  { "words", "t", 'n', eval_words, NULL, "words(text) → number", N_ ("Number of words, that is of runs without blanks."), NULL },
};

const guint sx_expr_n_text_ops = G_N_ELEMENTS (sx_expr_text_ops);
