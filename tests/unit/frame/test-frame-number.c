/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <frame/sx-number.h>
#include <frame/sx-timestamp.h>

#include <math.h>
#include <string.h>

static void
test_parse_against_strtod (void)
{
  const char *texts[] = { "0", "-0", "1", "+7", "0.1", "1e22", "1e23", "9007199254740993", "123456789012345678901234567890", "1.7976931348623157e308", "4.9e-324", "2.2250738585072011e-308", ".5", "5.", "1E-5", "3.14159265358979323846", "1e400", "6.02214076e+23" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      double value = NAN, expected = g_ascii_strtod (texts[i], NULL);

      g_assert_true (sx_number_parse (texts[i], strlen (texts[i]), &value));
      g_assert_cmpmem (&value, sizeof value, &expected, sizeof expected);
    }
}

static void
test_parse_random_against_strtod (void)
{
  for (guint i = 0; i < 200000; i++)
    {
      guint64 bits = ((guint64)g_test_rand_int () << 32) | (guint32)g_test_rand_int ();
      double  x, value = NAN;
      char    text[64];

      memcpy (&x, &bits, sizeof x);
      if (!isfinite (x))
        continue;
      g_snprintf (text, sizeof text, "%.*g", g_test_rand_int_range (1, 18), x);
      x = g_ascii_strtod (text, NULL);
      g_assert_true (sx_number_parse (text, strlen (text), &value));
      g_assert_cmpmem (&value, sizeof value, &x, sizeof x);
    }
}

static void
test_parse_refuses (void)
{
  const char *texts[] = { "", "+", "-", ".", "e5", "1e", "1e+", "1 ", " 1", "1,5", "0x10", "nan", "1.2.3", "--1", "infinit", "1_000" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      double value = 42;

      g_assert_false (sx_number_parse (texts[i], strlen (texts[i]), &value));
      g_assert_cmpfloat (value, ==, 42);
    }
}

static void
test_parse_whole (void)
{
  gint64 value = 0;

  g_assert_true (sx_number_parse_int64 ("9223372036854775807", 19, &value));
  g_assert_cmpint (value, ==, G_MAXINT64);
  g_assert_true (sx_number_parse_int64 ("-9223372036854775808", 20, &value));
  g_assert_cmpint (value, ==, G_MININT64);
  g_assert_false (sx_number_parse_int64 ("9223372036854775808", 19, &value));
  g_assert_false (sx_number_parse_int64 ("1.0", 3, &value));
  g_assert_false (sx_number_parse_int64 ("", 0, &value));
}

static void
test_print_reads_back (void)
{
  char text[SX_NUMBER_MAX_SIZE];

  sx_number_print (0.1, text);
  g_assert_cmpstr (text, ==, "0.1");
  sx_number_print (1e21, text);
  g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, 1e21);
  for (guint i = 0; i < 50000; i++)
    {
      guint64 bits = ((guint64)g_test_rand_int () << 32) | (guint32)g_test_rand_int ();
      double  x, back;

      memcpy (&x, &bits, sizeof x);
      if (!isfinite (x))
        continue;
      g_assert_cmpuint (sx_number_print (x, text), ==, strlen (text));
      back = g_ascii_strtod (text, NULL);
      g_assert_cmpmem (&back, sizeof back, &x, sizeof x);
    }
}

static void
test_timestamps (void)
{
  const struct
  {
    const char *text;
    gint64      value;
  } cases[] = { { "1970-01-01", 0 },
                { "1969-12-31", -86400000000 },
                { "2000-02-29", 951782400000000 },
                { "2024-03-01T12:30:05.25Z", 1709296205250000 },
                { "2024-03-01 12:30", 1709296200000000 },
                { "2024/03/01", 1709251200000000 },
                { "2024-03-01T12:30:00+02:00", 1709289000000000 },
                { "2024-03-01T12:30:00-0530", 1709316000000000 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 value = 1;

      g_assert_true (sx_timestamp_parse (cases[i].text, strlen (cases[i].text), &value));
      g_assert_cmpint (value, ==, cases[i].value);
    }
}

static void
test_timestamps_refused (void)
{
  const char *texts[] = { "", "2024", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-1-1", "2024-01-01T", "2024-01-01T25:00", "2024-01-01T10:00:00+", "01-02-2024", "2024-01/01" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gint64 value = 7;

      g_assert_false (sx_timestamp_parse (texts[i], strlen (texts[i]), &value));
      g_assert_cmpint (value, ==, 7);
    }
}

static void
test_timestamps_round_trip (void)
{
  for (guint i = 0; i < 50000; i++)
    {
      gint64 value = (gint64)(g_test_rand_double_range (-3e16, 2e17)), back = 0;
      char   text[SX_TIMESTAMP_MAX_SIZE];
      gsize  size;
      g_autoptr (GDateTime) reference = NULL;
      g_autofree char *expected = NULL;

      if (i % 3 == 0)
        value -= value % 1000000;
      size = sx_timestamp_print (value, text);
      g_assert_true (sx_timestamp_parse (text, size, &back));
      g_assert_cmpint (back, ==, value);
      reference = g_date_time_new_from_unix_utc (value / 1000000 - (value % 1000000 < 0));
      expected = g_date_time_format (reference, "%Y-%m-%d");
      text[10] = '\0';
      g_assert_cmpstr (text, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/parse/against-strtod", test_parse_against_strtod);
  g_test_add_func ("/number/parse/random-against-strtod", test_parse_random_against_strtod);
  g_test_add_func ("/number/parse/refuses", test_parse_refuses);
  g_test_add_func ("/number/parse/whole", test_parse_whole);
  g_test_add_func ("/number/print/reads-back", test_print_reads_back);
  g_test_add_func ("/timestamp/parse", test_timestamps);
  g_test_add_func ("/timestamp/refuses", test_timestamps_refused);
  g_test_add_func ("/timestamp/round-trip", test_timestamps_round_trip);
  return g_test_run ();
}
