/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Project files: any bytes are read or refused; what was read is written, read and written again as the same bytes. */

#include "config.h"

#include <stdint.h>

#include "graph/sx-graph.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxGraph) graph = sx_project_parse (size > 0 ? (const char *)data : "", (gssize)size, "fuzz", &error);
  g_autoptr (SxGraph) again = NULL;
  g_autofree char *first = NULL, *second = NULL;
  gsize            n_first, n_second;

  g_assert_true ((graph == NULL) == (error != NULL));
  if (graph == NULL)
    return 0;
  first = sx_project_to_text (graph, &n_first);
  again = sx_project_parse (first, (gssize)n_first, "again", &error);
  g_assert_no_error (error);
  second = sx_project_to_text (again, &n_second);
  g_assert_cmpmem (first, n_first, second, n_second);
  return 0;
}
