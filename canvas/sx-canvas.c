/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The canvas has one child that carries the zoom, the world, in which each block is one leaf widget that draws itself: so that
 * panning re-allocates one widget and leaves every render node as it is, and so that assistive technology sees each block.
 * Links are drawn by the world. What a gesture shows lies above in the overlay, in pixels.
 *
 * Files: -view zoom and pan; -sync views follow the graph; -hit what is under a point; -gestures pointer; -keys keyboard and
 * actions; -move, -links, -edit, -clipboard what they do; -selection. */

enum {
  PROP_HISTORY = 1,
  PROP_ZOOM,
  PROP_HIGH_CONTRAST,
  PROP_SCROLL_ZOOMS,
  PROP_SHOW_MINIMAP,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

enum {
  SELECTION_CHANGED,
  BLOCK_ACTIVATED,
  ADD_REQUESTED,
  FILES_DROPPED,
  MESSAGE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (SxCanvas, sx_canvas, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* ---- what the other files use ---- */

void
sx_canvas_say (SxCanvas *self, const char *text, gboolean offers_undo)
{
  g_signal_emit (self, signals[MESSAGE], 0, text, offers_undo);
}

GPtrArray *
sx_canvas_new_edits (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
}

gboolean
sx_canvas_do (SxCanvas *self, GPtrArray *edits, const char *label, guint gesture)
{
  g_autoptr (GPtrArray) owned = edits;
  g_autoptr (SxEdit) edit = NULL;
  g_autoptr (GError) error = NULL;

  if (owned->len == 0 || self->history == NULL)
    return FALSE;
  edit = owned->len == 1 ? sx_edit_ref (g_ptr_array_index (owned, 0)) : sx_edit_new_group (g_steal_pointer (&owned), label);
  if (sx_history_do (self->history, edit, gesture, &error))
    return TRUE;
  sx_canvas_say (self, error->message, FALSE);
  return FALSE;
}

SxBlockView *
sx_canvas_find_view (SxCanvas *self, const char *block)
{
  return block != NULL ? g_hash_table_lookup (self->views, block) : NULL;
}

void
sx_canvas_emit_selection_changed (SxCanvas *self)
{
  sx_canvas_update_actions (self);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
sx_canvas_emit_activated (SxCanvas *self, const char *block)
{
  g_signal_emit (self, signals[BLOCK_ACTIVATED], 0, block);
}

void
sx_canvas_request_add (SxCanvas *self, double x, double y, const char *from_block, const char *from_port)
{
  gboolean handled = FALSE;

  if (self->history == NULL)
    return;
  g_signal_emit (self, signals[ADD_REQUESTED], 0, x, y, from_block, from_port, &handled);
  if (!handled)
    sx_canvas_open_palette (self, x, y, from_block, from_port, NULL);
}

void
sx_canvas_emit_files_dropped (SxCanvas *self, GdkFileList *files, double x, double y)
{
  g_signal_emit (self, signals[FILES_DROPPED], 0, files, x, y);
}

void
sx_canvas_style_changed (SxCanvas *self)
{
  GHashTableIter iter;
  gpointer       value;

  sx_canvas_style_update (&self->style, self);
  g_clear_pointer (&self->dots, gsk_render_node_unref);
  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    sx_link_view_invalidate (value);
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    sx_block_view_refresh (value);
  gtk_widget_queue_draw (GTK_WIDGET (self->world));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- the graph ---- */

static void
graph_changed_cb (SxGraph *graph, gpointer edit, SxCanvas *self)
{
  sx_canvas_sync_edit (self, edit);
  sx_canvas_graph_changed (self);
}

static void
state_changed_cb (SxGraph *graph, const char *block, SxCanvas *self)
{
  SxBlockView *view = sx_canvas_find_view (self, block);

  if (view != NULL)
    sx_block_view_refresh (view);
  sx_canvas_minimap_refresh (self->minimap);
}

static void
history_notify_cb (SxHistory *history, GParamSpec *spec, SxCanvas *self)
{
  sx_canvas_update_actions (self);
}

static void
drop_graph (SxCanvas *self)
{
  if (self->graph == NULL)
    return;
  sx_canvas_cancel_gesture (self);
  g_signal_handlers_disconnect_by_data (self->graph, self);
  g_signal_handlers_disconnect_by_data (self->history, self);
  sx_canvas_clear_views (self);
  g_clear_object (&self->graph);
  g_clear_object (&self->history);
}

void
sx_canvas_set_history (SxCanvas *self, SxHistory *history)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  g_return_if_fail (history == NULL || SX_IS_HISTORY (history));

  if (history == self->history)
    return;
  drop_graph (self);
  if (history != NULL)
    {
      self->history = g_object_ref (history);
      self->graph = g_object_ref (sx_history_get_graph (history));
      g_signal_connect (self->graph, "changed", G_CALLBACK (graph_changed_cb), self);
      g_signal_connect (self->graph, "state-changed", G_CALLBACK (state_changed_cb), self);
      g_signal_connect (self->history, "notify", G_CALLBACK (history_notify_cb), self);
      sx_canvas_sync_all (self);
      self->needs_fit = TRUE;
    }
  sx_canvas_graph_changed (self);
  sx_canvas_emit_selection_changed (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify (G_OBJECT (self), "history");
}

SxHistory *
sx_canvas_get_history (SxCanvas *self)
{
  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  return self->history;
}

SxGraph *
sx_canvas_get_graph (SxCanvas *self)
{
  g_return_val_if_fail (SX_IS_CANVAS (self), NULL);
  return self->graph;
}

/* ---- widget ---- */

static void
sx_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = 0;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 480;
  *minimum_baseline = *natural_baseline = -1;
}

static void
allocate_hint (SxCanvas *self, int width, int height)
{
  GtkRequisition natural;
  int            hint_width, hint_height;

  if (!gtk_widget_should_layout (self->hint))
    return;
  gtk_widget_get_preferred_size (self->hint, NULL, &natural);
  hint_width = MIN (natural.width, width);
  gtk_widget_measure (self->hint, GTK_ORIENTATION_HORIZONTAL, -1, &hint_height, NULL, NULL, NULL);
  hint_width = MAX (hint_width, hint_height);
  gtk_widget_measure (self->hint, GTK_ORIENTATION_VERTICAL, hint_width, NULL, &hint_height, NULL, NULL);
  gtk_widget_allocate (self->hint, hint_width, hint_height, -1,
                       gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float)floor ((width - hint_width) / 2.0), (float)floor ((height - hint_height) / 2.0))));
}

static void
allocate_minimap (SxCanvas *self, int width, int height)
{
  GtkRequisition natural;
  double         x;

  if (!gtk_widget_should_layout (GTK_WIDGET (self->minimap)))
    return;
  gtk_widget_get_preferred_size (GTK_WIDGET (self->minimap), NULL, &natural);
  x = self->style.is_rtl ? 16.0 : width - natural.width - 16.0;
  gtk_widget_allocate (GTK_WIDGET (self->minimap), natural.width, natural.height, -1,
                       gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float)x, (float)(height - natural.height - 16))));
}

static void
sx_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SxCanvas     *self = SX_CANVAS (widget);
  GskTransform *transform;

  if (self->needs_fit && width > 1 && height > 1)
    {
      self->needs_fit = FALSE;
      sx_canvas_show_start (self);
      sx_canvas_stop_animation (self);
    }
  sx_canvas_update_adjustments (self);
  sx_canvas_world_follow (self->world);

  /* Whole pixels keep text and borders sharp while panning. */
  transform = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float)-round (self->pan_x), (float)-round (self->pan_y)));
  transform = gsk_transform_scale (transform, (float)self->zoom, (float)self->zoom);
  gtk_widget_allocate (GTK_WIDGET (self->world), 1, 1, -1, transform);
  gtk_widget_allocate (GTK_WIDGET (self->overlay), width, height, -1, NULL);
  allocate_hint (self, width, height);
  allocate_minimap (self, width, height);
  if (self->palette != NULL)
    gtk_popover_present (GTK_POPOVER (self->palette));
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
sx_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxCanvas *self = SX_CANVAS (widget);

  sx_canvas_snapshot_dots (self, snapshot);
  GTK_WIDGET_CLASS (sx_canvas_parent_class)->snapshot (widget, snapshot);
}

static void
sx_canvas_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sx_canvas_parent_class)->css_changed (widget, change);
  sx_canvas_style_changed (SX_CANVAS (widget));
}

static void
sx_canvas_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  SxCanvas *self = SX_CANVAS (widget);

  GTK_WIDGET_CLASS (sx_canvas_parent_class)->direction_changed (widget, previous);
  sx_canvas_style_changed (self);
  if (self->graph == NULL)
    return;
  sx_canvas_clear_views (self);
  sx_canvas_sync_all (self);
  self->needs_fit = TRUE;
}

static void
sx_canvas_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sx_canvas_parent_class)->realize (widget);
  sx_canvas_style_changed (SX_CANVAS (widget));
}

static void
sx_canvas_unmap (GtkWidget *widget)
{
  SxCanvas *self = SX_CANVAS (widget);

  sx_canvas_cancel_gesture (self);
  sx_canvas_stop_animation (self);
  GTK_WIDGET_CLASS (sx_canvas_parent_class)->unmap (widget);
}

static void
sx_canvas_set_property (GObject *object, guint property, const GValue *value, GParamSpec *spec)
{
  SxCanvas *self = SX_CANVAS (object);

  switch (property)
    {
    case PROP_HISTORY:
      sx_canvas_set_history (self, g_value_get_object (value));
      break;
    case PROP_ZOOM:
      sx_canvas_set_zoom (self, g_value_get_double (value));
      break;
    case PROP_HIGH_CONTRAST:
      self->is_high_contrast = g_value_get_boolean (value);
      sx_canvas_style_changed (self);
      break;
    case PROP_SCROLL_ZOOMS:
      self->scroll_zooms = g_value_get_boolean (value);
      break;
    case PROP_SHOW_MINIMAP:
      gtk_widget_set_visible (GTK_WIDGET (self->minimap), g_value_get_boolean (value));
      break;
    case PROP_HADJUSTMENT:
      sx_canvas_set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      sx_canvas_set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
      self->policies[0] = g_value_get_enum (value);
      break;
    case PROP_VSCROLL_POLICY:
      self->policies[1] = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
    }
}

static void
sx_canvas_get_property (GObject *object, guint property, GValue *value, GParamSpec *spec)
{
  SxCanvas *self = SX_CANVAS (object);

  switch (property)
    {
    case PROP_HISTORY:
      g_value_set_object (value, self->history);
      break;
    case PROP_ZOOM:
      g_value_set_double (value, self->zoom);
      break;
    case PROP_HIGH_CONTRAST:
      g_value_set_boolean (value, self->is_high_contrast);
      break;
    case PROP_SCROLL_ZOOMS:
      g_value_set_boolean (value, self->scroll_zooms);
      break;
    case PROP_SHOW_MINIMAP:
      g_value_set_boolean (value, gtk_widget_get_visible (GTK_WIDGET (self->minimap)));
      break;
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->adjustments[0]);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->adjustments[1]);
      break;
    case PROP_HSCROLL_POLICY:
      g_value_set_enum (value, self->policies[0]);
      break;
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, self->policies[1]);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, spec);
    }
}

static void
sx_canvas_dispose (GObject *object)
{
  SxCanvas *self = SX_CANVAS (object);

  sx_canvas_stop_animation (self);
  if (self->world != NULL)
    drop_graph (self);
  if (self->palette != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->palette));
  self->palette = NULL;
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->hint, gtk_widget_unparent);
  if (self->minimap != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->minimap));
  self->minimap = NULL;
  if (self->overlay != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->overlay));
  self->overlay = NULL;
  if (self->world != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->world));
  self->world = NULL;
  for (guint i = 0; i < 2; i++)
    if (self->adjustments[i] != NULL)
      {
        g_signal_handlers_disconnect_by_data (self->adjustments[i], self);
        g_clear_object (&self->adjustments[i]);
      }
  G_OBJECT_CLASS (sx_canvas_parent_class)->dispose (object);
}

static void
sx_canvas_finalize (GObject *object)
{
  SxCanvas *self = SX_CANVAS (object);

  g_clear_pointer (&self->dots, gsk_render_node_unref);
  g_clear_pointer (&self->reading_order, g_ptr_array_unref);
  g_clear_pointer (&self->rubber_base, g_hash_table_unref);
  g_hash_table_unref (self->views);
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->selection);
  sx_spatial_index_free (self->block_index);
  sx_spatial_index_free (self->link_index);
  g_ptr_array_unref (self->drag_views);
  g_array_unref (self->drag_origins);
  g_free (self->selected_link);
  g_free (self->selected_frame);
  g_free (self->drag_frame);
  g_free (self->hovered_link);
  g_free (self->hovered_block);
  sx_canvas_style_clear (&self->style);
  G_OBJECT_CLASS (sx_canvas_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  g_object_class_install_property (class, PROP_HISTORY, g_param_spec_object ("history", NULL, NULL, SX_TYPE_HISTORY, flags));
  g_object_class_install_property (class, PROP_ZOOM, g_param_spec_double ("zoom", NULL, NULL, SX_CANVAS_MIN_ZOOM, SX_CANVAS_MAX_ZOOM, 1.0, flags));
  g_object_class_install_property (class, PROP_HIGH_CONTRAST, g_param_spec_boolean ("high-contrast", NULL, NULL, FALSE, flags));
  g_object_class_install_property (class, PROP_SCROLL_ZOOMS, g_param_spec_boolean ("scroll-zooms", NULL, NULL, FALSE, flags));
  g_object_class_install_property (class, PROP_SHOW_MINIMAP, g_param_spec_boolean ("show-minimap", NULL, NULL, FALSE, flags));
  g_object_class_override_property (class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (class, PROP_VSCROLL_POLICY, "vscroll-policy");
}

static void
install_signals (SxCanvasClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[BLOCK_ACTIVATED] = g_signal_new ("block-activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ADD_REQUESTED] = g_signal_new ("add-requested", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                                         G_TYPE_BOOLEAN, 4, G_TYPE_DOUBLE, G_TYPE_DOUBLE, G_TYPE_STRING, G_TYPE_STRING);
  signals[FILES_DROPPED] = g_signal_new ("files-dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, GDK_TYPE_FILE_LIST, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
sx_canvas_class_init (SxCanvasClass *class)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->set_property = sx_canvas_set_property;
  object_class->get_property = sx_canvas_get_property;
  object_class->dispose = sx_canvas_dispose;
  object_class->finalize = sx_canvas_finalize;
  widget_class->measure = sx_canvas_measure;
  widget_class->size_allocate = sx_canvas_size_allocate;
  widget_class->snapshot = sx_canvas_snapshot;
  widget_class->css_changed = sx_canvas_css_changed;
  widget_class->direction_changed = sx_canvas_direction_changed;
  widget_class->realize = sx_canvas_realize;
  widget_class->unmap = sx_canvas_unmap;
  widget_class->focus = sx_canvas_focus;

  install_properties (object_class);
  install_signals (class);
  sx_canvas_install_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "sx-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
make_hint (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("sx-canvas-blocks-symbolic");
  GtkWidget *title = gtk_label_new (_ ("Add Your First Block"));
  GtkWidget *text = gtk_label_new (_ ("Type to search for one, drag one here from the palette, or drop a data file."));

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 64);
  gtk_widget_set_margin_bottom (icon, 12);
  gtk_widget_add_css_class (icon, "dim-label");
  gtk_widget_add_css_class (title, "title-2");
  gtk_widget_add_css_class (text, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 42);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_widget_add_css_class (box, "sx-canvas-hint");
  gtk_widget_set_can_target (box, FALSE);
  return box;
}

static void
sx_canvas_init (SxCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  sx_canvas_load_resources (gtk_widget_get_display (widget));
  self->zoom = 1.0;
  self->views = g_hash_table_new (g_str_hash, g_str_equal);
  self->links = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)sx_link_view_free);
  self->selection = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->block_index = sx_spatial_index_new (SX_CANVAS_CELL);
  self->link_index = sx_spatial_index_new (SX_CANVAS_CELL);
  self->drag_views = g_ptr_array_new ();
  self->drag_origins = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));

  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_add_css_class (widget, "view");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Canvas"), -1);

  self->world = SX_CANVAS_WORLD (sx_canvas_world_new (self));
  gtk_widget_set_parent (GTK_WIDGET (self->world), widget);
  self->hint = make_hint ();
  gtk_widget_set_parent (self->hint, widget);
  self->minimap = SX_CANVAS_MINIMAP (sx_canvas_minimap_new (self));
  gtk_widget_set_visible (GTK_WIDGET (self->minimap), FALSE);
  gtk_widget_set_parent (GTK_WIDGET (self->minimap), widget);
  self->overlay = SX_CANVAS_OVERLAY (sx_canvas_overlay_new (self));
  gtk_widget_set_parent (GTK_WIDGET (self->overlay), widget);

  sx_canvas_set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, NULL);
  sx_canvas_set_adjustment (self, GTK_ORIENTATION_VERTICAL, NULL);
  sx_canvas_init_gestures (self);
  sx_canvas_init_keys (self);
  sx_canvas_init_drop (self);
  sx_canvas_style_update (&self->style, self);
  sx_canvas_update_actions (self);
}

GtkWidget *
sx_canvas_new (SxHistory *history)
{
  return g_object_new (SX_TYPE_CANVAS, "history", history, NULL);
}
