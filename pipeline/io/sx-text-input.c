/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Bytes of unknown make into UTF-8.
 *
 * Raw bytes come from a descriptor or through gunzip; they wait in `raw`. What is UTF-8 already is only checked
 * and copied; everything else goes through iconv. A guess of UTF-8 rests on the first block: when a later one is not, and all
 * before it was plain ASCII, the guess becomes Windows-1252 without a restart, since ASCII reads the same in both. Otherwise a
 * byte that is no character becomes U+FFFD and is counted, so that one broken name does not cost a table. */

#include "config.h"

#include "sx-text-input-private.h"

#include "sx-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_SIZE SX_TEXT_INPUT_BLOCK

struct _SxTextInput
{
  char       *path; /* for messages */
  int         fd;
  guint64     size;    /* bytes on disk when opened */
  guint64     n_read;  /* bytes taken from there */
  guint64     n_shown; /* a copy of n_read that other threads may load */
  GConverter *unzip;   /* (nullable) */
  guint8     *packed;  /* RAW_SIZE, when unzipping */
  gsize       n_packed;
  gboolean    is_unzipped; /* the whole stream came out */

  guint8  *raw; /* RAW_SIZE */
  gsize    n_raw;
  gboolean at_end;

  char    *encoding;
  gboolean is_given; /* the caller named the encoding */
  gboolean is_utf8;
  gboolean was_ascii; /* all so far */
  gsize    mark;      /* bytes of the byte-order mark to skip */
  GIConv   iconv;
  guint64  n_out; /* bytes handed out, for messages */
  guint64  n_invalid;
};

static gboolean
set_read_error (SxTextInput *self, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), _ ("Cannot read “%s”: %s."), self->path, g_strerror (code));
  return FALSE;
}

/* Bytes from the file; 0 at the end, -1 with @error. */
static gssize
take_bytes (SxTextInput *self, guint8 *out, gsize size, GError **error)
{
  gssize n;

  do
    n = read (self->fd, out, size);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      set_read_error (self, errno, error);
      return -1;
    }
  if (n == 0 && size > 0 && self->n_read < self->size)
    {
      g_autofree char *now = g_format_size_full (self->n_read, G_FORMAT_SIZE_LONG_FORMAT);
      g_autofree char *before = g_format_size_full (self->size, G_FORMAT_SIZE_LONG_FORMAT);
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
                   _ ("“%s” became shorter while it was read: it ends after %s, and had %s. Wait until it is written whole, then read it again."),
                   self->path, now, before);
      return -1;
    }
  self->n_read += (guint64)n;
  return n;
}

/* The next gunzipped bytes into @out. */
static gssize
take_unzipped (SxTextInput *self, guint8 *out, gsize size, GError **error)
{
  while (!self->is_unzipped)
    {
      gsize n_in = 0, n_out = 0;
      g_autoptr (GError) problem = NULL;
      gssize n = take_bytes (self, self->packed + self->n_packed, RAW_SIZE - self->n_packed, error);

      if (n < 0)
        return -1;
      self->n_packed += (gsize)n;
      GConverterResult result = g_converter_convert (self->unzip, self->packed, self->n_packed, out, size,
                                                     self->n_packed == 0 ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS,
                                                     &n_in, &n_out, &problem);
      if (result == G_CONVERTER_ERROR)
        {
          if (self->n_packed == 0 || !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
            {
              g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SOURCE,
                           _ ("“%s” is a damaged or cut gzip file: %s"), self->path, problem->message);
              return -1;
            }
          continue;
        }
      memmove (self->packed, self->packed + n_in, self->n_packed - n_in);
      self->n_packed -= n_in;
      if (result == G_CONVERTER_FINISHED)
        {
          /* A further member may follow: gzip files may be joined end to end. */
          n = self->n_packed < 2 ? take_bytes (self, self->packed + self->n_packed, RAW_SIZE - self->n_packed, error) : 0;
          if (n < 0)
            return -1;
          self->n_packed += (gsize)n;
          if (self->n_packed >= 2 && self->packed[0] == 0x1f && self->packed[1] == 0x8b)
            g_converter_reset (self->unzip);
          else
            self->is_unzipped = TRUE;
        }
      if (n_out > 0)
        return (gssize)n_out;
    }
  return 0;
}

static gboolean
fill_raw (SxTextInput *self, GError **error)
{
  while (!self->at_end && self->n_raw < RAW_SIZE)
    {
      gssize n = self->unzip ? take_unzipped (self, self->raw + self->n_raw, RAW_SIZE - self->n_raw, error)
                             : take_bytes (self, self->raw + self->n_raw, RAW_SIZE - self->n_raw, error);
      if (n < 0)
        return FALSE;
      if (n == 0)
        self->at_end = TRUE;
      self->n_raw += (gsize)n;
    }
  __atomic_store_n (&self->n_shown, self->n_read, __ATOMIC_RELAXED);
  return TRUE;
}

/* How many bytes at the start are whole, valid UTF-8; @is_ascii is cleared when a byte above 127 is met. */
static gsize
count_valid (const guint8 *text, gsize size, gboolean *is_ascii)
{
  gsize       i = 0;
  const char *end;

  for (; i + 8 <= size; i += 8)
    {
      guint64 word;
      memcpy (&word, text + i, 8);
      if (word & G_GUINT64_CONSTANT (0x8080808080808080))
        break;
    }
  while (i < size && text[i] < 0x80)
    i++;
  if (i == size)
    return size;
  *is_ascii = FALSE;
  /* g_utf8_validate() refuses zero bytes, which are for the parser to judge. */
  while (i < size)
    {
      if (text[i] == 0)
        {
          i++;
          continue;
        }
      g_utf8_validate ((const char *)text + i, (gssize)(size - i), &end);
      if ((const guint8 *)end == text + i)
        break;
      i = (gsize)((const guint8 *)end - text);
    }
  return i;
}

/* A sequence at the end of a block that the next block may complete. */
static gboolean
is_cut_character (const guint8 *text, gsize size)
{
  return size < 4 && g_utf8_get_char_validated ((const char *)text, (gssize)size) == (gunichar)-2;
}

static const char *
guess_encoding (const guint8 *head, gsize size, gboolean is_whole, gsize *mark)
{
  gsize    n_zero[2] = { 0, 0 };
  gboolean is_ascii = TRUE, is_windows = FALSE;
  gsize    n_valid;

  *mark = 0;
  if (size >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0)
    return *mark = 3, "UTF-8";
  if (size >= 4 && memcmp (head, "\xff\xfe\0\0", 4) == 0)
    return *mark = 4, "UTF-32LE";
  if (size >= 2 && memcmp (head, "\xff\xfe", 2) == 0)
    return *mark = 2, "UTF-16LE";
  if (size >= 2 && memcmp (head, "\xfe\xff", 2) == 0)
    return *mark = 2, "UTF-16BE";
  for (gsize i = 0; i < size; i++)
    n_zero[i & 1] += head[i] == 0;
  /* Latin text in UTF-16 has a zero in nearly every second byte, always on the same side. */
  if (size >= 4 && n_zero[1] > size / 5 && n_zero[0] <= n_zero[1] / 20)
    return "UTF-16LE";
  if (size >= 4 && n_zero[0] > size / 5 && n_zero[1] <= n_zero[0] / 20)
    return "UTF-16BE";
  n_valid = count_valid (head, size, &is_ascii);
  if (n_valid == size || (!is_whole && is_cut_character (head + n_valid, size - n_valid)))
    return "UTF-8";
  for (gsize i = 0; i < size; i++)
    {
      is_windows |= head[i] >= 0x80 && head[i] < 0xa0;
      if (head[i] == 0x81 || head[i] == 0x8d || head[i] == 0x8f || head[i] == 0x90 || head[i] == 0x9d)
        return "ISO-8859-1";
    }
  return is_windows ? "WINDOWS-1252" : "ISO-8859-1";
}

static gboolean
set_encoding (SxTextInput *self, const char *encoding, GError **error)
{
  if (self->iconv != (GIConv)-1)
    g_iconv_close (self->iconv);
  self->iconv = (GIConv)-1;
  g_free (self->encoding);
  self->encoding = g_ascii_strup (encoding, -1);
  self->is_utf8 = g_str_equal (self->encoding, "UTF-8") || g_str_equal (self->encoding, "UTF8") || g_str_equal (self->encoding, "ASCII");
  if (self->is_utf8)
    return TRUE;
  self->iconv = g_iconv_open ("UTF-8", self->encoding);
  if (self->iconv == (GIConv)-1)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARAM,
                   _ ("“%s” is no encoding this system knows. Try UTF-8, UTF-16LE, WINDOWS-1252 or ISO-8859-1."), encoding);
      return FALSE;
    }
  return TRUE;
}

static gboolean
begin (SxTextInput *self, GError **error)
{
  const char *guess;
  gsize       mark;

  if (!fill_raw (self, error))
    return FALSE;
  /* gunzip shows itself by two bytes and the only method there is. */
  if (self->unzip == NULL && self->n_raw >= 3 && memcmp (self->raw, "\x1f\x8b\x08", 3) == 0)
    {
      self->unzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
      self->packed = self->raw;
      self->n_packed = self->n_raw;
      self->raw = g_malloc (RAW_SIZE);
      self->n_raw = 0;
      self->at_end = FALSE;
      if (!fill_raw (self, error))
        return FALSE;
    }
  guess = guess_encoding (self->raw, self->n_raw, self->at_end, &mark);
  if (self->encoding == NULL && !set_encoding (self, guess, error))
    return FALSE;
  /* A mark is dropped when it is the mark of the encoding in use; “UTF-16” without an end drops it by itself. */
  self->mark = g_ascii_strcasecmp (self->encoding, guess) == 0 ? mark : 0;
  self->n_raw -= self->mark;
  memmove (self->raw, self->raw + self->mark, self->n_raw);
  self->was_ascii = TRUE;
  return TRUE;
}

static SxTextInput *
input_new (const char *path, int fd, guint64 size, const char *encoding, GError **error)
{
  g_autoptr (SxTextInput) self = g_new0 (SxTextInput, 1);

  self->path = g_strdup (path);
  self->fd = fd;
  self->size = size;
  self->raw = g_malloc (RAW_SIZE);
  self->iconv = (GIConv)-1;
  self->is_given = encoding != NULL && *encoding != '\0';
  if (self->is_given && !set_encoding (self, encoding, error))
    return NULL;
  if (!begin (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

SxTextInput *
sx_text_input_new (const char *path, const char *encoding, GError **error)
{
  struct stat status;
  int         fd;

  g_return_val_if_fail (path != NULL, NULL);
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0 || fstat (fd, &status) < 0)
    {
      int code = errno;
      if (fd >= 0)
        close (fd);
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), _ ("Cannot open “%s”: %s."), path, g_strerror (code));
      return NULL;
    }
  return input_new (path, fd, S_ISREG (status.st_mode) ? (guint64)status.st_size : 0, encoding, error);
}

void
sx_text_input_free (SxTextInput *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->iconv != (GIConv)-1)
    g_iconv_close (self->iconv);
  g_clear_object (&self->unzip);
  g_free (self->packed);
  g_free (self->raw);
  g_free (self->encoding);
  g_free (self->path);
  g_free (self);
}

gboolean
sx_text_input_rewind (SxTextInput *self, GError **error)
{
  if (lseek (self->fd, 0, SEEK_SET) < 0)
    return set_read_error (self, errno, error);
  self->n_read = 0;
  self->n_packed = 0;
  self->n_raw = 0;
  self->is_unzipped = FALSE;
  self->at_end = FALSE;
  self->n_out = 0;
  self->n_invalid = 0;
  if (self->unzip)
    g_converter_reset (self->unzip);
  if (self->iconv != (GIConv)-1)
    g_iconv (self->iconv, NULL, NULL, NULL, NULL);
  return begin (self, error);
}

static void
drop_raw (SxTextInput *self, gsize n)
{
  self->n_raw -= n;
  memmove (self->raw, self->raw + n, self->n_raw);
}

static gboolean
set_invalid_error (SxTextInput *self, GError **error)
{
  g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE,
               _ ("“%s” is not %s: after %" G_GUINT64_FORMAT " bytes of text comes a byte that is no character. Set “encoding”, for instance to WINDOWS-1252."),
               self->path, self->encoding, self->n_out);
  return FALSE;
}

/* Copies what is valid; a bad byte becomes U+FFFD unless the caller insisted on UTF-8. */
static gssize
read_utf8 (SxTextInput *self, char *out, GError **error)
{
  gsize n = MIN (self->n_raw, SX_TEXT_INPUT_BLOCK);
  gsize n_valid = count_valid (self->raw, n, &self->was_ascii);

  if (n_valid == 0 && n > 0)
    {
      if (self->is_given)
        {
          set_invalid_error (self, error);
          return -1;
        }
      memcpy (out, "\xef\xbf\xbd", 3);
      self->n_invalid++;
      drop_raw (self, 1);
      return 3;
    }
  memcpy (out, self->raw, n_valid);
  drop_raw (self, n_valid);
  return (gssize)n_valid;
}

static gssize
read_converted (SxTextInput *self, char *out, GError **error)
{
  char *in = (char *)self->raw, *to = out;
  gsize n_in = self->n_raw, n_room = SX_TEXT_INPUT_BLOCK;

  while (n_in > 0)
    {
      gsize result = g_iconv (self->iconv, &in, &n_in, &to, &n_room);
      if (result != (gsize)-1 || errno == E2BIG || (errno == EINVAL && !self->at_end))
        break;
      /* EILSEQ, or a character cut by the end of the file. */
      if (n_room < 3)
        break;
      memcpy (to, "\xef\xbf\xbd", 3);
      to += 3;
      n_room -= 3;
      gsize skip = MIN (n_in, g_str_has_prefix (self->encoding, "UTF-16") ? 2 : 1);
      in += skip;
      n_in -= skip;
      self->n_invalid++;
    }
  drop_raw (self, self->n_raw - n_in);
  return to - out;
}

gssize
sx_text_input_read (SxTextInput *self, char out[SX_TEXT_INPUT_BLOCK], GCancellable *cancellable, GError **error)
{
  gssize n;

  g_return_val_if_fail (self != NULL && out != NULL, -1);
  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !fill_raw (self, error))
        return -1;
      if (self->is_utf8 && !self->is_given && self->was_ascii && self->n_raw > 0)
        {
          gboolean is_ascii = TRUE;
          gsize    n_valid = count_valid (self->raw, self->n_raw, &is_ascii);
          gboolean is_cut = !self->at_end && is_cut_character (self->raw + n_valid, self->n_raw - n_valid);
          if (!is_ascii && n_valid < self->n_raw && !is_cut && self->mark == 0 && !set_encoding (self, "WINDOWS-1252", error))
            return -1;
        }
      n = self->is_utf8 ? read_utf8 (self, out, error) : read_converted (self, out, error);
    }
  while (n == 0 && (self->n_raw > 0 || !self->at_end));
  if (n > 0)
    self->n_out += (guint64)n;
  return n;
}

const char *
sx_text_input_get_encoding (const SxTextInput *self)
{
  return self->encoding;
}

double
sx_text_input_get_progress (const SxTextInput *self)
{
  guint64 n = __atomic_load_n (&self->n_shown, __ATOMIC_RELAXED);

  return self->size == 0 ? 1.0 : MIN (1.0, (double)n / (double)self->size);
}

guint64
sx_text_input_get_n_invalid (const SxTextInput *self)
{
  return self->n_invalid;
}
