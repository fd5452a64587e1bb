/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant worker: the other end of the studio's pipe. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <unistd.h>

static int
run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  return sx_worker_main (STDIN_FILENO, STDOUT_FILENO);
}

const SxVerb sx_verb_worker = {
  .name = "worker",
  .arguments = "",
  .summary = N_ ("Work for the studio or a cluster, over standard input and output"),
  .description = N_ ("Speaks framed events (engine/run/PROTOCOL.md), takes one run folder to work on, and leaves when its input ends. Started by the studio; of no use by hand."),
  .is_hidden = TRUE,
  .trains = TRUE,
  .run = run,
};
