/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-run-page.h>
#include <sx-runner-private.h>
#include <sx-trial-table.h>

#include <math.h>
#include <string.h>

static SxTrialItem *
add (GListStore *trials, guint number, SxTrialState state, double value, const char *config)
{
  g_autoptr (GVariant) point = g_variant_parse (G_VARIANT_TYPE_VARDICT, config, NULL, NULL, NULL);
  g_autoptr (SxTrialItem) item = sx_trial_item_new (number, point, "bayes");

  if (state != SX_TRIAL_RUNNING)
    sx_trial_item_finish (item, state, value, number, state == SX_TRIAL_FAILED ? "It diverged" : NULL);
  g_list_store_append (trials, item);
  return item;
}

static GtkColumnView *
find_view (GtkWidget *widget)
{
  if (GTK_IS_COLUMN_VIEW (widget))
    return GTK_COLUMN_VIEW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkColumnView *found = find_view (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
sort_by (SxTrialTable *table, guint column, GtkSortType type)
{
  GtkColumnView *view = find_view (GTK_WIDGET (table));
  g_autoptr (GtkColumnViewColumn) view_column = g_list_model_get_item (gtk_column_view_get_columns (view), column);

  gtk_column_view_sort_by_column (view, view_column, type);
}

static void
assert_order (SxTrialTable *table, const char *expected)
{
  g_autofree char *text = sx_trial_table_dup_text (table);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) order = g_string_new (NULL);

  for (guint i = 1; lines[i] != NULL && *lines[i]; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (cells), ==, 6);
      g_string_append_printf (order, "%s%s", i > 1 ? " " : "", cells[0]);
    }
  g_assert_cmpstr (order->str, ==, expected);
}

static void
test_table (void)
{
  g_autoptr (GListStore) trials = g_list_store_new (SX_TYPE_TRIAL_ITEM);
  SxTrialTable    *table = SX_TRIAL_TABLE (g_object_ref_sink (sx_trial_table_new (G_LIST_MODEL (trials))));
  SxTrialItem     *running;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) selected = NULL;

  add (trials, 1, SX_TRIAL_DONE, 0.5, "{'depth': <int64 3>}");
  add (trials, 2, SX_TRIAL_FAILED, NAN, "{'depth': <int64 9>}");
  sx_trial_item_set_is_best (add (trials, 3, SX_TRIAL_DONE, 0.25, "{'depth': <int64 4>}"), TRUE);
  running = add (trials, 4, SX_TRIAL_RUNNING, 0, "{'depth': <int64 5>}");
  sx_trial_table_set_value_title (table, "Log loss");
  text = sx_trial_table_dup_text (table);
  g_assert_cmpstr (text, ==, "Trial\tState\tLog loss\tTime\tFound by\tConfiguration\n1\tDone\t0.5000\t1.0 s\tBayesian\tdepth 3\n2\tFailed\t–\t2.0 s\tBayesian\tIt diverged — depth 9\n★ 3\tDone\t0.2500\t3.0 s\tBayesian\tdepth 4\n4\tRunning\t–\t–\tBayesian\tdepth 5\n");
  sort_by (table, 2, GTK_SORT_ASCENDING);
  assert_order (table, "★ 3 1 2 4");
  sort_by (table, 0, GTK_SORT_DESCENDING);
  assert_order (table, "4 ★ 3 2 1");
  /* A trial that ends moves to where its value belongs. */
  sort_by (table, 2, GTK_SORT_ASCENDING);
  sx_trial_item_finish (running, SX_TRIAL_DONE, 0.1, 1, NULL);
  sx_trial_table_refresh (table);
  assert_order (table, "4 ★ 3 1 2");
  selected = sx_trial_table_list_selected (table);
  g_assert_cmpuint (selected->len, ==, 0);
  gtk_selection_model_select_item (gtk_column_view_get_model (find_view (GTK_WIDGET (table))), 1, TRUE);
  assert_order (table, "★ 3");
  sx_trial_table_unselect (table);
  assert_order (table, "4 ★ 3 1 2");
  g_object_unref (table);
}

static void
settle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

static gboolean
shows (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (shows (child, text))
      return TRUE;
  return FALSE;
}

/* The page in a window, from empty over a run to its failure. */
static void
test_page (void)
{
  g_autoptr (SxRunner) runner = sx_runner_new ();
  GtkWidget *window = gtk_window_new (), *page = sx_run_page_new (runner);
  g_autoptr (GVariant) event = NULL;

  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 700);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_assert_true (shows (page, "Nothing Has Run Yet"));
  sx_runner_begin (runner, NULL, "/nonexistent/run");
  event = g_variant_ref_sink (g_variant_new_parsed ("{'trial': <uint32 1>, 'state': <'done'>, 'value': <0.125>, 'seconds': <1.0>, 'best': <uint32 1>}"));
  sx_runner_take_event (runner, "trial-finished", event);
  settle ();
  g_assert_true (shows (page, "Searching for the best model"));
  g_assert_true (shows (page, "0.1250"));
  g_assert_true (shows (page, "★ 1"));
  sx_runner_take_end (runner, FALSE, "It rained", 1);
  while (sx_runner_is_busy (runner))
    g_main_context_iteration (NULL, TRUE);
  settle ();
  g_assert_true (shows (page, "The run failed"));
  g_assert_true (shows (page, "It rained"));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (g_getenv ("GTK_A11Y") == NULL)
    g_setenv ("GTK_A11Y", "test", TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  adw_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/studio/trials/table", test_table);
  g_test_add_func ("/studio/trials/page", test_page);
  return g_test_run ();
}
