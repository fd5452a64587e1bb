/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Frames from the Arrow C Data Interface. The arrays are moved into owners that the columns keep; the producer's release is called
 * when the last column that borrows from them goes. */

#include "config.h"

#include "sx-arrow-private.h"
#include "sx-arrow.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

/* ---- format strings ---- */

static gboolean
set_unit (SxArrowField *field, char unit)
{
  field->per_second = unit == 's' ? 1 : unit == 'm' ? 1000
                                      : unit == 'u' ? 1000000
                                                    : 1000000000;
  return unit == 's' || unit == 'm' || unit == 'u' || unit == 'n';
}

static gboolean
read_simple (SxArrowField *field, const char *format)
{
  static const struct
  {
    char        letter;
    SxArrowKind kind;
    guint       width;
    gboolean    is_signed, is_large;
  } simple[] = {
    { 'n', SX_ARROW_NULL },
    { 'b', SX_ARROW_BOOL },
    { 'c', SX_ARROW_INT, 8, TRUE },
    { 'C', SX_ARROW_INT, 8 },
    { 's', SX_ARROW_INT, 16, TRUE },
    { 'S', SX_ARROW_INT, 16 },
    { 'i', SX_ARROW_INT, 32, TRUE },
    { 'I', SX_ARROW_INT, 32 },
    { 'l', SX_ARROW_INT, 64, TRUE },
    { 'L', SX_ARROW_INT, 64 },
    { 'e', SX_ARROW_FLOAT, 16 },
    { 'f', SX_ARROW_FLOAT, 32 },
    { 'g', SX_ARROW_FLOAT, 64 },
    { 'z', SX_ARROW_BINARY },
    { 'Z', SX_ARROW_BINARY, .is_large = TRUE },
    { 'u', SX_ARROW_UTF8 },
    { 'U', SX_ARROW_UTF8, .is_large = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (simple); i++)
    if (format[0] == simple[i].letter && format[1] == '\0')
      {
        field->kind = simple[i].kind;
        field->width = simple[i].width;
        field->is_signed = simple[i].is_signed;
        field->is_large = simple[i].is_large;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_time (SxArrowField *field, const char *format)
{
  switch (format[1])
    {
    case 'd':
      field->kind = SX_ARROW_DATE;
      field->width = format[2] == 'D' ? 32 : 64;
      field->per_second = 1000;
      return format[2] == 'D' || format[2] == 'm';
    case 't':
      field->kind = SX_ARROW_TIME;
      field->width = format[2] == 's' || format[2] == 'm' ? 32 : 64;
      return set_unit (field, format[2]);
    case 's':
      field->kind = SX_ARROW_TIMESTAMP;
      return set_unit (field, format[2]) && format[3] == ':';
    case 'D':
      field->kind = SX_ARROW_DURATION;
      return set_unit (field, format[2]);
    default:
      return FALSE;
    }
}

static gboolean
read_nested (SxArrowField *field, const char *format)
{
  if (g_str_equal (format, "+s"))
    field->kind = SX_ARROW_STRUCT;
  else if (g_str_equal (format, "+l") || g_str_equal (format, "+L"))
    {
      field->kind = SX_ARROW_LIST;
      field->is_large = format[1] == 'L';
    }
  else if (g_str_has_prefix (format, "+w:"))
    {
      field->kind = SX_ARROW_FIXED_LIST;
      field->size = (gsize)g_ascii_strtoull (format + 3, NULL, 10);
    }
  else
    return FALSE;
  return TRUE;
}

/* What is not known stays SX_ARROW_OTHER under a name people know. */
static void
read_format (SxArrowField *field, const char *format)
{
  int  precision, scale, width = 128;
  char end;

  if (read_simple (field, format) || read_nested (field, format) || (format[0] == 't' && strlen (format) >= 3 && read_time (field, format)))
    return;
  if (g_str_equal (format, "vu") || g_str_equal (format, "vz"))
    {
      field->kind = format[1] == 'u' ? SX_ARROW_UTF8 : SX_ARROW_BINARY;
      field->is_view = TRUE;
    }
  else if (g_str_has_prefix (format, "w:"))
    {
      field->kind = SX_ARROW_FIXED_BINARY;
      field->size = (gsize)g_ascii_strtoull (format + 2, NULL, 10);
    }
  else if ((sscanf (format, "d:%d,%d,%d%c", &precision, &scale, &width, &end) == 3 || sscanf (format, "d:%d,%d%c", &precision, &scale, &end) == 2) &&
           (width == 32 || width == 64 || width == 128 || width == 256) && ABS ((gint64)scale) <= 1000)
    {
      field->kind = SX_ARROW_DECIMAL;
      field->width = (guint)width;
      field->scale = scale;
    }
  else
    {
      field->kind = SX_ARROW_OTHER;
      field->title = g_strdup (g_str_has_prefix (format, "+m") ? "map" : g_str_has_prefix (format, "+u") ? "union"
                                                                       : g_str_has_prefix (format, "+r") ? "run_end_encoded"
                                                                       : g_str_has_prefix (format, "+v") ? "list_view"
                                                                       : g_str_has_prefix (format, "ti") ? "interval"
                                                                                                         : format);
    }
}

static gboolean
set_broken (const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("The Arrow data handed over are not what they say: %s."), what);
  return FALSE;
}

static SxArrowField *
import_field (const struct ArrowSchema *schema, guint depth, guint *n_fields, GError **error)
{
  g_autoptr (SxArrowField) field = sx_arrow_field_new (schema->name, SX_ARROW_OTHER);

  if (++*n_fields > SX_ARROW_MAX_FIELDS || depth > 2 * SX_ARROW_MAX_DEPTH)
    {
      set_broken (_ ("too many fields, or too deep"), error);
      return NULL;
    }
  if (schema->format == NULL || (schema->name != NULL && !g_utf8_validate (schema->name, -1, NULL)))
    {
      set_broken (_ ("a field without a format, or with a name that is not UTF-8"), error);
      return NULL;
    }
  read_format (field, schema->dictionary != NULL && schema->dictionary->format != NULL ? schema->dictionary->format : schema->format);
  if (schema->dictionary != NULL)
    {
      g_autoptr (SxArrowField) index = sx_arrow_field_new (NULL, SX_ARROW_OTHER);

      if (!read_simple (index, schema->format) || index->kind != SX_ARROW_INT)
        {
          set_broken (_ ("a dictionary whose indices are no whole numbers"), error);
          return NULL;
        }
      field->index_width = index->width;
      field->index_is_signed = index->is_signed;
      schema = schema->dictionary;
    }
  for (gint64 i = 0; i < schema->n_children; i++)
    {
      SxArrowField *child = import_field (schema->children[i], depth + 1, n_fields, error);

      if (child == NULL)
        return NULL;
      g_ptr_array_add (field->children, child);
    }
  return g_steal_pointer (&field);
}

/* ---- arrays ---- */

/* What @field is without its dictionary: the type of the dictionary's values. */
static gboolean
import_dictionary (SxArrowView *view, const SxArrowField *field, const struct ArrowArray *array, SxArrowOwner *owner, GError **error);

static gboolean
import_view (SxArrowView *view, const SxArrowField *field, const struct ArrowArray *array, SxArrowOwner *owner, GError **error)
{
  gboolean is_indices = field->index_width > 0;
  guint    n_children = is_indices ? 0 : field->children->len, n_buffers;

  if (array->release == NULL || array->length < 0 || array->offset < 0 || array->n_buffers < 0 || array->n_buffers > G_MAXINT32)
    return set_broken (_ ("an array that was released, or with lengths below zero"), error);
  if (array->n_children < n_children)
    return set_broken (_ ("an array with fewer children than its type"), error);
  n_buffers = (guint)array->n_buffers;
  /* The last buffer of views tells how long those before it are. */
  if (field->is_view && !is_indices && n_buffers < 3)
    return set_broken (_ ("an array with fewer buffers than its type"), error);
  sx_arrow_view_init (view, field->is_view && !is_indices ? n_buffers - 1 : n_buffers, field->kind == SX_ARROW_OTHER ? 0 : n_children);
  view->n_rows = (gsize)array->length;
  view->offset = (gsize)array->offset;
  view->n_missing = array->null_count;
  for (guint i = 0; i < view->n_buffers; i++)
    view->buffers[i] = (SxArrowBytes){ array->buffers[i], array->buffers[i] != NULL ? G_MAXSIZE : 0 };
  for (guint i = 2; field->is_view && !is_indices && i < view->n_buffers; i++)
    view->buffers[i].size = (gsize)MAX (0, ((const gint64 *)array->buffers[n_buffers - 1])[i - 2]);
  for (guint i = 0; i < view->n_children; i++)
    if (!import_view (&view->children[i], g_ptr_array_index (field->children, i), array->children[i], owner, error))
      return FALSE;
  return !is_indices || import_dictionary (view, field, array, owner, error);
}

static gboolean
import_dictionary (SxArrowView *view, const SxArrowField *field, const struct ArrowArray *array, SxArrowOwner *owner, GError **error)
{
  g_auto (SxArrowView) texts = { 0 };
  g_autoptr (SxColumn) values = NULL;
  SxArrowField plain = *field;

  if (array->dictionary == NULL)
    return set_broken (_ ("an array without its dictionary"), error);
  plain.index_width = 0;
  if (!import_view (&texts, &plain, array->dictionary, owner, error) || !sx_arrow_view_check (&texts, &plain, field->name, error))
    return FALSE;
  values = sx_arrow_convert (&plain, &texts, owner, error);
  if (values == NULL)
    return FALSE;
  view->dictionary = sx_arrow_dictionary_new (values);
  return TRUE;
}

/* ---- frames ---- */

typedef struct
{
  SxArrowView   view;
  SxArrowOwner *owner;
} Chunk;

static void
free_chunk (gpointer data)
{
  Chunk *self = data;

  sx_arrow_view_clear (&self->view);
  sx_arrow_owner_unref (self->owner);
  g_free (self);
}

static void
release_moved (gpointer data)
{
  struct ArrowArray *array = data;

  if (array->release != NULL)
    array->release (array);
  g_free (array);
}

/* @array is moved. */
static Chunk *
import_chunk (const SxArrowField *root, struct ArrowArray *array, GError **error)
{
  struct ArrowArray *moved = g_memdup2 (array, sizeof *array);
  Chunk             *chunk = g_new0 (Chunk, 1);

  array->release = NULL;
  chunk->owner = sx_arrow_owner_new (moved, release_moved);
  if (import_view (&chunk->view, root, moved, chunk->owner, error) && sx_arrow_view_check (&chunk->view, root, "", error))
    return chunk;
  free_chunk (chunk);
  return NULL;
}

static SxSchema *
make_schema (GPtrArray *leaves, GError **error)
{
  g_autofree SxField *fields = g_new0 (SxField, leaves->len + 1);

  for (guint i = 0; i < leaves->len; i++)
    {
      SxArrowLeaf *leaf = g_ptr_array_index (leaves, i);
      fields[i] = (SxField){ .name = leaf->name, .type = leaf->type };
    }
  return sx_schema_new (fields, leaves->len, error);
}

/* The batches of one leaf, over all chunks; NULL without an error when it must be wider. */
static GPtrArray *
convert_leaf (const SxArrowLeaf *leaf, GPtrArray *chunks, guint *remarks, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  guint64 row = 0;

  for (guint i = 0; i < chunks->len; i++)
    {
      Chunk *chunk = g_ptr_array_index (chunks, i);

      for (gsize first = 0; first < chunk->view.n_rows; first += SX_BATCH_MAX_ROWS)
        {
          gsize     n = MIN (SX_BATCH_MAX_ROWS, chunk->view.n_rows - first);
          gsize     fit = sx_arrow_leaf_fit (leaf, &chunk->view, first, n, error);
          SxColumn *column;

          if (fit > 0 && fit < n)
            g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("Column “%s” has more than %d MiB of text in %d rows, which is not read."), leaf->name, (int)(SX_ARROW_MAX_TEXT >> 20), SX_BATCH_MAX_ROWS);
          if (fit < n)
            return NULL;
          column = sx_arrow_leaf_convert (leaf, &chunk->view, first, n, chunk->owner, row, remarks, error);
          if (column == NULL)
            return NULL;
          g_ptr_array_add (columns, column);
          row += n;
        }
    }
  return g_steal_pointer (&columns);
}

static void
note_remarks (const SxArrowLeaf *leaf, guint remarks, GPtrArray *notes)
{
  char *note = sx_arrow_leaf_dup_type_note (leaf);

  if (note != NULL)
    g_ptr_array_add (notes, note);
  for (guint bit = 1; bit <= remarks; bit <<= 1)
    if (remarks & bit)
      g_ptr_array_add (notes, sx_arrow_leaf_dup_remark (leaf, (SxArrowRemarks)bit));
}

static GPtrArray *
convert_leaves (GPtrArray *leaves, GPtrArray *chunks, GPtrArray *notes, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  for (guint i = 0; i < leaves->len; i++)
    {
      SxArrowLeaf *leaf = g_ptr_array_index (leaves, i);
      guint        remarks = 0;
      GError      *problem = NULL;
      GPtrArray   *columns = convert_leaf (leaf, chunks, &remarks, &problem);

      if (columns == NULL && problem == NULL)
        {
          leaf->type = SX_TYPE_FLOAT64;
          columns = convert_leaf (leaf, chunks, &remarks, &problem);
        }
      if (problem != NULL)
        {
          g_propagate_error (error, problem);
          return NULL;
        }
      note_remarks (leaf, remarks, notes);
      g_ptr_array_add (all, columns);
    }
  return g_steal_pointer (&all);
}

static SxFrame *
assemble (const SxArrowField *root, GPtrArray *chunks, GStrv *notes, GError **error)
{
  g_autoptr (GPtrArray) leaves = sx_arrow_list_leaves (root, NULL, error);
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) columns = leaves != NULL ? convert_leaves (leaves, chunks, sentences, error) : NULL;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  g_autoptr (SxSchema) schema = columns != NULL ? make_schema (leaves, error) : NULL;
  g_autofree SxColumn **row = NULL;

  if (schema == NULL)
    return NULL;
  row = g_new (SxColumn *, leaves->len + 1);
  for (guint b = 0; leaves->len > 0 && b < ((GPtrArray *)columns->pdata[0])->len; b++)
    {
      for (guint i = 0; i < leaves->len; i++)
        row[i] = g_ptr_array_index ((GPtrArray *)g_ptr_array_index (columns, i), b);
      g_ptr_array_add (batches, sx_batch_new (schema, row, row[0]->n_rows));
    }
  if (notes != NULL)
    {
      g_ptr_array_add (sentences, NULL);
      *notes = (GStrv)g_ptr_array_free (g_steal_pointer (&sentences), FALSE);
    }
  return sx_frame_new (schema, batches);
}

static SxArrowField *
import_root (const struct ArrowSchema *schema, GError **error)
{
  guint n_fields = 0;
  g_autoptr (SxArrowField) root = import_field (schema, 0, &n_fields, error);

  if (root == NULL || (root->kind == SX_ARROW_STRUCT && root->index_width == 0))
    return g_steal_pointer (&root);
  set_broken (_ ("a table is a struct of columns"), error);
  return NULL;
}

SxFrame *
sx_frame_import_arrow_array (struct ArrowSchema *schema, struct ArrowArray *array, GStrv *notes, GError **error)
{
  g_autoptr (SxArrowField) root = import_root (schema, error);
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func (free_chunk);
  Chunk *chunk = root != NULL ? import_chunk (root, array, error) : NULL;

  if (array->release != NULL)
    array->release (array);
  schema->release (schema);
  if (chunk == NULL)
    return NULL;
  g_ptr_array_add (chunks, chunk);
  return assemble (root, chunks, notes, error);
}

static gboolean
set_stream_error (struct ArrowArrayStream *stream, int code, GError **error)
{
  const char *message = stream->get_last_error (stream);

  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("The Arrow data could not be had from where they come: %s."), message != NULL ? message : g_strerror (code));
  return FALSE;
}

static gboolean
fetch_chunks (struct ArrowArrayStream *stream, const SxArrowField *root, GPtrArray *chunks, GError **error)
{
  while (TRUE)
    {
      struct ArrowArray array = { 0 };
      int               code = stream->get_next (stream, &array);
      Chunk            *chunk;

      if (code != 0)
        return set_stream_error (stream, code, error);
      if (array.release == NULL)
        return TRUE;
      chunk = import_chunk (root, &array, error);
      if (chunk == NULL)
        return FALSE;
      g_ptr_array_add (chunks, chunk);
    }
}

SxFrame *
sx_frame_import_arrow (struct ArrowArrayStream *stream, GStrv *notes, GError **error)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func (free_chunk);
  g_autoptr (SxArrowField) root = NULL;
  struct ArrowSchema schema = { 0 };
  int                code = stream->get_schema (stream, &schema);
  gboolean           is_done;

  if (code == 0)
    {
      root = import_root (&schema, error);
      schema.release (&schema);
      is_done = root != NULL && fetch_chunks (stream, root, chunks, error);
    }
  else
    is_done = set_stream_error (stream, code, error);
  stream->release (stream);
  return is_done ? assemble (root, chunks, notes, error) : NULL;
}
