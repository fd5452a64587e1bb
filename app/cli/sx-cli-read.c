/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Tables in and out, by path or URI. */

#include "config.h"

#include "sx-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_SHOWN_NOTES 5
#define COPY_SIZE 65536

/* ---- reading ---- */

void
sx_cli_table_file_free (SxCliTableFile *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->frame, sx_frame_unref);
  g_clear_pointer (&self->options, g_variant_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_free (self);
}

/* Column names mean that the first line is data already. */
static GVariant *
make_options (const char *names)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (names != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (names, ",", -1);

      for (char **part = parts; *part != NULL; part++)
        g_strstrip (*part);
      g_variant_dict_insert_value (&dict, "columns", g_variant_new_strv ((const char *const *)parts, -1));
      g_variant_dict_insert (&dict, "header", "b", FALSE);
    }
  return g_variant_dict_end (&dict);
}

static void
print_notes (const char *path, const GPtrArray *notes)
{
  for (guint i = 0; i < MIN (notes->len, MAX_SHOWN_NOTES); i++)
    {
      const SxReadNote *note = notes->pdata[i];

      if (note->line > 0)
        sx_cli_warn ("%s:%" G_GUINT64_FORMAT ": %s", path, note->line, note->message);
      else
        sx_cli_warn ("%s: %s", path, note->message);
    }
  if (notes->len > MAX_SHOWN_NOTES)
    fprintf (stderr, _ ("sextant: %s: and %u more notes\n"), path, notes->len - MAX_SHOWN_NOTES);
}

static double
get_progress (gpointer reader)
{
  return sx_reader_get_progress (reader);
}

static void
copy_notes (GPtrArray *to, const GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    {
      const SxReadNote *note = from->pdata[i];
      SxReadNote       *copy = g_new0 (SxReadNote, 1);

      *copy = (SxReadNote){ note->line, g_strdup (note->column), g_strdup (note->message) };
      g_ptr_array_add (to, copy);
    }
}

SxCliTableFile *
sx_cli_read_table (const char *path, const char *names, GError **error)
{
  g_autoptr (SxReader) reader = NULL;
  g_autoptr (SxCliTableFile) self = g_new0 (SxCliTableFile, 1);
  g_autofree char *text = g_strdup_printf (_ ("Reading %s…"), path);

  if (names != NULL && !g_utf8_validate (names, -1, NULL))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "%s", _ ("--columns is not valid UTF-8"));
      return NULL;
    }
  reader = sx_reader_open (path, NULL, make_options (names), sx_cli_get_cancellable (), error);
  if (reader == NULL)
    return NULL;
  sx_cli_progress_begin (text, get_progress, reader);
  self->frame = sx_reader_read_all (reader, sx_cli_get_cancellable (), error);
  sx_cli_progress_end ();
  if (self->frame == NULL)
    return NULL;
  self->format = sx_reader_get_format (reader);
  self->options = g_variant_ref (sx_reader_get_options (reader));
  self->notes = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_read_note_free);
  copy_notes (self->notes, sx_reader_get_notes (reader));
  print_notes (path, self->notes);
  return g_steal_pointer (&self);
}

/* ---- writing ---- */

static const SxFormat *
find_by_suffix (const char *path)
{
  const SxFormat  *best = NULL;
  g_autofree char *lower = g_ascii_strdown (path, -1);
  gsize            longest = 0;

  for (const SxFormat *const *format = sx_format_list (); *format != NULL; format++)
    for (const char *const *suffix = (*format)->suffixes; *suffix != NULL; suffix++)
      if (((*format)->flags & SX_FORMAT_WRITES) != 0 && g_str_has_suffix (lower, *suffix) && strlen (*suffix) > longest)
        {
          best = *format;
          longest = strlen (*suffix);
        }
  return best;
}

/* “sqlite:shop.db?table=orders” taken apart: the format or NULL, the file, and what stands behind the question mark. */
static const SxFormat *
split_uri (const char *uri, char **file, GVariant **options)
{
  const char      *colon = strchr (uri, ':');
  g_autofree char *id = colon != NULL ? g_strndup (uri, (gsize)(colon - uri)) : NULL;
  const SxFormat  *format = id != NULL ? sx_format_find (id) : NULL;
  g_auto (GStrv) parts = NULL;
  GVariantDict dict;

  if (format == NULL || (format->flags & SX_FORMAT_WRITES) == 0)
    return NULL;
  parts = g_strsplit (colon + 1, "?", 2);
  g_variant_dict_init (&dict, NULL);
  if (parts[0] != NULL && parts[1] != NULL)
    {
      g_autoptr (GHashTable) query = g_uri_parse_params (parts[1], -1, "&", G_URI_PARAMS_NONE, NULL);
      GHashTableIter iter;
      gpointer       key, value;

      if (query != NULL)
        {
          g_hash_table_iter_init (&iter, query);
          while (g_hash_table_iter_next (&iter, &key, &value))
            g_variant_dict_insert (&dict, key, "s", value);
        }
    }
  *file = g_strdup (parts[0]);
  *options = g_variant_ref_sink (g_variant_dict_end (&dict));
  return format;
}

/* The writers replace whole files, so what goes to a pipe is written to one first. */
static gboolean
write_to_output (SxFrame *frame, GError **error)
{
  const SxFormat  *format = sx_format_find ("csv");
  g_autofree char *path = NULL;
  FILE            *file;
  char             buffer[COPY_SIZE];
  gsize            n;
  int              fd = g_file_open_tmp ("sextant-XXXXXX.csv", &path, error);
  gboolean         is_fine;

  if (fd < 0)
    return FALSE;
  close (fd);
  is_fine = format->write (frame, path, NULL, sx_cli_get_cancellable (), error);
  file = is_fine ? g_fopen (path, "re") : NULL;
  while (file != NULL && (n = fread (buffer, 1, sizeof buffer, file)) > 0)
    sx_cli_put (buffer, n);
  g_clear_pointer (&file, fclose);
  g_unlink (path);
  return is_fine;
}

gboolean
sx_cli_check_writable (const char *path, GError **error)
{
  g_autofree char *file = NULL;
  g_autoptr (GVariant) options = NULL;

  if (g_str_equal (path, "-") || find_by_suffix (path) != NULL || split_uri (path, &file, &options) != NULL)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” has no suffix that this program writes; “sextant formats” lists them"), path);
  return FALSE;
}

gboolean
sx_cli_write_table (SxFrame *frame, const char *path, GError **error)
{
  g_autofree char *file = NULL;
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GError) problem = NULL;
  const SxFormat *format;

  if (!sx_cli_check_writable (path, error))
    return FALSE;
  if (g_str_equal (path, "-"))
    return write_to_output (frame, error);
  format = split_uri (path, &file, &options);
  if (format == NULL)
    format = find_by_suffix (path);
  if (format->write (frame, file != NULL ? file : path, options, sx_cli_get_cancellable (), &problem))
    return TRUE;
  /* A database says “source” of what it could not write too; it is no bad input. */
  if (g_error_matches (problem, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE))
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, problem->message);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* ---- paths ---- */

char *
sx_cli_dup_relative (const char *path, const char *folder)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *base = g_canonicalize_filename (folder, NULL);
  g_auto (GStrv) a = g_strsplit (absolute, G_DIR_SEPARATOR_S, -1);
  g_auto (GStrv) b = g_strsplit (base, G_DIR_SEPARATOR_S, -1);
  GString *relative;
  guint    n_common = 0;

  if (g_str_equal (base, G_DIR_SEPARATOR_S))
    return g_strdup (absolute);
  while (a[n_common] != NULL && b[n_common] != NULL && g_str_equal (a[n_common], b[n_common]))
    n_common++;
  /* With nothing in common but the root, the way up would say nothing that the absolute path does not. */
  if (n_common <= 1)
    return g_strdup (absolute);
  relative = g_string_new (NULL);
  for (char **up = b + n_common; *up != NULL; up++)
    g_string_append (relative, "../");
  for (char **down = a + n_common; *down != NULL; down++)
    g_string_append_printf (relative, "%s%s", down > a + n_common ? G_DIR_SEPARATOR_S : "", *down);
  return g_string_free (relative, FALSE);
}
