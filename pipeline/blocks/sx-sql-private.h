/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* Tables in an SQLite database of their own, in memory, and one query over them that can do nothing but read. */
typedef struct _SxSql SxSql;

/* @names: one a frame. Lists and images are left out. Fails when cancelled. */
SxSql *sx_sql_new (SxFrame *const *frames, const char *const *names, guint n_frames, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Tables of one row with a plain value of each column's type, for a query whose columns are asked for only. */
SxSql *sx_sql_new_sample (SxSchema *const *schemas, const char *const *names, guint n_schemas, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void   sx_sql_free (SxSql *self);

/* The columns that @query gives, as far as they can be told without its rows: those that are columns of a table have its type and origins, others the type that the
 * sample gives. */
SxSchema *sx_sql_describe (SxSql *self, const char *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Its rows; a computed column has the least type that holds all its cells. */
SxFrame *sx_sql_run (SxSql *self, const char *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxSql, sx_sql_free)

G_END_DECLS
