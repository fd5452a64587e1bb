/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SX_NUMBER_MAX_SIZE 40 /* the longest printed number and its zero */

/* The whole of @text as a number, correctly rounded: [+-]digits[.digits][e[+-]digits], or inf, infinity.
 * No blanks, no hexadecimal, no locale. FALSE and @value untouched for anything else, nan included. */
gboolean sx_number_parse (const char *text, gsize size, double *value);
/* [+-]digits within the range of gint64. */
gboolean sx_number_parse_int64 (const char *text, gsize size, gint64 *value);
/* true/false, yes/no, t/f, y/n in any case; not 0 and 1, which are numbers. */
gboolean sx_number_parse_bool (const char *text, gsize size, gboolean *value);

/* The fewest digits that read back as the same double, zero-terminated; returns the length. */
gsize sx_number_print (double value, char out[SX_NUMBER_MAX_SIZE]);
gsize sx_number_print_int64 (gint64 value, char out[SX_NUMBER_MAX_SIZE]);
/* “1,204,000”, for messages. */
char *sx_number_dup_grouped (guint64 value);

G_END_DECLS
