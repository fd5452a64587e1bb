/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxMatrix:
 *
 * A confusion matrix: a row a true class, a column a predicted one; each cell has its count and its share of the row, and is coloured by that share. The
 * pointer and the arrow keys go from cell to cell, and a sentence says what one means.
 *
 * Actions: chart.save-picture, chart.save-data.
 */
#define SX_TYPE_MATRIX (sx_matrix_get_type ())
G_DECLARE_FINAL_TYPE (SxMatrix, sx_matrix, SX, MATRIX, GtkWidget)

GtkWidget *sx_matrix_new (const char *title) G_GNUC_WARN_UNUSED_RESULT;
/* @counts: (n_classes, n_classes), row = truth, column = predicted */
void    sx_matrix_set_counts (SxMatrix *self, const guint64 *counts, const char *const *classes, guint n_classes);
guint   sx_matrix_get_n_classes (SxMatrix *self);
guint64 sx_matrix_get_count (SxMatrix *self, guint truth, guint predicted);
double  sx_matrix_get_share (SxMatrix *self, guint truth, guint predicted); /* of the rows of that class; NaN: there are none */
/* The cell in words, and the whole. */
char    *sx_matrix_dup_cell_text (SxMatrix *self, guint truth, guint predicted) G_GNUC_WARN_UNUSED_RESULT;
char    *sx_matrix_dup_description (SxMatrix *self) G_GNUC_WARN_UNUSED_RESULT;
char    *sx_matrix_to_csv (SxMatrix *self) G_GNUC_WARN_UNUSED_RESULT;         /* a row a cell: truth, predicted, count, share */
gboolean sx_matrix_export (SxMatrix *self, const char *path, GError **error); /* .svg, .png, .csv */

G_END_DECLS
