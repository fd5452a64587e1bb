/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <math.h>

/* The graph as a picture: the same render nodes as on screen, drawn by cairo; PNG at twice the size, SVG as vectors. */

#define MARGIN 32.0
#define MAX_SIDE 16000.0

static GskRenderNode *
draw_graph (SxCanvas *self, const graphene_rect_t *bounds)
{
  GtkSnapshot   *snapshot = gtk_snapshot_new ();
  GHashTableIter iter;
  gpointer       value;
  g_autoptr (GPtrArray) links = g_ptr_array_new ();

  gtk_snapshot_append_color (snapshot, &self->style.background, bounds);
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      cairo_t    *cr;
      SxLinkView *link = value;
      GdkRGBA     color = self->style.ports[link->type];

      cr = gtk_snapshot_append_cairo (snapshot, &link->bounds);
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_line_width (cr, 2.25);
      cairo_move_to (cr, link->points[0].x, link->points[0].y);
      cairo_curve_to (cr, link->points[1].x, link->points[1].y, link->points[2].x, link->points[2].y, link->points[3].x, link->points[3].y);
      cairo_stroke (cr);
      cairo_destroy (cr);
    }
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SxBlockView *view = value;

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)view->x, (float)view->y));
      sx_block_view_draw (view, snapshot, FALSE, FALSE);
      gtk_snapshot_restore (snapshot);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

gboolean
sx_canvas_export_picture (SxCanvas *self, const char *path, GError **error)
{
  g_autoptr (GskRenderNode) node = NULL;
  graphene_rect_t  bounds;
  cairo_surface_t *surface;
  cairo_t         *cr;
  cairo_status_t   status;
  gboolean         is_svg = g_str_has_suffix (path, ".svg");
  double           scale;

  g_return_val_if_fail (SX_IS_CANVAS (self), FALSE);
  if (!is_svg && !g_str_has_suffix (path, ".png"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("“%s” cannot be written: name it .png or .svg."), path);
      return FALSE;
    }
  if (!sx_spatial_index_get_bounds (self->block_index, &bounds))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("There is nothing to draw: the canvas is empty."));
      return FALSE;
    }
  graphene_rect_inset (&bounds, (float)-MARGIN, (float)-MARGIN);
  scale = is_svg ? 1.0 : MIN (2.0, MAX_SIDE / MAX (bounds.size.width, bounds.size.height));
  node = draw_graph (self, &bounds);
  if (is_svg)
    surface = cairo_svg_surface_create (path, bounds.size.width, bounds.size.height);
  else
    surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int)ceil (bounds.size.width * scale), (int)ceil (bounds.size.height * scale));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -bounds.origin.x, -bounds.origin.y);
  gsk_render_node_draw (node, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && !is_svg)
    status = cairo_surface_write_to_png (surface, path);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” could not be written: %s"), path, cairo_status_to_string (status));
  return FALSE;
}
