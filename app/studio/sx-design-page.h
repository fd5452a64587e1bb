/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-document.h"
#include "sx-guide-bar.h"
#include "sx-inspector.h"
#include "sx-palette.h"
#include "sx-preview.h"
#include "sx-problem-button.h"

#include <sx-canvas.h>

G_BEGIN_DECLS

/**
 * SxDesignPage:
 *
 * One document's canvas with the palette at its start, the inspector at its end and the preview below. Where there is not enough room the
 * side panes lie over the canvas.
 *
 * Properties: `show-palette`, `show-inspector`, `show-preview`.
 *
 * Signals: `message (const char *text, gboolean offers_undo)`.
 */
#define SX_TYPE_DESIGN_PAGE (sx_design_page_get_type ())
G_DECLARE_FINAL_TYPE (SxDesignPage, sx_design_page, SX, DESIGN_PAGE, GtkWidget)

GtkWidget       *sx_design_page_new (SxDocument *document) G_GNUC_WARN_UNUSED_RESULT;
SxCanvas        *sx_design_page_get_canvas (SxDesignPage *self);
SxInspector     *sx_design_page_get_inspector (SxDesignPage *self);
SxPreview       *sx_design_page_get_preview (SxDesignPage *self);
SxGuideBar      *sx_design_page_get_guide_bar (SxDesignPage *self);
SxProblemButton *sx_design_page_get_problem_button (SxDesignPage *self);
/* Adds a source block for a table file in the middle of the view. */
void sx_design_page_add_data (SxDesignPage *self, const char *path);
void sx_design_page_find (SxDesignPage *self);

G_END_DECLS
