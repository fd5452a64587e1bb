/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include <gio/gio.h>

G_BEGIN_DECLS

/* Room that sx_text_input_read() needs in its output. */
#define SX_TEXT_INPUT_BLOCK (64 * 1024)

/**
 * SxTextInput:
 *
 * The bytes of a file as UTF-8, block by block: plain or gzip, in UTF-8, UTF-16 (with or without a mark) or
 * a one-byte encoding. Not thread-safe but for the progress.
 */
typedef struct _SxTextInput SxTextInput;

/* @encoding: (nullable): an iconv name; guessed when NULL. */
SxTextInput *sx_text_input_new (const char *path, const char *encoding, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sx_text_input_free (SxTextInput *self);
/* Whole characters only, at most SX_TEXT_INPUT_BLOCK bytes. 0 at the end, -1 with @error. */
gssize sx_text_input_read (SxTextInput *self, char out[SX_TEXT_INPUT_BLOCK], GCancellable *cancellable, GError **error);
gboolean sx_text_input_rewind (SxTextInput *self, GError **error);
const char *sx_text_input_get_encoding (const SxTextInput *self); /* “UTF-8”, “UTF-16LE”, “WINDOWS-1252”, … */
double sx_text_input_get_progress (const SxTextInput *self);      /* 0…1 */
/* Bytes that are no character in the encoding; each was read as U+FFFD. */
guint64 sx_text_input_get_n_invalid (const SxTextInput *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxTextInput, sx_text_input_free)

G_END_DECLS
