/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#define _GNU_SOURCE /* nftw() */

#include "config.h"

#include "studio-fixture.h"
#include "sx-shortcuts.h"
#include "sx-window-private.h"

/* The window with all in it: what it does with files, with edits, and at closing; and that no key is a secret. */

static SxApplication *application;

static SxWindow *
make_window (void)
{
  SxWindow *window = SX_WINDOW (sx_window_new (application));

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
close_window (SxWindow *window)
{
  if (window->document != NULL)
    sx_document_discard (window->document);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_data (void)
{
  SxWindow        *window = make_window ();
  g_autofree char *path = make_table ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  SxDesignPage *page;
  GtkWindow    *gtk_window = GTK_WINDOW (window);

  g_assert_true (sx_window_is_pristine (window));
  g_assert_null (sx_window_get_document (window));
  sx_application_open_file (application, file, window);
  g_assert_nonnull (sx_window_get_document (window));
  page = SX_DESIGN_PAGE (window->design);
  WAIT_UNTIL (sx_graph_get_n_blocks (sx_document_get_graph (window->document)) == 1);
  /* The new block is selected: its parameters and its rows are there. */
  WAIT_UNTIL (sx_preview_get_frame (sx_design_page_get_preview (page)) != NULL);
  g_assert_cmpstr (sx_inspector_get_block (sx_design_page_get_inspector (page)), !=, NULL);
  g_assert_false (sx_window_is_pristine (window));
  g_assert_true (g_str_has_prefix (gtk_window_get_title (gtk_window), "•"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.undo", NULL);
  g_assert_cmpuint (sx_graph_get_n_blocks (sx_document_get_graph (window->document)), ==, 0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.redo", NULL);
  g_assert_cmpuint (sx_graph_get_n_blocks (sx_document_get_graph (window->document)), ==, 1);
  close_window (window);
}

static void
test_project (void)
{
  SxWindow        *window = make_window ();
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "p.sextant", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) wrong = g_file_new_for_path ("/nowhere/x.sextant");

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_assert_true (g_file_set_contents (path, "sextant: 1\nblocks:\n  a: {kind: split.kfold}\n", -1, NULL));
  sx_application_open_file (application, file, window);
  g_assert_cmpstr (sx_document_get_path (window->document), ==, path);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "p – Sextant");
  /* Once more: the same window. */
  sx_application_open_file (application, file, NULL);
  g_assert_cmpuint (g_list_length (gtk_application_get_windows (GTK_APPLICATION (application))), ==, 1);
  /* What cannot be opened is said, and this window keeps what it has. */
  sx_application_open_file (application, wrong, window);
  g_assert_cmpstr (sx_document_get_path (window->document), ==, path);
  close_window (window);
}

static void
test_close_asks (void)
{
  SxWindow *window = make_window ();
  g_autoptr (SxDocument) document = sx_document_new ();

  sx_window_set_document (window, document);
  insert (document, "b", "split.kfold", NULL, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, 1);
  gtk_window_close (GTK_WINDOW (window));
  /* The window is there, and a question before it. */
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GtkWindow) each = g_list_model_get_item (gtk_window_get_toplevels (), i);

      if (ADW_IS_MESSAGE_DIALOG (each))
        {
          adw_message_dialog_response (ADW_MESSAGE_DIALOG (each), "cancel");
          gtk_window_destroy (each);
          break;
        }
    }
  g_assert_cmpuint (g_list_length (gtk_application_get_windows (GTK_APPLICATION (application))), ==, 1);
  sx_history_undo (sx_document_get_history (document));
  /* Nothing would be lost now. */
  gtk_window_close (GTK_WINDOW (window));
  WAIT_UNTIL (g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0);
}

static void
test_pages (void)
{
  SxWindow *window = make_window ();
  g_autoptr (SxDocument) document = sx_document_new ();

  sx_window_set_document (window, document);
  g_assert_null (window->run_page);
  g_assert_null (window->result_page);
  sx_window_show_page (window, "progress");
  g_assert_nonnull (window->run_page);
  sx_window_show_page (window, "result");
  g_assert_nonnull (window->result_page);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.side-panes", NULL);
  {
    gboolean is_shown;

    g_object_get (window->design, "show-palette", &is_shown, NULL);
    g_assert_false (is_shown);
  }
  close_window (window);
}

/* A window is as the last one was left. */
static void
test_state (void)
{
  SxWindow *window = make_window ();
  g_autoptr (SxDocument) document = sx_document_new ();
  g_autoptr (SxDocument) other = sx_document_new ();
  gboolean is_shown;
  int      width, height;

  sx_window_set_document (window, document);
  gtk_window_set_default_size (GTK_WINDOW (window), 1150, 640);
  WAIT_UNTIL (gtk_widget_get_width (GTK_WIDGET (window)) > 1000);
  g_object_set (window->design, "show-preview", FALSE, NULL);
  gtk_window_close (GTK_WINDOW (window));
  WAIT_UNTIL (g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0);
  window = make_window ();
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  g_assert_cmpint (width, ==, 1150);
  g_assert_cmpint (height, ==, 640);
  sx_window_set_document (window, other);
  g_object_get (window->design, "show-preview", &is_shown, NULL);
  g_assert_false (is_shown);
  close_window (window);
}

/* ---- keys ---- */

static gboolean
is_listed (guint key, GdkModifierType modifiers)
{
  for (const SxShortcut *shortcut = sx_shortcuts_list (); shortcut->title != NULL; shortcut++)
    {
      g_auto (GStrv) accels = g_strsplit (shortcut->accels, " ", -1);

      for (guint i = 0; accels[i] != NULL; i++)
        {
          guint           listed;
          GdkModifierType listed_modifiers;

          g_assert_true (gtk_accelerator_parse (accels[i], &listed, &listed_modifiers));
          if (gdk_keyval_to_lower (listed) == gdk_keyval_to_lower (key) && listed_modifiers == modifiers)
            return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_on_keypad (guint key)
{
  return key >= GDK_KEY_KP_Space && key <= GDK_KEY_KP_9;
}

static void
test_shortcuts (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (SxHistory) history = sx_history_new (graph);
  GtkWidget  *canvas = g_object_ref_sink (sx_canvas_new (history)), *window;
  GListModel *controllers = gtk_widget_observe_controllers (canvas);
  guint       n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      for (guint j = 0; GTK_IS_SHORTCUT_CONTROLLER (controller) && j < g_list_model_get_n_items (G_LIST_MODEL (controller)); j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), j);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);
          guint               key;

          if (!GTK_IS_KEYVAL_TRIGGER (trigger) || !GTK_IS_NAMED_ACTION (gtk_shortcut_get_action (shortcut)))
            continue;
          key = gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger));
          if (!is_on_keypad (key) && !is_listed (key, gtk_keyval_trigger_get_modifiers (GTK_KEYVAL_TRIGGER (trigger))))
            g_error ("%s is bound to %s and not listed", gtk_shortcut_trigger_to_string (trigger), gtk_named_action_get_action_name (GTK_NAMED_ACTION (gtk_shortcut_get_action (shortcut))));
          n++;
        }
    }
  g_assert_cmpuint (n, >, 20);
  g_object_unref (controllers);
  g_object_unref (canvas);

  {
    g_auto (GStrv) actions = gtk_application_list_action_descriptions (GTK_APPLICATION (application));

    for (guint i = 0; actions[i] != NULL; i++)
      {
        g_auto (GStrv) accels = gtk_application_get_accels_for_action (GTK_APPLICATION (application), actions[i]);

        for (guint j = 0; accels[j] != NULL; j++)
          {
            guint           key;
            GdkModifierType modifiers;

            gtk_accelerator_parse (accels[j], &key, &modifiers);
            if (!is_listed (key, modifiers))
              g_error ("%s is bound to %s and not listed", accels[j], actions[i]);
          }
      }
  }
  window = sx_shortcuts_window_new ();
  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  int status;

  if (!init_widgets (&argc, &argv))
    return 0;
  application = sx_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_test_add_func ("/studio/window/data", test_data);
  g_test_add_func ("/studio/window/project", test_project);
  g_test_add_func ("/studio/window/close-asks", test_close_asks);
  g_test_add_func ("/studio/window/pages", test_pages);
  g_test_add_func ("/studio/window/state", test_state);
  g_test_add_func ("/studio/window/shortcuts", test_shortcuts);
  status = g_test_run ();
  g_object_unref (application);
  return status;
}
