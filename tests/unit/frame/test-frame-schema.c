/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <frame/sx-schema.h>

#include <string.h>

static SxSchema *
make (GError **error, const char *a, const char *b)
{
  SxField fields[] = { { (char *)a, SX_TYPE_INT64, NULL }, { (char *)b, SX_TYPE_STRING, NULL } };

  return sx_schema_new (fields, 2, error);
}

static void
test_find_and_suggest (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSchema) schema = make (&error, "age", "education");

  g_assert_no_error (error);
  g_assert_cmpint (sx_schema_find (schema, "education"), ==, 1);
  g_assert_cmpint (sx_schema_find (schema, "Education"), ==, -1);
  g_assert_cmpstr (sx_schema_suggest (schema, "educaton"), ==, "education");
  g_assert_null (sx_schema_suggest (schema, "zzzzzzzz"));
}

static void
test_refuses_doubles_and_blanks (void)
{
  g_autoptr (GError) doubled = NULL;
  g_autoptr (GError) empty = NULL;

  g_assert_null (make (&doubled, "age", "age"));
  g_assert_error (doubled, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA);
  g_assert_nonnull (strstr (doubled->message, "age"));
  g_assert_null (make (&empty, "age", ""));
  g_assert_error (empty, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA);
}

static void
test_equal_ignores_origins (void)
{
  char   *origins[] = { (char *)"x", NULL };
  SxField plain = { (char *)"a", SX_TYPE_INT64, NULL };
  SxField derived = { (char *)"a", SX_TYPE_INT64, origins };
  SxField other = { (char *)"a", SX_TYPE_FLOAT64, NULL };
  g_autoptr (SxSchema) a = sx_schema_new (&plain, 1, NULL);
  g_autoptr (SxSchema) b = sx_schema_new (&derived, 1, NULL);
  g_autoptr (SxSchema) c = sx_schema_new (&other, 1, NULL);

  g_assert_true (sx_schema_equal (a, b));
  g_assert_false (sx_schema_equal (a, c));
  g_assert_cmpstr (sx_schema_get_field (b, 0)->origins[0], ==, "x");
}

static void
test_type_nicks (void)
{
  for (guint i = 0; i < SX_N_TYPES; i++)
    {
      SxType type = SX_N_TYPES;

      g_assert_true (sx_type_from_nick (sx_type_get_nick (i), &type));
      g_assert_cmpuint (type, ==, i);
      g_assert_cmpstr (sx_type_get_title (i), !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/find-and-suggest", test_find_and_suggest);
  g_test_add_func ("/schema/refuses", test_refuses_doubles_and_blanks);
  g_test_add_func ("/schema/equal", test_equal_ignores_origins);
  g_test_add_func ("/schema/type-nicks", test_type_nicks);
  return g_test_run ();
}
