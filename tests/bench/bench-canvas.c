/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas.h"

#include <stdlib.h>
#include <sys/resource.h>

/* bench-canvas [BLOCKS]: milliseconds of CPU a frame while panning at zoom 1 and while the whole graph is in view. Needs a
 * display; GSK_RENDERER chooses the renderer. */

#define N_FRAMES 60

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec * 1e3 + usage.ru_utime.tv_usec / 1e3 + usage.ru_stime.tv_sec * 1e3 + usage.ru_stime.tv_usec / 1e3;
}

static SxGraph *
make_graph (guint n)
{
  SxGraph   *graph = sx_graph_new ();
  GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  guint      n_rows = 20;
  g_autoptr (SxEdit) group = NULL;
  g_autoptr (SxEdit) undo = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", i), *before = g_strdup_printf ("b%u", i - MIN (i, n_rows)), *link = g_strdup_printf ("l%u", i);

      g_ptr_array_add (edits, sx_edit_new_insert_block (id, sx_block_kind_find ("split.kfold"), i / n_rows * 320.0, i % n_rows * 160.0, NULL, NULL));
      if (i >= n_rows)
        g_ptr_array_add (edits, sx_edit_new_insert_link (link, before, "table", id, "input"));
    }
  group = sx_edit_new_group (edits, "Bench");
  undo = sx_graph_apply (graph, group, &error);
  g_assert_no_error (error);
  return graph;
}

static gboolean
is_painted (GdkFrameClock *clock, gint64 counter)
{
  return gdk_frame_clock_get_frame_counter (clock) > counter;
}

static double
measure (SxCanvas *canvas, double step)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (canvas));
  double         x, y, start = get_cpu ();

  for (guint i = 0; i < N_FRAMES; i++)
    {
      gint64 counter = gdk_frame_clock_get_frame_counter (clock);

      sx_canvas_get_center (canvas, &x, &y);
      sx_canvas_set_center (canvas, x + step, y);
      while (!is_painted (clock, counter))
        g_main_context_iteration (NULL, TRUE);
    }
  return (get_cpu () - start) / N_FRAMES;
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint)atoi (argv[1]) : 1000;
  g_autoptr (SxGraph) graph = NULL;
  g_autoptr (SxHistory) history = NULL;
  GtkWidget *window, *canvas;
  double     start, built, pan, overview;

  if (!gtk_init_check ())
    {
      g_print ("bench-canvas: there is no display\n");
      return 77;
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  graph = make_graph (n);
  history = sx_history_new (graph);
  window = gtk_window_new ();
  start = get_cpu ();
  canvas = sx_canvas_new (history);
  built = get_cpu () - start;
  gtk_window_set_child (GTK_WINDOW (window), canvas);
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE), g_usleep (2000);
  sx_canvas_set_zoom (SX_CANVAS (canvas), 1.0);
  pan = measure (SX_CANVAS (canvas), 7.0);
  sx_canvas_zoom_fit (SX_CANVAS (canvas));
  overview = measure (SX_CANVAS (canvas), 1.0);
  g_print ("%u blocks: built in %.0f ms; a frame: pan %.1f ms, all in view (zoom %.2f) %.1f ms\n", n, built, pan, sx_canvas_get_zoom (SX_CANVAS (canvas)), overview);
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
