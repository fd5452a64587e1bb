/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The part of a reader that every format shares: opening by path or URI, options checked against what the format declares,
 * notes, progress, and reading it all. A format that finds late that a column needs a wider type begins its stream anew and
 * counts up `generation`; whoever keeps batches drops those of the generation before. */

#include "config.h"

#include "sx-reader-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
sx_read_note_free (SxReadNote *self)
{
  if (self == NULL)
    return;
  g_free (self->column);
  g_free (self->message);
  g_free (self);
}

void
sx_reader_init (SxReader *self, const SxReaderClass *klass, const SxFormat *format, const char *path)
{
  self->klass = klass;
  self->format = format;
  self->path = g_strdup (path);
  self->notes = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_read_note_free);
}

void
sx_reader_free (SxReader *self)
{
  if (self == NULL)
    return;
  self->klass->free (self);
  g_clear_pointer (&self->schema, sx_schema_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_clear_pointer (&self->options, g_variant_unref);
  g_free (self->path);
  g_free (self);
}

void
sx_reader_set_schema (SxReader *self, SxSchema *schema)
{
  g_clear_pointer (&self->schema, sx_schema_unref);
  self->schema = schema;
}

void
sx_reader_set_progress (SxReader *self, double progress)
{
  g_atomic_int_set (&self->progress, (gint)(CLAMP (progress, 0, 1) * SX_READER_PROGRESS_WHOLE));
}

void
sx_reader_note (SxReader *self, guint64 line, const char *column, const char *format, ...)
{
  SxReadNote *note;
  va_list     args;

  if (self->notes->len >= SX_READER_MAX_NOTES)
    {
      /* The last note becomes a count, so that a file of a million odd rows stays a short list. */
      note = g_ptr_array_index (self->notes, self->notes->len - 1);
      self->n_hidden_notes += self->n_hidden_notes == 0 ? 2 : 1;
      note->line = 0;
      g_clear_pointer (&note->column, g_free);
      g_free (note->message);
      note->message = g_strdup_printf (_ ("%" G_GUINT64_FORMAT " further notes of this kind are not listed."), self->n_hidden_notes);
      return;
    }
  note = g_new0 (SxReadNote, 1);
  note->line = line;
  note->column = g_strdup (column);
  va_start (args, format);
  note->message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->notes, note);
}

void
sx_reader_start_anew (SxReader *self)
{
  self->generation++;
  sx_reader_set_progress (self, 0);
}

SxSchema *
sx_reader_get_schema (SxReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->schema;
}

const SxFormat *
sx_reader_get_format (SxReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->format;
}

const GPtrArray *
sx_reader_get_notes (SxReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->notes;
}

guint
sx_reader_get_generation (SxReader *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->generation;
}

double
sx_reader_get_progress (SxReader *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return (double)g_atomic_int_get (&self->progress) / SX_READER_PROGRESS_WHOLE;
}

GVariant *
sx_reader_get_options (SxReader *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  GVariant *options = g_variant_ref_sink (self->klass->dup_options (self));
  g_clear_pointer (&self->options, g_variant_unref);
  self->options = options;
  return self->options;
}

SxBatch *
sx_reader_next (SxReader *self, GCancellable *cancellable, GError **error)
{
  SxBatch *batch;
  GError  *problem = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  self->has_begun = TRUE;
  batch = self->klass->next (self, cancellable, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (batch == NULL)
    sx_reader_set_progress (self, 1);
  return batch;
}

SxFrame *
sx_reader_read_all (SxReader *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_batch_unref);
  guint    generation;
  GError  *problem = NULL;
  SxBatch *batch;

  g_return_val_if_fail (self != NULL, NULL);
  if (self->has_begun && !self->klass->rewind (self, cancellable, error))
    return NULL;
  generation = self->generation;
  while ((batch = sx_reader_next (self, cancellable, &problem)) != NULL)
    {
      if (self->generation != generation)
        g_ptr_array_set_size (batches, 0);
      generation = self->generation;
      g_ptr_array_add (batches, batch);
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  if (self->generation != generation)
    g_ptr_array_set_size (batches, 0);
  return sx_frame_new (self->schema, batches);
}

/* @first with what @second says laid over it. */
static GVariant *
merge_options (GVariant *first, GVariant *second)
{
  GVariantDict dict;
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  g_variant_dict_init (&dict, first);
  g_variant_iter_init (&iter, second);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&dict, key, value);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

gboolean
sx_options_check (const SxFormat *format, GVariant *options, GError **error)
{
  GVariantIter iter;
  const char  *key;
  g_autoptr (GVariant) value = NULL;

  if (options == NULL)
    return TRUE;
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      const SxFormatOption *option = format->options;
      while (option->key != NULL && !g_str_equal (option->key, key))
        option++;
      if (option->key == NULL)
        {
          g_autoptr (GString) keys = g_string_new (NULL);
          for (option = format->options; option->key != NULL; option++)
            g_string_append_printf (keys, "%s%s", keys->len > 0 ? ", " : "", option->key);
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM, _ ("%s has no option “%s”. It has: %s."),
                       _ (format->title), key, keys->len > 0 ? keys->str : _ ("none"));
          return FALSE;
        }
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE (option->type)) &&
          !(g_str_equal (option->type, "as") && g_variant_n_children (value) == 0))
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM,
                       _ ("Option “%s” of %s has a value of the wrong kind (“%s” instead of “%s”)."), key, _ (format->title),
                       g_variant_get_type_string (value), option->type);
          return FALSE;
        }
      g_clear_pointer (&value, g_variant_unref);
    }
  return TRUE;
}

const char *
sx_options_get_string (GVariant *options, const char *key)
{
  const char *text = NULL;

  if (options != NULL)
    g_variant_lookup (options, key, "&s", &text);
  return text;
}

gboolean
sx_options_get_bool (GVariant *options, const char *key, gboolean fallback)
{
  gboolean value = fallback;

  if (options != NULL)
    g_variant_lookup (options, key, "b", &value);
  return value;
}

char **
sx_options_get_strings (GVariant *options, const char *key)
{
  char **strings = NULL;

  if (options != NULL)
    g_variant_lookup (options, key, "^as", &strings);
  return strings;
}

SxReader *
sx_reader_open (const char *path, const SxFormat *format, GVariant *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) given = options ? g_variant_ref_sink (options) : NULL;
  g_autoptr (GVariant) inside = NULL;
  g_autofree char *file = NULL;
  const SxFormat  *named;

  g_return_val_if_fail (path != NULL, NULL);
  file = sx_source_split (path, &named, &inside);
  if (format == NULL)
    format = named;
  if (!sx_source_check (file, error))
    return NULL;
  if (format == NULL)
    format = sx_format_sniff (file, error);
  if (format == NULL)
    return NULL;
  if (inside != NULL && given != NULL)
    {
      GVariant *both = merge_options (given, inside);
      g_variant_unref (given);
      given = both;
    }
  else if (inside != NULL)
    given = g_steal_pointer (&inside);
  if (!sx_options_check (format, given, error))
    return NULL;
  return format->open (file, given, cancellable, error);
}

SxFrame *
sx_read_file (const char *path, GVariant *options, GVariant **used_options, GPtrArray **notes, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxReader) reader = sx_reader_open (path, NULL, options, cancellable, error);
  SxFrame *frame = reader ? sx_reader_read_all (reader, cancellable, error) : NULL;

  if (frame == NULL)
    return NULL;
  if (used_options != NULL)
    *used_options = g_variant_ref (sx_reader_get_options (reader));
  if (notes != NULL)
    *notes = g_ptr_array_ref (reader->notes);
  return frame;
}

void
sx_reader_tidy_names (SxReader *self, char **names, guint n_names)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n_names; i++)
    {
      g_strstrip (names[i]);
      if (*names[i] == '\0')
        {
          g_free (names[i]);
          names[i] = g_strdup_printf ("column_%u", i + 1);
          sx_reader_note (self, 0, names[i], _ ("Column %u has no name and is called “%s”."), i + 1, names[i]);
        }
      if (g_hash_table_contains (seen, names[i]))
        {
          char *name = NULL;
          guint n = 2;
          do
            {
              g_free (name);
              name = g_strdup_printf ("%s_%u", names[i], n++);
            }
          while (g_hash_table_contains (seen, name));
          sx_reader_note (self, 0, name, _ ("The column name “%s” stands twice; the later one is called “%s”."), names[i], name);
          g_free (names[i]);
          names[i] = name;
        }
      g_hash_table_add (seen, names[i]);
    }
}

SxSchema *
sx_reader_build_schema (char *const *names, const SxType *types, guint n_fields, GError **error)
{
  g_autofree SxField *fields = g_new0 (SxField, n_fields);

  for (guint i = 0; i < n_fields; i++)
    fields[i] = (SxField){ .name = names[i], .type = types[i] };
  return sx_schema_new (fields, n_fields, error);
}
