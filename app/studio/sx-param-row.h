/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SxParamRow:
 *
 * One parameter of one block, edited as its type wants it. What the user enters goes through the document's history at once; what cannot
 * be taken is said below, and the graph keeps what it has.
 */
#define SX_TYPE_PARAM_ROW (sx_param_row_get_type ())
G_DECLARE_FINAL_TYPE (SxParamRow, sx_param_row, SX, PARAM_ROW, AdwPreferencesRow)

GtkWidget         *sx_param_row_new (SxDocument *document, SxBlock *block, const SxParamSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
const SxParamSpec *sx_param_row_get_spec (SxParamRow *self);
/* Shows what the graph holds, unless the change came from this row. */
void sx_param_row_update (SxParamRow *self);
/* @schema: (nullable): the columns of the block's first input. */
void sx_param_row_set_schema (SxParamRow *self, SxSchema *schema);
/* (nullable): what is said of the value. */
const char *sx_param_row_get_problem (SxParamRow *self);

G_END_DECLS
