/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-schema.h"

G_BEGIN_DECLS

/**
 * SxColumn:
 *
 * One column of one batch, in Arrow memory layout. Immutable once built, reference-counted
 * atomically, readable from any thread. The struct is public so that kernels loop over raw
 * pointers; nobody outside pipeline/frame writes to it.
 *
 * Layout by type (buffers are 64-byte aligned, but borrowed ones only as their values need):
 *   int64, timestamp   values = gint64[n_rows]
 *   float64            values = double[n_rows]
 *   bool               values = bits, LSB first
 *   string, image      offsets = gint32[n_rows + 1], values = bytes (not zero-terminated)
 *   category           values = gint32 codes[n_rows], dictionary = a string column without missing
 *                      and without duplicates
 *   list               offsets = gint32[n_rows + 1], values = double[offsets[n_rows]]
 * Values at missing rows are defined (zero, empty) but mean nothing. A float64 NaN read from
 * data is stored as missing.
 */
typedef struct _SxColumn
{
  SxType            type;
  gsize             n_rows;
  gsize             n_missing;
  const guint8     *validity;   /* bit set = present; NULL when n_missing == 0 */
  const void       *values;
  const gint32     *offsets;    /* string, image, list; else NULL */
  struct _SxColumn *dictionary; /* category; else NULL */

  /*< private >*/
  gatomicrefcount   ref_count;
  GDestroyNotify    release;    /* frees @owner, which holds the buffers */
  void             *owner;
} SxColumn;

SxColumn *sx_column_ref (SxColumn *self);
void sx_column_unref (SxColumn *self);

static inline gboolean
sx_column_is_missing (const SxColumn *self, gsize row)
{
  return self->validity != NULL && ((self->validity[row >> 3] >> (row & 7)) & 1) == 0;
}

static inline gboolean
sx_column_get_bool (const SxColumn *self, gsize row)
{
  return (((const guint8 *) self->values)[row >> 3] >> (row & 7)) & 1;
}

static inline gint64
sx_column_get_int64 (const SxColumn *self, gsize row)
{
  return ((const gint64 *) self->values)[row];
}

static inline gint32
sx_column_get_code (const SxColumn *self, gsize row)
{
  return ((const gint32 *) self->values)[row];
}

/* The bytes of a string, image or category cell; borrowed, not zero-terminated. */
const char *sx_column_get_text (const SxColumn *self, gsize row, gsize *size);

/* Any numeric type (int64, float64, bool, timestamp) as double; NaN when missing. */
double sx_column_get_double (const SxColumn *self, gsize row);

/* All rows as double, NaN when missing; @out has room for n_rows. Numeric types only. */
void sx_column_to_doubles (const SxColumn *self, double *out);

/* The cell as a user reads it: ISO 8601 for timestamps, shortest round-trip for floats, “” for missing. */
char *sx_column_dup_cell (const SxColumn *self, gsize row);

/* The rows @rows[0..n_rows), in that order. */
SxColumn *sx_column_take (SxColumn *self, const guint32 *rows, gsize n_rows) G_GNUC_WARN_UNUSED_RESULT;

/**
 * sx_column_cast:
 *
 * The same values as another type. Strings are parsed (numbers, ISO 8601, true/false words);
 * numbers are printed; float to int demands whole values.
 * Fails with `SX_PIPELINE_ERROR_TYPE`, naming @name and the first row that does not fit
 * (counted from @first_row + 1).
 */
SxColumn *sx_column_cast (SxColumn *self, SxType type, const char *name, guint64 first_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * SxColumnBuilder:
 *
 * Grows one column row by row. Not thread-safe. Category builders intern their strings.
 */
typedef struct _SxColumnBuilder SxColumnBuilder;

SxColumnBuilder *sx_column_builder_new (SxType type) G_GNUC_WARN_UNUSED_RESULT;
void sx_column_builder_free (SxColumnBuilder *self);
SxType sx_column_builder_get_type (const SxColumnBuilder *self);
gsize sx_column_builder_get_n_rows (const SxColumnBuilder *self);
void sx_column_builder_append_missing (SxColumnBuilder *self);
void sx_column_builder_append_int64 (SxColumnBuilder *self, gint64 value);   /* int64, timestamp */
void sx_column_builder_append_double (SxColumnBuilder *self, double value);  /* float64; NaN = missing */
void sx_column_builder_append_bool (SxColumnBuilder *self, gboolean value);
void sx_column_builder_append_text (SxColumnBuilder *self, const char *text, gsize size); /* string, image, category */
void sx_column_builder_append_list (SxColumnBuilder *self, const double *values, gsize n_values);
/* Appends a cell of @column, which has the builder's type (category and string mix freely). */
void sx_column_builder_append_cell (SxColumnBuilder *self, const SxColumn *column, gsize row);
/* Gives the rows so far as a column and starts anew; a category dictionary is kept on for the next. */
SxColumn *sx_column_builder_finish (SxColumnBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxColumn, sx_column_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxColumnBuilder, sx_column_builder_free)

G_END_DECLS
