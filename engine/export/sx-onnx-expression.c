/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Expressions as ONNX nodes. Missing is part of each operation: numbers and times carry it as NaN, texts and truths as a mask beside them. Parts that read
 * no column are computed now, by the expressions' own evaluator. What opset 15 has no operation for (texts made or compared row by row) is refused:
 * sx-expr-ops.c says what the operations must give. */

#include "config.h"

#include "sx-onnx-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define DAY_MICROSECONDS 86400000000.0

typedef enum {
  VALUE_NUMBER, /* times too */
  VALUE_TEXT,
  VALUE_TRUTH,
  VALUE_NONE, /* the word “missing”: fits everywhere */
} ValueKind;

/* One node of the expression. Constants broadcast. */
typedef struct
{
  ValueKind   kind;
  gboolean    is_constant;
  const char *tensor;  /* double, string, or bool: true where true, false where false or missing */
  const char *missing; /* texts, truths: bool, or NULL when never missing */
  char       *text;    /* a constant text that is not missing */
  double      number;  /* a constant number */
} Value;

typedef struct
{
  SxOnnxTable  *table;
  const SxStep *step;
  GStringChunk *texts;
} Writer;

static gboolean write_value (Writer *self, const SxExpr *expr, Value *value, GError **error);

static const char *
op (Writer *self, const char *name, const char *a, const char *b)
{
  return sx_onnx_table_op (self->table, name, a, b, NULL);
}

static const char *
number (Writer *self, double value)
{
  return sx_onnx_table_number (self->table, value);
}

static const char *
choose (Writer *self, const char *condition, const char *yes, const char *no)
{
  return sx_onnx_table_select (self->table, condition, yes, no);
}

static const char *
is_nan (Writer *self, const char *x)
{
  return op (self, "IsNaN", x, NULL);
}

static const char *
either (Writer *self, const char *a, const char *b)
{
  return a == NULL ? b : b == NULL ? a
                                   : op (self, "Or", a, b);
}

/* @a where @b is not; @b may be NULL. */
static const char *
but_not (Writer *self, const char *a, const char *b)
{
  return b == NULL ? a : op (self, "And", a, op (self, "Not", b, NULL));
}

static const char *
truth (Writer *self, gboolean value)
{
  return sx_onnx_table_cast (self->table, number (self, value ? 1 : 0), SX_ONNX_BOOL);
}

static const char *
get_missing (Writer *self, const Value *value)
{
  if (value->kind == VALUE_NUMBER)
    return is_nan (self, value->tensor);
  return value->kind == VALUE_NONE ? truth (self, TRUE) : value->missing;
}

static Value
make_number (const char *tensor)
{
  return (Value){ .kind = VALUE_NUMBER, .tensor = tensor };
}

static Value
make_truth (const char *tensor, const char *missing)
{
  return (Value){ .kind = VALUE_TRUTH, .tensor = tensor, .missing = missing };
}

/* The word “missing” as @kind. */
static Value
make_missing (Writer *self, ValueKind kind)
{
  Value value = { .kind = kind, .is_constant = TRUE, .number = NAN };

  if (kind == VALUE_NUMBER)
    value.tensor = number (self, NAN);
  else
    {
      value.tensor = kind == VALUE_TEXT ? sx_onnx_table_text (self->table, "") : truth (self, FALSE);
      value.missing = truth (self, TRUE);
    }
  return value;
}

/* ---- columns and constants ---- */

static ValueKind
kind_of_type (SxType type)
{
  return type == SX_TYPE_BOOL ? VALUE_TRUTH : sx_type_is_numeric (type) ? VALUE_NUMBER
                                                                        : VALUE_TEXT;
}

static Value
read_column (Writer *self, const char *name)
{
  const SxOnnxColumn *column = sx_onnx_table_get (self->table, name);

  if (column->type == SX_TYPE_BOOL)
    return make_truth (op (self, "Equal", column->tensor, number (self, 1)), is_nan (self, column->tensor));
  return (Value){ .kind = kind_of_type (column->type), .tensor = column->tensor, .missing = column->missing };
}

static gboolean
write_constant (Writer *self, const SxExpr *expr, Value *value, GError **error)
{
  g_autoptr (SxSchema) schema = sx_schema_new (NULL, 0, NULL);
  g_autoptr (SxBatch) batch = sx_batch_new (schema, NULL, 1);
  g_autoptr (SxColumn) column = sx_expr_get_kind (expr) == SX_EXPR_MISSING ? NULL : sx_expr_eval (expr, batch, error);

  *value = (Value){ .kind = VALUE_NONE, .is_constant = TRUE };
  if (sx_expr_get_kind (expr) == SX_EXPR_MISSING)
    return TRUE;
  if (column == NULL)
    return FALSE;
  if (sx_column_is_missing (column, 0))
    *value = make_missing (self, kind_of_type (column->type));
  else if (column->type == SX_TYPE_STRING || column->type == SX_TYPE_CATEGORY)
    {
      gsize       size;
      const char *text = sx_column_get_text (column, 0, &size);

      value->kind = VALUE_TEXT;
      value->text = g_string_chunk_insert_len (self->texts, text, (gssize)size);
      value->tensor = sx_onnx_table_text (self->table, value->text);
    }
  else if (column->type == SX_TYPE_BOOL)
    *value = make_truth (truth (self, sx_column_get_bool (column, 0)), NULL);
  else
    {
      *value = make_number (number (self, sx_column_get_double (column, 0)));
      value->number = sx_column_get_double (column, 0);
    }
  value->is_constant = TRUE;
  return TRUE;
}

/* ---- comparing ---- */

static gboolean
refuse (Writer *self, const char *name, GError **error)
{
  return sx_onnx_refuse (self->step, error, _ ("ONNX cannot express “%s” in “%s” as Sextant computes it. Make that column before Sextant reads the table, or leave it out."), name, self->step->texts[0]);
}

/* One text that is a constant: the other is looked up. */
static const char *
same_text (Writer *self, const Value *a, const Value *b)
{
  const Value *constant = a->text ? a : b;
  SxOnnxColumn column = { .type = SX_TYPE_STRING, .tensor = a->text ? b->tensor : a->tensor };

  return sx_onnx_table_cast (self->table, sx_onnx_table_code (self->table, &column, &constant->text, 1), SX_ONNX_BOOL);
}

/* Bool where @a equals @b, whatever is missing. NULL when texts vary on both sides. */
static const char *
same (Writer *self, const Value *a, const Value *b)
{
  if (a->kind == VALUE_NONE || b->kind == VALUE_NONE)
    return truth (self, FALSE);
  if (a->kind == VALUE_TEXT && a->text == NULL && b->text == NULL)
    return a->is_constant || b->is_constant ? truth (self, FALSE) : NULL; /* a constant without a text is missing */
  return a->kind == VALUE_TEXT ? same_text (self, a, b) : op (self, "Equal", a->tensor, b->tensor);
}

static gboolean
write_comparison (Writer *self, const char *name, const Value *a, const Value *b, Value *value, GError **error)
{
  static const struct
  {
    const char *name, *op;
  } comparisons[] = { { "<", "Less" }, { "<=", "LessOrEqual" }, { ">", "Greater" }, { ">=", "GreaterOrEqual" } };
  const char *missing = either (self, get_missing (self, a), get_missing (self, b));
  const char *result = NULL;

  if (g_str_equal (name, "=") || g_str_equal (name, "!="))
    {
      result = same (self, a, b);
      if (result != NULL && *name == '!')
        result = op (self, "Not", result, NULL);
    }
  else if (a->kind == VALUE_NONE || b->kind == VALUE_NONE)
    result = truth (self, FALSE);
  else if (a->kind == VALUE_NUMBER)
    for (guint i = 0; i < G_N_ELEMENTS (comparisons); i++)
      if (g_str_equal (name, comparisons[i].name))
        result = op (self, comparisons[i].op, a->tensor, b->tensor);
  if (result == NULL)
    return refuse (self, name, error);
  *value = make_truth (but_not (self, result, missing), missing);
  return TRUE;
}

static gboolean
write_in (Writer *self, const Value *args, guint n, Value *value, GError **error)
{
  const char *found = NULL, *missing = get_missing (self, &args[0]);

  for (guint i = 1; i < n; i++)
    {
      const char *hit = same (self, &args[0], &args[i]);
      const char *either_missing = either (self, get_missing (self, &args[0]), get_missing (self, &args[i]));

      if (hit == NULL)
        return refuse (self, "in", error);
      found = either (self, found, but_not (self, hit, either_missing));
      missing = either (self, missing, either_missing);
    }
  *value = make_truth (found, missing ? but_not (self, missing, found) : NULL);
  return TRUE;
}

/* ---- truths ---- */

static Value
write_not (Writer *self, const Value *a)
{
  return make_truth (op (self, "Not", either (self, a->tensor, a->missing), NULL), a->missing);
}

/* Kleene: missing and false is false, missing or true is true. */
static Value
write_and_or (Writer *self, gboolean is_and, const Value *a, const Value *b)
{
  const char *yes = op (self, is_and ? "And" : "Or", a->tensor, b->tensor);
  const char *not_no, *missing;

  if (a->missing == NULL && b->missing == NULL)
    return make_truth (yes, NULL);
  /* Neither false: for “and” both must be true or missing, for “or” one. */
  not_no = op (self, is_and ? "And" : "Or", either (self, a->tensor, a->missing), either (self, b->tensor, b->missing));
  missing = but_not (self, not_no, yes);
  return make_truth (yes, missing);
}

/* One of two values, bool masks included. */
static const char *
choose_truth (Writer *self, const char *condition, const char *yes, const char *no)
{
  return op (self, "Or", op (self, "And", condition, yes), op (self, "And", op (self, "Not", condition, NULL), no));
}

/* @yes where @condition (bool) is, else @no; both of one kind. */
static Value
write_choice (Writer *self, const char *condition, Value yes, Value no)
{
  ValueKind kind = yes.kind != VALUE_NONE ? yes.kind : no.kind != VALUE_NONE ? no.kind
                                                                             : VALUE_NUMBER;
  Value     value = { .kind = kind };

  if (yes.kind == VALUE_NONE)
    yes = make_missing (self, kind);
  if (no.kind == VALUE_NONE)
    no = make_missing (self, kind);
  value.tensor = kind == VALUE_TRUTH ? choose_truth (self, condition, yes.tensor, no.tensor) : choose (self, condition, yes.tensor, no.tensor);
  if (yes.missing != NULL || no.missing != NULL)
    value.missing = choose_truth (self, condition, yes.missing ? yes.missing : truth (self, FALSE), no.missing ? no.missing : truth (self, FALSE));
  return value;
}

static Value
write_if (Writer *self, const Value *args)
{
  Value value = args[0].kind == VALUE_NONE ? make_missing (self, args[1].kind == VALUE_NONE ? VALUE_NUMBER : args[1].kind) : write_choice (self, args[0].tensor, args[1], args[2]);

  if (args[0].missing == NULL)
    return value;
  return write_choice (self, args[0].missing, make_missing (self, value.kind), value);
}

static Value
write_coalesce (Writer *self, const Value *args, guint n)
{
  Value value = args[n - 1];

  for (guint i = n - 1; i > 0; i--)
    {
      const char *missing = get_missing (self, &args[i - 1]);

      value = missing ? write_choice (self, missing, value, args[i - 1]) : args[i - 1];
    }
  return value;
}

/* ---- numbers ---- */

static const char *
write_modulo (Writer *self, const char *a, const char *b)
{
  const char *r = op (self, "Mod", a, b), *differ;

  sx_onnx_set_int (self->table->onnx, "fmod", 1);
  differ = op (self, "Xor", op (self, "Less", r, number (self, 0)), op (self, "Less", b, number (self, 0)));
  differ = but_not (self, differ, op (self, "Equal", r, number (self, 0)));
  return choose (self, differ, op (self, "Add", r, b), r);
}

/* The least or the most of two, missing when either is. */
static const char *
write_extreme (Writer *self, const char *comparison, const char *a, const char *b)
{
  const char *y = choose (self, op (self, comparison, a, b), a, b);

  return choose (self, is_nan (self, a), a, y);
}

static const char *
write_clip (Writer *self, const Value *args)
{
  const char *x = args[0].tensor, *low = args[1].tensor, *high = args[2].tensor, *y;

  y = choose (self, op (self, "Less", x, low), low, choose (self, op (self, "Greater", x, high), high, x));
  return choose (self, either (self, is_nan (self, low), is_nan (self, high)), number (self, NAN), y);
}

static const char *
write_power (Writer *self, const char *a, const char *b)
{
  return choose (self, either (self, is_nan (self, a), is_nan (self, b)), number (self, NAN), op (self, "Pow", a, b));
}

static const char *
write_two_numbers (Writer *self, const char *name, const char *a, const char *b)
{
  switch (*name)
    {
    case '+':
      return op (self, "Add", a, b);
    case '-':
      return op (self, "Sub", a, b);
    case '*':
      return op (self, "Mul", a, b);
    case '/':
      return choose (self, op (self, "Equal", b, number (self, 0)), number (self, NAN), op (self, "Div", a, b));
    case '%':
      return write_modulo (self, a, b);
    case '^':
    default:
      return write_power (self, a, b);
    }
}

static const char *
write_one_number (Writer *self, const char *name, const char *x)
{
  static const struct
  {
    const char *name, *op;
  } direct[] = { { "neg", "Neg" }, { "abs", "Abs" }, { "ceil", "Ceil" }, { "floor", "Floor" }, { "exp", "Exp" }, { "log", "Log" }, { "sin", "Sin" }, { "sqrt", "Sqrt" } };

  for (guint i = 0; i < G_N_ELEMENTS (direct); i++)
    if (g_str_equal (name, direct[i].name))
      return op (self, direct[i].op, x, NULL);
  if (g_str_equal (name, "log10") || g_str_equal (name, "log2"))
    return op (self, "Div", op (self, "Log", x, NULL), number (self, log (name[3] == '2' ? 2 : 10)));
  if (g_str_equal (name, "cos")) /* runtimes have no cosine of doubles */
    return op (self, "Sin", op (self, "Add", x, number (self, G_PI_2)), NULL);
  if (g_str_equal (name, "sign"))
    return choose (self, is_nan (self, x), x, op (self, "Sign", x, NULL));
  return NULL;
}

static gboolean
write_round (Writer *self, const Value *args, guint n, Value *value, GError **error)
{
  gboolean    has_digits = n > 1;
  double      digits = has_digits ? args[1].number : 0;
  const char *scale, *x = args[0].tensor;

  if (has_digits && (!args[1].is_constant || isnan (digits)))
    return refuse (self, "round", error);
  if (has_digits && (digits > 0 || digits < 0))
    {
      scale = number (self, pow (10, CLAMP (digits, -300, 300)));
      *value = make_number (op (self, "Div", op (self, "Round", op (self, "Mul", x, scale), NULL), scale));
    }
  else
    *value = make_number (op (self, "Round", x, NULL));
  return TRUE;
}

/* ---- calls ---- */

static gboolean
write_text (Writer *self, const SxExpr *expr, const Value *arg, Value *value, GError **error)
{
  const char *yes_no;

  *value = *arg;
  if (arg->kind == VALUE_TEXT)
    return TRUE;
  if (arg->kind == VALUE_TRUTH)
    {
      yes_no = choose (self, arg->tensor, sx_onnx_table_text (self->table, "true"), sx_onnx_table_text (self->table, "false"));
      *value = (Value){ .kind = VALUE_TEXT, .tensor = yes_no, .missing = arg->missing };
      return TRUE;
    }
  /* Fractions are printed in as many ways as there are runtimes. */
  if (sx_expr_get_kind (sx_expr_get_arg (expr, 0)) != SX_EXPR_COLUMN || sx_expr_get_type (sx_expr_get_arg (expr, 0)) != SX_TYPE_INT64)
    return refuse (self, "text", error);
  yes_no = sx_onnx_table_cast (self->table, sx_onnx_table_cast (self->table, arg->tensor, SX_ONNX_INT64), SX_ONNX_STRING);
  *value = (Value){ .kind = VALUE_TEXT, .tensor = yes_no, .missing = is_nan (self, arg->tensor) };
  return TRUE;
}

/* Calls whose arguments are numbers or times. NULL for any other. */
static const char *
write_numbers (Writer *self, const char *name, const Value *args, guint n)
{
  const char *y = args[0].tensor;

  if (n == 1)
    {
      y = write_one_number (self, name, args[0].tensor);
      return y ? y : sx_onnx_table_date_part (self->table, name, args[0].tensor);
    }
  if (g_str_equal (name, "min") || g_str_equal (name, "max"))
    {
      for (guint i = 1; i < n; i++)
        y = write_extreme (self, name[1] == 'i' ? "Less" : "Greater", y, args[i].tensor);
      return y;
    }
  if (g_str_equal (name, "clip"))
    return write_clip (self, args);
  if (g_str_equal (name, "days_between"))
    return op (self, "Div", op (self, "Sub", args[1].tensor, args[0].tensor), number (self, DAY_MICROSECONDS));
  return n == 2 && strlen (name) == 1 ? write_two_numbers (self, name, args[0].tensor, args[1].tensor) : NULL;
}

static gboolean
all_are (const Value *args, guint n, ValueKind kind)
{
  for (guint i = 0; i < n; i++)
    if (args[i].kind != kind)
      return FALSE;
  return TRUE;
}

static gboolean
write_call (Writer *self, const SxExpr *expr, Value *args, guint n, Value *value, GError **error)
{
  const char *name = sx_expr_get_name (expr);
  const char *result;

  if (g_str_equal (name, "is_missing"))
    {
      result = get_missing (self, &args[0]);
      *value = make_truth (result ? result : truth (self, FALSE), NULL);
      return TRUE;
    }
  if (g_str_equal (name, "coalesce"))
    {
      *value = write_coalesce (self, args, n);
      return TRUE;
    }
  if (g_str_equal (name, "if"))
    {
      *value = write_if (self, args);
      return TRUE;
    }
  if (g_str_equal (name, "in"))
    return write_in (self, args, n, value, error);
  if (strchr ("=!<>", *name) != NULL)
    return write_comparison (self, name, &args[0], &args[1], value, error);
  if (g_str_equal (name, "text"))
    return write_text (self, expr, &args[0], value, error);
  if (g_str_equal (name, "and") || g_str_equal (name, "or") || g_str_equal (name, "not"))
    {
      for (guint i = 0; i < n; i++)
        if (args[i].kind == VALUE_NONE)
          args[i] = make_missing (self, VALUE_TRUTH);
      *value = n == 1 ? write_not (self, &args[0]) : write_and_or (self, *name == 'a', &args[0], &args[1]);
      return TRUE;
    }
  for (guint i = 0; i < n; i++)
    if (args[i].kind == VALUE_NONE)
      args[i] = make_missing (self, VALUE_NUMBER);
  if (!all_are (args, n, VALUE_NUMBER))
    return refuse (self, name, error);
  if (g_str_equal (name, "round"))
    return write_round (self, args, n, value, error);
  result = write_numbers (self, name, args, n);
  *value = make_number (result);
  return result != NULL || refuse (self, name, error);
}

static gboolean
write_value (Writer *self, const SxExpr *expr, Value *value, GError **error)
{
  g_auto (GStrv) columns = sx_expr_dup_columns (expr);
  guint             n = sx_expr_get_kind (expr) == SX_EXPR_CALL ? sx_expr_get_n_args (expr) : 0;
  g_autofree Value *args = g_new0 (Value, n + 1);

  if (*columns == NULL)
    return write_constant (self, expr, value, error);
  if (sx_expr_get_kind (expr) == SX_EXPR_COLUMN)
    {
      *value = read_column (self, sx_expr_get_name (expr));
      return TRUE;
    }
  for (guint i = 0; i < n; i++)
    if (!write_value (self, sx_expr_get_arg (expr, i), &args[i], error))
      return FALSE;
  return write_call (self, expr, args, n, value, error);
}

/* The value as a column: its constants spread over the rows, its truths as 0, 1 and NaN. */
static SxOnnxColumn
make_column (Writer *self, const Value *value, SxType type)
{
  SxOnnxColumn column = { .type = type, .tensor = value->tensor, .missing = value->missing };

  if (value->kind == VALUE_TRUTH)
    {
      column.tensor = sx_onnx_table_cast (self->table, value->tensor, SX_ONNX_DOUBLE);
      if (value->missing != NULL)
        column.tensor = choose (self, value->missing, number (self, NAN), column.tensor);
      column.missing = NULL;
    }
  column.tensor = sx_onnx_table_spread (self->table, column.tensor);
  if (column.missing != NULL)
    column.missing = op (self, "Or", column.missing, op (self, "And", self->table->mask, truth (self, FALSE)));
  return column;
}

gboolean
sx_onnx_table_apply_expression (SxOnnxTable *self, const SxStep *step, GError **error)
{
  g_autoptr (SxSchema) schema = sx_onnx_table_describe (self);
  g_autoptr (SxExpr) expr = sx_expr_new (step->texts[0], schema, error);
  Writer   writer = { .table = self, .step = step };
  Value    value;
  gboolean ok;

  if (expr == NULL)
    return FALSE;
  if (sx_expr_get_kind (expr) == SX_EXPR_COLUMN)
    {
      sx_onnx_table_put (self, step->outputs[0], *sx_onnx_table_get (self, sx_expr_get_name (expr)));
      return TRUE;
    }
  writer.texts = g_string_chunk_new (256);
  ok = write_value (&writer, expr, &value, error);
  if (ok && value.kind == VALUE_NONE)
    value = make_missing (&writer, kind_of_type (sx_expr_get_type (expr)));
  if (ok)
    sx_onnx_table_put (self, step->outputs[0], make_column (&writer, &value, sx_expr_get_type (expr)));
  g_string_chunk_free (writer.texts);
  return ok;
}
