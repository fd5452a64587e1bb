/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Parquet: files of other programs (made by tests/conformance/corpus.mjs), and what is damaged or not read. The full comparison with other
 * programs is tests/conformance/parquet.mjs. */

#include "config.h"

#include "io-fixture.h"

#include <math.h>

static char *
corpus_path (const char *name)
{
  g_autofree char *tests = g_path_get_dirname (g_getenv ("SX_TEST_DATA"));

  return g_build_filename (tests, "fuzz", "corpus", "parquet", name, NULL);
}

/* NULL after skipping the test, when this build lacks the codec. */
static SxFrame *
read_corpus (const char *name, const char *options)
{
  g_autofree char *path = corpus_path (name);
  g_autoptr (GError) error = NULL;
  SxFrame *frame = sx_read_file (path, fixture_options (options), NULL, NULL, NULL, &error);

  if (g_error_matches (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED))
    g_test_skip (error->message);
  else
    g_assert_no_error (error);
  return frame;
}

static SxColumn *
get_column (SxFrame *frame, const char *name, SxType type)
{
  int i = sx_schema_find (sx_frame_get_schema (frame), name);

  g_assert_cmpint (i, >=, 0);
  g_assert_cmpint (sx_schema_get_field (sx_frame_get_schema (frame), (guint)i)->type, ==, type);
  return sx_batch_get_column (sx_frame_get_batch (frame, 0), (guint)i);
}

static void
assert_text (SxColumn *column, gsize row, const char *expected)
{
  g_autofree char *cell = sx_column_dup_cell (column, row);

  g_assert_cmpstr (cell, ==, expected);
}

/* The table that all of DuckDB's files hold, as the query that made it says. */
static void
test_reads_duckdb (gconstpointer name)
{
  g_autoptr (SxFrame) frame = read_corpus (name, NULL);

  if (frame == NULL)
    return;
  SxColumn *i = get_column (frame, "i", SX_TYPE_INT64), *b = get_column (frame, "b", SX_TYPE_BOOL), *s = get_column (frame, "s", SX_TYPE_STRING);
  SxColumn *t = get_column (frame, "t", SX_TYPE_STRING), *f = get_column (frame, "f", SX_TYPE_FLOAT64), *u = get_column (frame, "u", SX_TYPE_INT64);
  SxColumn *d = get_column (frame, "d", SX_TYPE_TIMESTAMP), *dec = get_column (frame, "dec", SX_TYPE_FLOAT64), *dec38 = get_column (frame, "dec38", SX_TYPE_FLOAT64);
  SxColumn *uuid = get_column (frame, "uuid", SX_TYPE_STRING), *l = get_column (frame, "l", SX_TYPE_LIST);
  SxColumn *a = get_column (frame, "st.a", SX_TYPE_INT64), *cd = get_column (frame, "st.c.d", SX_TYPE_STRING);

  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, 30);
  for (int row = 0; row < 30; row++)
    {
      g_autofree char *number = g_strdup_printf ("%d", row);
      g_autofree char *text = g_strdup_printf ("text %d", row);
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, number, -1);
      g_autofree char *x = g_strdup_printf ("x%d", row);

      assert_text (i, (gsize)row, row % 4 == 1 ? "" : number);
      g_assert_cmpint (sx_column_is_missing (i, (gsize)row), ==, row % 4 == 1);
      g_assert_cmpint (sx_column_get_bool (b, (gsize)row), ==, row % 3 == 0);
      assert_text (s, (gsize)row, row % 2 ? "big" : "red");
      assert_text (t, (gsize)row, text);
      g_assert_cmpfloat (sx_column_get_double (f, (gsize)row), ==, row / 7.0);
      g_assert_cmpint (sx_column_get_int64 (u, (gsize)row), ==, row * 3);
      g_assert_cmpint (sx_column_get_int64 (d, (gsize)row), ==, G_GINT64_CONSTANT (86400000000) * (19782 + row));
      g_assert_cmpfloat (sx_column_get_double (dec, (gsize)row), ==, row / 4.0);
      g_assert_cmpfloat (sx_column_get_double (dec38, (gsize)row), ==, row);
      assert_text (cd, (gsize)row, x);
      g_assert_cmpint (sx_column_get_int64 (a, (gsize)row), ==, row);
      g_assert_cmpint (sx_column_is_missing (l, (gsize)row), ==, row % 5 == 2);
      g_assert_cmpint (l->offsets[row + 1] - l->offsets[row], ==, row % 5 == 2 ? 0 : 2);
      if (row % 5 != 2)
        {
          g_assert_cmpfloat (((const double *)l->values)[l->offsets[row]], ==, row);
          g_assert_true (isnan (((const double *)l->values)[l->offsets[row] + 1]));
        }
      /* A UUID of version 4 has some of its bits changed: the first eight digits are those of the hash. */
      const char *digits = (const char *)uuid->values + uuid->offsets[row];
      g_assert_cmpint (uuid->offsets[row + 1] - uuid->offsets[row], ==, 36);
      g_assert_true (strncmp (digits, hash, 8) == 0 && digits[8] == '-' && digits[23] == '-');
    }
}

static const struct
{
  const char *name, *first, *last; /* of 40 cells, every seventh from the fourth missing */
} hyparquet[] = {
  { "hyparquet-int64-delta_binary_packed", "0", "1521000" },
  { "hyparquet-int32-byte_stream_split", "0", "273" },
  { "hyparquet-string-delta_length_byte_array", "", "xxxx" },
  { "hyparquet-string-delta_byte_array", "prefix 0", "prefix 39" },
  { "hyparquet-boolean-rle", "true", "false" },
  { "hyparquet-float16-plain", "0", "39" },
};

static void
test_reads_hyparquet (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hyparquet); i++)
    {
      g_autofree char *name = g_strconcat (hyparquet[i].name, ".parquet", NULL);
      g_autoptr (SxFrame) frame = read_corpus (name, NULL);
      g_autoptr (SxColumn) column = sx_frame_concat_column (frame, 0);

      g_assert_cmpuint (column->n_rows, ==, 40);
      assert_text (column, 0, hyparquet[i].first);
      assert_text (column, 39, hyparquet[i].last);
      for (gsize row = 0; row < 40; row++)
        g_assert_cmpint (sx_column_is_missing (column, row), ==, row % 7 == 3);
    }
}

static void
test_columns (void)
{
  g_autoptr (SxFrame) frame = read_corpus ("duckdb-uncompressed-v1.parquet", "{'columns': <['st', 'b']>, 'types': <{'b': 'int64', 'st.c.d': 'category'}>}");
  g_autoptr (SxFrame) head = sx_frame_slice (frame, 0, 2);
  g_autofree char *dump = fixture_dump (head);

  g_assert_cmpstr (dump, ==, "b:int64 st.a:int64 st.c.d:category\n1|0|x0\n0|1|x1\n");
}

static void
assert_refused (const char *path, const char *options, int code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options (options), NULL, NULL, NULL, &error);

  g_assert_null (frame);
  g_assert_error (error, SX_PIPELINE_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("no “%s” in: %s", message, error->message);
}

static void
test_refuses (void)
{
  g_autofree char *refused = corpus_path ("duckdb-refused.parquet");
  g_autofree char *whole = corpus_path ("duckdb-uncompressed-v1.parquet");
  g_autofree char *content = NULL;
  gsize            size;

  assert_refused (refused, NULL, SX_PIPELINE_ERROR_UNSUPPORTED, "Column “m” is of the type map, which is not read. Choose the other columns with “columns”");
  assert_refused (refused, "{'columns': <['ll']>}", SX_PIPELINE_ERROR_UNSUPPORTED, "Column “ll” is of the type list of lists");
  assert_refused (refused, "{'columns': <['iv']>}", SX_PIPELINE_ERROR_UNSUPPORTED, "Column “iv” is of the type interval");
  assert_refused (refused, "{'columns': <['x']>}", SX_PIPELINE_ERROR_SCHEMA, "There is no column “x”.");
  g_autoptr (SxFrame) rest = read_corpus ("duckdb-refused.parquet", "{'columns': <['n']>}");
  if (rest == NULL)
    return;
  g_assert_cmpuint (sx_frame_get_n_rows (rest), ==, 9);

  g_assert_true (g_file_get_contents (whole, &content, &size, NULL));
  g_autofree char *cut = fixture_write ("cut.parquet", content, (gssize)size - 5);
  assert_refused (cut, NULL, SX_PIPELINE_ERROR_PARSE, "is damaged: its end is not there");
  memcpy (content + size - 4, "PARE", 4);
  g_autofree char *secret = fixture_write ("secret.parquet", content, (gssize)size);
  assert_refused (secret, NULL, SX_PIPELINE_ERROR_UNSUPPORTED, "is encrypted, which is not read");
  memcpy (content + size - 4, "PAR1", 4);
  memset (content + 4, 0xee, 300);
  g_autofree char *spoilt = fixture_write ("spoilt.parquet", content, (gssize)size);
  assert_refused (spoilt, NULL, SX_PIPELINE_ERROR_PARSE, "is damaged at column “i”: the header of a page cannot be understood");
}

/* ---- files that lie ---- */

typedef struct
{
  gint64 n_rows, n_values, page_values; /* of the row group, the chunk and the data page */
  guint  text;                          /* bytes of the one text in the dictionary */
  gint64 run;                           /* rows that use it */
  gint64 chunk_size;                    /* 0: the true one */
} Forged;

static void
put_varint (GByteArray *out, guint64 value)
{
  for (; value >= 0x80; value >>= 7)
    g_byte_array_append (out, (guint8[]){ (guint8)(value | 0x80) }, 1);
  g_byte_array_append (out, (guint8[]){ (guint8)value }, 1);
}

/* A field of the compact protocol, one behind the one before: its head, then a zigzag number. */
static void
put_int (GByteArray *out, guint step, guint type, gint64 value)
{
  g_byte_array_append (out, (guint8[]){ (guint8)(step << 4 | type) }, 1);
  put_varint (out, (guint64)value << 1);
}

static void
put_bytes (GByteArray *out, const char *bytes, gsize size)
{
  g_byte_array_append (out, (const guint8 *)bytes, (guint)size);
}

#define PUT(out, text) put_bytes (out, text, sizeof text - 1)

/* A column “x” of required texts: a dictionary of one text and a page of one run of its index, in 100 bytes and the text's. */
static char *
forge (const Forged *forged)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) run = g_byte_array_new ();
  g_autofree char *text = g_strnfill (forged->text, 'x');
  guint32          size = GUINT32_TO_LE (forged->text);
  guint            dictionary = 4, data, footer;

  PUT (out, "PAR1");
  put_int (out, 1, 5, 2);
  put_int (out, 1, 5, forged->text + 4);
  put_int (out, 1, 5, forged->text + 4);
  PUT (out, "\x4c"); /* the dictionary's header: field 7 */
  put_int (out, 1, 5, 1);
  put_int (out, 1, 5, 0);
  PUT (out, "\0\0");
  put_bytes (out, (const char *)&size, 4);
  put_bytes (out, text, forged->text);
  data = out->len;
  PUT (run, "\1"); /* indices of one bit */
  put_varint (run, (guint64)forged->run << 1);
  PUT (run, "\0");
  put_int (out, 1, 5, 0);
  put_int (out, 1, 5, run->len);
  put_int (out, 1, 5, run->len);
  PUT (out, "\x2c"); /* the page's: field 5 */
  put_int (out, 1, 5, forged->page_values);
  put_int (out, 1, 5, 8);
  put_int (out, 1, 5, 3);
  put_int (out, 1, 5, 3);
  PUT (out, "\0\0");
  put_bytes (out, (const char *)run->data, run->len);
  footer = out->len;
  put_int (out, 1, 5, 1);
  PUT (out, "\x19\x2c\x48\6schema\x15\2\0");  /* two elements: the root of one child */
  PUT (out, "\x15\x0c\x25\0\x18\1x\x25\0\0"); /* and “x”: bytes, required, UTF-8 */
  put_int (out, 1, 6, forged->n_rows);
  PUT (out, "\x19\x1c\x19\x1c\x3c"); /* one group of one chunk: its metadata */
  put_int (out, 1, 5, 6);
  PUT (out, "\x19\x15\0\x19\x18\1x");
  put_int (out, 1, 5, 0);
  put_int (out, 1, 6, forged->n_values);
  put_int (out, 1, 6, 100);
  put_int (out, 1, 6, forged->chunk_size > 0 ? forged->chunk_size : footer - dictionary);
  put_int (out, 2, 6, data);
  put_int (out, 2, 6, dictionary);
  PUT (out, "\0\0");
  put_int (out, 1, 6, 100);
  put_int (out, 1, 6, forged->n_rows);
  PUT (out, "\0\0");
  size = GUINT32_TO_LE (out->len - footer);
  put_bytes (out, (const char *)&size, 4);
  PUT (out, "PAR1");
  return fixture_write ("forged.parquet", (const char *)out->data, out->len);
}

/* A small file may not ask for much memory: each of these says that it holds what it cannot. */
static void
test_lies (void)
{
  static const struct
  {
    Forged      forged;
    const char *message; /* NULL: it is true */
  } cases[] = {
    { { 1000, 1000, 1000, 5, 1000 }, NULL },
    { { 900000, 900000, 900000, 5, 900000 }, NULL },
    { { G_GINT64_CONSTANT (1) << 40, G_GINT64_CONSTANT (1) << 40, 1000, 5, 1000 }, "it claims too many rows" },
    { { 1000, G_GINT64_CONSTANT (1) << 40, 1000, 5, 1000 }, "its footer points out of it" },
    { { 1000, 1000, 100000000, 5, 1000 }, "a page has more values than the footer says" },
    { { 1000, 999, 999, 5, 1000 }, "it has fewer rows than the footer says" },
    { { 1000, 1000, 1000, 5, 999 }, "a page has fewer values than it says, or others" },
    { { 1000, 1000, 1000, 5, 1000, 1000000 }, "its footer points out of it" },
    { { 900000, 900000, 900000, 60000, 900000 }, "Column “x” has more than 512 MiB of text in 65536 rows" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = forge (&cases[i].forged);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

      if (cases[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, cases[i].forged.n_rows);
          assert_text (sx_batch_get_column (sx_frame_get_batch (frame, 0), 0), 999, "xxxxx");
          continue;
        }
      g_assert_null (frame);
      if (strstr (error->message, cases[i].message) == NULL)
        g_error ("case %u: no “%s” in: %s", i, cases[i].message, error->message);
    }
}

/* No byte of a file, set to whatever, makes the reader do anything but read or refuse. */
static void
test_every_byte (void)
{
  g_autofree char *path = corpus_path (SX_HAVE_ZSTD ? "duckdb-zstd-v2.parquet" : "duckdb-uncompressed-v1.parquet");
  g_autofree char *changed = fixture_path ("changed.parquet");
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
      g_assert_true (g_file_set_contents_full (changed, content, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      g_autoptr (SxReader) reader = sx_reader_open (changed, sx_format_find ("parquet"), NULL, NULL, &error);
      g_autoptr (SxFrame) again = reader != NULL ? sx_reader_read_all (reader, NULL, &error) : NULL;
      g_assert_true ((again == NULL) == (error != NULL));
      n_read += again != NULL;
      content[i] = before;
    }
  g_assert_cmpuint (n_read, >, 0);
  g_assert_cmpuint (n_read, <, size);
}

/* ---- writing ---- */

/* Columns that are dictionaries and that are not, sorted and constant ones, with missing cells and without. */
static SxFrame *
make_frame (guint n_rows)
{
  static const char *const words[] = { "", "red", "caf\xc3\xa9", "big" };
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  SxField fields[3 * SX_N_TYPES];

  for (guint k = 0; k < 3 * SX_N_TYPES; k++)
    {
      SxType type = (SxType)(k / 3);
      guint  kind = k % 3; /* 0: all different; 1: few, some missing; 2: all the same */
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

      for (guint i = 0; i < n_rows; i++)
        {
          guint  value = kind == 0 ? i : kind == 1 ? i % 7
                                                   : 5;
          double list[] = { value, -0.5, 1e300 };
          char   text[64];

          g_snprintf (text, sizeof text, "%s %u", words[value % 4], value);
          if (kind == 1 && (i + k) % 5 == 4)
            sx_column_builder_append_missing (builder);
          else if (type == SX_TYPE_INT64 || type == SX_TYPE_TIMESTAMP)
            sx_column_builder_append_int64 (builder, (gint64)value * 1000003 - 7);
          else if (type == SX_TYPE_FLOAT64)
            sx_column_builder_append_double (builder, value / 7.0);
          else if (type == SX_TYPE_BOOL)
            sx_column_builder_append_bool (builder, value % 3 == 0);
          else if (type == SX_TYPE_LIST)
            sx_column_builder_append_list (builder, list, value % 4);
          else
            sx_column_builder_append_text (builder, text, strlen (text));
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
      fields[k] = (SxField){ g_strdup_printf ("%s %u", sx_type_get_nick (type), kind), type, NULL };
    }
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 3 * SX_N_TYPES, NULL);
  for (guint k = 0; k < 3 * SX_N_TYPES; k++)
    g_free (fields[k].name);
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

static void
test_round_trip (void)
{
  static const char *const options[] = { NULL, "{'compression': <'none'>}", "{'compression': <'gzip'>}", "{'compression': <'zstd'>}", "{'compression': <'lz4'>}" };
  static const guint       sizes[] = { 0, 1, 63, 5000, 2 * SX_BATCH_MAX_ROWS + 77 };
  g_autofree char         *path = fixture_path ("ours.parquet");

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (SxFrame) frame = make_frame (sizes[s]);

      for (guint i = 0; i < (sizes[s] > 10000 ? 1 : G_N_ELEMENTS (options)); i++)
        {
          g_autoptr (GVariant) given = options[i] ? g_variant_ref_sink (fixture_options (options[i])) : NULL;
          g_autoptr (GError) error = NULL;

          if (!sx_format_find ("parquet")->write (frame, path, given, NULL, &error))
            {
              g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED);
              continue; /* this build lacks the codec */
            }
          g_autoptr (SxFrame) again = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
          g_assert_no_error (error);
          g_assert_true (sx_frame_equal (frame, again));
        }
    }
}

/* Few values take few bytes. */
static void
test_dictionary_pays (void)
{
  g_autoptr (SxFrame) frame = make_frame (20000);
  const char *few[] = { "int64 1", "string 1", "category 1", "float64 2", NULL }, *many[] = { "int64 0", "string 0", NULL };
  g_autoptr (SxFrame) small = sx_frame_select (frame, few, NULL);
  g_autoptr (SxFrame) large = sx_frame_select (frame, many, NULL);
  g_autofree char *path = fixture_path ("small.parquet");
  g_autoptr (GVariant) plain = g_variant_ref_sink (fixture_options ("{'compression': <'none'>}"));
  GStatBuf status;

  g_assert_true (sx_format_find ("parquet")->write (small, path, plain, NULL, NULL));
  g_assert_no_errno (g_stat (path, &status));
  /* Levels of a bit and codes of three bits; the last column is one run. */
  g_assert_cmpint (status.st_size, <, 20000 * 3 * 4 / 8 + 4000);
  g_assert_true (sx_format_find ("parquet")->write (large, path, plain, NULL, NULL));
  g_assert_no_errno (g_stat (path, &status));
  g_assert_cmpint (status.st_size, >, 20000 * 16);
}

static void
test_write_refuses (void)
{
  g_autoptr (SxFrame) frame = make_frame (3);
  g_autofree char *path = fixture_path ("refused.parquet");
  g_autoptr (GVariant) options = g_variant_ref_sink (fixture_options ("{'compression': <'brotli'>}"));
  g_autoptr (GError) error = NULL;

  g_assert_false (sx_format_find ("parquet")->write (frame, path, options, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM);
  g_assert_cmpstr (error->message, ==, "“compression” must be one of: none, snappy, gzip, zstd, lz4.");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_cancel (void)
{
  g_autofree char *path = corpus_path ("duckdb-uncompressed-v1.parquet");
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
  static const char *const names[] = { "uncompressed-v1", "snappy-v1", "gzip-v1", "zstd-v2", "lz4_raw-v2" };

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("/io/parquet/reads-duckdb/", names[i], NULL);
      char            *name = g_strconcat ("duckdb-", names[i], ".parquet", NULL);

      g_test_add_data_func_full (path, name, test_reads_duckdb, g_free);
    }
  g_test_add_func ("/io/parquet/reads-hyparquet", test_reads_hyparquet);
  g_test_add_func ("/io/parquet/columns", test_columns);
  g_test_add_func ("/io/parquet/refuses", test_refuses);
  g_test_add_func ("/io/parquet/lies", test_lies);
  g_test_add_func ("/io/parquet/every-byte", test_every_byte);
  g_test_add_func ("/io/parquet/cancel", test_cancel);
  g_test_add_func ("/io/parquet/round-trip", test_round_trip);
  g_test_add_func ("/io/parquet/dictionary-pays", test_dictionary_pays);
  g_test_add_func ("/io/parquet/write-refuses", test_write_refuses);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
