/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-application.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

static void
set_up_texts (void)
{
  const char *folder = g_getenv ("SEXTANT_LOCALE_DIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : SX_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  g_autoptr (SxApplication) application = NULL;

  set_up_texts ();
  application = sx_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
