/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-onnx.h"

#include "model/sx-model.h"

G_BEGIN_DECLS

/* One column while the graph is built: a tensor (N, 1).
 *
 * Numbers, truths and times are doubles, as they are in the pipeline, NaN where missing; floats would round differently and send rows another way at the
 * thresholds of trees. Texts are strings with a mask beside them, as ONNX has no missing string. */
typedef struct
{
  SxType      type;
  const char *tensor;  /* NULL: column @index of @group, not yet cut out */
  const char *missing; /* texts: bool (N, 1), or NULL when never missing */
  const char *group;   /* (nullable): double (N, n_group) that the column stands in */
  gint64      index;
  gint64      n_group;
} SxOnnxColumn;

/* The table between two steps. */
typedef struct
{
  SxOnnx     *onnx;
  GHashTable *columns; /* name → SxOnnxColumn */
  GHashTable *scalars; /* bits of a double → its tensor */
  const char *mask;    /* some bool (N, 1): what else knows how many rows there are */
} SxOnnxTable;

void sx_onnx_table_init (SxOnnxTable *self, SxOnnx *onnx);
void sx_onnx_table_clear (SxOnnxTable *self);
/* Adds the graph's inputs, called as the columns are: double or string (N, 1). Images and lists fail. */
gboolean sx_onnx_table_add_inputs (SxOnnxTable *self, SxSchema *inputs, GError **error);
/* The column called @name, cut out of its group. It must be there. */
const SxOnnxColumn *sx_onnx_table_get (SxOnnxTable *self, const char *name);
SxSchema           *sx_onnx_table_describe (SxOnnxTable *self);

/* Nodes and constants. */
const char *sx_onnx_table_op (SxOnnxTable *self, const char *op, const char *a, const char *b, const char *c);
const char *sx_onnx_table_cast (SxOnnxTable *self, const char *x, SxOnnxType type);
const char *sx_onnx_table_number (SxOnnxTable *self, double value); /* a double that broadcasts */
const char *sx_onnx_table_text (SxOnnxTable *self, const char *text);
const char *sx_onnx_table_select (SxOnnxTable *self, const char *condition, const char *yes, const char *no);
/* @x as (N, 1), where it may be a constant. */
const char *sx_onnx_table_spread (SxOnnxTable *self, const char *x);
/* Which of @texts a cell is, as int64 (N, 1): 1 for the first; 0 for none of them; n_texts + 1 where missing. Numbers are compared with the texts that print them. */
const char *sx_onnx_table_code (SxOnnxTable *self, const SxOnnxColumn *column, char *const *texts, guint n_texts);
/* “year”, …, of a time; NULL for no such part. */
const char *sx_onnx_table_date_part (SxOnnxTable *self, const char *part, const char *time);

/* Applies one step; fails with SX_ENGINE_ERROR_EXPORT naming block and operation. */
gboolean sx_onnx_table_apply (SxOnnxTable *self, const SxStep *step, GError **error);
gboolean sx_onnx_table_apply_expression (SxOnnxTable *self, const SxStep *step, GError **error);
void     sx_onnx_table_put (SxOnnxTable *self, const char *name, SxOnnxColumn column);
gboolean sx_onnx_refuse (const SxStep *step, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A model as bytes. */
GBytes                     *sx_onnx_write_model (SxModel *model, GError **error) G_GNUC_WARN_UNUSED_RESULT;
extern const SxExportFormat sx_export_onnx;

/* The rows as an ONNX model can be given them: an empty text is a missing one. (transfer full) */
SxFrame *sx_onnx_dup_feed (SxFrame *inputs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
