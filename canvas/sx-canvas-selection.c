/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

/* Blocks are selected as a set of ids; a link is selected only while no block is. */

static void
mark (SxCanvas *self, const char *block, gboolean selected)
{
  SxBlockView *view = sx_canvas_find_view (self, block);

  if (view != NULL)
    sx_block_view_set_selected (view, selected);
}

static void
clear_link (SxCanvas *self)
{
  SxLinkView *link = self->selected_link != NULL ? g_hash_table_lookup (self->links, self->selected_link) : NULL;

  if (link != NULL)
    {
      link->is_selected = FALSE;
      sx_link_view_invalidate (link);
    }
  g_clear_pointer (&self->selected_link, g_free);
  g_clear_pointer (&self->selected_frame, g_free);
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
}

gboolean
sx_canvas_is_selected (SxCanvas *self, const char *block)
{
  return g_hash_table_contains (self->selection, block);
}

void
sx_canvas_set_selected_set (SxCanvas *self, GHashTable *ids)
{
  GHashTableIter iter;
  gpointer       id;
  gboolean       is_changed = self->selected_link != NULL;

  clear_link (self);
  g_hash_table_iter_init (&iter, self->selection);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (ids, id))
      {
        mark (self, id, FALSE);
        g_hash_table_iter_remove (&iter);
        is_changed = TRUE;
      }
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (sx_canvas_find_view (self, id) != NULL && g_hash_table_add (self->selection, g_strdup (id)))
      {
        mark (self, id, TRUE);
        is_changed = TRUE;
      }
  if (!is_changed)
    return;
  sx_canvas_world_redraw_blocks (self->world);
  sx_canvas_emit_selection_changed (self);
}

void
sx_canvas_select (SxCanvas *self, const char *const *blocks)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  g_return_if_fail (SX_IS_CANVAS (self));
  for (guint i = 0; blocks != NULL && blocks[i] != NULL; i++)
    g_hash_table_add (ids, (gpointer)blocks[i]);
  sx_canvas_set_selected_set (self, ids);
}

void
sx_canvas_select_only (SxCanvas *self, const char *block)
{
  g_autofree char *copy = g_strdup (block); /* may be ours, and freed on the way */

  sx_canvas_select (self, (const char *const[]){ copy, NULL });
}

void
sx_canvas_toggle_selected (SxCanvas *self, const char *block)
{
  gboolean selected = !sx_canvas_is_selected (self, block);

  clear_link (self);
  mark (self, block, selected);
  if (selected)
    g_hash_table_add (self->selection, g_strdup (block));
  else
    g_hash_table_remove (self->selection, block);
  sx_canvas_emit_selection_changed (self);
}

void
sx_canvas_deselect (SxCanvas *self, const char *block)
{
  if (sx_canvas_is_selected (self, block))
    sx_canvas_toggle_selected (self, block);
}

void
sx_canvas_select_link (SxCanvas *self, const char *link)
{
  SxLinkView *view = g_hash_table_lookup (self->links, link);

  sx_canvas_select_only (self, NULL);
  if (view == NULL)
    return;
  self->selected_link = g_strdup (link);
  view->is_selected = TRUE;
  sx_link_view_invalidate (view);
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
  sx_canvas_emit_selection_changed (self);
}

void
sx_canvas_select_block (SxCanvas *self, const char *block)
{
  SxBlockView *view;

  g_return_if_fail (SX_IS_CANVAS (self));
  view = sx_canvas_find_view (self, block);
  if (view == NULL)
    return;
  sx_canvas_select_only (self, block);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (GTK_WIDGET (view));
  else
    sx_canvas_scroll_to_block (self, block);
}

GStrv
sx_canvas_get_selection (SxCanvas *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  for (guint i = 0; self->graph != NULL && i < sx_graph_get_n_blocks (self->graph); i++)
    {
      const char *id = sx_block_get_id (sx_graph_get_block (self->graph, i));

      if (sx_canvas_is_selected (self, id))
        g_strv_builder_add (builder, id);
    }
  return g_strv_builder_end (builder);
}

guint
sx_canvas_get_n_selected (SxCanvas *self)
{
  g_return_val_if_fail (SX_IS_CANVAS (self), 0);
  return g_hash_table_size (self->selection);
}

const char *
sx_canvas_get_selected_link (SxCanvas *self)
{
  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  return self->selected_link;
}

SxBlockView *
sx_canvas_get_focused_view (SxCanvas *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->world));

  return focus != NULL ? SX_BLOCK_VIEW (focus) : NULL;
}

/* All that the selection feeds (OUT) or needs (IN), it included. */
void
sx_canvas_select_stream (SxCanvas *self, SxPortDirection direction)
{
  g_auto (GStrv) start = sx_canvas_get_selection (self);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) queue = g_ptr_array_new ();

  for (guint i = 0; start[i] != NULL; i++)
    if (g_hash_table_add (ids, start[i]))
      g_ptr_array_add (queue, start[i]);
  for (guint i = 0; i < queue->len; i++)
    {
      g_autoptr (GPtrArray) links = sx_graph_list_links (self->graph, g_ptr_array_index (queue, i), direction, NULL);

      for (guint j = 0; j < links->len; j++)
        {
          const SxLink *link = g_ptr_array_index (links, j);
          char         *next = direction == SX_PORT_OUT ? link->to_block : link->from_block;

          if (g_hash_table_add (ids, next))
            g_ptr_array_add (queue, next);
        }
    }
  sx_canvas_set_selected_set (self, ids);
}

void
sx_canvas_rubber_update (SxCanvas *self, gboolean toggles, gboolean adds, gboolean removes)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       id;

  if ((toggles || adds || removes) && self->rubber_base != NULL)
    {
      g_hash_table_iter_init (&iter, self->rubber_base);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        g_hash_table_add (ids, id);
    }
  sx_spatial_index_query (self->block_index, &self->rubber, found);
  for (guint i = 0; i < found->len; i++)
    {
      gpointer block = (gpointer)sx_block_view_get_id (g_ptr_array_index (found, i));

      if (removes || (toggles && g_hash_table_contains (ids, block)))
        g_hash_table_remove (ids, block);
      else
        g_hash_table_add (ids, block);
    }
  sx_canvas_set_selected_set (self, ids);
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
}
