/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Copied blocks are a project of their own, as text: it can be pasted into a mail, and a project's text into the canvas. */

#define PASTE_OFFSET 32.0

char *
sx_canvas_blocks_to_text (SxCanvas *self, GStrv ids)
{
  g_autoptr (SxGraph) part = sx_graph_snapshot (self->graph);
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_add (kept, ids[i]);
  for (guint i = sx_graph_get_n_blocks (part); i-- > 0;)
    {
      const char *id = sx_block_get_id (sx_graph_get_block (part, i));

      if (!g_hash_table_contains (kept, id))
        {
          g_autoptr (SxEdit) edit = sx_edit_new_remove_block (id);
          g_autoptr (SxEdit) undo = sx_graph_apply (part, edit, NULL);
        }
    }
  for (guint i = sx_graph_get_n_frames (part); i-- > 0;)
    {
      g_autoptr (SxEdit) edit = sx_edit_new_remove_frame (sx_graph_get_frame (part, i)->id);
      g_autoptr (SxEdit) undo = sx_graph_apply (part, edit, NULL);
    }
  return sx_project_to_text (part, NULL);
}

/* Like the graph's own, but also new among @taken. */
static char *
make_block_id (SxCanvas *self, SxBlock *block, GHashTable *taken)
{
  g_autofree char *first = sx_graph_make_block_id (self->graph, sx_block_get_kind (block));
  char            *dash = strrchr (first, '-');
  guint            number = 1;

  if (!g_hash_table_contains (taken, first))
    return g_steal_pointer (&first);
  if (dash != NULL && g_ascii_isdigit (dash[1]))
    {
      number = (guint)g_ascii_strtoull (dash + 1, NULL, 10);
      *dash = '\0';
    }
  for (;;)
    {
      g_autofree char *id = g_strdup_printf ("%s-%u", first, ++number);

      if (!g_hash_table_contains (taken, id) && sx_graph_find_block (self->graph, id) == NULL)
        return g_steal_pointer (&id);
    }
}

GPtrArray *
sx_canvas_text_to_edits (SxCanvas *self, const char *text, double dx, double dy, gboolean keeps_inputs, GPtrArray *ids, GError **error)
{
  g_autoptr (SxGraph) part = sx_project_parse (text, -1, _ ("Clipboard"), error);
  g_autoptr (GHashTable) renamed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *edits;

  if (part == NULL)
    return NULL;
  edits = sx_canvas_new_edits ();
  for (guint i = 0; i < sx_graph_get_n_blocks (part); i++)
    {
      SxBlock *block = sx_graph_get_block (part, i);
      char    *id = make_block_id (self, block, taken);
      double   x, y;

      g_ptr_array_add (ids, id);
      g_hash_table_add (taken, id);
      g_hash_table_insert (renamed, (gpointer)sx_block_get_id (block), id);
      sx_block_get_position (block, &x, &y);
      g_ptr_array_add (edits, sx_edit_new_insert_block (id, sx_block_get_kind (block), x + dx, y + dy, sx_block_get_params (block), sx_block_get_label (block)));
      if (sx_block_is_muted (block))
        g_ptr_array_add (edits, sx_edit_new_set_flag (id, "muted", TRUE));
      if (sx_block_is_collapsed (block))
        g_ptr_array_add (edits, sx_edit_new_set_flag (id, "collapsed", TRUE));
    }
  for (guint i = 0; i < sx_graph_get_n_links (part); i++)
    {
      const SxLink    *link = sx_graph_get_link (part, i);
      g_autofree char *id = sx_canvas_make_link_id (self, i);

      g_ptr_array_add (edits, sx_edit_new_insert_link (id, g_hash_table_lookup (renamed, link->from_block), link->from_port,
                                                       g_hash_table_lookup (renamed, link->to_block), link->to_port));
    }
  return edits;
}

char *
sx_canvas_copy_text (SxCanvas *self)
{
  g_auto (GStrv) ids = NULL;

  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  ids = sx_canvas_get_selection (self);
  return sx_canvas_blocks_to_text (self, ids);
}

/* Where the pasted blocks stood, unless that is out of view: then the middle of the view. */
static void
choose_offset (SxCanvas *self, SxGraph *part, double *dx, double *dy)
{
  double          left = G_MAXDOUBLE, top = G_MAXDOUBLE, x, y;
  graphene_rect_t view;

  for (guint i = 0; i < sx_graph_get_n_blocks (part); i++)
    {
      sx_block_get_position (sx_graph_get_block (part, i), &x, &y);
      left = MIN (left, x);
      top = MIN (top, y);
    }
  sx_canvas_get_view_rect (self, &view);
  *dx = *dy = PASTE_OFFSET;
  if (view.size.width > 1.0f && !graphene_rect_contains_point (&view, &GRAPHENE_POINT_INIT ((float)(sx_canvas_mirror (self, left, 0.0)), (float)top)))
    {
      sx_canvas_get_center (self, &x, &y);
      *dx = x - left - self->style.width / 2.0;
      *dy = y - top - 60.0;
    }
  /* Pasting twice must not hide the first copy. */
  for (guint attempt = 0; attempt < 200; attempt++)
    {
      g_autoptr (GPtrArray) found = g_ptr_array_new ();
      double place = sx_canvas_mirror (self, left + *dx, self->style.width);

      sx_spatial_index_query (self->block_index, &GRAPHENE_RECT_INIT ((float)place - 1.0f, (float)(top + *dy) - 1.0f, 2, 2), found);
      if (found->len == 0)
        break;
      *dx += PASTE_OFFSET;
      *dy += PASTE_OFFSET;
    }
}

gboolean
sx_canvas_paste_text (SxCanvas *self, const char *text, GError **error)
{
  g_autoptr (SxGraph) part = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SxEdit) group = NULL;
  GPtrArray *edits;
  double     dx, dy;

  g_return_val_if_fail (SX_IS_CANVAS (self) && self->history != NULL, FALSE);
  part = sx_project_parse (text, -1, _ ("Clipboard"), error);
  if (part == NULL)
    return FALSE;
  if (sx_graph_get_n_blocks (part) == 0)
    {
      g_set_error_literal (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("There are no blocks on the clipboard. Copy some first."));
      return FALSE;
    }
  choose_offset (self, part, &dx, &dy);
  edits = sx_canvas_text_to_edits (self, text, dx, dy, FALSE, ids, error);
  if (edits == NULL)
    return FALSE;
  group = sx_edit_new_group (edits, _ ("Paste Blocks"));
  if (!sx_history_do (self->history, group, 0, error))
    return FALSE;
  g_ptr_array_add (ids, NULL);
  sx_canvas_select (self, (const char *const *)ids->pdata);
  return TRUE;
}

/* ---- the clipboard ---- */

void
sx_canvas_copy (SxCanvas *self)
{
  g_autofree char *text = NULL;

  if (self->graph == NULL || g_hash_table_size (self->selection) == 0)
    return;
  text = sx_canvas_copy_text (self);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

void
sx_canvas_cut (SxCanvas *self)
{
  if (self->graph == NULL || g_hash_table_size (self->selection) == 0)
    return;
  sx_canvas_copy (self);
  sx_canvas_delete_selection (self, FALSE);
}

static void
text_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SxCanvas) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);

  if (self->history == NULL)
    return;
  if (text == NULL)
    sx_canvas_say (self, _ ("There are no blocks on the clipboard. Copy some first."), FALSE);
  else if (!sx_canvas_paste_text (self, text, &error))
    sx_canvas_say (self, error->message, FALSE);
}

void
sx_canvas_paste (SxCanvas *self)
{
  if (self->history != NULL)
    gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, text_read_cb, g_object_ref (self));
}

/* ---- dropping ---- */

static gboolean
drop_kind (SxCanvas *self, const char *id, double x, double y)
{
  const SxBlockKind *kind = sx_block_kind_find (id);
  graphene_point_t   point;
  SxHit              hit;
  double             left, top;
  g_autofree char   *block = NULL;

  if (kind == NULL)
    return FALSE;
  sx_canvas_widget_to_world (self, x, y, &point);
  /* The pointer holds the block by its header. */
  left = sx_canvas_mirror (self, point.x - self->style.width / 2.0, self->style.width);
  top = point.y - self->style.header_height / 2.0;
  sx_canvas_hit_test (self, x, y, &hit);
  if (hit.type == SX_HIT_LINK && sx_canvas_insert_into_link (self, kind, hit.link->id, left, top))
    return TRUE;
  block = sx_canvas_add_block (self, id, left, top);
  return block != NULL;
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, SxCanvas *self)
{
  const char *text;
  g_autoptr (GError) error = NULL;

  if (self->history == NULL)
    return FALSE;
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      graphene_point_t point;

      sx_canvas_widget_to_world (self, x, y, &point);
      sx_canvas_emit_files_dropped (self, g_value_get_boxed (value), sx_canvas_mirror (self, point.x, 0.0), point.y);
      return TRUE;
    }
  text = g_value_get_string (value);
  if (text != NULL && g_str_has_prefix (text, SX_CANVAS_DRAG_PREFIX))
    return drop_kind (self, text + strlen (SX_CANVAS_DRAG_PREFIX), x, y);
  if (text == NULL || sx_canvas_paste_text (self, text, &error))
    return text != NULL;
  sx_canvas_say (self, error->message, FALSE);
  return FALSE;
}

void
sx_canvas_init_drop (SxCanvas *self)
{
  GType          types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
