/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Replacing a file so that no crash leaves half of it: the text goes to a new file in the same folder, is synced, and
 * takes the old one's name in one step; then the folder is synced, since the name is the folder's content. */

static gboolean
set_write_error (const char *path, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), _ ("Cannot write “%s”: %s. What was there before is unchanged."),
               path, g_strerror (code));
  return FALSE;
}

static int
write_all (int fd, const char *text, gsize size)
{
  while (size > 0)
    {
      gssize n_written = write (fd, text, MIN (size, 1 << 30));
      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written < 0)
        return errno;
      text += n_written;
      size -= (gsize)n_written;
    }
  while (fsync (fd) < 0)
    if (errno != EINTR)
      return errno;
  return 0;
}

static int
sync_folder (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return errno;
  /* Some network file systems cannot sync a folder; the file itself is safe there. */
  int code = fsync (fd) < 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
  close (fd);
  return code;
}

/* The new file keeps the old one's permissions; a first one gets what the umask leaves. */
static int
write_temporary (char *temporary, const char *target, const char *text, gsize size)
{
  struct stat status;
  gboolean    is_new = stat (target, &status) < 0;
  int         fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, is_new ? 0666 : 0600);

  if (fd < 0)
    return errno;
  int code = write_all (fd, text, size);
  if (code == 0 && !is_new && fchmod (fd, status.st_mode & 07777) < 0)
    code = errno;
  if (close (fd) < 0 && code == 0)
    code = errno;
  if (code != 0)
    g_unlink (temporary);
  return code;
}

gboolean
sx_file_replace (const char *path, const char *text, gssize size, GError **error)
{
  g_return_val_if_fail (path != NULL && text != NULL, FALSE);

  /* A link stays a link: what it points to is replaced. */
  char            *resolved = realpath (path, NULL);
  g_autofree char *target = g_strdup (resolved ? resolved : path);
  free (resolved);
  if (g_access (target, F_OK) == 0 && g_access (target, W_OK) < 0)
    return set_write_error (path, errno, error);
  if (g_file_test (target, G_FILE_TEST_IS_DIR))
    return set_write_error (path, EISDIR, error);

  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *temporary = g_build_filename (folder, ".sextant-XXXXXX", NULL);
  int              code = write_temporary (temporary, target, text, size < 0 ? strlen (text) : (gsize)size);
  if (code != 0)
    return set_write_error (path, code, error);
  if (g_rename (temporary, target) < 0)
    {
      code = errno;
      g_unlink (temporary);
      return set_write_error (path, code, error);
    }
  code = sync_folder (folder);
  if (code != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), _ ("Wrote “%s”, but its folder cannot be synced: %s."), path,
                   g_strerror (code));
      return FALSE;
    }
  return TRUE;
}
