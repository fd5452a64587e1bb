/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-palette.h"

#include <glib/gi18n-lib.h>
#include <sx-canvas.h>

struct _SxPalette
{
  GtkWidget parent_instance;

  GtkWidget *box, *search, *list;
};

G_DEFINE_FINAL_TYPE (SxPalette, sx_palette, GTK_TYPE_WIDGET)

static guint kind_activated;

static const char *const category_icons[SX_N_BLOCK_CATEGORIES] = {
  [SX_BLOCK_SOURCE] = "sx-category-source-symbolic",
  [SX_BLOCK_TABLE] = "sx-category-table-symbolic",
  [SX_BLOCK_PREPARE] = "sx-category-prepare-symbolic",
  [SX_BLOCK_SPLIT] = "sx-category-split-symbolic",
  [SX_BLOCK_MODEL] = "sx-category-model-symbolic",
  [SX_BLOCK_EVALUATE] = "sx-category-evaluate-symbolic",
  [SX_BLOCK_EXPORT] = "sx-category-export-symbolic",
};

static const char *const category_classes[SX_N_BLOCK_CATEGORIES] = {
  [SX_BLOCK_SOURCE] = "sx-source",
  [SX_BLOCK_TABLE] = "sx-table",
  [SX_BLOCK_PREPARE] = "sx-prepare",
  [SX_BLOCK_SPLIT] = "sx-split",
  [SX_BLOCK_MODEL] = "sx-model",
  [SX_BLOCK_EVALUATE] = "sx-evaluate",
  [SX_BLOCK_EXPORT] = "sx-export",
};

static const SxBlockKind *
get_kind (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "sx-kind");
}

/* ---- searching ---- */

static guint
score (SxPalette *self, GtkListBoxRow *row)
{
  const SxBlockKind *kind = get_kind (row);

  return sx_canvas_score_match (gtk_editable_get_text (GTK_EDITABLE (self->search)), _ (kind->title), kind->aliases != NULL ? _ (kind->aliases) : NULL, _ (kind->help));
}

static gboolean
is_searching (SxPalette *self)
{
  return *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';
}

static gboolean
filter_cb (GtkListBoxRow *row, gpointer data)
{
  return score (data, row) > 0;
}

/* In the order of the registry, or the best match first. */
static int
sort_cb (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  guint x = score (data, a), y = score (data, b);
  int   first = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (a), "sx-place")), second = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (b), "sx-place"));

  if (is_searching (data) && x != y)
    return x > y ? -1 : 1;
  return first - second;
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const SxBlockKind *kind = get_kind (row);
  GtkWidget         *header;

  if (is_searching (data) || (before != NULL && get_kind (before)->category == kind->category))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  if (gtk_list_box_row_get_header (row) != NULL)
    return;
  header = gtk_label_new (sx_block_category_get_title (kind->category));
  gtk_label_set_xalign (GTK_LABEL (header), 0.0f);
  gtk_widget_add_css_class (header, "heading");
  gtk_widget_add_css_class (header, "sx-palette-header");
  gtk_list_box_row_set_header (row, header);
}

static void
search_changed_cb (GtkEditable *search, SxPalette *self)
{
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
  gtk_list_box_invalidate_sort (GTK_LIST_BOX (self->list));
  gtk_list_box_invalidate_headers (GTK_LIST_BOX (self->list));
}

const char *
sx_palette_get_shown (SxPalette *self, guint place)
{
  g_return_val_if_fail (SX_IS_PALETTE (self), NULL);
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i);

      if (row == NULL)
        return NULL;
      if (score (self, row) > 0 && place-- == 0)
        return get_kind (row)->id;
    }
}

static void
search_activated_cb (GtkSearchEntry *search, SxPalette *self)
{
  const char *first = sx_palette_get_shown (self, 0);

  if (first != NULL && is_searching (self))
    g_signal_emit (self, kind_activated, 0, first);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, SxPalette *self)
{
  g_signal_emit (self, kind_activated, 0, get_kind (row)->id);
}

/* Down from the search goes into the list. */
static gboolean
key_cb (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, SxPalette *self)
{
  if (key != GDK_KEY_Down)
    return FALSE;
  return gtk_widget_child_focus (self->list, GTK_DIR_TAB_FORWARD);
}

/* ---- rows ---- */

static GdkContentProvider *
prepare_drag_cb (GtkDragSource *source, double x, double y, GtkListBoxRow *row)
{
  g_autofree char *text = g_strconcat (SX_CANVAS_DRAG_PREFIX, get_kind (row)->id, NULL);

  return gdk_content_provider_new_typed (G_TYPE_STRING, text);
}

static void
begin_drag_cb (GtkDragSource *source, GdkDrag *drag, GtkListBoxRow *row)
{
  GdkPaintable *picture = gtk_widget_paintable_new (GTK_WIDGET (row));

  gtk_drag_source_set_icon (source, picture, 0, 0);
  g_object_unref (picture);
}

static const char *
find_icon (const SxBlockKind *kind)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());

  return kind->icon != NULL && gtk_icon_theme_has_icon (theme, kind->icon) ? kind->icon : category_icons[kind->category];
}

static void
add_kind (SxPalette *self, const SxBlockKind *kind, int place)
{
  GtkWidget     *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget     *icon = gtk_image_new_from_icon_name (find_icon (kind)), *title = gtk_label_new (_ (kind->title));
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_widget_add_css_class (icon, "sx-kind-icon");
  gtk_widget_add_css_class (icon, category_classes[kind->category]);
  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), title);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, _ (kind->help));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (kind->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _ (kind->help), -1);
  g_object_set_data (G_OBJECT (row), "sx-kind", (gpointer)kind);
  g_object_set_data (G_OBJECT (row), "sx-place", GINT_TO_POINTER (place));
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_drag_cb), row);
  g_signal_connect (source, "drag-begin", G_CALLBACK (begin_drag_cb), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
}

void
sx_palette_focus_search (SxPalette *self)
{
  g_return_if_fail (SX_IS_PALETTE (self));
  gtk_widget_grab_focus (self->search);
}

void
sx_palette_set_search (SxPalette *self, const char *text)
{
  g_return_if_fail (SX_IS_PALETTE (self));
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  search_changed_cb (GTK_EDITABLE (self->search), self);
}

/* ---- widget ---- */

static void
sx_palette_dispose (GObject *object)
{
  SxPalette *self = SX_PALETTE (object);

  /* A list that loses its rows asks for headers; the search, which they hang on, goes before it. */
  if (self->box != NULL)
    gtk_list_box_set_header_func (GTK_LIST_BOX (self->list), NULL, NULL, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (sx_palette_parent_class)->dispose (object);
}

static void
sx_palette_class_init (SxPaletteClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_palette_dispose;
  kind_activated = g_signal_new ("kind-activated", SX_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-palette");
}

static void
sx_palette_init (SxPalette *self)
{
  GtkWidget          *scroller = gtk_scrolled_window_new (), *empty = gtk_label_new (_ ("No block is called so"));
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Search blocks"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search blocks"), -1);
  gtk_widget_add_css_class (self->search, "sx-palette-search");
  g_signal_connect (self->search, "changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (search_activated_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (self->search, keys);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_SINGLE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Blocks"), -1);
  gtk_widget_add_css_class (empty, "dim-label");
  gtk_widget_set_margin_top (empty, 24);
  gtk_label_set_wrap (GTK_LABEL (empty), TRUE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  for (guint i = 0; sx_block_kind_list ()[i] != NULL; i++)
    add_kind (self, sx_block_kind_list ()[i], (int)i);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), filter_cb, self, NULL);
  gtk_list_box_set_sort_func (GTK_LIST_BOX (self->list), sort_cb, self, NULL);
  gtk_list_box_set_header_func (GTK_LIST_BOX (self->list), header_cb, self, NULL);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_set_vexpand (scroller, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->search);
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
sx_palette_new (void)
{
  return g_object_new (SX_TYPE_PALETTE, NULL);
}
