/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-acquisition.h"
#include "tune/sx-surrogate.h"
#include "tune/sx-warp.h"

G_BEGIN_DECLS

#define SX_TRIAL_N_RUNGS 20

typedef struct
{
  guint        number;
  GVariant    *point;
  double      *unit;
  SxTrialState state;
  double       value;
  double       lowest;                  /* of the reports */
  double       rungs[SX_TRIAL_N_RUNGS]; /* NaN until reached */
} SxTrial;

/**
 * SxBelief:
 *
 * What a study believes: a process of the warped values of the trials that finished, and one of whether trials finish, as soon as one has failed. A function of
 * the trials alone.
 */
typedef struct
{
  SxSpace    *space;
  guint      *dims; /* coordinate of the processes → parameter */
  guint       n_dims;
  SxSurrogate objective;
  SxSurrogate viability;
  SxWarp      warp;
  gboolean    has_failures;
  gboolean    is_current, is_ready; /* of the present trials; there is a model */
  GPtrArray  *finished;             /* of SxTrial, borrowed: the rows of the objective */
} SxBelief;

void sx_belief_init (SxBelief *self, SxSpace *space, gboolean is_noisy);
void sx_belief_clear (SxBelief *self);
/* The trials have changed. */
void     sx_belief_touch (SxBelief *self);
gboolean sx_belief_update (SxBelief *self, GPtrArray *trials);
gboolean sx_trial_has_value (const SxTrial *self);
/* In the processes' units; after an update that was TRUE. */
void sx_belief_predict (const SxBelief *self, const double *unit, double *mean, double *variance);
/* The best places for trial @number, best first, as rows of the cube; at most @n_rows; 0 when there is no model. */
guint sx_belief_suggest (SxBelief *self, GPtrArray *trials, const SxStudyOptions *options, guint number, double *rows, guint n_rows);

G_END_DECLS
