/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* What the tests of this folder share: files of a given content, and frames as text one can compare. */

#include <sx-pipeline.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A folder that is removed at the end. */
static char *fixture_folder;

static inline void
fixture_begin (void)
{
  fixture_folder = g_dir_make_tmp ("sextant-io-XXXXXX", NULL);
  g_assert_nonnull (fixture_folder);
}

static inline void
fixture_end (void)
{
  GDir       *folder = g_dir_open (fixture_folder, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture_folder, name, NULL);
      g_unlink (path);
    }
  g_dir_close (folder);
  g_rmdir (fixture_folder);
  g_free (fixture_folder);
}

static inline char *
fixture_path (const char *name)
{
  return g_build_filename (fixture_folder, name, NULL);
}

static inline char *
fixture_write (const char *name, const char *text, gssize size)
{
  char *path = fixture_path (name);

  g_assert_true (g_file_set_contents (path, text, size, NULL));
  return path;
}

/* “name:type name:type\n” and a line a row, cells parted by |, missing ones as ~. */
static inline char *
fixture_dump (SxFrame *frame)
{
  GString  *text = g_string_new (NULL);
  SxSchema *schema = sx_frame_get_schema (frame);
  guint     n = sx_schema_get_n_fields (schema);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "", sx_schema_get_field (schema, i)->name, sx_type_get_nick (sx_schema_get_field (schema, i)->type));
  g_string_append_c (text, '\n');
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    for (gsize row = 0; row < sx_batch_get_n_rows (sx_frame_get_batch (frame, b)); row++)
      {
        for (guint i = 0; i < n; i++)
          {
            const SxColumn  *column = sx_batch_get_column (sx_frame_get_batch (frame, b), i);
            g_autofree char *cell = sx_column_dup_cell (column, row);
            g_string_append_printf (text, "%s%s", i > 0 ? "|" : "", sx_column_is_missing (column, row) ? "~" : cell);
          }
        g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}

static inline char *
fixture_join_notes (const GPtrArray *notes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < notes->len; i++)
    {
      const SxReadNote *note = g_ptr_array_index (notes, i);
      g_string_append_printf (text, "%" G_GUINT64_FORMAT " %s %s\n", note->line, note->column ? note->column : "-", note->message);
    }
  return g_string_free (text, FALSE);
}

/* A file of the datasets folder, or NULL after skipping the test. */
static inline char *
fixture_dataset (const char *name)
{
  const char *folder = g_getenv ("SX_TEST_DATASETS");
  char       *path = folder ? g_build_filename (folder, name, NULL) : NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *message = g_strdup_printf ("no dataset %s", name);
      g_test_skip (message);
      g_clear_pointer (&path, g_free);
    }
  return path;
}

/* Floating, for functions that sink it. */
static inline GVariant *
fixture_options (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parsed = text ? g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error) : NULL;
  g_autoptr (GBytes) bytes = parsed ? g_variant_get_data_as_bytes (parsed) : NULL;

  g_assert_no_error (error);
  return parsed ? g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, TRUE) : NULL;
}
