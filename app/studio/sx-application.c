/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-application.h"
#include "sx-window.h"

struct _SxApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (SxApplication, sx_application, ADW_TYPE_APPLICATION)

static void
sx_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (sx_window_new (SX_APPLICATION (application))));
}

static void
sx_application_class_init (SxApplicationClass *class)
{
  G_APPLICATION_CLASS (class)->activate = sx_application_activate;
}

static void
sx_application_init (SxApplication *self)
{
}

SxApplication *
sx_application_new (void)
{
  return g_object_new (SX_TYPE_APPLICATION, "application-id", SX_APPLICATION_ID, "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}
