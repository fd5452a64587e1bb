/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-param-row-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* An expression over the columns of the block's input: checked as it is typed, with the columns and functions that there are behind a
 * button. A wrong one is kept all the same, so that the block can be left and come back to. */

static void
check (SxParamRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->state));
  g_autoptr (GError) error = NULL;
  g_autoptr (SxExpr) expr = NULL;

  if (self->schema == NULL || *text == '\0')
    return;
  expr = sx_expr_new (text, self->schema, &error);
  sx_param_row_say (self, expr == NULL ? error->message : NULL);
}

static void
expression_changed_cb (GtkEditable *entry, SxParamRow *self)
{
  sx_param_row_set_value (self, g_variant_new_string (gtk_editable_get_text (entry)));
  check (self);
}

/* ---- what there is to write ---- */

static gboolean
is_plain_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_')
      return FALSE;
  return TRUE;
}

static void
insert_cb (GtkListBox *list, GtkListBoxRow *row, SxParamRow *self)
{
  GtkEditable *entry = GTK_EDITABLE (self->state);
  const char  *text = g_object_get_data (G_OBJECT (row), "sx-insert");
  int          position = gtk_editable_get_position (entry);

  gtk_editable_delete_selection (entry);
  gtk_editable_insert_text (entry, text, -1, &position);
  gtk_menu_button_popdown (g_object_get_data (G_OBJECT (list), "sx-button"));
  gtk_widget_grab_focus (GTK_WIDGET (entry));
  /* Between the parentheses of a function. */
  gtk_editable_set_position (entry, g_str_has_suffix (text, ")") ? position - 1 : position);
}

static void
add_word (GtkWidget *list, const char *title, const char *help, const char *insert)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *label = gtk_label_new (title), *more = gtk_label_new (help);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (more), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_wrap (GTK_LABEL (more), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (more), 40);
  gtk_widget_add_css_class (more, "caption");
  gtk_widget_add_css_class (more, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), more);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "sx-insert", g_strdup (insert), g_free);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

static void
create_words_cb (GtkMenuButton *button, gpointer data)
{
  SxParamRow *self = data;
  GtkWidget  *popover = gtk_popover_new (), *scroller = gtk_scrolled_window_new (), *list = gtk_list_box_new ();
  guint       n = self->schema != NULL ? sx_schema_get_n_fields (self->schema) : 0;

  for (guint i = 0; i < n; i++)
    {
      const SxField   *field = sx_schema_get_field (self->schema, i);
      g_autofree char *insert = is_plain_name (field->name) ? g_strdup (field->name) : g_strdup_printf ("`%s`", field->name);

      add_word (list, field->name, sx_type_get_title (field->type), insert);
    }
  for (const SxExprFunction *function = sx_expr_list_functions (); function->name != NULL; function++)
    {
      g_autofree char *insert = g_strconcat (function->name, "()", NULL);

      add_word (list, function->signature, _ (function->help), insert);
    }
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  g_object_set_data (G_OBJECT (list), "sx-button", button);
  g_signal_connect (list, "row-activated", G_CALLBACK (insert_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_widget_set_size_request (scroller, 320, 320);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  gtk_menu_button_set_popover (button, popover);
}

/* ---- the editor ---- */

static GtkWidget *
build_expression (SxParamRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *entry = gtk_entry_new (), *words = gtk_menu_button_new ();

  gtk_widget_set_hexpand (entry, TRUE);
  gtk_widget_add_css_class (entry, "monospace");
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (words), "accessories-calculator-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (words), create_words_cb, self, NULL);
  gtk_widget_set_tooltip_text (words, _ ("Columns and Functions"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (words), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Columns and Functions"), -1);
  g_signal_connect (entry, "changed", G_CALLBACK (expression_changed_cb), self);
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), words);
  sx_param_row_label (self, entry);
  self->state = entry;
  return box;
}

static void
show_expression (SxParamRow *self, GVariant *value)
{
  gtk_editable_set_text (GTK_EDITABLE (self->state), g_variant_get_string (value, NULL));
  check (self);
}

const SxParamEditor sx_param_editor_expression = { build_expression, show_expression, check, FALSE };
