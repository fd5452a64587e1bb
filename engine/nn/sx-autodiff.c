/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The passes over a plan. Each operation has three functions side by side: forward, the gradient by its input (both for a range of
 * rows) and the gradient by its parameters (for a part of them, over all rows, summed in the order of the rows). */

#include "sx-plan.h"

#include <math.h>
#include <string.h>

#define NORM_EPSILON SX_NN_NORM_EPSILON
#define NUMBER_MAX SX_NN_NUMBER_MAX

/* Input */

/* A number as the network sees it. Without branches, so that rows of numbers become vectors. */
static inline float
encode_number (const SxNnPlan *plan, size_t feature, float x)
{
  float z = (x - plan->centres[feature]) * plan->scales[feature];
  float r;

  z = isnan (z) ? 0.0f : z; /* missing */
  z = z > NUMBER_MAX ? NUMBER_MAX : z;
  z = z < -NUMBER_MAX ? -NUMBER_MAX : z;
  r = z * plan->unclip;
  return z / sqrtf (1.0f + r * r);
}

/* The row of a category in its table; n_categories for missing and unknown. */
static inline size_t
encode_category (const SxNnFeature *feature, float x)
{
  return x >= 0.0f && x < (float)feature->n_categories ? (size_t)x : feature->n_categories;
}

static void
periodic_forward (const SxNnPlan *plan, const SxNnKernels *kernels, const SxNnFeature *feature, const float *parameters, float z, float *y)
{
  const SxNnBlock *block = &plan->blocks[feature->block];
  const float     *map = parameters + block[2].offset, *offset = parameters + block[3].offset;
  size_t           k = plan->n_frequencies, n = feature->width - 1;
  float            c[SX_NN_MAX_FREQUENCIES];

  kernels->periodic (z, parameters + block[0].offset, parameters + block[1].offset, c, NULL, k);
  y[0] = z;
  for (size_t j = 0; j < n; j++)
    {
      float sum = offset[j];

      for (size_t i = 0; i < k; i++)
        sum += c[i] * map[i * n + j];
      y[1 + j] = sum;
    }
}

static void
input_forward (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, size_t from, size_t to, float *values)
{
  size_t width = plan->slot_widths[0];

  if (plan->has_numbers_only)
    {
      for (size_t row = from; row < to; row++)
        for (size_t i = 0; i < width; i++)
          values[row * width + i] = encode_number (plan, i, x[row * width + i]);
      return;
    }
  for (size_t row = from; row < to; row++)
    for (size_t i = 0; i < plan->n_features; i++)
      {
        const SxNnFeature *feature = &plan->features[i];
        float             *y = values + row * width + feature->column;
        float              cell = x[row * plan->n_features + i];

        switch (feature->encoding)
          {
          case SX_NN_NUMBER:
            y[0] = encode_number (plan, i, cell);
            break;
          case SX_NN_PERIODIC:
            periodic_forward (plan, kernels, feature, parameters, encode_number (plan, i, cell), y);
            break;
            case SX_NN_ONE_HOT: {
              size_t category = encode_category (feature, cell);
              memset (y, 0, feature->width * sizeof (float));
              if (category < feature->n_categories)
                y[category] = 1.0f;
              break;
            }
          case SX_NN_EMBEDDING:
            memcpy (y, parameters + plan->blocks[feature->block].offset + encode_category (feature, cell) * feature->width, feature->width * sizeof (float));
            break;
          }
      }
}

static void
periodic_gradient (const SxNnPlan *plan, const SxNnKernels *kernels, const SxNnFeature *feature, const float *parameters, float z, const float *dy, float *gradients)
{
  const SxNnBlock *block = &plan->blocks[feature->block];
  const float     *map = parameters + block[2].offset;
  float           *d_frequency = gradients + block[0].offset, *d_phase = gradients + block[1].offset, *d_map = gradients + block[2].offset,
        *d_offset = gradients + block[3].offset;
  size_t k = plan->n_frequencies, n = feature->width - 1;
  float  c[SX_NN_MAX_FREQUENCIES], s[SX_NN_MAX_FREQUENCIES];

  kernels->periodic (z, parameters + block[0].offset, parameters + block[1].offset, c, s, k);
  for (size_t j = 0; j < n; j++)
    d_offset[j] += dy[1 + j];
  for (size_t i = 0; i < k; i++)
    {
      float du = 0.0f;

      for (size_t j = 0; j < n; j++)
        {
          d_map[i * n + j] += c[i] * dy[1 + j];
          du -= s[i] * map[i * n + j] * dy[1 + j];
        }
      d_phase[i] += du;
      d_frequency[i] += du * 6.28318531f * z;
    }
}

static void
input_parameters (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, const float *dy, size_t rows, size_t part, size_t n_parts, float *gradients)
{
  size_t width = plan->slot_widths[0];

  for (size_t i = plan->n_features * part / n_parts; i < plan->n_features * (part + 1) / n_parts; i++)
    {
      const SxNnFeature *feature = &plan->features[i];
      size_t             n_blocks = feature->encoding == SX_NN_PERIODIC ? 4 : feature->encoding == SX_NN_EMBEDDING ? 1
                                                                                                                   : 0;

      for (size_t b = 0; b < n_blocks; b++)
        {
          const SxNnBlock *block = &plan->blocks[feature->block + b];
          memset (gradients + block->offset, 0, block->n_rows * block->n_columns * sizeof (float));
        }
      if (n_blocks == 0)
        continue;
      for (size_t row = 0; row < rows; row++)
        {
          const float *d = dy + row * width + feature->column;
          float        cell = x[row * plan->n_features + i];

          if (feature->encoding == SX_NN_PERIODIC)
            periodic_gradient (plan, kernels, feature, parameters, encode_number (plan, i, cell), d, gradients);
          else
            {
              float *to = gradients + plan->blocks[feature->block].offset + encode_category (feature, cell) * feature->width;
              for (size_t j = 0; j < feature->width; j++)
                to[j] += d[j];
            }
        }
    }
}

/* Linear */

static void
linear_forward (const SxNnKernels *kernels, const SxNnOp *op, const float *weight, const float *bias, const float *x, float *y, size_t n_rows, float *scratch)
{
  kernels->gemm (&(SxNnGemm){ .m = n_rows, .n = op->width_out, .k = op->width_in, .a = x, .a_row = op->width_in, .a_column = 1, .b = weight, .b_row = op->width_out, .b_column = 1, .c = y, .c_row = op->width_out, .scale = op->scale, .bias = bias, .scratch = scratch });
}

static void
linear_backward (const SxNnKernels *kernels, const SxNnOp *op, const float *weight, const float *dy, float *dx, size_t n_rows, float *scratch)
{
  kernels->gemm (&(SxNnGemm){ .m = n_rows, .n = op->width_in, .k = op->width_out, .a = dy, .a_row = op->width_out, .a_column = 1, .b = weight, .b_row = 1, .b_column = op->width_out, .c = dx, .c_row = op->width_in, .scale = op->scale, .scratch = scratch });
}

static void
linear_parameters (const SxNnKernels *kernels, const SxNnOp *op, const float *x, const float *dy, size_t rows, size_t part, size_t n_parts, float *d_weight, float *d_bias, float *scratch)
{
  size_t from = op->width_in * part / n_parts, to = op->width_in * (part + 1) / n_parts;

  kernels->gemm (&(SxNnGemm){ .m = to - from, .n = op->width_out, .k = rows, .a = x + from, .a_row = 1, .a_column = op->width_in, .b = dy, .b_row = op->width_out, .b_column = 1, .c = d_weight + from * op->width_out, .c_row = op->width_out, .scale = op->scale, .scratch = scratch });
  if (part == n_parts - 1)
    kernels->column_sums (dy, d_bias, rows, op->width_out);
}

/* Layer norm (Ba et al. 2016); statistics: (mean, 1 / sd) a row */

static void
norm_forward (const SxNnOp *op, const float *gain, const float *shift, const float *x, float *y, float *statistics, size_t n_rows)
{
  size_t n = op->width_in;

  for (size_t row = 0; row < n_rows; row++, x += n, y += n, statistics += 2)
    {
      float sum = 0.0f, squares = 0.0f, mean, factor;

      for (size_t i = 0; i < n; i++)
        sum += x[i];
      mean = sum / (float)n;
      for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
      factor = 1.0f / sqrtf (squares / (float)n + NORM_EPSILON);
      for (size_t i = 0; i < n; i++)
        y[i] = (x[i] - mean) * factor * gain[i] + shift[i];
      statistics[0] = mean;
      statistics[1] = factor;
    }
}

static void
norm_backward (const SxNnOp *op, const float *gain, const float *x, const float *dy, float *dx, const float *statistics, size_t n_rows)
{
  size_t n = op->width_in;

  for (size_t row = 0; row < n_rows; row++, x += n, dy += n, dx += n, statistics += 2)
    {
      float mean = statistics[0], factor = statistics[1], sum = 0.0f, projection = 0.0f;

      for (size_t i = 0; i < n; i++)
        {
          float d = dy[i] * gain[i];
          sum += d;
          projection += d * (x[i] - mean) * factor;
        }
      sum /= (float)n;
      projection /= (float)n;
      for (size_t i = 0; i < n; i++)
        dx[i] = factor * (dy[i] * gain[i] - sum - (x[i] - mean) * factor * projection);
    }
}

static void
norm_parameters (const SxNnOp *op, const float *x, const float *dy, const float *statistics, size_t rows, float *d_gain, float *d_shift)
{
  size_t n = op->width_in;

  memset (d_gain, 0, n * sizeof (float));
  memset (d_shift, 0, n * sizeof (float));
  for (size_t row = 0; row < rows; row++, x += n, dy += n, statistics += 2)
    for (size_t i = 0; i < n; i++)
      {
        d_gain[i] += dy[i] * (x[i] - statistics[0]) * statistics[1];
        d_shift[i] += dy[i];
      }
}

/* Plans */

static void
apply_dropout (const SxNnKernels *kernels, const SxNnOp *op, const SxNnStep *step, size_t from, const float *x, float *y, size_t n_rows)
{
  float  rate = op->rate * step->dropout_factor;
  size_t n = n_rows * op->width_in;

  if (rate > 0.0f)
    kernels->dropout (sx_nn_hash (step->key, op->output, 0), from * op->width_in, rate, x, y, n);
  else if (x != y)
    memcpy (y, x, n * sizeof (float));
}

void
sx_nn_forward (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, SxNnWorkspace *workspace, size_t from, size_t to, const SxNnStep *step, float *scratch)
{
  size_t n_rows = to - from;

  if (n_rows == 0)
    return;
  input_forward (plan, kernels, parameters, x, from, to, workspace->values[0]);
  for (size_t i = 1; i < plan->n_ops; i++)
    {
      const SxNnOp    *op = &plan->ops[i];
      const SxNnBlock *block = &plan->blocks[op->block];
      const float     *in = workspace->values[op->input] + from * op->width_in;
      float           *out = workspace->values[op->output] + from * op->width_out;

      switch (op->kind)
        {
        case SX_NN_OP_SCALE:
          kernels->scale_rows (in, parameters + block->offset, out, n_rows, op->width_in);
          break;
        case SX_NN_OP_LINEAR:
          linear_forward (kernels, op, parameters + block[0].offset, parameters + block[1].offset, in, out, n_rows, scratch);
          break;
        case SX_NN_OP_ACTIVATION:
          kernels->activation_forward (op->activation, in, out, n_rows * op->width_in);
          break;
        case SX_NN_OP_DROPOUT:
          if (workspace->is_training)
            apply_dropout (kernels, op, step, from, in, out, n_rows);
          break;
        case SX_NN_OP_LAYER_NORM:
          norm_forward (op, parameters + block[0].offset, parameters + block[1].offset, in, out, workspace->statistics + 2 * (i * workspace->rows + from), n_rows);
          break;
        case SX_NN_OP_ADD:
          memcpy (out, in, n_rows * op->width_in * sizeof (float));
          kernels->add (out, workspace->values[op->other] + from * op->width_in, n_rows * op->width_in);
          break;
        case SX_NN_OP_INPUT:
        default:
          __builtin_unreachable ();
        }
    }
}

/* Whether the gradient of slot 0 is of any use. */
static bool
has_input_blocks (const SxNnPlan *plan)
{
  for (size_t i = 0; i < plan->n_features; i++)
    if (plan->features[i].encoding == SX_NN_PERIODIC || plan->features[i].encoding == SX_NN_EMBEDDING)
      return true;
  return false;
}

void
sx_nn_backward_rows (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, SxNnWorkspace *workspace, size_t from, size_t to, const SxNnStep *step, float *scratch)
{
  size_t n_rows = to - from;
  bool   learns_inputs = has_input_blocks (plan);

  if (n_rows == 0)
    return;
  for (size_t i = plan->n_ops - 1; i > 0; i--)
    {
      const SxNnOp    *op = &plan->ops[i];
      const SxNnBlock *block = &plan->blocks[op->block];
      const float     *in = workspace->values[op->input] + from * op->width_in;
      const float     *out = workspace->values[op->output] + from * op->width_out;
      const float     *dy = workspace->gradients[op->output] + from * op->width_out;
      float           *sum = workspace->gradients[op->input] + from * op->width_in;
      float           *dx = op->adds_gradient ? workspace->spare + from * op->width_in : sum;
      size_t           n = n_rows * op->width_in;

      if (op->input == 0 && !learns_inputs)
        continue;
      switch (op->kind)
        {
        case SX_NN_OP_SCALE:
          kernels->scale_rows (dy, parameters + block->offset, dx, n_rows, op->width_in);
          break;
        case SX_NN_OP_LINEAR:
          linear_backward (kernels, op, parameters + block->offset, dy, dx, n_rows, scratch);
          break;
        case SX_NN_OP_ACTIVATION:
          kernels->activation_backward (op->activation, in, out, dy, dx, n);
          break;
        case SX_NN_OP_DROPOUT:
          apply_dropout (kernels, op, step, from, dy, dx, n_rows);
          break;
        case SX_NN_OP_LAYER_NORM:
          norm_backward (op, parameters + block[0].offset, in, dy, dx, workspace->statistics + 2 * (i * workspace->rows + from), n_rows);
          break;
          case SX_NN_OP_ADD: {
            float *d_other = workspace->gradients[op->other] + from * op->width_in;

            memcpy (dx, dy, n * sizeof (float));
            memcpy (d_other, dy, n * sizeof (float));
            break;
          }
        case SX_NN_OP_INPUT:
        default:
          __builtin_unreachable ();
        }
      if (op->adds_gradient)
        kernels->add (sum, dx, n);
    }
}

void
sx_nn_backward_parameters (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, const SxNnWorkspace *workspace, size_t rows, size_t part, size_t n_parts, float *gradients, float *scratch)
{
  input_parameters (plan, kernels, parameters, x, workspace->gradients[0], rows, part, n_parts, gradients);
  for (size_t i = 1; i < plan->n_ops; i++)
    {
      const SxNnOp    *op = &plan->ops[i];
      const SxNnBlock *block = &plan->blocks[op->block];
      const float     *in = workspace->values[op->input], *dy = workspace->gradients[op->output];

      if (op->kind == SX_NN_OP_LINEAR)
        linear_parameters (kernels, op, in, dy, rows, part, n_parts, gradients + block[0].offset, gradients + block[1].offset, scratch);
      else if (op->kind == SX_NN_OP_SCALE && part == n_parts - 1)
        kernels->product_sums (in, dy, gradients + block->offset, rows, op->width_in);
      else if (op->kind == SX_NN_OP_LAYER_NORM && part == n_parts - 1)
        norm_parameters (op, in, dy, workspace->statistics + 2 * i * workspace->rows, rows, gradients + block[0].offset, gradients + block[1].offset);
    }
}

/* Losses */

/* Smoothing as in Szegedy et al. 2016: the target is (1 - smoothing) on the class and smoothing / n everywhere. */
void
sx_nn_loss_softmax (const SxNnKernels *kernels, const float *logits, const float *y, size_t n_rows, size_t n, float smoothing, float divisor, float *gradient, float *losses)
{
  for (size_t row = 0; row < n_rows; row++, logits += n)
    {
      size_t class = (size_t)y[row];
      float  top = logits[0];
      double sum = 0.0;

      for (size_t i = 1; i < n; i++)
        top = logits[i] > top ? logits[i] : top;
      for (size_t i = 0; i < n; i++)
        sum += exp ((double)(logits[i] - top));
      losses[row] = (float)(log (sum) - (double)(logits[class] - top));
      if (gradient == NULL)
        continue;
      kernels->softmax (logits, gradient, 1, n);
      for (size_t i = 0; i < n; i++)
        gradient[i] = (gradient[i] - smoothing / (float)n - (i == class ? 1.0f - smoothing : 0.0f)) / divisor;
      gradient += n;
    }
}

/* Half of the gradient is left out: (o - y)² / 2 has the gradient o - y; the loss told is (o - y)². */
void
sx_nn_loss_squared (const float *outputs, const float *y, size_t n_rows, float divisor, float *gradient, float *losses)
{
  for (size_t row = 0; row < n_rows; row++)
    {
      float difference = outputs[row] - y[row];

      losses[row] = difference * difference;
      if (gradient != NULL)
        gradient[row] = difference / divisor;
    }
}
