/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SX_APPLICATION_ID "org.sextant.Studio"
#define SX_STUDIO_RESOURCE_PATH "/org/sextant/Studio"

/**
 * SxApplication:
 *
 * The studio: one process, any number of windows. Opens the files that it is given, brings back what a crash left, and holds the
 * actions that need no window.
 */
#define SX_TYPE_APPLICATION (sx_application_get_type ())
G_DECLARE_FINAL_TYPE (SxApplication, sx_application, SX, APPLICATION, AdwApplication)

typedef struct _SxWindow SxWindow;

SxApplication *sx_application_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* A project, or a table. @window: (nullable): where to, if nothing is lost there; a table goes into its document. */
void sx_application_open_file (SxApplication *self, GFile *file, SxWindow *window);

G_END_DECLS
