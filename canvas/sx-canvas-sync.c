/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

/* Views follow the graph. A change of one block touches that block and its links; a change of structure compares everything
 * once, which is linear and so simple that views and graph cannot drift apart. */

static void
place_view (SxCanvas *self, SxBlockView *view)
{
  double x, y;

  sx_block_get_position (view->block, &x, &y);
  sx_block_view_set_origin (view, sx_canvas_mirror (self, x, self->style.width), y);
}

static void
place_link (SxCanvas *self, SxLinkView *link)
{
  SxBlockView     *from = sx_canvas_find_view (self, link->from_block), *to = sx_canvas_find_view (self, link->to_block);
  graphene_point_t a, b;
  int              from_port, to_port;

  if (from == NULL || to == NULL)
    return;
  from_port = sx_block_view_find_port (from, link->from_port);
  to_port = sx_block_view_find_port (to, link->to_port);
  if (from_port < 0 || to_port < 0)
    return;
  link->type = sx_block_view_get_port (from, (guint)from_port)->type;
  link->is_muted = from->is_muted || to->is_muted;
  sx_block_view_get_port_anchor (from, (guint)from_port, &a);
  sx_block_view_get_port_anchor (to, (guint)to_port, &b);
  sx_link_route (&a, &b, self->style.is_rtl ? -1.0 : 1.0, link->points);
  sx_link_get_bounds (link->points, &link->bounds);
  sx_link_view_invalidate (link);
  sx_spatial_index_set (self->link_index, link, &link->bounds);
}

void
sx_canvas_place_links_of (SxCanvas *self, const char *block)
{
  for (int direction = SX_PORT_IN; direction <= SX_PORT_OUT; direction++)
    {
      g_autoptr (GPtrArray) links = sx_graph_list_links (self->graph, block, (SxPortDirection)direction, NULL);

      for (guint i = 0; i < links->len; i++)
        {
          const SxLink *link = g_ptr_array_index (links, i);
          SxLinkView   *view = g_hash_table_lookup (self->links, link->id);

          if (view != NULL)
            place_link (self, view);
        }
    }
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
}

static void
remove_view (SxCanvas *self, SxBlockView *view)
{
  g_autofree char *id = g_strdup (view->id);

  if (gtk_widget_has_focus (GTK_WIDGET (view)))
    gtk_widget_grab_focus (GTK_WIDGET (self));
  if (g_strcmp0 (self->hovered_block, id) == 0)
    g_clear_pointer (&self->hovered_block, g_free);
  sx_canvas_world_forget (self->world, view);
  sx_spatial_index_remove (self->block_index, view);
  g_hash_table_remove (self->views, id);
  gtk_widget_unparent (GTK_WIDGET (view));
}

static void
remove_link (SxCanvas *self, SxLinkView *link)
{
  if (g_strcmp0 (self->selected_link, link->id) == 0)
    g_clear_pointer (&self->selected_link, g_free);
  if (g_strcmp0 (self->hovered_link, link->id) == 0)
    g_clear_pointer (&self->hovered_link, g_free);
  sx_spatial_index_remove (self->link_index, link);
  g_hash_table_remove (self->links, link->id);
}

static void
remove_gone (SxCanvas *self)
{
  g_autoptr (GList) views = g_hash_table_get_values (self->views);
  g_autoptr (GList) links = g_hash_table_get_values (self->links);

  for (GList *l = links; l != NULL; l = l->next)
    {
      SxLinkView   *view = l->data;
      const SxLink *link = sx_graph_find_link (self->graph, view->id);

      if (link == NULL || g_strcmp0 (link->from_block, view->from_block) != 0 || g_strcmp0 (link->from_port, view->from_port) != 0 ||
          g_strcmp0 (link->to_block, view->to_block) != 0 || g_strcmp0 (link->to_port, view->to_port) != 0)
        remove_link (self, view);
    }
  for (GList *l = views; l != NULL; l = l->next)
    {
      SxBlockView *view = l->data;

      if (sx_graph_find_block (self->graph, view->id) != view->block)
        remove_view (self, view);
    }
}

static void
add_link (SxCanvas *self, const SxLink *link)
{
  SxLinkView *view = g_new0 (SxLinkView, 1);

  view->id = g_strdup (link->id);
  view->from_block = g_strdup (link->from_block);
  view->from_port = g_strdup (link->from_port);
  view->to_block = g_strdup (link->to_block);
  view->to_port = g_strdup (link->to_port);
  g_hash_table_insert (self->links, view->id, view);
}

/* Selected and gone: tell, once. */
static void
prune_selection (SxCanvas *self)
{
  GHashTableIter iter;
  gpointer       id;
  gboolean       is_changed = FALSE;

  g_hash_table_iter_init (&iter, self->selection);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (sx_canvas_find_view (self, id) == NULL)
      {
        g_hash_table_iter_remove (&iter);
        is_changed = TRUE;
      }
  if (is_changed)
    sx_canvas_emit_selection_changed (self);
}

void
sx_canvas_sync_all (SxCanvas *self)
{
  GHashTableIter iter;
  gpointer       value;

  remove_gone (self);
  for (guint i = 0; i < sx_graph_get_n_blocks (self->graph); i++)
    {
      SxBlock     *block = sx_graph_get_block (self->graph, i);
      SxBlockView *view = sx_canvas_find_view (self, sx_block_get_id (block));

      if (view == NULL)
        {
          view = SX_BLOCK_VIEW (sx_block_view_new (self, block));
          g_hash_table_insert (self->views, view->id, view);
          gtk_widget_set_child_visible (GTK_WIDGET (view), FALSE);
          gtk_widget_set_parent (GTK_WIDGET (view), GTK_WIDGET (self->world));
        }
      else
        sx_block_view_refresh (view);
      place_view (self, view);
    }
  for (guint i = 0; i < sx_graph_get_n_links (self->graph); i++)
    {
      const SxLink *link = sx_graph_get_link (self->graph, i);

      if (g_hash_table_lookup (self->links, link->id) == NULL)
        add_link (self, link);
    }
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    place_link (self, value);
  prune_selection (self);
}

static gboolean
is_structural (const SxEdit *edit)
{
  switch (sx_edit_get_edit_type (edit))
    {
    case SX_EDIT_INSERT_BLOCK:
    case SX_EDIT_REMOVE_BLOCK:
    case SX_EDIT_INSERT_LINK:
    case SX_EDIT_REMOVE_LINK:
      return TRUE;
    case SX_EDIT_GROUP:
      for (guint i = 0; i < sx_edit_get_n_children (edit); i++)
        if (is_structural (sx_edit_get_child (edit, i)))
          return TRUE;
      return FALSE;
    case SX_EDIT_MOVE_BLOCK:
    case SX_EDIT_SET_PARAM:
    case SX_EDIT_SET_LABEL:
    case SX_EDIT_SET_FLAG:
    case SX_EDIT_INSERT_FRAME:
    case SX_EDIT_REMOVE_FRAME:
    case SX_EDIT_SET_FRAME:
    case SX_EDIT_SET_META:
    default:
      return FALSE;
    }
}

static void
sync_small (SxCanvas *self, const SxEdit *edit)
{
  SxEditType   type = sx_edit_get_edit_type (edit);
  SxBlockView *view;

  if (type == SX_EDIT_GROUP)
    {
      for (guint i = 0; i < sx_edit_get_n_children (edit); i++)
        sync_small (self, sx_edit_get_child (edit, i));
      return;
    }
  view = sx_canvas_find_view (self, sx_edit_get_target (edit));
  if (view == NULL)
    return;
  if (type != SX_EDIT_MOVE_BLOCK)
    sx_block_view_refresh (view);
  place_view (self, view);
  sx_canvas_place_links_of (self, view->id);
}

void
sx_canvas_sync_edit (SxCanvas *self, const SxEdit *edit)
{
  if (is_structural (edit))
    sx_canvas_sync_all (self);
  else
    sync_small (self, edit);
}

void
sx_canvas_clear_views (SxCanvas *self)
{
  g_autoptr (GList) views = g_hash_table_get_values (self->views);

  sx_spatial_index_clear (self->link_index);
  g_hash_table_remove_all (self->links);
  for (GList *l = views; l != NULL; l = l->next)
    remove_view (self, l->data);
  g_hash_table_remove_all (self->selection);
  g_clear_pointer (&self->selected_link, g_free);
  g_clear_pointer (&self->hovered_link, g_free);
  g_clear_pointer (&self->hovered_block, g_free);
}

void
sx_canvas_graph_changed (SxCanvas *self)
{
  gboolean is_empty = self->graph != NULL && sx_graph_get_n_blocks (self->graph) == 0;

  g_clear_pointer (&self->reading_order, g_ptr_array_unref);
  gtk_widget_set_visible (self->hint, is_empty);
  sx_canvas_world_recull (self->world);
  sx_canvas_update_adjustments (self);
  sx_canvas_world_update_label (self->world);
  sx_canvas_minimap_refresh (self->minimap);
  sx_canvas_update_actions (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
}
