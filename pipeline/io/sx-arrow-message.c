/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Reading Arrow's IPC messages: schemas into fields, batches into views over their body. Field and slot numbers are those of Schema.fbs and
 * Message.fbs of the format. Nothing in a message is believed: offsets stay in the body, depth and number of fields have limits. */

#include "config.h"

#include "sx-arrow-ipc-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
set_damaged (const char *place, const char *what, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is damaged: %s. Get a whole copy of it, or write it again."), place, what);
  return FALSE;
}

gboolean
sx_arrow_message_parse (SxArrowMessage *self, const guint8 *data, gsize size, const char *place, GError **error)
{
  gsize message;

  *self = (SxArrowMessage){ .flat = { data, size, FALSE } };
  message = sx_flat_get_root (&self->flat);
  self->kind = (SxArrowMessageKind)sx_flat_get_number (&self->flat, message, 1, 1, 0);
  self->header = sx_flat_get_table (&self->flat, message, 2);
  self->body_size = sx_flat_get_number (&self->flat, message, 3, 8, 0);
  if (self->kind == SX_ARROW_MESSAGE_DICTIONARY)
    {
      self->dictionary_id = (gint64)sx_flat_get_number (&self->flat, self->header, 0, 8, 0);
      self->is_delta = sx_flat_get_number (&self->flat, self->header, 2, 1, 0) != 0;
    }
  if (self->flat.is_bad || self->header == 0 || self->body_size > G_MAXINT64)
    return set_damaged (place, _ ("a message in it cannot be understood"), error);
  return TRUE;
}

/* ---- schemas ---- */

static gint64
get_unit (SxFlat *flat, gsize type, guint64 fallback)
{
  static const gint64 per_second[] = { 1, 1000, 1000000, 1000000000 };
  guint64             unit = sx_flat_get_number (flat, type, 0, 2, fallback);

  if (unit < G_N_ELEMENTS (per_second))
    return per_second[unit];
  flat->is_bad = TRUE;
  return 1;
}

static void
parse_fixed (SxArrowField *field, SxFlat *flat, gsize type, SxArrowKind kind)
{
  gint32 size = (gint32)sx_flat_get_number (flat, type, 0, 4, 0);

  field->kind = kind;
  field->size = (gsize)MAX (size, 0);
  flat->is_bad |= size < 0;
}

static void
parse_int (SxFlat *flat, gsize type, guint *width, gboolean *is_signed)
{
  *width = (guint)sx_flat_get_number (flat, type, 0, 4, 0);
  *is_signed = sx_flat_get_number (flat, type, 1, 1, 0) != 0;
  if (*width != 8 && *width != 16 && *width != 32 && *width != 64)
    {
      flat->is_bad = TRUE;
      *width = 8;
    }
}

static void
parse_number (SxArrowField *field, SxFlat *flat, guint64 id, gsize type)
{
  guint64 precision;

  if (id == SX_ARROW_TYPE_INT)
    {
      field->kind = SX_ARROW_INT;
      parse_int (flat, type, &field->width, &field->is_signed);
    }
  else if (id == SX_ARROW_TYPE_FLOAT)
    {
      precision = sx_flat_get_number (flat, type, 0, 2, 0);
      field->kind = SX_ARROW_FLOAT;
      field->width = 16u << MIN (precision, 2);
      flat->is_bad |= precision > 2;
    }
  else
    {
      field->kind = SX_ARROW_DECIMAL;
      field->scale = (gint32)sx_flat_get_number (flat, type, 1, 4, 0);
      field->width = (guint)sx_flat_get_number (flat, type, 2, 4, 128);
      if ((field->width != 32 && field->width != 64 && field->width != 128 && field->width != 256) || field->scale < -1000 || field->scale > 1000)
        {
          flat->is_bad = TRUE;
          field->width = 128;
          field->scale = 0;
        }
    }
}

static void
parse_time (SxArrowField *field, SxFlat *flat, guint64 id, gsize type)
{
  if (id == SX_ARROW_TYPE_DATE)
    {
      field->kind = SX_ARROW_DATE;
      field->width = sx_flat_get_number (flat, type, 0, 2, 1) == 0 ? 32 : 64;
      field->per_second = 1000;
    }
  else if (id == SX_ARROW_TYPE_TIME)
    {
      field->kind = SX_ARROW_TIME;
      field->per_second = get_unit (flat, type, 1);
      field->width = (guint)sx_flat_get_number (flat, type, 1, 4, 32);
      if (field->width != 32 && field->width != 64)
        {
          flat->is_bad = TRUE;
          field->width = 32;
        }
    }
  else
    {
      field->kind = id == SX_ARROW_TYPE_TIMESTAMP ? SX_ARROW_TIMESTAMP : SX_ARROW_DURATION;
      field->per_second = get_unit (flat, type, id == SX_ARROW_TYPE_TIMESTAMP ? 0 : 1);
    }
}

/* Types that are not read still have buffers that must be stepped over; @size counts them. */
static void
parse_other (SxArrowField *field, SxFlat *flat, guint64 id, gsize type)
{
  static const struct
  {
    const char *title;
    guint       n_buffers;
  } others[] = {
    [SX_ARROW_TYPE_INTERVAL] = { "interval", 2 },
    [SX_ARROW_TYPE_UNION] = { "union", 1 },
    [SX_ARROW_TYPE_MAP] = { "map", 2 },
    [SX_ARROW_TYPE_RUN_ENDS] = { "run_end_encoded", 0 },
    [SX_ARROW_TYPE_LIST_VIEW] = { "list_view", 3 },
    [SX_ARROW_TYPE_LARGE_LIST_VIEW] = { "large_list_view", 3 },
  };

  field->kind = SX_ARROW_OTHER;
  if (id >= G_N_ELEMENTS (others) || others[id].title == NULL)
    {
      field->title = g_strdup_printf ("%" G_GUINT64_FORMAT, id);
      flat->is_bad = TRUE;
      return;
    }
  field->title = g_strdup (others[id].title);
  field->size = others[id].n_buffers;
  if (id == SX_ARROW_TYPE_UNION && sx_flat_get_number (flat, type, 0, 2, 0) == 1)
    field->size++; /* dense */
}

static void
parse_type (SxArrowField *field, SxFlat *flat, guint64 id, gsize type)
{
  switch (id)
    {
    case SX_ARROW_TYPE_NULL:
      field->kind = SX_ARROW_NULL;
      break;
    case SX_ARROW_TYPE_BOOL:
      field->kind = SX_ARROW_BOOL;
      break;
    case SX_ARROW_TYPE_INT:
    case SX_ARROW_TYPE_FLOAT:
    case SX_ARROW_TYPE_DECIMAL:
      parse_number (field, flat, id, type);
      break;
    case SX_ARROW_TYPE_DATE:
    case SX_ARROW_TYPE_TIME:
    case SX_ARROW_TYPE_TIMESTAMP:
    case SX_ARROW_TYPE_DURATION:
      parse_time (field, flat, id, type);
      break;
    case SX_ARROW_TYPE_UTF8:
    case SX_ARROW_TYPE_LARGE_UTF8:
    case SX_ARROW_TYPE_UTF8_VIEW:
      field->kind = SX_ARROW_UTF8;
      field->is_large = id == SX_ARROW_TYPE_LARGE_UTF8;
      field->is_view = id == SX_ARROW_TYPE_UTF8_VIEW;
      break;
    case SX_ARROW_TYPE_BINARY:
    case SX_ARROW_TYPE_LARGE_BINARY:
    case SX_ARROW_TYPE_BINARY_VIEW:
      field->kind = SX_ARROW_BINARY;
      field->is_large = id == SX_ARROW_TYPE_LARGE_BINARY;
      field->is_view = id == SX_ARROW_TYPE_BINARY_VIEW;
      break;
    case SX_ARROW_TYPE_FIXED_BINARY:
      parse_fixed (field, flat, type, SX_ARROW_FIXED_BINARY);
      break;
    case SX_ARROW_TYPE_FIXED_LIST:
      parse_fixed (field, flat, type, SX_ARROW_FIXED_LIST);
      break;
    case SX_ARROW_TYPE_LIST:
    case SX_ARROW_TYPE_LARGE_LIST:
      field->kind = SX_ARROW_LIST;
      field->is_large = id == SX_ARROW_TYPE_LARGE_LIST;
      break;
    case SX_ARROW_TYPE_STRUCT:
      field->kind = SX_ARROW_STRUCT;
      break;
    default:
      parse_other (field, flat, id, type);
    }
}

static void
parse_dictionary (SxArrowField *field, SxFlat *flat, gsize table)
{
  gsize dictionary = sx_flat_get_table (flat, table, 4);
  gsize index;

  if (dictionary == 0)
    return;
  field->dictionary_id = (gint64)sx_flat_get_number (flat, dictionary, 0, 8, 0);
  index = sx_flat_get_table (flat, dictionary, 1);
  field->index_width = 32;
  field->index_is_signed = TRUE;
  if (index != 0)
    parse_int (flat, index, &field->index_width, &field->index_is_signed);
}

/* @slot: of the vector of children in @table. Fields are counted over the whole schema: tables may be used several times over. */
static gboolean
parse_fields (GPtrArray *fields, SxFlat *flat, gsize table, guint slot, guint depth, guint *n_fields)
{
  gsize         n;
  const guint8 *vector = sx_flat_get_vector (flat, table, slot, 4, &n);

  if (n > 0 && depth > 2 * SX_ARROW_MAX_DEPTH)
    return FALSE;
  for (gsize i = 0; i < n && !flat->is_bad; i++)
    {
      gsize            item = sx_flat_get_item (flat, vector, i);
      g_autofree char *name = sx_flat_dup_string (flat, item, 0);
      SxArrowField    *field = sx_arrow_field_new (name, SX_ARROW_OTHER);
      guint64          id = sx_flat_get_number (flat, item, 2, 1, 0);

      g_ptr_array_add (fields, field);
      if (++*n_fields > SX_ARROW_MAX_FIELDS)
        return FALSE;
      parse_type (field, flat, id, sx_flat_get_table (flat, item, 3));
      parse_dictionary (field, flat, item);
      if (!parse_fields (field->children, flat, item, 5, depth + 1, n_fields))
        return FALSE;
    }
  return TRUE;
}

/* A list has one child; everything else that is read, but a struct, has none. */
static gboolean
has_fitting_children (const SxArrowField *field)
{
  gboolean is_list = field->kind == SX_ARROW_LIST || field->kind == SX_ARROW_FIXED_LIST;

  if (is_list ? field->children->len != 1 : field->children->len > 0 && field->kind != SX_ARROW_STRUCT && field->kind != SX_ARROW_OTHER)
    return FALSE;
  for (guint i = 0; i < field->children->len; i++)
    if (!has_fitting_children (g_ptr_array_index (field->children, i)))
      return FALSE;
  return TRUE;
}

SxArrowField *
sx_arrow_schema_parse (SxFlat *flat, gsize schema, const char *place, GError **error)
{
  g_autoptr (SxArrowField) root = sx_arrow_field_new (NULL, SX_ARROW_STRUCT);
  guint n_fields = 0;

  if (sx_flat_get_number (flat, schema, 0, 2, 0) != 0)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED, _ ("“%s” was written with the bytes of numbers in big-endian order, which is not read. Write it on another machine."), place);
      return NULL;
    }
  if (!parse_fields (root->children, flat, schema, 1, 0, &n_fields))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("“%s” has more than %d columns, or columns nested too deep, which is not read."), place, SX_ARROW_MAX_FIELDS);
      return NULL;
    }
  if (flat->is_bad || !has_fitting_children (root))
    {
      set_damaged (place, _ ("its schema cannot be understood"), error);
      return NULL;
    }
  return g_steal_pointer (&root);
}

/* ---- batches ---- */

/* A walk over the nodes and buffers of a batch, in the order of its fields. */
typedef struct
{
  const char   *place;
  const guint8 *body;
  guint64       body_size;
  const guint8 *nodes, *buffers, *counts;
  gsize         n_nodes, n_buffers, n_counts;
  SxCodec       codec;
  GHashTable   *dictionaries;
  SxArrowOwner *owner;
} Walk;

static gint64
load_int64 (const guint8 *data)
{
  gint64 value;

  memcpy (&value, data, 8);
  return GINT64_FROM_LE (value);
}

/* The bytes of a compressed buffer begin with their size, -1 when they are not compressed after all. */
static gboolean
decompress (Walk *walk, SxArrowBytes *bytes, GError **error)
{
  gint64  size;
  guint8 *out;

  if (bytes->size == 0)
    return TRUE;
  if (bytes->size < 8)
    return set_damaged (walk->place, _ ("a compressed buffer is cut off"), error);
  size = load_int64 (bytes->data);
  bytes->data += 8;
  bytes->size -= 8;
  if (size == -1)
    return TRUE;
  if (size < 0 || !sx_codec_is_plausible (walk->codec, bytes->size, (guint64)size))
    return set_damaged (walk->place, _ ("a compressed buffer claims a size that it cannot have"), error);
  out = sx_aligned_new0 ((gsize)size);
  sx_arrow_owner_take (walk->owner, out);
  if (!sx_codec_decompress (walk->codec, bytes->data, bytes->size, out, (gsize)size))
    return set_damaged (walk->place, _ ("a compressed buffer cannot be decompressed"), error);
  *bytes = (SxArrowBytes){ out, (gsize)size };
  return TRUE;
}

static gboolean
take_buffer (Walk *walk, SxArrowBytes *bytes, gboolean is_skipped, GError **error)
{
  gint64 offset, size;

  if (walk->n_buffers == 0)
    return set_damaged (walk->place, _ ("a batch has fewer buffers than its columns need"), error);
  offset = load_int64 (walk->buffers);
  size = load_int64 (walk->buffers + 8);
  walk->buffers += 16;
  walk->n_buffers--;
  if (is_skipped)
    return TRUE;
  if (offset < 0 || size < 0 || (guint64)offset > walk->body_size || (guint64)size > walk->body_size - (guint64)offset)
    return set_damaged (walk->place, _ ("a buffer lies outside of its batch"), error);
  *bytes = (SxArrowBytes){ size > 0 ? walk->body + offset : NULL, (gsize)size };
  return walk->codec == SX_CODEC_NONE || decompress (walk, bytes, error);
}

/* Buffers of a view's long texts are as many as the batch says. */
static gboolean
count_buffers (Walk *walk, const SxArrowField *field, gsize *n, GError **error)
{
  static const guint8 counts[] = {
    [SX_ARROW_NULL] = 0,
    [SX_ARROW_BOOL] = 2,
    [SX_ARROW_INT] = 2,
    [SX_ARROW_FLOAT] = 2,
    [SX_ARROW_DECIMAL] = 2,
    [SX_ARROW_DATE] = 2,
    [SX_ARROW_TIME] = 2,
    [SX_ARROW_TIMESTAMP] = 2,
    [SX_ARROW_DURATION] = 2,
    [SX_ARROW_UTF8] = 3,
    [SX_ARROW_BINARY] = 3,
    [SX_ARROW_FIXED_BINARY] = 2,
    [SX_ARROW_LIST] = 2,
    [SX_ARROW_FIXED_LIST] = 1,
    [SX_ARROW_STRUCT] = 1,
    [SX_ARROW_OTHER] = 0,
  };

  *n = field->index_width > 0 ? 2 : field->kind == SX_ARROW_OTHER ? field->size
                                                                  : counts[field->kind];
  if (field->index_width > 0 || !field->is_view)
    return TRUE;
  if (walk->n_counts == 0 || load_int64 (walk->counts) < 0 || (guint64)load_int64 (walk->counts) > walk->n_buffers)
    return set_damaged (walk->place, _ ("a batch has fewer buffers than its columns need"), error);
  *n = 2 + (gsize)load_int64 (walk->counts);
  walk->counts += 8;
  walk->n_counts--;
  return TRUE;
}

static gboolean
take_column (Walk *walk, const SxArrowField *field, SxArrowView *view, GError **error)
{
  gint64 n_rows, n_missing;
  gsize  n_buffers;

  if (walk->n_nodes == 0)
    return set_damaged (walk->place, _ ("a batch has fewer columns than the schema"), error);
  n_rows = load_int64 (walk->nodes);
  n_missing = load_int64 (walk->nodes + 8);
  walk->nodes += 16;
  walk->n_nodes--;
  if (n_rows < 0 || n_missing < 0 || n_missing > n_rows)
    return set_damaged (walk->place, _ ("a batch has lengths that cannot be"), error);
  if (!count_buffers (walk, field, &n_buffers, error))
    return FALSE;
  sx_arrow_view_init (view, (guint)n_buffers, field->index_width > 0 ? 0 : field->children->len);
  view->n_rows = (gsize)n_rows;
  view->n_missing = n_missing;
  for (guint i = 0; i < view->n_buffers; i++)
    if (!take_buffer (walk, &view->buffers[i], field->is_skipped, error))
      return FALSE;
  for (guint i = 0; i < view->n_children; i++)
    if (!take_column (walk, g_ptr_array_index (field->children, i), &view->children[i], error))
      return FALSE;
  if (field->index_width > 0 && !field->is_skipped)
    {
      SxArrowDictionary *dictionary = g_hash_table_lookup (walk->dictionaries, &field->dictionary_id);

      view->dictionary = dictionary != NULL ? sx_arrow_dictionary_ref (dictionary) : NULL;
    }
  return TRUE;
}

static gboolean
begin_walk (Walk *walk, SxFlat *flat, gsize batch, GError **error)
{
  gsize   compression = sx_flat_get_table (flat, batch, 3);
  guint64 codec = compression != 0 ? sx_flat_get_number (flat, compression, 0, 1, 0) : 0;

  walk->nodes = sx_flat_get_vector (flat, batch, 1, 16, &walk->n_nodes);
  walk->buffers = sx_flat_get_vector (flat, batch, 2, 16, &walk->n_buffers);
  walk->counts = sx_flat_get_vector (flat, batch, 4, 8, &walk->n_counts);
  walk->codec = compression == 0 ? SX_CODEC_NONE : codec == 0 ? SX_CODEC_LZ4_FRAME
                                                              : SX_CODEC_ZSTD;
  if (flat->is_bad || codec > 1)
    return set_damaged (walk->place, _ ("a message in it cannot be understood"), error);
  return sx_codec_check (walk->codec, walk->place, error);
}

gboolean
sx_arrow_batch_parse (SxArrowMessage *self, const SxArrowField *root, const guint8 *body, GHashTable *dictionaries, SxArrowOwner *owner, const char *place, SxArrowView *view, GError **error)
{
  Walk   walk = { .place = place, .body = body, .body_size = self->body_size, .dictionaries = dictionaries, .owner = owner };
  gsize  batch = self->kind == SX_ARROW_MESSAGE_DICTIONARY ? sx_flat_get_table (&self->flat, self->header, 1) : self->header;
  gint64 n_rows = (gint64)sx_flat_get_number (&self->flat, batch, 0, 8, 0);

  if (!begin_walk (&walk, &self->flat, batch, error))
    return FALSE;
  if (n_rows < 0)
    return set_damaged (place, _ ("a batch has lengths that cannot be"), error);
  sx_arrow_view_init (view, 1, root->children->len);
  view->n_rows = (gsize)n_rows;
  view->n_missing = 0;
  for (guint i = 0; i < view->n_children; i++)
    if (!take_column (&walk, g_ptr_array_index (root->children, i), &view->children[i], error))
      return FALSE;
  return sx_arrow_view_check (view, root, "", error);
}
