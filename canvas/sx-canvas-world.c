/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The child that carries zoom and pan: frames, then links, then blocks. Blocks further than half a view away are not visible
 * children; what is near is asked of the spatial index, so that a frame costs what is in view and not what is in the graph. */

#define MAX_FULL_BLOCKS 500
#define MAX_PLAIN_BLOCKS 2000

struct _SxCanvasWorld
{
  GtkWidget parent_instance;

  SxCanvas       *canvas;
  GPtrArray      *shown;  /* of borrowed SxBlockView */
  graphene_rect_t culled; /* world: what was asked for */
  SxCanvasBand    band;
  gboolean        is_stale;
};

G_DEFINE_FINAL_TYPE (SxCanvasWorld, sx_canvas_world, GTK_TYPE_WIDGET)

SxCanvasBand
sx_canvas_world_get_band (SxCanvasWorld *self)
{
  return self->band;
}

static SxCanvasBand
choose_band (SxCanvas *canvas, guint n)
{
  if (canvas->zoom < 0.2 || n > MAX_PLAIN_BLOCKS)
    return SX_BAND_OVERVIEW;
  if (canvas->zoom < 0.45 || n > MAX_FULL_BLOCKS)
    return SX_BAND_PLAIN;
  return SX_BAND_FULL;
}

void
sx_canvas_world_redraw_blocks (SxCanvasWorld *self)
{
  for (guint i = 0; i < self->shown->len; i++)
    gtk_widget_queue_draw (g_ptr_array_index (self->shown, i));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sx_canvas_world_recull (SxCanvasWorld *self)
{
  SxCanvas *canvas = self->canvas;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  graphene_rect_t view;
  SxCanvasBand    band;

  sx_canvas_get_view_rect (canvas, &view);
  graphene_rect_inset_r (&view, -view.size.width / 2.0f, -view.size.height / 2.0f, &self->culled);
  sx_spatial_index_query (canvas->block_index, &self->culled, found);
  for (guint i = 0; i < self->shown->len; i++)
    {
      SxBlockView    *block = g_ptr_array_index (self->shown, i);
      graphene_rect_t rect, cut;

      sx_block_view_get_rect (block, &rect);
      /* The focused one stays: hiding it would drop the focus. */
      if (!graphene_rect_intersection (&rect, &self->culled, &cut) && !gtk_widget_has_focus (GTK_WIDGET (block)))
        gtk_widget_set_child_visible (GTK_WIDGET (block), FALSE);
    }
  for (guint i = 0; i < found->len; i++)
    gtk_widget_set_child_visible (g_ptr_array_index (found, i), TRUE);
  band = choose_band (canvas, found->len);
  g_ptr_array_unref (self->shown);
  self->shown = g_steal_pointer (&found);
  self->is_stale = FALSE;
  if (band != self->band)
    {
      self->band = band;
      sx_canvas_world_redraw_blocks (self);
    }
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sx_canvas_world_follow (SxCanvasWorld *self)
{
  graphene_rect_t view;

  sx_canvas_get_view_rect (self->canvas, &view);
  if (self->is_stale || !graphene_rect_contains_rect (&self->culled, &view) || choose_band (self->canvas, self->shown->len) != self->band ||
      self->culled.size.width > 4.0f * view.size.width)
    sx_canvas_world_recull (self);
}

void
sx_canvas_world_forget (SxCanvasWorld *self, SxBlockView *view)
{
  g_ptr_array_remove_fast (self->shown, view);
  self->is_stale = TRUE;
}

void
sx_canvas_world_update_label (SxCanvasWorld *self)
{
  guint            n_blocks = self->canvas->graph != NULL ? sx_graph_get_n_blocks (self->canvas->graph) : 0;
  guint            n_links = self->canvas->graph != NULL ? sx_graph_get_n_links (self->canvas->graph) : 0;
  g_autofree char *blocks = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u block", "%u blocks", n_blocks), n_blocks);
  g_autofree char *links = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u link", "%u links", n_links), n_links);
  /* Translators: “12 blocks, 14 links” */
  g_autofree char *label = g_strdup_printf (_ ("%s, %s"), blocks, links);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* ---- frames ---- */

static void
draw_frame (SxCanvas *canvas, GtkSnapshot *snapshot, const SxGraphFrame *frame)
{
  const SxCanvasStyle *style = &canvas->style;
  GdkRGBA              fill = style->foreground, border = style->border;
  graphene_rect_t      rect = GRAPHENE_RECT_INIT ((float)sx_canvas_mirror (canvas, frame->x, frame->width), (float)frame->y, (float)frame->width, (float)frame->height);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (canvas), frame->title);
  GskRoundedRect rounded;

  sx_canvas_get_frame_rect (canvas, frame, &rect);
  if (g_strcmp0 (canvas->selected_frame, frame->id) == 0)
    border = style->accent;
  fill.alpha = style->is_dark ? 0.06f : 0.04f;
  gsk_rounded_rect_init_from_rect (&rounded, &rect, 14.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, &fill, &rect);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &rounded, (float[4]){ 1, 1, 1, 1 }, (GdkRGBA[4]){ border, border, border, border });
  pango_layout_set_font_description (layout, style->title_font);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (layout, (int)(MAX (frame->width - 24.0, 20.0) * PANGO_SCALE));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (rect.origin.x + 12.0f, rect.origin.y + 8.0f));
  gtk_snapshot_append_layout (snapshot, layout, &style->dim);
  if (frame->text != NULL && *frame->text != '\0')
    {
      pango_layout_set_font_description (layout, style->caption_font);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
      pango_layout_set_text (layout, frame->text, -1);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0.0f, (float)style->title_height + 4.0f));
      gtk_snapshot_append_layout (snapshot, layout, &style->foreground);
    }
  gtk_snapshot_restore (snapshot);
}

/* ---- drawing ---- */

static void
draw_overview (SxCanvasWorld *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  SxCanvas *canvas = self->canvas;
  cairo_t  *cr = gtk_snapshot_append_cairo (snapshot, area);

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (guint category = 0; category < SX_N_BLOCK_CATEGORIES + 1; category++)
    {
      for (guint i = 0; i < self->shown->len; i++)
        {
          SxBlockView    *block = g_ptr_array_index (self->shown, i);
          graphene_rect_t rect;

          if ((block->is_selected ? SX_N_BLOCK_CATEGORIES : sx_block_get_kind (block->block)->category) != category)
            continue;
          sx_block_view_get_rect (block, &rect);
          gdk_cairo_rectangle (cr, &(GdkRectangle){ (int)rect.origin.x, (int)rect.origin.y, (int)rect.size.width, (int)rect.size.height });
        }
      gdk_cairo_set_source_rgba (cr, category == SX_N_BLOCK_CATEGORIES ? &canvas->style.accent : &canvas->style.categories[category]);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static void
draw_links (SxCanvasWorld *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  SxCanvas *canvas = self->canvas;
  g_autoptr (GPtrArray) links = g_ptr_array_new ();

  sx_spatial_index_query (canvas->link_index, area, links);
  for (guint i = links->len; i-- > 0;)
    if (((SxLinkView *)g_ptr_array_index (links, i))->is_hidden)
      g_ptr_array_remove_index_fast (links, i);
  if (links->len > 0)
    sx_link_layer_choose (canvas, links->len)->snapshot (canvas, snapshot, links, area);
}

static void
sx_canvas_world_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxCanvasWorld *self = SX_CANVAS_WORLD (widget);
  SxCanvas      *canvas = self->canvas;

  if (canvas->graph == NULL)
    return;
  for (guint i = 0; i < sx_graph_get_n_frames (canvas->graph); i++)
    draw_frame (canvas, snapshot, sx_graph_get_frame (canvas->graph, i));
  draw_links (self, snapshot, &self->culled);
  if (self->band == SX_BAND_OVERVIEW)
    {
      draw_overview (self, snapshot, &self->culled);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_child_visible (child))
      gtk_widget_snapshot_child (widget, child, snapshot);
}

static void
sx_canvas_world_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
}

static void
sx_canvas_world_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      graphene_rect_t rect;
      int             w, h;

      if (!gtk_widget_should_layout (child) || !gtk_widget_get_child_visible (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &w, NULL, NULL, NULL);
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, -1, &h, NULL, NULL, NULL);
      sx_block_view_get_rect (SX_BLOCK_VIEW (child), &rect);
      gtk_widget_allocate (child, MAX (w, (int)rect.size.width), MAX (h, (int)rect.size.height), -1, gsk_transform_translate (NULL, &rect.origin));
    }
}

static void
sx_canvas_world_finalize (GObject *object)
{
  g_ptr_array_unref (SX_CANVAS_WORLD (object)->shown);
  G_OBJECT_CLASS (sx_canvas_world_parent_class)->finalize (object);
}

static void
sx_canvas_world_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sx_canvas_world_parent_class)->dispose (object);
}

static void
sx_canvas_world_class_init (SxCanvasWorldClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_canvas_world_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_canvas_world_finalize;
  widget_class->measure = sx_canvas_world_measure;
  widget_class->size_allocate = sx_canvas_world_size_allocate;
  widget_class->snapshot = sx_canvas_world_snapshot;
  gtk_widget_class_set_css_name (widget_class, "sx-canvas-world");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
sx_canvas_world_init (SxCanvasWorld *self)
{
  self->shown = g_ptr_array_new ();
  self->is_stale = TRUE;
}

GtkWidget *
sx_canvas_world_new (SxCanvas *canvas)
{
  SxCanvasWorld *self = g_object_new (SX_TYPE_CANVAS_WORLD, NULL);

  self->canvas = canvas;
  return GTK_WIDGET (self);
}
