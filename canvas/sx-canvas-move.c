/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Moving blocks: shown by the views while the pointer drags, one edit when it lets go. */

/* The selection, or all that stands in the frame that is dragged. */
static GStrv
list_movers (SxCanvas *self)
{
  const SxGraphFrame *frame = sx_canvas_find_frame (self, self->drag_frame);
  g_autoptr (GStrvBuilder) builder = NULL;
  graphene_rect_t around, rect;

  if (frame == NULL)
    return sx_canvas_get_selection (self);
  builder = g_strv_builder_new ();
  sx_canvas_get_frame_rect (self, frame, &around);
  for (guint i = 0; i < sx_graph_get_n_blocks (self->graph); i++)
    {
      const char *id = sx_block_get_id (sx_graph_get_block (self->graph, i));

      sx_block_view_get_rect (sx_canvas_find_view (self, id), &rect);
      if (graphene_rect_contains_rect (&around, &rect))
        g_strv_builder_add (builder, id);
    }
  return g_strv_builder_end (builder);
}

void
sx_canvas_move_begin (SxCanvas *self)
{
  g_auto (GStrv) ids = NULL;

  self->frame_dx = self->frame_dy = 0.0;
  ids = list_movers (self);
  g_ptr_array_set_size (self->drag_views, 0);
  g_array_set_size (self->drag_origins, 0);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      SxBlockView     *view = sx_canvas_find_view (self, ids[i]);
      double           x, y;
      graphene_point_t origin;

      sx_block_view_get_origin (view, &x, &y);
      graphene_point_init (&origin, (float)x, (float)y);
      g_ptr_array_add (self->drag_views, view);
      g_array_append_val (self->drag_origins, origin);
    }
}

/* @snaps: the first block comes to stand on the grid, the others keep their distance from it. */
void
sx_canvas_move_update (SxCanvas *self, double dx, double dy, gboolean snaps)
{
  if (snaps && self->drag_views->len > 0)
    {
      const graphene_point_t *first = &g_array_index (self->drag_origins, graphene_point_t, 0);

      dx = round ((first->x + dx) / SX_CANVAS_GRID) * SX_CANVAS_GRID - first->x;
      dy = round ((first->y + dy) / SX_CANVAS_GRID) * SX_CANVAS_GRID - first->y;
    }
  else if (snaps)
    {
      dx = round (dx / SX_CANVAS_GRID) * SX_CANVAS_GRID;
      dy = round (dy / SX_CANVAS_GRID) * SX_CANVAS_GRID;
    }
  self->frame_dx = dx;
  self->frame_dy = dy;
  for (guint i = 0; i < self->drag_views->len; i++)
    {
      SxBlockView            *view = g_ptr_array_index (self->drag_views, i);
      const graphene_point_t *origin = &g_array_index (self->drag_origins, graphene_point_t, i);

      sx_block_view_set_origin (view, origin->x + dx, origin->y + dy);
    }
  for (guint i = 0; i < self->drag_views->len; i++)
    sx_canvas_place_links_of (self, sx_block_view_get_id (g_ptr_array_index (self->drag_views, i)));
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
  sx_canvas_minimap_refresh (self->minimap);
}

static GPtrArray *
collect_moves (SxCanvas *self)
{
  GPtrArray *edits = sx_canvas_new_edits ();

  for (guint i = 0; i < self->drag_views->len; i++)
    {
      SxBlockView            *view = g_ptr_array_index (self->drag_views, i);
      const graphene_point_t *origin = &g_array_index (self->drag_origins, graphene_point_t, i);
      double                  x, y;

      sx_block_view_get_origin (view, &x, &y);
      if (x != origin->x || y != origin->y)
        g_ptr_array_add (edits, sx_edit_new_move_block (sx_block_view_get_id (view), sx_canvas_mirror (self, x, self->style.width), y));
    }
  if (sx_canvas_find_frame (self, self->drag_frame) != NULL && (self->frame_dx != 0.0 || self->frame_dy != 0.0))
    {
      SxGraphFrame frame = *sx_canvas_find_frame (self, self->drag_frame);

      frame.x += self->style.is_rtl ? -self->frame_dx : self->frame_dx;
      frame.y += self->frame_dy;
      g_ptr_array_add (edits, sx_edit_new_set_frame (&frame));
    }
  return edits;
}

void
sx_canvas_move_end (SxCanvas *self, gboolean cancel)
{
  g_autoptr (GPtrArray) edits = collect_moves (self);
  gboolean copies = self->drag_copies;
  double   dx = 0.0, dy = 0.0;

  if (edits->len > 0 && cancel)
    sx_canvas_move_update (self, 0.0, 0.0, FALSE);
  else if (edits->len > 0 && copies)
    {
      const graphene_point_t *first = &g_array_index (self->drag_origins, graphene_point_t, 0);
      double                  x, y;

      sx_block_view_get_origin (g_ptr_array_index (self->drag_views, 0), &x, &y);
      dx = x - first->x;
      dy = y - first->y;
      sx_canvas_move_update (self, 0.0, 0.0, FALSE);
    }
  g_ptr_array_set_size (self->drag_views, 0);
  g_array_set_size (self->drag_origins, 0);
  g_clear_pointer (&self->drag_frame, g_free);
  if (edits->len == 0 || cancel)
    return;
  if (copies)
    sx_canvas_duplicate_selection (self, self->style.is_rtl ? -dx : dx, dy);
  else
    sx_canvas_do (self, g_steal_pointer (&edits), _ ("Move Blocks"), 0);
}

/* Alt+arrows: world units; many in a row are one step. */
void
sx_canvas_nudge (SxCanvas *self, double dx, double dy)
{
  if (self->history == NULL || g_hash_table_size (self->selection) == 0)
    return;
  if (self->nudge_gesture == 0)
    self->nudge_gesture = sx_history_begin_gesture (self->history);
  sx_canvas_move_begin (self);
  sx_canvas_move_update (self, dx, dy, FALSE);
  sx_canvas_do (self, collect_moves (self), _ ("Move Blocks"), self->nudge_gesture);
  g_ptr_array_set_size (self->drag_views, 0);
  g_array_set_size (self->drag_origins, 0);
}
