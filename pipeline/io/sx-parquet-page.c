/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The header of a page. Field numbers are those of parquet.thrift. */

#include "config.h"

#include "sx-parquet-private.h"
#include "sx-thrift-private.h"

static gsize
read_size (SxThrift *thrift, SxThriftType type)
{
  gint64 value = sx_thrift_read_int (thrift, type);

  thrift->is_bad |= value < 0 || value > G_MAXINT32;
  return thrift->is_bad ? 0 : (gsize)value;
}

/* Of a data page of version 1, or of a dictionary. */
static void
read_head (SxThrift *thrift, SxParquetPage *page)
{
  gint16       field = 0;
  SxThriftType type;

  while (sx_thrift_next (thrift, &field, &type))
    switch (field)
      {
      case 1:
        page->n_values = read_size (thrift, type);
        break;
      case 2:
        page->encoding = (SxParquetEncoding)sx_thrift_read_int (thrift, type);
        break;
      case 3:
        if (page->type == SX_PARQUET_PAGE_DATA)
          page->definition_encoding = (SxParquetEncoding)sx_thrift_read_int (thrift, type);
        else
          sx_thrift_skip (thrift, type);
        break;
      case 4:
        page->repetition_encoding = (SxParquetEncoding)sx_thrift_read_int (thrift, type);
        break;
      default:
        sx_thrift_skip (thrift, type);
      }
}

static void
read_head_v2 (SxThrift *thrift, SxParquetPage *page)
{
  gint16       field = 0;
  SxThriftType type;

  while (sx_thrift_next (thrift, &field, &type))
    switch (field)
      {
      case 1:
        page->n_values = read_size (thrift, type);
        break;
      case 4:
        page->encoding = (SxParquetEncoding)sx_thrift_read_int (thrift, type);
        break;
      case 5:
        page->definition_size = read_size (thrift, type);
        break;
      case 6:
        page->repetition_size = read_size (thrift, type);
        break;
      case 7:
        page->is_compressed = sx_thrift_read_bool (thrift, type);
        break;
      default:
        sx_thrift_skip (thrift, type);
      }
}

gboolean
sx_parquet_page_parse (SxParquetPage *self, const guint8 **at, const guint8 *end)
{
  SxThrift     thrift = { .at = *at, .end = end };
  gint16       field = 0;
  SxThriftType type;
  gint64       page_type = -1;

  *self = (SxParquetPage){ .is_compressed = TRUE, .definition_encoding = SX_PARQUET_RLE, .repetition_encoding = SX_PARQUET_RLE };
  while (sx_thrift_next (&thrift, &field, &type))
    switch (field)
      {
      case 1:
        page_type = sx_thrift_read_int (&thrift, type);
        self->type = (SxParquetPageType)page_type;
        break;
      case 2:
        self->size = read_size (&thrift, type);
        break;
      case 3:
        self->compressed_size = read_size (&thrift, type);
        break;
      case 5:
      case 7:
      case 8:
        if (sx_thrift_enter (&thrift, type))
          {
            if (field == 8)
              read_head_v2 (&thrift, self);
            else
              read_head (&thrift, self);
          }
        sx_thrift_leave (&thrift);
        break;
      default:
        sx_thrift_skip (&thrift, type);
      }
  *at = thrift.at;
  return !thrift.is_bad && page_type >= SX_PARQUET_PAGE_DATA && page_type <= SX_PARQUET_PAGE_DATA_V2 && self->compressed_size <= (gsize)(end - thrift.at);
}
