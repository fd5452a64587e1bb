/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>

/* Making and changing links. A draft is a link with one end fixed and the other at the pointer; whether it may end somewhere
 * is asked of the graph, which is the only one to know. */

static void
clear_draft (SxLinkDraft *draft)
{
  guint serial = draft->serial;

  g_free (draft->block);
  g_free (draft->port);
  g_free (draft->old_link);
  g_free (draft->target_block);
  g_free (draft->target_port);
  g_free (draft->target_fix);
  *draft = (SxLinkDraft){ .serial = serial };
}

static void
hide_old_link (SxCanvas *self, gboolean hidden)
{
  SxLinkView *link = self->draft.old_link != NULL ? g_hash_table_lookup (self->links, self->draft.old_link) : NULL;

  if (link != NULL)
    link->is_hidden = hidden != FALSE;
}

static void
invalidate_links (SxCanvas *self)
{
  GHashTableIter iter;
  gpointer       link;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    sx_link_view_invalidate (link);
  sx_canvas_world_redraw_blocks (self->world);
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
}

void
sx_canvas_draft_begin (SxCanvas *self, const char *block, const char *port, const char *old_link, gboolean clicking)
{
  SxBlockView      *view = sx_canvas_find_view (self, block);
  int               index = view != NULL ? sx_block_view_find_port (view, port) : -1;
  const SxPortSpec *spec;

  if (index < 0)
    return;
  spec = sx_block_view_get_port (view, (guint)index);
  clear_draft (&self->draft);
  self->draft.is_active = TRUE;
  self->draft.is_clicking = clicking != FALSE;
  self->draft.block = g_strdup (block);
  self->draft.port = g_strdup (port);
  self->draft.old_link = g_strdup (old_link);
  self->draft.direction = spec->direction;
  self->draft.type = spec->type;
  self->draft.x = self->pointer_x;
  self->draft.y = self->pointer_y;
  self->draft.serial++;
  hide_old_link (self, TRUE);
  invalidate_links (self);
}

gboolean
sx_canvas_draft_accepts (SxCanvas *self, const char *block, const char *port, SxLinkVerdict *verdict)
{
  SxLinkDraft *draft = &self->draft;
  g_auto (SxLinkVerdict) own = { 0 };
  SxBlockView *view = sx_canvas_find_view (self, block);
  int          index = view != NULL ? sx_block_view_find_port (view, port) : -1;

  if (verdict == NULL)
    verdict = &own;
  *verdict = (SxLinkVerdict){ 0 };
  if (index < 0 || !draft->is_active)
    return FALSE;
  if (sx_block_view_get_port (view, (guint)index)->direction == draft->direction)
    {
      verdict->reason = g_strdup (draft->direction == SX_PORT_OUT ? _ ("Links end at an input") : _ ("Links start at an output"));
      return FALSE;
    }
  if (draft->direction == SX_PORT_OUT)
    sx_graph_check_link (self->graph, draft->block, draft->port, block, port, verdict);
  else
    sx_graph_check_link (self->graph, block, port, draft->block, draft->port, verdict);
  return verdict->ok;
}

/* Dropped on the block's body: the first port that takes it without replacing, or else any that takes it. */
static const char *
choose_port (SxCanvas *self, SxBlockView *view)
{
  const char *second = NULL, *refused = NULL;

  for (guint i = 0; i < sx_block_view_get_n_ports (view); i++)
    {
      const SxPortSpec *spec = sx_block_view_get_port (view, i);
      g_auto (SxLinkVerdict) verdict = { 0 };

      if (sx_canvas_draft_accepts (self, sx_block_view_get_id (view), spec->id, &verdict))
        {
          if (verdict.replaces == NULL)
            return spec->id;
          second = second != NULL ? second : spec->id;
        }
      else if (spec->direction != self->draft.direction && refused == NULL)
        refused = spec->id;
    }
  return second != NULL ? second : refused;
}

static void
set_target (SxCanvas *self, const char *block, const char *port)
{
  SxLinkDraft *draft = &self->draft;
  g_auto (SxLinkVerdict) verdict = { 0 };
  gboolean is_home = g_strcmp0 (block, draft->block) == 0;

  g_free (draft->target_block);
  g_free (draft->target_port);
  g_clear_pointer (&draft->target_fix, g_free);
  draft->target_block = is_home ? NULL : g_strdup (block);
  draft->target_port = is_home ? NULL : g_strdup (port);
  draft->target_ok = FALSE;
  if (draft->target_port == NULL)
    {
      sx_canvas_overlay_set_reason (self->overlay, block != NULL && !is_home ? _ ("It has no port for this") : NULL, FALSE, draft->x, draft->y);
      return;
    }
  draft->target_ok = sx_canvas_draft_accepts (self, block, port, &verdict);
  draft->target_fix = g_strdup (verdict.fix);
  if (draft->target_ok && verdict.replaces != NULL && g_strcmp0 (verdict.replaces, draft->old_link) != 0)
    sx_canvas_overlay_set_reason (self->overlay, _ ("Replaces the link that is there"), TRUE, draft->x, draft->y);
  else
    sx_canvas_overlay_set_reason (self->overlay, verdict.reason, draft->target_ok, draft->x, draft->y);
}

void
sx_canvas_draft_update (SxCanvas *self, double x, double y)
{
  SxHit       hit;
  const char *block = NULL, *port = NULL;

  if (!self->draft.is_active)
    return;
  self->draft.x = x;
  self->draft.y = y;
  sx_canvas_hit_test (self, x, y, &hit);
  if (hit.type == SX_HIT_PORT)
    {
      block = sx_block_view_get_id (hit.view);
      port = sx_block_view_get_port (hit.view, (guint)hit.port)->id;
    }
  else if (hit.type == SX_HIT_BLOCK)
    {
      block = sx_block_view_get_id (hit.view);
      port = choose_port (self, hit.view);
    }
  set_target (self, block, port);
  gtk_widget_queue_draw (GTK_WIDGET (self->overlay));
}

gboolean
sx_canvas_link (SxCanvas *self, const char *from_block, const char *from_port, const char *to_block, const char *to_port, const char *old_link)
{
  GPtrArray       *edits = sx_canvas_new_edits ();
  g_autofree char *id = sx_graph_make_link_id (self->graph);

  if (old_link != NULL && sx_graph_find_link (self->graph, old_link) != NULL)
    g_ptr_array_add (edits, sx_edit_new_remove_link (old_link));
  g_ptr_array_add (edits, sx_edit_new_insert_link (id, from_block, from_port, to_block, to_port));
  return sx_canvas_do (self, edits, _ ("Move Link"), 0);
}

static gboolean
is_same_link (SxCanvas *self, const SxLinkDraft *draft)
{
  const SxLink *old = draft->old_link != NULL ? sx_graph_find_link (self->graph, draft->old_link) : NULL;

  if (old == NULL)
    return FALSE;
  if (draft->direction == SX_PORT_OUT)
    return g_strcmp0 (old->to_block, draft->target_block) == 0 && g_strcmp0 (old->to_port, draft->target_port) == 0;
  return g_strcmp0 (old->from_block, draft->target_block) == 0 && g_strcmp0 (old->from_port, draft->target_port) == 0;
}

static void
apply_draft (SxCanvas *self, const SxLinkDraft *draft, gboolean is_over_block)
{
  if (draft->target_ok)
    {
      if (is_same_link (self, draft))
        return;
      if (draft->direction == SX_PORT_OUT)
        sx_canvas_link (self, draft->block, draft->port, draft->target_block, draft->target_port, draft->old_link);
      else
        sx_canvas_link (self, draft->target_block, draft->target_port, draft->block, draft->port, draft->old_link);
    }
  else if (draft->target_block != NULL)
    {
      g_auto (SxLinkVerdict) verdict = { 0 };

      if (draft->target_port != NULL)
        sx_canvas_draft_accepts (self, draft->target_block, draft->target_port, &verdict);
      if (verdict.reason != NULL)
        sx_canvas_say (self, verdict.reason, FALSE);
    }
  else if (draft->old_link != NULL)
    {
      GPtrArray *edits = sx_canvas_new_edits ();

      g_ptr_array_add (edits, sx_edit_new_remove_link (draft->old_link));
      sx_canvas_do (self, edits, NULL, 0);
    }
  else if (!is_over_block)
    {
      graphene_point_t point;

      sx_canvas_widget_to_world (self, draft->x, draft->y, &point);
      sx_canvas_request_add (self, sx_canvas_mirror (self, point.x, 0.0), point.y, draft->block, draft->port);
    }
}

void
sx_canvas_draft_end (SxCanvas *self, gboolean cancel)
{
  SxLinkDraft draft;
  SxHit       hit;

  if (!self->draft.is_active)
    return;
  hide_old_link (self, FALSE);
  sx_canvas_overlay_set_reason (self->overlay, NULL, FALSE, 0.0, 0.0);
  if (!cancel)
    {
      sx_canvas_hit_test (self, self->draft.x, self->draft.y, &hit);
      apply_draft (self, &self->draft, hit.view != NULL);
    }
  draft = self->draft;
  self->draft = (SxLinkDraft){ .serial = draft.serial };
  clear_draft (&draft);
  invalidate_links (self);
}

const SxPortSpec *
sx_canvas_find_partner (const SxBlockKind *kind, SxPortDirection direction, SxPortType type)
{
  const SxPortSpec *optional = NULL;

  for (const SxPortSpec *port = kind->ports; port != NULL && port->id != NULL; port++)
    if (port->direction != direction && port->type == type)
      {
        if ((port->flags & SX_PORT_OPTIONAL) == 0)
          return port;
        optional = optional != NULL ? optional : port;
      }
  return optional;
}

static int
compare_left (gconstpointer a, gconstpointer b, gpointer data)
{
  double ax, bx, y;

  sx_block_view_get_origin (sx_canvas_find_view (data, *(char *const *)a), &ax, &y);
  sx_block_view_get_origin (sx_canvas_find_view (data, *(char *const *)b), &bx, &y);
  return ax < bx ? -1 : ax > bx;
}

/* Joins neighbours of the selection, in reading direction, wherever a pair of ports allows. */
void
sx_canvas_link_selection (SxCanvas *self)
{
  g_auto (GStrv) ids = sx_canvas_get_selection (self);
  guint      n = g_strv_length (ids), made = 0;
  GPtrArray *edits = sx_canvas_new_edits ();

  g_qsort_with_data (ids, (int)n, sizeof (char *), compare_left, self);
  for (guint i = 0; i + 1 < n; i++)
    {
      const char  *from_id = ids[self->style.is_rtl ? i + 1 : i], *to_id = ids[self->style.is_rtl ? i : i + 1];
      SxBlockView *from = sx_canvas_find_view (self, from_id), *to = sx_canvas_find_view (self, to_id);
      gboolean     is_done = FALSE;

      for (guint a = 0; a < sx_block_view_get_n_ports (from) && !is_done; a++)
        for (guint b = 0; b < sx_block_view_get_n_ports (to) && !is_done; b++)
          {
            const SxPortSpec *out = sx_block_view_get_port (from, a), *in = sx_block_view_get_port (to, b);
            g_auto (SxLinkVerdict) verdict = { 0 };
            g_autofree char *id = NULL;

            if (out->direction != SX_PORT_OUT || in->direction != SX_PORT_IN)
              continue;
            sx_graph_check_link (self->graph, from_id, out->id, to_id, in->id, &verdict);
            if (!verdict.ok || verdict.replaces != NULL)
              continue;
            id = sx_canvas_make_link_id (self, made++);
            g_ptr_array_add (edits, sx_edit_new_insert_link (id, from_id, out->id, to_id, in->id));
            is_done = TRUE;
          }
    }
  if (made == 0)
    sx_canvas_say (self, _ ("No two of these blocks can be linked"), FALSE);
  sx_canvas_do (self, edits, _ ("Link Blocks"), 0);
}
