/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A network as ONNX nodes of opset 15. Features are encoded group by group (numbers, then one category after another), put side by side and
 * brought into the order of slot 0; the layers follow one by one. What opset 15 lacks (mish, gelu, layer norm) is spelled out. */

#include "config.h"

#include "export/sx-onnx.h"
#include "sx-network-private.h"

#include <string.h>

typedef struct
{
  const SxNetwork *self;
  SxOnnx          *onnx;
  const char      *input;
  GPtrArray       *parts;   /* encoded groups, to be put side by side */
  GArray          *columns; /* gint64: for each column of them, its place in slot 0 */
} Writer;

static const char *
add_node (SxOnnx *onnx, const char *op, const char *a, const char *b, const char *c)
{
  const char *inputs[] = { a, b, c, NULL };

  return sx_onnx_add_node (onnx, "", op, inputs, 1);
}

static const char *
add_scalar (SxOnnx *onnx, const char *hint, double value)
{
  float number = (float)value;

  return sx_onnx_add_floats (onnx, hint, &number, NULL, 0);
}

static const char *
add_row (SxOnnx *onnx, const char *hint, const float *values, gint64 n)
{
  const gint64 dims[] = { 1, n };

  return sx_onnx_add_floats (onnx, hint, values, dims, 2);
}

static const char *
add_ints (SxOnnx *onnx, const char *hint, const gint64 *values, gint64 n)
{
  return sx_onnx_add_int64s (onnx, hint, values, &n, 1);
}

static const char *
add_transpose (SxOnnx *onnx, const char *x)
{
  static const gint64 swap[] = { 1, 0, 2 };
  const char         *y = add_node (onnx, "Transpose", x, NULL, NULL);

  sx_onnx_set_ints (onnx, "perm", swap, 3);
  return y;
}

/* Numbers scaled and squashed: (N, n). */
static const char *
add_scaled (Writer *writer, const gint64 *indices, gsize n)
{
  SxOnnx           *onnx = writer->onnx;
  const SxNetwork  *self = writer->self;
  g_autofree float *centres = g_new (float, n);
  g_autofree float *scales = g_new (float, n);
  const char       *z;

  for (gsize i = 0; i < n; i++)
    {
      centres[i] = self->centres[indices[i]];
      scales[i] = self->scales[indices[i]];
    }
  z = add_node (onnx, "Gather", writer->input, add_ints (onnx, "number_columns", indices, (gint64)n), NULL);
  sx_onnx_set_int (onnx, "axis", 1);
  z = add_node (onnx, "Sub", z, add_row (onnx, "number_centres", centres, (gint64)n), NULL);
  z = add_node (onnx, "Mul", z, add_row (onnx, "number_scales", scales, (gint64)n), NULL);
  z = add_node (onnx, "Where", add_node (onnx, "IsNaN", z, NULL, NULL), add_scalar (onnx, "zero", 0.0), z);
  z = add_node (onnx, "Clip", z, add_scalar (onnx, "number_low", -(double)SX_NN_NUMBER_MAX), add_scalar (onnx, "number_high", (double)SX_NN_NUMBER_MAX));
  if (self->plan->clip > 0.0f)
    {
      const char *r = add_node (onnx, "Mul", z, add_scalar (onnx, "unclip", (double)self->plan->unclip), NULL);

      r = add_node (onnx, "Mul", r, r, NULL);
      r = add_node (onnx, "Add", r, add_scalar (onnx, "one", 1.0), NULL);
      z = add_node (onnx, "Div", z, add_node (onnx, "Sqrt", r, NULL, NULL), NULL);
    }
  return z;
}

/* The parameter block @index of the periodic features @indices, one after another, times @factor. */
static float *
collect_blocks (const SxNetwork *self, const gint64 *indices, gsize n, gsize index, double factor)
{
  const SxNnPlan  *plan = self->plan;
  const SxNnBlock *first = &plan->blocks[plan->features[indices[0]].block + index];
  gsize            size = first->n_rows * first->n_columns;
  float           *all = g_new (float, n *size);

  for (gsize i = 0; i < n; i++)
    {
      const float *from = self->parameters + plan->blocks[plan->features[indices[i]].block + index].offset;
      for (gsize j = 0; j < size; j++)
        all[i * size + j] = (float)((double)from[j] * factor);
    }
  return all;
}

/* z (N, n) → (N, n · width): turns = z · w less whole turns, cos (2π turns + b) mapped feature by feature as a batch of products. */
static const char *
add_periodic (Writer *writer, const char *z, const gint64 *indices, gsize n)
{
  SxOnnx           *onnx = writer->onnx;
  const SxNetwork  *self = writer->self;
  gint64            k = (gint64)self->plan->n_frequencies, width = self->spec->number_width, count = (gint64)n;
  g_autofree float *frequencies = collect_blocks (self, indices, n, 0, 1.0);
  g_autofree float *phases = collect_blocks (self, indices, n, 1, 1.0);
  g_autofree float *maps = collect_blocks (self, indices, n, 2, 1.0);
  g_autofree float *offsets = collect_blocks (self, indices, n, 3, 1.0);
  const gint64      two = 2, flat[] = { -1, count * width };
  const char       *deep, *turns, *y;

  deep = add_node (onnx, "Unsqueeze", z, add_ints (onnx, "last_axis", &two, 1), NULL);
  turns = add_node (onnx, "Mul", deep, sx_onnx_add_floats (onnx, "frequencies", frequencies, (const gint64[]){ 1, count, k }, 3), NULL);
  turns = add_node (onnx, "Sub", turns, add_node (onnx, "Round", turns, NULL, NULL), NULL);
  y = add_node (onnx, "Mul", turns, add_scalar (onnx, "turn", 2.0 * G_PI), NULL);
  y = add_node (onnx, "Add", y, sx_onnx_add_floats (onnx, "phases", phases, (const gint64[]){ 1, count, k }, 3), NULL);
  y = add_transpose (onnx, add_node (onnx, "Cos", y, NULL, NULL));
  y = add_node (onnx, "MatMul", y, sx_onnx_add_floats (onnx, "maps", maps, (const gint64[]){ count, k, width - 1 }, 3), NULL);
  y = add_transpose (onnx, y);
  y = add_node (onnx, "Add", y, sx_onnx_add_floats (onnx, "offsets", offsets, (const gint64[]){ 1, count, width - 1 }, 3), NULL);
  y = add_node (onnx, "Concat", deep, y, NULL);
  sx_onnx_set_int (onnx, "axis", 2);
  return add_node (onnx, "Reshape", y, add_ints (onnx, "flat", flat, 2), NULL);
}

static void
add_part (Writer *writer, const char *name, gsize feature)
{
  const SxNnFeature *f = &writer->self->plan->features[feature];

  if (name != NULL)
    g_ptr_array_add (writer->parts, (gpointer)name);
  for (gsize i = 0; i < f->width; i++)
    {
      gint64 column = (gint64)(f->column + i);
      g_array_append_val (writer->columns, column);
    }
}

static void
add_numbers (Writer *writer)
{
  const SxNnPlan *plan = writer->self->plan;
  g_autoptr (GArray) indices = g_array_new (FALSE, FALSE, sizeof (gint64));
  const char *z;

  for (gsize i = 0; i < plan->n_features; i++)
    if (plan->features[i].encoding == SX_NN_NUMBER || plan->features[i].encoding == SX_NN_PERIODIC)
      {
        gint64 index = (gint64)i;
        g_array_append_val (indices, index);
        add_part (writer, NULL, i);
      }
  if (indices->len == 0)
    return;
  z = add_scaled (writer, (gint64 *)(void *)indices->data, indices->len);
  if (writer->self->spec->is_periodic)
    z = add_periodic (writer, z, (gint64 *)(void *)indices->data, indices->len);
  g_ptr_array_add (writer->parts, (gpointer)z);
}

static void
add_one_hot (Writer *writer, gsize feature)
{
  SxOnnx           *onnx = writer->onnx;
  gsize             n = writer->self->plan->features[feature].n_categories;
  g_autofree float *codes = g_new (float, n);
  gint64            index = (gint64)feature;
  const char       *y;

  for (gsize i = 0; i < n; i++)
    codes[i] = (float)i;
  y = add_node (onnx, "Gather", writer->input, add_ints (onnx, "category_column", &index, 1), NULL);
  sx_onnx_set_int (onnx, "axis", 1);
  y = add_node (onnx, "Equal", y, add_row (onnx, "category_codes", codes, (gint64)n), NULL);
  y = add_node (onnx, "Cast", y, NULL, NULL);
  sx_onnx_set_int (onnx, "to", SX_ONNX_FLOAT);
  add_part (writer, y, feature);
}

static void
add_embedding (Writer *writer, gsize feature)
{
  SxOnnx            *onnx = writer->onnx;
  const SxNnFeature *f = &writer->self->plan->features[feature];
  const SxNnBlock   *table = &writer->self->plan->blocks[f->block];
  const gint64       dims[] = { (gint64)table->n_rows, (gint64)table->n_columns };
  gint64             index = (gint64)feature;
  const char        *x, *last, *is_known, *y;

  x = add_node (onnx, "Gather", writer->input, sx_onnx_add_int64s (onnx, "category_column", &index, NULL, 0), NULL);
  sx_onnx_set_int (onnx, "axis", 1);
  last = add_scalar (onnx, "unknown_category", (double)f->n_categories);
  is_known = add_node (onnx, "And", add_node (onnx, "GreaterOrEqual", x, add_scalar (onnx, "zero", 0.0), NULL), add_node (onnx, "Less", x, last, NULL), NULL);
  y = add_node (onnx, "Cast", add_node (onnx, "Where", is_known, x, last), NULL, NULL);
  sx_onnx_set_int (onnx, "to", SX_ONNX_INT64);
  y = add_node (onnx, "Gather", sx_onnx_add_floats (onnx, "table", writer->self->parameters + table->offset, dims, 2), y, NULL);
  add_part (writer, y, feature);
}

static const char *
add_input (Writer *writer)
{
  const SxNnPlan    *plan = writer->self->plan;
  SxOnnx            *onnx = writer->onnx;
  gsize              width = plan->slot_widths[0];
  g_autofree gint64 *order = g_new (gint64, width);
  gboolean           is_ordered = TRUE;
  const char        *y;

  add_numbers (writer);
  for (gsize i = 0; i < plan->n_features; i++)
    if (plan->features[i].encoding == SX_NN_ONE_HOT)
      add_one_hot (writer, i);
    else if (plan->features[i].encoding == SX_NN_EMBEDDING)
      add_embedding (writer, i);
  y = writer->parts->pdata[0];
  if (writer->parts->len > 1)
    {
      g_ptr_array_add (writer->parts, NULL);
      y = sx_onnx_add_node (onnx, "", "Concat", (const char *const *)writer->parts->pdata, 1);
      sx_onnx_set_int (onnx, "axis", 1);
    }
  for (gsize i = 0; i < width; i++)
    {
      gint64 column = g_array_index (writer->columns, gint64, i);
      order[column] = (gint64)i;
      is_ordered = is_ordered && column == (gint64)i;
    }
  if (is_ordered)
    return y;
  y = add_node (onnx, "Gather", y, add_ints (onnx, "column_order", order, (gint64)width), NULL);
  sx_onnx_set_int (onnx, "axis", 1);
  return y;
}

static const char *
add_activation (SxOnnx *onnx, SxNnActivation kind, const char *x)
{
  const char *u;

  switch (kind)
    {
    case SX_NN_RELU:
      return add_node (onnx, "Relu", x, NULL, NULL);
    case SX_NN_SELU:
      return add_node (onnx, "Selu", x, NULL, NULL);
    case SX_NN_TANH:
      return add_node (onnx, "Tanh", x, NULL, NULL);
    case SX_NN_SILU:
      return add_node (onnx, "Mul", x, add_node (onnx, "Sigmoid", x, NULL, NULL), NULL);
    case SX_NN_MISH:
      u = add_node (onnx, "Softplus", x, NULL, NULL);
      return add_node (onnx, "Mul", x, add_node (onnx, "Tanh", u, NULL, NULL), NULL);
    case SX_NN_GELU: /* x · sigmoid (2 √(2/π) (x + 0.044715 x³)) */
      u = add_node (onnx, "Mul", add_node (onnx, "Mul", x, x, NULL), x, NULL);
      u = add_node (onnx, "Mul", u, add_scalar (onnx, "gelu_cubic", 0.044715), NULL);
      u = add_node (onnx, "Mul", add_node (onnx, "Add", x, u, NULL), add_scalar (onnx, "gelu_scale", 2.0 * 0.7978845608028654), NULL);
      return add_node (onnx, "Mul", x, add_node (onnx, "Sigmoid", u, NULL, NULL), NULL);
    case SX_NN_N_ACTIVATIONS:
    default:
      g_return_val_if_reached (x);
    }
}

static const char *
add_mean (SxOnnx *onnx, const char *x)
{
  const gint64 axis = 1;
  const char  *y = add_node (onnx, "ReduceMean", x, NULL, NULL);

  sx_onnx_set_ints (onnx, "axes", &axis, 1);
  sx_onnx_set_int (onnx, "keepdims", 1);
  return y;
}

static const char *
add_layer_norm (Writer *writer, const SxNnOp *op, const char *x)
{
  SxOnnx          *onnx = writer->onnx;
  const SxNnBlock *block = &writer->self->plan->blocks[op->block];
  const char      *d = add_node (onnx, "Sub", x, add_mean (onnx, x), NULL);
  const char      *s = add_mean (onnx, add_node (onnx, "Mul", d, d, NULL));

  s = add_node (onnx, "Sqrt", add_node (onnx, "Add", s, add_scalar (onnx, "epsilon", (double)SX_NN_NORM_EPSILON), NULL), NULL, NULL);
  d = add_node (onnx, "Div", d, s, NULL);
  d = add_node (onnx, "Mul", d, add_row (onnx, "gain", writer->self->parameters + block[0].offset, (gint64)op->width_in), NULL);
  return add_node (onnx, "Add", d, add_row (onnx, "shift", writer->self->parameters + block[1].offset, (gint64)op->width_in), NULL);
}

static const char *
add_linear (Writer *writer, const SxNnOp *op, const char *x)
{
  SxOnnx          *onnx = writer->onnx;
  const SxNnBlock *block = &writer->self->plan->blocks[op->block];
  const gint64     dims[] = { (gint64)op->width_in, (gint64)op->width_out }, n = (gint64)op->width_out;
  const char      *weight = sx_onnx_add_floats (onnx, "weight", writer->self->parameters + block[0].offset, dims, 2);
  const char      *bias = sx_onnx_add_floats (onnx, "bias", writer->self->parameters + block[1].offset, &n, 1);
  const char      *y = add_node (onnx, "Gemm", x, weight, bias);

  sx_onnx_set_float (onnx, "alpha", op->scale);
  return y;
}

static const char *
add_op (Writer *writer, const SxNnOp *op, const char *const *slots)
{
  const char *x = slots[op->input];

  switch (op->kind)
    {
    case SX_NN_OP_INPUT:
      return add_input (writer);
    case SX_NN_OP_SCALE:
      return add_node (writer->onnx, "Mul", x, add_row (writer->onnx, "scale", writer->self->parameters + writer->self->plan->blocks[op->block].offset, (gint64)op->width_in), NULL);
    case SX_NN_OP_LINEAR:
      return add_linear (writer, op, x);
    case SX_NN_OP_ACTIVATION:
      return add_activation (writer->onnx, op->activation, x);
    case SX_NN_OP_DROPOUT:
      return x;
    case SX_NN_OP_LAYER_NORM:
      return add_layer_norm (writer, op, x);
    case SX_NN_OP_ADD:
      return add_node (writer->onnx, "Add", x, slots[op->other], NULL);
    default:
      g_return_val_if_reached (x);
    }
}

static const char *
add_output (const SxNetwork *self, SxOnnx *onnx, const char *x)
{
  if (self->base.task != SX_TASK_REGRESSION)
    {
      x = add_node (onnx, "Softmax", x, NULL, NULL);
      sx_onnx_set_int (onnx, "axis", 1);
      return x;
    }
  x = add_node (onnx, "Mul", x, add_scalar (onnx, "target_sd", self->target_sd), NULL);
  x = add_node (onnx, "Add", x, add_scalar (onnx, "target_mean", self->target_mean), NULL);
  return add_node (onnx, "Clip", x, add_scalar (onnx, "target_low", self->target_low), add_scalar (onnx, "target_high", self->target_high));
}

char *
sx_network_to_onnx (SxPredictor *predictor, SxOnnx *onnx, const char *input, GError **error)
{
  const SxNetwork *self = (SxNetwork *)predictor;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (gint64));
  Writer      writer = { .self = self, .onnx = onnx, .input = input, .parts = parts, .columns = columns };
  const char *slots[SX_NN_MAX_OPS] = { NULL };

  for (gsize i = 0; i < self->plan->n_ops; i++)
    slots[i] = add_op (&writer, &self->plan->ops[i], slots);
  return g_strdup (add_output (self, onnx, slots[self->plan->n_ops - 1]));
}
