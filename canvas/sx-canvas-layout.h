/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A box to be placed: its size, and where it stands now and, afterwards, where it should stand (top left). */
typedef struct
{
  double width, height;
  double x, y;
} SxLayoutNode;

typedef struct
{
  guint from, to;
} SxLayoutEdge;

/**
 * sx_canvas_layout:
 * @column_gap: free space between two columns
 * @row_gap: free space between two boxes of a column
 *
 * Layered drawing of a directed graph, left to right: every edge leads at least one column to the right, no two boxes
 * overlap, and the vertical order that the boxes have now is kept unless another one crosses fewer edges. Parts that are not
 * joined stand below each other. The result's top left is where the old drawing's was. Edges that close a cycle, and
 * self-edges, are ignored.
 *
 * After Sugiyama, Tagawa and Toda, “Methods for visual understanding of hierarchical system structures” (1981); the vertical
 * coordinates by isotonic regression in each column, alternating sides.
 */
void sx_canvas_layout (SxLayoutNode *nodes, guint n_nodes, const SxLayoutEdge *edges, guint n_edges, double column_gap, double row_gap);

/* How many pairs of edges between the centres of boxes cross, by brute force: for tests. */
guint sx_canvas_layout_count_crossings (const SxLayoutNode *nodes, const SxLayoutEdge *edges, guint n_edges);

G_END_DECLS
