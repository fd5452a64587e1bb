/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Every kind of block that makes tables, on small tables written as CSV text: what comes out is compared as text too. */

#include <sx-pipeline.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;

static SxFrame *
read_table (const char *csv)
{
  g_autofree char *path = g_build_filename (folder, "table.csv", NULL);
  g_autoptr (GError) error = NULL;
  SxFrame *frame;

  g_assert_true (g_file_set_contents (path, csv, -1, NULL));
  frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return frame;
}

/* “a,b\n1,x\n”, missing cells as nothing. */
static char *
to_text (SxFrame *frame)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  GString  *text = g_string_new (NULL);
  guint     n = sx_schema_get_n_fields (schema);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", sx_schema_get_field (schema, i)->name, i + 1 < n ? "," : "\n");
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    for (guint i = 0; i < n; i++)
      {
        gsize            at;
        SxBatch         *batch = sx_frame_locate (frame, row, &at);
        g_autofree char *cell = sx_column_dup_cell (sx_batch_get_column (batch, i), at);

        g_string_append_printf (text, "%s%s", cell, i + 1 < n ? "," : "\n");
      }
  return g_string_free (text, FALSE);
}

static SxParams *
make_params (const char *kind, const char *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, values, NULL, NULL, &error);
  SxParams *params;

  g_assert_no_error (error);
  params = sx_params_new (sx_block_kind_find (kind), variant, &error);
  g_assert_no_error (error);
  return params;
}

/* Runs a verb, or fits a learner on the table and applies it; also checks that describe says what comes out, where it can know. */
static SxFrame *
run_kind (const char *kind, const char *values, SxFrame *const *inputs, guint n_inputs, const char *target, GError **error)
{
  const SxBlockKind *block = sx_block_kind_find (kind);
  g_autoptr (SxParams) params = make_params (kind, values);
  SxBlockContext context = { .folder = folder, .seed = 7 };
  SxSchema      *schemas[2] = { NULL };
  g_autoptr (SxSteps) steps = NULL;
  g_autoptr (SxFrame) result = NULL;

  for (guint i = 0; i < n_inputs; i++)
    schemas[i] = sx_frame_get_schema (inputs[i]);
  if ((block->flags & SX_BLOCK_LEARNS) != 0)
    {
      steps = block->fit (params, inputs[0], target, &context, error);
      return steps != NULL ? sx_steps_apply (steps, inputs[0], NULL, error) : NULL;
    }
  result = block->run (params, inputs, n_inputs, &context, error);
  if (result != NULL)
    {
      g_autoptr (SxSchema) described = block->describe (params, schemas, n_inputs, &context, error);

      g_assert_true (sx_schema_equal (described, sx_frame_get_schema (result)));
    }
  return g_steal_pointer (&result);
}

static void
test_verbs (void)
{
  const struct
  {
    const char *kind, *params, *left, *right, *target, *expected;
  } cases[] = {
    { "table.select", "{'columns': <['b', 'a']>}", "a,b,c\n1,2,3\n", NULL, NULL, "b,a\n2,1\n" },
    { "table.filter", "{'condition': <'a > 1'>}", "a,b\n1,x\n2,y\n,z\n3,\n", NULL, NULL, "a,b\n2,y\n3,\n" },
    { "table.derive", "{'columns': <{'c': 'a + b', 'a': 'a * 10'}>}", "a,b\n1,2\n3,\n", NULL, NULL, "a,b,c\n10,2,3\n30,,\n" },
    { "table.replace", "{'mapping': <{'yes.': 'yes'}>}", "a,b\nyes.,1\nno,2\n,3\n", NULL, NULL, "a,b\nyes,1\nno,2\n,3\n" },
    { "table.cast", "{'types': <{'a': 'string'}>}", "a,b\n1,2\n", NULL, NULL, "a,b\n1,2\n" },
    { "table.dates", "{'parts': <['month', 'weekday']>}", "t,b\n2024-02-29,1\n,2\n", NULL, NULL, "b,t month,t weekday\n1,2,4\n2,,\n" },
    { "table.dates", "{'parts': <['quarter', 'week', 'second']>, 'keep': <true>}", "t,b\n2021-01-03T10:20:30,1\n,2\n", NULL, NULL, "t,b,t quarter,t week,t second\n2021-01-03T10:20:30,1,1,53,30\n,2,,,\n" },
    { "table.parse-dates", "{'columns': <['t', 'u']>, 'format': <'%d.%m.%Y %H:%M'>, 'zone': <'Europe/Rome'>}", "t,u\n01.07.2024 12:00,31.02.2024 0:00\n,x\n", NULL, NULL, "t,u\n2024-07-01T10:00:00,\n,\n" },
    { "table.parse-dates", "{'columns': <['t']>}", "t,u\n\"2024-01-01T00:00+02:00\",1\nnever,2\n", NULL, NULL, "t,u\n2023-12-31T22:00:00,1\n,2\n" },
    { "table.split-text", "{'column': <'t'>, 'into': <['a', 't']>, 'separator': <'-'>, 'rest': <true>}", "t,u\nx - y-z,1\nq,2\n,3\n", NULL, NULL, "t,u,a\ny-z,1,x\n,2,q\n,3,\n" },
    { "table.split-text", "{'column': <'t'>, 'into': <['a', 'b']>, 'method': <'pattern'>, 'pattern': <'([a-z]+)\\\\s*(\\\\d*)'>}", "u,t\n1,ab 12\n2,c\n3,7\n", NULL, NULL, "u,a,b\n1,ab,12\n2,c,\n3,,\n" },
    { "table.merge-text", "{'columns': <['b', 'a']>, 'into': <'m'>, 'separator': <' \"`'>}", "a,b,c\n1,x,7\n,y,8\n3,,9\n,,10\n", NULL, NULL, "c,m\n7,x \"`1\n8,y\n9,3\n10,\n" },
    { "table.merge-text", "{'columns': <['b', 'a']>, 'into': <'a'>, 'separator': <'\\\\'>, 'missing': <false>, 'keep': <true>}", "a,b,c\n1,x,7\n,y,8\n", NULL, NULL, "a,b,c\nx\\1,x,7\n,y,8\n" },
    { "table.sample", "{'method': <'first'>, 'rows': <int64 2>}", "a\n1\n2\n3\n", NULL, NULL, "a\n1\n2\n" },
    { "table.sort", "{'columns': <['a', 'b']>, 'descending': <['a']>}", "a,b\n1,x\n2,y\n,z\n2,a\n1,\n", NULL, NULL, "a,b\n2,a\n2,y\n1,x\n1,\n,z\n" },
    { "table.join", "{'kind': <'inner'>, 'on': <['k']>}", "k,a\n1,x\n2,y\n1,z\n", "k,b\n1,7\n1,8\n3,9\n", NULL, "k,a,b\n1,x,7\n1,x,8\n1,z,7\n1,z,8\n" },
    { "table.join", "{'kind': <'left'>}", "k,a\n1,x\n,y\n2,z\n", "k,b\n2,7\n,8\n", NULL, "k,a,b\n1,x,\n,y,\n2,z,7\n" },
    { "table.join", "{'kind': <'full'>, 'on': <['k']>}", "k,a\n1,x\n2,y\n", "k,a\n2,7\n3,8\n", NULL, "k,a,a (right)\n1,x,\n2,y,7\n3,,8\n" },
    { "table.join", "{'kind': <'right'>, 'on': <['k']>, 'right-on': <['j']>}", "k,a\n1,x\n2,y\n", "j,b\n2,7\n3,8\n", NULL, "k,a,b\n2,y,7\n3,,8\n" },
    { "table.group", "{'by': <['k']>, 'figures': <{'n': 'count()', 's': 'sum(v)', 'm': 'median(v)', 'd': 'distinct(v)', 'f': 'first(w)'}>}", "k,v,w\na,1,\nb,2,q\na,4,p\na,,r\n,3,s\n", NULL, NULL,
      "k,n,s,m,d,f\na,3,5,2.5,2,p\nb,1,2,2,1,q\n,1,3,3,1,s\n" },
    { "prepare.impute", "{'indicator': <true>}", "a,b\n1,x\n,x\n3,\n8,y\n", NULL, "t", "a,b,a missing,b missing\n1,x,0,0\n3,x,1,0\n3,x,0,1\n8,y,0,0\n" },
    { "prepare.impute", "{'method': <'constant'>, 'value': <'9'>}", "a,b\n1,x\n,\n", NULL, NULL, "a,b\n1,x\n9,9\n" },
    { "prepare.scale", "{'method': <'min-max'>}", "a,t\n1,5\n3,6\n2,7\n", NULL, "t", "a,t\n0,5\n1,6\n0.5,7\n" },
    { "prepare.scale", "{}", "a\n1\n3\n", NULL, NULL, "a\n-1\n1\n" },
    { "prepare.encode", "{}", "c,a\nx,1\ny,2\nx,3\n,4\n", NULL, NULL, "a,c=x,c=y\n1,1,0\n2,0,1\n3,1,0\n4,0,0\n" },
    { "prepare.encode", "{'method': <'ordinal'>, 'min-count': <int64 2>}", "c,a\nx,1\ny,2\nx,3\n,4\n", NULL, NULL, "c,a\n0,1\n1,2\n0,3\n,4\n" },
    { "prepare.encode", "{'method': <'count'>}", "c,a\nx,1\ny,2\nx,3\n,4\n", NULL, NULL, "c,a\n0.5,1\n0.25,2\n0.5,3\n0.25,4\n" },
    { "prepare.encode", "{'method': <'target'>, 'smoothing': <2.0>}", "c,t\nx,1\ny,0\nx,1\ny,2\n", NULL, "t", "c,t\n1,1\n1,0\n1,1\n1,2\n" },
    { "prepare.bin", "{'method': <'edges'>, 'edges': <['2', '3']>, 'result': <'columns'>}", "a`b,t\n1,5\n2,6\n,7\n4,8\n", NULL, "t", "t,a`b < 2,a`b 2 to 3,a`b ≥ 3\n5,1,0,0\n6,0,1,0\n7,0,0,0\n8,0,0,1\n" },
    { "prepare.clip", "{'method': <'limits'>, 'low': <0.5>, 'high': <2.5>}", "a,t\n-1,5\n2,6\n,7\n4,8\n", NULL, "t", "a,t\n0.5,5\n2,6\n,7\n2.5,8\n" },
    { "prepare.select", "{'method': <'constant'>}", "a,b,c,t\n1,7,x,5\n1,,x,6\n1,7,x,7\n", NULL, "t", "b,c,t\n7,x,5\n,x,6\n7,x,7\n" },
    { "prepare.auto", "{'for': <'trees'>}", "c,n,one,t\nb,1,5,yes\na,,5,no\nb,3,5,yes\na,4,5,no\nb,1,5,no\na,2,5,no\n", NULL, "t", "c,n,t\n1,1,yes\n0,,no\n1,3,yes\n0,4,no\n1,1,no\n0,2,no\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SxFrame) left = read_table (cases[i].left);
      g_autoptr (SxFrame) right = cases[i].right != NULL ? read_table (cases[i].right) : NULL;
      SxFrame *inputs[] = { left, right };
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) result = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s %s", cases[i].kind, cases[i].params);
      result = run_kind (cases[i].kind, cases[i].params, inputs, right != NULL ? 2 : 1, cases[i].target, &error);
      g_assert_no_error (error);
      text = to_text (result);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_errors (void)
{
  const struct
  {
    const char *kind, *params, *message;
  } cases[] = {
    { "table.filter", "{'condition': <'a + 1'>}", "The condition must be true or false; this one gives “Number”. Compare it with something." },
    { "table.filter", "{'condition': <'bb > 1'>}", "“condition”: column 1: there is no column “bb”." },
    { "table.cast", "{'types': <{'a': 'int'}>}", "“types”: there is no type “int”. There are int64, float64, bool, string, category and timestamp." },
    { "table.cast", "{'types': <{'b': 'int64'}>}", "Column “b”, row 1: “x” is not of type “Whole number”. Mark it as missing, or choose another type." },
    { "table.group", "{'by': <['a']>, 'figures': <{'m': 'mean(b)'}>}", "“figures”: mean needs numbers, but column “b” is “Text”." },
    { "table.group", "{'by': <['a']>, 'figures': <{'m': 'best(b)'}>}", "“figures”: “best(b)” should be like mean(price), or quantile(price, 0.9). There are count, missing, distinct, first, last, mode, sum, mean, median, quantile, sd, var, min and max." },
    { "table.group", "{'by': <['a']>, 'figures': <{'m': 'quantile(a, 2)'}>}", "“figures”: the share in “quantile(a, 2)” must lie between 0 and 1." },
    { "table.join", "{'kind': <'as-of'>, 'near': <'a'>, 'right-near': <'b'>}", "“near”: column “a” is “Number” in the left table and “Text” in the right one. Both must be numbers or times of one type." },
    { "table.pivot", "{'by': <['a']>, 'names': <'b'>, 'values': <'b'>, 'figure': <'mean'>}", "“figure”: mean needs numbers, but column “b” is “Text”." },
    { "table.pivot", "{'by': <['a']>, 'names': <'b'>, 'values': <'a'>, 'max-columns': <int64 1>}", "“names”: column “b” would give 2 new columns, more than “max-columns” allows." },
    { "table.unpivot", "{'columns': <['a', 'b']>}", "“columns”: “a” is “Number” and “b” is “Text”, which do not fit into one column. Change one of the types first." },
    { "table.window", "{'figures': <{'x': 'lag(b, 0)'}>}", "“figures”: “lag(b, 0)” needs a whole number of rows from 1 to 1000000." },
    { "table.window", "{'figures': <{'x': 'median(a)'}>}", "“figures”: “median(a)” needs a whole number of rows from 1 to 10000." },
    { "table.window", "{'figures': <{'x': 'mean(b, 3)'}>}", "“figures”: mean needs numbers, but column “b” is “Text”." },
    { "table.window", "{'figures': <{'a': 'lag(b)'}>}", "“figures”: there is a column “a” already. Choose another name." },
    { "table.fill", "{'method': <'constant'>, 'columns': <['a']>, 'value': <'none'>}", "“value”: “none” does not fit column “a”, which is “Number”." },
    { "table.fill", "{'method': <'interpolate'>, 'columns': <['b']>}", "“columns”: column “b” is of type string, which does not fit here" },
    { "prepare.impute", "{'method': <'constant'>, 'value': <'none'>}", "“value”: “none” is not a number, but column “a” holds numbers." },
    { "prepare.pca", "{}", "“columns”: components need between 2 and 200 columns of numbers; there are 1." },
    { "prepare.bin", "{'method': <'edges'>, 'edges': <['1', 'x']>}", "“edges”: “x” is not a number." },
    { "prepare.clip", "{'method': <'limits'>, 'low': <2.0>}", "“low” lies above “high”. Change one of the limits." },
    { "prepare.select", "{}", "Choosing by the target needs a target that is a number or has two classes. Choose another method." },
    { "table.split-text", "{'column': <'a'>, 'into': <['x']>}", "“column”: column “a” is of type float64, which does not fit here" },
    { "table.parse-dates", "{'columns': <['b']>, 'format': <'%Q'>}", "“b”, column 1: The format “%Q” has a % that is none of %Y %y %m %b %B %d %e %j %H %I %M %S %f %p %z %a %A %%." },
    { "prepare.encode", "{'method': <'target'>}", "Encoding by the mean of the target needs a target that is a number or has two classes. Choose another method." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SxFrame) frame = read_table ("a,b\n1.5,x\n2.5,y\n3.5,x\n");
      g_autoptr (GError) error = NULL;
      SxFrame *inputs[] = { frame, frame };
      g_autoptr (SxFrame) result = run_kind (cases[i].kind, cases[i].params, inputs, g_str_equal (cases[i].kind, "table.join") ? 2 : 1, NULL, &error);

      g_assert_null (result);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* What was learned from training rows is what is applied to others: gaps, unknown texts and extremes included. */
static void
test_learners_on_other_rows (void)
{
  g_autoptr (SxFrame) training = read_table ("c,n\nx,1\ny,2\nx,3\ny,6\n");
  g_autoptr (SxFrame) other = read_table ("c,n\nz,\n,100\nx,2\n");
  g_autoptr (SxParams) params = make_params ("prepare.auto", "{'for': <'network'>}");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSteps) steps = sx_block_kind_find ("prepare.auto")->fit (params, training, NULL, NULL, &error);
  g_autoptr (SxFrame) result = NULL;
  g_autoptr (SxColumn) n = NULL;

  g_assert_no_error (error);
  result = sx_steps_apply (steps, other, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < sx_schema_get_n_fields (sx_frame_get_schema (result)); i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (result, i);

      g_assert_cmpint (column->type, ==, SX_TYPE_FLOAT64);
      g_assert_cmpuint (column->n_missing, ==, 0);
    }
  n = sx_frame_concat_column (result, (guint)sx_schema_find (sx_frame_get_schema (result), "n"));
  /* mean 3, standard deviation sqrt (14 / 4): the median 2.5 for the gap. */
  g_assert_cmpfloat_with_epsilon (sx_column_get_double (n, 0), -0.5 / sqrt (3.5), 1e-12);
  g_assert_cmpfloat_with_epsilon (sx_column_get_double (n, 2), -1 / sqrt (3.5), 1e-12);
}

/* Codes by the target, of the rows that they were learned from. */
static double *
cross_fit (const char *csv, gsize *n)
{
  g_autoptr (SxFrame) frame = read_table (csv);
  g_autoptr (SxParams) params = make_params ("prepare.encode", "{'method': <'target'>, 'smoothing': <1.0>, 'folds': <int64 3>}");
  const SxBlockKind *kind = sx_block_kind_find ("prepare.encode");
  SxBlockContext     context = { .seed = 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSteps) steps = kind->fit (params, frame, "t", &context, &error);
  g_autoptr (SxFrame) rows = steps != NULL ? kind->fit_rows (params, frame, "t", steps, &context, &error) : NULL;
  g_autoptr (SxSchema) described = NULL;
  g_autoptr (SxColumn) codes = NULL;
  double *values;

  g_assert_no_error (error);
  described = sx_steps_describe (steps, sx_frame_get_schema (frame), NULL);
  g_assert_true (sx_schema_equal (described, sx_frame_get_schema (rows)));
  codes = sx_frame_concat_column (rows, 0);
  *n = codes->n_rows;
  values = g_new (double, *n);
  sx_column_to_doubles (codes, values);
  return values;
}

/* A row's own target has no say in its code, whatever it is; that of others has. */
static void
test_cross_fitting (void)
{
  const guint n_rows = 30;

  for (guint changed = 0; changed < n_rows; changed++)
    {
      g_autoptr (GString) before = g_string_new ("c,t\n"), after = g_string_new ("c,t\n");
      g_autofree double *a = NULL, *b = NULL;
      gsize              n_a, n_b, n_differ = 0;

      for (guint row = 0; row < n_rows; row++)
        {
          const char *text = row % 7 == 0 ? "" : (const char *const[]){ "x", "y", "z" }[row % 3];

          g_string_append_printf (before, "%s,%d\n", text, (int)(row * row % 11));
          g_string_append_printf (after, "%s,%d\n", text, (int)(row * row % 11) + (row == changed ? 1000 : 0));
        }
      a = cross_fit (before->str, &n_a);
      b = cross_fit (after->str, &n_b);
      for (guint row = 0; row < n_rows; row++)
        n_differ += !(a[row] == b[row]);
      g_assert_true (a[changed] == b[changed]);
      g_assert_cmpuint (n_differ, >=, n_rows / 3);
    }
}

static void
test_sources (void)
{
  g_autofree char *path = g_build_filename (folder, "source.jsonl", NULL);
  g_autofree char *csv = g_build_filename (folder, "rows.csv", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) json = NULL;
  g_autoptr (SxFrame) rows = NULL;
  g_autofree char *text = NULL;
  g_autofree char *row_text = NULL;

  g_assert_true (g_file_set_contents (path, "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": null}\n", -1, NULL));
  json = run_kind ("source.json", "{'file': <'source.jsonl'>}", NULL, 0, NULL, &error);
  g_assert_no_error (error);
  text = to_text (json);
  g_assert_cmpstr (text, ==, "a,b\n1,x\n2,\n");
  g_assert_true (g_file_set_contents (csv, "1;x\n2;y\n", -1, NULL));
  rows = run_kind ("source.csv", "{'file': <'rows.csv'>, 'header': <'no'>, 'columns': <['n', 'c']>, 'types': <{'n': 'float64'}>}", NULL, 0, NULL, &error);
  g_assert_no_error (error);
  row_text = to_text (rows);
  g_assert_cmpstr (row_text, ==, "n,c\n1,x\n2,y\n");
  g_assert_null (run_kind ("source.json", "{'file': <'rows.csv'>}", NULL, 0, NULL, &error));
  g_assert_nonnull (strstr (error->message, "Another source block reads it."));
}

/* The tables of kinds hold together: what the inspector, the palette and the docs rely on. */
static void
test_every_kind (void)
{
  for (const SxBlockKind *const *each = sx_block_kind_list (); *each != NULL; each++)
    {
      const SxBlockKind *kind = *each;
      gboolean           has_table = FALSE;

      g_test_message ("%s", kind->id);
      g_assert_true (kind->title != NULL && kind->help != NULL && kind->icon != NULL);
      for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
        has_table |= port->direction == SX_PORT_OUT && port->type == SX_PORT_TABLE;
      g_assert_true (!has_table || kind->describe != NULL);
      g_assert_true (!has_table || kind->run != NULL || kind->fit != NULL);
      g_assert_true ((kind->flags & SX_BLOCK_LEARNS) == 0 || kind->fit != NULL);
      for (const SxParamSpec *spec = kind->params; spec->id != NULL; spec++)
        {
          g_autoptr (GVariant) value = sx_param_spec_ref_default (spec);
          g_autoptr (GError) error = NULL;
          g_autoptr (GVariant) checked = NULL;

          g_assert_true (spec->title != NULL && spec->help != NULL);
          if ((spec->flags & SX_PARAM_REQUIRED) != 0)
            continue;
          checked = sx_param_spec_check (spec, value, &error);
          g_assert_no_error (error);
        }
    }
}

/* Files that know their types: the block gives them as they are, the columns that were asked for, and as other types when told to. */
static void
test_typed_sources (void)
{
  static const char *const formats[] = { "arrow", "parquet" };
  g_autoptr (SxFrame) table = read_table ("n,t,c\n1,2024-02-29,x\n,2024-03-01,y\n3,,x\n");

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *kind = g_strconcat ("source.", formats[i], NULL);
      g_autofree char *path = g_build_filename (folder, "typed", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (sx_format_find (formats[i])->write (table, path, NULL, NULL, &error));
      g_assert_no_error (error);
      g_autoptr (SxFrame) all = run_kind (kind, "{'file': <'typed'>}", NULL, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (sx_frame_equal (all, table));
      g_autoptr (SxFrame) some = run_kind (kind, "{'file': <'typed'>, 'columns': <['c', 'n']>, 'types': <{'n': 'float64'}>}", NULL, 0, NULL, &error);
      g_assert_no_error (error);
      g_autofree char *text = to_text (some);
      g_assert_cmpstr (text, ==, "n,c\n1,x\n,y\n3,x\n");
      g_assert_cmpint (sx_schema_get_field (sx_frame_get_schema (some), 0)->type, ==, SX_TYPE_FLOAT64);
      g_assert_null (run_kind (kind, "{'file': <'table.csv'>}", NULL, 0, NULL, &error));
      g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE);
      g_assert_nonnull (strstr (error->message, " file, or its beginning is damaged."));
      g_unlink (path);
    }
}

int
main (int argc, char **argv)
{
  int status;

  folder = g_dir_make_tmp ("sextant-blocks-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sources/typed", test_typed_sources);
  g_test_add_func ("/verbs/tables", test_verbs);
  g_test_add_func ("/verbs/errors", test_errors);
  g_test_add_func ("/learners/other-rows", test_learners_on_other_rows);
  g_test_add_func ("/learners/cross-fitting", test_cross_fitting);
  g_test_add_func ("/sources", test_sources);
  g_test_add_func ("/kinds/hold-together", test_every_kind);
  status = g_test_run ();
  for (const char *const *name = (const char *const[]){ "table.csv", "rows.csv", "source.jsonl", NULL }; *name != NULL; name++)
    {
      g_autofree char *path = g_build_filename (folder, *name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  return status;
}
