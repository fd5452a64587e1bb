/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-row-number-private.h"

G_BEGIN_DECLS

/* A parameter's text such as “mean(price)” or “quantile(`unit price`, 0.9)”, taken apart. */
typedef struct
{
  char    *name;
  char    *column; /* “” when there is none */
  gboolean has_number;
  double   number;
} SxCall;

/* FALSE when @text has another form. Clear in either case. */
gboolean sx_call_parse (SxCall *call, const char *text);
void     sx_call_clear (SxCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxCall, sx_call_clear)

/* A figure of the cells of a group. */
typedef struct _SxFigure SxFigure;

#define SX_FIGURE_NAMES "count missing distinct first last mode sum mean median quantile sd var min max"

const SxFigure *sx_figure_find (const char *name);
/* May a column of @type be its argument? */
gboolean sx_figure_takes (const SxFigure *figure, SxType type);
gboolean sx_figure_needs_number (const SxFigure *figure); /* a share from 0 to 1 */
SxType   sx_figure_get_type (const SxFigure *figure, SxType type);

/* The figure of column @column (-1: of the rows themselves) for each of @n_groups groups; @ids says the group of each row. Missing cells are left out;
 * a figure of no cells is missing, or 0 where it is a count. */
SxColumn *sx_figure_compute (const SxFigure *figure, double number, SxFrame *frame, int column, const guint32 *ids, guint32 n_groups, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @n values, which are put in order, at share @q of them (Hyndman and Fan 1996, type 7). */
double sx_figure_quantile (double *values, gsize n, double q);

G_END_DECLS
