/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Tables whose columns are parted, and lined up, by any number of blanks. Each run becomes one character before the text is
 * parsed; blanks at the ends of a line and between quotes are no delimiter. */

#include "config.h"

#include "sx-csv-private.h"

gsize
sx_blank_run_collapse (SxBlankRun *self, const char *text, gsize size, char quote, char *out)
{
  char *to = out;

  for (gsize i = 0; i < size; i++)
    {
      char     c = text[i];
      gboolean is_first = self->is_pending || !self->is_inside_line;
      gboolean was_closed = self->is_closed;

      self->is_closed = FALSE;
      if (self->is_quoted)
        {
          *to++ = c;
          self->is_quoted = c != quote;
          self->is_closed = c == quote;
          continue;
        }
      if (c == ' ' || c == '\t')
        {
          self->is_pending = self->is_inside_line;
          continue;
        }
      if (c == '\n' || c == '\r')
        self->is_pending = self->is_inside_line = FALSE;
      else
        {
          if (self->is_pending)
            *to++ = SX_CSV_BLANK_RUN;
          self->is_pending = FALSE;
          self->is_inside_line = TRUE;
          self->is_quoted = quote != 0 && c == quote && (is_first || was_closed);
        }
      *to++ = c;
    }
  return (gsize)(to - out);
}
