/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From a table and a target to a whole project.
 *
 * What is decided here is only what a user would otherwise have to drag and type; each decision is a block with its parameters in
 * the project, so that it can be seen, doubted and changed:
 *
 *   source → [label spelling] → prepare → split → model → metrics
 *
 * Label spelling: a class written “yes” here and “yes.” there is a plague of published test files. The replace block maps each label
 * with a final full stop to the label without, so that data whose labels end in one can still be evaluated. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "sx-propose.h"

#define MAX_LABELS 100
#define BLOCK_SPACING 320.0
#define DEFAULT_BUDGET_SECONDS 60.0

typedef struct
{
  SxGraph *graph;
  GString *last; /* id of the block whose table goes on */
  double   x;
} Layout;

/* ---- looking at the target ---- */

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The distinct texts of a column, in order; NULL when it is no text or has more than MAX_LABELS. */
static GPtrArray *
list_labels (SxFrame *frame, guint column)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SxType         type = sx_schema_get_field (sx_frame_get_schema (frame), column)->type;
  GPtrArray     *labels;
  GHashTableIter iter;
  gpointer       key;

  if (type != SX_TYPE_STRING && type != SX_TYPE_CATEGORY)
    return NULL;
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch  *batch = sx_frame_get_batch (frame, b);
      SxColumn *cells = sx_batch_get_column (batch, column);

      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        {
          g_autofree char *label = NULL;
          const char      *text;
          gsize            size;

          if (sx_column_is_missing (cells, row))
            continue;
          text = sx_column_get_text (cells, row, &size);
          label = g_strndup (text, size);
          if (!g_hash_table_contains (seen, label))
            g_hash_table_add (seen, g_steal_pointer (&label));
          if (g_hash_table_size (seen) > MAX_LABELS)
            return NULL;
        }
    }
  labels = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (labels, g_strdup (key));
  g_ptr_array_sort (labels, compare_texts);
  return labels;
}

/* ---- adding blocks ---- */

static gboolean
apply (Layout *layout, SxEdit *edit, GError **error)
{
  g_autoptr (SxEdit) owned = edit;
  g_autoptr (SxEdit) inverse = sx_graph_apply (layout->graph, owned, error);

  return inverse != NULL;
}

/* Adds a block of @kind_id and links the last table to its first input. @params is consumed. */
static gboolean
add_block (Layout *layout, const char *kind_id, GVariant *params, const char *from_port, const char *label, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (params);
  const SxBlockKind *kind = sx_block_kind_find (kind_id);
  g_autofree char   *id = NULL;

  if (kind == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE, _ ("There is no block kind “%s”"), kind_id);
      return FALSE;
    }
  id = sx_graph_make_block_id (layout->graph, kind);
  if (!apply (layout, sx_edit_new_insert_block (id, kind, layout->x, 0, owned, label), error))
    return FALSE;
  layout->x += BLOCK_SPACING;
  if (layout->last->len > 0)
    {
      g_autofree char *link = sx_graph_make_link_id (layout->graph);

      for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
        if (port->direction == SX_PORT_IN)
          {
            if (!apply (layout, sx_edit_new_insert_link (link, layout->last->str, from_port, id, port->id), error))
              return FALSE;
            break;
          }
    }
  g_string_assign (layout->last, id);
  return TRUE;
}

/* Which source kind opens a format: “source.csv” for csv and tsv, “source.json” for json and jsonl. */
static const SxBlockKind *
find_source (const char *format)
{
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if ((*kind)->category == SX_BLOCK_SOURCE)
      {
        const char *name = strchr ((*kind)->id, '.') + 1;

        if (g_str_equal (name, format) || g_str_has_prefix (format, name) ||
            (g_str_equal (name, "csv") && g_str_equal (format, "tsv")))
          return *kind;
      }
  return NULL;
}

/* What reading found out, as far as the source block can say it and it is not the block's default anyway. */
static GVariant *
make_source_params (const SxProposal *proposal, const SxBlockKind *kind)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (const SxParamSpec *spec = kind->params; spec->id != NULL; spec++)
    {
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GVariant) checked = NULL;
      g_autoptr (GVariant) fallback = sx_param_spec_ref_default (spec);

      if (spec->type == SX_PARAM_FILE && g_str_equal (spec->id, "file"))
        value = g_variant_ref_sink (g_variant_new_string (proposal->path));
      else if (proposal->read_options != NULL)
        value = g_variant_lookup_value (proposal->read_options, spec->id, NULL);
      if (value != NULL && spec->type == SX_PARAM_CHOICE && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        {
          const char *word = g_variant_get_boolean (value) ? "yes" : "no";

          g_variant_unref (value);
          value = g_variant_ref_sink (g_variant_new_string (word));
        }
      if (value != NULL)
        checked = sx_param_spec_check (spec, value, NULL);
      if (checked != NULL && (fallback == NULL || !g_variant_equal (checked, fallback)))
        g_variant_dict_insert_value (&dict, spec->id, checked);
    }
  return g_variant_dict_end (&dict);
}

/* sqlite:FILE?table=NAME, taken apart for the source block. */
static GVariant *
make_uri_params (const char *uri)
{
  g_auto (GStrv) parts = g_strsplit (strchr (uri, ':') + 1, "?", 2);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "file", "s", parts[0]);
  if (parts[0] != NULL && parts[1] != NULL)
    {
      g_autoptr (GHashTable) query = g_uri_parse_params (parts[1], -1, "&", G_URI_PARAMS_NONE, NULL);
      GHashTableIter iter;
      gpointer       key, value;

      if (query != NULL)
        {
          g_hash_table_iter_init (&iter, query);
          while (g_hash_table_iter_next (&iter, &key, &value))
            g_variant_dict_insert (&dict, key, "s", value);
        }
    }
  return g_variant_dict_end (&dict);
}

static gboolean
add_source (Layout *layout, const SxProposal *proposal, GError **error)
{
  const SxBlockKind *kind = find_source (proposal->format);

  if (kind == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("No block reads “%s” yet; convert it first"), proposal->format);
      return FALSE;
    }
  if (g_str_has_prefix (proposal->path, "sqlite:"))
    return add_block (layout, kind->id, make_uri_params (proposal->path), NULL, NULL, error);
  return add_block (layout, kind->id, make_source_params (proposal, kind), NULL, NULL, error);
}

static gboolean
add_label_spelling (Layout *layout, const char *target, GPtrArray *labels, GError **error)
{
  const char     *columns[] = { target, NULL };
  GVariantBuilder mapping;
  GVariantDict    dict;
  gboolean        is_plain = TRUE;

  g_variant_builder_init (&mapping, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < labels->len; i++)
    {
      const char      *label = labels->pdata[i];
      g_autofree char *dotted = g_strconcat (label, ".", NULL);

      is_plain &= !g_str_has_suffix (label, ".");
      g_variant_builder_add (&mapping, "{ss}", dotted, label);
    }
  if (!is_plain)
    {
      g_variant_builder_clear (&mapping);
      return TRUE;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "columns", g_variant_new_strv (columns, -1));
  g_variant_dict_insert_value (&dict, "mapping", g_variant_builder_end (&mapping));
  return add_block (layout, "table.replace", g_variant_dict_end (&dict), "table", _ ("Label spelling"), error);
}

static gboolean
add_model (Layout *layout, const SxProposal *proposal, GError **error)
{
  g_autofree char *kind = g_strconcat ("model.", proposal->topology != NULL ? proposal->topology : "trees", NULL);
  GVariantDict     dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "target", "s", proposal->target);
  if (proposal->max_trials > 0)
    g_variant_dict_insert (&dict, "trials", "x", (gint64)proposal->max_trials);
  if (proposal->budget_seconds > 0 || proposal->max_trials > 0)
    g_variant_dict_insert (&dict, "budget", "d", proposal->budget_seconds);
  return add_block (layout, kind, g_variant_dict_end (&dict), "table", NULL, error);
}

static GVariant *
make_preparation_params (const SxProposal *proposal, GError **error)
{
  g_autoptr (SxTopology) topology = sx_topology_load (proposal->topology != NULL ? proposal->topology : "trees", error);
  GVariantDict dict;

  if (topology == NULL)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "for", "s", sx_topology_get_preparation (topology));
  return g_variant_dict_end (&dict);
}

SxGraph *
sx_propose_project (const SxProposal *proposal, SxFrame *frame, GError **error)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (GString) last = g_string_new (NULL);
  g_autoptr (GPtrArray) labels = NULL;
  Layout    layout = { graph, last, 0 };
  GVariant *preparation;
  int       column = sx_schema_find (sx_frame_get_schema (frame), proposal->target);

  if (column < 0)
    {
      const char *suggestion = sx_schema_suggest (sx_frame_get_schema (frame), proposal->target);

      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA,
                   suggestion != NULL ? _ ("%s: there is no column “%s”; did you mean “%s”?") : _ ("%s: there is no column “%s”%s"),
                   proposal->path, proposal->target, suggestion != NULL ? suggestion : "");
      return NULL;
    }
  if (proposal->title != NULL && !apply (&layout, sx_edit_new_set_meta ("title", proposal->title), error))
    return NULL;
  if (proposal->seed != 0)
    {
      g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, proposal->seed);

      if (!apply (&layout, sx_edit_new_set_meta ("seed", seed), error))
        return NULL;
    }
  if (!add_source (&layout, proposal, error))
    return NULL;
  labels = list_labels (frame, (guint)column);
  if (labels != NULL && !add_label_spelling (&layout, proposal->target, labels, error))
    return NULL;
  preparation = make_preparation_params (proposal, error);
  if (preparation == NULL ||
      !add_block (&layout, "split.holdout", g_variant_new ("a{sv}", NULL), "table", NULL, error) ||
      !add_block (&layout, "prepare.auto", preparation, "table", NULL, error) ||
      !add_model (&layout, proposal, error) ||
      !add_block (&layout, "evaluate.metrics", g_variant_new ("a{sv}", NULL), "model", NULL, error))
    return NULL;
  return g_steal_pointer (&graph);
}

SxGraph *
sx_propose_source (const SxProposal *proposal, GError **error)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  g_autoptr (GString) last = g_string_new (NULL);
  Layout layout = { graph, last, 0 };

  return add_source (&layout, proposal, error) ? g_steal_pointer (&graph) : NULL;
}

/* ---- guessing the target ---- */

typedef struct
{
  const char *name;
  double      score;
} Candidate;

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  double difference = ((const Candidate *)b)->score - ((const Candidate *)a)->score;

  return (difference > 0) - (difference < 0);
}

static gboolean
has_telling_name (const char *name)
{
  static const char *const telling[] = { "target", "label", "class", "churn", "outcome", "y", "survived", "income", "price", "species", "quality", NULL };
  g_autofree char         *lower = g_utf8_strdown (name, -1);

  return g_strv_contains (telling, lower);
}

GStrv
sx_propose_targets (SxFrame *frame)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  guint     n = sx_schema_get_n_fields (schema);
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);
      g_autoptr (GPtrArray) labels = list_labels (frame, i);
      Candidate candidate = { field->name, (double)i / n };

      if (field->type == SX_TYPE_TIMESTAMP || field->type == SX_TYPE_LIST || field->type == SX_TYPE_IMAGE ||
          (field->type == SX_TYPE_STRING && labels == NULL))
        continue;
      candidate.score += has_telling_name (field->name) ? 2 : 0;
      candidate.score += field->type == SX_TYPE_BOOL || (labels != NULL && labels->len <= 10) ? 0.5 : 0;
      candidate.score += i + 1 == n ? 0.5 : 0;
      g_array_append_val (candidates, candidate);
    }
  g_array_sort (candidates, compare_candidates);
  for (guint i = 0; i < candidates->len; i++)
    g_strv_builder_add (names, g_array_index (candidates, Candidate, i).name);
  return g_strv_builder_end (names);
}
