/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Recognising files, refusing what is none, and writing. */

#include "io-fixture.h"

#include <signal.h>
#include <sys/resource.h>

static void
assert_refused (const char *path, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_format_sniff (path, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE);
  if (strstr (error->message, words) == NULL)
    g_error ("no “%s” in: %s", words, error->message);
  g_clear_error (&error);
  g_assert_null (sx_read_file (path, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE);
}

static void
test_refuses (void)
{
  g_autofree char *none = fixture_path ("none.csv");
  g_autofree char *empty = fixture_write ("empty.csv", "", 0);
  g_autofree char *zip = fixture_write ("table.csv", "PK\x03\x04garbage garbage", -1);
  g_autofree char *junk = fixture_write ("junk.csv", "\x01\x02\x00\x00\x00\x07junk\x00\x00\x03\x04", 14);
  g_autofree char *cut = fixture_write ("cut.csv.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\xd2\x49", 13);

  g_autofree char *page = fixture_write ("page.csv", "\n <!DOCTYPE html><html>", -1);
  g_autofree char *arff = fixture_write ("credit.arff", "% about\n%\n\n@RELATION credit\n@attribute a real\n@data\n1\n", -1);

  assert_refused (page, "a web page");
  assert_refused (arff, "an ARFF file");
  assert_refused (none, "There is no file");
  assert_refused (fixture_folder, "is a folder, not a file");
  assert_refused (empty, "is empty");
  assert_refused (zip, "save the sheet as CSV");
  assert_refused (junk, "binary data");
  assert_refused (cut, "damaged or cut gzip file");
  assert_refused ("/dev/null", "is a device or a pipe");
}

static void
test_no_permission (void)
{
  g_autofree char *path = fixture_write ("secret.csv", "a,b\n1,2\n", -1);

  if (geteuid () == 0)
    {
      g_test_skip ("root may read anything");
      return;
    }
  g_assert_no_errno (g_chmod (path, 0));
  assert_refused (path, "no permission");
}

static void
assert_sniffed (const char *name, const char *text, const char *id)
{
  g_autofree char *path = fixture_write (name, text, -1);
  g_autoptr (GError) error = NULL;
  const SxFormat *format = sx_format_sniff (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (format->id, ==, id);
}

static void
test_sniffs (void)
{
  assert_sniffed ("a.csv", "a,b\n1,2\n", "csv");
  assert_sniffed ("a.dat", "a,b\n1,2\n", "csv");
  assert_sniffed ("a.tsv", "a\tb\n1\t2\n", "tsv");
  assert_sniffed ("a", "a b\n", "csv");
}

static void
test_registry (void)
{
  for (guint i = 0; sx_format_list ()[i] != NULL; i++)
    {
      const SxFormat *format = sx_format_list ()[i];
      g_assert_true (sx_format_find (format->id) == format);
      g_assert_true (format->suffixes[0] != NULL && format->suffixes[0][0] == '.');
      g_assert_true (!(format->flags & SX_FORMAT_READS) || format->open != NULL);
      g_assert_true (!(format->flags & SX_FORMAT_WRITES) || format->write != NULL);
      g_assert_true (!(format->flags & SX_FORMAT_HAS_TABLES) || format->tables != NULL);
      for (const SxFormatOption *option = format->options; option->key != NULL; option++)
        g_assert_true (g_variant_type_string_is_valid (option->type) && option->help != NULL);
    }
  g_assert_null (sx_format_find ("xlsx"));
}

static void
test_uri (void)
{
  g_autofree char *path = fixture_write ("uri.txt", "1|2\n3|4\n", -1);
  g_autofree char *uri = g_strdup_printf ("csv:%s?delimiter=%%7C&header=false&columns=a,b", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (uri, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *dump = fixture_dump (frame);
  g_assert_cmpstr (dump, ==, "a:int64 b:int64\n1|2\n3|4\n");
}

static const char awkward[] =
  "name,n,x,when,ok,kind\n"
  "\" lead\",1,0.1,2024-02-29,true,a\n"
  "\"comma, quote \"\" and\nline\",-9223372036854775808,1e-300,2024-02-29T13:05:09.000001,false,b\n"
  "\"NA\",,,,,\n"
  "\"\",3,123456789.125,1969-12-31T23:59:59,true,a\n"
  ",4,2,1900-01-01,false,b\n"
  "\"?\",5,3,2024-01-01,true,a\n"
  "tab\there,6,4,2024-01-01,true,a\n"
  "\"#hash\",7,5,2024-01-01,true,b\n"
  "caf\xc3\xa9,8,6,2024-01-01,true,b\n";

static void
assert_round_trip (const char *format, const char *suffix, const char *write_options, const char *read_options)
{
  g_autofree char *path = fixture_write ("awkward.csv", awkward, -1);
  g_autofree char *name = g_strconcat ("copy", suffix, NULL);
  g_autofree char *copy = fixture_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (frame), ==, 9);
  g_autoptr (GVariant) options = fixture_options (write_options);
  if (options != NULL)
    g_variant_ref_sink (options);
  g_assert_true (sx_format_find (format)->write (frame, copy, options, NULL, &error));
  g_assert_no_error (error);
  g_autoptr (SxFrame) again = sx_read_file (copy, fixture_options (read_options), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *before = fixture_dump (frame);
  g_autofree char *after = fixture_dump (again);
  g_assert_cmpstr (after, ==, before);
  g_assert_true (sx_frame_equal (frame, again));
}

static void
test_round_trips (void)
{
  assert_round_trip ("csv", ".csv", NULL, NULL);
  assert_round_trip ("tsv", ".tsv", NULL, NULL);
  assert_round_trip ("csv", ".csv", "{'delimiter': <';'>, 'decimal': <','>}", "{'delimiter': <';'>, 'decimal': <','>}");
}

static void
test_single_column (void)
{
  g_autofree char *path = fixture_write ("one.csv", "x\n1\nNaN\n3\n", -1);
  g_autofree char *copy = fixture_path ("one-copy.csv");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (sx_format_find ("csv")->write (frame, copy, NULL, NULL, &error));
  g_autoptr (SxFrame) again = sx_read_file (copy, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (again), ==, 3);
  g_assert_true (sx_frame_equal (frame, again));
}

/* A file-size limit stands for a full disk: write() fails midway, and the old file stays. */
static void
test_full_disk (void)
{
  g_autoptr (GString) text = g_string_new ("n\n");
  g_autofree char *copy = fixture_write ("old.csv", "old\n", -1);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit before, small;

  for (guint i = 0; i < 200000; i++)
    g_string_append_printf (text, "%u\n", i);
  g_autofree char *path = fixture_write ("large.csv", text->str, -1);
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  small = before;
  small.rlim_cur = 300000;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
  gboolean is_done = sx_format_find ("csv")->write (frame, copy, NULL, NULL, &error);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_false (is_done);
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "What was there before is unchanged"));
  g_assert_true (g_file_get_contents (copy, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "old\n");

  /* Nothing half-written is left in the folder. */
  GDir       *folder = g_dir_open (fixture_folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (folder)) != NULL)
    g_assert_false (g_str_has_prefix (name, ".sextant-"));
  g_dir_close (folder);
}

static void
test_writes_nowhere (void)
{
  g_autofree char *path = fixture_write ("small.csv", "a,b\n1,2\n", -1);
  g_autofree char *nowhere = g_build_filename (fixture_folder, "no-folder", "x.csv", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, NULL);

  g_assert_false (sx_format_find ("csv")->write (frame, nowhere, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_false (sx_format_find ("csv")->write (frame, fixture_folder, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/io/format/refuses", test_refuses);
  g_test_add_func ("/io/format/no-permission", test_no_permission);
  g_test_add_func ("/io/format/sniffs", test_sniffs);
  g_test_add_func ("/io/format/registry", test_registry);
  g_test_add_func ("/io/format/uri", test_uri);
  g_test_add_func ("/io/writer/round-trips", test_round_trips);
  g_test_add_func ("/io/writer/single-column", test_single_column);
  g_test_add_func ("/io/writer/full-disk", test_full_disk);
  g_test_add_func ("/io/writer/nowhere", test_writes_nowhere);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
