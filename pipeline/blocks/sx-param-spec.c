/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What a parameter is: its GVariant type, its default, and whether a value fits. */

#include "config.h"

#include "sx-block-kind.h"

#include "graph/sx-yaml.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const char *const variant_types[] = {
  [SX_PARAM_BOOL] = "b",
  [SX_PARAM_INT] = "x",
  [SX_PARAM_DOUBLE] = "d",
  [SX_PARAM_STRING] = "s",
  [SX_PARAM_CHOICE] = "s",
  [SX_PARAM_FILE] = "s",
  [SX_PARAM_TEXT] = "s",
  [SX_PARAM_EXPRESSION] = "s",
  [SX_PARAM_COLUMN] = "s",
  [SX_PARAM_COLUMNS] = "as",
  [SX_PARAM_MAPPING] = "a{ss}",
  [SX_PARAM_STRINGS] = "as",
  [SX_PARAM_SPACE] = "a{sv}",
};

static const char *const empty_texts[] = {
  ['b' - 'a'] = "false",
  ['d' - 'a'] = "0.0",
  ['s' - 'a'] = "''",
  ['x' - 'a'] = "0",
};

const char *
sx_param_type_get_variant_type (SxParamType type)
{
  g_return_val_if_fail (type < G_N_ELEMENTS (variant_types), NULL);

  return variant_types[type];
}

GVariant *
sx_param_spec_ref_default (const SxParamSpec *spec)
{
  const char *type = sx_param_type_get_variant_type (spec->type);
  const char *text = spec->default_text;
  g_autoptr (GError) error = NULL;
  GVariant *value;

  if (text == NULL)
    text = type[0] == 'a' ? (type[1] == '{' ? "{}" : "[]") : empty_texts[type[0] - 'a'];
  value = g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, &error);
  if (value == NULL)
    g_error ("Default of parameter %s: %s", spec->id, error->message);
  return g_variant_take_ref (value);
}

/* ---- one value against its spec ---- */

G_GNUC_PRINTF (3, 4)
static GVariant *
refuse (const SxParamSpec *spec, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list          args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, "“%s”: %s", spec->id, what);
  return NULL;
}

/* Any integer variant as int64. */
static gboolean
get_integer (GVariant *value, gint64 *integer)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_INT64:
      *integer = g_variant_get_int64 (value);
      return TRUE;
    case G_VARIANT_CLASS_INT32:
      *integer = g_variant_get_int32 (value);
      return TRUE;
    case G_VARIANT_CLASS_INT16:
      *integer = g_variant_get_int16 (value);
      return TRUE;
    case G_VARIANT_CLASS_BYTE:
      *integer = g_variant_get_byte (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT16:
      *integer = g_variant_get_uint16 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      *integer = g_variant_get_uint32 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT64:
      *integer = (gint64)g_variant_get_uint64 (value);
      return *integer >= 0;
      case G_VARIANT_CLASS_DOUBLE: {
        double number = g_variant_get_double (value);

        if (!(number >= -0x1p53 && number <= 0x1p53) || number != floor (number))
          return FALSE;
        *integer = (gint64)number;
        return TRUE;
      }
    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_VARIANT:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      return FALSE;
    }
}

static char *
print_number (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.15g", number));
}

static GVariant *
check_int (const SxParamSpec *spec, GVariant *value, GError **error)
{
  gint64 integer;

  if (!get_integer (value, &integer))
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      return refuse (spec, error, _ ("a whole number is expected, not %s"), text);
    }
  if (spec->min < spec->max && ((double)integer < spec->min || (double)integer > spec->max))
    {
      g_autofree char *low = print_number (spec->min);
      g_autofree char *high = print_number (spec->max);

      return refuse (spec, error, _ ("%" G_GINT64_FORMAT " is outside %s to %s"), integer, low, high);
    }
  return g_variant_new_int64 (integer);
}

static GVariant *
check_double (const SxParamSpec *spec, GVariant *value, GError **error)
{
  double number;
  gint64 integer;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_variant_get_double (value);
  else if (get_integer (value, &integer) && integer >= -(G_GINT64_CONSTANT (1) << 53) && integer <= (G_GINT64_CONSTANT (1) << 53))
    number = (double)integer;
  else
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      return refuse (spec, error, _ ("a number is expected, not %s"), text);
    }
  if (!isfinite (number))
    return refuse (spec, error, "%s", _ ("a finite number is expected"));
  if (spec->min < spec->max && (number < spec->min || number > spec->max))
    {
      g_autofree char *text = print_number (number);
      g_autofree char *low = print_number (spec->min);
      g_autofree char *high = print_number (spec->max);

      return refuse (spec, error, _ ("%s is outside %s to %s"), text, low, high);
    }
  return g_variant_new_double (number);
}

static GVariant *
check_choice (const SxParamSpec *spec, GVariant *value, GError **error)
{
  const char *text = g_variant_get_string (value, NULL);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char      *suggestion;

  for (const SxChoice *choice = spec->choices; choice->id; choice++)
    {
      if (g_str_equal (choice->id, text))
        return g_variant_ref (value);
      g_ptr_array_add (ids, (gpointer)choice->id);
    }
  g_ptr_array_add (ids, NULL);
  suggestion = sx_yaml_suggest (text, (const char *const *)ids->pdata);
  if (suggestion != NULL)
    return refuse (spec, error, _ ("“%s” is not one of the choices. Did you mean “%s”?"), text, suggestion);
  list = g_strjoinv (", ", (char **)ids->pdata);
  return refuse (spec, error, _ ("“%s” is not one of the choices: %s"), text, list);
}

/* Arrays of text come as “as”, or, from a file where some items look like numbers, as “av”. */
static GVariant *
check_strings (const SxParamSpec *spec, GVariant *value, GError **error)
{
  GVariantBuilder builder;
  gsize           n_items;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_ref (value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return refuse (spec, error, "%s", _ ("a list of texts is expected, such as [a, b]"));
  n_items = g_variant_n_children (value);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; i < n_items; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) item = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
        {
          g_autofree char *text = g_variant_print (item, FALSE);

          g_variant_builder_clear (&builder);
          return refuse (spec, error, _ ("item %" G_GSIZE_FORMAT " (%s) is not text. Put it in quotes."), i + 1, text);
        }
      g_variant_builder_add_value (&builder, item);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
check_mapping (const SxParamSpec *spec, GVariant *value, GError **error)
{
  GVariantBuilder builder;
  GVariantIter    iter;
  const char     *key;
  GVariant       *child;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{ss}")))
    return g_variant_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) && g_variant_n_children (value) == 0)
    return g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return refuse (spec, error, "%s", _ ("a mapping from text to text is expected, such as {a: b}"));
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &child))
    {
      g_autoptr (GVariant) item = child;

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
        {
          g_autofree char *text = g_variant_print (item, FALSE);

          g_variant_builder_clear (&builder);
          return refuse (spec, error, _ ("the value of “%s” (%s) is not text. Put it in quotes."), key, text);
        }
      g_variant_builder_add (&builder, "{ss}", key, g_variant_get_string (item, NULL));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
check_space (const SxParamSpec *spec, GVariant *value, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return g_variant_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) && g_variant_n_children (value) == 0)
    return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  return refuse (spec, error, "%s", _ ("a mapping is expected, such as {depth: 6, lr: [0.01, 0.1]}"));
}

static GVariant *
check_type (const SxParamSpec *spec, GVariant *value, GError **error)
{
  switch (spec->type)
    {
    case SX_PARAM_BOOL:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return refuse (spec, error, "%s", _ ("true or false is expected"));
      return g_variant_ref (value);
    case SX_PARAM_INT:
      return check_int (spec, value, error);
    case SX_PARAM_DOUBLE:
      return check_double (spec, value, error);
    case SX_PARAM_COLUMNS:
    case SX_PARAM_STRINGS:
      return check_strings (spec, value, error);
    case SX_PARAM_MAPPING:
      return check_mapping (spec, value, error);
    case SX_PARAM_SPACE:
      return check_space (spec, value, error);
    case SX_PARAM_STRING:
    case SX_PARAM_CHOICE:
    case SX_PARAM_FILE:
    case SX_PARAM_TEXT:
    case SX_PARAM_EXPRESSION:
    case SX_PARAM_COLUMN:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        {
          g_autofree char *text = g_variant_print (value, FALSE);

          return refuse (spec, error, _ ("%s is not text. Put it in quotes."), text);
        }
      return spec->type == SX_PARAM_CHOICE ? check_choice (spec, value, error) : g_variant_ref (value);
    default:
      g_assert_not_reached ();
    }
}

GVariant *
sx_param_spec_check (const SxParamSpec *spec, GVariant *value, GError **error)
{
  g_autoptr (GVariant) inner = NULL;
  GVariant *checked;

  g_return_val_if_fail (spec != NULL && value != NULL, NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    inner = g_variant_get_variant (value);
  checked = check_type (spec, inner ? inner : value, error);
  return checked ? g_variant_take_ref (checked) : NULL;
}

/* ---- visibility ---- */

/* @value as it stands in a visible_if condition. */
static char *
print_plain (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

gboolean
sx_param_spec_is_visible (const SxParamSpec *spec, const SxParams *params)
{
  const char      *equals;
  g_autofree char *id = NULL;
  g_autofree char *plain = NULL;
  g_auto (GStrv) values = NULL;
  const SxParamSpec *condition;

  if (spec->visible_if == NULL)
    return TRUE;
  equals = strchr (spec->visible_if, '=');
  g_assert (equals != NULL);
  id = g_strndup (spec->visible_if, equals - spec->visible_if);
  values = g_strsplit (equals + 1, "|", -1);
  condition = sx_block_kind_find_param (sx_params_get_kind (params), id);
  g_assert (condition != NULL);
  if (!sx_param_spec_is_visible (condition, params))
    return FALSE;
  plain = print_plain (sx_params_get (params, id));
  return g_strv_contains ((const char *const *)values, plain);
}
