/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-series.h"
#include "sx-ticks.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxChart:
 *
 * Series over two axes, under a title and a legend that shows and hides them. The pointer or the arrow keys read values, dragging or plus and minus
 * zoom, a double click or 0 shows all; the menu saves the picture (SVG, PNG) or the data (CSV). A million points stay smooth: what is
 * drawn depends on the pixels. Changes are drawn once a frame, however many there are.
 *
 * Action: chart.reset-zoom, chart.save-picture, chart.save-data, chart.logarithmic (property of the same meaning).
 */
#define SX_TYPE_CHART (sx_chart_get_type ())
G_DECLARE_FINAL_TYPE (SxChart, sx_chart, SX, CHART, GtkWidget)

GtkWidget *sx_chart_new (const char *title) G_GNUC_WARN_UNUSED_RESULT;
void       sx_chart_set_title (SxChart *self, const char *title);
/* @title: (nullable) */
void sx_chart_set_x_axis (SxChart *self, SxScale scale, const char *title);
void sx_chart_set_y_axis (SxChart *self, SxScale scale, const char *title);
/* The ends of an axis; NaN: as the series are. */
void sx_chart_set_x_range (SxChart *self, double low, double high);
void sx_chart_set_y_range (SxChart *self, double low, double high);
/* What stands there while there is nothing to show. */
void sx_chart_set_placeholder (SxChart *self, const char *text);

void      sx_chart_add (SxChart *self, SxSeries *series);
void      sx_chart_remove (SxChart *self, SxSeries *series);
void      sx_chart_remove_all (SxChart *self);
guint     sx_chart_get_n_series (SxChart *self);
SxSeries *sx_chart_get_series (SxChart *self, guint index); /* in the order they were added */

/* The part of the values that is shown; FALSE when there is nothing. */
gboolean sx_chart_get_view (SxChart *self, double *x_low, double *x_high, double *y_low, double *y_high);
void     sx_chart_zoom_x (SxChart *self, double low, double high);
void     sx_chart_reset_zoom (SxChart *self);

/* In words: what it shows, with ranges. */
char *sx_chart_dup_description (SxChart *self) G_GNUC_WARN_UNUSED_RESULT;
/* One line a point: series, x, y. */
char *sx_chart_to_csv (SxChart *self) G_GNUC_WARN_UNUSED_RESULT;
/* .svg, .png or .csv, by the suffix of @path. Pictures are dark on white, with title and legend. */
gboolean sx_chart_export (SxChart *self, const char *path, GError **error);

G_END_DECLS
