/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-chart-style.h"

G_BEGIN_DECLS

/* Private to app/charts: the cells of a matrix with the names of rows and columns.
 *
 * Signal: selected (): the pointer or the keyboard went to another cell. */
#define SX_TYPE_MATRIX_GRID (sx_matrix_grid_get_type ())
G_DECLARE_FINAL_TYPE (SxMatrixGrid, sx_matrix_grid, SX, MATRIX_GRID, GtkWidget)

struct _SxMatrixGrid
{
  GtkWidget parent_instance;

  guint64       *counts; /* (n_classes, n_classes) */
  guint64       *sums;   /* of the rows */
  GStrv          classes;
  guint          n_classes;
  int            row, column; /* −1: none */
  SxChartStyle   style;
  GskRenderNode *node; /* (nullable) cache of all but the mark of the cell */
};

GtkWidget *sx_matrix_grid_new (void);
void       sx_matrix_grid_changed (SxMatrixGrid *self);
void       sx_matrix_grid_draw (SxMatrixGrid *self, const SxChartStyle *style, cairo_t *cr, double width, double height);

G_END_DECLS
