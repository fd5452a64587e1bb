/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* network:
 *     inputs:
 *       numbers: {scaling: robust, clip: 3, embedding: periodic, frequencies: 16, width: 4, sigma: 0.1}
 *       categories: {one-hot: 9, width: 8}
 *     parametrisation: ntk       weights of unit variance, 1 / √width in the layer; or standard
 *     bias-rate: 0.1
 *     layers:                    the output layer follows by itself
 *       - scale: 6
 *       - repeat: $layers
 *         layers:
 *           - linear: $width
 *           - activation: selu
 *           - dropout: $dropout
 *       - residual: [...]
 *       - norm: layer
 *     training: {learning-rate: $learning-rate, schedule: coslog4, epochs: 256, …}
 *
 * “$name” stands for a parameter of the space. One that is not alive in a point has its default: what is dead cannot matter. */

#include "config.h"

#include "sx-network-spec.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_NESTING 8

typedef struct
{
  const SxSpace *space;
  GVariant      *config;
  GArray        *layers;
  guint          depth;
} Reader;

typedef struct
{
  const char *name;
  int         value;
} Word;

static const Word activations[] = {
  { "relu", SX_NN_RELU }, { "selu", SX_NN_SELU }, { "mish", SX_NN_MISH }, { "gelu", SX_NN_GELU }, { "silu", SX_NN_SILU }, { "tanh", SX_NN_TANH }, { NULL }
};
static const Word schedules[] = {
  { "constant", SX_SCHEDULE_CONSTANT }, { "cosine", SX_SCHEDULE_COSINE }, { "flat-cosine", SX_SCHEDULE_FLAT_COSINE }, { "coslog4", SX_SCHEDULE_COSLOG4 }, { "one-cycle", SX_SCHEDULE_ONE_CYCLE }, { NULL }
};
static const Word scalings[] = { { "none", SX_SCALING_NONE }, { "standard", SX_SCALING_STANDARD }, { "robust", SX_SCALING_ROBUST }, { NULL } };
static const Word embeddings[] = { { "none", FALSE }, { "periodic", TRUE }, { NULL } };
static const Word parametrisations[] = { { "standard", FALSE }, { "ntk", TRUE }, { NULL } };
static const Word norms[] = { { "none", FALSE }, { "layer", TRUE }, { NULL } };

double
sx_schedule_at (SxSchedule schedule, double progress)
{
  switch (schedule)
    {
    case SX_SCHEDULE_CONSTANT:
      return 1.0;
    case SX_SCHEDULE_COSINE:
      return 0.5 * (1.0 + cos (G_PI * progress));
    case SX_SCHEDULE_FLAT_COSINE:
      return 0.5 * (1.0 + cos (G_PI * (MAX (1.0, 2.0 * progress) - 1.0)));
    case SX_SCHEDULE_COSLOG4:
      return 0.5 * (1.0 - cos (2.0 * G_PI * log2 (1.0 + 15.0 * progress)));
    case SX_SCHEDULE_ONE_CYCLE:
      if (progress < 0.3)
        return 0.04 + 0.96 * 0.5 * (1.0 - cos (G_PI * progress / 0.3));
      return 0.5 * (1.0 + cos (G_PI * (progress - 0.3) / 0.7));
    default:
      g_return_val_if_reached (1.0);
    }
}

/* The value of @node: its own, or that of the parameter it names. Always a full reference; NULL with an error. */
static GVariant *
resolve (const Reader *reader, const SxYaml *node, GError **error)
{
  const char        *text;
  const SxParameter *parameter;
  GVariant          *value;

  if (sx_yaml_get_type (node) != SX_YAML_SCALAR)
    {
      sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a single value is wanted here"));
      return NULL;
    }
  text = sx_yaml_get_text (node);
  if (text == NULL || *text != '$')
    return g_variant_ref_sink (sx_yaml_to_variant (node));
  parameter = reader->space != NULL ? sx_space_find (reader->space, text + 1) : NULL;
  if (parameter == NULL)
    {
      sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s”: the space has no parameter of this name"), text);
      return NULL;
    }
  value = reader->config != NULL ? g_variant_lookup_value (reader->config, text + 1, NULL) : NULL;
  return value != NULL ? value : g_variant_ref (parameter->fallback);
}

static gboolean
to_number (GVariant *value, double *number)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else
    return FALSE;
  return isfinite (*number);
}

static gboolean
read_number (const Reader *reader, const SxYaml *node, double low, double high, double *number, GError **error)
{
  g_autoptr (GVariant) value = resolve (reader, node, error);

  if (value == NULL)
    return FALSE;
  if (!to_number (value, number) || *number < low || *number > high)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a number from %g to %g is wanted here"), low, high);
  return TRUE;
}

static gboolean
read_count (const Reader *reader, const SxYaml *node, guint low, guint high, guint *count, GError **error)
{
  double number = 0.0;

  if (!read_number (reader, node, low, high, &number, error))
    return FALSE;
  if (number > floor (number))
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a whole number is wanted here"));
  *count = (guint)number;
  return TRUE;
}

static gboolean
read_word (const Reader *reader, const SxYaml *node, const Word *words, int *found, GError **error)
{
  g_autoptr (GVariant) value = resolve (reader, node, error);
  g_autoptr (GString) known = g_string_new (NULL);
  const char *text;

  if (value == NULL)
    return FALSE;
  text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "";
  for (const Word *word = words; word->name != NULL; word++)
    {
      if (g_str_equal (word->name, text))
        {
          *found = word->value;
          return TRUE;
        }
      g_string_append_printf (known, "%s%s", known->len ? ", " : "", word->name);
    }
  return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("one of these words is wanted here: %s"), known->str);
}

/* The same for members of a map that may be missing (or the map itself), when the variable stays as it is. */

static gboolean
read_number_of (const Reader *reader, const SxYaml *map, const char *key, double low, double high, double *number, GError **error)
{
  const SxYaml *node = map != NULL ? sx_yaml_find (map, key) : NULL;

  return node == NULL || read_number (reader, node, low, high, number, error);
}

static gboolean
read_count_of (const Reader *reader, const SxYaml *map, const char *key, guint low, guint high, guint *count, GError **error)
{
  const SxYaml *node = map != NULL ? sx_yaml_find (map, key) : NULL;

  return node == NULL || read_count (reader, node, low, high, count, error);
}

static gboolean
read_word_of (const Reader *reader, const SxYaml *map, const char *key, const Word *words, int *found, GError **error)
{
  const SxYaml *node = map != NULL ? sx_yaml_find (map, key) : NULL;

  return node == NULL || read_word (reader, node, words, found, error);
}

static gboolean
check_map (const SxYaml *node, const char *const *known, GError **error)
{
  if (node == NULL)
    return TRUE;
  if (sx_yaml_get_type (node) != SX_YAML_MAP)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a mapping is wanted here"));
  return sx_yaml_check_keys (node, known, error);
}

/* Layers */

static gboolean read_layers (Reader *reader, const SxYaml *list, GError **error);

static gboolean
append_layer (Reader *reader, const SxYaml *place, SxLayer layer, GError **error)
{
  if (reader->layers->len == SX_NETWORK_MAX_LAYERS)
    return sx_yaml_set_error (place, SX_PIPELINE_ERROR_LIMIT, error, _ ("a network has at most %d layers"), SX_NETWORK_MAX_LAYERS);
  g_array_append_val (reader->layers, layer);
  return TRUE;
}

static gboolean
read_repeat (Reader *reader, const SxYaml *item, GError **error)
{
  static const char *const known[] = { "repeat", "layers", NULL };
  const SxYaml            *layers = sx_yaml_find (item, "layers");
  guint                    times;

  if (!sx_yaml_check_keys (item, known, error) || !read_count (reader, sx_yaml_find (item, "repeat"), 0, SX_NETWORK_MAX_LAYERS, &times, error))
    return FALSE;
  if (layers == NULL)
    return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("“repeat” needs “layers” beside it"));
  for (guint i = 0; i < times; i++)
    if (!read_layers (reader, layers, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_layer (Reader *reader, const SxYaml *item, GError **error)
{
  static const char *const known[] = { "scale", "linear", "activation", "dropout", "norm", "residual", "repeat", "layers", NULL };
  SxLayer                  layer = { 0 };
  const SxYaml            *value;
  const char              *key;
  int                      word = 0;

  if (!check_map (item, known, error))
    return FALSE;
  if (sx_yaml_find (item, "repeat") != NULL)
    return read_repeat (reader, item, error);
  if (sx_yaml_get_n_children (item) != 1)
    return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a layer is one key and its value"));
  key = sx_yaml_get_key (item, 0);
  value = sx_yaml_get_child (item, 0);
  if (g_str_equal (key, "residual"))
    return append_layer (reader, item, (SxLayer){ SX_LAYER_RESIDUAL_BEGIN }, error) && read_layers (reader, value, error) &&
           append_layer (reader, item, (SxLayer){ SX_LAYER_RESIDUAL_END }, error);
  if (g_str_equal (key, "scale"))
    {
      layer.kind = SX_LAYER_SCALE;
      return read_number (reader, value, 0.0, 1000.0, &layer.value, error) && append_layer (reader, item, layer, error);
    }
  if (g_str_equal (key, "linear"))
    {
      layer.kind = SX_LAYER_LINEAR;
      return read_count (reader, value, 1, SX_NN_MAX_WIDTH, &layer.width, error) && append_layer (reader, item, layer, error);
    }
  if (g_str_equal (key, "dropout"))
    {
      layer.kind = SX_LAYER_DROPOUT;
      return read_number (reader, value, 0.0, 0.95, &layer.value, error) && (!(layer.value > 0.0) || append_layer (reader, item, layer, error));
    }
  if (g_str_equal (key, "norm"))
    {
      layer.kind = SX_LAYER_NORM;
      return read_word (reader, value, norms, &word, error) && (!word || append_layer (reader, item, layer, error));
    }
  if (g_str_equal (key, "activation"))
    {
      layer.kind = SX_LAYER_ACTIVATION;
      if (!read_word (reader, value, activations, &word, error))
        return FALSE;
      layer.activation = (SxNnActivation)word;
      return append_layer (reader, item, layer, error);
    }
  return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("“layers” stands beside “repeat” only"));
}

static gboolean
read_layers (Reader *reader, const SxYaml *list, GError **error)
{
  if (sx_yaml_get_type (list) != SX_YAML_LIST)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a list of layers is wanted here"));
  if (reader->depth == MAX_NESTING)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_LIMIT, error, _ ("layers are nested more than %d deep"), MAX_NESTING);
  reader->depth++;
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    if (!read_layer (reader, sx_yaml_get_child (list, i), error))
      return FALSE;
  reader->depth--;
  return TRUE;
}

/* The rest */

static gboolean
read_inputs (const Reader *reader, const SxYaml *inputs, SxNetworkSpec *spec, GError **error)
{
  static const char *const known[] = { "numbers", "categories", NULL };
  static const char *const known_numbers[] = { "scaling", "clip", "embedding", "frequencies", "width", "sigma", NULL };
  static const char *const known_categories[] = { "one-hot", "width", NULL };
  const SxYaml            *numbers, *categories;
  int                      scaling = (int)spec->scaling;

  if (inputs == NULL)
    return TRUE;
  if (!check_map (inputs, known, error))
    return FALSE;
  numbers = sx_yaml_find (inputs, "numbers");
  categories = sx_yaml_find (inputs, "categories");
  if (!check_map (numbers, known_numbers, error) || !check_map (categories, known_categories, error) ||
      !read_word_of (reader, numbers, "scaling", scalings, &scaling, error) ||
      !read_number_of (reader, numbers, "clip", 0.0, 1e6, &spec->clip, error) ||
      !read_word_of (reader, numbers, "embedding", embeddings, &spec->is_periodic, error) ||
      !read_count_of (reader, numbers, "frequencies", 1, SX_NN_MAX_FREQUENCIES, &spec->n_frequencies, error) ||
      !read_count_of (reader, numbers, "width", 2, 256, &spec->number_width, error) ||
      !read_number_of (reader, numbers, "sigma", 0.0, 1e4, &spec->sigma, error) ||
      !read_count_of (reader, categories, "one-hot", 0, 1000, &spec->max_one_hot, error) ||
      !read_count_of (reader, categories, "width", 1, 1024, &spec->category_width, error))
    return FALSE;
  spec->scaling = (SxScaling)scaling;
  return TRUE;
}

static gboolean
read_training (const Reader *reader, const SxYaml *training, SxNetworkSpec *spec, GError **error)
{
  static const char *const known[] = { "learning-rate", "schedule", "beta1", "beta2", "weight-decay", "decay-schedule", "dropout-schedule", "label-smoothing", "max-norm", "epochs", "patience", "batch", NULL };
  int                      schedule = (int)spec->schedule, decay = (int)spec->decay_schedule, dropout = (int)spec->dropout_schedule;

  if (!check_map (training, known, error) ||
      !read_number_of (reader, training, "learning-rate", 0.0, 100.0, &spec->learning_rate, error) ||
      !read_word_of (reader, training, "schedule", schedules, &schedule, error) ||
      !read_number_of (reader, training, "beta1", 0.0, 0.9999, &spec->beta1, error) ||
      !read_number_of (reader, training, "beta2", 0.0, 0.99999, &spec->beta2, error) ||
      !read_number_of (reader, training, "weight-decay", 0.0, 100.0, &spec->weight_decay, error) ||
      !read_word_of (reader, training, "decay-schedule", schedules, &decay, error) ||
      !read_word_of (reader, training, "dropout-schedule", schedules, &dropout, error) ||
      !read_number_of (reader, training, "label-smoothing", 0.0, 0.9, &spec->smoothing, error) ||
      !read_number_of (reader, training, "max-norm", 0.0, 1e9, &spec->max_norm, error) ||
      !read_count_of (reader, training, "epochs", 1, SX_NETWORK_MAX_EPOCHS, &spec->epochs, error) ||
      !read_count_of (reader, training, "patience", 1, SX_NETWORK_MAX_EPOCHS, &spec->patience, error) ||
      !read_count_of (reader, training, "batch", 1, 65536, &spec->batch, error))
    return FALSE;
  spec->schedule = (SxSchedule)schedule;
  spec->decay_schedule = (SxSchedule)decay;
  spec->dropout_schedule = (SxSchedule)dropout;
  return TRUE;
}

static SxNetworkSpec *
spec_new (void)
{
  SxNetworkSpec *self = g_new0 (SxNetworkSpec, 1);

  self->scaling = SX_SCALING_ROBUST;
  self->n_frequencies = 16;
  self->number_width = 4;
  self->sigma = 0.1;
  self->max_one_hot = 9;
  self->category_width = 8;
  self->bias_rate = 1.0;
  self->layers = g_array_new (FALSE, TRUE, sizeof (SxLayer));
  self->learning_rate = 1e-3;
  self->beta1 = 0.9;
  self->beta2 = 0.999;
  self->schedule = SX_SCHEDULE_COSINE;
  self->epochs = 100;
  self->patience = 20;
  self->batch = 256;
  return self;
}

void
sx_network_spec_free (SxNetworkSpec *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->layers);
  g_free (self);
}

SxNetworkSpec *
sx_network_spec_read (const SxYaml *network, const SxSpace *space, GVariant *config, GError **error)
{
  static const char *const known[] = { "inputs", "parametrisation", "bias-rate", "layers", "training", NULL };
  g_autoptr (SxNetworkSpec) self = spec_new ();
  Reader        reader = { .space = space, .config = config, .layers = self->layers };
  const SxYaml *layers;

  if (!check_map (network, known, error) ||
      !read_inputs (&reader, sx_yaml_find (network, "inputs"), self, error) ||
      !read_word_of (&reader, network, "parametrisation", parametrisations, &self->is_ntk, error) ||
      !read_number_of (&reader, network, "bias-rate", 0.0, 100.0, &self->bias_rate, error) ||
      !read_training (&reader, sx_yaml_find (network, "training"), self, error))
    return NULL;
  layers = sx_yaml_find (network, "layers");
  if (layers != NULL && !read_layers (&reader, layers, error))
    return NULL;
  return g_steal_pointer (&self);
}

static const char *
get_word (const Word *words, int value)
{
  for (; words->name != NULL; words++)
    if (words->value == value)
      return words->name;
  g_return_val_if_reached (NULL);
}

static void
write_layer (const SxLayer *layer, SxYamlWriter *writer)
{
  if (layer->kind == SX_LAYER_RESIDUAL_END)
    {
      sx_yaml_writer_end_list (writer);
      sx_yaml_writer_end_map (writer);
      return;
    }
  sx_yaml_writer_begin_map (writer, NULL);
  switch (layer->kind)
    {
    case SX_LAYER_SCALE:
      sx_yaml_writer_double (writer, "scale", layer->value);
      break;
    case SX_LAYER_LINEAR:
      sx_yaml_writer_int (writer, "linear", layer->width);
      break;
    case SX_LAYER_ACTIVATION:
      sx_yaml_writer_string (writer, "activation", get_word (activations, (int)layer->activation));
      break;
    case SX_LAYER_DROPOUT:
      sx_yaml_writer_double (writer, "dropout", layer->value);
      break;
    case SX_LAYER_NORM:
      sx_yaml_writer_string (writer, "norm", "layer");
      break;
    case SX_LAYER_RESIDUAL_BEGIN:
      sx_yaml_writer_begin_list (writer, "residual");
      return;
    case SX_LAYER_RESIDUAL_END:
    default:
      g_assert_not_reached ();
    }
  sx_yaml_writer_end_map (writer);
}

void
sx_network_spec_write (const SxNetworkSpec *self, SxYamlWriter *writer)
{
  sx_yaml_writer_begin_map (writer, "network");
  sx_yaml_writer_begin_map (writer, "inputs");
  sx_yaml_writer_begin_map (writer, "numbers");
  sx_yaml_writer_string (writer, "scaling", get_word (scalings, (int)self->scaling));
  sx_yaml_writer_double (writer, "clip", self->clip);
  sx_yaml_writer_string (writer, "embedding", get_word (embeddings, self->is_periodic));
  sx_yaml_writer_int (writer, "frequencies", self->n_frequencies);
  sx_yaml_writer_int (writer, "width", self->number_width);
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_begin_map (writer, "categories");
  sx_yaml_writer_int (writer, "one-hot", self->max_one_hot);
  sx_yaml_writer_int (writer, "width", self->category_width);
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_end_map (writer);
  sx_yaml_writer_string (writer, "parametrisation", get_word (parametrisations, self->is_ntk));
  sx_yaml_writer_begin_list (writer, "layers");
  for (guint i = 0; i < self->layers->len; i++)
    write_layer (&g_array_index (self->layers, SxLayer, i), writer);
  sx_yaml_writer_end_list (writer);
  sx_yaml_writer_end_map (writer);
}

/* Plans */

static void
build_features (const SxNetworkSpec *self, SxNnPlan *plan, const guint *n_categories, guint n_features)
{
  plan->n_frequencies = self->n_frequencies;
  plan->clip = (float)self->clip;
  for (guint i = 0; i < n_features; i++)
    if (n_categories[i] == 0)
      sx_nn_plan_set_feature (plan, i, self->is_periodic ? SX_NN_PERIODIC : SX_NN_NUMBER, 0, self->number_width, (float)self->sigma);
    else if (n_categories[i] <= self->max_one_hot)
      sx_nn_plan_set_feature (plan, i, SX_NN_ONE_HOT, n_categories[i], 0, 0.0f);
    else
      sx_nn_plan_set_feature (plan, i, SX_NN_EMBEDDING, n_categories[i], self->category_width, 1.0f / sqrtf ((float)self->category_width));
}

static void
build_layer (const SxNetworkSpec *self, SxNnPlan *plan, guint index, GArray *residuals)
{
  const SxLayer   *layer = &g_array_index (self->layers, SxLayer, index);
  g_autofree char *name = g_strdup_printf ("layer.%u", index);
  gsize            slot = sx_nn_plan_get_slot (plan);

  switch (layer->kind)
    {
    case SX_LAYER_SCALE:
      sx_nn_plan_add_scale (plan, name, (float)layer->value);
      break;
    case SX_LAYER_LINEAR:
      sx_nn_plan_add_linear (plan, name, layer->width, self->is_ntk, (float)self->bias_rate);
      break;
    case SX_LAYER_ACTIVATION:
      sx_nn_plan_add_activation (plan, layer->activation);
      break;
    case SX_LAYER_DROPOUT:
      sx_nn_plan_add_dropout (plan, (float)layer->value);
      break;
    case SX_LAYER_NORM:
      sx_nn_plan_add_layer_norm (plan, name);
      break;
    case SX_LAYER_RESIDUAL_BEGIN:
      g_array_append_val (residuals, slot);
      break;
    case SX_LAYER_RESIDUAL_END:
      sx_nn_plan_add_residual (plan, g_array_index (residuals, gsize, residuals->len - 1));
      g_array_set_size (residuals, residuals->len - 1);
      break;
    }
}

SxNnPlan *
sx_network_spec_build (const SxNetworkSpec *self, const guint *n_categories, guint n_features, guint n_outputs, GError **error)
{
  g_autoptr (GArray) residuals = g_array_new (FALSE, FALSE, sizeof (gsize));
  SxNnPlan *plan = sx_nn_plan_new (n_features);

  if (plan != NULL)
    {
      build_features (self, plan, n_categories, n_features);
      sx_nn_plan_add_input (plan);
      for (guint i = 0; i < self->layers->len && !plan->failed; i++)
        build_layer (self, plan, i, residuals);
      if (!plan->failed)
        sx_nn_plan_add_linear (plan, "output", n_outputs, self->is_ntk, (float)self->bias_rate);
    }
  if (plan == NULL || plan->failed)
    {
      sx_nn_plan_free (plan);
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SHAPE,
                           _ ("The network cannot be built: it is too large, or a residual connection changes the width. Use fewer features, layers or units."));
      return NULL;
    }
  return plan;
}
