/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-column-private.h"
#include "sx-frame.h"

G_BEGIN_DECLS

/* Arrow arrays of whatever origin (the C Data Interface, IPC messages, decoded Parquet pages) on their way to our columns.
 *
 * A field says what an array is, a view where its buffers lie. sx_arrow_view_check() is told how long the buffers are and looks at lengths and
 * offsets once; from then on conversion trusts them. What depends on the values (dictionary codes, UTF-8, times out of range) is
 * checked while converting. Structs do not come out: a leaf is one column below them, “a.b”, with the path that leads there. */

#define SX_ARROW_MAX_DEPTH 16
#define SX_ARROW_MAX_FIELDS 65536
#define SX_ARROW_MAX_NAME 4096 /* bytes, with those of all structs above */
/* Text or list bytes of one column in one batch. */
#define SX_ARROW_MAX_TEXT ((gsize)1 << 28)

typedef enum {
  SX_ARROW_NULL,
  SX_ARROW_BOOL,
  SX_ARROW_INT,
  SX_ARROW_FLOAT,
  SX_ARROW_DECIMAL,
  SX_ARROW_DATE,
  SX_ARROW_TIME,
  SX_ARROW_TIMESTAMP,
  SX_ARROW_DURATION,
  SX_ARROW_UTF8,
  SX_ARROW_BINARY,
  SX_ARROW_FIXED_BINARY,
  SX_ARROW_LIST,
  SX_ARROW_FIXED_LIST,
  SX_ARROW_STRUCT,
  SX_ARROW_OTHER, /* known by name only */
} SxArrowKind;

typedef struct _SxArrowField SxArrowField;
struct _SxArrowField
{
  char       *name;
  SxArrowKind kind;
  char       *title;       /* what messages call the type: “int8”, “map” */
  guint       width;       /* bits of a value: int, float, decimal, date, time */
  gboolean    is_signed;   /* int */
  gboolean    is_large;    /* offsets of 64 bits: utf8, binary, list */
  gboolean    is_view;     /* utf8, binary: 16 bytes a cell, long ones elsewhere */
  gint64      per_second;  /* date, time, timestamp, duration: units */
  int         scale;       /* decimal */
  gsize       size;        /* fixed-size binary: bytes; fixed-size list: items */
  guint       index_width; /* bits of the indices into a dictionary of such values; 0 when there is none */
  gboolean    index_is_signed;
  gint64      dictionary_id; /* IPC */
  gboolean    is_skipped;    /* nothing of it is read: its buffers may be absent */
  GPtrArray  *children;      /* of SxArrowField */
};

SxArrowField *sx_arrow_field_new (const char *name, SxArrowKind kind) G_GNUC_WARN_UNUSED_RESULT;
void          sx_arrow_field_free (SxArrowField *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxArrowField, sx_arrow_field_free)
/* “int8”, “timestamp[ns]”, “dictionary of string”. (transfer full) */
char *sx_arrow_field_dup_title (const SxArrowField *self);
/* Our type for it; FALSE when there is none. Not for structs. */
gboolean sx_arrow_field_get_type (const SxArrowField *self, SxType *type);

/* What keeps borrowed buffers: something of the caller's, and buffers from g_aligned_alloc(). Counted atomically. */
typedef struct _SxArrowOwner SxArrowOwner;
SxArrowOwner                *sx_arrow_owner_new (gpointer data, GDestroyNotify free_data) G_GNUC_WARN_UNUSED_RESULT;
SxArrowOwner                *sx_arrow_owner_ref (SxArrowOwner *self);
void                         sx_arrow_owner_unref (SxArrowOwner *self);
void                         sx_arrow_owner_take (SxArrowOwner *self, void *buffer); /* not from several threads */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxArrowOwner, sx_arrow_owner_unref)

/* The values of a dictionary, brought to our rules: texts without repeats and gaps. */
typedef struct
{
  gatomicrefcount ref_count;
  SxColumn       *given;  /* as they came; a delta is appended to these */
  SxColumn       *values; /* without repeats and missing ones, if they are texts; else @given */
  gint32         *codes;  /* (nullable): of each given text its place in @values, -1 for a missing one */
} SxArrowDictionary;

SxArrowDictionary *sx_arrow_dictionary_new (SxColumn *given) G_GNUC_WARN_UNUSED_RESULT;
SxArrowDictionary *sx_arrow_dictionary_ref (SxArrowDictionary *self);
void               sx_arrow_dictionary_unref (SxArrowDictionary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxArrowDictionary, sx_arrow_dictionary_unref)

typedef struct
{
  const guint8 *data; /* may be NULL when there is nothing in it */
  gsize         size; /* G_MAXSIZE: not known, trusted */
} SxArrowBytes;

typedef struct _SxArrowView SxArrowView;
struct _SxArrowView
{
  gsize              n_rows;
  gsize              offset;    /* rows of the buffers before the first */
  gint64             n_missing; /* -1: not counted */
  guint              n_buffers;
  SxArrowBytes      *buffers; /* validity, then values or offsets and values, or views and theirs */
  guint              n_children;
  SxArrowView       *children;
  SxArrowDictionary *dictionary;
  gboolean           is_clean; /* missing cells hold zero, as ours do */
};

void sx_arrow_view_init (SxArrowView *self, guint n_buffers, guint n_children);
void sx_arrow_view_clear (SxArrowView *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SxArrowView, sx_arrow_view_clear)
/* Whether the buffers hold what the lengths say. @path: of the field, for messages. */
gboolean sx_arrow_view_check (const SxArrowView *self, const SxArrowField *field, const char *path, GError **error);

/* A column below the structs of a table. */
typedef struct
{
  char               *name; /* “a.b” */
  SxType              type;
  const SxArrowField *field;                    /* borrowed */
  guint               path[SX_ARROW_MAX_DEPTH]; /* which child at each step */
  guint               depth;
} SxArrowLeaf;

void sx_arrow_leaf_free (SxArrowLeaf *self);
/* The leaves below @root, a struct. @wanted: (nullable): names of those to take (a struct's own name takes all below it); others are not looked
 * at, so that they may be of any type. Fails with SX_PIPELINE_ERROR_UNSUPPORTED, naming path and type, or _SCHEMA for a name that is not there. */
GPtrArray *sx_arrow_list_leaves (const SxArrowField *root, const char *const *wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Marks every field below @root that no leaf needs. */
void sx_arrow_skip_others (SxArrowField *root, GPtrArray *leaves);

/* What converting met that a user should know. */
typedef enum {
  SX_ARROW_TOO_WIDE = 1 << 0, /* a uint64 above the range of int64: nothing was made; set the leaf's type to float64 and begin again */
  SX_ARROW_ROUNDED = 1 << 1,  /* nanoseconds were cut off */
  SX_ARROW_REPAIRED = 1 << 2, /* text was not UTF-8 */
} SxArrowRemarks;

/* A sentence for each remark, and for types that never come out as they were: (nullable) (transfer full). */
char *sx_arrow_leaf_dup_type_note (const SxArrowLeaf *self);
char *sx_arrow_leaf_dup_remark (const SxArrowLeaf *self, SxArrowRemarks remark);

/* Rows [first, first + n_rows) of the leaf. @first_row: of the table, for messages. @remarks: bits are added.
 * NULL without an error when SX_ARROW_TOO_WIDE was met. */
SxColumn *sx_arrow_leaf_convert (const SxArrowLeaf *self, const SxArrowView *root, gsize first, gsize n_rows, SxArrowOwner *owner, guint64 first_row, guint *remarks, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How many of the rows from @first fit into one batch, at most @max; 0 with an error when a cell is too large for any. */
gsize sx_arrow_leaf_fit (const SxArrowLeaf *self, const SxArrowView *root, gsize first, gsize max, GError **error);
/* All rows of @view as one column, for dictionaries. */
SxColumn *sx_arrow_convert (const SxArrowField *field, const SxArrowView *view, SxArrowOwner *owner, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean sx_utf8_is_valid (const char *text, gsize size); /* and without zeros */

G_END_DECLS
