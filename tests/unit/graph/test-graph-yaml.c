/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <graph/sx-yaml.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_refused (const char *text, SxPipelineError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse (text, -1, "a.yaml", &error);

  g_assert_null (root);
  g_assert_error (error, SX_PIPELINE_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_parse_tree (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse ("# head\nb: 1\na:\n  - x\n  - {y: 'z', w: [1, 2]}\nc: |\n  one\n  two\n", -1, "a.yaml", &error);

  g_assert_no_error (error);
  g_assert_cmpint (sx_yaml_get_type (root), ==, SX_YAML_MAP);
  g_assert_cmpuint (sx_yaml_get_n_children (root), ==, 3);
  g_assert_cmpstr (sx_yaml_get_key (root, 0), ==, "b");
  g_assert_cmpstr (sx_yaml_get_key (root, 1), ==, "a");
  const SxYaml *a = sx_yaml_find (root, "a");
  g_assert_cmpint (sx_yaml_get_type (a), ==, SX_YAML_LIST);
  g_assert_cmpuint (sx_yaml_get_n_children (a), ==, 2);
  const SxYaml *y = sx_yaml_find (sx_yaml_get_child (a, 1), "y");
  g_assert_cmpstr (sx_yaml_get_text (y), ==, "z");
  g_assert_true (sx_yaml_is_quoted (y));
  g_assert_cmpuint (sx_yaml_get_line (y), ==, 5);
  g_assert_cmpuint (sx_yaml_get_column (y), ==, 9);
  g_assert_cmpstr (sx_yaml_get_text (sx_yaml_find (root, "c")), ==, "one\ntwo\n");
  g_assert_null (sx_yaml_find (root, "d"));
  g_assert_null (sx_yaml_find (a, "d"));
}

static void
test_parse_refuses (void)
{
  assert_refused ("", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:1: There is nothing in it.");
  assert_refused ("# only a comment\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:1: There is nothing in it.");
  assert_refused ("a: &x 1\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:4: Anchors (&) are not allowed here. Remove it.");
  assert_refused ("a: 1\nb: *x\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:2:4: References (*) are not allowed here. Write the value out.");
  assert_refused ("a: !!python/object 1\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:4: Tags (!) are not allowed here. Remove it.");
  assert_refused ("é: 1\nb: 2\né: 3\n", SX_PIPELINE_ERROR_PARSE,
                  "a.yaml:3:1: “é” stands twice in this map, first in line 1. Remove one.");
  assert_refused ("{a: 1}\n---\nb: 1\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:2:1: Only one document may stand in a file.");
  assert_refused ("[a]: 1\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:1: A key must be plain text, not a list or a map.");
  assert_refused ("a: b\n  c: \xff\n", SX_PIPELINE_ERROR_PARSE,
                  "a.yaml:2:6: The byte 0xff is not valid UTF-8. Save the file as UTF-8.");
  assert_refused ("a: \"x\\0y\"\n", SX_PIPELINE_ERROR_PARSE, "a.yaml:1:4: Text must not contain a zero byte.");
  assert_refused ("a: 1\n b: 2\n", SX_PIPELINE_ERROR_PARSE,
                  "a.yaml:2:3: This is not valid YAML: mapping values are not allowed in this context.");
}

/* The doubled key must be found in indexed maps too. */
static void
test_parse_refuses_double_in_large_map (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "k%u: %u\n", i, i);
  g_autoptr (SxYaml) fine = sx_yaml_parse (text->str, -1, "a", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);
      g_assert_cmpint (g_ascii_strtoll (sx_yaml_get_text (sx_yaml_find (fine, key)), NULL, 10), ==, i);
    }
  g_string_append (text, "k57: 1\n");
  g_autoptr (SxYaml) root = sx_yaml_parse (text->str, -1, "a", &error);
  g_assert_null (root);
  g_assert_cmpstr (error->message, ==, "a:101:1: “k57” stands twice in this map, first in line 58. Remove one.");
}

static void
test_parse_limits (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) fits = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < SX_YAML_MAX_DEPTH - 1; i++)
    g_string_append (fits, "- ");
  g_autoptr (SxYaml) root = sx_yaml_parse (fits->str, -1, "a", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < SX_YAML_MAX_DEPTH; i++)
    g_string_append (deep, "- ");
  assert_refused (deep->str, SX_PIPELINE_ERROR_LIMIT, "a.yaml:1:64: Nested more than 32 levels deep.");
  g_string_truncate (deep, 0);
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, SX_PIPELINE_ERROR_LIMIT, "a.yaml:1:33: Nested more than 32 levels deep.");

  g_autofree char *large = g_malloc0 (SX_YAML_MAX_SIZE + 1);
  g_autoptr (SxYaml) none = sx_yaml_parse (large, SX_YAML_MAX_SIZE + 1, "a", &error);
  g_assert_null (none);
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT);
}

static void
test_parse_too_many_nodes (void)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < SX_YAML_MAX_NODES; i++)
    g_string_append (text, "1,");
  g_string_append (text, "]");
  g_autoptr (SxYaml) root = sx_yaml_parse (text->str, -1, "a", &error);
  g_assert_null (root);
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT);
  g_assert_true (g_str_has_suffix (error->message, "More than 2,000,000 values in one document."));
}

static void
test_read_numbers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse ("i: -12\nx: 0x1F\no: 0o17\nm: 1e6\nd: .5\ne: -1.5E-3\ninf: -.inf\nnan: .NaN\nq: '5'\n"
                                           "t: True\nbig: 9223372036854775808\nmax: 9223372036854775807\nn: ~\nbare:\nplus: +7\n",
                                           -1, "a.yaml", &error);
  gint64           i;
  double           d;
  gboolean         b;
  g_autofree char *s = NULL;

  g_assert_no_error (error);
#define INT(key, want)                                            \
  G_STMT_START                                                    \
  {                                                               \
    g_assert_true (sx_yaml_read_int (root, key, 99, &i, &error)); \
    g_assert_cmpint (i, ==, want);                                \
  }                                                               \
  G_STMT_END
#define DOUBLE(key, want)                                            \
  G_STMT_START                                                       \
  {                                                                  \
    g_assert_true (sx_yaml_read_double (root, key, 99, &d, &error)); \
    g_assert_true (d == (want));                                     \
  }                                                                  \
  G_STMT_END
  INT ("i", -12);
  INT ("x", 31);
  INT ("o", 15);
  INT ("m", 1000000);
  INT ("max", G_MAXINT64);
  INT ("n", 99);
  INT ("bare", 99);
  INT ("absent", 99);
  INT ("plus", 7);
  DOUBLE ("d", 0.5);
  DOUBLE ("e", -1.5e-3);
  DOUBLE ("inf", -INFINITY);
  DOUBLE ("i", -12.0);
  DOUBLE ("big", 9223372036854775808.0);
  g_assert_true (sx_yaml_read_double (root, "nan", 0, &d, &error) && isnan (d));
  g_assert_true (sx_yaml_read_bool (root, "t", FALSE, &b, &error) && b);
  g_assert_true (sx_yaml_read_string (root, "i", NULL, &s, &error));
  g_assert_cmpstr (s, ==, "-12");

  g_assert_false (sx_yaml_read_int (root, "q", 0, &i, &error));
  g_assert_cmpstr (error->message, ==, "a.yaml:9:4: “q” must be a whole number, not “5”.");
  g_clear_error (&error);
  g_assert_false (sx_yaml_read_int (root, "big", 0, &i, &error));
  g_clear_error (&error);
  g_assert_false (sx_yaml_read_int (root, "d", 0, &i, &error));
  g_clear_error (&error);
  g_assert_false (sx_yaml_read_bool (root, "i", FALSE, &b, &error));
  g_assert_cmpstr (error->message, ==, "a.yaml:1:4: “i” must be true or false, not “-12”.");
  g_clear_error (&error);
}

static void
test_check_keys (void)
{
  static const char *const known[] = { "title", "blocks", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse ("title: x\nblokcs: {}\n", -1, "a.yaml", NULL);
  g_autoptr (SxYaml) far = sx_yaml_parse ("zebra: x\n", -1, "a.yaml", NULL);
  g_autoptr (SxYaml) list = sx_yaml_parse ("- x\n", -1, "a.yaml", NULL);

  g_assert_false (sx_yaml_check_keys (root, known, &error));
  g_assert_cmpstr (error->message, ==, "a.yaml:2:1: Unknown key “blokcs”. Did you mean “blocks”?");
  g_clear_error (&error);
  g_assert_false (sx_yaml_check_keys (far, known, &error));
  g_assert_cmpstr (error->message, ==, "a.yaml:1:1: Unknown key “zebra”. Allowed here: title, blocks.");
  g_clear_error (&error);
  g_assert_false (sx_yaml_check_keys (list, known, &error));
}

static void
test_to_variant (void)
{
  g_autoptr (SxYaml) root = sx_yaml_parse ("{a: 1, b: 2.5, c: x, d: true, e: [1, 2], f: [1, 2.5], g: [a, '1'], h: [a, 1], i: [], j: {k: v}}", -1, "a", NULL);
  g_autoptr (GVariant) value = g_variant_ref_sink (sx_yaml_to_variant (root));
  g_autofree char *text = g_variant_print (value, TRUE);

  g_assert_cmpstr (text, ==,
                   "{'a': <int64 1>, 'b': <2.5>, 'c': <'x'>, 'd': <true>, 'e': <[int64 1, 2]>, 'f': <[1.0, 2.5]>, "
                   "'g': <['a', '1']>, 'h': <[<'a'>, <int64 1>]>, 'i': <@as []>, 'j': <{'k': <'v'>}>}");
}

static void
test_write_layout (void)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();
  gsize         size;

  sx_yaml_writer_comment (writer, "A project\n\nfor you");
  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "sextant", 1);
  sx_yaml_writer_begin_map (writer, "empty");
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_begin_list (writer, "none");
  sx_yaml_writer_end_list (writer);
  sx_yaml_writer_begin_list (writer, "links");
  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_string (writer, "from", "a.table");
  sx_yaml_writer_string (writer, "to", "b.table");
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_begin_list (writer, NULL);
  sx_yaml_writer_double (writer, NULL, 2);
  sx_yaml_writer_double (writer, NULL, 0.1);
  sx_yaml_writer_end_list (writer);
  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_end_list (writer);
  sx_yaml_writer_string (writer, "query", "select *\n\n  from t\n");
  sx_yaml_writer_begin_map (writer, "last");
  sx_yaml_writer_comment (writer, "inside");
  sx_yaml_writer_string (writer, "a b", "c");
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_end_map (writer);
  g_autofree char *text = sx_yaml_writer_finish (writer, &size);
  g_assert_cmpstr (text, ==,
                   "# A project\n#\n# for you\nsextant: 1\nempty: {}\nnone: []\nlinks:\n  - from: a.table\n    to: b.table\n"
                   "  - - 2.0\n    - 0.1\n  - {}\nquery: |\n  select *\n\n    from t\nlast:\n  # inside\n  a b: c\n");
  g_assert_cmpuint (size, ==, strlen (text));
}

static void
assert_written (const char *value, const char *want)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();

  sx_yaml_writer_begin_list (writer, NULL);
  sx_yaml_writer_string (writer, NULL, value);
  sx_yaml_writer_end_list (writer);
  g_autofree char *text = sx_yaml_writer_finish (writer, NULL);
  g_autofree char *line = g_strdup_printf ("- %s\n", want);
  g_assert_cmpstr (text, ==, line);
}

static void
test_write_quotes_only_where_needed (void)
{
  assert_written ("plain text, with commas [and] {brackets}", "plain text, with commas [and] {brackets}");
  assert_written ("C:\\data\\a b.csv", "C:\\data\\a b.csv");
  assert_written ("http://host/x?y#z", "http://host/x?y#z");
  assert_written ("-x", "-x");
  assert_written ("Größe 日本", "Größe 日本");
  assert_written ("", "\"\"");
  assert_written ("5", "\"5\"");
  assert_written ("1e5", "\"1e5\"");
  assert_written ("0x1f", "\"0x1f\"");
  assert_written (".nan", "\".nan\"");
  assert_written ("true", "\"true\"");
  assert_written ("No", "\"No\"");
  assert_written ("null", "\"null\"");
  assert_written ("a: b", "\"a: b\"");
  assert_written ("a #b", "\"a #b\"");
  assert_written ("ends:", "\"ends:\"");
  assert_written (" padded ", "\" padded \"");
  assert_written ("- x", "\"- x\"");
  assert_written ("--- x", "\"--- x\"");
  assert_written ("*", "\"*\"");
  assert_written ("say \"x\": \\d", "'say \"x\": \\d'");
  assert_written ("tab\there", "\"tab\\there\"");
  assert_written ("\xc2\x85 \xe2\x80\xa8", "\"\\x85 \\u2028\"");
  assert_written ("a\n", "|\n  a");
}

static void
assert_double (double value, const char *want)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();

  sx_yaml_writer_double (writer, NULL, value);
  g_autofree char *text = sx_yaml_writer_finish (writer, NULL);
  g_assert_cmpstr (g_strchomp (text), ==, want);
}

static void
test_write_doubles_shortest (void)
{
  assert_double (0.1, "0.1");
  assert_double (1, "1.0");
  assert_double (-0.0, "-0.0");
  assert_double (1e22, "1e+22");
  assert_double (5e-324, "5e-324");
  assert_double (1.0 / 3, "0.3333333333333333");
  assert_double (0.1 + 0.2, "0.30000000000000004");
  assert_double (G_MAXDOUBLE, "1.7976931348623157e+308");
  assert_double (INFINITY, ".inf");
  assert_double (-INFINITY, "-.inf");
  assert_double (NAN, ".nan");
}

/* Random text of the characters that YAML cares about. */
static char *
make_text (GRand *rand, guint max)
{
  static const char *const pieces[] = { "a", "b", " ", " ", "\n", "\n", ":", "#", "-", "?", "'", "\"", "\\", "|", ">", "&", "*", "!",
                                        "%", "@", "`", "{", "}", "[", "]", ",", "\t", "\r", "\x01", "\x7f", "é", "日", "😀", "\xc2\x85",
                                        "\xe2\x80\xa8", "\xef\xbb\xbf", "\xc2\xa0", "0", "1", ".", "e", "~", "null", "true", "---", "...", "=", "<<",
                                        "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf" };
  GString                 *text = g_string_new (NULL);

  for (guint n = (guint)g_rand_int_range (rand, 0, (gint32)max); n > 0; n--)
    g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
  return g_string_free (text, FALSE);
}

static GVariant *
make_value (GRand *rand, guint depth)
{
  g_autofree char *text = make_text (rand, 10);
  GVariantBuilder  builder;

  switch (g_rand_int_range (rand, 0, depth > 4 ? 4 : 7))
    {
    case 0:
      return g_variant_new_boolean (g_rand_boolean (rand));
    case 1:
      return g_variant_new_int64 ((gint64)(((guint64)g_rand_int (rand) << 32) | g_rand_int (rand)));
    case 2:
      return g_variant_new_double (g_rand_double_range (rand, -1, 1) * pow (10, g_rand_int_range (rand, -300, 300)));
    case 3:
    case 4:
      return g_variant_new_string (text);
    case 5:
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
      g_variant_builder_add (&builder, "v", g_variant_new_boolean (TRUE)); /* so that it does not read back as “as” */
      for (int n = g_rand_int_range (rand, 0, 4); n > 0; n--)
        g_variant_builder_add (&builder, "v", make_value (rand, depth + 1));
      return g_variant_builder_end (&builder);
    default:
      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      for (int n = g_rand_int_range (rand, 0, 4); n > 0; n--)
        {
          g_autofree char *piece = make_text (rand, g_rand_int_range (rand, 0, 50) == 0 ? 2000 : 6);
          g_autofree char *key = g_strdup_printf ("%s%d", piece, n); /* unique */
          g_variant_builder_add (&builder, "{sv}", key, make_value (rand, depth + 1));
        }
      return g_variant_builder_end (&builder);
    }
}

static void
test_round_trip_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 4000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
      GVariantBuilder builder;
      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "first", make_value (rand, 0));
      g_variant_builder_add (&builder, "{sv}", "second", make_value (rand, 0));
      g_variant_unref (value);
      value = g_variant_ref_sink (g_variant_builder_end (&builder));

      SxYamlWriter *writer = sx_yaml_writer_new ();
      sx_yaml_writer_variant (writer, NULL, value);
      g_autofree char *text = sx_yaml_writer_finish (writer, NULL);
      g_autoptr (SxYaml) root = sx_yaml_parse (text, -1, "a", &error);
      if (error)
        g_error ("%s\n%s", error->message, text);
      g_autoptr (GVariant) back = g_variant_ref_sink (sx_yaml_to_variant (root));
      if (!g_variant_equal (value, back))
        g_error ("%s\n%s\n%s", text, g_variant_print (value, TRUE), g_variant_print (back, TRUE));

      SxYamlWriter *again = sx_yaml_writer_new ();
      sx_yaml_writer_node (again, NULL, root);
      g_autofree char *copy = sx_yaml_writer_finish (again, NULL);
      g_assert_cmpstr (copy, ==, text);
    }
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("sextant-yaml-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
test_replace (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.sextant", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *text = NULL;
  GStatBuf         status;

  g_assert_true (sx_file_replace (path, "one", -1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_true (sx_file_replace (link, "two", 2, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "tw");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0640);
  g_assert_cmpuint (count_files (folder), ==, 2);

  g_assert_false (sx_file_replace ("/nonexistent/x", "x", -1, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpstr (error->message, ==, "Cannot write “/nonexistent/x”: No such file or directory. What was there before is unchanged.");
  g_clear_error (&error);
  g_assert_false (sx_file_replace (folder, "x", -1, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_unlink (link);
  g_unlink (path);
  g_rmdir (folder);
}

/* A limit on the file size stands in for a full disk: write() stores what fits and then fails. */
static void
test_replace_disk_full (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.sextant", NULL);
  g_autofree char *large = g_strnfill (100000, 'x');
  g_autofree char *text = NULL;
  struct rlimit    before, small;

  g_assert_true (sx_file_replace (path, "old", -1, &error));
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 4096;
  setrlimit (RLIMIT_FSIZE, &small);
  gboolean written = sx_file_replace (path, large, -1, &error);
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_false (written);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, g_strerror (EFBIG)));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/yaml/parse/tree", test_parse_tree);
  g_test_add_func ("/graph/yaml/parse/refuses", test_parse_refuses);
  g_test_add_func ("/graph/yaml/parse/refuses-double-in-large-map", test_parse_refuses_double_in_large_map);
  g_test_add_func ("/graph/yaml/parse/limits", test_parse_limits);
  g_test_add_func ("/graph/yaml/parse/too-many-nodes", test_parse_too_many_nodes);
  g_test_add_func ("/graph/yaml/read/numbers", test_read_numbers);
  g_test_add_func ("/graph/yaml/check-keys", test_check_keys);
  g_test_add_func ("/graph/yaml/to-variant", test_to_variant);
  g_test_add_func ("/graph/yaml/write/layout", test_write_layout);
  g_test_add_func ("/graph/yaml/write/quotes-only-where-needed", test_write_quotes_only_where_needed);
  g_test_add_func ("/graph/yaml/write/doubles-shortest", test_write_doubles_shortest);
  g_test_add_func ("/graph/yaml/round-trip/random", test_round_trip_random);
  g_test_add_func ("/graph/file/replace", test_replace);
  g_test_add_func ("/graph/file/replace/disk-full", test_replace_disk_full);
  return g_test_run ();
}
