/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Steps in a model package and a job. What is read is hostile until checked: the lists of a step have the lengths its operation needs, or the
 * file is refused with the place. */

#include "config.h"

#include "sx-step-private.h"

#include "graph/sx-yaml.h"

#include <glib/gi18n-lib.h>

static const char *const keys[] = { "op", "inputs", "outputs", "numbers", "texts", "type", "block", NULL };

static void
write_texts (SxYamlWriter *writer, const char *key, char *const *texts)
{
  if (texts[0] != NULL)
    sx_yaml_writer_variant (writer, key, g_variant_new_strv ((const char *const *)texts, -1));
}

void
sx_steps_write (const SxSteps *self, SxYamlWriter *writer, const char *key)
{
  sx_yaml_writer_begin_list (writer, key);
  for (guint i = 0; i < sx_steps_get_n (self); i++)
    {
      const SxStep *step = sx_steps_get (self, i);

      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "op", sx_step_op_get_nick (step->op));
      write_texts (writer, "inputs", step->inputs);
      write_texts (writer, "outputs", step->outputs);
      if (step->n_numbers > 0)
        sx_yaml_writer_variant (writer, "numbers", g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, step->numbers, step->n_numbers, sizeof (double)));
      write_texts (writer, "texts", step->texts);
      if (step->op == SX_STEP_CAST)
        sx_yaml_writer_string (writer, "type", sx_type_get_nick (step->type));
      if (step->block != NULL)
        sx_yaml_writer_string (writer, "block", step->block);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
}

/* ---- reading ---- */

static gboolean
read_texts (const SxYaml *map, const char *key, GStrv *texts, GError **error)
{
  const SxYaml *list = sx_yaml_find (map, key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (list != NULL && sx_yaml_get_type (list) != SX_YAML_LIST)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” must be a list."), key);
  for (guint i = 0; list != NULL && i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);

      if (sx_yaml_get_type (item) != SX_YAML_SCALAR)
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("a text is expected here."));
      g_strv_builder_add (builder, sx_yaml_get_text (item));
    }
  *texts = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_number (const SxYaml *item, double *number, GError **error)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (sx_yaml_to_variant (item));

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else
    return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("a number is expected here."));
  return TRUE;
}

static gboolean
read_numbers (const SxYaml *map, GArray *numbers, GError **error)
{
  const SxYaml *list = sx_yaml_find (map, "numbers");

  if (list != NULL && sx_yaml_get_type (list) != SX_YAML_LIST)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” must be a list."), "numbers");
  for (guint i = 0; list != NULL && i < sx_yaml_get_n_children (list); i++)
    {
      double number;

      if (!read_number (sx_yaml_get_child (list, i), &number, error))
        return FALSE;
      g_array_append_val (numbers, number);
    }
  return TRUE;
}

static gboolean
read_step (SxSteps *steps, const SxYaml *map, GError **error)
{
  g_autofree char *op_nick = NULL, *type_nick = NULL, *block = NULL;
  g_auto (GStrv) inputs = NULL;
  g_auto (GStrv) outputs = NULL;
  g_auto (GStrv) texts = NULL;
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  SxStepOp op;
  SxType   type = SX_TYPE_INT64;

  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("a step is a mapping."));
  if (!sx_yaml_check_keys (map, keys, error) || !sx_yaml_read_string (map, "op", NULL, &op_nick, error) || !sx_yaml_read_string (map, "type", NULL, &type_nick, error) ||
      !sx_yaml_read_string (map, "block", NULL, &block, error) || !read_texts (map, "inputs", &inputs, error) || !read_texts (map, "outputs", &outputs, error) ||
      !read_texts (map, "texts", &texts, error) || !read_numbers (map, numbers, error))
    return FALSE;
  if (!sx_step_op_from_nick (op_nick, &op))
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no step “%s”."), op_nick != NULL ? op_nick : "");
  if (op == SX_STEP_CAST && !sx_type_from_nick (type_nick != NULL ? type_nick : "", &type))
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no type “%s”."), type_nick != NULL ? type_nick : "");
  sx_steps_add (steps, op, (const char *const *)inputs, (const char *const *)outputs, (const double *)(gpointer)numbers->data, numbers->len, (const char *const *)texts, type);
  if (!sx_step_is_well_formed (sx_steps_get (steps, sx_steps_get_n (steps) - 1)))
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("a step “%s” is malformed."), op_nick);
  if (block != NULL)
    sx_steps_set_block (steps, block);
  return TRUE;
}

SxSteps *
sx_steps_read (const SxYaml *list, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();

  if (sx_yaml_get_type (list) != SX_YAML_LIST)
    {
      sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, _ ("a list of steps is expected here."));
      return NULL;
    }
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      g_autoptr (SxSteps) one = sx_steps_new ();

      if (!read_step (one, sx_yaml_get_child (list, i), error))
        return NULL;
      sx_steps_append (steps, one);
    }
  return g_steal_pointer (&steps);
}
