/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Our side of a comparison with other programs, exact to the bit:
 *
 *   columnar-tool dump FILE [COLUMN…]              what we read
 *   columnar-tool write FORMAT OPTIONS ROWS FILE   a table of every type, nulls and extremes among its cells, and what is in it
 *
 * The first line has the columns, NAME:TYPE; every other a row; both are parted by tabs. Missing cells are ~, whole numbers and times (in
 * microseconds) decimal, doubles the 16 hexadecimal digits of their bits, texts and bytes x and their bytes in hexadecimal, lists
 * doubles between brackets. Notes go to standard error. */

#include <sx-pipeline.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
print_double (double value)
{
  guint64 bits;

  memcpy (&bits, &value, 8);
  printf ("%016" G_GINT64_MODIFIER "x", bits);
}

static void
print_cell (const SxColumn *column, gsize row)
{
  const char *text;
  gsize       size;

  if (sx_column_is_missing (column, row))
    {
      printf ("~");
      return;
    }
  switch (column->type)
    {
    case SX_TYPE_INT64:
    case SX_TYPE_TIMESTAMP:
      printf ("%" G_GINT64_FORMAT, sx_column_get_int64 (column, row));
      break;
    case SX_TYPE_FLOAT64:
      print_double (sx_column_get_double (column, row));
      break;
    case SX_TYPE_BOOL:
      printf ("%s", sx_column_get_bool (column, row) ? "true" : "false");
      break;
    case SX_TYPE_LIST:
      printf ("[");
      for (gint32 i = column->offsets[row]; i < column->offsets[row + 1]; i++)
        {
          printf ("%s", i > column->offsets[row] ? " " : "");
          print_double (((const double *)column->values)[i]);
        }
      printf ("]");
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      text = sx_column_get_text (column, row, &size);
      printf ("x");
      for (gsize i = 0; i < size; i++)
        printf ("%02x", (guint8)text[i]);
    }
}

static void
print_frame (SxFrame *frame)
{
  SxSchema *schema = sx_frame_get_schema (frame);
  guint     n = sx_schema_get_n_fields (schema);

  for (guint i = 0; i < n; i++)
    printf ("%s:%s%c", sx_schema_get_field (schema, i)->name, sx_type_get_nick (sx_schema_get_field (schema, i)->type), i + 1 < n ? '\t' : '\n');
  for (guint b = 0; b < sx_frame_get_n_batches (frame); b++)
    {
      SxBatch *batch = sx_frame_get_batch (frame, b);

      for (gsize row = 0; row < sx_batch_get_n_rows (batch); row++)
        for (guint i = 0; i < n; i++)
          {
            print_cell (sx_batch_get_column (batch, i), row);
            printf ("%c", i + 1 < n ? '\t' : '\n');
          }
    }
}

static int
fail (GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  return 1;
}

static int
dump (const char *path, char **columns)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (columns[0] != NULL)
    g_variant_dict_insert_value (&dict, "columns", g_variant_new_strv ((const char *const *)columns, -1));
  g_autoptr (SxFrame) frame = sx_read_file (path, g_variant_dict_end (&dict), NULL, &notes, NULL, &error);
  if (frame == NULL)
    return fail (error);
  for (guint i = 0; i < notes->len; i++)
    fprintf (stderr, "note: %s\n", ((SxReadNote *)g_ptr_array_index (notes, i))->message);
  print_frame (frame);
  return 0;
}

static void
append_cell (SxColumnBuilder *builder, guint i)
{
  static const gint64      wholes[] = { 0, -1, G_MAXINT64, G_MININT64, 42 };
  static const double      numbers[] = { 0, -0.5, 1e308, 5e-324, 3.141592653589793, (double)INFINITY, -1e-9 };
  static const gint64      times[] = { 0, -1, 1709211909000001, -2208988800000000, 253402300799999999 };
  static const char *const texts[] = { "", "red", "caf\xc3\xa9", "\xf0\x9f\x98\x80 \"quoted\"\n\ttext", "a, b", "red" };
  double                   list[] = { i, -0.25, 1e300 };
  const char              *text = texts[i % G_N_ELEMENTS (texts)];

  switch (sx_column_builder_get_type (builder))
    {
    case SX_TYPE_INT64:
      sx_column_builder_append_int64 (builder, i < 50 ? wholes[i % G_N_ELEMENTS (wholes)] : (gint64)(i * G_GUINT64_CONSTANT (2654435761) % 100000));
      break;
    case SX_TYPE_TIMESTAMP:
      sx_column_builder_append_int64 (builder, times[i % G_N_ELEMENTS (times)]);
      break;
    case SX_TYPE_FLOAT64:
      sx_column_builder_append_double (builder, i < 50 ? numbers[i % G_N_ELEMENTS (numbers)] : i / 7.0);
      break;
    case SX_TYPE_BOOL:
      sx_column_builder_append_bool (builder, i % 3 == 0);
      break;
    case SX_TYPE_LIST:
      sx_column_builder_append_list (builder, list, i % 4);
      break;
    case SX_TYPE_STRING:
    case SX_TYPE_CATEGORY:
    case SX_TYPE_IMAGE:
    default:
      sx_column_builder_append_text (builder, text, strlen (text));
    }
}

static SxFrame *
make_frame (guint n_rows)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_column_unref);
  SxField fields[2 * SX_N_TYPES];

  /* Every type with missing cells and without. */
  for (guint k = 0; k < 2 * SX_N_TYPES; k++)
    {
      SxType type = (SxType)(k / 2);
      g_autoptr (SxColumnBuilder) builder = sx_column_builder_new (type);

      for (guint i = 0; i < n_rows; i++)
        if (k % 2 == 1 && (i + k) % 5 == 4)
          sx_column_builder_append_missing (builder);
        else
          append_cell (builder, i);
      g_ptr_array_add (columns, sx_column_builder_finish (builder));
      fields[k] = (SxField){ g_strdup_printf ("%s%s", sx_type_get_nick (type), k % 2 ? " ?" : ""), type, NULL };
    }
  g_autoptr (SxSchema) schema = sx_schema_new (fields, 2 * SX_N_TYPES, NULL);
  for (guint k = 0; k < 2 * SX_N_TYPES; k++)
    g_free (fields[k].name);
  return sx_frame_new_from_columns (schema, (SxColumn **)columns->pdata);
}

static int
write_table (char **arguments)
{
  g_autoptr (GError) error = NULL;
  const SxFormat *format = sx_format_find (arguments[0]);
  g_autoptr (GVariant) options = g_variant_parse (G_VARIANT_TYPE_VARDICT, arguments[1], NULL, NULL, &error);
  g_autoptr (SxFrame) frame = make_frame ((guint)g_ascii_strtoull (arguments[2], NULL, 10));

  if (format == NULL || options == NULL || !format->write (frame, arguments[3], options, NULL, &error))
    return error != NULL ? fail (error) : 1;
  print_frame (frame);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc >= 3 && g_str_equal (argv[1], "dump"))
    return dump (argv[2], argv + 3);
  if (argc == 6 && g_str_equal (argv[1], "write"))
    return write_table (argv + 2);
  return 2;
}
