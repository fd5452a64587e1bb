/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-fields-private.h"

#include "io/sx-reader.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

struct _SxFields
{
  GArray *fields; /* of SxField, owned */
};

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Sorts @texts (a pointer array of char *) and takes out repeats; gives it as a list. */
static GStrv
sort_unique (GPtrArray *texts)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_ptr_array_sort (texts, compare_texts);
  for (guint i = 0; i < texts->len; i++)
    if (i == 0 || !g_str_equal (texts->pdata[i], texts->pdata[i - 1]))
      g_strv_builder_add (builder, texts->pdata[i]);
  return g_strv_builder_end (builder);
}

static GStrv
normalise_origins (const char *name, const char *const *origins)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  g_auto (GStrv) sorted = NULL;

  if (origins == NULL)
    return NULL;
  for (guint i = 0; origins[i]; i++)
    g_ptr_array_add (texts, (gpointer)origins[i]);
  sorted = sort_unique (texts);
  if (sorted[0] != NULL && sorted[1] == NULL && g_str_equal (sorted[0], name))
    return NULL;
  return g_steal_pointer (&sorted);
}

static void
clear_field (gpointer data)
{
  SxField *field = data;

  g_clear_pointer (&field->name, g_free);
  g_clear_pointer (&field->origins, g_strfreev);
}

SxFields *
sx_fields_new (SxSchema *schema)
{
  SxFields *self = g_new0 (SxFields, 1);

  self->fields = g_array_new (FALSE, TRUE, sizeof (SxField));
  g_array_set_clear_func (self->fields, clear_field);
  for (guint i = 0; schema && i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);

      sx_fields_add (self, field->name, field->type, (const char *const *)field->origins);
    }
  return self;
}

void
sx_fields_free (SxFields *self)
{
  g_array_unref (self->fields);
  g_free (self);
}

int
sx_fields_find (const SxFields *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_str_equal (g_array_index (self->fields, SxField, i).name, name))
      return (int)i;
  return -1;
}

void
sx_fields_add (SxFields *self, const char *name, SxType type, const char *const *origins)
{
  SxField field = { g_strdup (name), type, normalise_origins (name, origins) };

  g_array_append_val (self->fields, field);
}

void
sx_fields_put (SxFields *self, const char *name, SxType type, const char *const *origins)
{
  int      index = sx_fields_find (self, name);
  SxField *field;
  GStrv    copy;

  if (index < 0)
    {
      sx_fields_add (self, name, type, origins);
      return;
    }
  field = &g_array_index (self->fields, SxField, index);
  copy = normalise_origins (name, origins); /* before freeing: @origins may be the field's own */
  g_strfreev (field->origins);
  field->origins = copy;
  field->type = type;
}

SxType
sx_fields_get_type (const SxFields *self, guint field)
{
  return g_array_index (self->fields, SxField, field).type;
}

void
sx_fields_widen (SxFields *self, guint field, SxType type, const char *const *origins)
{
  SxField *known = &g_array_index (self->fields, SxField, field);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GStrv joined;

  /* A column as read is its own origin. */
  for (guint i = 0; known->origins != NULL && known->origins[i] != NULL; i++)
    g_ptr_array_add (all, known->origins[i]);
  for (guint i = 0; origins != NULL && origins[i] != NULL; i++)
    g_ptr_array_add (all, (gpointer)origins[i]);
  if (known->origins == NULL || origins == NULL)
    g_ptr_array_add (all, known->name);
  g_ptr_array_add (all, NULL);
  joined = normalise_origins (known->name, (const char *const *)all->pdata);
  g_strfreev (known->origins);
  known->origins = joined;
  known->type = type;
}

SxSchema *
sx_fields_end (const SxFields *self, GError **error)
{
  return sx_schema_new ((const SxField *)(gpointer)self->fields->data, self->fields->len, error);
}

GStrv
sx_schema_dup_origins (SxSchema *schema, const char *const *names)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (guint i = 0; names[i]; i++)
    {
      int            index = sx_schema_find (schema, names[i]);
      const SxField *field = index >= 0 ? sx_schema_get_field (schema, (guint)index) : NULL;

      if (field == NULL)
        continue;
      if (field->origins == NULL)
        g_ptr_array_add (texts, field->name);
      for (guint j = 0; field->origins && field->origins[j]; j++)
        g_ptr_array_add (texts, field->origins[j]);
    }
  return sort_unique (texts);
}

int
sx_schema_find_for (SxSchema *schema, const char *param, const char *name, GError **error)
{
  int         index = sx_schema_find (schema, name);
  const char *suggestion;

  if (index >= 0)
    return index;
  suggestion = sx_schema_suggest (schema, name);
  if (suggestion != NULL)
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“%s”: there is no column “%s”. Did you mean “%s”?"), param, name, suggestion);
  else
    g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("“%s”: there is no column “%s”"), param, name);
  return -1;
}

guint *
sx_schema_find_all (SxSchema *schema, const char *const *names)
{
  guint *columns = g_new (guint, g_strv_length ((char **)names) + 1);

  for (guint i = 0; names[i] != NULL; i++)
    columns[i] = (guint)sx_schema_find (schema, names[i]);
  return columns;
}

/* Is a column of @type what @spec asks for? */
static gboolean
check_type (const SxParamSpec *spec, const char *name, SxType type, GError **error)
{
  if (spec->column_types == 0 || (spec->column_types & (1u << type)) != 0)
    return TRUE;
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_TYPE, _ ("“%s”: column “%s” is of type %s, which does not fit here"), spec->id, name, sx_type_get_nick (type));
  return FALSE;
}

int
sx_params_find_column (const SxParams *params, const char *param, SxSchema *schema, GError **error)
{
  const char *name = sx_params_get_string (params, param);
  int         index = sx_schema_find_for (schema, param, name, error);

  if (index < 0 || !check_type (sx_block_kind_find_param (sx_params_get_kind (params), param), name, sx_schema_get_field (schema, (guint)index)->type, error))
    return -1;
  return index;
}

GStrv
sx_params_dup_columns (const SxParams *params, const char *param, SxSchema *schema, const char *except, GError **error)
{
  const SxParamSpec *spec = sx_block_kind_find_param (sx_params_get_kind (params), param);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint                   mask = spec->column_types ? spec->column_types : G_MAXUINT;
  gsize                   n_names;
  g_autofree const char **names = sx_params_get_strings (params, param, &n_names);

  for (gsize i = 0; i < n_names; i++)
    {
      int index = sx_schema_find_for (schema, param, names[i], error);

      if (index < 0 || !check_type (spec, names[i], sx_schema_get_field (schema, (guint)index)->type, error))
        return NULL;
      if (g_strcmp0 (names[i], except) != 0)
        g_strv_builder_add (builder, names[i]);
    }
  for (guint i = 0; n_names == 0 && i < sx_schema_get_n_fields (schema); i++)
    {
      const SxField *field = sx_schema_get_field (schema, i);

      if ((mask & (1u << field->type)) != 0 && g_strcmp0 (field->name, except) != 0)
        g_strv_builder_add (builder, field->name);
    }
  return g_strv_builder_end (builder);
}

GStrv
sx_params_dup_named (const SxParams *params, const char *param, SxSchema *schema, GError **error)
{
  gsize                   n;
  g_autofree const char **names = sx_params_get_strings (params, param, &n);

  return n > 0 ? sx_params_dup_columns (params, param, schema, NULL, error) : g_new0 (char *, 1);
}

SxSchema *
sx_verb_describe_same (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_schema_ref (inputs[0]);
}

SxFrame *
sx_verb_run_same (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error)
{
  return sx_frame_ref (inputs[0]);
}

void
sx_block_context_note (const SxBlockContext *context, const char *column, const char *format, ...)
{
  SxReadNote *note;
  va_list     args;

  if (context == NULL || context->notes == NULL)
    return;
  note = g_new0 (SxReadNote, 1);
  note->column = g_strdup (column);
  va_start (args, format);
  note->message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (context->notes, note);
}
