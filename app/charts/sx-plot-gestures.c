/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Pointer: hovering reads values, dragging zooms to what was dragged over, Ctrl and the wheel zoom about the pointer, a double click shows all.
 * Keys: arrows read along a series and change it, Shift and arrows move, plus and minus zoom, 0 and Escape show all. */

#include "config.h"

#include "sx-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEAST_BAND 8.0 /* pixels: less is a click */
#define WHEEL_FACTOR 1.25
#define PAGE 10

static void
say_readout (SxPlot *self)
{
  g_autofree char *text = sx_plot_dup_readout (self);

  if (text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* ---- zoom ---- */

/* Zooms one axis by @factor about the place @part (0 … 1) of what is shown. */
static void
zoom_about (SxPlot *self, SxAxisSide side, double factor, double part)
{
  double low, high;

  if (!sx_plot_get_range (self, side, &low, &high))
    return;
  if (self->axes[side].scale == SX_SCALE_LOG)
    {
      double center = log (low) + (log (high) - log (low)) * part, length = (log (high) - log (low)) / factor;

      sx_plot_zoom (self, side, exp (center - length * part), exp (center + length * (1.0 - part)));
      return;
    }
  {
    double center = low + (high - low) * part, length = (high - low) / factor;

    sx_plot_zoom (self, side, center - length * part, center + length * (1.0 - part));
  }
}

static void
pan (SxPlot *self, SxAxisSide side, double part)
{
  double low, high;

  if (!sx_plot_get_range (self, side, &low, &high))
    return;
  if (self->axes[side].scale == SX_SCALE_LOG)
    {
      double factor = pow (high / low, part);

      sx_plot_zoom (self, side, low * factor, high * factor);
    }
  else
    sx_plot_zoom (self, side, low + (high - low) * part, high + (high - low) * part);
}

static double
get_cursor_part (SxPlot *self)
{
  const SxPlotArea *area = &self->frame.area;
  double            part;

  if (!self->has_cursor || area->width <= 0.0)
    return 0.5;
  part = (sx_plot_area_get_x (area, self->cursor_x) - area->x) / area->width;
  return part >= 0.0 && part <= 1.0 ? part : 0.5;
}

/* ---- pointer ---- */

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, SxPlot *self)
{
  const SxPlotArea *area = &self->frame.area;
  gboolean          is_inside = self->frame.ticks[SX_AXIS_X] != NULL && x >= area->x - 4.0 && x <= area->x + area->width + 4.0 && y >= area->y - 4.0 && y <= area->y + area->height + 4.0;

  self->pointer_x = x;
  self->pointer_y = y;
  if (!is_inside && !self->has_cursor)
    return;
  self->has_cursor = is_inside;
  self->is_cursor_exact = FALSE;
  if (is_inside)
    {
      self->cursor_x = sx_plot_area_find_x (area, x);
      self->cursor_y = sx_plot_area_find_y (area, y);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (GtkEventControllerMotion *motion, SxPlot *self)
{
  if (self->is_cursor_exact)
    return;
  self->has_cursor = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, SxPlot *self)
{
  const SxPlotArea *area = &self->frame.area;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (self->frame.ticks[SX_AXIS_X] == NULL)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->band_x = CLAMP (x, area->x, area->x + area->width);
  self->band_y = CLAMP (y, area->y, area->y + area->height);
  self->band_width = self->band_height = 0.0;
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, SxPlot *self)
{
  const SxPlotArea *area = &self->frame.area;

  if (fabs (dx) < LEAST_BAND && !self->is_banding)
    return;
  if (!self->is_banding)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      self->is_banding = TRUE;
    }
  self->band_width = CLAMP (self->band_x + dx, area->x, area->x + area->width) - self->band_x;
  self->band_height = CLAMP (self->band_y + dy, area->y, area->y + area->height) - self->band_y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* A flat band means a stretch of x, whatever y. */
static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, SxPlot *self)
{
  const SxPlotArea *area = &self->frame.area;
  double            left = MIN (self->band_x, self->band_x + self->band_width), right = MAX (self->band_x, self->band_x + self->band_width);
  double            top = MIN (self->band_y, self->band_y + self->band_height), bottom = MAX (self->band_y, self->band_y + self->band_height);
  double            low, high, y_low, y_high;

  if (!self->is_banding)
    return;
  self->is_banding = FALSE;
  low = sx_plot_area_find_x (area, left);
  high = sx_plot_area_find_x (area, right);
  y_low = sx_plot_area_find_y (area, bottom);
  y_high = sx_plot_area_find_y (area, top);
  if (right - left >= LEAST_BAND)
    {
      sx_plot_zoom (self, SX_AXIS_X, low, high);
      if (bottom - top >= 3.0 * LEAST_BAND)
        sx_plot_zoom (self, SX_AXIS_Y, y_low, y_high);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, SxPlot *self)
{
  self->is_banding = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, SxPlot *self)
{
  if (n_press == 2)
    sx_plot_reset_zoom (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, SxPlot *self)
{
  GdkModifierType   state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  const SxPlotArea *area = &self->frame.area;

  /* Without Ctrl the wheel scrolls the page that the chart stands on. */
  if (!(state & GDK_CONTROL_MASK) || self->frame.ticks[SX_AXIS_X] == NULL)
    return GDK_EVENT_PROPAGATE;
  zoom_about (self, SX_AXIS_X, pow (WHEEL_FACTOR, -dy), CLAMP ((self->pointer_x - area->x) / area->width, 0.0, 1.0));
  return GDK_EVENT_STOP;
}

void
sx_plot_add_gestures (SxPlot *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture         *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

/* ---- keys ---- */

static gboolean
read_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SxPlot *self = SX_PLOT (widget);

  if (sx_plot_move_cursor (self, g_variant_get_int32 (args)))
    say_readout (self);
  return GDK_EVENT_STOP;
}

static gboolean
lead_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SxPlot *self = SX_PLOT (widget);

  if (sx_plot_change_lead (self, g_variant_get_int32 (args)))
    say_readout (self);
  return GDK_EVENT_STOP;
}

static gboolean
zoom_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SxPlot *self = SX_PLOT (widget);

  zoom_about (self, SX_AXIS_X, pow (WHEEL_FACTOR, g_variant_get_int32 (args)), get_cursor_part (self));
  return GDK_EVENT_STOP;
}

static gboolean
pan_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  pan (SX_PLOT (widget), SX_AXIS_X, 0.1 * g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static gboolean
reset_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SxPlot *self = SX_PLOT (widget);

  if (!sx_plot_is_zoomed (self) && !self->has_cursor)
    return GDK_EVENT_PROPAGATE;
  self->has_cursor = FALSE;
  sx_plot_reset_zoom (self);
  return GDK_EVENT_STOP;
}

static const struct
{
  guint           key;
  GdkModifierType modifiers;
  GtkShortcutFunc callback;
  int             argument;
} keys[] = {
  { GDK_KEY_Left, 0, read_cb, -1 },
  { GDK_KEY_Right, 0, read_cb, 1 },
  { GDK_KEY_Page_Up, 0, read_cb, -PAGE },
  { GDK_KEY_Page_Down, 0, read_cb, PAGE },
  { GDK_KEY_Home, 0, read_cb, G_MININT32 },
  { GDK_KEY_End, 0, read_cb, G_MAXINT32 },
  { GDK_KEY_Up, 0, lead_cb, -1 },
  { GDK_KEY_Down, 0, lead_cb, 1 },
  { GDK_KEY_Left, GDK_SHIFT_MASK, pan_cb, -1 },
  { GDK_KEY_Right, GDK_SHIFT_MASK, pan_cb, 1 },
  { GDK_KEY_plus, 0, zoom_cb, 1 },
  { GDK_KEY_plus, GDK_SHIFT_MASK, zoom_cb, 1 },
  { GDK_KEY_equal, 0, zoom_cb, 1 },
  { GDK_KEY_KP_Add, 0, zoom_cb, 1 },
  { GDK_KEY_minus, 0, zoom_cb, -1 },
  { GDK_KEY_KP_Subtract, 0, zoom_cb, -1 },
  { GDK_KEY_0, 0, reset_cb, 0 },
  { GDK_KEY_KP_0, 0, reset_cb, 0 },
  { GDK_KEY_Escape, 0, reset_cb, 0 },
};

void
sx_plot_class_add_keys (GtkWidgetClass *widget_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i].key, keys[i].modifiers, keys[i].callback, "i", keys[i].argument);
}
