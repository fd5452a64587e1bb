/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The families, one line each, and what all predictors share: counting references and asking the family. */

#include "config.h"

#include "sx-predictor.h"
#include "topology/sx-network.h"
#include "trees/sx-trees.h"

static const SxFamily *const families[] = {
  &sx_family_network,
  &sx_family_trees,
};

const SxFamily *
sx_family_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (g_str_equal (families[i]->id, id))
      return families[i];
  return NULL;
}

SxPredictor *
sx_predictor_ref (SxPredictor *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_predictor_unref (SxPredictor *self)
{
  g_return_if_fail (self != NULL);
  if (g_atomic_ref_count_dec (&self->ref_count))
    self->family->free (self);
}

gboolean
sx_predictor_predict (SxPredictor *self, const float *x, gsize n_rows, guint n_threads, float *out, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (n_rows == 0 || (x != NULL && out != NULL), FALSE);
  if (n_rows == 0)
    return TRUE;
  return self->family->predict (self, x, n_rows, MAX (n_threads, 1), out, error);
}
