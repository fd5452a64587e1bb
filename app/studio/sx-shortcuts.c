/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-shortcuts.h"

#include <glib/gi18n-lib.h>

/* The window is built from a table: GTK 4.8 makes a shortcuts window from an interface description only, so that one is written here. */

#define GENERAL N_ ("General")
#define PROJECT N_ ("Project")
#define PANES N_ ("Panes and Pages")
#define EDITING N_ ("Editing")
#define CANVAS N_ ("Canvas")
#define VIEWING N_ ("Looking Around")

static const SxShortcut shortcuts[] = {
  { GENERAL, N_ ("Menu"), "F10" },
  { GENERAL, N_ ("New window"), "<Control><Shift>n" },
  { GENERAL, N_ ("Keyboard shortcuts"), "<Control>question" },
  { GENERAL, N_ ("Full screen"), "F11" },
  { GENERAL, N_ ("Close the window"), "<Control>w" },
  { GENERAL, N_ ("Quit"), "<Control>q" },
  { PROJECT, N_ ("New project"), "<Control>n" },
  { PROJECT, N_ ("Open a project"), "<Control>o" },
  { PROJECT, N_ ("Open data"), "<Control><Shift>o" },
  { PROJECT, N_ ("Save"), "<Control>s" },
  { PROJECT, N_ ("Save as"), "<Control><Shift>s" },
  { PROJECT, N_ ("Run"), "F5 <Control>Return" },
  { PROJECT, N_ ("Stop the run"), "<Shift>F5" },
  { PANES, N_ ("Side panes"), "F9" },
  { PANES, N_ ("Blocks"), "<Shift>F9" },
  { PANES, N_ ("Parameters"), "<Control>F9" },
  { PANES, N_ ("Preview"), "F8" },
  { PANES, N_ ("Search blocks"), "<Control>f" },
  { PANES, N_ ("Design"), "<Alt>1" },
  { PANES, N_ ("Progress"), "<Alt>2" },
  { PANES, N_ ("Result"), "<Alt>3" },
  { EDITING, N_ ("Undo"), "<Control>z" },
  { EDITING, N_ ("Redo"), "<Control><Shift>z <Control>y" },
  { EDITING, N_ ("Cut"), "<Control>x" },
  { EDITING, N_ ("Copy"), "<Control>c" },
  { EDITING, N_ ("Paste"), "<Control>v" },
  { EDITING, N_ ("Duplicate"), "<Control>d" },
  { EDITING, N_ ("Delete"), "Delete BackSpace" },
  { EDITING, N_ ("Delete and link the neighbours"), "<Control>Delete <Control>BackSpace" },
  { CANVAS, N_ ("Add a block"), "<Shift>a" },
  { CANVAS, N_ ("Parameters of the block"), "Return" },
  { CANVAS, N_ ("Link the block"), "<Control>l" },
  { CANVAS, N_ ("Link the selected blocks"), "<Control>j" },
  { CANVAS, N_ ("Leave the block out"), "<Control>m" },
  { CANVAS, N_ ("Fold the block"), "<Control>h" },
  { CANVAS, N_ ("Frame around the selection"), "<Control>g" },
  { CANVAS, N_ ("Add a note"), "<Control><Alt>n" },
  { CANVAS, N_ ("Arrange blocks"), "<Control><Shift>l" },
  { CANVAS, N_ ("To the nearest block"), "Left Right Up Down" },
  { CANVAS, N_ ("Move the selection"), "<Alt>Left <Alt>Right <Alt>Up <Alt>Down" },
  { CANVAS, N_ ("Menu of the block"), "Menu" },
  { CANVAS, N_ ("Cancel, or select nothing"), "Escape" },
  { VIEWING, N_ ("Select all"), "<Control>a" },
  { VIEWING, N_ ("Select nothing"), "<Control><Shift>a" },
  { VIEWING, N_ ("Select all that follows"), "<Control><Shift>Right" },
  { VIEWING, N_ ("Select all that leads here"), "<Control><Shift>Left" },
  { VIEWING, N_ ("Zoom in"), "<Control>plus <Control>equal" },
  { VIEWING, N_ ("Zoom out"), "<Control>minus" },
  { VIEWING, N_ ("Natural size"), "<Control>0" },
  { VIEWING, N_ ("Show all blocks"), "Home <Control>1" },
  { VIEWING, N_ ("Show the selection"), "<Shift>Home" },
  { VIEWING, N_ ("Map"), "<Control><Shift>m" },
  { VIEWING, N_ ("Move the view"), "space" },
  { NULL },
};

const SxShortcut *
sx_shortcuts_list (void)
{
  return shortcuts;
}

static void
append_property (GString *xml, const char *name, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);

  g_string_append_printf (xml, "<property name=\"%s\">%s</property>", name, escaped);
}

static char *
make_description (void)
{
  GString *xml = g_string_new ("<interface><object class=\"GtkShortcutsWindow\" id=\"window\"><property name=\"modal\">1</property>"
                               "<child><object class=\"GtkShortcutsSection\"><property name=\"section-name\">studio</property>"
                               "<property name=\"max-height\">14</property>");

  for (guint i = 0; shortcuts[i].title != NULL; i++)
    {
      if (i == 0 || !g_str_equal (shortcuts[i].group, shortcuts[i - 1].group))
        {
          g_string_append (xml, "<child><object class=\"GtkShortcutsGroup\">");
          append_property (xml, "title", _ (shortcuts[i].group));
        }
      g_string_append (xml, "<child><object class=\"GtkShortcutsShortcut\">");
      append_property (xml, "title", _ (shortcuts[i].title));
      append_property (xml, "accelerator", shortcuts[i].accels);
      g_string_append (xml, "</object></child>");
      if (shortcuts[i + 1].title == NULL || !g_str_equal (shortcuts[i].group, shortcuts[i + 1].group))
        g_string_append (xml, "</object></child>");
    }
  g_string_append (xml, "</object></child></object></interface>");
  return g_string_free (xml, FALSE);
}

GtkWidget *
sx_shortcuts_window_new (void)
{
  g_autofree char *description = make_description ();
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_string (description, -1);

  return GTK_WIDGET (gtk_builder_get_object (builder, "window"));
}
