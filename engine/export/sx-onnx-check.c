/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Runs a graph, node by node, on rows of a table, and compares what it gives. */

#include "config.h"

#include "sx-onnx-check.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
fill_texts (SxOnnxTensor *tensor, const SxColumn *column)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      gsize       size = 0;
      const char *text = sx_column_is_missing (column, row) ? "" : sx_column_get_text (column, row, &size);

      tensor->texts[row] = g_strndup (text, size);
    }
}

/* The columns as the graph's inputs want them; FALSE when one is of another kind. */
static gboolean
feed_inputs (GHashTable *values, const SxOnnxGraph *graph, SxFrame *inputs)
{
  const gint64   dims[] = { (gint64)sx_frame_get_n_rows (inputs), 1 };
  GHashTableIter iter;
  gpointer       name, type;

  g_hash_table_iter_init (&iter, graph->inputs);
  while (g_hash_table_iter_next (&iter, &name, &type))
    {
      int index = sx_schema_find (sx_frame_get_schema (inputs), name);
      g_autoptr (SxColumn) column = index >= 0 ? sx_frame_concat_column (inputs, (guint)index) : NULL;
      SxOnnxTensor *tensor;

      if (column == NULL || (GPOINTER_TO_UINT (type) == SX_ONNX_STRING ? sx_type_is_numeric (column->type) : GPOINTER_TO_UINT (type) != SX_ONNX_DOUBLE || !sx_type_is_numeric (column->type)))
        return FALSE;
      tensor = sx_onnx_tensor_new (GPOINTER_TO_UINT (type), dims, 2);
      if (tensor->texts != NULL)
        fill_texts (tensor, column);
      else
        sx_column_to_doubles (column, tensor->v);
      g_hash_table_insert (values, g_strdup (name), tensor);
    }
  return TRUE;
}

static gboolean
run_node (GHashTable *values, const SxOnnxGraph *graph, const SxOnnxNode *node, GError **error)
{
  g_autofree SxOnnxTensor **inputs = g_new0 (SxOnnxTensor *, node->inputs->len + 1);
  SxOnnxTensor             *output;

  for (guint i = 0; i < node->inputs->len; i++)
    {
      const char *name = node->inputs->pdata[i];

      inputs[i] = g_hash_table_lookup (values, name);
      if (inputs[i] == NULL)
        inputs[i] = g_hash_table_lookup (graph->initializers, name);
      if (inputs[i] == NULL && *name != '\0')
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The ONNX graph reads “%s” before it is there"), name);
          return FALSE;
        }
    }
  output = sx_onnx_run_node (node, inputs, node->inputs->len, error);
  if (output == NULL)
    return FALSE;
  g_hash_table_insert (values, g_strdup (node->outputs->pdata[0]), output);
  return TRUE;
}

SxOnnxTensor **
sx_onnx_evaluate (GBytes *bytes, SxFrame *inputs, const char *const *names, GError **error)
{
  g_autoptr (SxOnnxGraph) graph = sx_onnx_graph_read (bytes, error);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sx_onnx_tensor_free);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_onnx_tensor_free);

  if (graph == NULL)
    return NULL;
  if (!feed_inputs (values, graph, inputs))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, "%s", _ ("The inputs of the ONNX graph are not the columns of the model"));
      return NULL;
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    if (!run_node (values, graph, graph->nodes->pdata[i], error))
      return NULL;
  for (guint i = 0; names[i] != NULL; i++)
    {
      gpointer key, tensor;

      if (!g_hash_table_steal_extended (values, names[i], &key, &tensor))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The ONNX graph does not give “%s”"), names[i]);
          return NULL;
        }
      g_free (key);
      g_ptr_array_add (found, tensor);
    }
  g_ptr_array_add (found, NULL);
  return (SxOnnxTensor **)g_ptr_array_free (g_steal_pointer (&found), FALSE);
}

static gboolean
compare (const SxOnnxTensor *tensor, const float *p, gsize n_outputs, double tolerance, GError **error)
{
  for (gsize row = 0; row < tensor->n / n_outputs; row++)
    {
      const double *now = tensor->v + row * n_outputs;
      double        scale = 1;

      for (gsize k = 0; k < n_outputs; k++)
        scale = MAX (scale, fabs ((double)p[row * n_outputs + k]));
      for (gsize k = 0; k < n_outputs; k++)
        {
          double wanted = (double)p[row * n_outputs + k];

          if ((isnan (now[k]) && isnan (wanted)) || fabs (now[k] - wanted) <= tolerance * scale)
            continue;
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The ONNX file would predict %g for golden row %" G_GSIZE_FORMAT ", where the model predicts %g. It was not written. Please report this, with the model."), now[k], row + 1, wanted);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
sx_onnx_check (GBytes *bytes, SxFrame *inputs, const char *output, const float *p, gsize n_outputs, double tolerance, GError **error)
{
  const char    *names[] = { output, NULL };
  SxOnnxTensor **tensors = sx_onnx_evaluate (bytes, inputs, names, error);
  gboolean       ok = FALSE;

  if (tensors == NULL)
    return FALSE;
  if (tensors[0]->v == NULL || tensors[0]->n != sx_frame_get_n_rows (inputs) * n_outputs)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The ONNX graph gives “%s” in another shape than the model"), output);
  else
    ok = compare (tensors[0], p, n_outputs, tolerance, error);
  sx_onnx_tensor_free (tensors[0]);
  g_free (tensors);
  return ok;
}
