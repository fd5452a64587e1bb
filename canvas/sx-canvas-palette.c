/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The canvas's own palette: type, Enter. It lists kinds to add, or ports that a link could go to. */

#define LIST_HEIGHT 320
#define WIDTH 340

struct _SxCanvasPalette
{
  GtkPopover parent_instance;

  SxCanvas  *canvas;
  GtkWidget *search, *list, *scroller;
  double     x, y;         /* document: where the block goes */
  char      *block, *port; /* (nullable): what it is linked to */
};

G_DEFINE_FINAL_TYPE (SxCanvasPalette, sx_canvas_palette, GTK_TYPE_POPOVER)

/* ---- matching ---- */

static guint
score_word (const char *word, const char *text, guint weight)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
  const char      *found = folded != NULL ? strstr (folded, word) : NULL;

  if (found == NULL)
    return 0;
  if (found == folded)
    return weight * 4;
  return g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (found))) ? weight : weight * 3;
}

guint
sx_canvas_score_match (const char *text, const char *title, const char *aliases, const char *help)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t", -1);
  guint score = 1;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint best;

      if (*words[i] == '\0')
        continue;
      best = score_word (words[i], title, 8);
      best = MAX (best, score_word (words[i], aliases, 4));
      best = MAX (best, score_word (words[i], help, 1));
      if (best == 0)
        return 0;
      score += best;
    }
  return score;
}

/* ---- rows ---- */

static void
add_row (SxCanvasPalette *self, const char *title, const char *subtitle, const char *search, const char *help, const char *data, GtkIconPaintable *icon, gboolean is_possible)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title_label = gtk_label_new (title), *subtitle_label = gtk_label_new (subtitle);

  if (icon != NULL)
    gtk_box_append (GTK_BOX (box), gtk_image_new_from_paintable (GDK_PAINTABLE (icon)));
  gtk_label_set_xalign (GTK_LABEL (title_label), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (subtitle_label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (title_label), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (subtitle_label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (subtitle_label, "dim-label");
  gtk_widget_add_css_class (subtitle_label, "caption");
  gtk_box_append (GTK_BOX (texts), title_label);
  gtk_box_append (GTK_BOX (texts), subtitle_label);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_sensitive (row, is_possible);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_object_set_data_full (G_OBJECT (row), "sx-title", g_strdup (title), g_free);
  g_object_set_data_full (G_OBJECT (row), "sx-search", g_strdup (search), g_free);
  g_object_set_data_full (G_OBJECT (row), "sx-help", g_strdup (help), g_free);
  g_object_set_data_full (G_OBJECT (row), "sx-data", g_strdup (data), g_free);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
}

static guint
score_row (SxCanvasPalette *self, GtkListBoxRow *row)
{
  return sx_canvas_score_match (gtk_editable_get_text (GTK_EDITABLE (self->search)), g_object_get_data (G_OBJECT (row), "sx-title"),
                                g_object_get_data (G_OBJECT (row), "sx-search"), g_object_get_data (G_OBJECT (row), "sx-help"));
}

static gboolean
filter_row (GtkListBoxRow *row, gpointer data)
{
  return score_row (data, row) > 0;
}

static int
sort_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  guint x = score_row (data, a), y = score_row (data, b);

  return x > y ? -1 : x < y;
}

/* Steps over what the search hides and what is not possible. */
static void
select_row (SxCanvasPalette *self, int start, int step)
{
  for (int i = start; i >= 0; i += step)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i);
      GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
      double         x, y;

      if (row == NULL)
        return;
      if (!gtk_widget_get_sensitive (GTK_WIDGET (row)) || score_row (self, row) == 0)
        continue;
      gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
      if (gtk_widget_translate_coordinates (GTK_WIDGET (row), self->list, 0, 0, &x, &y))
        gtk_adjustment_clamp_page (adjustment, y, y + gtk_widget_get_height (GTK_WIDGET (row)));
      return;
    }
}

static void
clear_rows (SxCanvasPalette *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (self->list)) != NULL && GTK_IS_LIST_BOX_ROW (row))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
}

static void
search_changed_cb (GtkEditable *search, SxCanvasPalette *self)
{
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
  gtk_list_box_invalidate_sort (GTK_LIST_BOX (self->list));
  select_row (self, 0, 1);
}

static void
link_to_target (SxCanvasPalette *self, const char *data)
{
  SxCanvas *canvas = self->canvas;
  g_auto (GStrv) target = g_strsplit (data, "\n", 2);
  SxBlock          *block = sx_graph_find_block (canvas->graph, self->block);
  const SxPortSpec *port = block != NULL ? sx_block_kind_find_port (sx_block_get_kind (block), self->port) : NULL;

  if (port == NULL)
    return;
  if (port->direction == SX_PORT_OUT)
    sx_canvas_link (canvas, self->block, self->port, target[0], target[1], NULL);
  else
    sx_canvas_link (canvas, target[0], target[1], self->block, self->port, NULL);
}

static void
activate_cb (GtkListBox *list, GtkListBoxRow *row, SxCanvasPalette *self)
{
  g_autofree char *data = g_strdup (g_object_get_data (G_OBJECT (row), "sx-data"));

  gtk_popover_popdown (GTK_POPOVER (self));
  if (self->canvas->graph == NULL)
    return;
  if (strchr (data, '\n') != NULL)
    link_to_target (self, data);
  else
    g_free (sx_canvas_add_linked_block (self->canvas, data, self->x, self->y, self->block, self->port));
}

static void
enter_cb (GtkSearchEntry *search, SxCanvasPalette *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  if (row != NULL && gtk_widget_get_sensitive (GTK_WIDGET (row)))
    activate_cb (GTK_LIST_BOX (self->list), row, self);
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, SxCanvasPalette *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int            index = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  if (key == GDK_KEY_Escape)
    gtk_popover_popdown (GTK_POPOVER (self));
  else if (key == GDK_KEY_Down)
    select_row (self, index + 1, 1);
  else if (key == GDK_KEY_Up)
    select_row (self, index - 1, -1);
  else
    return FALSE;
  return TRUE;
}

/* ---- showing ---- */

static void
set_origin (SxCanvasPalette *self, const char *block, const char *port)
{
  g_autofree char *new_block = g_strdup (block), *new_port = g_strdup (port);

  g_free (self->block);
  g_free (self->port);
  self->block = g_steal_pointer (&new_block);
  self->port = g_steal_pointer (&new_port);
}

static void
show_at (SxCanvasPalette *self, const graphene_point_t *point, const char *text)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->canvas)), height = gtk_widget_get_height (GTK_WIDGET (self->canvas));

  gtk_editable_set_text (GTK_EDITABLE (self->search), text != NULL ? text : "");
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
  gtk_list_box_invalidate_sort (GTK_LIST_BOX (self->list));
  select_row (self, 0, 1);
  gtk_popover_set_pointing_to (GTK_POPOVER (self), &(GdkRectangle){ CLAMP ((int)point->x, 0, MAX (width - 1, 0)), CLAMP ((int)point->y, 0, MAX (height - 1, 0)), 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self));
  gtk_widget_grab_focus (self->search);
  gtk_editable_set_position (GTK_EDITABLE (self->search), -1);
}

void
sx_canvas_palette_show_kinds (SxCanvasPalette *self, double x, double y, const char *from_block, const char *from_port, const char *text)
{
  SxCanvas         *canvas = self->canvas;
  SxBlock          *from = from_block != NULL ? sx_graph_find_block (canvas->graph, from_block) : NULL;
  const SxPortSpec *port = from != NULL && from_port != NULL ? sx_block_kind_find_port (sx_block_get_kind (from), from_port) : NULL;
  graphene_point_t  point;

  set_origin (self, port != NULL ? from_block : NULL, port != NULL ? from_port : NULL);
  self->x = port != NULL && port->direction == SX_PORT_IN ? x - canvas->style.width : x;
  self->y = port != NULL ? y - canvas->style.header_height : y;
  clear_rows (self);
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if (port == NULL || sx_canvas_find_partner (*kind, port->direction, port->type) != NULL)
      add_row (self, _ ((*kind)->title), sx_block_category_get_title ((*kind)->category), (*kind)->aliases != NULL ? _ ((*kind)->aliases) : NULL, _ ((*kind)->help),
               (*kind)->id, sx_canvas_style_get_icon (&canvas->style, canvas, *kind), TRUE);
  sx_canvas_world_to_widget (canvas, sx_canvas_mirror (canvas, x, 0.0), y, &point);
  show_at (self, &point, text);
}

void
sx_canvas_palette_show_targets (SxCanvasPalette *self, const char *block, const char *port)
{
  SxCanvas         *canvas = self->canvas;
  SxBlockView      *view = sx_canvas_find_view (canvas, block);
  int               index = view != NULL ? sx_block_view_find_port (view, port) : -1;
  const SxPortSpec *from;
  graphene_point_t  anchor, point;

  if (index < 0)
    return;
  from = sx_block_view_get_port (view, (guint)index);
  set_origin (self, block, port);
  clear_rows (self);
  /* Free inputs first, then those that would lose a link, then the impossible ones with the reason. */
  for (int pass = 0; pass < 3; pass++)
    for (guint i = 0; i < sx_graph_get_n_blocks (canvas->graph); i++)
      {
        SxBlock    *other = sx_graph_get_block (canvas->graph, i);
        const char *id = sx_block_get_id (other);

        for (const SxPortSpec *spec = sx_block_get_kind (other)->ports; spec != NULL && spec->id != NULL && g_strcmp0 (id, block) != 0; spec++)
          {
            g_auto (SxLinkVerdict) verdict = { 0 };
            g_autofree char *title = NULL, *data = NULL;

            if (spec->direction == from->direction)
              continue;
            if (from->direction == SX_PORT_OUT)
              sx_graph_check_link (canvas->graph, block, port, id, spec->id, &verdict);
            else
              sx_graph_check_link (canvas->graph, id, spec->id, block, port, &verdict);
            if ((!verdict.ok ? 2 : verdict.replaces != NULL ? 1
                                                            : 0) != pass)
              continue;
            /* Translators: a block and one of its ports */
            title = g_strdup_printf (_ ("%s: %s"), sx_block_get_title (other), _ (spec->title));
            data = g_strdup_printf ("%s\n%s", id, spec->id);
            add_row (self, title, verdict.ok ? (verdict.replaces != NULL ? _ ("Replaces the link that is there") : sx_port_type_get_title (spec->type)) : verdict.reason,
                     id, NULL, data, sx_canvas_style_get_icon (&canvas->style, canvas, sx_block_get_kind (other)), verdict.ok);
          }
      }
  sx_block_view_get_port_anchor (view, (guint)index, &anchor);
  sx_canvas_world_to_widget (canvas, anchor.x, anchor.y, &point);
  show_at (self, &point, NULL);
}

void
sx_canvas_open_palette (SxCanvas *self, double x, double y, const char *from_block, const char *from_port, const char *text)
{
  g_return_if_fail (SX_IS_CANVAS (self));
  if (self->graph == NULL)
    return;
  if (self->palette == NULL)
    self->palette = SX_CANVAS_PALETTE (sx_canvas_palette_new (self));
  sx_canvas_palette_show_kinds (self->palette, x, y, from_block, from_port, text);
}

static void
closed_cb (GtkPopover *popover, gpointer data)
{
  SxCanvas *canvas = SX_CANVAS_PALETTE (popover)->canvas;

  if (sx_canvas_get_focused_view (canvas) == NULL && gtk_widget_get_mapped (GTK_WIDGET (canvas)))
    gtk_widget_grab_focus (GTK_WIDGET (canvas));
}

static void
sx_canvas_palette_finalize (GObject *object)
{
  SxCanvasPalette *self = SX_CANVAS_PALETTE (object);

  g_free (self->block);
  g_free (self->port);
  G_OBJECT_CLASS (sx_canvas_palette_parent_class)->finalize (object);
}

static void
sx_canvas_palette_class_init (SxCanvasPaletteClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sx_canvas_palette_finalize;
}

static void
sx_canvas_palette_init (SxCanvasPalette *self)
{
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *empty = gtk_label_new (_ ("Nothing Found"));
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Search"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search"), -1);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), filter_row, self, NULL);
  gtk_list_box_set_sort_func (GTK_LIST_BOX (self->list), sort_rows, self, NULL);
  gtk_widget_add_css_class (empty, "dim-label");
  gtk_widget_set_margin_top (empty, 24);
  gtk_widget_set_margin_bottom (empty, 24);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->list);
  gtk_widget_set_size_request (self->scroller, WIDTH, LIST_HEIGHT);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->scroller);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  gtk_widget_add_css_class (GTK_WIDGET (self), "sx-canvas-palette");
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self->search, "changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (enter_cb), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (activate_cb), self);
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
}

GtkWidget *
sx_canvas_palette_new (SxCanvas *canvas)
{
  SxCanvasPalette *self = g_object_new (SX_TYPE_CANVAS_PALETTE, NULL);

  self->canvas = canvas;
  gtk_widget_set_parent (GTK_WIDGET (self), GTK_WIDGET (canvas));
  return GTK_WIDGET (self);
}
