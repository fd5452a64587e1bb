/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SX_TIMESTAMP_MAX_SIZE 40 /* the longest printed time and its zero */

/* Days from 1970-01-01 of a date of the proleptic Gregorian calendar, and back. @month and @day from 1. */
gint64 sx_days_from_date (gint64 year, guint month, guint day);
void   sx_date_from_days (gint64 days, gint64 *year, guint *month, guint *day);

/* The whole of @text as ISO 8601: 2024-02-29, 2024-02-29T13:05[:09[.123456]][Z|+02:00|+0200], a blank for the T, and / for - in
 * dates. Without a zone the time is taken as UTC. Microseconds since 1970. FALSE and @value untouched for anything else. */
gboolean sx_timestamp_parse (const char *text, gsize size, gint64 *value);

/* 2024-02-29 at midnight, else 2024-02-29T13:05:09[.123456]; returns the length. */
gsize sx_timestamp_print (gint64 value, char out[SX_TIMESTAMP_MAX_SIZE]);

G_END_DECLS
