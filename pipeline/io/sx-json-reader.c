/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The formats “json” and “jsonl”. A column's type is known only after its last cell, so opening reads the file whole into raw
 * cells; batches are typed from them. */

#include "config.h"

#include "sx-json-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  SxReader          base;
  char             *encoding; /* NULL when the file has bytes that are not of it: only a guess reads it then */
  GVariant         *types;    /* (nullable) a{ss} */
  SxJsonTable       table;
  SxColumnBuilder **builders;
  guint             n_builders;
  guint64           row; /* the next one to hand out */
} SxJsonReader;

static const SxFormatOption json_options[] = {
  { "encoding", "s", N_ ("guessed"), N_ ("UTF-8, UTF-16LE, …") },
  { "types", "a{ss}", N_ ("guessed from all rows"), N_ ("The types of some columns, by name") },
  { NULL }
};

/* The rows of the next batch: fewer where cells are large. */
static gsize
count_rows (SxJsonReader *self)
{
  gsize n_rows = (gsize)MIN (self->table.n_rows - self->row, SX_BATCH_MAX_ROWS);

  for (guint i = 0; i < self->table.columns->len; i++)
    while (n_rows > 1 && sx_json_column_get_size (g_ptr_array_index (self->table.columns, i), self->row, n_rows) > SX_READER_MAX_TEXT)
      n_rows /= 2;
  return n_rows;
}

static SxBatch *
sx_json_reader_next (SxReader *reader, GCancellable *cancellable, GError **error)
{
  SxJsonReader         *self = (SxJsonReader *)reader;
  guint                 n = self->table.columns->len;
  gsize                 n_rows = count_rows (self);
  g_autofree SxColumn **columns = g_new0 (SxColumn *, n);
  SxBatch              *batch = NULL;
  guint                 i;

  if (n_rows == 0)
    return NULL;
  for (i = 0; i < n; i++)
    {
      columns[i] = sx_json_column_build (g_ptr_array_index (self->table.columns, i), self->builders[i], self->row, n_rows, error);
      if (columns[i] == NULL)
        break;
    }
  if (i == n)
    {
      batch = sx_batch_new (reader->schema, columns, n_rows);
      self->row += n_rows;
      sx_reader_set_progress (reader, .8 + .2 * (double)self->row / (double)self->table.n_rows);
    }
  for (i = 0; i < n; i++)
    g_clear_pointer (&columns[i], sx_column_unref);
  return batch;
}

static gboolean
sx_json_reader_rewind (SxReader *reader, GCancellable *cancellable, GError **error)
{
  ((SxJsonReader *)reader)->row = 0;
  return TRUE;
}

static GVariant *
sx_json_reader_dup_options (SxReader *reader)
{
  SxJsonReader *self = (SxJsonReader *)reader;
  GVariantDict  dict;

  g_variant_dict_init (&dict, NULL);
  if (self->encoding != NULL)
    g_variant_dict_insert (&dict, "encoding", "s", self->encoding);
  if (self->types != NULL)
    g_variant_dict_insert_value (&dict, "types", self->types);
  return g_variant_dict_end (&dict);
}

static void
sx_json_reader_free (SxReader *reader)
{
  SxJsonReader *self = (SxJsonReader *)reader;

  sx_json_table_clear (&self->table);
  for (guint i = 0; i < self->n_builders; i++)
    g_clear_pointer (&self->builders[i], sx_column_builder_free);
  g_free (self->builders);
  g_free (self->encoding);
  g_clear_pointer (&self->types, g_variant_unref);
}

static const SxReaderClass json_class = {
  sx_json_reader_next, sx_json_reader_rewind, sx_json_reader_dup_options, sx_json_reader_free
};

/* The types the caller fixed, over the guessed ones. */
static gboolean
fix_types (SxJsonReader *self, SxType *types, GError **error)
{
  GVariantIter iter;
  const char  *name, *nick;

  if (self->types == NULL)
    return TRUE;
  g_variant_iter_init (&iter, self->types);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &nick))
    {
      guint i = 0;
      while (i < self->table.columns->len && !g_str_equal (((SxJsonColumn *)g_ptr_array_index (self->table.columns, i))->name, name))
        i++;
      if (i == self->table.columns->len)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“types” names a column “%s”, which “%s” does not have."), name, self->base.path);
          return FALSE;
        }
      if (!sx_type_from_nick (nick, &types[i]))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“types” gives column “%s” the unknown type “%s”."), name, nick);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_schema (SxJsonReader *self, GError **error)
{
  GPtrArray         *columns = self->table.columns;
  g_autofree SxType *types = g_new0 (SxType, MAX (1, columns->len));
  g_auto (GStrv) names = g_new0 (char *, columns->len + 1);
  SxSchema *schema;

  if (columns->len == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” has no columns: there is no table in it."), self->base.path);
      return FALSE;
    }
  for (guint i = 0; i < columns->len; i++)
    {
      SxJsonColumn *column = g_ptr_array_index (columns, i);
      types[i] = sx_json_column_guess_type (column, self->table.n_rows);
      names[i] = g_strdup (column->name);
    }
  if (!fix_types (self, types, error))
    return FALSE;
  sx_reader_tidy_names (&self->base, names, columns->len);
  self->builders = g_new0 (SxColumnBuilder *, columns->len);
  self->n_builders = columns->len;
  for (guint i = 0; i < columns->len; i++)
    self->builders[i] = sx_column_builder_new (types[i]);
  schema = sx_reader_build_schema (names, types, columns->len, error);
  if (schema != NULL)
    sx_reader_set_schema (&self->base, schema);
  return schema != NULL;
}

/* Columns of one object must be of one length, or rows would not belong together. */
static gboolean
check_lengths (SxJsonReader *self, GError **error)
{
  for (guint i = 0; i < self->table.columns->len; i++)
    {
      SxJsonColumn *column = g_ptr_array_index (self->table.columns, i);
      if (column->ends->len < self->table.n_rows)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE,
                       _ ("“%s”: column “%s” has %u values, but others have %" G_GUINT64_FORMAT "."), self->base.path, column->name,
                       column->ends->len, self->table.n_rows);
          return FALSE;
        }
    }
  return TRUE;
}

static SxReader *
open_with (const SxFormat *format, gboolean is_lines, const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  SxJsonReader *self = g_new0 (SxJsonReader, 1);
  g_autoptr (SxReader) reader = &self->base;
  g_autoptr (SxTextInput) input = NULL;

  sx_reader_init (&self->base, &json_class, format, path);
  if (options != NULL)
    self->types = g_variant_lookup_value (options, "types", G_VARIANT_TYPE ("a{ss}"));
  input = sx_text_input_new (path, sx_options_get_string (options, "encoding"), error);
  if (input == NULL || !sx_json_table_read (&self->table, &self->base, input, is_lines, cancellable, error))
    return NULL;
  if (sx_text_input_get_n_invalid (input) == 0)
    self->encoding = g_strdup (sx_text_input_get_encoding (input));
  else
    sx_reader_note (&self->base, 0, NULL, _ ("%" G_GUINT64_FORMAT " bytes are no characters in %s and were read as “\xef\xbf\xbd”. Set “encoding” if the file is in another."),
                    sx_text_input_get_n_invalid (input), sx_text_input_get_encoding (input));
  if (self->table.is_columns && !check_lengths (self, error))
    return NULL;
  return make_schema (self, error) ? g_steal_pointer (&reader) : NULL;
}

static SxReader *
open_json (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return open_with (&sx_format_json, FALSE, path, options, cancellable, error);
}

static SxReader *
open_jsonl (const char *path, GVariant *options, GCancellable *cancellable, GError **error)
{
  return open_with (&sx_format_jsonl, TRUE, path, options, cancellable, error);
}

/* The first character that is no blank, and whether its bracket closes before the first line ends. */
static char
look_at (const guint8 *head, gsize size, gboolean *is_closed, gboolean *is_followed)
{
  gsize    i = size >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, depth = 0;
  gboolean is_string = FALSE;
  char     first;

  *is_closed = *is_followed = FALSE;
  while (i < size && g_ascii_isspace (head[i]))
    i++;
  if (i == size || (head[i] != '{' && head[i] != '['))
    return 0;
  first = (char)head[i];
  for (; i < size && head[i] != '\n' && !*is_closed; i++)
    {
      if (is_string && head[i] == '\\')
        i++;
      else if (head[i] == '"')
        is_string = !is_string;
      else if (!is_string && (head[i] == '{' || head[i] == '['))
        depth++;
      else if (!is_string && (head[i] == '}' || head[i] == ']'))
        *is_closed = --depth == 0;
    }
  while (i < size && g_ascii_isspace (head[i]))
    i++;
  *is_followed = i < size && (head[i] == '{' || head[i] == '[');
  return first;
}

static gboolean
is_second_plausible (const guint8 *head, gsize size)
{
  /* “[x]” may begin a CSV or an ini file; JSON goes on with a value. */
  gsize i = size >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  while (i < size && g_ascii_isspace (head[i]))
    i++;
  for (i++; i < size && g_ascii_isspace (head[i]);)
    i++;
  return i < size && (strchr ("{[\"]}-tfn", head[i]) != NULL || g_ascii_isdigit (head[i]));
}

static int
sniff_json (const guint8 *head, gsize size, const char *name)
{
  gboolean is_closed, is_followed;
  char     first = look_at (head, size, &is_closed, &is_followed);

  return first == 0 || !is_second_plausible (head, size) || (is_closed && is_followed) ? 0 : 60;
}

static int
sniff_jsonl (const guint8 *head, gsize size, const char *name)
{
  gboolean is_closed, is_followed;
  char     first = look_at (head, size, &is_closed, &is_followed);

  if (first == 0 || !is_second_plausible (head, size) || !is_closed)
    return 0;
  return is_followed ? 65 : 40;
}

static const char *const json_suffixes[] = { ".json", NULL };
static const char *const jsonl_suffixes[] = { ".jsonl", ".ndjson", NULL };

const SxFormat sx_format_json = {
  .id = "json",
  .title = N_ ("JSON"),
  .suffixes = json_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = json_options,
  .sniff = sniff_json,
  .open = open_json,
  .write = sx_json_write,
};

const SxFormat sx_format_jsonl = {
  .id = "jsonl",
  .title = N_ ("JSON Lines"),
  .suffixes = jsonl_suffixes,
  .flags = SX_FORMAT_READS | SX_FORMAT_WRITES,
  .options = json_options,
  .sniff = sniff_jsonl,
  .open = open_jsonl,
  .write = sx_json_write_lines,
};
