/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* A plan: a network with all shapes fixed, as a list of operations over slots. Plain C; no allocation after sx_nn_plan_freeze() and
 * sx_nn_workspace_new().
 *
 * A slot is an activation: a matrix (rows of the batch, width). Slot 0 is what the input operation makes of the raw features. Every
 * operation reads one slot (ADD: two) and writes a slot of its own. Parameters are one flat buffer, cut into named blocks.
 *
 * The forward and backward passes take a range of rows, the gradients by the parameters a part of the parameters: threads share
 * nothing but the barrier between the two, and no sum is ever split, so that results are the same bits for any number of threads. */

#include "sx-nn-kernels.h"

#define SX_NN_MAX_OPS 512
#define SX_NN_MAX_WIDTH 65536
#define SX_NN_MAX_PARAMETERS ((size_t)1 << 30)
#define SX_NN_MAX_FREQUENCIES 64
#define SX_NN_NORM_EPSILON 1e-5f
#define SX_NN_NUMBER_MAX 1e9f /* scaled numbers go no further: their squares must stay finite */

typedef enum {
  SX_NN_OP_INPUT,
  SX_NN_OP_SCALE,  /* y = x · s, element-wise */
  SX_NN_OP_LINEAR, /* y = x W · scale + b; W is (width_in, width_out) */
  SX_NN_OP_ACTIVATION,
  SX_NN_OP_DROPOUT,    /* while training only */
  SX_NN_OP_LAYER_NORM, /* y = (x - mean) / sd · g + b, over the row */
  SX_NN_OP_ADD,        /* y = x + other */
} SxNnOpKind;

/* How a raw feature enters the network. */
typedef enum {
  SX_NN_NUMBER,    /* (x - centre) · scale, smoothly clipped; missing: 0 */
  SX_NN_PERIODIC,  /* the number, and a linear map of cos (2π w x + b) (Gorishniy et al. 2022; Holzmüller et al. 2024, PBLD) */
  SX_NN_ONE_HOT,   /* missing or unknown: all 0 */
  SX_NN_EMBEDDING, /* a row of a table; missing or unknown: its last row */
} SxNnEncoding;

typedef struct
{
  SxNnEncoding encoding;
  size_t       n_categories;
  size_t       column; /* first column of the encoded feature in slot 0 */
  size_t       width;  /* columns that it takes there */
  size_t       block;  /* first of its parameter blocks: EMBEDDING 1, PERIODIC 4 (frequencies, phases, map, offsets) */
} SxNnFeature;

typedef enum {
  SX_NN_INIT_ZERO,
  SX_NN_INIT_ONE,
  SX_NN_INIT_NORMAL,  /* sd: spread */
  SX_NN_INIT_UNIFORM, /* ± spread */
} SxNnInit;

/* A named part of the parameters, (n_rows, n_columns). */
typedef struct
{
  char     name[40];
  size_t   offset, n_rows, n_columns;
  SxNnInit init;
  float    spread;
  float    rate_factor;  /* of the learning rate */
  float    decay_factor; /* of the weight decay */
} SxNnBlock;

typedef struct
{
  SxNnOpKind     kind;
  size_t         input, other, output; /* slots */
  size_t         width_in, width_out;
  size_t         block; /* first of its parameter blocks */
  SxNnActivation activation;
  float          rate;          /* DROPOUT */
  float          scale;         /* LINEAR */
  bool           adds_gradient; /* its input is also read by a later operation */
} SxNnOp;

typedef struct
{
  SxNnFeature *features;
  size_t       n_features;
  size_t       n_frequencies;
  float        clip;   /* numbers are squashed to ± this; 0: not */
  float        unclip; /* 1 / clip, or 0 */
  bool         has_numbers_only;
  SxNnOp       ops[SX_NN_MAX_OPS];
  size_t       n_ops;
  size_t       slot_widths[SX_NN_MAX_OPS];
  SxNnBlock   *blocks;
  size_t       n_blocks, blocks_room;
  size_t       n_parameters;     /* floats, with padding between blocks */
  const float *centres, *scales; /* (n_features), of numbers; borrowed */
  bool         failed;           /* out of memory or over a maximum while building */
} SxNnPlan;

typedef struct
{
  size_t rows;
  float *arena;
  float *values[SX_NN_MAX_OPS];
  float *gradients[SX_NN_MAX_OPS]; /* only for training */
  float *spare;                    /* (rows, widest) */
  float *statistics;               /* (rows, 2 · n_ops): mean and 1 / sd of layer norms */
  bool   is_training;
} SxNnWorkspace;

/* What a forward pass needs besides parameters. */
typedef struct
{
  uint64_t key;            /* of this step's dropout masks */
  float    dropout_factor; /* of all rates; 0: none */
} SxNnStep;

SxNnPlan *sx_nn_plan_new (size_t n_features);
void      sx_nn_plan_free (SxNnPlan *plan);
/* Features in order; @width: of EMBEDDING, PERIODIC (with the number itself). @spread: of the frequencies (turns) or the table. */
void sx_nn_plan_set_feature (SxNnPlan *plan, size_t feature, SxNnEncoding encoding, size_t n_categories, size_t width, float spread);
/* Each appends an operation on the last slot and returns the slot that it writes. */
size_t sx_nn_plan_add_input (SxNnPlan *plan);
size_t sx_nn_plan_add_scale (SxNnPlan *plan, const char *name, float rate_factor);
size_t sx_nn_plan_add_linear (SxNnPlan *plan, const char *name, size_t width, bool is_ntk, float bias_rate_factor);
size_t sx_nn_plan_add_activation (SxNnPlan *plan, SxNnActivation activation);
size_t sx_nn_plan_add_dropout (SxNnPlan *plan, float rate);
size_t sx_nn_plan_add_layer_norm (SxNnPlan *plan, const char *name);
size_t sx_nn_plan_add_residual (SxNnPlan *plan, size_t other);
size_t sx_nn_plan_get_slot (const SxNnPlan *plan);  /* the last one */
size_t sx_nn_plan_get_width (const SxNnPlan *plan); /* of the last slot */
/* Bytes of a workspace for @rows rows. */
size_t sx_nn_workspace_size (const SxNnPlan *plan, size_t rows, bool is_training);
/* NULL when memory is short. */
SxNnWorkspace *sx_nn_workspace_new (const SxNnPlan *plan, size_t rows, bool is_training);
void           sx_nn_workspace_free (SxNnWorkspace *workspace);
void           sx_nn_plan_init (const SxNnPlan *plan, uint64_t seed, float *parameters);
/* Floats of scratch that each thread needs, 64-byte aligned. */
size_t sx_nn_plan_scratch (const SxNnPlan *plan, size_t rows);

/* The passes. @x: raw features (rows of the batch, n_features); rows [from, to) are worked on. */
void sx_nn_forward (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, SxNnWorkspace *workspace, size_t from, size_t to, const SxNnStep *step, float *scratch);
/* From the gradient in the last slot down to slot 0. */
void sx_nn_backward_rows (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, SxNnWorkspace *workspace, size_t from, size_t to, const SxNnStep *step, float *scratch);
/* Part @part of @n_parts of the parameters' gradients, from rows [0, rows). */
void sx_nn_backward_parameters (const SxNnPlan *plan, const SxNnKernels *kernels, const float *parameters, const float *x, const SxNnWorkspace *workspace, size_t rows, size_t part, size_t n_parts, float *gradients, float *scratch);

/* Losses of rows [0, n_rows), and their gradients by the outputs divided by @divisor. @losses: one a row, without smoothing. */
void sx_nn_loss_softmax (const SxNnKernels *kernels, const float *logits, const float *y, size_t n_rows, size_t n, float smoothing, float divisor, float *gradient, float *losses);
void sx_nn_loss_squared (const float *outputs, const float *y, size_t n_rows, float divisor, float *gradient, float *losses);

/* Memory at 64-byte boundaries, zeroed; NULL when short. */
void *sx_nn_allocate (size_t size);
