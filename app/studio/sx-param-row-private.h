/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-param-row.h"

G_BEGIN_DECLS

/* How values of one type are edited. The row owns the widget that @build returns. */
typedef struct
{
  GtkWidget *(*build) (SxParamRow *row);
  void (*show) (SxParamRow *row, GVariant *value);
  void (*schema_changed) (SxParamRow *row); /* (nullable) */
  gboolean is_beside;                       /* the widget stands beside the title, not below */
} SxParamEditor;

extern const SxParamEditor sx_param_editor_column;
extern const SxParamEditor sx_param_editor_columns;
extern const SxParamEditor sx_param_editor_expression;
extern const SxParamEditor sx_param_editor_mapping;
extern const SxParamEditor sx_param_editor_strings;
extern const SxParamEditor sx_param_editor_space;

struct _SxParamRow
{
  AdwPreferencesRow parent_instance;

  SxDocument          *document;
  char                *block; /* id */
  const SxBlockKind   *kind;
  const SxParamSpec   *spec;
  const SxParamEditor *editor;
  SxSchema            *schema; /* (nullable) */
  GtkWidget           *widget; /* the editor's */
  GtkWidget           *reset, *problem;
  gpointer             state;      /* the editor's own */
  gboolean             is_setting; /* the graph changes as this row says */
  gboolean             is_showing; /* the widget changes as the graph says */
};

/* The value goes into the graph; NULL: the default again. Says what is wrong when it cannot. */
void sx_param_row_set_value (SxParamRow *self, GVariant *value);
/* @text: (nullable) */
void sx_param_row_say (SxParamRow *self, const char *text);
/* What is set, or the default; never NULL. */
GVariant *sx_param_row_ref_value (SxParamRow *self);
void      sx_param_row_label (SxParamRow *self, GtkWidget *widget); /* names @widget for assistive technology */

G_END_DECLS
