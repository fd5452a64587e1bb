/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-yaml-private.h"

#include <glib/gi18n-lib.h>
#include <yaml.h>

/* The reader: libyaml's events become a tree of nodes. The nodes of a document share one block of texts and the
 * document's name, so that any node alone can say where it stood. Maps of more than a few keys get a hash index, which
 * keeps the check for doubled keys and sx_yaml_find() away from quadratic time. What could make a small file expand
 * without bound (aliases) or reach beyond plain data (tags) is refused before anything is built from it. */

#define INDEX_FROM 12 /* maps with at least this many keys are indexed */

typedef struct
{
  char         *name;
  GStringChunk *texts;
  guint         n_nodes;
} Document;

struct _SxYaml
{
  SxYamlType  type;
  gboolean    quoted;
  gboolean    is_root;
  guint       line, column;
  guint       key_line, key_column; /* of the key in the parent map */
  const char *key;                  /* in the document's texts */
  const char *text;                 /* SCALAR: in the document's texts */
  GPtrArray  *children;             /* LIST, MAP */
  GHashTable *index;                /* (nullable): key → child number + 1 */
  Document   *document;
};

typedef struct
{
  yaml_parser_t parser;
  Document     *document;
} Reader;

static void
free_node (SxYaml *node)
{
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->index, g_hash_table_unref);
  g_free (node);
}

static void
free_document (Document *document)
{
  g_string_chunk_free (document->texts);
  g_free (document->name);
  g_free (document);
}

static gboolean
set_error_at (Document *document, guint line, guint column, SxPipelineError code, GError **error, const char *message)
{
  if (line == 0)
    g_set_error (error, SX_PIPELINE_ERROR, code, "%s: %s", document->name, message);
  else
    g_set_error (error, SX_PIPELINE_ERROR, code, "%s:%u:%u: %s", document->name, line, column, message);
  return FALSE;
}

static gboolean
set_mark_error (Reader *self, yaml_mark_t mark, SxPipelineError code, GError **error, const char *message)
{
  return set_error_at (self->document, (guint)mark.line + 1, (guint)mark.column + 1, code, error, message);
}

static gboolean
next_event (Reader *self, yaml_event_t *event, GError **error)
{
  if (yaml_parser_parse (&self->parser, event))
    return TRUE;
  if (self->parser.error == YAML_MEMORY_ERROR)
    return set_error_at (self->document, 0, 0, SX_PIPELINE_ERROR_LIMIT, error, _ ("Not enough memory to read it."));
  const char      *problem = self->parser.problem ? self->parser.problem : "?";
  g_autofree char *message = g_strdup_printf (_ ("This is not valid YAML: %s."), problem);
  return set_mark_error (self, self->parser.problem_mark, SX_PIPELINE_ERROR_PARSE, error, message);
}

static SxYaml *
new_node (Reader *self, SxYamlType type, yaml_mark_t mark)
{
  SxYaml *node = g_new0 (SxYaml, 1);
  node->type = type;
  node->line = (guint)mark.line + 1;
  node->column = (guint)mark.column + 1;
  node->document = self->document;
  if (type != SX_YAML_SCALAR)
    node->children = g_ptr_array_new_with_free_func ((GDestroyNotify)free_node);
  return node;
}

/* Anchors, aliases and tags; and the count of nodes, which is checked here so that every path passes it. */
static gboolean
check_event (Reader *self, const yaml_event_t *event, guint depth, GError **error)
{
  const yaml_char_t *anchor = NULL;
  const yaml_char_t *tag = NULL;

  if (event->type == YAML_ALIAS_EVENT)
    return set_mark_error (self, event->start_mark, SX_PIPELINE_ERROR_PARSE, error,
                           _ ("References (*) are not allowed here. Write the value out."));
  if (event->type == YAML_SCALAR_EVENT)
    anchor = event->data.scalar.anchor, tag = event->data.scalar.tag;
  else if (event->type == YAML_SEQUENCE_START_EVENT)
    anchor = event->data.sequence_start.anchor, tag = event->data.sequence_start.tag;
  else if (event->type == YAML_MAPPING_START_EVENT)
    anchor = event->data.mapping_start.anchor, tag = event->data.mapping_start.tag;
  if (anchor)
    return set_mark_error (self, event->start_mark, SX_PIPELINE_ERROR_PARSE, error,
                           _ ("Anchors (&) are not allowed here. Remove it."));
  if (tag)
    return set_mark_error (self, event->start_mark, SX_PIPELINE_ERROR_PARSE, error,
                           _ ("Tags (!) are not allowed here. Remove it."));
  if (depth >= SX_YAML_MAX_DEPTH)
    return set_mark_error (self, event->start_mark, SX_PIPELINE_ERROR_LIMIT, error,
                           _ ("Nested more than 32 levels deep."));
  if (++self->document->n_nodes > SX_YAML_MAX_NODES)
    return set_mark_error (self, event->start_mark, SX_PIPELINE_ERROR_LIMIT, error,
                           _ ("More than 2,000,000 values in one document."));
  return TRUE;
}

static void
build_index (SxYaml *map)
{
  map->index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < map->children->len; i++)
    g_hash_table_insert (map->index, (gpointer)sx_yaml_get_key (map, i), GUINT_TO_POINTER (i + 1));
}

static gboolean
find_child (const SxYaml *map, const char *key, guint *child)
{
  if (map->index)
    {
      *child = GPOINTER_TO_UINT (g_hash_table_lookup (map->index, key)) - 1;
      return *child != G_MAXUINT;
    }
  for (guint i = 0; i < map->children->len; i++)
    if (g_str_equal (sx_yaml_get_key (map, i), key))
      {
        *child = i;
        return TRUE;
      }
  return FALSE;
}

static SxYaml *parse_node (Reader *self, const yaml_event_t *event, guint depth, GError **error);

static gboolean
parse_list (Reader *self, SxYaml *list, guint depth, GError **error)
{
  while (TRUE)
    {
      yaml_event_t event;
      if (!next_event (self, &event, error))
        return FALSE;
      if (event.type == YAML_SEQUENCE_END_EVENT)
        {
          yaml_event_delete (&event);
          return TRUE;
        }
      SxYaml *child = parse_node (self, &event, depth + 1, error);
      yaml_event_delete (&event);
      if (!child)
        return FALSE;
      g_ptr_array_add (list->children, child);
    }
}

static gboolean
check_new_key (Reader *self, const SxYaml *map, const SxYaml *key, GError **error)
{
  guint first;

  if (key->type != SX_YAML_SCALAR)
    return sx_yaml_set_error (key, SX_PIPELINE_ERROR_PARSE, error, _ ("A key must be plain text, not a list or a map."));
  if (!find_child (map, key->text, &first))
    return TRUE;
  const SxYaml *other = g_ptr_array_index (map->children, first);
  return sx_yaml_set_error (key, SX_PIPELINE_ERROR_PARSE, error,
                            _ ("“%s” stands twice in this map, first in line %u. Remove one."), key->text, other->key_line);
}

static gboolean
parse_map_entry (Reader *self, SxYaml *map, const yaml_event_t *key_event, guint depth, GError **error)
{
  g_autoptr (SxYaml) key = parse_node (self, key_event, depth + 1, error);
  if (!key || !check_new_key (self, map, key, error))
    return FALSE;
  yaml_event_t event;
  if (!next_event (self, &event, error))
    return FALSE;
  SxYaml *child = parse_node (self, &event, depth + 1, error);
  yaml_event_delete (&event);
  if (!child)
    return FALSE;
  child->key = key->text;
  child->key_line = key->line;
  child->key_column = key->column;
  g_ptr_array_add (map->children, child);
  if (map->index)
    g_hash_table_insert (map->index, (gpointer)child->key, GUINT_TO_POINTER (map->children->len));
  else if (map->children->len >= INDEX_FROM)
    build_index (map);
  return TRUE;
}

static gboolean
parse_map (Reader *self, SxYaml *map, guint depth, GError **error)
{
  while (TRUE)
    {
      yaml_event_t event;
      if (!next_event (self, &event, error))
        return FALSE;
      gboolean at_end = event.type == YAML_MAPPING_END_EVENT;
      gboolean ok = at_end || parse_map_entry (self, map, &event, depth, error);
      yaml_event_delete (&event);
      if (at_end || !ok)
        return ok;
    }
}

static SxYaml *
parse_node (Reader *self, const yaml_event_t *event, guint depth, GError **error)
{
  if (!check_event (self, event, depth, error))
    return NULL;

  if (event->type == YAML_SCALAR_EVENT)
    {
      SxYaml *scalar = new_node (self, SX_YAML_SCALAR, event->start_mark);
      scalar->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
      /* A double-quoted “\0” would cut the text short unseen. */
      if (memchr (event->data.scalar.value, '\0', event->data.scalar.length))
        {
          sx_yaml_set_error (scalar, SX_PIPELINE_ERROR_PARSE, error, _ ("Text must not contain a zero byte."));
          free_node (scalar);
          return NULL;
        }
      scalar->text = g_string_chunk_insert_len (self->document->texts, (const char *)event->data.scalar.value,
                                                (gssize)event->data.scalar.length);
      return scalar;
    }

  gboolean is_map = event->type == YAML_MAPPING_START_EVENT;
  SxYaml  *node = new_node (self, is_map ? SX_YAML_MAP : SX_YAML_LIST, event->start_mark);
  if (is_map ? parse_map (self, node, depth, error) : parse_list (self, node, depth, error))
    return node;
  free_node (node);
  return NULL;
}

/* Reads events up to the first node of the one document, or the end of the stream. */
static gboolean
parse_prologue (Reader *self, yaml_event_t *event, GError **error)
{
  while (next_event (self, event, error))
    {
      if (event->type == YAML_STREAM_END_EVENT)
        {
          yaml_event_delete (event);
          return set_error_at (self->document, 1, 1, SX_PIPELINE_ERROR_PARSE, error, _ ("There is nothing in it."));
        }
      if (event->type != YAML_STREAM_START_EVENT && event->type != YAML_DOCUMENT_START_EVENT)
        return TRUE;
      yaml_event_delete (event);
    }
  return FALSE;
}

static gboolean
parse_epilogue (Reader *self, GError **error)
{
  while (TRUE)
    {
      yaml_event_t event;
      if (!next_event (self, &event, error))
        return FALSE;
      yaml_event_type_t type = event.type;
      yaml_mark_t       mark = event.start_mark;
      yaml_event_delete (&event);
      if (type == YAML_STREAM_END_EVENT)
        return TRUE;
      if (type == YAML_DOCUMENT_START_EVENT)
        return set_mark_error (self, mark, SX_PIPELINE_ERROR_PARSE, error, _ ("Only one document may stand in a file."));
    }
}

static SxYaml *
parse_document (Reader *self, GError **error)
{
  yaml_event_t event;

  if (!parse_prologue (self, &event, error))
    return NULL;
  SxYaml *root = parse_node (self, &event, 0, error);
  yaml_event_delete (&event);
  if (root && !parse_epilogue (self, error))
    g_clear_pointer (&root, free_node);
  return root;
}

/* Place of the byte at @at, counting characters as libyaml does. */
static void
locate_byte (const char *text, const char *at, guint *line, guint *column)
{
  *line = *column = 1;
  for (const char *c = text; c < at; c++)
    if (*c == '\n')
      *line += 1, *column = 1;
    else if (((guchar)*c & 0xc0) != 0x80)
      *column += 1;
}

static gboolean
check_text (Document *document, const char *text, gsize size, GError **error)
{
  const char *end;
  guint       line, column;

  if (size > SX_YAML_MAX_SIZE)
    return set_error_at (document, 0, 0, SX_PIPELINE_ERROR_LIMIT, error, _ ("Larger than 64 MiB, the most that is read."));
  if (g_utf8_validate (text, (gssize)size, &end))
    return TRUE;
  locate_byte (text, end, &line, &column);
  g_autofree char *message = g_strdup_printf (_ ("The byte 0x%02x is not valid UTF-8. Save the file as UTF-8."), (guchar)*end);
  return set_error_at (document, line, column, SX_PIPELINE_ERROR_PARSE, error, message);
}

SxYaml *
sx_yaml_parse (const char *text, gssize size, const char *name, GError **error)
{
  Reader self = { 0 };
  gsize  length = size < 0 ? strlen (text) : (gsize)size;

  g_return_val_if_fail (text != NULL && name != NULL, NULL);

  self.document = g_new0 (Document, 1);
  self.document->name = g_strdup (name);
  self.document->texts = g_string_chunk_new (4096);
  if (!check_text (self.document, text, length, error) || !yaml_parser_initialize (&self.parser))
    {
      if (error && !*error)
        set_error_at (self.document, 0, 0, SX_PIPELINE_ERROR_LIMIT, error, _ ("Not enough memory to read it."));
      free_document (self.document);
      return NULL;
    }
  yaml_parser_set_encoding (&self.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&self.parser, (const guchar *)text, length);
  SxYaml *root = parse_document (&self, error);
  yaml_parser_delete (&self.parser);
  if (root)
    root->is_root = TRUE;
  else
    free_document (self.document);
  return root;
}

SxYaml *
sx_yaml_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize            size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  return sx_yaml_parse (text, (gssize)size, path, error);
}

void
sx_yaml_free (SxYaml *root)
{
  if (!root)
    return;
  Document *document = root->is_root ? root->document : NULL;
  free_node (root);
  if (document)
    free_document (document);
}

SxYamlType
sx_yaml_get_type (const SxYaml *node)
{
  return node->type;
}

guint
sx_yaml_get_line (const SxYaml *node)
{
  return node->line;
}

guint
sx_yaml_get_column (const SxYaml *node)
{
  return node->column;
}

guint
sx_yaml_get_n_children (const SxYaml *node)
{
  return node->children ? node->children->len : 0;
}

const SxYaml *
sx_yaml_get_child (const SxYaml *node, guint child)
{
  g_return_val_if_fail (child < sx_yaml_get_n_children (node), NULL);
  return g_ptr_array_index (node->children, child);
}

const char *
sx_yaml_get_key (const SxYaml *node, guint child)
{
  g_return_val_if_fail (child < sx_yaml_get_n_children (node), NULL);
  return ((const SxYaml *)g_ptr_array_index (node->children, child))->key;
}

const SxYaml *
sx_yaml_find (const SxYaml *map, const char *key)
{
  guint child;

  if (map->type != SX_YAML_MAP || !find_child (map, key, &child))
    return NULL;
  return g_ptr_array_index (map->children, child);
}

const char *
sx_yaml_get_text (const SxYaml *scalar)
{
  g_return_val_if_fail (scalar->type == SX_YAML_SCALAR, "");
  return scalar->text;
}

gboolean
sx_yaml_is_quoted (const SxYaml *scalar)
{
  return scalar->quoted;
}

gboolean
sx_yaml_set_error (const SxYaml *node, SxPipelineError code, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  return set_error_at (node->document, node->line, node->column, code, error, message);
}

gboolean
sx_yaml_set_key_error (const SxYaml *map, guint child, SxPipelineError code, GError **error, const char *format, ...)
{
  const SxYaml *node = sx_yaml_get_child (map, child);
  va_list       args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  return set_error_at (node->document, node->key_line, node->key_column, code, error, message);
}
