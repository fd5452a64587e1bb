/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-param-row-private.h"

#include <glib/gi18n-lib.h>
#include <sx-engine.h>
#include <string.h>

/* The search space of a model block: a line for each hyper-parameter of its topology that the search may vary. What is written in it is
 * a value, “low … high”, or choices with commas between; nothing leaves the whole range. The topology decides whether it fits. */

#define MODEL_PREFIX "model."

static SxSpace *
load_space (SxParamRow *self)
{
  static const SxTask tasks[] = { SX_TASK_BINARY, SX_TASK_MULTICLASS, SX_TASK_REGRESSION };
  g_autoptr (SxTopology) topology = NULL;

  if (!g_str_has_prefix (self->kind->id, MODEL_PREFIX))
    return NULL;
  topology = sx_topology_load (self->kind->id + strlen (MODEL_PREFIX), NULL);
  for (guint i = 0; topology != NULL && i < G_N_ELEMENTS (tasks); i++)
    if (sx_topology_supports (topology, tasks[i]))
      return sx_space_ref (sx_topology_get_space (topology, tasks[i]));
  return NULL;
}

/* ---- text and values ---- */

static char *
print_value (GVariant *value)
{
  g_autoptr (GVariant) inner = g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (value) : g_variant_ref (value);

  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (inner, NULL);
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_DOUBLE))
    return g_strdup_printf ("%.10g", g_variant_get_double (inner));
  return g_variant_print (inner, FALSE);
}

static char *
print_override (GVariant *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      g_autoptr (GVariant) low = g_variant_lookup_value (value, "low", NULL);
      g_autoptr (GVariant) high = g_variant_lookup_value (value, "high", NULL);
      g_autofree char *from = low != NULL ? print_value (low) : g_strdup (""), *to = high != NULL ? print_value (high) : g_strdup ("");

      return g_strdup_printf ("%s … %s", from, to);
    }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return print_value (value);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *word = print_value (child);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", word);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static GVariant *
parse_value (const char *word)
{
  g_autofree char *text = g_strstrip (g_strdup (word));
  char            *end;
  gint64           whole = g_ascii_strtoll (text, &end, 10);
  double           number;

  if (*text != '\0' && *end == '\0')
    return g_variant_new_int64 (whole);
  number = g_ascii_strtod (text, &end);
  if (*text != '\0' && *end == '\0')
    return g_variant_new_double (number);
  if (g_str_equal (text, "true") || g_str_equal (text, "false"))
    return g_variant_new_boolean (*text == 't');
  return g_variant_new_string (text);
}

static GVariant *
parse_override (const char *text)
{
  g_autofree char *dotted = NULL;
  g_auto (GStrv) parts = NULL;
  GVariantBuilder builder;

  {
    g_auto (GStrv) dots = g_strsplit (text, "…", -1);

    dotted = g_strjoinv ("..", dots);
  }
  parts = g_strsplit (dotted, "..", 2);
  if (parts[0] != NULL && parts[1] != NULL)
    {
      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      if (*g_strstrip (parts[0]) != '\0')
        g_variant_builder_add (&builder, "{sv}", "low", parse_value (parts[0]));
      if (*g_strstrip (parts[1] + strspn (parts[1], ".")) != '\0')
        g_variant_builder_add (&builder, "{sv}", "high", parse_value (parts[1] + strspn (parts[1], ".")));
      return g_variant_builder_end (&builder);
    }
  if (strchr (text, ',') == NULL)
    return parse_value (text);
  g_strfreev (parts);
  parts = g_strsplit (text, ",", -1);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; parts[i] != NULL; i++)
    g_variant_builder_add (&builder, "v", parse_value (parts[i]));
  return g_variant_builder_end (&builder);
}

static char *
describe_range (const SxParameter *parameter)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (parameter->type == SX_PARAMETER_FLOAT || parameter->type == SX_PARAMETER_INT)
    return g_strdup_printf ("%g … %g", parameter->low, parameter->high);
  for (guint i = 0; i < parameter->n_choices; i++)
    {
      g_autofree char *word = print_value (parameter->choices[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", word);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- lines ---- */

static GVariant *
collect (SxParamRow *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (GtkWidget *line = gtk_widget_get_first_child (self->state); line != NULL; line = gtk_widget_get_next_sibling (line))
    {
      GtkWidget       *entry = g_object_get_data (G_OBJECT (line), "sx-entry");
      g_autofree char *text = entry != NULL ? g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry)))) : NULL;

      if (text != NULL && *text != '\0')
        g_variant_builder_add (&builder, "{sv}", g_object_get_data (G_OBJECT (line), "sx-name"), parse_override (text));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
space_changed_cb (GtkEditable *entry, SxParamRow *self)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (SxSpace) narrowed = NULL;
  g_autoptr (GError) error = NULL;
  SxSpace *space = g_object_get_data (G_OBJECT (self), "sx-space");

  if (self->is_showing)
    return;
  value = collect (self);
  narrowed = sx_space_narrow (space, value, &error);
  if (narrowed == NULL)
    sx_param_row_say (self, error->message);
  else
    sx_param_row_set_value (self, value);
}

static void
add_parameter (SxParamRow *self, GtkWidget *lines, const SxParameter *parameter)
{
  GtkWidget       *line = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *name = gtk_label_new (parameter->name), *entry = gtk_entry_new ();
  g_autofree char *range = describe_range (parameter);

  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_widget_add_css_class (name, "caption-heading");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), range);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, parameter->name, -1);
  g_object_set_data (G_OBJECT (line), "sx-entry", entry);
  g_object_set_data_full (G_OBJECT (line), "sx-name", g_strdup (parameter->name), g_free);
  gtk_box_append (GTK_BOX (line), name);
  if (parameter->help != NULL)
    {
      GtkWidget *help = gtk_label_new (_ (parameter->help));

      gtk_label_set_xalign (GTK_LABEL (help), 0.0f);
      gtk_label_set_wrap (GTK_LABEL (help), TRUE);
      gtk_widget_add_css_class (help, "caption");
      gtk_widget_add_css_class (help, "dim-label");
      gtk_box_append (GTK_BOX (line), help);
    }
  gtk_box_append (GTK_BOX (line), entry);
  g_signal_connect (entry, "changed", G_CALLBACK (space_changed_cb), self);
  gtk_box_append (GTK_BOX (lines), line);
}

static GtkWidget *
build_space (SxParamRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *expander = gtk_expander_new (_ ("What the search may try"));
  GtkWidget *hint = gtk_label_new (_ ("Empty: search the whole range. A value: keep it fixed. “low … high”: search there."));
  SxSpace   *space = load_space (self);

  gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (hint), 0.0f);
  gtk_widget_add_css_class (hint, "caption");
  self->state = lines;
  for (guint i = 0; space != NULL && i < sx_space_get_n_parameters (space); i++)
    if (sx_space_get_parameter (space, i)->type != SX_PARAMETER_FIXED)
      add_parameter (self, lines, sx_space_get_parameter (space, i));
  g_object_set_data_full (G_OBJECT (self), "sx-space", space, (GDestroyNotify)sx_space_unref);
  gtk_box_append (GTK_BOX (box), hint);
  gtk_box_append (GTK_BOX (box), lines);
  gtk_widget_set_margin_top (box, 6);
  gtk_expander_set_child (GTK_EXPANDER (expander), box);
  return expander;
}

static void
show_space (SxParamRow *self, GVariant *value)
{
  for (GtkWidget *line = gtk_widget_get_first_child (self->state); line != NULL; line = gtk_widget_get_next_sibling (line))
    {
      g_autoptr (GVariant) override = g_variant_lookup_value (value, g_object_get_data (G_OBJECT (line), "sx-name"), NULL);
      g_autofree char *text = override != NULL ? print_override (override) : g_strdup ("");

      gtk_editable_set_text (GTK_EDITABLE (g_object_get_data (G_OBJECT (line), "sx-entry")), text);
    }
}

const SxParamEditor sx_param_editor_space = { build_space, show_space, NULL, FALSE };
