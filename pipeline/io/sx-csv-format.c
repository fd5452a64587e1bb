/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The formats “csv” and “tsv”: their options, how they are recognised, and opening. */

#include "config.h"

#include "sx-csv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SAMPLE_SIZE (128 * 1024)

static const SxFormatOption csv_options[] = {
  { "delimiter", "s", N_ ("guessed"), N_ ("The character between cells, “tab”, “blanks” for any number of them, or “none” for a single column") },
  { "quote", "s", N_ ("guessed"), N_ ("The character around cells that contain a delimiter, or “none”") },
  { "header", "b", N_ ("guessed"), N_ ("Whether the first line names the columns") },
  { "skip", "x", N_ ("guessed"), N_ ("Lines to pass over before the table") },
  { "encoding", "s", N_ ("guessed"), N_ ("UTF-8, UTF-16LE, WINDOWS-1252, … ") },
  { "missing", "as", N_ ("? N/A NaN null …, and NA None - . among numbers"), N_ ("The words that stand for a missing value, beside an empty cell") },
  { "decimal", "s", N_ ("guessed"), N_ ("The decimal point: “.” or “,”") },
  { "columns", "as", N_ ("from the header"), N_ ("The names of all columns") },
  { "types", "a{ss}", N_ ("guessed from all rows"), N_ ("The types of some columns, by name") },
  { "on-error", "s", "fail", N_ ("What a row that does not fit does: fail, skip it, or missing") },
  { NULL }
};

static gboolean
guess_dialect (SxCsvReader *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) sample = g_string_sized_new (SAMPLE_SIZE + SX_TEXT_INPUT_BLOCK);
  gssize n = 1;

  while (sample->len < SAMPLE_SIZE && n > 0)
    {
      n = sx_text_input_read (self->input, self->block, cancellable, error);
      if (n < 0)
        return FALSE;
      g_string_append_len (sample, self->block, n);
    }
  sx_dialect_guess (&self->dialect, sample->str, sample->len, n == 0);
  if (!self->dialect.fixed_preamble)
    for (guint line = 1; line <= self->dialect.n_preamble; line++)
      sx_reader_note (&self->base, line, NULL, _ ("The line was passed over: it is not of the table's %u columns."), self->dialect.width);
  return TRUE;
}

static char **
make_names (SxCsvReader *self, GError **error)
{
  GPtrArray *header = self->cells.header;
  guint      n = self->n_columns;
  char     **names = g_new0 (char *, n + 1);
  /* A header one short names the columns from the second on, or up to the last but one. */
  guint shift = self->dialect.is_row_named && !self->dialect.is_trailing ? 1 : 0;

  if (self->names != NULL && g_strv_length (self->names) != n)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM,
                   _ ("“%s” has %u columns, but “columns” names %u."), self->base.path, n, g_strv_length (self->names));
      g_free (names);
      return NULL;
    }
  if (self->names == NULL && header->len == 0)
    sx_reader_note (&self->base, 0, NULL, _ ("The file has no header line; the columns are called column_1 to column_%u. Name them with “columns”."), n);
  for (guint i = 0; i < n; i++)
    if (self->names != NULL)
      names[i] = g_strdup (self->names[i]);
    else if (header->len == 0)
      names[i] = g_strdup_printf ("column_%u", i + 1);
    else
      names[i] = g_strdup (i >= shift && i - shift < header->len ? g_ptr_array_index (header, i - shift) : "");
  sx_reader_tidy_names (&self->base, names, n);
  return names;
}

static gboolean
fix_types (SxCsvReader *self, GError **error)
{
  GVariantIter iter;
  const char  *name, *nick;

  if (self->types == NULL)
    return TRUE;
  g_variant_iter_init (&iter, self->types);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &nick))
    {
      guint  i = 0;
      SxType type;

      while (i < self->n_columns && !g_str_equal (self->columns[i].name, name))
        i++;
      if (i == self->n_columns)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“types” names a column “%s”, which “%s” does not have."),
                       name, self->base.path);
          return FALSE;
        }
      if (!sx_type_from_nick (nick, &type) || type == SX_TYPE_LIST)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM,
                       _ ("“types” gives column “%s” the type “%s”. Types are int64, float64, bool, timestamp, string, category and image."), name, nick);
          return FALSE;
        }
      self->columns[i].is_fixed = TRUE;
      self->columns[i].type = type;
    }
  return TRUE;
}

static gboolean
make_columns (SxCsvReader *self, GError **error)
{
  char **names;

  self->n_columns = self->cells.n_columns;
  if (self->n_columns == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” has only blank lines: there is no table in it."), self->base.path);
      return FALSE;
    }
  names = make_names (self, error);
  if (names == NULL)
    return FALSE;
  self->columns = g_new0 (SxCsvColumn, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    self->columns[i] = (SxCsvColumn){ .name = names[i], .may = SX_CSV_MAY_ALL };
  g_free (names);
  return fix_types (self, error);
}

GVariant *
sx_csv_reader_dup_options (SxReader *reader)
{
  SxCsvReader       *self = (SxCsvReader *)reader;
  static const char *on_errors[] = { "fail", "skip", "missing" };
  GVariantDict       dict;
  char               delimiter[] = { self->dialect.delimiter, 0 }, quote[] = { self->dialect.quote, 0 }, decimal[] = { self->dialect.decimal, 0 };

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "delimiter", "s", self->dialect.delimiter == SX_CSV_NO_DELIMITER ? "none" : self->dialect.delimiter == SX_CSV_BLANK_RUN ? "blanks"
                                                                                                                                                        : delimiter);
  g_variant_dict_insert (&dict, "quote", "s", self->dialect.quote ? quote : "none");
  g_variant_dict_insert (&dict, "decimal", "s", decimal);
  g_variant_dict_insert (&dict, "header", "b", self->dialect.has_header);
  g_variant_dict_insert (&dict, "skip", "x", (gint64)self->dialect.n_preamble);
  /* A file with bytes that are none of its encoding can only be read by guessing again. */
  if (sx_text_input_get_n_invalid (self->input) == 0)
    g_variant_dict_insert (&dict, "encoding", "s", sx_text_input_get_encoding (self->input));
  g_variant_dict_insert (&dict, "on-error", "s", on_errors[self->on_error]);
  g_variant_dict_insert_value (&dict, "missing", g_variant_new_strv ((const char *const *)self->missing.words, self->missing.n_words));
  if (self->names != NULL)
    g_variant_dict_insert_value (&dict, "columns", g_variant_new_strv ((const char *const *)self->names, -1));
  if (self->types != NULL)
    g_variant_dict_insert_value (&dict, "types", self->types);
  return g_variant_dict_end (&dict);
}

static gboolean
set_option_error (const char *key, const char *value, const char *wanted, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Option “%s” cannot be “%s”: %s."), key, value, wanted);
  return FALSE;
}

/* One byte: libcsv knows no longer marks. */
static gboolean
read_mark (GVariant *options, const char *key, char *mark, gboolean *is_fixed, GError **error)
{
  const char *text = sx_options_get_string (options, key);

  if (text == NULL || *text == '\0')
    return TRUE;
  *is_fixed = TRUE;
  if (g_str_equal (text, "tab") || g_str_equal (text, "\\t"))
    *mark = '\t';
  else if (g_str_equal (text, "blanks") && g_str_equal (key, "delimiter"))
    *mark = SX_CSV_BLANK_RUN;
  else if (g_str_equal (text, "none"))
    *mark = 0;
  else if (strlen (text) == 1 && (guchar)*text < 128 && *text != '\n' && *text != '\r')
    *mark = *text;
  else
    return set_option_error (key, text, _ ("it must be a single ASCII character"), error);
  return TRUE;
}

static gboolean
read_options (SxCsvReader *self, GVariant *options, GError **error)
{
  SxDialect  *dialect = &self->dialect;
  const char *text = sx_options_get_string (options, "on-error");
  char      **words;
  gint64      skip;

  if (!read_mark (options, "delimiter", &dialect->delimiter, &dialect->fixed_delimiter, error) ||
      !read_mark (options, "quote", &dialect->quote, &dialect->fixed_quote, error) ||
      !read_mark (options, "decimal", &dialect->decimal, &dialect->fixed_decimal, error))
    return FALSE;
  if (dialect->fixed_delimiter && dialect->delimiter == 0)
    dialect->delimiter = SX_CSV_NO_DELIMITER;
  if (dialect->fixed_decimal && dialect->decimal != '.' && dialect->decimal != ',')
    return set_option_error ("decimal", sx_options_get_string (options, "decimal"), _ ("it is a point or a comma"), error);
  if (dialect->fixed_delimiter && dialect->fixed_quote && dialect->delimiter == dialect->quote)
    return set_option_error ("quote", sx_options_get_string (options, "quote"), _ ("the delimiter is the same"), error);
  if (text == NULL || g_str_equal (text, "fail"))
    self->on_error = SX_CSV_FAIL;
  else if (g_str_equal (text, "skip"))
    self->on_error = SX_CSV_SKIP;
  else if (g_str_equal (text, "missing"))
    self->on_error = SX_CSV_MISSING;
  else
    return set_option_error ("on-error", text, _ ("it is fail, skip or missing"), error);
  if (options != NULL && g_variant_lookup (options, "header", "b", &dialect->has_header))
    dialect->fixed_header = TRUE;
  if (options != NULL && g_variant_lookup (options, "skip", "x", &skip))
    {
      if (skip < 0 || skip > SX_CSV_MAX_SKIP)
        return set_option_error ("skip", "…", _ ("it is a number of lines from 0 to 1,000,000"), error);
      dialect->n_preamble = (guint)skip;
      dialect->fixed_preamble = TRUE;
    }
  words = sx_options_get_strings (options, "missing");
  /* The list we report ourselves means what it means unsaid. */
  if (words != NULL && g_strv_equal ((const char *const *)words, sx_csv_default_missing))
    g_clear_pointer (&words, g_strfreev);
  sx_missing_init (&self->missing, words);
  self->names = sx_options_get_strings (options, "columns");
  if (options != NULL)
    self->types = g_variant_lookup_value (options, "types", G_VARIANT_TYPE ("a{ss}"));
  return TRUE;
}

static SxReader *
open_with (const SxFormat *format, const char *path, char delimiter, GVariant *options, GCancellable *cancellable, GError **error)
{
  SxCsvReader *self = g_new0 (SxCsvReader, 1);
  g_autoptr (SxReader) reader = &self->base;
  guint n_notes;

  sx_reader_init (&self->base, &sx_csv_reader_class, format, path);
  self->late_notes = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_read_note_free);
  if (delimiter != 0)
    {
      self->dialect.delimiter = delimiter;
      self->dialect.fixed_delimiter = TRUE;
    }
  if (!read_options (self, options, error))
    return NULL;
  self->input = sx_text_input_new (path, sx_options_get_string (options, "encoding"), error);
  if (self->input == NULL || !guess_dialect (self, cancellable, error))
    return NULL;
  self->n_open_notes = self->base.notes->len;
  if (!sx_csv_reader_begin (self, error) || !sx_csv_reader_fill (self, cancellable, error))
    return NULL;
  n_notes = self->base.notes->len;
  if (!make_columns (self, error))
    return NULL;
  /* Notes on the names stay with those of opening, before those on rows, which a new pass would make again. */
  for (guint i = n_notes; i < self->base.notes->len; i++)
    g_ptr_array_insert (self->base.notes, (int)self->n_open_notes++, g_ptr_array_steal_index (self->base.notes, i));
  if (!sx_csv_reader_decide_types (self, error))
    return NULL;
  return g_steal_pointer (&reader);
}

static SxReader *
open_csv (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return open_with (&sx_format_csv, path, 0, options, cancellable, error);
}

static SxReader *
open_tsv (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return open_with (&sx_format_tsv, path, '\t', options, cancellable, error);
}

/* Any text may be delimited; so this is the answer when nothing else is. */
static int
sniff_csv (const guint8 *head, gsize size, const char *name)
{
  return size > 0 ? 20 : 0;
}

static int
sniff_tsv (const guint8 *head, gsize size, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return memchr (head, '\t', size) == NULL ? 0 : g_str_has_suffix (lower, ".tsv") || g_str_has_suffix (lower, ".tab") || g_str_has_suffix (lower, ".tsv.gz") ? 20
                                                                                                                                                             : 1;
}

static const char *const csv_suffixes[] = { ".csv", ".data", ".txt", ".test", NULL };
static const char *const tsv_suffixes[] = { ".tsv", ".tab", NULL };

const SxFormat sx_format_csv = {
  .id = "csv",
  .title = N_ ("Comma-separated values"),
  .suffixes = csv_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = csv_options,
  .sniff = sniff_csv,
  .open = open_csv,
  .write = sx_csv_write_comma,
};

const SxFormat sx_format_tsv = {
  .id = "tsv",
  .title = N_ ("Tab-separated values"),
  .suffixes = tsv_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = csv_options,
  .sniff = sniff_tsv,
  .open = open_tsv,
  .write = sx_csv_write_tab,
};
