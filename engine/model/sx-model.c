/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-model-private.h"

#include <glib/gi18n-lib.h>

/* ---- provenance ---- */

static GVariant *
plain_map (GVariant *map)
{
  GVariantBuilder builder;
  GVariantIter    iter;
  GVariant       *entry;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, map);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);
      g_autoptr (GVariant) plain = sx_model_plain_variant (value);

      g_variant_builder_add (&builder, "{sv}", g_variant_get_string (key, NULL), plain);
      g_variant_unref (entry);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
plain_list (GVariant *list)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) plain = sx_model_plain_variant (value);

      g_variant_builder_add (&builder, "v", plain);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
sx_model_plain_variant (GVariant *value)
{
  gint64 number;

  switch (g_variant_classify (value))
    {
      case G_VARIANT_CLASS_VARIANT: {
        g_autoptr (GVariant) inner = g_variant_get_variant (value);

        return sx_model_plain_variant (inner);
      }
    case G_VARIANT_CLASS_BYTE:
      number = g_variant_get_byte (value);
      break;
    case G_VARIANT_CLASS_INT16:
      number = g_variant_get_int16 (value);
      break;
    case G_VARIANT_CLASS_UINT16:
      number = g_variant_get_uint16 (value);
      break;
    case G_VARIANT_CLASS_INT32:
      number = g_variant_get_int32 (value);
      break;
    case G_VARIANT_CLASS_UINT32:
      number = g_variant_get_uint32 (value);
      break;
    case G_VARIANT_CLASS_UINT64:
      number = (gint64)MIN (g_variant_get_uint64 (value), (guint64)G_MAXINT64);
      break;
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
        return plain_map (value);
      if (g_variant_is_of_type (value, G_VARIANT_TYPE ("as")) || g_variant_is_of_type (value, G_VARIANT_TYPE ("ad")) || g_variant_is_of_type (value, G_VARIANT_TYPE ("ax")))
        return g_variant_ref (value);
      return plain_list (value);
    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_DOUBLE:
    case G_VARIANT_CLASS_STRING:
      return g_variant_ref (value);
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      default: {
        g_autofree char *text = g_variant_print (value, FALSE);

        return g_variant_ref_sink (g_variant_new_string (text));
      }
    }
  return g_variant_ref_sink (g_variant_new_int64 (number));
}

/* ---- the model ---- */

static SxFeature *
copy_features (const SxFeature *features, guint n_features)
{
  SxFeature *copy = g_new0 (SxFeature, n_features + 1);

  for (guint i = 0; i < n_features; i++)
    copy[i] = (SxFeature){ .name = g_strdup (features[i].name), .n_categories = features[i].n_categories };
  return copy;
}

/* The steps make every feature of the inputs, and the parts agree on how many there are of everything. */
static gboolean
check_parts (SxSchema *inputs, SxSteps *steps, const SxFeature *features, guint n_features, const SxTarget *target, SxPredictor *predictor, GError **error)
{
  g_autoptr (SxSchema) prepared = sx_steps_describe (steps, inputs, error);
  guint n_outputs = target->task == SX_TASK_REGRESSION ? 1 : (target->classes ? g_strv_length (target->classes) : 0);

  if (prepared == NULL)
    return FALSE;
  if (n_features == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, "%s", _ ("The model has no features to predict from"));
      return FALSE;
    }
  for (guint i = 0; i < n_features; i++)
    {
      int field = sx_schema_find (prepared, features[i].name);

      if (field >= 0 && sx_type_is_numeric (sx_schema_get_field (prepared, (guint)field)->type))
        continue;
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model's preparation does not give the number “%s” that the model needs"), features[i].name);
      return FALSE;
    }
  if (predictor->n_features == n_features && predictor->n_outputs == n_outputs && predictor->task == target->task)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model takes %u features and gives %u outputs; its preparation has %u and its target %u"), predictor->n_features, predictor->n_outputs, n_features, n_outputs);
  return FALSE;
}

static SxFrame *
limit_golden (SxFrame *golden, SxSchema *inputs, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (SxFrame) selected = NULL;

  for (guint i = 0; i < sx_schema_get_n_fields (inputs); i++)
    g_ptr_array_add (names, sx_schema_get_field (inputs, i)->name);
  g_ptr_array_add (names, NULL);
  selected = sx_frame_select (golden, (const char *const *)names->pdata, error);
  if (selected == NULL)
    return NULL;
  return sx_frame_slice (selected, 0, MIN (sx_frame_get_n_rows (selected), SX_MODEL_N_GOLDEN));
}

SxModel *
sx_model_new (const char *name, SxSchema *inputs, SxSteps *steps, const SxFeature *features, guint n_features, const SxTarget *target, SxPredictor *predictor, GVariant *provenance, SxFrame *golden, GError **error)
{
  g_autoptr (GVariant) sunk = provenance ? g_variant_ref_sink (provenance) : NULL;
  g_autoptr (SxModel) self = NULL;

  g_return_val_if_fail (name != NULL && inputs != NULL && steps != NULL && target != NULL && predictor != NULL, NULL);
  g_return_val_if_fail (n_features == 0 || features != NULL, NULL);

  if (!check_parts (inputs, steps, features, n_features, target, predictor, error))
    return NULL;
  self = g_new0 (SxModel, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->inputs = sx_schema_ref (inputs);
  self->steps = sx_steps_ref (steps);
  self->features = copy_features (features, n_features);
  self->n_features = n_features;
  self->target = sx_target_copy (target);
  self->predictor = sx_predictor_ref (predictor);
  self->provenance = sunk ? sx_model_plain_variant (sunk) : g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  if (golden != NULL && (self->golden = limit_golden (golden, inputs, error)) == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

SxModel *
sx_model_ref (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_model_unref (SxModel *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->inputs, sx_schema_unref);
  g_clear_pointer (&self->steps, sx_steps_unref);
  sx_features_free (self->features, self->n_features);
  g_clear_pointer (&self->target, sx_target_free);
  g_clear_pointer (&self->predictor, sx_predictor_unref);
  g_clear_pointer (&self->provenance, g_variant_unref);
  g_clear_pointer (&self->golden, sx_frame_unref);
  g_free (self->name);
  g_free (self);
}

const char *
sx_model_get_name (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->name;
}

SxSchema *
sx_model_get_inputs (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->inputs;
}

SxSteps *
sx_model_get_steps (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->steps;
}

const SxFeature *
sx_model_get_features (SxModel *self, guint *n_features)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_features != NULL)
    *n_features = self->n_features;
  return self->features;
}

const SxTarget *
sx_model_get_target (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->target;
}

SxPredictor *
sx_model_get_predictor (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->predictor;
}

GVariant *
sx_model_get_provenance (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->provenance;
}

SxFrame *
sx_model_get_golden (SxModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->golden;
}

/* ---- card ---- */

static void
append_columns (SxModel *self, GString *card)
{
  g_string_append_printf (card, "\n## %s\n\n", _ ("Columns it takes"));
  for (guint i = 0; i < sx_schema_get_n_fields (self->inputs); i++)
    {
      const SxField *field = sx_schema_get_field (self->inputs, i);

      g_string_append_printf (card, "- %s (%s)\n", field->name, sx_type_get_title (field->type));
    }
}

char *
sx_model_make_card (SxModel *self)
{
  GString *card = g_string_new (NULL);
  g_autoptr (GVariant) metrics = g_variant_lookup_value (self->provenance, "metrics", G_VARIANT_TYPE_VARDICT);

  g_string_append_printf (card, "# %s\n\n", self->name);
  g_string_append_printf (card, _ ("Predicts “%s” (%s) from %u columns; family “%s”, %u iterations.\n"), self->target->column, sx_task_get_title (self->target->task), sx_schema_get_n_fields (self->inputs), self->predictor->family->id, self->predictor->n_iterations);
  if (metrics != NULL)
    {
      GVariantIter iter;
      const char  *key;
      GVariant    *value;

      g_string_append_printf (card, "\n## %s\n\n", _ ("How good it is"));
      g_variant_iter_init (&iter, metrics);
      while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
        {
          if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
            g_string_append_printf (card, "- %s: %.6g\n", key, g_variant_get_double (value));
          g_variant_unref (value);
        }
    }
  append_columns (self, card);
  return g_string_free (card, FALSE);
}
