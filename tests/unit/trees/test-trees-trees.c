/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Boosted trees on made-up rows: what they learn, that losses are those of their own predictions, and that nothing but the data, the
 * configuration and the seed decides. */

#include <sx-engine.h>

#include <math.h>
#include <string.h>

#define N_FEATURES 5

static double
uniform (guint64 *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 0x1p53;
}

/* A class or value that hangs on the first three features; a tenth of the cells is missing. */
static SxDataset *
make_data (gsize n_rows, SxTask task, guint64 seed)
{
  SxDataset *data = g_new0 (SxDataset, 1);

  data->n_rows = n_rows;
  data->n_features = N_FEATURES;
  data->task = task;
  data->n_classes = task == SX_TASK_BINARY ? 2 : task == SX_TASK_MULTICLASS ? 3
                                                                            : 0;
  data->x = g_aligned_alloc (n_rows * N_FEATURES, sizeof (float), 64);
  data->y = g_new (float, n_rows);
  g_atomic_ref_count_init (&data->ref_count);
  for (gsize row = 0; row < n_rows; row++)
    {
      float *x = data->x + row * N_FEATURES;
      double score;

      for (guint i = 0; i < N_FEATURES; i++)
        x[i] = (float)uniform (&seed);
      score = sin (6 * (double)x[0]) + 2 * (x[1] > 0.5f) * (double)x[2] + 0.1 * uniform (&seed);
      for (guint i = 0; i < N_FEATURES; i++)
        if (uniform (&seed) < 0.1)
          x[i] = NAN;
      data->y[row] = task == SX_TASK_REGRESSION ? (float)score : task == SX_TASK_BINARY ? score > 0.5
                                                               : score > 1              ? 2
                                                                                        : score > 0;
    }
  return data;
}

static void
free_data (SxDataset *data)
{
  g_aligned_free (data->x);
  g_free (data->y);
  g_free (data);
}

typedef struct
{
  guint  n_reports, stop_after;
  guint  n_iterations;
  double training_loss, validation_loss;
} Report;

static gboolean
progress_cb (guint iteration, guint n_iterations, double training_loss, double validation_loss, gpointer user_data)
{
  Report *report = user_data;

  report->n_reports++;
  report->n_iterations = iteration;
  report->training_loss = training_loss;
  report->validation_loss = validation_loss;
  return report->stop_after > 0 && report->n_reports >= report->stop_after;
}

static SxPredictor *
train (const SxDataset *training, const SxDataset *validation, guint rounds, guint n_threads, guint64 seed, Report *report)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTopology) topology = sx_topology_load ("trees", &error);
  g_autoptr (GVariant) config = NULL;
  SxTrainContext context = { .topology = topology, .seed = seed, .n_threads = n_threads, .max_iterations = rounds };
  SxPredictor   *predictor;

  g_assert_no_error (error);
  config = sx_space_ref_default (sx_topology_get_space (topology, training->task));
  context.config = config;
  context.progress = report != NULL ? progress_cb : NULL;
  context.user_data = report;
  predictor = sx_topology_get_family (topology)->train (training, validation, &context, &error);
  g_assert_no_error (error);
  return predictor;
}

static float *
predict (SxPredictor *self, const SxDataset *data, guint n_threads)
{
  float *out = g_new (float, data->n_rows * self->n_outputs);

  g_assert_true (sx_predictor_predict (self, data->x, data->n_rows, n_threads, out, NULL));
  return out;
}

/* The mean loss of predictions, as the library’s own objective has it. */
static double
loss_of (const SxDataset *data, const float *p)
{
  double sum = 0;

  for (gsize row = 0; row < data->n_rows; row++)
    if (data->task == SX_TASK_REGRESSION)
      sum += pow ((double)(p[row] - data->y[row]), 2);
    else
      sum -= log (MAX ((double)p[row * data->n_classes + (guint)data->y[row]], 1e-12));
  sum /= (double)data->n_rows;
  return data->task == SX_TASK_REGRESSION ? sqrt (sum) : sum;
}

/* Losses are computed from the library's margins, predictions by our own walk over the trees: they must agree. */
static void
test_learns (void)
{
  const double good[] = { [SX_TASK_BINARY] = 0.35, [SX_TASK_MULTICLASS] = 0.5, [SX_TASK_REGRESSION] = 0.4 };

  for (guint task = 0; task < SX_N_TASKS; task++)
    {
      SxDataset *training = make_data (3000, task, 1), *validation = make_data (1000, task, 2);
      Report     report = { 0 };
      g_autoptr (SxPredictor) predictor = train (training, validation, 60, 1, 3, &report);
      g_autofree float *seen = predict (predictor, training, 1);
      g_autofree float *unseen = predict (predictor, validation, 1);

      g_assert_cmpuint (report.n_iterations, ==, 60);
      g_assert_cmpuint (predictor->n_iterations, ==, 60);
      g_assert_cmpfloat_with_epsilon (report.training_loss, loss_of (training, seen), 1e-5);
      g_assert_cmpfloat_with_epsilon (report.validation_loss, loss_of (validation, unseen), 1e-5);
      g_assert_cmpfloat (report.validation_loss, <, good[task]);
      free_data (training);
      free_data (validation);
    }
}

static void
test_stops_early (void)
{
  SxDataset *training = make_data (600, SX_TASK_BINARY, 1), *validation = make_data (600, SX_TASK_BINARY, 2);
  Report     report = { 0 }, stopped = { .stop_after = 3 };
  g_autoptr (SxPredictor) predictor = train (training, validation, 0, 1, 3, &report);
  g_autoptr (SxPredictor) pruned = train (training, validation, 0, 1, 3, &stopped);
  g_autoptr (SxPredictor) again = train (training, NULL, predictor->n_iterations, 1, 3, NULL);
  g_autofree float *a = predict (predictor, validation, 1);
  g_autofree float *b = predict (again, validation, 1);

  g_assert_cmpuint (predictor->n_iterations, <, 1000);
  g_assert_cmpuint (predictor->n_iterations, >, 5);
  g_assert_cmpuint (stopped.n_reports, ==, 3);
  /* The rounds that are kept are those of a training of just so many. */
  g_assert_cmpmem (a, validation->n_rows * 2 * sizeof (float), b, validation->n_rows * 2 * sizeof (float));
  free_data (training);
  free_data (validation);
}

static void
test_same_whatever_the_threads (void)
{
  SxDataset *training = make_data (60000, SX_TASK_BINARY, 5), *other = make_data (5000, SX_TASK_BINARY, 6); /* more than one thread works on so many */
  g_autoptr (SxPredictor) one = train (training, NULL, 30, 1, 3, NULL);
  g_autoptr (SxPredictor) two = train (training, NULL, 30, 2, 3, NULL);
  g_autoptr (SxPredictor) seeded = train (training, NULL, 30, 1, 4, NULL);
  g_autofree float *a = predict (one, other, 1);
  g_autofree float *b = predict (two, other, 3);
  g_autofree float *c = predict (seeded, other, 1);

  g_assert_cmpmem (a, other->n_rows * 2 * sizeof (float), b, other->n_rows * 2 * sizeof (float));
  g_assert_cmpint (memcmp (a, c, other->n_rows * 2 * sizeof (float)), !=, 0);
  free_data (training);
  free_data (other);
}

static void
test_package (void)
{
  SxDataset *training = make_data (500, SX_TASK_MULTICLASS, 5);
  g_autoptr (SxPredictor) predictor = train (training, NULL, 10, 1, 3, NULL);
  g_autoptr (GHashTable) parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  const SxFamily *family = predictor->family;
  g_autoptr (SxPredictor) loaded = NULL;
  g_autofree float *before = predict (predictor, training, 1);
  g_autofree float *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize         size;
  const guint8 *data;

  g_assert_true (family->save (predictor, parts, &error));
  loaded = family->load (SX_TASK_MULTICLASS, N_FEATURES, 3, parts, &error);
  g_assert_no_error (error);
  after = predict (loaded, training, 1);
  g_assert_cmpmem (before, training->n_rows * 3 * sizeof (float), after, training->n_rows * 3 * sizeof (float));
  g_assert_null (family->load (SX_TASK_MULTICLASS, N_FEATURES - 1, 3, parts, NULL));
  g_assert_null (family->load (SX_TASK_BINARY, N_FEATURES, 2, parts, NULL));

  /* Whatever byte is changed, loading refuses or gives trees whose walks end. */
  data = g_bytes_get_data (g_hash_table_lookup (parts, "trees.bin"), &size);
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GHashTable) changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
      g_autoptr (SxPredictor) other = NULL;
      gsize at = (gsize)g_test_rand_int_range (0, (gint32)(i % 2 ? size : MIN (size, 200)));
      gsize length = i % 5 == 0 ? (gsize)g_test_rand_int_range (0, (gint32)size) : size;

      copy[at] = (guint8)g_test_rand_int ();
      g_hash_table_insert (changed, g_strdup ("trees.bin"), g_bytes_new (copy, length));
      other = family->load (SX_TASK_MULTICLASS, N_FEATURES, 3, changed, NULL);
      if (other != NULL)
        {
          g_autofree float *p = predict (other, training, 1);

          g_assert_nonnull (p);
        }
    }
  free_data (training);
}

static void
test_cancel_and_memory (void)
{
  SxDataset *training = make_data (500, SX_TASK_BINARY, 5);
  g_autoptr (SxTopology) topology = sx_topology_load ("trees", NULL);
  g_autoptr (GVariant) config = sx_space_ref_default (sx_topology_get_space (topology, SX_TASK_BINARY));
  g_autoptr (GError) error = NULL;
  int            cancelled = 1;
  SxTrainContext context = { .topology = topology, .config = config, .n_threads = 1, .cancelled = &cancelled };

  g_assert_null (sx_topology_get_family (topology)->train (training, NULL, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  context.cancelled = NULL;
  context.memory_limit = 1000;
  g_assert_null (sx_topology_get_family (topology)->train (training, NULL, &context, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY);
  free_data (training);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trees/learns", test_learns);
  g_test_add_func ("/trees/stops-early", test_stops_early);
  g_test_add_func ("/trees/threads", test_same_whatever_the_threads);
  g_test_add_func ("/trees/package", test_package);
  g_test_add_func ("/trees/cancel-and-memory", test_cancel_and_memory);
  return g_test_run ();
}
