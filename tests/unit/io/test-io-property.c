/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Frames of random content, written in every format and read back: equal, to the last bit and the last odd character. */

#include "io-fixture.h"

#include <math.h>

/* Pieces that formats treat specially. */
static const char *const pieces[] = {
  "a", "b c", ",", ";", "\t", "|", "\"", "\"\"", "'", "\n", "\r", "\r\n", " ", "  ", "NA", "?", "null", "nan", "-", ".", "0", "1e5", "2024-01-01",
  "true", "#", "\\", "\\n", "{", "[", "]", "}", ":", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xef\xbb\xbf", "\x01", "\x7f", "<", "&", "=", "'--", "%s"
};

static const SxType types[] = { SX_TYPE_INT64, SX_TYPE_FLOAT64, SX_TYPE_BOOL, SX_TYPE_TIMESTAMP, SX_TYPE_STRING, SX_TYPE_CATEGORY };

static double
random_double (GRand *random)
{
  guint64 bits = (guint64)g_rand_int (random) << 32 | g_rand_int (random);
  double  value;

  switch (g_rand_int_range (random, 0, 4))
    {
    case 0:
      return g_rand_int_range (random, -1000, 1000);
    case 1:
      return g_rand_int_range (random, -100000, 100000) / 100.0;
    case 2:
      return g_rand_double_range (random, -1, 1);
    default:
      memcpy (&value, &bits, 8);
      return isnan (value) ? 0 : value; /* any double at all, infinities too */
    }
}

static void
append_random (SxColumnBuilder *builder, GRand *random)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_rand_int_range (random, 0, 8) == 0)
    {
      sx_column_builder_append_missing (builder);
      return;
    }
  switch ((int)sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      sx_column_builder_append_int64 (builder, (gint64)((guint64)g_rand_int (random) << g_rand_int_range (random, 0, 33) | (guint64)g_rand_int_range (random, 0, 100)));
      break;
    case SX_TYPE_FLOAT64:
      sx_column_builder_append_double (builder, random_double (random));
      break;
    case SX_TYPE_BOOL:
      sx_column_builder_append_bool (builder, g_rand_boolean (random));
      break;
    case SX_TYPE_TIMESTAMP:
      sx_column_builder_append_int64 (builder, (gint64)(g_rand_double_range (random, -2e9, 4e9)) * 1000000 + (g_rand_boolean (random) ? g_rand_int_range (random, 0, 1000000) : 0));
      break;
    default:
      for (gint n = g_rand_int_range (random, 0, 5); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      sx_column_builder_append_text (builder, text->str, text->len);
    }
}

static SxFrame *
random_frame (GRand *random)
{
  guint     n_columns = (guint)g_rand_int_range (random, 1, 7), n_rows = (guint)g_rand_int_range (random, 1, 40);
  SxField   fields[7];
  SxColumn *columns[7];
  GError   *error = NULL;

  for (guint i = 0; i < n_columns; i++)
    {
      SxType type = types[g_rand_int_range (random, 0, G_N_ELEMENTS (types))];
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);
      for (guint row = 0; row < n_rows; row++)
        append_random (builder, random);
      columns[i] = sx_column_builder_finish (builder);
      fields[i] = (SxField){ g_strdup_printf ("%s%u", pieces[g_rand_int_range (random, 0, 8)], i), type, NULL };
      g_strstrip (fields[i].name);
    }
  SxSchema *schema = sx_schema_new (fields, n_columns, &error);
  g_assert_no_error (error);
  SxFrame *frame = sx_frame_new_from_columns (schema, columns);
  sx_schema_unref (schema);
  for (guint i = 0; i < n_columns; i++)
    {
      sx_column_unref (columns[i]);
      g_free (fields[i].name);
    }
  return frame;
}

/* The schema's types as an option, and for delimited text also how it was written. */
static GVariant *
make_options (SxFrame *frame, const char *id)
{
  SxSchema       *schema = sx_frame_get_schema (frame);
  GVariantDict    dict;
  GVariantBuilder builder;

  g_variant_dict_init (&dict, NULL);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    g_variant_builder_add (&builder, "{ss}", sx_schema_get_field (schema, i)->name, sx_type_get_nick (sx_schema_get_field (schema, i)->type));
  g_variant_dict_insert_value (&dict, "types", g_variant_builder_end (&builder));
  if (g_str_equal (id, "csv") || g_str_equal (id, "tsv"))
    {
      g_variant_dict_insert (&dict, "header", "b", TRUE);
      g_variant_dict_insert (&dict, "skip", "x", G_GINT64_CONSTANT (0));
      g_variant_dict_insert (&dict, "quote", "s", "\"");
      g_variant_dict_insert (&dict, "decimal", "s", ".");
      if (g_str_equal (id, "csv"))
        g_variant_dict_insert (&dict, "delimiter", "s", ",");
    }
  return g_variant_dict_end (&dict);
}

static void
test_round_trip (gconstpointer data)
{
  const char     *id = data;
  const SxFormat *format = sx_format_find (id);
  g_autoptr (GRand) random = g_rand_new_with_seed (42);
  g_autofree char *path = fixture_path ("random");

  for (guint turn = 0; turn < 200; turn++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = random_frame (random);
      g_assert_true (format->write (frame, path, NULL, NULL, &error));
      g_assert_no_error (error);
      g_autoptr (SxReader) reader = sx_reader_open (path, format, make_options (frame, id), NULL, &error);
      g_assert_no_error (error);
      g_autoptr (SxFrame) again = sx_reader_read_all (reader, NULL, &error);
      g_assert_no_error (error);
      g_autofree char *before = fixture_dump (frame);
      g_autofree char *after = fixture_dump (again);
      g_assert_cmpstr (after, ==, before);
      g_assert_true (sx_frame_equal (frame, again));
    }
}

int
main (int argc, char **argv)
{
  static const char *const ids[] = { "csv", "tsv", "json", "jsonl", "sqlite", "arrow", "parquet" };

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *name = g_strconcat ("/io/property/round-trip/", ids[i], NULL);
      g_test_add_data_func (name, ids[i], test_round_trip);
    }
  int result = g_test_run ();
  fixture_end ();
  return result;
}
