/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-search-private.h"

#include <string.h>
#include <unistd.h>

#define PERIOD_MS 20
#define PERIODS_OF_MEMORY 5 /* memory is asked for every so many periods */

struct _SxWatch
{
  /* Borrowed */
  const int *cancelled;
  /* Owned */
  GCancellable *cancellable;
  GThread      *thread;
  GMutex        lock;
  GCond         woken;
  gboolean      ends; /* under @lock */
  /* Atomic */
  int flag;
  int is_over_limit;
  /* Constant */
  gsize memory_limit;
};

gsize
sx_memory_get_resident (void)
{
  g_autofree char *text = NULL;
  const char      *second;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || (second = strchr (text, ' ')) == NULL)
    return 0;
  return (gsize)g_ascii_strtoull (second, NULL, 10) * (gsize)sysconf (_SC_PAGESIZE);
}

gsize
sx_memory_get_free (void)
{
  g_autofree char *text = NULL;
  const char      *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL) || (line = strstr (text, "MemAvailable:")) == NULL)
    return (gsize)sysconf (_SC_AVPHYS_PAGES) * (gsize)sysconf (_SC_PAGESIZE);
  return (gsize)g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
}

static void
look (SxWatch *self, guint period)
{
  if (g_atomic_int_get (&self->flag))
    return;
  if (period % PERIODS_OF_MEMORY == 0 && sx_memory_get_resident () > self->memory_limit)
    g_atomic_int_set (&self->is_over_limit, TRUE);
  if (!g_atomic_int_get (&self->is_over_limit) && (self->cancelled == NULL || !g_atomic_int_get (self->cancelled)))
    return;
  g_atomic_int_set (&self->flag, TRUE);
  g_cancellable_cancel (self->cancellable);
}

static gpointer
run (gpointer data)
{
  SxWatch *self = data;

  g_mutex_lock (&self->lock);
  for (guint period = 0; !self->ends; period++)
    {
      g_mutex_unlock (&self->lock);
      look (self, period);
      g_mutex_lock (&self->lock);
      if (!self->ends)
        g_cond_wait_until (&self->woken, &self->lock, g_get_monotonic_time () + PERIOD_MS * G_TIME_SPAN_MILLISECOND);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

SxWatch *
sx_watch_new (const int *cancelled, gsize memory_limit)
{
  SxWatch *self = g_new0 (SxWatch, 1);

  self->cancelled = cancelled;
  self->memory_limit = memory_limit;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->woken);
  look (self, 0); /* what is so from the start is known from the start */
  self->thread = g_thread_new ("watch", run, self);
  return self;
}

void
sx_watch_free (SxWatch *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  g_cond_signal (&self->woken);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->woken);
  g_object_unref (self->cancellable);
  g_free (self);
}

void
sx_watch_look (SxWatch *self)
{
  look (self, 1);
}

const int *
sx_watch_get_flag (SxWatch *self)
{
  return &self->flag;
}

GCancellable *
sx_watch_get_cancellable (SxWatch *self)
{
  return self->cancellable;
}

gboolean
sx_watch_is_over_limit (SxWatch *self)
{
  return g_atomic_int_get (&self->is_over_limit);
}
