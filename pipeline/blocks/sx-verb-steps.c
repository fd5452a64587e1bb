/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A row-wise verb says itself as steps; describing and running it is describing and applying them. A verb that drops rows says which stay. */

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

SxFrame *
sx_verb_run_rows (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_autoptr (GArray) rows = sx_params_get_kind (params)->rows (params, inputs[0], context, error);

  return rows != NULL ? sx_frame_take (inputs[0], (const guint64 *)(gpointer)rows->data, rows->len) : NULL;
}

GArray *
sx_rows_widen (const guint32 *rows, guint64 n_rows)
{
  GArray *wide = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint)n_rows);

  g_array_set_size (wide, (guint)n_rows);
  for (guint64 i = 0; i < n_rows; i++)
    g_array_index (wide, guint64, i) = rows[i];
  return wide;
}
