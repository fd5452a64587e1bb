/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

G_BEGIN_DECLS

/* What a run folder says, read in a thread. */
typedef struct
{
  char      *folder;
  SxJob     *job;
  SxRunState state;
  char      *message;
  GPtrArray *trials; /* of SxRunTrial */
  GVariant  *report; /* (nullable) */
  guint      best;
  GPid       owner; /* the live process that works on it, or 0 */
} SxRunRecord;

void         sx_run_record_free (SxRunRecord *self);
void         sx_run_record_read_async (const char *folder, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
SxRunRecord *sx_run_record_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRunRecord, sx_run_record_free)

/* A graph compiled and laid down as a new run folder, in a thread. @problems is given on failure too. */
void   sx_run_make_async (SxGraph *graph, const char *folder, const char *model_block, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
SxJob *sx_run_make_finish (GAsyncResult *result, char **run_folder, GPtrArray **problems, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The points of one trial; GArray of SxRunPoint. */
void    sx_run_points_read_async (const char *folder, guint trial, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GArray *sx_run_points_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the runner does with a worker; tests call these with events that they recorded. */
void sx_runner_begin (SxRunner *self, SxJob *job, const char *run_folder); /* running, without a worker */
void sx_runner_take_event (SxRunner *self, const char *name, GVariant *details);
void sx_runner_take_end (SxRunner *self, gboolean ok, const char *message, guint code);
void sx_runner_take_record (SxRunner *self, const SxRunRecord *record);

G_END_DECLS
