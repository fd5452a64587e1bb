/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-encode-private.h"
#include "sx-step-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Each column is looked at alone, on training rows:
 *
 *   constant, all missing, or text that differs in almost every row   dropped
 *   time                                                              its parts, and days since 1970
 *   text, for trees                                                   ordinal codes (missing stays missing)
 *   text, for networks                                                one-hot up to 32 texts, else the mean of the target, else how frequent
 *   number, for trees                                                 as it is
 *   number, for networks                                              filled with the median (marked, where any was missing); scaled, by rank when the
 *                                                                     tails are heavy */

#define MAX_HOT 32
#define MIN_COUNT 3
#define SMOOTHING 10.0
/* Text with more distinct values than this share of its rows names rows and tells nothing of others. */
#define MAX_DISTINCT_SHARE 0.5
#define MIN_ROWS_FOR_ID 50
/* The range in interquartile distances beyond which a number is scaled by rank. */
#define HEAVY_TAIL 20.0
#define DAY_MICROSECONDS 86400e6

static const SxChoice aims[] = {
  { "network", N_ ("Networks") },
  { "trees", N_ ("Trees") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "for", N_ ("For"), N_ ("What the table is prepared for: networks need scaled numbers without gaps, trees take numbers as they are."), SX_PARAM_CHOICE, 0, "'network'", .choices = aims },
  { NULL },
};

typedef struct
{
  SxSteps              *steps;
  SxFrame              *training;
  const SxBlockContext *context;
  gboolean              for_trees;
  const double         *target; /* (nullable) */
  double                target_mean;
  GPtrArray            *dropped; /* of borrowed names */
} Preparation;

static gboolean
is_text (SxType type)
{
  return type == SX_TYPE_STRING || type == SX_TYPE_CATEGORY;
}

static void
drop (Preparation *self, const SxField *field, const char *why)
{
  g_ptr_array_add (self->dropped, field->name);
  sx_block_context_note (self->context, field->name, _ ("Column “%s” is left out: %s."), field->name, why);
}

static void
prepare_text (Preparation *self, const SxField *field, guint column)
{
  g_autoptr (GArray) all = sx_fit_texts (self->training, column, self->target);
  g_autoptr (GArray) texts = sx_encode_drop_rare (all, MIN_COUNT);
  guint64 n_rows = sx_frame_get_n_rows (self->training);
  guint64 n_present = n_rows - sx_fit_count_missing (self->training, column);

  if (all->len == 0 || (all->len == 1 && n_present == n_rows))
    {
      drop (self, field, all->len == 0 ? _ ("all its cells are missing") : _ ("it has only one value"));
      return;
    }
  if (n_present >= MIN_ROWS_FOR_ID && (double)all->len > MAX_DISTINCT_SHARE * (double)n_present)
    {
      drop (self, field, _ ("almost every row has another text"));
      return;
    }
  if (texts->len == 0)
    {
      g_array_unref (texts);
      texts = g_array_ref (all);
    }
  if (self->for_trees)
    sx_encode_ordinal (self->steps, field->name, texts);
  else if (texts->len <= MAX_HOT)
    {
      sx_encode_one_hot (self->steps, field->name, texts, MAX_HOT);
      g_ptr_array_add (self->dropped, field->name);
    }
  else if (self->target != NULL)
    sx_encode_target (self->steps, field->name, all, self->target_mean, SMOOTHING);
  else
    sx_encode_count (self->steps, field->name, all, n_rows);
  if (!self->for_trees && texts->len > MAX_HOT)
    {
      /* Shares and means are small numbers; networks want them spread out. */
      double numbers[] = { self->target != NULL ? self->target_mean : 0, self->target != NULL ? 1 / MAX (fabs (self->target_mean), 1e-6) : MAX_HOT };

      sx_fit_add_step (self->steps, SX_STEP_AFFINE, field->name, field->name, numbers, 2, NULL);
    }
}

static void
scale (Preparation *self, const char *name, const double *sorted, gsize n)
{
  double median = sx_fit_quantile (sorted, n, 0.5);
  double quartiles = sx_fit_quantile (sorted, n, 0.75) - sx_fit_quantile (sorted, n, 0.25);
  double mean = sx_fit_mean (sorted, n), sd = sx_fit_sd (sorted, n, mean);
  double numbers[2] = { mean, sd > 0 ? 1 / sd : 1 };

  if (MAX (sorted[n - 1] - median, median - sorted[0]) > HEAVY_TAIL * quartiles)
    {
      /* Clipped to where 99 % of rows lie, and to the standard deviation of what is left. */
      double low = sx_fit_quantile (sorted, n, 0.005), high = sx_fit_quantile (sorted, n, 0.995);
      double clip[2] = { low, high };
      double sum = 0, squares = 0;

      if (high > low)
        {
          for (gsize i = 0; i < n; i++)
            {
              double x = CLAMP (sorted[i], low, high);

              sum += x;
              squares += x * x;
            }
          numbers[0] = sum / (double)n;
          sd = sqrt (MAX (squares / (double)n - numbers[0] * numbers[0], 0));
          numbers[1] = sd > 0 ? 1 / sd : 1;
          sx_fit_add_step (self->steps, SX_STEP_CLIP, name, name, clip, 2, NULL);
        }
    }
  sx_fit_add_step (self->steps, SX_STEP_AFFINE, name, name, numbers, 2, NULL);
}

static void
prepare_number (Preparation *self, const SxField *field, guint column)
{
  gsize              n;
  g_autofree double *sorted = sx_fit_sorted (self->training, column, &n);
  guint64            n_missing = sx_fit_count_missing (self->training, column);
  double             median;

  if (n == 0 || (sorted[0] == sorted[n - 1] && n_missing == 0))
    {
      drop (self, field, n == 0 ? _ ("all its cells are missing") : _ ("it has only one value"));
      return;
    }
  if (self->for_trees)
    return;
  median = sx_fit_quantile (sorted, n, 0.5);
  if (n_missing > 0)
    {
      g_autofree char *name = g_strconcat (field->name, " missing", NULL);

      sx_fit_add_step (self->steps, SX_STEP_INDICATOR, field->name, name, NULL, 0, NULL);
    }
  sx_fit_add_step (self->steps, SX_STEP_FILL, field->name, field->name, &median, 1, NULL);
  scale (self, field->name, sorted, n);
}

/* A time becomes numbers; for networks these are filled and brought to about one. */
static void
prepare_time (Preparation *self, const SxField *field, guint column)
{
  static const struct
  {
    const char *part;
    double      middle, half;
  } parts[] = { { "month", 6.5, 6 }, { "weekday", 4, 3.5 }, { "hour", 11.5, 12 }, { "yearday", 183, 183 } };
  gsize              n;
  g_autofree double *sorted = sx_fit_sorted (self->training, column, &n);
  double             median, spread;

  if (n == 0)
    {
      drop (self, field, _ ("all its cells are missing"));
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s %s", field->name, parts[i].part);
      double           numbers[] = { parts[i].middle, 1 / parts[i].half };

      sx_fit_add_step (self->steps, SX_STEP_DATE_PART, field->name, name, NULL, 0, (const char *const[]){ parts[i].part, NULL });
      if (self->for_trees)
        continue;
      sx_fit_add_step (self->steps, SX_STEP_FILL, name, name, &parts[i].middle, 1, NULL);
      sx_fit_add_step (self->steps, SX_STEP_AFFINE, name, name, numbers, 2, NULL);
    }
  median = sx_fit_quantile (sorted, n, 0.5);
  spread = sx_fit_quantile (sorted, n, 0.95) - sx_fit_quantile (sorted, n, 0.05);
  {
    double numbers[] = { self->for_trees ? 0 : median, self->for_trees ? 1 / DAY_MICROSECONDS : 1 / MAX (spread, DAY_MICROSECONDS) };
    double filling = floor (median);

    if (!self->for_trees)
      sx_fit_add_step (self->steps, SX_STEP_FILL, field->name, field->name, &filling, 1, NULL);
    sx_fit_add_step (self->steps, SX_STEP_AFFINE, field->name, field->name, numbers, 2, NULL);
  }
}

static void
prepare_column (Preparation *self, guint column)
{
  const SxField *field = sx_schema_get_field (sx_frame_get_schema (self->training), column);

  if (is_text (field->type))
    prepare_text (self, field, column);
  else if (field->type == SX_TYPE_TIMESTAMP)
    prepare_time (self, field, column);
  else if (sx_type_is_numeric (field->type))
    prepare_number (self, field, column);
  else
    drop (self, field, _ ("lists and images need a block of their own"));
}

static SxSteps *
fit (const SxParams *self, SxFrame *training, const char *target, const SxBlockContext *context, GError **error)
{
  SxSchema *schema = sx_frame_get_schema (training);
  g_autoptr (SxSteps) steps = sx_steps_new ();
  g_autoptr (GPtrArray) dropped = g_ptr_array_new ();
  g_autofree double *values = NULL;
  Preparation        preparation = { steps, training, context, g_str_equal (sx_params_get_string (self, "for"), "trees"), NULL, 0, dropped };

  if (!preparation.for_trees)
    preparation.target = values = sx_encode_read_target (training, target, &preparation.target_mean);
  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      if (context != NULL && g_cancellable_set_error_if_cancelled (context->cancellable, error))
        return NULL;
      if (g_strcmp0 (sx_schema_get_field (schema, i)->name, target) != 0)
        prepare_column (&preparation, i);
    }
  if (dropped->len > 0)
    {
      g_autoptr (SxSchema) prepared = sx_steps_describe (steps, schema, error);

      g_ptr_array_add (dropped, NULL);
      if (prepared == NULL || !sx_steps_drop (steps, prepared, (const char *const *)dropped->pdata, error))
        return NULL;
    }
  return g_steal_pointer (&steps);
}

const SxBlockKind sx_block_prepare_auto = {
  .id = "prepare.auto",
  .title = N_ ("Prepare automatically"),
  .help = N_ ("Does for each column what the model needs: fills gaps, scales numbers, encodes text, takes times apart, leaves out what tells nothing. Learned from training rows only."),
  .aliases = N_ ("automatic, clean, preprocess, features, default"),
  .icon = "emblem-system-symbolic",
  .category = SX_BLOCK_PREPARE,
  .flags = SX_BLOCK_LEARNS | SX_BLOCK_ROW_WISE,
  .ports = sx_ports_verb,
  .params = params,
  .describe = sx_verb_describe_same,
  .fit = fit,
};
