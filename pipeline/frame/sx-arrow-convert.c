/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From Arrow arrays to our columns. What has our layout is borrowed, the rest is made; what a column borrows it keeps alive by its owner.
 * Rules of ours that Arrow does not have: missing cells hold zero or nothing, NaN is missing, text is UTF-8, dictionaries have
 * no repeats. Where an array breaks one, that column is copied cell by cell. */

#include "config.h"

#include "sx-arrow-convert-private.h"

#include "sx-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* ---- text ---- */

gboolean
sx_utf8_is_valid (const char *text, gsize size)
{
  const guint8 *at = (const guint8 *)text, *end = at + size;

  while (at < end)
    {
      guint64 word;
      guint32 sign;
      guint   n;

      /* Eight bytes of ASCII at once, none of them zero. */
      if (end - at >= 8 && (memcpy (&word, at, 8), ((word | (word - 0x0101010101010101u)) & 0x8080808080808080u) == 0))
        {
          at += 8;
          continue;
        }
      if (*at < 0x80)
        {
          if (*at++ == 0)
            return FALSE;
          continue;
        }
      n = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2
                                        : 1;
      if (*at < 0xc2 || *at > 0xf4 || (gsize)(end - at) <= n)
        return FALSE;
      sign = *at & (0x3fu >> n);
      for (guint i = 1; i <= n; i++)
        {
          if ((at[i] & 0xc0) != 0x80)
            return FALSE;
          sign = sign << 6 | (at[i] & 0x3f);
        }
      if ((n == 2 && (sign < 0x800 || (sign >= 0xd800 && sign < 0xe000))) || (n == 3 && (sign < 0x10000 || sign > 0x10ffff)))
        return FALSE;
      at += n + 1;
    }
  return TRUE;
}

static gint64
get_offset (const SxArrowPiece *self, gsize row)
{
  const guint8 *data = self->view->buffers[1].data;
  gint64        offset;
  gint32        small;

  if (self->field->is_large)
    memcpy (&offset, data + (self->at + row) * 8, 8);
  else
    {
      memcpy (&small, data + (self->at + row) * 4, 4);
      offset = small;
    }
  return offset;
}

/* A cell of any of the layouts of text and bytes; FALSE when a view points out of its buffers. */
static gboolean
get_cell (const SxArrowPiece *self, gsize row, const char **text, gsize *size)
{
  const SxArrowView *view = self->view;
  const guint8      *cell;
  gint32             parts[4]; /* size, first bytes, buffer, place in it */

  if (self->field->kind == SX_ARROW_FIXED_BINARY)
    {
      *size = self->field->size;
      *text = (const char *)view->buffers[1].data + (self->at + row) * *size;
      return TRUE;
    }
  if (!self->field->is_view)
    {
      *size = (gsize)(get_offset (self, row + 1) - get_offset (self, row));
      *text = *size > 0 ? (const char *)view->buffers[2].data + get_offset (self, row) : "";
      return TRUE;
    }
  cell = view->buffers[1].data + (self->at + row) * 16;
  memcpy (parts, cell, 16);
  *size = (gsize)parts[0];
  *text = (const char *)cell + 4;
  if (parts[0] <= 12)
    return parts[0] >= 0;
  if (parts[2] < 0 || parts[3] < 0 || (gsize)parts[2] + 2 >= view->n_buffers)
    return FALSE;
  const SxArrowBytes *bytes = &view->buffers[parts[2] + 2];
  *text = (const char *)bytes->data + parts[3];
  return bytes->data != NULL && (bytes->size == G_MAXSIZE || (gsize)parts[3] + *size <= bytes->size);
}

static gboolean
set_cell_error (const SxArrowPiece *self, gsize row, const char *what, GError **error)
{
  g_autofree char *number = sx_number_dup_grouped (self->first_row + row + 1);

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("Column “%s”, row %s: %s. Write the file again, or get a whole copy of it."), self->name, number, what);
  return FALSE;
}

/* Text that can be had as it stands: one stretch of valid bytes in which cells begin and end at characters. */
static gboolean
can_borrow_text (const SxArrowPiece *self)
{
  gint64      begin = get_offset (self, 0), end = get_offset (self, self->n_rows);
  const char *text = (const char *)self->view->buffers[2].data;

  for (gsize i = 0; self->validity != NULL && !self->view->is_clean && i < self->n_rows; i++)
    if (!sx_bits_get (self->validity, i) && get_offset (self, i) != get_offset (self, i + 1))
      return FALSE;
  if (self->type != SX_TYPE_STRING)
    return TRUE;
  if (end > begin && !sx_utf8_is_valid (text + begin, (gsize)(end - begin)))
    return FALSE;
  for (gsize i = 1; i < self->n_rows; i++)
    {
      gint64 offset = get_offset (self, i);

      if (offset < end && ((guint8)text[offset] & 0xc0) == 0x80)
        return FALSE;
    }
  return TRUE;
}

static void
borrow_offsets (SxArrowPiece *self, gint64 begin)
{
  const guint8 *data = self->view->buffers[1].data + self->at * 4;

  if (!self->field->is_large && begin == 0 && (gsize)data % sizeof (gint32) == 0)
    {
      self->offsets = (const gint32 *)(gconstpointer)data;
      return;
    }
  self->own_offsets = sx_aligned_new0 ((self->n_rows + 1) * sizeof (gint32));
  for (gsize i = 0; i <= self->n_rows; i++)
    self->own_offsets[i] = (gint32)(get_offset (self, i) - begin);
  self->offsets = self->own_offsets;
}

/* Cell by cell, with what is not UTF-8 replaced. */
static SxColumn *
build_text (SxArrowPiece *self, GError **error)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (self->type);

  for (gsize row = 0; row < self->n_rows; row++)
    {
      const char *text;
      gsize       size;

      if (sx_arrow_piece_is_missing (self, row))
        {
          sx_column_builder_append_missing (builder);
          continue;
        }
      if (!get_cell (self, row, &text, &size))
        {
          set_cell_error (self, row, _ ("its text lies out of the file"), error);
          return NULL;
        }
      if (self->type == SX_TYPE_STRING && !sx_utf8_is_valid (text, size))
        {
          g_autofree char *valid = g_utf8_make_valid (text, (gssize)size);

          *self->remarks |= SX_ARROW_REPAIRED;
          sx_column_builder_append_text (builder, valid, strlen (valid));
        }
      else
        sx_column_builder_append_text (builder, text, size);
    }
  return sx_column_builder_finish (builder);
}

/* A whole column, or NULL without an error when the parts are to be put together. */
static SxColumn *
take_text (SxArrowPiece *self, GError **error)
{
  if (self->n_rows == 0 || self->field->is_view || self->field->kind == SX_ARROW_FIXED_BINARY || !can_borrow_text (self))
    return build_text (self, error);
  borrow_offsets (self, get_offset (self, 0));
  self->values = self->view->buffers[2].data != NULL ? self->view->buffers[2].data + get_offset (self, 0) : (const guint8 *)"";
  return NULL;
}

/* ---- dictionaries ---- */

static gint64
get_index (const SxArrowPiece *self, gsize row)
{
  const guint8 *at = self->view->buffers[1].data + (self->at + row) * self->field->index_width / 8;
  guint64       index = 0;

  memcpy (&index, at, self->field->index_width / 8);
  if (self->field->index_is_signed && self->field->index_width < 64 && index >> (self->field->index_width - 1))
    return -1;
  return (gint64)index;
}

/* Values that are no texts are put in place of the indices. */
static SxColumn *
gather_values (SxArrowPiece *self, const gint32 *codes)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (self->type);

  for (gsize row = 0; row < self->n_rows; row++)
    if (sx_arrow_piece_is_missing (self, row))
      sx_column_builder_append_missing (builder);
    else
      sx_column_builder_append_cell (builder, self->view->dictionary->values, (gsize)codes[row]);
  return sx_column_builder_finish (builder);
}

static gboolean
can_borrow_codes (const SxArrowPiece *self)
{
  return self->field->index_width == 32 && (self->n_missing == 0 || self->view->is_clean) && self->type == SX_TYPE_CATEGORY && self->view->dictionary->codes == NULL &&
         (gsize)self->view->buffers[1].data % sizeof (gint32) == 0;
}

static gboolean
borrow_codes (SxArrowPiece *self, gint64 n_values, GError **error)
{
  const guint32 *codes = (const guint32 *)(gconstpointer)(self->view->buffers[1].data + self->at * 4);
  guint32        largest = 0;

  self->values = codes;
  for (gsize row = 0; row < self->n_rows; row++)
    largest = MAX (largest, codes[row]);
  /* Where nothing is present even an empty dictionary will do. */
  for (gsize row = 0; largest >= n_values && row < self->n_rows; row++)
    if (codes[row] >= n_values && !sx_arrow_piece_is_missing (self, row))
      return set_cell_error (self, row, _ ("its value is not in its dictionary"), error);
  return TRUE;
}

static gboolean
take_codes (SxArrowPiece *self, GError **error)
{
  const SxArrowDictionary *dictionary = self->view->dictionary;
  gint64                   n_values = dictionary != NULL ? (gint64)dictionary->given->n_rows : 0;
  gint32                  *codes;

  if (self->n_rows > 0 && can_borrow_codes (self))
    return borrow_codes (self, n_values, error);
  codes = self->own_values = sx_aligned_new0 (self->n_rows * sizeof (gint32));
  self->values = codes;
  for (gsize row = 0; row < self->n_rows; row++)
    {
      gint64 index;

      if (sx_arrow_piece_is_missing (self, row))
        continue;
      index = get_index (self, row);
      if (index < 0 || index >= n_values)
        return set_cell_error (self, row, _ ("its value is not in its dictionary"), error);
      codes[row] = dictionary->codes != NULL ? dictionary->codes[index] : (gint32)index;
      if (codes[row] >= 0)
        continue;
      sx_arrow_piece_own_validity (self);
      self->own_validity[row >> 3] &= (guint8) ~(1u << (row & 7));
      self->n_missing++;
      codes[row] = 0;
    }
  return TRUE;
}

/* ---- lists ---- */

static SxColumn *convert_rows (SxArrowPiece *piece, GError **error);

static gint64
get_list_offset (const SxArrowPiece *self, gsize row)
{
  return self->field->kind == SX_ARROW_FIXED_LIST ? (gint64)((self->at + row) * self->field->size) : get_offset (self, row);
}

/* Items [begin, end) of a list column's child, as doubles: borrowed when they are so already. */
static gboolean
take_items (SxArrowPiece *self, gint64 begin, gint64 end, GError **error)
{
  const SxArrowView *view = &self->view->children[0];
  SxArrowPiece       items = {
          .name = self->name,
          .field = g_ptr_array_index (self->field->children, 0),
          .view = view,
          .at = view->offset + (gsize)begin,
          .n_rows = (gsize)(end - begin),
          .first_row = self->first_row,
          .remarks = self->remarks,
          .owner = self->owner,
  };

  sx_arrow_field_get_type (items.field, &items.type);
  if (items.field->kind == SX_ARROW_INT && items.field->width == 64 && !items.field->is_signed)
    items.type = SX_TYPE_FLOAT64;
  self->child = convert_rows (&items, error);
  if (self->child == NULL)
    return FALSE;
  if (self->child->type == SX_TYPE_FLOAT64 && self->child->n_missing == 0)
    {
      self->values = self->child->values;
      return TRUE;
    }
  self->own_values = sx_aligned_new0 (items.n_rows * sizeof (double));
  sx_column_to_doubles (self->child, self->own_values);
  self->values = self->own_values;
  g_clear_pointer (&self->child, sx_column_unref);
  return TRUE;
}

/* A missing list that has items nevertheless loses them. */
static SxColumn *
build_lists (const SxArrowPiece *self, gint64 begin)
{
  g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (SX_TYPE_LIST);

  for (gsize row = 0; row < self->n_rows; row++)
    if (sx_arrow_piece_is_missing (self, row))
      sx_column_builder_append_missing (builder);
    else
      sx_column_builder_append_list (builder, (const double *)self->values + (get_list_offset (self, row) - begin), (gsize)(get_list_offset (self, row + 1) - get_list_offset (self, row)));
  return sx_column_builder_finish (builder);
}

static gboolean
take_lists (SxArrowPiece *self, SxColumn **whole, GError **error)
{
  gint64 begin, end;

  if (self->n_rows == 0)
    {
      *whole = build_lists (self, 0);
      return TRUE;
    }
  begin = get_list_offset (self, 0);
  end = get_list_offset (self, self->n_rows);
  if (!take_items (self, begin, end, error))
    return FALSE;
  for (gsize i = 0; self->validity != NULL && *whole == NULL && i < self->n_rows; i++)
    if (!sx_bits_get (self->validity, i) && get_list_offset (self, i) != get_list_offset (self, i + 1))
      *whole = build_lists (self, begin);
  if (*whole != NULL)
    return TRUE;
  if (self->field->kind == SX_ARROW_LIST)
    {
      borrow_offsets (self, begin);
      return TRUE;
    }
  self->own_offsets = sx_aligned_new0 ((self->n_rows + 1) * sizeof (gint32));
  for (gsize i = 0; i <= self->n_rows; i++)
    self->own_offsets[i] = (gint32)(i * self->field->size);
  self->offsets = self->own_offsets;
  return TRUE;
}

/* ---- one column ---- */

static void
take_bits (SxArrowPiece *self)
{
  const guint8 *bits = self->n_rows > 0 ? self->view->buffers[1].data : (const guint8 *)"";
  guint8       *own;

  if (self->at % 8 == 0 && self->n_missing == 0)
    {
      self->values = bits + self->at / 8;
      return;
    }
  own = self->own_values = sx_aligned_new0 ((self->n_rows + 7) / 8);
  self->values = own;
  if (self->n_rows > 0)
    sx_bits_copy (own, 0, bits, self->at, self->n_rows);
  for (gsize i = 0; self->validity != NULL && i < (self->n_rows + 7) / 8; i++)
    own[i] &= self->validity[i];
}

/* Rows without validity that are present only where every mask has them. */
static void
mask_validity (SxArrowPiece *self, const guint8 *mask, gsize at)
{
  sx_arrow_piece_own_validity (self);
  for (gsize i = 0; i < self->n_rows; i++)
    if (!sx_bits_get (mask, at + i))
      self->own_validity[i >> 3] &= (guint8) ~(1u << (i & 7));
}

static void
count_missing (SxArrowPiece *self)
{
  self->n_missing = self->validity != NULL ? self->n_rows - sx_bits_count (self->validity, self->n_rows) : 0;
  if (self->n_missing == 0)
    self->validity = NULL;
}

static void
take_validity (SxArrowPiece *self)
{
  const guint8 *bits = self->view->n_buffers > 0 && self->view->n_missing != 0 ? self->view->buffers[0].data : NULL;

  if (self->field->kind == SX_ARROW_NULL && self->n_rows > 0)
    {
      self->validity = self->own_validity = sx_aligned_new0 ((self->n_rows + 7) / 8);
      return;
    }
  if (bits == NULL || self->n_rows == 0)
    return;
  if (self->at % 8 == 0)
    self->validity = bits + self->at / 8;
  else
    {
      self->own_validity = sx_aligned_new0 ((self->n_rows + 7) / 8);
      sx_bits_copy (self->own_validity, 0, bits, self->at, self->n_rows);
      self->validity = self->own_validity;
    }
}

typedef struct
{
  SxArrowOwner *owner;
  SxColumn     *child;
  void         *buffers[3];
} Keeper;

static void
free_keeper (gpointer data)
{
  Keeper *self = data;

  g_clear_pointer (&self->owner, sx_arrow_owner_unref);
  g_clear_pointer (&self->child, sx_column_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->buffers); i++)
    g_aligned_free (self->buffers[i]);
  g_free (self);
}

static void
drop_piece (SxArrowPiece *self)
{
  g_clear_pointer (&self->own_validity, g_aligned_free);
  g_clear_pointer (&self->own_values, g_aligned_free);
  g_clear_pointer (&self->own_offsets, g_aligned_free);
  g_clear_pointer (&self->child, sx_column_unref);
}

static SxColumn *
finish_piece (SxArrowPiece *self)
{
  Keeper *keeper = g_new0 (Keeper, 1);

  *keeper = (Keeper){ .child = self->child, .buffers = { self->own_validity, self->own_values, self->own_offsets } };
  if (self->values != self->own_values || (self->validity != NULL && self->own_validity == NULL) || (self->offsets != NULL && self->own_offsets == NULL))
    keeper->owner = self->owner != NULL ? sx_arrow_owner_ref (self->owner) : NULL;
  return sx_column_new_borrowed (self->type, self->n_rows, self->n_missing, self->validity, self->values, self->offsets,
                                 self->type == SX_TYPE_CATEGORY ? sx_column_ref (self->dictionary) : NULL, keeper, free_keeper);
}

/* The values by kind. @whole: set when the column came out as a whole. */
static gboolean
take_values (SxArrowPiece *self, SxColumn **whole, GError **error)
{
  if (self->field->index_width > 0)
    {
      if (!take_codes (self, error))
        return FALSE;
      if (self->type == SX_TYPE_CATEGORY)
        self->dictionary = self->view->dictionary->values;
      else
        *whole = gather_values (self, self->values);
      return TRUE;
    }
  switch ((int)self->field->kind)
    {
    case SX_ARROW_NULL:
      self->values = self->own_values = sx_aligned_new0 (self->n_rows * sizeof (double));
      return TRUE;
    case SX_ARROW_BOOL:
      take_bits (self);
      return TRUE;
    case SX_ARROW_UTF8:
    case SX_ARROW_BINARY:
    case SX_ARROW_FIXED_BINARY:
      *whole = take_text (self, error);
      return *whole != NULL || self->values != NULL;
    case SX_ARROW_LIST:
    case SX_ARROW_FIXED_LIST:
      return take_lists (self, whole, error);
    default:
      return sx_arrow_piece_take_numbers (self, error);
    }
}

/* @piece has its validity already, or none. */
static SxColumn *
convert_masked (SxArrowPiece *piece, GError **error)
{
  SxColumn *whole = NULL;

  count_missing (piece);
  if (!take_values (piece, &whole, error))
    {
      drop_piece (piece);
      return NULL;
    }
  if (whole != NULL)
    {
      drop_piece (piece);
      return whole;
    }
  return finish_piece (piece);
}

static SxColumn *
convert_rows (SxArrowPiece *piece, GError **error)
{
  take_validity (piece);
  return convert_masked (piece, error);
}

/* The view at the end of the leaf's path, and the place of row @first in it; masks of the structs on the way are applied to @piece. */
static const SxArrowView *
descend (const SxArrowLeaf *self, const SxArrowView *root, gsize first, gsize *at)
{
  const SxArrowView *view = root;

  *at = first + root->offset;
  for (guint i = 0; i < self->depth; i++)
    {
      view = &view->children[self->path[i]];
      *at += view->offset;
    }
  return view;
}

static void
apply_masks (const SxArrowLeaf *self, const SxArrowView *root, gsize first, SxArrowPiece *piece)
{
  const SxArrowView *view = root;
  gsize              at = first + root->offset;

  for (guint i = 0; i < self->depth; i++)
    {
      if (view->n_buffers > 0 && view->n_missing != 0 && view->buffers[0].data != NULL && piece->n_rows > 0)
        mask_validity (piece, view->buffers[0].data, at);
      view = &view->children[self->path[i]];
      at += view->offset;
    }
}

SxColumn *
sx_arrow_leaf_convert (const SxArrowLeaf *self, const SxArrowView *root, gsize first, gsize n_rows, SxArrowOwner *owner, guint64 first_row, guint *remarks, GError **error)
{
  SxArrowPiece piece = {
    .name = self->name,
    .field = self->field,
    .type = self->type,
    .n_rows = n_rows,
    .first_row = first_row,
    .remarks = remarks,
    .owner = owner,
  };

  piece.view = descend (self, root, first, &piece.at);
  if (self->field->index_width > 0 && piece.view->dictionary == NULL)
    {
      /* Only an array without rows comes without its dictionary. */
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (self->type);
      return sx_column_builder_finish (builder);
    }
  take_validity (&piece);
  apply_masks (self, root, first, &piece);
  return convert_masked (&piece, error);
}

SxColumn *
sx_arrow_convert (const SxArrowField *field, const SxArrowView *view, SxArrowOwner *owner, GError **error)
{
  guint        remarks = 0;
  SxArrowPiece piece = {
    .name = field->name,
    .field = field,
    .view = view,
    .at = view->offset,
    .n_rows = view->n_rows,
    .remarks = &remarks,
    .owner = owner,
  };

  if (!sx_arrow_field_get_type (field, &piece.type))
    {
      g_autofree char *title = sx_arrow_field_dup_title (field);

      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED,
                   _ ("Column “%s” is of the type %s, which is not read. Choose the other columns with “columns”, or write this one as another type."), field->name, title);
      return NULL;
    }
  /* Values of a dictionary get no second chance: they are wide from the beginning. */
  if (field->kind == SX_ARROW_INT && field->width == 64 && !field->is_signed)
    piece.type = SX_TYPE_FLOAT64;
  return convert_rows (&piece, error);
}

/* Bytes that rows [first, first + n) take in the values of our column. */
static gsize
measure (const SxArrowPiece *self, gsize n)
{
  gsize size = 0;

  switch ((int)self->field->kind)
    {
    case SX_ARROW_UTF8:
    case SX_ARROW_BINARY:
      for (gsize i = 0; self->field->is_view && i < n; i++)
        {
          gint32 cell;

          memcpy (&cell, self->view->buffers[1].data + (self->at + i) * 16, 4);
          size += cell > 0 ? (gsize)cell : 0;
        }
      return self->field->is_view ? size : (gsize)(get_offset (self, n) - get_offset (self, 0));
    case SX_ARROW_FIXED_BINARY:
      return g_size_checked_mul (&size, n, self->field->size) ? size : G_MAXSIZE;
    case SX_ARROW_LIST:
      return g_size_checked_mul (&size, (gsize)(get_offset (self, n) - get_offset (self, 0)), 8) ? size : G_MAXSIZE;
    case SX_ARROW_FIXED_LIST:
      return g_size_checked_mul (&size, n, self->field->size) && g_size_checked_mul (&size, size, 8) ? size : G_MAXSIZE;
    default:
      return 0;
    }
}

gsize
sx_arrow_leaf_fit (const SxArrowLeaf *self, const SxArrowView *root, gsize first, gsize max, GError **error)
{
  SxArrowPiece piece = { .field = self->field };
  gsize        low = 0, high = max;

  if (max == 0 || self->field->index_width > 0)
    return max;
  piece.view = descend (self, root, first, &piece.at);
  if (measure (&piece, max) <= SX_ARROW_MAX_TEXT)
    return max;
  while (low < high)
    {
      gsize middle = low + (high - low + 1) / 2;

      if (measure (&piece, middle) <= SX_ARROW_MAX_TEXT)
        low = middle;
      else
        high = middle - 1;
    }
  if (low == 0)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("Column “%s” has a cell of more than %d MiB, which is not read."), self->name, (int)(SX_ARROW_MAX_TEXT >> 20));
  return low;
}
