/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* The expression language of filter and derive: typed, missing-aware (an operation on a missing cell is missing; and/or
 * are three-valued), side-effect free. Columns are bare names, or in backticks when they are not identifiers:
 *   age >= 18 and `hours per week` < 40        if(is_missing(income), 0, log(income + 1))        lower(trim(city)) = "paris"
 */
typedef struct _SxExpr SxExpr;

typedef enum {
  SX_EXPR_COLUMN,
  SX_EXPR_NUMBER,
  SX_EXPR_TEXT,
  SX_EXPR_BOOL,
  SX_EXPR_MISSING,
  SX_EXPR_CALL, /* operators too: “+”, “=”, “and”, “not”, “neg”, … and functions: “log”, “if”, … */
} SxExprKind;

/* Parses and checks types against @schema. Errors: SX_PIPELINE_ERROR_PARSE or _TYPE with “column N: …” of the text and, for
 * unknown names, “did you mean”. */
SxExpr *sx_expr_new (const char *text, SxSchema *schema, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxExpr *sx_expr_ref (SxExpr *self);
void    sx_expr_unref (SxExpr *self);
SxType  sx_expr_get_type (const SxExpr *self);    /* of the result */
GStrv   sx_expr_dup_columns (const SxExpr *self); /* columns it reads, sorted, no repeats */
/* One result a row. A bool result is a bool column. */
SxColumn *sx_expr_eval (const SxExpr *self, SxBatch *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As they stand in an expression: `hours per week`, "say \"hi\"". */
char *sx_expr_quote_column (const char *name) G_GNUC_WARN_UNUSED_RESULT;
char *sx_expr_quote_text (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* The tree, for exporters. */
SxExprKind    sx_expr_get_kind (const SxExpr *self);
const char   *sx_expr_get_name (const SxExpr *self);   /* COLUMN, CALL */
const char   *sx_expr_get_text (const SxExpr *self);   /* TEXT */
double        sx_expr_get_number (const SxExpr *self); /* NUMBER, BOOL */
guint         sx_expr_get_n_args (const SxExpr *self);
const SxExpr *sx_expr_get_arg (const SxExpr *self, guint arg);

/* The functions there are, for completion and docs. Ended by name NULL. */
typedef struct
{
  const char *name;
  const char *signature; /* “round(number, digits = 0) → number” */
  const char *help;      /* N_() */
} SxExprFunction;
const SxExprFunction *sx_expr_list_functions (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxExpr, sx_expr_unref)

G_END_DECLS
