/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-window-private.h"

#include <glib/gstdio.h>

/* Size of the window and which panes are shown, from one start to the next. A file that is missing or broken is no more than a window of the
 * usual size. */

#define GROUP "window"
#define MIN_SIZE 360
#define MAX_SIZE 16384

static const char *const panes[] = { "show-palette", "show-inspector", "show-preview" };

static char *
make_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "sextant", "studio.ini", NULL);
}

static int
read_size (GKeyFile *file, const char *key, int fallback)
{
  int size = g_key_file_get_integer (file, GROUP, key, NULL);

  return size >= MIN_SIZE && size <= MAX_SIZE ? size : fallback;
}

void
sx_window_load_state (SxWindow *self, int width, int height)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = make_path ();

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  gtk_window_set_default_size (GTK_WINDOW (self), read_size (file, "width", width), read_size (file, "height", height));
  if (g_key_file_get_boolean (file, GROUP, "maximized", NULL))
    gtk_window_maximize (GTK_WINDOW (self));
}

void
sx_window_load_panes (SxWindow *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = make_path ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
    if (g_key_file_has_key (file, GROUP, panes[i], NULL))
      g_object_set (self->design, panes[i], g_key_file_get_boolean (file, GROUP, panes[i], NULL), NULL);
}

/* Folded panes lie over the canvas when they are called; that they are not there now says nothing of the user's wish. */
static gboolean
is_roomy (SxWindow *self)
{
  return !adw_view_switcher_title_get_title_visible (ADW_VIEW_SWITCHER_TITLE (self->switcher));
}

void
sx_window_save_state (SxWindow *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = make_path (), *folder = g_path_get_dirname (path);
  int              width, height;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_key_file_set_integer (file, GROUP, "width", width);
  g_key_file_set_integer (file, GROUP, "height", height);
  g_key_file_set_boolean (file, GROUP, "maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  for (guint i = 0; self->design != NULL && is_roomy (self) && i < G_N_ELEMENTS (panes); i++)
    {
      gboolean is_shown;

      g_object_get (self->design, panes[i], &is_shown, NULL);
      g_key_file_set_boolean (file, GROUP, panes[i], is_shown);
    }
  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (file, path, NULL);
}
