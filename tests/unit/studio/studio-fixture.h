/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

#include <adwaita.h>
#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the tests of the studio's widgets share. */

/* Turns the main loop until @condition holds; fails when it does not within ten seconds. */
#define WAIT_UNTIL(condition)                                   \
  G_STMT_START                                                  \
  {                                                             \
    gint64 wait_end_ = g_get_monotonic_time () + 10 * 1000000;  \
    guint  wait_timer_ = g_timeout_add (10, wait_tick, NULL);   \
    while (!(condition) && g_get_monotonic_time () < wait_end_) \
      g_main_context_iteration (NULL, TRUE);                    \
    g_source_remove (wait_timer_);                              \
    g_assert_true (condition);                                  \
  }                                                             \
  G_STMT_END

static inline gboolean
wait_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static inline void
do_edit (SxDocument *document, SxEdit *edit)
{
  g_autoptr (SxEdit) owned = edit;
  g_autoptr (GError) error = NULL;

  sx_history_do (sx_document_get_history (document), owned, 0, &error);
  g_assert_no_error (error);
}

static inline void
insert (SxDocument *document, const char *id, const char *kind, const char *param, GVariant *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (param != NULL)
    g_variant_dict_insert_value (&dict, param, value);
  do_edit (document, sx_edit_new_insert_block (id, sx_block_kind_find (kind), 0, 0, g_variant_dict_end (&dict), NULL));
}

static inline void
join (SxDocument *document, const char *from, const char *to)
{
  g_autofree char *id = sx_graph_make_link_id (sx_document_get_graph (document));

  do_edit (document, sx_edit_new_insert_link (id, from, "table", to, sx_block_kind_find_port (sx_block_get_kind (sx_graph_find_block (sx_document_get_graph (document), to)), "input") != NULL ? "input" : "table"));
}

/* Forty people: a number with gaps, a text, a class. */
static inline char *
make_table (void)
{
  g_autoptr (GString) text = g_string_new ("age,city,left\n");
  char *path;

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *age = i % 10 == 3 ? g_strdup ("") : g_strdup_printf ("%u", 20 + i * 7 % 50);

      g_string_append_printf (text, "%s,%s,%s\n", age, i % 3 == 0 ? "Paris" : "Rome", i % 4 == 0 ? "yes" : "no");
    }
  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  path = g_build_filename (g_get_user_cache_dir (), "people.csv", NULL);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  return path;
}

static inline int
remove_one (const char *path, const struct stat *status, int flag, struct FTW *walk)
{
  return remove (path);
}

static inline void
remove_home (void)
{
  nftw (g_getenv ("SX_TEST_HOME"), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Folders of its own, as G_TEST_OPTION_ISOLATE_DIRS gives, but with the machine's data folders: libadwaita reads its settings there. */
static inline void
move_home (void)
{
  static const char *const names[] = { "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "SX_TEST_HOME" };
  g_autofree char         *home = g_dir_make_tmp ("sextant-test-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_setenv (names[i], home, TRUE);
  atexit (remove_home);
}

/* FALSE: there is no display. */
static inline gboolean
init_widgets (int *argc, char ***argv)
{
  setlocale (LC_ALL, "");
  if (g_getenv ("GTK_A11Y") == NULL)
    g_setenv ("GTK_A11Y", "test", TRUE);
  if (g_getenv ("GSK_RENDERER") == NULL)
    g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  move_home ();
  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return FALSE;
    }
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  return TRUE;
}
