/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-param-row-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (SxParamRow, sx_param_row, ADW_TYPE_PREFERENCES_ROW)

/* ---- the graph ---- */

static SxBlock *
find_block (SxParamRow *self)
{
  return sx_graph_find_block (sx_document_get_graph (self->document), self->block);
}

GVariant *
sx_param_row_ref_value (SxParamRow *self)
{
  SxBlock  *block = find_block (self);
  GVariant *value = block != NULL ? g_variant_lookup_value (sx_block_get_params (block), self->spec->id, NULL) : NULL;

  if (value == NULL)
    value = sx_param_spec_ref_default (self->spec);
  return value;
}

static gboolean
is_set (SxParamRow *self)
{
  SxBlock *block = find_block (self);
  g_autoptr (GVariant) value = block != NULL ? g_variant_lookup_value (sx_block_get_params (block), self->spec->id, NULL) : NULL;

  return value != NULL;
}

/* What has no default is not reset to one. */
static void
update_reset (SxParamRow *self)
{
  gtk_widget_set_visible (self->reset, (self->spec->flags & SX_PARAM_REQUIRED) == 0 && is_set (self));
}

void
sx_param_row_say (SxParamRow *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->problem), text != NULL ? text : "");
  gtk_widget_set_visible (self->problem, text != NULL);
}

const char *
sx_param_row_get_problem (SxParamRow *self)
{
  g_return_val_if_fail (SX_IS_PARAM_ROW (self), NULL);
  return gtk_widget_get_visible (self->problem) ? gtk_label_get_text (GTK_LABEL (self->problem)) : NULL;
}

void
sx_param_row_set_value (SxParamRow *self, GVariant *value)
{
  g_autoptr (GVariant) owned = value != NULL ? g_variant_ref_sink (value) : NULL;
  g_autoptr (SxEdit) edit = NULL;
  g_autoptr (GError) error = NULL;

  if (self->is_showing || find_block (self) == NULL)
    return;
  edit = sx_edit_new_set_param (self->block, self->spec->id, owned);
  self->is_setting = TRUE;
  sx_history_do (sx_document_get_history (self->document), edit, 0, &error);
  self->is_setting = FALSE;
  sx_param_row_say (self, error != NULL ? error->message : NULL);
  update_reset (self);
}

void
sx_param_row_update (SxParamRow *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_if_fail (SX_IS_PARAM_ROW (self));
  if (self->is_setting || find_block (self) == NULL)
    return;
  value = sx_param_row_ref_value (self);
  self->is_showing = TRUE;
  sx_param_row_say (self, NULL);
  self->editor->show (self, value);
  self->is_showing = FALSE;
  update_reset (self);
}

void
sx_param_row_set_schema (SxParamRow *self, SxSchema *schema)
{
  g_return_if_fail (SX_IS_PARAM_ROW (self));
  if (self->schema == schema)
    return;
  g_clear_pointer (&self->schema, sx_schema_unref);
  self->schema = schema != NULL ? sx_schema_ref (schema) : NULL;
  if (self->editor->schema_changed == NULL)
    return;
  self->is_showing = TRUE;
  self->editor->schema_changed (self);
  self->is_showing = FALSE;
}

const SxParamSpec *
sx_param_row_get_spec (SxParamRow *self)
{
  g_return_val_if_fail (SX_IS_PARAM_ROW (self), NULL);
  return self->spec;
}

void
sx_param_row_label (SxParamRow *self, GtkWidget *widget)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ (self->spec->help), -1);
}

/* ---- yes or no ---- */

static void
switched_cb (GtkSwitch *widget, GParamSpec *pspec, SxParamRow *self)
{
  sx_param_row_set_value (self, g_variant_new_boolean (gtk_switch_get_active (widget)));
}

static GtkWidget *
build_switch (SxParamRow *self)
{
  GtkWidget *widget = gtk_switch_new ();

  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  g_signal_connect (widget, "notify::active", G_CALLBACK (switched_cb), self);
  return widget;
}

static void
show_switch (SxParamRow *self, GVariant *value)
{
  gtk_switch_set_active (GTK_SWITCH (self->widget), g_variant_get_boolean (value));
}

static const SxParamEditor editor_switch = { build_switch, show_switch, NULL, TRUE };

/* ---- numbers ----
 * Whole numbers are entered as such; real ones as text, since a spin button would round 0.0001 to its digits. */

static gboolean
is_bounded (const SxParamSpec *spec)
{
  return spec->min < spec->max;
}

static void
spun_cb (GtkSpinButton *widget, SxParamRow *self)
{
  sx_param_row_set_value (self, g_variant_new_int64 ((gint64)llround (gtk_spin_button_get_value (widget))));
}

static GtkWidget *
add_unit (SxParamRow *self, GtkWidget *entry)
{
  GtkWidget *box;

  gtk_widget_set_hexpand (entry, TRUE);
  if (self->spec->unit == NULL)
    return entry;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), gtk_label_new (_ (self->spec->unit)));
  return box;
}

static GtkWidget *
build_spin (SxParamRow *self)
{
  gboolean   bounded = is_bounded (self->spec);
  GtkWidget *spin = gtk_spin_button_new_with_range (bounded ? self->spec->min : -0x1p53, bounded ? self->spec->max : 0x1p53, 1.0);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), 0);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 8);
  g_signal_connect (spin, "value-changed", G_CALLBACK (spun_cb), self);
  self->state = spin;
  return add_unit (self, spin);
}

static void
show_spin (SxParamRow *self, GVariant *value)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->state), (double)g_variant_get_int64 (value));
}

static const SxParamEditor editor_spin = { build_spin, show_spin, NULL, FALSE };

static void
number_changed_cb (GtkEditable *entry, SxParamRow *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  char            *end = NULL;
  double           number;

  if (self->is_showing)
    return;
  if (*text == '\0')
    {
      sx_param_row_set_value (self, NULL);
      return;
    }
  number = g_ascii_strtod (text, &end);
  if (*end != '\0')
    number = g_strtod (text, &end);
  if (*end != '\0' || !isfinite (number))
    sx_param_row_say (self, _ ("This is not a number."));
  else
    sx_param_row_set_value (self, g_variant_new_double (number));
}

static GtkWidget *
build_number (SxParamRow *self)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
  if (is_bounded (self->spec) && self->spec->max < 1e9)
    {
      g_autofree char *range = g_strdup_printf ("%g … %g", self->spec->min, self->spec->max);

      gtk_entry_set_placeholder_text (GTK_ENTRY (entry), range);
    }
  g_signal_connect (entry, "changed", G_CALLBACK (number_changed_cb), self);
  self->state = entry;
  return add_unit (self, entry);
}

static void
show_number (SxParamRow *self, GVariant *value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  /* Short where short says the same: 0.1, not 0.10000000000000001. */
  for (int digits = 6; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, g_variant_get_double (value));
      if (g_ascii_strtod (text, NULL) == g_variant_get_double (value))
        break;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->state), text);
}

static const SxParamEditor editor_number = { build_number, show_number, NULL, FALSE };

/* ---- words ---- */

static void
text_changed_cb (GtkEditable *entry, SxParamRow *self)
{
  sx_param_row_set_value (self, g_variant_new_string (gtk_editable_get_text (entry)));
}

static GtkWidget *
build_entry (SxParamRow *self)
{
  GtkWidget *entry = gtk_entry_new ();

  g_signal_connect (entry, "changed", G_CALLBACK (text_changed_cb), self);
  return entry;
}

static void
show_entry (SxParamRow *self, GVariant *value)
{
  gtk_editable_set_text (GTK_EDITABLE (self->widget), g_variant_get_string (value, NULL));
}

static const SxParamEditor editor_entry = { build_entry, show_entry, NULL, FALSE };

static void
buffer_changed_cb (GtkTextBuffer *buffer, SxParamRow *self)
{
  g_autofree char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  sx_param_row_set_value (self, g_variant_new_string (text));
}

static GtkWidget *
build_text (SxParamRow *self)
{
  GtkWidget *view = gtk_text_view_new (), *scroller = gtk_scrolled_window_new (), *frame = gtk_frame_new (NULL);

  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 96);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_frame_set_child (GTK_FRAME (frame), scroller);
  g_signal_connect (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed", G_CALLBACK (buffer_changed_cb), self);
  sx_param_row_label (self, view);
  self->state = view;
  return frame;
}

static void
show_text (SxParamRow *self, GVariant *value)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->state)), g_variant_get_string (value, NULL), -1);
}

static const SxParamEditor editor_text = { build_text, show_text, NULL, FALSE };

/* ---- choices ---- */

static void
chosen_cb (GtkDropDown *widget, GParamSpec *pspec, SxParamRow *self)
{
  guint selected = gtk_drop_down_get_selected (widget);

  if (!self->is_showing && selected != GTK_INVALID_LIST_POSITION)
    sx_param_row_set_value (self, g_variant_new_string (self->spec->choices[selected].id));
}

static GtkWidget *
build_choice (SxParamRow *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  GtkWidget *widget;

  for (const SxChoice *choice = self->spec->choices; choice->id != NULL; choice++)
    gtk_string_list_append (titles, _ (choice->title));
  widget = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&titles)), NULL);
  g_signal_connect (widget, "notify::selected", G_CALLBACK (chosen_cb), self);
  return widget;
}

static void
show_choice (SxParamRow *self, GVariant *value)
{
  for (guint i = 0; self->spec->choices[i].id != NULL; i++)
    if (g_str_equal (self->spec->choices[i].id, g_variant_get_string (value, NULL)))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->widget), i);
}

static const SxParamEditor editor_choice = { build_choice, show_choice, NULL, FALSE };

/* ---- files ---- */

static void
file_changed_cb (GtkEditable *entry, SxParamRow *self)
{
  sx_param_row_set_value (self, g_variant_new_string (gtk_editable_get_text (entry)));
}

static void
file_response_cb (GtkNativeDialog *dialog, int response, SxParamRow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
      g_autofree char *reference = path != NULL ? sx_document_dup_reference (self->document, path) : NULL;

      if (reference != NULL)
        gtk_editable_set_text (GTK_EDITABLE (self->state), reference);
      else
        sx_param_row_say (self, _ ("Only files on this machine can be opened."));
    }
  gtk_native_dialog_destroy (dialog);
}

static void
choose_file_cb (GtkButton *button, SxParamRow *self)
{
  GtkRoot              *root = gtk_widget_get_root (GTK_WIDGET (self));
  gboolean              is_output = self->kind->category == SX_BLOCK_EXPORT;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Choose a File"), GTK_WINDOW (root), is_output ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN,
                                                              NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (file_response_cb), self, 0);
  g_object_set_data_full (G_OBJECT (self), "sx-dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static GtkWidget *
build_file (SxParamRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *entry = gtk_entry_new (), *button = gtk_button_new_from_icon_name ("document-open-symbolic");

  gtk_widget_set_hexpand (entry, TRUE);
  gtk_widget_set_tooltip_text (button, _ ("Choose a File"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Choose a File"), -1);
  g_signal_connect (button, "clicked", G_CALLBACK (choose_file_cb), self);
  g_signal_connect (entry, "changed", G_CALLBACK (file_changed_cb), self);
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), button);
  sx_param_row_label (self, entry);
  self->state = entry;
  return box;
}

static void
show_file (SxParamRow *self, GVariant *value)
{
  const char *text = g_variant_get_string (value, NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->state), text);
  gtk_widget_set_tooltip_text (self->state, *text != '\0' ? text : NULL);
  /* The end of a path says more than its beginning. */
  gtk_editable_set_position (GTK_EDITABLE (self->state), -1);
}

static const SxParamEditor editor_file = { build_file, show_file, NULL, FALSE };

/* ---- the row ---- */

static const SxParamEditor *const editors[] = {
  [SX_PARAM_BOOL] = &editor_switch,
  [SX_PARAM_INT] = &editor_spin,
  [SX_PARAM_DOUBLE] = &editor_number,
  [SX_PARAM_STRING] = &editor_entry,
  [SX_PARAM_CHOICE] = &editor_choice,
  [SX_PARAM_FILE] = &editor_file,
  [SX_PARAM_TEXT] = &editor_text,
  [SX_PARAM_EXPRESSION] = &sx_param_editor_expression,
  [SX_PARAM_COLUMN] = &sx_param_editor_column,
  [SX_PARAM_COLUMNS] = &sx_param_editor_columns,
  [SX_PARAM_MAPPING] = &sx_param_editor_mapping,
  [SX_PARAM_STRINGS] = &sx_param_editor_strings,
  [SX_PARAM_SPACE] = &sx_param_editor_space,
};

static void
reset_cb (GtkButton *button, SxParamRow *self)
{
  sx_param_row_set_value (self, NULL);
  sx_param_row_update (self);
}

static GtkWidget *
make_text (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
build (SxParamRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = make_text (_ (self->spec->title), NULL), *help = make_text (_ (self->spec->help), "caption");

  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (help, "dim-label");
  gtk_box_append (GTK_BOX (line), title);
  gtk_box_append (GTK_BOX (line), self->reset);
  self->widget = self->editor->build (self);
  sx_param_row_label (self, self->widget);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (self->editor->is_beside ? line : box), self->widget);
  gtk_box_append (GTK_BOX (box), self->problem);
  gtk_box_append (GTK_BOX (box), help);
  gtk_widget_add_css_class (box, "sx-param");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
}

static void
sx_param_row_dispose (GObject *object)
{
  SxParamRow *self = SX_PARAM_ROW (object);

  /* Widgets that go may tell of changes; those are not the user's. */
  self->is_showing = TRUE;
  G_OBJECT_CLASS (sx_param_row_parent_class)->dispose (object);
}

static void
sx_param_row_finalize (GObject *object)
{
  SxParamRow *self = SX_PARAM_ROW (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->schema, sx_schema_unref);
  g_free (self->block);
  G_OBJECT_CLASS (sx_param_row_parent_class)->finalize (object);
}

static void
sx_param_row_class_init (SxParamRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_param_row_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_param_row_finalize;
}

static void
sx_param_row_init (SxParamRow *self)
{
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  self->problem = make_text (NULL, "caption");
  gtk_widget_add_css_class (self->problem, "error");
  gtk_widget_hide (self->problem);
  self->reset = gtk_button_new_from_icon_name ("edit-undo-symbolic");
  gtk_widget_add_css_class (self->reset, "flat");
  gtk_widget_add_css_class (self->reset, "sx-reset");
  gtk_widget_set_valign (self->reset, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->reset, _ ("Reset to the Default"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->reset), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Reset to the Default"), -1);
  g_signal_connect (self->reset, "clicked", G_CALLBACK (reset_cb), self);
}

GtkWidget *
sx_param_row_new (SxDocument *document, SxBlock *block, const SxParamSpec *spec)
{
  SxParamRow *self = g_object_new (SX_TYPE_PARAM_ROW, "title", _ (spec->title), NULL);

  self->document = g_object_ref (document);
  self->block = g_strdup (sx_block_get_id (block));
  self->kind = sx_block_get_kind (block);
  self->spec = spec;
  self->editor = editors[spec->type];
  build (self);
  sx_param_row_update (self);
  return GTK_WIDGET (self);
}
