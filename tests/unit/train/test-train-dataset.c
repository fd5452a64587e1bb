/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The target's coding, features, and the matrix. */

#include <sx-engine.h>

#include "train/sx-dataset.h"

#include <math.h>
#include <string.h>

/* A frame of one column from texts; NULL is missing. */
static SxFrame *
make_frame (const char *name, SxType type, const char *const *cells, gsize n_rows)
{
  SxField field = { (char *)name, type, NULL };
  g_autoptr (SxSchema) schema = sx_schema_new (&field, 1, NULL);
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
  g_autoptr (SxColumn) texts = NULL;
  g_autoptr (SxColumn) column = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n_rows; i++)
    if (cells[i] != NULL)
      sx_column_builder_append_text (builder, cells[i], strlen (cells[i]));
    else
      sx_column_builder_append_missing (builder);
  texts = sx_column_builder_finish (builder);
  column = type == SX_TYPE_STRING ? sx_column_ref (texts) : sx_column_cast (texts, type, name, 0, &error);
  g_assert_no_error (error);
  return sx_frame_new_from_columns (schema, (SxColumn *[]){ column });
}

static char *
join_classes (const SxTarget *target)
{
  return g_strjoinv ("|", target->classes);
}

static void
check_guess (SxType type, const char *cells, SxTask task, const char *classes)
{
  g_auto (GStrv) split = g_strsplit (cells, ",", -1);
  g_autoptr (SxFrame) frame = make_frame ("y", type, (const char *const *)split, g_strv_length (split));
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTarget) target = sx_target_new (frame, "y", -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (target->task, ==, task);
  if (classes == NULL)
    g_assert_null (target->classes);
  else
    {
      g_autofree char *joined = join_classes (target);

      g_assert_cmpstr (joined, ==, classes);
    }
}

static void
test_target_guess (void)
{
  check_guess (SX_TYPE_STRING, "yes,no,yes", SX_TASK_BINARY, "no|yes");
  check_guess (SX_TYPE_CATEGORY, ">50K,<=50K", SX_TASK_BINARY, "<=50K|>50K");
  check_guess (SX_TYPE_STRING, "c,a,b", SX_TASK_MULTICLASS, "a|b|c");
  check_guess (SX_TYPE_BOOL, "true,false", SX_TASK_BINARY, "false|true");
  check_guess (SX_TYPE_INT64, "10,9,2,-1", SX_TASK_MULTICLASS, "-1|2|9|10");
  check_guess (SX_TYPE_FLOAT64, "1,0,1", SX_TASK_BINARY, "0|1");
  check_guess (SX_TYPE_FLOAT64, "1,0.5,1", SX_TASK_REGRESSION, NULL);
  check_guess (SX_TYPE_INT64, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20", SX_TASK_MULTICLASS, "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20");
  check_guess (SX_TYPE_INT64, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", SX_TASK_REGRESSION, NULL);
}

static void
test_target_positive (void)
{
  const char *const cells[] = { "a", "b", "c" };
  g_autoptr (SxFrame) frame = make_frame ("y", SX_TYPE_STRING, cells, 3);
  g_autoptr (SxTarget) target = sx_target_new (frame, "y", SX_TASK_MULTICLASS, "a", NULL);
  g_autofree char *joined = join_classes (target);
  g_autoptr (SxTarget) copy = sx_target_copy (target);
  g_autofree char *copied = join_classes (copy);

  g_assert_cmpstr (joined, ==, "b|c|a");
  g_assert_cmpstr (copied, ==, "b|c|a");
}

static void
check_refusal (SxType type, const char *cells, int task, const char *column, const char *positive, const char *message)
{
  g_auto (GStrv) split = g_strsplit (cells, ",", -1);
  g_autoptr (SxFrame) frame = make_frame ("income", type, (const char *const *)split, g_strv_length (split));
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_target_new (frame, column, task, positive, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, message);
}

static void
test_target_refuses (void)
{
  g_autoptr (GString) many = g_string_new ("v0");

  check_refusal (SX_TYPE_STRING, "a,b", -1, "incom", NULL, "Did you mean “income”?");
  check_refusal (SX_TYPE_STRING, "a,a,a", -1, "income", NULL, "“a” in every row");
  check_refusal (SX_TYPE_FLOAT64, "2.5,2.5", -1, "income", NULL, "“2.5” in every row");
  check_refusal (SX_TYPE_STRING, "a,b", SX_TASK_REGRESSION, "income", NULL, "is text");
  check_refusal (SX_TYPE_STRING, "a,b,c", SX_TASK_BINARY, "income", NULL, "3 different values");
  check_refusal (SX_TYPE_STRING, "a,b,c", -1, "income", "z", "never “z”");
  check_refusal (SX_TYPE_TIMESTAMP, "2020-01-01,2020-01-02", -1, "income", NULL, "timestamp");
  for (guint i = 1; i <= SX_TARGET_MAX_CLASSES; i++)
    g_string_append_printf (many, ",v%u", i);
  check_refusal (SX_TYPE_STRING, many->str, -1, "income", NULL, "more than 1000");
}

static void
test_target_all_missing (void)
{
  const char *const cells[] = { NULL, NULL };
  g_autoptr (SxFrame) frame = make_frame ("y", SX_TYPE_STRING, cells, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_target_new (frame, "y", -1, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "missing in every row"));
}

/* Whatever type a reader gave the labels, they code alike. */
static void
test_target_codes_across_types (void)
{
  const char *const cells[] = { "3", NULL, "1", "2", "3" };
  const SxType      types[] = { SX_TYPE_INT64, SX_TYPE_FLOAT64, SX_TYPE_STRING, SX_TYPE_CATEGORY };
  const float       expected[] = { 2, NAN, 0, 1, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    for (guint j = 0; j < G_N_ELEMENTS (types); j++)
      {
        g_autoptr (SxFrame) learned = make_frame ("y", types[i], cells, 5);
        g_autoptr (SxFrame) other = make_frame ("y", types[j], cells, 5);
        g_autoptr (SxTarget) target = sx_target_new (learned, "y", -1, NULL, NULL);
        g_autofree float *y = NULL;
        g_autoptr (GError) error = NULL;

        g_assert_true (sx_target_code_frame (target, other, &y, &error));
        g_assert_no_error (error);
        for (guint row = 0; row < 5; row++)
          if (isnan (expected[row]))
            g_assert_true (isnan (y[row]));
          else
            g_assert_cmpfloat (y[row], ==, expected[row]);
      }
}

static void
test_target_unknown_labels (void)
{
  const char *const known[] = { "<=50K", ">50K" };
  const char *const unknown[] = { ">50K.", "<=50K.", "<=50K" };
  g_autoptr (SxFrame) learned = make_frame ("income", SX_TYPE_STRING, known, 2);
  g_autoptr (SxFrame) other = make_frame ("income", SX_TYPE_STRING, unknown, 3);
  g_autoptr (SxTarget) target = sx_target_new (learned, "income", -1, NULL, NULL);
  g_autofree float *y = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (sx_target_code_frame (target, other, &y, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_cmpstr (error->message, ==, "Target “income” holds “<=50K.”, “>50K.”, but its classes are “<=50K”, “>50K”. Map the labels with a Replace block, or drop those rows.");
}

static void
test_target_numbers (void)
{
  const char *const cells[] = { "1.5", NULL, "-2" };
  const char *const huge[] = { "1", "1e300" };
  g_autoptr (SxFrame) numbers = make_frame ("y", SX_TYPE_FLOAT64, cells, 3);
  g_autoptr (SxFrame) texts = make_frame ("y", SX_TYPE_STRING, cells, 3);
  g_autoptr (SxFrame) large = make_frame ("y", SX_TYPE_FLOAT64, huge, 2);
  g_autoptr (SxTarget) target = sx_target_new (numbers, "y", -1, NULL, NULL);
  g_autofree float *y = NULL;
  g_autofree float *from_texts = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_target_code_frame (target, numbers, &y, NULL));
  g_assert_cmpfloat (y[0], ==, 1.5f);
  g_assert_true (isnan (y[1]));
  g_assert_cmpfloat (y[2], ==, -2);
  g_assert_true (sx_target_code_frame (target, texts, &from_texts, NULL));
  g_assert_cmpfloat (from_texts[0], ==, 1.5f);
  g_assert_false (sx_target_code_frame (target, large, &(float *){ NULL }, &error));
  g_assert_nonnull (strstr (error->message, "row 2"));
}

/* ---- features and matrix ---- */

static SxSchema *
make_schema (const SxField *fields, guint n)
{
  g_autoptr (GError) error = NULL;
  SxSchema *schema = sx_schema_new (fields, n, &error);

  g_assert_no_error (error);
  return schema;
}

static void
add_step (SxSteps *steps, SxStepOp op, const char *input, const char *output, const double *numbers, gsize n_numbers, const char *const *texts)
{
  const char *inputs[] = { input, NULL };
  const char *outputs[] = { output, NULL };

  sx_steps_add (steps, op, inputs, outputs, numbers, n_numbers, texts, SX_TYPE_FLOAT64);
}

static void
test_features_from_steps (void)
{
  const SxField fields[] = {
    { (char *)"age", SX_TYPE_INT64 },
    { (char *)"colour", SX_TYPE_FLOAT64 },
    { (char *)"scaled", SX_TYPE_FLOAT64 },
    { (char *)"ordered", SX_TYPE_FLOAT64 },
    { (char *)"y", SX_TYPE_STRING },
  };
  const char *const texts[] = { "blue", "green", "red", NULL };
  g_autoptr (SxSchema) schema = make_schema (fields, 5);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (GError) error = NULL;
  SxFeature *features;
  guint      n;

  add_step (steps, SX_STEP_ORDINAL, "c", "c", (double[]){ 3, NAN }, 2, texts);
  add_step (steps, SX_STEP_RENAME, "c", "colour", NULL, 0, NULL);
  add_step (steps, SX_STEP_ORDINAL, "s", "scaled", (double[]){ 3, NAN }, 2, texts);
  add_step (steps, SX_STEP_AFFINE, "scaled", "scaled", (double[]){ 1, 2 }, 2, NULL);
  add_step (steps, SX_STEP_ORDINAL, "o", "ordered", (double[]){ -1, NAN }, 2, texts);
  features = sx_features_from_steps (steps, schema, "y", &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpstr (features[0].name, ==, "age");
  g_assert_cmpuint (features[0].n_categories, ==, 0);
  g_assert_cmpuint (features[1].n_categories, ==, 3);
  g_assert_cmpuint (features[2].n_categories, ==, 0);
  g_assert_cmpuint (features[3].n_categories, ==, 0);
  sx_features_free (features, n);
  g_assert_null (sx_features_from_steps (steps, schema, "age", &n, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "“y” is of type string"));
  g_assert_nonnull (strstr (error->message, "prepare.encode"));
}

static SxFrame *
make_table (gsize n_rows, gboolean with_target)
{
  const SxField fields[] = { { (char *)"a", SX_TYPE_INT64 }, { (char *)"b", SX_TYPE_FLOAT64 }, { (char *)"c", SX_TYPE_BOOL }, { (char *)"y", SX_TYPE_STRING } };
  g_autoptr (SxSchema) schema = make_schema (fields, with_target ? 4 : 3);
  SxColumnBuilder *builders[4];
  SxColumn        *columns[4];
  SxFrame         *frame;

  for (guint i = 0; i < 4; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (gsize row = 0; row < n_rows; row++)
    {
      sx_column_builder_append_int64 (builders[0], (gint64)row);
      if (row % 7 == 3)
        sx_column_builder_append_missing (builders[1]);
      else
        sx_column_builder_append_double (builders[1], (double)row / 4);
      sx_column_builder_append_bool (builders[2], row % 2);
      sx_column_builder_append_text (builders[3], row % 3 ? "no" : "yes", row % 3 ? 2 : 3);
    }
  for (guint i = 0; i < 4; i++)
    {
      columns[i] = sx_column_builder_finish (builders[i]);
      sx_column_builder_free (builders[i]);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < 4; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static void
test_dataset_matrix (void)
{
  const gsize     sizes[] = { 2, 7, 64, 65, SX_BATCH_MAX_ROWS + 5 };
  const SxFeature features[] = { { (char *)"c", 0 }, { (char *)"b", 0 }, { (char *)"a", 0 } }; /* not in the frame's order */

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (SxFrame) frame = make_table (sizes[s], TRUE);
      g_autoptr (SxTarget) target = sx_target_new (frame, "y", -1, NULL, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxDataset) dataset = sx_dataset_new (frame, features, 3, target, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (dataset->n_rows, ==, sizes[s]);
      g_assert_cmpuint (dataset->n_classes, ==, 2);
      g_assert_cmpuint ((gsize)dataset->x % 64, ==, 0);
      for (gsize row = 0; row < sizes[s]; row++)
        {
          const float *x = dataset->x + row * 3;

          g_assert_cmpfloat (x[0], ==, (float)(row % 2));
          if (row % 7 == 3)
            g_assert_true (isnan (x[1]));
          else
            g_assert_cmpfloat (x[1], ==, (float)row / 4);
          g_assert_cmpfloat (x[2], ==, (float)row);
          g_assert_cmpfloat (dataset->y[row], ==, row % 3 ? 0 : 1);
        }
    }
}

static void
test_dataset_to_predict (void)
{
  const SxFeature features[] = { { (char *)"a", 3 } };
  const SxFeature absent[] = { { (char *)"z", 0 } };
  g_autoptr (SxFrame) frame = make_table (6, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxDataset) dataset = sx_dataset_new (frame, features, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (dataset->y);
  g_assert_cmpfloat (dataset->x[2], ==, 2);
  g_assert_cmpfloat (dataset->x[3], ==, 3); /* unknown */
  g_assert_cmpfloat (dataset->x[5], ==, 3); /* beyond the codes: unknown as well */
  g_assert_null (sx_dataset_new (frame, absent, 1, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "“z”"));
}

static void
test_dataset_refuses (void)
{
  const char *const cells[] = { "1", NULL, "0" };
  const char *const infinite[] = { "1", "1e300" };
  const SxFeature   features[] = { { (char *)"y", 0 } };
  g_autoptr (SxFrame) frame = make_frame ("y", SX_TYPE_INT64, cells, 3);
  g_autoptr (SxFrame) large = make_frame ("y", SX_TYPE_FLOAT64, infinite, 2);
  g_autoptr (SxTarget) target = sx_target_new (frame, "y", -1, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_dataset_new (frame, features, 1, target, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "row 2 is missing"));
  g_clear_error (&error);
  g_assert_null (sx_dataset_new (large, features, 1, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "“y”, row 2"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/target/new/decides-task", test_target_guess);
  g_test_add_func ("/train/target/new/positive-stands-last", test_target_positive);
  g_test_add_func ("/train/target/new/refuses", test_target_refuses);
  g_test_add_func ("/train/target/new/refuses-all-missing", test_target_all_missing);
  g_test_add_func ("/train/target/code/across-types", test_target_codes_across_types);
  g_test_add_func ("/train/target/code/lists-unknown-labels", test_target_unknown_labels);
  g_test_add_func ("/train/target/code/numbers", test_target_numbers);
  g_test_add_func ("/train/features/from-steps/finds-categories", test_features_from_steps);
  g_test_add_func ("/train/dataset/new/matrix", test_dataset_matrix);
  g_test_add_func ("/train/dataset/new/to-predict", test_dataset_to_predict);
  g_test_add_func ("/train/dataset/new/refuses", test_dataset_refuses);
  return g_test_run ();
}
