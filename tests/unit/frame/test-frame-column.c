/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <frame/sx-column.h>

#include <math.h>
#include <string.h>

static SxColumn *
make_text (SxType type, const char *const *cells, guint n)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

  for (guint i = 0; i < n; i++)
    if (cells[i] == NULL)
      sx_column_builder_append_missing (builder);
    else
      sx_column_builder_append_text (builder, cells[i], strlen (cells[i]));
  return sx_column_builder_finish (builder);
}

static void
assert_cell (SxColumn *column, gsize row, const char *expected)
{
  g_autofree char *cell = sx_column_dup_cell (column, row);

  g_assert_cmpstr (cell, ==, expected);
}

/* Random cells of every type, missing ones among them, come back as they went in. */
static void
test_builder_keeps_cells (void)
{
  for (guint type = 0; type < SX_N_TYPES; type++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);
      g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (SxColumn) column = NULL;
      guint n_missing = 0;

      for (guint i = 0; i < 3000; i++)
        {
          double list[] = { i, -0.5 };
          char   text[32];

          if (g_test_rand_int_range (0, 4) == 0 && i > 100)
            {
              sx_column_builder_append_missing (builder);
              g_ptr_array_add (expected, g_strdup (""));
              n_missing++;
              continue;
            }
          g_snprintf (text, sizeof text, "t%d", g_test_rand_int_range (0, 500));
          switch (type)
            {
            case SX_TYPE_INT64:
              sx_column_builder_append_int64 (builder, (gint64)i - 7);
              g_ptr_array_add (expected, g_strdup_printf ("%d", (int)i - 7));
              break;
            case SX_TYPE_TIMESTAMP:
              sx_column_builder_append_int64 (builder, 0);
              g_ptr_array_add (expected, g_strdup ("1970-01-01"));
              break;
            case SX_TYPE_FLOAT64:
              sx_column_builder_append_double (builder, i + 0.5);
              g_ptr_array_add (expected, g_strdup_printf ("%u.5", i));
              break;
            case SX_TYPE_BOOL:
              sx_column_builder_append_bool (builder, i % 3 == 0);
              g_ptr_array_add (expected, g_strdup (i % 3 == 0 ? "true" : "false"));
              break;
            case SX_TYPE_LIST:
              sx_column_builder_append_list (builder, list, 2);
              g_ptr_array_add (expected, g_strdup_printf ("[%u, -0.5]", i));
              break;
            default:
              sx_column_builder_append_text (builder, text, strlen (text));
              g_ptr_array_add (expected, g_strdup (text));
              break;
            }
        }
      column = sx_column_builder_finish (builder);
      g_assert_cmpuint (column->n_rows, ==, 3000);
      g_assert_cmpuint (column->n_missing, ==, n_missing);
      g_assert_cmpuint ((gsize)column->values % 64, ==, 0);
      for (guint i = 0; i < 3000; i++)
        assert_cell (column, i, g_ptr_array_index (expected, i));
    }
}

static void
test_builder_starts_anew (void)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_CATEGORY);
  g_autoptr (SxColumn) first = NULL;
  g_autoptr (SxColumn) second = NULL;
  g_autoptr (SxColumn) third = NULL;

  sx_column_builder_append_text (builder, "a", 1);
  sx_column_builder_append_missing (builder);
  sx_column_builder_append_text (builder, "b", 1);
  first = sx_column_builder_finish (builder);
  sx_column_builder_append_text (builder, "b", 1);
  second = sx_column_builder_finish (builder);
  sx_column_builder_append_text (builder, "c", 1);
  third = sx_column_builder_finish (builder);
  g_assert_true (first->dictionary == second->dictionary);
  g_assert_cmpuint (second->dictionary->n_rows, ==, 2);
  g_assert_cmpuint (third->dictionary->n_rows, ==, 3);
  g_assert_null (second->validity);
  assert_cell (first, 1, "");
  assert_cell (second, 0, "b");
  assert_cell (third, 0, "c");
}

static void
test_take (void)
{
  const char *cells[] = { "x", NULL, "long text here", "" };
  guint32     rows[] = { 2, 2, 1, 0, 3 };
  g_autoptr (SxColumn) column = make_text (SX_TYPE_STRING, cells, 4);
  g_autoptr (SxColumn) taken = sx_column_take (column, rows, 5);

  assert_cell (taken, 0, "long text here");
  assert_cell (taken, 1, "long text here");
  g_assert_true (sx_column_is_missing (taken, 2));
  assert_cell (taken, 3, "x");
  g_assert_false (sx_column_is_missing (taken, 4));
  g_assert_cmpuint (taken->n_missing, ==, 1);
}

static void
test_cast (void)
{
  const char *cells[] = { "1", "2.0", NULL, "-3" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SxColumn) text = make_text (i == 0 ? SX_TYPE_STRING : SX_TYPE_CATEGORY, cells, 4);
      g_autoptr (SxColumn) whole = sx_column_cast (text, SX_TYPE_INT64, "n", 0, &error);
      g_autoptr (SxColumn) real = NULL;
      g_autoptr (SxColumn) back = NULL;

      g_assert_no_error (error);
      real = sx_column_cast (whole, SX_TYPE_FLOAT64, "n", 0, &error);
      back = sx_column_cast (real, SX_TYPE_CATEGORY, "n", 0, &error);
      g_assert_no_error (error);
      g_assert_cmpint (sx_column_get_int64 (whole, 1), ==, 2);
      g_assert_true (isnan (sx_column_get_double (real, 2)));
      assert_cell (back, 3, "-3");
      g_assert_true (sx_column_is_missing (back, 2));
    }
}

static void
test_cast_names_the_cell (void)
{
  const char *cells[] = { "1", "n/a" };
  g_autoptr (SxColumn) text = make_text (SX_TYPE_STRING, cells, 2);
  g_autoptr (SxColumn) half = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) fraction = NULL;
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  g_assert_null (sx_column_cast (text, SX_TYPE_FLOAT64, "age", 1202, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE);
  g_assert_true (g_str_has_prefix (error->message, "Column “age”, row 1,204: “n/a” is not"));
  sx_column_builder_append_double (builder, 0.5);
  half = sx_column_builder_finish (builder);
  g_assert_null (sx_column_cast (half, SX_TYPE_INT64, "age", 0, &fraction));
  g_assert_error (fraction, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/column/builder/keeps-cells", test_builder_keeps_cells);
  g_test_add_func ("/column/builder/starts-anew", test_builder_starts_anew);
  g_test_add_func ("/column/take", test_take);
  g_test_add_func ("/column/cast", test_cast);
  g_test_add_func ("/column/cast/names-the-cell", test_cast_names_the_cell);
  return g_test_run ();
}
