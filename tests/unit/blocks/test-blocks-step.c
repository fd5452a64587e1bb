/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <blocks/sx-step.h>
#include <graph/sx-yaml.h>

#include <math.h>
#include <string.h>

/* age: 20, missing, 60 · city: Rome, Oslo, missing · at: 2024-02-29T13:00, missing, 1999-12-31. */
static SxFrame *
make_frame (void)
{
  SxField     fields[] = { { (char *)"age", SX_TYPE_INT64, NULL }, { (char *)"city", SX_TYPE_CATEGORY, NULL }, { (char *)"at", SX_TYPE_TIMESTAMP, NULL } };
  const char *cells[3][3] = { { "20", "", "60" }, { "Rome", "Oslo", "" }, { "2024-02-29T13:00", "", "1999-12-31" } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 3, NULL);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
      g_autoptr (SxColumn) text = NULL;

      for (guint row = 0; row < 3; row++)
        if (*cells[i][row] == '\0')
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_text (builder, cells[i][row], strlen (cells[i][row]));
      text = sx_column_builder_finish (builder);
      g_ptr_array_add (columns, sx_column_cast (text, fields[i].type, fields[i].name, 0, NULL));
    }
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

/* Adds a step given as lists separated by “|”. */
static void
add (SxSteps *steps, SxStepOp op, const char *inputs, const char *outputs, const char *texts, guint n_numbers, const double *numbers, SxType type)
{
  g_auto (GStrv) in = g_strsplit (inputs, "|", -1);
  g_auto (GStrv) out = g_strsplit (outputs, "|", -1);
  g_auto (GStrv) text = g_strsplit (texts, "|", -1);

  sx_steps_add (steps, op, (const char *const *)in, (const char *const *)out, numbers, n_numbers, (const char *const *)text, type);
}

/* What column @name of the result reads, rows joined by “|”, missing as “?”. */
static char *
read_column (SxFrame *frame, const char *name)
{
  int index = sx_schema_find (sx_frame_get_schema (frame), name);
  g_autoptr (SxColumn) column = NULL;
  GString *text = g_string_new (NULL);

  g_assert_cmpint (index, >=, 0);
  column = sx_frame_concat_column (frame, (guint)index);
  for (gsize row = 0; row < column->n_rows; row++)
    {
      g_autofree char *cell = sx_column_dup_cell (column, row);

      g_string_append_printf (text, "%s%s", row > 0 ? "|" : "", sx_column_is_missing (column, row) ? "?" : cell);
    }
  return g_string_free (text, FALSE);
}

static void
test_each_operation (void)
{
  const struct
  {
    SxStepOp    op;
    const char *inputs, *outputs, *texts;
    guint       n_numbers;
    double      numbers[6];
    SxType      type;
    const char *name, *cells;
  } cases[] = {
    { SX_STEP_SELECT, "city|age", "city|age", "", 0, { 0 }, 0, "age", "20|?|60" },
    { SX_STEP_RENAME, "age", "years", "", 0, { 0 }, 0, "years", "20|?|60" },
    { SX_STEP_CAST, "age", "age", "", 0, { 0 }, SX_TYPE_STRING, "age", "20|?|60" },
    { SX_STEP_FILL, "age", "age", "", 1, { 40 }, 0, "age", "20|40|60" },
    { SX_STEP_FILL, "age", "age", "", 1, { 40.5 }, 0, "age", "20|40.5|60" },
    { SX_STEP_FILL, "city", "city", "none", 0, { 0 }, 0, "city", "Rome|Oslo|none" },
    { SX_STEP_INDICATOR, "age", "age missing", "", 0, { 0 }, 0, "age missing", "0|1|0" },
    { SX_STEP_AFFINE, "age", "age", "", 2, { 40, 0.05 }, 0, "age", "-1|?|1" },
    { SX_STEP_CLIP, "age", "age", "", 2, { 30, 50 }, 0, "age", "30|?|50" },
    { SX_STEP_QUANTILE, "age", "age", "", 6, { 0, 40, 80, 0, 0.25, 1 }, 0, "age", "0.125|?|0.625" },
    { SX_STEP_REPLACE, "city", "city", "Oslo|Bonn|Paris|Berlin", 0, { 0 }, 0, "city", "Rome|Paris|?" },
    { SX_STEP_ONE_HOT, "city", "is Oslo|is Bonn", "Oslo|Bonn", 0, { 0 }, 0, "is Oslo", "0|1|0" },
    { SX_STEP_ORDINAL, "city", "city", "Oslo|Bonn", 2, { 2, NAN }, 0, "city", "2|0|?" },
    { SX_STEP_LOOKUP, "city", "city", "Oslo", 3, { 0.5, 0.25, 0.75 }, 0, "city", "0.5|0.75|0.25" },
    { SX_STEP_DATE_PART, "at", "weekday", "weekday", 0, { 0 }, 0, "weekday", "4|?|5" },
    { SX_STEP_EXPRESSION, "age", "double", "age * 2", 0, { 0 }, 0, "double", "40|?|120" },
    { SX_STEP_EXPRESSION, "age", "age", "coalesce(age, 1)", 0, { 0 }, 0, "age", "20|1|60" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) frame = make_frame ();
      g_autoptr (SxSteps) steps = sx_steps_new ();
      g_autoptr (SxFrame) result = NULL;
      g_autoptr (SxSchema) schema = NULL;
      g_auto (GStrv) no_texts = NULL;
      g_autofree char *cells = NULL;

      g_test_message ("%s", sx_step_op_get_nick (cases[i].op));
      if (*cases[i].texts == '\0')
        {
          g_auto (GStrv) in = g_strsplit (cases[i].inputs, "|", -1);
          g_auto (GStrv) out = g_strsplit (cases[i].outputs, "|", -1);

          sx_steps_add (steps, cases[i].op, (const char *const *)in, (const char *const *)out, cases[i].numbers, cases[i].n_numbers, NULL, cases[i].type);
        }
      else
        add (steps, cases[i].op, cases[i].inputs, cases[i].outputs, cases[i].texts, cases[i].n_numbers, cases[i].numbers, cases[i].type);
      result = sx_steps_apply (steps, frame, NULL, &error);
      g_assert_no_error (error);
      schema = sx_steps_describe (steps, sx_frame_get_schema (frame), &error);
      g_assert_true (sx_schema_equal (schema, sx_frame_get_schema (result)));
      cells = read_column (result, cases[i].name);
      g_assert_cmpstr (cells, ==, cases[i].cells);
    }
}

static void
test_errors (void)
{
  g_autoptr (SxFrame) frame = make_frame ();
  g_autoptr (SxSteps) missing = sx_steps_new ();
  g_autoptr (SxSteps) text = sx_steps_new ();
  g_autoptr (GError) error = NULL;
  double numbers[] = { 0, 1 };

  add (missing, SX_STEP_AFFINE, "agee", "age", "", 2, numbers, 0);
  sx_steps_set_block (missing, "scale");
  g_assert_null (sx_steps_apply (missing, frame, NULL, &error));
  g_assert_cmpstr (error->message, ==, "Block “scale”: the column “agee” is missing.");
  g_clear_error (&error);
  add (text, SX_STEP_AFFINE, "city", "city", "", 2, numbers, 0);
  g_assert_null (sx_steps_apply (text, frame, NULL, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE);
}

static void
test_yaml_round_trip (void)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (SxSteps) read = NULL;
  g_autoptr (SxYaml) root = NULL;
  g_autoptr (GError) error = NULL;
  SxYamlWriter    *writer = sx_yaml_writer_new ();
  g_autofree char *text = NULL;
  double           numbers[] = { 0.1 + 0.2, -1e-300, NAN, 3 };

  add (steps, SX_STEP_LOOKUP, "city", "city", "a: b|#c", 4, numbers, 0);
  add (steps, SX_STEP_CAST, "x", "y", "", 0, NULL, SX_TYPE_FLOAT64);
  sx_steps_set_block (steps, "enc-1");
  sx_yaml_writer_begin_map (writer, NULL);
  sx_steps_write (steps, writer, "steps");
  sx_yaml_writer_end_map (writer);
  text = sx_yaml_writer_finish (writer, NULL);
  root = sx_yaml_parse (text, -1, "s.yaml", &error);
  g_assert_no_error (error);
  read = sx_steps_read (sx_yaml_find (root, "steps"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_steps_get_n (read), ==, 2);
  for (guint i = 0; i < 4; i++)
    {
      double back = sx_steps_get (read, 0)->numbers[i];

      g_assert_true (back == numbers[i] || (isnan (back) && isnan (numbers[i])));
    }
  g_assert_cmpstr (sx_steps_get (read, 0)->texts[0], ==, "a: b");
  g_assert_cmpint (sx_steps_get (read, 1)->type, ==, SX_TYPE_FLOAT64);
  g_assert_cmpstr (sx_steps_get (read, 1)->block, ==, "enc-1");
}

static void
test_yaml_refuses (void)
{
  const char *texts[] = { "- op: affine\n  inputs: [a]\n  outputs: [a]\n  numbers: [1]\n", "- op: fly\n", "- 1\n", "- op: quantile\n  inputs: [a]\n  outputs: [a]\n  numbers: [2, 1, 0, 1]\n",
                          "- op: one-hot\n  inputs: [a]\n  outputs: [b]\n", "- op: cast\n  inputs: [a]\n  outputs: [a]\n  type: x\n", "- op: date-part\n  inputs: [a]\n  outputs: [b]\n  texts: [month)+(1]\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxYaml) root = sx_yaml_parse (texts[i], -1, "s.yaml", &error);

      g_assert_no_error (error);
      g_assert_null (sx_steps_read (root, &error));
      g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
      g_assert_true (g_str_has_prefix (error->message, "s.yaml:"));
    }
}

static void
test_trace (void)
{
  g_autoptr (SxFrame) frame = make_frame ();
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) inputs = NULL;

  add (steps, SX_STEP_EXPRESSION, "age", "double", "age * 2", 0, NULL, 0);
  add (steps, SX_STEP_ONE_HOT, "city", "hot", "Rome", 0, NULL, 0);
  inputs = sx_steps_trace_inputs (steps, sx_frame_get_schema (frame), (const char *const[]){ "double", NULL });
  g_assert_cmpuint (g_strv_length (inputs), ==, 1);
  g_assert_cmpstr (inputs[0], ==, "age");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/step/each-operation", test_each_operation);
  g_test_add_func ("/step/errors", test_errors);
  g_test_add_func ("/step/yaml/round-trip", test_yaml_round_trip);
  g_test_add_func ("/step/yaml/refuses", test_yaml_refuses);
  g_test_add_func ("/step/trace", test_trace);
  return g_test_run ();
}
