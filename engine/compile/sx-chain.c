/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-chain-private.h"

#include <glib/gi18n-lib.h>

gboolean
sx_chain_block_learns (const SxJobBlock *block)
{
  return (block->kind->flags & SX_BLOCK_LEARNS) != 0;
}

gboolean
sx_chain_block_drops (const SxJobBlock *block)
{
  return (block->kind->flags & (SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE)) == 0;
}

/* Each block draws from a stream of its own, which does not change when blocks are added elsewhere. */
static SxBlockContext
make_context (const SxJobBlock *block, const SxChainContext *context)
{
  return (SxBlockContext){
    .folder = context->folder,
    .seed = context->seed ^ ((guint64)g_str_hash (block->id) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)),
    .cancellable = context->cancellable,
  };
}

/* ---- the table part ---- */

/* Marks, from the last block back, those whose table is needed. */
static gboolean *
find_needed (GPtrArray *blocks)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean *needed = g_new0 (gboolean, blocks->len + 1);

  for (guint i = blocks->len; i > 0; i--)
    {
      const SxJobBlock *block = blocks->pdata[i - 1];

      needed[i - 1] = i == blocks->len || g_hash_table_contains (wanted, block->id);
      for (guint j = 0; needed[i - 1] && block->inputs[j]; j++)
        g_hash_table_add (wanted, block->inputs[j]);
    }
  return needed;
}

static SxFrame *
run_block (const SxJobBlock *block, GHashTable *frames, const SxChainContext *context, GError **error)
{
  g_autoptr (SxParams) params = sx_job_block_dup_params (block);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  SxBlockContext block_context = make_context (block, context);
  SxFrame       *frame;

  if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
    return NULL;
  for (guint i = 0; block->inputs[i]; i++)
    g_ptr_array_add (inputs, g_hash_table_lookup (frames, block->inputs[i]));
  frame = block->kind->run (params, (SxFrame *const *)inputs->pdata, inputs->len, &block_context, error);
  if (frame == NULL)
    g_prefix_error (error, _ ("Block “%s”: "), block->id);
  return frame;
}

SxFrame *
sx_chain_run_table (GPtrArray *blocks, const SxChainContext *context, GError **error)
{
  g_autoptr (GHashTable) frames = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)sx_frame_unref);
  g_autofree gboolean *needed = find_needed (blocks);
  SxFrame             *last = NULL;

  g_return_val_if_fail (blocks->len > 0, NULL);

  for (guint i = 0; i < blocks->len; i++)
    {
      const SxJobBlock *block = blocks->pdata[i];

      if (!needed[i])
        continue;
      last = run_block (block, frames, context, error);
      if (last == NULL)
        return NULL;
      g_hash_table_insert (frames, block->id, last);
    }
  return sx_frame_ref (last);
}

/* ---- the chain ---- */

SxSteps *
sx_chain_make_steps (const SxJobBlock *block, SxFrame *frame, const SxChainContext *context, GError **error)
{
  g_autoptr (SxParams) params = sx_job_block_dup_params (block);
  SxBlockContext block_context = make_context (block, context);
  SxSteps       *steps;

  if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
    return NULL;
  if (sx_chain_block_learns (block))
    steps = block->kind->fit (params, frame, context->target, &block_context, error);
  else
    steps = block->kind->steps (params, sx_frame_get_schema (frame), error);
  if (steps == NULL)
    g_prefix_error (error, _ ("Block “%s”: "), block->id);
  else
    sx_steps_set_block (steps, block->id);
  return steps;
}

SxFrame *
sx_chain_apply_training (const SxJobBlock *block, SxFrame *frame, const SxSteps *steps, const SxChainContext *context, GError **error)
{
  g_autoptr (SxParams) params = sx_job_block_dup_params (block);
  SxBlockContext block_context = make_context (block, context);
  SxFrame       *applied;

  if (!sx_chain_block_learns (block) || block->kind->fit_rows == NULL)
    return sx_steps_apply (steps, frame, context->cancellable, error);
  applied = block->kind->fit_rows (params, frame, context->target, steps, &block_context, error);
  if (applied == NULL)
    g_prefix_error (error, _ ("Block “%s”: "), block->id);
  return applied;
}

/* @frame with a column at its end that counts its rows. */
static SxFrame *
number_rows (SxFrame *frame, const char *name)
{
  SxSchema           *schema = sx_frame_get_schema (frame);
  guint               n = sx_schema_get_n_fields (schema);
  g_autofree SxField *fields = g_new0 (SxField, n + 1);
  g_autoptr (SxSchema) numbered = NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_INT64);
  gint64 next = 0;

  for (guint i = 0; i < n; i++)
    fields[i] = *sx_schema_get_field (schema, i);
  fields[n] = (SxField){ (char *)name, SX_TYPE_INT64, NULL };
  numbered = sx_schema_new (fields, n + 1, NULL);
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch              *batch = sx_frame_get_batch (frame, b);
      g_autofree SxColumn **columns = g_new (SxColumn *, n + 1);
      g_autoptr (SxColumn) numbers = NULL;

      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        sx_column_builder_append_int64 (builder, next++);
      numbers = sx_column_builder_finish (builder);
      for (guint i = 0; i < n; i++)
        columns[i] = sx_batch_get_column (batch, i);
      columns[n] = numbers;
      g_ptr_array_add (batches, sx_batch_new (numbered, columns, sx_batch_get_n_rows (batch)));
    }
  return sx_frame_new (numbered, batches);
}

static guint64 *
read_numbers (SxFrame *frame, const char *name)
{
  int column = sx_schema_find (sx_frame_get_schema (frame), name);
  g_autoptr (SxColumn) numbers = NULL;
  guint64 *rows;

  g_assert (column >= 0);
  numbers = sx_frame_concat_column (frame, (guint)column);
  rows = g_new (guint64, numbers->n_rows + 1);
  for (gsize i = 0; i < numbers->n_rows; i++)
    rows[i] = (guint64)sx_column_get_int64 (numbers, i);
  return rows;
}

/* The kind says itself which rows stay. */
static SxFrame *
drop_listed (const SxJobBlock *block, const SxParams *params, SxFrame *frame, const SxBlockContext *context, guint64 **rows, GError **error)
{
  g_autoptr (GArray) listed = block->kind->rows (params, frame, context, error);
  SxFrame *taken;

  if (listed == NULL)
    {
      g_prefix_error (error, _ ("Block “%s”: "), block->id);
      return NULL;
    }
  taken = sx_frame_take (frame, (const guint64 *)(gpointer)listed->data, listed->len);
  if (rows != NULL)
    *rows = (guint64 *)(gpointer)g_array_free (g_steal_pointer (&listed), FALSE);
  return taken;
}

SxFrame *
sx_chain_drop_rows (const SxJobBlock *block, SxFrame *frame, const SxChainContext *context, guint64 **rows, GError **error)
{
  g_autoptr (SxParams) params = sx_job_block_dup_params (block);
  g_autoptr (GString) name = g_string_new ("(row)");
  g_autoptr (SxFrame) numbered = NULL;
  g_autoptr (SxFrame) kept = NULL;
  g_autofree guint64 *numbers = NULL;
  SxBlockContext      block_context = make_context (block, context);
  SxFrame            *taken;

  if (g_cancellable_set_error_if_cancelled (context->cancellable, error))
    return NULL;
  if (block->kind->rows != NULL)
    return drop_listed (block, params, frame, &block_context, rows, error);
  while (sx_schema_find (sx_frame_get_schema (frame), name->str) >= 0)
    g_string_append_c (name, ')');
  numbered = number_rows (frame, name->str);
  kept = block->kind->run (params, (SxFrame *const[]){ numbered }, 1, &block_context, error);
  if (kept == NULL)
    {
      g_prefix_error (error, _ ("Block “%s”: "), block->id);
      return NULL;
    }
  numbers = read_numbers (kept, name->str);
  taken = sx_frame_take (frame, numbers, sx_frame_get_n_rows (kept));
  if (rows != NULL)
    *rows = g_steal_pointer (&numbers);
  return taken;
}
