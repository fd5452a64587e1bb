/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From tables to predictions: columns, types, flags, threads; and models on data with known answers. */

#include "model-fixture.h"

#include <glib/gstdio.h>

static const char *const families[] = { "trees", "mlp" };

static SxFrame *
read_csv (const char *text, GVariant *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("sx-predict-XXXXXX.csv", &path, &error);
  SxFrame         *frame;

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  frame = sx_read_file (path, options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
  return frame;
}

static SxColumn *
get_column (SxFrame *frame, const char *name)
{
  int index = sx_schema_find (sx_frame_get_schema (frame), name);

  g_assert_cmpint (index, >=, 0);
  return sx_frame_concat_column (frame, (guint)index);
}

/* The steps and the predictor by hand, on the whole table at once, are what predict_raw says. */
static void
test_raw_is_steps_and_predictor (void)
{
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint task = 0; task < SX_N_TASKS; task++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (SxModel) model = fixture_model (families[f], task);
        g_autoptr (SxFrame) frame = fixture_frame (1000, 9, -1, TRUE);
        g_autoptr (SxFrame) prepared = sx_steps_apply (sx_model_get_steps (model), frame, NULL, &error);
        guint            n_features, n_outputs = sx_model_get_predictor (model)->n_outputs;
        const SxFeature *features = sx_model_get_features (model, &n_features);
        g_autoptr (SxDataset) rows = sx_dataset_new (prepared, features, n_features, NULL, &error);
        g_autofree float *expected = g_new (float, 1000 * n_outputs);
        g_autofree float *p = NULL;

        g_assert_no_error (error);
        g_assert_true (sx_predictor_predict (sx_model_get_predictor (model), rows->x, 1000, 1, expected, NULL));
        p = sx_model_predict_raw (model, frame, 1, NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpmem (p, 1000 * n_outputs * sizeof (float), expected, 1000 * n_outputs * sizeof (float));
      }
}

/* More rows than a piece and a batch have; any number of threads, and cut anywhere: the same bits. */
static void
test_threads_change_nothing (void)
{
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    {
      const guint n_rows = f == 0 ? 70001 : 20001;
      g_autoptr (SxModel) model = fixture_model (families[f], SX_TASK_MULTICLASS);
      g_autoptr (SxFrame) frame = fixture_frame (n_rows, 5, -1, TRUE);
      g_autoptr (SxFrame) tail = sx_frame_slice (frame, 777, n_rows);
      g_autofree float *one = sx_model_predict_raw (model, frame, 1, NULL, NULL);
      g_autofree float *three = sx_model_predict_raw (model, frame, 3, NULL, NULL);
      g_autofree float *cut = sx_model_predict_raw (model, tail, 2, NULL, NULL);

      g_assert_cmpmem (one, n_rows * 3 * sizeof (float), three, n_rows * 3 * sizeof (float));
      g_assert_cmpmem (one + 777 * 3, (n_rows - 777) * 3 * sizeof (float), cut, (n_rows - 777) * 3 * sizeof (float));
    }
}

/* Other columns, another order, and cells that are text: as a file has them. */
static void
test_columns_by_name_and_cast (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxFrame) typed = fixture_frame (300, 9, -1, FALSE);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  SxField fields[FIXTURE_N_COLUMNS + 1] = { { (char *)"more", SX_TYPE_STRING, NULL } };
  g_autoptr (SxSchema) schema = NULL;
  g_autoptr (SxFrame) texts = NULL;
  g_autofree float *p = sx_model_predict_raw (model, typed, 1, NULL, NULL);
  g_autofree float *q = NULL;

  g_ptr_array_add (columns, NULL);
  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    {
      guint from = FIXTURE_N_COLUMNS - 1 - i;
      g_autoptr (SxColumn) column = sx_frame_concat_column (typed, from);

      fields[i + 1] = (SxField){ (char *)fixture_columns[from].name, SX_TYPE_STRING, NULL };
      g_ptr_array_add (columns, sx_column_cast (column, SX_TYPE_STRING, "x", 0, &error));
      g_assert_no_error (error);
    }
  columns->pdata[0] = sx_column_ref (columns->pdata[1]);
  schema = sx_schema_new (fields, FIXTURE_N_COLUMNS + 1, NULL);
  texts = sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
  q = sx_model_predict_raw (model, texts, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (p, 600 * sizeof (float), q, 600 * sizeof (float));
}

/* A column of whole numbers takes 37.5. */
static void
test_whole_numbers_take_others (void)
{
  static const char *const spellings[] = { "age,income,city,plan,member,since\n37.5,1,Oslo,basic,true,2001-02-03\n",
                                           "age,income,city,plan,member,since\n\"37.5\",1,Oslo,basic,true,2001-02-03\n37.25,1,,,,\n" };
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_REGRESSION);
  float first = 0;

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = read_csv (spellings[i], NULL);
      g_autofree float *p = sx_model_predict_raw (model, frame, 1, NULL, &error);

      g_assert_no_error (error);
      if (i == 0)
        first = p[0];
      g_assert_cmpfloat (p[0], ==, first);
    }
}

static void
test_missing_columns_are_named (void)
{
  static const struct
  {
    const char *header, *message;
  } cases[] = {
    { "age,incone,city,plan,member,since\n1,2,a,b,true,2001-01-01\n", "The table lacks columns that the model takes: “income”. Rename them; is the first “incone” here?" },
    { "zzzzz\n1\n", "The table lacks columns that the model takes: “age”, “income”, “city”, “plan”, “member”, “since”. Add them, left empty where nothing is known." },
  };
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = read_csv (cases[i].header, NULL);

      g_assert_null (sx_model_predict_raw (model, frame, 1, NULL, &error));
      g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* The row of the table, not of the piece, and the first such row, whatever the number of threads. */
static void
test_bad_cells_are_placed (void)
{
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  GString *text = g_string_new ("age,income,city,plan,member,since\n");

  for (guint row = 0; row < 40000; row++)
    g_string_append_printf (text, "%s,1,Oslo,basic,true,2001-02-03\n", row == 23456 || row == 34567 ? "old" : "40");
  for (guint n_threads = 1; n_threads < 4; n_threads += 2)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = read_csv (text->str, NULL);

      g_assert_null (sx_model_predict_raw (model, frame, n_threads, NULL, &error));
      g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE);
      g_assert_nonnull (strstr (error->message, "“age”, row 23,457: “old”"));
    }
  g_string_free (text, TRUE);
}

/* What goes wrong behind the steps is placed too: a value that no float holds. */
static void
test_bad_features_are_placed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxFrame) frame = NULL;
  GString *text = g_string_new ("age,income,city,plan,member,since\n");

  for (guint row = 0; row < 20000; row++)
    g_string_append_printf (text, "1,%s,Oslo,basic,true,2001-02-03\n", row == 15000 ? "1e300" : "40");
  frame = read_csv (text->str, NULL);
  g_string_free (text, TRUE);
  g_assert_null (sx_model_predict_raw (model, frame, 1, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "“ratio”, row 15"));
  g_assert_nonnull (strstr (error->message, "001: the value is infinite or too large"));
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxFrame) frame = fixture_frame (10, 5, -1, TRUE);

  g_cancellable_cancel (cancellable);
  g_assert_null (sx_model_predict (model, frame, 2, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_rows (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("mlp", SX_TASK_BINARY);
  g_autoptr (SxFrame) frame = fixture_frame (0, 5, -1, TRUE);
  g_autofree float *p = sx_model_predict_raw (model, frame, 2, NULL, &error);
  g_autoptr (SxFrame) table = sx_model_predict (model, frame, 2, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (p);
  g_assert_cmpuint (sx_frame_get_n_rows (table), ==, 0);
}

/* ---- the table ---- */

static void
test_table (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_MULTICLASS);
  g_autoptr (SxFrame) frame = fixture_frame (70000, 5, -1, TRUE);
  g_autofree float *p = sx_model_predict_raw (model, frame, 1, NULL, NULL);
  g_autoptr (SxFrame) table = sx_model_predict (model, frame, 1, NULL, &error);
  char    **classes = sx_model_get_target (model)->classes;
  SxColumn *probabilities[3];
  g_autoptr (SxColumn) labels = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (sx_frame_get_n_rows (table), ==, 70000);
  g_assert_cmpuint (sx_schema_get_n_fields (sx_frame_get_schema (table)), ==, 5);
  labels = get_column (table, "prediction");
  for (guint k = 0; k < 3; k++)
    {
      g_autofree char *name = g_strconcat ("probability_", classes[k], NULL);

      probabilities[k] = get_column (table, name);
    }
  for (gsize row = 0; row < 70000; row++)
    {
      guint            best = 0;
      g_autofree char *label = sx_column_dup_cell (labels, row);

      for (guint k = 0; k < 3; k++)
        {
          g_autofree char *cell = sx_column_dup_cell (probabilities[k], row);

          best = p[3 * row + k] > p[3 * row + best] ? k : best;
          g_assert_cmpfloat ((float)sx_column_get_double (probabilities[k], row), ==, p[3 * row + k]);
          g_assert_cmpuint (strlen (cell), <=, 15); /* the digits of a float, not of its double */
        }
      g_assert_cmpstr (label, ==, classes[best]);
    }
  for (guint k = 0; k < 3; k++)
    sx_column_unref (probabilities[k]);
}

static void
test_flags (void)
{
  static const char *const expected[] = {
    "",
    "age: out of range; income: missing",
    "city: unknown category; plan: missing",
    "income: out of range; city: unknown category; plan: unknown category; since: missing",
    "",
    "age: missing; income: missing; city: missing; plan: missing; member: missing; since: missing",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_REGRESSION);
  g_autoptr (SxFrame) frame = read_csv ("age,income,city,plan,member,since\n"
                                        "40,100,Oslo,basic,true,2001-02-03\n"
                                        "17.5,,Paris,pro,true,2001-02-03\n"
                                        "40,100,oslo,,true,2001-02-03\n"
                                        "88,25000.01,Atlantis,gold,true,\n"
                                        "18,0,new york,pro,false,1901-01-01\n"
                                        ",,,,,\n",
                                        NULL);
  g_autoptr (SxFrame) table = sx_model_predict (model, frame, 1, NULL, &error);
  g_autoptr (SxColumn) flags = NULL;

  g_assert_no_error (error);
  flags = get_column (table, "flags");
  for (gsize row = 0; row < G_N_ELEMENTS (expected); row++)
    {
      g_autofree char *cell = sx_column_dup_cell (flags, row);

      g_assert_cmpstr (cell, ==, expected[row]);
      g_assert_cmpint (sx_column_is_missing (flags, row), ==, *cell == '\0');
    }
}

/* Flags are those of the model that was trained, not only as long as it was not stored: ranges of whole numbers come back as whole numbers. */
static void
test_flags_survive_the_package (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("mlp", SX_TASK_BINARY);
  g_autoptr (SxModel) loaded = NULL;
  g_autoptr (SxFrame) frame = fixture_frame (500, 12, -1, TRUE);
  g_autoptr (SxFrame) before = sx_model_predict (model, frame, 1, NULL, NULL);
  g_autoptr (SxFrame) after = NULL;
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("sx-predict-XXXXXX.sxm", &path, NULL);

  g_close (fd, NULL);
  g_assert_true (sx_model_save (model, path, &error));
  loaded = sx_model_load (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  after = sx_model_predict (loaded, frame, 1, NULL, NULL);
  g_assert_true (sx_frame_equal (before, after));
}

/* ---- without a header line ---- */

static void
test_names_columns (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxFrame) bare = read_csv ("40,100,Oslo,basic,true,2001-02-03,yes\n41,101,Paris,pro,false,2001-02-04,no\n",
                                       g_variant_new_parsed ("{'header': <false>}"));
  g_autoptr (SxFrame) named = sx_model_name_columns (model, bare);
  g_autoptr (SxFrame) short_by_one = read_csv ("40,100,Oslo,basic,true,2001-02-03\n", g_variant_new_parsed ("{'header': <false>}"));
  g_autoptr (SxFrame) still_bare = sx_model_name_columns (model, short_by_one);
  g_autoptr (SxFrame) titled = read_csv ("a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n", NULL);
  g_autoptr (SxFrame) still_titled = sx_model_name_columns (model, titled);
  g_autofree float *p = sx_model_predict_raw (model, bare, 1, NULL, &error);
  g_autofree float *q = sx_model_predict_raw (model, named, 1, NULL, &error);
  g_autoptr (GVariant) report = sx_model_evaluate (model, bare, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (sx_schema_get_field (sx_frame_get_schema (named), 6)->name, ==, "answer");
  g_assert_cmpmem (p, 4 * sizeof (float), q, 4 * sizeof (float));
  g_assert_nonnull (report);
  g_assert_true (still_bare == short_by_one);
  g_assert_true (still_titled == titled);
}

/* ---- known answers ---- */

static double
get_metric (GVariant *report, const char *id)
{
  g_autoptr (GVariant) metrics = g_variant_lookup_value (report, "metrics", NULL);
  double value;

  g_assert_true (g_variant_lookup (metrics, id, "d", &value));
  return value;
}

static void
test_evaluate (void)
{
  for (guint task = 0; task < SX_N_TASKS; task++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxModel) model = fixture_model ("trees", task);
      g_autoptr (SxFrame) frame = fixture_frame (900, 21, (int)task, FALSE);
      g_autofree float *p = sx_model_predict_raw (model, frame, 1, NULL, NULL);
      g_autofree float *y = NULL;
      g_autoptr (GVariant) report = sx_model_evaluate (model, frame, 2, NULL, &error);
      const char *id;

      g_assert_no_error (error);
      g_assert_true (sx_target_code_frame (sx_model_get_target (model), frame, &y, NULL));
      g_assert_true (g_variant_lookup (report, "metric", "&s", &id));
      g_assert_cmpstr (id, ==, task == SX_TASK_REGRESSION ? "rmse" : "log-loss");
      g_assert_cmpfloat_with_epsilon (get_metric (report, id), sx_metric_find (id)->compute (p, y, 900, task == SX_TASK_REGRESSION ? 0 : sx_model_get_predictor (model)->n_outputs), 1e-12);
      g_assert_cmpfloat (task == SX_TASK_REGRESSION ? get_metric (report, "r2") : get_metric (report, "accuracy"), >, 0.6);
    }
}

static void
test_evaluate_names_unknown_labels (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxFrame) frame = read_csv ("age,income,city,plan,member,since,answer\n40,100,Oslo,basic,true,2001-02-03,Yes\n40,100,Oslo,basic,true,2001-02-03,nope\n40,100,Oslo,basic,true,2001-02-03,no\n", NULL);

  g_assert_null (sx_model_evaluate (model, frame, 1, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_cmpstr (error->message, ==, "Target “answer” holds “Yes”, “nope”, but its classes are “no”, “yes”. Map the labels with a Replace block, or drop those rows.");
}

/* The project spelled the target anew before training; so are the labels of the raw table, and rows without one do not count. */
static void
test_evaluate_applies_target_steps (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxModel) model = fixture_model ("trees", SX_TASK_BINARY);
  g_autoptr (SxTarget) target = sx_target_copy (sx_model_get_target (model));
  g_autoptr (SxModel) respelled = NULL;
  g_autoptr (SxFrame) frame = read_csv ("age,income,city,plan,member,since,reply\n40,100,Oslo,basic,true,2001-02-03,ja\n40,100,Oslo,basic,true,2001-02-03,nein\n40,100,Oslo,basic,true,2001-02-03,\n", NULL);
  g_autoptr (GVariant) report = NULL;
  guint            n_features;
  const SxFeature *features = sx_model_get_features (model, &n_features);
  guint64          n_rows;

  target->steps = sx_steps_new ();
  sx_steps_add (target->steps, SX_STEP_SELECT, (const char *const[]){ "reply", NULL }, (const char *const[]){ "reply", NULL }, NULL, 0, NULL, 0);
  fixture_step (target->steps, SX_STEP_RENAME, "reply", "answer", NULL, 0, NULL);
  fixture_step (target->steps, SX_STEP_REPLACE, "answer", "answer", NULL, 0, (const char *const[]){ "ja", "nein", "yes", "no", NULL });
  respelled = sx_model_new ("again", sx_model_get_inputs (model), sx_model_get_steps (model), features, n_features, target, sx_model_get_predictor (model), NULL, NULL, &error);
  g_assert_no_error (error);
  report = sx_model_evaluate (respelled, frame, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (report, "n-rows", "t", &n_rows));
  g_assert_cmpuint (n_rows, ==, 2);
  g_assert_null (sx_model_evaluate (model, frame, 1, NULL, &error));
  g_assert_cmpstr (error->message, ==, "There is no column “answer” to predict");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/predict/raw", test_raw_is_steps_and_predictor);
  g_test_add_func ("/model/predict/threads", test_threads_change_nothing);
  g_test_add_func ("/model/predict/cast", test_columns_by_name_and_cast);
  g_test_add_func ("/model/predict/whole-numbers", test_whole_numbers_take_others);
  g_test_add_func ("/model/predict/missing-columns", test_missing_columns_are_named);
  g_test_add_func ("/model/predict/bad-cells", test_bad_cells_are_placed);
  g_test_add_func ("/model/predict/bad-features", test_bad_features_are_placed);
  g_test_add_func ("/model/predict/cancelled", test_cancelled);
  g_test_add_func ("/model/predict/no-rows", test_no_rows);
  g_test_add_func ("/model/predict/table", test_table);
  g_test_add_func ("/model/predict/flags", test_flags);
  g_test_add_func ("/model/predict/flags-package", test_flags_survive_the_package);
  g_test_add_func ("/model/predict/names-columns", test_names_columns);
  g_test_add_func ("/model/evaluate/metrics", test_evaluate);
  g_test_add_func ("/model/evaluate/unknown-labels", test_evaluate_names_unknown_labels);
  g_test_add_func ("/model/evaluate/target-steps", test_evaluate_applies_target_steps);
  return g_test_run ();
}
