/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* sextant profile: what is in a table. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

#define MAX_SHOWN_VALUES 3
#define MAX_SHOWN_LENGTH 24
#define US_PER_DAY 86400e6

static struct
{
  char    *columns;
  gboolean json;
} options;

/* ---- for people ---- */

/* A number of the column as its cells are written. */
static char *
dup_value (const SxColumnProfile *column, double value)
{
  char text[SX_TIMESTAMP_MAX_SIZE];

  if (column->type != SX_TYPE_TIMESTAMP || isnan (value))
    return sx_cli_dup_number (value);
  sx_timestamp_print ((gint64)value, text);
  return g_strdup (text);
}

/* Between days the hour is an accident of interpolating. */
static char *
dup_quantile (const SxColumnProfile *column, guint i)
{
  double value = column->quantiles[i];

  if (column->type == SX_TYPE_TIMESTAMP && column->max - column->min > 2 * US_PER_DAY)
    value = floor (value / US_PER_DAY) * US_PER_DAY;
  return dup_value (column, value);
}

static char *
dup_values (const SxColumnProfile *column)
{
  GString *text = g_string_new (NULL);

  if (sx_type_is_numeric (column->type) && column->type != SX_TYPE_BOOL)
    {
      g_autofree char *low = dup_quantile (column, 1);
      g_autofree char *high = dup_quantile (column, 3);

      if (!isnan (column->quantiles[1]))
        g_string_append_printf (text, "%s … %s", low, high);
      return g_string_free (text, FALSE);
    }
  for (guint i = 0; i < MIN (column->top->len, MAX_SHOWN_VALUES); i++)
    {
      const SxProfileValue *value = column->top->pdata[i];
      g_autofree char      *count = sx_number_dup_grouped (value->count);
      gboolean              is_long = g_utf8_strlen (value->text, -1) > MAX_SHOWN_LENGTH;
      g_autofree char      *cut = is_long ? g_utf8_substring (value->text, 0, MAX_SHOWN_LENGTH - 1) : g_strdup (value->text);

      g_string_append_printf (text, "%s%s%s (%s)", i > 0 ? ", " : "", cut, is_long ? "…" : "", count);
    }
  return g_string_free (text, FALSE);
}

static void
add_column (SxCliTable *table, const SxColumnProfile *column)
{
  gboolean         has_range = sx_type_is_numeric (column->type) && column->type != SX_TYPE_BOOL;
  g_autofree char *missing = sx_number_dup_grouped (column->n_missing);
  g_autofree char *count = sx_number_dup_grouped (column->n_distinct);
  g_autofree char *distinct = g_strconcat (column->distinct_is_exact ? "" : "~", count, NULL);
  g_autofree char *low = has_range ? dup_value (column, column->min) : g_strdup ("");
  g_autofree char *high = has_range ? dup_value (column, column->max) : g_strdup ("");
  g_autofree char *values = dup_values (column);

  sx_cli_table_add (table, column->name, sx_type_get_nick (column->type), missing, distinct, low, high, values, NULL);
}

static void
print_profile (const SxProfile *profile)
{
  static const char *const titles[] = { N_ ("column"), N_ ("type"), N_ (">missing"), N_ (">distinct"), N_ (">min"), N_ (">max"),
                                        N_ ("middle half, or commonest values"), NULL };
  g_autoptr (SxCliTable) table = sx_cli_table_new (titles);
  g_autofree char *n_rows = sx_number_dup_grouped (profile->n_rows);

  sx_cli_print (_ ("%s rows, %u columns\n\n"), n_rows, profile->columns->len);
  for (guint i = 0; i < profile->columns->len; i++)
    add_column (table, profile->columns->pdata[i]);
  sx_cli_table_print (table, "");
  for (char **warning = profile->warnings; warning != NULL && *warning != NULL; warning++)
    sx_cli_print ("%s%s\n", warning == profile->warnings ? "\n" : "", *warning);
  for (guint i = 0; i < profile->columns->len; i++)
    {
      const SxColumnProfile *column = profile->columns->pdata[i];

      for (char **warning = column->warnings; warning != NULL && *warning != NULL; warning++)
        sx_cli_print ("%s: %s\n", column->name, *warning);
    }
}

/* ---- for programs ---- */

static GVariant *
strv_to_variant (char **texts)
{
  static const char *const none[] = { NULL };

  return g_variant_new_strv (texts != NULL ? (const char *const *)texts : none, -1);
}

static void
add_figures (GVariantBuilder *builder, const SxColumnProfile *column)
{
  GVariantBuilder bins;

  g_variant_builder_add (builder, "{sv}", "min", g_variant_new_double (column->min));
  g_variant_builder_add (builder, "{sv}", "max", g_variant_new_double (column->max));
  g_variant_builder_add (builder, "{sv}", "mean", g_variant_new_double (column->mean));
  g_variant_builder_add (builder, "{sv}", "sd", g_variant_new_double (column->sd));
  g_variant_builder_add (builder, "{sv}", "quantiles",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, column->quantiles, G_N_ELEMENTS (column->quantiles), sizeof (double)));
  g_variant_builder_init (&bins, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; column->bins != NULL && i < column->bins->len; i++)
    {
      const SxProfileBin *bin = &g_array_index (column->bins, SxProfileBin, i);

      g_variant_builder_open (&bins, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&bins, "{sv}", "low", g_variant_new_double (bin->low));
      g_variant_builder_add (&bins, "{sv}", "high", g_variant_new_double (bin->high));
      g_variant_builder_add (&bins, "{sv}", "count", g_variant_new_uint64 (bin->count));
      g_variant_builder_close (&bins);
    }
  g_variant_builder_add (builder, "{sv}", "bins", g_variant_builder_end (&bins));
}

static GVariant *
column_to_variant (const SxColumnProfile *column)
{
  GVariantBuilder builder, top;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (column->name));
  g_variant_builder_add (&builder, "{sv}", "type", g_variant_new_string (sx_type_get_nick (column->type)));
  g_variant_builder_add (&builder, "{sv}", "missing", g_variant_new_uint64 (column->n_missing));
  g_variant_builder_add (&builder, "{sv}", "distinct", g_variant_new_uint64 (column->n_distinct));
  g_variant_builder_add (&builder, "{sv}", "distinct-is-exact", g_variant_new_boolean (column->distinct_is_exact));
  if (sx_type_is_numeric (column->type))
    add_figures (&builder, column);
  g_variant_builder_init (&top, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < column->top->len; i++)
    {
      const SxProfileValue *value = column->top->pdata[i];

      g_variant_builder_open (&top, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&top, "{sv}", "value", g_variant_new_string (value->text));
      g_variant_builder_add (&top, "{sv}", "count", g_variant_new_uint64 (value->count));
      g_variant_builder_close (&top);
    }
  g_variant_builder_add (&builder, "{sv}", "top", g_variant_builder_end (&top));
  g_variant_builder_add (&builder, "{sv}", "warnings", strv_to_variant (column->warnings));
  return g_variant_builder_end (&builder);
}

static GVariant *
notes_to_variant (const GPtrArray *notes)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < notes->len; i++)
    {
      const SxReadNote *note = notes->pdata[i];

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "line", g_variant_new_uint64 (note->line));
      if (note->column != NULL)
        g_variant_builder_add (&builder, "{sv}", "column", g_variant_new_string (note->column));
      g_variant_builder_add (&builder, "{sv}", "message", g_variant_new_string (note->message));
      g_variant_builder_close (&builder);
    }
  return g_variant_builder_end (&builder);
}

static void
print_json (const char *path, const SxCliTableFile *file, const SxProfile *profile)
{
  g_autofree char *valid = g_utf8_make_valid (path, -1);
  GVariantBuilder  builder, columns;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "file", g_variant_new_string (valid));
  g_variant_builder_add (&builder, "{sv}", "format", g_variant_new_string (file->format->id));
  g_variant_builder_add (&builder, "{sv}", "options", file->options);
  g_variant_builder_add (&builder, "{sv}", "rows", g_variant_new_uint64 (profile->n_rows));
  g_variant_builder_init (&columns, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < profile->columns->len; i++)
    g_variant_builder_add_value (&columns, column_to_variant (profile->columns->pdata[i]));
  g_variant_builder_add (&builder, "{sv}", "columns", g_variant_builder_end (&columns));
  g_variant_builder_add (&builder, "{sv}", "warnings", strv_to_variant (profile->warnings));
  g_variant_builder_add (&builder, "{sv}", "notes", notes_to_variant (file->notes));
  sx_cli_print_json (g_variant_builder_end (&builder));
}

/* ---- the verb ---- */

static int
run (const SxVerb *verb, char **arguments, guint n_arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxCliTableFile) file = sx_cli_read_table (arguments[0], options.columns, &error);
  g_autoptr (SxProfile) profile = file != NULL ? sx_profile_new (file->frame, sx_cli_get_cancellable (), &error) : NULL;

  if (profile == NULL)
    return sx_cli_fail (error);
  if (options.json)
    print_json (arguments[0], file, profile);
  else
    print_profile (profile);
  return SX_CLI_DONE;
}

static const GOptionEntry entries[] = {
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &options.columns, N_ ("Names for the columns of a file without a header line, separated by commas"), "A,B,…" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
  { NULL },
};

static const SxVerbExample examples[] = {
  { "sextant profile churn.csv", N_ ("Rows, columns, types, missing cells, ranges and warnings.") },
  { "sextant profile --json 'sqlite:shop.db?table=orders'", N_ ("The same of a database table, for a program to read.") },
  { NULL },
};

const SxVerb sx_verb_profile = {
  .name = "profile",
  .arguments = "FILE|URI",
  .n_min = 1,
  .n_max = 1,
  .summary = N_ ("Show what is in a table"),
  .description = N_ ("Reads a table whole and shows its rows, columns, types, missing cells, ranges, commonest values, and what looks suspicious.\n\nThe format, delimiter, encoding, header line and types are found out; --json says what was found."),
  .examples = examples,
  .options = entries,
  .run = run,
};
