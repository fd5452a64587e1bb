/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Small models to test with: a made-up table with a column of every kind, steps of every operation, and a short training on it. */

#include <sx-engine.h>

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  SxType      type;
} FixtureColumn;

static const FixtureColumn fixture_columns[] = {
  { "age", SX_TYPE_INT64 },
  { "income", SX_TYPE_FLOAT64 },
  { "city", SX_TYPE_STRING },
  { "plan", SX_TYPE_CATEGORY },
  { "member", SX_TYPE_BOOL },
  { "since", SX_TYPE_TIMESTAMP },
};
#define FIXTURE_N_COLUMNS G_N_ELEMENTS (fixture_columns)

static inline double
fixture_uniform (guint64 *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 0x1p53;
}

static inline void
fixture_append_text (SxColumnBuilder *builder, const char *text)
{
  sx_column_builder_append_text (builder, text, strlen (text));
}

/* One row onto the builders: the cells are of the range trained on, but those of @unseen rows, of which some are not. */
static inline double
fixture_append_row (SxColumnBuilder **builders, guint64 *state, gboolean unseen)
{
  static const char *const cities[] = { "Oslo", "Paris", "Zürich", "", "new york", "Atlantis", "paris" };
  static const char *const plans[] = { "basic", "plus", "pro", "none at all" };
  gint64                   age = 18 + (gint64)(70 * fixture_uniform (state));
  double                   income = floor (200000 * pow (fixture_uniform (state), 3)) / 8;
  guint                    city = (guint)(fixture_uniform (state) * (unseen ? 7 : 5));
  guint                    plan = (guint)(fixture_uniform (state) * (unseen ? 4 : 3));
  gint64                   since = (gint64)(1.6e9 * fixture_uniform (state) - 1e8) * G_USEC_PER_SEC;
  gboolean                 member = fixture_uniform (state) < 0.4;
  gboolean                 missing[FIXTURE_N_COLUMNS];

  if (unseen && fixture_uniform (state) < 0.2)
    income = -income - 1e7;
  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    missing[i] = fixture_uniform (state) < 0.12;
  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    if (missing[i])
      sx_column_builder_append_missing (builders[i]);
    else if (i == 0)
      sx_column_builder_append_int64 (builders[i], age);
    else if (i == 1)
      sx_column_builder_append_double (builders[i], income);
    else if (i == 2 || i == 3)
      fixture_append_text (builders[i], i == 2 ? cities[city] : plans[plan]);
    else if (i == 4)
      sx_column_builder_append_bool (builders[i], member);
    else
      sx_column_builder_append_int64 (builders[i], since);
  return (missing[0] ? 1 : (double)age / 30) + (city == 2) + (missing[3] ? 0.3 : plan) + (member ? 0.5 : 0) - income / 30000;
}

/* @n_rows rows and, with a task, their answers: “answer”. */
static inline SxFrame *
fixture_frame (guint n_rows, guint64 seed, int task, gboolean unseen)
{
  static const char *const labels[] = { "no", "yes", "perhaps" };
  SxColumnBuilder         *builders[FIXTURE_N_COLUMNS + 1];
  SxColumn                *columns[FIXTURE_N_COLUMNS + 1];
  SxField                  fields[FIXTURE_N_COLUMNS + 1];
  guint                    n = FIXTURE_N_COLUMNS + (task >= 0);
  g_autoptr (SxSchema) schema = NULL;
  SxFrame *frame;

  for (guint i = 0; i < FIXTURE_N_COLUMNS; i++)
    fields[i] = (SxField){ (char *)fixture_columns[i].name, fixture_columns[i].type, NULL };
  fields[FIXTURE_N_COLUMNS] = (SxField){ (char *)"answer", task == SX_TASK_REGRESSION ? SX_TYPE_FLOAT64 : SX_TYPE_STRING, NULL };
  for (guint i = 0; i < n; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (guint row = 0; row < n_rows; row++)
    {
      double score = fixture_append_row (builders, &seed, unseen);

      if (task == SX_TASK_REGRESSION)
        sx_column_builder_append_double (builders[FIXTURE_N_COLUMNS], 100 * score + 7);
      else if (task >= 0)
        fixture_append_text (builders[FIXTURE_N_COLUMNS], labels[score > 2.5 ? 1 : task == SX_TASK_MULTICLASS && score < 1.5 ? 2
                                                                                                                             : 0]);
    }
  schema = sx_schema_new (fields, n, NULL);
  for (guint i = 0; i < n; i++)
    {
      columns[i] = sx_column_builder_finish (builders[i]);
      sx_column_builder_free (builders[i]);
    }
  frame = sx_frame_new_from_columns (schema, columns);
  for (guint i = 0; i < n; i++)
    sx_column_unref (columns[i]);
  return frame;
}

static inline void
fixture_step (SxSteps *steps, SxStepOp op, const char *input, const char *output, const double *numbers, gsize n_numbers, const char *const *texts)
{
  const char *inputs[] = { input, NULL };
  const char *outputs[] = { output, NULL };

  sx_steps_add (steps, op, inputs, outputs, numbers, n_numbers, texts, 0);
}

/* All 14 operations between them. */
static inline SxSteps *
fixture_steps (gboolean for_network)
{
  static const char *const cities[] = { "Oslo", "Paris", "Zürich", NULL };
  static const char *const hot[] = { "city=Oslo", "city=Paris", "city=Zürich", NULL };
  static const char *const plans[] = { "basic", "plus", "pro", NULL };
  static const char *const city[] = { "city", NULL };
  static const char *const member[] = { "member", NULL };
  static const char *const kept[] = { "age", "income", "income?", "city=Oslo", "city=Paris", "city=Zürich", "weight", "plan", "membership", "year", "weekday", "ratio", "rank", "since", NULL };
  SxSteps                 *steps = sx_steps_new ();

  fixture_step (steps, SX_STEP_REPLACE, "city", "city", NULL, 0, (const char *const[]){ "new york", "", "Oslo", "Paris", NULL });
  sx_steps_add (steps, SX_STEP_EXPRESSION, (const char *const[]){ "age", "income", NULL }, (const char *const[]){ "ratio", NULL }, NULL, 0,
                (const char *const[]){ "if(is_missing(age), -1, income / (age + 1))", NULL }, 0);
  fixture_step (steps, SX_STEP_INDICATOR, "income", "income?", NULL, 0, NULL);
  fixture_step (steps, SX_STEP_FILL, "income", "income", (const double[]){ 5000.5 }, 1, NULL);
  fixture_step (steps, SX_STEP_CLIP, "income", "income", (const double[]){ 0, 20000 }, 2, NULL);
  fixture_step (steps, SX_STEP_QUANTILE, "income", "rank", (const double[]){ 0, 10, 1000, 20000, -1, 0, 0.25, 1 }, 8, NULL);
  fixture_step (steps, SX_STEP_AFFINE, "income", "income", (const double[]){ 5000, 0.001 }, 2, NULL);
  fixture_step (steps, SX_STEP_LOOKUP, "city", "weight", (const double[]){ 0.1, 0.2, 1.5, -2.5, 3.25 }, 5, cities);
  sx_steps_add (steps, SX_STEP_ONE_HOT, city, hot, NULL, 0, cities, 0);
  fixture_step (steps, SX_STEP_ORDINAL, "plan", "plan", for_network ? (const double[]){ 3, NAN } : (const double[]){ 3, 3 }, 2, plans);
  fixture_step (steps, SX_STEP_DATE_PART, "since", "year", NULL, 0, (const char *const[]){ "year", NULL });
  fixture_step (steps, SX_STEP_DATE_PART, "since", "weekday", NULL, 0, (const char *const[]){ "weekday", NULL });
  fixture_step (steps, SX_STEP_DATE_PART, "since", "since", NULL, 0, (const char *const[]){ "yearday", NULL });
  sx_steps_add (steps, SX_STEP_CAST, member, member, NULL, 0, NULL, SX_TYPE_FLOAT64);
  fixture_step (steps, SX_STEP_RENAME, "member", "membership", NULL, 0, NULL);
  sx_steps_add (steps, SX_STEP_SELECT, kept, kept, NULL, 0, NULL, 0);
  return steps;
}

/* What a run writes into a package, for the fixture's columns. */
static inline GVariant *
fixture_provenance (void)
{
  return g_variant_new_parsed ("{'columns': <['age', 'income', 'city', 'plan', 'member', 'since', 'answer']>, 'metric': <'log-loss'>,"
                               " 'ranges': <{'age': <[18.0, 88.0]>, 'income': <[0.0, 25000.0]>}>,"
                               " 'categories': <{'city': <['', 'Oslo', 'Paris', 'Zürich', 'new york']>, 'plan': <['basic', 'plus', 'pro']>}>}");
}

/* The default point, but networks are made small. */
static inline GVariant *
fixture_config (SxTopology *topology, SxTask task)
{
  g_autoptr (GVariant) config = sx_space_ref_default (sx_topology_get_space (topology, task));
  GVariantDict dict;

  g_variant_dict_init (&dict, config);
  if (g_variant_dict_contains (&dict, "width"))
    {
      g_variant_dict_insert (&dict, "width", "x", (gint64)32);
      g_variant_dict_insert (&dict, "layers", "x", (gint64)1);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Trains @topology (“trees” or “mlp”) for some iterations on @frame, which has the answers. */
static inline SxModel *
fixture_train (const char *topology_id, SxTask task, SxFrame *frame, SxSteps *steps, guint n_iterations)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTopology) topology = sx_topology_load (topology_id, &error);
  g_autoptr (GVariant) config = NULL;
  g_autoptr (SxTarget) target = sx_target_new (frame, "answer", (int)task, NULL, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (SxFrame) inputs = NULL;
  g_autoptr (SxFrame) prepared = NULL;
  g_autoptr (SxDataset) dataset = NULL;
  g_autoptr (SxPredictor) predictor = NULL;
  SxTrainContext context = { .topology = topology, .seed = 3, .n_threads = 1, .max_iterations = n_iterations };
  SxFeature     *features;
  guint          n_features;
  float         *y;
  SxModel       *model;

  g_assert_no_error (error);
  for (guint i = 0; i < sx_schema_get_n_fields (sx_frame_get_schema (frame)); i++)
    if (!g_str_equal (sx_schema_get_field (sx_frame_get_schema (frame), i)->name, "answer"))
      g_ptr_array_add (names, sx_schema_get_field (sx_frame_get_schema (frame), i)->name);
  g_ptr_array_add (names, NULL);
  inputs = sx_frame_select (frame, (const char *const *)names->pdata, &error);
  prepared = sx_steps_apply (steps, inputs, NULL, &error);
  g_assert_no_error (error);
  features = sx_features_from_steps (steps, sx_frame_get_schema (prepared), NULL, &n_features, &error);
  g_assert_no_error (error);
  dataset = sx_dataset_new (prepared, features, n_features, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sx_target_code_frame (target, frame, &y, &error));
  sx_dataset_take_target (dataset, target, y);
  config = fixture_config (topology, task);
  context.config = config;
  predictor = sx_topology_get_family (topology)->train (dataset, NULL, &context, &error);
  g_assert_no_error (error);
  model = sx_model_new ("fixture", sx_frame_get_schema (inputs), steps, features, n_features, target, predictor, fixture_provenance (), inputs, &error);
  g_assert_no_error (error);
  sx_features_free (features, n_features);
  return model;
}

/* A model of 14 operations. */
static inline SxModel *
fixture_model (const char *topology_id, SxTask task)
{
  g_autoptr (SxFrame) frame = fixture_frame (400, 1, (int)task, FALSE);
  g_autoptr (SxSteps) steps = fixture_steps (g_str_equal (topology_id, "mlp"));

  return fixture_train (topology_id, task, frame, steps, g_str_equal (topology_id, "mlp") ? 6 : 12);
}
