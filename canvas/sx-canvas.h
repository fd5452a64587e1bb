/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>
#include <sx-pipeline.h>

G_BEGIN_DECLS

/**
 * SxCanvas:
 *
 * The node editor: shows the blocks, links and frames of an #SxGraph and edits it, only ever through its #SxHistory, so that
 * mouse, keyboard and assistive technology undo alike. One gesture is one step. A #GtkScrollable: put it in a
 * #GtkScrolledWindow, which pans it by wheel and touchpad.
 *
 * Coordinates named x and y in this header are the document's (what sx_block_get_position() gives), whatever the zoom;
 * right-to-left locales see the document mirrored.
 *
 * Properties: `history`; `zoom` (double, SX_CANVAS_MIN_ZOOM … SX_CANVAS_MAX_ZOOM); `high-contrast` (boolean: stronger lines; the
 * style manager of the application knows); `scroll-zooms` (boolean: a plain wheel zooms, Ctrl+wheel pans);
 * `show-minimap` (boolean).
 *
 * Signals:
 *  - `selection-changed ()`
 *  - `block-activated (const char *block)`: double click or Enter; the studio shows its parameters
 *  - `add-requested (double x, double y, const char *from_block, const char *from_port) -> gboolean`: the user wants a block at
 *    that place; both strings are NULL unless a link was dropped on empty space. When nobody returns TRUE the canvas opens its
 *    own palette there
 *  - `files-dropped (GdkFileList *files, double x, double y)`
 *  - `message (const char *text, gboolean offers_undo)`: something to tell in a toast: a refused link, broken text on the
 *    clipboard, “3 blocks deleted” with Undo
 *
 * Actions, all without parameter and bound to keys: canvas.undo, .redo, .cut, .copy, .paste, .delete, .delete-reconnect,
 * .duplicate, .select-all, .select-none, .select-downstream, .select-upstream, .zoom-in, .zoom-out, .zoom-normal, .zoom-fit,
 * .zoom-selection, .add-block, .link (keyboard linking), .link-selection, .mute, .collapse, .frame, .add-note, .auto-layout,
 * .minimap.
 */
#define SX_TYPE_CANVAS (sx_canvas_get_type ())
G_DECLARE_FINAL_TYPE (SxCanvas, sx_canvas, SX, CANVAS, GtkWidget)

#define SX_CANVAS_MIN_ZOOM 0.05
#define SX_CANVAS_MAX_ZOOM 4.0

/* What a palette of the application hands over when a block kind is dragged: text with this prefix and the kind's id. */
#define SX_CANVAS_DRAG_PREFIX "sextant-block:"

/* Where the canvas's style sheet and icons live; the canvas loads them itself when the first one is made. */
#define SX_CANVAS_RESOURCE_PATH "/org/sextant/canvas"

GtkWidget *sx_canvas_new (SxHistory *history) G_GNUC_WARN_UNUSED_RESULT;
void       sx_canvas_set_history (SxCanvas *self, SxHistory *history); /* @history: (nullable) */
SxHistory *sx_canvas_get_history (SxCanvas *self);
SxGraph   *sx_canvas_get_graph (SxCanvas *self); /* (nullable) */

double sx_canvas_get_zoom (SxCanvas *self);
void   sx_canvas_set_zoom (SxCanvas *self, double zoom);                                  /* about the middle of the view */
void   sx_canvas_zoom_at (SxCanvas *self, double zoom, double widget_x, double widget_y); /* that point stays where it is */
void   sx_canvas_zoom_in (SxCanvas *self);
void   sx_canvas_zoom_out (SxCanvas *self);
void   sx_canvas_zoom_fit (SxCanvas *self);       /* all blocks, at most zoom 1 */
/* All blocks as long as their names can be read; else the flow from where it starts. What a newly opened document shows. */
void   sx_canvas_show_start (SxCanvas *self);
void   sx_canvas_zoom_selection (SxCanvas *self); /* the selection, or all */
/* Scrolls no further than needed. */
void sx_canvas_scroll_to_block (SxCanvas *self, const char *block);
/* The middle of the view, for saving and restoring it. */
void sx_canvas_get_center (SxCanvas *self, double *x, double *y);
void sx_canvas_set_center (SxCanvas *self, double x, double y);

GStrv       sx_canvas_get_selection (SxCanvas *self) G_GNUC_WARN_UNUSED_RESULT; /* (transfer full): block ids in graph order */
guint       sx_canvas_get_n_selected (SxCanvas *self);
const char *sx_canvas_get_selected_link (SxCanvas *self);                 /* (nullable) */
void        sx_canvas_select (SxCanvas *self, const char *const *blocks); /* (nullable): replaces the selection */
void        sx_canvas_select_block (SxCanvas *self, const char *block);   /* one, focused and scrolled to */

/* Places a block with its top left near (x, y), moved down until it covers no other, and selects it.
 * Returns: (transfer full) (nullable): its id, or NULL after a `message` */
char *sx_canvas_add_block (SxCanvas *self, const char *kind, double x, double y);
/* The same in one step with the best link from (OUT) or to (IN) @from_port of @from_block. */
char *sx_canvas_add_linked_block (SxCanvas *self, const char *kind, double x, double y, const char *from_block, const char *from_port);
/* Opens the canvas's own palette: @text: (nullable): starts the search. */
void sx_canvas_open_palette (SxCanvas *self, double x, double y, const char *from_block, const char *from_port, const char *text);
/* How well @text names something, for palettes: 0 not at all; higher is better. Words in any order; prefixes and initials count more. */
guint sx_canvas_score_match (const char *text, const char *title, const char *aliases, const char *help);

/* Blocks and the links among them as YAML text, and back into the graph as one step, selected. */
char    *sx_canvas_copy_text (SxCanvas *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean sx_canvas_paste_text (SxCanvas *self, const char *text, GError **error);

/* The whole graph drawn as PNG or SVG by the file's ending; without selection marks. */
gboolean sx_canvas_export_picture (SxCanvas *self, const char *path, GError **error);

G_END_DECLS
