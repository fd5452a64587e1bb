/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A forest that predicts without the library that trained it: the same walk serves predict, the package and ONNX. Margins are summed in double
 * in the order of the trees, so that a row's prediction depends on nothing but the row.
 *
 * trees.bin, all numbers little-endian: "SXFOREST", u32 version, u32 features, u32 margins, u32 trees, u32 nodes; f32 base margins; u32 starts
 * (trees + 1); then a node each: i32 feature, f32 value, u32 left, u32 right, u32 missing goes left. */

#include "config.h"

#include "sx-forest.h"

#include "export/sx-onnx.h"
#include "sx-trees.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#define PART "trees.bin"
#define MAGIC "SXFOREST"
#define VERSION 1u
#define HEADER_SIZE (8 + 5 * 4)

static SxForest *
forest_new (SxTask task, guint n_features, guint n_outputs)
{
  SxForest *self = g_new0 (SxForest, 1);

  self->base.family = &sx_family_trees;
  g_atomic_ref_count_init (&self->base.ref_count);
  self->base.task = task;
  self->base.n_features = n_features;
  self->base.n_outputs = n_outputs;
  self->n_margins = task == SX_TASK_MULTICLASS ? n_outputs : 1;
  return self;
}

void
sx_forest_free (SxPredictor *predictor)
{
  SxForest *self = (SxForest *)predictor;

  g_free (self->base_margins);
  g_free (self->starts);
  g_free (self->nodes);
  g_free (self);
}

/* ---- from libxgboost ---- */

/* The arrays of one tree. */
typedef struct
{
  yajl_val left, right, feature, value, missing_left;
  gsize    n;
} Source;

static gboolean
fail_json (GError **error)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The trained trees are not in the form that libxgboost 1.7 writes."));
  return FALSE;
}

static yajl_val
get_array (yajl_val tree, const char *name, gsize *n)
{
  yajl_val array = yajl_tree_get (tree, (const char *[]){ name, NULL }, yajl_t_array);

  if (array == NULL || (*n != G_MAXSIZE && array->u.array.len != *n))
    return NULL;
  *n = array->u.array.len;
  return array;
}

static double
get_number (yajl_val array, gsize at)
{
  yajl_val value = array->u.array.values[at];

  if (YAJL_IS_TRUE (value) || YAJL_IS_FALSE (value))
    return YAJL_IS_TRUE (value);
  if (!YAJL_IS_NUMBER (value))
    return NAN;
  return YAJL_IS_INTEGER (value) ? (double)YAJL_GET_INTEGER (value) : g_ascii_strtod (YAJL_GET_NUMBER (value), NULL);
}

static gboolean
read_source (Source *self, yajl_val tree)
{
  self->n = G_MAXSIZE;
  self->left = get_array (tree, "left_children", &self->n);
  if (self->left == NULL)
    return FALSE;
  self->right = get_array (tree, "right_children", &self->n);
  self->feature = get_array (tree, "split_indices", &self->n);
  self->value = get_array (tree, "split_conditions", &self->n);
  self->missing_left = get_array (tree, "default_left", &self->n);
  return self->right != NULL && self->feature != NULL && self->value != NULL && self->missing_left != NULL && self->n > 0;
}

/* Copies node @at and what is below it, parents first; returns its index from the tree's start, or G_MAXUINT32. */
static guint32
copy_node (const Source *source, gsize at, guint n_features, GArray *nodes, guint start, guint depth)
{
  double     left = get_number (source->left, at), right = get_number (source->right, at);
  SxTreeNode node = { -1, (float)get_number (source->value, at), 0, 0, 0 };
  guint32    index = nodes->len - start;

  g_array_append_val (nodes, node);
  if (left < 0)
    return index;
  node.feature = (gint32)get_number (source->feature, at);
  node.missing_left = get_number (source->missing_left, at) != 0;
  if (!(left < (double)source->n && right >= 0 && right < (double)source->n) || node.feature < 0 || node.feature >= (gint32)n_features || depth > 4096)
    return G_MAXUINT32;
  node.left = copy_node (source, (gsize)left, n_features, nodes, start, depth + 1);
  node.right = node.left != G_MAXUINT32 ? copy_node (source, (gsize)right, n_features, nodes, start, depth + 1) : G_MAXUINT32;
  g_array_index (nodes, SxTreeNode, start + index) = node;
  return node.right != G_MAXUINT32 ? index : G_MAXUINT32;
}

static gboolean
copy_trees (SxForest *self, yajl_val trees, guint n_trees, GError **error)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (SxTreeNode));

  self->starts = g_new0 (guint32, n_trees + 1);
  for (guint i = 0; i < n_trees; i++)
    {
      Source source;

      if (!read_source (&source, trees->u.array.values[i]) || copy_node (&source, 0, self->base.n_features, nodes, self->starts[i], 0) == G_MAXUINT32)
        return fail_json (error);
      self->starts[i + 1] = nodes->len;
    }
  self->n_trees = n_trees;
  self->nodes = (SxTreeNode *)(gpointer)g_array_steal (nodes, NULL);
  return TRUE;
}

SxForest *
sx_forest_new_from_xgboost (const char *json, SxTask task, guint n_features, guint n_outputs, const float *base_margins, guint n_rounds, GError **error)
{
  char      message[128] = "";
  yajl_val  root = yajl_tree_parse (json, message, sizeof message);
  yajl_val  trees = root != NULL ? yajl_tree_get (root, (const char *[]){ "learner", "gradient_booster", "model", "trees", NULL }, yajl_t_array) : NULL;
  SxForest *self = forest_new (task, n_features, n_outputs);
  gboolean  ok = trees != NULL && trees->u.array.len >= (gsize)n_rounds * self->n_margins;

  self->base_margins = g_memdup2 (base_margins, self->n_margins * sizeof (float));
  self->base.n_iterations = n_rounds;
  if (!ok)
    fail_json (error);
  else
    ok = copy_trees (self, trees, n_rounds * self->n_margins, error);
  yajl_tree_free (root);
  if (!ok)
    {
      sx_forest_free (&self->base);
      return NULL;
    }
  return self;
}

/* ---- predicting ---- */

static inline float
walk (const SxTreeNode *nodes, const float *x)
{
  const SxTreeNode *node = nodes;

  while (node->feature >= 0)
    {
      float    value = x[node->feature];
      gboolean goes_left = isnan (value) ? node->missing_left != 0 : value < node->value;

      node = nodes + (goes_left ? node->left : node->right);
    }
  return node->value;
}

static void
finish_row (const SxForest *self, const double *margins, float *out)
{
  double most = margins[0], sum = 0;

  switch (self->base.task)
    {
    case SX_TASK_BINARY:
      out[1] = (float)(1 / (1 + exp (-margins[0])));
      out[0] = 1 - out[1];
      break;
    case SX_TASK_MULTICLASS:
      for (guint i = 1; i < self->n_margins; i++)
        most = MAX (most, margins[i]);
      for (guint i = 0; i < self->n_margins; i++)
        sum += exp (margins[i] - most);
      for (guint i = 0; i < self->n_margins; i++)
        out[i] = (float)(exp (margins[i] - most) / sum);
      break;
    case SX_TASK_REGRESSION:
    default:
      out[0] = (float)margins[0];
      break;
    }
}

typedef struct
{
  const SxForest *forest;
  const float    *x;
  float          *out;
  gsize           first, end;
} Part;

static gpointer
predict_part (gpointer data)
{
  const Part        *part = data;
  const SxForest    *self = part->forest;
  g_autofree double *margins = g_new (double, self->n_margins);

  for (gsize row = part->first; row < part->end; row++)
    {
      const float *x = part->x + row * self->base.n_features;

      for (guint i = 0; i < self->n_margins; i++)
        margins[i] = (double)self->base_margins[i];
      for (guint i = 0; i < self->n_trees; i++)
        margins[i % self->n_margins] += (double)walk (self->nodes + self->starts[i], x);
      finish_row (self, margins, part->out + row * self->base.n_outputs);
    }
  return NULL;
}

/* Fewer rows than this are not worth a thread. */
#define MIN_PART_ROWS 2048

gboolean
sx_forest_predict (SxPredictor *predictor, const float *x, gsize n_rows, guint n_threads, float *out, GError **error)
{
  guint                n_parts = (guint)CLAMP (n_rows / MIN_PART_ROWS, 1, MAX (n_threads, 1));
  g_autofree Part     *parts = g_new0 (Part, n_parts);
  g_autofree GThread **threads = g_new0 (GThread *, n_parts);

  for (guint i = 0; i < n_parts; i++)
    {
      parts[i] = (Part){ (SxForest *)predictor, x, out, n_rows * i / n_parts, n_rows * (i + 1) / n_parts };
      if (i > 0)
        threads[i] = g_thread_new ("sx-trees", predict_part, &parts[i]);
    }
  predict_part (&parts[0]);
  for (guint i = 1; i < n_parts; i++)
    g_thread_join (threads[i]);
  return TRUE;
}

/* ---- the package ---- */

static void
put_u32 (GByteArray *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *)&value, sizeof value);
}

static void
put_float (GByteArray *bytes, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u32 (bytes, bits);
}

gboolean
sx_forest_save (SxPredictor *predictor, GHashTable *parts, GError **error)
{
  const SxForest *self = (SxForest *)predictor;
  GByteArray     *bytes = g_byte_array_new ();
  guint32         n_nodes = self->starts[self->n_trees];

  g_byte_array_append (bytes, (const guint8 *)MAGIC, 8);
  put_u32 (bytes, VERSION);
  put_u32 (bytes, self->base.n_features);
  put_u32 (bytes, self->n_margins);
  put_u32 (bytes, self->n_trees);
  put_u32 (bytes, n_nodes);
  for (guint i = 0; i < self->n_margins; i++)
    put_float (bytes, self->base_margins[i]);
  for (guint i = 0; i <= self->n_trees; i++)
    put_u32 (bytes, self->starts[i]);
  for (guint32 i = 0; i < n_nodes; i++)
    {
      put_u32 (bytes, (guint32)self->nodes[i].feature);
      put_float (bytes, self->nodes[i].value);
      put_u32 (bytes, self->nodes[i].left);
      put_u32 (bytes, self->nodes[i].right);
      put_u32 (bytes, self->nodes[i].missing_left);
    }
  g_hash_table_insert (parts, g_strdup (PART), g_byte_array_free_to_bytes (bytes));
  return TRUE;
}

static guint32
take_u32 (const guint8 **at)
{
  guint32 value;

  memcpy (&value, *at, sizeof value);
  *at += sizeof value;
  return GUINT32_FROM_LE (value);
}

static float
take_float (const guint8 **at)
{
  guint32 bits = take_u32 (at);
  float   value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static gboolean
fail_part (GError **error, const char *what)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model’s part “%s” is damaged: %s."), PART, what);
  return FALSE;
}

/* Children behind their parent and within the tree, features that exist, numbers that are numbers. */
static gboolean
check_nodes (const SxForest *self, GError **error)
{
  if (self->starts[0] != 0)
    return fail_part (error, _ ("the first tree does not begin at the first node"));
  for (guint tree = 0; tree < self->n_trees; tree++)
    {
      guint32 n = self->starts[tree + 1] - self->starts[tree];

      if (self->starts[tree + 1] <= self->starts[tree])
        return fail_part (error, _ ("a tree is empty"));
      for (guint32 i = 0; i < n; i++)
        {
          const SxTreeNode *node = &self->nodes[self->starts[tree] + i];

          if (isnan (node->value) || (node->feature < 0 && !isfinite (node->value)))
            return fail_part (error, _ ("a value is not a number"));
          if (node->feature >= 0 && (node->feature >= (gint32)self->base.n_features || node->left <= i || node->right <= i || node->left >= n || node->right >= n))
            return fail_part (error, _ ("a node leads astray"));
        }
    }
  return TRUE;
}

static gboolean
read_part (SxForest *self, const guint8 *data, gsize size, GError **error)
{
  const guint8 *at = data + 8;
  guint32       version, n_features, n_margins, n_nodes;
  gsize         expected;

  if (size < HEADER_SIZE || memcmp (data, MAGIC, 8) != 0)
    return fail_part (error, _ ("it does not begin as it should"));
  version = take_u32 (&at);
  n_features = take_u32 (&at);
  n_margins = take_u32 (&at);
  self->n_trees = take_u32 (&at);
  n_nodes = take_u32 (&at);
  if (version != VERSION)
    return fail_part (error, _ ("it is of a newer version"));
  if (n_features != self->base.n_features || n_margins != self->n_margins || n_nodes > SX_FOREST_MAX_NODES || self->n_trees > n_nodes || self->n_trees % n_margins != 0)
    return fail_part (error, _ ("its sizes do not fit the model"));
  expected = HEADER_SIZE + (gsize)n_margins * 4 + ((gsize)self->n_trees + 1) * 4 + (gsize)n_nodes * 20;
  if (size != expected)
    return fail_part (error, _ ("it has the wrong length"));
  self->base_margins = g_new (float, n_margins);
  for (guint i = 0; i < n_margins; i++)
    if (!isfinite (self->base_margins[i] = take_float (&at)))
      return fail_part (error, _ ("a value is not a number"));
  self->starts = g_new (guint32, (gsize)self->n_trees + 1);
  for (guint i = 0; i <= self->n_trees; i++)
    if ((self->starts[i] = take_u32 (&at)) > n_nodes)
      return fail_part (error, _ ("a node leads astray"));
  if (self->starts[self->n_trees] != n_nodes)
    return fail_part (error, _ ("its sizes do not fit the model"));
  self->nodes = g_new (SxTreeNode, MAX (n_nodes, 1));
  for (guint32 i = 0; i < n_nodes; i++)
    {
      SxTreeNode *node = &self->nodes[i];

      node->feature = (gint32)take_u32 (&at);
      node->value = take_float (&at);
      node->left = take_u32 (&at);
      node->right = take_u32 (&at);
      node->missing_left = take_u32 (&at);
    }
  return check_nodes (self, error);
}

SxPredictor *
sx_forest_load (SxTask task, guint n_features, guint n_outputs, GHashTable *parts, GError **error)
{
  GBytes       *part = g_hash_table_lookup (parts, PART);
  SxForest     *self;
  gsize         size;
  const guint8 *data;

  if (part == NULL)
    {
      fail_part (error, _ ("it is missing"));
      return NULL;
    }
  if (n_outputs < 1 || n_outputs > SX_FOREST_MAX_MARGINS || (task == SX_TASK_BINARY && n_outputs != 2) || (task == SX_TASK_REGRESSION && n_outputs != 1))
    {
      fail_part (error, _ ("its sizes do not fit the model"));
      return NULL;
    }
  self = forest_new (task, n_features, n_outputs);
  data = g_bytes_get_data (part, &size);
  if (!read_part (self, data, size, error))
    {
      sx_forest_free (&self->base);
      return NULL;
    }
  self->base.n_iterations = self->n_trees / self->n_margins;
  return &self->base;
}

/* ---- ONNX ---- */

/* The attributes of TreeEnsembleRegressor (ai.onnx.ml 3), an entry a node or a leaf. */
typedef struct
{
  GArray    *tree_ids, *node_ids, *features, *left, *right, *missing; /* of gint64 */
  GArray    *values;                                                  /* of float */
  GPtrArray *modes;
  GArray    *leaf_trees, *leaf_nodes, *leaf_targets; /* of gint64 */
  GArray    *leaf_weights;                           /* of float */
} Ensemble;

static void
append_int (GArray *array, gint64 value)
{
  g_array_append_val (array, value);
}

static void
append_float (GArray *array, float value)
{
  g_array_append_val (array, value);
}

static void
add_tree (Ensemble *ensemble, const SxForest *self, guint tree)
{
  for (guint32 i = 0; i < self->starts[tree + 1] - self->starts[tree]; i++)
    {
      const SxTreeNode *node = &self->nodes[self->starts[tree] + i];
      gboolean          is_leaf = node->feature < 0;

      append_int (ensemble->tree_ids, tree);
      append_int (ensemble->node_ids, i);
      append_int (ensemble->features, is_leaf ? 0 : node->feature);
      append_int (ensemble->left, node->left);
      append_int (ensemble->right, node->right);
      append_int (ensemble->missing, node->missing_left != 0);
      append_float (ensemble->values, is_leaf ? 0 : node->value);
      g_ptr_array_add (ensemble->modes, (gpointer)(is_leaf ? "LEAF" : "BRANCH_LT"));
      if (!is_leaf)
        continue;
      append_int (ensemble->leaf_trees, tree);
      append_int (ensemble->leaf_nodes, i);
      append_int (ensemble->leaf_targets, tree % self->n_margins);
      append_float (ensemble->leaf_weights, node->value);
    }
}

static void
set_ints (SxOnnx *onnx, const char *name, GArray *values)
{
  sx_onnx_set_ints (onnx, name, (const gint64 *)(gpointer)values->data, values->len);
}

static void
set_floats (SxOnnx *onnx, const char *name, GArray *values)
{
  sx_onnx_set_floats (onnx, name, (const float *)(gpointer)values->data, values->len);
}

static char *
add_ensemble (const SxForest *self, SxOnnx *onnx, const char *input)
{
  GArray **arrays[10];
  Ensemble ensemble = { .modes = g_ptr_array_new () };
  char    *output;

  arrays[0] = &ensemble.tree_ids;
  arrays[1] = &ensemble.node_ids;
  arrays[2] = &ensemble.features;
  arrays[3] = &ensemble.left;
  arrays[4] = &ensemble.right;
  arrays[5] = &ensemble.missing;
  arrays[6] = &ensemble.leaf_trees;
  arrays[7] = &ensemble.leaf_nodes;
  arrays[8] = &ensemble.leaf_targets;
  for (guint i = 0; i < 9; i++)
    *arrays[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
  ensemble.values = g_array_new (FALSE, FALSE, sizeof (float));
  ensemble.leaf_weights = g_array_new (FALSE, FALSE, sizeof (float));
  for (guint i = 0; i < self->n_trees; i++)
    add_tree (&ensemble, self, i);

  output = g_strdup (sx_onnx_add_node (onnx, "ai.onnx.ml", "TreeEnsembleRegressor", (const char *[]){ input, NULL }, 1));
  sx_onnx_set_int (onnx, "n_targets", self->n_margins);
  sx_onnx_set_string (onnx, "aggregate_function", "SUM");
  sx_onnx_set_string (onnx, "post_transform", "NONE");
  sx_onnx_set_floats (onnx, "base_values", self->base_margins, self->n_margins);
  set_ints (onnx, "nodes_treeids", ensemble.tree_ids);
  set_ints (onnx, "nodes_nodeids", ensemble.node_ids);
  set_ints (onnx, "nodes_featureids", ensemble.features);
  set_ints (onnx, "nodes_truenodeids", ensemble.left);
  set_ints (onnx, "nodes_falsenodeids", ensemble.right);
  set_ints (onnx, "nodes_missing_value_tracks_true", ensemble.missing);
  set_floats (onnx, "nodes_values", ensemble.values);
  sx_onnx_set_strings (onnx, "nodes_modes", (const char *const *)ensemble.modes->pdata, ensemble.modes->len);
  set_ints (onnx, "target_treeids", ensemble.leaf_trees);
  set_ints (onnx, "target_nodeids", ensemble.leaf_nodes);
  set_ints (onnx, "target_ids", ensemble.leaf_targets);
  set_floats (onnx, "target_weights", ensemble.leaf_weights);
  for (guint i = 0; i < 9; i++)
    g_array_unref (*arrays[i]);
  g_array_unref (ensemble.values);
  g_array_unref (ensemble.leaf_weights);
  g_ptr_array_unref (ensemble.modes);
  return output;
}

char *
sx_forest_to_onnx (SxPredictor *predictor, SxOnnx *onnx, const char *input, GError **error)
{
  const SxForest  *self = (SxForest *)predictor;
  g_autofree char *margins = add_ensemble (self, onnx, input);
  g_autofree char *one = NULL, *p = NULL, *q = NULL, *output = NULL;
  float            value = 1;
  gint64           dims[] = { 1, 1 };

  if (self->base.task == SX_TASK_REGRESSION)
    return g_steal_pointer (&margins);
  if (self->base.task == SX_TASK_MULTICLASS)
    {
      output = g_strdup (sx_onnx_add_node (onnx, "", "Softmax", (const char *[]){ margins, NULL }, 1));
      sx_onnx_set_int (onnx, "axis", 1);
      return g_steal_pointer (&output);
    }
  p = g_strdup (sx_onnx_add_node (onnx, "", "Sigmoid", (const char *[]){ margins, NULL }, 1));
  one = g_strdup (sx_onnx_add_floats (onnx, "one", &value, dims, 2));
  q = g_strdup (sx_onnx_add_node (onnx, "", "Sub", (const char *[]){ one, p, NULL }, 1));
  output = g_strdup (sx_onnx_add_node (onnx, "", "Concat", (const char *[]){ q, p, NULL }, 1));
  sx_onnx_set_int (onnx, "axis", 1);
  return g_steal_pointer (&output);
}
