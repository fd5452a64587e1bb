/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "tune/sx-dense.h"
#include "tune/sx-sampler.h"
#include "tune/sx-surrogate.h"
#include "tune/sx-warp.h"

#include <math.h>
#include <string.h>

static const guint sizes[] = { 1, 2, 7, 31, 32, 33, 37, 64, 65, 131 };

/* A positive definite matrix, lower triangle. */
static double *
make_matrix (guint n, gsize stride)
{
  double  *a = g_new0 (double, stride *n);
  SxRandom random;

  sx_random_init (&random, n, 1, SX_PURPOSE_RANDOM);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      a[i * stride + j] = i == j ? n + 1 : sx_random_uniform (&random) - 0.5;
  return a;
}

static void
test_factor (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint              n = sizes[s];
      gsize              stride = sx_dense_stride (n);
      g_autofree double *a = make_matrix (n, stride), *l = g_memdup2 (a, stride * n * sizeof *a), *grown = g_memdup2 (a, stride * n * sizeof *a);
      g_assert_true (sx_dense_factor (l, stride, 0, n));
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j <= i; j++)
          {
            double sum = 0;
            for (guint k = 0; k <= j; k++)
              sum += l[i * stride + k] * l[j * stride + k];
            g_assert_cmpfloat_with_epsilon (sum, a[i * stride + j], 1e-12 * n);
          }
      for (guint i = 0; i < n; i++)
        g_assert_true (sx_dense_factor (grown, stride, i, i + 1));
      for (guint i = 0; i < n; i++)
        g_assert_cmpmem (l + i * stride, (i + 1) * sizeof *l, grown + i * stride, (i + 1) * sizeof *l);
      a[(n - 1) * stride + n - 1] = -1;
      g_assert_false (sx_dense_factor (a, stride, 0, n));
    }
}

/* Rows are as exact alone as in a batch, and the inverse is one. */
static void
test_solve (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint              n = sizes[s];
      gsize              stride = sx_dense_stride (n);
      g_autofree double *a = make_matrix (n, stride), *l = g_memdup2 (a, stride * n * sizeof *a);
      g_autofree double *inverse = g_new0 (double, stride *n), *scratch = g_new0 (double, stride *n);
      g_autofree double *rows = g_new0 (double, stride * 5), *before = NULL, *one = g_new0 (double, stride);
      g_assert_true (sx_dense_factor (l, stride, 0, n));
      sx_dense_invert (l, stride, n, inverse, scratch);
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
          {
            double sum = 0;
            for (guint k = 0; k < n; k++)
              sum += a[MAX (i, k) * stride + MIN (i, k)] * inverse[MAX (j, k) * stride + MIN (j, k)];
            g_assert_cmpfloat_with_epsilon (sum, i == j, 1e-12);
          }
      for (guint i = 0; i < 5 * stride; i++)
        rows[i] = i % stride < n ? sin (i) : 0;
      before = g_memdup2 (rows, stride * 5 * sizeof *rows);
      sx_dense_solve (l, stride, n, rows, stride, 5);
      for (guint r = 0; r < 5; r++)
        {
          memcpy (one, before + r * stride, n * sizeof *one);
          sx_dense_solve (l, stride, n, one, stride, 1);
          g_assert_cmpmem (one, n * sizeof *one, rows + r * stride, n * sizeof *one);
          sx_dense_solve_transposed (l, stride, n, one);
          for (guint i = 0; i < n; i++)
            {
              double sum = 0;
              for (guint j = 0; j < n; j++)
                sum += a[MAX (i, j) * stride + MIN (i, j)] * one[j];
              g_assert_cmpfloat_with_epsilon (sum, before[r * stride + i], 1e-11);
            }
        }
    }
}

/* Two numbers and a category; some rows are dead in the third coordinate. */
static void
fill_data (double *x, double *y, guint n)
{
  SxRandom random;

  sx_random_init (&random, 1, 2, SX_PURPOSE_RANDOM);
  for (guint i = 0; i < n; i++)
    {
      for (guint j = 0; j < 6; j++)
        x[i * 6 + j] = j == 1 ? i % 3 : j < 3 ? sx_random_uniform (&random)
                                              : (j == 5 && i % 4 == 0);
      y[i] = sin (6 * x[i * 6]) + (i % 3) * 0.3 + x[i * 6 + 2] + 0.1 * sx_random_normal (&random);
    }
}

static SxGp *
make_gp (guint n)
{
  static const gboolean is_category[3] = { FALSE, TRUE, FALSE };
  g_autofree double    *x = g_new (double, n * 6), *y = g_new (double, n);
  SxGp                 *gp = sx_gp_new (3, is_category);

  fill_data (x, y, n);
  sx_gp_set_data (gp, x, y, n);
  return gp;
}

static void
test_gradient (void)
{
  double theta[5] = { -0.7, 0.2, -1.1, -3, 0.4 }, gradient[5];
  g_autoptr (SxGp) gp = make_gp (41);

  sx_gp_loss (gp, theta, gradient);
  for (guint i = 0; i < 5; i++)
    {
      double up[5], down[5];
      for (guint j = 0; j < 5; j++)
        up[j] = down[j] = theta[j];
      up[i] += 1e-5;
      down[i] -= 1e-5;
      g_assert_cmpfloat_with_epsilon ((sx_gp_loss (gp, up, NULL) - sx_gp_loss (gp, down, NULL)) / 2e-5, gradient[i], 1e-5);
    }
  g_assert_true (sx_gp_fit (gp));
  double row[6] = { 0.3, 1, 0.6, 0, 0, 0 }, mean, variance, dm[3], dv[3];
  sx_gp_predict (gp, row, &mean, &variance, dm, dv);
  for (guint i = 0; i < 3; i += 2)
    {
      double m1, m2, v1, v2, at = row[i];
      row[i] = at + 1e-5;
      sx_gp_predict (gp, row, &m1, &v1, NULL, NULL);
      row[i] = at - 1e-5;
      sx_gp_predict (gp, row, &m2, &v2, NULL, NULL);
      row[i] = at;
      g_assert_cmpfloat_with_epsilon ((m1 - m2) / 2e-5, dm[i], 1e-6);
      g_assert_cmpfloat_with_epsilon ((v1 - v2) / 2e-5, dv[i], 1e-6);
    }
}

/* Against the formula with the inverse matrix, by elimination. */
static void
test_predict (void)
{
  enum {
    N = 23
  };
  g_autoptr (SxGp) gp = make_gp (N);
  double x[N * 6], y[N], a[N][N + 3], rows[12] = { 0.3, 1, 0.6, 0, 0, 0, 0.9, 2, 0.1, 0, 0, 1 };
  double means[2], variances[2], covariance[4], mean, variance;

  fill_data (x, y, N);
  for (guint i = 0; i < 4; i++)
    gp->theta[i] = -0.4 - i * 0.7;
  gp->theta[4] = 0.3;
  g_assert_true (sx_gp_factor (gp));
  for (guint i = 0; i < N; i++)
    {
      for (guint j = 0; j < N; j++)
        a[i][j] = sx_gp_kernel (gp, x + i * 6, x + j * 6) + (i == j ? exp (gp->theta[3]) : 0);
      a[i][N] = 1;
      a[i][N + 1] = y[i];
      a[i][N + 2] = sx_gp_kernel (gp, x + i * 6, rows);
    }
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < N; j++)
      for (guint k = N + 3; j != i && k-- > i;)
        a[j][k] -= a[i][k] * a[j][i] / a[i][i];
  double top = 0, bottom = 0, known = 0, left = exp (0.3);
  for (guint i = 0; i < N; i++)
    {
      top += a[i][N + 1] / a[i][i];
      bottom += a[i][N] / a[i][i];
    }
  for (guint i = 0; i < N; i++)
    {
      double k = sx_gp_kernel (gp, x + i * 6, rows);
      known += k * (a[i][N + 1] - top / bottom * a[i][N]) / a[i][i];
      left -= k * a[i][N + 2] / a[i][i];
    }
  sx_gp_predict (gp, rows, &mean, &variance, NULL, NULL);
  g_assert_cmpfloat_with_epsilon (gp->mean, top / bottom, 1e-9);
  g_assert_cmpfloat_with_epsilon (mean, top / bottom + known, 1e-9);
  g_assert_cmpfloat_with_epsilon (variance, left, 1e-9);
  sx_gp_predict_many (gp, rows, 2, gp->alpha, 1, means, variances);
  g_assert_cmpfloat (means[0], ==, mean);
  g_assert_cmpfloat (variances[0], ==, variance);
  sx_gp_predict_jointly (gp, rows, 2, means, covariance);
  g_assert_cmpfloat_with_epsilon (covariance[0], variances[0], 1e-12);
  g_assert_cmpfloat_with_epsilon (covariance[3], variances[1], 1e-12);
  /* Knowing the second row moves the first by their covariance. */
  double value = means[1] + 1, shift = covariance[1] / (covariance[3] + 1e-6), before = gp->mean;
  g_assert_true (sx_gp_append (gp, rows + 6, &value, 1, TRUE));
  double values[64] = { 0 };
  memcpy (values, gp->y, gp->n * sizeof *values);
  gp->mean = before;
  sx_gp_solve (gp, values, 1);
  sx_gp_predict_many (gp, rows, 1, values, 1, &mean, &variance);
  g_assert_cmpfloat_with_epsilon (mean, means[0] + shift, 1e-8);
  g_assert_cmpfloat_with_epsilon (variance, variances[0] - shift * covariance[1], 1e-8);
}

/* A surrogate that has followed a table row by row gives the same bits as a new one. */
static void
test_surrogate (void)
{
  enum {
    N = 130
  };
  static const gboolean is_category[3] = { FALSE, TRUE, FALSE };
  double                x[N * 6], y[N], fit_y[N], row[6] = { 0.3, 1, 0.6, 0, 0, 0 };
  SxSurrogate           old, fresh;

  fill_data (x, y, N);
  memcpy (fit_y, y, sizeof y);
  sx_surrogate_init (&old, 3, is_category);
  for (guint n = 4; n <= N; n += n < 100 ? 13 : 1)
    {
      double a, b, c, d;
      guint  n_fit = sx_surrogate_choose_n_fit (n);
      for (guint i = 0; i < n; i++)
        y[i] += 0.01 * i;
      sx_surrogate_init (&fresh, 3, is_category);
      g_assert_true (sx_surrogate_update (&old, x, y, n, fit_y, n_fit, NULL));
      g_assert_true (sx_surrogate_update (&fresh, x, y, n, fit_y, n_fit, NULL));
      sx_gp_predict (old.gp, row, &a, &b, NULL, NULL);
      sx_gp_predict (fresh.gp, row, &c, &d, NULL, NULL);
      g_assert_cmpfloat (a, ==, c);
      g_assert_cmpfloat (b, ==, d);
      sx_surrogate_clear (&fresh);
    }
  sx_surrogate_clear (&old);
}

/* Copies of few points without noise, equal values, one row: there is a model or none, never a crash or a NaN. */
static void
test_singular (void)
{
  static const gboolean is_category[3] = { FALSE, FALSE, FALSE };
  for (guint n = 1; n <= 200; n = n * 3 + 1)
    for (guint kind = 0; kind < 3; kind++)
      {
        g_autoptr (SxGp) gp = sx_gp_new (3, is_category);
        g_autofree double *x = g_new0 (double, n * 6), *y = g_new0 (double, n);
        double             mean, variance;
        for (guint i = 0; i < n; i++)
          {
            x[i * 6] = i % 3 * 0.5;
            y[i] = kind == 0 ? 0 : kind == 1 ? i % 3 - 1.0
                                             : (i % 2 ? 1 : -1);
          }
        sx_gp_set_data (gp, x, y, n);
        g_assert_true (sx_gp_fit (gp));
        sx_gp_predict (gp, x, &mean, &variance, NULL, NULL);
        g_assert_true (isfinite (mean) && variance > 0);
        if (kind == 1 && n >= 3)
          g_assert_cmpfloat_with_epsilon (mean, -1, 0.05);
      }
}

/* Best-seen of many fits is never worse than where each starts, whatever the optimiser returns. */
static void
test_fits (void)
{
  static const gboolean is_category[2] = { FALSE, FALSE };
  for (guint repeat = 0; repeat < 200; repeat++)
    {
      g_autoptr (SxGp) gp = sx_gp_new (2, is_category);
      guint    n = 3 + repeat % 20;
      double   x[23 * 4] = { 0 }, y[23], start[4] = { log (0.5), log (0.5), log (1e-3), 0 }, before, after;
      SxRandom random;
      sx_random_init (&random, repeat, 3, SX_PURPOSE_RANDOM);
      for (guint i = 0; i < n; i++)
        {
          x[i * 4] = sx_random_uniform (&random);
          x[i * 4 + 1] = sx_random_uniform (&random);
          y[i] = repeat % 3 == 0 ? sx_random_normal (&random) : repeat % 3 == 1 ? x[i * 4]
                                                                                : sin (20 * x[i * 4 + 1]) * (i == 0 ? 1e3 : 1);
        }
      sx_gp_set_data (gp, x, y, n);
      before = sx_gp_loss (gp, start, NULL);
      g_assert_true (sx_gp_fit (gp));
      after = sx_gp_loss (gp, gp->theta, NULL);
      g_assert_cmpfloat (after, <=, before + 1e-9);
    }
}

static void
test_warp (void)
{
  double values[] = { 3, 1, 2, 100, 5, 4, 1e9, 3 }, copy[8], sum = 0, square = 0;
  g_auto (SxWarp) warp = { 0 };
  memcpy (copy, values, sizeof copy);
  sx_warp_init (&warp, copy, 8);
  g_assert_cmpuint (warp.n, ==, 7);
  for (guint i = 0; i < 8; i++)
    {
      double w = sx_warp_apply (&warp, values[i]);
      sum += w / 8;
      square += w * w / 8;
      g_assert_cmpfloat_with_epsilon (sx_warp_invert (&warp, w) / values[i], 1, 1e-12);
    }
  g_assert_cmpfloat_with_epsilon (sum, 0, 1e-12);
  g_assert_cmpfloat_with_epsilon (square, 1, 1e-12);
  for (guint i = 1; i < warp.n; i++)
    g_assert_cmpfloat (warp.warped[i], >, warp.warped[i - 1]);
  /* The better half keeps its proportions, the worse half does not depend on its values. */
  double ratio = (sx_warp_apply (&warp, 3) - sx_warp_apply (&warp, 2)) / (sx_warp_apply (&warp, 3) - sx_warp_apply (&warp, 1));
  g_assert_cmpfloat_with_epsilon (ratio, 0.5, 1e-12);
  double other[] = { 3, 1, 2, 7, 5, 4, 8, 3 };
  g_auto (SxWarp) again = { 0 };
  sx_warp_init (&again, other, 8);
  for (guint i = 0; i < 7; i++)
    g_assert_cmpfloat_with_epsilon (again.warped[i], warp.warped[i], 1e-12);
  g_assert_cmpfloat_with_epsilon (sx_normal_quantile (0.975), 1.959963984540054, 1e-12);
  g_assert_cmpfloat_with_epsilon (sx_normal_quantile (1e-9), -5.997807015007687, 1e-9);
}

static void
test_warp_degenerate (void)
{
  static const double cases[][4] = { { 0, 0, 0, 0 }, { 1e300, -1e300, 1e300, 0 }, { 1e-300, 2e-300, 3e-300, 4e-300 }, { 1, 1, 1, 2 }, { -5, -5, -5, -5 }, { 1e-320, 0, 1, 1e308 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double copy[4];
      g_auto (SxWarp) warp = { 0 };
      memcpy (copy, cases[i], sizeof copy);
      sx_warp_init (&warp, copy, 4);
      for (guint j = 0; j < 4; j++)
        {
          g_assert_true (isfinite (sx_warp_apply (&warp, cases[i][j])));
          g_assert_false (isnan (sx_warp_invert (&warp, sx_warp_apply (&warp, cases[i][j]))));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/dense/factor", test_factor);
  g_test_add_func ("/tune/dense/solve", test_solve);
  g_test_add_func ("/tune/gp/gradient", test_gradient);
  g_test_add_func ("/tune/gp/predict", test_predict);
  g_test_add_func ("/tune/gp/singular", test_singular);
  g_test_add_func ("/tune/gp/fits", test_fits);
  g_test_add_func ("/tune/surrogate/pure", test_surrogate);
  g_test_add_func ("/tune/warp/values", test_warp);
  g_test_add_func ("/tune/warp/degenerate", test_warp_degenerate);
  return g_test_run ();
}
