/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-encode-private.h"
#include "sx-row-take-private.h"
#include "sx-step-private.h"

#include <glib/gi18n-lib.h>

static const SxChoice methods[] = {
  { "one-hot", N_ ("A column for each text") },
  { "ordinal", N_ ("A number for each text") },
  { "target", N_ ("The mean of the target") },
  { "count", N_ ("How frequent the text is") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "columns", N_ ("Columns"), N_ ("The columns to encode; none means all that hold text, but the target."), SX_PARAM_COLUMNS, .column_types = SX_MASK_TEXTS },
  { "method", N_ ("Method"), N_ ("How text becomes numbers."), SX_PARAM_CHOICE, 0, "'one-hot'", .choices = methods },
  { "min-count", N_ ("Least count"), N_ ("Texts that stand in fewer training rows count as unknown."), SX_PARAM_INT, 0, "1", 1, 1e9, N_ ("rows") },
  { "max-columns", N_ ("Most columns"), N_ ("How many texts of a column get a column of their own at most, the most frequent first."), SX_PARAM_INT, 0, "100", 1, 10000, .visible_if = "method=one-hot" },
  { "smoothing", N_ ("Smoothing"), N_ ("How many rows the overall mean counts for beside the rows of a text."), SX_PARAM_DOUBLE, SX_PARAM_ADVANCED, "10.0", 0, 1e6, N_ ("rows"), .visible_if = "method=target" },
  { "folds", N_ ("Parts"), N_ ("The training rows are drawn into so many parts, and each is coded by what the others hold: a row's own target has no say in its code, so that the model does not learn to trust codes more than they deserve on new rows. 0 codes training rows like all others."), SX_PARAM_INT, SX_PARAM_ADVANCED, "5", 0, 100, N_ ("parts"), .visible_if = "method=target" },
  { NULL },
};

static gboolean
encode (const SxParams *self, SxSteps *steps, SxFrame *training, const char *name, const double *target, double mean, GError **error)
{
  const char *method = sx_params_get_string (self, "method");
  guint       column = (guint)sx_schema_find (sx_frame_get_schema (training), name);
  g_autoptr (GArray) all = sx_fit_texts (training, column, target);
  g_autoptr (GArray) texts = sx_encode_drop_rare (all, (guint64)sx_params_get_int (self, "min-count"));

  if (g_str_equal (method, "one-hot"))
    {
      const char *dropped[] = { name, NULL };
      g_autoptr (SxSchema) schema = NULL;

      sx_encode_one_hot (steps, name, texts, (guint)sx_params_get_int (self, "max-columns"));
      schema = sx_steps_describe (steps, sx_frame_get_schema (training), error);
      return schema != NULL && sx_steps_drop (steps, schema, dropped, error);
    }
  if (g_str_equal (method, "ordinal"))
    sx_encode_ordinal (steps, name, texts);
  else if (g_str_equal (method, "count"))
    sx_encode_count (steps, name, texts, sx_frame_get_n_rows (training));
  else
    sx_encode_target (steps, name, texts, mean, sx_params_get_double (self, "smoothing"));
  return TRUE;
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", sx_frame_get_schema (training), target, error);
  g_autofree double *values = NULL;
  double             mean = 0;

  if (columns == NULL)
    return NULL;
  if (g_str_equal (sx_params_get_string (self, "method"), "target"))
    {
      values = sx_encode_read_target (training, target, &mean);
      if (values == NULL)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Encoding by the mean of the target needs a target that is a number or has two classes. Choose another method."));
          return NULL;
        }
    }
  for (guint i = 0; columns[i] != NULL; i++)
    if (!encode (self, steps, training, columns[i], values, mean, error))
      return NULL;
  return g_steal_pointer (&steps);
}

/* Training rows are coded by the rows of the other parts; all else is as the steps say. */
static SxFrame *
fit_rows (const SxParams *self, SxFrame *training, const char *target, const SxSteps *steps, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxFrame) applied = sx_steps_apply (steps, training, context != NULL ? context->cancellable : NULL, error);
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", sx_frame_get_schema (training), target, error);
  g_autoptr (GPtrArray) coded = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  guint              n_folds = (guint)sx_params_get_int (self, "folds");
  g_autofree double *values = NULL;
  double             mean = 0;

  if (applied == NULL || columns == NULL)
    return NULL;
  if (!g_str_equal (sx_params_get_string (self, "method"), "target") || n_folds < 2)
    return g_steal_pointer (&applied);
  values = sx_encode_read_target (training, target, &mean);
  for (guint i = 0; columns[i] != NULL; i++)
    {
      guint              column = (guint)sx_schema_find (sx_frame_get_schema (training), columns[i]);
      g_autofree double *codes = sx_encode_target_rows (training, column, values, (guint64)sx_params_get_int (self, "min-count"), sx_params_get_double (self, "smoothing"), n_folds, context != NULL ? context->seed : 0);
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_FLOAT64);

      for (guint64 row = 0; row < sx_frame_get_n_rows (training); row++)
        sx_column_builder_append_double (builder, codes[row]);
      g_ptr_array_add (coded, sx_column_builder_finish (builder));
    }
  return sx_frame_put_columns (applied, sx_frame_get_schema (applied), (const char *const *)columns, (SxColumn *const *)coded->pdata);
}

/* Without data the columns of one-hot are not known: then the text columns are shown as they are. */
static SxSchema *
describe (const SxParams *self, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  g_auto (GStrv) columns = sx_params_dup_columns (self, "columns", inputs[0], NULL, error);
  g_autoptr (SxFields) fields = sx_fields_new (inputs[0]);

  if (columns == NULL)
    return NULL;
  for (guint i = 0; !g_str_equal (sx_params_get_string (self, "method"), "one-hot") && columns[i] != NULL; i++)
    {
      const SxField *field = sx_schema_get_field (inputs[0], (guint)sx_schema_find (inputs[0], columns[i]));

      sx_fields_put (fields, field->name, SX_TYPE_FLOAT64, (const char *const *)field->origins);
    }
  return sx_fields_end (fields, error);
}

const SxBlockKind sx_block_prepare_encode = {
  .id = "prepare.encode",
  .title = N_ ("Encode text"),
  .help = N_ ("Turns text into numbers, by what the training rows hold: a column of 0 and 1 for each text, its place in the order of texts, how frequent it is, or the mean of the target among its rows. Texts unknown at training have a code of their own."),
  .aliases = N_ ("one-hot, dummy, ordinal, label encoding, target encoding, category"),
  .icon = "format-text-rich-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = describe,
  .fit = fit,
  .fit_rows = fit_rows,
};
