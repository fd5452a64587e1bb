/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

/* Tables one below the other, columns by name. */

static const SxPortSpec ports[] = {
  { "tables", N_ ("Tables"), SX_PORT_IN, SX_PORT_TABLE, SX_PORT_MANY },
  { "table", N_ ("Table"), SX_PORT_OUT, SX_PORT_TABLE, 0 },
  { NULL },
};

static const SxChoice choices[] = {
  { "all", N_ ("All columns") },
  { "common", N_ ("Columns that all tables have") },
  { "same", N_ ("All columns, which must be the same") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("What becomes of columns that not every table has: cells of tables without them are missing, or they are left out, or that is an error."), SX_PARAM_CHOICE, 0, "'all'", .choices = choices },
  { "number", N_ ("Number of the table"), N_ ("The name of a new column that says which table a row comes from: 1 for the first one linked, and so on. Empty adds none."), SX_PARAM_STRING, SX_PARAM_ADVANCED, "''" },
  { NULL },
};

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY;
}

static gboolean
is_number (SxType type)
{
  return type == SX_TYPE_INT64 || type == SX_TYPE_FLOAT64 || type == SX_TYPE_BOOL;
}

/* A type that holds cells of both. */
static gboolean
find_common_type (SxType a, SxType b, SxType *type)
{
  *type = a;
  if (a == b)
    return TRUE;
  if (is_text (a) && is_text (b))
    *type = SX_TYPE_STRING;
  else if (is_number (a) && is_number (b))
    *type = a == SX_TYPE_FLOAT64 || b == SX_TYPE_FLOAT64 ? SX_TYPE_FLOAT64 : SX_TYPE_INT64;
  else
    return FALSE;
  return TRUE;
}

static gboolean
is_everywhere (SxSchema *const *inputs, guint n_inputs, const char *name, guint *without)
{
  for (*without = 0; *without < n_inputs; (*without)++)
    if (sx_schema_find (inputs[*without], name) < 0)
      return FALSE;
  return TRUE;
}

/* Adds @field, or widens the one of its name to hold it too. */
static gboolean
add_field (SxFields *fields, const SxField *field, guint table, GError **error)
{
  int    index = sx_fields_find (fields, field->name);
  SxType known = index >= 0 ? sx_fields_get_type (fields, (guint)index) : field->type, type;

  if (!find_common_type (known, field->type, &type))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("Column “%s” is “%s” in table %u and “%s” before it. Change one of the types first."), field->name, sx_type_get_title (field->type), table + 1, sx_type_get_title (known));
      return FALSE;
    }
  if (index < 0)
    sx_fields_add (fields, field->name, field->type, (const char *const *)field->origins);
  else
    sx_fields_widen (fields, (guint)index, type, (const char *const *)field->origins);
  return TRUE;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  const char *mode = sx_params_get_string (self, "columns"), *number = sx_params_get_string (self, "number");
  g_autoptr (SxFields) fields = sx_fields_new (NULL);

  for (guint i = 0; i < n_inputs; i++)
    for (guint j = 0; j < sx_schema_get_n_fields (inputs[i]); j++)
      {
        const SxField *field = sx_schema_get_field (inputs[i], j);
        guint          without;
        gboolean       everywhere = is_everywhere (inputs, n_inputs, field->name, &without);

        if (!everywhere && g_str_equal (mode, "same"))
          {
            g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("Table %u has a column “%s”, which table %u lacks. Select the same columns of each, or let “columns” keep all of them."), i + 1, field->name, without + 1);
            return NULL;
          }
        if (!everywhere && g_str_equal (mode, "common"))
          continue;
        if (!add_field (fields, field, i, error))
          return NULL;
      }
  if (*number != '\0')
    sx_fields_add (fields, number, SX_TYPE_INT64, NULL);
  return sx_fields_end (fields, error);
}

static SxColumn *
make_constant (SxType type, gsize n_rows, gint64 value)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  for (gsize row = 0; row < n_rows; row++)
    if (value > 0)
      sx_column_builder_append_int64 (builder, value);
    else
      sx_column_builder_append_missing (builder);
  return sx_column_builder_finish (builder);
}

/* The cells of one batch of table @table as column @field of the result. */
static SxColumn *
convert (SxBatch *batch, const SxField *field, const char *number, guint table, GError **error)
{
  int       index = sx_schema_find (sx_batch_get_schema (batch), field->name);
  gsize     n_rows = sx_batch_get_n_rows (batch);
  SxColumn *column = index >= 0 ? sx_batch_get_column (batch, (guint)index) : NULL;
  g_autoptr (SxColumn) whole = NULL;

  if (g_str_equal (field->name, number))
    return make_constant (SX_TYPE_INT64, n_rows, table + 1);
  if (column == NULL)
    return make_constant (field->type, n_rows, 0);
  if (column->type == SX_TYPE_BOOL && field->type == SX_TYPE_FLOAT64)
    column = whole = sx_column_cast (column, SX_TYPE_INT64, field->name, 0, error);
  if (column == NULL || column->type == field->type)
    return column != NULL ? sx_column_ref (column) : NULL;
  return sx_column_cast (column, field->type, field->name, 0, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  const char           *number = sx_params_get_string (self, "number");
  g_autofree SxSchema **schemas = g_new0 (SxSchema *, n_inputs + 1);
  g_autoptr (SxSchema) schema = NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  for (guint i = 0; i < n_inputs; i++)
    schemas[i] = sx_frame_get_schema (inputs[i]);
  schema = describe (self, schemas, n_inputs, context, error);
  if (schema == NULL)
    return NULL;
  for (guint i = 0; i < n_inputs; i++)
    for (guint b = 0; b < sx_frame_get_n_batches (inputs[i]); b++)
      {
        SxBatch *batch = sx_frame_get_batch (inputs[i], b);
        g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

        if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
          return NULL;
        for (guint j = 0; j < sx_schema_get_n_fields (schema); j++)
          {
            SxColumn *column = convert (batch, sx_schema_get_field (schema, j), number, i, error);

            if (column == NULL)
              return NULL;
            g_ptr_array_add (columns, column);
          }
        g_ptr_array_add (batches, sx_batch_new (schema, (SxColumn *const *)columns->pdata, sx_batch_get_n_rows (batch)));
      }
  return sx_frame_new (schema, batches);
}

const SxBlockKind sx_block_table_union = {
  .id = "table.union",
  .title = N_ ("Stack tables"),
  .help = N_ ("Puts tables one below the other, in the order in which they are linked; columns go together by their names. Whole numbers and fractions become fractions, texts of either storage text; other types must agree. Rows that stand in several tables stand there several times: drop duplicates behind it."),
  .aliases = N_ ("union, concat, append, stack, bind rows, combine"),
  .icon = "list-add-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = ports,
  .params = params,
  .describe = describe,
  .run = run,
};
