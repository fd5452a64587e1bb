/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-runner.h"

G_BEGIN_DECLS

#define SX_RUNNER_NO_TRIAL G_MAXUINT

struct _SxRunner
{
  GObject parent_instance;

  /* Owned */
  SxWorker     *worker;
  GCancellable *cancellable; /* of what is read or compiled now */
  GListStore   *trials;      /* of SxTrialItem, by number */
  SxTrialItem  *final_fit;   /* (nullable) */
  SxJob        *job;
  GPtrArray    *problems;
  GVariant     *report;
  char         *folder;
  char         *model_block;
  char         *message;
  char         *notice;
  char         *phase;

  SxRunnerState state;
  guint         current; /* trial under way; G_MAXUINT: none */
  guint         best;
  guint         n_finished;
  guint64       n_rows;
  guint         n_columns;
  gint64        started;        /* monotonic; 0: the clock stands */
  double        seconds_before; /* of earlier sittings, and of this one once it is over */
  guint         poll;           /* source: a run that another process works on is read again */
  guint         is_resumable : 1;
};

/* ---- changes, each of which is told ---- */
void         sx_runner_say_changed (SxRunner *self);
void         sx_runner_say_points (SxRunner *self, SxTrialItem *item);
void         sx_runner_set_text (SxRunner *self, char **field, const char *text); /* @field: one of the runner's own */
void         sx_runner_set_state (SxRunner *self, SxRunnerState state);
void         sx_runner_set_best (SxRunner *self, guint best);
void         sx_runner_stop_clock (SxRunner *self);
void         sx_runner_forget (SxRunner *self); /* nothing is known of any run */
void         sx_runner_end (SxRunner *self, SxRunnerState state, const char *message);
SxTrialItem *sx_runner_ensure_trial (SxRunner *self, guint number, GVariant *config, const char *origin);
void         sx_runner_count_finished (SxRunner *self);

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
