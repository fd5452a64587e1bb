/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-step.h"

G_BEGIN_DECLS

/* What a DATE_PART may be; NULL-ended. */
extern const char *const sx_date_parts[];

/* Do the step's lists have the lengths that its operation needs? True of every step that is applied. */
gboolean  sx_step_is_well_formed (const SxStep *step);
SxSchema *sx_step_describe (const SxStep *step, SxSchema *schema, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Adds a selection of all columns of @schema, which is that after @self, but @names. Fails when none would be left. */
gboolean sx_steps_drop (SxSteps *self, SxSchema *schema, const char *const *names, GError **error);
SxType   sx_step_fill_type (const SxStep *step, SxType type);

G_END_DECLS
