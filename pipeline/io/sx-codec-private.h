/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "frame/sx-column-private.h"

G_BEGIN_DECLS

/* Block compression as Parquet and Arrow use it: a block whose size before and after stands beside it. */
typedef enum {
  SX_CODEC_NONE,
  SX_CODEC_SNAPPY,
  SX_CODEC_GZIP,
  SX_CODEC_LZO,
  SX_CODEC_BROTLI,
  SX_CODEC_LZ4, /* Hadoop's framing around raw blocks; also what old writers put there raw */
  SX_CODEC_ZSTD,
  SX_CODEC_LZ4_RAW,
  SX_CODEC_LZ4_FRAME,
} SxCodec;

/* Fails with SX_PIPELINE_ERROR_UNSUPPORTED, saying whether nobody can read it or this build cannot. @path: the file. */
gboolean sx_codec_check (SxCodec codec, const char *path, GError **error);
/* Whether @n_in bytes can become @n_out at all: memory is asked for after this only. */
gboolean sx_codec_is_plausible (SxCodec codec, guint64 n_in, guint64 n_out);
/* Exactly @n_out bytes, or FALSE. The codec was checked. */
gboolean sx_codec_decompress (SxCodec codec, const guint8 *in, gsize n_in, guint8 *out, gsize n_out) G_GNUC_WARN_UNUSED_RESULT;
/* Appends to @out. The codec was checked. */
void sx_codec_compress (SxCodec codec, const guint8 *in, gsize n_in, SxBuffer *out);

G_END_DECLS
