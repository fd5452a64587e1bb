/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Matrix product: a register tile of MR rows × NV vectors over a packed panel of B.
 *
 *          B panel (depth ≤ 256, NR = NV · LANES columns, packed, in L1)
 *          ┌────────┐
 *   A rows │        │   for each p: NV loads of B, MR broadcasts of A, MR · NV fused multiply-adds
 *   (MR)   └────────┘
 *          C tile in registers, scaled and biased when the last depth block is done
 *
 * A is read in place through two strides, so the forward pass (rows of x), the gradient by the inputs and the gradient by the weights
 * (columns of x) are one kernel. B is packed into panels, zero-padded on the right; a product of few rows reads B in place, as packing would
 * cost more than it saves. Each cell of C is one chain of multiply-adds in the order of p, whatever the tile: the same bits for a row
 * alone and for a row in a batch. Compiled once an instruction set with contraction on; see meson.build. */

#include "sx-nn-kernels.h"
#include "sx-nn-isa.h"

#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#define MR 12
#elif defined(__AVX__)
#define LANES 8
#define MR 6
#elif defined(__aarch64__)
#define LANES 4
#define MR 8
#else
#define LANES 4
#define MR 4
#endif
#define NV 2
#define NR (NV * LANES)
#define FEW_ROWS 4

typedef float Vector __attribute__ ((vector_size (LANES * 4)));
typedef float LooseVector __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias));

/* One tile: @mr rows, @nv vectors, both constants where this is inlined. */
__attribute__ ((always_inline)) static inline void
multiply_tile (const SxNnGemm *g, const float *a, const float *b, size_t b_row, size_t depth, float *c, size_t n_columns, const float *bias, bool is_first, bool is_last, const size_t mr, const size_t nv)
{
  Vector acc[MR][NV];
  float  edge[NR] __attribute__ ((aligned (64)));
  bool   is_whole = n_columns == nv * LANES;

  for (size_t i = 0; i < mr; i++)
    for (size_t v = 0; v < nv; v++)
      acc[i][v] = (Vector){ 0 };
  if (!is_first)
    for (size_t i = 0; i < mr; i++)
      {
        const float *from = c + i * g->c_row;
        if (!is_whole)
          from = memcpy (edge, from, n_columns * sizeof (float));
        for (size_t v = 0; v < nv; v++)
          acc[i][v] = *(const LooseVector *)(from + v * LANES);
      }

  for (size_t p = 0; p < depth; p++)
    {
      Vector bv[NV];
      for (size_t v = 0; v < nv; v++)
        bv[v] = *(const LooseVector *)(b + v * LANES);
      for (size_t i = 0; i < mr; i++)
        {
          float s = a[i * g->a_row];
          for (size_t v = 0; v < nv; v++)
            acc[i][v] += s * bv[v];
        }
      a += g->a_column;
      b += b_row;
    }

  for (size_t i = 0; i < mr; i++)
    {
      float *to = is_whole ? c + i * g->c_row : edge;
      for (size_t v = 0; v < nv; v++)
        {
          Vector y = acc[i][v];
          /* One expression, so that every tile contracts it to the same multiply-add. */
          if (is_last)
            y = y * g->scale + *(const LooseVector *)(bias + v * LANES);
          *(LooseVector *)(to + v * LANES) = y;
        }
      if (!is_whole)
        memcpy (c + i * g->c_row, edge, n_columns * sizeof (float));
    }
}

#define TILE_CASE(mr)                                                                       \
  case mr:                                                                                  \
    if (n_columns > LANES)                                                                  \
      multiply_tile (g, a, b, b_row, depth, c, n_columns, bias, is_first, is_last, mr, NV); \
    else                                                                                    \
      multiply_tile (g, a, b, b_row, depth, c, n_columns, bias, is_first, is_last, mr, 1);  \
    break;

static void
multiply_rows (const SxNnGemm *g, size_t n_rows, const float *a, const float *b, size_t b_row, size_t depth, float *c, size_t n_columns, const float *bias, bool is_first, bool is_last)
{
  switch (n_rows)
    {
      TILE_CASE (1)
      TILE_CASE (2)
      TILE_CASE (3)
      TILE_CASE (4)
#if MR > 4
      TILE_CASE (5)
      TILE_CASE (6)
#endif
#if MR > 6
      TILE_CASE (7)
      TILE_CASE (8)
#endif
#if MR > 8
      TILE_CASE (9)
      TILE_CASE (10)
      TILE_CASE (11)
      TILE_CASE (12)
#endif
    default:
      __builtin_unreachable ();
    }
}

/* Columns [column, column + n_columns) and rows [from, from + depth) of B, side by side, zeros on the right. */
static void
pack_panel (const SxNnGemm *g, size_t from, size_t depth, size_t column, size_t n_columns, size_t width, float *panel)
{
  const float *b = g->b + from * g->b_row + column * g->b_column;

  if (g->b_column == 1 && n_columns == width)
    {
      for (size_t p = 0; p < depth; p++, b += g->b_row, panel += width)
        memcpy (panel, b, width * sizeof (float));
      return;
    }
  if (g->b_row == 1)
    {
      /* B is a transpose: walk its memory in order, writing strided into the panel, which is in L1. */
      for (size_t j = 0; j < width; j++)
        for (size_t p = 0; p < depth; p++)
          panel[p * width + j] = j < n_columns ? b[j * g->b_column + p] : 0.0f;
      return;
    }
  for (size_t p = 0; p < depth; p++)
    for (size_t j = 0; j < width; j++)
      panel[p * width + j] = j < n_columns ? b[p * g->b_row + j * g->b_column] : 0.0f;
}

static void
multiply_panel (const SxNnGemm *g, size_t from, size_t depth, size_t column, size_t n_columns, bool is_first, bool is_last)
{
  const float *b = g->scratch;
  size_t       width = n_columns > LANES ? NR : LANES;
  size_t       b_row = width;
  float        bias[NR] __attribute__ ((aligned (64))) = { 0 };

  if (g->m <= FEW_ROWS && g->b_column == 1 && n_columns == width)
    {
      b = g->b + from * g->b_row + column;
      b_row = g->b_row;
    }
  else
    pack_panel (g, from, depth, column, n_columns, width, g->scratch);
  if (g->bias != NULL)
    memcpy (bias, g->bias + column, n_columns * sizeof (float));

  for (size_t i = 0; i < g->m; i += MR)
    {
      size_t n_rows = g->m - i < MR ? g->m - i : MR;
      multiply_rows (g, n_rows, g->a + i * g->a_row + from * g->a_column, b, b_row, depth, g->c + i * g->c_row + column, n_columns,
                     bias, is_first, is_last);
    }
}

void
SX_NN_ISA (sx_nn_gemm) (const SxNnGemm *g)
{
  size_t from = 0;

  if (g->m == 0 || g->n == 0)
    return;
  do
    {
      size_t depth = g->k - from < SX_NN_GEMM_BLOCK ? g->k - from : SX_NN_GEMM_BLOCK;
      for (size_t j = 0; j < g->n; j += NR)
        multiply_panel (g, from, depth, j, g->n - j < NR ? g->n - j : NR, from == 0, from + depth == g->k);
      from += depth;
    }
  while (from < g->k);
}
