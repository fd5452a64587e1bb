/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-layout.h"
#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* What actions do to the graph: each one step of the history. */

#define COLUMN_GAP 80.0
#define ROW_GAP 32.0
#define FRAME_MARGIN 24.0
#define FRAME_TITLE 40.0

/* The @n-th free id for a link, for groups that make several. */
char *
sx_canvas_make_link_id (SxCanvas *self, guint n)
{
  g_autofree char *first = sx_graph_make_link_id (self->graph);
  guint64          number = g_ascii_strtoull (first + strcspn (first, "0123456789"), NULL, 10);

  for (guint found = 0;; number++)
    {
      g_autofree char *id = g_strdup_printf ("l%" G_GUINT64_FORMAT, number);

      if (sx_graph_find_link (self->graph, id) == NULL && found++ == n)
        return g_steal_pointer (&id);
    }
}

static double
get_new_height (SxCanvas *self, const SxBlockKind *kind)
{
  guint n[2] = { 0, 0 };

  for (const SxPortSpec *port = kind->ports; port != NULL && port->id != NULL; port++)
    n[port->direction]++;
  return self->style.header_height + MAX (n[0], n[1]) * self->style.row_height + 8.0;
}

void
sx_canvas_find_free_place (SxCanvas *self, double *x, double *y, double height)
{
  double width = self->style.width;

  *x = round (*x / SX_CANVAS_GRID) * SX_CANVAS_GRID;
  *y = round (*y / SX_CANVAS_GRID) * SX_CANVAS_GRID;
  for (guint attempt = 0; attempt < 1000; attempt++)
    {
      g_autoptr (GPtrArray) found = g_ptr_array_new ();
      graphene_rect_t rect = GRAPHENE_RECT_INIT ((float)sx_canvas_mirror (self, *x, width) - 8.0f, (float)*y - 8.0f, (float)width + 16.0f, (float)height + 16.0f);

      sx_spatial_index_query (self->block_index, &rect, found);
      if (found->len == 0)
        return;
      sx_block_view_get_rect (g_ptr_array_index (found, 0), &rect);
      *y = MAX (*y + SX_CANVAS_GRID, ceil ((rect.origin.y + rect.size.height + 16.0) / SX_CANVAS_GRID) * SX_CANVAS_GRID);
    }
}

static void
add_link_edit (SxCanvas *self, GPtrArray *edits, const SxBlockKind *kind, const char *id, const char *from_block, const char *from_port)
{
  SxBlock          *from = sx_graph_find_block (self->graph, from_block);
  const SxPortSpec *port = from != NULL ? sx_block_kind_find_port (sx_block_get_kind (from), from_port) : NULL;
  const SxPortSpec *partner = port != NULL ? sx_canvas_find_partner (kind, port->direction, port->type) : NULL;
  g_autofree char  *link = sx_graph_make_link_id (self->graph);

  if (partner == NULL)
    return;
  if (port->direction == SX_PORT_OUT)
    g_ptr_array_add (edits, sx_edit_new_insert_link (link, from_block, from_port, id, partner->id));
  else
    g_ptr_array_add (edits, sx_edit_new_insert_link (link, id, partner->id, from_block, from_port));
}

char *
sx_canvas_add_linked_block (SxCanvas *self, const char *kind_id, double x, double y, const char *from_block, const char *from_port)
{
  const SxBlockKind *kind = sx_block_kind_find (kind_id);
  GPtrArray         *edits;
  g_autofree char   *id = NULL;

  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  if (self->graph == NULL)
    return NULL;
  if (kind == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("There is no block “%s”"), kind_id);

      sx_canvas_say (self, text, FALSE);
      return NULL;
    }
  sx_canvas_find_free_place (self, &x, &y, get_new_height (self, kind));
  id = sx_graph_make_block_id (self->graph, kind);
  edits = sx_canvas_new_edits ();
  g_ptr_array_add (edits, sx_edit_new_insert_block (id, kind, x, y, NULL, NULL));
  if (from_block != NULL && from_port != NULL)
    add_link_edit (self, edits, kind, id, from_block, from_port);
  {
    g_autofree char *label = g_strdup_printf (_ ("Add %s"), _ (kind->title));

    if (!sx_canvas_do (self, edits, label, 0))
      return NULL;
  }
  sx_canvas_select_block (self, id);
  return g_steal_pointer (&id);
}

char *
sx_canvas_add_block (SxCanvas *self, const char *kind, double x, double y)
{
  return sx_canvas_add_linked_block (self, kind, x, y, NULL, NULL);
}

/* A block dropped on a link stands in it where its ports allow. FALSE: nothing was done. */
gboolean
sx_canvas_insert_into_link (SxCanvas *self, const SxBlockKind *kind, const char *link_id, double x, double y)
{
  const SxLink     *link = sx_graph_find_link (self->graph, link_id);
  SxLinkView       *view = g_hash_table_lookup (self->links, link_id);
  const SxPortSpec *in, *out;
  GPtrArray        *edits;
  g_autofree char  *id = NULL, *first = NULL, *second = NULL, *label = NULL;

  if (link == NULL || view == NULL)
    return FALSE;
  in = sx_canvas_find_partner (kind, SX_PORT_OUT, view->type);
  out = sx_canvas_find_partner (kind, SX_PORT_IN, view->type);
  if (in == NULL || out == NULL)
    return FALSE;
  sx_canvas_find_free_place (self, &x, &y, get_new_height (self, kind));
  id = sx_graph_make_block_id (self->graph, kind);
  first = sx_canvas_make_link_id (self, 0);
  second = sx_canvas_make_link_id (self, 1);
  edits = sx_canvas_new_edits ();
  g_ptr_array_add (edits, sx_edit_new_insert_block (id, kind, x, y, NULL, NULL));
  g_ptr_array_add (edits, sx_edit_new_insert_link (first, link->from_block, link->from_port, id, in->id));
  g_ptr_array_add (edits, sx_edit_new_insert_link (second, id, out->id, link->to_block, link->to_port));
  g_ptr_array_insert (edits, 0, sx_edit_new_remove_link (link_id));
  label = g_strdup_printf (_ ("Insert %s"), _ (kind->title));
  if (!sx_canvas_do (self, edits, label, 0))
    return FALSE;
  sx_canvas_select_block (self, id);
  return TRUE;
}

/* ---- deleting ---- */

/* Links that join what stood before a deleted block of one table input and one table output with what stood after it. */
static void
add_reconnections (SxCanvas *self, GPtrArray *edits, GStrv ids)
{
  guint made = 0;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) ins = sx_graph_list_links (self->graph, ids[i], SX_PORT_IN, NULL);
      g_autoptr (GPtrArray) outs = sx_graph_list_links (self->graph, ids[i], SX_PORT_OUT, NULL);
      const SxLink *in = ins->len == 1 ? g_ptr_array_index (ins, 0) : NULL;
      SxLinkView   *in_view = in != NULL ? g_hash_table_lookup (self->links, in->id) : NULL;

      if (in_view == NULL || sx_canvas_is_selected (self, in->from_block))
        continue;
      for (guint j = 0; j < outs->len; j++)
        {
          const SxLink    *out = g_ptr_array_index (outs, j);
          SxLinkView      *out_view = g_hash_table_lookup (self->links, out->id);
          g_autofree char *id = NULL;

          if (out_view == NULL || out_view->type != in_view->type || sx_canvas_is_selected (self, out->to_block))
            continue;
          id = sx_canvas_make_link_id (self, made++);
          g_ptr_array_add (edits, sx_edit_new_insert_link (id, in->from_block, in->from_port, out->to_block, out->to_port));
        }
    }
}

void
sx_canvas_delete_selection (SxCanvas *self, gboolean reconnects)
{
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  guint            n = g_strv_length (ids);
  GPtrArray       *edits;
  g_autofree char *text = NULL;

  if (self->history == NULL)
    return;
  edits = sx_canvas_new_edits ();
  if (n == 0 && self->selected_link != NULL)
    g_ptr_array_add (edits, sx_edit_new_remove_link (self->selected_link));
  if (n == 0 && sx_canvas_find_frame (self, self->selected_frame) != NULL)
    g_ptr_array_add (edits, sx_edit_new_remove_frame (self->selected_frame));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (edits, sx_edit_new_remove_block (ids[i]));
  if (reconnects)
    add_reconnections (self, edits, ids);
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u block deleted", "%u blocks deleted", n), n);
  if (sx_canvas_do (self, edits, _ ("Delete Blocks"), 0) && n > 0)
    sx_canvas_say (self, text, TRUE);
}

void
sx_canvas_duplicate_selection (SxCanvas *self, double dx, double dy)
{
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  GPtrArray       *edits;

  if (ids[0] == NULL)
    return;
  text = sx_canvas_blocks_to_text (self, ids);
  edits = sx_canvas_text_to_edits (self, text, dx, dy, FALSE, made, NULL);
  if (edits == NULL || !sx_canvas_do (self, edits, _ ("Duplicate Blocks"), 0))
    return;
  g_ptr_array_add (made, NULL);
  sx_canvas_select (self, (const char *const *)made->pdata);
}

/* All get the flag unless all have it. */
void
sx_canvas_toggle_flag (SxCanvas *self, const char *flag)
{
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  GPtrArray *edits = sx_canvas_new_edits ();
  gboolean   is_muting = g_str_equal (flag, "muted"), all = TRUE;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      SxBlock *block = sx_graph_find_block (self->graph, ids[i]);

      all = all && (is_muting ? sx_block_is_muted (block) : sx_block_is_collapsed (block));
    }
  for (guint i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (edits, sx_edit_new_set_flag (ids[i], flag, !all));
  sx_canvas_do (self, edits, is_muting ? _ ("Mute Blocks") : _ ("Collapse Blocks"), 0);
}

/* ---- frames ---- */

void
sx_canvas_frame_selection (SxCanvas *self)
{
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  graphene_rect_t  all, rect;
  GPtrArray       *edits;
  g_autofree char *id = NULL;
  SxGraphFrame     frame;

  if (ids[0] == NULL)
    return;
  sx_block_view_get_rect (sx_canvas_find_view (self, ids[0]), &all);
  for (guint i = 1; ids[i] != NULL; i++)
    {
      sx_block_view_get_rect (sx_canvas_find_view (self, ids[i]), &rect);
      graphene_rect_union (&all, &rect, &all);
    }
  id = sx_canvas_make_frame_id (self);
  frame = (SxGraphFrame){ .id = id, .title = (char *)_ ("Group"), .width = all.size.width + 2.0 * FRAME_MARGIN, .height = all.size.height + FRAME_MARGIN + FRAME_TITLE };
  frame.x = sx_canvas_mirror (self, all.origin.x, all.size.width) - FRAME_MARGIN;
  frame.y = all.origin.y - FRAME_TITLE;
  edits = sx_canvas_new_edits ();
  g_ptr_array_add (edits, sx_edit_new_insert_frame (&frame));
  sx_canvas_do (self, edits, NULL, 0);
}

/* ---- layout ---- */

/* The selection when it holds several, or all. */
void
sx_canvas_auto_layout (SxCanvas *self)
{
  g_autoptr (GPtrArray) views = g_ptr_array_new ();
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) nodes = g_array_new (FALSE, TRUE, sizeof (SxLayoutNode));
  g_autoptr (GArray) edges = g_array_new (FALSE, TRUE, sizeof (SxLayoutEdge));
  gboolean   only_selected = g_hash_table_size (self->selection) > 1 && g_hash_table_size (self->selection) < g_hash_table_size (self->views);
  GPtrArray *edits;

  if (self->graph == NULL)
    return;
  for (guint i = 0; i < sx_graph_get_n_blocks (self->graph); i++)
    {
      SxBlock        *block = sx_graph_get_block (self->graph, i);
      SxBlockView    *view = sx_canvas_find_view (self, sx_block_get_id (block));
      graphene_rect_t rect;
      SxLayoutNode    node;

      if (only_selected && !sx_block_view_is_selected (view))
        continue;
      sx_block_view_get_rect (view, &rect);
      node = (SxLayoutNode){ .width = rect.size.width, .height = rect.size.height, .y = rect.origin.y };
      sx_block_get_position (block, &node.x, &node.y);
      g_hash_table_insert (places, (gpointer)sx_block_get_id (block), GUINT_TO_POINTER (nodes->len));
      g_array_append_val (nodes, node);
      g_ptr_array_add (views, view);
    }
  for (guint i = 0; i < sx_graph_get_n_links (self->graph); i++)
    {
      const SxLink *link = sx_graph_get_link (self->graph, i);
      gpointer      from, to;

      if (g_hash_table_lookup_extended (places, link->from_block, NULL, &from) && g_hash_table_lookup_extended (places, link->to_block, NULL, &to))
        {
          SxLayoutEdge edge = { GPOINTER_TO_UINT (from), GPOINTER_TO_UINT (to) };

          g_array_append_val (edges, edge);
        }
    }
  if (nodes->len == 0)
    return;
  sx_canvas_layout ((gpointer)nodes->data, nodes->len, (gpointer)edges->data, edges->len, COLUMN_GAP, ROW_GAP);
  edits = sx_canvas_new_edits ();
  for (guint i = 0; i < nodes->len; i++)
    {
      const SxLayoutNode *node = &g_array_index (nodes, SxLayoutNode, i);

      g_ptr_array_add (edits, sx_edit_new_move_block (sx_block_view_get_id (g_ptr_array_index (views, i)), round (node->x), round (node->y)));
    }
  if (sx_canvas_do (self, edits, _ ("Tidy Up"), 0) && !only_selected)
    sx_canvas_zoom_fit (self);
}
