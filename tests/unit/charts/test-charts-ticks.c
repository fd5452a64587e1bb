/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-charts.h>

#include <locale.h>
#include <math.h>
#include <string.h>

static const struct
{
  SxScale     scale;
  double      low, high;
  guint       n_max;
  const char *labels; /* those that are not empty, parted by blanks */
} cases[] = {
  { SX_SCALE_LINEAR, 0, 1, 6, "0.0 0.2 0.4 0.6 0.8 1.0" },
  { SX_SCALE_LINEAR, 0, 1, 3, "0.0 0.5 1.0" },
  { SX_SCALE_LINEAR, 0.07, 0.83, 5, "0.2 0.4 0.6 0.8" },
  { SX_SCALE_LINEAR, -3, 7, 6, "−2 0 2 4 6" },
  { SX_SCALE_LINEAR, -0.25, 0.25, 6, "−0.2 −0.1 0.0 0.1 0.2" },
  { SX_SCALE_LINEAR, 1000, 1004, 5, "1000 1001 1002 1003 1004" },
  { SX_SCALE_LINEAR, 0, 3e8, 4, "0 10⁸ 2×10⁸ 3×10⁸" },
  { SX_SCALE_LINEAR, 0, 3e-6, 4, "0.000000 10⁻⁶ 2×10⁻⁶ 3×10⁻⁶" },
  { SX_SCALE_COUNT, 0, 3, 10, "0 1 2 3" },
  { SX_SCALE_COUNT, 1, 120, 7, "20 40 60 80 100 120" },
  { SX_SCALE_LOG, 0.001, 1000, 10, "0.001 0.01 0.1 1 10 100 1000" },
  { SX_SCALE_LOG, 1e-8, 1e8, 5, "10⁻⁸ 10⁻⁴ 1 10000 10⁸" },
  { SX_SCALE_LOG, 1, 100, 12, "1 2 5 10 20 50 100" },
  { SX_SCALE_LOG, 2, 4, 5, "2.0 2.5 3.0 3.5 4.0" },
  { SX_SCALE_DURATION, 0, 300, 6, "0:00 1:00 2:00 3:00 4:00 5:00" },
  { SX_SCALE_DURATION, 0, 7200, 5, "0:00 30:00 1:00:00 1:30:00 2:00:00" },
  { SX_SCALE_TIME, 1577836800, 1609459200, 5, "Jan_2020 Apr_2020 Jul_2020 Oct_2020 Jan_2021" },
  { SX_SCALE_TIME, 1577836800, 1577836800 + 86400, 5, "00:00 06:00 12:00 18:00 00:00" },
  { SX_SCALE_TIME, 1583798400, 1583798400 + 5 * 86400, 6, "10_Mar 11_Mar 12_Mar 13_Mar 14_Mar 15_Mar" },
};

static char *
join_labels (GArray *ticks)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ticks->len; i++)
    {
      const char *label = g_array_index (ticks, SxTick, i).label;

      if (*label == '\0')
        continue;
      g_string_append_printf (text, "%s%s", text->len ? " " : "", label);
      g_strdelimit (text->str + text->len - strlen (label), " ", '_');
    }
  return g_string_free (text, FALSE);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) ticks = sx_ticks_new (cases[i].scale, cases[i].low, cases[i].high, cases[i].n_max);
      g_autofree char *labels = join_labels (ticks);

      g_test_message ("case %u: %g … %g", i, cases[i].low, cases[i].high);
      g_assert_cmpstr (labels, ==, cases[i].labels);
    }
}

/* Whatever the range: within it, rising, no more than there is room for, at least one, and labels all different. */
static void
test_random_ranges (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint i = 0; i < 5000; i++)
    {
      SxScale scale = (SxScale)g_rand_int_range (rand, 0, SX_SCALE_DURATION + 1);
      guint   n_max = (guint)g_rand_int_range (rand, 2, 15), n_labels = 0;
      double  length = pow (10.0, g_rand_double_range (rand, scale == SX_SCALE_COUNT ? 1 : -6, 8));
      double  low = scale == SX_SCALE_LOG ? pow (10.0, g_rand_double_range (rand, -6, 6)) : g_rand_double_range (rand, -3, 3) * length;
      double  high = scale == SX_SCALE_LOG ? low * pow (10.0, g_rand_double_range (rand, 0.8, 12)) : low + length;
      g_autoptr (GArray) ticks = NULL;
      g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

      if (scale == SX_SCALE_TIME)
        continue; /* years before Christ have no calendar here; the table above has its cases */
      ticks = sx_ticks_new (scale, low, high, n_max);
      for (guint j = 0; j < ticks->len; j++)
        {
          const SxTick *tick = &g_array_index (ticks, SxTick, j);

          g_assert_cmpfloat (tick->value, >=, low - length * 1e-6 - fabs (low) * 1e-8);
          g_assert_cmpfloat (tick->value, <=, high + length * 1e-6 + fabs (high) * 1e-8);
          g_assert_true (j == 0 || tick->value > g_array_index (ticks, SxTick, j - 1).value);
          n_labels += *tick->label != '\0';
          if (scale != SX_SCALE_DURATION && *tick->label)
            g_assert_true (g_hash_table_add (seen, tick->label));
        }
      g_assert_cmpuint (n_labels, <=, n_max);
    }
}

static void
test_format (void)
{
  static const struct
  {
    SxScale     scale;
    double      value, resolution;
    const char *text;
  } texts[] = {
    { SX_SCALE_LINEAR, 0.123456, 0, "0.1235" },
    { SX_SCALE_LINEAR, 0.123456, 0.01, "0.12" },
    { SX_SCALE_LINEAR, -2, 0, "−2.000" },
    { SX_SCALE_LINEAR, 0, 0, "0" },
    { SX_SCALE_LINEAR, 12345.6, 10, "12346" },
    { SX_SCALE_COUNT, 41.7, 0, "42" },
    { SX_SCALE_DURATION, 83, 1, "1:23" },
    { SX_SCALE_DURATION, 5025, 1, "1:23:45" },
    { SX_SCALE_LINEAR, NAN, 0, "–" },
    { SX_SCALE_LINEAR, 3.21e9, 0, "3.210×10⁹" },
    { SX_SCALE_LINEAR, 9.9999e-7, 0, "1.000×10⁻⁶" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = sx_scale_format (texts[i].scale, texts[i].value, texts[i].resolution);

      g_assert_cmpstr (text, ==, texts[i].text);
    }
}

static void
test_round_range_contains (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 2000; i++)
    {
      double from = g_rand_double_range (rand, -100, 100), to = from + (i % 10 == 0 ? 0.0 : pow (10, g_rand_double_range (rand, -5, 5)));
      double low = from, high = to;

      sx_scale_round_range (SX_SCALE_LINEAR, &low, &high);
      g_assert_cmpfloat (low, <=, from);
      g_assert_cmpfloat (high, >=, to);
      g_assert_cmpfloat (low, <, high);
      /* No more than a third of it is air. */
      if (to > from)
        g_assert_cmpfloat (high - low, <=, (to - from) * 1.5);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/ticks/new/cases", test_cases);
  g_test_add_func ("/charts/ticks/new/random-ranges", test_random_ranges);
  g_test_add_func ("/charts/ticks/format", test_format);
  g_test_add_func ("/charts/ticks/round-range/contains", test_round_range_contains);
  return g_test_run ();
}
