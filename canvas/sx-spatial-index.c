/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-spatial-index.h"

#include <math.h>

/* A cell's key is its column and row, 32 bits each, so coordinates up to 2³¹ cells are told apart. A thing over several cells is
 * reported once by stamping it with the query's number instead of gathering a set. */

typedef struct
{
  gpointer thing;
  float    x0, y0, x1, y1;
  gint32   column0, row0, column1, row1; /* cells covered, inclusive; unused when large */
  gboolean is_large;
  guint64  stamp; /* number of the query that last reported it */
} Entry;

struct _SxSpatialIndex
{
  double      cell_size;
  GHashTable *entries; /* thing → Entry, owned */
  GHashTable *cells;   /* gint64 key → GPtrArray of borrowed Entry */
  GPtrArray  *large;   /* of borrowed Entry */
  guint64     stamp;
  float       x0, y0, x1, y1; /* bounds, when has_bounds */
  gboolean    has_bounds;
};

static gint64
make_key (gint32 column, gint32 row)
{
  return (gint64)(((guint64)(guint32)column << 32) | (guint32)row);
}

static gint32
find_cell (const SxSpatialIndex *self, double coordinate)
{
  double cell = floor (coordinate / self->cell_size);
  return (gint32)CLAMP (cell, (double)G_MININT32, (double)G_MAXINT32);
}

SxSpatialIndex *
sx_spatial_index_new (double cell_size)
{
  SxSpatialIndex *self = g_new0 (SxSpatialIndex, 1);

  g_assert (cell_size > 0.0);
  self->cell_size = cell_size;
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->cells = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  self->large = g_ptr_array_new ();
  return self;
}

void
sx_spatial_index_free (SxSpatialIndex *self)
{
  g_hash_table_unref (self->cells);
  g_ptr_array_unref (self->large);
  g_hash_table_unref (self->entries);
  g_free (self);
}

void
sx_spatial_index_clear (SxSpatialIndex *self)
{
  g_hash_table_remove_all (self->cells);
  g_ptr_array_set_size (self->large, 0);
  g_hash_table_remove_all (self->entries);
  self->has_bounds = FALSE;
}

static void
add_to_cells (SxSpatialIndex *self, Entry *entry)
{
  double n_cells = ((double)entry->column1 - entry->column0 + 1) * ((double)entry->row1 - entry->row0 + 1);

  entry->is_large = n_cells > SX_SPATIAL_INDEX_MAX_CELLS;
  if (entry->is_large)
    {
      g_ptr_array_add (self->large, entry);
      return;
    }
  for (gint64 column = entry->column0; column <= entry->column1; column++)
    for (gint64 row = entry->row0; row <= entry->row1; row++)
      {
        gint64     key = make_key ((gint32)column, (gint32)row);
        GPtrArray *cell = g_hash_table_lookup (self->cells, &key);

        if (cell == NULL)
          {
            cell = g_ptr_array_new ();
            g_hash_table_insert (self->cells, g_memdup2 (&key, sizeof key), cell);
          }
        g_ptr_array_add (cell, entry);
      }
}

static void
remove_from_cells (SxSpatialIndex *self, Entry *entry)
{
  if (entry->is_large)
    {
      g_ptr_array_remove_fast (self->large, entry);
      return;
    }
  for (gint64 column = entry->column0; column <= entry->column1; column++)
    for (gint64 row = entry->row0; row <= entry->row1; row++)
      {
        gint64     key = make_key ((gint32)column, (gint32)row);
        GPtrArray *cell = g_hash_table_lookup (self->cells, &key);

        g_ptr_array_remove_fast (cell, entry);
        if (cell->len == 0)
          g_hash_table_remove (self->cells, &key);
      }
}

/* Does @entry hold up a side of the bounds, so that its going may shrink them? */
static gboolean
is_at_bounds (const SxSpatialIndex *self, const Entry *entry)
{
  return entry->x0 <= self->x0 || entry->y0 <= self->y0 || entry->x1 >= self->x1 || entry->y1 >= self->y1;
}

static void
grow_bounds (SxSpatialIndex *self, const Entry *entry)
{
  self->x0 = MIN (self->x0, entry->x0);
  self->y0 = MIN (self->y0, entry->y0);
  self->x1 = MAX (self->x1, entry->x1);
  self->y1 = MAX (self->y1, entry->y1);
}

void
sx_spatial_index_set (SxSpatialIndex *self, gpointer thing, const graphene_rect_t *rect)
{
  graphene_rect_t box;
  Entry          *entry = g_hash_table_lookup (self->entries, thing);
  gint32          column0, row0, column1, row1;

  graphene_rect_normalize_r (rect, &box);
  column0 = find_cell (self, box.origin.x);
  row0 = find_cell (self, box.origin.y);
  column1 = find_cell (self, box.origin.x + box.size.width);
  row1 = find_cell (self, box.origin.y + box.size.height);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->thing = thing;
      g_hash_table_insert (self->entries, thing, entry);
      if (g_hash_table_size (self->entries) == 1)
        self->has_bounds = FALSE;
    }
  else
    {
      if (self->has_bounds && is_at_bounds (self, entry))
        self->has_bounds = FALSE;
      if (!entry->is_large && entry->column0 == column0 && entry->row0 == row0 && entry->column1 == column1 && entry->row1 == row1)
        goto place;
      remove_from_cells (self, entry);
    }
  entry->column0 = column0;
  entry->row0 = row0;
  entry->column1 = column1;
  entry->row1 = row1;
  add_to_cells (self, entry);

place:
  entry->x0 = box.origin.x;
  entry->y0 = box.origin.y;
  entry->x1 = box.origin.x + box.size.width;
  entry->y1 = box.origin.y + box.size.height;
  if (self->has_bounds)
    grow_bounds (self, entry);
}

void
sx_spatial_index_remove (SxSpatialIndex *self, gpointer thing)
{
  Entry *entry = g_hash_table_lookup (self->entries, thing);

  if (entry == NULL)
    return;
  if (self->has_bounds && is_at_bounds (self, entry))
    self->has_bounds = FALSE;
  remove_from_cells (self, entry);
  g_hash_table_remove (self->entries, thing);
}

guint
sx_spatial_index_get_n (const SxSpatialIndex *self)
{
  return g_hash_table_size (self->entries);
}

static void
report_entry (SxSpatialIndex *self, Entry *entry, float x0, float y0, float x1, float y1, GPtrArray *found)
{
  if (entry->stamp == self->stamp)
    return;
  entry->stamp = self->stamp;
  if (entry->x0 <= x1 && entry->x1 >= x0 && entry->y0 <= y1 && entry->y1 >= y0)
    g_ptr_array_add (found, entry->thing);
}

void
sx_spatial_index_query (SxSpatialIndex *self, const graphene_rect_t *rect, GPtrArray *found)
{
  graphene_rect_t box;
  gint32          column0, row0, column1, row1;
  float           x0, y0, x1, y1;

  graphene_rect_normalize_r (rect, &box);
  x0 = box.origin.x;
  y0 = box.origin.y;
  x1 = x0 + box.size.width;
  y1 = y0 + box.size.height;
  self->stamp++;

  column0 = find_cell (self, x0);
  row0 = find_cell (self, y0);
  column1 = find_cell (self, x1);
  row1 = find_cell (self, y1);
  if (((double)column1 - column0 + 1) * ((double)row1 - row0 + 1) > g_hash_table_size (self->cells))
    {
      /* More cells asked for than there are: walking the things is cheaper, and bounded. */
      GHashTableIter iter;
      gpointer       value;

      g_hash_table_iter_init (&iter, self->entries);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        report_entry (self, value, x0, y0, x1, y1, found);
      return;
    }
  for (gint64 column = column0; column <= column1; column++)
    for (gint64 row = row0; row <= row1; row++)
      {
        gint64     key = make_key ((gint32)column, (gint32)row);
        GPtrArray *cell = g_hash_table_lookup (self->cells, &key);

        for (guint i = 0; cell != NULL && i < cell->len; i++)
          report_entry (self, g_ptr_array_index (cell, i), x0, y0, x1, y1, found);
      }
  for (guint i = 0; i < self->large->len; i++)
    report_entry (self, g_ptr_array_index (self->large, i), x0, y0, x1, y1, found);
}

gboolean
sx_spatial_index_get_bounds (SxSpatialIndex *self, graphene_rect_t *bounds)
{
  if (g_hash_table_size (self->entries) == 0)
    return FALSE;
  if (!self->has_bounds)
    {
      GHashTableIter iter;
      gpointer       value;

      self->x0 = self->y0 = G_MAXFLOAT;
      self->x1 = self->y1 = -G_MAXFLOAT;
      g_hash_table_iter_init (&iter, self->entries);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        grow_bounds (self, value);
      self->has_bounds = TRUE;
    }
  graphene_rect_init (bounds, self->x0, self->y0, self->x1 - self->x0, self->y1 - self->y0);
  return TRUE;
}
