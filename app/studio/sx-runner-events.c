/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What the worker says. engine/run/PROTOCOL.md has the events; members that are missing or of another type count as nothing. */

#include "config.h"

#include "sx-runner-private.h"

#include <math.h>

static double
get_double (GVariant *details, const char *key)
{
  double value = NAN;

  g_variant_lookup (details, key, "d", &value);
  return value;
}

static guint
get_uint (GVariant *details, const char *key)
{
  guint32 value = 0;

  g_variant_lookup (details, key, "u", &value);
  return value;
}

static const char *
get_text (GVariant *details, const char *key)
{
  const char *text = NULL;

  g_variant_lookup (details, key, "&s", &text);
  return text;
}

static void
take_phase (SxRunner *self, GVariant *details)
{
  sx_runner_set_text (self, &self->phase, get_text (details, "text"));
}

static void
take_data (SxRunner *self, GVariant *details)
{
  g_variant_lookup (details, "rows", "t", &self->n_rows);
  self->n_columns = get_uint (details, "columns");
}

static void
take_trial_started (SxRunner *self, GVariant *details)
{
  g_autoptr (GVariant) config = g_variant_lookup_value (details, "config", G_VARIANT_TYPE_VARDICT);
  guint number = get_uint (details, "trial");

  if (number == 0)
    return;
  sx_runner_ensure_trial (self, number, config, get_text (details, "origin"));
  sx_trial_item_set_is_paused (sx_runner_get_trial (self, number), FALSE);
  self->current = number;
}

static void
take_epoch (SxRunner *self, GVariant *details)
{
  SxRunPoint point = {
    .trial = get_uint (details, "trial"),
    .fold = get_uint (details, "fold"),
    .iteration = get_uint (details, "iteration"),
    .training_loss = get_double (details, "training-loss"),
    .validation_loss = get_double (details, "validation-loss"),
    .seconds = NAN,
  };
  SxTrialItem *item = sx_runner_ensure_trial (self, point.trial, NULL, NULL);

  self->current = point.trial;
  sx_trial_item_add_point (item, &point, get_uint (details, "n-iterations"));
  sx_runner_say_points (self, item);
}

static SxTrialState
parse_state (const char *nick)
{
  if (g_strcmp0 (nick, "done") == 0)
    return SX_TRIAL_DONE;
  return g_strcmp0 (nick, "pruned") == 0 ? SX_TRIAL_PRUNED : SX_TRIAL_FAILED;
}

static void
take_trial_finished (SxRunner *self, GVariant *details)
{
  guint        number = get_uint (details, "trial");
  SxTrialItem *item;

  if (number == 0)
    return;
  item = sx_runner_ensure_trial (self, number, NULL, NULL);
  sx_trial_item_finish (item, parse_state (get_text (details, "state")), get_double (details, "value"), get_double (details, "seconds"), get_text (details, "message"));
  if (self->current == number)
    self->current = SX_RUNNER_NO_TRIAL;
  sx_runner_count_finished (self);
  sx_runner_set_best (self, get_uint (details, "best"));
}

static void
take_log (SxRunner *self, GVariant *details)
{
  if (g_strcmp0 (get_text (details, "level"), "warning") == 0)
    sx_runner_set_text (self, &self->notice, get_text (details, "message"));
}

static const struct
{
  const char *name;
  void (*take) (SxRunner *self, GVariant *details);
} events[] = {
  { "phase", take_phase },
  { "data", take_data },
  { "trial-started", take_trial_started },
  { "epoch", take_epoch },
  { "trial-finished", take_trial_finished },
  { "log", take_log },
};

void
sx_runner_take_event (SxRunner *self, const char *name, GVariant *details)
{
  g_return_if_fail (SX_IS_RUNNER (self));
  g_return_if_fail (name != NULL && details != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_str_equal (events[i].name, name))
      {
        events[i].take (self, details);
        sx_runner_say_changed (self);
        return;
      }
}
