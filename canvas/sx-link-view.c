/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <math.h>

/* The shape of links. */

#define N_DISTANCE_STEPS 24

void
sx_link_view_invalidate (SxLinkView *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
}

void
sx_link_view_free (SxLinkView *self)
{
  sx_link_view_invalidate (self);
  g_free (self->id);
  g_free (self->from_block);
  g_free (self->from_port);
  g_free (self->to_block);
  g_free (self->to_port);
  g_free (self);
}

void
sx_link_route (const graphene_point_t *from, const graphene_point_t *to, double sign, graphene_point_t *points)
{
  double ahead = sign * (to->x - from->x), across = fabs (to->y - from->y);
  double reach;

  /* Half way for a link that leads ahead; one that leads back swings out further the further it goes. */
  if (ahead >= 0.0)
    reach = MAX (ahead * 0.5, MIN (across * 0.5, 48.0));
  else
    reach = MIN (48.0 - ahead * 0.4 + across * 0.1, 220.0);
  reach = MAX (reach, 24.0);
  points[0] = *from;
  points[1] = GRAPHENE_POINT_INIT ((float)(from->x + sign * reach), from->y);
  points[2] = GRAPHENE_POINT_INIT ((float)(to->x - sign * reach), to->y);
  points[3] = *to;
}

void
sx_link_get_point (const graphene_point_t *points, double t, graphene_point_t *point)
{
  double s = 1.0 - t;
  double a = s * s * s, b = 3.0 * s * s * t, c = 3.0 * s * t * t, d = t * t * t;

  graphene_point_init (point, (float)(a * points[0].x + b * points[1].x + c * points[2].x + d * points[3].x),
                       (float)(a * points[0].y + b * points[1].y + c * points[2].y + d * points[3].y));
}

/* The hull of the four points holds the curve; a few units for the stroke. */
void
sx_link_get_bounds (const graphene_point_t *points, graphene_rect_t *bounds)
{
  float x0 = points[0].x, y0 = points[0].y, x1 = x0, y1 = y0;

  for (guint i = 1; i < 4; i++)
    {
      x0 = MIN (x0, points[i].x);
      y0 = MIN (y0, points[i].y);
      x1 = MAX (x1, points[i].x);
      y1 = MAX (y1, points[i].y);
    }
  graphene_rect_init (bounds, x0 - 4, y0 - 4, x1 - x0 + 8, y1 - y0 + 8);
}

static double
get_segment_distance (const graphene_point_t *a, const graphene_point_t *b, double x, double y, double *part)
{
  double dx = b->x - a->x, dy = b->y - a->y;
  double square = dx * dx + dy * dy;
  double t = square > 0.0 ? ((x - a->x) * dx + (y - a->y) * dy) / square : 0.0;

  *part = CLAMP (t, 0.0, 1.0);
  return hypot (x - a->x - *part * dx, y - a->y - *part * dy);
}

double
sx_link_get_distance (const graphene_point_t *points, double x, double y, double *t)
{
  graphene_point_t last = points[0];
  double           nearest = G_MAXDOUBLE;

  for (guint i = 1; i <= N_DISTANCE_STEPS; i++)
    {
      graphene_point_t next;
      double           part, distance;

      sx_link_get_point (points, (double)i / N_DISTANCE_STEPS, &next);
      distance = get_segment_distance (&last, &next, x, y, &part);
      if (distance < nearest)
        {
          nearest = distance;
          if (t != NULL)
            *t = (i - 1 + part) / N_DISTANCE_STEPS;
        }
      last = next;
    }
  return nearest;
}

static double
get_side (const graphene_point_t *a, const graphene_point_t *b, const graphene_point_t *p)
{
  return ((double)b->x - a->x) * ((double)p->y - a->y) - ((double)b->y - a->y) * ((double)p->x - a->x);
}

gboolean
sx_link_touches_segment (const graphene_point_t *points, const graphene_point_t *a, const graphene_point_t *b)
{
  graphene_point_t last = points[0];

  for (guint i = 1; i <= N_DISTANCE_STEPS; i++)
    {
      graphene_point_t next;

      sx_link_get_point (points, (double)i / N_DISTANCE_STEPS, &next);
      if (get_side (a, b, &last) * get_side (a, b, &next) <= 0.0 && get_side (&last, &next, a) * get_side (&last, &next, b) <= 0.0)
        return TRUE;
      last = next;
    }
  return FALSE;
}
