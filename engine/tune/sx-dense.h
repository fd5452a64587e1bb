/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cholesky factors of dense matrices in double precision, row by row with a stride, lower triangle. One thread, and every sum in an order that its own indices
 * decide alone: a row that is appended has the same bits as if the whole had been factored at once, on every processor. */

/* A stride for rows of @n numbers. */
gsize sx_dense_stride (guint n);
/* Turns rows @from to @n of the lower triangle of @a into rows of its factor; the rows before are factored already. FALSE when it is not positive definite. */
gboolean sx_dense_factor (double *a, gsize stride, guint from, guint n);
/* Each of the @n_rows rows b of @rows becomes L^-1 b. */
void sx_dense_solve (const double *l, gsize stride, guint n, double *rows, gsize row_stride, guint n_rows);
/* b becomes L^-T b. */
void sx_dense_solve_transposed (const double *l, gsize stride, guint n, double *b);
/* The lower triangle of (L L')^-1 into @inverse; @scratch is as large. Both have the stride of @l. */
void   sx_dense_invert (const double *l, gsize stride, guint n, double *inverse, double *scratch);
double sx_dense_dot (const double *a, const double *b, guint n);
/* sums[i] += scale (column[i] - at)², or scale where the two differ by more than a half. */
void sx_dense_add_squares (const double *column, double at, double scale, guint n, double *sums);
void sx_dense_add_mismatches (const double *column, double at, double scale, guint n, double *sums);

G_END_DECLS
