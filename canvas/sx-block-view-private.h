/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-canvas-private.h"

G_BEGIN_DECLS

#define SX_BLOCK_RADIUS 12.0f
#define SX_BLOCK_TEXT_LEFT 54.0

struct _SxBlockView
{
  GtkWidget parent_instance;

  SxCanvas    *canvas; /* borrowed: it owns us */
  SxBlock     *block;
  char        *id;
  char        *summary_text, *problem;
  double       x, y, height; /* world */
  guint        n_ports;
  guint32      linked; /* bit a port */
  PangoLayout *title, *summary;
  GPtrArray   *port_titles;
  int          hovered_port;
  guint        is_selected : 1;
  guint        is_hovered : 1;
  guint        is_lacking : 1;
  guint        is_muted : 1;
  guint        is_collapsed : 1;
};

void sx_block_view_get_port_place (SxBlockView *self, guint port, graphene_point_t *place);
/* sx-block-draw.c */
void sx_block_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
void sx_block_view_draw (SxBlockView *self, GtkSnapshot *snapshot, gboolean is_plain, gboolean has_marks);

G_END_DECLS
