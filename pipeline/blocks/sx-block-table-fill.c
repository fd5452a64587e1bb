/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-row-order-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Gaps are filled from the rows around them, sequence by sequence. What is learned from training rows instead is in prepare.impute. */

static const SxChoice methods[] = {
  { "forward", N_ ("The value before") },
  { "backward", N_ ("The value after") },
  { "interpolate", N_ ("A line between both") },
  { "constant", N_ ("A fixed value") },
  { NULL },
};

#define NOT_CONSTANT "method=forward|backward|interpolate"

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to fill; none means all but those that group and order rows, and for lines all numbers and times among them."), SX_PARAM_COLUMNS },
  { "method", N_ ("Fill with"), N_ ("What stands for a missing cell. A line is drawn between the values before and after, so that gaps at an end of a group stay."), SX_PARAM_CHOICE, 0, "'forward'", .choices = methods },
  { "value", N_ ("Value"), N_ ("The fixed value; columns whose type cannot hold it are an error."), SX_PARAM_STRING, 0, "'0'", .visible_if = "method=constant" },
  { "by", N_ ("By"), N_ ("The columns whose values make a group; nothing is filled from another one. None means that all rows are one group."), SX_PARAM_COLUMNS, .visible_if = NOT_CONSTANT },
  { "order", N_ ("Order"), N_ ("The columns that say in which order rows follow each other; none takes them as they stand."), SX_PARAM_COLUMNS, .column_types = SX_MASK_ORDERED, .visible_if = NOT_CONSTANT },
  { "along", N_ ("Distance"), N_ ("Lines: the column, a number or time, that says how far rows lie apart. None counts rows."), SX_PARAM_COLUMN, SX_PARAM_ADVANCED, .column_types = (1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) | SX_MASK_TIMES, .visible_if = "method=interpolate" },
  { "limit", N_ ("Longest gap"), N_ ("How many missing cells in a row are filled from one value at most; 0 is any number. A longer gap is not filled with a line at all."), SX_PARAM_INT, SX_PARAM_ADVANCED, "0", 0, 1e9, N_ ("rows"), .visible_if = NOT_CONSTANT },
  { NULL },
};

static gboolean
is_method (const SxParams *self, const char *method)
{
  return g_str_equal (sx_params_get_string (self, "method"), method);
}

static gboolean
takes_lines (SxType type)
{
  return type == SX_TYPE_INT64 || type == SX_TYPE_FLOAT64 || type == SX_TYPE_TIMESTAMP;
}

/* Is @name one of those that say which rows follow each other? Where no column is named to fill, these stay as they are. */
static gboolean
orders_rows (const SxParams *self, const char *name)
{
  gsize                   n;
  g_autofree const char **by = sx_params_get_strings (self, "by", &n);
  g_autofree const char **order = sx_params_get_strings (self, "order", &n);

  return g_strv_contains (by, name) || g_strv_contains (order, name) || g_str_equal (sx_params_get_string (self, "along"), name);
}

/* The columns to fill, each fit for the method. */
static GStrv
list_columns (const SxParams *self, SxSchema *schema, GError **error)
{
  g_auto (GStrv) all = sx_params_dup_columns (self, "columns", schema, NULL, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean is_named = sx_params_is_set (self, "columns");

  for (guint i = 0; all != NULL && all[i] != NULL; i++)
    {
      SxType   type = sx_schema_get_field (schema, (guint)sx_schema_find (schema, all[i]))->type;
      gboolean fits = is_method (self, "interpolate") ? takes_lines (type) : !is_method (self, "constant") || (type != SX_TYPE_LIST && type != SX_TYPE_IMAGE);

      if (!is_named && orders_rows (self, all[i]))
        continue;
      if (fits)
        g_strv_builder_add (builder, all[i]);
      else if (is_named)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“columns”: column “%s” is of type %s, which does not fit here"), all[i], sx_type_get_nick (type));
          return NULL;
        }
    }
  return all != NULL ? g_strv_builder_end (builder) : NULL;
}

/* The fixed value as a column of one row of @type. */
static SxColumn *
read_value (const SxParams *self, const char *name, SxType type, GError **error)
{
  const char *value = sx_params_get_string (self, "value");
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
  g_autoptr (SxColumn) text = NULL;
  SxColumn *column;

  sx_column_builder_append_text (builder, value, strlen (value));
  text = sx_column_builder_finish (builder);
  column = sx_column_cast (text, type, name, 0, NULL);
  if (column != NULL)
    return column;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“value”: “%s” does not fit column “%s”, which is “%s”."), value, name, sx_type_get_title (type));
  return NULL;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = list_columns (self, inputs[0], error);
  g_auto (GStrv) by = columns != NULL ? sx_params_dup_named (self, "by", inputs[0], error) : NULL;
  g_auto (GStrv) order = by != NULL ? sx_params_dup_named (self, "order", inputs[0], error) : NULL;
  const char *along = sx_params_get_string (self, "along");
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (order == NULL || (is_method (self, "interpolate") && *along != '\0' && sx_schema_find_for (inputs[0], "along", along, error) < 0))
    return NULL;
  for (guint i = 0; columns[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], (guint)sx_schema_find (inputs[0], columns[i]));

      if (is_method (self, "constant"))
        {
          g_autoptr (SxColumn) value = read_value (self, field->name, field->type, error);

          if (value == NULL)
            return NULL;
        }
      else if (is_method (self, "interpolate") && field->type == SX_TYPE_INT64)
        sx_fields_put (fields, field->name, SX_TYPE_FLOAT64, (const char *const *)field->origins);
    }
  return sx_fields_end (fields, error);
}

/* ---- filling ---- */

static SxColumn *
fill_constant (const SxParams *self, SxColumn *column, const char *name, GError **error)
{
  g_autoptr (SxColumn) value = read_value (self, name, column->type, error);
  g_autoptr (SxColumnBuilder) builder = NULL;

  if (value == NULL || column->n_missing == 0)
    return value != NULL ? sx_column_ref (column) : NULL;
  builder = sx_column_builder_new (column->type);
  for (gsize row = 0; row < column->n_rows; row++)
    {
      gboolean is_missing = sx_column_is_missing (column, row);

      sx_column_builder_append_cell (builder, is_missing ? value : column, is_missing ? 0 : row);
    }
  return sx_column_builder_finish (builder);
}

/* The rows in sequence. */
typedef struct
{
  SxFrame      *frame;
  SxRowLists   *lists;
  guint32       n_groups;
  const double *along; /* (nullable) */
  guint64       limit; /* 0: none */
} Rows;

/* From which row each row's cell comes: itself, or the last present one before it, or after it. */
static SxColumn *
fill_from_rows (const Rows *rows, const SxColumn *column, guint index, gboolean is_forward, GCancellable *cancellable, GError **error)
{
  g_autofree guint32 *from = g_new (guint32, column->n_rows + 1);

  for (guint32 group = 0; group < rows->n_groups; group++)
    {
      guint64 start = rows->lists->starts[group], n = rows->lists->starts[group + 1] - start, n_filled = 0;
      guint32 last = SX_NO_ROW;

      for (guint64 i = 0; i < n; i++)
        {
          guint32  row = rows->lists->rows[start + (is_forward ? i : n - 1 - i)];
          gboolean is_missing = sx_column_is_missing (column, row);

          n_filled = is_missing ? n_filled + 1 : 0;
          last = is_missing ? last : row;
          from[row] = rows->limit > 0 && n_filled > rows->limit ? SX_NO_ROW : last;
        }
    }
  return sx_rows_take_column (rows->frame, index, from, column->n_rows, cancellable, error);
}

/* Between places @a and @b of a sequence, both present. */
static void
draw_line (double *values, const double *along, const guint32 *rows, guint64 a, guint64 b)
{
  double x = along != NULL ? along[rows[a]] : (double)a, width = (along != NULL ? along[rows[b]] : (double)b) - x;
  double y = values[rows[a]], height = values[rows[b]] - y;

  for (guint64 i = a + 1; i < b; i++)
    {
      double share = ((along != NULL ? along[rows[i]] : (double)i) - x) / width;

      /* Places that are equal, or unknown, tell nothing. */
      values[rows[i]] = width != 0 && isfinite (share) ? y + height * share : NAN;
    }
}

static void
interpolate (const Rows *rows, double *values)
{
  for (guint32 group = 0; group < rows->n_groups; group++)
    {
      guint64 last = G_MAXUINT64;

      for (guint64 i = rows->lists->starts[group]; i < rows->lists->starts[group + 1]; i++)
        {
          if (isnan (values[rows->lists->rows[i]]))
            continue;
          if (last != G_MAXUINT64 && i - last > 1 && (rows->limit == 0 || i - last - 1 <= rows->limit))
            draw_line (values, rows->along, rows->lists->rows, last, i);
          last = i;
        }
    }
}

static SxColumn *
fill_lines (const Rows *rows, const SxColumn *column)
{
  SxType             type = column->type == SX_TYPE_TIMESTAMP ? SX_TYPE_TIMESTAMP : SX_TYPE_FLOAT64;
  g_autofree double *values = g_new (double, column->n_rows + 1);
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  sx_column_to_doubles (column, values);
  interpolate (rows, values);
  for (gsize row = 0; row < column->n_rows; row++)
    if (type == SX_TYPE_FLOAT64)
      sx_column_builder_append_double (builder, values[row]);
    else if (!sx_column_is_missing (column, row))
      sx_column_builder_append_cell (builder, column, row);
    else if (isnan (values[row]))
      sx_column_builder_append_missing (builder);
    else
      sx_column_builder_append_int64 (builder, (gint64)floor (values[row] + 0.5));
  return sx_column_builder_finish (builder);
}

static SxColumn *
fill (const SxParams *self, const Rows *rows, SxColumn *column, guint index, GCancellable *cancellable, GError **error)
{
  if (is_method (self, "constant"))
    return fill_constant (self, column, sx_schema_get_field (sx_frame_get_schema (rows->frame), index)->name, error);
  return is_method (self, "interpolate") ? fill_lines (rows, column) : fill_from_rows (rows, column, index, is_method (self, "forward"), cancellable, error);
}

static double *
read_along (const SxParams *self, SxFrame *frame)
{
  const char *name = sx_params_get_string (self, "along");
  g_autoptr (SxColumn) column = NULL;
  double *along;

  if (!is_method (self, "interpolate") || *name == '\0')
    return NULL;
  column = sx_frame_concat_column (frame, (guint)sx_schema_find (sx_frame_get_schema (frame), name));
  along = g_new (double, column->n_rows + 1);
  sx_column_to_doubles (column, along);
  return along;
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxFrame      *frame = inputs[0];
  SxSchema     *input = sx_frame_get_schema (frame);
  GCancellable *cancellable = context != NULL ? context->cancellable : NULL;
  g_autoptr (SxSchema) schema = describe (self, &input, 1, context, error);
  g_auto (GStrv) names = schema != NULL ? list_columns (self, input, error) : NULL;
  g_auto (GStrv) by = names != NULL ? sx_params_dup_named (self, "by", input, error) : NULL;
  g_auto (GStrv) order = by != NULL ? sx_params_dup_named (self, "order", input, error) : NULL;
  g_auto (SxRowLists) lists = { NULL };
  g_autofree double *along = NULL;
  Rows               rows = { frame, &lists, 0, NULL, (guint64)sx_params_get_int (self, "limit") };
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (order == NULL || !sx_row_sequences_init (&lists, frame, by, order, &rows.n_groups, cancellable, error))
    return NULL;
  rows.along = along = read_along (self, frame);
  for (guint i = 0; names[i] != NULL; i++)
    {
      guint index = (guint)sx_schema_find (input, names[i]);
      g_autoptr (SxColumn) column = sx_frame_dup_column (frame, index, error);
      SxColumn *filled = column != NULL ? fill (self, &rows, column, index, cancellable, error) : NULL;

      if (filled == NULL)
        return NULL;
      g_ptr_array_add (columns, filled);
    }
  return sx_frame_put_columns (frame, schema, (const char *const *)names, (SxColumn *const *)columns->pdata);
}

const SxBlockKind sx_block_table_fill = {
  .id = "table.fill",
  .title = N_ ("Fill gaps from other rows"),
  .help = N_ ("Fills missing cells with the value of the row before or after, a line between both, or a fixed value, group by group and in the order of a time. For tables whose rows follow each other, such as measurements. What a model should learn to fill when it predicts single rows belongs into “Fill missing values”."),
  .aliases = N_ ("forward fill, backward fill, ffill, bfill, interpolate, missing, gaps, carry forward, time series"),
  .icon = "format-justify-fill-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
