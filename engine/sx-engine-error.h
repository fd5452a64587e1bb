/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SxEngineError:
 * @SX_ENGINE_ERROR_COMPILE: the graph cannot become a job; the message names the block and the fix
 * @SX_ENGINE_ERROR_DATA: the data cannot be trained on: target missing or constant, no rows, …
 * @SX_ENGINE_ERROR_SHAPE: shapes of a plan do not fit
 * @SX_ENGINE_ERROR_MEMORY: more memory is needed than the cap or the machine allows
 * @SX_ENGINE_ERROR_DIVERGED: the loss became infinite or NaN; the trial failed, the search goes on
 * @SX_ENGINE_ERROR_SPACE: a search space is malformed or exhausted
 * @SX_ENGINE_ERROR_RUN: a run folder is missing, damaged or in use
 * @SX_ENGINE_ERROR_WORKER: the worker died or spoke nonsense
 * @SX_ENGINE_ERROR_MODEL: a model package is damaged, hostile or of a newer version
 * @SX_ENGINE_ERROR_EXPORT: an export cannot express the model, or differs from it
 */
typedef enum
{
  SX_ENGINE_ERROR_COMPILE,
  SX_ENGINE_ERROR_DATA,
  SX_ENGINE_ERROR_SHAPE,
  SX_ENGINE_ERROR_MEMORY,
  SX_ENGINE_ERROR_DIVERGED,
  SX_ENGINE_ERROR_SPACE,
  SX_ENGINE_ERROR_RUN,
  SX_ENGINE_ERROR_WORKER,
  SX_ENGINE_ERROR_MODEL,
  SX_ENGINE_ERROR_EXPORT,
} SxEngineError;

#define SX_ENGINE_ERROR (sx_engine_error_quark ())
GQuark sx_engine_error_quark (void);

G_END_DECLS
