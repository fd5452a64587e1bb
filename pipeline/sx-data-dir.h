/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where files that come with Sextant, or that the user adds, are found: topologies, sample projects. The folders, first
 * wins: $SEXTANT_DATA_DIR, the user's $XDG_DATA_HOME/sextant, the installed data folder, the source tree's templates/ where
 * it exists. $SEXTANT_DATA_DIR takes the place of the last two, so that a test or a moved installation sees only its own. */

/* The absolute path of @relative (“topologies/mlp.yaml”) in the first folder that has it; NULL when none has. */
char *sx_data_dup_path (const char *relative);

/* Absolute paths of the files of @folder (“topologies”) whose names end in @suffix (“.yaml”), one for each name, sorted by name; empty
 * when there are none. Hidden files are left out. */
GStrv sx_data_list (const char *folder, const char *suffix);

G_END_DECLS
