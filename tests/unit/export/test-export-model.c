/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Whole models as ONNX, computed again by the checker on rows that the golden ones do not show. */

#include "../model/model-fixture.h"

#include <export/sx-onnx-check.h>
#include <export/sx-onnx-private.h>
#include <glib/gstdio.h>

static const char *const families[] = { "trees", "mlp" };

static void
test_predicts_the_same (void)
{
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint task = 0; task < SX_N_TASKS; task++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (SxModel) model = fixture_model (families[f], task);
        guint n_outputs = sx_model_get_predictor (model)->n_outputs;
        g_autoptr (SxFrame) frame = fixture_frame (300, 33, -1, TRUE);
        g_autoptr (SxFrame) feed = sx_onnx_dup_feed (frame);
        g_autofree float *p = sx_model_predict_raw (model, feed, 1, NULL, NULL);
        g_autoptr (GBytes) bytes = sx_onnx_write_model (model, &error);

        g_assert_no_error (error);
        g_assert_true (sx_onnx_check (bytes, feed, task == SX_TASK_REGRESSION ? "value" : "probabilities", p, n_outputs, 1e-5, &error));
        g_assert_no_error (error);
        /* The check is one: another prediction does not pass. */
        p[299 * n_outputs] += 0.001f * MAX (1, fabsf (p[299 * n_outputs]));
        g_assert_false (sx_onnx_check (bytes, feed, task == SX_TASK_REGRESSION ? "value" : "probabilities", p, n_outputs, 1e-5, &error));
        g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT);
      }
}

static void
test_label (void)
{
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_MULTICLASS);
  g_autoptr (SxFrame) frame = fixture_frame (300, 33, -1, FALSE);
  g_autoptr (SxFrame) feed = sx_onnx_dup_feed (frame);
  g_autoptr (SxFrame) table = sx_model_predict (model, feed, 1, NULL, NULL);
  g_autoptr (SxColumn) labels = sx_frame_concat_column (table, 0);
  g_autoptr (GBytes) bytes = sx_onnx_write_model (model, NULL);
  SxOnnxTensor **tensors = sx_onnx_evaluate (bytes, feed, (const char *const[]){ "label", NULL }, NULL);

  g_assert_nonnull (tensors);
  for (gsize row = 0; row < 300; row++)
    {
      g_autofree char *label = sx_column_dup_cell (labels, row);

      g_assert_cmpstr (tensors[0]->texts[row], ==, label);
    }
  sx_onnx_tensor_free (tensors[0]);
  g_free (tensors);
}

static void
test_writes_a_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("mlp", SX_TASK_BINARY);
  const SxExportFormat *format = sx_export_find ("onnx");
  g_autofree char      *folder = g_dir_make_tmp ("sx-export-XXXXXX", NULL);
  g_autofree char      *path = g_build_filename (folder, "model.onnx", NULL);
  g_autofree char      *text = NULL;
  g_autoptr (GBytes) bytes = sx_onnx_write_model (model, NULL);
  gsize size;

  g_assert_nonnull (format);
  g_assert_null (sx_export_find ("onxx"));
  g_assert_cmpstr (format->suffix, ==, ".onnx");
  g_assert_true (format->write (model, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_cmpmem (text, size, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_unlink (path);
  g_rmdir (folder);
}

/* Columns that are called like outputs and like nodes. */
static void
test_names_do_not_clash (void)
{
  static const char *const names[] = { "label", "probabilities", "cast", "number", "probabilities_", "column", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = fixture_frame (300, 4, SX_TASK_BINARY, FALSE);
  g_autoptr (SxSteps) back = sx_steps_new ();
  g_autoptr (SxSteps) steps = fixture_steps (FALSE);
  g_autoptr (SxSteps) rename = sx_steps_new ();
  g_autoptr (SxFrame) renamed = NULL;
  g_autoptr (SxModel) model = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SxFrame) feed = NULL;
  g_autofree float *p = NULL;
  const char       *columns[FIXTURE_N_COLUMNS + 1] = { NULL };

  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    columns[i] = fixture_columns[i].name;
  sx_steps_add (rename, SX_STEP_RENAME, columns, names, NULL, 0, NULL, 0);
  sx_steps_add (back, SX_STEP_RENAME, names, columns, NULL, 0, NULL, 0);
  sx_steps_append (back, steps);
  renamed = sx_steps_apply (rename, frame, NULL, &error);
  g_assert_no_error (error);
  model = fixture_train ("trees", SX_TASK_BINARY, renamed, back, 5);
  bytes = sx_onnx_write_model (model, &error);
  g_assert_no_error (error);
  feed = sx_onnx_dup_feed (sx_model_get_golden (model));
  p = sx_model_predict_raw (model, feed, 1, NULL, NULL);
  g_assert_true (sx_onnx_check (bytes, feed, "probabilities__", p, 2, 1e-5, &error));
  g_assert_no_error (error);
}

/* What cannot be said is refused by the block's name, and no file is left. */
static void
test_refuses (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = fixture_frame (300, 4, SX_TASK_BINARY, FALSE);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (SxModel) model = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sx-export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);

  sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const[]){ "city", NULL }, (const char *const[]){ "size", NULL }, NULL, 0, (const char *const[]){ "length(city)", NULL }, 0);
  sx_steps_set_block (steps, "derive-1");
  sx_steps_add (steps, SX_STEP_SELECT, (const char *const[]){ "size", "age", NULL }, (const char *const[]){ "size", "age", NULL }, NULL, 0, NULL, 0);
  model = fixture_train ("trees", SX_TASK_BINARY, frame, steps, 5);
  g_assert_false (sx_export_find ("onnx")->write (model, path, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT);
  g_assert_true (g_str_has_prefix (error->message, "Block “derive-1”: ONNX cannot express “length”"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_rmdir (folder);
}

/* Damaged files are read to an error, never beyond their end. */
static void
test_damaged (void)
{
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (GBytes) bytes = sx_onnx_write_model (model, NULL);
  g_autoptr (SxFrame) feed = sx_onnx_dup_feed (sx_model_get_golden (model));
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint         n_failed = 0;
  guint64       seed = 4;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      gsize              cut = i % 3 == 0 ? (gsize)(fixture_uniform (&seed) * (double)size) : size;
      g_autoptr (GBytes) damaged = NULL;
      SxOnnxTensor **tensors;

      copy[(gsize)(fixture_uniform (&seed) * (double)size)] ^= (guint8)(1 + fixture_uniform (&seed) * 255);
      damaged = g_bytes_new (copy, cut);
      tensors = sx_onnx_evaluate (damaged, feed, (const char *const[]){ "probabilities", NULL }, NULL);
      n_failed += tensors == NULL;
      if (tensors != NULL)
        sx_onnx_tensor_free (tensors[0]);
      g_free (tensors);
    }
  g_assert_cmpuint (n_failed, >, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/model/same", test_predicts_the_same);
  g_test_add_func ("/export/model/label", test_label);
  g_test_add_func ("/export/model/file", test_writes_a_file);
  g_test_add_func ("/export/model/names", test_names_do_not_clash);
  g_test_add_func ("/export/model/refuses", test_refuses);
  g_test_add_func ("/export/model/damaged", test_damaged);
  return g_test_run ();
}
