/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/**
 * SxReader:
 *
 * A stream of batches from one source. A format is one file in pipeline/io that fills an
 * #SxFormat and stands in the registry in sx-format.c; nothing else knows formats by name.
 *
 * Options are a GVariant `a{sv}` whose keys the format declares (for CSV: delimiter, quote,
 * header, encoding, missing, decimal, columns, types, on-error; all optional, all guessed when absent).
 * What was guessed can be asked for afterwards, to be written into the project file.
 */
typedef struct _SxReader SxReader;

typedef enum
{
  SX_FORMAT_READS = 1 << 0,
  SX_FORMAT_WRITES = 1 << 1,
  SX_FORMAT_HAS_TABLES = 1 << 2, /* one source holds several named tables */
} SxFormatFlags;

/**
 * SxFormatOption:
 *
 * One option a format takes: key, GVariant type string, default text, and help.
 */
typedef struct
{
  const char *key;
  const char *type;          /* GVariant type string: “s”, “b”, “as”, “a{ss}”, “x” */
  const char *default_text;  /* what it means to leave it out, for help */
  const char *help;          /* N_() */
} SxFormatOption;

/* What a read met that a user should know: skipped rows, widened columns. */
typedef struct
{
  guint64  line;    /* 1-based; 0 when there is none */
  char    *column;  /* (nullable) */
  char    *message; /* what happened and what it means */
} SxReadNote;

typedef struct
{
  const char            *id;         /* “csv” */
  const char            *title;      /* N_(“Comma-separated values”) */
  const char *const     *suffixes;   /* “.csv”, …; NULL-ended */
  SxFormatFlags          flags;
  const SxFormatOption  *options;    /* ended by key NULL */

  /* How sure this format is that the bytes are its own: 0 not at all … 100 certain.
   * @head: the first up to 64 KiB. */
  int       (*sniff)  (const guint8 *head, gsize size, const char *name);
  /* (transfer full): reads nothing more than it must to know the schema. */
  SxReader *(*open)   (const char *path, GVariant *options, GCancellable *cancellable, GError **error);
  /* (nullable): names of tables inside, for SX_FORMAT_HAS_TABLES. */
  char    **(*tables) (const char *path, GError **error);
  /* (nullable): writes the whole frame, replacing @path atomically. */
  gboolean  (*write)  (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);
} SxFormat;

const SxFormat *const *sx_format_list (void); /* NULL-ended */
const SxFormat *sx_format_find (const char *id);
/* By content first, then by suffix. Fails with SX_PIPELINE_ERROR_SOURCE, saying what the file looks like
 * and what can be read. A directory, an empty file and a missing permission each have their own words. */
const SxFormat *sx_format_sniff (const char *path, GError **error);

/**
 * sx_reader_open:
 * @path: a file path, or a URI such as `sqlite:shop.db?table=orders`
 * @format: (nullable): sniffed when `NULL`
 * @options: (nullable): an `a{sv}`, sunk if floating
 */
SxReader *sx_reader_open (const char *path, const SxFormat *format, GVariant *options, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxSchema *sx_reader_get_schema (SxReader *self);
const SxFormat *sx_reader_get_format (SxReader *self);
/* The next batch, or NULL: at the end without @error, else with it. A column that must be widened
 * late makes the reader start anew inside: batches already handed out are then repeated by
 * sx_reader_read_all(), never mixed; stream users get SX_PIPELINE_ERROR_TYPE only for `on-error: fail`
 * with types fixed by the caller. */
SxBatch *sx_reader_next (SxReader *self, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How often the reader started anew: when it differs after sx_reader_next(), batches got before are void. */
guint sx_reader_get_generation (SxReader *self);
double sx_reader_get_progress (SxReader *self);       /* 0…1, from any thread */
GVariant *sx_reader_get_options (SxReader *self);     /* every option with what was given or guessed */
const GPtrArray *sx_reader_get_notes (SxReader *self); /* of SxReadNote */
void sx_reader_free (SxReader *self);

/* All batches as one frame, with final types. @notes: (out) (optional): of SxReadNote. */
SxFrame *sx_reader_read_all (SxReader *self, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Open, read all, close. @used_options: (out) (optional): for the project file. */
SxFrame *sx_read_file (const char *path, GVariant *options, GVariant **used_options, GPtrArray **notes, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void sx_read_note_free (SxReadNote *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxReader, sx_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxReadNote, sx_read_note_free)

/**
 * SxProfile:
 *
 * What `sextant profile` and the studio show of a table: one SxColumnProfile a column, in one pass.
 */
typedef struct
{
  double low, high;
  guint64 count;
} SxProfileBin;

typedef struct
{
  char   *text;
  guint64 count;
} SxProfileValue;

typedef struct
{
  char    *name;
  SxType   type;
  guint64  n_rows;
  guint64  n_missing;
  guint64  n_distinct;        /* exact to 4096, then an estimate (HyperLogLog, p = 12) */
  gboolean distinct_is_exact;
  double   min, max, mean, sd;      /* numeric; NaN otherwise */
  double   quantiles[5];            /* .05 .25 .5 .75 .95 */
  GArray  *bins;                    /* of SxProfileBin; numeric only */
  GPtrArray *top;                   /* of SxProfileValue, most frequent first, at most 10 */
  GStrv    warnings;                /* translated: constant, id-like, mostly missing, … */
} SxColumnProfile;

typedef struct
{
  guint64    n_rows;
  GPtrArray *columns; /* of SxColumnProfile */
  GStrv      warnings;
} SxProfile;

SxProfile *sx_profile_new (SxFrame *frame, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sx_profile_free (SxProfile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxProfile, sx_profile_free)

G_END_DECLS
