/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One line on the terminal that tells how it goes, drawn over itself. Nothing at all when standard error is no terminal, or nobody could
 * watch because it is over at once. Drawing and ending may happen on different threads. */

#include "config.h"

#include "sx-cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PATIENCE_MS 400
#define INTERVAL_MS 100

typedef struct
{
  const char *text;
  double (*progress) (gpointer);
  gpointer data;
} Ticking;

static GMutex   mutex;
static GCond    ended;
static gboolean is_ticking, is_drawn;
static gint64   last_drawn_us;
static GThread *ticker;
static Ticking  ticking;

static gboolean
is_terminal (void)
{
  const char *terminal = g_getenv ("TERM");

  return isatty (STDERR_FILENO) && g_strcmp0 (terminal, "dumb") != 0;
}

/* @text cut so that it fits the terminal's line: a line that wraps could not be drawn over. */
static void
draw_locked (const char *text)
{
  struct winsize   size = { 0 };
  glong            width = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1 : 79;
  g_autofree char *cut = g_utf8_substring (text, 0, MIN (width, g_utf8_strlen (text, -1)));

  fprintf (stderr, "\r\033[K%s", cut);
  fflush (stderr);
  is_drawn = TRUE;
  last_drawn_us = g_get_monotonic_time ();
}

static gpointer
tick (gpointer unused)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_MS * 1000;

  g_mutex_lock (&mutex);
  while (is_ticking)
    if (!g_cond_wait_until (&ended, &mutex, until))
      {
        double           done = ticking.progress != NULL ? ticking.progress (ticking.data) : 0;
        g_autofree char *line = done > 0 ? g_strdup_printf ("%s %.0f %%", ticking.text, 100 * done) : g_strdup (ticking.text);

        draw_locked (line);
        until = g_get_monotonic_time () + INTERVAL_MS * 1000;
      }
  g_mutex_unlock (&mutex);
  return NULL;
}

void
sx_cli_progress_begin (const char *text, double (*progress) (gpointer), gpointer data)
{
  if (!is_terminal ())
    return;
  sx_cli_progress_end ();
  ticking = (Ticking){ text, progress, data };
  is_ticking = TRUE;
  ticker = g_thread_new ("progress", tick, NULL);
}

void
sx_cli_progress_say (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  if (!is_terminal ())
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&mutex);
  if (g_get_monotonic_time () - last_drawn_us >= INTERVAL_MS * 1000)
    draw_locked (text);
  g_mutex_unlock (&mutex);
}

void
sx_cli_progress_end (void)
{
  GThread *old;

  g_mutex_lock (&mutex);
  is_ticking = FALSE;
  g_cond_signal (&ended);
  old = g_steal_pointer (&ticker);
  g_mutex_unlock (&mutex);
  if (old != NULL)
    g_thread_join (old);
  if (is_drawn)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
    }
  is_drawn = FALSE;
}
