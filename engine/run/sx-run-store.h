/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-run.h"

G_BEGIN_DECLS

/* run.db: what a run has come to. One process writes, any number read at the same time. */
#define SX_RUN_STORE_VERSION 1
typedef struct _SxRunStore SxRunStore;

/* A fold of a trial that was trained to its end. */
typedef struct
{
  guint  trial, fold;
  double value; /* the metric on the fold's validation rows */
  guint  n_iterations;
  double seconds;
} SxRunFold;

SxRunStore *sx_run_store_create (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxRunStore *sx_run_store_open (const char *folder, gboolean is_writer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void        sx_run_store_free (SxRunStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRunStore, sx_run_store_free)

gboolean   sx_run_store_set_state (SxRunStore *self, SxRunState state, const char *message, GError **error);
SxRunState sx_run_store_get_state (SxRunStore *self, char **message);
/* Seconds worked on the run so far, over all sittings. */
gboolean sx_run_store_set_seconds (SxRunStore *self, double seconds, GError **error);
double   sx_run_store_get_seconds (SxRunStore *self);
gboolean sx_run_store_set_report (SxRunStore *self, GVariant *report, guint best, GError **error);
GVariant *sx_run_store_dup_report (SxRunStore *self, guint *best);

/* Writes a new trial, or the same trial further on. */
gboolean   sx_run_store_put_trial (SxRunStore *self, const SxRunTrial *trial, GError **error);
GPtrArray *sx_run_store_list_trials (SxRunStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* by number */
gboolean   sx_run_store_put_fold (SxRunStore *self, const SxRunFold *fold, GError **error);
GArray    *sx_run_store_list_folds (SxRunStore *self, guint trial, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* of SxRunFold, by fold */
gboolean   sx_run_store_put_points (SxRunStore *self, const SxRunPoint *points, guint n_points, GError **error); /* all or none */
GArray    *sx_run_store_list_points (SxRunStore *self, guint trial, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The lock of a run folder: the descriptor that holds it, or -1 with SX_ENGINE_ERROR_RUN when somebody alive works there. */
int  sx_run_lock (const char *folder, GError **error);
void sx_run_unlock (int lock);
/* Who holds it: a live process, or 0. */
GPid sx_run_lock_get_owner (const char *folder);

G_END_DECLS
