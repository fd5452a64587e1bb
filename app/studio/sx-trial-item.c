/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-trial-item.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _SxTrialItem
{
  GObject parent_instance;

  guint        number;
  SxTrialState state;
  GVariant    *config;
  char        *origin;
  char        *message;
  double       value, seconds;
  guint        iteration, n_iterations, fold;
  GArray      *points; /* of SxRunPoint */
  guint        is_best : 1;
  guint        is_claimed : 1; /* its points are being read, or were */
  guint        is_paused : 1;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxTrialItem, sx_trial_item, G_TYPE_OBJECT)

static const struct
{
  const char *nick, *title;
} origins[] = {
  { "portfolio", N_ ("Known good") },
  { "random", N_ ("Random") },
  { "bayes", N_ ("Bayesian") },
  { "user", N_ ("Yours") },
};

static const char *const states[] = {
  [SX_TRIAL_RUNNING] = N_ ("Running"),
  [SX_TRIAL_DONE] = N_ ("Done"),
  [SX_TRIAL_FAILED] = N_ ("Failed"),
  [SX_TRIAL_PRUNED] = N_ ("Stopped early"),
};

static void
sx_trial_item_finalize (GObject *object)
{
  SxTrialItem *self = SX_TRIAL_ITEM (object);

  g_clear_pointer (&self->config, g_variant_unref);
  g_array_unref (self->points);
  g_free (self->origin);
  g_free (self->message);
  G_OBJECT_CLASS (sx_trial_item_parent_class)->finalize (object);
}

static void
sx_trial_item_class_init (SxTrialItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sx_trial_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", SX_TYPE_TRIAL_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sx_trial_item_init (SxTrialItem *self)
{
  self->value = NAN;
  self->points = g_array_new (FALSE, FALSE, sizeof (SxRunPoint));
}

SxTrialItem *
sx_trial_item_new (guint number, GVariant *config, const char *origin)
{
  SxTrialItem *self = g_object_new (SX_TYPE_TRIAL_ITEM, NULL);

  self->number = number;
  self->config = config ? g_variant_ref_sink (config) : NULL;
  self->origin = g_strdup (origin ? origin : "");
  return self;
}

static void
say_changed (SxTrialItem *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sx_trial_item_set_record (SxTrialItem *self, const SxRunTrial *trial)
{
  g_return_if_fail (SX_IS_TRIAL_ITEM (self));
  g_return_if_fail (trial != NULL && trial->number == self->number);

  g_clear_pointer (&self->config, g_variant_unref);
  self->config = trial->config ? g_variant_ref (trial->config) : NULL;
  g_free (self->origin);
  self->origin = g_strdup (trial->origin ? trial->origin : "");
  g_free (self->message);
  self->message = trial->message && *trial->message ? g_strdup (trial->message) : NULL;
  self->state = trial->state;
  self->value = trial->state == SX_TRIAL_RUNNING ? NAN : trial->value;
  self->seconds = trial->seconds;
  self->iteration = MAX (self->iteration, trial->n_iterations);
  say_changed (self);
}

void
sx_trial_item_finish (SxTrialItem *self, SxTrialState state, double value, double seconds, const char *message)
{
  g_return_if_fail (SX_IS_TRIAL_ITEM (self));

  self->state = state;
  self->value = value;
  self->seconds = seconds;
  g_free (self->message);
  self->message = message && *message ? g_strdup (message) : NULL;
  say_changed (self);
}

void
sx_trial_item_set_is_best (SxTrialItem *self, gboolean is_best)
{
  g_return_if_fail (SX_IS_TRIAL_ITEM (self));

  if (self->is_best == !!is_best)
    return;
  self->is_best = !!is_best;
  say_changed (self);
}

void
sx_trial_item_set_is_paused (SxTrialItem *self, gboolean is_paused)
{
  g_return_if_fail (SX_IS_TRIAL_ITEM (self));

  is_paused = is_paused && self->state == SX_TRIAL_RUNNING;
  if (self->is_paused == !!is_paused)
    return;
  self->is_paused = !!is_paused;
  say_changed (self);
}

/* Where the point of (@fold, @iteration) stands, or has to be put in: points of a fold come in order, so that the search from the end is short. */
static guint
find_place (SxTrialItem *self, guint fold, guint iteration, gboolean *is_known)
{
  guint place = self->points->len;

  *is_known = FALSE;
  while (place > 0)
    {
      const SxRunPoint *before = &g_array_index (self->points, SxRunPoint, place - 1);

      if (before->fold < fold || (before->fold == fold && before->iteration < iteration))
        break;
      place--;
      if (before->fold == fold && before->iteration == iteration)
        {
          *is_known = TRUE;
          break;
        }
    }
  return place;
}

void
sx_trial_item_add_point (SxTrialItem *self, const SxRunPoint *point, guint n_iterations)
{
  gboolean is_known;
  guint    place;

  g_return_if_fail (SX_IS_TRIAL_ITEM (self));
  g_return_if_fail (point != NULL);

  place = find_place (self, point->fold, point->iteration, &is_known);
  if (is_known)
    g_array_index (self->points, SxRunPoint, place) = *point;
  else
    g_array_insert_val (self->points, place, *point);
  self->iteration = point->iteration;
  self->n_iterations = n_iterations;
  self->fold = point->fold;
  self->is_claimed = FALSE;
}

void
sx_trial_item_set_points (SxTrialItem *self, GArray *points)
{
  g_return_if_fail (SX_IS_TRIAL_ITEM (self));
  g_return_if_fail (points != NULL);

  g_array_unref (self->points);
  self->points = g_array_ref (points);
  say_changed (self);
}

guint
sx_trial_item_get_number (SxTrialItem *self)
{
  return self->number;
}

SxTrialState
sx_trial_item_get_state (SxTrialItem *self)
{
  return self->state;
}

GVariant *
sx_trial_item_get_config (SxTrialItem *self)
{
  return self->config;
}

double
sx_trial_item_get_value (SxTrialItem *self)
{
  return self->value;
}

double
sx_trial_item_get_seconds (SxTrialItem *self)
{
  return self->seconds;
}

const char *
sx_trial_item_get_origin (SxTrialItem *self)
{
  return self->origin;
}

const char *
sx_trial_item_get_message (SxTrialItem *self)
{
  return self->message;
}

gboolean
sx_trial_item_get_is_best (SxTrialItem *self)
{
  return self->is_best;
}

guint
sx_trial_item_get_iteration (SxTrialItem *self)
{
  return self->iteration;
}

guint
sx_trial_item_get_n_iterations (SxTrialItem *self)
{
  return self->n_iterations;
}

guint
sx_trial_item_get_fold (SxTrialItem *self)
{
  return self->fold;
}

const GArray *
sx_trial_item_get_points (SxTrialItem *self)
{
  return self->points;
}

gboolean
sx_trial_item_claim_points (SxTrialItem *self)
{
  gboolean is_first = !self->is_claimed;

  self->is_claimed = TRUE;
  return is_first;
}

/* ---- texts ---- */

const char *
sx_trial_item_get_state_title (SxTrialItem *self)
{
  g_return_val_if_fail (SX_IS_TRIAL_ITEM (self), NULL);
  return self->is_paused ? sx_run_state_get_title (SX_RUN_INTERRUPTED) : _ (states[MIN (self->state, SX_TRIAL_PRUNED)]);
}

const char *
sx_trial_item_get_origin_title (SxTrialItem *self)
{
  g_return_val_if_fail (SX_IS_TRIAL_ITEM (self), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (origins); i++)
    if (g_str_equal (origins[i].nick, self->origin))
      return _ (origins[i].title);
  return self->origin;
}

char *
sx_trial_value_to_text (GVariant *value)
{
  g_return_val_if_fail (value != NULL, NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup_printf ("%.4g", g_variant_get_double (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%'" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

char *
sx_trial_item_dup_config_text (SxTrialItem *self)
{
  GString     *text = g_string_new (NULL);
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_return_val_if_fail (SX_IS_TRIAL_ITEM (self), NULL);

  if (self->config == NULL)
    return g_string_free (text, FALSE);
  g_variant_iter_init (&iter, self->config);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *shown = sx_trial_value_to_text (value);

      if (text->len > 0)
        g_string_append (text, " · ");
      g_string_append_printf (text, "%s %s", name, shown);
      g_variant_unref (value);
    }
  return g_string_free (text, FALSE);
}
