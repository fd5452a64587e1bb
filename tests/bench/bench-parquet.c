/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Reading Parquet, in turns with decompressing the same pages by the codec alone: what reading costs beyond what nobody can save.
 *
 *   bench-parquet [--rows N] [--turns N] [FILE…]
 *
 * Without a file, a table of N rows (1,000,000) is written with each codec. One line a measure: name key=value; seconds are of CPU but for
 * wall_s. The best of the turns counts. */

#include "config.h"

#include "io/sx-parquet-private.h"

#include <sx-pipeline.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 + (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

/* Numbers of both kinds, times, few words and many, with some cells missing. */
static SxFrame *
make_frame (guint n_rows)
{
  static const SxType      types[] = { SX_TYPE_INT64, SX_TYPE_INT64, SX_TYPE_FLOAT64, SX_TYPE_FLOAT64, SX_TYPE_FLOAT64, SX_TYPE_TIMESTAMP, SX_TYPE_STRING, SX_TYPE_STRING, SX_TYPE_CATEGORY, SX_TYPE_BOOL };
  static const char *const words[] = { "red", "green", "blue", "a longer word", "another longer word" };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  SxField fields[G_N_ELEMENTS (types)];

  for (guint k = 0; k < G_N_ELEMENTS (types); k++)
    {
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (types[k]);

      for (guint i = 0; i < n_rows; i++)
        {
          guint32 any = g_rand_int (random);
          char    text[64];

          if (k % 3 == 1 && any % 20 == 0)
            sx_column_builder_append_missing (builder);
          else if (types[k] == SX_TYPE_INT64)
            sx_column_builder_append_int64 (builder, k == 0 ? (gint64)i : (gint64)(any % 100));
          else if (types[k] == SX_TYPE_TIMESTAMP)
            sx_column_builder_append_int64 (builder, G_GINT64_CONSTANT (1700000000000000) + (gint64)i * 1000000 + any % 1000000);
          else if (types[k] == SX_TYPE_FLOAT64)
            sx_column_builder_append_double (builder, any / 65536.0);
          else if (types[k] == SX_TYPE_BOOL)
            sx_column_builder_append_bool (builder, any & 1);
          else
            {
              g_snprintf (text, sizeof text, "customer %u", any);
              if (k != 6)
                g_strlcpy (text, words[any % 5], sizeof text);
              sx_column_builder_append_text (builder, text, strlen (text));
            }
        }
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
      fields[k] = (SxField){ g_strdup_printf ("c%u", k), types[k], NULL };
    }
  g_autoptr (SxSchema) schema = sx_schema_new (fields, G_N_ELEMENTS (types), NULL);
  for (guint k = 0; k < G_N_ELEMENTS (types); k++)
    g_free (fields[k].name);
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

/* Every page of every chunk decompressed; gives the bytes before and after. */
static void
decompress_all (const guint8 *data, gsize size, guint64 *n_in, guint64 *n_out)
{
  SxParquetFooter footer;
  SxBuffer        out = { 0 };
  g_autoptr (GError) error = NULL;

  if (!sx_parquet_footer_parse (&footer, data, size, "", &error))
    g_error ("%s", error->message);
  *n_in = *n_out = 0;
  for (guint i = 0; i < footer.chunks->len; i++)
    {
      const SxParquetChunk *chunk = &g_array_index (footer.chunks, SxParquetChunk, i);
      const guint8         *at = data + chunk->start;
      guint64               n_values = 0;

      while (n_values < chunk->n_values)
        {
          SxParquetPage page;
          gsize         n_plain;

          if (!sx_parquet_page_parse (&page, &at, data + size))
            g_error ("no page");
          n_values += page.type == SX_PARQUET_PAGE_DICTIONARY ? 0 : page.n_values;
          n_plain = page.definition_size + page.repetition_size;
          sx_buffer_reserve (&out, page.size + 8);
          if (page.is_compressed && page.size > n_plain && !sx_codec_decompress ((SxCodec)chunk->codec, at + n_plain, page.compressed_size - n_plain, out.data, page.size - n_plain))
            g_error ("a page cannot be decompressed");
          *n_in += page.compressed_size;
          *n_out += page.size;
          at += page.compressed_size;
        }
    }
  sx_buffer_clear (&out);
  sx_parquet_footer_clear (&footer);
}

static void
measure (const char *name, const char *path, guint n_turns)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  const guint8 *data = (const guint8 *)g_mapped_file_get_contents (file);
  double        codec = G_MAXDOUBLE, read = G_MAXDOUBLE, wall = G_MAXDOUBLE;
  guint64       n_in = 0, n_out = 0;
  gsize         n_memory = 0;

  for (guint turn = 0; turn < n_turns; turn++)
    {
      g_autoptr (GError) error = NULL;
      double begin = get_cpu_seconds (), clock;

      decompress_all (data, g_mapped_file_get_length (file), &n_in, &n_out);
      codec = MIN (codec, get_cpu_seconds () - begin);
      begin = get_cpu_seconds ();
      clock = (double)g_get_monotonic_time () / G_USEC_PER_SEC;
      g_autoptr (SxFrame) frame = sx_read_file (path, NULL, NULL, NULL, NULL, &error);
      if (frame == NULL)
        g_error ("%s", error->message);
      wall = MIN (wall, (double)g_get_monotonic_time () / G_USEC_PER_SEC - clock);
      read = MIN (read, get_cpu_seconds () - begin);
      n_memory = sx_frame_get_memory_size (frame);
    }
  g_print ("parquet %s file_MB=%.1f pages_MB=%.1f frame_MB=%.1f codec_s=%.4f read_s=%.4f wall_s=%.4f frame_MB_per_s=%.0f times_codec=%.2f wall_times_codec=%.2f\n", name, (double)n_in / 1e6, (double)n_out / 1e6,
           (double)n_memory / 1e6, codec, read, wall, (double)n_memory / 1e6 / read, read / codec, wall / codec);
}

int
main (int argc, char **argv)
{
  static const char *const codecs[] = { "none", "snappy", "zstd", "gzip" };
  guint                    n_rows = 1000000, n_turns = 5;
  gboolean                 has_file = FALSE;
  g_autofree char         *path = g_build_filename (g_get_tmp_dir (), "sextant-bench-XXXXXX", NULL);
  int                      fd;

  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "--rows") && i + 1 < argc)
      n_rows = (guint)g_ascii_strtoull (argv[++i], NULL, 10);
    else if (g_str_equal (argv[i], "--turns") && i + 1 < argc)
      n_turns = (guint)g_ascii_strtoull (argv[++i], NULL, 10);
    else
      {
        measure (argv[i], argv[i], n_turns);
        has_file = TRUE;
      }
  if (has_file)
    return 0;
  fd = g_mkstemp (path);
  g_assert (fd >= 0);
  g_autoptr (SxFrame) frame = make_frame (n_rows);
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strdup_printf ("{'compression': <'%s'>}", codecs[i]);
      g_autoptr (GVariant) options = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
      double begin = get_cpu_seconds ();

      if (!sx_format_find ("parquet")->write (frame, path, options, NULL, &error))
        {
          g_print ("parquet %s skipped: %s\n", codecs[i], error->message);
          continue;
        }
      g_print ("parquet-write %s frame_MB=%.1f write_s=%.3f\n", codecs[i], (double)sx_frame_get_memory_size (frame) / 1e6, get_cpu_seconds () - begin);
      measure (codecs[i], path, n_turns);
    }
  remove (path);
  return 0;
}
