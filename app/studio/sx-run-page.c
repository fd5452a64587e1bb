/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-run-page.h"

#include <glib/gi18n-lib.h>

struct _SxRunPage
{
  GtkWidget parent_instance;

  SxRunner  *runner; /* owned */
  GtkWidget *stack;
};

G_DEFINE_FINAL_TYPE (SxRunPage, sx_run_page, GTK_TYPE_WIDGET)

static void
sx_run_page_dispose (GObject *object)
{
  SxRunPage *self = SX_RUN_PAGE (object);

  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (sx_run_page_parent_class)->dispose (object);
}

static void
sx_run_page_class_init (SxRunPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_run_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_empty_page (void)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Run"));

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "media-playback-start-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("Nothing Has Run Yet"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _ ("A run searches for the best model of this project. Its curves and trials are shown here as it goes."));
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.run");
  adw_status_page_set_child (ADW_STATUS_PAGE (page), button);
  return page;
}

static void
sx_run_page_init (SxRunPage *self)
{
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty_page (), "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
sx_run_page_new (SxRunner *runner)
{
  SxRunPage *self = g_object_new (SX_TYPE_RUN_PAGE, NULL);

  self->runner = g_object_ref (runner);
  return GTK_WIDGET (self);
}
