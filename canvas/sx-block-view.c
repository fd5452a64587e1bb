/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-block-view-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* One block: a leaf widget that draws itself (sx-block-draw.c), so that thousands stay cheap and each is still an object for
 * assistive technology. It shows what the block says at the last refresh. */

G_DEFINE_FINAL_TYPE (SxBlockView, sx_block_view, GTK_TYPE_WIDGET)

SxBlock *
sx_block_view_get_block (SxBlockView *self)
{
  return self->block;
}

const char *
sx_block_view_get_id (SxBlockView *self)
{
  return self->id;
}

void
sx_block_view_get_rect (SxBlockView *self, graphene_rect_t *rect)
{
  graphene_rect_init (rect, (float)self->x, (float)self->y, (float)self->canvas->style.width, (float)self->height);
}

void
sx_block_view_get_origin (SxBlockView *self, double *x, double *y)
{
  *x = self->x;
  *y = self->y;
}

void
sx_block_view_set_origin (SxBlockView *self, double x, double y)
{
  graphene_rect_t rect;

  self->x = x;
  self->y = y;
  sx_block_view_get_rect (self, &rect);
  sx_spatial_index_set (self->canvas->block_index, self, &rect);
  gtk_widget_queue_allocate (GTK_WIDGET (self->canvas->world));
}

guint
sx_block_view_get_n_ports (SxBlockView *self)
{
  return self->n_ports;
}

const SxPortSpec *
sx_block_view_get_port (SxBlockView *self, guint port)
{
  return &sx_block_get_kind (self->block)->ports[port];
}

int
sx_block_view_find_port (SxBlockView *self, const char *id)
{
  for (guint i = 0; i < self->n_ports; i++)
    if (g_strcmp0 (sx_block_view_get_port (self, i)->id, id) == 0)
      return (int)i;
  return -1;
}

/* Where a port's dot stands in the block; collapsed ones share the header's side. */
void
sx_block_view_get_port_place (SxBlockView *self, guint port, graphene_point_t *place)
{
  const SxCanvasStyle *style = &self->canvas->style;
  const SxPortSpec    *spec = sx_block_view_get_port (self, port);
  guint                row = 0, n_rows = 0;
  gboolean             is_left = (spec->direction == SX_PORT_IN) != style->is_rtl;
  double               y;

  for (guint i = 0; i < self->n_ports; i++)
    if (sx_block_view_get_port (self, i)->direction == spec->direction)
      {
        row += i < port;
        n_rows++;
      }
  if (self->is_collapsed)
    y = style->header_height * (row + 1.0) / (n_rows + 1.0);
  else
    y = style->header_height + 4.0 + style->row_height * (row + 0.5);
  graphene_point_init (place, is_left ? 0.0f : (float)style->width, (float)y);
}

void
sx_block_view_get_port_anchor (SxBlockView *self, guint port, graphene_point_t *anchor)
{
  sx_block_view_get_port_place (self, port, anchor);
  anchor->x += (float)self->x;
  anchor->y += (float)self->y;
}

/* ---- state ---- */

gboolean
sx_block_view_is_selected (SxBlockView *self)
{
  return self->is_selected;
}

void
sx_block_view_set_selected (SxBlockView *self, gboolean selected)
{
  if (self->is_selected == (selected != FALSE))
    return;
  self->is_selected = selected != FALSE;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, (int)selected, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sx_block_view_set_hovered (SxBlockView *self, gboolean hovered, int port)
{
  if (self->is_hovered == (hovered != FALSE) && self->hovered_port == port)
    return;
  self->is_hovered = hovered != FALSE;
  self->hovered_port = port;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static PangoLayout *
make_layout (SxBlockView *self, const char *text, const PangoFontDescription *font, double width)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self->canvas), text);

  pango_layout_set_font_description (layout, font);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  return layout;
}

static void
update_layouts (SxBlockView *self)
{
  const SxCanvasStyle *style = &self->canvas->style;
  double               text_width = style->width - SX_BLOCK_TEXT_LEFT - 14.0;
  guint                n_sides[2] = { 0, 0 };

  g_clear_object (&self->title);
  g_clear_object (&self->summary);
  g_ptr_array_set_size (self->port_titles, 0);
  self->title = make_layout (self, sx_block_get_title (self->block), style->title_font, text_width - 18.0);
  self->summary = make_layout (self, self->summary_text, style->caption_font, text_width);
  for (guint i = 0; i < self->n_ports; i++)
    {
      const SxPortSpec *spec = sx_block_view_get_port (self, i);

      n_sides[spec->direction]++;
      g_ptr_array_add (self->port_titles, make_layout (self, _ (spec->title), style->caption_font, style->width / 2.0 - 20.0));
    }
  self->height = style->header_height;
  if (!self->is_collapsed && self->n_ports > 0)
    self->height += MAX (n_sides[0], n_sides[1]) * style->row_height + 8.0;
}

/* What keeps the block from running, as far as the graph itself tells. */
static void
update_problem (SxBlockView *self)
{
  SxGraph *graph = self->canvas->graph;

  g_clear_pointer (&self->problem, g_free);
  self->linked = 0;
  for (guint i = 0; i < self->n_ports && i < 32; i++)
    {
      const SxPortSpec *spec = sx_block_view_get_port (self, i);
      g_autoptr (GPtrArray) links = sx_graph_list_links (graph, self->id, spec->direction, spec->id);

      if (links->len > 0)
        self->linked |= 1u << i;
      else if (spec->direction == SX_PORT_IN && (spec->flags & SX_PORT_OPTIONAL) == 0 && self->problem == NULL)
        self->problem = g_strdup_printf (_ ("The input “%s” is not linked."), _ (spec->title));
    }
  if (self->is_lacking)
    {
      g_free (self->problem);
      self->problem = g_strdup (self->summary_text);
    }
}

static const char *
describe_state (SxBlockState state)
{
  switch (state)
    {
    case SX_BLOCK_WAITING:
      return _ ("waiting");
    case SX_BLOCK_RUNNING:
      return _ ("running");
    case SX_BLOCK_DONE:
      return _ ("done");
    case SX_BLOCK_STALE:
      return _ ("out of date");
    case SX_BLOCK_FAILED:
      return _ ("failed");
    case SX_BLOCK_IDLE:
    default:
      return NULL;
    }
}

void
sx_block_view_refresh_accessible (SxBlockView *self)
{
  const SxBlockKind *kind = sx_block_get_kind (self->block);
  g_autoptr (GString) text = g_string_new (_ (kind->title));
  double      progress;
  const char *message, *state = describe_state (sx_block_get_state (self->block, &progress, &message));
  guint       n_in = 0, n_linked = 0;

  for (guint i = 0; i < self->n_ports; i++)
    if (sx_block_view_get_port (self, i)->direction == SX_PORT_IN)
      {
        n_in++;
        n_linked += (self->linked >> i) & 1;
      }
  g_string_append_printf (text, ", %s", self->summary_text);
  if (n_in > 0)
    {
      /* Translators: linked inputs of all inputs */
      g_autofree char *inputs = g_strdup_printf (_ ("%u of %u inputs linked"), n_linked, n_in);

      g_string_append_printf (text, ", %s", inputs);
    }
  if (state != NULL)
    g_string_append_printf (text, ", %s", state);
  if (message != NULL && *message != '\0')
    g_string_append_printf (text, ": %s", message);
  if (self->problem != NULL && !self->is_lacking)
    g_string_append_printf (text, ", %s", self->problem);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, sx_block_get_title (self->block),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

void
sx_block_view_refresh (SxBlockView *self)
{
  gboolean is_lacking;

  g_free (self->summary_text);
  self->summary_text = sx_block_summarize (self->block, &is_lacking);
  self->is_lacking = is_lacking;
  self->is_muted = sx_block_is_muted (self->block);
  self->is_collapsed = sx_block_is_collapsed (self->block);
  update_problem (self);
  update_layouts (self);
  sx_block_view_refresh_accessible (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- widget ---- */

static void
sx_block_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  SxBlockView *self = SX_BLOCK_VIEW (widget);

  *minimum = *natural = (int)(orientation == GTK_ORIENTATION_HORIZONTAL ? self->canvas->style.width : self->height);
  *minimum_baseline = *natural_baseline = -1;
}

static gboolean
sx_block_view_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  SxBlockView     *self = SX_BLOCK_VIEW (widget);
  double           progress;
  const char      *message;
  SxBlockState     state = sx_block_get_state (self->block, &progress, &message);
  g_autofree char *text = NULL;

  if (self->canvas->drag != SX_DRAG_NONE)
    return FALSE;
  if (!keyboard && self->hovered_port >= 0)
    {
      const SxPortSpec *spec = sx_block_view_get_port (self, (guint)self->hovered_port);

      text = g_strdup_printf ("%s: %s", _ (spec->title), sx_port_type_get_title (spec->type));
    }
  else if (state == SX_BLOCK_FAILED && message != NULL && *message != '\0')
    text = g_strdup (message);
  else if (self->problem != NULL)
    text = g_strdup (self->problem);
  else if (keyboard || y < self->canvas->style.header_height)
    text = g_strdup (_ (sx_block_get_kind (self->block)->help));
  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static gboolean
sx_block_view_grab_focus (GtkWidget *widget)
{
  SxBlockView *self = SX_BLOCK_VIEW (widget);

  /* A block out of view is not mapped, and focus needs that. */
  gtk_widget_set_child_visible (widget, TRUE);
  gtk_root_set_focus (gtk_widget_get_root (widget), widget);
  sx_canvas_scroll_to_block (self->canvas, self->id);
  return TRUE;
}

static void
activate_block (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SxBlockView *self = SX_BLOCK_VIEW (widget);

  sx_canvas_emit_activated (self->canvas, self->id);
}

static void
select_block (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SxBlockView *self = SX_BLOCK_VIEW (widget);

  sx_canvas_select_block (self->canvas, self->id);
}

static void
sx_block_view_dispose (GObject *object)
{
  SxBlockView *self = SX_BLOCK_VIEW (object);

  g_clear_object (&self->title);
  g_clear_object (&self->summary);
  g_clear_pointer (&self->port_titles, g_ptr_array_unref);
  g_clear_object (&self->block);
  g_clear_pointer (&self->summary_text, g_free);
  g_clear_pointer (&self->problem, g_free);
  G_OBJECT_CLASS (sx_block_view_parent_class)->dispose (object);
}

static void
sx_block_view_finalize (GObject *object)
{
  g_free (SX_BLOCK_VIEW (object)->id);
  G_OBJECT_CLASS (sx_block_view_parent_class)->finalize (object);
}

static void
sx_block_view_class_init (SxBlockViewClass *class)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sx_block_view_dispose;
  object_class->finalize = sx_block_view_finalize;
  widget_class->measure = sx_block_view_measure;
  widget_class->snapshot = sx_block_view_snapshot;
  widget_class->query_tooltip = sx_block_view_query_tooltip;
  widget_class->grab_focus = sx_block_view_grab_focus;
  gtk_widget_class_install_action (widget_class, "block.open", NULL, activate_block);
  gtk_widget_class_install_action (widget_class, "block.select", NULL, select_block);
  gtk_widget_class_set_css_name (widget_class, "sx-block");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
sx_block_view_init (SxBlockView *self)
{
  self->port_titles = g_ptr_array_new_with_free_func (g_object_unref);
  self->hovered_port = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, FALSE, -1);
}

GtkWidget *
sx_block_view_new (SxCanvas *canvas, SxBlock *block)
{
  SxBlockView *self = g_object_new (SX_TYPE_BLOCK_VIEW, NULL);
  double       x, y;

  self->canvas = canvas;
  self->block = g_object_ref (block);
  self->id = g_strdup (sx_block_get_id (block));
  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port != NULL && port->id != NULL; port++)
    self->n_ports++;
  sx_block_get_position (block, &x, &y);
  self->x = sx_canvas_mirror (canvas, x, canvas->style.width);
  self->y = y;
  sx_block_view_refresh (self);
  return GTK_WIDGET (self);
}
