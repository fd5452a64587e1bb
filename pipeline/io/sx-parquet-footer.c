/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A Parquet file's footer: the schema as the file has it, and where the column chunks lie. Field numbers are those of parquet.thrift. */

#include "config.h"

#include "sx-parquet-private.h"
#include "sx-thrift-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ARROW_SCHEMA_KEY "ARROW:schema"

static gboolean
set_damaged (const char *place, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is damaged: %s. Get a whole copy of it, or write it again."), place, what);
  return FALSE;
}

static void
clear_element (gpointer data)
{
  g_free (((SxParquetElement *)data)->name);
}

/* ---- schema ---- */

static int
read_scale (SxThrift *thrift, SxThriftType type)
{
  gint64 scale = sx_thrift_read_int (thrift, type);

  return (int)CLAMP (scale, -10000, 10000);
}

static void
read_decimal (SxThrift *thrift, SxParquetElement *element)
{
  gint16       field = 0;
  SxThriftType type;

  element->meaning = SX_PARQUET_DECIMAL;
  while (sx_thrift_next (thrift, &field, &type))
    if (field == 1)
      element->scale = read_scale (thrift, type);
    else
      sx_thrift_skip (thrift, type);
}

/* The unit is a union of empty structs: the field that is there says it. */
static void
read_unit (SxThrift *thrift, SxParquetElement *element)
{
  static const gint64 per_second[] = { 0, 1000, 1000000, 1000000000 };
  gint16              field = 0;
  SxThriftType        type;

  while (sx_thrift_next (thrift, &field, &type))
    {
      if (field >= 1 && field < (int)G_N_ELEMENTS (per_second))
        element->per_second = per_second[field];
      sx_thrift_skip (thrift, type);
    }
}

static void
read_time (SxThrift *thrift, SxParquetElement *element, SxParquetMeaning meaning)
{
  gint16       field = 0;
  SxThriftType type;

  element->meaning = meaning;
  element->per_second = 0;
  while (sx_thrift_next (thrift, &field, &type))
    if (field == 2 && sx_thrift_enter (thrift, type))
      {
        read_unit (thrift, element);
        sx_thrift_leave (thrift);
      }
    else
      sx_thrift_skip (thrift, type);
  if (element->per_second == 0)
    element->meaning = SX_PARQUET_STRANGE;
}

static void
read_integer (SxThrift *thrift, SxParquetElement *element)
{
  gint16       field = 0;
  SxThriftType type;

  element->meaning = SX_PARQUET_INTEGER;
  while (sx_thrift_next (thrift, &field, &type))
    if (field == 2)
      element->is_unsigned = !sx_thrift_read_bool (thrift, type);
    else
      sx_thrift_skip (thrift, type);
}

/* A union; what it says counts more than the older converted type. */
static void
read_logical_type (SxThrift *thrift, SxParquetElement *element)
{
  static const guint8 plain[] = {
    [1] = SX_PARQUET_TEXT,
    [2] = SX_PARQUET_MAP,
    [3] = SX_PARQUET_LIST,
    [4] = SX_PARQUET_TEXT,
    [6] = SX_PARQUET_DATE,
    [11] = SX_PARQUET_NOTHING,
    [12] = SX_PARQUET_TEXT,
    [13] = SX_PARQUET_AS_STORED,
    [14] = SX_PARQUET_UUID,
    [15] = SX_PARQUET_HALF,
  };
  gint16       field = 0;
  SxThriftType type;

  while (sx_thrift_next (thrift, &field, &type) && sx_thrift_enter (thrift, type))
    {
      if (field == 5)
        read_decimal (thrift, element);
      else if (field == 7 || field == 8)
        read_time (thrift, element, field == 7 ? SX_PARQUET_TIME : SX_PARQUET_TIMESTAMP);
      else if (field == 10)
        read_integer (thrift, element);
      else
        {
          element->meaning = field > 0 && field < (int)G_N_ELEMENTS (plain) ? (SxParquetMeaning)plain[field] : SX_PARQUET_STRANGE;
          sx_thrift_skip (thrift, SX_THRIFT_STRUCT);
        }
      sx_thrift_leave (thrift);
    }
}

static void
apply_converted_type (SxParquetElement *element, gint64 converted)
{
  static const struct
  {
    guint8   meaning;
    gint64   per_second;
    gboolean is_unsigned;
  } types[] = {
    [0] = { SX_PARQUET_TEXT },
    [1] = { SX_PARQUET_MAP },
    [2] = { SX_PARQUET_MAP },
    [3] = { SX_PARQUET_LIST },
    [4] = { SX_PARQUET_TEXT },
    [5] = { SX_PARQUET_DECIMAL },
    [6] = { SX_PARQUET_DATE },
    [7] = { SX_PARQUET_TIME, 1000 },
    [8] = { SX_PARQUET_TIME, 1000000 },
    [9] = { SX_PARQUET_TIMESTAMP, 1000 },
    [10] = { SX_PARQUET_TIMESTAMP, 1000000 },
    [11] = { SX_PARQUET_INTEGER, 0, TRUE },
    [12] = { SX_PARQUET_INTEGER, 0, TRUE },
    [13] = { SX_PARQUET_INTEGER, 0, TRUE },
    [14] = { SX_PARQUET_INTEGER, 0, TRUE },
    [15] = { SX_PARQUET_INTEGER },
    [16] = { SX_PARQUET_INTEGER },
    [17] = { SX_PARQUET_INTEGER },
    [18] = { SX_PARQUET_INTEGER },
    [19] = { SX_PARQUET_TEXT },
    [20] = { SX_PARQUET_AS_STORED },
    [21] = { SX_PARQUET_INTERVAL },
  };

  if (converted < 0 || converted >= (gint64)G_N_ELEMENTS (types))
    return;
  element->meaning = (SxParquetMeaning)types[converted].meaning;
  element->per_second = types[converted].per_second;
  element->is_unsigned = types[converted].is_unsigned;
}

static void
read_element (SxThrift *thrift, SxParquetElement *element)
{
  gint16       field = 0;
  SxThriftType type;
  gint64       physical = SX_PARQUET_GROUP, size = 0, repetition = 0, n_children = 0, converted = -1;
  gboolean     is_logical = FALSE;

  while (sx_thrift_next (thrift, &field, &type))
    switch (field)
      {
      case 1:
        physical = sx_thrift_read_int (thrift, type);
        break;
      case 2:
        size = sx_thrift_read_int (thrift, type);
        break;
      case 3:
        repetition = sx_thrift_read_int (thrift, type);
        break;
      case 4:
        g_free (element->name);
        element->name = sx_thrift_dup_text (thrift, type);
        break;
      case 5:
        n_children = sx_thrift_read_int (thrift, type);
        break;
      case 6:
        converted = sx_thrift_read_int (thrift, type);
        break;
      case 7:
        element->scale = read_scale (thrift, type);
        break;
      case 10:
        is_logical = sx_thrift_enter (thrift, type);
        read_logical_type (thrift, element);
        sx_thrift_leave (thrift);
        break;
      default:
        sx_thrift_skip (thrift, type);
      }
  if (physical < SX_PARQUET_GROUP || physical > SX_PARQUET_FIXED || repetition < 0 || repetition > SX_PARQUET_REPEATED || n_children < 0 || n_children > SX_ARROW_MAX_FIELDS || size < 0 || size > G_MAXINT32)
    thrift->is_bad = TRUE;
  element->physical = n_children > 0 ? SX_PARQUET_GROUP : (SxParquetPhysical)physical;
  element->size = (gsize)size;
  element->repetition = (SxParquetRepetition)repetition;
  element->n_children = (guint)n_children;
  if (!is_logical)
    apply_converted_type (element, converted);
}

static void
read_schema (SxParquetFooter *self, SxThrift *thrift, SxThriftType type)
{
  gsize n = sx_thrift_read_list (thrift, type, SX_THRIFT_STRUCT);

  thrift->is_bad |= n > SX_ARROW_MAX_FIELDS || self->elements->len > 0;
  for (gsize i = 0; i < n && !thrift->is_bad; i++)
    {
      SxParquetElement element = { 0 };

      sx_thrift_enter (thrift, SX_THRIFT_STRUCT);
      read_element (thrift, &element);
      sx_thrift_leave (thrift);
      if (element.name == NULL)
        element.name = g_strdup ("");
      self->n_columns += element.physical != SX_PARQUET_GROUP;
      g_array_append_val (self->elements, element);
    }
}

/* ---- row groups ---- */

static void
read_column_meta (SxThrift *thrift, SxParquetChunk *chunk)
{
  gint16       field = 0;
  SxThriftType type;
  gint64       data = 0, dictionary = 0;

  while (sx_thrift_next (thrift, &field, &type))
    switch (field)
      {
      case 4:
        chunk->codec = sx_thrift_read_int (thrift, type);
        break;
      case 5:
        chunk->n_values = (guint64)sx_thrift_read_int (thrift, type);
        break;
      case 6:
        chunk->size = (guint64)sx_thrift_read_int (thrift, type);
        break;
      case 7:
        chunk->compressed_size = (guint64)sx_thrift_read_int (thrift, type);
        break;
      case 9:
        data = sx_thrift_read_int (thrift, type);
        break;
      case 11:
        dictionary = sx_thrift_read_int (thrift, type);
        break;
      default:
        sx_thrift_skip (thrift, type);
      }
  /* Some writers say 0 where there is no dictionary. */
  chunk->start = (guint64)(dictionary > 0 && dictionary < data ? dictionary : data);
}

static void
read_chunk (SxThrift *thrift, SxParquetChunk *chunk, gboolean *is_elsewhere)
{
  gint16       field = 0;
  SxThriftType type;

  while (sx_thrift_next (thrift, &field, &type))
    if (field == 3 && sx_thrift_enter (thrift, type))
      {
        read_column_meta (thrift, chunk);
        sx_thrift_leave (thrift);
      }
    else
      {
        *is_elsewhere |= field == 1;
        sx_thrift_skip (thrift, type);
      }
}

static void
read_group (SxParquetFooter *self, SxThrift *thrift, gboolean *is_elsewhere)
{
  gint16       field = 0;
  SxThriftType type;
  guint64      n_rows = 0;
  guint        n_before = self->chunks->len;

  while (sx_thrift_next (thrift, &field, &type))
    if (field == 1)
      for (gsize n = sx_thrift_read_list (thrift, type, SX_THRIFT_STRUCT); n > 0 && !thrift->is_bad; n--)
        {
          SxParquetChunk chunk = { 0 };

          sx_thrift_enter (thrift, SX_THRIFT_STRUCT);
          read_chunk (thrift, &chunk, is_elsewhere);
          sx_thrift_leave (thrift);
          g_array_append_val (self->chunks, chunk);
        }
    else if (field == 3)
      n_rows = (guint64)sx_thrift_read_int (thrift, type);
    else
      sx_thrift_skip (thrift, type);
  g_array_append_val (self->group_rows, n_rows);
  thrift->is_bad |= self->chunks->len - n_before != self->n_columns;
}

/* Arrow's writers keep their own schema: the base64 of an IPC message. One that cannot be understood is none. */
static SxArrowField *
read_arrow_schema (const guint8 *text, gsize size)
{
  g_autofree char   *terminated = g_strndup ((const char *)text, size);
  gsize              n, skip;
  g_autofree guchar *bytes = g_base64_decode (terminated, &n);
  guint32            mark;
  SxArrowMessage     message;

  if (n < 12)
    return NULL;
  memcpy (&mark, bytes, 4);
  skip = mark == 0xffffffffu ? 8 : 4;
  if (!sx_arrow_message_parse (&message, bytes + skip, n - skip, "", NULL) || message.kind != SX_ARROW_MESSAGE_SCHEMA)
    return NULL;
  return sx_arrow_schema_parse (&message.flat, message.header, "", NULL);
}

static void
read_key_value (SxParquetFooter *self, SxThrift *thrift)
{
  gint16        field = 0;
  SxThriftType  type;
  const guint8 *key = NULL, *value = NULL;
  gsize         key_size = 0, size = 0;

  while (sx_thrift_next (thrift, &field, &type))
    if (field == 1)
      key = sx_thrift_read_bytes (thrift, type, &key_size);
    else if (field == 2)
      value = sx_thrift_read_bytes (thrift, type, &size);
    else
      sx_thrift_skip (thrift, type);
  if (self->arrow == NULL && key_size == strlen (ARROW_SCHEMA_KEY) && value != NULL && memcmp (key, ARROW_SCHEMA_KEY, key_size) == 0)
    self->arrow = read_arrow_schema (value, size);
}

static void
read_metadata (SxParquetFooter *self, SxThrift *thrift, gboolean *is_elsewhere, gboolean *is_encrypted)
{
  gint16       field = 0;
  SxThriftType type;

  while (sx_thrift_next (thrift, &field, &type))
    if (field == 2)
      read_schema (self, thrift, type);
    else if (field == 4 || field == 5)
      for (gsize n = sx_thrift_read_list (thrift, type, SX_THRIFT_STRUCT); n > 0 && !thrift->is_bad; n--)
        {
          sx_thrift_enter (thrift, SX_THRIFT_STRUCT);
          if (field == 4)
            read_group (self, thrift, is_elsewhere);
          else
            read_key_value (self, thrift);
          sx_thrift_leave (thrift);
        }
    else
      {
        *is_encrypted |= field == 8;
        sx_thrift_skip (thrift, type);
      }
}

static gboolean
set_unsupported (const char *place, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” %s, which is not read. Write it again without."), place, what);
  return FALSE;
}

/* Where the footer lies: before its size and the magic at the end. */
static gboolean
find_footer (SxThrift *thrift, const guint8 *data, gsize size, const char *place, GError **error)
{
  guint32 footer_size;

  if (size < 4 || (memcmp (data, SX_PARQUET_MAGIC, 4) != 0 && memcmp (data, "PARE", 4) != 0))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is no Parquet file, or its beginning is damaged."), place);
      return FALSE;
    }
  if (size < 12 || (memcmp (data + size - 4, SX_PARQUET_MAGIC, 4) != 0 && memcmp (data + size - 4, "PARE", 4) != 0))
    return set_damaged (place, _ ("its end is not there"), error);
  if (memcmp (data + size - 4, "PARE", 4) == 0)
    return set_unsupported (place, _ ("is encrypted"), error);
  memcpy (&footer_size, data + size - 8, 4);
  footer_size = GUINT32_FROM_LE (footer_size);
  if (footer_size > size - 12)
    return set_damaged (place, _ ("its footer cannot be understood"), error);
  *thrift = (SxThrift){ .at = data + size - 8 - footer_size, .end = data + size - 8 };
  return TRUE;
}

static gboolean
check_groups (const SxParquetFooter *self, gsize size, const char *place, GError **error)
{
  guint64 n_rows = 0, n_bytes = 0;

  for (guint i = 0; i < self->group_rows->len; i++)
    {
      guint64 n = g_array_index (self->group_rows, guint64, i);

      if (n > G_MAXINT64 || !g_uint64_checked_add (&n_rows, n_rows, n) || !sx_arrow_cells_are_plausible (n_rows, MAX (self->n_columns, 1), size))
        return set_damaged (place, _ ("it claims too many rows"), error);
    }
  /* Chunks lie beside each other: no byte is there to be decompressed twice. */
  for (guint i = 0; i < self->chunks->len; i++)
    {
      const SxParquetChunk *chunk = &g_array_index (self->chunks, SxParquetChunk, i);

      if (!g_uint64_checked_add (&n_bytes, n_bytes, chunk->compressed_size) || n_bytes > size || chunk->start > size - chunk->compressed_size || !sx_arrow_cells_are_plausible (chunk->n_values, 1, size))
        return set_damaged (place, _ ("its footer points out of it"), error);
    }
  return TRUE;
}

gboolean
sx_parquet_footer_parse (SxParquetFooter *self, const guint8 *data, gsize size, const char *place, GError **error)
{
  SxThrift thrift;
  gboolean is_elsewhere = FALSE, is_encrypted = FALSE;

  *self = (SxParquetFooter){
    .elements = g_array_new (FALSE, FALSE, sizeof (SxParquetElement)),
    .group_rows = g_array_new (FALSE, FALSE, sizeof (guint64)),
    .chunks = g_array_new (FALSE, FALSE, sizeof (SxParquetChunk)),
  };
  g_array_set_clear_func (self->elements, clear_element);
  if (!find_footer (&thrift, data, size, place, error))
    return FALSE;
  read_metadata (self, &thrift, &is_elsewhere, &is_encrypted);
  if (is_encrypted)
    return set_unsupported (place, _ ("is encrypted"), error);
  if (thrift.is_bad || self->elements->len == 0)
    return set_damaged (place, _ ("its footer cannot be understood"), error);
  if (is_elsewhere)
    return set_unsupported (place, _ ("has its columns in other files"), error);
  return check_groups (self, size, place, error);
}

void
sx_parquet_footer_clear (SxParquetFooter *self)
{
  g_clear_pointer (&self->elements, g_array_unref);
  g_clear_pointer (&self->group_rows, g_array_unref);
  g_clear_pointer (&self->chunks, g_array_unref);
  g_clear_pointer (&self->arrow, sx_arrow_field_free);
}
