/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Parquet. Files with columns that are refused are read without these too, as far as their size chooses. */

#include "fuzz-source.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const names[] = { "i", "s", "t", "l", "dec38", "uuid", "st", "b", "f" };
  const char              *columns[] = { names[size % G_N_ELEMENTS (names)], names[size / 16 % G_N_ELEMENTS (names)], NULL };
  GVariantDict             dict;

  fuzz_read (data, size, "parquet", NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "columns", g_variant_new_strv (columns, -1));
  fuzz_read (data, size, "parquet", g_variant_dict_end (&dict));
  return 0;
}
