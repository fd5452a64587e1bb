/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-frame.h"

G_BEGIN_DECLS

/* The three structs of the Arrow C Data Interface, as its specification asks for them: the same in every program, never changed. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema
{
  const char          *format;
  const char          *name;
  const char          *metadata;
  gint64               flags;
  gint64               n_children;
  struct ArrowSchema **children;
  struct ArrowSchema  *dictionary;
  void (*release) (struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray
{
  gint64              length;
  gint64              null_count;
  gint64              offset;
  gint64              n_buffers;
  gint64              n_children;
  const void        **buffers;
  struct ArrowArray **children;
  struct ArrowArray  *dictionary;
  void (*release) (struct ArrowArray *);
  void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream
{
  int (*get_schema) (struct ArrowArrayStream *, struct ArrowSchema *);
  int (*get_next) (struct ArrowArrayStream *, struct ArrowArray *);
  const char *(*get_last_error) (struct ArrowArrayStream *);
  void (*release) (struct ArrowArrayStream *);
  void *private_data;
};
#endif

/* Out: the fields of a table as a struct, a batch as an array of that struct, a frame as a stream of them. Nothing is copied; what is
 * given out keeps its batch alive until the consumer calls release, from any thread. Timestamps are “tsu:UTC”, categories
 * dictionaries with int32 indices, images binary, lists “+l” of double. */
void sx_schema_export_arrow (SxSchema *self, struct ArrowSchema *schema);
void sx_batch_export_arrow (SxBatch *self, struct ArrowArray *array);
void sx_frame_export_arrow (SxFrame *self, struct ArrowArrayStream *stream);

/**
 * sx_frame_import_arrow:
 * @stream: (transfer full): of struct arrays; released in any case
 * @notes: (out) (optional): sentences on what could not be kept as it was (decimals as float64, nanoseconds); free with g_strfreev()
 *
 * Values that have our layout are not copied: the frame keeps the producer's arrays. Structs become columns “a.b”. Types that we have
 * nothing for (maps, unions, intervals, lists of anything but numbers) are refused with %SX_PIPELINE_ERROR_UNSUPPORTED, naming path and type.
 * The producer is of this process and trusted as far as the interface cannot be checked: its buffers are as long as its lengths say.
 */
SxFrame *sx_frame_import_arrow (struct ArrowArrayStream *stream, GStrv *notes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One struct array. Both arguments are released. */
SxFrame *sx_frame_import_arrow_array (struct ArrowSchema *schema, struct ArrowArray *array, GStrv *notes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
