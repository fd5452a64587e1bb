/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gio/gio.h>

#include "sx-engine-error.h"

G_BEGIN_DECLS

/**
 * SxOnnx:
 *
 * Builds one ONNX model: nodes in order, initialisers, typed inputs and outputs; opset 15, ai.onnx.ml 3, IR 8. Encodes protobuf by
 * itself (five message types). Names are made unique. Shapes: N stands for the batch.
 */
typedef struct _SxOnnx SxOnnx;

typedef enum
{
  SX_ONNX_FLOAT = 1,
  SX_ONNX_INT64 = 7,
  SX_ONNX_STRING = 8,
  SX_ONNX_BOOL = 9,
  SX_ONNX_DOUBLE = 11,
} SxOnnxType;

SxOnnx *sx_onnx_new (const char *graph_name) G_GNUC_WARN_UNUSED_RESULT;
void sx_onnx_free (SxOnnx *self);
/* @width: second dimension; (N, width). */
void sx_onnx_add_input (SxOnnx *self, const char *name, SxOnnxType type, gint64 width);
void sx_onnx_add_output (SxOnnx *self, const char *name, SxOnnxType type, gint64 width);
/* Initialisers; @dims: n_dims sizes. Return the tensor's unique name (owned by @self). */
const char *sx_onnx_add_floats (SxOnnx *self, const char *hint, const float *values, const gint64 *dims, guint n_dims);
const char *sx_onnx_add_doubles (SxOnnx *self, const char *hint, const double *values, const gint64 *dims, guint n_dims);
const char *sx_onnx_add_int64s (SxOnnx *self, const char *hint, const gint64 *values, const gint64 *dims, guint n_dims);
const char *sx_onnx_add_strings (SxOnnx *self, const char *hint, const char *const *values, gint64 n);
/* A node; @domain “” or “ai.onnx.ml”; @inputs NULL-ended. Starts a node whose attributes follow; returns its first output's unique name. */
const char *sx_onnx_add_node (SxOnnx *self, const char *domain, const char *op, const char *const *inputs, guint n_outputs);
const char *sx_onnx_get_node_output (SxOnnx *self, guint output); /* of the node last added */
/* Attributes of the node last added. */
void sx_onnx_set_int (SxOnnx *self, const char *name, gint64 value);
void sx_onnx_set_float (SxOnnx *self, const char *name, float value);
void sx_onnx_set_string (SxOnnx *self, const char *name, const char *value);
void sx_onnx_set_ints (SxOnnx *self, const char *name, const gint64 *values, gsize n);
void sx_onnx_set_floats (SxOnnx *self, const char *name, const float *values, gsize n);
void sx_onnx_set_strings (SxOnnx *self, const char *name, const char *const *values, gsize n);
void sx_onnx_rename_tensor (SxOnnx *self, const char *from, const char *to); /* for outputs */
/* Drops nodes and initialisers that no tensor of @outputs, NULL-ended, depends on. */
void sx_onnx_prune (SxOnnx *self, const char *const *outputs);
void sx_onnx_set_metadata (SxOnnx *self, const char *key, const char *value);
GBytes *sx_onnx_finish (SxOnnx *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxOnnx, sx_onnx_free)

G_END_DECLS
