/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Profiles against plain loops over the same values. */

#include "io-fixture.h"

#include <math.h>

static SxFrame *
make_frame (const char *const *names, SxColumn **columns, const SxType *types, guint n)
{
  g_autofree SxField *fields = g_new0 (SxField, n);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    fields[i] = (SxField){ (char *)names[i], types[i], NULL };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, n, &error);
  g_assert_no_error (error);
  SxFrame *frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < n; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* @n values of which about @n_distinct differ; every 7th missing when @has_missing. */
static void
assert_numbers (gsize n, guint n_distinct, gboolean has_missing, SxType type)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree double  *values = g_new (double, n);
  gsize               n_present = 0;
  double              sum = 0, squares = 0;
  guint               n_seen = 0;
  static const double levels[] = { .05, .25, .5, .75, .95 };

  for (gsize i = 0; i < n; i++)
    {
      double value = g_rand_int_range (random, 0, (gint32)n_distinct) * (type == SX_TYPE_FLOAT64 ? .37 : 1) - 100;
      if (has_missing && i % 7 == 0)
        {
          sx_column_builder_append_missing (builder);
          continue;
        }
      if (type == SX_TYPE_FLOAT64)
        sx_column_builder_append_double (builder, value);
      else
        sx_column_builder_append_int64 (builder, (gint64)value);
      values[n_present++] = value;
      sum += value;
    }
  for (gsize i = 0; i < n_present; i++)
    squares += (values[i] - sum / (double)n_present) * (values[i] - sum / (double)n_present);
  qsort (values, n_present, sizeof *values, compare_doubles);
  for (gsize i = 0; i < n_present; i++)
    n_seen += i == 0 || values[i] != values[i - 1];

  static const char *const names[] = { "x" };
  SxColumn                *columns[] = { sx_column_builder_finish (builder) };
  g_autoptr (SxFrame) frame = make_frame (names, columns, &type, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, &error);
  g_assert_no_error (error);
  const SxColumnProfile *column = g_ptr_array_index (profile->columns, 0);

  g_assert_cmpuint (column->n_rows, ==, n);
  g_assert_cmpuint (column->n_missing, ==, n - n_present);
  g_assert_cmpint (column->distinct_is_exact, ==, n_seen <= 4096);
  if (column->distinct_is_exact)
    g_assert_cmpuint (column->n_distinct, ==, n_seen);
  else
    g_assert_cmpfloat_with_epsilon ((double)column->n_distinct, n_seen, .06 * n_seen);
  g_assert_cmpfloat (column->min, ==, values[0]);
  g_assert_cmpfloat (column->max, ==, values[n_present - 1]);
  g_assert_cmpfloat_with_epsilon (column->mean, sum / (double)n_present, 1e-9 * MAX (1, fabs (column->mean)));
  g_assert_cmpfloat_with_epsilon (column->sd, n_present > 1 ? sqrt (squares / (double)(n_present - 1)) : 0, 1e-9 * MAX (1, column->sd));
  for (guint k = 0; k < G_N_ELEMENTS (levels); k++)
    {
      double place = levels[k] * (double)(n_present - 1), low = floor (place);
      double expected = values[(gsize)low] + (low + 1 < n_present ? (values[(gsize)low + 1] - values[(gsize)low]) * (place - low) : 0);
      g_assert_cmpfloat_with_epsilon (column->quantiles[k], expected, 1e-9 * MAX (1, fabs (expected)));
    }
  guint64 n_binned = 0;
  for (guint i = 0; i < column->bins->len; i++)
    {
      const SxProfileBin *bin = &g_array_index (column->bins, SxProfileBin, i);
      n_binned += bin->count;
      g_assert_cmpfloat (bin->low, <=, bin->high);
    }
  g_assert_cmpuint (n_binned, ==, n_present);
  for (guint i = 1; i < column->top->len; i++)
    g_assert_cmpuint (((SxProfileValue *)g_ptr_array_index (column->top, i - 1))->count, >=, ((SxProfileValue *)g_ptr_array_index (column->top, i))->count);
}

static void
test_numbers (void)
{
  static const gsize sizes[] = { 1, 2, 3, 37, 64, 65, 1000, 65536, 65537, 200000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint type = SX_TYPE_INT64; type <= SX_TYPE_FLOAT64; type++)
      {
        assert_numbers (sizes[i], 5, FALSE, type);
        assert_numbers (sizes[i], 4000, sizes[i] > 1, type);
        assert_numbers (sizes[i], 1000000, sizes[i] > 1, type);
      }
}

/* Standard error 1.6 %: over ten counts from 5,000 to 2.5 million none may miss by more than four of it. */
static void
test_estimate (void)
{
  static const char *const names[] = { "x" };
  static const SxType      type = SX_TYPE_INT64;

  for (gint64 n = 5000; n < 700000; n *= 2)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);
      for (gint64 i = 0; i < n; i++)
        sx_column_builder_append_int64 (builder, i * 3);
      SxColumn *columns[] = { sx_column_builder_finish (builder) };
      g_autoptr (SxFrame) frame = make_frame (names, columns, &type, 1);
      g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, NULL);
      const SxColumnProfile *column = g_ptr_array_index (profile->columns, 0);
      g_test_message ("%" G_GINT64_FORMAT " estimated as %" G_GUINT64_FORMAT, n, column->n_distinct);
      g_assert_cmpfloat_with_epsilon ((double)column->n_distinct, (double)n, .065 * (double)n);
    }
}

static char *
profile_warnings (const char *text)
{
  g_autofree char *path = fixture_write ("profile.csv", text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
  GString *all = g_string_new (NULL);

  g_assert_no_error (error);
  g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < profile->columns->len; i++)
    {
      SxColumnProfile *column = g_ptr_array_index (profile->columns, i);
      for (guint k = 0; column->warnings[k] != NULL; k++)
        g_string_append_printf (all, "%s: %s\n", column->name, column->warnings[k]);
    }
  for (guint k = 0; profile->warnings[k] != NULL; k++)
    g_string_append_printf (all, "%s\n", profile->warnings[k]);
  return g_string_free (all, FALSE);
}

static void
test_warnings (void)
{
  g_autoptr (GString) text = g_string_new ("id,key,same,empty,rare,mixed,fine,inf\n");

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "%u,K%03u,c,,%s,%s,%u,%s\n", 1000 + i, i, i % 10 == 0 ? "1" : "", i % 10 == 3 ? "n.v.t." : "12", i % 3, i == 5 ? "inf" : "1.5");
  g_autofree char *warnings = profile_warnings (text->str);
  g_assert_cmpstr (warnings, ==,
                   "id: Like an identifier: every row has another value, so nothing can be learned from it.\n"
                   "key: Like an identifier: every row has another value, so nothing can be learned from it.\n"
                   "same: Constant: every value is “c”.\n"
                   "empty: Empty: every value is missing.\n"
                   "rare: Mostly missing: 90 % of the values.\n"
                   "rare: Constant: every value is “1”.\n"
                   "mixed: Mixed: text, but 90 % of the values are numbers. Perhaps a word for missing values was not recognised.\n"
                   "inf: Infinite: 1 values are; they are left out of mean, quantiles and bins.\n");
  g_autofree char *none = profile_warnings ("a,b\n");
  g_assert_cmpstr (none, ==, "The table has no rows.\n");
}

static void
test_top (void)
{
  g_autofree char *path = fixture_write ("top.csv", "c,n\nb,1\na,2\nb,\nb,2\na,2\n,2\n", -1);
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, NULL);
  g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, NULL);
  const SxColumnProfile *c = g_ptr_array_index (profile->columns, 0), *n = g_ptr_array_index (profile->columns, 1);

  g_assert_cmpuint (c->n_distinct, ==, 2);
  g_assert_cmpuint (c->n_missing, ==, 1);
  g_assert_cmpstr (((SxProfileValue *)g_ptr_array_index (c->top, 0))->text, ==, "b");
  g_assert_cmpuint (((SxProfileValue *)g_ptr_array_index (c->top, 0))->count, ==, 3);
  g_assert_true (isnan (c->mean));
  g_assert_cmpstr (((SxProfileValue *)g_ptr_array_index (n->top, 0))->text, ==, "2");
  g_assert_cmpuint (((SxProfileValue *)g_ptr_array_index (n->top, 0))->count, ==, 4);
  g_assert_cmpfloat (n->mean, ==, 1.8);
}

static void
test_cancels (void)
{
  g_autofree char *path = fixture_write ("top.csv", "c,n\nb,1\na,2\n", -1);
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (sx_profile_new (frame, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/io/profile/numbers", test_numbers);
  g_test_add_func ("/io/profile/estimate", test_estimate);
  g_test_add_func ("/io/profile/warnings", test_warnings);
  g_test_add_func ("/io/profile/top", test_top);
  g_test_add_func ("/io/profile/cancels", test_cancels);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
