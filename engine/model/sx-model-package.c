/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The package model.sxm: a zip of
 *
 *   manifest.yaml  version, name, family, task, inputs, features, target, provenance
 *   steps.yaml     fitted steps, and those of the target
 *   golden.json    up to 32 raw rows as text, and what the model says to them
 *   card.md        for people
 *   …              the family's parts
 *
 * Everything read is hostile until checked: how many parts, how large, how well compressed, then each part by who knows it. At last the golden rows
 * are predicted again: a package that opens predicts what it predicted when it was written. Equal models give equal bytes: entries stand
 * sorted and have no time. */

#include "config.h"

#include "sx-model-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#define MAX_PARTS 256
#define MAX_FEATURES 1000000
#define MAX_RATIO 1100 /* deflate cannot do better than 1032 */
#define GOLDEN_TOLERANCE 1e-4
#define DOS_DATE_1980 ((1 << 5) | 1)

/* ---- golden rows ---- */

static void
append_json_text (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *c = text; *c; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if ((guchar)*c < 0x20 || *c == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guint)(guchar)*c);
    else
      g_string_append_c (json, *c);
  g_string_append_c (json, '"');
}

static void
append_golden_row (GString *json, SxFrame *frame, guint64 row, const float *p, guint n_outputs)
{
  gsize    in_batch;
  SxBatch *batch = sx_frame_locate (frame, row, &in_batch);
  guint    n = sx_schema_get_n_fields (sx_frame_get_schema (frame));

  g_string_append (json, row == 0 ? "\n  {\"row\": [" : ",\n  {\"row\": [");
  for (guint i = 0; i < n; i++)
    {
      SxColumn        *column = sx_batch_get_column (batch, i);
      g_autofree char *cell = sx_column_is_missing (column, in_batch) ? NULL : sx_column_dup_cell (column, in_batch);

      if (i > 0)
        g_string_append (json, ", ");
      if (cell != NULL)
        append_json_text (json, cell);
      else
        g_string_append (json, "null");
    }
  g_string_append (json, "], \"prediction\": [");
  for (guint i = 0; i < n_outputs; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (json, "%s%s", i > 0 ? ", " : "", isfinite (p[i]) ? g_ascii_formatd (text, sizeof text, "%.9g", (double)p[i]) : "null");
    }
  g_string_append (json, "]}");
}

/* Cells of images and lists have no text. */
static gboolean
has_text_form (SxSchema *schema)
{
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    if (sx_schema_get_field (schema, i)->type == SX_TYPE_IMAGE || sx_schema_get_field (schema, i)->type == SX_TYPE_LIST)
      return FALSE;
  return TRUE;
}

static GBytes *
write_golden (SxModel *self, GError **error)
{
  GString          *json = g_string_new ("{\"golden\": [");
  g_autofree float *p = NULL;
  guint64           n_rows = self->golden && has_text_form (self->inputs) ? sx_frame_get_n_rows (self->golden) : 0;
  gsize             size;

  if (n_rows > 0)
    {
      p = sx_model_predict_raw (self, self->golden, 1, NULL, error);
      if (p == NULL)
        {
          g_string_free (json, TRUE);
          return NULL;
        }
    }
  for (guint64 row = 0; row < n_rows; row++)
    append_golden_row (json, self->golden, row, p + row * self->predictor->n_outputs, self->predictor->n_outputs);
  g_string_append (json, "\n]}\n");
  size = json->len;
  return g_bytes_new_take (g_string_free (json, FALSE), size);
}

static gboolean
bad_golden (GError **error)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, "%s", _ ("The model's golden rows are damaged"));
  return FALSE;
}

/* One column of the rows of @list: texts, cast to @field's type. */
static SxColumn *
read_golden_column (const SxYaml *list, const SxField *field, guint index, GError **error)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);
  g_autoptr (SxColumn) texts = NULL;

  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *cell = sx_yaml_get_child (sx_yaml_find (sx_yaml_get_child (list, i), "row"), index);
      const char   *text = sx_yaml_get_type (cell) == SX_YAML_SCALAR ? sx_yaml_get_text (cell) : NULL;

      if (text != NULL && sx_yaml_is_quoted (cell))
        sx_column_builder_append_text (builder, text, strlen (text));
      else
        sx_column_builder_append_missing (builder);
    }
  texts = sx_column_builder_finish (builder);
  if (field->type == SX_TYPE_STRING)
    return g_steal_pointer (&texts);
  return sx_column_cast (texts, field->type, field->name, 0, error);
}

static gboolean
check_golden_shape (SxModel *self, const SxYaml *list)
{
  guint n_fields = sx_schema_get_n_fields (self->inputs);

  if (list == NULL || sx_yaml_get_type (list) != SX_YAML_LIST || sx_yaml_get_n_children (list) > SX_MODEL_N_GOLDEN)
    return FALSE;
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);
      const SxYaml *row = sx_yaml_get_type (item) == SX_YAML_MAP ? sx_yaml_find (item, "row") : NULL;
      const SxYaml *prediction = row ? sx_yaml_find (item, "prediction") : NULL;

      if (prediction == NULL || sx_yaml_get_type (row) != SX_YAML_LIST || sx_yaml_get_n_children (row) != n_fields ||
          sx_yaml_get_type (prediction) != SX_YAML_LIST || sx_yaml_get_n_children (prediction) != self->predictor->n_outputs)
        return FALSE;
    }
  return TRUE;
}

static gboolean
compare_golden (SxModel *self, const SxYaml *list, GError **error)
{
  g_autofree float *p = sx_model_predict_raw (self, self->golden, 1, NULL, error);
  guint             n_outputs = self->predictor->n_outputs;

  if (p == NULL)
    return FALSE;
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *prediction = sx_yaml_find (sx_yaml_get_child (list, i), "prediction");
      double        scale = 1;

      for (guint k = 0; k < n_outputs; k++)
        scale = MAX (scale, fabs ((double)p[i * n_outputs + k]));
      for (guint k = 0; k < n_outputs; k++)
        {
          const SxYaml *cell = sx_yaml_get_child (prediction, k);
          const char   *text = sx_yaml_get_type (cell) == SX_YAML_SCALAR ? sx_yaml_get_text (cell) : NULL;
          double        now = (double)p[i * n_outputs + k];
          double        then = text && !g_str_equal (text, "null") ? g_ascii_strtod (text, NULL) : NAN;

          if ((isfinite (now) || isfinite (then)) && !(fabs (now - then) <= GOLDEN_TOLERANCE * scale))
            {
              g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model predicts %g for its golden row %u, which was %g when it was written: the file is damaged"), now, i + 1, then);
              return FALSE;
            }
        }
    }
  return TRUE;
}

static gboolean
read_golden (SxModel *self, const SxYaml *root, GError **error)
{
  const SxYaml *list = sx_yaml_get_type (root) == SX_YAML_MAP ? sx_yaml_find (root, "golden") : NULL;
  guint         n_fields = sx_schema_get_n_fields (self->inputs);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  if (!check_golden_shape (self, list))
    return bad_golden (error);
  if (sx_yaml_get_n_children (list) == 0 || !has_text_form (self->inputs))
    return TRUE;
  for (guint i = 0; i < n_fields; i++)
    {
      SxColumn *column = read_golden_column (list, sx_schema_get_field (self->inputs, i), i, error);

      if (column == NULL)
        return FALSE;
      g_ptr_array_add (columns, column);
    }
  if (n_fields == 0)
    return TRUE;
  self->golden = sx_frame_new_from_columns (self->inputs, (SxColumn *const *)columns->pdata);
  return compare_golden (self, list, error);
}

/* ---- manifest ---- */

static GBytes *
finish_writer (SxYamlWriter *writer)
{
  gsize size;
  char *text = sx_yaml_writer_finish (writer, &size);

  return g_bytes_new_take (text, size);
}

static GBytes *
write_manifest (SxModel *self)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();

  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "sextant-model", SX_MODEL_VERSION);
  sx_yaml_writer_string (writer, "name", self->name);
  sx_yaml_writer_string (writer, "family", self->predictor->family->id);
  sx_yaml_writer_string (writer, "task", sx_task_get_nick (self->target->task));
  sx_yaml_writer_int (writer, "iterations", self->predictor->n_iterations);
  sx_yaml_writer_string (writer, "target", self->target->column);
  if (self->target->classes != NULL)
    {
      sx_yaml_writer_begin_list (writer, "classes");
      for (guint i = 0; self->target->classes[i]; i++)
        sx_yaml_writer_string (writer, NULL, self->target->classes[i]);
      sx_yaml_writer_end_list (writer);
    }
  sx_yaml_writer_begin_list (writer, "inputs");
  for (guint i = 0; i < sx_schema_get_n_fields (self->inputs); i++)
    {
      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "name", sx_schema_get_field (self->inputs, i)->name);
      sx_yaml_writer_string (writer, "type", sx_type_get_nick (sx_schema_get_field (self->inputs, i)->type));
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
  sx_yaml_writer_begin_list (writer, "features");
  for (guint i = 0; i < self->n_features; i++)
    {
      sx_yaml_writer_begin_map (writer, NULL);
      sx_yaml_writer_string (writer, "name", self->features[i].name);
      if (self->features[i].n_categories > 0)
        sx_yaml_writer_int (writer, "categories", self->features[i].n_categories);
      sx_yaml_writer_end_map (writer);
    }
  sx_yaml_writer_end_list (writer);
  if (g_variant_n_children (self->provenance) > 0)
    sx_yaml_writer_variant (writer, "provenance", self->provenance);
  sx_yaml_writer_end_map (writer);
  return finish_writer (writer);
}

static GBytes *
write_steps (SxModel *self)
{
  SxYamlWriter *writer = sx_yaml_writer_new ();

  sx_yaml_writer_begin_map (writer, NULL);
  sx_yaml_writer_int (writer, "version", SX_MODEL_VERSION);
  if (sx_steps_get_n (self->steps) > 0)
    sx_steps_write (self->steps, writer, "steps");
  if (self->target->steps != NULL)
    sx_steps_write (self->target->steps, writer, "target-steps");
  sx_yaml_writer_end_map (writer);
  return finish_writer (writer);
}

/* A member that must be there and be a list, or NULL with @error. */
static const SxYaml *
find_list (const SxYaml *map, const char *key, guint max, GError **error)
{
  const SxYaml *list = sx_yaml_find (map, key);

  if (list != NULL && sx_yaml_get_type (list) == SX_YAML_LIST && sx_yaml_get_n_children (list) <= max)
    return list;
  sx_yaml_set_error (list ? list : map, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” should be a list of at most %u items"), key, max);
  return NULL;
}

static gboolean
read_inputs (SxModel *self, const SxYaml *root, GError **error)
{
  const SxYaml *list = find_list (root, "inputs", MAX_FEATURES, error);
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (SxField));
  gboolean ok = list != NULL;

  for (guint i = 0; ok && i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml    *item = sx_yaml_get_child (list, i);
      SxField          field = { 0 };
      g_autofree char *type = NULL;

      ok = sx_yaml_get_type (item) == SX_YAML_MAP ? sx_yaml_read_string (item, "type", "", &type, error) && sx_yaml_read_string (item, "name", "", &field.name, error)
                                                  : sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("A column should have a name and a type"));
      if (ok && !sx_type_from_nick (type, &field.type))
        ok = sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("There is no column type “%s”"), type);
      g_array_append_val (fields, field);
    }
  if (ok)
    ok = (self->inputs = sx_schema_new ((const SxField *)(gpointer)fields->data, fields->len, error)) != NULL;
  for (guint i = 0; i < fields->len; i++)
    g_free (g_array_index (fields, SxField, i).name);
  return ok;
}

static gboolean
read_features (SxModel *self, const SxYaml *root, GError **error)
{
  const SxYaml *list = find_list (root, "features", MAX_FEATURES, error);

  if (list == NULL)
    return FALSE;
  self->features = g_new0 (SxFeature, sx_yaml_get_n_children (list) + 1);
  for (guint i = 0; i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);
      gint64        n_categories;

      self->n_features = i + 1;
      if (sx_yaml_get_type (item) != SX_YAML_MAP)
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("A feature should have a name"));
      if (!sx_yaml_read_string (item, "name", "", &self->features[i].name, error) || !sx_yaml_read_int (item, "categories", 0, &n_categories, error))
        return FALSE;
      if (n_categories < 0 || n_categories > MAX_FEATURES)
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, _ ("%" G_GINT64_FORMAT " categories are too many or too few"), n_categories);
      self->features[i].n_categories = (guint)n_categories;
    }
  return TRUE;
}

static gboolean
has_repeats (char *const *labels)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (; *labels != NULL; labels++)
    if (!g_hash_table_add (seen, *labels))
      return TRUE;
  return FALSE;
}

static gboolean
read_target (SxModel *self, const SxYaml *root, GError **error)
{
  g_autofree char *task = NULL;
  const SxYaml    *classes;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  self->target = g_new0 (SxTarget, 1);
  if (!sx_yaml_read_string (root, "target", "", &self->target->column, error) || !sx_yaml_read_string (root, "task", "", &task, error))
    return FALSE;
  if (!sx_task_from_nick (task, &self->target->task))
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("There is no task “%s”"), task);
  if (self->target->task == SX_TASK_REGRESSION)
    return TRUE;
  classes = find_list (root, "classes", SX_TARGET_MAX_CLASSES, error);
  if (classes == NULL)
    return FALSE;
  for (guint i = 0; i < sx_yaml_get_n_children (classes); i++)
    {
      const SxYaml *label = sx_yaml_get_child (classes, i);

      if (sx_yaml_get_type (label) != SX_YAML_SCALAR)
        return sx_yaml_set_error (label, SX_PIPELINE_ERROR_PARSE, error, _ ("A class should be a text"));
      g_strv_builder_add (builder, sx_yaml_get_text (label));
    }
  self->target->classes = g_strv_builder_end (builder);
  if (has_repeats (self->target->classes))
    return sx_yaml_set_error (classes, SX_PIPELINE_ERROR_PARSE, error, _ ("Two classes have the same label"));
  if (g_strv_length (self->target->classes) < 2)
    return sx_yaml_set_error (classes, SX_PIPELINE_ERROR_PARSE, error, _ ("There should be at least two classes"));
  return TRUE;
}

static gboolean
check_version (const SxYaml *root, GError **error)
{
  gint64 version;

  if (sx_yaml_get_type (root) != SX_YAML_MAP || sx_yaml_find (root, "sextant-model") == NULL)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("This is not the manifest of a model"));
  if (!sx_yaml_read_int (root, "sextant-model", 0, &version, error))
    return FALSE;
  if (version > SX_MODEL_VERSION)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The model was written by a newer version of Sextant (format %" G_GINT64_FORMAT ", this program knows %d). Update Sextant to open it."), version, SX_MODEL_VERSION);
      return FALSE;
    }
  if (version < 1)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("There is no format %" G_GINT64_FORMAT), version);
  return TRUE;
}

static gboolean
read_provenance (SxModel *self, const SxYaml *root, GError **error)
{
  const SxYaml *map = sx_yaml_find (root, "provenance");

  if (map != NULL && sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” should be a map"), "provenance");
  self->provenance = g_variant_ref_sink (map ? sx_yaml_to_variant (map) : g_variant_new ("a{sv}", NULL));
  return TRUE;
}

static gboolean
read_steps (SxModel *self, const SxYaml *root, GError **error)
{
  const SxYaml *steps = sx_yaml_get_type (root) == SX_YAML_MAP ? sx_yaml_find (root, "steps") : NULL;
  const SxYaml *target = sx_yaml_get_type (root) == SX_YAML_MAP ? sx_yaml_find (root, "target-steps") : NULL;

  self->steps = steps ? sx_steps_read (steps, error) : sx_steps_new ();
  if (self->steps == NULL)
    return FALSE;
  if (target != NULL && (self->target->steps = sx_steps_read (target, error)) == NULL)
    return FALSE;
  return TRUE;
}

/* ---- zip ---- */

static gboolean
zip_failed (const char *path, const char *message, GError **error)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("“%s” is not a model package: %s"), path, message);
  return FALSE;
}

static GBytes *
read_entry (zip_t *zip, zip_uint64_t index, const zip_stat_t *info)
{
  zip_file_t *file = zip_fopen_index (zip, index, 0);
  gsize       size = info->size;
  guint8     *data = file ? g_try_malloc (size + 1) : NULL;
  gsize       done = 0;

  while (data != NULL && done < size)
    {
      zip_int64_t n = zip_fread (file, data + done, size - done);

      if (n <= 0)
        break;
      done += (gsize)n;
    }
  /* Reading on at the end is what makes libzip compare the checksum. */
  if (data != NULL && (done < size || zip_fread (file, data + size, 1) != 0))
    g_clear_pointer (&data, g_free);
  if (file != NULL)
    zip_fclose (file);
  return data ? g_bytes_new_take (data, size) : NULL;
}

static GHashTable *
read_entries (zip_t *zip, const char *path, GError **error)
{
  g_autoptr (GHashTable) parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  zip_int64_t n = zip_get_num_entries (zip, 0);
  guint64     total = 0;

  if (n < 0 || n > MAX_PARTS)
    {
      zip_failed (path, _ ("it has too many parts"), error);
      return NULL;
    }
  for (zip_uint64_t i = 0; i < (zip_uint64_t)n; i++)
    {
      zip_stat_t info;
      GBytes    *bytes;

      if (zip_stat_index (zip, i, 0, &info) != 0 || (info.valid & (ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE)) != (ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE) ||
          !g_utf8_validate (info.name, -1, NULL) || g_hash_table_contains (parts, info.name))
        {
          zip_failed (path, _ ("its list of parts is damaged"), error);
          return NULL;
        }
      total += MIN (info.size, (guint64)SX_MODEL_MAX_PART_SIZE + 1);
      if (total > SX_MODEL_MAX_PART_SIZE || info.size / MAX_RATIO > info.comp_size + 1)
        {
          zip_failed (path, _ ("it is too large"), error);
          return NULL;
        }
      bytes = read_entry (zip, i, &info);
      if (bytes == NULL)
        {
          g_autofree char *message = g_strdup_printf (_ ("its part “%s” is damaged"), info.name);

          zip_failed (path, message, error);
          return NULL;
        }
      g_hash_table_insert (parts, g_strdup (info.name), bytes);
    }
  return g_steal_pointer (&parts);
}

static GHashTable *
read_zip (const char *path, GError **error)
{
  int         code = 0;
  zip_t      *zip;
  GHashTable *parts;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _ ("There is no file “%s”"), path);
      return NULL;
    }
  zip = zip_open (path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (zip == NULL)
    {
      zip_error_t problem;

      zip_error_init_with_code (&problem, code);
      zip_failed (path, zip_error_strerror (&problem), error);
      zip_error_fini (&problem);
      return NULL;
    }
  parts = read_entries (zip, path, error);
  zip_discard (zip);
  return parts;
}

static gboolean
write_zip (const char *path, GHashTable *parts, GError **error)
{
  int    code = 0;
  zip_t *zip = zip_open (path, ZIP_CREATE | ZIP_TRUNCATE, &code);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (parts), (GCompareFunc)strcmp);
  gboolean ok = zip != NULL;

  for (GList *l = names; ok && l; l = l->next)
    {
      GBytes       *bytes = g_hash_table_lookup (parts, l->data);
      zip_source_t *source = zip_source_buffer (zip, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
      zip_int64_t   index = source ? zip_file_add (zip, l->data, source, ZIP_FL_ENC_UTF_8) : -1;

      ok = index >= 0 && zip_set_file_compression (zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 6) == 0 &&
           zip_file_set_dostime (zip, (zip_uint64_t)index, 0, DOS_DATE_1980, 0) == 0;
      if (index < 0 && source != NULL)
        zip_source_free (source);
    }
  if (ok && zip_close (zip) == 0)
    return TRUE;
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("“%s” cannot be written: %s"), path, zip ? zip_strerror (zip) : g_strerror (errno));
  if (zip != NULL)
    zip_discard (zip);
  return FALSE;
}

/* ---- the whole ---- */

static const SxYaml *
parse_part (GHashTable *parts, const char *name, GPtrArray *documents, GError **error)
{
  GBytes *bytes = g_hash_table_lookup (parts, name);
  SxYaml *root;

  if (bytes == NULL || g_bytes_get_size (bytes) > SX_YAML_MAX_SIZE)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("The part “%s” is missing or too large"), name);
      return NULL;
    }
  root = sx_yaml_parse (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", (gssize)g_bytes_get_size (bytes), name, error); /* no bytes have no address */
  if (root != NULL)
    g_ptr_array_add (documents, root);
  return root;
}

static gboolean
load_predictor (SxModel *self, const SxYaml *root, GHashTable *parts, GError **error)
{
  g_autofree char *id = NULL;
  const SxFamily  *family;
  gint64           n_iterations;
  guint            n_outputs = self->target->classes ? g_strv_length (self->target->classes) : 1;

  if (!sx_yaml_read_string (root, "family", "", &id, error) || !sx_yaml_read_int (root, "iterations", 0, &n_iterations, error))
    return FALSE;
  family = sx_family_find (id);
  if (family == NULL)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, _ ("This program knows no models of the family “%s”"), id);
  self->predictor = family->load (self->target->task, self->n_features, n_outputs, parts, error);
  if (self->predictor == NULL)
    return FALSE;
  self->predictor->n_iterations = (guint)CLAMP (n_iterations, 0, G_MAXINT);
  return TRUE;
}

SxModel *
sx_model_read_parts (GHashTable *parts, GError **error)
{
  g_autoptr (SxModel) self = g_new0 (SxModel, 1);
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_yaml_free);
  const SxYaml *manifest, *steps, *golden;
  g_autoptr (SxModel) checked = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  manifest = parse_part (parts, "manifest.yaml", documents, error);
  if (manifest == NULL || !check_version (manifest, error))
    return NULL;
  steps = parse_part (parts, "steps.yaml", documents, error);
  golden = steps ? parse_part (parts, "golden.json", documents, error) : NULL;
  if (golden == NULL)
    return NULL;
  if (!sx_yaml_read_string (manifest, "name", "model", &self->name, error) || !read_inputs (self, manifest, error) || !read_features (self, manifest, error) ||
      !read_target (self, manifest, error) || !read_provenance (self, manifest, error) || !read_steps (self, steps, error) || !load_predictor (self, manifest, parts, error))
    return NULL;
  checked = sx_model_new (self->name, self->inputs, self->steps, self->features, self->n_features, self->target, self->predictor, self->provenance, NULL, error);
  if (checked == NULL || !read_golden (checked, golden, error))
    return NULL;
  return g_steal_pointer (&checked);
}

SxModel *
sx_model_load (const char *path, GError **error)
{
  g_autoptr (GHashTable) parts = NULL;
  g_autoptr (GError) problem = NULL;
  SxModel *self;

  g_return_val_if_fail (path != NULL, NULL);

  parts = read_zip (path, error);
  if (parts == NULL)
    return NULL;
  self = sx_model_read_parts (parts, &problem);
  if (self == NULL && g_error_matches (problem, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MEMORY))
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (self == NULL)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_MODEL, _ ("“%s” cannot be opened: %s"), path, problem ? problem->message : "?");
  return self;
}

static GHashTable *
write_parts (SxModel *self, GError **error)
{
  g_autoptr (GHashTable) parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  GBytes *golden = write_golden (self, error);
  char   *card;

  if (golden == NULL)
    return NULL;
  g_hash_table_insert (parts, g_strdup ("golden.json"), golden);
  if (!self->predictor->family->save (self->predictor, parts, error))
    return NULL;
  card = sx_model_make_card (self);
  g_hash_table_insert (parts, g_strdup ("card.md"), g_bytes_new_take (card, strlen (card)));
  g_hash_table_insert (parts, g_strdup ("manifest.yaml"), write_manifest (self));
  g_hash_table_insert (parts, g_strdup ("steps.yaml"), write_steps (self));
  return g_steal_pointer (&parts);
}

static gboolean
sync_file (const char *path)
{
  int      fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
sx_model_save (SxModel *self, const char *path, GError **error)
{
  g_autoptr (GHashTable) parts = NULL;
  g_autofree char *temporary = NULL;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  parts = write_parts (self, error);
  if (parts == NULL)
    return FALSE;
  temporary = g_strdup_printf ("%s.%08x.part", path, g_random_int ());
  folder = g_path_get_dirname (path);
  if (write_zip (temporary, parts, error))
    {
      if (sync_file (temporary) && g_rename (temporary, path) == 0)
        {
          sync_file (folder);
          return TRUE;
        }
      g_set_error (error, G_FILE_ERROR, (gint)g_file_error_from_errno (errno), _ ("“%s” cannot be written: %s"), path, g_strerror (errno));
    }
  g_unlink (temporary);
  return FALSE;
}
