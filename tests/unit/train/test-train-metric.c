/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Metrics against values worked out by hand, and against plain second implementations (all pairs for the ROC curve) on random rows. */

#include <sx-engine.h>

#include "train/sx-metric.h"

#include <float.h>
#include <math.h>

static double
score (const char *id, const float *p, const float *y, gsize n_rows, guint n_classes)
{
  return sx_metric_find (id)->compute (p, y, n_rows, n_classes);
}

#define assert_near(a, b) g_assert_cmpfloat_with_epsilon ((a), (b), 1e-7)

/* Rows: true 0 1 1 0 1; probability of class 1: 0.1 0.4 0.35 0.8 0.9. */
static const float binary_p[] = { 0.9f, 0.1f, 0.6f, 0.4f, 0.65f, 0.35f, 0.2f, 0.8f, 0.1f, 0.9f };
static const float binary_y[] = { 0, 1, 1, 0, 1 };

static void
test_binary_hand (void)
{
  guint64 counts[4];

  assert_near (score ("accuracy", binary_p, binary_y, 5, 2), 2.0 / 5);
  /* recall of 0: 1/2, of 1: 1/3 */
  assert_near (score ("balanced-accuracy", binary_p, binary_y, 5, 2), (1.0 / 2 + 1.0 / 3) / 2);
  /* TP 1, FP 1, FN 2 */
  assert_near (score ("f1", binary_p, binary_y, 5, 2), 2.0 / 5);
  /* pairs: positives .4 .35 .9 over negatives .1 .8: 1 + 1 + 2 of 6 */
  assert_near (score ("auc", binary_p, binary_y, 5, 2), 4.0 / 6);
  assert_near (score ("log-loss", binary_p, binary_y, 5, 2), -(log (0.9) + log (0.4) + log (0.35) + log (0.2) + log (0.9)) / 5);
  sx_confusion (binary_p, binary_y, 5, 2, counts);
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (counts[2], ==, 2);
  g_assert_cmpuint (counts[3], ==, 1);
}

/* The example that introduces the ROC curve in many courses: 0 0 1 1 scored 0.1 0.4 0.35 0.8 gives 0.75; ties count half. */
static void
test_auc_known (void)
{
  const float p[] = { 0.9f, 0.1f, 0.6f, 0.4f, 0.65f, 0.35f, 0.2f, 0.8f };
  const float y[] = { 0, 0, 1, 1 };
  const float tied[] = { 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f };
  const float one_class[] = { 1, 1, 1, 1 };
  const float broken[] = { 0.9f, 0.1f, NAN, NAN, 0.65f, 0.35f, 0.2f, 0.8f };

  assert_near (score ("auc", p, y, 4, 2), 0.75);
  assert_near (score ("auc", tied, y, 4, 2), 0.5);
  g_assert_true (isnan (score ("auc", p, one_class, 4, 2)));
  g_assert_true (isnan (score ("auc", broken, y, 4, 2)));
}

static void
test_multiclass_hand (void)
{
  const float p[] = {
    0.7f,
    0.2f,
    0.1f,
    0.1f,
    0.6f,
    0.3f,
    0.4f,
    0.4f,
    0.2f, /* a tie: the first class */
    0.2f,
    0.3f,
    0.5f,
  };
  const float y[] = { 0, 1, 1, 2 };
  const float absent[] = { 0, 1, 1, 0 };

  assert_near (score ("accuracy", p, y, 4, 3), 0.75);
  assert_near (score ("balanced-accuracy", p, y, 4, 3), (1 + 0.5 + 1) / 3);
  /* f1: class 0: 2/3, class 1: 2/3, class 2: 1 */
  assert_near (score ("f1", p, y, 4, 3), (2.0 / 3 + 2.0 / 3 + 1) / 3);
  /* class 0: .7 over .1 .4 .2 = 1; class 1: .6 .4 over .2 .3 = 1; class 2: .5 over all = 1 */
  assert_near (score ("auc", p, y, 4, 3), 1);
  /* class 2 not among the rows: 0: .7 .2 over .1 .4 = (2 + 1)/4; 1: .6 .4 over .2 .3 = 1 */
  assert_near (score ("auc", p, absent, 4, 3), (0.75 + 1) / 2);
  assert_near (score ("balanced-accuracy", p, absent, 4, 3), (0.5 + 0.5) / 2);
}

static void
test_log_loss_clips (void)
{
  const float p[] = { 1, 0, 0, 1 };
  const float wrong[] = { 1, 0 };
  const float right[] = { 0, 1 };
  const float broken[] = { NAN, 1, 0, 1 };

  assert_near (score ("log-loss", p, wrong, 2, 2), -log ((double)FLT_EPSILON));
  assert_near (score ("log-loss", p, right, 2, 2), 0);
  g_assert_true (isnan (score ("log-loss", broken, right, 2, 2)));
}

static void
test_regression_hand (void)
{
  const float p[] = { 2.5f, 0, 2, 8 };
  const float y[] = { 3, -0.5f, 2, 7 };
  const float flat[] = { 4, 4, 4, 4 };

  assert_near (score ("rmse", p, y, 4, 1), sqrt (0.375));
  assert_near (score ("mae", p, y, 4, 1), 0.5);
  assert_near (score ("r2", p, y, 4, 1), 1 - 1.5 / 29.1875);
  assert_near (score ("r2", flat, flat, 4, 1), 1);
  assert_near (score ("r2", p, flat, 4, 1), 0);
}

static void
test_no_rows (void)
{
  for (const SxMetric *const *metric = sx_metric_list (); *metric; metric++)
    g_assert_true (isnan ((*metric)->compute (NULL, NULL, 0, ((*metric)->tasks & (1u << SX_TASK_REGRESSION)) ? 1 : 3)));
}

/* ---- random rows against second implementations ---- */

static double
auc_by_pairs (const float *p, const float *y, gsize n_rows, guint n_classes, guint positive)
{
  double won = 0, n_pairs = 0;

  for (gsize i = 0; i < n_rows; i++)
    for (gsize j = 0; j < n_rows; j++)
      if ((guint)y[i] == positive && (guint)y[j] != positive)
        {
          float a = p[i * n_classes + positive], b = p[j * n_classes + positive];

          n_pairs += 1;
          won += a > b ? 1 : a < b ? 0
                                   : 0.5;
        }
  return n_pairs > 0 ? won / n_pairs : NAN;
}

static double
f1_by_precision (const float *p, const float *y, gsize n_rows, guint n_classes)
{
  g_autofree guint64 *counts = g_new (guint64, n_classes * n_classes);
  double              sum = 0, n = 0;

  sx_confusion (p, y, n_rows, n_classes, counts);
  for (guint k = n_classes == 2 ? 1 : 0; k < n_classes; k++)
    {
      double taken = 0, there = 0, right = (double)counts[k * n_classes + k];
      double precision, recall;

      for (guint j = 0; j < n_classes; j++)
        {
          taken += (double)counts[j * n_classes + k];
          there += (double)counts[k * n_classes + j];
        }
      if (taken + there < 1)
        continue;
      n++;
      precision = taken > 0 ? right / taken : 0;
      recall = there > 0 ? right / there : 0;
      if (precision + recall > 0)
        sum += 2 * precision * recall / (precision + recall);
    }
  return n > 0 ? sum / n : 0;
}

static void
fill_random (GRand *random, float *p, float *y, gsize n_rows, guint n_classes)
{
  for (gsize row = 0; row < n_rows; row++)
    {
      float sum = 0;

      y[row] = (float)g_rand_int_range (random, 0, (gint32)n_classes);
      for (guint k = 0; k < n_classes; k++)
        sum += p[row * n_classes + k] = (float)g_rand_int_range (random, 1, 12); /* coarse: many ties */
      for (guint k = 0; k < n_classes; k++)
        p[row * n_classes + k] /= sum;
    }
}

static void
test_random_rows (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  const gsize sizes[] = { 1, 7, 37, 64, 65, 300 };
  float       p[300 * 5], y[300];

  for (guint n_classes = 2; n_classes <= 5; n_classes++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        double expected = 0, n = 0, right = 0;

        fill_random (random, p, y, sizes[s], n_classes);
        for (guint k = n_classes == 2 ? 1 : 0; k < n_classes; k++)
          {
            double auc = auc_by_pairs (p, y, sizes[s], n_classes, k);

            expected += isnan (auc) ? 0 : auc;
            n += !isnan (auc);
          }
        if (n > 0)
          assert_near (score ("auc", p, y, sizes[s], n_classes), expected / n);
        else
          g_assert_true (isnan (score ("auc", p, y, sizes[s], n_classes)));
        assert_near (score ("f1", p, y, sizes[s], n_classes), f1_by_precision (p, y, sizes[s], n_classes));
        for (gsize row = 0; row < sizes[s]; row++)
          {
            const float *q = p + row * n_classes;
            guint        best = 0;

            for (guint k = 0; k < n_classes; k++)
              best = q[k] > q[best] ? k : best;
            right += best == (guint)y[row];
          }
        assert_near (score ("accuracy", p, y, sizes[s], n_classes), right / (double)sizes[s]);
      }
}

static void
test_table (void)
{
  guint n = 0;

  for (const SxMetric *const *metric = sx_metric_list (); *metric; metric++, n++)
    {
      g_assert_true (sx_metric_find ((*metric)->id) == *metric);
      g_assert_cmpuint ((*metric)->tasks, !=, 0);
      g_assert_cmpfloat (sx_metric_to_loss (*metric, 0.25), ==, (*metric)->greater_is_better ? -0.25 : 0.25);
    }
  g_assert_cmpuint (n, ==, 8);
  g_assert_null (sx_metric_find ("nope"));
  g_assert_cmpstr (sx_metric_default (SX_TASK_BINARY)->id, ==, "log-loss");
  g_assert_cmpstr (sx_metric_default (SX_TASK_MULTICLASS)->id, ==, "log-loss");
  g_assert_cmpstr (sx_metric_default (SX_TASK_REGRESSION)->id, ==, "rmse");
}

static void
test_task_nicks (void)
{
  for (guint i = 0; i < SX_N_TASKS; i++)
    {
      SxTask task;

      g_assert_true (sx_task_from_nick (sx_task_get_nick ((SxTask)i), &task));
      g_assert_cmpint (task, ==, i);
      g_assert_nonnull (sx_task_get_title ((SxTask)i));
    }
  g_assert_false (sx_task_from_nick ("auto", &(SxTask){ 0 }));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/metric/binary/hand", test_binary_hand);
  g_test_add_func ("/train/metric/auc/known", test_auc_known);
  g_test_add_func ("/train/metric/multiclass/hand", test_multiclass_hand);
  g_test_add_func ("/train/metric/log-loss/clips", test_log_loss_clips);
  g_test_add_func ("/train/metric/regression/hand", test_regression_hand);
  g_test_add_func ("/train/metric/any/no-rows", test_no_rows);
  g_test_add_func ("/train/metric/any/second-implementation", test_random_rows);
  g_test_add_func ("/train/metric/table/complete", test_table);
  g_test_add_func ("/train/task/nick/round-trip", test_task_nicks);
  return g_test_run ();
}
