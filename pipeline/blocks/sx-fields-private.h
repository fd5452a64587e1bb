/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-kinds-private.h"

G_BEGIN_DECLS

/**
 * SxFields:
 *
 * A schema under construction: fields with their origins. Used by every describe(). Origins that say no more than the
 * column's own name are stored as none, so that a column changed in place still counts as itself.
 */
typedef struct _SxFields SxFields;

SxFields *sx_fields_new (SxSchema *schema) G_GNUC_WARN_UNUSED_RESULT; /* @schema: (nullable): start with its fields */
void      sx_fields_free (SxFields *self);
int       sx_fields_find (const SxFields *self, const char *name);
/* @origins: (nullable): sorted or not, repeats allowed; copied. */
void sx_fields_add (SxFields *self, const char *name, SxType type, const char *const *origins);
/* The field called @name gets another type and origins, or is added at the end. */
void   sx_fields_put (SxFields *self, const char *name, SxType type, const char *const *origins);
SxType sx_fields_get_type (const SxFields *self, guint field);
/* Field @field gets another type, and further origins. */
void      sx_fields_widen (SxFields *self, guint field, SxType type, const char *const *origins);
SxSchema *sx_fields_end (const SxFields *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxFields, sx_fields_free)

/* The union of the origins of the columns @names of @schema (a column as read is its own origin); sorted. Unknown names are left out. */
GStrv sx_schema_dup_origins (SxSchema *schema, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;

/* Fails with SX_PIPELINE_ERROR_SCHEMA naming the parameter @param, @name and the nearest column; else its index. */
int sx_schema_find_for (SxSchema *schema, const char *param, const char *name, GError **error);
/* The indices of @names, all of which are there. */
guint *sx_schema_find_all (SxSchema *schema, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;
/* The columns that COLUMNS parameter @param means: those named, each checked against its spec's column types, or when none is named all that
 * fit, but never @except (nullable). */
GStrv sx_params_dup_columns (const SxParams *params, const char *param, SxSchema *schema, const char *except, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The index of the column that COLUMN parameter @param names, checked against its spec's types; -1 with an error. */
int sx_params_find_column (const SxParams *params, const char *param, SxSchema *schema, GError **error);
/* sx_params_dup_columns() where none named means none. */
GStrv sx_params_dup_named (const SxParams *params, const char *param, SxSchema *schema, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* describe and run of a verb that is nothing but its steps. */
SxSchema *sx_verb_describe_steps (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
SxFrame  *sx_verb_run_steps (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
/* describe and run that pass the first table through. */
SxSchema *sx_verb_describe_same (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
SxFrame  *sx_verb_run_same (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);

/* run of a verb that says which rows stay. */
SxFrame *sx_verb_run_rows (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
/* @rows as what `rows` gives. */
GArray *sx_rows_widen (const guint32 *rows, guint64 n_rows) G_GNUC_WARN_UNUSED_RESULT;

/* Adds a note to @context's notes, if it keeps any. */
void sx_block_context_note (const SxBlockContext *context, const char *column, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
