/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"
#include "sx-param-row.h"

G_BEGIN_DECLS

/**
 * SxInspector:
 *
 * The parameters of the selected block, made from its kind's table: a row a parameter, those that a user seldom needs behind “More”, and
 * what is wrong with the block.
 */
#define SX_TYPE_INSPECTOR (sx_inspector_get_type ())
G_DECLARE_FINAL_TYPE (SxInspector, sx_inspector, SX, INSPECTOR, GtkWidget)

GtkWidget *sx_inspector_new (SxDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* @block: (nullable): id */
void        sx_inspector_set_block (SxInspector *self, const char *block);
const char *sx_inspector_get_block (SxInspector *self); /* (nullable) */
/* @problems: (nullable) (element-type SxProblem): of the whole graph; those of the block are shown */
void sx_inspector_set_problems (SxInspector *self, GPtrArray *problems);
/* (nullable): borrowed */
SxParamRow *sx_inspector_find_row (SxInspector *self, const char *param);

G_END_DECLS
