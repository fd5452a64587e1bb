/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Gradients of plans against central differences, for every kind of operation, and their independence of how the work is cut. */

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/sx-plan.h"

#define ROWS 19
#define N_FEATURES 5

static const float centres[N_FEATURES] = { 0.1f, -0.2f, 0.0f, 0.0f, 0.3f };
static const float scales[N_FEATURES] = { 1.0f, 2.0f, 1.0f, 1.0f, 0.5f };

typedef struct
{
  SxNnPlan      *plan;
  SxNnWorkspace *workspace;
  float         *parameters, *gradients, *scratch;
  float          x[ROWS * N_FEATURES], y[ROWS], losses[ROWS];
  gsize          n_outputs;
  SxNnStep       step;
} Fixture;

static SxNnPlan *
make_plan (SxNnActivation activation, gsize n_outputs, gboolean is_periodic)
{
  SxNnPlan *plan = sx_nn_plan_new (N_FEATURES);
  gsize     before;

  plan->n_frequencies = 7;
  plan->clip = 3.0f;
  plan->centres = centres;
  plan->scales = scales;
  for (gsize i = 0; i < N_FEATURES; i++)
    if (i == 2)
      sx_nn_plan_set_feature (plan, i, SX_NN_ONE_HOT, 3, 0, 0.0f);
    else if (i == 3)
      sx_nn_plan_set_feature (plan, i, SX_NN_EMBEDDING, 11, 5, 0.5f);
    else
      sx_nn_plan_set_feature (plan, i, is_periodic ? SX_NN_PERIODIC : SX_NN_NUMBER, 0, 4, 0.3f);
  sx_nn_plan_add_input (plan);
  sx_nn_plan_add_scale (plan, "front", 6.0f);
  sx_nn_plan_add_linear (plan, "first", 13, true, 0.1f);
  sx_nn_plan_add_activation (plan, activation);
  sx_nn_plan_add_dropout (plan, 0.2f);
  before = sx_nn_plan_get_slot (plan);
  sx_nn_plan_add_layer_norm (plan, "norm");
  sx_nn_plan_add_linear (plan, "second", 17, false, 1.0f);
  sx_nn_plan_add_activation (plan, activation);
  sx_nn_plan_add_linear (plan, "third", 13, true, 1.0f);
  sx_nn_plan_add_residual (plan, before);
  sx_nn_plan_add_linear (plan, "output", n_outputs, true, 1.0f);
  g_assert_false (plan->failed);
  return plan;
}

static void
fixture_init (Fixture *f, SxNnActivation activation, gsize n_outputs, gboolean is_periodic)
{
  memset (f, 0, sizeof *f);
  f->plan = make_plan (activation, n_outputs, is_periodic);
  f->workspace = sx_nn_workspace_new (f->plan, ROWS, true);
  f->parameters = sx_nn_allocate (f->plan->n_parameters * sizeof (float));
  f->gradients = sx_nn_allocate (f->plan->n_parameters * sizeof (float));
  f->scratch = sx_nn_allocate (sx_nn_plan_scratch (f->plan, ROWS) * sizeof (float));
  f->n_outputs = n_outputs;
  f->step = (SxNnStep){ .key = 42, .dropout_factor = 1.0f };
  sx_nn_plan_init (f->plan, 3, f->parameters);
  for (gsize row = 0; row < ROWS; row++)
    {
      for (gsize i = 0; i < N_FEATURES; i++)
        f->x[row * N_FEATURES + i] = (float)(sx_nn_hash (1, row, i) % 1000) / 400.0f - 1.2f;
      f->x[row * N_FEATURES + 2] = (float)(row % 4); /* 3: unknown */
      f->x[row * N_FEATURES + 3] = (float)(row % 12);
      f->y[row] = n_outputs == 1 ? (float)(row % 7) / 3.0f : (float)(row % n_outputs);
    }
  f->x[N_FEATURES] = NAN;
  f->x[2 * N_FEATURES + 3] = NAN;
  f->x[3 * N_FEATURES + 4] = INFINITY;
}

static void
fixture_clear (Fixture *f)
{
  sx_nn_workspace_free (f->workspace);
  sx_nn_plan_free (f->plan);
  free (f->parameters);
  free (f->gradients);
  free (f->scratch);
}

static void
run (Fixture *f, const SxNnKernels *kernels, gsize n_parts)
{
  gsize slot = sx_nn_plan_get_slot (f->plan);

  for (gsize part = 0; part < n_parts; part++)
    {
      gsize  from = ROWS * part / n_parts, to = ROWS * (part + 1) / n_parts;
      float *outputs, *gradient;

      sx_nn_forward (f->plan, kernels, f->parameters, f->x, f->workspace, from, to, &f->step, f->scratch);
      outputs = f->workspace->values[slot] + from * f->n_outputs;
      gradient = f->workspace->gradients[slot] + from * f->n_outputs;
      if (f->n_outputs == 1)
        sx_nn_loss_squared (outputs, f->y + from, to - from, ROWS, gradient, f->losses + from);
      else
        sx_nn_loss_softmax (kernels, outputs, f->y + from, to - from, f->n_outputs, 0.0f, ROWS, gradient, f->losses + from);
      sx_nn_backward_rows (f->plan, kernels, f->parameters, f->workspace, from, to, &f->step, f->scratch);
    }
  for (gsize part = 0; part < n_parts; part++)
    sx_nn_backward_parameters (f->plan, kernels, f->parameters, f->x, f->workspace, ROWS, part, n_parts, f->gradients, f->scratch);
}

/* The loss whose gradient is taken; of the outputs the float cells, the rest in double. */
static double
get_loss (Fixture *f, const SxNnKernels *kernels)
{
  gsize  slot = sx_nn_plan_get_slot (f->plan);
  double sum = 0.0;

  sx_nn_forward (f->plan, kernels, f->parameters, f->x, f->workspace, 0, ROWS, &f->step, f->scratch);
  for (gsize row = 0; row < ROWS; row++)
    {
      const float *o = f->workspace->values[slot] + row * f->n_outputs;
      double       total = 0.0;

      if (f->n_outputs == 1)
        {
          sum += ((double)o[0] - (double)f->y[row]) * ((double)o[0] - (double)f->y[row]) / 2.0;
          continue;
        }
      for (gsize i = 0; i < f->n_outputs; i++)
        total += exp ((double)o[i]);
      sum += log (total) - (double)o[(gsize)f->y[row]];
    }
  return sum / ROWS;
}

/* Along its own gradient, a block's directional derivative is the gradient's norm. */
static void
check_gradients (Fixture *f, const SxNnKernels *kernels)
{
  run (f, kernels, 1);
  for (gsize b = 0; b < f->plan->n_blocks; b++)
    {
      const SxNnBlock  *block = &f->plan->blocks[b];
      gsize             n = block->n_rows * block->n_columns;
      g_autofree float *kept = g_memdup2 (f->parameters + block->offset, n * sizeof (float));
      double            norm = 0.0, up, down, slope, h = 2e-3;

      for (gsize i = 0; i < n; i++)
        norm += (double)f->gradients[block->offset + i] * (double)f->gradients[block->offset + i];
      norm = sqrt (norm);
      g_assert_cmpfloat (norm, >, 0.0);
      for (gsize i = 0; i < n; i++)
        f->parameters[block->offset + i] = kept[i] + (float)(h * (double)f->gradients[block->offset + i] / norm);
      up = get_loss (f, kernels);
      for (gsize i = 0; i < n; i++)
        f->parameters[block->offset + i] = kept[i] - (float)(h * (double)f->gradients[block->offset + i] / norm);
      down = get_loss (f, kernels);
      memcpy (f->parameters + block->offset, kept, n * sizeof (float));
      slope = (up - down) / (2.0 * h);
      if (fabs (slope - norm) > 2e-3 * norm + 1e-4)
        g_error ("%s %s: slope %g, gradient %g", kernels->name, block->name, slope, norm);
    }
}

static void
test_gradients (void)
{
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    for (int activation = 0; activation < SX_NN_N_ACTIVATIONS; activation++)
      for (guint kind = 0; kind < 4; kind++)
        {
          Fixture f;

          if (activation == SX_NN_RELU)
            continue; /* its corner spoils differences; the kernel has a test of its own */
          fixture_init (&f, (SxNnActivation)activation, kind & 1 ? 1 : 4, kind >> 1);
          check_gradients (&f, *kernels);
          fixture_clear (&f);
        }
}

static void
test_parts (void)
{
  for (const SxNnKernels *const *kernels = sx_nn_kernels_list (); *kernels != NULL; kernels++)
    {
      Fixture           f;
      g_autofree float *whole = NULL;

      fixture_init (&f, SX_NN_SELU, 4, TRUE);
      run (&f, *kernels, 1);
      whole = g_memdup2 (f.gradients, f.plan->n_parameters * sizeof (float));
      for (gsize n_parts = 2; n_parts < 23; n_parts += 4)
        {
          memset (f.gradients, 0xff, f.plan->n_parameters * sizeof (float));
          run (&f, *kernels, n_parts);
          for (gsize b = 0; b < f.plan->n_blocks; b++)
            g_assert_cmpmem (f.gradients + f.plan->blocks[b].offset, f.plan->blocks[b].n_rows * f.plan->blocks[b].n_columns * sizeof (float),
                             whole + f.plan->blocks[b].offset, f.plan->blocks[b].n_rows * f.plan->blocks[b].n_columns * sizeof (float));
        }
      fixture_clear (&f);
    }
}

/* Instruction sets differ in the last places only. */
static void
test_instruction_sets (void)
{
  const SxNnKernels *const *kernels = sx_nn_kernels_list ();
  Fixture                   f;
  g_autofree float         *first = NULL;

  fixture_init (&f, SX_NN_MISH, 4, TRUE);
  run (&f, kernels[0], 1);
  first = g_memdup2 (f.gradients, f.plan->n_parameters * sizeof (float));
  for (kernels++; *kernels != NULL; kernels++)
    {
      run (&f, *kernels, 1);
      for (gsize i = 0; i < f.plan->n_parameters; i++)
        g_assert_cmpfloat (fabsf (f.gradients[i] - first[i]), <, 2e-5f);
    }
  fixture_clear (&f);
}

static void
test_refused (void)
{
  SxNnPlan *plan = sx_nn_plan_new (1);

  plan->centres = centres;
  plan->scales = scales;
  sx_nn_plan_set_feature (plan, 0, SX_NN_NUMBER, 0, 0, 0.0f);
  sx_nn_plan_add_input (plan);
  sx_nn_plan_add_linear (plan, "first", 8, true, 1.0f);
  sx_nn_plan_add_residual (plan, 0); /* 1 is not 8 wide */
  g_assert_true (plan->failed);
  sx_nn_plan_free (plan);

  plan = sx_nn_plan_new (1);
  sx_nn_plan_set_feature (plan, 0, SX_NN_EMBEDDING, 1u << 30, 4, 1.0f);
  g_assert_true (plan->failed);
  sx_nn_plan_free (plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/plan/gradients", test_gradients);
  g_test_add_func ("/nn/plan/parts-give-the-same-bits", test_parts);
  g_test_add_func ("/nn/plan/instruction-sets-agree", test_instruction_sets);
  g_test_add_func ("/nn/plan/refuses", test_refused);
  return g_test_run ();
}
