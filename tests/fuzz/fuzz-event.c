/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Frames of a worker's pipe: any bytes give events or an error, and an event that was read is written as it was read. */

#include "config.h"

#include "run/sx-run.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  while (TRUE)
    {
      char     *name = NULL;
      GVariant *details = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) again = NULL;
      gssize used = sx_event_decode (data, size, &name, &details, &error);

      g_assert ((used < 0) == (error != NULL));
      if (used <= 0)
        return 0;
      again = sx_event_encode (name, details);
      g_assert (again != NULL && g_bytes_get_size (again) == (gsize)used);
      g_free (name);
      g_variant_unref (details);
      data += used;
      size -= (gsize)used;
    }
}
