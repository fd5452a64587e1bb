/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-arrow-private.h"

G_BEGIN_DECLS

/* A column in the making: what it borrows from the array, and what had to be made for it. */
typedef struct
{
  const char         *name; /* for messages */
  const SxArrowField *field;
  const SxArrowView  *view;
  SxType              type;
  gsize               at; /* the first row in the view's buffers */
  gsize               n_rows;
  guint64             first_row; /* of the table, for messages */
  guint              *remarks;
  SxArrowOwner       *owner; /* borrowed */

  gsize         n_missing;
  const guint8 *validity; /* from bit 0; NULL when nothing is missing */
  const void   *values;
  const gint32 *offsets;
  SxColumn     *dictionary;
  SxColumn     *child; /* of a list whose values are borrowed from it */
  guint8       *own_validity;
  void         *own_values;
  gint32       *own_offsets;
} SxArrowPiece;

/* Values of fixed size as int64 or double; FALSE without an error for SX_ARROW_TOO_WIDE. */
gboolean sx_arrow_piece_take_numbers (SxArrowPiece *self, GError **error);
/* Makes the validity the piece's own, all present so far if there was none. */
void sx_arrow_piece_own_validity (SxArrowPiece *self);

static inline gboolean
sx_arrow_piece_is_missing (const SxArrowPiece *self, gsize row)
{
  return self->validity != NULL && !sx_bits_get (self->validity, row);
}

G_END_DECLS
