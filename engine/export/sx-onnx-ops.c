/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The operations of ONNX that we write, computed plainly: a loop an operation, in double, rounded to float where the tensor is one. The definitions are
 * those of the operators' reference (opset 15, ai.onnx.ml 3). Golden rows are few: nothing here is made for speed. */

#include "config.h"

#include "sx-onnx-ops-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef SxOnnxTensor *(*OpFunc) (SxOnnxCall *call);

static double
get_float (const SxOnnxCall *call, const char *name, double otherwise)
{
  const SxOnnxAttribute *attribute = g_hash_table_lookup (call->node->attributes, name);

  return attribute ? (double)attribute->f : otherwise;
}

static double
round_to (SxOnnxType type, double value)
{
  return type == SX_ONNX_FLOAT ? (double)(float)value : value;
}

/* ---- broadcasting ---- */

/* The shape that all of @in stretch to; FALSE when they do not. */
static gboolean
join_shapes (SxOnnxTensor *const *in, guint n, gint64 *dims, guint *n_dims)
{
  *n_dims = 0;
  for (guint i = 0; i < n; i++)
    *n_dims = MAX (*n_dims, in[i]->n_dims);
  for (guint d = 0; d < *n_dims; d++)
    {
      dims[d] = 1;
      for (guint i = 0; i < n; i++)
        {
          guint  lead = *n_dims - in[i]->n_dims;
          gint64 size = d < lead ? 1 : in[i]->dims[d - lead];

          if (size != 1 && dims[d] != 1 && size != dims[d])
            return FALSE;
          dims[d] = size != 1 ? size : dims[d];
        }
    }
  return TRUE;
}

/* The element of @self that stands at element @at of the stretched shape. */
static gsize
locate (const SxOnnxTensor *self, gsize at, const gint64 *dims, guint n_dims)
{
  guint lead = n_dims - self->n_dims;
  gsize index = 0, stride = 1;

  for (guint d = n_dims; d > lead; d--)
    {
      gsize place = at % (gsize)dims[d - 1];

      at /= (gsize)dims[d - 1];
      index += self->dims[d - 1 - lead] == 1 ? 0 : place * stride;
      stride *= (gsize)self->dims[d - 1 - lead];
    }
  return index;
}

static void
copy_element (SxOnnxTensor *to, gsize at, const SxOnnxTensor *from, gsize index)
{
  if (to->texts != NULL)
    {
      g_free (to->texts[at]);
      to->texts[at] = g_strdup (from->texts[index]);
    }
  else
    to->v[at] = from->v[index];
}

/* ---- one by one ---- */

static double
op_add (double a, double b)
{
  return a + b;
}

static double
op_sub (double a, double b)
{
  return a - b;
}

static double
op_mul (double a, double b)
{
  return a * b;
}

static double
op_div (double a, double b)
{
  return a / b;
}

static double
op_less (double a, double b)
{
  return a < b;
}

static double
op_less_or_equal (double a, double b)
{
  return a <= b;
}

static double
op_greater (double a, double b)
{
  return a > b;
}

static double
op_greater_or_equal (double a, double b)
{
  return a >= b;
}

static double
op_equal (double a, double b)
{
  return a <= b && a >= b;
}

static double
op_and (double a, double b)
{
  return a > 0 && b > 0;
}

static double
op_or (double a, double b)
{
  return a > 0 || b > 0;
}

static double
op_xor (double a, double b)
{
  return (a > 0) != (b > 0);
}

static double
op_neg (double a)
{
  return -a;
}

static double
op_sign (double a)
{
  return (a > 0) - (a < 0);
}

static double
op_is_nan (double a)
{
  return isnan (a);
}

static double
op_not (double a)
{
  return a <= 0;
}

static double
op_relu (double a)
{
  return isnan (a) ? a : MAX (a, 0);
}

static double
op_sigmoid (double a)
{
  return 1 / (1 + exp (-a));
}

static double
op_softplus (double a)
{
  return (a > 0 ? a : 0) + log1p (exp (-fabs (a)));
}

static double
op_selu (double a)
{
  return 1.05070102214813232421875 * (a > 0 ? a : 1.67326319217681884765625 * expm1 (a));
}

static const struct
{
  const char *name;
  double (*compute) (double a, double b);
  gboolean gives_truth;
} binary_ops[] = {
  { "Add", op_add },
  { "Sub", op_sub },
  { "Mul", op_mul },
  { "Div", op_div },
  { "Mod", fmod }, /* only ever with fmod = 1 */
  { "Pow", pow },
  { "Less", op_less, TRUE },
  { "LessOrEqual", op_less_or_equal, TRUE },
  { "Greater", op_greater, TRUE },
  { "GreaterOrEqual", op_greater_or_equal, TRUE },
  { "Equal", op_equal, TRUE },
  { "And", op_and, TRUE },
  { "Or", op_or, TRUE },
  { "Xor", op_xor, TRUE },
};

static const struct
{
  const char *name;
  double (*compute) (double a);
  gboolean gives_truth;
} unary_ops[] = {
  { "Neg", op_neg },
  { "Abs", fabs },
  { "Ceil", ceil },
  { "Floor", floor },
  { "Round", rint },
  { "Exp", exp },
  { "Log", log },
  { "Sqrt", sqrt },
  { "Sin", sin },
  { "Cos", cos },
  { "Tanh", tanh },
  { "Sign", op_sign },
  { "Relu", op_relu },
  { "Sigmoid", op_sigmoid },
  { "Softplus", op_softplus },
  { "Selu", op_selu },
  { "IsNaN", op_is_nan, TRUE },
  { "Not", op_not, TRUE },
};

static SxOnnxTensor *
run_binary (SxOnnxCall *call, double (*compute) (double a, double b), gboolean gives_truth)
{
  gint64        dims[SX_ONNX_MAX_DIMS];
  guint         n_dims;
  SxOnnxTensor *out;

  if (call->n != 2 || call->in[0]->v == NULL || call->in[1]->v == NULL || call->in[0]->type != call->in[1]->type || !join_shapes (call->in, 2, dims, &n_dims))
    return sx_onnx_fail (call, "inputs");
  out = sx_onnx_tensor_new (gives_truth ? SX_ONNX_BOOL : call->in[0]->type, dims, n_dims);
  for (gsize i = 0; i < out->n; i++)
    out->v[i] = round_to (out->type, compute (call->in[0]->v[locate (call->in[0], i, dims, n_dims)], call->in[1]->v[locate (call->in[1], i, dims, n_dims)]));
  return out;
}

static SxOnnxTensor *
run_unary (SxOnnxCall *call, double (*compute) (double a), gboolean gives_truth)
{
  SxOnnxTensor *out;

  if (call->n != 1 || call->in[0]->v == NULL)
    return sx_onnx_fail (call, "inputs");
  out = sx_onnx_tensor_new (gives_truth ? SX_ONNX_BOOL : call->in[0]->type, call->in[0]->dims, call->in[0]->n_dims);
  for (gsize i = 0; i < out->n; i++)
    out->v[i] = round_to (out->type, compute (call->in[0]->v[i]));
  return out;
}

static SxOnnxTensor *
run_where (SxOnnxCall *call)
{
  gint64        dims[SX_ONNX_MAX_DIMS];
  guint         n_dims;
  SxOnnxTensor *out;

  if (call->n != 3 || call->in[0]->type != SX_ONNX_BOOL || call->in[1]->type != call->in[2]->type || !join_shapes (call->in, 3, dims, &n_dims))
    return sx_onnx_fail (call, "inputs");
  out = sx_onnx_tensor_new (call->in[1]->type, dims, n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      const SxOnnxTensor *from = call->in[call->in[0]->v[locate (call->in[0], i, dims, n_dims)] > 0 ? 1 : 2];

      copy_element (out, i, from, locate (from, i, dims, n_dims));
    }
  return out;
}

static SxOnnxTensor *
run_clip (SxOnnxCall *call)
{
  SxOnnxTensor *out;

  if (call->n != 3 || call->in[0]->v == NULL || call->in[1]->n != 1 || call->in[2]->n != 1)
    return sx_onnx_fail (call, "inputs");
  out = sx_onnx_tensor_new (call->in[0]->type, call->in[0]->dims, call->in[0]->n_dims);
  for (gsize i = 0; i < out->n; i++)
    out->v[i] = isnan (call->in[0]->v[i]) ? call->in[0]->v[i] : CLAMP (call->in[0]->v[i], call->in[1]->v[0], call->in[2]->v[0]);
  return out;
}

static gboolean
cast_element (SxOnnxTensor *out, gsize i, const SxOnnxTensor *from)
{
  char *end;

  if (out->texts != NULL)
    {
      if (from->type != SX_ONNX_INT64) /* of all numbers whole ones alone are printed alike everywhere */
        return FALSE;
      out->texts[i] = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64)from->v[i]);
      return TRUE;
    }
  if (from->texts != NULL)
    {
      out->v[i] = round_to (out->type, g_ascii_strtod (from->texts[i], &end));
      return end != from->texts[i] && *end == '\0';
    }
  if (out->type == SX_ONNX_INT64)
    out->v[i] = isnan (from->v[i]) ? 0 : trunc (from->v[i]);
  else if (out->type == SX_ONNX_BOOL)
    out->v[i] = isnan (from->v[i]) || from->v[i] < 0 || from->v[i] > 0;
  else
    out->v[i] = round_to (out->type, from->v[i]);
  return TRUE;
}

static SxOnnxTensor *
run_cast (SxOnnxCall *call)
{
  g_autoptr (SxOnnxTensor) out = NULL;

  if (call->n != 1)
    return sx_onnx_fail (call, "inputs");
  out = sx_onnx_tensor_new ((SxOnnxType)sx_onnx_get_int (call, "to", 0), call->in[0]->dims, call->in[0]->n_dims);
  for (gsize i = 0; i < out->n; i++)
    if (!cast_element (out, i, call->in[0]))
      return sx_onnx_fail (call, "cast");
  return g_steal_pointer (&out);
}

/* ---- shapes ---- */

/* Axis of the attribute or of input @input, from the front; -1 when there is none such. */
static int
find_axis (const SxOnnxCall *call, gint64 axis, guint n_dims)
{
  axis = axis < 0 ? axis + n_dims : axis;
  return axis >= 0 && axis < n_dims ? (int)axis : -1;
}

/* Elements before, along and behind an axis. */
static void
split_at (const SxOnnxTensor *tensor, int axis, gsize *outer, gsize *size, gsize *inner)
{
  *outer = *inner = 1;
  *size = (gsize)tensor->dims[axis];
  for (int d = 0; d < axis; d++)
    *outer *= (gsize)tensor->dims[d];
  for (guint d = (guint)axis + 1; d < tensor->n_dims; d++)
    *inner *= (gsize)tensor->dims[d];
}

static SxOnnxTensor *
run_gather (SxOnnxCall *call)
{
  const SxOnnxTensor *data = call->in[0], *index = call->n == 2 ? call->in[1] : NULL;
  gint64              dims[SX_ONNX_MAX_DIMS];
  guint               n_dims = 0;
  int                 axis = find_axis (call, sx_onnx_get_int (call, "axis", 0), data->n_dims);
  gsize               outer, size, inner;
  g_autoptr (SxOnnxTensor) out = NULL;

  if (index == NULL || axis < 0 || index->type != SX_ONNX_INT64 || data->n_dims + index->n_dims - 1 > SX_ONNX_MAX_DIMS)
    return sx_onnx_fail (call, "inputs");
  for (int d = 0; d < axis; d++)
    dims[n_dims++] = data->dims[d];
  for (guint d = 0; d < index->n_dims; d++)
    dims[n_dims++] = index->dims[d];
  for (guint d = (guint)axis + 1; d < data->n_dims; d++)
    dims[n_dims++] = data->dims[d];
  split_at (data, axis, &outer, &size, &inner);
  out = sx_onnx_tensor_new (data->type, dims, n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      double at = index->v[i / inner % index->n];

      at = at < 0 ? at + (double)size : at;
      if (!(at >= 0 && at < (double)size))
        return sx_onnx_fail (call, "index");
      copy_element (out, i, data, (i / inner / index->n * size + (gsize)at) * inner + i % inner);
    }
  return g_steal_pointer (&out);
}

static SxOnnxTensor *
run_concat (SxOnnxCall *call)
{
  int           axis = call->n > 0 ? find_axis (call, sx_onnx_get_int (call, "axis", 0), call->in[0]->n_dims) : -1;
  gint64        dims[SX_ONNX_MAX_DIMS];
  gsize         outer, size, inner, before = 0, total;
  SxOnnxTensor *out;

  if (axis < 0)
    return sx_onnx_fail (call, "axis");
  memcpy (dims, call->in[0]->dims, sizeof dims);
  dims[axis] = 0;
  for (guint i = 0; i < call->n; i++)
    {
      if (call->in[i]->type != call->in[0]->type || call->in[i]->n_dims != call->in[0]->n_dims)
        return sx_onnx_fail (call, "inputs");
      for (guint d = 0; d < call->in[i]->n_dims; d++)
        if ((int)d != axis && call->in[i]->dims[d] != dims[d])
          return sx_onnx_fail (call, "shapes");
      dims[axis] += call->in[i]->dims[axis];
    }
  out = sx_onnx_tensor_new (call->in[0]->type, dims, call->in[0]->n_dims);
  total = (gsize)dims[axis];
  for (guint i = 0; i < call->n; i++)
    {
      split_at (call->in[i], axis, &outer, &size, &inner);
      for (gsize k = 0; k < call->in[i]->n; k++)
        copy_element (out, (k / (size * inner) * total + before) * inner + k % (size * inner), call->in[i], k);
      before += size;
    }
  return out;
}

/* The same elements in another shape. */
static SxOnnxTensor *
reshape (SxOnnxCall *call, const gint64 *dims, guint n_dims)
{
  g_autoptr (SxOnnxTensor) out = sx_onnx_tensor_new (call->in[0]->type, dims, n_dims);

  if (out->n != call->in[0]->n)
    return sx_onnx_fail (call, "shapes");
  for (gsize i = 0; i < out->n; i++)
    copy_element (out, i, call->in[0], i);
  return g_steal_pointer (&out);
}

static SxOnnxTensor *
run_unsqueeze (SxOnnxCall *call)
{
  gint64 dims[SX_ONNX_MAX_DIMS];
  guint  n_dims = call->in[0]->n_dims + 1;
  int    axis = call->n == 2 && call->in[1]->n == 1 ? find_axis (call, (gint64)call->in[1]->v[0], n_dims) : -1;

  if (axis < 0 || n_dims > SX_ONNX_MAX_DIMS)
    return sx_onnx_fail (call, "axis");
  for (guint d = 0, from = 0; d < n_dims; d++)
    dims[d] = (int)d == axis ? 1 : call->in[0]->dims[from++];
  return reshape (call, dims, n_dims);
}

static SxOnnxTensor *
run_reshape (SxOnnxCall *call)
{
  gint64 dims[SX_ONNX_MAX_DIMS];
  gsize  known = 1;

  if (call->n != 2 || call->in[1]->n > SX_ONNX_MAX_DIMS)
    return sx_onnx_fail (call, "inputs");
  for (gsize d = 0; d < call->in[1]->n; d++)
    if (call->in[1]->v[d] >= 0)
      known *= (gsize)call->in[1]->v[d];
  for (gsize d = 0; d < call->in[1]->n; d++)
    dims[d] = call->in[1]->v[d] >= 0 ? (gint64)call->in[1]->v[d] : (gint64)(call->in[0]->n / MAX (known, 1));
  return reshape (call, dims, (guint)call->in[1]->n);
}

static SxOnnxTensor *
run_transpose (SxOnnxCall *call)
{
  const SxOnnxAttribute *perm = g_hash_table_lookup (call->node->attributes, "perm");
  const SxOnnxTensor    *in = call->in[0];
  gint64                 dims[SX_ONNX_MAX_DIMS];
  SxOnnxTensor          *out;

  if (call->n != 1 || perm == NULL || perm->ints->len != in->n_dims)
    return sx_onnx_fail (call, "perm");
  for (guint d = 0; d < in->n_dims; d++)
    {
      gint64 from = g_array_index (perm->ints, gint64, d);

      if (from < 0 || from >= in->n_dims)
        return sx_onnx_fail (call, "perm");
      dims[d] = in->dims[from];
    }
  out = sx_onnx_tensor_new (in->type, dims, in->n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      gsize place[SX_ONNX_MAX_DIMS] = { 0 }, rest = i, index = 0;

      for (guint d = in->n_dims; d > 0; d--)
        {
          place[g_array_index (perm->ints, gint64, d - 1)] = rest % (gsize)dims[d - 1];
          rest /= (gsize)dims[d - 1];
        }
      for (guint d = 0; d < in->n_dims; d++)
        index = index * (gsize)in->dims[d] + place[d];
      copy_element (out, i, in, index);
    }
  return out;
}

/* ---- sums ---- */

static SxOnnxTensor *
reduce (SxOnnxCall *call, int axis, gboolean is_mean)
{
  gint64        dims[SX_ONNX_MAX_DIMS];
  gsize         outer, size, inner;
  SxOnnxTensor *out;

  if (axis < 0 || call->in[0]->v == NULL || sx_onnx_get_int (call, "keepdims", 1) != 1)
    return sx_onnx_fail (call, "axes");
  memcpy (dims, call->in[0]->dims, sizeof dims);
  split_at (call->in[0], axis, &outer, &size, &inner);
  dims[axis] = 1;
  out = sx_onnx_tensor_new (call->in[0]->type, dims, call->in[0]->n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      double sum = 0;

      for (gsize k = 0; k < size; k++)
        sum += call->in[0]->v[(i / inner * size + k) * inner + i % inner];
      out->v[i] = round_to (out->type, is_mean ? sum / (double)size : sum);
    }
  return out;
}

static SxOnnxTensor *
run_reduce_sum (SxOnnxCall *call)
{
  if (call->n != 2 || call->in[1]->n != 1)
    return sx_onnx_fail (call, "inputs");
  return reduce (call, find_axis (call, (gint64)call->in[1]->v[0], call->in[0]->n_dims), FALSE);
}

static SxOnnxTensor *
run_reduce_mean (SxOnnxCall *call)
{
  const SxOnnxAttribute *axes = g_hash_table_lookup (call->node->attributes, "axes");

  if (call->n != 1 || axes == NULL || axes->ints->len != 1)
    return sx_onnx_fail (call, "axes");
  return reduce (call, find_axis (call, g_array_index (axes->ints, gint64, 0), call->in[0]->n_dims), TRUE);
}

/* Over the last of two dimensions. */
static SxOnnxTensor *
run_softmax (SxOnnxCall *call)
{
  const SxOnnxTensor *in = call->in[0];
  gsize               n;
  SxOnnxTensor       *out;

  if (call->n != 1 || in->n_dims != 2 || find_axis (call, sx_onnx_get_int (call, "axis", -1), 2) != 1)
    return sx_onnx_fail (call, "axis");
  n = (gsize)in->dims[1];
  out = sx_onnx_tensor_new (in->type, in->dims, 2);
  for (gsize row = 0; row < (gsize)in->dims[0]; row++)
    {
      const double *from = in->v + row * n;
      double       *to = out->v + row * n;
      double        largest = -INFINITY, sum = 0;

      for (gsize k = 0; k < n; k++)
        largest = MAX (largest, from[k]);
      for (gsize k = 0; k < n; k++)
        sum += to[k] = exp (from[k] - largest);
      for (gsize k = 0; k < n; k++)
        to[k] = round_to (out->type, to[k] / sum);
    }
  return out;
}

static SxOnnxTensor *
run_arg_max (SxOnnxCall *call)
{
  const SxOnnxTensor *in = call->in[0];
  gint64              dims[] = { 0, 1 };
  SxOnnxTensor       *out;

  if (call->n != 1 || in->n_dims != 2 || sx_onnx_get_int (call, "axis", 0) != 1 || sx_onnx_get_int (call, "keepdims", 1) != 1)
    return sx_onnx_fail (call, "axis");
  dims[0] = in->dims[0];
  out = sx_onnx_tensor_new (SX_ONNX_INT64, dims, 2);
  for (gsize row = 0; row < out->n; row++)
    for (gint64 k = 1; k < in->dims[1]; k++)
      if (in->v[(gint64)row * in->dims[1] + k] > in->v[row * (gsize)in->dims[1] + (gsize)out->v[row]])
        out->v[row] = (double)k;
  return out;
}

/* ---- products ---- */

/* (…, n, k) · (…, k, m), with as many leading dimensions on both sides. */
static SxOnnxTensor *
run_mat_mul (SxOnnxCall *call)
{
  const SxOnnxTensor *a = call->in[0], *b = call->n == 2 ? call->in[1] : NULL;
  gint64              dims[SX_ONNX_MAX_DIMS];
  gsize               n, k, m;
  SxOnnxTensor       *out;

  if (b == NULL || a->n_dims != b->n_dims || a->n_dims < 2 || a->dims[a->n_dims - 1] != b->dims[b->n_dims - 2])
    return sx_onnx_fail (call, "shapes");
  for (guint d = 0; d + 2 < a->n_dims; d++)
    if (a->dims[d] != b->dims[d])
      return sx_onnx_fail (call, "shapes");
  memcpy (dims, a->dims, sizeof dims);
  dims[a->n_dims - 1] = b->dims[b->n_dims - 1];
  n = (gsize)a->dims[a->n_dims - 2];
  k = (gsize)a->dims[a->n_dims - 1];
  m = (gsize)b->dims[b->n_dims - 1];
  out = sx_onnx_tensor_new (a->type, dims, a->n_dims);
  for (gsize i = 0; i < out->n; i++)
    {
      gsize  matrix = i / (n * m), row = i / m % n, column = i % m;
      double sum = 0;

      for (gsize j = 0; j < k; j++)
        sum += a->v[(matrix * n + row) * k + j] * b->v[(matrix * k + j) * m + column];
      out->v[i] = round_to (out->type, sum);
    }
  return out;
}

/* alpha · A · B + C, C a row. */
static SxOnnxTensor *
run_gemm (SxOnnxCall *call)
{
  double        alpha = get_float (call, "alpha", 1);
  SxOnnxTensor *out;
  gsize         m;

  if (call->n != 3 || call->in[0]->n_dims != 2 || call->in[1]->n_dims != 2 || sx_onnx_get_int (call, "transA", 0) != 0 || sx_onnx_get_int (call, "transB", 0) != 0)
    return sx_onnx_fail (call, "inputs");
  m = (gsize)call->in[1]->dims[1];
  if (call->in[2]->n != m || call->in[0]->dims[1] != call->in[1]->dims[0])
    return sx_onnx_fail (call, "shapes");
  call->n = 2;
  out = run_mat_mul (call);
  for (gsize i = 0; out != NULL && i < out->n; i++)
    out->v[i] = round_to (out->type, alpha * out->v[i] + call->in[2]->v[i % m]);
  return out;
}

static const struct
{
  const char *name;
  OpFunc      run;
} other_ops[] = {
  { "Where", run_where },
  { "Clip", run_clip },
  { "Cast", run_cast },
  { "Gather", run_gather },
  { "Concat", run_concat },
  { "Unsqueeze", run_unsqueeze },
  { "Reshape", run_reshape },
  { "Transpose", run_transpose },
  { "ReduceSum", run_reduce_sum },
  { "ReduceMean", run_reduce_mean },
  { "Softmax", run_softmax },
  { "ArgMax", run_arg_max },
  { "MatMul", run_mat_mul },
  { "Gemm", run_gemm },
  { "LabelEncoder", sx_onnx_run_label_encoder },
  { "TreeEnsembleRegressor", sx_onnx_run_trees },
};

SxOnnxTensor *
sx_onnx_run_node (const SxOnnxNode *node, SxOnnxTensor *const *inputs, guint n_inputs, GError **error)
{
  SxOnnxCall    call = { node, inputs, n_inputs, "operation" };
  SxOnnxTensor *out = NULL;
  gboolean      has_all = n_inputs > 0;

  for (guint i = 0; i < n_inputs; i++)
    has_all = has_all && inputs[i] != NULL;
  for (guint i = 0; has_all && i < G_N_ELEMENTS (binary_ops); i++)
    if (g_str_equal (node->op, binary_ops[i].name))
      out = run_binary (&call, binary_ops[i].compute, binary_ops[i].gives_truth);
  for (guint i = 0; has_all && i < G_N_ELEMENTS (unary_ops); i++)
    if (g_str_equal (node->op, unary_ops[i].name))
      out = run_unary (&call, unary_ops[i].compute, unary_ops[i].gives_truth);
  for (guint i = 0; has_all && i < G_N_ELEMENTS (other_ops); i++)
    if (g_str_equal (node->op, other_ops[i].name))
      out = other_ops[i].run (&call);
  if (out == NULL)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, _ ("The ONNX operation “%s” that was written cannot be computed (%s)"), node->op, call.problem);
  return out;
}
