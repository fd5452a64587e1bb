/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <graphene.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * SxSpatialIndex:
 *
 * Which things touch a rectangle of an unbounded plane: a hash of square cells, each a list of the things over it. Things
 * are borrowed pointers with one rectangle each. Insertion, removal and move cost the cells covered; a query costs the cells
 * asked for. Things over more than SX_SPATIAL_INDEX_MAX_CELLS cells stand in a list of their own that every query walks.
 */
typedef struct _SxSpatialIndex SxSpatialIndex;

#define SX_SPATIAL_INDEX_MAX_CELLS 64

SxSpatialIndex *sx_spatial_index_new (double cell_size) G_GNUC_WARN_UNUSED_RESULT;
void            sx_spatial_index_free (SxSpatialIndex *self);
void            sx_spatial_index_clear (SxSpatialIndex *self);
/* Inserts @thing, or moves it there. */
void  sx_spatial_index_set (SxSpatialIndex *self, gpointer thing, const graphene_rect_t *rect);
void  sx_spatial_index_remove (SxSpatialIndex *self, gpointer thing);
guint sx_spatial_index_get_n (const SxSpatialIndex *self);
/* Appends each thing whose rectangle touches @rect once, in no order, to @found. */
void sx_spatial_index_query (SxSpatialIndex *self, const graphene_rect_t *rect, GPtrArray *found);
/* The smallest rectangle around everything; FALSE when empty. Costs a walk over all things after a removal or a shrinking move. */
gboolean sx_spatial_index_get_bounds (SxSpatialIndex *self, graphene_rect_t *bounds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSpatialIndex, sx_spatial_index_free)

G_END_DECLS
