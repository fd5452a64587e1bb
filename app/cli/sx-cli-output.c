/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the verbs print: text, JSON, tables, numbers for people. */

#include "config.h"

#include "sx-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#define MAX_JSON_DEPTH 16

/* ---- standard output ---- */

static int output_code; /* errno of the first fault */

void
sx_cli_put (const char *text, gsize size)
{
  if (output_code == 0 && fwrite (text, 1, size, stdout) < size)
    output_code = errno != 0 ? errno : EIO;
}

void
sx_cli_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sx_cli_put (text, strlen (text));
}

gboolean
sx_cli_flush (void)
{
  if (fflush (stdout) != 0 && output_code == 0)
    output_code = errno != 0 ? errno : EIO;
  return output_code == 0;
}

/* Writes what is buffered. A reader that went away (“| head”) is no fault to talk about. */
int
sx_cli_finish_output (int status)
{
  if (sx_cli_flush ())
    return status;
  if (output_code != EPIPE)
    sx_cli_warn ("%s", _ ("Could not write the output; is the disk full?"));
  return status == SX_CLI_DONE ? SX_CLI_FAILED : status;
}

/* ---- JSON ---- */

static void
generate_number (yajl_gen generator, double value)
{
  char  text[SX_NUMBER_MAX_SIZE];
  gsize size;

  if (!isfinite (value))
    {
      yajl_gen_null (generator);
      return;
    }
  size = sx_number_print (value, text);
  yajl_gen_number (generator, text, size);
}

static void
generate_text (yajl_gen generator, const char *text)
{
  yajl_gen_string (generator, (const unsigned char *)text, strlen (text));
}

static void generate (yajl_gen generator, GVariant *value, guint depth);

static void
generate_container (yajl_gen generator, GVariant *value, guint depth)
{
  gboolean is_map = g_variant_is_of_type (value, G_VARIANT_TYPE ("a{?*}"));

  g_return_if_fail (depth < MAX_JSON_DEPTH);

  if (is_map)
    yajl_gen_map_open (generator);
  else
    yajl_gen_array_open (generator);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      for (gsize j = 0; is_map && j < 2; j++)
        {
          g_autoptr (GVariant) part = g_variant_get_child_value (child, j);

          generate (generator, part, depth + 1);
        }
      if (!is_map)
        generate (generator, child, depth + 1);
    }
  if (is_map)
    yajl_gen_map_close (generator);
  else
    yajl_gen_array_close (generator);
}

static void
generate (yajl_gen generator, GVariant *value, guint depth)
{
  g_autoptr (GVariant) inner = NULL;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      yajl_gen_bool (generator, g_variant_get_boolean (value));
      break;
    case G_VARIANT_CLASS_UINT32:
      yajl_gen_integer (generator, g_variant_get_uint32 (value));
      break;
    case G_VARIANT_CLASS_INT32:
      yajl_gen_integer (generator, g_variant_get_int32 (value));
      break;
    case G_VARIANT_CLASS_INT64:
      yajl_gen_integer (generator, g_variant_get_int64 (value));
      break;
    case G_VARIANT_CLASS_UINT64:
      yajl_gen_integer (generator, (long long)g_variant_get_uint64 (value));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      generate_number (generator, g_variant_get_double (value));
      break;
    case G_VARIANT_CLASS_STRING:
      generate_text (generator, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_VARIANT:
      inner = g_variant_get_variant (value);
      generate (generator, inner, depth);
      break;
    case G_VARIANT_CLASS_MAYBE:
      inner = g_variant_get_maybe (value);
      if (inner != NULL)
        generate (generator, inner, depth);
      else
        yajl_gen_null (generator);
      break;
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
      generate_container (generator, value, depth);
      break;
    case G_VARIANT_CLASS_BYTE:
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      g_assert_not_reached ();
    }
}

void
sx_cli_print_json (GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  yajl_gen             generator = yajl_gen_alloc (NULL);
  const unsigned char *text;
  size_t               size;

  generate (generator, sunk, 0);
  yajl_gen_get_buf (generator, &text, &size);
  sx_cli_put ((const char *)text, size);
  sx_cli_put ("\n", 1);
  yajl_gen_free (generator);
}

/* ---- tables ---- */

struct _SxCliTable
{
  GPtrArray *rows; /* of GPtrArray of char *; the first holds the titles */
  guint      n_columns;
  gboolean  *is_right;
};

static SxCliTable *
make_table (const char *const *titles, gboolean is_translated)
{
  SxCliTable *self = g_new0 (SxCliTable, 1);
  GPtrArray  *row = g_ptr_array_new_with_free_func (g_free);

  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  self->n_columns = g_strv_length ((char **)titles);
  self->is_right = g_new0 (gboolean, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *title = is_translated && *titles[i] != '\0' ? _ (titles[i]) : titles[i];

      self->is_right[i] = titles[i][0] == '>';
      g_ptr_array_add (row, g_strdup (*title == '>' ? title + 1 : title));
    }
  g_ptr_array_add (self->rows, row);
  return self;
}

SxCliTable *
sx_cli_table_new (const char *const *titles)
{
  return make_table (titles, TRUE);
}

SxCliTable *
sx_cli_table_new_literal (const char *const *titles)
{
  return make_table (titles, FALSE);
}

void
sx_cli_table_take (SxCliTable *self, GPtrArray *cells)
{
  g_return_if_fail (cells->len == self->n_columns);
  g_ptr_array_set_free_func (cells, g_free);
  g_ptr_array_add (self->rows, cells);
}

void
sx_cli_table_add (SxCliTable *self, ...)
{
  GPtrArray  *row = g_ptr_array_new ();
  va_list     args;
  const char *text;

  va_start (args, self);
  while ((text = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (row, g_strdup (text));
  va_end (args);
  sx_cli_table_take (self, row);
}

void
sx_cli_table_free (SxCliTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->rows);
  g_free (self->is_right);
  g_free (self);
}

guint
sx_cli_get_width (gunichar letter)
{
  if (g_unichar_iszerowidth (letter))
    return 0;
  return g_unichar_iswide (letter) ? 2 : 1;
}

static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += sx_cli_get_width (g_utf8_get_char (at));
  return width;
}

/* Cells come from files: a line's end or an escape in one must not reach the terminal. */
static char *
dup_printable (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      g_string_append_unichar (out, g_unichar_iscntrl (letter) ? ' ' : letter);
    }
  return g_string_free (out, FALSE);
}

static void
print_row (const SxCliTable *self, const GPtrArray *row, const guint *widths, const char *indent)
{
  g_autoptr (GString) line = g_string_new (indent);

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *text = dup_printable (row->pdata[i]);
      int              gap = (int)(widths[i] - measure (text));

      if (i > 0)
        g_string_append (line, "  ");
      if (self->is_right[i])
        g_string_append_printf (line, "%*s%s", gap, "", text);
      else
        g_string_append_printf (line, "%s%*s", text, gap, "");
    }
  while (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  sx_cli_print ("%s\n", line->str);
}

static gboolean
has_titles (const SxCliTable *self)
{
  const GPtrArray *titles = self->rows->pdata[0];

  for (guint i = 0; i < titles->len; i++)
    if (*(const char *)titles->pdata[i] != '\0')
      return TRUE;
  return FALSE;
}

void
sx_cli_table_print (SxCliTable *self, const char *indent)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint r = 0; r < self->rows->len; r++)
    for (guint i = 0; i < self->n_columns; i++)
      {
        g_autofree char *text = dup_printable (((GPtrArray *)self->rows->pdata[r])->pdata[i]);

        widths[i] = MAX (widths[i], measure (text));
      }
  for (guint r = has_titles (self) ? 0 : 1; r < self->rows->len; r++)
    print_row (self, self->rows->pdata[r], widths, indent);
}

/* ---- numbers for people ---- */

char *
sx_cli_dup_number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("–");
  if (value == floor (value) && fabs (value) < 1e15)
    {
      g_ascii_formatd (text, sizeof text, "%.0f", value);
      return g_strdup (strcmp (text, "-0") == 0 ? "0" : text);
    }
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", value));
}

gboolean
sx_cli_parse_duration (const char *text, double *seconds, GError **error)
{
  static const struct
  {
    const char *unit;
    double      seconds;
  } units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 } };
  gsize  n_digits = strspn (text, "0123456789.");
  double value;

  if (n_digits > 0 && sx_number_parse (text, n_digits, &value))
    for (guint i = 0; i < G_N_ELEMENTS (units); i++)
      if (g_str_equal (text + n_digits, units[i].unit) && value * units[i].seconds <= 1e9)
        {
          *seconds = value * units[i].seconds;
          return TRUE;
        }
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“%s” is not a duration; write 90s, 5m or 1.5h"), text);
  return FALSE;
}

gboolean
sx_cli_parse_seed (const char *text, guint64 *seed, GError **error)
{
  gint64 value;

  if (sx_number_parse_int64 (text, strlen (text), &value) && value >= 0)
    {
      *seed = (guint64)value;
      return TRUE;
    }
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("--seed: “%s” is not a whole number from 0"), text);
  return FALSE;
}
