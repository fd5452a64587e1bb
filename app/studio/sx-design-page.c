/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-design-page.h"
#include "sx-data-source.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define PALETTE_WIDTH 220
#define INSPECTOR_WIDTH 320
#define MIN_CANVAS_WIDTH 400
#define MIN_PREVIEW_HEIGHT 120

struct _SxDesignPage
{
  GtkWidget parent_instance;

  GtkWidget *box, *guide, *palette_flap, *palette, *inspector_flap, *inspector, *paned, *canvas, *preview, *problems;

  SxDocument   *document;
  GCancellable *cancellable; /* of files being opened */
  gboolean      is_divided;
};

G_DEFINE_FINAL_TYPE (SxDesignPage, sx_design_page, GTK_TYPE_WIDGET)

enum {
  PROP_0,
  PROP_SHOW_PALETTE,
  PROP_SHOW_INSPECTOR,
  PROP_SHOW_PREVIEW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint       message;

static void
say (SxDesignPage *self, const char *text, gboolean offers_undo)
{
  g_signal_emit (self, message, 0, text, offers_undo);
}

/* ---- selection ---- */

static void
selection_changed_cb (SxCanvas *canvas, SxDesignPage *self)
{
  g_auto (GStrv) selection = sx_canvas_get_selection (canvas);
  const char *block = selection[0] != NULL && selection[1] == NULL ? selection[0] : NULL;

  sx_inspector_set_block (SX_INSPECTOR (self->inspector), block);
  sx_preview_set_block (SX_PREVIEW (self->preview), block);
}

static void
block_activated_cb (SxCanvas *canvas, const char *block, SxDesignPage *self)
{
  adw_flap_set_reveal_flap (ADW_FLAP (self->inspector_flap), TRUE);
  gtk_widget_child_focus (self->inspector, GTK_DIR_TAB_FORWARD);
}

static void
message_cb (SxCanvas *canvas, const char *text, gboolean offers_undo, SxDesignPage *self)
{
  say (self, text, offers_undo);
}

static void
show_block (SxDesignPage *self, const char *block)
{
  if (sx_graph_find_block (sx_document_get_graph (self->document), block) != NULL)
    sx_canvas_select_block (SX_CANVAS (self->canvas), block);
}

static void
problem_activated_cb (SxProblemButton *button, const char *block, SxDesignPage *self)
{
  show_block (self, block);
  if (!adw_flap_get_folded (ADW_FLAP (self->inspector_flap)))
    adw_flap_set_reveal_flap (ADW_FLAP (self->inspector_flap), TRUE);
}

static void
problems_found_cb (SxProblemButton *button, GPtrArray *problems, SxDesignPage *self)
{
  sx_inspector_set_problems (SX_INSPECTOR (self->inspector), problems);
}

/* ---- adding ---- */

static void
kind_activated_cb (SxPalette *palette, const char *kind, SxDesignPage *self)
{
  g_auto (GStrv) selection = sx_canvas_get_selection (SX_CANVAS (self->canvas));
  SxGraph           *graph = sx_document_get_graph (self->document);
  SxBlock           *from = selection[0] != NULL && selection[1] == NULL ? sx_graph_find_block (graph, selection[0]) : NULL;
  const SxBlockKind *added = sx_block_kind_find (kind);
  double             x, y;

  sx_canvas_get_center (SX_CANVAS (self->canvas), &x, &y);
  /* Behind the selected block where one of its outputs fits: building goes from left to right. */
  for (const SxPortSpec *out = from != NULL ? sx_block_get_kind (from)->ports : NULL; out != NULL && out->id != NULL; out++)
    for (const SxPortSpec *in = added->ports; out->direction == SX_PORT_OUT && in->id != NULL; in++)
      if (in->direction == SX_PORT_IN && in->type == out->type)
        {
          sx_block_get_position (from, &x, &y);
          g_free (sx_canvas_add_linked_block (SX_CANVAS (self->canvas), kind, x + 260, y, selection[0], out->id));
          return;
        }
  g_free (sx_canvas_add_block (SX_CANVAS (self->canvas), kind, x - 100, y - 40));
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SxDesignPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *block = sx_data_source_add_finish (SX_DOCUMENT (source), result, &error);

  if (self->box == NULL)
    return;
  if (block != NULL)
    show_block (self, block);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (self, error->message, FALSE);
}

static void
add_data_at (SxDesignPage *self, const char *path, double x, double y)
{
  sx_data_source_add_async (self->document, path, x, y, self->cancellable, added_cb, g_object_ref (self));
}

void
sx_design_page_add_data (SxDesignPage *self, const char *path)
{
  double x = 0, y = 0;

  g_return_if_fail (SX_IS_DESIGN_PAGE (self));
  /* The first block of a project stands at the origin, whatever is in view. */
  if (sx_graph_get_n_blocks (sx_document_get_graph (self->document)) > 0)
    sx_canvas_get_center (SX_CANVAS (self->canvas), &x, &y);
  add_data_at (self, path, x, y);
}

static void
files_dropped_cb (SxCanvas *canvas, GdkFileList *files, double x, double y, SxDesignPage *self)
{
  GSList *list = gdk_file_list_get_files (files);

  for (GSList *each = list; each != NULL; each = each->next, y += 120)
    {
      g_autofree char *path = g_file_get_path (each->data);

      if (path == NULL)
        say (self, _ ("Only files on this machine can be opened."), FALSE);
      else if (g_str_has_suffix (path, ".sextant"))
        gtk_widget_activate_action (GTK_WIDGET (self), "win.open-path", "s", path);
      else
        add_data_at (self, path, x, y);
    }
  g_slist_free (list);
}

static void
built_cb (SxGuideBar *bar, const char *model, SxDesignPage *self)
{
  show_block (self, model);
  sx_canvas_show_start (SX_CANVAS (self->canvas));
}

static void
guide_message_cb (SxGuideBar *bar, const char *text, SxDesignPage *self)
{
  say (self, text, FALSE);
}

/* ---- panes ---- */

static void
flap_cb (AdwFlap *flap, GParamSpec *pspec, SxDesignPage *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[flap == ADW_FLAP (self->palette_flap) ? PROP_SHOW_PALETTE : PROP_SHOW_INSPECTOR]);
}

void
sx_design_page_find (SxDesignPage *self)
{
  g_return_if_fail (SX_IS_DESIGN_PAGE (self));
  adw_flap_set_reveal_flap (ADW_FLAP (self->palette_flap), TRUE);
  sx_palette_focus_search (SX_PALETTE (self->palette));
}

SxCanvas *
sx_design_page_get_canvas (SxDesignPage *self)
{
  g_return_val_if_fail (SX_IS_DESIGN_PAGE (self), NULL);
  return SX_CANVAS (self->canvas);
}

SxInspector *
sx_design_page_get_inspector (SxDesignPage *self)
{
  g_return_val_if_fail (SX_IS_DESIGN_PAGE (self), NULL);
  return SX_INSPECTOR (self->inspector);
}

SxPreview *
sx_design_page_get_preview (SxDesignPage *self)
{
  g_return_val_if_fail (SX_IS_DESIGN_PAGE (self), NULL);
  return SX_PREVIEW (self->preview);
}

SxGuideBar *
sx_design_page_get_guide_bar (SxDesignPage *self)
{
  g_return_val_if_fail (SX_IS_DESIGN_PAGE (self), NULL);
  return SX_GUIDE_BAR (self->guide);
}

SxProblemButton *
sx_design_page_get_problem_button (SxDesignPage *self)
{
  g_return_val_if_fail (SX_IS_DESIGN_PAGE (self), NULL);
  return SX_PROBLEM_BUTTON (self->problems);
}

/* ---- widget ---- */

static void
sx_design_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SxDesignPage *self = SX_DESIGN_PAGE (object);

  switch (id)
    {
    case PROP_SHOW_PALETTE:
      g_value_set_boolean (value, adw_flap_get_reveal_flap (ADW_FLAP (self->palette_flap)));
      break;
    case PROP_SHOW_INSPECTOR:
      g_value_set_boolean (value, adw_flap_get_reveal_flap (ADW_FLAP (self->inspector_flap)));
      break;
    case PROP_SHOW_PREVIEW:
      g_value_set_boolean (value, gtk_widget_get_visible (self->preview));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sx_design_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SxDesignPage *self = SX_DESIGN_PAGE (object);

  switch (id)
    {
    case PROP_SHOW_PALETTE:
      adw_flap_set_reveal_flap (ADW_FLAP (self->palette_flap), g_value_get_boolean (value));
      break;
    case PROP_SHOW_INSPECTOR:
      adw_flap_set_reveal_flap (ADW_FLAP (self->inspector_flap), g_value_get_boolean (value));
      break;
    case PROP_SHOW_PREVIEW:
      gtk_widget_set_visible (self->preview, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The preview begins with a third of the height; after that the user decides. */
static void
sx_design_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SxDesignPage *self = SX_DESIGN_PAGE (widget);

  if (!self->is_divided && height > 1)
    {
      self->is_divided = TRUE;
      gtk_paned_set_position (GTK_PANED (self->paned), height - MAX (height * 3 / 10, MIN_PREVIEW_HEIGHT));
    }
  gtk_widget_size_allocate (self->box, &(GtkAllocation){ 0, 0, width, height }, baseline);
}

static void
sx_design_page_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  gtk_widget_measure (SX_DESIGN_PAGE (widget)->box, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
}

static void
sx_design_page_dispose (GObject *object)
{
  SxDesignPage *self = SX_DESIGN_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (sx_design_page_parent_class)->dispose (object);
}

static void
sx_design_page_class_init (SxDesignPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = sx_design_page_get_property;
  object_class->set_property = sx_design_page_set_property;
  object_class->dispose = sx_design_page_dispose;
  properties[PROP_SHOW_PALETTE] = g_param_spec_boolean ("show-palette", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOW_INSPECTOR] = g_param_spec_boolean ("show-inspector", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOW_PREVIEW] = g_param_spec_boolean ("show-preview", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  message = g_signal_new ("message", SX_TYPE_DESIGN_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  GTK_WIDGET_CLASS (class)->measure = sx_design_page_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = sx_design_page_size_allocate;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-design-page");
}

static void
sx_design_page_init (SxDesignPage *self)
{
  self->cancellable = g_cancellable_new ();
}

static GtkWidget *
make_flap (SxDesignPage *self, GtkWidget *pane, GtkWidget *content, GtkPackType side)
{
  GtkWidget *flap = adw_flap_new ();

  gtk_widget_add_css_class (pane, "background");
  adw_flap_set_flap_position (ADW_FLAP (flap), side);
  adw_flap_set_flap (ADW_FLAP (flap), pane);
  adw_flap_set_separator (ADW_FLAP (flap), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_content (ADW_FLAP (flap), content);
  adw_flap_set_swipe_to_open (ADW_FLAP (flap), FALSE);
  gtk_widget_set_vexpand (flap, TRUE);
  g_signal_connect (flap, "notify::reveal-flap", G_CALLBACK (flap_cb), self);
  return flap;
}

static void
build_canvas (SxDesignPage *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *overlay = gtk_overlay_new ();

  self->canvas = sx_canvas_new (sx_document_get_history (self->document));
  g_signal_connect (self->canvas, "selection-changed", G_CALLBACK (selection_changed_cb), self);
  g_signal_connect (self->canvas, "block-activated", G_CALLBACK (block_activated_cb), self);
  g_signal_connect (self->canvas, "files-dropped", G_CALLBACK (files_dropped_cb), self);
  g_signal_connect (self->canvas, "message", G_CALLBACK (message_cb), self);
  g_object_bind_property (adw_style_manager_get_default (), "high-contrast", self->canvas, "high-contrast", G_BINDING_SYNC_CREATE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->canvas);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), scroller);
  self->problems = sx_problem_button_new (self->document);
  gtk_widget_set_halign (self->problems, GTK_ALIGN_START);
  gtk_widget_set_valign (self->problems, GTK_ALIGN_END);
  gtk_widget_set_margin_start (self->problems, 12);
  gtk_widget_set_margin_bottom (self->problems, 12);
  g_signal_connect (self->problems, "activated", G_CALLBACK (problem_activated_cb), self);
  g_signal_connect (self->problems, "found", G_CALLBACK (problems_found_cb), self);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->problems);
  self->guide = sx_guide_bar_new (self->document);
  g_signal_connect (self->guide, "built", G_CALLBACK (built_cb), self);
  g_signal_connect (self->guide, "message", G_CALLBACK (guide_message_cb), self);
  self->preview = sx_preview_new (self->document);
  gtk_widget_set_size_request (self->preview, -1, MIN_PREVIEW_HEIGHT);
  self->paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  gtk_paned_set_start_child (GTK_PANED (self->paned), overlay);
  gtk_paned_set_end_child (GTK_PANED (self->paned), self->preview);
  gtk_paned_set_resize_end_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->paned), FALSE);
  gtk_widget_set_size_request (overlay, MIN_CANVAS_WIDTH, 160);
  gtk_widget_set_vexpand (self->paned, TRUE);
}

static void
build (SxDesignPage *self)
{
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  build_canvas (self);
  gtk_box_append (GTK_BOX (middle), self->guide);
  gtk_box_append (GTK_BOX (middle), self->paned);
  self->inspector = sx_inspector_new (self->document);
  gtk_widget_set_size_request (self->inspector, INSPECTOR_WIDTH, -1);
  self->inspector_flap = make_flap (self, self->inspector, middle, GTK_PACK_END);
  self->palette = sx_palette_new ();
  gtk_widget_set_size_request (self->palette, PALETTE_WIDTH, -1);
  g_signal_connect (self->palette, "kind-activated", G_CALLBACK (kind_activated_cb), self);
  self->palette_flap = make_flap (self, self->palette, self->inspector_flap, GTK_PACK_START);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->palette_flap);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
sx_design_page_new (SxDocument *document)
{
  SxDesignPage *self = g_object_new (SX_TYPE_DESIGN_PAGE, NULL);

  self->document = g_object_ref (document);
  build (self);
  return GTK_WIDGET (self);
}
