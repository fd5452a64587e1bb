/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-charts.h>

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static void
settle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

static SxChart *
make_chart (void)
{
  SxChart *chart = SX_CHART (g_object_ref_sink (sx_chart_new ("Loss & <more>")));
  g_autoptr (SxSeries) a = sx_series_new (SX_SERIES_LINE, "Training");
  g_autoptr (SxSeries) b = sx_series_new (SX_SERIES_POINTS, "Validation, \"odd\"");

  sx_chart_set_x_axis (chart, SX_SCALE_COUNT, "Iteration");
  sx_chart_set_y_axis (chart, SX_SCALE_LINEAR, "Loss");
  for (guint i = 1; i <= 50; i++)
    {
      sx_series_append (a, i, 1.0 / i);
      sx_series_append (b, i, 0.5 + 1.0 / i);
    }
  sx_chart_add (chart, a);
  sx_chart_add (chart, b);
  return chart;
}

static GtkWidget *
find_type (GtkWidget *widget, const char *type)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* ---- charts ---- */

static void
test_legend (void)
{
  g_autoptr (SxChart) chart = make_chart ();
  GtkWidget *legend = find_type (GTK_WIDGET (chart), "SxLegend");
  GtkWidget *button = gtk_widget_get_first_child (legend);
  double     x_low, x_high, y_low, y_high;

  g_assert_true (gtk_widget_get_visible (legend));
  g_assert_true (GTK_IS_TOGGLE_BUTTON (button));
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (y_high, >=, 1.5);
  /* Hiding the marks leaves the line alone: the axes shrink. */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_next_sibling (button)), FALSE);
  g_assert_false (sx_series_get_visible (sx_chart_get_series (chart, 1)));
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (y_high, <, 1.5);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  g_assert_false (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  /* A single series is what the title names. */
  sx_chart_remove (chart, sx_chart_get_series (chart, 0));
  g_assert_false (gtk_widget_get_visible (legend));
}

static void
test_zoom (void)
{
  g_autoptr (SxChart) chart = make_chart ();
  double x_low, x_high, y_low, y_high;

  sx_chart_zoom_x (chart, 10, 20);
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (x_low, ==, 10);
  g_assert_cmpfloat (x_high, ==, 20);
  /* A point more does not take the view away. */
  sx_series_append (sx_chart_get_series (chart, 0), 90, 0.1);
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (x_high, ==, 20);
  sx_chart_zoom_x (chart, 20, 20);
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (x_high, ==, 20);
  gtk_widget_activate_action (GTK_WIDGET (chart), "chart.reset-zoom", NULL);
  g_assert_true (sx_chart_get_view (chart, &x_low, &x_high, &y_low, &y_high));
  g_assert_cmpfloat (x_high, >=, 90);
}

static void
test_description (void)
{
  g_autoptr (SxChart) chart = make_chart ();
  g_autofree char *text = sx_chart_dup_description (chart);

  g_assert_cmpstr (text, ==, "A chart of 2 series. x: Iteration; y: Loss. Training: 50 points, x from 1 to 50, y from 0.02000 to 1.000, the last 0.02000. Validation, \"odd\": 50 points, x from 1 to 50, y from 0.5200 to 1.500, the last 0.5200.");
  sx_chart_remove_all (chart);
  g_free (text);
  text = sx_chart_dup_description (chart);
  g_assert_cmpstr (text, ==, "Nothing to show yet");
}

/* In a window, with everything drawn: empty, tiny, and with values that no axis has. */
static void
test_draws_anything (void)
{
  GtkWidget          *window = gtk_window_new ();
  SxChart            *chart = make_chart ();
  static const double values[] = { 0, 1e300, -1e300, 1e-300, NAN, INFINITY };

  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (chart));
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  for (SxSeriesKind kind = SX_SERIES_LINE; kind <= SX_SERIES_REFERENCE; kind++)
    for (SxScale scale = SX_SCALE_LINEAR; scale <= SX_SCALE_DURATION; scale++)
      {
        sx_chart_remove_all (chart);
        sx_chart_set_x_axis (chart, scale, "x");
        sx_chart_set_y_axis (chart, scale, "y");
        for (guint i = 0; i < G_N_ELEMENTS (values); i++)
          {
            g_autoptr (SxSeries) series = sx_series_new (kind, "s");

            sx_series_append (series, i + 1, values[i]);
            sx_series_append (series, i + 1, values[(i + 1) % G_N_ELEMENTS (values)]);
            sx_chart_add (chart, series);
            gtk_widget_queue_draw (GTK_WIDGET (chart));
            while (g_main_context_iteration (NULL, FALSE))
              ;
          }
      }
  g_object_unref (chart);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- files ---- */

typedef struct
{
  guint n_elements;
  guint n_paths;
} Counts;

static void
start_cb (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer data, GError **error)
{
  Counts *counts = data;

  counts->n_elements++;
  counts->n_paths += g_str_equal (name, "path");
}

static void
check_svg (const char *path, guint n_paths)
{
  const GMarkupParser parser = { .start_element = start_cb };
  Counts              counts = { 0 };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &counts, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_markup_parse_context_parse (context, text, (gssize)size, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts.n_paths, >=, n_paths);
}

static void
test_export_chart (void)
{
  g_autoptr (SxChart) chart = make_chart ();
  g_autofree char *folder = g_dir_make_tmp ("charts-XXXXXX", NULL);
  g_autofree char *svg = g_build_filename (folder, "a.svg", NULL), *png = g_build_filename (folder, "a.png", NULL);
  g_autofree char *csv = g_build_filename (folder, "a.csv", NULL), *odd = g_build_filename (folder, "a.pdf", NULL), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) picture = NULL;

  g_assert_true (sx_chart_export (chart, svg, &error));
  check_svg (svg, 4);
  g_assert_true (sx_chart_export (chart, png, &error));
  picture = gdk_pixbuf_new_from_file (png, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_width (picture), ==, 1600);
  g_assert_true (sx_chart_export (chart, csv, &error));
  g_assert_true (g_file_get_contents (csv, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "series,Iteration,Loss\r\nTraining,1,1\r\nTraining,2,0.5\r\nTraining,3,0.3333333333333333\r\n"));
  g_assert_nonnull (strstr (text, "\r\n\"Validation, \"\"odd\"\"\",1,1.5\r\n"));
  g_assert_false (sx_chart_export (chart, odd, &error));
  g_assert_nonnull (strstr (error->message, "name it .svg, .png or .csv"));
  g_clear_error (&error);
  g_assert_false (sx_chart_export (chart, "/nonexistent/a.svg", &error));
  g_assert_true (g_str_has_prefix (error->message, "/nonexistent/a.svg: the picture could not be written: "));
  g_remove (svg);
  g_remove (png);
  g_remove (csv);
  g_rmdir (folder);
}

/* ---- matrix ---- */

static void
test_matrix (void)
{
  const guint64     counts[] = { 8, 2, 0, 1, 3, 0, 0, 0, 0 };
  const char *const classes[] = { "cat", "dog, wild", "none" };
  SxMatrix         *matrix = SX_MATRIX (g_object_ref_sink (sx_matrix_new ("Matrix")));
  g_autofree char  *folder = g_dir_make_tmp ("charts-XXXXXX", NULL);
  g_autofree char  *svg = g_build_filename (folder, "m.svg", NULL);
  g_autofree char  *text = NULL, *csv = NULL, *all = NULL;
  g_autoptr (GError) error = NULL;

  sx_matrix_set_counts (matrix, counts, classes, 3);
  g_assert_cmpuint (sx_matrix_get_n_classes (matrix), ==, 3);
  g_assert_cmpuint (sx_matrix_get_count (matrix, 0, 1), ==, 2);
  g_assert_cmpuint (sx_matrix_get_count (matrix, 1, 0), ==, 1);
  g_assert_cmpfloat_with_epsilon (sx_matrix_get_share (matrix, 0, 1), 0.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (sx_matrix_get_share (matrix, 1, 1), 0.75, 1e-12);
  g_assert_true (isnan (sx_matrix_get_share (matrix, 2, 2)));
  text = sx_matrix_dup_cell_text (matrix, 0, 1);
  g_assert_cmpstr (text, ==, "2 of 10 rows (20.0 %) of class “cat” were predicted as “dog, wild”.");
  all = sx_matrix_dup_description (matrix);
  g_assert_true (g_str_has_prefix (all, "11 of 14 rows were predicted right. 8 of 10 rows (80.0 %)"));
  csv = sx_matrix_to_csv (matrix);
  g_assert_true (g_str_has_prefix (csv, "truth,predicted,count,share\r\ncat,cat,8,0.8\r\ncat,\"dog, wild\",2,0.2\r\n"));
  g_assert_true (g_str_has_suffix (csv, "none,none,0,\r\n"));
  g_assert_true (sx_matrix_export (matrix, svg, &error));
  check_svg (svg, 9);
  g_remove (svg);
  g_rmdir (folder);
  g_object_unref (matrix);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  if (g_getenv ("GTK_A11Y") == NULL)
    g_setenv ("GTK_A11Y", "test", TRUE);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/chart/legend", test_legend);
  g_test_add_func ("/charts/chart/zoom", test_zoom);
  g_test_add_func ("/charts/chart/description", test_description);
  g_test_add_func ("/charts/chart/draws-anything", test_draws_anything);
  g_test_add_func ("/charts/chart/export", test_export_chart);
  g_test_add_func ("/charts/matrix/numbers", test_matrix);
  return g_test_run ();
}
