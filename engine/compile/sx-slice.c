/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A slice of steps: what some columns depend on.
 *
 * A trained model carries the steps of its features, and must not ask for the target; the target's own steps are kept apart for scoring raw
 * tables. Both are slices of the one list that the chain gives, found by walking it backwards with the set of columns still wanted. */

#include "config.h"

#include "sx-chain-private.h"

#include <string.h>

/* A step of the slice: pointers into the original and, where only some of its columns count, lists of its own. */
typedef struct
{
  const SxStep *step;
  SxStepOp      op;
  GPtrArray    *inputs; /* NULL-ended, borrowed texts; NULL: those of the step */
  GPtrArray    *outputs;
  GArray       *numbers; /* of double; NULL: those of the step */
} Piece;

static void
free_piece (gpointer data)
{
  Piece *piece = data;

  g_clear_pointer (&piece->inputs, g_ptr_array_unref);
  g_clear_pointer (&piece->outputs, g_ptr_array_unref);
  g_clear_pointer (&piece->numbers, g_array_unref);
  g_free (piece);
}

static Piece *
add_piece (GPtrArray *pieces, const SxStep *step, SxStepOp op)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->step = step;
  piece->op = op;
  g_ptr_array_add (pieces, piece);
  return piece;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The members of the set @wanted, sorted and NULL-ended. */
static GPtrArray *
list_wanted (GHashTable *wanted)
{
  GPtrArray     *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       name;

  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (list, name);
  g_ptr_array_sort (list, compare_texts);
  g_ptr_array_add (list, NULL);
  return list;
}

static void
slice_select (GPtrArray *pieces, GHashTable *wanted, const SxStep *step)
{
  Piece *piece = add_piece (pieces, step, SX_STEP_SELECT);

  piece->inputs = g_ptr_array_new ();
  for (guint i = 0; step->outputs[i]; i++)
    if (g_hash_table_contains (wanted, step->outputs[i]))
      g_ptr_array_add (piece->inputs, step->outputs[i]);
  g_ptr_array_add (piece->inputs, NULL);
  piece->outputs = g_ptr_array_ref (piece->inputs);
}

/* Operations that do the same to each of their columns: only the pairs that are wanted stay. */
static void
slice_pairs (GPtrArray *pieces, GHashTable *wanted, const SxStep *step)
{
  Piece *piece = add_piece (pieces, step, step->op);
  guint  n_all = g_strv_length (step->outputs);

  piece->inputs = g_ptr_array_new ();
  piece->outputs = g_ptr_array_new ();
  if (step->op == SX_STEP_AFFINE)
    piece->numbers = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < n_all; i++)
    {
      if (!g_hash_table_contains (wanted, step->outputs[i]))
        continue;
      g_ptr_array_add (piece->inputs, step->inputs[i]);
      g_ptr_array_add (piece->outputs, step->outputs[i]);
      if (piece->numbers != NULL)
        g_array_append_vals (piece->numbers, &step->numbers[2 * i], 2);
    }
  for (guint i = 0; i < piece->outputs->len; i++)
    g_hash_table_remove (wanted, piece->outputs->pdata[i]);
  for (guint i = 0; i < piece->inputs->len; i++)
    g_hash_table_add (wanted, piece->inputs->pdata[i]);
  /* A column that kept its old name because its pair was left out must not stand in the way of a new name. */
  if (step->op == SX_STEP_RENAME && piece->outputs->len < n_all)
    {
      Piece *before = add_piece (pieces, step, SX_STEP_SELECT);

      before->inputs = list_wanted (wanted);
      before->outputs = g_ptr_array_ref (before->inputs);
    }
  g_ptr_array_add (piece->inputs, NULL);
  g_ptr_array_add (piece->outputs, NULL);
}

static void
slice_step (GPtrArray *pieces, GHashTable *wanted, const SxStep *step)
{
  gboolean is_wanted = FALSE;

  if (step->op == SX_STEP_SELECT)
    {
      slice_select (pieces, wanted, step);
      return;
    }
  for (guint i = 0; step->outputs[i]; i++)
    is_wanted |= g_hash_table_contains (wanted, step->outputs[i]);
  if (!is_wanted)
    return;
  if (step->op != SX_STEP_EXPRESSION && g_strv_length (step->inputs) == g_strv_length (step->outputs))
    {
      slice_pairs (pieces, wanted, step);
      return;
    }
  add_piece (pieces, step, step->op);
  for (guint i = 0; step->outputs[i]; i++)
    g_hash_table_remove (wanted, step->outputs[i]);
  for (guint i = 0; step->inputs[i]; i++)
    g_hash_table_add (wanted, step->inputs[i]);
}

static void
add_to_steps (SxSteps *steps, const Piece *piece)
{
  const SxStep      *step = piece->step;
  const char *const *inputs = piece->inputs ? (const char *const *)piece->inputs->pdata : (const char *const *)step->inputs;
  const char *const *outputs = piece->outputs ? (const char *const *)piece->outputs->pdata : (const char *const *)step->outputs;

  if (piece->op == SX_STEP_SELECT)
    sx_steps_add (steps, SX_STEP_SELECT, inputs, outputs, NULL, 0, NULL, 0);
  else if (piece->numbers != NULL)
    sx_steps_add (steps, piece->op, inputs, outputs, (const double *)(gpointer)piece->numbers->data, piece->numbers->len, (const char *const *)step->texts, step->type);
  else
    sx_steps_add (steps, piece->op, inputs, outputs, step->numbers, step->n_numbers, (const char *const *)step->texts, step->type);
  if (step->block != NULL)
    sx_steps_set_block (steps, step->block);
}

SxSteps *
sx_steps_slice (const SxSteps *steps, const char *const *wanted, GStrv *needed)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (free_piece);
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  SxSteps *slice = sx_steps_new ();

  for (guint i = 0; wanted[i]; i++)
    g_hash_table_add (set, (gpointer)wanted[i]);
  for (guint i = sx_steps_get_n (steps); i > 0; i--)
    slice_step (pieces, set, sx_steps_get (steps, i - 1));
  for (guint i = pieces->len; i > 0; i--)
    add_to_steps (slice, pieces->pdata[i - 1]);
  if (needed != NULL)
    {
      g_autoptr (GPtrArray) list = list_wanted (set);

      *needed = g_strdupv ((GStrv)list->pdata);
    }
  return slice;
}
