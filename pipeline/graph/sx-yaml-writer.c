/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-yaml-private.h"

#include <math.h>

/* The writer. One value a line, so that files diff and merge. What a string may look like without quotes is decided here
 * and nowhere else: it must read back as the same text by the core rules of YAML 1.2, and not be one of the words that
 * YAML 1.1 readers take for truth values. Empty maps and lists are written “{}” and “[]”; since that is known only at
 * their end, a container's line stays open until its first child comes. */

typedef struct
{
  gboolean is_list;
  guint    n_children;
  guint    indent; /* of the children */
} Level;

struct _SxYamlWriter
{
  GString *text;
  GArray  *levels; /* of Level; empty at the root */
};

typedef enum {
  STYLE_PLAIN,
  STYLE_QUOTED,
  STYLE_LITERAL,
} Style;

SxYamlWriter *
sx_yaml_writer_new (void)
{
  SxYamlWriter *self = g_new0 (SxYamlWriter, 1);
  self->text = g_string_new (NULL);
  self->levels = g_array_new (FALSE, FALSE, sizeof (Level));
  return self;
}

static Level *
top_level (SxYamlWriter *self)
{
  return self->levels->len ? &g_array_index (self->levels, Level, self->levels->len - 1) : NULL;
}

static void
append_indent (GString *text, guint indent)
{
  for (guint i = 0; i < indent; i++)
    g_string_append_c (text, ' ');
}

/* Printable in every YAML version and not a line break of any. */
static gboolean
is_printable (gunichar c)
{
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || c == 0xfeff)
    return FALSE;
  return c < 0xfffe || c > 0xffff;
}

static gboolean
is_all_printable (const char *value, gboolean breaks_allowed)
{
  for (const char *c = value; *c; c = g_utf8_next_char (c))
    if (!is_printable (g_utf8_get_char (c)) && !(breaks_allowed && *c == '\n'))
      return FALSE;
  return TRUE;
}

/* Words that are text by YAML 1.2 and something else by YAML 1.1, which many readers still follow. */
static gboolean
is_old_word (const char *value)
{
  static const char *const words[] = { "y", "n", "yes", "no", "on", "off", "<<", "=", NULL };
  g_autofree char         *folded = strlen (value) <= 3 ? g_ascii_strdown (value, -1) : NULL;
  return folded && g_strv_contains (words, folded);
}

static gboolean
is_plain (const char *value)
{
  gint64 integer;
  double number;
  gsize  size = strlen (value);

  if (sx_yaml_classify (value, &integer, &number) != SX_YAML_PLAIN_TEXT || is_old_word (value))
    return FALSE;
  if (strchr (" ,[]{}#&*!|>'\"%@`", value[0]) || value[size - 1] == ' ' || value[size - 1] == ':')
    return FALSE;
  if (strchr ("-?:", value[0]) && (value[1] == ' ' || value[1] == '\0'))
    return FALSE;
  if (g_str_has_prefix (value, "---") || g_str_has_prefix (value, "..."))
    return FALSE;
  return !strstr (value, ": ") && !strstr (value, " #") && is_all_printable (value, FALSE);
}

/* A literal block shows several lines as they are. Texts whose outer blanks would need indicators are quoted instead. */
static gboolean
is_literal (const char *value)
{
  gsize size = strlen (value);

  if (!strchr (value, '\n') || !is_all_printable (value, TRUE))
    return FALSE;
  if (value[0] == ' ' || value[0] == '\n' || g_str_has_suffix (value, "\n\n"))
    return FALSE;
  return value[size - 1] != ' ' && !strstr (value, " \n");
}

static Style
choose_style (const char *value)
{
  if (is_plain (value))
    return STYLE_PLAIN;
  return is_literal (value) ? STYLE_LITERAL : STYLE_QUOTED;
}

static void
append_escape (GString *text, gunichar c)
{
  if (c == '\n')
    g_string_append (text, "\\n");
  else if (c == '\t')
    g_string_append (text, "\\t");
  else if (c == '\r')
    g_string_append (text, "\\r");
  else if (c <= 0xff)
    g_string_append_printf (text, "\\x%02x", c);
  else
    g_string_append_printf (text, "\\u%04x", c);
}

static void
append_quoted (GString *text, const char *value)
{
  gboolean single = strpbrk (value, "\"\\") && is_all_printable (value, FALSE);
  char     quote = single ? '\'' : '"';

  g_string_append_c (text, quote);
  for (const char *c = value; *c; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);
      if (single && *c == '\'')
        g_string_append (text, "''");
      else if (!single && (*c == '"' || *c == '\\'))
        g_string_append_printf (text, "\\%c", *c);
      else if (!is_printable (character))
        append_escape (text, character);
      else
        g_string_append_unichar (text, character);
    }
  g_string_append_c (text, quote);
}

static void
append_literal (GString *text, const char *value, guint indent)
{
  gboolean ends_line = g_str_has_suffix (value, "\n");

  g_string_append (text, ends_line ? "|\n" : "|-\n");
  while (*value)
    {
      gsize size = strcspn (value, "\n");
      if (size > 0)
        append_indent (text, indent);
      g_string_append_len (text, value, (gssize)size);
      g_string_append_c (text, '\n');
      value += size + (value[size] == '\n');
    }
}

static void
append_key (GString *text, const char *key, guint indent)
{
  g_autoptr (GString) written = g_string_new (NULL);

  if (is_plain (key))
    g_string_append (written, key);
  else
    append_quoted (written, key);
  if (written->len <= SX_YAML_MAX_SIMPLE_KEY)
    {
      g_string_append_printf (text, "%s:", written->str);
      return;
    }
  g_string_append_printf (text, "? %s\n", written->str);
  append_indent (text, indent);
  g_string_append_c (text, ':');
}

/* Starts a child: its indent, and “- ” or “key:”. Afterwards the cursor stands where a value goes; the value's own
 * separating space is the caller's. The first child of an item of a list goes on the item's line. */
static void
begin_child (SxYamlWriter *self, const char *key)
{
  Level *level = top_level (self);

  if (!level)
    return;
  g_return_if_fail (level->is_list == (key == NULL));
  gboolean on_item_line = level->n_children == 0 && self->text->len > 0 && self->text->str[self->text->len - 1] == '-';
  if (on_item_line)
    g_string_append_c (self->text, ' ');
  else
    {
      if (level->n_children == 0 && self->text->len > 0 && self->text->str[self->text->len - 1] != '\n')
        g_string_append_c (self->text, '\n');
      append_indent (self->text, level->indent);
    }
  level->n_children++;
  if (level->is_list)
    g_string_append_c (self->text, '-');
  else
    append_key (self->text, key, level->indent);
}

static void
append_scalar (SxYamlWriter *self, const char *key, const char *value)
{
  begin_child (self, key);
  if (self->levels->len > 0)
    g_string_append_c (self->text, ' ');
  g_string_append (self->text, value);
  g_string_append_c (self->text, '\n');
}

static void
begin_container (SxYamlWriter *self, const char *key, gboolean is_list)
{
  begin_child (self, key);
  Level *parent = top_level (self);
  Level  level = { is_list, 0, parent ? parent->indent + 2 : 0 };
  g_array_append_val (self->levels, level);
}

static void
end_container (SxYamlWriter *self, gboolean is_list)
{
  g_return_if_fail (self->levels->len > 0 && top_level (self)->is_list == is_list);
  if (top_level (self)->n_children == 0)
    g_string_append_printf (self->text, "%s%s\n", self->levels->len > 1 ? " " : "", is_list ? "[]" : "{}");
  g_array_set_size (self->levels, self->levels->len - 1);
}

void
sx_yaml_writer_comment (SxYamlWriter *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Level *level = top_level (self);

  /* A comment cannot stand on the line that a container has left open. */
  if (level && level->n_children == 0 && self->text->len > 0 && self->text->str[self->text->len - 1] == ':')
    g_string_append_c (self->text, '\n');
  g_return_if_fail (self->text->len == 0 || self->text->str[self->text->len - 1] == '\n');
  for (guint i = 0; lines[i]; i++)
    {
      append_indent (self->text, level ? level->indent : 0);
      g_string_append_printf (self->text, *lines[i] ? "# %s\n" : "#\n", lines[i]);
    }
}

void
sx_yaml_writer_begin_map (SxYamlWriter *self, const char *key)
{
  begin_container (self, key, FALSE);
}

void
sx_yaml_writer_end_map (SxYamlWriter *self)
{
  end_container (self, FALSE);
}

void
sx_yaml_writer_begin_list (SxYamlWriter *self, const char *key)
{
  begin_container (self, key, TRUE);
}

void
sx_yaml_writer_end_list (SxYamlWriter *self)
{
  end_container (self, TRUE);
}

void
sx_yaml_writer_string (SxYamlWriter *self, const char *key, const char *value)
{
  g_autoptr (GString) written = g_string_new (NULL);
  Style style = choose_style (value);

  if (style != STYLE_LITERAL)
    {
      if (style == STYLE_PLAIN)
        g_string_append (written, value);
      else
        append_quoted (written, value);
      append_scalar (self, key, written->str);
      return;
    }
  begin_child (self, key);
  if (self->levels->len > 0)
    g_string_append_c (self->text, ' ');
  append_literal (self->text, value, top_level (self) ? top_level (self)->indent + 2 : 2);
}

void
sx_yaml_writer_int (SxYamlWriter *self, const char *key, gint64 value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  append_scalar (self, key, text);
}

/* The fewest digits that read back as @value, always recognisable as a double: “2.0”, “1e+22”, “.inf”. */
static void
format_double (double value, char *text, gsize size)
{
  char format[8];

  if (isnan (value) || isinf (value))
    {
      g_strlcpy (text, isnan (value) ? ".nan" : value > 0 ? ".inf"
                                                          : "-.inf",
                 size);
      return;
    }
  /* Normal numbers need 15 digits at least to be told apart by 15; only subnormals can do with fewer. */
  for (int digits = isnormal (value) ? 15 : 1; digits <= 17; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, (int)size, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  if (!strpbrk (text, ".e"))
    g_strlcat (text, ".0", size);
}

void
sx_yaml_writer_double (SxYamlWriter *self, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE + 8];

  format_double (value, text, sizeof text);
  append_scalar (self, key, text);
}

void
sx_yaml_writer_bool (SxYamlWriter *self, const char *key, gboolean value)
{
  append_scalar (self, key, value ? "true" : "false");
}

static void
write_dict (SxYamlWriter *self, const char *key, GVariant *value)
{
  GVariantIter iter;
  GVariant    *entry;

  sx_yaml_writer_begin_map (self, key);
  g_variant_iter_init (&iter, value);
  while ((entry = g_variant_iter_next_value (&iter)))
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) child = g_variant_get_child_value (entry, 1);
      sx_yaml_writer_variant (self, g_variant_get_string (name, NULL), child);
      g_variant_unref (entry);
    }
  sx_yaml_writer_end_map (self);
}

static void
write_array (SxYamlWriter *self, const char *key, GVariant *value)
{
  sx_yaml_writer_begin_list (self, key);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      sx_yaml_writer_variant (self, NULL, child);
    }
  sx_yaml_writer_end_list (self);
}

void
sx_yaml_writer_variant (SxYamlWriter *self, const char *key, GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);
      sx_yaml_writer_variant (self, key, inner);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    sx_yaml_writer_bool (self, key, g_variant_get_boolean (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    sx_yaml_writer_int (self, key, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    sx_yaml_writer_double (self, key, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    sx_yaml_writer_string (self, key, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
    write_dict (self, key, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    write_array (self, key, value);
  else
    g_critical ("No YAML for a variant of type %s", g_variant_get_type_string (value));
}

static void
write_scalar_node (SxYamlWriter *self, const char *key, const SxYaml *node)
{
  const char *text = sx_yaml_get_text (node);
  gint64      integer;
  double      number;

  if (sx_yaml_is_quoted (node) || sx_yaml_classify (text, &integer, &number) == SX_YAML_PLAIN_TEXT)
    sx_yaml_writer_string (self, key, text);
  else
    append_scalar (self, key, *text ? text : "null");
}

void
sx_yaml_writer_node (SxYamlWriter *self, const char *key, const SxYaml *node)
{
  SxYamlType type = sx_yaml_get_type (node);

  if (type == SX_YAML_SCALAR)
    {
      write_scalar_node (self, key, node);
      return;
    }
  begin_container (self, key, type == SX_YAML_LIST);
  for (guint i = 0; i < sx_yaml_get_n_children (node); i++)
    sx_yaml_writer_node (self, type == SX_YAML_MAP ? sx_yaml_get_key (node, i) : NULL, sx_yaml_get_child (node, i));
  end_container (self, type == SX_YAML_LIST);
}

char *
sx_yaml_writer_finish (SxYamlWriter *self, gsize *size)
{
  g_assert (self->levels->len == 0);
  if (size)
    *size = self->text->len;
  char *text = g_string_free (self->text, FALSE);
  g_array_unref (self->levels);
  g_free (self);
  return text;
}
