/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include <sx-chart-style.h>

#include <math.h>

static double
to_linear (double value)
{
  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
get_luminance (const double *rgb)
{
  return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* WCAG 2.1, 1.4.11: things that must be seen have 3:1 against what is beside them. */
static void
test_contrast (void)
{
  for (guint dark = 0; dark < 2; dark++)
    {
      GdkRGBA palette[SX_CHART_N_COLORS];
      double  paper = to_linear (dark ? 0x32 / 255.0 : 1.0);

      sx_chart_style_get_palette (dark, palette);
      for (guint i = 0; i < SX_CHART_N_COLORS; i++)
        {
          const double rgb[] = { to_linear (palette[i].red), to_linear (palette[i].green), to_linear (palette[i].blue) };
          double       a = get_luminance (rgb) + 0.05, b = paper + 0.05;

          g_test_message ("%s %u: %.2f", dark ? "dark" : "light", i, MAX (a, b) / MIN (a, b));
          g_assert_cmpfloat (MAX (a, b) / MIN (a, b), >=, 3.0);
        }
    }
}

/* Linear RGB as those see it who lack one kind of cone: Machado, Oliveira and Fernandes, 2009, severity 1. */
static const double blindness[][3][3] = {
  { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
  { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 }, { -0.003882, -0.048116, 1.051998 } },
  { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 }, { -0.011820, 0.042940, 0.968881 } },
  { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 }, { 0.004733, 0.691367, 0.303900 } },
};

static double
lab_curve (double t)
{
  return t > 0.008856 ? cbrt (t) : 7.787 * t + 16.0 / 116.0;
}

static void
to_lab (const GdkRGBA *color, const double matrix[3][3], double *lab)
{
  const double rgb[] = { to_linear (color->red), to_linear (color->green), to_linear (color->blue) };
  double       seen[3], x, y, z;

  for (guint i = 0; i < 3; i++)
    seen[i] = CLAMP (matrix[i][0] * rgb[0] + matrix[i][1] * rgb[1] + matrix[i][2] * rgb[2], 0.0, 1.0);
  x = lab_curve ((0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505);
  y = lab_curve (0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]);
  z = lab_curve ((0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089);
  lab[0] = 116.0 * y - 16.0;
  lab[1] = 500.0 * (x - y);
  lab[2] = 200.0 * (y - z);
}

/* The first four, which most charts do with, are well apart for everybody; the others at least to be told apart. */
static void
test_colour_blindness (void)
{
  for (guint dark = 0; dark < 2; dark++)
    for (guint kind = 0; kind < G_N_ELEMENTS (blindness); kind++)
      {
        GdkRGBA palette[SX_CHART_N_COLORS];
        double  least = G_MAXDOUBLE;

        sx_chart_style_get_palette (dark, palette);
        for (guint i = 0; i < SX_CHART_N_COLORS; i++)
          for (guint j = 0; j < i; j++)
            {
              double a[3], b[3], distance;

              to_lab (&palette[i], blindness[kind], a);
              to_lab (&palette[j], blindness[kind], b);
              distance = sqrt ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
              least = MIN (least, distance);
              if (distance < (i < 4 ? 16.0 : 8.0))
                g_test_message ("%s, kind %u: %u and %u are %.1f apart", dark ? "dark" : "light", kind, j, i, distance);
              g_assert_cmpfloat (distance, >=, i < 4 ? 16.0 : 8.0);
            }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charts/palette/contrast", test_contrast);
  g_test_add_func ("/charts/palette/colour-blindness", test_colour_blindness);
  return g_test_run ();
}
