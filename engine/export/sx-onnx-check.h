/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-pipeline.h>

#include "sx-onnx.h"

G_BEGIN_DECLS

/* What an ONNX file says, computed: a small evaluator of the operations that we write, to prove a file before it is given away. It starts from the
 * bytes and shares nothing with the writer but the numbers of the types. */

#define SX_ONNX_MAX_DIMS 4

typedef struct
{
  SxOnnxType type;
  guint      n_dims;
  gint64     dims[SX_ONNX_MAX_DIMS];
  gsize      n;     /* elements */
  double    *v;     /* n numbers of any type; floats are rounded to float */
  char     **texts; /* strings: n */
} SxOnnxTensor;

SxOnnxTensor *sx_onnx_tensor_new (SxOnnxType type, const gint64 *dims, guint n_dims) G_GNUC_WARN_UNUSED_RESULT;
void          sx_onnx_tensor_free (SxOnnxTensor *self);

typedef struct
{
  gint64     i;
  float      f;
  char      *s;
  GArray    *ints;    /* of gint64 */
  GArray    *floats;  /* of float */
  GPtrArray *strings; /* of char* */
} SxOnnxAttribute;

typedef struct
{
  char       *domain;
  char       *op;
  GPtrArray  *inputs;
  GPtrArray  *outputs;
  GHashTable *attributes; /* name → SxOnnxAttribute */
} SxOnnxNode;

typedef struct
{
  GPtrArray  *nodes;        /* of SxOnnxNode */
  GHashTable *initializers; /* name → SxOnnxTensor */
  GHashTable *inputs;       /* name → SxOnnxType */
} SxOnnxGraph;

SxOnnxGraph *sx_onnx_graph_read (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void         sx_onnx_graph_free (SxOnnxGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxOnnxTensor, sx_onnx_tensor_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxOnnxGraph, sx_onnx_graph_free)

/* The node's output from its inputs (NULL where left out); NULL with @error for an operation, a type or shapes that the evaluator does not know. */
SxOnnxTensor *sx_onnx_run_node (const SxOnnxNode *node, SxOnnxTensor *const *inputs, guint n_inputs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The tensors called @names for the rows of @inputs, whose columns are the graph's inputs: (transfer full), one a name, NULL-ended. */
SxOnnxTensor **sx_onnx_evaluate (GBytes *bytes, SxFrame *inputs, const char *const *names, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Evaluates and compares @output with @p, (n_rows, n_outputs). Fails with SX_ENGINE_ERROR_EXPORT when a number differs by more than @tolerance of the row's largest (at
 * least 1), naming it. */
gboolean sx_onnx_check (GBytes *bytes, SxFrame *inputs, const char *output, const float *p, gsize n_outputs, double tolerance, GError **error);

G_END_DECLS
