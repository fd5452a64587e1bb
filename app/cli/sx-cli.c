/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* `sextant`: finds the verb, reads its options, runs it.
 *
 * A verb is one SxVerb in a file of its own and one word in VERBS. Results go to standard output, everything else to standard error. What
 * went wrong decides the exit status: 2 when the caller can mend it (usage, input), 1 when the work failed, 130 when it was cancelled. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* In the order of the help. */
#define VERBS    \
  X (auto)       \
  X (profile)    \
  X (convert)    \
  X (new)        \
  X (check)      \
  X (run)        \
  X (runs)       \
  X (predict)    \
  X (evaluate)   \
  X (export)     \
  X (tune)       \
  X (formats)    \
  X (blocks)     \
  X (topologies) \
  X (worker)

#define X(name) extern const SxVerb sx_verb_##name;
VERBS
#undef X

static const SxVerb *const verbs[] = {
#define X(name) &sx_verb_##name,
  VERBS
#undef X
    NULL
};

const SxVerb *const *
sx_cli_list_verbs (void)
{
  return verbs;
}

const SxVerb *
sx_cli_find_verb (const char *name)
{
  for (const SxVerb *const *verb = verbs; *verb != NULL; verb++)
    if (g_str_equal ((*verb)->name, name))
      return *verb;
  return NULL;
}

/* ---- messages ---- */

void
sx_cli_warn (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sx_cli_progress_end ();
  fprintf (stderr, "sextant: %s\n", text);
}

/* Can the caller mend it by giving something else? */
static gboolean
is_bad_input (const GError *error)
{
  if (error->domain == SX_PIPELINE_ERROR)
    return TRUE;
  if (error->domain == SX_ENGINE_ERROR)
    return error->code == SX_ENGINE_ERROR_COMPILE || error->code == SX_ENGINE_ERROR_DATA || error->code == SX_ENGINE_ERROR_SPACE ||
           error->code == SX_ENGINE_ERROR_RUN || error->code == SX_ENGINE_ERROR_MODEL;
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ||
         g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int
sx_cli_fail (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      sx_cli_warn ("%s", _ ("Cancelled."));
      return SX_CLI_CANCELLED;
    }
  sx_cli_warn ("%s", error->message);
  return is_bad_input (error) ? SX_CLI_USAGE : SX_CLI_FAILED;
}

int
sx_cli_usage (const SxVerb *verb, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sx_cli_warn (_ ("%s; see “sextant %s --help”"), text, verb->name);
  return SX_CLI_USAGE;
}

/* What libraries say for people is said like the rest; what they say for developers stays GLib's affair. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_MESSAGE) != 0)
    for (gsize i = 0; i < n_fields; i++)
      if (g_str_equal (fields[i].key, "MESSAGE"))
        {
          sx_cli_warn ("%s", (const char *)fields[i].value);
          return G_LOG_WRITER_HANDLED;
        }
  return g_log_writer_default (level, fields, n_fields, user_data);
}

/* ---- a verb ---- */

static const char *
suggest_verb (const char *word)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const SxVerb *const *verb = verbs; *verb != NULL; verb++)
    if (!(*verb)->is_hidden)
      g_ptr_array_add (names, (gpointer)(*verb)->name);
  g_ptr_array_add (names, NULL);
  return sx_yaml_suggest (word, (const char *const *)names->pdata);
}

static int
refuse_verb (const char *word)
{
  const char *like = suggest_verb (word);

  if (like != NULL)
    sx_cli_warn (_ ("There is no verb “%s”; did you mean “%s”?"), word, like);
  else
    sx_cli_warn (_ ("There is no verb “%s”; “sextant --help” lists them."), word);
  return SX_CLI_USAGE;
}

/* The first of @arguments that is like an option but is none of the verb's; NULL when all are. */
static const char *
find_unknown_option (const SxVerb *verb, char **arguments, const char **like)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
    g_ptr_array_add (names, (gpointer)option->long_name);
  g_ptr_array_add (names, (gpointer) "help");
  g_ptr_array_add (names, NULL);
  for (char **argument = arguments; *argument != NULL && !g_str_equal (*argument, "--"); argument++)
    if (g_str_has_prefix (*argument, "--"))
      {
        const char      *end = strchr (*argument, '=');
        g_autofree char *word = end != NULL ? g_strndup (*argument + 2, (gsize)(end - *argument - 2)) : g_strdup (*argument + 2);

        if (!g_strv_contains ((const char *const *)names->pdata, word))
          {
            *like = sx_yaml_suggest (word, (const char *const *)names->pdata);
            return *argument;
          }
      }
  return NULL;
}

static int
refuse_options (const SxVerb *verb, char **arguments, const GError *error)
{
  const char *like = NULL;
  const char *unknown = g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) ? find_unknown_option (verb, arguments, &like) : NULL;

  if (unknown != NULL && like != NULL)
    return sx_cli_usage (verb, _ ("“sextant %s” has no option %s; did you mean --%s?"), verb->name, unknown, like);
  return sx_cli_usage (verb, "%s", error->message);
}

static int
check_count (const SxVerb *verb, guint n_arguments)
{
  if (n_arguments >= verb->n_min && n_arguments <= verb->n_max)
    return SX_CLI_DONE;
  sx_cli_warn (_ ("“sextant %s” takes %s; see “sextant %s --help”"), verb->name, *verb->arguments != '\0' ? verb->arguments : _ ("no arguments"), verb->name);
  return SX_CLI_USAGE;
}

/* @arguments: what stands behind the verb; NULL-ended. */
static int
run_verb (const SxVerb *verb, char **arguments)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  gboolean     wants_help = FALSE;
  GOptionEntry help[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, &wants_help, NULL, NULL }, { NULL } };
  char       **rest;
  int          status;

  g_strv_builder_add (builder, "sextant");
  g_strv_builder_addv (builder, (const char **)arguments);
  words = g_strv_builder_end (builder);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, help, NULL);
  if (verb->options != NULL)
    g_option_context_add_main_entries (context, verb->options, NULL);
  if (!g_option_context_parse_strv (context, &words, &error))
    return refuse_options (verb, arguments, error);
  if (wants_help)
    {
      g_autofree char *text = sx_cli_dup_help (verb);

      sx_cli_print ("%s", text);
      return SX_CLI_DONE;
    }
  rest = words + 1;
  if (*rest != NULL && g_str_equal (*rest, "--"))
    rest++;
  status = check_count (verb, g_strv_length (rest));
  if (status != SX_CLI_DONE)
    return status;
  /* A worker ends when its owner says so, or is gone. */
  if (!verb->is_hidden)
    sx_cli_catch_interrupts ();
  return verb->run (verb, rest, g_strv_length (rest));
}

/* ---- the program ---- */

static int
print_help (const char *word)
{
  const SxVerb    *verb = word != NULL ? sx_cli_find_verb (word) : NULL;
  g_autofree char *text = NULL;

  if (word != NULL && verb == NULL)
    return refuse_verb (word);
  text = sx_cli_dup_help (verb);
  sx_cli_print ("%s", text);
  return SX_CLI_DONE;
}

/* For the build: man pages and the completion of bash. */
static int
print_page (const char *what, const char *word)
{
  const SxVerb    *verb = word != NULL ? sx_cli_find_verb (word) : NULL;
  g_autofree char *text = NULL;

  if (word != NULL && verb == NULL)
    return refuse_verb (word);
  text = g_str_equal (what, "--man") ? sx_cli_dup_man (verb) : sx_cli_dup_completion ();
  sx_cli_print ("%s", text);
  return SX_CLI_DONE;
}

static int
run (char **argv)
{
  char        **arguments = argv + 1;
  const char   *word = arguments[0];
  const SxVerb *verb;

  if (word == NULL)
    {
      g_autofree char *text = sx_cli_dup_help (NULL);

      fputs (text, stderr);
      return SX_CLI_USAGE;
    }
  if (g_str_equal (word, "--help") || g_str_equal (word, "-h") || g_str_equal (word, "help"))
    return print_help (arguments[1]);
  if (g_str_equal (word, "--version"))
    {
      sx_cli_print ("sextant %s\n", SX_VERSION);
      return SX_CLI_DONE;
    }
  if (g_str_equal (word, "--man") || g_str_equal (word, "--completion"))
    return print_page (word, arguments[1]);
  verb = sx_cli_find_verb (word);
  if (verb != NULL && verb->trains)
    sx_run_calm_threads (argv);
  return verb != NULL ? run_verb (verb, arguments + 1) : refuse_verb (word);
}

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("SEXTANT_LOCALE_DIR");

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C"); /* numbers look the same to people and programs */
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : SX_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("sextant");
  g_log_set_writer_func (write_log, NULL, NULL);
  signal (SIGPIPE, SIG_IGN);
  return sx_cli_finish_output (run (argv));
}
