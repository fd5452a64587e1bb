/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What about a row the model has not seen: cells that are missing, texts that no row trained on had, numbers beyond the lowest or highest. A run
 * writes the labels and ranges of the rows trained on into the provenance; a model without them has its missing cells flagged alone. */

#include "config.h"

#include "sx-model-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* What is known of one input column. */
typedef struct
{
  const char *name;
  GHashTable *labels; /* (nullable): set of texts */
  double      low, high;
} Seen;

struct _SxModelFlagger
{
  Seen *seen; /* one an input */
  guint n_seen;
};

typedef enum {
  FLAG_NONE,
  FLAG_MISSING,
  FLAG_UNKNOWN,
  FLAG_RANGE,
} Flag;

static const char *
get_flag_text (Flag flag)
{
  switch (flag)
    {
    case FLAG_MISSING:
      return _ ("missing");
    case FLAG_UNKNOWN:
      return _ ("unknown category");
    case FLAG_RANGE:
      return _ ("out of range");
    case FLAG_NONE:
    default:
      return "";
    }
}

static GHashTable *
read_labels (GVariant *categories, const char *column)
{
  g_autofree const char **texts = NULL;
  GHashTable             *labels;

  if (categories == NULL || !g_variant_lookup (categories, column, "^a&s", &texts))
    return NULL;
  labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; texts[i] != NULL; i++)
    g_hash_table_add (labels, g_strdup (texts[i]));
  return labels;
}

/* Bounds that are both whole come back from a package as whole numbers. */
static double
read_bound (GVariant *list, gsize index, double otherwise)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (list, index);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? (double)g_variant_get_int64 (value) : otherwise;
}

static void
read_range (Seen *seen, GVariant *ranges)
{
  g_autoptr (GVariant) list = ranges ? g_variant_lookup_value (ranges, seen->name, G_VARIANT_TYPE_ARRAY) : NULL;

  seen->low = -INFINITY;
  seen->high = INFINITY;
  if (list == NULL || g_variant_n_children (list) != 2)
    return;
  seen->low = read_bound (list, 0, -INFINITY);
  seen->high = read_bound (list, 1, INFINITY);
}

SxModelFlagger *
sx_model_flagger_new (SxModel *model)
{
  SxModelFlagger *self = g_new0 (SxModelFlagger, 1);
  g_autoptr (GVariant) ranges = g_variant_lookup_value (model->provenance, "ranges", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) categories = g_variant_lookup_value (model->provenance, "categories", G_VARIANT_TYPE_VARDICT);

  self->n_seen = sx_schema_get_n_fields (model->inputs);
  self->seen = g_new0 (Seen, self->n_seen + 1);
  for (guint i = 0; i < self->n_seen; i++)
    {
      self->seen[i].name = sx_schema_get_field (model->inputs, i)->name;
      self->seen[i].labels = read_labels (categories, self->seen[i].name);
      read_range (&self->seen[i], ranges);
    }
  return self;
}

void
sx_model_flagger_free (SxModelFlagger *self)
{
  for (guint i = 0; i < self->n_seen; i++)
    g_clear_pointer (&self->seen[i].labels, g_hash_table_unref);
  g_free (self->seen);
  g_free (self);
}

/* For each entry of the dictionary of @category whether it is among the labels. */
static gboolean *
match_labels (const SxColumn *category, GHashTable *labels)
{
  const SxColumn *dictionary = category->dictionary;
  gboolean       *known = g_new (gboolean, MAX (dictionary->n_rows, 1));

  for (gsize i = 0; i < dictionary->n_rows; i++)
    {
      gsize            size;
      const char      *bytes = sx_column_get_text (dictionary, i, &size);
      g_autofree char *text = g_strndup (bytes, size);

      known[i] = g_hash_table_contains (labels, text);
    }
  return known;
}

static void
append_flag (GString *flags, const Seen *seen, Flag flag)
{
  if (flag != FLAG_NONE)
    g_string_append_printf (flags, "%s%s: %s", flags->len > 0 ? "; " : "", seen->name, get_flag_text (flag));
}

/* Adds what is to be said of @column to the texts of its rows. */
static void
flag_column (const Seen *seen, SxColumn *column, GString **flags)
{
  gboolean is_number = sx_type_is_numeric (column->type);
  g_autoptr (SxColumn) category = !is_number && seen->labels != NULL ? sx_column_cast (column, SX_TYPE_CATEGORY, seen->name, 0, NULL) : NULL;
  g_autofree gboolean *known = category ? match_labels (category, seen->labels) : NULL;

  for (gsize row = 0; row < column->n_rows; row++)
    {
      Flag flag = FLAG_NONE;

      if (sx_column_is_missing (column, row))
        flag = FLAG_MISSING;
      else if (known != NULL)
        flag = known[sx_column_get_code (category, row)] ? FLAG_NONE : FLAG_UNKNOWN;
      else if (is_number)
        {
          double value = sx_column_get_double (column, row);

          flag = value < seen->low || value > seen->high ? FLAG_RANGE : FLAG_NONE;
        }
      if (flag != FLAG_NONE && flags[row] == NULL)
        flags[row] = g_string_new (NULL);
      append_flag (flags[row], seen, flag);
    }
}

SxColumn *
sx_model_flagger_flag (SxModelFlagger *self, SxFrame *inputs, gsize n_rows)
{
  g_autofree GString **flags = g_new0 (GString *, MAX (n_rows, 1));
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_STRING);

  g_assert (sx_frame_get_n_rows (inputs) == n_rows && sx_schema_get_n_fields (sx_frame_get_schema (inputs)) == self->n_seen);

  for (guint i = 0; i < self->n_seen; i++)
    {
      g_autoptr (SxColumn) column = sx_frame_concat_column (inputs, i);

      flag_column (&self->seen[i], column, flags);
    }
  for (gsize row = 0; row < n_rows; row++)
    if (flags[row] != NULL)
      {
        sx_column_builder_append_text (builder, flags[row]->str, flags[row]->len);
        g_string_free (flags[row], TRUE);
      }
    else
      sx_column_builder_append_missing (builder);
  return sx_column_builder_finish (builder);
}
