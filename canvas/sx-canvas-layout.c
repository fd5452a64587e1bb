/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-layout.h"

#include <math.h>
#include <string.h>

/* Boxes become vertices; an edge over several columns becomes a chain with one small vertex a column, so that all edges join
 * neighbouring columns. Each joined part of the graph is laid out by itself, as a Drawing, and the parts are stacked. */

#define N_ORDER_SWEEPS 12
#define N_PLACE_SWEEPS 8

typedef struct
{
  guint  node; /* G_MAXUINT for a bend of a long edge */
  guint  column;
  guint  rank; /* place in its column */
  double height;
  double y;    /* centre */
  double wish; /* sort key, or wanted centre */
} Vertex;

typedef struct
{
  GArray    *vertices; /* of Vertex */
  GPtrArray *columns;  /* of GArray of guint: vertices from top to bottom */
  GPtrArray *left;     /* of GArray of guint: neighbours in the column before, by vertex */
  GPtrArray *right;
  double     row_gap;
} Drawing;

static GArray *
new_indices (void)
{
  return g_array_new (FALSE, FALSE, sizeof (guint));
}

static void
drawing_init (Drawing *self, double row_gap)
{
  self->vertices = g_array_new (FALSE, TRUE, sizeof (Vertex));
  self->columns = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  self->left = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  self->right = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  self->row_gap = row_gap;
}

static void
drawing_clear (Drawing *self)
{
  g_array_unref (self->vertices);
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->left);
  g_ptr_array_unref (self->right);
}

static Vertex *
get_vertex (Drawing *self, guint vertex)
{
  return &g_array_index (self->vertices, Vertex, vertex);
}

static guint
add_vertex (Drawing *self, guint node, guint column, double height, double wish)
{
  Vertex vertex = { .node = node, .column = column, .height = height, .wish = wish };
  guint  index = self->vertices->len;

  while (self->columns->len <= column)
    g_ptr_array_add (self->columns, new_indices ());
  g_array_append_val (self->vertices, vertex);
  g_ptr_array_add (self->left, new_indices ());
  g_ptr_array_add (self->right, new_indices ());
  g_array_append_val ((GArray *)g_ptr_array_index (self->columns, column), index);
  return index;
}

static void
join_vertices (Drawing *self, guint from, guint to)
{
  g_array_append_val ((GArray *)g_ptr_array_index (self->right, from), to);
  g_array_append_val ((GArray *)g_ptr_array_index (self->left, to), from);
}

static int
compare_wishes (gconstpointer a, gconstpointer b, gpointer data)
{
  Drawing      *self = data;
  const Vertex *first = get_vertex (self, *(const guint *)a);
  const Vertex *second = get_vertex (self, *(const guint *)b);

  if (first->wish != second->wish)
    return first->wish < second->wish ? -1 : 1;
  return first->rank < second->rank ? -1 : first->rank > second->rank;
}

static void
sort_column (Drawing *self, guint column)
{
  GArray *order = g_ptr_array_index (self->columns, column);

  g_array_sort_with_data (order, compare_wishes, self);
  for (guint i = 0; i < order->len; i++)
    get_vertex (self, g_array_index (order, guint, i))->rank = i;
}

static int
compare_guints (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *)a, second = *(const guint *)b;
  return first < second ? -1 : first > second;
}

/* Crossings between @column and the next: inversions among the right ends in order of the left ends, by a Fenwick tree. */
static guint64
count_column_crossings (Drawing *self, guint column)
{
  GArray           *order = g_ptr_array_index (self->columns, column);
  guint             n_right = ((GArray *)g_ptr_array_index (self->columns, column + 1))->len;
  g_autofree guint *tree = g_new0 (guint, n_right + 1);
  g_autoptr (GArray) ranks = new_indices ();
  guint64 n_crossings = 0, n_seen = 0;

  for (guint i = 0; i < order->len; i++)
    {
      GArray *right = g_ptr_array_index (self->right, g_array_index (order, guint, i));

      g_array_set_size (ranks, 0);
      for (guint j = 0; j < right->len; j++)
        g_array_append_val (ranks, get_vertex (self, g_array_index (right, guint, j))->rank);
      g_array_sort (ranks, compare_guints);
      for (guint j = 0; j < ranks->len; j++)
        {
          guint   rank = g_array_index (ranks, guint, j);
          guint64 n_above = 0;

          for (guint k = rank + 1; k > 0; k &= k - 1)
            n_above += tree[k];
          n_crossings += n_seen - n_above;
          for (guint k = rank + 1; k <= n_right; k += k & -k)
            tree[k]++;
          n_seen++;
        }
    }
  return n_crossings;
}

static guint64
count_crossings (Drawing *self)
{
  guint64 n = 0;

  for (guint column = 0; column + 1 < self->columns->len; column++)
    n += count_column_crossings (self, column);
  return n;
}

/* Sorts @column by the mean rank of its neighbours on one side; a vertex without any keeps its place. */
static void
order_column (Drawing *self, guint column, GPtrArray *side)
{
  GArray *order = g_ptr_array_index (self->columns, column);

  for (guint i = 0; i < order->len; i++)
    {
      guint   index = g_array_index (order, guint, i);
      GArray *neighbours = g_ptr_array_index (side, index);
      Vertex *vertex = get_vertex (self, index);

      vertex->wish = vertex->rank;
      if (neighbours->len == 0)
        continue;
      vertex->wish = 0.0;
      for (guint j = 0; j < neighbours->len; j++)
        vertex->wish += get_vertex (self, g_array_index (neighbours, guint, j))->rank;
      vertex->wish /= neighbours->len;
    }
  sort_column (self, column);
}

static void
restore_ranks (Drawing *self, const guint *ranks)
{
  for (guint i = 0; i < self->vertices->len; i++)
    get_vertex (self, i)->wish = ranks[i];
  for (guint column = 0; column < self->columns->len; column++)
    sort_column (self, column);
}

/* Barycentre sweeps to and fro; the best order seen wins, the first one (the user's) on a tie. */
static void
reduce_crossings (Drawing *self)
{
  g_autofree guint *best_ranks = g_new (guint, MAX (self->vertices->len, 1));
  guint64           best;

  for (guint column = 0; column < self->columns->len; column++)
    sort_column (self, column);
  best = count_crossings (self);
  for (guint i = 0; i < self->vertices->len; i++)
    best_ranks[i] = get_vertex (self, i)->rank;

  for (guint sweep = 0; sweep < N_ORDER_SWEEPS && best > 0; sweep++)
    {
      guint64 n_crossings;

      if (sweep % 2 == 0)
        for (guint column = 1; column < self->columns->len; column++)
          order_column (self, column, self->left);
      else
        for (guint column = self->columns->len - 1; column-- > 0;)
          order_column (self, column, self->right);
      n_crossings = count_crossings (self);
      if (n_crossings < best)
        {
          best = n_crossings;
          for (guint i = 0; i < self->vertices->len; i++)
            best_ranks[i] = get_vertex (self, i)->rank;
        }
    }
  restore_ranks (self, best_ranks);
}

static double
get_separation (Drawing *self, const Vertex *above, const Vertex *below)
{
  double gap = above->node == G_MAXUINT && below->node == G_MAXUINT ? self->row_gap / 2.0 : self->row_gap;
  return above->height / 2.0 + gap + below->height / 2.0;
}

/* The centres closest (least squares) to the wishes that keep the order and the gaps: isotonic regression of wish minus
 * offset by pooling adjacent violators. */
static void
place_column (Drawing *self, guint column)
{
  GArray            *order = g_ptr_array_index (self->columns, column);
  g_autofree double *offsets = g_new (double, MAX (order->len, 1));
  g_autofree double *means = g_new (double, MAX (order->len, 1));
  g_autofree guint  *sizes = g_new (guint, MAX (order->len, 1));
  guint              n_pools = 0, vertex = 0;

  for (guint i = 0; i < order->len; i++)
    {
      Vertex *below = get_vertex (self, g_array_index (order, guint, i));

      offsets[i] = i == 0 ? 0.0 : offsets[i - 1] + get_separation (self, get_vertex (self, g_array_index (order, guint, i - 1)), below);
      means[n_pools] = below->wish - offsets[i];
      sizes[n_pools] = 1;
      n_pools++;
      while (n_pools > 1 && means[n_pools - 2] > means[n_pools - 1])
        {
          guint size = sizes[n_pools - 2] + sizes[n_pools - 1];

          means[n_pools - 2] = (means[n_pools - 2] * sizes[n_pools - 2] + means[n_pools - 1] * sizes[n_pools - 1]) / size;
          sizes[n_pools - 2] = size;
          n_pools--;
        }
    }
  for (guint pool = 0; pool < n_pools; pool++)
    for (guint i = 0; i < sizes[pool]; i++, vertex++)
      get_vertex (self, g_array_index (order, guint, vertex))->y = means[pool] + offsets[vertex];
}

static void
wish_column (Drawing *self, guint column, gboolean use_left, gboolean use_right)
{
  GArray *order = g_ptr_array_index (self->columns, column);

  for (guint i = 0; i < order->len; i++)
    {
      guint   index = g_array_index (order, guint, i);
      Vertex *vertex = get_vertex (self, index);
      GArray *sides[2] = { use_left ? g_ptr_array_index (self->left, index) : NULL, use_right ? g_ptr_array_index (self->right, index) : NULL };
      double  sum = 0.0;
      guint   n = 0;

      for (guint side = 0; side < 2; side++)
        for (guint j = 0; sides[side] != NULL && j < sides[side]->len; j++, n++)
          sum += get_vertex (self, g_array_index (sides[side], guint, j))->y;
      vertex->wish = n > 0 ? sum / n : vertex->y;
    }
}

static void
place_vertices (Drawing *self)
{
  for (guint column = 0; column < self->columns->len; column++)
    {
      GArray *order = g_ptr_array_index (self->columns, column);

      for (guint i = 0; i < order->len; i++)
        get_vertex (self, g_array_index (order, guint, i))->wish = 0.0;
      place_column (self, column);
    }
  for (guint sweep = 0; sweep < N_PLACE_SWEEPS; sweep++)
    {
      gboolean is_last = sweep + 1 == N_PLACE_SWEEPS;

      if (sweep % 2 == 0)
        for (guint column = 1; column < self->columns->len; column++)
          {
            wish_column (self, column, TRUE, FALSE);
            place_column (self, column);
          }
      else
        for (guint column = self->columns->len - 1; column-- > 0;)
          {
            wish_column (self, column, is_last, TRUE);
            place_column (self, column);
          }
    }
}

/* Kahn's order; vertices of cycles come last, in their own order. Returns the place of each node. */
static guint *
sort_nodes (guint n_nodes, const SxLayoutEdge *edges, guint n_edges, guint **places)
{
  g_autofree guint *n_missing = g_new0 (guint, MAX (n_nodes, 1));
  g_autofree guint *first = g_new0 (guint, n_nodes + 2);
  g_autofree guint *targets = g_new (guint, MAX (n_edges, 1));
  guint            *order = g_new (guint, MAX (n_nodes, 1));
  guint             n_done = 0;

  *places = g_new (guint, MAX (n_nodes, 1));
  for (guint i = 0; i < n_edges; i++)
    if (edges[i].from != edges[i].to)
      {
        first[edges[i].from + 2]++;
        n_missing[edges[i].to]++;
      }
  for (guint i = 2; i < n_nodes + 2; i++)
    first[i] += first[i - 1];
  for (guint i = 0; i < n_edges; i++)
    if (edges[i].from != edges[i].to)
      targets[first[edges[i].from + 1]++] = edges[i].to;

  for (guint i = 0; i < n_nodes; i++)
    {
      (*places)[i] = G_MAXUINT;
      if (n_missing[i] == 0)
        order[n_done++] = i;
    }
  for (guint done = 0; done < n_done; done++)
    for (guint i = first[order[done]]; i < first[order[done] + 1]; i++)
      if (--n_missing[targets[i]] == 0)
        order[n_done++] = targets[i];
  for (guint i = 0; i < n_done; i++)
    (*places)[order[i]] = i;
  for (guint i = 0; i < n_nodes; i++)
    if ((*places)[i] == G_MAXUINT)
      {
        (*places)[i] = n_done;
        order[n_done++] = i;
      }
  return order;
}

static int
compare_edges (gconstpointer a, gconstpointer b, gpointer data)
{
  const guint        *places = data;
  const SxLayoutEdge *first = a, *second = b;
  return compare_guints (&places[first->from], &places[second->from]);
}

/* Longest path from the left, then each box without inputs moves right next to whom it feeds.
 * @edges must be sorted by the place of their start and all lead forward. */
static guint *
find_columns (guint n_nodes, const SxLayoutEdge *edges, guint n_edges)
{
  guint               *columns = g_new0 (guint, MAX (n_nodes, 1));
  g_autofree guint    *nearest = g_new (guint, MAX (n_nodes, 1));
  g_autofree gboolean *is_fed = g_new0 (gboolean, MAX (n_nodes, 1));

  for (guint i = 0; i < n_edges; i++)
    {
      columns[edges[i].to] = MAX (columns[edges[i].to], columns[edges[i].from] + 1);
      is_fed[edges[i].to] = TRUE;
    }
  for (guint i = 0; i < n_nodes; i++)
    nearest[i] = G_MAXUINT;
  for (guint i = 0; i < n_edges; i++)
    nearest[edges[i].from] = MIN (nearest[edges[i].from], columns[edges[i].to]);
  for (guint i = 0; i < n_nodes; i++)
    if (!is_fed[i] && nearest[i] != G_MAXUINT)
      columns[i] = nearest[i] - 1;
  return columns;
}

static guint
find_root (guint *parents, guint node)
{
  while (parents[node] != node)
    node = parents[node] = parents[parents[node]];
  return node;
}

typedef struct
{
  GArray *nodes; /* of guint */
  GArray *edges; /* of SxLayoutEdge, by global node index */
  double  top;   /* where the part stood */
} Part;

static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const Part *first = *(Part *const *)a, *second = *(Part *const *)b;

  /* Lone boxes go last, in a grid. */
  if ((first->nodes->len == 1) != (second->nodes->len == 1))
    return first->nodes->len == 1 ? 1 : -1;
  return first->top < second->top ? -1 : first->top > second->top;
}

static void
free_part (Part *self)
{
  g_array_unref (self->nodes);
  g_array_unref (self->edges);
  g_free (self);
}

static GPtrArray *
split_parts (const SxLayoutNode *nodes, guint n_nodes, const SxLayoutEdge *edges, guint n_edges)
{
  g_autofree guint *parents = g_new (guint, MAX (n_nodes, 1));
  g_autofree Part **by_root = g_new0 (Part *, MAX (n_nodes, 1));
  GPtrArray        *parts = g_ptr_array_new_with_free_func ((GDestroyNotify)free_part);

  for (guint i = 0; i < n_nodes; i++)
    parents[i] = i;
  for (guint i = 0; i < n_edges; i++)
    parents[find_root (parents, edges[i].from)] = find_root (parents, edges[i].to);
  for (guint i = 0; i < n_nodes; i++)
    {
      Part **part = &by_root[find_root (parents, i)];

      if (*part == NULL)
        {
          *part = g_new0 (Part, 1);
          (*part)->nodes = new_indices ();
          (*part)->edges = g_array_new (FALSE, FALSE, sizeof (SxLayoutEdge));
          (*part)->top = nodes[i].y;
          g_ptr_array_add (parts, *part);
        }
      g_array_append_val ((*part)->nodes, i);
      (*part)->top = MIN ((*part)->top, nodes[i].y);
    }
  for (guint i = 0; i < n_edges; i++)
    g_array_append_val (by_root[find_root (parents, edges[i].from)]->edges, edges[i]);
  g_ptr_array_sort (parts, compare_parts);
  return parts;
}

static void
fill_drawing (Drawing *drawing, const Part *part, const SxLayoutNode *nodes, const guint *columns, guint *vertex_of)
{
  for (guint i = 0; i < part->nodes->len; i++)
    {
      guint               node = g_array_index (part->nodes, guint, i);
      const SxLayoutNode *box = &nodes[node];

      vertex_of[node] = add_vertex (drawing, node, columns[node], box->height, box->y + box->height / 2.0);
    }
  for (guint i = 0; i < part->edges->len; i++)
    {
      const SxLayoutEdge *edge = &g_array_index (part->edges, SxLayoutEdge, i);
      guint               from = vertex_of[edge->from], to = vertex_of[edge->to], last = from;
      guint               from_column = columns[edge->from], to_column = columns[edge->to];
      double              from_wish = get_vertex (drawing, from)->wish, to_wish = get_vertex (drawing, to)->wish;

      for (guint column = from_column + 1; column < to_column; column++)
        {
          double part_way = (double)(column - from_column) / (to_column - from_column);
          guint  bend = add_vertex (drawing, G_MAXUINT, column, 4.0, from_wish + part_way * (to_wish - from_wish));

          join_vertices (drawing, last, bend);
          last = bend;
        }
      join_vertices (drawing, last, to);
    }
}

/* Writes the boxes of one part with its top left at (@left, @top); returns its height. */
static double
lay_part (const Part *part, SxLayoutNode *nodes, const guint *columns, guint *vertex_of, double left, double top, double column_gap, double row_gap)
{
  Drawing            drawing;
  g_autofree double *x = NULL;
  g_autofree double *widths = NULL;
  double             y0 = G_MAXDOUBLE, y1 = -G_MAXDOUBLE;
  double             next = left;

  drawing_init (&drawing, row_gap);
  fill_drawing (&drawing, part, nodes, columns, vertex_of);
  reduce_crossings (&drawing);
  place_vertices (&drawing);

  x = g_new0 (double, drawing.columns->len);
  widths = g_new0 (double, drawing.columns->len);
  for (guint i = 0; i < drawing.vertices->len; i++)
    {
      Vertex *vertex = get_vertex (&drawing, i);

      y0 = MIN (y0, vertex->y - vertex->height / 2.0);
      y1 = MAX (y1, vertex->y + vertex->height / 2.0);
      if (vertex->node != G_MAXUINT)
        widths[vertex->column] = MAX (widths[vertex->column], nodes[vertex->node].width);
    }
  for (guint column = 0; column < drawing.columns->len; column++)
    {
      x[column] = next;
      if (widths[column] > 0.0)
        next += widths[column] + column_gap;
    }
  for (guint i = 0; i < drawing.vertices->len; i++)
    {
      Vertex *vertex = get_vertex (&drawing, i);

      if (vertex->node == G_MAXUINT)
        continue;
      nodes[vertex->node].x = x[vertex->column];
      nodes[vertex->node].y = round (top + vertex->y - vertex->height / 2.0 - y0);
    }
  drawing_clear (&drawing);
  return y1 - y0;
}

/* Boxes without any edge: rows of about as many as columns fit a square. */
static void
lay_lone_boxes (GPtrArray *parts, guint first, SxLayoutNode *nodes, double left, double top, double column_gap, double row_gap)
{
  guint  n_per_row = MAX ((guint)ceil (sqrt (parts->len - first)), 3);
  double x = left, row_height = 0.0;

  for (guint i = first; i < parts->len; i++)
    {
      const Part   *part = g_ptr_array_index (parts, i);
      SxLayoutNode *node = &nodes[g_array_index (part->nodes, guint, 0)];

      if (i > first && (i - first) % n_per_row == 0)
        {
          x = left;
          top += row_height + row_gap;
          row_height = 0.0;
        }
      node->x = x;
      node->y = top;
      x += node->width + column_gap;
      row_height = MAX (row_height, node->height);
    }
}

void
sx_canvas_layout (SxLayoutNode *nodes, guint n_nodes, const SxLayoutEdge *edges, guint n_edges, double column_gap, double row_gap)
{
  g_autofree guint        *places = NULL;
  g_autofree guint        *order = NULL;
  g_autofree guint        *columns = NULL;
  g_autofree guint        *vertex_of = NULL;
  g_autofree SxLayoutEdge *forward = g_new (SxLayoutEdge, MAX (n_edges, 1));
  g_autoptr (GPtrArray) parts = NULL;
  guint  n_forward = 0;
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, old_top, new_top = G_MAXDOUBLE;

  if (n_nodes == 0)
    return;
  for (guint i = 0; i < n_nodes; i++)
    {
      left = MIN (left, nodes[i].x);
      top = MIN (top, nodes[i].y);
    }
  old_top = top;
  order = sort_nodes (n_nodes, edges, n_edges, &places);
  for (guint i = 0; i < n_edges; i++)
    if (places[edges[i].from] < places[edges[i].to])
      forward[n_forward++] = edges[i];
  g_qsort_with_data (forward, (int)n_forward, sizeof *forward, compare_edges, places);
  columns = find_columns (n_nodes, forward, n_forward);
  parts = split_parts (nodes, n_nodes, forward, n_forward);
  vertex_of = g_new0 (guint, n_nodes);

  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = g_ptr_array_index (parts, i);

      if (part->nodes->len == 1)
        {
          lay_lone_boxes (parts, i, nodes, left, top, column_gap, row_gap);
          break;
        }
      top += lay_part (part, nodes, columns, vertex_of, left, top, column_gap, row_gap) + 2.0 * row_gap;
    }
  /* A long edge may run above the topmost box. */
  for (guint i = 0; i < n_nodes; i++)
    new_top = MIN (new_top, nodes[i].y);
  for (guint i = 0; i < n_nodes; i++)
    nodes[i].y += old_top - new_top;
}

guint
sx_canvas_layout_count_crossings (const SxLayoutNode *nodes, const SxLayoutEdge *edges, guint n_edges)
{
  guint n = 0;

  for (guint i = 0; i < n_edges; i++)
    for (guint j = i + 1; j < n_edges; j++)
      {
        const SxLayoutNode *a = &nodes[edges[i].from], *b = &nodes[edges[i].to];
        const SxLayoutNode *c = &nodes[edges[j].from], *d = &nodes[edges[j].to];
        double              from = a->y + a->height / 2.0 - c->y - c->height / 2.0;
        double              to = b->y + b->height / 2.0 - d->y - d->height / 2.0;

        if (a->x == c->x && b->x == d->x && from * to < 0.0)
          n++;
      }
  return n;
}
