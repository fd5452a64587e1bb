/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From a table to predictions. Columns are matched by name and cast to the types that the model was trained on; then the steps, the matrix and the
 * predictor do their work, some thousands of rows at a time, so that memory stays small and threads share the work. The result for a row does not
 * depend on the other rows: neither the number of threads nor where a table is cut changes a bit. */

#include "config.h"

#include "sx-model-private.h"

#include "nn/sx-team.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_LISTED_COLUMNS 10
/* Rows of a piece: so many that their matrix has about this many cells. */
#define PIECE_CELLS (2 * 1024 * 1024)
#define MIN_PIECE_ROWS 64
#define MAX_PIECE_ROWS 8192

/* ---- columns ---- */

/* Is @name what readers call the @place-th column (from 0) of a table without a header line? */
static gboolean
is_made_up (const char *name, guint place)
{
  g_autofree char *made_up = g_strdup_printf ("column_%u", place + 1);

  return g_str_equal (name, made_up);
}

static SxFrame *
rename_columns (SxFrame *frame, const char *const *names)
{
  SxSchema           *schema = sx_frame_get_schema (frame);
  guint               n = sx_schema_get_n_fields (schema);
  g_autofree SxField *fields = g_new0 (SxField, n + 1);
  g_autoptr (SxSchema) renamed = NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  g_autofree SxColumn **columns = g_new (SxColumn *, n + 1);

  for (guint i = 0; i < n; i++)
    fields[i] = (SxField){ (char *)names[i], sx_schema_get_field (schema, i)->type, NULL };
  renamed = sx_schema_new (fields, n, NULL);
  if (renamed == NULL) /* a damaged package: two columns of one name */
    return sx_frame_ref (frame);
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);

      for (guint i = 0; i < n; i++)
        columns[i] = sx_batch_get_column (batch, i);
      g_ptr_array_add (batches, sx_batch_new (renamed, columns, sx_batch_get_n_rows (batch)));
    }
  return sx_frame_new (renamed, batches);
}

SxFrame *
sx_model_name_columns (SxModel *self, SxFrame *frame)
{
  SxSchema               *schema;
  g_autofree const char **names = NULL;

  g_return_val_if_fail (self != NULL && frame != NULL, NULL);

  schema = sx_frame_get_schema (frame);
  if (!g_variant_lookup (self->provenance, "columns", "^a&s", &names) || g_strv_length ((char **)names) != sx_schema_get_n_fields (schema))
    return sx_frame_ref (frame);
  for (guint i = 0; names[i] != NULL; i++)
    if (!is_made_up (sx_schema_get_field (schema, i)->name, i))
      return sx_frame_ref (frame);
  return rename_columns (frame, names);
}

static gboolean
fail_missing (SxSchema *schema, GPtrArray *missing, GError **error)
{
  const char *similar = sx_schema_suggest (schema, missing->pdata[0]);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < missing->len && i < MAX_LISTED_COLUMNS; i++)
    g_string_append_printf (list, "%s“%s”", i > 0 ? ", " : "", (const char *)missing->pdata[i]);
  if (missing->len > MAX_LISTED_COLUMNS)
    g_string_append (list, ", …");
  if (similar != NULL)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("The table lacks columns that the model takes: %s. Rename them; is the first “%s” here?"), list->str, similar);
  else
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("The table lacks columns that the model takes: %s. Add them, left empty where nothing is known."), list->str);
  return FALSE;
}

SxFrame *
sx_model_match_inputs (SxModel *self, SxFrame *frame, GError **error)
{
  g_autoptr (SxFrame) named = sx_model_name_columns (self, frame);
  SxSchema *schema = sx_frame_get_schema (named);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  for (guint i = 0; i < sx_schema_get_n_fields (self->inputs); i++)
    {
      char *name = sx_schema_get_field (self->inputs, i)->name;

      g_ptr_array_add (sx_schema_find (schema, name) < 0 ? missing : names, name);
    }
  if (missing->len > 0)
    {
      fail_missing (schema, missing, error);
      return NULL;
    }
  g_ptr_array_add (names, NULL);
  return sx_frame_select (named, (const char *const *)names->pdata, error);
}

/* A column of whole numbers takes others too: 37.5 years are no error in a table to predict only because the rows trained on had whole ones. */
static SxColumn *
cast_input (SxColumn *column, const SxField *field, guint64 first_row, GError **error)
{
  SxColumn *cast;

  if (column->type == field->type || (field->type == SX_TYPE_INT64 && column->type == SX_TYPE_FLOAT64))
    return sx_column_ref (column);
  if (field->type == SX_TYPE_INT64 && (column->type == SX_TYPE_STRING || column->type == SX_TYPE_CATEGORY))
    {
      cast = sx_column_cast (column, SX_TYPE_INT64, field->name, first_row, NULL);
      return cast ? cast : sx_column_cast (column, SX_TYPE_FLOAT64, field->name, first_row, error);
    }
  return sx_column_cast (column, field->type, field->name, first_row, error);
}

SxFrame *
sx_model_cast_inputs (SxModel *self, SxFrame *frame, guint64 first_row, GError **error)
{
  SxSchema           *schema = sx_frame_get_schema (frame);
  guint               n = sx_schema_get_n_fields (schema);
  g_autofree SxField *fields = g_new0 (SxField, n + 1);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  g_autoptr (SxSchema) cast = NULL;

  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);
      int            input = sx_schema_find (self->inputs, field->name);
      g_autoptr (SxColumn) column = sx_frame_concat_column (frame, i);
      SxColumn *wanted = input < 0 ? sx_column_ref (column) : cast_input (column, sx_schema_get_field (self->inputs, (guint)input), first_row, error);

      if (wanted == NULL)
        return NULL;
      g_ptr_array_add (columns, wanted);
      fields[i] = (SxField){ field->name, wanted->type, NULL };
    }
  cast = sx_schema_new (fields, n, error);
  return cast ? sx_frame_new_from_columns (cast, (SxColumn *const *)columns->pdata) : NULL;
}

/* ---- predicting ---- */

typedef struct
{
  SxModel      *model;
  SxFrame      *inputs; /* the model's, not yet cast */
  GCancellable *cancellable;
  guint64       n_rows;
  guint64       piece_rows;
  guint64       n_pieces;
  guint         n_threads; /* within a piece */
  float        *out;
  GMutex        lock; /* of what follows */
  guint64       next;
  guint64       failed; /* the first piece that failed, or n_pieces */
  GError       *error;  /* its error */
} Prediction;

static SxDataset *
prepare_rows (const Prediction *self, guint64 first_row, guint64 n_rows, GError **error)
{
  SxModel *model = self->model;
  g_autoptr (SxFrame) raw = sx_frame_slice (self->inputs, first_row, n_rows);
  g_autoptr (SxFrame) cast = sx_model_cast_inputs (model, raw, first_row, error);
  g_autoptr (SxFrame) prepared = cast ? sx_steps_apply (model->steps, cast, self->cancellable, error) : NULL;

  return prepared ? sx_dataset_new (prepared, model->features, model->n_features, NULL, error) : NULL;
}

static gboolean
predict_piece (const Prediction *self, guint64 piece, GError **error)
{
  guint64 first_row = piece * self->piece_rows;
  guint64 n_rows = MIN (self->piece_rows, self->n_rows - first_row);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SxDataset) rows = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  rows = prepare_rows (self, first_row, n_rows, &problem);
  if (rows != NULL)
    return sx_predictor_predict (self->model->predictor, rows->x, rows->n_rows, self->n_threads, self->out + first_row * self->model->predictor->n_outputs, error);
  /* Steps count rows from where the piece begins. Whoever reads the message looks for the row in the table: once more from there. */
  if (piece > 0 && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autoptr (GError) placed = NULL;
      g_autoptr (SxDataset) again = prepare_rows (self, 0, first_row + n_rows, &placed);

      if (again == NULL)
        {
          g_clear_error (&problem);
          problem = g_steal_pointer (&placed);
        }
    }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* The next piece, or n_pieces when there is none. Pieces are taken in order, so that those before one that failed are all done: the error that is
 * reported is that of the first bad row, whatever the number of threads. */
static guint64
take_piece (Prediction *self)
{
  guint64 piece;

  g_mutex_lock (&self->lock);
  piece = self->failed < self->n_pieces ? self->n_pieces : self->next++;
  g_mutex_unlock (&self->lock);
  return piece;
}

static void
predict_pieces (unsigned part, unsigned n_parts, void *data)
{
  Prediction *self = data;
  guint64     piece;

  while ((piece = take_piece (self)) < self->n_pieces)
    {
      GError *error = NULL;

      if (predict_piece (self, piece, &error))
        continue;
      g_mutex_lock (&self->lock);
      if (piece < self->failed)
        {
          g_clear_error (&self->error);
          self->error = g_steal_pointer (&error);
          self->failed = piece;
        }
      g_mutex_unlock (&self->lock);
      g_clear_error (&error);
    }
}

static gboolean
predict_all (Prediction *self, guint n_threads, GError **error)
{
  guint    n_members = (guint)CLAMP (self->n_pieces, 1, MAX (n_threads, 1));
  SxTeam  *team = n_members > 1 ? sx_team_new (n_members) : NULL;
  gboolean ok;

  self->failed = self->n_pieces;
  self->n_threads = n_members > 1 ? 1 : MAX (n_threads, 1);
  g_mutex_init (&self->lock);
  if (team != NULL)
    sx_team_run (team, predict_pieces, self);
  else
    predict_pieces (0, 1, self);
  g_clear_pointer (&team, sx_team_free);
  g_mutex_clear (&self->lock);
  ok = self->error == NULL;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&self->error));
  return ok;
}

float *
sx_model_predict_raw (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxFrame) inputs = NULL;
  g_autofree float *out = NULL;
  Prediction        prediction = { .model = self, .cancellable = cancellable };

  g_return_val_if_fail (self != NULL && frame != NULL, NULL);

  inputs = sx_model_match_inputs (self, frame, error);
  if (inputs == NULL)
    return NULL;
  prediction.inputs = inputs;
  prediction.n_rows = sx_frame_get_n_rows (frame);
  prediction.piece_rows = CLAMP (PIECE_CELLS / MAX (self->n_features, 1), MIN_PIECE_ROWS, MAX_PIECE_ROWS);
  prediction.n_pieces = (prediction.n_rows + prediction.piece_rows - 1) / prediction.piece_rows;
  if (prediction.n_rows < G_MAXSIZE / sizeof (float) / self->predictor->n_outputs)
    out = g_try_malloc ((gsize)MAX (prediction.n_rows, 1) * self->predictor->n_outputs * sizeof (float));
  if (out == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("The predictions of %'" G_GUINT64_FORMAT " rows do not fit into memory. Predict fewer rows at a time."), prediction.n_rows);
      return NULL;
    }
  prediction.out = out;
  if (!predict_all (&prediction, n_threads, error))
    return NULL;
  return g_steal_pointer (&out);
}

/* ---- as a table ---- */

/* The number that the fewest digits give which still mean the float: 0.1, where the float itself is 0.100000001490116. */
static double
widen (float value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 6; digits <= 9 && isfinite (value); digits++)
    {
      char   format[8] = { '%', '.', (char)('0' + digits), 'g' };
      double wide = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, (double)value), NULL);

      if (!((float)wide < value) && !((float)wide > value))
        return wide;
    }
  return (double)value;
}

static SxColumn *
make_labels (const SxTarget *target, const float *p, gsize n_rows, guint n_classes)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);

  for (gsize row = 0; row < n_rows; row++)
    {
      const float *here = p + row * n_classes;
      guint        best = 0;

      for (guint k = 1; k < n_classes; k++)
        if (here[k] > here[best])
          best = k;
      if (isnan (here[best]))
        sx_column_builder_append_missing (builder);
      else
        sx_column_builder_append_text (builder, target->classes[best], strlen (target->classes[best]));
    }
  return sx_column_builder_finish (builder);
}

static SxColumn *
make_values (const float *p, gsize n_rows, guint n_outputs, guint output)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

  for (gsize row = 0; row < n_rows; row++)
    sx_column_builder_append_double (builder, widen (p[row * n_outputs + output]));
  return sx_column_builder_finish (builder);
}

static SxSchema *
describe_predictions (SxModel *self, GError **error)
{
  char    **classes = self->target->classes;
  guint     n_classes = classes ? self->predictor->n_outputs : 0;
  SxField  *fields = g_new0 (SxField, n_classes + 2);
  SxSchema *schema;

  fields[0] = (SxField){ g_strdup ("prediction"), classes ? SX_TYPE_STRING : SX_TYPE_FLOAT64, NULL };
  for (guint k = 0; k < n_classes; k++)
    fields[k + 1] = (SxField){ g_strconcat ("probability_", classes[k], NULL), SX_TYPE_FLOAT64, NULL };
  fields[n_classes + 1] = (SxField){ g_strdup ("flags"), SX_TYPE_STRING, NULL };
  schema = sx_schema_new (fields, n_classes + 2, error);
  for (guint i = 0; i < n_classes + 2; i++)
    g_free (fields[i].name);
  g_free (fields);
  return schema;
}

static SxBatch *
make_batch (SxModel *self, SxSchema *schema, const float *p, SxColumn *flags)
{
  guint n_outputs = self->predictor->n_outputs;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (self->target->classes != NULL)
    g_ptr_array_add (columns, make_labels (self->target, p, flags->n_rows, n_outputs));
  for (guint k = 0; k < n_outputs; k++)
    g_ptr_array_add (columns, make_values (p, flags->n_rows, n_outputs, k));
  g_ptr_array_add (columns, sx_column_ref (flags));
  return sx_batch_new (schema, (SxColumn *const *)columns->pdata, flags->n_rows);
}

SxFrame *
sx_model_predict (SxModel *self, SxFrame *frame, guint n_threads, GCancellable *cancellable, GError **error)
{
  g_autofree float *p = sx_model_predict_raw (self, frame, n_threads, cancellable, error);
  g_autoptr (SxFrame) inputs = p ? sx_model_match_inputs (self, frame, error) : NULL;
  g_autoptr (SxSchema) schema = inputs ? describe_predictions (self, error) : NULL;
  g_autoptr (SxModelFlagger) flagger = schema ? sx_model_flagger_new (self) : NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  guint64 n_rows = sx_frame_get_n_rows (frame);

  if (flagger == NULL)
    return NULL;
  for (guint64 row = 0; row < n_rows; row += SX_BATCH_MAX_ROWS)
    {
      g_autoptr (SxFrame) raw = sx_frame_slice (inputs, row, SX_BATCH_MAX_ROWS);
      g_autoptr (SxFrame) cast = sx_model_cast_inputs (self, raw, row, error);
      g_autoptr (SxColumn) flags = NULL;

      if (cast == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      flags = sx_model_flagger_flag (flagger, cast, (gsize)MIN (n_rows - row, SX_BATCH_MAX_ROWS));
      g_ptr_array_add (batches, make_batch (self, schema, p + row * self->predictor->n_outputs, flags));
    }
  return sx_frame_new (schema, batches);
}
