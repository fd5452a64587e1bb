/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-row-key-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A hash join: the right table's rows by their key, then the left table's rows in order. A missing key matches nothing. */

#define NO_ROW G_MAXUINT64
#define MAX_ROWS ((guint64)1 << 31)

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
  { NULL },
};

static const SxParamSpec params[] = {
  { "kind", N_ ("Keep"), N_ ("Which rows to keep; what is not found is missing."), SX_PARAM_CHOICE, 0, "'left'", .choices = kinds },
  { "on", N_ ("Key"), N_ ("The columns of the left table that must be equal; none means all that both tables have."), SX_PARAM_COLUMNS },
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

static GStrv
list_keys (const SxParams *self, SxSchema *left, SxSchema *right, GError **error)
{
  gsize                   n;
  g_autofree const char **named = sx_params_get_strings (self, "on", &n);
  g_autoptr (GStrvBuilder) common = g_strv_builder_new ();
  g_auto (GStrv) keys = NULL;

  if (n > 0)
    return sx_params_dup_columns (self, "on", left, NULL, error);
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

static gboolean
make_plan (const SxParams *self, SxSchema *left, SxSchema *right, Plan *plan, GError **error)
{
  g_autoptr (SxFields) fields = sx_fields_new (left);

  *plan = (Plan){ NULL };
  if (!find_keys (self, left, right, plan, error) || !check_key_types (left, right, plan, error))
    return FALSE;
  plan->right_rest = g_new (guint, sx_schema_get_n_fields (right) + 1);
  for (guint i = 0; i < sx_schema_get_n_fields (right); i++)
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

/* ---- matching ---- */

typedef struct
{
  GArray *left, *right; /* of guint64 row or NO_ROW */
} Pairs;

static GHashTable *
index_rows (SxFrame *frame, const guint *keys, guint n_keys)
{
  GHashTable *index = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, (GDestroyNotify)g_array_unref);
  g_autoptr (SxRowKeys) row_keys = sx_row_keys_new (frame, keys, n_keys);

  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    {
      GBytes *key = sx_row_keys_get (row_keys, row, TRUE);
      GArray *rows;

      if (key == NULL)
        continue;
      rows = g_hash_table_lookup (index, key);
      if (rows == NULL)
        {
          rows = g_array_new (FALSE, FALSE, sizeof (guint64));
          g_hash_table_insert (index, key, rows);
        }
      else
        g_bytes_unref (key);
      g_array_append_val (rows, row);
    }
  return index;
}

static gboolean
match_left (const Plan *plan, SxFrame *left, GHashTable *index, gboolean keep_left, GHashTable *matched, Pairs *pairs, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxRowKeys) row_keys = sx_row_keys_new (left, plan->left_keys, plan->n_keys);
  guint64 none = NO_ROW;

  for (guint64 row = 0; row < sx_frame_get_n_rows (left); row++)
    {
      g_autoptr (GBytes) key = sx_row_keys_get (row_keys, row, TRUE);
      GArray *rows = key != NULL ? g_hash_table_lookup (index, key) : NULL;

      if (row % SX_BATCH_MAX_ROWS == 0 && context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return FALSE;
      if (rows == NULL && keep_left)
        {
          g_array_append_val (pairs->left, row);
          g_array_append_val (pairs->right, none);
        }
      if (rows == NULL)
        continue;
      g_hash_table_add (matched, rows);
      for (guint i = 0; i < rows->len; i++)
        {
          g_array_append_val (pairs->left, row);
          g_array_append_val (pairs->right, g_array_index (rows, guint64, i));
        }
      if (pairs->left->len > MAX_ROWS)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The join would give more than two thousand million rows: the key is far from unique."));
          return FALSE;
        }
    }
  return TRUE;
}

/* Right rows that nothing matched, in order. */
static void
add_unmatched (SxFrame *right, const Plan *plan, GHashTable *index, GHashTable *matched, Pairs *pairs)
{
  g_autoptr (SxRowKeys) row_keys = sx_row_keys_new (right, plan->right_keys, plan->n_keys);
  guint64 none = NO_ROW;

  for (guint64 row = 0; row < sx_frame_get_n_rows (right); row++)
    {
      g_autoptr (GBytes) key = sx_row_keys_get (row_keys, row, TRUE);

      if (key != NULL && g_hash_table_contains (matched, g_hash_table_lookup (index, key)))
        continue;
      g_array_append_val (pairs->left, none);
      g_array_append_val (pairs->right, row);
    }
}

/* ---- the table ---- */

/* The cells of @column at @rows; where there is no row, those of @other at @other_rows, or missing. */
static SxColumn *
gather (SxColumn *column, GArray *rows, SxColumn *other, GArray *other_rows)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (column->type);

  for (guint i = 0; i < rows->len; i++)
    {
      guint64 row = g_array_index (rows, guint64, i), other_row = other != NULL ? g_array_index (other_rows, guint64, i) : NO_ROW;

      if (row != NO_ROW)
        sx_column_builder_append_cell (builder, column, row);
      else if (other_row != NO_ROW)
        sx_column_builder_append_cell (builder, other, other_row);
      else
        sx_column_builder_append_missing (builder);
    }
  return sx_column_builder_finish (builder);
}

static SxFrame *
make_frame (const Plan *plan, SxFrame *left, SxFrame *right, const Pairs *pairs)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < sx_schema_get_n_fields (sx_frame_get_schema (left)); i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (left, i);
      g_autoptr (SxColumn) key = NULL;

      for (guint j = 0; j < plan->n_keys && key == NULL; j++)
        if (plan->left_keys[j] == i)
          key = sx_frame_concat_column (right, plan->right_keys[j]);
      g_ptr_array_add (columns, gather (column, pairs->left, key, pairs->right));
    }
  for (guint i = 0; i < plan->n_rest; i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (right, plan->right_rest[i]);

      g_ptr_array_add (columns, gather (column, pairs->right, NULL, NULL));
    }
  return sx_frame_new_from_columns (plan->schema, (SxColumn *const *)columns->pdata);
}

static SxFrame *
run (const SxParams *self, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (Plan) plan = { NULL };
  const char *kind = sx_params_get_string (self, "kind");
  g_autoptr (GHashTable) index = NULL;
  g_autoptr (GHashTable) matched = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) right = g_array_new (FALSE, FALSE, sizeof (guint64));
  Pairs pairs = { left, right };

  if (!make_plan (self, sx_frame_get_schema (inputs[0]), sx_frame_get_schema (inputs[1]), &plan, error))
    return NULL;
  index = index_rows (inputs[1], plan.right_keys, plan.n_keys);
  if (!match_left (&plan, inputs[0], index, g_str_equal (kind, "left") || g_str_equal (kind, "full"), matched, &pairs, context, error))
    return NULL;
  if (g_str_equal (kind, "right") || g_str_equal (kind, "full"))
    add_unmatched (inputs[1], &plan, index, matched, &pairs);
  return make_frame (&plan, inputs[0], inputs[1], &pairs);
}

const SxBlockKind sx_block_table_join = {
  .id = "table.join",
  .title = N_ ("Join tables"),
  .help = N_ ("Puts the rows of two tables side by side where their keys are equal."),
  .aliases = N_ ("merge, lookup, combine, left join, inner join, key"),
  .icon = "insert-link-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_MIXES_ROWS,
  .ports = ports,
  .params = params,
  .describe = describe,
  .run = run,
};
