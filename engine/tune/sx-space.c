/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-space-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Reading and writing of spaces. Everything is checked here, so that the rest may rely on it: names differ, ranges are finite and in
 * order, log ranges positive, defaults inside, conditions point backwards to a parameter and to values that it can have. */

static const char *const type_names[] = { "float", "int", "category", "ordinal", "fixed", NULL };

void
sx_parameter_free (SxParameter *self)
{
  g_free (self->name);
  g_free (self->help);
  for (guint i = 0; i < self->n_choices; i++)
    g_variant_unref (self->choices[i]);
  g_free (self->choices);
  g_clear_pointer (&self->fallback, g_variant_unref);
  g_free (self->when_name);
  for (guint i = 0; i < self->n_when_values; i++)
    g_variant_unref (self->when_values[i]);
  g_free (self->when_values);
  g_free (self);
}

static GVariant **
copy_values (GVariant *const *values, guint n_values)
{
  GVariant **copy = g_new0 (GVariant *, n_values + 1);
  for (guint i = 0; i < n_values; i++)
    copy[i] = g_variant_ref (values[i]);
  return copy;
}

SxParameter *
sx_parameter_copy (const SxParameter *self)
{
  SxParameter *copy = g_memdup2 (self, sizeof *self);
  copy->name = g_strdup (self->name);
  copy->help = g_strdup (self->help);
  copy->choices = copy_values (self->choices, self->n_choices);
  copy->fallback = g_variant_ref (self->fallback);
  copy->when_name = g_strdup (self->when_name);
  copy->when_values = copy_values (self->when_values, self->n_when_values);
  return copy;
}

SxSpace *
sx_space_new_empty (void)
{
  SxSpace *self = g_new0 (SxSpace, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->parameters = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_parameter_free);
  return self;
}

SxSpace *
sx_space_ref (SxSpace *self)
{
  g_return_val_if_fail (self, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_space_unref (SxSpace *self)
{
  g_return_if_fail (self);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->parameters);
  g_free (self->parents);
  g_free (self->fallback);
  g_free (self);
}

guint
sx_space_get_n_parameters (const SxSpace *self)
{
  return self->parameters->len;
}

const SxParameter *
sx_space_get_parameter (const SxSpace *self, guint index)
{
  g_return_val_if_fail (index < self->parameters->len, NULL);
  return self->parameters->pdata[index];
}

const SxParameter *
sx_space_find (const SxSpace *self, const char *name)
{
  for (guint i = 0; i < self->parameters->len; i++)
    if (g_str_equal (((SxParameter *)self->parameters->pdata[i])->name, name))
      return self->parameters->pdata[i];
  return NULL;
}

/* Reading */

static gboolean
read_scalar (const SxYaml *node, GVariant **value, GError **error)
{
  if (sx_yaml_get_type (node) != SX_YAML_SCALAR)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a single value was expected here"));
  *value = g_variant_take_ref (sx_yaml_to_variant (node));
  if (!*value || !(g_variant_is_of_type (*value, G_VARIANT_TYPE_STRING) || g_variant_is_of_type (*value, G_VARIANT_TYPE_BOOLEAN) || g_variant_is_of_type (*value, G_VARIANT_TYPE_INT64) || g_variant_is_of_type (*value, G_VARIANT_TYPE_DOUBLE)))
    {
      g_clear_pointer (value, g_variant_unref);
      return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a text, a number or true or false was expected here"));
    }
  return TRUE;
}

/* A list of scalars, or one scalar as a list of one. */
static gboolean
read_values (const SxYaml *node, GVariant ***values, guint *n_values, GError **error)
{
  gboolean is_list = sx_yaml_get_type (node) == SX_YAML_LIST;
  guint    n = is_list ? sx_yaml_get_n_children (node) : 1;
  if (n == 0)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("the list is empty"));
  if (n > SX_SPACE_MAX_CHOICES)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("more than %d choices"), SX_SPACE_MAX_CHOICES);
  *values = g_new0 (GVariant *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const SxYaml *item = is_list ? sx_yaml_get_child (node, i) : node;
      if (!read_scalar (item, &(*values)[i], error))
        return FALSE;
      *n_values = i + 1;
      for (guint j = 0; j < i; j++)
        if (sx_value_equal ((*values)[i], (*values)[j]))
          return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is in the list twice"), sx_yaml_get_text (item));
    }
  return TRUE;
}

static gboolean
require (const SxYaml *map, const char *name, const char *key, GError **error)
{
  if (sx_yaml_find (map, key))
    return TRUE;
  return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s” has no “%s”"), name, key);
}

static gboolean
read_range (const SxYaml *map, SxParameter *p, GError **error)
{
  g_autofree char *scale = NULL;

  if (!require (map, p->name, "low", error) || !require (map, p->name, "high", error) || !sx_yaml_read_double (map, "low", 0, &p->low, error) || !sx_yaml_read_double (map, "high", 0, &p->high, error) || !sx_yaml_read_double (map, "step", 0, &p->step, error) || !sx_yaml_read_string (map, "scale", "linear", &scale, error))
    return FALSE;
  p->is_log = g_str_equal (scale, "log");
  if (!p->is_log && !g_str_equal (scale, "linear"))
    return sx_yaml_set_error (sx_yaml_find (map, "scale"), SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is no scale; use “linear” or “log”"), scale);
  if (!isfinite (p->low) || !isfinite (p->high) || p->low > p->high || !isfinite (p->high - p->low))
    return sx_yaml_set_error (sx_yaml_find (map, "low"), SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s”: “low” must not lie above “high”, and both must be finite"), p->name);
  if (p->is_log && p->low <= 0)
    return sx_yaml_set_error (sx_yaml_find (map, "low"), SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s”: a log scale needs a “low” above 0"), p->name);
  if (p->step < 0 || !isfinite (p->step))
    return sx_yaml_set_error (sx_yaml_find (map, "step"), SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s”: “step” must be above 0"), p->name);
  if (p->type == SX_PARAMETER_INT)
    {
      if (floor (p->low) < p->low || floor (p->high) < p->high || floor (p->step) < p->step || fabs (p->low) > 1e15 || fabs (p->high) > 1e15)
        return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s”: “low”, “high” and “step” of an int must be whole numbers"), p->name);
      if (p->step < 1)
        p->step = 1;
    }
  if (p->step > 0)
    p->high = p->low + p->step * floor ((p->high - p->low) / p->step + 1e-9);
  return TRUE;
}

static gboolean
read_choices (const SxYaml *map, SxParameter *p, GError **error)
{
  const char   *key = p->type == SX_PARAMETER_FIXED ? "value" : "choices";
  const SxYaml *node = sx_yaml_find (map, key);

  if (!require (map, p->name, key, error))
    return FALSE;
  if (p->type == SX_PARAMETER_FIXED && sx_yaml_get_type (node) != SX_YAML_SCALAR)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a single value was expected here"));
  if (p->type != SX_PARAMETER_FIXED && sx_yaml_get_type (node) != SX_YAML_LIST)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a list of choices was expected here"));
  if (!read_values (node, &p->choices, &p->n_choices, error))
    return FALSE;
  if (p->type == SX_PARAMETER_ORDINAL)
    for (guint i = 0; i < p->n_choices; i++)
      {
        double now, before = 0;
        if (!sx_value_get_number (p->choices[i], &now) || (i > 0 && sx_value_get_number (p->choices[i - 1], &before) && now <= before))
          return sx_yaml_set_error (sx_yaml_get_child (node, i), SX_PIPELINE_ERROR_PARSE, error, _ ("the choices of an ordinal must be numbers in ascending order"));
      }
  return TRUE;
}

static gboolean
read_default (const SxYaml *map, SxParameter *p, GError **error)
{
  const SxYaml *node = sx_yaml_find (map, "default");
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) local = NULL;

  if (p->n_choices > 0 && !node)
    p->fallback = g_variant_ref (p->choices[0]);
  else if (!node)
    {
      double middle = p->is_log ? sqrt (p->low * p->high) : p->low + (p->high - p->low) / 2;
      if (p->step > 0)
        middle = p->low + p->step * floor ((middle - p->low) / p->step + 0.5);
      p->fallback = g_variant_ref_sink (p->type == SX_PARAMETER_INT ? g_variant_new_int64 ((gint64)middle) : g_variant_new_double (middle));
    }
  else
    {
      if (!read_scalar (node, &value, error))
        return FALSE;
      p->fallback = sx_parameter_accept (p, value, &local);
      if (!p->fallback)
        return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, "%s", local->message);
    }
  return TRUE;
}

static gboolean
read_when (const SxSpace *self, const SxYaml *node, SxParameter *p, GError **error)
{
  const SxParameter *other;

  if (sx_yaml_get_type (node) != SX_YAML_MAP || sx_yaml_get_n_children (node) != 1)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a condition has the form {parameter: value} or {parameter: [value, value]}"));
  p->when_name = g_strdup (sx_yaml_get_key (node, 0));
  other = sx_space_find (self, p->when_name);
  if (!other)
    return sx_yaml_set_key_error (node, 0, SX_PIPELINE_ERROR_PARSE, error, _ ("the condition of “%s” names “%s”, which is no parameter above it"), p->name, p->when_name);
  if (!read_values (sx_yaml_get_child (node, 0), &p->when_values, &p->n_when_values, error))
    return FALSE;
  for (guint i = 0; i < p->n_when_values; i++)
    {
      g_autoptr (GError) local = NULL;
      GVariant *value = sx_parameter_accept (other, p->when_values[i], &local);
      if (!value)
        return sx_yaml_set_error (sx_yaml_get_child (node, 0), SX_PIPELINE_ERROR_PARSE, error, "%s", local->message);
      g_variant_unref (p->when_values[i]);
      p->when_values[i] = value;
    }
  return TRUE;
}

static gboolean
read_parameter (SxSpace *self, const SxYaml *map, const char *name, SxParameter *p, GError **error)
{
  static const char *const range_keys[] = { "type", "low", "high", "step", "scale", "default", "when", "help", NULL };
  static const char *const choice_keys[] = { "type", "choices", "default", "when", "help", NULL };
  static const char *const fixed_keys[] = { "type", "value", "when", "help", NULL };
  g_autofree char         *type = NULL;
  const char *const       *keys;
  const SxYaml            *when;

  p->name = g_strdup (name);
  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("parameter “%s” must be a map such as {type: float, low: 0, high: 1}"), name);
  if (!require (map, name, "type", error) || !sx_yaml_read_string (map, "type", NULL, &type, error))
    return FALSE;
  for (p->type = 0; type_names[p->type] && g_strcmp0 (type, type_names[p->type]); p->type++)
    ;
  if (!type_names[p->type])
    return sx_yaml_set_error (sx_yaml_find (map, "type"), SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is no parameter type; use float, int, category, ordinal or fixed"), type ? type : "");
  keys = p->type <= SX_PARAMETER_INT ? range_keys : p->type == SX_PARAMETER_FIXED ? fixed_keys
                                                                                  : choice_keys;
  if (!sx_yaml_check_keys (map, keys, error) || !sx_yaml_read_string (map, "help", NULL, &p->help, error))
    return FALSE;
  if (!(p->type <= SX_PARAMETER_INT ? read_range (map, p, error) : read_choices (map, p, error)) || !read_default (map, p, error))
    return FALSE;
  when = sx_yaml_find (map, "when");
  return !when || read_when (self, when, p, error);
}

SxSpace *
sx_space_read (const SxYaml *map, GError **error)
{
  g_autoptr (SxSpace) self = sx_space_new_empty ();

  g_return_val_if_fail (map, NULL);
  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    {
      sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("a search space is a map of parameters"));
      return NULL;
    }
  if (sx_yaml_get_n_children (map) > SX_SPACE_MAX_PARAMETERS)
    {
      sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("more than %d parameters"), SX_SPACE_MAX_PARAMETERS);
      return NULL;
    }
  for (guint i = 0; i < sx_yaml_get_n_children (map); i++)
    {
      SxParameter *p = g_new0 (SxParameter, 1);
      gboolean     ok = read_parameter (self, sx_yaml_get_child (map, i), sx_yaml_get_key (map, i), p, error);
      g_ptr_array_add (self->parameters, p);
      if (!ok)
        return NULL;
    }
  sx_space_finish (self);
  return g_steal_pointer (&self);
}

/* Writing */

static void
write_values (SxYamlWriter *writer, const char *key, GVariant *const *values, guint n_values)
{
  sx_yaml_writer_begin_list (writer, key);
  for (guint i = 0; i < n_values; i++)
    sx_yaml_writer_variant (writer, NULL, values[i]);
  sx_yaml_writer_end_list (writer);
}

static void
write_parameter (SxYamlWriter *writer, const SxParameter *p)
{
  sx_yaml_writer_begin_map (writer, p->name);
  sx_yaml_writer_string (writer, "type", type_names[p->type]);
  if (p->help)
    sx_yaml_writer_string (writer, "help", p->help);
  if (p->type == SX_PARAMETER_INT)
    {
      sx_yaml_writer_int (writer, "low", (gint64)p->low);
      sx_yaml_writer_int (writer, "high", (gint64)p->high);
      if (p->step > 1)
        sx_yaml_writer_int (writer, "step", (gint64)p->step);
    }
  else if (p->type == SX_PARAMETER_FLOAT)
    {
      sx_yaml_writer_double (writer, "low", p->low);
      sx_yaml_writer_double (writer, "high", p->high);
      if (p->step > 0)
        sx_yaml_writer_double (writer, "step", p->step);
    }
  else if (p->type == SX_PARAMETER_FIXED)
    sx_yaml_writer_variant (writer, "value", p->choices[0]);
  else
    write_values (writer, "choices", p->choices, p->n_choices);
  if (p->is_log)
    sx_yaml_writer_string (writer, "scale", "log");
  if (p->type != SX_PARAMETER_FIXED)
    sx_yaml_writer_variant (writer, "default", p->fallback);
  if (p->when_name)
    {
      sx_yaml_writer_begin_map (writer, "when");
      write_values (writer, p->when_name, p->when_values, p->n_when_values);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_map (writer);
}

void
sx_space_write (const SxSpace *self, SxYamlWriter *writer, const char *key)
{
  g_return_if_fail (self && writer);
  sx_yaml_writer_begin_map (writer, key);
  for (guint i = 0; i < self->parameters->len; i++)
    write_parameter (writer, self->parameters->pdata[i]);
  sx_yaml_writer_end_map (writer);
}
