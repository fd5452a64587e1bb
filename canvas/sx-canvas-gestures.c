/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The pointer. A press decides by what is under it: a port starts a link, a block moves, the background spans a rubber band;
 * with Space or the middle button everything pans. Nothing is changed before the pointer has moved a few pixels. */

#define DRAG_THRESHOLD 4.0

static GdkModifierType
get_modifiers (GtkGesture *gesture)
{
  return gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
}

static void
update_cursor (SxCanvas *self, const SxHit *hit)
{
  const char *name = NULL;

  if (self->drag == SX_DRAG_PAN)
    name = "grabbing";
  else if (self->is_space_held)
    name = "grab";
  else if (self->drag == SX_DRAG_LINK || (hit != NULL && hit->type == SX_HIT_PORT))
    name = "crosshair";
  else if (hit != NULL && hit->type == SX_HIT_LINK)
    name = "pointer";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static void
set_hovered_link (SxCanvas *self, SxLinkView *link)
{
  SxLinkView *old = self->hovered_link != NULL ? g_hash_table_lookup (self->links, self->hovered_link) : NULL;

  if (old == link)
    return;
  if (old != NULL)
    {
      old->is_hovered = FALSE;
      sx_link_view_invalidate (old);
    }
  g_free (self->hovered_link);
  self->hovered_link = link != NULL ? g_strdup (link->id) : NULL;
  if (link != NULL)
    {
      link->is_hovered = TRUE;
      sx_link_view_invalidate (link);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
}

static void
set_hovered_block (SxCanvas *self, SxBlockView *view, int port)
{
  SxBlockView *old = sx_canvas_find_view (self, self->hovered_block);

  if (old != NULL && old != view)
    sx_block_view_set_hovered (old, FALSE, -1);
  if (view != NULL)
    sx_block_view_set_hovered (view, TRUE, port);
  if (old != view)
    {
      g_free (self->hovered_block);
      self->hovered_block = view != NULL ? g_strdup (sx_block_view_get_id (view)) : NULL;
    }
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, SxCanvas *self)
{
  SxHit hit;

  self->pointer_x = x;
  self->pointer_y = y;
  if (self->graph == NULL)
    return;
  if (self->draft.is_active)
    sx_canvas_draft_update (self, x, y);
  if (self->drag != SX_DRAG_NONE)
    return;
  sx_canvas_hit_test (self, x, y, &hit);
  set_hovered_link (self, hit.type == SX_HIT_LINK ? hit.link : NULL);
  set_hovered_block (self, hit.view, hit.port);
  update_cursor (self, &hit);
}

static void
leave_cb (GtkEventControllerMotion *controller, SxCanvas *self)
{
  if (self->drag != SX_DRAG_NONE)
    return;
  set_hovered_link (self, NULL);
  set_hovered_block (self, NULL, -1);
}

/* ---- primary button ---- */

/* An input that is linked gives up its link, which then hangs at the pointer by its other end. */
static void
begin_link (SxCanvas *self, const SxHit *hit)
{
  const SxPortSpec *port = sx_block_view_get_port (hit->view, (guint)hit->port);
  const char       *block = sx_block_view_get_id (hit->view);
  g_autoptr (GPtrArray) links = sx_graph_list_links (self->graph, block, port->direction, port->id);

  if (port->direction == SX_PORT_IN && links->len == 1 && (port->flags & SX_PORT_MANY) == 0)
    {
      const SxLink *link = g_ptr_array_index (links, 0);

      sx_canvas_draft_begin (self, link->from_block, link->from_port, link->id, FALSE);
    }
  else
    sx_canvas_draft_begin (self, block, port->id, NULL, FALSE);
}

static void
press_block (SxCanvas *self, const SxHit *hit, GdkModifierType modifiers)
{
  const char *id = sx_block_view_get_id (hit->view);

  if (!sx_canvas_is_selected (self, id))
    {
      if ((modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0)
        sx_canvas_toggle_selected (self, id);
      else
        sx_canvas_select_only (self, id);
      /* So that release does not toggle it back. */
      self->drag_hit.port = -2;
    }
  gtk_root_set_focus (gtk_widget_get_root (GTK_WIDGET (self)), GTK_WIDGET (hit->view));
}

static void
begin_rubber (SxCanvas *self, GdkModifierType modifiers)
{
  GHashTableIter iter;
  gpointer       id;

  g_clear_pointer (&self->rubber_base, g_hash_table_unref);
  self->rubber_base = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, self->selection);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_add (self->rubber_base, g_strdup (id));
  if ((modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK)) == 0)
    sx_canvas_select_only (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, SxCanvas *self)
{
  GdkModifierType modifiers = get_modifiers (GTK_GESTURE (gesture));

  self->nudge_gesture = 0;
  self->pointer_x = self->drag_x = x;
  self->pointer_y = self->drag_y = y;
  self->has_dragged = FALSE;
  self->drag = SX_DRAG_NONE;
  g_clear_pointer (&self->drag_frame, g_free);
  if (self->graph == NULL)
    return;
  sx_canvas_stop_animation (self);
  if (self->draft.is_active)
    {
      /* The second of two clicks. */
      sx_canvas_draft_update (self, x, y);
      sx_canvas_draft_end (self, FALSE);
      return;
    }
  sx_canvas_hit_test (self, x, y, &self->drag_hit);
  self->drag_pan_x = self->pan_x;
  self->drag_pan_y = self->pan_y;
  if (self->is_space_held)
    self->drag = SX_DRAG_PAN;
  else if (self->drag_hit.type == SX_HIT_PORT)
    {
      self->drag = SX_DRAG_LINK;
      gtk_root_set_focus (gtk_widget_get_root (GTK_WIDGET (self)), GTK_WIDGET (self->drag_hit.view));
    }
  else if (self->drag_hit.type == SX_HIT_BLOCK)
    {
      self->drag = SX_DRAG_MOVE;
      self->drag_copies = (modifiers & GDK_CONTROL_MASK) != 0;
      press_block (self, &self->drag_hit, modifiers);
    }
  else if (self->drag_hit.type == SX_HIT_LINK)
    {
      sx_canvas_select_link (self, self->drag_hit.link->id);
      gtk_widget_grab_focus (GTK_WIDGET (self));
    }
  else if (self->drag_hit.type == SX_HIT_FRAME)
    {
      self->drag = SX_DRAG_MOVE;
      self->drag_copies = FALSE;
      self->drag_hit.port = -2;
      self->drag_frame = g_strdup (self->drag_hit.frame->id);
      sx_canvas_select_frame (self, self->drag_frame);
      gtk_widget_grab_focus (GTK_WIDGET (self));
    }
  else
    {
      self->drag = SX_DRAG_RUBBER;
      begin_rubber (self, modifiers);
    }
  update_cursor (self, &self->drag_hit);
}

static void
update_rubber (SxCanvas *self, double dx, double dy, GdkModifierType modifiers)
{
  graphene_point_t a, b;

  sx_canvas_widget_to_world (self, self->drag_x, self->drag_y, &a);
  sx_canvas_widget_to_world (self, self->drag_x + dx, self->drag_y + dy, &b);
  graphene_rect_init (&self->rubber, a.x, a.y, b.x - a.x, b.y - a.y);
  graphene_rect_normalize (&self->rubber);
  sx_canvas_rubber_update (self, (modifiers & GDK_CONTROL_MASK) != 0, (modifiers & GDK_SHIFT_MASK) != 0, (modifiers & GDK_ALT_MASK) != 0);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, SxCanvas *self)
{
  GdkModifierType modifiers = get_modifiers (GTK_GESTURE (gesture));

  if (self->drag == SX_DRAG_NONE)
    return;
  self->pointer_x = self->drag_x + dx;
  self->pointer_y = self->drag_y + dy;
  if (!self->has_dragged)
    {
      if (hypot (dx, dy) < DRAG_THRESHOLD)
        return;
      self->has_dragged = TRUE;
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      if (self->drag == SX_DRAG_MOVE)
        sx_canvas_move_begin (self);
      else if (self->drag == SX_DRAG_LINK)
        begin_link (self, &self->drag_hit);
    }
  switch (self->drag)
    {
    case SX_DRAG_PAN:
      sx_canvas_pan_to (self, self->drag_pan_x - dx, self->drag_pan_y - dy);
      break;
    case SX_DRAG_MOVE:
      sx_canvas_move_update (self, dx / self->zoom, dy / self->zoom, (modifiers & GDK_SHIFT_MASK) == 0);
      break;
    case SX_DRAG_RUBBER:
      update_rubber (self, dx, dy, modifiers);
      break;
    case SX_DRAG_LINK:
      sx_canvas_draft_update (self, self->pointer_x, self->pointer_y);
      break;
    case SX_DRAG_NONE:
    default:
      break;
    }
}

/* A click without a drag. */
static void
finish_click (SxCanvas *self, SxCanvasDrag drag, GdkModifierType modifiers)
{
  if (drag == SX_DRAG_LINK)
    {
      const SxPortSpec *port = sx_block_view_get_port (self->drag_hit.view, (guint)self->drag_hit.port);

      sx_canvas_draft_begin (self, sx_block_view_get_id (self->drag_hit.view), port->id, NULL, TRUE);
    }
  else if (drag == SX_DRAG_MOVE && self->drag_hit.port != -2)
    {
      if ((modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0)
        sx_canvas_toggle_selected (self, sx_block_view_get_id (self->drag_hit.view));
      else
        sx_canvas_select_only (self, sx_block_view_get_id (self->drag_hit.view));
    }
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, SxCanvas *self)
{
  SxCanvasDrag drag = self->drag;

  self->drag = SX_DRAG_NONE;
  if (!self->has_dragged)
    finish_click (self, drag, get_modifiers (GTK_GESTURE (gesture)));
  else if (drag == SX_DRAG_MOVE)
    sx_canvas_move_end (self, FALSE);
  else if (drag == SX_DRAG_LINK)
    sx_canvas_draft_end (self, FALSE);
  g_clear_pointer (&self->rubber_base, g_hash_table_unref);
  g_clear_pointer (&self->drag_frame, g_free);
  self->has_dragged = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
  update_cursor (self, NULL);
}

void
sx_canvas_cancel_gesture (SxCanvas *self)
{
  SxCanvasDrag drag = self->drag;

  self->drag = SX_DRAG_NONE;
  if (drag == SX_DRAG_MOVE && self->has_dragged)
    sx_canvas_move_end (self, TRUE);
  g_clear_pointer (&self->drag_frame, g_free);
  if (drag == SX_DRAG_RUBBER && self->rubber_base != NULL)
    sx_canvas_set_selected_set (self, self->rubber_base);
  g_clear_pointer (&self->rubber_base, g_hash_table_unref);
  sx_canvas_draft_end (self, TRUE);
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
  update_cursor (self, NULL);
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, SxCanvas *self)
{
  sx_canvas_cancel_gesture (self);
}

static void
click_cb (GtkGestureClick *gesture, int n_press, double x, double y, SxCanvas *self)
{
  SxHit            hit;
  graphene_point_t point;

  if (n_press != 2 || self->graph == NULL)
    return;
  sx_canvas_hit_test (self, x, y, &hit);
  if (hit.type == SX_HIT_BLOCK)
    sx_canvas_emit_activated (self, sx_block_view_get_id (hit.view));
  else if (hit.type == SX_HIT_FRAME)
    {
      g_autofree char *id = g_strdup (hit.frame->id);

      sx_canvas_cancel_gesture (self);
      sx_canvas_edit_frame (self, id);
    }
  else if (hit.type == SX_HIT_NOTHING)
    {
      sx_canvas_cancel_gesture (self);
      sx_canvas_widget_to_world (self, x, y, &point);
      sx_canvas_request_add (self, sx_canvas_mirror (self, point.x, 0.0), point.y, NULL, NULL);
    }
}

/* ---- middle and secondary button ---- */

static void
pan_begin_cb (GtkGestureDrag *gesture, double x, double y, SxCanvas *self)
{
  sx_canvas_stop_animation (self);
  self->drag_pan_x = self->pan_x;
  self->drag_pan_y = self->pan_y;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
}

static void
pan_update_cb (GtkGestureDrag *gesture, double dx, double dy, SxCanvas *self)
{
  sx_canvas_pan_to (self, self->drag_pan_x - dx, self->drag_pan_y - dy);
}

static void
pan_end_cb (GtkGestureDrag *gesture, double dx, double dy, SxCanvas *self)
{
  update_cursor (self, NULL);
}

static GMenu *
make_menu (SxCanvas *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) edit = g_menu_new ();
  g_autoptr (GMenu) view = g_menu_new ();

  if (g_hash_table_size (self->selection) > 0)
    {
      g_autoptr (GMenu) block = g_menu_new ();

      g_menu_append (block, _ ("_Link To…"), "canvas.link");
      g_menu_append (block, _ ("_Mute"), "canvas.mute");
      g_menu_append (block, _ ("C_ollapse"), "canvas.collapse");
      g_menu_append (block, _ ("_Group in Frame"), "canvas.frame");
      g_menu_append_section (menu, NULL, G_MENU_MODEL (block));
      g_menu_append (edit, _ ("Cu_t"), "canvas.cut");
      g_menu_append (edit, _ ("_Copy"), "canvas.copy");
      g_menu_append (edit, _ ("D_uplicate"), "canvas.duplicate");
    }
  else
    {
      g_menu_append (edit, _ ("_Add Block…"), "canvas.add-block");
      g_menu_append (edit, _ ("Add _Note"), "canvas.add-note");
    }
  g_menu_append (edit, _ ("_Paste"), "canvas.paste");
  if (g_hash_table_size (self->selection) > 0 || self->selected_link != NULL || self->selected_frame != NULL)
    g_menu_append (edit, _ ("_Delete"), "canvas.delete");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (edit));
  g_menu_append (view, _ ("_Fit in View"), "canvas.zoom-fit");
  g_menu_append (view, _ ("Ti_dy Up"), "canvas.auto-layout");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  return menu;
}

void
sx_canvas_show_menu (SxCanvas *self, double x, double y)
{
  g_autoptr (GMenu) model = NULL;

  if (self->graph == NULL)
    return;
  model = make_menu (self);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (model));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int)x, (int)y, 1, 1 });
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_cb (GtkGestureClick *gesture, int n_press, double x, double y, SxCanvas *self)
{
  SxHit hit;

  self->pointer_x = x;
  self->pointer_y = y;
  sx_canvas_hit_test (self, x, y, &hit);
  if (hit.view != NULL && !sx_block_view_is_selected (hit.view))
    sx_canvas_select_only (self, sx_block_view_get_id (hit.view));
  else if (hit.type == SX_HIT_LINK)
    sx_canvas_select_link (self, hit.link->id);
  else if (hit.type == SX_HIT_FRAME)
    sx_canvas_select_frame (self, hit.frame->id);
  else if (hit.type == SX_HIT_NOTHING)
    sx_canvas_select_only (self, NULL);
  sx_canvas_show_menu (self, x, y);
}

/* ---- wheel and pinch ---- */

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, SxCanvas *self)
{
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  gboolean        is_wheel = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL;
  gboolean        zooms = ((modifiers & GDK_CONTROL_MASK) != 0) != (self->scroll_zooms && is_wheel);
  double          step = is_wheel ? 60.0 : 1.0;

  if (zooms)
    {
      /* Scroll events carry no place in this version of GTK: the pointer's last one serves. */
      sx_canvas_zoom_at (self, self->zoom * pow (1.15, -dy * (is_wheel ? 1.0 : 1.0 / 30.0)), self->pointer_x, self->pointer_y);
      return GDK_EVENT_STOP;
    }
  if (gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW) != NULL && (modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    return GDK_EVENT_PROPAGATE;
  sx_canvas_stop_animation (self);
  if ((modifiers & GDK_SHIFT_MASK) != 0 && dx == 0.0)
    sx_canvas_pan_to (self, self->pan_x + dy * step, self->pan_y);
  else
    sx_canvas_pan_to (self, self->pan_x + dx * step, self->pan_y + dy * step);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, SxCanvas *self)
{
  self->pinch_zoom = self->zoom;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, SxCanvas *self)
{
  double x = self->pointer_x, y = self->pointer_y;

  gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y);
  sx_canvas_zoom_at (self, self->pinch_zoom * scale, x, y);
}

static void
init_buttons (SxCanvas *self)
{
  GtkWidget  *widget = GTK_WIDGET (self);
  GtkGesture *menu = gtk_gesture_click_new ();

  self->drag_gesture = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (self->drag_gesture), GDK_BUTTON_PRIMARY);
  g_signal_connect (self->drag_gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (self->drag_gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (self->drag_gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (self->drag_gesture, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (self->drag_gesture));

  self->click_gesture = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (self->click_gesture), GDK_BUTTON_PRIMARY);
  g_signal_connect (self->click_gesture, "pressed", G_CALLBACK (click_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (self->click_gesture));
  gtk_gesture_group (self->drag_gesture, self->click_gesture);

  self->pan_gesture = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (self->pan_gesture), GDK_BUTTON_MIDDLE);
  g_signal_connect (self->pan_gesture, "drag-begin", G_CALLBACK (pan_begin_cb), self);
  g_signal_connect (self->pan_gesture, "drag-update", G_CALLBACK (pan_update_cb), self);
  g_signal_connect (self->pan_gesture, "drag-end", G_CALLBACK (pan_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (self->pan_gesture));

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect (menu, "pressed", G_CALLBACK (menu_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (menu));
}

void
sx_canvas_init_gestures (SxCanvas *self)
{
  GtkWidget          *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture         *pinch = gtk_gesture_zoom_new ();

  init_buttons (self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
}
