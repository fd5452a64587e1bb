/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A checkpoint: a header of eight 64-bit words, four arrays of floats, and a hash of it all. It is read by the machine that wrote it
 * or not at all; whatever does not fit is as good as none, since a training can always begin again. */

#include "config.h"

#include "sx-network-checkpoint.h"

#include <string.h>

#define MAGIC 0x31746b63746e7873u /* “sxntckt1” */
#define N_HEADER 8
#define N_ARRAYS 4

static guint64
hash_bytes (guint64 hash, const void *bytes, gsize size)
{
  const guint8 *at = bytes;
  guint64       word;

  hash = sx_nn_hash (hash, size, 0);
  for (; size >= sizeof word; size -= sizeof word, at += sizeof word)
    {
      memcpy (&word, at, sizeof word);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 29;
    }
  word = 0;
  memcpy (&word, at, size);
  return sx_nn_hash (hash, word, 1);
}

static guint64
hash_dataset (guint64 hash, const SxDataset *dataset)
{
  if (dataset == NULL)
    return sx_nn_hash (hash, 0, 2);
  hash = sx_nn_hash (hash, dataset->n_rows, dataset->n_features);
  hash = sx_nn_hash (hash, dataset->task, dataset->n_classes);
  for (gsize i = 0; i < dataset->n_features; i++)
    hash = sx_nn_hash (hash, dataset->features[i].n_categories, i);
  hash = hash_bytes (hash, dataset->x, dataset->n_rows * dataset->n_features * sizeof (float));
  return hash_bytes (hash, dataset->y, dataset->n_rows * sizeof (float));
}

guint64
sx_network_identity (const SxDataset *training, const SxDataset *validation, const SxTrainContext *context)
{
  g_autofree char *topology = sx_topology_dup_text (context->topology);
  g_autofree char *config = g_variant_print (context->config, TRUE);
  guint64          hash = sx_nn_hash (MAGIC, context->seed, context->max_iterations);

  hash = hash_bytes (hash, topology, strlen (topology));
  hash = hash_bytes (hash, config, strlen (config));
  return hash_dataset (hash_dataset (hash, training), validation);
}

static void
put_header (const SxNetworkState *state, guint64 *header)
{
  header[0] = MAGIC;
  header[1] = state->identity;
  header[2] = state->epoch;
  header[3] = state->step;
  header[4] = state->best_epoch;
  memcpy (&header[5], &state->best_loss, sizeof (double));
  memcpy (&header[6], &state->seconds, sizeof (double));
  header[7] = state->n;
}

gboolean
sx_network_state_load (SxNetworkState *state, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize            size, body = N_HEADER * sizeof (guint64) + N_ARRAYS * state->n * sizeof (float);
  guint64          header[N_HEADER], hash;

  if (!g_file_get_contents (path, &bytes, &size, NULL))
    return FALSE;
  if (size != body + sizeof hash)
    return FALSE;
  memcpy (header, bytes, sizeof header);
  memcpy (&hash, bytes + body, sizeof hash);
  if (header[0] != MAGIC || header[1] != state->identity || header[7] != state->n || hash != hash_bytes (MAGIC, bytes, body))
    return FALSE;
  state->epoch = header[2];
  state->step = header[3];
  state->best_epoch = header[4];
  memcpy (&state->best_loss, &header[5], sizeof (double));
  memcpy (&state->seconds, &header[6], sizeof (double));
  for (guint i = 0; i < N_ARRAYS; i++)
    memcpy (state->arrays[i], bytes + sizeof header + i * state->n * sizeof (float), state->n * sizeof (float));
  return TRUE;
}

gboolean
sx_network_state_save (const SxNetworkState *state, const char *path, GError **error)
{
  gsize            body = N_HEADER * sizeof (guint64) + N_ARRAYS * state->n * sizeof (float);
  g_autofree char *bytes = g_malloc (body + sizeof (guint64));
  guint64          header[N_HEADER], hash;

  put_header (state, header);
  memcpy (bytes, header, sizeof header);
  for (guint i = 0; i < N_ARRAYS; i++)
    memcpy (bytes + sizeof header + i * state->n * sizeof (float), state->arrays[i], state->n * sizeof (float));
  hash = hash_bytes (MAGIC, bytes, body);
  memcpy (bytes + body, &hash, sizeof hash);
  return sx_file_replace (path, bytes, (gssize)(body + sizeof hash), error);
}
