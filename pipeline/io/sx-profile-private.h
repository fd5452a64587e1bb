/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Distinct values up to here are counted exactly. */
#define SX_COUNTER_MAX_EXACT 4096

typedef struct
{
  guint64 hash;
  guint64 count;
  guint32 batch; /* where the value was first seen */
  guint32 row;
} SxCounterEntry;

/**
 * SxCounter:
 *
 * How many different values there are and how often each comes, by their 64-bit hashes: exact for the first
 * SX_COUNTER_MAX_EXACT different ones; beyond, new ones are only estimated (HyperLogLog), known ones still counted.
 */
typedef struct
{
  SxCounterEntry *entries; /* in order of appearance */
  guint           n_entries;
  guint16        *slots; /* index + 1, or 0; twice as many as entries */
  gboolean        is_over;
  guint8         *registers;
} SxCounter;

void sx_counter_init (SxCounter *self);
void sx_counter_clear (SxCounter *self);
void sx_counter_add (SxCounter *self, guint64 hash, guint64 count, guint32 batch, guint32 row);
guint64 sx_counter_get_n_distinct (const SxCounter *self);

guint64 sx_hash_bytes (const void *bytes, gsize size);

static inline guint64
sx_hash_mix (guint64 x)
{
  x ^= x >> 32;
  x *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  x ^= x >> 32;
  x *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  return x ^ x >> 32;
}

/* Ascending, in place; no NaN. @scratch has room for n. */
void sx_sort_doubles (double *values, double *scratch, gsize n);

G_END_DECLS
