/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SxProblemButton:
 *
 * What keeps the project from running: found anew in a thread after each edit, counted on the button, listed behind it. Blocks that
 * are set and linked but do not fit their input are marked as failed on the canvas.
 *
 * Signals: `found (GPtrArray *problems)`; `activated (const char *block)`: the user wants to see that block.
 */
#define SX_TYPE_PROBLEM_BUTTON (sx_problem_button_get_type ())
G_DECLARE_FINAL_TYPE (SxProblemButton, sx_problem_button, SX, PROBLEM_BUTTON, GtkWidget)

GtkWidget *sx_problem_button_new (SxDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable) of SxProblem: not found yet */
GPtrArray *sx_problem_button_get_problems (SxProblemButton *self);
/* While a run goes, it and not this button says what state blocks are in. */
void sx_problem_button_set_marks_blocks (SxProblemButton *self, gboolean marks_blocks);

G_END_DECLS
