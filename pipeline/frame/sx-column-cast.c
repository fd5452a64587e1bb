/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Changing a column's type. Text is parsed cell by cell, but a category only text by text of its dictionary. */

#include "config.h"

#include "sx-column-private.h"

#include "sx-number.h"
#include "sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* 2^63, the first double beyond gint64. */
#define INT64_END 9223372036854775808.0

static gboolean
fail_cell (const SxColumn *self, gsize row, SxType type, const char *name, guint64 first_row, GError **error)
{
  g_autofree char *cell = sx_column_dup_cell (self, row);
  g_autofree char *number = sx_number_dup_grouped (first_row + row + 1);

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s”, row %s: “%.80s” is not of type “%s”. Mark it as missing, or choose another type."), name, number, cell,
               sx_type_get_title (type));
  return FALSE;
}

/* One cell of text as @type onto @builder. */
static gboolean
append_parsed (SxColumnBuilder *builder, const char *text, gsize size)
{
  double   number;
  gint64   whole;
  gboolean truth;

  switch ((int)sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      if (sx_number_parse_int64 (text, size, &whole))
        break;
      if (!sx_number_parse (text, size, &number) || number != floor (number) || number < -INT64_END || number >= INT64_END)
        return FALSE;
      whole = (gint64)number;
      break;
    case SX_TYPE_FLOAT64:
      if (!sx_number_parse (text, size, &number))
        return FALSE;
      sx_column_builder_append_double (builder, number);
      return TRUE;
    case SX_TYPE_BOOL:
      if (size == 1 && (*text == '0' || *text == '1'))
        truth = *text == '1';
      else if (!sx_number_parse_bool (text, size, &truth))
        return FALSE;
      sx_column_builder_append_bool (builder, truth);
      return TRUE;
    case SX_TYPE_TIMESTAMP:
      if (!sx_timestamp_parse (text, size, &whole))
        return FALSE;
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
      sx_column_builder_append_text (builder, text, size);
      return TRUE;
    default:
      return FALSE;
    }
  sx_column_builder_append_int64 (builder, whole);
  return TRUE;
}

static gboolean
append_number (SxColumnBuilder *builder, double value)
{
  switch ((int)sx_column_builder_get_type (builder))
    {
    case SX_TYPE_FLOAT64:
      sx_column_builder_append_double (builder, value);
      return TRUE;
    case SX_TYPE_INT64:
    case SX_TYPE_TIMESTAMP:
      if (value != floor (value) || value < -INT64_END || value >= INT64_END)
        return FALSE;
      sx_column_builder_append_int64 (builder, (gint64)value);
      return TRUE;
    case SX_TYPE_BOOL:
      if (value != 0 && value != 1)
        return FALSE;
      sx_column_builder_append_bool (builder, value == 1);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY || type == SX_TYPE_IMAGE;
}

static gboolean
append_cell_as (SxColumnBuilder *builder, const SxColumn *self, gsize row)
{
  SxType type = sx_column_builder_get_type (builder);

  if (is_text (self->type))
    {
      gsize       size;
      const char *text = sx_column_get_text (self, row, &size);

      return append_parsed (builder, text, size);
    }
  if (is_text (type) && type != SX_TYPE_IMAGE)
    {
      g_autofree char *text = sx_column_dup_cell (self, row);

      sx_column_builder_append_text (builder, text, strlen (text));
      return TRUE;
    }
  if (!sx_type_is_numeric (self->type))
    return FALSE;
  /* Whole numbers beyond 2^53 must not pass through a double. */
  if (self->type != SX_TYPE_FLOAT64 && self->type != SX_TYPE_BOOL && (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP))
    {
      sx_column_builder_append_int64 (builder, sx_column_get_int64 (self, row));
      return TRUE;
    }
  return append_number (builder, sx_column_get_double (self, row));
}

static SxColumn *
cast_cells (SxColumn *self, SxType type, const char *name, guint64 first_row, GError **error)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  for (gsize row = 0; row < self->n_rows; row++)
    {
      if (sx_column_is_missing (self, row))
        sx_column_builder_append_missing (builder);
      else if (!append_cell_as (builder, self, row))
        {
          fail_cell (self, row, type, name, first_row, error);
          return NULL;
        }
    }
  return sx_column_builder_finish (builder);
}

/* A category whose texts all parse is cast text by text. One that does not must still be cast cell by cell: the offending text may
 * stand in no row. */
static SxColumn *
cast_dictionary (SxColumn *self, SxType type)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);
  g_autoptr (SxColumnBuilder) texts = sx_column_builder_new (type);
  g_autoptr (SxColumn) parsed = NULL;

  for (gsize i = 0; i < self->dictionary->n_rows; i++)
    if (!append_cell_as (texts, self->dictionary, i))
      return NULL;
  parsed = sx_column_builder_finish (texts);
  for (gsize row = 0; row < self->n_rows; row++)
    if (sx_column_is_missing (self, row))
      sx_column_builder_append_missing (builder);
    else
      sx_column_builder_append_cell (builder, parsed, (gsize)sx_column_get_code (self, row));
  return sx_column_builder_finish (builder);
}

SxColumn *
sx_column_cast (SxColumn *self, SxType type, const char *name, guint64 first_row, GError **error)
{
  SxColumn *result = NULL;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  if (type == self->type)
    return sx_column_ref (self);
  if (type == SX_TYPE_LIST || self->type == SX_TYPE_LIST)
    {
      if (is_text (type) && type != SX_TYPE_IMAGE)
        return cast_cells (self, type, name, first_row, error);
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s” is of type “%s”, which cannot become “%s”."), name, sx_type_get_title (self->type), sx_type_get_title (type));
      return NULL;
    }
  if (self->type == SX_TYPE_CATEGORY)
    result = cast_dictionary (self, type);
  return result != NULL ? result : cast_cells (self, type, name, first_row, error);
}
