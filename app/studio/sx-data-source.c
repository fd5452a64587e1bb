/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-data-source.h"

#include <glib/gi18n-lib.h>
#include <sx-engine.h>

#include "compile/sx-propose.h"

typedef struct
{
  char           *path;
  double          x, y;
  const SxFormat *format;
  GVariant       *options; /* (nullable) */
  char           *block;
} Work;

static void
work_free (Work *work)
{
  g_free (work->path);
  g_clear_pointer (&work->options, g_variant_unref);
  g_free (work->block);
  g_free (work);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SxReader) reader = NULL;

  work->format = sx_format_sniff (work->path, &error);
  if (work->format == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  reader = sx_reader_open (work->path, work->format, NULL, cancellable, &error);
  if (reader != NULL)
    work->options = g_variant_ref (sx_reader_get_options (reader));
  g_task_return_boolean (task, TRUE);
}

static gboolean
insert (SxDocument *document, Work *work, GError **error)
{
  SxGraph         *graph = sx_document_get_graph (document);
  g_autofree char *reference = sx_document_dup_reference (document, work->path);
  SxProposal       proposal = { .path = reference, .read_options = work->options, .format = work->format->id };
  g_autoptr (SxGraph) proposed = sx_propose_source (&proposal, error);
  g_autoptr (SxEdit) edit = NULL;
  SxBlock *block;

  if (proposed == NULL)
    return FALSE;
  block = sx_graph_get_block (proposed, 0);
  work->block = sx_graph_make_block_id (graph, sx_block_get_kind (block));
  edit = sx_edit_new_insert_block (work->block, sx_block_get_kind (block), work->x, work->y, sx_block_get_params (block), NULL);
  return sx_history_do (sx_document_get_history (document), edit, 0, error);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) || !insert (SX_DOCUMENT (source), g_task_get_task_data (G_TASK (result)), &error))
    g_task_return_error (task, error);
  else
    {
      Work *work = g_task_get_task_data (G_TASK (result));

      g_task_return_pointer (task, g_steal_pointer (&work->block), g_free);
    }
}

void
sx_data_source_add_async (SxDocument *document, const char *path, double x, double y, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *whole = g_task_new (document, cancellable, callback, data);
  g_autoptr (GTask) look = g_task_new (document, cancellable, looked_cb, whole);
  Work *work = g_new0 (Work, 1);

  work->path = g_canonicalize_filename (path, NULL);
  work->x = x;
  work->y = y;
  g_task_set_task_data (look, work, (GDestroyNotify)work_free);
  g_task_run_in_thread (look, look_thread);
}

char *
sx_data_source_add_finish (SxDocument *document, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
