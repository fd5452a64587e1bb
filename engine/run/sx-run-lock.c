/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One process at a time works on a run folder. The file “lock” is locked with flock(), which the kernel lets go of when its owner dies, however it
 * dies; in it stand the owner's pid and the time it started, so that others can see who works there, and a pid that was given to a new process
 * is not taken for the old one. */

#include "config.h"

#include "sx-run-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Clock ticks from boot to the start of @pid: field 22 of its stat; 0 when there is no such process, or it is a zombie. */
static guint64
get_start_time (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  rest = strrchr (text, ')'); /* the name may hold spaces and brackets */
  if (rest == NULL || rest[1] != ' ')
    return 0;
  fields = g_strsplit (rest + 2, " ", 0); /* from field 3 on */
  if (g_strv_length (fields) < 20 || g_str_equal (fields[0], "Z") || g_str_equal (fields[0], "X"))
    return 0;
  return g_ascii_strtoull (fields[19], NULL, 10);
}

GPid
sx_run_lock_get_owner (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  gint64  pid;
  guint64 start;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (g_strstrip (text), " ", 3);
  if (g_strv_length (words) != 2)
    return 0;
  pid = g_ascii_strtoll (words[0], NULL, 10);
  start = g_ascii_strtoull (words[1], NULL, 10);
  if (pid <= 0 || pid > G_MAXINT || start == 0 || get_start_time ((GPid)pid) != start)
    return 0;
  return (GPid)pid;
}

static gboolean
write_owner (int fd)
{
  g_autofree char *text = g_strdup_printf ("%d %" G_GUINT64_FORMAT "\n", (int)getpid (), get_start_time (getpid ()));
  gsize            size = strlen (text);

  return ftruncate (fd, 0) == 0 && pwrite (fd, text, size, 0) == (gssize)size;
}

int
sx_run_lock (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  int              fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  GPid             owner;

  if (fd < 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s” cannot be locked: %s"), folder, g_strerror (errno));
      return -1;
    }
  owner = sx_run_lock_get_owner (folder);
  /* Where a file system knows no locks, the owner's pid alone must do. */
  if ((flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || (owner != 0 && owner != getpid ()))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("Process %d is working on “%s”. Wait for it, or cancel it."), (int)owner, folder);
      close (fd);
      return -1;
    }
  if (!write_owner (fd))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s” cannot be locked: %s"), folder, g_strerror (errno));
      close (fd);
      return -1;
    }
  return fd;
}

void
sx_run_unlock (int lock)
{
  if (lock < 0)
    return;
  if (ftruncate (lock, 0) != 0)
    g_debug ("The lock keeps its owner's name: %s", g_strerror (errno));
  close (lock);
}
