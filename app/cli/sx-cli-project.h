/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-cli.h"

#include <compile/sx-propose.h>

G_BEGIN_DECLS

/* What makes a project of a table: `sextant new` and `sextant auto`. */
typedef struct
{
  const char *data;
  const char *columns; /* (nullable) */
  const char *target;
  const char *topology; /* (nullable): trees */
  const char *budget;   /* (nullable): a duration */
  int         trials;
  const char *seed; /* (nullable) */
} SxCliWish;

/* Reads the data and proposes a project that is to lie at @path. */
SxGraph *sx_cli_propose (const SxCliWish *wish, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Compiles; warnings go to standard error. @model: (nullable) id of the model block. */
SxJob *sx_cli_compile (SxGraph *graph, const char *path, const char *model, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
