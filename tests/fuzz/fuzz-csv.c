/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Delimited text, with everything guessed, and with what to do about odd rows chosen by the size. */

#include "fuzz-source.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const on_errors[] = { "fail", "skip", "missing" };
  GVariantDict             dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "on-error", "s", on_errors[size % 3]);
  fuzz_read (data, size, "csv", g_variant_dict_end (&dict));
  return 0;
}
