/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Model kinds are data: one for each topology file in the data folders. Only what a palette shows is read here (id, title, help,
 * aliases, icon); whatever else a topology says is the engine's. A file that cannot be read is left out with a warning, so that one
 * broken file of a user never takes the program down. */

#include "config.h"

#include "sx-kinds-private.h"

#include "graph/sx-yaml.h"
#include "sx-data-dir.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_ID_LENGTH 40

static const SxPortSpec ports[] = {
  { "table", N_ ("Table"), SX_PORT_IN, SX_PORT_TABLE, 0 },
  { "model", N_ ("Model"), SX_PORT_OUT, SX_PORT_MODEL, 0 },
  { NULL },
};

static const SxChoice tasks[] = {
  { "auto", N_ ("Decide from the target") },
  { "binary", N_ ("Two classes") },
  { "multiclass", N_ ("Several classes") },
  { "regression", N_ ("A number") },
  { NULL },
};

static const SxChoice metrics[] = {
  { "auto", N_ ("The usual one for the task") },
  { "accuracy", N_ ("Accuracy") },
  { "auc", N_ ("Area under the ROC curve") },
  { "log-loss", N_ ("Log loss") },
  { "f1", N_ ("F1") },
  { "rmse", N_ ("Root mean squared error") },
  { "mae", N_ ("Mean absolute error") },
  { "r2", N_ ("R²") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "target", N_ ("Target"), N_ ("The column to predict."), SX_PARAM_COLUMN, SX_PARAM_REQUIRED },
  { "features", N_ ("Features"), N_ ("The columns to predict from. None means all but the target."), SX_PARAM_COLUMNS },
  { "task", N_ ("Task"), N_ ("What kind of target it is."), SX_PARAM_CHOICE, 0, "'auto'", .choices = tasks },
  { "metric", N_ ("Metric"), N_ ("What the search improves."), SX_PARAM_CHOICE, 0, "'auto'", .choices = metrics },
  { "budget", N_ ("Time budget"), N_ ("How long the search may take; 0 sets no limit."), SX_PARAM_DOUBLE, 0, "60.0", 0, 1e9, N_ ("seconds") },
  { "trials", N_ ("Trials"), N_ ("How many configurations to try at most; 0 sets no limit."), SX_PARAM_INT, 0, "0", 0, 1000000, N_ ("trials") },
  { "space", N_ ("Search space"), N_ ("Narrows the search: a fixed value, a range or a list of choices for a hyper-parameter."), SX_PARAM_SPACE, SX_PARAM_ADVANCED },
  { NULL },
};

static gboolean
is_valid_id (const char *id)
{
  gsize length = strlen (id);

  if (length == 0 || length > MAX_ID_LENGTH || !g_ascii_islower (id[0]))
    return FALSE;
  for (const char *at = id; *at; at++)
    if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && *at != '-')
      return FALSE;
  return TRUE;
}

/* @root's text member @key, or @fallback. Never fails on a missing key; a wrong type does. */
static gboolean
read_text (const SxYaml *root, const char *key, const char *fallback, char **text, GError **error)
{
  if (!sx_yaml_read_string (root, key, fallback, text, error))
    return FALSE;
  if (*text != NULL)
    g_strstrip (*text);
  return TRUE;
}

static SxBlockKind *
read_kind (const char *path, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_load (path, error);
  g_autofree char *id = NULL;
  g_autofree char *title = NULL;
  g_autofree char *help = NULL;
  g_autofree char *aliases = NULL;
  g_autofree char *icon = NULL;
  SxBlockKind     *kind;

  if (root == NULL)
    return NULL;
  if (sx_yaml_get_type (root) != SX_YAML_MAP)
    {
      sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a topology is a mapping"));
      return NULL;
    }
  if (!read_text (root, "id", NULL, &id, error) ||
      !read_text (root, "title", id, &title, error) ||
      !read_text (root, "help", title, &help, error) ||
      !read_text (root, "aliases", "", &aliases, error) ||
      !read_text (root, "icon", "applications-science-symbolic", &icon, error))
    return NULL;
  if (id == NULL || !is_valid_id (id))
    {
      const SxYaml *node = sx_yaml_find (root, "id");

      sx_yaml_set_error (node ? node : root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("a topology needs an “id” of small letters, digits and hyphens"));
      return NULL;
    }
  kind = g_new0 (SxBlockKind, 1);
  kind->id = g_strconcat ("model.", id, NULL);
  kind->title = g_steal_pointer (&title);
  kind->help = g_steal_pointer (&help);
  kind->aliases = g_steal_pointer (&aliases);
  kind->icon = g_steal_pointer (&icon);
  kind->category = SX_BLOCK_MODEL;
  kind->ports = ports;
  kind->params = params;
  return kind;
}

GPtrArray *
sx_model_kinds_load (void)
{
  GPtrArray *kinds = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) paths = sx_data_list ("topologies", ".yaml");

  for (char **path = paths; *path; path++)
    {
      g_autoptr (GError) error = NULL;
      SxBlockKind *kind = read_kind (*path, &error);

      if (kind == NULL)
        g_message ("Topology left out: %s", error->message);
      else if (!g_hash_table_add (seen, (gpointer)kind->id))
        g_message ("%s: Topology left out: another file is already called “%s”", *path, kind->id);
      else
        g_ptr_array_add (kinds, kind);
    }
  return kinds;
}
