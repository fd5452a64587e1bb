/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Each row becomes as many as there are columns to stack, one below the other, row by row. */

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns that become rows. All others are repeated in each of these rows."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED, .column_types = SX_MASK_ORDERED },
  { "name", N_ ("Column of names"), N_ ("What the new column is called that says which column a cell comes from."), SX_PARAM_STRING, 0, "'column'" },
  { "value", N_ ("Column of values"), N_ ("What the new column is called that holds the cells."), SX_PARAM_STRING, 0, "'value'" },
  { "drop-missing", N_ ("Leave out missing cells"), N_ ("Makes no row of a cell that is missing."), SX_PARAM_BOOL, 0, "false" },
  { NULL },
};

/* A type that all of @columns can have without losing anything. */
static gboolean
find_type (SxSchema *schema, char *const *columns, SxType *type, GError **error)
{
  const SxField *first = sx_schema_get_field (schema, (guint)sx_schema_find (schema, columns[0]));

  *type = first->type;
  for (guint i = 1; columns[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (schema, (guint)sx_schema_find (schema, columns[i]));
      guint          both = 1u << *type | 1u << field->type;

      if (*type == field->type)
        continue;
      if ((both & ~SX_MASK_TEXTS) == 0)
        *type = SX_TYPE_STRING;
      else if ((both & ~SX_MASK_NUMBERS) == 0)
        *type = (both & 1u << SX_TYPE_FLOAT64) != 0 ? SX_TYPE_FLOAT64 : SX_TYPE_INT64;
      else
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“columns”: “%s” is “%s” and “%s” is “%s”, which do not fit into one column. Change one of the types first."), first->name, sx_type_get_title (first->type), field->name, sx_type_get_title (field->type));
          return FALSE;
        }
    }
  return TRUE;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_auto (GStrv) origins = NULL;
  g_autoptr (SxFields) fields = sx_fields_new (NULL);
  SxType type;

  if (columns == NULL || columns[0] == NULL)
    {
      if (columns != NULL)
        g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“columns”: choose the columns that become rows."));
      return NULL;
    }
  if (!find_type (inputs[0], columns, &type, error))
    return NULL;
  for (guint i = 0; i < sx_schema_get_n_fields (inputs[0]); i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], i);

      if (!g_strv_contains ((const char *const *)columns, field->name))
        sx_fields_add (fields, field->name, field->type, (const char *const *)field->origins);
    }
  origins = sx_schema_dup_origins (inputs[0], (const char *const *)columns);
  sx_fields_add (fields, sx_params_get_string (self, "name"), SX_TYPE_CATEGORY, NULL);
  sx_fields_add (fields, sx_params_get_string (self, "value"), type, (const char *const *)origins);
  return sx_fields_end (fields, error);
}

/* The cells of one batch, stacked: names and values, and which row each comes from. */
static SxBatch *
stack_batch (SxBatch *batch, SxSchema *schema, char *const *columns, SxColumnBuilder *names, gboolean drop_missing, GError **error)
{
  SxSchema *input = sx_batch_get_schema (batch);
  guint     n_fields = sx_schema_get_n_fields (schema), n_columns = g_strv_length ((char **)columns);
  gsize     n_rows = sx_batch_get_n_rows (batch), n = 0;
  SxType    type = sx_schema_get_field (schema, n_fields - 1)->type;
  g_autoptr (SxColumnBuilder) values = sx_column_builder_new (type);
  g_autofree guint32 *rows = g_new (guint32, n_rows * n_columns + 1);
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < n_columns; i++)
    {
      SxColumn *column = sx_batch_get_column (batch, (guint)sx_schema_find (input, columns[i]));

      column = column->type == type || type == SX_TYPE_STRING || type == SX_TYPE_FLOAT64 ? sx_column_ref (column) : sx_column_cast (column, type, columns[i], 0, error);
      if (column == NULL)
        return NULL;
      g_ptr_array_add (sources, column);
    }
  for (gsize row = 0; row < n_rows; row++)
    for (guint i = 0; i < n_columns; i++)
      {
        if (drop_missing && sx_column_is_missing (sources->pdata[i], row))
          continue;
        sx_column_builder_append_text (names, columns[i], strlen (columns[i]));
        sx_column_builder_append_cell (values, sources->pdata[i], row);
        rows[n++] = (guint32)row;
      }
  for (guint i = 0; i + 2 < n_fields; i++)
    g_ptr_array_add (cells, sx_column_take (sx_batch_get_column (batch, (guint)sx_schema_find (input, sx_schema_get_field (schema, i)->name)), rows, n));
  g_ptr_array_add (cells, sx_column_builder_finish (names));
  g_ptr_array_add (cells, sx_column_builder_finish (values));
  return sx_batch_new (schema, (SxColumn *const *)cells->pdata, n);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxSchema *input = sx_frame_get_schema (inputs[0]);
  g_autoptr (SxSchema) schema = describe (self, &input, 1, context, error);
  g_auto (GStrv) columns = schema != NULL ? sx_params_dup_columns (self, "columns", input, NULL, error) : NULL;
  g_autoptr (SxColumnBuilder) names = sx_column_builder_new (SX_TYPE_CATEGORY);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  gsize max_rows;

  if (columns == NULL)
    return NULL;
  /* So few rows at a time that what comes of them is a batch. */
  max_rows = MAX (SX_BATCH_MAX_ROWS / g_strv_length (columns), 1);
  for (guint64 first = 0; first < sx_frame_get_n_rows (inputs[0]); first += max_rows)
    {
      g_autoptr (SxFrame) part = sx_frame_slice (inputs[0], first, max_rows);

      if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return NULL;
      for (guint b = 0; b < sx_frame_get_n_batches (part); b++)
        {
          SxBatch *batch = stack_batch (sx_frame_get_batch (part, b), schema, columns, names, sx_params_get_bool (self, "drop-missing"), error);

          if (batch == NULL)
            return NULL;
          g_ptr_array_add (batches, batch);
        }
    }
  return sx_frame_new (schema, batches);
}

const SxBlockKind sx_block_table_unpivot = {
  .id = "table.unpivot",
  .title = N_ ("Columns to rows"),
  .help = N_ ("Turns a wide table into a long one: each row becomes one row for each of the chosen columns, with the column's name in one new column and the cell in another. The other columns are repeated. The opposite of “Rows to columns”."),
  .aliases = N_ ("unpivot, melt, gather, wide to long, stack, reshape"),
  .icon = "object-flip-vertical-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
