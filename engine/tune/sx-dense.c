/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-dense.h"

#include <math.h>
#include <string.h>

/* All is dot products of rows. They run in four lanes (element k in lane k mod 4), two rows against four at a time, which keeps eight sums in registers. The
 * triangle is cut into columns of BLOCK: what lies left of the block is a product of panels, the rest of a row is solved number by number. The sums do not depend
 * on the shape of a tile, and AVX2 is used without fused multiplication, so that results are the same everywhere. */

#define BLOCK 32
#define LANES 4

typedef double Lanes __attribute__ ((vector_size (32), aligned (8), may_alias));

#define LOAD(p) (*(const Lanes *)(p))
#define INLINE static inline __attribute__ ((always_inline))

#if defined(__x86_64__)
#define HAS_VARIANTS 1
#define WIDE __attribute__ ((target ("avx2")))
#else
#define HAS_VARIANTS 0
#define WIDE
#endif

INLINE double
fold (const Lanes *sum)
{
  return ((*sum)[0] + (*sum)[1]) + ((*sum)[2] + (*sum)[3]);
}

INLINE double
dot_inline (const double *a, const double *b, guint n)
{
  Lanes  sum = { 0 };
  double rest = 0;
  guint  k = 0;

  for (; k + LANES <= n; k += LANES)
    sum += LOAD (a + k) * LOAD (b + k);
  for (; k < n; k++)
    rest += a[k] * b[k];
  return fold (&sum) + rest;
}

/* t[j] -= a · row j of b, for the 4 rows of @b; k runs over whole lanes. */
INLINE void
tile_1 (const double *a, const double *b, gsize stride, guint n, double *t)
{
  Lanes s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };

  for (guint k = 0; k < n; k += LANES)
    {
      Lanes x = LOAD (a + k);
      s0 += x * LOAD (b + k);
      s1 += x * LOAD (b + stride + k);
      s2 += x * LOAD (b + 2 * stride + k);
      s3 += x * LOAD (b + 3 * stride + k);
    }
  t[0] -= fold (&s0);
  t[1] -= fold (&s1);
  t[2] -= fold (&s2);
  t[3] -= fold (&s3);
}

INLINE void
tile_2 (const double *a, gsize a_stride, const double *b, gsize stride, guint n, double *t)
{
  Lanes         s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 }, r0 = { 0 }, r1 = { 0 }, r2 = { 0 }, r3 = { 0 };
  const double *c = a + a_stride;

  for (guint k = 0; k < n; k += LANES)
    {
      Lanes x = LOAD (a + k), y = LOAD (c + k), z = LOAD (b + k);
      s0 += x * z;
      r0 += y * z;
      z = LOAD (b + stride + k);
      s1 += x * z;
      r1 += y * z;
      z = LOAD (b + 2 * stride + k);
      s2 += x * z;
      r2 += y * z;
      z = LOAD (b + 3 * stride + k);
      s3 += x * z;
      r3 += y * z;
    }
  t[0] -= fold (&s0);
  t[1] -= fold (&s1);
  t[2] -= fold (&s2);
  t[3] -= fold (&s3);
  t[a_stride] -= fold (&r0);
  t[a_stride + 1] -= fold (&r1);
  t[a_stride + 2] -= fold (&r2);
  t[a_stride + 3] -= fold (&r3);
}

/* T[r][j] -= sum over k < n of A[r][k] B[j][k]. */
INLINE void
panel_inline (const double *a, gsize a_stride, guint n_rows, const double *b, gsize b_stride, guint n_columns, guint n, double *t)
{
  for (guint r = 0; r < n_rows;)
    {
      guint height = r + 2 <= n_rows ? 2 : 1, j = 0;
      for (; j + 4 <= n_columns; j += 4)
        if (height == 2)
          tile_2 (a + r * a_stride, a_stride, b + j * b_stride, b_stride, n, t + r * a_stride + j);
        else
          tile_1 (a + r * a_stride, b + j * b_stride, b_stride, n, t + r * a_stride + j);
      for (; j < n_columns; j++)
        for (guint i = r; i < r + height; i++)
          t[i * a_stride + j] -= dot_inline (a + i * a_stride, b + j * b_stride, n);
      r += height;
    }
}

/* b -= x a */
INLINE void
subtract_inline (const double *a, double x, double *b, guint n)
{
  guint k = 0;

  for (; k + LANES <= n; k += LANES)
    *(Lanes *)(b + k) -= x * LOAD (a + k);
  for (; k < n; k++)
    b[k] -= x * a[k];
}

INLINE void
add_squares_inline (const double *column, double at, double scale, guint n, double *sums)
{
  guint k = 0;

  for (; k + LANES <= n; k += LANES)
    {
      Lanes difference = LOAD (column + k) - at;
      *(Lanes *)(sums + k) += scale * (difference * difference);
    }
  for (; k < n; k++)
    sums[k] += scale * ((column[k] - at) * (column[k] - at));
}

typedef struct
{
  double (*dot) (const double *a, const double *b, guint n);
  void (*panel) (const double *a, gsize a_stride, guint n_rows, const double *b, gsize b_stride, guint n_columns, guint n, double *t);
  void (*subtract) (const double *a, double x, double *b, guint n);
  void (*add_squares) (const double *column, double at, double scale, guint n, double *sums);
} Kernels;

static double
dot_plain (const double *a, const double *b, guint n)
{
  return dot_inline (a, b, n);
}

static void
panel_plain (const double *a, gsize a_stride, guint n_rows, const double *b, gsize b_stride, guint n_columns, guint n, double *t)
{
  panel_inline (a, a_stride, n_rows, b, b_stride, n_columns, n, t);
}

static void
subtract_plain (const double *a, double x, double *b, guint n)
{
  subtract_inline (a, x, b, n);
}

static void
add_squares_plain (const double *column, double at, double scale, guint n, double *sums)
{
  add_squares_inline (column, at, scale, n, sums);
}

static const Kernels plain = { dot_plain, panel_plain, subtract_plain, add_squares_plain };

#if HAS_VARIANTS
WIDE static double
dot_wide (const double *a, const double *b, guint n)
{
  return dot_inline (a, b, n);
}

WIDE static void
panel_wide (const double *a, gsize a_stride, guint n_rows, const double *b, gsize b_stride, guint n_columns, guint n, double *t)
{
  panel_inline (a, a_stride, n_rows, b, b_stride, n_columns, n, t);
}

WIDE static void
subtract_wide (const double *a, double x, double *b, guint n)
{
  subtract_inline (a, x, b, n);
}

WIDE static void
add_squares_wide (const double *column, double at, double scale, guint n, double *sums)
{
  add_squares_inline (column, at, scale, n, sums);
}

static const Kernels wide = { dot_wide, panel_wide, subtract_wide, add_squares_wide };
#endif

static const Kernels *
get_kernels (void)
{
#if HAS_VARIANTS
  if (__builtin_cpu_supports ("avx2"))
    return &wide;
#endif
  return &plain;
}

gsize
sx_dense_stride (guint n)
{
  gsize stride = ((gsize)n + 7) / 8 * 8;
  return stride % 64 == 0 ? stride + 8 : stride; /* rows a power of two apart would share their cache sets */
}

double
sx_dense_dot (const double *a, const double *b, guint n)
{
  return get_kernels ()->dot (a, b, n);
}

void
sx_dense_add_squares (const double *column, double at, double scale, guint n, double *sums)
{
  get_kernels ()->add_squares (column, at, scale, n, sums);
}

void
sx_dense_add_mismatches (const double *column, double at, double scale, guint n, double *sums)
{
  for (guint i = 0; i < n; i++)
    sums[i] += fabs (column[i] - at) > 0.5 ? scale : 0;
}

gboolean
sx_dense_factor (double *a, gsize stride, guint from, guint n)
{
  const Kernels *kernels = get_kernels ();

  for (guint j0 = 0; j0 < n; j0 += BLOCK)
    {
      guint j1 = MIN (j0 + BLOCK, n), i = MAX (from, j0);
      for (guint row = i; row < j1; row++)
        kernels->panel (a + row * stride, stride, 1, a + j0 * stride, stride, row + 1 - j0, j0, a + row * stride + j0);
      guint below = MAX (i, j1);
      if (below < n)
        kernels->panel (a + below * stride, stride, n - below, a + j0 * stride, stride, j1 - j0, j0, a + below * stride + j0);
      for (; i < n; i++)
        {
          double *row = a + i * stride;
          for (guint j = j0; j < MIN (j1, i); j++)
            row[j] = (row[j] - kernels->dot (row + j0, a + j * stride + j0, j - j0)) / a[j * stride + j];
          if (i >= j1)
            continue;
          row[i] -= kernels->dot (row + j0, row + j0, i - j0);
          if (!(row[i] > 1e-14) || !isfinite (row[i]))
            return FALSE;
          row[i] = sqrt (row[i]);
        }
    }
  return TRUE;
}

/* The rows are zero before column @first, a multiple of BLOCK. */
static void
solve_from (const double *l, gsize stride, guint first, guint n, double *rows, gsize row_stride, guint n_rows)
{
  const Kernels *kernels = get_kernels ();

  for (guint j0 = first; j0 < n; j0 += BLOCK)
    {
      guint j1 = MIN (j0 + BLOCK, n);
      kernels->panel (rows + first, row_stride, n_rows, l + j0 * stride + first, stride, j1 - j0, j0 - first, rows + j0);
      for (guint i = 0; i < n_rows; i++)
        {
          double *row = rows + i * row_stride;
          for (guint j = j0; j < j1; j++)
            row[j] = (row[j] - kernels->dot (row + j0, l + j * stride + j0, j - j0)) / l[j * stride + j];
        }
    }
}

void
sx_dense_solve (const double *l, gsize stride, guint n, double *rows, gsize row_stride, guint n_rows)
{
  solve_from (l, stride, 0, n, rows, row_stride, n_rows);
}

void
sx_dense_solve_transposed (const double *l, gsize stride, guint n, double *b)
{
  const Kernels *kernels = get_kernels ();

  for (guint i = n; i-- > 0;)
    {
      const double *row = l + i * stride;
      b[i] /= row[i];
      kernels->subtract (row, b[i], b, i);
    }
}

void
sx_dense_invert (const double *l, gsize stride, guint n, double *inverse, double *scratch)
{
  const Kernels *kernels = get_kernels ();

  /* Row k of the scratch: column k of L^-1. */
  for (guint i = 0; i < n; i++)
    {
      memset (scratch + i * stride, 0, stride * sizeof *scratch);
      scratch[i * stride + i] = 1;
    }
  for (guint k = 0; k < n; k += BLOCK)
    solve_from (l, stride, k, n, scratch + k * stride, stride, MIN (BLOCK, n - k));
  /* Minus the product of the scratch with its transpose, block by block, over the columns where both are not zero. */
  for (guint i = 0; i < n; i += BLOCK)
    for (guint j = 0; j <= i; j += BLOCK)
      {
        guint n_rows = MIN (BLOCK, n - i), n_columns = MIN (BLOCK, n - j), length = n - i;
        for (guint r = i; r < i + n_rows; r++)
          memset (inverse + r * stride + j, 0, n_columns * sizeof *inverse);
        kernels->panel (scratch + i * stride + i, stride, n_rows, scratch + j * stride + i, stride, n_columns, (length + LANES - 1) / LANES * LANES, inverse + i * stride + j);
      }
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      inverse[i * stride + j] = -inverse[i * stride + j];
}
