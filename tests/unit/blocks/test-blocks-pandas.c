/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Verbs against pandas: tests/data/verbs/make.py has written the tables and what must come out. Every case runs twice, the second time on tables cut into
 * small batches. */

#include "blocks-fixture.h"

static SxFrame *
read_table (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".csv", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("SX_TEST_DATA"), "verbs", file, NULL);
  g_autoptr (GError) error = NULL;
  SxFrame *frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return frame;
}

/* The same rows in batches of seven. */
static SxFrame *
cut (SxFrame *frame)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  for (guint64 first = 0; first < sx_frame_get_n_rows (frame); first += 7)
    {
      g_autoptr (SxFrame) part = sx_frame_slice (frame, first, 7);

      for (guint b = 0; b < sx_frame_get_n_batches (part); b++)
        g_ptr_array_add (batches, sx_batch_ref (sx_frame_get_batch (part, b)));
    }
  return sx_frame_new (sx_frame_get_schema (frame), batches);
}

static void
check_cell (const char *name, const char *column, guint64 row, const char *found, const char *expected)
{
  char  *end_a = NULL, *end_b = NULL;
  double a = g_ascii_strtod (found, &end_a), b = g_ascii_strtod (expected, &end_b);

  if (g_str_equal (found, expected))
    return;
  if (end_a != found && *end_a == '\0' && end_b != expected && *end_b == '\0' && fabs (a - b) <= 1e-9 * MAX (1, fabs (b)))
    return;
  g_error ("%s: column “%s”, row %d: found “%s”, expected “%s”", name, column, (int)row + 1, found, expected);
}

static void
check_table (const char *name, SxFrame *frame)
{
  g_autoptr (SxFrame) expected = read_table (name);
  SxSchema *schema = sx_frame_get_schema (expected);

  g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (frame)), ==, sx_schema_get_n_fields (schema));
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, sx_frame_get_n_rows (expected));
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      const char *column = sx_schema_get_field (schema, i)->name;

      g_assert_cmpstr (sx_schema_get_field (sx_frame_get_schema (frame), i)->name, ==, column);
      for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
        {
          g_autofree char *a = fixture_dup_cell (frame, row, column);
          g_autofree char *b = fixture_dup_cell (expected, row, column);

          check_cell (name, column, row, a, b);
        }
    }
}

#define FIGURES "'n': 'count()', 'prices': 'count(price)', 'sizes': 'distinct(amount)', 'total': 'sum(price)', 'mean': 'mean(price)', 'median': 'median(price)', 'sd': 'sd(price)', 'var': 'var(price)', 'least': 'min(price)', 'most': 'max(amount)', 'q': 'quantile(price, 0.9)', 'start': 'min(day)', 'end': 'max(day)', 'first': 'first(price)', 'last': 'last(price)'"
#define WINDOWS "'lag': 'lag(price)', 'lead': 'lead(price, 2)', 'difference': 'difference(price)', 'change': 'change(price)', 'place': 'number()', 'sum4': 'sum(price, 4)', 'mean7': 'mean(price, 7)', 'sd5': 'sd(price, 5)', 'median6': 'median(price, 6)', 'min3': 'min(price, 3)', 'max': 'max(price)', 'total': 'sum(price)'"
#define IN_TIME "'by': <['shop']>, 'order': <['day']>"

static const struct
{
  const char *name, *kind, *params, *second;
} cases[] = {
  { "sort", "table.sort", "{'columns': <['size', 'price']>, 'descending': <['size']>}", NULL },
  { "distinct", "table.distinct", "{'columns': <['shop', 'size']>}", NULL },
  { "distinct-last", "table.distinct", "{'columns': <['shop', 'size']>, 'keep': <'last'>}", NULL },
  { "distinct-none", "table.distinct", "{'columns': <['shop', 'size', 'amount']>, 'keep': <'none'>}", NULL },
  { "limit", "table.limit", "{'skip': <int64 7>, 'rows': <int64 20>}", NULL },
  { "limit-end", "table.limit", "{'skip': <int64 7>, 'rows': <int64 20>, 'from-end': <true>}", NULL },
  { "group", "table.group", "{'by': <['shop']>, 'figures': <{" FIGURES "}>}", NULL },
  { "pivot", "table.pivot", "{'by': <['shop']>, 'names': <'size'>, 'values': <'price'>, 'figure': <'mean'>, 'columns': <['L', 'M', 'S']>}", NULL },
  { "unpivot", "table.unpivot", "{'columns': <['price', 'amount']>, 'name': <'what'>, 'value': <'number'>}", NULL },
  { "unpivot-present", "table.unpivot", "{'columns': <['price', 'amount']>, 'name': <'what'>, 'value': <'number'>, 'drop-missing': <true>}", NULL },
  { "join-inner", "table.join", "{'kind': <'inner'>}", "places" },
  { "join-left", "table.join", "{'kind': <'left'>}", "places" },
  { "join-full", "table.join", "{'kind': <'full'>}", "places" },
  { "join-right", "table.join", "{'kind': <'right'>}", "places" },
  { "join-semi", "table.join", "{'kind': <'semi'>}", "places" },
  { "join-anti", "table.join", "{'kind': <'anti'>}", "places" },
  { "join-backward", "table.join", "{'kind': <'as-of'>, 'near': <'day'>, 'tolerance': <5.0>}", "rates" },
  { "join-forward", "table.join", "{'kind': <'as-of'>, 'near': <'day'>, 'tolerance': <5.0>, 'direction': <'forward'>}", "rates" },
  { "join-nearest", "table.join", "{'kind': <'as-of'>, 'near': <'day'>, 'tolerance': <5.0>, 'direction': <'nearest'>}", "rates" },
  { "window", "table.window", "{" IN_TIME ", 'figures': <{" WINDOWS "}>}", NULL },
  { "window-before", "table.window", "{" IN_TIME ", 'figures': <{'mean3': 'mean(price, 3)', 'so far': 'mean(price)'}>, 'before': <true>, 'least': <int64 2>}", NULL },
  { "fill-forward", "table.fill", "{" IN_TIME ", 'columns': <['price']>}", NULL },
  { "fill-backward", "table.fill", "{" IN_TIME ", 'columns': <['price']>, 'method': <'backward'>, 'limit': <int64 1>}", NULL },
  { "fill-interpolate", "table.fill", "{" IN_TIME ", 'columns': <['price']>, 'method': <'interpolate'>}", NULL },
};

static void
test_cases (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      guint at = i / 2;
      g_autoptr (SxFrame) first = read_table ("sales");
      g_autoptr (SxFrame) second = cases[at].second != NULL ? read_table (cases[at].second) : NULL;
      g_autoptr (SxFrame) first_cut = cut (first);
      g_autoptr (SxFrame) second_cut = second != NULL ? cut (second) : NULL;
      SxFrame *inputs[] = { i % 2 == 0 ? first : first_cut, i % 2 == 0 ? second : second_cut };
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) result = fixture_run (cases[at].kind, cases[at].params, inputs, second != NULL ? 2 : 1, &error);

      g_assert_no_error (error);
      check_table (cases[at].name, result);
    }
}

static void
test_union (void)
{
  g_autoptr (SxFrame) sales = read_table ("sales");
  g_autoptr (SxFrame) rates = read_table ("rates");
  g_autoptr (SxFrame) again = cut (sales);
  SxFrame *inputs[] = { sales, rates, again };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) result = fixture_run ("table.union", "{}", inputs, 3, &error);

  g_assert_no_error (error);
  check_table ("union", result);
}

/* What is learned from one table does to another what numpy does. */
static const struct
{
  const char *name, *kind, *params;
} learners[] = {
  { "impute-mean", "prepare.impute", "{'method': <'mean'>}" },
  { "impute-median", "prepare.impute", "{'method': <'median'>}" },
  { "scale-standard", "prepare.scale", "{'columns': <['a', 'b', 'c', 'd']>}" },
  { "scale-min-max", "prepare.scale", "{'method': <'min-max'>}" },
  { "scale-robust", "prepare.scale", "{'method': <'robust'>}" },
  { "bin-quantile", "prepare.bin", "{'bins': <int64 6>}" },
  { "bin-width", "prepare.bin", "{'method': <'width'>, 'bins': <int64 4>}" },
  { "bin-edges", "prepare.bin", "{'method': <'edges'>, 'edges': <['2', '0.5', '2.0']>}" },
  { "clip-quantile", "prepare.clip", "{'method': <'quantile'>, 'share': <0.05>}" },
  { "clip-quartiles", "prepare.clip", "{}" },
  { "clip-deviations", "prepare.clip", "{'method': <'deviations'>, 'factor': <2.0>}" },
  { "pca", "prepare.pca", "{'components': <int64 3>}" },
  { "pca-share", "prepare.pca", "{'share': <0.7>}" },
  { "select-target", "prepare.select", "{'keep': <int64 2>}" },
  { "select-redundant", "prepare.select", "{'method': <'redundant'>, 'limit': <0.7>, 'columns': <['a', 'b', 'c', 'd', 'y']>}" },
  { "encode-target", "prepare.encode", "{'method': <'target'>}" },
  { "encode-count", "prepare.encode", "{'method': <'count'>}" },
};

static void
test_learners (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (learners); i++)
    {
      guint at = i / 2;
      g_autoptr (SxFrame) training = read_table ("numbers");
      g_autoptr (SxFrame) others = read_table ("others");
      g_autoptr (SxFrame) training_cut = cut (training);
      g_autoptr (SxFrame) others_cut = cut (others);
      g_autoptr (SxParams) params = fixture_make_params (learners[at].kind, learners[at].params);
      const char    *target = g_str_equal (learners[at].name, "select-redundant") ? NULL : "y";
      SxBlockContext context = { .seed = 7 };
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSteps) steps = sx_block_kind_find (learners[at].kind)->fit (params, i % 2 == 0 ? training : training_cut, target, &context, &error);
      g_autoptr (SxFrame) result = NULL;

      g_assert_no_error (error);
      result = sx_steps_apply (steps, i % 2 == 0 ? others : others_cut, NULL, &error);
      g_assert_no_error (error);
      check_table (learners[at].name, result);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pandas/cases", test_cases);
  g_test_add_func ("/pandas/union", test_union);
  g_test_add_func ("/pandas/learners", test_learners);
  return g_test_run ();
}
