/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The family of networks: checking its part of topology files, and predicting. Training, packages and exports have files of their own. */

#include "config.h"

#include "sx-network-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define CHUNK_ROWS 256

SxNetwork *
sx_network_new (SxNetworkSpec *spec, SxTask task, const guint *n_categories, guint n_features, guint n_outputs, GError **error)
{
  g_autoptr (SxNetwork) self = g_new0 (SxNetwork, 1);

  self->base.family = &sx_family_network;
  g_atomic_ref_count_init (&self->base.ref_count);
  self->base.task = task;
  self->base.n_features = n_features;
  self->base.n_outputs = n_outputs;
  self->spec = spec;
  self->n_categories = g_memdup2 (n_categories, n_features * sizeof (guint));
  self->centres = g_new0 (float, n_features);
  self->scales = g_new0 (float, n_features);
  self->target_sd = 1.0;
  self->target_low = -INFINITY;
  self->target_high = INFINITY;
  self->plan = sx_network_spec_build (spec, n_categories, n_features, n_outputs, error);
  if (self->plan == NULL)
    return NULL;
  self->plan->centres = self->centres;
  self->plan->scales = self->scales;
  return g_steal_pointer (&self);
}

gboolean
sx_network_allocate (SxNetwork *self, GError **error)
{
  self->parameters = sx_nn_allocate (self->plan->n_parameters * sizeof (float));
  if (self->parameters != NULL)
    return TRUE;
  g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("There is not enough memory for the network’s weights."));
  return FALSE;
}

void
sx_network_free (SxPredictor *predictor)
{
  SxNetwork *self = (SxNetwork *)predictor;

  free (self->parameters);
  sx_nn_plan_free (self->plan);
  sx_network_spec_free (self->spec);
  g_free (self->n_categories);
  g_free (self->centres);
  g_free (self->scales);
  g_free (self);
}

/* Reads the part with @point of the space, to find what a training would fail on. */
static gboolean
check_point (const SxTopology *topology, const SxYaml *network, SxSpace *space, GVariant *point, GError **error)
{
  static const guint one_number[] = { 0 };
  g_autoptr (SxNetworkSpec) spec = sx_network_spec_read (network, space, point, error);
  g_autoptr (GError) cause = NULL;
  SxNnPlan *plan;

  if (spec == NULL)
    return FALSE;
  plan = sx_network_spec_build (spec, one_number, 1, 2, &cause);
  if (plan == NULL)
    return sx_yaml_set_error (network, SX_PIPELINE_ERROR_PARSE, error, "%s", cause->message);
  sx_nn_plan_free (plan);
  return TRUE;
}

static gboolean
sx_network_check (const SxTopology *topology, GError **error)
{
  const SxYaml *root = sx_topology_get_root (topology);
  const SxYaml *network = sx_yaml_find (root, "network");

  if (network == NULL || sx_yaml_get_type (network) != SX_YAML_MAP || sx_yaml_find (network, "layers") == NULL)
    return sx_yaml_set_error (network ? network : root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("the family “network” needs a mapping “network” with “layers”"));
  for (int task = 0; task < SX_N_TASKS; task++)
    {
      SxSpace   *space = sx_topology_get_space (topology, (SxTask)task);
      GPtrArray *portfolio = sx_topology_get_portfolio (topology, (SxTask)task);

      if (space == NULL)
        continue;
      g_autoptr (GVariant) point = sx_space_ref_default (space);
      if (!check_point (topology, network, space, point, error))
        return FALSE;
      for (guint i = 0; i < portfolio->len; i++)
        if (!check_point (topology, network, space, portfolio->pdata[i], error))
          return FALSE;
    }
  return TRUE;
}

/* Prediction: members of the team take chunks of rows in turn; a row's result does not depend on its chunk. */

typedef struct
{
  SxNetwork      *self;
  const float    *x;
  float          *out;
  gsize           n_rows;
  gsize           chunk;      /* rows of one */
  gsize           next;       /* atomic: the next chunk */
  SxNnWorkspace **workspaces; /* one a member */
  float         **scratches;
} Prediction;

static void
finish_rows (const SxNetwork *self, const SxNnKernels *kernels, const float *logits, float *out, gsize n_rows)
{
  if (self->base.task != SX_TASK_REGRESSION)
    {
      kernels->softmax (logits, out, n_rows, self->base.n_outputs);
      return;
    }
  for (gsize row = 0; row < n_rows; row++)
    out[row] = (float)CLAMP ((double)logits[row] * self->target_sd + self->target_mean, self->target_low, self->target_high);
}

static void
predict_chunks (unsigned part, unsigned n_parts, void *data)
{
  Prediction        *prediction = data;
  SxNetwork         *self = prediction->self;
  const SxNnKernels *kernels = sx_nn_kernels ();
  SxNnWorkspace     *workspace = prediction->workspaces[part];
  SxNnStep           step = { 0 };

  for (;;)
    {
      gsize from = (gsize)g_atomic_pointer_add (&prediction->next, 1) * prediction->chunk, n;

      if (from >= prediction->n_rows)
        return;
      n = MIN (prediction->chunk, prediction->n_rows - from);
      sx_nn_forward (self->plan, kernels, self->parameters, prediction->x + from * self->base.n_features, workspace, 0, n, &step, prediction->scratches[part]);
      finish_rows (self, kernels, workspace->values[sx_nn_plan_get_slot (self->plan)], prediction->out + from * self->base.n_outputs, n);
    }
}

static gboolean
sx_network_predict (SxPredictor *predictor, const float *x, gsize n_rows, guint n_threads, float *out, GError **error)
{
  SxNetwork *self = (SxNetwork *)predictor;
  Prediction prediction = { .self = self, .x = x, .out = out, .n_rows = n_rows, .chunk = MIN (n_rows, CHUNK_ROWS) };
  SxTeam    *team = sx_team_new ((guint)MIN (n_threads, (n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS));
  guint      n = team != NULL ? sx_team_get_n_members (team) : 0;
  gboolean   is_ready = team != NULL;

  prediction.workspaces = g_new0 (SxNnWorkspace *, n + 1);
  prediction.scratches = g_new0 (float *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      prediction.workspaces[i] = sx_nn_workspace_new (self->plan, prediction.chunk, false);
      prediction.scratches[i] = sx_nn_allocate (sx_nn_plan_scratch (self->plan, prediction.chunk) * sizeof (float));
      is_ready = is_ready && prediction.workspaces[i] != NULL && prediction.scratches[i] != NULL;
    }
  if (is_ready)
    sx_team_run (team, predict_chunks, &prediction);
  else
    g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("There is not enough memory to predict."));
  for (guint i = 0; i < n; i++)
    {
      sx_nn_workspace_free (prediction.workspaces[i]);
      free (prediction.scratches[i]);
    }
  g_free (prediction.workspaces);
  g_free (prediction.scratches);
  sx_team_free (team);
  return is_ready;
}

const SxFamily sx_family_network = {
  .id = "network",
  .check = sx_network_check,
  .train = sx_network_train,
  .predict = sx_network_predict,
  .free = sx_network_free,
  .save = sx_network_save,
  .load = sx_network_load,
  .to_onnx = sx_network_to_onnx,
};
