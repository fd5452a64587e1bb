/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include <glib.h>

G_BEGIN_DECLS

/**
 * SxFlat:
 *
 * Bytes of a FlatBuffer that nobody vouches for. Whatever is read outside of them reads as absent and sets @is_bad, so that a reader asks
 * once at its end. Tables are positions; 0 is “no table”, as no table can lie there.
 */
typedef struct
{
  const guint8 *data;
  gsize         size;
  gboolean      is_bad;
} SxFlat;

gsize sx_flat_get_root (SxFlat *self);
/* Slot @slot of the table at @table: a number of @size bytes, little-endian, sign not extended. */
guint64 sx_flat_get_number (SxFlat *self, gsize table, guint slot, gsize size, guint64 fallback);
gsize   sx_flat_get_table (SxFlat *self, gsize table, guint slot);
/* (nullable) (transfer full): UTF-8, what is not is replaced */
char *sx_flat_dup_string (SxFlat *self, gsize table, guint slot);
/* The first of @n items of @item_size bytes; NULL and 0 when there are none. */
const guint8 *sx_flat_get_vector (SxFlat *self, gsize table, guint slot, gsize item_size, gsize *n);
/* Table @i of a vector of tables, which begins at @vector. */
gsize sx_flat_get_item (SxFlat *self, const guint8 *vector, gsize i);

/**
 * SxFlatBuilder:
 *
 * Writes a FlatBuffer from front to back: tables first, then what they point to. Every slot takes eight bytes, so that all is aligned.
 */
typedef struct
{
  GByteArray *bytes;
} SxFlatBuilder;

/* A buffer whose root is a table of @n_slots. */
gsize sx_flat_builder_begin (SxFlatBuilder *self, guint n_slots);
gsize sx_flat_builder_add_table (SxFlatBuilder *self, guint n_slots);
void  sx_flat_builder_set_number (SxFlatBuilder *self, gsize table, guint slot, guint64 value); /* of up to eight bytes */
void  sx_flat_builder_set_link (SxFlatBuilder *self, gsize table, guint slot, gsize target);
void  sx_flat_builder_set_string (SxFlatBuilder *self, gsize table, guint slot, const char *text);
/* A vector of structs of 8-byte parts; the caller fills the zeros of the answer at once. */
guint8 *sx_flat_builder_set_structs (SxFlatBuilder *self, gsize table, guint slot, gsize item_size, gsize n);
/* A vector of @n tables; sx_flat_builder_set_item() fills it. */
gsize sx_flat_builder_set_tables (SxFlatBuilder *self, gsize table, guint slot, gsize n);
void  sx_flat_builder_set_item (SxFlatBuilder *self, gsize vector, gsize i, gsize target);

G_END_DECLS
