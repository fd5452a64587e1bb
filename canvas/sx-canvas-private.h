/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_CANVAS_COMPILATION
#error "private to canvas/"
#endif

#include "sx-canvas.h"
#include "sx-spatial-index.h"

G_BEGIN_DECLS

/* Three coordinate systems, and only sx-canvas-view.c turns one into another:
 *   document  what the project file says
 *   world     the document, mirrored at x = 0 in right-to-left locales; blocks, links, index and gestures live here
 *   widget    pixels of the canvas: world × zoom − pan */

#define SX_CANVAS_GRID 16.0
#define SX_CANVAS_CELL 512.0
#define SX_LINK_HIT 6.0    /* px */
#define SX_PORT_HIT 14.0   /* px, radius at any zoom */
#define SX_PORT_RADIUS 6.0 /* units */

/* How much of a block is drawn; finding and clicking work in all of them. */
typedef enum {
  SX_BAND_FULL,     /* cards */
  SX_BAND_PLAIN,    /* two rectangles a block, links as lines in one node */
  SX_BAND_OVERVIEW, /* everything in one node */
} SxCanvasBand;

/* ---- style ---- */

typedef enum {
  SX_PORT_LOOK_FREE,
  SX_PORT_LOOK_LINKED,
  SX_PORT_LOOK_TARGET, /* a link being drawn could end here */
  SX_PORT_LOOK_DIM,
} SxPortLook;
#define SX_N_PORT_LOOKS 4

/* Everything that drawing takes from CSS, fonts and settings, worked out once per change. */
typedef struct
{
  gboolean              is_dark, is_high_contrast, is_rtl;
  GdkRGBA               background, foreground, dim, card, border, shadow, dots;
  GdkRGBA               accent, success, warning, error;
  GdkRGBA               categories[SX_N_BLOCK_CATEGORIES];
  GdkRGBA               ports[SX_N_PORT_TYPES];
  PangoFontDescription *title_font;
  PangoFontDescription *caption_font;
  double                width;         /* of every block */
  double                header_height; /* of every block: icon, title, summary */
  double                row_height;    /* of one labelled port */
  double                title_height, caption_height;
  GskRenderNode        *port_nodes[SX_N_PORT_TYPES][SX_N_PORT_LOOKS]; /* centred at 0, 0 */
  GHashTable           *icons;                                        /* name → GtkIconPaintable */
  guint                 serial;                                       /* grows with each change */
} SxCanvasStyle;

void              sx_canvas_style_update (SxCanvasStyle *self, SxCanvas *canvas);
void              sx_canvas_style_clear (SxCanvasStyle *self);
GtkIconPaintable *sx_canvas_style_get_icon (SxCanvasStyle *self, SxCanvas *canvas, const SxBlockKind *kind);
void              sx_canvas_style_trace_port (cairo_t *cr, SxPortType type, double radius); /* its outline around 0, 0 */
void              sx_canvas_load_resources (GdkDisplay *display);

/* ---- block view ---- */

#define SX_TYPE_BLOCK_VIEW (sx_block_view_get_type ())
G_DECLARE_FINAL_TYPE (SxBlockView, sx_block_view, SX, BLOCK_VIEW, GtkWidget)

GtkWidget  *sx_block_view_new (SxCanvas *canvas, SxBlock *block);
SxBlock    *sx_block_view_get_block (SxBlockView *self);
const char *sx_block_view_get_id (SxBlockView *self);
/* After any change of the block or its links. */
void sx_block_view_refresh (SxBlockView *self);
void sx_block_view_refresh_accessible (SxBlockView *self);
/* Where it stands in the world; follows the block unless a drag shows it elsewhere. */
void              sx_block_view_get_rect (SxBlockView *self, graphene_rect_t *rect);
void              sx_block_view_set_origin (SxBlockView *self, double x, double y);
void              sx_block_view_get_origin (SxBlockView *self, double *x, double *y);
guint             sx_block_view_get_n_ports (SxBlockView *self);
const SxPortSpec *sx_block_view_get_port (SxBlockView *self, guint port);
int               sx_block_view_find_port (SxBlockView *self, const char *id);                             /* -1 when there is none */
void              sx_block_view_get_port_anchor (SxBlockView *self, guint port, graphene_point_t *anchor); /* world */
gboolean          sx_block_view_is_selected (SxBlockView *self);
void              sx_block_view_set_selected (SxBlockView *self, gboolean selected);
void              sx_block_view_set_hovered (SxBlockView *self, gboolean hovered, int port);

/* One line about a block: its most telling parameters, or what it lacks (@is_lacking). */
char *sx_block_summarize (SxBlock *block, gboolean *is_lacking);

/* ---- links ---- */

typedef struct
{
  char            *id;
  char            *from_block, *from_port, *to_block, *to_port;
  SxPortType       type;
  graphene_point_t points[4]; /* cubic Bézier, world */
  graphene_rect_t  bounds;
  GskRenderNode   *node; /* (nullable) cache of the cairo layer */
  guint            is_selected : 1;
  guint            is_hovered : 1;
  guint            is_hidden : 1; /* one end is being dragged */
  guint            is_muted : 1;
} SxLinkView;

void sx_link_view_free (SxLinkView *self);
void sx_link_view_invalidate (SxLinkView *self);
/* Bézier from @from to @to that leaves to the right (@sign 1) or left (−1). */
void sx_link_route (const graphene_point_t *from, const graphene_point_t *to, double sign, graphene_point_t *points);
void sx_link_get_point (const graphene_point_t *points, double t, graphene_point_t *point);
void sx_link_get_bounds (const graphene_point_t *points, graphene_rect_t *bounds);
/* Distance of (x, y) from the curve, and where on it (0 … 1) that is. */
double   sx_link_get_distance (const graphene_point_t *points, double x, double y, double *t);
gboolean sx_link_touches_segment (const graphene_point_t *points, const graphene_point_t *a, const graphene_point_t *b);

/* How links are drawn: one of three ways, by renderer, zoom and how many are in view. */
typedef struct
{
  void (*snapshot) (SxCanvas *canvas, GtkSnapshot *snapshot, GPtrArray *links, const graphene_rect_t *area);
  const char *name;
} SxLinkLayer;

extern const SxLinkLayer sx_link_layer_cairo;
extern const SxLinkLayer sx_link_layer_quads;
extern const SxLinkLayer sx_link_layer_lines;
const SxLinkLayer       *sx_link_layer_choose (SxCanvas *canvas, guint n_links);
void                     sx_link_get_color (SxCanvas *canvas, const SxLinkView *link, GdkRGBA *color);
double                   sx_link_get_width (SxCanvas *canvas, const SxLinkView *link);

/* ---- world: the one child that carries zoom and pan ---- */

#define SX_TYPE_CANVAS_WORLD (sx_canvas_world_get_type ())
G_DECLARE_FINAL_TYPE (SxCanvasWorld, sx_canvas_world, SX, CANVAS_WORLD, GtkWidget)

GtkWidget *sx_canvas_world_new (SxCanvas *canvas);
/* The view moved: re-culls when it left what was culled for. */
void         sx_canvas_world_follow (SxCanvasWorld *self);
void         sx_canvas_world_recull (SxCanvasWorld *self);
void         sx_canvas_world_forget (SxCanvasWorld *self, SxBlockView *view); /* before it goes */
SxCanvasBand sx_canvas_world_get_band (SxCanvasWorld *self);
void         sx_canvas_world_redraw_blocks (SxCanvasWorld *self);
void         sx_canvas_world_update_label (SxCanvasWorld *self);

/* ---- overlay: what a gesture shows, in widget coordinates ---- */

#define SX_TYPE_CANVAS_OVERLAY (sx_canvas_overlay_get_type ())
G_DECLARE_FINAL_TYPE (SxCanvasOverlay, sx_canvas_overlay, SX, CANVAS_OVERLAY, GtkWidget)

GtkWidget *sx_canvas_overlay_new (SxCanvas *canvas);
void       sx_canvas_overlay_set_reason (SxCanvasOverlay *self, const char *reason, gboolean ok, double x, double y); /* NULL hides */

/* ---- palette ---- */

#define SX_TYPE_CANVAS_PALETTE (sx_canvas_palette_get_type ())
G_DECLARE_FINAL_TYPE (SxCanvasPalette, sx_canvas_palette, SX, CANVAS_PALETTE, GtkPopover)

GtkWidget *sx_canvas_palette_new (SxCanvas *canvas);
/* Kinds to place at (@x, @y) of the document; with @from_port only those that can be linked to it. */
void sx_canvas_palette_show_kinds (SxCanvasPalette *self, double x, double y, const char *from_block, const char *from_port, const char *text);
/* Ports that a link from or to @port of @block could join, the impossible ones last with the reason. */
void sx_canvas_palette_show_targets (SxCanvasPalette *self, const char *block, const char *port);

/* ---- minimap ---- */

#define SX_TYPE_CANVAS_MINIMAP (sx_canvas_minimap_get_type ())
G_DECLARE_FINAL_TYPE (SxCanvasMinimap, sx_canvas_minimap, SX, CANVAS_MINIMAP, GtkWidget)

GtkWidget *sx_canvas_minimap_new (SxCanvas *canvas);
void       sx_canvas_minimap_refresh (SxCanvasMinimap *self);

/* ---- the canvas itself ---- */

typedef enum {
  SX_DRAG_NONE,
  SX_DRAG_PAN,
  SX_DRAG_RUBBER,
  SX_DRAG_MOVE,
  SX_DRAG_LINK,
} SxCanvasDrag;

typedef enum {
  SX_HIT_NOTHING,
  SX_HIT_BLOCK,
  SX_HIT_PORT,
  SX_HIT_LINK,
  SX_HIT_FRAME,
} SxHitType;

typedef struct
{
  SxHitType           type;
  SxBlockView        *view;
  int                 port; /* of a PORT hit */
  SxLinkView         *link;
  const SxGraphFrame *frame; /* of a FRAME hit; borrowed until the next edit */
  double              t;     /* where on the link */
} SxHit;

/* A link being drawn, by drag, by two clicks, or reconnected. */
typedef struct
{
  gboolean        is_active, is_clicking; /* clicking: the second click ends it */
  char           *block, *port;           /* the fixed end */
  SxPortDirection direction;              /* of the fixed end */
  SxPortType      type;
  char           *old_link;                   /* (nullable): the link that is being reconnected */
  char           *target_block, *target_port; /* (nullable): what is under the pointer */
  gboolean        target_ok;
  char           *target_fix; /* (nullable): kind to insert between */
  double          x, y;       /* widget: the free end */
  guint           serial;     /* grows with each start, so that views can cache their verdict */
} SxLinkDraft;

struct _SxCanvas
{
  GtkWidget parent_instance;

  SxHistory *history;
  SxGraph   *graph;

  /* View */
  GtkAdjustment      *adjustments[2];
  GtkScrollablePolicy policies[2];
  double              zoom;
  double              pan_x, pan_y; /* widget origin in world × zoom */
  gboolean            needs_fit;
  guint               animation;
  gint64              animation_start;
  double              animation_from[3], animation_to[3]; /* zoom, centre x, centre y */
  SxCanvasStyle       style;
  gboolean            is_high_contrast, scroll_zooms;
  GskRenderNode      *dots;
  double              dots_step;
  int                 dots_width, dots_height;

  /* Children */
  SxCanvasWorld   *world;
  SxCanvasOverlay *overlay;
  SxCanvasMinimap *minimap;
  SxCanvasPalette *palette;
  GtkWidget       *hint;
  GtkWidget       *menu;

  /* The graph, seen */
  GHashTable     *views; /* block id → SxBlockView, borrowed */
  GHashTable     *links; /* link id → SxLinkView, owned */
  SxSpatialIndex *block_index, *link_index;
  GPtrArray      *reading_order; /* (nullable) of borrowed SxBlockView; NULL after a change */

  /* Selection */
  GHashTable *selection; /* set of owned ids */
  char       *selected_link;
  char       *selected_frame;
  char       *hovered_link;
  char       *hovered_block;
  guint       nudge_gesture; /* Alt+arrows in a row are one step */

  /* Gestures */
  SxCanvasDrag    drag;
  double          pointer_x, pointer_y; /* widget; last seen */
  double          drag_x, drag_y;       /* widget: where it began */
  double          drag_pan_x, drag_pan_y;
  SxHit           drag_hit;
  gboolean        drag_copies, is_space_held, has_dragged;
  GPtrArray      *drag_views;   /* of SxBlockView */
  GArray         *drag_origins; /* of graphene_point_t */
  char           *drag_frame;   /* (nullable): moved with what it holds */
  double          frame_dx, frame_dy;
  GHashTable     *rubber_base; /* selection before the rubber band */
  graphene_rect_t rubber;      /* world */
  SxLinkDraft     draft;
  GtkGesture     *drag_gesture, *pan_gesture, *click_gesture;
  double          pinch_zoom;
};

/* sx-canvas.c */
void sx_canvas_say (SxCanvas *self, const char *text, gboolean offers_undo);
/* Applies and says why not. @edits: (transfer full): of SxEdit; one edit stays itself. Nothing happens when empty. */
gboolean     sx_canvas_do (SxCanvas *self, GPtrArray *edits, const char *label, guint gesture);
SxBlockView *sx_canvas_find_view (SxCanvas *self, const char *block);
GPtrArray   *sx_canvas_new_edits (void);
void         sx_canvas_emit_selection_changed (SxCanvas *self);
void         sx_canvas_emit_activated (SxCanvas *self, const char *block);
void         sx_canvas_request_add (SxCanvas *self, double x, double y, const char *from_block, const char *from_port);
void         sx_canvas_emit_files_dropped (SxCanvas *self, GdkFileList *files, double x, double y);
void         sx_canvas_style_changed (SxCanvas *self);

/* sx-canvas-view.c: zoom, pan, coordinates */
void sx_canvas_set_adjustment (SxCanvas *self, GtkOrientation orientation, GtkAdjustment *adjustment);
void sx_canvas_update_adjustments (SxCanvas *self);
void sx_canvas_pan_to (SxCanvas *self, double pan_x, double pan_y);
void sx_canvas_widget_to_world (SxCanvas *self, double x, double y, graphene_point_t *point);
void sx_canvas_world_to_widget (SxCanvas *self, double x, double y, graphene_point_t *point);
void sx_canvas_get_view_rect (SxCanvas *self, graphene_rect_t *rect); /* world */
/* Document ↔ world for a point of something @width wide. Its own inverse. */
double sx_canvas_mirror (SxCanvas *self, double x, double width);
void   sx_canvas_animate_to (SxCanvas *self, double zoom, double center_x, double center_y);
void   sx_canvas_stop_animation (SxCanvas *self);
void   sx_canvas_snapshot_dots (SxCanvas *self, GtkSnapshot *snapshot);
void   sx_canvas_reveal_rect (SxCanvas *self, const graphene_rect_t *rect);

/* sx-canvas-sync.c: views follow the graph */
void sx_canvas_sync_all (SxCanvas *self);
void sx_canvas_sync_edit (SxCanvas *self, const SxEdit *edit);
void sx_canvas_clear_views (SxCanvas *self);
void sx_canvas_place_links_of (SxCanvas *self, const char *block);
void sx_canvas_graph_changed (SxCanvas *self); /* after a batch: adjustments, hint, minimap, label */

/* sx-canvas-selection.c */
void         sx_canvas_select_only (SxCanvas *self, const char *block); /* (nullable) */
void         sx_canvas_toggle_selected (SxCanvas *self, const char *block);
void         sx_canvas_set_selected_set (SxCanvas *self, GHashTable *ids);
void         sx_canvas_select_link (SxCanvas *self, const char *link);
void         sx_canvas_deselect (SxCanvas *self, const char *block);
void         sx_canvas_select_stream (SxCanvas *self, SxPortDirection direction);
SxBlockView *sx_canvas_get_focused_view (SxCanvas *self);
gboolean     sx_canvas_is_selected (SxCanvas *self, const char *block);
void         sx_canvas_rubber_update (SxCanvas *self, gboolean toggles, gboolean adds, gboolean removes);

/* sx-canvas-hit.c */
void sx_canvas_hit_test (SxCanvas *self, double x, double y, SxHit *hit); /* widget */

/* sx-canvas-gestures.c */
void sx_canvas_init_gestures (SxCanvas *self);
void sx_canvas_cancel_gesture (SxCanvas *self);
void sx_canvas_show_menu (SxCanvas *self, double x, double y);

/* sx-canvas-move.c */
void sx_canvas_move_begin (SxCanvas *self);
void sx_canvas_move_update (SxCanvas *self, double dx, double dy, gboolean snaps); /* world */
void sx_canvas_move_end (SxCanvas *self, gboolean cancel);
void sx_canvas_nudge (SxCanvas *self, double dx, double dy);

/* sx-canvas-links.c */
void     sx_canvas_draft_begin (SxCanvas *self, const char *block, const char *port, const char *old_link, gboolean clicking);
void     sx_canvas_draft_update (SxCanvas *self, double x, double y);
void     sx_canvas_draft_end (SxCanvas *self, gboolean cancel);
gboolean sx_canvas_draft_accepts (SxCanvas *self, const char *block, const char *port, SxLinkVerdict *verdict);
gboolean sx_canvas_link (SxCanvas *self, const char *from_block, const char *from_port, const char *to_block, const char *to_port, const char *old_link);
void     sx_canvas_link_selection (SxCanvas *self);
/* The free or else best port of @kind that joins a port of @direction and @type; NULL: none. */
const SxPortSpec *sx_canvas_find_partner (const SxBlockKind *kind, SxPortDirection direction, SxPortType type);

/* sx-canvas-edit.c: what actions do to the graph */
void sx_canvas_delete_selection (SxCanvas *self, gboolean reconnects);
void sx_canvas_duplicate_selection (SxCanvas *self, double dx, double dy);
void sx_canvas_toggle_flag (SxCanvas *self, const char *flag);
void sx_canvas_frame_selection (SxCanvas *self);
void sx_canvas_auto_layout (SxCanvas *self);
void sx_canvas_find_free_place (SxCanvas *self, double *x, double *y, double height); /* document */

char    *sx_canvas_make_link_id (SxCanvas *self, guint n); /* the @n-th free id, for groups that make several links */
gboolean sx_canvas_insert_into_link (SxCanvas *self, const SxBlockKind *kind, const char *link_id, double x, double y);

/* sx-canvas-frames.c */
const SxGraphFrame *sx_canvas_find_frame (SxCanvas *self, const char *id);
const SxGraphFrame *sx_canvas_hit_frame (SxCanvas *self, const graphene_point_t *point);
void                sx_canvas_get_frame_rect (SxCanvas *self, const SxGraphFrame *frame, graphene_rect_t *rect); /* world */
char               *sx_canvas_make_frame_id (SxCanvas *self);
void                sx_canvas_add_note (SxCanvas *self);
void                sx_canvas_select_frame (SxCanvas *self, const char *frame);
void                sx_canvas_edit_frame (SxCanvas *self, const char *id);

/* sx-canvas-keys.c */
void     sx_canvas_install_actions (GtkWidgetClass *class);
void     sx_canvas_init_keys (SxCanvas *self);
void     sx_canvas_update_actions (SxCanvas *self);
gboolean sx_canvas_focus (GtkWidget *widget, GtkDirectionType direction);
void     sx_canvas_walk (SxCanvas *self, GtkDirectionType direction);

/* sx-canvas-clipboard.c */
void  sx_canvas_copy (SxCanvas *self);
void  sx_canvas_cut (SxCanvas *self);
void  sx_canvas_paste (SxCanvas *self);
void  sx_canvas_init_drop (SxCanvas *self);
char *sx_canvas_blocks_to_text (SxCanvas *self, GStrv ids);
/* Edits that put the blocks of @text at an offset; ids are made fresh. @ids: (out): of the new blocks. */
GPtrArray *sx_canvas_text_to_edits (SxCanvas *self, const char *text, double dx, double dy, gboolean keeps_inputs, GPtrArray *ids, GError **error);

G_END_DECLS
