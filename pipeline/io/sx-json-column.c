/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The cells of one JSON column, and as what type they are read: the narrowest that holds all of them. Strings that are all
 * times become times; strings of few different words become a category; kinds that do not go together become text. */

#include "config.h"

#include "sx-json-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_CATEGORIES 1000

SxJsonColumn *
sx_json_column_new (const char *name)
{
  SxJsonColumn *self = g_new0 (SxJsonColumn, 1);

  self->name = g_strdup (name);
  self->bytes = g_string_new (NULL);
  self->ends = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->kinds = g_byte_array_new ();
  return self;
}

void
sx_json_column_free (SxJsonColumn *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_string_free (self->bytes, TRUE);
  g_array_unref (self->ends);
  g_byte_array_unref (self->kinds);
  g_free (self);
}

static void
append (SxJsonColumn *self, SxJsonKind kind, const char *text, gsize size)
{
  guint64 end;
  guint8  byte = kind;

  g_string_append_len (self->bytes, text, (gssize)size);
  end = self->bytes->len;
  g_array_append_val (self->ends, end);
  g_byte_array_append (self->kinds, &byte, 1);
  self->seen |= 1u << kind;
}

void
sx_json_column_set (SxJsonColumn *self, guint64 row, SxJsonKind kind, const char *text, gsize size)
{
  while (self->ends->len < row)
    append (self, SX_JSON_NULL, "", 0);
  if (self->ends->len == row + 1)
    {
      g_string_truncate (self->bytes, row == 0 ? 0 : g_array_index (self->ends, guint64, row - 1));
      g_array_set_size (self->ends, (guint)row);
      g_byte_array_set_size (self->kinds, (guint)row);
    }
  append (self, kind, text, size);
}

const char *
sx_json_column_get (const SxJsonColumn *self, guint64 row, SxJsonKind *kind, gsize *size)
{
  guint64 from;

  *kind = SX_JSON_NULL;
  *size = 0;
  if (row >= self->ends->len)
    return "";
  from = row == 0 ? 0 : g_array_index (self->ends, guint64, row - 1);
  *kind = self->kinds->data[row];
  *size = g_array_index (self->ends, guint64, row) - from;
  return self->bytes->str + from;
}

static guint64
get_end (const SxJsonColumn *self, guint64 n_rows)
{
  n_rows = MIN (n_rows, self->ends->len);
  return n_rows == 0 ? 0 : g_array_index (self->ends, guint64, n_rows - 1);
}

guint64
sx_json_column_get_size (const SxJsonColumn *self, guint64 first, gsize n_rows)
{
  return get_end (self, first + n_rows) - get_end (self, first);
}

static gboolean
is_all_times (const SxJsonColumn *self)
{
  for (guint64 row = 0; row < self->ends->len; row++)
    {
      SxJsonKind  kind;
      gsize       size;
      gint64      time;
      const char *text = sx_json_column_get (self, row, &kind, &size);
      if (kind == SX_JSON_STRING && !sx_timestamp_parse (text, size, &time))
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_few_words (const SxJsonColumn *self)
{
  g_autoptr (GHashTable) words = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  guint64 n_present = 0;

  for (guint64 row = 0; row < self->ends->len; row++)
    {
      SxJsonKind  kind;
      gsize       size;
      const char *text = sx_json_column_get (self, row, &kind, &size);
      if (kind == SX_JSON_NULL)
        continue;
      n_present++;
      g_hash_table_add (words, g_bytes_new (text, size));
      if (g_hash_table_size (words) > MAX_CATEGORIES)
        return FALSE;
    }
  return (guint64)g_hash_table_size (words) * 2 <= n_present;
}

SxType
sx_json_column_guess_type (const SxJsonColumn *self, guint64 n_rows)
{
  guint seen = self->seen & ~(1u << SX_JSON_NULL);

  if (seen == 0)
    return SX_TYPE_FLOAT64;
  if (seen == 1u << SX_JSON_INT)
    return SX_TYPE_INT64;
  if ((seen & ~(1u << SX_JSON_INT | 1u << SX_JSON_FLOAT)) == 0)
    return SX_TYPE_FLOAT64;
  if (seen == 1u << SX_JSON_BOOL)
    return SX_TYPE_BOOL;
  if (seen == 1u << SX_JSON_LIST)
    return SX_TYPE_LIST;
  if (seen == 1u << SX_JSON_STRING && is_all_times (self))
    return SX_TYPE_TIMESTAMP;
  return has_few_words (self) ? SX_TYPE_CATEGORY : SX_TYPE_STRING;
}

/* “[1,null,2.5]” */
static gboolean
append_list (SxColumnBuilder *builder, const char *text, gsize size)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  const char *p = text + 1, *end = text + size - 1;

  if (size < 2 || *text != '[' || text[size - 1] != ']')
    return FALSE;
  while (p < end)
    {
      const char *comma = memchr (p, ',', (gsize)(end - p));
      const char *to = comma ? comma : end;
      double      value = NAN;
      if (!(to - p == 4 && memcmp (p, "null", 4) == 0) && !sx_number_parse (p, (gsize)(to - p), &value))
        return FALSE;
      g_array_append_val (values, value);
      p = to + 1;
    }
  sx_column_builder_append_list (builder, (gconstpointer)values->data, values->len);
  return TRUE;
}

static gboolean
append_cell (SxColumnBuilder *builder, SxJsonKind kind, const char *text, gsize size)
{
  gint64   whole;
  double   number;
  gboolean truth;

  switch (sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      if (!sx_number_parse_int64 (text, size, &whole))
        return FALSE;
      sx_column_builder_append_int64 (builder, whole);
      return TRUE;
    case SX_TYPE_FLOAT64:
      if (!sx_number_parse (text, size, &number))
        return FALSE;
      sx_column_builder_append_double (builder, number);
      return TRUE;
    case SX_TYPE_BOOL:
      if (kind == SX_JSON_INT && size == 1 && (*text == '0' || *text == '1'))
        truth = *text == '1';
      else if (!sx_number_parse_bool (text, size, &truth))
        return FALSE;
      sx_column_builder_append_bool (builder, truth);
      return TRUE;
    case SX_TYPE_TIMESTAMP:
      if (!sx_timestamp_parse (text, size, &whole))
        return FALSE;
      sx_column_builder_append_int64 (builder, whole);
      return TRUE;
    case SX_TYPE_LIST:
      return append_list (builder, text, size);
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      sx_column_builder_append_text (builder, text, size);
      return TRUE;
    }
}

SxColumn *
sx_json_column_build (const SxJsonColumn *self, SxColumnBuilder *builder, guint64 first, gsize n_rows, GError **error)
{
  for (guint64 row = first; row < first + n_rows; row++)
    {
      SxJsonKind  kind;
      gsize       size;
      const char *text = sx_json_column_get (self, row, &kind, &size);

      if (kind == SX_JSON_NULL)
        sx_column_builder_append_missing (builder);
      else if (!append_cell (builder, kind, text, size))
        {
          g_autofree char *number = sx_number_dup_grouped (row + 1);
          g_autofree char *cell = g_strndup (text, MIN (size, 40));
          g_autofree char *valid = g_utf8_make_valid (cell, -1);
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s”, row %s: “%s” is not of the type %s. Choose another type for the column."),
                       self->name, number, valid, sx_type_get_nick (sx_column_builder_get_type (builder)));
          return NULL;
        }
    }
  return sx_column_builder_finish (builder);
}
