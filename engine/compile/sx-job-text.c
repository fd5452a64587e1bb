/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The job as YAML.
 *
 * A job file is the whole order to a worker, which may run on another machine, so nothing in it is believed: every key, kind, parameter,
 * reference and range is checked here, and errors say the line. What passes is as good as what the compile step made. */

#include "config.h"

#include "sx-job-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const char *const methods[] = {
  [SX_SPLIT_HOLDOUT] = "holdout",
  [SX_SPLIT_KFOLD] = "kfold",
  [SX_SPLIT_GROUP] = "group",
  [SX_SPLIT_TIME] = "time",
  NULL
};

const char *
sx_split_method_get_nick (SxSplitMethod method)
{
  g_return_val_if_fail ((guint)method <= SX_SPLIT_TIME, NULL);

  return methods[method];
}

/* ---- writing ---- */

static void
write_strings (SxYamlWriter *writer, const char *key, const char *const *texts)
{
  sx_yaml_writer_begin_list (writer, key);
  for (guint i = 0; texts[i]; i++)
    sx_yaml_writer_string (writer, NULL, texts[i]);
  sx_yaml_writer_end_list (writer);
}

static void
write_blocks (SxYamlWriter *writer, const char *key, GPtrArray *blocks)
{
  if (blocks->len == 0)
    return;
  sx_yaml_writer_begin_list (writer, key);
  for (guint i = 0; i < blocks->len; i++)
    {
      const SxJobBlock *block = blocks->pdata[i];

      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "id", block->id);
      sx_yaml_writer_string (writer, "kind", block->kind->id);
      if (block->inputs[0] != NULL)
        write_strings (writer, "inputs", (const char *const *)block->inputs);
      if (g_variant_n_children (block->params) > 0)
        sx_yaml_writer_variant (writer, "params", block->params);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
}

static void
write_sources (SxYamlWriter *writer, GPtrArray *sources)
{
  if (sources->len == 0)
    return;
  sx_yaml_writer_begin_list (writer, "sources");
  for (guint i = 0; i < sources->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (sources->pdata[i], "\t", 3);

      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "block", parts[0]);
      sx_yaml_writer_string (writer, "path", parts[1]);
      sx_yaml_writer_string (writer, "sha256", parts[2]);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
}

static void
write_split (SxYamlWriter *writer, const SxJob *job)
{
  const SxSplitSpec *spec = &job->split;

  sx_yaml_writer_begin_map (writer, "split");
  sx_yaml_writer_string (writer, "method", methods[spec->method]);
  if (job->n_before_split > 0)
    sx_yaml_writer_int (writer, "after", job->n_before_split);
  sx_yaml_writer_double (writer, "test", spec->test);
  if (spec->n_folds == 1)
    sx_yaml_writer_double (writer, "validation", spec->validation);
  sx_yaml_writer_int (writer, "folds", spec->n_folds);
  if (spec->stratify)
    sx_yaml_writer_bool (writer, "stratify", TRUE);
  if (spec->keep_order)
    sx_yaml_writer_bool (writer, "keep-order", TRUE);
  if (spec->column != NULL)
    sx_yaml_writer_string (writer, "column", spec->column);
  if (spec->gap > 0)
    sx_yaml_writer_int (writer, "gap", (gint64)spec->gap);
  sx_yaml_writer_int (writer, "seed", (gint64)spec->seed);
  sx_yaml_writer_end_map (writer);
}

static void
write_model (SxYamlWriter *writer, const SxJob *job)
{
  sx_yaml_writer_begin_map (writer, "model");
  sx_yaml_writer_string (writer, "block", job->model_block);
  sx_yaml_writer_string (writer, "target", job->target);
  if (job->features != NULL)
    write_strings (writer, "features", (const char *const *)job->features);
  if (job->task >= 0)
    sx_yaml_writer_string (writer, "task", sx_task_get_nick ((SxTask)job->task));
  if (job->metric != NULL)
    sx_yaml_writer_string (writer, "metric", job->metric);
  sx_yaml_writer_int (writer, "seed", (gint64)job->seed);
  if (job->budget_seconds > 0)
    sx_yaml_writer_double (writer, "budget", job->budget_seconds);
  if (job->max_trials > 0)
    sx_yaml_writer_int (writer, "trials", job->max_trials);
  if (job->overrides != NULL && g_variant_n_children (job->overrides) > 0)
    sx_yaml_writer_variant (writer, "space", job->overrides);
  sx_yaml_writer_end_map (writer);
}

char *
sx_job_to_text (const SxJob *self, gsize *size)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();

  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "sextant-job", SX_JOB_VERSION);
  if (self->name != NULL)
    sx_yaml_writer_string (writer, "name", self->name);
  if (self->folder != NULL)
    sx_yaml_writer_string (writer, "folder", self->folder);
  write_blocks (writer, "table", self->table);
  write_sources (writer, self->sources);
  write_blocks (writer, "chain", self->chain);
  write_split (writer, self);
  write_model (writer, self);
  if (self->n_threads > 0 || self->memory_limit > 0)
    {
      sx_yaml_writer_begin_map (writer, "resources");
      if (self->n_threads > 0)
        sx_yaml_writer_int (writer, "threads", self->n_threads);
      if (self->memory_limit > 0)
        sx_yaml_writer_int (writer, "memory", (gint64)self->memory_limit);
      sx_yaml_writer_end_map (writer);
    }
  write_blocks (writer, "exports", self->exports);
  sx_yaml_writer_node (writer, "topology", sx_topology_get_root (self->topology));
  sx_yaml_writer_end_map (writer);
  return sx_yaml_writer_finish (writer, size);
}

/* ---- reading ---- */

G_GNUC_PRINTF (3, 4)
static gboolean
refuse (const SxYaml *node, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, "%s", message);
}

/* The member @key of @map, of type @type. NULL without an error when it is missing and not @required. */
static const SxYaml *
find_member (const SxYaml *map, const char *key, SxYamlType type, gboolean required, gboolean *ok, GError **error)
{
  const SxYaml *node = sx_yaml_find (map, key);

  *ok = TRUE;
  if (node != NULL && sx_yaml_get_type (node) != type)
    *ok = refuse (node, error, type == SX_YAML_MAP ? _ ("“%s” is a mapping") : _ ("“%s” is a list"), key);
  else if (node == NULL && required)
    *ok = refuse (map, error, _ ("“%s” is missing"), key);
  return *ok ? node : NULL;
}

static gboolean
read_text (const SxYaml *map, const char *key, gboolean required, char **text, GError **error)
{
  if (!sx_yaml_read_string (map, key, NULL, text, error))
    return FALSE;
  if (required && (*text == NULL || **text == '\0'))
    return refuse (map, error, _ ("“%s” is missing"), key);
  return TRUE;
}

static gboolean
read_range (const SxYaml *map, const char *key, gint64 fallback, gint64 low, gint64 high, gint64 *value, GError **error)
{
  if (!sx_yaml_read_int (map, key, fallback, value, error))
    return FALSE;
  if (*value >= low && *value <= high)
    return TRUE;
  return refuse (sx_yaml_find (map, key), error, _ ("“%s” is outside %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT), key, low, high);
}

static gboolean
read_share (const SxYaml *map, const char *key, double fallback, double *value, GError **error)
{
  if (!sx_yaml_read_double (map, key, fallback, value, error))
    return FALSE;
  if (*value >= 0 && *value < 1)
    return TRUE;
  return refuse (sx_yaml_find (map, key), error, _ ("“%s” is a share of the rows, from 0 to below 1"), key);
}

/* A list of texts; NULL when the member is missing. */
static gboolean
read_strings (const SxYaml *map, const char *key, GStrv *texts, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean      ok;
  const SxYaml *list = find_member (map, key, SX_YAML_LIST, FALSE, &ok, error);

  *texts = NULL;
  if (list == NULL)
    return ok;
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);

      if (sx_yaml_get_type (item) != SX_YAML_SCALAR)
        return refuse (item, error, _ ("“%s” is a list of texts"), key);
      g_strv_builder_add (builder, sx_yaml_get_text (item));
    }
  *texts = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
check_id (const SxYaml *map, const char *id, GError **error)
{
  gsize length = strlen (id);

  if (length <= SX_ID_MAX_LENGTH && strcspn (id, "\t\n\r") == length)
    return TRUE;
  return refuse (sx_yaml_find (map, "id"), error, _ ("A block id is at most %d characters without tabs or line ends"), SX_ID_MAX_LENGTH);
}

static SxJobBlock *
read_block (const SxYaml *map, GError **error)
{
  static const char *const keys[] = { "id", "kind", "inputs", "params", NULL };
  g_autofree char         *id = NULL;
  g_autofree char         *kind_id = NULL;
  g_auto (GStrv) inputs = NULL;
  g_autoptr (GVariant) params = NULL;
  g_autoptr (GError) cause = NULL;
  const SxBlockKind *kind;
  const SxYaml      *node;
  SxJobBlock        *block;
  gboolean           ok;

  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    {
      refuse (map, error, "%s", _ ("A block is a mapping"));
      return NULL;
    }
  if (!sx_yaml_check_keys (map, keys, error) || !read_text (map, "id", TRUE, &id, error) || !check_id (map, id, error) ||
      !read_text (map, "kind", TRUE, &kind_id, error) || !read_strings (map, "inputs", &inputs, error))
    return NULL;
  node = find_member (map, "params", SX_YAML_MAP, FALSE, &ok, error);
  if (!ok)
    return NULL;
  kind = sx_block_kind_find (kind_id);
  if (kind == NULL)
    {
      const char *suggestion = sx_block_kind_suggest (kind_id);

      if (suggestion != NULL)
        refuse (sx_yaml_find (map, "kind"), error, _ ("There is no block kind “%s”. Did you mean “%s”?"), kind_id, suggestion);
      else
        refuse (sx_yaml_find (map, "kind"), error, _ ("There is no block kind “%s”"), kind_id);
      return NULL;
    }
  params = node ? g_variant_ref_sink (sx_yaml_to_variant (node)) : NULL;
  block = sx_job_block_new (id, kind, params, (const char *const *)inputs, &cause);
  if (block == NULL)
    refuse (node ? node : map, error, _ ("Block “%s”: %s"), id, cause->message);
  return block;
}

/* The blocks of the list @key into @blocks. @ids: (nullable): ids so far, to which theirs are added; then inputs must be among them.
 * @fits: which kinds belong there. */
static gboolean
read_blocks (const SxYaml *root, const char *key, GHashTable *ids, gboolean (*fits) (const SxBlockKind *kind), GPtrArray *blocks, GError **error)
{
  gboolean      ok;
  const SxYaml *list = find_member (root, key, SX_YAML_LIST, FALSE, &ok, error);

  if (list == NULL)
    return ok;
  if (sx_yaml_get_n_children (list) > SX_JOB_MAX_BLOCKS)
    return refuse (list, error, _ ("A job has at most %d blocks"), SX_JOB_MAX_BLOCKS);
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *map = sx_yaml_get_child (list, i);
      SxJobBlock   *block = read_block (map, error);

      if (block == NULL)
        return FALSE;
      g_ptr_array_add (blocks, block);
      if (!fits (block->kind))
        return refuse (sx_yaml_find (map, "kind"), error, _ ("A block of kind “%s” does not belong into “%s”"), block->kind->id, key);
      for (guint j = 0; block->inputs[j]; j++)
        if (!g_hash_table_contains (ids, block->inputs[j]))
          return refuse (sx_yaml_find (map, "inputs"), error, _ ("Block “%s” takes the table of “%s”, which does not stand before it"), block->id, block->inputs[j]);
      if (!g_hash_table_add (ids, block->id))
        return refuse (map, error, _ ("Two blocks are called “%s”"), block->id);
    }
  return TRUE;
}

static gboolean
is_export (const SxBlockKind *kind)
{
  return kind->category == SX_BLOCK_EVALUATE || kind->category == SX_BLOCK_EXPORT;
}

/* How many tables a kind takes: at least, at most. */
static void
count_inputs (const SxBlockKind *kind, guint *least, guint *most)
{
  *least = *most = 0;
  for (const SxPortSpec *port = kind->ports; port->id; port++)
    if (port->direction == SX_PORT_IN && port->type == SX_PORT_TABLE)
      {
        *least += (port->flags & SX_PORT_OPTIONAL) ? 0 : 1;
        *most = (port->flags & SX_PORT_MANY) ? G_MAXUINT : *most + (*most < G_MAXUINT);
      }
}

static gboolean
check_inputs (const SxYaml *root, const SxJob *job, GError **error)
{
  gboolean has_learned = FALSE;

  for (guint i = 0; i < job->table->len; i++)
    {
      const SxJobBlock *block = job->table->pdata[i];
      guint             least, most, n = g_strv_length (block->inputs);

      count_inputs (block->kind, &least, &most);
      if (n < least || n > most)
        return refuse (sx_yaml_find (root, "table"), error, _ ("Block “%s” of kind “%s” is given %u tables, not what it takes"), block->id, block->kind->id, n);
    }
  for (guint i = 0; i < job->chain->len; i++)
    {
      const SxJobBlock *block = job->chain->pdata[i];

      if (block->inputs[0] != NULL)
        return refuse (sx_yaml_find (root, "chain"), error, _ ("Block “%s”: blocks of the chain follow each other and name no inputs"), block->id);
      has_learned |= (block->kind->flags & SX_BLOCK_LEARNS) != 0;
      if (has_learned && (block->kind->flags & SX_BLOCK_DROPS_ROWS) != 0)
        return refuse (sx_yaml_find (root, "chain"), error, _ ("Block “%s” drops rows behind a block that learns from them"), block->id);
    }
  if (job->table->len == 0)
    return refuse (root, error, _ ("“%s” is missing"), "table");
  return TRUE;
}

static gboolean
is_sha256 (const char *text)
{
  return strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static gboolean
read_sources (const SxYaml *root, SxJob *job, GError **error)
{
  static const char *const keys[] = { "block", "path", "sha256", NULL };
  gboolean                 ok;
  const SxYaml            *list = find_member (root, "sources", SX_YAML_LIST, FALSE, &ok, error);

  for (guint i = 0; list && i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml    *map = sx_yaml_get_child (list, i);
      g_autofree char *block = NULL;
      g_autofree char *path = NULL;
      g_autofree char *hash = NULL;

      if (sx_yaml_get_type (map) != SX_YAML_MAP)
        return refuse (map, error, "%s", _ ("A source is a mapping"));
      if (!sx_yaml_check_keys (map, keys, error) || !read_text (map, "block", TRUE, &block, error) ||
          !read_text (map, "path", TRUE, &path, error) || !read_text (map, "sha256", TRUE, &hash, error))
        return FALSE;
      if (strpbrk (block, "\t") || strpbrk (path, "\t") || !is_sha256 (hash))
        return refuse (map, error, "%s", _ ("A source has a block, a path and a SHA-256 of 64 hex digits"));
      g_ptr_array_add (job->sources, g_strjoin ("\t", block, path, hash, NULL));
    }
  return ok;
}

static gboolean
read_method (const SxYaml *map, SxSplitMethod *method, GError **error)
{
  g_autofree char *nick = NULL;

  if (!read_text (map, "method", TRUE, &nick, error))
    return FALSE;
  for (guint i = 0; methods[i]; i++)
    if (g_str_equal (methods[i], nick))
      {
        *method = (SxSplitMethod)i;
        return TRUE;
      }
  return refuse (sx_yaml_find (map, "method"), error, _ ("“%s” is no way to split: holdout, kfold, group or time"), nick);
}

static gboolean
read_split (const SxYaml *root, SxJob *job, GError **error)
{
  static const char *const keys[] = { "method", "after", "test", "validation", "folds", "stratify", "keep-order", "column", "gap", "seed", NULL };
  SxSplitSpec             *spec = &job->split;
  gint64                   after, folds, gap, seed;
  gboolean                 ok;
  const SxYaml            *map = find_member (root, "split", SX_YAML_MAP, TRUE, &ok, error);

  if (!ok || !sx_yaml_check_keys (map, keys, error) || !read_method (map, &spec->method, error) ||
      !read_range (map, "after", 0, 0, job->chain->len, &after, error) || !read_share (map, "test", 0, &spec->test, error) ||
      !read_range (map, "folds", 1, 1, SX_JOB_MAX_FOLDS, &folds, error) || !read_share (map, "validation", folds == 1 ? 0.2 : 0, &spec->validation, error) ||
      !sx_yaml_read_bool (map, "stratify", FALSE, &spec->stratify, error) || !sx_yaml_read_bool (map, "keep-order", FALSE, &spec->keep_order, error) ||
      !read_text (map, "column", FALSE, &spec->column, error) || !read_range (map, "gap", 0, 0, G_MAXUINT32, &gap, error) ||
      !read_range (map, "seed", 0, G_MININT64, G_MAXINT64, &seed, error))
    return FALSE;
  job->n_before_split = (guint)after;
  spec->n_folds = (guint)folds;
  spec->gap = (guint64)gap;
  spec->seed = (guint64)seed;
  if (spec->n_folds == 1 && spec->validation <= 0)
    return refuse (map, error, "%s", _ ("Held out rows need a share above 0 in “validation”"));
  if ((spec->method == SX_SPLIT_GROUP || spec->method == SX_SPLIT_TIME) && spec->column == NULL)
    return refuse (map, error, _ ("“%s” is missing"), "column");
  if ((spec->method == SX_SPLIT_HOLDOUT) > (spec->n_folds == 1) || (spec->method == SX_SPLIT_KFOLD && spec->n_folds < 2))
    return refuse (map, error, _ ("%u folds do not go with “%s”"), spec->n_folds, methods[spec->method]);
  return TRUE;
}

static gboolean
read_task_and_metric (const SxYaml *map, SxJob *job, GError **error)
{
  g_autofree char *nick = NULL;
  const SxMetric  *metric;
  SxTask           task;

  if (!read_text (map, "task", FALSE, &nick, error) || !read_text (map, "metric", FALSE, &job->metric, error))
    return FALSE;
  if (nick != NULL)
    {
      if (!sx_task_from_nick (nick, &task))
        return refuse (sx_yaml_find (map, "task"), error, _ ("“%s” is not a task: binary, multiclass or regression"), nick);
      job->task = (int)task;
    }
  if (job->metric == NULL)
    return TRUE;
  metric = sx_metric_find (job->metric);
  if (metric == NULL)
    return refuse (sx_yaml_find (map, "metric"), error, _ ("“%s” is not a metric"), job->metric);
  if (job->task >= 0 && (metric->tasks & (1u << job->task)) == 0)
    return refuse (sx_yaml_find (map, "metric"), error, _ ("“%s” does not measure the task “%s”"), job->metric, sx_task_get_nick ((SxTask)job->task));
  return TRUE;
}

static gboolean
read_model (const SxYaml *root, SxJob *job, GError **error)
{
  static const char *const keys[] = { "block", "target", "features", "task", "metric", "seed", "budget", "trials", "space", NULL };
  gint64                   seed, trials;
  gboolean                 ok;
  const SxYaml            *map = find_member (root, "model", SX_YAML_MAP, TRUE, &ok, error);
  const SxYaml            *space;

  if (!ok || !sx_yaml_check_keys (map, keys, error) || !read_text (map, "block", TRUE, &job->model_block, error) ||
      !read_text (map, "target", TRUE, &job->target, error) || !read_strings (map, "features", &job->features, error) ||
      !read_task_and_metric (map, job, error) || !read_range (map, "seed", 0, G_MININT64, G_MAXINT64, &seed, error) ||
      !sx_yaml_read_double (map, "budget", 0, &job->budget_seconds, error) || !read_range (map, "trials", 0, 0, 1000000, &trials, error))
    return FALSE;
  job->seed = (guint64)seed;
  job->max_trials = (guint)trials;
  if (!(job->budget_seconds >= 0 && job->budget_seconds <= 1e9))
    return refuse (sx_yaml_find (map, "budget"), error, _ ("“%s” is outside %s"), "budget", "0 … 1e9");
  if (job->budget_seconds <= 0 && job->max_trials == 0)
    return refuse (map, error, "%s", _ ("Without a budget and a number of trials the search would never end"));
  if (job->features != NULL && job->features[0] == NULL)
    g_clear_pointer (&job->features, g_strfreev);
  space = find_member (map, "space", SX_YAML_MAP, FALSE, &ok, error);
  if (space != NULL && sx_yaml_get_n_children (space) > 0)
    job->overrides = g_variant_ref_sink (sx_yaml_to_variant (space));
  return ok;
}

static gboolean
read_resources (const SxYaml *root, SxJob *job, GError **error)
{
  static const char *const keys[] = { "threads", "memory", NULL };
  gint64                   threads, memory;
  gboolean                 ok;
  const SxYaml            *map = find_member (root, "resources", SX_YAML_MAP, FALSE, &ok, error);

  if (map == NULL)
    return ok;
  if (!sx_yaml_check_keys (map, keys, error) || !read_range (map, "threads", 0, 0, 4096, &threads, error) ||
      !read_range (map, "memory", 0, 0, G_MAXINT64, &memory, error))
    return FALSE;
  job->n_threads = (guint)threads;
  job->memory_limit = (gsize)memory;
  return TRUE;
}

static gboolean
read_topology (const SxYaml *root, SxJob *job, GError **error)
{
  gboolean      ok;
  const SxYaml *map = find_member (root, "topology", SX_YAML_MAP, TRUE, &ok, error);
  g_autoptr (GError) cause = NULL;

  if (!ok)
    return FALSE;
  job->topology = sx_topology_read (map, error);
  if (job->topology == NULL)
    return FALSE;
  if (job->task >= 0 && !sx_topology_supports (job->topology, (SxTask)job->task))
    return refuse (map, error, _ ("Topology “%s” cannot do the task “%s”"), sx_topology_get_id (job->topology), sx_task_get_nick ((SxTask)job->task));
  if (job->task >= 0 && job->overrides != NULL)
    {
      g_autoptr (SxSpace) narrowed = sx_space_narrow (sx_topology_get_space (job->topology, (SxTask)job->task), job->overrides, &cause);

      if (narrowed == NULL)
        return refuse (sx_yaml_find (sx_yaml_find (root, "model"), "space"), error, "%s", cause->message);
    }
  return TRUE;
}

static gboolean
read_head (const SxYaml *root, SxJob *job, GError **error)
{
  static const char *const keys[] = { "sextant-job", "name", "folder", "table", "sources", "chain", "split", "model", "resources", "exports", "topology", NULL };
  gint64                   version;

  if (sx_yaml_get_type (root) != SX_YAML_MAP || sx_yaml_find (root, "sextant-job") == NULL)
    return refuse (root, error, "%s", _ ("This is not a Sextant job: it does not begin with “sextant-job: 1”"));
  if (!read_range (root, "sextant-job", 0, 1, G_MAXINT32, &version, error))
    return FALSE;
  if (version > SX_JOB_VERSION)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_VERSION, error, _ ("The job is of format %d, newer than this program understands (%d)"), (int)version, SX_JOB_VERSION);
  if (!sx_yaml_check_keys (root, keys, error) || !read_text (root, "name", FALSE, &job->name, error) || !read_text (root, "folder", FALSE, &job->folder, error))
    return FALSE;
  if (job->folder != NULL && !g_path_is_absolute (job->folder))
    return refuse (sx_yaml_find (root, "folder"), error, "%s", _ ("“folder” is an absolute path"));
  return TRUE;
}

SxJob *
sx_job_parse (const char *text, gssize size, const char *name, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_parse (text, size, name, error);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (SxJob) job = NULL;

  if (root == NULL)
    return NULL;
  job = sx_job_new ();
  if (!read_head (root, job, error) || !read_blocks (root, "table", ids, sx_job_kind_is_table, job->table, error) || !read_sources (root, job, error) ||
      !read_blocks (root, "chain", ids, sx_job_kind_is_chain, job->chain, error) || !check_inputs (root, job, error) || !read_split (root, job, error) ||
      !read_model (root, job, error) || !read_resources (root, job, error) ||
      !read_blocks (root, "exports", ids, is_export, job->exports, error) || !read_topology (root, job, error))
    return NULL;
  return g_steal_pointer (&job);
}
