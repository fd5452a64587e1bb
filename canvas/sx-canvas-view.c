/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>

/* Zoom, pan and coordinates. The adjustments' values are the pan, in pixels; their range is the blocks' bounds with most of a
 * view to spare around, and always holds the present view, so that deleting a block never makes the view jump. */

#define ZOOM_STEP 1.2
#define ANIMATION_MS 220.0
#define FIT_MARGIN 48.0
#define READING_ZOOM 0.7 /* names of blocks can be read */

static const double n_spare_views = 0.75;

double
sx_canvas_mirror (SxCanvas *self, double x, double width)
{
  return self->style.is_rtl ? -x - width : x;
}

void
sx_canvas_widget_to_world (SxCanvas *self, double x, double y, graphene_point_t *point)
{
  graphene_point_init (point, (float)((x + round (self->pan_x)) / self->zoom), (float)((y + round (self->pan_y)) / self->zoom));
}

void
sx_canvas_world_to_widget (SxCanvas *self, double x, double y, graphene_point_t *point)
{
  graphene_point_init (point, (float)(x * self->zoom - round (self->pan_x)), (float)(y * self->zoom - round (self->pan_y)));
}

void
sx_canvas_get_view_rect (SxCanvas *self, graphene_rect_t *rect)
{
  graphene_rect_init (rect, (float)(self->pan_x / self->zoom), (float)(self->pan_y / self->zoom),
                      (float)(gtk_widget_get_width (GTK_WIDGET (self)) / self->zoom),
                      (float)(gtk_widget_get_height (GTK_WIDGET (self)) / self->zoom));
}

/* ---- adjustments ---- */

static void
adjustment_changed_cb (GtkAdjustment *adjustment, SxCanvas *self)
{
  self->pan_x = gtk_adjustment_get_value (self->adjustments[0]);
  self->pan_y = gtk_adjustment_get_value (self->adjustments[1]);
  sx_canvas_world_follow (self->world);
  if (self->minimap != NULL)
    gtk_widget_queue_draw (GTK_WIDGET (self->minimap));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
sx_canvas_set_adjustment (SxCanvas *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  GtkAdjustment **slot = &self->adjustments[orientation == GTK_ORIENTATION_VERTICAL];

  if (adjustment != NULL && *slot == adjustment)
    return;
  if (*slot != NULL)
    {
      g_signal_handlers_disconnect_by_data (*slot, self);
      g_object_unref (*slot);
    }
  *slot = g_object_ref_sink (adjustment != NULL ? adjustment : gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  if (self->adjustments[0] != NULL && self->adjustments[1] != NULL)
    sx_canvas_update_adjustments (self);
  g_signal_connect (*slot, "value-changed", G_CALLBACK (adjustment_changed_cb), self);
  g_object_notify (G_OBJECT (self), orientation == GTK_ORIENTATION_HORIZONTAL ? "hadjustment" : "vadjustment");
}

static void
configure_adjustment (SxCanvas *self, GtkAdjustment *adjustment, double pan, double low, double high, double page)
{
  double lower = MIN (low * self->zoom - page * n_spare_views, pan);
  double upper = MAX (high * self->zoom + page * n_spare_views, pan + page);

  g_signal_handlers_block_by_func (adjustment, adjustment_changed_cb, self);
  gtk_adjustment_configure (adjustment, pan, lower, upper, page * 0.1, page * 0.9, page);
  g_signal_handlers_unblock_by_func (adjustment, adjustment_changed_cb, self);
}

void
sx_canvas_update_adjustments (SxCanvas *self)
{
  graphene_rect_t bounds;
  double          width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  if (!sx_spatial_index_get_bounds (self->block_index, &bounds))
    {
      /* Nothing to scroll to. */
      configure_adjustment (self, self->adjustments[0], self->pan_x, (self->pan_x + width * n_spare_views) / self->zoom, (self->pan_x + width * (1.0 - n_spare_views)) / self->zoom, width);
      configure_adjustment (self, self->adjustments[1], self->pan_y, (self->pan_y + height * n_spare_views) / self->zoom, (self->pan_y + height * (1.0 - n_spare_views)) / self->zoom, height);
      return;
    }
  configure_adjustment (self, self->adjustments[0], self->pan_x, bounds.origin.x, bounds.origin.x + bounds.size.width, width);
  configure_adjustment (self, self->adjustments[1], self->pan_y, bounds.origin.y, bounds.origin.y + bounds.size.height, height);
}

/* Goes there even where the range has to grow for it. */
void
sx_canvas_pan_to (SxCanvas *self, double pan_x, double pan_y)
{
  if (pan_x == self->pan_x && pan_y == self->pan_y)
    return;
  self->pan_x = pan_x;
  self->pan_y = pan_y;
  sx_canvas_update_adjustments (self);
  sx_canvas_world_follow (self->world);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self->minimap));
}

/* ---- zoom ---- */

static void
apply_zoom (SxCanvas *self, double zoom, double pan_x, double pan_y)
{
  gboolean changed = zoom != self->zoom;

  self->zoom = zoom;
  self->pan_x = pan_x;
  self->pan_y = pan_y;
  sx_canvas_update_adjustments (self);
  sx_canvas_world_follow (self->world);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
  gtk_widget_queue_draw (GTK_WIDGET (self->minimap));
  if (changed)
    g_object_notify (G_OBJECT (self), "zoom");
}

double
sx_canvas_get_zoom (SxCanvas *self)
{
  g_return_val_if_fail (SX_IS_CANVAS (self), 1.0);
  return self->zoom;
}

void
sx_canvas_zoom_at (SxCanvas *self, double zoom, double widget_x, double widget_y)
{
  double x, y;

  g_return_if_fail (SX_IS_CANVAS (self));
  sx_canvas_stop_animation (self);
  zoom = CLAMP (zoom, SX_CANVAS_MIN_ZOOM, SX_CANVAS_MAX_ZOOM);
  /* Steps of a wheel should come back to exactly 1, where text is sharpest. */
  if (fabs (zoom - 1.0) < 0.02)
    zoom = 1.0;
  x = (widget_x + self->pan_x) / self->zoom;
  y = (widget_y + self->pan_y) / self->zoom;
  apply_zoom (self, zoom, x * zoom - widget_x, y * zoom - widget_y);
}

void
sx_canvas_set_zoom (SxCanvas *self, double zoom)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  sx_canvas_zoom_at (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

static void
get_center (SxCanvas *self, double *x, double *y)
{
  *x = (self->pan_x + gtk_widget_get_width (GTK_WIDGET (self)) / 2.0) / self->zoom;
  *y = (self->pan_y + gtk_widget_get_height (GTK_WIDGET (self)) / 2.0) / self->zoom;
}

static void
apply_center (SxCanvas *self, double zoom, double x, double y)
{
  apply_zoom (self, zoom, x * zoom - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, y * zoom - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
sx_canvas_get_center (SxCanvas *self, double *x, double *y)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  get_center (self, x, y);
  *x = sx_canvas_mirror (self, *x, 0.0);
}

void
sx_canvas_set_center (SxCanvas *self, double x, double y)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  sx_canvas_stop_animation (self);
  self->needs_fit = FALSE;
  apply_center (self, self->zoom, sx_canvas_mirror (self, x, 0.0), y);
}

/* ---- animation ---- */

static gboolean
animate_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  SxCanvas *self = SX_CANVAS (widget);
  double    part = (gdk_frame_clock_get_frame_time (clock) - self->animation_start) / (ANIMATION_MS * 1000.0);
  double    eased, now[3];

  part = CLAMP (part, 0.0, 1.0);
  eased = 1.0 - pow (1.0 - part, 3.0);
  /* Zoom by ratio: equal steps to the eye. */
  now[0] = self->animation_from[0] * pow (self->animation_to[0] / self->animation_from[0], eased);
  for (guint i = 1; i < 3; i++)
    now[i] = self->animation_from[i] + (self->animation_to[i] - self->animation_from[i]) * eased;
  if (part >= 1.0)
    {
      sx_canvas_stop_animation (self);
      return G_SOURCE_REMOVE;
    }
  apply_center (self, now[0], now[1], now[2]);
  return G_SOURCE_CONTINUE;
}

/* Ends at once where a running animation was going. */
void
sx_canvas_stop_animation (SxCanvas *self)
{
  guint animation = self->animation;

  if (animation == 0)
    return;
  self->animation = 0;
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), animation);
  if (!gtk_widget_in_destruction (GTK_WIDGET (self)))
    apply_center (self, self->animation_to[0], self->animation_to[1], self->animation_to[2]);
}

void
sx_canvas_animate_to (SxCanvas *self, double zoom, double center_x, double center_y)
{
  gboolean wanted = TRUE;

  sx_canvas_stop_animation (self);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &wanted, NULL);
  if (!wanted || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      apply_center (self, zoom, center_x, center_y);
      return;
    }
  self->animation_from[0] = self->zoom;
  get_center (self, &self->animation_from[1], &self->animation_from[2]);
  self->animation_to[0] = zoom;
  self->animation_to[1] = center_x;
  self->animation_to[2] = center_y;
  self->animation_start = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  self->animation = gtk_widget_add_tick_callback (GTK_WIDGET (self), animate_cb, NULL, NULL);
}

static void
step_zoom (SxCanvas *self, double factor)
{
  double zoom = self->animation != 0 ? self->animation_to[0] : self->zoom;
  double x, y;

  get_center (self, &x, &y);
  zoom = CLAMP (zoom * factor, SX_CANVAS_MIN_ZOOM, SX_CANVAS_MAX_ZOOM);
  if (fabs (zoom - 1.0) < 0.05)
    zoom = 1.0;
  sx_canvas_animate_to (self, zoom, x, y);
}

void
sx_canvas_zoom_in (SxCanvas *self)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  step_zoom (self, ZOOM_STEP);
}

void
sx_canvas_zoom_out (SxCanvas *self)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  step_zoom (self, 1.0 / ZOOM_STEP);
}

/* Of blocks and frames. */
static gboolean
get_content_rect (SxCanvas *self, graphene_rect_t *bounds)
{
  gboolean is_any = sx_spatial_index_get_bounds (self->block_index, bounds);

  for (guint i = 0; self->graph != NULL && i < sx_graph_get_n_frames (self->graph); i++)
    {
      graphene_rect_t rect;

      sx_canvas_get_frame_rect (self, sx_graph_get_frame (self->graph, i), &rect);
      if (is_any)
        graphene_rect_union (bounds, &rect, bounds);
      else
        *bounds = rect;
      is_any = TRUE;
    }
  return is_any;
}

static double
get_fitting_zoom (SxCanvas *self, const graphene_rect_t *rect)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double zoom = MIN ((width - 2.0 * FIT_MARGIN) / MAX (rect->size.width, 1.0), (height - 2.0 * FIT_MARGIN) / MAX (rect->size.height, 1.0));

  return CLAMP (zoom, SX_CANVAS_MIN_ZOOM, 1.0);
}

static void
fit_rect (SxCanvas *self, const graphene_rect_t *rect)
{
  sx_canvas_animate_to (self, get_fitting_zoom (self, rect), rect->origin.x + rect->size.width / 2.0, rect->origin.y + rect->size.height / 2.0);
}

void
sx_canvas_zoom_fit (SxCanvas *self)
{
  graphene_rect_t bounds;

  g_return_if_fail (SX_IS_CANVAS (self));
  if (gtk_widget_get_width (GTK_WIDGET (self)) <= 1)
    self->needs_fit = TRUE;
  else if (get_content_rect (self, &bounds))
    fit_rect (self, &bounds);
  else
    sx_canvas_animate_to (self, 1.0, 0.0, 0.0);
}

/* Where @size units from @start on are shown of which @visible find room: their middle, or as many as fit from the one end or the other. */
static double
get_middle (double start, double size, double visible, gboolean from_end)
{
  if (size <= visible)
    return start + size / 2.0;
  return from_end ? start + size - visible / 2.0 : start + visible / 2.0;
}

void
sx_canvas_show_start (SxCanvas *self)
{
  double          width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self)), zoom, margin;
  graphene_rect_t rect;

  g_return_if_fail (SX_IS_CANVAS (self));
  if (width <= 1 || !get_content_rect (self, &rect))
    {
      sx_canvas_zoom_fit (self);
      return;
    }
  zoom = CLAMP (get_fitting_zoom (self, &rect), READING_ZOOM, 1.0);
  margin = FIT_MARGIN / zoom;
  graphene_rect_inset (&rect, (float)-margin, (float)-margin);
  sx_canvas_animate_to (self, zoom, get_middle (rect.origin.x, rect.size.width, width / zoom, self->style.is_rtl), get_middle (rect.origin.y, rect.size.height, height / zoom, FALSE));
}

void
sx_canvas_zoom_selection (SxCanvas *self)
{
  GHashTableIter  iter;
  gpointer        id;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  gboolean        is_first = TRUE;

  g_return_if_fail (SX_IS_CANVAS (self));
  g_hash_table_iter_init (&iter, self->selection);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      graphene_rect_t rect;

      sx_block_view_get_rect (sx_canvas_find_view (self, id), &rect);
      if (is_first)
        all = rect;
      else
        graphene_rect_union (&all, &rect, &all);
      is_first = FALSE;
    }
  if (is_first)
    sx_canvas_zoom_fit (self);
  else
    fit_rect (self, &all);
}

void
sx_canvas_reveal_rect (SxCanvas *self, const graphene_rect_t *rect)
{
  double          margin = 24.0 / self->zoom, dx = 0.0, dy = 0.0, x, y;
  graphene_rect_t view;

  sx_canvas_get_view_rect (self, &view);
  if (view.size.width <= 1.0f)
    return;
  if (rect->origin.x + rect->size.width + margin > view.origin.x + view.size.width)
    dx = rect->origin.x + rect->size.width + margin - view.origin.x - view.size.width;
  if (rect->origin.x - margin < view.origin.x + dx)
    dx = rect->origin.x - margin - view.origin.x;
  if (rect->origin.y + rect->size.height + margin > view.origin.y + view.size.height)
    dy = rect->origin.y + rect->size.height + margin - view.origin.y - view.size.height;
  if (rect->origin.y - margin < view.origin.y + dy)
    dy = rect->origin.y - margin - view.origin.y;
  if (dx == 0.0 && dy == 0.0)
    return;
  get_center (self, &x, &y);
  sx_canvas_animate_to (self, self->zoom, x + dx, y + dy);
}

void
sx_canvas_scroll_to_block (SxCanvas *self, const char *block)
{
  SxBlockView    *view;
  graphene_rect_t rect;

  g_return_if_fail (SX_IS_CANVAS (self));
  view = sx_canvas_find_view (self, block);
  if (view == NULL)
    return;
  sx_block_view_get_rect (view, &rect);
  sx_canvas_reveal_rect (self, &rect);
}

/* ---- the dot grid ---- */

/* One cairo node a step larger than the view on each side, moved by the pan modulo the step: panning reuses it as it is. */
static void
rebuild_dots (SxCanvas *self, double step, int width, int height)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float)(width + 2.0 * step), (float)(height + 2.0 * step));
  cairo_t        *cr;

  g_clear_pointer (&self->dots, gsk_render_node_unref);
  self->dots = gsk_cairo_node_new (&bounds);
  self->dots_step = step;
  self->dots_width = width;
  self->dots_height = height;
  cr = gsk_cairo_node_get_draw_context (self->dots);
  gdk_cairo_set_source_rgba (cr, &self->style.dots);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (double x = 0.0; x < bounds.size.width; x += step)
    for (double y = 0.0; y < bounds.size.height; y += step)
      cairo_rectangle (cr, round (x), round (y), 2.0, 2.0);
  cairo_fill (cr);
  cairo_destroy (cr);
}

void
sx_canvas_snapshot_dots (SxCanvas *self, GtkSnapshot *snapshot)
{
  int    width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double step = SX_CANVAS_GRID * self->zoom;
  double x, y;

  while (step < 18.0)
    step *= 2.0;
  while (step > 44.0)
    step /= 2.0;
  if (self->dots == NULL || self->dots_step != step || self->dots_width != width || self->dots_height != height)
    rebuild_dots (self, step, width, height);
  x = -fmod (self->pan_x, step);
  y = -fmod (self->pan_y, step);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)round (x > 0.0 ? x - step : x) - 1.0f, (float)round (y > 0.0 ? y - step : y) - 1.0f));
  gtk_snapshot_append_node (snapshot, self->dots);
  gtk_snapshot_restore (snapshot);
}
