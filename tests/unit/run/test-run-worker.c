/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A worker and its owner. The worker is this program again, as “worker”; SX_TEST_WORKER makes it one of another kind. */

#include "run-fixture.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* ---- the other process ---- */

static void
say (const char *name, GVariant *details)
{
  g_autoptr (GBytes) frame = sx_event_encode (name, details);

  if (write (STDOUT_FILENO, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)) < 0)
    _exit (3);
}

static void
say_hello (guint protocol)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "protocol", "u", protocol);
  say ("hello", g_variant_dict_end (&dict));
}

static int
be_worker (void)
{
  const char *kind = g_getenv ("SX_TEST_WORKER");

  if (kind == NULL)
    return sx_worker_main (STDIN_FILENO, STDOUT_FILENO);
  if (g_str_equal (kind, "nonsense"))
    return write (STDOUT_FILENO, "Usage: something else entirely\n", 31) == 31 ? 0 : 1;
  if (g_str_equal (kind, "old"))
    say_hello (SX_EVENT_PROTOCOL + 1);
  if (g_str_equal (kind, "brief"))
    {
      say_hello (SX_EVENT_PROTOCOL);
      return 0;
    }
  if (g_str_equal (kind, "deaf"))
    say_hello (SX_EVENT_PROTOCOL);
  for (;;)
    pause ();
}

/* ---- the owner ---- */

typedef struct
{
  GMainLoop *loop;
  SxWorker  *worker;
  GString   *names;
  char      *folder;
  gboolean   cancels, kills; /* at the first epoch */
  gboolean   ok;
  char      *message;
  guint      code, n_finished;
  gint64     cancelled_at, finished_at;
} Owner;

static void
event_cb (SxWorker *worker, const char *name, GVariant *details, gpointer user_data)
{
  Owner *owner = user_data;

  g_assert_true (g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT));
  if (!g_str_equal (name, "epoch"))
    {
      g_string_append_printf (owner->names, "%s ", name);
      return;
    }
  if (owner->cancels && owner->cancelled_at == 0)
    {
      owner->cancelled_at = g_get_monotonic_time ();
      sx_worker_cancel (worker);
      sx_worker_cancel (worker); /* twice is once */
    }
  if (owner->kills)
    {
      g_autoptr (SxRun) run = fixture_open (owner->folder);
      GPid pid = sx_run_get_worker_pid (run);

      owner->kills = FALSE;
      g_assert_cmpint (pid, >, 0);
      g_assert_cmpint (sx_run_get_state (run, NULL), ==, SX_RUN_RUNNING);
      kill (pid, SIGKILL);
    }
}

static void
finished_cb (SxWorker *worker, gboolean ok, const char *message, guint code, gpointer user_data)
{
  Owner *owner = user_data;

  g_assert_false (sx_worker_is_running (worker));
  owner->n_finished++;
  owner->ok = ok;
  owner->message = g_strdup (message);
  owner->code = code;
  owner->finished_at = g_get_monotonic_time ();
  g_main_loop_quit (owner->loop);
}

static gboolean
cancel_cb (gpointer user_data)
{
  Owner *owner = user_data;

  owner->cancelled_at = g_get_monotonic_time ();
  sx_worker_cancel (owner->worker);
  return G_SOURCE_REMOVE;
}

static void
run_worker (Owner *owner)
{
  g_autoptr (GError) error = NULL;

  owner->loop = g_main_loop_new (NULL, FALSE);
  owner->names = g_string_new (NULL);
  owner->worker = sx_worker_start (owner->folder, &error);
  g_assert_no_error (error);
  g_assert_true (sx_worker_is_running (owner->worker));
  g_signal_connect (owner->worker, "event", G_CALLBACK (event_cb), owner);
  g_signal_connect (owner->worker, "finished", G_CALLBACK (finished_cb), owner);
  g_main_loop_run (owner->loop);
  while (g_main_context_iteration (NULL, FALSE))
    {
    }
  g_assert_cmpuint (owner->n_finished, ==, 1);
  g_assert_finalize_object (owner->worker);
}

static void
owner_clear (Owner *owner)
{
  g_main_loop_unref (owner->loop);
  g_string_free (owner->names, TRUE);
  g_free (owner->folder);
  g_free (owner->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Owner, owner_clear)

static char *
create (const char *name, guint n_rows)
{
  g_autoptr (SxJob) job = fixture_make_job ("trees", "class", n_rows, 2, 0);

  return fixture_create (job, name);
}

/* ---- tests ---- */

static void
test_whole (void)
{
  g_auto (Owner) owner = { .folder = create ("whole", 300) };
  g_autoptr (SxRun) run = NULL;
  g_autofree char *model = NULL;

  run_worker (&owner);
  g_assert_true (owner.ok);
  g_assert_cmpstr (owner.message, ==, "");
  g_assert_cmpuint (owner.code, ==, 0);
  g_assert_cmpstr (owner.names->str, ==, "phase data phase trial-started trial-finished trial-started trial-finished phase ");
  run = fixture_open (owner.folder);
  model = sx_run_dup_model_path (run);
  g_assert_nonnull (model);
  g_assert_cmpint (sx_run_get_worker_pid (run), ==, 0);
}

static void
test_cancel (void)
{
  g_auto (Owner) owner = { .folder = create ("cancel", 4000), .cancels = TRUE };
  double seconds;

  run_worker (&owner);
  seconds = (double)(owner.finished_at - owner.cancelled_at) / G_USEC_PER_SEC;
  g_test_message ("gone %.0f ms after the cancelling", seconds * 1000);
  g_assert_false (owner.ok);
  g_assert_cmpuint (owner.code, ==, 130);
  g_assert_cmpstr (owner.message, ==, "Cancelled");
  g_assert_cmpfloat (seconds, <, 2);
  fixture_assert_state (owner.folder, SX_RUN_CANCELLED, NULL);
}

/* Whatever kills it, the owner learns of it, and the run can be resumed. */
static void
test_killed (void)
{
  g_auto (Owner) owner = { .folder = create ("killed", 4000), .kills = TRUE };
  g_auto (Owner) second = { .folder = g_strdup (owner.folder) };

  run_worker (&owner);
  g_assert_false (owner.ok);
  g_assert_cmpuint (owner.code, ==, 1);
  g_assert_cmpstr (owner.message, ==, "The worker process was ended by signal 9 (Killed). The run can be resumed.");
  fixture_assert_state (owner.folder, SX_RUN_INTERRUPTED, NULL);
  run_worker (&second);
  g_assert_true (second.ok);
  fixture_assert_state (owner.folder, SX_RUN_DONE, NULL);
}

static void
test_failing (void)
{
  g_auto (Owner) owner = { .folder = g_build_filename (fixture_folder, "nowhere", NULL) };

  run_worker (&owner);
  g_assert_false (owner.ok);
  g_assert_cmpuint (owner.code, ==, 1);
  g_assert_true (g_str_has_suffix (owner.message, "is not the folder of a run: it has no job.yaml"));
}

static void
test_strange_workers (void)
{
  static const struct
  {
    const char *kind, *message;
  } cases[] = {
    { "nonsense", "The worker process spoke nonsense: it is of another version, or damaged" },
    { "old", "The worker process spoke nonsense: it is of another version, or damaged" },
    { "brief", "The worker process ended before its work was done. The run can be resumed." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Owner) owner = { .folder = g_strdup (fixture_folder) };

      g_setenv ("SX_TEST_WORKER", cases[i].kind, TRUE);
      run_worker (&owner);
      g_unsetenv ("SX_TEST_WORKER");
      g_assert_false (owner.ok);
      g_assert_cmpuint (owner.code, ==, 1);
      g_assert_cmpstr (owner.message, ==, cases[i].message);
    }
}

/* One that does not hear is killed after its grace. */
static void
test_deaf (void)
{
  g_auto (Owner) owner = { .folder = g_strdup (fixture_folder) };
  double seconds;

  g_setenv ("SX_TEST_WORKER", "deaf", TRUE);
  g_idle_add (cancel_cb, &owner);
  run_worker (&owner);
  g_unsetenv ("SX_TEST_WORKER");
  seconds = (double)(owner.finished_at - owner.cancelled_at) / G_USEC_PER_SEC;
  g_assert_cmpuint (owner.code, ==, 130);
  g_assert_cmpfloat (seconds, >, 4.5);
  g_assert_cmpfloat (seconds, <, 8);
}

static void
test_no_program (void)
{
  g_autofree char *own = g_strdup (g_getenv ("SEXTANT_WORKER"));
  g_autoptr (GError) error = NULL;

  g_setenv ("SEXTANT_WORKER", "/nonexistent/sextant", TRUE);
  g_assert_null (sx_worker_start (fixture_folder, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent/sextant"));
  g_setenv ("SEXTANT_WORKER", own, TRUE);
}

/* ---- the worker, heard without its owner's side ---- */

static GSubprocess *
start_bare (void)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, g_getenv ("SEXTANT_WORKER"), "worker", NULL);

  g_assert_no_error (error);
  return process;
}

static void
write_event (GSubprocess *process, const char *name, GVariant *details)
{
  g_autoptr (GBytes) frame = sx_event_encode (name, details);

  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), NULL, NULL, NULL));
}

/* Reads until an event of that name has come. */
static void
read_until (GSubprocess *process, const char *wanted)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gboolean is_found = FALSE;

  while (!is_found)
    {
      guint8 piece[4096];
      gssize size, n = g_input_stream_read (g_subprocess_get_stdout_pipe (process), piece, sizeof piece, NULL, NULL);
      char  *name = NULL;

      g_assert_cmpint (n, >, 0);
      g_byte_array_append (bytes, piece, (guint)n);
      while ((size = sx_event_decode (bytes->data, bytes->len, &name, NULL, NULL)) > 0)
        {
          is_found |= g_str_equal (name, wanted);
          g_clear_pointer (&name, g_free);
          g_byte_array_remove_range (bytes, 0, (guint)size);
        }
      g_assert_cmpint (size, ==, 0);
    }
}

static void
assert_exit (GSubprocess *process, int status)
{
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, status);
}

/* The owner is gone: nobody trains on. Both pipes end at once, as they do when a process dies. */
static void
test_owner_dies (void)
{
  g_autofree char *folder = create ("orphan", 4000);
  g_autoptr (GSubprocess) process = start_bare ();
  GVariantDict dict;

  read_until (process, "hello");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "folder", "s", folder);
  write_event (process, "job", g_variant_dict_end (&dict));
  read_until (process, "epoch");
  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL));
  g_assert_true (g_input_stream_close (g_subprocess_get_stdout_pipe (process), NULL, NULL));
  assert_exit (process, 130);
  fixture_assert_state (folder, SX_RUN_CANCELLED, NULL);
}

static void
test_owner_has_no_job (void)
{
  g_autoptr (GSubprocess) silent = start_bare ();
  g_autoptr (GSubprocess) nonsense = start_bare ();

  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (silent), NULL, NULL));
  assert_exit (silent, 2);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (nonsense), "\377\377\377\377\377\377\377\377", 8, NULL, NULL, NULL));
  assert_exit (nonsense, 2);
}

/* A program begins anew, with its arguments, where threads would spin; and only then. */
static void
test_calm_threads (void)
{
  static const char *const policies[] = { NULL, "active" };

  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
      g_autoptr (GSubprocess) process = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *said = NULL;

      if (policies[i] != NULL)
        g_subprocess_launcher_setenv (launcher, "OMP_WAIT_POLICY", policies[i], TRUE);
      else
        g_subprocess_launcher_unsetenv (launcher, "OMP_WAIT_POLICY");
      process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("SEXTANT_WORKER"), "--calm", "two words", NULL);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error));
      g_assert_cmpstr (said, ==, policies[i] ? "active two words" : "passive two words");
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *own = NULL;
  int              status;

  if (argc == 3 && g_str_equal (argv[1], "--calm"))
    {
      sx_run_calm_threads (argv);
      return printf ("%s %s", g_getenv ("OMP_WAIT_POLICY"), argv[2]) < 0;
    }
  if (argc > 1 && g_str_equal (argv[1], "worker"))
    return be_worker ();
  own = g_file_read_link ("/proc/self/exe", NULL);
  g_setenv ("SEXTANT_WORKER", own, TRUE);
  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_test_add_func ("/run/worker/whole", test_whole);
  g_test_add_func ("/run/worker/cancel", test_cancel);
  g_test_add_func ("/run/worker/killed", test_killed);
  g_test_add_func ("/run/worker/failing", test_failing);
  g_test_add_func ("/run/worker/strange-workers", test_strange_workers);
  g_test_add_func ("/run/worker/deaf", test_deaf);
  g_test_add_func ("/run/worker/no-program", test_no_program);
  g_test_add_func ("/run/worker/owner-dies", test_owner_dies);
  g_test_add_func ("/run/worker/owner-has-no-job", test_owner_has_no_job);
  g_test_add_func ("/run/calm-threads", test_calm_threads);
  status = g_test_run ();
  fixture_end ();
  return status;
}
