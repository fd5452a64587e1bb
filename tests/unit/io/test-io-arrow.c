/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Arrow IPC: what is written is read back in every spelling, what is damaged is named. Files of other programs are read in tests/conformance. */

#include "config.h"

#include "io-fixture.h"

static SxFrame *
make_frame (guint n_rows)
{
  static const char *const words[] = { "", "red", "caf\xc3\xa9", "big" };
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  SxField fields[SX_N_TYPES];
  GError *error = NULL;

  for (guint type = 0; type < SX_N_TYPES; type++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new ((SxType)type);

      for (guint i = 0; i < n_rows; i++)
        {
          double list[] = { i, 0.5 };

          if ((i + type) % 5 == 4)
            sx_column_builder_append_missing (builder);
          else if (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP)
            sx_column_builder_append_int64 (builder, (gint64)i * 1000003 - 7);
          else if (type == SX_TYPE_FLOAT64)
            sx_column_builder_append_double (builder, i / 7.0);
          else if (type == SX_TYPE_BOOL)
            sx_column_builder_append_bool (builder, i % 3 == 0);
          else if (type == SX_TYPE_LIST)
            sx_column_builder_append_list (builder, list, i % 3);
          else
            sx_column_builder_append_text (builder, words[i % 4], strlen (words[i % 4]));
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
      fields[type] = (SxField){ (char *)sx_type_get_nick ((SxType)type), (SxType)type, NULL };
    }
  g_autoptr (SxSchema) schema = sx_schema_new (fields, SX_N_TYPES, &error);
  g_assert_no_error (error);
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

/* NULL when this build lacks the codec. */
static char *
write_frame (SxFrame *frame, const char *name, const char *options)
{
  char *path = fixture_path (name);
  g_autoptr (GVariant) given = options ? g_variant_ref_sink (fixture_options (options)) : NULL;
  g_autoptr (GError) error = NULL;

  if (sx_format_find ("arrow")->write (frame, path, given, NULL, &error))
    return path;
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED);
  g_free (path);
  return NULL;
}

static void
test_round_trip (void)
{
  static const char *const options[] = { NULL, "{'compression': <'lz4'>}", "{'compression': <'zstd'>}", "{'stream': <true>}", "{'stream': <true>, 'compression': <'zstd'>}" };
  static const guint       sizes[] = { 0, 1, 63, 1000, SX_BATCH_MAX_ROWS + 77 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (SxFrame) frame = make_frame (sizes[s]);

      for (guint i = 0; i < G_N_ELEMENTS (options); i++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *path = write_frame (frame, "all.arrow", options[i]);
          g_autoptr (SxFrame) again = path != NULL ? sx_read_file (path, NULL, NULL, NULL, NULL, &error) : NULL;

          g_assert_no_error (error);
          g_assert_true (path == NULL || sx_frame_equal (frame, again));
        }
    }
}

/* Streams of before 2019 have the sizes of their messages without a mark. */
static void
test_old_stream (void)
{
  g_autoptr (SxFrame) frame = make_frame (100);
  g_autofree char *path = write_frame (frame, "new.arrows", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GByteArray) old = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  gsize size, n_marks = 0;

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  for (gsize at = 0; at < size;)
    if (at + 4 <= size && at % 8 == 0 && memcmp (content + at, "\xff\xff\xff\xff", 4) == 0)
      {
        at += 4;
        n_marks++;
      }
    else
      g_byte_array_append (old, (const guint8 *)content + at++, 1);
  g_assert_cmpuint (n_marks, ==, 4); /* schema, dictionary, batch, end */
  g_autofree char *changed = fixture_write ("old.arrows", (const char *)old->data, old->len);
  g_autoptr (SxReader) reader = sx_reader_open (changed, sx_format_find ("arrow"), NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SxFrame) again = sx_reader_read_all (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_frame_equal (frame, again));
}

/* A frame that shows a mapped file stays good when the file is replaced by a new one. */
static void
test_outlives_its_file (void)
{
  g_autoptr (SxFrame) frame = make_frame (5000);
  g_autoptr (SxFrame) other = make_frame (3);
  g_autofree char *path = write_frame (frame, "old.arrow", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) again = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_free (write_frame (other, "old.arrow", NULL));
  g_assert_true (sx_frame_equal (frame, again));
}

static void
test_columns (void)
{
  g_autoptr (SxFrame) frame = make_frame (3);
  g_autofree char *path = write_frame (frame, "some.arrow", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) used = NULL;
  g_autoptr (SxFrame) some = sx_read_file (path, fixture_options ("{'columns': <['category', 'int64']>, 'types': <{'int64': 'string', 'category': 'string'}>}"), &used, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *dump = fixture_dump (some);
  g_assert_cmpstr (dump, ==, "int64:string category:string\n-7|\n999996|red\n1999999|caf\xc3\xa9\n");
  g_autofree char *options = g_variant_print (used, FALSE);
  g_assert_cmpstr (options, ==, "{'types': <{'int64': 'string', 'category': 'string'}>, 'columns': <['category', 'int64']>}");
  g_assert_null (sx_read_file (path, fixture_options ("{'columns': <['int65']>}"), NULL, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "There is no column “int65”.");
  g_clear_error (&error);
  g_assert_null (sx_read_file (path, fixture_options ("{'types': <{'int64': 'list'}>}"), NULL, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "“types” gives column “int64” the type “list”, which it cannot have.");
}

static void
test_refuses (void)
{
  g_autoptr (SxFrame) frame = make_frame (100);
  g_autofree char *path = write_frame (frame, "whole.arrow", NULL);
  g_autofree char *content = NULL;
  g_autofree char *name = NULL;
  gsize            size;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_autofree char *cut = fixture_write ("cut.arrow", content, (gssize)size - 100);
  g_assert_null (sx_read_file (cut, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
  name = g_strdup_printf ("“%s” is damaged: its end is not there. Get a whole copy of it, or write it again.", cut);
  g_assert_cmpstr (error->message, ==, name);
  g_clear_error (&error);

  /* A stream may end after any message, but not within one. */
  g_free (path);
  path = write_frame (frame, "whole.arrows", NULL);
  g_free (content);
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_free (cut);
  cut = fixture_write ("cut.arrows", content, (gssize)size - 100);
  g_assert_null (sx_read_file (cut, NULL, NULL, NULL, NULL, &error));
  g_free (name);
  name = g_strdup_printf ("“%s” is damaged: it is cut off. Get a whole copy of it, or write it again.", cut);
  g_assert_cmpstr (error->message, ==, name);
  g_clear_error (&error);

  g_autoptr (GVariant) options = g_variant_ref_sink (fixture_options ("{'compression': <'gzip'>}"));
  g_assert_false (sx_format_find ("arrow")->write (frame, path, options, NULL, &error));
  g_assert_cmpstr (error->message, ==, "“compression” must be one of: none, lz4, zstd.");
  g_clear_error (&error);

  g_autofree char *feather = fixture_write ("old.feather", "FEA1\0\0\0\0", 8);
  g_assert_null (sx_read_file (feather, NULL, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "looks like a Feather file"));
}

/* No byte of a file, set to whatever, makes the reader do anything but read or refuse. */
static void
test_every_byte (void)
{
  g_autoptr (SxFrame) frame = make_frame (20);
  g_autofree char *path = write_frame (frame, "small.arrow", SX_HAVE_ZSTD ? "{'compression': <'zstd'>}" : NULL);
  g_autofree char *content = NULL;
  gsize            size;
  guint            n_read = 0;

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GError) error = NULL;
      char before = content[i];

      content[i] = (char)(before ^ (i % 3 == 0 ? 0xff : i % 3 == 1 ? 0x80
                                                                   : 0x01));
      g_autofree char *changed = fixture_path ("changed.arrow");
      g_assert_true (g_file_set_contents_full (changed, content, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      g_autoptr (SxReader) reader = sx_reader_open (changed, sx_format_find ("arrow"), NULL, NULL, &error);
      g_autoptr (SxFrame) again = reader != NULL ? sx_reader_read_all (reader, NULL, &error) : NULL;
      g_assert_true ((again == NULL) == (error != NULL));
      n_read += again != NULL;
      content[i] = before;
    }
  g_assert_cmpuint (n_read, >, 0);
  g_assert_cmpuint (n_read, <, size);
}

static void
test_cancel (void)
{
  g_autoptr (SxFrame) frame = make_frame (100);
  g_autofree char *path = write_frame (frame, "cancel.arrow", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SxReader) reader = sx_reader_open (path, NULL, NULL, cancellable, &error);

  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  g_assert_null (sx_reader_read_all (reader, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/io/arrow/round-trip", test_round_trip);
  g_test_add_func ("/io/arrow/outlives-its-file", test_outlives_its_file);
  g_test_add_func ("/io/arrow/old-stream", test_old_stream);
  g_test_add_func ("/io/arrow/columns", test_columns);
  g_test_add_func ("/io/arrow/refuses", test_refuses);
  g_test_add_func ("/io/arrow/every-byte", test_every_byte);
  g_test_add_func ("/io/arrow/cancel", test_cancel);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
