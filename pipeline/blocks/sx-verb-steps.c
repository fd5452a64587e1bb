/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A row-wise verb says itself as steps; describing and running it is describing and applying them. */

#include "config.h"

#include "sx-fields-private.h"

SxSchema *
sx_verb_describe_steps (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxSteps) steps = sx_params_get_kind (params)->steps (params, inputs[0], error);

  return steps ? sx_steps_describe (steps, inputs[0], error) : NULL;
}

SxFrame *
sx_verb_run_steps (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxSteps) steps = sx_params_get_kind (params)->steps (params, sx_frame_get_schema (inputs[0]), error);

  return steps ? sx_steps_apply (steps, inputs[0], context ? context->cancellable : NULL, error) : NULL;
}
