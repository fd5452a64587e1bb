/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Steps as ONNX nodes: one function an operation, as in pipeline/blocks/sx-step-apply.c, whose results these must give. */

#include "config.h"

#include "sx-onnx-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

gboolean
sx_onnx_refuse (const SxStep *step, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (step->block != NULL)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("Block “%s”: %s"), step->block, message);
  else
    g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, message);
  return FALSE;
}

static void
put_number (SxOnnxTable *self, const char *name, const char *tensor)
{
  sx_onnx_table_put (self, name, (SxOnnxColumn){ .type = SX_TYPE_FLOAT64, .tensor = tensor });
}

/* ---- which columns there are ---- */

static void
apply_select (SxOnnxTable *self, const SxStep *step)
{
  GHashTableIter iter;
  gpointer       name;

  g_hash_table_iter_init (&iter, self->columns);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains ((const char *const *)step->inputs, name))
      g_hash_table_iter_remove (&iter);
}

/* All at once: two columns may change their names with each other. */
static void
apply_rename (SxOnnxTable *self, const SxStep *step)
{
  guint                    n = g_strv_length (step->inputs);
  g_autofree SxOnnxColumn *columns = g_new (SxOnnxColumn, n + 1);

  for (guint i = 0; i < n; i++)
    columns[i] = *(SxOnnxColumn *)g_hash_table_lookup (self->columns, step->inputs[i]);
  for (guint i = 0; i < n; i++)
    g_hash_table_remove (self->columns, step->inputs[i]);
  for (guint i = 0; i < n; i++)
    sx_onnx_table_put (self, step->outputs[i], columns[i]);
}

/* ---- casts ---- */

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY;
}

/* Numbers as the pipeline prints them. A runtime prints fractions in its own way; whole numbers have one. */
static const char *
print_numbers (SxOnnxTable *self, const SxOnnxColumn *column)
{
  if (column->type == SX_TYPE_BOOL)
    return sx_onnx_table_select (self, sx_onnx_table_op (self, "Equal", column->tensor, sx_onnx_table_number (self, 1), NULL), sx_onnx_table_text (self, "true"), sx_onnx_table_text (self, "false"));
  return sx_onnx_table_cast (self, sx_onnx_table_cast (self, column->tensor, SX_ONNX_INT64), SX_ONNX_STRING);
}

/* Missing cells are written as a word that every runtime reads as NaN. */
static const char *
read_numbers (SxOnnxTable *self, const SxOnnxColumn *column)
{
  const char *texts = column->missing ? sx_onnx_table_select (self, column->missing, sx_onnx_table_text (self, "NaN"), column->tensor) : column->tensor;

  return sx_onnx_table_cast (self, texts, SX_ONNX_DOUBLE);
}

static gboolean
apply_cast (SxOnnxTable *self, const SxStep *step, const SxOnnxColumn *from, guint i, GError **error)
{
  SxOnnxColumn column = { .type = step->type, .tensor = from->tensor, .missing = from->missing };
  gboolean     to_text = is_text (step->type);

  if (step->type == SX_TYPE_IMAGE || step->type == SX_TYPE_LIST)
    return sx_onnx_refuse (step, error, _ ("ONNX cannot make the column “%s” an image or a list."), step->inputs[i]);
  if (is_text (from->type) != to_text)
    {
      if (to_text ? from->type == SX_TYPE_FLOAT64 || from->type == SX_TYPE_TIMESTAMP : step->type == SX_TYPE_BOOL || step->type == SX_TYPE_TIMESTAMP)
        return sx_onnx_refuse (step, error, _ ("ONNX cannot turn the column “%s” from “%s” to “%s” as Sextant does. Read it as that type in the first place."), step->inputs[i], sx_type_get_title (from->type), sx_type_get_title (step->type));
      column.tensor = to_text ? print_numbers (self, from) : read_numbers (self, from);
      column.missing = to_text ? sx_onnx_table_op (self, "IsNaN", from->tensor, NULL, NULL) : NULL;
    }
  sx_onnx_table_put (self, step->outputs[i], column);
  return TRUE;
}

/* ---- missing cells ---- */

static void
apply_fill (SxOnnxTable *self, const SxStep *step, SxOnnxColumn column)
{
  double value = step->n_numbers > 0 ? step->numbers[0] : NAN;

  if (step->n_numbers == 0)
    {
      if (column.missing != NULL)
        column.tensor = sx_onnx_table_select (self, column.missing, sx_onnx_table_text (self, step->texts[0]), column.tensor);
      column.missing = NULL;
    }
  else
    {
      column.tensor = sx_onnx_table_select (self, sx_onnx_table_op (self, "IsNaN", column.tensor, NULL, NULL), sx_onnx_table_number (self, value), column.tensor);
      if (column.type == SX_TYPE_BOOL ? !(value <= 0 && value >= 0) && !(value <= 1 && value >= 1) : value > floor (value) || isnan (value))
        column.type = SX_TYPE_FLOAT64;
    }
  sx_onnx_table_put (self, step->outputs[0], (SxOnnxColumn){ .type = column.type, .tensor = column.tensor, .missing = column.missing });
}

static void
apply_indicator (SxOnnxTable *self, const SxStep *step, const SxOnnxColumn *column)
{
  const char *missing = is_text (column->type) ? column->missing : sx_onnx_table_op (self, "IsNaN", column->tensor, NULL, NULL);

  put_number (self, step->outputs[0], missing ? sx_onnx_table_cast (self, missing, SX_ONNX_DOUBLE) : sx_onnx_table_spread (self, sx_onnx_table_number (self, 0)));
}

/* ---- numbers ---- */

static const char *
affine (SxOnnxTable *self, const char *x, double centre, double scale)
{
  x = sx_onnx_table_op (self, "Sub", x, sx_onnx_table_number (self, centre), NULL);
  return sx_onnx_table_op (self, "Mul", x, sx_onnx_table_number (self, scale), NULL);
}

static const char *
clip (SxOnnxTable *self, const char *x, double low, double high)
{
  const char *l = sx_onnx_table_number (self, low), *h = sx_onnx_table_number (self, high);

  x = sx_onnx_table_select (self, sx_onnx_table_op (self, "Less", x, l, NULL), l, x);
  return sx_onnx_table_select (self, sx_onnx_table_op (self, "Greater", x, h, NULL), h, x);
}

/* Entry @index, int64 (N, 1), of @values. */
static const char *
pick (SxOnnxTable *self, const char *hint, const double *values, gint64 n, const char *index)
{
  const char *y = sx_onnx_table_op (self, "Gather", sx_onnx_add_doubles (self->onnx, hint, values, &n, 1), index, NULL);

  sx_onnx_set_int (self->onnx, "axis", 0);
  return y;
}

/* The piece that x is in is the number of inner points that it has reached. */
static const char *
quantile (SxOnnxTable *self, const char *value, const double *x, const double *y, gsize n)
{
  const gint64       dims[] = { 1, (gint64)n - 2 }, one = 1;
  g_autofree double *width = g_new (double, n);
  g_autofree double *height = g_new (double, n);
  const char        *piece, *share, *result;

  for (gsize i = 0; i + 1 < n; i++)
    {
      width[i] = x[i + 1] - x[i];
      height[i] = y[i + 1] - y[i];
    }
  if (n == 2)
    {
      share = sx_onnx_table_op (self, "Div", sx_onnx_table_op (self, "Sub", value, sx_onnx_table_number (self, x[0]), NULL), sx_onnx_table_number (self, width[0]), NULL);
      result = sx_onnx_table_op (self, "Mul", sx_onnx_table_number (self, height[0]), share, NULL);
      result = sx_onnx_table_op (self, "Add", sx_onnx_table_number (self, y[0]), result, NULL);
    }
  else
    {
      piece = sx_onnx_table_op (self, "GreaterOrEqual", value, sx_onnx_add_doubles (self->onnx, "points", x + 1, dims, 2), NULL);
      piece = sx_onnx_table_op (self, "ReduceSum", sx_onnx_table_cast (self, piece, SX_ONNX_INT64), sx_onnx_add_int64s (self->onnx, "axis", &one, &one, 1), NULL);
      sx_onnx_set_int (self->onnx, "keepdims", 1);
      share = sx_onnx_table_op (self, "Sub", value, pick (self, "points", x, (gint64)n - 1, piece), NULL);
      share = sx_onnx_table_op (self, "Div", share, pick (self, "widths", width, (gint64)n - 1, piece), NULL);
      result = sx_onnx_table_op (self, "Mul", pick (self, "heights", height, (gint64)n - 1, piece), share, NULL);
      result = sx_onnx_table_op (self, "Add", pick (self, "values", y, (gint64)n - 1, piece), result, NULL);
    }
  result = sx_onnx_table_select (self, sx_onnx_table_op (self, "LessOrEqual", value, sx_onnx_table_number (self, x[0]), NULL), sx_onnx_table_number (self, y[0]), result);
  return sx_onnx_table_select (self, sx_onnx_table_op (self, "GreaterOrEqual", value, sx_onnx_table_number (self, x[n - 1]), NULL), sx_onnx_table_number (self, y[n - 1]), result);
}

static void
apply_number (SxOnnxTable *self, const SxStep *step, const char *x, guint i)
{
  if (step->op == SX_STEP_AFFINE)
    x = affine (self, x, step->numbers[2 * i], step->numbers[2 * i + 1]);
  else if (step->op == SX_STEP_CLIP)
    x = clip (self, x, step->numbers[0], step->numbers[1]);
  else
    x = quantile (self, x, step->numbers, step->numbers + step->n_numbers / 2, step->n_numbers / 2);
  put_number (self, step->outputs[i], x);
}

/* ---- texts ---- */

static void
apply_replace (SxOnnxTable *self, const SxStep *step, SxOnnxColumn column, guint i)
{
  guint       n = g_strv_length (step->texts) / 2;
  const char *known[] = { column.tensor, NULL };
  const char *code, *replaced, *hit;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (guint k = 0; k < n; k++)
    if (g_hash_table_add (seen, step->texts[k]))
      {
        g_ptr_array_add (keys, step->texts[k]);
        g_ptr_array_add (values, step->texts[n + k]);
      }
  if (n > 0)
    {
      SxOnnxColumn present = { .type = SX_TYPE_STRING, .tensor = column.tensor };

      code = sx_onnx_table_code (self, &present, step->texts, n);
      hit = sx_onnx_table_cast (self, code, SX_ONNX_BOOL);
      replaced = sx_onnx_add_node (self->onnx, "ai.onnx.ml", "LabelEncoder", known, 1);
      sx_onnx_set_strings (self->onnx, "keys_strings", (const char *const *)keys->pdata, keys->len);
      sx_onnx_set_strings (self->onnx, "values_strings", (const char *const *)values->pdata, values->len);
      sx_onnx_set_string (self->onnx, "default_string", "");
      column.tensor = sx_onnx_table_select (self, hit, replaced, column.tensor);
    }
  sx_onnx_table_put (self, step->outputs[i], column);
}

static void
apply_one_hot (SxOnnxTable *self, const SxStep *step, const SxOnnxColumn *column)
{
  gint64             n = g_strv_length (step->texts);
  const gint64       dims[] = { 1, n };
  g_autofree gint64 *codes = g_new (gint64, n);
  const char        *hot;

  for (gint64 i = 0; i < n; i++)
    codes[i] = i + 1;
  hot = sx_onnx_table_code (self, column, step->texts, (guint)n);
  hot = sx_onnx_table_op (self, "Equal", hot, sx_onnx_add_int64s (self->onnx, "codes", codes, dims, 2), NULL);
  hot = sx_onnx_table_cast (self, hot, SX_ONNX_DOUBLE);
  for (gint64 i = 0; i < n; i++)
    sx_onnx_table_put (self, step->outputs[i], (SxOnnxColumn){ .type = SX_TYPE_FLOAT64, .group = hot, .index = i, .n_group = n });
}

/* Ordinal and lookup: a table whose first entry is for unknown texts, whose last is for missing ones. */
static void
apply_lookup (SxOnnxTable *self, const SxStep *step, const SxOnnxColumn *column)
{
  guint              n = g_strv_length (step->texts);
  g_autofree double *table = g_new (double, n + 2);
  const char        *code = sx_onnx_table_code (self, column, step->texts, n);

  table[0] = step->numbers[0];
  table[n + 1] = step->numbers[1];
  for (guint i = 0; i < n; i++)
    table[i + 1] = step->op == SX_STEP_LOOKUP ? step->numbers[i + 2] : i;
  put_number (self, step->outputs[0], pick (self, "table", table, (gint64)n + 2, code));
}

/* ---- all ---- */

/* The step's inputs as they are before it: an output may take the place of what another output is still to be made from. */
static SxOnnxColumn *
read_inputs (SxOnnxTable *self, const SxStep *step)
{
  guint         n = g_strv_length (step->inputs);
  SxOnnxColumn *from = g_new (SxOnnxColumn, n + 1);

  for (guint i = 0; i < n; i++)
    from[i] = *sx_onnx_table_get (self, step->inputs[i]);
  return from;
}

static gboolean
apply_each (SxOnnxTable *self, const SxStep *step, const SxOnnxColumn *from, GError **error)
{
  for (guint i = 0; step->inputs[i] != NULL; i++)
    if (step->op == SX_STEP_CAST)
      {
        if (!apply_cast (self, step, &from[i], i, error))
          return FALSE;
      }
    else if (step->op == SX_STEP_REPLACE)
      apply_replace (self, step, from[i], i);
    else
      apply_number (self, step, from[i].tensor, i);
  return TRUE;
}

gboolean
sx_onnx_table_apply (SxOnnxTable *self, const SxStep *step, GError **error)
{
  gboolean                 moves = step->op == SX_STEP_SELECT || step->op == SX_STEP_RENAME || step->op == SX_STEP_EXPRESSION;
  g_autofree SxOnnxColumn *from = moves ? NULL : read_inputs (self, step);

  switch (step->op)
    {
    case SX_STEP_SELECT:
      apply_select (self, step);
      return TRUE;
    case SX_STEP_RENAME:
      apply_rename (self, step);
      return TRUE;
    case SX_STEP_CAST:
    case SX_STEP_AFFINE:
    case SX_STEP_CLIP:
    case SX_STEP_QUANTILE:
    case SX_STEP_REPLACE:
      return apply_each (self, step, from, error);
    case SX_STEP_FILL:
      apply_fill (self, step, from[0]);
      return TRUE;
    case SX_STEP_INDICATOR:
      apply_indicator (self, step, &from[0]);
      return TRUE;
    case SX_STEP_ONE_HOT:
      apply_one_hot (self, step, &from[0]);
      return TRUE;
    case SX_STEP_ORDINAL:
    case SX_STEP_LOOKUP:
      apply_lookup (self, step, &from[0]);
      return TRUE;
    case SX_STEP_DATE_PART:
      put_number (self, step->outputs[0], sx_onnx_table_date_part (self, step->texts[0], from[0].tensor));
      return TRUE;
    case SX_STEP_EXPRESSION:
      return sx_onnx_table_apply_expression (self, step, error);
    default:
      return sx_onnx_refuse (step, error, _ ("ONNX has no step “%s” here."), sx_step_op_get_nick (step->op));
    }
}
