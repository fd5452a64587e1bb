/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-problem-button.h"

#include <glib/gi18n-lib.h>

#define DELAY_MS 200

struct _SxProblemButton
{
  GtkWidget parent_instance;

  GtkWidget *button, *label, *list;

  SxDocument   *document;
  GPtrArray    *problems; /* (nullable) of SxProblem */
  GHashTable   *marked;   /* ids of blocks that this marked */
  GCancellable *cancellable;
  guint         source;
  gboolean      marks_blocks;
};

G_DEFINE_FINAL_TYPE (SxProblemButton, sx_problem_button, GTK_TYPE_WIDGET)

enum {
  FOUND,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- marks ---- */

/* Blocks that lack a parameter or a link say so themselves. */
static gboolean
is_complete (SxGraph *graph, SxBlock *block)
{
  g_autoptr (SxParams) params = sx_block_dup_params (block, NULL);

  if (params == NULL || !sx_params_check_complete (params, NULL))
    return FALSE;
  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port->id != NULL; port++)
    {
      g_autoptr (GPtrArray) links = NULL;

      if (port->direction != SX_PORT_IN || (port->flags & SX_PORT_OPTIONAL) != 0)
        continue;
      links = sx_graph_list_links (graph, sx_block_get_id (block), SX_PORT_IN, port->id);
      if (links->len == 0)
        return FALSE;
    }
  return TRUE;
}

static void
unmark (SxProblemButton *self, GHashTable *keep)
{
  SxGraph       *graph = sx_document_get_graph (self->document);
  GHashTableIter iter;
  gpointer       id;

  g_hash_table_iter_init (&iter, self->marked);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      if (keep != NULL && g_hash_table_contains (keep, id))
        continue;
      if (sx_graph_find_block (graph, id) != NULL)
        sx_graph_set_block_state (graph, id, SX_BLOCK_IDLE, 0, NULL);
      g_hash_table_iter_remove (&iter);
    }
}

static void
mark (SxProblemButton *self)
{
  SxGraph *graph = sx_document_get_graph (self->document);
  g_autoptr (GHashTable) wrong = g_hash_table_new (g_str_hash, g_str_equal);

  if (!self->marks_blocks)
    return;
  for (guint i = 0; i < self->problems->len; i++)
    {
      const SxProblem *problem = self->problems->pdata[i];
      SxBlock         *block = problem->block != NULL && !problem->is_warning ? sx_graph_find_block (graph, problem->block) : NULL;

      if (block == NULL || !is_complete (graph, block))
        continue;
      g_hash_table_add (wrong, problem->block);
      sx_graph_set_block_state (graph, problem->block, SX_BLOCK_FAILED, 0, problem->message);
      g_hash_table_add (self->marked, g_strdup (problem->block));
    }
  unmark (self, wrong);
}

void
sx_problem_button_set_marks_blocks (SxProblemButton *self, gboolean marks_blocks)
{
  g_return_if_fail (SX_IS_PROBLEM_BUTTON (self));
  self->marks_blocks = marks_blocks;
  if (!marks_blocks)
    unmark (self, NULL);
  else if (self->problems != NULL)
    mark (self);
}

/* ---- showing ---- */

static void
add_line (SxProblemButton *self, const SxProblem *problem)
{
  SxBlock   *block = problem->block != NULL ? sx_graph_find_block (sx_document_get_graph (self->document), problem->block) : NULL;
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new (block != NULL ? sx_block_get_title (block) : ""), *text = gtk_label_new (problem->message);

  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (text), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 44);
  gtk_widget_add_css_class (title, "heading");
  gtk_widget_add_css_class (text, "caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "sx-block", g_strdup (problem->block), g_free);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
}

static void
show_problems (SxProblemButton *self)
{
  guint            n = self->problems->len;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u problem", "%u problems", n), n);
  GtkWidget       *child;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  for (guint i = 0; i < n; i++)
    add_line (self, self->problems->pdata[i]);
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
}

/* ---- finding ---- */

typedef struct
{
  SxGraph *graph;
  char    *folder;
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->graph);
  g_free (work->folder);
  g_free (work);
}

static void
find_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  g_task_return_pointer (task, sx_graph_list_problems (work->graph, work->folder), (GDestroyNotify)g_ptr_array_unref);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SxProblemButton *self = SX_PROBLEM_BUTTON (source);
  g_autoptr (GPtrArray) problems = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable || problems == NULL)
    return;
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  self->problems = g_steal_pointer (&problems);
  mark (self);
  show_problems (self);
  g_signal_emit (self, signals[FOUND], 0, self->problems);
}

static gboolean
find_cb (gpointer data)
{
  SxProblemButton *self = data;
  g_autoptr (GTask) task = NULL;
  Work *work = g_new0 (Work, 1);

  self->source = 0;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  work->graph = sx_graph_snapshot (sx_document_get_graph (self->document));
  work->folder = sx_document_dup_folder (self->document);
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, found_cb, NULL);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  g_task_run_in_thread (task, find_thread);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (SxGraph *graph, gpointer edit, SxProblemButton *self)
{
  if (sx_edit_get_edit_type (edit) == SX_EDIT_MOVE_BLOCK)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  self->source = g_timeout_add (DELAY_MS, find_cb, self);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, SxProblemButton *self)
{
  const char *block = g_object_get_data (G_OBJECT (row), "sx-block");

  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->button));
  if (block != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, block);
}

GPtrArray *
sx_problem_button_get_problems (SxProblemButton *self)
{
  g_return_val_if_fail (SX_IS_PROBLEM_BUTTON (self), NULL);
  return self->problems;
}

/* ---- widget ---- */

static void
sx_problem_button_dispose (GObject *object)
{
  SxProblemButton *self = SX_PROBLEM_BUTTON (object);

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (sx_document_get_graph (self->document), self);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (sx_problem_button_parent_class)->dispose (object);
}

static void
sx_problem_button_finalize (GObject *object)
{
  SxProblemButton *self = SX_PROBLEM_BUTTON (object);

  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->marked, g_hash_table_unref);
  G_OBJECT_CLASS (sx_problem_button_parent_class)->finalize (object);
}

static void
sx_problem_button_class_init (SxProblemButtonClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_problem_button_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_problem_button_finalize;
  signals[FOUND] = g_signal_new ("found", SX_TYPE_PROBLEM_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[ACTIVATED] = g_signal_new ("activated", SX_TYPE_PROBLEM_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
sx_problem_button_init (SxProblemButton *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *popover = gtk_popover_new (), *scroller = gtk_scrolled_window_new ();

  self->marks_blocks = TRUE;
  self->marked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->label = gtk_label_new (NULL);
  gtk_box_append (GTK_BOX (content), gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_box_append (GTK_BOX (content), self->label);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 360);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_set_size_request (scroller, 320, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), content);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), popover);
  gtk_widget_add_css_class (self->button, "osd");
  gtk_widget_add_css_class (self->button, "sx-problem-button");
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_widget_hide (GTK_WIDGET (self));
}

GtkWidget *
sx_problem_button_new (SxDocument *document)
{
  SxProblemButton *self = g_object_new (SX_TYPE_PROBLEM_BUTTON, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (sx_document_get_graph (document), "changed", G_CALLBACK (changed_cb), self);
  self->source = g_timeout_add (DELAY_MS, find_cb, self);
  return GTK_WIDGET (self);
}
