/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-expr.h"

G_BEGIN_DECLS

#define SX_EXPR_MAX_SIZE 65536 /* bytes of text */
#define SX_EXPR_MAX_DEPTH 100  /* of nesting */

/* What an expression can be, of what storage type whatever. */
typedef enum {
  SX_KIND_NUMBER,
  SX_KIND_TEXT,
  SX_KIND_BOOL,
  SX_KIND_TIME,
  SX_KIND_NONE, /* the word “missing”, which fits everywhere */
} SxKind;

typedef struct
{
  const char *text; /* NULL: missing */
  gsize       size;
} SxTextCell;

/* The values of one node over the rows of a batch. A constant has one value and stride 0. */
typedef struct
{
  SxKind      kind;
  gsize       stride;
  double     *numbers; /* NUMBER, TIME: NaN = missing */
  gint8      *truths;  /* BOOL: -1 = missing */
  SxTextCell *texts;   /* TEXT */
} SxValues;

typedef struct _SxExprOp SxExprOp;

/* One call of an operator or function while it is evaluated. */
typedef struct
{
  const SxExprOp *op;
  const SxValues *args;
  guint           n_args;
  gsize           n_rows;
  SxValues       *out;   /* allocated for n_rows values, of the kind of the result */
  GStringChunk   *texts; /* for texts that are made */
} SxExprCall;

/* An operator or function: one row of a table. */
struct _SxExprOp
{
  const char *name;
  /* A letter an argument: n number, t text, b truth, d time, a any; s the same kind as every other s, o the same but ordered (no
   * truths); then * repeats the last letter, ? makes the last optional. */
  const char *args;
  char        result; /* a letter as above; s: the kind of the s and o arguments */
  void (*eval) (SxExprCall *call);
  double (*unary) (double x); /* instead of eval: a number function; missing stays missing */
  const char *signature;      /* NULL for operators */
  const char *help;
  char *(*check) (const SxExpr *call); /* (nullable): what is wrong with constant arguments, such as a unit or a pattern; NULL when nothing is */
};

/* The tables; sx-expr-functions.c looks through all of them. */
extern const SxExprOp sx_expr_core_ops[], sx_expr_text_ops[], sx_expr_time_ops[], sx_expr_calendar_ops[];
extern const guint    sx_expr_n_core_ops, sx_expr_n_text_ops, sx_expr_n_time_ops, sx_expr_n_calendar_ops;

const SxExprOp *sx_expr_op_find (const char *name);
const char     *sx_expr_op_suggest (const char *name);

struct _SxExpr
{
  gatomicrefcount ref_count;
  SxExprKind      kind;
  SxKind          values;
  SxType          type;
  const SxExprOp *op;     /* CALL */
  char           *text;   /* COLUMN: name; TEXT */
  double          number; /* NUMBER, BOOL */
  GPtrArray      *args;   /* CALL; else NULL */
};

SxKind      sx_kind_of_type (SxType type);
SxType      sx_kind_get_type (SxKind kind);
const char *sx_kind_get_title (SxKind kind);

static inline double
sx_values_number (const SxValues *self, gsize row)
{
  return self->numbers[row * self->stride];
}

static inline gint8
sx_values_truth (const SxValues *self, gsize row)
{
  return self->truths[row * self->stride];
}

static inline const SxTextCell *
sx_values_text (const SxValues *self, gsize row)
{
  return &self->texts[row * self->stride];
}

G_END_DECLS
