/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From a prepared frame to the matrix that models learn from. */

#include "config.h"

#include "sx-dataset.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#define ALIGNMENT 64

/* ---- features ---- */

void
sx_features_free (SxFeature *features, guint n_features)
{
  for (guint i = 0; features && i < n_features; i++)
    g_free (features[i].name);
  g_free (features);
}

/* Codes whose unknown and missing marks are not those of SxFeature are numbers like any other. */
static guint
count_categories (const SxStep *step)
{
  guint  n = g_strv_length (step->texts);
  double unknown = step->n_numbers > 0 ? step->numbers[0] : NAN;
  double missing = step->n_numbers > 1 ? step->numbers[1] : NAN;

  if (n == 0 || !(isnan (unknown) || (unknown >= n && unknown <= n)))
    return 0;
  return isnan (missing) || (missing >= 0 && missing <= n && missing <= floor (missing)) ? n : 0;
}

/* What @step does to which columns are category codes: @codes is name → number of categories. */
static void
follow_step (GHashTable *codes, const SxStep *step)
{
  g_autoptr (GHashTable) moved = NULL;

  switch (step->op)
    {
    case SX_STEP_ORDINAL:
      g_hash_table_insert (codes, step->outputs[0], GUINT_TO_POINTER (count_categories (step)));
      return;
    case SX_STEP_SELECT:
      return;
    case SX_STEP_RENAME:
    case SX_STEP_CAST:
    case SX_STEP_FILL:
      /* All inputs are looked up before any output is written: a and b may change names with each other. */
      moved = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; step->inputs[i] && step->outputs[i]; i++)
        g_hash_table_insert (moved, step->outputs[i], g_hash_table_lookup (codes, step->inputs[i]));
      for (guint i = 0; step->outputs[i]; i++)
        g_hash_table_insert (codes, step->outputs[i], g_hash_table_lookup (moved, step->outputs[i]));
      return;
    case SX_STEP_INDICATOR:
    case SX_STEP_AFFINE:
    case SX_STEP_CLIP:
    case SX_STEP_QUANTILE:
    case SX_STEP_REPLACE:
    case SX_STEP_ONE_HOT:
    case SX_STEP_LOOKUP:
    case SX_STEP_DATE_PART:
    case SX_STEP_EXPRESSION:
    default:
      for (guint i = 0; step->outputs[i]; i++)
        g_hash_table_remove (codes, step->outputs[i]);
      return;
    }
}

static gboolean
check_numeric (const SxField *field, GError **error)
{
  if (field->type == SX_TYPE_INT64 || field->type == SX_TYPE_FLOAT64 || field->type == SX_TYPE_BOOL)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA,
               field->type == SX_TYPE_TIMESTAMP
                 ? _ ("Column “%s” is of type %s, which a model cannot take. Put a “table.dates” or “prepare.auto” block before the model, or leave the column out.")
                 : _ ("Column “%s” is of type %s, which a model cannot take. Put a “prepare.encode” or “prepare.auto” block before the model, or leave the column out."),
               field->name, sx_type_get_nick (field->type));
  return FALSE;
}

SxFeature *
sx_features_from_steps (const SxSteps *steps, SxSchema *prepared, const char *target, guint *n_features, GError **error)
{
  guint n_fields = sx_schema_get_n_fields (prepared);
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  SxFeature *features = g_new0 (SxFeature, n_fields + 1);
  guint      n = 0;

  for (guint i = 0; steps && i < sx_steps_get_n (steps); i++)
    follow_step (codes, sx_steps_get (steps, i));
  for (guint i = 0; i < n_fields; i++)
    {
      const SxField *field = sx_schema_get_field (prepared, i);

      if (g_strcmp0 (field->name, target) == 0)
        continue;
      if (!check_numeric (field, error))
        {
          sx_features_free (features, n);
          return NULL;
        }
      features[n].name = g_strdup (field->name);
      features[n++].n_categories = GPOINTER_TO_UINT (g_hash_table_lookup (codes, field->name));
    }
  if (n == 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, "%s", _ ("No column is left to predict from"));
      sx_features_free (features, 0);
      return NULL;
    }
  *n_features = n;
  return features;
}

/* ---- the matrix ---- */

/* Writes one column of one batch into the matrix, whose rows are @stride floats apart. */
static gboolean
fill_column (const SxColumn *column, const SxFeature *feature, float *x, gsize stride, guint64 first_row, GError **error)
{
  for (gsize row = 0; row < column->n_rows; row++)
    {
      double value = sx_column_get_double (column, row);

      if (fabs (value) > (double)FLT_MAX)
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Column “%s”, row %'" G_GUINT64_FORMAT ": the value is infinite or too large. Mark it as missing, or scale the column."), feature->name, first_row + row + 1);
          return FALSE;
        }
      if (feature->n_categories > 0 && !isnan (value) && !(value >= 0 && value <= feature->n_categories))
        value = feature->n_categories; /* a code nobody knows */
      x[row * stride] = (float)value;
    }
  return TRUE;
}

static gboolean
fill_matrix (SxDataset *self, SxFrame *prepared, const guint *columns, GError **error)
{
  guint64 first_row = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (prepared); b++)
    {
      SxBatch *batch = sx_frame_get_batch (prepared, b);

      for (gsize i = 0; i < self->n_features; i++)
        if (!fill_column (sx_batch_get_column (batch, columns[i]), &self->features[i], self->x + first_row * self->n_features + i, self->n_features, first_row, error))
          return FALSE;
      first_row += sx_batch_get_n_rows (batch);
    }
  return TRUE;
}

static gboolean
find_features (SxSchema *schema, const SxFeature *features, guint n_features, guint *columns, GError **error)
{
  for (guint i = 0; i < n_features; i++)
    {
      int index = sx_schema_find (schema, features[i].name);

      if (index < 0)
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("The prepared table has no column “%s”, which the model takes"), features[i].name);
          return FALSE;
        }
      if (!check_numeric (sx_schema_get_field (schema, (guint)index), error))
        return FALSE;
      columns[i] = (guint)index;
    }
  return TRUE;
}

static gboolean
allocate (SxDataset *self, GError **error)
{
  gsize n_cells, size;

  if (!g_size_checked_mul (&n_cells, self->n_rows, self->n_features) || !g_size_checked_mul (&size, n_cells, sizeof (float)) ||
      !g_size_checked_add (&size, size, ALIGNMENT))
    size = G_MAXSIZE;
  else
    {
      size -= size % ALIGNMENT;
      self->x = aligned_alloc (ALIGNMENT, MAX (size, ALIGNMENT));
    }
  if (self->x != NULL)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("A table of %'" G_GSIZE_FORMAT " rows and %'" G_GSIZE_FORMAT " prepared columns does not fit into memory. Sample the rows, or leave columns out."), self->n_rows, self->n_features);
  return FALSE;
}

void
sx_dataset_take_target (SxDataset *self, const SxTarget *target, float *y)
{
  g_return_if_fail (self->y == NULL);

  self->task = target->task;
  self->classes = g_strdupv (target->classes);
  self->n_classes = target->classes ? g_strv_length (target->classes) : 0;
  self->y = y;
}

static gboolean
code_target (SxDataset *self, SxFrame *prepared, const SxTarget *target, GError **error)
{
  float *y;

  if (!sx_target_code_frame (target, prepared, &y, error))
    return FALSE;
  sx_dataset_take_target (self, target, y);
  for (gsize row = 0; row < self->n_rows; row++)
    if (isnan (y[row]))
      {
        g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("Target “%s”, row %'" G_GSIZE_FORMAT " is missing: such rows cannot be learned from. Drop them."), target->column, row + 1);
        return FALSE;
      }
  return TRUE;
}

SxDataset *
sx_dataset_new (SxFrame *prepared, const SxFeature *features, guint n_features, const SxTarget *target, GError **error)
{
  g_autoptr (SxDataset) self = NULL;
  g_autofree guint *columns = g_new (guint, n_features + 1);

  g_return_val_if_fail (prepared != NULL && features != NULL && n_features > 0, NULL);

  if (!find_features (sx_frame_get_schema (prepared), features, n_features, columns, error))
    return NULL;
  self = g_new0 (SxDataset, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_rows = sx_frame_get_n_rows (prepared);
  self->n_features = n_features;
  self->features = g_new0 (SxFeature, n_features);
  for (guint i = 0; i < n_features; i++)
    self->features[i] = (SxFeature){ g_strdup (features[i].name), features[i].n_categories };
  if (!allocate (self, error) || !fill_matrix (self, prepared, columns, error))
    return NULL;
  if (target != NULL && !code_target (self, prepared, target, error))
    return NULL;
  return g_steal_pointer (&self);
}

SxDataset *
sx_dataset_ref (SxDataset *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_dataset_unref (SxDataset *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  free (self->x);
  g_free (self->y);
  g_strfreev (self->classes);
  sx_features_free (self->features, (guint)self->n_features);
  g_free (self);
}
