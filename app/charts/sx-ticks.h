/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How an axis counts. */
typedef enum {
  SX_SCALE_LINEAR,
  SX_SCALE_COUNT,    /* linear, whole numbers only */
  SX_SCALE_LOG,      /* positive numbers, powers of ten */
  SX_SCALE_TIME,     /* seconds since 1970 in UTC, shown in local time */
  SX_SCALE_DURATION, /* seconds */
} SxScale;

typedef struct
{
  double value;
  char  *label; /* in the user's locale; empty: a mark without a text */
} SxTick;

/**
 * sx_ticks_new:
 * @n_max: how many there is room for; at least 2
 *
 * Round values within [@low, @high], both included, in rising order: at most @n_max with a label.
 *
 * Returns: (transfer full): an array of SxTick that frees its labels
 */
GArray *sx_ticks_new (SxScale scale, double low, double high, guint n_max) G_GNUC_WARN_UNUSED_RESULT;

/* @value as text in the user's locale, as exact as @resolution (a difference that can be told apart; 0: four digits). */
char *sx_scale_format (SxScale scale, double value, double resolution) G_GNUC_WARN_UNUSED_RESULT;

/* Widens [low, high] to round ends, so that curves do not touch the frame; a range without length gets one. */
void sx_scale_round_range (SxScale scale, double *low, double *high);

G_END_DECLS
