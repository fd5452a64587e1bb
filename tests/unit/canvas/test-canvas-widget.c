/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

/* The canvas in a window: what it shows, what is under a point, and what its actions do to the graph. */

typedef struct
{
  SxGraph   *graph;
  SxHistory *history;
  GtkWidget *window;
  SxCanvas  *canvas;
  char      *message;
} Fixture;

static void
message_cb (SxCanvas *canvas, const char *text, gboolean offers_undo, Fixture *fixture)
{
  g_free (fixture->message);
  fixture->message = g_strdup (text);
}

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

static void
do_edit (Fixture *fixture, SxEdit *edit)
{
  g_autoptr (SxEdit) owned = edit;
  g_autoptr (GError) error = NULL;

  sx_history_do (fixture->history, owned, 0, &error);
  g_assert_no_error (error);
}

static void
insert (Fixture *fixture, const char *id, const char *kind, double x, double y)
{
  do_edit (fixture, sx_edit_new_insert_block (id, sx_block_kind_find (kind), x, y, NULL, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  fixture->graph = sx_graph_new ();
  fixture->history = sx_history_new (fixture->graph);
  insert (fixture, "a", "split.holdout", 0, 0);
  insert (fixture, "b", "split.kfold", 320, 0);
  insert (fixture, "c", "model.trees", 640, 0);
  do_edit (fixture, sx_edit_new_insert_link ("l1", "a", "table", "b", "input"));
  fixture->canvas = SX_CANVAS (sx_canvas_new (fixture->history));
  g_signal_connect (fixture->canvas, "message", G_CALLBACK (message_cb), fixture);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (fixture->canvas));
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1000, 700);
  gtk_window_set_child (GTK_WINDOW (fixture->window), scroller);
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle ();
  sx_canvas_set_zoom (fixture->canvas, 1.0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  settle ();
  g_object_unref (fixture->history);
  g_object_unref (fixture->graph);
  g_free (fixture->message);
}

static void
act (Fixture *fixture, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), action, NULL));
}

static void
hit (Fixture *fixture, double x, double y, SxHit *result)
{
  graphene_point_t point;

  sx_canvas_world_to_widget (fixture->canvas, x, y, &point);
  sx_canvas_hit_test (fixture->canvas, point.x, point.y, result);
}

static void
get_anchor (Fixture *fixture, const char *block, const char *port, graphene_point_t *anchor)
{
  SxBlockView *view = sx_canvas_find_view (fixture->canvas, block);
  int          index = sx_block_view_find_port (view, port);

  g_assert_cmpint (index, >=, 0);
  sx_block_view_get_port_anchor (view, (guint)index, anchor);
}

static void
test_views (Fixture *fixture, gconstpointer data)
{
  graphene_rect_t rect;

  g_assert_cmpuint (g_hash_table_size (fixture->canvas->views), ==, 3);
  g_assert_cmpuint (g_hash_table_size (fixture->canvas->links), ==, 1);
  sx_block_view_get_rect (sx_canvas_find_view (fixture->canvas, "b"), &rect);
  g_assert_cmpfloat (rect.origin.x, ==, 320.0f);
  do_edit (fixture, sx_edit_new_move_block ("b", 352, 64));
  sx_block_view_get_rect (sx_canvas_find_view (fixture->canvas, "b"), &rect);
  g_assert_cmpfloat (rect.origin.x, ==, 352.0f);
  g_assert_cmpfloat (rect.origin.y, ==, 64.0f);
  do_edit (fixture, sx_edit_new_remove_block ("b"));
  g_assert_null (sx_canvas_find_view (fixture->canvas, "b"));
  g_assert_cmpuint (g_hash_table_size (fixture->canvas->links), ==, 0);
  act (fixture, "canvas.undo");
  g_assert_nonnull (sx_canvas_find_view (fixture->canvas, "b"));
  g_assert_cmpuint (g_hash_table_size (fixture->canvas->links), ==, 1);
  gtk_test_accessible_assert_role (sx_canvas_find_view (fixture->canvas, "b"), GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (sx_canvas_find_view (fixture->canvas, "b"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       sx_block_get_title (sx_graph_find_block (fixture->graph, "b")));
}

static void
test_hits (Fixture *fixture, gconstpointer data)
{
  SxHit            result;
  graphene_point_t anchor, middle;
  SxLinkView      *link = g_hash_table_lookup (fixture->canvas->links, "l1");

  hit (fixture, 60, 20, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_BLOCK);
  g_assert_cmpstr (sx_block_view_get_id (result.view), ==, "a");
  get_anchor (fixture, "a", "table", &anchor);
  hit (fixture, anchor.x + 9, anchor.y, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_PORT);
  sx_link_get_point (link->points, 0.5, &middle);
  hit (fixture, middle.x, middle.y + 3, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_LINK);
  g_assert_true (result.link == link);
  hit (fixture, 60, -60, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_NOTHING);
  sx_canvas_set_zoom (fixture->canvas, 0.5);
  hit (fixture, middle.x, middle.y + 8, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_LINK);
}

/* What a drag from a port does, without the pointer. */
static void
draw_link (Fixture *fixture, const char *from, const char *from_port, const char *old_link, double x, double y)
{
  graphene_point_t point;

  sx_canvas_draft_begin (fixture->canvas, from, from_port, old_link, FALSE);
  sx_canvas_world_to_widget (fixture->canvas, x, y, &point);
  sx_canvas_draft_update (fixture->canvas, point.x, point.y);
  sx_canvas_draft_end (fixture->canvas, FALSE);
}

static void
test_links (Fixture *fixture, gconstpointer data)
{
  graphene_point_t anchor;
  g_autoptr (GPtrArray) links = NULL;

  /* A table cannot be linked to the input for a model; the reason is told. */
  insert (fixture, "d", "evaluate.metrics", 640, 400);
  settle ();
  get_anchor (fixture, "d", "model", &anchor);
  draw_link (fixture, "b", "table", NULL, anchor.x, anchor.y);
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 1);
  g_assert_nonnull (fixture->message);
  /* Dropped on the body, the best port is found. */
  draw_link (fixture, "b", "table", NULL, 640 + 100, 20);
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 2);
  links = sx_graph_list_links (fixture->graph, "c", SX_PORT_IN, NULL);
  g_assert_cmpuint (links->len, ==, 1);
  g_assert_cmpstr (((const SxLink *)g_ptr_array_index (links, 0))->from_block, ==, "b");
  /* A circle is refused. */
  get_anchor (fixture, "a", "table", &anchor);
  draw_link (fixture, "b", "table", NULL, 60, 20);
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 2);
  /* Pulled off an input and let go in the open, the link is gone. */
  draw_link (fixture, "a", "table", "l1", 100, 500);
  g_assert_null (sx_graph_find_link (fixture->graph, "l1"));
  act (fixture, "canvas.undo");
  g_assert_nonnull (sx_graph_find_link (fixture->graph, "l1"));
}

static void
test_replace (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) links = NULL;

  insert (fixture, "d", "split.holdout", 0, 300);
  draw_link (fixture, "d", "table", NULL, 320 + 100, 20);
  links = sx_graph_list_links (fixture->graph, "b", SX_PORT_IN, NULL);
  g_assert_cmpuint (links->len, ==, 1);
  g_assert_cmpstr (((const SxLink *)g_ptr_array_index (links, 0))->from_block, ==, "d");
  act (fixture, "canvas.undo");
  g_assert_nonnull (sx_graph_find_link (fixture->graph, "l1"));
}

static void
test_selection (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) ids = NULL;

  act (fixture, "canvas.select-all");
  g_assert_cmpuint (sx_canvas_get_n_selected (fixture->canvas), ==, 3);
  act (fixture, "canvas.select-none");
  g_assert_cmpuint (sx_canvas_get_n_selected (fixture->canvas), ==, 0);
  sx_canvas_select_block (fixture->canvas, "a");
  act (fixture, "canvas.select-downstream");
  ids = sx_canvas_get_selection (fixture->canvas);
  g_assert_cmpstrv (ids, ((const char *const[]){ "a", "b", NULL }));
  graphene_rect_init (&fixture->canvas->rubber, 300, -20, 700, 60);
  sx_canvas_rubber_update (fixture->canvas, FALSE, FALSE, FALSE);
  g_assert_cmpuint (sx_canvas_get_n_selected (fixture->canvas), ==, 2);
  g_assert_false (sx_canvas_is_selected (fixture->canvas, "a"));
}

static void
test_move (Fixture *fixture, gconstpointer data)
{
  double x, y;

  sx_canvas_select (fixture->canvas, (const char *const[]){ "a", "b", NULL });
  sx_canvas_move_begin (fixture->canvas);
  sx_canvas_move_update (fixture->canvas, 5, 5, TRUE);
  sx_canvas_move_update (fixture->canvas, 45, 100, TRUE);
  sx_canvas_move_end (fixture->canvas, FALSE);
  sx_block_get_position (sx_graph_find_block (fixture->graph, "b"), &x, &y);
  g_assert_cmpfloat (x, ==, 320 + 48);
  g_assert_cmpfloat (y, ==, 96);
  /* One step for both. */
  act (fixture, "canvas.undo");
  sx_block_get_position (sx_graph_find_block (fixture->graph, "a"), &x, &y);
  g_assert_cmpfloat (x, ==, 0);
  sx_block_get_position (sx_graph_find_block (fixture->graph, "b"), &x, &y);
  g_assert_cmpfloat (x, ==, 320);
  act (fixture, "canvas.redo");
  sx_block_get_position (sx_graph_find_block (fixture->graph, "a"), &x, &y);
  g_assert_cmpfloat (x, ==, 48);
}

static void
test_clipboard (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  sx_canvas_select (fixture->canvas, (const char *const[]){ "a", "b", NULL });
  text = sx_canvas_copy_text (fixture->canvas);
  g_assert_nonnull (strstr (text, "split.holdout"));
  g_assert_null (strstr (text, "model.trees"));
  g_assert_true (sx_canvas_paste_text (fixture->canvas, text, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sx_graph_get_n_blocks (fixture->graph), ==, 5);
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 2);
  g_assert_cmpuint (sx_canvas_get_n_selected (fixture->canvas), ==, 2);
  g_assert_false (sx_canvas_is_selected (fixture->canvas, "a"));
  act (fixture, "canvas.undo");
  g_assert_cmpuint (sx_graph_get_n_blocks (fixture->graph), ==, 3);
  g_assert_false (sx_canvas_paste_text (fixture->canvas, "sextant: [", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "Clipboard"));
}

static void
test_duplicate_and_delete (Fixture *fixture, gconstpointer data)
{
  sx_canvas_select (fixture->canvas, (const char *const[]){ "a", "b", NULL });
  act (fixture, "canvas.duplicate");
  g_assert_cmpuint (sx_graph_get_n_blocks (fixture->graph), ==, 5);
  act (fixture, "canvas.delete");
  g_assert_cmpuint (sx_graph_get_n_blocks (fixture->graph), ==, 3);
  g_assert_cmpstr (fixture->message, ==, "2 blocks deleted");
  g_assert_cmpuint (sx_canvas_get_n_selected (fixture->canvas), ==, 0);
  /* What stood before the deleted block is linked to what stood after it. */
  draw_link (fixture, "b", "table", NULL, 640 + 100, 20);
  sx_canvas_select_block (fixture->canvas, "b");
  act (fixture, "canvas.delete-reconnect");
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 1);
  g_assert_cmpstr (sx_graph_get_link (fixture->graph, 0)->from_block, ==, "a");
  g_assert_cmpstr (sx_graph_get_link (fixture->graph, 0)->to_block, ==, "c");
}

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = sx_canvas_add_block (fixture->canvas, "split.group", 3, 2), *linked = NULL, *none = NULL;
  double           x, y;

  g_assert_nonnull (first);
  sx_block_get_position (sx_graph_find_block (fixture->graph, first), &x, &y);
  g_assert_cmpfloat (y, >, 50); /* moved below the one that is there */
  linked = sx_canvas_add_linked_block (fixture->canvas, "split.time", 600, 400, first, "table");
  g_assert_nonnull (linked);
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 2);
  act (fixture, "canvas.undo");
  g_assert_null (sx_graph_find_block (fixture->graph, linked));
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 1);
  none = sx_canvas_add_block (fixture->canvas, "no.such", 0, 0);
  g_assert_null (none);
  g_assert_nonnull (strstr (fixture->message, "no.such"));
  g_assert_true (sx_canvas_insert_into_link (fixture->canvas, sx_block_kind_find ("split.group"), "l1", 200, 200));
  g_assert_cmpuint (sx_graph_get_n_links (fixture->graph), ==, 2);
}

static void
test_flags_frames_layout (Fixture *fixture, gconstpointer data)
{
  double ax, ay, bx, by;

  sx_canvas_select_block (fixture->canvas, "a");
  act (fixture, "canvas.mute");
  g_assert_true (sx_block_is_muted (sx_graph_find_block (fixture->graph, "a")));
  act (fixture, "canvas.collapse");
  g_assert_true (sx_block_is_collapsed (sx_graph_find_block (fixture->graph, "a")));
  act (fixture, "canvas.frame");
  g_assert_cmpuint (sx_graph_get_n_frames (fixture->graph), ==, 1);
  do_edit (fixture, sx_edit_new_move_block ("b", -900, 0));
  act (fixture, "canvas.select-none");
  act (fixture, "canvas.auto-layout");
  sx_block_get_position (sx_graph_find_block (fixture->graph, "a"), &ax, &ay);
  sx_block_get_position (sx_graph_find_block (fixture->graph, "b"), &bx, &by);
  g_assert_cmpfloat (bx, >, ax + fixture->canvas->style.width);
}

static void
test_frames (Fixture *fixture, gconstpointer data)
{
  const SxGraphFrame *frame;
  double              x, y, old_x;
  SxHit               result;

  sx_canvas_select_block (fixture->canvas, "a");
  act (fixture, "canvas.frame");
  frame = sx_graph_get_frame (fixture->graph, 0);
  old_x = frame->x;
  hit (fixture, frame->x + 30, frame->y + 10, &result);
  g_assert_cmpint (result.type, ==, SX_HIT_FRAME);
  /* It takes along what it holds, in one step. */
  fixture->canvas->drag_frame = g_strdup (frame->id);
  sx_canvas_move_begin (fixture->canvas);
  sx_canvas_move_update (fixture->canvas, -64, 160, TRUE);
  sx_canvas_move_end (fixture->canvas, FALSE);
  g_assert_cmpfloat (sx_graph_get_frame (fixture->graph, 0)->x, ==, old_x - 64);
  sx_block_get_position (sx_graph_find_block (fixture->graph, "a"), &x, &y);
  g_assert_cmpfloat (y, ==, 160);
  sx_block_get_position (sx_graph_find_block (fixture->graph, "b"), &x, &y);
  g_assert_cmpfloat (y, ==, 0);
  act (fixture, "canvas.undo");
  g_assert_cmpfloat (sx_graph_get_frame (fixture->graph, 0)->x, ==, old_x);
  sx_canvas_select_frame (fixture->canvas, sx_graph_get_frame (fixture->graph, 0)->id);
  act (fixture, "canvas.delete");
  g_assert_cmpuint (sx_graph_get_n_frames (fixture->graph), ==, 0);
  g_assert_cmpuint (sx_graph_get_n_blocks (fixture->graph), ==, 3);
}

static void
test_zoom (Fixture *fixture, gconstpointer data)
{
  graphene_point_t before, after;
  double           x, y;

  sx_canvas_widget_to_world (fixture->canvas, 200, 150, &before);
  sx_canvas_zoom_at (fixture->canvas, 2.0, 200, 150);
  sx_canvas_widget_to_world (fixture->canvas, 200, 150, &after);
  g_assert_cmpfloat_with_epsilon (before.x, after.x, 0.6);
  g_assert_cmpfloat_with_epsilon (before.y, after.y, 0.6);
  sx_canvas_set_zoom (fixture->canvas, 100.0);
  g_assert_cmpfloat (sx_canvas_get_zoom (fixture->canvas), ==, SX_CANVAS_MAX_ZOOM);
  sx_canvas_set_zoom (fixture->canvas, 0.1);
  settle ();
  sx_canvas_set_center (fixture->canvas, 123, 45);
  sx_canvas_get_center (fixture->canvas, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 123, 0.01);
  g_assert_cmpfloat_with_epsilon (y, 45, 0.01);
}

static void
test_picture (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("sx-canvas-XXXXXX", NULL), *png = g_build_filename (folder, "a.png", NULL), *svg = g_build_filename (folder, "a.svg", NULL);
  g_autofree char *text = NULL;
  gsize            size;
  g_autoptr (GError) error = NULL;

  g_assert_true (sx_canvas_export_picture (fixture->canvas, png, &error));
  g_assert_true (g_file_get_contents (png, &text, &size, &error));
  g_assert_cmpuint (size, >, 5000);
  g_assert_cmpmem (text, 4, "\x89PNG", 4);
  g_assert_true (sx_canvas_export_picture (fixture->canvas, svg, &error));
  g_assert_false (sx_canvas_export_picture (fixture->canvas, "a.bmp", &error));
  g_assert_nonnull (strstr (error->message, "a.bmp"));
  g_unlink (png);
  g_unlink (svg);
  g_rmdir (folder);
}

static void
test_scores (void)
{
  g_assert_cmpuint (sx_canvas_score_match ("zzz", "Fill gaps", "impute, nan", "Help"), ==, 0);
  g_assert_cmpuint (sx_canvas_score_match ("fill", "Fill gaps", NULL, NULL), >, sx_canvas_score_match ("gaps", "Fill gaps", NULL, NULL));
  g_assert_cmpuint (sx_canvas_score_match ("imp", "Fill gaps", "impute, nan", NULL), >, sx_canvas_score_match ("imp", "Fill gaps", NULL, "It imputes"));
  g_assert_cmpuint (sx_canvas_score_match ("gaps fill", "Fill gaps", NULL, NULL), >, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  if (g_getenv ("GTK_A11Y") == NULL)
    g_setenv ("GTK_A11Y", "test", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
#define ADD(name, function) g_test_add ("/canvas/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("views", test_views);
  ADD ("hits", test_hits);
  ADD ("links", test_links);
  ADD ("replace", test_replace);
  ADD ("selection", test_selection);
  ADD ("move", test_move);
  ADD ("clipboard", test_clipboard);
  ADD ("duplicate-and-delete", test_duplicate_and_delete);
  ADD ("add", test_add);
  ADD ("flags-frames-layout", test_flags_frames_layout);
  ADD ("frames", test_frames);
  ADD ("zoom", test_zoom);
  ADD ("picture", test_picture);
  g_test_add_func ("/canvas/scores", test_scores);
  return g_test_run ();
}
