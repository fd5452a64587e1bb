/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include <glib/gi18n-lib.h>

static const SxChoice methods[] = {
  { "random", N_ ("At random") },
  { "first", N_ ("The first rows") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "method", N_ ("Which"), N_ ("How rows are chosen. They keep their order."), SX_PARAM_CHOICE, 0, "'random'", .choices = methods },
  { "share", N_ ("Share"), N_ ("The share of rows to keep."), SX_PARAM_DOUBLE, 0, "0.1", 0, 1 },
  { "rows", N_ ("Rows"), N_ ("How many rows to keep; 0 goes by the share."), SX_PARAM_INT, 0, "0", 0, 0x1p53, N_ ("rows") },
  { "seed", N_ ("Seed"), N_ ("Another seed draws other rows; 0 takes the seed of the project."), SX_PARAM_INT, SX_PARAM_ADVANCED, "0", 0, 0x1p53 },
  { NULL },
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static guint64
next_random (guint64 *state)
{
  guint64 z = (*state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Exactly @n of @n_rows rows, in order (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). */
static void
draw (GArray *rows, guint64 n_rows, guint64 n, guint64 seed)
{
  guint64 state = seed;

  for (guint64 row = 0; row < n_rows && n > 0; row++)
    if (next_random (&state) % (n_rows - row) < n)
      {
        g_array_append_val (rows, row);
        n--;
      }
}

static GArray *
list_rows (const SxParams *self, SxFrame *frame, const SxBlockContext *context, GError **error)
{
  guint64 n_rows = sx_frame_get_n_rows (frame);
  guint64 n = (guint64)sx_params_get_int (self, "rows");
  guint64 seed = (guint64)sx_params_get_int (self, "seed");
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint64));

  if (n == 0)
    n = (guint64)((double)n_rows * sx_params_get_double (self, "share") + 0.5);
  n = MIN (n, n_rows);
  if (g_str_equal (sx_params_get_string (self, "method"), "first"))
    for (guint64 row = 0; row < n; row++)
      g_array_append_val (rows, row);
  else
    draw (rows, n_rows, n, seed != 0 ? seed : context != NULL ? context->seed
                                                              : 0);
  return g_steal_pointer (&rows);
}

const SxBlockKind sx_block_table_sample = {
  .id = "table.sample",
  .title = N_ ("Sample rows"),
  .help = N_ ("Keeps some rows, drawn at random, or the first ones. For trying things out on a large table."),
  .aliases = N_ ("random, subset, head, first, fewer"),
  .icon = "media-playlist-shuffle-symbolic",
  .category = SX_BLOCK_TABLE,
  .flags = SX_BLOCK_DROPS_ROWS,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_same,
  .run = sx_verb_run_rows,
  .rows = list_rows,
};
