/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-layout.h"
#include "sx-spatial-index.h"

/* Layout and spatial index by their promises, on random graphs and rectangles. No display needed. */

static void
check_layout (GRand *rand, guint n, guint n_edges)
{
  g_autofree SxLayoutNode *nodes = g_new0 (SxLayoutNode, n);
  g_autofree SxLayoutEdge *edges = g_new0 (SxLayoutEdge, n_edges);
  double                   left = G_MAXDOUBLE, top = G_MAXDOUBLE, new_left = G_MAXDOUBLE, new_top = G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    {
      nodes[i] = (SxLayoutNode){ .width = 240, .height = g_rand_int_range (rand, 56, 200), .x = g_rand_int_range (rand, -900, 900), .y = g_rand_int_range (rand, -900, 900) };
      left = MIN (left, nodes[i].x);
      top = MIN (top, nodes[i].y);
    }
  for (guint i = 0; i < n_edges; i++)
    {
      edges[i].from = (guint)g_rand_int_range (rand, 0, (gint32)n - 1);
      edges[i].to = (guint)g_rand_int_range (rand, (gint32)edges[i].from + 1, (gint32)n);
    }
  sx_canvas_layout (nodes, n, edges, n_edges, 80, 32);
  for (guint i = 0; i < n_edges; i++)
    g_assert_cmpfloat (nodes[edges[i].to].x, >=, nodes[edges[i].from].x + nodes[edges[i].from].width + 79.9);
  for (guint i = 0; i < n; i++)
    {
      new_left = MIN (new_left, nodes[i].x);
      new_top = MIN (new_top, nodes[i].y);
      for (guint j = 0; j < i; j++)
        g_assert_true (nodes[i].x >= nodes[j].x + nodes[j].width || nodes[j].x >= nodes[i].x + nodes[i].width || nodes[i].y >= nodes[j].y + nodes[j].height - 0.1 ||
                       nodes[j].y >= nodes[i].y + nodes[i].height - 0.1);
    }
  g_assert_cmpfloat_with_epsilon (new_left, left, 0.5);
  g_assert_cmpfloat_with_epsilon (new_top, top, 0.5);
}

static void
test_layout (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 60; i++)
    check_layout (rand, (guint)g_rand_int_range (rand, 2, 40), (guint)g_rand_int_range (rand, 0, 50));
}

static void
test_crossings (void)
{
  /* Two crossed pairs are untangled. */
  SxLayoutNode nodes[4] = { { 100, 50, 0, 0 }, { 100, 50, 0, 100 }, { 100, 50, 300, 0 }, { 100, 50, 300, 100 } };
  SxLayoutEdge edges[3] = { { 0, 3 }, { 1, 2 }, { 0, 3 } };

  g_assert_cmpuint (sx_canvas_layout_count_crossings (nodes, edges, 2), ==, 1);
  sx_canvas_layout (nodes, 4, edges, 2, 80, 32);
  g_assert_cmpuint (sx_canvas_layout_count_crossings (nodes, edges, 2), ==, 0);
}

#define N_THINGS 300

static void
test_index (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (SxSpatialIndex) index = sx_spatial_index_new (512);
  graphene_rect_t rects[N_THINGS];
  gboolean        is_in[N_THINGS] = { FALSE };

  for (guint turn = 0; turn < 3000; turn++)
    {
      guint i = (guint)g_rand_int_range (rand, 0, N_THINGS);

      if (g_rand_int_range (rand, 0, 4) == 0)
        {
          sx_spatial_index_remove (index, &rects[i]);
          is_in[i] = FALSE;
        }
      else
        {
          graphene_rect_init (&rects[i], (float)g_rand_double_range (rand, -5000, 5000), (float)g_rand_double_range (rand, -5000, 5000), (float)g_rand_double_range (rand, 1, 900),
                              (float)g_rand_double_range (rand, 1, i == 0 ? 90000 : 300));
          sx_spatial_index_set (index, &rects[i], &rects[i]);
          is_in[i] = TRUE;
        }
      if (turn % 50 == 0)
        {
          g_autoptr (GPtrArray) found = g_ptr_array_new ();
          graphene_rect_t query = GRAPHENE_RECT_INIT ((float)g_rand_double_range (rand, -5000, 5000), (float)g_rand_double_range (rand, -5000, 5000), 1500, 900), cut;
          guint           n = 0;

          sx_spatial_index_query (index, &query, found);
          for (guint j = 0; j < N_THINGS; j++)
            {
              gboolean expected = is_in[j] && graphene_rect_intersection (&rects[j], &query, &cut);

              n += expected;
              g_assert_cmpint (g_ptr_array_find (found, &rects[j], NULL), ==, expected);
            }
          g_assert_cmpuint (found->len, ==, n);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/layout/promises", test_layout);
  g_test_add_func ("/canvas/layout/crossings", test_crossings);
  g_test_add_func ("/canvas/spatial-index", test_index);
  return g_test_run ();
}
