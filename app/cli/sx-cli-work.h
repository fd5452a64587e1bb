/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-cli.h"

G_BEGIN_DECLS

typedef struct
{
  const char *output; /* (nullable): where the model is to lie too */
  gboolean    json;   /* tell each event as a line of JSON */
} SxCliWork;

/* What the command line says about a job, beyond its project. */
typedef struct
{
  const char *budget; /* (nullable): a duration */
  int         trials; /* 0: not said */
  int         threads;
  const char *seed; /* (nullable) */
} SxCliLimits;

gboolean sx_cli_limit_job (SxJob *job, const SxCliLimits *limits, GError **error);
/* Can a model be written to @path? So that it is known before hours of work. */
gboolean sx_cli_check_output (const char *path, GError **error);
/* Makes a run of @job, in @folder or where runs lie, and works on it to its end; tells how it goes. Returns an exit status. */
int sx_cli_run_job (SxJob *job, const char *folder, const SxCliWork *work);
/* The same with a run that there is. */
int sx_cli_work_on (const char *folder, const SxCliWork *work);

/* Metrics and confusion of a report (sx-model-evaluate.c). */
void sx_cli_print_report (GVariant *report);

G_END_DECLS
