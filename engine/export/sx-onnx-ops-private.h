/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-onnx-check.h"

G_BEGIN_DECLS

/* One node while it runs. */
typedef struct
{
  const SxOnnxNode    *node;
  SxOnnxTensor *const *in;
  guint                n;
  const char          *problem; /* set when NULL is returned */
} SxOnnxCall;

/* Sets the problem. */
static inline SxOnnxTensor *
sx_onnx_fail (SxOnnxCall *call, const char *problem)
{
  call->problem = problem;
  return NULL;
}

static inline gint64
sx_onnx_get_int (const SxOnnxCall *call, const char *name, gint64 otherwise)
{
  const SxOnnxAttribute *attribute = g_hash_table_lookup (call->node->attributes, name);

  return attribute ? attribute->i : otherwise;
}

SxOnnxTensor *sx_onnx_run_label_encoder (SxOnnxCall *call);
SxOnnxTensor *sx_onnx_run_trees (SxOnnxCall *call);

G_END_DECLS
