/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* ONNX models, encoded without a protobuf library. The format is plain: a message is a run of fields, each a key
 * (number << 3 | wire type) and a value; wire type 0 is a varint, 2 a length and bytes, 5 four bytes. Field numbers are those of
 * onnx.proto (ONNX 1.10, IR 8).
 *
 * Attributes and tensors never name other tensors, so they are encoded when they are added; nodes keep their input and output names
 * until finish, so that a tensor can be renamed. Every name lives in one string chunk and stays valid until the builder is freed. */

#include "config.h"

#include "sx-onnx.h"

#include <string.h>

#define IR_VERSION 8
#define OPSET 15
#define ML_OPSET 3

/* Numbers of fields, by message. */
enum {
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER_NAME = 2,
  MODEL_PRODUCER_VERSION = 3,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA = 14,
  OPSET_DOMAIN = 1,
  OPSET_VERSION = 2,
  ENTRY_KEY = 1,
  ENTRY_VALUE = 2,
  GRAPH_NODE = 1,
  GRAPH_NAME = 2,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  NODE_DOMAIN = 7,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_F = 2,
  ATTRIBUTE_I = 3,
  ATTRIBUTE_S = 4,
  ATTRIBUTE_FLOATS = 7,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_STRINGS = 9,
  ATTRIBUTE_TYPE = 20,
  TENSOR_DIMS = 1,
  TENSOR_DATA_TYPE = 2,
  TENSOR_STRING_DATA = 6,
  TENSOR_NAME = 8,
  TENSOR_RAW_DATA = 9,
  VALUE_NAME = 1,
  VALUE_TYPE = 2,
  TYPE_TENSOR = 1,
  TENSOR_TYPE_ELEMENT = 1,
  TENSOR_TYPE_SHAPE = 2,
  SHAPE_DIM = 1,
  DIM_VALUE = 1,
  DIM_PARAM = 2,
};

/* AttributeProto.AttributeType */
enum {
  ATTRIBUTE_IS_FLOAT = 1,
  ATTRIBUTE_IS_INT = 2,
  ATTRIBUTE_IS_STRING = 3,
  ATTRIBUTE_IS_FLOATS = 6,
  ATTRIBUTE_IS_INTS = 7,
  ATTRIBUTE_IS_STRINGS = 8,
};

typedef struct
{
  const char *name;
  GByteArray *body; /* TensorProto without its name */
} Initializer;

typedef struct
{
  const char *domain, *op, *name;
  GPtrArray  *inputs;
  GPtrArray  *outputs;
  GByteArray *attributes; /* NodeProto.attribute fields */
} Node;

struct _SxOnnx
{
  /* Owned */
  GStringChunk *strings;
  GHashTable   *used;     /* every name, never given twice */
  GHashTable   *promised; /* names of graph outputs that no tensor has yet */
  GPtrArray    *nodes;
  GArray       *initializers;
  GByteArray   *values;   /* GraphProto.input and .output fields */
  GByteArray   *metadata; /* ModelProto.metadata_props fields */
  const char   *graph_name;
};

/* Encoding */

static void
put_varint (GByteArray *to, guint64 value)
{
  guint8 bytes[10];
  guint  n = 0;

  do
    {
      bytes[n] = (guint8)(value & 0x7f);
      value >>= 7;
      if (value != 0)
        bytes[n] |= 0x80;
      n++;
    }
  while (value != 0);
  g_byte_array_append (to, bytes, n);
}

static void
put_int (GByteArray *to, guint field, gint64 value)
{
  put_varint (to, (guint64)field << 3);
  put_varint (to, (guint64)value);
}

static void
put_bytes (GByteArray *to, guint field, const void *bytes, gsize size)
{
  g_assert (size <= G_MAXUINT - 32); /* GByteArray counts in guint; a protobuf ends at 2 GiB anyway */
  put_varint (to, (guint64)field << 3 | 2);
  put_varint (to, size);
  if (size > 0)
    g_byte_array_append (to, bytes, (guint)size);
}

static void
put_string (GByteArray *to, guint field, const char *text)
{
  put_bytes (to, field, text, strlen (text));
}

static void
put_message (GByteArray *to, guint field, const GByteArray *message)
{
  put_bytes (to, field, message->data, message->len);
}

static void
put_float_bits (GByteArray *to, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  g_byte_array_append (to, (const guint8 *)&bits, sizeof bits);
}

/* Names */

static const char *
intern (SxOnnx *self, const char *text)
{
  return g_string_chunk_insert_const (self->strings, text);
}

/* @hint, or @hint with a number, whichever nobody has. */
static const char *
claim_name (SxOnnx *self, const char *hint)
{
  const char *name = intern (self, hint);

  for (guint number = 1; g_hash_table_contains (self->used, name); number++)
    {
      g_autofree char *numbered = g_strdup_printf ("%s_%u", hint, number);
      name = intern (self, numbered);
    }
  g_hash_table_add (self->used, (gpointer)name);
  return name;
}

static void
node_free (Node *node)
{
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_byte_array_unref (node->attributes);
  g_free (node);
}

static void
initializer_clear (Initializer *initializer)
{
  g_byte_array_unref (initializer->body);
}

SxOnnx *
sx_onnx_new (const char *graph_name)
{
  SxOnnx *self = g_new0 (SxOnnx, 1);

  self->strings = g_string_chunk_new (4096);
  self->used = g_hash_table_new (g_str_hash, g_str_equal);
  self->promised = g_hash_table_new (g_str_hash, g_str_equal);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)node_free);
  self->initializers = g_array_new (FALSE, FALSE, sizeof (Initializer));
  g_array_set_clear_func (self->initializers, (GDestroyNotify)initializer_clear);
  self->values = g_byte_array_new ();
  self->metadata = g_byte_array_new ();
  self->graph_name = intern (self, graph_name);
  return self;
}

void
sx_onnx_free (SxOnnx *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->metadata);
  g_byte_array_unref (self->values);
  g_array_unref (self->initializers);
  g_ptr_array_unref (self->nodes);
  g_hash_table_unref (self->promised);
  g_hash_table_unref (self->used);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/* A ValueInfoProto: @name, (N, @width) of @type. */
static void
add_value (SxOnnx *self, guint field, const char *name, SxOnnxType type, gint64 width)
{
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autoptr (GByteArray) columns = g_byte_array_new ();
  g_autoptr (GByteArray) shape = g_byte_array_new ();
  g_autoptr (GByteArray) tensor = g_byte_array_new ();
  g_autoptr (GByteArray) value_type = g_byte_array_new ();
  g_autoptr (GByteArray) value = g_byte_array_new ();

  put_string (rows, DIM_PARAM, "N");
  put_int (columns, DIM_VALUE, width);
  put_message (shape, SHAPE_DIM, rows);
  put_message (shape, SHAPE_DIM, columns);
  put_int (tensor, TENSOR_TYPE_ELEMENT, type);
  put_message (tensor, TENSOR_TYPE_SHAPE, shape);
  put_message (value_type, TYPE_TENSOR, tensor);
  put_string (value, VALUE_NAME, name);
  put_message (value, VALUE_TYPE, value_type);
  put_message (self->values, field, value);
}

/* Inputs keep the name that they are given: it is what callers of the model say. It must not be taken. */
void
sx_onnx_add_input (SxOnnx *self, const char *name, SxOnnxType type, gint64 width)
{
  g_return_if_fail (!g_hash_table_contains (self->used, name));
  add_value (self, GRAPH_INPUT, claim_name (self, name), type, width);
}

/* An output keeps its name too: either a tensor has it already, or sx_onnx_rename_tensor() gives it to one. */
void
sx_onnx_add_output (SxOnnx *self, const char *name, SxOnnxType type, gint64 width)
{
  const char *own = intern (self, name);

  if (g_hash_table_add (self->used, (gpointer)own))
    g_hash_table_add (self->promised, (gpointer)own);
  add_value (self, GRAPH_OUTPUT, own, type, width);
}

static const char *
add_tensor (SxOnnx *self, const char *hint, SxOnnxType type, const gint64 *dims, guint n_dims, GByteArray **body)
{
  Initializer initializer = { .name = claim_name (self, hint), .body = g_byte_array_new () };

  for (guint dim = 0; dim < n_dims; dim++)
    put_int (initializer.body, TENSOR_DIMS, dims[dim]);
  put_int (initializer.body, TENSOR_DATA_TYPE, type);
  g_array_append_val (self->initializers, initializer);
  *body = initializer.body;
  return initializer.name;
}

static gsize
count_elements (const gint64 *dims, guint n_dims)
{
  gsize n = 1;

  for (guint dim = 0; dim < n_dims; dim++)
    {
      g_assert (dims[dim] >= 0);
      n *= (gsize)dims[dim];
    }
  return n;
}

const char *
sx_onnx_add_floats (SxOnnx *self, const char *hint, const float *values, const gint64 *dims, guint n_dims)
{
  GByteArray *body;
  const char *name = add_tensor (self, hint, SX_ONNX_FLOAT, dims, n_dims, &body);
  gsize       n = count_elements (dims, n_dims);

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  put_bytes (body, TENSOR_RAW_DATA, values, n * sizeof (float));
#else
  g_autoptr (GByteArray) raw = g_byte_array_new ();
  for (gsize i = 0; i < n; i++)
    put_float_bits (raw, values[i]);
  put_message (body, TENSOR_RAW_DATA, raw);
#endif
  return name;
}

const char *
sx_onnx_add_doubles (SxOnnx *self, const char *hint, const double *values, const gint64 *dims, guint n_dims)
{
  GByteArray         *body;
  const char         *name = add_tensor (self, hint, SX_ONNX_DOUBLE, dims, n_dims, &body);
  gsize               n = count_elements (dims, n_dims);
  g_autofree guint64 *raw = g_new (guint64, n);

  for (gsize i = 0; i < n; i++)
    {
      memcpy (&raw[i], &values[i], sizeof raw[i]);
      raw[i] = GUINT64_TO_LE (raw[i]);
    }
  put_bytes (body, TENSOR_RAW_DATA, raw, n * sizeof *raw);
  return name;
}

const char *
sx_onnx_add_int64s (SxOnnx *self, const char *hint, const gint64 *values, const gint64 *dims, guint n_dims)
{
  GByteArray        *body;
  const char        *name = add_tensor (self, hint, SX_ONNX_INT64, dims, n_dims, &body);
  gsize              n = count_elements (dims, n_dims);
  g_autofree gint64 *raw = g_new (gint64, n);

  for (gsize i = 0; i < n; i++)
    raw[i] = GINT64_TO_LE (values[i]);
  put_bytes (body, TENSOR_RAW_DATA, raw, n * sizeof (gint64));
  return name;
}

const char *
sx_onnx_add_strings (SxOnnx *self, const char *hint, const char *const *values, gint64 n)
{
  GByteArray *body;
  const char *name = add_tensor (self, hint, SX_ONNX_STRING, &n, 1, &body);

  for (gint64 i = 0; i < n; i++)
    put_string (body, TENSOR_STRING_DATA, values[i]);
  return name;
}

const char *
sx_onnx_add_node (SxOnnx *self, const char *domain, const char *op, const char *const *inputs, guint n_outputs)
{
  g_autofree char *hint = g_ascii_strdown (op, -1);
  Node            *node = g_new0 (Node, 1);

  g_assert (n_outputs > 0);
  node->domain = intern (self, domain);
  node->op = intern (self, op);
  node->inputs = g_ptr_array_new ();
  node->outputs = g_ptr_array_new ();
  node->attributes = g_byte_array_new ();
  for (; *inputs != NULL; inputs++)
    g_ptr_array_add (node->inputs, (gpointer)intern (self, *inputs));
  for (guint output = 0; output < n_outputs; output++)
    g_ptr_array_add (node->outputs, (gpointer)claim_name (self, hint));
  node->name = node->outputs->pdata[0]; /* node names are a space of their own */
  g_ptr_array_add (self->nodes, node);
  return node->outputs->pdata[0];
}

static Node *
get_last_node (SxOnnx *self)
{
  g_assert (self->nodes->len > 0);
  return self->nodes->pdata[self->nodes->len - 1];
}

const char *
sx_onnx_get_node_output (SxOnnx *self, guint output)
{
  Node *node = get_last_node (self);

  g_return_val_if_fail (output < node->outputs->len, NULL);
  return node->outputs->pdata[output];
}

/* Attributes: @attribute holds the value's field when this is called. */

static GByteArray *
begin_attribute (const char *name)
{
  GByteArray *attribute = g_byte_array_new ();

  put_string (attribute, ATTRIBUTE_NAME, name);
  return attribute;
}

static void
end_attribute (SxOnnx *self, GByteArray *attribute, int type)
{
  put_int (attribute, ATTRIBUTE_TYPE, type);
  put_message (get_last_node (self)->attributes, NODE_ATTRIBUTE, attribute);
  g_byte_array_unref (attribute);
}

void
sx_onnx_set_int (SxOnnx *self, const char *name, gint64 value)
{
  GByteArray *attribute = begin_attribute (name);

  put_int (attribute, ATTRIBUTE_I, value);
  end_attribute (self, attribute, ATTRIBUTE_IS_INT);
}

void
sx_onnx_set_float (SxOnnx *self, const char *name, float value)
{
  GByteArray *attribute = begin_attribute (name);

  put_varint (attribute, ATTRIBUTE_F << 3 | 5);
  put_float_bits (attribute, value);
  end_attribute (self, attribute, ATTRIBUTE_IS_FLOAT);
}

void
sx_onnx_set_string (SxOnnx *self, const char *name, const char *value)
{
  GByteArray *attribute = begin_attribute (name);

  put_string (attribute, ATTRIBUTE_S, value);
  end_attribute (self, attribute, ATTRIBUTE_IS_STRING);
}

/* Numbers are packed: readers of either protobuf syntax take both forms, and forests have millions. */
void
sx_onnx_set_ints (SxOnnx *self, const char *name, const gint64 *values, gsize n)
{
  GByteArray *attribute = begin_attribute (name);
  g_autoptr (GByteArray) packed = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    put_varint (packed, (guint64)values[i]);
  put_message (attribute, ATTRIBUTE_INTS, packed);
  end_attribute (self, attribute, ATTRIBUTE_IS_INTS);
}

void
sx_onnx_set_floats (SxOnnx *self, const char *name, const float *values, gsize n)
{
  GByteArray *attribute = begin_attribute (name);
  g_autoptr (GByteArray) packed = g_byte_array_new ();

  for (gsize i = 0; i < n; i++)
    put_float_bits (packed, values[i]);
  put_message (attribute, ATTRIBUTE_FLOATS, packed);
  end_attribute (self, attribute, ATTRIBUTE_IS_FLOATS);
}

void
sx_onnx_set_strings (SxOnnx *self, const char *name, const char *const *values, gsize n)
{
  GByteArray *attribute = begin_attribute (name);

  for (gsize i = 0; i < n; i++)
    put_string (attribute, ATTRIBUTE_STRINGS, values[i]);
  end_attribute (self, attribute, ATTRIBUTE_IS_STRINGS);
}

static void
rename_in (GPtrArray *names, const char *from, const char *to)
{
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (names->pdata[i], from))
      names->pdata[i] = (gpointer)to;
}

/* @to: free, or promised to a graph output. */
void
sx_onnx_rename_tensor (SxOnnx *self, const char *from, const char *to)
{
  const char *own = intern (self, to);

  if (g_str_equal (from, to))
    return;
  g_return_if_fail (g_hash_table_remove (self->promised, own) || g_hash_table_add (self->used, (gpointer)own));
  from = intern (self, from);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];
      rename_in (node->inputs, from, own);
      rename_in (node->outputs, from, own);
    }
  for (guint i = 0; i < self->initializers->len; i++)
    {
      Initializer *initializer = &g_array_index (self->initializers, Initializer, i);
      if (g_str_equal (initializer->name, from))
        initializer->name = own;
    }
}

static gboolean
is_read (const Node *node, GHashTable *read)
{
  for (guint i = 0; i < node->outputs->len; i++)
    if (g_hash_table_contains (read, node->outputs->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Nodes stand in order: from the last on, whoever reads a tensor is known before the node that makes it. */
void
sx_onnx_prune (SxOnnx *self, const char *const *outputs)
{
  g_autoptr (GHashTable) read = g_hash_table_new (g_str_hash, g_str_equal);

  for (; *outputs != NULL; outputs++)
    g_hash_table_add (read, (gpointer)*outputs);
  for (guint i = self->nodes->len; i > 0; i--)
    {
      Node *node = self->nodes->pdata[i - 1];

      if (!is_read (node, read))
        g_ptr_array_remove_index (self->nodes, i - 1);
      else
        for (guint input = 0; input < node->inputs->len; input++)
          g_hash_table_add (read, node->inputs->pdata[input]);
    }
  for (guint i = self->initializers->len; i > 0; i--)
    if (!g_hash_table_contains (read, g_array_index (self->initializers, Initializer, i - 1).name))
      g_array_remove_index (self->initializers, i - 1);
}

void
sx_onnx_set_metadata (SxOnnx *self, const char *key, const char *value)
{
  g_autoptr (GByteArray) entry = g_byte_array_new ();

  put_string (entry, ENTRY_KEY, key);
  put_string (entry, ENTRY_VALUE, value);
  put_message (self->metadata, MODEL_METADATA, entry);
}

static void
put_node (GByteArray *graph, const Node *node)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  for (guint i = 0; i < node->inputs->len; i++)
    put_string (body, NODE_INPUT, node->inputs->pdata[i]);
  for (guint i = 0; i < node->outputs->len; i++)
    put_string (body, NODE_OUTPUT, node->outputs->pdata[i]);
  put_string (body, NODE_NAME, node->name);
  put_string (body, NODE_OP_TYPE, node->op);
  g_byte_array_append (body, node->attributes->data, node->attributes->len);
  if (*node->domain != '\0')
    put_string (body, NODE_DOMAIN, node->domain);
  put_message (graph, GRAPH_NODE, body);
}

static void
put_opset (GByteArray *model, const char *domain, gint64 version)
{
  g_autoptr (GByteArray) opset = g_byte_array_new ();

  put_string (opset, OPSET_DOMAIN, domain);
  put_int (opset, OPSET_VERSION, version);
  put_message (model, MODEL_OPSET_IMPORT, opset);
}

GBytes *
sx_onnx_finish (SxOnnx *self)
{
  g_autoptr (GByteArray) graph = g_byte_array_new ();
  GByteArray *model = g_byte_array_new ();

  for (guint i = 0; i < self->nodes->len; i++)
    put_node (graph, self->nodes->pdata[i]);
  put_string (graph, GRAPH_NAME, self->graph_name);
  for (guint i = 0; i < self->initializers->len; i++)
    {
      Initializer *initializer = &g_array_index (self->initializers, Initializer, i);
      g_autoptr (GByteArray) tensor = g_byte_array_sized_new (initializer->body->len + 64);

      g_byte_array_append (tensor, initializer->body->data, initializer->body->len);
      put_string (tensor, TENSOR_NAME, initializer->name);
      put_message (graph, GRAPH_INITIALIZER, tensor);
    }
  if (self->values->len > 0)
    g_byte_array_append (graph, self->values->data, self->values->len);

  put_int (model, MODEL_IR_VERSION, IR_VERSION);
  put_string (model, MODEL_PRODUCER_NAME, "sextant");
  put_string (model, MODEL_PRODUCER_VERSION, SX_VERSION);
  put_message (model, MODEL_GRAPH, graph);
  put_opset (model, "", OPSET);
  put_opset (model, "ai.onnx.ml", ML_OPSET);
  if (self->metadata->len > 0)
    g_byte_array_append (model, self->metadata->data, self->metadata->len);
  return g_byte_array_free_to_bytes (model);
}
