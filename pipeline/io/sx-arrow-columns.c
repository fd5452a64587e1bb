/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The columns that a reader of Arrow or Parquet gives, and as what: the file's own types, unless “types” says otherwise. */

#include "config.h"

#include "sx-arrow-ipc-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Cells that any file may have, and more for each of its bytes. */
#define FREE_ROWS ((guint64)1 << 20)
#define FREE_CELLS ((guint64)1 << 24)
#define CELLS_PER_BYTE 1024

gboolean
sx_arrow_cells_are_plausible (guint64 n_rows, guint64 n_columns, guint64 size)
{
  guint64 n_cells;

  return size < G_MAXUINT64 / (4 * CELLS_PER_BYTE) && n_rows <= size * CELLS_PER_BYTE + FREE_ROWS && g_uint64_checked_mul (&n_cells, n_rows, n_columns) && n_cells <= size * CELLS_PER_BYTE + FREE_CELLS;
}

static gboolean
update_schema (SxArrowColumns *self, GError **error)
{
  SxSchema *schema = sx_reader_build_schema (self->names, self->types, self->leaves->len, error);

  if (schema != NULL)
    sx_reader_set_schema (self->reader, schema);
  return schema != NULL;
}

static gboolean
choose_types (SxArrowColumns *self, GError **error)
{
  for (guint i = 0; i < self->leaves->len; i++)
    {
      const SxArrowLeaf *leaf = g_ptr_array_index (self->leaves, i);
      const char        *nick;

      self->types[i] = leaf->type;
      if (self->fixed == NULL || !g_variant_lookup (self->fixed, self->names[i], "&s", &nick))
        continue;
      if (!sx_type_from_nick (nick, &self->types[i]) || (self->types[i] == SX_TYPE_LIST && leaf->type != SX_TYPE_LIST))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("“types” gives column “%s” the type “%s”, which it cannot have."), self->names[i], nick);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
sx_arrow_columns_init (SxArrowColumns *self, SxReader *reader, SxArrowField *root, GVariant *options, GError **error)
{
  g_auto (GStrv) wanted = sx_options_get_strings (options, "columns");

  self->reader = reader;
  if (wanted != NULL && wanted[0] != NULL)
    self->wanted = g_variant_ref_sink (g_variant_new_strv ((const char *const *)wanted, -1));
  if (options != NULL)
    self->fixed = g_variant_lookup_value (options, "types", G_VARIANT_TYPE ("a{ss}"));
  self->leaves = sx_arrow_list_leaves (root, (const char *const *)wanted, error);
  if (self->leaves == NULL)
    return FALSE;
  if (self->leaves->len == 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("“%s” has no columns."), reader->path);
      return FALSE;
    }
  self->types = g_new0 (SxType, self->leaves->len);
  self->remarks = g_new0 (guint, self->leaves->len);
  self->names = g_new0 (char *, self->leaves->len + 1);
  for (guint i = 0; i < self->leaves->len; i++)
    self->names[i] = g_strdup (((SxArrowLeaf *)g_ptr_array_index (self->leaves, i))->name);
  sx_reader_tidy_names (reader, self->names, self->leaves->len);
  if (!choose_types (self, error) || !update_schema (self, error))
    return FALSE;
  for (guint i = 0; i < self->leaves->len; i++)
    {
      g_autofree char *note = sx_arrow_leaf_dup_type_note (g_ptr_array_index (self->leaves, i));

      if (note != NULL)
        sx_reader_note (reader, 0, self->names[i], "%s", note);
    }
  return TRUE;
}

void
sx_arrow_columns_clear (SxArrowColumns *self)
{
  g_clear_pointer (&self->leaves, g_ptr_array_unref);
  g_clear_pointer (&self->types, g_free);
  g_clear_pointer (&self->remarks, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->wanted, g_variant_unref);
  g_clear_pointer (&self->fixed, g_variant_unref);
}

GVariant *
sx_arrow_columns_dup_options (SxArrowColumns *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (self->wanted != NULL)
    g_variant_dict_insert_value (&dict, "columns", self->wanted);
  if (self->fixed != NULL)
    g_variant_dict_insert_value (&dict, "types", self->fixed);
  return g_variant_dict_end (&dict);
}

SxColumn *
sx_arrow_columns_convert (const SxArrowColumns *self, guint i, const SxArrowView *view, gsize first, gsize n_rows, SxArrowOwner *owner, guint64 first_row, guint *remarks, GError **error)
{
  g_autoptr (SxColumn) column = sx_arrow_leaf_convert (g_ptr_array_index (self->leaves, i), view, first, n_rows, owner, first_row, remarks, error);

  return column != NULL ? sx_column_cast (column, self->types[i], self->names[i], first_row, error) : NULL;
}

gboolean
sx_arrow_columns_note (SxArrowColumns *self, guint i, guint remarks)
{
  SxArrowLeaf *leaf = g_ptr_array_index (self->leaves, i);
  guint        fresh = remarks & ~self->remarks[i];

  self->remarks[i] |= remarks;
  for (guint bit = 1; bit <= fresh; bit <<= 1)
    if (fresh & bit)
      {
        g_autofree char *note = sx_arrow_leaf_dup_remark (leaf, (SxArrowRemarks)bit);

        sx_reader_note (self->reader, 0, self->names[i], "%s", note);
      }
  if ((fresh & SX_ARROW_TOO_WIDE) == 0)
    return FALSE;
  leaf->type = SX_TYPE_FLOAT64;
  if (self->fixed == NULL || !g_variant_lookup (self->fixed, self->names[i], "&s", &(const char *){ NULL }))
    self->types[i] = SX_TYPE_FLOAT64;
  if (!update_schema (self, NULL))
    g_assert_not_reached (); /* the names are those of before */
  sx_reader_start_anew (self->reader);
  return TRUE;
}
