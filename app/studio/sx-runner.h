/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-trial-item.h"

G_BEGIN_DECLS

/**
 * SxRunner:
 *
 * The run that a window shows: compiled from its graph, under way in a worker process, or read from a run folder. It lives on the main thread and
 * never makes it wait: compiling and reading a folder are done in threads. What it tells is what the worker's events say while it
 * works, and what the folder says at the end.
 *
 * Properties (read, notify): state, message, folder, phase, n-trials, best, is-busy, can-resume.
 * Signals:
 *   changed ()                 anything that a page shows; comes often: answer it at most once a frame
 *   points-added (SxTrialItem) curves have grown
 *   finished ()                state is done, failed or cancelled now, and everything is known
 */
#define SX_TYPE_RUNNER (sx_runner_get_type ())
G_DECLARE_FINAL_TYPE (SxRunner, sx_runner, SX, RUNNER, GObject)

typedef enum {
  SX_RUNNER_IDLE,
  SX_RUNNER_COMPILING, /* or reading a run folder */
  SX_RUNNER_RUNNING,
  SX_RUNNER_CANCELLING,
  SX_RUNNER_DONE,
  SX_RUNNER_FAILED,
  SX_RUNNER_CANCELLED,
} SxRunnerState;

#define SX_TYPE_RUNNER_STATE (sx_runner_state_get_type ())
GType sx_runner_state_get_type (void);

SxRunner *sx_runner_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * sx_runner_start:
 * @folder: (nullable): where the project's relative file names start
 * @model_block: (nullable): id of the model block to train; may be NULL when there is exactly one
 *
 * Takes a snapshot of @graph, compiles it, makes a run folder and starts a worker on it. Does nothing while it is busy. What is wrong with the
 * project comes as state failed, with the message, and as sx_runner_get_problems().
 */
void sx_runner_start (SxRunner *self, SxGraph *graph, const char *folder, const char *model_block);
/* Shows a run folder as it is; nothing is worked on. */
void sx_runner_open (SxRunner *self, const char *run_folder);
/* Goes on with the run that is shown: one that was cancelled, has failed or was interrupted. */
void sx_runner_resume (SxRunner *self);
/* Asks the work to stop; the state is cancelling until it has. */
void sx_runner_cancel (SxRunner *self);

SxRunnerState sx_runner_get_state (SxRunner *self);
gboolean      sx_runner_is_busy (SxRunner *self); /* compiling, running or cancelling */
gboolean      sx_runner_is_live (SxRunner *self); /* busy by itself: not a run that another process works on */
gboolean      sx_runner_can_resume (SxRunner *self);
const char   *sx_runner_get_message (SxRunner *self);     /* (nullable): why it failed */
const char   *sx_runner_get_notice (SxRunner *self);      /* (nullable): the last warning of the work */
const char   *sx_runner_get_phase (SxRunner *self);       /* (nullable): what it does now */
const char   *sx_runner_get_folder (SxRunner *self);      /* (nullable): the run folder */
const char   *sx_runner_get_model_block (SxRunner *self); /* (nullable): id of the block that it trains */
SxJob        *sx_runner_get_job (SxRunner *self);         /* (nullable) */
GPtrArray    *sx_runner_get_problems (SxRunner *self);    /* (nullable) of SxProblem: what the compiler found, warnings too */
GVariant     *sx_runner_get_report (SxRunner *self);      /* (nullable): final figures, as sx_run_dup_report() */
char         *sx_runner_dup_model_path (SxRunner *self);  /* (nullable): model.sxm, once there is one */

GListModel     *sx_runner_get_trials (SxRunner *self);              /* of SxTrialItem, by number */
SxTrialItem    *sx_runner_get_trial (SxRunner *self, guint number); /* (nullable); 0: the last fit */
SxTrialItem    *sx_runner_get_current (SxRunner *self);             /* (nullable): the trial under way */
guint           sx_runner_get_best (SxRunner *self);                /* number; 0: none yet */
guint           sx_runner_get_n_finished (SxRunner *self);
guint64         sx_runner_get_n_rows (SxRunner *self);
guint           sx_runner_get_n_columns (SxRunner *self);
const SxMetric *sx_runner_get_metric (SxRunner *self); /* (nullable): not known yet */

double sx_runner_get_elapsed (SxRunner *self);   /* seconds worked, over all sittings */
double sx_runner_get_fraction (SxRunner *self);  /* of the budget, 0 to 1; negative: cannot be said */
double sx_runner_get_time_left (SxRunner *self); /* seconds; negative: cannot be said yet */

/* Reads all points of a trial from the run folder, in a thread, once; points-added says when they are there. */
void sx_runner_load_points (SxRunner *self, SxTrialItem *item);

G_END_DECLS
