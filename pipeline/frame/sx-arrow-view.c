/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Where the buffers of an Arrow array lie, whether they hold what its lengths say, and who keeps them. */

#include "config.h"

#include "sx-arrow-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _SxArrowOwner
{
  gatomicrefcount ref_count;
  gpointer        data;
  GDestroyNotify  free_data;
  GPtrArray      *buffers; /* (nullable) */
};

SxArrowOwner *
sx_arrow_owner_new (gpointer data, GDestroyNotify free_data)
{
  SxArrowOwner *self = g_new0 (SxArrowOwner, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->data = data;
  self->free_data = free_data;
  return self;
}

SxArrowOwner *
sx_arrow_owner_ref (SxArrowOwner *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_arrow_owner_unref (SxArrowOwner *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->free_data != NULL)
    self->free_data (self->data);
  g_clear_pointer (&self->buffers, g_ptr_array_unref);
  g_free (self);
}

void
sx_arrow_owner_take (SxArrowOwner *self, void *buffer)
{
  if (self->buffers == NULL)
    self->buffers = g_ptr_array_new_with_free_func (g_aligned_free);
  g_ptr_array_add (self->buffers, buffer);
}

/* Brings texts to the rules of a category: the first of equal ones stands for all of them. */
static void
make_unique (SxArrowDictionary *self)
{
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  g_autofree gint32  *codes = g_new (gint32, self->given->n_rows + 1);
  g_autofree guint32 *rows = g_new (guint32, self->given->n_rows + 1);
  gint32              n = 0;

  for (gsize row = 0; row < self->given->n_rows; row++)
    {
      gsize       size;
      const char *text = sx_column_get_text (self->given, row, &size);
      g_autoptr (GBytes) key = g_bytes_new_static (text, size);
      gpointer place;

      codes[row] = -1;
      if (sx_column_is_missing (self->given, row))
        continue;
      if (g_hash_table_lookup_extended (places, key, NULL, &place))
        {
          codes[row] = GPOINTER_TO_INT (place);
          continue;
        }
      rows[n] = (guint32)row;
      codes[row] = n++;
      g_hash_table_insert (places, g_steal_pointer (&key), GINT_TO_POINTER (codes[row]));
    }
  if ((gsize)n == self->given->n_rows)
    {
      self->values = sx_column_ref (self->given);
      return;
    }
  self->values = sx_column_take (self->given, rows, (gsize)n);
  self->codes = g_steal_pointer (&codes);
}

SxArrowDictionary *
sx_arrow_dictionary_new (SxColumn *given)
{
  SxArrowDictionary *self = g_new0 (SxArrowDictionary, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->given = sx_column_ref (given);
  if (given->type == SX_TYPE_STRING)
    make_unique (self);
  else
    self->values = sx_column_ref (given);
  return self;
}

SxArrowDictionary *
sx_arrow_dictionary_ref (SxArrowDictionary *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_arrow_dictionary_unref (SxArrowDictionary *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  sx_column_unref (self->given);
  sx_column_unref (self->values);
  g_free (self->codes);
  g_free (self);
}

void
sx_arrow_view_init (SxArrowView *self, guint n_buffers, guint n_children)
{
  *self = (SxArrowView){
    .n_missing = -1,
    .n_buffers = n_buffers,
    .buffers = n_buffers > 0 ? g_new0 (SxArrowBytes, n_buffers) : NULL,
    .n_children = n_children,
    .children = n_children > 0 ? g_new0 (SxArrowView, n_children) : NULL,
  };
}

void
sx_arrow_view_clear (SxArrowView *self)
{
  for (guint i = 0; i < self->n_children; i++)
    sx_arrow_view_clear (&self->children[i]);
  g_clear_pointer (&self->children, g_free);
  g_clear_pointer (&self->buffers, g_free);
  g_clear_pointer (&self->dictionary, sx_arrow_dictionary_unref);
  self->n_children = self->n_buffers = 0;
}

static gboolean
set_damaged (const char *path, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("Column “%s” is damaged: %s. Write the file again, or get a whole copy of it."), path, what);
  return FALSE;
}

/* Buffers of an array of @kind; variadic ones of views come on top. */
static guint
count_buffers (const SxArrowField *field)
{
  if (field->index_width > 0)
    return 2;
  switch (field->kind)
    {
    case SX_ARROW_NULL:
      return 0;
    case SX_ARROW_STRUCT:
    case SX_ARROW_FIXED_LIST:
      return 1;
    case SX_ARROW_UTF8:
    case SX_ARROW_BINARY:
      return field->is_view ? 2 : 3;
    case SX_ARROW_BOOL:
    case SX_ARROW_INT:
    case SX_ARROW_FLOAT:
    case SX_ARROW_DECIMAL:
    case SX_ARROW_DATE:
    case SX_ARROW_TIME:
    case SX_ARROW_TIMESTAMP:
    case SX_ARROW_DURATION:
    case SX_ARROW_FIXED_BINARY:
    case SX_ARROW_LIST:
    case SX_ARROW_OTHER:
    default:
      return 2;
    }
}

/* Bits of one value in buffer 1; 0 when it is not of fixed size. */
static gsize
value_bits (const SxArrowField *field)
{
  if (field->index_width > 0)
    return field->index_width;
  switch ((int)field->kind)
    {
    case SX_ARROW_BOOL:
      return 1;
    case SX_ARROW_INT:
    case SX_ARROW_FLOAT:
    case SX_ARROW_DECIMAL:
    case SX_ARROW_DATE:
    case SX_ARROW_TIME:
      return field->width;
    case SX_ARROW_TIMESTAMP:
    case SX_ARROW_DURATION:
      return 64;
    case SX_ARROW_FIXED_BINARY:
      return field->size * 8;
    case SX_ARROW_UTF8:
    case SX_ARROW_BINARY:
      return field->is_view ? 128 : 0;
    default:
      return 0;
    }
}

static gboolean
has_bits (const SxArrowBytes *bytes, gsize n_values, gsize bits)
{
  gsize size;

  if (n_values == 0 || bits == 0)
    return TRUE;
  if (bytes->data == NULL || !g_size_checked_mul (&size, n_values, bits))
    return FALSE;
  return bytes->size == G_MAXSIZE || size / 8 + (size % 8 > 0) <= bytes->size;
}

/* Offsets that never fall and stay within @max; @end: the last of them. */
static gboolean
check_offsets (const SxArrowView *self, gboolean is_large, gsize max, const char *path, GError **error)
{
  const guint8 *data = self->buffers[1].data;
  gint64        before = 0;

  if (self->n_rows == 0)
    return TRUE;
  if (!has_bits (&self->buffers[1], self->offset + self->n_rows + 1, is_large ? 64 : 32))
    return set_damaged (path, _ ("its offsets are cut off"), error);
  for (gsize i = self->offset; i <= self->offset + self->n_rows; i++)
    {
      gint64 offset;
      gint32 small;

      if (is_large)
        memcpy (&offset, data + i * 8, 8);
      else
        {
          memcpy (&small, data + i * 4, 4);
          offset = small;
        }
      if (offset < before)
        return set_damaged (path, _ ("its offsets go backwards"), error);
      before = offset;
    }
  if ((guint64)before > max)
    return set_damaged (path, _ ("its offsets point behind its values"), error);
  return TRUE;
}

static gboolean
check_children (const SxArrowView *self, const SxArrowField *field, const char *path, GError **error)
{
  gsize per_row = field->kind == SX_ARROW_FIXED_LIST ? field->size : 1;
  gsize n_rows;

  if (self->n_children != field->children->len)
    return set_damaged (path, _ ("parts of it are not there"), error);
  if (!g_size_checked_mul (&n_rows, self->offset + self->n_rows, per_row))
    return set_damaged (path, _ ("it claims too many rows"), error);
  for (guint i = 0; i < self->n_children; i++)
    {
      const SxArrowField *child = g_ptr_array_index (field->children, i);
      g_autofree char    *name = g_strdup_printf ("%s%s%s", path, *path ? "." : "", child->name);

      if (field->kind != SX_ARROW_LIST && self->children[i].n_rows < n_rows)
        return set_damaged (name, _ ("it has fewer rows than what it belongs to"), error);
      if (!sx_arrow_view_check (&self->children[i], child, name, error))
        return FALSE;
    }
  return field->kind != SX_ARROW_LIST || check_offsets (self, field->is_large, self->children[0].n_rows, path, error);
}

gboolean
sx_arrow_view_check (const SxArrowView *self, const SxArrowField *field, const char *path, GError **error)
{
  gsize end;

  if (!g_size_checked_add (&end, self->n_rows, self->offset) || end > G_MAXINT64 / 256) /* room for bits and bytes to be multiplied */
    return set_damaged (path, _ ("it claims too many rows"), error);
  if (field->is_skipped || field->kind == SX_ARROW_OTHER)
    return TRUE;
  if (self->n_buffers < count_buffers (field))
    return set_damaged (path, _ ("parts of it are not there"), error);
  if (self->n_buffers > 0 && self->n_missing != 0 && (self->buffers[0].data != NULL || self->n_missing > 0) && !has_bits (&self->buffers[0], end, 1))
    return set_damaged (path, _ ("the marks of its missing values are cut off"), error);
  if (!has_bits (&self->buffers[MIN (1, MAX (self->n_buffers, 1) - 1)], value_bits (field) > 0 ? end : 0, value_bits (field)))
    return set_damaged (path, _ ("its values are cut off"), error);
  if (field->index_width > 0)
    return self->dictionary != NULL || self->n_rows == 0 || set_damaged (path, _ ("its dictionary is not there"), error);
  if (field->kind == SX_ARROW_STRUCT || field->kind == SX_ARROW_LIST || field->kind == SX_ARROW_FIXED_LIST)
    return check_children (self, field, path, error);
  if ((field->kind == SX_ARROW_UTF8 || field->kind == SX_ARROW_BINARY) && !field->is_view)
    return check_offsets (self, field->is_large, self->buffers[2].size, path, error);
  return TRUE;
}
