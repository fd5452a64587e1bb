/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Thrift's compact protocol (thrift-compact-protocol.md), as far as Parquet's metadata need it. */

#define SX_THRIFT_MAX_DEPTH 32

typedef enum {
  SX_THRIFT_STOP,
  SX_THRIFT_TRUE,
  SX_THRIFT_FALSE,
  SX_THRIFT_BYTE,
  SX_THRIFT_I16,
  SX_THRIFT_I32,
  SX_THRIFT_I64,
  SX_THRIFT_DOUBLE,
  SX_THRIFT_BINARY,
  SX_THRIFT_LIST,
  SX_THRIFT_SET,
  SX_THRIFT_MAP,
  SX_THRIFT_STRUCT,
} SxThriftType;

/**
 * SxThrift:
 *
 * Bytes that nobody vouches for. After the first thing that is wrong @is_bad is set, everything reads as zero and no struct has
 * further fields, so that every loop ends; a reader asks once at its end.
 */
typedef struct
{
  const guint8 *at, *end;
  guint         depth;
  gboolean      is_bad;
} SxThrift;

/* A struct is read as
 *   gint16 field = 0; SxThriftType type;
 *   while (sx_thrift_next (thrift, &field, &type)) switch (field) { case 1: …; default: sx_thrift_skip (thrift, type); } */
gboolean sx_thrift_next (SxThrift *self, gint16 *field, SxThriftType *type);
void     sx_thrift_skip (SxThrift *self, SxThriftType type);
gint64   sx_thrift_read_int (SxThrift *self, SxThriftType type);
gboolean sx_thrift_read_bool (SxThrift *self, SxThriftType type);
/* Borrowed; "" and 0 when it is none. */
const guint8 *sx_thrift_read_bytes (SxThrift *self, SxThriftType type, gsize *size);
char         *sx_thrift_dup_text (SxThrift *self, SxThriftType type);
/* The number of items of a list of @item, never more than there are bytes left. */
gsize sx_thrift_read_list (SxThrift *self, SxThriftType type, SxThriftType item);
/* Before and after the fields of a struct within another or in a list. FALSE when it is too deep or no struct. */
gboolean sx_thrift_enter (SxThrift *self, SxThriftType type);
void     sx_thrift_leave (SxThrift *self);

/* Writing: fields in rising order; @last is the field before in the same struct, 0 at its beginning. */
void sx_thrift_put_int (GByteArray *out, gint16 *last, gint16 field, SxThriftType type, gint64 value);
void sx_thrift_put_bool (GByteArray *out, gint16 *last, gint16 field, gboolean value);
void sx_thrift_put_bytes (GByteArray *out, gint16 *last, gint16 field, const void *data, gsize size);
void sx_thrift_put_list (GByteArray *out, gint16 *last, gint16 field, SxThriftType item, gsize n);
void sx_thrift_put_struct (GByteArray *out, gint16 *last, gint16 field); /* its fields follow, then sx_thrift_put_stop() */
void sx_thrift_put_stop (GByteArray *out);
/* Items of lists of numbers and of binaries. */
void sx_thrift_put_item (GByteArray *out, gint64 value);
void sx_thrift_put_item_bytes (GByteArray *out, const void *data, gsize size);

G_END_DECLS
