/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-runner-private.h>

#include <math.h>

/* A runner told the events of a run, without a worker. */

static SxRunner *
make_runner (SxJob *job)
{
  SxRunner *runner = sx_runner_new ();

  sx_runner_begin (runner, job, "/nonexistent/run");
  return runner;
}

static void
tell (SxRunner *runner, const char *name, const char *details)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, details, NULL, NULL, &error);

  g_assert_no_error (error);
  sx_runner_take_event (runner, name, variant);
}

static const struct
{
  const char *name, *details;
} recorded[] = {
  { "hello", "{'protocol': <uint32 1>, 'version': <'0.1.0'>, 'pid': <uint32 7>}" },
  { "phase", "{'text': <'Searching'>}" },
  { "data", "{'rows': <uint64 4000>, 'columns': <uint32 12>}" },
  { "trial-started", "{'trial': <uint32 1>, 'config': <{'depth': <int64 6>, 'eta': <0.1>}>, 'origin': <'portfolio'>}" },
  { "epoch", "{'trial': <uint32 1>, 'fold': <uint32 0>, 'iteration': <uint32 1>, 'n-iterations': <uint32 4>, 'training-loss': <0.7>, 'validation-loss': <0.8>}" },
  { "epoch", "{'trial': <uint32 1>, 'fold': <uint32 0>, 'iteration': <uint32 2>, 'n-iterations': <uint32 4>, 'training-loss': <0.6>, 'validation-loss': <0.7>}" },
  { "trial-finished", "{'trial': <uint32 1>, 'state': <'done'>, 'value': <0.9>, 'seconds': <1.5>, 'best': <uint32 1>, 'message': <''>}" },
  { "trial-started", "{'trial': <uint32 2>, 'config': <{'depth': <int64 3>}>, 'origin': <'bayes'>}" },
  { "trial-finished", "{'trial': <uint32 2>, 'state': <'failed'>, 'value': <nan>, 'seconds': <0.5>, 'best': <uint32 1>, 'message': <'It diverged'>}" },
  { "trial-started", "{'trial': <uint32 3>, 'config': <{'depth': <int64 4>}>, 'origin': <'bayes'>}" },
  { "trial-finished", "{'trial': <uint32 3>, 'state': <'done'>, 'value': <0.95>, 'seconds': <1.0>, 'best': <uint32 3>, 'message': <''>}" },
  { "log", "{'level': <'warning'>, 'message': <'Memory runs short'>}" },
  { "something-new", "{}" },
};

static void
count_cb (SxRunner *runner, guint *count)
{
  (*count)++;
}

static void
test_events (void)
{
  g_autoptr (SxRunner) runner = make_runner (NULL);
  guint            n_changes = 0;
  SxTrialItem     *item;
  g_autofree char *config = NULL;

  g_signal_connect (runner, "changed", G_CALLBACK (count_cb), &n_changes);
  for (guint i = 0; i < G_N_ELEMENTS (recorded); i++)
    tell (runner, recorded[i].name, recorded[i].details);
  g_assert_cmpuint (n_changes, ==, G_N_ELEMENTS (recorded) - 2); /* hello and what is not known say nothing */
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_RUNNING);
  g_assert_cmpstr (sx_runner_get_phase (runner), ==, "Searching");
  g_assert_cmpstr (sx_runner_get_notice (runner), ==, "Memory runs short");
  g_assert_cmpuint (sx_runner_get_n_rows (runner), ==, 4000);
  g_assert_cmpuint (sx_runner_get_n_columns (runner), ==, 12);
  g_assert_cmpuint (g_list_model_get_n_items (sx_runner_get_trials (runner)), ==, 3);
  g_assert_cmpuint (sx_runner_get_n_finished (runner), ==, 3);
  g_assert_cmpuint (sx_runner_get_best (runner), ==, 3);
  g_assert_null (sx_runner_get_current (runner));
  item = sx_runner_get_trial (runner, 1);
  g_assert_false (sx_trial_item_get_is_best (item));
  g_assert_true (sx_trial_item_get_is_best (sx_runner_get_trial (runner, 3)));
  g_assert_cmpuint (sx_trial_item_get_points (item)->len, ==, 2);
  g_assert_cmpfloat (g_array_index (sx_trial_item_get_points (item), SxRunPoint, 1).validation_loss, ==, 0.7);
  g_assert_cmpfloat (sx_trial_item_get_value (item), ==, 0.9);
  g_assert_cmpfloat (sx_trial_item_get_seconds (item), ==, 1.5);
  g_assert_cmpstr (sx_trial_item_get_origin_title (item), ==, "Known good");
  config = sx_trial_item_dup_config_text (item);
  g_assert_cmpstr (config, ==, "depth 6 · eta 0.1");
  item = sx_runner_get_trial (runner, 2);
  g_assert_cmpint (sx_trial_item_get_state (item), ==, SX_TRIAL_FAILED);
  g_assert_cmpstr (sx_trial_item_get_message (item), ==, "It diverged");
  g_assert_true (isnan (sx_trial_item_get_value (item)));
}

/* Members that are missing or of another type, and trials that nobody announced. */
static void
test_events_without_members (void)
{
  static const char *const names[] = { "phase", "data", "trial-started", "epoch", "trial-finished", "log" };
  g_autoptr (SxRunner) runner = make_runner (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      tell (runner, names[i], "{}");
      tell (runner, names[i], "{'trial': <'one'>, 'text': <1>, 'rows': <'many'>, 'config': <3>, 'state': <4>, 'level': <5>}");
    }
  g_assert_cmpuint (g_list_model_get_n_items (sx_runner_get_trials (runner)), ==, 0);
  tell (runner, "trial-finished", "{'trial': <uint32 4>, 'state': <'pruned'>, 'value': <0.5>, 'best': <uint32 0>}");
  tell (runner, "trial-started", "{'trial': <uint32 2>}");
  g_assert_cmpuint (g_list_model_get_n_items (sx_runner_get_trials (runner)), ==, 2);
  g_assert_cmpuint (sx_trial_item_get_number (sx_runner_get_current (runner)), ==, 2);
  g_assert_cmpint (sx_trial_item_get_state (sx_runner_get_trial (runner, 4)), ==, SX_TRIAL_PRUNED);
}

/* Points of a trial that goes on from a checkpoint come twice. */
static void
test_points_keep_order (void)
{
  static const guint order[][2] = { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 0, 2 }, { 0, 3 }, { 0, 4 }, { 1, 1 }, { 1, 2 }, { 0, 5 } };
  static const guint expected[][2] = { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 0, 4 }, { 0, 5 }, { 1, 1 }, { 1, 2 } };
  g_autoptr (SxTrialItem) item = sx_trial_item_new (1, NULL, NULL);
  const GArray *points;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    sx_trial_item_add_point (item, &(SxRunPoint){ .trial = 1, .fold = order[i][0], .iteration = order[i][1], .training_loss = i }, 9);
  points = sx_trial_item_get_points (item);
  g_assert_cmpuint (points->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < points->len; i++)
    {
      g_assert_cmpuint (g_array_index (points, SxRunPoint, i).fold, ==, expected[i][0]);
      g_assert_cmpuint (g_array_index (points, SxRunPoint, i).iteration, ==, expected[i][1]);
    }
  g_assert_cmpfloat (g_array_index (points, SxRunPoint, 1).training_loss, ==, 3); /* the later one counts */
  g_assert_true (sx_trial_item_claim_points (item));
  g_assert_false (sx_trial_item_claim_points (item));
  sx_trial_item_add_point (item, &(SxRunPoint){ .fold = 1, .iteration = 3 }, 9);
  g_assert_true (sx_trial_item_claim_points (item));
}

static void
test_progress (void)
{
  SxJob     job = { .max_trials = 10, .split = { .n_folds = 2 } };
  SxRunner *runner;

  g_atomic_ref_count_init (&job.ref_count); /* the one reference is ours: it is never freed */
  runner = make_runner (&job);
  g_assert_cmpfloat (sx_runner_get_fraction (runner), ==, 0);
  g_assert_cmpfloat (sx_runner_get_time_left (runner), <, 0); /* nothing is known yet */
  for (guint i = 3; i < G_N_ELEMENTS (recorded); i++)
    tell (runner, recorded[i].name, recorded[i].details);
  g_assert_cmpfloat_with_epsilon (sx_runner_get_fraction (runner), 0.3, 1e-12);
  g_assert_cmpfloat (sx_runner_get_time_left (runner), >=, 0);
  tell (runner, "trial-started", "{'trial': <uint32 4>}");
  tell (runner, "epoch", "{'trial': <uint32 4>, 'fold': <uint32 1>, 'iteration': <uint32 5>, 'n-iterations': <uint32 10>}");
  g_assert_cmpfloat_with_epsilon (sx_runner_get_fraction (runner), 0.375, 1e-12); /* one fold and half of the other */
  tell (runner, "epoch", "{'trial': <uint32 0>, 'fold': <uint32 0>, 'iteration': <uint32 1>, 'n-iterations': <uint32 10>}");
  g_assert_cmpfloat (sx_runner_get_fraction (runner), <, 0);
  g_assert_cmpuint (g_list_model_get_n_items (sx_runner_get_trials (runner)), ==, 4); /* the last fit is none of them */
  g_object_unref (runner);
}

static void
wait_for_end (SxRunner *runner)
{
  while (sx_runner_is_busy (runner))
    g_main_context_iteration (NULL, TRUE);
}

/* The folder is not there, which is as bad as it gets: what the worker said must still be shown. */
static void
test_ends (void)
{
  static const struct
  {
    gboolean      ok;
    const char   *message;
    guint         code;
    SxRunnerState state;
    const char   *shown; /* (nullable) */
  } ends[] = {
    { FALSE, "", 130, SX_RUNNER_CANCELLED, NULL },
    { FALSE, "The worker process was ended by signal 9 (Killed). The run can be resumed.", 1, SX_RUNNER_FAILED, "The worker process was ended by signal 9 (Killed). The run can be resumed." },
    { FALSE, NULL, 1, SX_RUNNER_FAILED, "The worker process ended unexpectedly. The run can be resumed." },
    { TRUE, "", 0, SX_RUNNER_FAILED, "“/nonexistent/run” is not the folder of a run: it has no job.yaml" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (SxRunner) runner = make_runner (NULL);
      guint n_finished = 0;

      g_signal_connect (runner, "finished", G_CALLBACK (count_cb), &n_finished);
      tell (runner, "trial-started", "{'trial': <uint32 1>}");
      sx_runner_take_end (runner, ends[i].ok, ends[i].message, ends[i].code);
      g_assert_true (sx_runner_is_busy (runner)); /* until the folder was read */
      wait_for_end (runner);
      g_assert_cmpint (sx_runner_get_state (runner), ==, ends[i].state);
      g_assert_cmpstr (sx_runner_get_message (runner), ==, ends[i].shown);
      g_assert_cmpuint (n_finished, ==, 1);
      g_assert_cmpint (sx_runner_can_resume (runner), ==, !ends[i].ok);
      g_assert_cmpstr (sx_trial_item_get_state_title (sx_runner_get_trial (runner, 1)), ==, "Interrupted");
      g_assert_null (sx_runner_get_current (runner));
    }
}

static void
test_start_says_what_is_wrong (void)
{
  g_autoptr (SxRunner) runner = sx_runner_new ();
  g_autoptr (SxGraph) graph = sx_graph_new ();

  sx_runner_start (runner, graph, NULL, NULL);
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_COMPILING);
  sx_runner_start (runner, graph, NULL, NULL); /* busy: nothing happens */
  wait_for_end (runner);
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_FAILED);
  g_assert_nonnull (sx_runner_get_message (runner));
  g_assert_false (sx_runner_can_resume (runner));
  sx_runner_start (runner, graph, NULL, NULL);
  sx_runner_cancel (runner);
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_CANCELLING);
  wait_for_end (runner);
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_CANCELLED);
}

static void
test_open_says_what_is_wrong (void)
{
  g_autoptr (SxRunner) runner = sx_runner_new ();

  sx_runner_open (runner, "/nonexistent/run");
  wait_for_end (runner);
  g_assert_cmpint (sx_runner_get_state (runner), ==, SX_RUNNER_FAILED);
  g_assert_cmpstr (sx_runner_get_message (runner), ==, "“/nonexistent/run” is not the folder of a run: it has no job.yaml");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/studio/runner/events", test_events);
  g_test_add_func ("/studio/runner/events-without-members", test_events_without_members);
  g_test_add_func ("/studio/runner/points-keep-order", test_points_keep_order);
  g_test_add_func ("/studio/runner/progress", test_progress);
  g_test_add_func ("/studio/runner/ends", test_ends);
  g_test_add_func ("/studio/runner/start-says-what-is-wrong", test_start_says_what_is_wrong);
  g_test_add_func ("/studio/runner/open-says-what-is-wrong", test_open_says_what_is_wrong);
  return g_test_run ();
}
