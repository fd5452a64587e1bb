/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-inspector.h"

#include <glib/gi18n-lib.h>

#define SCHEMA_DELAY_MS 120

struct _SxInspector
{
  GtkWidget parent_instance;

  GtkWidget *stack, *page, *title, *help, *problems, *name_group, *name, *group, *more_group, *more;

  SxDocument   *document;
  char         *block;  /* (nullable) */
  GPtrArray    *rows;   /* of SxParamRow, borrowed from the page */
  GPtrArray    *issues; /* (nullable) of SxProblem */
  GCancellable *cancellable;
  guint         source;
  guint         name_gesture; /* typing a name is one step; 0: not begun */
  gboolean      is_naming;    /* the graph changes as the name entry says */
};

G_DEFINE_FINAL_TYPE (SxInspector, sx_inspector, GTK_TYPE_WIDGET)

static SxBlock *
find_block (SxInspector *self)
{
  return self->block != NULL && self->document != NULL ? sx_graph_find_block (sx_document_get_graph (self->document), self->block) : NULL;
}

/* ---- the columns that enter the block, found in a thread ---- */

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
describe_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work     *work = data;
  GError   *error = NULL;
  SxSchema *schema = sx_graph_describe (work->graph, work->block, work->folder, cancellable, &error);

  if (schema != NULL)
    g_task_return_pointer (task, schema, (GDestroyNotify)sx_schema_unref);
  else
    g_task_return_error (task, error);
}

static void
set_schema (SxInspector *self, SxSchema *schema)
{
  for (guint i = 0; i < self->rows->len; i++)
    sx_param_row_set_schema (self->rows->pdata[i], schema);
}

static void
described_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SxInspector *self = SX_INSPECTOR (source);
  g_autoptr (SxSchema) schema = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  set_schema (self, schema);
}

static void
cancel (SxInspector *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* The block that feeds the first table input. */
static const char *
find_input (SxInspector *self)
{
  SxGraph *graph = sx_document_get_graph (self->document);
  SxBlock *block = find_block (self);

  for (const SxPortSpec *port = block != NULL ? sx_block_get_kind (block)->ports : NULL; port != NULL && port->id != NULL; port++)
    if (port->direction == SX_PORT_IN && port->type == SX_PORT_TABLE)
      {
        g_autoptr (GPtrArray) links = sx_graph_list_links (graph, self->block, SX_PORT_IN, port->id);

        return links->len > 0 ? ((const SxLink *)links->pdata[0])->from_block : NULL;
      }
  return NULL;
}

static gboolean
describe_cb (gpointer data)
{
  SxInspector *self = data;
  const char  *input = find_input (self);
  g_autoptr (GTask) task = NULL;
  Work *work;

  self->source = 0;
  cancel (self);
  if (input == NULL)
    {
      set_schema (self, NULL);
      return G_SOURCE_REMOVE;
    }
  work = g_new0 (Work, 1);
  work->graph = sx_graph_snapshot (sx_document_get_graph (self->document));
  work->block = g_strdup (input);
  work->folder = sx_document_dup_folder (self->document);
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, described_cb, NULL);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  g_task_run_in_thread (task, describe_thread);
  return G_SOURCE_REMOVE;
}

/* ---- rows ---- */

static void
update_visibility (SxInspector *self)
{
  SxBlock *block = find_block (self);
  g_autoptr (SxParams) params = block != NULL ? sx_block_dup_params (block, NULL) : NULL;
  gboolean has_more = FALSE, has_any = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    {
      SxParamRow        *row = self->rows->pdata[i];
      const SxParamSpec *spec = sx_param_row_get_spec (row);
      gboolean           is_visible = params == NULL || sx_param_spec_is_visible (spec, params);

      gtk_widget_set_visible (GTK_WIDGET (row), is_visible);
      if ((spec->flags & SX_PARAM_ADVANCED) != 0)
        has_more |= is_visible;
      else
        has_any |= is_visible;
    }
  gtk_widget_set_visible (self->group, has_any);
  gtk_widget_set_visible (self->more_group, has_more);
}

static void
make_rows (SxInspector *self, SxBlock *block)
{
  g_ptr_array_set_size (self->rows, 0);
  if (self->group != NULL)
    {
      gtk_box_remove (GTK_BOX (self->page), self->group);
      gtk_box_remove (GTK_BOX (self->page), self->more_group);
    }
  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _ ("Parameters"));
  self->more_group = adw_preferences_group_new ();
  self->more = adw_expander_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->more), _ ("More"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->more_group), self->more);
  for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec != NULL && spec->id != NULL; spec++)
    {
      GtkWidget *row = sx_param_row_new (self->document, block, spec);

      if ((spec->flags & SX_PARAM_ADVANCED) != 0)
        adw_expander_row_add_row (ADW_EXPANDER_ROW (self->more), row);
      else
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
      g_ptr_array_add (self->rows, row);
    }
  gtk_box_append (GTK_BOX (self->page), self->group);
  gtk_box_append (GTK_BOX (self->page), self->more_group);
  update_visibility (self);
}

/* ---- problems ---- */

static void
show_problems (SxInspector *self)
{
  GtkWidget *child;
  guint      n = 0;

  while ((child = gtk_widget_get_first_child (self->problems)) != NULL)
    gtk_box_remove (GTK_BOX (self->problems), child);
  for (guint i = 0; self->issues != NULL && self->block != NULL && i < self->issues->len; i++)
    {
      const SxProblem *problem = self->issues->pdata[i];
      GtkWidget       *line, *icon, *label;

      if (g_strcmp0 (problem->block, self->block) != 0)
        continue;
      line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
      icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
      label = gtk_label_new (problem->message);
      gtk_widget_set_valign (icon, GTK_ALIGN_START);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_box_append (GTK_BOX (line), icon);
      gtk_box_append (GTK_BOX (line), label);
      gtk_box_append (GTK_BOX (self->problems), line);
      n++;
    }
  gtk_widget_set_visible (self->problems, n > 0);
}

void
sx_inspector_set_problems (SxInspector *self, GPtrArray *problems)
{
  g_return_if_fail (SX_IS_INSPECTOR (self));
  g_clear_pointer (&self->issues, g_ptr_array_unref);
  self->issues = problems != NULL ? g_ptr_array_ref (problems) : NULL;
  show_problems (self);
}

/* ---- the block ---- */

static void
update_head (SxInspector *self, SxBlock *block)
{
  const SxBlockKind *kind = sx_block_get_kind (block);
  const char        *label = sx_block_get_label (block);

  gtk_label_set_text (GTK_LABEL (self->title), _ (kind->title));
  gtk_label_set_text (GTK_LABEL (self->help), _ (kind->help));
  if (!self->is_naming && g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->name)), label != NULL ? label : "") != 0)
    {
      self->is_naming = TRUE;
      gtk_editable_set_text (GTK_EDITABLE (self->name), label != NULL ? label : "");
      self->is_naming = FALSE;
    }
}

static void
schedule_schema (SxInspector *self, guint delay_ms)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->source = g_timeout_add (delay_ms, describe_cb, self);
}

static void
show_nothing (SxInspector *self)
{
  cancel (self);
  g_clear_pointer (&self->block, g_free);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "empty");
}

void
sx_inspector_set_block (SxInspector *self, const char *block)
{
  SxBlock *found;

  g_return_if_fail (SX_IS_INSPECTOR (self));
  if (g_strcmp0 (self->block, block) == 0)
    return;
  cancel (self);
  g_free (self->block);
  self->block = g_strdup (block);
  self->name_gesture = 0;
  found = find_block (self);
  if (found == NULL)
    {
      show_nothing (self);
      return;
    }
  update_head (self, found);
  make_rows (self, found);
  show_problems (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "block");
  schedule_schema (self, 0);
}

const char *
sx_inspector_get_block (SxInspector *self)
{
  g_return_val_if_fail (SX_IS_INSPECTOR (self), NULL);
  return self->block;
}

SxParamRow *
sx_inspector_find_row (SxInspector *self, const char *param)
{
  g_return_val_if_fail (SX_IS_INSPECTOR (self), NULL);
  for (guint i = 0; i < self->rows->len; i++)
    if (g_str_equal (sx_param_row_get_spec (self->rows->pdata[i])->id, param))
      return self->rows->pdata[i];
  return NULL;
}

static void
changed_cb (SxGraph *graph, gpointer edit, SxInspector *self)
{
  SxBlock *block = find_block (self);

  if (self->block == NULL)
    return;
  if (block == NULL)
    {
      show_nothing (self);
      return;
    }
  if (sx_edit_get_edit_type (edit) == SX_EDIT_MOVE_BLOCK)
    return;
  update_head (self, block);
  /* Undo may have made the block anew, as another kind even. */
  if (self->rows->len > 0 && sx_block_kind_find_param (sx_block_get_kind (block), sx_param_row_get_spec (self->rows->pdata[0])->id) != sx_param_row_get_spec (self->rows->pdata[0]))
    make_rows (self, block);
  for (guint i = 0; i < self->rows->len; i++)
    sx_param_row_update (self->rows->pdata[i]);
  update_visibility (self);
  schedule_schema (self, SCHEMA_DELAY_MS);
}

static void
name_changed_cb (GtkEditable *entry, SxInspector *self)
{
  const char *text = gtk_editable_get_text (entry);
  g_autoptr (SxEdit) edit = NULL;

  if (self->is_naming || find_block (self) == NULL)
    return;
  edit = sx_edit_new_set_label (self->block, *text != '\0' ? text : NULL);
  if (self->name_gesture == 0)
    self->name_gesture = sx_history_begin_gesture (sx_document_get_history (self->document));
  self->is_naming = TRUE;
  sx_history_do (sx_document_get_history (self->document), edit, self->name_gesture, NULL);
  self->is_naming = FALSE;
}

static void
name_left_cb (GtkEventControllerFocus *focus, SxInspector *self)
{
  self->name_gesture = 0;
}

/* ---- widget ---- */

static void
sx_inspector_dispose (GObject *object)
{
  SxInspector *self = SX_INSPECTOR (object);

  cancel (self);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (sx_document_get_graph (self->document), self);
  if (self->rows != NULL)
    g_ptr_array_set_size (self->rows, 0);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (sx_inspector_parent_class)->dispose (object);
}

static void
sx_inspector_finalize (GObject *object)
{
  SxInspector *self = SX_INSPECTOR (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->issues, g_ptr_array_unref);
  g_free (self->block);
  G_OBJECT_CLASS (sx_inspector_parent_class)->finalize (object);
}

static void
sx_inspector_class_init (SxInspectorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_inspector_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_inspector_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-inspector");
}

static GtkWidget *
make_text (const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, class);
  return label;
}

static void
make_page (SxInspector *self)
{
  GtkWidget          *head = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->title = make_text ("title-4");
  self->help = make_text ("caption");
  gtk_widget_add_css_class (self->help, "dim-label");
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->help);
  self->problems = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->problems, "sx-problems");
  gtk_widget_hide (self->problems);
  self->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), _ ("Name"));
  g_signal_connect (self->name, "changed", G_CALLBACK (name_changed_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (name_left_cb), self);
  gtk_widget_add_controller (self->name, focus);
  self->name_group = adw_preferences_group_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->name_group), self->name);
  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (self->page, "sx-inspector-page");
  gtk_box_append (GTK_BOX (self->page), head);
  gtk_box_append (GTK_BOX (self->page), self->problems);
  gtk_box_append (GTK_BOX (self->page), self->name_group);
}

static void
sx_inspector_init (SxInspector *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *empty = adw_status_page_new ();

  self->rows = g_ptr_array_new ();
  make_page (self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->page);
  adw_status_page_set_title (ADW_STATUS_PAGE (empty), _ ("No Block Selected"));
  adw_status_page_set_description (ADW_STATUS_PAGE (empty), _ ("Select a block on the canvas to see and change its parameters."));
  gtk_widget_add_css_class (empty, "compact");
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "block");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
sx_inspector_new (SxDocument *document)
{
  SxInspector *self = g_object_new (SX_TYPE_INSPECTOR, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (sx_document_get_graph (document), "changed", G_CALLBACK (changed_cb), self);
  return GTK_WIDGET (self);
}
