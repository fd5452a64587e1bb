/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_CHARTS_COMPILATION
#error "private to app/charts"
#endif

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Writes @path, whose suffix decides: .svg, .png (at twice the size), or .csv, which is @csv as it is. @draw draws within @width × @height. */
typedef void (*SxPictureDraw) (cairo_t *cr, double width, double height, gpointer data);
gboolean sx_picture_write (const char *path, double width, double height, SxPictureDraw draw, gpointer data, const char *csv, GError **error);

/* A field of CSV, quoted where it must be. */
void sx_csv_append_text (GString *csv, const char *text);
void sx_csv_append_number (GString *csv, double value); /* shortest that reads back the same; NaN: nothing */

/**
 * A heading for a chart: its title, and a button with a menu of what can be done with it. The menu activates the widget-class actions
 * “chart.save-picture” and “chart.save-data”, and those of @more.
 */
GtkWidget *sx_picture_new_heading (const char *title, GMenuModel *more, GtkWidget **title_label, GtkWidget **button);
/* Asks for a file, named after @title, and has @write write it; an error is shown in a dialog. */
typedef gboolean (*SxPictureExport) (GtkWidget *widget, const char *path, GError **error);
void sx_picture_save (GtkWidget *widget, const char *title, gboolean is_data, SxPictureExport write);
/* The menu on the secondary button and on the Menu key, too. */
void sx_picture_add_menu_gesture (GtkWidget *widget, GtkWidget *button);

G_END_DECLS
