/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-shortcuts.h"
#include "sx-window-private.h"

#include <glib/gi18n-lib.h>

/* The window's actions. Each has a button, a menu entry or a key; the keys stand in the shortcuts window too. */

typedef void (*Action) (SxWindow *self);

static SxCanvas *
get_canvas (SxWindow *self)
{
  return self->design != NULL ? sx_design_page_get_canvas (SX_DESIGN_PAGE (self->design)) : NULL;
}

static void
new_document (SxWindow *self)
{
  g_autoptr (SxDocument) document = sx_document_new ();
  SxWindow *target = self;

  if (self->document != NULL)
    {
      target = SX_WINDOW (sx_window_new (SX_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)))));
      gtk_window_present (GTK_WINDOW (target));
    }
  sx_window_set_document (target, document);
}

static void
undo (SxWindow *self)
{
  if (self->document != NULL)
    sx_history_undo (sx_document_get_history (self->document));
}

static void
redo (SxWindow *self)
{
  if (self->document != NULL)
    sx_history_redo (sx_document_get_history (self->document));
}

static void
add_block (SxWindow *self)
{
  sx_window_show_page (self, "design");
  gtk_widget_activate_action (GTK_WIDGET (get_canvas (self)), "canvas.add-block", NULL);
}

static void
arrange (SxWindow *self)
{
  sx_window_show_page (self, "design");
  gtk_widget_activate_action (GTK_WIDGET (get_canvas (self)), "canvas.auto-layout", NULL);
}

static void
show_all (SxWindow *self)
{
  sx_window_show_page (self, "design");
  sx_canvas_zoom_fit (get_canvas (self));
}

static void
find (SxWindow *self)
{
  sx_window_show_page (self, "design");
  sx_design_page_find (SX_DESIGN_PAGE (self->design));
}

static void
close_window (SxWindow *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void
show_shortcuts (SxWindow *self)
{
  GtkWidget *shortcuts = sx_shortcuts_window_new ();

  gtk_window_set_transient_for (GTK_WINDOW (shortcuts), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (shortcuts));
}

static void
toggle_pane (SxWindow *self, const char *property)
{
  gboolean is_shown;

  sx_window_show_page (self, "design");
  g_object_get (self->design, property, &is_shown, NULL);
  g_object_set (self->design, property, !is_shown, NULL);
}

static void
toggle_palette (SxWindow *self)
{
  toggle_pane (self, "show-palette");
}

static void
toggle_inspector (SxWindow *self)
{
  toggle_pane (self, "show-inspector");
}

static void
toggle_preview (SxWindow *self)
{
  toggle_pane (self, "show-preview");
}

/* Both side panes at once: away when one is there. */
static void
toggle_side_panes (SxWindow *self)
{
  gboolean palette, inspector;

  sx_window_show_page (self, "design");
  g_object_get (self->design, "show-palette", &palette, "show-inspector", &inspector, NULL);
  g_object_set (self->design, "show-palette", !palette && !inspector, "show-inspector", !palette && !inspector, NULL);
}

static void
toggle_fullscreen (SxWindow *self)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else
    gtk_window_fullscreen (GTK_WINDOW (self));
}

static const struct
{
  const char *name;
  Action      run;
  const char *accels[3];
  gboolean    needs_document;
} actions[] = {
  { "win.new", new_document, { "<Control>n" }, FALSE },
  { "win.open", sx_window_choose_project, { "<Control>o" }, FALSE },
  { "win.open-data", sx_window_choose_data, { "<Control><Shift>o" }, FALSE },
  { "win.save", sx_window_save, { "<Control>s" }, TRUE },
  { "win.save-as", sx_window_choose_path, { "<Control><Shift>s" }, TRUE },
  { "win.close", close_window, { "<Control>w" }, FALSE },
  { "win.undo", undo, { "<Control>z" }, TRUE },
  { "win.redo", redo, { "<Control><Shift>z", "<Control>y" }, TRUE },
  { "win.run", sx_window_start_run, { "F5", "<Control>Return" }, TRUE },
  { "win.cancel", sx_window_cancel_run, { "<Shift>F5" }, TRUE },
  { "win.add-block", add_block, { NULL }, TRUE },
  { "win.find", find, { "<Control>f" }, TRUE },
  { "win.arrange", arrange, { NULL }, TRUE },
  { "win.show-all", show_all, { NULL }, TRUE },
  { "win.palette", toggle_palette, { "<Shift>F9" }, TRUE },
  { "win.inspector", toggle_inspector, { "<Control>F9" }, TRUE },
  { "win.preview", toggle_preview, { "F8" }, TRUE },
  { "win.side-panes", toggle_side_panes, { "F9" }, TRUE },
  { "win.fullscreen", toggle_fullscreen, { "F11" }, FALSE },
  { "win.shortcuts", show_shortcuts, { "<Control>question" }, FALSE },
};

static void
action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, name))
      actions[i].run (SX_WINDOW (widget));
}

static void
open_path_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (widget));

  sx_application_open_file (SX_APPLICATION (application), file, SX_WINDOW (widget));
}

static void
open_sample_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_window_open_sample (SX_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
start_model_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SxWindow *self = SX_WINDOW (widget);

  g_free (self->topology);
  self->topology = g_variant_dup_string (parameter, NULL);
  sx_window_choose_data (self);
}

static void
page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sx_window_show_page (SX_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

void
sx_window_install_actions (GtkWidgetClass *class)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (class, actions[i].name, NULL, action_cb);
  gtk_widget_class_install_action (class, "win.open-path", "s", open_path_cb);
  gtk_widget_class_install_action (class, "win.open-sample", "s", open_sample_cb);
  gtk_widget_class_install_action (class, "win.start-model", "s", start_model_cb);
  gtk_widget_class_install_action (class, "win.page", "s", page_cb);
}

void
sx_window_update_actions (SxWindow *self)
{
  SxHistory *history = self->document != NULL ? sx_document_get_history (self->document) : NULL;
  gboolean   is_running = sx_window_is_running (self);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (actions[i].needs_document)
      gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, history != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", history != NULL && sx_history_can_undo (history));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.redo", history != NULL && sx_history_can_redo (history));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.run", history != NULL && !is_running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.cancel", is_running);
  gtk_widget_set_visible (self->run, history != NULL && !is_running);
  gtk_widget_set_visible (self->cancel, is_running);
}

void
sx_window_set_accels (GtkApplication *application)
{
  static const struct
  {
    const char *action, *accels[2];
  } others[] = {
    { "app.quit", { "<Control>q" } },
    { "app.new-window", { "<Control><Shift>n" } },
    { "win.page::design", { "<Alt>1" } },
    { "win.page::progress", { "<Alt>2" } },
    { "win.page::result", { "<Alt>3" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_application_set_accels_for_action (application, actions[i].name, actions[i].accels);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    gtk_application_set_accels_for_action (application, others[i].action, others[i].accels);
}

/* ---- the menu ---- */

static void
append_section (GMenu *menu, GMenu *section)
{
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

GMenuModel *
sx_window_make_menu (void)
{
  GMenu *menu = g_menu_new (), *files = g_menu_new (), *save = g_menu_new (), *view = g_menu_new (), *help = g_menu_new (), *views = g_menu_new ();

  g_menu_append (files, _ ("_New Project"), "win.new");
  g_menu_append (files, _ ("New _Window"), "app.new-window");
  g_menu_append (files, _ ("Open _Data…"), "win.open-data");
  g_menu_append (files, _ ("Open _Project…"), "win.open");
  append_section (menu, files);
  g_menu_append (save, _ ("_Save"), "win.save");
  g_menu_append (save, _ ("Save _As…"), "win.save-as");
  append_section (menu, save);
  g_menu_append (view, _ ("Blocks"), "win.palette");
  g_menu_append (view, _ ("Parameters"), "win.inspector");
  g_menu_append (view, _ ("Preview"), "win.preview");
  g_menu_append (view, _ ("Show All Blocks"), "win.show-all");
  g_menu_append (view, _ ("Arrange Blocks"), "win.arrange");
  g_menu_append_submenu (views, _ ("View"), G_MENU_MODEL (view));
  g_object_unref (view);
  append_section (menu, views);
  g_menu_append (help, _ ("_Keyboard Shortcuts"), "win.shortcuts");
  g_menu_append (help, _ ("_About Sextant"), "app.about");
  append_section (menu, help);
  return G_MENU_MODEL (menu);
}
