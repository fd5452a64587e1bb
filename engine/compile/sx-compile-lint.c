/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Warnings about the data: what trains without an error and yet is seldom meant. */

#include "config.h"

#include "sx-compile-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column with as many values as rows is no identifier in a table as short as this. */
#define MIN_ROWS_OF_ID 100
#define MIN_ROWS 50
#define RARE_SHARE 0.02
#define RARE_ROWS 10
#define REPEATED_SHARE 0.05
/* Above this a column is too varied to be another spelling of a class. */
#define MAX_COPY_VALUES SX_TARGET_MAX_CLASSES

/* ---- cells as numbers ---- */

/* The cells of a column, numbered by first appearance from 0; G_MAXUINT32 where missing. */
static guint32 *
number_texts (const SxColumn *column, guint *n_values)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  guint32 *cells = g_new (guint32, column->n_rows + 1);

  for (gsize row = 0; row < column->n_rows; row++)
    {
      g_autoptr (GBytes) bytes = NULL;
      const char *text;
      gpointer    number;
      gsize       size;

      cells[row] = G_MAXUINT32;
      if (sx_column_is_missing (column, row))
        continue;
      text = sx_column_get_text (column, row, &size);
      bytes = g_bytes_new_static (text, size);
      if (!g_hash_table_lookup_extended (numbers, bytes, NULL, &number))
        {
          number = GUINT_TO_POINTER (g_hash_table_size (numbers));
          g_hash_table_insert (numbers, g_bytes_ref (bytes), number);
        }
      cells[row] = GPOINTER_TO_UINT (number);
    }
  *n_values = g_hash_table_size (numbers);
  return cells;
}

static guint32 *
number_values (const SxColumn *column, guint *n_values)
{
  g_autofree double *values = g_new (double, column->n_rows + 1);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_double_hash, g_double_equal);
  guint32 *cells = g_new (guint32, column->n_rows + 1);

  sx_column_to_doubles (column, values);
  for (gsize row = 0; row < column->n_rows; row++)
    {
      gpointer number;

      cells[row] = G_MAXUINT32;
      if (isnan (values[row]))
        continue;
      if (!g_hash_table_lookup_extended (numbers, &values[row], NULL, &number))
        {
          number = GUINT_TO_POINTER (g_hash_table_size (numbers));
          g_hash_table_insert (numbers, &values[row], number);
        }
      cells[row] = GPOINTER_TO_UINT (number);
    }
  *n_values = g_hash_table_size (numbers);
  return cells;
}

/* ---- one column ---- */

/* Does each value of the column go with one class, and each class with one value? */
static gboolean
is_one_to_one (const guint32 *cells, guint n_values, const float *y, guint n_classes, gsize n_rows)
{
  g_autofree guint32 *class_of = NULL;
  g_autofree guint32 *value_of = NULL;

  if (n_values != n_classes || n_values > MAX_COPY_VALUES)
    return FALSE;
  class_of = g_new (guint32, n_values);
  value_of = g_new (guint32, n_classes);
  memset (class_of, 0xff, n_values * sizeof *class_of);
  memset (value_of, 0xff, n_classes * sizeof *value_of);
  for (gsize row = 0; row < n_rows; row++)
    {
      guint32 class, value = cells[row];

      if (isnan (y[row]) || value == G_MAXUINT32)
        continue;
      class = (guint32)y[row];
      if ((class_of[value] != G_MAXUINT32 && class_of[value] != class) || (value_of[class] != G_MAXUINT32 && value_of[class] != value))
        return FALSE;
      class_of[value] = class;
      value_of[class] = value;
    }
  return TRUE;
}

/* Is the column a straight line of the target, to within rounding? */
static gboolean
is_linear_copy (const SxColumn *column, const float *y)
{
  double n = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

  if (!sx_type_is_numeric (column->type))
    return FALSE;
  for (gsize row = 0; row < column->n_rows; row++)
    {
      double x = sx_column_get_double (column, row);
      double dx, dy;

      if (isnan (x) || isnan (y[row]))
        continue;
      n++;
      dx = x - mean_x;
      dy = (double)y[row] - mean_y;
      mean_x += dx / n;
      mean_y += dy / n;
      xx += dx * (x - mean_x);
      yy += dy * ((double)y[row] - mean_y);
      xy += dx * ((double)y[row] - mean_y);
    }
  return n > 2 && xx > 0 && yy > 0 && xy * xy >= (1 - 1e-9) * xx * yy;
}

/* Names people give to what only tells rows apart. */
static gboolean
has_id_name (const char *name)
{
  g_autofree char *lower = g_utf8_strdown (name, -1);

  return g_str_equal (lower, "id") || g_str_has_suffix (lower, "_id") || g_str_has_suffix (lower, "-id") || g_str_has_suffix (lower, " id") ||
         g_str_equal (lower, "uuid") || g_str_equal (lower, "rownum") || g_str_equal (lower, "index");
}

/* All cells differ: text that is never twice the same, or whole numbers that count up or are called an id. */
static gboolean
is_id_like (const SxColumn *column, const char *name, guint n_values)
{
  gboolean counts_up = column->type == SX_TYPE_INT64;

  if (column->n_rows < MIN_ROWS_OF_ID || column->n_missing > 0 || n_values != column->n_rows)
    return FALSE;
  if (column->type == SX_TYPE_STRING || column->type == SX_TYPE_CATEGORY)
    return TRUE;
  for (gsize row = 1; counts_up && row < column->n_rows; row++)
    counts_up = sx_column_get_int64 (column, row) > sx_column_get_int64 (column, row - 1);
  return counts_up || (column->type == SX_TYPE_INT64 && has_id_name (name));
}

/* Folds a column's cells into one number a row, so that equal rows have equal numbers. */
static void
mix_cells (guint64 *rows, const guint32 *cells, gsize n_rows)
{
  for (gsize row = 0; row < n_rows; row++)
    {
      guint64 z = rows[row] ^ cells[row];

      z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9) + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      rows[row] = z ^ (z >> 27);
    }
}

/* @rows: (inout): a number of each row's cells so far */
static void
lint_column (SxCompiler *self, const SxTarget *target, const float *y, const char *name, guint64 *rows)
{
  SxFrame *frame = self->prepared;
  int      index = sx_schema_find (sx_frame_get_schema (frame), name);
  g_autoptr (SxColumn) column = sx_frame_concat_column (frame, (guint)index);
  g_autofree guint32 *cells = NULL;
  const char         *block = self->job->model_block;
  guint               n_values;
  guint               n_classes = target->classes ? g_strv_length (target->classes) : 0;

  if (column->type == SX_TYPE_IMAGE || column->type == SX_TYPE_LIST)
    return;
  cells = column->type == SX_TYPE_STRING || column->type == SX_TYPE_CATEGORY ? number_texts (column, &n_values) : number_values (column, &n_values);
  mix_cells (rows, cells, column->n_rows);
  if (n_values == 0)
    sx_compiler_warn (self, block, "features", _ ("Column “%s” is missing in every row. Leave it out."), name);
  else if (n_values == 1 && column->n_missing == 0)
    sx_compiler_warn (self, block, "features", _ ("Column “%s” is the same in every row and tells the model nothing. Leave it out."), name);
  else if (n_classes > 0 ? is_one_to_one (cells, n_values, y, n_classes, column->n_rows) : is_linear_copy (column, y))
    sx_compiler_warn (self, block, "features", _ ("Column “%s” is the target “%s” in another spelling. Leave it out, unless it will be known when the model is used."), name, target->column);
  else if (is_id_like (column, name, n_values))
    sx_compiler_warn (self, block, "features", _ ("Column “%s” differs in every row, like an identifier. A model learns nothing from it that holds for new rows. Leave it out."), name);
}

/* ---- the target ---- */

static void
lint_balance (SxCompiler *self, const SxTarget *target, const float *y, gsize n_rows)
{
  guint             n_classes = g_strv_length (target->classes);
  g_autofree gsize *counts = g_new0 (gsize, n_classes);
  gsize             n_present = 0;
  guint             rarest = 0;

  for (gsize row = 0; row < n_rows; row++)
    if (!isnan (y[row]))
      {
        counts[(guint)y[row]]++;
        n_present++;
      }
  for (guint k = 1; k < n_classes; k++)
    if (counts[k] < counts[rarest])
      rarest = k;
  if (counts[rarest] < RARE_ROWS || (double)counts[rarest] < RARE_SHARE * (double)n_present)
    sx_compiler_warn (self, self->job->model_block, "target", _ ("Class “%s” has %'" G_GSIZE_FORMAT " of %'" G_GSIZE_FORMAT " rows. Accuracy will say little; look at the area under the curve or balanced accuracy."), target->classes[rarest], counts[rarest], n_present);
}

static int
compare_numbers (const void *a, const void *b)
{
  guint64 left = *(const guint64 *)a, right = *(const guint64 *)b;

  return (left > right) - (left < right);
}

static void
lint_repeated_rows (SxCompiler *self, guint64 *rows, gsize n_rows)
{
  gsize n_repeated = 0;

  qsort (rows, n_rows, sizeof *rows, compare_numbers);
  for (gsize i = 1; i < n_rows; i++)
    n_repeated += rows[i] == rows[i - 1];
  if (n_rows >= MIN_ROWS && (double)n_repeated > REPEATED_SHARE * (double)n_rows)
    sx_compiler_warn (self, self->job->model_block, "features", _ ("%'" G_GSIZE_FORMAT " of %'" G_GSIZE_FORMAT " rows repeat another row's features. Copies among the test rows make a model look better than it is; split by group, or drop them."), n_repeated, n_rows);
}

void
sx_compiler_lint (SxCompiler *self, const SxTarget *target, const char *const *feature_names)
{
  gsize               n_rows = sx_frame_get_n_rows (self->prepared);
  gsize               n_missing = 0;
  g_autofree float   *y = NULL;
  g_autofree guint64 *rows = g_new0 (guint64, n_rows + 1);

  if (!sx_target_code_frame (target, self->prepared, &y, NULL))
    return;
  for (gsize row = 0; row < n_rows; row++)
    n_missing += isnan (y[row]) != 0;
  if (n_missing > 0)
    sx_compiler_warn (self, self->job->model_block, "target", _ ("Target “%s” is missing in %'" G_GSIZE_FORMAT " of %'" G_GSIZE_FORMAT " rows; these are not trained on"), target->column, n_missing, n_rows);
  if (n_rows - n_missing < MIN_ROWS)
    sx_compiler_warn (self, self->job->model_block, NULL, _ ("%'" G_GSIZE_FORMAT " rows are few to learn from; take a cross-validating split, and doubt the scores"), n_rows - n_missing);
  if (target->classes != NULL)
    lint_balance (self, target, y, n_rows);
  for (guint i = 0; feature_names[i]; i++)
    lint_column (self, target, y, feature_names[i], rows);
  if (self->job->split.method != SX_SPLIT_GROUP)
    lint_repeated_rows (self, rows, n_rows);
}
