/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "tune/sx-space-private.h"

static const char text[] = "lr: {type: float, low: 0.0001, high: 0.1, scale: log, default: 0.001}\n"
                           "layers: {type: int, low: 1, high: 4, default: 2}\n"
                           "width: {type: int, low: 64, high: 1024, step: 16, scale: log, default: 256}\n"
                           "optim: {type: category, choices: [adam, sgd], default: adam, help: Which optimiser}\n"
                           "momentum: {type: float, low: 0, high: 0.99, default: 0.9, when: {optim: sgd}}\n"
                           "batch: {type: ordinal, choices: [32, 64, 128]}\n"
                           "patience: {type: fixed, value: 16}\n";

static SxSpace *
read_space (const char *yaml, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_parse (yaml, -1, "s.yaml", error);
  return root ? sx_space_read (root, error) : NULL;
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSpace) space = read_space (text, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) point = sx_space_ref_default (space);
  g_autofree char *print = g_variant_print (point, FALSE);
  gint64           batch = 0;

  g_assert_cmpuint (g_variant_n_children (point), ==, 6);
  g_assert_null (g_strstr_len (print, -1, "momentum"));
  g_assert_true (g_variant_lookup (point, "batch", "x", &batch));
  g_assert_cmpint (batch, ==, 32);
}

static void
test_write (void)
{
  g_autoptr (SxSpace) space = read_space (text, NULL);
  SxYamlWriter *writer = sx_yaml_writer_new ();
  sx_space_write (space, writer, NULL);
  g_autofree char *once = sx_yaml_writer_finish (writer, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxSpace) again = read_space (once, &error);
  g_assert_no_error (error);
  writer = sx_yaml_writer_new ();
  sx_space_write (again, writer, NULL);
  g_autofree char *twice = sx_yaml_writer_finish (writer, NULL);
  g_assert_cmpstr (once, ==, twice);
  g_assert_cmpuint (sx_space_get_n_parameters (again), ==, 7);
  g_assert_cmpstr (sx_space_find (again, "momentum")->when_name, ==, "optim");
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *yaml, *message;
  } cases[] = {
    { "a: {type: float, low: 1, high: 0}\n", "s.yaml:1:" },
    { "a: {type: float, low: 0, high: 1, scale: log}\n", "log scale needs" },
    { "a: {type: flot, low: 0, high: 1}\n", "“flot” is no parameter type" },
    { "a: {type: int, low: 0.5, high: 1}\n", "whole numbers" },
    { "a: {type: int, low: 0, high: 3, default: 4}\n", "4 is not a whole number from 0 to 3" },
    { "a: {type: float, low: 0}\n", "has no “high”" },
    { "a: {type: category, choices: []}\n", "empty" },
    { "a: {type: category, choices: [x, x]}\n", "twice" },
    { "a: {type: ordinal, choices: [2, 1]}\n", "ascending" },
    { "a: {type: float, low: 0, high: 1, when: {b: 1}}\nb: {type: fixed, value: 1}\n", "no parameter above it" },
    { "b: {type: category, choices: [x, y]}\na: {type: float, low: 0, high: 1, when: {b: z}}\n", "s.yaml:2:" },
    { "a: {type: float, low: 0, high: 1, stp: 1}\n", "stp" },
    { "a: 3\n", "must be a map" },
    { "[1]\n", "map of parameters" },
    { "a: {type: float, low: 0, high: .inf}\n", "finite" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (read_space (cases[i].yaml, &error));
      g_assert_nonnull (error);
      if (!g_strstr_len (error->message, -1, cases[i].message) || !g_str_has_prefix (error->message, "s.yaml:"))
        g_error ("case %u: %s", i, error->message);
    }
}

static GVariant *
parse (const char *value)
{
  return g_variant_ref_sink (g_variant_new_parsed (value));
}

static void
test_complete (void)
{
  g_autoptr (SxSpace) space = read_space (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) some = parse ("{'optim': <'sgd'>, 'layers': <3.0>, 'lr': <int64 1>}");
  g_autoptr (GVariant) dead = parse ("{'momentum': <0.5>}");
  g_autoptr (GVariant) good = parse ("{'optim': <'sgd'>, 'layers': <3.0>}");
  g_autoptr (GVariant) typo = parse ("{'layrs': <int64 3>}");
  g_assert_null (sx_space_complete (space, some, &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE);
  g_assert_cmpstr (error->message, ==, "Parameter “lr”: 1 is not a number from 0.0001 to 0.1.");
  g_clear_error (&error);
  g_autoptr (GVariant) point = sx_space_complete (space, good, &error);
  g_assert_no_error (error);
  gint64 layers = 0;
  double momentum = 0;
  g_assert_true (g_variant_lookup (point, "layers", "x", &layers));
  g_assert_true (g_variant_lookup (point, "momentum", "d", &momentum));
  g_assert_cmpint (layers, ==, 3);
  g_assert_cmpfloat (momentum, ==, 0.9);
  g_autoptr (GVariant) pruned = sx_space_complete (space, dead, &error);
  g_assert_no_error (error);
  g_assert_false (g_variant_lookup (pruned, "momentum", "d", &momentum));
  g_assert_null (sx_space_complete (space, typo, &error));
  g_assert_nonnull (g_strstr_len (error->message, -1, "Did you mean “layers”?"));
}

static void
test_narrow (void)
{
  g_autoptr (SxSpace) space = read_space (text, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) overrides = parse ("{'lr': <{'low': <0.01>}>, 'optim': <'sgd'>, 'batch': <[int64 64, 128]>, 'width': <{'low': <int64 70>, 'high': <int64 200>}>}");
  g_autoptr (GVariant) bad = parse ("{'optim': <'lion'>}");
  g_autoptr (SxSpace) narrow = sx_space_narrow (space, overrides, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) point = sx_space_ref_default (narrow);
  double x = 0;
  g_assert_true (g_variant_lookup (point, "lr", "d", &x));
  g_assert_cmpfloat (x, ==, 0.01);
  g_assert_true (g_variant_lookup (point, "momentum", "d", &x));
  g_assert_cmpfloat (sx_space_find (narrow, "width")->low, ==, 80);
  g_assert_cmpfloat (sx_space_find (narrow, "width")->high, ==, 192);
  g_assert_cmpuint (sx_space_find (narrow, "batch")->n_choices, ==, 2);
  g_assert_cmpfloat (sx_space_find (space, "lr")->low, ==, 0.0001);
  g_assert_null (sx_space_narrow (space, bad, &error));
  g_assert_cmpstr (error->message, ==, "Parameter “optim”: lion is none of its choices (adam, sgd).");
}

/* Every int and step survives the way to the cube and back, and each value owns an equal share of it. */
static void
test_cube (void)
{
  g_autoptr (SxSpace) space = read_space (text, NULL);
  g_autoptr (SxSpace) big = read_space ("n: {type: int, low: 1, high: 1000000, scale: log}\nm: {type: int, low: -5, high: 999994}\n", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  double unit[14], again[14], snapped[14], number;

  for (guint repeat = 0; repeat < 500; repeat++)
    {
      for (guint i = 0; i < 7; i++)
        snapped[i] = unit[i] = g_rand_double (rand) * (i == 3 ? 1.5 : 1);
      g_autoptr (GVariant) point = g_variant_ref_sink (sx_space_decode (space, unit));
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) complete = sx_space_complete (space, point, &error);
      g_assert_no_error (error);
      g_assert_true (g_variant_equal (complete, point));
      sx_space_encode (space, point, again);
      g_assert_cmpmem (unit, sizeof unit, again, sizeof again);
      sx_space_snap (space, snapped);
      g_assert_cmpmem (unit, sizeof unit, snapped, sizeof snapped);
      g_assert_cmpfloat (unit[7 + 4], ==, unit[3] > 0.5 ? 0 : 1);
    }
  for (gint64 n = 1; n <= 1000000; n += n < 2000 ? 1 : 997)
    {
      const SxParameter *p = sx_space_get_parameter (big, 0);
      double             cube[4] = { sx_parameter_get_unit (p, n - 1), sx_parameter_get_unit (sx_space_get_parameter (big, 1), n - 1) };
      g_autoptr (GVariant) point = g_variant_ref_sink (sx_space_decode (big, cube));
      g_autoptr (GVariant) value = g_variant_lookup_value (point, "n", NULL);
      g_autoptr (GVariant) other = g_variant_lookup_value (point, "m", NULL);
      g_assert_cmpint (g_variant_get_int64 (value), ==, n);
      g_assert_true (sx_value_get_number (other, &number));
      g_assert_cmpint ((gint64)number, ==, n - 6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/space/read/defaults", test_defaults);
  g_test_add_func ("/tune/space/write/round-trip", test_write);
  g_test_add_func ("/tune/space/read/malformed", test_malformed);
  g_test_add_func ("/tune/space/complete", test_complete);
  g_test_add_func ("/tune/space/narrow", test_narrow);
  g_test_add_func ("/tune/space/cube", test_cube);
  return g_test_run ();
}
