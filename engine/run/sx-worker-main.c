/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The worker's side of the pipe. A thread reads what the owner says, so that a cancellation is heard while the main thread trains; the end of
 * the input is one too: nobody trains on for an owner who is gone. */

#include "config.h"

#include "sx-run.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 65536
#define EXIT_FAILED 1
#define EXIT_NO_JOB 2
#define EXIT_CANCELLED 130

/* Shared by both threads, and freed by the last: the reading thread may wait in read() when all is done. */
typedef struct
{
  gatomicrefcount ref_count;
  int             fd_in;
  int             fd_out;
  int             cancelled; /* atomic */
  GMutex          lock;
  GCond           heard;
  char           *folder;   /* under @lock: of the first job */
  gboolean        is_ended; /* under @lock: nothing more will be heard */
} Conversation;

static void
conversation_unref (Conversation *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->heard);
  g_free (self->folder);
  g_free (self);
}

/* ---- what the owner says ---- */

static void
hear (Conversation *self, const char *name, GVariant *details)
{
  const char *folder;

  if (g_str_equal (name, "cancel"))
    g_atomic_int_set (&self->cancelled, TRUE);
  if (!g_str_equal (name, "job") || !g_variant_lookup (details, "folder", "&s", &folder))
    return;
  g_mutex_lock (&self->lock);
  if (self->folder == NULL)
    self->folder = g_strdup (folder);
  g_cond_signal (&self->heard);
  g_mutex_unlock (&self->lock);
}

/* Takes the whole frames off @bytes. FALSE: they are nonsense. */
static gboolean
hear_frames (Conversation *self, GByteArray *bytes)
{
  for (;;)
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) details = NULL;
      g_autoptr (GError) error = NULL;
      gssize size = sx_event_decode (bytes->data, bytes->len, &name, &details, &error);

      if (size < 0)
        {
          g_message ("%s", error->message);
          return FALSE;
        }
      if (size == 0)
        return TRUE;
      hear (self, name, details);
      g_byte_array_remove_range (bytes, 0, (guint)size);
    }
}

static gpointer
read_owner (gpointer data)
{
  Conversation *self = data;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (READ_SIZE);
  gboolean           is_open = TRUE;

  while (is_open)
    {
      gssize n = read (self->fd_in, piece, READ_SIZE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n > 0)
        g_byte_array_append (bytes, piece, (guint)n);
      is_open = n > 0 && hear_frames (self, bytes);
    }
  g_atomic_int_set (&self->cancelled, TRUE);
  g_mutex_lock (&self->lock);
  self->is_ended = TRUE;
  g_cond_signal (&self->heard);
  g_mutex_unlock (&self->lock);
  conversation_unref (self);
  return NULL;
}

/* The folder of the job, or NULL when the owner went without giving one. */
static const char *
wait_for_job (Conversation *self)
{
  const char *folder;

  g_mutex_lock (&self->lock);
  while (self->folder == NULL && !self->is_ended)
    g_cond_wait (&self->heard, &self->lock);
  folder = self->folder;
  g_mutex_unlock (&self->lock);
  return folder;
}

/* ---- what the worker says ---- */

static void
send_event (const char *name, GVariant *details, gpointer user_data)
{
  Conversation *self = user_data;
  g_autoptr (GBytes) frame = sx_event_encode (name, details);
  gsize         size;
  const guint8 *data = frame ? g_bytes_get_data (frame, &size) : NULL;

  while (data != NULL && size > 0)
    {
      gssize n = write (self->fd_out, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_atomic_int_set (&self->cancelled, TRUE); /* nobody listens any more */
          return;
        }
      data += n;
      size -= (gsize)n;
    }
}

static void
send_hello (Conversation *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "protocol", "u", SX_EVENT_PROTOCOL);
  g_variant_dict_insert (&dict, "version", "s", SX_VERSION);
  g_variant_dict_insert (&dict, "pid", "u", (guint)getpid ());
  send_event ("hello", g_variant_dict_end (&dict), self);
}

static void
send_finished (Conversation *self, const char *folder, int code, const char *message)
{
  g_autofree char *model = code == 0 ? g_build_filename (folder, "model.sxm", NULL) : g_strdup ("");
  GVariantDict     dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "ok", "b", code == 0);
  g_variant_dict_insert (&dict, "message", "s", message);
  g_variant_dict_insert (&dict, "model", "s", model);
  g_variant_dict_insert (&dict, "code", "u", (guint)code);
  send_event ("finished", g_variant_dict_end (&dict), self);
}

static int
work (Conversation *self)
{
  const char *folder = wait_for_job (self);
  g_autoptr (GError) error = NULL;
  int code = 0;

  if (folder == NULL)
    return EXIT_NO_JOB;
  if (!sx_run_work (folder, &self->cancelled, send_event, self, &error))
    code = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? EXIT_CANCELLED : EXIT_FAILED;
  send_finished (self, folder, code, code == 0 ? "" : error->message);
  return code;
}

/* Frames alone may go down the pipe: what a library prints to the standard output goes to the standard error instead. */
static int
claim_output (int fd_out)
{
  int own = fd_out == STDOUT_FILENO ? fcntl (fd_out, F_DUPFD_CLOEXEC, 3) : fd_out;

  if (own >= 0 && own != fd_out)
    dup2 (STDERR_FILENO, STDOUT_FILENO);
  return own >= 0 ? own : fd_out;
}

int
sx_worker_main (int fd_in, int fd_out)
{
  Conversation *self = g_new0 (Conversation, 1);
  GThread      *reader;
  int           code;

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  self->fd_in = fd_in;
  self->fd_out = claim_output (fd_out);
  g_mutex_init (&self->lock);
  g_cond_init (&self->heard);
  signal (SIGPIPE, SIG_IGN); /* an owner who is gone is an error of write(), not our end */
  send_hello (self);
  reader = g_thread_new ("owner", read_owner, self);
  g_thread_unref (reader);
  code = work (self);
  conversation_unref (self);
  return code;
}
