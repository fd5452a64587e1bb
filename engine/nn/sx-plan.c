/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Building plans, their memory and their first parameters. */

#include "sx-plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64
#define FLOATS_ALIGNED (ALIGNMENT / sizeof (float))

static size_t
round_up (size_t n)
{
  return (n + FLOATS_ALIGNED - 1) / FLOATS_ALIGNED * FLOATS_ALIGNED;
}

void *
sx_nn_allocate (size_t size)
{
  void *memory;

  if (size == 0)
    size = 1;
  if (size > SIZE_MAX - ALIGNMENT)
    return NULL;
  memory = aligned_alloc (ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  if (memory != NULL)
    memset (memory, 0, size);
  return memory;
}

SxNnPlan *
sx_nn_plan_new (size_t n_features)
{
  SxNnPlan *plan = calloc (1, sizeof (SxNnPlan));

  if (plan == NULL)
    return NULL;
  plan->features = calloc (n_features ? n_features : 1, sizeof (SxNnFeature));
  plan->n_features = n_features;
  if (plan->features == NULL)
    {
      free (plan);
      return NULL;
    }
  return plan;
}

void
sx_nn_plan_free (SxNnPlan *plan)
{
  if (plan == NULL)
    return;
  free (plan->features);
  free (plan->blocks);
  free (plan);
}

static SxNnBlock *
add_block (SxNnPlan *plan, const char *name, const char *part, size_t n_rows, size_t n_columns, SxNnInit init, float spread)
{
  static SxNnBlock nowhere; /* written to once the plan has failed, read by nobody */
  SxNnBlock       *block;

  if (plan->failed || n_rows > SX_NN_MAX_PARAMETERS || n_columns > SX_NN_MAX_PARAMETERS || n_rows * n_columns > SX_NN_MAX_PARAMETERS - plan->n_parameters)
    {
      plan->failed = true;
      return &nowhere;
    }
  if (plan->n_blocks == plan->blocks_room)
    {
      size_t     room = plan->blocks_room ? 2 * plan->blocks_room : 16;
      SxNnBlock *blocks = realloc (plan->blocks, room * sizeof (SxNnBlock));

      if (blocks == NULL)
        {
          plan->failed = true;
          return &nowhere;
        }
      plan->blocks = blocks;
      plan->blocks_room = room;
    }
  block = &plan->blocks[plan->n_blocks++];
  *block = (SxNnBlock){ .offset = plan->n_parameters, .n_rows = n_rows, .n_columns = n_columns, .init = init, .spread = spread, .rate_factor = 1.0f };
  snprintf (block->name, sizeof block->name, "%.24s.%.12s", name, part);
  plan->n_parameters = round_up (plan->n_parameters + n_rows * n_columns);
  return block;
}

void
sx_nn_plan_set_feature (SxNnPlan *plan, size_t feature, SxNnEncoding encoding, size_t n_categories, size_t width, float spread)
{
  SxNnFeature *f = &plan->features[feature];
  char         name[32];

  *f = (SxNnFeature){ .encoding = encoding, .n_categories = n_categories, .width = width, .block = plan->n_blocks };
  snprintf (name, sizeof name, "feature.%zu", feature);
  switch (encoding)
    {
    case SX_NN_NUMBER:
      f->width = 1;
      break;
    case SX_NN_ONE_HOT:
      f->width = n_categories;
      break;
    case SX_NN_EMBEDDING:
      add_block (plan, name, "table", n_categories + 1, width, SX_NN_INIT_NORMAL, spread);
      break;
      case SX_NN_PERIODIC: {
        size_t k = plan->n_frequencies;
        float  rate = 0.1f; /* as PBLD has it: frequencies move slowly */

        add_block (plan, name, "frequency", 1, k, SX_NN_INIT_NORMAL, spread)->rate_factor = rate;
        add_block (plan, name, "phase", 1, k, SX_NN_INIT_UNIFORM, 3.14159265f)->rate_factor = rate;
        add_block (plan, name, "map", k, width - 1, SX_NN_INIT_UNIFORM, 1.0f / sqrtf ((float)k))->rate_factor = rate;
        add_block (plan, name, "offset", 1, width - 1, SX_NN_INIT_UNIFORM, 1.0f / sqrtf ((float)k))->rate_factor = rate;
        break;
      }
    }
}

size_t
sx_nn_plan_get_slot (const SxNnPlan *plan)
{
  return plan->n_ops - 1;
}

size_t
sx_nn_plan_get_width (const SxNnPlan *plan)
{
  return plan->slot_widths[plan->n_ops - 1];
}

/* Operation i writes slot i. */
static SxNnOp *
add_op (SxNnPlan *plan, SxNnOpKind kind, size_t width)
{
  size_t  slot = plan->n_ops;
  SxNnOp *op;

  if (slot == SX_NN_MAX_OPS || width == 0 || width > SX_NN_MAX_WIDTH)
    {
      plan->failed = true;
      return &plan->ops[slot ? slot - 1 : 0];
    }
  op = &plan->ops[slot];
  *op = (SxNnOp){ .kind = kind, .output = slot, .width_out = width, .block = plan->n_blocks, .scale = 1.0f };
  if (kind != SX_NN_OP_INPUT)
    {
      op->input = slot - 1;
      op->width_in = plan->slot_widths[slot - 1];
    }
  plan->slot_widths[slot] = width;
  plan->n_ops++;
  return op;
}

size_t
sx_nn_plan_add_input (SxNnPlan *plan)
{
  size_t width = 0;

  plan->unclip = plan->clip > 0.0f ? 1.0f / plan->clip : 0.0f;
  plan->has_numbers_only = true;
  for (size_t i = 0; i < plan->n_features; i++)
    {
      plan->has_numbers_only = plan->has_numbers_only && plan->features[i].encoding == SX_NN_NUMBER;
      plan->features[i].column = width;
      width += plan->features[i].width;
    }
  return add_op (plan, SX_NN_OP_INPUT, width)->output;
}

size_t
sx_nn_plan_add_scale (SxNnPlan *plan, const char *name, float rate_factor)
{
  size_t width = sx_nn_plan_get_width (plan);
  size_t slot = add_op (plan, SX_NN_OP_SCALE, width)->output;

  add_block (plan, name, "scale", 1, width, SX_NN_INIT_ONE, 0.0f)->rate_factor = rate_factor;
  return slot;
}

/* With the NTK parametrisation (Jacot et al. 2018) weights start at unit variance and 1 / √width_in is a factor of the layer. */
size_t
sx_nn_plan_add_linear (SxNnPlan *plan, const char *name, size_t width, bool is_ntk, float bias_rate_factor)
{
  size_t     width_in = sx_nn_plan_get_width (plan);
  SxNnOp    *op = add_op (plan, SX_NN_OP_LINEAR, width);
  float      shrink = 1.0f / sqrtf ((float)width_in);
  SxNnBlock *block;

  op->scale = is_ntk ? shrink : 1.0f;
  block = add_block (plan, name, "weight", width_in, width, SX_NN_INIT_NORMAL, is_ntk ? 1.0f : shrink);
  block->decay_factor = 1.0f;
  block = add_block (plan, name, "bias", 1, width, is_ntk ? SX_NN_INIT_NORMAL : SX_NN_INIT_UNIFORM, is_ntk ? 1.0f : shrink);
  block->rate_factor = bias_rate_factor;
  return op->output;
}

size_t
sx_nn_plan_add_activation (SxNnPlan *plan, SxNnActivation activation)
{
  SxNnOp *op = add_op (plan, SX_NN_OP_ACTIVATION, sx_nn_plan_get_width (plan));

  op->activation = activation;
  return op->output;
}

size_t
sx_nn_plan_add_dropout (SxNnPlan *plan, float rate)
{
  SxNnOp *op = add_op (plan, SX_NN_OP_DROPOUT, sx_nn_plan_get_width (plan));

  op->rate = rate;
  return op->output;
}

size_t
sx_nn_plan_add_layer_norm (SxNnPlan *plan, const char *name)
{
  size_t width = sx_nn_plan_get_width (plan);
  size_t slot = add_op (plan, SX_NN_OP_LAYER_NORM, width)->output;

  add_block (plan, name, "gain", 1, width, SX_NN_INIT_ONE, 0.0f);
  add_block (plan, name, "shift", 1, width, SX_NN_INIT_ZERO, 0.0f);
  return slot;
}

/* Operations between @other and here see their first input read twice: that one adds to the gradient that ADD has written. */
size_t
sx_nn_plan_add_residual (SxNnPlan *plan, size_t other)
{
  SxNnOp *op;

  /* Two that begin at the same slot would both write its gradient. */
  if (other + 1 >= plan->n_ops || plan->slot_widths[other] != sx_nn_plan_get_width (plan) || plan->ops[other + 1].adds_gradient)
    {
      plan->failed = true;
      return 0;
    }
  op = add_op (plan, SX_NN_OP_ADD, sx_nn_plan_get_width (plan));
  op->other = other;
  plan->ops[other + 1].adds_gradient = true;
  return op->output;
}

static size_t
get_widest (const SxNnPlan *plan)
{
  size_t widest = 1;

  for (size_t i = 0; i < plan->n_ops; i++)
    widest = plan->slot_widths[i] > widest ? plan->slot_widths[i] : widest;
  return widest;
}

/* Floats of the arena. With @workspace the pointers are set too. */
static size_t
lay_out (const SxNnPlan *plan, size_t rows, bool is_training, SxNnWorkspace *workspace)
{
  size_t at = 0;

  for (size_t i = 0; i < plan->n_ops; i++)
    {
      size_t size = round_up (rows * plan->slot_widths[i]);

      if (!is_training && plan->ops[i].kind == SX_NN_OP_DROPOUT)
        {
          if (workspace != NULL)
            workspace->values[i] = workspace->values[plan->ops[i].input];
          continue;
        }
      if (workspace != NULL)
        workspace->values[i] = workspace->arena + at;
      at += size;
      if (!is_training)
        continue;
      if (workspace != NULL)
        workspace->gradients[i] = workspace->arena + at;
      at += size;
    }
  if (workspace != NULL)
    {
      workspace->statistics = workspace->arena + at;
      workspace->spare = workspace->statistics + round_up (2 * rows * plan->n_ops);
    }
  at += round_up (2 * rows * plan->n_ops);
  if (is_training)
    at += round_up (rows * get_widest (plan));
  return at;
}

size_t
sx_nn_workspace_size (const SxNnPlan *plan, size_t rows, bool is_training)
{
  return lay_out (plan, rows, is_training, NULL) * sizeof (float);
}

SxNnWorkspace *
sx_nn_workspace_new (const SxNnPlan *plan, size_t rows, bool is_training)
{
  SxNnWorkspace *workspace = calloc (1, sizeof (SxNnWorkspace));

  if (workspace == NULL)
    return NULL;
  workspace->arena = sx_nn_allocate (sx_nn_workspace_size (plan, rows, is_training));
  if (workspace->arena == NULL)
    {
      free (workspace);
      return NULL;
    }
  workspace->rows = rows;
  workspace->is_training = is_training;
  lay_out (plan, rows, is_training, workspace);
  return workspace;
}

void
sx_nn_workspace_free (SxNnWorkspace *workspace)
{
  if (workspace == NULL)
    return;
  free (workspace->arena);
  free (workspace);
}

size_t
sx_nn_plan_scratch (const SxNnPlan *plan, size_t rows)
{
  size_t widest = get_widest (plan);
  size_t depth = widest > rows ? widest : rows;

  return round_up (sx_nn_gemm_scratch (widest, depth));
}

/* (0, 1), never either. */
static double
uniform (uint64_t seed, uint64_t block, uint64_t i)
{
  return ((double)(sx_nn_hash (seed, block, i) >> 12) + 0.5) / 4503599627370496.0;
}

/* Every value is a hash of (seed, block, index): no generator, no order. Normals by Box and Muller 1958. */
static void
init_block (const SxNnBlock *block, uint64_t seed, uint64_t index, float *p)
{
  size_t n = block->n_rows * block->n_columns;

  for (size_t i = 0; i < n; i++)
    switch (block->init)
      {
      case SX_NN_INIT_ZERO:
        p[i] = 0.0f;
        break;
      case SX_NN_INIT_ONE:
        p[i] = 1.0f;
        break;
      case SX_NN_INIT_UNIFORM:
        p[i] = (float)(2.0 * uniform (seed, index, i) - 1.0) * block->spread;
        break;
      case SX_NN_INIT_NORMAL:
        p[i] = (float)(sqrt (-2.0 * log (uniform (seed, index, 2 * i))) * cos (6.283185307179586 * uniform (seed, index, 2 * i + 1))) * block->spread;
        break;
      }
}

void
sx_nn_plan_init (const SxNnPlan *plan, uint64_t seed, float *parameters)
{
  memset (parameters, 0, plan->n_parameters * sizeof (float));
  for (size_t i = 0; i < plan->n_blocks; i++)
    init_block (&plan->blocks[i], seed, i, parameters + plan->blocks[i].offset);
  /* A category that was never seen starts as nothing. */
  for (size_t i = 0; i < plan->n_features; i++)
    if (plan->features[i].encoding == SX_NN_EMBEDDING)
      memset (parameters + plan->blocks[plan->features[i].block].offset + plan->features[i].n_categories * plan->features[i].width, 0,
              plan->features[i].width * sizeof (float));
}
