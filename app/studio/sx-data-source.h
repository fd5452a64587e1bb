/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

G_BEGIN_DECLS

/**
 * sx_data_source_add_async:
 * @path: of a table in any format that is read
 * @x, @y: where the block goes
 *
 * Adds a source block for a file, as one step. The file is looked at in a thread; what was guessed of it stands in the block's parameters. A
 * file whose format is known but which cannot be read as it is (a database of several tables) gives a block that says what it lacks.
 */
void sx_data_source_add_async (SxDocument *document, const char *path, double x, double y, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full): the block's id */
char *sx_data_source_add_finish (SxDocument *document, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
