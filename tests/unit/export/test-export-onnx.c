/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the encoder wrote, decoded by a reader of its own that knows protobuf and nothing of the encoder. */

#include <glib.h>
#include <string.h>

#include "export/sx-onnx.h"

typedef struct
{
  guint64       field, wire;
  guint64       number; /* varint, or the bits of a fixed32 */
  const guint8 *bytes;
  gsize         size;
} Field;

static guint64
read_varint (const guint8 **at, const guint8 *end)
{
  guint64 value = 0;

  for (guint shift = 0;; shift += 7)
    {
      g_assert_true (*at < end && shift < 70);
      value |= (guint64)(**at & 0x7f) << shift;
      if (!(*(*at)++ & 0x80))
        return value;
    }
}

/* The fields of a message; fails on anything that is not one. */
static GArray *
decode (const guint8 *bytes, gsize size)
{
  GArray       *fields = g_array_new (FALSE, TRUE, sizeof (Field));
  const guint8 *at = bytes, *end = bytes + size;

  while (at < end)
    {
      guint64 key = read_varint (&at, end);
      Field   field = { .field = key >> 3, .wire = key & 7 };

      switch (field.wire)
        {
        case 0:
          field.number = read_varint (&at, end);
          break;
        case 2:
          field.size = read_varint (&at, end);
          g_assert_cmpuint (field.size, <=, end - at);
          field.bytes = at;
          at += field.size;
          break;
          case 5: {
            guint32 bits;
            g_assert_cmpuint (4, <=, end - at);
            memcpy (&bits, at, 4);
            field.number = GUINT32_FROM_LE (bits);
            at += 4;
            break;
          }
        default:
          g_assert_not_reached ();
        }
      g_array_append_val (fields, field);
    }
  return fields;
}

static const Field *
find (GArray *fields, guint64 number, guint nth)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const Field *field = &g_array_index (fields, Field, i);
      if (field->field == number && nth-- == 0)
        return field;
    }
  return NULL;
}

static GArray *
open_message (GArray *fields, guint64 number, guint nth)
{
  const Field *field = find (fields, number, nth);

  g_assert_nonnull (field);
  g_assert_cmpuint (field->wire, ==, 2);
  return decode (field->bytes, field->size);
}

static void
assert_text (GArray *fields, guint64 number, guint nth, const char *expected)
{
  const Field     *field = find (fields, number, nth);
  g_autofree char *text = NULL;

  g_assert_nonnull (field);
  text = g_strndup ((const char *)field->bytes, field->size);
  g_assert_cmpstr (text, ==, expected);
}

static float
to_float (guint64 bits)
{
  guint32 word = (guint32)bits;
  float   value;

  memcpy (&value, &word, sizeof value);
  return value;
}

static GArray *
decode_model (GBytes *bytes)
{
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return decode (data, size);
}

static void
test_head (void)
{
  SxOnnx *onnx = sx_onnx_new ("iris");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL;
  g_autoptr (GArray) opset = NULL;
  g_autoptr (GArray) ml = NULL;
  g_autoptr (GArray) entry = NULL;
  g_autoptr (GArray) graph = NULL;

  sx_onnx_set_metadata (onnx, "licence", "none");
  bytes = sx_onnx_finish (onnx);
  sx_onnx_free (onnx);
  model = decode_model (bytes);
  g_assert_cmpuint (find (model, 1, 0)->number, ==, 8);
  assert_text (model, 2, 0, "sextant");
  opset = open_message (model, 8, 0);
  assert_text (opset, 1, 0, "");
  g_assert_cmpuint (find (opset, 2, 0)->number, ==, 15);
  ml = open_message (model, 8, 1);
  assert_text (ml, 1, 0, "ai.onnx.ml");
  g_assert_cmpuint (find (ml, 2, 0)->number, ==, 3);
  entry = open_message (model, 14, 0);
  assert_text (entry, 1, 0, "licence");
  assert_text (entry, 2, 0, "none");
  graph = open_message (model, 7, 0);
  assert_text (graph, 2, 0, "iris");
}

static void
test_values (void)
{
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("g");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL, graph = NULL, input = NULL, type = NULL, tensor = NULL, shape = NULL, rows = NULL, columns = NULL, output = NULL;

  sx_onnx_add_input (onnx, "features", SX_ONNX_FLOAT, 300);
  sx_onnx_add_output (onnx, "label", SX_ONNX_STRING, 1);
  bytes = sx_onnx_finish (onnx);
  model = decode_model (bytes);
  graph = open_message (model, 7, 0);
  input = open_message (graph, 11, 0);
  assert_text (input, 1, 0, "features");
  type = open_message (input, 2, 0);
  tensor = open_message (type, 1, 0);
  g_assert_cmpuint (find (tensor, 1, 0)->number, ==, 1);
  shape = open_message (tensor, 2, 0);
  rows = open_message (shape, 1, 0);
  columns = open_message (shape, 1, 1);
  assert_text (rows, 2, 0, "N");
  g_assert_cmpuint (find (columns, 1, 0)->number, ==, 300);
  g_assert_null (find (shape, 1, 2));
  output = open_message (graph, 12, 0);
  assert_text (output, 1, 0, "label");
}

static void
test_initializers (void)
{
  const float  floats[] = { 1.5f, -2.25f, 1e-30f, 0.0f, 3.0f, 7.0f };
  const gint64 ints[] = { -1, G_MAXINT64, 0 };
  const gint64 dims[] = { 2, 3 }, three = 3;
  const char  *strings[] = { "one", "", "zwölf" };
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("g");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL, graph = NULL, a = NULL, b = NULL, c = NULL, d = NULL;
  gint64 number;

  g_assert_cmpstr (sx_onnx_add_floats (onnx, "w", floats, dims, 2), ==, "w");
  g_assert_cmpstr (sx_onnx_add_int64s (onnx, "w", ints, &three, 1), ==, "w_1");
  g_assert_cmpstr (sx_onnx_add_strings (onnx, "w", strings, 3), ==, "w_2");
  g_assert_cmpstr (sx_onnx_add_floats (onnx, "scalar", floats, NULL, 0), ==, "scalar");
  bytes = sx_onnx_finish (onnx);
  model = decode_model (bytes);
  graph = open_message (model, 7, 0);
  a = open_message (graph, 5, 0);
  g_assert_cmpuint (find (a, 1, 0)->number, ==, 2);
  g_assert_cmpuint (find (a, 1, 1)->number, ==, 3);
  g_assert_cmpuint (find (a, 2, 0)->number, ==, 1);
  assert_text (a, 8, 0, "w");
  g_assert_cmpmem (find (a, 9, 0)->bytes, find (a, 9, 0)->size, floats, sizeof floats);
  b = open_message (graph, 5, 1);
  g_assert_cmpuint (find (b, 2, 0)->number, ==, 7);
  memcpy (&number, find (b, 9, 0)->bytes + 8, 8);
  g_assert_cmpint (GINT64_FROM_LE (number), ==, G_MAXINT64);
  c = open_message (graph, 5, 2);
  g_assert_cmpuint (find (c, 2, 0)->number, ==, 8);
  assert_text (c, 6, 1, "");
  assert_text (c, 6, 2, "zwölf");
  d = open_message (graph, 5, 3);
  g_assert_null (find (d, 1, 0));
  g_assert_cmpuint (find (d, 9, 0)->size, ==, 4);
}

static void
test_nodes (void)
{
  static const char *const inputs[] = { "x", "", "x", NULL };
  static const char *const words[] = { "a", "b" };
  const gint64             ints[] = { -1, 300 };
  const float              floats[] = { 0.5f, -1.0f };
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("g");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL, graph = NULL, node = NULL;

  sx_onnx_add_input (onnx, "x", SX_ONNX_FLOAT, 2);
  g_assert_cmpstr (sx_onnx_add_node (onnx, "ai.onnx.ml", "Scaler", inputs, 2), ==, "scaler");
  g_assert_cmpstr (sx_onnx_get_node_output (onnx, 1), ==, "scaler_1");
  sx_onnx_set_int (onnx, "i", -7);
  sx_onnx_set_float (onnx, "f", 0.25f);
  sx_onnx_set_string (onnx, "s", "text");
  sx_onnx_set_ints (onnx, "ints", ints, 2);
  sx_onnx_set_floats (onnx, "floats", floats, 2);
  sx_onnx_set_strings (onnx, "strings", words, 2);
  bytes = sx_onnx_finish (onnx);
  model = decode_model (bytes);
  graph = open_message (model, 7, 0);
  node = open_message (graph, 1, 0);
  assert_text (node, 1, 0, "x");
  assert_text (node, 1, 1, "");
  assert_text (node, 2, 1, "scaler_1");
  assert_text (node, 4, 0, "Scaler");
  assert_text (node, 7, 0, "ai.onnx.ml");

  static const struct
  {
    const char *name;
    guint64     field, type;
  } expected[] = { { "i", 3, 2 }, { "f", 2, 1 }, { "s", 4, 3 }, { "ints", 8, 7 }, { "floats", 7, 6 }, { "strings", 9, 8 } };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GArray) attribute = open_message (node, 5, i);
      const Field *value = find (attribute, expected[i].field, 0);

      assert_text (attribute, 1, 0, expected[i].name);
      g_assert_cmpuint (find (attribute, 20, 0)->number, ==, expected[i].type);
      g_assert_nonnull (value);
      if (i == 0)
        g_assert_cmpint ((gint64)value->number, ==, -7);
      if (i == 1)
        g_assert_true (to_float (value->number) == 0.25f);
      if (i == 3)
        {
          const guint8 *at = value->bytes;
          g_assert_cmpint ((gint64)read_varint (&at, value->bytes + value->size), ==, -1);
          g_assert_cmpint ((gint64)read_varint (&at, value->bytes + value->size), ==, 300);
          g_assert_true (at == value->bytes + value->size);
        }
      if (i == 4)
        g_assert_cmpmem (value->bytes, value->size, floats, sizeof floats);
      if (i == 5)
        assert_text (attribute, 9, 1, "b");
    }
}

static void
test_rename (void)
{
  static const char *const input[] = { "x", NULL };
  const char              *between[] = { NULL, NULL };
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("g");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL, graph = NULL, first = NULL, second = NULL;

  sx_onnx_add_input (onnx, "x", SX_ONNX_FLOAT, 2);
  sx_onnx_add_output (onnx, "relu", SX_ONNX_FLOAT, 2); /* so that the node below gets another name */
  between[0] = sx_onnx_add_node (onnx, "", "Relu", input, 1);
  g_assert_cmpstr (between[0], ==, "relu_1");
  sx_onnx_add_node (onnx, "", "Tanh", between, 1);
  sx_onnx_rename_tensor (onnx, between[0], "relu");
  g_assert_cmpstr (between[0], ==, "relu_1"); /* stays readable */
  bytes = sx_onnx_finish (onnx);
  model = decode_model (bytes);
  graph = open_message (model, 7, 0);
  first = open_message (graph, 1, 0);
  second = open_message (graph, 1, 1);
  assert_text (first, 2, 0, "relu");
  assert_text (second, 1, 0, "relu");
}

/* What no output needs is dropped, a node together with what it alone reads. */
static void
test_prune (void)
{
  const float  one = 1;
  const char  *used, *unused, *kept, *dropped;
  g_autoptr (SxOnnx) onnx = sx_onnx_new ("g");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GArray) model = NULL, graph = NULL, node = NULL, tensor = NULL;

  sx_onnx_add_input (onnx, "x", SX_ONNX_FLOAT, 1);
  used = sx_onnx_add_floats (onnx, "used", &one, NULL, 0);
  unused = sx_onnx_add_floats (onnx, "unused", &one, NULL, 0);
  dropped = sx_onnx_add_node (onnx, "", "Sub", (const char *const[]){ "x", unused, NULL }, 1);
  kept = sx_onnx_add_node (onnx, "", "Add", (const char *const[]){ "x", used, NULL }, 1);
  sx_onnx_add_node (onnx, "", "Relu", (const char *const[]){ dropped, NULL }, 1);
  sx_onnx_prune (onnx, (const char *const[]){ kept, NULL });
  bytes = sx_onnx_finish (onnx);
  model = decode_model (bytes);
  graph = open_message (model, 7, 0);
  node = open_message (graph, 1, 0);
  assert_text (node, 4, 0, "Add");
  g_assert_null (find (graph, 1, 1));
  tensor = open_message (graph, 5, 0);
  assert_text (tensor, 8, 0, "used");
  g_assert_null (find (graph, 5, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/onnx/head", test_head);
  g_test_add_func ("/export/onnx/values", test_values);
  g_test_add_func ("/export/onnx/initializers", test_initializers);
  g_test_add_func ("/export/onnx/nodes", test_nodes);
  g_test_add_func ("/export/onnx/rename", test_rename);
  g_test_add_func ("/export/onnx/prune", test_prune);
  return g_test_run ();
}
