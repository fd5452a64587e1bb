/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "sx-nn-kernels.h"

#include <pthread.h>

extern const SxNnKernels sx_nn_kernels_portable;
#ifdef SX_NN_HAS_X86
extern const SxNnKernels sx_nn_kernels_v3;
extern const SxNnKernels sx_nn_kernels_v4;
#endif

#define N_INSTANCES 3

static const SxNnKernels *usable[N_INSTANCES + 1];
static pthread_once_t     once = PTHREAD_ONCE_INIT;

static void
find_usable (void)
{
  static const SxNnKernels *const all[] = {
#ifdef SX_NN_HAS_X86
    &sx_nn_kernels_v4,
    &sx_nn_kernels_v3,
#endif
    &sx_nn_kernels_portable,
  };
  size_t n = 0;

  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i]->is_usable ())
      usable[n++] = all[i];
}

const SxNnKernels *const *
sx_nn_kernels_list (void)
{
  pthread_once (&once, find_usable);
  return usable;
}

const SxNnKernels *
sx_nn_kernels (void)
{
  return sx_nn_kernels_list ()[0];
}

size_t
sx_nn_gemm_scratch (size_t n, size_t k)
{
  return SX_NN_GEMM_MAX_PANEL * (k < SX_NN_GEMM_BLOCK ? k + 1 : SX_NN_GEMM_BLOCK);
}

static uint64_t
mix_64 (uint64_t z)
{
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t
sx_nn_hash (uint64_t a, uint64_t b, uint64_t c)
{
  return mix_64 (mix_64 (mix_64 (a) ^ b) ^ c);
}
