/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A whole model as ONNX (opset 15, ai.onnx.ml 3): raw columns in, predictions out.
 *
 * Inputs are the model's columns under their own names, each a tensor (N, 1):
 *   numbers, true/false   double; NaN where missing; true is 1, false is 0
 *   times                 double: microseconds since 1970-01-01T00:00:00 UTC; NaN where missing
 *   texts                 string; “” where missing: an empty text is taken for a missing one
 * Outputs: for classes `label`, string (N, 1), and `probabilities`, float (N, classes) in the order of the model's classes; for a number `value`, float
 * (N, 1). Where a column has the name of an output the output's gets an underscore.
 *
 * What is written is computed again for the model's golden rows, from the bytes, by an evaluator that knows nothing of the writer. A file that would
 * predict something else is not written. */

#include "config.h"

#include "sx-onnx-check.h"
#include "sx-onnx-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 1e-5

typedef struct
{
  char *probabilities; /* or value */
  char *label;         /* NULL for a number */
} Outputs;

static char *
name_output (SxSchema *inputs, const char *wanted)
{
  GString *name = g_string_new (wanted);

  while (sx_schema_find (inputs, name->str) >= 0)
    g_string_append_c (name, '_');
  return g_string_free (name, FALSE);
}

static Outputs
name_outputs (SxModel *model)
{
  SxSchema *inputs = sx_model_get_inputs (model);
  gboolean  is_number = sx_model_get_target (model)->task == SX_TASK_REGRESSION;

  return (Outputs){ name_output (inputs, is_number ? "value" : "probabilities"), is_number ? NULL : name_output (inputs, "label") };
}

static void
clear_outputs (Outputs *self)
{
  g_free (self->probabilities);
  g_free (self->label);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outputs, clear_outputs)

/* ---- the matrix ---- */

/* The features side by side, double (N, n). Columns that are a whole group already are taken together. */
static const char *
join_features (SxOnnxTable *table, const SxFeature *features, guint n)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  const char *joined;

  for (guint i = 0; i < n;)
    {
      const SxOnnxColumn *column = g_hash_table_lookup (table->columns, features[i].name);
      gint64              width = 0;

      while (column->group != NULL && width < column->n_group && i + width < n)
        {
          const SxOnnxColumn *next = g_hash_table_lookup (table->columns, features[i + width].name);

          if (next->group != column->group || next->index != width)
            break;
          width++;
        }
      if (column->group != NULL && width == column->n_group)
        {
          g_ptr_array_add (parts, (gpointer)column->group);
          i += (guint)width;
        }
      else
        g_ptr_array_add (parts, (gpointer)sx_onnx_table_get (table, features[i++].name)->tensor);
    }
  if (parts->len == 1)
    return parts->pdata[0];
  g_ptr_array_add (parts, NULL);
  joined = sx_onnx_add_node (table->onnx, "", "Concat", (const char *const *)parts->pdata, 1);
  sx_onnx_set_int (table->onnx, "axis", 1);
  return joined;
}

/* Codes of categories that are none become the code of the unknown, as sx_dataset_new() has it. */
static const char *
limit_codes (SxOnnxTable *table, const char *x, const SxFeature *features, guint n)
{
  const gint64       dims[] = { 1, n };
  g_autofree double *low = g_new (double, n);
  g_autofree double *high = g_new (double, n);
  gboolean           has_codes = FALSE;
  const char        *l, *h;

  for (guint i = 0; i < n; i++)
    {
      low[i] = features[i].n_categories > 0 ? 0 : -INFINITY;
      high[i] = features[i].n_categories > 0 ? features[i].n_categories : INFINITY;
      has_codes |= features[i].n_categories > 0;
    }
  if (!has_codes)
    return x;
  l = sx_onnx_add_doubles (table->onnx, "lowest_codes", low, dims, 2);
  h = sx_onnx_add_doubles (table->onnx, "unknown_codes", high, dims, 2);
  x = sx_onnx_table_select (table, sx_onnx_table_op (table, "Less", x, l, NULL), h, x);
  return sx_onnx_table_select (table, sx_onnx_table_op (table, "Greater", x, h, NULL), h, x);
}

static const char *
add_matrix (SxOnnxTable *table, SxModel *model)
{
  guint            n;
  const SxFeature *features = sx_model_get_features (model, &n);

  return sx_onnx_table_cast (table, limit_codes (table, join_features (table, features, n), features, n), SX_ONNX_FLOAT);
}

/* ---- outputs ---- */

/* The class of the largest probability, the first of equals. */
static const char *
add_label (SxOnnx *onnx, char *const *classes, const char *probabilities)
{
  const char        *inputs[] = { probabilities, NULL };
  guint              n = g_strv_length ((char **)classes);
  g_autofree gint64 *keys = g_new (gint64, n);
  const char        *label;

  for (guint i = 0; i < n; i++)
    keys[i] = i;
  inputs[0] = sx_onnx_add_node (onnx, "", "ArgMax", inputs, 1);
  sx_onnx_set_int (onnx, "axis", 1);
  sx_onnx_set_int (onnx, "keepdims", 1);
  label = sx_onnx_add_node (onnx, "ai.onnx.ml", "LabelEncoder", inputs, 1);
  sx_onnx_set_ints (onnx, "keys_int64s", keys, n);
  sx_onnx_set_strings (onnx, "values_strings", (const char *const *)classes, n);
  sx_onnx_set_string (onnx, "default_string", "");
  return label;
}

static void
set_metadata (SxOnnx *onnx, SxModel *model)
{
  const SxTarget *target = sx_model_get_target (model);
  SxSchema       *inputs = sx_model_get_inputs (model);

  sx_onnx_set_metadata (onnx, "sextant.target", target->column);
  sx_onnx_set_metadata (onnx, "sextant.task", sx_task_get_nick (target->task));
  for (guint i = 0; i < sx_schema_get_n_fields (inputs); i++)
    {
      const SxField   *field = sx_schema_get_field (inputs, i);
      g_autofree char *key = g_strconcat ("sextant.input.", field->name, NULL);

      sx_onnx_set_metadata (onnx, key, sx_type_get_nick (field->type));
    }
}

static gboolean
build (SxOnnxTable *table, SxModel *model, const Outputs *names, GError **error)
{
  SxPredictor     *predictor = sx_model_get_predictor (model);
  char           **classes = sx_model_get_target (model)->classes;
  SxSteps         *steps = sx_model_get_steps (model);
  g_autofree char *output = NULL;

  if (!sx_onnx_table_add_inputs (table, sx_model_get_inputs (model), error))
    return FALSE;
  if (classes != NULL)
    sx_onnx_add_output (table->onnx, names->label, SX_ONNX_STRING, 1);
  sx_onnx_add_output (table->onnx, names->probabilities, SX_ONNX_FLOAT, predictor->n_outputs);
  for (guint i = 0; i < sx_steps_get_n (steps); i++)
    if (!sx_onnx_table_apply (table, sx_steps_get (steps, i), error))
      return FALSE;
  output = predictor->family->to_onnx (predictor, table->onnx, add_matrix (table, model), error);
  if (output == NULL)
    return FALSE;
  if (classes != NULL)
    sx_onnx_rename_tensor (table->onnx, add_label (table->onnx, classes, output), names->label);
  sx_onnx_rename_tensor (table->onnx, output, names->probabilities);
  sx_onnx_prune (table->onnx, (const char *const[]){ names->probabilities, names->label, NULL });
  set_metadata (table->onnx, model);
  return TRUE;
}

GBytes *
sx_onnx_write_model (SxModel *model, GError **error)
{
  g_autoptr (SxOnnx) onnx = sx_onnx_new (sx_model_get_name (model));
  g_auto (Outputs) names = name_outputs (model);
  SxOnnxTable table;
  gboolean    ok;

  if (sx_schema_get_n_fields (sx_model_get_inputs (model)) == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, "%s", _ ("The model takes no columns: there is nothing that ONNX could predict from"));
      return NULL;
    }
  sx_onnx_table_init (&table, onnx);
  ok = build (&table, model, &names, error);
  sx_onnx_table_clear (&table);
  return ok ? sx_onnx_finish (onnx) : NULL;
}

/* ---- the file ---- */

/* ONNX has no missing text beside the empty one. */
static SxColumn *
without_empty_texts (SxColumn *column)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (column->type);

  for (gsize row = 0; row < column->n_rows; row++)
    {
      gsize size = 0;

      if (!sx_column_is_missing (column, row))
        sx_column_get_text (column, row, &size);
      if (size == 0)
        sx_column_builder_append_missing (builder);
      else
        sx_column_builder_append_cell (builder, column, row);
    }
  return sx_column_builder_finish (builder);
}

SxFrame *
sx_onnx_dup_feed (SxFrame *inputs)
{
  SxSchema *schema = sx_frame_get_schema (inputs);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (inputs, i);

      g_ptr_array_add (columns, sx_type_is_numeric (column->type) ? sx_column_ref (column) : without_empty_texts (column));
    }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
}

static gboolean
check_golden (SxModel *model, GBytes *bytes, GError **error)
{
  SxFrame *golden = sx_model_get_golden (model);
  g_auto (Outputs) names = name_outputs (model);
  g_autoptr (SxFrame) feed = NULL;
  g_autofree float *p = NULL;

  if (golden == NULL || sx_frame_get_n_rows (golden) == 0)
    return TRUE;
  feed = sx_onnx_dup_feed (golden);
  p = sx_model_predict_raw (model, feed, 1, NULL, error);
  return p && sx_onnx_check (bytes, feed, names.probabilities, p, sx_model_get_predictor (model)->n_outputs, TOLERANCE, error);
}

static gboolean
write_file (SxModel *model, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = sx_onnx_write_model (model, error);
  gsize size;

  if (bytes == NULL || !check_golden (model, bytes, error))
    return FALSE;
  g_bytes_get_data (bytes, &size);
  return g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, error);
}

const SxExportFormat sx_export_onnx = {
  .id = "onnx",
  .title = N_ ("ONNX"),
  .suffix = ".onnx",
  .write = write_file,
};
