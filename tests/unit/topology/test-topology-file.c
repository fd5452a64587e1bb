/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Topology files: what they give, where their mistakes are told, and that those we ship can be read. */

#include <string.h>

#include "sx-engine.h"

#define HEAD "sextant-topology: 1\nid: plain\nfamily: network\n"
#define SPACE "space:\n  width: {type: int, low: 1, high: 64, default: 8}\n  rate: {type: float, low: 0, high: 1, default: 0.5}\n"
#define NETWORK "network:\n  layers:\n    - linear: $width\n"

static SxTopology *
read_text (const char *text, GError **error)
{
  g_autoptr (SxYaml) root = sx_yaml_parse (text, -1, "plain.yaml", error);

  return root != NULL ? sx_topology_read (root, error) : NULL;
}

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTopology) self = read_text (HEAD "tasks: [binary, regression]\n" SPACE
                                                "spaces: {regression: {width: {type: int, low: 1, high: 9, default: 3}}}\n"
                                                "portfolio: [{width: 5}]\nportfolios: {regression: []}\n" NETWORK,
                                           &error);
  g_autoptr (SxTopology) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  gint64           width;
  double           rate;

  g_assert_no_error (error);
  g_assert_cmpstr (sx_topology_get_id (self), ==, "plain");
  g_assert_cmpstr (sx_topology_get_title (self), ==, "plain");
  g_assert_cmpstr (sx_topology_get_preparation (self), ==, "network");
  g_assert_true (sx_topology_get_family (self) == sx_family_find ("network"));
  g_assert_true (sx_topology_supports (self, SX_TASK_BINARY));
  g_assert_false (sx_topology_supports (self, SX_TASK_MULTICLASS));
  g_assert_null (sx_topology_get_space (self, SX_TASK_MULTICLASS));
  g_assert_cmpuint (sx_space_get_n_parameters (sx_topology_get_space (self, SX_TASK_BINARY)), ==, 2);
  g_assert_cmpuint (sx_space_get_n_parameters (sx_topology_get_space (self, SX_TASK_REGRESSION)), ==, 1);
  g_assert_cmpuint (sx_topology_get_portfolio (self, SX_TASK_REGRESSION)->len, ==, 0);
  g_assert_cmpuint (sx_topology_get_portfolio (self, SX_TASK_BINARY)->len, ==, 1);
  g_assert_true (g_variant_lookup (sx_topology_get_portfolio (self, SX_TASK_BINARY)->pdata[0], "width", "x", &width));
  g_assert_true (g_variant_lookup (sx_topology_get_portfolio (self, SX_TASK_BINARY)->pdata[0], "rate", "d", &rate));
  g_assert_cmpint (width, ==, 5);
  g_assert_cmpfloat (rate, ==, 0.5);
  text = sx_topology_dup_text (self);
  again = read_text (text, &error);
  g_assert_no_error (error);
  text_again = sx_topology_dup_text (again);
  g_assert_cmpstr (text, ==, text_again);
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *text, *place, *words;
  } cases[] = {
    { "[]\n", "plain.yaml:1:", "mapping" },
    { "id: plain\n", "plain.yaml:1:", "sextant-topology: 1" },
    { "sextant-topology: 2\nid: plain\n", "plain.yaml:1:", "version 2" },
    { "sextant-topology: 1\nid: Plain\nfamily: network\n", "plain.yaml:2:", "small letters" },
    { "sextant-topology: 1\nid: plain\nfamily: forest\n", "plain.yaml:3:", "forest" },
    { HEAD "tasks: [binry]\n" SPACE NETWORK, "plain.yaml:4:9", "Did you mean “binary”" },
    { HEAD "tasks: binary\n" SPACE NETWORK, "plain.yaml:4:", "list" },
    { HEAD "preparation: none\n" SPACE NETWORK, "plain.yaml:4:", "preparation" },
    { HEAD "spce: {}\n" SPACE NETWORK, "plain.yaml:4:", "spce" },
    { HEAD NETWORK, "plain.yaml:1:", "search space" },
    { HEAD SPACE "portfolio: [{width: 65}]\n" NETWORK, "plain.yaml:7:13", "" },
    { HEAD SPACE "portfolio: {width: 65}\n" NETWORK, "plain.yaml:7:", "list" },
    { HEAD SPACE, "plain.yaml:1:", "layers" },
    { HEAD SPACE "network:\n  layers:\n    - linear: $witdh\n", "plain.yaml:9:15", "$witdh" },
    { HEAD SPACE "network:\n  layers:\n    - linear: 0\n", "plain.yaml:9:15", "from 1 to" },
    { HEAD SPACE "network:\n  layers:\n    - linear: 2.5\n", "plain.yaml:9:15", "whole" },
    { HEAD SPACE "network:\n  layers:\n    - activation: rulu\n", "plain.yaml:9:19", "relu" },
    { HEAD SPACE "network:\n  layers:\n    - dropout: 1\n", "plain.yaml:9:16", "0.95" },
    { HEAD SPACE "network:\n  layers:\n    - repeat: 3\n", "plain.yaml:9:", "layers" },
    { HEAD SPACE "network:\n  layers:\n    - layers: []\n", "plain.yaml:9:", "repeat" },
    { HEAD SPACE "network:\n  layers:\n    - {linear: 3, dropout: 0.1}\n", "plain.yaml:9:", "one key" },
    { HEAD SPACE "network:\n  layers:\n    - linear: [3]\n", "plain.yaml:9:", "single value" },
    { HEAD SPACE "network:\n  layers:\n    - residual: [{linear: 77}]\n", "plain.yaml:8:", "residual" },
    { HEAD SPACE "network:\n  layers:\n    - repeat: 200\n      layers: [{linear: 3}, {linear: 3}]\n", "plain.yaml:10:", "200" },
    { HEAD SPACE "network:\n  layers: []\n  training: {epochs: 0}\n", "plain.yaml:9:", "from 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      SxTopology *self = read_text (cases[i].text, &error);

      g_assert_null (self);
      if (!g_str_has_prefix (error->message, cases[i].place) || strstr (error->message, cases[i].words) == NULL)
        g_error ("case %u: %s", i, error->message);
    }
}

static void
test_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxTopology) self = sx_topology_load ("mlp", &error);

  g_assert_no_error (error);
  for (int task = 0; task < SX_N_TASKS; task++)
    {
      g_assert_true (sx_topology_supports (self, (SxTask)task));
      g_assert_cmpuint (sx_topology_get_portfolio (self, (SxTask)task)->len, >=, 3);
    }
  g_assert_null (sx_topology_load ("no-such", &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE);
  g_assert_nonnull (strstr (error->message, "no-such"));
  g_clear_error (&error);
  g_assert_null (sx_topology_load ("../topologies/mlp", &error));
  g_assert_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_COMPILE);
  g_assert_null (sx_family_find ("forest"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/topology/file/read", test_read);
  g_test_add_func ("/topology/file/mistakes-are-told-with-their-place", test_mistakes);
  g_test_add_func ("/topology/file/load", test_load);
  return g_test_run ();
}
