/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-join-private.h"
#include "sx-row-take-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Two tables become one: which rows stand beside which is found in sx-join.c, here is what the result looks like. A missing key matches nothing. */

static const SxPortSpec ports[] = {
  { "left", N_ ("Left"), SX_PORT_IN, SX_PORT_TABLE, 0 },
  { "right", N_ ("Right"), SX_PORT_IN, SX_PORT_TABLE, 0 },
  { "table", N_ ("Table"), SX_PORT_OUT, SX_PORT_TABLE, 0 },
  { NULL },
};

static const SxChoice kinds[] = {
  { "inner", N_ ("Rows found in both") },
  { "left", N_ ("All rows of the left table") },
  { "right", N_ ("All rows of the right table") },
  { "full", N_ ("All rows of both tables") },
  { "semi", N_ ("Rows of the left table that are found") },
  { "anti", N_ ("Rows of the left table that are not found") },
  { "as-of", N_ ("All rows of the left table, with the nearest of the right") },
  { NULL },
};

static const SxChoice directions[] = {
  { "backward", N_ ("At or before") },
  { "forward", N_ ("At or after") },
  { "nearest", N_ ("Nearest") },
  { NULL },
};

#define ONLY_AS_OF "kind=as-of"

static const SxParamSpec params[] = {
  { "kind", N_ ("Keep"), N_ ("Which rows to keep; what is not found is missing."), SX_PARAM_CHOICE, 0, "'left'", .choices = kinds },
  { "on", N_ ("Key"), N_ ("The columns of the left table that must be equal; none means all that both tables have. For the nearest row none means that there is no key."), SX_PARAM_COLUMNS },
  { "near", N_ ("Near"), N_ ("The column of the left table, a number or time, to which the nearest of the right table is looked for, among rows with an equal key."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED, .column_types = (1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) | SX_MASK_TIMES, .visible_if = ONLY_AS_OF },
  { "right-near", N_ ("Near in the right table"), N_ ("What that column is called there; empty when it is called the same."), SX_PARAM_STRING, SX_PARAM_ADVANCED, .visible_if = ONLY_AS_OF },
  { "direction", N_ ("Direction"), N_ ("On which side of the left row the right one may lie. “At or before” never looks into the future."), SX_PARAM_CHOICE, 0, "'backward'", .choices = directions, .visible_if = ONLY_AS_OF },
  { "tolerance", N_ ("Tolerance"), N_ ("How far away the nearest row may lie: days for times, else the column's own unit; 0 is any distance."), SX_PARAM_DOUBLE, SX_PARAM_ADVANCED, "0.0", 0, 1e15, .visible_if = ONLY_AS_OF },
  { "right-on", N_ ("Key in the right table"), N_ ("What those columns are called there, in the same order; empty when they are called the same."), SX_PARAM_STRINGS, SX_PARAM_ADVANCED },
  { "suffix", N_ ("Suffix"), N_ ("Added to the names of right columns that the left table has too."), SX_PARAM_STRING, SX_PARAM_ADVANCED, "' (right)'" },
  { NULL },
};

typedef struct
{
  guint    *left_keys, *right_keys;
  guint     n_keys;
  guint    *right_rest; /* right columns that are no key */
  guint     n_rest;
  guint     left_near, right_near; /* as-of */
  SxSchema *schema;
} Plan;

static void
plan_clear (Plan *plan)
{
  g_free (plan->left_keys);
  g_free (plan->right_keys);
  g_free (plan->right_rest);
  g_clear_pointer (&plan->schema, sx_schema_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static gboolean
is_kind (const SxParams *self, const char *kind)
{
  return g_str_equal (sx_params_get_string (self, "kind"), kind);
}

static GStrv
list_keys (const SxParams *self, SxSchema *left, SxSchema *right, GError **error)
{
  gsize                   n;
  g_autofree const char **named = sx_params_get_strings (self, "on", &n);
  g_autoptr (GStrvBuilder) common = g_strv_builder_new ();
  g_auto (GStrv) keys = NULL;

  if (n > 0)
    return sx_params_dup_columns (self, "on", left, NULL, error);
  if (is_kind (self, "as-of"))
    return g_new0 (char *, 1);
  for (guint i = 0; i < sx_schema_get_n_fields (left); i++)
    if (sx_schema_find (right, sx_schema_get_field (left, i)->name) >= 0)
      g_strv_builder_add (common, sx_schema_get_field (left, i)->name);
  keys = g_strv_builder_end (common);
  if (keys[0] != NULL)
    return g_steal_pointer (&keys);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("The tables have no column in common. Say which columns must be equal."));
  return NULL;
}

static gboolean
find_keys (const SxParams *self, SxSchema *left, SxSchema *right, Plan *plan, GError **error)
{
  g_auto (GStrv) keys = list_keys (self, left, right, error);
  gsize                   n_right;
  g_autofree const char **right_names = sx_params_get_strings (self, "right-on", &n_right);

  if (keys == NULL)
    return FALSE;
  plan->n_keys = g_strv_length (keys);
  if (n_right > 0 && n_right != plan->n_keys)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("The key has %u columns in the left table and %u in the right one."), plan->n_keys, (guint)n_right);
      return FALSE;
    }
  plan->left_keys = g_new (guint, plan->n_keys);
  plan->right_keys = g_new (guint, plan->n_keys);
  for (guint i = 0; i < plan->n_keys; i++)
    {
      int index = sx_schema_find_for (right, "right-on", n_right > 0 ? right_names[i] : keys[i], error);

      if (index < 0)
        return FALSE;
      plan->left_keys[i] = (guint)sx_schema_find (left, keys[i]);
      plan->right_keys[i] = (guint)index;
    }
  return TRUE;
}

static gboolean
is_key (const Plan *plan, guint column)
{
  for (guint i = 0; i < plan->n_keys; i++)
    if (plan->right_keys[i] == column)
      return TRUE;
  return FALSE;
}

/* Key cells of right rows without a partner go into the left columns, which must take them. */
static gboolean
check_key_types (SxSchema *left, SxSchema *right, const Plan *plan, GError **error)
{
  for (guint i = 0; i < plan->n_keys; i++)
    {
      const SxField *a = sx_schema_get_field (left, plan->left_keys[i]), *b = sx_schema_get_field (right, plan->right_keys[i]);
      gboolean       texts = (a->type == SX_TYPE_STRING || a->type == SX_TYPE_CATEGORY) && (b->type == SX_TYPE_STRING || b->type == SX_TYPE_CATEGORY);

      if (a->type != b->type && !texts)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("The key “%s” is “%s” in the left table and “%s” in the right one. Change one of the types first."), a->name, sx_type_get_title (a->type), sx_type_get_title (b->type));
          return FALSE;
        }
    }
  return TRUE;
}

/* Both columns must count the same thing. */
static gboolean
find_near (const SxParams *self, SxSchema *left, SxSchema *right, Plan *plan, GError **error)
{
  const char *name = sx_params_get_string (self, "near"), *right_name = sx_params_get_string (self, "right-near");
  int         a = sx_schema_find_for (left, "near", name, error);
  int         b = a >= 0 ? sx_schema_find_for (right, "right-near", *right_name != '\0' ? right_name : name, error) : -1;
  SxType      type_a, type_b;

  if (b < 0)
    return FALSE;
  plan->left_near = (guint)a;
  plan->right_near = (guint)b;
  type_a = sx_schema_get_field (left, plan->left_near)->type;
  type_b = sx_schema_get_field (right, plan->right_near)->type;
  if (sx_type_is_numeric (type_a) && type_a != SX_TYPE_BOOL && type_a == type_b)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“near”: column “%s” is “%s” in the left table and “%s” in the right one. Both must be numbers or times of one type."), name, sx_type_get_title (type_a), sx_type_get_title (type_b));
  return FALSE;
}

static gboolean
make_plan (const SxParams *self, SxSchema *left, SxSchema *right, Plan *plan, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (left);

  *plan = (Plan){ NULL };
  if (!find_keys (self, left, right, plan, error) || !check_key_types (left, right, plan, error) || (is_kind (self, "as-of") && !find_near (self, left, right, plan, error)))
    return FALSE;
  plan->right_rest = g_new (guint, sx_schema_get_n_fields (right) + 1);
  for (guint i = 0; i < sx_schema_get_n_fields (right) && !is_kind (self, "semi") && !is_kind (self, "anti"); i++)
    {
      const SxField   *field = sx_schema_get_field (right, i);
      g_autofree char *name = NULL;

      if (is_key (plan, i))
        continue;
      name = sx_fields_find (fields, field->name) >= 0 ? g_strconcat (field->name, sx_params_get_string (self, "suffix"), NULL) : g_strdup (field->name);
      sx_fields_add (fields, name, field->type, (const char *const *)field->origins);
      plan->right_rest[plan->n_rest++] = i;
    }
  plan->schema = sx_fields_end (fields, error);
  return plan->schema != NULL;
}

static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (Plan) plan = { NULL };

  return make_plan (self, inputs[0], inputs[1], &plan, error) ? sx_schema_ref (plan.schema) : NULL;
}

static SxRowSource *
list_sources (const Plan *plan, SxFrame *left, SxFrame *right, const SxJoinPairs *pairs)
{
  guint        n_left = sx_schema_get_n_fields (sx_frame_get_schema (left));
  SxRowSource *sources = g_new0 (SxRowSource, n_left + plan->n_rest + 1);

  for (guint i = 0; i < n_left; i++)
    {
      sources[i] = (SxRowSource){ .frame = left, .column = i, .rows = pairs->left };
      for (guint j = 0; j < plan->n_keys && pairs->right != NULL; j++)
        if (plan->left_keys[j] == i)
          {
            sources[i].other = right;
            sources[i].other_column = plan->right_keys[j];
            sources[i].other_rows = pairs->right;
          }
    }
  for (guint i = 0; i < plan->n_rest; i++)
    sources[n_left + i] = (SxRowSource){ .frame = right, .column = plan->right_rest[i], .rows = pairs->right };
  return sources;
}

static gboolean
find_pairs (const SxParams *self, const Plan *plan, SxFrame *const *inputs, const SxBlockContext *context, SxJoinPairs *pairs, GError **error)
{
  GCancellable *cancellable = context != NULL ? context->cancellable : NULL;
  const guint  *keys[] = { plan->left_keys, plan->right_keys };
  const char   *direction = sx_params_get_string (self, "direction");
  double        tolerance = sx_params_get_double (self, "tolerance");

  if (!is_kind (self, "as-of"))
    return sx_join_match (inputs, keys, plan->n_keys, sx_params_get_string (self, "kind"), cancellable, pairs, error);
  return sx_join_match_near (inputs, keys, plan->n_keys, plan->left_near, plan->right_near, g_str_equal (direction, "backward") ? SX_JOIN_BEFORE : g_str_equal (direction, "forward") ? SX_JOIN_AFTER
                                                                                                                                                                                      : SX_JOIN_NEAREST,
                             tolerance > 0 ? tolerance : INFINITY, cancellable, pairs, error);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (Plan) plan = { NULL };
  g_auto (SxJoinPairs) pairs = { NULL };
  g_autofree SxRowSource *sources = NULL;

  if (!make_plan (self, sx_frame_get_schema (inputs[0]), sx_frame_get_schema (inputs[1]), &plan, error) || !find_pairs (self, &plan, inputs, context, &pairs, error))
    return NULL;
  sources = list_sources (&plan, inputs[0], inputs[1], &pairs);
  return sx_rows_take (plan.schema, sources, pairs.n, context != NULL ? context->cancellable : NULL, error);
}

const SxBlockKind sx_block_table_join = {
  .id = "table.join",
  .title = N_ ("Join tables"),
  .help = N_ ("Puts the rows of two tables side by side where their keys are equal. Rows of the left table keep their order; one that matches several rows of the right table stands there several times. A missing key matches nothing. It can also only look up which rows are found, or find for each row the nearest in time."),
  .aliases = N_ ("merge, lookup, combine, left join, inner join, semi join, anti join, as-of, nearest, key"),
  .icon = "insert-link-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = ports,
  .params = params,
  .describe = describe,
  .run = run,
};
