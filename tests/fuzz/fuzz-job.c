/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Any bytes as a job file: read or refused with an error; what is read can be written, and reads as the same. */

#include <sx-engine.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxJob) job = sx_job_parse (size > 0 ? (const char *)bytes : "", (gssize)size, "fuzz", &error);
  g_autoptr (SxJob) again = NULL;
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  g_assert_true ((job == NULL) == (error != NULL));
  if (job == NULL)
    return 0;
  once = sx_job_to_text (job, NULL);
  again = sx_job_parse (once, -1, "fuzz", &error);
  g_assert_no_error (error);
  twice = sx_job_to_text (again, NULL);
  g_assert_cmpstr (once, ==, twice);
  return 0;
}
