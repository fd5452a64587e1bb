/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <frame/sx-frame.h>

#include <string.h>

/* Rows 0 … n - 1: a number that is the row, every seventh missing, and a category; in batches of @batch_rows, each with a
 * dictionary of its own. */
static SxFrame *
make_frame (guint n, guint batch_rows)
{
  SxField fields[] = { { (char *)"row", SX_TYPE_INT64, NULL }, { (char *)"kind", SX_TYPE_CATEGORY, NULL } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 2, NULL);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);

  for (guint first = 0; first < n; first += batch_rows)
    {
      g_autoptr (SxColumnBuilder) rows = sx_column_builder_new (SX_TYPE_INT64);
      g_autoptr (SxColumnBuilder) kinds = sx_column_builder_new (SX_TYPE_CATEGORY);
      g_autoptr (SxColumn) row_column = NULL;
      g_autoptr (SxColumn) kind_column = NULL;
      guint n_rows = MIN (batch_rows, n - first);

      for (guint i = first; i < first + n_rows; i++)
        {
          char text[16];

          g_snprintf (text, sizeof text, "k%u", i * 7 % 5);
          if (i % 7 == 6)
            sx_column_builder_append_missing (rows);
          else
            sx_column_builder_append_int64 (rows, i);
          sx_column_builder_append_text (kinds, text, strlen (text));
        }
      row_column = sx_column_builder_finish (rows);
      kind_column = sx_column_builder_finish (kinds);
      g_ptr_array_add (batches, sx_batch_new (schema, (SxColumn *[]){ row_column, kind_column }, n_rows));
    }
  return sx_frame_new (schema, batches);
}

static void
assert_row (SxFrame *frame, guint64 at, guint64 row)
{
  gsize            row_in_batch;
  SxBatch         *batch = sx_frame_locate (frame, at, &row_in_batch);
  SxColumn        *rows = sx_batch_get_column (batch, 0);
  g_autofree char *kind = sx_column_dup_cell (sx_batch_get_column (batch, 1), row_in_batch);
  g_autofree char *expected = g_strdup_printf ("k%u", (guint)(row * 7 % 5));

  g_assert_cmpstr (kind, ==, expected);
  if (row % 7 == 6)
    g_assert_true (sx_column_is_missing (rows, row_in_batch));
  else
    g_assert_cmpint (sx_column_get_int64 (rows, row_in_batch), ==, row);
}

static void
test_batches_do_not_matter (void)
{
  g_autoptr (SxFrame) a = make_frame (1000, 1000);
  g_autoptr (SxFrame) b = make_frame (1000, 37);
  g_autoptr (SxFrame) c = make_frame (999, 37);
  g_autofree char *hash_a = sx_frame_dup_hash (a);
  g_autofree char *hash_b = sx_frame_dup_hash (b);
  g_autofree char *hash_c = sx_frame_dup_hash (c);

  g_assert_true (sx_frame_equal (a, b));
  g_assert_false (sx_frame_equal (a, c));
  g_assert_cmpstr (hash_a, ==, hash_b);
  g_assert_cmpstr (hash_a, !=, hash_c);
}

static void
test_take_and_slice (void)
{
  g_autoptr (SxFrame) frame = make_frame (5000, 613);
  guint64 rows[3000];
  g_autoptr (SxFrame) taken = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = (guint64)g_test_rand_int_range (0, 5000);
  taken = sx_frame_take (frame, rows, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_row (taken, i, rows[i]);
  for (guint i = 0; i < 200; i++)
    {
      guint64 first = (guint64)g_test_rand_int_range (0, 5000), n = (guint64)g_test_rand_int_range (0, 2000);
      g_autoptr (SxFrame) slice = sx_frame_slice (frame, first, n);

      g_assert_cmpuint (sx_frame_get_n_rows (slice), ==, MIN (n, 5000 - first));
      for (guint64 row = 0; row < sx_frame_get_n_rows (slice); row++)
        assert_row (slice, row, first + row);
    }
}

static void
test_columns_longer_than_a_batch (void)
{
  g_autoptr (SxFrame) frame = make_frame (200000, SX_BATCH_MAX_ROWS);
  g_autoptr (SxColumn) rows = sx_frame_concat_column (frame, 0);
  g_autoptr (SxColumn) kinds = sx_frame_concat_column (frame, 1);
  g_autoptr (SxFrame) back = sx_frame_new_from_columns (sx_frame_get_schema (frame), (SxColumn *[]){ rows, kinds });

  g_assert_cmpuint (rows->n_rows, ==, 200000);
  g_assert_cmpuint (kinds->dictionary->n_rows, ==, 5);
  g_assert_true (sx_frame_equal (frame, back));
  g_assert_cmpuint (sx_frame_get_memory_size (frame), >, 200000 * 12);
}

static void
test_select (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = make_frame (10, 10);
  g_autoptr (SxFrame) kinds = sx_frame_select (frame, (const char *[]){ "kind", NULL }, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (kinds)), ==, 1);
  g_assert_null (sx_frame_select (frame, (const char *[]){ "kimd", NULL }, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA);
  g_assert_cmpstr (error->message, ==, "There is no column “kimd”. Did you mean “kind”?");
}

static void
test_empty (void)
{
  g_autoptr (SxFrame) frame = make_frame (0, 10);
  g_autoptr (SxFrame) taken = sx_frame_take (frame, NULL, 0);
  g_autoptr (SxColumn) column = sx_frame_concat_column (frame, 1);

  g_assert_cmpuint (sx_frame_get_n_rows (taken), ==, 0);
  g_assert_cmpuint (column->n_rows, ==, 0);
  g_assert_true (sx_frame_equal (frame, taken));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/batches-do-not-matter", test_batches_do_not_matter);
  g_test_add_func ("/frame/take-and-slice", test_take_and_slice);
  g_test_add_func ("/frame/long-columns", test_columns_longer_than_a_batch);
  g_test_add_func ("/frame/select", test_select);
  g_test_add_func ("/frame/empty", test_empty);
  return g_test_run ();
}
