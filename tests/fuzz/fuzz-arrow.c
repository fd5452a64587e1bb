/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Arrow IPC: files and streams, by what they begin with. */

#include "fuzz-source.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_read (data, size, "arrow", NULL);
  return 0;
}
