/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-window-private.h"
#include "sx-result-page.h"
#include "sx-run-page.h"
#include "sx-welcome-page.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (SxWindow, sx_window, ADW_TYPE_APPLICATION_WINDOW)

#define DEFAULT_WIDTH 1280
#define DEFAULT_HEIGHT 800

void
sx_window_say (SxWindow *self, const char *text, const char *button, const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast        *toast = adw_toast_new (escaped);

  if (button != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

/* ---- the document ---- */

static void
update_title (SxWindow *self)
{
  g_autofree char *name = NULL, *title = NULL;
  const char      *path;

  if (self->document == NULL)
    {
      gtk_window_set_title (GTK_WINDOW (self), _ ("Sextant"));
      return;
    }
  path = sx_document_get_path (self->document);
  name = g_strdup_printf (sx_document_is_modified (self->document) ? "• %s" : "%s", sx_document_get_title (self->document));
  title = g_strdup_printf (_ ("%s – Sextant"), name);
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_label_set_text (GTK_LABEL (self->name), name);
  gtk_widget_set_tooltip_text (self->name, path);
  adw_view_switcher_title_set_title (ADW_VIEW_SWITCHER_TITLE (self->switcher), name);
}

static void
document_changed_cb (SxDocument *document, GParamSpec *pspec, SxWindow *self)
{
  update_title (self);
  sx_window_update_actions (self);
}

static void
history_changed_cb (SxHistory *history, GParamSpec *pspec, SxWindow *self)
{
  sx_window_update_actions (self);
}

static void
message_cb (GtkWidget *page, const char *text, gboolean offers_undo, SxWindow *self)
{
  sx_window_say (self, text, offers_undo ? _ ("_Undo") : NULL, "win.undo");
}

static void
result_message_cb (GtkWidget *page, const char *text, SxWindow *self)
{
  sx_window_say (self, text, NULL, NULL);
}

static void
say_recovery (SxWindow *self)
{
  guint            n = sx_document_get_n_recovered (self->document);
  g_autofree char *text = NULL;

  if (n == 0)
    return;
  if (sx_document_get_path (self->document) == NULL)
    text = g_strdup (_ ("This project was never saved. It is back as it was."));
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u change that was not saved is back.", "%u changes that were not saved are back.", n), n);
  sx_window_say (self, text, sx_document_get_path (self->document) != NULL ? _ ("_Undo") : NULL, "win.undo");
}

/* Pages that nobody has seen are made when they are first shown; a stack wants a child at once, so each stands in a bin. */
static GtkWidget *
add_page (SxWindow *self, GtkWidget *child, const char *name, const char *title, const char *icon)
{
  GtkWidget        *bin = adw_bin_new ();
  AdwViewStackPage *page = adw_view_stack_add_titled (ADW_VIEW_STACK (self->pages), bin, name, title);

  if (child != NULL)
    adw_bin_set_child (ADW_BIN (bin), child);
  adw_view_stack_page_set_icon_name (page, icon);
  return bin;
}

static void
fill_page_cb (AdwViewStack *pages, GParamSpec *pspec, SxWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (pages);
  GtkWidget  *bin = adw_view_stack_get_visible_child (pages);

  if (name == NULL || bin == NULL || self->document == NULL)
    return;
  sx_window_show_progress (self);
  if (adw_bin_get_child (ADW_BIN (bin)) != NULL)
    return;
  sx_window_make_runner (self);
  if (g_str_equal (name, "progress"))
    {
      self->run_page = sx_run_page_new (self->runner);
      adw_bin_set_child (ADW_BIN (bin), self->run_page);
    }
  else if (g_str_equal (name, "result"))
    {
      self->result_page = sx_result_page_new (self->runner);
      g_signal_connect_object (self->result_page, "message", G_CALLBACK (result_message_cb), self, 0);
      adw_bin_set_child (ADW_BIN (bin), self->result_page);
    }
}

static void
clear_document (SxWindow *self)
{
  GtkWidget *child;

  if (self->document == NULL)
    return;
  g_signal_handlers_disconnect_by_data (sx_document_get_history (self->document), self);
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_object (&self->runner);
  while ((child = gtk_widget_get_first_child (self->pages)) != NULL)
    adw_view_stack_remove (ADW_VIEW_STACK (self->pages), child);
  self->design = self->run_page = self->result_page = NULL;
}

void
sx_window_set_document (SxWindow *self, SxDocument *document)
{
  const char *problem;

  g_return_if_fail (SX_IS_WINDOW (self) && SX_IS_DOCUMENT (document));
  clear_document (self);
  self->document = g_object_ref (document);
  g_signal_connect (document, "notify", G_CALLBACK (document_changed_cb), self);
  g_signal_connect (sx_document_get_history (document), "notify", G_CALLBACK (history_changed_cb), self);
  self->design = sx_design_page_new (document);
  g_signal_connect_object (self->design, "message", G_CALLBACK (message_cb), self, 0);
  sx_window_load_panes (self);
  if (self->topology != NULL)
    sx_guide_bar_set_topology (sx_design_page_get_guide_bar (SX_DESIGN_PAGE (self->design)), self->topology);
  add_page (self, self->design, "design", _ ("Design"), "sx-design-symbolic");
  add_page (self, NULL, "progress", _ ("Progress"), "sx-progress-symbolic");
  add_page (self, NULL, "result", _ ("Result"), "sx-result-symbolic");
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->pages);
  gtk_widget_show (self->start_box);
  gtk_widget_show (self->switcher);
  sx_window_watch_disk (self);
  update_title (self);
  sx_window_update_actions (self);
  gtk_widget_grab_focus (GTK_WIDGET (sx_design_page_get_canvas (SX_DESIGN_PAGE (self->design))));
  say_recovery (self);
  problem = sx_document_get_journal_problem (document);
  if (problem != NULL)
    sx_window_say (self, problem, NULL, NULL);
}

SxDocument *
sx_window_get_document (SxWindow *self)
{
  g_return_val_if_fail (SX_IS_WINDOW (self), NULL);
  return self->document;
}

gboolean
sx_window_is_pristine (SxWindow *self)
{
  g_return_val_if_fail (SX_IS_WINDOW (self), FALSE);
  return self->document == NULL ||
         (sx_document_get_path (self->document) == NULL && sx_graph_get_n_blocks (sx_document_get_graph (self->document)) == 0 && !sx_document_is_modified (self->document));
}

void
sx_window_open_data (SxWindow *self, const char *path)
{
  g_return_if_fail (SX_IS_WINDOW (self) && path != NULL);
  if (self->document == NULL)
    {
      g_autoptr (SxDocument) document = sx_document_new ();

      sx_window_set_document (self, document);
    }
  sx_window_show_page (self, "design");
  sx_design_page_add_data (SX_DESIGN_PAGE (self->design), path);
}

/* ---- building ---- */

static gboolean
narrow_cb (gpointer data)
{
  SxWindow *self = data;
  gboolean  is_narrow = adw_view_switcher_title_get_title_visible (ADW_VIEW_SWITCHER_TITLE (self->switcher));

  self->narrow_source = 0;
  adw_view_switcher_bar_set_reveal (ADW_VIEW_SWITCHER_BAR (self->switcher_bar), is_narrow && self->document != NULL);
  gtk_widget_set_visible (self->name, !is_narrow);
  return G_SOURCE_REMOVE;
}

/* Said while sizes are given out, which is no time to ask for others. */
static void
switcher_cb (AdwViewSwitcherTitle *title, GParamSpec *pspec, SxWindow *self)
{
  if (self->narrow_source == 0)
    self->narrow_source = g_idle_add (narrow_cb, self);
}

static GtkWidget *
make_icon_button (const char *icon, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
make_header (SxWindow *self)
{
  GtkWidget *header = adw_header_bar_new (), *menu = gtk_menu_button_new ();

  self->start_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_append (GTK_BOX (self->start_box), make_icon_button ("list-add-symbolic", _ ("Add a Block"), "win.add-block"));
  gtk_box_append (GTK_BOX (self->start_box), make_icon_button ("edit-undo-symbolic", _ ("Undo"), "win.undo"));
  gtk_box_append (GTK_BOX (self->start_box), make_icon_button ("edit-redo-symbolic", _ ("Redo"), "win.redo"));
  self->name = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->name), 24);
  gtk_label_set_xalign (GTK_LABEL (self->name), 0.0f);
  gtk_widget_add_css_class (self->name, "heading");
  gtk_widget_set_margin_start (self->name, 6);
  gtk_box_append (GTK_BOX (self->start_box), self->name);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->start_box);

  self->switcher = adw_view_switcher_title_new ();
  adw_view_switcher_title_set_stack (ADW_VIEW_SWITCHER_TITLE (self->switcher), ADW_VIEW_STACK (self->pages));
  g_signal_connect (self->switcher, "notify::title-visible", G_CALLBACK (switcher_cb), self);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), self->switcher);
  adw_header_bar_set_centering_policy (ADW_HEADER_BAR (header), ADW_CENTERING_POLICY_STRICT);

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (menu), sx_window_make_menu ());
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  gtk_widget_set_tooltip_text (menu, _ ("Menu"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (menu), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Menu"), -1);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), menu);
  self->run = gtk_button_new_with_mnemonic (_ ("_Run"));
  gtk_widget_set_tooltip_text (self->run, _ ("Search for the best model (F5)"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->run), "win.run");
  gtk_widget_add_css_class (self->run, "suggested-action");
  self->cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  gtk_widget_set_tooltip_text (self->cancel, _ ("Stop the run; it can go on later"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->cancel), "win.cancel");
  gtk_widget_hide (self->cancel);
  gtk_widget_hide (self->run);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->run);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->cancel);
  return header;
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, SxWindow *self)
{
  return sx_window_drop (self, g_value_get_boxed (value));
}

static void
disk_response_cb (GtkInfoBar *bar, int response, SxWindow *self)
{
  g_autoptr (GError) error = NULL;

  gtk_info_bar_set_revealed (bar, FALSE);
  if (response == GTK_RESPONSE_ACCEPT && self->document != NULL && !sx_document_reload (self->document, &error))
    sx_window_say (self, error->message, NULL, NULL);
}

static GtkWidget *
make_disk_bar (SxWindow *self)
{
  GtkWidget *bar = gtk_info_bar_new (), *label = gtk_label_new (_ ("Another program has changed the file of this project."));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_info_bar_add_child (GTK_INFO_BAR (bar), label);
  gtk_info_bar_add_button (GTK_INFO_BAR (bar), _ ("_Take What the File Holds"), GTK_RESPONSE_ACCEPT);
  gtk_info_bar_add_button (GTK_INFO_BAR (bar), _ ("_Keep What Is Here"), GTK_RESPONSE_REJECT);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), GTK_MESSAGE_WARNING);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (bar), FALSE);
  g_signal_connect (bar, "response", G_CALLBACK (disk_response_cb), self);
  return bar;
}

static void
build (SxWindow *self)
{
  GtkWidget     *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *overlay = gtk_overlay_new ();
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->pages = adw_view_stack_new ();
  g_signal_connect (self->pages, "notify::visible-child", G_CALLBACK (fill_page_cb), self);
  gtk_box_append (GTK_BOX (box), make_header (self));
  self->disk_bar = make_disk_bar (self);
  gtk_box_append (GTK_BOX (box), self->disk_bar);
  self->welcome = sx_welcome_page_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_add_child (GTK_STACK (self->stack), self->welcome);
  gtk_stack_add_child (GTK_STACK (self->stack), self->pages);
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_add_css_class (self->progress, "osd");
  gtk_widget_set_valign (self->progress, GTK_ALIGN_START);
  gtk_widget_hide (self->progress);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->stack);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->progress);
  gtk_box_append (GTK_BOX (box), overlay);
  self->switcher_bar = adw_view_switcher_bar_new ();
  adw_view_switcher_bar_set_stack (ADW_VIEW_SWITCHER_BAR (self->switcher_bar), ADW_VIEW_STACK (self->pages));
  gtk_box_append (GTK_BOX (box), self->switcher_bar);
  self->toasts = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), box);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), self->toasts);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (self->toasts, GTK_EVENT_CONTROLLER (target));
  gtk_widget_hide (self->start_box);
  gtk_widget_hide (self->switcher);
}

/* ---- closing ---- */

static void
close_run_cb (AdwMessageDialog *dialog, const char *response, SxWindow *self)
{
  if (!g_str_equal (response, "close"))
    return;
  sx_window_cancel_run (self);
  self->is_closing = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

static void
ask_about_run (SxWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Stop the Run?"), _ ("The search is still under way. What it has found so far is kept, and it can go on later."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Go On Running"), "close", _ ("_Stop and Close"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_run_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
sx_window_close_request (GtkWindow *window)
{
  SxWindow *self = SX_WINDOW (window);

  if (!self->is_closing && sx_window_is_running (self))
    {
      ask_about_run (self);
      return TRUE;
    }
  if (self->document != NULL && sx_document_is_modified (self->document) && !self->closes_after_save)
    {
      sx_window_ask_to_save (self);
      return TRUE;
    }
  sx_window_save_state (self);
  return GTK_WINDOW_CLASS (sx_window_parent_class)->close_request (window);
}

static void
sx_window_dispose (GObject *object)
{
  SxWindow *self = SX_WINDOW (object);

  g_clear_handle_id (&self->narrow_source, g_source_remove);
  if (self->document != NULL)
    {
      g_signal_handlers_disconnect_by_data (sx_document_get_history (self->document), self);
      g_signal_handlers_disconnect_by_data (self->document, self);
    }
  if (self->pages != NULL)
    g_signal_handlers_disconnect_by_func (self->pages, fill_page_cb, self);
  if (self->switcher != NULL)
    g_signal_handlers_disconnect_by_func (self->switcher, switcher_cb, self);
  self->pages = self->switcher = NULL;
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_object (&self->chooser);
  g_clear_object (&self->runner);
  g_clear_object (&self->document);
  g_clear_pointer (&self->topology, g_free);
  G_OBJECT_CLASS (sx_window_parent_class)->dispose (object);
}

static void
sx_window_class_init (SxWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = sx_window_close_request;
  sx_window_install_actions (GTK_WIDGET_CLASS (class));
}

static void
sx_window_init (SxWindow *self)
{
  sx_window_load_state (self, DEFAULT_WIDTH, DEFAULT_HEIGHT);
  gtk_window_set_icon_name (GTK_WINDOW (self), SX_APPLICATION_ID);
  build (self);
  update_title (self);
  sx_window_update_actions (self);
}

GtkWidget *
sx_window_new (SxApplication *application)
{
  return g_object_new (SX_TYPE_WINDOW, "application", application, NULL);
}
