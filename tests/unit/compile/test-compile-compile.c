/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From graphs to jobs: the parts, the rules about leaks, and what is said about a graph that cannot be trained. */

#include "compile-fixture.h"

/* A graph that grows as a chain. */
typedef struct
{
  SxGraph *graph;
  char    *last;
  guint    n_links;
} Builder;

static void
apply (SxGraph *graph, SxEdit *edit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxEdit) inverse = sx_graph_apply (graph, edit, &error);

  g_assert_no_error (error);
  sx_edit_unref (edit);
}

static void
link_blocks (Builder *builder, const char *from, const char *from_port, const char *to, const char *to_port)
{
  g_autofree char *id = g_strdup_printf ("l%u", ++builder->n_links);

  apply (builder->graph, sx_edit_new_insert_link (id, from, from_port, to, to_port));
}

/* Adds a block behind the last; @params in text, or NULL. */
static void
add (Builder *builder, const char *id, const SxBlockKind *kind, const char *params)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (params ? params : "@a{sv} {}"));

  g_assert_nonnull (kind);
  apply (builder->graph, sx_edit_new_insert_block (id, kind, 0, 0, values, NULL));
  if (builder->last != NULL)
    for (const SxPortSpec *port = kind->ports; port->id; port++)
      if (port->direction == SX_PORT_IN && port->type == SX_PORT_TABLE)
        {
          link_blocks (builder, builder->last, "table", id, port->id);
          break;
        }
  g_free (builder->last);
  builder->last = g_strdup (id);
}

static void
add_model (Builder *builder, const char *params)
{
  add (builder, "mlp", sx_block_kind_find ("model.mlp"), params ? params : "{'target': <'y'>, 'trials': <int64 5>}");
}

static Builder
begin (void)
{
  Builder builder = { sx_graph_new (), NULL, 0 };

  add (&builder, "source", &fixture_source, NULL);
  return builder;
}

static void
clear_builder (Builder *builder)
{
  g_clear_object (&builder->graph);
  g_free (builder->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Builder, clear_builder)

static SxJob *
compile (Builder *builder, GPtrArray **problems)
{
  g_autoptr (GError) error = NULL;
  SxJob *job = sx_compile (builder->graph, "/tmp", NULL, problems, NULL, &error);

  g_assert_no_error (error);
  return job;
}

static void
check_refusal (Builder *builder, const char *block, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (SxJob) job = sx_compile (builder->graph, "/tmp", NULL, &problems, NULL, &error);
  gboolean is_listed = FALSE;

  g_assert_null (job);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, message);
  for (guint i = 0; i < problems->len; i++)
    {
      const SxProblem *problem = problems->pdata[i];

      is_listed |= !problem->is_warning && g_strcmp0 (problem->block, block) == 0 && strstr (error->message, problem->message) != NULL;
    }
  g_assert_true (is_listed);
}

static SxFrame *
make_plain (void)
{
  return fixture_make_table (300, 5, 6, 0, "yes", NULL);
}

/* ---- jobs ---- */

static void
test_parts (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;
  const char *const table[] = { "source", "filter-1", "mix" };
  const char *const chain[] = { "filter-2", "fill", "mean" };

  fixture_frame = frame;
  apply (builder.graph, sx_edit_new_set_meta ("title", "Parts"));
  apply (builder.graph, sx_edit_new_set_meta ("seed", "9"));
  add (&builder, "filter-1", &fixture_filter, NULL);
  add (&builder, "mix", &fixture_mix, NULL);
  add (&builder, "filter-2", &fixture_filter, NULL);
  add (&builder, "split", sx_block_kind_find ("split.kfold"), "{'folds': <int64 4>, 'test': <0.1>}");
  add (&builder, "fill", &fixture_fill, NULL);
  add (&builder, "mean", &fixture_target_mean, NULL);
  add_model (&builder, "{'target': <'y'>, 'metric': <'auc'>, 'task': <'binary'>, 'budget': <30.0>}");
  g_clear_pointer (&builder.last, g_free);
  add (&builder, "evaluate", sx_block_kind_find ("evaluate.metrics"), NULL);
  link_blocks (&builder, "mlp", "model", "evaluate", "model");
  job = compile (&builder, NULL);
  g_assert_cmpuint (job->exports->len, ==, 1);
  g_assert_cmpuint (job->table->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((SxJobBlock *)job->table->pdata[i])->id, ==, table[i]);
  g_assert_cmpstr (((SxJobBlock *)job->table->pdata[2])->inputs[0], ==, "filter-1");
  g_assert_cmpuint (job->chain->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((SxJobBlock *)job->chain->pdata[i])->id, ==, chain[i]);
  g_assert_cmpuint (job->n_before_split, ==, 1);
  g_assert_cmpint (job->split.method, ==, SX_SPLIT_KFOLD);
  g_assert_cmpuint (job->split.n_folds, ==, 4);
  g_assert_cmpfloat (job->split.test, ==, 0.1);
  g_assert_cmpuint (job->split.seed, ==, 9);
  g_assert_cmpstr (job->name, ==, "Parts");
  g_assert_cmpstr (job->folder, ==, "/tmp");
  g_assert_cmpstr (job->target, ==, "y");
  g_assert_cmpstr (job->metric, ==, "auc");
  g_assert_cmpint (job->task, ==, SX_TASK_BINARY);
  g_assert_cmpfloat (job->budget_seconds, ==, 30);
}

/* Nothing but a source and a model: rows are held out, and the search has the usual budget. */
static void
test_defaults (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;

  fixture_frame = frame;
  add (&builder, "drop", &fixture_no_id, NULL);
  add (&builder, "fill", &fixture_fill, NULL);
  add_model (&builder, "{'target': <'y'>}");
  job = compile (&builder, NULL);
  g_assert_cmpint (job->split.method, ==, SX_SPLIT_HOLDOUT);
  g_assert_cmpfloat (job->split.test, ==, 0.2);
  g_assert_true (job->split.stratify);
  g_assert_cmpuint (job->n_before_split, ==, 1);
  g_assert_cmpint (job->task, ==, -1);
  g_assert_null (job->metric);
  g_assert_cmpfloat (job->budget_seconds, ==, 60);
  g_assert_cmpuint (job->chain->len, ==, 2); /* numbers without holes: nothing is put in */
}

static void
test_muted (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;

  fixture_frame = frame;
  add (&builder, "drop", &fixture_no_id, NULL);
  add (&builder, "mix", &fixture_mix, NULL);
  add (&builder, "fill", &fixture_fill, NULL);
  apply (builder.graph, sx_edit_new_set_flag ("mix", "muted", TRUE));
  add_model (&builder, NULL);
  job = compile (&builder, NULL);
  g_assert_cmpuint (job->table->len, ==, 1);
  g_assert_cmpuint (job->chain->len, ==, 2);
}

/* What compiles can be prepared, and says the same twice. */
static void
test_compiled_prepares (void)
{
  g_autoptr (SxFrame) frame = fixture_make_table (300, 5, 6, 0, "yes.", NULL);
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;
  g_autoptr (SxPrepared) prepared = NULL;
  g_autoptr (GError) error = NULL;

  fixture_frame = frame;
  add (&builder, "respell", &fixture_replace, NULL);
  add (&builder, "fill", &fixture_fill, NULL);
  add (&builder, "mean", &fixture_target_mean, NULL);
  add_model (&builder, NULL);
  job = compile (&builder, NULL);
  prepared = sx_prepared_new (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sx_schema_get_n_fields (sx_prepared_get_input_schema (prepared)), ==, 2);
}

static void
test_preparation_inserted (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;
  const SxJobBlock *last;
  const char       *aim = NULL;

  if (sx_block_kind_find ("prepare.auto") == NULL)
    {
      g_test_skip ("there is no prepare.auto in this build");
      return;
    }
  fixture_frame = frame;
  add_model (&builder, NULL);
  job = compile (&builder, NULL);
  g_assert_cmpuint (job->chain->len, ==, 1);
  last = job->chain->pdata[0];
  g_assert_cmpstr (last->kind->id, ==, "prepare.auto");
  /* the aim of the topology, or the block's default if that is the same */
  if (g_variant_lookup (last->params, "for", "&s", &aim))
    g_assert_cmpstr (aim, ==, "network");
}

static void
test_features_selected (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();
  g_autoptr (SxJob) job = NULL;
  g_autoptr (SxPrepared) prepared = NULL;
  const SxJobBlock *last;

  if (sx_block_kind_find ("table.select") == NULL)
    {
      g_test_skip ("there is no table.select in this build");
      return;
    }
  fixture_frame = frame;
  add (&builder, "fill", &fixture_fill, NULL);
  add_model (&builder, "{'target': <'y'>, 'trials': <int64 5>, 'features': <['x']>}");
  job = compile (&builder, NULL);
  last = job->chain->pdata[job->chain->len - 1];
  g_assert_cmpstr (last->kind->id, ==, "table.select");
  prepared = sx_prepared_new (job, NULL, NULL);
  g_assert_cmpuint (sx_schema_get_n_fields (sx_prepared_get_input_schema (prepared)), ==, 1);
}

/* ---- refusals ---- */

static void
test_refuses_mixing_behind_learner (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "fill", &fixture_fill, NULL);
  add (&builder, "mix", &fixture_mix, NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "mix", "It mixes rows behind “test.fill”, which learns from them");
}

static void
test_refuses_mixing_behind_split (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "split", sx_block_kind_find ("split.holdout"), NULL);
  add (&builder, "mix", &fixture_mix, NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "mix", "validation rows would reach training rows");
}

/* Every kind that mixes rows, with parameters that make it complete on the fixture's table. */
static const struct
{
  const char *id, *params;
} mixing_kinds[] = {
  { "table.join", "{'on': <['id']>}" },
  { "table.union", NULL },
  { "table.group", "{'by': <['id']>}" },
  { "table.pivot", "{'by': <['y']>, 'names': <'id'>, 'values': <'x'>}" },
  { "table.unpivot", "{'columns': <['x']>}" },
  { "table.window", "{'figures': <{'before': 'lag(x)'}>}" },
  { "table.fill", NULL },
  { "table.sql", "{'query': <'select * from t1'>}" },
};

static const char *
find_mixing_params (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (mixing_kinds); i++)
    if (g_str_equal (mixing_kinds[i].id, id))
      return mixing_kinds[i].params;
  g_error ("%s mixes rows: say here how it is made complete, so that its refusal is tested", id);
}

static void
check_mixing_refused (const SxBlockKind *kind, const SxBlockKind *before, const char *message)
{
  g_auto (Builder) builder = begin ();

  add (&builder, "before", before, NULL);
  add (&builder, "mix", kind, find_mixing_params (kind->id));
  for (const SxPortSpec *port = kind->ports; port->id; port++)
    if (g_str_equal (port->id, "right"))
      link_blocks (&builder, "source", "table", "mix", "right");
  add_model (&builder, NULL);
  check_refusal (&builder, "mix", message);
}

static void
test_refuses_every_mixing_kind (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  guint n = 0;

  fixture_frame = frame;
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if (((*kind)->flags & SX_BLOCK_MIXES_ROWS) != 0)
      {
        check_mixing_refused (*kind, sx_block_kind_find ("split.holdout"), "validation rows would reach training rows");
        check_mixing_refused (*kind, &fixture_fill, "It mixes rows behind “test.fill”, which learns from them");
        n++;
      }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (mixing_kinds));
}

static void
test_refuses_dropping_behind_learner (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "fill", &fixture_fill, NULL);
  add (&builder, "filter", &fixture_filter, NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "filter", "Move it before “test.fill”");
}

static void
test_refuses_two_splits (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "split", sx_block_kind_find ("split.holdout"), NULL);
  add (&builder, "split-2", sx_block_kind_find ("split.kfold"), NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "split-2", "already split");
}

static void
test_refuses_feature_from_target (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "drop", &fixture_no_id, NULL);
  add (&builder, "leak", &fixture_teller, NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "leak", "Column “told” is computed from “y”");
}

static void
test_refuses_target_changed_behind_learner (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "mean", &fixture_target_mean, NULL);
  add (&builder, "respell", &fixture_replace, NULL);
  add_model (&builder, NULL);
  check_refusal (&builder, "respell", "changes the target “y” behind a block that learns");
}

static void
test_refuses_model_settings (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  const struct
  {
    const char *params, *message;
  } cases[] = {
    { "{'target': <'income'>}", "There is no column “income” to predict" },
    { "@a{sv} {}", "“Target” is not set" },
    { "{'target': <'y'>, 'metric': <'rmse'>}", "does not measure" },
    { "{'target': <'y'>, 'task': <'regression'>}", "is text" },
    { "{'target': <'y'>, 'budget': <0.0>}", "would never end" },
    { "{'target': <'y'>, 'features': <['nothing']>}", "There is no column “nothing”" },
    { "{'target': <'y'>, 'features': <['y']>}", "The target alone" },
  };

  fixture_frame = frame;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Builder) builder = begin ();

      add (&builder, "fill", &fixture_fill, NULL);
      add_model (&builder, cases[i].params);
      check_refusal (&builder, "mlp", cases[i].message);
    }
}

static void
test_refuses_dropped_target (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_auto (Builder) builder = begin ();

  fixture_frame = frame;
  add (&builder, "drop", &fixture_no_id, NULL);
  add_model (&builder, "{'target': <'id'>}");
  check_refusal (&builder, "drop", "It drops column “id”, which is to be predicted");
}

static void
test_refuses_shape (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_autoptr (SxGraph) empty = sx_graph_new ();
  g_autoptr (GError) error = NULL;
  g_auto (Builder) builder = { sx_graph_new (), NULL, 0 };
  g_auto (Builder) two = begin ();

  fixture_frame = frame;
  g_assert_null (sx_compile (empty, "/tmp", NULL, NULL, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE);
  g_assert_nonnull (strstr (error->message, "no model block"));
  g_clear_error (&error);
  add_model (&builder, NULL);
  check_refusal (&builder, "mlp", "Input “Table” is not linked to a table");
  g_assert_null (sx_compile (builder.graph, "/tmp", "nothing", NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "no block “nothing”"));
  g_clear_error (&error);
  add (&two, "mlp-1", sx_block_kind_find ("model.mlp"), "{'target': <'y'>}");
  g_free (two.last);
  two.last = g_strdup ("source");
  add (&two, "mlp-2", sx_block_kind_find ("model.mlp"), NULL);
  g_assert_null (sx_compile (two.graph, "/tmp", NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "several models: “mlp-1”, “mlp-2”"));
}

static void
test_refuses_no_rows (void)
{
  g_autoptr (SxFrame) frame = make_plain ();
  g_autoptr (SxFrame) none = sx_frame_slice (frame, 0, 0);
  g_auto (Builder) builder = begin ();

  fixture_frame = none;
  add_model (&builder, NULL);
  check_refusal (&builder, "source", "has no rows");
}

/* ---- warnings ---- */

static void
append_text (SxColumnBuilder *builder, const char *text)
{
  sx_column_builder_append_text (builder, text, strlen (text));
}

/* y, and columns that each deserve a warning but the last. */
static SxFrame *
make_suspicious (void)
{
  const SxField fields[] = {
    { (char *)"y", SX_TYPE_STRING },
    { (char *)"copy", SX_TYPE_INT64 },
    { (char *)"constant", SX_TYPE_INT64 },
    { (char *)"row_id", SX_TYPE_INT64 },
    { (char *)"fine", SX_TYPE_INT64 },
  };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, G_N_ELEMENTS (fields), NULL);
  SxColumnBuilder *builders[G_N_ELEMENTS (fields)];
  SxColumn        *columns[G_N_ELEMENTS (fields)];
  SxFrame         *frame;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (gint64 row = 0; row < 1000; row++)
    {
      gboolean is_rare = row % 200 == 7;

      if (row == 500)
        sx_column_builder_append_missing (builders[0]);
      else
        append_text (builders[0], is_rare ? "yes" : "no");
      sx_column_builder_append_int64 (builders[1], is_rare ? 9 : 4);
      sx_column_builder_append_int64 (builders[2], 1);
      sx_column_builder_append_int64 (builders[3], 100 + 3 * row);
      sx_column_builder_append_int64 (builders[4], row * 7919 % 101);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      columns[i] = sx_column_builder_finish (builders[i]);
      sx_column_builder_free (builders[i]);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    sx_column_unref (columns[i]);
  return frame;
}

static guint
count_warnings (GPtrArray *problems, const char *message)
{
  guint n = 0;

  for (guint i = 0; i < problems->len; i++)
    n += ((SxProblem *)problems->pdata[i])->is_warning && strstr (((SxProblem *)problems->pdata[i])->message, message) != NULL;
  return n;
}

static void
test_warns (void)
{
  g_autoptr (SxFrame) frame = make_suspicious ();
  g_auto (Builder) builder = begin ();
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (SxJob) job = NULL;

  fixture_frame = frame;
  add_model (&builder, NULL);
  job = compile (&builder, &problems);
  g_assert_cmpuint (count_warnings (problems, "Column “copy” is the target “y” in another spelling"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "Column “constant” is the same in every row"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "Column “row_id” differs in every row"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "Class “yes” has 5 of 999 rows"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "missing in 1 of 1000 rows"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "fine"), ==, 0);
  g_assert_cmpuint (problems->len, ==, 5);
}

/* A table whose target is a number: twice a feature plus one; with a date, and rows that come again. */
static void
test_warns_about_numbers (void)
{
  const SxField fields[] = { { (char *)"y", SX_TYPE_FLOAT64 }, { (char *)"line", SX_TYPE_FLOAT64 }, { (char *)"when", SX_TYPE_TIMESTAMP }, { (char *)"fine", SX_TYPE_INT64 } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 4, NULL);
  g_auto (Builder) builder = begin ();
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (SxFrame) frame = NULL;
  g_autoptr (SxJob) job = NULL;
  SxColumnBuilder *builders[4];
  SxColumn        *columns[4];

  for (guint i = 0; i < 4; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (gint64 row = 0; row < 200; row++)
    {
      gint64 source = row % 150; /* the last 50 rows come again */

      sx_column_builder_append_double (builders[0], (double)source / 7 * 2 + 1);
      sx_column_builder_append_double (builders[1], (double)source / 7);
      sx_column_builder_append_int64 (builders[2], source * source * 86400000000);
      sx_column_builder_append_int64 (builders[3], source * 7919 % 101);
    }
  for (guint i = 0; i < 4; i++)
    {
      columns[i] = sx_column_builder_finish (builders[i]);
      sx_column_builder_free (builders[i]);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < 4; i++)
    sx_column_unref (columns[i]);
  fixture_frame = frame;
  add_model (&builder, NULL);
  /* whether or not a preparation can be put in for the date, the warnings are there */
  job = sx_compile (builder.graph, "/tmp", NULL, &problems, NULL, NULL);
  g_assert_cmpuint (count_warnings (problems, "Column “line” is the target “y” in another spelling"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "Column “when” is a time"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "50 of 200 rows repeat another row's features"), ==, 1);
  g_assert_cmpuint (count_warnings (problems, "fine"), ==, 0);
  g_assert_cmpuint (count_warnings (problems, ""), ==, 3);
}

/* Published tables that hold what the warnings are for. A table may or may not compile; the warnings are there in any case. */
static void
test_real_tables (void)
{
  const struct
  {
    const char *file, *target, *warnings[4];
  } cases[] = {
    { "titanic.csv", "survived", { "Column “alive” is the target “survived” in another spelling", "107 of 891 rows repeat", NULL } },
    { "telco-churn.csv", "Churn", { "Column “customerID” differs in every row", NULL } },
    { "bike-hour.csv", "cnt", { "Column “dteday” is a time", "Column “instant” differs in every row", NULL } },
    { "iris.csv", "species", { NULL } },
  };
  const char *folder = g_getenv ("SX_TEST_DATASETS");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder ? folder : "/nonexistent", "tabular", cases[i].file, NULL);
      g_autofree char *params = g_strdup_printf ("{'target': <'%s'>}", cases[i].target);
      g_autoptr (SxFrame) frame = NULL;
      g_autoptr (GPtrArray) problems = NULL;
      g_autoptr (SxJob) job = NULL;
      g_autoptr (GError) error = NULL;
      guint n = 0;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_test_skip ("the data sets are not there");
          return;
        }
      frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      fixture_frame = frame;
      {
        g_auto (Builder) builder = begin ();

        add_model (&builder, params);
        job = sx_compile (builder.graph, "/tmp", NULL, &problems, NULL, NULL);
      }
      for (; cases[i].warnings[n]; n++)
        g_assert_cmpuint (count_warnings (problems, cases[i].warnings[n]), ==, 1);
      for (guint j = 0; j < problems->len; j++)
        if (((SxProblem *)problems->pdata[j])->is_warning)
          g_test_message ("%s: %s", cases[i].file, ((SxProblem *)problems->pdata[j])->message);
      g_assert_cmpuint (count_warnings (problems, ""), ==, n);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/compile/job/parts", test_parts);
  g_test_add_func ("/compile/compile/job/defaults", test_defaults);
  g_test_add_func ("/compile/compile/job/muted", test_muted);
  g_test_add_func ("/compile/compile/job/prepares", test_compiled_prepares);
  g_test_add_func ("/compile/compile/job/preparation-inserted", test_preparation_inserted);
  g_test_add_func ("/compile/compile/job/features-selected", test_features_selected);
  g_test_add_func ("/compile/compile/refuses/mixing-behind-learner", test_refuses_mixing_behind_learner);
  g_test_add_func ("/compile/compile/refuses/mixing-behind-split", test_refuses_mixing_behind_split);
  g_test_add_func ("/compile/compile/refuses/every-mixing-kind", test_refuses_every_mixing_kind);
  g_test_add_func ("/compile/compile/refuses/dropping-behind-learner", test_refuses_dropping_behind_learner);
  g_test_add_func ("/compile/compile/refuses/two-splits", test_refuses_two_splits);
  g_test_add_func ("/compile/compile/refuses/feature-from-target", test_refuses_feature_from_target);
  g_test_add_func ("/compile/compile/refuses/target-changed-behind-learner", test_refuses_target_changed_behind_learner);
  g_test_add_func ("/compile/compile/refuses/model-settings", test_refuses_model_settings);
  g_test_add_func ("/compile/compile/refuses/dropped-target", test_refuses_dropped_target);
  g_test_add_func ("/compile/compile/refuses/shape", test_refuses_shape);
  g_test_add_func ("/compile/compile/refuses/no-rows", test_refuses_no_rows);
  g_test_add_func ("/compile/compile/warns/columns-and-classes", test_warns);
  g_test_add_func ("/compile/compile/warns/numbers-dates-and-repeats", test_warns_about_numbers);
  g_test_add_func ("/compile/compile/warns/published-tables", test_real_tables);
  return g_test_run ();
}
