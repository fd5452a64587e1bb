/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* The kernels, as a table: one instance is compiled for each instruction set of meson.build from the same source
 * (sx-nn-gemm.c, sx-nn-elementwise.c), and the best one that the machine can run is chosen once, at the first call.
 *
 * Every kernel gives a row the same bits whatever rows are computed beside it, and sums run in a fixed order. The x86-64-v3 and
 * -v4 instances agree bit for bit; the portable one has no fused multiply-add and may differ in the last place. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  SX_NN_RELU,
  SX_NN_SELU,
  SX_NN_MISH,
  SX_NN_GELU, /* the tanh form */
  SX_NN_SILU,
  SX_NN_TANH,
  SX_NN_N_ACTIVATIONS,
} SxNnActivation;

/* One product C = scale · A·B + bias, or C += …; see SxNnKernels.gemm. */
typedef struct
{
  size_t       m, n, k;
  const float *a; /* (m, k): element (i, p) at a[i * a_row + p * a_column] */
  size_t       a_row, a_column;
  const float *b; /* (k, n): element (p, j) at b[p * b_row + j * b_column] */
  size_t       b_row, b_column;
  float       *c; /* (m, n), rows of c_row floats */
  size_t       c_row;
  float        scale;
  const float *bias;    /* (nullable): n, added to every row */
  float       *scratch; /* sx_nn_gemm_scratch() floats, 64-byte aligned */
} SxNnGemm;

/* One optimiser pass over a block of parameters. */
typedef struct
{
  float learning_rate;
  float beta1, beta2;
  float correction1, correction2; /* 1 / (1 - beta^step) */
  float epsilon;
  float decay;          /* decoupled: p -= learning_rate · decay · p */
  float gradient_scale; /* for clipping */
} SxNnAdam;

typedef struct
{
  const char *name;
  /* Whether the machine that runs now can run this instance. */
  bool (*is_usable) (void);
  void (*gemm) (const SxNnGemm *gemm);
  /* dy → dx; y = f (x). In place (x == y, dy == dx) is fine. */
  void (*activation_forward) (SxNnActivation kind, const float *x, float *y, size_t n);
  void (*activation_backward) (SxNnActivation kind, const float *x, const float *y, const float *dy, float *dx, size_t n);
  /* y[i] = x[i] / keep where hash (key, first + i) keeps the cell, else 0. The same call on gradients is the backward pass. */
  void (*dropout) (uint64_t key, size_t first, float rate, const float *x, float *y, size_t n);
  /* Element-wise products and column sums. */
  void (*scale_rows) (const float *x, const float *s, float *y, size_t n_rows, size_t n);       /* y[r][i] = x[r][i] · s[i] */
  void (*product_sums) (const float *x, const float *dy, float *sums, size_t n_rows, size_t n); /* sums[i] = Σ_r x[r][i] · dy[r][i] */
  void (*column_sums) (const float *x, float *sums, size_t n_rows, size_t n);
  /* c[i] = cos (2π · turns (x · w[i]) + b[i]), s[i] the sine of the same; either may be NULL. */
  void (*periodic) (float x, const float *w, const float *b, float *c, float *s, size_t n);
  void (*softmax) (const float *x, float *p, size_t n_rows, size_t n);
  void (*adam) (const SxNnAdam *step, float *p, const float *g, float *m, float *v, size_t n);
  void (*momentum) (float learning_rate, float momentum, float decay, float gradient_scale, float *p, const float *g, float *m, size_t n);
  void (*add) (float *y, const float *x, size_t n); /* y += x */
} SxNnKernels;

/* Floats of scratch for products whose k and n are at most these. */
size_t             sx_nn_gemm_scratch (size_t n, size_t k);
const SxNnKernels *sx_nn_kernels (void);
/* Every instance that this machine can run, best first, NULL-ended; for tests. */
const SxNnKernels *const *sx_nn_kernels_list (void);
/* 64 random bits of (a, b, c): SplitMix64's finaliser, thrice. */
uint64_t sx_nn_hash (uint64_t a, uint64_t b, uint64_t c);

#define SX_NN_GEMM_MAX_PANEL 64 /* columns of the widest panel of any instance */
#define SX_NN_GEMM_BLOCK 256    /* depth that is packed at a time */
