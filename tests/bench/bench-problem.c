/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "bench-problem.h"
#include "bench-surrogate.h"

#include <math.h>
#include <string.h>
#include <yajl/yajl_tree.h>

#define MAX_PARAMETERS 128

struct _BenchProblem
{
  yajl_val        document; /* borrowed from the first problem of a file, which owns it */
  gboolean        is_owner;
  yajl_val        description;
  const char     *name;
  SxSpace        *space;
  BenchSurrogate *surrogate;
  double         *alphas, *matrix, *centres, *shift; /* of the problem's constants */
};

/* Numbers that every language draws alike: SplitMix64, started by FNV-1a of a text. */

static guint64
seed_stream (const char *format, ...)
{
  g_autofree char *text = NULL;
  guint64          hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  for (const char *c = text; *c; c++)
    hash = (hash ^ (guint8)*c) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static double
draw (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Reading */

static yajl_val
get (yajl_val from, const char *key)
{
  const char *path[] = { key, NULL };
  return from ? yajl_tree_get (from, path, yajl_t_any) : NULL;
}

static double
get_number (yajl_val from, const char *key, double otherwise)
{
  yajl_val value = get (from, key);
  return YAJL_IS_NUMBER (value) ? YAJL_GET_DOUBLE (value) : otherwise;
}

static const char *
get_text (yajl_val from, const char *key)
{
  return YAJL_GET_STRING (get (from, key));
}

static gsize
append_numbers (yajl_val list, GArray *numbers)
{
  if (YAJL_IS_NUMBER (list))
    {
      double x = YAJL_GET_DOUBLE (list);
      g_array_append_val (numbers, x);
    }
  for (gsize i = 0; YAJL_IS_ARRAY (list) && i < list->u.array.len; i++)
    append_numbers (list->u.array.values[i], numbers);
  return numbers->len;
}

static double *
dup_numbers (yajl_val list)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  append_numbers (list, numbers);
  return (double *)(gpointer)g_array_steal (numbers, NULL);
}

static yajl_val
get_parameter (const BenchProblem *self, guint index)
{
  return get (self->description, "params")->u.array.values[index];
}

static void
append_choices (GString *yaml, yajl_val choices)
{
  for (gsize i = 0; i < choices->u.array.len; i++)
    g_string_append_printf (yaml, "%s\"%s\"", i ? ", " : "[", YAJL_GET_STRING (choices->u.array.values[i]));
  g_string_append (yaml, "]");
}

static SxSpace *
read_space (const BenchProblem *self, GError **error)
{
  g_autoptr (GString) yaml = g_string_new (NULL);
  g_autoptr (SxYaml) root = NULL;

  for (guint i = 0; i < get (self->description, "params")->u.array.len; i++)
    {
      yajl_val    p = get_parameter (self, i), condition = get (p, "active_if");
      const char *type = get_text (p, "type");
      g_string_append_printf (yaml, "\"%s\": {type: %s, ", get_text (p, "name"), g_str_equal (type, "cat") ? "category" : type);
      if (g_str_equal (type, "cat"))
        {
          g_string_append (yaml, "choices: ");
          append_choices (yaml, get (p, "choices"));
        }
      else
        {
          char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
          g_string_append_printf (yaml, "low: %s, high: %s", g_ascii_dtostr (low, sizeof low, get_number (p, "low", 0)), g_ascii_dtostr (high, sizeof high, get_number (p, "high", 0)));
          if (YAJL_IS_TRUE (get (p, "log")))
            g_string_append (yaml, ", scale: log");
        }
      if (condition)
        {
          g_string_append_printf (yaml, ", when: {\"%s\": ", get_text (condition, "param"));
          append_choices (yaml, get (condition, "in"));
          g_string_append (yaml, "}");
        }
      g_string_append (yaml, "}\n");
    }
  root = sx_yaml_parse (yaml->str, -1, self->name, error);
  return root ? sx_space_read (root, error) : NULL;
}

static void
problem_free (BenchProblem *self)
{
  if (self->is_owner)
    yajl_tree_free (self->document);
  if (self->space)
    sx_space_unref (self->space);
  if (self->surrogate)
    bench_surrogate_free (self->surrogate);
  g_free (self->alphas);
  g_free (self->matrix);
  g_free (self->centres);
  g_free (self->shift);
  g_free (self);
}

static gboolean
read_problem (BenchProblem *self, const char *folder, GError **error)
{
  const char *data = get_text (self->description, "data");
  yajl_val    constants = get (self->description, "constants");

  self->name = get_text (self->description, "name");
  self->space = read_space (self, error);
  if (!self->space)
    return FALSE;
  self->alphas = dup_numbers (get (constants, "alpha"));
  self->matrix = dup_numbers (get (constants, "A"));
  self->centres = dup_numbers (get (constants, "P"));
  self->shift = dup_numbers (get (constants, "x_opt"));
  if (data)
    {
      g_autofree char *path = g_build_filename (folder, data, NULL);
      self->surrogate = bench_surrogate_load (path, error);
    }
  return !data || self->surrogate;
}

GPtrArray *
bench_problems_parse (const char *json, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func ((GDestroyNotify)problem_free);
  char     message[256];
  yajl_val document = yajl_tree_parse (json, message, sizeof message), list = get (document, "problems");

  if (!YAJL_IS_ARRAY (list))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "No problems: %s", document ? "the list is missing" : message);
      yajl_tree_free (document);
      return NULL;
    }
  for (gsize i = 0; i < list->u.array.len; i++)
    {
      BenchProblem *problem = g_new0 (BenchProblem, 1);
      g_ptr_array_add (problems, problem);
      problem->document = document;
      problem->is_owner = i == 0;
      problem->description = list->u.array.values[i];
      if (!read_problem (problem, folder, error))
        return NULL;
    }
  return g_steal_pointer (&problems);
}

GPtrArray *
bench_problems_load (const char *path, GError **error)
{
  g_autofree char *json = NULL, *folder = g_path_get_dirname (path);
  return g_file_get_contents (path, &json, NULL, error) ? bench_problems_parse (json, folder, error) : NULL;
}

const char *
bench_problem_get_name (const BenchProblem *self)
{
  return self->name;
}

SxSpace *
bench_problem_get_space (const BenchProblem *self)
{
  return self->space;
}

guint
bench_problem_get_n_start (const BenchProblem *self)
{
  return (guint)get_number (self->description, "n_init", 5);
}

guint
bench_problem_get_n_trials (const BenchProblem *self)
{
  return (guint)get_number (self->description, "N", 20);
}

double
bench_problem_get_optimum (const BenchProblem *self)
{
  return get_number (self->description, "optimum", NAN);
}

gboolean
bench_problem_is_noisy (const BenchProblem *self)
{
  return get_number (self->description, "noise_std", 0) > 0;
}

double
bench_problem_get_noise (const BenchProblem *self, guint seed, guint index)
{
  guint64 state = seed_stream ("%s/%u/noise/%u", self->name, seed, index);
  double  first, second;

  if (!bench_problem_is_noisy (self))
    return 0;
  first = draw (&state);
  second = draw (&state);
  return get_number (self->description, "noise_std", 0) * sqrt (-2 * log (1 - first)) * cos (2 * G_PI * second);
}

/* The first points */

static GVariant *
value_from_share (yajl_val p, double share)
{
  const char *type = get_text (p, "type");
  double      low = get_number (p, "low", 0), high = get_number (p, "high", 1);
  gboolean    is_log = YAJL_IS_TRUE (get (p, "log"));

  if (g_str_equal (type, "cat"))
    {
      yajl_val choices = get (p, "choices");
      return g_variant_new_string (YAJL_GET_STRING (choices->u.array.values[MIN ((gsize)(share * (double)choices->u.array.len), choices->u.array.len - 1)]));
    }
  if (g_str_equal (type, "int"))
    {
      double x = is_log ? floor (exp (log (low) + share * (log (high + 1) - log (low)))) : low + floor (share * (high - low + 1));
      return g_variant_new_int64 ((gint64)CLAMP (x, low, high));
    }
  return g_variant_new_double (is_log ? CLAMP (exp (log (low) + share * (log (high) - log (low))), low, high) : low + share * (high - low));
}

GPtrArray *
bench_problem_get_start (const BenchProblem *self, guint seed)
{
  guint64            state = seed_stream ("%s/%u/init", self->name, seed);
  guint              n = bench_problem_get_n_start (self), n_parameters = sx_space_get_n_parameters (self->space);
  g_autofree guint  *order = g_new (guint, n);
  g_autofree double *shares = g_new (double, (gsize)n *n_parameters);
  GPtrArray         *points = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);

  for (guint p = 0; p < n_parameters; p++)
    {
      for (guint i = 0; i < n; i++)
        order[i] = i;
      for (guint i = n - 1; i > 0; i--)
        {
          guint j = (guint)(draw (&state) * (i + 1)), swapped = order[i];
          order[i] = order[j];
          order[j] = swapped;
        }
      for (guint i = 0; i < n; i++)
        shares[(gsize)i * n_parameters + p] = (order[i] + draw (&state)) / n;
    }
  for (guint i = 0; i < n; i++)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      for (guint p = 0; p < n_parameters; p++)
        g_variant_dict_insert_value (&dict, sx_space_get_parameter (self->space, p)->name, value_from_share (get_parameter (self, p), shares[(gsize)i * n_parameters + p]));
      g_autoptr (GVariant) whole = g_variant_ref_sink (g_variant_dict_end (&dict));
      g_autoptr (GError) error = NULL;
      g_ptr_array_add (points, sx_space_complete (self->space, whole, &error));
      g_assert_no_error (error);
    }
  return points;
}

/* The functions */

static double
get_value (const BenchProblem *self, GVariant *point, guint index)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (point, sx_space_get_parameter (self->space, index)->name, NULL);

  if (!value)
    return NAN;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_ascii_strtod (g_variant_get_string (value, NULL), NULL);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? (double)g_variant_get_int64 (value) : g_variant_get_double (value);
}

static double
run_hartmann (const BenchProblem *self, const double *x)
{
  yajl_val use = get (get (self->description, "constants"), "use");
  double   sum = 0;

  for (guint i = 0; i < 4; i++)
    {
      double inner = 0;
      for (guint j = 0; j < 6; j++)
        {
          double at = (use ? x[YAJL_GET_INTEGER (use->u.array.values[j])] : x[j]) - 1e-4 * self->centres[i * 6 + j];
          inner += self->matrix[i * 6 + j] * at * at;
        }
      sum -= self->alphas[i] * exp (-inner);
    }
  return sum;
}

static double
run_ackley (const double *x, const double *shift, guint n)
{
  double squares = 0, cosines = 0;
  for (guint i = 0; i < n; i++)
    {
      double at = shift ? x[i] - shift[i] : x[i];
      squares += at * at / n;
      cosines += cos (2 * G_PI * at) / n;
    }
  return -20 * exp (-0.2 * sqrt (squares)) - exp (cosines) + 20 + G_E;
}

static double
run_levy (const double *x, guint n)
{
  double sum = 0;
  for (guint i = 0; i < n; i++)
    {
      double w = 1 + (x[i] - 1) / 4, wave = i == n - 1 ? sin (2 * G_PI * w) : sin (G_PI * w + 1);
      if (i == 0)
        sum += sin (G_PI * w) * sin (G_PI * w);
      sum += (w - 1) * (w - 1) * (1 + (i == n - 1 ? 1 : 10) * wave * wave);
    }
  return sum;
}

static double
run_part (guint which, double a, double b)
{
  if (which == 0)
    return (100 * (b - a * a) * (b - a * a) + (a - 1) * (a - 1)) / 300;
  if (which == 1)
    return ((4 - 2.1 * a * a + a * a * a * a / 3) * a * a + a * b + (-4 + 4 * b * b) * b * b) / 10;
  double c = 1.5 - a + a * b, d = 2.25 - a + a * b * b, e = 2.625 - a + a * b * b * b;
  return (c * c + d * d + e * e) / 50;
}

static double
run_parts (const double *x, gboolean has_third)
{
  double a = 2 * x[has_third ? 3 : 2], b = 2 * x[has_third ? 4 : 3];
  double sum = run_part ((guint)MIN (x[0], 2), a, b) + run_part ((guint)MIN (x[1], 2), a, b);
  if (has_third)
    sum += x[2] < 0.5 ? 5 * run_part (1, a, b) : 2 * run_part (0, a, b);
  return sum;
}

static double
run_tree (const double *x)
{
  gboolean right = x[0] > 0.5;
  double   leaf = right ? (x[2] > 0.5 ? x[6] : x[5]) : (x[1] > 0.5 ? x[4] : x[3]);
  return leaf * leaf + 0.1 + (right ? x[8] : x[7]);
}

static double
run_surrogate (const BenchProblem *self, GVariant *point)
{
  yajl_val constants = get (self->description, "constants"), fixed = get (constants, "fixed");
  guint    codes[16];
  double   numbers[64], value;

  for (guint i = 0; i < bench_surrogate_get_n_categories (self->surrogate); i++)
    {
      const char *name = bench_surrogate_get_category (self->surrogate, i), *choice = get_text (fixed, name);
      if (!choice && !g_variant_lookup (point, name, "&s", &choice))
        choice = "#na#";
      codes[i] = bench_surrogate_get_code (self->surrogate, i, choice);
    }
  for (guint i = 0; i < bench_surrogate_get_n_numbers (self->surrogate); i++)
    {
      const char *name = bench_surrogate_get_number (self->surrogate, i);
      gint64      whole;
      numbers[i] = get_number (fixed, name, 0);
      if (g_variant_lookup (point, name, "x", &whole))
        numbers[i] = (double)whole;
      else
        g_variant_lookup (point, name, "d", &numbers[i]);
    }
  value = bench_surrogate_run (self->surrogate, codes, numbers, (guint)get_number (constants, "column", 0));
  return YAJL_IS_TRUE (get (constants, "maximise")) ? get_number (constants, "offset", 0) - value : value;
}

static double
run_formula (const BenchProblem *self, const double *x, guint n)
{
  const char *kind = get_text (self->description, "kind");
  double      sum = 0;

  if (g_str_equal (kind, "branin"))
    {
      double a = x[1] - 5.1 / (4 * G_PI * G_PI) * x[0] * x[0] + 5 / G_PI * x[0] - 6;
      return a * a + 10 * (1 - 1 / (8 * G_PI)) * cos (x[0]) + 10;
    }
  if (g_str_equal (kind, "hartmann"))
    return run_hartmann (self, x);
  if (g_str_has_prefix (kind, "ackley"))
    return run_ackley (x, g_str_equal (kind, "ackley") ? NULL : self->shift, n);
  if (g_str_equal (kind, "levy"))
    return run_levy (x, n);
  if (g_str_equal (kind, "func2c") || g_str_equal (kind, "func3c"))
    return run_parts (x, g_str_equal (kind, "func3c"));
  if (g_str_equal (kind, "jenatton"))
    return run_tree (x);
  if (!g_str_equal (kind, "rosenbrock"))
    g_error ("no function %s", kind);
  for (guint i = 0; i + 1 < n; i++)
    sum += 100 * (x[i + 1] - x[i] * x[i]) * (x[i + 1] - x[i] * x[i]) + (x[i] - 1) * (x[i] - 1);
  return sum;
}

double
bench_problem_run (const BenchProblem *self, GVariant *point)
{
  double x[MAX_PARAMETERS], square = 0, limit = get_number (get (self->description, "fails_if"), "norm2_above", HUGE_VAL);
  guint  n = sx_space_get_n_parameters (self->space);

  g_assert_cmpuint (n, <=, MAX_PARAMETERS);
  if (self->surrogate)
    return run_surrogate (self, point);
  for (guint i = 0; i < n; i++)
    {
      x[i] = get_value (self, point, i);
      square += isnan (x[i]) ? 0 : x[i] * x[i];
    }
  return sqrt (square) > limit ? NAN : run_formula (self, x, n);
}

/* The file's own checks */

static GVariant *
read_point (const BenchProblem *self, yajl_val values)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < sx_space_get_n_parameters (self->space); i++)
    {
      const SxParameter *p = sx_space_get_parameter (self->space, i);
      yajl_val           value = get (values, p->name);
      if (YAJL_IS_STRING (value))
        g_variant_dict_insert (&dict, p->name, "s", YAJL_GET_STRING (value));
      else if (YAJL_IS_NUMBER (value) && p->type == SX_PARAMETER_INT)
        g_variant_dict_insert (&dict, p->name, "x", (gint64)YAJL_GET_DOUBLE (value));
      else if (YAJL_IS_NUMBER (value))
        g_variant_dict_insert (&dict, p->name, "d", YAJL_GET_DOUBLE (value));
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

gboolean
bench_problem_check (const BenchProblem *self)
{
  yajl_val checks = get (self->description, "checks"), minimisers = get (self->description, "minimizers"), first = get (self->description, "init_check");
  gboolean is_good = TRUE;
  guint    at = 0;

  for (gsize i = 0; YAJL_IS_ARRAY (checks) && i < checks->u.array.len; i++)
    {
      yajl_val item = checks->u.array.values[i];
      g_autoptr (GVariant) point = read_point (self, get (item, "x"));
      double value = bench_problem_run (self, point), known = get_number (item, "f", NAN);
      if (isnan (value) != isnan (known) || fabs (value - known) > 1e-6 * MAX (1, fabs (known)))
        {
          g_printerr ("%s: %.9g, not %.9g\n", self->name, value, known);
          is_good = FALSE;
        }
    }
  for (gsize i = 0; YAJL_IS_ARRAY (minimisers) && i < minimisers->u.array.len; i++)
    {
      g_autoptr (GVariant) point = read_point (self, minimisers->u.array.values[i]);
      double value = bench_problem_run (self, point), known = bench_problem_get_optimum (self);
      if (!(fabs (value - known) <= 1e-5 * MAX (1, fabs (known))))
        {
          g_printerr ("%s: minimum %.9g, not %.9g\n", self->name, value, known);
          is_good = FALSE;
        }
    }
  g_autoptr (GPtrArray) start = bench_problem_get_start (self, 0);
  for (guint i = 0; first && i < sx_space_get_n_parameters (self->space); i++)
    {
      yajl_val    p = get_parameter (self, i);
      const char *name = get_text (p, "name"), *choice;
      double      low = get_number (p, "low", 0), high = get_number (p, "high", 1), x;
      g_autoptr (GVariant) value = g_variant_lookup_value (start->pdata[0], name, NULL);
      if (!value)
        continue;
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        {
          choice = g_variant_get_string (value, NULL);
          for (x = 0; g_strcmp0 (choice, YAJL_GET_STRING (get (p, "choices")->u.array.values[(gsize)x])) != 0;)
            x++;
        }
      else
        {
          x = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? (double)g_variant_get_int64 (value) : g_variant_get_double (value);
          x = YAJL_IS_TRUE (get (p, "log")) ? log (x / low) / log (high / low) : (x - low) / (high - low);
        }
      if (fabs (x - YAJL_GET_DOUBLE (first->u.array.values[at])) > 1e-9)
        {
          g_printerr ("%s: first point, %s: %.9g\n", self->name, name, x);
          is_good = FALSE;
        }
      at++;
    }
  return is_good;
}
