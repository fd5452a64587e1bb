/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Delimited text: what is guessed, what is kept, what is refused and in which words. */

#include "io-fixture.h"

typedef struct
{
  const char *name;
  const char *text;
  gssize      size;     /* -1: zero-terminated */
  const char *options;  /* GVariant text, or NULL */
  const char *expected; /* dump */
  const char *note;     /* a part of the notes, or NULL */
} Reading;

static const Reading readings[] = {
  { "plain", "a,b,c\n1,2.5,x y\n3,4,z\n", -1, NULL, "a:int64 b:float64 c:string\n1|2.5|x y\n3|4|z\n", NULL },
  { "crlf", "a,b\r\n1,2\r\n3,4\r\n", -1, NULL, "a:int64 b:int64\n1|2\n3|4\n", NULL },
  { "cr-only", "a,b\r1,2\r3,4\r", -1, NULL, "a:int64 b:int64\n1|2\n3|4\n", NULL },
  { "no-last-newline", "a,b\n1,2\n3,4", -1, NULL, "a:int64 b:int64\n1|2\n3|4\n", NULL },
  { "semicolon-comma", "a;b\n1,5;2\n3,25;4\n-1.234,5;6\n", -1, NULL, "a:float64 b:int64\n1.5|2\n3.25|4\n-1234.5|6\n", NULL },
  { "tab", "a\tb\n1\tx, y\n2\tz, w\n", -1, NULL, "a:int64 b:string\n1|x, y\n2|z, w\n", NULL },
  { "pipe", "a|b\n1|x\n2|y\n", -1, NULL, "a:int64 b:string\n1|x\n2|y\n", NULL },
  { "quoted-newline", "a,b\n1,\"x\ny\"\n2,\"say \"\"hi\"\"\"\n", -1, NULL, "a:int64 b:string\n1|x\ny\n2|say \"hi\"\n", NULL },
  { "spaces-trimmed", "a, b, c\n1, 2,  x \n3, 4, \" y \"\n", -1, NULL, "a:int64 b:int64 c:string\n1|2|x\n3|4| y \n", NULL },
  { "blank-lines", "a,b\n\n1,2\n\n\n3,4\n\n\n", -1, NULL, "a:int64 b:int64\n1|2\n3|4\n", NULL },
  { "missing-words", "a,b,c\n1,x,true\nNA,?,false\n3,N/A,NaN\n,x,null\n", -1, NULL, "a:int64 b:category c:bool\n1|x|true\n~|~|false\n3|~|~\n~|x|~\n", "Cells that say “?” were read as missing" },
  { "na-in-text-kept", "c,n\nNA,1\nSE,2\nNO,3\n", -1, NULL, "c:string n:int64\nNA|1\nSE|2\nNO|3\n", "1 cells say “NA” and were kept as text" },
  { "quoted-na-kept", "c,n\n\"?\",1\n?,2\n\"\",3\nx,4\n", -1, NULL, "c:string n:int64\n?|1\n~|2\n|3\nx|4\n", NULL },
  { "missing-given", "c,n\nNA,1\nSE,-1\nNO,3\n", -1, "{'missing': <['NA', '-1']>}", "c:string n:int64\n~|1\nSE|~\nNO|3\n", NULL },
  { "no-header", "1,x\n2,y\n", -1, NULL, "column_1:int64 column_2:string\n1|x\n2|y\n", "no header line" },
  { "no-header-named", "1,x\n2,y\n", -1, "{'columns': <['n', 't']>}", "n:int64 t:string\n1|x\n2|y\n", NULL },
  { "header-of-words", "name,city\nAnn,Bonn\nBob,Rome\n", -1, NULL, "name:string city:string\nAnn|Bonn\nBob|Rome\n", NULL },
  { "header-forced-off", "a,b\nc,d\n", -1, "{'header': <false>}", "column_1:string column_2:string\na|b\nc|d\n", NULL },
  { "double-names", "a,a,\n1,2,3\n4,5,6\n", -1, NULL, "a:int64 a_2:int64 column_3:int64\n1|2|3\n4|5|6\n", "stands twice" },
  { "row-names", "a,b\nr1,1,2\nr2,3,4\nr3,5,6\n", -1, NULL, "column_1:string a:int64 b:int64\nr1|1|2\nr2|3|4\nr3|5|6\n", NULL },
  { "preamble", "|1x3 Cross validator\n25, Private, 7\n26, Public, 8\n27, Private, 9\n", -1, NULL, "column_1:int64 column_2:string column_3:int64\n25|Private|7\n26|Public|8\n27|Private|9\n", "1 - The line was passed over" },
  { "comments", "# made by a meter\n# in 2020\nt,v\n1,2\n3,4\n", -1, NULL, "t:int64 v:int64\n1|2\n3|4\n", "2 - The line was passed over" },
  { "leading-zeros", "zip,n\n01234,1\n99999,2\n", -1, NULL, "zip:string n:int64\n01234|1\n99999|2\n", NULL },
  { "large-whole", "id,n\n12345678901234567890123,1\n2,2\n", -1, NULL, "id:string n:int64\n12345678901234567890123|1\n2|2\n", NULL },
  { "int64-exact", "n,m\n9223372036854775807,1\n-9223372036854775808,2\n", -1, NULL, "n:int64 m:int64\n9223372036854775807|1\n-9223372036854775808|2\n", NULL },
  { "times", "t,n\n2024-02-29,1\n2024-03-01T12:30:00,2\n", -1, NULL, "t:timestamp n:int64\n2024-02-29|1\n2024-03-01T12:30:00|2\n", NULL },
  { "category", "c\nx\ny\nx\ny\nx\ny\n", -1, "{'header': <true>}", "c:category\nx\ny\nx\ny\nx\ny\n", NULL },
  { "yes-no-stay-words", "n,c\n1,yes\n2,no\n3,yes\n4,no\n", -1, NULL, "n:int64 c:category\n1|yes\n2|no\n3|yes\n4|no\n", NULL },
  { "types-given", "a,b,c\n1,2,1\n3,x,0\n", -1, "{'types': <{'a': 'float64', 'b': 'category', 'c': 'bool'}>}", "a:float64 b:category c:bool\n1|2|true\n3|x|false\n", NULL },
  { "skip-ragged", "a,b\n1,2\n3\n4,5,6\n7,8\n9,9\n1,1\n2,2\n", -1, "{'on-error': <'skip'>}", "a:int64 b:int64\n1|2\n7|8\n9|9\n1|1\n2|2\n", "3 - The row was skipped: it has 1 cells instead of 2" },
  { "missing-ragged", "a,b\n1,2\n3\n4,5,6\n7,8\n9,9\n1,1\n2,2\n", -1, "{'on-error': <'missing'>}", "a:int64 b:int64\n1|2\n3|~\n4|5\n7|8\n9|9\n1|1\n2|2\n", "4 - The row has 3 cells instead of 2; those beyond were left out" },
  { "skip-misfit", "a,b\n1,2\nx,3\n4,5\n", -1, "{'on-error': <'skip'>, 'types': <{'a': 'int64'}>}", "a:int64 b:int64\n1|2\n4|5\n", "3 a The row was skipped: “x”" },
  { "missing-misfit", "a,b\n1,2\nx,3\n4,5\n", -1, "{'on-error': <'missing'>, 'types': <{'a': 'int64'}>}", "a:int64 b:int64\n1|2\n~|3\n4|5\n", "3 a “x” is not of the type int64" },
  { "utf8-mark", "\xef\xbb\xbf"
                 "a,b\n1,\xc3\xa9\n",
    -1, NULL, "a:int64 b:string\n1|\xc3\xa9\n", NULL },
  { "latin-1", "a,b\n1,caf\xe9\n2,na\xefve\n", -1, NULL, "a:int64 b:string\n1|caf\xc3\xa9\n2|na\xc3\xafve\n", NULL },
  { "windows-1252", "a,b\n1,5 \x80\n2,x\n", -1, NULL, "a:int64 b:string\n1|5 \xe2\x82\xac\n2|x\n", NULL },
  { "utf-16le-mark", "\xff\xfe"
                     "a\0,\0b\0\n\0"
                     "1\0,\0\xe9\0\n\0",
    18, NULL, "a:int64 b:string\n1|\xc3\xa9\n", NULL },
  { "utf-16be-mark", "\xfe\xff\0a\0,\0b\0\n\0"
                     "1\0,\0\xe9\0\n",
    18, NULL, "a:int64 b:string\n1|\xc3\xa9\n", NULL },
  { "utf-16le-bare", "a\0,\0b\0\n\0"
                     "1\0,\0x\0\n\0",
    16, NULL, "a:int64 b:string\n1|x\n", NULL },
  { "encoding-given", "a,b\n1,\xe4\xf6\n", -1, "{'encoding': <'KOI8-R'>}", "a:int64 b:string\n1|\xd0\x94\xd0\x96\n", NULL },
  { "lone-quotes-tab", "ham\tI said \"no\nspam\t\"free prize\nham\tok \"yes\" then\nham\tfine\n", -1, NULL, "column_1:category column_2:string\nham|I said \"no\nspam|\"free prize\nham|ok \"yes\" then\nham|fine\n", NULL },
  { "single-column", "word\nalpha\nbeta\ngamma\n", -1, NULL, "word:string\nalpha\nbeta\ngamma\n", NULL },
  { "sentences", "the rock is good , and new .\na fine film\nbad , dull , and long , too\nno\n", -1, "{'header': <false>, 'delimiter': <'tab'>}", "column_1:string\nthe rock is good , and new .\na fine film\nbad , dull , and long , too\nno\n", NULL },
  { "all-missing", "a,b\n1,\n2,\n", -1, NULL, "a:int64 b:float64\n1|~\n2|~\n", NULL },
  { "header-only", "a,b,c\n", -1, NULL, "a:float64 b:float64 c:float64\n", NULL },
  { "skip-given", "x\n\ny\na,b\n1,2\n", -1, "{'skip': <int64 3>}", "a:int64 b:int64\n1|2\n", NULL },
  { "skip-cr", "about this\ra,b\r1,2\r3,4\r", -1, NULL, "a:int64 b:int64\n1|2\n3|4\n", "1 - The line was passed over" },
  { "short-first-row", "about this\nham\t\tok\nham\tx\tno\n", -1, NULL, "column_1:category column_2:string column_3:string\nham|~|ok\nham|x|no\n", "1 - The line was passed over" },
  { "broken-utf8", "\xef\xbb\xbf"
                   "a,b\n1,x\xff\n",
    -1, NULL, "a:int64 b:string\n1|x\xef\xbf\xbd\n", "1 bytes are no characters in UTF-8" },
  { "header-inf", "inf,Infinity,n\n1,x,2\n", -1, NULL, "inf:int64 Infinity:string n:int64\n1|x|2\n", NULL },
  { "months", "Month,n\n1949-01,1\n1949-02,2\n1949-12,3\n", -1, NULL, "Month:timestamp n:int64\n1949-01-01|1\n1949-02-01|2\n1949-12-01|3\n", NULL },
  { "no-months", "Part,n\n1949-01,1\n1949-13,2\n", -1, NULL, "Part:string n:int64\n1949-01|1\n1949-13|2\n", NULL },
  { "sentences-guessed", "the rock is good , and new , and this and that , and well .\na fine film\nbad , dull , and long , too\nno , no\na , b , c , d , e\nwell\nit is , as they say , good\n", -1, NULL,
    "column_1:string\nthe rock is good , and new , and this and that , and well .\na fine film\nbad , dull , and long , too\nno , no\na , b , c , d , e\nwell\nit is , as they say , good\n", NULL },
  { "blank-runs", "  0.00632  18.00   2.310  0\n  0.02731   0.00   7.070  0\n 12.02729   0.00  17.070  1  \n", -1, NULL,
    "column_1:float64 column_2:float64 column_3:float64 column_4:int64\n0.00632|18|2.31|0\n0.02731|0|7.07|0\n12.02729|0|17.07|1\n", NULL },
  { "blank-runs-quoted", "18.0   8   130.0\t\"chevrolet  chevelle\"\n15.0   8   ?\t\"buick \"\"s\"\" 320\"\n9   4   1.5\t\"x\"\n", -1, NULL,
    "column_1:float64 column_2:int64 column_3:float64 column_4:string\n18|8|130|chevrolet  chevelle\n15|8|~|buick \"s\" 320\n9|4|1.5|x\n", NULL },
  { "blank-runs-given", "a  b\n1 2\n3    4\n", -1, "{'delimiter': <'blanks'>}", "a:int64 b:int64\n1|2\n3|4\n", NULL },
  { "single-blanks", "a b c\n1  3\n4 5 6\n", -1, "{'delimiter': <' '>}", "a:int64 b:int64 c:int64\n1|~|3\n4|5|6\n", NULL },
  { "day-first", "t,n\n01/02/2024,1\n31/12/2023 8:05,2\n,3\n", -1, NULL, "t:timestamp n:int64\n2024-02-01|1\n2023-12-31T08:05:00|2\n~|3\n", NULL },
  { "month-first", "t,n\n01/02/2024,1\n12/31/2023 23:05:59,2\n", -1, NULL, "t:timestamp n:int64\n2024-01-02|1\n2023-12-31T23:05:59|2\n", NULL },
  { "dots", "t;n\n1.2.2024;1\n31.12.2023;2\n", -1, NULL, "t:timestamp n:int64\n2024-02-01|1\n2023-12-31|2\n", NULL },
  { "dots-and-commas", "t;x\n1.2.2024;3,5\n31.12.2023;4,25\n", -1, NULL, "t:timestamp x:float64\n2024-02-01|3.5\n2023-12-31|4.25\n", NULL },
  { "either-first", "t,n\n01/02/2024,1\n03/04/2023,2\n", -1, NULL, "t:string n:int64\n01/02/2024|1\n03/04/2023|2\n", "day before month or month before day" },
  { "neither-first", "t,n\n13/13/2024,1\n03/04/2023,2\n", -1, NULL, "t:string n:int64\n13/13/2024|1\n03/04/2023|2\n", NULL },
  { "infinity", "a,b\ninf,1\n-inf,2\n1e300,3\n", -1, NULL, "a:float64 b:int64\ninf|1\n-inf|2\n1e+300|3\n", NULL },
};

static void
test_reads (gconstpointer data)
{
  const Reading   *reading = data;
  g_autofree char *path = fixture_write ("reads.csv", reading->text, reading->size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autoptr (GVariant) used = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options (reading->options), &used, &notes, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *dump = fixture_dump (frame);
  g_assert_cmpstr (dump, ==, reading->expected);
  if (reading->note != NULL)
    {
      g_autofree char *text = fixture_join_notes (notes);
      if (strstr (text, reading->note) == NULL)
        g_error ("no “%s” in: %s", reading->note, text);
    }
  /* What was guessed, given again, reads the same. */
  g_autoptr (SxFrame) again = sx_read_file (path, used, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_frame_equal (frame, again));
}

typedef struct
{
  const char *name;
  const char *text;
  gssize      size;
  const char *options;
  int         code;
  const char *message; /* a part */
} Refusal;

static const Refusal refusals[] = {
  { "ragged", "a,b\n1,2\n3,4\n5\n6,7\n", -1, NULL, SX_PIPELINE_ERROR_PARSE, "line 4: the row has 1 cells instead of 2" },
  { "unclosed-quote", "a,b\n1,2\n3,\"x\n4,5\n", -1, "{'quote': <'\"'>}", SX_PIPELINE_ERROR_PARSE, "line 3: a quote that opens in this row is never closed" },
  { "unknown-option", "a,b\n1,2\n", -1, "{'delimeter': <';'>}", SX_PIPELINE_ERROR_PARAM, "has no option “delimeter”" },
  { "wrong-kind", "a,b\n1,2\n", -1, "{'header': <'yes'>}", SX_PIPELINE_ERROR_PARAM, "wrong kind" },
  { "long-delimiter", "a,b\n1,2\n", -1, "{'delimiter': <'||'>}", SX_PIPELINE_ERROR_PARAM, "single ASCII character" },
  { "unknown-type", "a,b\n1,2\n", -1, "{'types': <{'a': 'number'}>}", SX_PIPELINE_ERROR_PARAM, "Types are int64" },
  { "unknown-column", "a,b\n1,2\n", -1, "{'types': <{'x': 'int64'}>}", SX_PIPELINE_ERROR_SCHEMA, "a column “x”" },
  { "column-count", "a,b\n1,2\n", -1, "{'columns': <['x']>}", SX_PIPELINE_ERROR_PARAM, "has 2 columns, but “columns” names 1" },
  { "misfit", "a,b\n1,2\nx,4\n", -1, "{'types': <{'a': 'int64'}>}", SX_PIPELINE_ERROR_TYPE, "Column “a”, line 3: “x” is not of the type int64" },
  { "no-utf8", "a,b\n1,\xe9\n", -1, "{'encoding': <'UTF-8'>}", SX_PIPELINE_ERROR_PARSE, "comes a byte that is no character" },
  { "no-encoding", "a,b\n1,2\n", -1, "{'encoding': <'KLINGON'>}", SX_PIPELINE_ERROR_PARAM, "no encoding this system knows" },
  { "blank-only", "\n\n\n", -1, NULL, SX_PIPELINE_ERROR_PARSE, "only blank lines" },
  { "zero-byte", "a,b\n1,2\n3,\0004\n", 12, "{'delimiter': <','>}", SX_PIPELINE_ERROR_SOURCE, "binary data" },
};

static void
test_refuses (gconstpointer data)
{
  const Refusal   *refusal = data;
  g_autofree char *path = fixture_write ("refuses.csv", refusal->text, refusal->size);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options (refusal->options), NULL, NULL, NULL, &error);

  g_assert_error (error, SX_PIPELINE_ERROR, refusal->code);
  g_assert_null (frame);
  if (strstr (error->message, refusal->message) == NULL)
    g_error ("no “%s” in: %s", refusal->message, error->message);
}

/* A column that is whole numbers for two batches and then is not. */
static void
test_widens_late (void)
{
  g_autoptr (GString) text = g_string_new ("n,f,c,t\n");
  const guint n_rows = 200000;
  g_autoptr (GError) error = NULL;
  guint    n_batches = 0, generation = 0;
  guint64  n_read = 0;
  SxBatch *batch;

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text, "%u,%s,%s%u,%s\n", i, i == 150000 ? "2.5" : "1", i < 100000 ? "k" : "q", i < 100000 ? i % 10 : i, i == 190000 ? "n.v.t." : "7");
  g_autofree char *path = fixture_write ("late.csv", text->str, -1);
  g_autoptr (SxReader) reader = sx_reader_open (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sx_schema_get_field (sx_reader_get_schema (reader), 1)->type, ==, SX_TYPE_INT64);
  while ((batch = sx_reader_next (reader, NULL, &error)) != NULL)
    {
      if (sx_reader_get_generation (reader) != generation)
        n_read = 0;
      generation = sx_reader_get_generation (reader);
      g_assert_true (sx_schema_equal (sx_batch_get_schema (batch), sx_reader_get_schema (reader)));
      n_read += sx_batch_get_n_rows (batch);
      n_batches++;
      sx_batch_unref (batch);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (generation, >=, 1);
  g_assert_cmpuint (n_read, ==, n_rows);
  g_assert_cmpfloat (sx_reader_get_progress (reader), ==, 1);

  g_autoptr (SxFrame) frame = sx_reader_read_all (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, n_rows);
  SxSchema *schema = sx_frame_get_schema (frame);
  g_assert_cmpint (sx_schema_get_field (schema, 0)->type, ==, SX_TYPE_INT64);
  g_assert_cmpint (sx_schema_get_field (schema, 1)->type, ==, SX_TYPE_FLOAT64);
  g_assert_cmpint (sx_schema_get_field (schema, 2)->type, ==, SX_TYPE_STRING);
  g_assert_cmpint (sx_schema_get_field (schema, 3)->type, ==, SX_TYPE_CATEGORY);
  gsize    row;
  SxBatch *where = sx_frame_locate (frame, 150000, &row);
  g_assert_cmpfloat (sx_column_get_double (sx_batch_get_column (where, 1), row), ==, 2.5);
  g_autofree char *notes = fixture_join_notes (sx_reader_get_notes (reader));
  g_assert_nonnull (strstr (notes, "190002 t The column became category because of “n.v.t.”"));
  g_assert_nonnull (strstr (notes, "150002 f The column became float64 because of “2.5”"));
}

static void
test_shrinks (void)
{
  g_autoptr (GString) text = g_string_new ("n,m\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append_printf (text, "%u,%u\n", i, i);
  g_autofree char *path = fixture_write ("shrinks.csv", text->str, -1);
  g_autoptr (SxReader) reader = sx_reader_open (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (truncate (path, 100000));
  g_autoptr (SxFrame) frame = sx_reader_read_all (reader, NULL, &error);
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE);
  g_assert_nonnull (strstr (error->message, "became shorter while it was read"));
  g_assert_null (frame);
}

static void
test_cancels (void)
{
  g_autofree char *path = fixture_write ("cancels.csv", "a,b\n1,2\n", -1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (sx_read_file (path, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static SxFrame *
read_dataset (const char *name, const char *options, GPtrArray **notes)
{
  g_autofree char *path = fixture_dataset (name);
  g_autoptr (GError) error = NULL;
  SxFrame *frame;

  if (path == NULL)
    return NULL;
  frame = sx_read_file (path, fixture_options (options), NULL, notes, NULL, &error);
  g_assert_no_error (error);
  return frame;
}

static guint64
count_missing (SxFrame *frame, guint column)
{
  guint64 n = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    n += sx_batch_get_column (sx_frame_get_batch (frame, b), column)->n_missing;
  return n;
}

static void
test_adult (void)
{
  g_autoptr (SxFrame) frame = read_dataset ("tabular/adult.data", NULL, NULL);
  static const char *types = "int64 category int64 category int64 category category category category category int64 int64 int64 category category ";
  g_autoptr (GString) found = g_string_new (NULL);

  if (frame == NULL)
    return;
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, 32561);
  g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (frame)), ==, 15);
  for (guint i = 0; i < 15; i++)
    g_string_append_printf (found, "%s ", sx_type_get_nick (sx_schema_get_field (sx_frame_get_schema (frame), i)->type));
  g_assert_cmpstr (found->str, ==, types);
  g_assert_cmpuint (count_missing (frame, 1), ==, 1836);
  g_assert_cmpuint (count_missing (frame, 6), ==, 1843);
  g_assert_cmpuint (count_missing (frame, 13), ==, 583);
  g_assert_cmpuint (count_missing (frame, 0), ==, 0);
  g_autofree char *last = sx_column_dup_cell (sx_batch_get_column (sx_frame_get_batch (frame, 0), 14), 0);
  g_assert_cmpstr (last, ==, "<=50K");
}

static void
test_datasets (void)
{
  static const struct
  {
    const char *name;
    guint       n_rows, n_columns;
    const char *options;
  } sets[] = {
    { "tabular/adult.test", 16281, 15, NULL },
    { "tabular/titanic.csv", 891, 15, NULL },
    { "tabular/penguins.csv", 344, 7, NULL },
    { "tabular/iris.csv", 150, 5, NULL },
    { "tabular/phoneme.csv", 5404, 6, NULL },
    { "tabular/telco-churn.csv", 7043, 21, NULL },
    { "tabular/wdbc.data", 569, 32, NULL },
    { "tabular/covtype-20k.csv.gz", 20000, 55, NULL },
    { "tabular/winequality-red.csv", 1599, 12, NULL },
    { "tabular/california-housing.csv", 20640, 10, NULL },
    { "tabular/diamonds.csv.gz", 53940, 10, NULL },
    { "tabular/bike-hour.csv", 17379, 17, NULL },
    { "tabular/ames-housing.tsv", 2930, 82, NULL },
    { "timeseries/airline-passengers.csv", 144, 2, NULL },
    { "timeseries/ETTh1.csv", 17420, 8, NULL },
    { "text/sms-spam.tsv", 5574, 2, NULL },
    { "text/fine-foods-train.csv", 4000, 4, NULL },
    { "text/rt-polarity.pos", 5331, 1, NULL },
    { "text/rt-polarity.neg", 5331, 1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autoptr (SxFrame) frame = read_dataset (sets[i].name, sets[i].options, NULL);
      if (frame == NULL)
        return;
      g_test_message ("%s", sets[i].name);
      g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, sets[i].n_rows);
      g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (frame)), ==, sets[i].n_columns);
    }
}

/* The file as UCI gives it opens with a line that is not of the table. */
static void
test_adult_test_note (void)
{
  g_autofree char *path = fixture_dataset ("tabular/adult.test");
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_autofree char *whole = g_strconcat ("|1x3 Cross validator\n", text, "\n\n", NULL);
  g_autofree char *copy = fixture_write ("adult.test", whole, -1);
  g_autoptr (SxFrame) frame = sx_read_file (copy, NULL, NULL, &notes, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, 16281);
  g_autofree char *joined = fixture_join_notes (notes);
  g_assert_nonnull (strstr (joined, "1 - The line was passed over"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      g_autofree char *name = g_strconcat ("/io/csv/read/", readings[i].name, NULL);
      g_test_add_data_func (name, &readings[i], test_reads);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *name = g_strconcat ("/io/csv/refuse/", refusals[i].name, NULL);
      g_test_add_data_func (name, &refusals[i], test_refuses);
    }
  g_test_add_func ("/io/csv/widens-late", test_widens_late);
  g_test_add_func ("/io/csv/shrinks", test_shrinks);
  g_test_add_func ("/io/csv/cancels", test_cancels);
  g_test_add_func ("/io/csv/datasets/adult", test_adult);
  g_test_add_func ("/io/csv/datasets/adult-test-note", test_adult_test_note);
  g_test_add_func ("/io/csv/datasets/sizes", test_datasets);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
