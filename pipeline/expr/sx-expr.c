/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The parser: precedence climbing over a small token stream, types checked as the tree is built, so that every error has the column
 * of the word it speaks of. From loose to tight: or, and, not, comparisons and in, + -, * / %, unary -, ^. */

#include "config.h"

#include "sx-expr-private.h"

#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef enum {
  TOKEN_END,
  TOKEN_NUMBER,
  TOKEN_TEXT,
  TOKEN_NAME,   /* a word: column, function or keyword */
  TOKEN_COLUMN, /* in backticks */
  TOKEN_SIGN,   /* an operator or bracket */
} TokenType;

typedef struct
{
  const char *text;
  const char *at;
  SxSchema   *schema;
  GError    **error;
  guint       depth;

  /* The token ahead. */
  TokenType   type;
  const char *start;
  GString    *word;
  double      number;
} Parser;

static const struct
{
  SxKind      kind;
  SxType      type;
  const char *title;
} kinds[] = {
  { SX_KIND_NUMBER, SX_TYPE_FLOAT64, N_ ("a number") },
  { SX_KIND_TEXT, SX_TYPE_STRING, N_ ("text") },
  { SX_KIND_BOOL, SX_TYPE_BOOL, N_ ("true or false") },
  { SX_KIND_TIME, SX_TYPE_TIMESTAMP, N_ ("a time") },
  { SX_KIND_NONE, SX_TYPE_FLOAT64, N_ ("missing") },
};

SxKind
sx_kind_of_type (SxType type)
{
  switch (type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_FLOAT64:
      return SX_KIND_NUMBER;
    case SX_TYPE_BOOL:
      return SX_KIND_BOOL;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
      return SX_KIND_TEXT;
    case SX_TYPE_TIMESTAMP:
      return SX_KIND_TIME;
    case SX_TYPE_IMAGE:
    case SX_TYPE_LIST:
    default:
      return SX_KIND_NONE;
    }
}

SxType
sx_kind_get_type (SxKind kind)
{
  return kinds[kind].type;
}

const char *
sx_kind_get_title (SxKind kind)
{
  return _ (kinds[kind].title);
}

static gboolean fail (Parser *self, const char *at, SxPipelineError code, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Sets the error, “column 12: …”, unless there is one already. */
static gboolean
fail (Parser *self, const char *at, SxPipelineError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  if (self->error == NULL || *self->error != NULL)
    return FALSE;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (self->error, SX_PIPELINE_ERROR, (int)code, _ ("column %ld: %s"), g_utf8_pointer_to_offset (self->text, at) + 1, message);
  return FALSE;
}

static gboolean
is_word_start (gunichar c)
{
  return c == '_' || g_unichar_isalpha (c);
}

static gboolean
is_word_part (gunichar c)
{
  return c == '_' || c == '.' || g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* A text in quotes or a column in backticks: the mark twice stands for itself; in texts a backslash escapes. */
static gboolean
read_quoted (Parser *self)
{
  char        mark = *self->at++;
  const char *p;

  for (p = self->at;; p++)
    {
      if (*p == '\0')
        return fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("the closing %c is missing."), mark);
      if (*p == mark && p[1] != mark)
        break;
      if (*p == mark || (*p == '\\' && mark != '`' && p[1] != '\0'))
        p++;
      g_string_append_c (self->word, *p);
    }
  self->at = p + 1;
  self->type = mark == '`' ? TOKEN_COLUMN : TOKEN_TEXT;
  return TRUE;
}

static gboolean
read_number (Parser *self)
{
  const char *p = self->at;

  while (g_ascii_isalnum (*p) || *p == '.' || ((*p == '+' || *p == '-') && (p[-1] == 'e' || p[-1] == 'E')))
    p++;
  g_string_append_len (self->word, self->at, p - self->at);
  self->at = p;
  self->type = TOKEN_NUMBER;
  if (!sx_number_parse (self->word->str, self->word->len, &self->number))
    return fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is not a number."), self->word->str);
  return TRUE;
}

static gboolean
read_sign (Parser *self)
{
  static const char *const signs[] = { "<=", ">=", "!=", "<>", "==", "=", "<", ">", "+", "-", "*", "/", "%", "^", "(", ")", ",", NULL };

  for (guint i = 0; signs[i] != NULL; i++)
    if (g_str_has_prefix (self->at, signs[i]))
      {
        const char *sign = signs[i];

        self->at += strlen (sign);
        if (g_str_equal (sign, "<>"))
          sign = "!=";
        if (g_str_equal (sign, "=="))
          sign = "=";
        g_string_assign (self->word, sign);
        self->type = TOKEN_SIGN;
        return TRUE;
      }
  {
    g_autofree char *sign = g_strndup (self->at, (gsize)(g_utf8_next_char (self->at) - self->at));

    return fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is not part of the expression language."), sign);
  }
}

static gboolean
next (Parser *self)
{
  while (g_ascii_isspace (*self->at))
    self->at++;
  self->start = self->at;
  g_string_truncate (self->word, 0);
  if (*self->at == '\0')
    {
      self->type = TOKEN_END;
      return TRUE;
    }
  if (*self->at == '"' || *self->at == '\'' || *self->at == '`')
    return read_quoted (self);
  if (g_ascii_isdigit (*self->at) || (*self->at == '.' && g_ascii_isdigit (self->at[1])))
    return read_number (self);
  if (!is_word_start (g_utf8_get_char (self->at)))
    return read_sign (self);
  while (*self->at != '\0' && is_word_part (g_utf8_get_char (self->at)))
    {
      g_string_append_unichar (self->word, g_utf8_get_char (self->at));
      self->at = g_utf8_next_char (self->at);
    }
  self->type = TOKEN_NAME;
  return TRUE;
}

static gboolean
is_ahead (const Parser *self, TokenType type, const char *word)
{
  return self->type == type && g_str_equal (self->word->str, word);
}

static SxExpr *
make_node (SxExprKind kind, SxKind values, const char *text, double number)
{
  SxExpr *self = g_new0 (SxExpr, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->values = values;
  self->type = sx_kind_get_type (values);
  self->text = g_strdup (text);
  self->number = number;
  return self;
}

static gboolean
accepts (char letter, SxKind kind)
{
  switch (letter)
    {
    case 'n':
      return kind == SX_KIND_NUMBER || kind == SX_KIND_NONE;
    case 't':
      return kind == SX_KIND_TEXT || kind == SX_KIND_NONE;
    case 'b':
      return kind == SX_KIND_BOOL || kind == SX_KIND_NONE;
    case 'd':
      return kind == SX_KIND_TIME || kind == SX_KIND_NONE;
    case 'o':
      return kind != SX_KIND_BOOL;
    default:
      return TRUE;
    }
}

static SxKind
kind_of_letter (char letter)
{
  return letter == 't' ? SX_KIND_TEXT : letter == 'b' ? SX_KIND_BOOL
                                      : letter == 'd' ? SX_KIND_TIME
                                                      : SX_KIND_NUMBER;
}

/* The word “missing” takes on the kind that its place asks for. */
static void
settle_missing (SxExpr *arg, SxKind kind)
{
  if (arg->values != SX_KIND_NONE)
    return;
  arg->values = kind;
  arg->type = sx_kind_get_type (kind);
}

static gboolean
check_count (Parser *self, const char *at, const SxExprOp *op, guint n)
{
  gsize    letters = strcspn (op->args, "*?");
  gboolean many = op->args[letters] == '*', optional = op->args[letters] == '?';
  guint    least = (guint)letters - (many || optional ? 1 : 0);

  if (n >= least && (many || n <= letters))
    return TRUE;
  return fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("%s takes other arguments: %s"), op->name, op->signature != NULL ? op->signature : op->name);
}

static gboolean
check_constants (Parser *self, const char *at, const SxExpr *call)
{
  g_autofree char *problem = call->op->check != NULL ? call->op->check (call) : NULL;

  return problem == NULL || fail (self, at, SX_PIPELINE_ERROR_PARSE, "%s", problem);
}

/* Checks the arguments' kinds against the operator and gives the node its own. */
static gboolean
check_call (Parser *self, const char *at, SxExpr *call)
{
  const SxExprOp *op = call->op;
  gsize           letters = strcspn (op->args, "*?");
  SxKind          same = SX_KIND_NONE;

  if (!check_count (self, at, op, call->args->len))
    return FALSE;
  for (guint i = 0; i < call->args->len; i++)
    {
      const SxExpr *arg = g_ptr_array_index (call->args, i);
      char          letter = op->args[MIN (i, letters - 1)];

      if (!accepts (letter, arg->values))
        return letter == 'o' ? fail (self, at, SX_PIPELINE_ERROR_TYPE, _ ("“%s” cannot order true and false."), op->name)
                             : fail (self, at, SX_PIPELINE_ERROR_TYPE, _ ("“%s” needs %s, got %s."), op->name, sx_kind_get_title (kind_of_letter (letter)), sx_kind_get_title (arg->values));
      if (letter != 's' && letter != 'o')
        continue;
      if (same != SX_KIND_NONE && arg->values != SX_KIND_NONE && arg->values != same)
        return fail (self, at, SX_PIPELINE_ERROR_TYPE, _ ("“%s” has %s and %s, which do not go together."), op->name, sx_kind_get_title (same), sx_kind_get_title (arg->values));
      if (arg->values != SX_KIND_NONE)
        same = arg->values;
    }
  same = same == SX_KIND_NONE ? SX_KIND_NUMBER : same;
  for (guint i = 0; i < call->args->len; i++)
    {
      char letter = op->args[MIN (i, letters - 1)];

      settle_missing (g_ptr_array_index (call->args, i), letter == 's' || letter == 'o' ? same : kind_of_letter (letter));
    }
  call->values = op->result == 's' ? same : kind_of_letter (op->result);
  call->type = sx_kind_get_type (call->values);
  return check_constants (self, at, call);
}

/* Takes the arguments. */
static SxExpr *
make_call (Parser *self, const char *at, const SxExprOp *op, GPtrArray *args)
{
  g_autoptr (SxExpr) call = make_node (SX_EXPR_CALL, SX_KIND_NUMBER, NULL, 0);

  call->op = op;
  call->args = args;
  return check_call (self, at, call) ? g_steal_pointer (&call) : NULL;
}

static SxExpr *
make_binary (Parser *self, const char *at, const char *name, SxExpr *left, SxExpr *right)
{
  GPtrArray *args = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_expr_unref);

  g_ptr_array_add (args, left);
  if (right != NULL)
    g_ptr_array_add (args, right);
  return make_call (self, at, sx_expr_op_find (name), args);
}

static SxExpr *parse_or (Parser *self);

/* “(a, b, …)”, the bracket being ahead; adds to @args. */
static gboolean
parse_arguments (Parser *self, GPtrArray *args)
{
  if (!is_ahead (self, TOKEN_SIGN, "("))
    return fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("“(” is expected here."));
  do
    {
      SxExpr *arg;

      if (!next (self))
        return FALSE;
      if (args->len == 0 && is_ahead (self, TOKEN_SIGN, ")"))
        break;
      arg = parse_or (self);
      if (arg == NULL)
        return FALSE;
      g_ptr_array_add (args, arg);
    }
  while (is_ahead (self, TOKEN_SIGN, ","));
  if (!is_ahead (self, TOKEN_SIGN, ")"))
    return fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("“)” is expected here."));
  return next (self);
}

static SxExpr *
parse_column (Parser *self, const char *at, const char *name)
{
  int         index = sx_schema_find (self->schema, name);
  const char *near;
  SxKind      kind;
  SxExpr     *column;

  if (index < 0)
    {
      near = sx_schema_suggest (self->schema, name);
      if (near != NULL)
        fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("there is no column “%s”. Did you mean “%s”?"), name, near);
      else
        fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("there is no column “%s”."), name);
      return NULL;
    }
  kind = sx_kind_of_type (sx_schema_get_field (self->schema, (guint)index)->type);
  if (kind == SX_KIND_NONE)
    {
      fail (self, at, SX_PIPELINE_ERROR_TYPE, _ ("column “%s” is of type “%s”, which cannot be used in an expression."), name,
            sx_type_get_title (sx_schema_get_field (self->schema, (guint)index)->type));
      return NULL;
    }
  column = make_node (SX_EXPR_COLUMN, kind, name, 0);
  column->type = sx_schema_get_field (self->schema, (guint)index)->type;
  return column;
}

static SxExpr *
parse_function (Parser *self, const char *at, const char *name)
{
  const SxExprOp *op = sx_expr_op_find (name);
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_expr_unref);

  if (op == NULL || op->signature == NULL)
    {
      const char *near = sx_expr_op_suggest (name);

      if (near != NULL)
        fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("there is no function “%s”. Did you mean “%s”?"), name, near);
      else
        fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("there is no function “%s”."), name);
      return NULL;
    }
  if (!parse_arguments (self, args))
    return NULL;
  return make_call (self, at, op, g_steal_pointer (&args));
}

static SxExpr *
parse_name (Parser *self, const char *at, const char *name)
{
  if (g_str_equal (name, "true") || g_str_equal (name, "false"))
    return make_node (SX_EXPR_BOOL, SX_KIND_BOOL, NULL, *name == 't');
  if (g_str_equal (name, "missing"))
    return make_node (SX_EXPR_MISSING, SX_KIND_NONE, NULL, 0);
  return parse_column (self, at, name);
}

static SxExpr *
parse_primary (Parser *self)
{
  const char      *at = self->start;
  TokenType        type = self->type;
  double           number = self->number;
  g_autofree char *word = g_strdup (self->word->str);
  SxExpr          *inner;

  if (type == TOKEN_END)
    {
      fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("the expression ends too early."));
      return NULL;
    }
  if (!next (self))
    return NULL;
  switch (type)
    {
    case TOKEN_NUMBER:
      return make_node (SX_EXPR_NUMBER, SX_KIND_NUMBER, NULL, number);
    case TOKEN_TEXT:
      return make_node (SX_EXPR_TEXT, SX_KIND_TEXT, word, 0);
    case TOKEN_COLUMN:
      return parse_column (self, at, word);
    case TOKEN_NAME:
      return is_ahead (self, TOKEN_SIGN, "(") ? parse_function (self, at, word) : parse_name (self, at, word);
    case TOKEN_SIGN:
    case TOKEN_END:
    default:
      break;
    }
  if (!g_str_equal (word, "("))
    {
      fail (self, at, SX_PIPELINE_ERROR_PARSE, _ ("“%s” cannot stand here."), word);
      return NULL;
    }
  inner = parse_or (self);
  if (inner == NULL)
    return NULL;
  if (!is_ahead (self, TOKEN_SIGN, ")"))
    {
      fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("“)” is expected here."));
      sx_expr_unref (inner);
      return NULL;
    }
  if (!next (self))
    g_clear_pointer (&inner, sx_expr_unref);
  return inner;
}

static SxExpr *parse_unary (Parser *self);

static SxExpr *
parse_power (Parser *self)
{
  g_autoptr (SxExpr) left = parse_primary (self);
  SxExpr     *right;
  const char *at = self->start;

  if (left == NULL || !is_ahead (self, TOKEN_SIGN, "^"))
    return g_steal_pointer (&left);
  if (!next (self) || (right = parse_unary (self)) == NULL)
    return NULL;
  return make_binary (self, at, "^", g_steal_pointer (&left), right);
}

static SxExpr *
parse_unary (Parser *self)
{
  const char *at = self->start;
  SxExpr     *operand = NULL;

  if (!is_ahead (self, TOKEN_SIGN, "-") && !is_ahead (self, TOKEN_SIGN, "+"))
    return parse_power (self);
  if (++self->depth > SX_EXPR_MAX_DEPTH)
    {
      fail (self, at, SX_PIPELINE_ERROR_LIMIT, _ ("the expression is nested too deeply."));
      return NULL;
    }
  {
    gboolean is_minus = is_ahead (self, TOKEN_SIGN, "-");

    if (next (self))
      operand = parse_unary (self);
    self->depth--;
    return operand == NULL || !is_minus ? operand : make_binary (self, at, "neg", operand, NULL);
  }
}

typedef SxExpr *(*ParseFunc) (Parser *self);

/* Left-associative operators @names of one rank, over operands of the next. */
static SxExpr *
parse_rank (Parser *self, TokenType type, const char *const *names, ParseFunc operand)
{
  g_autoptr (SxExpr) left = operand (self);

  while (left != NULL && self->type == type && g_strv_contains (names, self->word->str))
    {
      const char      *at = self->start;
      g_autofree char *name = g_strdup (self->word->str);
      SxExpr          *right;

      if (!next (self) || (right = operand (self)) == NULL)
        return NULL;
      left = make_binary (self, at, name, g_steal_pointer (&left), right);
    }
  return g_steal_pointer (&left);
}

static SxExpr *
parse_product (Parser *self)
{
  return parse_rank (self, TOKEN_SIGN, (const char *const[]){ "*", "/", "%", NULL }, parse_unary);
}

static SxExpr *
parse_sum (Parser *self)
{
  return parse_rank (self, TOKEN_SIGN, (const char *const[]){ "+", "-", NULL }, parse_product);
}

static SxExpr *
parse_comparison (Parser *self)
{
  g_autoptr (SxExpr) left = parse_rank (self, TOKEN_SIGN, (const char *const[]){ "=", "!=", "<", "<=", ">", ">=", NULL }, parse_sum);
  const char *at = self->start;
  GPtrArray  *args;

  if (left == NULL || !is_ahead (self, TOKEN_NAME, "in"))
    return g_steal_pointer (&left);
  args = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_expr_unref);
  g_ptr_array_add (args, g_steal_pointer (&left));
  if (!next (self) || !is_ahead (self, TOKEN_SIGN, "("))
    {
      fail (self, self->start, SX_PIPELINE_ERROR_PARSE, _ ("after “in” a list is expected: in (\"a\", \"b\")."));
      g_ptr_array_unref (args);
      return NULL;
    }
  if (!parse_arguments (self, args))
    {
      g_ptr_array_unref (args);
      return NULL;
    }
  return make_call (self, at, sx_expr_op_find ("in"), args);
}

static SxExpr *
parse_not (Parser *self)
{
  const char *at = self->start;
  SxExpr     *operand = NULL;

  if (!is_ahead (self, TOKEN_NAME, "not"))
    return parse_comparison (self);
  if (++self->depth > SX_EXPR_MAX_DEPTH)
    {
      fail (self, at, SX_PIPELINE_ERROR_LIMIT, _ ("the expression is nested too deeply."));
      return NULL;
    }
  if (next (self))
    operand = parse_not (self);
  self->depth--;
  return operand == NULL ? NULL : make_binary (self, at, "not", operand, NULL);
}

static SxExpr *
parse_and (Parser *self)
{
  return parse_rank (self, TOKEN_NAME, (const char *const[]){ "and", NULL }, parse_not);
}

static SxExpr *
parse_or (Parser *self)
{
  SxExpr *result = NULL;

  if (++self->depth > SX_EXPR_MAX_DEPTH)
    fail (self, self->start, SX_PIPELINE_ERROR_LIMIT, _ ("the expression is nested too deeply."));
  else
    result = parse_rank (self, TOKEN_NAME, (const char *const[]){ "or", NULL }, parse_and);
  self->depth--;
  return result;
}

SxExpr *
sx_expr_new (const char *text, SxSchema *schema, GError **error)
{
  GError *own = NULL;
  Parser  self = { .text = text, .at = text, .schema = schema, .error = &own };
  g_autoptr (GString) word = g_string_new (NULL);
  g_autoptr (SxExpr) result = NULL;

  g_return_val_if_fail (text != NULL && schema != NULL, NULL);
  self.word = word;
  if (strlen (text) > SX_EXPR_MAX_SIZE || !g_utf8_validate (text, -1, NULL))
    g_set_error (&own, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("The expression is longer than %d bytes or not UTF-8."), SX_EXPR_MAX_SIZE);
  else if (next (&self))
    result = parse_or (&self);
  if (result != NULL && self.type != TOKEN_END)
    fail (&self, self.start, SX_PIPELINE_ERROR_PARSE, _ ("an operator is expected here, not “%s”."), self.start);
  if (own != NULL)
    {
      g_propagate_error (error, own);
      return NULL;
    }
  settle_missing (result, SX_KIND_NUMBER);
  return g_steal_pointer (&result);
}

SxExpr *
sx_expr_ref (SxExpr *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_expr_unref (SxExpr *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->args, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}

SxType
sx_expr_get_type (const SxExpr *self)
{
  g_return_val_if_fail (self != NULL, SX_TYPE_FLOAT64);
  return self->type;
}

char *
sx_expr_quote_column (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "`", -1);
  g_autofree char *doubled = g_strjoinv ("``", parts);

  return g_strconcat ("`", doubled, "`", NULL);
}

char *
sx_expr_quote_text (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

static void
collect_columns (const SxExpr *self, GPtrArray *names)
{
  if (self->kind == SX_EXPR_COLUMN && !g_ptr_array_find_with_equal_func (names, self->text, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (self->text));
  for (guint i = 0; self->args != NULL && i < self->args->len; i++)
    collect_columns (g_ptr_array_index (self->args, i), names);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GStrv
sx_expr_dup_columns (const SxExpr *self)
{
  GPtrArray *names = g_ptr_array_new ();

  collect_columns (self, names);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (GStrv)g_ptr_array_free (names, FALSE);
}

SxExprKind
sx_expr_get_kind (const SxExpr *self)
{
  return self->kind;
}

const char *
sx_expr_get_name (const SxExpr *self)
{
  return self->kind == SX_EXPR_CALL ? self->op->name : self->text;
}

const char *
sx_expr_get_text (const SxExpr *self)
{
  return self->text;
}

double
sx_expr_get_number (const SxExpr *self)
{
  return self->number;
}

guint
sx_expr_get_n_args (const SxExpr *self)
{
  return self->args != NULL ? self->args->len : 0;
}

const SxExpr *
sx_expr_get_arg (const SxExpr *self, guint arg)
{
  g_return_val_if_fail (arg < sx_expr_get_n_args (self), NULL);
  return g_ptr_array_index (self->args, arg);
}
