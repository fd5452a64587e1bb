/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-result-curves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_BINS 60
#define MIN_BINS 5

/* ---- curves of a threshold ---- */

typedef struct
{
  double score;
  double truth;
} Scored;

static int
compare_scored (gconstpointer a, gconstpointer b)
{
  double x = ((const Scored *)a)->score, y = ((const Scored *)b)->score;

  return (x < y) - (x > y);
}

/* Rows from the highest score down. */
static Scored *
sort_rows (const double *truth, const double *score, guint n_rows, double *n_positive)
{
  Scored *rows = g_new (Scored, MAX (n_rows, 1));

  *n_positive = 0.0;
  for (guint i = 0; i < n_rows; i++)
    {
      rows[i] = (Scored){ score[i], truth[i] };
      *n_positive += truth[i] > 0.5;
    }
  qsort (rows, n_rows, sizeof *rows, compare_scored);
  return rows;
}

double
sx_result_curves_roc (const double *truth, const double *score, guint n_rows, SxSeries *series)
{
  double             n_positive, hits = 0.0, alarms = 0.0, area = 0.0;
  g_autofree Scored *rows = sort_rows (truth, score, n_rows, &n_positive);
  double             n_negative = n_rows - n_positive;
  g_autoptr (GArray) x = g_array_new (FALSE, TRUE, sizeof (double));
  g_autoptr (GArray) y = g_array_new (FALSE, TRUE, sizeof (double));

  if (n_positive <= 0.0 || n_negative <= 0.0)
    return NAN;
  g_array_set_size (x, 1);
  g_array_set_size (y, 1);
  for (guint i = 0; i < n_rows;)
    {
      double before_x = alarms / n_negative, before_y = hits / n_positive, score_here = rows[i].score, px, py;

      /* Rows of one score pass the threshold together. */
      for (; i < n_rows && rows[i].score >= score_here; i++)
        {
          hits += rows[i].truth > 0.5;
          alarms += rows[i].truth <= 0.5;
        }
      px = alarms / n_negative;
      py = hits / n_positive;
      area += (px - before_x) * (py + before_y) / 2.0;
      g_array_append_val (x, px);
      g_array_append_val (y, py);
    }
  sx_series_set_data (series, (const double *)(gpointer)x->data, (const double *)(gpointer)y->data, x->len);
  return area;
}

double
sx_result_curves_precision_recall (const double *truth, const double *score, guint n_rows, SxSeries *series)
{
  double             n_positive, hits = 0.0, average = 0.0;
  g_autofree Scored *rows = sort_rows (truth, score, n_rows, &n_positive);
  g_autoptr (GArray) x = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) y = g_array_new (FALSE, FALSE, sizeof (double));

  if (n_positive <= 0.0)
    return NAN;
  for (guint i = 0; i < n_rows;)
    {
      double before = hits / n_positive, score_here = rows[i].score, recall, precision;

      for (; i < n_rows && rows[i].score >= score_here; i++)
        hits += rows[i].truth > 0.5;
      recall = hits / n_positive;
      precision = hits / i;
      average += (recall - before) * precision;
      g_array_append_val (x, recall);
      g_array_append_val (y, precision);
    }
  sx_series_set_data (series, (const double *)(gpointer)x->data, (const double *)(gpointer)y->data, x->len);
  return average;
}

/* ---- histogram ---- */

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

void
sx_result_curves_histogram (const double *values, guint n_values, SxSeries *series)
{
  g_autofree double *sorted = g_memdup2 (values, sizeof (double) * n_values);
  g_autofree double *x = g_new (double, MAX_BINS), *y = g_new0 (double, MAX_BINS);
  double             low, high, width;
  guint              n_bins;

  sx_series_clear (series);
  if (n_values == 0)
    return;
  qsort (sorted, n_values, sizeof (double), compare_doubles);
  low = sorted[0];
  high = sorted[n_values - 1];
  if (high <= low)
    high = low + MAX (fabs (low) * 1e-6, 1e-6);
  width = 2.0 * (sorted[(guint)(0.75 * (n_values - 1))] - sorted[(guint)(0.25 * (n_values - 1))]) / cbrt (n_values);
  n_bins = width > 0.0 ? (guint)CLAMP (ceil ((high - low) / width), MIN_BINS, MAX_BINS) : MIN_BINS;
  width = (high - low) / n_bins;
  for (guint i = 0; i < n_bins; i++)
    x[i] = low + i * width;
  for (guint i = 0; i < n_values; i++)
    y[MIN ((guint)((sorted[i] - low) / width), n_bins - 1)] += 1.0;
  sx_series_set_bar_width (series, width);
  sx_series_set_data (series, x, y, n_bins);
}

/* ---- charts ---- */

typedef struct
{
  GVariant     *truth_value, *predicted_value; /* what holds the arrays */
  const double *truth, *predicted;
  guint         n_rows;
} Pairs;

static gboolean
get_pairs (GVariant *report, Pairs *pairs)
{
  gsize n_truth = 0, n_predicted = 0;

  pairs->truth_value = g_variant_lookup_value (report, "truth", G_VARIANT_TYPE ("ad"));
  pairs->predicted_value = g_variant_lookup_value (report, "predicted", G_VARIANT_TYPE ("ad"));
  if (pairs->truth_value != NULL && pairs->predicted_value != NULL)
    {
      pairs->truth = g_variant_get_fixed_array (pairs->truth_value, &n_truth, sizeof (double));
      pairs->predicted = g_variant_get_fixed_array (pairs->predicted_value, &n_predicted, sizeof (double));
    }
  pairs->n_rows = (guint)MIN (n_truth, n_predicted);
  return pairs->n_rows > 0;
}

static void
clear_pairs (Pairs *pairs)
{
  g_clear_pointer (&pairs->truth_value, g_variant_unref);
  g_clear_pointer (&pairs->predicted_value, g_variant_unref);
}

static SxSeries *
add_series (SxChart *chart, SxSeriesKind kind, const char *name)
{
  g_autoptr (SxSeries) series = sx_series_new (kind, name);

  sx_chart_add (chart, series);
  return series; /* the chart holds it */
}

static void
add_reference (SxChart *chart, const char *name, double x1, double y1, double x2, double y2)
{
  SxSeries *series = add_series (chart, SX_SERIES_REFERENCE, name);

  sx_series_append (series, x1, y1);
  sx_series_append (series, x2, y2);
}

static GtkWidget *
new_unit_chart (const char *title, const char *x_title, const char *y_title)
{
  SxChart *chart = SX_CHART (sx_chart_new (title));

  sx_chart_set_x_axis (chart, SX_SCALE_LINEAR, x_title);
  sx_chart_set_y_axis (chart, SX_SCALE_LINEAR, y_title);
  sx_chart_set_x_range (chart, 0.0, 1.0);
  sx_chart_set_y_range (chart, 0.0, 1.0);
  return GTK_WIDGET (chart);
}

/* The area is in the name: the picture alone tells nobody whether 0.91 or 0.93. */
static void
add_threshold_charts (GPtrArray *charts, const Pairs *pairs)
{
  GtkWidget *roc = new_unit_chart (_ ("ROC Curve"), _ ("False positive rate"), _ ("True positive rate"));
  GtkWidget *precision = new_unit_chart (_ ("Precision and Recall"), _ ("Recall"), _ ("Precision"));
  SxSeries  *roc_series = add_series (SX_CHART (roc), SX_SERIES_AREA, _ ("Model"));
  SxSeries  *precision_series = add_series (SX_CHART (precision), SX_SERIES_LINE, _ ("Model"));
  double     area = sx_result_curves_roc (pairs->truth, pairs->predicted, pairs->n_rows, roc_series);
  double     average = sx_result_curves_precision_recall (pairs->truth, pairs->predicted, pairs->n_rows, precision_series);
  double     n_positive = 0.0;

  g_ptr_array_add (charts, g_object_ref_sink (roc));
  g_ptr_array_add (charts, g_object_ref_sink (precision));
  if (isnan (area) || isnan (average))
    return;
  for (guint i = 0; i < pairs->n_rows; i++)
    n_positive += pairs->truth[i] > 0.5;
  {
    g_autofree char *roc_name = g_strdup_printf (_ ("Model, area %.3f"), area);
    g_autofree char *precision_name = g_strdup_printf (_ ("Model, average precision %.3f"), average);

    sx_series_set_name (roc_series, roc_name);
    sx_series_set_name (precision_series, precision_name);
  }
  add_reference (SX_CHART (roc), _ ("Chance"), 0.0, 0.0, 1.0, 1.0);
  add_reference (SX_CHART (precision), _ ("Chance"), 0.0, n_positive / pairs->n_rows, 1.0, n_positive / pairs->n_rows);
}

static void
add_number_charts (GPtrArray *charts, const Pairs *pairs)
{
  SxChart           *scatter = SX_CHART (sx_chart_new (_ ("Predicted and True Values"))), *errors = SX_CHART (sx_chart_new (_ ("Errors")));
  SxSeries          *points, *bars;
  g_autofree double *differences = g_new (double, pairs->n_rows);
  double             low = G_MAXDOUBLE, high = -G_MAXDOUBLE;

  for (guint i = 0; i < pairs->n_rows; i++)
    {
      differences[i] = pairs->predicted[i] - pairs->truth[i];
      low = MIN (low, MIN (pairs->truth[i], pairs->predicted[i]));
      high = MAX (high, MAX (pairs->truth[i], pairs->predicted[i]));
    }
  sx_chart_set_x_axis (scatter, SX_SCALE_LINEAR, _ ("True value"));
  sx_chart_set_y_axis (scatter, SX_SCALE_LINEAR, _ ("Predicted value"));
  points = add_series (scatter, SX_SERIES_POINTS, _ ("Rows"));
  sx_series_set_data (points, pairs->truth, pairs->predicted, pairs->n_rows);
  add_reference (scatter, _ ("Right on"), low, low, high, high);
  sx_chart_set_x_axis (errors, SX_SCALE_LINEAR, _ ("Predicted minus true value"));
  sx_chart_set_y_axis (errors, SX_SCALE_COUNT, _ ("Rows"));
  bars = add_series (errors, SX_SERIES_BARS, _ ("Rows"));
  sx_result_curves_histogram (differences, pairs->n_rows, bars);
  g_ptr_array_add (charts, g_object_ref_sink (GTK_WIDGET (scatter)));
  g_ptr_array_add (charts, g_object_ref_sink (GTK_WIDGET (errors)));
}

static void
add_matrix (GPtrArray *charts, GVariant *report)
{
  g_autoptr (GVariant) counts = g_variant_lookup_value (report, "confusion", G_VARIANT_TYPE ("at"));
  g_autoptr (GVariant) classes = g_variant_lookup_value (report, "classes", G_VARIANT_TYPE ("as"));
  g_autofree const char **labels = NULL;
  const guint64          *values;
  gsize                   n_values, n_classes;
  GtkWidget              *matrix;

  if (counts == NULL || classes == NULL)
    return;
  values = g_variant_get_fixed_array (counts, &n_values, sizeof (guint64));
  labels = g_variant_get_strv (classes, &n_classes);
  if (n_classes == 0 || n_values / n_classes != n_classes || n_values % n_classes != 0)
    return;
  matrix = sx_matrix_new (_ ("Confusion Matrix"));
  sx_matrix_set_counts (SX_MATRIX (matrix), values, labels, (guint)n_classes);
  g_ptr_array_add (charts, g_object_ref_sink (matrix));
}

GPtrArray *
sx_result_curves_new_charts (GVariant *report)
{
  GPtrArray  *charts = g_ptr_array_new_with_free_func (g_object_unref);
  const char *task = "";
  Pairs       pairs = { 0 };

  g_return_val_if_fail (report != NULL, charts);

  g_variant_lookup (report, "task", "&s", &task);
  add_matrix (charts, report);
  if (get_pairs (report, &pairs))
    {
      if (g_str_equal (task, sx_task_get_nick (SX_TASK_REGRESSION)))
        add_number_charts (charts, &pairs);
      else
        add_threshold_charts (charts, &pairs);
    }
  clear_pairs (&pairs);
  return charts;
}
