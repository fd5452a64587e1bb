/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* JSON as one document, as lines, and as whatever it looks like. */

#include "fuzz-source.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_read (data, size, "json", NULL);
  fuzz_read (data, size, "jsonl", NULL);
  fuzz_read (data, size, NULL, NULL);
  return 0;
}
