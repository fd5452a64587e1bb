/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The registry of block kinds. A new kind is one file beside this one and one line in the table below. Model kinds follow the topology
 * files that are found when the registry is first asked. */

#include "config.h"

#include "sx-kinds-private.h"

#include "graph/sx-yaml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* In palette order; model kinds come in where the category changes from split to evaluate. */
static const SxBlockKind *const fixed_kinds[] = {
  &sx_block_source_csv,
  &sx_block_source_json,
  &sx_block_source_sqlite,
  &sx_block_source_parquet,
  &sx_block_source_arrow,
  &sx_block_table_select,
  &sx_block_table_filter,
  &sx_block_table_derive,
  &sx_block_table_replace,
  &sx_block_table_cast,
  &sx_block_table_parse_dates,
  &sx_block_table_dates,
  &sx_block_table_split_text,
  &sx_block_table_merge_text,
  &sx_block_table_sample,
  &sx_block_table_sort,
  &sx_block_table_limit,
  &sx_block_table_distinct,
  &sx_block_table_join,
  &sx_block_table_union,
  &sx_block_table_group,
  &sx_block_table_pivot,
  &sx_block_table_unpivot,
  &sx_block_table_window,
  &sx_block_table_fill,
  &sx_block_table_sql,
  &sx_block_prepare_auto,
  &sx_block_prepare_impute,
  &sx_block_prepare_scale,
  &sx_block_prepare_encode,
  &sx_block_prepare_bin,
  &sx_block_prepare_clip,
  &sx_block_prepare_select,
  &sx_block_prepare_pca,
  &sx_block_split_holdout,
  &sx_block_split_kfold,
  &sx_block_split_group,
  &sx_block_split_time,
  &sx_block_evaluate_metrics,
  &sx_block_export_model,
};

const SxPortSpec sx_ports_source[] = {
  { "table", N_ ("Table"), SX_PORT_OUT, SX_PORT_TABLE, 0 },
  { NULL },
};

/* Port ids are unique within a block. Whatever gives a table gives it at “table”. */
const SxPortSpec sx_ports_verb[] = {
  { "input", N_ ("Input"), SX_PORT_IN, SX_PORT_TABLE, 0 },
  { "table", N_ ("Table"), SX_PORT_OUT, SX_PORT_TABLE, 0 },
  { NULL },
};

/* ---- names ---- */

static const struct
{
  const char *nick;
  const char *title;
} port_types[SX_N_PORT_TYPES] = {
  [SX_PORT_TABLE] = { "table", N_ ("Table") },
  [SX_PORT_MODEL] = { "model", N_ ("Model") },
  [SX_PORT_REPORT] = { "report", N_ ("Report") },
};

static const char *const category_titles[SX_N_BLOCK_CATEGORIES] = {
  [SX_BLOCK_SOURCE] = N_ ("Data"),
  [SX_BLOCK_TABLE] = N_ ("Table"),
  [SX_BLOCK_PREPARE] = N_ ("Prepare"),
  [SX_BLOCK_SPLIT] = N_ ("Split"),
  [SX_BLOCK_MODEL] = N_ ("Model"),
  [SX_BLOCK_EVALUATE] = N_ ("Evaluate"),
  [SX_BLOCK_EXPORT] = N_ ("Export"),
};

const char *
sx_port_type_get_nick (SxPortType type)
{
  g_return_val_if_fail (type < SX_N_PORT_TYPES, NULL);

  return port_types[type].nick;
}

const char *
sx_port_type_get_title (SxPortType type)
{
  g_return_val_if_fail (type < SX_N_PORT_TYPES, NULL);

  return _ (port_types[type].title);
}

const char *
sx_block_category_get_title (SxBlockCategory category)
{
  g_return_val_if_fail (category < SX_N_BLOCK_CATEGORIES, NULL);

  return _ (category_titles[category]);
}

/* ---- the registry ---- */

typedef struct
{
  const SxBlockKind **list; /* NULL-ended */
  const char        **ids;  /* NULL-ended, for suggestions */
  GHashTable         *by_id;
} Registry;

static void
add_kind (GPtrArray *list, GPtrArray *ids, GHashTable *by_id, const SxBlockKind *kind)
{
  if (!g_hash_table_insert (by_id, (gpointer)kind->id, (gpointer)kind))
    g_error ("Two block kinds are called %s", kind->id);
  g_ptr_array_add (list, (gpointer)kind);
  g_ptr_array_add (ids, (gpointer)kind->id);
}

static Registry *
build_registry (void)
{
  Registry  *registry = g_new0 (Registry, 1);
  GPtrArray *list = g_ptr_array_new ();
  GPtrArray *ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) models = sx_model_kinds_load ();
  gboolean has_models = FALSE;

  registry->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS (fixed_kinds); i++)
    {
      if (!has_models && fixed_kinds[i]->category > SX_BLOCK_MODEL)
        {
          for (guint j = 0; j < models->len; j++)
            add_kind (list, ids, registry->by_id, models->pdata[j]);
          has_models = TRUE;
        }
      add_kind (list, ids, registry->by_id, fixed_kinds[i]);
    }
  g_ptr_array_add (list, NULL);
  g_ptr_array_add (ids, NULL);
  registry->list = (const SxBlockKind **)g_ptr_array_free (list, FALSE);
  registry->ids = (const char **)g_ptr_array_free (ids, FALSE);
  return registry;
}

static const Registry *
get_registry (void)
{
  static gsize registry;

  if (g_once_init_enter (&registry))
    g_once_init_leave (&registry, (gsize)build_registry ());
  return (const Registry *)registry;
}

const SxBlockKind *const *
sx_block_kind_list (void)
{
  return get_registry ()->list;
}

const SxBlockKind *
sx_block_kind_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  return g_hash_table_lookup (get_registry ()->by_id, id);
}

const char *
sx_block_kind_suggest (const char *id)
{
  const char *const *ids = get_registry ()->ids;

  g_return_val_if_fail (id != NULL, NULL);

  /* “impute” is nearer to “prepare.impute” than any count of letters says. */
  for (guint i = 0; ids[i]; i++)
    if (g_str_equal (strchr (ids[i], '.') + 1, id))
      return ids[i];
  return sx_yaml_suggest (id, ids);
}

const SxParamSpec *
sx_block_kind_find_param (const SxBlockKind *kind, const char *id)
{
  for (const SxParamSpec *spec = kind->params; spec->id; spec++)
    if (g_str_equal (spec->id, id))
      return spec;
  return NULL;
}

const SxPortSpec *
sx_block_kind_find_port (const SxBlockKind *kind, const char *id)
{
  for (const SxPortSpec *port = kind->ports; port->id; port++)
    if (g_str_equal (port->id, id))
      return port;
  return NULL;
}
