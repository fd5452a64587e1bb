/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The export formats there are: one line each. */

#include "config.h"

#include "sx-onnx-private.h"

static const SxExportFormat *const formats[] = {
  &sx_export_onnx,
  NULL,
};

const SxExportFormat *const *
sx_export_list (void)
{
  return formats;
}

const SxExportFormat *
sx_export_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; formats[i] != NULL; i++)
    if (g_str_equal (formats[i]->id, id))
      return formats[i];
  return NULL;
}
