/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-figure-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>

/* Rows with the same key become one row, in the order in which keys first appear. Missing cells are left out of every figure, and a figure of
 * no cells is missing. Missing cells of the key equal each other. */

static const SxParamSpec params[] = {
  { "by", N_ ("By"), N_ ("The columns whose values make a group."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED },
  { "figures", N_ ("Figures"), N_ ("The name of each new column and what it is: mean(price), quantile(price, 0.9), first(city), …; count() counts rows. There are count, missing, distinct, first, last, mode, sum, mean, median, quantile, sd, var, min and max."), SX_PARAM_MAPPING, 0, "{'count': 'count()'}" },
  { NULL },
};

/* One new column. */
typedef struct
{
  const char     *name;
  const SxFigure *figure;
  int             column; /* -1: count of rows */
  double          number;
} Part;

static gboolean
parse_part (Part *part, const char *text, SxSchema *schema, GError **error)
{
  g_auto (SxCall) call = { NULL };
  gboolean is_call = sx_call_parse (&call, text);
  SxType   type;

  part->figure = is_call ? sx_figure_find (call.name) : NULL;
  if (part->figure == NULL || call.has_number != sx_figure_needs_number (part->figure))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“figures”: “%s” should be like mean(price), or quantile(price, 0.9). There are count, missing, distinct, first, last, mode, sum, mean, median, quantile, sd, var, min and max."), text);
      return FALSE;
    }
  if (call.has_number && (call.number < 0 || call.number > 1))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“figures”: the share in “%s” must lie between 0 and 1."), text);
      return FALSE;
    }
  part->number = call.number;
  part->column = -1;
  if (*call.column == '\0' && g_str_equal (call.name, "count"))
    return TRUE;
  part->column = sx_schema_find_for (schema, "figures", call.column, error);
  if (part->column < 0)
    return FALSE;
  type = sx_schema_get_field (schema, (guint)part->column)->type;
  if (sx_figure_takes (part->figure, type))
    return TRUE;
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
      g_array_append_val (parts, part);
    }
  return g_steal_pointer (&parts);
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
      const Part    *part = &g_array_index (parts, Part, i);
      const SxField *field = part->column >= 0 ? sx_schema_get_field (inputs[0], (guint)part->column) : NULL;
      const char    *from[] = { field != NULL ? field->name : NULL, NULL };
      g_auto (GStrv) origins = sx_schema_dup_origins (inputs[0], from);

      sx_fields_add (fields, part->name, sx_figure_get_type (part->figure, field != NULL ? field->type : SX_TYPE_INT64), (const char *const *)origins);
    }
  return sx_fields_end (fields, error);
}

/* The first row of each group: its key stands there. */
static guint32 *
list_firsts (const guint32 *ids, guint64 n_rows, guint32 n_groups)
{
  guint32 *firsts = g_new (guint32, (gsize)n_groups + 1), n = 0;

  for (guint64 row = 0; row < n_rows && n < n_groups; row++)
    if (ids[row] == n)
      firsts[n++] = (guint32)row;
  return firsts;
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  SxFrame      *frame = inputs[0];
  SxSchema     *input = sx_frame_get_schema (frame);
  GCancellable *cancellable = context != NULL ? context->cancellable : NULL;
  g_autoptr (SxSchema) schema = describe (self, &input, 1, context, error);
  g_auto (GStrv) by = schema != NULL ? sx_params_dup_columns (self, "by", input, NULL, error) : NULL;
  g_autoptr (GArray) parts = by != NULL ? parse_parts (self, input, error) : NULL;
  g_autofree guint  *keys = parts != NULL ? sx_schema_find_all (input, (const char *const *)by) : NULL;
  const guint *const columns = keys;
  guint              n_by = keys != NULL ? g_strv_length (by) : 0;
  g_autoptr (SxRowNumbers) numbers = keys != NULL ? sx_row_numbers_new (&frame, &columns, 1, n_by, FALSE, cancellable, error) : NULL;
  g_autofree guint32 *firsts = NULL;
  g_autoptr (GPtrArray) figures = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (numbers == NULL)
    return NULL;
  firsts = list_firsts (numbers->ids[0], sx_frame_get_n_rows (frame), numbers->n_keys);
  for (guint i = 0; i < n_by + parts->len; i++)
    {
      const Part *part = i >= n_by ? &g_array_index (parts, Part, i - n_by) : NULL;
      SxColumn   *column = part == NULL ? sx_rows_take_column (frame, keys[i], firsts, numbers->n_keys, cancellable, error)
                                        : sx_figure_compute (part->figure, part->number, frame, part->column, numbers->ids[0], numbers->n_keys, cancellable, error);

      if (column == NULL)
        return NULL;
      g_ptr_array_add (figures, column);
    }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)figures->pdata);
}

const SxBlockKind sx_block_table_group = {
  .id = "table.group",
  .title = N_ ("Group rows"),
  .help = N_ ("Makes one row of all rows with the same key, with figures such as their count or the mean of a column. Missing cells are left out of every figure; rows whose key is missing make a group of their own. Groups stand in the order in which their keys first appear."),
  .aliases = N_ ("group by, aggregate, summarise, sum, mean, count, median, quantile, mode, statistics"),
  .icon = "view-list-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
