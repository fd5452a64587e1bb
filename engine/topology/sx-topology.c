/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Topology files:
 *
 *   sextant-topology: 1
 *   id: mlp                      small letters, digits, hyphens
 *   title: Neural network
 *   help: What it is for.
 *   family: network              or trees
 *   tasks: [binary, multiclass, regression]      all when left out
 *   preparation: network         what prepare.auto aims for; the family's own id when left out
 *   space: {…}                   SxSpace, for every task …
 *   spaces: {regression: {…}}    … and for single tasks, which take the place of `space`
 *   portfolio: [{…}, …]          known-good points, best first; missing parameters have their defaults
 *   portfolios: {binary: […]}
 *   network: {…}                 the family's own part, which the family checks
 *
 * The document is kept as a copy, so that what was read may be freed; places in error messages are those of the file, as everything
 * is checked before the copy is made. */

#include "config.h"

#include "model/sx-predictor.h"

#include <glib/gi18n-lib.h>

#define FORMAT_VERSION 1
#define MAX_POINTS 256

struct _SxTopology
{
  gatomicrefcount ref_count;
  /* Owned */
  char      *id;
  char      *title;
  char      *preparation;
  SxSpace   *spaces[SX_N_TASKS];     /* NULL: not for this task */
  GPtrArray *portfolios[SX_N_TASKS]; /* of GVariant */
  SxYaml    *copy;
  /* Borrowed */
  const SxFamily *family;
  const SxYaml   *root; /* while reading: the caller's; then @copy */
};

static const char *const known_keys[] = {
  "sextant-topology", "id", "title", "help", "aliases", "icon", "family", "tasks", "preparation", "space", "spaces", "portfolio", "portfolios", "network", "trees", NULL
};
static const char *const task_nicks[SX_N_TASKS + 1] = { "binary", "multiclass", "regression", NULL };

static int
find_task (const char *nick)
{
  for (int task = 0; task < SX_N_TASKS; task++)
    if (g_strcmp0 (nick, task_nicks[task]) == 0)
      return task;
  return -1;
}

static gboolean
check_task (const SxYaml *place, const char *nick, int *task, GError **error)
{
  const char *suggestion;

  *task = find_task (nick);
  if (*task >= 0)
    return TRUE;
  suggestion = sx_yaml_suggest (nick, task_nicks);
  if (suggestion != NULL)
    return sx_yaml_set_error (place, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is not a task. Did you mean “%s”?"), nick, suggestion);
  return sx_yaml_set_error (place, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is not a task. Tasks are binary, multiclass and regression."), nick);
}

/* Which tasks the file is for, as a mask. */
static gboolean
read_tasks (const SxYaml *root, guint *mask, GError **error)
{
  const SxYaml *list = sx_yaml_find (root, "tasks");

  *mask = (1u << SX_N_TASKS) - 1;
  if (list == NULL)
    return TRUE;
  if (sx_yaml_get_type (list) != SX_YAML_LIST || sx_yaml_get_n_children (list) == 0)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("“tasks” is a list of tasks"));
  *mask = 0;
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);
      int           task;

      if (sx_yaml_get_type (item) != SX_YAML_SCALAR)
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("“tasks” is a list of tasks"));
      if (!check_task (item, sx_yaml_get_text (item), &task, error))
        return FALSE;
      *mask |= 1u << task;
    }
  return TRUE;
}

/* The member for @task: of the map @plural if it has one, else the common @singular. NULL when there is neither. */
static const SxYaml *
find_for_task (const SxYaml *root, const char *singular, const char *plural, int task)
{
  const SxYaml *map = sx_yaml_find (root, plural);
  const SxYaml *own = map != NULL ? sx_yaml_find (map, task_nicks[task]) : NULL;

  return own != NULL ? own : sx_yaml_find (root, singular);
}

static gboolean
check_plural (const SxYaml *root, const char *plural, GError **error)
{
  const SxYaml *map = sx_yaml_find (root, plural);

  if (map == NULL)
    return TRUE;
  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” is a mapping from tasks"), plural);
  return sx_yaml_check_keys (map, task_nicks, error);
}

static GVariant *
read_point (const SxYaml *item, SxSpace *space, GError **error)
{
  g_autoptr (GVariant) point = NULL;
  g_autoptr (GError) cause = NULL;
  GVariant *complete;

  if (sx_yaml_get_type (item) != SX_YAML_MAP)
    {
      sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a point of the portfolio is a mapping from parameters to values"));
      return NULL;
    }
  point = g_variant_ref_sink (sx_yaml_to_variant (item));
  complete = sx_space_complete (space, point, &cause);
  if (complete == NULL)
    {
      sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", cause->message);
      return NULL;
    }
  return g_variant_take_ref (complete);
}

static gboolean
read_portfolio (SxTopology *self, const SxYaml *root, int task, GError **error)
{
  const SxYaml *list = find_for_task (root, "portfolio", "portfolios", task);

  self->portfolios[task] = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  if (list == NULL)
    return TRUE;
  if (sx_yaml_get_type (list) != SX_YAML_LIST)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a portfolio is a list of points"));
  if (sx_yaml_get_n_children (list) > MAX_POINTS)
    return sx_yaml_set_error (list, SX_PIPELINE_ERROR_LIMIT, error, _ ("a portfolio has at most %d points"), MAX_POINTS);
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      GVariant *point = read_point (sx_yaml_get_child (list, i), self->spaces[task], error);

      if (point == NULL)
        return FALSE;
      g_ptr_array_add (self->portfolios[task], point);
    }
  return TRUE;
}

static gboolean
read_search (SxTopology *self, const SxYaml *root, guint mask, GError **error)
{
  if (!check_plural (root, "spaces", error) || !check_plural (root, "portfolios", error))
    return FALSE;
  for (int task = 0; task < SX_N_TASKS; task++)
    {
      const SxYaml *map = find_for_task (root, "space", "spaces", task);

      if (!(mask & 1u << task))
        continue;
      if (map == NULL)
        return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no search space for the task “%s”. Add “space”."), task_nicks[task]);
      self->spaces[task] = sx_space_read (map, error);
      if (self->spaces[task] == NULL || !read_portfolio (self, root, task, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_valid_id (const char *id)
{
  return id != NULL && g_ascii_islower (*id) && id[strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static gboolean
read_head (SxTopology *self, const SxYaml *root, GError **error)
{
  const SxYaml    *place;
  g_autofree char *family = NULL;
  gint64           version;

  if (!sx_yaml_read_int (root, "sextant-topology", 0, &version, error))
    return FALSE;
  if (version == 0)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("this is not a topology file: “sextant-topology: 1” is missing"));
  if (version != FORMAT_VERSION)
    return sx_yaml_set_error (sx_yaml_find (root, "sextant-topology"), SX_PIPELINE_ERROR_VERSION, error,
                              _ ("topology files of version %" G_GINT64_FORMAT " need another Sextant; this one reads version %d"), version, FORMAT_VERSION);
  if (!sx_yaml_check_keys (root, known_keys, error) ||
      !sx_yaml_read_string (root, "id", NULL, &self->id, error) ||
      !sx_yaml_read_string (root, "title", self->id, &self->title, error) ||
      !sx_yaml_read_string (root, "family", NULL, &family, error))
    return FALSE;
  place = sx_yaml_find (root, "id");
  if (!is_valid_id (self->id))
    return sx_yaml_set_error (place ? place : root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a topology needs an “id” of small letters, digits and hyphens"));
  place = sx_yaml_find (root, "family");
  self->family = family != NULL ? sx_family_find (family) : NULL;
  if (self->family == NULL)
    return sx_yaml_set_error (place ? place : root, SX_PIPELINE_ERROR_PARSE, error, _ ("“family” is “network” or “trees”, not “%s”"), family ? family : "");
  if (!sx_yaml_read_string (root, "preparation", self->family->id, &self->preparation, error))
    return FALSE;
  if (!g_str_equal (self->preparation, "network") && !g_str_equal (self->preparation, "trees"))
    return sx_yaml_set_error (sx_yaml_find (root, "preparation"), SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("“preparation” is “network” or “trees”"));
  return TRUE;
}

static SxYaml *
copy_document (const SxYaml *root, const char *id, GError **error)
{
  SxYamlWriter    *writer = sx_yaml_writer_new ();
  g_autofree char *text = NULL;
  gsize            size;

  sx_yaml_writer_node (writer, NULL, root);
  text = sx_yaml_writer_finish (writer, &size);
  return sx_yaml_parse (text, (gssize)size, id, error);
}

/**
 * sx_topology_read:
 * @root: the document; it may be freed afterwards
 *
 * Returns: (transfer full): the topology, or NULL with SX_PIPELINE_ERROR_PARSE or the family's own error
 */
SxTopology *
sx_topology_read (const SxYaml *root, GError **error)
{
  g_autoptr (SxTopology) self = g_new0 (SxTopology, 1);
  guint mask;

  g_atomic_ref_count_init (&self->ref_count);
  if (sx_yaml_get_type (root) != SX_YAML_MAP)
    {
      sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a topology is a mapping"));
      return NULL;
    }
  self->root = root;
  if (!read_head (self, root, error) || !read_tasks (root, &mask, error) || !read_search (self, root, mask, error))
    return NULL;
  if (!self->family->check (self, error))
    return NULL;
  self->copy = copy_document (root, self->id, error);
  if (self->copy == NULL)
    return NULL;
  self->root = self->copy;
  return g_steal_pointer (&self);
}

/**
 * sx_topology_load:
 * @id: “mlp”: the file is topologies/ID.yaml in the data folders
 */
SxTopology *
sx_topology_load (const char *id, GError **error)
{
  g_autofree char *relative = g_strdup_printf ("topologies/%s.yaml", id);
  g_autofree char *path = NULL;
  g_autoptr (SxYaml) root = NULL;
  g_autoptr (SxTopology) self = NULL;

  if (is_valid_id (id))
    path = sx_data_dup_path (relative);
  if (path == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, _ ("There is no topology “%s”. “sextant list” shows those that there are."), id);
      return NULL;
    }
  root = sx_yaml_load (path, error);
  if (root == NULL)
    return NULL;
  self = sx_topology_read (root, error);
  if (self == NULL)
    return NULL;
  if (!g_str_equal (self->id, id))
    {
      sx_yaml_set_error (sx_yaml_find (root, "id"), SX_PIPELINE_ERROR_PARSE, error, _ ("the file is named “%s.yaml” but its id is “%s”"), id, self->id);
      return NULL;
    }
  return g_steal_pointer (&self);
}

SxTopology *
sx_topology_ref (SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_topology_unref (SxTopology *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (int task = 0; task < SX_N_TASKS; task++)
    {
      g_clear_pointer (&self->spaces[task], sx_space_unref);
      g_clear_pointer (&self->portfolios[task], g_ptr_array_unref);
    }
  g_clear_pointer (&self->copy, sx_yaml_free);
  g_free (self->id);
  g_free (self->title);
  g_free (self->preparation);
  g_free (self);
}

const char *
sx_topology_get_id (const SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->id;
}

const char *
sx_topology_get_title (const SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->title;
}

const SxFamily *
sx_topology_get_family (const SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->family;
}

gboolean
sx_topology_supports (const SxTopology *self, SxTask task)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return task < SX_N_TASKS && self->spaces[task] != NULL;
}

/* NULL when the topology does not support @task. */
SxSpace *
sx_topology_get_space (const SxTopology *self, SxTask task)
{
  g_return_val_if_fail (self != NULL && task < SX_N_TASKS, NULL);
  return self->spaces[task];
}

GPtrArray *
sx_topology_get_portfolio (const SxTopology *self, SxTask task)
{
  g_return_val_if_fail (self != NULL && task < SX_N_TASKS, NULL);
  return self->portfolios[task];
}

const SxYaml *
sx_topology_get_root (const SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->root;
}

const char *
sx_topology_get_preparation (const SxTopology *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->preparation;
}

char *
sx_topology_dup_text (const SxTopology *self)
{
  SxYamlWriter *writer;

  g_return_val_if_fail (self != NULL, NULL);
  writer = sx_yaml_writer_new ();
  sx_yaml_writer_node (writer, NULL, self->root);
  return sx_yaml_writer_finish (writer, NULL);
}
