/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

#include <math.h>

/* How a block looks: a card, its category's colour in the tile behind the icon, dots for ports, a badge for its state. */

#define TILE 34.0f
#define TILE_LEFT 12.0f
#define BADGE 8.0

static GdkRGBA
fade (const GdkRGBA *color, double alpha)
{
  GdkRGBA result = *color;

  result.alpha = (float)(color->alpha * alpha);
  return result;
}

static void
fill_rounded (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, const GdkRGBA *color)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, color, rect);
  gtk_snapshot_pop (snapshot);
}

static void
stroke_rounded (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, float width, const GdkRGBA *color)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_append_border (snapshot, &rounded, (float[4]){ width, width, width, width }, (GdkRGBA[4]){ *color, *color, *color, *color });
}

/* Three faint rings, lower than the card: a soft shadow without the cost of a blur. */
static void
draw_shadow (const SxCanvasStyle *style, GtkSnapshot *snapshot, const graphene_rect_t *card)
{
  for (int i = 1; i <= 3; i++)
    {
      graphene_rect_t rect = GRAPHENE_RECT_INIT (card->origin.x - (float)i, card->origin.y - (float)i + 2.0f, card->size.width + 2.0f * (float)i, card->size.height + 2.0f * (float)i);

      fill_rounded (snapshot, &rect, SX_BLOCK_RADIUS + (float)i, &style->shadow);
    }
}

static void
draw_card (SxBlockView *self, GtkSnapshot *snapshot, const graphene_rect_t *card, gboolean has_marks)
{
  const SxCanvasStyle *style = &self->canvas->style;
  const GdkRGBA       *category = &style->categories[sx_block_get_kind (self->block)->category];
  GdkRGBA              tint = fade (category, style->is_dark ? 0.10 : 0.07), border = style->border;
  gboolean             is_marked = has_marks && self->is_selected;
  GskRoundedRect       rounded;

  draw_shadow (style, snapshot, card);
  gsk_rounded_rect_init_from_rect (&rounded, card, SX_BLOCK_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, &style->card, card);
  gtk_snapshot_append_color (snapshot, &tint, &GRAPHENE_RECT_INIT (0, 0, card->size.width, (float)style->header_height));
  gtk_snapshot_pop (snapshot);
  if (is_marked)
    border = style->accent;
  else if (has_marks && self->is_hovered)
    border = fade (&style->accent, 0.6);
  stroke_rounded (snapshot, card, SX_BLOCK_RADIUS, is_marked || style->is_high_contrast ? 2.0f : 1.0f, &border);
  if (is_marked)
    {
      GdkRGBA         halo = fade (&style->accent, 0.25);
      graphene_rect_t outer = GRAPHENE_RECT_INIT (-3, -3, card->size.width + 6, card->size.height + 6);

      stroke_rounded (snapshot, &outer, SX_BLOCK_RADIUS + 3.0f, 3.0f, &halo);
    }
  if (has_marks && gtk_widget_has_focus (GTK_WIDGET (self)) && gtk_window_get_focus_visible (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)))))
    {
      graphene_rect_t outer = GRAPHENE_RECT_INIT (-5, -5, card->size.width + 10, card->size.height + 10);

      stroke_rounded (snapshot, &outer, SX_BLOCK_RADIUS + 5.0f, 2.0f, &style->accent);
    }
}

static void
draw_icon (SxBlockView *self, GtkSnapshot *snapshot)
{
  SxCanvasStyle     *style = &self->canvas->style;
  const SxBlockKind *kind = sx_block_get_kind (self->block);
  const GdkRGBA     *category = &style->categories[kind->category];
  GdkRGBA            tint = fade (category, style->is_dark ? 0.24 : 0.16);
  float              left = style->is_rtl ? (float)style->width - TILE_LEFT - TILE : TILE_LEFT;
  float              top = ((float)style->header_height - TILE) / 2.0f;
  GtkIconPaintable  *icon = sx_canvas_style_get_icon (style, self->canvas, kind);

  fill_rounded (snapshot, &GRAPHENE_RECT_INIT (left, top, TILE, TILE), 9.0f, &tint);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (left + (TILE - 16.0f) / 2.0f, top + (TILE - 16.0f) / 2.0f));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, 16, 16, category, 1);
  gtk_snapshot_restore (snapshot);
}

static void
draw_layout (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)x, (float)y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_texts (SxBlockView *self, GtkSnapshot *snapshot)
{
  const SxCanvasStyle *style = &self->canvas->style;
  double               top = (style->header_height - style->title_height - style->caption_height - 1.0) / 2.0;
  double               left = style->is_rtl ? 14.0 : SX_BLOCK_TEXT_LEFT;

  draw_layout (snapshot, self->title, style->is_rtl ? left + 18.0 : left, top, &style->foreground);
  draw_layout (snapshot, self->summary, left, top + style->title_height + 1.0, self->is_lacking ? &style->warning : &style->dim);
}

/* ---- ports ---- */

static SxPortLook
get_port_look (SxBlockView *self, guint port)
{
  SxCanvas         *canvas = self->canvas;
  const SxPortSpec *spec = sx_block_view_get_port (self, port);

  if (canvas->draft.is_active)
    {
      if (g_strcmp0 (canvas->draft.block, self->id) == 0 && g_strcmp0 (canvas->draft.port, spec->id) == 0)
        return SX_PORT_LOOK_TARGET;
      return sx_canvas_draft_accepts (canvas, self->id, spec->id, NULL) ? SX_PORT_LOOK_TARGET : SX_PORT_LOOK_DIM;
    }
  if (self->hovered_port == (int)port)
    return SX_PORT_LOOK_TARGET;
  return (self->linked >> port) & 1 ? SX_PORT_LOOK_LINKED : SX_PORT_LOOK_FREE;
}

static void
draw_ports (SxBlockView *self, GtkSnapshot *snapshot, gboolean has_marks)
{
  const SxCanvasStyle *style = &self->canvas->style;

  for (guint i = 0; i < self->n_ports; i++)
    {
      const SxPortSpec *spec = sx_block_view_get_port (self, i);
      SxPortLook        look = has_marks ? get_port_look (self, i) : (self->linked >> i) & 1 ? SX_PORT_LOOK_LINKED
                                                                                             : SX_PORT_LOOK_FREE;
      PangoLayout      *title = g_ptr_array_index (self->port_titles, i);
      graphene_point_t  place;
      PangoRectangle    logical;

      sx_block_view_get_port_place (self, i, &place);
      if (!self->is_collapsed)
        {
          /* In right-to-left text the line stands at the layout's right. */
          pango_layout_get_pixel_extents (title, NULL, &logical);
          draw_layout (snapshot, title, (place.x < 1.0f ? 14.0 : style->width - 14.0 - logical.width) - logical.x, place.y - logical.height / 2.0, look == SX_PORT_LOOK_DIM ? &style->border : &style->dim);
        }
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &place);
      gtk_snapshot_append_node (snapshot, style->port_nodes[spec->type][look]);
      gtk_snapshot_restore (snapshot);
    }
}

/* ---- badges ---- */

static void
trace_check (cairo_t *cr)
{
  cairo_move_to (cr, -3.4, 0.2);
  cairo_line_to (cr, -1.0, 2.6);
  cairo_line_to (cr, 3.6, -2.4);
  cairo_stroke (cr);
}

static void
trace_exclamation (cairo_t *cr)
{
  cairo_move_to (cr, 0.0, -4.0);
  cairo_line_to (cr, 0.0, 0.6);
  cairo_move_to (cr, 0.0, 3.6);
  cairo_line_to (cr, 0.0, 3.7);
  cairo_stroke (cr);
}

static void
draw_progress (cairo_t *cr, const SxCanvasStyle *style, double progress)
{
  GdkRGBA track = fade (&style->accent, 0.25);

  cairo_set_line_width (cr, 2.5);
  gdk_cairo_set_source_rgba (cr, &track);
  cairo_arc (cr, 0.0, 0.0, BADGE - 1.5, 0.0, 2.0 * G_PI);
  cairo_stroke (cr);
  gdk_cairo_set_source_rgba (cr, &style->accent);
  cairo_arc (cr, 0.0, 0.0, BADGE - 1.5, -G_PI_2, -G_PI_2 + 2.0 * G_PI * CLAMP (progress, 0.06, 1.0));
  cairo_stroke (cr);
}

static void
draw_disc (cairo_t *cr, const SxCanvasStyle *style, const GdkRGBA *color, void (*trace) (cairo_t *))
{
  gdk_cairo_set_source_rgba (cr, color);
  cairo_arc (cr, 0.0, 0.0, BADGE, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &style->card);
  cairo_set_line_width (cr, 1.8);
  trace (cr);
}

static void
draw_badge (SxBlockView *self, GtkSnapshot *snapshot)
{
  const SxCanvasStyle *style = &self->canvas->style;
  double               progress;
  const char          *message;
  SxBlockState         state = sx_block_get_state (self->block, &progress, &message);
  float                x = style->is_rtl ? 18.0f : (float)style->width - 18.0f;
  g_autoptr (GskRenderNode) node = NULL;
  cairo_t *cr;

  if (state == SX_BLOCK_IDLE && self->problem == NULL)
    return;
  node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (-10, -10, 20, 20));
  cr = gsk_cairo_node_get_draw_context (node);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (state == SX_BLOCK_FAILED)
    draw_disc (cr, style, &style->error, trace_exclamation);
  else if (state == SX_BLOCK_RUNNING)
    draw_progress (cr, style, progress);
  else if (self->problem != NULL)
    draw_disc (cr, style, &style->warning, trace_exclamation);
  else if (state == SX_BLOCK_DONE)
    draw_disc (cr, style, &style->success, trace_check);
  else
    {
      GdkRGBA color = fade (state == SX_BLOCK_WAITING ? &style->accent : &style->dim, 0.7);

      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_line_width (cr, 2.0);
      cairo_set_dash (cr, (double[]){ 2.0, 3.2 }, 2, 0.0);
      cairo_arc (cr, 0.0, 0.0, BADGE - 1.5, 0.0, 2.0 * G_PI);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, 18.0f));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
}

/* Two rectangles: for zooms at which nobody can read. */
static void
draw_plain (SxBlockView *self, GtkSnapshot *snapshot, const graphene_rect_t *card, gboolean has_marks)
{
  const SxCanvasStyle *style = &self->canvas->style;
  double               progress;
  const char          *message;
  SxBlockState         state = sx_block_get_state (self->block, &progress, &message);
  GdkRGBA              tint = fade (&style->categories[sx_block_get_kind (self->block)->category], 0.75);

  gtk_snapshot_append_color (snapshot, &style->card, card);
  gtk_snapshot_append_color (snapshot, state == SX_BLOCK_FAILED ? &style->error : &tint, &GRAPHENE_RECT_INIT (0, 0, card->size.width, (float)style->header_height * 0.5f));
  if (has_marks && self->is_selected)
    stroke_rounded (snapshot, card, 0.0f, 5.0f, &style->accent);
}

void
sx_block_view_draw (SxBlockView *self, GtkSnapshot *snapshot, gboolean is_plain, gboolean has_marks)
{
  graphene_rect_t card = GRAPHENE_RECT_INIT (0, 0, (float)self->canvas->style.width, (float)self->height);

  if (self->is_muted)
    gtk_snapshot_push_opacity (snapshot, 0.5);
  if (is_plain)
    draw_plain (self, snapshot, &card, has_marks);
  else
    {
      draw_card (self, snapshot, &card, has_marks);
      draw_icon (self, snapshot);
      draw_texts (self, snapshot);
      draw_ports (self, snapshot, has_marks);
      draw_badge (self, snapshot);
    }
  if (self->is_muted)
    gtk_snapshot_pop (snapshot);
}

void
sx_block_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxBlockView *self = SX_BLOCK_VIEW (widget);
  SxCanvasBand band = sx_canvas_world_get_band (self->canvas->world);

  sx_block_view_draw (self, snapshot, band != SX_BAND_FULL, TRUE);
}
