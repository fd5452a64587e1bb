/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* One JSON object as a{sv}: what a program says to `sextant tune`. It may hold objects, but no lists, which nothing here wants; so depth and memory
 * are bounded by few levels and the line's length. */

#include "config.h"

#include "sx-cli.h"

#include <glib/gi18n.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define MAX_DEPTH 4

typedef struct
{
  GVariantDict maps[MAX_DEPTH];
  char        *keys[MAX_DEPTH]; /* the key that waits for its value */
  guint        depth;           /* maps that are open */
  GVariant    *result;
  gboolean     is_object;
} Parse;

/* FALSE ends the parse: a value that stands outside of any object. @value is sunk. */
static int
put (Parse *self, GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  if (self->depth == 0)
    {
      self->is_object = FALSE;
      return 0;
    }
  g_variant_dict_insert_value (&self->maps[self->depth - 1], self->keys[self->depth - 1], sunk);
  return 1;
}

static int
on_null (void *data)
{
  return ((Parse *)data)->depth > 0;
}

static int
on_boolean (void *data, int value)
{
  return put (data, g_variant_new_boolean (value != 0));
}

static int
on_integer (void *data, long long value)
{
  return put (data, g_variant_new_int64 (value));
}

static int
on_double (void *data, double value)
{
  return put (data, g_variant_new_double (value));
}

static int
on_string (void *data, const unsigned char *text, size_t size)
{
  /* A zero inside would cut the text silently. */
  if (memchr (text, '\0', size) != NULL)
    return 0;
  return put (data, g_variant_new_take_string (g_strndup ((const char *)text, size)));
}

static int
on_map_start (void *data)
{
  Parse *self = data;

  if (self->depth == MAX_DEPTH || self->result != NULL)
    return 0;
  g_variant_dict_init (&self->maps[self->depth++], NULL);
  return 1;
}

static int
on_key (void *data, const unsigned char *text, size_t size)
{
  Parse *self = data;
  char **key = &self->keys[self->depth - 1];

  g_free (*key);
  *key = g_strndup ((const char *)text, size);
  return 1;
}

static int
on_map_end (void *data)
{
  Parse    *self = data;
  GVariant *map = g_variant_dict_end (&self->maps[--self->depth]);

  if (self->depth > 0)
    return put (self, map);
  self->result = g_variant_ref_sink (map);
  return 1;
}

static int
on_list (void *data)
{
  return 0;
}

static const yajl_callbacks callbacks = {
  .yajl_null = on_null,
  .yajl_boolean = on_boolean,
  .yajl_integer = on_integer,
  .yajl_double = on_double,
  .yajl_string = on_string,
  .yajl_start_map = on_map_start,
  .yajl_map_key = on_key,
  .yajl_end_map = on_map_end,
  .yajl_start_array = on_list,
};

GVariant *
sx_cli_parse_json (const char *text, gsize size, GError **error)
{
  Parse       self = { .is_object = TRUE };
  yajl_handle handle = yajl_alloc (&callbacks, NULL, &self);
  yajl_status status = yajl_parse (handle, (const unsigned char *)text, size);

  if (status == yajl_status_ok)
    status = yajl_complete_parse (handle);
  if (status != yajl_status_ok || self.depth > 0)
    g_clear_pointer (&self.result, g_variant_unref);
  if (self.result == NULL && status == yajl_status_error)
    {
      unsigned char   *why = yajl_get_error (handle, 0, (const unsigned char *)text, size);
      g_autofree char *valid = g_utf8_make_valid (g_strstrip ((char *)why), -1);

      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, "%s", valid);
      yajl_free_error (handle, why);
    }
  else if (self.result == NULL)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, "%s", _ ("A JSON object is expected."));
  for (guint i = 0; i < MAX_DEPTH; i++)
    g_free (self.keys[i]);
  while (self.depth > 0)
    g_variant_dict_clear (&self.maps[--self.depth]);
  yajl_free (handle);
  return self.result;
}
