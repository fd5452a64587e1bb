/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Steps and expressions as ONNX nodes give what the pipeline gives, cell by cell, missing cells and unknown texts among them, or are refused by name. */

#include "../model/model-fixture.h"

#include <export/sx-onnx-check.h>
#include <export/sx-onnx-private.h>

static SxFrame *
make_rows (void)
{
  g_autoptr (SxFrame) rows = fixture_frame (400, 17, -1, TRUE);

  return sx_onnx_dup_feed (rows);
}

static void
compare_number (const SxColumn *expected, gsize row, double value)
{
  if (sx_column_is_missing (expected, row))
    g_assert_true (isnan (value));
  else if (!(value == sx_column_get_double (expected, row))) /* infinite ones too */
    g_assert_cmpfloat (fabs (value - sx_column_get_double (expected, row)), <=, 1e-12 * MAX (1, fabs (value)));
}

static void
compare_text (const SxColumn *expected, gsize row, const char *text, gboolean is_missing)
{
  g_autofree char *cell = sx_column_dup_cell (expected, row);

  g_assert_cmpint (is_missing, ==, sx_column_is_missing (expected, row));
  if (!is_missing)
    g_assert_cmpstr (text, ==, cell);
}

/* The column @name after @steps: by the pipeline, and by the graph. */
static gboolean
compare_steps (SxSteps *steps, const char *name, GError **error)
{
  g_autoptr (SxFrame) rows = make_rows ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (SxFrame) after = sx_steps_apply (steps, rows, NULL, &problem);
  g_autoptr (SxColumn) expected = NULL;
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("steps");
  g_autoptr (GBytes) bytes = NULL;
  SxOnnxTable         table;
  const SxOnnxColumn *column;
  SxOnnxTensor      **tensors;
  gboolean            ok;

  g_assert_no_error (problem);
  expected = sx_frame_concat_column (after, (guint)sx_schema_find (sx_frame_get_schema (after), name));
  sx_onnx_table_init (&table, onnx);
  ok = sx_onnx_table_add_inputs (&table, sx_frame_get_schema (rows), error);
  for (guint i = 0; ok && i < sx_steps_get_n (steps); i++)
    ok = sx_onnx_table_apply (&table, sx_steps_get (steps, i), error);
  if (ok)
    {
      column = sx_onnx_table_get (&table, name);
      g_assert_cmpint (column->type, ==, expected->type);
      bytes = sx_onnx_finish (onnx);
      tensors = sx_onnx_evaluate (bytes, rows, (const char *const[]){ column->tensor, NULL }, &problem);
      g_assert_no_error (problem);
      g_assert_cmpuint (tensors[0]->n, ==, expected->n_rows);
      if (tensors[0]->v != NULL)
        for (gsize row = 0; row < expected->n_rows; row++)
          compare_number (expected, row, tensors[0]->v[row]);
      else
        {
          SxOnnxTensor **masks = column->missing ? sx_onnx_evaluate (bytes, rows, (const char *const[]){ column->missing, NULL }, NULL) : NULL;

          g_assert_true (masks == NULL || masks[0]->n == expected->n_rows);
          for (gsize row = 0; row < expected->n_rows; row++)
            compare_text (expected, row, tensors[0]->texts[row], masks && masks[0]->v[row] > 0);
          if (masks != NULL)
            sx_onnx_tensor_free (masks[0]);
          g_free (masks);
        }
      sx_onnx_tensor_free (tensors[0]);
      g_free (tensors);
    }
  sx_onnx_table_clear (&table);
  return ok;
}

/* ---- steps ---- */

static void
test_fixture_steps (void)
{
  static const char *const features[] = { "age", "income", "income?", "city=Oslo", "city=Paris", "city=Zürich", "weight", "plan", "membership", "year", "weekday", "ratio", "rank", "since" };

  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSteps) steps = fixture_steps (TRUE);

      g_assert_true (compare_steps (steps, features[i], &error));
      g_assert_no_error (error);
    }
}

static void
test_date_parts (void)
{
  static const char *const parts[] = { "year", "month", "day", "weekday", "hour", "minute", "yearday" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (SxSteps) steps = sx_steps_new ();

      fixture_step (steps, SX_STEP_DATE_PART, "since", "y", NULL, 0, (const char *const[]){ parts[i], NULL });
      g_assert_true (compare_steps (steps, "y", NULL));
    }
}

/* Lookups of columns that are no texts go by what the pipeline would print. */
static void
test_lookups_of_numbers (void)
{
  static const struct
  {
    const char *column, *texts[5];
  } cases[] = {
    { "age", { "20", "30.0", "40", "x", NULL } },
    { "income", { "0", "1.5", "0.125", "25000", NULL } },
    { "member", { "true", "false", "1", "yes", NULL } },
    { "member", { "false", NULL } },
    { "since", { "2001-02-03", "never", NULL } },
    { "city", { "Oslo", "Paris", "Oslo", "Berlin", NULL } },
    { "plan", { NULL } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const double numbers[] = { -1, NAN, 10, 20, 30, 40 };
      gsize        n = g_strv_length ((char **)cases[i].texts);
      const char  *hot[] = { "y0", "y1", "y2", "y3", NULL };
      g_autoptr (SxSteps) steps = sx_steps_new ();

      fixture_step (steps, SX_STEP_LOOKUP, cases[i].column, "y", numbers, n + 2, cases[i].texts);
      g_assert_true (compare_steps (steps, "y", NULL));
      if (n < 4)
        continue;
      sx_steps_add (steps, SX_STEP_ONE_HOT, (const char *const[]){ cases[i].column, NULL }, hot, NULL, 0, cases[i].texts, 0);
      for (guint k = 0; k < 4; k++)
        g_assert_true (compare_steps (steps, hot[k], NULL));
    }
}

static void
test_casts (void)
{
  static const struct
  {
    const char *column;
    SxType      type;
    gboolean    refused;
  } cases[] = {
    { "age", SX_TYPE_FLOAT64 },
    { "age", SX_TYPE_STRING },
    { "age", SX_TYPE_CATEGORY },
    { "member", SX_TYPE_STRING },
    { "member", SX_TYPE_INT64 },
    { "plan", SX_TYPE_STRING },
    { "city", SX_TYPE_CATEGORY },
    { "since", SX_TYPE_INT64 },
    { "income", SX_TYPE_STRING, TRUE },
    { "since", SX_TYPE_STRING, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSteps) steps = sx_steps_new ();

      sx_steps_add (steps, SX_STEP_CAST, (const char *const[]){ cases[i].column, NULL }, (const char *const[]){ "y", NULL }, NULL, 0, NULL, cases[i].type);
      sx_steps_set_block (steps, "types");
      g_assert_true (compare_steps (steps, "y", &error) != cases[i].refused);
      if (cases[i].refused)
        g_assert_true (g_str_has_prefix (error->message, "Block “types”: ONNX cannot turn the column “"));
    }
}

/* There and back: texts that are numbers. */
static void
test_casts_from_text (void)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  static const char *const age[] = { "age", NULL };

  sx_steps_add (steps, SX_STEP_CAST, age, age, NULL, 0, NULL, SX_TYPE_STRING);
  sx_steps_add (steps, SX_STEP_CAST, age, age, NULL, 0, NULL, SX_TYPE_FLOAT64);
  g_assert_true (compare_steps (steps, "age", NULL));
}

/* Outputs that take the place of each other's inputs. */
static void
test_swaps (void)
{
  static const char *const ab[] = { "age", "income", NULL };
  static const char *const ba[] = { "income", "age", NULL };
  const double             numbers[] = { 1, 2, 3, 4 };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SxSteps) affine = sx_steps_new ();
      g_autoptr (SxSteps) rename = sx_steps_new ();

      sx_steps_add (affine, SX_STEP_AFFINE, ab, ba, numbers, 4, NULL, 0);
      g_assert_true (compare_steps (affine, ab[i], NULL));
      sx_steps_add (rename, SX_STEP_RENAME, ab, ba, NULL, 0, NULL, 0);
      g_assert_true (compare_steps (rename, ab[i], NULL));
    }
}

/* At the points of the map, between them, and outside. */
static void
test_quantile (void)
{
  const double two[] = { 20, 60, 5, -5 }, many[] = { 18, 25, 26, 40.5, 80, 0, 1, -1, 7, 7.5 };
  g_autoptr (SxSteps) steps = sx_steps_new ();

  fixture_step (steps, SX_STEP_QUANTILE, "age", "two", two, G_N_ELEMENTS (two), NULL);
  fixture_step (steps, SX_STEP_QUANTILE, "age", "many", many, G_N_ELEMENTS (many), NULL);
  g_assert_true (compare_steps (steps, "two", NULL));
  g_assert_true (compare_steps (steps, "many", NULL));
}

/* ---- expressions ---- */

static const char *const expressible[] = {
  "age + income * 2 - 3 / age",
  "income / (age - 40)",
  "(age - 50) % 7",
  "(age - 50) % -7",
  "-age ^ 2",
  "age ^ 0",
  "income ^ 0.5",
  "missing + age",
  "1 + 1",
  "age = 40",
  "age != 40",
  "age > 40 and income > 1000",
  "age > 40 or income > 1000",
  "not (age > 40 or missing)",
  "age > 40 and missing",
  "member",
  "member = (age > 50)",
  "member and age >= 18",
  "not member",
  "city = \"Paris\"",
  "city != \"Paris\"",
  "\"Paris\" = city",
  "city in (\"Paris\", \"Oslo\")",
  "city in (\"Paris\", missing)",
  "age in (40, 41, income)",
  "age <= 40",
  "since < time(\"2000-01-01\")",
  "since = missing",
  "abs(age - 50)",
  "ceil(income / 1000)",
  "floor(-income / 1000)",
  "clip(age, 30, 60)",
  "clip(age, income, 60)",
  "coalesce(age, income, 0)",
  "coalesce(city, \"nowhere\")",
  "coalesce(city, plan)",
  "coalesce(member, age > 50)",
  "coalesce(member, true)",
  "cos(age)",
  "sin(income)",
  "exp(age / 100)",
  "log(income)",
  "log(age - 40)",
  "log10(income + 1)",
  "log2(income + 1)",
  "if(age > 40, income, -1)",
  "if(age > 40, city, plan)",
  "if(age > 40, city, missing)",
  "if(member, \"yes\", \"no\")",
  "if(member, age > 3, income > 1000)",
  "if(city = \"Paris\", 1, if(plan = \"pro\", 2, missing))",
  "is_missing(age)",
  "is_missing(city)",
  "is_missing(member)",
  "is_missing(1)",
  "is_missing(if(age > 40, city, missing))",
  "max(age, income, 40)",
  "min(age, income)",
  "round(income / 7)",
  "round(income / 7, 2)",
  "round(income / 7, -2)",
  "sign(income - 100)",
  "sqrt(income)",
  "sqrt(age - 40)",
  "text(age)",
  "text(member)",
  "text(city)",
  "text(3.5)",
  "lower(\"Paris\") = \"paris\" and age > 3",
  "number(\"7\") + age",
  "time(\"2001-02-03\")",
  "days_between(since, time(\"2024-02-29\"))",
  "year(since) * 100 + month(since)",
  "weekday(since) in (6, 7)",
  "day(since)",
  "hour(since)",
  "minute(since)",
  "yearday(since)",
  "since",
  "city",
  /* As bins and components say themselves. */
  "if(`age` >= 18, 1, 0) + if(`age` >= 65, 1, 0)",
  "if(not is_missing(`age`) and `age` >= 18 and `age` < 65, 1, 0)",
  "-`age` * 0.25 + `income` * 0.5 - `age` * 1e-3",
};

static const struct
{
  const char *text, *name;
} refused[] = {
  { "lower(city) = \"paris\"", "lower" },
  { "upper(city)", "upper" },
  { "trim(city)", "trim" },
  { "length(city) + 1", "length" },
  { "concat(city, \", \", plan)", "concat" },
  { "contains(city, \"a\")", "contains" },
  { "starts_with(city, \"P\")", "starts_with" },
  { "ends_with(city, \"s\")", "ends_with" },
  { "replace(city, \"a\", \"b\")", "replace" },
  { "substring(city, 1, 2)", "substring" },
  { "number(city)", "number" },
  { "time(city)", "time" },
  { "text(income)", "text" },
  { "text(since)", "text" },
  { "city = plan", "=" },
  { "city < \"M\"", "<" },
  { "city in (\"Oslo\", plan)", "in" },
  { "round(income, age)", "round" },
  { "acos(age)", "acos" },
  { "asin(age)", "asin" },
  { "atan(age)", "atan" },
  { "atan2(age, income)", "atan2" },
  { "between(age, 30, 40)", "between" },
  { "expm1(age)", "expm1" },
  { "log1p(age)", "log1p" },
  { "missing_if(age, 40)", "missing_if" },
  { "tan(age)", "tan" },
  { "tanh(age)", "tanh" },
  { "trunc(income)", "trunc" },
  { "extract(city, \"P.\")", "extract" },
  { "join(\"-\", city, plan)", "join" },
  { "matches(city, \"^P\")", "matches" },
  { "pad_end(city, 9, \"x\")", "pad_end" },
  { "pad_start(city, 9, \"x\")", "pad_start" },
  { "position(city, \"a\")", "position" },
  { "split(city, \"a\", 1)", "split" },
  { "split_rest(city, \"a\", 1)", "split_rest" },
  { "substitute(city, \"a\", \"b\")", "substitute" },
  { "words(city)", "words" },
  { "add_time(since, 1, \"month\")", "add_time" },
  { "floor_time(since, \"month\")", "floor_time" },
  { "make_time(age, 1, 1)", "make_time" },
  { "time_between(since, since, \"years\")", "time_between" },
  { "quarter(since)", "quarter" },
  { "week(since)", "week" },
  { "second(since)", "second" },
  { "format_time(since, \"%Y\")", "format_time" },
  { "local(since, \"Europe/Rome\")", "local" },
  { "parse_time(city, \"%Y\")", "parse_time" },
};

static SxSteps *
make_expression (const char *text)
{
  SxSteps *steps = sx_steps_new ();

  sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const[]){ "age", NULL }, (const char *const[]){ "y", NULL }, NULL, 0, (const char *const[]){ text, NULL }, 0);
  sx_steps_set_block (steps, "derive");
  return steps;
}

static void
test_expressions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (expressible); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSteps) steps = make_expression (expressible[i]);

      g_test_message ("%s", expressible[i]);
      g_assert_true (compare_steps (steps, "y", &error));
      g_assert_no_error (error);
    }
}

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSteps) steps = make_expression (refused[i].text);
      g_autofree char *expected = g_strdup_printf ("Block “derive”: ONNX cannot express “%s” in “%s” as Sextant computes it. Make that column before Sextant reads the table, or leave it out.", refused[i].name, refused[i].text);

      g_assert_false (compare_steps (steps, "y", &error));
      g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT);
      g_assert_cmpstr (error->message, ==, expected);
    }
}

/* Every function of the language stands in one of the two tables: none is forgotten when it is added. */
static void
test_functions_are_decided (void)
{
  for (const SxExprFunction *function = sx_expr_list_functions (); function->name != NULL; function++)
    {
      g_autofree char *call = g_strconcat (function->name, "(", NULL);
      gboolean         found = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (expressible) && !found; i++)
        found = strstr (expressible[i], call) != NULL;
      for (guint i = 0; i < G_N_ELEMENTS (refused) && !found; i++)
        found = strstr (refused[i].text, call) != NULL;
      if (!found)
        g_error ("no case for %s()", function->name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/steps/fixture", test_fixture_steps);
  g_test_add_func ("/export/steps/date-parts", test_date_parts);
  g_test_add_func ("/export/steps/lookups-of-numbers", test_lookups_of_numbers);
  g_test_add_func ("/export/steps/casts", test_casts);
  g_test_add_func ("/export/steps/casts-from-text", test_casts_from_text);
  g_test_add_func ("/export/steps/swaps", test_swaps);
  g_test_add_func ("/export/steps/quantile", test_quantile);
  g_test_add_func ("/export/expressions/equal", test_expressions);
  g_test_add_func ("/export/expressions/refused", test_refusals);
  g_test_add_func ("/export/expressions/decided", test_functions_are_decided);
  return g_test_run ();
}
