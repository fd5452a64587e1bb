/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-schema.h"

G_BEGIN_DECLS

/**
 * SxYaml:
 *
 * A small document tree over libyaml that remembers where each node stood, for project files,
 * jobs, topologies, spaces and manifests. Only what those need: UTF-8, maps with string keys in
 * file order, lists, scalars. Refused with file:line:column: anchors and aliases (so no alias
 * bomb), tags, doubled keys, more than SX_YAML_MAX_DEPTH levels or SX_YAML_MAX_NODES nodes.
 */
#define SX_YAML_MAX_DEPTH 32
#define SX_YAML_MAX_NODES 2000000
#define SX_YAML_MAX_SIZE (64 * 1024 * 1024)

typedef enum
{
  SX_YAML_SCALAR,
  SX_YAML_LIST,
  SX_YAML_MAP,
} SxYamlType;

typedef struct _SxYaml SxYaml;

/* @name: what errors call the document, usually its path. Returns the root; free it with sx_yaml_free(). */
SxYaml *sx_yaml_parse (const char *text, gssize size, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxYaml *sx_yaml_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sx_yaml_free (SxYaml *root);

SxYamlType sx_yaml_get_type (const SxYaml *node);
guint sx_yaml_get_line (const SxYaml *node);   /* 1-based; 0 for nodes made in memory */
guint sx_yaml_get_column (const SxYaml *node); /* 1-based */
guint sx_yaml_get_n_children (const SxYaml *node);
const SxYaml *sx_yaml_get_child (const SxYaml *node, guint child); /* list item, or map value */
const char *sx_yaml_get_key (const SxYaml *node, guint child);     /* map key */
const SxYaml *sx_yaml_find (const SxYaml *map, const char *key);   /* (nullable) */
const char *sx_yaml_get_text (const SxYaml *scalar);
gboolean sx_yaml_is_quoted (const SxYaml *scalar); /* a quoted scalar is always text, never a number */

/* Sets @error to “NAME:LINE:COLUMN: message”, SX_PIPELINE_ERROR_PARSE unless @code says otherwise. Returns FALSE. */
gboolean sx_yaml_set_error (const SxYaml *node, SxPipelineError code, GError **error, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* The same at the place of the map's key @child rather than its value. */
gboolean sx_yaml_set_key_error (const SxYaml *map, guint child, SxPipelineError code, GError **error, const char *format, ...) G_GNUC_PRINTF (5, 6);
/* The word of @known (NULL-ended) most like @word by edit distance; NULL when none is close. */
const char *sx_yaml_suggest (const char *word, const char *const *known);

/* Typed reads of a map member. A missing key or a null gives @fallback; a wrong type is an error with place.
 * Numbers accept the spellings of YAML 1.2 core. */
gboolean sx_yaml_read_string (const SxYaml *map, const char *key, const char *fallback, char **value, GError **error);
gboolean sx_yaml_read_int (const SxYaml *map, const char *key, gint64 fallback, gint64 *value, GError **error);
gboolean sx_yaml_read_double (const SxYaml *map, const char *key, double fallback, double *value, GError **error);
gboolean sx_yaml_read_bool (const SxYaml *map, const char *key, gboolean fallback, gboolean *value, GError **error);
/* Refuses keys that are not in @known (NULL-ended), with “did you mean”. */
gboolean sx_yaml_check_keys (const SxYaml *map, const char *const *known, GError **error);

/* Any node as a GVariant: map a{sv}, list as/ad/ax/av, scalar b/x/d/s by YAML 1.2 core rules. */
GVariant *sx_yaml_to_variant (const SxYaml *node) G_GNUC_WARN_UNUSED_RESULT;

/**
 * SxYamlWriter:
 *
 * Writes block-style YAML, two-space indents, one item a line, in the order of the calls. Strings are
 * quoted only where they must be. The same calls give the same bytes, always.
 */
typedef struct _SxYamlWriter SxYamlWriter;

SxYamlWriter *sx_yaml_writer_new (void) G_GNUC_WARN_UNUSED_RESULT;
void sx_yaml_writer_comment (SxYamlWriter *self, const char *text);
void sx_yaml_writer_begin_map (SxYamlWriter *self, const char *key);  /* @key NULL in lists and at the root */
void sx_yaml_writer_end_map (SxYamlWriter *self);
void sx_yaml_writer_begin_list (SxYamlWriter *self, const char *key);
void sx_yaml_writer_end_list (SxYamlWriter *self);
void sx_yaml_writer_string (SxYamlWriter *self, const char *key, const char *value);
void sx_yaml_writer_int (SxYamlWriter *self, const char *key, gint64 value);
void sx_yaml_writer_double (SxYamlWriter *self, const char *key, double value); /* shortest that reads back equal */
void sx_yaml_writer_bool (SxYamlWriter *self, const char *key, gboolean value);
void sx_yaml_writer_variant (SxYamlWriter *self, const char *key, GVariant *value); /* sunk if floating; b x d s as ad ax av a{ss} a{sv} */
void sx_yaml_writer_node (SxYamlWriter *self, const char *key, const SxYaml *node);
/* (transfer full): the text; frees @self. */
char *sx_yaml_writer_finish (SxYamlWriter *self, gsize *size) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @text to @path so that after a crash at any instant the file is wholly old or wholly new (fsync, rename). */
gboolean sx_file_replace (const char *path, const char *text, gssize size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxYaml, sx_yaml_free)

G_END_DECLS
