/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Everything that is not a matrix product: activations, dropout, sums, periodic features, softmax, optimisers.
 *
 * Plain loops that the compiler turns into vectors (-O3, once an instruction set). Contraction is off and fused multiply-adds are written
 * out as FMA(), so that a formula is evaluated as it stands here and nowhere differently: exports can repeat it to the bit where
 * it matters (the periodic features), and the v3 and v4 instances agree. exp follows the usual reduction to 2^i · e^r, |r| ≤ ln 2 / 2, with a
 * polynomial of degree 6 (error below 2 units in the last place); sine and cosine are polynomials on a quarter turn. */

#include "sx-nn-kernels.h"
#include "sx-nn-isa.h"

#include <math.h>
#include <string.h>

#if defined(__FMA__) || defined(__aarch64__)
#define FMA(a, b, c) __builtin_fmaf (a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif
#define INLINE __attribute__ ((always_inline)) static inline

INLINE float
float_from_bits (uint32_t bits)
{
  union
  {
    uint32_t i;
    float    f;
  } u = { bits };
  return u.f;
}

INLINE uint32_t
float_to_bits (float x)
{
  union
  {
    float    f;
    uint32_t i;
  } u = { x };
  return u.i;
}

/* Adding and taking away 1.5 · 2^23 rounds to the nearest whole number, for |x| < 2^22. */
INLINE float
round_near (float x)
{
  const float big = 12582912.0f;
  return (x + big) - big;
}

INLINE float
exp_near (float x)
{
  const float big = 12582912.0f;
  float       shifted, n, r, p;

  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  shifted = x * 1.44269504f + big; /* its low bits are the whole number n */
  n = shifted - big;
  r = FMA (n, -0.693359375f, x);
  r = FMA (n, 2.12194440e-4f, r);
  p = 1.3888889e-3f;
  p = FMA (p, r, 8.3333333e-3f);
  p = FMA (p, r, 4.1666667e-2f);
  p = FMA (p, r, 1.6666667e-1f);
  p = FMA (p, r, 0.5f);
  p = FMA (p, r, 1.0f);
  p = FMA (p, r, 1.0f);
  return p * float_from_bits ((float_to_bits (shifted) + 127u) << 23); /* the bits of big fall out on the left */
}

INLINE float
sigmoid_near (float x)
{
  return 1.0f / (1.0f + exp_near (-x));
}

/* cos (a) for |a| ≤ 1.5 π; the caller reduces to about a turn. */
INLINE float
cos_near (float a)
{
  float t = a * 0.159154943f, q, p;

  t = t - round_near (t); /* turns, [-½, ½] */
  t = fabsf (t) - 0.25f;  /* cos (2π t) = -sin (2π (|t| - ¼)) */
  t = t * 6.28318531f;    /* [-π/2, π/2] */
  q = t * t;
  p = -2.3889859e-8f;
  p = FMA (p, q, 2.7525562e-6f);
  p = FMA (p, q, -1.9840874e-4f);
  p = FMA (p, q, 8.3333310e-3f);
  p = FMA (p, q, -1.6666667e-1f);
  return -FMA (p * q, t, t);
}

/* Activations. SELU's constants: Klambauer et al. 2017, equation 14. */
#define SELU_SCALE 1.05070098f
#define SELU_ALPHA 1.67326324f
#define GELU_A 0.797884561f
#define GELU_B 0.044715f

INLINE float
relu (float x)
{
  return x > 0.0f ? x : 0.0f;
}

INLINE float
selu (float x)
{
  float low = SELU_SCALE * SELU_ALPHA * (exp_near (x) - 1.0f);
  return x > 0.0f ? SELU_SCALE * x : low;
}

/* tanh (softplus (x)) = n / (n + 2) with n = e^x (e^x + 2). */
INLINE float
mish (float x)
{
  float e = exp_near (x > 20.0f ? 20.0f : x);
  float n = e * (e + 2.0f);
  return x > 20.0f ? x : x * (n / (n + 2.0f));
}

INLINE float
gelu (float x)
{
  float u = GELU_A * FMA (GELU_B * x * x, x, x);
  return x * sigmoid_near (2.0f * u);
}

INLINE float
silu (float x)
{
  return x * sigmoid_near (x);
}

/* Near 0 the difference below would lose digits: a series there. */
INLINE float
tanh_near (float x)
{
  float q = x * x;
  float small = x * FMA (q, FMA (q, 0.13333333f, -0.33333333f), 1.0f);
  float large = FMA (2.0f, sigmoid_near (2.0f * x), -1.0f);
  return fabsf (x) < 0.1f ? small : large;
}

INLINE float
tanh_slope (float x, float y)
{
  return FMA (-y, y, 1.0f);
}

INLINE float
relu_slope (float x, float y)
{
  return x > 0.0f ? 1.0f : 0.0f;
}

INLINE float
selu_slope (float x, float y)
{
  return x > 0.0f ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA;
}

INLINE float
mish_slope (float x, float y)
{
  float e = exp_near (x > 20.0f ? 20.0f : x);
  float n = e * (e + 2.0f);
  float t = n / (n + 2.0f);
  float s = e / (1.0f + e);
  return x > 20.0f ? 1.0f : FMA (x * s, 1.0f - t * t, t);
}

INLINE float
gelu_slope (float x, float y)
{
  float q = x * x;
  float s = sigmoid_near (2.0f * GELU_A * FMA (GELU_B * q, x, x));
  float du = 2.0f * GELU_A * FMA (3.0f * GELU_B, q, 1.0f);
  return FMA (x * s * (1.0f - s), du, s);
}

INLINE float
silu_slope (float x, float y)
{
  float s = sigmoid_near (x);
  return FMA (x * s, 1.0f - s, s);
}

#define ACTIVATION_CASE(NAME, name) \
  case SX_NN_##NAME:                \
    for (size_t i = 0; i < n; i++)  \
      y[i] = name (x[i]);           \
    break;

static void
activation_forward (SxNnActivation kind, const float *x, float *y, size_t n)
{
  switch (kind)
    {
      ACTIVATION_CASE (RELU, relu)
      ACTIVATION_CASE (SELU, selu)
      ACTIVATION_CASE (MISH, mish)
      ACTIVATION_CASE (GELU, gelu)
      ACTIVATION_CASE (SILU, silu)
      ACTIVATION_CASE (TANH, tanh_near)
    case SX_NN_N_ACTIVATIONS:
    default:
      __builtin_unreachable ();
    }
}

#define SLOPE_CASE(NAME, name)           \
  case SX_NN_##NAME:                     \
    for (size_t i = 0; i < n; i++)       \
      dx[i] = dy[i] * name (x[i], y[i]); \
    break;

static void
activation_backward (SxNnActivation kind, const float *x, const float *y, const float *dy, float *dx, size_t n)
{
  switch (kind)
    {
      SLOPE_CASE (RELU, relu_slope)
      SLOPE_CASE (SELU, selu_slope)
      SLOPE_CASE (MISH, mish_slope)
      SLOPE_CASE (GELU, gelu_slope)
      SLOPE_CASE (SILU, silu_slope)
      SLOPE_CASE (TANH, tanh_slope)
    case SX_NN_N_ACTIVATIONS:
    default:
      __builtin_unreachable ();
    }
}

/* The finaliser of MurmurHash3 on a counter: 32 bits a cell, no state. */
INLINE uint32_t
mix_32 (uint32_t h)
{
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return h;
}

static void
dropout (uint64_t key, size_t first, float rate, const float *x, float *y, size_t n)
{
  /* Compared as signed numbers: vector units before AVX-512 have no unsigned comparison. */
  int32_t  threshold = (int32_t)((double)rate * 4294967296.0 - 2147483648.0);
  float    keep = 1.0f / (1.0f - rate);
  uint32_t low = (uint32_t)key + (uint32_t)first * 0x9e3779b9u, high = (uint32_t)(key >> 32);

  for (size_t i = 0; i < n; i++)
    {
      uint32_t h = mix_32 ((low + (uint32_t)i * 0x9e3779b9u) ^ high);
      y[i] = (int32_t)(h ^ 0x80000000u) >= threshold ? x[i] * keep : 0.0f;
    }
}

static void
scale_rows (const float *x, const float *s, float *y, size_t n_rows, size_t n)
{
  for (size_t r = 0; r < n_rows; r++, x += n, y += n)
    for (size_t i = 0; i < n; i++)
      y[i] = x[i] * s[i];
}

static void
product_sums (const float *restrict x, const float *restrict dy, float *restrict sums, size_t n_rows, size_t n)
{
  memset (sums, 0, n * sizeof (float));
  for (size_t r = 0; r < n_rows; r++, x += n, dy += n)
    for (size_t i = 0; i < n; i++)
      sums[i] = FMA (x[i], dy[i], sums[i]);
}

static void
column_sums (const float *restrict x, float *restrict sums, size_t n_rows, size_t n)
{
  memset (sums, 0, n * sizeof (float));
  for (size_t r = 0; r < n_rows; r++, x += n)
    for (size_t i = 0; i < n; i++)
      sums[i] += x[i];
}

static void
periodic (float x, const float *restrict w, const float *restrict b, float *restrict c, float *restrict s, size_t n)
{
  if (c != NULL)
    for (size_t i = 0; i < n; i++)
      {
        float t = x * w[i];
        c[i] = cos_near (FMA (t - round_near (t), 6.28318531f, b[i]));
      }
  if (s != NULL)
    for (size_t i = 0; i < n; i++)
      {
        float t = x * w[i];
        s[i] = cos_near (FMA (t - round_near (t), 6.28318531f, b[i]) - 1.57079633f);
      }
}

/* The sum runs in column order, whatever the vector width. */
static void
softmax (const float *x, float *p, size_t n_rows, size_t n)
{
  for (size_t r = 0; r < n_rows; r++, x += n, p += n)
    {
      float top = x[0], sum = 0.0f;
      for (size_t i = 1; i < n; i++)
        top = x[i] > top ? x[i] : top;
      for (size_t i = 0; i < n; i++)
        p[i] = exp_near (x[i] - top);
      for (size_t i = 0; i < n; i++)
        sum += p[i];
      sum = 1.0f / sum;
      for (size_t i = 0; i < n; i++)
        p[i] *= sum;
    }
}

/* Kingma and Ba 2015, with decay outside of the moments (Loshchilov and Hutter 2019). */
static void
adam (const SxNnAdam *step, float *restrict p, const float *restrict g, float *restrict m, float *restrict v, size_t n)
{
  const float lr = step->learning_rate, b1 = step->beta1, b2 = step->beta2, c1 = step->correction1, c2 = step->correction2;
  const float epsilon = step->epsilon, keep = 1.0f - lr * step->decay, scale = step->gradient_scale;

  for (size_t i = 0; i < n; i++)
    {
      float gi = g[i] * scale;
      float mi = FMA (b1, m[i], (1.0f - b1) * gi);
      float vi = FMA (b2, v[i], (1.0f - b2) * gi * gi);
      m[i] = mi;
      v[i] = vi;
      p[i] = p[i] * keep - lr * (mi * c1) / (sqrtf (vi * c2) + epsilon);
    }
}

static void
momentum (float learning_rate, float momentum_rate, float decay, float gradient_scale, float *restrict p, const float *restrict g, float *restrict m, size_t n)
{
  const float keep = 1.0f - learning_rate * decay;

  for (size_t i = 0; i < n; i++)
    {
      m[i] = FMA (momentum_rate, m[i], g[i] * gradient_scale);
      p[i] = p[i] * keep - learning_rate * m[i];
    }
}

static void
add (float *restrict y, const float *restrict x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] += x[i];
}

/* Only the instruction sets named here ask the machine; the others were promised by the compiler's own target. */
static bool
is_usable (void)
{
#if SX_NN_ISA_LEVEL == 4
  __builtin_cpu_init ();
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512cd") && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && __builtin_cpu_supports ("bmi2");
#elif SX_NN_ISA_LEVEL == 3
  __builtin_cpu_init ();
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2");
#else
  return true;
#endif
}

#define STRING_2(text) #text
#define STRING(text) STRING_2 (text)

const SxNnKernels SX_NN_ISA (sx_nn_kernels) = {
  .name = STRING (SX_NN_ISA_NAME),
  .is_usable = is_usable,
  .gemm = SX_NN_ISA (sx_nn_gemm),
  .activation_forward = activation_forward,
  .activation_backward = activation_backward,
  .dropout = dropout,
  .scale_rows = scale_rows,
  .product_sums = product_sums,
  .column_sums = column_sums,
  .periodic = periodic,
  .softmax = softmax,
  .adam = adam,
  .momentum = momentum,
  .add = add,
};
