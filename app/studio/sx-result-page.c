/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-result-page.h"

#include <glib/gi18n-lib.h>

struct _SxResultPage
{
  GtkWidget parent_instance;

  SxRunner  *runner; /* owned */
  GtkWidget *stack;
};

enum {
  MESSAGE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxResultPage, sx_result_page, GTK_TYPE_WIDGET)

static void
sx_result_page_dispose (GObject *object)
{
  SxResultPage *self = SX_RESULT_PAGE (object);

  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (sx_result_page_parent_class)->dispose (object);
}

static void
sx_result_page_class_init (SxResultPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_result_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[MESSAGE] = g_signal_new ("message", SX_TYPE_RESULT_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
make_empty_page (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "view-list-bullet-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("No Result Yet"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _ ("When a run is done, its metrics and its model are here."));
  return page;
}

static void
sx_result_page_init (SxResultPage *self)
{
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty_page (), "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
sx_result_page_new (SxRunner *runner)
{
  SxResultPage *self = g_object_new (SX_TYPE_RESULT_PAGE, NULL);

  self->runner = g_object_ref (runner);
  return GTK_WIDGET (self);
}
