/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-pipeline.h>

#include "sx-engine-error.h"

G_BEGIN_DECLS

/**
 * SxSpace:
 *
 * A search space: named parameters, each with a type, a range or choices, a scale, a default, and possibly a condition under
 * which it is alive. Immutable after reading; reference-counted. YAML, the same in topology files, jobs and `sextant tune`:
 *
 *   space:
 *     lr:      {type: float, low: 0.0001, high: 0.1, scale: log, default: 0.001}
 *     layers:  {type: int, low: 1, high: 4, default: 2}
 *     width:   {type: int, low: 64, high: 1024, step: 16, scale: log, default: 256}
 *     optim:   {type: category, choices: [adam, sgd], default: adam}
 *     momentum: {type: float, low: 0, high: 0.99, default: 0.9, when: {optim: sgd}}
 *     batch:   {type: ordinal, choices: [32, 64, 128]}
 *     patience: {type: fixed, value: 16}
 *
 * A point of the space is a GVariant `a{sv}` (d, x, s, b values) that holds exactly the parameters alive in it.
 */
typedef enum {
  SX_PARAMETER_FLOAT,
  SX_PARAMETER_INT,
  SX_PARAMETER_CATEGORY,
  SX_PARAMETER_ORDINAL, /* choices with an order: numbers */
  SX_PARAMETER_FIXED,
} SxParameterType;

typedef struct
{
  char           *name;
  char           *help; /* (nullable) */
  SxParameterType type;
  double          low, high; /* FLOAT, INT; inclusive */
  double          step;      /* 0: none */
  gboolean        is_log;
  GVariant      **choices; /* CATEGORY, ORDINAL: n_choices of s, x, d or b; FIXED: one */
  guint           n_choices;
  GVariant       *fallback;    /* the default; never NULL after reading */
  char           *when_name;   /* (nullable): alive only if this earlier parameter … */
  GVariant      **when_values; /* … has one of these values */
  guint           n_when_values;
} SxParameter;

typedef struct _SxSpace SxSpace;

SxSpace           *sx_space_read (const SxYaml *map, GError **error) G_GNUC_WARN_UNUSED_RESULT; /* errors with file:line:column */
void               sx_space_write (const SxSpace *self, SxYamlWriter *writer, const char *key);
SxSpace           *sx_space_ref (SxSpace *self);
void               sx_space_unref (SxSpace *self);
guint              sx_space_get_n_parameters (const SxSpace *self);
const SxParameter *sx_space_get_parameter (const SxSpace *self, guint index);
const SxParameter *sx_space_find (const SxSpace *self, const char *name);
GVariant          *sx_space_ref_default (SxSpace *self); /* the point of all defaults */
/* @point with what is missing filled by defaults and what is dead removed; fails when a value lies outside. */
GVariant *sx_space_complete (const SxSpace *self, GVariant *point, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A copy where @overrides (`a{sv}`: name → value to fix it, or {low, high} or list of choices) narrow the space. */
SxSpace *sx_space_narrow (const SxSpace *self, GVariant *overrides, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSpace, sx_space_unref)

/**
 * SxStudy:
 *
 * One search: asks for points, is told values, always minimises. Pure: no clock, no threads of its own, no global state; the
 * same seed and the same calls give the same suggestions, so a study is resumed by telling it its
 * trials again. Not thread-safe; the owner locks.
 */
typedef struct _SxStudy SxStudy;

typedef enum {
  SX_TRIAL_RUNNING,
  SX_TRIAL_DONE,
  SX_TRIAL_FAILED, /* diverged, out of memory, … */
  SX_TRIAL_PRUNED, /* stopped early; its last value counts for what it is */
} SxTrialState;

typedef enum {
  SX_SAMPLER_BAYES,
  SX_SAMPLER_RANDOM,
} SxSampler;

typedef struct
{
  SxSampler sampler;
  guint64   seed;
  gboolean  is_noisy; /* values are noisy measurements: log EI against the posterior mean */
} SxStudyOptions;

SxStudy *sx_study_new (SxSpace *space, const SxStudyOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void     sx_study_free (SxStudy *self);
/* Points to try first, in order: the topology's portfolio, earlier winners. */
gboolean sx_study_enqueue (SxStudy *self, GVariant *point, GError **error);
/* The next trial's number (from 1) and point (transfer full). Pending trials are taken into account.
 * Fails with SX_ENGINE_ERROR_SPACE once every point of a finite space has been tried. */
GVariant *sx_study_ask (SxStudy *self, guint *trial, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @value: to be minimised; ignored for FAILED. NaN and infinite values count as FAILED. */
gboolean sx_study_tell (SxStudy *self, guint trial, SxTrialState state, double value, GError **error);
/* An intermediate value; TRUE when the trial should be stopped (asynchronous successive halving, eta 3). */
gboolean sx_study_report (SxStudy *self, guint trial, guint step, double value);
/* A trial of the caller's own, finished elsewhere or running again after a resume: takes number @trial (0: the next free). */
gboolean sx_study_add (SxStudy *self, guint trial, GVariant *point, SxTrialState state, double value, GError **error);
guint    sx_study_get_n_trials (const SxStudy *self);
/* The trial to recommend: lowest value, or with is_noisy the lowest posterior mean. 0 when there is none. */
guint sx_study_get_best (SxStudy *self, double *value);
/* The model's view of a point, in the user's units: mean and standard deviation. FALSE before there is a model. */
gboolean sx_study_predict (SxStudy *self, GVariant *point, double *mean, double *sd);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxStudy, sx_study_free)

G_END_DECLS
