/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the blocks behind the model ask for, once there is one. The run has its model by then, so a file that cannot be written is a warning. */

#include "config.h"

#include "sx-search-private.h"

#include "compile/sx-job-private.h"

#include <glib/gi18n-lib.h>

static gboolean
write_file (const SxJob *job, const SxJobBlock *block, SxModel *model, char **path, GError **error)
{
  g_autoptr (SxParams) params = sx_job_block_dup_params (block);
  const char           *file = sx_params_get_string (params, "file");
  const SxExportFormat *format = sx_export_find (sx_params_get_string (params, "format"));

  *path = g_canonicalize_filename (file, job->folder);
  return format != NULL ? format->write (model, *path, error) : sx_model_save (model, *path, error);
}

void
sx_search_export (SxSearch *self, SxModel *model)
{
  for (guint i = 0; i < self->job->exports->len; i++)
    {
      const SxJobBlock *block = self->job->exports->pdata[i];
      g_autofree char  *path = NULL;
      g_autofree char  *text = NULL;
      g_autoptr (GError) error = NULL;

      if (block->kind->category != SX_BLOCK_EXPORT)
        continue;
      if (write_file (self->job, block, model, &path, &error))
        text = g_strdup_printf (_ ("The model is written to “%s”"), path);
      else
        text = g_strdup_printf (_ ("Block “%s” could not write the model: %s"), block->id, error->message);
      sx_search_send_log (self, error == NULL ? "info" : "warning", text);
    }
}
