/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>

/* Three ways to draw links, each the fastest somewhere (CPU per frame, 81 links in view, software GL):
 *   cairo  one cached cairo node a link: 9 ms on the cairo renderer, where moving a block then only damages its own links;
 *          75 ms and 400 MB under GL, which turns each into a texture of its own
 *   quads  one soft-edged textured rectangle a segment: 10 ms under GL, 35 ms under cairo. Costs one batch a segment, and GTK 4.8
 *          aborts above 32,767 batches a frame, hence the bound in sx_link_layer_choose()
 *   lines  all links as straight pieces in one cairo node: for many links in few pixels, under both */

#define MAX_QUAD_LINKS 300
#define MAX_CAIRO_LINKS 2000
#define QUAD_STEPS 20
#define LINE_STEPS 8

void
sx_link_get_color (SxCanvas *canvas, const SxLinkView *link, GdkRGBA *color)
{
  const SxCanvasStyle *style = &canvas->style;

  if (link->is_selected)
    {
      *color = style->accent;
      return;
    }
  *color = style->ports[link->type];
  if (!style->is_high_contrast)
    color->alpha = link->is_hovered ? 1.0f : link->is_muted ? 0.3f
                                                            : 0.75f;
  if (canvas->draft.is_active && !canvas->draft.is_clicking)
    color->alpha *= 0.6f;
}

double
sx_link_get_width (SxCanvas *canvas, const SxLinkView *link)
{
  return (link->is_selected || link->is_hovered ? 3.5 : 2.25) + (canvas->style.is_high_contrast ? 0.75 : 0.0);
}

/* ---- cairo ---- */

static GskRenderNode *
draw_link (SxCanvas *canvas, SxLinkView *link)
{
  GskRenderNode          *node = gsk_cairo_node_new (&link->bounds);
  const graphene_point_t *p = link->points;
  cairo_t                *cr = gsk_cairo_node_get_draw_context (node);
  GdkRGBA                 color;

  sx_link_get_color (canvas, link, &color);
  cairo_move_to (cr, p[0].x, p[0].y);
  cairo_curve_to (cr, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
  cairo_set_line_width (cr, sx_link_get_width (canvas, link));
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  gdk_cairo_set_source_rgba (cr, &color);
  if (link->is_muted)
    cairo_set_dash (cr, (double[]){ 6.0, 6.0 }, 2, 0.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
  return node;
}

static void
snapshot_cairo (SxCanvas *canvas, GtkSnapshot *snapshot, GPtrArray *links, const graphene_rect_t *area)
{
  for (guint i = 0; i < links->len; i++)
    {
      SxLinkView *link = g_ptr_array_index (links, i);

      if (link->node == NULL)
        link->node = draw_link (canvas, link);
      gtk_snapshot_append_node (snapshot, link->node);
    }
}

const SxLinkLayer sx_link_layer_cairo = { snapshot_cairo, "cairo" };

/* ---- quads ---- */

/* A line seen end on: opaque in the middle, soft at the edges. */
static GdkTexture *
make_texture (const GdkRGBA *color)
{
  enum {
    WIDTH = 4,
    HEIGHT = 8
  };
  static const float profile[HEIGHT] = { 0.0f, 0.45f, 1.0f, 1.0f, 1.0f, 1.0f, 0.45f, 0.0f };
  guint8             pixels[WIDTH * HEIGHT * 4];
  g_autoptr (GBytes) bytes = NULL;

  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      {
        guint8 *pixel = &pixels[(y * WIDTH + x) * 4];
        float   alpha = profile[y] * color->alpha;

        pixel[0] = (guint8)lrintf (color->red * alpha * 255.0f);
        pixel[1] = (guint8)lrintf (color->green * alpha * 255.0f);
        pixel[2] = (guint8)lrintf (color->blue * alpha * 255.0f);
        pixel[3] = (guint8)lrintf (alpha * 255.0f);
      }
  bytes = g_bytes_new (pixels, sizeof pixels);
  return gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes, WIDTH * 4);
}

static void
snapshot_quads_of (GtkSnapshot *snapshot, const SxLinkView *link, GdkTexture *texture, double width)
{
  graphene_point_t last = link->points[0];

  for (guint i = 1; i <= QUAD_STEPS; i++)
    {
      graphene_point_t next;
      double           dx, dy;

      sx_link_get_point (link->points, (double)i / QUAD_STEPS, &next);
      dx = next.x - last.x;
      dy = next.y - last.y;
      if (!link->is_muted || i % 2 == 0)
        {
          gtk_snapshot_save (snapshot);
          gtk_snapshot_translate (snapshot, &last);
          gtk_snapshot_rotate (snapshot, (float)(atan2 (dy, dx) * 180.0 / G_PI));
          gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (-0.3f, (float)-width, (float)hypot (dx, dy) + 0.6f, (float)(2.0 * width)));
          gtk_snapshot_restore (snapshot);
        }
      last = next;
    }
}

static void
snapshot_quads (SxCanvas *canvas, GtkSnapshot *snapshot, GPtrArray *links, const graphene_rect_t *area)
{
  g_autoptr (GHashTable) textures = g_hash_table_new_full ((GHashFunc)gdk_rgba_hash, (GEqualFunc)gdk_rgba_equal, (GDestroyNotify)gdk_rgba_free, g_object_unref);

  for (guint i = 0; i < links->len; i++)
    {
      const SxLinkView *link = g_ptr_array_index (links, i);
      GdkRGBA           color;
      GdkTexture       *texture;

      sx_link_get_color (canvas, link, &color);
      texture = g_hash_table_lookup (textures, &color);
      if (texture == NULL)
        {
          texture = make_texture (&color);
          g_hash_table_insert (textures, gdk_rgba_copy (&color), texture);
        }
      /* Six of the texture's eight rows are line. */
      snapshot_quads_of (snapshot, link, texture, sx_link_get_width (canvas, link) * 0.5 * 8.0 / 5.0);
    }
}

const SxLinkLayer sx_link_layer_quads = { snapshot_quads, "quads" };

/* ---- lines ---- */

static void
trace_lines (cairo_t *cr, const SxLinkView *link, guint n_steps)
{
  cairo_move_to (cr, link->points[0].x, link->points[0].y);
  for (guint i = 1; i <= n_steps; i++)
    {
      graphene_point_t point;

      sx_link_get_point (link->points, (double)i / n_steps, &point);
      cairo_line_to (cr, point.x, point.y);
    }
}

static void
snapshot_lines (SxCanvas *canvas, GtkSnapshot *snapshot, GPtrArray *links, const graphene_rect_t *area)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, area);
  gboolean is_coarse = canvas->zoom < 0.2 || links->len > MAX_CAIRO_LINKS;

  cairo_set_antialias (cr, is_coarse ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_FAST);
  /* One stroke a colour; the selected ones last, on top. */
  for (guint pass = 0; pass <= SX_N_PORT_TYPES; pass++)
    {
      GdkRGBA  color;
      gboolean is_any = FALSE;

      for (guint i = 0; i < links->len; i++)
        {
          const SxLinkView *link = g_ptr_array_index (links, i);

          if ((link->is_selected ? SX_N_PORT_TYPES : link->type) != pass)
            continue;
          if (!is_any)
            sx_link_get_color (canvas, link, &color);
          is_any = TRUE;
          trace_lines (cr, link, is_coarse ? 3 : LINE_STEPS);
        }
      if (!is_any)
        continue;
      cairo_set_line_width (cr, MAX (1.5, 1.0 / canvas->zoom));
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

const SxLinkLayer sx_link_layer_lines = { snapshot_lines, "lines" };

const SxLinkLayer *
sx_link_layer_choose (SxCanvas *canvas, guint n_links)
{
  GtkNative   *native = gtk_widget_get_native (GTK_WIDGET (canvas));
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native) : NULL;
  gboolean     is_cairo = renderer == NULL || g_str_equal (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer");

  if (sx_canvas_world_get_band (canvas->world) != SX_BAND_FULL)
    return &sx_link_layer_lines;
  if (is_cairo)
    return n_links <= MAX_CAIRO_LINKS ? &sx_link_layer_cairo : &sx_link_layer_lines;
  return n_links <= MAX_QUAD_LINKS ? &sx_link_layer_quads : &sx_link_layer_lines;
}
