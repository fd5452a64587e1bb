/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A network as parts of a model package: plan.yaml (architecture, features, target) and weights.safetensors (64-bit length, JSON header,
 * floats). Reading trusts nothing: the plan is built from checked numbers, and every block of it must be there with its name, type, shape
 * and size, finite, and nothing else. */

#include "config.h"

#include "sx-network-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define PLAN_PART "plan.yaml"
#define WEIGHTS_PART "weights.safetensors"
#define PLAN_VERSION 1
#define MAX_HEADER_SIZE ((gsize)SX_YAML_MAX_SIZE)
#define MAX_CATEGORIES 100000000

/* Writing */

static void
add_entry (GString *header, const char *name, gsize n_rows, gsize n_columns, gsize *offset)
{
  gsize size = n_rows * n_columns * sizeof (float);

  g_string_append_printf (header,
                          "%s\"%s\": {\"dtype\": \"F32\", \"shape\": [%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT "], \"data_offsets\": [%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT "]}",
                          header->len > 1 ? ", " : "", name, n_rows, n_columns, *offset, *offset + size);
  *offset += size;
}

static void
append_floats (GByteArray *bytes, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (bytes, (const guint8 *)&bits, sizeof bits);
    }
}

static GBytes *
write_weights (const SxNetwork *self)
{
  g_autoptr (GString) header = g_string_new ("{");
  GByteArray *bytes = g_byte_array_new ();
  gsize       offset = 0, n_features = self->base.n_features;
  guint64     size;

  add_entry (header, "numbers.centre", 1, n_features, &offset);
  add_entry (header, "numbers.scale", 1, n_features, &offset);
  for (gsize i = 0; i < self->plan->n_blocks; i++)
    add_entry (header, self->plan->blocks[i].name, self->plan->blocks[i].n_rows, self->plan->blocks[i].n_columns, &offset);
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  size = GUINT64_TO_LE ((guint64)header->len);
  g_byte_array_append (bytes, (const guint8 *)&size, sizeof size);
  g_byte_array_append (bytes, (const guint8 *)header->str, (guint)header->len);
  append_floats (bytes, self->centres, n_features);
  append_floats (bytes, self->scales, n_features);
  for (gsize i = 0; i < self->plan->n_blocks; i++)
    append_floats (bytes, self->parameters + self->plan->blocks[i].offset, self->plan->blocks[i].n_rows * self->plan->blocks[i].n_columns);
  return g_byte_array_free_to_bytes (bytes);
}

static GBytes *
write_plan (const SxNetwork *self)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();
  char         *text;
  gsize         size;

  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "sextant-plan", PLAN_VERSION);
  sx_yaml_writer_int (writer, "iterations", self->base.n_iterations);
  sx_yaml_writer_begin_list (writer, "categories");
  for (guint i = 0; i < self->base.n_features; i++)
    sx_yaml_writer_int (writer, NULL, self->n_categories[i]);
  sx_yaml_writer_end_list (writer);
  if (self->base.task == SX_TASK_REGRESSION)
    {
      sx_yaml_writer_begin_map (writer, "target");
      sx_yaml_writer_double (writer, "mean", self->target_mean);
      sx_yaml_writer_double (writer, "sd", self->target_sd);
      sx_yaml_writer_double (writer, "low", self->target_low);
      sx_yaml_writer_double (writer, "high", self->target_high);
      sx_yaml_writer_end_map (writer);
    }
  sx_network_spec_write (self->spec, writer);
  sx_yaml_writer_end_map (writer);
  text = sx_yaml_writer_finish (writer, &size);
  return g_bytes_new_take (text, size);
}

gboolean
sx_network_save (SxPredictor *predictor, GHashTable *parts, GError **error)
{
  const SxNetwork *self = (SxNetwork *)predictor;

  if (self->plan->n_parameters > (G_MAXUINT / 2) / sizeof (float))
    {
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The network’s weights take more than 2 GB, which a package cannot hold."));
      return FALSE;
    }
  g_hash_table_replace (parts, g_strdup (PLAN_PART), write_plan (self));
  g_hash_table_replace (parts, g_strdup (WEIGHTS_PART), write_weights (self));
  return TRUE;
}

/* Reading */

static gboolean
set_damaged (GError **error, const char *part, const char *detail)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model is damaged: %s: %s"), part, detail);
  return FALSE;
}

static SxYaml *
parse_part (GHashTable *parts, const char *name, GError **error)
{
  GBytes *bytes = g_hash_table_lookup (parts, name);
  g_autoptr (GError) cause = NULL;
  gsize       size;
  const char *text;
  SxYaml     *root;

  if (bytes == NULL)
    {
      set_damaged (error, name, _ ("it is missing"));
      return NULL;
    }
  text = g_bytes_get_data (bytes, &size);
  if (size > SX_YAML_MAX_SIZE)
    {
      set_damaged (error, name, _ ("it is too large"));
      return NULL;
    }
  root = sx_yaml_parse (text ? text : "", (gssize)size, name, &cause);
  if (root == NULL)
    set_damaged (error, name, cause->message);
  return root;
}

static gboolean
read_whole (const SxYaml *node, gint64 high, gint64 *number)
{
  g_autoptr (GVariant) value = NULL;

  if (sx_yaml_get_type (node) != SX_YAML_SCALAR)
    return FALSE;
  value = g_variant_ref_sink (sx_yaml_to_variant (node));
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return FALSE;
  *number = g_variant_get_int64 (value);
  return *number >= 0 && *number <= high;
}

static guint *
read_categories (const SxYaml *root, guint n_features, GError **error)
{
  const SxYaml     *list = sx_yaml_find (root, "categories");
  g_autofree guint *n_categories = NULL;

  if (list == NULL || sx_yaml_get_type (list) != SX_YAML_LIST || sx_yaml_get_n_children (list) != n_features)
    {
      set_damaged (error, PLAN_PART, _ ("its features are not those of the model"));
      return NULL;
    }
  n_categories = g_new0 (guint, n_features);
  for (guint i = 0; i < n_features; i++)
    {
      gint64 number;

      if (!read_whole (sx_yaml_get_child (list, i), MAX_CATEGORIES, &number))
        {
          set_damaged (error, PLAN_PART, _ ("a number of categories is not one"));
          return NULL;
        }
      n_categories[i] = (guint)number;
    }
  return g_steal_pointer (&n_categories);
}

static gboolean
read_target (SxNetwork *self, const SxYaml *root, GError **error)
{
  static const char *const known[] = { "mean", "sd", "low", "high", NULL };
  const SxYaml            *target = sx_yaml_find (root, "target");
  g_autoptr (GError) cause = NULL;

  if (self->base.task != SX_TASK_REGRESSION)
    return target == NULL || set_damaged (error, PLAN_PART, _ ("classes have no target scale"));
  if (target == NULL || sx_yaml_get_type (target) != SX_YAML_MAP)
    return set_damaged (error, PLAN_PART, _ ("the target’s scale is missing"));
  if (!sx_yaml_check_keys (target, known, &cause) ||
      !sx_yaml_read_double (target, "mean", NAN, &self->target_mean, &cause) ||
      !sx_yaml_read_double (target, "sd", NAN, &self->target_sd, &cause) ||
      !sx_yaml_read_double (target, "low", NAN, &self->target_low, &cause) ||
      !sx_yaml_read_double (target, "high", NAN, &self->target_high, &cause))
    return set_damaged (error, PLAN_PART, cause->message);
  if (!isfinite (self->target_mean) || !isfinite (self->target_sd) || !(self->target_sd > 0.0) || !isfinite (self->target_low) || !isfinite (self->target_high) ||
      self->target_low > self->target_high)
    return set_damaged (error, PLAN_PART, _ ("the target’s scale is not finite"));
  return TRUE;
}

static SxNetwork *
read_plan (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error)
{
  static const char *const known[] = { "sextant-plan", "iterations", "categories", "target", "network", NULL };
  g_autoptr (SxYaml) root = parse_part (parts, PLAN_PART, error);
  g_autofree guint *n_categories = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (SxNetwork) self = NULL;
  SxNetworkSpec *spec;
  const SxYaml  *network;
  gint64         version = 0, iterations = 0;

  if (root == NULL)
    return NULL;
  if (sx_yaml_get_type (root) != SX_YAML_MAP || !sx_yaml_check_keys (root, known, &cause) || !sx_yaml_read_int (root, "sextant-plan", 0, &version, &cause) ||
      !sx_yaml_read_int (root, "iterations", 0, &iterations, &cause))
    {
      set_damaged (error, PLAN_PART, cause ? cause->message : _ ("it is not a mapping"));
      return NULL;
    }
  network = sx_yaml_find (root, "network");
  if (version != PLAN_VERSION || network == NULL || iterations < 0 || iterations > G_MAXUINT)
    {
      set_damaged (error, PLAN_PART, _ ("it is not of this version of Sextant"));
      return NULL;
    }
  n_categories = read_categories (root, n_features, error);
  if (n_categories == NULL)
    return NULL;
  spec = sx_network_spec_read (network, NULL, NULL, &cause);
  if (spec == NULL || (self = sx_network_new (spec, task, n_categories, n_features, n_outputs, &cause)) == NULL)
    {
      set_damaged (error, PLAN_PART, cause->message);
      return NULL;
    }
  self->base.n_iterations = (guint)iterations;
  return read_target (self, root, error) ? g_steal_pointer (&self) : NULL;
}

/* A tensor's numbers, if everything about it is as expected. */
static gboolean
read_tensor (const SxYaml *header, const guint8 *data, gsize size, const char *name, gsize n_rows, gsize n_columns, float *values, GError **error)
{
  static const char *const keys[] = { "shape", "data_offsets" };
  const SxYaml            *entry = sx_yaml_find (header, name);
  const SxYaml            *type = entry != NULL && sx_yaml_get_type (entry) == SX_YAML_MAP ? sx_yaml_find (entry, "dtype") : NULL;
  gint64                   pairs[2][2];

  if (type == NULL || sx_yaml_get_type (type) != SX_YAML_SCALAR || g_strcmp0 (sx_yaml_get_text (type), "F32") != 0)
    return set_damaged (error, name, _ ("a tensor of floats is missing"));
  for (guint k = 0; k < 2; k++)
    {
      const SxYaml *pair = sx_yaml_find (entry, keys[k]);

      if (pair == NULL || sx_yaml_get_type (pair) != SX_YAML_LIST || sx_yaml_get_n_children (pair) != 2 ||
          !read_whole (sx_yaml_get_child (pair, 0), G_MAXINT64 / 2, &pairs[k][0]) || !read_whole (sx_yaml_get_child (pair, 1), G_MAXINT64 / 2, &pairs[k][1]))
        return set_damaged (error, name, _ ("its place is not told"));
    }
  if ((guint64)pairs[0][0] != n_rows || (guint64)pairs[0][1] != n_columns)
    return set_damaged (error, name, _ ("its shape is not that of the network"));
  if (pairs[1][0] > pairs[1][1] || (guint64)pairs[1][1] > size || (guint64)(pairs[1][1] - pairs[1][0]) != n_rows * n_columns * sizeof (float))
    return set_damaged (error, name, _ ("its place is outside of the file"));
  for (gsize i = 0; i < n_rows * n_columns; i++)
    {
      guint32 bits;

      memcpy (&bits, data + pairs[1][0] + i * sizeof bits, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy (&values[i], &bits, sizeof bits);
      if (!isfinite (values[i]))
        return set_damaged (error, name, _ ("it holds numbers that are not finite"));
    }
  return TRUE;
}

static gboolean
read_weights (SxNetwork *self, const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (SxYaml) header = NULL;
  g_autoptr (GError) cause = NULL;
  guint64       header_size, n_needed = 2 * (guint64)self->base.n_features;
  const guint8 *data;
  gsize         data_size, n_entries = self->plan->n_blocks + 2;

  if (size < sizeof header_size)
    return set_damaged (error, WEIGHTS_PART, _ ("it is too short"));
  memcpy (&header_size, bytes, sizeof header_size);
  header_size = GUINT64_FROM_LE (header_size);
  if (header_size > size - sizeof header_size || header_size > MAX_HEADER_SIZE)
    return set_damaged (error, WEIGHTS_PART, _ ("its header is longer than the file"));
  data = bytes + sizeof header_size + header_size;
  data_size = size - sizeof header_size - header_size;
  header = sx_yaml_parse ((const char *)bytes + sizeof header_size, (gssize)header_size, WEIGHTS_PART, &cause);
  if (header == NULL || sx_yaml_get_type (header) != SX_YAML_MAP)
    return set_damaged (error, WEIGHTS_PART, cause ? cause->message : _ ("its header is not a mapping"));
  if (sx_yaml_find (header, "__metadata__") != NULL)
    n_entries++;
  if (sx_yaml_get_n_children (header) != n_entries)
    return set_damaged (error, WEIGHTS_PART, _ ("its tensors are not those of the network"));
  for (gsize i = 0; i < self->plan->n_blocks; i++)
    n_needed += (guint64)self->plan->blocks[i].n_rows * self->plan->blocks[i].n_columns;
  if (n_needed > data_size / sizeof (float))
    return set_damaged (error, WEIGHTS_PART, _ ("it is too short"));
  if (!sx_network_allocate (self, error) ||
      !read_tensor (header, data, data_size, "numbers.centre", 1, self->base.n_features, self->centres, error) ||
      !read_tensor (header, data, data_size, "numbers.scale", 1, self->base.n_features, self->scales, error))
    return FALSE;
  for (gsize i = 0; i < self->plan->n_blocks; i++)
    {
      const SxNnBlock *block = &self->plan->blocks[i];
      if (!read_tensor (header, data, data_size, block->name, block->n_rows, block->n_columns, self->parameters + block->offset, error))
        return FALSE;
    }
  return TRUE;
}

SxPredictor *
sx_network_load (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error)
{
  g_autoptr (SxNetwork) self = read_plan (task, n_features, n_outputs, parts, error);
  GBytes       *bytes = g_hash_table_lookup (parts, WEIGHTS_PART);
  const guint8 *data;
  gsize         size;

  if (self == NULL)
    return NULL;
  if (bytes == NULL)
    {
      set_damaged (error, WEIGHTS_PART, _ ("it is missing"));
      return NULL;
    }
  data = g_bytes_get_data (bytes, &size);
  if (!read_weights (self, data, size, error))
    return NULL;
  return &g_steal_pointer (&self)->base;
}
