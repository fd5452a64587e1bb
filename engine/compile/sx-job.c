/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-job-private.h"

#include <glib/gi18n-lib.h>

#define HASH_CHUNK_SIZE (256 * 1024)

/* ---- blocks ---- */

SxJobBlock *
sx_job_block_new (const char *id, const SxBlockKind *kind, GVariant *params, const char *const *inputs, GError **error)
{
  g_autoptr (GVariant) values = params ? g_variant_ref_sink (params) : g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (SxParams) checked = sx_params_new (kind, values, error);
  GVariantBuilder builder;
  SxJobBlock     *self;

  if (checked == NULL || !sx_params_check_complete (checked, error))
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (const SxParamSpec *spec = kind->params; spec->id; spec++)
    if (sx_params_is_set (checked, spec->id))
      g_variant_builder_add (&builder, "{sv}", spec->id, sx_params_get (checked, spec->id));
  self = g_new0 (SxJobBlock, 1);
  self->id = g_strdup (id);
  self->kind = kind;
  self->params = g_variant_ref_sink (g_variant_builder_end (&builder));
  self->inputs = inputs ? g_strdupv ((GStrv)inputs) : g_new0 (char *, 1);
  return self;
}

SxJobBlock *
sx_job_block_copy (const SxJobBlock *self)
{
  SxJobBlock *copy = g_new0 (SxJobBlock, 1);

  copy->id = g_strdup (self->id);
  copy->kind = self->kind;
  copy->params = g_variant_ref (self->params);
  copy->inputs = g_strdupv (self->inputs);
  return copy;
}

void
sx_job_block_free (SxJobBlock *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_clear_pointer (&self->params, g_variant_unref);
  g_strfreev (self->inputs);
  g_free (self);
}

SxParams *
sx_job_block_dup_params (const SxJobBlock *self)
{
  g_autoptr (GError) error = NULL;
  SxParams *params = sx_params_new (self->kind, self->params, &error);

  g_assert_no_error (error);
  return params;
}

gboolean
sx_job_kind_is_table (const SxBlockKind *kind)
{
  return (kind->category == SX_BLOCK_SOURCE || kind->category == SX_BLOCK_TABLE) && kind->run != NULL && (kind->flags & SX_BLOCK_LEARNS) == 0;
}

gboolean
sx_job_kind_is_chain (const SxBlockKind *kind)
{
  if ((kind->flags & SX_BLOCK_LEARNS) != 0)
    return kind->fit != NULL;
  if (kind->category == SX_BLOCK_SOURCE || kind->category >= SX_BLOCK_SPLIT || (kind->flags & SX_BLOCK_MIXES_ROWS) != 0)
    return FALSE;
  return (kind->flags & SX_BLOCK_ROW_WISE) != 0 ? kind->steps != NULL : (kind->flags & SX_BLOCK_DROPS_ROWS) != 0 && kind->run != NULL;
}

/* ---- jobs ---- */

SxJob *
sx_job_new (void)
{
  SxJob *self = g_new0 (SxJob, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->table = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_job_block_free);
  self->chain = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_job_block_free);
  self->exports = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_job_block_free);
  self->sources = g_ptr_array_new_with_free_func (g_free);
  self->split.n_folds = 1;
  self->task = -1;
  return self;
}

SxJob *
sx_job_ref (SxJob *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
sx_job_unref (SxJob *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_free (self->folder);
  g_ptr_array_unref (self->table);
  g_ptr_array_unref (self->chain);
  g_ptr_array_unref (self->exports);
  g_ptr_array_unref (self->sources);
  g_free (self->split.column);
  g_free (self->model_block);
  g_free (self->target);
  g_strfreev (self->features);
  g_free (self->metric);
  g_clear_pointer (&self->topology, sx_topology_unref);
  g_clear_pointer (&self->overrides, g_variant_unref);
  g_free (self);
}

/* ---- files ---- */

char *
sx_job_resolve_path (const char *folder, const char *file)
{
  return g_canonicalize_filename (file, folder);
}

char *
sx_job_hash_file (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *buffer = g_malloc (HASH_CHUNK_SIZE);
  gssize             n;

  if (stream == NULL)
    return NULL;
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, HASH_CHUNK_SIZE, cancellable, error)) > 0)
    g_checksum_update (checksum, buffer, n);
  return n == 0 ? g_strdup (g_checksum_get_string (checksum)) : NULL;
}
