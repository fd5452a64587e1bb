/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "compile/sx-job.h"
#include "tune/sx-space.h"

G_BEGIN_DECLS

/**
 * SxRun:
 *
 * A run folder: job.yaml, run.db (SQLite, WAL), checkpoints/, model.sxm. The folder is the whole truth: whoever shows a run only
 * reads it. One process at a time may work on it (a lock with pid and start time; a dead owner's lock is taken over).
 */
typedef struct _SxRun SxRun;

typedef enum
{
  SX_RUN_QUEUED,
  SX_RUN_RUNNING,
  SX_RUN_DONE,
  SX_RUN_FAILED,
  SX_RUN_CANCELLED,
  SX_RUN_INTERRUPTED, /* says running, but its process is gone: can be resumed */
} SxRunState;
const char *sx_run_state_get_nick (SxRunState state);
const char *sx_run_state_get_title (SxRunState state);

typedef struct
{
  guint        number;   /* from 1 */
  SxTrialState state;
  GVariant    *config;   /* a{sv} */
  double       value;    /* the metric, in its own direction; NaN when failed */
  double       loss;     /* what the study was told */
  double       seconds;
  guint        n_iterations;
  char        *origin;   /* “portfolio”, “random”, “bayes”, “user” */
  char        *message;  /* (nullable): why it failed or was stopped */
  guint        n_planned; /* iterations that the first fold was to have at most; 0 before it began */
} SxRunTrial;
void sx_run_trial_free (SxRunTrial *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRunTrial, sx_run_trial_free)

typedef struct
{
  guint  trial, fold, iteration;
  double training_loss, validation_loss, seconds;
} SxRunPoint;

/* Runs live in @root (NULL: $XDG_DATA_HOME/sextant/runs) as folders “NAME-YYYYMMDD-HHMMSS-xxxx”, or in the very @folder given. */
SxRun *sx_run_create (SxJob *job, const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxRun *sx_run_open (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* read-only */
void sx_run_free (SxRun *self);
char *sx_run_default_root (void);
GStrv sx_run_list (const char *root);                    /* folders, newest first */
const char *sx_run_get_folder (SxRun *self);
SxJob *sx_run_get_job (SxRun *self);
SxRunState sx_run_get_state (SxRun *self, char **message);
GPid sx_run_get_worker_pid (SxRun *self);                /* the live process that works on it, or 0 */
GPtrArray *sx_run_list_trials (SxRun *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;               /* of SxRunTrial */
GArray *sx_run_list_points (SxRun *self, guint trial, GError **error) G_GNUC_WARN_UNUSED_RESULT;     /* of SxRunPoint; 0: all */
guint sx_run_get_best (SxRun *self);                     /* trial number; 0: none yet */
/* Final figures, of the test rows: `a{sv}`: task, metric, n-rows (t), metrics (a{sd}), classes (as) and confusion (at), truth and predicted (ad) for plots;
 * model/sx-model-evaluate.c describes them. (nullable) before the end. */
GVariant *sx_run_dup_report (SxRun *self);
char *sx_run_dup_model_path (SxRun *self);               /* (nullable) before there is one */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxRun, sx_run_free)

/**
 * sx_run_work:
 * @folder: a run folder, new or interrupted
 * @event: (nullable): called on the working thread with each event (sx-event.h)
 *
 * Does the work, in this process, until done, cancelled (@cancelled becomes non-zero) or failed. Resumes what was begun: finished trials are told
 * to the study again, trials in flight go on from their checkpoints, and the result is that of an undisturbed run.
 */
typedef void (*SxEventFunc) (const char *name, GVariant *details, gpointer user_data);
gboolean sx_run_work (const char *folder, const int *cancelled, SxEventFunc event, gpointer user_data, GError **error);

/**
 * sx_run_calm_threads:
 * @argv: as main() got it
 *
 * For the very beginning of a program that trains in its own process. OpenMP's threads, which libxgboost works with, wait for each other by spinning, and on
 * a machine that does something else as well take many times as long for it. Only the environment that a process begins with can tell
 * them to sleep: so the program begins anew, once, with OMP_WAIT_POLICY=passive. Where that is set, or cannot be, this returns.
 */
void sx_run_calm_threads (char **argv);

/**
 * SxWorker: a `sextant worker` process as seen by its owner (studio, cli). Main-context object; signals:
 *   event (const char *name, GVariant *details); finished (gboolean ok, const char *message, guint code)
 */
#define SX_TYPE_WORKER (sx_worker_get_type ())
G_DECLARE_FINAL_TYPE (SxWorker, sx_worker, SX, WORKER, GObject)
SxWorker *sx_worker_start (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* works on that run folder */
void sx_worker_cancel (SxWorker *self); /* asks; SIGKILL after a grace time of 5 s */
gboolean sx_worker_is_running (SxWorker *self);
/* The other side: what `sextant worker` runs; returns an exit status. */
int sx_worker_main (int fd_in, int fd_out);

/* Frames on the pipe: u32 length (little endian), u32 zero, one GVariant (sa{sv}) in normal form, at most SX_EVENT_MAX_SIZE bytes. */
#define SX_EVENT_MAX_SIZE (4 * 1024 * 1024)
#define SX_EVENT_PROTOCOL 1
/* Returns bytes consumed, 0 when more are needed, -1 with @error on nonsense. */
gssize sx_event_decode (const guint8 *data, gsize size, char **name, GVariant **details, GError **error);
GBytes *sx_event_encode (const char *name, GVariant *details) G_GNUC_WARN_UNUSED_RESULT;
/* Names: hello {protocol, version, pid}, job {folder}, cancel, phase {text}, data {rows, columns}, trial-started {trial, config, origin},
 * epoch {trial, fold, iteration, n-iterations, training-loss, validation-loss}, trial-finished {trial, state, value, seconds, best},
 * log {level, message}, finished {ok, message, model}. */

G_END_DECLS
