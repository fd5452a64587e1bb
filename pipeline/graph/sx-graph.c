/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The graph and its blocks: what there is and how it is found. Changing it is in sx-edit-apply.c, the rule about links in sx-link.c. */

#include "config.h"

#include "sx-graph-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- blocks ---- */

G_DEFINE_FINAL_TYPE (SxBlock, sx_block, G_TYPE_OBJECT)

static void
sx_block_finalize (GObject *object)
{
  SxBlock *self = SX_BLOCK (object);

  g_free (self->id);
  g_free (self->label);
  g_free (self->message);
  g_variant_unref (self->params);
  g_ptr_array_unref (self->links_in);
  g_ptr_array_unref (self->links_out);
  G_OBJECT_CLASS (sx_block_parent_class)->finalize (object);
}

static void
sx_block_class_init (SxBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sx_block_finalize;
}

static void
sx_block_init (SxBlock *self)
{
  self->params = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->links_in = g_ptr_array_new ();
  self->links_out = g_ptr_array_new ();
}

SxBlock *
sx_block_new (const char *id, const SxBlockKind *kind)
{
  SxBlock *self = g_object_new (SX_TYPE_BLOCK, NULL);

  self->id = g_strdup (id);
  self->kind = kind;
  return self;
}

const char *
sx_block_get_id (SxBlock *self)
{
  return self->id;
}

const SxBlockKind *
sx_block_get_kind (SxBlock *self)
{
  return self->kind;
}

const char *
sx_block_get_title (SxBlock *self)
{
  return self->label != NULL ? self->label : _ (self->kind->title);
}

const char *
sx_block_get_label (SxBlock *self)
{
  return self->label;
}

void
sx_block_get_position (SxBlock *self, double *x, double *y)
{
  *x = self->x;
  *y = self->y;
}

GVariant *
sx_block_get_params (SxBlock *self)
{
  return self->params;
}

SxParams *
sx_block_dup_params (SxBlock *self, GError **error)
{
  SxParams *params = sx_params_new (self->kind, self->params, error);

  if (params == NULL)
    g_prefix_error (error, _ ("Block “%s”: "), sx_block_get_title (self));
  return params;
}

gboolean
sx_block_is_muted (SxBlock *self)
{
  return self->is_muted;
}

gboolean
sx_block_is_collapsed (SxBlock *self)
{
  return self->is_collapsed;
}

SxBlockState
sx_block_get_state (SxBlock *self, double *progress, const char **message)
{
  if (progress != NULL)
    *progress = self->progress;
  if (message != NULL)
    *message = self->message;
  return self->state;
}

guint
sx_block_get_line (SxBlock *self)
{
  return self->line;
}

/* ---- the graph as a list of blocks ---- */

static GType
get_item_type (GListModel *model)
{
  return SX_TYPE_BLOCK;
}

static guint
get_n_items (GListModel *model)
{
  return SX_GRAPH (model)->blocks->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SxGraph *self = SX_GRAPH (model);

  return position < self->blocks->len ? g_object_ref (g_ptr_array_index (self->blocks, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SxGraph, sx_graph, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum {
  CHANGED,
  STATE_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

void
sx_link_clear (SxLink *self)
{
  g_free (self->id);
  g_free (self->from_block);
  g_free (self->from_port);
  g_free (self->to_block);
  g_free (self->to_port);
  *self = (SxLink){ NULL };
}

static void
free_link (gpointer link)
{
  sx_link_clear (link);
  g_free (link);
}

void
sx_graph_frame_clear (SxGraphFrame *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->text);
  *self = (SxGraphFrame){ NULL };
}

SxGraphFrame *
sx_graph_frame_copy (const SxGraphFrame *self)
{
  SxGraphFrame *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->title = g_strdup (self->title);
  copy->text = g_strdup (self->text);
  return copy;
}

static void
free_frame (gpointer frame)
{
  sx_graph_frame_clear (frame);
  g_free (frame);
}

static void
sx_graph_finalize (GObject *object)
{
  SxGraph *self = SX_GRAPH (object);

  g_hash_table_unref (self->block_index);
  g_hash_table_unref (self->link_index);
  g_hash_table_unref (self->meta);
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->links);
  g_ptr_array_unref (self->frames);
  G_OBJECT_CLASS (sx_graph_parent_class)->finalize (object);
}

static void
sx_graph_class_init (SxGraphClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sx_graph_finalize;
  signals[CHANGED] = g_signal_new ("changed", SX_TYPE_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[STATE_CHANGED] = g_signal_new ("state-changed", SX_TYPE_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sx_graph_init (SxGraph *self)
{
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  self->block_index = g_hash_table_new (g_str_hash, g_str_equal);
  self->links = g_ptr_array_new_with_free_func (free_link);
  self->link_index = g_hash_table_new (g_str_hash, g_str_equal);
  self->frames = g_ptr_array_new_with_free_func (free_frame);
  self->meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

SxGraph *
sx_graph_new (void)
{
  return g_object_new (SX_TYPE_GRAPH, NULL);
}

/* ---- parts that edits change ---- */

guint
sx_graph_insert_block (SxGraph *self, SxBlock *block, guint position)
{
  position = MIN (position, self->blocks->len);
  g_ptr_array_insert (self->blocks, (int)position, g_object_ref (block));
  g_hash_table_insert (self->block_index, block->id, block);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  return position;
}

guint
sx_graph_take_block (SxGraph *self, SxBlock *block)
{
  guint position = 0;

  g_assert (block->links_in->len == 0 && block->links_out->len == 0);
  g_assert (g_ptr_array_find (self->blocks, block, &position));
  g_hash_table_remove (self->block_index, block->id);
  g_ptr_array_remove_index (self->blocks, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  return position;
}

/* Puts @link among @links so that they stay in link order. */
static void
insert_ordered (SxGraph *self, GPtrArray *links, SxLink *link, guint position)
{
  guint at = links->len;

  if (position < self->links->len - 1)
    for (at = 0; at < links->len; at++)
      {
        guint other = 0;

        g_ptr_array_find (self->links, g_ptr_array_index (links, at), &other);
        if (other > position)
          break;
      }
  g_ptr_array_insert (links, (int)at, link);
}

void
sx_graph_insert_link (SxGraph *self, SxLink *link, guint position)
{
  position = MIN (position, self->links->len);
  g_ptr_array_insert (self->links, (int)position, link);
  g_hash_table_insert (self->link_index, link->id, link);
  insert_ordered (self, sx_graph_find_block (self, link->from_block)->links_out, link, position);
  insert_ordered (self, sx_graph_find_block (self, link->to_block)->links_in, link, position);
}

guint
sx_graph_take_link (SxGraph *self, SxLink *link)
{
  guint position = 0;

  g_assert (g_ptr_array_find (self->links, link, &position));
  g_hash_table_remove (self->link_index, link->id);
  g_ptr_array_remove (sx_graph_find_block (self, link->from_block)->links_out, link);
  g_ptr_array_remove (sx_graph_find_block (self, link->to_block)->links_in, link);
  g_ptr_array_steal_index (self->links, position);
  return position;
}

void
sx_graph_emit_changed (SxGraph *self, const SxEdit *edit)
{
  g_signal_emit (self, signals[CHANGED], 0, edit);
}

void
sx_graph_set_block_state (SxGraph *self, const char *id, SxBlockState state, double progress, const char *message)
{
  SxBlock *block = sx_graph_find_block (self, id);

  if (block == NULL || (block->state == state && block->progress == progress && g_strcmp0 (block->message, message) == 0))
    return;
  block->state = state;
  block->progress = progress;
  g_free (block->message);
  block->message = g_strdup (message);
  g_signal_emit (self, signals[STATE_CHANGED], 0, id);
}

/* ---- finding ---- */

const char *
sx_graph_get_meta (SxGraph *self, const char *key)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), NULL);
  return g_hash_table_lookup (self->meta, key);
}

guint
sx_graph_get_n_blocks (SxGraph *self)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), 0);
  return self->blocks->len;
}

SxBlock *
sx_graph_get_block (SxGraph *self, guint index)
{
  g_return_val_if_fail (SX_IS_GRAPH (self) && index < self->blocks->len, NULL);
  return g_ptr_array_index (self->blocks, index);
}

SxBlock *
sx_graph_find_block (SxGraph *self, const char *id)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), NULL);
  return id != NULL ? g_hash_table_lookup (self->block_index, id) : NULL;
}

guint
sx_graph_get_n_links (SxGraph *self)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), 0);
  return self->links->len;
}

const SxLink *
sx_graph_get_link (SxGraph *self, guint index)
{
  g_return_val_if_fail (SX_IS_GRAPH (self) && index < self->links->len, NULL);
  return g_ptr_array_index (self->links, index);
}

const SxLink *
sx_graph_find_link (SxGraph *self, const char *id)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), NULL);
  return id != NULL ? g_hash_table_lookup (self->link_index, id) : NULL;
}

GPtrArray *
sx_graph_list_links (SxGraph *self, const char *id, SxPortDirection direction, const char *port)
{
  SxBlock   *block = sx_graph_find_block (self, id);
  GPtrArray *result = g_ptr_array_new ();
  GPtrArray *links;

  if (block == NULL)
    return result;
  links = direction == SX_PORT_IN ? block->links_in : block->links_out;
  for (guint i = 0; i < links->len; i++)
    {
      SxLink *link = g_ptr_array_index (links, i);

      if (port == NULL || g_str_equal (direction == SX_PORT_IN ? link->to_port : link->from_port, port))
        g_ptr_array_add (result, link);
    }
  return result;
}

guint
sx_graph_get_n_frames (SxGraph *self)
{
  g_return_val_if_fail (SX_IS_GRAPH (self), 0);
  return self->frames->len;
}

const SxGraphFrame *
sx_graph_get_frame (SxGraph *self, guint index)
{
  g_return_val_if_fail (SX_IS_GRAPH (self) && index < self->frames->len, NULL);
  return g_ptr_array_index (self->frames, index);
}

/* A block on the way of the walk, and how many of its links have been followed. */
typedef struct
{
  SxBlock *block;
  guint    n_followed;
} Visit;

GPtrArray *
sx_graph_sort_upstream (SxGraph *self, const char *id)
{
  GPtrArray *sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Visit));
  SxBlock *start = sx_graph_find_block (self, id);
  Visit    first = { start, 0 };

  if (start == NULL)
    return sorted;
  g_hash_table_add (seen, start);
  g_array_append_val (stack, first);
  while (stack->len > 0)
    {
      Visit *visit = &g_array_index (stack, Visit, stack->len - 1);

      if (visit->n_followed < visit->block->links_in->len)
        {
          const SxLink *link = g_ptr_array_index (visit->block->links_in, visit->n_followed++);
          Visit         next = { sx_graph_find_block (self, link->from_block), 0 };

          if (g_hash_table_add (seen, next.block))
            g_array_append_val (stack, next);
          continue;
        }
      g_ptr_array_add (sorted, visit->block);
      g_array_set_size (stack, stack->len - 1);
    }
  return sorted;
}

/* ---- ids ---- */

gboolean
sx_id_is_valid (const char *id)
{
  gsize size = id != NULL ? strlen (id) : 0;

  if (size == 0 || size > SX_ID_MAX_LENGTH)
    return FALSE;
  for (const char *at = id; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-' && *at != '_')
      return FALSE;
  return TRUE;
}

char *
sx_graph_make_block_id (SxGraph *self, const SxBlockKind *kind)
{
  const char *dot = strrchr (kind->id, '.');
  const char *name = dot != NULL ? dot + 1 : kind->id;
  char       *id = g_strdup (name);

  for (guint i = 2; sx_graph_find_block (self, id) != NULL; i++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", name, i);
    }
  return id;
}

char *
sx_graph_make_link_id (SxGraph *self)
{
  char *id = NULL;
  guint i = self->links->len;

  do
    {
      g_free (id);
      id = g_strdup_printf ("l%u", ++i);
    }
  while (sx_graph_find_link (self, id) != NULL);
  return id;
}

/* ---- copying ---- */

SxGraph *
sx_graph_snapshot (SxGraph *self)
{
  SxGraph       *copy = sx_graph_new ();
  GHashTableIter iter;
  gpointer       key, value;

  for (guint i = 0; i < self->blocks->len; i++)
    {
      SxBlock *from = g_ptr_array_index (self->blocks, i);
      g_autoptr (SxBlock) to = sx_block_new (from->id, from->kind);

      to->label = g_strdup (from->label);
      to->x = from->x;
      to->y = from->y;
      to->is_muted = from->is_muted;
      to->is_collapsed = from->is_collapsed;
      to->line = from->line;
      g_variant_unref (to->params);
      to->params = g_variant_ref (from->params);
      sx_graph_insert_block (copy, to, SX_POSITION_END);
    }
  for (guint i = 0; i < self->links->len; i++)
    {
      const SxLink *from = g_ptr_array_index (self->links, i);
      SxLink       *to = g_new (SxLink, 1);

      *to = (SxLink){ g_strdup (from->id), g_strdup (from->from_block), g_strdup (from->from_port), g_strdup (from->to_block), g_strdup (from->to_port) };
      sx_graph_insert_link (copy, to, SX_POSITION_END);
    }
  for (guint i = 0; i < self->frames->len; i++)
    g_ptr_array_add (copy->frames, sx_graph_frame_copy (g_ptr_array_index (self->frames, i)));
  g_hash_table_iter_init (&iter, self->meta);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->meta, g_strdup (key), g_strdup (value));
  return copy;
}
