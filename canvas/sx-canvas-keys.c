/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>
#include <string.h>

/* Actions, the keys bound to them, and walking among blocks. Single letters are commands while something is selected and open
 * the palette while nothing is. */

typedef struct
{
  const char     *name;
  guint           key;
  GdkModifierType modifiers;
  guint           second_key; /* 0: none */
} Action;

static const Action actions[] = {
  { "undo", GDK_KEY_z, GDK_CONTROL_MASK, 0 },
  { "redo", GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
  { "cut", GDK_KEY_x, GDK_CONTROL_MASK, 0 },
  { "copy", GDK_KEY_c, GDK_CONTROL_MASK, 0 },
  { "paste", GDK_KEY_v, GDK_CONTROL_MASK, 0 },
  { "delete", GDK_KEY_Delete, 0, GDK_KEY_BackSpace },
  { "delete-reconnect", GDK_KEY_Delete, GDK_CONTROL_MASK, GDK_KEY_BackSpace },
  { "duplicate", GDK_KEY_d, GDK_CONTROL_MASK, 0 },
  { "select-all", GDK_KEY_a, GDK_CONTROL_MASK, 0 },
  { "select-none", GDK_KEY_a, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
  { "select-downstream", GDK_KEY_Right, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
  { "select-upstream", GDK_KEY_Left, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
  { "zoom-in", GDK_KEY_plus, GDK_CONTROL_MASK, GDK_KEY_equal },
  { "zoom-out", GDK_KEY_minus, GDK_CONTROL_MASK, GDK_KEY_KP_Subtract },
  { "zoom-normal", GDK_KEY_0, GDK_CONTROL_MASK, GDK_KEY_KP_0 },
  { "zoom-fit", GDK_KEY_Home, 0, 0 },
  { "zoom-selection", GDK_KEY_Home, GDK_SHIFT_MASK, 0 },
  { "add-block", GDK_KEY_A, GDK_SHIFT_MASK, 0 },
  { "link", GDK_KEY_l, GDK_CONTROL_MASK, 0 },
  { "link-selection", GDK_KEY_j, GDK_CONTROL_MASK, 0 },
  { "mute", GDK_KEY_m, GDK_CONTROL_MASK, 0 },
  { "collapse", GDK_KEY_h, GDK_CONTROL_MASK, 0 },
  { "frame", GDK_KEY_g, GDK_CONTROL_MASK, 0 },
  { "add-note", GDK_KEY_n, GDK_CONTROL_MASK | GDK_ALT_MASK, 0 },
  { "auto-layout", GDK_KEY_l, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
  { "minimap", GDK_KEY_m, GDK_CONTROL_MASK | GDK_SHIFT_MASK, 0 },
};

static void
select_all (SxCanvas *self)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       id;

  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_add (ids, id);
  sx_canvas_set_selected_set (self, ids);
}

static void
add_here (SxCanvas *self)
{
  double x, y;

  sx_canvas_get_center (self, &x, &y);
  sx_canvas_request_add (self, x - self->style.width / 2.0, y - self->style.header_height, NULL, NULL);
}

/* Keyboard linking: from the first output of the block in focus, or from its first input when it has none. */
static void
link_from_focus (SxCanvas *self)
{
  SxBlockView *view = sx_canvas_get_focused_view (self);
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  int port = -1;

  if (view == NULL)
    view = sx_canvas_find_view (self, ids[0]);
  if (view == NULL)
    return;
  for (guint i = sx_block_view_get_n_ports (view); i-- > 0;)
    if (port < 0 || sx_block_view_get_port (view, i)->direction == SX_PORT_OUT)
      port = (int)i;
  if (port < 0)
    return;
  if (self->palette == NULL)
    self->palette = SX_CANVAS_PALETTE (sx_canvas_palette_new (self));
  sx_canvas_palette_show_targets (self->palette, sx_block_view_get_id (view), sx_block_view_get_port (view, (guint)port)->id);
}

static gboolean
run_edit_action (SxCanvas *self, const char *name)
{
  if (g_str_equal (name, "undo"))
    sx_history_undo (self->history);
  else if (g_str_equal (name, "redo"))
    sx_history_redo (self->history);
  else if (g_str_equal (name, "cut"))
    sx_canvas_cut (self);
  else if (g_str_equal (name, "copy"))
    sx_canvas_copy (self);
  else if (g_str_equal (name, "paste"))
    sx_canvas_paste (self);
  else if (g_str_equal (name, "delete"))
    sx_canvas_delete_selection (self, FALSE);
  else if (g_str_equal (name, "delete-reconnect"))
    sx_canvas_delete_selection (self, TRUE);
  else if (g_str_equal (name, "duplicate"))
    sx_canvas_duplicate_selection (self, 32.0, 32.0);
  else if (g_str_equal (name, "add-block"))
    add_here (self);
  else if (g_str_equal (name, "link"))
    link_from_focus (self);
  else if (g_str_equal (name, "link-selection"))
    sx_canvas_link_selection (self);
  else if (g_str_equal (name, "mute"))
    sx_canvas_toggle_flag (self, "muted");
  else if (g_str_equal (name, "collapse"))
    sx_canvas_toggle_flag (self, "collapsed");
  else if (g_str_equal (name, "add-note"))
    sx_canvas_add_note (self);
  else if (g_str_equal (name, "frame"))
    sx_canvas_frame_selection (self);
  else if (g_str_equal (name, "auto-layout"))
    sx_canvas_auto_layout (self);
  else
    return FALSE;
  return TRUE;
}

static void
run_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SxCanvas   *self = SX_CANVAS (widget);
  const char *name = strchr (action, '.') + 1;

  /* Keys that the open palette did not want are not ours either. */
  if (self->history == NULL || (self->palette != NULL && gtk_widget_get_visible (GTK_WIDGET (self->palette))))
    return;
  self->nudge_gesture = 0;
  if (self->drag != SX_DRAG_NONE || self->draft.is_active)
    sx_canvas_cancel_gesture (self);
  if (run_edit_action (self, name))
    return;
  if (g_str_equal (name, "select-all"))
    select_all (self);
  else if (g_str_equal (name, "select-none"))
    sx_canvas_select (self, NULL);
  else if (g_str_equal (name, "select-downstream"))
    sx_canvas_select_stream (self, SX_PORT_OUT);
  else if (g_str_equal (name, "select-upstream"))
    sx_canvas_select_stream (self, SX_PORT_IN);
  else if (g_str_equal (name, "zoom-in"))
    sx_canvas_zoom_in (self);
  else if (g_str_equal (name, "zoom-out"))
    sx_canvas_zoom_out (self);
  else if (g_str_equal (name, "zoom-normal"))
    sx_canvas_set_zoom (self, 1.0);
  else if (g_str_equal (name, "zoom-fit"))
    sx_canvas_zoom_fit (self);
  else if (g_str_equal (name, "zoom-selection"))
    sx_canvas_zoom_selection (self);
  else if (g_str_equal (name, "minimap"))
    {
      gtk_widget_set_visible (GTK_WIDGET (self->minimap), !gtk_widget_get_visible (GTK_WIDGET (self->minimap)));
      g_object_notify (G_OBJECT (self), "show-minimap");
    }
  else
    g_assert_not_reached ();
}

void
sx_canvas_install_actions (GtkWidgetClass *class)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *name = g_strconcat ("canvas.", actions[i].name, NULL);

      gtk_widget_class_install_action (class, g_intern_string (name), NULL, run_action);
      gtk_widget_class_add_binding_action (class, actions[i].key, actions[i].modifiers, name, NULL);
      if (actions[i].second_key != 0)
        gtk_widget_class_add_binding_action (class, actions[i].second_key, actions[i].modifiers, name, NULL);
    }
  gtk_widget_class_add_binding_action (class, GDK_KEY_1, GDK_CONTROL_MASK, "canvas.zoom-fit", NULL);
}

void
sx_canvas_update_actions (SxCanvas *self)
{
  static const char *const need_blocks[] = { "cut", "copy", "delete-reconnect", "duplicate", "select-downstream", "select-upstream", "link", "mute", "collapse", "frame" };
  GtkWidget               *widget = GTK_WIDGET (self);
  guint                    n = g_hash_table_size (self->selection);
  gboolean                 has_blocks = self->graph != NULL && sx_graph_get_n_blocks (self->graph) > 0;

  for (guint i = 0; i < G_N_ELEMENTS (need_blocks); i++)
    {
      g_autofree char *name = g_strconcat ("canvas.", need_blocks[i], NULL);

      gtk_widget_action_set_enabled (widget, name, n > 0);
    }
  gtk_widget_action_set_enabled (widget, "canvas.link-selection", n > 1);
  gtk_widget_action_set_enabled (widget, "canvas.delete", n > 0 || self->selected_link != NULL || self->selected_frame != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.undo", self->history != NULL && sx_history_can_undo (self->history));
  gtk_widget_action_set_enabled (widget, "canvas.redo", self->history != NULL && sx_history_can_redo (self->history));
  gtk_widget_action_set_enabled (widget, "canvas.paste", self->history != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.add-block", self->history != NULL);
  gtk_widget_action_set_enabled (widget, "canvas.auto-layout", has_blocks);
  gtk_widget_action_set_enabled (widget, "canvas.select-all", has_blocks);
}

/* ---- walking ---- */

static int
compare_reading (gconstpointer a, gconstpointer b, gpointer data)
{
  double   ax, ay, bx, by;
  gboolean is_rtl = GPOINTER_TO_INT (data);

  sx_block_view_get_origin (*(SxBlockView *const *)a, &ax, &ay);
  sx_block_view_get_origin (*(SxBlockView *const *)b, &bx, &by);
  if (ax != bx)
    return (ax < bx) != is_rtl ? -1 : 1;
  return ay < by ? -1 : ay > by;
}

/* By columns, as data flows. */
static GPtrArray *
get_reading_order (SxCanvas *self)
{
  GHashTableIter iter;
  gpointer       view;

  if (self->reading_order != NULL)
    return self->reading_order;
  self->reading_order = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    g_ptr_array_add (self->reading_order, view);
  g_ptr_array_sort_with_data (self->reading_order, compare_reading, GINT_TO_POINTER (self->style.is_rtl));
  return self->reading_order;
}

gboolean
sx_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  SxCanvas    *self = SX_CANVAS (widget);
  SxBlockView *view = sx_canvas_get_focused_view (self);
  GPtrArray   *order = get_reading_order (self);
  gboolean     is_back = direction == GTK_DIR_TAB_BACKWARD;
  guint        place = 0;

  if (direction != GTK_DIR_TAB_FORWARD && !is_back)
    return FALSE;
  if (order->len == 0)
    return !gtk_widget_has_focus (widget) && gtk_widget_grab_focus (widget);
  if (view != NULL)
    {
      g_ptr_array_find (order, view, &place);
      if (is_back ? place == 0 : place + 1 == order->len)
        return FALSE;
      place = is_back ? place - 1 : place + 1;
    }
  else if (is_back)
    place = order->len - 1;
  sx_canvas_select_block (self, sx_block_view_get_id (g_ptr_array_index (order, place)));
  return TRUE;
}

/* To the nearest block that way: distance ahead counts once, aside twice. */
void
sx_canvas_walk (SxCanvas *self, GtkDirectionType direction)
{
  SxBlockView    *from = sx_canvas_get_focused_view (self), *best = NULL;
  double          best_cost = G_MAXDOUBLE;
  GHashTableIter  iter;
  gpointer        view;
  graphene_rect_t a, b;

  if (from == NULL)
    {
      sx_canvas_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
      return;
    }
  sx_block_view_get_rect (from, &a);
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    {
      double dx, dy, ahead, aside;

      if (view == from)
        continue;
      sx_block_view_get_rect (view, &b);
      dx = b.origin.x - a.origin.x;
      dy = b.origin.y + b.size.height / 2.0 - a.origin.y - a.size.height / 2.0;
      ahead = direction == GTK_DIR_RIGHT ? dx : direction == GTK_DIR_LEFT ? -dx
                                              : direction == GTK_DIR_DOWN ? dy
                                                                          : -dy;
      aside = direction == GTK_DIR_RIGHT || direction == GTK_DIR_LEFT ? fabs (dy) : fabs (dx);
      if (ahead < 1.0 || ahead + 2.0 * aside >= best_cost)
        continue;
      best_cost = ahead + 2.0 * aside;
      best = view;
    }
  if (best != NULL)
    sx_canvas_select_block (self, sx_block_view_get_id (best));
}

static gboolean
handle_arrow (SxCanvas *self, guint key, GdkModifierType modifiers)
{
  double           dx = key == GDK_KEY_Right ? 1.0 : key == GDK_KEY_Left ? -1.0
                                                                         : 0.0;
  double           dy = key == GDK_KEY_Down ? 1.0 : key == GDK_KEY_Up ? -1.0
                                                                      : 0.0;
  GtkDirectionType direction = dx > 0.0 ? GTK_DIR_RIGHT : dx < 0.0 ? GTK_DIR_LEFT
                                                        : dy > 0.0 ? GTK_DIR_DOWN
                                                                   : GTK_DIR_UP;

  if (dx == 0.0 && dy == 0.0)
    return FALSE;
  if (modifiers == GDK_ALT_MASK)
    sx_canvas_nudge (self, dx * SX_CANVAS_GRID, dy * SX_CANVAS_GRID);
  else if (modifiers == 0)
    sx_canvas_walk (self, direction);
  else
    return FALSE;
  return TRUE;
}

/* Any letter opens the palette with it, unless blocks are selected. */
static gboolean
handle_letter (SxCanvas *self, guint key)
{
  gunichar         letter = gdk_keyval_to_unicode (key);
  char             text[8] = { 0 };
  double           x, y;
  graphene_point_t point;

  if (letter == 0 || !g_unichar_isalnum (letter) || g_hash_table_size (self->selection) > 0)
    return FALSE;
  g_unichar_to_utf8 (letter, text);
  sx_canvas_get_center (self, &x, &y);
  if (self->pointer_x > 0.0 && self->pointer_y > 0.0)
    {
      sx_canvas_widget_to_world (self, self->pointer_x, self->pointer_y, &point);
      x = sx_canvas_mirror (self, point.x, 0.0);
      y = point.y;
    }
  sx_canvas_open_palette (self, x, y, NULL, NULL, text);
  return TRUE;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, SxCanvas *self)
{
  GdkModifierType modifiers = state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK);
  SxBlockView    *view;

  if (self->history == NULL || (self->palette != NULL && gtk_widget_get_visible (GTK_WIDGET (self->palette))))
    return FALSE;
  if (handle_arrow (self, key, modifiers))
    return TRUE;
  if ((modifiers & ~GDK_SHIFT_MASK) != 0)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Escape:
      if (self->drag == SX_DRAG_NONE && !self->draft.is_active)
        sx_canvas_select (self, NULL);
      else
        sx_canvas_cancel_gesture (self);
      return TRUE;
    case GDK_KEY_space:
      self->is_space_held = TRUE;
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      view = sx_canvas_get_focused_view (self);
      if (view != NULL)
        sx_canvas_emit_activated (self, sx_block_view_get_id (view));
      return view != NULL;
    case GDK_KEY_Menu:
      sx_canvas_show_menu (self, self->pointer_x, self->pointer_y);
      return TRUE;
    default:
      return modifiers == 0 && handle_letter (self, key);
    }
}

static void
key_released_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, SxCanvas *self)
{
  if (key != GDK_KEY_space)
    return;
  self->is_space_held = FALSE;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
}

void
sx_canvas_init_keys (SxCanvas *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (keys, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
