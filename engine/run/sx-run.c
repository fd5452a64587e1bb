/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A run folder as those see it who show it. A folder is a run when it has a job.yaml, which is written last. */

#include "config.h"

#include "sx-run-store.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_NAME_LENGTH 40
#define MAX_JOB_SIZE (64 * 1024 * 1024)

struct _SxRun
{
  char       *folder;
  SxJob      *job;
  SxRunStore *store;
};

static const struct
{
  const char *nick, *title;
} states[] = {
  [SX_RUN_QUEUED] = { "queued", N_ ("Waiting") },
  [SX_RUN_RUNNING] = { "running", N_ ("Running") },
  [SX_RUN_DONE] = { "done", N_ ("Done") },
  [SX_RUN_FAILED] = { "failed", N_ ("Failed") },
  [SX_RUN_CANCELLED] = { "cancelled", N_ ("Cancelled") },
  [SX_RUN_INTERRUPTED] = { "interrupted", N_ ("Interrupted") },
};

const char *
sx_run_state_get_nick (SxRunState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (states), NULL);
  return states[state].nick;
}

const char *
sx_run_state_get_title (SxRunState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (states), NULL);
  return _ (states[state].title);
}

char *
sx_run_default_root (void)
{
  return g_build_filename (g_get_user_data_dir (), "sextant", "runs", NULL);
}

/* Letters, digits, “-” and “_” stay; the rest becomes “-”. */
static char *
make_folder_name (const char *name)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%d-%H%M%S");
  GString         *text = g_string_new (NULL);
  guint            length = 0;

  for (const char *c = name ? name : ""; *c && length < MAX_NAME_LENGTH; c = g_utf8_next_char (c), length++)
    {
      gunichar letter = g_utf8_get_char (c);

      g_string_append_unichar (text, g_unichar_isalnum (letter) || letter == '_' ? letter : '-');
    }
  if (text->len == 0)
    g_string_append (text, "run");
  g_string_append_printf (text, "-%s-%04x", date, g_random_int () & 0xffff);
  return g_string_free (text, FALSE);
}

static char *
make_folder (const char *folder, const char *name, GError **error)
{
  g_autofree char *root = folder ? NULL : sx_run_default_root ();
  g_autofree char *leaf = folder ? NULL : make_folder_name (name);
  g_autofree char *path = folder ? g_canonicalize_filename (folder, NULL) : g_build_filename (root, leaf, NULL);
  g_autofree char *job = g_build_filename (path, "job.yaml", NULL);
  g_autofree char *checkpoints = g_build_filename (path, "checkpoints", NULL);
  g_autofree char *database = g_build_filename (path, "run.db", NULL);

  if (g_file_test (job, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s” holds a run already. Resume it, or choose another folder."), path);
      return NULL;
    }
  if (g_mkdir_with_parents (checkpoints, 0777) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (gint)g_file_error_from_errno (errno), _ ("“%s” cannot be created: %s"), path, g_strerror (errno));
      return NULL;
    }
  g_unlink (database); /* of a creation that did not come to its end */
  return g_steal_pointer (&path);
}

SxRun *
sx_run_create (SxJob *job, const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *file = NULL;
  g_autoptr (SxRun) self = NULL;
  gsize size;

  g_return_val_if_fail (job != NULL, NULL);

  path = make_folder (folder, job->name, error);
  if (path == NULL)
    return NULL;
  self = g_new0 (SxRun, 1);
  self->job = sx_job_ref (job);
  self->store = sx_run_store_create (path, error);
  if (self->store == NULL || !sx_run_store_set_state (self->store, SX_RUN_QUEUED, NULL, error))
    return NULL;
  text = sx_job_to_text (job, &size);
  file = g_build_filename (path, "job.yaml", NULL);
  if (!sx_file_replace (file, text, (gssize)size, error))
    return NULL;
  self->folder = g_steal_pointer (&path);
  return g_steal_pointer (&self);
}

static SxJob *
load_job (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "job.yaml", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  GStatBuf info;
  gsize    size;

  if (g_stat (path, &info) != 0)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s” is not the folder of a run: it has no job.yaml"), folder);
      return NULL;
    }
  if (info.st_size > MAX_JOB_SIZE)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, _ ("“%s” is too large to be a job"), path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &size, &problem))
    {
      g_set_error_literal (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_RUN, problem->message);
      return NULL;
    }
  return sx_job_parse (text, (gssize)size, path, error);
}

SxRun *
sx_run_open (const char *folder, GError **error)
{
  g_autoptr (SxRun) self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_new0 (SxRun, 1);
  self->folder = g_canonicalize_filename (folder, NULL);
  self->job = load_job (self->folder, error);
  if (self->job == NULL)
    return NULL;
  self->store = sx_run_store_open (self->folder, FALSE, error);
  if (self->store == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
sx_run_free (SxRun *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->job, sx_job_unref);
  g_clear_pointer (&self->store, sx_run_store_free);
  g_free (self->folder);
  g_free (self);
}

typedef struct
{
  char  *folder;
  gint64 time;
} Found;

static int
compare_found (gconstpointer a, gconstpointer b)
{
  const Found *x = a, *y = b;

  if (x->time != y->time)
    return x->time < y->time ? 1 : -1;
  return -strcmp (x->folder, y->folder);
}

GStrv
sx_run_list (const char *root)
{
  g_autofree char *standard = root ? NULL : sx_run_default_root ();
  const char      *top = root ? root : standard;
  g_autoptr (GDir) dir = g_dir_open (top, 0, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *job = g_build_filename (top, name, "job.yaml", NULL);
      GStatBuf         info;

      if (g_stat (job, &info) == 0)
        {
          Found one = { g_build_filename (top, name, NULL), (gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000 };

          g_array_append_val (found, one);
        }
    }
  g_array_sort (found, compare_found);
  for (guint i = 0; i < found->len; i++)
    {
      g_strv_builder_add (builder, g_array_index (found, Found, i).folder);
      g_free (g_array_index (found, Found, i).folder);
    }
  return g_strv_builder_end (builder);
}

const char *
sx_run_get_folder (SxRun *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->folder;
}

SxJob *
sx_run_get_job (SxRun *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->job;
}

GPid
sx_run_get_worker_pid (SxRun *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return sx_run_lock_get_owner (self->folder);
}

SxRunState
sx_run_get_state (SxRun *self, char **message)
{
  SxRunState state;

  g_return_val_if_fail (self != NULL, SX_RUN_FAILED);

  /* The owner is asked first: it may end between the questions, and has then written its last state. */
  if (sx_run_lock_get_owner (self->folder) != 0)
    return sx_run_store_get_state (self->store, message);
  state = sx_run_store_get_state (self->store, message);
  return state == SX_RUN_RUNNING ? SX_RUN_INTERRUPTED : state;
}

GPtrArray *
sx_run_list_trials (SxRun *self, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  return sx_run_store_list_trials (self->store, error);
}

GArray *
sx_run_list_points (SxRun *self, guint trial, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  return sx_run_store_list_points (self->store, trial, error);
}

guint
sx_run_get_best (SxRun *self)
{
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GPtrArray) trials = NULL;
  guint  best = 0;
  double loss = G_MAXDOUBLE;

  g_return_val_if_fail (self != NULL, 0);

  report = sx_run_store_dup_report (self->store, &best);
  if (report != NULL && best != 0)
    return best;
  best = 0;
  trials = sx_run_store_list_trials (self->store, NULL);
  for (guint i = 0; trials != NULL && i < trials->len; i++)
    {
      const SxRunTrial *trial = trials->pdata[i];

      if (trial->state == SX_TRIAL_DONE && trial->loss < loss)
        {
          best = trial->number;
          loss = trial->loss;
        }
    }
  return best;
}

GVariant *
sx_run_dup_report (SxRun *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return sx_run_store_dup_report (self->store, NULL);
}

char *
sx_run_dup_model_path (SxRun *self)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  path = g_build_filename (self->folder, "model.sxm", NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}
