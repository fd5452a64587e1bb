/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The two operations of ai.onnx.ml that we write. */

#include "config.h"

#include "sx-onnx-ops-private.h"

#include <math.h>

SxOnnxTensor *
sx_onnx_run_label_encoder (SxOnnxCall *call)
{
  GHashTable            *attributes = call->node->attributes;
  const SxOnnxAttribute *keys = g_hash_table_lookup (attributes, "keys_strings"), *numbers = g_hash_table_lookup (attributes, "keys_int64s");
  const SxOnnxAttribute *codes = g_hash_table_lookup (attributes, "values_int64s"), *texts = g_hash_table_lookup (attributes, "values_strings");
  const SxOnnxAttribute *default_text = g_hash_table_lookup (attributes, "default_string");
  gsize                  n_keys = keys ? keys->strings->len : numbers ? numbers->ints->len
                                                                      : 0;
  const SxOnnxTensor    *in = call->in[0];
  SxOnnxTensor          *out;

  if (call->n != 1 || (codes ? codes->ints->len : texts ? texts->strings->len
                                                        : G_MAXUINT) != n_keys ||
      (in->texts != NULL) != (keys != NULL))
    return sx_onnx_fail (call, "attributes");
  out = sx_onnx_tensor_new (codes ? SX_ONNX_INT64 : SX_ONNX_STRING, in->dims, in->n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      gsize key = 0;

      while (key < n_keys && !(keys ? g_str_equal (keys->strings->pdata[key], in->texts[i]) : (gint64)in->v[i] == g_array_index (numbers->ints, gint64, key)))
        key++;
      if (codes != NULL)
        out->v[i] = (double)(key < n_keys ? g_array_index (codes->ints, gint64, key) : sx_onnx_get_int (call, "default_int64", -1));
      else
        out->texts[i] = g_strdup (key < n_keys ? texts->strings->pdata[key] : default_text ? default_text->s
                                                                                           : "_Unused");
    }
  return out;
}

/* Attributes of a tree ensemble, by their names less “nodes_” or “target_”. */
typedef struct
{
  GArray     *trees, *ids, *features, *yes, *no, *missing, *values;
  GPtrArray  *modes;
  GArray     *leaf_trees, *leaf_ids, *leaf_targets, *leaf_weights;
  GHashTable *places; /* tree << 32 | id → index + 1 */
} Ensemble;

static GArray *
get_list (const SxOnnxCall *call, const char *name, gboolean is_float)
{
  const SxOnnxAttribute *attribute = g_hash_table_lookup (call->node->attributes, name);

  return attribute == NULL ? NULL : is_float ? attribute->floats
                                             : attribute->ints;
}

static gpointer
place_of (gint64 tree, gint64 id)
{
  return GSIZE_TO_POINTER (((gsize)tree << 32) | (gsize)id);
}

static gboolean
read_ensemble (const SxOnnxCall *call, Ensemble *self)
{
  const SxOnnxAttribute *modes = g_hash_table_lookup (call->node->attributes, "nodes_modes");
  GArray               **lists[] = { &self->trees, &self->ids, &self->features, &self->yes, &self->no, &self->missing, &self->leaf_trees, &self->leaf_ids, &self->leaf_targets };
  const char            *names[] = { "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true", "target_treeids", "target_nodeids", "target_ids" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if ((*lists[i] = get_list (call, names[i], FALSE)) == NULL || (*lists[i])->len != (i < 6 ? self->trees : self->leaf_trees)->len)
      return FALSE;
  self->values = get_list (call, "nodes_values", TRUE);
  self->leaf_weights = get_list (call, "target_weights", TRUE);
  self->modes = modes ? modes->strings : NULL;
  return self->values && self->leaf_weights && self->modes && self->values->len == self->trees->len && self->modes->len == self->trees->len && self->leaf_weights->len == self->leaf_trees->len;
}

/* Adds what the leaves give to @out, one target each. A row goes to the true node where its feature is below the value, or missing and missing tracks true. */
static gboolean
walk_tree (const Ensemble *self, gsize root, const double *x, gsize n_features, double *out, gsize n_targets, GHashTable *leaves)
{
  gsize at = root;

  for (gsize steps = 0; steps <= self->trees->len; steps++)
    {
      gint64   feature = g_array_index (self->features, gint64, at), tree = g_array_index (self->trees, gint64, at);
      gboolean goes;
      gsize    next;

      if (g_str_equal (self->modes->pdata[at], "LEAF"))
        {
          gsize  leaf = GPOINTER_TO_SIZE (g_hash_table_lookup (leaves, place_of (tree, g_array_index (self->ids, gint64, at))));
          gint64 target = leaf > 0 ? g_array_index (self->leaf_targets, gint64, leaf - 1) : -1;

          if (target < 0 || (gsize)target >= n_targets)
            return FALSE;
          out[target] += (double)g_array_index (self->leaf_weights, float, leaf - 1);
          return TRUE;
        }
      if (!g_str_equal (self->modes->pdata[at], "BRANCH_LT") || feature < 0 || (gsize)feature >= n_features)
        return FALSE;
      goes = isnan (x[feature]) ? g_array_index (self->missing, gint64, at) != 0 : x[feature] < (double)g_array_index (self->values, float, at);
      next = GPOINTER_TO_SIZE (g_hash_table_lookup (self->places, place_of (tree, g_array_index (goes ? self->yes : self->no, gint64, at))));
      if (next == 0)
        return FALSE;
      at = next - 1;
    }
  return FALSE;
}

SxOnnxTensor *
sx_onnx_run_trees (SxOnnxCall *call)
{
  Ensemble      self = { 0 };
  GArray       *base = get_list (call, "base_values", TRUE);
  gsize         n_targets = (gsize)sx_onnx_get_int (call, "n_targets", 1);
  gint64        dims[] = { 0, 0 };
  SxOnnxTensor *out;
  gboolean      ok = TRUE;
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) leaves = g_hash_table_new (NULL, NULL);

  if (call->n != 1 || call->in[0]->n_dims != 2 || !read_ensemble (call, &self) || base == NULL || base->len != n_targets)
    return sx_onnx_fail (call, "attributes");
  self.places = places;
  for (gsize i = 0; i < self.trees->len; i++)
    g_hash_table_insert (places, place_of (g_array_index (self.trees, gint64, i), g_array_index (self.ids, gint64, i)), GSIZE_TO_POINTER (i + 1));
  for (gsize i = 0; i < self.leaf_trees->len; i++)
    g_hash_table_insert (leaves, place_of (g_array_index (self.leaf_trees, gint64, i), g_array_index (self.leaf_ids, gint64, i)), GSIZE_TO_POINTER (i + 1));
  dims[0] = call->in[0]->dims[0];
  dims[1] = (gint64)n_targets;
  out = sx_onnx_tensor_new (SX_ONNX_FLOAT, dims, 2);
  for (gsize row = 0; row < (gsize)dims[0]; row++)
    {
      for (gsize k = 0; k < n_targets; k++)
        out->v[row * n_targets + k] = (double)g_array_index (base, float, k);
      /* A tree's root is the first of its nodes. */
      for (gsize i = 0; ok && i < self.trees->len; i++)
        if (i == 0 || g_array_index (self.trees, gint64, i) != g_array_index (self.trees, gint64, i - 1))
          ok = walk_tree (&self, i, call->in[0]->v + row * (gsize)call->in[0]->dims[1], (gsize)call->in[0]->dims[1], out->v + row * n_targets, n_targets, leaves);
    }
  if (ok)
    return out;
  sx_onnx_tensor_free (out);
  return sx_onnx_fail (call, "nodes");
}
