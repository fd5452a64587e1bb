/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* All operators and functions, whichever file they are in. */

#include "config.h"

#include "sx-expr-private.h"

#include "graph/sx-yaml.h"

#include <string.h>

/* Operator or function @i, counted through all tables; NULL behind the last. */
static const SxExprOp *
get_op (guint i)
{
  const struct
  {
    const SxExprOp *ops;
    guint           n;
  } tables[] = { { sx_expr_core_ops, sx_expr_n_core_ops }, { sx_expr_text_ops, sx_expr_n_text_ops }, { sx_expr_time_ops, sx_expr_n_time_ops }, { sx_expr_calendar_ops, sx_expr_n_calendar_ops } };

  for (guint table = 0; table < G_N_ELEMENTS (tables); i -= tables[table++].n)
    if (i < tables[table].n)
      return &tables[table].ops[i];
  return NULL;
}

const SxExprOp *
sx_expr_op_find (const char *name)
{
  const SxExprOp *op;

  for (guint i = 0; (op = get_op (i)) != NULL; i++)
    if (g_str_equal (op->name, name))
      return op;
  return NULL;
}

const char *
sx_expr_op_suggest (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const SxExprFunction *function = sx_expr_list_functions (); function->name != NULL; function++)
    g_ptr_array_add (names, (gpointer)function->name);
  g_ptr_array_add (names, NULL);
  return sx_yaml_suggest (name, (const char *const *)names->pdata);
}

static int
compare_functions (gconstpointer a, gconstpointer b)
{
  return strcmp (((const SxExprFunction *)a)->name, ((const SxExprFunction *)b)->name);
}

const SxExprFunction *
sx_expr_list_functions (void)
{
  static gsize functions;

  if (g_once_init_enter (&functions))
    {
      GArray         *list = g_array_new (TRUE, FALSE, sizeof (SxExprFunction));
      const SxExprOp *op;

      for (guint i = 0; (op = get_op (i)) != NULL; i++)
        {
          SxExprFunction function = { op->name, op->signature, op->help };

          if (op->signature != NULL)
            g_array_append_val (list, function);
        }
      g_array_sort (list, compare_functions);
      g_once_init_leave (&functions, (gsize)g_array_free (list, FALSE));
    }
  return (const SxExprFunction *)functions;
}
