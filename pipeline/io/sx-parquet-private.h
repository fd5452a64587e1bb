/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-arrow-ipc-private.h"
#include "sx-codec-private.h"
#include "sx-reader-private.h"

#include "frame/sx-arrow-private.h"

G_BEGIN_DECLS

/* Parquet (https://parquet.apache.org/docs/file-format/). A file is row groups of column chunks of pages, and a footer that says where
 * they are. Pages are decoded into Arrow arrays, which go the way of all Arrow arrays from there (sx-arrow-private.h). */

#define SX_PARQUET_MAGIC "PAR1"
#define SX_PARQUET_MAX_TEXT ((gsize)1 << 29) /* of one column in one batch */

/* Values of the format. */
typedef enum {
  SX_PARQUET_BOOLEAN,
  SX_PARQUET_INT32,
  SX_PARQUET_INT64,
  SX_PARQUET_INT96,
  SX_PARQUET_FLOAT,
  SX_PARQUET_DOUBLE,
  SX_PARQUET_BYTES,
  SX_PARQUET_FIXED,
  SX_PARQUET_GROUP = -1, /* ours */
} SxParquetPhysical;

typedef enum {
  SX_PARQUET_REQUIRED,
  SX_PARQUET_OPTIONAL,
  SX_PARQUET_REPEATED,
} SxParquetRepetition;

typedef enum {
  SX_PARQUET_PLAIN = 0,
  SX_PARQUET_PLAIN_DICTIONARY = 2,
  SX_PARQUET_RLE = 3,
  SX_PARQUET_BIT_PACKED = 4,
  SX_PARQUET_DELTA_BINARY = 5,
  SX_PARQUET_DELTA_LENGTH = 6,
  SX_PARQUET_DELTA_BYTES = 7,
  SX_PARQUET_RLE_DICTIONARY = 8,
  SX_PARQUET_STREAM_SPLIT = 9,
} SxParquetEncoding;

/* What a value means; of both ways to say it in the schema. */
typedef enum {
  SX_PARQUET_AS_STORED,
  SX_PARQUET_TEXT, /* string, enum, JSON */
  SX_PARQUET_MAP,
  SX_PARQUET_LIST,
  SX_PARQUET_DECIMAL,
  SX_PARQUET_DATE,
  SX_PARQUET_TIME,
  SX_PARQUET_TIMESTAMP,
  SX_PARQUET_INTEGER,
  SX_PARQUET_NOTHING, /* all null */
  SX_PARQUET_UUID,
  SX_PARQUET_HALF,
  SX_PARQUET_INTERVAL,
  SX_PARQUET_STRANGE, /* of a later version of the format */
} SxParquetMeaning;

/* An element of the schema, in the order of the file: depth first. */
typedef struct
{
  char               *name;
  SxParquetPhysical   physical; /* SX_PARQUET_GROUP: has children */
  gsize               size;     /* bytes of SX_PARQUET_FIXED */
  SxParquetRepetition repetition;
  guint               n_children;
  SxParquetMeaning    meaning;
  gint64              per_second; /* time, timestamp */
  int                 scale;      /* decimal */
  gboolean            is_unsigned;
} SxParquetElement;

/* What must be done to stored values before they are an Arrow array. */
typedef enum {
  SX_PARQUET_KEEP,
  SX_PARQUET_JULIAN,     /* INT96 */
  SX_PARQUET_BIG_ENDIAN, /* decimals of bytes */
  SX_PARQUET_HYPHENS,    /* UUIDs as text */
} SxParquetStep;

/* A column of the file that is read. */
typedef struct
{
  guint               column; /* the place of its chunk in every row group */
  SxParquetPhysical   physical;
  gsize               size; /* bytes of a stored value; 0: they differ */
  guint               max_definition, max_repetition;
  guint               list_definition; /* from which on a list has an item */
  SxParquetStep       step;
  const SxArrowField *field; /* of the column; its child is the item of a list */
} SxParquetLeaf;

typedef struct
{
  guint64 start; /* of the first page */
  gint64  codec;
  guint64 n_values;
  guint64 size;            /* uncompressed */
  guint64 compressed_size; /* of all pages, with their headers */
} SxParquetChunk;

typedef struct
{
  GArray       *elements; /* of SxParquetElement; the root first */
  guint         n_columns;
  GArray       *group_rows; /* of guint64: rows of each row group */
  GArray       *chunks;     /* of SxParquetChunk: n_columns for each row group */
  SxArrowField *arrow;      /* (nullable): the schema that Arrow's writers add */
} SxParquetFooter;

/* @data: the whole file. */
gboolean sx_parquet_footer_parse (SxParquetFooter *self, const guint8 *data, gsize size, const char *place, GError **error);
void     sx_parquet_footer_clear (SxParquetFooter *self);
/* A struct of one field a column (structs are flattened into their names), and of each its SxParquetLeaf, NULL for those that are not read. */
SxArrowField *sx_parquet_footer_list_leaves (const SxParquetFooter *self, GPtrArray *leaves, const char *place, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- bits ---- */

/* Runs of one value and stretches of packed ones, in turns (“RLE/bit-packing hybrid”). */
typedef struct
{
  const guint8 *at, *end;
  guint         width; /* bits, at most 32 */
  guint64       n_same;
  guint32       value;
  guint64       n_packed;
  guint         bit;    /* of the packed stretch, from at */
  gboolean      is_old; /* the deprecated BIT_PACKED: one stretch, most significant bit first */
} SxParquetRuns;

void sx_parquet_runs_init (SxParquetRuns *self, const guint8 *at, const guint8 *end, guint width);
/* FALSE when there are fewer than @n. */
gboolean sx_parquet_runs_read (SxParquetRuns *self, guint32 *out, gsize n) G_GNUC_WARN_UNUSED_RESULT;
gboolean sx_parquet_runs_read_bytes (SxParquetRuns *self, guint8 *out, gsize n) G_GNUC_WARN_UNUSED_RESULT;
/* DELTA_BINARY_PACKED: at most @max values, which the caller frees; @at moves behind them. NULL when they are damaged. */
gint64 *sx_parquet_read_deltas (const guint8 **at, const guint8 *end, gsize max, gsize *n) G_GNUC_WARN_UNUSED_RESULT;

/* ---- pages ---- */

typedef enum {
  SX_PARQUET_PAGE_DATA,
  SX_PARQUET_PAGE_INDEX,
  SX_PARQUET_PAGE_DICTIONARY,
  SX_PARQUET_PAGE_DATA_V2,
} SxParquetPageType;

typedef struct
{
  SxParquetPageType type;
  gsize             size, compressed_size;
  gsize             n_values;
  SxParquetEncoding encoding, definition_encoding, repetition_encoding;
  gsize             definition_size, repetition_size; /* version 2 */
  gboolean          is_compressed;
} SxParquetPage;

/* @at moves behind the header. */
gboolean sx_parquet_page_parse (SxParquetPage *self, const guint8 **at, const guint8 *end);

/* ---- values ---- */

/* Where the values of the page at hand come from. */
typedef enum {
  SX_PARQUET_FROM_BYTES,    /* plain */
  SX_PARQUET_FROM_INDICES,  /* the dictionary */
  SX_PARQUET_FROM_NUMBERS,  /* delta: decoded as a whole */
  SX_PARQUET_FROM_LENGTHS,  /* delta lengths, then bytes */
  SX_PARQUET_FROM_PREFIXES, /* delta prefixes, lengths, then bytes */
  SX_PARQUET_FROM_RUNS,     /* booleans as runs */
  SX_PARQUET_FROM_BITS,     /* plain booleans */
} SxParquetSource;

typedef struct
{
  const SxParquetLeaf *leaf;
  /* Owned */
  guint8     *dictionary;      /* values end to end */
  guint32    *dictionary_ends; /* of bytes */
  gsize       n_dictionary;
  GHashTable *places;  /* (nullable) of GBytes: where in the dictionary a text is */
  gint64     *numbers; /* values, or lengths of suffixes */
  gint64     *prefixes;
  SxBuffer    before; /* the value before, for prefixes */
  SxBuffer    split;  /* values that a page had in streams */
  /* The page at hand */
  SxParquetSource source;
  const guint8   *at, *end;
  SxParquetRuns   runs;
  gsize           n_numbers, number; /* and the next of them */
  guint           bit;
  gboolean        is_too_large; /* why reading failed: more than SX_PARQUET_MAX_TEXT */
} SxParquetValues;

void sx_parquet_values_clear (SxParquetValues *self);
/* FALSE, and *@what, when the page is not what it says. */
gboolean sx_parquet_values_set_dictionary (SxParquetValues *self, const guint8 *data, gsize size, gsize n);
gboolean sx_parquet_values_begin (SxParquetValues *self, SxParquetEncoding encoding, const guint8 *data, gsize size, gsize n_values, gboolean *is_known);
/* Appends @n values of fixed size to @out (booleans as bytes); FALSE when there are fewer. */
gboolean sx_parquet_values_read (SxParquetValues *self, gsize n, SxBuffer *out) G_GNUC_WARN_UNUSED_RESULT;
/* The same for bytes, end to end, and the length of each. @indices: room for @n. */
gboolean sx_parquet_values_read_bytes (SxParquetValues *self, gsize n, SxBuffer *out, guint32 *lengths, guint32 *indices) G_GNUC_WARN_UNUSED_RESULT;
/* The places of @n texts in the dictionary, as guint32; texts that a page has plain are added to it. */
gboolean sx_parquet_values_read_codes (SxParquetValues *self, gsize n, SxBuffer *out) G_GNUC_WARN_UNUSED_RESULT;

/* ---- chunks ---- */

typedef struct _SxParquetColumn SxParquetColumn;

/* The chunk @chunk, somewhere in @data. */
SxParquetColumn *sx_parquet_column_new (const SxParquetLeaf *leaf, const SxParquetChunk *chunk, const guint8 *data, gsize size, const char *place) G_GNUC_WARN_UNUSED_RESULT;
void             sx_parquet_column_free (SxParquetColumn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxParquetColumn, sx_parquet_column_free)
/* The next @n_rows rows as an Arrow array, whose buffers @owner gets. */
gboolean sx_parquet_column_read (SxParquetColumn *self, gsize n_rows, SxArrowView *view, SxArrowOwner *owner, GError **error);

gboolean sx_parquet_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);

G_END_DECLS
