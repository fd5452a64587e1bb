/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <gio/gio.h>
#include <sx-engine.h>

G_BEGIN_DECLS

/**
 * SxTrialItem:
 *
 * One trial of a run as the pages show it: what it was given, what came of it, and the points of its curves that are known here. Trial 0 is
 * the last fit of the best configuration on all rows.
 *
 * Signal: changed (): any of it.
 */
#define SX_TYPE_TRIAL_ITEM (sx_trial_item_get_type ())
G_DECLARE_FINAL_TYPE (SxTrialItem, sx_trial_item, SX, TRIAL_ITEM, GObject)

SxTrialItem *sx_trial_item_new (guint number, GVariant *config, const char *origin) G_GNUC_WARN_UNUSED_RESULT;
/* Takes over what the run folder says of it. */
void sx_trial_item_set_record (SxTrialItem *self, const SxRunTrial *trial);
void sx_trial_item_finish (SxTrialItem *self, SxTrialState state, double value, double seconds, const char *message);
/* Nobody works on it, though it is not over. */
void sx_trial_item_set_is_paused (SxTrialItem *self, gboolean is_paused);
void sx_trial_item_set_is_best (SxTrialItem *self, gboolean is_best);
/* A new point at the end; one that is known already (a trial that was resumed) takes the old one's place. */
void sx_trial_item_add_point (SxTrialItem *self, const SxRunPoint *point, guint n_iterations);
void sx_trial_item_set_points (SxTrialItem *self, GArray *points);

guint         sx_trial_item_get_number (SxTrialItem *self);
SxTrialState  sx_trial_item_get_state (SxTrialItem *self);
GVariant     *sx_trial_item_get_config (SxTrialItem *self); /* (nullable) a{sv} */
double        sx_trial_item_get_value (SxTrialItem *self);  /* NaN: none */
double        sx_trial_item_get_seconds (SxTrialItem *self);
const char   *sx_trial_item_get_origin (SxTrialItem *self);
const char   *sx_trial_item_get_message (SxTrialItem *self); /* (nullable) */
gboolean      sx_trial_item_get_is_best (SxTrialItem *self);
guint         sx_trial_item_get_iteration (SxTrialItem *self);
guint         sx_trial_item_get_n_iterations (SxTrialItem *self);
guint         sx_trial_item_get_fold (SxTrialItem *self);
const GArray *sx_trial_item_get_points (SxTrialItem *self);     /* of SxRunPoint, as they came */
/* TRUE for the first who wants to read all points from the run folder, until the trial goes on. */
gboolean sx_trial_item_claim_points (SxTrialItem *self);

/* Texts for people; (transfer full) where they are made. */
const char *sx_trial_item_get_state_title (SxTrialItem *self);
const char *sx_trial_item_get_origin_title (SxTrialItem *self);
char       *sx_trial_item_dup_config_text (SxTrialItem *self); /* “depth 6 · eta 0.1” */
char       *sx_trial_value_to_text (GVariant *value);          /* of a configuration, in the user's locale */

G_END_DECLS
