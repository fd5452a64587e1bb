/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>

/* What is under a point: a port before a block before a link before a frame's title. Ports and links are as easy to hit at any zoom. */

static gboolean
hit_port (SxCanvas *self, GPtrArray *views, const graphene_point_t *point, SxHit *hit)
{
  double nearest = SX_PORT_HIT / self->zoom;

  /* Zoomed out, dots of neighbours would meet; blocks are easier to grab then. */
  nearest = MIN (nearest, self->style.row_height * 0.75);
  for (guint i = 0; i < views->len; i++)
    {
      SxBlockView *view = g_ptr_array_index (views, i);

      for (guint port = 0; port < sx_block_view_get_n_ports (view); port++)
        {
          graphene_point_t anchor;
          double           distance;

          sx_block_view_get_port_anchor (view, port, &anchor);
          distance = hypot (anchor.x - point->x, anchor.y - point->y);
          if (distance >= nearest)
            continue;
          nearest = distance;
          hit->type = SX_HIT_PORT;
          hit->view = view;
          hit->port = (int)port;
        }
    }
  return hit->type == SX_HIT_PORT;
}

/* The topmost: children later in the world are drawn above. */
static gboolean
hit_block (SxCanvas *self, GPtrArray *views, const graphene_point_t *point, SxHit *hit)
{
  g_autoptr (GHashTable) under = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < views->len; i++)
    {
      graphene_rect_t rect;

      sx_block_view_get_rect (g_ptr_array_index (views, i), &rect);
      if (graphene_rect_contains_point (&rect, point))
        {
          g_hash_table_add (under, g_ptr_array_index (views, i));
          hit->view = g_ptr_array_index (views, i);
        }
    }
  if (g_hash_table_size (under) > 1)
    for (GtkWidget *child = gtk_widget_get_last_child (GTK_WIDGET (self->world)); child != NULL; child = gtk_widget_get_prev_sibling (child))
      if (g_hash_table_contains (under, child))
        {
          hit->view = SX_BLOCK_VIEW (child);
          break;
        }
  if (g_hash_table_size (under) > 0)
    hit->type = SX_HIT_BLOCK;
  return hit->type == SX_HIT_BLOCK;
}

static void
hit_link (SxCanvas *self, const graphene_rect_t *around, const graphene_point_t *point, SxHit *hit)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new ();
  double nearest = SX_LINK_HIT / self->zoom;

  sx_spatial_index_query (self->link_index, around, links);
  for (guint i = 0; i < links->len; i++)
    {
      SxLinkView *link = g_ptr_array_index (links, i);
      double      t = 0.0, distance = sx_link_get_distance (link->points, point->x, point->y, &t);

      if (distance >= nearest)
        continue;
      nearest = distance;
      hit->type = SX_HIT_LINK;
      hit->link = link;
      hit->t = t;
    }
}

void
sx_canvas_hit_test (SxCanvas *self, double x, double y, SxHit *hit)
{
  g_autoptr (GPtrArray) views = g_ptr_array_new ();
  float            reach = (float)(SX_PORT_HIT / self->zoom);
  graphene_point_t point;
  graphene_rect_t  around;

  *hit = (SxHit){ .type = SX_HIT_NOTHING, .port = -1 };
  if (self->graph == NULL)
    return;
  sx_canvas_widget_to_world (self, x, y, &point);
  graphene_rect_init (&around, point.x - reach, point.y - reach, 2 * reach, 2 * reach);
  sx_spatial_index_query (self->block_index, &around, views);
  if (hit_port (self, views, &point, hit) || hit_block (self, views, &point, hit))
    return;
  hit_link (self, &around, &point, hit);
  if (hit->type == SX_HIT_NOTHING)
    {
      hit->frame = sx_canvas_hit_frame (self, &point);
      hit->type = hit->frame != NULL ? SX_HIT_FRAME : SX_HIT_NOTHING;
    }
}
