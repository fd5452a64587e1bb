/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A preview computes with so many rows of each source. */
#define SX_PREVIEW_MAX_ROWS 1000

/**
 * SxPreview:
 *
 * The table behind the selected block: what leaves it, or, where that is no table, what enters it. Computed in a thread on a copy of
 * the graph, anew after each edit that could matter; what is under way is cancelled. A second tab sums up its columns.
 *
 * Signals: `done ()` after each computation, with a table or without.
 */
#define SX_TYPE_PREVIEW (sx_preview_get_type ())
G_DECLARE_FINAL_TYPE (SxPreview, sx_preview, SX, PREVIEW, GtkWidget)

GtkWidget *sx_preview_new (SxDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* @block: (nullable): id */
void        sx_preview_set_block (SxPreview *self, const char *block);
SxFrame    *sx_preview_get_frame (SxPreview *self);   /* (nullable) */
const char *sx_preview_get_message (SxPreview *self); /* (nullable): what is shown in place of a table */
gboolean    sx_preview_is_busy (SxPreview *self);
/* Which table a preview of @block shows: @block itself or what feeds it. (transfer full) (nullable) */
char *sx_preview_find_table (SxGraph *graph, const char *block, gboolean *is_input);

G_END_DECLS
