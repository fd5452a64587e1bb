/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "blocks/sx-block-kind.h"

G_BEGIN_DECLS

/**
 * SxGraph:
 *
 * The one graph that canvas, project file, compile step and command line share: blocks and the links between their ports.
 * All changes go through sx_graph_apply() with an #SxEdit. Blocks, links and frames have stable string ids that survive
 * saving, undo and copying of the file. A #GListModel of #SxBlock in insertion order. Main thread only.
 *
 * Invariants, always: ids are unique; each link joins an output to an input of an equal port type; an input without
 * SX_PORT_MANY has at most one link; there is no cycle.
 *
 * Signals: `changed (gpointer edit)` after each applied edit, with the #SxEdit; `state-changed (const char *block_id)` when a
 * block's run state (not part of the document) changed.
 */
#define SX_TYPE_GRAPH (sx_graph_get_type ())
G_DECLARE_FINAL_TYPE (SxGraph, sx_graph, SX, GRAPH, GObject)

#define SX_TYPE_BLOCK (sx_block_get_type ())
G_DECLARE_FINAL_TYPE (SxBlock, sx_block, SX, BLOCK, GObject)

typedef struct _SxEdit SxEdit;

#define SX_GRAPH_MAX_BLOCKS 100000
#define SX_ID_MAX_LENGTH 64

/* A link from an output port to an input port. */
typedef struct
{
  char *id;
  char *from_block, *from_port;
  char *to_block, *to_port;
} SxLink;

/* A titled rectangle behind blocks, or, without a rectangle's members, a note. */
typedef struct
{
  char  *id;
  char  *title;
  char  *text; /* (nullable): a note's text */
  double x, y, width, height;
} SxGraphFrame;

/* What a block is doing, for badges and rings; transient, never saved. */
typedef enum {
  SX_BLOCK_IDLE,
  SX_BLOCK_WAITING,
  SX_BLOCK_RUNNING,
  SX_BLOCK_DONE,
  SX_BLOCK_STALE,
  SX_BLOCK_FAILED,
} SxBlockState;

SxGraph *sx_graph_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* The document's other parts: title, notes to the reader, settings of the run. Set through SX_EDIT_SET_META. */
const char   *sx_graph_get_meta (SxGraph *self, const char *key); /* “title”, “description”, “seed”, “budget”, “trials”, “metric” */
guint         sx_graph_get_n_blocks (SxGraph *self);
SxBlock      *sx_graph_get_block (SxGraph *self, guint index);     /* borrowed */
SxBlock      *sx_graph_find_block (SxGraph *self, const char *id); /* borrowed, (nullable); O(1) */
guint         sx_graph_get_n_links (SxGraph *self);
const SxLink *sx_graph_get_link (SxGraph *self, guint index);
const SxLink *sx_graph_find_link (SxGraph *self, const char *id);
/* Links that end (IN) or start (OUT) at @block, at @port or at any when NULL; of const SxLink, in link order. */
GPtrArray          *sx_graph_list_links (SxGraph *self, const char *block, SxPortDirection direction, const char *port) G_GNUC_WARN_UNUSED_RESULT;
guint               sx_graph_get_n_frames (SxGraph *self);
const SxGraphFrame *sx_graph_get_frame (SxGraph *self, guint index);
/* Blocks upstream of @block (it included), each after all that it needs; of borrowed SxBlock. */
GPtrArray *sx_graph_sort_upstream (SxGraph *self, const char *block) G_GNUC_WARN_UNUSED_RESULT;
/* A fresh id such as “impute-2” for a new block of @kind; “l12” for a link. Deterministic for a graph. */
char *sx_graph_make_block_id (SxGraph *self, const SxBlockKind *kind) G_GNUC_WARN_UNUSED_RESULT;
char *sx_graph_make_link_id (SxGraph *self) G_GNUC_WARN_UNUSED_RESULT;

const char        *sx_block_get_id (SxBlock *self);
const SxBlockKind *sx_block_get_kind (SxBlock *self);
const char        *sx_block_get_title (SxBlock *self); /* the user's name for it, or the kind's title, translated */
const char        *sx_block_get_label (SxBlock *self); /* (nullable): the user's name only */
void               sx_block_get_position (SxBlock *self, double *x, double *y);
GVariant          *sx_block_get_params (SxBlock *self); /* borrowed a{sv}: only what was set */
/* Checked view for running; NULL with an error naming block and parameter. */
SxParams    *sx_block_dup_params (SxBlock *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean     sx_block_is_muted (SxBlock *self);
gboolean     sx_block_is_collapsed (SxBlock *self);
SxBlockState sx_block_get_state (SxBlock *self, double *progress, const char **message);
void         sx_graph_set_block_state (SxGraph *self, const char *block, SxBlockState state, double progress, const char *message);
/* Where the block stood in the project file, for messages; 0 when it was not loaded. */
guint sx_block_get_line (SxBlock *self);

/**
 * SxLinkVerdict:
 * @ok: the link may be made
 * @reason: (nullable): translated; why not, “Needs a table, got a model”
 * @fix: (nullable): kind id of a block that, put between, would make it work
 * @replaces: (nullable): id of the link at the input that would be replaced; @ok is TRUE then
 */
typedef struct
{
  gboolean ok;
  char    *reason;
  char    *fix;
  char    *replaces;
} SxLinkVerdict;

/* The only rule about links: canvas, command line and loader all ask here. */
void sx_graph_check_link (SxGraph *self, const char *from_block, const char *from_port, const char *to_block, const char *to_port, SxLinkVerdict *verdict);
void sx_link_verdict_clear (SxLinkVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxLinkVerdict, sx_link_verdict_clear)

/**
 * SxProblem:
 *
 * Something that keeps a block from running: an unset parameter, a missing column, an unlinked input.
 */
typedef struct
{
  char    *block;   /* (nullable) id */
  char    *param;   /* (nullable) id */
  char    *message; /* translated, with what to do */
  gboolean is_warning;
} SxProblem;

void sx_problem_free (SxProblem *self);

/**
 * sx_graph_describe:
 * @block: id of a block with a table output
 *
 * The schema that leaves @block, found by describing everything upstream. Fails at the first block that cannot say,
 * naming it. Caches by content, so that asking for all blocks of a graph is linear.
 */
SxSchema *sx_graph_describe (SxGraph *self, const char *block, const char *folder, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The table that leaves @block, for previews: at most @max_rows rows are read from sources (0: all). Learning blocks are fitted
 * on what is there, which the preview says. Safe to call in a thread on a sx_graph_snapshot(). */
SxFrame *sx_graph_preview (SxGraph *self, const char *block, const char *folder, guint64 max_rows, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A deep copy for a thread to read. */
SxGraph   *sx_graph_snapshot (SxGraph *self) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *sx_graph_list_problems (SxGraph *self, const char *folder) G_GNUC_WARN_UNUSED_RESULT; /* of SxProblem */

/* ---- edits ---- */

typedef enum {
  SX_EDIT_INSERT_BLOCK,
  SX_EDIT_REMOVE_BLOCK, /* removes its links too; the inverse brings all back */
  SX_EDIT_MOVE_BLOCK,
  SX_EDIT_SET_PARAM, /* a NULL value unsets */
  SX_EDIT_SET_LABEL,
  SX_EDIT_SET_FLAG,    /* “muted”, “collapsed” */
  SX_EDIT_INSERT_LINK, /* replaces the link at a single input; the inverse restores it */
  SX_EDIT_REMOVE_LINK,
  SX_EDIT_INSERT_FRAME,
  SX_EDIT_REMOVE_FRAME,
  SX_EDIT_SET_FRAME,
  SX_EDIT_SET_META,
  SX_EDIT_GROUP, /* several edits as one, applied all or none */
} SxEditType;

SxEdit *sx_edit_new_insert_block (const char *id, const SxBlockKind *kind, double x, double y, GVariant *params, const char *label);
SxEdit *sx_edit_new_remove_block (const char *id);
SxEdit *sx_edit_new_move_block (const char *id, double x, double y);
SxEdit *sx_edit_new_set_param (const char *block, const char *param, GVariant *value);
SxEdit *sx_edit_new_set_label (const char *block, const char *label);
SxEdit *sx_edit_new_set_flag (const char *block, const char *flag, gboolean value);
SxEdit *sx_edit_new_insert_link (const char *id, const char *from_block, const char *from_port, const char *to_block, const char *to_port);
SxEdit *sx_edit_new_remove_link (const char *id);
SxEdit *sx_edit_new_insert_frame (const SxGraphFrame *frame);
SxEdit *sx_edit_new_remove_frame (const char *id);
SxEdit *sx_edit_new_set_frame (const SxGraphFrame *frame);
SxEdit *sx_edit_new_set_meta (const char *key, const char *value);
/* @edits: (element-type SxEdit) (transfer full); @label: translated, what the history shows. */
SxEdit       *sx_edit_new_group (GPtrArray *edits, const char *label);
SxEdit       *sx_edit_ref (SxEdit *self);
void          sx_edit_unref (SxEdit *self);
SxEditType    sx_edit_get_edit_type (const SxEdit *self);
const char   *sx_edit_get_target (const SxEdit *self);     /* (nullable): block, link or frame id */
guint         sx_edit_get_n_children (const SxEdit *self); /* GROUP */
const SxEdit *sx_edit_get_child (const SxEdit *self, guint child);
char         *sx_edit_dup_label (const SxEdit *self, SxGraph *graph); /* “Move Impute” */
/* One line of JSON-free text for the journal, and back. */
GVariant *sx_edit_to_variant (const SxEdit *self);
SxEdit   *sx_edit_from_variant (GVariant *variant, GError **error);

/**
 * sx_graph_apply:
 *
 * Changes the graph, or leaves it untouched and fails (SX_PIPELINE_ERROR_LINK, _PARAM, _LIMIT, …).
 * Returns: (transfer full): the edit that undoes this one exactly
 */
SxEdit *sx_graph_apply (SxGraph *self, const SxEdit *edit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxEdit, sx_edit_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxProblem, sx_problem_free)

/**
 * SxHistory:
 *
 * Undo and redo over an #SxGraph. Everything that edits calls sx_history_do(). Edits of one gesture id (a drag) merge
 * into one step; so does typing into one parameter within a second. A #GListModel of steps for the history popover.
 * Properties: `can-undo`, `can-redo`, `undo-label`, `redo-label`.
 */
#define SX_TYPE_HISTORY (sx_history_get_type ())
G_DECLARE_FINAL_TYPE (SxHistory, sx_history, SX, HISTORY, GObject)

SxHistory *sx_history_new (SxGraph *graph) G_GNUC_WARN_UNUSED_RESULT;
SxGraph   *sx_history_get_graph (SxHistory *self);
/* @gesture: 0, or an id that merges with the previous step of the same id. @edit is not consumed. */
gboolean sx_history_do (SxHistory *self, const SxEdit *edit, guint gesture, GError **error);
guint    sx_history_begin_gesture (SxHistory *self); /* a fresh gesture id */
gboolean sx_history_undo (SxHistory *self);
gboolean sx_history_redo (SxHistory *self);
gboolean sx_history_can_undo (SxHistory *self);
gboolean sx_history_can_redo (SxHistory *self);

/**
 * SxJournal:
 *
 * Append-only record of the edits since the last save, so that kill -9 loses nothing older than one second. One file a
 * document under $XDG_STATE_HOME/sextant/journal; framed records with a checksum; a torn tail is cut off at reading.
 * Appending never blocks the main loop: a thread writes and syncs.
 */
typedef struct _SxJournal SxJournal;

/* @document: absolute path of the project, or an untitled document's uuid. */
SxJournal *sx_journal_open (const char *document, SxGraph *graph, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* records each `changed` */
void       sx_journal_flush (SxJournal *self);                                                               /* waits until all is on disk */
void       sx_journal_truncate (SxJournal *self);                                                            /* after a save */
void       sx_journal_close (SxJournal *self);                                                               /* keeps the file */
/* Edits found for @document and not saved; applies them to @graph. Returns how many, 0 when none. */
guint sx_journal_recover (const char *document, SxGraph *graph, GError **error);
/* Documents with unsaved journals: absolute paths and untitled uuids. */
GStrv sx_journal_list (void);
void  sx_journal_discard (const char *document);

/**
 * Project file: `NAME.sextant`, YAML (pipeline/FORMAT.md). Load → save is byte-equal for files Sextant wrote.
 */
#define SX_PROJECT_VERSION 1
SxGraph *sx_project_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxGraph *sx_project_parse (const char *text, gssize size, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char    *sx_project_to_text (SxGraph *graph, gsize *size) G_GNUC_WARN_UNUSED_RESULT;
gboolean sx_project_save (SxGraph *graph, const char *path, GError **error);

G_END_DECLS
