/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-window.h"

#include <glib/gi18n-lib.h>

struct _SxWindow
{
  AdwApplicationWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (SxWindow, sx_window, ADW_TYPE_APPLICATION_WINDOW)

static void
sx_window_class_init (SxWindowClass *class)
{
}

static void
sx_window_init (SxWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), 1280, 800);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Sextant"));
}

GtkWidget *
sx_window_new (SxApplication *application)
{
  return g_object_new (SX_TYPE_WINDOW, "application", application, NULL);
}
