/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Properties that every split has, over methods, sizes and seeds; and what each method promises. */

#include <sx-engine.h>

#include <math.h>
#include <string.h>

#define N_GROUPS 23

/* y: class by row, uneven; group: a text; when: a time, not in row order, each value several times. */
static SxFrame *
make_table (gsize n_rows, guint n_classes)
{
  const SxField fields[] = { { (char *)"y", SX_TYPE_STRING }, { (char *)"group", SX_TYPE_STRING }, { (char *)"when", SX_TYPE_INT64 } };
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 3, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  SxColumnBuilder *builders[3];
  SxColumn        *columns[3];
  SxFrame         *frame;

  for (guint i = 0; i < 3; i++)
    builders[i] = sx_column_builder_new (fields[i].type);
  for (gsize row = 0; row < n_rows; row++)
    {
      char text[16];
      int  rank = g_rand_int_range (random, 0, (gint32)(n_classes * n_classes));

      /* the first rows see to it that every class is there */
      g_snprintf (text, sizeof text, "c%d", row < n_classes ? (int)row : (int)sqrt (rank));
      sx_column_builder_append_text (builders[0], text, strlen (text));
      g_snprintf (text, sizeof text, "g%d", (int)(row < N_GROUPS ? row : (gsize)g_rand_int_range (random, 0, N_GROUPS)));
      sx_column_builder_append_text (builders[1], text, strlen (text));
      sx_column_builder_append_int64 (builders[2], g_rand_int_range (random, 0, (gint32)MAX (n_rows / 3, 2)));
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

static SxSplit *
split (const SxSplitSpec *spec, SxFrame *frame)
{
  g_autoptr (SxTarget) target = sx_target_new (frame, "y", SX_TASK_MULTICLASS, NULL, NULL);
  g_autoptr (GError) error = NULL;
  SxSplit *self = sx_split_new (spec, frame, target, &error);

  g_assert_no_error (error);
  return self;
}

/* Marks @rows, which are sorted and were not marked. */
static void
mark (guint8 *marks, const guint32 *rows, gsize n, gsize n_rows)
{
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (rows[i], <, n_rows);
      g_assert_true (i == 0 || rows[i] > rows[i - 1]);
      g_assert_cmpuint (marks[rows[i]]++, ==, 0);
    }
}

/* Disjoint always; together all rows, unless a gap or time leaves some out; validation parts of folds disjoint. */
static void
check_partition (const SxSplit *self, gsize n_rows, gboolean covers)
{
  g_autofree guint8 *validated = g_new0 (guint8, n_rows);

  mark (validated, self->test, self->n_test, n_rows);
  for (guint fold = 0; fold < self->n_folds; fold++)
    {
      g_autofree guint8 *marks = g_new0 (guint8, n_rows);

      g_assert_cmpuint (self->n_training[fold], >, 0);
      g_assert_cmpuint (self->n_validation[fold], >, 0);
      mark (marks, self->test, self->n_test, n_rows);
      mark (marks, self->training[fold], self->n_training[fold], n_rows);
      mark (marks, self->validation[fold], self->n_validation[fold], n_rows);
      mark (validated, self->validation[fold], self->n_validation[fold], n_rows);
      if (covers)
        g_assert_cmpuint (self->n_test + self->n_training[fold] + self->n_validation[fold], ==, n_rows);
    }
  if (covers && self->n_folds > 1)
    for (gsize row = 0; row < n_rows; row++)
      g_assert_cmpuint (validated[row], ==, 1);
}

static void
test_partition (void)
{
  const gsize sizes[] = { 60, 97, 500 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (SxFrame) frame = make_table (sizes[s], 3);

      for (guint64 seed = 0; seed < 8; seed++)
        for (guint method = SX_SPLIT_HOLDOUT; method <= SX_SPLIT_TIME; method++)
          for (guint variant = 0; variant < 8; variant++)
            {
              SxSplitSpec spec = {
                .method = (SxSplitMethod)method,
                .test = variant & 1 ? 0.2 : 0,
                .validation = 0.25,
                .n_folds = method == SX_SPLIT_HOLDOUT || (method != SX_SPLIT_KFOLD && (variant & 2)) ? 1 : 2 + (guint)seed % 4,
                .stratify = (variant & 4) != 0,
                .column = (char *)(method == SX_SPLIT_GROUP ? "group" : "when"),
                .gap = method == SX_SPLIT_TIME && (variant & 4) ? 3 : 0,
                .keep_order = method == SX_SPLIT_HOLDOUT && seed == 7,
                .seed = seed,
              };
              g_autoptr (SxSplit) self = split (&spec, frame);

              g_assert_cmpuint (self->n_folds, ==, spec.n_folds);
              g_assert_true ((self->n_test > 0) == (spec.test > 0));
              check_partition (self, sizes[s], method != SX_SPLIT_TIME);
            }
    }
}

static void
assert_same (const SxSplit *a, const SxSplit *b, gboolean same)
{
  gboolean equal = a->n_test == b->n_test && memcmp (a->test, b->test, a->n_test * sizeof *a->test) == 0;

  for (guint fold = 0; fold < a->n_folds; fold++)
    equal &= a->n_validation[fold] == b->n_validation[fold] &&
             memcmp (a->validation[fold], b->validation[fold], a->n_validation[fold] * sizeof (guint32)) == 0;
  g_assert_true (equal == same);
}

static void
test_seed (void)
{
  g_autoptr (SxFrame) frame = make_table (200, 2);

  for (guint method = SX_SPLIT_HOLDOUT; method <= SX_SPLIT_GROUP; method++)
    {
      SxSplitSpec spec = { .method = (SxSplitMethod)method, .test = 0.2, .validation = 0.2, .n_folds = method == SX_SPLIT_HOLDOUT ? 1 : 4, .stratify = TRUE, .column = (char *)"group", .seed = 5 };
      g_autoptr (SxSplit) first = split (&spec, frame);
      g_autoptr (SxSplit) again = split (&spec, frame);
      g_autoptr (SxSplit) other = NULL;

      spec.seed = 6;
      other = split (&spec, frame);
      assert_same (first, again, TRUE);
      assert_same (first, other, FALSE);
    }
}

/* Rows drawn on any machine, by any version: the first test rows of a seed stand here for good. */
static void
test_golden (void)
{
  g_autoptr (SxFrame) frame = make_table (40, 2);
  SxSplitSpec spec = { .method = SX_SPLIT_HOLDOUT, .test = 0.2, .validation = 0.2, .n_folds = 1, .seed = 42 };
  g_autoptr (SxSplit) self = split (&spec, frame);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < self->n_test; i++)
    g_string_append_printf (text, "%u ", self->test[i]);
  g_assert_cmpstr (text->str, ==, "9 11 16 18 23 25 28 35 ");
}

static void
count_classes (const float *codes, const guint32 *rows, gsize n, gsize *counts)
{
  memset (counts, 0, 8 * sizeof *counts);
  for (gsize i = 0; i < n; i++)
    counts[(guint)codes[rows[i]]]++;
}

static void
test_stratified (void)
{
  const gsize n_rows = 403;
  g_autoptr (SxFrame) frame = make_table (n_rows, 4);
  g_autoptr (SxTarget) target = sx_target_new (frame, "y", -1, NULL, NULL);
  g_autofree float *codes = NULL;
  gsize             totals[8] = { 0 };

  g_assert_true (sx_target_code_frame (target, frame, &codes, NULL));
  for (gsize row = 0; row < n_rows; row++)
    totals[(guint)codes[row]]++;
  for (guint n_folds = 1; n_folds <= 5; n_folds++)
    for (guint64 seed = 0; seed < 10; seed++)
      {
        SxSplitSpec spec = { .method = n_folds == 1 ? SX_SPLIT_HOLDOUT : SX_SPLIT_KFOLD, .test = 0.2, .validation = 0.3, .n_folds = n_folds, .stratify = TRUE, .seed = seed };
        g_autoptr (SxSplit) self = split (&spec, frame);
        gsize counts[8];

        g_assert_cmpuint (self->n_test, ==, 81);
        count_classes (codes, self->test, self->n_test, counts);
        for (guint k = 0; k < 4; k++)
          g_assert_cmpfloat (fabs ((double)counts[k] - (double)totals[k] * 81 / (double)n_rows), <, 1);
        for (guint fold = 0; fold < n_folds; fold++)
          {
            double share = n_folds == 1 ? 0.3 : 1.0 / n_folds;

            count_classes (codes, self->validation[fold], self->n_validation[fold], counts);
            g_assert_cmpfloat (fabs ((double)self->n_validation[fold] - share * 322), <, 1);
            for (guint k = 0; k < 4; k++)
              g_assert_cmpfloat (fabs ((double)counts[k] - share * (double)totals[k] * 322 / (double)n_rows), <, 2);
          }
      }
}

static void
test_groups_never_cross (void)
{
  g_autoptr (SxFrame) frame = make_table (300, 2);
  g_autoptr (SxColumn) groups = sx_frame_concat_column (frame, 1);

  for (guint n_folds = 1; n_folds <= 6; n_folds++)
    for (guint64 seed = 0; seed < 20; seed++)
      {
        SxSplitSpec spec = { .method = SX_SPLIT_GROUP, .test = 0.2, .validation = 0.2, .n_folds = n_folds, .column = (char *)"group", .seed = seed };
        g_autoptr (SxSplit) self = split (&spec, frame);

        /* shares are met as well as whole groups allow */
        g_assert_cmpfloat (fabs ((double)self->n_test / 300 - 0.2), <, 0.06);
        for (guint fold = 0; fold < n_folds; fold++)
          {
            int            part_of[N_GROUPS];
            const guint32 *rows[] = { self->test, self->training[fold], self->validation[fold] };
            const gsize    n[] = { self->n_test, self->n_training[fold], self->n_validation[fold] };

            memset (part_of, -1, sizeof part_of);
            for (int part = 0; part < 3; part++)
              for (gsize i = 0; i < n[part]; i++)
                {
                  gsize       size;
                  const char *text = sx_column_get_text (groups, rows[part][i], &size);
                  int         group = atoi (text + 1);

                  g_assert_true (part_of[group] == -1 || part_of[group] == part);
                  part_of[group] = part;
                }
          }
      }
}

static void
find_range (const SxColumn *when, const guint32 *rows, gsize n, gint64 *low, gint64 *high)
{
  *low = G_MAXINT64;
  *high = G_MININT64;
  for (gsize i = 0; i < n; i++)
    {
      *low = MIN (*low, sx_column_get_int64 (when, rows[i]));
      *high = MAX (*high, sx_column_get_int64 (when, rows[i]));
    }
}

static void
test_time_goes_forward (void)
{
  g_autoptr (SxFrame) frame = make_table (300, 2);
  g_autoptr (SxColumn) when = sx_frame_concat_column (frame, 2);

  for (guint n_folds = 1; n_folds <= 5; n_folds++)
    for (guint64 gap = 0; gap <= 20; gap += 10)
      {
        SxSplitSpec spec = { .method = SX_SPLIT_TIME, .test = 0.2, .validation = 0.2, .n_folds = n_folds, .column = (char *)"when", .gap = gap };
        g_autoptr (SxSplit) self = split (&spec, frame);
        gint64 test_low, test_high, before = G_MININT64;
        gsize  n_before = 0;

        find_range (when, self->test, self->n_test, &test_low, &test_high);
        for (guint fold = 0; fold < n_folds; fold++)
          {
            gint64 low, high, trained_low, trained_high;
            gsize  n_between = 0;

            find_range (when, self->training[fold], self->n_training[fold], &trained_low, &trained_high);
            find_range (when, self->validation[fold], self->n_validation[fold], &low, &high);
            g_assert_cmpint (trained_high, <, low);
            g_assert_cmpint (high, <, test_low);
            g_assert_cmpint (low, >, before);
            before = high;
            g_assert_cmpuint (self->n_training[fold], >, n_before); /* each fold knows more of the past */
            n_before = self->n_training[fold];
            for (gsize row = 0; row < 300; row++)
              n_between += sx_column_get_int64 (when, row) < low;
            g_assert_cmpuint (n_between - self->n_training[fold], ==, gap);
          }
        if (n_folds == 1)
          g_assert_cmpuint (self->n_training[0] + self->n_validation[0] + self->n_test + 2 * gap, ==, 300);
      }
}

static void
test_keep_order (void)
{
  g_autoptr (SxFrame) frame = make_table (100, 2);
  SxSplitSpec spec = { .method = SX_SPLIT_HOLDOUT, .test = 0.2, .validation = 0.25, .n_folds = 1, .keep_order = TRUE };
  g_autoptr (SxSplit) self = split (&spec, frame);

  g_assert_cmpuint (self->training[0][0], ==, 0);
  g_assert_cmpuint (self->n_training[0], ==, 60);
  g_assert_cmpuint (self->validation[0][0], ==, 60);
  g_assert_cmpuint (self->n_validation[0], ==, 20);
  g_assert_cmpuint (self->test[0], ==, 80);
}

static void
check_refusal (const SxSplitSpec *spec, gsize n_rows, const char *message)
{
  g_autoptr (SxFrame) frame = make_table (n_rows, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (sx_split_new (spec, frame, NULL, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not say “%s”", error->message, message);
}

static void
test_refuses (void)
{
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_HOLDOUT, .test = 0.2, .validation = 0.2, .n_folds = 1 }, 2, "2 rows are too few for this split: fold 1 would have no training rows");
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_KFOLD, .n_folds = 5 }, 4, "fold 5 would have no validation rows");
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_GROUP, .n_folds = 23, .test = 0.1, .column = (char *)"group" }, 100, "has 23 groups, too few for the split: at least 24 are needed");
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_GROUP, .n_folds = 2, .column = (char *)"grup" }, 100, "no column “grup”");
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_TIME, .n_folds = 2, .column = (char *)"group" }, 100, "no order in time");
  check_refusal (&(SxSplitSpec){ .method = SX_SPLIT_TIME, .n_folds = 1, .validation = 0.2, .gap = 1000, .column = (char *)"when" }, 100, "no training rows");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/split/any/partition", test_partition);
  g_test_add_func ("/compile/split/any/seed", test_seed);
  g_test_add_func ("/compile/split/holdout/golden", test_golden);
  g_test_add_func ("/compile/split/holdout/keeps-order", test_keep_order);
  g_test_add_func ("/compile/split/any/stratified", test_stratified);
  g_test_add_func ("/compile/split/group/never-crosses", test_groups_never_cross);
  g_test_add_func ("/compile/split/time/goes-forward", test_time_goes_forward);
  g_test_add_func ("/compile/split/any/refuses", test_refuses);
  return g_test_run ();
}
