/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The project file. FORMAT.md describes it. Writing sorts blocks by id, and links by where they end, so that a small change of the graph is
 * a small change of the file; places on the canvas stand at the end, out of the way of a reader. Reading goes through the same edits as the
 * mouse, so that no file can make a graph that a user could not. */

#include "config.h"

#include "sx-graph-private.h"
#include "sx-yaml.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const char *const project_keys[] = { "sextant", "title", "description", "seed", "budget", "trials", "metric", "blocks", "links", "frames", "layout", NULL };
static const char *const meta_keys[] = { "title", "description", "seed", "budget", "trials", "metric", NULL };
static const char *const block_keys[] = { "kind", "label", "muted", "collapsed", "params", NULL };
static const char *const link_keys[] = { "id", "from", "to", NULL };
static const char *const frame_keys[] = { "id", "title", "text", "box", NULL };

/* ---- writing ---- */

static int
compare_blocks (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(SxBlock *const *)a)->id, (*(SxBlock *const *)b)->id);
}

static int
compare_links (gconstpointer a, gconstpointer b, gpointer order)
{
  const SxLink *x = *(const SxLink *const *)a, *y = *(const SxLink *const *)b;
  int           by_block = strcmp (x->to_block, y->to_block), by_port = strcmp (x->to_port, y->to_port);

  if (by_block != 0 || by_port != 0)
    return by_block != 0 ? by_block : by_port;
  return GPOINTER_TO_INT (g_hash_table_lookup (order, x)) - GPOINTER_TO_INT (g_hash_table_lookup (order, y));
}

static void
write_block (SxYamlWriter *writer, SxBlock *block)
{
  sx_yaml_writer_begin_map (writer, block->id);
  sx_yaml_writer_string (writer, "kind", block->kind->id);
  if (block->label != NULL)
    sx_yaml_writer_string (writer, "label", block->label);
  if (block->is_muted)
    sx_yaml_writer_bool (writer, "muted", TRUE);
  if (block->is_collapsed)
    sx_yaml_writer_bool (writer, "collapsed", TRUE);
  if (g_variant_n_children (block->params) > 0)
    sx_yaml_writer_variant (writer, "params", block->params);
  sx_yaml_writer_end_map (writer);
}

static void
write_links (SxYamlWriter *writer, SxGraph *graph)
{
  g_autoptr (GHashTable) order = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) links = g_ptr_array_new ();

  if (graph->links->len == 0)
    return;
  for (guint i = 0; i < graph->links->len; i++)
    {
      g_ptr_array_add (links, g_ptr_array_index (graph->links, i));
      g_hash_table_insert (order, g_ptr_array_index (graph->links, i), GINT_TO_POINTER ((int)i));
    }
  g_ptr_array_sort_with_data (links, compare_links, order);
  sx_yaml_writer_begin_list (writer, "links");
  for (guint i = 0; i < links->len; i++)
    {
      const SxLink    *link = g_ptr_array_index (links, i);
      g_autofree char *from = g_strjoin (".", link->from_block, link->from_port, NULL);
      g_autofree char *to = g_strjoin (".", link->to_block, link->to_port, NULL);

      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "id", link->id);
      sx_yaml_writer_string (writer, "from", from);
      sx_yaml_writer_string (writer, "to", to);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
}

static void
write_numbers (SxYamlWriter *writer, const char *key, const double *values, guint n)
{
  sx_yaml_writer_variant (writer, key, g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, values, n, sizeof *values));
}

static void
write_frames (SxYamlWriter *writer, SxGraph *graph)
{
  if (graph->frames->len == 0)
    return;
  sx_yaml_writer_begin_list (writer, "frames");
  for (guint i = 0; i < graph->frames->len; i++)
    {
      const SxGraphFrame *frame = g_ptr_array_index (graph->frames, i);
      double              box[] = { frame->x, frame->y, frame->width, frame->height };

      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "id", frame->id);
      if (frame->title != NULL)
        sx_yaml_writer_string (writer, "title", frame->title);
      if (frame->text != NULL)
        sx_yaml_writer_string (writer, "text", frame->text);
      write_numbers (writer, "box", box, 4);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
}

char *
sx_project_to_text (SxGraph *graph, gsize *size)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();

  g_return_val_if_fail (SX_IS_GRAPH (graph), NULL);
  for (guint i = 0; i < graph->blocks->len; i++)
    g_ptr_array_add (blocks, g_ptr_array_index (graph->blocks, i));
  g_ptr_array_sort (blocks, compare_blocks);
  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "sextant", SX_PROJECT_VERSION);
  for (guint i = 0; meta_keys[i] != NULL; i++)
    if (sx_graph_get_meta (graph, meta_keys[i]) != NULL)
      sx_yaml_writer_string (writer, meta_keys[i], sx_graph_get_meta (graph, meta_keys[i]));
  if (blocks->len > 0)
    {
      sx_yaml_writer_begin_map (writer, "blocks");
      for (guint i = 0; i < blocks->len; i++)
        write_block (writer, g_ptr_array_index (blocks, i));
      sx_yaml_writer_end_map (writer);
    }
  write_links (writer, graph);
  write_frames (writer, graph);
  if (blocks->len > 0)
    {
      sx_yaml_writer_begin_map (writer, "layout");
      for (guint i = 0; i < blocks->len; i++)
        {
          SxBlock *block = g_ptr_array_index (blocks, i);
          double   place[] = { block->x, block->y };

          write_numbers (writer, block->id, place, 2);
        }
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_map (writer);
  return sx_yaml_writer_finish (writer, size);
}

gboolean
sx_project_save (SxGraph *graph, const char *path, GError **error)
{
  gsize            size;
  g_autofree char *text = sx_project_to_text (graph, &size);

  return sx_file_replace (path, text, (gssize)size, error);
}

/* ---- reading ---- */

/* Applies an edit that @node stands for; its failure is told with the node's place. */
static gboolean
apply_at (SxGraph *graph, const SxYaml *node, SxEdit *edit, GError **error)
{
  g_autoptr (SxEdit) owned = edit;
  g_autoptr (GError) local = NULL;
  g_autoptr (SxEdit) inverse = sx_graph_apply (graph, owned, &local);

  if (inverse != NULL)
    return TRUE;
  return sx_yaml_set_error (node, (SxPipelineError)local->code, error, "%s", local->message);
}

static gboolean
expect (const SxYaml *node, SxYamlType type, GError **error)
{
  static const char *const names[] = { N_ ("a single value"), N_ ("a list"), N_ ("a mapping") };

  if (sx_yaml_get_type (node) == type)
    return TRUE;
  return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("%s is expected here."), _ (names[type]));
}

static GVariant *
read_texts (const SxYaml *node, GError **error)
{
  GVariantBuilder builder;

  if (!expect (node, SX_YAML_LIST, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < sx_yaml_get_n_children (node); i++)
    {
      const SxYaml *item = sx_yaml_get_child (node, i);

      if (!expect (item, SX_YAML_SCALAR, error))
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add (&builder, "s", sx_yaml_get_text (item));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
read_mapping (const SxYaml *node, GError **error)
{
  GVariantBuilder builder;

  if (!expect (node, SX_YAML_MAP, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < sx_yaml_get_n_children (node); i++)
    {
      const SxYaml *item = sx_yaml_get_child (node, i);

      if (!expect (item, SX_YAML_SCALAR, error))
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add (&builder, "{ss}", sx_yaml_get_key (node, i), sx_yaml_get_text (item));
    }
  return g_variant_builder_end (&builder);
}

/* The value as its spec stores it: texts stay texts, whatever they look like. */
static GVariant *
read_value (const SxParamSpec *spec, const SxYaml *node, GError **error)
{
  switch (spec->type)
    {
    case SX_PARAM_STRING:
    case SX_PARAM_CHOICE:
    case SX_PARAM_FILE:
    case SX_PARAM_TEXT:
    case SX_PARAM_EXPRESSION:
    case SX_PARAM_COLUMN:
      return expect (node, SX_YAML_SCALAR, error) ? g_variant_new_string (sx_yaml_get_text (node)) : NULL;
    case SX_PARAM_COLUMNS:
    case SX_PARAM_STRINGS:
      return read_texts (node, error);
    case SX_PARAM_MAPPING:
      return read_mapping (node, error);
    case SX_PARAM_SPACE:
      return expect (node, SX_YAML_MAP, error) ? sx_yaml_to_variant (node) : NULL;
    case SX_PARAM_BOOL:
    case SX_PARAM_INT:
    case SX_PARAM_DOUBLE:
    default:
      return expect (node, SX_YAML_SCALAR, error) ? sx_yaml_to_variant (node) : NULL;
    }
}

static gboolean
refuse_param (const SxYaml *params, guint child, const SxBlockKind *kind, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const char *near;

  for (const SxParamSpec *spec = kind->params; spec->id != NULL; spec++)
    g_ptr_array_add (known, (gpointer)spec->id);
  g_ptr_array_add (known, NULL);
  near = sx_yaml_suggest (sx_yaml_get_key (params, child), (const char *const *)known->pdata);
  if (near != NULL)
    return sx_yaml_set_key_error (params, child, SX_PIPELINE_ERROR_PARAM, error, _ ("a block of kind “%s” has no parameter “%s”. Did you mean “%s”?"), kind->id, sx_yaml_get_key (params, child), near);
  return sx_yaml_set_key_error (params, child, SX_PIPELINE_ERROR_PARAM, error, _ ("a block of kind “%s” has no parameter “%s”."), kind->id, sx_yaml_get_key (params, child));
}

static GVariant *
read_params (const SxYaml *params, const SxBlockKind *kind, GError **error)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (params == NULL || (sx_yaml_get_type (params) == SX_YAML_SCALAR && *sx_yaml_get_text (params) == '\0'))
    return g_variant_dict_end (&dict);
  if (!expect (params, SX_YAML_MAP, error))
    return NULL;
  for (guint i = 0; i < sx_yaml_get_n_children (params); i++)
    {
      const SxYaml      *node = sx_yaml_get_child (params, i);
      const SxParamSpec *spec = sx_block_kind_find_param (kind, sx_yaml_get_key (params, i));
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GVariant) checked = NULL;
      g_autoptr (GError) local = NULL;

      if (spec == NULL)
        refuse_param (params, i, kind, error);
      else if ((value = read_value (spec, node, error)) != NULL)
        {
          g_variant_ref_sink (value);
          checked = sx_param_spec_check (spec, value, &local);
          if (checked == NULL)
            sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARAM, error, "%s", local->message);
        }
      if (checked == NULL)
        {
          g_variant_dict_clear (&dict);
          return NULL;
        }
      g_variant_dict_insert_value (&dict, spec->id, checked);
    }
  return g_variant_dict_end (&dict);
}

static const SxBlockKind *
read_kind (const SxYaml *node, GError **error)
{
  const SxYaml      *kind_node = sx_yaml_find (node, "kind");
  const SxBlockKind *kind;
  const char        *near;

  if (kind_node == NULL)
    {
      sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a block needs a “kind”."));
      return NULL;
    }
  if (!expect (kind_node, SX_YAML_SCALAR, error))
    return NULL;
  kind = sx_block_kind_find (sx_yaml_get_text (kind_node));
  if (kind != NULL)
    return kind;
  near = sx_block_kind_suggest (sx_yaml_get_text (kind_node));
  if (near != NULL)
    sx_yaml_set_error (kind_node, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no block kind “%s”. Did you mean “%s”?"), sx_yaml_get_text (kind_node), near);
  else
    sx_yaml_set_error (kind_node, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no block kind “%s”. “sextant blocks” lists them."), sx_yaml_get_text (kind_node));
  return NULL;
}

/* A pair or quadruple of numbers. */
static gboolean
read_numbers (const SxYaml *node, double *values, guint n, GError **error)
{
  if (!expect (node, SX_YAML_LIST, error))
    return FALSE;
  if (sx_yaml_get_n_children (node) != n)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("%u numbers are expected here."), n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (sx_yaml_to_variant (sx_yaml_get_child (node, i)));

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
        values[i] = g_variant_get_double (value);
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        values[i] = (double)g_variant_get_int64 (value);
      else
        return sx_yaml_set_error (sx_yaml_get_child (node, i), SX_PIPELINE_ERROR_PARSE, error, _ ("a number is expected here."));
      if (!isfinite (values[i]))
        return sx_yaml_set_error (sx_yaml_get_child (node, i), SX_PIPELINE_ERROR_PARSE, error, _ ("a number is expected here."));
    }
  return TRUE;
}

static gboolean
read_block (SxGraph *graph, const SxYaml *blocks, guint child, const SxYaml *layout, GError **error)
{
  const SxYaml      *node = sx_yaml_get_child (blocks, child);
  const char        *id = sx_yaml_get_key (blocks, child);
  const SxYaml      *place = layout != NULL ? sx_yaml_find (layout, id) : NULL;
  const SxBlockKind *kind;
  g_autoptr (GVariant) params = NULL;
  g_autofree char *label = NULL;
  gboolean         is_muted, is_collapsed;
  double           at[2] = { 240.0 * child, 0 };
  SxEdit          *edit;

  if (!expect (node, SX_YAML_MAP, error) || !sx_yaml_check_keys (node, block_keys, error) || (kind = read_kind (node, error)) == NULL)
    return FALSE;
  if (!sx_yaml_read_string (node, "label", NULL, &label, error) || !sx_yaml_read_bool (node, "muted", FALSE, &is_muted, error) || !sx_yaml_read_bool (node, "collapsed", FALSE, &is_collapsed, error))
    return FALSE;
  params = read_params (sx_yaml_find (node, "params"), kind, error);
  if (params == NULL || (place != NULL && !read_numbers (place, at, 2, error)))
    return FALSE;
  edit = sx_edit_new_insert_block (id, kind, at[0], at[1], g_variant_ref_sink (params), label);
  edit->is_muted = is_muted;
  edit->is_collapsed = is_collapsed;
  if (!apply_at (graph, node, edit, error))
    return FALSE;
  sx_graph_find_block (graph, id)->line = sx_yaml_get_line (node) > 0 ? sx_yaml_get_line (node) : 0;
  return TRUE;
}

static gboolean
read_blocks (SxGraph *graph, const SxYaml *root, GError **error)
{
  const SxYaml *blocks = sx_yaml_find (root, "blocks"), *layout = sx_yaml_find (root, "layout");

  if ((blocks != NULL && !expect (blocks, SX_YAML_MAP, error)) || (layout != NULL && !expect (layout, SX_YAML_MAP, error)))
    return FALSE;
  for (guint i = 0; blocks != NULL && i < sx_yaml_get_n_children (blocks); i++)
    if (!read_block (graph, blocks, i, layout, error))
      return FALSE;
  for (guint i = 0; layout != NULL && i < sx_yaml_get_n_children (layout); i++)
    if (sx_graph_find_block (graph, sx_yaml_get_key (layout, i)) == NULL)
      return sx_yaml_set_key_error (layout, i, SX_PIPELINE_ERROR_PARSE, error, _ ("there is no block “%s”."), sx_yaml_get_key (layout, i));
  return TRUE;
}

/* “block.port” */
static gboolean
read_end (SxGraph *graph, const SxYaml *link, const char *key, char **block, char **port, GError **error)
{
  const SxYaml *node = sx_yaml_find (link, key);
  const char   *text, *dot;

  if (node == NULL)
    return sx_yaml_set_error (link, SX_PIPELINE_ERROR_PARSE, error, _ ("a link needs “%s”."), key);
  if (!expect (node, SX_YAML_SCALAR, error))
    return FALSE;
  text = sx_yaml_get_text (node);
  dot = strchr (text, '.');
  if (dot == NULL)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” should be block.port."), text);
  *block = g_strndup (text, (gsize)(dot - text));
  *port = g_strdup (dot + 1);
  if (sx_graph_find_block (graph, *block) == NULL)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_LINK, error, _ ("there is no block “%s”."), *block);
  return TRUE;
}

static gboolean
read_link (SxGraph *graph, const SxYaml *node, GError **error)
{
  g_autofree char *id = NULL, *from_block = NULL, *from_port = NULL, *to_block = NULL, *to_port = NULL;
  g_auto (SxLinkVerdict) verdict = { 0 };

  if (!expect (node, SX_YAML_MAP, error) || !sx_yaml_check_keys (node, link_keys, error) || !sx_yaml_read_string (node, "id", NULL, &id, error) ||
      !read_end (graph, node, "from", &from_block, &from_port, error) || !read_end (graph, node, "to", &to_block, &to_port, error))
    return FALSE;
  if (id == NULL)
    id = sx_graph_make_link_id (graph);
  sx_graph_check_link (graph, from_block, from_port, to_block, to_port, &verdict);
  if (verdict.ok && verdict.replaces != NULL)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_LINK, error, _ ("the input “%s.%s” has a link already."), to_block, to_port);
  return apply_at (graph, node, sx_edit_new_insert_link (id, from_block, from_port, to_block, to_port), error);
}

static gboolean
read_links (SxGraph *graph, const SxYaml *root, GError **error)
{
  const SxYaml *links = sx_yaml_find (root, "links");

  if (links != NULL && !expect (links, SX_YAML_LIST, error))
    return FALSE;
  for (guint i = 0; links != NULL && i < sx_yaml_get_n_children (links); i++)
    if (!read_link (graph, sx_yaml_get_child (links, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_frame (SxGraph *graph, const SxYaml *node, GError **error)
{
  g_autofree char *id = NULL, *title = NULL, *text = NULL;
  const SxYaml    *box_node;
  double           box[4];
  SxGraphFrame     frame;

  if (!expect (node, SX_YAML_MAP, error) || !sx_yaml_check_keys (node, frame_keys, error) || !sx_yaml_read_string (node, "id", NULL, &id, error) ||
      !sx_yaml_read_string (node, "title", NULL, &title, error) || !sx_yaml_read_string (node, "text", NULL, &text, error))
    return FALSE;
  box_node = sx_yaml_find (node, "box");
  if (id == NULL || box_node == NULL)
    return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("a frame needs “id” and “box”."));
  if (!read_numbers (box_node, box, 4, error))
    return FALSE;
  frame = (SxGraphFrame){ id, title, text, box[0], box[1], box[2], box[3] };
  return apply_at (graph, node, sx_edit_new_insert_frame (&frame), error);
}

static gboolean
read_frames (SxGraph *graph, const SxYaml *root, GError **error)
{
  const SxYaml *frames = sx_yaml_find (root, "frames");

  if (frames != NULL && !expect (frames, SX_YAML_LIST, error))
    return FALSE;
  for (guint i = 0; frames != NULL && i < sx_yaml_get_n_children (frames); i++)
    if (!read_frame (graph, sx_yaml_get_child (frames, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_version (const SxYaml *root, GError **error)
{
  gint64 version;

  if (sx_yaml_find (root, "sextant") == NULL)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("this is not a Sextant project: it has no “sextant: %d”."), SX_PROJECT_VERSION);
  if (!sx_yaml_read_int (root, "sextant", 0, &version, error))
    return FALSE;
  if (version > SX_PROJECT_VERSION)
    return sx_yaml_set_error (sx_yaml_find (root, "sextant"), SX_PIPELINE_ERROR_VERSION, error,
                              _ ("this project is of format %" G_GINT64_FORMAT "; this Sextant reads up to %d. Open it with a newer Sextant."), version, SX_PROJECT_VERSION);
  if (version < 1)
    return sx_yaml_set_error (sx_yaml_find (root, "sextant"), SX_PIPELINE_ERROR_PARSE, error, _ ("there is no format %" G_GINT64_FORMAT "."), version);
  return TRUE;
}

static gboolean
read_meta (SxGraph *graph, const SxYaml *root, GError **error)
{
  for (guint i = 0; meta_keys[i] != NULL; i++)
    {
      const SxYaml *node = sx_yaml_find (root, meta_keys[i]);

      if (node == NULL)
        continue;
      if (!expect (node, SX_YAML_SCALAR, error) || !apply_at (graph, node, sx_edit_new_set_meta (meta_keys[i], sx_yaml_get_text (node)), error))
        return FALSE;
    }
  return TRUE;
}

static SxGraph *
read_project (const SxYaml *root, GError **error)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();

  if (!expect (root, SX_YAML_MAP, error) || !read_version (root, error) || !sx_yaml_check_keys (root, project_keys, error))
    return NULL;
  if (!read_meta (graph, root, error) || !read_blocks (graph, root, error) || !read_links (graph, root, error) || !read_frames (graph, root, error))
    return NULL;
  return g_steal_pointer (&graph);
}

SxGraph *
sx_project_parse (const char *text, gssize size, const char *name, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_parse (text, size, name, error);

  return root != NULL ? read_project (root, error) : NULL;
}

SxGraph *
sx_project_load (const char *path, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_load (path, error);

  return root != NULL ? read_project (root, error) : NULL;
}
