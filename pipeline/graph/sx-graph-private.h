/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-graph.h"

G_BEGIN_DECLS

#define SX_POSITION_END G_MAXUINT

struct _SxBlock
{
  GObject parent_instance;

  char              *id;
  const SxBlockKind *kind;
  char              *label; /* (nullable) */
  double             x, y;
  GVariant          *params; /* a{sv}, in the order of the kind's specs, none at its default */
  gboolean           is_muted;
  gboolean           is_collapsed;
  guint              line;

  GPtrArray *links_in; /* of SxLink, borrowed from the graph, in link order */
  GPtrArray *links_out;

  SxBlockState state;
  double       progress;
  char        *message;
};

struct _SxGraph
{
  GObject parent_instance;

  GPtrArray  *blocks; /* of SxBlock */
  GHashTable *block_index;
  GPtrArray  *links; /* of SxLink */
  GHashTable *link_index;
  GPtrArray  *frames; /* of SxGraphFrame */
  GHashTable *meta;
};

/* One change. Which members count hangs on the type. */
struct _SxEdit
{
  gatomicrefcount    ref_count;
  SxEditType         type;
  char              *target;   /* id of block, link or frame */
  guint              position; /* INSERT_*: where in the list; SX_POSITION_END */
  const SxBlockKind *kind;
  double             x, y;
  GVariant          *value; /* INSERT_BLOCK: params; SET_PARAM: (nullable) */
  char              *key;   /* SET_PARAM, SET_FLAG, SET_META */
  char              *text;  /* (nullable): label, meta value; GROUP: label */
  gboolean           flag;  /* SET_FLAG */
  gboolean           is_muted, is_collapsed;
  SxLink             link; /* INSERT_LINK; its id is the target */
  SxGraphFrame       frame;
  GPtrArray         *children; /* GROUP */
};

SxEdit       *sx_edit_new (SxEditType type, const char *target) G_GNUC_WARN_UNUSED_RESULT;
void          sx_link_clear (SxLink *self);
void          sx_graph_frame_clear (SxGraphFrame *self);
SxGraphFrame *sx_graph_frame_copy (const SxGraphFrame *self);

/* The parts of the graph that edits change; they check nothing and tell nobody but list models. */
SxBlock *sx_block_new (const char *id, const SxBlockKind *kind);
guint    sx_graph_insert_block (SxGraph *self, SxBlock *block, guint position);
guint    sx_graph_take_block (SxGraph *self, SxBlock *block); /* its links are gone already; returns where it stood */
void     sx_graph_insert_link (SxGraph *self, SxLink *link, guint position);
guint    sx_graph_take_link (SxGraph *self, SxLink *link); /* the link is the caller's afterwards */
void     sx_graph_emit_changed (SxGraph *self, const SxEdit *edit);

/* @values checked against @kind, in the order of its specs, without those at their default; NULL with SX_PIPELINE_ERROR_PARAM. */
GVariant *sx_params_normalise (const SxBlockKind *kind, GVariant *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is @id fit to name a block, link or frame: letters, digits, - and _; at most SX_ID_MAX_LENGTH bytes. */
gboolean sx_id_is_valid (const char *id);

G_END_DECLS
