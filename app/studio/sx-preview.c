/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-preview.h"
#include "sx-frame-view.h"
#include "sx-profile-view.h"

#include <glib/gi18n-lib.h>

#define DELAY_MS 120
/* Shorter computations show no spinner: it would only flicker. */
#define SPINNER_DELAY_MS 300

struct _SxPreview
{
  GtkWidget parent_instance;

  GtkWidget *box, *title, *count, *spinner, *tabs, *stack, *note, *message, *table, *profile;

  SxDocument   *document;
  char         *block;       /* (nullable): selected */
  char         *shown;       /* (nullable): whose table it is */
  GCancellable *cancellable; /* of what is under way */
  guint         source, spinner_source;
  gboolean      is_profile_stale;
};

G_DEFINE_FINAL_TYPE (SxPreview, sx_preview, GTK_TYPE_WIDGET)

static guint done;

/* ---- which table ---- */

static gboolean
has_table_output (const SxBlockKind *kind)
{
  for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
    if (port->direction == SX_PORT_OUT && port->type == SX_PORT_TABLE)
      return TRUE;
  return FALSE;
}

char *
sx_preview_find_table (SxGraph *graph, const char *id, gboolean *is_input)
{
  SxBlock *block = id != NULL ? sx_graph_find_block (graph, id) : NULL;

  *is_input = FALSE;
  /* At most as many steps back as there are blocks: a graph has no circle. */
  while (block != NULL && !has_table_output (sx_block_get_kind (block)))
    {
      g_autoptr (GPtrArray) links = sx_graph_list_links (graph, sx_block_get_id (block), SX_PORT_IN, NULL);

      *is_input = TRUE;
      block = links->len > 0 ? sx_graph_find_block (graph, ((const SxLink *)links->pdata[0])->from_block) : NULL;
    }
  return block != NULL ? g_strdup (sx_block_get_id (block)) : NULL;
}

/* Is something missing before there can be a table? */
static gboolean
lacks_input (SxGraph *graph, SxBlock *block)
{
  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port->id != NULL; port++)
    {
      g_autoptr (GPtrArray) links = NULL;

      if (port->direction != SX_PORT_IN || (port->flags & SX_PORT_OPTIONAL) != 0)
        continue;
      links = sx_graph_list_links (graph, sx_block_get_id (block), SX_PORT_IN, port->id);
      if (links->len == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_learner (SxGraph *graph, const char *block)
{
  g_autoptr (GPtrArray) blocks = sx_graph_sort_upstream (graph, block);

  for (guint i = 0; i < blocks->len; i++)
    if ((sx_block_get_kind (blocks->pdata[i])->flags & SX_BLOCK_LEARNS) != 0)
      return TRUE;
  return FALSE;
}

/* ---- showing ---- */

static void
set_busy (SxPreview *self, gboolean is_busy)
{
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), is_busy);
}

static gboolean
spinner_cb (gpointer data)
{
  SxPreview *self = data;

  self->spinner_source = 0;
  set_busy (self, TRUE);
  return G_SOURCE_REMOVE;
}

static void
show_message (SxPreview *self, const char *text, gboolean is_error)
{
  gtk_label_set_text (GTK_LABEL (self->message), text);
  gtk_widget_remove_css_class (self->message, is_error ? "dim-label" : "error");
  gtk_widget_add_css_class (self->message, is_error ? "error" : "dim-label");
  gtk_label_set_text (GTK_LABEL (self->count), "");
  gtk_widget_hide (self->note);
  gtk_widget_hide (self->tabs);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "message");
  sx_frame_view_set_frame (SX_FRAME_VIEW (self->table), NULL);
  sx_profile_view_set_frame (SX_PROFILE_VIEW (self->profile), NULL);
}

static void
show_tab (SxPreview *self)
{
  const char *name = g_object_get_data (G_OBJECT (self), "sx-tab");

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), name != NULL ? name : "table");
  if (self->is_profile_stale && g_strcmp0 (name, "profile") == 0)
    {
      self->is_profile_stale = FALSE;
      sx_profile_view_set_frame (SX_PROFILE_VIEW (self->profile), sx_frame_view_get_frame (SX_FRAME_VIEW (self->table)));
    }
}

static void
show_frame (SxPreview *self, SxFrame *frame)
{
  SxGraph         *graph = sx_document_get_graph (self->document);
  guint            n_rows = (guint)sx_frame_get_n_rows (frame), n_columns = sx_schema_get_n_fields (sx_frame_get_schema (frame));
  gboolean         is_part = n_rows >= SX_PREVIEW_MAX_ROWS;
  g_autofree char *count = g_strdup_printf (is_part ? _ ("first %u rows, %u columns") : _ ("%u rows, %u columns"), n_rows, n_columns);

  sx_frame_view_set_frame (SX_FRAME_VIEW (self->table), frame);
  gtk_label_set_text (GTK_LABEL (self->count), count);
  gtk_widget_set_visible (self->note, self->shown != NULL && sx_graph_find_block (graph, self->shown) != NULL && has_learner (graph, self->shown));
  gtk_widget_show (self->tabs);
  self->is_profile_stale = TRUE;
  show_tab (self);
}

static void
update_title (SxPreview *self, gboolean is_input)
{
  SxBlock         *block = self->block != NULL ? sx_graph_find_block (sx_document_get_graph (self->document), self->block) : NULL;
  g_autofree char *text = NULL;

  if (block != NULL)
    text = g_strdup_printf (is_input ? _ ("Input of %s") : _ ("Output of %s"), sx_block_get_title (block));
  gtk_label_set_text (GTK_LABEL (self->title), text != NULL ? text : _ ("Preview"));
}

/* ---- computing ---- */

typedef struct
{
  SxGraph *graph;
  char    *block;
  char    *folder;
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->graph);
  g_free (work->block);
  g_free (work->folder);
  g_free (work);
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work    *work = data;
  GError  *error = NULL;
  SxFrame *frame = sx_graph_preview (work->graph, work->block, work->folder, SX_PREVIEW_MAX_ROWS, cancellable, &error);

  if (frame != NULL && sx_frame_get_n_rows (frame) > SX_PREVIEW_MAX_ROWS)
    {
      SxFrame *slice = sx_frame_slice (frame, 0, SX_PREVIEW_MAX_ROWS);

      sx_frame_unref (frame);
      frame = slice;
    }
  if (frame != NULL)
    g_task_return_pointer (task, frame, (GDestroyNotify)sx_frame_unref);
  else
    g_task_return_error (task, error);
}

static void
work_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SxPreview *self = SX_PREVIEW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) frame = g_task_propagate_pointer (G_TASK (result), &error);

  /* Another one is under way, or the widget is gone. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  set_busy (self, FALSE);
  if (frame != NULL)
    show_frame (self, frame);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_message (self, error->message, TRUE);
  g_signal_emit (self, done, 0);
}

static void
cancel (SxPreview *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->source, g_source_remove);
  set_busy (self, FALSE);
}

static gboolean
compute_cb (gpointer data)
{
  SxPreview *self = data;
  SxGraph   *graph = sx_document_get_graph (self->document);
  gboolean   is_input;
  g_autoptr (GTask) task = NULL;
  Work *work;

  self->source = 0;
  cancel (self);
  g_free (self->shown);
  self->shown = sx_preview_find_table (graph, self->block, &is_input);
  update_title (self, is_input);
  if (self->shown == NULL || lacks_input (graph, sx_graph_find_block (graph, self->shown)))
    {
      gboolean is_selected = self->block != NULL && sx_graph_find_block (graph, self->block) != NULL;

      show_message (self, is_selected ? _ ("Link a table to this block to see its data.") : _ ("Select a block to see its data."), FALSE);
      g_signal_emit (self, done, 0);
      return G_SOURCE_REMOVE;
    }
  work = g_new0 (Work, 1);
  work->graph = sx_graph_snapshot (graph);
  work->block = g_strdup (self->shown);
  work->folder = sx_document_dup_folder (self->document);
  self->cancellable = g_cancellable_new ();
  self->spinner_source = g_timeout_add (SPINNER_DELAY_MS, spinner_cb, self);
  task = g_task_new (self, self->cancellable, work_done_cb, NULL);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  g_task_run_in_thread (task, work_thread);
  return G_SOURCE_REMOVE;
}

static void
schedule (SxPreview *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  /* A pane that nobody sees computes nothing; map() catches up. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->source = g_timeout_add (DELAY_MS, compute_cb, self);
}

static gboolean
edit_matters (const SxEdit *edit)
{
  switch (sx_edit_get_edit_type (edit))
    {
    case SX_EDIT_MOVE_BLOCK:
    case SX_EDIT_INSERT_FRAME:
    case SX_EDIT_REMOVE_FRAME:
    case SX_EDIT_SET_FRAME:
    case SX_EDIT_SET_META:
      return FALSE;
    case SX_EDIT_GROUP:
      for (guint i = 0; i < sx_edit_get_n_children (edit); i++)
        if (edit_matters (sx_edit_get_child (edit, i)))
          return TRUE;
      return FALSE;
    case SX_EDIT_INSERT_BLOCK:
    case SX_EDIT_REMOVE_BLOCK:
    case SX_EDIT_SET_PARAM:
    case SX_EDIT_SET_LABEL:
    case SX_EDIT_SET_FLAG:
    case SX_EDIT_INSERT_LINK:
    case SX_EDIT_REMOVE_LINK:
    default:
      return TRUE;
    }
}

static void
changed_cb (SxGraph *graph, gpointer edit, SxPreview *self)
{
  if (edit_matters (edit))
    schedule (self);
}

void
sx_preview_set_block (SxPreview *self, const char *block)
{
  g_return_if_fail (SX_IS_PREVIEW (self));
  if (g_strcmp0 (self->block, block) == 0)
    return;
  g_free (self->block);
  self->block = g_strdup (block);
  schedule (self);
}

SxFrame *
sx_preview_get_frame (SxPreview *self)
{
  g_return_val_if_fail (SX_IS_PREVIEW (self), NULL);
  return sx_frame_view_get_frame (SX_FRAME_VIEW (self->table));
}

const char *
sx_preview_get_message (SxPreview *self)
{
  g_return_val_if_fail (SX_IS_PREVIEW (self), NULL);
  return sx_preview_get_frame (self) == NULL ? gtk_label_get_text (GTK_LABEL (self->message)) : NULL;
}

gboolean
sx_preview_is_busy (SxPreview *self)
{
  g_return_val_if_fail (SX_IS_PREVIEW (self), FALSE);
  return self->source != 0 || self->cancellable != NULL;
}

/* ---- widget ---- */

static void
tab_toggled_cb (GtkToggleButton *button, SxPreview *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  g_object_set_data (G_OBJECT (self), "sx-tab", g_object_get_data (G_OBJECT (button), "sx-tab"));
  show_tab (self);
}

static void
sx_preview_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sx_preview_parent_class)->map (widget);
  schedule (SX_PREVIEW (widget));
}

static void
sx_preview_dispose (GObject *object)
{
  SxPreview *self = SX_PREVIEW (object);

  if (self->box != NULL)
    cancel (self);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (sx_document_get_graph (self->document), self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (sx_preview_parent_class)->dispose (object);
}

static void
sx_preview_finalize (GObject *object)
{
  SxPreview *self = SX_PREVIEW (object);

  g_free (self->block);
  g_free (self->shown);
  G_OBJECT_CLASS (sx_preview_parent_class)->finalize (object);
}

static void
sx_preview_class_init (SxPreviewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_preview_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_preview_finalize;
  GTK_WIDGET_CLASS (class)->map = sx_preview_map;
  done = g_signal_new ("done", SX_TYPE_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-preview");
}

static GtkWidget *
make_tab (SxPreview *self, GtkWidget *group, const char *title, const char *name)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (title);

  g_object_set_data (G_OBJECT (button), "sx-tab", (gpointer)name);
  if (group != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  else
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  g_signal_connect (button, "toggled", G_CALLBACK (tab_toggled_cb), self);
  gtk_box_append (GTK_BOX (self->tabs), button);
  return button;
}

static GtkWidget *
make_head (SxPreview *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *first;

  self->title = gtk_label_new (_ ("Preview"));
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->title, "heading");
  self->count = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->count), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->count), 0.0f);
  gtk_widget_set_hexpand (self->count, TRUE);
  gtk_widget_add_css_class (self->count, "dim-label");
  self->spinner = gtk_spinner_new ();
  self->tabs = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->tabs, "linked");
  first = make_tab (self, NULL, _ ("Rows"), "table");
  make_tab (self, first, _ ("Columns"), "profile");
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->count);
  gtk_box_append (GTK_BOX (head), self->spinner);
  gtk_box_append (GTK_BOX (head), self->tabs);
  gtk_widget_add_css_class (head, "sx-pane-head");
  return head;
}

static void
sx_preview_init (SxPreview *self)
{
  self->message = gtk_label_new (_ ("Select a block to see its data."));
  gtk_label_set_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->message), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->message), 70);
  gtk_label_set_justify (GTK_LABEL (self->message), GTK_JUSTIFY_CENTER);
  gtk_label_set_selectable (GTK_LABEL (self->message), TRUE);
  gtk_widget_set_can_focus (self->message, FALSE);
  gtk_widget_add_css_class (self->message, "dim-label");
  gtk_widget_set_margin_start (self->message, 24);
  gtk_widget_set_margin_end (self->message, 24);
  self->note = gtk_label_new (_ ("What is learned from data is learned from these rows here; a run learns it from its training rows."));
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->note), 0.0f);
  gtk_widget_add_css_class (self->note, "caption");
  gtk_widget_add_css_class (self->note, "sx-pane-note");
  gtk_widget_hide (self->note);
  self->table = sx_frame_view_new ();
  self->profile = sx_profile_view_new ();
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_named (GTK_STACK (self->stack), self->message, "message");
  gtk_stack_add_named (GTK_STACK (self->stack), self->table, "table");
  gtk_stack_add_named (GTK_STACK (self->stack), self->profile, "profile");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_head (self));
  gtk_box_append (GTK_BOX (self->box), self->note);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_hide (self->tabs);
}

GtkWidget *
sx_preview_new (SxDocument *document)
{
  SxPreview *self = g_object_new (SX_TYPE_PREVIEW, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (sx_document_get_graph (document), "changed", G_CALLBACK (changed_cb), self);
  return GTK_WIDGET (self);
}
