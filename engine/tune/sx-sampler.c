/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-sampler.h"

#include <math.h>

static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void
sx_random_init (SxRandom *self, guint64 seed, guint64 trial, SxPurpose purpose)
{
  self->state = mix (seed + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  self->state = mix (self->state ^ (trial * G_GUINT64_CONSTANT (0xd1342543de82ef95) + 1));
  self->state = mix (self->state ^ ((guint64)purpose << 56));
}

guint64
sx_random_next (SxRandom *self)
{
  self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return mix (self->state);
}

double
sx_random_uniform (SxRandom *self)
{
  return (double)(sx_random_next (self) >> 11) * 0x1p-53;
}

double
sx_random_normal (SxRandom *self)
{
  double radius = sqrt (-2 * log (1 - sx_random_uniform (self)));
  return radius * cos (2 * G_PI * sx_random_uniform (self));
}

static const guint8 primes[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131 };

/* The radical inverse of @index in @base with a fresh permutation for each digit, 53 bits deep. */
static double
radical_inverse (guint64 seed, guint dim, guint base, guint64 index)
{
  double   value = 0, scale = 1;
  guint8   digits[131];
  SxRandom random;

  sx_random_init (&random, seed, dim, SX_PURPOSE_DESIGN);
  while (scale > 0x1p-53)
    {
      for (guint i = 0; i < base; i++)
        {
          guint j = (guint)(sx_random_next (&random) % (i + 1));
          digits[i] = digits[j];
          digits[j] = (guint8)i;
        }
      scale /= base;
      value += scale * digits[index % base];
      index /= base;
    }
  return MIN (value, 1 - 0x1p-53);
}

void
sx_halton (guint64 seed, guint64 index, guint n_dims, double *unit)
{
  SxRandom rest;

  sx_random_init (&rest, seed, index, SX_PURPOSE_DESIGN);
  for (guint dim = 0; dim < n_dims; dim++)
    unit[dim] = dim < G_N_ELEMENTS (primes) ? radical_inverse (seed, dim, primes[dim], index) : sx_random_uniform (&rest);
}
