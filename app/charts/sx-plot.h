/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-layer.h"

G_BEGIN_DECLS

/* Private to app/charts: the part of a chart with the axes and the series in it. -draw draws it, -readout says what is under the pointer or the
 * keyboard's cursor, -gestures zooms and moves. */

typedef enum {
  SX_AXIS_X,
  SX_AXIS_Y,
  SX_N_AXES,
} SxAxisSide;

typedef struct
{
  SxScale  scale;
  char    *title;
  double   fixed_low, fixed_high; /* NaN: as the series are */
  double   zoom_low, zoom_high;
  gboolean is_zoomed;
} SxAxis;

/* Everything about a picture that follows from its size. */
typedef struct
{
  SxPlotArea area;
  GArray    *ticks[SX_N_AXES]; /* of SxTick */
  double     line_height;      /* of its small text */
  double     width;
} SxPlotFrame;

#define SX_TYPE_PLOT (sx_plot_get_type ())
G_DECLARE_FINAL_TYPE (SxPlot, sx_plot, SX, PLOT, GtkWidget)

struct _SxPlot
{
  GtkWidget parent_instance;

  GPtrArray     *series; /* of SxSeries */
  SxAxis         axes[SX_N_AXES];
  SxChartStyle   style;
  char          *title;       /* for those who cannot see it */
  char          *placeholder; /* (nullable): instead of series */
  GskRenderNode *node;        /* (nullable) cache of all but the read-out */
  SxPlotFrame    frame;       /* of the node */
  guint          describe;    /* source: the description will be written anew */

  /* Cursor: the values that it stands at */
  gboolean has_cursor;
  gboolean is_cursor_exact; /* of the keyboard: on a point of the series `lead` */
  double   cursor_x, cursor_y;
  guint    lead;

  /* Gesture */
  gboolean is_banding;
  double   band_x, band_y, band_width, band_height;
  double   pointer_x, pointer_y;
};

GtkWidget *sx_plot_new (void);
void       sx_plot_add (SxPlot *self, SxSeries *series);
void       sx_plot_remove (SxPlot *self, SxSeries *series);
void       sx_plot_invalidate (SxPlot *self);

/* The part of the values that is shown. FALSE when there is nothing to show. */
gboolean sx_plot_get_range (SxPlot *self, SxAxisSide side, double *low, double *high);
void     sx_plot_zoom (SxPlot *self, SxAxisSide side, double low, double high);
gboolean sx_plot_is_zoomed (SxPlot *self);
void     sx_plot_reset_zoom (SxPlot *self);
char    *sx_plot_dup_description (SxPlot *self);

/* ---- -draw ---- */
void sx_plot_frame_clear (SxPlotFrame *self);
/* FALSE: there is nothing to show, or no room for it. */
gboolean sx_plot_frame_init (SxPlotFrame *self, SxPlot *plot, const SxChartStyle *style, double width, double height);
void     sx_plot_draw (SxPlot *self, const SxPlotFrame *frame, const SxChartStyle *style, cairo_t *cr);
void     sx_plot_get_series_color (SxSeries *series, const SxChartStyle *style, GdkRGBA *color);

/* ---- -readout ---- */
void     sx_plot_draw_readout (SxPlot *self, GtkSnapshot *snapshot);
gboolean sx_plot_move_cursor (SxPlot *self, int n_steps); /* along the leading series */
gboolean sx_plot_change_lead (SxPlot *self, int direction);
char    *sx_plot_dup_readout (SxPlot *self); /* (nullable): the same in words */

/* ---- -gestures ---- */
void sx_plot_add_gestures (SxPlot *self);
void sx_plot_class_add_keys (GtkWidgetClass *widget_class);

G_END_DECLS
