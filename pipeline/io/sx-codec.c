/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The block codecs of Parquet and Arrow. Each is a library that a build may lack. */

#include "config.h"

#include "sx-codec-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#if SX_HAVE_SNAPPY
#include <snappy-c.h>
#endif
#if SX_HAVE_ZLIB
#include <zlib.h>
#endif
#if SX_HAVE_LZ4
#include <lz4.h>
#include <lz4frame.h>
#endif
#if SX_HAVE_ZSTD
#include <zstd.h>
#endif

static const struct
{
  const char *title;
  gboolean    is_known; /* to some build */
  gboolean    is_built;
  guint       ratio; /* bytes that one byte can become, at most */
} codecs[] = {
  [SX_CODEC_NONE] = { "none", TRUE, TRUE, 1 },
  [SX_CODEC_SNAPPY] = { "Snappy", TRUE, SX_HAVE_SNAPPY, 64 },
  [SX_CODEC_GZIP] = { "gzip", TRUE, SX_HAVE_ZLIB, 1040 },
  [SX_CODEC_LZO] = { "LZO", FALSE, FALSE, 0 },
  [SX_CODEC_BROTLI] = { "Brotli", FALSE, FALSE, 0 },
  [SX_CODEC_LZ4] = { "LZ4", TRUE, SX_HAVE_LZ4, 256 },
  [SX_CODEC_ZSTD] = { "Zstandard", TRUE, SX_HAVE_ZSTD, 32768 }, /* blocks of 128 KiB in four bytes */
  [SX_CODEC_LZ4_RAW] = { "LZ4", TRUE, SX_HAVE_LZ4, 256 },
  [SX_CODEC_LZ4_FRAME] = { "LZ4", TRUE, SX_HAVE_LZ4, 256 },
};

gboolean
sx_codec_check (SxCodec codec, const char *path, GError **error)
{
  g_return_val_if_fail ((guint)codec < G_N_ELEMENTS (codecs), FALSE);
  if (codecs[codec].is_built)
    return TRUE;
  if (codecs[codec].is_known)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” is compressed with %s, for which this build has no library. Choose another compression, or a build that has it."), path, codecs[codec].title);
  else
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” is compressed with %s, which is not read. Write it with Snappy or Zstandard."), path, codecs[codec].title);
  return FALSE;
}

gboolean
sx_codec_is_plausible (SxCodec codec, guint64 n_in, guint64 n_out)
{
  return n_out <= G_MAXINT32 && n_in <= G_MAXINT32 && n_out <= n_in * codecs[codec].ratio + 65536;
}

#if SX_HAVE_ZLIB
/* gzip, of one member or several; zlib's own header too, as some wrote it. */
static gboolean
inflate_all (const guint8 *in, gsize n_in, guint8 *out, gsize n_out)
{
  z_stream stream = { .next_in = (Bytef *)in, .avail_in = (uInt)n_in, .next_out = out, .avail_out = (uInt)n_out };
  int      code = Z_OK;

  if (inflateInit2 (&stream, 15 + 32) != Z_OK)
    return FALSE;
  while (code == Z_OK)
    {
      code = inflate (&stream, Z_FINISH);
      if (code == Z_STREAM_END && stream.avail_in > 0 && stream.avail_out > 0)
        code = inflateReset (&stream);
      else
        break;
    }
  inflateEnd (&stream);
  return code == Z_STREAM_END && stream.avail_out == 0;
}

static void
deflate_all (const guint8 *in, gsize n_in, SxBuffer *out)
{
  z_stream stream = { .next_in = (Bytef *)in, .avail_in = (uInt)n_in };
  gsize    bound;
  int      code;

  if (deflateInit2 (&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib cannot begin");
  bound = deflateBound (&stream, (uLong)n_in);
  sx_buffer_reserve (out, out->size + bound);
  stream.next_out = out->data + out->size;
  stream.avail_out = (uInt)bound;
  code = deflate (&stream, Z_FINISH);
  g_assert (code == Z_STREAM_END);
  out->size += stream.total_out;
  deflateEnd (&stream);
}
#endif

#if SX_HAVE_LZ4
static gboolean
read_lz4_block (const guint8 *in, gsize n_in, guint8 *out, gsize n_out)
{
  return LZ4_decompress_safe ((const char *)in, (char *)out, (int)n_in, (int)n_out) == (int)n_out;
}

/* Hadoop: blocks, each after its size and its compressed size, big-endian. */
static gboolean
read_lz4_hadoop (const guint8 *in, gsize n_in, guint8 *out, gsize n_out)
{
  while (n_in >= 8)
    {
      guint32 sizes[2];

      memcpy (sizes, in, 8);
      sizes[0] = GUINT32_FROM_BE (sizes[0]);
      sizes[1] = GUINT32_FROM_BE (sizes[1]);
      if (sizes[1] > n_in - 8 || sizes[0] > n_out || !read_lz4_block (in + 8, sizes[1], out, sizes[0]))
        return FALSE;
      in += 8 + sizes[1];
      n_in -= 8 + sizes[1];
      out += sizes[0];
      n_out -= sizes[0];
    }
  return n_in == 0 && n_out == 0;
}

static gboolean
read_lz4_frame (const guint8 *in, gsize n_in, guint8 *out, gsize n_out)
{
  LZ4F_dctx *context = NULL;
  gsize      n_left = 1;

  if (LZ4F_isError (LZ4F_createDecompressionContext (&context, LZ4F_VERSION)))
    return FALSE;
  while (n_in > 0 && n_left != 0)
    {
      gsize used = n_in, made = n_out;

      n_left = LZ4F_decompress (context, out, &made, in, &used, NULL);
      if (LZ4F_isError (n_left) || (used == 0 && made == 0))
        break;
      in += used;
      n_in -= used;
      out += made;
      n_out -= made;
    }
  LZ4F_freeDecompressionContext (context);
  return n_left == 0 && n_out == 0;
}
#endif

gboolean
sx_codec_decompress (SxCodec codec, const guint8 *in, gsize n_in, guint8 *out, gsize n_out)
{
  g_assert (codecs[codec].is_built);
  switch ((int)codec)
    {
    case SX_CODEC_NONE:
      if (n_in == n_out && n_in > 0)
        memcpy (out, in, n_in);
      return n_in == n_out;
#if SX_HAVE_SNAPPY
      case SX_CODEC_SNAPPY: {
        gsize n_inside = 0;

        return snappy_uncompressed_length ((const char *)in, n_in, &n_inside) == SNAPPY_OK && n_inside == n_out &&
               snappy_uncompress ((const char *)in, n_in, (char *)out, &n_out) == SNAPPY_OK;
      }
#endif
#if SX_HAVE_ZLIB
    case SX_CODEC_GZIP:
      return inflate_all (in, n_in, out, n_out);
#endif
#if SX_HAVE_LZ4
    case SX_CODEC_LZ4:
      return read_lz4_hadoop (in, n_in, out, n_out) || read_lz4_block (in, n_in, out, n_out);
    case SX_CODEC_LZ4_RAW:
      return read_lz4_block (in, n_in, out, n_out);
    case SX_CODEC_LZ4_FRAME:
      return read_lz4_frame (in, n_in, out, n_out);
#endif
#if SX_HAVE_ZSTD
    case SX_CODEC_ZSTD:
      return ZSTD_decompress (out, n_out, in, n_in) == n_out;
#endif
    default:
      g_assert_not_reached ();
    }
}

void
sx_codec_compress (SxCodec codec, const guint8 *in, gsize n_in, SxBuffer *out)
{
  gsize bound = n_in;

  g_assert (codecs[codec].is_built);
  switch ((int)codec)
    {
    case SX_CODEC_NONE:
      sx_buffer_reserve (out, out->size + n_in);
      if (n_in > 0)
        memcpy (out->data + out->size, in, n_in);
      break;
#if SX_HAVE_SNAPPY
    case SX_CODEC_SNAPPY:
      bound = snappy_max_compressed_length (n_in);
      sx_buffer_reserve (out, out->size + bound);
      if (snappy_compress ((const char *)in, n_in, (char *)out->data + out->size, &bound) != SNAPPY_OK)
        g_assert_not_reached ();
      break;
#endif
#if SX_HAVE_ZLIB
    case SX_CODEC_GZIP:
      deflate_all (in, n_in, out);
      return;
#endif
#if SX_HAVE_LZ4
    case SX_CODEC_LZ4_RAW:
      bound = (gsize)LZ4_compressBound ((int)n_in);
      sx_buffer_reserve (out, out->size + bound);
      bound = (gsize)LZ4_compress_default ((const char *)in, (char *)out->data + out->size, (int)n_in, (int)bound);
      break;
    case SX_CODEC_LZ4_FRAME:
      bound = LZ4F_compressFrameBound (n_in, NULL);
      sx_buffer_reserve (out, out->size + bound);
      bound = LZ4F_compressFrame (out->data + out->size, bound, in, n_in, NULL);
      g_assert (!LZ4F_isError (bound));
      break;
#endif
#if SX_HAVE_ZSTD
    case SX_CODEC_ZSTD:
      bound = ZSTD_compressBound (n_in);
      sx_buffer_reserve (out, out->size + bound);
      bound = ZSTD_compress (out->data + out->size, bound, in, n_in, 1);
      g_assert (!ZSTD_isError (bound));
      break;
#endif
    default:
      g_assert_not_reached ();
    }
  out->size += bound;
}
