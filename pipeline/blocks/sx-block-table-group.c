/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-row-key-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Rows with the same key become one row, in the order in which keys first appear. Missing cells are left out of every figure, and a figure of
 * no cells is missing. */

static const SxParamSpec params[] = {
  { "by", N_ ("By"), N_ ("The columns whose values make a group."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED },
  { "figures", N_ ("Figures"), N_ ("The name of each new column and what it is: mean(price), sum(amount), count(), first(city), …; there are count, distinct, sum, mean, median, sd, min, max, first and last."), SX_PARAM_MAPPING, 0, "{'count': 'count()'}" },
  { NULL },
};

typedef struct
{
  const char *name;
  gboolean    needs_numbers;
  gboolean    keeps_type; /* the figure is one of the cells */
  double (*compute) (double *values, gsize n);
} Figure;

static double
compute_sum (double *values, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return n > 0 ? sum : NAN;
}

static double
compute_mean (double *values, gsize n)
{
  return compute_sum (values, n) / (double)n;
}

static double
compute_sd (double *values, gsize n)
{
  double mean = compute_mean (values, n), sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? sqrt (sum / (double)(n - 1)) : NAN;
}

static double
compute_min (double *values, gsize n)
{
  double least = NAN;

  for (gsize i = 0; i < n; i++)
    least = i == 0 || values[i] < least ? values[i] : least;
  return least;
}

static double
compute_max (double *values, gsize n)
{
  double most = NAN;

  for (gsize i = 0; i < n; i++)
    most = i == 0 || values[i] > most ? values[i] : most;
  return most;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
compute_median (double *values, gsize n)
{
  if (n == 0)
    return NAN;
  qsort (values, n, sizeof *values, compare_doubles);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static const Figure figures[] = {
  { "count", FALSE, FALSE, NULL },
  { "distinct", FALSE, FALSE, NULL },
  { "first", FALSE, TRUE, NULL },
  { "last", FALSE, TRUE, NULL },
  { "sum", TRUE, FALSE, compute_sum },
  { "mean", TRUE, FALSE, compute_mean },
  { "median", TRUE, FALSE, compute_median },
  { "sd", TRUE, FALSE, compute_sd },
  { "min", TRUE, FALSE, compute_min },
  { "max", TRUE, FALSE, compute_max },
};

/* One new column. */
typedef struct
{
  const char   *name;
  const Figure *figure;
  int           column; /* -1: count of rows */
} Part;

static const Figure *
find_figure (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (g_str_equal (figures[i].name, name))
      return &figures[i];
  return NULL;
}

/* “mean(price)”, a column in backticks or not. */
static gboolean
parse_part (Part *part, const char *text, SxSchema *schema, GError **error)
{
  const char      *open = strchr (text, '('), *close = strrchr (text, ')');
  g_autofree char *name = open != NULL ? g_strstrip (g_strndup (text, (gsize)(open - text))) : NULL;
  g_autofree char *column = open != NULL && close > open ? g_strstrip (g_strndup (open + 1, (gsize)(close - open - 1))) : NULL;
  gsize            size = column != NULL ? strlen (column) : 0;
  SxType           type;

  part->figure = name != NULL && column != NULL && close[1] == '\0' ? find_figure (name) : NULL;
  if (part->figure == NULL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“figures”: “%s” should be like mean(price). There are count, distinct, sum, mean, median, sd, min, max, first and last."), text);
      return FALSE;
    }
  if (size >= 2 && column[0] == '`' && column[size - 1] == '`')
    {
      column[size - 1] = '\0';
      memmove (column, column + 1, size - 1);
    }
  part->column = -1;
  if (*column == '\0' && g_str_equal (name, "count"))
    return TRUE;
  part->column = sx_schema_find_for (schema, "figures", column, error);
  if (part->column < 0)
    return FALSE;
  type = sx_schema_get_field (schema, (guint)part->column)->type;
  if (part->figure->needs_numbers && !sx_type_is_numeric (type))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“figures”: %s needs numbers, but column “%s” is “%s”."), name, column, sx_type_get_title (type));
      return FALSE;
    }
  return TRUE;
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
      g_array_append_val (parts, part);
    }
  return g_steal_pointer (&parts);
}

static SxType
part_type (const Part *part, SxSchema *schema)
{
  if (part->figure->keeps_type)
    return sx_schema_get_field (schema, (guint)part->column)->type;
  return part->figure->compute != NULL ? SX_TYPE_FLOAT64 : SX_TYPE_INT64;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) by = sx_params_dup_columns (self, "by", inputs[0], NULL, error);
  g_autoptr (GArray) parts = by != NULL ? parse_parts (self, inputs[0], error) : NULL;
  g_autoptr (SxFields) fields = sx_fields_new (NULL);

  if (parts == NULL)
    return NULL;
  for (guint i = 0; by[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], (guint)sx_schema_find (inputs[0], by[i]));

      sx_fields_add (fields, field->name, field->type, (const char *const *)field->origins);
    }
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      const char *from[] = { part->column >= 0 ? sx_schema_get_field (inputs[0], (guint)part->column)->name : NULL, NULL };
      g_auto (GStrv) origins = sx_schema_dup_origins (inputs[0], from);

      sx_fields_add (fields, part->name, part_type (part, inputs[0]), (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

/* ---- running ---- */

/* The rows of each group, groups in order of their first row. */
static GPtrArray *
group_rows (SxFrame *frame, GStrv by)
{
  GPtrArray        *groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  guint             n = g_strv_length (by);
  g_autofree guint *columns = g_new (guint, n + 1);
  g_autoptr (GHashTable) index = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_autoptr (SxRowKeys) keys = NULL;

  for (guint i = 0; i < n; i++)
    columns[i] = (guint)sx_schema_find (sx_frame_get_schema (frame), by[i]);
  keys = sx_row_keys_new (frame, columns, n);
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    {
      g_autoptr (GBytes) key = sx_row_keys_get (keys, row, FALSE);
      GArray *rows = g_hash_table_lookup (index, key);

      if (rows == NULL)
        {
          rows = g_array_new (FALSE, FALSE, sizeof (guint64));
          g_ptr_array_add (groups, rows);
          g_hash_table_insert (index, g_steal_pointer (&key), rows);
        }
      g_array_append_val (rows, row);
    }
  return groups;
}

static gint64
count_distinct (const SxColumn *column, GArray *rows)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < rows->len; i++)
    if (!sx_column_is_missing (column, g_array_index (rows, guint64, i)))
      g_hash_table_add (seen, sx_column_dup_cell (column, g_array_index (rows, guint64, i)));
  return g_hash_table_size (seen);
}

static void
append_first (SxColumnBuilder *builder, const SxColumn *column, GArray *rows, gboolean is_last)
{
  for (guint i = 0; i < rows->len; i++)
    {
      guint64 row = g_array_index (rows, guint64, is_last ? rows->len - 1 - i : i);

      if (sx_column_is_missing (column, row))
        continue;
      sx_column_builder_append_cell (builder, column, row);
      return;
    }
  sx_column_builder_append_missing (builder);
}

static void
append_figure (SxColumnBuilder *builder, const Part *part, const SxColumn *column, GArray *rows, double *values)
{
  gsize n = 0;

  if (column == NULL)
    {
      sx_column_builder_append_int64 (builder, rows->len);
      return;
    }
  if (part->figure->keeps_type)
    {
      append_first (builder, column, rows, g_str_equal (part->figure->name, "last"));
      return;
    }
  if (g_str_equal (part->figure->name, "distinct"))
    {
      sx_column_builder_append_int64 (builder, count_distinct (column, rows));
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    if (!sx_column_is_missing (column, g_array_index (rows, guint64, i)))
      {
        if (part->figure->compute != NULL)
          values[n] = sx_column_get_double (column, g_array_index (rows, guint64, i));
        n++;
      }
  if (part->figure->compute == NULL)
    sx_column_builder_append_int64 (builder, (gint64)n);
  else
    sx_column_builder_append_double (builder, part->figure->compute (values, n));
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxSchema *input = sx_frame_get_schema (inputs[0]);
  g_autoptr (SxSchema) schema = describe (self, &input, 1, context, error);
  g_auto (GStrv) by = schema != NULL ? sx_params_dup_columns (self, "by", input, NULL, error) : NULL;
  g_autoptr (GArray) parts = by != NULL ? parse_parts (self, input, error) : NULL;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autofree double *values = g_new (double, sx_frame_get_n_rows (inputs[0]) + 1);

  if (parts == NULL)
    return NULL;
  groups = group_rows (inputs[0], by);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (sx_schema_get_field (schema, i)->type);
      guint       n_by = g_strv_length (by);
      const Part *part = i >= n_by ? &g_array_index (parts, Part, i - n_by) : NULL;
      int         from = part != NULL ? part->column : sx_schema_find (input, by[i]);
      g_autoptr (SxColumn) column = from >= 0 ? sx_frame_concat_column (inputs[0], (guint)from) : NULL;

      if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return NULL;
      for (guint g = 0; g < groups->len; g++)
        {
          GArray *rows = g_ptr_array_index (groups, g);

          if (part == NULL)
            sx_column_builder_append_cell (builder, column, g_array_index (rows, guint64, 0));
          else
            append_figure (builder, part, column, rows, values);
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
    }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
}

const SxBlockKind sx_block_table_group = {
  .id = "table.group",
  .title = N_ ("Group rows"),
  .help = N_ ("Makes one row of all rows with the same key, with figures such as their count or the mean of a column."),
  .aliases = N_ ("group by, aggregate, summarise, sum, mean, count, pivot"),
  .icon = "view-list-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
