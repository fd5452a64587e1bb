/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-schema.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_QUARK (sx_pipeline_error, sx_pipeline_error)

static const struct
{
  const char *nick;
  const char *title;
  gboolean    is_numeric;
} types[SX_N_TYPES] = {
  [SX_TYPE_INT64] = { "int64", N_ ("Whole number"), TRUE },
  [SX_TYPE_FLOAT64] = { "float64", N_ ("Number"), TRUE },
  [SX_TYPE_BOOL] = { "bool", N_ ("Yes or no"), TRUE },
  [SX_TYPE_STRING] = { "string", N_ ("Text"), FALSE },
  [SX_TYPE_TIMESTAMP] = { "timestamp", N_ ("Date and time"), TRUE },
  [SX_TYPE_CATEGORY] = { "category", N_ ("Category"), FALSE },
  [SX_TYPE_IMAGE] = { "image", N_ ("Image"), FALSE },
  [SX_TYPE_LIST] = { "list", N_ ("List of numbers"), FALSE },
};

const char *
sx_type_get_nick (SxType type)
{
  g_return_val_if_fail ((guint)type < SX_N_TYPES, NULL);
  return types[type].nick;
}

const char *
sx_type_get_title (SxType type)
{
  g_return_val_if_fail ((guint)type < SX_N_TYPES, NULL);
  return _ (types[type].title);
}

gboolean
sx_type_from_nick (const char *nick, SxType *type)
{
  for (guint t = 0; nick != NULL && t < SX_N_TYPES; t++)
    if (g_str_equal (nick, types[t].nick))
      {
        *type = (SxType)t;
        return TRUE;
      }
  return FALSE;
}

gboolean
sx_type_is_numeric (SxType type)
{
  g_return_val_if_fail ((guint)type < SX_N_TYPES, FALSE);
  return types[type].is_numeric;
}

struct _SxSchema
{
  gatomicrefcount ref_count;
  guint           n_fields;
  GHashTable     *indices; /* name, borrowed from fields -> index */
  SxField         fields[];
};

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static char **
dup_sorted (char **names)
{
  char **copy = g_strdupv (names);

  if (copy != NULL && copy[0] != NULL)
    qsort (copy, g_strv_length (copy), sizeof (char *), compare_names);
  return copy;
}

SxSchema *
sx_schema_new (const SxField *fields, guint n_fields, GError **error)
{
  g_autoptr (SxSchema) self = NULL;

  g_return_val_if_fail (fields != NULL || n_fields == 0, NULL);

  self = g_malloc0 (sizeof (SxSchema) + n_fields * sizeof (SxField));
  g_atomic_ref_count_init (&self->ref_count);
  self->indices = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n_fields; i++)
    {
      SxField *field = &self->fields[i];

      if (fields[i].name == NULL || fields[i].name[0] == '\0')
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA,
                       _ ("Column %u has no name. Give every column a name."), i + 1);
          return NULL;
        }
      g_return_val_if_fail ((guint)fields[i].type < SX_N_TYPES, NULL);
      field->name = g_strdup (fields[i].name);
      field->type = fields[i].type;
      field->origins = dup_sorted (fields[i].origins);
      self->n_fields++;
      if (!g_hash_table_insert (self->indices, field->name, GUINT_TO_POINTER (i)))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA,
                       _ ("Two columns are called “%s”. Rename one of them."), field->name);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

SxSchema *
sx_schema_ref (SxSchema *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_schema_unref (SxSchema *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_fields; i++)
    {
      g_free (self->fields[i].name);
      g_strfreev (self->fields[i].origins);
    }
  g_hash_table_unref (self->indices);
  g_free (self);
}

guint
sx_schema_get_n_fields (const SxSchema *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_fields;
}

const SxField *
sx_schema_get_field (const SxSchema *self, guint field)
{
  g_return_val_if_fail (self != NULL && field < self->n_fields, NULL);
  return &self->fields[field];
}

int
sx_schema_find (const SxSchema *self, const char *name)
{
  gpointer index;

  g_return_val_if_fail (self != NULL && name != NULL, -1);
  if (!g_hash_table_lookup_extended (self->indices, name, NULL, &index))
    return -1;
  return GPOINTER_TO_INT (index);
}

gboolean
sx_schema_equal (const SxSchema *a, const SxSchema *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  if (a == b)
    return TRUE;
  if (a->n_fields != b->n_fields)
    return FALSE;
  for (guint i = 0; i < a->n_fields; i++)
    if (a->fields[i].type != b->fields[i].type || !g_str_equal (a->fields[i].name, b->fields[i].name))
      return FALSE;
  return TRUE;
}

#define MAX_SUGGEST_SIZE 64

/* Optimal string alignment distance: insert, delete, replace, swap neighbours. */
static guint
edit_distance (const char *a, gsize n_a, const char *b, gsize n_b)
{
  guint rows[3][MAX_SUGGEST_SIZE + 1];

  for (guint j = 0; j <= n_b; j++)
    rows[0][j] = j;
  for (guint i = 1; i <= n_a; i++)
    {
      guint       *row = rows[i % 3];
      const guint *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

      row[0] = i;
      for (guint j = 1; j <= n_b; j++)
        {
          guint best = above[j - 1] + (a[i - 1] != b[j - 1]);

          best = MIN (best, MIN (above[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, above2[j - 2] + 1);
          row[j] = best;
        }
    }
  return rows[n_a % 3][n_b];
}

const char *
sx_schema_suggest (const SxSchema *self, const char *name)
{
  g_autofree char *wanted = NULL;
  const char      *best = NULL;
  gsize            n_wanted;
  guint            best_distance = G_MAXUINT;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  wanted = g_utf8_casefold (name, -1);
  n_wanted = strlen (wanted);
  if (n_wanted > MAX_SUGGEST_SIZE)
    return NULL;
  for (guint i = 0; i < self->n_fields; i++)
    {
      g_autofree char *other = g_utf8_casefold (self->fields[i].name, -1);
      gsize            n_other = strlen (other);
      guint            distance;

      if (n_other > MAX_SUGGEST_SIZE)
        continue;
      distance = edit_distance (wanted, n_wanted, other, n_other);
      /* A third of the letters may be wrong; more is another word. */
      if (distance < best_distance && distance * 3 <= MAX (n_wanted, n_other))
        {
          best = self->fields[i].name;
          best_distance = distance;
        }
    }
  return best;
}
