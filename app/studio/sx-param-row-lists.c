/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-param-row-private.h"

#include <glib/gi18n-lib.h>

/* Lists and mappings: a line an entry, with a button that removes it; long ones fold. A line whose first field is empty is a draft and
 * not yet part of the value. */

#define MAX_UNFOLDED 6

typedef struct
{
  GtkWidget *expander, *lines;
  gboolean   is_mapping;
} Entries;

static Entries *
get_entries (SxParamRow *self)
{
  return self->state;
}

static GtkWidget *
get_field (GtkWidget *line, const char *name)
{
  return g_object_get_data (G_OBJECT (line), name);
}

/* The value that the lines make. @problem: (out) (nullable): what is wrong with them. */
static GVariant *
collect (Entries *entries, char **problem)
{
  GVariantBuilder builder;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  *problem = NULL;
  g_variant_builder_init (&builder, entries->is_mapping ? G_VARIANT_TYPE ("a{ss}") : G_VARIANT_TYPE_STRING_ARRAY);
  for (GtkWidget *line = gtk_widget_get_first_child (entries->lines); line != NULL; line = gtk_widget_get_next_sibling (line))
    {
      const char *from = gtk_editable_get_text (GTK_EDITABLE (get_field (line, "sx-from")));

      if (*from == '\0')
        continue;
      if (!entries->is_mapping)
        g_variant_builder_add (&builder, "s", from);
      else if (g_hash_table_add (seen, (gpointer)from))
        g_variant_builder_add (&builder, "{ss}", from, gtk_editable_get_text (GTK_EDITABLE (get_field (line, "sx-to"))));
      else if (*problem == NULL)
        *problem = g_strdup_printf (_ ("“%s” stands here twice; the first one counts."), from);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
update_count (Entries *entries)
{
  guint n = 0;

  for (GtkWidget *line = gtk_widget_get_first_child (entries->lines); line != NULL; line = gtk_widget_get_next_sibling (line))
    n++;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u entry", "%u entries", n), n);
  gtk_expander_set_label (GTK_EXPANDER (entries->expander), text);
  gtk_widget_set_visible (entries->expander, n > 0);
}

static void
entries_changed (SxParamRow *self)
{
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) value = NULL;

  if (self->is_showing)
    return;
  value = collect (get_entries (self), &problem);
  sx_param_row_set_value (self, value);
  update_count (get_entries (self));
  if (problem != NULL)
    sx_param_row_say (self, problem);
}

static void
field_changed_cb (GtkEditable *field, SxParamRow *self)
{
  entries_changed (self);
}

static void
remove_line_cb (GtkButton *button, SxParamRow *self)
{
  GtkWidget *line = gtk_widget_get_parent (GTK_WIDGET (button));

  gtk_box_remove (GTK_BOX (get_entries (self)->lines), line);
  entries_changed (self);
}

static GtkWidget *
add_field (SxParamRow *self, GtkWidget *line, const char *name, const char *label, const char *text)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 6);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label != NULL ? label : _ (self->spec->title), -1);
  gtk_widget_set_hexpand (entry, TRUE);
  g_object_set_data (G_OBJECT (line), name, entry);
  g_signal_connect (entry, "changed", G_CALLBACK (field_changed_cb), self);
  gtk_box_append (GTK_BOX (line), entry);
  return entry;
}

static GtkWidget *
add_line (SxParamRow *self, const char *from, const char *to)
{
  Entries   *entries = get_entries (self);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *remove = gtk_button_new_from_icon_name ("list-remove-symbolic"), *first;

  gtk_widget_add_css_class (line, "linked");
  first = add_field (self, line, "sx-from", entries->is_mapping ? _ ("From") : NULL, from);
  if (entries->is_mapping)
    add_field (self, line, "sx-to", _ ("To"), to);
  gtk_widget_set_tooltip_text (remove, _ ("Remove"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Remove"), -1);
  g_signal_connect (remove, "clicked", G_CALLBACK (remove_line_cb), self);
  gtk_box_append (GTK_BOX (line), remove);
  gtk_box_append (GTK_BOX (entries->lines), line);
  return first;
}

static void
add_cb (GtkButton *button, SxParamRow *self)
{
  Entries   *entries = get_entries (self);
  GtkWidget *first = add_line (self, "", "");

  update_count (entries);
  gtk_expander_set_expanded (GTK_EXPANDER (entries->expander), TRUE);
  gtk_widget_grab_focus (first);
}

static GtkWidget *
build_entries (SxParamRow *self, gboolean is_mapping)
{
  Entries   *entries = g_new0 (Entries, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *add = gtk_button_new_with_label (_ ("Add an Entry"));

  g_object_set_data_full (G_OBJECT (self), "sx-entries", entries, g_free);
  self->state = entries;
  entries->is_mapping = is_mapping;
  entries->expander = gtk_expander_new (NULL);
  entries->lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_margin_top (entries->lines, 6);
  gtk_expander_set_child (GTK_EXPANDER (entries->expander), entries->lines);
  g_signal_connect (add, "clicked", G_CALLBACK (add_cb), self);
  gtk_box_append (GTK_BOX (box), entries->expander);
  gtk_box_append (GTK_BOX (box), add);
  return box;
}

static GtkWidget *
build_mapping (SxParamRow *self)
{
  return build_entries (self, TRUE);
}

static GtkWidget *
build_strings (SxParamRow *self)
{
  return build_entries (self, FALSE);
}

static void
show_entries (SxParamRow *self, GVariant *value)
{
  Entries         *entries = get_entries (self);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) there = collect (entries, &problem);
  GtkWidget *line;
  gsize      n = g_variant_n_children (value);

  /* Lines that make this value already may hold a draft that is being typed. */
  if (g_variant_equal (there, value) && problem == NULL && gtk_widget_get_first_child (entries->lines) != NULL)
    return;
  while ((line = gtk_widget_get_first_child (entries->lines)) != NULL)
    gtk_box_remove (GTK_BOX (entries->lines), line);
  for (gsize i = 0; i < n; i++)
    {
      const char *from, *to = NULL;

      if (entries->is_mapping)
        g_variant_get_child (value, i, "{&s&s}", &from, &to);
      else
        g_variant_get_child (value, i, "&s", &from);
      add_line (self, from, to);
    }
  gtk_expander_set_expanded (GTK_EXPANDER (entries->expander), n <= MAX_UNFOLDED);
  update_count (entries);
}

const SxParamEditor sx_param_editor_mapping = { build_mapping, show_entries, NULL, FALSE };
const SxParamEditor sx_param_editor_strings = { build_strings, show_entries, NULL, FALSE };
