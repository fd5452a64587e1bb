/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The part of FlatBuffers that Arrow's messages need. A table begins with the distance back to its vtable; the vtable has its own size, the
 * table's, and of each slot the place in the table (0: absent). Strings and vectors lie ahead, at an unsigned distance. */

#include "config.h"

#include "sx-flatbuffer-private.h"

#include <string.h>

/* @size bytes at @at, little-endian. */
static guint64
load (SxFlat *self, gsize at, gsize size)
{
  guint64 value = 0;

  if (at > self->size || size > self->size - at)
    {
      self->is_bad = TRUE;
      return 0;
    }
  memcpy (&value, self->data + at, size);
  return GUINT64_FROM_LE (value);
}

/* Where the distance that stands at @at leads; 0 when it leads out. */
static gsize
follow (SxFlat *self, gsize at)
{
  gsize distance = (gsize)load (self, at, 4);

  if (self->is_bad || distance == 0 || distance > self->size - at)
    {
      self->is_bad = TRUE;
      return 0;
    }
  return at + distance;
}

gsize
sx_flat_get_root (SxFlat *self)
{
  return follow (self, 0);
}

/* The place of a slot of @size bytes; 0 when it is absent. */
static gsize
find_slot (SxFlat *self, gsize table, guint slot, gsize size)
{
  gint32 back;
  gint64 vtable;
  gsize  vtable_size, table_size, place;

  if (table == 0 || self->is_bad)
    return 0;
  back = (gint32)load (self, table, 4);
  vtable = (gint64)table - back;
  if (self->is_bad || vtable < 0 || vtable > (gint64)self->size)
    {
      self->is_bad = TRUE;
      return 0;
    }
  vtable_size = (gsize)load (self, (gsize)vtable, 2);
  table_size = (gsize)load (self, (gsize)vtable + 2, 2);
  if (self->is_bad || vtable_size < 4 + 2 * ((gsize)slot + 1))
    return 0;
  place = (gsize)load (self, (gsize)vtable + 4 + 2 * (gsize)slot, 2);
  if (place == 0)
    return 0;
  if (place < 4 || place + size > table_size || table + place + size > self->size)
    {
      self->is_bad = TRUE;
      return 0;
    }
  return table + place;
}

guint64
sx_flat_get_number (SxFlat *self, gsize table, guint slot, gsize size, guint64 fallback)
{
  gsize at = find_slot (self, table, slot, size);

  return at != 0 ? load (self, at, size) : fallback;
}

gsize
sx_flat_get_table (SxFlat *self, gsize table, guint slot)
{
  gsize at = find_slot (self, table, slot, 4);

  return at != 0 ? follow (self, at) : 0;
}

const guint8 *
sx_flat_get_vector (SxFlat *self, gsize table, guint slot, gsize item_size, gsize *n)
{
  gsize at = find_slot (self, table, slot, 4);
  gsize vector = at != 0 ? follow (self, at) : 0;

  *n = vector != 0 ? (gsize)load (self, vector, 4) : 0;
  if (self->is_bad || *n == 0)
    {
      *n = 0;
      return NULL;
    }
  if (*n > (self->size - vector - 4) / item_size)
    {
      self->is_bad = TRUE;
      *n = 0;
      return NULL;
    }
  return self->data + vector + 4;
}

gsize
sx_flat_get_item (SxFlat *self, const guint8 *vector, gsize i)
{
  return follow (self, (gsize)(vector - self->data) + 4 * i);
}

char *
sx_flat_dup_string (SxFlat *self, gsize table, guint slot)
{
  gsize         n;
  gboolean      was_bad = self->is_bad;
  const guint8 *text = sx_flat_get_vector (self, table, slot, 1, &n);

  if (text == NULL)
    return find_slot (self, table, slot, 4) != 0 && self->is_bad == was_bad ? g_strdup ("") : NULL;
  return g_utf8_make_valid ((const char *)text, (gssize)n);
}

static gsize
append_zeros (SxFlatBuilder *self, gsize size)
{
  gsize at = self->bytes->len;

  g_byte_array_set_size (self->bytes, (guint)(at + size));
  memset (self->bytes->data + at, 0, size);
  return at;
}

static void
align (SxFlatBuilder *self, gsize ahead)
{
  while ((self->bytes->len + ahead) % 8 != 0)
    append_zeros (self, 1);
}

static void
store (SxFlatBuilder *self, gsize at, guint64 value, gsize size)
{
  value = GUINT64_TO_LE (value);
  memcpy (self->bytes->data + at, &value, size);
}

gsize
sx_flat_builder_add_table (SxFlatBuilder *self, guint n_slots)
{
  gsize vtable, table;

  /* Zeros in the vtable: every slot is absent until it is set. */
  vtable = append_zeros (self, 4 + 2 * (gsize)n_slots);
  align (self, 0);
  table = append_zeros (self, 8 + 8 * (gsize)n_slots);
  store (self, vtable, 4 + 2 * (guint64)n_slots, 2);
  store (self, vtable + 2, 8 + 8 * (guint64)n_slots, 2);
  store (self, table, table - vtable, 4);
  return table;
}

gsize
sx_flat_builder_begin (SxFlatBuilder *self, guint n_slots)
{
  gsize root;

  append_zeros (self, 8);
  root = sx_flat_builder_add_table (self, n_slots);
  store (self, 0, root, 4);
  return root;
}

static gsize
claim_slot (SxFlatBuilder *self, gsize table, guint slot)
{
  guint32 back;
  gsize   place = 8 + 8 * (gsize)slot;

  memcpy (&back, self->bytes->data + table, 4);
  store (self, table - GUINT32_FROM_LE (back) + 4 + 2 * (gsize)slot, place, 2);
  return table + place;
}

void
sx_flat_builder_set_number (SxFlatBuilder *self, gsize table, guint slot, guint64 value)
{
  store (self, claim_slot (self, table, slot), value, 8);
}

void
sx_flat_builder_set_link (SxFlatBuilder *self, gsize table, guint slot, gsize target)
{
  gsize at = claim_slot (self, table, slot);

  store (self, at, target - at, 4);
}

void
sx_flat_builder_set_string (SxFlatBuilder *self, gsize table, guint slot, const char *text)
{
  gsize size = strlen (text), at;

  align (self, 4);
  at = append_zeros (self, 4 + size + 1);
  store (self, at, size, 4);
  memcpy (self->bytes->data + at + 4, text, size);
  sx_flat_builder_set_link (self, table, slot, at);
  align (self, 0);
}

guint8 *
sx_flat_builder_set_structs (SxFlatBuilder *self, gsize table, guint slot, gsize item_size, gsize n)
{
  gsize at;

  align (self, 4);
  at = append_zeros (self, 4 + item_size * n);
  store (self, at, n, 4);
  sx_flat_builder_set_link (self, table, slot, at);
  align (self, 0);
  return self->bytes->data + at + 4;
}

gsize
sx_flat_builder_set_tables (SxFlatBuilder *self, gsize table, guint slot, gsize n)
{
  gsize at;

  align (self, 4);
  at = append_zeros (self, 4 + 4 * n);
  store (self, at, n, 4);
  sx_flat_builder_set_link (self, table, slot, at);
  align (self, 0);
  return at;
}

void
sx_flat_builder_set_item (SxFlatBuilder *self, gsize vector, gsize i, gsize target)
{
  gsize at = vector + 4 + 4 * i;

  store (self, at, target - at, 4);
}
