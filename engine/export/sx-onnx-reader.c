/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Reads an ONNX file back: protobuf fields one by one, unknown ones passed over. Field numbers are those of onnx.proto. */

#include "config.h"

#include "sx-onnx-check.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* One field of a message. */
typedef struct
{
  guint64       number;
  guint64       value; /* varint or fixed */
  const guint8 *bytes; /* wire type 2 */
  gsize         size;
} Field;

typedef struct
{
  const guint8 *at, *end;
  gboolean      failed;
} Message;

static Message
open_message (const Field *field)
{
  return (Message){ field->bytes, field->bytes ? field->bytes + field->size : NULL, FALSE };
}

static guint64
read_varint (Message *self)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64 && self->at < self->end; shift += 7)
    {
      guint8 byte = *self->at++;

      value |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
  self->failed = TRUE;
  return 0;
}

static guint64
read_fixed (Message *self, gsize size)
{
  guint64 value = 0;

  if ((gsize)(self->end - self->at) < size)
    {
      self->failed = TRUE;
      return 0;
    }
  for (gsize i = 0; i < size; i++)
    value |= (guint64)*self->at++ << (8 * i);
  return value;
}

static gboolean
next_field (Message *self, Field *field)
{
  guint64 key;

  if (self->failed || self->at >= self->end)
    return FALSE;
  key = read_varint (self);
  *field = (Field){ .number = key >> 3 };
  switch (key & 7)
    {
    case 0:
      field->value = read_varint (self);
      break;
    case 1:
      field->value = read_fixed (self, 8);
      break;
    case 2:
      field->size = read_varint (self);
      if (self->failed || field->size > (gsize)(self->end - self->at))
        self->failed = TRUE;
      else
        {
          field->bytes = self->at;
          self->at += field->size;
        }
      break;
    case 5:
      field->value = read_fixed (self, 4);
      break;
    default:
      self->failed = TRUE;
    }
  return !self->failed;
}

static char *
dup_text (const Field *field)
{
  return g_strndup ((const char *)field->bytes, field->size);
}

static float
to_float (guint64 bits)
{
  guint32 word = (guint32)bits;
  float   value;

  memcpy (&value, &word, sizeof value);
  return value;
}

/* ---- tensors ---- */

SxOnnxTensor *
sx_onnx_tensor_new (SxOnnxType type, const gint64 *dims, guint n_dims)
{
  SxOnnxTensor *self = g_new0 (SxOnnxTensor, 1);

  self->type = type;
  self->n_dims = n_dims;
  self->n = 1;
  for (guint i = 0; i < n_dims; i++)
    {
      self->dims[i] = dims[i];
      self->n *= (gsize)dims[i];
    }
  if (type == SX_ONNX_STRING)
    self->texts = g_new0 (char *, self->n + 1);
  else
    self->v = g_new0 (double, self->n + 1);
  return self;
}

void
sx_onnx_tensor_free (SxOnnxTensor *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; self->texts != NULL && i < self->n; i++)
    g_free (self->texts[i]);
  g_free (self->texts);
  g_free (self->v);
  g_free (self);
}

static gboolean
read_raw (SxOnnxTensor *self, const Field *raw)
{
  gsize   size = self->type == SX_ONNX_FLOAT ? 4 : 8;
  Message numbers = open_message (raw);

  if (raw->size != self->n * size)
    return FALSE;
  for (gsize i = 0; i < self->n; i++)
    {
      guint64 bits = read_fixed (&numbers, size);

      if (self->type == SX_ONNX_FLOAT)
        self->v[i] = (double)to_float (bits);
      else if (self->type == SX_ONNX_DOUBLE)
        memcpy (&self->v[i], &bits, sizeof bits);
      else
        self->v[i] = (double)(gint64)bits;
    }
  return TRUE;
}

static gboolean
read_strings (SxOnnxTensor *self, GPtrArray *texts)
{
  if (texts->len != self->n)
    return FALSE;
  for (guint i = 0; i < texts->len; i++)
    self->texts[i] = g_strdup (texts->pdata[i]);
  return TRUE;
}

static gboolean
read_tensor (SxOnnxGraph *graph, Message message)
{
  gint64           dims[SX_ONNX_MAX_DIMS], n = 1;
  guint            n_dims = 0;
  SxOnnxType       type = 0;
  Field            field, raw = { 0 };
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SxOnnxTensor) tensor = NULL;

  while (next_field (&message, &field))
    if (field.number == 1 && n_dims < SX_ONNX_MAX_DIMS)
      dims[n_dims++] = (gint64)field.value;
    else if (field.number == 1)
      return FALSE;
    else if (field.number == 2)
      type = (SxOnnxType)field.value;
    else if (field.number == 6)
      g_ptr_array_add (texts, dup_text (&field));
    else if (field.number == 8 && name == NULL)
      name = dup_text (&field);
    else if (field.number == 9)
      raw = field;
  for (guint i = 0; i < n_dims; i++)
    if (dims[i] < 0 || (dims[i] > 0 && n > G_MAXINT32 / dims[i]))
      return FALSE;
    else
      n *= dims[i];
  if (message.failed || name == NULL || (type != SX_ONNX_FLOAT && type != SX_ONNX_DOUBLE && type != SX_ONNX_INT64 && type != SX_ONNX_STRING))
    return FALSE;
  tensor = sx_onnx_tensor_new (type, dims, n_dims);
  if (!(type == SX_ONNX_STRING ? read_strings (tensor, texts) : read_raw (tensor, &raw)))
    return FALSE;
  g_hash_table_insert (graph->initializers, g_steal_pointer (&name), g_steal_pointer (&tensor));
  return TRUE;
}

/* ---- nodes ---- */

static void
free_attribute (gpointer data)
{
  SxOnnxAttribute *self = data;

  g_free (self->s);
  g_array_unref (self->ints);
  g_array_unref (self->floats);
  g_ptr_array_unref (self->strings);
  g_free (self);
}

static void
free_node (gpointer data)
{
  SxOnnxNode *self = data;

  g_free (self->domain);
  g_free (self->op);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->outputs);
  g_hash_table_unref (self->attributes);
  g_free (self);
}

/* Lists of numbers are packed, or one field each. */
static void
read_numbers (SxOnnxAttribute *self, const Field *field, gboolean is_float)
{
  Message packed = open_message (field);
  gint64  whole = (gint64)field->value;
  float   fraction = to_float (field->value);

  if (field->bytes == NULL)
    {
      if (is_float)
        g_array_append_val (self->floats, fraction);
      else
        g_array_append_val (self->ints, whole);
    }
  while (packed.at < packed.end && !packed.failed)
    if (is_float)
      {
        fraction = to_float (read_fixed (&packed, 4));
        g_array_append_val (self->floats, fraction);
      }
    else
      {
        whole = (gint64)read_varint (&packed);
        g_array_append_val (self->ints, whole);
      }
}

static gboolean
read_attribute (SxOnnxNode *node, Message message)
{
  SxOnnxAttribute *self = g_new0 (SxOnnxAttribute, 1);
  g_autofree char *name = NULL;
  Field            field;

  self->ints = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->floats = g_array_new (FALSE, FALSE, sizeof (float));
  self->strings = g_ptr_array_new_with_free_func (g_free);
  while (next_field (&message, &field))
    if (field.number == 1 && name == NULL)
      name = dup_text (&field);
    else if (field.number == 2)
      self->f = to_float (field.value);
    else if (field.number == 3)
      self->i = (gint64)field.value;
    else if (field.number == 4 && self->s == NULL)
      self->s = dup_text (&field);
    else if (field.number == 7 || field.number == 8)
      read_numbers (self, &field, field.number == 7);
    else if (field.number == 9)
      g_ptr_array_add (self->strings, dup_text (&field));
  if (name == NULL || message.failed)
    {
      free_attribute (self);
      return FALSE;
    }
  g_hash_table_replace (node->attributes, g_steal_pointer (&name), self);
  return TRUE;
}

static gboolean
read_node (SxOnnxGraph *graph, Message message)
{
  SxOnnxNode *self = g_new0 (SxOnnxNode, 1);
  Field       field;
  gboolean    ok = TRUE;

  self->inputs = g_ptr_array_new_with_free_func (g_free);
  self->outputs = g_ptr_array_new_with_free_func (g_free);
  self->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_attribute);
  g_ptr_array_add (graph->nodes, self);
  while (ok && next_field (&message, &field))
    if (field.number == 1)
      g_ptr_array_add (self->inputs, dup_text (&field));
    else if (field.number == 2)
      g_ptr_array_add (self->outputs, dup_text (&field));
    else if (field.number == 4 && self->op == NULL)
      self->op = dup_text (&field);
    else if (field.number == 5)
      ok = read_attribute (self, open_message (&field));
    else if (field.number == 7 && self->domain == NULL)
      self->domain = dup_text (&field);
  return ok && !message.failed && self->op != NULL && self->outputs->len > 0;
}

/* ---- the graph ---- */

/* ValueInfoProto: its name, and the type within type.tensor_type. */
static gboolean
read_input (SxOnnxGraph *graph, Message message)
{
  g_autofree char *name = NULL;
  guint64          type = 0;
  Field            field, inner;

  while (next_field (&message, &field))
    if (field.number == 1 && name == NULL)
      name = dup_text (&field);
    else if (field.number == 2)
      {
        Message type_message = open_message (&field);

        while (next_field (&type_message, &inner))
          if (inner.number == 1)
            {
              Message tensor = open_message (&inner);

              while (next_field (&tensor, &inner))
                if (inner.number == 1)
                  type = inner.value;
            }
      }
  if (name == NULL || message.failed)
    return FALSE;
  g_hash_table_insert (graph->inputs, g_steal_pointer (&name), GUINT_TO_POINTER (type));
  return TRUE;
}

static gboolean
read_graph (SxOnnxGraph *graph, Message message)
{
  Field    field;
  gboolean ok = TRUE;

  while (ok && next_field (&message, &field))
    if (field.number == 1)
      ok = read_node (graph, open_message (&field));
    else if (field.number == 5)
      ok = read_tensor (graph, open_message (&field));
    else if (field.number == 11)
      ok = read_input (graph, open_message (&field));
  return ok && !message.failed;
}

SxOnnxGraph *
sx_onnx_graph_read (GBytes *bytes, GError **error)
{
  g_autoptr (SxOnnxGraph) self = g_new0 (SxOnnxGraph, 1);
  Field    field = { .bytes = g_bytes_get_data (bytes, NULL), .size = g_bytes_get_size (bytes) };
  Message  message = open_message (&field);
  gboolean ok = TRUE;

  self->nodes = g_ptr_array_new_with_free_func (free_node);
  self->initializers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)sx_onnx_tensor_free);
  self->inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (ok && next_field (&message, &field))
    if (field.number == 7)
      ok = read_graph (self, open_message (&field));
  if (ok && !message.failed)
    return g_steal_pointer (&self);
  g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_EXPORT, "%s", _ ("The ONNX file cannot be read back"));
  return NULL;
}

void
sx_onnx_graph_free (SxOnnxGraph *self)
{
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->initializers, g_hash_table_unref);
  g_clear_pointer (&self->inputs, g_hash_table_unref);
  g_free (self);
}
