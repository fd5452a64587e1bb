/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Edits as values: making, reading, telling and storing them. Applying is in sx-edit-apply.c. */

#include "config.h"

#include "sx-graph-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

SxEdit *
sx_edit_new (SxEditType type, const char *target)
{
  SxEdit *self = g_new0 (SxEdit, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;
  self->target = g_strdup (target);
  self->position = SX_POSITION_END;
  return self;
}

SxEdit *
sx_edit_ref (SxEdit *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_edit_unref (SxEdit *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->target);
  g_free (self->key);
  g_free (self->text);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  sx_link_clear (&self->link);
  sx_graph_frame_clear (&self->frame);
  g_free (self);
}

SxEdit *
sx_edit_new_insert_block (const char *id, const SxBlockKind *kind, double x, double y, GVariant *params, const char *label)
{
  SxEdit *self = sx_edit_new (SX_EDIT_INSERT_BLOCK, id);

  self->kind = kind;
  self->x = x;
  self->y = y;
  self->value = g_variant_ref_sink (params != NULL ? params : g_variant_new ("a{sv}", NULL));
  self->text = g_strdup (label);
  return self;
}

SxEdit *
sx_edit_new_remove_block (const char *id)
{
  return sx_edit_new (SX_EDIT_REMOVE_BLOCK, id);
}

SxEdit *
sx_edit_new_move_block (const char *id, double x, double y)
{
  SxEdit *self = sx_edit_new (SX_EDIT_MOVE_BLOCK, id);

  self->x = x;
  self->y = y;
  return self;
}

SxEdit *
sx_edit_new_set_param (const char *block, const char *param, GVariant *value)
{
  SxEdit *self = sx_edit_new (SX_EDIT_SET_PARAM, block);

  self->key = g_strdup (param);
  self->value = value != NULL ? g_variant_ref_sink (value) : NULL;
  return self;
}

SxEdit *
sx_edit_new_set_label (const char *block, const char *label)
{
  SxEdit *self = sx_edit_new (SX_EDIT_SET_LABEL, block);

  self->text = g_strdup (label);
  return self;
}

SxEdit *
sx_edit_new_set_flag (const char *block, const char *flag, gboolean value)
{
  SxEdit *self = sx_edit_new (SX_EDIT_SET_FLAG, block);

  self->key = g_strdup (flag);
  self->flag = !!value;
  return self;
}

SxEdit *
sx_edit_new_insert_link (const char *id, const char *from_block, const char *from_port, const char *to_block, const char *to_port)
{
  SxEdit *self = sx_edit_new (SX_EDIT_INSERT_LINK, id);

  self->link = (SxLink){ g_strdup (id), g_strdup (from_block), g_strdup (from_port), g_strdup (to_block), g_strdup (to_port) };
  return self;
}

SxEdit *
sx_edit_new_remove_link (const char *id)
{
  return sx_edit_new (SX_EDIT_REMOVE_LINK, id);
}

static SxEdit *
new_frame (SxEditType type, const SxGraphFrame *frame)
{
  SxEdit *self = sx_edit_new (type, frame->id);

  self->frame = (SxGraphFrame){ g_strdup (frame->id), g_strdup (frame->title), g_strdup (frame->text), frame->x, frame->y, frame->width, frame->height };
  return self;
}

SxEdit *
sx_edit_new_insert_frame (const SxGraphFrame *frame)
{
  return new_frame (SX_EDIT_INSERT_FRAME, frame);
}

SxEdit *
sx_edit_new_remove_frame (const char *id)
{
  return sx_edit_new (SX_EDIT_REMOVE_FRAME, id);
}

SxEdit *
sx_edit_new_set_frame (const SxGraphFrame *frame)
{
  return new_frame (SX_EDIT_SET_FRAME, frame);
}

SxEdit *
sx_edit_new_set_meta (const char *key, const char *value)
{
  SxEdit *self = sx_edit_new (SX_EDIT_SET_META, NULL);

  self->key = g_strdup (key);
  self->text = g_strdup (value);
  return self;
}

SxEdit *
sx_edit_new_group (GPtrArray *edits, const char *label)
{
  SxEdit *self = sx_edit_new (SX_EDIT_GROUP, NULL);

  self->children = edits;
  g_ptr_array_set_free_func (edits, (GDestroyNotify)sx_edit_unref);
  self->text = g_strdup (label);
  return self;
}

SxEditType
sx_edit_get_edit_type (const SxEdit *self)
{
  return self->type;
}

const char *
sx_edit_get_target (const SxEdit *self)
{
  return self->target;
}

guint
sx_edit_get_n_children (const SxEdit *self)
{
  return self->children != NULL ? self->children->len : 0;
}

const SxEdit *
sx_edit_get_child (const SxEdit *self, guint child)
{
  g_return_val_if_fail (child < sx_edit_get_n_children (self), NULL);
  return g_ptr_array_index (self->children, child);
}

/* ---- labels ---- */

static const char *
block_title (const SxEdit *self, SxGraph *graph)
{
  SxBlock *block = graph != NULL ? sx_graph_find_block (graph, self->target) : NULL;

  if (self->type == SX_EDIT_INSERT_BLOCK)
    return self->text != NULL ? self->text : _ (self->kind->title);
  return block != NULL ? sx_block_get_title (block) : self->target;
}

static char *
param_label (const SxEdit *self, SxGraph *graph)
{
  SxBlock           *block = graph != NULL ? sx_graph_find_block (graph, self->target) : NULL;
  const SxParamSpec *spec = block != NULL ? sx_block_kind_find_param (block->kind, self->key) : NULL;

  return g_strdup_printf (_ ("Change “%s” of %s"), spec != NULL ? _ (spec->title) : self->key, block_title (self, graph));
}

char *
sx_edit_dup_label (const SxEdit *self, SxGraph *graph)
{
  switch (self->type)
    {
    case SX_EDIT_INSERT_BLOCK:
      return g_strdup_printf (_ ("Add %s"), block_title (self, graph));
    case SX_EDIT_REMOVE_BLOCK:
      return g_strdup_printf (_ ("Delete %s"), block_title (self, graph));
    case SX_EDIT_MOVE_BLOCK:
      return g_strdup_printf (_ ("Move %s"), block_title (self, graph));
    case SX_EDIT_SET_PARAM:
      return param_label (self, graph);
    case SX_EDIT_SET_LABEL:
      return g_strdup_printf (_ ("Rename %s"), block_title (self, graph));
    case SX_EDIT_SET_FLAG:
      return g_strdup_printf (g_str_equal (self->key, "muted") ? (self->flag ? _ ("Mute %s") : _ ("Unmute %s")) : (self->flag ? _ ("Collapse %s") : _ ("Expand %s")), block_title (self, graph));
    case SX_EDIT_INSERT_LINK:
      return g_strdup (_ ("Link Blocks"));
    case SX_EDIT_REMOVE_LINK:
      return g_strdup (_ ("Remove Link"));
    case SX_EDIT_INSERT_FRAME:
      return g_strdup (_ ("Add Frame"));
    case SX_EDIT_REMOVE_FRAME:
      return g_strdup (_ ("Delete Frame"));
    case SX_EDIT_SET_FRAME:
      return g_strdup (_ ("Change Frame"));
    case SX_EDIT_SET_META:
      return g_strdup (_ ("Change Project"));
    case SX_EDIT_GROUP:
    default:
      if (self->text != NULL)
        return g_strdup (self->text);
      return self->children->len > 0 ? sx_edit_dup_label (g_ptr_array_index (self->children, 0), graph) : g_strdup ("");
    }
}

/* ---- storing: (type, members that are set) ---- */

static const char *const type_nicks[] = {
  [SX_EDIT_INSERT_BLOCK] = "insert-block",
  [SX_EDIT_REMOVE_BLOCK] = "remove-block",
  [SX_EDIT_MOVE_BLOCK] = "move-block",
  [SX_EDIT_SET_PARAM] = "set-param",
  [SX_EDIT_SET_LABEL] = "set-label",
  [SX_EDIT_SET_FLAG] = "set-flag",
  [SX_EDIT_INSERT_LINK] = "insert-link",
  [SX_EDIT_REMOVE_LINK] = "remove-link",
  [SX_EDIT_INSERT_FRAME] = "insert-frame",
  [SX_EDIT_REMOVE_FRAME] = "remove-frame",
  [SX_EDIT_SET_FRAME] = "set-frame",
  [SX_EDIT_SET_META] = "set-meta",
  [SX_EDIT_GROUP] = "group",
};
/* How deep groups nest in what is read; ours nest three deep at most. */
#define MAX_DEPTH 8

static void
put_string (GVariantDict *dict, const char *key, const char *value)
{
  if (value != NULL)
    g_variant_dict_insert (dict, key, "s", value);
}

static void
put_link (GVariantDict *dict, const SxLink *link)
{
  put_string (dict, "from-block", link->from_block);
  put_string (dict, "from-port", link->from_port);
  put_string (dict, "to-block", link->to_block);
  put_string (dict, "to-port", link->to_port);
}

static void
put_frame (GVariantDict *dict, const SxGraphFrame *frame)
{
  put_string (dict, "title", frame->title);
  put_string (dict, "note", frame->text);
  g_variant_dict_insert (dict, "box", "(dddd)", frame->x, frame->y, frame->width, frame->height);
}

static void
put_children (GVariantDict *dict, GPtrArray *children)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < children->len; i++)
    g_variant_builder_add (&builder, "v", sx_edit_to_variant (g_ptr_array_index (children, i)));
  g_variant_dict_insert_value (dict, "edits", g_variant_builder_end (&builder));
}

GVariant *
sx_edit_to_variant (const SxEdit *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  put_string (&dict, "id", self->target);
  put_string (&dict, "key", self->key);
  put_string (&dict, "text", self->text);
  if (self->kind != NULL)
    put_string (&dict, "kind", self->kind->id);
  if (self->position != SX_POSITION_END)
    g_variant_dict_insert (&dict, "at", "u", self->position);
  if (self->type == SX_EDIT_INSERT_BLOCK || self->type == SX_EDIT_MOVE_BLOCK)
    g_variant_dict_insert (&dict, "place", "(dd)", self->x, self->y);
  if (self->value != NULL)
    g_variant_dict_insert (&dict, "value", "v", self->value);
  if (self->flag)
    g_variant_dict_insert (&dict, "flag", "b", TRUE);
  if (self->is_muted)
    g_variant_dict_insert (&dict, "muted", "b", TRUE);
  if (self->is_collapsed)
    g_variant_dict_insert (&dict, "collapsed", "b", TRUE);
  if (self->type == SX_EDIT_INSERT_LINK)
    put_link (&dict, &self->link);
  if (self->type == SX_EDIT_INSERT_FRAME || self->type == SX_EDIT_SET_FRAME)
    put_frame (&dict, &self->frame);
  if (self->children != NULL)
    put_children (&dict, self->children);
  return g_variant_new ("(s@a{sv})", type_nicks[self->type], g_variant_dict_end (&dict));
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("This is not an edit: %s."), what);
  return FALSE;
}

static SxEdit *from_variant (GVariant *variant, guint depth, GError **error);

static gboolean
read_children (SxEdit *self, GVariant *members, guint depth, GError **error)
{
  g_autoptr (GVariant) edits = g_variant_lookup_value (members, "edits", G_VARIANT_TYPE ("av"));

  if (edits == NULL)
    return fail (error, "edits");
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  for (gsize i = 0; i < g_variant_n_children (edits); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (edits, i);
      g_autoptr (GVariant) child = g_variant_get_variant (boxed);
      SxEdit *edit = from_variant (child, depth + 1, error);

      if (edit == NULL)
        return FALSE;
      g_ptr_array_add (self->children, edit);
    }
  return TRUE;
}

static gboolean
read_link (SxEdit *self, GVariant *members, GError **error)
{
  self->link.id = g_strdup (self->target);
  if (!g_variant_lookup (members, "from-block", "s", &self->link.from_block) || !g_variant_lookup (members, "from-port", "s", &self->link.from_port) ||
      !g_variant_lookup (members, "to-block", "s", &self->link.to_block) || !g_variant_lookup (members, "to-port", "s", &self->link.to_port))
    return fail (error, "link");
  return TRUE;
}

static gboolean
read_frame (SxEdit *self, GVariant *members, GError **error)
{
  SxGraphFrame *frame = &self->frame;

  frame->id = g_strdup (self->target);
  g_variant_lookup (members, "title", "s", &frame->title);
  g_variant_lookup (members, "note", "s", &frame->text);
  if (!g_variant_lookup (members, "box", "(dddd)", &frame->x, &frame->y, &frame->width, &frame->height) || !isfinite (frame->x) || !isfinite (frame->y) || !isfinite (frame->width) || !isfinite (frame->height))
    return fail (error, "frame");
  return TRUE;
}

static gboolean
read_block (SxEdit *self, GVariant *members, GError **error)
{
  const char *kind = NULL;

  if (!g_variant_lookup (members, "kind", "&s", &kind) || (self->kind = sx_block_kind_find (kind)) == NULL)
    return fail (error, kind != NULL ? kind : "kind");
  if (self->value == NULL || !g_variant_is_of_type (self->value, G_VARIANT_TYPE_VARDICT))
    return fail (error, "params");
  return TRUE;
}

static gboolean
read_members (SxEdit *self, GVariant *members, guint depth, GError **error)
{
  g_variant_lookup (members, "key", "s", &self->key);
  g_variant_lookup (members, "text", "s", &self->text);
  g_variant_lookup (members, "at", "u", &self->position);
  g_variant_lookup (members, "flag", "b", &self->flag);
  g_variant_lookup (members, "muted", "b", &self->is_muted);
  g_variant_lookup (members, "collapsed", "b", &self->is_collapsed);
  g_variant_lookup (members, "value", "v", &self->value);
  if ((self->type == SX_EDIT_INSERT_BLOCK || self->type == SX_EDIT_MOVE_BLOCK) &&
      (!g_variant_lookup (members, "place", "(dd)", &self->x, &self->y) || !isfinite (self->x) || !isfinite (self->y)))
    return fail (error, "place");
  if (self->target == NULL && self->type != SX_EDIT_GROUP && self->type != SX_EDIT_SET_META)
    return fail (error, "id");
  if (self->key == NULL && (self->type == SX_EDIT_SET_PARAM || self->type == SX_EDIT_SET_FLAG || self->type == SX_EDIT_SET_META))
    return fail (error, "key");
  if (self->type == SX_EDIT_INSERT_BLOCK)
    return read_block (self, members, error);
  if (self->type == SX_EDIT_INSERT_LINK)
    return read_link (self, members, error);
  if (self->type == SX_EDIT_INSERT_FRAME || self->type == SX_EDIT_SET_FRAME)
    return read_frame (self, members, error);
  if (self->type == SX_EDIT_GROUP)
    return read_children (self, members, depth, error);
  return TRUE;
}

static SxEdit *
from_variant (GVariant *variant, guint depth, GError **error)
{
  g_autoptr (GVariant) members = NULL;
  g_autoptr (SxEdit) self = NULL;
  const char *nick, *target = NULL;
  guint       type;

  if (depth > MAX_DEPTH || !g_variant_is_of_type (variant, G_VARIANT_TYPE ("(sa{sv})")))
    {
      fail (error, g_variant_get_type_string (variant));
      return NULL;
    }
  g_variant_get (variant, "(&s@a{sv})", &nick, &members);
  for (type = 0; type < G_N_ELEMENTS (type_nicks); type++)
    if (g_str_equal (type_nicks[type], nick))
      break;
  if (type == G_N_ELEMENTS (type_nicks))
    {
      fail (error, nick);
      return NULL;
    }
  g_variant_lookup (members, "id", "&s", &target);
  self = sx_edit_new (type, target);
  return read_members (self, members, depth, error) ? g_steal_pointer (&self) : NULL;
}

SxEdit *
sx_edit_from_variant (GVariant *variant, GError **error)
{
  g_return_val_if_fail (variant != NULL, NULL);
  return from_variant (variant, 0, error);
}
