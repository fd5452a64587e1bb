/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-reader-private.h"
#include "sx-text-input-private.h"

#include <csv.h>

G_BEGIN_DECLS

/* The longest row; a longer one is a quote that was never closed. */
#define SX_CSV_MAX_ROW_SIZE (16 * 1024 * 1024)
#define SX_CSV_MAX_COLUMNS 65536
/* The most lines before the table that are passed over as not being part of it. */
#define SX_CSV_MAX_PREAMBLE 20
/* The most lines a caller may have passed over. */
#define SX_CSV_MAX_SKIP 1000000
/* A text column of at most this many different words is a category. */
#define SX_CSV_MAX_CATEGORIES 1000

/* Stands for no delimiter: a character that texts do not have. */
#define SX_CSV_NO_DELIMITER '\x1f'

/* Stands for any number of blanks, which it replaces before parsing. */
#define SX_CSV_BLANK_RUN '\x0b'

/* What is carried from one block of text to the next. All zero at the start of a line. */
typedef struct
{
  gboolean is_inside_line; /* something but blanks came already */
  gboolean is_pending;     /* blanks that part cells if anything follows them */
  gboolean is_quoted;
  gboolean is_closed; /* the last character closed a quote, unless another quote follows */
} SxBlankRun;

/* Replaces runs of blanks by SX_CSV_BLANK_RUN. @out has room for @size + 1. */
gsize sx_blank_run_collapse (SxBlankRun *self, const char *text, gsize size, char quote, char *out);

/**
 * SxDialect:
 *
 * How a table is written as text. Fields that the caller fixed are marked so and kept by the guess.
 */
typedef struct
{
  char     delimiter;
  char     quote; /* 0: quotes mean nothing */
  char     decimal;
  gboolean has_header;
  guint    n_preamble; /* physical lines before the table */
  guint    width;      /* cells of most rows */
  gboolean is_row_named; /* the header has one cell less: the first column has no name */
  gboolean is_trailing;  /* … because rows end in one more delimiter */

  gboolean fixed_delimiter, fixed_quote, fixed_decimal, fixed_header, fixed_preamble;
} SxDialect;

/* @text: the start of the table in UTF-8; @is_whole: nothing follows it. */
void sx_dialect_guess (SxDialect *self, const char *text, gsize size, gboolean is_whole);
/* Bytes of the first *@n_left lines, which end in LF, CR or CR LF; what is left to skip in the next block is left in the arguments. */
gsize sx_dialect_skip_lines (const char *text, gsize size, guint *n_left, gboolean *after_return);
/* Number, time or truth word: what a header hardly is. */
gboolean sx_dialect_is_value (const char *text, gsize size);

/**
 * SxCsvCells:
 *
 * Rows as they stand in the file, not yet typed: the bytes of all cells end to end, and where each ends.
 * Row-major; every row has n_columns cells.
 */
typedef enum
{
  SX_CSV_FAIL,
  SX_CSV_SKIP,
  SX_CSV_MISSING,
} SxCsvOnError;

typedef struct
{
  struct csv_parser parser;
  SxReader         *reader; /* borrowed: notes go there */
  SxCsvOnError      on_error;
  guint             n_columns; /* 0 until the first row is in */
  gboolean          is_header; /* the next row is the header: any width */
  gboolean          is_row_named; /* rows have one cell more than the header */
  GPtrArray        *header;    /* of char *; empty without a header */

  char    *bytes;
  gsize    n_bytes, n_bytes_alloc;
  guint32 *ends; /* ends[0] = 0; cell i is bytes [ends[i], ends[i + 1]); the top bit of ends[i + 1]: was quoted */
  gsize    n_cells, n_cells_alloc;
  guint64 *lines; /* of each row */
  gsize    n_rows, n_rows_alloc;

  guint   n_in_row;
  gsize   row_bytes, row_cells; /* where the open row begins */
  guint64 line;                 /* of the next byte, 1-based */
  guint   n_newlines;           /* in quoted cells of the open row */
  gboolean after_return;        /* the last thing seen was a carriage return that ended a row */
  gboolean saw_quote;           /* the open cell, carried from one block to the next */
  guint64  n_skipped;
  GError  *error;
} SxCsvCells;

#define SX_CSV_QUOTED (1u << 31)

gboolean sx_csv_cells_init (SxCsvCells *self, SxReader *reader, const SxDialect *dialect, SxCsvOnError on_error, gboolean wants_header, GError **error);
void sx_csv_cells_clear (SxCsvCells *self);
gboolean sx_csv_cells_parse (SxCsvCells *self, const char *text, gsize size, GError **error);
gboolean sx_csv_cells_finish (SxCsvCells *self, GError **error);
/* Forgets the first @n_rows. */
void sx_csv_cells_drop (SxCsvCells *self, gsize n_rows);

static inline const char *
sx_csv_cells_get (const SxCsvCells *self, gsize row, guint column, gsize *size, gboolean *is_quoted)
{
  gsize   i = row * self->n_columns + column;
  guint32 from = self->ends[i] & ~SX_CSV_QUOTED, to = self->ends[i + 1];

  *is_quoted = (to & SX_CSV_QUOTED) != 0;
  *size = (to & ~SX_CSV_QUOTED) - from;
  return self->bytes + from;
}

/* The words that stand for a missing cell. */
typedef struct
{
  char   **words;
  gsize   *sizes;
  guint    n_words;
  gboolean is_given; /* by the caller: then each means missing in every column */
  gboolean has_numbers; /* one of the words is a number */
  guint64  seen;     /* bit a word */
  gboolean begins[256];
} SxMissing;

void sx_missing_init (SxMissing *self, char **words); /* (transfer full) (nullable) */
void sx_missing_clear (SxMissing *self);
/* The index of the word, or -1. */
int sx_missing_find (const SxMissing *self, const char *text, gsize size);
/* Words like NA that may also be a text's own value mean missing only among numbers, unless the caller gave them. */
gboolean sx_missing_is_sure (const SxMissing *self, guint word);

/* What a column may still be, given the cells so far. */
typedef enum
{
  SX_CSV_MAY_INT = 1,
  SX_CSV_MAY_FLOAT = 2,
  SX_CSV_MAY_BOOL = 4,
  SX_CSV_MAY_TIME = 8,
  SX_CSV_MAY_DAY_FIRST = 16,   /* 31/12/2024 */
  SX_CSV_MAY_MONTH_FIRST = 32, /* 12/31/2024 */
  SX_CSV_MAY_ALL = 63,
} SxCsvMay;

typedef struct
{
  char            *name;
  gboolean         is_fixed; /* the caller gave the type */
  SxType           type;     /* of the builder */
  guint            may;
  gboolean         is_string; /* text of too many different words for a category */
  gboolean         is_decided;
  guint64          n_present;
  guint64          n_ambiguous; /* cells of words like NA that were kept as text */
  int              ambiguous_word;
  gboolean         is_narrowed_late;
  SxColumnBuilder *builder;
} SxCsvColumn;


void sx_csv_column_clear (SxCsvColumn *self);
SxType sx_csv_column_guess_type (const SxCsvColumn *self, gboolean is_whole);
/* Narrows `may` by rows [0, n_rows); returns whether it changed, and the row that did it. */
gboolean sx_csv_column_narrow (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize n_rows, SxMissing *missing, char decimal, gsize *row);
/* Appends rows [first, n_rows) to the builder; stops at a cell that does not fit and returns its row, or n_rows. */
gsize sx_csv_column_append (SxCsvColumn *self, const SxCsvCells *cells, guint column, gsize first, gsize n_rows, SxMissing *missing, char decimal);

extern const char *const sx_csv_default_missing[];

/**
 * SxCsvReader:
 *
 * The reader of both formats; sx-csv-format.c opens it, sx-csv-reader.c reads.
 */
typedef struct
{
  SxReader     base;
  SxTextInput *input;
  SxDialect    dialect;
  SxCsvOnError on_error;
  SxCsvCells   cells;
  SxMissing    missing;
  GVariant    *types;     /* (nullable) a{ss} */
  char       **names;     /* (nullable): given by the caller */
  SxCsvColumn *columns;
  guint        n_columns;
  GPtrArray   *late_notes; /* of SxReadNote: why the stream began anew; they outlive it */
  guint        n_open_notes; /* notes that opening made */
  gboolean     at_end;    /* the input has no more bytes */
  gboolean     is_ready;  /* the first batch lies in cells, typed */
  gboolean     is_scanning;
  gboolean     has_ended; /* the notes of the end are made */
  char         block[SX_TEXT_INPUT_BLOCK];
  SxBlankRun   blank_run;
  char         collapsed[SX_TEXT_INPUT_BLOCK + 1];
} SxCsvReader;

extern const SxReaderClass sx_csv_reader_class;

/* The input at the table's first byte, and no cells. */
gboolean sx_csv_reader_begin (SxCsvReader *self, GError **error);
/* Cells until there is a full batch or the file ends. */
gboolean sx_csv_reader_fill (SxCsvReader *self, GCancellable *cancellable, GError **error);
/* Types and schema by the cells there are. */
gboolean sx_csv_reader_decide_types (SxCsvReader *self, GError **error);
GVariant *sx_csv_reader_dup_options (SxReader *reader);

gboolean sx_csv_write (SxFrame *frame, const char *path, char delimiter, GVariant *options, GCancellable *cancellable, GError **error);
gboolean sx_csv_write_comma (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);
gboolean sx_csv_write_tab (SxFrame *frame, const char *path, GVariant *options, GCancellable *cancellable, GError **error);

G_END_DECLS
