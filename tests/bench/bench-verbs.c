/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Filter, sort, group and join on tables of one and ten million rows: `verb name=… rows=… cpu_s=…`. bench-verbs.py does the same with pandas,
 * on equal tables; the sums at the ends of lines must agree. */

#include <sx-pipeline.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_TEXTS 1000

/* SplitMix64 (Steele, Lea, Flood 2014), of a place instead of a state. */
static guint64
draw (guint64 row, guint64 stream)
{
  guint64 z = (row * 4 + stream) * 0x9e3779b97f4a7c15u;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* id, text, x, y: a tenth as many ids as rows, a thousand texts, numbers from 0 to 1. */
static SxFrame *
make_table (guint64 n_rows)
{
  SxField fields[] = { { (char *)"id", SX_TYPE_INT64, NULL }, { (char *)"text", SX_TYPE_STRING, NULL }, { (char *)"x", SX_TYPE_FLOAT64, NULL }, { (char *)"y", SX_TYPE_FLOAT64, NULL } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 4, NULL);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  SxColumnBuilder *builders[4];

  for (guint i = 0; i < 4; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (guint64 row = 0; row < n_rows; row++)
    {
      char text[16];
      int  size = g_snprintf (text, sizeof text, "text %03u", (guint)(draw (row, 1) % N_TEXTS));

      sx_column_builder_append_int64 (builders[0], (gint64)(draw (row, 0) % (n_rows / 10)));
      sx_column_builder_append_text (builders[1], text, (gsize)size);
      sx_column_builder_append_double (builders[2], (double)(draw (row, 2) >> 11) * 0x1p-53);
      sx_column_builder_append_double (builders[3], (double)(draw (row, 3) >> 11) * 0x1p-53);
      if (row + 1 == n_rows || (row + 1) % SX_BATCH_MAX_ROWS == 0)
        {
          SxColumn *columns[4];

          for (guint i = 0; i < 4; i++)
            columns[i] = sx_column_builder_finish (builders[i]);
          g_ptr_array_add (batches, sx_batch_new (schema, columns, columns[0]->n_rows));
          for (guint i = 0; i < 4; i++)
            sx_column_unref (columns[i]);
        }
    }
  for (guint i = 0; i < 4; i++)
    sx_column_builder_free (builders[i]);
  return sx_frame_new (schema, batches);
}

/* Each id once, with the number of its row. */
static SxFrame *
make_right (guint64 n_rows)
{
  SxField fields[] = { { (char *)"id", SX_TYPE_INT64, NULL }, { (char *)"z", SX_TYPE_FLOAT64, NULL } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 2, NULL);
  g_autoptr (SxColumnBuilder) ids = sx_column_builder_new (SX_TYPE_INT64);
  g_autoptr (SxColumnBuilder) numbers = sx_column_builder_new (SX_TYPE_FLOAT64);
  SxColumn *columns[2];
  SxFrame  *frame;

  for (guint64 row = 0; row < n_rows; row++)
    {
      sx_column_builder_append_int64 (ids, (gint64)(n_rows - 1 - row));
      sx_column_builder_append_double (numbers, (double)row);
    }
  columns[0] = sx_column_builder_finish (ids);
  columns[1] = sx_column_builder_finish (numbers);
  frame = sx_frame_new_from_columns (schema, columns);
  sx_column_unref (columns[0]);
  sx_column_unref (columns[1]);
  return frame;
}

static const struct
{
  const char *name, *kind, *params;
  gboolean    has_right;
} verbs[] = {
  { "filter", "table.filter", "{'condition': <'x > 0.5 and y < 0.8'>}", FALSE },
  { "sort-number", "table.sort", "{'columns': <['x']>}", FALSE },
  { "sort-text-id", "table.sort", "{'columns': <['text', 'id']>}", FALSE },
  { "group-id", "table.group", "{'by': <['id']>, 'figures': <{'s': 'sum(x)', 'm': 'mean(y)', 'n': 'count(x)'}>}", FALSE },
  { "group-text", "table.group", "{'by': <['text']>, 'figures': <{'s': 'sum(x)', 'm': 'mean(y)', 'n': 'count(x)'}>}", FALSE },
  { "join", "table.join", "{'kind': <'left'>, 'on': <['id']>}", TRUE },
};

/* Something of the result that another program can compute too: the sum of its last column, each cell times its row number from 1 on, modulo 1009. */
static double
check_sum (SxFrame *frame)
{
  double  sum = 0;
  guint64 place = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch        *batch = sx_frame_get_batch (frame, b);
      const SxColumn *column = sx_batch_get_column (batch, sx_schema_get_n_fields (sx_frame_get_schema (frame)) - 1);

      for (gsize row = 0; row < column->n_rows; row++)
        sum += sx_column_get_double (column, row) * (double)(++place % 1009);
    }
  return sum;
}

static void
measure (guint verb, SxFrame *const *inputs)
{
  const SxBlockKind *kind = sx_block_kind_find (verbs[verb].kind);
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (verbs[verb].params));
  g_autoptr (GError) error = NULL;
  g_autoptr (SxParams) params = sx_params_new (kind, values, &error);
  clock_t start = clock ();
  g_autoptr (SxFrame) result = kind->run (params, inputs, verbs[verb].has_right ? 2 : 1, NULL, &error);
  double seconds = (double)(clock () - start) / CLOCKS_PER_SEC;

  g_assert_no_error (error);
  g_print ("verb name=%s rows=%" G_GUINT64_FORMAT " cpu_s=%.3f result_rows=%" G_GUINT64_FORMAT " sum=%.6g\n", verbs[verb].name,
           sx_frame_get_n_rows (inputs[0]), seconds, sx_frame_get_n_rows (result), check_sum (result));
}

static void
measure_all (guint64 n_rows)
{
  g_autoptr (SxFrame) left = make_table (n_rows);
  g_autoptr (SxFrame) right = make_right (n_rows / 10);
  SxFrame *inputs[] = { left, right };

  for (guint verb = 0; verb < G_N_ELEMENTS (verbs); verb++)
    measure (verb, inputs);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--smoke"))
    measure_all (100000);
  else if (argc == 2)
    measure_all (g_ascii_strtoull (argv[1], NULL, 10));
  else
    {
      measure_all (1000000);
      measure_all (10000000);
    }
  return 0;
}
