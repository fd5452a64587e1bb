/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "run/sx-run.h"

#include <string.h>

static GBytes *
encode_sample (void)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "trial", "u", 7u);
  g_variant_dict_insert (&dict, "validation-loss", "d", 0.25);
  g_variant_dict_insert (&dict, "text", "s", "fünf");
  return sx_event_encode ("trial-finished", g_variant_dict_end (&dict));
}

static void
test_round_trip (void)
{
  g_autoptr (GBytes) bytes = encode_sample ();
  g_autofree char *name = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GError) error = NULL;
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint         trial = 0;
  double        loss = 0;
  const char   *text = NULL;

  g_assert_cmpint (sx_event_decode (data, size, &name, &details, &error), ==, (gssize)size);
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "trial-finished");
  g_assert_true (g_variant_lookup (details, "trial", "u", &trial) && trial == 7);
  g_assert_true (g_variant_lookup (details, "validation-loss", "d", &loss));
  g_assert_cmpfloat (loss, ==, 0.25);
  g_assert_true (g_variant_lookup (details, "text", "&s", &text));
  g_assert_cmpstr (text, ==, "fünf");
}

static void
test_empty (void)
{
  g_autoptr (GBytes) bytes = sx_event_encode ("cancel", NULL);
  g_autofree char *name = NULL;
  g_autoptr (GVariant) details = NULL;

  g_assert_cmpint (sx_event_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &name, &details, NULL), ==, (gssize)g_bytes_get_size (bytes));
  g_assert_cmpuint (g_variant_n_children (details), ==, 0);
}

/* Any beginning of a frame asks for more, and what follows a frame is left alone. */
static void
test_pieces (void)
{
  g_autoptr (GBytes) bytes = encode_sample ();
  gsize size = g_bytes_get_size (bytes);
  g_autoptr (GByteArray) two = g_byte_array_new ();

  for (gsize n = 0; n < size; n++)
    {
      g_autofree guint8 *piece = g_memdup2 (g_bytes_get_data (bytes, NULL), MAX (n, 1));
      char              *name = NULL;

      g_assert_cmpint (sx_event_decode (piece, n, &name, NULL, NULL), ==, 0);
      g_assert_null (name);
    }
  g_byte_array_append (two, (const guint8 *)"x", 1); /* not aligned */
  g_byte_array_append (two, g_bytes_get_data (bytes, NULL), (guint)size);
  g_byte_array_append (two, g_bytes_get_data (bytes, NULL), (guint)size);
  g_assert_cmpint (sx_event_decode (two->data + 1, two->len - 1, NULL, NULL, NULL), ==, (gssize)size);
}

static void
assert_nonsense (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sx_event_decode (data, size, NULL, NULL, &error), ==, -1);
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_WORKER);
  g_assert_nonnull (strstr (error->message, "nonsense"));
}

static void
test_nonsense (void)
{
  static const guint8 huge[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
  static const guint8 none[8] = { 0 };
  static const guint8 text[] = "Content-Type: text/html\r\n\r\n";
  static const guint8 short_value[] = { 3, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c' };
  g_autoptr (GBytes) bytes = encode_sample ();
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  assert_nonsense (huge, sizeof huge);
  assert_nonsense (none, sizeof none);
  assert_nonsense (text, sizeof text);
  assert_nonsense (short_value, sizeof short_value);
  data[8] = 'T'; /* no name has capitals */
  assert_nonsense (data, g_bytes_get_size (bytes));
  data[8] = 't';
  data[4] = 1;
  assert_nonsense (data, g_bytes_get_size (bytes));
}

/* Whatever one byte says, decoding gives a whole value or an error. */
static void
test_mutations (void)
{
  g_autoptr (GBytes) bytes = encode_sample ();
  gsize              size = g_bytes_get_size (bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), size);

  for (gsize i = 0; i < size; i++)
    for (guint value = 0; value < 256; value++)
      {
        guint8    old = data[i];
        char     *name = NULL;
        GVariant *details = NULL;
        g_autoptr (GError) error = NULL;
        gssize used;

        data[i] = (guint8)value;
        used = sx_event_decode (data, size, &name, &details, &error);
        g_assert_true ((used > 0) == (name != NULL && details != NULL));
        g_assert_true ((used < 0) == (error != NULL));
        g_free (name);
        g_clear_pointer (&details, g_variant_unref);
        data[i] = old;
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/event/round-trip", test_round_trip);
  g_test_add_func ("/run/event/empty", test_empty);
  g_test_add_func ("/run/event/pieces", test_pieces);
  g_test_add_func ("/run/event/nonsense", test_nonsense);
  g_test_add_func ("/run/event/mutations", test_mutations);
  return g_test_run ();
}
