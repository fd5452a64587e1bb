/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The owner's side of a worker. Frames are read asynchronously in the main context of who started it. The last signal, “finished”, comes when
 * the process is gone, so that the run folder is free again; if the worker had no chance to say how it ended, it is said in its stead. */

#include "config.h"

#include "sx-run.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

#define GRACE_MS 5000
#define READ_SIZE 65536
#define CODE_FAILED 1
#define CODE_CANCELLED 130

struct _SxWorker
{
  GObject parent_instance;
  /* Owned */
  GSubprocess *process;
  GByteArray  *bytes;   /* read, not yet decoded */
  char        *message; /* of the worker's own last word, or why there is none; NULL while neither is known */
  guint        grace_source;
  /* The rest */
  gboolean ok;
  guint    code;
  gboolean has_greeted;
  gboolean is_cancelled;
  gboolean is_running;
};

G_DEFINE_FINAL_TYPE (SxWorker, sx_worker, G_TYPE_OBJECT)

enum {
  SIGNAL_EVENT,
  SIGNAL_FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void read_more (SxWorker *self);

/* ---- the end ---- */

static void
settle (SxWorker *self, gboolean ok, guint code, const char *message)
{
  if (self->message != NULL) /* the first word counts */
    return;
  self->ok = ok;
  self->code = code;
  self->message = g_strdup (message);
}

static void
settle_in_its_stead (SxWorker *self)
{
  guint            code = self->is_cancelled ? CODE_CANCELLED : CODE_FAILED;
  g_autofree char *message = NULL;

  if (g_subprocess_get_if_signaled (self->process) && !self->is_cancelled)
    {
      int number = g_subprocess_get_term_sig (self->process);

      message = g_strdup_printf (_ ("The worker process was ended by signal %d (%s). The run can be resumed."), number, g_strsignal (number));
    }
  settle (self, FALSE, code, self->is_cancelled ? _ ("Cancelled") : message ? message
                                                                            : _ ("The worker process ended before its work was done. The run can be resumed."));
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SxWorker) self = user_data;

  g_subprocess_wait_finish (self->process, result, NULL);
  g_clear_handle_id (&self->grace_source, g_source_remove);
  settle_in_its_stead (self);
  self->is_running = FALSE;
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, self->ok, self->message, self->code);
}

static gboolean
lose_patience_cb (gpointer user_data)
{
  SxWorker *self = user_data;

  self->grace_source = 0;
  g_subprocess_force_exit (self->process);
  return G_SOURCE_REMOVE;
}

/* From here on the worker has this long to go by itself. */
static void
set_grace (SxWorker *self)
{
  if (self->grace_source == 0)
    self->grace_source = g_timeout_add (GRACE_MS, lose_patience_cb, self);
}

/* Nothing more comes from the pipe. */
static void
wait_for_end (SxWorker *self)
{
  set_grace (self);
  g_subprocess_wait_async (self->process, NULL, ended_cb, g_object_ref (self));
}

/* ---- reading ---- */

/* FALSE: the conversation is over. */
static gboolean
take_event (SxWorker *self, const char *name, GVariant *details)
{
  guint protocol = 0;

  if (!self->has_greeted)
    {
      self->has_greeted = g_str_equal (name, "hello") && g_variant_lookup (details, "protocol", "u", &protocol) && protocol == SX_EVENT_PROTOCOL;
      return self->has_greeted;
    }
  if (g_str_equal (name, "finished"))
    {
      gboolean    ok = FALSE;
      const char *message = "";
      guint       code = CODE_FAILED;

      g_variant_lookup (details, "ok", "b", &ok);
      g_variant_lookup (details, "message", "&s", &message);
      g_variant_lookup (details, "code", "u", &code);
      settle (self, ok, code, message);
      set_grace (self);
    }
  else
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, name, details);
  return TRUE;
}

static gboolean
take_frames (SxWorker *self)
{
  for (;;)
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) details = NULL;
      gssize size = sx_event_decode (self->bytes->data, self->bytes->len, &name, &details, NULL);

      if (size == 0)
        return TRUE;
      if (size < 0 || !take_event (self, name, details))
        return FALSE;
      g_byte_array_remove_range (self->bytes, 0, (guint)size);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SxWorker) self = user_data;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize size = piece ? g_bytes_get_size (piece) : 0;

  if (size == 0)
    {
      wait_for_end (self);
      return;
    }
  g_byte_array_append (self->bytes, g_bytes_get_data (piece, NULL), (guint)size);
  if (take_frames (self))
    {
      read_more (self);
      return;
    }
  settle (self, FALSE, CODE_FAILED, _ ("The worker process spoke nonsense: it is of another version, or damaged"));
  g_subprocess_force_exit (self->process);
  wait_for_end (self);
}

static void
read_more (SxWorker *self)
{
  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (self->process), READ_SIZE, G_PRIORITY_DEFAULT, NULL, read_cb, g_object_ref (self));
}

/* ---- writing ---- */

/* A worker that is gone must not take us with it: SIGPIPE is held off meanwhile. The few small frames of ours always fit into the pipe. */
static void
send_event (SxWorker *self, const char *name, GVariant *details)
{
  g_autoptr (GBytes) frame = sx_event_encode (name, details);
  const struct timespec none = { 0 };
  sigset_t              pipe_signal, before, pending;
  gboolean              was_pending;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  sigpending (&pending);
  was_pending = sigismember (&pending, SIGPIPE) == 1;
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), NULL, NULL, NULL);
  if (!was_pending)
    sigtimedwait (&pipe_signal, NULL, &none);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

/* ---- starting ---- */

static char *
find_program (GError **error)
{
  g_autofree char *own = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *name = own ? g_path_get_basename (own) : NULL;
  g_autofree char *folder = own ? g_path_get_dirname (own) : NULL;
  g_autofree char *beside = own ? g_build_filename (folder, "sextant", NULL) : NULL;
  const char      *wanted = g_getenv ("SEXTANT_WORKER");
  char            *program;

  if (wanted != NULL && *wanted != '\0')
    return g_strdup (wanted);
  if (g_strcmp0 (name, "sextant") == 0)
    return g_steal_pointer (&own);
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  program = g_find_program_in_path ("sextant");
  if (program == NULL)
    g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_WORKER, _ ("The program “sextant” was not found. Install it, or name it in SEXTANT_WORKER."));
  return program;
}

/* OpenMP's threads wait for each other by spinning, if not told otherwise before the process begins. On a desktop that does something else as well
 * a training of trees then takes many times as long. */
static GSubprocess *
start_process (const char *program, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);

  g_subprocess_launcher_setenv (launcher, "OMP_WAIT_POLICY", "passive", FALSE);
  return g_subprocess_launcher_spawn (launcher, error, program, "worker", NULL);
}

SxWorker *
sx_worker_start (const char *folder, GError **error)
{
  g_autofree char *program = NULL;
  g_autofree char *path = NULL;
  g_autoptr (SxWorker) self = NULL;
  GVariantDict dict;

  g_return_val_if_fail (folder != NULL, NULL);

  program = find_program (error);
  if (program == NULL)
    return NULL;
  self = g_object_new (SX_TYPE_WORKER, NULL);
  self->process = start_process (program, error);
  if (self->process == NULL)
    return NULL;
  self->is_running = TRUE;
  path = g_canonicalize_filename (folder, NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "folder", "s", path);
  send_event (self, "job", g_variant_dict_end (&dict));
  read_more (self);
  return g_steal_pointer (&self);
}

void
sx_worker_cancel (SxWorker *self)
{
  g_return_if_fail (SX_IS_WORKER (self));

  if (!self->is_running || self->is_cancelled)
    return;
  self->is_cancelled = TRUE;
  send_event (self, "cancel", NULL);
  set_grace (self);
}

gboolean
sx_worker_is_running (SxWorker *self)
{
  g_return_val_if_fail (SX_IS_WORKER (self), FALSE);
  return self->is_running;
}

/* ---- the class ---- */

/* Only ever after the end: reading, or waiting for the process, holds a reference. */
static void
sx_worker_finalize (GObject *object)
{
  SxWorker *self = SX_WORKER (object);

  g_clear_handle_id (&self->grace_source, g_source_remove);
  g_clear_object (&self->process);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_free (self->message);
  G_OBJECT_CLASS (sx_worker_parent_class)->finalize (object);
}

static void
sx_worker_class_init (SxWorkerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sx_worker_finalize;

  /**
   * SxWorker::event:
   * @name: the event's name
   * @details: (type GVariant): `a{sv}`
   */
  signals[SIGNAL_EVENT] = g_signal_new ("event", SX_TYPE_WORKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);

  /**
   * SxWorker::finished:
   * @ok: whether there is a model
   * @message: why not
   * @code: 0 done, 1 failed, 130 cancelled
   *
   * Comes once, when the process is gone.
   */
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", SX_TYPE_WORKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_BOOLEAN, G_TYPE_STRING, G_TYPE_UINT);
}

static void
sx_worker_init (SxWorker *self)
{
  self->bytes = g_byte_array_new ();
}
