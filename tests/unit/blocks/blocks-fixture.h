/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Random tables, and blocks run over them. */

#include <sx-pipeline.h>

#include <math.h>
#include <string.h>

/* A deck of few values, so that keys repeat; an eighth is missing. Texts hold quotes, line ends and nothing. */
static inline void
fixture_append (SxColumnBuilder *builder, GRand *rand, guint n_values)
{
  static const char *const texts[] = { "", "a", "\"quoted\"", "two\nlines", "Zebra", "zebra", "ö, komma", "a", "aa" };
  guint                    value = (guint)g_rand_int_range (rand, 0, (gint32)n_values);

  if (g_rand_int_range (rand, 0, 8) == 0)
    {
      sx_column_builder_append_missing (builder);
      return;
    }
  switch (sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      /* Both ends of the range now and then. */
      sx_column_builder_append_int64 (builder, value == 0 ? G_MININT64 : value == 1 ? G_MAXINT64
                                                                                    : (gint64)value - 5);
      break;
    case SX_TYPE_TIMESTAMP:
      sx_column_builder_append_int64 (builder, ((gint64)value - 3) * 86400000000);
      break;
    case SX_TYPE_FLOAT64:
      sx_column_builder_append_double (builder, value == 0 ? -0.0 : value == 1 ? INFINITY
                                                                               : ((double)value - 4) * 0.3);
      break;
    case SX_TYPE_BOOL:
      sx_column_builder_append_bool (builder, value % 2);
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    case SX_TYPE_LIST:
    default:
      sx_column_builder_append_text (builder, texts[value % G_N_ELEMENTS (texts)], strlen (texts[value % G_N_ELEMENTS (texts)]));
      break;
    }
}

/* Columns i (narrow or wide whole numbers), f, b, s, c, t and row, in batches of odd sizes, some of them empty. */
static inline SxFrame *
fixture_make_frame (GRand *rand, guint64 n_rows, guint n_values, gsize batch_rows)
{
  SxField     fields[] = { { (char *)"i", SX_TYPE_INT64, NULL }, { (char *)"f", SX_TYPE_FLOAT64, NULL }, { (char *)"b", SX_TYPE_BOOL, NULL }, { (char *)"s", SX_TYPE_STRING, NULL }, { (char *)"c", SX_TYPE_CATEGORY, NULL }, { (char *)"t", SX_TYPE_TIMESTAMP, NULL }, { (char *)"row", SX_TYPE_INT64, NULL } };
  const guint n = G_N_ELEMENTS (fields);
  g_autoptr (SxSchema) schema = sx_schema_new (fields, n, NULL);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  guint64 row = 0;

  do
    {
      gsize     size = (gsize)MIN (g_rand_int_range (rand, 0, 10) == 0 ? 0 : batch_rows, n_rows - row);
      SxColumn *columns[G_N_ELEMENTS (fields)];

      for (guint i = 0; i < n; i++)
        {
          /* A builder a batch: dictionaries differ between batches. */
          g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (fields[i].type);

          for (gsize j = 0; j < size; j++)
            if (i + 1 < n)
              fixture_append (builder, rand, n_values);
            else
              sx_column_builder_append_int64 (builder, (gint64)(row + j));
          columns[i] = sx_column_builder_finish (builder);
        }
      g_ptr_array_add (batches, sx_batch_new (schema, columns, size));
      for (guint i = 0; i < n; i++)
        sx_column_unref (columns[i]);
      row += size;
    }
  while (row < n_rows);
  return sx_frame_new (schema, batches);
}

static inline char *
fixture_dup_cell (SxFrame *frame, guint64 row, const char *name)
{
  gsize           at;
  SxBatch        *batch = sx_frame_locate (frame, row, &at);
  const SxColumn *column = sx_batch_get_column (batch, (guint)sx_schema_find (sx_frame_get_schema (frame), name));

  return sx_column_is_missing (column, at) ? g_strdup ("(missing)") : sx_column_dup_cell (column, at);
}

static inline SxParams *
fixture_make_params (const char *kind, const char *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, values, NULL, NULL, &error);
  SxParams *params;

  g_assert_no_error (error);
  g_assert_nonnull (sx_block_kind_find (kind));
  params = sx_params_new (sx_block_kind_find (kind), variant, &error);
  g_assert_no_error (error);
  return params;
}

/* Runs a verb; what comes out must be as described. */
static inline SxFrame *
fixture_run (const char *kind, const char *values, SxFrame *const *inputs, guint n_inputs, GError **error)
{
  const SxBlockKind *block = sx_block_kind_find (kind);
  g_autoptr (SxParams) params = fixture_make_params (kind, values);
  SxBlockContext        context = { .seed = 7 };
  g_autofree SxSchema **schemas = g_new0 (SxSchema *, n_inputs + 1);
  SxFrame              *frame = block->run (params, inputs, n_inputs, &context, error);

  for (guint i = 0; i < n_inputs; i++)
    schemas[i] = sx_frame_get_schema (inputs[i]);
  if (frame != NULL)
    {
      g_autoptr (SxSchema) described = block->describe (params, schemas, n_inputs, &context, error);

      g_assert_nonnull (described);
      g_assert_true (sx_schema_equal (described, sx_frame_get_schema (frame)));
    }
  return frame;
}

static inline SxFrame *
fixture_run_one (const char *kind, const char *values, SxFrame *input)
{
  g_autoptr (GError) error = NULL;
  SxFrame *frame = fixture_run (kind, values, &input, 1, &error);

  g_assert_no_error (error);
  return frame;
}
