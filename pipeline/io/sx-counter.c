/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Counting different values.
 *
 * HyperLogLog (P. Flajolet and others, 2007) with 2^12 registers has a standard error of 1.6 %; the estimate from the registers
 * is O. Ertl's (New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 6), which needs no correction
 * for small counts. */

#include "config.h"

#include "sx-profile-private.h"

#include <math.h>
#include <string.h>

#define PRECISION 12
#define N_REGISTERS (1 << PRECISION)
#define MAX_RANK (64 - PRECISION + 1)
#define N_SLOTS (4 * SX_COUNTER_MAX_EXACT)

void
sx_counter_init (SxCounter *self)
{
  *self = (SxCounter){
    .entries = g_new (SxCounterEntry, SX_COUNTER_MAX_EXACT),
    .slots = g_new0 (guint16, N_SLOTS),
    .registers = g_new0 (guint8, N_REGISTERS),
  };
}

void
sx_counter_clear (SxCounter *self)
{
  g_clear_pointer (&self->entries, g_free);
  g_clear_pointer (&self->slots, g_free);
  g_clear_pointer (&self->registers, g_free);
}

void
sx_counter_add (SxCounter *self, guint64 hash, guint64 count, guint32 batch, guint32 row)
{
  gsize slot = (gsize)(hash >> 20) & (N_SLOTS - 1);

  while (self->slots[slot] != 0)
    {
      SxCounterEntry *entry = &self->entries[self->slots[slot] - 1];
      if (entry->hash == hash)
        {
          entry->count += count;
          return;
        }
      slot = (slot + 1) & (N_SLOTS - 1);
    }
  /* A register's rank: the place of the first one bit among those that did not choose the register. */
  guint  index = (guint)(hash >> (64 - PRECISION));
  guint8 rank = (guint8)(__builtin_clzll (hash << PRECISION | (G_GUINT64_CONSTANT (1) << (PRECISION - 1))) + 1);
  if (rank > self->registers[index])
    self->registers[index] = rank;
  if (self->n_entries == SX_COUNTER_MAX_EXACT)
    {
      self->is_over = TRUE;
      return;
    }
  self->entries[self->n_entries] = (SxCounterEntry){ hash, count, batch, row };
  self->slots[slot] = (guint16)++self->n_entries;
}

static double
sigma (double x)
{
  double y = 1, z = x, before;

  if (x == 1)
    return INFINITY;
  do
    {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    }
  while (z != before);
  return z;
}

static double
tau (double x)
{
  double y = 1, z = 1 - x, before;

  if (x == 0 || x == 1)
    return 0;
  do
    {
      x = sqrt (x);
      before = z;
      y *= .5;
      z -= (1 - x) * (1 - x) * y;
    }
  while (z != before);
  return z / 3;
}

guint64
sx_counter_get_n_distinct (const SxCounter *self)
{
  guint  counts[MAX_RANK + 1] = { 0 };
  double z;

  if (!self->is_over)
    return self->n_entries;
  for (guint i = 0; i < N_REGISTERS; i++)
    counts[self->registers[i]]++;
  z = N_REGISTERS * tau (1 - (double)counts[MAX_RANK] / N_REGISTERS);
  for (guint rank = MAX_RANK - 1; rank >= 1; rank--)
    z = .5 * (z + counts[rank]);
  z += N_REGISTERS * sigma ((double)counts[0] / N_REGISTERS);
  return (guint64)(.5 / G_LN2 * N_REGISTERS * N_REGISTERS / z + .5);
}

guint64
sx_hash_bytes (const void *bytes, gsize size)
{
  const guint8 *p = bytes;
  guint64       hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ size;
  guint64       word;

  for (; size >= 8; p += 8, size -= 8)
    {
      memcpy (&word, p, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  if (size > 0)
    memcpy (&word, p, size);
  return sx_hash_mix (hash ^ word);
}

/* Doubles sort like whole numbers once the sign is turned over: radix sort by 11 bits, six times. */
void
sx_sort_doubles (double *values, double *scratch, gsize n)
{
  guint64 *from = (guint64 *)(void *)scratch, *to = (guint64 *)(void *)values;
  gsize    counts[6][2048] = { { 0 } };

  for (gsize i = 0; i < n; i++)
    {
      guint64 key;
      memcpy (&key, &values[i], 8);
      key ^= (guint64)((gint64)key >> 63) | (G_GUINT64_CONSTANT (1) << 63);
      from[i] = key;
      for (guint pass = 0; pass < 6; pass++)
        counts[pass][key >> (11 * pass) & 2047]++;
    }
  for (guint pass = 0; pass < 6; pass++)
    {
      gsize sum = 0;
      for (guint digit = 0; digit < 2048; digit++)
        {
          gsize count = counts[pass][digit];
          counts[pass][digit] = sum;
          sum += count;
        }
      for (gsize i = 0; i < n; i++)
        to[counts[pass][from[i] >> (11 * pass) & 2047]++] = from[i];
      guint64 *swap = from;
      from = to;
      to = swap;
    }
  /* After six passes the keys are where they began, in scratch. */
  for (gsize i = 0; i < n; i++)
    {
      guint64 key = from[i];
      key ^= (key >> 63) ? (G_GUINT64_CONSTANT (1) << 63) : ~G_GUINT64_CONSTANT (0);
      memcpy (&values[i], &key, 8);
    }
}
