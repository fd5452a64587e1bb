/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The line under a block's title: what was set, most telling first; otherwise the first choice's default, so that “Impute”
 * says “Median”; otherwise the category. A required parameter that is missing comes before everything. */

#define MAX_PARTS 3
#define MAX_NAMES 3

static char *
describe_names (const char *const *names)
{
  guint n = g_strv_length ((char **)names);

  if (n == 0)
    return NULL;
  if (n <= MAX_NAMES)
    return g_strjoinv (", ", (char **)names);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u column", "%u columns", n), n);
}

static char *
describe_number (const SxParamSpec *spec, GVariant *value)
{
  g_autofree char *number = NULL;

  if (spec->type == SX_PARAM_INT)
    number = g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  else
    number = g_strdup_printf ("%.4g", g_variant_get_double (value));
  /* Translators: a parameter's title and its number, with and without unit: “Test part 20 %”, “Trees 100” */
  if (spec->unit != NULL)
    return g_strdup_printf (_ ("%s %s %s"), _ (spec->title), number, _ (spec->unit));
  return g_strdup_printf (_ ("%s %s"), _ (spec->title), number);
}

static char *
describe_choice (const SxParamSpec *spec, const char *id)
{
  for (const SxChoice *choice = spec->choices; choice != NULL && choice->id != NULL; choice++)
    if (strcmp (choice->id, id) == 0)
      return g_strdup (_ (choice->title));
  return g_strdup (id);
}

/* NULL when the value says nothing. */
static char *
describe_value (const SxParamSpec *spec, GVariant *value)
{
  g_autofree const char **names = NULL;
  const char             *text;
  gsize                   n;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (sx_param_type_get_variant_type (spec->type))))
    return NULL;
  switch (spec->type)
    {
    case SX_PARAM_BOOL:
      return g_variant_get_boolean (value) ? g_strdup (_ (spec->title)) : NULL;
    case SX_PARAM_INT:
    case SX_PARAM_DOUBLE:
      return describe_number (spec, value);
    case SX_PARAM_CHOICE:
      return describe_choice (spec, g_variant_get_string (value, NULL));
    case SX_PARAM_FILE:
      text = g_variant_get_string (value, NULL);
      return *text != '\0' ? g_path_get_basename (text) : NULL;
    case SX_PARAM_STRING:
    case SX_PARAM_TEXT:
    case SX_PARAM_EXPRESSION:
    case SX_PARAM_COLUMN:
      text = g_variant_get_string (value, NULL);
      return *text != '\0' ? g_strdelimit (g_strdup (text), "\n\t\r", ' ') : NULL;
    case SX_PARAM_COLUMNS:
    case SX_PARAM_STRINGS:
      names = g_variant_get_strv (value, NULL);
      return describe_names (names);
    case SX_PARAM_MAPPING:
    case SX_PARAM_SPACE:
      n = g_variant_n_children (value);
      return n == 0 ? NULL : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%zu entry", "%zu entries", n), n);
    default:
      return NULL;
    }
}

static const SxParamSpec *
find_missing_param (SxBlock *block, GVariant *values)
{
  g_autoptr (SxParams) params = sx_block_dup_params (block, NULL);

  for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec != NULL && spec->id != NULL; spec++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (values, spec->id, NULL);
      g_autofree char *text = value != NULL ? describe_value (spec, value) : NULL;

      if ((spec->flags & SX_PARAM_REQUIRED) != 0 && text == NULL && (params == NULL || sx_param_spec_is_visible (spec, params)))
        return spec;
    }
  return NULL;
}

static char *
describe_first_choice (SxBlock *block)
{
  for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec != NULL && spec->id != NULL; spec++)
    if (spec->type == SX_PARAM_CHOICE && (spec->flags & SX_PARAM_ADVANCED) == 0)
      {
        g_autoptr (GVariant) value = sx_param_spec_ref_default (spec);
        return value != NULL ? describe_value (spec, value) : NULL;
      }
  return NULL;
}

char *
sx_block_summarize (SxBlock *block, gboolean *is_lacking)
{
  const SxBlockKind *kind = sx_block_get_kind (block);
  GVariant          *values = sx_block_get_params (block);
  const SxParamSpec *missing = find_missing_param (block, values);
  g_autoptr (GString) line = g_string_new (NULL);
  guint n_parts = 0;

  *is_lacking = missing != NULL;
  if (missing != NULL)
    return g_strdup_printf (_ ("Set “%s”"), _ (missing->title));

  for (const SxParamSpec *spec = kind->params; spec != NULL && spec->id != NULL && n_parts < MAX_PARTS; spec++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (values, spec->id, NULL);
      g_autofree char *part = value != NULL ? describe_value (spec, value) : NULL;

      if (part == NULL || *part == '\0')
        continue;
      if (n_parts++ > 0)
        g_string_append (line, " · ");
      g_string_append (line, part);
    }
  if (n_parts == 0)
    {
      g_autofree char *choice = describe_first_choice (block);

      if (choice != NULL)
        g_string_append (line, choice);
      else if (sx_block_get_label (block) != NULL)
        g_string_append (line, _ (kind->title));
      else
        g_string_append (line, sx_block_category_get_title (kind->category));
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}
