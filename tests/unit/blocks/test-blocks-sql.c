/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Queries over tables: what they give, that they can do nothing but read, and that they can be stopped. */

#include "blocks-fixture.h"

static SxFrame *
make_table (void)
{
  const char *const cells[][5] = {
    { "1", "1.5", "true", "2024-02-29", "it's \"x\"" },
    { "2", "", "false", "2024-03-01T10:00", "two\nlines" },
    { "3", "-2", "", "", "" },
    { "", "4", "true", "2023-12-31", "it's \"x\"" },
  };
  SxField fields[] = { { (char *)"id", SX_TYPE_INT64, NULL }, { (char *)"unit \"price\"", SX_TYPE_FLOAT64, NULL }, { (char *)"ok", SX_TYPE_BOOL, NULL }, { (char *)"day", SX_TYPE_TIMESTAMP, NULL }, { (char *)"text", SX_TYPE_CATEGORY, NULL } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 5, NULL);
  SxColumn *columns[5];
  SxFrame  *frame;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
      g_autoptr (SxColumn) texts = NULL;

      for (guint row = 0; row < G_N_ELEMENTS (cells); row++)
        if (*cells[row][i] == '\0')
          sx_column_builder_append_missing (builder);
        else
          sx_column_builder_append_text (builder, cells[row][i], strlen (cells[row][i]));
      texts = sx_column_builder_finish (builder);
      columns[i] = sx_column_cast (texts, fields[i].type, fields[i].name, 0, NULL);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < 5; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static char *
to_text (SxFrame *frame)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  GString  *text = g_string_new (NULL);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    g_string_append_printf (text, "%s%s:%s", i > 0 ? "," : "", sx_schema_get_field (schema, i)->name, sx_type_get_nick (sx_schema_get_field (schema, i)->type));
  for (guint64 row = 0; row < sx_frame_get_n_rows (frame); row++)
    for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
      {
        g_autofree char *cell = fixture_dup_cell (frame, row, sx_schema_get_field (schema, i)->name);

        g_string_append_printf (text, "%s%s", i > 0 ? "," : " | ", g_str_equal (cell, "(missing)") ? "" : cell);
      }
  return g_string_free (text, FALSE);
}

static SxFrame *
run_query (const char *query, SxFrame *const *inputs, guint n, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed ("{'query': <%s>}", query));
  const SxBlockKind *kind = sx_block_kind_find ("table.sql");
  g_autoptr (SxParams) params = sx_params_new (kind, values, NULL);
  SxBlockContext context = { .cancellable = cancellable };

  return kind->run (params, inputs, n, &context, error);
}

static void
test_results (void)
{
  const struct
  {
    const char *query, *expected;
  } cases[] = {
    { "select * from t1 where id = 1", "id:int64,unit \"price\":float64,ok:bool,day:timestamp,text:category | 1,1.5,true,2024-02-29,it's \"x\"" },
    { "select text, count(*) as n, sum(\"unit \"\"price\"\"\") as total from t1 group by text order by n desc, text", "text:category,n:int64,total:float64 | it's \"x\",2,5.5 | ,1,-2 | two\nlines,1," },
    { "select id, id * 2 as twice, id / 2.0 as half from t1 order by id", "id:int64,twice:int64,half:float64 | ,, | 1,2,0.5 | 2,4,1 | 3,6,1.5" },
    /* Whole, then a fraction, then text: each widens what came before. */
    { "select case id when 1 then 7 when 2 then 0.5 when 3 then 'x' end as mixed from t1 order by id", "mixed:string |  | 7 | 0.5 | x" },
    { "select strftime('%Y', day) as year, date(day, '+1 day') as next from t1 where day is not null order by day", "year:string,next:string | 2023,2024-01-01 | 2024,2024-03-01 | 2024,2024-03-02" },
    { "select a.id, b.id as other from t1 a join t2 b on a.id = b.id + 1 order by a.id", "id:int64,other:int64 | 2,1 | 3,2" },
    { "with recursive n(i) as (select 1 union all select i + 1 from n where i < 4) select sum(i) as s from n;  ", "s:int64 | 10" },
    { "select max(day) as last, null as empty from t1", "last:string,empty:float64 | 2024-03-01T10:00:00," },
    { "select id from t1 where id > 99", "id:int64" },
    { "select text || char(10) || '\"' as quoted from t1 where id = 2", "quoted:string | two\nlines\n\"" },
  };
  g_autoptr (SxFrame) frame = make_table ();
  SxFrame *inputs[] = { frame, frame };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxFrame) result = run_query (cases[i].query, inputs, 2, NULL, &error);
      g_autofree char *text = NULL;

      g_test_message ("%s", cases[i].query);
      g_assert_no_error (error);
      text = to_text (result);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_refusals (void)
{
  const struct
  {
    const char *query, *message;
  } cases[] = {
    { "attach 'x.db' as x", "“query”: not authorized." },
    { "pragma table_info(t1)", "“query”: not authorized." },
    { "insert into t1 values (1, 2, 3, 4, 5)", "“query”: not authorized." },
    { "delete from t1", "“query”: not authorized." },
    { "drop table t1", "“query”: not authorized." },
    { "create table x as select 1", "“query”: not authorized." },
    { "select load_extension('x')", "“query”: not authorized to use function: load_extension." },
    { "vacuum into 'x.db'", "“query”: it gives no table. Write one that begins with SELECT." },
    { "rollback", "“query”: not authorized." },
    { "select 1 as one; select 2", "“query”: behind the first query stands another one. Only one can be run." },
    { "-- nothing", "“query”: it gives no table. Write one that begins with SELECT." },
    { "selec 1", "“query”: near \"selec\": syntax error." },
    { "select nil from t1", "“query”: no such column: nil." },
    { "select * from t3", "“query”: no such table: t3." },
    { "select id, id from t1", "Two columns are called “id”." },
  };
  g_autoptr (SxFrame) frame = make_table ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run_query (cases[i].query, &frame, 1, NULL, &error));
      g_assert_nonnull (error);
      if (strstr (cases[i].query, "id, id") == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].message);
      else
        g_assert_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA);
    }
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_thread (gpointer cancellable)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = g_timeout_source_new (20);

  g_source_set_callback (source, cancel_cb, cancellable, NULL);
  g_source_attach (source, context);
  while (!g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (context, TRUE);
  return NULL;
}

/* A query without an end comes to one. */
static void
test_cancel (void)
{
  g_autoptr (SxFrame) frame = make_table ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_thread, cancellable);
  g_autoptr (GError) error = NULL;

  g_assert_null (run_query ("with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as c from n", &frame, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* Its columns are known all the same. */
static void
test_endless_is_described (void)
{
  g_autoptr (SxFrame) frame = make_table ();
  SxSchema *schema = sx_frame_get_schema (frame);
  g_autoptr (SxParams) params = fixture_make_params ("table.sql", "{'query': <'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as c from n'>}");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSchema) described = sx_block_kind_find ("table.sql")->describe (params, &schema, 1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sx_schema_find (described, "c"), ==, 0);
}

/* What a column is computed from is what the compile step looks at to find a target that leaks. */
static void
test_origins (void)
{
  const struct
  {
    const char *query, *column, *origins; /* “”: a column as read */
  } cases[] = {
    { "select id, ok from t1", "ok", "" },
    { "select id, ok as answer from t1", "answer", "ok" },
    { "select id, max(ok, id, 0) as answer, text from t1", "answer", "id ok" },
    { "select id, (select count(*) from t1 b where b.text = t1.text) as n, text from t1", "n", "text" },
    { "select id, \"unit \"\"price\"\"\" * 2 as twice from t1", "twice", "" },
  };
  g_autoptr (SxFrame) frame = make_table ();
  SxSchema *schema = sx_frame_get_schema (frame);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed ("{'query': <%s>}", cases[i].query));
      const SxBlockKind *kind = sx_block_kind_find ("table.sql");
      g_autoptr (SxParams) params = sx_params_new (kind, values, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SxSchema) described = kind->describe (params, &schema, 1, NULL, &error);
      const SxField   *field;
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      field = sx_schema_get_field (described, (guint)sx_schema_find (described, cases[i].column));
      joined = field->origins != NULL ? g_strjoinv (" ", field->origins) : g_strdup ("");
      g_assert_cmpstr (joined, ==, cases[i].origins);
    }
}

static void
test_described (void)
{
  g_autoptr (SxFrame) frame = make_table ();
  g_autoptr (SxFrame) empty = sx_frame_slice (frame, 0, 0);
  g_autoptr (SxFrame) all = fixture_run_one ("table.sql", "{'query': <'select id, text, id + 1 as next, upper(text) as loud, count(*) over () as n, 1.0 * id as real from t1'>}", frame);
  g_autoptr (SxFrame) none = fixture_run_one ("table.sql", "{'query': <'select * from customers'>, 'names': <['customers']>}", empty);
  SxFrame *inputs[] = { frame, frame };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (sx_frame_get_n_rows (all), ==, 4);
  g_assert_cmpuint (sx_frame_get_n_rows (none), ==, 0);
  g_assert_null (fixture_run ("table.sql", "{'query': <'select 1 as one'>, 'names': <['t2']>}", inputs, 2, &error));
  g_assert_cmpstr (error->message, ==, "“names”: two tables are called “t2”.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sql/results", test_results);
  g_test_add_func ("/sql/refusals", test_refusals);
  g_test_add_func ("/sql/cancel", test_cancel);
  g_test_add_func ("/sql/endless-is-described", test_endless_is_described);
  g_test_add_func ("/sql/origins", test_origins);
  g_test_add_func ("/sql/described", test_described);
  return g_test_run ();
}
