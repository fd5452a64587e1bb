/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <expr/sx-expr.h>

#include <string.h>

/* Two rows: a = 3, -2.5 · n = 7, missing · city = “ Paris”, missing · ok = true, missing · at = 2024-02-29T13:05, missing ·
 * `hours per week` = 40, 20. */
static SxBatch *
make_batch (void)
{
  SxField     fields[] = { { (char *)"a", SX_TYPE_FLOAT64, NULL }, { (char *)"n", SX_TYPE_INT64, NULL }, { (char *)"city", SX_TYPE_CATEGORY, NULL }, { (char *)"ok", SX_TYPE_BOOL, NULL }, { (char *)"at", SX_TYPE_TIMESTAMP, NULL }, { (char *)"hours per week", SX_TYPE_INT64, NULL }, { (char *)"größe", SX_TYPE_FLOAT64, NULL }, { (char *)"list", SX_TYPE_LIST, NULL } };
  const char *cells[2][8] = { { "3", "7", " Paris", "true", "2024-02-29T13:05", "40", "1", "" }, { "-2.5", "", "", "", "", "20", "2", "" } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, G_N_ELEMENTS (fields), NULL);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (fields[i].type == SX_TYPE_LIST ? SX_TYPE_LIST : SX_TYPE_STRING);
      g_autoptr (SxColumn) text = NULL;

      for (guint row = 0; row < 2; row++)
        if (*cells[row][i] == '\0')
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_text (builder, cells[row][i], strlen (cells[row][i]));
      text = sx_column_builder_finish (builder);
      g_ptr_array_add (columns, sx_column_cast (text, fields[i].type, fields[i].name, 0, NULL));
    }
  return sx_batch_new (schema, (SxColumn **)columns->pdata, 2);
}

static void
test_values (void)
{
  const struct
  {
    const char *text, *first, *second; /* “” is missing */
  } cases[] = {
    { "1 + 2 * 3", "7", "7" },
    { "(1 + 2) * 3", "9", "9" },
    { "2 ^ 3 ^ 2", "512", "512" },
    { "-2 ^ 2", "-4", "-4" },
    { "2 ^ -1", "0.5", "0.5" },
    { "10 - 3 - 2", "5", "5" },
    { "7 % 3", "1", "1" },
    { "-7 % 3", "2", "2" },
    { "a / 0", "", "" },
    { "a + n", "10", "" },
    { "n * 0", "0", "" },
    { "a > 0", "true", "false" },
    { "n = 7", "true", "" },
    { "not n = 7", "false", "" },
    { "n = 7 or true", "true", "true" },
    { "n = 7 and false", "false", "false" },
    { "n = 7 or false", "true", "" },
    { "n = 7 and true", "true", "" },
    { "n in (1, 7, 9)", "true", "" },
    { "a in (1, missing)", "", "" },
    { "a in (3, missing)", "true", "" },
    { "is_missing(n)", "false", "true" },
    { "coalesce(n, -1)", "7", "-1" },
    { "coalesce(city, \"nowhere\")", " Paris", "nowhere" },
    { "if(a > 0, \"up\", \"down\")", "up", "down" },
    { "if(n > 0, 1, 0)", "1", "" },
    { "if(ok, 1, missing)", "1", "" },
    { "lower(trim(city)) = \"paris\"", "true", "" },
    { "concat(trim(city), '-', text(n))", "Paris-7", "" },
    { "length(city)", "6", "" },
    { "contains(city, \"ari\")", "true", "" },
    { "starts_with(city, 'P')", "false", "" },
    { "ends_with(city, 'is')", "true", "" },
    { "replace('banana', 'an', 'o')", "booa", "booa" },
    { "substring('größer', 3, 2)", "öß", "öß" },
    { "substring('abc', 9)", "", "" },
    { "number('12.5') + 0.5", "13", "13" },
    { "number('twelve')", "", "" },
    { "text(2.50)", "2.5", "2.5" },
    { "round(2.5)", "2", "2" },
    { "round(-1234.567, 1)", "-1234.6", "-1234.6" },
    { "round(1234, -2)", "1200", "1200" },
    { "min(a, 1)", "1", "-2.5" },
    { "max(a, 1, 2)", "3", "2" },
    { "clip(a, -1, 1)", "1", "-1" },
    { "sqrt(a)", "1.7320508075688772", "" },
    { "abs(a)", "3", "2.5" },
    { "sign(a)", "1", "-1" },
    { "year(at) * 100 + month(at)", "202402", "" },
    { "weekday(at)", "4", "" },
    { "yearday(at)", "60", "" },
    { "hour(at) * 60 + minute(at)", "785", "" },
    { "days_between(time('2024-02-28'), at) > 1.5", "true", "" },
    { "at < time('2024-03-01')", "true", "" },
    { "`hours per week` < 30", "false", "true" },
    { "größe + 1", "2", "3" },
    { "\"say \"\"hi\"\"\"", "say \"hi\"", "say \"hi\"" },
    { "'it\\'s'", "it's", "it's" },
    { "a <> 3", "false", "true" },
    { "a == 3", "true", "false" },
    { "1e3 + .5", "1000.5", "1000.5" },
    { "missing", "", "" },
    { "city", " Paris", "" },
    { "true = (a > 0)", "true", "false" },
    { "between(a, -3, 3)", "true", "true" },
    { "between(n, 8, 9)", "false", "" },
    { "between(3, n, 2)", "false", "false" },
    { "between('b', 'a', 'c')", "true", "true" },
    { "missing_if(a, 3)", "", "-2.5" },
    { "missing_if(n, 0)", "7", "" },
    { "round(atan2(1, a), 6)", "0.321751", "2.761086" },
    { "asin(a)", "", "" },
    { "trunc(a)", "3", "-2" },
    { "log1p(expm1(2))", "2", "2" },
    { "split('a,b,,c', ',', 1)", "a", "a" },
    { "concat('<', split('a,b,,c', ',', 3), '>')", "<>", "<>" },
    { "split('a,b,,c', ',', -1)", "c", "c" },
    { "split('a,b,,c', ',', 5)", "", "" },
    { "split('a,b', '', 1)", "a,b", "a,b" },
    { "split(city, ' ', 2)", "Paris", "" },
    { "split_rest('a, b, c', ', ', 2)", "b, c", "b, c" },
    { "join('-', city, text(n), 'x')", " Paris-7-x", "x" },
    { "join('-', city, text(n))", " Paris-7", "" },
    { "position('größer', 'ß')", "4", "4" },
    { "position(city, 'x')", "0", "" },
    { "pad_start('7', 3, '0')", "007", "007" },
    { "pad_end('größe', 7, '·x')", "größe··", "größe··" },
    { "words('  two\twörds ')", "2", "2" },
    { "words('')", "0", "0" },
    { "matches(city, '^.P')", "true", "" },
    { "matches('line\n', 'E')", "false", "false" },
    { "extract('order AB-12', '([A-Z]+)-([0-9]+)')", "AB-12", "AB-12" },
    { "extract('order AB-12', '([A-Z]+)-([0-9]+)', 2)", "12", "12" },
    { "extract('order', '[0-9]+')", "", "" },
    { "substitute('a1b22', '[0-9]+', '#')", "a#b#", "a#b#" },
    { "substitute('Smith, Jo', '(\\\\w+), (\\\\w+)', '\\\\2 \\\\1')", "Jo Smith", "Jo Smith" },
    { "second(time('2024-01-01T10:20:30.9'))", "30", "30" },
    { "quarter(at)", "1", "" },
    { "week(time('2021-01-03'))", "53", "53" },
    { "week(time('2020-12-28'))", "53", "53" },
    { "week(time('2021-01-04'))", "1", "1" },
    { "add_time(at, 1, 'year')", "2025-02-28T13:05:00", "" },
    { "add_time(time('2024-01-31'), 1, 'months')", "2024-02-29", "2024-02-29" },
    { "add_time(time('2024-03-31'), -1, 'month')", "2024-02-29", "2024-02-29" },
    { "add_time(at, 1.5, 'hours')", "2024-02-29T14:35:00", "" },
    { "add_time(at, 1.5, 'months')", "", "" },
    { "floor_time(at, 'quarter')", "2024-01-01", "" },
    { "floor_time(at, 'week')", "2024-02-26", "" },
    { "floor_time(time('1969-12-31T23:59'), 'day')", "1969-12-31", "1969-12-31" },
    { "floor_time(at, 'hour')", "2024-02-29T13:00:00", "" },
    { "time_between(time('2000-02-29'), time('2024-02-28'), 'years')", "23", "23" },
    { "time_between(time('2000-02-29'), time('2024-02-29'), 'years')", "24", "24" },
    { "time_between(time('2024-03-01'), time('2024-01-01'), 'months')", "-2", "-2" },
    { "round(time_between(time('2024-01-01'), at, 'days'), 6)", "59.545139", "" },
    { "make_time(2024, 2, 29)", "2024-02-29", "2024-02-29" },
    { "make_time(2023, 2, 29)", "", "" },
    { "parse_time('29/02/2024', '%d/%m/%Y')", "2024-02-29", "2024-02-29" },
    { "parse_time('29/02/2023', '%d/%m/%Y')", "", "" },
    { "parse_time('3 mar 07 1:05 pm', '%d %b %y %I:%M %p')", "2007-03-03T13:05:00", "2007-03-03T13:05:00" },
    { "parse_time('12:30 AM', '%I:%M %p')", "1970-01-01T00:30:00", "1970-01-01T00:30:00" },
    { "parse_time('2024-060', '%Y-%j')", "2024-02-29", "2024-02-29" },
    { "parse_time('2023-366', '%Y-%j')", "", "" },
    { "parse_time('20240301T101112.5+0130', '%Y%m%dT%H%M%S.%f%z')", "2024-03-01T08:41:12.500000", "2024-03-01T08:41:12.500000" },
    { "parse_time('2024-07-01 12:00', '%Y-%m-%d %H:%M', 'Europe/Rome')", "2024-07-01T10:00:00", "2024-07-01T10:00:00" },
    { "parse_time('2024-01-01 12:00', '%Y-%m-%d %H:%M', 'Europe/Rome')", "2024-01-01T11:00:00", "2024-01-01T11:00:00" },
    { "parse_time('2024-10-27 02:30', '%Y-%m-%d %H:%M', 'Europe/Rome')", "2024-10-27T01:30:00", "2024-10-27T01:30:00" },
    { "parse_time('2024-03-31 02:30', '%Y-%m-%d %H:%M', 'Europe/Rome')", "2024-03-31T01:00:00", "2024-03-31T01:00:00" },
    { "time('2024-07-01T12:00', 'America/New_York')", "2024-07-01T16:00:00", "2024-07-01T16:00:00" },
    { "time('2024-07-01T12:00Z', 'America/New_York')", "2024-07-01T12:00:00", "2024-07-01T12:00:00" },
    { "hour(local(at, 'Asia/Kolkata'))", "18", "" },
    { "format_time(at, '%A %e. %B %Y, %I:%M %p (%j)')", "Thursday 29. February 2024, 01:05 PM (060)", "" },
    { "format_time(at, '%y%%')", "24%", "" },
  };
  g_autoptr (SxBatch) batch = make_batch ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxExpr) expr = sx_expr_new (cases[i].text, sx_batch_get_schema (batch), &error);
      g_autoptr (SxColumn) column = NULL;
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_no_error (error);
      column = sx_expr_eval (expr, batch, &error);
      g_assert_no_error (error);
      g_assert_cmpint (column->type, ==, sx_expr_get_type (expr));
      first = sx_column_dup_cell (column, 0);
      second = sx_column_dup_cell (column, 1);
      g_assert_cmpstr (first, ==, cases[i].first);
      g_assert_cmpstr (second, ==, cases[i].second);
    }
}

static void
test_errors (void)
{
  const struct
  {
    const char *text, *message;
  } cases[] = {
    { "a +", "column 4: the expression ends too early." },
    { "", "column 1: the expression ends too early." },
    { "a b", "column 3: an operator is expected here, not “b”." },
    { "citi = 'x'", "column 1: there is no column “citi”. Did you mean “city”?" },
    { "a + city", "column 3: “+” needs a number, got text." },
    { "a = 'x'", "column 3: “=” has a number and text, which do not go together." },
    { "a and ok", "column 3: “and” needs true or false, got a number." },
    { "ok < true", "column 4: “<” cannot order true and false." },
    { "lwer(city)", "column 1: there is no function “lwer”. Did you mean “lower”?" },
    { "if(ok, 1)", "column 1: if takes other arguments: if(condition, then, else) → value" },
    { "round()", "column 1: round takes other arguments: round(number, digits = 0) → number" },
    { "(a", "column 3: “)” is expected here." },
    { "'open", "column 1: the closing ' is missing." },
    { "12abc", "column 1: “12abc” is not a number." },
    { "größe $ 1", "column 7: “$” is not part of the expression language." },
    { "list", "column 1: column “list” is of type “List of numbers”, which cannot be used in an expression." },
    { "a in 3", "column 6: after “in” a list is expected: in (\"a\", \"b\")." },
    { ") + 1", "column 1: “)” cannot stand here." },
    { "matches(city, '[')", "column 1: “[” is no pattern: Error while compiling regular expression ‘[’ at char 1: missing terminating ] for character class" },
    { "add_time(at, 1, 'fortnight')", "column 1: “fortnight” is no unit of time. There are second, minute, hour, day, week, month, quarter and year." },
    { "parse_time(city, '%d/%Q')", "column 1: The format “%d/%Q” has a % that is none of %Y %y %m %b %B %d %e %j %H %I %M %S %f %p %z %a %A %%." },
    { "local(at, 'Europe/Atlantis')", "column 1: There is no time zone “Europe/Atlantis”. Zones are called like Europe/Rome, or +01:00." },
  };
  g_autoptr (SxBatch) batch = make_batch ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sx_expr_new (cases[i].text, sx_batch_get_schema (batch), &error));
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_deep_nesting_is_refused (void)
{
  g_autoptr (SxBatch) batch = make_batch ();
  const char *openings[] = { "(", "-", "not ", "abs(" };

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 10000; n++)
        g_string_append (text, openings[i]);
      g_assert_null (sx_expr_new (text->str, sx_batch_get_schema (batch), &error));
      g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT);
    }
}

/* No text of pieces of the language, however arranged, may crash or give a tree of another type than it says. */
static void
test_random_texts (void)
{
  static const char *const pieces[] = { "a", "n", "city", "ok", "at", "(", ")", ",", "+", "-", "*", "/", "%", "^", "=", "<", "and", "or", "not", "in", "if", "coalesce", "round", "text", "is_missing", "missing", "true", "1", "0.5", "'x'", "year", "`" };
  g_autoptr (SxBatch) batch = make_batch ();
  guint n_good = 0;

  for (guint i = 0; i < 100000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxExpr) expr = NULL;

      for (int n = g_test_rand_int_range (1, 9); n > 0; n--)
        g_string_append_printf (text, "%s ", pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      expr = sx_expr_new (text->str, sx_batch_get_schema (batch), &error);
      g_assert_true ((expr == NULL) == (error != NULL));
      if (expr != NULL)
        {
          g_autoptr (SxColumn) column = sx_expr_eval (expr, batch, &error);

          g_assert_no_error (error);
          g_assert_cmpint (column->type, ==, sx_expr_get_type (expr));
          g_assert_cmpuint (column->n_rows, ==, 2);
          n_good++;
        }
    }
  g_assert_cmpuint (n_good, >, 1000);
}

static void
test_columns_and_tree (void)
{
  g_autoptr (SxBatch) batch = make_batch ();
  g_autoptr (SxExpr) expr = sx_expr_new ("if(n > a, n, a + n)", sx_batch_get_schema (batch), NULL);
  g_auto (GStrv) columns = sx_expr_dup_columns (expr);

  g_assert_cmpuint (g_strv_length (columns), ==, 2);
  g_assert_cmpstr (columns[0], ==, "a");
  g_assert_cmpstr (sx_expr_get_name (expr), ==, "if");
  g_assert_cmpuint (sx_expr_get_n_args (expr), ==, 3);
  g_assert_cmpint (sx_expr_get_kind (sx_expr_get_arg (expr, 1)), ==, SX_EXPR_COLUMN);
  g_assert_cmpstr (sx_expr_get_name (sx_expr_get_arg (expr, 1)), ==, "n");
}

static void
test_missing_column_at_evaluation (void)
{
  SxField field = { (char *)"a", SX_TYPE_FLOAT64, NULL };
  g_autoptr (SxBatch) batch = make_batch ();
  g_autoptr (SxSchema) less = sx_schema_new (&field, 1, NULL);
  g_autoptr (SxBatch) narrow = sx_batch_new (less, (SxColumn *[]){ sx_batch_get_column (batch, 0) }, 2);
  g_autoptr (SxExpr) expr = sx_expr_new ("a + n", sx_batch_get_schema (batch), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_expr_eval (expr, narrow, &error));
  g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/values", test_values);
  g_test_add_func ("/expr/errors", test_errors);
  g_test_add_func ("/expr/deep-nesting", test_deep_nesting_is_refused);
  g_test_add_func ("/expr/random-texts", test_random_texts);
  g_test_add_func ("/expr/tree", test_columns_and_tree);
  g_test_add_func ("/expr/missing-column", test_missing_column_at_evaluation);
  return g_test_run ();
}
