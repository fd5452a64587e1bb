/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Model packages: any bytes are opened or refused with an error. What opens predicts its golden rows and rows of nothing, and is exported or refused.
 *
 * A change within a zip is caught by its checksums, and nothing behind them is reached. So an input is either a zip as it is, or parts laid bare:
 * “@NAME SIZE” on a line, the part, and so on. */

#include <model/sx-model-private.h>
#include <export/sx-onnx-private.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static GHashTable *
split_parts (const uint8_t *data, size_t size)
{
  GHashTable *parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

  while (size > 1 && *data == '@')
    {
      const uint8_t   *end = memchr (data, '\n', size);
      g_autofree char *line = end ? g_strndup ((const char *)data + 1, (gsize)(end - data) - 1) : NULL;
      char            *blank = line ? strrchr (line, ' ') : NULL;
      gsize            part;

      if (blank == NULL)
        break;
      *blank = '\0';
      size -= (gsize)(end + 1 - data);
      data = end + 1;
      part = MIN (size, g_ascii_strtoull (blank + 1, NULL, 10));
      g_hash_table_replace (parts, g_strdup (line), g_bytes_new (data, part));
      data += part;
      size -= part;
      if (size > 0 && *data == '\n')
        {
          data++;
          size--;
        }
    }
  return parts;
}

static SxModel *
load_zip (const uint8_t *data, size_t size, GError **error)
{
  g_autofree char *path = NULL;
  int              fd = g_file_open_tmp ("sx-fuzz-XXXXXX.sxm", &path, NULL);
  SxModel         *model;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  close (fd);
  model = sx_model_load (path, error);
  g_unlink (path);
  return model;
}

/* One row with nothing in it. */
static SxFrame *
make_empty_row (SxSchema *schema)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);

  for (guint i = 0; i < sx_schema_get_n_fields (schema); i++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (sx_schema_get_field (schema, i)->type);

      sx_column_builder_append_missing (builder);
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
    }
  return sx_frame_new_from_columns (schema, (SxColumn *const *)columns->pdata);
}

static void
predict (SxModel *model, SxFrame *frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxFrame) table = sx_model_predict (model, frame, 1, NULL, &error);

  g_assert_true ((table == NULL) == (error != NULL));
}

static void export(SxModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = sx_onnx_write_model (model, &error);

  g_assert_true ((bytes == NULL) == (error != NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean is_zip = size > 1 && data[0] == 'P' && data[1] == 'K';
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) parts = is_zip ? NULL : split_parts (data, size);
  g_autoptr (SxModel) model = is_zip ? load_zip (data, size, &error) : sx_model_read_parts (parts, &error);

  g_assert_true ((model == NULL) == (error != NULL));
  if (model == NULL)
    return 0;
  if (sx_schema_get_n_fields (sx_model_get_inputs (model)) > 0)
    {
      g_autoptr (SxFrame) empty = make_empty_row (sx_model_get_inputs (model));

      predict (model, empty);
    }
  if (sx_model_get_golden (model) != NULL)
    predict (model, sx_model_get_golden (model));
  export(model);
  return 0;
}
