/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>

/* What a gesture shows, above everything and in pixels: the link being drawn, the rubber band, and why a link is refused. */

struct _SxCanvasOverlay
{
  GtkWidget parent_instance;

  SxCanvas  *canvas;
  GtkWidget *reason;
  double     x, y;
};

G_DEFINE_FINAL_TYPE (SxCanvasOverlay, sx_canvas_overlay, GTK_TYPE_WIDGET)

void
sx_canvas_overlay_set_reason (SxCanvasOverlay *self, const char *reason, gboolean ok, double x, double y)
{
  self->x = x;
  self->y = y;
  gtk_widget_set_visible (self->reason, reason != NULL);
  if (reason == NULL)
    return;
  gtk_label_set_text (GTK_LABEL (self->reason), reason);
  if (ok)
    gtk_widget_remove_css_class (self->reason, "error");
  else
    gtk_widget_add_css_class (self->reason, "error");
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
draw_draft (SxCanvas *canvas, GtkSnapshot *snapshot)
{
  const SxLinkDraft *draft = &canvas->draft;
  SxBlockView       *view = sx_canvas_find_view (canvas, draft->block), *target = sx_canvas_find_view (canvas, draft->target_block);
  int                port = view != NULL ? sx_block_view_find_port (view, draft->port) : -1;
  graphene_point_t   anchor, from, to = GRAPHENE_POINT_INIT ((float)draft->x, (float)draft->y), points[4];
  graphene_rect_t    bounds;
  GdkRGBA            color = canvas->style.ports[draft->type];
  double             sign = (draft->direction == SX_PORT_OUT) != canvas->style.is_rtl ? 1.0 : -1.0;
  cairo_t           *cr;

  if (port < 0)
    return;
  sx_block_view_get_port_anchor (view, (guint)port, &anchor);
  sx_canvas_world_to_widget (canvas, anchor.x, anchor.y, &from);
  if (draft->target_ok && target != NULL)
    {
      sx_block_view_get_port_anchor (target, (guint)sx_block_view_find_port (target, draft->target_port), &anchor);
      sx_canvas_world_to_widget (canvas, anchor.x, anchor.y, &to);
    }
  else if (draft->target_block != NULL)
    color = canvas->style.error;
  sx_link_route (&from, &to, sign, points);
  sx_link_get_bounds (points, &bounds);
  graphene_rect_inset (&bounds, -8, -8);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, MAX (3.0 * MIN (canvas->zoom, 1.5), 2.0));
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (!draft->target_ok)
    cairo_set_dash (cr, (double[]){ 7.0, 6.0 }, 2, 0.0);
  cairo_move_to (cr, points[0].x, points[0].y);
  cairo_curve_to (cr, points[1].x, points[1].y, points[2].x, points[2].y, points[3].x, points[3].y);
  cairo_stroke (cr);
  cairo_arc (cr, to.x, to.y, 5.0, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
draw_rubber (SxCanvas *canvas, GtkSnapshot *snapshot)
{
  graphene_point_t a, b;
  graphene_rect_t  rect;
  GdkRGBA          fill = canvas->style.accent, line = canvas->style.accent;
  GskRoundedRect   rounded;

  sx_canvas_world_to_widget (canvas, canvas->rubber.origin.x, canvas->rubber.origin.y, &a);
  sx_canvas_world_to_widget (canvas, canvas->rubber.origin.x + canvas->rubber.size.width, canvas->rubber.origin.y + canvas->rubber.size.height, &b);
  graphene_rect_init (&rect, a.x, a.y, b.x - a.x, b.y - a.y);
  fill.alpha = 0.12f;
  line.alpha = 0.8f;
  gsk_rounded_rect_init_from_rect (&rounded, &rect, 4.0f);
  gtk_snapshot_append_color (snapshot, &fill, &rect);
  gtk_snapshot_append_border (snapshot, &rounded, (float[4]){ 1, 1, 1, 1 }, (GdkRGBA[4]){ line, line, line, line });
}

static void
sx_canvas_overlay_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxCanvasOverlay *self = SX_CANVAS_OVERLAY (widget);

  if (self->canvas->draft.is_active)
    draw_draft (self->canvas, snapshot);
  if (self->canvas->drag == SX_DRAG_RUBBER && self->canvas->has_dragged)
    draw_rubber (self->canvas, snapshot);
  gtk_widget_snapshot_child (widget, self->reason, snapshot);
}

static void
sx_canvas_overlay_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SxCanvasOverlay *self = SX_CANVAS_OVERLAY (widget);
  GtkRequisition   size;
  double           x, y;

  if (!gtk_widget_should_layout (self->reason))
    return;
  gtk_widget_get_preferred_size (self->reason, NULL, &size);
  x = CLAMP (self->x + 18.0, 0.0, MAX (width - size.width, 0));
  y = CLAMP (self->y + 18.0, 0.0, MAX (height - size.height, 0));
  gtk_widget_allocate (self->reason, size.width, size.height, -1, gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float)x, (float)y)));
}

static void
sx_canvas_overlay_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
}

static void
sx_canvas_overlay_dispose (GObject *object)
{
  g_clear_pointer (&SX_CANVAS_OVERLAY (object)->reason, gtk_widget_unparent);
  G_OBJECT_CLASS (sx_canvas_overlay_parent_class)->dispose (object);
}

static void
sx_canvas_overlay_class_init (SxCanvasOverlayClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_canvas_overlay_dispose;
  widget_class->snapshot = sx_canvas_overlay_snapshot;
  widget_class->size_allocate = sx_canvas_overlay_size_allocate;
  widget_class->measure = sx_canvas_overlay_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
}

static void
sx_canvas_overlay_init (SxCanvasOverlay *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  self->reason = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->reason, "sx-canvas-reason");
  gtk_widget_set_visible (self->reason, FALSE);
  gtk_widget_set_parent (self->reason, GTK_WIDGET (self));
}

GtkWidget *
sx_canvas_overlay_new (SxCanvas *canvas)
{
  SxCanvasOverlay *self = g_object_new (SX_TYPE_CANVAS_OVERLAY, NULL);

  self->canvas = canvas;
  return GTK_WIDGET (self);
}
