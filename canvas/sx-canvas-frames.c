/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>

/* Frames and notes: drawn by the world from the graph, held by their title, edited in a popover. */

#define NOTE_WIDTH 240.0
#define NOTE_HEIGHT 128.0

const SxGraphFrame *
sx_canvas_find_frame (SxCanvas *self, const char *id)
{
  for (guint i = 0; self->graph != NULL && id != NULL && i < sx_graph_get_n_frames (self->graph); i++)
    if (g_strcmp0 (sx_graph_get_frame (self->graph, i)->id, id) == 0)
      return sx_graph_get_frame (self->graph, i);
  return NULL;
}

void
sx_canvas_get_frame_rect (SxCanvas *self, const SxGraphFrame *frame, graphene_rect_t *rect)
{
  graphene_rect_init (rect, (float)sx_canvas_mirror (self, frame->x, frame->width), (float)frame->y, (float)frame->width, (float)frame->height);
  if (g_strcmp0 (self->drag_frame, frame->id) == 0)
    graphene_rect_offset (rect, (float)self->frame_dx, (float)self->frame_dy);
}

/* The frame whose title, or for a note whose whole, is at @point (world); the topmost. */
const SxGraphFrame *
sx_canvas_hit_frame (SxCanvas *self, const graphene_point_t *point)
{
  for (guint i = sx_graph_get_n_frames (self->graph); i-- > 0;)
    {
      const SxGraphFrame *frame = sx_graph_get_frame (self->graph, i);
      graphene_rect_t     rect;

      sx_canvas_get_frame_rect (self, frame, &rect);
      if (frame->text == NULL)
        rect.size.height = MIN (rect.size.height, (float)self->style.title_height + 16.0f);
      if (graphene_rect_contains_point (&rect, point))
        return frame;
    }
  return NULL;
}

char *
sx_canvas_make_frame_id (SxCanvas *self)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *id = g_strdup_printf ("frame-%u", n);

      if (sx_canvas_find_frame (self, id) == NULL)
        return g_steal_pointer (&id);
    }
}

void
sx_canvas_add_note (SxCanvas *self)
{
  g_autofree char *id = sx_canvas_make_frame_id (self);
  SxGraphFrame     frame = { .id = id, .title = (char *)_ ("Note"), .text = (char *)"", .width = NOTE_WIDTH, .height = NOTE_HEIGHT };
  GPtrArray       *edits = sx_canvas_new_edits ();
  graphene_point_t point;

  sx_canvas_widget_to_world (self, self->pointer_x, self->pointer_y, &point);
  frame.x = sx_canvas_mirror (self, point.x, self->style.is_rtl ? NOTE_WIDTH : 0.0);
  frame.y = point.y;
  g_ptr_array_add (edits, sx_edit_new_insert_frame (&frame));
  if (sx_canvas_do (self, edits, NULL, 0))
    sx_canvas_edit_frame (self, id);
}

void
sx_canvas_select_frame (SxCanvas *self, const char *frame)
{
  g_autofree char *id = g_strdup (frame);

  sx_canvas_select (self, NULL);
  g_free (self->selected_frame);
  self->selected_frame = g_steal_pointer (&id);
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
  sx_canvas_update_actions (self);
}

/* ---- editing ---- */

static void
edit_closed_cb (GtkPopover *popover, SxCanvas *self)
{
  const SxGraphFrame *frame = sx_canvas_find_frame (self, g_object_get_data (G_OBJECT (popover), "sx-frame"));
  GtkTextBuffer      *buffer = gtk_text_view_get_buffer (g_object_get_data (G_OBJECT (popover), "sx-text"));
  GtkTextIter         start, end;
  g_autofree char    *text = NULL;
  SxGraphFrame        changed;
  GPtrArray          *edits;

  if (frame == NULL || self->history == NULL)
    return;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  changed = *frame;
  changed.title = (char *)gtk_editable_get_text (g_object_get_data (G_OBJECT (popover), "sx-title"));
  changed.text = frame->text == NULL && *text == '\0' ? NULL : text;
  if (g_strcmp0 (changed.title, frame->title) == 0 && g_strcmp0 (changed.text, frame->text) == 0)
    return;
  edits = sx_canvas_new_edits ();
  g_ptr_array_add (edits, sx_edit_new_set_frame (&changed));
  sx_canvas_do (self, edits, NULL, 0);
}

void
sx_canvas_edit_frame (SxCanvas *self, const char *id)
{
  const SxGraphFrame *frame = sx_canvas_find_frame (self, id);
  GtkWidget          *box, *title, *text, *scroller;
  graphene_rect_t     rect;
  graphene_point_t    point;

  if (frame == NULL)
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  title = gtk_entry_new ();
  text = gtk_text_view_new ();
  scroller = gtk_scrolled_window_new ();
  gtk_editable_set_text (GTK_EDITABLE (title), frame->title != NULL ? frame->title : "");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), frame->text != NULL ? frame->text : "", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (title), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Title"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text"), -1);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (text), GTK_WRAP_WORD_CHAR);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), text);
  gtk_widget_set_size_request (scroller, 260, 100);
  gtk_widget_add_css_class (scroller, "card");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), scroller);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->menu), box);
  g_object_set_data_full (G_OBJECT (self->menu), "sx-frame", g_strdup (id), g_free);
  g_object_set_data (G_OBJECT (self->menu), "sx-title", title);
  g_object_set_data (G_OBJECT (self->menu), "sx-text", text);
  g_signal_connect (self->menu, "closed", G_CALLBACK (edit_closed_cb), self);
  g_signal_connect_swapped (title, "activate", G_CALLBACK (gtk_popover_popdown), self->menu);
  sx_canvas_get_frame_rect (self, frame, &rect);
  sx_canvas_world_to_widget (self, rect.origin.x + rect.size.width / 2.0f, rect.origin.y + 24.0f, &point);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int)point.x, (int)point.y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
  gtk_widget_grab_focus (title);
}
