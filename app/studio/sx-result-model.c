/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-result-model.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char                 *model_path;
  char                 *path;
  const SxExportFormat *format;
} Writing;

static void
writing_free (Writing *self)
{
  g_free (self->model_path);
  g_free (self->path);
  g_free (self);
}

/* Beside the target first: it is whole, or as it was. */
static gboolean
copy_package (const char *from, const char *to, GCancellable *cancellable, GError **error)
{
  g_autofree char *beside = g_strdup_printf ("%s.part", to);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) part = g_file_new_for_path (beside);
  g_autoptr (GFile) target = g_file_new_for_path (to);

  if (g_file_equal (source, target))
    return TRUE;
  if (!g_file_copy (source, part, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, cancellable, NULL, NULL, error))
    return FALSE;
  if (g_file_move (part, target, G_FILE_COPY_OVERWRITE, cancellable, NULL, NULL, error))
    return TRUE;
  g_file_delete (part, NULL, NULL);
  return FALSE;
}

static void
write_model (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *self = data;
  GError  *error = NULL;
  g_autoptr (SxModel) model = NULL;
  gboolean ok;

  if (self->format == NULL)
    ok = copy_package (self->model_path, self->path, cancellable, &error);
  else
    ok = (model = sx_model_load (self->model_path, &error)) != NULL && self->format->write (model, self->path, &error);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
sx_result_model_write_async (const char *model_path, const SxExportFormat *format, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Writing *self = g_new0 (Writing, 1);

  self->model_path = g_strdup (model_path);
  self->path = g_strdup (path);
  self->format = format;
  g_task_set_task_data (task, self, (GDestroyNotify)writing_free);
  g_task_set_source_tag (task, sx_result_model_write_async);
  g_task_run_in_thread (task, write_model);
}

gboolean
sx_result_model_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
read_card (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (SxModel) model = sx_model_load (data, &error);

  if (model != NULL)
    g_task_return_pointer (task, sx_model_make_card (model), g_free);
  else
    g_task_return_error (task, error);
}

void
sx_result_model_card_async (const char *model_path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (model_path), g_free);
  g_task_set_source_tag (task, sx_result_model_card_async);
  g_task_run_in_thread (task, read_card);
}

char *
sx_result_model_card_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
