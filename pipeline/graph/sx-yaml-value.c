/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-yaml-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>

/* What scalars mean. A plain scalar is a truth value, a number or text by the core rules of YAML 1.2 (section 10.3.2); a
 * quoted one is always text. A null (“~”, “null” or nothing at all) reads as if the key were not there. */

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return g_strv_contains (words, text);
}

static gsize
span_digits (const char *text)
{
  return strspn (text, "0123456789");
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? ; *@whole is TRUE without fraction and exponent. */
static gboolean
is_number (const char *text, gboolean *whole)
{
  const char *c = text + (*text == '-' || *text == '+');
  gsize       n_before = span_digits (c);
  gsize       n_after = 0;

  c += n_before;
  *whole = *c == '\0';
  if (*c == '.')
    {
      n_after = span_digits (++c);
      c += n_after;
    }
  if (n_before + n_after == 0)
    return FALSE;
  if (*c == 'e' || *c == 'E')
    {
      c++;
      c += *c == '-' || *c == '+';
      gsize n_exponent = span_digits (c);
      if (n_exponent == 0)
        return FALSE;
      c += n_exponent;
    }
  return *c == '\0';
}

/* 0o17 and 0x1f, without sign. */
static gboolean
parse_based (const char *text, gint64 *integer)
{
  guint       base = text[0] == '0' && text[1] == 'o' ? 8 : text[0] == '0' && text[1] == 'x' ? 16
                                                                                             : 0;
  const char *digits = base == 8 ? "01234567" : "0123456789abcdefABCDEF";

  if (base == 0 || text[2] == '\0' || text[2 + strspn (text + 2, digits)] != '\0')
    return FALSE;
  errno = 0;
  guint64 value = g_ascii_strtoull (text + 2, NULL, base);
  *integer = (gint64)value;
  return errno == 0 && value <= G_MAXINT64;
}

static gboolean
parse_special (const char *text, double *number)
{
  static const char *const infinities[] = { ".inf", ".Inf", ".INF", NULL };
  static const char *const nans[] = { ".nan", ".NaN", ".NAN", NULL };
  gboolean                 is_signed = *text == '-' || *text == '+';

  if (is_one_of (text, nans))
    *number = NAN;
  else if (is_one_of (text + is_signed, infinities))
    *number = *text == '-' ? -INFINITY : INFINITY;
  else
    return FALSE;
  return TRUE;
}

SxYamlPlain
sx_yaml_classify (const char *text, gint64 *integer, double *number)
{
  static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
  static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };
  gboolean                 whole;

  if (is_one_of (text, nulls))
    return SX_YAML_PLAIN_NULL;
  if (is_one_of (text, bools))
    {
      *integer = g_ascii_tolower (*text) == 't';
      return SX_YAML_PLAIN_BOOL;
    }
  if (parse_based (text, integer))
    return SX_YAML_PLAIN_INT;
  if (parse_special (text, number))
    return SX_YAML_PLAIN_DOUBLE;
  if (!is_number (text, &whole))
    return SX_YAML_PLAIN_TEXT;
  errno = 0;
  if (whole)
    *integer = g_ascii_strtoll (text, NULL, 10);
  if (whole && errno == 0)
    return SX_YAML_PLAIN_INT;
  *number = g_ascii_strtod (text, NULL);
  return SX_YAML_PLAIN_DOUBLE;
}

static SxYamlPlain
classify_node (const SxYaml *node, gint64 *integer, double *number)
{
  if (sx_yaml_is_quoted (node))
    return SX_YAML_PLAIN_TEXT;
  return sx_yaml_classify (sx_yaml_get_text (node), integer, number);
}

/* Sets *@node to the scalar called @key; NULL when it is missing or null. */
static gboolean
find_scalar (const SxYaml *map, const char *key, const char *wanted, const SxYaml **node, GError **error)
{
  gint64 integer;
  double number;

  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("A map with the key “%s” was expected here."), key);
  *node = sx_yaml_find (map, key);
  if (*node == NULL)
    return TRUE;
  if (sx_yaml_get_type (*node) != SX_YAML_SCALAR)
    return sx_yaml_set_error (*node, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” must be %s, not a list or a map."), key, wanted);
  if (classify_node (*node, &integer, &number) == SX_YAML_PLAIN_NULL)
    *node = NULL;
  return TRUE;
}

static gboolean
refuse_value (const SxYaml *node, const char *key, const char *wanted, GError **error)
{
  return sx_yaml_set_error (node, SX_PIPELINE_ERROR_PARSE, error, _ ("“%s” must be %s, not “%s”."), key, wanted,
                            sx_yaml_get_text (node));
}

gboolean
sx_yaml_read_string (const SxYaml *map, const char *key, const char *fallback, char **value, GError **error)
{
  const SxYaml *node;

  if (!find_scalar (map, key, _ ("text"), &node, error))
    return FALSE;
  *value = g_strdup (node ? sx_yaml_get_text (node) : fallback);
  return TRUE;
}

gboolean
sx_yaml_read_int (const SxYaml *map, const char *key, gint64 fallback, gint64 *value, GError **error)
{
  const char   *wanted = _ ("a whole number");
  const SxYaml *node;
  gint64        integer = fallback;
  double        number;

  if (!find_scalar (map, key, wanted, &node, error))
    return FALSE;
  if (node)
    {
      SxYamlPlain plain = classify_node (node, &integer, &number);
      /* 1e6 is a whole number to whoever wrote it; beyond 2^53 it might not be the one that was meant. */
      if (plain == SX_YAML_PLAIN_DOUBLE && fabs (number) <= 9007199254740992.0 && number == floor (number))
        integer = (gint64)number;
      else if (plain != SX_YAML_PLAIN_INT)
        return refuse_value (node, key, wanted, error);
    }
  *value = integer;
  return TRUE;
}

gboolean
sx_yaml_read_double (const SxYaml *map, const char *key, double fallback, double *value, GError **error)
{
  const char   *wanted = _ ("a number");
  const SxYaml *node;
  gint64        integer;
  double        number = fallback;

  if (!find_scalar (map, key, wanted, &node, error))
    return FALSE;
  if (node)
    {
      SxYamlPlain plain = classify_node (node, &integer, &number);
      if (plain == SX_YAML_PLAIN_INT)
        number = (double)integer;
      else if (plain != SX_YAML_PLAIN_DOUBLE)
        return refuse_value (node, key, wanted, error);
    }
  *value = number;
  return TRUE;
}

gboolean
sx_yaml_read_bool (const SxYaml *map, const char *key, gboolean fallback, gboolean *value, GError **error)
{
  const char   *wanted = _ ("true or false");
  const SxYaml *node;
  gint64        integer = fallback;
  double        number;

  if (!find_scalar (map, key, wanted, &node, error))
    return FALSE;
  if (node && classify_node (node, &integer, &number) != SX_YAML_PLAIN_BOOL)
    return refuse_value (node, key, wanted, error);
  *value = integer != 0;
  return TRUE;
}

/* Levenshtein over bytes, given up at @limit: names are short and ASCII. */
static guint
measure_distance (const char *a, const char *b, guint limit)
{
  gsize n = strlen (a), m = strlen (b);

  if (n > SX_YAML_MAX_SIMPLE_KEY || m > SX_YAML_MAX_SIMPLE_KEY || (n > m ? n - m : m - n) > limit)
    return limit + 1;
  g_autofree guint *row = g_new (guint, m + 1);
  for (gsize j = 0; j <= m; j++)
    row[j] = (guint)j;
  for (gsize i = 1; i <= n; i++)
    {
      guint diagonal = row[0];
      row[0] = (guint)i;
      for (gsize j = 1; j <= m; j++)
        {
          guint above = row[j];
          guint change = diagonal + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));
          row[j] = MIN (change, MIN (above, row[j - 1]) + 1);
          diagonal = above;
        }
    }
  return row[m];
}

const char *
sx_yaml_suggest (const char *word, const char *const *known)
{
  guint       limit = MAX (1, (guint)MIN (strlen (word), 30) / 3);
  const char *best = NULL;

  for (guint i = 0; known[i]; i++)
    {
      guint distance = measure_distance (word, known[i], limit);
      if (distance <= limit)
        {
          best = known[i];
          if (distance == 0)
            break;
          limit = distance - 1;
        }
    }
  return best;
}

gboolean
sx_yaml_check_keys (const SxYaml *map, const char *const *known, GError **error)
{
  if (sx_yaml_get_type (map) != SX_YAML_MAP)
    return sx_yaml_set_error (map, SX_PIPELINE_ERROR_PARSE, error, _ ("A map (key: value) was expected here."));
  for (guint i = 0; i < sx_yaml_get_n_children (map); i++)
    {
      const char *key = sx_yaml_get_key (map, i);
      if (g_strv_contains (known, key))
        continue;
      const char *suggestion = sx_yaml_suggest (key, known);
      if (suggestion)
        return sx_yaml_set_key_error (map, i, SX_PIPELINE_ERROR_PARSE, error, _ ("Unknown key “%s”. Did you mean “%s”?"), key,
                                      suggestion);
      g_autofree char *list = g_strjoinv (", ", (char **)known);
      return sx_yaml_set_key_error (map, i, SX_PIPELINE_ERROR_PARSE, error, _ ("Unknown key “%s”. Allowed here: %s."), key, list);
    }
  return TRUE;
}

static GVariant *
scalar_to_variant (const SxYaml *node)
{
  gint64 integer = 0;
  double number = 0;

  switch (classify_node (node, &integer, &number))
    {
    case SX_YAML_PLAIN_BOOL:
      return g_variant_new_boolean (integer != 0);
    case SX_YAML_PLAIN_INT:
      return g_variant_new_int64 (integer);
    case SX_YAML_PLAIN_DOUBLE:
      return g_variant_new_double (number);
    case SX_YAML_PLAIN_NULL:
      return g_variant_new_string ("");
    case SX_YAML_PLAIN_TEXT:
    default:
      return g_variant_new_string (sx_yaml_get_text (node));
    }
}

/* The one type of all items: s, x, d (whole numbers among others count as d); NULL when they differ. */
static const GVariantType *
unify_items (GVariant *const *items, guint n_items)
{
  guint n_text = 0, n_int = 0, n_double = 0;

  for (guint i = 0; i < n_items; i++)
    {
      n_text += g_variant_is_of_type (items[i], G_VARIANT_TYPE_STRING);
      n_int += g_variant_is_of_type (items[i], G_VARIANT_TYPE_INT64);
      n_double += g_variant_is_of_type (items[i], G_VARIANT_TYPE_DOUBLE);
    }
  if (n_text == n_items)
    return G_VARIANT_TYPE_STRING;
  if (n_int == n_items)
    return G_VARIANT_TYPE_INT64;
  return n_int + n_double == n_items ? G_VARIANT_TYPE_DOUBLE : NULL;
}

static GVariant *
list_to_variant (const SxYaml *node)
{
  guint                 n_items = sx_yaml_get_n_children (node);
  g_autofree GVariant **items = g_new (GVariant *, n_items + 1);

  for (guint i = 0; i < n_items; i++)
    items[i] = g_variant_ref_sink (sx_yaml_to_variant (sx_yaml_get_child (node, i)));
  const GVariantType *type = unify_items (items, n_items);
  GVariantBuilder     builder;
  if (type)
    {
      g_autofree GVariantType *list_type = g_variant_type_new_array (type);
      g_variant_builder_init (&builder, list_type);
    }
  else
    g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n_items; i++)
    {
      if (!type)
        g_variant_builder_add (&builder, "v", items[i]);
      else if (g_variant_is_of_type (items[i], type))
        g_variant_builder_add_value (&builder, items[i]);
      else
        g_variant_builder_add (&builder, "d", (double)g_variant_get_int64 (items[i]));
      g_variant_unref (items[i]);
    }
  return g_variant_builder_end (&builder);
}

GVariant *
sx_yaml_to_variant (const SxYaml *node)
{
  if (sx_yaml_get_type (node) == SX_YAML_SCALAR)
    return scalar_to_variant (node);
  if (sx_yaml_get_type (node) == SX_YAML_LIST)
    return list_to_variant (node);

  GVariantBuilder builder;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < sx_yaml_get_n_children (node); i++)
    g_variant_builder_add (&builder, "{sv}", sx_yaml_get_key (node, i), sx_yaml_to_variant (sx_yaml_get_child (node, i)));
  return g_variant_builder_end (&builder);
}
