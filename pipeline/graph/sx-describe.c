/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What leaves each block, as a schema without reading data, or as the first rows.
 *
 * Schemas are cached for the whole program under a key of all they depend on: kind, parameters, the state of source files, and the keys of
 * what feeds the block. A key is thus a hash of everything upstream, and the cache serves copies of a graph in other threads too. */

#include "config.h"

#include "sx-graph-private.h"
#include "blocks/sx-step.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>

#define MAX_CACHED 4096

static GMutex      cache_mutex;
static GHashTable *cache; /* key → SxSchema */

static SxSchema *
cache_find (const char *key)
{
  SxSchema *schema;

  g_mutex_lock (&cache_mutex);
  schema = cache != NULL ? g_hash_table_lookup (cache, key) : NULL;
  if (schema != NULL)
    sx_schema_ref (schema);
  g_mutex_unlock (&cache_mutex);
  return schema;
}

static void
cache_add (const char *key, SxSchema *schema)
{
  g_mutex_lock (&cache_mutex);
  if (cache == NULL)
    cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sx_schema_unref);
  if (g_hash_table_size (cache) >= MAX_CACHED)
    g_hash_table_remove_all (cache);
  g_hash_table_insert (cache, g_strdup (key), sx_schema_ref (schema));
  g_mutex_unlock (&cache_mutex);
}

/* ---- keys ---- */

/* Size and time of each file that the block reads. */
static void
hash_files (GChecksum *checksum, SxBlock *block, const char *folder)
{
  for (const SxParamSpec *spec = block->kind->params; spec->id != NULL; spec++)
    {
      g_autofree char *file = NULL;
      g_autofree char *path = NULL;
      g_autofree char *text = NULL;
      struct stat      status;

      if (spec->type != SX_PARAM_FILE || block->kind->category != SX_BLOCK_SOURCE || !g_variant_lookup (block->params, spec->id, "s", &file))
        continue;
      path = g_canonicalize_filename (file, folder);
      if (stat (path, &status) != 0)
        status = (struct stat){ 0 };
      text = g_strdup_printf ("%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%ld;", path, (gint64)status.st_size, (gint64)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
      g_checksum_update (checksum, (const guchar *)text, -1);
    }
}

static char *
make_key (SxBlock *block, const char *folder, GPtrArray *input_keys)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *params = g_variant_print (block->params, TRUE);

  g_checksum_update (checksum, (const guchar *)block->kind->id, -1);
  g_checksum_update (checksum, (const guchar *)(block->is_muted ? ";-;" : ";+;"), -1);
  g_checksum_update (checksum, (const guchar *)params, -1);
  hash_files (checksum, block, folder);
  for (guint i = 0; i < input_keys->len; i++)
    g_checksum_update (checksum, g_ptr_array_index (input_keys, i), -1);
  return g_strdup (g_checksum_get_string (checksum));
}

/* ---- walking ---- */

static gboolean
has_table_output (const SxBlockKind *kind)
{
  for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
    if (port->direction == SX_PORT_OUT && port->type == SX_PORT_TABLE)
      return TRUE;
  return FALSE;
}

/* The blocks that feed @block's table inputs, in port order, then link order. Fails when an input that is needed has no link. */
static GPtrArray *
list_inputs (SxGraph *graph, SxBlock *block, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();

  for (const SxPortSpec *port = block->kind->ports; port->id != NULL; port++)
    {
      g_autoptr (GPtrArray) links = NULL;

      if (port->direction != SX_PORT_IN || port->type != SX_PORT_TABLE)
        continue;
      links = sx_graph_list_links (graph, block->id, SX_PORT_IN, port->id);
      if (links->len == 0 && (port->flags & SX_PORT_OPTIONAL) == 0)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LINK, _ ("Block “%s”: nothing is linked to its input “%s”."), sx_block_get_title (block), _ (port->title));
          return NULL;
        }
      for (guint i = 0; i < links->len; i++)
        g_ptr_array_add (inputs, sx_graph_find_block (graph, ((const SxLink *)g_ptr_array_index (links, i))->from_block));
    }
  return g_steal_pointer (&inputs);
}

static void
prefix_block (GError **error, SxBlock *block)
{
  g_autofree char *prefix = g_strdup_printf (_ ("Block “%s”: "), sx_block_get_title (block));

  if (error != NULL && *error != NULL && !g_str_has_prefix ((*error)->message, prefix))
    g_prefix_error (error, "%s", prefix);
}

/* What one walk over the upstream blocks has found. */
typedef struct
{
  SxGraph      *graph;
  const char   *folder;
  GCancellable *cancellable;
  guint64       max_rows; /* previews */
  GHashTable   *schemas;  /* SxBlock → SxSchema */
  GHashTable   *keys;     /* SxBlock → char * */
  GHashTable   *frames;   /* SxBlock → SxFrame */
} Walk;

static void
walk_init (Walk *walk, SxGraph *graph, const char *folder, guint64 max_rows, GCancellable *cancellable)
{
  *walk = (Walk){ .graph = graph, .folder = folder, .cancellable = cancellable, .max_rows = max_rows };
  walk->schemas = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)sx_schema_unref);
  walk->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  walk->frames = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)sx_frame_unref);
}

static void
walk_clear (Walk *walk)
{
  g_hash_table_unref (walk->schemas);
  g_hash_table_unref (walk->keys);
  g_hash_table_unref (walk->frames);
}

static SxBlockContext
make_context (const Walk *walk)
{
  return (SxBlockContext){ .folder = walk->folder, .cancellable = walk->cancellable, .max_rows = walk->max_rows };
}

/* ---- schemas ---- */

static SxSchema *
describe_kind (Walk *walk, SxBlock *block, GPtrArray *inputs, GError **error)
{
  SxBlockContext context = make_context (walk);
  g_autoptr (SxParams) params = NULL;
  g_autoptr (GPtrArray) schemas = g_ptr_array_new ();

  for (guint i = 0; i < inputs->len; i++)
    g_ptr_array_add (schemas, g_hash_table_lookup (walk->schemas, g_ptr_array_index (inputs, i)));
  if ((block->is_muted || block->kind->describe == NULL) && schemas->len > 0)
    return sx_schema_ref (g_ptr_array_index (schemas, 0));
  params = sx_block_dup_params (block, error);
  if (params == NULL || !sx_params_check_complete (params, error))
    return NULL;
  return block->kind->describe (params, (SxSchema *const *)schemas->pdata, schemas->len, &context, error);
}

/* Describes @block, whose inputs have been described. */
static gboolean
describe_block (Walk *walk, SxBlock *block, GError **error)
{
  g_autoptr (GPtrArray) inputs = list_inputs (walk->graph, block, error);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  char     *key;
  SxSchema *schema;

  if (inputs == NULL)
    return FALSE;
  for (guint i = 0; i < inputs->len; i++)
    g_ptr_array_add (keys, g_hash_table_lookup (walk->keys, g_ptr_array_index (inputs, i)));
  key = make_key (block, walk->folder, keys);
  g_hash_table_insert (walk->keys, block, key);
  schema = cache_find (key);
  if (schema == NULL)
    {
      schema = describe_kind (walk, block, inputs, error);
      if (schema == NULL)
        {
          prefix_block (error, block);
          return FALSE;
        }
      cache_add (key, schema);
    }
  g_hash_table_insert (walk->schemas, block, schema);
  return TRUE;
}

static gboolean
refuse_unknown (const char *block, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LINK, _ ("There is no block “%s” with a table."), block);
  return FALSE;
}

SxSchema *
sx_graph_describe (SxGraph *self, const char *id, const char *folder, GCancellable *cancellable, GError **error)
{
  SxBlock *block = sx_graph_find_block (self, id);
  g_autoptr (GPtrArray) blocks = NULL;
  SxSchema *schema = NULL;
  gboolean  ok = TRUE;
  Walk      walk;

  if (block == NULL || !has_table_output (block->kind))
    {
      refuse_unknown (id, error);
      return NULL;
    }
  blocks = sx_graph_sort_upstream (self, id);
  walk_init (&walk, self, folder, 0, cancellable);
  for (guint i = 0; i < blocks->len && ok; i++)
    ok = !g_cancellable_set_error_if_cancelled (cancellable, error) && describe_block (&walk, g_ptr_array_index (blocks, i), error);
  if (ok)
    schema = sx_schema_ref (g_hash_table_lookup (walk.schemas, block));
  walk_clear (&walk);
  return schema;
}

/* ---- rows ---- */

/* The target of the first model downstream, so that a preview too leaves it alone; (nullable). */
static char *
find_target (SxGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      SxBlock *block = g_ptr_array_index (graph->blocks, i);
      char    *target = NULL;

      if (block->kind->category == SX_BLOCK_MODEL && g_variant_lookup (block->params, "target", "s", &target))
        return target;
    }
  return NULL;
}

static SxFrame *
run_learner (Walk *walk, SxBlock *block, const SxParams *params, SxFrame *input, const SxBlockContext *context, GError **error)
{
  g_autofree char *target = find_target (walk->graph);
  g_autoptr (SxSteps) steps = block->kind->fit (params, input, target, context, error);

  return steps != NULL ? sx_steps_apply (steps, input, walk->cancellable, error) : NULL;
}

static SxFrame *
run_block (Walk *walk, SxBlock *block, GError **error)
{
  g_autoptr (GPtrArray) inputs = list_inputs (walk->graph, block, error);
  g_autoptr (GPtrArray) frames = g_ptr_array_new ();
  g_autoptr (SxParams) params = NULL;
  SxBlockContext context = make_context (walk);

  if (inputs == NULL)
    return NULL;
  for (guint i = 0; i < inputs->len; i++)
    g_ptr_array_add (frames, g_hash_table_lookup (walk->frames, g_ptr_array_index (inputs, i)));
  if ((block->is_muted || (block->kind->run == NULL && block->kind->fit == NULL)) && frames->len > 0)
    return sx_frame_ref (g_ptr_array_index (frames, 0));
  params = sx_block_dup_params (block, error);
  if (params == NULL || !sx_params_check_complete (params, error))
    return NULL;
  if ((block->kind->flags & SX_BLOCK_LEARNS) != 0)
    return run_learner (walk, block, params, g_ptr_array_index (frames, 0), &context, error);
  return block->kind->run (params, (SxFrame *const *)frames->pdata, frames->len, &context, error);
}

SxFrame *
sx_graph_preview (SxGraph *self, const char *id, const char *folder, guint64 max_rows, GCancellable *cancellable, GError **error)
{
  SxBlock *block = sx_graph_find_block (self, id);
  g_autoptr (GPtrArray) blocks = NULL;
  SxFrame *frame = NULL;
  Walk     walk;

  if (block == NULL || !has_table_output (block->kind))
    {
      refuse_unknown (id, error);
      return NULL;
    }
  blocks = sx_graph_sort_upstream (self, id);
  walk_init (&walk, self, folder, max_rows, cancellable);
  for (guint i = 0; i < blocks->len; i++)
    {
      SxBlock *each = g_ptr_array_index (blocks, i);

      frame = g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL : run_block (&walk, each, error);
      if (frame == NULL)
        {
          prefix_block (error, each);
          break;
        }
      g_hash_table_insert (walk.frames, each, frame);
    }
  if (frame != NULL)
    sx_frame_ref (frame);
  walk_clear (&walk);
  return frame;
}

/* ---- problems ---- */

void
sx_problem_free (SxProblem *self)
{
  g_free (self->block);
  g_free (self->param);
  g_free (self->message);
  g_free (self);
}

static void
add_problem (GPtrArray *problems, SxBlock *block, const char *message)
{
  SxProblem *problem = g_new0 (SxProblem, 1);

  problem->block = g_strdup (block->id);
  problem->message = g_strdup (message);
  g_ptr_array_add (problems, problem);
}

static void
check_inputs (SxGraph *graph, SxBlock *block, GPtrArray *problems)
{
  for (const SxPortSpec *port = block->kind->ports; port->id != NULL; port++)
    {
      g_autoptr (GPtrArray) links = NULL;
      g_autofree char *message = NULL;

      if (port->direction != SX_PORT_IN || (port->flags & SX_PORT_OPTIONAL) != 0)
        continue;
      links = sx_graph_list_links (graph, block->id, SX_PORT_IN, port->id);
      if (links->len > 0)
        continue;
      message = g_strdup_printf (_ ("Nothing is linked to the input “%s”."), _ (port->title));
      add_problem (problems, block, message);
    }
}

/* All blocks, each after what feeds it. */
static GPtrArray *
sort_all (SxGraph *graph)
{
  GPtrArray *sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->blocks->len; i++)
    {
      SxBlock *block = g_ptr_array_index (graph->blocks, i);
      g_autoptr (GPtrArray) upstream = NULL;

      if (g_hash_table_contains (seen, block))
        continue;
      upstream = sx_graph_sort_upstream (graph, block->id);
      for (guint j = 0; j < upstream->len; j++)
        if (g_hash_table_add (seen, g_ptr_array_index (upstream, j)))
          g_ptr_array_add (sorted, g_ptr_array_index (upstream, j));
    }
  return sorted;
}

/* Has everything that feeds @block been described? */
static gboolean
inputs_are_known (Walk *walk, SxBlock *block)
{
  for (guint i = 0; i < block->links_in->len; i++)
    {
      SxBlock *from = sx_graph_find_block (walk->graph, ((const SxLink *)g_ptr_array_index (block->links_in, i))->from_block);

      if (has_table_output (from->kind) && !g_hash_table_contains (walk->schemas, from))
        return FALSE;
    }
  return TRUE;
}

static void
check_block (Walk *walk, SxBlock *block, GPtrArray *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxParams) params = sx_params_new (block->kind, block->params, &error);
  guint n = problems->len;

  check_inputs (walk->graph, block, problems);
  if (params == NULL || !sx_params_check_complete (params, &error))
    add_problem (problems, block, error->message);
  if (problems->len > n || !has_table_output (block->kind) || !inputs_are_known (walk, block))
    return;
  if (!describe_block (walk, block, &error))
    add_problem (problems, block, error->message);
}

GPtrArray *
sx_graph_list_problems (SxGraph *self, const char *folder)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_problem_free);
  g_autoptr (GPtrArray) blocks = sort_all (self);
  Walk walk;

  walk_init (&walk, self, folder, 0, NULL);
  for (guint i = 0; i < blocks->len; i++)
    check_block (&walk, g_ptr_array_index (blocks, i), problems);
  walk_clear (&walk);
  return problems;
}
