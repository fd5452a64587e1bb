/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Applying an edit: checked first, so that a failing edit leaves no trace, then done, giving its inverse. Whatever takes something out
 * notes where it stood, so that the inverse restores order too. A group is undone part by part when one of its edits fails. */

#include "config.h"

#include "sx-graph-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Documents are plane; beyond this doubles are no longer good to a pixel. */
#define MAX_COORDINATE 1e9

static const char *const meta_keys[] = { "budget", "description", "metric", "seed", "title", "trials", NULL };

static SxEdit *apply (SxGraph *self, const SxEdit *edit, GError **error);

static SxEdit *
refuse (GError **error, SxPipelineError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static SxEdit *
refuse (GError **error, SxPipelineError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (SX_PIPELINE_ERROR, (int)code, format, args));
  va_end (args);
  return NULL;
}

static SxBlock *
need_block (SxGraph *self, const char *id, GError **error)
{
  SxBlock *block = sx_graph_find_block (self, id);

  if (block == NULL)
    refuse (error, SX_PIPELINE_ERROR_LINK, _ ("There is no block “%s”."), id);
  return block;
}

static gboolean
is_place (double x, double y)
{
  return fabs (x) <= MAX_COORDINATE && fabs (y) <= MAX_COORDINATE;
}

/* ---- parameters ---- */

/* The value to store for @spec: NULL when it is the default. FALSE with an error when it does not fit. */
static gboolean
check_value (const SxParamSpec *spec, GVariant *value, GVariant **checked, GError **error)
{
  g_autoptr (GVariant) fallback = sx_param_spec_ref_default (spec);
  g_autoptr (GVariant) fitting = sx_param_spec_check (spec, value, error);

  *checked = NULL;
  if (fitting == NULL)
    return FALSE;
  if (fallback == NULL || !g_variant_equal (fitting, fallback))
    *checked = g_steal_pointer (&fitting);
  return TRUE;
}

static gboolean
check_keys (const SxBlockKind *kind, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (sx_block_kind_find_param (kind, key) == NULL)
      {
        g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("A block of kind “%s” has no parameter “%s”."), kind->id, key);
        g_variant_unref (value);
        return FALSE;
      }
  return TRUE;
}

GVariant *
sx_params_normalise (const SxBlockKind *kind, GVariant *values, GError **error)
{
  GVariantBuilder builder;

  if (!check_keys (kind, values, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (const SxParamSpec *spec = kind->params; spec->id != NULL; spec++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (values, spec->id, NULL);
      g_autoptr (GVariant) checked = NULL;

      if (value == NULL)
        continue;
      if (!check_value (spec, value, &checked, error))
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      if (checked != NULL)
        g_variant_builder_add (&builder, "{sv}", spec->id, checked);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static SxEdit *
set_param (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxBlock *block = need_block (self, edit->target, error);
  g_autoptr (GVariant) old = NULL;
  g_autoptr (GVariant) params = NULL;
  GVariantDict dict;

  if (block == NULL)
    return NULL;
  old = g_variant_lookup_value (block->params, edit->key, NULL);
  g_variant_dict_init (&dict, block->params);
  if (edit->value != NULL)
    g_variant_dict_insert_value (&dict, edit->key, edit->value);
  else
    g_variant_dict_remove (&dict, edit->key);
  {
    g_autoptr (GVariant) changed = g_variant_ref_sink (g_variant_dict_end (&dict));

    params = sx_params_normalise (block->kind, changed, error);
  }
  if (params == NULL)
    return NULL;
  g_variant_unref (block->params);
  block->params = g_steal_pointer (&params);
  return sx_edit_new_set_param (edit->target, edit->key, old);
}

/* ---- blocks ---- */

static SxEdit *
insert_block (SxGraph *self, const SxEdit *edit, GError **error)
{
  g_autoptr (SxBlock) block = NULL;
  g_autoptr (GVariant) params = NULL;

  if (!sx_id_is_valid (edit->target))
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("“%s” is no id: letters, digits, - and _, at most %d."), edit->target, SX_ID_MAX_LENGTH);
  if (sx_graph_find_block (self, edit->target) != NULL)
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("There is a block “%s” already."), edit->target);
  if (self->blocks->len >= SX_GRAPH_MAX_BLOCKS)
    return refuse (error, SX_PIPELINE_ERROR_LIMIT, _ ("A project holds at most %d blocks."), SX_GRAPH_MAX_BLOCKS);
  if (!is_place (edit->x, edit->y))
    return refuse (error, SX_PIPELINE_ERROR_LIMIT, _ ("Block “%s” lies too far out."), edit->target);
  params = sx_params_normalise (edit->kind, edit->value, error);
  if (params == NULL)
    return NULL;
  block = sx_block_new (edit->target, edit->kind);
  block->label = g_strdup (edit->text);
  block->x = edit->x;
  block->y = edit->y;
  block->is_muted = edit->is_muted;
  block->is_collapsed = edit->is_collapsed;
  g_variant_unref (block->params);
  block->params = g_steal_pointer (&params);
  sx_graph_insert_block (self, block, edit->position);
  return sx_edit_new_remove_block (edit->target);
}

/* Takes a link out; returns the edit that puts it back where it stood. */
static SxEdit *
take_link (SxGraph *self, SxLink *link)
{
  SxEdit *inverse = sx_edit_new_insert_link (link->id, link->from_block, link->from_port, link->to_block, link->to_port);

  inverse->position = sx_graph_take_link (self, link);
  sx_link_clear (link);
  g_free (link);
  return inverse;
}

static SxEdit *
take_block (SxGraph *self, SxBlock *block)
{
  SxEdit *inverse = sx_edit_new_insert_block (block->id, block->kind, block->x, block->y, block->params, block->label);

  inverse->is_muted = block->is_muted;
  inverse->is_collapsed = block->is_collapsed;
  inverse->position = sx_graph_take_block (self, block);
  return inverse;
}

static SxEdit *
remove_block (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxBlock   *block = need_block (self, edit->target, error);
  GPtrArray *back;

  if (block == NULL)
    return NULL;
  back = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  while (block->links_in->len > 0)
    g_ptr_array_insert (back, 0, take_link (self, g_ptr_array_index (block->links_in, block->links_in->len - 1)));
  while (block->links_out->len > 0)
    g_ptr_array_insert (back, 0, take_link (self, g_ptr_array_index (block->links_out, block->links_out->len - 1)));
  g_ptr_array_insert (back, 0, take_block (self, block));
  return sx_edit_new_group (back, NULL);
}

static SxEdit *
move_block (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxBlock *block = need_block (self, edit->target, error);
  SxEdit  *inverse;

  if (block == NULL)
    return NULL;
  if (!is_place (edit->x, edit->y))
    return refuse (error, SX_PIPELINE_ERROR_LIMIT, _ ("Block “%s” lies too far out."), edit->target);
  inverse = sx_edit_new_move_block (edit->target, block->x, block->y);
  block->x = edit->x;
  block->y = edit->y;
  return inverse;
}

static SxEdit *
set_label (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxBlock *block = need_block (self, edit->target, error);
  SxEdit  *inverse;

  if (block == NULL)
    return NULL;
  inverse = sx_edit_new_set_label (edit->target, block->label);
  g_free (block->label);
  block->label = edit->text != NULL && *edit->text != '\0' ? g_strdup (edit->text) : NULL;
  return inverse;
}

static SxEdit *
set_flag (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxBlock  *block = need_block (self, edit->target, error);
  gboolean *flag;
  SxEdit   *inverse;

  if (block == NULL)
    return NULL;
  if (g_str_equal (edit->key, "muted"))
    flag = &block->is_muted;
  else if (g_str_equal (edit->key, "collapsed"))
    flag = &block->is_collapsed;
  else
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("A block cannot be “%s”."), edit->key);
  inverse = sx_edit_new_set_flag (edit->target, edit->key, *flag);
  *flag = edit->flag;
  return inverse;
}

/* ---- links ---- */

static SxEdit *
insert_link (SxGraph *self, const SxEdit *edit, GError **error)
{
  g_auto (SxLinkVerdict) verdict = { 0 };
  const SxLink *from = &edit->link;
  SxEdit       *restore = NULL;
  SxLink       *link;

  if (!sx_id_is_valid (edit->target))
    return refuse (error, SX_PIPELINE_ERROR_LINK, _ ("“%s” is no id: letters, digits, - and _, at most %d."), edit->target, SX_ID_MAX_LENGTH);
  if (sx_graph_find_link (self, edit->target) != NULL)
    return refuse (error, SX_PIPELINE_ERROR_LINK, _ ("There is a link “%s” already."), edit->target);
  sx_graph_check_link (self, from->from_block, from->from_port, from->to_block, from->to_port, &verdict);
  if (!verdict.ok)
    return refuse (error, SX_PIPELINE_ERROR_LINK, "%s.", verdict.reason);
  if (verdict.replaces != NULL)
    restore = take_link (self, g_hash_table_lookup (self->link_index, verdict.replaces));
  link = g_new (SxLink, 1);
  *link = (SxLink){ g_strdup (edit->target), g_strdup (from->from_block), g_strdup (from->from_port), g_strdup (from->to_block), g_strdup (from->to_port) };
  sx_graph_insert_link (self, link, edit->position);
  if (restore == NULL)
    return sx_edit_new_remove_link (edit->target);
  {
    GPtrArray *back = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);

    g_ptr_array_add (back, sx_edit_new_remove_link (edit->target));
    g_ptr_array_add (back, restore);
    return sx_edit_new_group (back, NULL);
  }
}

static SxEdit *
remove_link (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxLink *link = g_hash_table_lookup (self->link_index, edit->target);

  if (link == NULL)
    return refuse (error, SX_PIPELINE_ERROR_LINK, _ ("There is no link “%s”."), edit->target);
  return take_link (self, link);
}

/* ---- frames and meta ---- */

static SxGraphFrame *
find_frame (SxGraph *self, const char *id, guint *position)
{
  for (guint i = 0; i < self->frames->len; i++)
    {
      SxGraphFrame *frame = g_ptr_array_index (self->frames, i);

      if (g_strcmp0 (frame->id, id) != 0)
        continue;
      *position = i;
      return frame;
    }
  return NULL;
}

static SxEdit *
insert_frame (SxGraph *self, const SxEdit *edit, GError **error)
{
  guint position;

  if (!sx_id_is_valid (edit->target) || find_frame (self, edit->target, &position) != NULL)
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("A frame cannot be called “%s”."), edit->target);
  if (!is_place (edit->frame.x, edit->frame.y) || !is_place (edit->frame.width, edit->frame.height))
    return refuse (error, SX_PIPELINE_ERROR_LIMIT, _ ("Frame “%s” lies too far out."), edit->target);
  g_ptr_array_insert (self->frames, (int)MIN (edit->position, self->frames->len), sx_graph_frame_copy (&edit->frame));
  return sx_edit_new_remove_frame (edit->target);
}

static SxEdit *
remove_frame (SxGraph *self, const SxEdit *edit, GError **error)
{
  guint         position;
  SxGraphFrame *frame = find_frame (self, edit->target, &position);
  SxEdit       *inverse;

  if (frame == NULL)
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("There is no frame “%s”."), edit->target);
  inverse = sx_edit_new_insert_frame (frame);
  inverse->position = position;
  g_ptr_array_remove_index (self->frames, position);
  return inverse;
}

static SxEdit *
set_frame (SxGraph *self, const SxEdit *edit, GError **error)
{
  guint         position;
  SxGraphFrame *frame = find_frame (self, edit->target, &position);
  SxEdit       *inverse;

  if (frame == NULL)
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("There is no frame “%s”."), edit->target);
  if (!is_place (edit->frame.x, edit->frame.y) || !is_place (edit->frame.width, edit->frame.height))
    return refuse (error, SX_PIPELINE_ERROR_LIMIT, _ ("Frame “%s” lies too far out."), edit->target);
  inverse = sx_edit_new_set_frame (frame);
  g_ptr_array_remove_index (self->frames, position);
  g_ptr_array_insert (self->frames, (int)position, sx_graph_frame_copy (&edit->frame));
  return inverse;
}

static SxEdit *
set_meta (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxEdit *inverse;

  if (!g_strv_contains (meta_keys, edit->key))
    return refuse (error, SX_PIPELINE_ERROR_PARAM, _ ("A project has no setting “%s”."), edit->key);
  inverse = sx_edit_new_set_meta (edit->key, g_hash_table_lookup (self->meta, edit->key));
  if (edit->text != NULL)
    g_hash_table_insert (self->meta, g_strdup (edit->key), g_strdup (edit->text));
  else
    g_hash_table_remove (self->meta, edit->key);
  return inverse;
}

/* ---- groups ---- */

static SxEdit *
apply_group (SxGraph *self, const SxEdit *edit, GError **error)
{
  GPtrArray *back = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  SxEdit    *inverse;

  for (guint i = 0; i < edit->children->len; i++)
    {
      SxEdit *one = apply (self, g_ptr_array_index (edit->children, i), error);

      if (one != NULL)
        {
          g_ptr_array_add (back, one);
          continue;
        }
      while (back->len > 0)
        {
          g_autoptr (SxEdit) undo = g_ptr_array_steal_index (back, back->len - 1);
          g_autoptr (SxEdit) redo = apply (self, undo, NULL);

          g_assert (redo != NULL);
        }
      g_ptr_array_unref (back);
      return NULL;
    }
  inverse = sx_edit_new_group (g_ptr_array_sized_new (back->len), edit->text);
  while (back->len > 0)
    g_ptr_array_add (inverse->children, g_ptr_array_steal_index (back, back->len - 1));
  g_ptr_array_unref (back);
  return inverse;
}

static SxEdit *
apply (SxGraph *self, const SxEdit *edit, GError **error)
{
  static SxEdit *(*const functions[]) (SxGraph * self, const SxEdit *edit, GError **error) = {
    [SX_EDIT_INSERT_BLOCK] = insert_block,
    [SX_EDIT_REMOVE_BLOCK] = remove_block,
    [SX_EDIT_MOVE_BLOCK] = move_block,
    [SX_EDIT_SET_PARAM] = set_param,
    [SX_EDIT_SET_LABEL] = set_label,
    [SX_EDIT_SET_FLAG] = set_flag,
    [SX_EDIT_INSERT_LINK] = insert_link,
    [SX_EDIT_REMOVE_LINK] = remove_link,
    [SX_EDIT_INSERT_FRAME] = insert_frame,
    [SX_EDIT_REMOVE_FRAME] = remove_frame,
    [SX_EDIT_SET_FRAME] = set_frame,
    [SX_EDIT_SET_META] = set_meta,
    [SX_EDIT_GROUP] = apply_group,
  };

  return functions[edit->type](self, edit, error);
}

SxEdit *
sx_graph_apply (SxGraph *self, const SxEdit *edit, GError **error)
{
  SxEdit *inverse;

  g_return_val_if_fail (SX_IS_GRAPH (self) && edit != NULL, NULL);
  inverse = apply (self, edit, error);
  if (inverse != NULL)
    sx_graph_emit_changed (self, edit);
  return inverse;
}
