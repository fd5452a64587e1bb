/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the sources share: from parameters to a reader, and from the reader to a table or its first rows. */

#include "config.h"

#include "sx-fields-private.h"
#include "sx-source-private.h"

#include <glib/gi18n-lib.h>

/* “auto” stands for unset, “yes” and “no” for a truth value the reader would otherwise guess. */
static GVariant *
to_option (const SxParams *params, const SxFormatOption *option)
{
  const char *text;

  if (!sx_params_is_set (params, option->key))
    return NULL;
  if (!g_str_equal (option->type, "b"))
    return g_variant_ref (sx_params_get (params, option->key));
  text = sx_params_get_string (params, option->key);
  return g_str_equal (text, "auto") ? NULL : g_variant_ref_sink (g_variant_new_boolean (g_str_equal (text, "yes")));
}

static GVariant *
make_options (const SxParams *params, const SxFormat *format)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (const SxFormatOption *option = format->options; option != NULL && option->key != NULL; option++)
    {
      g_autoptr (GVariant) value = sx_block_kind_find_param (sx_params_get_kind (params), option->key) != NULL ? to_option (params, option) : NULL;

      if (value != NULL)
        g_variant_dict_insert_value (&dict, option->key, value);
    }
  return g_variant_dict_end (&dict);
}

static const SxFormat *
find_format (const char *path, const char *id, const char *family, GError **error)
{
  const SxFormat *format = id != NULL ? sx_format_find (id) : sx_format_sniff (path, error);

  if (format == NULL || g_str_has_prefix (format->id, family))
    return format;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE, _ ("%s is “%s”. Another source block reads it."), path, _ (format->title));
  return NULL;
}

static SxReader *
open_reader (const SxParams *params, const char *id, const char *family, const SxBlockContext *context, GError **error)
{
  const char      *file = sx_params_get_string (params, "file");
  g_autofree char *path = context != NULL && context->folder != NULL ? g_canonicalize_filename (file, context->folder) : g_strdup (file);
  const SxFormat  *format;

  if (*file == '\0')
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("Choose a file."));
      return NULL;
    }
  format = find_format (path, id, family, error);
  return format != NULL ? sx_reader_open (path, format, make_options (params, format), context != NULL ? context->cancellable : NULL, error) : NULL;
}

static void
pass_notes_on (SxReader *reader, const SxBlockContext *context)
{
  const GPtrArray *notes = sx_reader_get_notes (reader);

  for (guint i = 0; notes != NULL && i < notes->len; i++)
    {
      const SxReadNote *note = g_ptr_array_index (notes, i);

      sx_block_context_note (context, note->column, "%s", note->message);
    }
}

SxSchema *
sx_source_describe (const SxParams *params, const char *format, const char *family, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxReader) reader = open_reader (params, format, family, context, error);

  return reader != NULL ? sx_schema_ref (sx_reader_get_schema (reader)) : NULL;
}

/* The first rows only, for a preview. */
static SxFrame *
read_some (SxReader *reader, guint64 max_rows, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  g_autoptr (GError) local = NULL;
  g_autoptr (SxFrame) frame = NULL;
  guint64 n_rows = 0;
  guint   generation = sx_reader_get_generation (reader);

  while (n_rows < max_rows)
    {
      SxBatch *batch = sx_reader_next (reader, cancellable, &local);

      if (generation != sx_reader_get_generation (reader))
        {
          /* A type was widened and the reader began anew. */
          generation = sx_reader_get_generation (reader);
          g_ptr_array_set_size (batches, 0);
          n_rows = 0;
        }
      if (batch == NULL)
        break;
      g_ptr_array_add (batches, batch);
      n_rows += sx_batch_get_n_rows (batch);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  frame = sx_frame_new (sx_reader_get_schema (reader), batches);
  return sx_frame_slice (frame, 0, max_rows);
}

SxFrame *
sx_source_run (const SxParams *params, const char *format, const char *family, const SxBlockContext *context, GError **error)
{
  g_autoptr (SxReader) reader = open_reader (params, format, family, context, error);
  GCancellable *cancellable = context != NULL ? context->cancellable : NULL;
  SxFrame      *frame;

  if (reader == NULL)
    return NULL;
  frame = context != NULL && context->max_rows > 0 ? read_some (reader, context->max_rows, cancellable, error) : sx_reader_read_all (reader, cancellable, error);
  if (frame != NULL)
    pass_notes_on (reader, context);
  return frame;
}
