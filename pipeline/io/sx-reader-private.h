/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-reader.h"

G_BEGIN_DECLS

/* The most notes a reader keeps; more of one kind are counted in the last one. */
#define SX_READER_MAX_NOTES 200

/* A column's offsets are 32 bits wide: a batch ends before it has more text than this in a column. */
#define SX_READER_MAX_TEXT ((gsize)1 << 28)

/* What a format gives to its readers. Every format's struct begins with an SxReader. */
typedef struct
{
  SxBatch *(*next) (SxReader *self, GCancellable *cancellable, GError **error);
  gboolean (*rewind) (SxReader *self, GCancellable *cancellable, GError **error); /* to the first batch */
  GVariant *(*dup_options) (SxReader *self); /* a{sv}, may float */
  void (*free) (SxReader *self);             /* what the format added; the base is cleared after it */
} SxReaderClass;

struct _SxReader
{
  const SxReaderClass *klass;
  const SxFormat      *format;
  char                *path;
  SxSchema            *schema;  /* replaced when the reader starts anew */
  GPtrArray           *notes;   /* of SxReadNote */
  guint64              n_hidden_notes;
  GVariant            *options; /* (nullable): the answer of the last get_options */
  gint                 progress; /* atomic, of SX_READER_PROGRESS_WHOLE */
  guint                generation;
  gboolean             has_begun; /* a batch was asked for */
};

#define SX_READER_PROGRESS_WHOLE 100000

void sx_reader_init (SxReader *self, const SxReaderClass *klass, const SxFormat *format, const char *path);
void sx_reader_set_schema (SxReader *self, SxSchema *schema); /* (transfer full) */
void sx_reader_set_progress (SxReader *self, double progress);
void sx_reader_note (SxReader *self, guint64 line, const char *column, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Notes and progress of a pass that is begun again. */
void sx_reader_start_anew (SxReader *self);

/* Option lookups that fail, naming the format, for a wrong type. @options may be NULL. */
gboolean sx_options_check (const SxFormat *format, GVariant *options, GError **error);
const char *sx_options_get_string (GVariant *options, const char *key); /* (nullable): borrowed */
gboolean sx_options_get_bool (GVariant *options, const char *key, gboolean fallback);
char **sx_options_get_strings (GVariant *options, const char *key); /* (nullable) (transfer full) */

/* “path?key=value”, “format:path?key=value” taken apart; @format stays NULL for a plain path. */
char *sx_source_split (const char *source, const SxFormat **format, GVariant **options);

/* Every format is one of these. */
extern const SxFormat sx_format_csv;
extern const SxFormat sx_format_tsv;
extern const SxFormat sx_format_json;
extern const SxFormat sx_format_jsonl;
extern const SxFormat sx_format_sqlite;
extern const SxFormat sx_format_arrow;
extern const SxFormat sx_format_parquet;

gboolean sx_sqlite_write (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);

/* The error for a file that is of none of the formats, or cannot be opened at all. */
gboolean sx_source_check (const char *path, GError **error);

/**
 * SxFileWriter:
 *
 * Writes a new file beside the old one, which it replaces only when all is on disk. Errors wait: writing after one
 * does nothing, and closing reports it.
 */
typedef struct _SxFileWriter SxFileWriter;

SxFileWriter *sx_file_writer_new (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void sx_file_writer_append (SxFileWriter *self, const char *text, gsize size);
gboolean sx_file_writer_has_failed (const SxFileWriter *self);
/* Both free @self. */
gboolean sx_file_writer_commit (SxFileWriter *self, GError **error);
void sx_file_writer_abandon (SxFileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxFileWriter, sx_file_writer_abandon)

/* Column names made unique and none empty: “column_3”, “age_2”. Notes what it changed. @names is changed in place. */
void sx_reader_tidy_names (SxReader *self, char **names, guint n_names);
SxSchema *sx_reader_build_schema (char *const *names, const SxType *types, guint n_fields, GError **error);

G_END_DECLS
