/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Steps as values: what they are, what schema they give, what they depend on. Applying is in sx-step-apply.c, storing in sx-step-yaml.c. */

#include "config.h"

#include "sx-step-private.h"

#include "expr/sx-expr.h"
#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _SxSteps
{
  gatomicrefcount ref_count;
  GPtrArray      *steps; /* of SxStep */
};

static const char *const op_nicks[SX_N_STEP_OPS] = {
  [SX_STEP_SELECT] = "select",
  [SX_STEP_RENAME] = "rename",
  [SX_STEP_CAST] = "cast",
  [SX_STEP_FILL] = "fill",
  [SX_STEP_INDICATOR] = "indicator",
  [SX_STEP_AFFINE] = "affine",
  [SX_STEP_CLIP] = "clip",
  [SX_STEP_QUANTILE] = "quantile",
  [SX_STEP_REPLACE] = "replace",
  [SX_STEP_ONE_HOT] = "one-hot",
  [SX_STEP_ORDINAL] = "ordinal",
  [SX_STEP_LOOKUP] = "lookup",
  [SX_STEP_DATE_PART] = "date-part",
  [SX_STEP_EXPRESSION] = "expression",
};

const char *const sx_date_parts[] = { "year", "month", "day", "weekday", "hour", "minute", "yearday", NULL };

const char *
sx_step_op_get_nick (SxStepOp op)
{
  g_return_val_if_fail ((guint)op < SX_N_STEP_OPS, NULL);
  return op_nicks[op];
}

gboolean
sx_step_op_from_nick (const char *nick, SxStepOp *op)
{
  for (guint i = 0; i < SX_N_STEP_OPS; i++)
    if (g_strcmp0 (nick, op_nicks[i]) == 0)
      {
        *op = i;
        return TRUE;
      }
  return FALSE;
}

static void
free_step (gpointer data)
{
  SxStep *step = data;

  g_strfreev (step->inputs);
  g_strfreev (step->outputs);
  g_strfreev (step->texts);
  g_free (step->numbers);
  g_free (step->block);
  g_free (step);
}

SxSteps *
sx_steps_new (void)
{
  SxSteps *self = g_new0 (SxSteps, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->steps = g_ptr_array_new_with_free_func (free_step);
  return self;
}

SxSteps *
sx_steps_ref (SxSteps *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_steps_unref (SxSteps *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->steps);
  g_free (self);
}

guint
sx_steps_get_n (const SxSteps *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->steps->len;
}

const SxStep *
sx_steps_get (const SxSteps *self, guint step)
{
  g_return_val_if_fail (self != NULL && step < self->steps->len, NULL);
  return g_ptr_array_index (self->steps, step);
}

static GStrv
copy_texts (const char *const *texts)
{
  return texts != NULL ? g_strdupv ((char **)texts) : g_new0 (char *, 1);
}

void
sx_steps_add (SxSteps *self, SxStepOp op, const char *const *inputs, const char *const *outputs, const double *numbers, gsize n_numbers, const char *const *texts, SxType type)
{
  SxStep *step = g_new0 (SxStep, 1);

  step->op = op;
  step->inputs = copy_texts (inputs);
  step->outputs = copy_texts (outputs);
  step->texts = copy_texts (texts);
  step->numbers = n_numbers > 0 ? g_memdup2 (numbers, n_numbers * sizeof *numbers) : NULL;
  step->n_numbers = n_numbers;
  step->type = type;
  g_ptr_array_add (self->steps, step);
}

void
sx_steps_append (SxSteps *self, const SxSteps *other)
{
  g_return_if_fail (self != other);
  for (guint i = 0; i < other->steps->len; i++)
    {
      const SxStep *step = g_ptr_array_index (other->steps, i);

      sx_steps_add (self, step->op, (const char *const *)step->inputs, (const char *const *)step->outputs, step->numbers, step->n_numbers, (const char *const *)step->texts, step->type);
      ((SxStep *)g_ptr_array_index (self->steps, self->steps->len - 1))->block = g_strdup (step->block);
    }
}

void
sx_steps_set_block (SxSteps *self, const char *block)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      SxStep *step = g_ptr_array_index (self->steps, i);

      if (step->block == NULL)
        step->block = g_strdup (block);
    }
}

/* ---- shape ---- */

gboolean
sx_step_is_well_formed (const SxStep *step)
{
  guint n_in = g_strv_length (step->inputs), n_out = g_strv_length (step->outputs), n_texts = g_strv_length (step->texts);

  switch (step->op)
    {
    case SX_STEP_SELECT:
      return n_in == n_out && n_in > 0;
    case SX_STEP_RENAME:
    case SX_STEP_CAST:
      return n_in == n_out && n_in > 0 && (guint)step->type < SX_N_TYPES;
    case SX_STEP_FILL:
      return n_in == 1 && n_out == 1 && step->n_numbers + n_texts == 1;
    case SX_STEP_INDICATOR:
      return n_in == 1 && n_out == 1;
    case SX_STEP_AFFINE:
      return n_in == n_out && n_in > 0 && step->n_numbers == 2 * n_in;
    case SX_STEP_CLIP:
      return n_in == n_out && n_in > 0 && step->n_numbers == 2;
    case SX_STEP_QUANTILE:
      if (n_in != 1 || n_out != 1 || step->n_numbers < 4 || step->n_numbers % 2 != 0)
        return FALSE;
      for (gsize i = 1; i < step->n_numbers / 2; i++)
        if (!(step->numbers[i] > step->numbers[i - 1]))
          return FALSE;
      return TRUE;
    case SX_STEP_REPLACE:
      return n_in == n_out && n_in > 0 && n_texts % 2 == 0;
    case SX_STEP_ONE_HOT:
      return n_in == 1 && n_out == n_texts && n_out > 0;
    case SX_STEP_ORDINAL:
      return n_in == 1 && n_out == 1 && step->n_numbers == 2;
    case SX_STEP_LOOKUP:
      return n_in == 1 && n_out == 1 && step->n_numbers == n_texts + 2;
    case SX_STEP_DATE_PART:
      return n_in == 1 && n_out == 1 && n_texts == 1 && g_strv_contains (sx_date_parts, step->texts[0]);
    case SX_STEP_EXPRESSION:
      return n_out == 1 && n_texts == 1;
    default:
      return FALSE;
    }
}

/* The type that filling gives: whole numbers stay whole only when the filling is. */
SxType
sx_step_fill_type (const SxStep *step, SxType type)
{
  double value = step->n_numbers > 0 ? step->numbers[0] : 0;

  if (step->n_numbers == 0 || type == SX_TYPE_FLOAT64)
    return type;
  if (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP)
    return value == floor (value) && fabs (value) < 0x1p63 ? type : SX_TYPE_FLOAT64;
  return value == 0 || value == 1 ? type : SX_TYPE_FLOAT64;
}

static gboolean
fail_step (const SxStep *step, SxPipelineError code, GError **error, const char *format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail_step (const SxStep *step, SxPipelineError code, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (step->block != NULL)
    g_set_error (error, SX_PIPELINE_ERROR, (int)code, _ ("Block “%s”: %s"), step->block, message);
  else
    g_set_error_literal (error, SX_PIPELINE_ERROR, (int)code, message);
  return FALSE;
}

static gboolean
needs_number (SxStepOp op)
{
  return op == SX_STEP_AFFINE || op == SX_STEP_CLIP || op == SX_STEP_QUANTILE;
}

/* All inputs are there and of a type that the operation takes. */
static gboolean
check_inputs (const SxStep *step, SxSchema *schema, GError **error)
{
  for (guint i = 0; step->inputs[i] != NULL; i++)
    {
      int    index = sx_schema_find (schema, step->inputs[i]);
      SxType type;

      if (index < 0)
        return fail_step (step, SX_PIPELINE_ERROR_SCHEMA, error, _ ("the column “%s” is missing."), step->inputs[i]);
      type = sx_schema_get_field (schema, (guint)index)->type;
      if (needs_number (step->op) && !sx_type_is_numeric (type))
        return fail_step (step, SX_PIPELINE_ERROR_TYPE, error, _ ("the column “%s” must be a number, but is “%s”."), step->inputs[i], sx_type_get_title (type));
      if (step->op == SX_STEP_DATE_PART && type != SX_TYPE_TIMESTAMP)
        return fail_step (step, SX_PIPELINE_ERROR_TYPE, error, _ ("the column “%s” must be a time, but is “%s”."), step->inputs[i], sx_type_get_title (type));
      if (step->op == SX_STEP_FILL && step->n_numbers > 0 && !sx_type_is_numeric (type))
        return fail_step (step, SX_PIPELINE_ERROR_TYPE, error, _ ("the column “%s” must be a number, but is “%s”."), step->inputs[i], sx_type_get_title (type));
      if (step->op == SX_STEP_REPLACE && type != SX_TYPE_STRING && type != SX_TYPE_CATEGORY)
        return fail_step (step, SX_PIPELINE_ERROR_TYPE, error, _ ("the column “%s” must be text, but is “%s”."), step->inputs[i], sx_type_get_title (type));
    }
  return TRUE;
}

static SxType
output_type (const SxStep *step, SxType input)
{
  switch (step->op)
    {
    case SX_STEP_SELECT:
    case SX_STEP_RENAME:
    case SX_STEP_REPLACE:
      return input;
    case SX_STEP_CAST:
      return step->type;
    case SX_STEP_FILL:
      return sx_step_fill_type (step, input);
    case SX_STEP_INDICATOR:
    case SX_STEP_AFFINE:
    case SX_STEP_CLIP:
    case SX_STEP_QUANTILE:
    case SX_STEP_ONE_HOT:
    case SX_STEP_ORDINAL:
    case SX_STEP_LOOKUP:
    case SX_STEP_DATE_PART:
    case SX_STEP_EXPRESSION:
    default:
      return SX_TYPE_FLOAT64;
    }
}

static SxSchema *
describe_expression (const SxStep *step, SxSchema *schema, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SxExpr) expr = sx_expr_new (step->texts[0], schema, &local);
  g_autoptr (SxFields) fields = NULL;
  g_auto (GStrv) columns = NULL;
  g_auto (GStrv) origins = NULL;

  if (expr == NULL)
    {
      fail_step (step, (SxPipelineError)local->code, error, _ ("“%s”, %s"), step->outputs[0], local->message);
      return NULL;
    }
  fields = sx_fields_new (schema);
  columns = sx_expr_dup_columns (expr);
  origins = sx_schema_dup_origins (schema, (const char *const *)columns);
  sx_fields_put (fields, step->outputs[0], sx_expr_get_type (expr), (const char *const *)origins);
  return sx_fields_end (fields, error);
}

static SxSchema *
describe_select (const SxStep *step, SxSchema *schema, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (NULL);

  for (guint i = 0; step->inputs[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (schema, (guint)sx_schema_find (schema, step->inputs[i]));

      sx_fields_add (fields, field->name, field->type, (const char *const *)field->origins);
    }
  return sx_fields_end (fields, error);
}

static SxSchema *
describe_rename (const SxStep *step, SxSchema *schema, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (NULL);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);
      const char    *self[] = { field->name, NULL };
      g_auto (GStrv) origins = sx_schema_dup_origins (schema, self);
      const char *name = field->name;

      for (guint j = 0; step->inputs[j] != NULL; j++)
        if (g_str_equal (step->inputs[j], name))
          {
            name = step->outputs[j];
            break;
          }
      sx_fields_add (fields, name, field->type, (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

/* Each output from its input, or every output from the one input. */
static SxSchema *
describe_mapped (const SxStep *step, SxSchema *schema, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (schema);
  gboolean is_one_to_many = step->op == SX_STEP_ONE_HOT;

  for (guint i = 0; step->outputs[i] != NULL; i++)
    {
      const char    *from[] = { step->inputs[is_one_to_many ? 0 : i], NULL };
      const SxField *field = sx_schema_get_field (schema, (guint)sx_schema_find (schema, from[0]));
      g_auto (GStrv) origins = sx_schema_dup_origins (schema, from);

      sx_fields_put (fields, step->outputs[i], output_type (step, field->type), (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

SxSchema *
sx_step_describe (const SxStep *step, SxSchema *schema, GError **error)
{
  if (!sx_step_is_well_formed (step))
    {
      fail_step (step, SX_PIPELINE_ERROR_PARSE, error, _ ("a step “%s” is malformed."), sx_step_op_get_nick (step->op));
      return NULL;
    }
  if (step->op == SX_STEP_EXPRESSION)
    return describe_expression (step, schema, error);
  if (!check_inputs (step, schema, error))
    return NULL;
  if (step->op == SX_STEP_SELECT)
    return describe_select (step, schema, error);
  if (step->op == SX_STEP_RENAME)
    return describe_rename (step, schema, error);
  return describe_mapped (step, schema, error);
}

SxSchema *
sx_steps_describe (const SxSteps *self, SxSchema *input, GError **error)
{
  SxSchema *schema = sx_schema_ref (input);

  for (guint i = 0; i < self->steps->len && schema != NULL; i++)
    {
      SxSchema *next = sx_step_describe (g_ptr_array_index (self->steps, i), schema, error);

      sx_schema_unref (schema);
      schema = next;
    }
  return schema;
}

gboolean
sx_steps_drop (SxSteps *self, SxSchema *schema, const char *const *names, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    if (!g_strv_contains (names, sx_schema_get_field (schema, i)->name))
      g_ptr_array_add (kept, sx_schema_get_field (schema, i)->name);
  if (kept->len == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("No column would be left."));
      return FALSE;
    }
  g_ptr_array_add (kept, NULL);
  sx_steps_add (self, SX_STEP_SELECT, (const char *const *)kept->pdata, (const char *const *)kept->pdata, NULL, 0, NULL, 0);
  return TRUE;
}

/* ---- lineage ---- */

/* Which inputs does output @output of @step come from? Adds them to @wanted. */
static void
want_inputs (const SxStep *step, guint output, GHashTable *wanted)
{
  gboolean is_paired = step->op != SX_STEP_EXPRESSION && step->op != SX_STEP_ONE_HOT;

  for (guint i = 0; step->inputs[i] != NULL; i++)
    if (!is_paired || i == output)
      g_hash_table_add (wanted, g_strdup (step->inputs[i]));
}

static void
trace_step (const SxStep *step, GHashTable *wanted)
{
  g_autoptr (GHashTable) further = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer       name;

  if (step->op == SX_STEP_SELECT)
    return;
  for (guint i = 0; step->outputs[i] != NULL; i++)
    if (g_hash_table_remove (wanted, step->outputs[i]))
      want_inputs (step, i, further);
  g_hash_table_iter_init (&iter, further);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (wanted, g_strdup (name));
}

GStrv
sx_steps_trace_inputs (const SxSteps *self, SxSchema *input, const char *const *wanted_names)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (SxSchema) output = wanted_names == NULL ? sx_steps_describe (self, input, NULL) : NULL;

  for (guint i = 0; wanted_names != NULL && wanted_names[i] != NULL; i++)
    g_hash_table_add (wanted, g_strdup (wanted_names[i]));
  for (guint i = 0; output != NULL && i < sx_schema_get_n_fields (output); i++)
    g_hash_table_add (wanted, g_strdup (sx_schema_get_field (output, i)->name));
  for (guint i = self->steps->len; i > 0; i--)
    trace_step (g_ptr_array_index (self->steps, i - 1), wanted);
  for (guint i = 0; i < sx_schema_get_n_fields (input); i++)
    if (g_hash_table_contains (wanted, sx_schema_get_field (input, i)->name))
      g_strv_builder_add (names, sx_schema_get_field (input, i)->name);
  return g_strv_builder_end (names);
}
