/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The journal file: an eight-byte magic, then records. A record is
 *
 *   u32 size of the body · u32 CRC-32 (IEEE 802.3) of the body · body        (little-endian)
 *
 * The first body is the document's name, zero-terminated; each further one an edit, a GVariant (sa{sv}) in normal form. The file's name
 * is the hash of the document's. A record that is cut short or whose sum is wrong, and all after it, was being written when the machine
 * or the program stopped: it is cut off when the journal is opened again.
 *
 * Records are handed to a thread that writes all that is there and then syncs, so that the main loop never waits for a disk. */

#include "config.h"

#include "sx-graph-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "SXJRNL1\n"
#define MAGIC_SIZE 8
#define HEADER_SIZE 8
#define SUFFIX ".journal"
/* An edit with more than this is nobody's drag; what claims more is broken. */
#define MAX_RECORD (64u * 1024 * 1024)

typedef enum {
  WORK_APPEND,
  WORK_TRUNCATE,
  WORK_FLUSH,
  WORK_QUIT,
} WorkType;

typedef struct
{
  WorkType type;
  GBytes  *record; /* APPEND */
} Work;

struct _SxJournal
{
  SxGraph     *graph;
  gulong       handler;
  char        *document;
  int          fd;
  gsize        head_size; /* magic and name: what truncating leaves */
  GThread     *thread;
  GAsyncQueue *queue; /* of Work */
  GMutex       mutex;
  GCond        flushed;
  guint        n_flushes_asked, n_flushes_done;
  gboolean     has_failed; /* said once */
};

/* ---- records ---- */

static guint32
crc32 (const guint8 *data, gsize size)
{
  static gsize   once;
  static guint32 table[256];
  guint32        sum = 0xffffffffu;

  if (g_once_init_enter (&once))
    {
      for (guint32 i = 0; i < 256; i++)
        {
          table[i] = i;
          for (guint bit = 0; bit < 8; bit++)
            table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0xedb88320u : 0);
        }
      g_once_init_leave (&once, 1);
    }
  for (gsize i = 0; i < size; i++)
    sum = (sum >> 8) ^ table[(sum ^ data[i]) & 0xff];
  return ~sum;
}

static GBytes *
make_record (const void *body, gsize size)
{
  GByteArray *record = g_byte_array_sized_new ((guint)(size + HEADER_SIZE));
  guint32     header[2] = { GUINT32_TO_LE ((guint32)size), GUINT32_TO_LE (crc32 (body, size)) };

  g_byte_array_append (record, (const guint8 *)header, HEADER_SIZE);
  g_byte_array_append (record, body, (guint)size);
  return g_byte_array_free_to_bytes (record);
}

/* The body of the record at @at; NULL when there is no whole one. Moves @at behind it. */
static const guint8 *
next_record (const guint8 *data, gsize n, gsize *at, gsize *size)
{
  guint32       header[2];
  const guint8 *body;

  if (n - *at < HEADER_SIZE)
    return NULL;
  memcpy (header, data + *at, HEADER_SIZE);
  *size = GUINT32_FROM_LE (header[0]);
  if (*size > MAX_RECORD || n - *at - HEADER_SIZE < *size)
    return NULL;
  body = data + *at + HEADER_SIZE;
  if (crc32 (body, *size) != GUINT32_FROM_LE (header[1]))
    return NULL;
  *at += HEADER_SIZE + *size;
  return body;
}

/* ---- files ---- */

static char *
journal_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "sextant", "journal", NULL);
}

static char *
journal_path (const char *document)
{
  g_autofree char *folder = journal_folder ();
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, document, -1);
  g_autofree char *name = g_strconcat (hash, SUFFIX, NULL);

  return g_build_filename (folder, name, NULL);
}

/* The name at the start of a journal's @data; NULL when it is none. */
static const char *
read_name (const guint8 *data, gsize n, gsize *at)
{
  const guint8 *body;
  gsize         size;

  if (n < MAGIC_SIZE || memcmp (data, MAGIC, MAGIC_SIZE) != 0)
    return NULL;
  *at = MAGIC_SIZE;
  body = next_record (data, n, at, &size);
  return body != NULL && size > 0 && body[size - 1] == '\0' ? (const char *)body : NULL;
}

static gboolean
write_all (int fd, const void *data, gsize size)
{
  const guint8 *at = data;

  while (size > 0)
    {
      gssize n = write (fd, at, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      size -= (gsize)n;
    }
  return TRUE;
}

/* ---- the thread ---- */

static void
free_work (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->record, g_bytes_unref);
  g_free (work);
}

static void
push (SxJournal *self, WorkType type, GBytes *record)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ type, record };
  g_async_queue_push (self->queue, work);
}

static void
fail (SxJournal *self)
{
  if (!self->has_failed)
    g_warning ("The journal of %s cannot be written: %s", self->document, g_strerror (errno));
  self->has_failed = TRUE;
}

static void
do_work (SxJournal *self, const Work *work)
{
  gsize         size;
  gconstpointer data;

  switch (work->type)
    {
    case WORK_APPEND:
      data = g_bytes_get_data (work->record, &size);
      if (!write_all (self->fd, data, size))
        fail (self);
      break;
    case WORK_TRUNCATE:
      if (ftruncate (self->fd, (off_t)self->head_size) != 0 || lseek (self->fd, 0, SEEK_END) < 0)
        fail (self);
      break;
    case WORK_FLUSH:
    case WORK_QUIT:
    default:
      break;
    }
}

static gpointer
journal_thread (gpointer data)
{
  SxJournal *self = data;
  gboolean   is_done = FALSE;

  while (!is_done)
    {
      guint n_flushes = 0;
      Work *work = g_async_queue_pop (self->queue);

      for (; work != NULL; work = g_async_queue_try_pop (self->queue))
        {
          do_work (self, work);
          n_flushes += work->type == WORK_FLUSH;
          is_done |= work->type == WORK_QUIT;
          free_work (work);
        }
      if (fdatasync (self->fd) != 0)
        fail (self);
      g_mutex_lock (&self->mutex);
      self->n_flushes_done += n_flushes;
      g_cond_broadcast (&self->flushed);
      g_mutex_unlock (&self->mutex);
    }
  return NULL;
}

/* ---- recording ---- */

static void
changed_cb (SxJournal *self, SxEdit *edit)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (sx_edit_to_variant (edit));
  g_autoptr (GVariant) normal = g_variant_get_normal_form (variant);

  push (self, WORK_APPEND, make_record (g_variant_get_data (normal), g_variant_get_size (normal)));
}

/* Opens the file, makes its head when it is new, and cuts off a torn tail. */
static int
open_file (const char *path, const char *document, gsize *head_size, GError **error)
{
  g_autofree char   *folder = g_path_get_dirname (path);
  g_autofree guint8 *data = NULL;
  g_autoptr (GBytes) name = make_record (document, strlen (document) + 1);
  gsize n = 0, at = 0, size;
  int   fd;

  *head_size = MAGIC_SIZE + g_bytes_get_size (name);
  g_file_get_contents (path, (char **)&data, &n, NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0 || (fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("The journal %s cannot be opened: %s"), path, g_strerror (errno));
      return -1;
    }
  if (data != NULL && read_name (data, n, &at) != NULL)
    while (next_record (data, n, &at, &size) != NULL)
      ;
  else
    at = 0;
  if (ftruncate (fd, (off_t)at) == 0 && lseek (fd, 0, SEEK_END) >= 0 &&
      (at > 0 || (write_all (fd, MAGIC, MAGIC_SIZE) && write_all (fd, g_bytes_get_data (name, NULL), g_bytes_get_size (name)))))
    return fd;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("The journal %s cannot be written: %s"), path, g_strerror (errno));
  close (fd);
  return -1;
}

SxJournal *
sx_journal_open (const char *document, SxGraph *graph, GError **error)
{
  g_autofree char *path = journal_path (document);
  SxJournal       *self;
  gsize            head_size;
  int              fd = open_file (path, document, &head_size, error);

  if (fd < 0)
    return NULL;
  self = g_new0 (SxJournal, 1);
  self->fd = fd;
  self->head_size = head_size;
  self->document = g_strdup (document);
  self->graph = g_object_ref (graph);
  self->queue = g_async_queue_new_full (free_work);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->flushed);
  self->handler = g_signal_connect_swapped (graph, "changed", G_CALLBACK (changed_cb), self);
  self->thread = g_thread_new ("sx-journal", journal_thread, self);
  return self;
}

void
sx_journal_flush (SxJournal *self)
{
  guint wanted;

  g_mutex_lock (&self->mutex);
  wanted = ++self->n_flushes_asked;
  push (self, WORK_FLUSH, NULL);
  while ((gint32)(wanted - self->n_flushes_done) > 0)
    g_cond_wait (&self->flushed, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

void
sx_journal_truncate (SxJournal *self)
{
  push (self, WORK_TRUNCATE, NULL);
  sx_journal_flush (self);
}

void
sx_journal_close (SxJournal *self)
{
  g_signal_handler_disconnect (self->graph, self->handler);
  push (self, WORK_QUIT, NULL);
  g_thread_join (self->thread);
  close (self->fd);
  g_object_unref (self->graph);
  g_async_queue_unref (self->queue);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->flushed);
  g_free (self->document);
  g_free (self);
}

/* ---- recovering ---- */

static gboolean
apply_record (SxGraph *graph, const guint8 *body, gsize size, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, size); /* a copy, which is aligned */
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(sa{sv})"), bytes, FALSE));
  g_autoptr (SxEdit) edit = NULL;
  g_autoptr (SxEdit) inverse = NULL;

  if (!g_variant_is_normal_form (variant))
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("The journal holds something that is not an edit."));
      return FALSE;
    }
  edit = sx_edit_from_variant (variant, error);
  if (edit != NULL)
    inverse = sx_graph_apply (graph, edit, error);
  return inverse != NULL;
}

guint
sx_journal_recover (const char *document, SxGraph *graph, GError **error)
{
  g_autofree char   *path = journal_path (document);
  g_autofree guint8 *data = NULL;
  const guint8      *body;
  gsize              n, at, size;
  guint              count = 0;

  if (!g_file_get_contents (path, (char **)&data, &n, NULL) || read_name (data, n, &at) == NULL)
    return 0;
  while ((body = next_record (data, n, &at, &size)) != NULL)
    {
      if (!apply_record (graph, body, size, error))
        break;
      count++;
    }
  return count;
}

GStrv
sx_journal_list (void)
{
  g_autofree char *folder = journal_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) documents = g_strv_builder_new ();
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char   *path = g_build_filename (folder, file, NULL);
      g_autofree guint8 *data = NULL;
      const char        *name;
      gsize              n, at, size;

      if (!g_str_has_suffix (file, SUFFIX) || !g_file_get_contents (path, (char **)&data, &n, NULL))
        continue;
      name = read_name (data, n, &at);
      if (name != NULL && next_record (data, n, &at, &size) != NULL)
        g_strv_builder_add (documents, name);
    }
  return g_strv_builder_end (documents);
}

void
sx_journal_discard (const char *document)
{
  g_autofree char *path = journal_path (document);

  g_unlink (path);
}
