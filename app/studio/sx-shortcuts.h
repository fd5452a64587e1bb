/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  const char *group;  /* N_() */
  const char *title;  /* N_() */
  const char *accels; /* as GtkShortcutsShortcut takes them: “<Control>z” */
} SxShortcut;

/* Every key of the studio and its canvas, by group; ended by title NULL. */
const SxShortcut *sx_shortcuts_list (void);
GtkWidget        *sx_shortcuts_window_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
