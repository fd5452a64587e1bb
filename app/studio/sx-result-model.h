/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gio/gio.h>
#include <sx-engine.h>

G_BEGIN_DECLS

/* What the page Result does with a model's file, in threads: opening one predicts its golden rows, and exporting predicts more. */

/* @format: (nullable): NULL copies the package as it is */
void     sx_result_model_write_async (const char *model_path, const SxExportFormat *format, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean sx_result_model_write_finish (GAsyncResult *result, GError **error);
/* The model's card, Markdown. */
void  sx_result_model_card_async (const char *model_path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char *sx_result_model_card_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
