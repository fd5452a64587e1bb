/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-block-kind.h"

G_BEGIN_DECLS

/* A fitted preparation is a list of steps. A step is row-wise, has no hidden state, and is one of a small closed set of
 * operations, so that predict, ONNX, C and PMML each need to know only these, whatever blocks exist. Adding a step
 * operation is one entry here and one in each exporter's table; adding a learning block needs neither.
 *
 * Steps work on a table of named columns. Every operation reads `inputs` and writes `outputs` (which may repeat
 * input names: then the column is replaced in place); other columns pass through. */
typedef enum
{
  SX_STEP_SELECT,    /* outputs = the columns kept, in order, everything else is dropped (inputs == outputs) */
  SX_STEP_RENAME,    /* inputs[i] is called outputs[i], same place */
  SX_STEP_CAST,      /* inputs[i] becomes `type` as outputs[i] */
  SX_STEP_FILL,      /* missing cells of inputs[0] become numbers[0] or texts[0]; outputs[0] */
  SX_STEP_INDICATOR, /* outputs[0] = 1 where inputs[0] is missing, else 0 (float64), appended at the end */
  SX_STEP_AFFINE,    /* outputs[i] = (inputs[i] - numbers[2i]) * numbers[2i + 1], float64; missing stays missing */
  SX_STEP_CLIP,      /* numbers[0] ≤ x ≤ numbers[1] */
  SX_STEP_QUANTILE,  /* piecewise-linear map through the points (numbers[i], numbers[n/2 + i]), flat outside */
  SX_STEP_REPLACE,   /* text cells equal to texts[i] become texts[n/2 + i]; others stay; n = number of texts */
  SX_STEP_ONE_HOT,   /* text inputs[0] → outputs[i] = (cell == texts[i]) as 0/1 float64; unknown and missing give all zero */
  SX_STEP_ORDINAL,   /* text inputs[0] → index of the cell in texts as float64; unknown: numbers[0]; missing: numbers[1] (may be NaN) */
  SX_STEP_LOOKUP,    /* text inputs[0] → numbers[i + 2] of texts[i]; unknown: numbers[0]; missing: numbers[1] (target and count encodings) */
  SX_STEP_DATE_PART, /* timestamp inputs[0] → texts[0]: year month day weekday hour minute yearday, float64 */
  SX_STEP_EXPRESSION,/* outputs[0] = texts[0], an expression of sx-expr.h over columns of the table */
} SxStepOp;
#define SX_N_STEP_OPS 14

const char *sx_step_op_get_nick (SxStepOp op); /* “one-hot” */
gboolean sx_step_op_from_nick (const char *nick, SxStepOp *op);

typedef struct
{
  SxStepOp  op;
  GStrv     inputs;
  GStrv     outputs;
  double   *numbers;
  gsize     n_numbers;
  GStrv     texts;
  SxType    type;  /* SX_STEP_CAST */
  char     *block; /* (nullable): id of the block it came from, for messages and lineage */
} SxStep;

/* SxSteps: an ordered, immutable-once-handed-out list of steps. Reference-counted. */
SxSteps *sx_steps_new (void) G_GNUC_WARN_UNUSED_RESULT;
SxSteps *sx_steps_ref (SxSteps *self);
void sx_steps_unref (SxSteps *self);
guint sx_steps_get_n (const SxSteps *self);
const SxStep *sx_steps_get (const SxSteps *self, guint step);
/* Copies everything; @numbers and @texts as the operation says above. */
void sx_steps_add (SxSteps *self, SxStepOp op, const char *const *inputs, const char *const *outputs,
                   const double *numbers, gsize n_numbers, const char *const *texts, SxType type);
void sx_steps_append (SxSteps *self, const SxSteps *other);
void sx_steps_set_block (SxSteps *self, const char *block); /* of every step that has none yet */

/* The schema after the steps; fails naming the step's block and the column it misses. */
SxSchema *sx_steps_describe (const SxSteps *self, SxSchema *input, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxBatch *sx_steps_apply_batch (const SxSteps *self, SxBatch *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxFrame *sx_steps_apply (const SxSteps *self, SxFrame *frame, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The columns of the input that the steps' @wanted outputs (NULL: all) depend on. */
GStrv sx_steps_trace_inputs (const SxSteps *self, SxSchema *input, const char *const *wanted);

/* YAML list under @key, and back. Numbers survive bit for bit. */
struct _SxYamlWriter;
struct _SxYaml;
void sx_steps_write (const SxSteps *self, struct _SxYamlWriter *writer, const char *key);
SxSteps *sx_steps_read (const struct _SxYaml *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSteps, sx_steps_unref)

G_END_DECLS
