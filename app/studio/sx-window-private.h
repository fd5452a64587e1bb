/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-design-page.h"
#include "sx-runner.h"
#include "sx-window.h"

G_BEGIN_DECLS

struct _SxWindow
{
  AdwApplicationWindow parent_instance;

  /* Widgets */
  GtkWidget *toasts, *stack, *pages, *switcher, *switcher_bar, *name, *start_box, *run, *cancel, *disk_bar, *progress;
  GtkWidget *welcome, *design, *run_page, *result_page; /* (nullable): not needed yet */

  /* Owned */
  SxDocument           *document; /* (nullable) */
  SxRunner             *runner;   /* (nullable) */
  GtkFileChooserNative *chooser;  /* (nullable): the one that is open */

  char    *topology; /* (nullable): what the next table is for */
  guint    narrow_source;
  gboolean is_closing; /* the user has answered */
  gboolean closes_after_save;
};

/* sx-window-actions.c */
void        sx_window_install_actions (GtkWidgetClass *class);
void        sx_window_update_actions (SxWindow *self);
void        sx_window_set_accels (GtkApplication *application);
GMenuModel *sx_window_make_menu (void);

/* sx-window-files.c */
void     sx_window_choose_data (SxWindow *self);
void     sx_window_choose_project (SxWindow *self);
void     sx_window_save (SxWindow *self);
void     sx_window_choose_path (SxWindow *self);
void     sx_window_ask_to_save (SxWindow *self);
void     sx_window_open_sample (SxWindow *self, const char *path);
gboolean sx_window_drop (SxWindow *self, GdkFileList *files);
void     sx_window_watch_disk (SxWindow *self);

/* sx-window-state.c */
void sx_window_load_state (SxWindow *self, int width, int height); /* width and height: the first time */
void sx_window_load_panes (SxWindow *self);
void sx_window_save_state (SxWindow *self);

/* sx-window-run.c */
void     sx_window_start_run (SxWindow *self);
void     sx_window_cancel_run (SxWindow *self);
gboolean sx_window_is_running (SxWindow *self);
void     sx_window_make_runner (SxWindow *self);
void     sx_window_show_page (SxWindow *self, const char *name);
void     sx_window_show_progress (SxWindow *self);

G_END_DECLS
