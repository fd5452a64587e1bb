/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-space.h"

G_BEGIN_DECLS

/* SplitMix64 (Steele, Lea, Flood 2014): one stream for each (seed, trial, purpose), so that draws depend on nothing that went before. */
typedef struct
{
  guint64 state;
} SxRandom;

typedef enum {
  SX_PURPOSE_DESIGN = 1,
  SX_PURPOSE_CANDIDATES,
  SX_PURPOSE_LOCAL,
  SX_PURPOSE_RANDOM,
  SX_PURPOSE_FRESH,
  SX_PURPOSE_DRAWS,
} SxPurpose;

void    sx_random_init (SxRandom *self, guint64 seed, guint64 trial, SxPurpose purpose);
guint64 sx_random_next (SxRandom *self);
double  sx_random_uniform (SxRandom *self); /* [0, 1) */
double  sx_random_normal (SxRandom *self);

/* Point @index (from 0) of a Halton sequence in @n_dims whose digits are permuted at random by @seed (Owen 2017). Dimensions beyond the
 * table of primes are plain random. Writes n_dims numbers in [0, 1). */
void sx_halton (guint64 seed, guint64 index, guint n_dims, double *unit);

G_END_DECLS
