/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The job file: to text and back byte for byte, and hostile text refused with its place. */

#define SX_ENGINE_COMPILATION
#include <sx-engine.h>

#include "compile/sx-job-private.h"

#include <string.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* The parts of a good job, each of which a case may put another in place of. */
typedef struct
{
  const char *head, *table, *sources, *chain, *split, *model, *tail;
} Parts;

static const Parts good = {
  .head = "sextant-job: 1\nname: Income, “adult”\nfolder: /data\n",
  .table = "table:\n"
           "  - id: csv\n"
           "    kind: source.csv\n"
           "    params:\n"
           "      file: adult.csv\n"
           "  - id: select\n"
           "    kind: table.select\n"
           "    inputs:\n"
           "      - csv\n"
           "    params:\n"
           "      columns:\n"
           "        - age\n"
           "        - \"12\"\n"
           "        - income\n",
  .sources = "sources:\n  - block: csv\n    path: adult.csv\n    sha256: " HASH "\n",
  .chain = "chain:\n  - id: names\n    kind: table.select\n    params:\n      rename:\n        age: \"Age: years\"\n",
  .split = "split:\n  method: kfold\n  after: 1\n  test: 0.2\n  folds: 5\n  stratify: true\n  seed: 42\n",
  .model = "model:\n  block: mlp\n  target: income\n  task: binary\n  metric: auc\n  seed: 7\n  budget: 60.5\n  trials: 20\n",
  .tail = "resources:\n  threads: 4\n  memory: 1000000000\nexports:\n  - id: evaluate\n    kind: evaluate.metrics\n",
};

/* A whole job; the topology is the real file's, indented below its key. */
static char *
join (const Parts *parts)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SxTopology) topology = sx_topology_load ("mlp", NULL);
  SxYamlWriter    *writer = sx_yaml_writer_new ();
  g_autofree char *written = NULL;

  g_string_append_printf (text, "%s%s%s%s%s%s%s", parts->head, parts->table, parts->sources, parts->chain, parts->split, parts->model, parts->tail);
  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_node (writer, "topology", sx_topology_get_root (topology));
  sx_yaml_writer_end_map (writer);
  written = sx_yaml_writer_finish (writer, NULL);
  g_string_append (text, written);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_round_trip (void)
{
  g_autofree char *text = join (&good);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxJob) job = sx_job_parse (text, -1, "job.yaml", &error);
  gsize size;

  g_assert_no_error (error);
  g_assert_cmpstr (job->name, ==, "Income, “adult”");
  g_assert_cmpuint (job->table->len, ==, 2);
  g_assert_cmpuint (job->chain->len, ==, 1);
  g_assert_cmpuint (job->n_before_split, ==, 1);
  g_assert_cmpint (job->split.method, ==, SX_SPLIT_KFOLD);
  g_assert_cmpuint (job->split.n_folds, ==, 5);
  g_assert_true (job->split.stratify);
  g_assert_cmpint (job->task, ==, SX_TASK_BINARY);
  g_assert_cmpstr (job->metric, ==, "auc");
  g_assert_cmpfloat (job->budget_seconds, ==, 60.5);
  g_assert_cmpuint (job->memory_limit, ==, 1000000000);
  g_assert_cmpstr (job->sources->pdata[0], ==, "csv\tadult.csv\t" HASH);
  again = sx_job_to_text (job, &size);
  g_assert_cmpstr (again, ==, text);
  g_assert_cmpuint (size, ==, strlen (text));
}

/* What parsing drops or turns around, a second text must not show: text → job → text is stable from the first text on. */
static void
test_other_splits (void)
{
  const char *const splits[] = {
    "split:\n  method: holdout\n  test: 0.0\n  validation: 0.25\n  folds: 1\n  keep-order: true\n  seed: 0\n",
    "split:\n  method: group\n  test: 0.1\n  folds: 3\n  column: \"on\"\n  seed: 9007199254740993\n",
    "split:\n  method: time\n  test: 0.3333333333333333\n  validation: 0.2\n  folds: 1\n  column: date\n  gap: 24\n  seed: -1\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (splits); i++)
    {
      Parts            parts = good;
      g_autofree char *text = NULL;
      g_autofree char *again = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (SxJob) job = NULL;

      parts.split = splits[i];
      parts.tail = "";
      parts.model = "model:\n  block: mlp\n  target: \"yes\"\n  features:\n    - a\n    - \"1\"\n  seed: 7\n  trials: 20\n";
      text = join (&parts);
      job = sx_job_parse (text, -1, "job.yaml", &error);
      g_assert_no_error (error);
      again = sx_job_to_text (job, NULL);
      g_assert_cmpstr (again, ==, text);
    }
}

static void
check_refusal (const Parts *parts, const char *message)
{
  g_autofree char *text = join (parts);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxJob) job = sx_job_parse (text, -1, "job.yaml", &error);

  g_assert_null (job);
  g_assert_nonnull (error);
  if (strstr (error->message, message) == NULL || !g_str_has_prefix (error->message, "job.yaml:"))
    g_error ("“%s” does not say “%s”", error->message, message);
}

#define REFUSE(part, text_, message) \
  G_STMT_START                       \
  {                                  \
    Parts parts = good;              \
    parts.part = text_;              \
    check_refusal (&parts, message); \
  }                                  \
  G_STMT_END

static void
test_refuses (void)
{
  REFUSE (head, "sextant-job: 2\n", "newer than this program");
  REFUSE (head, "sextant-model: 1\n", "not a Sextant job");
  REFUSE (head, "sextant-job: 1\nfolder: data\n", "absolute path");
  REFUSE (head, "sextant-job: 1\ntables: 3\n", "tables");
  REFUSE (table, "", "“table” is missing");
  REFUSE (table, "table: 3\n", "“table” is a list");
  REFUSE (table, "table:\n  - 3\n", "A block is a mapping");
  REFUSE (table, "table:\n  - id: a\n    kind: source.nothing\n", "no block kind “source.nothing”");
  REFUSE (table, "table:\n  - id: a\n    kind: split.holdout\n", "does not belong into “table”");
  REFUSE (table, "table:\n  - id: a\n    kind: source.csv\n    params:\n      fil: x\n", "no parameter “fil”");
  REFUSE (table, "table:\n  - id: a\n    kind: source.csv\n", "is not set");
  REFUSE (table, "table:\n  - id: a\n    kind: table.select\n    inputs:\n      - b\n", "takes the table of “b”, which does not stand before it");
  REFUSE (table, "table:\n  - id: a\n    kind: table.select\n", "is given 0 tables");
  REFUSE (chain, "chain:\n  - id: csv\n    kind: table.select\n", "Two blocks are called “csv”");
  REFUSE (chain, "chain:\n  - id: c\n    kind: source.csv\n    params:\n      file: a\n", "does not belong into “chain”");
  REFUSE (chain, "chain:\n  - id: c\n    kind: table.select\n    inputs:\n      - csv\n", "name no inputs");
  REFUSE (sources, "sources:\n  - block: csv\n    path: a.csv\n    sha256: 0123\n", "64 hex digits");
  REFUSE (split, "", "“split” is missing");
  REFUSE (split, "split:\n  method: magic\n", "“magic” is no way to split");
  REFUSE (split, "split:\n  method: holdout\n  test: 1.5\n", "is a share");
  REFUSE (split, "split:\n  method: holdout\n  test: .nan\n", "is a share");
  REFUSE (split, "split:\n  method: kfold\n  folds: 4000000000\n", "“folds” is outside 1 to 50");
  REFUSE (split, "split:\n  method: holdout\n  folds: 3\n", "3 folds do not go with “holdout”");
  REFUSE (split, "split:\n  method: holdout\n  after: 2\n", "“after” is outside 0 to 1");
  REFUSE (split, "split:\n  method: group\n", "“column” is missing");
  REFUSE (model, "model:\n  block: mlp\n  target: income\n  seed: 1\n", "would never end");
  REFUSE (model, "model:\n  block: mlp\n  target: income\n  task: binary\n  metric: rmse\n  trials: 3\n", "does not measure");
  REFUSE (model, "model:\n  block: mlp\n  target: income\n  task: maybe\n  trials: 3\n", "is not a task");
  REFUSE (model, "model:\n  block: mlp\n  target: income\n  trials: -3\n", "“trials” is outside");
  REFUSE (model, "model:\n  block: mlp\n  trials: 3\n", "“target” is missing");
  REFUSE (tail, "resources:\n  threads: -1\n", "“threads” is outside");
  REFUSE (tail, "exports:\n  - id: e\n    kind: table.select\n", "does not belong into “exports”");
}

static void
test_refuses_without_topology (void)
{
  g_autofree char *text = join (&good);
  g_autoptr (GError) error = NULL;

  *(strstr (text, "\ntopology:") + 1) = '\0';
  g_assert_null (sx_job_parse (text, -1, "job.yaml", &error));
  g_assert_nonnull (strstr (error->message, "“topology” is missing"));
}

/* Cut anywhere, or with any byte changed, a job is read or refused; it never crashes, and what is read can be written. */
static void
test_mutilated (void)
{
  g_autofree char *text = join (&good);
  gsize            size = strlen (text);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 1500; i++)
    {
      g_autofree char *copy = g_strdup (text);
      gsize            length = i % 2 ? (gsize)g_rand_int_range (random, 0, (gint32)size) : size;
      g_autoptr (GError) error = NULL;
      g_autoptr (SxJob) job = NULL;

      copy[g_rand_int_range (random, 0, (gint32)size)] = (char)g_rand_int_range (random, 1, 127);
      job = sx_job_parse (copy, (gssize)length, "job.yaml", &error);
      g_assert_true ((job == NULL) == (error != NULL));
      if (job != NULL)
        {
          g_autofree char *once = sx_job_to_text (job, NULL);
          g_autoptr (SxJob) second = sx_job_parse (once, -1, "job.yaml", &error);
          g_autofree char *twice = NULL;

          g_assert_no_error (error);
          twice = sx_job_to_text (second, NULL);
          g_assert_cmpstr (once, ==, twice);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/job/text/round-trip", test_round_trip);
  g_test_add_func ("/compile/job/text/other-splits", test_other_splits);
  g_test_add_func ("/compile/job/parse/refuses", test_refuses);
  g_test_add_func ("/compile/job/parse/refuses-without-topology", test_refuses_without_topology);
  g_test_add_func ("/compile/job/parse/mutilated", test_mutilated);
  return g_test_run ();
}
