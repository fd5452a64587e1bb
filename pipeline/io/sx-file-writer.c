/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A file replaced whole, for content too large to hold as one text (sx_file_replace() is for the small).
 *
 * The bytes go to a new file in the same folder, which takes the old one's name and permissions in one step after fsync. A full
 * disk is met before that step, so what was there stays. */

#include "config.h"

#include "sx-reader-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (256 * 1024)

struct _SxFileWriter
{
  char *path;
  char *target; /* @path with links followed */
  char *temporary;
  int   fd;
  int   code; /* errno of the first fault */
  gsize n;
  char  buffer[BUFFER_SIZE];
};

static void
open_temporary (SxFileWriter *self)
{
  g_autofree char *folder = g_path_get_dirname (self->target);
  struct stat      status;
  gboolean         is_new = stat (self->target, &status) < 0;

  self->temporary = g_build_filename (folder, ".sextant-XXXXXX", NULL);
  if (!is_new && !S_ISREG (status.st_mode))
    self->code = S_ISDIR (status.st_mode) ? EISDIR : EINVAL;
  else if (!is_new && g_access (self->target, W_OK) < 0)
    self->code = errno;
  if (self->code != 0)
    return;
  self->fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, is_new ? 0666 : 0600);
  if (self->fd < 0)
    self->code = errno;
  else if (!is_new && fchmod (self->fd, status.st_mode & 07777) < 0)
    self->code = errno;
}

SxFileWriter *
sx_file_writer_new (const char *path)
{
  SxFileWriter *self = g_new (SxFileWriter, 1);
  char         *resolved = realpath (path, NULL);

  self->path = g_strdup (path);
  self->target = g_strdup (resolved ? resolved : path);
  free (resolved);
  self->temporary = NULL;
  self->fd = -1;
  self->code = 0;
  self->n = 0;
  open_temporary (self);
  return self;
}

static void
flush (SxFileWriter *self)
{
  const char *text = self->buffer;

  while (self->code == 0 && self->n > 0)
    {
      gssize n = write (self->fd, text, self->n);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        self->code = errno;
      else
        {
          text += n;
          self->n -= (gsize)n;
        }
    }
  self->n = 0;
}

void
sx_file_writer_append (SxFileWriter *self, const char *text, gsize size)
{
  while (size > 0 && self->code == 0)
    {
      gsize n = MIN (size, BUFFER_SIZE - self->n);
      memcpy (self->buffer + self->n, text, n);
      self->n += n;
      text += n;
      size -= n;
      if (self->n == BUFFER_SIZE)
        flush (self);
    }
}

gboolean
sx_file_writer_has_failed (const SxFileWriter *self)
{
  return self->code != 0;
}

static void
sync_folder (SxFileWriter *self)
{
  g_autofree char *folder = g_path_get_dirname (self->target);
  int              fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  /* Best effort: the file itself is whole either way. */
  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
}

void
sx_file_writer_abandon (SxFileWriter *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    {
      close (self->fd);
      g_unlink (self->temporary);
    }
  g_free (self->temporary);
  g_free (self->target);
  g_free (self->path);
  g_free (self);
}

gboolean
sx_file_writer_commit (SxFileWriter *self, GError **error)
{
  gboolean is_done;

  flush (self);
  if (self->code == 0 && fsync (self->fd) < 0 && errno != EINVAL && errno != ENOTSUP)
    self->code = errno;
  if (self->code == 0 && g_rename (self->temporary, self->target) < 0)
    self->code = errno;
  is_done = self->code == 0;
  if (is_done)
    {
      close (self->fd);
      self->fd = -1;
      sync_folder (self);
    }
  else
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (self->code), _ ("Cannot write “%s”: %s. What was there before is unchanged."),
                 self->path, g_strerror (self->code));
  sx_file_writer_abandon (self);
  return is_done;
}
