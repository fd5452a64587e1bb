/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Frames of the pipe between a worker and its owner.
 *
 *   u32 size, little endian │ u32 zero │ one GVariant (sa{sv}), little endian, normal form
 *
 * The header is eight bytes so that the value behind it is aligned as GVariant wants it. What is read is hostile until checked: the size
 * before anything is waited for or allocated, then the form, then the name. */

#include "config.h"

#include "sx-run.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define HEADER_SIZE 8
#define MAX_NAME_SIZE 64

static gboolean
is_name (const char *name)
{
  gsize size = strlen (name);

  if (size == 0 || size > MAX_NAME_SIZE)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_islower (name[i]) && name[i] != '-')
      return FALSE;
  return TRUE;
}

GBytes *
sx_event_encode (const char *name, GVariant *details)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GVariant) frame = NULL;
  gsize   size;
  guint8 *bytes;
  guint32 header[2];

  g_return_val_if_fail (name != NULL && is_name (name), NULL);
  g_return_val_if_fail (details == NULL || g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT), NULL);

  sunk = g_variant_ref_sink (details ? details : g_variant_new ("a{sv}", NULL));
  frame = g_variant_ref_sink (g_variant_new ("(s@a{sv})", name, sunk));
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (frame);

      g_variant_unref (frame);
      frame = swapped;
    }
  size = g_variant_get_size (frame);
  if (size > SX_EVENT_MAX_SIZE)
    {
      g_warning ("Event “%s” of %" G_GSIZE_FORMAT " bytes is too large to send", name, size);
      return NULL;
    }
  header[0] = GUINT32_TO_LE ((guint32)size);
  header[1] = 0;
  bytes = g_malloc (HEADER_SIZE + size);
  memcpy (bytes, header, HEADER_SIZE);
  g_variant_store (frame, bytes + HEADER_SIZE);
  return g_bytes_new_take (bytes, HEADER_SIZE + size);
}

static gboolean
set_error (GError **error, const char *message)
{
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_WORKER, _ ("The worker's pipe carries nonsense: %s"), message);
  return FALSE;
}

static gboolean
decode_value (const guint8 *data, gsize size, char **name, GVariant **details, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size); /* aligned, whatever @data is */
  g_autoptr (GVariant) frame = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(sa{sv})"), bytes, FALSE));
  g_autoptr (GVariant) value = NULL;
  const char *text;

  if (!g_variant_is_normal_form (frame))
    return set_error (error, _ ("a frame is malformed"));
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    {
      GVariant *swapped = g_variant_byteswap (frame);

      g_variant_unref (frame);
      frame = swapped;
    }
  g_variant_get (frame, "(&s@a{sv})", &text, &value);
  if (!is_name (text))
    return set_error (error, _ ("an event has no proper name"));
  if (name != NULL)
    *name = g_strdup (text);
  if (details != NULL)
    *details = g_steal_pointer (&value);
  return TRUE;
}

gssize
sx_event_decode (const guint8 *data, gsize size, char **name, GVariant **details, GError **error)
{
  guint32 header[2];

  g_return_val_if_fail (data != NULL || size == 0, -1);

  if (size < HEADER_SIZE)
    return 0;
  memcpy (header, data, HEADER_SIZE);
  header[0] = GUINT32_FROM_LE (header[0]);
  if (header[0] == 0 || header[0] > SX_EVENT_MAX_SIZE || header[1] != 0)
    {
      set_error (error, _ ("a frame's header is wrong"));
      return -1;
    }
  if (size - HEADER_SIZE < header[0])
    return 0;
  if (!decode_value (data + HEADER_SIZE, header[0], name, details, error))
    return -1;
  return (gssize)(HEADER_SIZE + header[0]);
}
