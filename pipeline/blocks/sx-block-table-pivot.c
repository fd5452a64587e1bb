/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-figure-private.h"
#include "sx-row-order-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Rows are numbered by group and by name; each pair of the two that occurs has one figure, which goes to its place in the new table. */

static const SxChoice figures[] = {
  { "first", N_ ("The first cell") },
  { "last", N_ ("The last cell") },
  { "count", N_ ("How many cells") },
  { "sum", N_ ("Sum") },
  { "mean", N_ ("Mean") },
  { "median", N_ ("Median") },
  { "min", N_ ("Least") },
  { "max", N_ ("Greatest") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "by", N_ ("By"), N_ ("The columns whose values make a row of the new table."), SX_PARAM_COLUMNS, SX_PARAM_REQUIRED },
  { "names", N_ ("Names"), N_ ("The column whose cells become the names of new columns. Rows in which it is missing are left out."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED, .column_types = SX_MASK_ORDERED },
  { "values", N_ ("Values"), N_ ("The column whose cells fill the new columns."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED },
  { "figure", N_ ("Figure"), N_ ("What becomes of several cells that belong in one place."), SX_PARAM_CHOICE, 0, "'first'", .choices = figures },
  { "columns", N_ ("New columns"), N_ ("The names that get a column, in this order, whether they occur or not; others are left out. None takes the names that occur, in their order. Say them when the table will change but the model's columns must not."), SX_PARAM_STRINGS },
  { "max-columns", N_ ("Most columns"), N_ ("With more names than this the block stops with an error: the column is then likely not meant to give names."), SX_PARAM_INT, SX_PARAM_ADVANCED, "1000", 1, 100000, N_ ("columns") },
  { NULL },
};

typedef struct
{
  guint          *by;
  guint           n_by;
  guint           names, values;
  const SxFigure *figure;
  SxType          type;    /* of the new columns */
  GStrv           origins; /* of the new columns */
} Plan;

static void
plan_clear (Plan *plan)
{
  g_free (plan->by);
  g_strfreev (plan->origins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static gboolean
make_plan (const SxParams *self, SxSchema *input, Plan *plan, GError **error)
{
  g_auto (GStrv) by = sx_params_dup_columns (self, "by", input, NULL, error);
  const char *values[] = { sx_params_get_string (self, "values"), NULL };
  int         index;
  SxType      type;

  *plan = (Plan){ NULL };
  if (by == NULL || (index = sx_params_find_column (self, "names", input, error)) < 0)
    return FALSE;
  plan->by = sx_schema_find_all (input, (const char *const *)by);
  plan->n_by = g_strv_length (by);
  plan->names = (guint)index;
  index = sx_schema_find_for (input, "values", values[0], error);
  if (index < 0)
    return FALSE;
  plan->values = (guint)index;
  type = sx_schema_get_field (input, plan->values)->type;
  plan->figure = sx_figure_find (sx_params_get_string (self, "figure"));
  if (!sx_figure_takes (plan->figure, type))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“figure”: %s needs numbers, but column “%s” is “%s”."), sx_params_get_string (self, "figure"), values[0], sx_type_get_title (type));
      return FALSE;
    }
  plan->type = sx_figure_get_type (plan->figure, type);
  plan->origins = sx_schema_dup_origins (input, values);
  return TRUE;
}

static SxSchema *
make_schema (const Plan *plan, SxSchema *input, const char *const *names, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (NULL);

  for (guint i = 0; i < plan->n_by; i++)
    {
      const SxField *field = sx_schema_get_field (input, plan->by[i]);

      sx_fields_add (fields, field->name, field->type, (const char *const *)field->origins);
    }
  for (guint i = 0; names[i] != NULL; i++)
    sx_fields_add (fields, names[i], plan->type, (const char *const *)plan->origins);
  return sx_fields_end (fields, error);
}

/* Without data only those new columns are known that are named. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (Plan) plan = { NULL };
  gsize                   n;
  g_autofree const char **names = sx_params_get_strings (self, "columns", &n);

  return make_plan (self, inputs[0], &plan, error) ? make_schema (&plan, inputs[0], names, error) : NULL;
}

/* ---- names ---- */

/* The text of each name, by number. */
static GStrv
list_texts (SxFrame *frame, guint column, const guint32 *ids, guint32 n_names)
{
  char  **texts = g_new0 (char *, (gsize)n_names + 1);
  guint64 first = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      const SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, b), column);

      for (gsize row = 0; row < cells->n_rows; row++)
        if (ids[first + row] != SX_NO_KEY && texts[ids[first + row]] == NULL)
          texts[ids[first + row]] = sx_column_dup_cell (cells, row);
      first += cells->n_rows;
    }
  return texts;
}

/* The numbers of the names in the order of their cells. */
static guint32 *
order_names (SxFrame *frame, guint column, const guint32 *ids, guint32 n_names, GCancellable *cancellable, GError **error)
{
  g_autofree guint32 *rows = sx_row_order_new (frame, &column, NULL, 1, cancellable, error);
  g_autofree guint8  *is_listed = g_new0 (guint8, (gsize)n_names + 1);
  guint32            *order = rows != NULL ? g_new0 (guint32, (gsize)n_names + 1) : NULL, n = 0;

  for (guint64 i = 0; rows != NULL && i < sx_frame_get_n_rows (frame); i++)
    {
      guint32 id = ids[rows[i]];

      if (id == SX_NO_KEY || is_listed[id])
        continue;
      is_listed[id] = TRUE;
      order[n++] = id;
    }
  return order;
}

/* The names of the new columns, and in @numbers the number of each, SX_NO_KEY for one that does not occur. */
static GStrv
choose_names (const SxParams *self, SxFrame *frame, const Plan *plan, const SxRowNumbers *names, GCancellable *cancellable, guint32 **numbers, GError **error)
{
  g_auto (GStrv) texts = list_texts (frame, plan->names, names->ids[0], names->n_keys);
  gint64                  max = sx_params_get_int (self, "max-columns");
  gsize                   n;
  g_autofree const char **asked = sx_params_get_strings (self, "columns", &n);
  g_autofree guint32     *order = NULL;
  char                  **chosen;

  if (n > 0)
    {
      *numbers = g_new (guint32, n + 1);
      for (gsize i = 0; i < n; i++)
        {
          (*numbers)[i] = SX_NO_KEY;
          for (guint32 j = 0; j < names->n_keys; j++)
            if (g_str_equal (texts[j], asked[i]))
              (*numbers)[i] = j;
        }
      return g_strdupv ((char **)asked);
    }
  if (names->n_keys > max)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("“names”: column “%s” would give %u new columns, more than “max-columns” allows."), sx_params_get_string (self, "names"), names->n_keys);
      return NULL;
    }
  order = order_names (frame, plan->names, names->ids[0], names->n_keys, cancellable, error);
  if (order == NULL)
    return NULL;
  chosen = g_new0 (char *, (gsize)names->n_keys + 1);
  for (guint32 i = 0; i < names->n_keys; i++)
    chosen[i] = g_strdup (texts[order[i]]);
  *numbers = g_steal_pointer (&order);
  return chosen;
}

/* ---- the table ---- */

/* For each pair that occurs its group and name, then where the figure of (group, name) stands. */
typedef struct
{
  guint32 *pairs; /* of each row; n_pairs for rows without a name */
  guint32  n_pairs, n_names;
  guint32 *group_of, *name_of; /* by pair */
} Pairs;

static void
pairs_clear (Pairs *pairs)
{
  g_free (pairs->pairs);
  g_free (pairs->group_of);
  g_free (pairs->name_of);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pairs, pairs_clear)

static void
make_pairs (Pairs *self, const SxRowNumbers *groups, const SxRowNumbers *names, guint64 n_rows)
{
  self->pairs = g_memdup2 (groups->ids[0], (n_rows + 1) * sizeof (guint32));
  self->n_pairs = sx_row_numbers_combine (self->pairs, groups->n_keys, names->ids[0], names->n_keys, n_rows);
  self->n_names = names->n_keys;
  self->group_of = g_new0 (guint32, (gsize)self->n_pairs + 1);
  self->name_of = g_new0 (guint32, (gsize)self->n_pairs + 1);
  for (guint64 row = 0; row < n_rows; row++)
    {
      guint32 pair = self->pairs[row] != SX_NO_KEY ? self->pairs[row] : self->n_pairs;

      self->pairs[row] = pair;
      self->group_of[pair] = groups->ids[0][row];
      self->name_of[pair] = names->ids[0][row];
    }
}

/* The rows of the table of figures that make a column: @own of its pairs; SX_NO_ROW where a pair does not occur. */
static guint32 *
place_figures (const Pairs *pairs, guint32 n_groups, const guint32 *own, guint64 n_own)
{
  guint32 *rows = g_new (guint32, (gsize)n_groups + 1);

  for (guint32 group = 0; group < n_groups; group++)
    rows[group] = SX_NO_ROW;
  for (guint64 i = 0; i < n_own; i++)
    rows[pairs->group_of[own[i]]] = own[i];
  return rows;
}

static SxFrame *
make_figures (const Plan *plan, SxFrame *frame, const Pairs *pairs, GCancellable *cancellable, GError **error)
{
  SxField field = { (char *)"figure", plan->type, NULL };
  g_autoptr (SxSchema) schema = sx_schema_new (&field, 1, NULL);
  g_autoptr (SxColumn) column = sx_figure_compute (plan->figure, 0, frame, (int)plan->values, pairs->pairs, pairs->n_pairs + 1, cancellable, error);

  return column != NULL ? sx_frame_new_from_columns (schema, &column) : NULL;
}

static SxFrame *
fill_table (const Plan *plan, SxFrame *frame, const SxRowNumbers *groups, const Pairs *pairs, SxSchema *schema, const guint32 *names, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxFrame) figures_frame = make_figures (plan, frame, pairs, cancellable, error);
  guint                   n = sx_schema_get_n_fields (schema);
  g_autofree SxRowSource *sources = g_new0 (SxRowSource, n + 1);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  g_autofree guint32 *firsts = g_new0 (guint32, (gsize)groups->n_keys + 1);
  g_auto (SxRowLists) lists = { NULL };
  guint32 n_seen = 0;

  if (figures_frame == NULL)
    return NULL;
  sx_row_lists_init (&lists, pairs->name_of, pairs->n_pairs, pairs->n_names);
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame) && n_seen < groups->n_keys; row++)
    if (groups->ids[0][row] == n_seen)
      firsts[n_seen++] = (guint32)row;
  for (guint i = 0; i < n; i++)
    {
      guint32        name;
      const guint32 *own;

      if (i < plan->n_by)
        {
          sources[i] = (SxRowSource){ .frame = frame, .column = plan->by[i], .rows = firsts };
          continue;
        }
      name = names[i - plan->n_by];
      own = lists.rows + (name != SX_NO_KEY ? lists.starts[name] : 0);
      g_ptr_array_add (places, place_figures (pairs, groups->n_keys, own, name != SX_NO_KEY ? lists.starts[name + 1] - lists.starts[name] : 0));
      sources[i] = (SxRowSource){ .frame = figures_frame, .column = 0, .rows = places->pdata[places->len - 1] };
    }
  return sx_rows_take (schema, sources, groups->n_keys, cancellable, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (Plan) plan = { NULL };
  g_auto (Pairs) pairs = { NULL };
  g_auto (GStrv) names = NULL;
  SxFrame            *frame = inputs[0];
  GCancellable       *cancellable = context != NULL ? context->cancellable : NULL;
  g_autofree guint32 *chosen = NULL;
  const guint        *columns;
  g_autoptr (SxRowNumbers) groups = NULL;
  g_autoptr (SxRowNumbers) name_numbers = NULL;
  g_autoptr (SxSchema) schema = NULL;

  if (!make_plan (self, sx_frame_get_schema (frame), &plan, error))
    return NULL;
  columns = plan.by;
  groups = sx_row_numbers_new (&frame, &columns, 1, plan.n_by, FALSE, cancellable, error);
  columns = &plan.names;
  name_numbers = groups != NULL ? sx_row_numbers_new (&frame, &columns, 1, 1, TRUE, cancellable, error) : NULL;
  names = name_numbers != NULL ? choose_names (self, frame, &plan, name_numbers, cancellable, &chosen, error) : NULL;
  schema = names != NULL ? make_schema (&plan, sx_frame_get_schema (frame), (const char *const *)names, error) : NULL;
  if (schema == NULL)
    return NULL;
  make_pairs (&pairs, groups, name_numbers, sx_frame_get_n_rows (frame));
  return fill_table (&plan, frame, groups, &pairs, schema, chosen, cancellable, error);
}

const SxBlockKind sx_block_table_pivot = {
  .id = "table.pivot",
  .title = N_ ("Rows to columns"),
  .help = N_ ("Turns a long table into a wide one: all rows with the same key become one row, and the cells of one column become the names of new columns, filled from another. What does not occur is missing. The opposite of “Columns to rows”."),
  .aliases = N_ ("pivot, crosstab, spread, long to wide, reshape"),
  .icon = "object-flip-horizontal-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .run = run,
};
