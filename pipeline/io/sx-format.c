/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Which format a file is of: the content decides, the suffix helps, and a file that is none of ours is named for what it is. */

#include "config.h"

#include "sx-reader-private.h"
#include "sx-text-input-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_SIZE (64 * 1024)

static const SxFormat *const formats[] = {
  &sx_format_csv, &sx_format_tsv, &sx_format_json, &sx_format_jsonl, &sx_format_sqlite, &sx_format_arrow, &sx_format_parquet, NULL
};

/* Files people try to open as tables, by their first bytes. */
static const struct
{
  const char *bytes;
  gsize       size;
  const char *title;
} known_files[] = {
  { "PK\x03\x04", 4, N_ ("a ZIP archive or a spreadsheet (XLSX, ODS): save the sheet as CSV") },
  { "\xd0\xcf\x11\xe0", 4, N_ ("an old Office document (XLS): save the sheet as CSV") },
  { "FEA1", 4, N_ ("a Feather file: export it as CSV or JSON Lines") },
  { "\x89HDF", 4, N_ ("an HDF5 file: export the table as CSV") },
  { "Obj\x01", 4, N_ ("an Avro file: export it as JSON Lines") },
  { "\x89PNG", 4, N_ ("a PNG picture; for pictures choose their folder") },
  { "\xff\xd8\xff", 3, N_ ("a JPEG picture; for pictures choose their folder") },
  { "GIF8", 4, N_ ("a GIF picture; for pictures choose their folder") },
  { "%PDF", 4, N_ ("a PDF document: copy the table out of it and save it as CSV") },
  { "\x93NUMPY", 6, N_ ("a NumPy array: save it as CSV") },
  { "BZh", 3, N_ ("a bzip2 archive: unpack it first") },
  { "\xfd"
    "7zXZ",
    5, N_ ("an xz archive: unpack it first") },
  { "\x28\xb5\x2f\xfd", 4, N_ ("a Zstandard archive: unpack it first") },
  { "7z\xbc\xaf", 4, N_ ("a 7-Zip archive: unpack it first") },
  { "\x7f"
    "ELF",
    4, N_ ("a program") },
};

/* Text that is no table, by how it begins, in any case. */
static const struct
{
  const char *text;
  const char *title;
} known_texts[] = {
  { "<!doctype", N_ ("a web page: save the table in it as CSV") },
  { "<html", N_ ("a web page: save the table in it as CSV") },
  { "<?xml", N_ ("an XML document: export the table in it as CSV") },
  { "@relation", N_ ("an ARFF file: export it as CSV") },
  { "version https://git-lfs", N_ ("the stand-in for a file in Git LFS: fetch the file itself with “git lfs pull”") },
};

const SxFormat *const *
sx_format_list (void)
{
  return formats;
}

const SxFormat *
sx_format_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);
  for (guint i = 0; formats[i] != NULL; i++)
    if (g_str_equal (formats[i]->id, id))
      return formats[i];
  return NULL;
}

static char *
dup_readable_suffixes (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; formats[i] != NULL; i++)
    for (guint k = 0; (formats[i]->flags & SX_FORMAT_READS) && formats[i]->suffixes[k] != NULL; k++)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", formats[i]->suffixes[k]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
set_open_error (const char *path, int code, GError **error)
{
  if (code == ENOENT)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("There is no file “%s”. Check the name and the folder."), path);
  else if (code == EACCES || code == EPERM)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
                 _ ("You have no permission to read “%s”. Ask its owner, or copy it to a folder of yours."), path);
  else
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("Cannot open “%s”: %s."), path, g_strerror (code));
  return FALSE;
}

gboolean
sx_source_check (const char *path, GError **error)
{
  struct stat status;
  int         fd;

  if (g_stat (path, &status) < 0)
    return set_open_error (path, errno, error);
  if (S_ISDIR (status.st_mode))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
                   _ ("“%s” is a folder, not a file. Choose a file in it."), path);
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
                   _ ("“%s” is a device or a pipe, and cannot be read twice. Save its content to a file first."), path);
      return FALSE;
    }
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return set_open_error (path, errno, error);
  close (fd);
  if (status.st_size == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” is empty: it has no bytes at all."), path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_suffix (const SxFormat *format, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (g_str_has_suffix (lower, ".gz"))
    lower[strlen (lower) - 3] = '\0';
  for (guint i = 0; format->suffixes[i] != NULL; i++)
    if (g_str_has_suffix (lower, format->suffixes[i]))
      return TRUE;
  return FALSE;
}

/* The first bytes, raw; when they are gzip, the first bytes of what is inside. */
static gssize
read_head (const char *path, guint8 head[HEAD_SIZE], GError **error)
{
  int    fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gsize  n_read = 0;
  gssize n = 1;

  if (fd < 0)
    return set_open_error (path, errno, error) - 1;
  while (n_read < HEAD_SIZE && n != 0)
    {
      n = read (fd, head + n_read, HEAD_SIZE - n_read);
      if (n < 0 && errno != EINTR)
        {
          int code = errno;
          close (fd);
          return set_open_error (path, code, error) - 1;
        }
      n_read += n > 0 ? (gsize)n : 0;
    }
  close (fd);
  if (n_read >= 3 && memcmp (head, "\x1f\x8b\x08", 3) == 0)
    {
      g_autoptr (SxTextInput) input = sx_text_input_new (path, NULL, error);
      return input ? sx_text_input_read (input, (char *)head, NULL, error) : -1;
    }
  return (gssize)n_read;
}

static gboolean
is_binary (const guint8 *head, gsize size)
{
  gsize n_control = 0, n_zero = 0;

  if (size >= 2 && ((head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff)))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    {
      n_zero += head[i] == 0;
      n_control += head[i] < 32 && head[i] != 0 && !strchr ("\t\n\r\f\v\x1a\x1b", head[i]);
    }
  /* UTF-16 without a mark: a zero in every second byte, and text otherwise. */
  if (n_zero > size / 5 && n_zero <= size / 2 + 1 && n_control == 0)
    return FALSE;
  return n_zero > 0 || n_control > size / 50 + 1;
}

static const SxFormat *
set_foreign_error (const char *path, const char *title, GError **error)
{
  g_autofree char *suffixes = dup_readable_suffixes ();

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
               _ ("“%s” looks like %s. Files that can be read: %s."), path, title, suffixes);
  return NULL;
}

const SxFormat *
sx_format_sniff (const char *path, GError **error)
{
  g_autofree guint8 *head = g_malloc (HEAD_SIZE);
  g_autofree char   *name = NULL;
  const SxFormat    *best = NULL;
  int                best_score = 0;
  const guint8      *begin;
  gssize             size;

  g_return_val_if_fail (path != NULL, NULL);
  if (!sx_source_check (path, error))
    return NULL;
  size = read_head (path, head, error);
  if (size < 0)
    return NULL;
  name = g_path_get_basename (path);
  for (guint i = 0; i < G_N_ELEMENTS (known_files); i++)
    if ((gsize)size >= known_files[i].size && memcmp (head, known_files[i].bytes, known_files[i].size) == 0)
      return set_foreign_error (path, _ (known_files[i].title), error);
  /* What opens with comments may still say what it is below them. */
  begin = head + ((gsize)size >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
  while (begin < head + size && (g_ascii_isspace (*begin) || *begin == '%'))
    {
      const guint8 *newline = *begin == '%' ? memchr (begin, '\n', (gsize)(head + size - begin)) : begin;
      begin = newline ? newline + 1 : head + size;
    }
  for (guint i = 0; i < G_N_ELEMENTS (known_texts); i++)
    if ((gsize)(head + size - begin) >= strlen (known_texts[i].text) && g_ascii_strncasecmp ((const char *)begin, known_texts[i].text, strlen (known_texts[i].text)) == 0)
      return set_foreign_error (path, _ (known_texts[i].title), error);
  for (guint i = 0; formats[i] != NULL; i++)
    {
      int score = formats[i]->sniff (head, (gsize)size, name);
      if (score > 0)
        score += has_suffix (formats[i], name) ? 30 : 0;
      if (score > best_score)
        {
          best_score = score;
          best = formats[i];
        }
    }
  if (best == NULL || (best_score < 90 && is_binary (head, (gsize)size)))
    return set_foreign_error (path, _ ("binary data of a kind that is not known"), error);
  return best;
}

/* Turns “x=1&y=a%20b” into options of the types @format declares. */
static GVariant *
parse_query (const SxFormat *format, const char *query)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *equals = strchr (pairs[i], '=');
      if (equals == NULL)
        continue;
      *equals = '\0';
      g_autofree char *value = g_uri_unescape_string (equals + 1, NULL);
      if (value == NULL)
        value = g_strdup (equals + 1);
      const char *type = "s";
      for (const SxFormatOption *option = format->options; option->key != NULL; option++)
        if (g_str_equal (option->key, pairs[i]))
          type = option->type;
      if (g_str_equal (type, "b"))
        g_variant_builder_add (builder, "{sv}", pairs[i], g_variant_new_boolean (g_str_equal (value, "true") || g_str_equal (value, "1")));
      else if (g_str_equal (type, "as"))
        {
          g_auto (GStrv) words = g_strsplit (value, ",", -1);
          g_variant_builder_add (builder, "{sv}", pairs[i], g_variant_new_strv ((const char *const *)words, -1));
        }
      else
        g_variant_builder_add (builder, "{sv}", pairs[i], g_variant_new_string (value));
    }
  return g_variant_ref_sink (g_variant_builder_end (builder));
}

char *
sx_source_split (const char *source, const SxFormat **format, GVariant **options)
{
  const char *colon = strchr (source, ':');
  const char *mark;

  *format = NULL;
  *options = NULL;
  if (colon == NULL || g_file_test (source, G_FILE_TEST_EXISTS))
    return g_strdup (source);
  if (g_str_has_prefix (source, "file://"))
    {
      char *path = g_filename_from_uri (source, NULL, NULL);
      return path ? path : g_strdup (source);
    }
  g_autofree char *id = g_strndup (source, (gsize)(colon - source));
  *format = sx_format_find (id);
  if (*format == NULL)
    return g_strdup (source);
  mark = strchr (colon + 1, '?');
  if (mark == NULL || g_file_test (colon + 1, G_FILE_TEST_EXISTS))
    return g_strdup (colon + 1);
  *options = parse_query (*format, mark + 1);
  return g_strndup (colon + 1, (gsize)(mark - colon - 1));
}
