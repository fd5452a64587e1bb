/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* All blocks in a corner, and what part of them is in view; a press or drag goes there. */

#define WIDTH 200
#define HEIGHT 140
#define MARGIN 10.0

struct _SxCanvasMinimap
{
  GtkWidget parent_instance;

  SxCanvas *canvas;
  double    scale, left, top; /* widget = (world − left, top) × scale */
};

G_DEFINE_FINAL_TYPE (SxCanvasMinimap, sx_canvas_minimap, GTK_TYPE_WIDGET)

void
sx_canvas_minimap_refresh (SxCanvasMinimap *self)
{
  if (self != NULL && gtk_widget_get_visible (GTK_WIDGET (self)))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
update_scale (SxCanvasMinimap *self)
{
  double          width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  graphene_rect_t bounds;

  if (!sx_spatial_index_get_bounds (self->canvas->block_index, &bounds))
    return FALSE;
  self->scale = MIN ((width - 2.0 * MARGIN) / MAX (bounds.size.width, 1.0), (height - 2.0 * MARGIN) / MAX (bounds.size.height, 1.0));
  self->scale = MIN (self->scale, 0.15);
  self->left = bounds.origin.x + bounds.size.width / 2.0 - width / 2.0 / self->scale;
  self->top = bounds.origin.y + bounds.size.height / 2.0 - height / 2.0 / self->scale;
  return TRUE;
}

static void
draw_blocks (SxCanvasMinimap *self, cairo_t *cr)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->canvas->views);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SxBlockView    *view = value;
      graphene_rect_t rect;
      double          progress;
      const char     *message;
      SxBlockState    state = sx_block_get_state (view->block, &progress, &message);
      const GdkRGBA  *color = &self->canvas->style.categories[sx_block_get_kind (view->block)->category];

      if (state == SX_BLOCK_FAILED)
        color = &self->canvas->style.error;
      else if (state == SX_BLOCK_RUNNING || view->is_selected)
        color = &self->canvas->style.accent;
      sx_block_view_get_rect (view, &rect);
      gdk_cairo_set_source_rgba (cr, color);
      cairo_rectangle (cr, (rect.origin.x - self->left) * self->scale, (rect.origin.y - self->top) * self->scale, MAX (rect.size.width * self->scale, 2.0), MAX (rect.size.height * self->scale, 2.0));
      cairo_fill (cr);
    }
}

static void
sx_canvas_minimap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxCanvasMinimap *self = SX_CANVAS_MINIMAP (widget);
  double           width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA          fill = self->canvas->style.accent;
  graphene_rect_t  view;
  cairo_t         *cr;

  if (!update_scale (self))
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  cairo_rectangle (cr, 0.0, 0.0, width, height);
  cairo_clip (cr);
  draw_blocks (self, cr);
  sx_canvas_get_view_rect (self->canvas, &view);
  cairo_rectangle (cr, (view.origin.x - self->left) * self->scale, (view.origin.y - self->top) * self->scale, view.size.width * self->scale, view.size.height * self->scale);
  fill.alpha = 0.12f;
  gdk_cairo_set_source_rgba (cr, &fill);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &self->canvas->style.accent);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
go_to (SxCanvasMinimap *self, double x, double y)
{
  if (update_scale (self))
    sx_canvas_set_center (self->canvas, sx_canvas_mirror (self->canvas, x / self->scale + self->left, 0.0), y / self->scale + self->top);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, SxCanvasMinimap *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  go_to (self, x, y);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, SxCanvasMinimap *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    go_to (self, x + dx, y + dy);
}

static void
sx_canvas_minimap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
sx_canvas_minimap_class_init (SxCanvasMinimapClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->measure = sx_canvas_minimap_measure;
  widget_class->snapshot = sx_canvas_minimap_snapshot;
  gtk_widget_class_set_css_name (widget_class, "sx-minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sx_canvas_minimap_init (SxCanvasMinimap *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Overview"), -1);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

GtkWidget *
sx_canvas_minimap_new (SxCanvas *canvas)
{
  SxCanvasMinimap *self = g_object_new (SX_TYPE_CANVAS_MINIMAP, NULL);

  self->canvas = canvas;
  return GTK_WIDGET (self);
}
