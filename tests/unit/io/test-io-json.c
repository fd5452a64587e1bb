/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* JSON in all the shapes tables come in, and where its errors are. */

#include "io-fixture.h"

typedef struct
{
  const char *name;
  const char *text;
  const char *options;
  const char *expected;
  const char *format;
} Reading;

static const Reading readings[] = {
  { "records", "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]", NULL, "a:int64 b:string\n1|x\n2|y\n", "json" },
  { "columns", "{\"a\":[1,2.5,null],\"b\":[\"x\",\"y\",\"x\"]}", NULL, "a:float64 b:string\n1|x\n2.5|y\n~|x\n", "json" },
  { "lines", "{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}\n", NULL, "a:int64\n1\n2\n3\n", "jsonl" },
  { "rows", "[[1,\"x\"],[2,\"y\"]]", NULL, "column_1:int64 column_2:string\n1|x\n2|y\n", "json" },
  { "row-lines", "[1,2]\n[3,4]\n", NULL, "column_1:int64 column_2:int64\n1|2\n3|4\n", "jsonl" },
  { "values", "[1,2,3]", NULL, "value:int64\n1\n2\n3\n", "json" },
  { "inside", "{\"version\":3,\"meta\":{\"k\":[1]},\"data\":[{\"a\":1},{\"a\":2}]}", NULL, "a:int64\n1\n2\n", "json" },
  { "nested", "[{\"p\":{\"x\":1,\"q\":{\"y\":2}},\"z\":3},{\"p\":{\"x\":4},\"z\":5}]", NULL, "p.x:int64 p.q.y:int64 z:int64\n1|2|3\n4|~|5\n", "json" },
  { "absent-keys", "[{\"a\":1},{\"b\":2},{\"a\":3,\"b\":4}]", NULL, "a:int64 b:int64\n1|~\n~|2\n3|4\n", "json" },
  { "order-changes", "[{\"a\":1,\"b\":2},{\"b\":4,\"a\":3}]", NULL, "a:int64 b:int64\n1|2\n3|4\n", "json" },
  { "double-key", "[{\"a\":1,\"a\":2},{\"a\":3}]", NULL, "a:int64\n2\n3\n", "json" },
  { "lists", "[{\"v\":[1,2.5,null]},{\"v\":[]},{\"v\":null}]", NULL, "v:list\n[1, 2.5, nan]\n[]\n~\n", "json" },
  { "other-lists", "[{\"v\":[\"a\\\"\",[1,true],{\"k\":null}]},{\"v\":[]}]", NULL, "v:string\n[\"a\\\"\",[1,true],{\"k\":null}]\n[]\n", "json" },
  { "mixed", "[{\"v\":1},{\"v\":\"x\"},{\"v\":true}]", NULL, "v:string\n1\nx\ntrue\n", "json" },
  { "bools", "[{\"v\":true},{\"v\":false},{\"v\":null}]", NULL, "v:bool\ntrue\nfalse\n~\n", "json" },
  { "times", "[{\"t\":\"2024-02-29T10:00:00Z\"},{\"t\":null}]", NULL, "t:timestamp\n2024-02-29T10:00:00\n~\n", "json" },
  { "category", "[{\"c\":\"x\"},{\"c\":\"y\"},{\"c\":\"x\"},{\"c\":\"y\"}]", NULL, "c:category\nx\ny\nx\ny\n", "json" },
  { "int64-exact", "[{\"n\":9223372036854775807},{\"n\":-9223372036854775808}]", NULL, "n:int64\n9223372036854775807\n-9223372036854775808\n", "json" },
  { "large-becomes-float", "[{\"n\":92233720368547758080},{\"n\":1}]", NULL, "n:float64\n9.223372036854776e+19\n1\n", "json" },
  { "escapes", "[{\"t\":\"\\u00e9\\n\\ud83d\\ude00\"}]", NULL, "t:string\n\xc3\xa9\n\xf0\x9f\x98\x80\n", "json" },
  { "half-surrogate", "[{\"t\\ud800\":\"x\\ude00y\"}]", NULL, NULL, "json" },
  { "types-given", "[{\"n\":1,\"z\":\"01\"}]", "{'types': <{'n': 'float64', 'z': 'int64'}>}", "n:float64 z:int64\n1|1\n", "json" },
  { "pretty", "[\n  {\n    \"a\": 1\n  }\n]\n", NULL, "a:int64\n1\n", "json" },
  { "one-record-object", "{\"a\":[1],\"b\":[2]}\n", NULL, "a:int64 b:int64\n1|2\n", "json" },
};

static void
test_reads (gconstpointer data)
{
  const Reading   *reading = data;
  g_autofree char *path = fixture_write ("reads.json", reading->text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) used = NULL;
  const SxFormat *format = sx_format_sniff (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (format->id, ==, reading->format);
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options (reading->options), &used, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *dump = fixture_dump (frame);
  g_assert_true (g_utf8_validate (dump, -1, NULL));
  if (reading->expected != NULL)
    g_assert_cmpstr (dump, ==, reading->expected);
  g_autoptr (SxFrame) again = sx_read_file (path, used, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_frame_equal (frame, again));
}

typedef struct
{
  const char *name;
  const char *text;
  const char *options;
  int         code;
  const char *message;
} Refusal;

static const Refusal refusals[] = {
  { "bad-token", "[{\"a\":1},\n {\"a\":x}]", NULL, SX_PIPELINE_ERROR_PARSE, "line 2, column 7: lexical error" },
  { "cut", "[{\"a\":1},\n {\"a\":", NULL, SX_PIPELINE_ERROR_PARSE, "ends in the middle of a value" },
  { "trailing-comma", "[{\"a\":1},]", NULL, SX_PIPELINE_ERROR_PARSE, "line 1, column 10: parse error" },
  { "lengths", "{\"a\":[1,2],\"b\":[1]}", NULL, SX_PIPELINE_ERROR_PARSE, "column “b” has 1 values, but others have 2" },
  { "no-columns", "[]", NULL, SX_PIPELINE_ERROR_PARSE, "has no columns" },
  { "object-in-column", "{\"a\":[1,{}]}", NULL, SX_PIPELINE_ERROR_PARSE, "an object stands in a column" },
  { "misfit", "[{\"a\":1},{\"a\":\"x\"}]", "{'types': <{'a': 'int64'}>}", SX_PIPELINE_ERROR_TYPE, "Column “a”, row 2: “x” is not of the type int64" },
  { "unknown-column", "[{\"a\":1}]", "{'types': <{'b': 'int64'}>}", SX_PIPELINE_ERROR_SCHEMA, "a column “b”" },
  { "two-values", "[1] [2]", NULL, SX_PIPELINE_ERROR_PARSE, "line 1" },
};

static void
test_refuses (gconstpointer data)
{
  const Refusal   *refusal = data;
  g_autofree char *path = fixture_write ("refuses.json", refusal->text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxReader) reader = sx_reader_open (path, sx_format_find ("json"), fixture_options (refusal->options), NULL, &error);
  g_autoptr (SxFrame) frame = reader ? sx_reader_read_all (reader, NULL, &error) : NULL;

  g_assert_error (error, SX_PIPELINE_ERROR, refusal->code);
  g_assert_null (frame);
  if (strstr (error->message, refusal->message) == NULL)
    g_error ("no “%s” in: %s", refusal->message, error->message);
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "{\"a\":");
  g_autofree char *path = fixture_write ("deep.json", text->str, -1);
  g_assert_null (sx_reader_open (path, sx_format_find ("json"), NULL, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
  g_assert_nonnull (strstr (error->message, "nested more than 64 deep"));
  g_clear_error (&error);

  g_string_assign (text, "[{\"a\":");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, '[');
  g_autofree char *lists = fixture_write ("lists.json", text->str, -1);
  g_assert_null (sx_reader_open (lists, sx_format_find ("json"), NULL, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
}

static const char varied[] =
  "[{\"n\":1,\"x\":2.5,\"w\":2.0,\"b\":true,\"t\":\"2024-01-02T03:04:05.5\",\"s\":\"a \\\"q\\\"\\n\\u0001 b\\\\\",\"v\":[1,2.5],\"c\":\"k\"},"
  "{\"n\":null,\"x\":null,\"w\":1.0,\"b\":null,\"t\":null,\"s\":null,\"v\":null,\"c\":\"k\"},"
  "{\"n\":-9223372036854775808,\"x\":1e999,\"w\":-3.0,\"b\":false,\"t\":\"1969-01-01\",\"s\":\"\",\"v\":[],\"c\":\"l\"},"
  "{\"n\":3,\"x\":0.1,\"w\":1e22,\"b\":false,\"t\":\"1969-01-01\",\"s\":\"null\",\"v\":[null],\"c\":\"l\"}]";

static void
test_round_trip (gconstpointer data)
{
  const char      *id = data;
  g_autofree char *path = fixture_write ("varied.json", varied, -1);
  g_autofree char *name = g_strconcat ("copy.", id, NULL);
  g_autofree char *copy = fixture_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (sx_format_find (id)->write (frame, copy, NULL, NULL, &error));
  g_assert_no_error (error);
  g_autoptr (SxFrame) again = sx_read_file (copy, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *before = fixture_dump (frame);
  g_autofree char *after = fixture_dump (again);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpstr (strtok (before, "\n"), ==, "n:int64 x:float64 w:float64 b:bool t:timestamp s:string v:list c:category");
  g_assert_true (sx_frame_equal (frame, again));
}

/* More rows than a batch holds, in blocks that cut values anywhere. */
static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const guint n_rows = 150000;

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text, "{\"i\":%u,\"s\":\"row %u\",\"f\":%u.5}\n", i, i, i);
  g_autofree char *path = fixture_write ("many.jsonl", text->str, -1);
  g_autoptr (SxReader) reader = sx_reader_open (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SxBatch) first = sx_reader_next (reader, NULL, &error);
  g_assert_cmpuint (sx_batch_get_n_rows (first), ==, SX_BATCH_MAX_ROWS);
  g_autoptr (SxFrame) frame = sx_reader_read_all (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, n_rows);
  for (guint i = 0; i < n_rows; i += 37)
    {
      gsize    row, size;
      SxBatch *batch = sx_frame_locate (frame, i, &row);
      char     expected[32];
      g_assert_cmpint (sx_column_get_int64 (sx_batch_get_column (batch, 0), row), ==, i);
      const char *cell = sx_column_get_text (sx_batch_get_column (batch, 1), row, &size);
      g_snprintf (expected, sizeof expected, "row %u", i);
      g_assert_cmpmem (cell, size, expected, strlen (expected));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      g_autofree char *name = g_strconcat ("/io/json/read/", readings[i].name, NULL);
      g_test_add_data_func (name, &readings[i], test_reads);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *name = g_strconcat ("/io/json/refuse/", refusals[i].name, NULL);
      g_test_add_data_func (name, &refusals[i], test_refuses);
    }
  g_test_add_func ("/io/json/deep", test_deep);
  g_test_add_func ("/io/json/many", test_many);
  g_test_add_data_func ("/io/json/round-trip/json", "json", test_round_trip);
  g_test_add_data_func ("/io/json/round-trip/jsonl", "jsonl", test_round_trip);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
