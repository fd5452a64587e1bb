/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant tune: the optimiser for any program, as lines of JSON.
 *
 *   out  {"trial":1,"params":{…}}                a suggestion
 *   in   {"trial":1,"value":0.31}                its value; answered by the next suggestion
 *   in   {"trial":1,"state":"failed"}            the same without a value
 *   in   {"trial":1,"step":3,"value":0.5}        an intermediate value; answered by {"trial":1,"prune":false}
 *   in   {"params":{…},"value":0.4}              a trial of the caller's own
 *   in   {"ask":4}                               four suggestions; from here on they come only when asked for
 *   in   {"best":true}                           answered by {"best":{"trial":…,"params":…,"value":…}}
 *
 * A line that means nothing ends the dialogue with a message that names it: the two sides would no longer agree on what was said. */

#include "config.h"

#include "sx-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE (1024 * 1024)
#define MAX_ASK 1000
#define MAX_TRIALS 1000000
#define POLL_MS 100

static struct
{
  char    *space, *seed;
  gboolean stdio, noisy, random, batch;
} options;

typedef struct
{
  SxStudy    *study;
  SxSpace    *space;
  GHashTable *params; /* trial → its point, for “best” */
  gboolean    is_batch;
  gboolean    is_exhausted; /* every point of a finite space has been tried */
} Dialogue;

/* ---- answers ---- */

static void
answer (GVariantBuilder *builder)
{
  sx_cli_print_json (g_variant_builder_end (builder));
  sx_cli_flush ();
}

static gboolean
suggest (Dialogue *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) point = NULL;
  GVariantBuilder builder;
  guint           trial;

  point = sx_study_ask (self->study, &trial, &problem);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (g_error_matches (problem, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE))
    {
      /* Said once for each suggestion that was asked for, so that a program that waits for a line gets one. */
      self->is_exhausted = TRUE;
      g_variant_builder_add (&builder, "{sv}", "exhausted", g_variant_new_boolean (TRUE));
      answer (&builder);
      return TRUE;
    }
  if (point == NULL)
    {
      g_variant_builder_clear (&builder);
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  g_hash_table_insert (self->params, GUINT_TO_POINTER (trial), g_variant_ref (point));
  g_variant_builder_add (&builder, "{sv}", "trial", g_variant_new_uint32 (trial));
  g_variant_builder_add (&builder, "{sv}", "params", point);
  answer (&builder);
  return TRUE;
}

static void
answer_best (Dialogue *self)
{
  double          value = NAN;
  guint           trial = sx_study_get_best (self->study, &value);
  GVariantBuilder builder, best;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (trial != 0)
    {
      g_variant_builder_init (&best, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&best, "{sv}", "trial", g_variant_new_uint32 (trial));
      g_variant_builder_add (&best, "{sv}", "params", g_hash_table_lookup (self->params, GUINT_TO_POINTER (trial)));
      g_variant_builder_add (&best, "{sv}", "value", g_variant_new_double (value));
      g_variant_builder_add (&builder, "{sv}", "best", g_variant_builder_end (&best));
    }
  else
    g_variant_builder_add (&builder, "{sv}", "best", g_variant_new_maybe (G_VARIANT_TYPE_VARDICT, NULL));
  answer (&builder);
}

/* ---- what is read ---- */

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, text);
  return FALSE;
}

/* NaN when it is left out or null. */
static gboolean
read_number (GVariant *line, const char *key, double *number, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (line, key, NULL);

  *number = NAN;
  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else
    return fail (error, _ ("“%s” must be a number."), key);
  return TRUE;
}

/* “done” unless said otherwise; without a value a trial cannot be done, nor pruned. */
static gboolean
read_state (GVariant *line, double value, SxTrialState *state, GError **error)
{
  g_autoptr (GVariant) word = g_variant_lookup_value (line, "state", NULL);
  const char *text = word == NULL ? "done" : g_variant_is_of_type (word, G_VARIANT_TYPE_STRING) ? g_variant_get_string (word, NULL)
                                                                                                : "";

  if (g_str_equal (text, "done"))
    *state = SX_TRIAL_DONE;
  else if (g_str_equal (text, "failed"))
    *state = SX_TRIAL_FAILED;
  else if (g_str_equal (text, "pruned"))
    *state = SX_TRIAL_PRUNED;
  else
    return fail (error, "%s", _ ("“state” must be done, failed or pruned."));
  if (*state != SX_TRIAL_FAILED && isnan (value))
    return fail (error, "%s", _ ("A trial that has not failed needs a “value”."));
  return TRUE;
}

/* The number of a trial that was suggested or told. */
static gboolean
read_trial (Dialogue *self, GVariant *line, guint *trial, GError **error)
{
  double number;

  if (!read_number (line, "trial", &number, error))
    return FALSE;
  if (!(number >= 1 && number <= MAX_TRIALS && number == floor (number)) || !g_hash_table_contains (self->params, GUINT_TO_POINTER ((guint)number)))
    return fail (error, _ ("There is no trial %g."), number);
  *trial = (guint)number;
  return TRUE;
}

static gboolean
take_step (Dialogue *self, GVariant *line, guint trial, double value, GError **error)
{
  GVariantBuilder builder;
  double          step;
  gboolean        is_pruned;

  if (!read_number (line, "step", &step, error))
    return FALSE;
  if (!(step >= 0 && step <= G_MAXINT && step == floor (step)) || isnan (value))
    return fail (error, "%s", _ ("A step needs a whole number and a value."));
  is_pruned = sx_study_report (self->study, trial, (guint)step, value);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "trial", g_variant_new_uint32 (trial));
  g_variant_builder_add (&builder, "{sv}", "prune", g_variant_new_boolean (is_pruned));
  answer (&builder);
  return TRUE;
}

static gboolean
take_result (Dialogue *self, GVariant *line, GError **error)
{
  SxTrialState state;
  guint        trial = 0;
  double       value;

  if (!read_trial (self, line, &trial, error) || !read_number (line, "value", &value, error))
    return FALSE;
  if (g_variant_lookup (line, "step", "*", NULL))
    return take_step (self, line, trial, value, error);
  if (!read_state (line, value, &state, error) || !sx_study_tell (self->study, trial, state, value, error))
    return FALSE;
  return self->is_batch || suggest (self, error);
}

static gboolean
take_own_trial (Dialogue *self, GVariant *line, GError **error)
{
  g_autoptr (GVariant) params = g_variant_lookup_value (line, "params", NULL);
  g_autoptr (GVariant) complete = NULL;
  SxTrialState state;
  double       value;
  guint        trial = sx_study_get_n_trials (self->study) + 1;

  if (!g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT))
    return fail (error, "%s", _ ("“params” must be an object."));
  if (!read_number (line, "value", &value, error) || !read_state (line, value, &state, error))
    return FALSE;
  complete = sx_space_complete (self->space, params, error);
  if (complete == NULL || !sx_study_add (self->study, trial, complete, state, value, error))
    return FALSE;
  g_hash_table_insert (self->params, GUINT_TO_POINTER (trial), g_steal_pointer (&complete));
  return TRUE;
}

static gboolean
take_ask (Dialogue *self, GVariant *line, GError **error)
{
  double n;

  if (!read_number (line, "ask", &n, error))
    return FALSE;
  if (!(n >= 1 && n <= MAX_ASK && n == floor (n)))
    return fail (error, _ ("“ask” must be from 1 to %d."), MAX_ASK);
  self->is_batch = TRUE;
  for (guint i = 0; i < (guint)n; i++)
    if (!suggest (self, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_line (Dialogue *self, const char *text, gsize size, GError **error)
{
  g_autoptr (GVariant) line = sx_cli_parse_json (text, size, error);

  if (line == NULL)
    return FALSE;
  if (g_variant_lookup (line, "trial", "*", NULL))
    return take_result (self, line, error);
  if (g_variant_lookup (line, "params", "*", NULL))
    return take_own_trial (self, line, error);
  if (g_variant_lookup (line, "ask", "*", NULL))
    return take_ask (self, line, error);
  if (g_variant_lookup (line, "best", "*", NULL))
    {
      answer_best (self);
      return TRUE;
    }
  return fail (error, "%s", _ ("One of “trial”, “params”, “ask” and “best” is needed."));
}

/* ---- the dialogue ---- */

/* Waits for input without missing Ctrl-C. FALSE at the end: cancelled, or @error set. */
static gboolean
read_some (GByteArray *buffer, gboolean *is_end, GError **error)
{
  struct pollfd waiting = { STDIN_FILENO, POLLIN, 0 };
  guint8        bytes[65536];
  gssize        n;

  while (poll (&waiting, 1, POLL_MS) <= 0)
    if (g_cancellable_set_error_if_cancelled (sx_cli_get_cancellable (), error))
      return FALSE;
  if (g_cancellable_set_error_if_cancelled (sx_cli_get_cancellable (), error))
    return FALSE;
  n = read (STDIN_FILENO, bytes, sizeof bytes);
  if (n < 0 && errno != EINTR)
    {
      g_set_error (error, G_FILE_ERROR, (gint)g_file_error_from_errno (errno), _ ("Cannot read standard input: %s"), g_strerror (errno));
      return FALSE;
    }
  *is_end = n == 0;
  if (n > 0)
    g_byte_array_append (buffer, bytes, (guint)n);
  return TRUE;
}

static gboolean
is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* Takes the whole lines off @buffer. */
static gboolean
take_lines (Dialogue *self, GByteArray *buffer, gboolean is_end, guint *number, GError **error)
{
  gsize start = 0;

  while (start < buffer->len)
    {
      const char *text = (const char *)buffer->data + start;
      const char *end = memchr (text, '\n', buffer->len - start);
      gsize       size = end != NULL ? (gsize)(end - text) : buffer->len - start;
      g_autoptr (GError) problem = NULL;

      if (end == NULL && !is_end && size <= MAX_LINE)
        break;
      ++*number;
      if (size > MAX_LINE)
        fail (&problem, "%s", _ ("The line is too long."));
      else if (!is_blank (text, size))
        take_line (self, text, size, &problem);
      if (problem != NULL)
        return fail (error, _ ("line %u: %s"), *number, problem->message);
      start += size + (end != NULL ? 1 : 0);
    }
  g_byte_array_remove_range (buffer, 0, (guint)start);
  return TRUE;
}

static gboolean
talk (Dialogue *self, GError **error)
{
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  gboolean is_end = FALSE;
  guint    number = 0;

  if (!self->is_batch && !suggest (self, error))
    return FALSE;
  while (!is_end && sx_cli_flush ())
    if (!read_some (buffer, &is_end, error) || !take_lines (self, buffer, is_end, &number, error))
      return FALSE;
  return TRUE;
}

/* ---- the verb ---- */

/* A file for tune holds `space`, and `portfolio` if there are known points; a topology without spaces of its own does too. */
static gboolean
enqueue_portfolio (Dialogue *self, const SxYaml *list, GError **error)
{
  for (guint i = 0; list != NULL && sx_yaml_get_type (list) == SX_YAML_LIST && i < sx_yaml_get_n_children (list); i++)
    {
      const SxYaml *item = sx_yaml_get_child (list, i);
      g_autoptr (GVariant) point = sx_yaml_get_type (item) == SX_YAML_MAP ? sx_yaml_to_variant (item) : NULL;
      g_autoptr (GError) problem = NULL;

      if (point == NULL)
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("A point of the portfolio is a map from parameters to values."));
      g_variant_ref_sink (point);
      if (!sx_study_enqueue (self->study, point, &problem))
        return sx_yaml_set_error (item, SX_PIPELINE_ERROR_PARSE, error, "%s", problem->message);
    }
  return TRUE;
}

static gboolean
open_study (Dialogue *self, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_load (options.space, error);
  const SxYaml  *map;
  SxStudyOptions study = { .sampler = options.random ? SX_SAMPLER_RANDOM : SX_SAMPLER_BAYES, .is_noisy = options.noisy };

  if (root == NULL || (options.seed != NULL && !sx_cli_parse_seed (options.seed, &study.seed, error)))
    return FALSE;
  if (sx_yaml_get_type (root) != SX_YAML_MAP || (map = sx_yaml_find (root, "space")) == NULL)
    return sx_yaml_set_error (root, SX_PIPELINE_ERROR_PARSE, error, "%s", _ ("The file needs a mapping “space” from parameters to their ranges."));
  self->space = sx_space_read (map, error);
  if (self->space == NULL)
    return FALSE;
  self->study = sx_study_new (self->space, &study);
  return enqueue_portfolio (self, sx_yaml_find (root, "portfolio"), error);
}

static int
run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  Dialogue self = { .is_batch = options.batch };
  gboolean is_fine;

  if (options.space == NULL)
    return sx_cli_usage (verb, "%s", _ ("tune needs a search space: --space FILE."));
  if (!options.stdio)
    return sx_cli_usage (verb, "%s", _ ("Say --stdio to speak JSON lines over standard input and output."));
  self.params = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_variant_unref);
  is_fine = open_study (&self, &error) && talk (&self, &error);
  g_hash_table_unref (self.params);
  g_clear_pointer (&self.study, sx_study_free);
  g_clear_pointer (&self.space, sx_space_unref);
  return is_fine ? SX_CLI_DONE : sx_cli_fail (error);
}

static const GOptionEntry entries[] = {
  { "space", 0, 0, G_OPTION_ARG_FILENAME, &options.space, N_ ("The search space, as YAML"), "FILE" },
  { "stdio", 0, 0, G_OPTION_ARG_NONE, &options.stdio, N_ ("Speak JSON lines over standard input and output"), NULL },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, N_ ("The seed of every random choice"), "N" },
  { "noisy", 0, 0, G_OPTION_ARG_NONE, &options.noisy, N_ ("Values are noisy: the same parameters give other values again"), NULL },
  { "random", 0, 0, G_OPTION_ARG_NONE, &options.random, N_ ("Suggest at random, for comparison"), NULL },
  { "batch", 0, 0, G_OPTION_ARG_NONE, &options.batch, N_ ("Suggest only when asked by {\"ask\": N}"), NULL },
  { NULL },
};

static const SxVerbExample examples[] = {
  { "sextant tune --space space.yaml --stdio", N_ ("Prints a suggestion; write {\"trial\": 1, \"value\": 0.31} to get the next.") },
  { NULL },
};

const SxVerb sx_verb_tune = {
  .name = "tune",
  .arguments = "",
  .summary = N_ ("Offer the optimiser to any program, as JSON lines"),
  .description = N_ ("Prints a suggestion, {\"trial\": 1, \"params\": {…}}, and after each result, {\"trial\": 1, \"value\": 0.31}, the next one. Values are minimised.\n\nA trial that went wrong is told by \"state\": \"failed\". An intermediate value, with \"step\": N, is answered by \"prune\": true or false. {\"params\": {…}, \"value\": 0.4} tells a trial of your own, {\"ask\": 4} asks for several suggestions at once (and then suggestions come only when asked for), {\"best\": true} asks for the best trial so far."),
  .examples = examples,
  .options = entries,
  .run = run,
};
