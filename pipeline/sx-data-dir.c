/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-data-dir.h"

#include <stdlib.h>
#include <string.h>

/* The folders to look in, most important first. */
static GStrv
list_folders (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char      *chosen = g_getenv ("SEXTANT_DATA_DIR");
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "sextant", NULL);

  if (chosen != NULL && *chosen != '\0')
    g_strv_builder_add (builder, chosen);
  g_strv_builder_add (builder, own);
  /* A chosen folder stands for what was installed, so that what a test sees does not depend on the machine. */
  if (chosen == NULL || *chosen == '\0')
    {
      g_strv_builder_add (builder, SX_DATA_DIR);
      g_strv_builder_add (builder, SX_SOURCE_DIR G_DIR_SEPARATOR_S "templates");
    }
  return g_strv_builder_end (builder);
}

char *
sx_data_dup_path (const char *relative)
{
  g_auto (GStrv) folders = list_folders ();

  g_return_val_if_fail (relative != NULL && !g_path_is_absolute (relative), NULL);

  for (char **folder = folders; *folder; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, relative, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_canonicalize_filename (path, NULL);
    }
  return NULL;
}

static void
add_files (GHashTable *paths, const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    return;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && g_str_has_suffix (name, suffix) && !g_hash_table_contains (paths, name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
          g_hash_table_insert (paths, g_strdup (name), g_canonicalize_filename (path, NULL));
      }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GStrv
sx_data_list (const char *folder, const char *suffix)
{
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree gpointer *names = NULL;
  g_auto (GStrv) folders = list_folders ();
  guint n_names;

  g_return_val_if_fail (folder != NULL && suffix != NULL, NULL);

  for (char **root = folders; *root; root++)
    {
      g_autofree char *path = g_build_filename (*root, folder, NULL);

      add_files (paths, path, suffix);
    }
  names = g_hash_table_get_keys_as_array (paths, &n_names);
  qsort (names, n_names, sizeof *names, compare_names);
  for (guint i = 0; i < n_names; i++)
    g_strv_builder_add (builder, g_hash_table_lookup (paths, names[i]));
  return g_strv_builder_end (builder);
}
