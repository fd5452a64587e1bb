/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Applying steps, batch by batch. One kernel an operation, from columns to a column. Texts are looked up once for each entry of a
 * dictionary, then rows follow by their codes. */

#include "config.h"

#include "sx-step-private.h"

#include "expr/sx-expr.h"

#include <math.h>
#include <string.h>

typedef struct
{
  SxSchema  *schema;
  GPtrArray *columns; /* of SxColumn */
  gsize      n_rows;
  guint64    first_row; /* of the batch, for messages */
} Table;

static SxColumn *
get_column (const Table *table, const char *name)
{
  return g_ptr_array_index (table->columns, sx_schema_find (table->schema, name));
}

/* ---- numbers ---- */

static SxColumn *
from_doubles (const double *values, gsize n)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  for (gsize i = 0; i < n; i++)
    sx_column_builder_append_double (builder, values[i]);
  return sx_column_builder_finish (builder);
}

static double *
to_doubles (const SxColumn *column)
{
  double *values = g_new (double, MAX (column->n_rows, 1));

  sx_column_to_doubles (column, values);
  return values;
}

static SxColumn *
apply_affine (const SxColumn *column, double center, double scale)
{
  g_autofree double *values = to_doubles (column);

  for (gsize i = 0; i < column->n_rows; i++)
    values[i] = (values[i] - center) * scale;
  return from_doubles (values, column->n_rows);
}

static SxColumn *
apply_clip (const SxColumn *column, double low, double high)
{
  g_autofree double *values = to_doubles (column);

  for (gsize i = 0; i < column->n_rows; i++)
    values[i] = values[i] < low ? low : values[i] > high ? high
                                                         : values[i];
  return from_doubles (values, column->n_rows);
}

/* Through the points (x[i], y[i]), x rising; flat outside. */
static double
interpolate (const double *x, const double *y, gsize n, double value)
{
  gsize low = 0, high = n - 1;

  if (isnan (value))
    return value;
  if (value <= x[0])
    return y[0];
  if (value >= x[n - 1])
    return y[n - 1];
  while (high - low > 1)
    {
      gsize middle = (low + high) / 2;

      if (x[middle] <= value)
        low = middle;
      else
        high = middle;
    }
  return y[low] + (y[high] - y[low]) * ((value - x[low]) / (x[high] - x[low]));
}

static SxColumn *
apply_quantile (const SxColumn *column, const double *numbers, gsize n)
{
  g_autofree double *values = to_doubles (column);

  for (gsize i = 0; i < column->n_rows; i++)
    values[i] = interpolate (numbers, numbers + n / 2, n / 2, values[i]);
  return from_doubles (values, column->n_rows);
}

static SxColumn *
apply_indicator (const SxColumn *column)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  for (gsize i = 0; i < column->n_rows; i++)
    sx_column_builder_append_double (builder, sx_column_is_missing (column, i) ? 1 : 0);
  return sx_column_builder_finish (builder);
}

static void
append_number_as (SxColumnBuilder *builder, double value)
{
  SxType type = sx_column_builder_get_type (builder);

  if (type == SX_TYPE_FLOAT64)
    sx_column_builder_append_double (builder, value);
  else if (type == SX_TYPE_BOOL)
    sx_column_builder_append_bool (builder, value != 0);
  else
    sx_column_builder_append_int64 (builder, (gint64)value);
}

static SxColumn *
apply_fill (const SxStep *step, const SxColumn *column)
{
  SxType type = sx_step_fill_type (step, column->type);
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  if (column->n_missing == 0 && type == column->type)
    return sx_column_ref ((SxColumn *)column);
  for (gsize i = 0; i < column->n_rows; i++)
    {
      if (!sx_column_is_missing (column, i))
        {
          if (type == column->type)
            sx_column_builder_append_cell (builder, column, i);
          else
            append_number_as (builder, sx_column_get_double (column, i));
        }
      else if (step->n_numbers > 0)
        append_number_as (builder, step->numbers[0]);
      else
        sx_column_builder_append_text (builder, step->texts[0], strlen (step->texts[0]));
    }
  return sx_column_builder_finish (builder);
}

/* ---- texts ---- */

/* @column as a category, so that each text is looked at once. */
static SxColumn *
as_category (SxColumn *column, const char *name, GError **error)
{
  return sx_column_cast (column, SX_TYPE_CATEGORY, name, 0, error);
}

/* For each entry of @category's dictionary its index in @texts, or -1. */
static int *
match_texts (const SxColumn *category, char *const *texts, gsize n_texts)
{
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  int *matches = g_new (int, MAX (category->dictionary->n_rows, 1));

  for (gsize i = n_texts; i > 0; i--) /* the first of equal texts wins */
    g_hash_table_insert (index, texts[i - 1], GSIZE_TO_POINTER (i));
  for (gsize i = 0; i < category->dictionary->n_rows; i++)
    {
      gsize            size;
      const char      *bytes = sx_column_get_text (category->dictionary, i, &size);
      g_autofree char *text = g_strndup (bytes, size);

      matches[i] = (int)GPOINTER_TO_SIZE (g_hash_table_lookup (index, text)) - 1;
    }
  return matches;
}

static SxColumn *
apply_lookup (const SxColumn *category, const int *matches, const double *values, double unknown, double missing)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  for (gsize i = 0; i < category->n_rows; i++)
    {
      int match;

      if (sx_column_is_missing (category, i))
        {
          sx_column_builder_append_double (builder, missing);
          continue;
        }
      match = matches[sx_column_get_code (category, i)];
      sx_column_builder_append_double (builder, match < 0 ? unknown : values != NULL ? values[match]
                                                                                     : match);
    }
  return sx_column_builder_finish (builder);
}

static SxColumn *
apply_hot (const SxColumn *category, const int *matches, int wanted)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  for (gsize i = 0; i < category->n_rows; i++)
    sx_column_builder_append_double (builder, !sx_column_is_missing (category, i) && matches[sx_column_get_code (category, i)] == wanted);
  return sx_column_builder_finish (builder);
}

static SxColumn *
apply_replace (const SxStep *step, SxColumn *column, const char *name, GError **error)
{
  g_autoptr (SxColumn) category = as_category (column, name, error);
  g_autoptr (SxColumnBuilder) builder = NULL;
  g_autofree int *matches = NULL;
  gsize           n = g_strv_length (step->texts) / 2;

  if (category == NULL)
    return NULL;
  matches = match_texts (category, step->texts, n);
  builder = sx_column_builder_new (column->type);
  for (gsize i = 0; i < category->n_rows; i++)
    {
      int match = sx_column_is_missing (category, i) ? -1 : matches[sx_column_get_code (category, i)];

      if (match < 0)
        sx_column_builder_append_cell (builder, category, i);
      else
        sx_column_builder_append_text (builder, step->texts[n + (gsize)match], strlen (step->texts[n + (gsize)match]));
    }
  return sx_column_builder_finish (builder);
}

/* ---- one step ---- */

static SxColumn *
apply_expression (const Table *table, const char *text, GError **error)
{
  g_autoptr (SxExpr) expr = sx_expr_new (text, table->schema, error);
  g_autoptr (SxBatch) batch = NULL;

  if (expr == NULL)
    return NULL;
  batch = sx_batch_new (table->schema, (SxColumn *const *)table->columns->pdata, table->n_rows);
  return sx_expr_eval (expr, batch, error);
}

static SxColumn *
apply_date_part (const Table *table, const SxStep *step, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%s(x)", step->texts[0]);
  SxField          field = { (char *)"x", SX_TYPE_TIMESTAMP, NULL };
  g_autoptr (SxSchema) schema = sx_schema_new (&field, 1, NULL);
  SxColumn *column = get_column (table, step->inputs[0]);
  g_autoptr (SxExpr) expr = sx_expr_new (text, schema, error);
  g_autoptr (SxBatch) batch = sx_batch_new (schema, &column, table->n_rows);

  return expr != NULL ? sx_expr_eval (expr, batch, error) : NULL;
}

/* Output @output of @step. */
static SxColumn *
apply_output (const Table *table, const SxStep *step, guint output, GError **error)
{
  const char *name = step->op == SX_STEP_EXPRESSION ? NULL : step->inputs[step->op == SX_STEP_ONE_HOT ? 0 : output];
  SxColumn   *column = name != NULL ? get_column (table, name) : NULL;
  g_autoptr (SxColumn) category = NULL;
  g_autofree int *matches = NULL;

  switch (step->op)
    {
    case SX_STEP_CAST:
      return sx_column_cast (column, step->type, name, table->first_row, error);
    case SX_STEP_FILL:
      return apply_fill (step, column);
    case SX_STEP_INDICATOR:
      return apply_indicator (column);
    case SX_STEP_AFFINE:
      return apply_affine (column, step->numbers[2 * output], step->numbers[2 * output + 1]);
    case SX_STEP_CLIP:
      return apply_clip (column, step->numbers[0], step->numbers[1]);
    case SX_STEP_QUANTILE:
      return apply_quantile (column, step->numbers, step->n_numbers);
    case SX_STEP_REPLACE:
      return apply_replace (step, column, name, error);
    case SX_STEP_DATE_PART:
      return apply_date_part (table, step, error);
    case SX_STEP_EXPRESSION:
      return apply_expression (table, step->texts[0], error);
    case SX_STEP_ONE_HOT:
    case SX_STEP_ORDINAL:
    case SX_STEP_LOOKUP:
      category = as_category (column, name, error);
      if (category == NULL)
        return NULL;
      matches = match_texts (category, step->texts, g_strv_length (step->texts));
      if (step->op == SX_STEP_ONE_HOT)
        return apply_hot (category, matches, (int)output);
      return apply_lookup (category, matches, step->op == SX_STEP_LOOKUP ? step->numbers + 2 : NULL, step->numbers[0], step->numbers[1]);
    case SX_STEP_SELECT:
    case SX_STEP_RENAME:
    default:
      return sx_column_ref (column);
    }
}

/* The columns of @next, from those of @table and the outputs of @step. */
static gboolean
apply_step (Table *table, const SxStep *step, SxSchema *next, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (step->op == SX_STEP_SELECT)
    for (guint i = 0; step->inputs[i] != NULL; i++)
      g_ptr_array_add (columns, sx_column_ref (get_column (table, step->inputs[i])));
  else
    for (guint i = 0; i < table->columns->len; i++)
      g_ptr_array_add (columns, sx_column_ref (g_ptr_array_index (table->columns, i)));
  if (step->op != SX_STEP_SELECT && step->op != SX_STEP_RENAME)
    for (guint i = 0; step->outputs[i] != NULL; i++)
      {
        guint     at = (guint)sx_schema_find (next, step->outputs[i]);
        SxColumn *column = apply_output (table, step, i, error);

        if (column == NULL)
          return FALSE;
        if (at < columns->len)
          {
            sx_column_unref (g_ptr_array_index (columns, at));
            g_ptr_array_index (columns, at) = column;
          }
        else
          g_ptr_array_add (columns, column);
      }
  g_ptr_array_unref (table->columns);
  table->columns = g_steal_pointer (&columns);
  table->schema = next;
  return TRUE;
}

static SxBatch *
apply_all (const SxSteps *self, SxSchema *const *schemas, SxBatch *batch, guint64 first_row, GError **error)
{
  Table    table = { sx_batch_get_schema (batch), g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref), sx_batch_get_n_rows (batch), first_row };
  SxBatch *result = NULL;
  gboolean ok = TRUE;

  for (guint i = 0; i < sx_schema_get_n_fields (table.schema); i++)
    g_ptr_array_add (table.columns, sx_column_ref (sx_batch_get_column (batch, i)));
  for (guint i = 0; i < sx_steps_get_n (self) && ok; i++)
    ok = apply_step (&table, sx_steps_get (self, i), schemas[i], error);
  if (ok)
    result = sx_batch_new (table.schema, (SxColumn *const *)table.columns->pdata, table.n_rows);
  g_ptr_array_unref (table.columns);
  return result;
}

/* The schema after each step; NULL with an error when one does not fit. */
static GPtrArray *
list_schemas (const SxSteps *self, SxSchema *input, GError **error)
{
  g_autoptr (GPtrArray) schemas = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_schema_unref);
  SxSchema *last = input;

  for (guint i = 0; i < sx_steps_get_n (self); i++)
    {
      last = sx_step_describe (sx_steps_get (self, i), last, error);
      if (last == NULL)
        return NULL;
      g_ptr_array_add (schemas, last);
    }
  return g_steal_pointer (&schemas);
}

SxBatch *
sx_steps_apply_batch (const SxSteps *self, SxBatch *batch, GError **error)
{
  g_autoptr (GPtrArray) schemas = list_schemas (self, sx_batch_get_schema (batch), error);

  return schemas != NULL ? apply_all (self, (SxSchema *const *)schemas->pdata, batch, 0, error) : NULL;
}

SxFrame *
sx_steps_apply (const SxSteps *self, SxFrame *frame, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) schemas = list_schemas (self, sx_frame_get_schema (frame), error);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  guint64 first_row = 0;

  if (schemas == NULL)
    return NULL;
  if (schemas->len == 0)
    return sx_frame_ref (frame);
  for (guint i = 0; i < sx_frame_get_n_batches (frame); i++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, i);
      SxBatch *result;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      result = apply_all (self, (SxSchema *const *)schemas->pdata, batch, first_row, error);
      if (result == NULL)
        return NULL;
      g_ptr_array_add (batches, result);
      first_row += sx_batch_get_n_rows (batch);
    }
  return sx_frame_new (g_ptr_array_index (schemas, schemas->len - 1), batches);
}
