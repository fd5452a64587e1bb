/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The Arrow C Data Interface. What comes in is built here by hand, buffer by buffer, as its specification says; what goes out is read here
 * cell by cell from the buffers alone. Releases are counted. */

#include <sx-pipeline.h>

#include <string.h>

/* ---- a producer ---- */

typedef struct
{
  const char *format, *name;
  gint64      length, null_count, offset;
  const void *buffers[4];
  guint       n_buffers;
  const void *children; /* of Made */
  guint       n_children;
  const void *dictionary; /* (nullable): a Made */
} Made;

static guint n_held; /* arrays and schemas given out and not released yet */

static void
release_made_schema (struct ArrowSchema *schema)
{
  for (gint64 i = 0; i < schema->n_children; i++)
    {
      if (schema->children[i]->release != NULL)
        schema->children[i]->release (schema->children[i]);
      g_free (schema->children[i]);
    }
  if (schema->dictionary != NULL)
    {
      schema->dictionary->release (schema->dictionary);
      g_free (schema->dictionary);
    }
  g_free (schema->children);
  schema->release = NULL;
  n_held--;
}

static void
release_made_array (struct ArrowArray *array)
{
  for (gint64 i = 0; i < array->n_children; i++)
    {
      if (array->children[i]->release != NULL)
        array->children[i]->release (array->children[i]);
      g_free (array->children[i]);
    }
  if (array->dictionary != NULL)
    {
      array->dictionary->release (array->dictionary);
      g_free (array->dictionary);
    }
  g_free (array->children);
  g_free (array->buffers);
  array->release = NULL;
  n_held--;
}

static void
make_schema (const Made *made, struct ArrowSchema *schema)
{
  const Made *children = made->children;

  *schema = (struct ArrowSchema){ .format = made->format, .name = made->name, .flags = ARROW_FLAG_NULLABLE, .n_children = made->n_children, .release = release_made_schema };
  schema->children = g_new0 (struct ArrowSchema *, MAX (made->n_children, 1));
  for (guint i = 0; i < made->n_children; i++)
    make_schema (&children[i], schema->children[i] = g_new0 (struct ArrowSchema, 1));
  if (made->dictionary != NULL)
    make_schema (made->dictionary, schema->dictionary = g_new0 (struct ArrowSchema, 1));
  n_held++;
}

static void
make_array (const Made *made, struct ArrowArray *array)
{
  const Made *children = made->children;

  *array = (struct ArrowArray){ .length = made->length, .null_count = made->null_count, .offset = made->offset, .n_buffers = made->n_buffers, .n_children = made->n_children, .release = release_made_array };
  array->buffers = g_memdup2 (made->buffers, sizeof made->buffers);
  array->children = g_new0 (struct ArrowArray *, MAX (made->n_children, 1));
  for (guint i = 0; i < made->n_children; i++)
    make_array (&children[i], array->children[i] = g_new0 (struct ArrowArray, 1));
  if (made->dictionary != NULL)
    make_array (made->dictionary, array->dictionary = g_new0 (struct ArrowArray, 1));
  n_held++;
}

static SxFrame *
import_columns (const Made *columns, guint n_columns, GStrv *notes, GError **error)
{
  const void *none[4] = { NULL };
  Made        root = { "+s", "", columns[0].length, 0, 0, { none[0] }, 1, columns, n_columns, NULL };

  struct ArrowSchema schema;
  struct ArrowArray  array;

  make_schema (&root, &schema);
  make_array (&root, &array);
  return sx_frame_import_arrow_array (&schema, &array, notes, error);
}

/* “type: cell|cell|…”, ~ for missing ones. */
static char *
dump_column (SxFrame *frame, guint i)
{
  g_autoptr (SxColumn) column = sx_frame_concat_column (frame, i);
  GString *text = g_string_new (sx_type_get_nick (column->type));

  g_string_append (text, ": ");
  for (gsize row = 0; row < column->n_rows; row++)
    {
      g_autofree char *cell = sx_column_dup_cell (column, row);
      g_string_append_printf (text, "%s%s", row > 0 ? "|" : "", sx_column_is_missing (column, row) ? "~" : cell);
    }
  return g_string_free (text, FALSE);
}

/* ---- in ---- */

static const gint8   int8s[] = { -128, 127, 0, 5 };
static const guint8  uint8s[] = { 0, 255, 7, 5 };
static const gint16  int16s[] = { -32768, 32767, 0, 5 };
static const guint16 uint16s[] = { 0, 65535, 7, 5 };
static const gint32  int32s[] = { G_MININT32, G_MAXINT32, 0, 5 };
static const guint32 uint32s[] = { 0, G_MAXUINT32, 7, 5 };
static const gint64  int64s[] = { G_MININT64, G_MAXINT64, 0, 5 };
static const guint64 uint64s[] = { 0, G_MAXINT64, 7, 5 };
static const guint64 wide[] = { 0, G_MAXUINT64, 7, 5 };
static const guint16 halves[] = { 0x3c00, 0xfbff, 0x0001, 0x7c00 };
static const float   floats[] = { 1.5f, -3.25f, 0x1p-149f, 16777216 };
static const guint8  nan_floats[] = { 0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40 };
static const double  doubles[] = { 1e300, -0.1, 2.5e-10, 2 };
static const guint8  bits[] = { 0xb2, 0x01 }; /* 0 1 0 0 1 1 0 1 1 */
static const guint8  mask[] = { 0x0b };       /* 1 1 0 1 */
static const gint32  days[] = { 0, -1, 19782, 106751991 };
static const gint64  day_ms[] = { 0, -86400000, 86400000, 1 };
static const gint32  seconds[] = { 0, 86399, 3600, 1 };
static const gint64  times[] = { 0, -1, 1709211909000001, 5 };
static const gint32  offsets[] = { 0, 2, 2, 5, 9 };
static const gint64  large[] = { 0, 2, 2, 5, 9 };
static const char    text[] = "ab\xc3\xa9"
                              "c\xf0\x9f\x98\x80";
static const char    latin[] = "abc\xe9"
                               "fghij";
static const guint8  codes8[] = { 2, 0, 1, 2 };
static const gint64  codes64[] = { 0, 1, 2, 2 };
static const gint32  codes32[] = { 1, 1, 0, 2 };
static const gint32  word_offsets[] = { 0, 3, 6, 9 };
static const guint64 decimals[] = { 12345, 0, (guint64)-5, G_MAXUINT64, 0, 1, 1, 0 };
static const gint32  tens[] = { 10, 20, 30 };
static const gint32  item_offsets[] = { 0, 2, 2, 3, 5 };
static const gint16  items[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static const Made words = { "u", "", 3, 0, 0, { NULL, word_offsets, "redredbig" }, 3, NULL, 0, NULL };
static const Made numbers = { "i", "", 3, 0, 0, { NULL, tens }, 2, NULL, 0, NULL };
static const Made item = { "s", "item", 12, 0, 0, { NULL, items }, 2, NULL, 0, NULL };

#define FLAT(format, n_buffers, ...)                                      \
  {                                                                       \
    format, "x", 4, 0, 0, { NULL, __VA_ARGS__ }, n_buffers, NULL, 0, NULL \
  }

static const struct
{
  Made        made;
  const char *expected;
} columns_in[] = {
  { FLAT ("c", 2, int8s), "int64: -128|127|0|5" },
  { FLAT ("C", 2, uint8s), "int64: 0|255|7|5" },
  { FLAT ("s", 2, int16s), "int64: -32768|32767|0|5" },
  { FLAT ("S", 2, uint16s), "int64: 0|65535|7|5" },
  { FLAT ("i", 2, int32s), "int64: -2147483648|2147483647|0|5" },
  { FLAT ("I", 2, uint32s), "int64: 0|4294967295|7|5" },
  { FLAT ("l", 2, int64s), "int64: -9223372036854775808|9223372036854775807|0|5" },
  { FLAT ("L", 2, uint64s), "int64: 0|9223372036854775807|7|5" },
  { FLAT ("L", 2, wide), "float64: 0|1.8446744073709552e+19|7|5" },
  { FLAT ("e", 2, halves), "float64: 1|-65504|5.9604644775390625e-08|inf" },
  { FLAT ("f", 2, floats), "float64: 1.5|-3.25|1.401298464324817e-45|16777216" },
  { FLAT ("f", 2, nan_floats), "float64: ~|1|2|3" },
  { FLAT ("g", 2, doubles), "float64: 1e+300|-0.1|2.5e-10|2" },
  { FLAT ("b", 2, bits), "bool: false|true|false|false" },
  { { "b", "x", 4, 0, 3, { NULL, bits }, 2, NULL, 0, NULL }, "bool: false|true|true|false" },
  { { "l", "x", 4, 1, 0, { mask, int64s }, 2, NULL, 0, NULL }, "int64: -9223372036854775808|9223372036854775807|~|5" },
  { { "l", "x", 3, -1, 1, { mask, int64s }, 2, NULL, 0, NULL }, "int64: 9223372036854775807|~|5" },
  { { "b", "x", 3, -1, 1, { mask, bits }, 2, NULL, 0, NULL }, "bool: true|~|false" },
  { FLAT ("tdD", 2, days), "timestamp: 1970-01-01|1969-12-31|2024-02-29|294247-01-10" },
  { FLAT ("tdm", 2, day_ms), "timestamp: 1970-01-01|1969-12-31|1970-01-02|1970-01-01T00:00:00.001000" },
  { FLAT ("tts", 2, seconds), "timestamp: 1970-01-01|1970-01-01T23:59:59|1970-01-01T01:00:00|1970-01-01T00:00:01" },
  { FLAT ("ttu", 2, day_ms), "timestamp: 1970-01-01|1969-12-31T23:58:33.600000|1970-01-01T00:01:26.400000|1970-01-01T00:00:00.000001" },
  { FLAT ("tsu:UTC", 2, times), "timestamp: 1970-01-01|1969-12-31T23:59:59.999999|2024-02-29T13:05:09.000001|1970-01-01T00:00:00.000005" },
  { FLAT ("tsn:Europe/Berlin", 2, times), "timestamp: 1970-01-01|1969-12-31T23:59:59.999999|1970-01-20T18:46:51.909000|1970-01-01" },
  { FLAT ("tss:", 2, day_ms), "timestamp: 1970-01-01|1967-04-07|1972-09-27|1970-01-01T00:00:01" },
  { FLAT ("tDm", 2, day_ms), "float64: 0|-86400|86400|0.001" },
  { FLAT ("u", 3, offsets, text), "string: ab||\xc3\xa9"
                                  "c|\xf0\x9f\x98\x80" },
  { FLAT ("U", 3, large, text), "string: ab||\xc3\xa9"
                                "c|\xf0\x9f\x98\x80" },
  { { "u", "x", 2, 0, 2, { NULL, offsets, text }, 3, NULL, 0, NULL }, "string: \xc3\xa9"
                                                                      "c|\xf0\x9f\x98\x80" },
  { { "u", "x", 4, 1, 0, { mask, offsets, text }, 3, NULL, 0, NULL }, "string: ab||~|\xf0\x9f\x98\x80" },
  { FLAT ("u", 3, offsets, latin), "string: ab||c\xef\xbf\xbd"
                                   "f|ghij" },
  { FLAT ("z", 3, offsets, text), "image: ab||\xc3\xa9"
                                  "c|\xf0\x9f\x98\x80" },
  { FLAT ("w:2", 2, text), "image: ab|\xc3\xa9|(2 B)|(2 B)" },
  { { "C", "x", 4, 0, 0, { NULL, codes8 }, 2, NULL, 0, &words }, "category: big|red|red|big" },
  { { "l", "x", 4, 1, 0, { mask, codes64 }, 2, NULL, 0, &words }, "category: red|red|~|big" },
  { { "i", "x", 4, 0, 0, { NULL, codes32 }, 2, NULL, 0, &words }, "category: red|red|red|big" },
  { { "i", "x", 4, 0, 0, { NULL, codes32 }, 2, NULL, 0, &numbers }, "int64: 20|20|10|30" },
  { FLAT ("d:20,2", 2, decimals), "float64: 123.45|-0.05|1.8446744073709552e+17|0.01" },
  { { "n", "x", 4, 4, 0, { NULL }, 0, NULL, 0, NULL }, "float64: ~|~|~|~" },
  { { "+l", "x", 4, 0, 0, { NULL, item_offsets }, 2, &item, 1, NULL }, "list: [1, 2]|[]|[3]|[4, 5]" },
  { { "+l", "x", 4, 1, 0, { mask, item_offsets }, 2, &item, 1, NULL }, "list: [1, 2]|[]|~|[4, 5]" },
  { { "+l", "x", 2, 0, 2, { NULL, item_offsets }, 2, &item, 1, NULL }, "list: [3]|[4, 5]" },
  { { "+w:3", "x", 4, 0, 0, { NULL }, 1, &item, 1, NULL }, "list: [1, 2, 3]|[4, 5, 6]|[7, 8, 9]|[10, 11, 12]" },
  { { "+w:3", "x", 2, 0, 1, { NULL }, 1, &item, 1, NULL }, "list: [4, 5, 6]|[7, 8, 9]" },
};

static void
test_in (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns_in); i++)
    {
      g_autoptr (GError) error = NULL;
      SxFrame *frame = import_columns (&columns_in[i].made, 1, NULL, &error);

      g_assert_no_error (error);
      g_autofree char *dump = dump_column (frame, 0);
      if (!g_str_equal (dump, columns_in[i].expected))
        g_error ("case %u, %s: “%s” instead of “%s”", i, columns_in[i].made.format, dump, columns_in[i].expected);
      sx_frame_unref (frame);
      g_assert_cmpuint (n_held, ==, 0);
    }
}

/* Long and short cells of views; the last buffer says how long those before it are. */
static void
test_in_views (void)
{
  static const char   rest[] = "a text that does not fit into a view";
  static const gint64 sizes[] = { sizeof rest - 1 };
  gint32              views[2][4] = { { 5 }, { sizeof rest - 1, 0, 0, 0 } };
  g_autoptr (GError) error = NULL;
  Made  made = { "vu", "x", 2, 0, 0, { NULL, views, rest, sizes }, 4, NULL, 0, NULL };
  GStrv notes = NULL;

  memcpy (&views[0][1], "short", 5);
  g_autoptr (SxFrame) frame = import_columns (&made, 1, &notes, &error);
  g_assert_no_error (error);
  g_autofree char *dump = dump_column (frame, 0);
  g_assert_cmpstr (dump, ==, "string: short|a text that does not fit into a view");
  g_assert_null (notes[0]);
  g_strfreev (notes);

  views[1][3] = 1; /* one byte beyond the end */
  g_assert_null (import_columns (&made, 1, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
  g_assert_cmpstr (error->message, ==, "Column “x”, row 2: its text lies out of the file. Write the file again, or get a whole copy of it.");
}

/* Structs become columns with dots; what misses the struct misses all below it, at whatever offsets they stand. */
static void
test_in_structs (void)
{
  static const guint8 outer[] = { 0x0d };
  Made                inner[] = { { "l", "n", 4, 0, 0, { NULL, int64s }, 2, NULL, 0, NULL }, { "b", "b", 4, 0, 0, { NULL, bits }, 2, NULL, 0, NULL } };
  Made                middle[] = { { "+s", "in", 4, 0, 0, { NULL }, 1, inner, 2, NULL }, { "u", "t", 4, 0, 0, { NULL, offsets, text }, 3, NULL, 0, NULL } };
  Made                made = { "+s", "out", 3, 1, 1, { outer }, 1, middle, 2, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = import_columns (&made, 1, NULL, &error);
  static const char *const names[] = { "out.in.n", "out.in.b", "out.t" };
  static const char *const dumps[] = { "int64: ~|0|5", "bool: ~|false|false", "string: ~|\xc3\xa9"
                                                                              "c|\xf0\x9f\x98\x80" };

  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *dump = dump_column (frame, i);
      g_assert_cmpstr (sx_schema_get_field (sx_frame_get_schema (frame), i)->name, ==, names[i]);
      g_assert_cmpstr (dump, ==, dumps[i]);
    }
}

static void
test_in_notes (void)
{
  Made made[] = { FLAT ("tsn:", 2, times), FLAT ("d:20,2", 2, decimals), FLAT ("u", 3, offsets, latin), FLAT ("L", 2, wide), FLAT ("tts", 2, seconds), FLAT ("tDm", 2, day_ms) };
  g_autoptr (GError) error = NULL;
  static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
  g_auto (GStrv) notes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    made[i].name = names[i];
  g_autoptr (SxFrame) frame = import_columns (made, G_N_ELEMENTS (made), &notes, &error);
  g_assert_no_error (error);
  g_autofree char *all = g_strjoinv ("\n", notes);
  g_assert_cmpstr (all, ==,
                   "Column “a” holds nanoseconds, which were cut to microseconds.\n"
                   "Column “b” holds decimals, which are read as float64: about 16 digits are kept.\n"
                   "Column “c” holds text that is not UTF-8; what is wrong in it was replaced by “\xef\xbf\xbd”.\n"
                   "Column “d” holds whole numbers above 9,223,372,036,854,775,807 and became float64.\n"
                   "Column “e” holds times of day, which are read as times of 1 January 1970.\n"
                   "Column “f” holds durations, which are read as seconds.");
}

static void
test_in_refuses (void)
{
  static const gint32 far[] = { 0, 0, G_MAXINT32, 0 };
  static const gint32 back[] = { 0, 2, 1, 5, 9 };
  static const gint32 beyond[] = { 0, 3, 0, 0 };
  static const Made   list_item = { "+l", "item", 4, 0, 0, { NULL, item_offsets }, 2, &item, 1, NULL };
  static const struct
  {
    Made        made;
    const char *message;
  } cases[] = {
    { { "+m", "x", 4, 0, 0, { NULL, item_offsets }, 2, &item, 1, NULL }, "Column “x” is of the type map, which is not read. Choose the other columns with “columns”, or write this one as another type." },
    { { "+l", "x", 2, 0, 0, { NULL, item_offsets }, 2, &list_item, 1, NULL }, "Column “x” is of the type list<list<int16>>, which is not read. Choose the other columns with “columns”, or write this one as another type." },
    { FLAT ("tiM", 2, int32s), "Column “x” is of the type interval, which is not read. Choose the other columns with “columns”, or write this one as another type." },
    { FLAT ("tdD", 2, far), "Column “x”, row 3: the time lies more than 290,000 years from now. Choose the other columns with “columns”." },
    { FLAT ("u", 3, back, text), "Column “x” is damaged: its offsets go backwards. Write the file again, or get a whole copy of it." },
    { { "i", "x", 4, 0, 0, { NULL, beyond }, 2, NULL, 0, &words }, "Column “x”, row 2: its value is not in its dictionary. Write the file again, or get a whole copy of it." },
    { { "l", "x", -1, 0, 0, { NULL, int64s }, 2, NULL, 0, NULL }, "The Arrow data handed over are not what they say: an array that was released, or with lengths below zero." },
    { { "l", "x", 4, 0, 0, { NULL, NULL }, 2, NULL, 0, NULL }, "Column “x” is damaged: its values are cut off. Write the file again, or get a whole copy of it." },
    { { "l", "x", 4, 0, 0, { NULL }, 1, NULL, 0, NULL }, "Column “x” is damaged: parts of it are not there. Write the file again, or get a whole copy of it." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (import_columns (&cases[i].made, 1, NULL, &error));
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, cases[i].message);
      g_assert_cmpuint (n_held, ==, 0);
    }
}

/* Columns of our layout are the producer's own bytes, and are given back with the last column that shows them. */
static void
test_in_borrows (void)
{
  Made                     made[] = { FLAT ("l", 2, int64s), FLAT ("g", 2, doubles), FLAT ("u", 3, offsets, text), FLAT ("b", 2, bits), FLAT ("tsu:", 2, times) };
  const void              *expected[] = { int64s, doubles, text, bits, times };
  static const char *const names[] = { "a", "b", "c", "d", "e" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    made[i].name = names[i];
  SxFrame *frame = import_columns (made, G_N_ELEMENTS (made), NULL, &error);
  g_assert_no_error (error);
  SxColumn *kept = sx_column_ref (sx_batch_get_column (sx_frame_get_batch (frame, 0), 2));
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    g_assert_true (sx_batch_get_column (sx_frame_get_batch (frame, 0), i)->values == expected[i]);
  sx_frame_unref (frame);
  g_assert_cmpuint (n_held, >, 0);
  sx_column_unref (kept);
  g_assert_cmpuint (n_held, ==, 0);
}

/* ---- out ---- */

static SxFrame *
make_frame (guint n_rows)
{
  static const char *const words_out[] = { "", "red", "caf\xc3\xa9", "big" };
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
            sx_column_builder_append_text (builder, words_out[i % 4], strlen (words_out[i % 4]));
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
      fields[type] = (SxField){ (char *)sx_type_get_nick ((SxType)type), (SxType)type, NULL };
    }
  g_autoptr (SxSchema) schema = sx_schema_new (fields, SX_N_TYPES, &error);
  g_assert_no_error (error);
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

static gboolean
is_valid (const struct ArrowArray *array, gint64 row)
{
  const guint8 *validity = array->buffers[0];

  return validity == NULL || (validity[row / 8] >> row % 8 & 1);
}

/* A cell out of the buffers, as text. */
static char *
read_cell (const struct ArrowSchema *schema, const struct ArrowArray *array, gint64 row)
{
  char          number[G_ASCII_DTOSTR_BUF_SIZE];
  const gint32 *ends = array->buffers[1];

  if (!is_valid (array, row))
    return g_strdup ("~");
  switch (schema->format[0])
    {
    case 'l':
    case 't':
      return g_strdup_printf ("%" G_GINT64_FORMAT, ((const gint64 *)array->buffers[1])[row]);
    case 'g':
      return g_strdup (g_ascii_dtostr (number, sizeof number, ((const double *)array->buffers[1])[row]));
    case 'b':
      return g_strdup (((const guint8 *)array->buffers[1])[row / 8] >> row % 8 & 1 ? "1" : "0");
    case 'u':
    case 'z':
      return g_strndup ((const char *)array->buffers[2] + ends[row], (gsize)(ends[row + 1] - ends[row]));
    case 'i':
      return read_cell (schema->dictionary, array->dictionary, ends[row]);
      default: {
        GString *list = g_string_new ("[");

        for (gint32 i = ends[row]; i < ends[row + 1]; i++)
          {
            g_autofree char *part = read_cell (schema->children[0], array->children[0], i);
            g_string_append_printf (list, "%s,", part);
          }
        return g_string_free (list, FALSE);
      }
    }
}

/* The same from our side. */
static char *
expect_cell (const SxColumn *column, gsize row)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (sx_column_is_missing (column, row))
    return g_strdup ("~");
  if (column->type == SX_TYPE_INT64 || column->type == SX_TYPE_TIMESTAMP)
    return g_strdup_printf ("%" G_GINT64_FORMAT, sx_column_get_int64 (column, row));
  if (column->type == SX_TYPE_FLOAT64)
    return g_strdup (g_ascii_dtostr (number, sizeof number, sx_column_get_double (column, row)));
  if (column->type == SX_TYPE_BOOL)
    return g_strdup (sx_column_get_bool (column, row) ? "1" : "0");
  if (column->type != SX_TYPE_LIST)
    return sx_column_dup_cell (column, row);
  GString *list = g_string_new ("[");
  for (gint32 i = column->offsets[row]; i < column->offsets[row + 1]; i++)
    g_string_append_printf (list, "%s,", g_ascii_dtostr (number, sizeof number, ((const double *)column->values)[i]));
  return g_string_free (list, FALSE);
}

static void
test_out (void)
{
  static const char *const formats[SX_N_TYPES] = { "l", "g", "b", "u", "tsu:UTC", "i", "z", "+l" };
  g_autoptr (SxFrame) frame = make_frame (SX_BATCH_MAX_ROWS + 100);
  struct ArrowArrayStream stream;
  struct ArrowSchema      schema;
  struct ArrowArray       array;
  guint                   batch = 0;

  sx_frame_export_arrow (frame, &stream);
  g_assert_cmpint (stream.get_schema (&stream, &schema), ==, 0);
  g_assert_cmpstr (schema.format, ==, "+s");
  g_assert_cmpint (schema.n_children, ==, SX_N_TYPES);
  for (guint i = 0; i < SX_N_TYPES; i++)
    {
      g_assert_cmpstr (schema.children[i]->format, ==, formats[i]);
      g_assert_cmpstr (schema.children[i]->name, ==, sx_type_get_nick ((SxType)i));
    }
  for (; stream.get_next (&stream, &array) == 0 && array.release != NULL; batch++)
    {
      SxBatch *expected = sx_frame_get_batch (frame, batch);

      g_assert_cmpint (array.length, ==, sx_batch_get_n_rows (expected));
      for (guint i = 0; i < SX_N_TYPES; i++)
        {
          SxColumn *column = sx_batch_get_column (expected, i);

          g_assert_cmpint (array.children[i]->null_count, ==, column->n_missing);
          for (gint64 row = 0; row < MIN (array.length, 50); row++)
            {
              g_autofree char *cell = read_cell (schema.children[i], array.children[i], row);
              g_autofree char *wanted = expect_cell (column, (gsize)row);
              g_assert_cmpstr (cell, ==, wanted);
            }
          if (column->offsets == NULL)
            g_assert_true (array.children[i]->buffers[1] == column->values);
        }
      array.release (&array);
      g_assert_null (array.release);
    }
  g_assert_cmpuint (batch, ==, 2);
  schema.release (&schema);
  stream.release (&stream);
}

/* A consumer may move children away, release the rest, and still read them. */
static void
test_out_moved (void)
{
  SxFrame           *frame = make_frame (10);
  struct ArrowSchema schema;
  struct ArrowArray  array, moved;

  sx_schema_export_arrow (sx_frame_get_schema (frame), &schema);
  sx_batch_export_arrow (sx_frame_get_batch (frame, 0), &array);
  sx_frame_unref (frame);
  moved = *array.children[SX_TYPE_CATEGORY];
  array.children[SX_TYPE_CATEGORY]->release = NULL;
  array.release (&array);
  g_autofree char *cell = read_cell (schema.children[SX_TYPE_CATEGORY], &moved, 2);
  g_assert_cmpstr (cell, ==, "caf\xc3\xa9");
  moved.release (&moved);
  schema.release (&schema);
}

static void
test_round_trip (void)
{
  g_autoptr (SxFrame) frame = make_frame (2 * SX_BATCH_MAX_ROWS + 1);
  g_autoptr (GError) error = NULL;
  struct ArrowArrayStream stream;

  sx_frame_export_arrow (frame, &stream);
  g_autoptr (SxFrame) again = sx_frame_import_arrow (&stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (stream.release);
  g_assert_true (sx_frame_equal (frame, again));
}

static const char *
fail_get_last_error (struct ArrowArrayStream *stream)
{
  return "no more";
}

static int
fail_get_next (struct ArrowArrayStream *stream, struct ArrowArray *array)
{
  return 5;
}

static int
fail_get_schema (struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
  Made root = { "+s", "", 0, 0, 0, { NULL }, 1, NULL, 0, NULL };

  make_schema (&root, schema);
  return 0;
}

static void
fail_release (struct ArrowArrayStream *stream)
{
  stream->release = NULL;
}

static void
test_stream_fails (void)
{
  struct ArrowArrayStream stream = { fail_get_schema, fail_get_next, fail_get_last_error, fail_release, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_frame_import_arrow (&stream, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE);
  g_assert_cmpstr (error->message, ==, "The Arrow data could not be had from where they come: no more.");
  g_assert_null (stream.release);
  g_assert_cmpuint (n_held, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/arrow/in", test_in);
  g_test_add_func ("/frame/arrow/in/views", test_in_views);
  g_test_add_func ("/frame/arrow/in/structs", test_in_structs);
  g_test_add_func ("/frame/arrow/in/notes", test_in_notes);
  g_test_add_func ("/frame/arrow/in/refuses", test_in_refuses);
  g_test_add_func ("/frame/arrow/in/borrows", test_in_borrows);
  g_test_add_func ("/frame/arrow/out", test_out);
  g_test_add_func ("/frame/arrow/out/moved", test_out_moved);
  g_test_add_func ("/frame/arrow/round-trip", test_round_trip);
  g_test_add_func ("/frame/arrow/stream-fails", test_stream_fails);
  return g_test_run ();
}
