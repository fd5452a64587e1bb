/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#define _GNU_SOURCE /* memfd_create */

/* What the targets that read tables share: bytes as a file without a disk, and what must hold of whatever was read. */

#include <sx-pipeline.h>

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static inline void
fuzz_check_frame (SxFrame *frame)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  guint64   n_rows = 0;

  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);
      n_rows += sx_batch_get_n_rows (batch);
      for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
        {
          SxColumn *column = sx_batch_get_column (batch, i);
          g_assert (column->n_rows == sx_batch_get_n_rows (batch));
          g_assert (column->type == sx_schema_get_field (schema, i)->type);
          for (gsize row = 0; row < column->n_rows; row++)
            {
              g_autofree char *cell = sx_column_dup_cell (column, row);
              g_assert (cell != NULL && (column->type == SX_TYPE_IMAGE || g_utf8_validate (cell, -1, NULL)));
            }
        }
    }
  g_assert (n_rows == sx_frame_get_n_rows (frame));
}

/* Reads the bytes as a file of @format; what was guessed, given again, must read the same table. */
static inline void
fuzz_read (const void *data, gsize size, const char *format, GVariant *options)
{
  int              fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxReader) reader = NULL;
  g_autoptr (SxFrame) frame = NULL;

  g_assert (fd >= 0 && (size == 0 || write (fd, data, size) == (gssize)size));
  reader = sx_reader_open (path, format ? sx_format_find (format) : NULL, options, NULL, &error);
  if (reader != NULL)
    frame = sx_reader_read_all (reader, NULL, &error);
  g_assert ((frame == NULL) == (error != NULL));
  g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (frame != NULL)
    {
      g_autoptr (SxReader) second = sx_reader_open (path, sx_reader_get_format (reader), sx_reader_get_options (reader), NULL, &error);
      g_assert_no_error (error);
      g_autoptr (SxFrame) again = sx_reader_read_all (second, NULL, &error);
      g_assert_no_error (error);
      g_autoptr (SxProfile) profile = sx_profile_new (frame, NULL, &error);
      g_assert_no_error (error);
      fuzz_check_frame (frame);
      g_assert (sx_frame_equal (frame, again));
    }
  close (fd);
}
