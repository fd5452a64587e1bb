/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Ctrl-C.
 *
 * A thread waits for the signals, as a handler may do almost nothing: it could neither cancel a GCancellable nor end the line of progress.
 * Signals that the caller chose to ignore (nohup, a job in the background) stay ignored. */

#include "config.h"

#include "sx-cli.h"

#include <signal.h>
#include <unistd.h>

static int           cancelled;
static GCancellable *cancellable;

GCancellable *
sx_cli_get_cancellable (void)
{
  return cancellable;
}

const int *
sx_cli_get_cancelled (void)
{
  return &cancelled;
}

void
sx_cli_cancel (void)
{
  g_atomic_int_set (&cancelled, 1);
  g_cancellable_cancel (cancellable);
}

static gpointer
wait_for_signals (gpointer data)
{
  const sigset_t *set = data;
  int             number;

  while (sigwait (set, &number) == 0)
    {
      if (g_atomic_int_get (&cancelled))
        _exit (SX_CLI_CANCELLED);
      sx_cli_cancel ();
    }
  return NULL;
}

void
sx_cli_catch_interrupts (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  static sigset_t  set;

  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      struct sigaction action;

      if (sigaction (signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset (&set, signals[i]);
    }
  /* Threads that start later inherit the mask, so that the signals go to the waiting one. */
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  cancellable = g_cancellable_new ();
  g_thread_unref (g_thread_new ("interrupts", wait_for_signals, &set));
}
