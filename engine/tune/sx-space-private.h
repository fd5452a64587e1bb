/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "tune/sx-space.h"

G_BEGIN_DECLS

#define SX_SPACE_MAX_PARAMETERS 256
#define SX_SPACE_MAX_CHOICES 4096

struct _SxSpace
{
  gatomicrefcount ref_count;
  GPtrArray      *parameters; /* of SxParameter */
  /* By sx_space_finish(): */
  int    *parents;  /* the parameter that each one's condition names, -1: none */
  double *fallback; /* the defaults in the cube */
};

void         sx_parameter_free (SxParameter *self);
SxParameter *sx_parameter_copy (const SxParameter *self);
SxSpace     *sx_space_new_empty (void);
/* Once all parameters are in it. */
void sx_space_finish (SxSpace *self);

/* Whether two values are the same choice: equal as text or flag, or equal as numbers whatever their types. */
gboolean sx_value_equal (GVariant *a, GVariant *b);
gboolean sx_value_get_number (GVariant *value, double *number);
char    *sx_value_dup_text (GVariant *value);
/* @value as @parameter holds it (a float as d, an int as x, a choice as written), or NULL with an error. */
GVariant *sx_parameter_accept (const SxParameter *parameter, GVariant *value, GError **error);
/* Whether parameter @index is alive in @point, whose earlier parameters are all decided. */
gboolean sx_space_is_alive (const SxSpace *self, guint index, GVariantDict *point);

/**
 * The unit cube: parameter j is coordinate j. Numbers run from 0 to 1 end to end (in log space if is_log); a step's or an int's first and
 * last value get a whole cell, by widening the range half a step at each end. Ordinals: (i + ½) / n. Categories: the index itself, compared
 * by equality only. Coordinate n + j is 1 when parameter j is dead, else 0; a dead parameter stands at its default, so that points which
 * differ in it alone are one point and the distance between rows stays Euclidean.
 */
void sx_space_encode (const SxSpace *self, GVariant *point, double *unit);
/* Snaps @unit to the nearest point of the space, in place, and returns that point (floating). */
GVariant *sx_space_decode (const SxSpace *self, double *unit);
/* The same without the point, and quicker. */
void sx_space_snap (const SxSpace *self, double *unit);
/* Number of distinct values of parameter @index; 0 for a continuum. */
guint64 sx_parameter_get_n_values (const SxParameter *parameter);
/* The coordinate of value @i of a parameter that has several. */
double sx_parameter_get_unit (const SxParameter *parameter, guint64 i);
/* Number of points; 0 when not finite or above 2^31. */
guint64 sx_space_get_n_points (const SxSpace *self);

G_END_DECLS
