/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Networks as a family: what they learn, that they repeat themselves to the bit, and what they refuse. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "sx-engine.h"

#define PLAIN_SPACE                                                           \
  "space:\n"                                                                  \
  "  learning-rate: {type: float, low: 0.0001, high: 100, default: 0.04}\n"   \
  "  width: {type: int, low: 1, high: 1024, default: 32}\n"                   \
  "  layers: {type: int, low: 0, high: 4, default: 2}\n"                      \
  "  embedding: {type: category, choices: [none, periodic], default: none}\n" \
  "  decay: {type: float, low: 0, high: 100, default: 0.01}\n"                \
  "  dropout: {type: float, low: 0, high: 0.5, default: 0.1}\n"               \
  "  epochs: {type: int, low: 1, high: 500, default: 40}\n"

#define PLAIN                                                                                              \
  "sextant-topology: 1\nid: plain\ntitle: Plain\nfamily: network\n" PLAIN_SPACE                            \
  "network:\n"                                                                                             \
  "  inputs:\n"                                                                                            \
  "    numbers: {scaling: robust, clip: 3, embedding: $embedding, frequencies: 8, width: 4, sigma: 0.3}\n" \
  "    categories: {one-hot: 5, width: 6}\n"                                                               \
  "  parametrisation: ntk\n"                                                                               \
  "  layers:\n"                                                                                            \
  "    - scale: 6\n"                                                                                       \
  "    - linear: $width\n"                                                                                 \
  "    - activation: mish\n"                                                                               \
  "    - repeat: $layers\n"                                                                                \
  "      layers:\n"                                                                                        \
  "        - residual:\n"                                                                                  \
  "            - norm: layer\n"                                                                            \
  "            - linear: $width\n"                                                                         \
  "            - activation: gelu\n"                                                                       \
  "            - dropout: $dropout\n"                                                                      \
  "  training: {learning-rate: $learning-rate, schedule: coslog4, beta2: 0.95, weight-decay: $decay, dropout-schedule: flat-cosine, max-norm: 100, epochs: $epochs, patience: 500, batch: 64}\n"

static SxTopology *
read_topology (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxYaml) root = sx_yaml_parse (text, -1, "plain.yaml", &error);
  SxTopology *topology;

  g_assert_no_error (error);
  topology = sx_topology_read (root, &error);
  g_assert_no_error (error);
  return topology;
}

static double
next_uniform (guint64 *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 40) / (double)(1 << 24);
}

/* A data set without a frame: the family sees the matrix only. */
static SxDataset *
make_dataset (SxTask task, gsize n_rows, gsize n_features, guint n_classes)
{
  SxDataset *dataset = g_new0 (SxDataset, 1);

  dataset->n_rows = n_rows;
  dataset->n_features = n_features;
  dataset->task = task;
  dataset->n_classes = n_classes;
  dataset->x = g_new0 (float, n_rows *n_features);
  dataset->y = g_new0 (float, n_rows);
  dataset->features = g_new0 (SxFeature, n_features);
  return dataset;
}

static void
free_dataset (SxDataset *dataset)
{
  g_free (dataset->x);
  g_free (dataset->y);
  g_free (dataset->features);
  g_free (dataset);
}

static SxDataset *
make_moons (gsize n_rows, guint64 seed)
{
  SxDataset *dataset = make_dataset (SX_TASK_BINARY, n_rows, 2, 2);

  for (gsize row = 0; row < n_rows; row++)
    {
      gboolean upper = row % 2;
      double   angle = G_PI * next_uniform (&seed);

      dataset->x[2 * row] = (float)(100.0 * ((upper ? 1.0 - cos (angle) : cos (angle)) + 0.2 * (next_uniform (&seed) - 0.5)));
      dataset->x[2 * row + 1] = (float)((upper ? 0.5 - sin (angle) : sin (angle)) + 0.2 * (next_uniform (&seed) - 0.5));
      dataset->y[row] = (float)upper;
    }
  return dataset;
}

/* y is a smooth function of two numbers and two categories; cells are missing here and there. */
static SxDataset *
make_mixed (gsize n_rows, guint64 seed)
{
  SxDataset *dataset = make_dataset (SX_TASK_REGRESSION, n_rows, 5, 0);

  dataset->features[1].n_categories = 3;
  dataset->features[3].n_categories = 12;
  for (gsize row = 0; row < n_rows; row++)
    {
      float *x = dataset->x + 5 * row;

      for (guint i = 0; i < 5; i++)
        x[i] = dataset->features[i].n_categories > 0 ? floorf ((float)(next_uniform (&seed) * dataset->features[i].n_categories)) : (float)(10.0 * next_uniform (&seed));
      dataset->y[row] = 1000.0f + 30.0f * x[0] - 20.0f * x[2] + 25.0f * x[1] + 40.0f * (float)((int)x[3] % 4);
      x[4] = row % 10 == 3 ? NAN : x[4];
    }
  return dataset;
}

static double
get_accuracy (SxPredictor *predictor, const SxDataset *dataset)
{
  g_autofree float *p = g_new (float, dataset->n_rows * dataset->n_classes);
  g_autoptr (GError) error = NULL;
  gsize hits = 0;

  g_assert_true (sx_predictor_predict (predictor, dataset->x, dataset->n_rows, 2, p, &error));
  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      guint best = 0;
      float sum = 0.0f;

      for (guint i = 0; i < dataset->n_classes; i++)
        {
          best = p[row * dataset->n_classes + i] > p[row * dataset->n_classes + best] ? i : best;
          sum += p[row * dataset->n_classes + i];
        }
      g_assert_cmpfloat (fabsf (sum - 1.0f), <, 1e-5f);
      hits += best == (guint)dataset->y[row];
    }
  return (double)hits / (double)dataset->n_rows;
}

static SxPredictor *
train (SxTopology *topology, const char *config, const SxDataset *training, const SxDataset *validation, SxTrainContext *context, GError **error)
{
  GVariant      *point = g_variant_ref_sink (g_variant_new_parsed (config));
  SxTrainContext plain = { .seed = 1, .n_threads = 1 };
  SxPredictor   *predictor;

  if (context == NULL)
    context = &plain;
  context->topology = topology;
  context->config = sx_space_complete (sx_topology_get_space (topology, training->task), point, error);
  g_assert_nonnull (context->config);
  g_variant_take_ref (context->config);
  predictor = sx_topology_get_family (topology)->train (training, validation, context, error);
  g_variant_unref (context->config);
  g_variant_unref (point);
  return predictor;
}

static float *
predict (SxPredictor *predictor, const SxDataset *dataset, guint n_threads)
{
  float *out = g_new (float, dataset->n_rows * predictor->n_outputs);
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_predictor_predict (predictor, dataset->x, dataset->n_rows, n_threads, out, &error));
  g_assert_no_error (error);
  return out;
}

static void
assert_same (SxPredictor *a, SxPredictor *b, const SxDataset *dataset)
{
  g_autofree float *pa = predict (a, dataset, 1);
  g_autofree float *pb = predict (b, dataset, 2);

  g_assert_cmpmem (pa, dataset->n_rows * a->n_outputs * sizeof (float), pb, dataset->n_rows * b->n_outputs * sizeof (float));
}

static void
test_moons (void)
{
  static const char *const configs[] = { "{'embedding': <'none'>}", "{'embedding': <'periodic'>}", "{'layers': <int64 0>, 'embedding': <'periodic'>}" };
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  SxDataset *training = make_moons (600, 1), *validation = make_moons (300, 2), *test = make_moons (500, 3);

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SxPredictor) predictor = train (topology, configs[i], training, validation, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (predictor->n_outputs, ==, 2);
      g_assert_cmpuint (predictor->n_iterations, >, 0);
      g_test_message ("accuracy %g", get_accuracy (predictor, test));
      g_assert_cmpfloat (get_accuracy (predictor, test), >=, 0.99);
    }
  free_dataset (training);
  free_dataset (validation);
  free_dataset (test);
}

static void
test_regression (void)
{
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  g_autoptr (GError) error = NULL;
  SxDataset *training = make_mixed (1500, 5), *validation = make_mixed (300, 6), *test = make_mixed (400, 7);
  g_autoptr (SxPredictor) predictor = train (topology, "{'dropout': <0.0>, 'learning-rate': <0.1>, 'decay': <0.0>, 'epochs': <int64 60>}", training, validation, NULL, &error);
  g_autofree float *out = NULL;
  double            errors = 0.0, squares = 0.0, mean = 0.0;

  g_assert_no_error (error);
  out = predict (predictor, test, 1);
  for (gsize row = 0; row < test->n_rows; row++)
    mean += (double)test->y[row] / (double)test->n_rows;
  for (gsize row = 0; row < test->n_rows; row++)
    {
      errors += pow ((double)out[row] - (double)test->y[row], 2.0);
      squares += pow (mean - (double)test->y[row], 2.0);
    }
  g_test_message ("r2 %g", 1.0 - errors / squares);
  g_assert_cmpfloat (1.0 - errors / squares, >, 0.995);
  free_dataset (training);
  free_dataset (validation);
  free_dataset (test);
}

static void
test_rows_alone (void)
{
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  g_autoptr (GError) error = NULL;
  SxDataset *training = make_mixed (700, 5);
  g_autoptr (SxPredictor) predictor = train (topology, "{'embedding': <'periodic'>, 'epochs': <int64 2>}", training, NULL, NULL, &error);
  g_autofree float *together = NULL;

  g_assert_no_error (error);
  training->x[0] = INFINITY;
  training->x[1] = 77.0f; /* no such category */
  training->x[3] = NAN;
  training->x[2] = -1e38f;
  together = predict (predictor, training, 3);
  for (gsize row = 0; row < training->n_rows; row += 13)
    {
      float alone;
      g_assert_true (sx_predictor_predict (predictor, training->x + row * 5, 1, 1, &alone, &error));
      g_assert_true (isfinite (alone));
      g_assert_cmpmem (&alone, sizeof alone, together + row, sizeof alone);
    }
  free_dataset (training);
}

static void
test_threads (void)
{
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  SxDataset *training = make_mixed (500, 5), *validation = make_mixed (300, 6);
  g_autoptr (SxPredictor) first = NULL;

  for (guint n_threads = 1; n_threads <= 3; n_threads++)
    {
      SxTrainContext context = { .seed = 9, .n_threads = n_threads };
      g_autoptr (GError) error = NULL;
      g_autoptr (SxPredictor) predictor = train (topology, "{'width': <int64 100>, 'embedding': <'periodic'>, 'epochs': <int64 4>}", training, validation, &context, &error);

      g_assert_no_error (error);
      if (first == NULL)
        first = sx_predictor_ref (predictor);
      assert_same (first, predictor, validation);
    }
  SxTrainContext other = { .seed = 10, .n_threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxPredictor) different = train (topology, "{'width': <int64 100>, 'embedding': <'periodic'>, 'epochs': <int64 4>}", training, validation, &other, &error);
  g_autofree float *a = predict (first, validation, 1);
  g_autofree float *b = predict (different, validation, 1);
  g_assert_true (memcmp (a, b, validation->n_rows * sizeof (float)) != 0);
  free_dataset (training);
  free_dataset (validation);
}

typedef struct
{
  guint  sleep_after, cancel_after, stop_after;
  guint  first, last, n;
  int    cancelled;
  double training_loss, loss;
} Watch;

static gboolean
watch_cb (guint iteration, guint n_iterations, double training_loss, double validation_loss, gpointer user_data)
{
  Watch *watch = user_data;

  if (watch->n++ == 0)
    watch->first = iteration;
  watch->last = iteration;
  watch->training_loss = training_loss;
  watch->loss = validation_loss;
  if (iteration == watch->sleep_after)
    g_usleep (1050000);
  if (iteration == watch->cancel_after)
    g_atomic_int_set (&watch->cancelled, 1);
  return iteration == watch->stop_after;
}

static void
test_resume (void)
{
  static const char config[] = "{'epochs': <int64 8>, 'embedding': <'periodic'>}";
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  g_autofree char *folder = g_dir_make_tmp ("sx-network-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "checkpoint", NULL);
  SxDataset       *training = make_moons (400, 1), *validation = make_moons (200, 2);
  Watch            undisturbed = { 0 }, broken = { .sleep_after = 2, .cancel_after = 5 }, resumed = { 0 }, foreign = { 0 };
  SxTrainContext   context = { .seed = 4, .n_threads = 1, .progress = watch_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (SxPredictor) whole = NULL;
  g_autoptr (SxPredictor) half = NULL;
  g_autoptr (SxPredictor) continued = NULL;
  g_autoptr (SxPredictor) other = NULL;

  context.user_data = &undisturbed;
  whole = train (topology, config, training, validation, &context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (undisturbed.n, ==, 8);

  context.user_data = &broken;
  context.cancelled = &broken.cancelled;
  context.checkpoint_path = path;
  half = train (topology, config, training, validation, &context, &error);
  g_assert_null (half);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  context.user_data = &resumed;
  context.cancelled = NULL;
  continued = train (topology, config, training, validation, &context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (resumed.first, ==, 3); /* written once epoch 2 was told, the first a second after the start */
  g_assert_cmpuint (resumed.last, ==, 8);
  g_assert_true (memcmp (&resumed.loss, &undisturbed.loss, sizeof (double)) == 0);
  g_assert_cmpuint (continued->n_iterations, ==, whole->n_iterations);
  assert_same (whole, continued, validation);

  /* Another seed's training does not take it. */
  context.user_data = &foreign;
  context.seed = 5;
  other = train (topology, config, training, validation, &context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foreign.first, ==, 1);
  g_unlink (path);
  g_rmdir (folder);
  free_dataset (training);
  free_dataset (validation);
}

static void
test_limits (void)
{
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  SxDataset *training = make_moons (400, 1), *validation = make_moons (200, 2);
  Watch      watch = { .stop_after = 3 };
  g_autoptr (GError) error = NULL;
  SxPredictor *predictor;

  predictor = train (topology, "@a{sv} {}", training, validation, &(SxTrainContext){ .seed = 1, .n_threads = 1, .progress = watch_cb, .user_data = &watch }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (watch.last, ==, 3);
  g_assert_cmpuint (predictor->n_iterations, <=, 3);
  sx_predictor_unref (predictor);

  watch = (Watch){ 0 };
  predictor = train (topology, "@a{sv} {}", training, validation, &(SxTrainContext){ .seed = 1, .n_threads = 1, .max_iterations = 5, .progress = watch_cb, .user_data = &watch }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (watch.last, ==, 5);
  g_assert_cmpuint (predictor->n_iterations, ==, 5);
  sx_predictor_unref (predictor);

  watch = (Watch){ 0 };
  predictor = train (topology, "{'epochs': <int64 500>, 'width': <int64 256>}", training, validation, &(SxTrainContext){ .seed = 1, .n_threads = 1, .seconds = 0.2, .progress = watch_cb, .user_data = &watch }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (watch.last, <, 500);
  sx_predictor_unref (predictor);

  predictor = train (topology, "{'width': <int64 1024>}", training, validation, &(SxTrainContext){ .seed = 1, .n_threads = 1, .memory_limit = 1000000 }, &error);
  g_assert_null (predictor);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY);
  g_clear_error (&error);

  predictor = train (topology, "{'learning-rate': <100.0>, 'decay': <100.0>}", training, validation, NULL, &error);
  g_assert_null (predictor);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DIVERGED);
  g_clear_error (&error);

  training->y[17] = 2.0f;
  predictor = train (topology, "@a{sv} {}", training, validation, NULL, &error);
  g_assert_null (predictor);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "Row 18"));
  free_dataset (training);
  free_dataset (validation);
}

static GHashTable *
make_parts (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

static SxPredictor *
make_mixed_predictor (SxDataset *training)
{
  g_autoptr (SxTopology) topology = read_topology (PLAIN);
  g_autoptr (GError) error = NULL;
  SxPredictor *predictor = train (topology, "{'embedding': <'periodic'>, 'epochs': <int64 3>, 'width': <int64 9>}", training, NULL, NULL, &error);

  g_assert_no_error (error);
  return predictor;
}

static void
test_package (void)
{
  SxDataset *training = make_mixed (300, 5);
  g_autoptr (SxPredictor) predictor = make_mixed_predictor (training);
  g_autoptr (GHashTable) parts = make_parts ();
  g_autoptr (GHashTable) again = make_parts ();
  g_autoptr (SxPredictor) loaded = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer       name, bytes;

  g_assert_true (predictor->family->save (predictor, parts, &error));
  loaded = predictor->family->load (SX_TASK_REGRESSION, 5, 1, parts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (loaded->n_iterations, ==, predictor->n_iterations);
  assert_same (predictor, loaded, training);
  g_assert_true (loaded->family->save (loaded, again, &error));
  g_hash_table_iter_init (&iter, parts);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    g_assert_true (g_bytes_equal (bytes, g_hash_table_lookup (again, name)));
  free_dataset (training);
}

/* Loading @part changed: either refused as damaged, or a network that predicts without harm. */
static gboolean
try_damaged (const SxFamily *family, GHashTable *parts, const char *part, const guint8 *bytes, gsize size)
{
  g_autoptr (GBytes) kept = g_bytes_ref (g_hash_table_lookup (parts, part));
  g_autoptr (GError) error = NULL;
  SxPredictor *loaded;

  g_hash_table_replace (parts, g_strdup (part), g_bytes_new (bytes, size));
  loaded = family->load (SX_TASK_REGRESSION, 5, 1, parts, &error);
  g_hash_table_replace (parts, g_strdup (part), g_bytes_ref (kept));
  if (loaded != NULL)
    {
      float x[5] = { 0 }, y;
      g_assert_true (sx_predictor_predict (loaded, x, 1, 1, &y, NULL));
      sx_predictor_unref (loaded);
      return FALSE;
    }
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL);
  return TRUE;
}

static void
test_junk (void)
{
  static const char *const names[] = { "plan.yaml", "weights.safetensors" };
  SxDataset               *training = make_mixed (300, 5);
  g_autoptr (SxPredictor) predictor = make_mixed_predictor (training);
  g_autoptr (GHashTable) parts = make_parts ();
  g_autoptr (GError) error = NULL;
  guint64 state = 99;

  g_assert_true (predictor->family->save (predictor, parts, &error));
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      gsize              size;
      const guint8      *bytes = g_bytes_get_data (g_hash_table_lookup (parts, names[k]), &size);
      g_autofree guint8 *copy = g_memdup2 (bytes, size);

      for (gsize length = 0; length + 4 < size; length += 1 + size / 150)
        g_assert_true (try_damaged (predictor->family, parts, names[k], bytes, length) || k == 0);
      for (guint i = 0; i < 300; i++)
        {
          gsize at = (gsize)(next_uniform (&state) * (double)MIN (size, 3000));
          copy[at] = (guint8)(next_uniform (&state) * 256.0);
          try_damaged (predictor->family, parts, names[k], copy, size);
          copy[at] = bytes[at];
        }
    }
  {
    gsize              size;
    const guint8      *bytes = g_bytes_get_data (g_hash_table_lookup (parts, names[1]), &size);
    g_autofree guint8 *copy = g_memdup2 (bytes, size);

    memset (copy + size - 4, 0xff, 4); /* not a number */
    g_assert_true (try_damaged (predictor->family, parts, names[1], copy, size));
    memcpy (copy, bytes, size);
    memset (copy, 0xff, 8); /* a header of 2^64 - 1 bytes */
    g_assert_true (try_damaged (predictor->family, parts, names[1], copy, size));
  }
  g_assert_null (predictor->family->load (SX_TASK_REGRESSION, 4, 1, parts, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (predictor->family->load (SX_TASK_REGRESSION, 5, 2, parts, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL);
  g_clear_error (&error);
  g_hash_table_remove (parts, names[1]);
  g_assert_null (predictor->family->load (SX_TASK_REGRESSION, 5, 1, parts, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL);
  free_dataset (training);
}

/* With $SX_TEST_ONNX_FOLDER the model, its inputs and its outputs are left there for a runtime to compare. */
static void
test_onnx (void)
{
  const char *folder = g_getenv ("SX_TEST_ONNX_FOLDER");
  SxDataset  *training = make_mixed (300, 5);
  g_autoptr (SxPredictor) predictor = make_mixed_predictor (training);
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("network");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char  *output = NULL;
  g_autofree float *out = NULL;

  sx_onnx_add_input (onnx, "features", SX_ONNX_FLOAT, 5);
  sx_onnx_add_output (onnx, "prediction", SX_ONNX_FLOAT, 1);
  output = predictor->family->to_onnx (predictor, onnx, "features", &error);
  g_assert_nonnull (output);
  sx_onnx_rename_tensor (onnx, output, "prediction");
  bytes = sx_onnx_finish (onnx);
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 1000);
  training->x[0] = NAN;
  training->x[1] = 3.0f;
  training->x[3] = NAN;
  training->x[5] = INFINITY;
  training->x[8] = 12.0f;
  training->x[10] = -1e30f;
  out = predict (predictor, training, 1);
  if (folder != NULL)
    {
      g_autofree char *model = g_build_filename (folder, "model.onnx", NULL);
      g_autofree char *x = g_build_filename (folder, "x.bin", NULL);
      g_autofree char *y = g_build_filename (folder, "y.bin", NULL);

      g_file_set_contents (model, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL);
      g_file_set_contents (x, (const char *)training->x, (gssize)(training->n_rows * 5 * sizeof (float)), NULL);
      g_file_set_contents (y, (const char *)out, (gssize)(training->n_rows * sizeof (float)), NULL);
    }
  free_dataset (training);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/topology/network/learns-moons", test_moons);
  g_test_add_func ("/topology/network/learns-numbers-and-categories", test_regression);
  g_test_add_func ("/topology/network/rows-do-not-depend-on-others", test_rows_alone);
  g_test_add_func ("/topology/network/same-bits-with-any-threads", test_threads);
  g_test_add_func ("/topology/network/resumes-undisturbed", test_resume);
  g_test_add_func ("/topology/network/limits", test_limits);
  g_test_add_func ("/topology/network/package", test_package);
  g_test_add_func ("/topology/network/junk-is-refused", test_junk);
  g_test_add_func ("/topology/network/onnx", test_onnx);
  return g_test_run ();
}
