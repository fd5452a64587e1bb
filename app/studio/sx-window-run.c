/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-window-private.h"

#include <glib/gi18n-lib.h>

/* A run as the window shows it: the page that it is on, the button that stops it, and the states of blocks on the canvas. */

void
sx_window_show_page (SxWindow *self, const char *name)
{
  if (self->document == NULL)
    return;
  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (self->pages), name);
  if (g_str_equal (name, "design"))
    gtk_widget_grab_focus (GTK_WIDGET (sx_design_page_get_canvas (SX_DESIGN_PAGE (self->design))));
}

gboolean
sx_window_is_running (SxWindow *self)
{
  return self->runner != NULL && sx_runner_is_live (self->runner);
}

static gboolean
is_on_page (SxWindow *self, const char *name)
{
  return g_strcmp0 (adw_view_stack_get_visible_child_name (ADW_VIEW_STACK (self->pages)), name) == 0;
}

/* ---- blocks ---- */

static void
set_state (SxWindow *self, const char *block, SxBlockState state, double progress, const char *message)
{
  SxGraph *graph = sx_document_get_graph (self->document);

  if (sx_graph_find_block (graph, block) != NULL)
    sx_graph_set_block_state (graph, block, state, progress, message);
}

static void
set_upstream (SxWindow *self, const char *model, SxBlockState state)
{
  SxGraph *graph = sx_document_get_graph (self->document);
  g_autoptr (GPtrArray) blocks = sx_graph_find_block (graph, model) != NULL ? sx_graph_sort_upstream (graph, model) : NULL;

  for (guint i = 0; blocks != NULL && i + 1 < blocks->len; i++)
    set_state (self, sx_block_get_id (blocks->pdata[i]), state, 0, NULL);
}

static void
show_states (SxWindow *self)
{
  const char   *model = sx_runner_get_model_block (self->runner);
  SxRunnerState state = sx_runner_get_state (self->runner);

  if (model == NULL)
    return;
  switch (state)
    {
    case SX_RUNNER_COMPILING:
      set_upstream (self, model, SX_BLOCK_WAITING);
      set_state (self, model, SX_BLOCK_WAITING, 0, NULL);
      break;
    case SX_RUNNER_RUNNING:
    case SX_RUNNER_CANCELLING:
      set_upstream (self, model, SX_BLOCK_DONE);
      set_state (self, model, SX_BLOCK_RUNNING, MAX (0.0, sx_runner_get_fraction (self->runner)), sx_runner_get_phase (self->runner));
      break;
    case SX_RUNNER_DONE:
      set_upstream (self, model, SX_BLOCK_DONE);
      set_state (self, model, SX_BLOCK_DONE, 0, NULL);
      break;
    case SX_RUNNER_FAILED:
      set_upstream (self, model, SX_BLOCK_IDLE);
      set_state (self, model, SX_BLOCK_FAILED, 0, sx_runner_get_message (self->runner));
      break;
    case SX_RUNNER_IDLE:
    case SX_RUNNER_CANCELLED:
    default:
      set_upstream (self, model, SX_BLOCK_IDLE);
      set_state (self, model, SX_BLOCK_IDLE, 0, NULL);
      break;
    }
}

static void
set_marks (SxWindow *self, gboolean marks_blocks)
{
  if (self->design != NULL)
    sx_problem_button_set_marks_blocks (sx_design_page_get_problem_button (SX_DESIGN_PAGE (self->design)), marks_blocks);
}

/* What was found no longer belongs to the graph as it is. */
static void
edited_cb (SxGraph *graph, gpointer edit, SxWindow *self)
{
  const char *model = self->runner != NULL ? sx_runner_get_model_block (self->runner) : NULL;
  SxBlock    *block = model != NULL ? sx_graph_find_block (graph, model) : NULL;
  double      progress;
  const char *text;

  if (block == NULL || sx_edit_get_edit_type (edit) == SX_EDIT_MOVE_BLOCK || sx_block_get_state (block, &progress, &text) != SX_BLOCK_DONE)
    return;
  set_upstream (self, model, SX_BLOCK_IDLE);
  set_state (self, model, SX_BLOCK_STALE, 0, NULL);
}

/* ---- the runner ---- */

/* The page Progress has a bar of its own. */
void
sx_window_show_progress (SxWindow *self)
{
  double fraction = self->runner != NULL ? sx_runner_get_fraction (self->runner) : -1;

  gtk_widget_set_visible (self->progress, sx_window_is_running (self) && !is_on_page (self, "progress"));
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), MIN (fraction, 1.0));
}

static void
state_cb (SxRunner *runner, GParamSpec *pspec, SxWindow *self)
{
  set_marks (self, !sx_runner_is_busy (runner));
  show_states (self);
  sx_window_show_progress (self);
  sx_window_update_actions (self);
}

static void
runner_changed_cb (SxRunner *runner, SxWindow *self)
{
  const char *model = sx_runner_get_model_block (runner);

  sx_window_show_progress (self);
  if (sx_runner_get_state (runner) == SX_RUNNER_RUNNING && model != NULL)
    set_state (self, model, SX_BLOCK_RUNNING, MAX (0.0, sx_runner_get_fraction (runner)), sx_runner_get_phase (runner));
}

static void
notify_desktop (SxWindow *self, const char *title, const char *body)
{
  g_autoptr (GNotification) notification = g_notification_new (title);

  if (gtk_window_is_active (GTK_WINDOW (self)))
    return;
  if (body != NULL)
    g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), "run", notification);
}

static void
finished_cb (SxRunner *runner, SxWindow *self)
{
  SxRunnerState state = sx_runner_get_state (runner);
  const char   *text = state == SX_RUNNER_DONE ? _ ("The search is done") : state == SX_RUNNER_FAILED ? _ ("The run failed")
                                                                                                      : _ ("The search was cancelled");

  if (sx_runner_get_message (runner) != NULL)
    g_debug ("%s: %s", text, sx_runner_get_message (runner));
  if (state == SX_RUNNER_DONE && is_on_page (self, "progress"))
    sx_window_show_page (self, "result");
  else if (state == SX_RUNNER_DONE && !is_on_page (self, "result"))
    sx_window_say (self, text, _ ("_Show"), "win.page::result");
  else if (state == SX_RUNNER_FAILED && !is_on_page (self, "progress"))
    sx_window_say (self, text, _ ("_Show"), "win.page::progress");
  if (state != SX_RUNNER_CANCELLED)
    notify_desktop (self, text, sx_runner_get_message (runner));
}

void
sx_window_make_runner (SxWindow *self)
{
  if (self->runner != NULL)
    return;
  self->runner = sx_runner_new ();
  g_signal_connect_object (self->runner, "notify::state", G_CALLBACK (state_cb), self, 0);
  g_signal_connect_object (self->runner, "changed", G_CALLBACK (runner_changed_cb), self, 0);
  g_signal_connect_object (self->runner, "finished", G_CALLBACK (finished_cb), self, 0);
  g_signal_connect_object (sx_document_get_graph (self->document), "changed", G_CALLBACK (edited_cb), self, 0);
}

/* The selected model, where there are several. */
static char *
find_model (SxWindow *self)
{
  SxCanvas *canvas = sx_design_page_get_canvas (SX_DESIGN_PAGE (self->design));
  SxGraph  *graph = sx_document_get_graph (self->document);
  g_auto (GStrv) selection = sx_canvas_get_selection (canvas);

  for (guint i = 0; selection[i] != NULL; i++)
    {
      SxBlock *block = sx_graph_find_block (graph, selection[i]);

      if (block != NULL && sx_block_get_kind (block)->category == SX_BLOCK_MODEL)
        return g_strdup (selection[i]);
    }
  return NULL;
}

void
sx_window_start_run (SxWindow *self)
{
  g_autofree char *folder = NULL, *model = NULL;

  if (self->document == NULL || sx_window_is_running (self))
    return;
  sx_window_make_runner (self);
  folder = sx_document_dup_folder (self->document);
  model = find_model (self);
  sx_window_show_page (self, "progress");
  sx_runner_start (self->runner, sx_document_get_graph (self->document), folder, model);
}

void
sx_window_cancel_run (SxWindow *self)
{
  if (sx_window_is_running (self))
    sx_runner_cancel (self->runner);
}
