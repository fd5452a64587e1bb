/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-reader-private.h"
#include "sx-text-input-private.h"

G_BEGIN_DECLS

#define SX_JSON_MAX_DEPTH 64
#define SX_JSON_MAX_COLUMNS 65536

/* What a cell was in the file. */
typedef enum
{
  SX_JSON_NULL,
  SX_JSON_INT,
  SX_JSON_FLOAT,
  SX_JSON_BOOL,
  SX_JSON_STRING,
  SX_JSON_LIST, /* of numbers and nulls; its text is JSON */
  SX_JSON_TEXT, /* any other list: kept as its JSON text */
} SxJsonKind;

/**
 * SxJsonColumn:
 *
 * The cells of one column as they stand in the file: bytes end to end, where each ends, and what it was.
 */
typedef struct
{
  char      *name;
  GString   *bytes;
  GArray    *ends;  /* of guint64 */
  GByteArray *kinds; /* of SxJsonKind */
  guint      seen;  /* bit a kind */
} SxJsonColumn;

SxJsonColumn *sx_json_column_new (const char *name);
void sx_json_column_free (SxJsonColumn *self);
/* The cell of @row; rows before it that have none become null. A second cell for the row replaces the first. */
void sx_json_column_set (SxJsonColumn *self, guint64 row, SxJsonKind kind, const char *text, gsize size);
const char *sx_json_column_get (const SxJsonColumn *self, guint64 row, SxJsonKind *kind, gsize *size);
/* Bytes of rows [first, first + n). */
guint64 sx_json_column_get_size (const SxJsonColumn *self, guint64 first, gsize n_rows);
SxType sx_json_column_guess_type (const SxJsonColumn *self, guint64 n_rows);
/* Rows [first, first + n) as @type. */
SxColumn *sx_json_column_build (const SxJsonColumn *self, SxColumnBuilder *builder, guint64 first, gsize n_rows, GError **error);

/**
 * SxJsonTable:
 *
 * What a JSON text holds as a table: an array of records or rows, one object of columns, an object with such an array
 * inside, or (@is_lines) one record after the other. Nested objects become columns “a.b”.
 */
typedef struct
{
  GPtrArray *columns; /* of SxJsonColumn */
  guint64    n_rows;
  gboolean   is_columns; /* it was an object of columns */
} SxJsonTable;

gboolean sx_json_table_read (SxJsonTable *self, SxReader *reader, SxTextInput *input, gboolean is_lines, GCancellable *cancellable, GError **error);
void sx_json_table_clear (SxJsonTable *self);

gboolean sx_json_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);
gboolean sx_json_write_lines (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);

G_END_DECLS
