/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-pipeline.h>

G_BEGIN_DECLS

/**
 * SxDocument:
 *
 * A project that is being edited: its graph, the history of its edits, the file it is saved in, and the journal that keeps what was
 * not saved. A document without a file has a name of its own for the journal, so that a crash loses nothing of it either.
 *
 * Properties: `path` (nullable), `title`, `is-modified`.
 *
 * Signals: `changed-on-disk ()`: another program wrote other content to the file. Nothing was done about it; sx_document_reload() or
 * sx_document_save() will.
 */
#define SX_TYPE_DOCUMENT (sx_document_get_type ())
G_DECLARE_FINAL_TYPE (SxDocument, sx_document, SX, DOCUMENT, GObject)

SxDocument *sx_document_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Brings back edits that were never saved, as one step that can be undone; sx_document_get_n_recovered() says how many. */
SxDocument *sx_document_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A sample: a document without a file, whose data are found where the sample's are. */
SxDocument *sx_document_open_copy (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One of sx_document_list_unsaved(). */
SxDocument *sx_document_recover (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What a crash left: paths of projects, and names of documents that never had a file. */
GStrv sx_document_list_unsaved (void) G_GNUC_WARN_UNUSED_RESULT;

SxGraph    *sx_document_get_graph (SxDocument *self);
SxHistory  *sx_document_get_history (SxDocument *self);
const char *sx_document_get_path (SxDocument *self); /* (nullable) */
const char *sx_document_get_title (SxDocument *self);
gboolean    sx_document_is_modified (SxDocument *self);
guint       sx_document_get_n_recovered (SxDocument *self);
/* (nullable): why edits are not journaled. */
const char *sx_document_get_journal_problem (SxDocument *self);
/* Where relative paths start; NULL for a document without a file, whose paths are absolute. */
char *sx_document_dup_folder (SxDocument *self);
/* A file as parameters should say it: relative to the project where it lies below it. */
char *sx_document_dup_reference (SxDocument *self, const char *path);

/**
 * sx_document_save:
 * @path: (nullable): where to; NULL: where it was
 *
 * Saved to another folder, parameters that name files are changed so that they name the same ones. When saving fails nothing has
 * changed, on disk or here.
 */
gboolean sx_document_save (SxDocument *self, const char *path, GError **error);
/* Takes what the file holds now, as one step that can be undone. */
gboolean sx_document_reload (SxDocument *self, GError **error);
/* Everything of @graph in place of what is there, as one step. */
gboolean sx_document_replace (SxDocument *self, SxGraph *graph, const char *label, GError **error);
/* What was not saved is not wanted: it will not be brought back. */
void sx_document_discard (SxDocument *self);

G_END_DECLS
