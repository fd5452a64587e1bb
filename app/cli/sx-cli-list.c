/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant formats, blocks, topologies: what this build has. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <string.h>

static struct
{
  gboolean json;
} options;

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { NULL },
};

static void
add_text (GVariantBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (text));
}

/* ---- formats ---- */

static void
print_formats_json (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (const SxFormat *const *format = sx_format_list (); *format != NULL; format++)
    {
      GVariantBuilder keys;

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      add_text (&builder, "id", (*format)->id);
      add_text (&builder, "title", _ ((*format)->title));
      g_variant_builder_add (&builder, "{sv}", "reads", g_variant_new_boolean (((*format)->flags & SX_FORMAT_READS) != 0));
      g_variant_builder_add (&builder, "{sv}", "writes", g_variant_new_boolean (((*format)->flags & SX_FORMAT_WRITES) != 0));
      g_variant_builder_add (&builder, "{sv}", "suffixes", g_variant_new_strv ((*format)->suffixes, -1));
      g_variant_builder_init (&keys, G_VARIANT_TYPE ("as"));
      for (const SxFormatOption *option = (*format)->options; option != NULL && option->key != NULL; option++)
        g_variant_builder_add (&keys, "s", option->key);
      g_variant_builder_add (&builder, "{sv}", "options", g_variant_builder_end (&keys));
      g_variant_builder_close (&builder);
    }
  sx_cli_print_json (g_variant_builder_end (&builder));
}

static int
run_formats (const SxVerb *verb, char **arguments, guint n_arguments)
{
  static const char *const titles[] = { N_ ("format"), N_ ("reads"), N_ ("writes"), N_ ("suffixes"), N_ ("title"), NULL };
  g_autoptr (SxCliTable) table = NULL;

  if (options.json)
    {
      print_formats_json ();
      return SX_CLI_DONE;
    }
  table = sx_cli_table_new (titles);
  for (const SxFormat *const *format = sx_format_list (); *format != NULL; format++)
    {
      g_autofree char *suffixes = g_strjoinv (" ", (char **)(*format)->suffixes);

      sx_cli_table_add (table, (*format)->id, ((*format)->flags & SX_FORMAT_READS) != 0 ? _ ("yes") : "",
                        ((*format)->flags & SX_FORMAT_WRITES) != 0 ? _ ("yes") : "", suffixes, _ ((*format)->title), NULL);
    }
  sx_cli_table_print (table, "");
  return SX_CLI_DONE;
}

const SxVerb sx_verb_formats = {
  .name = "formats",
  .arguments = "",
  .summary = N_ ("List the formats that this build reads and writes"),
  .description = N_ ("Lists each format with its suffixes. The format of a file is found by its content first."),
  .options = entries,
  .run = run_formats,
};

/* ---- blocks ---- */

static char *
dup_default (const SxParamSpec *param)
{
  g_autoptr (GVariant) value = sx_param_spec_ref_default (param);

  if ((param->flags & SX_PARAM_REQUIRED) != 0 || value == NULL)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *g_variant_get_string (value, NULL) != '\0' ? g_variant_dup_string (value, NULL) : NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return sx_cli_dup_number (g_variant_get_double (value));
  if (g_variant_is_container (value) && g_variant_n_children (value) == 0)
    return NULL;
  return g_variant_print (value, FALSE);
}

static const char *
get_param_type (const SxParamSpec *param)
{
  switch (param->type)
    {
    case SX_PARAM_BOOL:
      return _ ("truth value");
    case SX_PARAM_INT:
      return _ ("whole number");
    case SX_PARAM_DOUBLE:
      return _ ("number");
    case SX_PARAM_CHOICE:
      return _ ("choice");
    case SX_PARAM_FILE:
      return _ ("file");
    case SX_PARAM_EXPRESSION:
      return _ ("expression");
    case SX_PARAM_COLUMN:
      return _ ("column");
    case SX_PARAM_COLUMNS:
      return _ ("columns");
    case SX_PARAM_MAPPING:
      return _ ("mapping");
    case SX_PARAM_STRINGS:
      return _ ("list of texts");
    case SX_PARAM_SPACE:
      return _ ("search space");
    case SX_PARAM_STRING:
    case SX_PARAM_TEXT:
    default:
      return _ ("text");
    }
}

/* “one of mean (default), median”, “from 0 to 1, 0.2 otherwise” and the like: what the value may be. */
static char *
dup_param_facts (const SxParamSpec *param)
{
  g_autofree char *fallback = dup_default (param);
  GString         *text = g_string_new (get_param_type (param));

  if ((param->flags & SX_PARAM_REQUIRED) != 0)
    g_string_append_printf (text, "; %s", _ ("must be set"));
  if (param->min < param->max)
    {
      g_autofree char *low = sx_cli_dup_number (param->min);
      g_autofree char *high = sx_cli_dup_number (param->max);

      g_string_append_printf (text, "; %s … %s", low, high);
    }
  if (param->unit != NULL)
    g_string_append_printf (text, " %s", _ (param->unit));
  if (fallback != NULL)
    {
      g_string_append (text, "; ");
      g_string_append_printf (text, _ ("default: %s"), fallback);
    }
  return g_string_free (text, FALSE);
}

static void
print_param (const SxParamSpec *param)
{
  g_autofree char *facts = dup_param_facts (param);

  sx_cli_print ("  %s: %s\n      %s\n", param->id, facts, _ (param->help));
  for (const SxChoice *choice = param->choices; choice != NULL && choice->id != NULL; choice++)
    sx_cli_print ("      %s: %s\n", choice->id, _ (choice->title));
}

static void
print_block (const SxBlockKind *kind)
{
  sx_cli_print ("%s: %s\n%s\n\n%s\n", kind->id, _ (kind->title), _ (kind->help), _ ("Ports:"));
  for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
    sx_cli_print ("  %s %s: %s\n", port->direction == SX_PORT_IN ? _ ("in") : _ ("out"), port->id, sx_port_type_get_title (port->type));
  if (kind->params->id != NULL)
    sx_cli_print ("\n%s\n", _ ("Parameters:"));
  for (const SxParamSpec *param = kind->params; param->id != NULL; param++)
    print_param (param);
}

static void
add_params (GVariantBuilder *builder, const SxBlockKind *kind)
{
  GVariantBuilder params;

  g_variant_builder_init (&params, G_VARIANT_TYPE ("aa{sv}"));
  for (const SxParamSpec *param = kind->params; param->id != NULL; param++)
    {
      g_autoptr (GVariant) fallback = sx_param_spec_ref_default (param);
      GVariantBuilder choices;

      g_variant_builder_open (&params, G_VARIANT_TYPE_VARDICT);
      add_text (&params, "id", param->id);
      add_text (&params, "title", _ (param->title));
      add_text (&params, "help", _ (param->help));
      add_text (&params, "type", sx_param_type_get_variant_type (param->type));
      g_variant_builder_add (&params, "{sv}", "required", g_variant_new_boolean ((param->flags & SX_PARAM_REQUIRED) != 0));
      if (fallback != NULL && (param->flags & SX_PARAM_REQUIRED) == 0)
        g_variant_builder_add (&params, "{sv}", "default", fallback);
      if (param->min < param->max)
        {
          g_variant_builder_add (&params, "{sv}", "min", g_variant_new_double (param->min));
          g_variant_builder_add (&params, "{sv}", "max", g_variant_new_double (param->max));
        }
      g_variant_builder_init (&choices, G_VARIANT_TYPE ("as"));
      for (const SxChoice *choice = param->choices; choice != NULL && choice->id != NULL; choice++)
        g_variant_builder_add (&choices, "s", choice->id);
      g_variant_builder_add (&params, "{sv}", "choices", g_variant_builder_end (&choices));
      g_variant_builder_close (&params);
    }
  g_variant_builder_add (builder, "{sv}", "params", g_variant_builder_end (&params));
}

static GVariant *
block_to_variant (const SxBlockKind *kind)
{
  GVariantBuilder builder, ports;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_text (&builder, "id", kind->id);
  add_text (&builder, "title", _ (kind->title));
  add_text (&builder, "help", _ (kind->help));
  add_text (&builder, "category", sx_block_category_get_title (kind->category));
  g_variant_builder_init (&ports, G_VARIANT_TYPE ("aa{sv}"));
  for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
    {
      g_variant_builder_open (&ports, G_VARIANT_TYPE_VARDICT);
      add_text (&ports, "id", port->id);
      add_text (&ports, "direction", port->direction == SX_PORT_IN ? "in" : "out");
      add_text (&ports, "type", sx_port_type_get_nick (port->type));
      g_variant_builder_close (&ports);
    }
  g_variant_builder_add (&builder, "{sv}", "ports", g_variant_builder_end (&ports));
  add_params (&builder, kind);
  return g_variant_builder_end (&builder);
}

static void
print_blocks (void)
{
  static const char *const titles[] = { N_ ("block"), N_ ("category"), N_ ("title"), NULL };
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);

  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    sx_cli_table_add (table, (*kind)->id, sx_block_category_get_title ((*kind)->category), _ ((*kind)->title), NULL);
  sx_cli_table_print (table, "");
}

static void
print_blocks_json (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    g_variant_builder_add_value (&builder, block_to_variant (*kind));
  sx_cli_print_json (g_variant_builder_end (&builder));
}

static int
refuse_kind (const char *id)
{
  const char *like = sx_block_kind_suggest (id);

  if (like != NULL)
    sx_cli_warn (_ ("There is no block kind “%s”; did you mean “%s”?"), id, like);
  else
    sx_cli_warn (_ ("There is no block kind “%s”; “sextant blocks” lists them."), id);
  return SX_CLI_USAGE;
}

static int
run_blocks (const SxVerb *verb, char **arguments, guint n_arguments)
{
  const SxBlockKind *kind = n_arguments > 0 ? sx_block_kind_find (arguments[0]) : NULL;

  if (n_arguments > 0 && kind == NULL)
    return refuse_kind (arguments[0]);
  if (kind != NULL && options.json)
    sx_cli_print_json (block_to_variant (kind));
  else if (kind != NULL)
    print_block (kind);
  else if (options.json)
    print_blocks_json ();
  else
    print_blocks ();
  return SX_CLI_DONE;
}

static const SxVerbExample blocks_examples[] = {
  { "sextant blocks prepare.impute", N_ ("The ports and parameters of one kind.") },
  { NULL },
};

const SxVerb sx_verb_blocks = {
  .name = "blocks",
  .arguments = "[KIND]",
  .n_max = 1,
  .summary = N_ ("List the kinds of blocks, or describe one"),
  .description = N_ ("Block kinds are what a project is made of. With KIND: its help, ports and parameters, with types, defaults and choices."),
  .examples = blocks_examples,
  .options = entries,
  .run = run_blocks,
};

/* ---- topologies ---- */

static GPtrArray *
list_models (void)
{
  GPtrArray *models = g_ptr_array_new ();

  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if ((*kind)->category == SX_BLOCK_MODEL)
      g_ptr_array_add (models, (gpointer)*kind);
  return models;
}

static void
print_topologies (void)
{
  static const char *const titles[] = { N_ ("topology"), N_ ("title"), N_ ("what it is"), NULL };
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);
  g_autoptr (GPtrArray) models = list_models ();
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < models->len; i++)
    {
      const SxBlockKind *kind = models->pdata[i];
      const char        *id = kind->id + strlen ("model.");

      sx_cli_table_add (table, id, _ (kind->title), _ (kind->help), NULL);
      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      add_text (&builder, "id", id);
      add_text (&builder, "title", _ (kind->title));
      add_text (&builder, "help", _ (kind->help));
      g_variant_builder_close (&builder);
    }
  if (options.json)
    sx_cli_print_json (g_variant_builder_end (&builder));
  else
    {
      g_variant_builder_clear (&builder);
      sx_cli_table_print (table, "");
    }
}

static int
run_topologies (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTopology) topology = NULL;
  g_autofree char *text = NULL;

  if (n_arguments == 0)
    {
      print_topologies ();
      return SX_CLI_DONE;
    }
  topology = sx_topology_load (arguments[0], &error);
  if (topology == NULL)
    return sx_cli_fail (error);
  if (options.json)
    sx_cli_print_json (sx_yaml_to_variant (sx_topology_get_root (topology)));
  else
    {
      text = sx_topology_dup_text (topology);
      sx_cli_print ("%s", text);
    }
  return SX_CLI_DONE;
}

const SxVerb sx_verb_topologies = {
  .name = "topologies",
  .arguments = "[NAME]",
  .n_max = 1,
  .summary = N_ ("List the topologies, or print one"),
  .description = N_ ("A topology is a YAML file: what is learned, its hyper-parameters with their ranges, and configurations known to be good. A file of your own in the topologies folder of your data directory is found too."),
  .options = entries,
  .run = run_topologies,
};
