/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Evaluating a tree over a batch, node by node, each over all rows. Values live in an arena of the one evaluation; only the result
 * becomes a column. */

#include "config.h"

#include "sx-expr-private.h"

#include "frame/sx-column-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  SxBatch      *batch;
  GPtrArray    *memory; /* freed together */
  GStringChunk *texts;
} Evaluation;

static void *
allocate (Evaluation *self, gsize n, gsize size)
{
  void *memory = g_malloc0_n (MAX (n, 1), size);

  g_ptr_array_add (self->memory, memory);
  return memory;
}

static SxValues
make_values (Evaluation *self, SxKind kind, gsize n)
{
  SxValues values = { .kind = kind, .stride = 1 };

  if (kind == SX_KIND_TEXT)
    values.texts = allocate (self, n, sizeof *values.texts);
  else if (kind == SX_KIND_BOOL)
    values.truths = allocate (self, n, sizeof *values.truths);
  else
    values.numbers = allocate (self, n, sizeof *values.numbers);
  return values;
}

static SxValues
read_column (Evaluation *self, const char *name)
{
  int             index = sx_schema_find (sx_batch_get_schema (self->batch), name);
  const SxColumn *column = sx_batch_get_column (self->batch, (guint)index);
  SxValues        values = { .kind = SX_KIND_NUMBER, .stride = 1 };

  /* Nothing writes to arguments, so that doubles without gaps serve as they are. */
  if (column->type == SX_TYPE_FLOAT64 && column->n_missing == 0)
    {
      values.numbers = (double *)column->values;
      return values;
    }
  values = make_values (self, sx_kind_of_type (column->type), column->n_rows);
  switch (values.kind)
    {
    case SX_KIND_TEXT:
      for (gsize row = 0; row < column->n_rows; row++)
        if (!sx_column_is_missing (column, row))
          values.texts[row].text = sx_column_get_text (column, row, &values.texts[row].size);
      break;
    case SX_KIND_BOOL:
      for (gsize row = 0; row < column->n_rows; row++)
        values.truths[row] = sx_column_is_missing (column, row) ? -1 : sx_column_get_bool (column, row);
      break;
    case SX_KIND_NUMBER:
    case SX_KIND_TIME:
    case SX_KIND_NONE:
    default:
      sx_column_to_doubles (column, values.numbers);
      break;
    }
  return values;
}

static SxValues
make_constant (Evaluation *self, const SxExpr *expr)
{
  SxValues values = make_values (self, expr->values, 1);

  values.stride = 0;
  if (values.kind == SX_KIND_TEXT && expr->kind != SX_EXPR_MISSING)
    values.texts[0] = (SxTextCell){ expr->text, strlen (expr->text) };
  else if (values.kind == SX_KIND_BOOL)
    values.truths[0] = expr->kind == SX_EXPR_MISSING ? -1 : expr->number != 0;
  else if (values.kind != SX_KIND_TEXT)
    values.numbers[0] = expr->kind == SX_EXPR_MISSING ? NAN : expr->number;
  return values;
}

static SxValues evaluate (Evaluation *self, const SxExpr *expr);

static SxValues
call_op (Evaluation *self, const SxExpr *expr)
{
  gsize                n_rows = sx_batch_get_n_rows (self->batch);
  g_autofree SxValues *args = g_new0 (SxValues, expr->args->len);
  SxValues             out;
  SxExprCall           call;
  guint                n_before = self->memory->len, n_of_args;

  for (guint i = 0; i < expr->args->len; i++)
    args[i] = evaluate (self, g_ptr_array_index (expr->args, i));
  n_of_args = self->memory->len - n_before;
  out = make_values (self, expr->values, n_rows);
  if (expr->op->unary != NULL)
    {
      for (gsize row = 0; row < n_rows; row++)
        out.numbers[row] = expr->op->unary (sx_values_number (&args[0], row));
    }
  else
    {
      call = (SxExprCall){ expr->op, args, expr->args->len, n_rows, &out, self->texts };
      expr->op->eval (&call);
    }
  /* Nothing asks for the arguments again; a sum of a hundred products would hold as many columns. */
  if (n_of_args > 0)
    g_ptr_array_remove_range (self->memory, n_before, n_of_args);
  return out;
}

static SxValues
evaluate (Evaluation *self, const SxExpr *expr)
{
  switch (expr->kind)
    {
    case SX_EXPR_COLUMN:
      return read_column (self, expr->text);
    case SX_EXPR_CALL:
      return call_op (self, expr);
    case SX_EXPR_NUMBER:
    case SX_EXPR_TEXT:
    case SX_EXPR_BOOL:
    case SX_EXPR_MISSING:
    default:
      return make_constant (self, expr);
    }
}

/* Truths of which none is missing, packed; NULL when one is. */
static SxColumn *
pack_truths (const SxValues *values, gsize n_rows)
{
  guint8 *bits = sx_aligned_new0 ((n_rows + 7) / 8);

  for (gsize row = 0; row < n_rows; row++)
    {
      gint8 truth = sx_values_truth (values, row);

      if (truth < 0)
        {
          g_aligned_free (bits);
          return NULL;
        }
      bits[row >> 3] |= (guint8)(truth << (row & 7));
    }
  return sx_column_new_take (SX_TYPE_BOOL, n_rows, 0, NULL, bits, NULL, NULL);
}

static SxColumn *
to_column (const SxValues *values, SxType type, gsize n_rows)
{
  g_autoptr (SxColumnBuilder) builder = NULL;
  SxColumn *packed = values->kind == SX_KIND_BOOL ? pack_truths (values, n_rows) : NULL;

  if (packed != NULL)
    return packed;
  builder = sx_column_builder_new (type);
  for (gsize row = 0; row < n_rows; row++)
    switch (values->kind)
      {
      case SX_KIND_TEXT:
        if (sx_values_text (values, row)->text == NULL)
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_text (builder, sx_values_text (values, row)->text, sx_values_text (values, row)->size);
        break;
      case SX_KIND_BOOL:
        if (sx_values_truth (values, row) < 0)
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_bool (builder, sx_values_truth (values, row));
        break;
      case SX_KIND_TIME:
        if (isnan (sx_values_number (values, row)))
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_int64 (builder, (gint64)sx_values_number (values, row));
        break;
      case SX_KIND_NUMBER:
      case SX_KIND_NONE:
      default:
        sx_column_builder_append_double (builder, sx_values_number (values, row));
        break;
      }
  return sx_column_builder_finish (builder);
}

/* Few cells of great length may make more text than a column holds. */
static gboolean
check_size (const SxValues *values, gsize n_rows, GError **error)
{
  gsize size = 0;

  for (gsize row = 0; row < n_rows && values->kind == SX_KIND_TEXT; row++)
    size += sx_values_text (values, row)->size;
  if (size <= SX_COLUMN_MAX_TEXT)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The expression makes more than two thousand million bytes of text from %u rows. Shorten its texts."), (guint)n_rows);
  return FALSE;
}

SxColumn *
sx_expr_eval (const SxExpr *self, SxBatch *batch, GError **error)
{
  Evaluation evaluation = { .batch = batch };
  SxValues   values;
  SxColumn  *column;
  SxSchema  *schema;
  g_auto (GStrv) names = NULL;

  g_return_val_if_fail (self != NULL && batch != NULL, NULL);
  schema = sx_batch_get_schema (batch);
  names = sx_expr_dup_columns (self);
  for (guint i = 0; names[i] != NULL; i++)
    {
      int index = sx_schema_find (schema, names[i]);

      if (index < 0 || sx_kind_of_type (sx_schema_get_field (schema, (guint)index)->type) == SX_KIND_NONE)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, index < 0 ? _ ("There is no column “%s”.") : _ ("Column “%s” cannot be used in an expression."), names[i]);
          return NULL;
        }
    }
  if (self->kind == SX_EXPR_COLUMN)
    return sx_column_ref (sx_batch_get_column (batch, (guint)sx_schema_find (schema, self->text)));
  evaluation.memory = g_ptr_array_new_with_free_func (g_free);
  evaluation.texts = g_string_chunk_new (4096);
  values = evaluate (&evaluation, self);
  column = check_size (&values, sx_batch_get_n_rows (batch), error) ? to_column (&values, self->type, sx_batch_get_n_rows (batch)) : NULL;
  g_ptr_array_unref (evaluation.memory);
  g_string_chunk_free (evaluation.texts);
  return column;
}
