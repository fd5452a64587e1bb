/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Tables and small block kinds of the tests' own, so that what is tested here does not hang on what the real kinds do. */

#define SX_ENGINE_COMPILATION
#include <sx-engine.h>

#include "compile/sx-chain-private.h"

#include <math.h>
#include <string.h>

/* What the test source gives; borrowed. */
static SxFrame *fixture_frame;

static SxFrame *
fixture_run_source (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_frame_ref (fixture_frame);
}

static void
fixture_add_step (SxSteps *steps, SxStepOp op, const char *input, const char *output, const double *numbers, gsize n_numbers, const char *const *texts)
{
  const char *inputs[] = { input, NULL };
  const char *outputs[] = { output, NULL };

  sx_steps_add (steps, op, inputs, outputs, numbers, n_numbers, texts, SX_TYPE_FLOAT64);
}

static char *
fixture_dup_text (const SxColumn *column, gsize row)
{
  gsize       size;
  const char *text = sx_column_get_text (column, row, &size);

  return g_strndup (text, size);
}

/* Learns: column “id” becomes the share of “yes” among the training rows with that id; 0.5 for ids not met. */
static SxSteps *
fixture_fit_target_mean (const SxParams *params, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxColumn) ids = sx_frame_concat_column (training, (guint)sx_schema_find (schema, "id"));
  g_autoptr (SxColumn) labels = sx_frame_concat_column (training, (guint)sx_schema_find (schema, target));
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) yes = g_array_new (FALSE, TRUE, sizeof (double));
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (double));
  g_autoptr (GArray) values = g_array_new (FALSE, TRUE, sizeof (double));
  SxSteps *steps = sx_steps_new ();

  g_array_set_size (values, 2);
  g_array_index (values, double, 0) = g_array_index (values, double, 1) = 0.5;
  for (gsize row = 0; row < ids->n_rows; row++)
    {
      char            *id = fixture_dup_text (ids, row);
      g_autofree char *label = fixture_dup_text (labels, row);
      guint            number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, id));

      if (number == 0)
        {
          g_ptr_array_add (texts, id);
          number = texts->len;
          g_hash_table_insert (numbers, id, GUINT_TO_POINTER (number));
          g_array_set_size (yes, number);
          g_array_set_size (all, number);
        }
      else
        g_free (id);
      g_array_index (yes, double, number - 1) += g_str_equal (label, "yes");
      g_array_index (all, double, number - 1) += 1;
    }
  for (guint i = 0; i < texts->len; i++)
    {
      double share = g_array_index (yes, double, i) / g_array_index (all, double, i);

      g_array_append_val (values, share);
    }
  g_ptr_array_add (texts, NULL);
  fixture_add_step (steps, SX_STEP_LOOKUP, "id", "id", (const double *)(gpointer)values->data, values->len, (const char *const *)texts->pdata);
  return steps;
}

/* Learns: holes of “x” get the mean of the training rows. */
static SxSteps *
fixture_fit_fill (const SxParams *params, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxColumn) x = sx_frame_concat_column (training, (guint)sx_schema_find (sx_frame_get_schema (training), "x"));
  SxSteps *steps = sx_steps_new ();
  double   sum = 0, n = 0;

  for (gsize row = 0; row < x->n_rows; row++)
    if (!sx_column_is_missing (x, row))
      {
        sum += sx_column_get_double (x, row);
        n++;
      }
  sum /= n;
  fixture_add_step (steps, SX_STEP_FILL, "x", "x", &sum, 1, NULL);
  return steps;
}

/* Row-wise: “yes.” becomes “yes” in column y. */
static SxSteps *
fixture_respell (const SxParams *params, SxSchema *input, GError **error)
{
  const char *const texts[] = { "yes.", "yes", NULL };
  SxSteps          *steps = sx_steps_new ();

  fixture_add_step (steps, SX_STEP_REPLACE, "y", "y", NULL, 0, texts);
  return steps;
}

/* Row-wise, and a leak: a number made from the target. */
static SxSteps *
fixture_leak (const SxParams *params, SxSchema *input, GError **error)
{
  const char *const texts[] = { "no", "yes", NULL };
  SxSteps          *steps = sx_steps_new ();

  fixture_add_step (steps, SX_STEP_LOOKUP, "y", "told", (const double[]){ 0, 0, 0.25, 0.75 }, 4, texts);
  return steps;
}

/* Row-wise: without the column “id”. */
static SxSteps *
fixture_drop_id (const SxParams *params, SxSchema *input, GError **error)
{
  const char *const kept[] = { "x", "y", NULL };
  SxSteps          *steps = sx_steps_new ();

  sx_steps_add (steps, SX_STEP_SELECT, kept, kept, NULL, 0, NULL, 0);
  return steps;
}

/* Drops rows: those whose x is below 10. */
static SxFrame *
fixture_run_filter (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxColumn) x = sx_frame_concat_column (inputs[0], (guint)sx_schema_find (sx_frame_get_schema (inputs[0]), "x"));
  g_autofree guint64 *rows = g_new (guint64, x->n_rows + 1);
  guint64             n = 0;

  for (gsize row = 0; row < x->n_rows; row++)
    if (!sx_column_is_missing (x, row) && sx_column_get_double (x, row) >= 10)
      rows[n++] = row;
  return sx_frame_take (inputs[0], rows, n);
}

/* Mixes rows; that it gives back its input is beside the point. */
G_GNUC_UNUSED static SxFrame *
fixture_run_mix (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_frame_ref (inputs[0]);
}

/* What leaves a source or a block that changes no columns. */
static SxSchema *
fixture_describe (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_schema_ref (n_inputs > 0 ? inputs[0] : sx_frame_get_schema (fixture_frame));
}

static const SxParamSpec fixture_params[] = { { NULL } };
static const SxPortSpec  fixture_source_ports[] = { { "table", "Table", SX_PORT_OUT, SX_PORT_TABLE, 0 }, { NULL } };
static const SxPortSpec  fixture_ports[] = { { "input", "Input", SX_PORT_IN, SX_PORT_TABLE, 0 }, { "table", "Table", SX_PORT_OUT, SX_PORT_TABLE, 0 }, { NULL } };

#define FIXTURE_KIND(name, id_, category_, flags_, ...) \
  G_GNUC_UNUSED static const SxBlockKind name = { .id = id_, .title = id_, .help = id_, .aliases = id_, .icon = id_, .category = category_, .flags = flags_, .ports = category_ == SX_BLOCK_SOURCE ? fixture_source_ports : fixture_ports, .params = fixture_params, .describe = fixture_describe, __VA_ARGS__ }

FIXTURE_KIND (fixture_source, "test.source", SX_BLOCK_SOURCE, 0, .run = fixture_run_source);
FIXTURE_KIND (fixture_target_mean, "test.target-mean", SX_BLOCK_PREPARE, SX_BLOCK_LEARNS, .fit = fixture_fit_target_mean);
FIXTURE_KIND (fixture_fill, "test.fill", SX_BLOCK_PREPARE, SX_BLOCK_LEARNS, .fit = fixture_fit_fill);
FIXTURE_KIND (fixture_replace, "test.respell", SX_BLOCK_TABLE, SX_BLOCK_ROW_WISE, .steps = fixture_respell);
FIXTURE_KIND (fixture_teller, "test.leak", SX_BLOCK_TABLE, SX_BLOCK_ROW_WISE, .steps = fixture_leak);
FIXTURE_KIND (fixture_no_id, "test.drop-id", SX_BLOCK_TABLE, SX_BLOCK_ROW_WISE, .steps = fixture_drop_id);
FIXTURE_KIND (fixture_mix, "test.mix", SX_BLOCK_TABLE, SX_BLOCK_MIXES_ROWS, .run = fixture_run_mix);
FIXTURE_KIND (fixture_filter, "test.filter", SX_BLOCK_TABLE, SX_BLOCK_DROPS_ROWS, .run = fixture_run_filter);

/* Columns id (text), x (number, holes), y (text, holes). Every row is drawn from @seed and its own number; rows that @change says are drawn
 * from another seed, so that two tables differ in just these. */
static SxFrame *
fixture_make_table (gsize n_rows, guint n_ids, guint seed, double missing_y, const char *yes, const guint8 *change)
{
  const SxField fields[] = { { (char *)"id", SX_TYPE_STRING }, { (char *)"x", SX_TYPE_FLOAT64 }, { (char *)"y", SX_TYPE_STRING } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 3, NULL);
  SxColumnBuilder *builders[3];
  SxColumn        *columns[3];
  SxFrame         *frame;

  for (guint i = 0; i < 3; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (gsize row = 0; row < n_rows; row++)
    {
      guint32 seeds[] = { seed, (guint32)row, change ? change[row] : 0 };
      g_autoptr (GRand) random = g_rand_new_with_seed_array (seeds, 3);
      g_autofree char *id = g_strdup_printf ("id%d", g_rand_int_range (random, 0, (gint32)n_ids));
      const char      *label = g_rand_boolean (random) ? yes : "no";

      sx_column_builder_append_text (builders[0], id, strlen (id));
      if (g_rand_double (random) < 0.1)
        sx_column_builder_append_missing (builders[1]);
      else
        sx_column_builder_append_double (builders[1], g_rand_double_range (random, 0, 100));
      if (g_rand_double (random) < missing_y)
        sx_column_builder_append_missing (builders[2]);
      else
        sx_column_builder_append_text (builders[2], label, strlen (label));
    }
  for (guint i = 0; i < 3; i++)
    {
      columns[i] = sx_column_builder_finish (builders[i]);
      sx_column_builder_free (builders[i]);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < 3; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static void
fixture_add_block (GPtrArray *blocks, const char *id, const SxBlockKind *kind)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (blocks, sx_job_block_new (id, kind, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* A job that predicts y from what the source gives, rows held out at random. */
G_GNUC_UNUSED static SxJob *
fixture_make_job (void)
{
  SxJob *job = sx_job_new ();
  g_autoptr (GError) error = NULL;

  job->folder = g_strdup ("/");
  fixture_add_block (job->table, "source", &fixture_source);
  job->split = (SxSplitSpec){ .method = SX_SPLIT_HOLDOUT, .test = 0.2, .validation = 0.25, .n_folds = 1, .seed = 3 };
  job->model_block = g_strdup ("mlp");
  job->target = g_strdup ("y");
  job->max_trials = 1;
  job->topology = sx_topology_load ("mlp", &error);
  g_assert_no_error (error);
  return job;
}
