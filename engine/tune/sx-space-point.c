/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "tune/sx-space-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Points of a space: checking, completing, narrowing, and the way to the unit cube and back. */

gboolean
sx_value_get_number (GVariant *value, double *number)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else
    return FALSE;
  return TRUE;
}

gboolean
sx_value_equal (GVariant *a, GVariant *b)
{
  double x, y;
  if (sx_value_get_number (a, &x) && sx_value_get_number (b, &y))
    return !(x < y) && !(x > y);
  return g_variant_equal (a, b);
}

char *
sx_value_dup_text (GVariant *value)
{
  double x;
  char   buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (sx_value_get_number (value, &x))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.10g", x));
  return g_variant_print (value, FALSE);
}

static gboolean
set_outside (const SxParameter *p, GVariant *value, GError **error)
{
  g_autofree char *text = sx_value_dup_text (value);

  if (p->type <= SX_PARAMETER_INT)
    {
      char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE,
                   p->type == SX_PARAMETER_INT ? _ ("Parameter “%s”: %s is not a whole number from %s to %s.") : _ ("Parameter “%s”: %s is not a number from %s to %s."),
                   p->name, text, g_ascii_formatd (low, sizeof low, "%.10g", p->low), g_ascii_formatd (high, sizeof high, "%.10g", p->high));
    }
  else
    {
      g_autoptr (GString) known = g_string_new (NULL);
      for (guint i = 0; i < p->n_choices && i < 12; i++)
        {
          g_autofree char *choice = sx_value_dup_text (p->choices[i]);
          g_string_append_printf (known, "%s%s", i ? ", " : "", choice);
        }
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s”: %s is none of its choices (%s)."), p->name, text, known->str);
    }
  return FALSE;
}

GVariant *
sx_parameter_accept (const SxParameter *p, GVariant *value, GError **error)
{
  double x;

  if (p->type > SX_PARAMETER_INT)
    {
      for (guint i = 0; i < p->n_choices; i++)
        if (sx_value_equal (p->choices[i], value))
          return g_variant_ref (p->choices[i]);
      set_outside (p, value, error);
      return NULL;
    }
  if (!sx_value_get_number (value, &x) || !(x >= p->low - 1e-9 * fabs (p->low)) || !(x <= p->high + 1e-9 * fabs (p->high)) || (p->type == SX_PARAMETER_INT && floor (x) < x))
    {
      set_outside (p, value, error);
      return NULL;
    }
  x = CLAMP (x, p->low, p->high);
  return g_variant_ref_sink (p->type == SX_PARAMETER_INT ? g_variant_new_int64 ((gint64)x) : g_variant_new_double (x));
}

gboolean
sx_space_is_alive (const SxSpace *self, guint index, GVariantDict *point)
{
  const SxParameter *p = self->parameters->pdata[index];

  if (!p->when_name)
    return TRUE;
  g_autoptr (GVariant) value = g_variant_dict_lookup_value (point, p->when_name, NULL);
  for (guint i = 0; value && i < p->n_when_values; i++)
    if (sx_value_equal (p->when_values[i], value))
      return TRUE;
  return FALSE;
}

GVariant *
sx_space_ref_default (SxSpace *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < self->parameters->len; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      if (sx_space_is_alive (self, i, &dict))
        g_variant_dict_insert_value (&dict, p->name, p->fallback);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
set_unknown (const SxSpace *self, const char *name, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, self->parameters->len + 1);
  const char             *like;

  for (guint i = 0; i < self->parameters->len; i++)
    names[i] = ((SxParameter *)self->parameters->pdata[i])->name;
  like = sx_yaml_suggest (name, names);
  if (like)
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("The space has no parameter “%s”. Did you mean “%s”?"), name, like);
  else
    g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("The space has no parameter “%s”."), name);
}

static gboolean
check_names (const SxSpace *self, GVariant *point, GError **error)
{
  GVariantIter iter;
  const char  *name;

  if (!g_variant_is_of_type (point, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("A point must be a map from parameters to values."));
      return FALSE;
    }
  g_variant_iter_init (&iter, point);
  while (g_variant_iter_next (&iter, "{&s@v}", &name, NULL))
    if (!sx_space_find (self, name))
      {
        set_unknown (self, name, error);
        return FALSE;
      }
  return TRUE;
}

GVariant *
sx_space_complete (const SxSpace *self, GVariant *point, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (self && point, NULL);
  if (!check_names (self, point, error))
    return NULL;
  for (guint i = 0; i < self->parameters->len; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      g_autoptr (GVariant) given = g_variant_lookup_value (point, p->name, NULL);
      g_autoptr (GVariant) value = given ? sx_parameter_accept (p, given, error) : g_variant_ref (p->fallback);
      if (!value)
        return NULL;
      if (sx_space_is_alive (self, i, &dict))
        g_variant_dict_insert_value (&dict, p->name, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Narrowing */

static void
take_choices (SxParameter *p, SxParameterType type, GPtrArray *choices)
{
  for (guint i = 0; i < p->n_choices; i++)
    g_variant_unref (p->choices[i]);
  g_free (p->choices);
  p->n_choices = choices->len;
  p->choices = g_new0 (GVariant *, choices->len + 1);
  for (guint i = 0; i < choices->len; i++)
    p->choices[i] = g_variant_ref (choices->pdata[i]);
  p->type = type;
  for (guint i = 0; i < choices->len; i++)
    if (sx_value_equal (p->fallback, choices->pdata[i]))
      return;
  g_variant_unref (p->fallback);
  p->fallback = g_variant_ref (p->choices[0]);
}

static gboolean
narrow_range (SxParameter *p, GVariant *map, GError **error)
{
  GVariantIter iter;
  const char  *key;
  GVariant    *value;
  double       low = p->low, high = p->high, x;

  if (p->type > SX_PARAMETER_INT)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s” has choices, not a range. Give a list of choices."), p->name);
      return FALSE;
    }
  g_variant_iter_init (&iter, map);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) own = value;
      g_autoptr (GVariant) checked = NULL;
      if (!g_str_equal (key, "low") && !g_str_equal (key, "high"))
        {
          g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s”: a range has “low” and “high”, not “%s”."), p->name, key);
          return FALSE;
        }
      checked = sx_parameter_accept (p, own, error);
      if (!checked || !sx_value_get_number (checked, &x))
        return FALSE;
      *(g_str_equal (key, "low") ? &low : &high) = x;
    }
  if (low > high)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s”: “low” lies above “high”."), p->name);
      return FALSE;
    }
  p->low = p->step > 0 ? p->low + p->step * ceil ((low - p->low) / p->step - 1e-9) : low;
  p->high = p->step > 0 ? p->low + p->step * floor ((high - p->low) / p->step + 1e-9) : high;
  if (p->low > p->high)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s”: the range holds none of its values."), p->name);
      return FALSE;
    }
  if (sx_value_get_number (p->fallback, &x))
    {
      x = CLAMP (x, p->low, p->high);
      g_variant_unref (p->fallback);
      p->fallback = g_variant_ref_sink (p->type == SX_PARAMETER_INT ? g_variant_new_int64 ((gint64)x) : g_variant_new_double (x));
    }
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = 0, y = 0;
  sx_value_get_number (*(GVariant *const *)a, &x);
  sx_value_get_number (*(GVariant *const *)b, &y);
  return (x > y) - (x < y);
}

static gboolean
narrow_list (SxParameter *p, GVariant *list, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  gsize n = g_variant_n_children (list);

  if (n == 0 || n > SX_SPACE_MAX_CHOICES)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_SPACE, _ ("Parameter “%s”: the list of choices is empty or too long."), p->name);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) value = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);
      g_autoptr (GVariant) accepted = sx_parameter_accept (p, value, error);
      gboolean is_new = TRUE;
      if (!accepted)
        return FALSE;
      for (guint j = 0; j < kept->len; j++)
        is_new = is_new && !sx_value_equal (accepted, kept->pdata[j]);
      if (is_new)
        g_ptr_array_add (kept, g_steal_pointer (&accepted));
    }
  if (p->type != SX_PARAMETER_CATEGORY)
    g_ptr_array_sort (kept, compare_numbers);
  take_choices (p, p->type == SX_PARAMETER_CATEGORY ? SX_PARAMETER_CATEGORY : SX_PARAMETER_ORDINAL, kept);
  return TRUE;
}

static gboolean
narrow_parameter (SxParameter *p, GVariant *override, GError **error)
{
  g_autoptr (GPtrArray) one = NULL;
  GVariant *value;

  if (g_variant_is_of_type (override, G_VARIANT_TYPE_VARDICT))
    return narrow_range (p, override, error);
  if (g_variant_is_of_type (override, G_VARIANT_TYPE_ARRAY))
    return narrow_list (p, override, error);
  value = sx_parameter_accept (p, override, error);
  if (!value)
    return FALSE;
  one = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  g_ptr_array_add (one, value);
  take_choices (p, SX_PARAMETER_FIXED, one);
  return TRUE;
}

SxSpace *
sx_space_narrow (const SxSpace *self, GVariant *overrides, GError **error)
{
  g_autoptr (SxSpace) copy = NULL;

  g_return_val_if_fail (self && overrides, NULL);
  if (!check_names (self, overrides, error))
    return NULL;
  copy = sx_space_new_empty ();
  for (guint i = 0; i < self->parameters->len; i++)
    {
      SxParameter *p = sx_parameter_copy (self->parameters->pdata[i]);
      g_autoptr (GVariant) override = g_variant_lookup_value (overrides, p->name, NULL);
      g_ptr_array_add (copy->parameters, p);
      if (override && !narrow_parameter (p, override, error))
        return NULL;
    }
  sx_space_finish (copy);
  return g_steal_pointer (&copy);
}

/* The unit cube */

guint64
sx_parameter_get_n_values (const SxParameter *p)
{
  if (p->type > SX_PARAMETER_INT)
    return p->n_choices;
  if (p->high <= p->low)
    return 1;
  return p->step > 0 ? (guint64)floor ((p->high - p->low) / p->step + 0.5) + 1 : 0;
}

/* The ends of the range in the scale's own units, widened half a cell where there are cells. */
static void
get_ends (const SxParameter *p, double *low, double *high)
{
  *low = p->low - p->step / 2;
  *high = p->high + p->step / 2;
  if (p->is_log)
    {
      *low = log (MAX (*low, p->low / 2));
      *high = log (*high);
    }
}

static double
number_to_unit (const SxParameter *p, double x)
{
  double low, high;

  get_ends (p, &low, &high);
  if (high <= low)
    return 0.5;
  return CLAMP (((p->is_log ? log (x) : x) - low) / (high - low), 0, 1);
}

static double
number_from_unit (const SxParameter *p, double unit)
{
  double low, high, x;

  get_ends (p, &low, &high);
  x = low + unit * (high - low);
  x = p->is_log ? exp (x) : x;
  if (p->step > 0)
    x = p->low + p->step * floor ((x - p->low) / p->step + 0.5);
  return CLAMP (x, p->low, p->high);
}

double
sx_parameter_get_unit (const SxParameter *p, guint64 i)
{
  if (p->type == SX_PARAMETER_CATEGORY || p->type == SX_PARAMETER_FIXED)
    return (double)i;
  if (p->type == SX_PARAMETER_ORDINAL)
    return ((double)i + 0.5) / p->n_choices;
  return number_to_unit (p, p->low + p->step * (double)i);
}

static double
value_to_unit (const SxParameter *p, GVariant *value)
{
  double x;

  if (p->type <= SX_PARAMETER_INT)
    return sx_value_get_number (value, &x) ? number_to_unit (p, x) : 0.5;
  for (guint i = 0; i < p->n_choices; i++)
    if (sx_value_equal (p->choices[i], value))
      return sx_parameter_get_unit (p, i);
  return sx_parameter_get_unit (p, 0);
}

static GVariant *
value_from_unit (const SxParameter *p, double unit)
{
  double at = p->type == SX_PARAMETER_ORDINAL ? floor (unit * p->n_choices) : floor (unit + 0.5);

  if (p->type == SX_PARAMETER_FLOAT)
    return g_variant_new_double (number_from_unit (p, unit));
  if (p->type == SX_PARAMETER_INT)
    return g_variant_new_int64 ((gint64)number_from_unit (p, unit));
  return p->choices[(guint)CLAMP (at, 0, p->n_choices - 1.0)];
}

void
sx_space_encode (const SxSpace *self, GVariant *point, double *unit)
{
  guint n = self->parameters->len;

  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      g_autoptr (GVariant) value = g_variant_lookup_value (point, p->name, NULL);
      unit[i] = value_to_unit (p, value ? value : p->fallback);
      unit[n + i] = value ? 0 : 1;
    }
}

GVariant *
sx_space_decode (const SxSpace *self, double *unit)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  guint n = self->parameters->len;

  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      gboolean           alive = sx_space_is_alive (self, i, &dict);
      g_autoptr (GVariant) value = alive ? g_variant_ref_sink (value_from_unit (p, unit[i])) : g_variant_ref (p->fallback);
      unit[i] = value_to_unit (p, value);
      unit[n + i] = alive ? 0 : 1;
      if (alive)
        g_variant_dict_insert_value (&dict, p->name, value);
    }
  return g_variant_dict_end (&dict);
}

void
sx_space_finish (SxSpace *self)
{
  guint n = self->parameters->len;

  self->parents = g_new (int, n + 1);
  self->fallback = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      self->parents[i] = -1;
      self->fallback[i] = value_to_unit (p, p->fallback);
      for (guint j = 0; p->when_name && j < i; j++)
        if (g_str_equal (((SxParameter *)self->parameters->pdata[j])->name, p->when_name))
          self->parents[i] = (int)j;
    }
}

static double
snap_unit (const SxParameter *p, double unit)
{
  if (p->type <= SX_PARAMETER_INT)
    return number_to_unit (p, number_from_unit (p, unit));
  double at = p->type == SX_PARAMETER_ORDINAL ? floor (unit * p->n_choices) : floor (unit + 0.5);
  return sx_parameter_get_unit (p, (guint64)CLAMP (at, 0, p->n_choices - 1.0));
}

static gboolean
is_met (const SxParameter *p, const SxParameter *parent, double unit)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (value_from_unit (parent, unit));
  for (guint i = 0; i < p->n_when_values; i++)
    if (sx_value_equal (p->when_values[i], value))
      return TRUE;
  return FALSE;
}

void
sx_space_snap (const SxSpace *self, double *unit)
{
  guint n = self->parameters->len;

  for (guint i = 0; i < n; i++)
    {
      const SxParameter *p = self->parameters->pdata[i];
      int                parent = self->parents[i];
      gboolean           alive = !p->when_name || (parent >= 0 && unit[n + parent] < 0.5 && is_met (p, self->parameters->pdata[parent], unit[parent]));
      unit[i] = alive ? snap_unit (p, unit[i]) : self->fallback[i];
      unit[n + i] = alive ? 0 : 1;
    }
}

guint64
sx_space_get_n_points (const SxSpace *self)
{
  /* Counts combinations of the parameters on which others depend by walking them; without conditions it is a plain product. */
  guint64 product = 1;

  for (guint i = 0; i < self->parameters->len; i++)
    {
      guint64 n = sx_parameter_get_n_values (self->parameters->pdata[i]);
      if (n == 0 || product > G_MAXINT32 / n)
        return 0;
      product *= n;
    }
  return product;
}
