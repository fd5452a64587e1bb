/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "bench-surrogate.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>
#include <yajl/yajl_tree.h>

struct _BenchSurrogate
{
  yajl_val description;
  float   *numbers;
  gsize    n_numbers;
};

static yajl_val
get (yajl_val from, const char *key, yajl_type type)
{
  const char *path[] = { key, NULL };
  yajl_val    value = yajl_tree_get (from, path, type);
  if (!value)
    g_error ("surrogate: no %s", key);
  return value;
}

BenchSurrogate *
bench_surrogate_load (const char *path, GError **error)
{
  g_autofree char *json_path = g_strconcat (path, ".json", NULL), *data_path = g_strconcat (path, ".f32", NULL), *json = NULL;
  g_autoptr (BenchSurrogate) self = g_new0 (BenchSurrogate, 1);
  char  message[256], *data = NULL;
  gsize size;

  if (!g_file_get_contents (json_path, &json, NULL, error) || !g_file_get_contents (data_path, &data, &size, error))
    return NULL;
  self->numbers = (float *)(gpointer)data;
  self->n_numbers = size / sizeof (float);
  self->description = yajl_tree_parse (json, message, sizeof message);
  if (!self->description)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", json_path, message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
bench_surrogate_free (BenchSurrogate *self)
{
  yajl_tree_free (self->description);
  g_free (self->numbers);
  g_free (self);
}

static yajl_val
get_item (const BenchSurrogate *self, const char *list, guint index)
{
  yajl_val values = get (self->description, list, yajl_t_array);
  g_assert_cmpuint (index, <, values->u.array.len);
  return values->u.array.values[index];
}

static guint
get_length (const BenchSurrogate *self, const char *list)
{
  return (guint)get (self->description, list, yajl_t_array)->u.array.len;
}

guint
bench_surrogate_get_n_categories (const BenchSurrogate *self)
{
  return get_length (self, "cat");
}

guint
bench_surrogate_get_n_numbers (const BenchSurrogate *self)
{
  return get_length (self, "cont");
}

const char *
bench_surrogate_get_category (const BenchSurrogate *self, guint index)
{
  return YAJL_GET_STRING (get_item (self, "cat", index));
}

const char *
bench_surrogate_get_number (const BenchSurrogate *self, guint index)
{
  return YAJL_GET_STRING (get_item (self, "cont", index));
}

guint
bench_surrogate_get_code (const BenchSurrogate *self, guint category, const char *choice)
{
  const char *path[] = { "encoding", bench_surrogate_get_category (self, category), choice, NULL };
  yajl_val    code = yajl_tree_get (self->description, path, yajl_t_number);
  return code ? (guint)YAJL_GET_INTEGER (code) : 0;
}

static const float *
get_weights (const BenchSurrogate *self, guint *rows, guint *columns, const char *format, ...)
{
  va_list          args;
  g_autofree char *name = NULL;
  yajl_val         weights = get (self->description, "weights", yajl_t_array);

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  for (gsize i = 0; i < weights->u.array.len; i++)
    {
      yajl_val item = weights->u.array.values[i];
      if (g_strcmp0 (YAJL_GET_STRING (get (item, "name", yajl_t_string)), name) != 0)
        continue;
      *rows = (guint)YAJL_GET_INTEGER (get (item, "rows", yajl_t_number));
      *columns = (guint)YAJL_GET_INTEGER (get (item, "cols", yajl_t_number));
      gsize offset = (gsize)YAJL_GET_INTEGER (get (item, "offset", yajl_t_number));
      g_assert_cmpuint (offset + (gsize)*rows * *columns, <=, self->n_numbers);
      return self->numbers + offset;
    }
  g_error ("surrogate: no weights %s", name);
}

static double
apply (yajl_val operations, double x)
{
  for (gsize i = 0; i < operations->u.array.len; i++)
    {
      yajl_val    operation = operations->u.array.values[i];
      const char *name = YAJL_GET_STRING (operation->u.array.values[0]);
      double      by = operation->u.array.len > 1 ? YAJL_GET_DOUBLE (operation->u.array.values[1]) : 0;
      switch (name[0] << 8 | name[1])
        {
        case 'a' << 8 | 'd':
          x += by;
          break;
        case 's' << 8 | 'u':
          x -= by;
          break;
        case 'm' << 8 | 'u':
          x *= by;
          break;
        case 'd' << 8 | 'i':
          x /= by;
          break;
        case 'l' << 8 | 'o':
          x = log (x);
          break;
        case 'e' << 8 | 'x':
          x = exp (x);
          break;
        case 'n' << 8 | 'e':
          x = -x;
          break;
        default:
          g_error ("surrogate: no operation %s", name);
        }
    }
  return x;
}

/* (transfer full): W x + b of the layer @name. */
static double *
multiply (const BenchSurrogate *self, const char *name, const double *x, guint *n_out)
{
  guint        rows, columns, unused;
  const float *weights = get_weights (self, &rows, &columns, "%s.weight", name);
  const float *bias = get_weights (self, n_out, &unused, "%s.bias", name);
  double      *out = g_new (double, rows);

  for (guint i = 0; i < rows; i++)
    {
      out[i] = bias[i];
      for (guint j = 0; j < columns; j++)
        out[i] += weights[(gsize)i * columns + j] * x[j];
    }
  return out;
}

/* (transfer full) */
static double *
normalise (const BenchSurrogate *self, const char *name, const double *x)
{
  guint        n, one;
  const float *mean = get_weights (self, &n, &one, "%s.running_mean", name), *variance = get_weights (self, &n, &one, "%s.running_var", name);
  const float *weight = get_weights (self, &n, &one, "%s.weight", name), *bias = get_weights (self, &n, &one, "%s.bias", name);
  double       epsilon = YAJL_GET_DOUBLE (get (self->description, "eps_bn", yajl_t_number));
  double      *out = g_new (double, n);

  for (guint i = 0; i < n; i++)
    out[i] = (x[i] - mean[i]) / sqrt (variance[i] + epsilon) * weight[i] + bias[i];
  return out;
}

double
bench_surrogate_run (const BenchSurrogate *self, const guint *codes, const double *numbers, guint output)
{
  g_autofree double *input = g_new0 (double, 4096), *hidden = NULL, *last = NULL, *head = NULL;
  guint              n = 0, n_hidden, n_out, rows, columns, n_layers = (guint)YAJL_GET_INTEGER (get (self->description, "n_layers", yajl_t_number));

  for (guint i = 0; i < bench_surrogate_get_n_categories (self); i++)
    {
      const float *table = get_weights (self, &rows, &columns, "embds_fct.%u.weight", i);
      for (guint j = 0; j < columns; j++)
        input[n++] = table[(gsize)codes[i] * columns + j];
    }
  for (guint i = 0; i < bench_surrogate_get_n_numbers (self); i++)
    input[n++] = apply (get_item (self, "in_ops", i), numbers[i]);
  hidden = multiply (self, "first_layer", input, &n_hidden);
  for (guint layer = 0; layer < n_layers; layer++)
    {
      g_autofree char   *norm = g_strdup_printf ("layers.%u.norm", layer), *first = g_strdup_printf ("layers.%u.linear0", layer);
      g_autofree char   *second = g_strdup_printf ("layers.%u.linear1", layer);
      g_autofree double *normed = normalise (self, norm, hidden), *both = multiply (self, first, normed, &n_out);
      for (guint i = 0; i < n_out / 2; i++)
        both[i] *= MAX (both[n_out / 2 + i], 0);
      g_autofree double *change = multiply (self, second, both, &n_out);
      for (guint i = 0; i < n_hidden; i++)
        hidden[i] += change[i];
    }
  last = normalise (self, "last_normalization", hidden);
  for (guint i = 0; i < n_hidden; i++)
    last[i] = MAX (last[i], 0);
  head = multiply (self, "head", last, &n_out);
  g_assert_cmpuint (output, <, n_out);
  return apply (get_item (self, "out_ops", output), 0.5 * (1 + tanh (0.5 * head[output])));
}
