/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-application.h"
#include "sx-document.h"

G_BEGIN_DECLS

/**
 * SxWindow:
 *
 * One document: its header bar, and the pages Design, Progress and Result. Without a document it shows ways to begin.
 */
#define SX_TYPE_WINDOW (sx_window_get_type ())
G_DECLARE_FINAL_TYPE (SxWindow, sx_window, SX, WINDOW, AdwApplicationWindow)

GtkWidget *sx_window_new (SxApplication *application) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable) */
SxDocument *sx_window_get_document (SxWindow *self);
/* What the window shows from now on. Only for a window without a document, or with one that nothing was done to. */
void sx_window_set_document (SxWindow *self, SxDocument *document);
/* Does nothing get lost when another document takes the place of this window's? */
gboolean sx_window_is_pristine (SxWindow *self);
/* A table: into this window's document, or into a new one. */
void sx_window_open_data (SxWindow *self, const char *path);
/* @button: (nullable): title of a button that activates @action */
void sx_window_say (SxWindow *self, const char *text, const char *button, const char *action);

G_END_DECLS
