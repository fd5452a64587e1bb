/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* yajl's events into columns of raw cells.
 *
 * A stack says where in the table an event falls: among rows, in a record, in a column's array. A list inside a cell is not
 * taken apart: its text is built up again, and it is a list of numbers when nothing else was in it. No tree of the document is
 * ever made, so memory is that of the cells. */

#include "config.h"

#include "sx-json-private.h"

#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

typedef enum {
  PLACE_TOP,
  PLACE_ROWS,   /* in the array of rows */
  PLACE_RECORD, /* in an object that is a row, or nested in one */
  PLACE_ROW,    /* in an array that is a row */
  PLACE_TABLE,  /* in the object of columns */
  PLACE_COLUMN, /* in one column's array */
  PLACE_SKIP,
} Place;

typedef struct
{
  Place    place;
  gsize    path_size; /* of the path that leads here */
  guint64  index;     /* ROW: next cell; COLUMN: next row */
  gboolean is_row;    /* the row ends with it */
} Level;

typedef struct
{
  SxJsonTable *table;
  SxReader    *reader;
  gboolean     is_lines;
  GHashTable  *by_name; /* name to index + 1 */
  guint        next;    /* the column expected: rows mostly have the same keys in the same order */
  Level        levels[SX_JSON_MAX_DEPTH];
  guint        depth; /* of the level in use */
  GString     *path;
  GString     *list;
  guint        list_depth;
  gboolean     list_is_numeric;
  gboolean     list_has_value; /* a comma is due */
  gboolean     has_rows;       /* an array of rows was found */
  guint64      n_done;         /* top values read */
  GError      *error;

  guint64 line;   /* of the block's first byte */
  guint64 column; /* characters before it in its line */
} Parse;

static int G_GNUC_PRINTF (2, 3)
  fail (Parse *self, const char *format, ...)
{
  va_list args;

  if (self->error != NULL)
    return 0;
  va_start (args, format);
  self->error = g_error_new_valist (SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, format, args);
  va_end (args);
  return 0;
}

static Level *
level (Parse *self)
{
  return &self->levels[self->depth];
}

static int
push (Parse *self, Place place, gboolean is_row)
{
  if (self->depth + 1 >= SX_JSON_MAX_DEPTH)
    return fail (self, _ ("objects are nested more than %d deep"), SX_JSON_MAX_DEPTH);
  self->depth++;
  *level (self) = (Level){ .place = place, .path_size = self->path->len, .is_row = is_row };
  return 1;
}

static SxJsonColumn *
find_column (Parse *self, const char *name, gsize size)
{
  GPtrArray    *columns = self->table->columns;
  SxJsonColumn *column;
  guint         i;

  if (self->next < columns->len)
    {
      column = g_ptr_array_index (columns, self->next);
      if (strncmp (column->name, name, size) == 0 && column->name[size] == '\0')
        {
          self->next++;
          return column;
        }
    }
  i = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));
  if (i == 0)
    {
      if (columns->len >= SX_JSON_MAX_COLUMNS)
        return NULL;
      column = sx_json_column_new (name);
      g_ptr_array_add (columns, column);
      g_hash_table_insert (self->by_name, column->name, GUINT_TO_POINTER (columns->len));
      i = columns->len;
    }
  self->next = i;
  return g_ptr_array_index (columns, i - 1);
}

/* One finished cell, wherever we are. */
static int
add_cell (Parse *self, SxJsonKind kind, const char *text, gsize size)
{
  Level        *here = level (self);
  char          number[32];
  const char   *name = self->path->str;
  gsize         name_size = self->path->len;
  guint64       row = self->table->n_rows;
  SxJsonColumn *column;

  switch (here->place)
    {
    case PLACE_TOP:
      return fail (self, self->is_lines ? _ ("a line must hold an object or an array") : _ ("a table must be an array of objects, or an object of arrays"));
    case PLACE_ROWS:
      name = "value";
      name_size = 5;
      break;
    case PLACE_ROW:
      name_size = (gsize)g_snprintf (number, sizeof number, "column_%" G_GUINT64_FORMAT, ++here->index);
      name = number;
      break;
    case PLACE_COLUMN:
      row = here->index++;
      self->next = 0;
      break;
    case PLACE_TABLE:
      sx_reader_note (self->reader, 0, NULL, _ ("“%s” stands beside the table and was left out."), self->path->str);
      return 1;
    case PLACE_SKIP:
      return 1;
    case PLACE_RECORD:
    default:
      break;
    }
  if (size > SX_READER_MAX_TEXT)
    return fail (self, _ ("a value is longer than 256 MB"));
  column = find_column (self, name, name_size);
  if (column == NULL)
    return fail (self, _ ("the table has more than %d columns"), SX_JSON_MAX_COLUMNS);
  sx_json_column_set (column, row, kind, text, size);
  if (here->place == PLACE_ROWS)
    {
      self->table->n_rows++;
      self->next = 0;
    }
  return 1;
}

static void
append_escaped (GString *text, const char *string, gsize size)
{
  g_string_append_c (text, '"');
  for (gsize i = 0; i < size; i++)
    {
      guchar c = (guchar)string[i];
      if (c == '"' || c == '\\')
        g_string_append_c (text, '\\');
      if (c < 32)
        g_string_append_printf (text, "\\u%04x", c);
      else
        g_string_append_c (text, (char)c);
    }
  g_string_append_c (text, '"');
}

static void
append_to_list (Parse *self, const char *text, gsize size, gboolean is_string)
{
  if (self->list_has_value)
    g_string_append_c (self->list, ',');
  if (is_string)
    append_escaped (self->list, text, size);
  else
    g_string_append_len (self->list, text, (gssize)size);
  self->list_has_value = TRUE;
}

static int
on_null (void *data)
{
  Parse *self = data;

  if (self->list_depth == 0)
    return add_cell (self, SX_JSON_NULL, "", 0);
  append_to_list (self, "null", 4, FALSE);
  return 1;
}

static int
on_boolean (void *data, int value)
{
  Parse      *self = data;
  const char *word = value ? "true" : "false";

  if (self->list_depth == 0)
    return add_cell (self, SX_JSON_BOOL, word, strlen (word));
  self->list_is_numeric = FALSE;
  append_to_list (self, word, strlen (word), FALSE);
  return 1;
}

static int
on_number (void *data, const char *text, size_t size)
{
  Parse *self = data;
  gint64 value;

  if (self->list_depth == 0)
    return add_cell (self, sx_number_parse_int64 (text, size, &value) ? SX_JSON_INT : SX_JSON_FLOAT, text, size);
  append_to_list (self, text, size, FALSE);
  return 1;
}

/* yajl lets half a surrogate pair through, which is no UTF-8. All of them begin with this byte. */
static char *
dup_repaired (const guchar *text, gsize size)
{
  if (memchr (text, 0xed, size) == NULL || g_utf8_validate ((const char *)text, (gssize)size, NULL))
    return NULL;
  return g_utf8_make_valid ((const char *)text, (gssize)size);
}

static int
on_string (void *data, const guchar *text, size_t size)
{
  Parse           *self = data;
  g_autofree char *repaired = dup_repaired (text, size);

  if (repaired != NULL)
    {
      text = (const guchar *)repaired;
      size = strlen (repaired);
    }
  if (self->list_depth == 0)
    return add_cell (self, SX_JSON_STRING, (const char *)text, size);
  self->list_is_numeric = FALSE;
  append_to_list (self, (const char *)text, size, TRUE);
  return 1;
}

/* An opening bracket inside a cell. */
static int
open_in_list (Parse *self, char bracket)
{
  if (self->list_depth + 1 >= SX_JSON_MAX_DEPTH)
    return fail (self, _ ("lists are nested more than %d deep"), SX_JSON_MAX_DEPTH);
  if (self->list_depth > 0)
    self->list_is_numeric = FALSE;
  if (self->list_has_value)
    g_string_append_c (self->list, ',');
  g_string_append_c (self->list, bracket);
  self->list_has_value = FALSE;
  self->list_depth++;
  return 1;
}

static int
close_in_list (Parse *self, char bracket)
{
  g_string_append_c (self->list, bracket);
  self->list_has_value = TRUE;
  if (--self->list_depth > 0)
    return 1;
  return add_cell (self, self->list_is_numeric ? SX_JSON_LIST : SX_JSON_TEXT, self->list->str, self->list->len);
}

static int
begin_row (Parse *self, Place place)
{
  self->next = 0;
  g_string_truncate (self->path, 0);
  return push (self, place, TRUE);
}

static int
on_start_map (void *data)
{
  Parse *self = data;

  if (self->list_depth > 0)
    return open_in_list (self, '{');
  switch (level (self)->place)
    {
    case PLACE_TOP:
      return self->is_lines ? begin_row (self, PLACE_RECORD) : push (self, PLACE_TABLE, FALSE);
    case PLACE_ROWS:
      return begin_row (self, PLACE_RECORD);
    case PLACE_ROW:
      g_string_printf (self->path, "column_%" G_GUINT64_FORMAT, ++level (self)->index);
      return push (self, PLACE_RECORD, FALSE);
    case PLACE_RECORD:
      return push (self, PLACE_RECORD, FALSE);
    case PLACE_COLUMN:
      /* The array is one of records after all: a table within an object. */
      if (level (self)->index > 0 || self->has_rows || self->table->columns->len > 0)
        return fail (self, _ ("an object stands in a column of values"));
      self->has_rows = TRUE;
      level (self)->place = PLACE_ROWS;
      return begin_row (self, PLACE_RECORD);
    case PLACE_TABLE:
      sx_reader_note (self->reader, 0, NULL, _ ("“%s” stands beside the table and was left out."), self->path->str);
      return push (self, PLACE_SKIP, FALSE);
    case PLACE_SKIP:
    default:
      return push (self, PLACE_SKIP, FALSE);
    }
}

static int
on_map_key (void *data, const guchar *key, size_t size)
{
  Parse           *self = data;
  g_autofree char *repaired = dup_repaired (key, size);

  if (memchr (key, 0, size) != NULL)
    return fail (self, _ ("a name has a zero character in it"));
  if (repaired != NULL)
    {
      key = (const guchar *)repaired;
      size = strlen (repaired);
    }
  if (self->list_depth > 0)
    {
      append_to_list (self, (const char *)key, size, TRUE);
      g_string_append_c (self->list, ':');
      self->list_has_value = FALSE;
      return 1;
    }
  g_string_truncate (self->path, level (self)->path_size);
  if (level (self)->place == PLACE_RECORD && self->path->len > 0)
    g_string_append_c (self->path, '.');
  g_string_append_len (self->path, (const char *)key, (gssize)size);
  return 1;
}

static int
end_level (Parse *self)
{
  Level ended = *level (self);

  self->depth--;
  g_string_truncate (self->path, ended.path_size);
  if (ended.is_row)
    self->table->n_rows++;
  if (ended.place == PLACE_COLUMN)
    {
      self->table->n_rows = MAX (self->table->n_rows, ended.index);
      self->table->is_columns = TRUE;
    }
  if (level (self)->place == PLACE_TOP)
    self->n_done++;
  return 1;
}

static int
on_end_map (void *data)
{
  Parse *self = data;

  return self->list_depth > 0 ? close_in_list (self, '}') : end_level (self);
}

static int
on_start_array (void *data)
{
  Parse *self = data;

  if (self->list_depth > 0)
    return open_in_list (self, '[');
  switch (level (self)->place)
    {
    case PLACE_TOP:
      return self->is_lines ? begin_row (self, PLACE_ROW) : push (self, PLACE_ROWS, FALSE);
    case PLACE_ROWS:
      return begin_row (self, PLACE_ROW);
    case PLACE_TABLE:
      return push (self, self->has_rows ? PLACE_SKIP : PLACE_COLUMN, FALSE);
    case PLACE_SKIP:
      return push (self, PLACE_SKIP, FALSE);
    case PLACE_RECORD:
    case PLACE_ROW:
    case PLACE_COLUMN:
    default:
      g_string_truncate (self->list, 0);
      self->list_is_numeric = TRUE;
      self->list_has_value = FALSE;
      return open_in_list (self, '[');
    }
}

static int
on_end_array (void *data)
{
  Parse *self = data;

  return self->list_depth > 0 ? close_in_list (self, ']') : end_level (self);
}

static const yajl_callbacks callbacks = {
  on_null, on_boolean, NULL, NULL, on_number, on_string, on_start_map, on_map_key, on_end_map, on_start_array, on_end_array
};

/* Moves the position over @size bytes of text. */
static void
advance (Parse *self, const char *text, gsize size)
{
  const char *end = text + size, *newline;

  while ((newline = memchr (text, '\n', (gsize)(end - text))) != NULL)
    {
      self->line++;
      self->column = 0;
      text = newline + 1;
    }
  self->column += (guint64)g_utf8_strlen (text, end - text);
}

static gboolean
set_parse_error (Parse *self, yajl_handle parser, const char *text, gsize size, GError **error)
{
  g_autofree char *name = g_path_get_basename (self->reader->path);
  g_autofree char *line = NULL;

  if (size > 0)
    advance (self, text, MIN (size, yajl_get_bytes_consumed (parser)));
  line = sx_number_dup_grouped (self->line);
  if (self->error == NULL)
    {
      guchar          *raw = yajl_get_error (parser, 0, (const guchar *)text, size);
      g_autofree char *message = g_strdup ((const char *)raw);
      yajl_free_error (parser, raw);
      g_strchomp (message);
      if (g_str_has_suffix (message, "."))
        message[strlen (message) - 1] = 0;
      fail (self, "%s", message);
    }
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s”, line %s, column %" G_GUINT64_FORMAT ": %s."), name, line,
               MAX (1, self->column), self->error->message); /* yajl has taken the character it stumbled over */
  return FALSE;
}

static gboolean
parse_all (Parse *self, yajl_handle parser, SxTextInput *input, GCancellable *cancellable, GError **error)
{
  g_autofree char *block = g_malloc (SX_TEXT_INPUT_BLOCK);
  gssize           n;

  while ((n = sx_text_input_read (input, block, cancellable, error)) > 0)
    {
      if (yajl_parse (parser, (const guchar *)block, (gsize)n) != yajl_status_ok)
        return set_parse_error (self, parser, block, (gsize)n, error);
      advance (self, block, (gsize)n);
      sx_reader_set_progress (self->reader, sx_text_input_get_progress (input) * .8);
    }
  if (n < 0)
    return FALSE;
  if (yajl_complete_parse (parser) != yajl_status_ok || self->depth > 0 || self->list_depth > 0)
    {
      if (self->error == NULL && self->n_done == 0 && self->depth == 0)
        fail (self, _ ("the file holds no JSON value"));
      else
        fail (self, _ ("the file ends in the middle of a value"));
      return set_parse_error (self, parser, NULL, 0, error);
    }
  return TRUE;
}

gboolean
sx_json_table_read (SxJsonTable *self, SxReader *reader, SxTextInput *input, gboolean is_lines, GCancellable *cancellable, GError **error)
{
  g_autofree Parse *parse = g_new0 (Parse, 1);
  yajl_handle       parser = yajl_alloc (&callbacks, NULL, parse);
  gboolean          is_done;

  *self = (SxJsonTable){ .columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_json_column_free) };
  parse->table = self;
  parse->reader = reader;
  parse->is_lines = is_lines;
  parse->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  parse->path = g_string_new (NULL);
  parse->list = g_string_new (NULL);
  parse->line = 1;
  yajl_config (parser, yajl_dont_validate_strings, 1); /* the input gives nothing but UTF-8 */
  if (is_lines)
    yajl_config (parser, yajl_allow_multiple_values, 1);
  is_done = parse_all (parse, parser, input, cancellable, error);
  yajl_free (parser);
  g_clear_error (&parse->error);
  g_hash_table_unref (parse->by_name);
  g_string_free (parse->path, TRUE);
  g_string_free (parse->list, TRUE);
  return is_done;
}

void
sx_json_table_clear (SxJsonTable *self)
{
  g_clear_pointer (&self->columns, g_ptr_array_unref);
}
