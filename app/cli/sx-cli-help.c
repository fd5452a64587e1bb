/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Help, man pages and completion, all from the table of verbs. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH 80
#define SUMMARY_COLUMN 14

static const struct
{
  int         status;
  const char *text;
} statuses[] = {
  { SX_CLI_DONE, N_ ("The work is done.") },
  { SX_CLI_FAILED, N_ ("The work failed.") },
  { SX_CLI_USAGE, N_ ("Wrong usage or bad input.") },
  { SX_CLI_CANCELLED, N_ ("Cancelled.") },
};

const char *
sx_cli_option_get_value (const GOptionEntry *option)
{
  return option->arg == G_OPTION_ARG_NONE ? NULL : option->arg_description != NULL ? option->arg_description
                                                                                   : "VALUE";
}

/* The end of the next piece that stays together: blanks and a word, or one letter of a script that has no blanks. */
static const char *
find_break (const char *text, int *width)
{
  const char *end = text;

  *width = 0;
  while (*end == ' ')
    {
      end++;
      (*width)++;
    }
  while (*end != '\0' && *end != ' ')
    {
      gboolean was_wide = g_unichar_iswide (g_utf8_get_char (end));

      *width += (int)sx_cli_get_width (g_utf8_get_char (end));
      end = g_utf8_next_char (end);
      if (was_wide || (*end != '\0' && g_unichar_iswide (g_utf8_get_char (end))))
        break;
    }
  return end;
}

static void
append_line (GString *out, const char *line, int indent, int column)
{
  while (*line != '\0')
    {
      int         width;
      const char *end = find_break (line, &width);

      if (column > indent && column + width > WIDTH)
        {
          while (*line == ' ')
            {
              line++;
              width--;
            }
          g_string_append_printf (out, "\n%*s", indent, "");
          column = indent;
        }
      g_string_append_len (out, line, end - line);
      column += width;
      line = end;
    }
}

/* @text in lines that fit; the first begins at @column, the others at @indent. */
static void
append_wrapped (GString *out, const char *text, int indent, int column)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      if (line > lines)
        g_string_append_printf (out, "\n%*s", **line != '\0' ? indent : 0, "");
      append_line (out, *line, indent, line > lines ? indent : column);
    }
  g_string_append_c (out, '\n');
}

static char *
dup_option_text (const GOptionEntry *option)
{
  const char *value = sx_cli_option_get_value (option);
  GString    *text = g_string_new (NULL);

  if (option->short_name != 0)
    g_string_append_printf (text, "-%c, ", option->short_name);
  else
    g_string_append (text, "    ");
  g_string_append_printf (text, "--%s", option->long_name);
  if (value != NULL)
    g_string_append_printf (text, "=%s", value);
  return g_string_free (text, FALSE);
}

static const GOptionEntry help_option = { "help", 'h', 0, G_OPTION_ARG_NONE, NULL, N_ ("Show this help"), NULL };

static void
append_option (GString *out, const GOptionEntry *option, int width)
{
  g_autofree char *text = dup_option_text (option);

  g_string_append_printf (out, "  %-*s  ", width, text);
  append_wrapped (out, _ (option->description), width + 4, width + 4);
}

static void
append_options (GString *out, const SxVerb *verb)
{
  int width = (int)strlen ("-h, --help");

  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
    {
      g_autofree char *text = dup_option_text (option);

      width = MAX (width, (int)strlen (text));
    }
  g_string_append_printf (out, "\n%s\n", _ ("Options:"));
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
    append_option (out, option, width);
  append_option (out, &help_option, width);
}

static char *
dup_verb_help (const SxVerb *verb)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s sextant %s%s%s%s\n\n", _ ("Usage:"), verb->name, _ (" [OPTION…]"), *verb->arguments != '\0' ? " " : "", verb->arguments);
  g_string_append_printf (out, "%s.\n\n", _ (verb->summary));
  append_wrapped (out, _ (verb->description), 0, 0);
  append_options (out, verb);
  if (verb->examples != NULL)
    {
      g_string_append_printf (out, "\n%s\n", _ ("Examples:"));
      for (const SxVerbExample *example = verb->examples; example->command != NULL; example++)
        {
          g_string_append_printf (out, "  %s\n      ", example->command);
          append_wrapped (out, _ (example->text), 6, 6);
        }
    }
  return g_string_free (out, FALSE);
}

char *
sx_cli_dup_help (const SxVerb *verb)
{
  GString *out;

  if (verb != NULL)
    return dup_verb_help (verb);
  out = g_string_new (NULL);
  g_string_append_printf (out, "%s\n%s\n\n", _ ("Usage: sextant VERB [OPTION…] [ARGUMENT…]"), _ ("Turns data into trained models: offline, in one program."));
  for (const SxVerb *const *at = sx_cli_list_verbs (); *at != NULL; at++)
    if (!(*at)->is_hidden)
      {
        g_string_append_printf (out, "  %-*s", SUMMARY_COLUMN - 2, (*at)->name);
        append_wrapped (out, _ ((*at)->summary), SUMMARY_COLUMN, SUMMARY_COLUMN);
      }
  g_string_append_printf (out, "\n%s\n", _ ("“sextant VERB --help” tells about one of them."));
  return g_string_free (out, FALSE);
}

/* ---- man pages ---- */

/* Text as roff: nothing in it is a request or an escape, and what people copy from the page stays what it was. */
static void
append_roff (GString *out, const char *text)
{
  gboolean begins_line = out->len == 0 || out->str[out->len - 1] == '\n';

  for (const char *at = text; *at != '\0'; at++)
    {
      if (begins_line && (*at == '.' || *at == '\''))
        g_string_append (out, "\\&");
      begins_line = *at == '\n';
      if (*at == '\\')
        g_string_append (out, "\\e");
      else if (*at == '-')
        g_string_append (out, "\\-");
      else if (*at == '\'')
        g_string_append (out, "\\(aq");
      else if (at[0] == '\n' && at[1] == '\n')
        {
          g_string_append (out, "\n.PP\n");
          at++;
          begins_line = TRUE;
        }
      else
        g_string_append_c (out, *at);
    }
}

static void
append_roff_line (GString *out, const char *request, const char *text)
{
  g_string_append (out, request);
  append_roff (out, text);
  g_string_append_c (out, '\n');
}

static void
append_man_head (GString *out, const char *name, const char *summary)
{
  g_autofree char *upper = g_ascii_strup (name, -1);

  g_string_append_printf (out, ".TH \"%s\" 1 \"\" \"Sextant %s\" \"\"\n.SH NAME\n", upper, SX_VERSION);
  append_roff (out, name);
  g_string_append (out, " \\- ");
  append_roff_line (out, "", summary);
}

static void
append_man_statuses (GString *out)
{
  g_string_append (out, ".SH EXIT STATUS\n");
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_string_append_printf (out, ".TP\n.B %d\n", statuses[i].status);
      append_roff_line (out, "", _ (statuses[i].text));
    }
}

static void
append_man_option (GString *out, const GOptionEntry *option)
{
  const char *value = sx_cli_option_get_value (option);

  g_string_append (out, ".TP\n");
  if (option->short_name != 0)
    g_string_append_printf (out, "\\fB\\-%c\\fR, ", option->short_name);
  g_string_append (out, "\\fB\\-\\-");
  append_roff (out, option->long_name);
  g_string_append (out, "\\fR");
  if (value != NULL)
    g_string_append_printf (out, "=\\fI%s\\fR", value);
  g_string_append_c (out, '\n');
  append_roff_line (out, "", _ (option->description));
}

static char *
dup_verb_man (const SxVerb *verb)
{
  GString         *out = g_string_new (NULL);
  g_autofree char *name = g_strconcat ("sextant-", verb->name, NULL);

  append_man_head (out, name, _ (verb->summary));
  g_string_append_printf (out, ".SH SYNOPSIS\n.B sextant %s\n[\\fIOPTION\\fR…]", verb->name);
  g_string_append_printf (out, " %s\n.SH DESCRIPTION\n", verb->arguments);
  append_roff_line (out, "", _ (verb->description));
  g_string_append (out, ".SH OPTIONS\n");
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
    append_man_option (out, option);
  append_man_option (out, &help_option);
  append_man_statuses (out);
  if (verb->examples != NULL)
    g_string_append (out, ".SH EXAMPLES\n");
  for (const SxVerbExample *example = verb->examples; example != NULL && example->command != NULL; example++)
    {
      append_roff_line (out, ".TP\n.B ", example->command);
      append_roff_line (out, "", _ (example->text));
    }
  g_string_append (out, ".SH SEE ALSO\n.BR sextant (1)\n");
  return g_string_free (out, FALSE);
}

char *
sx_cli_dup_man (const SxVerb *verb)
{
  GString *out;

  if (verb != NULL)
    return dup_verb_man (verb);
  out = g_string_new (NULL);
  append_man_head (out, "sextant", _ ("turns data into trained models"));
  g_string_append (out, ".SH SYNOPSIS\n.B sextant\n\\fIVERB\\fR [\\fIOPTION\\fR…] [\\fIARGUMENT\\fR…]\n.SH DESCRIPTION\n");
  append_roff_line (out, "", _ ("Reads tables, searches for the best model with a Bayesian optimiser, and exports it as one file with its preprocessing inside. Everything happens on this machine."));
  g_string_append (out, ".SH VERBS\n");
  for (const SxVerb *const *verb_at = sx_cli_list_verbs (); *verb_at != NULL; verb_at++)
    if (!(*verb_at)->is_hidden)
      {
        g_string_append_printf (out, ".TP\n.BR sextant\\-%s (1)\n", (*verb_at)->name);
        append_roff_line (out, "", _ ((*verb_at)->summary));
      }
  append_man_statuses (out);
  return g_string_free (out, FALSE);
}

/* ---- completion ---- */

static void
append_verb_completion (GString *out, const SxVerb *verb)
{
  g_string_append_printf (out, "    %s) options='", verb->name);
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL; option++)
    g_string_append_printf (out, "--%s%s ", option->long_name, sx_cli_option_get_value (option) != NULL ? "=" : "");
  g_string_append (out, "--help' ;;\n");
}

char *
sx_cli_dup_completion (void)
{
  GString *out = g_string_new ("# Completion of sextant for bash; made by the build.\n"
                               "_sextant ()\n{\n"
                               "  local word=${COMP_WORDS[COMP_CWORD]} options=\n"
                               "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '");

  for (const SxVerb *const *verb = sx_cli_list_verbs (); *verb != NULL; verb++)
    if (!(*verb)->is_hidden)
      g_string_append_printf (out, "%s ", (*verb)->name);
  g_string_append (out, "--help --version' -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
  for (const SxVerb *const *verb = sx_cli_list_verbs (); *verb != NULL; verb++)
    if (!(*verb)->is_hidden)
      append_verb_completion (out, *verb);
  g_string_append (out, "  esac\n"
                        "  if [[ $word == -* ]]; then\n"
                        "    compopt -o nospace\n"
                        "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                        "    [[ ${COMPREPLY[0]-} == *= ]] || compopt +o nospace\n"
                        "  fi\n"
                        "}\n"
                        "complete -o bashdefault -o default -F _sextant sextant\n");
  return g_string_free (out, FALSE);
}
