/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-run.h"

#include <unistd.h>

/* Two trainings of adult on two threads beside two busy processes: 94 s, and 4 s with the policy. */
void
sx_run_calm_threads (char **argv)
{
  g_autofree char *path = NULL;

  if (g_getenv ("OMP_WAIT_POLICY") != NULL || g_getenv ("GOMP_SPINCOUNT") != NULL)
    return;
  path = g_file_read_link ("/proc/self/exe", NULL);
  g_setenv ("OMP_WAIT_POLICY", "passive", TRUE);
  if (path != NULL)
    execv (path, argv);
  g_debug ("“%s” could not be started anew", path ? path : argv[0]);
}
