/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The shape of the graph upstream of the model, and the rules that make leaking impossible.
 *
 * Walking up from the model, blocks that work row by row, learn, drop rows or split make the chain. The first block that does none of these
 * (a source, or one that mixes rows) ends the walk: it and all upstream of it make the table part, where nothing may learn or split,
 * because a block that mixes rows would carry what it learned, or a validation row, into training rows. */

#include "config.h"

#include "sx-compile-private.h"

#include <glib/gi18n-lib.h>

/* ---- inputs ---- */

static const char *
find_first_table_port (const SxBlockKind *kind)
{
  for (const SxPortSpec *port = kind->ports; port->id; port++)
    if (port->direction == SX_PORT_IN && port->type == SX_PORT_TABLE)
      return port->id;
  return NULL;
}

/* Past muted blocks, which hand on what they get. */
static SxBlock *
skip_muted (SxCompiler *self, SxBlock *block)
{
  while (block != NULL && sx_block_is_muted (block))
    {
      const char *port = find_first_table_port (sx_block_get_kind (block));
      g_autoptr (GPtrArray) links = NULL;

      if (port == NULL)
        return NULL;
      links = sx_graph_list_links (self->graph, sx_block_get_id (block), SX_PORT_IN, port);
      block = links->len > 0 ? sx_graph_find_block (self->graph, ((const SxLink *)links->pdata[0])->from_block) : NULL;
    }
  return block;
}

/* The blocks that feed @block's tables, in port order and link order; of borrowed SxBlock. */
static GPtrArray *
list_inputs (SxCompiler *self, SxBlock *block)
{
  GPtrArray *inputs = g_ptr_array_new ();

  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port->id; port++)
    {
      g_autoptr (GPtrArray) links = NULL;

      if (port->direction != SX_PORT_IN || port->type != SX_PORT_TABLE)
        continue;
      links = sx_graph_list_links (self->graph, sx_block_get_id (block), SX_PORT_IN, port->id);
      for (guint i = 0; i < links->len; i++)
        {
          SxBlock *input = skip_muted (self, sx_graph_find_block (self->graph, ((const SxLink *)links->pdata[i])->from_block));

          if (input != NULL)
            g_ptr_array_add (inputs, input);
        }
    }
  return inputs;
}

SxBlock *
sx_compiler_find_input (SxCompiler *self, SxBlock *block, const char *port)
{
  g_autoptr (GPtrArray) links = sx_graph_list_links (self->graph, sx_block_get_id (block), SX_PORT_IN, port);

  return links->len > 0 ? skip_muted (self, sx_graph_find_block (self->graph, ((const SxLink *)links->pdata[0])->from_block)) : NULL;
}

/* Adds @block after all that it needs; @seen guards against doing so twice. Depth is no danger: the graph has no cycle, and the stack
 * needed is small next to SX_JOB_MAX_BLOCKS. */
static void
collect_upstream (SxCompiler *self, SxBlock *block, GHashTable *seen, GPtrArray *order)
{
  g_autoptr (GPtrArray) inputs = NULL;

  if (!g_hash_table_add (seen, block) || g_hash_table_size (seen) > SX_JOB_MAX_BLOCKS)
    return;
  inputs = list_inputs (self, block);
  for (guint i = 0; i < inputs->len; i++)
    collect_upstream (self, inputs->pdata[i], seen, order);
  g_ptr_array_add (order, block);
}

/* @block and the unmuted blocks upstream of it, each after all that it needs. */
static GPtrArray *
list_upstream (SxCompiler *self, SxBlock *block)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *order = g_ptr_array_new ();

  collect_upstream (self, block, seen, order);
  return order;
}

/* ---- each block by itself ---- */

static gboolean
check_params (SxCompiler *self, SxBlock *block)
{
  const SxBlockKind *kind = sx_block_get_kind (block);
  g_autoptr (GError) cause = NULL;
  g_autoptr (SxParams) params = sx_block_dup_params (block, &cause);
  gboolean ok = TRUE;

  if (params == NULL)
    return sx_compiler_take_error (self, sx_block_get_id (block), NULL, g_steal_pointer (&cause));
  for (const SxParamSpec *spec = kind->params; spec->id; spec++)
    {
      GVariant *value = sx_params_get (params, spec->id);
      gboolean  is_empty = (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && *g_variant_get_string (value, NULL) == '\0') ||
                          (g_variant_is_container (value) && g_variant_n_children (value) == 0);

      if ((spec->flags & SX_PARAM_REQUIRED) == 0 || !sx_param_spec_is_visible (spec, params))
        continue;
      if (!sx_params_is_set (params, spec->id) || is_empty)
        ok = sx_compiler_refuse (self, sx_block_get_id (block), spec->id, _ ("“%s” is not set"), _ (spec->title));
    }
  return ok;
}

static gboolean
check_links (SxCompiler *self, SxBlock *block)
{
  gboolean ok = TRUE;

  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port->id; port++)
    {
      if (port->direction != SX_PORT_IN || port->type != SX_PORT_TABLE || (port->flags & SX_PORT_OPTIONAL))
        continue;
      if (sx_compiler_find_input (self, block, port->id) == NULL)
        ok = sx_compiler_refuse (self, sx_block_get_id (block), NULL, _ ("Input “%s” is not linked to a table"), _ (port->title));
    }
  return ok;
}

gboolean
sx_compiler_check_blocks (SxCompiler *self)
{
  g_autoptr (GPtrArray) upstream = list_upstream (self, self->model);
  gboolean ok = TRUE;

  if (upstream->len > SX_JOB_MAX_BLOCKS)
    return sx_compiler_refuse (self, sx_block_get_id (self->model), NULL, _ ("More than %d blocks lead to the model"), SX_JOB_MAX_BLOCKS);
  for (guint i = 0; i < upstream->len; i++)
    {
      ok &= check_params (self, upstream->pdata[i]);
      ok &= check_links (self, upstream->pdata[i]);
    }
  return ok;
}

/* ---- the chain ---- */

static gboolean
is_split (SxBlock *block)
{
  return sx_block_get_kind (block)->category == SX_BLOCK_SPLIT;
}

static gboolean
learns (SxBlock *block)
{
  return (sx_block_get_kind (block)->flags & SX_BLOCK_LEARNS) != 0;
}

/* Walks up from the model; what it passes is the chain, where it stops the table part begins. */
static void
walk_up (SxCompiler *self)
{
  SxBlock *block = sx_compiler_find_input (self, self->model, find_first_table_port (sx_block_get_kind (self->model)));

  self->path = g_ptr_array_new ();
  while (block != NULL && (is_split (block) || sx_job_kind_is_chain (sx_block_get_kind (block))))
    {
      g_autoptr (GPtrArray) inputs = list_inputs (self, block);

      if (inputs->len != 1)
        break;
      g_ptr_array_insert (self->path, 0, block);
      block = inputs->pdata[0];
    }
  self->table_end = block;
}

static gboolean
check_chain_order (SxCompiler *self)
{
  SxBlock *split = NULL;
  SxBlock *learner = NULL;

  for (guint i = 0; i < self->path->len; i++)
    {
      SxBlock           *block = self->path->pdata[i];
      const SxBlockKind *kind = sx_block_get_kind (block);

      if (is_split (block) && split != NULL)
        return sx_compiler_refuse (self, sx_block_get_id (block), NULL, _ ("The rows are already split by “%s”. Remove one of the two blocks."), sx_block_get_title (split));
      if (is_split (block))
        split = block;
      else if (learns (block))
        learner = learner ? learner : block;
      else if (learner != NULL && (kind->flags & SX_BLOCK_ROW_WISE) == 0)
        return sx_compiler_refuse (self, sx_block_get_id (block), NULL, _ ("It drops rows from which “%s” has already learned. Move it before “%s”."), sx_block_get_title (learner), sx_block_get_title (learner));
    }
  return TRUE;
}

gboolean
sx_compiler_find_path (SxCompiler *self)
{
  guint n_static = 0;

  walk_up (self);
  if (!check_chain_order (self))
    return FALSE;
  for (guint i = 0; i < self->path->len; i++)
    {
      SxBlock *block = self->path->pdata[i];
      g_autoptr (GError) cause = NULL;
      SxJobBlock *copy;

      if (is_split (block))
        continue;
      copy = sx_job_block_new (sx_block_get_id (block), sx_block_get_kind (block), sx_block_get_params (block), NULL, &cause);
      if (copy == NULL)
        return sx_compiler_take_error (self, sx_block_get_id (block), NULL, g_steal_pointer (&cause));
      g_ptr_array_add (self->job->chain, copy);
    }
  /* Without a split block, and for blocks before it, all that is dropped is dropped from every part. */
  while (n_static < self->path->len && !learns (self->path->pdata[n_static]) && !is_split (self->path->pdata[n_static]))
    n_static++;
  self->job->n_before_split = n_static;
  return TRUE;
}

/* ---- the table part ---- */

static gboolean
check_table_block (SxCompiler *self, SxBlock *block, SxBlock *last)
{
  const char *id = sx_block_get_id (block);

  if (learns (block))
    return sx_compiler_refuse (self, sx_block_get_id (last), NULL, _ ("It mixes rows behind “%s”, which learns from them: what was learned from validation rows would reach training rows. Move “%s” behind this block."), sx_block_get_title (block), sx_block_get_title (block));
  if (is_split (block))
    return sx_compiler_refuse (self, sx_block_get_id (last), NULL, _ ("It mixes rows behind “%s”: validation rows would reach training rows. Move “%s” behind this block."), sx_block_get_title (block), sx_block_get_title (block));
  if (!sx_job_kind_is_table (sx_block_get_kind (block)))
    return sx_compiler_refuse (self, id, NULL, _ ("It cannot stand before the model"));
  return TRUE;
}

static gboolean
is_in_table (SxCompiler *self, const char *id)
{
  for (guint i = 0; i < self->job->table->len; i++)
    if (g_str_equal (((SxJobBlock *)self->job->table->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

/* Which block to name when @block, upstream, may not be there: the first downstream of it that mixes rows. */
static SxBlock *
find_mixer (SxCompiler *self, GPtrArray *upstream, guint from)
{
  for (guint i = from + 1; i < upstream->len; i++)
    if (sx_block_get_kind (upstream->pdata[i])->flags & SX_BLOCK_MIXES_ROWS)
      return upstream->pdata[i];
  return upstream->pdata[upstream->len - 1];
}

gboolean
sx_compiler_add_table (SxCompiler *self, SxBlock *last)
{
  g_autoptr (GPtrArray) upstream = list_upstream (self, last);

  for (guint i = 0; i < upstream->len; i++)
    {
      SxBlock    *block = upstream->pdata[i];
      const char *id = sx_block_get_id (block);
      g_autoptr (GPtrArray) inputs = NULL;
      g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
      g_auto (GStrv) input_ids = NULL;
      g_autoptr (GError) cause = NULL;
      SxJobBlock *copy;

      if (is_in_table (self, id))
        continue;
      if (!check_table_block (self, block, find_mixer (self, upstream, i)))
        return FALSE;
      inputs = list_inputs (self, block);
      for (guint j = 0; j < inputs->len; j++)
        g_strv_builder_add (ids, sx_block_get_id (inputs->pdata[j]));
      input_ids = g_strv_builder_end (ids);
      copy = sx_job_block_new (id, sx_block_get_kind (block), sx_block_get_params (block), (const char *const *)input_ids, &cause);
      if (copy == NULL)
        return sx_compiler_take_error (self, id, NULL, g_steal_pointer (&cause));
      g_ptr_array_add (self->job->table, copy);
    }
  return TRUE;
}
