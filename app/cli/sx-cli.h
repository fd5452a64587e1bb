/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-engine.h>
#include <sx-pipeline.h>

#include <frame/sx-number.h>
#include <frame/sx-timestamp.h>

G_BEGIN_DECLS

/* Exit statuses. */
#define SX_CLI_DONE 0
#define SX_CLI_FAILED 1
#define SX_CLI_USAGE 2
#define SX_CLI_CANCELLED 130

typedef struct
{
  const char *command; /* “sextant profile churn.csv” */
  const char *text;    /* N_(): what it does */
} SxVerbExample;

/**
 * SxVerb:
 *
 * One verb of the command line. Help, man page, list of verbs and completion are made from it. The functions that run verbs return an exit status.
 */
typedef struct _SxVerb SxVerb;
struct _SxVerb
{
  const char          *name;
  const char          *arguments;   /* “IN OUT”, “[KIND]”; empty: none */
  guint                n_min;       /* how many arguments it takes … */
  guint                n_max;       /* … at most */
  const char          *summary;     /* N_(), without a full stop */
  const char          *description; /* N_(): paragraphs */
  const SxVerbExample *examples;    /* (nullable), ended by command NULL */
  const GOptionEntry  *options;     /* (nullable), ended by long_name NULL; they fill variables of the verb's file */
  gboolean             is_hidden;
  gboolean             trains; /* in this process */
  int (*run) (const SxVerb *verb, char **arguments, guint n_arguments);
};

const SxVerb *const *sx_cli_list_verbs (void); /* NULL-ended */
const SxVerb        *sx_cli_find_verb (const char *name);

/* ---- sx-cli.c ---- */

/* Says on standard error what went wrong; returns the status that fits. */
int sx_cli_fail (const GError *error);
int sx_cli_usage (const SxVerb *verb, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* One line on standard error, “sextant: …”. */
void sx_cli_warn (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* ---- sx-cli-interrupt.c ---- */

/* From here on Ctrl-C and an end asked for politely cancel: the flag below becomes non-zero. The second time the program leaves at once. */
void          sx_cli_catch_interrupts (void);
GCancellable *sx_cli_get_cancellable (void);
const int    *sx_cli_get_cancelled (void);
void          sx_cli_cancel (void);

/* ---- sx-cli-help.c ---- */

char *sx_cli_dup_help (const SxVerb *verb); /* NULL: of the program */
char *sx_cli_dup_man (const SxVerb *verb);  /* roff */
char *sx_cli_dup_completion (void);         /* for bash */
/* What stands for the option's value: “FILE”; NULL when it takes none. */
const char *sx_cli_option_get_value (const GOptionEntry *option);

/* ---- sx-cli-output.c ---- */

/* Standard output, in UTF-8 whatever the locale. Faults are remembered and told by sx_cli_finish_output(). */
void     sx_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
void     sx_cli_put (const char *text, gsize size);
void     sx_cli_print_json (GVariant *value); /* one document and a line's end; sunk if floating; NaN becomes null */
gboolean sx_cli_flush (void);                 /* FALSE: what was printed, now or before, could not be written */
int      sx_cli_finish_output (int status);

/* A table of texts, columns aligned. A title that begins with “>” sets its column to the right. */
typedef struct _SxCliTable SxCliTable;
SxCliTable                *sx_cli_table_new (const char *const *titles) G_GNUC_WARN_UNUSED_RESULT;         /* NULL-ended, N_() */
SxCliTable                *sx_cli_table_new_literal (const char *const *titles) G_GNUC_WARN_UNUSED_RESULT; /* translated already, or names */
void                       sx_cli_table_add (SxCliTable *self, ...) G_GNUC_NULL_TERMINATED;                /* one text a column */
void                       sx_cli_table_take (SxCliTable *self, GPtrArray *cells);                         /* (transfer full) of char *, one a column */
void                       sx_cli_table_print (SxCliTable *self, const char *indent);
void                       sx_cli_table_free (SxCliTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxCliTable, sx_cli_table_free)

gboolean sx_cli_parse_seed (const char *text, guint64 *seed, GError **error);
guint    sx_cli_get_width (gunichar letter); /* columns of a terminal that it takes */
char    *sx_cli_dup_number (double value); /* six digits at most; “–” for NaN */
/* “90”, “90s”, “5m”, “1.5h”. */
gboolean sx_cli_parse_duration (const char *text, double *seconds, GError **error);

/* ---- sx-cli-progress.c ---- */

/* The line that tells how it goes, drawn anew; on a terminal only. @progress: (nullable): 0…1, asked from another thread. */
void sx_cli_progress_begin (const char *text, double (*progress) (gpointer), gpointer data);
void sx_cli_progress_say (const char *format, ...) G_GNUC_PRINTF (1, 2); /* at once, but no oftener than ten times a second */
void sx_cli_progress_end (void);

/* ---- sx-cli-read.c ---- */

/**
 * SxCliTableFile:
 *
 * A table that was read: what it was read with, and what was noted.
 */
typedef struct
{
  SxFrame        *frame;
  const SxFormat *format;
  GVariant       *options; /* a{sv}: given or guessed */
  GPtrArray      *notes;   /* of SxReadNote */
} SxCliTableFile;

/* @names: (nullable): names of the columns of a file without a header line, separated by commas. Notes go to standard error. */
SxCliTableFile *sx_cli_read_table (const char *path, const char *names, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void            sx_cli_table_file_free (SxCliTableFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxCliTableFile, sx_cli_table_file_free)

/* By the suffix of @path or its “sqlite:”; “-” is CSV on standard output. */
gboolean sx_cli_write_table (SxFrame *frame, const char *path, GError **error);
gboolean sx_cli_check_writable (const char *path, GError **error);
/* @path as a project in @folder says it. */
char *sx_cli_dup_relative (const char *path, const char *folder);

/* ---- sx-cli-json.c ---- */

/* One line of JSON as a{sv} of b, x, d, s and a{sv}; members that are null are left out. */
GVariant *sx_cli_parse_json (const char *text, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
