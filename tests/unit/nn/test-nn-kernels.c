/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Every kernel of every instruction set that this machine can run, against plain loops in double. */

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/sx-plan.h"

static float
next_value (guint64 *counter)
{
  return (float)((double)(sx_nn_hash (7, (*counter)++, 0) >> 40) / (double)(1 << 24) * 4.0 - 2.0);
}

static float *
make_values (gsize n, guint64 *counter)
{
  float *values = sx_nn_allocate ((n + 1) * sizeof (float));

  for (gsize i = 0; i < n; i++)
    values[i] = next_value (counter);
  values[n] = 12345.0f; /* guard */
  return values;
}

static void
check_gemm (const SxNnKernels *kernels, gsize m, gsize n, gsize k, gboolean a_is_transposed, gboolean b_is_transposed)
{
  guint64  counter = m * 1000 + n * 100 + k;
  float   *a = make_values (m * k, &counter), *b = make_values (k * n, &counter), *bias = make_values (n, &counter), *c = make_values (m * n, &counter);
  float   *alone = make_values (n, &counter), *scratch = sx_nn_allocate (sx_nn_gemm_scratch (n, k) * sizeof (float));
  SxNnGemm gemm = { .m = m, .n = n, .k = k, .a = a, .a_row = a_is_transposed ? 1 : k, .a_column = a_is_transposed ? m : 1, .b = b, .b_row = b_is_transposed ? 1 : n, .b_column = b_is_transposed ? k : 1, .c = c, .c_row = n, .scale = 0.3f, .bias = bias, .scratch = scratch };

  kernels->gemm (&gemm);
  for (gsize i = 0; i < m; i++)
    for (gsize j = 0; j < n; j++)
      {
        double sum = 0.0;
        for (gsize p = 0; p < k; p++)
          sum += (double)a[i * gemm.a_row + p * gemm.a_column] * (double)b[p * gemm.b_row + j * gemm.b_column];
        sum = sum * (double)0.3f + (double)bias[j];
        g_assert_cmpfloat (fabs (sum - (double)c[i * n + j]), <, 1e-5 * ((double)k + 4.0));
      }
  g_assert_true (c[m * n] == 12345.0f);
  /* A row alone has the bits of the row in the batch. */
  for (gsize i = 0; i < m; i++)
    {
      gemm.m = 1;
      gemm.a = a + i * gemm.a_row;
      gemm.c = alone;
      kernels->gemm (&gemm);
      g_assert_cmpmem (alone, n * sizeof (float), c + i * n, n * sizeof (float));
    }
  free (a);
  free (b);
  free (bias);
  free (c);
  free (alone);
  free (scratch);
}

static void
test_gemm (void)
{
  static const gsize sizes[][3] = { { 1, 1, 1 }, { 7, 37, 5 }, { 64, 64, 64 }, { 65, 2, 300 }, { 13, 33, 257 }, { 3, 100, 600 }, { 25, 16, 1 }, { 12, 31, 512 } };

  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint transposed = 0; transposed < 4; transposed++)
        check_gemm (*kernels, sizes[i][0], sizes[i][1], sizes[i][2], transposed & 1, transposed >> 1);
}

static double
activate (SxNnActivation kind, double x)
{
  switch (kind)
    {
    case SX_NN_RELU:
      return MAX (x, 0.0);
    case SX_NN_SELU:
      return 1.0507009873554805 * (x > 0.0 ? x : 1.6732632423543772 * expm1 (x));
    case SX_NN_MISH:
      return x * tanh (log1p (exp (x)));
    case SX_NN_GELU:
      return 0.5 * x * (1.0 + tanh (sqrt (2.0 / G_PI) * (x + 0.044715 * x * x * x)));
    case SX_NN_SILU:
      return x / (1.0 + exp (-x));
    case SX_NN_TANH:
      return tanh (x);
    case SX_NN_N_ACTIVATIONS:
    default:
      g_assert_not_reached ();
    }
}

static void
test_activations (void)
{
  enum {
    N = 1013
  };
  float x[N], y[N], one[N], slope[N];

  for (guint i = 0; i < N; i++)
    {
      x[i] = ((float)i - 506.0f) / 40.0f + 0.001f;
      one[i] = 1.0f;
    }
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    for (int kind = 0; kind < SX_NN_N_ACTIVATIONS; kind++)
      {
        (*kernels)->activation_forward ((SxNnActivation)kind, x, y, N);
        (*kernels)->activation_backward ((SxNnActivation)kind, x, y, one, slope, N);
        for (guint i = 0; i < N; i++)
          {
            double at = (double)x[i], h = 1e-6;
            double expected = activate ((SxNnActivation)kind, at);
            double tangent = (activate ((SxNnActivation)kind, at + h) - activate ((SxNnActivation)kind, at - h)) / (2.0 * h);

            g_assert_cmpfloat (fabs ((double)y[i] - expected), <, 2e-6 * (1.0 + fabs (expected)));
            g_assert_cmpfloat (fabs ((double)slope[i] - tangent), <, 5e-6);
          }
      }
}

static void
test_dropout (void)
{
  enum {
    N = 20000
  };
  g_autofree float *x = g_new (float, N), *y = g_new (float, N), *z = g_new (float, N);
  guint             kept;

  for (guint i = 0; i < N; i++)
    x[i] = 1.0f;
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    {
      kept = 0;
      (*kernels)->dropout (99, 0, 0.25f, x, y, N);
      for (guint i = 0; i < N; i++)
        {
          g_assert_true (y[i] == 0.0f || y[i] == 1.0f / 0.75f);
          kept += y[i] > 0.0f;
        }
      g_assert_cmpfloat (fabs ((double)kept / N - 0.75), <, 0.015);
      /* In two parts the same cells fall. */
      (*kernels)->dropout (99, 0, 0.25f, x, z, 777);
      (*kernels)->dropout (99, 777, 0.25f, x + 777, z + 777, N - 777);
      g_assert_cmpmem (y, N * sizeof (float), z, N * sizeof (float));
      (*kernels)->dropout (100, 0, 0.25f, x, z, N);
      g_assert_true (memcmp (y, z, N * sizeof (float)) != 0);
    }
}

static void
test_periodic (void)
{
  float w[19], b[19], c[19], s[19];

  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    for (guint at = 0; at < 200; at++)
      {
        float x = ((float)at - 100.0f) / 30.0f;

        for (guint i = 0; i < 19; i++)
          {
            w[i] = ((float)i - 9.0f) * 0.37f;
            b[i] = ((float)i - 9.0f) / 3.0f;
          }
        (*kernels)->periodic (x, w, b, c, s, 19);
        for (guint i = 0; i < 19; i++)
          {
            double angle = 2.0 * G_PI * (double)x * (double)w[i] + (double)b[i];
            g_assert_cmpfloat (fabs ((double)c[i] - cos (angle)), <, 1e-5);
            g_assert_cmpfloat (fabs ((double)s[i] - sin (angle)), <, 1e-5);
          }
      }
}

static void
test_softmax (void)
{
  float   x[6 * 37], p[6 * 37];
  guint64 counter = 5;

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = 10.0f * next_value (&counter);
  x[3] = 80.0f;
  x[40] = -200.0f;
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    {
      (*kernels)->softmax (x, p, 6, 37);
      for (guint row = 0; row < 6; row++)
        {
          double top = -INFINITY, sum = 0.0;
          for (guint i = 0; i < 37; i++)
            top = MAX (top, (double)x[row * 37 + i]);
          for (guint i = 0; i < 37; i++)
            sum += exp ((double)x[row * 37 + i] - top);
          for (guint i = 0; i < 37; i++)
            g_assert_cmpfloat (fabs ((double)p[row * 37 + i] - exp ((double)x[row * 37 + i] - top) / sum), <, 1e-6);
        }
    }
}

static void
test_optimisers (void)
{
  enum {
    N = 71
  };
  guint64  counter = 11;
  SxNnAdam step = { .learning_rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.95f, .correction1 = 10.0f, .correction2 = 20.0f, .epsilon = 1e-8f, .decay = 0.1f, .gradient_scale = 0.5f };

  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    {
      float p[N], g[N], m[N], v[N], p0[N], m0[N], v0[N];

      for (guint i = 0; i < N; i++)
        {
          p0[i] = p[i] = next_value (&counter);
          g[i] = next_value (&counter);
          m0[i] = m[i] = next_value (&counter);
          v0[i] = v[i] = fabsf (next_value (&counter));
        }
      (*kernels)->adam (&step, p, g, m, v, N);
      for (guint i = 0; i < N; i++)
        {
          double gi = 0.5 * (double)g[i], mi = 0.9 * (double)m0[i] + 0.1 * gi, vi = 0.95 * (double)v0[i] + 0.05 * gi * gi;
          double expected = (double)p0[i] * (1.0 - 0.001) - 0.01 * (10.0 * mi) / (sqrt (20.0 * vi) + 1e-8);
          g_assert_cmpfloat (fabs ((double)m[i] - mi), <, 1e-6);
          g_assert_cmpfloat (fabs ((double)v[i] - vi), <, 1e-6);
          g_assert_cmpfloat (fabs ((double)p[i] - expected), <, 1e-5 * (1.0 + fabs (expected)));
        }
    }
}

static void
test_sums (void)
{
  enum {
    ROWS = 37,
    N = 29
  };
  guint64 counter = 3;
  float   x[ROWS * N], d[ROWS * N], s[N], y[ROWS * N];

  for (guint i = 0; i < ROWS * N; i++)
    {
      x[i] = next_value (&counter);
      d[i] = next_value (&counter);
    }
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    {
      (*kernels)->product_sums (x, d, s, ROWS, N);
      for (guint i = 0; i < N; i++)
        {
          double sum = 0.0;
          for (guint row = 0; row < ROWS; row++)
            sum += (double)x[row * N + i] * (double)d[row * N + i];
          g_assert_cmpfloat (fabs (sum - (double)s[i]), <, 1e-4);
        }
      (*kernels)->column_sums (x, s, ROWS, N);
      for (guint i = 0; i < N; i++)
        {
          double sum = 0.0;
          for (guint row = 0; row < ROWS; row++)
            sum += (double)x[row * N + i];
          g_assert_cmpfloat (fabs (sum - (double)s[i]), <, 1e-4);
        }
      (*kernels)->scale_rows (x, s, y, ROWS, N);
      (*kernels)->add (y, d, ROWS * N);
      for (guint i = 0; i < ROWS * N; i++)
        g_assert_cmpfloat (fabs ((double)y[i] - ((double)x[i] * (double)s[i % N] + (double)d[i])), <, 1e-4);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/kernels/gemm", test_gemm);
  g_test_add_func ("/nn/kernels/activations", test_activations);
  g_test_add_func ("/nn/kernels/dropout", test_dropout);
  g_test_add_func ("/nn/kernels/periodic", test_periodic);
  g_test_add_func ("/nn/kernels/softmax", test_softmax);
  g_test_add_func ("/nn/kernels/optimisers", test_optimisers);
  g_test_add_func ("/nn/kernels/sums", test_sums);
  return g_test_run ();
}
