/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_CHARTS_COMPILATION
#error "private to app/charts"
#endif

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SX_CHART_N_COLORS 8

/* Colours and type of charts, from the names of the style sheet, so that light, dark and high contrast all work. */
typedef struct
{
  GdkRGBA  background, card, foreground, dim, grid, border, accent;
  GdkRGBA  palette[SX_CHART_N_COLORS];
  gboolean is_dark;
  gboolean is_high_contrast; /* lines are told apart by dashes too */
  gboolean is_rtl;
} SxChartStyle;

void sx_chart_style_update (SxChartStyle *self, GtkWidget *widget);
/* For pictures: dark on white, whatever the screen looks like. */
void sx_chart_style_set_paper (SxChartStyle *self, GtkWidget *widget);
/* @color: of the palette, or SX_SERIES_COLOR_DIM */
void sx_chart_style_get_color (const SxChartStyle *self, int color, GdkRGBA *result);
void sx_chart_style_mix (const GdkRGBA *a, const GdkRGBA *b, double part, GdkRGBA *result);
/* The palette for a light or a dark background. */
void sx_chart_style_get_palette (gboolean is_dark, GdkRGBA *palette);
/* A layout for small text; @scale 1: as it stands beside axes. */
PangoLayout *sx_chart_style_new_layout (GtkWidget *widget, double scale);
/* A number: from left to right in any text, so that its sign and its unit stay where they belong. */
void sx_chart_style_set_number (PangoLayout *layout, const char *number);

G_END_DECLS
