/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-trial-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxTrialTable:
 *
 * The trials of a run, one a row, sorted by any column; rows can be selected and copied.
 *
 * Signal: selection-changed ().
 */
#define SX_TYPE_TRIAL_TABLE (sx_trial_table_get_type ())
G_DECLARE_FINAL_TYPE (SxTrialTable, sx_trial_table, SX, TRIAL_TABLE, GtkWidget)

GtkWidget *sx_trial_table_new (GListModel *trials) G_GNUC_WARN_UNUSED_RESULT; /* of SxTrialItem */
/* What the column of values is called. */
void sx_trial_table_set_value_title (SxTrialTable *self, const char *title);
/* Trials have changed: sorts them again if it matters. */
void sx_trial_table_refresh (SxTrialTable *self);

GPtrArray *sx_trial_table_list_selected (SxTrialTable *self) G_GNUC_WARN_UNUSED_RESULT; /* of SxTrialItem */
void       sx_trial_table_unselect (SxTrialTable *self);
/* The selected trials, or all if none is, as text with tabs between the columns. */
char *sx_trial_table_dup_text (SxTrialTable *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
