/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Runs a fuzz target without libFuzzer: every file of the corpus as it is, then random changes of them for some seconds.
 *
 *   fuzz-csv [--seconds N] [--seed N] [FILE or FOLDER]…
 *
 * The input at hand is written to fuzz-crash-input when the target crashes, and reported when it takes longer than five seconds. */

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_INPUT_SIZE 65536
#define TOO_LONG (5 * G_USEC_PER_SEC)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static guint8 input[MAX_INPUT_SIZE];
static gsize  input_size;

/* Bytes that mean something in one format or another. */
static const char *const tokens[] = {
  ",", ";", "\t", "|", "\"", "\"\"", "'", "\n", "\r\n", "\r", "\xef\xbb\xbf", "\xff\xfe", "\xc3", "NA", "?", "nan", "inf", "1e999", "-0", "0x1p3",
  "9223372036854775808", "2024-02-29T23:59:60Z", "true", "{", "}", "[", "]", ":", "null", "\\u0000", "\\ud800", "- ", "  ", "&a ", "*a", "!!", "#", "---\n", "|\n"
};

static void
crash_cb (int number)
{
  int fd = open ("fuzz-crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0644);

  if (fd >= 0 && write (fd, input, input_size) == (gssize)input_size)
    close (fd);
  signal (number, SIG_DFL);
  raise (number);
}

static gint64
run (void)
{
  gint64 before = g_get_monotonic_time ();
  /* A copy of exact size, so that a sanitizer sees a read past its end. */
  g_autofree guint8 *copy = g_memdup2 (input, input_size);

  LLVMFuzzerTestOneInput (copy, input_size);
  gint64 taken = g_get_monotonic_time () - before;
  if (taken > TOO_LONG)
    {
      g_printerr ("An input of %" G_GSIZE_FORMAT " bytes took %.1f s.\n", input_size, (double)taken / G_USEC_PER_SEC);
      abort ();
    }
  return taken;
}

static void
insert (gsize place, const void *bytes, gsize size)
{
  if (size > MAX_INPUT_SIZE - input_size)
    return;
  memmove (input + place + size, input + place, input_size - place);
  memcpy (input + place, bytes, size);
  input_size += size;
}

static void
cut (gsize place, gsize size)
{
  size = MIN (size, input_size - place);
  memmove (input + place, input + place + size, input_size - place - size);
  input_size -= size;
}

static void
change_once (GRand *random, GPtrArray *corpus)
{
  gsize       place = input_size > 0 ? (gsize)g_rand_int_range (random, 0, (gint32)input_size) : 0;
  gsize       length = (gsize)g_rand_int_range (random, 1, 1 + (gint32)MIN (64, MAX (1, input_size)));
  const char *token = tokens[g_rand_int_range (random, 0, G_N_ELEMENTS (tokens))];
  GBytes     *other = g_ptr_array_index (corpus, g_rand_int_range (random, 0, (gint32)corpus->len));
  guint8      part[64];
  gsize       size;

  switch (g_rand_int_range (random, 0, 7))
    {
    case 0:
      if (input_size > 0)
        input[place] ^= (guint8)(1 << g_rand_int_range (random, 0, 8));
      break;
    case 1:
      if (input_size > 0)
        input[place] = (guint8)g_rand_int_range (random, 0, 256);
      break;
    case 2:
      insert (place, token, strlen (token));
      break;
    case 3:
      cut (place, length);
      break;
    case 4: /* a piece again */
      size = MIN (length, input_size - place);
      memcpy (part, input + place, size);
      insert ((gsize)g_rand_int_range (random, 0, (gint32)input_size + 1), part, size);
      break;
    case 5: /* a piece of another */
      size = g_bytes_get_size (other);
      if (size > 0)
        {
          gsize from = (gsize)g_rand_int_range (random, 0, (gint32)MIN (size, MAX_INPUT_SIZE));
          insert (place, (const guint8 *)g_bytes_get_data (other, NULL) + from, MIN (length, size - from));
        }
      break;
    default:
      input_size = place;
      break;
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
load (GPtrArray *corpus, const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      const char *name;

      while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
        g_ptr_array_add (names, g_build_filename (path, name, NULL));
      g_ptr_array_sort (names, compare_names);
      for (guint i = 0; i < names->len; i++)
        load (corpus, g_ptr_array_index (names, i));
      return;
    }
  g_autofree char *content = NULL;
  gsize            size;
  if (g_file_get_contents (path, &content, &size, NULL))
    g_ptr_array_add (corpus, g_bytes_new_take (g_steal_pointer (&content), MIN (size, MAX_INPUT_SIZE)));
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) corpus = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  double  seconds = 2;
  guint32 seed = 1;
  guint64 n_runs = 0;

  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "--seconds") && i + 1 < argc)
      seconds = g_ascii_strtod (argv[++i], NULL);
    else if (g_str_equal (argv[i], "--seed") && i + 1 < argc)
      seed = (guint32)g_ascii_strtoull (argv[++i], NULL, 10);
    else
      load (corpus, argv[i]);
  if (corpus->len == 0)
    g_ptr_array_add (corpus, g_bytes_new ("", 0));
  signal (SIGSEGV, crash_cb);
  signal (SIGBUS, crash_cb);
  signal (SIGFPE, crash_cb);
  signal (SIGABRT, crash_cb);
  signal (SIGTRAP, crash_cb);

  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gint64 slowest = 0, end = g_get_monotonic_time () + (gint64)(seconds * G_USEC_PER_SEC);
  for (guint64 i = 0; i < corpus->len || g_get_monotonic_time () < end; i++)
    {
      GBytes *base = g_ptr_array_index (corpus, i < corpus->len ? (guint)i : (guint)g_rand_int_range (random, 0, (gint32)corpus->len));
      input_size = g_bytes_get_size (base);
      if (input_size > 0)
        memcpy (input, g_bytes_get_data (base, NULL), input_size);
      for (gint n = i < corpus->len ? 0 : g_rand_int_range (random, 1, 9); n > 0; n--)
        change_once (random, corpus);
      slowest = MAX (slowest, run ());
      n_runs++;
    }
  g_print ("%" G_GUINT64_FORMAT " inputs from %u files, seed %u, slowest %.1f ms\n", n_runs, corpus->len, seed, (double)slowest / 1000);
  return 0;
}
