/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-param-row-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Choosing columns of the block's first input. A name that is set but is not among the columns stays, and is said to be missing:
 * the input may come back. */

static gboolean
fits (const SxParamSpec *spec, const SxField *field)
{
  return spec->column_types == 0 || (spec->column_types & (1u << field->type)) != 0;
}

static const char *
describe_column (SxParamRow *self, const char *name)
{
  int field = self->schema != NULL ? sx_schema_find (self->schema, name) : -1;

  if (self->schema == NULL)
    return "";
  return field < 0 ? _ ("Not among the columns") : sx_type_get_title (sx_schema_get_field (self->schema, (guint)field)->type);
}

/* ---- one ---- */

static void
set_up_item_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *name = gtk_label_new (NULL), *type = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (type, "dim-label");
  gtk_widget_add_css_class (type, "caption");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), type);
  gtk_list_item_set_child (item, box);
}

static void
bind_item_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SxParamRow *self)
{
  GtkWidget  *name = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  const char *text = gtk_string_object_get_string (gtk_list_item_get_item (item));

  /* The first item stands for none. */
  gtk_label_set_text (GTK_LABEL (name), *text != '\0' ? text : _ ("None"));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (name)), *text != '\0' ? describe_column (self, text) : "");
}

static void
column_chosen_cb (GtkDropDown *widget, GParamSpec *pspec, SxParamRow *self)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (widget);
  const char      *text = item != NULL ? gtk_string_object_get_string (item) : "";

  if (!self->is_showing)
    sx_param_row_set_value (self, *text != '\0' ? g_variant_new_string (text) : NULL);
}

static GtkWidget *
build_column (SxParamRow *self)
{
  GtkWidget          *widget = gtk_drop_down_new (NULL, gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (set_up_item_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_item_cb), self);
  gtk_drop_down_set_factory (GTK_DROP_DOWN (widget), factory);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (widget), TRUE);
  g_signal_connect (widget, "notify::selected", G_CALLBACK (column_chosen_cb), self);
  g_object_unref (factory);
  return widget;
}

static void
show_column (SxParamRow *self, GVariant *value)
{
  const char *chosen = g_variant_get_string (value, NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint n = self->schema != NULL ? sx_schema_get_n_fields (self->schema) : 0, selected = 0;

  gtk_string_list_append (names, "");
  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (self->schema, i);

      if (!fits (self->spec, field) && !g_str_equal (field->name, chosen))
        continue;
      if (g_str_equal (field->name, chosen))
        selected = g_list_model_get_n_items (G_LIST_MODEL (names));
      gtk_string_list_append (names, field->name);
    }
  if (selected == 0 && *chosen != '\0')
    {
      selected = g_list_model_get_n_items (G_LIST_MODEL (names));
      gtk_string_list_append (names, chosen);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->widget), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->widget), selected);
}

static void
reshow_column (SxParamRow *self)
{
  g_autoptr (GVariant) value = sx_param_row_ref_value (self);

  self->editor->show (self, value);
}

const SxParamEditor sx_param_editor_column = { build_column, show_column, reshow_column, FALSE };

/* ---- several ---- */

static GStrv
list_checked (GtkWidget *list)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *check = GTK_IS_LIST_BOX_ROW (row) ? g_object_get_data (G_OBJECT (row), "sx-check") : NULL;

      if (check != NULL && gtk_check_button_get_active (GTK_CHECK_BUTTON (check)))
        g_strv_builder_add (names, g_object_get_data (G_OBJECT (row), "sx-name"));
    }
  return g_strv_builder_end (names);
}

static void
summarize (SxParamRow *self, const char *const *names)
{
  guint            n = g_strv_length ((char **)names);
  g_autofree char *text = NULL;

  if (n == 0)
    text = g_strdup ((self->spec->flags & SX_PARAM_REQUIRED) != 0 ? _ ("Choose…") : _ ("All that fit"));
  else if (n <= 3)
    text = g_strjoinv (", ", (char **)names);
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u column", "%u columns", n), n);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->widget), text);
}

static void
checked_cb (GtkCheckButton *check, SxParamRow *self)
{
  GtkWidget *list = g_object_get_data (G_OBJECT (check), "sx-list");
  g_auto (GStrv) names = NULL;

  if (self->is_showing)
    return;
  names = list_checked (list);
  sx_param_row_set_value (self, names[0] != NULL ? g_variant_new_strv ((const char *const *)names, -1) : NULL);
  summarize (self, (const char *const *)names);
}

static void
add_check (SxParamRow *self, GtkWidget *list, const char *name, gboolean is_checked)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *check = gtk_check_button_new_with_label (name), *type = gtk_label_new (describe_column (self, name));

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_checked);
  gtk_widget_set_hexpand (check, TRUE);
  gtk_widget_add_css_class (type, "dim-label");
  gtk_widget_add_css_class (type, "caption");
  gtk_box_append (GTK_BOX (box), check);
  gtk_box_append (GTK_BOX (box), type);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  g_object_set_data (G_OBJECT (row), "sx-check", check);
  g_object_set_data_full (G_OBJECT (row), "sx-name", g_strdup (name), g_free);
  g_object_set_data (G_OBJECT (check), "sx-list", list);
  g_signal_connect (check, "toggled", G_CALLBACK (checked_cb), self);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

static gboolean
filter_cb (GtkListBoxRow *row, gpointer search)
{
  g_autofree char *wanted = g_utf8_casefold (gtk_editable_get_text (search), -1);
  g_autofree char *name = g_utf8_casefold (g_object_get_data (G_OBJECT (row), "sx-name"), -1);

  return strstr (name, wanted) != NULL;
}

static void
search_cb (GtkEditable *search, GtkListBox *list)
{
  gtk_list_box_invalidate_filter (list);
}

static void
fill_list (SxParamRow *self, GtkWidget *list)
{
  g_autoptr (GVariant) value = sx_param_row_ref_value (self);
  g_autofree const char **names = g_variant_get_strv (value, NULL);
  guint                   n = self->schema != NULL ? sx_schema_get_n_fields (self->schema) : 0;

  for (guint i = 0; i < n; i++)
    {
      const SxField *field = sx_schema_get_field (self->schema, i);
      gboolean       is_chosen = g_strv_contains (names, field->name);

      if (is_chosen || fits (self->spec, field))
        add_check (self, list, field->name, is_chosen);
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (self->schema == NULL || sx_schema_find (self->schema, names[i]) < 0)
      add_check (self, list, names[i], TRUE);
}

/* Made when it is opened: the columns may be many. */
static void
create_popover_cb (GtkMenuButton *button, gpointer data)
{
  SxParamRow *self = data;
  GtkWidget  *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget  *search = gtk_search_entry_new (), *scroller = gtk_scrolled_window_new (), *list = gtk_list_box_new (), *empty = gtk_label_new (_ ("Link a table to this block to see its data."));

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (list), filter_cb, search, NULL);
  gtk_widget_add_css_class (empty, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (empty), TRUE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), empty);
  g_signal_connect (search, "search-changed", G_CALLBACK (search_cb), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_widget_set_size_request (scroller, 280, -1);
  gtk_box_append (GTK_BOX (box), search);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  self->is_showing = TRUE;
  fill_list (self, list);
  self->is_showing = FALSE;
  gtk_menu_button_set_popover (button, popover);
}

static GtkWidget *
build_columns (SxParamRow *self)
{
  GtkWidget *widget = gtk_menu_button_new ();

  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (widget), create_popover_cb, self, NULL);
  gtk_widget_add_css_class (widget, "sx-columns");
  return widget;
}

static void
show_columns (SxParamRow *self, GVariant *value)
{
  g_autofree const char **names = g_variant_get_strv (value, NULL);

  summarize (self, names);
}

const SxParamEditor sx_param_editor_columns = { build_columns, show_columns, NULL, FALSE };
