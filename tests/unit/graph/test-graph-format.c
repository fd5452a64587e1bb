/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* pipeline/FORMAT.md against the code: its example is a project, and it names every kind of block. The page's path is the argument. */

#include <sx-pipeline.h>

#include <string.h>

static char *page;

/* The first block between “```yaml” and “```”. */
static char *
dup_example (void)
{
  const char *from = strstr (page, "```yaml\n");
  const char *to = from != NULL ? strstr (from + 3, "\n```") : NULL;

  g_assert_nonnull (to);
  from += strlen ("```yaml\n");
  return g_strndup (from, (gsize)(to + 1 - from));
}

static SxGraph *
parse (const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  SxGraph *graph = sx_project_parse (text, (gssize)size, "FORMAT.md", &error);

  g_assert_no_error (error);
  return graph;
}

static void
test_example (void)
{
  g_autofree char *text = dup_example ();
  g_autoptr (SxGraph) graph = parse (text, strlen (text));
  g_autoptr (SxGraph) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gsize            first_size, second_size;

  g_assert_cmpuint (sx_graph_get_n_blocks (graph), ==, 10);
  g_assert_cmpuint (sx_graph_get_n_links (graph), ==, 9);
  g_assert_cmpuint (sx_graph_get_n_frames (graph), ==, 2);
  g_assert_cmpstr (sx_graph_get_meta (graph, "metric"), ==, "auc");
  g_assert_true (sx_block_is_muted (sx_graph_find_block (graph, "recent")));
  g_assert_cmpstr (sx_block_get_label (sx_graph_find_block (graph, "call-figures")), ==, "Calls of each customer");

  first = sx_project_to_text (graph, &first_size);
  again = parse (first, first_size);
  second = sx_project_to_text (again, &second_size);
  g_assert_cmpmem (first, first_size, second, second_size);
}

static void
test_kinds (void)
{
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    {
      g_autofree char *id = g_strdup_printf ("`%s`", (*kind)->id);

      if ((*kind)->category != SX_BLOCK_MODEL && strstr (page, id) == NULL)
        g_error ("FORMAT.md does not name the block kind %s", (*kind)->id);
    }
}

static void
test_functions (void)
{
  const char      *from = strstr (page, "Functions: ");
  const char      *to = from != NULL ? strstr (from, "`figures`") : NULL;
  g_autofree char *list = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (to);
  list = g_strndup (from, (gsize)(to - from));
  words = g_strsplit_set (list, " \n`.", -1);
  for (const SxExprFunction *function = sx_expr_list_functions (); function->name != NULL; function++)
    if (!g_strv_contains ((const char *const *)words, function->name))
      g_error ("FORMAT.md does not name the function %s", function->name);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_file_get_contents (argv[1], &page, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/graph/format/example", test_example);
  g_test_add_func ("/graph/format/kinds", test_kinds);
  g_test_add_func ("/graph/format/functions", test_functions);
  status = g_test_run ();
  g_free (page);
  return status;
}
