/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Training of networks: minibatches, AdamW, best weights kept.
 *
 * A step has three acts with a barrier between: rows (forward, loss, backward, by rows of the batch), gradients by the parameters (by
 * parameters), optimiser (by parameters). No sum is split between threads, so any number of them gives the same bits. Orders, masks and first
 * weights are hashes of (seed, epoch or step, index): there is no generator whose state a checkpoint would have to keep. */

#include "config.h"

#include "sx-network-checkpoint.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define EVALUATION_ROWS 4096
#define FLOPS_WORTH_THREADS 1e7 /* of a step; below, waking a thread costs more than it brings */
#define CHECKPOINT_SECONDS 1.0
#define SMALLEST_BATCH 16
#define FEWEST_STEPS 8

enum {
  KEY_WEIGHTS = 1,
  KEY_ORDER,
  KEY_DROPOUT,
};

typedef struct
{
  /* Borrowed */
  const SxDataset      *training;
  const SxDataset      *validation;
  const SxTrainContext *context;
  SxNetwork            *network;
  const SxNetworkSpec  *spec;
  const SxNnKernels    *kernels;
  /* Owned */
  SxTeam        *team;
  SxNnWorkspace *workspace;
  float         *scratch; /* scratch_size floats a member */
  float         *gradients, *first, *second, *best;
  float         *batch_x, *batch_y, *losses;
  float         *output; /* of the evaluation */
  guint32       *order;
  gsize          scratch_size;
  gsize          batch, n_steps; /* rows of a step, steps of an epoch */
  guint          n_epochs;       /* of the schedule */
  gint64         started;
  double         seconds_before; /* spent before a resume */
  SxNetworkState state;
  /* This step */
  const guint32 *rows;
  SxNnStep       step;
  SxNnAdam       adam;
  double         rate, decay;
} Trainer;

static double
get_seconds (const Trainer *self)
{
  return self->seconds_before + (double)(g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
}

/* Denormal numbers are flushed while a step runs: moments that decay towards zero would make it many times slower. */
static unsigned
flush_denormals (void)
{
#ifdef __SSE__
  unsigned before = _mm_getcsr ();
  _mm_setcsr (before | 0x8040);
  return before;
#else
  return 0;
#endif
}

static void
restore_denormals (unsigned before)
{
#ifdef __SSE__
  _mm_setcsr (before);
#endif
}

/* The acts of a step */

static void
compute_losses (Trainer *self, gsize from, gsize to)
{
  gsize        slot = sx_nn_plan_get_slot (self->network->plan);
  gsize        n = self->network->base.n_outputs;
  const float *outputs = self->workspace->values[slot] + from * n;
  float       *gradient = self->workspace->gradients[slot] + from * n;

  if (self->network->base.task == SX_TASK_REGRESSION)
    sx_nn_loss_squared (outputs, self->batch_y + from, to - from, (float)self->batch, gradient, self->losses + from);
  else
    sx_nn_loss_softmax (self->kernels, outputs, self->batch_y + from, to - from, n, (float)self->spec->smoothing, (float)self->batch, gradient, self->losses + from);
}

static void
run_rows (unsigned part, unsigned n_parts, void *data)
{
  Trainer   *self = data;
  SxNetwork *network = self->network;
  gsize      from = self->batch * part / n_parts, to = self->batch * (part + 1) / n_parts, n = network->base.n_features;
  float     *scratch = self->scratch + part * self->scratch_size;
  unsigned   before = flush_denormals ();

  for (gsize row = from; row < to; row++)
    {
      memcpy (self->batch_x + row * n, self->training->x + self->rows[row] * n, n * sizeof (float));
      self->batch_y[row] = self->training->y[self->rows[row]];
      if (network->base.task == SX_TASK_REGRESSION)
        self->batch_y[row] = (float)(((double)self->batch_y[row] - network->target_mean) / network->target_sd);
    }
  sx_nn_forward (network->plan, self->kernels, network->parameters, self->batch_x, self->workspace, from, to, &self->step, scratch);
  compute_losses (self, from, to);
  sx_nn_backward_rows (network->plan, self->kernels, network->parameters, self->workspace, from, to, &self->step, scratch);
  restore_denormals (before);
}

static void
run_parameters (unsigned part, unsigned n_parts, void *data)
{
  Trainer *self = data;
  unsigned before = flush_denormals ();

  sx_nn_backward_parameters (self->network->plan, self->kernels, self->network->parameters, self->batch_x, self->workspace, self->batch, part, n_parts,
                             self->gradients, self->scratch + part * self->scratch_size);
  restore_denormals (before);
}

static void
run_optimiser (unsigned part, unsigned n_parts, void *data)
{
  Trainer  *self = data;
  SxNnPlan *plan = self->network->plan;
  unsigned  before = flush_denormals ();

  for (gsize i = 0; i < plan->n_blocks; i++)
    {
      const SxNnBlock *block = &plan->blocks[i];
      gsize            n = block->n_rows * block->n_columns;
      gsize            from = block->offset + n * part / n_parts, to = block->offset + n * (part + 1) / n_parts;
      SxNnAdam         adam = self->adam;

      adam.learning_rate = (float)self->rate * block->rate_factor;
      adam.decay = (float)self->decay * block->decay_factor;
      self->kernels->adam (&adam, self->network->parameters + from, self->gradients + from, self->first + from, self->second + from, to - from);
    }
  restore_denormals (before);
}

/* The factor that brings the norm of all gradients down to the maximum. */
static float
get_gradient_scale (const Trainer *self)
{
  double squares = 0.0, norm;

  if (!(self->spec->max_norm > 0.0))
    return 1.0f;
  for (gsize i = 0; i < self->network->plan->n_parameters; i++)
    squares += (double)self->gradients[i] * (double)self->gradients[i];
  norm = sqrt (squares);
  return norm > self->spec->max_norm ? (float)(self->spec->max_norm / norm) : 1.0f;
}

/* One step on the rows @rows; returns the sum of their losses. */
static double
run_step (Trainer *self, const guint32 *rows)
{
  const SxNetworkSpec *spec = self->spec;
  double               progress = MIN (1.0, ((double)self->state.step + 0.5) / ((double)self->n_steps * self->n_epochs));
  double               t = (double)self->state.step + 1.0, sum = 0.0;

  self->rows = rows;
  self->step.key = sx_nn_hash (self->context->seed, KEY_DROPOUT, self->state.step);
  self->step.dropout_factor = (float)sx_schedule_at (spec->dropout_schedule, progress);
  self->rate = spec->learning_rate * sx_schedule_at (spec->schedule, progress);
  self->decay = spec->weight_decay * sx_schedule_at (spec->decay_schedule, progress);
  self->adam = (SxNnAdam){ .beta1 = (float)spec->beta1, .beta2 = (float)spec->beta2, .epsilon = 1e-8f };
  self->adam.correction1 = (float)(1.0 / (1.0 - pow (spec->beta1, t)));
  self->adam.correction2 = (float)(1.0 / (1.0 - pow (spec->beta2, t)));
  sx_team_run (self->team, run_rows, self);
  sx_team_run (self->team, run_parameters, self);
  self->adam.gradient_scale = get_gradient_scale (self);
  sx_team_run (self->team, run_optimiser, self);
  self->state.step++;
  for (gsize row = 0; row < self->batch; row++)
    sum += (double)self->losses[row];
  return sum;
}

/* Fisher and Yates, from the identity, so that an epoch's order depends on the epoch alone. */
static void
shuffle_rows (Trainer *self)
{
  gsize   n = self->training->n_rows;
  guint64 key = sx_nn_hash (self->context->seed, KEY_ORDER, self->state.epoch);

  for (gsize i = 0; i < n; i++)
    self->order[i] = (guint32)i;
  for (gsize i = n - 1; i > 0; i--)
    {
      gsize   j = (gsize)(sx_nn_hash (key, i, 0) % (i + 1));
      guint32 row = self->order[i];

      self->order[i] = self->order[j];
      self->order[j] = row;
    }
}

static gboolean
check_cancelled (const Trainer *self, GError **error)
{
  if (self->context->cancelled == NULL || !g_atomic_int_get (self->context->cancelled))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The training was cancelled."));
  return FALSE;
}

static gboolean
set_diverged (const Trainer *self, GError **error)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DIVERGED, _ ("The loss became infinite in epoch %u. A smaller learning rate may help; it was %g."),
               (guint)self->state.epoch + 1, self->spec->learning_rate);
  return FALSE;
}

/* Losses as they are told: log loss, or the root mean squared error in the target's units. */
static double
to_told_loss (const Trainer *self, double mean)
{
  return self->network->base.task == SX_TASK_REGRESSION ? sqrt (mean) * self->network->target_sd : mean;
}

/* @out_of_time: set when the seconds ran out on the way. */
static gboolean
run_epoch (Trainer *self, double *loss, gboolean *out_of_time, GError **error)
{
  double sum = 0.0;
  gsize  n = 0;

  shuffle_rows (self);
  for (gsize step = 0; step < self->n_steps && !*out_of_time; step++)
    {
      if (!check_cancelled (self, error))
        return FALSE;
      sum += run_step (self, self->order + step * self->batch);
      n += self->batch;
      if (!isfinite (sum))
        return set_diverged (self, error);
      *out_of_time = self->context->seconds > 0.0 && get_seconds (self) > self->context->seconds;
    }
  *loss = to_told_loss (self, sum / (double)n);
  return TRUE;
}

static double
sum_losses (const Trainer *self, const float *output, const float *y, gsize n_rows)
{
  gsize  n = self->network->base.n_outputs;
  double sum = 0.0;

  for (gsize row = 0; row < n_rows; row++)
    if (self->network->base.task == SX_TASK_REGRESSION)
      sum += ((double)output[row] - (double)y[row]) * ((double)output[row] - (double)y[row]);
    else
      sum -= log (MAX ((double)output[row * n + (gsize)y[row]], 1e-15));
  return sum;
}

static gboolean
evaluate (Trainer *self, double *loss, GError **error)
{
  const SxDataset *validation = self->validation;
  double           sum = 0.0;

  for (gsize from = 0; from < validation->n_rows; from += EVALUATION_ROWS)
    {
      gsize n = MIN (EVALUATION_ROWS, validation->n_rows - from);

      if (!check_cancelled (self, error) ||
          !sx_predictor_predict (&self->network->base, validation->x + from * validation->n_features, n, sx_team_get_n_members (self->team), self->output, error))
        return FALSE;
      sum += sum_losses (self, self->output, validation->y + from, n);
    }
  *loss = sum / (double)validation->n_rows;
  if (!isfinite (*loss))
    return set_diverged (self, error);
  if (self->network->base.task == SX_TASK_REGRESSION)
    *loss = sqrt (*loss);
  return TRUE;
}

static void
keep_best (Trainer *self, double loss)
{
  self->state.best_epoch = self->state.epoch;
  self->state.best_loss = loss;
  memcpy (self->best, self->network->parameters, self->network->plan->n_parameters * sizeof (float));
}

static gboolean
write_checkpoint (Trainer *self, double *written, GError **error)
{
  double now = get_seconds (self);

  if (self->context->checkpoint_path == NULL || now < *written + CHECKPOINT_SECONDS)
    return TRUE;
  *written = now;
  self->state.seconds = now;
  return sx_network_state_save (&self->state, self->context->checkpoint_path, error);
}

static gboolean
has_lost_patience (const Trainer *self)
{
  return self->validation != NULL && self->state.epoch - self->state.best_epoch >= self->spec->patience;
}

static gboolean
run_epochs (Trainer *self, GError **error)
{
  const SxTrainContext *context = self->context;
  gboolean              is_exact = context->max_iterations > 0;
  guint                 last = is_exact ? context->max_iterations : self->spec->epochs;
  double                written = get_seconds (self);
  gboolean              ends = FALSE;

  while (!ends && self->state.epoch < last && (is_exact || !has_lost_patience (self)))
    {
      double training_loss = NAN, loss = NAN;

      if (!run_epoch (self, &training_loss, &ends, error) || (self->validation != NULL && !evaluate (self, &loss, error)))
        return FALSE;
      self->state.epoch++;
      if (is_exact || self->validation == NULL || self->state.best_epoch == 0 || loss < self->state.best_loss)
        keep_best (self, loss);
      /* Told first, then kept: who is told never begins again behind what was told. The end is not kept, as it comes again. */
      if (context->progress != NULL && context->progress ((guint)self->state.epoch, last, training_loss, loss, context->user_data))
        ends = TRUE;
      if (!ends && !write_checkpoint (self, &written, error))
        return FALSE;
    }
  return TRUE;
}

/* Before and after */

static gboolean
check_dataset (const SxDataset *dataset, const SxDataset *like, GError **error)
{
  gboolean fits = dataset->y != NULL && dataset->n_rows > 0 && dataset->n_rows < G_MAXUINT32 && dataset->n_features > 0 &&
                  dataset->n_features == like->n_features && dataset->task == like->task && dataset->n_classes == like->n_classes;

  if (!fits)
    {
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("There are no rows, no features or no target to train on."));
      return FALSE;
    }
  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      float y = dataset->y[row];
      if (!isfinite (y) || (dataset->task != SX_TASK_REGRESSION && !(y >= 0.0f && y < (float)dataset->n_classes)))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Row %" G_GSIZE_FORMAT " has a target that cannot be learned: %g."), row + 1, (double)y);
          return FALSE;
        }
    }
  return TRUE;
}

static void
fit_target (SxNetwork *network, const SxDataset *dataset)
{
  double sum = 0.0, squares = 0.0, low = INFINITY, high = -INFINITY;

  if (dataset->task != SX_TASK_REGRESSION)
    return;
  for (gsize row = 0; row < dataset->n_rows; row++)
    {
      double y = (double)dataset->y[row];
      sum += y;
      low = MIN (low, y);
      high = MAX (high, y);
    }
  network->target_mean = sum / (double)dataset->n_rows;
  for (gsize row = 0; row < dataset->n_rows; row++)
    squares += ((double)dataset->y[row] - network->target_mean) * ((double)dataset->y[row] - network->target_mean);
  network->target_sd = sqrt (squares / (double)dataset->n_rows);
  if (!(network->target_sd > 0.0))
    network->target_sd = 1.0;
  network->target_low = low;
  network->target_high = high;
}

static double
count_flops (const SxNnPlan *plan, gsize batch)
{
  double flops = 0.0;

  for (gsize i = 0; i < plan->n_blocks; i++)
    flops += 6.0 * (double)batch * (double)plan->blocks[i].n_rows * (double)plan->blocks[i].n_columns;
  return flops;
}

/* Bytes of everything that is allocated for the whole training. */
static gsize
count_memory (const Trainer *self, guint n_threads)
{
  const SxNnPlan *plan = self->network->plan;
  gsize           floats = 5 * plan->n_parameters + n_threads * self->scratch_size + self->batch * (plan->n_features + 2) + EVALUATION_ROWS * self->network->base.n_outputs;

  return floats * sizeof (float) + sx_nn_workspace_size (plan, self->batch, true) + self->training->n_rows * sizeof (guint32);
}

static gboolean
set_memory_error (gsize needed, GError **error)
{
  g_autofree char *size = g_format_size (needed);

  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("Training this network takes %s of memory, more than there is for it. A smaller width or batch needs less."), size);
  return FALSE;
}

static gboolean
allocate (Trainer *self, GError **error)
{
  const SxNnPlan *plan = self->network->plan;
  guint           n_threads = count_flops (plan, self->batch) < FLOPS_WORTH_THREADS ? 1 : MAX (1, self->context->n_threads);
  gsize           size = plan->n_parameters * sizeof (float), needed;

  n_threads = (guint)MIN (n_threads, self->batch);
  self->scratch_size = sx_nn_plan_scratch (plan, self->batch);
  needed = count_memory (self, n_threads);
  if (self->context->memory_limit > 0 && needed > self->context->memory_limit)
    return set_memory_error (needed, error);
  if (!sx_network_allocate (self->network, error))
    return FALSE;
  self->team = sx_team_new (n_threads);
  self->workspace = sx_nn_workspace_new (plan, self->batch, true);
  self->scratch = sx_nn_allocate (n_threads * self->scratch_size * sizeof (float));
  self->gradients = sx_nn_allocate (size);
  self->first = sx_nn_allocate (size);
  self->second = sx_nn_allocate (size);
  self->best = sx_nn_allocate (size);
  self->batch_x = sx_nn_allocate (self->batch * plan->n_features * sizeof (float));
  self->batch_y = sx_nn_allocate (self->batch * sizeof (float));
  self->losses = sx_nn_allocate (self->batch * sizeof (float));
  self->output = sx_nn_allocate (EVALUATION_ROWS * self->network->base.n_outputs * sizeof (float));
  self->order = sx_nn_allocate (self->training->n_rows * sizeof (guint32));
  if (!self->team || !self->workspace || !self->scratch || !self->gradients || !self->first || !self->second || !self->best || !self->batch_x || !self->batch_y ||
      !self->losses || !self->output || !self->order)
    return set_memory_error (needed, error);
  return TRUE;
}

static void
trainer_clear (Trainer *self)
{
  sx_team_free (self->team);
  sx_nn_workspace_free (self->workspace);
  free (self->scratch);
  free (self->gradients);
  free (self->first);
  free (self->second);
  free (self->best);
  free (self->batch_x);
  free (self->batch_y);
  free (self->losses);
  free (self->output);
  free (self->order);
}

static gboolean
begin (Trainer *self, GError **error)
{
  const SxTrainContext *context = self->context;
  SxNetwork            *network = self->network;

  self->started = g_get_monotonic_time ();
  /* A small table is cut into several steps all the same: one step an epoch learns too little. */
  self->batch = MIN (self->spec->batch, MAX (SMALLEST_BATCH, self->training->n_rows / FEWEST_STEPS));
  self->batch = MIN (self->batch, self->training->n_rows);
  self->n_steps = self->training->n_rows / self->batch; /* rows left over wait for the next epoch */
  self->n_epochs = MAX (self->spec->epochs, context->max_iterations);
  if (!allocate (self, error))
    return FALSE;
  sx_network_fit_scaling (network, self->training);
  fit_target (network, self->training);
  sx_nn_plan_init (network->plan, sx_nn_hash (context->seed, KEY_WEIGHTS, 0), network->parameters);
  self->state.n = network->plan->n_parameters;
  self->state.arrays[0] = network->parameters;
  self->state.arrays[1] = self->first;
  self->state.arrays[2] = self->second;
  self->state.arrays[3] = self->best;
  if (context->checkpoint_path != NULL)
    {
      self->state.identity = sx_network_identity (self->training, self->validation, context);
      if (sx_network_state_load (&self->state, context->checkpoint_path))
        self->seconds_before = self->state.seconds;
    }
  return TRUE;
}

static SxNetwork *
make_network (const SxDataset *training, const SxTrainContext *context, GError **error)
{
  SxSpace          *space = sx_topology_get_space (context->topology, training->task);
  g_autofree guint *n_categories = g_new (guint, training->n_features);
  SxNetworkSpec    *spec;

  if (space == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, _ ("The topology “%s” is not for this task."), sx_topology_get_title (context->topology));
      return NULL;
    }
  spec = sx_network_spec_read (sx_yaml_find (sx_topology_get_root (context->topology), "network"), space, context->config, error);
  if (spec == NULL)
    return NULL;
  for (gsize i = 0; i < training->n_features; i++)
    n_categories[i] = training->features[i].n_categories;
  return sx_network_new (spec, training->task, n_categories, (guint)training->n_features, training->task == SX_TASK_REGRESSION ? 1 : training->n_classes, error);
}

SxPredictor *
sx_network_train (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context, GError **error)
{
  g_autoptr (SxNetwork) network = NULL;
  Trainer  self = { .training = training, .validation = validation, .context = context };
  gboolean is_done;

  if (!check_dataset (training, training, error) || (validation != NULL && !check_dataset (validation, training, error)))
    return NULL;
  network = make_network (training, context, error);
  if (network == NULL)
    return NULL;
  self.network = network;
  self.spec = network->spec;
  self.kernels = sx_nn_kernels ();
  is_done = begin (&self, error) && run_epochs (&self, error);
  if (is_done)
    {
      memcpy (network->parameters, self.best, network->plan->n_parameters * sizeof (float));
      network->base.n_iterations = (guint)self.state.best_epoch;
    }
  trainer_clear (&self);
  return is_done ? &g_steal_pointer (&network)->base : NULL;
}
