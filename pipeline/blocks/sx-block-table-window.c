/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-figure-private.h"
#include "sx-rolling-private.h"
#include "sx-row-order-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* New columns from the rows before and after each. Rows are put in sequence, group by group; what is found goes back to where each row stands. */

#define DAY_MICROSECONDS 86400e6

static const SxParamSpec params[] = {
  { "by", N_ ("By"), N_ ("The columns whose values make a group; a window never reaches into another one. None means that all rows are one group."), SX_PARAM_COLUMNS },
  { "order", N_ ("Order"), N_ ("The columns that say in which order the rows of a group follow each other, such as a time; none takes them as they stand."), SX_PARAM_COLUMNS, .column_types = SX_MASK_ORDERED },
  { "figures", N_ ("Figures"), N_ ("The name of each new column and what it is: lag(price, 1), mean(price, 7), … There are lag, lead, difference and change, by so many rows; count, sum, mean, median, sd, var, min and max of the last so many rows, or without a number of all rows so far; and number(), the row's place."), SX_PARAM_MAPPING, SX_PARAM_REQUIRED },
  { "before", N_ ("Only rows before"), N_ ("Leaves each row itself out of its window, so that a figure tells only what was known before."), SX_PARAM_BOOL, 0, "false" },
  { "least", N_ ("Least cells"), N_ ("A figure of fewer cells than this is missing."), SX_PARAM_INT, SX_PARAM_ADVANCED, "1", 1, SX_ROLLING_MAX_ROWS, N_ ("cells") },
  { NULL },
};

typedef enum {
  SHIFT, /* a cell of another row */
  DIFFERENCE,
  CHANGE,
  NUMBER,
  ROLLING,
} Work;

static const struct
{
  const char *name;
  Work        work;
  SxRolling   figure;
  int         sign; /* SHIFT: where the other row lies */
} functions[] = {
  { "lag", SHIFT, 0, -1 },
  { "lead", SHIFT, 0, 1 },
  { "difference", DIFFERENCE, 0, -1 },
  { "change", CHANGE, 0, -1 },
  { "number", NUMBER, 0, 0 },
  { "count", ROLLING, SX_ROLLING_COUNT, 0 },
  { "sum", ROLLING, SX_ROLLING_SUM, 0 },
  { "mean", ROLLING, SX_ROLLING_MEAN, 0 },
  { "median", ROLLING, SX_ROLLING_MEDIAN, 0 },
  { "sd", ROLLING, SX_ROLLING_SD, 0 },
  { "var", ROLLING, SX_ROLLING_VAR, 0 },
  { "min", ROLLING, SX_ROLLING_MIN, 0 },
  { "max", ROLLING, SX_ROLLING_MAX, 0 },
};

/* One new column. */
typedef struct
{
  const char *name;
  guint       function;
  guint       column;
  gsize       n_rows; /* ROLLING: 0 is all */
} Part;

static gboolean
find_function (const char *name, guint *function)
{
  for (*function = 0; *function < G_N_ELEMENTS (functions); (*function)++)
    if (g_str_equal (functions[*function].name, name))
      return TRUE;
  return FALSE;
}

/* The number of rows that the figure speaks of. */
static gboolean
check_number (Part *part, const SxCall *call, const char *text, GError **error)
{
  gboolean is_median = functions[part->function].figure == SX_ROLLING_MEDIAN && functions[part->function].work == ROLLING;
  double   most = is_median ? SX_ROLLING_MAX_MEDIAN : SX_ROLLING_MAX_ROWS;

  part->n_rows = functions[part->function].work == ROLLING ? 0 : 1;
  if (!call->has_number && !is_median)
    return TRUE;
  if (!call->has_number || call->number < 1 || call->number > most || call->number != floor (call->number))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“figures”: “%s” needs a whole number of rows from 1 to %.0f."), text, most);
      return FALSE;
    }
  part->n_rows = (gsize)call->number;
  return TRUE;
}

static gboolean
parse_part (Part *part, const char *text, SxSchema *schema, GError **error)
{
  g_auto (SxCall) call = { NULL };
  gboolean is_call = sx_call_parse (&call, text);
  gboolean is_number;
  int      index;
  SxType   type;

  if (!is_call || !find_function (call.name, &part->function))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“figures”: “%s” should be like lag(price, 1) or mean(price, 7). There are lag, lead, difference, change, number, count, sum, mean, median, sd, var, min and max."), text);
      return FALSE;
    }
  if (functions[part->function].work == NUMBER && *call.column == '\0' && !call.has_number)
    return TRUE;
  index = sx_schema_find_for (schema, "figures", call.column, error);
  if (index < 0)
    return FALSE;
  part->column = (guint)index;
  type = sx_schema_get_field (schema, part->column)->type;
  is_number = sx_type_is_numeric (type) && (type != SX_TYPE_TIMESTAMP || functions[part->function].work == DIFFERENCE);
  if (functions[part->function].work == SHIFT || is_number)
    return check_number (part, &call, text, error);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“figures”: %s needs numbers, but column “%s” is “%s”."), call.name, call.column, sx_type_get_title (type));
  return FALSE;
}

static GArray *
parse_parts (const SxParams *self, SxSchema *schema, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, TRUE, sizeof (Part));
  GVariantIter iter;
  const char  *name, *text;

  g_variant_iter_init (&iter, sx_params_get (self, "figures"));
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text))
    {
      Part part = { name };

      if (!parse_part (&part, text, schema, error))
        return NULL;
      if (sx_schema_find (schema, name) >= 0)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“figures”: there is a column “%s” already. Choose another name."), name);
          return NULL;
        }
      g_array_append_val (parts, part);
    }
  return g_steal_pointer (&parts);
}

static SxType
type_of_part (const Part *part, SxSchema *schema)
{
  Work work = functions[part->function].work;

  if (work == SHIFT)
    return sx_schema_get_field (schema, part->column)->type;
  return work == NUMBER || (work == ROLLING && functions[part->function].figure == SX_ROLLING_COUNT) ? SX_TYPE_INT64 : SX_TYPE_FLOAT64;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) by = sx_params_dup_named (self, "by", inputs[0], error);
  g_auto (GStrv) order = by != NULL ? sx_params_dup_named (self, "order", inputs[0], error) : NULL;
  g_autoptr (GArray) parts = order != NULL ? parse_parts (self, inputs[0], error) : NULL;
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (parts == NULL)
    return NULL;
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      const char *from[] = { functions[part->function].work != NUMBER ? sx_schema_get_field (inputs[0], part->column)->name : NULL, NULL };
      g_auto (GStrv) origins = sx_schema_dup_origins (inputs[0], from);

      sx_fields_add (fields, part->name, type_of_part (part, inputs[0]), (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

/* ---- running ---- */

typedef struct
{
  SxFrame    *frame;
  SxRowLists *lists;
  guint32     n_groups;
  gboolean    before;
  gsize       least;
} Rows;

static SxColumn *
shift (const Rows *rows, const Part *part, GCancellable *cancellable, GError **error)
{
  guint64             n_rows = sx_frame_get_n_rows (rows->frame);
  g_autofree guint32 *from = g_new (guint32, n_rows + 1);
  gboolean            is_back = functions[part->function].sign < 0;

  for (guint32 group = 0; group < rows->n_groups; group++)
    {
      guint64 start = rows->lists->starts[group], end = rows->lists->starts[group + 1];

      for (guint64 i = start; i < end; i++)
        {
          gboolean is_inside = is_back ? i - start >= part->n_rows : end - i > part->n_rows;

          from[rows->lists->rows[i]] = is_inside ? rows->lists->rows[is_back ? i - part->n_rows : i + part->n_rows] : SX_NO_ROW;
        }
    }
  return sx_rows_take_column (rows->frame, part->column, from, n_rows, cancellable, error);
}

/* What a sequence of numbers becomes. */
static void
compute_sequence (const Rows *rows, const Part *part, const double *values, gsize n, double *out)
{
  Work work = functions[part->function].work;

  if (work == ROLLING)
    {
      sx_rolling (functions[part->function].figure, values, n, part->n_rows, rows->before, rows->least, out);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      double earlier = i >= part->n_rows ? values[i - part->n_rows] : NAN;

      out[i] = work == NUMBER ? (double)(i + 1) : work == DIFFERENCE ? values[i] - earlier
                                                : earlier == 0       ? NAN
                                                                     : values[i] / earlier - 1;
    }
}

static double *
read_numbers (SxFrame *frame, guint column, double unit)
{
  double *values = g_new (double, sx_frame_get_n_rows (frame) + 1);
  gsize   first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      sx_column_to_doubles (cells, values + first);
      first += cells->n_rows;
    }
  for (gsize row = 0; unit != 1 && row < first; row++)
    values[row] /= unit;
  return values;
}

static SxColumn *
to_column (const double *values, gsize n, SxType type)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  for (gsize row = 0; row < n; row++)
    if (type == SX_TYPE_INT64)
      sx_column_builder_append_int64 (builder, (gint64)values[row]);
    else
      sx_column_builder_append_double (builder, values[row]);
  return sx_column_builder_finish (builder);
}

static SxColumn *
compute_numbers (const Rows *rows, const Part *part, GCancellable *cancellable, GError **error)
{
  SxSchema          *schema = sx_frame_get_schema (rows->frame);
  guint64            n_rows = sx_frame_get_n_rows (rows->frame);
  gboolean           is_number = functions[part->function].work == NUMBER;
  double             unit = !is_number && sx_schema_get_field (schema, part->column)->type == SX_TYPE_TIMESTAMP ? DAY_MICROSECONDS : 1;
  g_autofree double *values = is_number ? NULL : read_numbers (rows->frame, part->column, unit);
  g_autofree double *sequence = g_new0 (double, n_rows + 1), *figures = g_new0 (double, n_rows + 1);
  const guint32     *list = rows->lists->rows;

  for (guint64 i = 0; i < n_rows && !is_number; i++)
    sequence[i] = values[list[i]];
  for (guint32 group = 0; group < rows->n_groups; group++)
    {
      guint64 start = rows->lists->starts[group];

      if (group % 1024 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      compute_sequence (rows, part, sequence + start, rows->lists->starts[group + 1] - start, figures + start);
    }
  for (guint64 i = 0; i < n_rows; i++)
    sequence[list[i]] = figures[i];
  return to_column (sequence, n_rows, type_of_part (part, schema));
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxSchema     *input = sx_frame_get_schema (inputs[0]);
  GCancellable *cancellable = context != NULL ? context->cancellable : NULL;
  g_autoptr (SxSchema) schema = describe (self, &input, 1, context, error);
  g_auto (GStrv) by = schema != NULL ? sx_params_dup_named (self, "by", input, error) : NULL;
  g_auto (GStrv) order = by != NULL ? sx_params_dup_named (self, "order", input, error) : NULL;
  g_autoptr (GArray) parts = order != NULL ? parse_parts (self, input, error) : NULL;
  g_auto (SxRowLists) lists = { NULL };
  Rows rows = { inputs[0], &lists, 0, sx_params_get_bool (self, "before"), (gsize)sx_params_get_int (self, "least") };
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (parts == NULL || !sx_row_sequences_init (&lists, inputs[0], by, order, &rows.n_groups, cancellable, error))
    return NULL;
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      SxColumn   *column = (functions[part->function].work == SHIFT ? shift : compute_numbers) (&rows, part, cancellable, error);

      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
      g_ptr_array_add (names, (gpointer)part->name);
    }
  g_ptr_array_add (names, NULL);
  return sx_frame_put_columns (inputs[0], schema, (const char *const *)names->pdata, (SxColumn *const *)columns->pdata);
}

const SxBlockKind sx_block_table_window = {
  .id = "table.window",
  .title = N_ ("Rows before and after"),
  .help = N_ ("Computes new columns from the rows around each: the value before or after, the difference to it, and figures of the last so many rows, group by group and in the order of a time. Rows stay where they are. Mind what would be known when the model predicts: lead looks into the future, and a window holds the row itself unless “Only rows before” is set."),
  .aliases = N_ ("window, lag, lead, shift, rolling, moving average, cumulative, running sum, difference, time series"),
  .icon = "view-continuous-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
