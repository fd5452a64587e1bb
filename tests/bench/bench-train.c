/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Rates of training and of prediction of plans, beside those of plain loops that do the same arithmetic.
 *
 *   bench-train [--smoke]                 a line a case: name key=value …
 *   bench-train WORKLOAD [--threads N]    one JSON object, for comparisons with other programs
 *
 * A step gathers random rows, runs forward, loss, backward and Adam, as training does. CPU seconds count where the machine is shared. */

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nn/sx-plan.h"
#include "nn/sx-team.h"

#define N_ROWS 20000
#define MAX_LAYERS 4

typedef struct
{
  const char *name;
  gsize       widths[MAX_LAYERS]; /* inputs, hidden, hidden, classes */
  gsize       batch;
} Workload;

static const Workload workloads[] = {
  { "mlp_a", { 100, 256, 256, 10 }, 256 },
  { "mlp_b", { 20, 64, 64, 2 }, 64 },
};

typedef struct
{
  const Workload *workload;
  SxNnPlan       *plan;
  SxNnWorkspace  *workspace;
  SxTeam         *team;
  float          *x, *y, *batch_x, *batch_y, *losses;
  float          *parameters, *gradients, *first, *second, *scratch;
  float          *zeros, *ones;
  gsize           scratch_size, at;
  guint64         n_steps;
  SxNnAdam        adam;
} Bench;

static double
get_cpu_seconds (void)
{
  return (double)clock () / CLOCKS_PER_SEC;
}

static double
get_seconds (void)
{
  return (double)g_get_monotonic_time () / G_USEC_PER_SEC;
}

static void
bench_init (Bench *self, const Workload *workload, guint n_threads)
{
  gsize n = workload->widths[0], size;

  memset (self, 0, sizeof *self);
  self->workload = workload;
  self->plan = sx_nn_plan_new (n);
  self->zeros = sx_nn_allocate (n * sizeof (float));
  self->ones = sx_nn_allocate (n * sizeof (float));
  for (gsize i = 0; i < n; i++)
    {
      self->ones[i] = 1.0f;
      sx_nn_plan_set_feature (self->plan, i, SX_NN_NUMBER, 0, 1, 0.0f);
    }
  self->plan->centres = self->zeros;
  self->plan->scales = self->ones;
  sx_nn_plan_add_input (self->plan);
  sx_nn_plan_add_linear (self->plan, "first", workload->widths[1], false, 1.0f);
  sx_nn_plan_add_activation (self->plan, SX_NN_RELU);
  sx_nn_plan_add_linear (self->plan, "second", workload->widths[2], false, 1.0f);
  sx_nn_plan_add_activation (self->plan, SX_NN_RELU);
  sx_nn_plan_add_linear (self->plan, "output", workload->widths[3], false, 1.0f);
  self->team = sx_team_new (n_threads);
  self->workspace = sx_nn_workspace_new (self->plan, workload->batch, true);
  size = self->plan->n_parameters * sizeof (float);
  self->parameters = sx_nn_allocate (size);
  self->gradients = sx_nn_allocate (size);
  self->first = sx_nn_allocate (size);
  self->second = sx_nn_allocate (size);
  self->scratch_size = sx_nn_plan_scratch (self->plan, workload->batch);
  self->scratch = sx_nn_allocate (n_threads * self->scratch_size * sizeof (float));
  self->x = sx_nn_allocate (N_ROWS * n * sizeof (float));
  self->y = sx_nn_allocate (N_ROWS * sizeof (float));
  self->batch_x = sx_nn_allocate (workload->batch * n * sizeof (float));
  self->batch_y = sx_nn_allocate (workload->batch * sizeof (float));
  self->losses = sx_nn_allocate (workload->batch * sizeof (float));
  for (gsize i = 0; i < N_ROWS * n; i++)
    self->x[i] = (float)(sx_nn_hash (1, i, 0) >> 40) / (float)(1 << 23) - 1.0f;
  for (gsize row = 0; row < N_ROWS; row++)
    self->y[row] = (float)((gsize)((self->x[row * n] + 1.0f) * 0.5f * (float)workload->widths[3]) % workload->widths[3]);
  sx_nn_plan_init (self->plan, 1, self->parameters);
  self->adam = (SxNnAdam){ .learning_rate = 1e-3f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .gradient_scale = 1.0f };
}

static void
bench_clear (Bench *self)
{
  float *all[] = { self->x, self->y, self->batch_x, self->batch_y, self->losses, self->parameters, self->gradients, self->first, self->second, self->scratch, self->zeros, self->ones };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    free (all[i]);
  sx_team_free (self->team);
  sx_nn_workspace_free (self->workspace);
  sx_nn_plan_free (self->plan);
}

static void
run_rows (unsigned part, unsigned n_parts, void *data)
{
  Bench   *self = data;
  gsize    batch = self->workload->batch, n = self->workload->widths[0], n_out = self->workload->widths[3], slot = sx_nn_plan_get_slot (self->plan);
  gsize    from = batch * part / n_parts, to = batch * (part + 1) / n_parts;
  SxNnStep step = { 0 };
  float   *scratch = self->scratch + part * self->scratch_size;

  for (gsize row = from; row < to; row++)
    {
      gsize chosen = sx_nn_hash (2, self->n_steps, row) % N_ROWS;
      memcpy (self->batch_x + row * n, self->x + chosen * n, n * sizeof (float));
      self->batch_y[row] = self->y[chosen];
    }
  sx_nn_forward (self->plan, sx_nn_kernels (), self->parameters, self->batch_x, self->workspace, from, to, &step, scratch);
  sx_nn_loss_softmax (sx_nn_kernels (), self->workspace->values[slot] + from * n_out, self->batch_y + from, to - from, n_out, 0.0f, (float)batch, self->workspace->gradients[slot] + from * n_out, self->losses + from);
  sx_nn_backward_rows (self->plan, sx_nn_kernels (), self->parameters, self->workspace, from, to, &step, scratch);
}

static void
run_parameters (unsigned part, unsigned n_parts, void *data)
{
  Bench *self = data;

  sx_nn_backward_parameters (self->plan, sx_nn_kernels (), self->parameters, self->batch_x, self->workspace, self->workload->batch, part, n_parts, self->gradients, self->scratch + part * self->scratch_size);
}

static void
run_optimiser (unsigned part, unsigned n_parts, void *data)
{
  Bench *self = data;
  gsize  from = self->plan->n_parameters * part / n_parts, to = self->plan->n_parameters * (part + 1) / n_parts;

  sx_nn_kernels ()->adam (&self->adam, self->parameters + from, self->gradients + from, self->first + from, self->second + from, to - from);
}

static double
run_step (Bench *self)
{
  double sum = 0.0;

  self->n_steps++;
  self->adam.correction1 = (float)(1.0 / (1.0 - pow (0.9, (double)self->n_steps)));
  self->adam.correction2 = (float)(1.0 / (1.0 - pow (0.999, (double)self->n_steps)));
  sx_team_run (self->team, run_rows, self);
  sx_team_run (self->team, run_parameters, self);
  sx_team_run (self->team, run_optimiser, self);
  for (gsize row = 0; row < self->workload->batch; row++)
    sum += (double)self->losses[row];
  return sum / (double)self->workload->batch;
}

/* The plain reference: one layer forward, as anyone would write it first, and the same work thrice for a step. */
static double
time_plain (const Bench *self, double seconds)
{
  const Workload *w = self->workload;
  gsize           batch = w->batch;
  float          *a = sx_nn_allocate (batch * 512 * sizeof (float)), *b = sx_nn_allocate (batch * 512 * sizeof (float));
  double          start = get_cpu_seconds (), spent;
  gsize           n_steps = 0;

  do
    {
      for (guint pass = 0; pass < 3; pass++)
        for (guint layer = 0; layer + 1 < MAX_LAYERS; layer++)
          {
            const float *weights = self->parameters + self->plan->blocks[2 * layer].offset;
            gsize        n_in = w->widths[layer], n_out = w->widths[layer + 1];

            for (gsize row = 0; row < batch; row++)
              for (gsize j = 0; j < n_out; j++)
                {
                  float sum = 0.0f;
                  for (gsize i = 0; i < n_in; i++)
                    sum += a[row * n_in + i] * weights[i * n_out + j];
                  b[row * n_out + j] = sum;
                }
          }
      n_steps++;
      spent = get_cpu_seconds () - start;
    }
  while (spent < seconds);
  free (a);
  free (b);
  return (double)(n_steps * batch) / spent;
}

static double
time_forward (const Bench *self, gsize rows, double seconds)
{
  SxNnWorkspace *workspace = sx_nn_workspace_new (self->plan, rows, false);
  float         *scratch = sx_nn_allocate (sx_nn_plan_scratch (self->plan, rows) * sizeof (float));
  SxNnStep       step = { 0 };
  double         start = get_cpu_seconds (), spent;
  gsize          n = 0;

  do
    {
      for (guint i = 0; i < 50; i++)
        sx_nn_forward (self->plan, sx_nn_kernels (), self->parameters, self->x, workspace, 0, rows, &step, scratch);
      n += 50;
      spent = get_cpu_seconds () - start;
    }
  while (spent < seconds);
  sx_nn_workspace_free (workspace);
  free (scratch);
  return (double)n * (double)rows / spent;
}

static void
run_workload (const Workload *workload, guint n_threads, double seconds, gboolean as_json)
{
  Bench  self;
  double start, cpu, wall_rate, cpu_rate, loss = 0.0, plain, single, bulk;
  gsize  before;

  bench_init (&self, workload, n_threads);
  for (guint i = 0; i < 20; i++)
    run_step (&self);
  before = self.n_steps;
  start = get_seconds ();
  cpu = get_cpu_seconds ();
  while (get_seconds () - start < seconds)
    for (guint i = 0; i < 10; i++)
      loss = run_step (&self);
  cpu_rate = (double)((self.n_steps - before) * workload->batch) / (get_cpu_seconds () - cpu);
  wall_rate = (double)((self.n_steps - before) * workload->batch) / (get_seconds () - start);
  single = time_forward (&self, 1, seconds / 4.0);
  bulk = time_forward (&self, 256, seconds / 4.0);
  plain = time_plain (&self, seconds / 4.0);
  if (as_json)
    printf ("{\"workload\": \"%s\", \"peer\": \"sextant\", \"threads\": %u, \"train_samples_s\": %.0f, \"train_samples_cpu_s\": %.0f, \"infer1_us\": %.3f, \"infer_bulk_samples_s\": %.0f, \"loss\": %.6f}\n", workload->name, n_threads, wall_rate, cpu_rate, 1e6 / single, bulk, loss);
  else
    printf ("train-%s isa=%s threads=%u samples_s=%.0f samples_cpu_s=%.0f plain_cpu_s=%.0f ratio=%.1f infer1_us=%.2f infer_bulk_s=%.0f loss=%.4f\n", workload->name, sx_nn_kernels ()->name, n_threads, wall_rate, cpu_rate, plain, cpu_rate / plain, 1e6 / single, bulk, loss);
  bench_clear (&self);
}

int
main (int argc, char **argv)
{
  const char *only = NULL;
  double      seconds = 2.0;
  guint       n_threads = 1;

  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "--smoke"))
      seconds = 0.05;
    else if (g_str_equal (argv[i], "--threads") && i + 1 < argc)
      n_threads = (guint)g_ascii_strtoull (argv[++i], NULL, 10);
    else
      only = argv[i];
  n_threads = CLAMP (n_threads, 1, 256);
  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    if (only == NULL || g_str_equal (only, workloads[i].name))
      run_workload (&workloads[i], n_threads, seconds, only != NULL);
  return 0;
}
