/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* SQLite: tables, queries, types by values, and databases that are none. */

#include "io-fixture.h"

#include <sqlite3.h>

static char *
make_database (const char *name, const char *sql)
{
  char    *path = fixture_path (name);
  sqlite3 *db = NULL;

  g_unlink (path);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  return path;
}

static const char shop[] =
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, paid BOOLEAN, at TIMESTAMP, note TEXT, kind TEXT, odd INTEGER, none INT, \"a \"\"b\"\"\" NUMERIC);"
  "INSERT INTO orders VALUES (1, 2, 1, '2024-02-29 10:00:00', 'first', 'x', 1, NULL, 1), (2, 2.5, 0, '2024-03-01', '', 'y', 'two', NULL, 2.5),"
  "(3, NULL, NULL, NULL, NULL, 'x', NULL, NULL, NULL), (9223372036854775807, 1e300, 1, '2024-03-02', 'caf\xc3\xa9', 'y', 4, NULL, 3);"
  "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ann');"
  "CREATE VIEW cheap AS SELECT id, price FROM orders WHERE price < 10;";

static const char shop_dump[] =
  "id:int64 price:float64 paid:bool at:timestamp note:string kind:category odd:string none:int64 a \"b\":float64\n"
  "1|2|true|2024-02-29T10:00:00|first|x|1|~|1\n"
  "2|2.5|false|2024-03-01||y|two|~|2.5\n"
  "3|~|~|~|~|x|~|~|~\n"
  "9223372036854775807|1e+300|true|2024-03-02|caf\xc3\xa9|y|4|~|3\n";

static void
assert_reads (const char *source, const char *options, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) used = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (source, fixture_options (options), &used, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autofree char *dump = fixture_dump (frame);
  g_assert_cmpstr (dump, ==, expected);
}

static void
test_reads (void)
{
  g_autofree char *path = make_database ("shop.db", shop);
  g_autofree char *uri = g_strdup_printf ("sqlite:%s?table=orders", path);
  g_autofree char *query = g_strdup_printf ("sqlite:%s?query=SELECT%%20kind,count(*)%%20AS%%20n%%20FROM%%20orders%%20GROUP%%20BY%%20kind", path);

  assert_reads (path, "{'table': <'orders'>}", shop_dump);
  assert_reads (uri, NULL, shop_dump);
  assert_reads (path, "{'table': <'cheap'>}", "id:int64 price:float64\n1|2\n2|2.5\n");
  assert_reads (query, NULL, "kind:string n:int64\nx|2\ny|2\n");
  assert_reads (path, "{'query': <'SELECT id, id FROM orders WHERE id < 3'>}", "id:int64 id_2:int64\n1|1\n2|2\n");
  assert_reads (path, "{'query': <'SELECT price, id AS t FROM orders WHERE id < 3'>, 'types': <{'t': 'float64', 'price': 'string'}>}", "price:string t:float64\n2.0|1\n2.5|2\n");
}

static void
test_tables (void)
{
  g_autofree char *path = make_database ("shop.db", shop);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) tables = sx_format_find ("sqlite")->tables (path, &error);

  g_assert_no_error (error);
  g_autofree char *joined = g_strjoinv (" ", tables);
  g_assert_cmpstr (joined, ==, "orders people cheap");
}

static void
assert_refuses (const char *path, const char *options, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options (options), NULL, NULL, NULL, &error);

  g_assert_error (error, SX_PIPELINE_ERROR, code);
  g_assert_null (frame);
  if (strstr (error->message, words) == NULL)
    g_error ("no “%s” in: %s", words, error->message);
}

static void
test_refuses (void)
{
  g_autofree char *path = make_database ("shop.db", shop);
  g_autofree char *bare = make_database ("bare.db", "CREATE TABLE t (a); DROP TABLE t");
  g_autofree char *content = NULL;
  gsize            size;

  assert_refuses (path, NULL, SX_PIPELINE_ERROR_SOURCE, "several tables. Choose one with “table”: orders, people, cheap");
  assert_refuses (path, "{'table': <'order'>}", SX_PIPELINE_ERROR_SOURCE, "no table “order”");
  assert_refuses (path, "{'table': <'orders'>, 'query': <'SELECT 1'>}", SX_PIPELINE_ERROR_PARAM, "either");
  assert_refuses (path, "{'query': <'DELETE FROM orders'>}", SX_PIPELINE_ERROR_PARAM, "single SELECT");
  assert_refuses (path, "{'query': <'SELECT 1; DROP TABLE orders'>}", SX_PIPELINE_ERROR_PARAM, "single SELECT");
  assert_refuses (path, "{'query': <'SELEKT 1'>}", SX_PIPELINE_ERROR_SOURCE, "syntax error");
  assert_refuses (path, "{'table': <'orders'>, 'types': <{'note': 'int64'}>}", SX_PIPELINE_ERROR_TYPE, "Column “note”, row 1: “first” is not of the type int64");
  assert_refuses (bare, NULL, SX_PIPELINE_ERROR_SOURCE, "has no tables");
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  memset (content + 100, 0xee, size - 100);
  g_autofree char *damaged = fixture_write ("damaged.db", content, (gssize)size);
  assert_refuses (damaged, NULL, SX_PIPELINE_ERROR_SOURCE, "damaged");
  assert_reads (path, "{'table': <'people'>}", "name:string\nAnn\n");
}

static void
test_round_trip (void)
{
  g_autofree char *path = make_database ("shop.db", shop);
  g_autofree char *copy = fixture_path ("copy.db");
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = sx_read_file (path, fixture_options ("{'table': <'orders'>}"), NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_autoptr (GVariant) options = g_variant_ref_sink (fixture_options ("{'table': <'my \"table\"'>}"));
  g_assert_true (sx_format_find ("sqlite")->write (frame, copy, options, NULL, &error));
  g_assert_no_error (error);
  g_auto (GStrv) tables = sx_format_find ("sqlite")->tables (copy, &error);
  g_assert_cmpstr (tables[0], ==, "my \"table\"");
  assert_reads (copy, NULL, shop_dump);
}

/* Read until cancelled: a query without end stops. */
static gpointer
cancel_soon (gpointer data)
{
  g_usleep (50000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancels (void)
{
  g_autofree char *path = make_database ("shop.db", shop);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_null (sx_read_file (path, fixture_options ("{'query': <'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c'>}"), NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/io/sqlite/reads", test_reads);
  g_test_add_func ("/io/sqlite/tables", test_tables);
  g_test_add_func ("/io/sqlite/refuses", test_refuses);
  g_test_add_func ("/io/sqlite/round-trip", test_round_trip);
  g_test_add_func ("/io/sqlite/cancels", test_cancels);
  int result = g_test_run ();
  fixture_end ();
  return result;
}
