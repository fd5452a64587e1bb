/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-dataset.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *nick;
  const char *title;
} tasks[SX_N_TASKS] = {
  [SX_TASK_BINARY] = { "binary", N_ ("Two classes") },
  [SX_TASK_MULTICLASS] = { "multiclass", N_ ("Several classes") },
  [SX_TASK_REGRESSION] = { "regression", N_ ("A number") },
};

const char *
sx_task_get_nick (SxTask task)
{
  g_return_val_if_fail ((guint)task < SX_N_TASKS, NULL);

  return tasks[task].nick;
}

const char *
sx_task_get_title (SxTask task)
{
  g_return_val_if_fail ((guint)task < SX_N_TASKS, NULL);

  return _ (tasks[task].title);
}

gboolean
sx_task_from_nick (const char *nick, SxTask *task)
{
  g_return_val_if_fail (nick != NULL, FALSE);

  for (guint i = 0; i < SX_N_TASKS; i++)
    if (g_str_equal (tasks[i].nick, nick))
      {
        *task = (SxTask)i;
        return TRUE;
      }
  return FALSE;
}
