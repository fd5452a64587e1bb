/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Grouping, sorting and joining against the plainest loops there are, over random tables of every type, with gaps, repeats and odd batches. */

#include "blocks-fixture.h"

static const guint64 sizes[] = { 0, 1, 2, 37, 500 };

static char *
dup_key (SxFrame *frame, guint64 row, const char *const *columns)
{
  GString *key = g_string_new (NULL);

  for (guint i = 0; columns[i] != NULL; i++)
    {
      g_autofree char *cell = fixture_dup_cell (frame, row, columns[i]);

      /* -0 equals 0. */
      g_string_append_printf (key, "%s|", g_str_equal (cell, "-0") ? "0" : cell);
    }
  return g_string_free (key, FALSE);
}

static const char *const key_sets[][4] = { { "i" }, { "f" }, { "b" }, { "s" }, { "c" }, { "t" }, { "s", "i" }, { "b", "c", "f" } };

static char *
print_names (const char *const *names)
{
  g_autofree char *joined = g_strjoinv ("', '", (char **)names);

  return g_strdup_printf ("['%s']", joined);
}

static void
check_group (SxFrame *frame, const char *const *columns)
{
  g_autofree char *names = print_names (columns);
  g_autofree char *params = g_strdup_printf ("{'by': <%s>, 'figures': <{'n': 'count()', 'rows': 'sum(row)', 'last': 'last(row)', 'top': 'max(s)'}>}", names);
  g_autoptr (SxFrame) result = fixture_run_one ("table.group", params, frame);
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL); /* key → group + 1 */
  guint n_groups = 0;
  g_autoptr (GArray) sums = g_array_new (FALSE, TRUE, sizeof (double));

  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    {
      char *key = dup_key (frame, row, columns);
      guint group = GPOINTER_TO_UINT (g_hash_table_lookup (groups, key));

      if (group == 0)
        {
          group = ++n_groups;
          g_array_set_size (sums, group);
        }
      g_array_index (sums, double, group - 1) += (double)row;
      g_hash_table_insert (groups, key, GUINT_TO_POINTER (group));
    }
  g_assert_cmpuint (sx_frame_get_n_rows (result), ==, n_groups);
  for (guint group = 0; group < n_groups; group++)
    {
      g_autofree char *key = dup_key (result, group, columns);
      g_autofree char *sum = fixture_dup_cell (result, group, "rows");

      g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (groups, key)), ==, group + 1);
      g_assert_cmpfloat (g_ascii_strtod (sum, NULL), ==, g_array_index (sums, double, group));
    }
}

static void
test_group (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (key_sets); j++)
      {
        g_autoptr (SxFrame) frame = fixture_make_frame (rand, sizes[i], 9, 41);

        check_group (frame, key_sets[j]);
      }
}

/* ---- sort ---- */

typedef struct
{
  SxColumn *column;
  gboolean  is_descending;
} Key;

static int
compare_cells (const SxColumn *column, guint64 a, guint64 b)
{
  if (column->type == SX_TYPE_INT64 || column->type == SX_TYPE_TIMESTAMP)
    return (sx_column_get_int64 (column, a) > sx_column_get_int64 (column, b)) - (sx_column_get_int64 (column, a) < sx_column_get_int64 (column, b));
  if (sx_type_is_numeric (column->type))
    return (sx_column_get_double (column, a) > sx_column_get_double (column, b)) - (sx_column_get_double (column, a) < sx_column_get_double (column, b));
  {
    g_autofree char *x = sx_column_dup_cell (column, a);
    g_autofree char *y = sx_column_dup_cell (column, b);

    return strcmp (x, y);
  }
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user_data)
{
  guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

  for (const Key *key = user_data; key->column != NULL; key++)
    {
      gboolean missing_x = sx_column_is_missing (key->column, x), missing_y = sx_column_is_missing (key->column, y);
      int      order = missing_x || missing_y ? missing_x - missing_y : compare_cells (key->column, x, y);

      if (order != 0)
        return missing_x || missing_y || !key->is_descending ? order : -order;
    }
  return (x > y) - (x < y);
}

static void
check_sort (SxFrame *frame, const char *const *columns)
{
  g_autofree char *names = print_names (columns);
  g_autofree char *params = g_strdup_printf ("{'columns': <%s>, 'descending': <['%s']>}", names, columns[0]);
  g_autoptr (SxFrame) result = fixture_run_one ("table.sort", params, frame);
  Key                 keys[5] = { { NULL, FALSE } };
  guint64             n = sx_frame_get_n_rows (frame);
  g_autofree guint64 *rows = g_new (guint64, n + 1);
  g_autoptr (SxColumn) sorted = sx_frame_concat_column (result, 6);

  for (guint i = 0; columns[i] != NULL; i++)
    keys[i] = (Key){ sx_frame_concat_column (frame, (guint)sx_schema_find (sx_frame_get_schema (frame), columns[i])), i == 0 };
  for (guint64 row = 0; row < n; row++)
    rows[row] = row;
  g_qsort_with_data (rows, (gint)n, sizeof *rows, compare_rows, keys);
  g_assert_cmpuint (sx_frame_get_n_rows (result), ==, n);
  for (guint64 row = 0; row < n; row++)
    g_assert_cmpint (sx_column_get_int64 (sorted, row), ==, (gint64)rows[row]);
  for (guint i = 0; columns[i] != NULL; i++)
    sx_column_unref (keys[i].column);
}

static void
test_sort (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (key_sets); j++)
      {
        g_autoptr (SxFrame) frame = fixture_make_frame (rand, sizes[i], 9, 41);

        check_sort (frame, key_sets[j]);
      }
}

/* Over the ends of full batches, with more keys than fit into a small table. */
static void
test_long (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (SxFrame) frame = fixture_make_frame (rand, 2 * SX_BATCH_MAX_ROWS + 1, 20000, SX_BATCH_MAX_ROWS);

  check_group (frame, (const char *const[]){ "i", "f", NULL });
  check_sort (frame, (const char *const[]){ "f", NULL });
  check_sort (frame, (const char *const[]){ "i", "t", NULL });
}

/* ---- join ---- */

static gboolean
has_missing (SxFrame *frame, guint64 row, const char *const *columns)
{
  for (guint i = 0; columns[i] != NULL; i++)
    {
      g_autofree char *cell = fixture_dup_cell (frame, row, columns[i]);

      if (g_str_equal (cell, "(missing)"))
        return TRUE;
    }
  return FALSE;
}

/* Which rows of both tables the join should give: “3-17 4-- …”. */
static char *
expect_join (SxFrame *left, SxFrame *right, const char *const *columns, const char *kind)
{
  GString             *text = g_string_new (NULL);
  guint64              n_left = sx_frame_get_n_rows (left), n_right = sx_frame_get_n_rows (right);
  g_autofree gboolean *is_found = g_new0 (gboolean, n_right + 1);
  gboolean             pairs = !g_str_equal (kind, "semi") && !g_str_equal (kind, "anti");

  for (guint64 l = 0; l < n_left; l++)
    {
      g_autofree char *key = dup_key (left, l, columns);
      gboolean         found = FALSE;

      for (guint64 r = 0; r < n_right; r++)
        {
          g_autofree char *other = dup_key (right, r, columns);

          if (has_missing (left, l, columns) || !g_str_equal (key, other))
            continue;
          found = is_found[r] = TRUE;
          if (pairs)
            g_string_append_printf (text, "%d-%d ", (int)l, (int)r);
        }
      if (!found && (g_str_equal (kind, "left") || g_str_equal (kind, "full")))
        g_string_append_printf (text, "%d-- ", (int)l);
      if (!pairs && found == g_str_equal (kind, "semi"))
        g_string_append_printf (text, "%d ", (int)l);
    }
  for (guint64 r = 0; r < n_right && (g_str_equal (kind, "right") || g_str_equal (kind, "full")); r++)
    if (!is_found[r])
      g_string_append_printf (text, "--%d ", (int)r);
  return g_string_free (text, FALSE);
}

static char *
read_join (SxFrame *result)
{
  GString *text = g_string_new (NULL);
  gboolean pairs = sx_schema_find (sx_frame_get_schema (result), "row (right)") >= 0;

  for (guint64 row = 0; row < sx_frame_get_n_rows (result); row++)
    {
      g_autofree char *left = fixture_dup_cell (result, row, "row");
      g_autofree char *right = pairs ? fixture_dup_cell (result, row, "row (right)") : NULL;

      g_string_append (text, g_str_equal (left, "(missing)") ? "-" : left);
      if (pairs)
        g_string_append_printf (text, "-%s", g_str_equal (right, "(missing)") ? "-" : right);
      g_string_append_c (text, ' ');
    }
  return g_string_free (text, FALSE);
}

/* The key of every row stands in the left table's column, whichever side it came from. */
static void
check_join_keys (SxFrame *result, SxFrame *left, SxFrame *right, const char *key)
{
  for (guint64 row = 0; row < sx_frame_get_n_rows (result); row++)
    {
      g_autofree char *l = fixture_dup_cell (result, row, "row");
      g_autofree char *r = fixture_dup_cell (result, row, "row (right)");
      g_autofree char *cell = fixture_dup_cell (result, row, key);
      gboolean         from_left = !g_str_equal (l, "(missing)");
      g_autofree char *expected = fixture_dup_cell (from_left ? left : right, (guint64)g_ascii_strtoll (from_left ? l : r, NULL, 10), key);

      g_assert_cmpstr (cell, ==, expected);
    }
}

static void
test_join (void)
{
  static const char *const kinds[] = { "inner", "left", "right", "full", "semi", "anti" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < G_N_ELEMENTS (key_sets) * G_N_ELEMENTS (kinds) * 2; i++)
    {
      const char *const *columns = key_sets[i % G_N_ELEMENTS (key_sets)];
      const char        *kind = kinds[i / 2 % G_N_ELEMENTS (kinds)];
      g_autoptr (SxFrame) left = fixture_make_frame (rand, (guint64)g_rand_int_range (rand, 0, 60), 9, 13);
      g_autoptr (SxFrame) right = fixture_make_frame (rand, (guint64)g_rand_int_range (rand, 0, 40), 9, 11);
      SxFrame         *inputs[] = { left, right };
      g_autofree char *names = print_names (columns);
      g_autofree char *params = g_strdup_printf ("{'kind': <'%s'>, 'on': <%s>}", kind, names);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) result = fixture_run ("table.join", params, inputs, 2, &error);
      g_autofree char *expected = expect_join (left, right, columns, kind);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = read_join (result);
      g_assert_cmpstr (text, ==, expected);
      if (sx_schema_find (sx_frame_get_schema (result), "row (right)") >= 0)
        check_join_keys (result, left, right, columns[0]);
    }
}

/* ---- the nearest row ---- */

static double
read_number (SxFrame *frame, guint64 row, const char *name)
{
  gsize    at;
  SxBatch *batch = sx_frame_locate (frame, row, &at);

  return sx_column_get_double (sx_batch_get_column (batch, (guint)sx_schema_find (sx_frame_get_schema (frame), name)), at);
}

/* The row that the block should find for left row @l, or -1. */
static int
expect_nearest (SxFrame *left, SxFrame *right, guint64 l, const char *near, const char *direction, double tolerance)
{
  double           x = read_number (left, l, near), best_distance = INFINITY;
  g_autofree char *key = fixture_dup_cell (left, l, "b");
  int              best = -1;

  for (guint64 r = 0; r < sx_frame_get_n_rows (right); r++)
    {
      double           y = read_number (right, r, near), distance = x == y ? 0 : fabs (x - y);
      g_autofree char *other = fixture_dup_cell (right, r, "b");
      gboolean         is_before = y <= x;
      double           best_y = best >= 0 ? read_number (right, (guint64)best, near) : NAN;

      if (isnan (x) || isnan (y) || g_str_equal (key, "(missing)") || !g_str_equal (key, other) || distance > tolerance)
        continue;
      if ((g_str_equal (direction, "backward") && !is_before) || (g_str_equal (direction, "forward") && y < x))
        continue;
      /* Of equal rows the last when looking back; before and after equally far: the one before. */
      if (best < 0 || distance < best_distance || (distance == best_distance && is_before && !g_str_equal (direction, "forward") && (best_y > x || y >= best_y)))
        {
          best = (int)r;
          best_distance = distance;
        }
    }
  return best;
}

static void
test_nearest (void)
{
  static const char *const directions[] = { "backward", "forward", "nearest" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (SxFrame) left = fixture_make_frame (rand, (guint64)g_rand_int_range (rand, 0, 60), 40, 13);
      g_autoptr (SxFrame) right = fixture_make_frame (rand, (guint64)g_rand_int_range (rand, 0, 40), 40, 11);
      SxFrame         *inputs[] = { left, right };
      const char      *direction = directions[i % 3];
      gboolean         by_time = i % 2;
      double           tolerance = i % 4 < 2 ? 0 : 2.5;
      g_autofree char *params = g_strdup_printf ("{'kind': <'as-of'>, 'on': <['b']>, 'near': <'%s'>, 'direction': <'%s'>, 'tolerance': <%f>}", by_time ? "t" : "f", direction, tolerance);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) result = fixture_run ("table.join", params, inputs, 2, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (sx_frame_get_n_rows (result), ==, sx_frame_get_n_rows (left));
      for (guint64 row = 0; row < sx_frame_get_n_rows (result); row++)
        {
          int              expected = expect_nearest (left, right, row, by_time ? "t" : "f", direction, tolerance > 0 ? tolerance * (by_time ? 86400e6 : 1) : INFINITY);
          g_autofree char *text = expected < 0 ? g_strdup ("(missing)") : g_strdup_printf ("%d", expected);
          g_autofree char *found = fixture_dup_cell (result, row, "row (right)");

          g_assert_cmpstr (found, ==, text);
        }
    }
}

/* ---- every verb on hardly anything ---- */

/* Verbs on the fixture's table, and how many rows come of one row. */
static const struct
{
  const char *kind, *params;
  int         n_from_one;
} verbs[] = {
  { "table.sort", "{'columns': <['f', 's']>}", 1 },
  { "table.limit", "{'skip': <int64 1>}", 0 },
  { "table.distinct", "{}", 1 },
  { "table.union", "{}", 1 },
  { "table.group", "{'by': <['s', 'i']>, 'figures': <{'n': 'count()', 'a': 'mean(f)', 'b': 'mode(c)', 'd': 'quantile(i, 0.5)', 'e': 'max(t)', 'g': 'distinct(s)', 'h': 'missing(s)'}>}", 1 },
  { "table.pivot", "{'by': <['s']>, 'names': <'c'>, 'values': <'f'>, 'figure': <'sum'>, 'columns': <['a', 'aa']>}", 1 },
  { "table.unpivot", "{'columns': <['i', 'f', 'b']>}", 3 },
  { "table.window", "{'by': <['c']>, 'order': <['t']>, 'figures': <{'p': 'lag(s)', 'q': 'lead(c, 2)', 'r': 'sd(f, 3)', 'm': 'median(i, 2)', 'n': 'number()', 'd': 'difference(t)'}>}", 1 },
  { "table.fill", "{'by': <['c']>, 'order': <['t']>}", 1 },
  { "table.fill", "{'method': <'backward'>, 'columns': <['s', 'b', 'i']>, 'limit': <int64 2>}", 1 },
  { "table.fill", "{'method': <'interpolate'>, 'along': <'row'>}", 1 },
  { "table.fill", "{'method': <'constant'>, 'columns': <['i', 'f', 's', 'c']>, 'value': <'1'>}", 1 },
};

/* A row of nothing but gaps. */
static SxFrame *
make_missing_row (SxSchema *schema)
{
  SxColumn *columns[7];
  SxFrame  *frame;

  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (sx_schema_get_field (schema, i)->type);

      sx_column_builder_append_missing (builder);
      columns[i] = sx_column_builder_finish (builder);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < 7; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static void
test_hardly_anything (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autoptr (SxFrame) many = fixture_make_frame (rand, 30, 9, 7);
      g_autoptr (SxFrame) empty = sx_frame_slice (many, 0, 0);
      g_autoptr (SxFrame) one = sx_frame_slice (many, 3, 1);
      g_autoptr (SxFrame) missing = make_missing_row (sx_frame_get_schema (many));
      g_autoptr (SxFrame) from_empty = NULL;
      g_autoptr (SxFrame) from_one = NULL;
      g_autoptr (SxFrame) from_missing = NULL;

      g_test_message ("%s %s", verbs[i].kind, verbs[i].params);
      from_empty = fixture_run_one (verbs[i].kind, verbs[i].params, empty);
      from_one = fixture_run_one (verbs[i].kind, verbs[i].params, one);
      from_missing = fixture_run_one (verbs[i].kind, verbs[i].params, missing);
      g_assert_cmpuint (sx_frame_get_n_rows (from_empty), ==, 0);
      g_assert_cmpint ((int)sx_frame_get_n_rows (from_one), ==, verbs[i].n_from_one);
      g_assert_cmpint ((int)sx_frame_get_n_rows (from_missing), ==, verbs[i].n_from_one);
    }
}

/* Every kind that learns, from no row, one, one of gaps alone, and many: it gives steps that can be applied to other rows, or says what it needs. */
static void
check_learner (const SxBlockKind *kind, const char *values, SxFrame *training, SxFrame *others, const char *target)
{
  g_autoptr (SxParams) params = fixture_make_params (kind->id, values);
  SxBlockContext context = { .seed = 7 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSteps) steps = kind->fit (params, training, target, &context, &error);
  g_autoptr (SxSchema) described = NULL;
  g_autoptr (SxFrame) applied = NULL;

  g_assert_true ((steps != NULL) != (error != NULL));
  if (steps == NULL)
    {
      g_test_message ("%s: %s", kind->id, error->message);
      return;
    }
  described = sx_steps_describe (steps, sx_frame_get_schema (others), &error);
  g_assert_no_error (error);
  applied = sx_steps_apply (steps, others, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_schema_equal (described, sx_frame_get_schema (applied)));
  g_assert_cmpuint (sx_frame_get_n_rows (applied), ==, sx_frame_get_n_rows (others));
}

static void
test_learners_on_hardly_anything (void)
{
  const struct
  {
    const char *kind, *params;
  } variants[] = {
    { "prepare.bin", "{'method': <'width'>, 'result': <'columns'>}" },
    { "prepare.bin", "{'method': <'edges'>, 'edges': <['0', '1']>}" },
    { "prepare.clip", "{'method': <'deviations'>}" },
    { "prepare.select", "{'method': <'constant'>}" },
    { "prepare.select", "{'method': <'redundant'>}" },
    { "prepare.pca", "{'components': <int64 2>, 'keep': <true>, 'scale': <false>}" },
    { "prepare.impute", "{'method': <'mean'>, 'indicator': <true>}" },
    { "prepare.scale", "{'method': <'quantile'>}" },
    { "prepare.encode", "{'method': <'target'>}" },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (SxFrame) many = fixture_make_frame (rand, 80, 9, 7);
  g_autoptr (SxFrame) empty = sx_frame_slice (many, 0, 0);
  g_autoptr (SxFrame) one = sx_frame_slice (many, 3, 1);
  g_autoptr (SxFrame) missing = make_missing_row (sx_frame_get_schema (many));
  g_autoptr (SxFrame) others = fixture_make_frame (rand, 40, 9, 9);
  SxFrame *trainings[] = { empty, one, missing, many };

  for (guint i = 0; i < G_N_ELEMENTS (trainings); i++)
    {
      for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
        if (((*kind)->flags & SX_BLOCK_LEARNS) != 0)
          check_learner (*kind, "{}", trainings[i], others, "row");
      for (guint j = 0; j < G_N_ELEMENTS (variants); j++)
        check_learner (sx_block_kind_find (variants[j].kind), variants[j].params, trainings[i], others, j % 2 ? "row" : "b");
    }
}

/* Over the ends of full batches: what a window says at row n is what it says of the rows around it. */
static void
test_long_windows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (SxFrame) frame = fixture_make_frame (rand, 2 * SX_BATCH_MAX_ROWS + 5, 2000, SX_BATCH_MAX_ROWS);
  g_autoptr (SxFrame) window = fixture_run_one ("table.window", "{'figures': <{'lag': 'lag(row, 3)', 'sum': 'sum(row, 3)', 'n': 'count(f, 4)'}>}", frame);
  g_autoptr (SxFrame) filled = fixture_run_one ("table.fill", "{'columns': <['i']>}", frame);
  g_autoptr (SxFrame) stacked = fixture_run_one ("table.unpivot", "{'columns': <['row', 'i']>}", frame);
  gint64 last = -1;

  for (guint64 row = SX_BATCH_MAX_ROWS - 3; row < SX_BATCH_MAX_ROWS + 4; row++)
    {
      double n = 0;

      for (guint64 i = row - 3; i <= row; i++)
        n += !isnan (read_number (frame, i, "f"));
      g_assert_cmpfloat (read_number (window, row, "lag"), ==, (double)row - 3);
      g_assert_cmpfloat (read_number (window, row, "sum"), ==, 3.0 * (double)row - 3);
      g_assert_cmpfloat (read_number (window, row, "n"), ==, n);
      g_assert_cmpfloat (read_number (stacked, 2 * row, "value"), ==, (double)row);
    }
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    {
      last = isnan (read_number (frame, row, "i")) ? last : (gint64)row;
      if (last >= 0)
        g_assert_cmpfloat (read_number (filled, row, "i"), ==, read_number (frame, (guint64)last, "i"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rows/group", test_group);
  g_test_add_func ("/rows/sort", test_sort);
  g_test_add_func ("/rows/long", test_long);
  g_test_add_func ("/rows/join", test_join);
  g_test_add_func ("/rows/nearest", test_nearest);
  g_test_add_func ("/rows/hardly-anything", test_hardly_anything);
  g_test_add_func ("/rows/learners-on-hardly-anything", test_learners_on_hardly_anything);
  g_test_add_func ("/rows/long-windows", test_long_windows);
  return g_test_run ();
}
