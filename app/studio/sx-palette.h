/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxPalette:
 *
 * All block kinds, by category, with a search. A kind is dragged to the canvas, or added by a double click or Enter.
 *
 * Signal: `kind-activated (const char *kind)`.
 */
#define SX_TYPE_PALETTE (sx_palette_get_type ())
G_DECLARE_FINAL_TYPE (SxPalette, sx_palette, SX, PALETTE, GtkWidget)

GtkWidget *sx_palette_new (void) G_GNUC_WARN_UNUSED_RESULT;
void       sx_palette_focus_search (SxPalette *self);
void       sx_palette_set_search (SxPalette *self, const char *text);
/* The kind in the given place of those that the search shows; NULL beyond the last. */
const char *sx_palette_get_shown (SxPalette *self, guint place);

G_END_DECLS
