/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-codec-private.h"
#include "sx-flatbuffer-private.h"
#include "sx-reader-private.h"

#include "frame/sx-arrow-private.h"

G_BEGIN_DECLS

/* Arrow's IPC messages: a FlatBuffer of metadata, then a body of buffers (https://arrow.apache.org/docs/format/Columnar.html). */

#define SX_ARROW_MAGIC "ARROW1"
#define SX_ARROW_MAGIC_SIZE 6
#define SX_ARROW_MAX_METADATA (256 << 20)

/* Values of the format. */
typedef enum {
  SX_ARROW_MESSAGE_NONE,
  SX_ARROW_MESSAGE_SCHEMA,
  SX_ARROW_MESSAGE_DICTIONARY,
  SX_ARROW_MESSAGE_BATCH,
} SxArrowMessageKind;

typedef enum {
  SX_ARROW_TYPE_NONE,
  SX_ARROW_TYPE_NULL,
  SX_ARROW_TYPE_INT,
  SX_ARROW_TYPE_FLOAT,
  SX_ARROW_TYPE_BINARY,
  SX_ARROW_TYPE_UTF8,
  SX_ARROW_TYPE_BOOL,
  SX_ARROW_TYPE_DECIMAL,
  SX_ARROW_TYPE_DATE,
  SX_ARROW_TYPE_TIME,
  SX_ARROW_TYPE_TIMESTAMP,
  SX_ARROW_TYPE_INTERVAL,
  SX_ARROW_TYPE_LIST,
  SX_ARROW_TYPE_STRUCT,
  SX_ARROW_TYPE_UNION,
  SX_ARROW_TYPE_FIXED_BINARY,
  SX_ARROW_TYPE_FIXED_LIST,
  SX_ARROW_TYPE_MAP,
  SX_ARROW_TYPE_DURATION,
  SX_ARROW_TYPE_LARGE_BINARY,
  SX_ARROW_TYPE_LARGE_UTF8,
  SX_ARROW_TYPE_LARGE_LIST,
  SX_ARROW_TYPE_RUN_ENDS,
  SX_ARROW_TYPE_BINARY_VIEW,
  SX_ARROW_TYPE_UTF8_VIEW,
  SX_ARROW_TYPE_LIST_VIEW,
  SX_ARROW_TYPE_LARGE_LIST_VIEW,
} SxArrowTypeId;

typedef struct
{
  SxFlat             flat;
  SxArrowMessageKind kind;
  gsize              header; /* the table of that kind */
  guint64            body_size;
  gint64             dictionary_id; /* of a dictionary */
  gboolean           is_delta;
} SxArrowMessage;

/* @place: the file, for messages. */
gboolean sx_arrow_message_parse (SxArrowMessage *self, const guint8 *data, gsize size, const char *place, GError **error);
/* The fields of a schema's table, as a struct. */
SxArrowField *sx_arrow_schema_parse (SxFlat *flat, gsize schema, const char *place, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The columns @root of a batch, over @body. @dictionaries: of SxArrowDictionary by dictionary_id (gint64). Decompressed buffers go to @owner. */
gboolean sx_arrow_batch_parse (SxArrowMessage *self, const SxArrowField *root, const guint8 *body, GHashTable *dictionaries, SxArrowOwner *owner, const char *place, SxArrowView *view, GError **error);

/* A Message that holds the schema of a frame, without the lengths before it. Categories have the dictionary of their place. */
GByteArray *sx_arrow_schema_to_message (SxSchema *schema) G_GNUC_WARN_UNUSED_RESULT;

gboolean sx_arrow_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);

/**
 * SxArrowColumns:
 *
 * What the readers of Arrow and Parquet share: which leaves are read and as what, under the options “columns” and “types”.
 */
typedef struct
{
  SxReader  *reader;  /* borrowed */
  GPtrArray *leaves;  /* of SxArrowLeaf */
  SxType    *types;   /* as which each leaves the reader */
  char     **names;   /* tidied */
  guint     *remarks; /* of each, those noted already */
  GVariant  *wanted;  /* (nullable): “columns” */
  GVariant  *fixed;   /* (nullable): “types” */
} SxArrowColumns;

gboolean  sx_arrow_columns_init (SxArrowColumns *self, SxReader *reader, SxArrowField *root, GVariant *options, GError **error);
void      sx_arrow_columns_clear (SxArrowColumns *self);
GVariant *sx_arrow_columns_dup_options (SxArrowColumns *self);
/* Column @i as it leaves the reader; NULL without an error when sx_arrow_columns_note() must begin anew. From any thread. */
SxColumn *sx_arrow_columns_convert (const SxArrowColumns *self, guint i, const SxArrowView *view, gsize first, gsize n_rows, SxArrowOwner *owner, guint64 first_row, guint *remarks, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Notes what is new. TRUE when the column became wider and the reader starts anew: the caller goes back to the first row. */
gboolean sx_arrow_columns_note (SxArrowColumns *self, guint i, guint remarks);
/* Whether a file of @size bytes may have so many cells: runs and nulls cost few bytes, but not none. */
gboolean sx_arrow_cells_are_plausible (guint64 n_rows, guint64 n_columns, guint64 size);

G_END_DECLS
