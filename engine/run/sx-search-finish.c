/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The end of a run: the best configuration is fitted once more on all rows but the test rows, for as many iterations as it took on the folds,
 * and measured on the test rows, which nothing has seen. Without test rows it is measured on the validation rows of the folds, each predicted by a
 * model that was not trained on it. Nothing here depends on the clock, so that equal runs give equal packages. */

#include "config.h"

#include "sx-search-private.h"

#include "model/sx-model-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_LABELS 1000

/* ---- the final fit ---- */

/* Without a limit: the time was set aside. Should the machine have become slower since, a model late is better than half a model. */
static SxPredictor *
fit (SxSearch *self, const SxRunTrial *trial, GError **error)
{
  g_autofree char *checkpoint = sx_search_dup_checkpoint (self, NULL, 0);
  SxTraining       training = { .seed = sx_search_get_seed (self, 0, 0), .config = trial->config, .checkpoint = checkpoint };
  double           seconds;

  if (!sx_prepared_get_fold (self->prepared, self->n_folds, NULL, &training.training, NULL, sx_watch_get_cancellable (self->watch), error) ||
      !sx_search_predict_final (self, trial, &training.max_iterations, &seconds, error))
    return NULL;
  return sx_search_train (self, &training, error);
}

/* The best trial that has not been tried yet: of a loss above @than, or equal and later. */
static SxRunTrial *
find_next_best (SxSearch *self, const SxRunTrial *than)
{
  SxRunTrial *best = NULL;

  for (guint i = 0; i < self->trials->len; i++)
    {
      SxRunTrial *trial = self->trials->pdata[i];

      if (trial->state != SX_TRIAL_DONE || (than != NULL && (trial->loss < than->loss || (!(trial->loss > than->loss) && trial->number <= than->number))))
        continue;
      if (best == NULL || trial->loss < best->loss)
        best = trial;
    }
  return best;
}

/* A configuration that was good on the folds can still come to nothing on all rows: then the next best has its turn. */
static SxPredictor *
fit_best (SxSearch *self, SxRunTrial **trial, GError **error)
{
  SxPredictor *predictor = NULL;

  sx_search_send_phase (self, _ ("Fitting the best model on all rows"));
  for (*trial = find_next_best (self, NULL); predictor == NULL;)
    {
      g_autoptr (GError) problem = NULL;
      SxRunTrial *next = find_next_best (self, *trial);

      predictor = fit (self, *trial, &problem);
      if (predictor != NULL)
        break;
      if (next == NULL || !g_error_matches (problem, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DIVERGED))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      sx_search_send_log (self, "warning", problem->message);
      *trial = next;
    }
  return predictor;
}

/* ---- the report ---- */

static GVariant *
report_data (SxSearch *self, SxPredictor *predictor, const SxDataset *data, GError **error)
{
  g_autofree float *p = sx_search_predict (self, predictor, data, error);

  return p ? sx_model_report (sx_prepared_get_target (self->prepared), sx_prepared_get_metric (self->prepared), p, data->y, data->n_rows, error) : NULL;
}

/* The model that fold @index of @trial gave, made again. */
static SxPredictor *
refit_fold (SxSearch *self, const SxRunTrial *trial, const SxRunFold *fold, SxDataset **validation, GError **error)
{
  SxTraining training = { .fold = fold->fold, .is_silent = TRUE, .seed = sx_search_get_seed (self, trial->number, fold->fold), .max_iterations = MAX (fold->n_iterations, 1), .config = trial->config };

  if (!sx_prepared_get_fold (self->prepared, fold->fold, NULL, &training.training, validation, sx_watch_get_cancellable (self->watch), error))
    return NULL;
  return sx_search_train (self, &training, error);
}

/* Writes what fold @fold predicts of its validation rows, and their truth, to @p and @y; @n_rows counts them. */
static gboolean
predict_fold (SxSearch *self, const SxRunTrial *trial, const SxRunFold *fold, float *p, float *y, gsize *n_rows, GError **error)
{
  SxDataset *validation;
  g_autoptr (SxPredictor) predictor = refit_fold (self, trial, fold, &validation, error);
  g_autofree float *part = predictor ? sx_search_predict (self, predictor, validation, error) : NULL;

  if (part == NULL)
    return FALSE;
  memcpy (p + *n_rows * predictor->n_outputs, part, validation->n_rows * predictor->n_outputs * sizeof *p);
  memcpy (y + *n_rows, validation->y, validation->n_rows * sizeof *y);
  *n_rows += validation->n_rows;
  return TRUE;
}

static GVariant *
report_folds (SxSearch *self, const SxRunTrial *trial, guint n_outputs, GError **error)
{
  const SxSplit *split = sx_prepared_get_split (self->prepared);
  g_autoptr (GArray) folds = sx_run_store_list_folds (self->store, trial->number, error);
  g_autofree float *p = NULL;
  g_autofree float *y = NULL;
  gsize             n = 0, n_rows = 0;

  if (folds == NULL)
    return NULL;
  for (guint i = 0; i < split->n_folds; i++)
    n += split->n_validation[i];
  p = g_try_malloc_n (n, n_outputs * sizeof *p);
  y = g_try_malloc_n (n, sizeof *y);
  if (p == NULL || y == NULL)
    {
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY, _ ("The predictions do not fit into memory"));
      return NULL;
    }
  for (guint i = 0; i < folds->len; i++)
    if (!predict_fold (self, trial, &g_array_index (folds, SxRunFold, i), p, y, &n_rows, error))
      return NULL;
  return sx_model_report (sx_prepared_get_target (self->prepared), sx_prepared_get_metric (self->prepared), p, y, n_rows, error);
}

static GVariant *
make_report (SxSearch *self, const SxRunTrial *trial, SxPredictor *predictor, GError **error)
{
  SxDataset *training, *test;
  g_autoptr (GVariant) measured = NULL;
  GVariantDict dict;

  if (!sx_prepared_get_fold (self->prepared, self->n_folds, NULL, &training, &test, sx_watch_get_cancellable (self->watch), error))
    return NULL;
  measured = test ? report_data (self, predictor, test, error) : report_folds (self, trial, predictor->n_outputs, error);
  if (measured == NULL)
    return NULL;
  g_variant_dict_init (&dict, measured);
  g_variant_dict_insert (&dict, "measured-on", "s", test ? "test" : "validation");
  g_variant_dict_insert (&dict, "validation", "d", trial->value);
  g_variant_dict_insert (&dict, "n-training", "t", (guint64)training->n_rows);
  g_variant_dict_insert (&dict, "iterations", "u", predictor->n_iterations);
  g_variant_dict_insert (&dict, "trial", "u", trial->number);
  g_variant_dict_insert_value (&dict, "config", trial->config);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* ---- provenance ---- */

static GVariant *
list_columns (SxSchema *schema)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    g_variant_builder_add (&builder, "s", sx_schema_get_field (schema, i)->name);
  return g_variant_builder_end (&builder);
}

/* Calls @visit for each cell of column @name in the rows trained on. */
typedef void (*CellFunc) (const SxColumn *column, gsize row, gpointer user_data);
static void
visit_training_cells (SxSearch *self, const char *name, CellFunc visit, gpointer user_data)
{
  SxFrame       *frame = sx_prepared_get_frame (self->prepared);
  const SxSplit *split = sx_prepared_get_split (self->prepared);
  guint          index = (guint)sx_schema_find (sx_frame_get_schema (frame), name);
  gsize          first_row = 0, next = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch  *batch = sx_frame_get_batch (frame, b);
      SxColumn *column = sx_batch_get_column (batch, index);

      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        if (next < split->n_test && split->test[next] == first_row + row)
          next++;
        else if (!sx_column_is_missing (column, row))
          visit (column, row, user_data);
      first_row += sx_batch_get_n_rows (batch);
    }
}

typedef struct
{
  double low, high;
} Range;

static void
widen_cb (const SxColumn *column, gsize row, gpointer user_data)
{
  Range *range = user_data;
  double value = sx_column_get_double (column, row);

  if (!isfinite (value))
    return;
  range->low = MIN (range->low, value);
  range->high = MAX (range->high, value);
}

static void
collect_cb (const SxColumn *column, gsize row, gpointer user_data)
{
  GHashTable *labels = user_data;
  gsize       size;
  const char *text;
  char       *label;

  if (g_hash_table_size (labels) > MAX_LABELS)
    return;
  text = sx_column_get_text (column, row, &size);
  label = g_strndup (text, size);
  if (strlen (label) == size)
    g_hash_table_add (labels, label);
  else
    g_free (label);
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* NULL when there are too many. */
static GVariant *
list_labels (SxSearch *self, const char *name)
{
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree const char **sorted = NULL;
  guint                   n;

  visit_training_cells (self, name, collect_cb, labels);
  if (g_hash_table_size (labels) > MAX_LABELS)
    return NULL;
  sorted = (const char **)g_hash_table_get_keys_as_array (labels, &n);
  if (n > 0)
    qsort (sorted, n, sizeof *sorted, compare_labels);
  return g_variant_new_strv (sorted, n);
}

/* What the columns held that the model was trained on: what predicted rows are flagged by. */
static void
add_contents (SxSearch *self, GVariantDict *provenance)
{
  SxSchema    *inputs = sx_prepared_get_input_schema (self->prepared);
  GVariantDict ranges, categories;

  g_variant_dict_init (&ranges, NULL);
  g_variant_dict_init (&categories, NULL);
  for (guint i = 0; i < sx_schema_get_n_fields (inputs); i++)
    {
      const SxField *field = sx_schema_get_field (inputs, i);
      Range          range = { INFINITY, -INFINITY };
      GVariant      *labels;

      if (field->type == SX_TYPE_INT64 || field->type == SX_TYPE_FLOAT64)
        {
          visit_training_cells (self, field->name, widen_cb, &range);
          if (range.low <= range.high)
            g_variant_dict_insert_value (&ranges, field->name, g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, &range, 2, sizeof (double)));
        }
      else if ((field->type == SX_TYPE_STRING || field->type == SX_TYPE_CATEGORY) && (labels = list_labels (self, field->name)) != NULL)
        g_variant_dict_insert_value (&categories, field->name, labels);
    }
  g_variant_dict_insert_value (provenance, "ranges", g_variant_dict_end (&ranges));
  g_variant_dict_insert_value (provenance, "categories", g_variant_dict_end (&categories));
}

static char *
hash_job (const SxJob *job)
{
  gsize            size;
  g_autofree char *text = sx_job_to_text (job, &size);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text, size);
}

static GVariant *
make_provenance (SxSearch *self, const SxRunTrial *trial, GVariant *report)
{
  SxFrame         *frame = sx_prepared_get_frame (self->prepared);
  g_autofree char *job_hash = hash_job (self->job);
  g_autofree char *data_hash = sx_frame_dup_hash (frame);
  g_autoptr (GVariant) metrics = g_variant_lookup_value (report, "metrics", NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "columns", list_columns (sx_frame_get_schema (frame)));
  g_variant_dict_insert (&dict, "topology", "s", sx_topology_get_id (self->job->topology));
  g_variant_dict_insert_value (&dict, "config", trial->config);
  g_variant_dict_insert (&dict, "metric", "s", sx_prepared_get_metric (self->prepared)->id);
  g_variant_dict_insert (&dict, "validation", "d", trial->value);
  if (metrics != NULL)
    g_variant_dict_insert_value (&dict, "metrics", metrics);
  g_variant_dict_insert (&dict, "job-hash", "s", job_hash);
  g_variant_dict_insert (&dict, "data-hash", "s", data_hash);
  g_variant_dict_insert (&dict, "version", "s", SX_VERSION);
  add_contents (self, &dict);
  return g_variant_dict_end (&dict);
}

/* ---- the model ---- */

/* Rows spread evenly over the table. */
static SxFrame *
take_golden (SxFrame *frame)
{
  guint64 rows[SX_MODEL_N_GOLDEN], n_rows = sx_frame_get_n_rows (frame);
  guint   n = (guint)MIN (n_rows, SX_MODEL_N_GOLDEN);

  for (guint i = 0; i < n; i++)
    rows[i] = n_rows / n * i + n_rows % n * i / n;
  return sx_frame_take (frame, rows, n);
}

/* Saved in the run's folder. */
static SxModel *
write_model (SxSearch *self, const SxRunTrial *trial, SxPredictor *predictor, GVariant *report, GError **error)
{
  g_autofree char *path = g_build_filename (sx_run_get_folder (self->run), "model.sxm", NULL);
  g_autoptr (SxFrame) golden = take_golden (sx_prepared_get_frame (self->prepared));
  g_autoptr (SxModel) model = NULL;
  SxSteps    *steps;
  SxDataset  *training;
  const char *name = self->job->name && *self->job->name ? self->job->name : "model";

  if (!sx_prepared_get_fold (self->prepared, self->n_folds, &steps, &training, NULL, sx_watch_get_cancellable (self->watch), error))
    return NULL;
  model = sx_model_new (name, sx_prepared_get_input_schema (self->prepared), steps, training->features, (guint)training->n_features,
                        sx_prepared_get_target (self->prepared), predictor, make_provenance (self, trial, report), golden, error);
  return model != NULL && sx_model_save (model, path, error) ? g_steal_pointer (&model) : NULL;
}

/* Checkpoints of trainings that are done; what cannot be removed does no harm. */
static void
remove_checkpoints (SxSearch *self)
{
  g_autofree char *folder = g_build_filename (sx_run_get_folder (self->run), "checkpoints", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, "trial-") || g_str_equal (name, "final"))
        g_unlink (path);
    }
}

gboolean
sx_search_finish (SxSearch *self, GError **error)
{
  SxRunTrial *trial;
  g_autoptr (SxPredictor) predictor = fit_best (self, &trial, error);
  g_autoptr (GVariant) report = NULL;
  g_autoptr (SxModel) model = NULL;

  if (predictor == NULL)
    return FALSE;
  report = make_report (self, trial, predictor, error);
  model = report != NULL ? write_model (self, trial, predictor, report, error) : NULL;
  if (model == NULL || !sx_run_store_set_report (self->store, report, trial->number, error))
    return FALSE;
  self->best = trial->number;
  remove_checkpoints (self);
  sx_search_export (self, model);
  return TRUE;
}
