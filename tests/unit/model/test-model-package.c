/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Packages: what is written opens and predicts the same, what was changed or cut is refused, and what version 1 wrote stays readable for good. */

#include "model-fixture.h"

#include <glib/gstdio.h>
#include <zip.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
save (SxModel *model, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_model_save (model, path, &error));
  g_assert_no_error (error);
}

/* ---- old packages ---- */

static SxFrame *
read_rows (const char *path)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder types;
  GVariantDict    options;
  SxFrame        *rows;

  g_variant_builder_init (&types, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    g_variant_builder_add (&types, "{ss}", fixture_columns[i].name, sx_type_get_nick (fixture_columns[i].type));
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert_value (&options, "types", g_variant_builder_end (&types));
  rows = sx_read_file (path, g_variant_dict_end (&options), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return rows;
}

/* Cells that are numbers to six digits, others as they stand. */
static void
compare_cells (SxFrame *now, SxFrame *then)
{
  guint n = sx_schema_get_n_fields (sx_frame_get_schema (then));

  g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (now)), ==, n);
  g_assert_cmpuint (sx_frame_get_n_rows (now), ==, sx_frame_get_n_rows (then));
  g_assert_cmpuint (sx_frame_get_n_rows (now), ==, 60);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SxColumn) a = sx_frame_concat_column (now, i);
      g_autoptr (SxColumn) b = sx_frame_concat_column (then, i);

      g_assert_cmpstr (sx_schema_get_field (sx_frame_get_schema (now), i)->name, ==, sx_schema_get_field (sx_frame_get_schema (then), i)->name);
      for (gsize row = 0; row < a->n_rows; row++)
        {
          g_autofree char *x = sx_column_dup_cell (a, row);
          g_autofree char *y = sx_column_dup_cell (b, row);

          if (a->type == SX_TYPE_FLOAT64)
            g_assert_cmpfloat (fabs (g_ascii_strtod (x, NULL) - g_ascii_strtod (y, NULL)), <=, 1e-6 * MAX (1, fabs (g_ascii_strtod (y, NULL))));
          else
            g_assert_cmpstr (x, ==, y);
        }
    }
}

/* Written on 2026-11-28 by version 0.1.0, with the predictions that it made. These files are never written anew. */
static void
test_version_1 (void)
{
  static const char *const names[] = { "trees", "mlp" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *package = g_strdup_printf ("%s/models/%s.sxm", g_getenv ("SX_TEST_DATA"), names[i]);
      g_autofree char *expected = g_strdup_printf ("%s/models/%s.csv", g_getenv ("SX_TEST_DATA"), names[i]);
      g_autofree char *path = g_strdup_printf ("%s/models/rows.csv", g_getenv ("SX_TEST_DATA"));
      g_autoptr (SxModel) model = sx_model_load (package, &error);
      g_autoptr (SxFrame) rows = read_rows (path);
      g_autoptr (SxFrame) now = NULL;
      g_autoptr (SxFrame) then = sx_read_file (expected, NULL, NULL, NULL, NULL, NULL);

      g_assert_no_error (error);
      g_assert_nonnull (sx_model_get_golden (model));
      now = sx_model_predict (model, rows, 2, NULL, &error);
      g_assert_no_error (error);
      compare_cells (now, then);
    }
}

/* ---- round trips ---- */

static void
test_equal_models_give_equal_bytes (void)
{
  g_autofree char *first = in_folder ("first.sxm");
  g_autofree char *second = in_folder ("second.sxm");
  g_autofree char *again = in_folder ("again.sxm");
  g_autofree char *a = NULL, *b = NULL, *c = NULL;
  gsize            n_a, n_b, n_c;
  g_autoptr (SxModel) one = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxModel) two = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxModel) loaded = NULL;

  save (one, first);
  save (two, second);
  loaded = sx_model_load (first, NULL);
  save (loaded, again);
  g_assert_true (g_file_get_contents (first, &a, &n_a, NULL) && g_file_get_contents (second, &b, &n_b, NULL) && g_file_get_contents (again, &c, &n_c, NULL));
  g_assert_cmpmem (a, n_a, b, n_b);
  g_assert_cmpmem (a, n_a, c, n_c);
}

static void
test_loaded_predicts_the_same (void)
{
  static const char *const families[] = { "trees", "mlp" };

  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint task = 0; task < SX_N_TASKS; task++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *path = in_folder ("model.sxm");
        g_autoptr (SxModel) model = fixture_model (families[f], task);
        g_autoptr (SxModel) loaded = NULL;
        g_autoptr (SxFrame) frame = fixture_frame (500, 8, -1, TRUE);
        g_autofree float *p = sx_model_predict_raw (model, frame, 1, NULL, NULL);
        g_autofree float *q = NULL;
        gsize             size = 500 * sx_model_get_predictor (model)->n_outputs * sizeof (float);

        save (model, path);
        loaded = sx_model_load (path, &error);
        g_assert_no_error (error);
        q = sx_model_predict_raw (loaded, frame, 1, NULL, NULL);
        g_assert_cmpmem (p, size, q, size);
        g_assert_true (sx_schema_equal (sx_model_get_inputs (model), sx_model_get_inputs (loaded)));
        g_assert_cmpstr (sx_model_get_target (loaded)->column, ==, "answer");
      }
}

/* ---- refusals ---- */

/* Writes @bytes over the part @name of the package at @path; NULL removes it. */
static void
set_part (const char *path, const char *name, const void *bytes, gsize size)
{
  int         code;
  zip_t      *zip = zip_open (path, 0, &code);
  zip_int64_t index;

  g_assert_nonnull (zip);
  index = zip_name_locate (zip, name, 0);
  if (bytes == NULL)
    g_assert_cmpint (zip_delete (zip, (zip_uint64_t)index), ==, 0);
  else
    g_assert_cmpint (zip_file_add (zip, name, zip_source_buffer (zip, bytes, size, 0), ZIP_FL_OVERWRITE), >=, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
}

static char *
get_part (const char *path, const char *name, gsize *size)
{
  int         code;
  zip_t      *zip = zip_open (path, ZIP_RDONLY, &code);
  zip_stat_t  info;
  zip_file_t *file;
  char       *bytes;

  g_assert_cmpint (zip_stat (zip, name, 0, &info), ==, 0);
  file = zip_fopen (zip, name, 0);
  bytes = g_malloc0 (info.size + 1);
  g_assert_cmpint (zip_fread (file, bytes, info.size), ==, info.size);
  zip_fclose (file);
  zip_discard (zip);
  *size = info.size;
  return bytes;
}

static void
assert_refused (const char *path, const char *part_of_message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = sx_model_load (path, &error);

  g_assert_null (model);
  if (strstr (error->message, part_of_message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part_of_message);
}

/* One text within a text part for another. */
static void
test_manifests (void)
{
  static const struct
  {
    const char *part, *from, *to, *message;
  } cases[] = {
    { "manifest.yaml", "sextant-model: 1", "sextant-model: 2", "The model was written by a newer version of Sextant (format 2, this program knows 1). Update Sextant to open it." },
    { "manifest.yaml", "sextant-model: 1", "sextant-model: 0", "There is no format 0" },
    { "manifest.yaml", "family: trees", "family: forest", "This program knows no models of the family “forest”" },
    { "manifest.yaml", "task: binary", "task: ternary", "There is no task “ternary”" },
    { "manifest.yaml", "  - \"yes\"", "  - \"no\"", "Two classes have the same label" },
    { "manifest.yaml", "name: income", "name: outcome", "there is no column “income”" },
    { "manifest.yaml", "type: int64", "type: int", "There is no column type “int”" },
    { "golden.json", "\"prediction\": [0.", "\"prediction\": [1.", "the file is damaged" },
    { "golden.json", "\"prediction\": [", "\"prediction\": [0, ", "golden rows are damaged" },
    { "steps.yaml", "op: one-hot", "op: one-cold", "one-cold" },
  };
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = in_folder ("changed.sxm");
      g_autofree char *text = NULL;
      g_autoptr (GString) changed = NULL;
      gsize size;

      save (model, path);
      text = get_part (path, cases[i].part, &size);
      changed = g_string_new (text);
      if (g_string_replace (changed, cases[i].from, cases[i].to, 1) != 1)
        g_error ("%s has no “%s”:\n%s", cases[i].part, cases[i].from, text);
      set_part (path, cases[i].part, changed->str, changed->len);
      assert_refused (path, cases[i].message);
      g_unlink (path);
    }
}

/* A leaf that says something else is well-formed; the golden rows see it. */
static void
test_changed_leaves (void)
{
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autofree char *path = in_folder ("changed.sxm");
  g_autofree char *bytes = NULL;
  gsize            size;

  save (model, path);
  bytes = get_part (path, "trees.bin", &size);
  for (gsize at = 28; at + 20 <= size; at += 4) /* all is four bytes wide */
    {
      gint32 feature;
      float  leaf = 3;

      memcpy (&feature, bytes + at, 4);
      if (feature == -1)
        memcpy (bytes + at + 4, &leaf, 4);
    }
  set_part (path, "trees.bin", bytes, size);
  assert_refused (path, "the file is damaged");
}

static void
test_parts_that_are_missing_or_unknown (void)
{
  static const char *const parts[] = { "manifest.yaml", "steps.yaml", "golden.json", "trees.bin" };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxModel) loaded = NULL;
  g_autofree char *path = in_folder ("changed.sxm");

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      save (model, path);
      set_part (path, parts[i], NULL, 0);
      assert_refused (path, "cannot be opened");
      save (model, path);
      set_part (path, parts[i], "", 0);
      assert_refused (path, "cannot be opened");
    }
  save (model, path);
  set_part (path, "card.md", NULL, 0);
  set_part (path, "notes.txt", "hello", 5);
  loaded = sx_model_load (path, &error);
  g_assert_no_error (error);
}

/* Wherever a file ends early or a bit turned over, it is refused: everything in it has a checksum. */
static void
test_cut_or_turned (void)
{
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autofree char *path = in_folder ("changed.sxm");
  g_autofree char *bytes = NULL;
  gsize            size;
  guint            n_opened = 0;
  guint64          seed = 4;

  save (model, path);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, size);
      gsize            at = (gsize)(fixture_uniform (&seed) * (double)size);
      g_autoptr (SxModel) opened = NULL;

      if (i % 2)
        copy[at] ^= (char)(1 << (guint)(fixture_uniform (&seed) * 8));
      g_assert_true (g_file_set_contents (path, copy, (gssize)(i % 2 ? size : at), NULL));
      opened = sx_model_load (path, NULL);
      g_assert_true (i % 2 || opened == NULL);
      n_opened += opened != NULL;
    }
  /* Dates and versions in a zip's headers have none, and mean nothing. */
  g_assert_cmpuint (n_opened, <, 20);
}

/* Saving never leaves half a file: where it cannot write, what was there stays. */
static void
test_saving_is_whole_or_not (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autofree char *path = in_folder ("no-such-folder/model.sxm");

  g_assert_false (sx_model_save (model, path, &error));
  g_assert_nonnull (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = in_folder (name);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("sx-package-XXXXXX", NULL);
  g_test_add_func ("/model/package/version-1", test_version_1);
  g_test_add_func ("/model/package/equal-bytes", test_equal_models_give_equal_bytes);
  g_test_add_func ("/model/package/loaded", test_loaded_predicts_the_same);
  g_test_add_func ("/model/package/manifests", test_manifests);
  g_test_add_func ("/model/package/changed-leaves", test_changed_leaves);
  g_test_add_func ("/model/package/parts", test_parts_that_are_missing_or_unknown);
  g_test_add_func ("/model/package/cut-or-turned", test_cut_or_turned);
  g_test_add_func ("/model/package/whole-or-not", test_saving_is_whole_or_not);
  result = g_test_run ();
  remove_folder ();
  return result;
}
