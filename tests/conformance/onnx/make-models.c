/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Writes models as ONNX into a folder, and beside each the rows to predict and what Sextant predicts, for runtimes that are not ours.
 *
 *   make-models FOLDER
 *
 * NAME.json: {"inputs": {COLUMN: {"type": "number" | "text", "cells": […]}}, "output": "probabilities" | "value", "n_outputs": …, "expected": […],
 * "labels": […] or null}. Missing numbers are null, missing texts “”. */

#include "../../unit/model/model-fixture.h"

#include <glib/gstdio.h>

#define N_ROWS 500

static void
append_text (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else
      g_string_append_c (json, *text);
  g_string_append_c (json, '"');
}

static void
append_number (GString *json, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (json, isnan (value) ? "null" : g_ascii_dtostr (text, sizeof text, value));
}

static void
append_column (GString *json, const char *name, const SxColumn *column)
{
  gboolean is_number = sx_type_is_numeric (column->type);

  append_text (json, name);
  g_string_append_printf (json, ": {\"type\": \"%s\", \"cells\": [", is_number ? "number" : "text");
  for (gsize row = 0; row < column->n_rows; row++)
    {
      g_autofree char *cell = is_number ? NULL : sx_column_dup_cell (column, row);

      g_string_append (json, row > 0 ? ", " : "");
      if (is_number)
        append_number (json, sx_column_get_double (column, row));
      else
        append_text (json, cell);
    }
  g_string_append (json, "]}");
}

static void
append_labels (GString *json, SxModel *model, SxFrame *rows)
{
  g_autoptr (SxFrame) table = sx_model_predict (model, rows, 1, NULL, NULL);
  g_autoptr (SxColumn) labels = sx_frame_concat_column (table, 0);

  for (gsize row = 0; row < labels->n_rows; row++)
    {
      g_autofree char *cell = sx_column_dup_cell (labels, row);

      g_string_append (json, row > 0 ? ", " : "[");
      append_text (json, cell);
    }
  g_string_append (json, "]");
}

/* The rows as a caller of the ONNX model gives them: without a difference between empty and missing texts. */
static SxFrame *
make_rows (void)
{
  g_autoptr (SxFrame) rows = fixture_frame (N_ROWS, 77, -1, TRUE);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (rows, i);
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (column->type);

      for (gsize row = 0; row < column->n_rows; row++)
        {
          g_autofree char *cell = sx_column_dup_cell (column, row);

          if (*cell == '\0')
            sx_column_builder_append_missing (builder);
          else
            sx_column_builder_append_cell (builder, column, row);
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
    }
  return sx_frame_new_from_columns (sx_frame_get_schema (rows), (SxColumn *const *)columns->pdata);
}

static void
write_expected (SxModel *model, const char *path)
{
  g_autoptr (SxFrame) rows = make_rows ();
  g_autofree float *p = sx_model_predict_raw (model, rows, 1, NULL, NULL);
  gboolean          is_number = sx_model_get_target (model)->task == SX_TASK_REGRESSION;
  guint             n_outputs = sx_model_get_predictor (model)->n_outputs;
  GString          *json = g_string_new ("{\"inputs\": {");

  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (rows, i);

      g_string_append (json, i > 0 ? ", " : "");
      append_column (json, fixture_columns[i].name, column);
    }
  g_string_append_printf (json, "}, \"output\": \"%s\", \"n_outputs\": %u, \"expected\": [", is_number ? "value" : "probabilities", n_outputs);
  for (gsize i = 0; i < (gsize)N_ROWS * n_outputs; i++)
    {
      g_string_append (json, i > 0 ? ", " : "");
      append_number (json, (double)p[i]);
    }
  g_string_append (json, "], \"labels\": ");
  if (is_number)
    g_string_append (json, "null");
  else
    append_labels (json, model, rows);
  g_string_append (json, "}\n");
  if (!g_file_set_contents (path, json->str, (gssize)json->len, NULL))
    g_error ("%s cannot be written", path);
  g_string_free (json, TRUE);
}

static void
write_model (SxModel *model, const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_strconcat (name, ".onnx", NULL);
  g_autofree char *expected = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *beside = g_build_filename (folder, expected, NULL);

  if (!sx_export_find ("onnx")->write (model, path, &error))
    g_error ("%s: %s", name, error->message);
  write_expected (model, beside);
  g_print ("%s\n", name);
}

/* Everything that expressions can say, as features of one model, and the date parts that the fixture's steps have not. */
static SxSteps *
make_expressions (void)
{
  static const char *const texts[] = {
    "age + income * 2 - 3 / age",
    "income / (age - 40)",
    "(age - 50) % 7",
    "(age - 50) % -7",
    "age ^ 2",
    "income ^ 0.5",
    "if(age > 40 and income > 1000, 1, 0)",
    "if(not (age > 40 or member), 1, 0)",
    "if(city in (\"Paris\", \"Oslo\"), 1, 2)",
    "if(city != \"Paris\", 1, 2)",
    "coalesce(age, income, 0)",
    "if(coalesce(city, plan) = \"pro\", 1, 0)",
    "if(coalesce(member, true), 1, 0)",
    "abs(age - 50)",
    "ceil(income / 1000)",
    "floor(income / 1000)",
    "clip(age, 30, 60)",
    "cos(age)",
    "sin(age)",
    "exp(age / 100)",
    "log(age)",
    "log10(income + 1)",
    "log2(income + 1)",
    "max(age, income, 40)",
    "min(age, income)",
    "round(income / 7)",
    "round(income / 7, 2)",
    "sign(income - 100)",
    "sqrt(income)",
    "if(text(age) = \"40\", 1, 0)",
    "if(text(member) = \"true\", 1, 0)",
    "days_between(since, time(\"2024-02-29\")) / 365",
    "year(since) * 100 + month(since)",
    "day(since)",
    "hour(since)",
    "minute(since)",
    "yearday(since)",
    "weekday(since)",
    "if(since < time(\"2000-01-01\"), 1, 0)",
    "if(if(age > 40, city, missing) = \"Oslo\", 1, 0)",
    "if(is_missing(city), 1, 0)",
    "-age",
  };
  SxSteps *steps = sx_steps_new ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *name = g_strdup_printf ("x%u", i);

      sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const[]){ "age", "income", "city", "plan", "member", "since", NULL }, (const char *const[]){ name, NULL }, NULL, 0,
                    (const char *const[]){ texts[i], NULL }, 0);
      g_ptr_array_add (kept, g_steal_pointer (&name));
    }
  /* Lookups of columns that are no texts. */
  fixture_step (steps, SX_STEP_ORDINAL, "member", "member", (const double[]){ 2, 2 }, 2, (const char *const[]){ "false", "true", NULL });
  fixture_step (steps, SX_STEP_LOOKUP, "age", "age", (const double[]){ 0.5, -0.5, 1, 2, 3 }, 5, (const char *const[]){ "30", "40", "50", NULL });
  g_ptr_array_add (kept, g_strdup ("member"));
  g_ptr_array_add (kept, g_strdup ("age"));
  g_ptr_array_add (kept, NULL);
  sx_steps_add (steps, SX_STEP_SELECT, (const char *const *)kept->pdata, (const char *const *)kept->pdata, NULL, 0, NULL, 0);
  return steps;
}

/* Casts, filled texts, outputs that take each other's place, and columns with names that nobody chose for a program. */
static SxSteps *
make_odd_steps (void)
{
  static const char *const names[] = { "age", "city", "plan", "member", NULL };
  static const char *const odd[] = { "hours per week", "label", "a \"quoted\" näme", "cast", NULL };
  static const char *const swapped[] = { "income", "hours per week", NULL };
  static const char *const pair[] = { "hours per week", "income", NULL };
  static const char *const text[] = { "cast", NULL };
  SxSteps                 *steps = sx_steps_new ();

  sx_steps_add (steps, SX_STEP_RENAME, names, odd, NULL, 0, NULL, 0);
  fixture_step (steps, SX_STEP_FILL, "label", "label", NULL, 0, (const char *const[]){ "nowhere", NULL });
  fixture_step (steps, SX_STEP_LOOKUP, "label", "label", (const double[]){ 7, 8, 1, 2, 3 }, 5, (const char *const[]){ "Paris", "nowhere", "new york", NULL });
  sx_steps_add (steps, SX_STEP_CAST, text, text, NULL, 0, NULL, SX_TYPE_STRING);
  fixture_step (steps, SX_STEP_ORDINAL, "cast", "cast", (const double[]){ -1, 5 }, 2, (const char *const[]){ "true", "false", NULL });
  fixture_step (steps, SX_STEP_ORDINAL, odd[2], odd[2], (const double[]){ 2, NAN }, 2, (const char *const[]){ "pro", "plus", NULL });
  sx_steps_add (steps, SX_STEP_AFFINE, pair, swapped, (const double[]){ 40, 0.1, 1000, 0.001 }, 4, NULL, 0);
  fixture_step (steps, SX_STEP_QUANTILE, "income", "income", (const double[]){ -1, 2, -10, 10 }, 4, NULL);
  sx_steps_add (steps, SX_STEP_CAST, (const char *const[]){ "since", NULL }, (const char *const[]){ "since", NULL }, NULL, 0, NULL, SX_TYPE_INT64);
  return steps;
}

int
main (int argc, char **argv)
{
  static const char *const families[] = { "trees", "mlp" };
  g_autoptr (SxFrame) frame = fixture_frame (400, 1, SX_TASK_REGRESSION, FALSE);
  g_autoptr (SxSteps) expressions = make_expressions ();
  g_autoptr (SxSteps) odd = make_odd_steps ();
  g_autoptr (SxModel) model = fixture_train ("trees", SX_TASK_REGRESSION, frame, expressions, 40);
  g_autoptr (SxModel) other = fixture_train ("mlp", SX_TASK_REGRESSION, frame, odd, 6);

  if (argc != 2 || g_mkdir_with_parents (argv[1], 0777) != 0)
    return 2;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint task = 0; task < SX_N_TASKS; task++)
      {
        g_autoptr (SxModel) each = fixture_model (families[f], task);
        g_autofree char *name = g_strdup_printf ("%s-%s", families[f], sx_task_get_nick (task));

        write_model (each, argv[1], name);
      }
  write_model (model, argv[1], "trees-expressions");
  write_model (other, argv[1], "mlp-odd");
  return 0;
}
