/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* SxParams: the checked values of one block. Every parameter has a value here, so that getters are look-ups: kinds have at most
 * a dozen parameters, and a linear search over their ids is faster than hashing. */

#include "config.h"

#include "sx-block-kind.h"

#include "graph/sx-yaml.h"

#include <glib/gi18n-lib.h>

struct _SxParams
{
  gatomicrefcount    ref_count;
  const SxBlockKind *kind;
  guint              n_params;
  GVariant         **values; /* one a parameter: what was set, or the default */
  gboolean          *is_set;
};

static int
find_index (const SxBlockKind *kind, const char *id)
{
  for (int i = 0; kind->params[i].id; i++)
    if (g_str_equal (kind->params[i].id, id))
      return i;
  return -1;
}

static void
set_unknown_error (const SxBlockKind *kind, const char *id, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char      *suggestion;

  for (const SxParamSpec *spec = kind->params; spec->id; spec++)
    g_ptr_array_add (ids, (gpointer)spec->id);
  g_ptr_array_add (ids, NULL);
  suggestion = sx_yaml_suggest (id, (const char *const *)ids->pdata);
  if (suggestion != NULL)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“%s” has no parameter “%s”. Did you mean “%s”?"), kind->id, id, suggestion);
      return;
    }
  list = g_strjoinv (", ", (char **)ids->pdata);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“%s” has no parameter “%s”. It has: %s"), kind->id, id, list);
}

static gboolean
take_values (SxParams *self, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char  *id;
  GVariant    *child;

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &child))
    {
      g_autoptr (GVariant) value = child;
      int param = find_index (self->kind, id);

      if (param < 0)
        {
          set_unknown_error (self->kind, id, error);
          return FALSE;
        }
      g_clear_pointer (&self->values[param], g_variant_unref);
      self->values[param] = sx_param_spec_check (&self->kind->params[param], value, error);
      if (self->values[param] == NULL)
        return FALSE;
      self->is_set[param] = TRUE;
    }
  return TRUE;
}

SxParams *
sx_params_new (const SxBlockKind *kind, GVariant *values, GError **error)
{
  g_autoptr (SxParams) self = NULL;
  g_autoptr (GVariant) sunk = values ? g_variant_ref_sink (values) : NULL;

  g_return_val_if_fail (kind != NULL, NULL);
  g_return_val_if_fail (values == NULL || g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT), NULL);

  self = g_new0 (SxParams, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  while (kind->params[self->n_params].id)
    self->n_params++;
  self->values = g_new0 (GVariant *, self->n_params + 1);
  self->is_set = g_new0 (gboolean, self->n_params + 1);
  if (sunk != NULL && !take_values (self, sunk, error))
    return NULL;
  for (guint i = 0; i < self->n_params; i++)
    if (self->values[i] == NULL)
      self->values[i] = sx_param_spec_ref_default (&kind->params[i]);
  return g_steal_pointer (&self);
}

SxParams *
sx_params_ref (SxParams *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_params_unref (SxParams *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_params; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
  g_free (self->values);
  g_free (self->is_set);
  g_free (self);
}

const SxBlockKind *
sx_params_get_kind (const SxParams *self)
{
  return self->kind;
}

static guint
get_index (const SxParams *self, const char *id)
{
  int param = find_index (self->kind, id);

  if (param < 0)
    g_error ("Block kind %s has no parameter %s", self->kind->id, id);
  return (guint)param;
}

gboolean
sx_params_is_set (const SxParams *self, const char *id)
{
  return self->is_set[get_index (self, id)];
}

GVariant *
sx_params_get (const SxParams *self, const char *id)
{
  return self->values[get_index (self, id)];
}

gboolean
sx_params_get_bool (const SxParams *self, const char *id)
{
  return g_variant_get_boolean (sx_params_get (self, id));
}

gint64
sx_params_get_int (const SxParams *self, const char *id)
{
  return g_variant_get_int64 (sx_params_get (self, id));
}

double
sx_params_get_double (const SxParams *self, const char *id)
{
  return g_variant_get_double (sx_params_get (self, id));
}

const char *
sx_params_get_string (const SxParams *self, const char *id)
{
  return g_variant_get_string (sx_params_get (self, id), NULL);
}

const char **
sx_params_get_strings (const SxParams *self, const char *id, gsize *n)
{
  return g_variant_get_strv (sx_params_get (self, id), n);
}

static gboolean
is_empty (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *g_variant_get_string (value, NULL) == '\0';
  return g_variant_is_container (value) && g_variant_n_children (value) == 0;
}

gboolean
sx_params_check_complete (const SxParams *self, GError **error)
{
  for (guint i = 0; i < self->n_params; i++)
    {
      const SxParamSpec *spec = &self->kind->params[i];

      if ((spec->flags & SX_PARAM_REQUIRED) == 0 || !sx_param_spec_is_visible (spec, self))
        continue;
      if (!self->is_set[i] || is_empty (self->values[i]))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“%s” (%s) is not set"), _ (spec->title), spec->id);
          return FALSE;
        }
    }
  return TRUE;
}
