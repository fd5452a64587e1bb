/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The target's coding: which task it is, and which label is which class.
 *
 * Labels are compared as the text of the cell, so that a table whose target was read as 1, “1” or 1.0 codes alike, whatever types a reader
 * chose for it. Deciding looks at every row, once; coding remembers the labels it met, so that no cell is printed twice. */

#include "config.h"

#include "sx-dataset.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* The most distinct whole numbers that are still taken for classes when nobody says. */
#define MAX_GUESSED_CLASSES 20
/* How many unknown labels an error lists. */
#define MAX_LISTED_LABELS 5

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY;
}

/* ---- distinct labels ---- */

/* What all rows together say about a column. */
typedef struct
{
  GHashTable *labels; /* text → SxLabel, at most SX_TARGET_MAX_CLASSES + 1 of them */
  guint64     n_present;
  gboolean    is_whole;  /* numbers: all of them are */
  gboolean    is_varied; /* numbers: there are two that differ */
  double      first_value;
} Survey;

typedef struct
{
  char  *text;
  double value; /* numbers; else 0 */
} Label;

static void
free_label (gpointer data)
{
  Label *label = data;

  g_free (label->text);
  g_free (label);
}

static void
add_label (Survey *survey, char *text, double value)
{
  Label *label;

  if (g_hash_table_size (survey->labels) > SX_TARGET_MAX_CLASSES || g_hash_table_contains (survey->labels, text))
    {
      g_free (text);
      return;
    }
  label = g_new (Label, 1);
  label->text = text;
  label->value = value;
  g_hash_table_insert (survey->labels, text, label);
}

static void
survey_texts (Survey *survey, const SxColumn *column)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      const char *text;
      gsize       size;

      if (sx_column_is_missing (column, row))
        continue;
      survey->n_present++;
      text = sx_column_get_text (column, row, &size);
      add_label (survey, g_strndup (text, size), 0);
    }
}

static void
survey_numbers (Survey *survey, const SxColumn *column, GHashTable *seen)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      double value;

      if (sx_column_is_missing (column, row))
        continue;
      value = sx_column_get_double (column, row) + 0.0; /* -0 is 0 */
      if (survey->n_present++ == 0)
        survey->first_value = value;
      survey->is_varied |= value > survey->first_value || value < survey->first_value;
      survey->is_whole &= value >= floor (value) && value <= floor (value);
      if (g_hash_table_size (seen) <= SX_TARGET_MAX_CLASSES && !g_hash_table_contains (seen, &value))
        {
          g_hash_table_add (seen, g_memdup2 (&value, sizeof value));
          add_label (survey, sx_column_dup_cell (column, row), value);
        }
    }
}

static void
survey_column (Survey *survey, SxFrame *frame, guint column)
{
  SxType type = sx_schema_get_field (sx_frame_get_schema (frame), column)->type;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_double_hash, g_double_equal, g_free, NULL);

  survey->labels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_label);
  survey->is_whole = TRUE;
  for (guint batch = 0; batch < sx_frame_get_n_batches (frame); batch++)
    {
      SxColumn *cells = sx_batch_get_column (sx_frame_get_batch (frame, batch), column);

      if (is_text (type))
        survey_texts (survey, cells);
      else
        survey_numbers (survey, cells, seen);
    }
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  const Label *left = *(const Label *const *)a;
  const Label *right = *(const Label *const *)b;

  if (left->value < right->value || left->value > right->value)
    return left->value < right->value ? -1 : 1;
  return strcmp (left->text, right->text);
}

/* The labels in order, @positive last. */
static GStrv
order_labels (GHashTable *labels, const char *positive)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, labels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (sorted, value);
  g_ptr_array_sort (sorted, compare_labels);
  for (guint i = 0; i < sorted->len; i++)
    {
      const Label *label = sorted->pdata[i];

      if (g_strcmp0 (label->text, positive) != 0)
        g_strv_builder_add (builder, label->text);
    }
  if (positive != NULL)
    g_strv_builder_add (builder, positive);
  return g_strv_builder_end (builder);
}

/* ---- deciding ---- */

static gboolean
find_column (SxFrame *frame, const char *name, guint *column, GError **error)
{
  SxSchema   *schema = sx_frame_get_schema (frame);
  int         index = sx_schema_find (schema, name);
  const char *suggestion;
  SxType      type;

  if (index < 0)
    {
      suggestion = sx_schema_suggest (schema, name);
      if (suggestion != NULL)
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("There is no column “%s” to predict. Did you mean “%s”?"), name, suggestion);
      else
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("There is no column “%s” to predict"), name);
      return FALSE;
    }
  type = sx_schema_get_field (schema, (guint)index)->type;
  if (type == SX_TYPE_TIMESTAMP || type == SX_TYPE_IMAGE || type == SX_TYPE_LIST)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is of type %s, which cannot be predicted. Derive a number or a class from it."), name, sx_type_get_nick (type));
      return FALSE;
    }
  *column = (guint)index;
  return TRUE;
}

static SxTask
decide_task (const Survey *survey, SxType type)
{
  guint    n_labels = g_hash_table_size (survey->labels);
  gboolean is_number = type == SX_TYPE_INT64 || type == SX_TYPE_FLOAT64;

  if (is_number && (!survey->is_whole || n_labels > MAX_GUESSED_CLASSES))
    return SX_TASK_REGRESSION;
  return n_labels == 2 ? SX_TASK_BINARY : SX_TASK_MULTICLASS;
}

static gboolean
check_values (const Survey *survey, const char *name, GError **error)
{
  if (survey->n_present == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is missing in every row"), name);
      return FALSE;
    }
  if (g_hash_table_size (survey->labels) < 2 && !survey->is_varied)
    {
      GHashTableIter iter;
      gpointer       text;

      g_hash_table_iter_init (&iter, survey->labels);
      g_hash_table_iter_next (&iter, &text, NULL);
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is “%s” in every row: there is nothing to learn"), name, (const char *)text);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_task (const Survey *survey, const char *name, SxType type, SxTask task, const char *positive, GError **error)
{
  guint n_labels = g_hash_table_size (survey->labels);

  if (task == SX_TASK_REGRESSION)
    {
      if (!is_text (type))
        return TRUE;
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is text, but the task is to predict a number. Convert the column, or choose a task with classes."), name);
      return FALSE;
    }
  if (n_labels > SX_TARGET_MAX_CLASSES)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” has more than %d different values, too many for classes. Is it an identifier?"), name, SX_TARGET_MAX_CLASSES);
      return FALSE;
    }
  if (task == SX_TASK_BINARY && n_labels != 2)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” has %u different values, but the task is of two classes. Choose another task, or map its values to two."), name, n_labels);
      return FALSE;
    }
  if (positive != NULL && !g_hash_table_contains (survey->labels, positive))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is never “%s”, which was to be the positive class"), name, positive);
      return FALSE;
    }
  return TRUE;
}

SxTarget *
sx_target_new (SxFrame *frame, const char *column, int task, const char *positive, GError **error)
{
  Survey    survey = { 0 };
  SxTarget *self = NULL;
  SxType    type;
  SxTask    decided;
  guint     index;

  g_return_val_if_fail (frame != NULL && column != NULL, NULL);
  g_return_val_if_fail (task >= -1 && task < SX_N_TASKS, NULL);

  if (!find_column (frame, column, &index, error))
    return NULL;
  type = sx_schema_get_field (sx_frame_get_schema (frame), index)->type;
  survey_column (&survey, frame, index);
  decided = task < 0 ? decide_task (&survey, type) : (SxTask)task;
  if (check_values (&survey, column, error) && check_task (&survey, column, type, decided, positive, error))
    {
      self = g_new0 (SxTarget, 1);
      self->column = g_strdup (column);
      self->task = decided;
      if (decided != SX_TASK_REGRESSION)
        self->classes = order_labels (survey.labels, positive);
    }
  g_hash_table_unref (survey.labels);
  return self;
}

SxTarget *
sx_target_copy (const SxTarget *self)
{
  SxTarget *copy = g_new0 (SxTarget, 1);

  copy->column = g_strdup (self->column);
  copy->task = self->task;
  copy->classes = g_strdupv (self->classes);
  copy->steps = self->steps ? sx_steps_ref (self->steps) : NULL;
  return copy;
}

void
sx_target_free (SxTarget *self)
{
  if (self == NULL)
    return;
  g_free (self->column);
  g_strfreev (self->classes);
  g_clear_pointer (&self->steps, sx_steps_unref);
  g_free (self);
}

/* ---- coding ---- */

static gboolean
code_numbers (const SxTarget *self, SxColumn *column, float *y, GError **error)
{
  g_autoptr (SxColumn) cast = NULL;

  if (is_text (column->type))
    {
      cast = sx_column_cast (column, SX_TYPE_FLOAT64, self->column, 0, error);
      if (cast == NULL)
        return FALSE;
      column = cast;
    }
  for (gsize row = 0; row < column->n_rows; row++)
    {
      double value = sx_column_get_double (column, row);

      if (fabs (value) > (double)FLT_MAX)
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s”, row %'" G_GSIZE_FORMAT ": the value is too large to predict. Scale the column, or drop the row."), self->column, row + 1);
          return FALSE;
        }
      y[row] = (float)value;
    }
  return TRUE;
}

/* The classes by label, and the labels met that are none of them. */
typedef struct
{
  GHashTable *codes;   /* text → class + 1 */
  GHashTable *unknown; /* set of texts */
} Coder;

static float
code_label (Coder *coder, const char *text)
{
  guint code = GPOINTER_TO_UINT (g_hash_table_lookup (coder->codes, text));

  if (code == 0)
    g_hash_table_add (coder->unknown, g_strdup (text));
  return code > 0 ? (float)(code - 1) : NAN;
}

static void
code_texts (Coder *coder, const SxColumn *column, float *y)
{
  g_autoptr (GString) label = g_string_new (NULL);

  for (gsize row = 0; row < column->n_rows; row++)
    {
      const char *text;
      gsize       size;

      y[row] = NAN;
      if (sx_column_is_missing (column, row))
        continue;
      text = sx_column_get_text (column, row, &size);
      g_string_truncate (label, 0);
      g_string_append_len (label, text, (gssize)size);
      y[row] = code_label (coder, label->str);
    }
}

/* Printing is slow and values repeat: each distinct value is printed once. */
static void
code_cells (Coder *coder, const SxColumn *column, float *y)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_double_hash, g_double_equal, g_free, g_free);

  for (gsize row = 0; row < column->n_rows; row++)
    {
      double       value;
      const float *code;

      y[row] = NAN;
      if (sx_column_is_missing (column, row))
        continue;
      value = sx_column_get_double (column, row) + 0.0;
      code = g_hash_table_lookup (known, &value);
      if (code == NULL)
        {
          g_autofree char *text = sx_column_dup_cell (column, row);
          float           *fresh = g_new (float, 1);

          *fresh = code_label (coder, text);
          g_hash_table_insert (known, g_memdup2 (&value, sizeof value), fresh);
          code = fresh;
        }
      y[row] = *code;
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
set_unknown_error (const SxTarget *self, GHashTable *unknown, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *known = g_strjoinv ("”, “", self->classes);
  GHashTableIter   iter;
  gpointer         text;

  g_hash_table_iter_init (&iter, unknown);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    g_ptr_array_add (texts, text);
  g_ptr_array_sort (texts, compare_texts);
  for (guint i = 0; i < texts->len && i < MAX_LISTED_LABELS; i++)
    g_string_append_printf (list, "%s“%s”", i > 0 ? ", " : "", (const char *)texts->pdata[i]);
  if (texts->len > MAX_LISTED_LABELS)
    g_string_append (list, ", …");
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” holds %s, but its classes are “%s”. Map the labels with a Replace block, or drop those rows."), self->column, list->str, known);
}

gboolean
sx_target_code (const SxTarget *self, SxColumn *column, float *y, GError **error)
{
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Coder coder = { codes, unknown };

  if (column->type == SX_TYPE_IMAGE || column->type == SX_TYPE_LIST)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s” is of type %s, which holds no labels"), self->column, sx_type_get_nick (column->type));
      return FALSE;
    }
  if (self->task == SX_TASK_REGRESSION)
    return code_numbers (self, column, y, error);
  for (guint k = 0; self->classes[k]; k++)
    g_hash_table_insert (codes, self->classes[k], GUINT_TO_POINTER (k + 1));
  if (is_text (column->type))
    code_texts (&coder, column, y);
  else
    code_cells (&coder, column, y);
  if (g_hash_table_size (unknown) == 0)
    return TRUE;
  set_unknown_error (self, unknown, error);
  return FALSE;
}

gboolean
sx_target_code_frame (const SxTarget *self, SxFrame *frame, float **y, GError **error)
{
  g_autoptr (SxColumn) column = NULL;
  g_autofree float *codes = NULL;
  guint             index;

  if (!find_column (frame, self->column, &index, error))
    return FALSE;
  column = sx_frame_concat_column (frame, index);
  codes = g_new (float, column->n_rows + 1);
  if (!sx_target_code (self, column, codes, error))
    return FALSE;
  *y = g_steal_pointer (&codes);
  return TRUE;
}
