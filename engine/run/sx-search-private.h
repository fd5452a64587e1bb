/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_ENGINE_COMPILATION
#error "private to engine/"
#endif

#include "sx-run-store.h"

#include "model/sx-model.h"

G_BEGIN_DECLS

/* ---- the watch ---- */

/* A thread that looks at the clock of the outer world while the search computes: it passes a cancellation on, and notices when the process has
 * grown over its share of memory. */
typedef struct _SxWatch SxWatch;

/* @cancelled: (nullable); @memory_limit: bytes that the process may hold. */
SxWatch      *sx_watch_new (const int *cancelled, gsize memory_limit) G_GNUC_WARN_UNUSED_RESULT;
void          sx_watch_free (SxWatch *self);
void          sx_watch_look (SxWatch *self); /* passes a cancellation on at once, not at the thread's next look */
const int    *sx_watch_get_flag (SxWatch *self); /* for trainings to poll; non-zero: stop */
GCancellable *sx_watch_get_cancellable (SxWatch *self);
gboolean      sx_watch_is_over_limit (SxWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxWatch, sx_watch_free)

gsize sx_memory_get_resident (void); /* bytes that this process holds */
gsize sx_memory_get_free (void);     /* bytes that the machine could still give */

/* ---- the search ---- */

typedef struct
{
  /* Borrowed */
  SxEventFunc event; /* (nullable) */
  gpointer    user_data;
  SxJob      *job;
  /* Owned */
  SxRun      *run;
  SxRunStore *store;
  SxWatch    *watch;
  SxPrepared *prepared;
  SxSpace    *space;
  SxStudy    *study;
  GPtrArray  *portfolio; /* of GVariant: complete points */
  GPtrArray  *trials;    /* of SxRunTrial: by number, all finished but the last */
  /* The clock */
  gint64 started;
  gint64 sent;           /* when the last epoch was told of */
  double seconds_before; /* of earlier sittings */
  double seconds_saved;
  double overhead; /* seconds that reading the data took: what is left for the end grows with it */
  /* The rest */
  guint  n_threads;
  guint  n_folds;
  gsize  memory_limit;
  guint  best;          /* trial; 0: none yet */
  double final_seconds; /* that fitting the best on all rows is predicted to take */
} SxSearch;

/* What one training takes and gives. */
typedef struct
{
  SxRunTrial *trial; /* (nullable): NULL for the final fit */
  guint       fold;
  gboolean    is_silent; /* neither recorded nor told of: what is trained once more to be measured */
  guint64     seed;
  guint       max_iterations;
  double      limit; /* seconds; 0: none */
  GVariant   *config;
  SxDataset  *training;
  SxDataset  *validation; /* (nullable) */
  const char *checkpoint;
  /* Out */
  double   seconds; /* over all sittings */
  gboolean is_pruned;
} SxTraining;

/* sx-search.c */
void        sx_search_send_details (SxSearch *self, const char *name, GVariantDict *details);
void        sx_search_send_phase (SxSearch *self, const char *text);
void        sx_search_send_log (SxSearch *self, const char *level, const char *message);
double      sx_search_get_seconds (SxSearch *self); /* worked, over all sittings */
gboolean    sx_search_save_seconds (SxSearch *self, GError **error);
double      sx_search_get_left (SxSearch *self); /* seconds of the budget; infinite without one */
SxRunTrial *sx_search_get_trial (SxSearch *self, guint number);

/* sx-search-trial.c */
/* Does what is left to do of @trial, and leaves its state, value and loss in it. FALSE: the run cannot go on. */
gboolean     sx_search_run_trial (SxSearch *self, SxRunTrial *trial, GError **error);
SxPredictor *sx_search_train (SxSearch *self, SxTraining *training, GError **error) G_GNUC_WARN_UNUSED_RESULT;
float       *sx_search_predict (SxSearch *self, SxPredictor *predictor, const SxDataset *data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Tells the study what it heard of @trial in an earlier sitting, while its first fold was trained. */
gboolean sx_search_tell_trial (SxSearch *self, const SxRunTrial *trial, GError **error);
char    *sx_search_dup_checkpoint (SxSearch *self, const SxRunTrial *trial, guint fold); /* @trial NULL: of the final fit */
guint64  sx_search_get_seed (SxSearch *self, guint trial, guint fold);
/* How many iterations the final fit of @trial gets, and how long it is predicted to take. */
gboolean sx_search_predict_final (SxSearch *self, const SxRunTrial *trial, guint *n_iterations, double *seconds, GError **error);

/* sx-search-finish.c */
gboolean sx_search_finish (SxSearch *self, GError **error);

/* Writes @model wherever the job's export blocks say; what fails is a warning. */
void sx_search_export (SxSearch *self, SxModel *model);

G_END_DECLS
