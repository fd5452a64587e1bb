/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SxType:
 *
 * The storage type of a column. Each has exactly one memory layout, which is
 * Arrow's (see sx-column.h). The nick (“int64”, “category”, …) is what project
 * files and the command line say.
 */
typedef enum
{
  SX_TYPE_INT64,
  SX_TYPE_FLOAT64,
  SX_TYPE_BOOL,
  SX_TYPE_STRING,    /* UTF-8 */
  SX_TYPE_TIMESTAMP, /* microseconds since 1970-01-01T00:00:00 UTC */
  SX_TYPE_CATEGORY,  /* int32 codes into a dictionary of strings */
  SX_TYPE_IMAGE,     /* encoded bytes, or a path when the bytes start with no image signature */
  SX_TYPE_LIST,      /* of float64 */
} SxType;
#define SX_N_TYPES 8

const char *sx_type_get_nick (SxType type);            /* “int64” */
const char *sx_type_get_title (SxType type);           /* translated, “Whole number” */
gboolean sx_type_from_nick (const char *nick, SxType *type);
gboolean sx_type_is_numeric (SxType type);             /* int64, float64, bool, timestamp */

/**
 * SxField:
 * @name: column name, unique in its schema, never empty
 * @type: storage type
 * @origins: (nullable): names of the source columns whose values this column is
 *   computed from, sorted; `NULL` when it is a column as read. The compile step
 *   follows them to find features made from the target.
 */
typedef struct
{
  char   *name;
  SxType  type;
  char  **origins;
} SxField;

/**
 * SxSchema:
 *
 * The ordered fields of a table. Immutable and reference-counted; thread-safe.
 */
typedef struct _SxSchema SxSchema;

/**
 * sx_schema_new:
 * @fields: (array length=n_fields): copied
 * @error: return location
 *
 * Fails with `SX_PIPELINE_ERROR_SCHEMA` when a name is empty or stands twice.
 */
SxSchema *sx_schema_new (const SxField *fields, guint n_fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxSchema *sx_schema_ref (SxSchema *self);
void sx_schema_unref (SxSchema *self);
guint sx_schema_get_n_fields (const SxSchema *self);
const SxField *sx_schema_get_field (const SxSchema *self, guint field);
/* The index of the column called @name, or -1. O(1). */
int sx_schema_find (const SxSchema *self, const char *name);
gboolean sx_schema_equal (const SxSchema *a, const SxSchema *b); /* names and types, not origins */

/**
 * sx_schema_suggest:
 *
 * The field name most like @name (edit distance), for “did you mean”.
 * Returns: (nullable): borrowed; `NULL` when nothing is close
 */
const char *sx_schema_suggest (const SxSchema *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSchema, sx_schema_unref)

/**
 * SxPipelineError:
 * @SX_PIPELINE_ERROR_PARSE: malformed input; the message has file, line, column
 * @SX_PIPELINE_ERROR_TYPE: a value or column is not of the wanted type
 * @SX_PIPELINE_ERROR_SCHEMA: a column is missing, doubled or unnamed
 * @SX_PIPELINE_ERROR_PARAM: a block parameter is missing, unknown or out of range
 * @SX_PIPELINE_ERROR_LINK: a link is refused
 * @SX_PIPELINE_ERROR_VERSION: the document is of a newer format than this program
 * @SX_PIPELINE_ERROR_LIMIT: a named maximum was exceeded
 * @SX_PIPELINE_ERROR_SOURCE: a source is missing, changed or unreadable
 * @SX_PIPELINE_ERROR_UNSUPPORTED: this build cannot do it
 *
 * Errors of the world found by pipeline/. System errors keep `G_IO_ERROR` or
 * `G_FILE_ERROR`; the user's cancelling is `G_IO_ERROR_CANCELLED`.
 */
typedef enum
{
  SX_PIPELINE_ERROR_PARSE,
  SX_PIPELINE_ERROR_TYPE,
  SX_PIPELINE_ERROR_SCHEMA,
  SX_PIPELINE_ERROR_PARAM,
  SX_PIPELINE_ERROR_LINK,
  SX_PIPELINE_ERROR_VERSION,
  SX_PIPELINE_ERROR_LIMIT,
  SX_PIPELINE_ERROR_SOURCE,
  SX_PIPELINE_ERROR_UNSUPPORTED,
} SxPipelineError;

#define SX_PIPELINE_ERROR (sx_pipeline_error_quark ())
GQuark sx_pipeline_error_quark (void);

G_END_DECLS
