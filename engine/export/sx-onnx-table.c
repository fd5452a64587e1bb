/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The table that steps work on, as tensors of an ONNX graph, and the small pieces that steps and expressions are made of. Only operations that common
 * runtimes have for doubles are used: no cosine, no string comparison (opset 19), no string functions. Texts are looked up by LabelEncoder. */

#include "config.h"

#include "sx-onnx-private.h"

#include "frame/sx-number.h"
#include "frame/sx-timestamp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define DAY_MICROSECONDS 86400000000.0

void
sx_onnx_table_init (SxOnnxTable *self, SxOnnx *onnx)
{
  self->onnx = onnx;
  self->columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->scalars = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->mask = NULL;
}

void
sx_onnx_table_clear (SxOnnxTable *self)
{
  g_clear_pointer (&self->columns, g_hash_table_unref);
  g_clear_pointer (&self->scalars, g_hash_table_unref);
}

void
sx_onnx_table_put (SxOnnxTable *self, const char *name, SxOnnxColumn column)
{
  g_hash_table_replace (self->columns, g_strdup (name), g_memdup2 (&column, sizeof column));
}

const SxOnnxColumn *
sx_onnx_table_get (SxOnnxTable *self, const char *name)
{
  SxOnnxColumn *column = g_hash_table_lookup (self->columns, name);

  g_assert (column != NULL); /* sx_model_new() has described the steps */
  if (column->tensor == NULL)
    {
      const gint64 one = 1;

      column->tensor = sx_onnx_table_op (self, "Gather", column->group, sx_onnx_add_int64s (self->onnx, "column", &column->index, &one, 1), NULL);
      sx_onnx_set_int (self->onnx, "axis", 1);
    }
  return column;
}

SxSchema *
sx_onnx_table_describe (SxOnnxTable *self)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (SxField));
  GHashTableIter iter;
  gpointer       name, column;

  g_hash_table_iter_init (&iter, self->columns);
  while (g_hash_table_iter_next (&iter, &name, &column))
    {
      SxField field = { name, ((SxOnnxColumn *)column)->type, NULL };

      g_array_append_val (fields, field);
    }
  return sx_schema_new ((const SxField *)(gpointer)fields->data, fields->len, NULL);
}

/* ---- nodes ---- */

const char *
sx_onnx_table_op (SxOnnxTable *self, const char *op, const char *a, const char *b, const char *c)
{
  const char *inputs[] = { a, b, c, NULL };

  return sx_onnx_add_node (self->onnx, "", op, inputs, 1);
}

const char *
sx_onnx_table_cast (SxOnnxTable *self, const char *x, SxOnnxType type)
{
  const char *y = sx_onnx_table_op (self, "Cast", x, NULL, NULL);

  sx_onnx_set_int (self->onnx, "to", type);
  return y;
}

const char *
sx_onnx_table_number (SxOnnxTable *self, double value)
{
  gint64      bits;
  const char *tensor;

  memcpy (&bits, &value, sizeof bits);
  tensor = g_hash_table_lookup (self->scalars, &bits);
  if (tensor == NULL)
    {
      tensor = sx_onnx_add_doubles (self->onnx, "number", &value, NULL, 0);
      g_hash_table_insert (self->scalars, g_memdup2 (&bits, sizeof bits), (gpointer)tensor);
    }
  return tensor;
}

const char *
sx_onnx_table_text (SxOnnxTable *self, const char *text)
{
  return sx_onnx_add_strings (self->onnx, "text", &text, 1);
}

const char *
sx_onnx_table_select (SxOnnxTable *self, const char *condition, const char *yes, const char *no)
{
  return sx_onnx_table_op (self, "Where", condition, yes, no);
}

const char *
sx_onnx_table_spread (SxOnnxTable *self, const char *x)
{
  return sx_onnx_table_select (self, self->mask, x, x);
}

static const char *
add_int (SxOnnxTable *self, gint64 value)
{
  return sx_onnx_add_int64s (self->onnx, "whole", &value, NULL, 0);
}

/* ---- inputs ---- */

/* Cells of @x (strings) that are among @keys: int64 (N, 1), @codes for them and 0 for others. */
static const char *
encode_texts (SxOnnxTable *self, const char *x, const char *const *keys, const gint64 *codes, gsize n)
{
  const char *inputs[] = { x, NULL };
  const char *y = sx_onnx_add_node (self->onnx, "ai.onnx.ml", "LabelEncoder", inputs, 1);

  sx_onnx_set_strings (self->onnx, "keys_strings", keys, n);
  sx_onnx_set_ints (self->onnx, "values_int64s", codes, n);
  sx_onnx_set_int (self->onnx, "default_int64", 0);
  return y;
}

/* Names of inputs are claimed before any node can take them. */
static gboolean
add_input (SxOnnxTable *self, const SxField *field, GError **error)
{
  switch (field->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_FLOAT64:
    case SX_TYPE_BOOL:
    case SX_TYPE_TIMESTAMP:
      sx_onnx_add_input (self->onnx, field->name, SX_ONNX_DOUBLE, 1);
      return TRUE;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
      sx_onnx_add_input (self->onnx, field->name, SX_ONNX_STRING, 1);
      return TRUE;
    case SX_TYPE_IMAGE:
    case SX_TYPE_LIST:
    default:
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The model takes the column “%s” of type “%s”, which an ONNX model cannot take here. Train a model without it."), field->name, sx_type_get_title (field->type));
      return FALSE;
    }
}

gboolean
sx_onnx_table_add_inputs (SxOnnxTable *self, SxSchema *inputs, GError **error)
{
  const gint64 one = 1;
  const char  *empty = "";

  for (guint i = 0; i < sx_schema_get_n_fields (inputs); i++)
    if (!add_input (self, sx_schema_get_field (inputs, i), error))
      return FALSE;
  for (guint i = 0; i < sx_schema_get_n_fields (inputs); i++)
    {
      const SxField *field = sx_schema_get_field (inputs, i);
      SxOnnxColumn   column = { .type = field->type, .tensor = field->name };

      if (!sx_type_is_numeric (field->type))
        column.missing = sx_onnx_table_cast (self, encode_texts (self, field->name, &empty, &one, 1), SX_ONNX_BOOL);
      if (self->mask == NULL)
        self->mask = column.missing ? column.missing : sx_onnx_table_op (self, "IsNaN", field->name, NULL, NULL);
      sx_onnx_table_put (self, field->name, column);
    }
  return TRUE;
}

/* ---- codes ---- */

/* The number that prints as @text in a column of @type; FALSE when none does. */
static gboolean
read_printed (SxType type, const char *text, double *value)
{
  char   printed[MAX (SX_NUMBER_MAX_SIZE, SX_TIMESTAMP_MAX_SIZE)];
  gint64 whole;

  if (type == SX_TYPE_BOOL)
    {
      *value = g_str_equal (text, "true");
      return *value > 0 || g_str_equal (text, "false");
    }
  if (type == SX_TYPE_TIMESTAMP)
    {
      if (!sx_timestamp_parse (text, strlen (text), &whole))
        return FALSE;
      sx_timestamp_print (whole, printed);
      *value = (double)whole;
      return g_str_equal (printed, text);
    }
  if (!sx_number_parse (text, strlen (text), value))
    return FALSE;
  if (type == SX_TYPE_INT64 && fabs (*value) < 0x1p53)
    sx_number_print_int64 ((gint64)*value, printed);
  else
    sx_number_print (*value, printed);
  return g_str_equal (printed, text);
}

/* By one comparison with all numbers at once, of which at most one is equal. */
static const char *
code_numbers (SxOnnxTable *self, const SxOnnxColumn *column, const double *values, const gint64 *codes, gsize n)
{
  const gint64 dims[] = { 1, (gint64)n }, one = 1;
  const char  *y;

  if (n == 0)
    return add_int (self, 0);
  y = sx_onnx_table_op (self, "Equal", column->tensor, sx_onnx_add_doubles (self->onnx, "labels", values, dims, 2), NULL);
  y = sx_onnx_table_op (self, "Mul", sx_onnx_table_cast (self, y, SX_ONNX_INT64), sx_onnx_add_int64s (self->onnx, "codes", codes, dims, 2), NULL);
  y = sx_onnx_table_op (self, "ReduceSum", y, sx_onnx_add_int64s (self->onnx, "axis", &one, &one, 1), NULL);
  sx_onnx_set_int (self->onnx, "keepdims", 1);
  return y;
}

const char *
sx_onnx_table_code (SxOnnxTable *self, const SxOnnxColumn *column, char *const *texts, guint n_texts)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree double *values = g_new (double, n_texts + 1);
  g_autofree gint64 *codes = g_new (gint64, n_texts + 1);
  gboolean           is_text = !sx_type_is_numeric (column->type);
  gsize              n = 0;
  const char        *code, *missing;

  for (guint i = 0; i < n_texts; i++)
    if (g_hash_table_add (seen, texts[i]) && (is_text || read_printed (column->type, texts[i], &values[n]))) /* the first of equal texts wins */
      {
        g_ptr_array_add (keys, texts[i]);
        codes[n++] = i + 1;
      }
  if (!is_text)
    code = code_numbers (self, column, values, codes, n);
  else
    code = n > 0 ? encode_texts (self, column->tensor, (const char *const *)keys->pdata, codes, n) : add_int (self, 0);
  missing = is_text ? column->missing : sx_onnx_table_op (self, "IsNaN", column->tensor, NULL, NULL);
  if (missing != NULL)
    return sx_onnx_table_select (self, missing, add_int (self, (gint64)n_texts + 1), code);
  return n > 0 ? code : sx_onnx_table_spread (self, code);
}

/* ---- times ---- */

static const char *
divide_down (SxOnnxTable *self, const char *x, double divisor)
{
  return sx_onnx_table_op (self, "Floor", sx_onnx_table_op (self, "Div", x, sx_onnx_table_number (self, divisor), NULL), NULL, NULL);
}

/* a + factor · b */
static const char *
add_times (SxOnnxTable *self, const char *a, double factor, const char *b)
{
  const char *product = fabs (factor - 1) > 0 ? sx_onnx_table_op (self, "Mul", b, sx_onnx_table_number (self, factor), NULL) : b;

  return sx_onnx_table_op (self, "Add", a, product, NULL);
}

static const char *
add_number (SxOnnxTable *self, const char *a, double number)
{
  return sx_onnx_table_op (self, "Add", a, sx_onnx_table_number (self, number), NULL);
}

static const char *
wrap (SxOnnxTable *self, const char *x, double divisor)
{
  return add_times (self, x, -divisor, divide_down (self, x, divisor));
}

/* Year, month and day of the days since 1970: Hinnant, “chrono-compatible low-level date algorithms”, civil_from_days, whose years begin in March. */
static const char *
add_date (SxOnnxTable *self, const char *part, const char *days)
{
  const char *z = add_number (self, days, 719468);
  const char *era = divide_down (self, z, 146097);
  const char *doe = add_times (self, z, -146097, era);
  const char *yoe = add_times (self, doe, -1, divide_down (self, doe, 1460));
  const char *doy, *mp, *month, *year;

  yoe = add_times (self, yoe, 1, divide_down (self, doe, 36524));
  yoe = divide_down (self, add_times (self, yoe, -1, divide_down (self, doe, 146096)), 365);
  doy = add_times (self, add_times (self, doe, -365, yoe), -1, divide_down (self, yoe, 4));
  doy = add_times (self, doy, 1, divide_down (self, yoe, 100));
  mp = divide_down (self, add_number (self, add_times (self, doy, 4, doy), 2), 153);
  if (g_str_equal (part, "day"))
    return add_number (self, add_times (self, doy, -1, divide_down (self, add_number (self, sx_onnx_table_op (self, "Mul", mp, sx_onnx_table_number (self, 153), NULL), 2), 5)), 1);
  month = sx_onnx_table_select (self, sx_onnx_table_op (self, "Less", mp, sx_onnx_table_number (self, 10), NULL), add_number (self, mp, 3), add_number (self, mp, -9));
  if (g_str_equal (part, "month"))
    return month;
  year = add_times (self, yoe, 400, era);
  return sx_onnx_table_select (self, sx_onnx_table_op (self, "Less", mp, sx_onnx_table_number (self, 10), NULL), year, add_number (self, year, 1));
}

/* Days from the first of January of the year, from 1. */
static const char *
add_yearday (SxOnnxTable *self, const char *days)
{
  const char *before = add_number (self, add_date (self, "year", days), -1);
  const char *first = add_times (self, divide_down (self, before, 4), 365, before);

  first = add_times (self, first, -1, divide_down (self, before, 100));
  first = add_times (self, first, 1, divide_down (self, before, 400)); /* days from 0001-01-01 */
  return add_number (self, add_times (self, days, -1, first), 719163);
}

const char *
sx_onnx_table_date_part (SxOnnxTable *self, const char *part, const char *time)
{
  const char *days = divide_down (self, time, DAY_MICROSECONDS);

  if (g_str_equal (part, "weekday"))
    return add_number (self, wrap (self, add_number (self, days, 3), 7), 1);
  if (g_str_equal (part, "hour") || g_str_equal (part, "minute"))
    {
      gboolean is_hour = g_str_equal (part, "hour");

      return wrap (self, divide_down (self, add_times (self, time, -DAY_MICROSECONDS, days), is_hour ? 3600e6 : 60e6), is_hour ? 24 : 60);
    }
  if (g_str_equal (part, "yearday"))
    return add_yearday (self, days);
  if (g_str_equal (part, "year") || g_str_equal (part, "month") || g_str_equal (part, "day"))
    return add_date (self, part, days);
  return NULL;
}
