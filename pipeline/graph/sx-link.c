/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The one rule about links. The graph has no cycle, so a new link makes one exactly when its start can be reached from its end. */

#include "config.h"

#include "sx-graph-private.h"

#include <glib/gi18n-lib.h>

void
sx_link_verdict_clear (SxLinkVerdict *verdict)
{
  g_clear_pointer (&verdict->reason, g_free);
  g_clear_pointer (&verdict->fix, g_free);
  g_clear_pointer (&verdict->replaces, g_free);
}

static gboolean
reaches (SxGraph *graph, SxBlock *from, SxBlock *to)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, from);
  while (stack->len > 0)
    {
      SxBlock *block = g_ptr_array_steal_index_fast (stack, stack->len - 1);

      if (block == to)
        return TRUE;
      if (!g_hash_table_add (seen, block))
        continue;
      for (guint i = 0; i < block->links_out->len; i++)
        g_ptr_array_add (stack, sx_graph_find_block (graph, ((const SxLink *)g_ptr_array_index (block->links_out, i))->to_block));
    }
  return FALSE;
}

static gboolean
has_port (const SxBlockKind *kind, SxPortDirection direction, SxPortType type)
{
  for (const SxPortSpec *port = kind->ports; port->id != NULL; port++)
    if (port->direction == direction && port->type == type)
      return TRUE;
  return FALSE;
}

/* A kind that turns one type into the other. */
static const char *
find_fix (SxPortType from, SxPortType to)
{
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if (has_port (*kind, SX_PORT_IN, from) && has_port (*kind, SX_PORT_OUT, to))
      return (*kind)->id;
  return NULL;
}

static void
refuse (SxLinkVerdict *verdict, char *reason)
{
  verdict->ok = FALSE;
  verdict->reason = reason;
}

static void
check_occupied (SxGraph *self, SxBlock *from, const char *from_port, SxBlock *to, const SxPortSpec *in, SxLinkVerdict *verdict)
{
  for (guint i = 0; i < to->links_in->len; i++)
    {
      const SxLink *link = g_ptr_array_index (to->links_in, i);

      if (!g_str_equal (link->to_port, in->id))
        continue;
      if (g_str_equal (link->from_block, from->id) && g_str_equal (link->from_port, from_port))
        {
          refuse (verdict, g_strdup (_ ("These are linked already")));
          return;
        }
      if ((in->flags & SX_PORT_MANY) == 0)
        verdict->replaces = g_strdup (link->id);
    }
}

void
sx_graph_check_link (SxGraph *self, const char *from_block, const char *from_port, const char *to_block, const char *to_port, SxLinkVerdict *verdict)
{
  SxBlock          *from = sx_graph_find_block (self, from_block), *to = sx_graph_find_block (self, to_block);
  const SxPortSpec *out, *in;

  *verdict = (SxLinkVerdict){ .ok = TRUE };
  if (from == NULL || to == NULL)
    {
      refuse (verdict, g_strdup_printf (_ ("There is no block “%s”"), from == NULL ? from_block : to_block));
      return;
    }
  out = sx_block_kind_find_port (from->kind, from_port);
  in = sx_block_kind_find_port (to->kind, to_port);
  if (out == NULL || in == NULL)
    refuse (verdict, g_strdup_printf (_ ("Block “%s” has no port “%s”"), sx_block_get_title (out == NULL ? from : to), out == NULL ? from_port : to_port));
  else if (out->direction != SX_PORT_OUT || in->direction != SX_PORT_IN)
    refuse (verdict, g_strdup (_ ("A link goes from an output to an input")));
  else if (from == to)
    refuse (verdict, g_strdup (_ ("A block cannot feed itself")));
  else if (out->type != in->type)
    {
      refuse (verdict, g_strdup_printf (_ ("“%s” needs: %s. Got: %s"), sx_block_get_title (to), sx_port_type_get_title (in->type), sx_port_type_get_title (out->type)));
      verdict->fix = g_strdup (find_fix (out->type, in->type));
    }
  else if (reaches (self, to, from))
    refuse (verdict, g_strdup_printf (_ ("This would make a circle: “%s” feeds “%s” already"), sx_block_get_title (to), sx_block_get_title (from)));
  else
    check_occupied (self, from, from_port, to, in, verdict);
}
