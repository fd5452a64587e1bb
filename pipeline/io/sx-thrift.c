/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-thrift-private.h"

#include <string.h>

static guint8
read_byte (SxThrift *self)
{
  if (self->is_bad || self->at == self->end)
    {
      self->is_bad = TRUE;
      return 0;
    }
  return *self->at++;
}

static guint64
read_varint (SxThrift *self)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 70; shift += 7)
    {
      guint8 byte = read_byte (self);

      if (shift < 64)
        value |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
  self->is_bad = TRUE;
  return 0;
}

static gint64
read_zigzag (SxThrift *self)
{
  guint64 value = read_varint (self);

  return (gint64)(value >> 1) ^ -(gint64)(value & 1);
}

gboolean
sx_thrift_next (SxThrift *self, gint16 *field, SxThriftType *type)
{
  guint8 head = read_byte (self);

  *type = (SxThriftType)(head & 15);
  if (self->is_bad || head == 0)
    return FALSE;
  if (head >> 4 != 0)
    *field = (gint16)(*field + (head >> 4));
  else
    *field = (gint16)read_zigzag (self);
  self->is_bad |= *type == SX_THRIFT_STOP || *type > SX_THRIFT_STRUCT;
  return !self->is_bad;
}

gint64
sx_thrift_read_int (SxThrift *self, SxThriftType type)
{
  if (type == SX_THRIFT_BYTE)
    return (gint8)read_byte (self);
  if (type == SX_THRIFT_I16 || type == SX_THRIFT_I32 || type == SX_THRIFT_I64)
    return read_zigzag (self);
  self->is_bad = TRUE;
  return 0;
}

gboolean
sx_thrift_read_bool (SxThrift *self, SxThriftType type)
{
  self->is_bad |= type != SX_THRIFT_TRUE && type != SX_THRIFT_FALSE;
  return type == SX_THRIFT_TRUE;
}

const guint8 *
sx_thrift_read_bytes (SxThrift *self, SxThriftType type, gsize *size)
{
  guint64 n = type == SX_THRIFT_BINARY ? read_varint (self) : 0;

  *size = 0;
  if (self->is_bad || type != SX_THRIFT_BINARY || n > (guint64)(self->end - self->at))
    {
      self->is_bad = TRUE;
      return (const guint8 *)"";
    }
  *size = (gsize)n;
  self->at += n;
  return self->at - n;
}

char *
sx_thrift_dup_text (SxThrift *self, SxThriftType type)
{
  gsize         size;
  const guint8 *bytes = sx_thrift_read_bytes (self, type, &size);

  return g_utf8_make_valid ((const char *)bytes, (gssize)size);
}

/* The head of any list or set. */
static gsize
read_head (SxThrift *self, SxThriftType *item)
{
  guint8  head = read_byte (self);
  guint64 n = head >> 4;

  *item = (SxThriftType)(head & 15);
  if (n == 15)
    n = read_varint (self);
  if (self->is_bad || n > (guint64)(self->end - self->at))
    {
      self->is_bad = TRUE;
      return 0;
    }
  return (gsize)n;
}

gsize
sx_thrift_read_list (SxThrift *self, SxThriftType type, SxThriftType item)
{
  SxThriftType found = SX_THRIFT_STOP;
  gsize        n = type == SX_THRIFT_LIST ? read_head (self, &found) : 0;

  if (type != SX_THRIFT_LIST || (n > 0 && found != item))
    self->is_bad = TRUE;
  return self->is_bad ? 0 : n;
}

gboolean
sx_thrift_enter (SxThrift *self, SxThriftType type)
{
  if (type != SX_THRIFT_STRUCT || ++self->depth > SX_THRIFT_MAX_DEPTH)
    self->is_bad = TRUE;
  return !self->is_bad;
}

void
sx_thrift_leave (SxThrift *self)
{
  self->depth--;
}

static void
skip_items (SxThrift *self, SxThriftType item, gsize n)
{
  for (gsize i = 0; i < n && !self->is_bad; i++)
    if (item == SX_THRIFT_TRUE || item == SX_THRIFT_FALSE)
      read_byte (self);
    else
      sx_thrift_skip (self, item);
}

static void
skip_map (SxThrift *self)
{
  guint64 n = read_varint (self);
  guint8  types = n > 0 ? read_byte (self) : 0;

  if (n > (guint64)(self->end - self->at))
    self->is_bad = TRUE;
  for (guint64 i = 0; i < n && !self->is_bad; i++)
    {
      skip_items (self, (SxThriftType)(types >> 4), 1);
      skip_items (self, (SxThriftType)(types & 15), 1);
    }
}

void
sx_thrift_skip (SxThrift *self, SxThriftType type)
{
  SxThriftType inner;
  gint16       field = 0;
  gsize        n;

  switch (type)
    {
    case SX_THRIFT_TRUE:
    case SX_THRIFT_FALSE:
      break;
    case SX_THRIFT_BYTE:
      read_byte (self);
      break;
    case SX_THRIFT_I16:
    case SX_THRIFT_I32:
    case SX_THRIFT_I64:
      read_varint (self);
      break;
    case SX_THRIFT_DOUBLE:
      for (guint i = 0; i < 8; i++)
        read_byte (self);
      break;
    case SX_THRIFT_BINARY:
      sx_thrift_read_bytes (self, type, &n);
      break;
    case SX_THRIFT_LIST:
    case SX_THRIFT_SET:
      if (++self->depth > SX_THRIFT_MAX_DEPTH)
        self->is_bad = TRUE;
      n = read_head (self, &inner);
      skip_items (self, inner, n);
      self->depth--;
      break;
    case SX_THRIFT_MAP:
      if (++self->depth > SX_THRIFT_MAX_DEPTH)
        self->is_bad = TRUE;
      skip_map (self);
      self->depth--;
      break;
    case SX_THRIFT_STRUCT:
      if (sx_thrift_enter (self, type))
        while (sx_thrift_next (self, &field, &inner))
          sx_thrift_skip (self, inner);
      sx_thrift_leave (self);
      break;
    case SX_THRIFT_STOP:
    default:
      self->is_bad = TRUE;
    }
}

/* ---- writing ---- */

static void
put_varint (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint  n = 0;

  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (guint8)(value | 0x80);
  bytes[n++] = (guint8)value;
  g_byte_array_append (out, bytes, n);
}

static void
put_head (GByteArray *out, gint16 *last, gint16 field, SxThriftType type)
{
  guint8 head = (guint8)((field - *last) << 4 | type);

  g_assert (field > *last && field - *last < 16);
  g_byte_array_append (out, &head, 1);
  *last = field;
}

void
sx_thrift_put_item (GByteArray *out, gint64 value)
{
  put_varint (out, (guint64)value << 1 ^ (guint64)(value >> 63));
}

void
sx_thrift_put_item_bytes (GByteArray *out, const void *data, gsize size)
{
  put_varint (out, size);
  g_byte_array_append (out, data, (guint)size);
}

void
sx_thrift_put_int (GByteArray *out, gint16 *last, gint16 field, SxThriftType type, gint64 value)
{
  guint8 byte = (guint8)value;

  put_head (out, last, field, type);
  if (type == SX_THRIFT_BYTE)
    g_byte_array_append (out, &byte, 1);
  else
    sx_thrift_put_item (out, value);
}

void
sx_thrift_put_bool (GByteArray *out, gint16 *last, gint16 field, gboolean value)
{
  put_head (out, last, field, value ? SX_THRIFT_TRUE : SX_THRIFT_FALSE);
}

void
sx_thrift_put_bytes (GByteArray *out, gint16 *last, gint16 field, const void *data, gsize size)
{
  put_head (out, last, field, SX_THRIFT_BINARY);
  sx_thrift_put_item_bytes (out, data, size);
}

void
sx_thrift_put_list (GByteArray *out, gint16 *last, gint16 field, SxThriftType item, gsize n)
{
  guint8 head = (guint8)(MIN (n, 15) << 4 | item);

  put_head (out, last, field, SX_THRIFT_LIST);
  g_byte_array_append (out, &head, 1);
  if (n >= 15)
    put_varint (out, n);
}

void
sx_thrift_put_struct (GByteArray *out, gint16 *last, gint16 field)
{
  put_head (out, last, field, SX_THRIFT_STRUCT);
}

void
sx_thrift_put_stop (GByteArray *out)
{
  g_byte_array_append (out, (const guint8 *)"", 1);
}
