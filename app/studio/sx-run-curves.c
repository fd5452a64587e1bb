/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-run-curves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_TRIALS 24 /* over each other; more can not be told apart */
#define N_COLORS 8

/* A chart is filled anew with each piece of news, but by the series that it has: so that what the user has zoomed to and hidden stays. */
typedef struct
{
  SxChart *chart;
  guint    n_used;
} Filling;

static SxSeries *
take_series (Filling *self, SxSeriesKind kind, const char *name, int color)
{
  g_autoptr (SxSeries) series = NULL;

  if (self->n_used < sx_chart_get_n_series (self->chart))
    {
      SxSeries *old = sx_chart_get_series (self->chart, self->n_used);

      if (sx_series_get_kind (old) == kind)
        {
          sx_series_set_name (old, name);
          sx_series_set_color (old, color);
          sx_series_clear (old);
          self->n_used++;
          return old;
        }
      while (sx_chart_get_n_series (self->chart) > self->n_used)
        sx_chart_remove (self->chart, sx_chart_get_series (self->chart, self->n_used));
    }
  series = sx_series_new (kind, name);
  sx_series_set_color (series, color);
  sx_chart_add (self->chart, series);
  self->n_used++;
  return series; /* the chart holds it */
}

static void
finish (Filling *self)
{
  while (sx_chart_get_n_series (self->chart) > self->n_used)
    sx_chart_remove (self->chart, sx_chart_get_series (self->chart, self->n_used));
}

/* ---- trials ---- */

/* Where the metric is not known yet, the trial that the search calls best tells which way is better. */
static gboolean
is_greater_better (SxRunner *runner)
{
  const SxMetric *metric = sx_runner_get_metric (runner);
  SxTrialItem    *best = sx_runner_get_best (runner) ? sx_runner_get_trial (runner, sx_runner_get_best (runner)) : NULL;
  GListModel     *trials = sx_runner_get_trials (runner);

  if (metric != NULL || best == NULL)
    return metric != NULL && metric->greater_is_better;
  for (guint i = 0; i < g_list_model_get_n_items (trials); i++)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (trials, i);

      if (sx_trial_item_get_state (item) == SX_TRIAL_DONE && sx_trial_item_get_value (item) < sx_trial_item_get_value (best))
        return TRUE;
    }
  return FALSE;
}

void
sx_run_curves_show_trials (SxChart *chart, SxRunner *runner)
{
  GListModel *trials = sx_runner_get_trials (runner);
  SxSeries   *done, *best, *pruned;
  double      record = NAN;
  gboolean    greater = is_greater_better (runner);
  Filling     filling = { chart, 0 };

  done = take_series (&filling, SX_SERIES_POINTS, _ ("Trial"), 0);
  best = take_series (&filling, SX_SERIES_STEP, _ ("Best so far"), 1);
  pruned = take_series (&filling, SX_SERIES_POINTS, _ ("Stopped early"), SX_SERIES_COLOR_DIM);
  for (guint i = 0; i < g_list_model_get_n_items (trials); i++)
    {
      g_autoptr (SxTrialItem) item = g_list_model_get_item (trials, i);
      double       value = sx_trial_item_get_value (item), number = sx_trial_item_get_number (item);
      SxTrialState state = sx_trial_item_get_state (item);

      if (state == SX_TRIAL_PRUNED && isfinite (value))
        sx_series_append (pruned, number, value);
      if (state == SX_TRIAL_DONE && isfinite (value))
        {
          sx_series_append (done, number, value);
          if (isnan (record) || (greater ? value > record : value < record))
            record = value;
        }
      if (state != SX_TRIAL_RUNNING && isfinite (record))
        sx_series_append (best, number, record);
    }
  sx_series_set_in_legend (pruned, sx_series_get_n_points (pruned) > 0);
  finish (&filling);
}

/* ---- losses ---- */

static gboolean
has_losses (const GArray *points, gboolean training)
{
  for (guint i = 0; i < points->len; i++)
    {
      const SxRunPoint *point = &g_array_index (points, SxRunPoint, i);

      if (isfinite (training ? point->training_loss : point->validation_loss))
        return TRUE;
    }
  return FALSE;
}

static void
append_fold (SxSeries *series, const GArray *points, guint fold, gboolean training)
{
  g_autoptr (GArray) x = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) y = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < points->len; i++)
    {
      const SxRunPoint *point = &g_array_index (points, SxRunPoint, i);
      double            iteration = point->iteration, loss = training ? point->training_loss : point->validation_loss;

      if (point->fold != fold || !isfinite (loss))
        continue;
      g_array_append_val (x, iteration);
      g_array_append_val (y, loss);
    }
  sx_series_set_data (series, (const double *)(gpointer)x->data, (const double *)(gpointer)y->data, x->len);
}

static guint
count_folds (const GArray *points)
{
  guint n_folds = 0;

  for (guint i = 0; i < points->len; i++)
    n_folds = MAX (n_folds, g_array_index (points, SxRunPoint, i).fold + 1);
  return n_folds;
}

/* The newest fold in full, those before it faint behind it. */
static void
show_one (Filling *filling, SxTrialItem *item)
{
  const GArray *points = sx_trial_item_get_points (item);
  guint         n_folds = count_folds (points);

  for (guint kind = 0; kind < 2; kind++)
    {
      if (!has_losses (points, kind == 0))
        continue;
      for (guint fold = 0; fold < n_folds; fold++)
        {
          gboolean  is_newest = fold + 1 == n_folds;
          SxSeries *series;

          series = take_series (filling, SX_SERIES_LINE, kind == 0 ? _ ("Training") : _ ("Validation"), (int)kind);
          sx_series_set_emphasis (series, is_newest ? SX_EMPHASIS_NORMAL : SX_EMPHASIS_FAINT);
          sx_series_set_in_legend (series, is_newest);
          sx_series_set_dashed (series, FALSE);
          append_fold (series, points, fold, kind == 0);
        }
    }
}

/* The mean of the folds, at iterations that all of them have. */
static void
append_mean (SxSeries *series, const GArray *points)
{
  g_autoptr (GHashTable) sums = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  guint n_folds = count_folds (points), last = 0;

  for (guint i = 0; i < points->len; i++)
    {
      const SxRunPoint *point = &g_array_index (points, SxRunPoint, i);
      double           *sum = g_hash_table_lookup (sums, GUINT_TO_POINTER (point->iteration));

      if (!isfinite (point->validation_loss))
        continue;
      if (sum == NULL)
        g_hash_table_insert (sums, GUINT_TO_POINTER (point->iteration), sum = g_new0 (double, 2));
      sum[0] += point->validation_loss;
      sum[1] += 1.0;
      last = MAX (last, point->iteration);
    }
  for (guint iteration = 0; iteration <= last; iteration++)
    {
      const double *sum = g_hash_table_lookup (sums, GUINT_TO_POINTER (iteration));

      if (sum != NULL && sum[1] >= n_folds)
        sx_series_append (series, iteration, sum[0] / sum[1]);
    }
}

static void
show_several (Filling *filling, GPtrArray *items)
{
  for (guint i = 0; i < MIN (items->len, MAX_TRIALS); i++)
    {
      g_autofree char *name = g_strdup_printf (_ ("Trial %u"), sx_trial_item_get_number (items->pdata[i]));
      SxSeries        *series = take_series (filling, SX_SERIES_LINE, name, (int)(i % N_COLORS));

      sx_series_set_dashed (series, i >= N_COLORS);
      sx_series_set_emphasis (series, SX_EMPHASIS_NORMAL);
      sx_series_set_in_legend (series, TRUE);
      append_mean (series, sx_trial_item_get_points (items->pdata[i]));
    }
}

void
sx_run_curves_show_losses (SxChart *chart, GPtrArray *items)
{
  Filling filling = { chart, 0 };

  if (items->len == 1)
    show_one (&filling, items->pdata[0]);
  else if (items->len > 1)
    show_several (&filling, items);
  finish (&filling);
}
