/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-parquet-private.h"

G_BEGIN_DECLS

/* One column of one row group as the bytes of its chunk, and what the footer says of it. */
typedef struct
{
  SxCodec  codec; /* in */
  SxBuffer out;
  gsize    plain_size;  /* of all pages before compression, with their headers */
  gsize    data_offset; /* of the first data page in out; a dictionary stands before it */
  gboolean has_dictionary;
  guint64  n_values;   /* levels */
  guint64  n_missing;  /* rows */
  GBytes  *low, *high; /* (nullable): the smallest and the largest value, as stored */
} SxParquetChunkWriter;

/* @columns: the batches of the group, one below the other, all of one type. */
void sx_parquet_chunk_writer_run (SxParquetChunkWriter *self, SxColumn *const *columns, guint n_columns, gsize n_rows);
void sx_parquet_chunk_writer_clear (SxParquetChunkWriter *self);

G_END_DECLS
